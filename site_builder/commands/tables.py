"""`import`, `export`, `aggregate` and `profile`: what reads and writes the tables of a project."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial, reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from site_builder.atomic import write_files
from site_builder.commands.console import (
    Console,
    dry_run_option,
    into_option,
    paths_argument,
    project_option,
    repeatable,
    with_console,
)
from site_builder.config import SiteConfig, load_config
from site_builder.errors import Fault, FaultsError, did_you_mean, limit_faults, shortened
from site_builder.formatting import count, counted, rounded

if TYPE_CHECKING:
    from site_builder.importers.reading import ImportOptions
    from site_builder.importers.run import ImportReport
    from site_builder.profile import MergedFeatures, TaskProfile

_Command = Callable[..., None]

# The importers, the database and the tokenizers are imported in the functions that need them: each
# command would otherwise wait for those of the others.


def format_name(text: str) -> str:
    """Return the name of a format, also if it is written with other strokes, or refuse it."""
    from site_builder.importers.formats import BUILT_IN, known_formats

    if text in BUILT_IN:  # to look at every installed package takes longer than most imports
        return text
    known = [*known_formats()]
    name = text if text in known else text.replace("_", "-")  # as in `lm_eval`
    return click.Choice(known).convert(name, None, None)


class _ImportCommand(click.Command):
    """A command whose help lists the formats, also those of installed packages."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from site_builder.importers.formats import known_formats

        formats = (f"  {name:<22}{meaning}" for name, meaning in known_formats().items())
        example = ("Example:", "  leaderboard-site import lm-eval results/ --into my-board")
        self.epilog = "\n".join(("\b", "Formats:", *formats, "", "\b", *example))
        super().format_epilog(ctx, formatter)


def _every(*options: Callable[[_Command], _Command]) -> Callable[[_Command], _Command]:
    """Return what adds several options, which the command gets as keywords."""
    return lambda command: reduce(lambda of, option: option(of), reversed(options), command)


score_options = _every(
    repeatable(
        *("--metric", "metrics", "[TASK=]NAME"),
        "Metric to take as the score of a task, or of all tasks; repeatable.",
    ),
    click.option("--model", default="", metavar="NAME", help="Model of files that name no model."),
    click.option(
        "--percent", "scale", flag_value="percent", help="Scores from 1 to 100 are percentages."
    ),
    click.option(
        "--proportion", "scale", flag_value="proportion", help="Scores are between 0 and 1."
    ),
    click.option(
        "--other-unit",
        "scale",
        flag_value="other",
        help="Scores from 1 to 100 have another unit, without bounds.",
    ),
)
"""What says which scores files have, and in which unit."""
reading_options = _every(
    score_options,
    click.option(
        "--subtasks", is_flag=True, help="Import the tasks of a group too, as parts of it."
    ),
    click.option("--examples", is_flag=True, help="Also import the scores of single examples."),
    click.option(
        "--higher-is-better/--lower-is-better",
        default=None,
        help="Direction of scores if neither metric nor names tell it.",
    ),
)
"""What says how files are read."""


@click.command("import", cls=_ImportCommand)
@click.argument("source", metavar="FORMAT", type=format_name)
@paths_argument
@into_option("data/ gets the tables. It is created if it does not exist.")
@reading_options
@click.option(
    "--ours", is_flag=True, help="Leave the scores as they are that the project has; add new ones."
)
@dry_run_option
@click.option(
    "--verbose", is_flag=True, help="Print a line for each file, row and score that is left out."
)
@with_console
def import_(
    root: Path,
    console: Console,
    source: str,
    paths: tuple[Path, ...],
    **options: Any,  # noqa: ANN401 - those of `import_files`
) -> None:
    """Import evaluation output into the tables of a project.

    It replaces the sample of a new project. In another project, it adds scores, and replaces older
    ones of the same model, task and variant, unless --ours.
    """
    with console.exit_on_error():
        report = import_files(root, console, source, paths, **options)
    if report.saved:
        console.say(f"Next: `leaderboard-site check --project {root}`.")


def import_files(
    root: Path,
    console: Console,
    source: str,
    paths: Sequence[Path],
    *,
    dry: bool = False,
    verbose: bool = False,
    **options: Any,  # noqa: ANN401 - fields of `ImportOptions`
) -> ImportReport:
    """Import files of a format into a project as `run_import` does, and report it."""
    from site_builder.importers.choices import further_lines
    from site_builder.importers.report import lines_of, warnings_of
    from site_builder.starter.project import replacing_sample

    with replacing_sample(root, console.say):
        report, config = run_import(root, console, source, paths, dry=dry, **options)
    console.warn(warnings_of(report, config, verbose=verbose))
    for line in lines_of(report, config, verbose=verbose, dry=dry):
        console.say(shortened(line))
    for line in further_lines(report.reading.further, config):
        console.say(line)
    return report


def run_import(
    root: Path,
    console: Console,
    source: str,
    paths: Sequence[Path],
    *,
    dry: bool = False,
    **options: Any,  # noqa: ANN401 - fields of `ImportOptions`
) -> tuple[ImportReport, SiteConfig]:
    """Import files of a format into a project; return what was done, and the configuration.

    Raises:
        SiteError: There is no score, or the tables cannot be changed; nothing is written.
    """
    from site_builder.importers import run
    from site_builder.importers.formats import format_of
    from site_builder.starter.project import rule_faults

    console.stage("Reading the files")
    config = load_config(root)
    stated = import_options(config, **options)
    report = run.import_paths(
        *(format_of(source), paths, config, stated),
        dry=dry,
        before_saving=lambda old, new: console.warn(rule_faults(old, new, config)),
    )
    return report, config


def import_options(config: SiteConfig, **options: Any) -> ImportOptions:  # noqa: ANN401
    """Return the options of an import, with what `[import]` states."""
    from site_builder.importers.reading import ImportOptions
    from site_builder.tables.overrides import find_sections, stated_in

    section = config.importing
    return ImportOptions(
        columns=section.columns,
        task_columns=None if section.task_columns is None else tuple(section.task_columns),
        model_columns=tuple(section.model_columns or ()),
        model_by=None if section.model_by is None else tuple(section.model_by),
        task_by=tuple(section.task_by or ()),
        date_unit=section.date_unit,
        facets=tuple(config.facets),
        directions=lambda name: stated_in(config.tasks, name).get("higher_is_better"),
        ranks=lambda name: (
            config.board.rank_by == name
            or any(config.tasks[key].headline for key in find_sections(config.tasks, name))
        ),
        **options | {"scale": options["scale"] or section.scale},
    )


@click.command(epilog="Example: leaderboard-site export eval-results out --project my-board")
@click.argument("target", metavar="FORMAT", type=click.Choice(["eval-results", "every-eval-ever"]))
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@project_option
@with_console
def export(root: Path, console: Console, target: str, out: Path) -> None:
    """Write the scores of a project into the folder OUT in another format.

    eval-results: for each model repository on Hugging Face a folder org__name/.eval_results, to be
    proposed there. every-eval-ever: a record for each entry, below data/. Nothing is overwritten.
    """
    from site_builder.importers.every_eval_ever import records_of
    from site_builder.importers.hugging_face import eval_results_of

    with console.exit_on_error():
        files, faults = (eval_results_of if target == "eval-results" else records_of)(
            load_config(root)
        )
        if not files:
            nothing = Fault("", f"no score can be written as {target}")
            raise FaultsError((*faults, nothing))
        write_files({out / path: files[path] for path in files}, replaces=False)
    console.warn(faults)
    console.say(f"Wrote {counted(len(files), 'file')} into {out}.")


_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def _size(text: str) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", text, re.IGNORECASE)
    n_bytes = int(float(match[1]) * _UNITS[match[2].lower()]) if match else 0
    if n_bytes < 10**8:
        message = f"{text!r} is not a size of at least 100MB, such as 2GB."
        raise click.BadParameter(message)
    return n_bytes


@click.command(epilog="Example: leaderboard-site aggregate instances/ --into my-board")
@click.argument(
    "paths", metavar="INSTANCES...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@into_option("data/ gets the tables. It is created if it does not exist.")
@click.option(
    "--average-repeats",
    "average",
    is_flag=True,
    help="Take the mean where an example has several scores, for example of several samples.",
)
@click.option(
    "--memory",
    metavar="SIZE",
    type=_size,
    default="1GB",
    show_default=True,
    help="Memory for DuckDB; it keeps on disk what does not fit.",
)
@dry_run_option
@with_console
def aggregate(
    root: Path,
    console: Console,
    paths: tuple[Path, ...],
    memory: int,
    *,
    average: bool,
    dry: bool,
) -> None:
    """Aggregate per-example scores into results and paired differences.

    INSTANCES are files of Parquet, CSV or JSON lines, or folders of them, with the columns model,
    task, example, score and, if there are several, variant and cluster. They may be larger than the
    memory of one machine. Each model, variant and task gets its mean score, standard error and
    number of examples, and its paired differences from the base model and the baseline. Aggregating
    again changes nothing.
    """
    from site_builder.examples import aggregate as examples
    from site_builder.examples.database import open_database
    from site_builder.examples.files import find_examples
    from site_builder.examples.save import lines_of, save, warnings_of
    from site_builder.starter.project import replacing_sample

    with (
        console.exit_on_error(),
        TemporaryDirectory() as scratch,
        open_database(memory) as database,
    ):
        config = load_config(root)
        save(examples.Aggregated(), config, "", dry=True)  # says at once what is wrong with tables
        files = find_examples(paths, Path(scratch))
        console.stage("Aggregating the scores")
        on_rows = partial(console.count, total=files.rows)
        found = examples.aggregate(files, database, config, average=average, on_rows=on_rows)
        with replacing_sample(root, console.say):
            report = save(found, config, files.shown, dry=dry)
    console.warn(warnings_of(files, found, report, average=average))
    for line in lines_of(files, found, report, dry=dry):
        console.say(line)
    if report.saved:
        console.say(f"Next: `leaderboard-site check --project {root}`.")


@click.command(epilog="Example: leaderboard-site profile training-sets/ --into my-board")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@into_option("data/tasks.parquet gets the features.")
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
@with_console
def profile(  # noqa: PLR0913 - one per option
    root: Path,
    console: Console,
    paths: tuple[str, ...],
    inputs: tuple[str, ...],
    output: str,
    tokenizer: str,
    *,
    dry: bool,
) -> None:
    """Measure training sets and put their features into the tasks table.

    The name of a file is its task. A folder with train, validation or test files is one task.
    Measuring again changes nothing.
    """
    from site_builder.profile import find_sets, find_tokenizer, profile_sets, save_features

    with console.exit_on_error():
        config, unit = load_config(root), find_tokenizer(tokenizer)
        files, no_sets = find_sets(paths)
        console.stage("Measuring the training sets")
        profiles = profile_sets(files, unit, inputs, output, console.count)
        merged = save_features(config.data_dir, (task.row for task in profiles), dry=dry)
    what = "skipped: it holds no examples"
    others = (Fault(str(path), what, severity="warning") for path in no_sets)
    skipped = limit_faults(others, len(no_sets), "", "files that hold no examples")
    console.warn((*skipped, *_new_task_faults(merged)))
    for task in profiles:
        console.say(_profile_line(task))
    parts = {"added": merged.added, "changed": merged.changed, "unchanged": merged.unchanged}
    tasks = (f"{counted(len(ids), 'task')} {what}" for what, ids in parts.items() if ids)
    written = "nothing was written" if dry else "" if merged.is_changed else "nothing to write"
    texts = (f"Lengths are in {unit.unit}", ", ".join(tasks), written)
    console.say("; ".join(filter(None, texts)) + ".")


def _new_task_faults(merged: MergedFeatures) -> Iterator[Fault]:
    """Warn of tasks that are new in a table that has tasks: their names may be wrong."""
    for task in merged.added if merged.known else ():
        hint = did_you_mean(task, merged.known, "tasks")
        yield Fault("data/tasks.parquet", f"task {task!r} is new", hint, severity="warning")


def _profile_line(found: TaskProfile) -> str:
    """Return the number of examples of a task and its main features."""
    counts = ", ".join(f"{count(n)} {split}" for split, n in found.counts.items())
    if not found.features:
        return f"{found.task}: {counts}; no train split, so nothing is measured"
    features = found.features
    ratio = features["compression_ratio"]
    sent, received = (rounded(features[f"{part}_length_mean"], 1) for part in ("input", "output"))
    compression = "" if ratio is None else f", compression ratio {rounded(ratio, 2)}"
    return (
        f"{found.task}: {counts}; {found.fields}; mean length {sent} in, {received} out"
        f"{compression}, ROUGE-L {rounded(features['rouge_l'], 3)}"
    )
