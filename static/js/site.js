// The one shared name (site.d.ts): state in the address, elements, and data and code that are fetched when first needed.
(() => {
  const SLICE_MS = 8;
  // Where there are thousands of rows, a browser takes long to look for anything, and to change the address.
  const hasLong = document.querySelector("table.long") !== null;

  const elementsOutsideOfRows = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT, (node) => (node.nodeName === "TBODY" ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
    const found = [];
    while (walker.nextNode()) found.push(/** @type {Element} */ (walker.currentNode));
    return found;
  };
  const frame = hasLong ? elementsOutsideOfRows() : null;

  /** @type {Site["elements"]} */
  const elements = (selector) => /** @type {never[]} */ (frame ? frame.filter((element) => element.matches(selector)) : [...document.querySelectorAll(selector)]);
  const [status] = elements("[data-status]");

  /** @type {Map<string, unknown>} */
  const provided = new Map();
  /** @type {Map<string, Promise<void>>} */
  const loading = new Map();

  /** The step in the address that is to come. @type {{url: URL, replace: boolean} | null} */
  let coming = null;
  const here = () => new URL(coming?.url ?? location.href);

  const step = () => {
    if (!coming) return;
    const { url, replace } = coming;
    coming = null;
    if (replace) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
  };

  /** @param {URL} url @param {boolean} [replace] In place of the present step, not as a new one. */
  const go = (url, replace = false) => {
    if (url.href === here().href) return;
    if (!replace) step();
    coming = { url, replace: coming?.replace ?? replace };
    // In a long page it follows the frame in which its change is seen.
    const waiting = site.inSlices([step]);
    if (!hasLong) waiting.finish();
  };

  /** @type {Address} */
  const address = {
    get: (key) => here().searchParams.get(key),
    all: (key) => here().searchParams.getAll(key),

    list(keys, details) {
      /** @type {Listed[]} */
      const found = [];
      for (const [key, value] of here().searchParams) {
        if ([keys].flat().includes(key)) found.push([value, {}, key]);
        else if (details.includes(key) && found.length) found[found.length - 1][1][key] = value;
      }
      return found;
    },

    set(key, value) {
      const url = here();
      if (value === null) url.searchParams.delete(key);
      else url.searchParams.set(key, value);
      go(url);
    },

    setPairs(keys, pairs, { replace = false } = {}) {
      const url = here();
      const others = [...url.searchParams].filter(([key]) => !keys.includes(key));
      url.search = new URLSearchParams([...others, ...pairs]).toString();
      go(url, replace);
    },
  };

  /** Numbers come as whole ones where they have few decimal places. @param {{places: number | null, values: Scores}} data */
  const withPlaces = ({ places, values }) => {
    if (!places) return values;
    const unit = 10 ** places;
    const read = (/** @type {Numbers[]} */ rows) => rows.map((row) => row.map((whole) => (whole === null ? null : whole / unit)));
    return Object.fromEntries(Object.entries(values).map(([key, rows]) => [key, read(rows)]));
  };

  /** Shows a token, to be asked for its colour in the present theme. */
  const swatch = document.createElement("i");
  swatch.hidden = true;

  // The forms of a message in languages that have others than one and other (site_builder/plurals.py).
  const { lang, dataset } = document.documentElement;
  const language = Intl.Collator.supportedLocalesOf(/^\w{2,3}(-\w{4})?(-\w\w)?$/.test(lang) ? lang : [])[0];
  const forms = dataset.plurals?.split(" ");
  const plurals = forms && new Intl.PluralRules(language);
  /** Which form of a message a number takes; the last without a number. @param {number} [n] */
  const formOf = (n) => (n === undefined ? -1 : plurals ? (forms?.indexOf(plurals.select(n)) ?? -1) : n === 1 ? 0 : 1);

  const site = /** @type {Site} */ ({
    address,
    language,

    addressOf(box) {
      const prefix = box.dataset.box ? `${box.dataset.box}.` : "";
      const named = (/** @type {string} */ key) => `${prefix}${key}`;
      return {
        get: (key) => address.get(named(key)),
        all: (key) => address.all(named(key)),
        set: (key, value) => address.set(named(key), value),
        setPairs: (keys, pairs, how) => address.setPairs(keys.map(named), pairs.map(([key, value]) => [named(key), value]), how),
      };
    },

    elements,

    say(text) {
      if (status) status.textContent = text;
    },

    inSlices(steps, ofFrames = 0) {
      let [at, request, timer] = [0, 0, 0];
      const wait = () => (request = requestAnimationFrame(() => (timer = setTimeout(work))));
      const work = (until = performance.now() + SLICE_MS) => {
        while (at < steps.length && performance.now() < until) {
          steps[at++]();
          if (at <= ofFrames && until < Infinity) return wait();
        }
        if (at < steps.length) timer = setTimeout(work);
      };
      const drop = () => {
        cancelAnimationFrame(request);
        clearTimeout(timer);
      };
      wait();
      return {
        drop,
        finish() {
          drop();
          work(Infinity);
        },
      };
    },

    make(name, attributes = {}, ...content) {
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      element.append(...content);
      return element;
    },

    checkbox(text, value, isChecked) {
      const input = site.make("input", { type: "checkbox", value });
      input.checked = isChecked;
      return site.make("label", {}, input, " ", text);
    },

    save(name, content) {
      const link = site.make("a", { href: URL.createObjectURL(content), download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    },

    webAddress(path) {
      const { href, protocol } = new URL(path, new URL(document.documentElement.dataset.root ?? "", location.href));
      return protocol === "file:" ? "" : href;
    },

    embedCode({ dataset: { embed, embedTitle = "", embedHeight = "" } }) {
      const src = embed && site.webAddress(embed);
      if (!src) return "";
      const title = embedTitle.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
      return `<iframe src="${src}" title="${title}" width="100%" height="${embedHeight}" loading="lazy" style="border: 0"></iframe>`;
    },

    texts:
      (messages) =>
      (id, values = {}, n = undefined) =>
        (messages[id].at(formOf(n)) ?? "").replace(/\{(\w+)(:,)?\}/g, (_, key, isGrouped) => {
          const value = values[key] ?? n ?? 0;
          return isGrouped && typeof value === "number" ? site.format.rounded(value, 0) : String(value);
        }),

    colour(token) {
      swatch.style.color = `var(${token})`;
      if (!swatch.isConnected) document.body.append(swatch);
      const [red, green, blue, opacity = 1] = (getComputedStyle(swatch).color.match(/[\d.]+/g) ?? []).map(Number);
      const channels = [red, green, blue, ...(opacity < 1 ? [255 * opacity] : [])];
      return `#${channels.map((channel) => Math.round(channel).toString(16).padStart(2, "0")).join("")}`;
    },

    errorText: (error) => (error instanceof Error ? error.message : String(error)),

    button: (text, className = "") => site.make("button", { type: "button", ...(className && { class: className }) }, text),

    pageLink(href) {
      const [, path, rest] = /^([^?#]*)(.*)$/s.exec(href) ?? ["", href, ""];
      const isFolder = !/^[a-z][a-z+.-]*:/i.test(path) && (path.endsWith("/") || path === "." || path === "..");
      if (location.protocol !== "file:" || !isFolder) return href;
      return `${path.replace(/\/?$/, "/")}index.html${rest}`;
    },

    loadScript(src) {
      const known = loading.get(src);
      if (known) return known;
      /** @type {Promise<void>} */
      const loaded = new Promise((resolve, reject) => {
        const script = site.make("script", { src });
        script.onload = () => resolve();
        script.onerror = () => {
          loading.delete(src);
          script.remove();
          reject(new Error(site.text("not_loaded", { file: src.split("/").pop() ?? src })));
        };
        document.head.append(script);
      });
      loading.set(src, loaded);
      return loaded;
    },

    provide: (name, value) => void provided.set(name, value && "places" in value ? withPlaces(/** @type {{places: number | null, values: Scores}} */ (value)) : value),

    provided: (name) => /** @type {never} */ (provided.get(name)),

    async load(name, src) {
      await site.loadScript(src);
      return /** @type {never} */ (provided.get(name));
    },
  });

  for (const data of window.site.waiting) site.provide(...data);
  window.site = site;
  addEventListener("popstate", () => (coming = null));
})();
// What stands below the first part of a page is laid out after the first frame, which is there sooner so; layout.css keeps its room until then.
site.inSlices([() => document.documentElement.classList.add("laid-out")]);
// Opened from the disk, links to folders name the page itself.
if (location.protocol === "file:") for (const link of document.querySelectorAll("a[href]")) link.setAttribute("href", site.pageLink(link.getAttribute("href") ?? ""));
// Copy buttons: `data-copy` names the element whose text is copied; without a name, the address of the page. What has `data-copied` gets one.
(() => {
  /** @param {string | Promise<Blob>} content */
  const write = async (content) => {
    try {
      if (typeof content === "string") await navigator.clipboard.writeText(content);
      else await navigator.clipboard.write([new ClipboardItem({ "image/png": content })]);
      return true;
    } catch {
      return false;
    }
  };

  site.copy = async (button, content) => {
    const label = (button.dataset.label ??= button.textContent ?? "");
    button.textContent = (await write(content)) ? site.text("copied") : site.text("not_copied");
    site.say(button.textContent);
    setTimeout(() => (button.textContent = label), 2000);
  };

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-copy]") : null;
    if (!(button instanceof HTMLElement)) return;
    const source = button.dataset.copy ? document.getElementById(button.dataset.copy) : null;
    site.copy(button, source ? (source.textContent ?? "").trim() : location.href);
  });
  // Share buttons: `data-share-text` names the element whose text goes with the page's address, to an app where the system asks for one, else to the clipboard.
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-share-text]") : null;
    if (!(button instanceof HTMLElement)) return;
    const text = (document.getElementById(button.dataset.shareText ?? "")?.textContent ?? "").replace(/\s+/g, " ").trim();
    const url = document.querySelector("link[rel=canonical]")?.getAttribute("href") ?? location.href;
    const isAsked = "share" in navigator && (await navigator.share({ title: document.title, text, url }).then(() => true, (error) => error.name === "AbortError"));
    if (!isAsked) site.copy(button, `${text} ${url}`);
  });
  for (const code of site.elements("[data-address]")) code.textContent = site.webAddress(code.textContent ?? "") || code.textContent;
  for (const text of location.protocol === "file:" ? [] : site.elements("[data-cite]")) {
    const { href } = new URL(text.dataset.cite ?? "", location.href);
    text.textContent = text.matches("code") ? (text.textContent ?? "").replace(/\n\}$/, `,\n  url   = {${href}}\n}`) : `${text.textContent} ${href}`;
  }
  for (const source of site.elements("[data-copied]")) {
    (source.closest("pre") ?? source).after(site.make("button", { type: "button", class: "quiet", "data-copy": source.id }, source.dataset.copied ?? ""));
  }
  for (const button of site.elements("button:is([data-copy], [data-share-text])[hidden]")) button.hidden = false;
})();
// Menus that open below a button: one at a time; a click elsewhere or Escape closes them, and the focus goes back to the button.
(() => {
  /** @type {HTMLDetailsElement[]} */
  const menus = site.elements("details.menu");
  for (const menu of menus) {
    // A page has many that share a figure: each says which.
    const title = "share" in menu.dataset ? menu.closest("figure")?.querySelector(".chart-title")?.textContent : "";
    const summary = menu.querySelector("summary");
    if (title) summary?.setAttribute("aria-label", `${summary.textContent?.trim()}: ${title}`);
    if (menu.querySelector(".menu-body")) continue;
    menu.append(site.make("div", { class: "menu-body", role: "group", "aria-label": summary?.ariaLabel ?? menu.textContent?.trim() ?? "" }));
  }
  const open = () => menus.filter((menu) => menu.open);
  const closeOthers = (/** @type {Event} */ { target }) => {
    for (const menu of open()) if (!(target instanceof Node && menu.contains(target))) menu.open = false;
  };

  document.addEventListener("click", closeOthers);
  // One that opens at the foot of the window comes into view.
  for (const menu of menus) menu.addEventListener("toggle", () => menu.open && menu.querySelector(".menu-body")?.scrollIntoView({ block: "nearest" }));
  // Leaving by the Tab key closes it too, so that no menu covers what is focused next. A click on a label first focuses what is around the menu.
  document.addEventListener("focusin", (event) => {
    const { target } = event;
    if (!open().some((menu) => target instanceof Node && target.contains(menu))) closeOthers(event);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
})();
