"""Which folders a build may publish into."""

from __future__ import annotations

import os
from pathlib import Path

from site_builder.errors import OutputFolderError
from site_builder.output.manifest import GENERATOR, find_added, look_steadily, read_manifest


def check_output_folder(out: Path, root: Path) -> None:
    """Refuse a folder that no build of this project may replace.

    Raises:
        OutputFolderError: It overlaps the project's sources, or `check_replaceable` refuses it.
    """
    place = Path(os.path.realpath(out))
    sources = {name: (root / name).resolve() for name in ("data", "templates", "static")}
    if place == root.resolve() or place in root.resolve().parents:
        raise OutputFolderError.around_project(out)
    for name, source in sources.items():
        if place == source or source in place.parents or place in source.parents:
            raise OutputFolderError.over_source(out, name)
    check_replaceable(out)


def check_replaceable(out: Path) -> None:
    """Refuse a folder that a new site must not take the place of.

    Raises:
        OutputFolderError: It is a file, the root of a disk, no site of ours, holds something
            beside one, or cannot be read.
    """
    try:
        misfit = look_steadily(out, lambda: _find_misfit(out))
    except OSError as error:
        raise OutputFolderError.not_writable(out, error) from error
    if misfit:
        raise misfit


def _find_misfit(out: Path) -> OutputFolderError | None:
    if not out.exists():
        return None
    if not out.is_dir():
        return OutputFolderError.over_file(out)
    if os.path.ismount(os.path.realpath(out)):
        return OutputFolderError.over_mount(out)
    manifest = read_manifest(out)
    if manifest is None:
        return OutputFolderError.over_other(out, GENERATOR) if any(out.iterdir()) else None
    added = sorted(find_added(out, manifest.files))
    return OutputFolderError.over_added(out, added[0]) if added else None
