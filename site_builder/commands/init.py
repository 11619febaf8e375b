"""`init` and `upgrade`: a project to start from, and its generator."""

from __future__ import annotations

import re
import shlex
from pathlib import Path, PurePosixPath
from typing import Any

import click

from site_builder.commands.console import Console, project_option, with_console
from site_builder.commands.tables import import_files, reading_options
from site_builder.errors import Fault
from site_builder.formatting import counted, listed

_TEXTS = {".csv": ".csv", ".tsv": ".csv", ".jsonl": ".jsonl", ".ndjson": ".jsonl"}
"""Endings of tables that stay text, which Git can merge, and what they become."""


def _check_title(_context: click.Context, _option: click.Parameter, title: str) -> str:
    if not title.isprintable():
        message = "must be text on one line."
        raise click.BadParameter(message)
    return title.strip()


def _check_license(_context: click.Context, _option: click.Parameter, text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.+-]*", text):
        message = f"{text!r} is not the id of a licence, such as CC-BY-4.0."
        raise click.BadParameter(message)
    return text


def _check_source(_context: click.Context, _option: click.Parameter, text: str) -> str:
    folder = PurePosixPath(text)
    is_place = re.fullmatch(r"(https|hf)://[!-~]+", text) or (
        text.isprintable()
        and ":" not in text
        and not folder.is_absolute()
        and ".." not in folder.parts
    )
    if text and not is_place:
        message = (
            "name a folder of the project, https://... of a Git repository, or hf://datasets/..."
        )
        raise click.BadParameter(message)
    return text


@click.command(epilog="Example: leaderboard-site init my-board --from results/")
@click.argument("root", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, path_type=Path),
    help="File or folder of scores, in any format that `import` reads.",
)
@click.option(
    "--title",
    default="",
    callback=_check_title,
    help="Name of the site. Default: the name of the folder; the sample has a name of its own.",
)
@click.option(
    "--host",
    type=click.Choice(["github-pages", "hf-space"]),
    default="github-pages",
    show_default=True,
    help="Where the site will be published. This decides the workflow and the head of the README.",
)
@click.option(
    "--license",
    "license_id",
    default="",
    callback=_check_license,
    help="Licence of the scores, as its SPDX id, such as CC-BY-4.0.",
)
@click.option(
    "--updates-from",
    default="",
    metavar="SOURCE",
    callback=_check_source,
    help="Add a workflow that imports from SOURCE each week and opens a pull request: a folder of "
    "the project, the https address of a Git repository, or hf://datasets/OWNER/NAME.",
)
@reading_options
@with_console
def init(  # noqa: PLR0913 - one per option
    root: Path,
    console: Console,
    source: Path | None,
    title: str,
    host: str,
    license_id: str,
    updates_from: str,
    **options: Any,  # noqa: ANN401 - those of `reading_options`
) -> None:
    """Create a project from scores, from the data in the folder, or from a sample.

    The project has a commented site.toml, data, prose, workflows and a README. Existing files
    stay as they are; only missing files are written. `--from` reads what `import any` reads.
    """
    from site_builder.importers.choices import taken_texts
    from site_builder.starter.project import start_project

    def read() -> list[tuple[str, str]]:
        ending = _TEXTS.get(source.suffix.lower(), "") if source and source.is_file() else ""
        # What it takes beside the scores, it writes into the new site.toml.
        further = not (root / "site.toml").exists()
        paths = [source] if source else []
        report = import_files(
            root, console, "any", paths, ending=ending, further=further, **options
        )
        return taken_texts(report.reading.further)

    with console.exit_on_error():
        taken = read if source else None
        files, kept = start_project(root, title, host, license_id, taken, updates_from=updates_from)
    if kept:
        console.say(f"Kept as they are: {listed(kept, most=5)}.")
    console.say(f"{counted(len(files), 'new file')} in {root}{':' if files else '.'}")
    for path in files:
        console.say(f"  {path}")
    change = "" if root.resolve() == Path.cwd() else f"cd {shlex.quote(str(root))} && "
    console.say(f"Next: {change}leaderboard-site build")


@click.command(epilog="Example: leaderboard-site upgrade --project my-board")
@project_option
@with_console
def upgrade(root: Path, console: Console) -> None:
    """Let a project's workflows install this version of the generator.

    It replaces generator/ of the project. All other files stay as they are.
    """
    from site_builder import __version__
    from site_builder.starter.project import INCLUDED, replace_generator

    with console.exit_on_error():
        changed = replace_generator(root)
    for path in changed:
        console.say(f"  {path}")
    console.say(f"The project {'now has' if changed else 'has'} leaderboard-site {__version__}.")
    requirements = root / "requirements.txt"
    if not requirements.is_file() or INCLUDED not in requirements.read_text(errors="replace"):
        what = f"the workflows install what it lists, and it lacks the line {INCLUDED!r}"
        console.warn([Fault(str(requirements), what, "Add it.", "warning")])
