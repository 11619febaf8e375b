"""Share options, progress and reports of faults between commands."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from site_builder.errors import Fault, SiteError, one_line
from site_builder.formatting import count, counted, size
from site_builder.records import replace

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from site_builder.build import BuildReport


# What stands for a character that would end a message or a property.
_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}


def as_annotations(faults: Iterable[Fault], root: Path) -> str:
    """A workflow command of GitHub Actions for each fault, a line each.

    Args:
        faults: What was found.
        root: The project's folder; annotations name files from the current folder on.
    """
    return "\n".join(_annotation(fault, root) for fault in faults)


def _annotation(fault: Fault, root: Path) -> str:
    place = {
        "file": _path(root, fault.file) if fault.file else "",
        "line": "" if fault.line is None else str(fault.line),
    }
    properties = ",".join(
        f"{name}={_escaped(one_line(value), _IN_PROPERTY)}"
        for name, value in place.items()
        if value
    )
    message = _escaped(one_line(f"{fault.place}: {fault.message}".removeprefix(": ")), _IN_MESSAGE)
    return f"::{fault.severity} {properties}".rstrip() + f"::{message}"


def _path(root: Path, file: str) -> str:
    try:
        return Path(os.path.relpath(root / file)).as_posix()
    except ValueError:  # on another drive
        return (root / file).as_posix()


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)


def as_document(faults: Iterable[Fault], _root: Path) -> str:
    """One JSON document of all faults; its keys are explained in `docs/checking.md`."""
    told = list(faults)
    counts = {
        f"{severity}s": sum(f.stands_for for f in told if f.severity == severity)
        for severity in ("error", "warning")
    }
    document = {"ok": not counts["errors"], **counts, "faults": [_values(f) for f in told]}
    return json.dumps(document, indent=1)


def _values(fault: Fault) -> dict[str, object]:
    return {
        "severity": fault.severity,
        "file": fault.file,
        "line": fault.line,
        "place": fault.place,
        "found": fault.what,
        "fix": fault.fix,
        "count": fault.stands_for,
    }


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
