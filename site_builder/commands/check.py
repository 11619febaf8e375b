"""`site-builder check`: every fault of a project, and nothing written."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from site_builder.build import load_project, make_files
from site_builder.commands.console import FORMAT, OUT, PROJECT, QUIET, STRICT, Progress
from site_builder.errors import SiteError
from site_builder.work import BuildOptions


@click.command(epilog="Example: site-builder check --project my-board --strict")
@PROJECT
@OUT
@STRICT
@QUIET
@FORMAT
def check(root: Path, out: Path | None, *, strict: bool, quiet: bool, form: str) -> None:
    """Check the tables, site.toml, the templates and the prose; write nothing."""
    progress, out = Progress(root, form, quiet=quiet, strict=strict), out or root / "site"
    try:
        config = load_project(root, out=out)
        work = BuildOptions(progress.stage, progress.count, processes=None)
        _, warnings = make_files(config, work, out, strict=strict, dry=True)
    except SiteError as error:
        sys.exit(progress.failed(error))
    progress.warn(warnings)
    progress.say("No errors." if warnings else "No faults.")
