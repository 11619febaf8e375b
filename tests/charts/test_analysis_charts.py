"""Charts of the analysis page: similar tasks, agreement of categories, training sets."""

import numpy as np
import pandas as pd
import pytest

from site_builder.charts.analysis import (
    agreement_table,
    chart_similar_tasks,
    chart_training_sets,
)
from tests.helpers.boards import make_frames
from tests.helpers.charted import ONE, column, said

UP, DOWN = list(range(10)), list(range(9, -1, -1))
MIXED = [3, 8, 0, 5, 9, 1, 7, 2, 6, 4]


def ordered(*orders, **columns):
    """Models that each task ranks in its own order."""
    n = len(orders[0])
    runs = {f"m{i:02}": [order[i] / 100 for order in orders] for i in range(n)}
    return make_frames({"base": runs}, tasks=columns)


# --- similar tasks --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("orders", "title"),
    [
        ((UP, UP, UP), "All 3 tasks rank the models much alike"),
        ((UP, UP, UP, MIXED), "3 of 4 tasks rank the models much alike"),
        ((UP, UP, DOWN), "Tasks agree on the ranking no more than by chance"),
        ((UP, UP, MIXED, MIXED), "No three of 4 tasks rank the models much alike"),
    ],
)
def test_title_is_the_size_of_the_largest_group(orders, title):
    chart = said(chart_similar_tasks, frames=ordered(*orders))
    assert title == chart.title
    framed = "much alike" in title and not title.startswith("No")
    assert framed == bool(chart.figure_json["layout"]["shapes"])
    assert framed == ("A frame" in chart.caption)


def test_pairs_are_listed_the_most_alike_first():
    """A task without variation is left out. The first model lacks the first task."""
    frames = ordered(UP, DOWN, UP, [5] * 10)
    frames["results"] = frames["results"][1:]
    chart = said(chart_similar_tasks, frames=frames)
    first = [column(chart, key)[0] for key in ("task", "other", "rho", "n")]
    assert ["t1", "t3", 1.0, 9] == first
    assert -1.0 == column(chart, "rho")[-1]
    assert 3 == len(chart.figure_json["data"][0]["z"])
    assert "One task is left out" in chart.caption


def test_forty_tasks_are_drawn():
    """The last two of 45 are most alike, and stand in the table."""
    scores = np.random.default_rng(1).permuted(np.arange(12 * 45).reshape(12, 45), axis=0) / 1000
    scores[:, 44] = scores[:, 43]
    runs = {f"m{i}": row for i, row in enumerate(scores.tolist())}
    chart = said(chart_similar_tasks, {"base": runs})
    assert ("t44", "t45") == (column(chart, "task")[0], column(chart, "other")[0])
    assert 40 == len(chart.figure_json["data"][0]["z"])
    assert "40 of them are drawn." in chart.caption


def test_of_many_tasks_the_largest_group_is_drawn():
    """Three of 60 rank alike, wherever the order has them; the others are random."""
    scores = np.random.default_rng(2).random((60, 60))
    scores[:, 1] = scores[:, 2] = scores[:, 0]
    runs = {f"m{i}": row for i, row in enumerate(scores.round(3).tolist())}
    chart = said(chart_similar_tasks, {"base": runs})
    (frame,) = chart.figure_json["layout"]["shapes"]
    inside = chart.figure_json["layout"]["yaxis"]["ticktext"][
        round(frame["y0"] + 0.5) : round(frame["y1"] + 0.5)
    ]
    assert ["t1", "t2", "t3"] == sorted(inside)


@pytest.mark.parametrize("runs", [ONE, {"base": {f"m{i}": [i, i] for i in range(5)}}])
def test_three_models_or_two_tasks_are_too_few(runs):
    assert said(chart_similar_tasks, runs) is None


# --- agreement ------------------------------------------------------------------------------------


def test_agreement_of_each_category():
    """Two tasks of A agree, two of B do not; the whole is first, then the highest."""
    frames = ordered(UP, UP, UP, DOWN, category=["A", "A", "B", "B"])
    table = said(agreement_table, frames=frames)
    assert ["All tasks", "A", "B"] == [row.cells[0].text for row in table.rows]
    # Sums of all four are 4 + 2 i: a quarter of the greatest sum of squares.
    assert [0.25, 1.0, 0.0] == [row.cells[1].value for row in table.rows]


# --- training sets --------------------------------------------------------------------------------


def tuned(*sizes):
    scores = [0.1 + i / 100 for i in range(len(sizes))]
    frames = make_frames({"base": {"a": scores}, "t": {"a": [s + 0.1 for s in scores]}})
    frames["tasks"]["train_examples"] = pd.array(sizes, dtype="Int64")
    return frames


def test_training_sets_are_dots():
    """The ends are named with their sizes, the median has a line."""
    chart = said(chart_training_sets, frames=tuned(5, 50, 5_000, None))
    assert "Half of the training sets have at most 50 examples" == chart.title
    assert "One size is not stated." in chart.caption
    (dots,) = chart.figure_json["data"]
    assert [5, 50, 5_000] == dots["x"]
    notes = [note["text"] for note in chart.figure_json["layout"]["annotations"]]
    assert ["median 50", "t1 5", "t3 5,000"] == notes
    assert [50] == [shape["x0"] for shape in chart.figure_json["layout"]["shapes"]]


def test_equal_sizes_are_stacked_and_an_empty_set_has_no_dot():
    """A log axis has no place for 0; the caption says so, the table has it."""
    chart = said(chart_training_sets, frames=tuned(0, 5, 5, 50))
    (dots,) = chart.figure_json["data"]
    assert ([5, 5, 50], [0, 1, 0]) == (dots["x"], dots["y"])
    assert [0, 5, 5, 50] == column(chart, "train_examples")
    assert "One set is empty." in chart.caption


@pytest.mark.parametrize("sizes", [[None, None], [5, None], [0, 0]])
def test_one_size_is_no_distribution(sizes):
    """Nor are several where nobody trains."""
    assert said(chart_training_sets, frames=tuned(*sizes)) is None
    runs = {"base": {"a": [0.1, 0.2]}}
    assert said(chart_training_sets, runs, tasks={"train_examples": [5, 50]}) is None
