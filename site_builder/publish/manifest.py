"""Write and read `manifest.json`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TypeVar

from site_builder import __version__
from site_builder.records import Record

MANIFEST = "manifest.json"
GENERATOR = "site_builder"
# What file managers leave behind wherever they look.
_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}

Seen = TypeVar("Seen")


class Origin(Record):
    """What a site is made from.

    Attributes:
        release: The SHA-256 of its data release.
        date: The day of it, as `YYYY-MM-DD`; None where nothing tells it.
        sources: By its path in the project, the SHA-256 of each file that was read: tables,
            `site.toml`, prose.
    """

    release: str
    date: str | None
    sources: Mapping[str, str]


class Manifest(Record):
    """What a published site says of itself.

    Attributes:
        generator: What built it, with its version.
        files: By its path, the SHA-256 of every file but the manifest.
        release: The SHA-256 of its data release; None where it says none.
        date: The day of that, as `YYYY-MM-DD`; None where nothing tells it.
    """

    generator: str
    files: Mapping[str, str]
    release: str | None = None
    date: str | None = None


def with_manifest(files: Mapping[str, bytes], origin: Origin | None = None) -> dict[str, bytes]:
    """The files of a site, and the manifest that lists them.

    Args:
        files: Content by path.
        origin: What they are made from; None for files of no project.
    """
    manifest: dict[str, object] = {"generator": f"{GENERATOR} {__version__}"}
    if origin:
        manifest["release"] = {"sha256": origin.release, "date": origin.date}
        manifest["sources"] = dict(sorted(origin.sources.items()))
    manifest["files"] = {
        path: sha256(content).hexdigest() for path, content in sorted(files.items())
    }
    return {**files, MANIFEST: (json.dumps(manifest, indent=1) + "\n").encode()}


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a published site; None where no build of ours left one that is whole.

    Raises:
        OSError: The file is there and cannot be read.
    """
    try:
        return parse_manifest((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def parse_manifest(text: str | bytes) -> Manifest | None:
    """A manifest as it is written; None where it is none of ours."""
    try:
        values = json.loads(text)
        generator, files = values["generator"], dict(values["files"])
        ours = generator.startswith(GENERATOR) and all(map(_is_inside, files))
        release = values.get("release") or {}
        origin = release.get("sha256"), release.get("date")
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    return Manifest(generator, files, *origin) if ours else None


def _is_inside(path: str) -> bool:
    """Whether a path stays within its folder: a copy's manifest may have been tampered with."""
    return not path.startswith("/") and ".." not in PurePosixPath(path).parts


def find_added(folder: Path, files: Collection[str]) -> Iterator[str]:
    """What lies in a published folder and is not of the site: `CNAME`, `.git/`, `a/notes.txt`.

    Of a folder that is not of the site its name is told, with a slash, and not what it holds.

    Args:
        folder: The published folder.
        files: The paths of the site's files, but for its manifest.

    Raises:
        OSError: Part of the folder cannot be read.
    """
    known = {MANIFEST, *files}
    folders = _folders_of(known)
    top = os.fspath(folder)
    for place, below, names in os.walk(top, onerror=_raise):
        here = place[len(top) :].replace(os.sep, "/").lstrip("/")
        start = f"{here}/" if here else ""
        for name in names:
            if start + name not in known and name not in _LITTER:
                yield start + name
        yield from (f"{start}{name}/" for name in below if start + name not in folders)
        below[:] = [name for name in below if start + name in folders]


def _folders_of(paths: Collection[str]) -> set[str]:
    """Every folder that files of these paths lie in."""
    found = set()
    for path in paths:
        above = path.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found


def _raise(error: OSError) -> None:
    raise error


def look_steadily(folder: Path, look: Callable[[], Seen]) -> Seen:
    """What `look` sees in a folder, once no build has swapped the site while it looked.

    Raises:
        OSError: `look` raised it, and not since the folder went away under it.
    """
    while True:
        before = _identity(folder)
        try:
            seen = look()
        except OSError:
            if before == _identity(folder):
                raise
        else:
            if before == _identity(folder):
                return seen


def _identity(folder: Path) -> tuple[int, int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_ctime_ns
