"""Which filters a board has, of which kind, in which order, and what rows say of themselves."""

from pathlib import Path
from typing import Any

import pandas as pd

from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.board_views import board_views
from site_builder.table_model import RANK_VALUE, Filter, Table, TableTools, shown_at_first
from tests.helpers.sites import make_site
from tests.helpers.tables import write_project

RUNS = [
    # model, agent, task, score, cost
    ("a", "X", "t", 0.9, 1.0),
    ("a", "X", "u", 0.8, 1.0),
    ("a", "Y", "t", 0.7, 5.0),
    ("b", "X", "t", 0.6, 2.0),
    ("b", "X", "u", 0.6, 2.0),
    ("c", None, "t", 0.5, None),
    ("c", None, "u", 0.5, None),
]
MODELS: dict[str, list[Any]] = {
    "model": ["a", "b", "c"],
    "license": ["MIT", "Proprietary", None],
    "release_date": ["2025", "2025-03", None],
    "shots": [0, 5, 5],
    "is_open": [True, False, None],
    "view": ["plain", "wide", "wide"],
}


def table_of_board(tmp_path: Path, toml: str = "", **models: Any) -> Table:
    columns = ["model", "agent", "task", "score", "cost_usd"]
    results = pd.DataFrame(RUNS, columns=columns)
    dates = ["2025-01-02", *(["2025-02"] * 4), "2025-04-05", "2025-04-05"]
    tables = {"results": results.assign(date=dates), "models": pd.DataFrame({**MODELS, **models})}
    site = make_site(write_project(tmp_path, tables, toml))
    return board_views(BoardTableSpec(site, site.results.boards, full=True))[0].table


def facets(table: Table) -> dict[str, Filter]:
    assert table.tools is not None
    return {facet.key: facet for facet in table.tools.facets}


def test_the_kind_of_a_filter_is_that_of_its_values(tmp_path):
    """Of two numbers each is a chip; a name that the address needs has another."""
    found = facets(table_of_board(tmp_path))
    kinds = {key: facet.kind for key, facet in found.items()}
    assert {
        "agent": "choice",
        "shots": "choice",
        "is_open": "switch",
        "view_": "choice",
        "license": "choice",
        "open": "switch",
        "release_date": "date",
        "date": "date",
        "model": "choice",
        "cost_usd": "number",
        "complete": "switch",
    } == kinds
    assert "Best entry of each model" == found["model"].each
    assert found["agent"].is_setting
    assert not found["license"].is_setting
    assert "USD" == found["cost_usd"].unit


def test_five_numbers_are_a_range(tmp_path):
    twice: dict[str, Any] = {name: [*values, *values] for name, values in MODELS.items()}
    twice |= {"model": list("abcdef"), "shots": [0, 1, 2, 3, 4, 5]}
    found = facets(table_of_board(tmp_path, **twice))
    assert "number" == found["shots"].kind


def test_rows_say_what_filters_ask(tmp_path):
    rows = [dict(row.filters) for row in table_of_board(tmp_path).rows]
    first, second = rows[0], next(row for row in rows if row["id"] == "a (Y)")
    assert {"model": "a", "agent": "X", "open": "yes", "complete": "yes"}.items() <= first.items()
    assert {"view_": "plain", "shots": "0", "date": "2025-02"}.items() <= first.items()
    assert "no" == second["complete"]
    last = next(row for row in rows if row["model"] == "c")
    assert not {"agent", "license", "open", "release_date", "is_open"} & {*last}


def test_the_filters_of_the_columns_stand_in_front_in_their_order(tmp_path):
    toml = "[board]\ncolumns = ['cost_usd', 'agent']\nfilters = { view = ['wide'] }\n"
    found = list(facets(table_of_board(tmp_path, toml)).values())
    assert ["cost_usd", "agent"] == [facet.key for facet in found[:2]]
    assert ("wide",) == next(facet.first for facet in found if facet.key == "view_")
    assert not next(facet.is_front for facet in found if facet.key == "model")
    fronts = [facet for facet in found if facet.is_front and facet.kind != "switch"]
    assert 6 == len(fronts)


def test_boards_open_with_a_size_or_a_model(tmp_path):
    """A size of 7 is written as 7.0 in the table."""
    for stated, shown in (("parameters_b = [7]", "a"), ("model = ['b']", "b")):
        toml = f"[board]\nfilters = {{ {stated} }}\n"
        table = table_of_board(tmp_path / shown, toml, parameters_b=[7.0, 13.0, None])
        rows = [
            dict(row.filters)["id"]
            for row, is_on in zip(table.rows, table.shown, strict=True)
            if is_on
        ]
        assert {shown} == {name[0] for name in rows}


def test_a_filter_that_tells_no_entries_apart_is_none(tmp_path):
    found = facets(table_of_board(tmp_path, license=["MIT"] * 3, view=["x"] * 3))
    assert not {"license", "open", "view_"} & {*found}


def test_the_best_of_each_group_after_the_first_filters():
    """Ties of the best rank are all shown; of a group without ranks, one; without group, all."""
    kind = Filter("kind", "Kind", first=("open",))
    tools = TableTools("row", "rows", (kind,), best_of="of", is_best=True)
    rows = [
        {"of": "a", RANK_VALUE: "1", "kind": "closed"},
        {"of": "a", RANK_VALUE: "2", "kind": "open"},
        {"of": "a", RANK_VALUE: "2", "kind": "open"},
        {"of": "a", RANK_VALUE: "4", "kind": "open"},
        {"of": "b", "kind": "open"},
        {"of": "b", "kind": "open"},
        {"kind": "open"},
        {"kind": "open"},
        {"of": "c"},
    ]
    shown = shown_at_first(tools, rows)
    assert [False, True, True, False, True, False, True, True, False] == [*shown]
