"""The chart of the models that are separable from each other."""

import numpy as np
import pytest

from site_builder.charts.analysis import _lanes, chart_separability
from tests.helpers.charted import column, said

LEVELS = np.array([0.3, 0.5, 0.4, 0.6, 0.35, 0.55, 0.45, 0.5])
METRIC = {"metric": ["accuracy"] * 8}
NOISE = 0.02 * np.array([1, -1, 1, -1, 1, 1, -1, -1])


def runs_of(**leads):
    """Eight tasks: each model has the same scores plus its lead, with a noise of its own."""
    rows = {
        model: (LEVELS + lead + np.roll(NOISE, i)).round(4).tolist()
        for i, (model, lead) in enumerate(leads.items())
    }
    return {"base": rows}


def bars(chart):
    """The ends of each bar, as first and last place."""
    found = [trace["y"] for trace in chart.figure_json["data"] if trace.get("xaxis") == "x2"]
    return [(round(low + 0.25), round(high - 0.25)) for low, high in found]


@pytest.mark.parametrize(
    ("leads", "title", "expected"),
    [
        # A standard error of 0.01: with six pairs, leads of 0.1 are clear and of 0.001 are not.
        (
            {"a": 0.2, "b": 0.199, "c": 0.0, "d": 0.001},
            "2 of 4 models may be first: a and b",
            [(0, 1), (2, 3)],
        ),
        ({"a": 0.3, "b": 0.2, "c": 0.1}, "Of 3 models only a may be first", []),
        ({"a": 0.3, "b": 0.0, "c": 0.001}, "Of 3 models only a may be first", [(1, 2)]),
        ({"a": 0.002, "b": 0.001, "c": 0.0}, "No two of the 3 models are separable", [(0, 2)]),
        ({"a": 0.001, "b": 0.0}, "The two models are not separable", [(0, 1)]),
    ],
)
def test_bars_join_models_that_are_not_separable(leads, title, expected):
    chart = said(chart_separability, tasks=METRIC, runs=runs_of(**leads))
    assert title == chart.title
    assert expected == bars(chart)


def test_overlapping_bars_are_beside_each_other():
    """The second is separable from neither neighbour, but its neighbours are from each other."""
    chart = said(chart_separability, tasks=METRIC, runs=runs_of(a=0.08, b=0.04, c=0.0))
    assert [(0, 1), (1, 2)] == bars(chart)
    assert ["1", "1, 2", "2"] == column(chart, "bars")
    assert [0, 0, 1] == _lanes([(0, 1), (2, 3), (3, 5)])


def test_models_are_in_the_order_of_their_ranks():
    chart = said(chart_separability, tasks=METRIC, runs=runs_of(worse=0.0, better=0.5))
    assert ["better", "worse"] == column(chart, "model")
    assert [1, 2] == column(chart, "best_rank")
    assert [1, 2] == column(chart, "worst_rank")


def test_first_forty_models_are_drawn():
    """The bar below the cut ends at the cut."""
    scores = np.random.default_rng(1).random((50, 8))
    runs = {"base": {f"m{i}": row for i, row in enumerate(scores.tolist())}}
    chart = said(chart_separability, tasks=METRIC, runs=runs)
    assert "No two of the 50 models are separable" == chart.title
    assert "The first 40 of 50 models are drawn." in chart.caption
    assert [(0, 39)] == bars(chart)
    assert 40 == len(column(chart, "model"))


def test_win_rates_are_drawn_where_they_rank():
    chart = said(
        chart_separability, tasks=METRIC, runs=runs_of(a=0.2, b=0.0), rank_by="mean_win_rate"
    )
    assert [1.0, 0.0] == column(chart, "merit")
    assert chart.caption.startswith("Mean win rate over 8 tasks.")


def test_adjusted_averages_are_drawn_where_they_rank():
    """On a sparse board, c lacks the two hardest tasks but is no better than b."""
    runs = runs_of(a=0.2, b=0.0, c=0.0, d=0.1)
    runs["base"]["c"] = [None, *runs["base"]["c"][1:4], None, *runs["base"]["c"][5:]]
    chart = said(chart_separability, tasks=METRIC, runs=runs, rank_by="additive", min_coverage=0.5)
    assert chart.caption.startswith("Adjusted average over 8 tasks.")
    assert ["a", "d"] == column(chart, "model")[:2]


def test_boards_of_few_tasks_have_no_chart():
    runs = {"base": {"a": [0.9] * 5, "b": [0.1] * 5}}
    assert None is said(chart_separability, runs)
