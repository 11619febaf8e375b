// Buttons that put a value into the address, such as an order or a category; what reads the address follows. And the rest of a list that a phone shows in part.
(() => {
  for (const group of site.elements("[data-choices]")) {
    const key = group.dataset.choices ?? "";
    const buttons = [...group.querySelectorAll("button")];

    const fromAddress = () => {
      const asked = new URL(location.href).searchParams.get(key) ?? "";
      const chosen = buttons.find((button) => button.value === asked) ?? buttons[0];
      for (const button of buttons) button.setAttribute("aria-pressed", String(button === chosen));
    };
    for (const button of buttons) {
      button.addEventListener("click", () => {
        const url = new URL(location.href);
        url.searchParams.delete(key);
        if (button !== buttons[0]) url.searchParams.set(key, button.value);
        history.pushState(null, "", url);
        dispatchEvent(new PopStateEvent("popstate"));
      });
    }
    addEventListener("popstate", fromAddress);
    document.addEventListener("click", fromAddress);
    fromAddress();
    group.hidden = false;
  }

  for (const button of site.elements("button[data-show-all]")) {
    const table = document.getElementById(button.dataset.showAll ?? "");
    const show = () => {
      table?.classList.add("shows-all");
      button.remove();
    };
    button.addEventListener("click", show);
    button.hidden = false;
    // A row that a link leads to may be one of the rest.
    const showTarget = () => {
      const row = document.getElementById(location.hash.slice(1));
      if (!row || !table?.contains(row) || row.checkVisibility()) return;
      show();
      row.scrollIntoView();
    };
    addEventListener("hashchange", showTarget);
    showTarget();
  }
})();
