"""`site-builder init`: a project to start from."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from site_builder.commands.console import FORMAT, QUIET, Progress
from site_builder.errors import SiteError
from site_builder.formatting import counted
from site_builder.starter.project import HOSTS, start_project


def _one_line(_context: click.Context, _option: click.Parameter, title: str) -> str:
    if not title.isprintable():
        message = "must be text on one line."
        raise click.BadParameter(message)
    return title.strip()


@click.command(epilog="Example: site-builder init my-board --from results.csv")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Table of scores, CSV or Parquet, with at least the columns model, task and score.",
)
@click.option(
    "--title",
    default="",
    callback=_one_line,
    help="Name of the site. Default: the folder's; for the sample, the sample's own.",
)
@click.option(
    "--host",
    type=click.Choice([*HOSTS]),
    default="github-pages",
    show_default=True,
    help="Where it will be published: decides on the workflow and the head of the README.",
)
@QUIET
@FORMAT
def init(
    folder: Path, source: Path | None, title: str, host: str, *, quiet: bool, form: str
) -> None:
    """Make a project that builds at once, from scores or from a sample.

    It has a commented site.toml, data, prose, workflows and a README. No file is overwritten.
    """
    progress = Progress(folder, form, quiet=quiet, strict=False)
    try:
        started = start_project(folder, source, title, host)
    except SiteError as error:
        sys.exit(progress.failed(error))
    progress.warn(started.warnings)
    progress.say(f"{counted(len(started.files), 'file')} in {folder}:")
    for path in started.files:
        progress.say(f"  {path}")
    there = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    progress.say(f"Next: {there}site-builder build")
