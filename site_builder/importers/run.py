"""Run an import and report it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any

from site_builder.config import SiteConfig
from site_builder.errors import MOST_ALIKE, Fault, FaultsError, UnclearScoresError, did_you_mean
from site_builder.formatting import counted, listed
from site_builder.importers.assume import Assumed, StatedRows, assume_tasks
from site_builder.importers.formats import ANY, Format
from site_builder.importers.merge import (
    Key,
    MergedScores,
    Pairing,
    Placed,
    choose_metrics,
    merge_examples,
    merge_facts,
    merge_results,
    name_tasks,
    pair_runs,
    setup_of,
)
from site_builder.importers.reading import (
    Choices,
    ImportedExample,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    as_text,
    is_wanted,
    joined,
)
from site_builder.importers.runs import (
    ChosenRuns,
    choices_apart,
    choose_runs,
    fields_of,
    has_same_numbers,
    name_by_fields,
    unclear_faults,
)
from site_builder.records import Record, replace
from site_builder.tables.lock import read_locked, write_locked
from site_builder.tables.metrics import assumption_lines
from site_builder.tables.schema import EXAMPLES, MODELS, RESULTS, TASKS
from site_builder.tables.write import StoredRow, StoredTable, read_without_sample, save_tables

_SETTING = "setting"
"""Column of the tasks, outside the schema: how a task was measured."""
_MOST_REASONS = 5
# Columns whose empty cells have a meaning, so that old rows keep them.
_EMPTY_MEANS = ("higher_is_better", "score_min", "score_max", "mean_of_examples")


class ImportReport(Record):
    """What an import did.

    Attributes:
        other_metrics: Scores of metrics that are not used for their task.
        older: Scores that a newer one replaces, each with that.
        added: Number of new models, tasks and examples.
        stray_examples: Number of examples whose score was not used.
        saved: Files that were written.
    """

    reading: Reading
    assumed: Assumed
    other_metrics: list[Skipped]
    older: list[tuple[ImportedScore, ImportedScore]]
    pairing: Pairing
    merged: MergedScores
    added: Mapping[str, int]
    stray_examples: int
    saved: tuple[Path, ...] = ()


def import_paths(
    source: Format,
    paths: Sequence[Path],
    config: SiteConfig,
    options: ImportOptions,
    *,
    dry: bool = False,
) -> ImportReport:
    """Import evaluation output into the tables of a project, unless `dry`.

    The sample that `init` writes is replaced; all else is merged by key.

    Raises:
        UnclearScoresError: The user has to state the direction or the unit of some scores; nothing
            is written.
        FaultsError: There is no score, or the tables cannot be changed; nothing is written.
    """
    stated = options.metrics
    options = replace(options, metrics=(*stated, *config.importing.metrics))
    # In the order of their names, so that the tables do not depend on that of the arguments.
    reading = joined(_read(source, path, options) for path in sorted(paths))
    _check(source, reading, stated, config)
    _check_fields(reading, options, config)
    reading = name_by_fields(reading, options)

    def merge(*, dry: bool) -> ImportReport:
        stored = read_without_sample((MODELS, TASKS, EXAMPLES, RESULTS), config.data_dir)
        report, rows = _merge(reading, stored, config, options)
        changed = [(stored[name], r) for name, r in rows.items() if list(stored[name].rows) != r]
        if dry or not changed:
            return report
        save_tables(config.data_dir, changed)
        saved = (config.data_dir / table.file for table, _ in changed)
        return replace(report, saved=tuple(saved))

    # Without the lock of writers first, so that a question leaves no folder behind.
    report = read_locked(config.data_dir, partial(merge, dry=True))
    return report if dry else write_locked(config.data_dir, partial(merge, dry=False))


def _read(source: Format, path: Path, options: ImportOptions) -> Reading:
    if not path.exists():
        return Reading(skipped=(Skipped(as_text(str(path)), "there is no such file or folder"),))
    return source.read(path, options)


def _check(source: Format, reading: Reading, metrics: Iterable[str], config: SiteConfig) -> None:
    if not reading.measures and not reading.examples:
        is_any, listing = source.name == ANY.name, "`site-builder import --help`"
        what = f"no score{'' if is_any else f' of format {source.name}'} was found"
        what += "" if reading.skipped else ", since there is no file"
        wanted = f"scores in a format that {listing} lists" if is_any else source.meaning
        nothing = Fault("", what, f"Name files or folders that contain {wanted}.")
        raise FaultsError((*_skipped_faults(reading, config), nothing))
    known = {(score.task, score.metric) for score in reading.measures}
    if unknown := [text for text in metrics if not any(is_wanted(text, *of) for of in known)]:
        what = "--metric {!r}: no score is of this metric"
        raise FaultsError(Fault("", what.format(text), _hint(text, known)) for text in unknown)


def _check_fields(reading: Reading, options: ImportOptions, config: SiteConfig) -> None:
    """Refuse fields of the command line that no record has; `site.toml` is for other files too."""
    stated = {*(options.model_by or ()), *options.task_by}
    stated -= {*(config.importing.model_by or ()), *config.importing.task_by}
    known = {name for score in reading.measures for name in fields_of(score)} if stated else set()
    what = "no record has the field {!r}"
    if unknown := sorted(stated - known):
        hints = (did_you_mean(name, known, "fields") for name in unknown)
        raise FaultsError(map(Fault, repeat(""), map(what.format, unknown), hints))


def _hint(text: str, known: Iterable[tuple[str, str]]) -> str:
    names = {f"{task}={m}" if "=" in text else m for task, m in known if m}
    return did_you_mean(text, names, "metrics") or "Leave the option out."


def _merge(
    reading: Reading,
    stored: Mapping[str, StoredTable],
    config: SiteConfig,
    options: ImportOptions,
) -> tuple[ImportReport, dict[str, list[StoredRow]]]:
    """Return the report, and the new rows of each table."""
    old = {name: table.rows for name, table in stored.items()}
    names, default = config.importing, config.default_variant
    known = {str(row.get("task")): row.get(_SETTING) or "" for row in old[TASKS.name]}
    setups = {m.task: known.get(names.tasks.get(m.task, m.task), "") for m in reading.measures}
    chosen, others = choose_metrics(reading.measures, options.metrics, setups)
    ids = name_tasks(chosen, known, names.tasks)
    pairing = pair_runs(chosen, ids, config, old[RESULTS.name])
    runs = _choose_runs(chosen, ids, pairing, config, options)
    stated = StatedRows(reading.tasks)
    assumed = assume_tasks(runs.kept, stated, known, config, options)
    _check_assumed(assumed, reading, config)
    refused = {id(one) for one, _ in assumed.refused}
    placed = [one for one in runs.kept if id(one) not in refused]
    merged = merge_results(old[RESULTS.name], placed, default)
    examples = _placed_examples(reading.examples, placed, merged)
    of_models = _first_known((names.models.get(f.id, f.id), f.values) for f in reading.models)
    of_tasks = _first_known((name, values) for name, values in _task_facts(stated, placed, assumed))
    rows = {
        MODELS.name: merge_facts(old[MODELS.name], merged.rows, "model", of_models),
        TASKS.name: merge_facts(old[TASKS.name], merged.rows, "task", of_tasks, _EMPTY_MEANS),
        EXAMPLES.name: merge_examples(old[EXAMPLES.name], examples, default),
        RESULTS.name: merged.rows,
    }
    nouns = (("model", MODELS.name), ("task", TASKS.name), ("example", EXAMPLES.name))
    added = {noun: len(rows[name]) - len(old[name]) for noun, name in nouns}
    stray = len(reading.examples) - len(examples)
    return ImportReport(reading, assumed, others, runs.older, pairing, merged, added, stray), rows


def _choose_runs(
    scores: Iterable[ImportedScore],
    ids: Mapping[tuple[str, str], str],
    pairing: Pairing,
    config: SiteConfig,
    options: ImportOptions,
) -> ChosenRuns:
    """Return one score for each key, or ask what tells the scores of a key apart."""
    placed = (
        Placed(score, model, ids[score.task, setup_of(score)], variant)
        for score in scores
        for model, variant in [pairing.places[score.model, score.variant]]
    )
    runs = choose_runs(placed, options)
    if not runs.unclear:
        return runs
    *faults, last = unclear_faults(runs.unclear)
    choices = choices_apart(runs.unclear, options)
    fix = "Leave out all but one of them, or state in the files when each was measured."
    if choices:
        fix = f"Write into site.toml what is part of the name of the model or task. Or: {fix}"
    raise FaultsError((*faults, replace(last, fix=fix, paste=_lines(choices, config))))


def _placed_examples(
    examples: Iterable[ImportedExample], placed: Iterable[Placed], merged: MergedScores
) -> list[tuple[Placed, ImportedExample]]:
    """Return the examples whose score was used: not of older runs or other metrics."""

    def key(score: ImportedScore | ImportedExample) -> tuple[str, str, str, str | None]:
        return (score.model, score.task, setup_of(score), score.source)

    refused = {id(score) for score, _ in merged.refused}
    used = {key(p.score): p for p in placed if id(p) not in refused}
    return [(used[key(e)], e) for e in examples if key(e) in used]


def _first_known(facts: Iterable[tuple[Any, Mapping[str, Any]]]) -> dict[Any, dict[str, Any]]:
    """Join the known values by id; of two files that state a value, the first counts."""
    known: dict[Any, dict[str, Any]] = {}
    for name, values in facts:
        row = known.setdefault(name, {})
        row |= {k: v for k, v in values.items() if v is not None and k not in row}
    return known


def _task_facts(
    stated: StatedRows, placed: Sequence[Placed], assumed: Assumed
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what is known of each task by its id, what counts more first."""
    first = {one.task: one.score for one in reversed(placed)}
    for task, score in first.items():
        yield task, {_SETTING: setup_of(score) or None, **assumed.facts.get(task, {})}
        # Of a task in the tables, empty cells are filled.
        yield from ((task, row.values) for row in stated.of(score))
        yield task, {"metric": score.metric or None}


def _check_assumed(assumed: Assumed, reading: Reading, config: SiteConfig) -> None:
    """Ask what is not known of the new tasks, and whether columns that were guessed are tasks."""
    try:
        assumed.check()
    except UnclearScoresError as error:
        if not reading.guessed:
            raise
        names = [*dict.fromkeys(reading.guessed)]
        what = f"columns of numbers are taken for tasks: {listed(names, most=MOST_ALIKE)}"
        fix = "If some are no scores, name only the others in site.toml."
        paste = _lines((("task_columns", names),), config)
        guess = Fault("", what, fix, "warning", paste=paste)
        kinds = {"of_direction": error.of_direction, "of_unit": error.of_unit}
        raise UnclearScoresError((guess, *error.faults), **kinds) from error


def _lines(choices: Choices, config: SiteConfig) -> tuple[str, ...]:
    """Return the first choice as lines of `site.toml`, with the others as comments."""
    text = ""
    with suppress(OSError, UnicodeDecodeError):
        text = (config.root / "site.toml").read_text(encoding="utf8")
    has_section = re.search(r"^\s*\[import\]", text, re.MULTILINE)
    heading = "# below [import], in place of what it has" if has_section else "[import]"
    lines = [f"{key} = {_toml(value)}" for key, value in choices]
    return (heading, *lines[:1], *(f"# or {line}" for line in lines[1:])) if lines else ()


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(part)}' for key, part in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)  # TOML writes texts and lists of them as JSON does


def warnings_of(report: ImportReport, config: SiteConfig, *, verbose: bool = False) -> list[Fault]:
    """Return warnings: skipped files, unclear scores, models that are not paired.

    `verbose` gives each skipped file and row a line of its own.
    """
    faults = _skipped_faults(report.reading, config, verbose=verbose)
    for new, why in (*report.assumed.refused, *report.merged.refused):
        where = f"{new.score.source}: {_words(new.key)}"
        faults.append(Fault(where, f"not imported: {why}", severity="warning"))
    for (old, new), n in report.merged.undated.items():
        what = f"{counted(n, 'score')} of {old} replaced, and no date tells that {new} is newer"
        fix = "If both count, import both files at once: that asks what tells them apart."
        faults.append(Fault("", what, fix, "warning"))
    notes = report.pairing.notes
    return faults + [Fault("", f"not paired: {note}", severity="warning") for note in notes]


def _skipped_faults(reading: Reading, config: SiteConfig, *, verbose: bool = False) -> list[Fault]:
    """Return a warning for each kind of skipped files and rows, with their names."""
    kinds: dict[object, list[Skipped]] = {}
    for number, s in enumerate(reading.skipped):
        if s.what != "score":
            # Reasons of one kind differ in a number, or in what was found.
            kind = re.sub(r"'[^']*'|\d+", "", s.why)
            kinds.setdefault(number if verbose else (s.what, kind, s.fix), []).append(s)
    return [_skipped_fault(config, *alike) for alike in kinds.values()]


def _skipped_fault(config: SiteConfig, first: Skipped, *others: Skipped) -> Fault:
    what = f"skipped: {first.why}"
    if others:
        more, names = counted(len(others), f"more {first.what}"), [s.where for s in others]
        what += f"; and {more} like it: {listed(names, most=5)}"
    # A list of columns has those of all files.
    choices = first.paste
    for other in others:
        choices = tuple(
            (key, [*dict.fromkeys((*value, *of_other))] if isinstance(value, list) else value)
            for (key, value), (_, of_other) in zip(choices, other.paste, strict=False)
        )
    paste = _lines(choices, config)
    return Fault(first.where, what, first.fix, "warning", 1 + len(others), paste)


def _words(key: Key) -> str:
    model, task, variant = key
    return f"{model}, {task} ({variant})"


def lines_of(report: ImportReport, *, verbose: bool, dry: bool) -> Iterator[str]:
    """Yield the lines of the report; `verbose` lists what is otherwise only counted."""
    reading, merged = report.reading, report.merged
    skipped = sum(s.what == "file" for s in reading.skipped)
    yield from reading.notes
    if report.assumed.assumptions:
        yield "Assumed of the new tasks; `[tasks]` in site.toml overrides it:"
        lines = (f"  {line}" for line in assumption_lines(report.assumed.assumptions))
        yield from _limited(lines, verbose=verbose)
    yield f"{counted(reading.files, 'file')} with scores, {skipped:,} skipped."
    yield from _limited(_older_lines(report), verbose=verbose)
    yield from _left_out_lines(report, verbose=verbose)
    if report.stray_examples:
        n = counted(report.stray_examples, "score")
        yield f"Left out {n} of single examples, whose task, metric or run was not imported."
    moved = (f"moved: {_words(key)} to {m} ({v})" for key, (m, v) in merged.moved)
    replaced = (f"replaced: {_words(key)}, {a!r} by {b!r}" for key, a, b in merged.replaced)
    paired = (
        f"paired: {tuned} with {base}{', which has no score' * (base in report.pairing.unscored)}"
        for tuned, base in report.pairing.pairs
    )
    for lines in (moved, replaced, paired):
        yield from _limited(lines, verbose=verbose)
    yield (
        f"Scores: {len(merged.added):,} added, {len(merged.replaced):,} replaced, "
        f"{len(merged.moved):,} moved, {len(merged.unchanged):,} unchanged, "
        f"{len(merged.refused) + len(report.assumed.refused):,} not imported."
    )
    if added := [counted(n, name) for name, n in report.added.items() if n]:
        yield f"New: {listed(added, most=5)}."
    yield from written_lines(report.saved, dry=dry)


def _limited(lines: Iterable[str], *, verbose: bool) -> Iterator[str]:
    every = list(lines)
    most = len(every) if verbose else MOST_ALIKE
    yield from every[:most]
    if len(every) > most:
        yield f"and {len(every) - most:,} more like these; --verbose lists them"


def _older_lines(report: ImportReport) -> Iterator[str]:
    """Count the scores that another one replaces, file by file."""
    files = Counter((has_same_numbers(a, b), a.source, b.source) for a, b in report.older)
    for (is_same, old, new), n in files.items():
        again = f"{old} has them again" if old == new else f"{new} has them too"
        newer = "a record of it" if old == new else new
        why = (
            f"identical: {{}}, since {again}" if is_same else f"older: {{}}, since {newer} is newer"
        )
        yield why.format(f"{counted(n, 'score')} of {old}")


def _left_out_lines(report: ImportReport, *, verbose: bool) -> Iterator[str]:
    """Count by reason what was left out of files that were read, or yield a line for each."""
    parts = [*(s for s in report.reading.skipped if s.what == "score"), *report.other_metrics]
    if verbose:
        yield from (f"left out: {part.where}: {part.why}" for part in parts)
    elif parts:
        reasons = Counter(part.why for part in parts)
        shown = [f"{why} ({n:,})" for why, n in reasons.most_common(_MOST_REASONS)]
        rest = len(reasons) - len(shown)
        more = f"; {counted(rest, 'more reason')}" if rest > 0 else ""
        yield f"Left out {len(parts):,}, which --verbose lists: {'; '.join(shown)}{more}."


def written_lines(saved: Sequence[Path], *, dry: bool) -> Iterator[str]:
    """Yield which tables were written."""
    if dry:
        yield "Nothing was written (--dry-run)."
    elif saved:
        yield f"Wrote {listed([str(path) for path in saved], most=5)}."
    else:
        yield "Nothing changed; nothing was written."
