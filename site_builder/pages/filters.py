"""Choose the filters of tables of entries and of tasks, and the values that they read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from site_builder.compute.catalog import Catalog
from site_builder.compute.licenses import has_open_weights
from site_builder.config import BoardConfig
from site_builder.formatting import sentence
from site_builder.labels import Labels
from site_builder.pages.page import Site
from site_builder.records import Record, replace
from site_builder.table_model import RANK_VALUE, Filter, FilterKind, TableTools
from site_builder.tables.boards import wanted_texts

_MAX_FRONT = 6
_MIN_RANGE = 5  # values; of fewer numbers each is a chip
_OWN = ("model", "developer", "license", "open", "size", "release_date", "date", "price")
_OF_PAGES = (
    *("q", "all", "best", "ranks", "sort", "way", "view", "order", "show", "hide", "id"),
    *("task", "parts", "worst", "against", "by", "record", "time", "frontier", "caution", "new"),
)
RESERVED = frozenset((*_OWN, *_OF_PAGES, "complete", RANK_VALUE))
"""Names in the address of a table that are no facets; a facet of such a name has a `_` behind."""
_DATE = re.compile(r"\d{4}(-\d\d){0,2}", re.ASCII)


class _Found(Record):
    """A filter with the name that `site.toml` has for it, and the values of all entries."""

    name: str
    filter: Filter
    values: Collection[str | None]


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
    found = {each.name: each.filter for each in _useful(labels, catalog, config, more)}
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
) -> Iterator[_Found]:
    """Yield the filters in which entries differ, those that a board states, and `more`."""
    say, first = labels.say, config.filters
    stated = _stated(config)
    computed = (_Found(one.key, one, ()) for one in more)
    for each in (*_filters(labels, catalog, stated), *computed):
        if not (each.name in stated or each.filter in more or _tells_apart(each)):
            continue
        kind = "choice" if each.name in stated else each.filter.kind
        wanted = wanted_texts(first.get(each.name, ()))
        shown = tuple(labels.facet_text(each.name, text) for text in wanted)
        label = say.words.get(each.name, each.filter.label)
        phrase = label if label[1:2].isupper() else say.uncapitalised(label)  # initials
        best = say("board.best.label", facet=phrase)
        made = replace(each.filter, kind=kind, first=shown, each=best if kind == "choice" else "")
        yield replace(each, filter=made)


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
        order = tuple(labels.facet_text(facet.id, value) for value in facet.order)
        made = Filter(key, facet.label, kind, order=order, is_setting=facet.is_setting)
        yield _Found(facet.id, made, values)
    yield _Found(
        "developer", Filter("developer", say("filters.developer")), catalog.column("developer")
    )
    yield _Found("license", Filter("license", say("column.license")), catalog.column("license"))
    weights = Filter("open", say("filters.open"), "switch", help=say("filters.open_help"))
    yield _Found("open", weights, [_open_weights(text) for text in catalog.column("license")])
    sizes = Filter("size", say("column.size"), "number", "B")
    yield _Found("parameters_b", sizes, catalog.column("parameters_b"))
    released = Filter("release_date", say("column.release_date"), "date")
    yield _Found("release_date", released, catalog.column("release_date"))
    if len(catalog.entries_of) < len(catalog.models):
        of = catalog.column("model")
        yield _Found("model", Filter("model", say("column.model")), of)
    known = {*(f.id for f in catalog.facets), *_OWN, "parameters_b"}
    for name in stated:
        if name not in known:
            yield _Found(name, Filter(name, sentence(name)), ())


def _tells_apart(found: _Found) -> bool:
    """Return whether a filter would hide some entries and not others."""
    values = {*found.values}
    if found.filter.kind in ("number", "date"):
        return len(values - {None}) > 1
    return len(values) > 1 and (found.filter.kind != "switch" or "yes" in values)


def _kind_of(values: Collection[str | None], *, is_number: bool) -> FilterKind:
    known = {value for value in values if value is not None}
    if is_number:
        return "number" if len(known) >= _MIN_RANGE else "choice"
    if known and known <= {"yes", "no"}:
        return "switch"
    return "date" if known and all(map(_DATE.fullmatch, known)) else "choice"


def filter_key(facet: str) -> str:
    """Return the name of a facet in the address of a table."""
    return f"{facet}_" if facet in RESERVED else facet


def _open_weights(license_text: str | None) -> str | None:
    """Return whether the weights of a model are open, as a word; None if that is not known."""
    is_open = has_open_weights(license_text)
    return None if is_open is None else "yes" if is_open else "no"


def model_values(
    labels: Labels, catalog: Catalog, model: str, tools: TableTools
) -> dict[str, str | None]:
    """Return what the filters of a table, and its ticks, need to know of the row of an entry."""
    facts = catalog.models[model]
    own = {
        "model": facts.of,
        "open": _open_weights(facts.license),
        "size": None if facts.parameters_b is None else repr(facts.parameters_b),
        **{
            filter_key(f.id): None if value is None else labels.facet_text(f.id, value)
            for f in catalog.facets
            for value in [facts.facets[f.id]]
        },
    }
    values = {f.key: own[f.key] if f.key in own else facts.facet(f.key) for f in tools.facets}
    return {"id": facts.model, **values}


def task_tools(site: Site, counted: Mapping[str | None, int] | None = None) -> TableTools:
    """Return the tools of a table of tasks: a filter by category, where tasks differ in it.

    With the number of tasks of each category, each is a chip that stands open.
    """
    categories = {facts.category for facts in site.results.catalog.tasks.values()}
    say, chips = site.labels.say, tuple((name, n) for name, n in (counted or {}).items() if name)
    kind: FilterKind = "choice" if counted is None else "chips"
    by_category = Filter("category", say("column.category"), kind, values=chips)
    filters = (by_category,) if len(categories) > 1 else ()
    return TableTools(say.words["task"], say.words["tasks"], filters)


def task_values(site: Site, task: str) -> Mapping[str, str | None]:
    """Return what filters need to know of the row of a task."""
    return {"category": site.results.catalog.tasks[task].category}
