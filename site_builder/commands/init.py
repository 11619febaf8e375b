"""`init` and `upgrade`: a project to start from, and its generator."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import click

from site_builder.commands.console import Console, project_option, with_console
from site_builder.commands.tables import import_files, reading_options
from site_builder.errors import Fault, SiteError
from site_builder.formatting import counted, listed

_TEXTS = {".csv": ".csv", ".tsv": ".csv", ".jsonl": ".jsonl", ".ndjson": ".jsonl"}
"""Endings of tables that stay text, which Git can merge, and what they become."""


def _checked(is_valid: Callable[[str], bool], message: str) -> Callable[..., str]:
    """Return the callback of an option whose text must be valid."""

    def check(_context: click.Context, _option: click.Parameter, text: str) -> str:
        if not is_valid(text):
            raise click.BadParameter(message)
        return text.strip()

    return check


def _is_source(text: str) -> bool:
    folder = PurePosixPath(text)
    is_folder = not (":" in text or folder.is_absolute() or ".." in folder.parts)
    return bool(re.fullmatch(r"(https|hf)://[!-~]+", text)) or (is_folder and text.isprintable())


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
    callback=_checked(str.isprintable, "must be text on one line."),
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
    "--updates-from",
    default="",
    metavar="SOURCE",
    callback=_checked(
        _is_source,
        "name a folder of the project, https://... of a Git repository, or hf://datasets/...",
    ),
    help="Add a workflow that imports from SOURCE each week and opens a pull request: a folder of "
    "the project, the https address of a Git repository, or hf://datasets/OWNER/NAME.",
)
@click.option(
    "--template",
    "is_template",
    is_flag=True,
    help="Write a repository to be copied (`Use this template`, `Duplicate this Space`): one "
    "table, and what publishes it.",
)
@click.option(
    "--vendor",
    "carries",
    is_flag=True,
    help="Carry this generator as a wheel (5 MB), so that the workflows need no action of its "
    "release. A generator that is no release is always carried, but into a template only so.",
)
@reading_options
@with_console
def init(  # noqa: PLR0913 - one per option
    root: Path,
    console: Console,
    source: Path | None,
    title: str,
    host: str,
    updates_from: str,
    is_template: bool,
    carries: bool,
    **options: Any,  # noqa: ANN401 - those of `reading_options`
) -> None:
    """Create a project from scores, from the data in the folder, or from a sample.

    The project has a commented site.toml, data, prose, workflows and a README. Existing files
    stay as they are; only missing files are written. `--from` reads what `import any` reads.
    """
    from site_builder.importers.choices import taken_texts
    from site_builder.starter.installation import choose_action
    from site_builder.starter.project import Plan, start_project

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
        action = choose_action(root, carries=carries, is_template=is_template)
        plan = Plan(title, host, updates_from, action, is_template)
        files, kept = start_project(root, plan, read if source else None)
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
    """Let the workflows of a project install this version of the generator.

    That is by the commit of the action that they name, or as the wheel in generator/. All else
    stays: to have a file as this version writes it, delete it, and run `init` again.
    """
    from site_builder import __version__
    from site_builder.starter.installation import released, replace_action, used_action
    from site_builder.starter.project import INCLUDED, replace_generator

    with console.exit_on_error():
        used, release = used_action(root), released()
        if used and not release:
            what = f"the project uses {used}, and this copy of the generator is no release"
            raise SiteError(Fault(str(root), what, "Install a release, and run its `upgrade`."))
        new = replace_action(root, release) if used and release else replace_generator(root)
    for path in sorted(new):
        console.say(f"  {path}: {'renewed' if (root / path).exists() else 'removed'}.")
    console.say(f"The project {'now has' if new else 'has'} leaderboard-site {__version__}.")
    requirements = root / "requirements.txt"
    text = requirements.read_text(errors="replace") if requirements.is_file() else ""
    if not used and INCLUDED not in text:
        what = f"the workflows install what it lists, and it lacks the line {INCLUDED!r}"
        console.warn([Fault(str(requirements), what, "Add it.", "warning")])
