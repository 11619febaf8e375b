// The ranking of the choosing page: what ranks a board, which models are clearly ahead, what the first place depends on, and answers to questions
// (docs/statistics.md#choice).
(() => {
  const { roundSignificant, difference } = site.format;
  const { NOISE, remembered, sizeOf, exponentials, familiesOf, paired } = site.statistics;

  // --- what ranks: scores that compare, or win rates ------------------------------------------------

  /** Rounded scores, turned so that greater is better; NaN where there is none. @param {Board} board @param {Numbers[]} rows */
  const signed = (board, rows) =>
    rows.map((row) => Float64Array.from(row, (value, t) => (value === null ? NaN : roundSignificant(value) * board.tasks[t].direction)));

  /** Where the first value above `value` stands in ascending ones. @param {Float64Array} sorted @param {number} value */
  const above = (sorted, value) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** Share of rivals that each model beats on each task, ties counting one half. @param {Float64Array[]} rows */
  const winRates = (rows) => {
    const rates = rows.map((row) => new Float64Array(row.length).fill(NaN));
    for (let t = 0; t < (rows[0]?.length ?? 0); t += 1) {
      const sorted = Float64Array.from(rows.map((row) => row[t]).filter((value) => !Number.isNaN(value))).sort();
      const rivals = sorted.length - 1;
      if (rivals < 1) continue;
      let [at, end, from] = [NaN, 0, 0];
      const rateOf = new Map();
      for (let i = 0; i < sorted.length; i = end) {
        [at, end, from] = [sorted[i], above(sorted, sorted[i]), i];
        rateOf.set(at, (from + end - 1) / 2 / rivals);
      }
      rows.forEach((row, m) => {
        if (!Number.isNaN(row[t])) rates[m][t] = rateOf.get(row[t]);
      });
    }
    return rates;
  };

  /** The measures of each variant, made when first asked for; errors where any are known and the measure has them. @type {Choosing["measures"]} */
  const measures = (board, scores, known) =>
    remembered((variant) => {
      const rows = signed(board, scores[variant]);
      const byMean = board.rank_by === "mean";
      const errors = byMean && known ? known[variant].map((row) => Float64Array.from(row, (value) => value ?? 0)) : null;
      return { signed: rows, measure: byMean ? rows : winRates(rows), errors };
    });

  // --- clear leads --------------------------------------------------------------------------------------

  /** sum(w s) / sum(w) over what a row has, before rounding. `weights` may hold many sets: the one from `start` on counts. @param {Row} row @param {Float64Array} weights */
  const meanOf = (row, weights, start = 0) => {
    let [sum, weight] = [0, 0];
    for (let t = 0; t < row.length; t += 1) {
      const value = row[t];
      if (value !== value) continue;
      sum += value * weights[start + t];
      weight += weights[start + t];
    }
    return sum / weight;
  };

  /** Which of two models is clearly ahead by a paired t test: 1 the first, -1 the other, 0 neither. @type {Choosing["clearLead"]} */
  const clearLead = (one, other, weights, families, p, least) => {
    const gaps = one.row.map((value, t) => value - other.row[t]);
    const [mine, theirs] = [one.errors, other.errors];
    const errors = mine && theirs && mine.map((error, t) => Math.hypot(error, theirs[t]));
    const { mean, reach } = paired(gaps, errors, weights, families, p, least);
    return mean > reach ? 1 : mean < -reach ? -1 : 0;
  };

  // --- what the first place depends on ------------------------------------------------------------------

  /**
   * The task without which the lead of a row over another changes most: the lead without it, and its share of the lead where both have every score.
   * Null where no task changes the lead.
   * @type {Choosing["influence"]}
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

  /**
   * The share of the weight that each task has, reweighting by reweighting, and how far these are from the shares of the weights themselves.
   * @param {Float64Array} weights @param {Float64Array} draws
   */
  const sharesOf = (weights, draws) => {
    const n = weights.length;
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    const plain = weights.map((weight) => weight / whole);
    const shares = new Float64Array(draws.length);
    const distances = new Float64Array(draws.length / n);
    for (let i = 0, start = 0; start < draws.length; i += 1, start += n) {
      let [total, squares] = [0, 0];
      for (let t = 0; t < n; t += 1) total += shares[start + t] = draws[start + t] * weights[t];
      for (let t = 0; t < n; t += 1) {
        shares[start + t] /= total;
        squares += (shares[start + t] - plain[t]) ** 2;
      }
      distances[i] = Math.sqrt(squares);
    }
    return { plain, shares, distances };
  };

  /**
   * How far a row can be ahead of `least`, a mean that the first never falls below. Its lead by any shares is at most its lead by the weights,
   * plus the distance of the two times the length of its centred leads (Cauchy and Schwarz): most rows of a large board can never be first.
   * @param {Row} row @param {number} least @param {Row} share
   */
  const reachOf = (row, least, share) => {
    let [lead, sum, squares, known] = [0, 0, 0, 0];
    for (let t = 0; t < row.length; t += 1) {
      const ahead = row[t] - least;
      if (ahead !== ahead) continue;
      lead += share[t] * ahead;
      sum += ahead;
      squares += ahead * ahead;
      known += 1;
    }
    return { row, lead, length: Math.sqrt(Math.max(0, squares - sum ** 2 / row.length)), isWhole: known === row.length };
  };

  /** In how many random reweightings no row has a greater mean than the first; `draws` has a factor for each task, reweighting by reweighting. @type {Choosing["staysFirst"]} */
  const staysFirst = ([first, ...others], weights, draws) => {
    const n = weights.length;
    const noise = NOISE * others.reduce((size, row) => Math.max(size, sizeOf(row)), sizeOf(first));
    const { plain, shares, distances } = sharesOf(weights, draws);
    const firsts = new Float64Array(distances.length).map((_, i) => meanOf(first, shares, i * n));
    const least = firsts.reduce((a, b) => Math.min(a, b)) - noise;
    const furthest = distances.reduce((a, b) => Math.max(a, b));
    const rivals = others.map((row) => reachOf(row, least, plain)).filter(({ lead, length }) => lead + furthest * length >= 0);
    return firsts.filter((mean, i) => {
      const isAhead = (/** @type {ReturnType<typeof reachOf>} */ { row, lead, length, isWhole }) =>
        lead + distances[i] * length >= (isWhole ? mean - noise - least : 0) && meanOf(row, shares, i * n) > mean + noise;
      return !rivals.some(isAhead);
    }).length;
  };

  // --- the ranking over picked tasks ------------------------------------------------------------------

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

  /** Answers questions about one board. @type {Choosing["chooser"]} */
  const chooser = (board, measuresOf) => {
    const byMean = board.rank_by === "mean";
    const sizes = board.models.map(({ parameters_b }) => parameters_b ?? Infinity);
    const factorsOf = remembered((/** @type {number} */ n) => exponentials(board.reweightings * n, board.reweighting_seed));

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
      return { picked, weights, signed, measure, errors, merit: measure.map((row, m) => coveredMean(row, signed[m])), shown, meanBeside };
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
      const { picked, weights, signed, measure, errors, merit, shown, meanBeside } = fieldOf(question);
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
      const listed = order.slice(0, board.listed);
      const families = familiesOf(board, picked);
      const isEnough = order.length > 1 && new Set(families).size >= board.least_tasks;
      // Each of the k (k - 1) / 2 pairs is tested at 5 % over their number (Bonferroni), half of it to each side.
      const p = 1 - 0.05 / (order.length * (order.length - 1));
      const entry = (/** @type {number} */ m) => ({ row: measure[m], errors: errors && errors[m] });

      /** Best and worst rank that the picked tasks leave plausible. @param {number} m @returns {[best: number, worst: number]} */
      const ranksOf = (m) => {
        const leads = order.map((other) => clearLead(entry(m), entry(other), weights, families, p, board.least_tasks));
        const [ahead, behind] = [1, -1].map((side) => leads.filter((lead) => lead === side).length);
        return [Math.min(rankOf(m), 1 + behind), Math.max(rankOf(m), order.length - ahead)];
      };

      /** @param {number} m @returns {Candidate} */
      const candidate = (m) => ({
        model: m,
        rank: rankOf(m),
        ranks: isEnough ? ranksOf(m) : null,
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
      const candidates = listed.map(candidate);
      const references = [...new Set(candidates.map((c) => c.reference))];
      return {
        question,
        tasks: weights.length,
        listed: candidates,
        candidates: order.length,
        ranked: ranked.length,
        reference: references.length === 1 ? references[0] : null,
        margin,
        smallest: smallest === null ? null : candidate(smallest),
        staysFirst: isEnough ? staysFirst(order.map((m) => measure[m]), weights, factorsOf(weights.length)) : null,
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

  site.choosing = { winRates, measures, clearLead, influence, staysFirst, chooser };
})();
