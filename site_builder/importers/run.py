"""Run an import: read files, decide what counts, merge it into the tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, did_you_mean, limit_faults
from site_builder.formatting import counted, listed, quoted
from site_builder.importers.assume import Assumed, StatedRows, assume_tasks, first_known
from site_builder.importers.choices import as_key, choice_lines, lines_to_paste
from site_builder.importers.facets import state_facets, state_measures
from site_builder.importers.formats import ANY, Format
from site_builder.importers.merge import (
    RESERVED,
    MergedScores,
    Pairing,
    Placed,
    Setup,
    choose_metrics,
    merge_examples,
    merge_facts,
    merge_models,
    merge_results,
    name_tasks,
    pair_runs,
    setup_of,
)
from site_builder.importers.reading import (
    OF_EXAMPLES,
    ImportedExample,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    grouped,
    joined,
)
from site_builder.importers.runs import (
    choices_apart,
    choose_run,
    joined_faults,
    part_versions,
    unclear_faults,
    versions_of,
)
from site_builder.importers.values import as_number, as_text, is_wanted
from site_builder.records import Record, field, replace
from site_builder.tables.columns import names_setting, sort_columns
from site_builder.tables.lock import read_locked, write_locked
from site_builder.tables.metrics import are_mixed
from site_builder.tables.read import LoadedTables
from site_builder.tables.schema import EXAMPLES, MODELS, RESULTS, TASKS
from site_builder.tables.submissions import read_submissions
from site_builder.tables.write import (
    StoredRow,
    StoredTable,
    load_rows,
    read_without_sample,
    save_tables,
)

_SETTING = "setting"
"""Column of the tasks, outside the schema: how a task was measured."""
# Columns whose empty cells have a meaning, so that old rows keep them.
_EMPTY_MEANS = ("higher_is_better", "score_min", "score_max", "mean_of_examples")


_LISTS = {"task_columns", "model_columns"}
_MANY = 10  # scores of a model on a task, which may be of single examples


class ImportReport(Record):
    """What an import did.

    Attributes:
        other_metrics: Scores of metrics that are not used for their task.
        older: Scores that a newer one replaces, each with that.
        added: Number of new models, tasks and examples.
        stray_examples: Number of examples whose score was not used.
        notes, faults: What became facets and measures, and what did not.
        saved: Files that were written.
    """

    reading: Reading
    assumed: Assumed
    other_metrics: list[Skipped]
    older: list[tuple[ImportedScore, ImportedScore]]
    pairing: Pairing
    merged: MergedScores = field(default_factory=MergedScores)
    added: Mapping[str, int] = field(default_factory=dict)
    stray_examples: int = 0
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    saved: tuple[Path, ...] = ()


def import_paths(
    source: Format,
    paths: Sequence[Path],
    config: SiteConfig,
    options: ImportOptions,
    *,
    dry: bool = False,
    before_saving: Callable[[LoadedTables, LoadedTables], None] = lambda *_: None,
) -> ImportReport:
    """Import evaluation output into the tables of a project, unless `dry`.

    The sample that `init` writes is replaced; all else is merged by key. `before_saving` gets the
    old and the new tables, if there are old scores and something changes.

    Raises:
        FaultsError: There is no score, the user has to state the direction or the unit of some, or
            the tables cannot be changed; nothing is written.
    """
    stated = options.metrics
    options = replace(options, metrics=(*stated, *config.importing.metrics))
    # In the order of their names, so that the tables do not depend on that of the arguments.
    reading = joined(_read(source, path, options) for path in sorted(paths))
    _check(source, reading, stated, config)

    def read() -> tuple[dict[str, StoredTable], list[StoredRow]]:
        stored = read_without_sample((MODELS, TASKS, EXAMPLES, RESULTS), config.data_dir)
        if options.ending and not any(
            (config.data_dir / of.file).exists() for of in stored.values()
        ):
            stored = {n: replace(of, file=f"{n}{options.ending}") for n, of in stored.items()}
        submissions = read_submissions(config.data_dir)[0] if options.ours else ()
        scores = (dict(score.values) for one in submissions for score in one.scores)
        return stored, [row for row in scores if "model" in row]

    # Without the lock of writers first, so that a question leaves no folder behind.
    before = read_locked(config.data_dir, read)
    report, rows = _merge(reading, *before, config, options)
    stored, changed = before[0], _changed(before[0], rows)
    if changed and stored[RESULTS.name].rows:
        tables = [(name, stored[name]) for name in (MODELS.name, TASKS.name, RESULTS.name)]
        old = load_rows((table, table.rows) for _, table in tables)
        before_saving(old, load_rows((table, rows[name]) for name, table in tables))
    if dry or not changed:
        return report

    def save() -> ImportReport:
        now, merged = read(), (report, rows)
        if now != before:  # another command has written since
            merged = _merge(reading, *now, config, options)
        changed = _changed(now[0], merged[1])
        save_tables(config.data_dir, changed)
        saved = (config.data_dir / table.file for table, _ in changed)
        return replace(merged[0], saved=tuple(saved))

    return write_locked(config.data_dir, save)


def _changed(
    stored: Mapping[str, StoredTable], rows: Mapping[str, list[StoredRow]]
) -> list[tuple[StoredTable, list[StoredRow]]]:
    return [(stored[name], of) for name, of in rows.items() if list(stored[name].rows) != of]


def read_as_tables(
    source: Format, path: Path, config: SiteConfig, options: ImportOptions
) -> tuple[ImportReport, LoadedTables]:
    """Return the tables that an import of one path would write into a new project.

    Unless the options ask, scores of tasks are left out whose direction is not known, or whose
    units may be mixed; those whose unit is not known have no bounds. `assumed` of the report names
    all of them.

    Raises:
        FaultsError: There is no score, or nothing tells which of several counts.
    """
    reading = _read(source, path, options)
    _check(source, reading, options.metrics, config)
    stored = {
        spec.name: StoredTable(spec, spec.file) for spec in (MODELS, TASKS, EXAMPLES, RESULTS)
    }
    report, rows = _merge(reading, stored, (), config, options)
    unknown = {task.name for task in (*report.assumed.directions, *report.assumed.mixed)}
    kept = [row for row in rows[RESULTS.name] if row["task"] not in unknown]
    models = {row["model"] for row in kept}
    rows |= {
        RESULTS.name: kept,
        TASKS.name: [row for row in rows[TASKS.name] if row["task"] not in unknown],
        MODELS.name: [row for row in rows[MODELS.name] if row["model"] in models],
    }
    return report, load_rows(
        (stored[name], rows[name]) for name in (MODELS.name, TASKS.name, RESULTS.name)
    )


def _read(source: Format, path: Path, options: ImportOptions) -> Reading:
    if not path.exists():
        return Reading(skipped=(Skipped(as_text(str(path)), "there is no such file or folder"),))
    return source.read(path, options)


def _check(source: Format, reading: Reading, metrics: Iterable[str], config: SiteConfig) -> None:
    if not reading.measures and not reading.examples:
        is_any, listing = source.name == ANY.name, "`leaderboard-site import --help`"
        what = f"no score{'' if is_any else f' of format {source.name}'} was found"
        what += "" if reading.skipped else ", since there is no file"
        wanted = f"scores in a format that {listing} lists" if is_any else source.meaning
        nothing = Fault("", what, f"Name files or folders that contain {wanted}.")
        raise FaultsError((*skipped_faults(reading, config), nothing))
    known = {(score.task, score.metric) for score in reading.measures}
    if unknown := [text for text in metrics if not any(is_wanted(text, *of) for of in known)]:
        what = "--metric {!r}: no score is of this metric"
        raise FaultsError(Fault("", what.format(text), _hint(text, known)) for text in unknown)


def _hint(text: str, known: Iterable[tuple[str, str]]) -> str:
    names = {f"{task}={m}" if "=" in text else m for task, m in known if m}
    return did_you_mean(text, names, "metrics") or "Leave the option out."


def _check_scales(old: Iterable[StoredRow], placed: Iterable[Placed]) -> None:
    """Raise an error for tasks of the tables whose new scores seem to have another unit."""
    known = ((str(row.get("task")), as_number(row.get("score"))) for row in old)
    before = grouped((task, score) for task, score in known if score is not None)
    new = grouped((one.task, one.score.score) for one in placed)
    mixed = [
        task
        for task in before.keys() & new.keys()
        if are_mixed([*before[task], *new[task]]) and not are_mixed(before[task])
    ]
    if mixed:
        what = f"new scores of {quoted(sorted(mixed))} may be proportions beside percentages"
        fix = "Write them in the unit of the table; --percent or --other-unit if they are right."
        raise FaultsError([Fault("", f"{what} in the tables, or the other way round", fix)])


def _split_entries(
    placed: Iterable[Placed], old: Sequence[StoredRow], merged: Sequence[StoredRow]
) -> Iterator[Fault]:
    """Yield a warning for each new facet that only some scores of a model have."""
    known = {name for row in old for name, value in row.items() if value is not None}
    names = {name for one in placed for name in one.facets}
    for name in sorted(names - known) if old else ():
        stated = grouped((str(row.get("model")), row.get(name) is None) for row in merged)
        if split := sorted(model for model, lacks in stated.items() if len({*lacks}) > 1):
            what = f"some scores of {quoted(split)} have no {name!r}, so they are an entry apart"
            fix = "Fill it in where the results lack it."
            yield Fault("", what, fix, "warning")


def _merge(
    reading: Reading,
    stored: Mapping[str, StoredTable],
    submitted: Sequence[StoredRow],
    config: SiteConfig,
    options: ImportOptions,
) -> tuple[ImportReport, dict[str, list[StoredRow]]]:
    """Return the report, and the new rows of each table; `submitted` scores stay without a row."""
    report = _choose(reading, stored, config, options)
    reading, placed = report.reading, report.assumed.placed
    table, default = stored[RESULTS.name], config.default_variant
    # In text, no column is added for the default variant, or for the path of a file.
    is_text = not table.file.endswith(".parquet")
    lacking = {"variant", "source"} - table.types.keys() if is_text else set[str]()
    known = [*table.rows, *submitted]
    merged = merge_results(known, placed, default, lacking, ours=options.ours)
    if options.scale is None:
        _check_scales(table.rows, placed)
    del merged.rows[len(table.rows) : len(known)]
    examples = _placed_examples(reading.examples, placed, merged)
    _check_sizes(reading.models)
    of_models = _model_facts(reading.models, placed, config.importing.models)
    of_tasks = _first_known((*versions_of(placed, config).items(), *_task_facts(report.assumed)))
    # Of a whole that has no score, its parts have.
    of_each = [*merged.rows, *({"task": task} for task in reversed(of_tasks))]
    old = {name: table.rows for name, table in stored.items()}
    added = {key[0] for key in merged.added}
    before = {str(row.get("model")) for row in old[RESULTS.name]}
    rows = {
        MODELS.name: merge_models(old[MODELS.name], merged.rows, of_models, added, before),
        TASKS.name: merge_facts(old[TASKS.name], of_each, "task", of_tasks, _EMPTY_MEANS),
        EXAMPLES.name: merge_examples(old[EXAMPLES.name], examples, default),
        RESULTS.name: merged.rows,
    }
    _check_facets(placed, rows, stored, config)
    nouns = (("model", MODELS.name), ("task", TASKS.name), ("example", EXAMPLES.name))
    n_added = {noun: len(rows[name]) - len(old[name]) for noun, name in nouns}
    stray = len(reading.examples) - len(examples)
    split = _split_entries(placed, table.rows, merged.rows)
    report = replace(report, faults=(*report.faults, *split))
    return replace(report, merged=merged, added=n_added, stray_examples=stray), rows


def _choose(
    reading: Reading, stored: Mapping[str, StoredTable], config: SiteConfig, options: ImportOptions
) -> ImportReport:
    """Give the scores that count their places in the tables, and report what is left out."""
    names, table, tasks = config.importing, stored[RESULTS.name], stored[TASKS.name].rows
    reading, versions, of_versions = part_versions(reading, tasks, table.rows, config)
    known = {str(row.get("task")): row.get(_SETTING) or "" for row in tasks}
    setups = {m.task: known.get(names.tasks.get(m.task, m.task), "") for m in reading.measures}
    chosen, others = choose_metrics(reading.measures, options.metrics, setups)
    ids = name_tasks(chosen, known, names.tasks, versions)
    pairing = pair_runs(chosen, ids, config, table.rows)
    unknown = [*_unknown_names(chosen, options, config)]
    faceted, facet_notes = state_facets(
        _place(chosen, ids, pairing, options, config),
        config,
        table.types.keys() - RESERVED,
        by_name=options.model_by is not None,
        is_text=bool(table.texts),  # in which a new column would change each row
    )
    kept, older = _choose_runs(faceted, options, config, unknown)
    stated = StatedRows(reading.tasks)
    rows = ((one.task, row.values) for one in kept for row in stated.of(one.score))
    wholes = {task: facts["part_of"] for task, facts in rows if facts.get("part_of")}
    measured, measure_notes, faults = state_measures(kept, config, wholes)
    assumed = assume_tasks(measured, stated, known, config, options)
    reading = _without_facets(reading, faceted)
    if options.asks:
        assumed.check(config, reading)
    return ImportReport(
        reading,
        assumed,
        others,
        older,
        pairing,
        notes=(*of_versions, *facet_notes, *measure_notes),
        faults=(*unknown, *faults, *joined_faults(assumed.placed, config)),
    )


def _without_facets(reading: Reading, placed: Iterable[Placed]) -> Reading:
    """Return a reading without columns that became facets by their names alone, or became none."""
    facets = {name for one in placed for name in one.facets}
    left = (
        of
        for of in reading.further
        if (of.is_measure or of.id in facets if of.is_taken else of.column not in facets)
    )
    return replace(reading, further=tuple(left))


def _place(
    scores: Iterable[ImportedScore],
    ids: Mapping[Setup, str],
    pairing: Pairing,
    options: ImportOptions,
    config: SiteConfig,
) -> list[Placed]:
    """Return the scores with their keys; fields of a record may be part of it: `gpt-5 (high)`."""
    found: list[Placed] = []
    defaults = {name: facet.default for name, facet in config.facets.items() if facet.default}
    for score in scores:
        model, variant = pairing.places[score.model, score.variant]
        task = ids[score.task, setup_of(score)]
        fields = {**defaults, **score.places, **score.facets, **score.fields}
        of_model, of_task = (
            ", ".join(fields[name] for name in names if fields.get(name))
            for names in (options.model_by or (), options.task_by)
        )
        suffix = f" ({of_model})" if of_model and model else of_model
        task += f" ({of_task})" if of_task else ""
        found.append(Placed(score, f"{model}{suffix}", task, variant, suffix))
    return found


def _unknown_names(
    scores: Iterable[ImportedScore], options: ImportOptions, config: SiteConfig
) -> Iterator[Fault]:
    """Yield a warning for each name in `model_by` and `task_by` that no record has."""
    named = {"model_by": options.model_by or (), "task_by": options.task_by}
    if not any(named.values()):
        return
    known = {n for s in scores for of in (s.places, s.facets, s.fields) for n in of}
    for key, names in named.items():
        for name in names:
            if name not in known | config.facets.keys():
                what = f"no record has {name!r}, which {key} under [import] names"
                hint = did_you_mean(name, known, "fields")
                yield Fault("", what, hint, "warning")


def _choose_runs(
    placed: Iterable[Placed], options: ImportOptions, config: SiteConfig, unknown: Iterable[Fault]
) -> tuple[list[Placed], list[tuple[ImportedScore, ImportedScore]]]:
    """Return the score of each key that counts, and others with the one that replaces them.

    Raises:
        FaultsError: Nothing tells which of the scores of a key counts.
    """
    kept: list[Placed] = []
    older: list[tuple[ImportedScore, ImportedScore]] = []
    unclear: list[Sequence[Placed]] = []
    for group in grouped((one.key, one) for one in placed).values():
        best = choose_run([s.score for s in group], is_named=options.model_by is not None)
        unclear += [] if best else [group]
        kept += (one for one in group if one.score is best)
        older += ((s.score, best) for s in group if best and s.score is not best)
    if unclear:
        *faults, last = unclear_faults(unclear)
        choices = choices_apart(unclear, options)
        fix = "Leave out all but one, or state in the files when each was measured."
        if choices:
            fix = f"Write into site.toml what is part of the model or of the task. Or: {fix}"
        fix += f" {OF_EXAMPLES}" if min(map(len, unclear)) >= _MANY else ""
        unknown = (replace(fault, severity="error") for fault in unknown)
        last = replace(last, fix=fix, paste=choice_lines(choices, config))
        raise FaultsError((*unknown, *faults, last))
    return kept, older


def _check_facets(
    placed: Iterable[Placed],
    rows: Mapping[str, list[StoredRow]],
    stored: Mapping[str, StoredTable],
    config: SiteConfig,
) -> None:
    """Ask for a declaration of facets that the site would not take for such.

    Raises:
        FaultsError: It would read a column that tells entries apart as notes.
    """
    stated = dict.fromkeys(name for one in placed for name in one.facets)
    names = [name for name in stated if not (name in config.facets or names_setting(name))]
    if not names:
        return
    new = load_rows((stored[name], rows[name]) for name in (RESULTS.name, MODELS.name)).tables
    facets, _, _ = sort_columns(new[RESULTS.name], new.get(MODELS.name), config)
    if unknown := [name for name in names if name not in {facet.id for facet in facets}]:
        what = f"nothing tells that {listed(unknown, most=8)} would tell entries apart"
        lines = lines_to_paste("facets", [f"{as_key(name)} = {{}}" for name in unknown], config)
        raise FaultsError([Fault("", what, "Declare it in site.toml.", paste=lines)])


def _placed_examples(
    examples: Iterable[ImportedExample], placed: Iterable[Placed], merged: MergedScores
) -> list[tuple[Placed, ImportedExample]]:
    """Return the examples whose score was used: not of older runs or other metrics."""

    def key(score: ImportedScore | ImportedExample) -> tuple[str, str, str, str | None]:
        return (score.model, score.task, setup_of(score), score.source)

    refused = {id(score) for score, _ in merged.refused}
    of_keys = grouped((key(one.score), one) for one in placed)
    # Of several scores that one file states of a model and task, nothing tells whose it is.
    used = {
        name: of[0] for name, of in of_keys.items() if len(of) == 1 and id(of[0]) not in refused
    }
    return [(used[key(e)], e) for e in examples if key(e) in used]


def _first_known(facts: Iterable[tuple[Any, Mapping[str, Any]]]) -> dict[Any, dict[str, Any]]:
    """Join the known values by id, those of the first file first."""
    return {name: first_known(rows) for name, rows in grouped(facts).items()}


def _check_sizes(models: Iterable[ImportedRow]) -> None:
    """Refuse numbers of parameters that are in another unit than their column.

    Raises:
        FaultsError: Files state such numbers.
    """
    faults: dict[str, Fault] = {}
    for row in models:
        for column in MODELS.columns:
            value = as_number(row.values.get(column.name)) if column.range_fix else None
            problem = "" if value is None else column.range_problem(value)
            if value is not None and problem:
                what = f"'{column.name}' of model {row.id!r} is {value:,.12g}: it {problem}"
                faults.setdefault(row.id, Fault("", what, column.fix_of(value)))
    if faults:
        more = "models whose number of parameters is in another unit"
        raise FaultsError(limit_faults(faults.values(), len(faults), "", more))


def _model_facts(
    stated: Sequence[ImportedRow], placed: Iterable[Placed], ids: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return what is known of each model by its id; no name where files have several."""
    facts = _first_known((ids.get(row.id, row.id), row.values) for row in stated)
    named = {(ids.get(row.id, row.id), row.values.get("name")) for row in stated}
    times = Counter(model for model, name in named if name)
    facts |= {of: {**facts[of], "name": None} for of, n in times.items() if n > 1}
    return facts | {
        one.model: {**facts.get(one.model.removesuffix(one.suffix), {}), "name": None}
        for one in placed
        if one.suffix
    }


def _task_facts(assumed: Assumed) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what is known of each task by its id, what counts more first.

    A task is a part only of a whole that is imported too, that the tables have, or that the files
    list as a task. A whole without a score has the direction and the range of its parts.
    """
    first = {one.task: one.score for one in reversed(assumed.placed)}
    names = {name: name for name in assumed.known}
    names |= {score.task: task for task, score in reversed(first.items())}
    of_versions = {(score.task, score.version): task for task, score in reversed(first.items())}
    ids = {*names.values()}
    for task, score in first.items():
        # Files name a whole as they do, and the tables as `[import.tasks]` or its setup tells.
        facts = [assumed.facts.get(task, {}), *(row.values for row in assumed.stated.of(score))]
        of_files = [str(values["part_of"]) for values in facts if values.get("part_of")]
        wholes = (of_versions.get((of, score.version), names.get(of)) for of in of_files)
        whole = next(filter(None, wholes), None) or next(filter(assumed.stated.has, of_files), None)
        if whole is not None and whole not in ids:
            yield from ((whole, {**values, "name": None, "part_of": None}) for values in facts)
            yield whole, {"metric": score.metric or None}
        yield task, {_SETTING: setup_of(score) or None, "part_of": whole}
        # Of a task in the tables, empty cells are filled.
        yield from ((task, {**values, "part_of": None}) for values in facts)
        yield task, {"metric": score.metric or None}


def skipped_faults(reading: Reading, config: SiteConfig, *, verbose: bool = False) -> list[Fault]:
    """Return a warning for each kind of skipped files and rows, with their names."""
    # Reasons of one kind differ in a number, or in what was found.
    kinds = grouped(
        (number if verbose else (s.what, re.sub(r"'[^']*'|\d+", "", s.why), s.fix), s)
        for number, s in enumerate(reading.skipped)
        if s.what != "score"
    )
    faults: list[Fault] = []
    for alike in kinds.values():
        fault = _skipped_fault(config, *alike)
        heading, *lines = fault.paste or ("",)
        if heading.startswith("[") and any(heading in other.paste for other in faults):
            # TOML has no section twice.
            fault = replace(fault, paste=(f"# or below {heading}", *lines))
        faults.append(fault)
    return faults


def _skipped_fault(config: SiteConfig, first: Skipped, *others: Skipped) -> Fault:
    is_part = first.what in ("cell", "column")
    what = f"{f'{first.what} left out' if is_part else 'skipped'}: {first.why}"
    if others:
        more, names = counted(len(others), f"more {first.what}"), [s.where for s in others]
        what += f"; and {more} like it: {listed(names, most=5)}"
    choices = first.paste
    for other in others:
        choices = tuple(map(_joint, choices, other.paste))
    paste = choice_lines(choices, config)
    return Fault(first.where, what, first.fix, "warning", 1 + len(others), paste)


def _joint(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return a choice with the columns of two files."""
    lists = {key: [*one[key], *other.get(key, ())] for key in one.keys() & _LISTS}
    return {**one, **{key: [*dict.fromkeys(names)] for key, names in lists.items()}}
