// Scores are links to where they come from: a click on one, or Enter, opens a card, which is fetched for the first. A click that asks for a tab follows the link.
(() => {
  const { scoreCard, scoreFacts, release } = document.currentScript instanceof HTMLScriptElement ? document.currentScript.dataset : /** @type {DOMStringMap} */ ({});
  if (!scoreCard || !scoreFacts || !("popover" in HTMLElement.prototype)) return;
  const models = new URL("models/", new URL(document.documentElement.dataset.root ?? "", location.href)).href;
  let asked = 0;

  // An older link names the variant behind the task, which has a row for all variants.
  const older = /^#(score-.+?)--/.exec(location.hash);
  if (older && document.getElementById(older[1])) location.replace(`#${older[1]}`);

  /** On the page of a model, make the text of each score a link to its card. @param {HTMLElement} table */
  const linkScores = (table) => {
    if (!(table instanceof HTMLTableElement)) return;
    const variants = [...(table.tHead?.rows[0].cells ?? [])].map((head) => /^score_(.*)$/s.exec(head.dataset.key ?? "")?.[1]);
    for (const row of [...table.tBodies].flatMap((body) => [...body.rows])) {
      variants.forEach((variant, i) => {
        const [cell, text] = [row.cells[i], row.cells[i]?.firstChild];
        if (variant === undefined || cell.dataset.value === "" || !text) return;
        const link = site.make("a", { href: site.pageLink(`./?variant=${encodeURIComponent(variant)}#${row.id}`) });
        text.replaceWith(link);
        link.append(text);
      });
    }
  };
  site.elements("#all-scores").forEach(linkScores);

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
      const [scores, facts] = await Promise.all([scoresOf(link), site.load("score cards", scoreFacts), site.loadScript(scoreCard)]);
      if (mine === asked) site.openScoreCard(link, scores, facts);
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
    // A section on method may have such an anchor too, and so may another site, whose script must not be run.
    if (!link.href.startsWith(models) || !/^[^/]+\/(index\.html)?[?#]/.test(link.href.slice(models.length))) return;
    event.preventDefault();
    open(link);
  });
})();
