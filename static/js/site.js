// @ts-check
// The one shared name: state in the address, and links to pages.
(() => {
  /** @type {any} */ (window).site = {
    /** A value of the query, or null. @param {string} key */
    query: (key) => new URLSearchParams(location.search).get(key),

    /** Link to a page. Opened from the disk, a folder would show its listing: there the link names the page itself. @param {string} href */
    pageLink(href) {
      const [path, ...anchor] = href.split("#");
      const isFolder = !/^[a-z][a-z+.-]*:/i.test(path) && (path.endsWith("/") || path === "." || path === "..");
      if (location.protocol !== "file:" || !isFolder) return href;
      return `${path.replace(/\/?$/, "/")}index.html${anchor.length ? `#${anchor.join("#")}` : ""}`;
    },

    /** Put a value into the query as a step that the back button undoes; null takes it out. @param {string} key @param {string | null} value */
    setQuery(key, value) {
      const url = new URL(location.href);
      if (value === null) url.searchParams.delete(key);
      else url.searchParams.set(key, value);
      if (url.href !== location.href) history.pushState(null, "", url);
    },
  };
})();
