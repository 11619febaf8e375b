// The ranking of the choosing page: what ranks a board, what the first place depends on, what would change it, and answers to questions
// (docs/statistics.md#choice).
(() => {
  const { roundSignificant, difference } = site.format;
  const { NOISE, remembered, sizeOf, familiesOf, paired, reachOf } = site.statistics;

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

  // --- means and leads ----------------------------------------------------------------------------------

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

  /** The task that both have without which the lead of a row over another shrinks most; null where none makes it larger. @param {Row} first @param {Row} second @param {Float64Array} weights */
  const decisiveTask = (first, second, weights) => {
    const leadBy = (/** @type {Float64Array} */ weights) => meanOf(first, weights) - meanOf(second, weights);
    const size = Math.max(sizeOf(first), sizeOf(second));
    const lead = leadBy(weights);
    const changes = Array.from(weights, (_, t) => {
      const change = lead - leadBy(weights.with(t, 0));
      return Number.isNaN(first[t] + second[t] + change) ? 0 : roundSignificant(change, size);
    });
    const most = Math.max(...changes);
    return most > 0 ? changes.indexOf(most) : null;
  };

  /** The ranks of a row among others if each weight were anything from half to double of what it is: others may be ahead that are not behind whatever the weights,
   * over the tasks that both have. @param {Row[]} rows @param {Float64Array} weights @param {number} i @param {number} rank its own */
  const ranksOf = (rows, weights, i, rank) => {
    let [ahead, behind] = [0, 0];
    for (const other of rows) {
      let [least, most] = [0, 0];
      for (let t = 0; t < weights.length; t += 1) {
        const gap = weights[t] * (rows[i][t] - other[t]);
        if (gap !== gap) continue;
        least += gap > 0 ? gap / 2 : gap * 2;
        most += gap > 0 ? gap * 2 : gap / 2;
      }
      const noise = NOISE * sizeOf(other);
      if (most < -noise) ahead += 1;
      else if (least > noise) behind += 1;
    }
    return /** @type {[number, number]} */ ([Math.min(1 + ahead, rank), Math.max(rows.length - behind, rank)]);
  };

  // --- the ranking over picked tasks ------------------------------------------------------------------

  /** How many scores a row has. @param {Row} row */
  const scoresOf = (row) => row.reduce((n, value) => n + Number(value === value), 0);

  /** Answers questions about one board. @type {Choosing["chooser"]} */
  const chooser = (board, measuresOf) => {
    const byMean = board.rank_by === "mean";

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

      /** Weighted mean of a row whose scores have enough of the weight. @param {Row} row @param {Row} scores @param {number} least */
      const coveredMean = (row, scores, least = board.min_coverage) => {
        const weight = scores.reduce((sum, score, t) => (score === score ? sum + weights[t] : sum), 0);
        return weight >= (least - NOISE) * total ? roundSignificant(meanOf(row, weights), sizeOf(row)) : NaN;
      };
      const all = measuresOf(question.variant);
      const signed = all.signed.map(only);
      const measure = byMean ? signed : all.measure.map(only);
      const errors = all.errors?.map(only) ?? null;
      return {
        picked, weights, signed, measure, only, coveredMean,
        merit: measure.map((row, m) => coveredMean(row, signed[m])),
        shown: (/** @type {number} */ merit) => (turned ? 0 - merit : merit),
        entrant: (/** @type {number} */ m) => ({ row: measure[m], errors: errors && errors[m] }),
      };
    };

    /** Models that only another variant has, over every picked task. @param {ReturnType<typeof fieldOf>} field @param {string} variant @param {number} first merit of the first @returns {Reference[]} */
    const referencesOf = ({ signed, only, coveredMean, shown }, variant, first) => {
      if (!byMean) return [];
const found = signed.flatMap((row, model) => {
        if (scoresOf(row)) return [];
        for (const { id } of board.variants) {
          const other = only(measuresOf(id).signed[model]);
          const merit = coveredMean(other, other, 1);
          if (id !== variant && !Number.isNaN(merit)) return [{ model, variant: id, value: merit, merit: shown(merit), isBetter: merit > first }];
        }
        return [];
      });
      return found.sort((a, b) => b.value - a.value);
    };

    /** Who is too close to the first: nobody of the best others is ahead of it, nor a baseline of another variant that is not ahead of the first too.
     * @param {ReturnType<typeof fieldOf>} field @param {number[]} order @param {string} variant */
    const closeOf = ({ weights, picked, only, entrant }, order, variant) => {
      const families = familiesOf(board, picked);
      if (order.length < 2 || new Set(families).size < board.least_tasks) return null;
      const entrants = order.map(entrant);
      const beside = byMean ? board.reference?.variants[variant] : undefined;
      const other = beside === undefined || beside === variant ? null : measuresOf(beside);
      const at = board.reference?.model ?? 0;
      const outsider = other && { row: only(other.signed[at]), errors: other.errors && only(other.errors[at]) };

      /** Whether one is ahead of another by more than chance explains. @param {Entrant} one @param {Entrant} other @param {number} tail */
      const isAhead = (one, other, tail) => {
        const errors = one.errors && other.errors && one.errors.map((error, t) => Math.hypot(error, other.errors?.[t] ?? 0));
        const test = paired(one.row.map((value, t) => value - other.row[t]), errors, weights, families);
        return test.units >= board.least_tasks && test.mean > reachOf(test, tail);
      };
      const isBehind = entrants.map((one) => outsider !== null && isAhead(outsider, one, board.tails.baseline[variant]));
      const rivals = entrants.slice(0, MOST_RIVALS);
      return order.filter((_, i) => {
        if (i === 0 || (isBehind[i] && !isBehind[0])) return false;
        return !rivals.some((rival, j) => j !== i && isAhead(rival, entrants[i], board.first_share / (order.length - 1)));
      });
    };

    /** The task that decides between the first two, and who leads without it. @param {ReturnType<typeof fieldOf>} field @param {number[]} order @returns {Reason | null} */
    const reasonOf = ({ measure, weights, picked }, order) => {
      const [first, second] = order;
      if (second === undefined || picked.length < 2) return null;
      const t = decisiveTask(measure[first], measure[second], weights);
      if (t === null) return null;
      const without = order.map((m) => ({ m, mean: roundSignificant(meanOf(measure[m], weights.with(t, 0)), sizeOf(measure[m])) })).filter(({ mean }) => !Number.isNaN(mean));
      const [lead, next] = without.sort((a, b) => b.mean - a.mean);
      return { task: picked[t], lead: lead.m, next: next?.m ?? null, gap: next ? difference(lead.mean, next.mean) : 0 };
    };

    /** What another limit would change: the next one up with a better first model, the one down that leaves the first out.
     * @param {number[]} ranked the best first @param {number[]} order those within the limits @param {Question} question @param {ReturnType<typeof fieldOf>} field @returns {Change[]} */
    const changesOf = (ranked, order, { limits }, { merit, shown }) => {
      /** Those that every other limit leaves. @param {Limit} limit */
      const others = (limit) => ranked.filter((m) => [...limits].every(([kind, within]) => kind === limit || within[m]));
      /** @param {"size" | "price"} kind @param {Numbers} values @returns {Change[]} */
      const along = (kind, values) => {
        const known = others(kind).filter((m) => values[m] !== null);
        const [first] = order;
        const above = known.filter((m) => !limits.get(kind)?.[m] && (first === undefined || merit[m] > merit[first]));
        const next = above.sort((a, b) => Number(values[a]) - Number(values[b]))[0];
        const below = first === undefined || values[first] === null ? [] : known.filter((m) => Number(values[m]) < Number(values[first]));
        return [
          ...(limits.has(kind) && next !== undefined ? [{ kind, limit: values[next], model: next, merit: shown(merit[next]) }] : []),
          ...(below.length ? [{ kind, limit: Math.max(...below.map((m) => Number(values[m]))), model: below[0], merit: shown(merit[below[0]]) }] : []),
        ];
      };
      /** @param {"license" | "developer"} kind @returns {Change[]} */
      const without = (kind) => {
        const [best] = others(kind);
        return limits.has(kind) && best !== undefined && best !== order[0] ? [{ kind, limit: null, model: best, merit: shown(merit[best]) }] : [];
      };
      return [...along("size", board.models.map((model) => model.parameters_b)), ...along("price", board.prices), ...without("license"), ...without("developer")];
    };

    return (question) => {
      const field = fieldOf(question);
      const { picked, weights, signed, measure, merit, shown } = field;
      const scored = signed.map(scoresOf);
      const all = merit.map((_, m) => m);
      const ranked = all.filter((m) => !Number.isNaN(merit[m])).sort((a, b) => merit[b] - merit[a] || scored[b] - scored[a] || a - b);
      const excludedBy = (/** @type {number} */ m) => [...question.limits].flatMap(([kind, within]) => (within[m] ? [] : [kind]));
      const order = ranked.filter((m) => !excludedBy(m).length);
      const close = closeOf(field, order, question.variant);
      const rows = order.map((m) => measure[m]);
      const references = referencesOf(field, question.variant, order.length ? merit[order[0]] : Infinity);

      /** The place of the first with each merit. */
      const places = new Map(order.map((model, i) => /** @type {[number, number]} */ ([merit[model], i])).reverse());
      /** @param {number} model @param {number} i @returns {Candidate} */
      const candidate = (model, i) => {
        const rank = 1 + (places.get(merit[model]) ?? i);
        return {
          model, rank,
          // When asked for: few of thousands are shown, and each is compared with all.
          get ranks() {
            return ranksOf(rows, weights, i, rank);
          },
          merit: shown(merit[model]), behind: difference(merit[order[0]], merit[model]), scored: scored[model],
        };
      };
      return {
        question,
        tasks: picked,
        candidates: order.map(candidate),
        close,
        references,
        reason: reasonOf(field, order),
        changes: changesOf(ranked, order, question, field),
        excluded: ranked.filter((m) => excludedBy(m).length).map((model) => ({ model, merit: shown(merit[model]), limits: excludedBy(model) })),
        unranked: all.filter((m) => Number.isNaN(merit[m]) && !excludedBy(m).length && !references.some(({ model }) => model === m)).map((model) => ({
          model, missing: weights.length - scored[model], rivals: scored[model] === 0 || !measure[model].every(Number.isNaN),
        })),
      };
    };
  };

  site.choosing = { measures, chooser };
})();
