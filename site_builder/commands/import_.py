"""`site_builder import`: evaluation output into the tables of a project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TypedDict, Unpack, get_args

import click

from site_builder.commands.console import FORMAT, INTO, QUIET, Progress
from site_builder.config import SiteConfig, load_config
from site_builder.errors import SiteError, UnclearScaleError, one_line, shortened
from site_builder.importers.formats import Format, format_of, known_formats
from site_builder.importers.reading import ImportOptions, ScoreScale
from site_builder.importers.run import ImportReport, import_paths, lines_of, warnings_of
from site_builder.records import replace

_EPILOG = """\b
Formats:
{formats}

\b
Example:
  site-builder import lm-eval results/ --into my-board
"""


class _Asked(TypedDict):
    metrics: tuple[str, ...]
    scale: ScoreScale | None
    subtasks: bool
    examples: bool
    dry: bool
    verbose: bool
    quiet: bool
    form: str


@click.command(
    "import",
    epilog=_EPILOG.format(
        formats="\n".join(f"  {name:<17}{meaning}" for name, meaning in known_formats().items())
    ),
)
@click.argument("source", metavar="FORMAT", type=click.Choice([*known_formats()]))
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@INTO
@click.option(
    "--metric", "metrics", multiple=True, help="Metric that stands for a task; repeatable."
)
@click.option("--subtasks", is_flag=True, help="Take the tasks of a group in place of the group.")
@click.option("--examples", is_flag=True, help="Read the scores of single examples too.")
@click.option(
    "--percent", "scale", flag_value="percent", help="Scores of 1 to 100 are percentages."
)
@click.option(
    "--proportion", "scale", flag_value="proportion", help="Scores are 0 to 1, none above."
)
@click.option(
    "--other-unit", "scale", flag_value="other", help="Scores of 1 to 100 have no bounds."
)
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be done, and write nothing.")
@click.option("--verbose", is_flag=True, help="A line for each score that is left out.")
@QUIET
@FORMAT
def import_(source: str, paths: tuple[Path, ...], root: Path, **asked: Unpack[_Asked]) -> None:
    """Read evaluation output into the tables of a project, by key."""
    progress = Progress(root, asked["form"], quiet=asked["quiet"], strict=False)
    progress.stage("Reading the files")
    try:
        outcome = _import(format_of(source), paths, load_config(root), asked, progress)
    except SiteError as error:
        sys.exit(progress.failed(error))
    progress.warn(warnings_of(outcome))
    for line in lines_of(outcome, verbose=asked["verbose"], dry=asked["dry"]):
        progress.say(one_line(shortened(line)))


def _import(
    source: Format,
    paths: tuple[Path, ...],
    config: SiteConfig,
    asked: _Asked,
    progress: Progress,
) -> ImportReport:
    """The import; on a terminal it asks what it cannot know, and goes on with the answer."""
    own = config.importing
    options = ImportOptions(
        columns=own.columns,
        task_columns=None if own.task_columns is None else tuple(own.task_columns),
        scale=asked["scale"] or own.scale,
        subtasks=asked["subtasks"],
        examples=asked["examples"],
    )
    metrics, dry = asked["metrics"], asked["dry"]
    try:
        return import_paths(source, paths, config, options, metrics=metrics, dry=dry)
    except UnclearScaleError as error:
        if asked["form"] != "text" or not is_terminal():
            raise
        progress.warn(error.faults)
        choice = click.Choice(get_args(ScoreScale))
        answer: ScoreScale = click.prompt("What are these scores?", type=choice, err=True)
        options = replace(options, scale=answer)
        return import_paths(source, paths, config, options, metrics=metrics, dry=dry)


def is_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()
