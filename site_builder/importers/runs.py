"""Decide which of several scores of one model on one task counts, and name what tells them apart.

A score replaces another only if the files themselves state that it is newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from site_builder.errors import Fault, limit_faults
from site_builder.formatting import listed
from site_builder.importers.merge import Key, Placed
from site_builder.importers.reading import (
    Choices,
    ImportedScore,
    ImportOptions,
    Reading,
    as_link,
    moment_of,
)
from site_builder.records import Record, replace

_MOST_COMPARED = 1_000  # models and tasks in whose records differences are looked for
_NO_NAME = {"name": None}
_Fields = Mapping[str, str]
# What a field is, the more likely to tell models apart the lower.
_TEXT, _TRUTH, _NUMBER, _PLACE = range(4)


class ChosenRuns(Record):
    """The scores that count.

    Attributes:
        older: Scores that another one replaces, each with that.
        unclear: All scores of a model on a task of which nothing tells which one counts.
    """

    kept: list[Placed]
    older: list[tuple[ImportedScore, ImportedScore]]
    unclear: list[list[Placed]]


def choose_runs(placed: Iterable[Placed], options: ImportOptions) -> ChosenRuns:
    """Choose one score for each model, task and variant."""
    groups: dict[Key, list[Placed]] = {}
    for one in placed:
        groups.setdefault(one.key, []).append(one)
    chosen = ChosenRuns([], [], [])
    for group in groups.values():
        scores = [one.score for one in group]
        best = choose_run(scores, is_named=options.model_by is not None)
        if best is None:
            chosen.unclear.append(group)
        chosen.kept.extend(one for one in group if one.score is best)
        chosen.older.extend((score, best) for score in scores if best and score is not best)
    return chosen


def choose_run(scores: Sequence[ImportedScore], *, is_named: bool = True) -> ImportedScore | None:
    """Return the score that counts of one model on one task; None if nothing tells which one.

    It is the newest if all files state a time, or any if all have the same numbers. Unless the
    publisher `is_named` what tells models apart, records with other texts are of other models.
    """
    last = max(scores, key=lambda s: (s.time, s.stderr is not None, s.n_examples is not None))
    if not is_named and any(_is_of_other_model(score, last) for score in scores):
        return None
    is_dated = len({len(score.time) for score in scores}) == 1
    rivals = [score for score in scores if score.time == last.time or not is_dated]
    return last if all(has_same_numbers(score, last) for score in rivals) else None


def _is_of_other_model(one: ImportedScore, other: ImportedScore) -> bool:
    """Return whether two records differ in a text; equal scores only in one that both state."""
    names = one.fields.keys() & other.fields.keys()
    if not has_same_numbers(one, other):
        names = one.fields.keys() | other.fields.keys()
    pairs = ((name, one.fields.get(name, ""), other.fields.get(name, "")) for name in names)
    return any(a != b and _kind(name, a or b) < _NUMBER for name, a, b in pairs)


def has_same_numbers(one: ImportedScore, other: ImportedScore) -> bool:
    """Return whether two scores are equal, with errors and examples where both state them."""
    pairs = ((one.stderr, other.stderr), (one.n_examples, other.n_examples))
    return one.score == other.score and all(a == b or None in (a, b) for a, b in pairs)


def fields_of(score: ImportedScore) -> dict[str, str]:
    """Return the names of the file and its folders, and what the record states beside a score."""
    *folders, file = (score.file or score.source or "").split("/")
    above = enumerate(reversed(folders), start=1)
    places = {"folder" if number == 1 else f"folder {number}": name for number, name in above}
    return {"file": file.rpartition(".")[0] or file, **places, **score.fields}


def _kind(name: str, value: str) -> int:
    if name == "file" or name.startswith("folder"):
        return _PLACE
    if value.casefold() in ("true", "false"):
        return _TRUTH
    with suppress(ValueError):
        float(value.replace(",", "."))
        return _NUMBER
    return _NUMBER if as_link(value) or moment_of(value) else _TEXT


def name_by_fields(reading: Reading, options: ImportOptions) -> Reading:
    """Make fields part of the names of models and tasks: `gpt-5 (mini-SWE-agent, high)`."""
    if not options.model_by and not options.task_by:
        return reading
    models: dict[str, dict[str, None]] = {}
    tasks: dict[str, dict[str, None]] = {}
    new: dict[tuple[str, str, str | None], dict[str, str]] = {}
    measures: list[ImportedScore] = []
    for score in reading.measures:
        fields = fields_of(score)
        names = {
            "model": _named(score.model, fields, options.model_by or ()),
            "task": _named(score.task, fields, options.task_by),
        }
        models.setdefault(score.model, {})[names["model"]] = None
        tasks.setdefault(score.task, {})[names["task"]] = None
        new[score.model, score.task, score.source] = names
        measures.append(replace(score, **names))
    return replace(
        reading,
        measures=tuple(measures),
        models=tuple(
            # A name in a file may hold what is now a part of only one id.
            replace(row, id=id_, values={**row.values, **({} if id_ == row.id else _NO_NAME)})
            for row in reading.models
            for id_ in models.get(row.id, ())
        ),
        tasks=tuple(replace(r, id=name) for r in reading.tasks for name in tasks.get(r.id, ())),
        examples=tuple(
            replace(one, **new.get((one.model, one.task, one.source), {}))
            for one in reading.examples
        ),
    )


def _named(name: str, fields: _Fields, parts: Iterable[str]) -> str:
    suffix = ", ".join(fields[part] for part in parts if fields.get(part))
    return f"{name} ({suffix})" if name and suffix else name or suffix


def unclear_faults(unclear: Sequence[Sequence[Placed]]) -> Iterator[Fault]:
    """Yield an error for each set of records that state several scores of one model and task."""
    alike: dict[tuple[str, ...], list[Sequence[Placed]]] = {}
    for group in unclear:
        alike.setdefault(tuple(one.score.where for one in group), []).append(group)
    faults = (Fault("", _unclear_text(*groups)) for groups in alike.values())
    yield from limit_faults(faults, len(alike), "", "models and tasks with several scores")


def choices_apart(unclear: Sequence[Sequence[Placed]], options: ImportOptions) -> Choices:
    """Return the keys of `[import]` that make names of what tells unclear scores apart, if any."""
    groups = [[fields_of(one.score) for one in group] for group in unclear[:_MOST_COMPARED]]
    names = _fields_apart(groups)
    if not names:
        return ()
    by_model = ("model_by", [*(options.model_by or ()), *names])
    by_task = ("task_by", [*options.task_by, *names])
    is_of_models = any(_rank(name, groups)[0] < _NUMBER for name in names)
    choices = [by_model, by_task] if is_of_models else [by_task, by_model]
    if all(choose_run([one.score for one in group]) for group in unclear):
        choices.append(("model_by", []))  # the newest counts
    return tuple(choices)


def _unclear_text(first: Sequence[Placed], *others: Sequence[Placed]) -> str:
    scores = [f"{one.score.score:g} ({one.score.where})" for one in first]
    more = f", and {len(others):,} more" if others else ""
    rows = [one.score.fields for one in first]
    names = [name for name in _varying([rows]) if _rank(name, [rows])[0] < _NUMBER]
    differ = (f"{n} ({listed([repr(v) for v in _values(n, rows)], most=3)})" for n in names)
    why = "they state no time that tells which is newer"
    if names:
        why = f"their records differ in {listed([*differ], most=6)}"
    model, task, variant = first[0].key
    stated = f"{len(scores)} scores, {listed(scores, most=6)}"
    return f"{model}, {task} ({variant}){more}: {stated}, and {why}"


def _values(name: str, rows: Iterable[_Fields]) -> list[str]:
    return [*dict.fromkeys(row.get(name, "") for row in rows)]


def _varying(groups: Sequence[Sequence[_Fields]]) -> list[str]:
    """Return the fields in which the records of a group differ."""
    names = dict.fromkeys(name for rows in groups for row in rows for name in row)
    return [name for name in names if any(len(_values(name, rows)) > 1 for rows in groups)]


def _rank(name: str, groups: Sequence[Sequence[_Fields]]) -> tuple[int, int]:
    """Return the kind of a field and its number of values, by which the best is the least."""
    values = {row[name] for rows in groups for row in rows if row.get(name)}
    return min(_kind(name, value) for value in values), len(values)


def _fields_apart(groups: Sequence[Sequence[_Fields]]) -> list[str]:
    """Return few fields that tell the records of each group apart, as far as any do."""

    def n_apart(names: Iterable[str]) -> int:
        return sum(len({tuple(row.get(n) for n in names) for row in rows}) for rows in groups)

    chosen: list[str] = []
    varying = _varying(groups)
    for name in sorted(varying, key=lambda name: _rank(name, groups)):
        if n_apart([*chosen, name]) > n_apart(chosen):
            chosen.append(name)
    for name in chosen[::-1]:
        others = [other for other in chosen if other != name]
        chosen = others if n_apart(others) == n_apart(chosen) else chosen
    return [name for name in varying if name in chosen]
