// @ts-check
// Ranks models over picked tasks, as site_builder/compute/choice.py does.
(() => {
  const site = /** @type {any} */ (window).site;
  const { settled, difference, draws } = site;
  const { meanOf, sizeOf, isTied, isAhead, staysFirst } = site.resampling;
  const NOISE = 1e-12;

  /** @typedef {Float64Array} Row */
  /** @typedef {{weights: number[], variant: string, limits: Map<string, boolean[]>, margin: number | null}} Question */

  /** A value for each key, made once. @template T @param {(key: number) => T} make @returns {(key: number) => T} */
  const remembered = (make) => {
    const made = new Map();
    return (key) => {
      if (!made.has(key)) made.set(key, make(key));
      return made.get(key);
    };
  };

  /** On how many tasks a row is beaten by none of the rows. @param {Row[]} rows */
  const bestOf = (rows) => {
    const best = rows[0]?.map((_, t) => rows.reduce((top, row) => (row[t] > top ? row[t] : top), -Infinity));
    return (/** @type {Row} */ row) => row.reduce((n, value, t) => n + Number(value === best[t]), 0);
  };

  /** How many scores a row has. @param {Row} row */
  const scoresOf = (row) => {
    let n = 0;
    for (const value of row) n += Number(value === value);
    return n;
  };

  /** Answers questions about one board. @param {any} board @param {(variant: string) => {signed: Row[], measure: Row[], errors?: Row[]}} measuresOf */
  site.chooser = (board, measuresOf) => {
    const byMean = board.rank_by === "mean";
    const samplesOf = remembered((n) => draws.samples(board.resamples, n, board.seed));
    const factorsOf = remembered((n) => draws.exponentials(board.reweightings * n, board.reweighting_seed));

    /** The models over the picked tasks. @param {Question} question */
    const fieldOf = (question) => {
      const picked = question.weights.flatMap((weight, t) => (weight ? [t] : []));
      const weights = Float64Array.from(picked, (t) => question.weights[t]);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const turned = byMean && picked.every((t) => board.tasks[t].direction < 0);
      const only = (/** @type {Row} */ row) => {
        const part = new Float64Array(picked.length);
        for (let i = 0; i < picked.length; i += 1) part[i] = row[picked[i]];
        return part;
      };

      /** Weighted mean of a row whose scores have enough of the weight. @param {Row} row @param {Row} scores */
      const coveredMean = (row, scores) => {
        let weight = 0;
        for (let t = 0; t < scores.length; t += 1) weight += scores[t] === scores[t] ? weights[t] : 0;
        const isCovered = weight >= (board.min_coverage - NOISE) * total;
        return isCovered ? settled(meanOf(row, weights), sizeOf(row)) : NaN;
      };
      const shown = (/** @type {number} */ merit) => (Number.isNaN(merit) ? null : turned ? 0 - merit : merit);

      /** The mean of a model's scores in a variant, as it is shown. @param {string} variant @param {number} model */
      const shownMean = (variant, model) => {
        const row = only(measuresOf(variant).signed[model]);
        return byMean ? shown(coveredMean(row, row)) : null;
      };
      const own = measuresOf(question.variant);
      const signed = own.signed.map(only);
      const measure = byMean ? signed : own.measure.map(only);
      const errors = own.errors?.map(only) ?? null;
      return { weights, signed, measure, errors, merit: measure.map((row, m) => coveredMean(row, signed[m])), shown, shownMean };
    };

    /** The margin where the visitor sets none: a share of the scale. @param {number[]} merits of the ranked models */
    const defaultMargin = (merits) => {
      const spread = merits.length ? merits.reduce((a, b) => Math.max(a, b)) - merits.reduce((a, b) => Math.min(a, b)) : 0;
      return settled(board.margin_share * (!byMean ? 1 : board.ends ? board.ends[1] - board.ends[0] : spread));
    };

    /** The smallest model of known size among some; the first of equals. @param {number[]} models @returns {number | null} */
    const smallestOf = (models) => {
      const known = models.filter((m) => board.models[m].parameters_b !== null);
      return known.length ? known.reduce((least, m) => (board.models[m].parameters_b < board.models[least].parameters_b ? m : least)) : null;
    };

    /** @param {Question} question */
    return (question) => {
      const { weights, signed, measure, errors, merit, shown, shownMean } = fieldOf(question);
      const scored = signed.map(scoresOf);
      const all = merit.map((_, m) => m);
      const ranked = all.filter((m) => !Number.isNaN(merit[m]));
      const isInside = (/** @type {number} */ m) => [...question.limits.values()].every((within) => within[m]);
      const order = ranked.filter(isInside).sort((a, b) => merit[b] - merit[a] || scored[b] - scored[a] || a - b);
      const behind = (/** @type {number} */ m) => difference(merit[order[0]], merit[m]);
      const rankOf = (/** @type {number} */ m) => 1 + order.findIndex((other) => merit[other] === merit[m]);
      const bestOn = bestOf(order.map((m) => signed[m]));
      const lifted = board.base !== null && question.variant !== board.base;
      const listed = order.slice(0, board.listed);
      const samples = listed.length > 1 ? samplesOf(weights.length).map((/** @type {number} */ times, /** @type {number} */ i) => times * weights[i % weights.length]) : null;

      const entry = (/** @type {number} */ m) => ({ row: measure[m], errors: errors && errors[m] });
      const tiedOf = remembered((m) => listed.includes(m) && isTied(entry(order[0]), entry(m), weights, /** @type {Float64Array} */ (samples), board));
      const hasTie = (/** @type {number} */ m) => rankOf(m) === 1 || tiedOf(m);

      /** Whether one model is distinguishably ahead of another; ties decide on the first and those that are listed. @param {number} a @param {number} b */
      const beats = (a, b) => {
        const first = order[0];
        if (b === first && listed.includes(a)) return false;
        if (a === first && listed.includes(b)) return !tiedOf(b);
        return isAhead(entry(a), entry(b), weights, board);
      };

      /** Best and worst rank that the picked tasks allow. @param {number} m */
      const ranksOf = (m) => {
        const rank = rankOf(m);
        const ahead = order.filter((other) => beats(m, other)).length;
        const behind = m === order[0] ? 0 : order.filter((other) => beats(other, m)).length;
        return [hasTie(m) ? 1 : Math.max(2, Math.min(rank, 1 + behind)), Math.max(rank, order.length - ahead)];
      };

      const candidate = (/** @type {number} */ m) => ({
        model: m,
        rank: rankOf(m),
        ranks: order.length > 1 ? ranksOf(m) : [1, 1],
        merit: /** @type {number} */ (shown(merit[m])),
        before: lifted ? shownMean(board.base, m) : null,
        behind: behind(m),
        bestOn: bestOn(signed[m]),
        scored: scored[m],
        tied: hasTie(m),
      });
      const margin = question.margin ?? defaultMargin(ranked.map((m) => merit[m]));
      const smallest = smallestOf(order.filter((m) => behind(m) <= margin));
      const unsure = order.length > 1 && weights.length > 1;
      return {
        question,
        tasks: weights.length,
        listed: listed.map(candidate),
        candidates: order.length,
        ranked: ranked.length,
        reference: board.reference && shownMean(board.reference.variant, board.reference.model),
        margin,
        smallest: smallest === null ? null : candidate(smallest),
        staysFirst: unsure ? staysFirst(order.map((m) => measure[m]), weights, factorsOf(weights.length)) : null,
        leftOut: new Map([...question.limits].map(([kind, within]) => [kind, ranked.filter((m) => !within[m])])),
        unranked: all.filter((m) => isInside(m) && Number.isNaN(merit[m])).map((m) => ({
          model: m,
          missing: weights.length - scored[m],
          rivals: scored[m] === 0 || !measure[m].every(Number.isNaN),
        })),
      };
    };
  };
})();
