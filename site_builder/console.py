"""What every command shares: its options, and how it says what it does."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from site_builder.errors import Fault, SiteError
from site_builder.format import count, counted, size
from site_builder.records import replace
from site_builder.reports import as_annotations, as_document

if TYPE_CHECKING:  # a build begins other work before it imports the one; terminals ask for rich
    from rich.console import Console
    from rich.status import Status

    from site_builder.build import BuildReport

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
INTO = click.option(
    "--into",
    "root",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the project; the tables go into its data/. Made where it is not there.",
)
BASE_URL = click.option(
    "--base-url",
    help="Where the site will stand, for canonical links and the sitemap; over site.toml's.",
)
PREVIOUS = click.option(
    "--previous",
    metavar="OLD",
    help="The previous edition, to publish what changed and a feed of it: whatever `diff` reads.",
)
PROCESSES = click.option(
    "--processes",
    type=click.IntRange(1),
    help="How many processes work at once. Default: on Linux one a processor, above 500,000 scores "
    "and elsewhere one.",
)
# Without a terminal a long stage tells this often how far it is.
SILENT_S = 10.0


class Lines:
    """A console that is no terminal, in a log or another program's hands: plain lines on stderr.

    Args:
        quiet: Say nothing.
    """

    is_terminal = False

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet

    def print(self, text: str, **_looks: object) -> None:
        """One line."""
        if not self.quiet:
            click.echo(text, err=True)


def _console(*, quiet: bool = False) -> Console | Lines:
    """Where to say things."""
    if not sys.stderr.isatty() and not {"FORCE_COLOR", "TTY_COMPATIBLE"} & os.environ.keys():
        return Lines(quiet=quiet)
    from rich.console import Console  # only here: it takes as long to import as click

    return Console(stderr=True, highlight=False, emoji=False, quiet=quiet, soft_wrap=True)


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
        self._console, self._faults = _console(quiet=quiet), _console()
        self._began = self._stage_began = self._counted = time.perf_counter()
        self._stage = ""
        self._running: Status | None = None

    def stage(self, name: str) -> None:
        """End the stage before, begin the next."""
        self._end_stage()
        self._stage, self._stage_began = name, time.perf_counter()
        self._counted = self._stage_began
        if not isinstance(self._console, Lines) and self._console.is_terminal:
            self._running = self._console.status(name)
            self._running.start()

    def count(self, done: int, of: int) -> None:
        """How much of the stage is done: in its line on a terminal, else a line now and then."""
        told = f"{self._stage}: {done:,} of {of:,}"
        if self._running is not None:
            self._running.update(told)
        elif time.perf_counter() - self._counted > SILENT_S:
            self._counted = time.perf_counter()
            self._console.print(f"  {told}", markup=False)

    def _end_stage(self) -> None:
        if self._running is not None:
            self._running.stop()
        if self._stage:
            took = time.perf_counter() - self._stage_began
            self._console.print(f"  {self._stage:<34}{took:>6.1f} s", markup=False)
        self._stage = ""

    @contextmanager
    def bar(self, total: float) -> Iterator[Callable[[str, float], None]]:
        """A bar that fills, on a terminal; nothing elsewhere.

        Args:
            total: Where it is full.

        Yields:
            What to call with the name of what is at work, and how far the bar has come.
        """
        if isinstance(self._console, Lines):
            yield lambda _name, _done: None
            return
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bars
        from rich.progress import TimeRemainingColumn as TimeLeft

        quiet = self._console.quiet or not self._console.is_terminal
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeLeft())
        with Bars(*columns, console=self._console, transient=True, disable=quiet) as bars:
            bar = bars.add_task("", total=total)
            yield lambda name, done: bars.update(bar, description=name, completed=done)

    def say(self, text: str) -> None:
        """One line."""
        self._end_stage()
        self._console.print(text, markup=False)

    def warn(self, faults: Iterable[Fault]) -> None:
        """Warnings, a line each."""
        self._end_stage()
        self._print(faults)

    def broken_off(self) -> None:
        """End the line by other means than the console, which may say once more what broke off."""
        if self._running is not None:
            self._running.stop()
        self._stage = ""
        click.echo(err=True)

    def failed(self, error: SiteError, outcome: str = "nothing was written") -> int:
        """Every fault on a line of its own, how many, and what came of it; the exit code."""
        if self._running is not None:
            self._running.stop()
        self._stage = ""
        self._print(error.faults)
        n = sum(fault.stands_for for fault in error.faults if fault.severity == "error")
        warnings = sum(fault.stands_for for fault in error.faults) - n
        found = counted(n, "error") if n else counted(warnings, "warning")
        self._faults.print(f"{found}; {outcome}.", style="bold", markup=False)
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
        self.say(f"Open {index}, or run `{self._serving()}`.")

    def _serving(self) -> str:
        """How to look at the site while it is written; a repository of ours has a target for it."""
        if (self._root / "Makefile").is_file():
            return "make serve"
        there = "" if self._root == Path() else f" --project {shlex.quote(str(self._root))}"
        return f"site-builder serve{there}"
