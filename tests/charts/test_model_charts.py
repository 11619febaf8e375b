"""Charts of models: averages, size, winners, all scores, one model, one task."""

import math

import pandas as pd
import pytest

from site_builder.charts.averages import chart_averages, chart_size
from site_builder.charts.scores import chart_model_tasks, chart_scores, chart_task_models
from tests.helpers.boards import make_frames
from tests.helpers.charted import (
    ONE,
    SEVERAL,
    TUNED,
    chart_on,
    charts_of,
    column,
    drawn,
    keys,
    said,
    table_of,
    traces,
)
from tests.helpers.tables import having

MINUS = "\N{MINUS SIGN}"


FEW = ", over too few tasks to tell"

# --- averages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("runs", "board", "title"),
    [
        # Before (0.1 + 0.5 + 0.5 + 0.5) / 4, after (0.5 + 0.4 + 0.6 + 0.6) / 4; ref averages 0.5.
        (TUNED, {}, f"Fine-tuned scores average 0.525, better than base (0.400){FEW}"),
        (
            TUNED,
            {"baseline": "ref"},
            f"Fine-tuned scores average 0.525, better than base (0.400){FEW}; "
            f"1 of 2 has a better mean than ref{FEW}",
        ),
        (
            {"base": {"a": [0.2], "b": [0.2]}, "t": {"a": [0.2], "b": [0.2]}},
            {},
            "T scores average 0.200, base scores 0.200",
        ),
        (ONE, {}, f"a has the best mean score, 0.500{FEW} models apart"),
        (
            ONE,
            {"baseline": "c"},
            f"a has the best mean score, 0.500{FEW} models apart; "
            f"2 of 2 have a better mean than c{FEW}",
        ),
        (
            {"base": {"a": [0.4], "b": [0.4], "c": [0.1]}},
            {},
            f"a and b share the best mean score, 0.400{FEW} models apart",
        ),
        # Tuned scores of the paired runs: sft 0.4, 0.2, 0.4, 0.1; ppo 0.2, 0.7, 0.8, 0.3.
        (SEVERAL, {}, f"Tuned scores average 0.388, better than base (0.200){FEW}"),
    ],
)
def test_averages(runs, board, title):
    """How far tuning moved them, who is best where nothing is tuned, how many pass the baseline."""
    chart = said(chart_averages, runs, **board)
    assert title == chart.title


def test_averages_go_down_where_lower_is_better():
    """And the best is the smallest: 1.5 against 3, so a stands first."""
    runs = {"base": {"b": [4.0, 4.0], "a": [2.0, 3.0]}, "t": {"b": [3.0, 3.0], "a": [1.0, 2.0]}}
    chart = said(chart_averages, runs, lower=["t1", "t2"])
    assert f"T scores average 2.25, better than base (3.25){FEW}" == chart.title
    assert f"{chart.title}. Averages run from 1.50 (a) to 3.00 (b)." == chart.reading


def test_models_are_ordered_by_the_best_of_their_variants():
    """Where lower is better by the least: 1 of a's against 2 of b's."""
    runs = {
        "base": {"a": [9.0], "b": [9.0]},
        "x": {"b": [2.0], "a": [8.0]},
        "y": {"b": [3.0], "a": [1.0]},
    }
    chart = said(chart_averages, runs, lower=["t1"])
    assert ["a", "b"] == column(chart, "model")
    assert chart.reading.endswith("Averages run from 1.00 (a) to 2.00 (b).")


@pytest.mark.parametrize(
    ("runs", "lower", "why"),
    [
        ({"base": {"a": [0.1, 0.2]}}, [], "one model"),
        (TUNED, ["t2"], "tasks of both directions"),
        ({"base": {"a": [0.1, None], "b": [None, 0.2]}, "x": {}}, ["t1"], "nobody is ranked"),
    ],
)
def test_no_averages(runs, lower, why):
    """Where there is nothing to compare, or the mean has no meaning."""
    assert said(chart_averages, runs, lower=lower) is None, why


def test_averages_table_has_the_baseline_where_it_competes():
    chart = said(chart_averages, TUNED, baseline="ref")
    assert ["model", "average_base", "average_fine_tuned"] == keys(chart)
    assert ["b", "a"] == column(chart, "model")


# --- size -----------------------------------------------------------------------------------------


def sized(*sizes, scores=(0.2, 0.5, 0.4, 0.9)):
    """Models a, b, c, d of these sizes, with one score each."""
    names = "abcd"[: len(sizes)]
    frames = make_frames({"base": {m: [s] for m, s in zip(names, scores, strict=False)}})
    frames["models"] = having(frames["models"], parameters_b=pd.array(list(sizes), dtype="Float64"))
    return frames


@pytest.mark.parametrize(
    ("sizes", "title", "left_out"),
    [
        ((1, 2, 3, 4), "a, b and d have the best mean score for their size, not clearly", ""),
        (
            (1, 2, 3, None),
            "a and b have the best mean score for their size, not clearly",
            " 1 model of unknown size left out.",
        ),
        ((4, 3, 2, 1), "d has the best mean score for its size, not clearly", ""),
        ((1, 1, 1, 2), "b and d have the best mean score for their size, not clearly", ""),
    ],
)
def test_size(sizes, title, left_out):
    """C has more parameters than b and a lower score."""
    chart = said(chart_size, frames=sized(*sizes))
    assert title == chart.title
    assert chart.caption.endswith(f"The line joins the frontier.{left_out}")


def test_smaller_is_better_on_the_frontier_where_lower_is_better():
    """Perplexity: 0.2 is the best, and a is the smallest."""
    frames = sized(1, 2, 3, 4)
    frames["tasks"]["higher_is_better"] = False
    assert (
        "a has the best mean score for its size, not clearly"
        == said(chart_size, frames=frames).title
    )


def test_equal_score_at_a_larger_size_is_not_on_the_frontier():
    frames = sized(1, 2, 3, 4, scores=(0.5, 0.5, 0.5, 0.4))
    assert (
        "a has the best mean score for its size, not clearly"
        == said(chart_size, frames=frames).title
    )


@pytest.mark.parametrize("sizes", [(1, 2), (1, 1, 1, 1), (1, 2, None, None)])
def test_no_size(sizes):
    """Three models of known size, and not all of one size."""
    assert said(chart_size, frames=sized(*sizes)) is None


def test_models_of_the_frontier_are_named():
    dots = said(chart_size, frames=sized(1, 2, 3, 4)).figure_json["data"][1]
    assert ["a", "b", "", "d"] == [
        dict(zip(dots["x"], dots["text"], strict=True))[x] for x in (1, 2, 3, 4)
    ]


def test_bars_of_the_intervals_end_where_the_intervals_do():
    """A bar reaches from the low end to the high end of the average's interval."""
    results, _ = drawn("index")
    dots = chart_on("index", "", "size").figure_json["data"][1]
    intervals = {s.average: s.interval for s in results.board.ranked}
    bars = zip(dots["y"], dots["error_y"]["arrayminus"], dots["error_y"]["array"], strict=True)
    assert dots["y"]
    for y, down, up in bars:
        assert pytest.approx(intervals[y]) == (y - down, y + up)


def test_names_keep_clear_of_the_baseline():
    baseline = {"base": {"a": [0.2], "b": [0.5], "d": [0.9], "ref": [0.4]}}
    frames = make_frames(baseline)
    frames["models"] = having(
        frames["models"], parameters_b=pd.array([1, 2, 200, None], dtype="Float64")
    )
    figure = said(chart_size, frames=frames, baseline="ref").figure
    dots, (note,) = figure["data"][1], figure["layout"]["annotations"]
    sides = dict(zip(dots["x"], dots["textposition"], strict=True))
    assert {1: "bottom left", 2: "top left", 200: "top left"} == sides
    assert pytest.approx(math.log10(20)) == note["x"]


# --- scores ---------------------------------------------------------------------------------------


def test_scores():
    """t1 averages 0.55 after tuning, t2 0.5."""
    chart = said(chart_scores)
    assert "Mean scores by task run from 0.500 (t2) to 0.550 (t1)" == chart.title
    assert "Scores, fine-tuned; a stronger colour is higher." == chart.caption


@pytest.mark.parametrize(
    ("runs", "lower"),
    [({"base": {"a": [0.5, 0.5], "b": [0.1, 0.1]}}, []), (ONE, ["t1"])],
)
def test_scores_without_a_range_of_means(runs, lower):
    """Equal means, or tasks that cannot be averaged."""
    models = len(runs["base"])
    assert f"{models} models on 2 tasks" == said(chart_scores, runs, lower=lower).title


def test_row_is_its_own_scale_where_units_differ():
    """Worst to best is 0 to 1, turned where lower is better; equals are in the middle."""
    runs = {"base": {"a": [1.0, 10.0, 3.0], "b": [2.0, 20.0, 3.0], "c": [5.0, None, 3.0]}}
    chart = said(
        chart_scores, runs, lower=["t2"], tasks={"metric": ["x", "y", "z"]}, min_coverage=0
    )
    rows = dict(zip(column(chart, "task"), chart.figure_json["data"][0]["z"], strict=True))
    models = [c.label for c in table_of(chart).columns[1:]]
    shades = {task: dict(zip(models, row, strict=True)) for task, row in rows.items()}
    assert {"a": 0.0, "b": 0.25, "c": 1.0} == shades["t1"]
    assert {"a": 1.0, "b": 0.0, "c": None} == shades["t2"]
    assert {"a": 0.5, "b": 0.5, "c": 0.5} == shades["t3"]
    assert "Scores, base; a stronger colour is better within its row." == chart.caption


def test_caption_says_what_is_not_drawn():
    """40 models of 41, 100 tasks of 101; the hardest of all is named, drawn or not."""
    scores = [1 - i / 200 for i in range(101)]
    chart = said(chart_scores, {"base": {f"m{i}": scores for i in range(41)}})
    assert chart.caption.endswith(
        " The first 40 models and 100 tasks are drawn; the table of each task has all."
    )
    assert "Mean scores by task run from 0.500 (t101) to 1.000 (t1)" == chart.title


def test_no_scores():
    """One model or one task is no matrix."""
    assert said(chart_scores, {"base": {"a": [0.1, 0.2]}}) is None
    assert said(chart_scores, {"base": {"a": [0.1], "b": [0.2]}}) is None


def test_fixture_board():
    """The findings of the board of tests/helpers/tables.py."""
    charts = {chart.id: chart.title for page, chart in charts_of(*drawn("fixture")) if page == ""}
    assert {
        "averages": f"Fine-tuned scores average 0.594, better than base (0.375){FEW}; "
        f"2 of 2 have a better mean than Gamma{FEW}",
        "best-lift-by-task": "The best fine-tuned model beats Gamma on 2 of 2 tasks",
        "category-difference": "No category is clearly the hardest or the easiest to beat Gamma in",
        "winners": "Alpha and Beta share the most first places: 1 of 2 tasks",
        "scores": "Mean scores by task run from 0.375 (Sorting) to 0.813 (Addition)",
        "training-sets": "1 of 2 training sets has fewer than 10,000 examples and 2 of 2 have "
        "fewer than 20,000 examples",
    } == charts


@pytest.mark.parametrize(
    ("runs", "model", "title"),
    [
        (TUNED, "a", "a is better fine-tuned than base on 1 of 2 tasks and beats ref on 0 of 2"),
        (TUNED, "ref", "ref on 2 tasks"),
        ({**ONE, "x": {"ref": [None, None]}}, "a", "a on 2 tasks"),
        ({"base": {"ref": [0.5, 0.5], "a": [0.6, 0.1]}}, "a", "a beats ref on 1 of 2 tasks"),
        ({"base": {"ref": [0.5, None], "a": [0.6, 0.1]}}, "a", "a beats ref on 1 of 1 task"),
        (
            {"base": {"ref": [0.5, 0.5], "a": [0.1, None]}, "t": {"a": [0.2, 0.6]}},
            "a",
            "a is better t than base on 1 of 1 task and beats ref on 1 of 2",
        ),
        (
            {**SEVERAL, "base": {**SEVERAL["base"], "ref": [0.5, 0.5]}},
            "a",
            "a is better sft than base on 1 of 2 tasks and beats ref on 0 of 2",
        ),
    ],
)
def test_model_tasks(runs, model, title):
    """What tuning brought and whether it is enough, as far as the model has scores for that."""
    assert title == said(chart_model_tasks, runs, model, baseline="ref").title


@pytest.mark.parametrize(
    ("scores", "lower", "ends"),
    [
        ([0.2, 0.9, 0.5], [], "Highest on t2, lowest on t1."),
        ([0.2, 0.9, 0.5], ["t1", "t2", "t3"], "Highest on t2, lowest on t1."),
        ([0.5, 0.5, 0.5], [], "The same on every task."),
    ],
)
def test_model_tasks_run_from_best_to_worst(scores, lower, ends):
    chart = said(chart_model_tasks, {"base": {"a": scores}}, "a", lower=lower)
    assert chart.reading.endswith(ends)


def test_no_model_tasks():
    """One task is no comparison."""
    assert said(chart_model_tasks, {"base": {"a": [0.1, None], "b": [0.1, 0.2]}}, "a") is None


@pytest.mark.parametrize(
    ("runs", "lower", "title"),
    [
        (TUNED, [], "b has the best fine-tuned score, 0.600; ref has 0.600"),
        (
            {**ONE, "base": {**ONE["base"], "ref": [0.5, 0.5]}},
            [],
            "a has the best score, 0.900; ref has 0.500",
        ),
        (
            {"base": {"a": [0.1], "b": [0.1], "ref": [0.3]}},
            [],
            "a and b share the best score, 0.100; ref has 0.300",
        ),
        (
            {"base": {"a": [1.0], "ref": [3.0]}},
            ["t1"],
            "a has the best score, 1.00; ref has 3.00",
        ),
        ({"base": {"a": [0.5], "b": [0.4], "ref": [None]}}, [], "a has the best score, 0.500"),
        (
            {**SEVERAL, "base": {"ref": [0.1, 0.1]}},
            [],
            "b (Ppo) has the best tuned score, 0.800; ref has 0.100",
        ),
    ],
)
def test_task_models(runs, lower, title):
    """Who leads, all who tie, and how far from the baseline."""
    assert (
        title == said(chart_task_models, _with_ref(runs), "t1", lower=lower, baseline="ref").title
    )


def _with_ref(runs):
    """The runs, with the baseline among the models even if it has no score on the first task."""
    if runs["base"].get("ref") == [None]:
        return {v: {m: [*s, 0.5] for m, s in models.items()} for v, models in runs.items()}
    return runs


def test_no_task_models():
    """One model has nobody beside it."""
    assert said(chart_task_models, {"base": {"a": [0.1, 0.2]}}, "t1") is None


def test_legend_has_what_is_drawn():
    named = said(chart_model_tasks, TUNED, "a", baseline="ref")
    assert ["Base", "Fine-tuned", "ref"] == [*traces(named)]
    assert named.figure["layout"]["showlegend"]
    plain = said(chart_model_tasks, ONE, "a")
    assert ["Score"] == [*traces(plain)]
    assert not plain.figure["layout"]["showlegend"]


def test_variants_of_one_label_stay_apart():
    chart = said(chart_task_models, SEVERAL, "t1", labels={"sft": "Tuned", "ppo": "Tuned"})
    assert ["model", "before", "after_sft", "lift_sft", "after_ppo", "lift_ppo"] == keys(chart)
    assert {0.4, 0.2} == {
        column(chart, key)[column(chart, "model").index("a")] for key in ("after_sft", "after_ppo")
    }


def test_first_rows_are_drawn_of_many():
    """Twelve at each end of 90 models, in the drawing and in its table; the caption says so."""
    runs = {"base": {f"m{i}": [i / 100, i / 100] for i in range(90)}}
    for chart in (said(chart_averages, runs), said(chart_task_models, runs, "t1")):
        assert chart.caption.endswith(" The 12 at each end of 90 are drawn.")
        assert (24, 24) == (
            len(chart.figure_json["layout"]["yaxis"]["ticktext"]),
            len(table_of(chart).rows),
        )
