// @ts-check
// Shows the next build as soon as there is one, and what is wrong with the project while there is
// none. The server puts this script into the pages that it sends; no published page has it.
"use strict";

(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  let shown = "";

  /** @param {{ build: string, faults: string[] }} state */
  const hear = ({ build, faults }) => {
    if (build !== script.dataset.build) {
      location.reload();
    } else if (shown !== faults.join("\n")) {
      shown = faults.join("\n");
      document.querySelector(".live-faults")?.remove();
      if (faults.length) document.body.append(panel(faults));
    }
  };

  const ask = async () => {
    if (document.visibilityState === "visible") {
      const answer = await fetch("/_live/state").catch(() => undefined); // the server has ended
      if (answer) hear(await answer.json());
    }
    setTimeout(ask, 500);
  };

  /**
   * @param {string[]} faults
   * @returns {HTMLElement}
   */
  const panel = (faults) => {
    const box = document.createElement("section");
    box.className = "live-faults";
    box.setAttribute("role", "alert");
    const says = document.createElement("p");
    says.textContent = "This is the last good site. What is wrong with the project since:";
    const list = document.createElement("ul");
    for (const fault of faults) {
      const item = document.createElement("li");
      item.textContent = fault;
      list.append(item);
    }
    const hide = document.createElement("button");
    hide.type = "button";
    hide.textContent = "Hide";
    hide.addEventListener("click", () => box.remove());
    box.append(hide, says, list);
    return box;
  };

  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = "/_live/reload.css";
  document.head.append(sheet);
  ask();
})();
