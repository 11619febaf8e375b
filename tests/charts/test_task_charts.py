"""Charts of tasks: differences and scores."""

import numpy as np
import pandas as pd
import pytest

from site_builder.charts import theme
from site_builder.charts.differences import (
    chart_best_lift_by_task,
    chart_category_difference,
)
from site_builder.charts.scores import chart_beside_median, chart_task_scores
from tests.helpers.boards import make_frames
from tests.helpers.charted import TUNED, said
from tests.helpers.tables import having

MINUS = "\N{MINUS SIGN}"


# --- differences from the baseline ----------------------------------------------------------------


def test_bars_say_what_is_certain():
    """Of one contender each error is 0.05, so 0.139 is certain; t4 states none of the baseline.

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
    colours = [theme.NEUTRAL, theme.GAIN, theme.NEUTRAL, theme.LOSS]
    assert colours == bars["marker"]["color"]
    assert ["/", "", "", ""] == bars["marker"]["pattern"]["shape"]
    low, high = chart.figure_json["layout"]["xaxis"]["range"]
    assert low < -0.2
    assert high > 0.4
    assert "1 of 3 leads over ref is certain" == chart.title
    assert "Colour: certain. Grey: uncertain. Striped: an error is not known." in chart.caption


@pytest.mark.parametrize(
    ("runs", "n", "title"),
    [
        # a: 0.5 - 0.6 and 0.4 - 0.4; b: 0.6 - 0.6 and 0.6 - 0.4.
        (TUNED, 1, "The best fine-tuned model of each task beats ref on 1 of 2 tasks"),
        (
            {"base": {"ref": [0.5, 0.5], "a": [0.1, 0.2]}},
            0,
            "The best model of each task beats ref on 0 of 2 tasks",
        ),
        (
            {
                "base": {"ref": [0.5, 0.5], "a": [0.6, 0.9]},
                "sft": {"a": [0.1, 0.6]},
                "dpo": {"a": [0.7, 0.5]},
            },
            2,
            "The best tuned model of each task beats ref on 2 of 2 tasks",
        ),
    ],
)
def test_best_lift_by_task(runs, n, title):
    """On how many tasks the best contender is ahead."""
    chart = said(chart_best_lift_by_task, runs, baseline="ref")
    assert (title, f"{title}.") == (chart.title, chart.reading)
    assert n == sum(lift > 0 for lift in chart.figure_json["data"][0]["x"])


def test_best_lift_is_turned_where_lower_is_better():
    """1 is 2 better than 3; the caption says that it is turned."""
    runs = {"base": {"ref": [3.0, 5.0], "a": [1.0, 6.0]}}
    chart = said(chart_best_lift_by_task, runs, lower=["t1", "t2"], baseline="ref")
    assert "The best model of each task beats ref on 1 of 2 tasks" == chart.title
    assert [2.0, -1.0] == list(chart.figure_json["data"][0]["x"])
    assert "turned where lower is better" in chart.caption


@pytest.mark.parametrize(
    ("runs", "baseline"),
    [
        (TUNED, None),
        ({"base": {"ref": [0.5], "a": [0.6]}}, "ref"),
        ({"base": {"ref": [0.5, None], "a": [None, 0.6]}}, "ref"),
    ],
)
def test_no_best_lift(runs, baseline):
    """Without a baseline, or with less than two tasks that both have."""
    assert said(chart_best_lift_by_task, runs, baseline=baseline) is None


def test_only_tasks_of_one_unit_share_an_axis():
    runs = {"base": {"ref": [0.5, 30.0, 0.5, 20.0, 0.5], "a": [0.6, 10.0, 0.7, 10.0, 0.1]}}
    tasks = {"metric": ["acc", "ppl", "acc", "ppl", "acc"]}
    chart = said(chart_best_lift_by_task, runs, lower=["t2", "t4"], tasks=tasks, baseline="ref")
    assert "The best model of each task beats ref on 2 of 3 tasks" == chart.title
    assert ["t3", "t1", "t5"] == chart.figure_json["layout"]["yaxis"]["ticktext"]


def test_many_tasks_are_drawn_from_both_ends():
    """40 and 40 of 90; the caption says so."""
    runs = {"base": {"ref": [0.0] * 90, "a": [i / 100 for i in range(90)]}}
    chart = said(chart_best_lift_by_task, runs, baseline="ref")
    bars = list(chart.figure_json["data"][0]["x"])
    assert ([0.89, 0.5], [0.39, 0.0]) == ([bars[0], bars[39]], [bars[40], bars[79]])
    assert 80 == len(bars)
    assert chart.caption.endswith(" The 40 at each end are drawn.")


# --- categories -----------------------------------------------------------------------------------

CATEGORIES = {"category": [*"AABBC"]}


@pytest.mark.parametrize(
    ("scores", "title"),
    [
        ([0.6, 0.7, 0.8, 0.6, 0.1], "The best model leads ref in every category"),
        ([0.6, 0.7, 0.2, 0.4, 0.9], "ref leads only in B"),
        ([0.4, 0.3, 0.5, 0.5, 0.9], "ref leads or ties in every category"),
        ([0.6, 0.7, 0.5, 0.5, 0.1], "The best model leads ref in 1 of 2 categories"),
    ],
)
def test_category_difference(scores, title):
    """C has one task, and so no mean: it is not drawn, and no finding counts it."""
    runs = {"base": {"ref": [0.5] * 5, "a": scores}}
    chart = said(chart_category_difference, runs, tasks=CATEGORIES, baseline="ref")
    assert title == chart.title
    assert {"A (2)", "B (2)"} == {*chart.figure_json["layout"]["yaxis"]["ticktext"]}
    # Whether a mean differs from 0 is not tested.
    assert {theme.NEUTRAL} == {*chart.figure_json["data"][0]["marker"]["color"]}
    if scores[2] == 0.2:  # A: (0.1 + 0.2) / 2; B: (-0.3 - 0.1) / 2
        assert [-0.2, 0.15] == pytest.approx(chart.figure_json["data"][0]["x"])


@pytest.mark.parametrize("unit", ["seconds", "points"])
def test_unbounded_scores_of_tasks_have_no_mean(unit):
    """Seconds of different tasks are not averaged."""
    runs = {"base": {"ref": [5.0] * 4, "a": [1.0, 2.0, 3.0, 9.0]}}
    tasks = {"category": [*"AABB"], "unit": [unit] * 4}
    lower = ["t1", "t2", "t3", "t4"] if unit == "seconds" else []
    chart = said(chart_category_difference, runs, lower=lower, tasks=tasks, baseline="ref")
    assert (unit == "points") == (chart is not None)


@pytest.mark.parametrize(
    ("categories", "baseline"), [([None] * 2, "ref"), ("AA", "ref"), ("AB", "ref"), ("AB", None)]
)
def test_no_category_difference(categories, baseline):
    """Without categories, with one, with one task in each, without a baseline."""
    tasks = {"category": [*categories]}
    assert said(chart_category_difference, tasks=tasks, baseline=baseline) is None


# --- scores on one task ---------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "is_drawn"), [(20, False), (21, True)])
def test_many_scores_on_a_task_are_drawn_as_bins(n, is_drawn):
    """0.00 to 0.20: the quartiles of 21 are 0.05 and 0.15, and each is counted once."""
    runs = {"base": {f"m{i}": [i / 100] for i in range(n)}}
    chart = said(chart_task_scores, runs, "t1")
    assert is_drawn == (chart is not None)
    if chart is not None:
        assert "Half of 21 models score from 0.050 to 0.150" == chart.title
        assert 21 == sum(chart.figure_json["data"][0]["y"])


# --- beside the median ----------------------------------------------------------------------------


def test_all_points_of_a_chart_have_one_precision():
    """That of the coarsest task, though t3 has more decimals: 33.333 beside 48.1."""
    scores = {"a": [48.1, 50.2, 33.333], "b": [48.3, 50.4, 33.334]}
    more = {"c": [48.5, 50.6, 33.335], "d": [48.7, 50.8, 33.336]}
    bounds = {"score_min": [0.0] * 3, "score_max": [100.0] * 3}
    chart = said(chart_beside_median, {"base": scores | more}, "a", "base", "", tasks=bounds)
    texts = [text for trace in chart.figure_json["data"] for text in trace.get("customdata", ())]
    assert {
        "t1: 48.1, median 48.4",
        "t2: 50.2, median 50.5",
        "t3: 33.3, median 33.3",
    } == {*texts}
    fewer = {model: [*of, None if model == "b" else 1.0] for model, of in (scores | more).items()}
    bounds = {name: [*of, of[0]] for name, of in bounds.items()}
    chart = said(chart_beside_median, {"base": fewer}, "a", "base", "", tasks=bounds)
    assert "One other task is left out: its scale differs, it is a part, or fewer" in chart.caption
