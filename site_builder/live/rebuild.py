"""Builds of one project in one process: one at first, one at each change of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from site_builder.build import load_project, make_files
from site_builder.errors import Fault, SiteError
from site_builder.live.showing import Showing, Window, root_of
from site_builder.live.watch import changes, look_at
from site_builder.memory import undisturbed
from site_builder.records import Record, replace
from site_builder.work import Kept, Say, Work


class Built(Record):
    """What came of one build.

    Attributes:
        showing: What to show now.
        warnings: What is odd about the project; none where it is at fault.
        error: What is wrong with it; None where it could be built.
        changed: The files that it was built anew for; none for the first build.
        seconds: How long it took.
    """

    showing: Showing
    warnings: tuple[Fault, ...] = ()
    error: SiteError | None = None
    changed: Sequence[Path] = ()
    seconds: float = 0.0


class Rebuilder:
    """Builds a project again and again, in memory.

    Pictures for link previews are left out: only other hosts ask for them.

    Args:
        root: The project's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root, self._kept, self._last = root, Kept(), Showing()

    def build(self, say: Say = lambda _: None) -> Built:
        """Build it as it is now, telling each stage; where that fails, the last good site stays."""
        began = time.perf_counter()
        try:
            with undisturbed():
                config = load_project(self._root)
                files, warnings = make_files(config, Work(say, kept=self._kept), dry=True)
        except SiteError as error:
            built = self._failed(error)
        except OSError as error:  # a file went away while it was being read
            what = f"cannot be read: {error.strerror}"
            built = self._failed(SiteError(Fault(str(error.filename), what)))
        else:
            self._last = Showing(files, root=root_of(config.site.base_url))
            built = Built(self._last, warnings)
        return replace(built, seconds=time.perf_counter() - began)

    def _failed(self, error: SiteError) -> Built:
        self._last = replace(self._last, lines=tuple(map(_line, error.faults)))
        return Built(self._last, error=error)


def _line(fault: Fault) -> str:
    """A fault as the terminal has it."""
    return f"warning: {fault}" if fault.severity == "warning" else str(fault)


def follow(
    root: Path,
    window: Window,
    tell: Callable[[Built], None],
    stop: threading.Event,
    say: Say = lambda _: None,
) -> None:
    """Build a project and show it, then once more whenever it has changed, until it is stopped.

    Args:
        root: The project's folder.
        window: Where it is shown.
        tell: Told of each build, once it is shown.
        stop: Ends it.
        say: Told the name of each stage of the first build as it begins.
    """
    rebuilder, before = Rebuilder(root), look_at(root)
    _show(rebuilder.build(say), window, tell)
    for changed in changes(root, before, stop):
        _show(replace(rebuilder.build(), changed=changed), window, tell)


def _show(built: Built, window: Window, tell: Callable[[Built], None]) -> None:
    window.show(built.showing)
    tell(built)
