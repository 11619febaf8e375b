"""Compare a copy of a site with its manifest."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from site_builder.errors import Fault
from site_builder.publish.folder import Staging
from site_builder.publish.manifest import (
    GENERATOR,
    MANIFEST,
    Manifest,
    find_added,
    look_steadily,
    read_manifest,
)
from site_builder.records import Record


class Verified(Record):
    """What a look at a copy found.

    Attributes:
        files: How many files the site has, its manifest among them; 0 where that is not known.
        generator: What built it, with its version; empty where that is not known.
        faults: What is missing, changed or added.
    """

    files: int
    generator: str
    faults: tuple[Fault, ...]


def verify_site(folder: Path) -> Verified:
    """Compare a published folder, or a copy of one, with its manifest.

    Args:
        folder: The copy. A build may swap it meanwhile: one of the two sites is looked at.
    """
    try:
        return look_steadily(folder, lambda: _verify(folder))
    except OSError as error:
        return Verified(0, "", (_unreadable(str(error.filename or folder), error),))


def _verify(folder: Path) -> Verified:
    manifest = read_manifest(folder)
    if manifest is None:
        return Verified(0, "", (_no_site(folder),))
    faults = (*_file_faults(folder, manifest), *_added_faults(folder, manifest))
    return Verified(len(manifest.files) + 1, manifest.generator, faults)


def _no_site(folder: Path) -> Fault:
    staged = Staging(folder)
    if staged.holds_the_site:
        what = f"a killed build left no site here. The one before it is in {staged.old}"
        return Fault(str(folder), what, "Build again, which puts it back.")
    if not folder.is_dir():
        return Fault(str(folder), "there is no such folder", "Name the folder of a site.")
    place = str(folder / MANIFEST)
    if not (folder / MANIFEST).exists():
        fix = f"Copy the site again, or name a folder that {GENERATOR} published."
        return Fault(place, "the file is missing", fix)
    return Fault(place, f"it is no manifest of {GENERATOR}", "Copy the site again.")


def _file_faults(folder: Path, manifest: Manifest) -> Iterator[Fault]:
    for path, checksum in sorted(manifest.files.items()):
        place = str(folder / path)
        try:
            if sha256((folder / path).read_bytes()).hexdigest() != checksum:
                yield Fault(place, "it is not the file that was built", "Copy the site again.")
        except (FileNotFoundError, NotADirectoryError):
            yield Fault(place, "the file is missing", "Copy the site again.")
        except OSError as error:
            yield _unreadable(place, error)


def _added_faults(folder: Path, manifest: Manifest) -> Iterator[Fault]:
    for path in sorted(find_added(folder, manifest.files)):
        yield Fault(f"{folder}/{path}", "no build put this here", "Move it out.")


def _unreadable(place: str, error: OSError) -> Fault:
    return Fault(place, f"cannot be read: {error.strerror}", "Make it one that you may read.")
