// The page for submitters: a file is read and checked here, and goes nowhere.
(() => {
  const box = document.querySelector("[data-submit]");
  const source = box?.querySelector("[data-submit-data]");
  const input = box?.querySelector("[data-submit-file]");
  const result = box?.querySelector("[data-submit-result]");
  if (!box || !source || !(input instanceof HTMLInputElement) || !result) return;
  /** @type {{ schema: SubmissionSchema, texts: Messages, most: number }} */
  const { schema, texts, most } = JSON.parse(source.textContent ?? "");
  const say = site.texts(texts);
  const { UnreadError, read, faults } = site.submission;

  /** @param {string} text @param {string} name */
  const faultsOf = (text, name) => {
    try {
      return faults(read(text, name.toLowerCase().endsWith(".json")), schema, say);
    } catch (error) {
      if (!(error instanceof UnreadError)) throw error;
      return [{ line: error.line, what: error.key === undefined ? say("unread") : say("twice", { key: error.key }) }];
    }
  };

  /** @param {File} file */
  const show = async (file) => {
    const { name } = file;
    if (file.size > most) {
      result.replaceChildren(site.make("p", {}, say("large", { name })));
      return;
    }
    const found = faultsOf((await file.text()).replace(/^\uFEFF/, ""), name);
    const lines = found.map(({ line, what }) => site.make("li", {}, say("line", { line, what })));
    const head = found.length ? say("n_faults", { name }, found.length) : say("good", { name });
    result.replaceChildren(site.make("p", {}, head), ...(lines.length ? [site.make("ul", {}, ...lines)] : []));
  };

  box.querySelector("[data-submit-form]")?.removeAttribute("hidden");
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) void show(file);
    input.value = "";
  });
})();
