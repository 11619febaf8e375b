"""Choose the filters of a board by what it measures, and what they read of each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from site_builder.compute.progress import release_dates
from site_builder.compute.trade_off import on_frontier
from site_builder.formatting import day
from site_builder.pages.board_spec import BoardRow, BoardTableSpec
from site_builder.pages.filters import filter_key, model_tools, model_values
from site_builder.pages.page import Site
from site_builder.records import replace
from site_builder.table_model import RANK_VALUE, Column, Filter, TableTools

_RUN_DATE = "date"


def board_tools(
    spec: BoardTableSpec, rows: Sequence[BoardRow], columns: Sequence[Column]
) -> TableTools:
    """Return the tools of the table of a board; `columns` are those that it has."""
    catalog, labels = spec.site.results.catalog, spec.labels
    more = _measured_filters(spec, {column.key: column for column in columns})
    if len({is_new(spec.site, row.model) for row in rows}) > 1:
        more.append(Filter("new", since(spec.site, "new")))
    tools = model_tools(labels, catalog, spec.board.variant, spec.config, more)
    newest = next((name for name, of in dates_of(spec).items() if _differ(of)), "")
    return replace(tools, newest=newest)


def _measured_filters(spec: BoardTableSpec, there: Mapping[str, Column]) -> list[Filter]:
    """Return the filters by what the board measures, by its dates, and by gaps in its scores."""
    say, found = spec.labels.say, list[Filter]()
    for s in spec.board.statistics:
        measured = {value for value in spec.board.figures[s.id] if value is not None}
        if s.measure is not None and s.id in there and len(measured) > 1:
            key, unit = filter_key(s.id), s.measure.unit
            found.append(Filter(key, there[s.id].label, "number", unit, column=s.id))
    if "price" in there and len({*spec.prices.values()}) > 1:
        found.append(Filter("price", there["price"].label, "number", "USD"))
    if _differ(_run_dates(spec)):
        found.append(Filter(_RUN_DATE, say("filters.date"), "date"))
    if any(0 < s.scored < len(spec.board.tasks) for s in spec.board.entries):
        found.append(Filter("complete", say("filters.complete"), "switch"))
    if has_frontier(spec):
        found.append(Filter("frontier", say("trade_off.column"), "switch"))
    if spec.site.results.cautions:
        found.append(Filter("caution", say("caution.label")))
    return found


def board_values(
    spec: BoardTableSpec, tools: TableTools
) -> Callable[[BoardRow], dict[str, str | None]]:
    """Return the function that returns what filters need to know of a row, by name."""
    site, say, dates = spec.site, spec.labels.say, _run_dates(spec)
    # What board_tools adds, but for the filters that read a column.
    computed: Mapping[str, Callable[[BoardRow], str | None]] = {
        _RUN_DATE: lambda row: dates.get(row.model),
        "complete": lambda row: _yes_or_no(row.entry.scored == len(spec.board.tasks)),
        "frontier": lambda row: frontier_word(spec, row.model),
        "caution": lambda row: "; ".join(site.cautions(row.model)) or say("caution.none"),
        "new": lambda row: say("tag.new") if is_new(site, row.model) else None,
    }

    def values(row: BoardRow) -> dict[str, str | None]:
        found = model_values(spec.labels, site.results.catalog, row.model, tools)
        found |= {key: value(row) for key, value in computed.items() if key in found}
        if spec.config.group_by and row.entry.rank:
            found[RANK_VALUE] = str(row.entry.rank)
        return found

    return values


# --- dates, and what is new -----------------------------------------------------------------------


def dates_of(spec: BoardTableSpec) -> dict[str, Mapping[str, str]]:
    """Return the dates of the entries by the column of each kind that the table has."""
    columns = spec.config.columns
    wanted = [name for name in ("release_date", _RUN_DATE) if spec.full or name in columns]
    dates = {
        name: _run_dates(spec) if name == _RUN_DATE else release_dates(spec.site.results.catalog)
        for name in wanted
    }
    return {name: of for name, of in dates.items() if of and (name in columns or _differ(of))}


def _run_dates(spec: BoardTableSpec) -> Mapping[str, str]:
    return spec.site.run_dates[spec.board.variant]


def _differ(dates: Mapping[str, str]) -> bool:
    """Return whether some entries have other dates than others."""
    return len({*dates.values()}) > 1


def is_new(site: Site, model: str) -> bool:
    """Return whether the previous release, where one is known, did not have an entry."""
    return site.news is not None and model in site.news.models_added


def places_won(spec: BoardTableSpec, model: str) -> int | None:
    """Return by how many places an entry moved since the previous release, where it did."""
    site, board = spec.site, spec.board
    is_whole = board is site.results.boards.get(board.variant) and spec.config.group_by is None
    if site.news is None or not is_whole:
        return None
    return site.news.places_won.get((site.board.id, board.variant, model))


def since(site: Site, what: Literal["new", "moved"]) -> str:
    """Return since when entries are new, or what the arrows beside ranks mean.

    That is the date of the previous release, where it has one.
    """
    before = site.news.changes.old.date if site.news else None
    if before is None:
        return site.labels.say(f"board.{what}_since_last")
    return site.labels.say(f"board.{what}_since", date=day(before))


# --- the frontier ---------------------------------------------------------------------------------


def has_frontier(spec: BoardTableSpec) -> bool:
    """Return whether the table tells who is on the frontier: that of the primary variant."""
    is_primary = spec.board is spec.site.results.board
    return spec.full and is_primary and bool(spec.site.trade_offs)


def frontier_word(spec: BoardTableSpec, model: str) -> str | None:
    """Return whether an entry is on the frontier of the first trade-off, as a word."""
    is_on = on_frontier(spec.site.trade_offs, model)
    return None if is_on is None else _yes_or_no(is_on)


def _yes_or_no(is_so: bool) -> str:
    return "yes" if is_so else "no"
