"""Charts of tasks: differences, categories, similar tasks, training sets."""

import numpy as np
import pandas as pd
import pytest

from site_builder.charts import theme
from site_builder.charts.analysis import chart_redundancy, chart_training_sets
from site_builder.charts.differences import (
    category_table,
    chart_best_lift_by_task,
    chart_category_difference,
)
from site_builder.config import Analysis
from tests.helpers.boards import make_frames
from tests.helpers.charted import ONE, TUNED, column, draw, said
from tests.helpers.tables import having

MINUS = "\N{MINUS SIGN}"


# --- differences from the baseline ----------------------------------------------------------------


def test_bars_say_what_is_clear():
    """Of one contender each error is 0.05, so 0.139 is clear; t4 states no error of the baseline.

    Values stand at the ends, in their own room.
    """
    frames = make_frames({"base": {"ref": [0.5] * 4}, "t": {"a": [0.7, 0.3, 0.6, 0.9]}})
    of_baseline = frames["results"]["model"] == "ref"
    unknown = of_baseline & (frames["results"]["task"] == "t4")
    stderr = pd.array(np.where(unknown, np.nan, 0.05), dtype="Float64")
    frames["results"] = having(frames["results"], stderr=stderr)
    chart = said(chart_best_lift_by_task, frames=frames, baseline="ref")
    (bars,) = chart.figure_json["data"]
    assert ["+0.400", "+0.200", "+0.100", f"{MINUS}0.200"] == bars["text"]
    colours = [theme.GAIN, theme.GAIN, theme.NEUTRAL, theme.LOSS]
    assert colours == bars["marker"]["color"]
    assert ["/", "", "", ""] == bars["marker"]["pattern"]["shape"]
    low, high = chart.figure_json["layout"]["xaxis"]["range"]
    assert low < -0.2
    assert high > 0.4
    assert "Grey: not clear. Striped: an error is not known." in chart.caption


def test_bars_of_categories_are_grey():
    """Whether a mean over a category differs from 0 is not tested."""
    runs = {"base": {"ref": [0.5, 0.5], "a": [0.6, 0.9]}}
    chart = said(chart_category_difference, runs, tasks={"category": ["X", "Y"]}, baseline="ref")
    assert {theme.NEUTRAL} == {*chart.figure_json["data"][0]["marker"]["color"]}
    assert "Bars are grey because they are not tested against 0." in chart.caption


@pytest.mark.parametrize(
    ("runs", "title", "reading"),
    [
        # a: 0.5 - 0.6 and 0.4 - 0.4; b: 0.6 - 0.6 and 0.6 - 0.4.
        (
            TUNED,
            "The best fine-tuned model beats ref on 1 of 2 tasks",
            ", by most on t2 (+0.200). It ties on 1.",
        ),
        (
            {"base": {"ref": [0.5, 0.5], "a": [0.1, 0.2]}},
            "The best model beats ref on 0 of 2 tasks",
            f"; it comes closest on t2 ({MINUS}0.300). It stays furthest behind on t1.",
        ),
        (
            {"base": {"ref": [0.5, 0.5, 0.5], "a": [0.6, 0.5, 0.1], "b": [0.7, 0.1, 0.2]}},
            "The best model beats ref on 1 of 3 tasks",
            ", by most on t1 (+0.200). It ties on 1. It stays furthest behind on t3.",
        ),
        (
            {
                "base": {"ref": [0.5, 0.5], "a": [0.6, 0.9]},
                "sft": {"a": [0.1, 0.6]},
                "dpo": {"a": [0.7, 0.5]},
            },
            "The best tuned model beats ref on 2 of 2 tasks",
            ", by most on t1 (+0.200).",
        ),
    ],
)
def test_best_lift_by_task(runs, title, reading):
    """On how many tasks the best contender is ahead, on which the most, and where it is behind."""
    chart = said(chart_best_lift_by_task, runs, baseline="ref")
    assert (title, f"{title}{reading}") == (chart.title, chart.reading)


def test_best_lift_is_turned_where_lower_is_better():
    """1 is 2 better than 3; the caption says that it is turned."""
    runs = {"base": {"ref": [3.0, 5.0], "a": [1.0, 6.0]}}
    chart = said(chart_best_lift_by_task, runs, lower=["t1", "t2"], baseline="ref")
    assert "The best model beats ref on 1 of 2 tasks" == chart.title
    assert [2.0, -1.0] == list(chart.figure_json["data"][0]["x"])
    assert "turned where lower is better" in chart.caption


@pytest.mark.parametrize(
    ("runs", "board"),
    [
        (TUNED, {}),
        ({"base": {"ref": [0.5], "a": [0.6]}}, {"baseline": "ref"}),
        ({"base": {"ref": [0.5, None], "a": [None, 0.6]}}, {"baseline": "ref"}),
    ],
)
def test_no_best_lift(runs, board):
    """Without a baseline, or with less than two tasks that both have."""
    assert said(chart_best_lift_by_task, runs, **board) is None


def test_only_tasks_of_one_unit_share_an_axis():
    runs = {"base": {"ref": [0.5, 30.0, 0.5, 20.0, 0.5], "a": [0.6, 10.0, 0.7, 10.0, 0.1]}}
    tasks = {"metric": ["acc", "ppl", "acc", "ppl", "acc"]}
    chart = said(chart_best_lift_by_task, runs, lower=["t2", "t4"], tasks=tasks, baseline="ref")
    assert "The best model beats ref on 2 of 3 tasks of one metric" == chart.title
    assert ["t3", "t1", "t5"] == column(chart, "task")


def test_many_tasks_are_drawn_from_both_ends():
    """40 and 40 of 90, in the drawing and in its table; the caption says so."""
    runs = {"base": {"ref": [0.0] * 90, "a": [i / 100 for i in range(90)]}}
    chart = said(chart_best_lift_by_task, runs, baseline="ref")
    bars = list(chart.figure_json["data"][0]["x"])
    assert ([0.89, 0.5], [0.39, 0.0]) == ([bars[0], bars[39]], [bars[40], bars[79]])
    assert (80, 80) == (len(bars), len(chart.table.rows))
    assert chart.caption.endswith(" The 40 at each end are drawn.")


# --- categories -----------------------------------------------------------------------------------

CATEGORIES = {"category": ["A", "B"]}


def test_category_difference():
    """A: 0.6 - 0.6 = 0; B: 0.6 - 0.4 = +0.2; one task each proves nothing."""
    chart = said(chart_category_difference, tasks=CATEGORIES, baseline="ref")
    assert "No category is clearly the hardest or the easiest to beat ref in" == chart.title
    ends = "Means run from 0.000 (A, 1 task) to +0.200 (B, 1 task)."
    assert f"{chart.title}. {ends}" == chart.reading
    assert "The smallest category has 1 task: read its bar with care." in chart.caption
    assert ["A (1)", "B (1)"] == chart.figure_json["layout"]["yaxis"]["ticktext"]


@pytest.mark.parametrize(
    ("scores", "title"),
    [
        # Leads of A 0.1, of B 0.2 and of C 0.3, each give or take 0.01.
        (
            [0.59, 0.6, 0.61, 0.69, 0.7, 0.71, 0.79, 0.8, 0.81],
            "A is the hardest category to beat ref in, C the easiest",
        ),
        # A and B are alike, or B and C.
        (
            [0.59, 0.6, 0.61, 0.6, 0.61, 0.62, 0.79, 0.8, 0.81],
            "C is the easiest category to beat ref in",
        ),
        (
            [0.59, 0.6, 0.61, 0.79, 0.8, 0.81, 0.8, 0.81, 0.82],
            "A is the hardest category to beat ref in",
        ),
        # As far apart as in the first, but give or take 0.1.
        (
            [0.5, 0.6, 0.7, 0.6, 0.7, 0.8, 0.7, 0.8, 0.9],
            "No category is clearly the hardest or the easiest to beat ref in",
        ),
    ],
)
def test_only_a_clear_category_is_named(scores, title):
    """D, with one task, is in no test, however far away it is."""
    runs = {"base": {"ref": [0.5] * 10, "a": [*scores, 0.0]}}
    tasks = {"category": [*"AAABBBCCCD"]}
    assert title == said(chart_category_difference, runs, tasks=tasks, baseline="ref").title


def test_large_categories_need_no_caution():
    runs = {"base": {"ref": [0.5] * 8, "a": [0.6] * 4 + [0.7] * 4}}
    chart = said(chart_category_difference, runs, tasks={"category": [*"AAAABBBB"]}, baseline="ref")
    assert "with care" not in chart.caption


def test_categories_of_different_units_share_no_axis():
    runs = {"base": {"ref": [0.5, 0.5, 0.5, 9.0], "a": [0.6, 0.6, 0.7, 3.0]}}
    tasks = {"category": [*"AABC"], "metric": ["acc", "acc", "acc", "ppl"]}
    results, labels = draw(make_frames(runs, ["t4"], tasks), baseline="ref")
    chart = chart_category_difference(results, labels)
    assert chart is not None
    assert ["A", "B"] == column(chart, "category")
    assert 3 == len(category_table(results.categories, labels, "x").rows)


@pytest.mark.parametrize(
    ("tasks", "board"),
    [
        (None, {"baseline": "ref"}),
        ({"category": ["A", "A"]}, {"baseline": "ref"}),
        (CATEGORIES, {}),
    ],
)
def test_no_category_difference(tasks, board):
    """Without categories, with one, without a baseline."""
    assert said(chart_category_difference, tasks=tasks, **board) is None


RHO = "\N{GREEK SMALL LETTER RHO}"


def ordered(n, *orders):
    """Models, each of its own family, that each task ranks in its own order."""
    return of_families({f"m{i:02}": [order[i] / 100 for order in orders] for i in range(n)})


def of_families(runs):
    """Models of which each is a family of its own."""
    frames = make_frames({"base": runs})
    frames["models"]["family"] = frames["models"]["model"]
    return frames


def test_redundancy():
    """t1 and t2 order ten models alike, t3 the other way round."""
    up, down = list(range(10)), list(range(9, -1, -1))
    chart = said(chart_redundancy, frames=ordered(10, up, up, down))
    title = "1 of 3 pairs of tasks ranks models alike beyond chance, t1 and t2"
    assert f"{title} ({RHO} = 1.00)" == chart.title
    assert f"the median is {MINUS}1.00" in chart.reading
    assert [("t1", "t2", 10.0)] == list(
        zip(column(chart, "task"), column(chart, "other"), column(chart, "n"), strict=True)
    )[:1]


def test_redundancy_names_no_pair_that_chance_can_give():
    """The greatest of 465 correlations over ten models is high though all are independent."""
    rng = np.random.default_rng(5)
    chart = said(
        chart_redundancy, frames=of_families({f"m{i}": rng.random(31).tolist() for i in range(10)})
    )
    assert column(chart, "rho")[0] > 0.8
    assert chart.title == "0 of 465 pairs of tasks rank models alike beyond chance"


def test_redundancy_of_too_few_families():
    """Five in the same order on two tasks are one chance in sixty."""
    up, down = [1, 2, 3, 4, 5], [5, 4, 3, 2, 1]
    chart = said(chart_redundancy, frames=ordered(5, up, up, down))
    few = "Fewer than 10 model families: too few to tell which tasks rank models alike"
    assert few == chart.title


def test_redundancy_looks_at_all_tasks():
    """Of 45, the last two are most alike; the first 40 are drawn, as the caption says."""
    scores = np.random.default_rng(1).permuted(np.arange(12 * 45).reshape(12, 45), axis=0) / 1000
    scores[:, 44] = scores[:, 43]
    runs = {f"m{i}": row for i, row in enumerate(scores.tolist())}
    chart = said(chart_redundancy, frames=of_families(runs))
    assert chart.title.endswith(f"t44 and t45 ({RHO} = 1.00)")
    assert ("t44", "t45") == (column(chart, "task")[0], column(chart, "other")[0])
    assert 39 == len(chart.figure_json["data"][0]["z"])  # below the diagonal
    assert chart.caption.endswith(" The first 40 tasks are drawn.")


def test_no_redundancy():
    """Three models in common are too few; so are two tasks."""
    assert said(chart_redundancy, ONE) is None
    runs = {"base": {f"m{i}": [i / 10, i / 10] for i in range(5)}}
    assert said(chart_redundancy, runs) is None


@pytest.mark.parametrize(
    ("sizes", "thresholds", "title"),
    [
        (
            [5, 50, 500],
            [10, 99],
            "1 of 3 training sets has fewer than 10 examples "
            "and 2 of 3 have fewer than 99 examples",
        ),
        ([5, 50, 500], [10_000], "3 of 3 training sets have fewer than 10,000 examples"),
        ([5, 50, 500], [], "At least half of the 3 training sets have 50 examples or fewer"),
        ([50, 500, None], [10], "0 of 2 training sets have fewer than 10 examples"),
    ],
)
def test_training_sets(sizes, thresholds, title):
    """The share below each threshold that site.toml names."""
    tasks = {"train_examples": pd.array(sizes, dtype="Int64")}
    runs = {"base": {"a": [0.1, 0.2, 0.3]}}
    analysis = Analysis(training_set_thresholds=thresholds)
    chart = said(chart_training_sets, runs, tasks=tasks, analysis=analysis)
    assert title == chart.title
    assert ("1 task of unknown training-set size is left out" in chart.caption) == (None in sizes)
    assert len(thresholds) == len(chart.figure_json["layout"].get("shapes", []))


def test_training_set_without_examples_has_no_bar():
    """A log axis has no place for 0; the caption says so, the table has it."""
    chart = said(
        chart_training_sets, {"base": {"a": [0.1, 0.2, 0.3]}}, tasks={"train_examples": [0, 5, 50]}
    )
    assert 2 == sum(chart.figure_json["data"][0]["y"])
    assert [0, 5, 50] == column(chart, "train_examples")
    assert chart.caption.endswith(" 1 set without examples is left out.")


@pytest.mark.parametrize("sizes", [[None, None], [5, None], [0, 0]])
def test_no_training_sets(sizes):
    """One size is no distribution."""
    tasks = {"train_examples": pd.array(sizes, dtype="Int64")}
    assert said(chart_training_sets, {"base": {"a": [0.1, 0.2]}}, tasks=tasks) is None
