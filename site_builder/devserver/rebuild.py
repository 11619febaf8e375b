"""Watch a project and rebuild it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from site_builder.build import BuildCache, BuildOptions, load_project, make_files
from site_builder.devserver.server import ServedState, StateHolder, root_path
from site_builder.errors import Fault, SiteError
from site_builder.records import Record, replace
from site_builder.render.assets import default_folder
from site_builder.symlinks import is_inside
from site_builder.tables.read import first_line
from site_builder.tables.schema import ENDINGS

# Between two looks at the files. One look at the 150 files of a site takes some 2 ms.
_PAUSE_S = 0.1
# What a project may replace.
_FOLDERS = ("templates", "static")

FileStates = Mapping[Path, tuple[int, int, int]]
"""Time (ns), size and inode of each file, by its path."""


def file_states(root: Path) -> FileStates:
    """Return the state of every file that a build of the project reads.

    Hidden files are left out: no build reads them, and editors write them beside other files.
    """
    own = (
        root / name for name in ("data/content", *_FOLDERS) if is_inside(root / name, root, name)
    )
    tables = (path for ending in ENDINGS for path in (root / "data").glob(f"*{ending}"))
    paths = [root / "site.toml", root / "CNAME", *tables]
    for folder in (*own, *(default_folder(name).resolve() for name in _FOLDERS)):
        # Not rglob, which fails when a folder is deleted while it lists.
        paths += (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
    states = {}
    for path in paths:
        if not path.name.startswith("."):
            with suppress(OSError):  # deleted since it was listed, or a broken link
                status = path.stat()
                states[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return states


def watch(
    root: Path, before: FileStates, stop: threading.Event, pause_s: float = _PAUSE_S
) -> Iterator[list[Path]]:
    """Yield the changed files, each time that a change is complete, until `stop` is set.

    A change since `before` is complete when two looks in a row are the same, so that no file is
    read while it is being written. Files that change while the caller handles a change are part of
    the next one.
    """
    last = before
    while not stop.wait(pause_s):
        now = file_states(root)
        if now != before and now == last:
            yield sorted(p for p in {*before, *now} if before.get(p) != now.get(p))
            before = now
        last = now


class Rebuilt(Record):
    """The outcome of one build.

    `warnings` are those of a project without errors, `error` has the errors of one that cannot be
    built. `changed` are the files whose change led to the build; none for the first build.
    """

    served: ServedState
    warnings: tuple[Fault, ...] = ()
    error: SiteError | None = None
    changed: Sequence[Path] = ()
    seconds: float = 0.0


class Rebuilder:
    """Builds a project again and again, in memory and without link previews."""

    def __init__(self, root: Path) -> None:
        self._root, self._cache, self._served = root, BuildCache(), ServedState()

    def build(self, on_stage: Callable[[str], None] = lambda _: None) -> Rebuilt:
        """Build the project as it is now; where that fails, the last good site stays."""
        began = time.perf_counter()
        try:
            config = load_project(self._root)
            options = BuildOptions(on_stage, cache=self._cache)
            files, warnings = make_files(config, options, dry=True)
        except SiteError as error:
            rebuilt = self._failed(error)
        except OSError as error:  # a file was deleted while it was being read
            fault = Fault(str(error.filename), f"cannot be read: {error.strerror}")
            rebuilt = self._failed(SiteError(fault))
        except Exception as error:
            what = f"the build failed: {type(error).__name__}: {first_line(error)}"
            fix = "`site-builder build` shows where. Please report it."
            rebuilt = self._failed(SiteError(Fault("", what, fix)))
        else:
            self._served = ServedState(files, root=root_path(config.site.base_url))
            rebuilt = Rebuilt(self._served, warnings)
        return replace(rebuilt, seconds=time.perf_counter() - began)

    def _failed(self, error: SiteError) -> Rebuilt:
        lines = (f"warning: {f}" if f.severity == "warning" else str(f) for f in error.faults)
        self._served = replace(self._served, lines=tuple(lines))
        return Rebuilt(self._served, error=error)


def follow(
    root: Path,
    state: StateHolder,
    on_build: Callable[[Rebuilt], None],
    stop: threading.Event,
    on_stage: Callable[[str], None] = lambda _: None,
) -> None:
    """Build a project, then rebuild it after each change, until it is stopped.

    Each build is shown by `state` and then given to `on_build`. `on_stage` gets the name of each
    stage of the first build.
    """

    def show(rebuilt: Rebuilt) -> None:
        state.show(rebuilt.served)
        on_build(rebuilt)

    rebuilder, before = Rebuilder(root), file_states(root)
    show(rebuilder.build(on_stage))
    for changed in watch(root, before, stop):
        show(replace(rebuilder.build(), changed=changed))
