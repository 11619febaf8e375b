// @ts-check
// The choosing page: what the visitor wishes, in the form and in the address, answered at once.
(() => {
  const site = /** @type {any} */ (window).site;
  const box = document.querySelector("[data-choose-page]");
  const source = box?.querySelector("[data-choose-data]");
  const panel = box?.querySelector("[data-choose-form]");
  const line = box?.querySelector("[data-choose-line]");
  const remark = box?.querySelector("[data-choose-remark]");
  if (!(box instanceof HTMLElement) || !(panel instanceof HTMLElement) || !(line instanceof HTMLElement) || !(remark instanceof HTMLElement) || !source) return;
  const SAY_AFTER_MS = 600;
  const board = JSON.parse(source.textContent ?? "");
  const form = site.chooseForm(panel);
  const view = site.choiceView(box, board);
  const address = site.chooseAddress;
  const { questionOf, leftOutText } = site.chooseQuestion;

  /** @typedef {any} Wish what a visitor asks, as choose-address.js reads it */

  /** @type {Promise<(question: any) => any> | null} */
  let answerer = null;
  /** What answers questions; the scores are fetched for the first. */
  const whoAnswers = () => {
    const { scores, errors } = box.dataset;
    const tables = () => Promise.all([site.load("scores", scores), errors ? site.load("errors", errors) : undefined]);
    answerer ??= tables().then(([values, known]) => site.chooser(board, site.measures(board, values, known)));
    return /** @type {Promise<(question: any) => any>} */ (answerer);
  };

  /** @param {string} text */
  const note = (text) => {
    remark.textContent = text;
    remark.hidden = text === "";
  };

  let saying = 0;
  /** Say the answer once the visitor pauses. @param {any} choice */
  const sayAnswer = (choice) => {
    clearTimeout(saying);
    const [first] = choice.listed;
    const text = first ? `${board.models[first.model].link[0]} is first of ${site.counted(choice.candidates, "model")}.` : "No model is left.";
    saying = setTimeout(() => site.say(text), SAY_AFTER_MS);
  };

  /** The link that compares the first few. @param {any} choice */
  const showCompare = (choice) => {
    const link = box.querySelector("[data-choose-compare]");
    if (!(link instanceof HTMLAnchorElement)) return;
    const ids = view.firstIds(choice);
    link.hidden = ids.length < 2;
    const query = new URLSearchParams(ids.map((/** @type {string} */ id) => ["model", id]));
    link.href = `${site.pageLink(link.dataset.page)}?${query}`;
  };

  let asked = 0;
  /** Answer a wish; one that was asked before and is answered after is dropped. @param {Wish} wish */
  const answer = async (wish) => {
    const mine = ++asked;
    showPicked(wish);
    try {
      const answers = await whoAnswers();
      if (mine !== asked) return;
      const choice = answers(questionOf(board, wish));
      view.show(choice);
      for (const place of box.querySelectorAll("[data-left-out]")) place.textContent = leftOutText(board, choice, /** @type {HTMLElement} */ (place).dataset.leftOut);
      showCompare(choice);
      sayAnswer(choice);
    } catch (error) {
      answerer = null;
      note(`${error instanceof Error ? error.message : error} Load the page again.`);
    } finally {
      if (mine === asked) box.dataset.answered = String(mine);
    }
  };

  /** @param {boolean} isDone */
  const changed = (isDone) => {
    const wish = form.read();
    if (isDone) {
      note("");
      address.write(board, wish);
    }
    answer(wish);
  };

  const showPicked = site.pickedLine(line, board, (/** @type {any} */ pick) => {
    const wish = form.read();
    form.write({ ...wish, picks: wish.picks.filter((/** @type {any} */ other) => other.kind !== pick.kind || other.key !== pick.key) });
    changed(true);
  });

  /** What the address asks stands in the form; the page's own answer is to no question at all. */
  const fromAddress = () => {
    const { wish, remarks } = address.read(board);
    form.write(wish);
    note(remarks.join(" "));
    if (asked || address.keys.some((/** @type {string} */ key) => site.query(key) !== null)) answer(wish);
  };

  box.querySelector("[data-choose-reset]")?.addEventListener("click", () => {
    form.write({ picks: [], variant: board.variants[0].id, size: null, price: null, margin: null, license: [], developer: [] });
    changed(true);
  });
  const opener = box.querySelector("[data-choose-open]");
  opener?.addEventListener("click", () => opener.setAttribute("aria-expanded", String(opener.getAttribute("aria-expanded") !== "true")));
  panel.addEventListener("focusin", () => whoAnswers().catch(() => {}), { once: true });

  form.listen(changed);
  addEventListener("popstate", fromAddress);
  fromAddress();
  for (const part of box.querySelectorAll("[data-choose-side], [data-choose-reset]")) /** @type {HTMLElement} */ (part).hidden = false;
})();
