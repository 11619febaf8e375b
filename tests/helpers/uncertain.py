"""When a sentence about errors, chance, correlations or separability may appear.

Conditions for the templates in test_sentences.py, as in tests/helpers/conditions.py.
"""

import re
from itertools import combinations

import numpy as np
from scipy import stats

from site_builder.charts.correlations import column_phrase
from site_builder.compute.correlation import LIFTS
from site_builder.compute.scores import Score
from tests.helpers.conditions import Match, names, names_of, number, parts
from tests.helpers.facts import LEAST, Facts, can_tell, rivals
from tests.helpers.sayings import Said

LEAST_PAIRED = 10  # observations that a conclusion from a correlation needs
ALIKE = 0.7
MOST_DRAWN = 40
MERITS = ("mean score", "mean win rate", "adjusted average")

# --- over which tasks ----------------------------------------------------------------------------


def merit_of(f: Facts) -> str:
    """What the averages of a board are called."""
    return "adjusted average" if f.board.rules.rank_by == "additive" else "mean score"


def averaged_over(f: Facts, said: Said, m: Match) -> bool:
    """Over which tasks the means of a chart are, and what they are called."""
    is_whole_board = said.place.startswith("separability") or said.place == "view"
    board, unit = (f.board, "") if is_whole_board else (f.comparable, merit_of(f))
    scored = {v: tuple((~np.isnan(f.values(v))).any(axis=0).tolist()) for v in f.roles.contest}
    n = f"{len(board.tasks):,} task{'s' * (len(board.tasks) != 1)}"
    is_complete = all(s.scored == len(board.tasks) for s in board.ranked)
    expected = n
    if not is_whole_board and len({*scored.values()}) > 1:
        expected = "the tasks of each variant"
    elif len(board.tasks) < len(f.board.tasks):
        expected = f"the {n} that every ranked model has"
    elif board.rules.rank_by == "additive":
        if any(s.scored and s.rank is None for s in board.standings):
            expected = "the tasks of the ranked models"
    elif not is_complete:
        expected = f"the tasks that each model has, {len(board.tasks):,} in all"
    return m["over"] == expected and m["unit"].lower() in ([unit] if unit else MERITS)


def has_intervals(f: Facts, said: Said, m: Match) -> bool:
    """There are enough tasks for intervals."""
    return len(f.comparable.tasks) >= LEAST


def has_baseline(f: Facts, said: Said, m: Match) -> bool:
    """The baseline is named."""
    return m["b"] == f.labels.baseline != ""


def is_adjusted(f: Facts, said: Said, m: Match) -> bool:
    """The board ranks by adjusted averages."""
    return f.board.rules.rank_by == "additive"


def has_unconnected(f: Facts, said: Said, m: Match) -> bool:
    """A model with a score has no adjusted average."""
    return is_adjusted(f, said, m) and any(s.scored and not s.rank for s in f.board.standings)


def unknown_costs(f: Facts, said: Said, m: Match) -> bool:
    """So many ranked models state no size, or have no price."""
    ranked = {s.model for s in f.comparable.ranked}
    return number(m["n"]) == len(ranked - f.costs(said.place).keys())


# --- separability --------------------------------------------------------------------------------


def none_separable(f: Facts, said: Said, m: Match) -> bool:
    """Every rank is plausible for every model."""
    n = len(f.board.ranked)
    told = 2 if said.clause.startswith("The two") else number(m["n"])
    return told == n and {s.rank_interval for s in f.board.ranked} == {(1, n)}


def may_be_first(f: Facts, said: Said, m: Match) -> bool:
    """So many models may be first, of so many; their names."""
    first = [s.model for s in f.board.ranked if s.rank == 1 or s in rivals(f.board)]
    k = number(m["k"]) if "k" in m.groupdict() else 1
    told = (k, number(m["n"])) == (len(first), len(f.board.ranked))
    who = m.groupdict().get("who")
    return can_tell(f.board) and told and (who is None or names(who, names_of(f, first)))


def bars(f: Facts, said: Said, m: Match) -> bool:
    """So many runs of neighbours are not separable, of so many models."""
    ends = {
        (start, min(end, MOST_DRAWN - 1))
        for start, end in f.board.inseparable
        if start < MOST_DRAWN - 1
    }
    runs = [(a, b) for a, b in ends if not any(c < a and b == d for c, d in ends)]
    sizes = [end - start + 1 for start, end in runs]
    least = number(m["k"])
    most = number(m["j"]) if m.groupdict().get("j") else least
    n = number(m["n"]) if "n" in m.groupdict() else 1
    return (n, least, most) == (len(sizes), min(sizes), max(sizes))


def all_separable(f: Facts, said: Said, m: Match) -> bool:
    """No two neighbours are inseparable."""
    return can_tell(f.board) and not f.board.inseparable


def drawn_first(f: Facts, said: Said, m: Match) -> bool:
    """More models are ranked than drawn."""
    return parts(m, "k", "n") == (MOST_DRAWN, len(f.board.ranked))


# --- the grid of models and tasks -----------------------------------------------------------------


def judged(f: Facts, said: Said) -> dict[str, list[tuple[float, float | None]]]:
    """By task, each lift of the primary variant, and its sign where clear, 0 where not, or None.

    Of the tasks of the category where the sentence is about one.
    """
    variant, against = f.board.variant, said.place.split()[1]
    columns = ["model", "task", "variant", "stderr", "most"]
    errors = {
        (model, task, of): (least, most)
        for model, task, of, least, most in f.scores.frame[columns].itertuples(index=False)
    }
    groups = {c.category: c.tasks for c in f.results.categories}
    found: dict[str, list[tuple[float, float | None]]] = {
        task: [] for task in groups.get(said.view, f.tasks)
    }
    for model in (m for m in f.scores.models if m != f.roles.baseline):
        over = (model, f.roles.base) if against == "base" else f.reference(variant)
        for task, lift in zip(f.tasks, f.lifts(model, variant, over).tolist(), strict=True):
            if task not in found or lift != lift:
                continue
            ends = f.results.paired_lifts.get((model, task, variant, against))
            mine, others = errors[model, task, variant], errors[over[0], task, over[1]]
            least, most = (1.959964 * np.hypot(*pair) for pair in zip(mine, others, strict=True))
            verdict = np.sign(lift) if abs(lift) > most else 0.0 if abs(lift) <= least else None
            if ends is not None:
                verdict = 1.0 if ends[0] > 0 else -1.0 if ends[1] < 0 else 0.0
            found[task].append((lift, verdict))
    return found


def _cells(f: Facts, said: Said) -> list[tuple[float, float | None]]:
    return [cell for cells in judged(f, said).values() for cell in cells]


def _is_of_rival(f: Facts, said: Said, m: Match) -> bool:
    is_base = said.place.split()[1] == "base"
    return m["rival"] == (f.labels.base if is_base else f.labels.baseline)


def clear_lifts(f: Facts, said: Said, m: Match) -> bool:
    """So many of all lifts are clearly above 0, and so many clearly below."""
    cells = _cells(f, said)
    signs = [sign for _, sign in cells]
    told = parts(m, "k", "n", "j") == (signs.count(1.0), len(cells), signs.count(-1.0))
    return told and _is_of_rival(f, said, m) and any(sign is not None for sign in signs)


def lifts(f: Facts, said: Said, m: Match) -> bool:
    """So many lifts are above 0, and so many below; the errors say of none whether it is clear."""
    cells = _cells(f, said)
    up, down = (sum(sign * lift > 0 for lift, _ in cells) for sign in (1, -1))
    told = parts(m, "k", "n", "j") == (up, len(cells), down) and _is_of_rival(f, said, m)
    return told and all(sign is None for _, sign in cells)


def lifts_of_unknown_error(f: Facts, said: Said, m: Match) -> bool:
    """Of so many lifts nothing says whether they are clear."""
    signs = [sign for _, sign in _cells(f, said)]
    return parts(m, "k", "n") == (signs.count(None), len(signs))


def group_beaten(f: Facts, said: Said, m: Match) -> bool:
    """On so many tasks the best model is above the baseline, and clearly on no more of them.

    Choosing the best is allowed for, so a lead that is clear alone may not be clear.
    """
    found = [cells for cells in judged(f, said).values() if cells]
    best = [max(cells, key=lambda cell: cell[0]) for cells in found]
    above = [sign for lift, sign in best if lift > 0]
    told = parts(m, "k", "n") == (len(above), len(best)) and _is_of_rival(f, said, m)
    clear = 0 if m["i"] is None else number(m["i"])
    return told and clear <= above.count(1.0)


def group_lifted(f: Facts, said: Said, m: Match) -> bool:
    """So many lifts of a category are above 0, and so many of these clearly."""
    cells = _cells(f, said)
    told = parts(m, "k", "n") == (sum(lift > 0 for lift, _ in cells), len(cells))
    told = told and _is_of_rival(f, said, m)
    known = [sign for _, sign in cells if sign is not None]
    if m["i"] is None:
        return told and not known
    of = f" of {len(known):,} with known errors" if len(known) < len(cells) else ""
    return told and number(m["i"]) == known.count(1.0) and m["known"] == of


def group_unknown(f: Facts, said: Said, m: Match) -> bool:
    """The errors say of no lift of a category whether it is clear."""
    return all(sign is None for _, sign in _cells(f, said))


def grid_cut(f: Facts, said: Said, m: Match) -> bool:
    """More models or tasks than the grid has room for."""
    scored = sum(s.scored > 0 and s.model != f.roles.baseline for s in f.board.standings)
    n_tasks = len(f.board.tasks)
    if "models" in said.clause:
        return said.clause == f"The first 12 of {scored:,} models are shown" and scored > 12
    if "tasks are shown" in said.clause:
        return said.clause == f"The first 60 of {n_tasks:,} tasks are shown" and n_tasks > 60
    return n_tasks > 60


# --- correlations --------------------------------------------------------------------------------


def tested_pairs(f: Facts) -> dict[tuple[str, str], tuple[float, float]]:
    """By predictor and lift, Spearman's coefficient, and its p-value corrected by Holm."""
    found = f.results.correlations
    if found is None:
        return {}
    known = {}
    for predictor in found.predictors:
        for lift in LIFTS:
            x, y = (np.array(found.values[c], float) for c in (predictor, lift))
            both = ~np.isnan(x + y)
            is_built = found.pairs[predictor, lift].by_construction
            varies = both.any() and np.ptp(x[both]) > 0 and np.ptp(y[both]) > 0
            if both.sum() >= LEAST_PAIRED and varies and not is_built:
                rho, p = stats.spearmanr(x[both], y[both])
                known[predictor, lift] = (float(rho), float(p))
    adjusted, highest = {}, 0.0
    for place, key in enumerate(sorted(known, key=lambda key: known[key][1])):
        highest = max(highest, min(1.0, known[key][1] * (len(known) - place)))
        adjusted[key] = (known[key][0], highest)
    return adjusted


def clear_pairs(f: Facts) -> dict[tuple[str, str], float]:
    """The coefficients of the pairs that are clear among all tested."""
    return {key: rho for key, (rho, p) in tested_pairs(f).items() if p < 0.05}


def clear_features(f: Facts, said: Said, m: Match) -> bool:
    """The features with a clear direction, and no other."""
    clear, said_ways = clear_pairs(f), m.groupdict()
    for lift in LIFTS:
        phrase = column_phrase(lift, f.labels)
        if phrase.lower() == m["lift"].lower():
            up = [
                column_phrase(p, f.labels) for (p, of), r in clear.items() if of == lift and r > 0
            ]
            down = [
                column_phrase(p, f.labels) for (p, of), r in clear.items() if of == lift and r < 0
            ]
            pairs = ((said_ways.get("up"), up), (said_ways.get("down"), down))
            return all(names(told, are) if told else not are for told, are in pairs)
    return False


def no_clear_feature(f: Facts, said: Said, m: Match) -> bool:
    """Pairs were tested, and none is clear."""
    return bool(tested_pairs(f)) and not clear_pairs(f)


def none_tested(f: Facts, said: Said, m: Match) -> bool:
    """No pair has enough tasks."""
    return not tested_pairs(f)


def clear_of_tested(f: Facts, said: Said, m: Match) -> bool:
    """So many pairs are clear, of so many tested."""
    return parts(m, "k", "n") == (len(clear_pairs(f)), len(tested_pairs(f)))


def feature(f: Facts, said: Said, m: Match) -> bool:
    """What is said of one feature and one lift: a direction only if it is clear."""
    found, told = f.results.correlations, {m["feature"].lower(), m["lift"].lower()}
    for predictor in found.features if found else ():
        for lift in LIFTS:
            if told == {column_phrase(c, f.labels).lower() for c in (predictor, lift)}:
                return _says_of_feature(f, said, predictor, lift)
    return False


def _says_of_feature(f: Facts, said: Said, predictor: str, lift: str) -> bool:
    rho = clear_pairs(f).get((predictor, lift))
    return rho is not None and (" grows with " if rho > 0 else " falls with ") in said.clause


# --- tasks that rank models alike -----------------------------------------------------------------


def alike_pairs(f: Facts, said: Said, m: Match) -> bool:
    """So many pairs of tasks are clearly alike, of so many tested."""
    p, rho = f.results.agreement.p_adjusted, f.results.agreement.rho
    pairs = [*combinations(range(len(f.tasks)), 2)]
    tested = [pair for pair in pairs if p[pair] == p[pair]]
    clear = [pair for pair in tested if p[pair] < 0.05 and rho[pair] > 0]
    if "who" in m.groupdict():
        a, b = max(clear, key=lambda pair: rho[pair])
        shown = [f"{f.labels.tasks[f.tasks[i]]}" for i in (a, b)]
        tied = sum(rho[pair] == rho[a, b] for pair in clear) > 1
        if not tied and m["who"] not in (" and ".join(shown), " and ".join(shown[::-1])):
            return False
    return parts(m, "k", "n") == (len(clear), len(tested))


def too_few_models(f: Facts, said: Said, m: Match) -> bool:
    """No pair of tasks has ten models in common."""
    there = ~np.isnan(f.values(f.board.variant))
    common = there.T.astype(int) @ there
    np.fill_diagonal(common, 0)
    return bool(common.max() < LEAST_PAIRED or np.isnan(f.results.agreement.p_adjusted).all())


def similar(f: Facts, said: Said) -> dict[str, tuple[float, int, bool]]:
    """By task, how similarly it ranks the models: rho, common models, whether it is clear."""
    task = f.task_ids[said.subject]
    column, found = f.scores.columns[task], {}
    signed = f.values(f.board.variant) * f.direction
    for other, place in f.scores.columns.items():
        both = ~np.isnan(signed[:, column] + signed[:, place])
        if other == task or both.sum() < 4:
            continue
        pair = signed[both][:, [column, place]]
        if (np.ptp(pair, axis=0) > 0).all():
            rho = float(stats.spearmanr(pair[:, 0], pair[:, 1])[0])
            is_clear = bool(f.results.agreement.p_adjusted[column, place] < 0.05)
            found[f.labels.tasks[other]] = (rho, int(both.sum()), is_clear)
    return {name: row for name, row in found.items() if row[0] > 0}


def nearest(f: Facts, said: Said, m: Match) -> bool:
    """The most similar task; `clearly` if it is similar, but not beyond chance."""
    found = similar(f, said)
    rho, n, _ = found[m["task"]]
    is_top = rho >= max(row[0] for row in found.values()) - 1e-9
    shown = abs(rho - float(m["x"])) < 0.0051
    is_unsure = "could be chance" in said.clause
    none = not any(row[2] and row[0] >= ALIKE - 1e-9 for row in found.values())
    right = is_unsure == (rho >= ALIKE - 1e-9) and none
    return bool(is_top and shown and n == number(m["n"]) and right)


def none_similar(f: Facts, said: Said, m: Match) -> bool:
    """No task has a positive coefficient."""
    return not similar(f, said)


def none_alike(f: Facts, said: Said, m: Match) -> bool:
    """No task is clearly similar."""
    return not any(row[2] and row[0] >= ALIKE - 1e-9 for row in similar(f, said).values())


def clearly_alike(f: Facts, said: Said, m: Match) -> bool:
    """The clearly similar tasks, at most the five most similar."""
    found = sorted(similar(f, said).items(), key=lambda item: -item[1][0])
    alike = [name for name, row in found if row[2] and row[0] >= ALIKE - 1e-9]
    who = m.groupdict().get("who")
    if who is None:
        return abs(found[0][1][0] - float(m["x"])) < 0.0051 and bool(alike)
    listed = re.sub(r" and \d+ more$", "", who)
    return bool(alike) and any(name in listed for name in alike)


# --- errors of single scores ----------------------------------------------------------------------


def ranking(f: Facts, said: Said) -> list[Score]:
    """The scores of the primary variant on the task of a page."""
    found = f.scores.ranking(f.task_ids[said.subject])
    return [s for s in found if s.variant == f.board.variant]


def ties(f: Facts, said: Said) -> tuple[list[str], list[str]]:
    """The models with the best score of a task, and those within its error."""
    column = f.scores.columns[f.task_ids[said.subject]]
    signed = (f.values(f.board.variant) * f.direction)[:, column]
    errors = np.asarray(f.scores.errors[f.board.variant])[:, column]
    best = np.isclose(signed, np.nanmax(signed), 1e-12, 0)
    own = np.fmax.reduce(np.where(best, errors, np.nan))
    near = ~best & (np.nanmax(signed) - signed <= 1.96 * np.hypot(errors, own))
    top, tied = (
        [f.labels.models[f.scores.models[i]] for i in np.flatnonzero(x)] for x in (best, near)
    )
    return top, tied


def has_errors(f: Facts, said: Said, m: Match) -> bool:
    """Some score has an interval."""
    scores = f.scores.ranking(f.task_ids[said.subject])
    return any(s.interval for s in scores)


def no_errors(f: Facts, said: Said, m: Match) -> bool:
    """No score has an interval."""
    return not has_errors(f, said, m)


def tied(f: Facts, said: Said, m: Match) -> bool:
    """The models that are within the error of the best."""
    return names(m["who"], ties(f, said)[1])


def chance_lead(f: Facts, said: Said, m: Match) -> bool:
    """None is within the error of the best, of those whose errors are known."""
    top, near = ties(f, said)
    behind = sum(s.tied_with_best is False for s in ranking(f, said))
    told = m.groupdict().get("n")
    return names(m["who"], top) and not near and (told is None or number(told) == behind > 0)


def level(f: Facts, said: Said, m: Match) -> bool:
    """All have the best score."""
    top, near = ties(f, said)
    return names(m["who"], top) and not near and len(top) > 1


def not_known(f: Facts, said: Said, m: Match) -> bool:
    """The errors do not say whether so many are tied."""
    return number(m["n"]) == sum(s.tied_with_best is None for s in ranking(f, said))


def split_size(f: Facts, said: Said, m: Match) -> bool:
    """The range of the number of examples, of which only the size of the split is stated."""
    ranges = {s.n_range for s in ranking(f, said) if s.n_range}
    if not m.groupdict():
        return bool(ranges)
    place = 0 if "at least" in said.clause else 1
    return number(m["n"]) in {ends[place] for ends in ranges}


def has_ranges(f: Facts, said: Said, m: Match) -> bool:
    """Some interval of the task may be wider than drawn, exactly if it is said."""
    frame = f.scores.frame
    is_range = bool((frame["n"].isna() & frame["n_most"].notna()).any())
    return has_errors(f, said, m) and bool(m["wider"]) == is_range


def judged_wins(f: Facts, said: Said, m: Match) -> bool:
    """How many first places the errors make clear, how many not; of how many they do not tell."""
    clear = unclear = 0
    for task in f.tasks:
        scores = [s for s in f.scores.ranking(task) if s.variant == f.board.variant]
        best = sum(s.rank == 1 for s in scores)
        if sum(s.tied_with_best is True for s in scores) > 1:
            unclear += best
        elif len(scores) > 1 and all(s.tied_with_best is False for s in scores if s.rank != 1):
            clear += best if best == 1 else 0
    if "k" in m.groupdict():
        return parts(m, "k", "n") == (clear, unclear)
    return number(m["n"]) == sum(f.wins().values()) - clear - unclear


def shared_wins(f: Facts, said: Said, m: Match) -> bool:
    """Bars add up to more than the tasks exactly if a first place is shared."""
    return bool(m["more"]) == (sum(f.wins().values()) > len(f.board.tasks))


# --- chance --------------------------------------------------------------------------------------


def against_chance(f: Facts, said: Said, variant: str) -> dict[str, int]:
    """By model, 1 where its score is above what guessing gives, -1 where below, else 0.

    Where an interval may be wider than drawn, the verdict is that of the pages.
    """
    task = f.task_ids[said.subject]
    level, sign = f.results.catalog.tasks[task].score_chance, f.direction[f.scores.columns[task]]
    found = {}
    for s in f.scores.ranking(task):
        if s.variant == variant and level is not None:
            ends = s.interval or (s.score, s.score)
            low, high = sorted(round(sign * (end - level), 12) for end in ends)
            found[s.model] = int(low > 0) - int(high < 0)
            if s.n_range and s.at_chance:
                found[s.model] = min(found[s.model], 0)
    return found


def has_chance(f: Facts, said: Said, m: Match) -> bool:
    """The task states the score that guessing gives."""
    return f.results.catalog.tasks[f.task_ids[said.subject]].score_chance is not None


def no_better(f: Facts, said: Said, m: Match) -> bool:
    """So many scores of each variant are no better than guessing."""
    task, expected = f.task_ids[said.subject], []
    several = len(f.roles.variants) > 1
    for variant in f.roles.variants:
        found = against_chance(f, said, variant)
        if n := sum(sign < 1 for sign in found.values()):
            which = f" {f.labels.in_sentence(variant)}" if several else ""
            expected.append(f"{n} of {len(found)}{which}")
    level = f.results.catalog.tasks[task].score_chance
    shown = level is not None and m["x"] == f.labels.scales[task].score(level)
    counts = m.groupdict().get("counts")
    return shown and (names(counts, expected) if counts else not expected)


def some_unknown(f: Facts, said: Said, m: Match) -> bool:
    """Some score has no interval."""
    scores = f.scores.ranking(f.task_ids[said.subject])
    return has_chance(f, said, m) and any(s.interval is None for s in scores)


def from_worse(f: Facts, said: Said, m: Match) -> bool:
    """So many lifts start from a score that is worse than guessing."""
    column, base = f.scores.columns[f.task_ids[said.subject]], f.roles.base or ""
    signs, starts = against_chance(f, said, base), list[bool]()
    for variant in f.roles.tuned:
        both = ~np.isnan(f.values(variant)[:, column] + f.values(base)[:, column])
        starts += [signs[f.scores.models[row]] < 0 for row in np.flatnonzero(both)]
    scores = f.scores.ranking(f.task_ids[said.subject])
    told = sum(s.from_worse_than_chance for s in scores)
    has_range = any(s.n_range for s in scores)
    worse = told if has_range and told <= sum(starts) else sum(starts)
    return parts(m, "k", "n") == (worse, len(starts))


# --- flags ---------------------------------------------------------------------------------------


def flags_count(f: Facts, said: Said, m: Match) -> bool:
    """Flagged scores of the task count."""
    flagged = f.results.task(f.task_ids[said.subject]).flagged
    return bool(flagged) and all(score.counts for score in flagged)


def flags_left_out(f: Facts, said: Said, m: Match) -> bool:
    """Flagged scores of the task do not count."""
    flagged = f.results.task(f.task_ids[said.subject]).flagged
    return any(not score.counts for score in flagged)


# --- the leader and the baseline, by other rules --------------------------------------------------


def beaten_by_others(f: Facts, said: Said, m: Match) -> bool:
    """On how many tasks the median contender beats the baseline, and one chosen on the others."""
    lifts = [[*of_task.values()] for of_task in f.contender_lifts.values() if of_task]
    fields = m.groupdict()
    told = number(m["j"]) == sum(np.median(row) > 1e-12 for row in lifts)
    if fields.get("i"):
        told = told and number(m["i"]) == f.stats.tasks_beating_baseline_chosen_elsewhere
    if "k" in fields:
        best = sum(max(row) > 0 for row in lifts)
        told = told and parts(m, "k", "n") == (best, len(lifts))
    return told


def by_metric(f: Facts, said: Said, m: Match) -> bool:
    """So many models have a better mean than the baseline over the tasks of one metric."""
    facts, metric = f.results.catalog.tasks, m["metric"].lower()
    columns = [f.scores.columns[t] for t in f.tasks if (facts[t].metric or "").lower() == metric]
    variant = f.board.variant
    means = [
        np.nanmean(f.lifts(s.model, variant, f.reference(variant))[columns])
        for s in f.board.ranked
        if s.model != f.roles.baseline
    ]
    return parts(m, "n", "word") == (len(columns), sum(mean > 1e-12 for mean in means))


def depends_on_rule(f: Facts, said: Said, m: Match) -> bool:
    """The model of the best mean is not that of the best median."""
    full = [(s.model, f.row((s.model, f.board.variant)) * f.direction) for s in f.board.ranked]
    by_mean = max(full, key=lambda row: float(np.nanmean(row[1])))[0]
    by_median = max(full, key=lambda row: float(np.nanmedian(row[1])))[0]
    told = m.groupdict().get("who") in (None, f.labels.models[by_mean])
    return by_mean != by_median and told


def makes_lead(f: Facts, said: Said, m: Match) -> bool:
    """The share of the lead of the first over the second that one task makes."""
    first, second = (f.row((s.model, f.board.variant)) for s in f.board.ranked[:2])
    gaps = (first - second) * f.direction
    share = gaps[f.scores.columns[f.task_ids[m["task"]]]] / gaps.sum()
    return round(100 * float(share)) == int(m["x"])
