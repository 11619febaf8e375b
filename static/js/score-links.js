// Scores are links to where they come from: a click on one, or Enter, opens a card, which is fetched for the first. A click that asks for a tab follows the link.
(() => {
  const { scoreCard, release } = document.currentScript instanceof HTMLScriptElement ? document.currentScript.dataset : /** @type {DOMStringMap} */ ({});
  if (!scoreCard || !("popover" in HTMLElement.prototype)) return;
  let asked = 0;

  /** The scores of the model that a link leads to, from the file beside its page. @param {HTMLAnchorElement} link */
  const scoresOf = (link) => {
    const file = new URL("scores.js", link.href);
    const model = file.pathname.split("/").at(-2);
    return site.load(`scores of ${model}`, `${file.href}?${release}`);
  };

  /** Only what was asked for last is shown; what cannot be shown is read at its row. @param {HTMLAnchorElement} link */
  const open = async (link) => {
    const mine = (asked += 1);
    link.setAttribute("aria-busy", "true");
    try {
      const [scores] = await Promise.all([scoresOf(link), site.loadScript(scoreCard)]);
      if (mine === asked) site.openScoreCard(link, scores);
    } catch {
      if (mine === asked) location.assign(link.href);
    } finally {
      link.removeAttribute("aria-busy");
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href*="#score-"]:not(.score-card a)') : null;
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!(link instanceof HTMLAnchorElement) || !isPlain || event.defaultPrevented) return;
    // Of a task and a variant: a section on method may be called so too.
    if (!/^#score-.+--./.test(link.hash)) return;
    event.preventDefault();
    open(link);
  });
})();
