"""`build`, `check` and `verify`: the site of a project."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

import click

from site_builder.commands.console import (
    Console,
    base_url_option,
    format_option,
    out_option,
    project_option,
    quiet_option,
    strict_option,
)
from site_builder.formatting import count, counted, size


@click.command(epilog="Example: site-builder build --project my-board --strict")
@project_option
@out_option
@base_url_option
@click.option(
    "--previous",
    metavar="OLD",
    help="The previous release, to publish what changed and a feed of changes. It can be "
    "everything that `diff` reads.",
)
@click.option(
    "--processes",
    type=click.IntRange(1),
    help="Number of processes that render pages. Default: one per core; one for small boards and "
    "above 500,000 scores.",
)
@strict_option
@quiet_option
@format_option
def build(  # noqa: PLR0913 - one per option
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
    from site_builder.build import BuildOptions, build_site, load_project

    console, out = Console(root, form, quiet=quiet, strict=strict), out or root / "site"
    options = BuildOptions(console.stage, console.count, processes)
    began = time.perf_counter()
    with console.exit_on_error():
        config = load_project(root, base_url, out, previous)
        report = build_site(config, out, options, strict=strict, previous=previous)
    console.warn(report.warnings)
    site, took = report.published, time.perf_counter() - began
    console.say(
        f"{count(report.pages)} pages, {count(site.files)} files, {size(site.size)} in {out} "
        f"({count(site.changed)} changed), {took:.1f} s."
    )
    console.say(f"Open {out / 'index.html'}, or run `{_serve_command(root)}`.")


def _serve_command(root: Path) -> str:
    if (root / "Makefile").is_file():  # that of this repository, which has a target for it
        return "make serve"
    option = "" if root == Path() else f" --project {shlex.quote(str(root))}"
    return f"site-builder serve{option}"


@click.command(epilog="Example: site-builder check --project my-board --strict")
@project_option
@out_option
@strict_option
@quiet_option
@format_option
def check(root: Path, out: Path | None, *, strict: bool, quiet: bool, form: str) -> None:
    """Check the tables, site.toml, the templates and the prose; write nothing."""
    from site_builder.build import BuildOptions, load_project, make_files

    console, out = Console(root, form, quiet=quiet, strict=strict), out or root / "site"
    options = BuildOptions(console.stage, console.count, workers=None)
    with console.exit_on_error():
        config = load_project(root, out=out)
        _, warnings = make_files(config, options, out, strict=strict, dry=True)
    console.warn(warnings)
    console.say("No errors." if warnings else "No faults.")


@click.command(epilog="Example: site-builder verify /var/www/board")
@click.argument("site", type=click.Path(path_type=Path))
@quiet_option
@format_option
def verify(site: Path, *, quiet: bool, form: str) -> None:
    """Check a published folder, or a copy of one, against its manifest."""
    from site_builder.publish.verify import verify_site

    console = Console(site, form, quiet=quiet)
    verified = verify_site(site)
    console.warn(verified.faults)
    if verified.faults:
        sys.exit(1)
    files = counted(verified.files, "file")
    console.say(f"Complete: {files}, as {verified.generator} built them.")
