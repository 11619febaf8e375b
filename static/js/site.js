// @ts-check
// The one shared name: state in the address, and what scripts tell each other.
(() => {
  /** @type {any} */ (window).site = {
    /** A value of the query, or null. @param {string} key */
    query: (key) => new URLSearchParams(location.search).get(key),

    /** Put a value into the query as a step that the back button undoes; null takes it out. @param {string} key @param {string | null} value */
    setQuery(key, value) {
      const url = new URL(location.href);
      if (value === null) url.searchParams.delete(key);
      else url.searchParams.set(key, value);
      if (url.href !== location.href) history.pushState(null, "", url);
    },
  };
})();
