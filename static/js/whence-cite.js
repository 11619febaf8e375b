// @ts-check
// How one score is cited, as site_builder/pages/citation.py and site_builder/output/bibtex.py write it.
(() => {
  /** What TeX has no plain mark for. @type {Record<string, string>} */
  const SPELLED = { "\\": "{\\textbackslash}", "{": "{\\textbraceleft}", "}": "{\\textbraceright}", "~": "{\\textasciitilde}", "^": "{\\textasciicircum}" };
  /** What would end the field of an address. @type {Record<string, string>} */
  const IN_ADDRESS = { "{": "%7B", "}": "%7D", "\\": "%5C" };

  /** Text within braces: every mark of TeX stands for itself. @param {string} text */
  const escape = (text) => text.trim().replace(/\s+/g, " ").replace(/[\\{}~^%&_#$]/g, (mark) => SPELLED[mark] ?? `\\${mark}`);

  /**
   * The sentence and the entry of a score; without an address where the site's place is not known.
   * @param {any} cite What all citations of a model share
   * @param {{run: string, task: string, shown: string, metric: string, anchor: string, address: string}} score
   */
  const citeScore = (cite, { run, task, shown, metric, anchor, address }) => {
    const said = `${run} scores ${shown}${metric ? ` (${metric})` : ""} on ${task}.`;
    const fields = {
      title: `{${escape(`${cite.site}: ${run} on ${task}`)}}`,
      year: cite.year,
      note: escape(`${said} ${cite.note}`),
      url: address.replace(/[{}\\]/g, (mark) => IN_ADDRESS[mark]),
    };
    const lines = Object.entries(fields).flatMap(([name, text]) => (text ? [`  ${name.padEnd(5)} = {${text}}`] : []));
    return {
      sentence: `${said} ${cite.site}, ${cite.release}. ${address}`.trim(),
      bibtex: `@misc{${cite.key.join(anchor)},\n${lines.join(",\n")}\n}`,
    };
  };

  /** @type {any} */ (window).site.citeScore = citeScore;
})();
