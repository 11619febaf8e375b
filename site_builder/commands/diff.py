"""`diff`: what changed between two boards."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from site_builder.commands.console import Console
from site_builder.errors import Fault, SiteError
from site_builder.releases.read import ReleaseContent, compare_releases, read_release
from site_builder.releases.wording import FORMATS


@click.command(epilog="Example: site-builder diff https://example.org/board/ my-board")
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS]),
    default="text",
    show_default=True,
    help="As lines, as Markdown for a comment on a pull request, or as one JSON document.",
)
def diff(old: str, new: str, form: str) -> None:
    """Show what changed from the board OLD to the board NEW.

    Each can be a project, a folder of Parquet tables, a file of results, the folder of a published
    site, or the address of one.
    """
    releases: list[ReleaseContent] = []
    faults: list[Fault] = []
    for place in (old, new):
        try:
            releases.append(read_release(place))
        except SiteError as error:
            faults += error.faults
    if faults:
        Console(Path()).warn(faults)
        sys.exit(1)
    click.echo(FORMATS[form](compare_releases(*releases)))
