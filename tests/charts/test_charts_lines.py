"""One model by task, one task by model: the right finding, or no chart."""

import pytest

from site_builder.charts.averages import chart_averages
from site_builder.charts.scores import chart_model_tasks, chart_task_models
from tests.helpers.charted import ONE, SEVERAL, TUNED, column, keys, said, table_of, traces

MINUS = "\N{MINUS SIGN}"


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
        ([0.2, 0.9, 0.5], ["t1", "t2", "t3"], "Lowest on t1, highest on t2."),
        ([0.5, 0.5, 0.5], [], "The same on every task."),
    ],
)
def test_model_tasks_run_from_best_to_worst(scores, lower, ends):
    """Said by what the scores are, not by their place."""
    chart = said(chart_model_tasks, {"base": {"a": scores}}, "a", lower=lower)
    assert chart.reading.endswith(ends)


def test_no_model_tasks():
    """One task is no comparison."""
    assert said(chart_model_tasks, {"base": {"a": [0.1, None], "b": [0.1, 0.2]}}, "a") is None


@pytest.mark.parametrize(
    ("runs", "lower", "title"),
    [
        (TUNED, [], "b leads with 0.600, level with ref"),
        (
            {**ONE, "base": {**ONE["base"], "ref": [0.5, 0.5]}},
            [],
            "a leads with 0.900, 0.400 better than ref",
        ),
        (
            {"base": {"a": [0.1], "b": [0.1], "ref": [0.3]}},
            [],
            "a and b lead with 0.100, 0.200 worse than ref",
        ),
        ({"base": {"a": [1.0], "ref": [3.0]}}, ["t1"], "a leads with 1.00, 2.00 better than ref"),
        ({"base": {"a": [0.5], "b": [0.4], "ref": [None]}}, [], "a leads with 0.500"),
        (
            {**SEVERAL, "base": {"ref": [0.1, 0.1]}},
            [],
            "b (Ppo) leads with 0.800, 0.700 better than ref",
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
    """Open and full circles and the baseline's mark; no legend for one kind of mark."""
    named = said(chart_model_tasks, TUNED, "a", baseline="ref")
    assert ["Base", "Fine-tuned", "ref"] == [*traces(named)]
    assert named.figure["layout"]["showlegend"]
    plain = said(chart_model_tasks, ONE, "a")
    assert ["Score"] == [*traces(plain)]
    assert not plain.figure["layout"]["showlegend"]


def test_variants_of_one_label_stay_apart():
    """Two columns, each with its own scores."""
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
            len(chart.figure["layout"]["yaxis"]["ticktext"]),
            len(table_of(chart).rows),
        )
