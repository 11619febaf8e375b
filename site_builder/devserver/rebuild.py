"""Watch a project and build it again."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from site_builder.build import load_project, make_files
from site_builder.devserver.server import ServedState, StateHolder, root_of
from site_builder.errors import Fault, SiteError
from site_builder.memory import undisturbed
from site_builder.records import Record, replace
from site_builder.render.assets import project_folders
from site_builder.work import BuildCache, BuildOptions, Say

PAUSE_S = 0.1  # between two looks; a look at the 150 files of a site takes some 2 ms

Look = Mapping[Path, tuple[int, int, int]]
"""Time (ns), size and number of each file, by its path."""


def look_at(root: Path) -> Look:
    """What the sources of a project look like now: all that a build reads, as far as it is there.

    Hidden files are left out: editors write theirs beside what they edit, and no build reads them.
    """
    seen = {}
    for path in _sources(root):
        try:
            status = path.stat()
        except OSError:  # gone since it was listed, or a link that leads nowhere
            continue
        if not path.name.startswith("."):
            seen[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return seen


def _sources(root: Path) -> Iterator[Path]:
    yield root / "site.toml"
    yield from (root / "data").glob("*.parquet")
    overrides = (*project_folders(root, "templates"), *project_folders(root, "static"))
    for folder in (root / "data/content", *overrides):
        # Not rglob: it fails where a folder goes away while it looks.
        for place, _, names in os.walk(folder):
            yield from (Path(place, name) for name in names)


def changes(
    root: Path, before: Look, stop: threading.Event, pause_s: float = PAUSE_S
) -> Iterator[list[Path]]:
    """The files that have changed, each time that they have come to rest.

    What changes while the caller works on a change is told next, so nothing is ever missed.

    Args:
        root: The project's folder.
        before: What its sources looked like when they were last read.
        stop: Ends it.
        pause_s: Time between two looks. Two in a row that are alike are rest, so that a file which
            is still being written is not read.
    """
    last = before
    while not stop.wait(pause_s):
        now = look_at(root)
        if now != before and now == last:
            yield sorted(p for p in {*before, *now} if before.get(p) != now.get(p))
            before = now
        last = now


class Built(Record):
    """What came of one build.

    Attributes:
        showing: What to show now.
        warnings: What is odd about the project; none where it is at fault.
        error: What is wrong with it; None where it could be built.
        changed: The files that it was built anew for; none for the first build.
        seconds: How long it took.
    """

    showing: ServedState
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
        self._root, self._kept, self._last = root, BuildCache(), ServedState()

    def build(self, say: Say = lambda _: None) -> Built:
        """Build it as it is now, telling each stage; where that fails, the last good site stays."""
        began = time.perf_counter()
        try:
            with undisturbed():
                config = load_project(self._root)
                files, warnings = make_files(config, BuildOptions(say, kept=self._kept), dry=True)
        except SiteError as error:
            built = self._failed(error)
        except OSError as error:  # a file went away while it was being read
            what = f"cannot be read: {error.strerror}"
            built = self._failed(SiteError(Fault(str(error.filename), what)))
        else:
            self._last = ServedState(files, root=root_of(config.site.base_url))
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
    window: StateHolder,
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


def _show(built: Built, window: StateHolder, tell: Callable[[Built], None]) -> None:
    window.show(built.showing)
    tell(built)
