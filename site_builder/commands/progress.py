"""How a command tells what it does and what is wrong."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.status import Status

from site_builder.build import BuildReport
from site_builder.errors import Fault, SiteError
from site_builder.format import count, counted, size
from site_builder.reports import as_annotations, as_document

REPORTS = {"github": as_annotations, "json": as_document}


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
        self.say(f"Open {index}, or run `make serve` or `site_builder serve`.")
