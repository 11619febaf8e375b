"""Charts of models: averages, winners, one model, one task; marks of rows."""

import pytest

from site_builder.charts.averages import chart_averages
from site_builder.charts.scores import chart_task_models
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


# --- marks of rows --------------------------------------------------------------------------------


def values_at_ends(chart):
    """The values beside the rows, by side and row."""
    texts = [trace for trace in chart.figure_json["data"] if trace["mode"] == "text"]
    return {
        (trace["textposition"].split()[1], y): (x, text.strip("\N{NO-BREAK SPACE}"))
        for trace in texts
        for x, y, text in zip(trace["x"], trace["y"], trace["text"], strict=True)
    }


def test_long_lists_have_no_values():
    """Of 81 models the 12 at each end are drawn."""
    runs = {"base": {f"m{i}": [i / 100, 0.5] for i in range(81)}}
    assert {} == values_at_ends(said(chart_task_models, runs, "t1"))


# --- all charts -----------------------------------------------------------------------------------


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


def test_baseline_stands_where_its_score_would():
    """With 0.5 between 0.9 and 0.3, also if its score is of another variant, as in the table."""
    runs = {
        "base": {"ref": [0.5, 0.5], "a": [0.1, 0.1], "b": [0.1, 0.1]},
        "tuned": {"a": [0.9, 0.9], "b": [0.3, 0.3]},
    }
    chart = said(chart_task_models, runs, "t1", baseline="ref")
    assert ["a", "ref", "b"] == [row.cells[0].text for row in chart.table.rows]
    assert ["a", "ref", "b"] == chart.drawing["layout"]["yaxis"]["ticktext"]


def test_chart_of_a_task_has_the_order_of_its_table(index_site):
    for path in (path for path in index_site.html if path.startswith("tasks/g")):
        soup = index_site.page(path)
        drawn, ranked = (
            [link.get_text() for link in soup.select(f"#{name} tbody th a")]
            for name in ("task-models-table", "ranking")
        )
        assert drawn == ranked[: len(drawn)], path


def test_no_task_models():
    """One model has nobody beside it."""
    assert said(chart_task_models, {"base": {"a": [0.1, 0.2]}}, "t1") is None


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
