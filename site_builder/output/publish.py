"""The only code that writes: stage the whole site beside the published one, then swap."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from site_builder import __version__
from site_builder.errors import OutputFolderError

MANIFEST = "manifest.json"
GENERATOR = "site_builder"


@dataclass(frozen=True)
class Published:
    """What a build put into its folder.

    Attributes:
        folder: The folder, as it was named.
        files: How many files it holds.
        size: How many bytes they are.
        changed: How many of the files are new, or not what they were.
    """

    folder: Path
    files: int
    size: int
    changed: int


def check_output_folder(out: Path, root: Path) -> None:
    """Refuse a folder that a build must not replace.

    Raises:
        OutputFolderError: It is a file, holds something else than a site of ours, or overlaps the
            project's sources.
    """
    place = out.resolve()
    sources = {name: (root / name).resolve() for name in ("data", "templates", "static")}
    if place == root.resolve() or place in root.resolve().parents:
        raise OutputFolderError.around_project(out)
    for name, source in sources.items():
        if place == source or source in place.parents or place in source.parents:
            raise OutputFolderError.over_source(out, name)
    if out.exists() and not out.is_dir():
        raise OutputFolderError.over_file(out)
    if out.is_dir() and any(out.iterdir()) and not _is_ours(out):
        raise OutputFolderError.over_other(out, GENERATOR)
    if added := sorted(_added_by_others(out)):
        raise OutputFolderError.over_added(out, added[0])


def _is_ours(folder: Path) -> bool:
    return _published(folder) is not None


def _added_by_others(folder: Path) -> set[str]:
    """Names in a published folder that no build put there, such as `.git` or `CNAME`."""
    ours = {path.partition("/")[0] for path in _published(folder) or ()} | {MANIFEST, ".DS_Store"}
    return {path.name for path in folder.iterdir()} - ours if folder.is_dir() else set()


def _published(folder: Path) -> list[str] | None:
    """The files that the last build put into a folder; None where no build of ours did."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        return list(manifest["files"]) if manifest["generator"].startswith(GENERATOR) else None
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None


def with_manifest(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a site and the list of them all, with the SHA-256 of each."""
    hashes = {path: sha256(content).hexdigest() for path, content in sorted(files.items())}
    manifest = {"generator": f"{GENERATOR} {__version__}", "files": hashes}
    return {**files, MANIFEST: (json.dumps(manifest, indent=1) + "\n").encode()}


def publish(files: Mapping[str, bytes], out: Path) -> Published:
    """Write a whole site in place of what `out` holds, by two renames.

    Nothing is lost where writing fails.

    Raises:
        OutputFolderError: The disk refuses.
    """
    complete = with_manifest(files)
    place = out.resolve()  # where `out` is a link, it stays one
    changed = sum(not _same(place / path, content) for path, content in complete.items())
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    except OSError as error:
        raise OutputFolderError.not_writable(out, error) from error
    try:
        for path, content in sorted(complete.items()):
            _write(staged / "new" / PurePosixPath(path), content)
        _swap(staged / "new", place, staged / "old")
    except OSError as error:
        raise OutputFolderError.not_written(out, error) from error
    finally:
        # Should even putting the old site back fail, it stays in the staging folder.
        if place.exists() or not (staged / "old").exists():
            shutil.rmtree(staged, ignore_errors=True)
    return Published(out, len(complete), sum(map(len, complete.values())), changed)


def _swap(new: Path, place: Path, old: Path) -> None:
    """Put `new` at a place and what was there at `old`; all stays as it was where that fails."""
    if place.exists():
        place.replace(old)
    try:
        new.replace(place)
    except OSError:
        if old.exists():
            old.replace(place)
        raise


def _same(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
