// @ts-check
// The one shared name: state in the address, links to pages, data and code that are fetched when first needed.
(() => {
  const SLICE_MS = 8;
  // Where there are thousands of rows, a browser takes long to look for anything, and to change the address.
  const hasLong = document.querySelector("table.long") !== null;

  /** Every element that is not in the rows of a table. @returns {Element[]} */
  const outsideOfRows = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT, (node) => (node.nodeName === "TBODY" ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
    const found = [];
    while (walker.nextNode()) found.push(/** @type {Element} */ (walker.currentNode));
    return found;
  };
  const frame = hasLong ? outsideOfRows() : null;

  /** What a behaviour is for: the elements of a selector that are there from the start. @param {string} selector @returns {Element[]} */
  const all = (selector) => (frame ? frame.filter((element) => element.matches(selector)) : [...document.querySelectorAll(selector)]);
  const [status] = all("[data-status]");

  /** Values that data scripts gave, by name. @type {Map<string, any>} */
  const given = new Map();
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

  /** Run a script of the site, once however often it is asked for. @param {string} src */
  const loadScript = (src) => {
    const known = loading.get(src);
    if (known) return known;
    const loaded = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = src;
      script.onload = () => resolve(undefined);
      script.onerror = () => {
        loading.delete(src);
        script.remove();
        reject(new Error(`${src.split("/").pop()} could not be loaded.`));
      };
      document.head.append(script);
    });
    loading.set(src, loaded);
    return loaded;
  };

  /** @param {{places: number | null, values: Record<string, (number | null)[][]>}} data */
  const inPlaces = ({ places, values }) => {
    if (!places) return values;
    const unit = 10 ** places;
    const read = (/** @type {(number | null)[][]} */ rows) => rows.map((row) => row.map((whole) => (whole === null ? null : whole / unit)));
    return Object.fromEntries(Object.entries(values).map(([key, rows]) => [key, read(rows)]));
  };

  const site = {
    /** A value of the query, or null. @param {string} key */
    query: (key) => here().searchParams.get(key),

    /** All values of a key of the query. @param {string} key */
    queryAll: (key) => here().searchParams.getAll(key),

    /**
     * Put a value into the query as a step that the back button undoes; null takes it out.
     * @param {string} key @param {string | null} value
     */
    setQuery(key, value) {
      const url = here();
      if (value === null) url.searchParams.delete(key);
      else url.searchParams.set(key, value);
      go(url);
    },

    /**
     * A list in the query, each item with what follows it and its key: `?task=a&weight=2&task=b` as
     * [["a", {weight: "2"}, "task"], ["b", {}, "task"]]. Ids stand as they are, whatever marks they have.
     * @param {string | string[]} item one key, or several that take turns
     * @returns {[string, Record<string, string>, string][]}
     */
    queryList(item, details = ["weight", "as"]) {
      /** @type {[string, Record<string, string>, string][]} */
      const found = [];
      for (const [key, value] of here().searchParams) {
        if ([item].flat().includes(key)) found.push([value, {}, key]);
        else if (details.includes(key) && found.length) found[found.length - 1][1][key] = value;
      }
      return found;
    },

    /**
     * Put pairs into the query in place of all that have one of these keys; the others stay, before them.
     * @param {string[]} keys @param {[string, string][]} pairs
     */
    setQueryPairs(keys, pairs, { replace = false } = {}) {
      const url = here();
      const others = [...url.searchParams].filter(([key]) => !keys.includes(key));
      url.search = new URLSearchParams([...others, ...pairs]).toString();
      go(url, replace);
    },

    /** Say something to those who hear the page. @param {string} text */
    say(text) {
      if (status) status.textContent = text;
    },

    /**
     * Take steps in turn, after the next frame and in short tasks, between which the page answers; `finish` takes at once what are left.
     * @param {(() => void)[]} steps
     */
    inSlices(steps) {
      let [at, request, timer] = [0, 0, 0];
      const work = (until = performance.now() + SLICE_MS) => {
        while (at < steps.length && performance.now() < until) steps[at++]();
        if (at < steps.length) timer = setTimeout(work);
      };
      const drop = () => {
        cancelAnimationFrame(request);
        clearTimeout(timer);
      };
      request = requestAnimationFrame(() => (timer = setTimeout(work)));
      return {
        drop,
        finish() {
          drop();
          work(Infinity);
        },
      };
    },

    all,

    loadScript,

    /** Called by a data script. Numbers may come as whole ones, with how many decimal places they have. @param {string} name @param {any} value */
    give: (name, value) => given.set(name, "places" in value ? inPlaces(value) : value),

    /** The value that a data script gives, fetched once; it works from the disk too. @param {string} name @param {string} src */
    async load(name, src) {
      await loadScript(src);
      return given.get(name);
    },

    /** An element with attributes and content. @param {string} name @param {Record<string, string>} attributes @param {(Node | string)[]} content */
    make(name, attributes = {}, ...content) {
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      element.append(...content);
      return element;
    },

    /** Link to a page. Opened from the disk, a folder would show its listing: there the link names the page itself. @param {string} href */
    pageLink(href) {
      const [, path, rest] = /^([^?#]*)(.*)$/s.exec(href) ?? ["", href, ""];
      const isFolder = !/^[a-z][a-z+.-]*:/i.test(path) && (path.endsWith("/") || path === "." || path === "..");
      if (location.protocol !== "file:" || !isFolder) return href;
      return `${path.replace(/\/?$/, "/")}index.html${rest}`;
    },
  };

  /** @type {any} */ (window).site = site;
  addEventListener("popstate", () => (coming = null));
})();
