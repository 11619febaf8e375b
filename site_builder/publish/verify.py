"""Verify a published site, or a copy of one."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from site_builder.errors import Fault, unreadable
from site_builder.publish.folder import Staging
from site_builder.publish.manifest import (
    GENERATOR,
    MANIFEST,
    Manifest,
    added_files,
    is_plain_file,
    read_manifest,
)

_COPY_AGAIN = "Copy the site again."
_OF_HOSTS = {"CNAME", "README.md", ".git", ".git/", ".gitattributes"}
"""What a checkout of the branch `gh-pages` or of a Space has beside the site, which it needs."""


def verify_site(folder: Path) -> tuple[Fault, ...]:
    """Return the files of a published folder, or a copy, that its manifest does not bear out."""
    try:
        manifest = read_manifest(folder)
        if manifest is None:
            return (_no_site(folder),)
        added = (
            Fault(f"{folder}/{path}", "it is not part of the site", "Move it out.")
            for path in sorted({*added_files(folder, manifest.files)} - _OF_HOSTS)
        )
        return (*_file_faults(folder, manifest), *added)
    except OSError as error:
        return (unreadable(error.filename or folder, error),)


def _no_site(folder: Path) -> Fault:
    staged = Staging(folder)
    if staged.has_only_site:
        what = f"a killed build left no site here; the last one is in {staged.old}"
        return Fault(str(folder), what, "Build again to restore it.")
    place = str(folder / MANIFEST)
    if (folder / MANIFEST).exists():
        return Fault(place, f"it is not a manifest of {GENERATOR}", _COPY_AGAIN)
    fix = f"Copy the site again, or name a folder that {GENERATOR} published."
    return Fault(place, "the file is missing", fix)


def _file_faults(folder: Path, manifest: Manifest) -> Iterator[Fault]:
    for path, checksum in sorted(manifest.files.items()):
        place = str(folder / path)
        try:
            if not is_plain_file(folder / path):
                yield Fault(place, "it is not a file", _COPY_AGAIN)
            elif sha256((folder / path).read_bytes()).hexdigest() != checksum:
                yield Fault(place, "it is not the file that was built", _COPY_AGAIN)
        except (FileNotFoundError, NotADirectoryError):
            yield Fault(place, "the file is missing", _COPY_AGAIN)
        except OSError as error:
            yield unreadable(place, error)
