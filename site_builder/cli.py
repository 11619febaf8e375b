"""Options in, exit code out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from site_builder import __version__
from site_builder.build import build_site, load_project, make_files
from site_builder.commands.aggregate import aggregate_
from site_builder.commands.deploy import deploy
from site_builder.commands.diff import PREVIOUS, diff
from site_builder.commands.import_ import import_
from site_builder.commands.init import init
from site_builder.commands.profile import profile
from site_builder.commands.serve import serve
from site_builder.console import (
    BASE_URL,
    FORMAT,
    OUT,
    PROCESSES,
    PROJECT,
    QUIET,
    STRICT,
    Progress,
)
from site_builder.errors import SiteError
from site_builder.format import counted
from site_builder.output.verify import verify_site


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="site_builder")
def main() -> None:
    """Build a leaderboard website from Parquet tables."""


@main.command(epilog="Example: site-builder build --project my-board --strict")
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
    try:
        config = load_project(root, base_url, out, previous)
        report = build_site(
            config,
            out,
            progress.stage,
            strict=strict,
            previous=previous,
            processes=processes,
            count=progress.count,
        )
    except SiteError as error:
        sys.exit(progress.failed(error))
    progress.warn(report.warnings)
    progress.built(report)


@main.command(epilog="Example: site-builder check --project my-board --strict")
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
        _, warnings = make_files(
            config,
            progress.stage,
            out,
            strict=strict,
            dry=True,
            processes=None,
            count=progress.count,
        )
    except SiteError as error:
        sys.exit(progress.failed(error))
    progress.warn(warnings)
    progress.say("No errors." if warnings else "No faults.")


@main.command(epilog="Example: site-builder verify /var/www/board")
@click.argument("site", type=click.Path(path_type=Path))
@QUIET
@FORMAT
def verify(site: Path, *, quiet: bool, form: str) -> None:
    """Check a published folder, or a copy of one, against its manifest."""
    progress = Progress(site, form, quiet=quiet, strict=False)
    verified = verify_site(site)
    progress.warn(verified.faults)
    if verified.faults:
        sys.exit(1)
    files = counted(verified.files, "file")
    progress.say(f"Whole: {files}, as {verified.generator} built them.")


main.add_command(aggregate_)
main.add_command(deploy)
main.add_command(diff)
main.add_command(init)
main.add_command(import_)
main.add_command(profile)
main.add_command(serve)
