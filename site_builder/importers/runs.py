"""Decide which of several scores of one model on one task counts, or what tells them apart.

Scores on two versions of a task do not compare: they are kept apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, limit_faults
from site_builder.formatting import listed, quoted
from site_builder.importers.choices import FACETS, as_key, lines_to_paste
from site_builder.importers.merge import Placed, Setup, setup_of
from site_builder.importers.reading import WORDS, ImportedScore, ImportOptions, Reading, grouped
from site_builder.importers.values import Choices, as_link, moment_of
from site_builder.records import replace
from site_builder.tables.columns import names_setting
from site_builder.tables.metrics import measure_of, plain_name
from site_builder.tables.overrides import stated_in
from site_builder.tables.write import StoredRow

_MAX_NAME = 40
_REPEATS = frozenset(("seed", "random_seed", "fold", "repeat", "replicate"))
_SETTING, _TEXT, _PLACE, _NUMBER = range(4)
_MOST_OFFERED = 3
_REVISION = re.compile(r"[0-9a-f]{40}")
_SHORT = 7


def choose_run(scores: Sequence[ImportedScore], *, is_named: bool = True) -> ImportedScore | None:
    """Return the score that counts of one model on one task; None if nothing tells which one.

    It is the newest if all files state a time, or any if all have the same numbers. Unless the
    publisher `is_named` what tells models apart, records with other texts are of other models, and
    of several seeds or folds none counts more than others.
    """
    if len(scores) == 1:
        return scores[0]
    last = max(scores, key=lambda s: (s.time, s.stderr is not None, s.n_examples is not None))
    if not is_named and any(_is_of_other_run(score, last) for score in scores):
        return None
    is_dated = len({len(score.time) for score in scores}) == 1
    rivals = [score for score in scores if score.time == last.time or not is_dated]
    return last if all(has_same_numbers(score, last) for score in rivals) else None


def has_same_numbers(one: ImportedScore, other: ImportedScore) -> bool:
    """Return whether two scores are equal, with errors and examples where both state them."""
    pairs = ((one.stderr, other.stderr), (one.n_examples, other.n_examples))
    return one.score == other.score and all(a == b or None in (a, b) for a, b in pairs)


def _is_of_other_run(one: ImportedScore, other: ImportedScore) -> bool:
    """Return whether two records differ in a text, or in a seed or fold that both state."""
    both = one.fields.keys() & other.fields.keys()
    names = both if has_same_numbers(one, other) else one.fields.keys() | other.fields.keys()
    pairs = ((name, one.fields.get(name, ""), other.fields.get(name, "")) for name in names)
    return any(
        a != b and (_kind(name, (a, b)) < _PLACE or (name in both and _is_of_repeat(name)))
        for name, a, b in pairs
    )


def _is_of_repeat(name: str) -> bool:
    return plain_name(name.rpartition(".")[2]) in _REPEATS


def _is_number_of_setting(name: str) -> bool:
    return measure_of(name.rpartition(".")[2]) in ("setting", "size", "tokens")


def unclear_faults(unclear: Sequence[Sequence[Placed]]) -> Iterator[Fault]:
    """Yield an error for each set of records that state several scores of one model and task."""
    alike = grouped((tuple(one.score.where for one in group), group) for group in unclear)
    faults = (Fault("", _unclear_text(*groups)) for groups in alike.values())
    yield from limit_faults(faults, len(alike), "", "models and tasks with several scores")


def _unclear_text(first: Sequence[Placed], *others: Sequence[Placed]) -> str:
    scores = (one.score for one in first)
    shown = listed([f"{s.score:g} ({s.where or s.source})" for s in scores], most=6)
    differ = [
        f"{name} ({quoted(values, most=3)})"
        for name, values in _differences([first]).items()
        if _kind(name, values) < _PLACE or _is_of_repeat(name) or _is_number_of_setting(name)
    ]
    why = "they state no time that tells which is newer"
    why = f"their records differ in {listed(differ, most=6)}" if differ else why
    model, task, variant, *_ = first[0].key
    more = f", and {len(others):,} more" if others else ""
    return f"{model}, {task} ({variant}){more}: {len(first)} scores, {shown}, and {why}"


def joined_faults(placed: Iterable[Placed], config: SiteConfig) -> Iterator[Fault]:
    """Yield a warning for each entry that has scores of several runs, with what may part them."""
    entries: dict[tuple[str, ...], dict[str, list[Placed]]] = {}
    for one in placed:
        if one.score.record:
            entry = (one.model, one.variant, *one.facets.values())
            entries.setdefault(entry, {}).setdefault(one.score.record, []).append(one)
    faults = [_joined_fault(of, config) for of in entries.values() if len(of) > 1]
    yield from limit_faults(faults, len(faults), "", "entries with scores of several files")


def _joined_fault(records: Mapping[str, Sequence[Placed]], config: SiteConfig) -> Fault:
    firsts = [of[0] for of in records.values()]
    stated = ", ".join(filter(None, firsts[0].facets.values()))
    entry = f"{firsts[0].model} ({stated})" if stated else firsts[0].model
    tasks = [f"{record} ({listed([one.task for one in of])})" for record, of in records.items()]
    values = _differences([firsts])
    kinds = {name: _kind(name, found) for name, found in values.items()}
    apart = [
        name
        for name, found in values.items()
        if len({value.casefold() for value in found if value}) == len(firsts)
        # Texts, dates and places may tell entries apart, numbers may not.
        and (kinds[name] < _NUMBER or all(map(moment_of, found)))
    ]
    names = sorted(apart, key=lambda name: (kinds[name] == _PLACE, kinds[name]))[:_MOST_OFFERED]
    differ = listed([f"{name} ({quoted(values[name], most=3)})" for name in names])
    what = f"{entry} has scores of {len(records)} runs, {listed(tasks, most=6)}, and is one entry"
    what += f", since no facet differs; they differ in {differ}" if differ else ""
    fix = "If each run is an entry, declare what parts them in site.toml and import again."
    short = short_names(values)
    likely, *others = [f"{as_key(short[name])} = {{}}" for name in names] or [""]
    lines = [likely, *(f"# or {line}" for line in others)] if likely else []
    return Fault("", what, fix, "warning", paste=lines_to_paste(FACETS, lines, config))


def choices_apart(unclear: Sequence[Sequence[Placed]], options: ImportOptions) -> Choices:
    """Return what tells unclear scores apart: `facets`, or keys of `[import]` that make names."""
    kinds = {name: _kind(name, values) for name, values in _differences(unclear).items()}
    usual, texts, places = (
        [name for name, found in kinds.items() if found == kind] for kind in range(_NUMBER)
    )
    # The usual settings, and more only where these are not enough.
    numbers = [name for name in kinds if name not in usual and _is_number_of_setting(name)]
    # Before numbers texts that come back, such as a method; an id is the last to tell.
    values, records = _differences(unclear), {one.score.where for of in unclear for one in of}
    back = [name for name in texts if len(values[name]) < len(records)]
    named = [name for name in texts if plain_name(name).rpartition("_")[2] != "id"]
    runs = sorted(filter(_is_of_repeat, kinds), key=lambda n: len(values[n]))  # folds, then seeds
    more = ([*usual, *n] for n in ((), back, numbers, *zip(runs, strict=True), runs, named, texts))
    trials = [*more, *([place] for place in reversed(places)), [*kinds]]
    kinds |= dict.fromkeys(numbers, _TEXT)
    names = next((names for names in trials if _are_apart(unclear, names)), trials[-1])
    words = {n: {*plain_name(n).split("_")} for n in names}
    of_task = [n for n in names if kinds[n] > _TEXT or not words[n].isdisjoint(WORDS["tasks"])]
    of_model = [n for n in names if n not in of_task]
    key = "model_by" if options.model_by else FACETS
    short = short_names(kinds) if key == FACETS else {}
    stated = [short.get(name, name) for name in of_model]
    likely = {key: [*(options.model_by or ()), *stated]} if of_model else {}
    likely |= {"task_by": [*options.task_by, *of_task]} if of_task else {}
    others: list[dict[str, Any]] = [
        {"model_by": [*(options.model_by or ()), *names]},
        {"task_by": [*options.task_by, *names]},
    ]
    if all(choose_run([one.score for one in group]) for group in unclear):
        others.append({"model_by": []})  # only the newest counts
    return (likely, *(other for other in others if other != likely)) if names else ()


def _are_apart(groups: Sequence[Sequence[Placed]], names: Sequence[str]) -> bool:
    return all(len({tuple(map(fields_of(s).get, names)) for s in of}) == len(of) for of in groups)


def fields_of(placed: Placed) -> dict[str, str]:
    """Return the names of the file and its folders, and what the record states beside a score."""
    return {**placed.score.places, **placed.score.fields}


def _differences(groups: Iterable[Sequence[Placed]]) -> dict[str, list[str]]:
    """Return the fields in which the records of a group differ, with their values."""
    found: dict[str, list[str]] = {}
    for group in groups:
        rows = [fields_of(one) for one in group]
        for name in dict.fromkeys(name for row in rows for name in row):
            values = dict.fromkeys(row.get(name, "") for row in rows)
            known = found.setdefault(name, [])
            known += (value for value in values if len(values) > 1 and value not in known)
    return {name: values for name, values in found.items() if values}


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return the last part of the name of each nested field, or the whole if others end so too."""
    lasts = {name: name.rpartition(".")[2] for name in names}
    times = Counter(lasts.values())
    return {name: last if times[last] == 1 else name for name, last in lasts.items()}


def is_setting(name: str, value: str) -> bool:
    """Return whether a field tells how a model was run, such as an agent."""
    return names_setting(name) and _is_text(value, is_setting=True)


def _kind(name: str, values: Iterable[str]) -> int:
    """Return how likely a field is part of the name of a model, the more the lower."""
    if name == "file" or name.partition(" ")[0] == "folder":
        return _PLACE
    is_setting = names_setting(name)
    if not all(_is_text(value, is_setting=is_setting) for value in values if value):
        return _NUMBER
    return _SETTING if is_setting else _TEXT


def _is_text(value: str, *, is_setting: bool) -> bool:
    """Return whether a value may name something: no number, date, link, address or long text."""
    with suppress(ValueError):
        float(value.replace(",", "."))
        return False
    is_truth = value.casefold() in ("true", "false") and not is_setting
    is_short = len(value) <= _MAX_NAME and "@" not in value
    return is_short and not is_truth and not as_link(value) and not moment_of(value)


# --- versions of tasks ----------------------------------------------------------------------------


def part_versions(
    reading: Reading, tasks: Sequence[StoredRow], results: Sequence[StoredRow], config: SiteConfig
) -> tuple[Reading, set[Setup], tuple[str, ...]]:
    """Make another way of measuring of each version but one of a task, and say so.

    The plain name stays with the version that the tables have, or else with that of most models.
    A score without a version is of that one too. Where `site.toml` states a version, all are of it.
    Returns also the setups of the other versions.
    """
    stored = _stored(tasks, results)
    by_task = grouped((score.task, score) for score in reading.measures if score.version)
    owners: dict[str, str] = {}
    several: dict[tuple[str, ...], list[str]] = {}
    for task, scores in by_task.items():
        plain = config.importing.tasks.get(task, task)
        found = {score.version for score in scores} | {*filter(None, [stored.get(plain)])}
        if len(found) > 1 and not stated_in(config.tasks, plain).get("version"):
            owners[task] = stored.get(plain) or _most_common(scores)
            several.setdefault(tuple(sorted(found)), []).append(task)
    if not owners:
        return reading, set(), ()
    pairs = [(score, _apart(score, owners)) for score in reading.measures]
    moved = {(old.model, old.task, old.setting, old.source): new.setting for old, new in pairs}
    examples = (
        replace(one, setting=moved.get((one.model, one.task, one.setting, one.source), one.setting))
        for one in reading.examples
    )
    others = {(new.task, setup_of(new)) for old, new in pairs if new is not old}
    reading = replace(reading, measures=tuple(new for _, new in pairs), examples=tuple(examples))
    return reading, others, (*_version_notes(several),)


def _stored(tasks: Sequence[StoredRow], results: Sequence[StoredRow]) -> dict[str, str]:
    """Return the version of each task in the tables, if one is stated."""
    rows = ((row.get("task"), row.get("version_of_task")) for row in results)
    of_tasks = ((row.get("task"), row.get("version")) for row in tasks)
    return {str(task): str(version) for task, version in (*rows, *of_tasks) if version}


def _most_common(scores: Sequence[ImportedScore]) -> str:
    """Return the version of the way of measuring that most models have, the later of two."""
    runs = {(score.setting, score.version, score.model) for score in scores}
    times = Counter((setting, version) for setting, version, _ in runs)
    return max(times, key=lambda way: (times[way], way[1]))[1]


def _apart(score: ImportedScore, owners: Mapping[str, str]) -> ImportedScore:
    if not score.version or score.version == owners.get(score.task, score.version):
        return score
    words = (score.setting, f"version {_short_version(score.version)}")
    return replace(score, setting=", ".join(filter(None, words)))


def _short_version(version: str) -> str:
    return version[:_SHORT] if _REVISION.fullmatch(version) else version


def _version_notes(several: Mapping[tuple[str, ...], Collection[str]]) -> Iterator[str]:
    for versions, tasks in several.items():
        names = listed([*map(_short_version, versions)])
        what = f"Measured in the versions {names}, each of which is a task: "
        yield f"{what}{listed([*tasks], most=_MOST_OFFERED)}."
    yield "Where they compare all the same, state `version` of the task under [tasks] in site.toml."


def versions_of(placed: Sequence[Placed], config: SiteConfig) -> dict[str, dict[str, Any]]:
    """Return the version of each task of some scores, where they state one.

    Raises:
        FaultsError: Names in `site.toml` make one task of two versions.
    """
    found: dict[str, dict[str, str]] = {}
    for one in placed:
        if one.score.version and not stated_in(config.tasks, one.task).get("version"):
            found.setdefault(one.task, {}).setdefault(one.score.version, one.score.where)
    faults: list[Fault] = []
    for task, of_task in found.items():
        stated = [f"{_short_version(version)} ({where})" for version, where in of_task.items()]
        what = f"task {task!r} has the versions {listed(stated)}, whose scores do not compare"
        fix = "Give each a task of its own under [import.tasks] in site.toml, or state the version "
        fix += "of all under [tasks]."
        faults += [Fault("", what, fix)] if len(of_task) > 1 else []
    if faults:
        raise FaultsError(faults)
    return {task: {"version": next(iter(of_task))} for task, of_task in found.items()}
