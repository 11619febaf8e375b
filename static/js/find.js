// Quick find: `/` or a button opens a field that leads to any page by its name, to a word of the glossary, and to what visitors come to do.
(() => {
  const MOST = 12;
  const WHAT = site.text("find.what");
  const openers = site.elements("[data-find]");
  if (openers.length === 0) return;

  const input = site.make("input", {
    type: "text",
    id: "find-field",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": "find-list",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    enterkeyhint: "go",
    placeholder: WHAT,
  });
  const list = site.make("div", { class: "find-list", id: "find-list", role: "listbox", "aria-label": site.text("find.found"), hidden: "" });
  const note = site.make("p", { role: "status", "data-find-note": "" });
  const close = site.make("button", { type: "button", class: "quiet", "data-find-close": "" }, site.text("close"));
  const slash = site.make("label", { for: "find-slash" }, `${site.text("find.open_with")} `, site.make("kbd", {}, "/"));
  const dialog = site.make(
    "dialog",
    { class: "find", "aria-label": site.text("find.search") },
    site.make("div", { class: "find-bar" }, site.make("label", { class: "unseen", for: "find-field" }, WHAT), input, close),
    list,
    site.make("div", { class: "find-foot" }, note, site.make("span", { class: "find-switch" }, site.make("input", { type: "checkbox", id: "find-slash" }), " ", slash)),
  );
  document.body.append(dialog);

  /** @typedef {{text: string, path: string, about: string, name: string, letters: string, id: string, all: string}} Entry */
  /** Every name; null until the index has come. @type {Entry[] | null} */
  let entries = null;
  let active = -1;

  /** Text without case, accents and doubled spaces. @param {string} text */
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();

  /** Text without marks between its letters: `alpha-4` and `Alpha 4` are one. @param {string} text */
  const lettersOf = (text) => fold(text).replace(/[^\p{L}\p{N}]/gu, "");

  /** @param {FoundNames} kinds @returns {Entry[]} */
  const read = (kinds) =>
    kinds.flatMap(([kind, found]) =>
      found.map(([[text, path], hint, id]) => ({
        text,
        path,
        about: hint ? `${kind} · ${hint}` : kind,
        name: fold(text),
        letters: lettersOf(text),
        id: fold(id),
        all: fold([text, id, hint].join(" ")),
      })),
    );

  /** Whether a word of the text begins so. @param {string} text @param {string} start */
  const hasWord = (text, start) => {
    for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1])) return true;
    return false;
  };

  /** From the best kind of match to the weakest. @type {((entry: Entry, whole: string, words: string[], letters: string) => boolean)[]} */
  const matches = [
    ({ name, letters: own, id }, whole, _, letters) => name === whole || own === (letters || whole) || id === whole,
    ({ name, letters: own }, whole, _, letters) => name.startsWith(whole) || (letters !== "" && own.startsWith(letters)),
    ({ name }, _, words) => words.every((word) => hasWord(name, word)),
    ({ name }, _, words) => words.every((word) => name.includes(word)),
    ({ letters: own }, _, __, letters) => letters !== "" && own.includes(letters),
    ({ all }, _, words) => words.every((word) => all.includes(word)),
  ];

  /** Entries that match, the best first; equally good ones in the order of the index. @param {string} whole */
  const find = (whole) =>
    (entries ?? [])
      .map((entry) => ({ entry, rank: matches.findIndex((match) => match(entry, whole, whole.split(" "), lettersOf(whole))) }))
      .filter(({ rank }) => rank >= 0)
      .sort((a, b) => a.rank - b.rank)
      .map(({ entry }) => entry);

  /** A link, so that it also opens in another tab. @param {Entry} entry @param {number} at */
  const makeOption = (entry, at) => {
    const href = site.pageLink((document.documentElement.dataset.root ?? "") + entry.path);
    const option = site.make("a", { id: `find-option-${at}`, role: "option", href }, site.make("span", {}, entry.text), " ", site.make("small", {}, entry.about));
    option.tabIndex = -1;
    return option;
  };

  /** Make an option the one that Enter follows; the ends meet. @param {number} at */
  const activate = (at) => {
    const options = [...list.children];
    active = options.length && (at + options.length) % options.length;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    options[active]?.scrollIntoView({ block: "nearest" });
    if (options.length) input.setAttribute("aria-activedescendant", options[active].id);
    else input.removeAttribute("aria-activedescendant");
  };

  const show = () => {
    if (!entries) return;
    const whole = fold(input.value);
    const found = whole ? find(whole) : [];
    list.replaceChildren(...found.slice(0, MOST).map(makeOption));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    activate(0);
    // The page's own status is out of reach while a dialog is open, so the dialog has one.
    if (!whole) note.textContent = site.text("find.hint");
    else if (!found.length) note.textContent = site.text("find.nothing", { asked: input.value.trim() });
    else note.textContent = found.length > MOST ? site.text("find.more", {}, found.length - MOST) : site.text("find.results", {}, found.length);
  };

  const open = async () => {
    dialog.showModal();
    input.select();
    if (entries) return;
    note.textContent = site.text("find.loading");
    try {
      entries = read(await site.load("find", openers[0].dataset.find ?? ""));
      show();
    } catch (error) {
      note.textContent = site.text("find.failed", { error: site.errorText(error) });
    }
  };

  const steps = { ArrowDown: () => active + 1, ArrowUp: () => active - 1, Home: () => 0, End: () => -1 };
  input.addEventListener("keydown", (event) => {
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (step && list.children.length) activate(step());
    else if (event.key === "Enter") /** @type {HTMLElement | undefined} */ (list.children[active])?.click();
    else return;
    event.preventDefault();
  });
  input.addEventListener("input", show);
  dialog.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    // Closed before the page is left too, so that coming back finds the page as it was.
    if (target === dialog || target.closest("[role=option], [data-find-close]")) dialog.close();
  });
  for (const opener of openers) {
    opener.addEventListener("click", open);
    opener.hidden = false;
  }
})();
// The key `/` opens quick find. A key without a modifier can get in the way of speech input, so it can be switched off.
(() => {
  const box = document.getElementById("find-slash");
  const [opener] = site.elements("[data-find]");
  if (!(box instanceof HTMLInputElement) || !opener) return;
  const TYPED_IN = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range])";

  const show = () => {
    for (const key of site.elements("[data-find-key]")) key.hidden = !box.checked;
  };
  const remembered = () => {
    try {
      return localStorage.getItem("find-key") !== "off";
    } catch {
      return true;
    }
  };

  document.addEventListener("keydown", (event) => {
    const isTyped = event.target instanceof Element && event.target.closest(TYPED_IN);
    // Shift is no modifier here: on many keyboards `/` is typed with it.
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyped || !box.checked || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    opener.click();
  });
  box.addEventListener("change", () => {
    try {
      localStorage.setItem("find-key", box.checked ? "on" : "off");
    } catch {
      // Not remembered then; it holds for this page.
    }
    show();
  });
  box.checked = remembered();
  show();
})();
