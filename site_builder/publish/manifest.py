"""Write and read `manifest.json`, and find files that are not of the site."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from stat import S_ISREG

import msgspec

from site_builder import __version__
from site_builder.errors import Fault, SiteError
from site_builder.records import Record
from site_builder.symlinks import read_inside

MANIFEST = "manifest.json"
GENERATOR = "leaderboard-site"
_GENERATOR_BEFORE = "site_builder"  # its name before 0.2
# Files that file managers write into every folder.
_IGNORED = {".DS_Store", "Thumbs.db", "desktop.ini"}


class Manifest(Record):
    """The manifest of a published site.

    Attributes:
        generator: Name and version of the generator.
        files: The SHA-256 of every file but the manifest, by its path.
        release: The `sha256` of its data release, and the `date`, if known.
    """

    generator: str
    files: Mapping[str, str]
    release: Mapping[str, str | None] = {}


def with_manifest(
    files: Mapping[str, bytes], **origin: Mapping[str, str | None]
) -> dict[str, bytes]:
    """Return the files of a site with the manifest that lists them.

    `origin` is what the site is made from: its `release`, and the SHA-256 of its `sources`.
    """
    checksums = {path: sha256(content).hexdigest() for path, content in sorted(files.items())}
    manifest = {"generator": f"{GENERATOR} {__version__}", **origin, "files": checksums}
    return {**files, MANIFEST: (json.dumps(manifest, indent=1) + "\n").encode()}


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a published site; None where there is no valid one.

    Raises:
        OSError: The file exists and cannot be read.
    """
    path = folder / MANIFEST
    try:
        return parse_manifest(path.read_bytes()) if is_plain_file(path) else None
    except (FileNotFoundError, NotADirectoryError):
        return None


def is_plain_file(path: Path) -> bool:
    """Return whether a path is a file and no link; reading a pipe or a device may never end.

    Raises:
        OSError: There is nothing, or the folder cannot be read.
    """
    return S_ISREG(path.lstat().st_mode)


def parse_manifest(text: str | bytes) -> Manifest | None:
    """Return a manifest from its text; None where it is not one of this generator."""
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except (ValueError, RecursionError):
        return None
    is_ours = manifest.generator.startswith((GENERATOR, _GENERATOR_BEFORE))
    return manifest if is_ours and all(map(_is_inside, manifest.files)) else None


def _is_inside(path: str) -> bool:
    """Whether a path stays within its folder; somebody may have changed the manifest of a copy."""
    return not path.startswith("/") and ".." not in PurePosixPath(path).parts and "\0" not in path


def added_files(folder: Path, files: Collection[str]) -> Iterator[str]:
    """Yield what is in a published folder but not of the site: `CNAME`, `.git/`, `a/notes.txt`.

    A folder that is not of the site, or is a link, is one result, with a slash at its end.

    Raises:
        OSError: Part of the folder cannot be read.
    """
    known = {MANIFEST, *files}
    folders = {parent.as_posix() for path in known for parent in PurePosixPath(path).parents}
    for place, subfolders, names in os.walk(folder, onerror=_raise):
        parent = Path(place).relative_to(folder).as_posix()
        prefix = "" if parent == "." else f"{parent}/"
        for name in names:
            if prefix + name not in known and name not in _IGNORED:
                yield prefix + name
        own = [n for n in subfolders if prefix + n in folders and not Path(place, n).is_symlink()]
        yield from (f"{prefix}{name}/" for name in subfolders if name not in own)
        subfolders[:] = own


def _raise(error: OSError) -> None:
    raise error


# --- files of a published site --------------------------------------------------------------------

_LOOK = "Look whether it is the right place."


class SiteFiles(Record):
    """The files of a published site.

    Attributes:
        place: The site's folder or address, for messages; without a slash at its end.
        read: Return the content of a file by its path; None where there is no such file.
    """

    place: str
    read: Callable[[str], bytes | None]


def open_folder(root: Path) -> SiteFiles:
    """Return what reads the site in a folder."""

    def read(name: str) -> bytes | None:
        path = root / name
        try:
            return read_inside(path, root) if path.is_file() else None
        except OSError as error:
            raise unreadable(str(path), error) from error

    return SiteFiles(str(root), read)


def unreadable(where: str, why: BaseException | str) -> SiteError:
    """Return the error for a file that cannot be read, in one line."""
    words = why.strerror if isinstance(why, OSError) and why.strerror else str(why)
    return SiteError(Fault(where, f"cannot be read: {words or type(why).__name__}", _LOOK))
