"""A figure shows the numbers of its table, and a table those of the results."""

import re

import pytest

from tests.helpers.charted import (
    chart_on,
    charts,
    column,
    drawn,
    dressed,
    keys,
    subjects,
    table_of,
    traces,
)
from tests.helpers.odd_boards import SHAPES

each_board = pytest.mark.parametrize("name", ["index", "fixture", "several", *SHAPES])


@each_board
def test_figures_show_their_tables_numbers(name):
    """Every number of a mark stands in the table, in the same place."""
    for page, chart in charts(name):
        drawn_values, listed = NUMBERS[kind(chart)](chart)
        assert drawn_values, (page, chart.id)
        assert listed == drawn_values, (page, chart.id)


def kind(chart):
    """The builder of a chart, by its id; features have ids of their own."""
    return chart.id if chart.id in NUMBERS else "feature"


def bars(key):
    """Bars in the order of the rows."""
    return lambda chart: (list(chart.figure["data"][0]["x"]), column(chart, key))


def marks(chart):
    """Dumbbells: by row and kind of mark, the values drawn and the values listed."""
    whole = dressed(chart.figure)["data"]
    found = [trace for trace in whole if trace["mode"] == "markers"]
    seen = sorted((y, x) for trace in found for x, y in zip(trace["x"], trace["y"], strict=True))
    at = [
        i for i, key in enumerate(keys(chart)) if re.match("before|after_|baseline|average_", key)
    ]
    cells = [(y, row.cells[i].value) for y, row in enumerate(table_of(chart).rows) for i in at]
    return seen, sorted(cell for cell in cells if cell[1] is not None)


def size(chart):
    """Dots by size, then by score."""
    dots = chart.figure["data"][1]
    rows = zip(column(chart, "parameters_b"), column(chart, "average"), strict=True)
    return sorted(zip(dots["x"], dots["y"], strict=True)), sorted(rows)


def feature(chart):
    """Dots in the order of the rows."""
    dots = chart.figure["data"][0]
    _, x, y = keys(chart)
    return [list(dots["x"]), list(dots["y"])], [column(chart, x), column(chart, y)]


def matrix(chart):
    """Cells row by row."""
    z = [list(line) for line in chart.figure["data"][0]["z"]]
    return z, [[cell.value for cell in row.cells[1:]] for row in table_of(chart).rows]


def scores(chart):
    """Cells row by row; where each row has its own scale the order of the values is drawn."""
    z, cells = matrix(chart)
    if "within its row" not in chart.caption:
        return z, cells
    gaps = [[v is None for v in row] for row in z]
    return gaps, [[v is None for v in row] for row in cells]


def redundancy(chart):
    """The greatest cells below the diagonal are the pairs of the table."""
    z = chart.figure["data"][0]["z"]
    below = [v for i, line in enumerate(z) for v in list(line)[:i] if v is not None]
    listed = column(chart, "rho")
    return sorted(below, reverse=True)[: len(listed)], listed


def training_sets(chart):
    """A bar holds as many training sets as the table has of its sizes."""
    trace = chart.figure["data"][0]
    return sum(trace["y"]), sum(n > 0 for n in column(chart, "train_examples"))


def latency(chart):
    """Median and 95th percentile of each provider that answered."""
    found = traces(chart)
    seen = [list(found[name]["x"]) for name in ("median", "95th percentile")]
    listed = [[v for v in column(chart, key) if v is not None] for key in ("median_s", "p95_s")]
    return seen, listed


def prices(chart):
    """Every price of a million tokens but those that are 0 or not known."""
    return list(chart.figure["data"][0]["x"]), [v for v in column(chart, "million_usd") if v]


NUMBERS = {
    "averages": marks,
    "best-lift-by-task": bars("best_lift_over_baseline"),
    "category-difference": bars("best_lift_over_baseline"),
    "winners": bars("wins"),
    "model-categories": bars("lift"),
    "model-tasks": marks,
    "task-models": marks,
    "size": size,
    "scores": scores,
    "correlations": matrix,
    "redundancy": redundancy,
    "training-sets": training_sets,
    "latency": latency,
    "prices": prices,
    "feature": feature,
}


def test_the_index_has_every_kind_of_chart():
    """So that none of the tests above passes for lack of charts."""
    assert set(NUMBERS) == {kind(chart) for _, chart in charts("index")}


def test_tables_of_the_index_are_its_results():
    """From the table behind a chart to what was computed, number by number."""
    results, _ = drawn("index")
    found = {chart.id: chart for page, chart in charts("index") if page == ""}
    by_task, by_category = found["best-lift-by-task"], found["category-difference"]
    lifts = {t.task: t.best_lift_over_baseline for t in results.tasks}
    assert lifts == by_subject(by_task, "best_lift_over_baseline")
    lifts = {c.category: c.best_lift_over_baseline for c in results.categories}
    assert lifts == by_subject(by_category, "best_lift_over_baseline")
    for variant in ("fine_tuned", "base"):
        averages = {s.model: s.average for s in results.boards[variant].standings}
        shown = by_subject(found["averages"], f"average_{variant}")
        assert {m: averages[m] for m in shown} == shown
    assert {s.model for s in results.board.ranked} == set(subjects(found["averages"]))
    wins = {s.model: s.wins for s in results.board.standings if s.wins}
    assert wins == by_subject(found["winners"], "wins")


def test_matrix_of_the_index_is_its_tuned_scores():
    """Every task and model of the primary variant."""
    results, _ = drawn("index")
    chart = chart_on("index", "", "scores")
    for model in keys(chart)[1:]:
        for task, score in by_subject(chart, model).items():
            assert results.scores_of(model, task)["fine_tuned"].score == score, (model, task)


def by_subject(chart, key):
    """A column of a chart's table by what its rows are about."""
    return dict(zip(subjects(chart), column(chart, key), strict=True))


@pytest.mark.parametrize(
    ("page", "key"), [("model phi-2", "model-tasks"), ("task gsm8k", "task-models")]
)
def test_charts_of_a_model_and_a_task_are_their_scores(page, key):
    """Before, after, lift and baseline of each task; and of each model."""
    results, _ = drawn("index")
    chart = chart_on("index", page, key)
    for own, row in zip(subjects(chart), table_of(chart).rows, strict=True):
        model, task = ("phi-2", own) if key == "model-tasks" else (own, "gsm8k")
        found = results.scores_of(model, task)
        cells = dict(zip(keys(chart), row.cells, strict=True))
        tuned, base = found.get("fine_tuned"), found.get("base")
        assert (base and base.score) == cells["before"].value
        assert (tuned and tuned.score) == cells["after_fine_tuned"].value
        assert (tuned and tuned.lift_over_base) == cells["lift_fine_tuned"].value
        if key == "model-tasks":
            assert results.task(task).baseline_score == cells["baseline"].value
