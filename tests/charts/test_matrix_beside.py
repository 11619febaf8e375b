"""Measures in place of the scores of a matrix: what is offered, colours, units; columns alike."""

from typing import Any

import pandas as pd

from site_builder.charts.matrix_measured import MeasureMatrix
from site_builder.pages.matrices import board_spec, make_matrix_values
from site_builder.pages.page import Site
from tests.helpers.sites import make_site
from tests.helpers.tables import write_project

# Seconds are the same on all tasks of an entry, so they are no measure by task.
COST: dict[str, Any] = {"a": [1.0, 100.0], "b": [10.0, None], "c": [2.5, 0.0], "d": [5.0, 4.0]}


def site_of(folder, toml="", **values) -> Site:
    """Four entries on two tasks, with what was measured."""
    measured = {"cost_usd": COST, "seconds": {m: [1.5, 1.5] for m in "abcd"}, **values}
    rows = [
        {"model": m, "task": f"t{n}", "score": 0.1 * n + 0.2 * "abcd".index(m)}
        | {name: of[m][n] for name, of in measured.items()}
        for m in "abcd"
        for n in (0, 1)
    ]
    about = '[site]\ntitle = "Measured"\ncards = false\n[tasks."*"]\nhigher_is_better = true\n'
    return make_site(write_project(folder, {"results": pd.DataFrame(rows)}, about + toml))


def data_of(site: Site, measure: str) -> tuple[Any, Any]:
    """What the script puts in place of the scores, and its cells by entry and column."""
    spec = board_spec(site.results, site.labels)
    found = next(m for m in site.results.scores.measures if m.id == measure)
    data: Any = MeasureMatrix(spec, found).data()
    heads = ["merit", *(column.full for column in spec.columns)]
    rows = {model: dict(zip(heads, cells, strict=True)) for model, cells in data["rows"].items()}
    rows["median"] = dict(zip(heads, data["pinned"][0], strict=True))
    return data, rows


def test_a_measure_by_task_is_offered(tmp_path):
    """With a file for each; one that is the same on all tasks of every entry is not."""
    made = [*make_matrix_values(site_of(tmp_path))]
    assert ["data/matrix/board/0.js"] == [data.address.key for data in made]


def test_cost_has_its_unit_and_less_is_better_on_a_log_scale(tmp_path):
    """From 1 to 100 USD: 10 is half way; 0 is missing; the cheapest of each column is framed."""
    toml = '[measures.cost_usd]\nzero_is_missing = true\ncombine = "mean"\n'
    data, cells = data_of(site_of(tmp_path, toml), "cost_usd")
    assert "Cost from $1.00 to $100.00, with the median $4.50" == data["title"]
    assert data["note"].startswith("More colour is less, which is better")
    assert "equal ratios" in data["note"]
    a = {"merit": ["$50.50", 50.5], "t0": ["$1.00", 1, 100, 1], "t1": ["$100.00", 100, 0, 0]}
    assert a == cells["a"]
    b = {"merit": ["$10.00", 10], "t0": ["$10.00", 10, 50, 0], "t1": ["\N{EN DASH}"]}
    assert b == cells["b"]
    assert ["$4.00", 4, 70, 1] == cells["d"]["t1"]
    # Medians of 1, 10, 2.5, 5 and of 100, 4.
    assert [3.75, 52] == [cells["median"][task][1] for task in ("t0", "t1")]


def test_without_a_direction_nothing_is_best(tmp_path):
    """From 10 to 40 on a linear scale; the unit stands in the note, not in the cells."""
    steps = {"a": [10.0, 40.0], "b": [25.0, 10.0], "c": [10.0, 10.0], "d": [10.0, 10.0]}
    toml = '[measures.steps]\nunit = "steps"\ncombine = "sum"\n'
    data, cells = data_of(site_of(tmp_path, toml, steps=steps), "steps")
    assert not data["has_direction"]
    assert data["note"].startswith("In steps. More colour is more.")
    assert {"merit": ["50", 50], "t0": ["10", 10, 0, 0], "t1": ["40", 40, 100, 0]} == cells["a"]
    assert ["25", 25, 50, 0] == cells["b"]["t0"]
