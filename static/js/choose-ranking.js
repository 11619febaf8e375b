// The ranking of the choosing page: what ranks a board, how likely each model is the best, what the first place depends on, and answers to questions
// (docs/statistics.md#choice).
(() => {
  const { roundSignificant, difference } = site.format;
  const { NOISE, remembered, sizeOf, familiesOf, paired, reachOf, bestChances } = site.statistics;

  /** With how many of the best models each one is compared: more would take long, and show no more. */
  const MOST_RIVALS = 50;

  // --- what ranks: scores that compare, or win rates ------------------------------------------------

  /** Rounded scores, turned so that greater is better; NaN where there is none. @param {Board} board @param {Numbers[]} rows */
  const signed = (board, rows) =>
    rows.map((row) => Float64Array.from(row, (value, t) => (value === null ? NaN : roundSignificant(value) * board.tasks[t].direction)));

  /** Share of rivals that each model beats on each task, ties counting one half. @param {Row[]} rows */
  const winRates = (rows) => {
    const rates = rows.map((row) => new Float64Array(row.length).fill(NaN));
    for (let t = 0; t < (rows[0]?.length ?? 0); t += 1) {
      const models = rows.flatMap((row, m) => (Number.isNaN(row[t]) ? [] : [m])).sort((a, b) => rows[a][t] - rows[b][t]);
      for (let [from, end] = [0, 0]; models.length > 1 && from < models.length; from = end) {
        while (end < models.length && rows[models[end]][t] === rows[models[from]][t]) end += 1;
        for (const m of models.slice(from, end)) rates[m][t] = (from + end - 1) / 2 / (models.length - 1);
      }
    }
    return rates;
  };

  /** The measures of each variant, made when first asked for; errors, at least those of rounding, where the measure has them. @type {Choosing["measures"]} */
  const measures = (board, scores, known) =>
    remembered((variant) => {
      const rows = signed(board, scores[variant]);
      const byMean = board.rank_by === "mean";
      const errors = byMean ? rows.map((row, m) => row.map((_, t) => Math.max(known?.[variant][m][t] ?? 0, board.rounding[variant][t]))) : null;
      return { signed: rows, measure: byMean ? rows : winRates(rows), errors };
    });

  // --- leads --------------------------------------------------------------------------------------------

  /** sum(w s) / sum(w) over what a row has, before rounding. @param {Row} row @param {Float64Array} weights */
  const meanOf = (row, weights) => {
    let [sum, weight] = [0, 0];
    for (let t = 0; t < row.length; t += 1) {
      const value = row[t];
      if (value !== value) continue;
      sum += value * weights[t];
      weight += weights[t];
    }
    return sum / weight;
  };

  /**
   * The task without which the lead of a row over another changes most: the lead without it, and its share of the lead where both have every score.
   * Null where no task changes the lead.
   * @param {Row} first @param {Row} second @param {Float64Array} weights @returns {Influence | null}
   */
  const influence = (first, second, weights) => {
    const leadBy = (/** @type {Float64Array} */ weights) => meanOf(first, weights) - meanOf(second, weights);
    const size = Math.max(sizeOf(first), sizeOf(second));
    const lead = roundSignificant(leadBy(weights), size);
    const without = weights.map((_, t) => roundSignificant(leadBy(weights.with(t, 0)), size));
    const changes = without.map((left) => (Number.isNaN(left) ? -1 : roundSignificant(Math.abs(lead - left), size)));
    const most = changes.reduce((a, b) => Math.max(a, b));
    if (most <= 0) return null;
    const task = changes.indexOf(most);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const share = (weights[task] * (first[task] - second[task])) / (total * leadBy(weights));
    return { task, without: without[task], share: lead === 0 || [...first, ...second].some(Number.isNaN) ? null : share };
  };

  // --- the ranking over picked tasks ------------------------------------------------------------------

  /** On how many tasks a row is beaten by none of the rows. @param {Row[]} rows */
  const bestOf = (rows) => {
    const best = rows[0]?.map((_, t) => rows.reduce((top, row) => (row[t] > top ? row[t] : top), -Infinity));
    return (/** @type {Row} */ row) => row.reduce((n, value, t) => n + Number(value === best[t]), 0);
  };

  /** How many scores a row has. @param {Row} row */
  const scoresOf = (row) => row.reduce((n, value) => n + Number(value === value), 0);

  /** Answers questions about one board. @type {Choosing["chooser"]} */
  const chooser = (board, measuresOf) => {
    const byMean = board.rank_by === "mean";
    const sizes = board.models.map(({ parameters_b }) => parameters_b ?? Infinity);

    /** On which tasks any model has a score in a variant. @param {string} variant */
    const isScored = remembered((variant) => board.tasks.map((_, t) => measuresOf(variant).signed.some((row) => !Number.isNaN(row[t]))));

    /** The models over the picked tasks that any of them has. @param {Question} question */
    const fieldOf = (question) => {
      const asked = question.weights.flatMap((weight, t) => (weight ? [t] : []));
      const scored = asked.filter((t) => isScored(question.variant)[t]);
      const picked = scored.length ? scored : asked;
      const weights = Float64Array.from(picked, (t) => question.weights[t]);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const turned = byMean && picked.every((t) => board.tasks[t].direction < 0);
      const only = (/** @type {Row} */ row) => Float64Array.from(picked, (t) => row[t]);

      /** Weighted mean of a row whose scores have enough of the weight. @param {Row} row @param {Row} scores */
      const coveredMean = (row, scores) => {
        const weight = scores.reduce((sum, score, t) => (score === score ? sum + weights[t] : sum), 0);
        const isCovered = weight >= (board.min_coverage - NOISE) * total;
        return isCovered ? roundSignificant(meanOf(row, weights), sizeOf(row)) : NaN;
      };
      const shown = (/** @type {number} */ merit) => (Number.isNaN(merit) ? null : turned ? 0 - merit : merit);

      /** The mean of a model's scores in a variant over the tasks of `scores`, as it is shown; null where it lacks one. @param {string} variant @param {number} model @param {Row} scores */
      const meanBeside = (variant, model, scores) => {
        const row = only(measuresOf(variant).signed[model]).map((value, t) => (Number.isNaN(scores[t]) ? NaN : value));
        const isWhole = row.every((value, t) => Number.isNaN(scores[t]) || !Number.isNaN(value));
        return byMean && isWhole ? shown(coveredMean(row, row)) : null;
      };
      const all = measuresOf(question.variant);
      const signed = all.signed.map(only);
      const measure = byMean ? signed : all.measure.map(only);
      const errors = all.errors?.map(only) ?? null;
      const entrant = (/** @type {number} */ m) => ({ row: measure[m], errors: errors && errors[m] });
      const beside = board.reference?.variants[question.variant];
      const other = beside === undefined || beside === question.variant || !byMean ? null : measuresOf(beside);
      /** The baseline's scores in another variant, beside which the models stand. @type {Entrant | null} */
      const outsider = other && board.reference && { row: only(other.signed[board.reference.model]), errors: other.errors && only(other.errors[board.reference.model]) };
      return { picked, weights, signed, measure, merit: measure.map((row, m) => coveredMean(row, signed[m])), shown, meanBeside, entrant, outsider };
    };

    /** The margin where the visitor sets none: a share of the scale. @param {number[]} merits of the ranked models */
    const defaultMargin = (merits) => {
      const spread = merits.length ? merits.reduce((a, b) => Math.max(a, b)) - merits.reduce((a, b) => Math.min(a, b)) : 0;
      return roundSignificant(board.margin_share * (!byMean ? 1 : board.ends ? board.ends[1] - board.ends[0] : spread));
    };

    /** The smallest model of known size among some; the first of equals. @param {number[]} models @returns {number | null} */
    const smallestOf = (models) => {
      const known = models.filter((m) => sizes[m] < Infinity);
      return known.length ? known.reduce((least, m) => (sizes[m] < sizes[least] ? m : least)) : null;
    };

    return (question) => {
      const { picked, weights, signed, measure, merit, shown, meanBeside, entrant, outsider } = fieldOf(question);
      const scored = signed.map(scoresOf);
      const all = merit.map((_, m) => m);
      const ranked = all.filter((m) => !Number.isNaN(merit[m]));
      const isInside = (/** @type {number} */ m) => [...question.limits.values()].every((within) => within[m]);
      const order = ranked.filter(isInside).sort((a, b) => merit[b] - merit[a] || scored[b] - scored[a] || a - b);
      const behind = (/** @type {number} */ m) => difference(merit[order[0]], merit[m]);
      const rankOf = (/** @type {number} */ m) => 1 + order.findIndex((other) => merit[other] === merit[m]);
      const bestOn = bestOf(order.map((m) => signed[m]));
      const base = question.variant === board.base ? null : board.base;
      const baseline = board.reference;
      const families = familiesOf(board, picked);
      const isEnough = order.length > 1 && new Set(families).size >= board.least_tasks;
      const entrants = order.map(entrant);
      const chances = isEnough ? bestChances(entrants, weights, families, board.least_tasks) : null;

      /** Whether one is ahead of another by more than chance explains. @param {Entrant} one @param {Entrant} other @param {number} tail */
      const isAhead = (one, other, tail) => {
        const errors = one.errors && other.errors && one.errors.map((error, t) => Math.hypot(error, other.errors?.[t] ?? 0));
        const test = paired(one.row.map((value, t) => value - other.row[t]), errors, weights, families);
        return test.units >= board.least_tasks && test.mean > reachOf(test, tail);
      };
      const isBehind = entrants.map((one) => outsider !== null && isAhead(outsider, one, board.tails.baseline[question.variant]));

      /** Whether none of the best others is ahead, nor a baseline of another variant that is not ahead of the first too. @param {Entrant} one @param {number} i place in the order */
      const mayBeFirst = (one, i) => {
        if (isBehind[i] && !isBehind[0]) return false;
        return !entrants.slice(0, MOST_RIVALS).some((rival, j) => j !== i && isAhead(rival, one, board.first_share / (order.length - 1)));
      };

      /** @param {number} m @returns {Candidate} */
      const candidate = (m) => ({
        model: m,
        rank: rankOf(m),
        chance: chances?.[order.indexOf(m)] ?? null,
        merit: /** @type {number} */ (shown(merit[m])),
        before: base === null ? null : meanBeside(base, m, signed[m]),
        reference: baseline && meanBeside(baseline.variants[question.variant], baseline.model, signed[m]),
        behind: behind(m),
        bestOn: bestOn(signed[m]),
        scored: scored[m],
      });

      /** The task on which the lead depends most. @param {number} first @param {number} second */
      const influenceOf = (first, second) => {
        const found = influence(measure[first], measure[second], weights);
        return found && { ...found, task: picked[found.task] };
      };
      const margin = question.margin ?? defaultMargin(ranked.map((m) => merit[m]));
      const smallest = smallestOf(order.filter((m) => behind(m) <= margin));
      return {
        question,
        tasks: weights.length,
        listed: order.slice(0, board.listed).map(candidate),
        candidates: order.length,
        ranked: ranked.length,
        margin,
        smallest: smallest === null ? null : candidate(smallest),
        close: isEnough ? order.filter((_, i) => i && mayBeFirst(entrants[i], i)) : null,
        influence: isEnough ? influenceOf(order[0], order[1]) : null,
        leftOut: new Map([...question.limits].map(([kind, within]) => [kind, ranked.filter((m) => !within[m])])),
        unranked: all.filter((m) => isInside(m) && Number.isNaN(merit[m])).map((m) => ({
          model: m,
          missing: weights.length - scored[m],
          rivals: scored[m] === 0 || !measure[m].every(Number.isNaN),
        })),
      };
    };
  };

  site.choosing = { measures, chooser };
})();
