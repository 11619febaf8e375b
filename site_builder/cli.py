"""Options in, exit code out."""

from __future__ import annotations

import functools
import http.server
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.status import Status

from site_builder import __version__
from site_builder.build import BuildReport, build_site, load_project, make_files
from site_builder.commands.diff import PREVIOUS, diff
from site_builder.errors import Fault, SiteError
from site_builder.format import count, counted, size
from site_builder.output.verify import verify_site
from site_builder.reports import as_annotations, as_document

PROJECT = click.option(
    "--project",
    "root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Folder of the project: site.toml and data/. Default: this folder.",
)
STRICT = click.option("--strict", is_flag=True, help="Treat warnings as errors.")
QUIET = click.option("--quiet", is_flag=True, help="Say nothing but faults.")
REPORTS = {"github": as_annotations, "json": as_document}
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", *REPORTS]),
    default="text",
    show_default=True,
    help="How to tell faults: as lines, or on stdout for GitHub Actions or as one JSON document.",
)
OUT = click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to publish into. Default: site/ of the project.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="site_builder")
def main() -> None:
    """Build a leaderboard website from Parquet tables."""


main.add_command(diff)


@main.command()
@PROJECT
@OUT
@click.option(
    "--base-url",
    help="Where the site will stand, for canonical links and the sitemap; over site.toml's.",
)
@PREVIOUS
@STRICT
@QUIET
@FORMAT
def build(  # noqa: PLR0913 - an option each
    root: Path,
    out: Path | None,
    base_url: str | None,
    previous: str | None,
    *,
    strict: bool,
    quiet: bool,
    form: str,
) -> None:
    """Build the site."""
    progress, out = Progress(root, form, quiet=quiet, strict=strict), out or root / "site"
    try:
        config = load_project(root, base_url, out, previous)
        report = build_site(config, out, progress.stage, strict=strict, previous=previous)
    except SiteError as error:
        sys.exit(progress.failed(error))
    progress.warn(report.warnings)
    progress.built(report)


@main.command()
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
        _, warnings = make_files(config, progress.stage, out, strict=strict, dry=True)
    except SiteError as error:
        sys.exit(progress.failed(error))
    progress.warn(warnings)
    progress.say("No errors." if warnings else "No faults.")


@main.command()
@PROJECT
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder to serve. Default: site/ of the project."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port; 0 takes a free one.",
)
def serve(root: Path, out: Path | None, port: int) -> None:
    """Serve the built site on this machine, until Ctrl-C."""
    folder = out or root / "site"
    if not (folder / "index.html").exists():
        message = f"{folder} holds no site. Build it first."
        raise click.ClickException(message)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        message = f"port {port} is not free ({error.strerror}). Choose another with --port."
        raise click.ClickException(message) from error
    click.echo(f"http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo("")
    finally:
        server.server_close()


@main.command()
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


class Progress:
    """Says what a build does: on a terminal a line that moves on, elsewhere plain lines.

    Args:
        root: The project's folder.
        form: How faults are told, one of the choices of `--format`.
        quiet: Say nothing but faults.
        strict: Tell machines of warnings as of errors.
    """

    def __init__(self, root: Path, form: str, *, quiet: bool, strict: bool) -> None:
        self._root, self._form, self._strict = root, form, strict
        self._console = Console(stderr=True, highlight=False, quiet=quiet, soft_wrap=True)
        self._faults = Console(stderr=True, highlight=False, soft_wrap=True)
        self._began = self._stage_began = time.perf_counter()
        self._stage = ""
        self._running: Status | None = None

    def stage(self, name: str) -> None:
        """End the stage before, begin the next."""
        self._end_stage()
        self._stage, self._stage_began = name, time.perf_counter()
        self._running = self._console.status(name)
        if self._console.is_terminal:
            self._running.start()

    def _end_stage(self) -> None:
        if self._running is not None:
            self._running.stop()
        if self._stage:
            took = time.perf_counter() - self._stage_began
            self._console.print(f"  {self._stage:<34}{took:>6.1f} s", markup=False)
        self._stage = ""

    def say(self, text: str) -> None:
        """One line."""
        self._end_stage()
        self._console.print(text, markup=False)

    def warn(self, faults: Iterable[Fault]) -> None:
        """Warnings, a line each."""
        self._end_stage()
        self._print(faults)

    def failed(self, error: SiteError) -> int:
        """Every fault on a line of its own, and how many there are; the exit code."""
        if self._running is not None:
            self._running.stop()
        self._stage = ""
        self._print(error.faults)
        n = sum(fault.stands_for for fault in error.faults if fault.severity == "error")
        warnings = sum(fault.stands_for for fault in error.faults) - n
        found = counted(n, "error") if n else counted(warnings, "warning")
        self._faults.print(f"{found}; nothing was written.", style="bold", markup=False)
        return 1

    def _print(self, faults: Iterable[Fault]) -> None:
        if self._form in REPORTS:
            told = [replace(f, severity="error") if self._strict else f for f in faults]
            if text := REPORTS[self._form](told, self._root):
                click.echo(text)
            return
        for fault in faults:
            style = "yellow" if fault.severity == "warning" else "red"
            prefix = "warning: " if fault.severity == "warning" else ""
            self._faults.print(f"{prefix}{fault}", style=style, markup=False)

    def built(self, report: BuildReport) -> None:
        """Where the site is, how large, and how to look at it."""
        self._end_stage()
        done, took = report.published, time.perf_counter() - self._began
        made = f"{count(report.pages)} pages, {count(done.files)} files, {size(done.size)}"
        changed = f"({count(done.changed)} changed), {took:.1f} s."
        index = done.folder / "index.html"
        self.say(f"{made} in {done.folder} {changed}")
        self.say(f"Open {index}, or run `make serve` or `site_builder serve`.")
