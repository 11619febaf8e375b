"""When a sentence of a page may appear: conditions for the templates in test_sentences.py.

Each takes the facts of a board, what is said, and the fields of the template.
"""

import re
from collections.abc import Callable
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import stats

from site_builder.compute.board import Board
from site_builder.formatting import money, ratio, seconds
from tests.helpers.facts import LEAST, Facts, can_tell, clear_ends, leaders, rivals
from tests.helpers.sayings import Said

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
Match = re.Match[str]
Condition = Callable[[Facts, Said, Match], bool]

# --- helpers of conditions ------------------------------------------------------------------------


def number(word: str) -> int:
    """A count in digits or in words."""
    if word.lower() in WORDS:
        return WORDS.index(word.lower())
    return 0 if word == "none" else int(word.replace(",", ""))


def parts(m: Match, *fields: str) -> tuple[int, ...]:
    """The counts of a sentence."""
    return tuple(number(m[field]) for field in fields)


def names(listed: str, expected: list[str]) -> bool:
    """Whether a phrase such as `A, B and 3 more` is of these names."""
    found = re.split(r", | and ", listed)
    if more := re.fullmatch(r"([\d,]+) more", found[-1]):
        is_whole = len(found) - 1 + number(more[1]) == len(expected)
        return set(found[:-1]) <= set(expected) and is_whole
    return sorted(found) == sorted(expected)


def names_of(f: Facts, models: list[str]) -> list[str]:
    """The names of models."""
    return [f.labels.models[model] for model in models]


def board_of(f: Facts, said: Said) -> Board:
    """The board that a note is about."""
    if said.place.startswith("grid"):  # of a category, which is in the place of a view
        return f.view_board(said.view, f.labels.variants[f.roles.primary])
    is_category = said.page.startswith("categories/")
    return f.view_board(said.subject if is_category else None, said.view)


def above(lifts: np.ndarray) -> tuple[int, int]:
    """How many lifts are above 0, of how many."""
    return int((lifts > 0).sum()), int((~np.isnan(lifts)).sum())


def side_by_side(f: Facts) -> dict[str, float]:
    """The best lifts over the baseline on the tasks that share an axis."""
    return {t: lift for t, lift in f.best_lifts.items() if t in f.labels.side_by_side}


def always(f: Facts, said: Said, m: Match) -> bool:
    """A sentence that names nothing."""
    return True


# --- averages, size, first places -----------------------------------------------------------------


def tuning(f: Facts, said: Said, m: Match) -> bool:
    """`better` by the direction of the tasks, `clearly` by the verdict on each model."""
    before, after = (float(np.nanmean(side)) for side in f.pairs)
    n, tuned = (~np.isnan(f.pairs[0])).sum(), [f.values(v) for v in f.roles.tuned]
    is_whole = n == (~np.isnan(tuned)).sum()
    scope = "" if is_whole else f" over {n:,} pair{'s' * (n != 1)}"
    shown = (m["new"], m["old"], m["scope"]) == (
        f.scale.score(after),
        f.scale.score(before),
        scope,
    )
    if "how" not in m.groupdict():
        return shown and (not f.has_one_direction or m["new"] == m["old"])
    is_better = bool((after - before) * f.direction[0] > 0)
    if "n" in m.groupdict():
        found = f.verdicts("base")
        clear = {model for model, _ in found if found[model, _] == m["how"]}
        told = (len(clear), len({model for model, _ in found})) == parts(m, "n", "of")
    else:
        told = True
    enough = (len(f.tasks) >= LEAST) == ("n" in m.groupdict())
    return shown and told and enough and f.has_one_direction and is_better == (m["how"] == "better")


def best_mean(f: Facts, said: Said, m: Match) -> bool:
    """The best mean over the tasks that all have; without a caution only if it is clear."""
    top = max(f.direction[0] * mean for mean in f.means.values())
    best = [x for x, mean in f.means.items() if np.isclose(f.direction[0] * mean, top, 1e-10, 0)]
    cautions = ("may be first", "too few tasks to tell models apart", "ranks by win rate")
    is_clear = can_tell(f.comparable) and not rivals(f.comparable)
    is_few = "models apart" in said.clause
    told = names(m["who"], names_of(f, best)) and m["x"] == f.scale.score(f.means[best[0]])
    warned = any(words in said.whole for words in cautions)
    return told and is_few == (not can_tell(f.comparable)) and (is_clear or warned)


def mean_ends(f: Facts, said: Said, m: Match) -> bool:
    """Means of models that all have the same tasks."""
    return all(f.scores.scored[f.scores.rows[f.models[m[end]]]].any() for end in ("who", "last"))


def ranks_by_win_rate(f: Facts, said: Said, m: Match) -> bool:
    """The board does not rank by the mean."""
    return f.board.rules.rank_by == "mean_win_rate"


def several_contests(f: Facts, said: Said, m: Match) -> bool:
    """No single board compares the averages."""
    return len(f.roles.contest) > 1 or not f.has_one_direction


def baseline_means(f: Facts, said: Said, m: Match) -> bool:
    """Over common tasks; `clearly` by the verdicts."""
    found = f.verdicts("baseline")
    clear = len(
        {model for model, v in found if v in f.roles.contest and found[model, v] == "better"}
    )
    k = number(m["k"])
    told = {
        None: k == 0,
        "over too few tasks to tell": len(f.tasks) < LEAST,
        "none clearly": clear == 0,
        "not all clearly": 0 < clear < k,
        "clearly": clear >= k,
    }
    is_any = bool(m["any"]) == (len(f.roles.contest) > 1)
    return parts(m, "k", "n") == f.ahead_of_baseline() and told[m["sure"]] and is_any


def frontier(f: Facts, said: Said, m: Match) -> bool:
    """No model as cheap or as small has as good a mean; without a caution only if clearly."""
    costs = {x: cost for x, cost in f.costs(said.place).items() if x in f.means}
    good = {x: f.direction[0] * f.means[x] for x in costs}
    cheaper = {x: [y for y in good if y != x and costs[y] <= costs[x]] for x in good}
    best = [x for x in good if all(good[y] < good[x] for y in cheaper[x])]
    ranges = {s.model: s.rank_interval or (1, 10**9) for s in f.comparable.ranked}
    clear = f.comparable.rules.rank_by != "mean_win_rate" and can_tell(f.comparable)
    clear = clear and all(ranges[x][1] < ranges[y][0] for x in best for y in cheaper[x])
    return names(m["who"], names_of(f, best)) and bool(m["unsure"]) == (not clear)


def better_and_cheaper(f: Facts, place: str) -> list[str]:
    """The models with a better mean than the baseline, and a lower price or a smaller size."""
    costs, rival = f.costs(place), f.roles.baseline or ""
    columns = [f.scores.columns[task] for task in f.comparable.tasks]
    level = float(f.row(f.reference(f.board.variant))[columns].mean()) * f.direction[0]
    if f.board.rules.rank_by == "additive":
        own = f.results.boards[f.roles.baseline_variants[f.board.variant]].standing(rival)
        level = (own.adjusted or 0.0) * f.direction[0]
    better = [x for x in f.means if f.direction[0] * f.means[x] > level + 1e-12 and x in costs]
    return [x for x in better if costs[x] < costs[rival]]


def better_at_less(f: Facts, said: Said, m: Match) -> bool:
    """So many models are better and cheaper than the baseline, and so many of them clearly."""
    better = better_and_cheaper(f, said.place)
    others = (f.means.keys() & f.costs(said.place).keys()) - {f.roles.baseline}
    verdicts = [f.verdicts("baseline").get((x, f.board.variant)) for x in better]
    clear = verdicts.count("better")
    sure = "clearly" if clear == len(better) else "not all clearly" if clear else "none clearly"
    if f.stats.tasks < LEAST:
        sure = "over too few tasks to tell"
    told = parts(m, "k", "n") == (len(better), len(others)) and m["sure"] == sure
    return told and m["b"] == f.labels.baseline


def times_as_much(f: Facts, said: Said, m: Match) -> bool:
    """How many times the price or the size of each of these models the baseline's is."""
    costs = f.costs(said.place)
    found = [costs[f.roles.baseline or ""] / costs[x] for x in better_and_cheaper(f, said.place)]
    times = " to ".join(dict.fromkeys(map(ratio, (min(found), max(found)))))
    return m["times"] == times and m["b"] == f.labels.baseline


def first_places(f: Facts, said: Said, m: Match) -> bool:
    """The most tasks, of those with a score."""
    wins = f.wins()
    top = [model for model, n in wins.items() if n == max(wins.values())]
    of = int((~np.isnan(f.values(f.board.variant))).any(axis=0).sum())
    return names(m["who"], names_of(f, top)) and parts(m, "k", "n") == (wins[top[0]], of)


def winners(f: Facts, said: Said, m: Match) -> bool:
    """The models with a first place, of those with a score."""
    scored = (~np.isnan(f.values(f.board.variant))).any(axis=1).sum()
    return parts(m, "k", "n") == (sum(n > 0 for n in f.wins().values()), scored)


# --- tasks and categories -------------------------------------------------------------------------


def task_range(f: Facts, said: Said, m: Match) -> bool:
    """The only task of the lowest and of the highest mean, over models that have every task."""
    values = f.values(f.board.variant)
    means = values[~np.isnan(values).all(axis=1)].mean(axis=0)
    low, high = (f.tasks.index(f.task_ids[m[end]]) for end in ("low_task", "high_task"))
    others = np.delete(means, [low, high])
    return bool((others > means[low]).all() and (others < means[high]).all())


def beaten(f: Facts, said: Said, m: Match) -> bool:
    """On so many tasks the best contender is better, of those that both have."""
    lifts = f.best_lifts
    if said.place == "best-lift-by-task":
        lifts = side_by_side(f)
        if bool(m["group"]) != (len(lifts) < len(f.best_lifts)):
            return False
    return parts(m, "k", "n") == (sum(x > 0 for x in lifts.values()), len(lifts))


def most_beaten(f: Facts, said: Said, m: Match) -> bool:
    """One task alone has the greatest lead."""
    lifts = side_by_side(f)
    mine = lifts.pop(f.task_ids[m["task"]])
    return mine > 0 and mine > max(lifts.values())


def closest(f: Facts, said: Said, m: Match) -> bool:
    """No task is beaten or tied, and one alone has the smallest distance."""
    lifts = side_by_side(f)
    mine = lifts.pop(f.task_ids[m["task"]])
    return max(lifts.values()) < mine < 0


def furthest(f: Facts, said: Said, m: Match) -> bool:
    """One task alone has the greatest distance."""
    lifts = side_by_side(f)
    mine = lifts.pop(f.task_ids[m["task"]])
    return mine < 0 and mine < min(lifts.values())


def ties(f: Facts, said: Said, m: Match) -> bool:
    """So many tasks have no difference."""
    return number(m["n"]) == sum(lift == 0 for lift in side_by_side(f).values())


def is_compared(f: Facts, said: Said, m: Match) -> bool:
    """Some task has a score of the baseline and of a contender."""
    return bool(f.best_lifts)


def hardest(f: Facts, said: Said, m: Match) -> bool:
    """A category is named exactly if it is clearly apart from every other."""
    groups = {
        c.category: [f.best_lifts[t] for t in c.tasks if t in f.best_lifts]
        for c in f.results.categories
        if set(c.tasks) <= set(f.labels.side_by_side)
    }
    said_ends = m.groupdict()
    return clear_ends(groups) == (said_ends.get("hard", ""), said_ends.get("easy", ""))


def category_lead(f: Facts, said: Said, m: Match) -> bool:
    """How far the best scores of the category are from the baseline, on average."""
    lifts = _best_lifts(f, said)
    return len(lifts) > 1 and _is_so_far(f, said, m) and parts(m, "k", "n") == above(lifts)


def only_compared(f: Facts, said: Said, m: Match) -> bool:
    """How far the only compared score of the category is from the baseline."""
    return len(_best_lifts(f, said)) == 1 and _is_so_far(f, said, m)


def _best_lifts(f: Facts, said: Said) -> npt.NDArray[np.float64]:
    c = next(c for c in f.results.categories if c.category == said.subject)
    return np.array([f.best_lifts[t] for t in c.tasks if t in f.best_lifts])


def _is_so_far(f: Facts, said: Said, m: Match) -> bool:
    mean, way = float(_best_lifts(f, said).mean()), "level with"
    if abs(mean) > 1e-12:
        far = f.labels.category_scales[said.subject].score(abs(mean))
        way = f"{far} {'ahead of' if mean > 0 else 'behind'}"
    return m["way"] == f"{way} {f.labels.baseline}"


def has_small_categories(f: Facts, said: Said, m: Match) -> bool:
    """Some category has one or two tasks."""
    return min(len(c.tasks) for c in f.results.categories) < 3


def best_score(f: Facts, said: Said, m: Match) -> bool:
    """`not clearly` exactly if another contender is within 1.96 standard errors."""
    task = f.task_ids[m["task"] if "task" in m.groupdict() else said.subject]
    column, (top, runs) = f.scores.columns[task], f.best[task]
    errors = {v: np.asarray(f.scores.errors[v])[:, column] for v in f.roles.contest}
    own = np.fmax.reduce([errors[v][f.scores.rows[x]] for x, v in runs])
    tied = any(
        abs(f.values(v)[row, column] - top) <= 1.96 * np.hypot(errors[v][row], own)
        for v in f.roles.contest
        for x, row in f.scores.rows.items()
        if (x, v) not in runs and x != f.roles.baseline
    )
    shown = m["x"] == f.labels.scales[task].score(top)
    who = [f.labels.run(x, v) for x, v in runs]
    return shown and names(m["who"], who) and bool(m["doubt"]) == tied


def without_contender(f: Facts, said: Said, m: Match) -> bool:
    """No contender has a score."""
    return f.task_ids[m["task"]] not in f.best


def baseline_score(f: Facts, said: Said, m: Match) -> bool:
    """The score of the baseline."""
    task = f.task_ids[said.subject]
    _, runs = f.best[task]
    score = float(f.row(f.reference(runs[0][1]))[f.scores.columns[task]])
    several = len({f.reference(v) for v in f.roles.contest}) > 1
    beside = f" ({f.labels.variants[runs[0][1]]})" if several else ""
    shown = m["x"] == f.labels.scales[task].score(score)
    return shown and m["b"] == f.labels.baseline + beside


def task_figure(f: Facts, said: Said, m: Match) -> bool:
    """A tile of a task's page."""
    task = f.task_ids[said.subject]
    column, scale = f.scores.columns[task], f.labels.scales[task]
    before, after = f.pairs if f.labels.lifted else (np.full((1, 1, column + 1), np.nan),) * 2
    lifts = np.round(f.direction[column] * (after - before)[:, :, column], 12)
    told = {
        f.labels.best: lambda: scale.score(f.shown_best(task)[0]),
        f.labels.baseline: lambda: scale.score(
            float(f.row(f.reference(f.shown_best(task)[1][1]))[column])
        ),
        f"difference from {f.labels.baseline}": lambda: scale.signed(f.best_lifts[task]),
        f"mean lift over {f.labels.base}": lambda: scale.signed(
            round(float(np.nanmean(lifts)), 12)
        ),
        "scores": lambda: str(
            sum(int((~np.isnan(f.values(v)[:, column])).sum()) for v in f.roles.variants)
        ),
    }
    return m["what"] in told and m["x"] == told[m["what"]]()


# --- one model ------------------------------------------------------------------------------------


def model_counts(f: Facts, said: Said, m: Match) -> bool:
    """On how many tasks it is better than its base, and than the baseline."""
    model, variant, fields = f.models[m["who"]], f.board.variant, m.groupdict()
    of_base = above(f.lifts(model, variant, (model, f.roles.base))) if "k" in fields else None
    of_baseline = above(f.lifts(model, variant, f.reference(variant))) if "j" in fields else None
    is_base = of_base is None or parts(m, "k", "n") == of_base
    return is_base and (of_baseline is None or parts(m, "j", "of") == of_baseline)


def score_ends(f: Facts, said: Said, m: Match) -> bool:
    """One task of a unit alone has the highest of a model's scores, and one the lowest."""
    model, shown = f.models[said.subject], dict[str, float]()
    column = [f.scores.columns[task] for task in f.labels.side_by_side]
    contest = np.array([f.row((model, v))[column] for v in f.roles.contest])
    sign = f.direction[column]
    best = sign * np.fmax.reduce(sign * contest)
    if f.roles.base is not None:
        best = np.where(np.isnan(best), f.row((model, f.roles.base))[column], best)
    shown = dict(zip(f.labels.side_by_side, best.tolist(), strict=True))
    low, high = (shown.pop(f.task_ids[m[end]]) for end in ("low_task", "high_task"))
    return len(set(sign.tolist())) == 1 and all(
        low < score < high for score in shown.values() if score == score
    )


def standing(f: Facts, said: Said, m: Match) -> bool:
    """The rank, with the figure that ranks the board; a caution exactly where it is due."""
    board = f.model_board(f.models[m["who"]])
    s = board.standing(f.models[m["who"]])
    alone = s.rank == 1 and len(leaders(board) + rivals(board)) == 1
    warned = can_tell(board) and s.tied_with_best and not alone
    is_ranked = parts(m, "rank", "of") == (s.rank, len(board.ranked))
    return is_ranked and _is_merit(f, m) and warned == ("may be first" in said.whole)


def only_ranked(f: Facts, said: Said, m: Match) -> bool:
    """No other model is ranked."""
    board = f.model_board(f.models[m["who"]])
    return (
        len(board.ranked) == 1 and board.ranked[0].model == f.models[m["who"]] and _is_merit(f, m)
    )


def _is_merit(f: Facts, m: Match) -> bool:
    board = f.model_board(f.models[m["who"]])
    s = board.standing(f.models[m["who"]])
    figure, by = f.scale.score(s.average), "mean"
    if m["by"] == "mean win rate":
        figure, by = f.labels.rate_scale.score(s.win_rate), "mean_win_rate"
    if m["by"] == "adjusted average":
        figure, by = f.scale.score(s.adjusted), "additive"
    n = len(board.tasks) if by == "additive" else s.scored
    over = "n" not in m.groupdict() or number(m["n"]) == n
    return (m["x"], by) == (figure, board.rules.rank_by) and over


_ANSWERS = {
    "better": "Yes",
    "worse": "No",
    "unclear": "Not clear",
    "too few": "Too few tasks to tell",
}


def tuning_pays(f: Facts, said: Said, m: Match) -> bool:
    """`Yes` exactly if the tests call the lift better; the means are over the same tasks."""
    model = f.models[m["who"]]
    board = f.model_board(model)
    s, after = board.standing(model), f.row((model, board.variant))
    before = f.row((model, f.roles.base))
    ends = (float(before[~np.isnan(after)].mean()), float(np.nanmean(after)))
    if board.rules.rank_by == "additive":
        ends = (s.base_average or 0.0, s.adjusted or 0.0)
    told = m["verdict"] == _ANSWERS[f.verdicts("base")[model, board.variant]]
    over = re.search(r"\((\d+) tasks?", m["of_tasks"])
    n = int((~np.isnan(after - before)).sum())
    is_counted = int(over[1]) == n if over else "; " in said.whole
    is_said = ("lower is better" in said.whole) == (f.direction[0] < 0)
    return (m["low"], m["high"]) == (*map(f.scale.score, ends),) and told and is_counted and is_said


def beside_the_means(f: Facts, said: Said, m: Match) -> bool:
    """The baseline's mean over the tasks of the model."""
    model = f.models[said.subject]
    board = f.model_board(model)
    there = ~np.isnan(f.row((model, board.variant)))
    mean = float(f.row(f.reference(board.variant))[there].mean())
    if board.rules.rank_by == "additive":
        mean = board.standing(model).baseline_average or 0.0
    base = f.row((model, f.roles.base))
    told = m["b"] == f.labels.baseline and m["x"] == f.scale.score(mean)
    return told and number(m["n"]) == int((there & ~np.isnan(base)).sum())


def beats(f: Facts, said: Said, m: Match) -> bool:
    """`Yes` exactly if the tests call the lift over the baseline better."""
    model = f.models[m["who"]]
    variant = f.model_board(model).variant
    mine = f.row((model, variant))
    other = f.row(f.reference(variant))
    means = float(np.nanmean(mine)), float(other[~np.isnan(mine)].mean())
    told = m["verdict"] == _ANSWERS[f.verdicts("baseline")[model, variant]]
    shown = (m["high"], m["low"]) == (*map(f.scale.score, means),)
    return told and shown and number(m["n"]) == int((~np.isnan(mine - other)).sum())


def is_the_best(f: Facts, said: Said, m: Match) -> bool:
    """`Yes` only if no other may be first, `No` only if the tasks tell it from the first."""
    board = f.model_board(f.models[m["who"]])
    s = board.standing(f.models[m["who"]])
    alone = len(leaders(board) + rivals(board)) == 1
    expected = "Yes" if alone else "It may be"
    if s.rank != 1:
        expected = "Not clear" if s.tied_with_best else "No"
    if not can_tell(board):
        expected = "Too few tasks to tell"
    merits = {
        "mean score": lambda: f.scale.score(s.average),
        "mean win rate": lambda: f.labels.rate_scale.score(s.win_rate),
        "adjusted average": lambda: f.scale.score(s.adjusted),
    }
    shown = m["x"] == merits[m["merit"]]() and parts(m, "rank", "of") == (s.rank, len(board.ranked))
    return shown and m["verdict"] == expected and number(m["n"]) == s.scored


def best_answer(f: Facts, said: Said, m: Match) -> bool:
    """As the title of the chart; a base score stands before the only best one that has it."""
    task = f.task_ids[m["task"]]
    column, (top, runs) = f.scores.columns[task], f.best[task]
    scale, expected = f.labels.scales[task], None
    if len(runs) == 1 and f.labels.lifted:
        before = float(f.row((runs[0][0], f.roles.base))[column])
        expected = None if np.isnan(before) else scale.score(before)
    errors = {v: np.asarray(f.scores.errors[v])[:, column] for v in f.roles.contest}
    own = np.fmax.reduce([errors[v][f.scores.rows[x]] for x, v in runs])
    tied = any(
        abs(f.values(v)[row, column] - top) <= 1.96 * np.hypot(errors[v][row], own)
        for v in f.roles.contest
        for x, row in f.scores.rows.items()
        if (x, v) not in runs and x != f.roles.baseline
    )
    who = [f.labels.run(x, v) for x, v in runs]
    named = names(m["who"].removesuffix(", not clearly"), who)
    told = named and (m["x"], m["low"]) == (scale.score(top), expected)
    return told and (", not clearly" in m[0]) == tied


def is_lower_better(f: Facts, said: Said, m: Match) -> bool:
    """On the task of the page."""
    return bool(f.direction[f.scores.columns[f.task_ids[said.subject]]] < 0)


def may_be_first(f: Facts, said: Said, m: Match) -> bool:
    """It is not first, and no model is clearly ahead of it."""
    board = f.model_board(f.models[said.subject])
    s = board.standing(f.models[said.subject])
    return can_tell(board) and s.tied_with_best and s.rank != 1


def others_may_be_first(f: Facts, said: Said, m: Match) -> bool:
    """So many others than the first."""
    if said.place == "averages":
        return can_tell(f.comparable) and number(m["n"]) == len(rivals(f.comparable))
    if said.place == "prose":
        return number(m["word"]) == len(rivals(f.board))
    board = f.model_board(f.models[said.subject])
    others = len(leaders(board)) + len(rivals(board)) - 1
    is_first = board.standing(f.models[said.subject]).rank == 1
    return is_first and can_tell(board) and number(m["n"]) == others


def unranked(f: Facts, said: Said, m: Match) -> bool:
    """It has no rank."""
    model = f.models[m["who"]]
    return f.model_board(model).standing(model).rank is None


def flagged(f: Facts, said: Said, m: Match) -> bool:
    """It has scores, and none counts."""
    model = f.models[m["who"]]
    counts = any((~np.isnan(f.row((model, v)))).any() for v in f.roles.variants)
    return not counts and model in set(f.scores.frame["model"])


def rank_tile(f: Facts, said: Said, m: Match) -> bool:
    """The rank; the plausible ranks where the tasks are enough."""
    board = f.model_board(f.models[said.subject])
    s = board.standing(f.models[said.subject])
    low, high = s.rank_interval or (0, 0)
    worst = m["worst"] or m["best"]
    shown = m["best"] is None or (number(m["best"]), number(worst)) == (low, high)
    rank = None if m["k"] is None else number(m["k"])
    return rank == s.rank and shown and (m["best"] is None or can_tell(board))


def model_figure(f: Facts, said: Said, m: Match) -> bool:
    """The figure that ranks the board."""
    board = f.model_board(f.models[said.subject])
    s = board.standing(f.models[said.subject])
    if m["by"] == "mean win rate":
        is_rate = board.rules.rank_by == "mean_win_rate"
        return is_rate and m["x"] == f.labels.rate_scale.score(s.win_rate)
    if m["by"] == "adjusted average":
        return board.rules.rank_by == "additive" and m["x"] == f.scale.score(s.adjusted)
    mean = float(np.nanmean(f.row((s.model, board.variant))))
    is_mean = m["by"] == "mean of its scores" or s.adjusted is None
    ranks = board.rules.rank_by in ("mean", "additive") and is_mean
    return ranks and m["x"] == f.scale.score(round(mean, 12))


def model_lift(f: Facts, said: Said, m: Match) -> bool:
    """The mean lift over its base."""
    model = f.models[said.subject]
    lifts = f.lifts(model, f.model_board(model).variant, (model, f.roles.base))
    return m["x"] == f.scale.signed(round(float(np.nanmean(lifts)), 12))


def model_beats(f: Facts, said: Said, m: Match) -> bool:
    """On how many tasks it is better than the baseline."""
    model = f.models[said.subject]
    variant = f.model_board(model).variant
    lifts = f.lifts(model, variant, f.reference(variant))
    return parts(m, "k", "n") == above(lifts)


def model_coverage(f: Facts, said: Said, m: Match) -> bool:
    """How many tasks it has."""
    model = f.models[said.subject]
    variant = f.model_board(model).variant
    there = ~np.isnan(f.values(variant))
    row = there[f.scores.rows[model]]
    return parts(m, "k", "n") == (int(row.sum()), int(there.any(axis=0).sum()))


# --- boards ---------------------------------------------------------------------------------------


def lead(f: Facts, said: Said, m: Match) -> bool:
    """Who is first, as firmly as the words are."""
    board = board_of(f, said)
    first, others = names_of(f, [s.model for s in leaders(board)]), rivals(board)
    if "only ranked" in said.clause:
        firm = len(board.ranked) == 1
    elif "too few" in said.clause:
        firm = not can_tell(board) and number(m["n"]) == len(board.tasks)
    elif "clearly" in said.clause:
        firm = can_tell(board) and not others and len(first) == 1
    else:
        firm = can_tell(board) and bool(others) == ("may be first too" in said.whole)
        firm = firm and (bool(others) or len(first) > 1)
    return names(m["who"], first) and firm


def too(f: Facts, said: Said, m: Match) -> bool:
    """The models below the first that may be first."""
    board = board_of(f, said)
    return can_tell(board) and names(m["who"], names_of(f, [s.model for s in rivals(board)]))


def so_many_too(f: Facts, said: Said, m: Match) -> bool:
    """So many models below the first may be first."""
    board = board_of(f, said)
    return can_tell(board) and number(m["n"]) == len(rivals(board))


def ranked_by(f: Facts, said: Said, m: Match) -> bool:
    """By what a board ranks, over how many tasks, and why."""
    board = board_of(f, said)
    by = {"mean score": "mean", "mean win rate": "mean_win_rate"}.get(m["by"], "additive")
    whys = {
        None: ("comparable", "configured"),
        "the tasks state no common unit and direction": ("mixed units",),
        "few models have every task": ("sparse",),
    }
    why = "ommon tasks" in said.view or board.rules.why in whys[m["why"]]
    n, over = len(board.tasks), f"{len(board.tasks):,} task{'s' * (len(board.tasks) != 1)}"
    if by == "additive" and any(s.scored and s.rank is None for s in board.standings):
        over = "the tasks of the ranked models"
    if by != "additive" and any(s.scored < n for s in board.ranked):
        over = f"the tasks that each model has, {n:,} in all"
    return (board.rules.rank_by, over) == (by, m["over"]) and why


def is_lifted(f: Facts, said: Said, m: Match) -> bool:
    """Some model has scores before and after."""
    return bool((~np.isnan(f.pairs[1] - f.pairs[0])).any())


def common_tasks(f: Facts, said: Said, m: Match) -> bool:
    """Fewer tasks than the whole board has."""
    return len(board_of(f, said).tasks) == number(m["n"]) < len(f.tasks)


def not_shown(f: Facts, said: Said, m: Match) -> bool:
    """As many models as the table has no row for."""
    n = sum(map(number, re.findall(r"([\d,]+) (?:more )?models?", said.clause)))
    return n == len(board_of(f, said).standings) - said.rows


def needs_all(f: Facts, said: Said, m: Match) -> bool:
    """A model that lacks a task has no rank."""
    return f.board.rules.min_coverage == 1


def needs_some(f: Facts, said: Said, m: Match) -> bool:
    """A share of the tasks is needed."""
    return 0 < f.board.rules.min_coverage < 1


def has_rivals(f: Facts, said: Said, m: Match) -> bool:
    """Some model is tagged so."""
    return can_tell(f.board) and bool(rivals(f.board))


def has_ranges(f: Facts, said: Said, m: Match) -> bool:
    """Tasks and models are enough for plausible ranks."""
    return can_tell(f.board)


# --- tiles of the home page -----------------------------------------------------------------------


def home_lift(f: Facts, said: Said, m: Match) -> bool:
    """The mean lift of all pairs."""
    before, after = f.pairs
    return m["x"] == f.scale.signed(round(float(np.nanmean(f.direction * (after - before))), 12))


def made_worse(f: Facts, said: Said, m: Match) -> bool:
    """So many scores are worse after tuning."""
    lifts = np.round(f.direction * (f.pairs[0] - f.pairs[1]), 12)
    k = m["word"] if "word" in m.groupdict() else m["k"]
    return (number(k), number(m["n"])) == above(lifts)


def ahead(f: Facts, said: Said, m: Match) -> bool:
    """So many models have a better mean than the baseline, over the tasks that both have."""
    return f.ahead_of_baseline() == parts(m, "k", "n")


def counts(f: Facts, said: Said, m: Match) -> bool:
    """The size of the board."""
    told = {
        "models ranked": len(f.board.ranked),
        "tasks": len(f.tasks),
        "scores": sum(int((~np.isnan(f.values(v))).sum()) for v in f.roles.variants),
    }
    return number(m["k"]) == told.get(m["what"])


def all_sourced(f: Facts, said: Said, m: Match) -> bool:
    """Every score states its source."""
    return bool(f.scores.frame["source"].notna().all())


# --- serving and training sets --------------------------------------------------------------------


def latencies(f: Facts) -> dict[str, np.ndarray]:
    """The times to first token by the name of a row."""
    rows = [row for row in f.results.serving.latency if row.ttft_s]
    one = len({row.model for row in rows}) == 1
    return {
        row.provider if one else f.labels.served(row.provider, row.model): np.array(row.ttft_s)
        for row in rows
    }


def fastest(f: Facts, said: Said, m: Match) -> bool:
    """The lowest median; without a caution only if Mann and Whitney's test tells it from each."""
    found = latencies(f)
    medians = {name: float(np.median(values)) for name, values in found.items()}
    pairs, own = len([*combinations(found, 2)]), found[m["who"]]
    clear = all(
        stats.mannwhitneyu(own, values, method="asymptotic").pvalue * pairs < 0.05
        for name, values in found.items()
        if name != m["who"]
    )
    low = min(medians.values())
    shown = (medians[m["who"]], m["x"]) == (low, seconds(low))
    return len(found) > 1 and shown and bool(m["unsure"]) == (not clear)


def slowest(f: Facts, said: Said, m: Match) -> bool:
    """The highest median."""
    medians = {name: float(np.median(values)) for name, values in latencies(f).items()}
    high = max(medians.values())
    return (medians[m["who"]], m["x"]) == (high, seconds(high))


def alone(f: Facts, said: Said, m: Match) -> bool:
    """Only one was measured."""
    return [m["who"]] == [*latencies(f)]


def lengths(f: Facts, said: Said, m: Match) -> bool:
    """The medians of output tokens differ."""
    found = [r.output_tokens for r in f.results.serving.latency if r.output_tokens is not None]
    return float(m["low"]) == min(found) < max(found) == float(m["high"])


def equal_requests(f: Facts, said: Said, m: Match) -> bool:
    """Every provider got as many requests."""
    rows = f.results.serving.latency
    return {row.requests for row in rows} == {number(m["n"])} and len(rows) == number(m["word"])


def baseline_unmeasured(f: Facts, said: Said, m: Match) -> bool:
    """No latency is the baseline's."""
    measured = {row.model for row in f.results.serving.latency}
    return m["b"] == f.labels.baseline and f.roles.baseline not in measured


def cheapest(f: Facts, said: Said, m: Match) -> bool:
    """The lowest price, and whose it is; their number if several share it."""
    low, offers = f.cheapest()
    who = [f"{f.labels.models.get(p.model, p.model)} at {p.provider}" for p in offers]
    named = who == [m["who"]] if len(offers) == 1 else m["who"] == f"{len(offers)} offers"
    return named and m["x"] == money(low)


def equal_offers(f: Facts, said: Said, m: Match) -> bool:
    """Several share the lowest price."""
    low, offers = f.cheapest()
    return number(m["word"]) == len(offers) > 1 and m["x"] == money(low)


def dearer(f: Facts, said: Said, m: Match) -> bool:
    """The baseline's price as a multiple, half and half, and at the mixes of the ends."""
    low, offers = f.cheapest()
    priced = [p for p in f.results.serving.prices if p.million_usd and p.model == f.roles.baseline]
    own = min(priced, key=lambda p: p.million_usd or 0)
    mixes = [
        ((1 - w) * (own.input_usd or 0) + w * (own.output_usd or 0))
        / ((1 - w) * (p.input_usd or 0) + w * (p.output_usd or 0))
        for p in offers
        for w in np.linspace(0, 1, 101)
    ]
    ends = ratio(min(mixes)), ratio(max(mixes))
    told = (m["low"], m["high"]) == ends if m["low"] else ends[0] == ends[1]
    half = "x" not in m.groupdict() or m["x"] == ratio((own.million_usd or 0) / low)
    return m["b"] == f.labels.baseline and told and half


def under_a_hundredth(f: Facts, said: Said, m: Match) -> bool:
    """At every mix of input and output."""
    return all((p.ratio_low or 0) > 100 for p in f.cheapest()[1])


def undated(f: Facts, said: Said, m: Match) -> bool:
    """No price has a date."""
    return not any(p.date for p in f.results.serving.prices)


def training_sets(f: Facts, said: Said, m: Match) -> bool:
    """So many are smaller than each threshold."""
    known = f.results.training_sets
    sizes = [*known.sizes.values()] if known else []
    found = re.findall(r"(\d+) of (\d+)\D* fewer than ([\d,]+)", said.clause)
    for n, k, least in re.findall(r"Of (\d+)\D*(\d+) have fewer than ([\d,]+)", said.clause):
        found.append((k, n, least))
    return bool(found) and all(
        (number(k), number(n)) == (sum(size < number(least) for size in sizes), len(sizes))
        for k, n, least in found
    )


# --- takeaways ------------------------------------------------------------------------------------


def on_most_tasks(f: Facts, said: Said, m: Match) -> bool:
    """On more than half of all."""
    return sum(x > 0 for x in f.best_lifts.values()) > len(f.tasks) / 2


def all_helped(f: Facts, said: Said, m: Match) -> bool:
    """Every tuned model has the verdict."""
    found = f.verdicts("base")
    return len(found) == number(m["word"]) and set(found.values()) == {"better"}


def two_behind(f: Facts, said: Said, m: Match) -> bool:
    """The two least differences, both apart from the third."""
    order = sorted(f.best_lifts, key=f.best_lifts.__getitem__)
    shown = [f.labels.tasks[task] for task in order[:2]] == [m["task"], m["second"]]
    first, second, third = (f.best_lifts[task] for task in order[:3])
    return shown and first < second < min(third, 0)


def clear_leads(f: Facts, said: Said, m: Match) -> bool:
    """How many of the leads over the baseline are clear."""
    found = f.verdicts("baseline")
    clear = sum(v in f.roles.contest and found[x, v] == "better" for x, v in found)
    if "word" in m.groupdict():
        return number(m["word"]) == clear
    is_none = said.clause.startswith("No")
    return clear == 0 if is_none else clear < f.ahead_of_baseline()[0] / 2


def highest(f: Facts, said: Said, m: Match) -> bool:
    """One model alone has the highest mean over the same tasks."""
    means = dict(f.means)
    mine = means.pop(f.models[m["who"]])
    return f.has_one_direction and mine > max(means.values()) and m["x"] == f.scale.score(mine)


def clearly_best(f: Facts, said: Said, m: Match) -> bool:
    """Whether another may be first."""
    return can_tell(f.board) and bool(rivals(f.board)) == said.clause.startswith("No")


def more_wins(f: Facts, said: Said, m: Match) -> bool:
    """More first places than the first of the board."""
    wins, first = f.wins(), leaders(f.board)[0].model
    k, n = parts(m, "k", "n")
    return (k, n) == (wins[f.models[m["who"]]], wins[first]) and k > n


def unclear_size(f: Facts, said: Said, m: Match) -> bool:
    """The correlation is not significant."""
    found = f.results.correlations
    pair = found.pairs["train_examples", "mean_lift_over_base"] if found else None
    p = pair.spearman_p if pair else None
    return p is not None and p > 0.05


def all_tuned(f: Facts, said: Said, m: Match) -> bool:
    """Every tuned model has a score on every task."""
    tuned = f.values(f.board.variant)
    kept = tuned[~np.isnan(tuned).all(axis=1)]
    k = number(m["k"]) if "k" in m.groupdict() else len(kept)
    return (k, number(m["n"])) == kept.shape and not np.isnan(kept).any()


def never_tuned(f: Facts, said: Said, m: Match) -> bool:
    """Neither has a tuned score."""
    return all(np.isnan(f.row((f.models[m[x]], f.board.variant))).all() for x in ("who", "b"))


def all_higher(f: Facts, said: Said, m: Match) -> bool:
    """Higher is better on every task, and every score is between the two."""
    scores = np.concatenate([f.values(v).ravel() for v in f.roles.variants])
    return bool((f.direction > 0).all() and np.nanmin(scores) >= 0 and np.nanmax(scores) <= 1)


def strictly_above(f: Facts, said: Said, m: Match) -> bool:
    """So many tasks are beaten, and so many tied."""
    lifts = f.best_lifts.values()
    told = number(m["k"]), number(m["word"])
    return told == (sum(x > 0 for x in lifts), sum(x == 0 for x in lifts))
