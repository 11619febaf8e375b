"""`import`, `aggregate` and `profile`: what writes the tables of a project."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack, get_args

import click

from site_builder.commands.console import (
    Console,
    dry_run_option,
    format_option,
    into_option,
    quiet_option,
)
from site_builder.config import SiteConfig, load_config
from site_builder.errors import Fault, did_you_mean, limit_faults, one_line, shortened
from site_builder.formatting import count, counted, rounded
from site_builder.records import replace

if TYPE_CHECKING:
    from site_builder.importers.run import ImportReport
    from site_builder.profile.features import MergedFeatures, TaskProfile, Tokenizer
    from site_builder.profile.training_sets import SetFile

ScoreScale = Literal["percent", "proportion", "other"]

# The importers, the engines and the tokenizers are imported in the functions that need them: each
# command would otherwise wait for those of the others.


class _FormatName(click.ParamType[str]):
    """One of the formats of evaluation output."""

    name = "FORMAT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        from site_builder.importers.formats import known_formats

        return click.Choice([*known_formats()]).convert(value, param, ctx)


class _ImportCommand(click.Command):
    """A command whose help lists the formats, also those of installed packages."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from site_builder.importers.formats import known_formats

        formats = (f"  {name:<17}{meaning}" for name, meaning in known_formats().items())
        self.epilog = "\n".join(("\b", "Formats:", *formats, "", "\b", _IMPORT_EXAMPLE))
        super().format_epilog(ctx, formatter)


_IMPORT_EXAMPLE = "Example:\n  site-builder import lm-eval results/ --into my-board"


class _ImportOptions(TypedDict):
    metrics: tuple[str, ...]
    scale: ScoreScale | None
    subtasks: bool
    examples: bool
    dry: bool


@click.command("import", cls=_ImportCommand)
@click.argument("source", metavar="FORMAT", type=_FormatName())
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@into_option
@click.option(
    "--metric", "metrics", multiple=True, help="Metric to take as the score of a task; repeatable."
)
@click.option("--subtasks", is_flag=True, help="Import the tasks of a group instead of the group.")
@click.option("--examples", is_flag=True, help="Also import the scores of single examples.")
@click.option(
    "--percent", "scale", flag_value="percent", help="Scores from 1 to 100 are percentages."
)
@click.option("--proportion", "scale", flag_value="proportion", help="Scores are between 0 and 1.")
@click.option(
    "--other-unit",
    "scale",
    flag_value="other",
    help="Scores from 1 to 100 have another unit, without bounds.",
)
@dry_run_option
@click.option("--verbose", is_flag=True, help="Print a line for each score that is left out.")
@quiet_option
@format_option
def import_(
    source: str,
    paths: tuple[Path, ...],
    root: Path,
    *,
    verbose: bool,
    quiet: bool,
    form: str,
    **options: Unpack[_ImportOptions],
) -> None:
    """Import evaluation output into the tables of a project, by key."""
    from site_builder.importers.run import lines_of, warnings_of

    console = Console(root, form, quiet=quiet)
    console.stage("Reading the files")
    with console.exit_on_error():
        config = load_config(root)
        can_ask = form == "text" and _is_terminal()
        report = _import(source, paths, config, options, console, can_ask=can_ask)
    console.warn(warnings_of(report))
    for line in lines_of(report, verbose=verbose, dry=options["dry"]):
        console.say(one_line(shortened(line)))


def _import(
    source: str,
    paths: tuple[Path, ...],
    config: SiteConfig,
    options: _ImportOptions,
    console: Console,
    *,
    can_ask: bool,
) -> ImportReport:
    """Import the files; where the scale is unclear, ask for it and import them with the answer."""
    from site_builder.errors import UnclearScaleError
    from site_builder.importers.formats import format_of
    from site_builder.importers.reading import ImportOptions
    from site_builder.importers.run import import_paths

    section, metrics, dry = config.importing, options["metrics"], options["dry"]
    reader = format_of(source)
    reading = ImportOptions(
        columns=section.columns,
        task_columns=None if section.task_columns is None else tuple(section.task_columns),
        scale=options["scale"] or section.scale,
        subtasks=options["subtasks"],
        examples=options["examples"],
    )
    try:
        return import_paths(reader, paths, config, reading, metrics=metrics, dry=dry)
    except UnclearScaleError as error:
        if not can_ask:
            raise
        console.warn(error.faults)
        choice = click.Choice(get_args(ScoreScale))
        answer: ScoreScale = click.prompt("What are these scores?", type=choice, err=True)
        reading = replace(reading, scale=answer)
        return import_paths(reader, paths, config, reading, metrics=metrics, dry=dry)


def _is_terminal() -> bool:
    return sys.stdin.isatty()


_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_LEAST_MEMORY = 100_000_000


class _Bytes(click.ParamType[int]):
    """A size in bytes, such as `2GB` or `500MB`."""

    name = "SIZE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", str(value), re.IGNORECASE)
        n = int(float(match[1]) * _UNITS[match[2].lower()]) if match else 0
        if n < _LEAST_MEMORY:
            self.fail(f"{value!r} is not a size of at least 100MB, such as 2GB.", param, ctx)
        return n


class _Column(click.ParamType[tuple[str, str]]):
    """The name of a column of the contract in the files: `example=doc_id`."""

    name = "NAME=COLUMN"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        from site_builder.examples.files import COLUMNS

        name, _, column = str(value).partition("=")
        if name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS)
            self.fail(f"{name!r} is not a column of the contract. {hint}", param, ctx)
        if not column:
            self.fail(f"{value!r} names no column. Write {name}=COLUMN.", param, ctx)
        return name, column


@click.command(epilog="Example: site-builder aggregate instances/ --into my-board")
@click.argument(
    "paths", metavar="INSTANCES...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@into_option
@click.option(
    "--column",
    "columns",
    multiple=True,
    type=_Column(),
    help="Name of a column in the files, such as example=doc_id; repeatable.",
)
@click.option(
    "--average-repeats",
    "average",
    is_flag=True,
    help="Take the mean where an example has several scores, for example of several samples.",
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "dask"]),
    default="duckdb",
    show_default=True,
    help="What computes: DuckDB on this machine, or a Dask cluster.",
)
@click.option(
    "--memory",
    type=_Bytes(),
    default="1GB",
    show_default=True,
    help="Memory for DuckDB; it keeps on disk what does not fit.",
)
@click.option("--scheduler", metavar="ADDRESS", help="The Dask cluster, as tcp://10.0.0.1:8786.")
@dry_run_option
@quiet_option
@format_option
def aggregate(  # noqa: PLR0913 - one per option
    paths: tuple[Path, ...],
    root: Path,
    columns: tuple[tuple[str, str], ...],
    engine: Literal["duckdb", "dask"],
    memory: int,
    scheduler: str | None,
    *,
    average: bool,
    dry: bool,
    quiet: bool,
    form: str,
) -> None:
    """Aggregate per-example scores into results and paired differences, by key.

    INSTANCES are Parquet files, and folders of them, with the columns model, task, example, score
    and, if there are several, variant. They may be larger than the memory of one machine. Each
    model, variant and task gets its mean score, standard error and number of examples, and its
    paired differences from the base model and the baseline. Aggregating again changes nothing.
    """
    from site_builder.examples import aggregate as examples
    from site_builder.examples.engines import dask_engine, duckdb_engine
    from site_builder.examples.files import find_examples
    from site_builder.examples.save import lines_of, read_project, save, warnings_of

    if engine == "dask" and scheduler is None:
        message = "--engine dask needs the address of a cluster: --scheduler ADDRESS."
        raise click.UsageError(message)
    if engine != "dask" and scheduler is not None:
        message = "--scheduler works only with --engine dask."
        raise click.UsageError(message)
    console = Console(root, form, quiet=quiet)
    with console.exit_on_error():
        config = load_config(root)
        stored = read_project(config)
        files = find_examples(paths, dict(columns))
        started = duckdb_engine(memory) if scheduler is None else dask_engine(scheduler)
        with started as backend, console.bar(files.rows) as on_progress:
            found = examples.aggregate(
                files, backend, config, stored.known, average=average, on_progress=on_progress
            )
        report = save(found, stored, config, files.shown, dry=dry)
    console.warn(warnings_of(files, found, report, average=average))
    for line in lines_of(files, found, report, dry=dry):
        console.say(line)


@click.command(epilog="Example: site-builder profile training-sets/ --into my-board")
@click.argument("paths", metavar="[TASK=]PATH...", nargs=-1, required=True)
@click.option(
    "--into",
    "root",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the project, whose data/tasks.parquet gets the features.",
)
@click.option(
    "--input", "inputs", multiple=True, help="Field with the input of an example; repeatable."
)
@click.option("--output", default="", help="Field with the output of an example.")
@click.option(
    "--tokenizer",
    default="words",
    show_default=True,
    help="Unit of lengths: words, characters, or the path of a model's tokenizer.json.",
)
@dry_run_option
@quiet_option
@format_option
def profile(  # noqa: PLR0913 - one per option
    paths: tuple[str, ...],
    root: Path,
    inputs: tuple[str, ...],
    output: str,
    tokenizer: str,
    *,
    dry: bool,
    quiet: bool,
    form: str,
) -> None:
    """Measure training sets and put their features into the tasks table.

    The name of a file is its task. A folder with train, validation or test files is one task.
    Measuring again changes nothing.
    """
    from site_builder.profile.features import find_tokenizer, save_features
    from site_builder.profile.training_sets import find_sets

    console = Console(root, form, quiet=quiet)
    with console.exit_on_error():
        config, unit = load_config(root), find_tokenizer(tokenizer)
        sets = find_sets(paths)
        profiles = _measure(sets.files, unit, (inputs, output), console)
        rows = (task.row(unit.unit) for task in profiles)
        merged = save_features(config.data_dir, rows, dry=dry)
    console.warn((*_skipped_faults(sets.others), *_new_task_faults(merged)))
    for line in (*map(_profile_line, profiles), _summary(merged, unit, dry=dry)):
        console.say(line)


def _measure(
    files: Sequence[SetFile],
    tokenizer: Tokenizer,
    fields: tuple[Sequence[str], str],
    console: Console,
) -> list[TaskProfile]:
    """Profile the files, with a bar of the bytes that have been read."""
    from site_builder.profile.features import profile_sets

    sizes = {file: file.path.stat().st_size for file in files}
    starts = dict(zip(files, accumulate(sizes.values(), initial=0), strict=False))
    with console.bar(sum(sizes.values())) as show:

        def on_progress(file: SetFile, share: float) -> None:
            show(f"{file.task}, {file.split}", starts[file] + share * sizes[file])

        return profile_sets(files, tokenizer, *fields, on_progress)


def _skipped_faults(others: Sequence[Path]) -> Iterable[Fault]:
    faults = (Fault(str(p), "skipped: it holds no examples", "", "warning") for p in others)
    return limit_faults(faults, len(others), "", "files that hold no examples")


def _new_task_faults(merged: MergedFeatures) -> Iterator[Fault]:
    """Warn of tasks that are new in a table that has tasks: their names may be wrong."""
    for task in merged.added if merged.known else ():
        hint = did_you_mean(task, merged.known, "tasks")
        yield Fault("data/tasks.parquet", f"task {task!r} is new", hint, severity="warning")


def _profile_line(found: TaskProfile) -> str:
    """Return the number of examples of a task and its main features."""
    counts = ", ".join(f"{count(n)} {split}" for split, n in found.counts.items())
    if found.profile is None:
        return f"{found.task}: {counts}; no train split, so nothing is measured"
    p = found.profile
    ratio = p.compression_ratio
    compression = "" if ratio is None else f", compression ratio {rounded(ratio, 2)}"
    return (
        f"{found.task}: {counts}; {found.fields}; mean length {rounded(p.input.mean, 1)} in, "
        f"{rounded(p.output.mean, 1)} out{compression}, ROUGE-L {rounded(p.rouge_l, 3)}"
    )


def _summary(merged: MergedFeatures, tokenizer: Tokenizer, *, dry: bool) -> str:
    parts = {"added": merged.added, "changed": merged.changed, "unchanged": merged.unchanged}
    tasks = (f"{counted(len(ids), 'task')} {what}" for what, ids in parts.items() if ids)
    written = "nothing was written" if dry else "" if merged.is_changed else "nothing to write"
    texts = (f"Lengths are in {tokenizer.unit}", ", ".join(tasks), written)
    return "; ".join(filter(None, texts)) + "."
