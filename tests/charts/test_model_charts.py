"""Charts of one model and of one task; marks of rows."""

import pytest

from site_builder.charts import theme
from site_builder.charts.scores import chart_model_tasks, chart_task_models
from tests.helpers.charted import (
    ONE,
    SEVERAL,
    TUNED,
    column,
    keys,
    said,
    table_of,
    traces,
)

MINUS = "\N{MINUS SIGN}"

# --- marks of rows --------------------------------------------------------------------------------


def values_at_ends(chart):
    """The values beside the rows, by side and row."""
    texts = [trace for trace in chart.figure_json["data"] if trace["mode"] == "text"]
    return {
        (trace["textposition"].split()[1], y): (x, text.strip("\N{NO-BREAK SPACE}"))
        for trace in texts
        for x, y, text in zip(trace["x"], trace["y"], trace["text"], strict=True)
    }


def test_rods_stop_at_open_rings():
    """A ring is filled with the paper, so that the rod below it does not show."""
    before = traces(said(chart_model_tasks, TUNED, "a"))["Base"]["marker"]
    assert (theme.PAPER, theme.ACCENT) == (before["color"], before["line"]["color"])
    assert "circle" == before["symbol"]


def test_values_stand_at_the_ends_of_rows():
    """Task t1 goes from 0.1 to 0.5, t2 from 0.5 down to 0.4: the lower value is on the left."""
    found = values_at_ends(said(chart_model_tasks, TUNED, "a"))
    assert {
        ("left", 0): (0.1, "0.100"),
        ("right", 0): (0.5, "0.500"),
        ("left", 1): (0.4, "0.400"),
        ("right", 1): (0.5, "0.500"),
    } == found


def test_value_is_left_out_where_another_mark_is_further_out():
    """The baseline has 0.6 on t1, beyond 0.5, and 0.4 on t2, no further than 0.4."""
    found = values_at_ends(said(chart_model_tasks, TUNED, "a", baseline="ref"))
    assert {("left", 0), ("left", 1), ("right", 1)} == {*found}


def test_values_have_room():
    """Scores from 0.1 to 0.5, of five letters and two spaces on both sides."""
    layout = said(chart_model_tasks, TUNED, "a").figure_json["layout"]
    low, high = layout["xaxis"]["range"]
    assert low < 0.1 < 0.5 < high
    room = layout["meta"]["room"]
    assert [0.1, 0.5] == room["ends"]
    assert [40, 40] <= room["px"] <= [60, 60]


def test_long_lists_have_no_values():
    """Of 81 models the 12 at each end are drawn."""
    runs = {"base": {f"m{i}": [i / 100, 0.5] for i in range(81)}}
    assert {} == values_at_ends(said(chart_task_models, runs, "t1"))


# --- all charts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("runs", "model", "title"),
    [
        (
            TUNED,
            "a",
            "The fine-tuned score of a is better than its base score on 1 of 2 tasks and beats ref "
            "on 0 of 2",
        ),
        (TUNED, "ref", "ref on 2 tasks"),
        ({"base": {"ref": [0.5, None], "a": [0.6, 0.1]}}, "a", "a beats ref on 1 of 1 task"),
        (
            {"base": {"ref": [0.5, 0.5], "a": [0.1, None]}, "t": {"a": [0.2, 0.6]}},
            "a",
            "The t score of a is better than its base score on 1 of 1 task and beats ref on 1 of 2",
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
    for chart in (said(chart_task_models, runs, "t1"),):
        assert chart.caption.endswith(" The 12 at each end of 90 are drawn.")
        assert (24, 24) == (
            len(chart.figure_json["layout"]["yaxis"]["ticktext"]),
            len(table_of(chart).rows),
        )
