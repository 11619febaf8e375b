"""The only code that writes: stage the whole site beside the published one, then swap."""

from __future__ import annotations

import json
import os
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
    """What a build put into its folder: how many files, how many bytes, how many of them new or changed."""

    folder: Path
    files: int
    size: int
    changed: int


def check_output_folder(out: Path, root: Path) -> None:
    """Refuse a folder that a build must not replace.

    Raises:
        OutputFolderError: It is a file, holds something else than a site of ours, or overlaps the project's sources.
    """
    place, sources = out.resolve(), [root.resolve() / name for name in ("data", "templates", "static")]
    if place == root.resolve() or place in root.resolve().parents:
        raise OutputFolderError(f"{out}: the output folder would hold the project itself. Choose one of its own, such as site/.")
    for source in sources:
        if place == source or source in place.parents or place in source.parents:
            raise OutputFolderError(f"{out}: the output folder overlaps {source.name}/ of the project. Choose one of its own, such as site/.")
    if out.exists() and not out.is_dir():
        raise OutputFolderError(f"{out}: this is a file. Name a folder to publish into.")
    if out.is_dir() and any(out.iterdir()) and not _is_ours(out):
        raise OutputFolderError(f"{out}: the folder holds something else than a site built by {GENERATOR}. Choose another, or empty it.")


def _is_ours(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / MANIFEST).read_bytes())["generator"].startswith(GENERATOR))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False


def with_manifest(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a site and the list of them all, with the SHA-256 of each."""
    hashes = {path: sha256(content).hexdigest() for path, content in sorted(files.items())}
    manifest = {"generator": f"{GENERATOR} {__version__}", "files": hashes}
    return {**files, MANIFEST: (json.dumps(manifest, indent=1) + "\n").encode()}


def publish(files: Mapping[str, bytes], out: Path) -> Published:
    """Write a whole site in place of what `out` holds, by two renames; nothing is lost where writing fails.

    Raises:
        OutputFolderError: The disk refuses.
    """
    complete = with_manifest(files)
    changed = sum(not _same(out / path, content) for path, content in complete.items())
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise OutputFolderError(f"{out}: cannot be written: {error.strerror}.") from error
    try:
        new = staged / "new"
        for path, content in sorted(complete.items()):
            _write(new / PurePosixPath(path), content)
        if out.exists():
            os.replace(out, staged / "old")
        os.replace(new, out)
    except OSError as error:
        if (staged / "old").exists() and not out.exists():
            os.replace(staged / "old", out)
        raise OutputFolderError(f"{out}: writing failed, what was published stays: {error.strerror}.") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return Published(out, len(complete), sum(map(len, complete.values())), changed)


def _same(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
