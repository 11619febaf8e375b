"""`site-builder build`: the site of a project."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from site_builder.commands.console import (
    BASE_URL,
    FORMAT,
    OUT,
    PREVIOUS,
    PROCESSES,
    PROJECT,
    QUIET,
    STRICT,
    Progress,
)
from site_builder.errors import SiteError
from site_builder.memory import keep_freed, undisturbed


@click.command(epilog="Example: site-builder build --project my-board --strict")
@PROJECT
@OUT
@BASE_URL
@PREVIOUS
@PROCESSES
@STRICT
@QUIET
@FORMAT
def build(  # noqa: PLR0913 - an option each
    root: Path,
    out: Path | None,
    base_url: str | None,
    previous: str | None,
    processes: int | None,
    *,
    strict: bool,
    quiet: bool,
    form: str,
) -> None:
    """Build the site."""
    progress, out = Progress(root, form, quiet=quiet, strict=strict), out or root / "site"
    keep_freed()
    # Imported only now, in two parts, while another process does what it can do already.
    with undisturbed():
        from site_builder.head_start import head_start

        with head_start(root, base_url, processes) as start:
            from site_builder.build import build_site, load_project
            from site_builder.work import BuildOptions

            try:
                config = load_project(root, base_url, out, previous)
                work = BuildOptions(progress.stage, progress.count, processes, start)
                report = build_site(config, out, work, strict=strict, previous=previous)
            except SiteError as error:
                sys.exit(progress.failed(error))
    progress.warn(report.warnings)
    progress.built(report)
