"""Charts of models: averages, winners, one model, one task; marks of rows."""

import pytest

from site_builder.charts.averages import chart_averages
from tests.helpers.charted import (
    ONE,
    SEVERAL,
    TUNED,
    column,
    keys,
    said,
    table_of,
)

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


# --- all charts -----------------------------------------------------------------------------------


def test_first_rows_are_drawn_of_many():
    """Twelve at each end of 90 models, in the drawing and in its table; the caption says so."""
    runs = {"base": {f"m{i}": [i / 100, i / 100] for i in range(90)}}
    for chart in (said(chart_averages, runs),):
        assert chart.caption.endswith(" The 12 at each end of 90 are drawn.")
        assert (24, 24) == (
            len(chart.figure_json["layout"]["yaxis"]["ticktext"]),
            len(table_of(chart).rows),
        )
