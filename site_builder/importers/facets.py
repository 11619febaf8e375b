"""Make facets and measures of what records, and columns of tables, state beside a score.

A facet is how a model was run, such as an agent: scores of other values are of other entries. A
measure is what a run cost or took.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError
from site_builder.formatting import counted, listed
from site_builder.importers.cells import is_blank, names_percent, parse_number, start_of, word_of
from site_builder.importers.choices import lines_to_paste
from site_builder.importers.documents import Sheet
from site_builder.importers.kinds import find_margins
from site_builder.importers.merge import RESERVED, Placed
from site_builder.importers.reading import FurtherColumn, ImportedScore, grouped
from site_builder.importers.runs import fields_of, is_setting, short_names
from site_builder.importers.values import as_link, moment_of
from site_builder.records import replace
from site_builder.tables.columns import RESERVED as RESERVED_FIELDS
from site_builder.tables.metrics import is_cost, is_earned, measure_of, plain_name
from site_builder.tables.schema import MEASURES, PARAMETERS, RESULTS

# How files name the measures of the contract.
_MEASURES = {
    "cost_usd": ("cost_usd", "total_cost_usd", "total_usd"),
    "seconds": ("seconds", "total_seconds", "duration_seconds", "total_evaluation_time_seconds"),
    "input_tokens": ("input_tokens", "total_input_tokens", "prompt_tokens", "total_prompt_tokens"),
    "output_tokens": (
        "output_tokens", "total_output_tokens", "completion_tokens", "total_completion_tokens",
    ),
}  # fmt: skip
_PLAIN = {name: column for column, names in _MEASURES.items() for name in names}
_IS_RATE = re.compile(r"(/|[ _]per[ _])\w+\W*$")  # `Tokens/s`, which is no time
_MAX_TEXT = 60
# What a name says of its unit, as its last part or in brackets: `latency_ms`, `Time (s)`.
_UNITS = {
    "USD": ("usd", "dollars"), "s": ("s", "sec", "secs", "seconds"), "ms": ("ms", "milliseconds"),
    "tokens": ("tokens",), "%": ("pct", "percent"), "GB": ("gb",),
}  # fmt: skip
_NOT_SHOWN = ("order", "rank", "interval", "error", "deviation")
"""Numbers that say nothing beside others: a place among the rows, a spread or its ends."""
_RUN = frozenset(("run_model", "evaluator_relationship", "tool", "retrieved"))


def state_facets(
    placed: Sequence[Placed],
    config: SiteConfig,
    kept: Set[str],
    *,
    by_name: bool,
    is_text: bool = False,
) -> tuple[list[Placed], list[str]]:
    """Give each score its facets, and say which.

    These are those of its reader, those that `site.toml` declares, and texts with a name such as
    `agent`, unless the publisher states `by_name` what tells models apart. A facet is the same for
    all scores of a model, or tells scores on one task apart; one that only differs between tasks is
    none, unless it is declared or in the tables (`kept`). A facet that all scores share adds no
    column to a table of text (`is_text`).
    """
    candidates = [*_candidates(placed, config, by_name=by_name)]
    names = dict.fromkeys(name for of_score in candidates for name in of_score)
    _check_names(placed)
    declared = [tuple(c.get(name, "") for name in config.facets) for c in candidates]
    taken: list[str] = []
    differing: list[str] = []
    for name in names:
        values = [of_score.get(name, "") for of_score in candidates]
        is_shared = len({*values}) == 1
        if name in kept or name in config.facets:
            taken.append(name)
        elif _is_facet(placed, declared, values):
            taken += [] if is_shared and is_text else [name]
        else:
            differing.append(name)
    values_of = {name: _of_entries(placed, [c.get(name, "") for c in candidates]) for name in taken}
    with_facets = [
        replace(one, facets={name: values_of[name][number] for name in taken})
        for number, one in enumerate(placed)
    ]
    notes = [f"Facets: {listed(taken, most=12)}."] if taken else []
    if differing:
        what = f"differs between the tasks of a model: {listed(differing, most=8)}"
        notes.append(f"No facet, since it {what}. [facets] in site.toml can make it one.")
    return with_facets, notes


def _check_names(placed: Iterable[Placed]) -> None:
    """Refuse facets and measures of a reader that are called as other columns of the results."""
    of_facets = {name for one in placed for name in one.score.facets}
    of_measures = {name for one in placed for name in one.score.measures}
    if wrong := sorted(RESERVED & (of_facets | of_measures.difference(MEASURES))):
        what = f"no facet or measure can have the name of a column: {listed(wrong, most=8)}"
        raise FaultsError([Fault("", what, "Give it another name in the reader.")])


def _candidates(
    placed: Iterable[Placed], config: SiteConfig, *, by_name: bool
) -> Iterator[dict[str, str]]:
    """Yield what may be a facet of each score."""
    known: dict[int, dict[str, str]] = {}  # the scores of a row share their fields
    for one in placed:
        fields = one.score.fields
        if id(fields) not in known:
            settings = {} if by_name else dict(_settings(fields))
            declared = dict(_declared(fields_of(one), config)) if config.facets else {}
            known[id(fields)] = {**settings, **declared}
        found = {**known[id(fields)], **one.score.facets}
        yield {name: value for name, value in found.items() if value}


def _settings(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the fields that have the name and the value of a setting."""
    found = [n for n, v in fields.items() if v and n not in RESERVED and is_setting(n, v)]
    short = short_names(fields) if any("." in name for name in found) else {}
    yield from ((short.get(name, name), fields[name]) for name in found)


def _declared(fields: Mapping[str, str], config: SiteConfig) -> Iterator[tuple[str, str]]:
    """Yield the facets of `site.toml`, by the name of a field or the last part of it."""
    by_last = {plain_name(last): fields[name] for name, last in short_names(fields).items()}
    values = by_last | {plain_name(name): value for name, value in fields.items()}
    for name, stated in config.facets.items():
        if name not in RESERVED:
            yield name, values.get(plain_name(name)) or stated.default or ""


def _is_facet(
    placed: Sequence[Placed], declared: Sequence[tuple[str, ...]], values: Sequence[str]
) -> bool:
    """Whether a field is the same for all scores of an entry, or tells those on one task apart."""
    rows = [*zip(placed, declared, values, strict=True)]
    of_models = grouped(((one.model, *facets), value) for one, facets, value in rows)
    of_tasks = grouped(((one.model, one.task, one.variant, *f), value) for one, f, value in rows)
    is_constant = all(len({*found}) == 1 for found in of_models.values())
    return is_constant or any(len({*found}) > 1 for found in of_tasks.values())


def _of_entries(placed: Sequence[Placed], values: Sequence[str]) -> list[str]:
    """Return the values of a facet, but none that would part a tuned model from its base."""
    of_runs = grouped(
        ((p.model, p.variant), value) for p, value in zip(placed, values, strict=True)
    )
    of_models = grouped((model, {*found}) for (model, _), found in of_runs.items())
    parted = {
        model
        for model, runs in of_models.items()
        if {*map(len, runs)} == {1} and len(set[str]().union(*runs)) > 1
    }
    return ["" if p.model in parted else v for p, v in zip(placed, values, strict=True)]


def state_measures(
    placed: Sequence[Placed], config: SiteConfig, wholes: Mapping[str, str]
) -> tuple[list[Placed], list[str], list[Fault]]:
    """Give each score its measures; notes say which, warnings which are of several tasks.

    Numbers count whose names are known, such as `total_cost_usd`, or declared in `site.toml`. One
    that is the same for several tasks of a record, and would be summed over them, is of all of them
    together: the whole of which the others are parts has it (`wholes`, by part), else none.
    """
    of_records = grouped(((one.score.where, one.score.model), one) for one in placed)
    shared: dict[str, list[ImportedScore]] = {}
    found: dict[int, dict[str, float]] = {}
    names: dict[str, str] = {}
    for record in of_records.values():
        numbers = [dict(_numbers(one, names, config)) for one in record]
        top = [n for n, one in enumerate(record) if wholes.get(one.task) is None]
        for name in dict.fromkeys(name for of_task in numbers for name in of_task):
            values = {of_task.get(name) for of_task in numbers}
            if len(record) == 1 or len(values) > 1 or values == {0} or not _is_summed(name, config):
                continue
            if len(top) != 1:
                shared.setdefault(name, []).append(record[0].score)
            for place, of_task in enumerate(numbers):
                if [place] != top:
                    del of_task[name]
        found |= {id(one): of_task for one, of_task in zip(record, numbers, strict=True)}
    with_measures = [
        replace(one, measures={**found[id(one)], **one.score.measures}) for one in placed
    ]
    measures = dict.fromkeys(name for one in with_measures for name in one.measures)
    notes = [f"Measures: {listed([*measures], most=12)}."] if measures else []
    return with_measures, notes, [_shared_fault(*of, config) for of in shared.items()]


def _is_summed(name: str, config: SiteConfig) -> bool:
    """Whether boards sum a measure over tasks, so that one of all tasks would count many times."""
    stated = config.measures.get(name)
    combine = stated.combine if stated else None
    return combine == "sum" or (combine is None and name in MEASURES)


def _numbers(one: Placed, names: dict[str, str], config: SiteConfig) -> Iterator[tuple[str, float]]:
    """Yield the measures in the fields of a record; `names` keeps what each is called."""
    for field, text in one.score.fields.items():
        if field not in names:
            names[field] = _measure_named(field, config)
        if name := names[field]:
            number = parse_number(text)
            if number:
                yield name, number.value


def _measure_named(field: str, config: SiteConfig) -> str:
    """Return the measure that a field states by its name; empty if it is none."""
    last = field.rpartition(".")[2]
    declared = (name for name in (field, last) if name in config.measures)
    return next(declared, None) or _PLAIN.get(last.casefold().replace(" ", "_"), "")


def _shared_fault(name: str, scores: Iterable[ImportedScore], config: SiteConfig) -> Fault:
    first, *others = scores
    what = f"{name!r} is of several tasks together, so that no score has it"
    what += f"; and {counted(len(others), 'more record')} like it" if others else ""
    fix = "If it is the measure of the whole run, say so in site.toml and import again."
    paste = lines_to_paste(f"measures.{name}", ['combine = "none"'], config)
    return Fault(first.where, what, fix, "warning", 1 + len(others), paste)


# --- columns of tables ----------------------------------------------------------------------------


def find_further(
    sheet: Sheet,
    unused: Sequence[str],
    numeric: Collection[str],
    taken: Mapping[str, str],
    *,
    several: bool,
) -> Iterator[FurtherColumn]:
    """Yield the columns of facets and measures: those `taken` by their id, and others.

    A facet has few texts, most of which come back; a name, a link, a date or a note is none.
    `several` tells that a row has several scores.
    """
    for name, column in taken.items():
        found = _further(sheet, name, column, is_measure=column in numeric, several=several)
        yield replace(found, is_taken=True)
    used = {*(column.name for column in RESULTS.columns), PARAMETERS, *_RUN, *taken}
    margins = {*find_margins(sheet.names)}
    for column in unused:
        is_measure = column in numeric
        is_margin = column in margins or column[-1:] in "+-\N{MINUS SIGN}"
        if column in sheet.deep or measure_of(column) in _NOT_SHOWN or is_margin:
            continue
        if not is_measure and not _may_be_facet(sheet, column):
            continue
        name = _id_of(sheet, column, is_measure=is_measure)
        name = f"{name}_" if name in used and not (is_measure and name in MEASURES) else name
        if name and name not in taken:
            used.add(name)
            yield _further(sheet, name, column, is_measure=is_measure, several=several)


def _id_of(sheet: Sheet, column: str, *, is_measure: bool) -> str:
    """Return the name of a column in the results: `cost_usd`, or `published_` if it is reserved."""
    unit = sheet.units.get(column) or _unit_of(column)
    is_usd = is_measure and measure_of(column) == "cost" and unit == "USD"
    name = plain_name(column)
    if is_usd and "cost" in name.split("_"):
        return "cost_usd"
    is_reserved = is_measure and name in (*RESERVED_FIELDS, "score")
    return f"published_{name}" if is_reserved else name


def _further(
    sheet: Sheet, name: str, column: str, *, is_measure: bool, several: bool
) -> FurtherColumn:
    if not is_measure:
        return FurtherColumn(name, column, is_measure=False)
    is_percent = any(str(cell).rstrip("*_ ").endswith("%") for cell in sheet.cells(column))
    unit = "%" if is_percent else sheet.units.get(column) or _unit_of(column)
    is_known = measure_of(column) in ("cost", "time") and is_cost(column) and not is_earned(column)
    return FurtherColumn(name, column, is_measure, unit, is_known, is_of_row=several)


def _unit_of(column: str) -> str:
    if "$" in column:
        return "USD"
    if names_percent(column):
        return "%"
    if _IS_RATE.search(column):
        return ""
    last = plain_name(column).rpartition("_")[2]
    return next((unit for unit, words in _UNITS.items() if last in words), "")


def _may_be_facet(sheet: Sheet, column: str) -> bool:
    times = Counter(start_of(cell) for cell in sheet.cells(column) if not is_blank(cell))
    comes_back = 2 * sum(n > 1 for n in times.values()) >= len(times)
    are_alike = len(times) < 2 and times.total() == len(sheet.rows)
    others = (len(t) > _MAX_TEXT or as_link(t) or moment_of(t) or {"@", "\n"} & {*t} for t in times)
    return bool(times) and comes_back and not are_alike and not any(others)


def values_of(
    sheet: Sheet, further: Sequence[FurtherColumn], row: Mapping[str, object]
) -> tuple[dict[str, str], dict[str, float]]:
    """Return the facets and the measures of a row; a cost or size below 0 stands for unknown."""
    facets: dict[str, str] = {}
    measures: dict[str, float] = {}
    for column in further:
        value = row.get(column.column)
        if not column.is_taken or is_blank(value):
            continue
        number = parse_number(value, sheet.marks) if column.is_measure else None
        is_amount = measure_of(column.column) not in ("", "average") and not is_earned(
            column.column
        )
        if number and not (number.value < 0 and is_amount):
            measures[column.id] = number.value
        elif not column.is_measure:
            facets[column.id] = word_of(value)
    return facets, measures
