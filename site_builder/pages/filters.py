"""Choose the filters of tables of entries and of tasks, and the values that they read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Literal

from site_builder.compute.catalog import Catalog, has_open_weights
from site_builder.compute.progress import release_dates
from site_builder.compute.trade_off import on_frontier
from site_builder.config import BoardConfig
from site_builder.dates import is_date
from site_builder.formatting import day, sentence
from site_builder.labels import Labels
from site_builder.pages.board_spec import BY_LIFT, BoardRow, BoardTableSpec
from site_builder.pages.page import Site
from site_builder.records import replace
from site_builder.table_model import RANK_VALUE, Column, Filter, FilterKind, TableTools
from site_builder.tables.boards import wanted_texts

_MAX_FRONT = 6
_RUN_DATE = "date"
_MIN_RANGE = 5  # values; of fewer numbers each is a chip
_OWN = ("model", "developer", "license", "open", "size", "release_date", "date", "price")
_OF_PAGES = (
    *("q", "all", "best", "ranks", "sort", "way", "view", "order", "show", "hide", "id"),
    *("task", "parts", "worst", "against", "by", "record", "time", "frontier", "caution", "new"),
)
RESERVED = frozenset((*_OWN, *_OF_PAGES, "complete", RANK_VALUE))
"""Names in the address of a table that are no facets; a facet of such a name has a `_` behind."""


# A filter below the name that `site.toml` has for it, with the values of all entries.
_Found = tuple[str, Filter, Collection[str | None]]


def model_tools(
    labels: Labels,
    catalog: Catalog,
    variant: str = "",
    config: BoardConfig | None = None,
    more: Sequence[Filter] = (),
) -> TableTools:
    """Return the tools of a table of entries, with a filter by all in which two of them differ.

    Ticked rows are compared in `variant`; if it is empty, in the first variant of each model.
    `config` states what a board shows at first; `more` are filters by what it computes. Those that
    its `columns` name stand in front, in their order, then others as far as there is room.
    """
    config = config or BoardConfig()
    found = dict(_useful(labels, catalog, config, more))
    has_several = len(catalog.entries_of) < len(catalog.models)
    best_of = config.group_by or "model"
    return TableTools(
        labels.say.words["entry" if has_several else "model"],
        labels.say.words["entries" if has_several else "models"],
        tuple(_in_order(found, config)),
        best_of=found[best_of].key if best_of in found else "",
        is_best=config.group_by in found,
        compare=True,
        variant=variant,
    )


def _useful(
    labels: Labels, catalog: Catalog, config: BoardConfig, more: Sequence[Filter]
) -> Iterator[tuple[str, Filter]]:
    """Yield the filters in which entries differ, those that a board states, and `more`, by name."""
    say, stated = labels.say, _stated(config)
    computed = ((each.key, each, ()) for each in more)
    for name, found, values in (*_filters(labels, catalog, stated), *computed):
        if name in stated or found in more or _tells_apart(found, values):
            kind = "choice" if name in stated else found.kind
            wanted = tuple(wanted_texts(name, config.filters.get(name, ())))
            label = say.words.get(name, found.label)
            phrase = label if label[1:2].isupper() else say.uncapitalised(label)  # initials
            best = say("board.best.label", facet=phrase) if kind == "choice" else ""
            yield name, replace(found, kind=kind, first=wanted, each=best)


def _in_order(found: Mapping[str, Filter], config: BoardConfig) -> Iterator[Filter]:
    """Yield filters by name: first those that are columns; in front as many as have room."""
    places = {name: place for place, name in enumerate(config.columns)}
    stated, room = _stated(config), _MAX_FRONT
    for name in sorted(found, key=lambda name: places.get(name, len(places))):
        is_front = name in stated or name in places or (room > 0 and name != "model")
        room -= is_front and found[name].kind != "switch"
        yield replace(found[name], is_front=is_front)


def _stated(config: BoardConfig) -> tuple[str, ...]:
    """Return the facets that a board filters or groups by at first, whether or not they differ."""
    return tuple(dict.fromkeys((*config.filters, *filter(None, [config.group_by]))))


def _filters(labels: Labels, catalog: Catalog, stated: Collection[str]) -> Iterator[_Found]:
    """Yield the filters by what is known of entries, their settings first."""
    say = labels.say
    for facet in sorted(catalog.facets, key=lambda f: not f.is_setting):
        values = catalog.column(facet.id)
        kind = _kind_of(values, is_number=facet.is_number)
        key = filter_key(facet.id)
        made = Filter(
            key,
            facet.label,
            kind,
            order=facet.order,
            names=tuple(labels.facet_values.get(facet.id, {}).items()),
            is_setting=facet.is_setting,
        )
        yield facet.id, made, values
    developers = Filter("developer", say("filters.developer"))
    yield "developer", developers, catalog.column("developer")
    yield "license", Filter("license", say("column.license")), catalog.column("license")
    weights = Filter("open", say("filters.open"), "switch", help=say("filters.open_help"))
    yield (
        "open",
        weights,
        [_yes_or_no(has_open_weights(text)) for text in catalog.column("license")],
    )
    sizes = Filter("size", say("column.size"), "number", "B")
    yield "parameters_b", sizes, catalog.column("parameters_b")
    released = Filter("release_date", say("column.release_date"), "date")
    yield "release_date", released, catalog.column("release_date")
    if len(catalog.entries_of) < len(catalog.models) or "model" in stated:
        yield "model", Filter("model", say("column.model")), catalog.column("model")
    known = {*(f.id for f in catalog.facets), *_OWN, "parameters_b"}
    for name in stated:
        if name not in known:
            yield name, Filter(name, sentence(name)), ()


def _tells_apart(found: Filter, values: Collection[str | None]) -> bool:
    """Return whether a filter would hide some entries and not others."""
    different = {*values}
    if found.kind in ("number", "date"):
        return len(different - {None}) > 1
    return len(different) > 1 and (found.kind != "switch" or "yes" in different)


def _kind_of(values: Collection[str | None], *, is_number: bool) -> FilterKind:
    known = {value for value in values if value is not None}
    if is_number:
        return "number" if len(known) >= _MIN_RANGE else "choice"
    if known and known <= {"yes", "no"}:
        return "switch"
    return "date" if known and all(is_date(value) for value in known) else "choice"


def filter_key(facet: str) -> str:
    """Return the name of a facet in the address of a table."""
    return f"{facet}_" if facet in RESERVED else facet


def _yes_or_no(is_so: bool | None) -> str | None:
    return None if is_so is None else "yes" if is_so else "no"


def model_values(
    labels: Labels, catalog: Catalog, model: str, tools: TableTools
) -> dict[str, str | None]:
    """Return what the filters of a table, and its ticks, need to know of the row of an entry."""
    facts = catalog.models[model]
    own = {
        "model": facts.of,
        "open": _yes_or_no(has_open_weights(facts.license)),
        "size": facts.facet("parameters_b"),
        **{filter_key(facet.id): facts.facets[facet.id] for facet in catalog.facets},
    }
    values = {f.key: own[f.key] if f.key in own else facts.facet(f.key) for f in tools.facets}
    return {"id": facts.model, **values}


def task_tools(site: Site, counted: Mapping[str | None, int]) -> TableTools:
    """Return the tools of a table of tasks: a chip for each category, with how many it has."""
    say, chips = site.labels.say, tuple((name, n) for name, n in counted.items() if name)
    by_category = Filter("category", say("column.category"), "chips", values=chips)
    filters = (by_category,) if len(counted) > 1 else ()
    return TableTools(say.words["task"], say.words["tasks"], filters)


def task_values(site: Site, task: str) -> Mapping[str, str | None]:
    """Return what filters need to know of the row of a task."""
    return {"category": site.results.catalog.tasks[task].category}


# --- those of boards ------------------------------------------------------------------------------


# A filter by what a board computes, with what it needs to know of a row, if it reads no column.
_Computed = tuple[Filter, Callable[[BoardRow], str | None] | None]


def board_tools(
    spec: BoardTableSpec, rows: Sequence[BoardRow], columns: Sequence[Column]
) -> tuple[TableTools, Callable[[BoardRow], dict[str, str | None]]]:
    """Return the tools of a board's table of these columns, and what its filters ask of a row."""
    catalog, labels = spec.site.results.catalog, spec.labels
    found = [
        *_measured_filters(spec, {column.key: column for column in columns}),
        *_standing_filters(spec, rows),
    ]
    tools = model_tools(labels, catalog, spec.board.variant, spec.config, [f for f, _ in found])
    newest = next((name for name, of in dates_of(spec).items() if _differ(of)), "")
    reads = {each.key: read for each, read in found if read is not None}

    def values(row: BoardRow) -> dict[str, str | None]:
        known = model_values(labels, catalog, row.model, tools)
        known |= {key: read(row) for key, read in reads.items()}
        if spec.config.group_by and row.entry.rank:
            known[RANK_VALUE] = str(row.entry.rank)
        return known

    return replace(tools, newest=newest), values


def _measured_filters(spec: BoardTableSpec, there: Mapping[str, Column]) -> Iterator[_Computed]:
    """Yield the filters by what the board measures, and by price; they read columns."""
    for s in spec.board.statistics:
        measured = {value for value in spec.board.figures[s.id] if value is not None}
        if s.measure is not None and s.id in there and len(measured) > 1:
            key, unit = filter_key(s.id), s.measure.unit
            yield Filter(key, there[s.id].label, "number", unit, column=s.id), None
    if "price" in there and len({*spec.prices.values()}) > 1:
        yield Filter("price", there["price"].label, "number", "USD"), None


def _standing_filters(spec: BoardTableSpec, rows: Sequence[BoardRow]) -> Iterator[_Computed]:
    """Yield the filters by dates of runs, gaps in scores, the frontier, cautions, what is new."""
    site, say, n = spec.site, spec.labels.say, len(spec.board.tasks)
    dates = site.run_dates[spec.board.variant]
    if _differ(dates):
        yield Filter(_RUN_DATE, say("filters.date"), "date"), lambda row: dates.get(row.model)
    if any(0 < s.scored < n for s in spec.board.entries):
        complete = Filter("complete", say("filters.complete"), "switch")
        yield complete, lambda row: _yes_or_no(row.entry.scored == n)
    if has_frontier(spec):
        frontier = Filter("frontier", say("trade_off.column"), "switch")
        yield frontier, lambda row: frontier_word(spec, row.model)
    if site.results.cautions:
        caution = Filter("caution", say("caution.label"))
        yield caution, lambda row: "; ".join(site.cautions(row.model)) or say("caution.none")
    if len({is_new(site, row.model) for row in rows}) > 1:
        new = Filter("new", since(site, "new"))
        yield new, lambda row: say("tag.new") if is_new(site, row.model) else None


# --- dates, and what is new -----------------------------------------------------------------------


def dates_of(spec: BoardTableSpec) -> dict[str, Mapping[str, str]]:
    """Return the dates of the entries by the column of each kind that the table has."""
    site, columns = spec.site, spec.config.columns
    dates: dict[str, Mapping[str, str]] = {
        "release_date": release_dates(site.results.catalog),
        _RUN_DATE: site.run_dates[spec.board.variant],
    }
    known = {name: of for name, of in dates.items() if of and (spec.full or name in columns)}
    return {name: of for name, of in known.items() if name in columns or _differ(of)}


def _differ(dates: Mapping[str, str]) -> bool:
    """Return whether some entries have other dates than others."""
    return len({*dates.values()}) > 1


def is_new(site: Site, model: str) -> bool:
    """Return whether the previous release, where one is known, did not have an entry."""
    return site.news is not None and model in site.news.models_added


def places_won(spec: BoardTableSpec, model: str) -> int | None:
    """Return by how many places an entry moved since the previous release, where it did."""
    site, board = spec.site, spec.board
    is_whole = board is site.results.boards.get(board.variant)
    is_other_order = spec.config.group_by is not None or spec.by == BY_LIFT
    if site.news is None or not is_whole or is_other_order:
        return None
    return site.news.places_won.get(((site.board.id, board.variant), model))


def since(site: Site, what: Literal["new", "moved"]) -> str:
    """Return since when entries are new or have moved: the previous release, by its date."""
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
    return _yes_or_no(on_frontier(spec.site.trade_offs, model))
