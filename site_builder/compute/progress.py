"""Find the record of a board over time, that of a part of its entries, and how far apart they are.

Source: docs/statistics.md#progress.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Literal

import numpy as np

from site_builder.compute.catalog import Catalog
from site_builder.compute.numbers import difference
from site_builder.compute.results import Results
from site_builder.records import CachingRecord, Record, grouped
from site_builder.tables.boards import BoardSpec
from site_builder.tables.parts import ancestors_of
from site_builder.tables.schema import Facet

DateKind = Literal["release", "run"]
"""Which date it is: the release of the model, or the day of the run."""

LEAST_DATES = 3
"""Of as many ranked entries: below it nothing has a course."""
MIN_VALUES, MAX_VALUES = 2, 6
MAX_FACETS = 8
_OF_MODELS = ("license", "developer", "tuning")
_YES_NO = ("yes", "no")


class Dated(Record):
    """A ranked entry of known date.

    Attributes:
        date: As stated: `2025-08-23`, `2025-08` or `2025`.
        day: Where it stands in time, as the number of a day: `day_of`.
        value: What ranks the board.
    """

    model: str
    date: str
    day: int
    rank: int
    value: float


class RecordStep(Record):
    """An entry that was better than all before it.

    Attributes:
        gain: How much better than the record before, positive is better; None for the first.
        days_held: Days to the next record; of the last, to the newest date of any entry.
        is_standing: Whether no later entry was better.
        too_close: Whether it is too close to call with the record before; None where that is not
            known, and for the first.
    """

    entry: Dated
    gain: float | None
    days_held: int
    is_standing: bool
    too_close: bool | None


class Lag(Record):
    """How long one part of the entries took to reach what the other had.

    Attributes:
        passed: The first entry of the other part that was as good as the record of this one.
        reached: The entry that holds the record of this part.
        days: From one to the other.
    """

    passed: Dated
    reached: Dated
    days: int


class FacetRecord(Record):
    """The record of the entries with one value of a facet.

    Attributes:
        places: Positions of these entries among all.
        lag: How far it is behind the other of two values; None where it is not.
    """

    facet: Facet
    value: str
    places: tuple[int, ...]
    record: tuple[RecordStep, ...]
    lag: Lag | None


class Progress(CachingRecord):
    """A board over time: the entries that it ranks and shows at first, by one kind of date.

    Attributes:
        entries: Those of known date, the oldest first.
        undated: How many have none.
        hidden: How many ranked entries the board hides at first.
        by_facet: The record of each value of the first facets with two to six values; facets that
            say yes or no come first.
    """

    kind: DateKind
    entries: tuple[Dated, ...]
    undated: int
    hidden: int
    record: tuple[RecordStep, ...]
    by_facet: tuple[FacetRecord, ...]

    @property
    def opening(self) -> FacetRecord | None:
        """The record that is shown beside that of all: of a yes/no facet, the one behind."""
        return next((f for f in self.by_facet if f.lag and f.value.lower() in _YES_NO), None)


def middle_day(text: str) -> str:
    """Return the day at which a date is placed: of a month the 15th, of a year 1 July."""
    return text + {4: "-07-01", 7: "-15"}.get(len(text), "")


def day_of(text: str) -> int:
    """Return the number of the day at which a date is placed."""
    return date.fromisoformat(middle_day(text)).toordinal()


def release_dates(catalog: Catalog) -> dict[str, str]:
    """Return the release date of the model of each entry, where one is known."""
    return {m.model: m.release_date for m in catalog.models.values() if m.release_date}


def run_dates(spec: BoardSpec, variant: str, whole: Results) -> dict[str, str]:
    """Return the day of the run of each entry: the newest date of its scores on a board.

    Scores on parts of the tasks of the board are among them. `whole` has the scores of all boards.
    """
    if "date" not in whole.catalog.stated:
        return {}
    wholes = whole.catalog.wholes
    tasks = {
        task
        for task in whole.scores.tasks
        if task in spec.tasks or not {*spec.tasks}.isdisjoint(ancestors_of(task, wholes))
    }
    frame = whole.scores.frame
    is_wanted = frame["task"].isin(tasks) & (frame["variant"] == variant) & frame["date"].notna()
    found = frame.loc[is_wanted, ["model", "date"]].drop_duplicates()
    of_models: dict[str, list[str]] = grouped(found.itertuples(index=False, name=None))
    return {m: max(texts, key=lambda t: (day_of(t), t)) for m, texts in of_models.items()}


def compute_progress(spec: BoardSpec, results: Results, whole: Results) -> tuple[Progress, ...]:
    """Return a board over time, by each kind of date that tells three of its entries apart.

    It is over the entries that the board ranks and shows at first, in the variant that it opens
    with. The release of the models comes first.
    """
    shown = [s.model for s in results.shown(spec.config)]
    kinds: dict[DateKind, dict[str, str]] = {
        "release": release_dates(results.catalog),
        "run": run_dates(spec, results.board.variant, whole),
    }
    found = list[Progress]()
    for kind, dates in kinds.items():
        known = {model: dates[model] for model in shown if model in dates}
        if len({*map(day_of, known.values())}) >= LEAST_DATES:
            found.append(_progress_of(results, kind, known, len(shown)))
    return tuple(found)


def _progress_of(
    results: Results, kind: DateKind, dates: Mapping[str, str], n_shown: int
) -> Progress:
    board = results.board
    found = [
        Dated(s.model, dates[s.model], day_of(dates[s.model]), s.rank, value)
        for s in board.ranked
        if s.model in dates and s.rank is not None and (value := board.merit(s)) is not None
    ]
    entries = sorted(found, key=lambda e: (e.day, e.rank))
    parts = (_parts_of(results, entries, facet) for facet in _facets_of(results))
    return Progress(
        kind=kind,
        entries=tuple(entries),
        undated=n_shown - len(entries),
        hidden=len(board.ranked) - n_shown,
        record=find_steps(results, entries, entries[-1].day),
        by_facet=tuple(part for of in islice(filter(None, parts), MAX_FACETS) for part in of),
    )


def find_record(entries: Sequence[Dated]) -> list[Dated]:
    """Return the entries that are better than all before them; `entries` are by day, then rank.

    Of equal entries the first keeps the record, and of those of a day only the best can take it.
    Better is what the board ranks better, so values that the board takes for equal are equal here.

    Source: the record values of a sequence; docs/statistics.md#progress.
    """
    record: list[Dated] = []
    for entry in entries:
        if not record or entry.rank < record[-1].rank:
            record.append(entry)
    return record


def find_steps(results: Results, entries: Sequence[Dated], newest: int) -> tuple[RecordStep, ...]:
    """Return the record of some entries with gain, days and certainty of each step.

    gain = d * (score - score of the record before), with d = -1 where lower is better, else 1.
    A step is too close to call where the board compares pairs, and the new record is not ahead of
    the one before by more than chance explains (`Board.is_ahead`).

    Source: docs/statistics.md#progress.
    """
    board, record, steps = results.board, find_record(entries), list[RecordStep]()
    sign = -1 if results.is_low_best(board) else 1
    for place, entry in enumerate(record):
        is_last = place + 1 == len(record)
        until = newest if is_last else record[place + 1].day
        gain, too_close = None, None
        if place:
            before = record[place - 1]
            gain = sign * float(difference(np.array(entry.value), np.array(before.value)))
            too_close = not board.is_ahead(entry.model, before.model) if board.tested else None
        steps.append(RecordStep(entry, gain, until - entry.day, is_last, too_close))
    return tuple(steps)


def find_lag(mine: Sequence[Dated], others: Sequence[Dated]) -> Lag | None:
    """Return how far the record of some entries is behind that of others; both by day, then rank.

    lag = day(r) - day(p), where r holds the record of `mine`, and p is the first of `others` that
    the board ranks as high as r or higher. None where r is not behind the record of `others`, and
    where `others` were not there before r.

    Source: docs/statistics.md#progress.
    """
    own, other = find_record(mine), find_record(others)
    if not own or not other or other[-1].rank >= own[-1].rank:
        return None
    reached = own[-1]
    passed = next(entry for entry in other if entry.rank <= reached.rank)
    days = reached.day - passed.day
    return Lag(passed, reached, days) if days > 0 else None


def _facets_of(results: Results) -> list[Facet]:
    """Return the facets that may be chosen, those that say yes or no first."""
    catalog = results.catalog
    known = {facet.id for facet in catalog.facets}
    facets = [*(f for f in catalog.facets if not f.is_number)]
    facets += [Facet(name, name.capitalize()) for name in _OF_MODELS if name not in known]

    def says_yes_or_no(facet: Facet) -> bool:
        values = {m.facet(facet.id) for m in catalog.models.values()} - {None}
        return {str(value).lower() for value in values} <= {*_YES_NO}

    return sorted(facets, key=lambda facet: not says_yes_or_no(facet))


def _parts_of(results: Results, entries: Sequence[Dated], facet: Facet) -> list[FacetRecord]:
    """Return the record of each value of a facet; none unless it has two to six values."""
    models = results.catalog.models
    values = [models[entry.model].facet(facet.id) for entry in entries]
    order = {value: place for place, value in enumerate((*facet.order[:50], *_YES_NO))}
    distinct = {value for value in values if value is not None}
    if not MIN_VALUES <= len(distinct) <= MAX_VALUES:
        return []
    parts, newest = list[FacetRecord](), entries[-1].day
    for value in sorted(distinct, key=lambda v: (order.get(v, order.get(v.lower(), 99)), v)):
        places = tuple(i for i, v in enumerate(values) if v == value)
        mine = [entries[i] for i in places]
        others = [e for e, v in zip(entries, values, strict=True) if v not in (value, None)]
        lag = find_lag(mine, others) if len(distinct) == MIN_VALUES else None
        record = find_steps(results, mine, newest)
        parts.append(FacetRecord(facet, value, places, record, lag))
    return parts
