// The statistics of choosing: seeded draws, what ranks a board, ties and reweightings, and the ranking over picked tasks (docs/statistics.md).
(() => {
  const { roundSignificant, difference } = site.format;
  const NOISE = 1e-12;

  /** A value for each key, made once. @template K, T @param {(key: K) => T} make @returns {(key: K) => T} */
  const remembered = (make) => {
    const made = new Map();
    return (key) => {
      if (!made.has(key)) made.set(key, make(key));
      return made.get(key);
    };
  };

  // --- random draws: mulberry32 by Tommy Ettinger, in the public domain -----------------------------

  const RANGE = 2 ** 32;

  /** The 32-bit words of the stream of a seed, one a call. @param {number} seed */
  const words = (seed) => {
    let state = seed | 0;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let word = Math.imul(state ^ (state >>> 15), state | 1);
      word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
      return (word ^ (word >>> 14)) >>> 0;
    };
  };

  /** @type {Statistics["samples"]} */
  const samples = (rows, n, seed) => {
    const next = words(seed);
    const counts = new Float64Array(rows * n);
    for (let row = 0; row < rows; row += 1) {
      for (let i = 0; i < n; i += 1) counts[row * n + Math.floor((next() * n) / RANGE)] += 1;
    }
    return counts;
  };

  /** @type {Statistics["exponentials"]} */
  const exponentials = (n, seed) => {
    const next = words(seed);
    return Float64Array.from({ length: n }, () => -Math.log((next() + 0.5) / RANGE));
  };

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

  /** The measures of each variant, made when first asked for; errors where any are known and the measure has them. @type {Statistics["measures"]} */
  const measures = (board, scores, known) =>
    remembered((variant) => {
      const rows = signed(board, scores[variant]);
      const byMean = board.rank_by === "mean";
      const errors = byMean && known ? known[variant].map((row) => Float64Array.from(row, (value) => value ?? 0)) : null;
      return { signed: rows, measure: byMean ? rows : winRates(rows), errors };
    });

  // --- ties with the first, leads, random reweightings -----------------------------------------------

  /** The greatest magnitude in a row. @param {Row} row */
  const sizeOf = (row) => {
    let size = 0;
    for (const value of row) if (Math.abs(value) > size) size = Math.abs(value);
    return size;
  };

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

  /** A quantile of sorted values, by linear interpolation. @param {Float64Array} sorted @param {number} share */
  const quantile = (sorted, share) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const next = sorted[Math.min(below + 1, sorted.length - 1)];
    return sorted[below] + (place - below) * (next - sorted[below]);
  };

  /** Length of a vector of terms. @param {Float64Array} terms */
  const norm = (terms) => Math.sqrt(terms.reduce((sum, term) => sum + term * term, 0));

  /** What `row` is ahead of `other`, and the standard error of that. @param {Entrant} one @param {Entrant} other */
  const leadOf = (one, other) => ({
    gaps: one.row.map((value, t) => difference(value, other.row[t])),
    errors: one.errors && other.errors && one.errors.map((error, t) => Math.hypot(error, /** @type {Row} */ (other.errors)[t])),
  });

  /** How far a weighted mean may be off by the errors of what it is a mean of. @param {{gaps: Row, errors: Row | null}} lead @param {Float64Array} weights @param {number} reach */
  const reachOfErrors = ({ gaps, errors }, weights, reach) => {
    if (!errors) return 0;
    const there = gaps.map((gap) => Number(!Number.isNaN(gap)));
    const total = weights.reduce((sum, weight, t) => sum + weight * there[t], 0);
    return (reach * norm(errors.map((error, t) => error * weights[t] * there[t]))) / total;
  };

  /** Whether the samples of tasks cannot tell a model from the first; `samples` has what each task counts in each sample. @type {Statistics["isTied"]} */
  const isTied = (first, other, weights, samples, reaches) => {
    const lead = leadOf(first, other);
    const { gaps } = lead;
    const size = sizeOf(gaps);
    const tail = reaches.tail[gaps.filter((gap) => !Number.isNaN(gap)).length];
    if (tail === null) return false;
    const means = new Float64Array(samples.length / gaps.length).map((_, i) => meanOf(gaps, samples, i * gaps.length));
    const known = means.filter((mean) => !Number.isNaN(mean)).sort();
    const [middle, reach] = [meanOf(gaps, weights), reachOfErrors(lead, weights, reaches.error_reach)];
    const low = Math.min(roundSignificant(quantile(known, tail), size), roundSignificant(middle - reach, size));
    const high = Math.max(roundSignificant(quantile(known, 1 - tail), size), roundSignificant(middle + reach, size));
    return low <= 0 && high >= 0;
  };

  /** Whether a model is distinguishably ahead of another, by a paired t test with weights. @type {Statistics["isAhead"]} */
  const isAhead = (one, other, weights, reaches) => {
    const lead = leadOf(one, other);
    const there = lead.gaps.map((gap) => Number(!Number.isNaN(gap)));
    const n = there.reduce((sum, is) => sum + is, 0);
    const reach = reaches.reach[n];
    if (reach === null) return false;
    const total = weights.reduce((sum, weight, t) => sum + weight * there[t], 0);
    const mean = meanOf(lead.gaps, weights);
    const off = norm(lead.gaps.map((gap, t) => (there[t] ? weights[t] * (gap - mean) : 0)));
    const byTasks = (reach * Math.sqrt(n / (n - 1)) * off) / total;
    return mean > Math.max(byTasks, reachOfErrors(lead, weights, reaches.error_reach)) + NOISE * sizeOf(lead.gaps);
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

  /** In how many random reweightings no row has a greater mean than the first; `draws` has a factor for each task, reweighting by reweighting. @type {Statistics["staysFirst"]} */
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

  /** Answers questions about one board. @type {Statistics["chooser"]} */
  const chooser = (board, measuresOf) => {
    const byMean = board.rank_by === "mean";
    const sizes = board.models.map(({ parameters_b }) => parameters_b ?? Infinity);
    const samplesOf = remembered((/** @type {number} */ n) => samples(board.resamples, n, board.seed));
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
      return { weights, signed, measure, errors, merit: measure.map((row, m) => coveredMean(row, signed[m])), shown, meanBeside };
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
      const { weights, signed, measure, errors, merit, shown, meanBeside } = fieldOf(question);
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
      const weighted = listed.length > 1 ? samplesOf(weights.length).map((times, i) => times * weights[i % weights.length]) : new Float64Array();

      const entry = (/** @type {number} */ m) => ({ row: measure[m], errors: errors && errors[m] });
      const tiedOf = remembered((/** @type {number} */ m) => listed.includes(m) && isTied(entry(order[0]), entry(m), weights, weighted, board));
      const hasTie = (/** @type {number} */ m) => rankOf(m) === 1 || tiedOf(m);

      /** Whether one model is distinguishably ahead of another; ties decide on the first and those that are listed. @param {number} a @param {number} b */
      const beats = (a, b) => {
        const first = order[0];
        if (b === first && listed.includes(a)) return false;
        if (a === first && listed.includes(b)) return !tiedOf(b);
        return isAhead(entry(a), entry(b), weights, board);
      };

      /** Best and worst rank that the picked tasks allow. @param {number} m @returns {[best: number, worst: number]} */
      const ranksOf = (m) => {
        const rank = rankOf(m);
        const ahead = order.filter((other) => beats(m, other)).length;
        const behind = m === order[0] ? 0 : order.filter((other) => beats(other, m)).length;
        return [hasTie(m) ? 1 : Math.max(2, Math.min(rank, 1 + behind)), Math.max(rank, order.length - ahead)];
      };

      /** @param {number} m @returns {Candidate} */
      const candidate = (m) => ({
        model: m,
        rank: rankOf(m),
        ranks: order.length > 1 ? ranksOf(m) : [1, 1],
        merit: /** @type {number} */ (shown(merit[m])),
        before: base === null ? null : meanBeside(base, m, signed[m]),
        reference: baseline && meanBeside(baseline.variants[question.variant], baseline.model, signed[m]),
        behind: behind(m),
        bestOn: bestOn(signed[m]),
        scored: scored[m],
        tied: hasTie(m),
      });
      const margin = question.margin ?? defaultMargin(ranked.map((m) => merit[m]));
      const smallest = smallestOf(order.filter((m) => behind(m) <= margin));
      const candidates = listed.map(candidate);
      const references = [...new Set(candidates.map((c) => c.reference))];
      const unsure = order.length > 1 && weights.length > 1;
      return {
        question,
        tasks: weights.length,
        listed: candidates,
        candidates: order.length,
        ranked: ranked.length,
        reference: references.length === 1 ? references[0] : null,
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

  site.statistics = { words, samples, exponentials, winRates, measures, isTied, isAhead, staysFirst, chooser };
})();
