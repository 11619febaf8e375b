"""Whole results: the Index recomputed from its CSV in exact fractions, and any board at all."""

import csv
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder.compute.results import Results, compute_site
from site_builder.config import load_config
from site_builder.records import asdict
from site_builder.tables.check import check_tables
from site_builder.tables.read import load_tables
from tests.helpers.boards import find_holes, make_frames, make_results, rows_of, scores_on

ROOT = Path(__file__).parents[2]
NOTHING = (0, 0, 0)


@pytest.fixture(scope="module")
def index() -> Results:
    """The results of the Index, as the site has them."""
    config = load_config(ROOT)
    return compute_site(check_tables(load_tables(config.data_dir), config), config).featured.results


def read(name):
    with (ROOT / "data/source" / f"{name}.csv").open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


def mean(values):
    """Exact mean; None of nothing."""
    values = list(values)
    return sum(values, Fraction(0)) / len(values) if values else None


class Plain:
    """The Index in plain Python: what is published, in fractions, and nothing of ours."""

    def __init__(self):
        self.tasks = [row["task"] for row in read("tasks")]
        self.category = {row["task"]: row["category"] for row in read("tasks")}
        self.scores: dict[str, dict[tuple[str, str], Fraction]] = defaultdict(dict)
        for row in read("results"):
            self.scores[row["variant"]][row["model"], row["task"]] = Fraction(row["score"])
        self.base, self.tuned = self.scores["base"], self.scores["fine_tuned"]
        self.tuned_models = list(dict.fromkeys(model for model, _ in self.tuned))

    def column(self, variant, task):
        """The scores of a task, by model."""
        return {m: s for (m, t), s in self.scores[variant].items() if t == task}

    def gap(self, task):
        """Best tuned minus baseline."""
        return max(self.column("fine_tuned", task).values()) - self.base["gpt-4", task]

    def lifts(self, model=None, task=None):
        """Tuned - base of every run, of a model, of a task."""
        return [
            score - self.base[m, t]
            for (m, t), score in self.tuned.items()
            if model in (m, None) and task in (t, None)
        ]


@pytest.fixture(scope="module")
def plain() -> Plain:
    return Plain()


def standings(index):
    """Every standing of the Index with its variant."""
    return [(v, s) for v, board in index.boards.items() for s in rows_of(board)]


# --- the Index ----------------------------------------------------------------------------------


def test_figures_of_the_index_from_the_csv(index, plain):
    stats, gaps, lifts = index.stats, [plain.gap(t) for t in plain.tasks], plain.lifts()
    over = {
        m: mean(plain.tuned[m, t] - plain.base["gpt-4", t] for t in plain.tasks)
        for m in plain.tuned_models
    }
    assert sum(g > 0 for g in gaps) == stats.tasks_beating_baseline
    assert sum(g == 0 for g in gaps) == stats.tasks_tying_baseline
    assert sum(lift > 0 for lift in over.values()) == stats.models_ahead_of_baseline
    assert near(mean(lifts)) == stats.mean_lift_over_base
    assert (len(lifts), sum(x > 0 for x in lifts)) == (stats.runs_paired, stats.runs_helped)
    assert sum(x < 0 for x in lifts) == stats.runs_hurt
    before = mean(plain.base[run] for run in plain.tuned)
    assert near(before) == stats.mean_base_score
    assert near(before + mean(lifts)) == stats.mean_tuned_score
    beating = [score > plain.base["gpt-4", t] for (_, t), score in plain.tuned.items()]
    assert sum(beating) == stats.runs_beating_baseline
    assert (len(plain.tuned), 10, 10) == (stats.runs_tuned, stats.models_tuned, stats.models_ranked)
    assert [] == find_holes(index)
    assert len(plain.base) + len(plain.tuned) == stats.scores


def test_averages_and_ranks_of_the_index(index, plain):
    """Mean of 31 scores; the rank is one more than the number of better averages."""
    for variant, standing in standings(index):
        row = [s for (m, _), s in plain.scores[variant].items() if m == standing.model]
        if not row:
            assert (None, "no score", 0) == (standing.rank, standing.unranked, standing.scored)
            continue
        averages = defaultdict(list)
        for (model, _), score in plain.scores[variant].items():
            averages[model].append(score)
        better = sum(mean(scores) > mean(row) for scores in averages.values())
        assert near(mean(row)) == standing.average
        assert (1 + better, 31) == (standing.rank, standing.scored)


def test_lifts_of_the_index(index, plain):
    """By model: over its own base scores and over GPT-4, and how many tasks lie on each side."""
    for variant, s in standings(index):
        scores = {t: x for (m, t), x in plain.scores[variant].items() if m == s.model}
        over = [x - plain.base["gpt-4", t] for t, x in scores.items()]
        own = plain.lifts(model=s.model) if variant == "fine_tuned" else []
        assert sides(over) == (s.beats, s.ties, s.loses)
        assert sides(own) == (s.helped, s.unchanged, s.hurt)
        assert near(mean(over)) == s.lift_over_baseline
        assert near(mean(own)) == s.lift_over_base


def sides(lifts):
    """How many are above, at, below zero."""
    return sum(x > 0 for x in lifts), sum(x == 0 for x in lifts), sum(x < 0 for x in lifts)


def near(value):
    """What a float must be close to; None for None."""
    return None if value is None else pytest.approx(float(value), abs=1e-11)


def test_win_rates_and_wins_of_the_index(index, plain):
    for variant, s in standings(index):
        rates, wins = [], 0
        for task in plain.tasks:
            column = plain.column(variant, task)
            if s.model not in column:
                continue
            mine = column[s.model]
            duels = [
                Fraction(1 + (mine > x) - (mine < x), 2) for m, x in column.items() if m != s.model
            ]
            rates.append(mean(duels))
            wins += mine == max(column.values()) > min(column.values())
        assert near(mean(rates)) == s.win_rate
        assert wins == s.wins


def test_tasks_of_the_index(index, plain):
    """Best by variant, all who tie; the gap to GPT-4; the mean lift of the ten runs."""
    for result in index.tasks:
        assert result == index.task(result.task)
        for variant in ("fine_tuned", "base"):
            column = plain.column(variant, result.task)
            top = [m for m, x in column.items() if x == max(column.values())]
            assert sorted(top) == sorted(result.best[variant].models)
            assert float(max(column.values())) == result.best[variant].score
        assert result.best["fine_tuned"] == result.best_contender
        assert near(plain.gap(result.task)) == result.best_lift_over_baseline
        assert near(mean(plain.lifts(task=result.task))) == result.mean_lift_over_base
        assert {float(plain.base["gpt-4", result.task])} == {*result.baseline_scores.values()}


def test_scores_of_the_tasks_of_the_index(index, plain):
    """Each of the 682, with its rank within its variant and both its lifts."""
    every = (s for task in index.tasks for s in scores_on(index.scores, task.task))
    found = {s.key: s for s in every}
    assert 682 == len(found)
    for (model, task, variant), s in found.items():
        score = plain.scores[variant][model, task]
        better = sum(x > score for x in plain.column(variant, task).values())
        own = score - plain.base[model, task] if variant == "fine_tuned" else None
        assert (float(score), 1 + better) == (s.score, s.rank)
        assert near(own) == s.lift_over_base
        assert near(score - plain.base["gpt-4", task]) == s.lift_over_baseline
        assert s == index.scores.of_model(model)[task][variant]


def test_categories_of_the_index(index, plain):
    """From the one furthest below GPT-4 to the one furthest above."""
    members = defaultdict(list)
    for task, category in plain.category.items():
        members[category].append(task)
    gaps = {c: mean(map(plain.gap, tasks)) for c, tasks in members.items()}
    order = ["Coding", "Reasoning", "Knowledge", "Classic NLP", "Math"]
    assert order == sorted(gaps, key=gaps.__getitem__) == [c.category for c in index.categories]
    for c in index.categories:
        tasks = members[c.category]
        assert near(gaps[c.category]) == c.best_lift_over_baseline
        assert near(mean(mean(plain.lifts(task=t)) for t in tasks)) == c.mean_lift_over_base
        assert (sum(plain.gap(t) > 0 for t in tasks), len(tasks)) == (c.beating, c.compared)
        for s in filter(lambda row: row.rank, rows_of(c.boards["fine_tuned"])):
            assert near(mean(plain.tuned[s.model, t] for t in tasks)) == s.average


# --- figures of other boards --------------------------------------------------------------------


def stats_of(runs, lower=(), **board):
    return make_results(make_frames(runs, lower), **board).stats


def runs_of(stats):
    return tuple(getattr(stats, f"runs_{of}") for of in ("paired", "helped", "unchanged", "hurt"))


def test_board_without_a_baseline():
    stats = stats_of({"base": {"a": [0.1, 0.5]}, "tuned": {"a": [0.4, 0.4]}})
    assert NOTHING == (stats.tasks_compared, stats.models_compared, stats.models_ahead_of_baseline)
    assert 0 == stats.runs_beating_baseline
    assert (2, 1, 0, 1) == runs_of(stats)
    assert 0.1 == stats.mean_lift_over_base


def test_board_without_a_tuned_variant():
    """The models compete with the baseline by their base scores, the baseline not with itself."""
    stats = stats_of(
        {"base": {"gpt": [0.5, 0.5], "a": [0.9, 0.2], "b": [0.5, 0.9]}}, baseline="gpt"
    )
    assert (0, 0, 0) == (stats.models_tuned, stats.runs_tuned, stats.runs_paired)
    assert None is stats.mean_lift_over_base
    beaten, tied = stats.tasks_beating_baseline, stats.tasks_tying_baseline
    assert (2, 0, 2) == (beaten, tied, stats.tasks_compared)
    # a: (0.4 - 0.3) / 2 and b: (0 + 0.4) / 2 are both ahead.
    assert (2, 2, 3) == (stats.models_ahead_of_baseline, stats.models_compared, stats.models_ranked)


def test_several_tuned_variants():
    """A model is ahead if it is so in one of them, and counts once; runs count each."""
    runs = {
        "base": {"gpt": [0.5], "a": [0.2], "b": [0.3]},
        "sft": {"a": [0.4], "b": [0.3]},
        "ppo": {"a": [0.6], "b": [0.1]},
    }
    stats = stats_of(runs, baseline="gpt")
    assert (1, 2) == (stats.models_ahead_of_baseline, stats.models_compared)
    assert (4, 2, 1, 1) == runs_of(stats)
    assert (4, 1, 2) == (stats.runs_tuned, stats.runs_beating_baseline, stats.models_tuned)
    assert 0.1 == stats.mean_lift_over_base  # (0.2 + 0 + 0.4 - 0.2) / 4
    # Each base score counts once a run: (0.2 + 0.3 + 0.2 + 0.3) / 4 and (0.4 + 0.3 + 0.6 + 0.1) / 4
    assert (0.25, 0.35) == (stats.mean_base_score, stats.mean_tuned_score)


def test_tuned_run_without_its_base_score_has_no_lift():
    stats = stats_of({"base": {"a": [0.1, None]}, "tuned": {"a": [0.2, 0.9]}})
    assert (2, 1, 0.1) == (stats.runs_tuned, stats.runs_paired, stats.mean_lift_over_base)
    assert (0.1, 0.2) == (stats.mean_base_score, stats.mean_tuned_score)


def test_model_is_compared_where_it_has_a_mean_lift_over_the_baseline():
    """Not one that shares no task with it, nor any where scores cannot be averaged."""
    runs = {"base": {"gpt": [0.5, 0.5, None], "a": [0.9, 0.9, None], "b": [None, None, 0.9]}}
    stats = stats_of(runs, baseline="gpt")
    assert (1, 1) == (stats.models_ahead_of_baseline, stats.models_compared)
    stats = stats_of(runs, lower=["t2"], baseline="gpt")
    assert (0, 0) == (stats.models_ahead_of_baseline, stats.models_compared)
    assert (1, 2) == (stats.tasks_beating_baseline, stats.tasks_compared)
    # 0.1, 0.2 above and 0.3 below leave nothing, though not in floats.
    stats = stats_of({"base": {"gpt": [0.5, 0.5, 0.5], "a": [0.6, 0.7, 0.2]}}, baseline="gpt")
    assert (0, 1) == (stats.models_ahead_of_baseline, stats.models_compared)


def test_mixed_units_have_no_mean_lift():
    """Helped and hurt are counted; what they amount to is not defined."""
    stats = stats_of({"base": {"a": [0.1, 50]}, "tuned": {"a": [0.2, 40]}}, lower=["t2"])
    assert (None, 2) == (stats.mean_lift_over_base, stats.runs_helped)
    assert (None, None) == (stats.mean_base_score, stats.mean_tuned_score)


# --- any board ----------------------------------------------------------------------------------

_LARGE = [1e11, 1e11 + 0.1, 1e300, 1.7e308]
EXTREMES = [0.0, 1.0, 0.5, 0.3, 0.1 + 0.2, 1e-300, -1e-300, -1.0, -1e11, -1.7e308, *_LARGE]
GRID = [n / 10 for n in range(-3, 11)]
VARIANTS = ("base", "sft", "ppo")


@st.composite
def boards(draw, values):
    """A board of any shape with scores among `values`, and a configuration that fits it."""
    n_models, n_tasks = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    variants = draw(st.lists(st.sampled_from(VARIANTS), min_size=1, max_size=3, unique=True))
    row = st.lists(st.sampled_from([None, *values]), min_size=n_tasks, max_size=n_tasks)
    runs = {v: {f"m{i}": draw(row) for i in range(n_models)} for v in variants}
    runs[variants[0]]["m0"] = [0.5] * n_tasks
    shown = [v for v in variants if any(x is not None for s in runs[v].values() for x in s)]
    each = {"min_size": n_tasks, "max_size": n_tasks}
    tasks = {
        "category": draw(st.lists(st.sampled_from(["x", "y", None]), **each)),
        "metric": draw(st.lists(st.sampled_from(["f1", None]), **each)),
        "score_max": draw(st.lists(st.sampled_from([1e308, None]), **each)),
        "score_chance": draw(st.lists(st.sampled_from([0.5, None]), **each)),
        "train_examples": draw(st.lists(st.sampled_from([None, 0, 1, 10_000, 10**9]), **each)),
        "turns": draw(st.lists(st.sampled_from([None, *EXTREMES]), **each)),
    }
    lower = draw(st.sets(st.sampled_from([f"t{n}" for n in range(1, n_tasks + 1)])))
    board = {
        "baseline": draw(st.sampled_from([None, "m0", f"m{n_models - 1}"])),
        "tuned_variants": [v for v in shown if v != "base"],
        "rank_by": draw(st.sampled_from([None, "mean", "mean_win_rate", "additive"])),
        "min_coverage": draw(st.sampled_from([None, 0.0, 0.5, 1.0])),
    }
    return make_frames(runs, lower, tasks), board


def records(results):
    """What is computed, as records that compare: neither the arrays nor the rows of the tables."""

    def plain(boards):
        return {v: {**asdict(b), "ahead": b.ahead.tolist()} for v, b in boards.items()}

    names = ("tasks", "correlations", "training_sets", "stats")
    return {
        **{name: getattr(results, name) for name in names},
        "boards": plain(results.boards),
        "categories": [{**asdict(c), "boards": plain(c.boards)} for c in results.categories],
    }


@given(boards(EXTREMES))
@settings(max_examples=12)
def test_any_board_gives_numbers_or_none(drawn):
    """No exception, no warning, no NaN, no infinity; and the counts agree with each other."""
    frames, board = drawn
    results = make_results(frames, **board)
    assert [] == find_holes(results)
    assert [] == find_holes([scores_on(results.scores, task) for task in results.scores.tasks])
    stats = results.stats
    assert stats.runs_paired == stats.runs_helped + stats.runs_unchanged + stats.runs_hurt
    assert stats.models_ahead_of_baseline <= stats.models_compared <= stats.models
    assert stats.tasks_beating_baseline + stats.tasks_tying_baseline <= stats.tasks_compared
    assert stats.scores == sum(len(scores_on(results.scores, t.task)) for t in results.tasks)
    for found in results.boards.values():
        assert sorted(results.scores.models) == sorted(s.model for s in rows_of(found))
        places = [s.rank for s in found.ranked if s.rank is not None]
        assert sorted(places) == places
        assert places[:1] in ([], [1])
        for s in rows_of(found):
            assert (s.rank is None) == (s.unranked != "")
            assert s.tied_with_best <= (s.rank is not None)
            assert (s.rank == 1) <= s.tied_with_best


@given(boards(GRID), st.randoms(use_true_random=False))
@settings(max_examples=8)
def test_order_of_the_results_does_not_matter(drawn, random):
    frames, board = drawn
    rows = list(range(len(frames["results"])))
    random.shuffle(rows)
    shuffled = {**frames, "results": frames["results"].iloc[rows].reset_index(drop=True)}
    assert records(make_results(frames, **board)) == records(make_results(shuffled, **board))


def test_least_that_makes_a_board():
    frame = pd.DataFrame({"model": ["a"], "task": ["t"], "score": [0.5]})
    results = make_results({"results": frame})
    assert (1, 1, 1) == (results.stats.models, results.stats.tasks, results.stats.scores)
    assert [("a", 1, 0.5)] == [(s.model, s.rank, s.average) for s in rows_of(results.board)]
    assert (None, None, ()) == (results.correlations, results.training_sets, results.categories)
