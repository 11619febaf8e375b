"""Runs against each other: only common tasks count, and every figure can be done by hand."""

from typing import Any

import pytest
from site_builder.compute.comparison import ModelVariant, Sides, compare_runs, runs_of

from tests.helpers.boards import make_scores

# On t1 a leads by 0.2, on t2 b by 0.1, on t3 all tie, on t4 b has no score, t5 is c's alone.
RUNS = {
    "base": {"a": [0.1, 0.2, 0.3, None, None], "ref": [0.5, 0.5, None, 0.5, None]},
    "tuned": {
        "a": [0.9, 0.4, 0.6, 0.8, None],
        "b": [0.7, 0.5, 0.6, None, None],
        "c": [0.3, 0.3, 0.6, 0.9, 0.9],
    },
}
A, B, C = (ModelVariant(model, "tuned") for model in "abc")
CATEGORIES = {"X": ("t1", "t2"), "Y": ("t3", "t4"), "Z": ("t5",)}


def compare(*runs, board=RUNS, lower=(), averaged=True, categories=CATEGORIES):
    """A comparison of runs of a board with the baseline `ref`."""
    scores = make_scores(board, lower, baseline="ref")
    return compare_runs(scores, runs, categories, averaged=averaged)


def told(sides: Sides | None) -> tuple[Any, ...] | None:
    """Tasks ahead, level and behind, and the mean difference."""
    return None if sides is None else (sides.ahead, sides.level, sides.behind, sides.mean)


def test_runs_of_a_model():
    """The variants in which it has a score, the primary one first."""
    scores = make_scores(RUNS, baseline="ref")
    assert (ModelVariant("a", "tuned"), ModelVariant("a", "base")) == runs_of(scores, "a")
    assert (ModelVariant("ref", "base"),) == runs_of(scores, "ref")


def test_averages_are_over_common_tasks():
    """t1, t2, t3: a has (0.9 + 0.4 + 0.6) / 3, though t4 would raise it."""
    found = compare(A, B, C)
    assert 3 == found.common
    assert [pytest.approx(1.9 / 3), pytest.approx(0.6), pytest.approx(0.4)] == [
        run.average for run in found.runs
    ]
    assert (0,) == found.leaders


def test_who_is_at_the_top():
    """A on t1 and, with all, on t3; b on t2 and t3; c on t3 only: t4 and t5 are not contested."""
    found = compare(A, B, C)
    assert [(2, 1), (2, 1), (1, 1)] == [(run.at_top, run.shared) for run in found.runs]
    assert [(0,), (1,), (0, 1, 2), (), ()] == [task.best for task in found.tasks]
    assert [0.2, 0.1, 0.0, None, None] == [task.margin for task in found.tasks]


def test_a_task_that_one_lacks_is_no_win():
    """On t4 b has no score: a's and c's stand in the row, and nobody is best."""
    task = compare(A, B, C).tasks[3]
    assert ("t4", (0.8, None, 0.9), 0.5) == (task.task, task.scores, task.reference)
    assert ((), None) == (task.best, task.margin)


def test_a_task_without_any_score_has_no_row():
    """t5 has a row only where c is compared."""
    assert ["t1", "t2", "t3", "t4"] == [task.task for task in compare(A, B).tasks]
    assert 5 == len(compare(A, C).tasks)


def test_one_against_another():
    """A is 0.2 better, 0.1 worse, level: on average 0.1 / 3."""
    pair = compare(A, B).pair
    assert (1, 1, 1, pytest.approx(0.1 / 3)) == told(pair)
    assert 3 == (pair and pair.tasks)
    assert (1, 1, 1, pytest.approx(-0.1 / 3)) == told(compare(B, A).pair)
    assert None is compare(A, B, C).pair


def test_against_the_baseline():
    """On t1 and t2, which the baseline has too: a is +0.4 and -0.1, c -0.2 on both."""
    found = compare(A, B, C)
    assert (1, 0, 1, pytest.approx(0.15)) == told(found.runs[0].over_baseline)
    assert (0, 0, 2, pytest.approx(-0.2)) == told(found.runs[2].over_baseline)


def test_the_baseline_against_itself():
    """Is neither ahead nor level."""
    found = compare(A, ModelVariant("ref", "base"))
    assert None is found.runs[1].over_baseline
    assert 3 == found.common  # t1, t2, t4


def test_average_of_the_baseline_needs_every_common_task():
    """It has no score on t3, which a and b share; of a and the baseline itself, it has all."""
    assert None is compare(A, B).reference
    assert 0.5 == compare(A, ModelVariant("ref", "base")).reference


def test_against_the_base_scores():
    """A gained 0.8, 0.2 and 0.3 on the common tasks; b has no base scores."""
    found = compare(A, B)
    assert (3, 0, 0, pytest.approx(1.3 / 3)) == told(found.runs[0].over_base)
    assert None is found.runs[1].over_base
    assert None is compare(ModelVariant("a", "base"), A).runs[0].over_base


def test_tuned_against_base_of_the_same_model():
    """Two runs of one model."""
    pair = compare(A, ModelVariant("a", "base")).pair
    assert (3, 0, 0, pytest.approx(1.3 / 3)) == told(pair)


def test_categories():
    """X: t1 and t2; of Y only t3 is common; Z has no common task and is absent."""
    found = compare(A, B, C).categories
    assert [("X", 2), ("Y", 1)] == [(c.category, c.tasks) for c in found]
    assert [pytest.approx(0.65), pytest.approx(0.6), pytest.approx(0.3)] == list(found[0].means)
    assert [(0,), (0, 1, 2)] == [c.best for c in found]
    assert [0.5, None] == [c.reference for c in found]


def test_lower_is_better():
    """On t1 the lowest is at the top; margins and differences stay positive for the better one."""
    found = compare(A, B, C, lower=("t1",))
    assert ((2,), pytest.approx(0.4)) == (found.tasks[0].best, found.tasks[0].margin)
    assert (0, 1, 2, pytest.approx(-0.1)) == told(compare(A, B, lower=("t1",)).pair)


def test_lowest_mean_leads_where_lower_is_better():
    """On every task: c has the lowest mean."""
    assert (2,) == compare(A, B, C, lower=("t1", "t2", "t3", "t4", "t5")).leaders


def test_mixed_units_have_no_averages():
    """Wins and margins stay, means are not defined."""
    found = compare(A, B, averaged=False, categories={})
    assert [None, None] == [run.average for run in found.runs]
    assert ((), None, ()) == (found.leaders, found.reference, found.categories)
    assert (1, 1, 1, None) == told(found.pair)
    assert [2, 2] == [run.at_top for run in found.runs]


def test_one_run_alone():
    """It is at the top of nothing, and has its baseline and its mean."""
    found = compare(A)
    assert (4, 0, ()) == (found.common, found.runs[0].at_top, found.leaders)
    assert {((), None)} == {(task.best, task.margin) for task in found.tasks}
    assert (2, 0, 1, pytest.approx(0.6 / 3)) == told(found.runs[0].over_baseline)


def test_no_common_task():
    """Nothing is compared, and nothing is zero by mistake."""
    board = {"base": {"ref": [0.5, 0.5]}, "tuned": {"a": [0.1, None], "b": [None, 0.2]}}
    found = compare(A, B, board=board, categories={"X": ("t1", "t2")})
    assert (0, None, (), None, ()) == (
        found.common,
        found.pair,
        found.leaders,
        found.reference,
        found.categories,
    )
    assert {(None, 0, None, None)} == {
        (run.average, run.at_top, run.over_baseline, run.over_base) for run in found.runs
    }


def test_equal_on_paper_is_a_tie():
    """0.1 + 0.2 is not 0.3 in binary, and is level here."""
    board = {"base": {"a": [0.1 + 0.2], "ref": [0.5], "b": [0.3]}}
    found = compare(
        ModelVariant("a", "base"), ModelVariant("b", "base"), board=board, categories={}
    )
    assert (0, 1, 0, 0.0) == told(found.pair)
    assert ((0, 1), 0.0) == (found.tasks[0].best, found.tasks[0].margin)
    assert (0, 1) == found.leaders


def test_a_board_without_a_baseline():
    """Has nobody to be ahead of."""
    scores = make_scores({"base": {"a": [0.1], "b": [0.2]}})
    found = compare_runs(
        scores, [ModelVariant("a", "base"), ModelVariant("b", "base")], {}, averaged=True
    )
    assert (None, None) == (found.reference, found.runs[0].over_baseline)
    assert (None, None) == (found.tasks[0].reference, found.runs[0].over_base)
