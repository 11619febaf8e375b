"""Which files of a project a site is made of, and when they have changed."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from site_builder.output.assets import project_folders

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
