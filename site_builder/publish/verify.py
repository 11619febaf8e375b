"""Compare a copy of a site with its manifest, and its signature with those who may sign."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from site_builder.errors import Fault
from site_builder.publish.folder import Staging
from site_builder.publish.manifest import (
    GENERATOR,
    MANIFEST,
    SIGNATURE,
    Manifest,
    added_files,
    is_plain_file,
    read_manifest,
    read_stable,
)
from site_builder.publish.signature import find_signer
from site_builder.records import Record

_COPY_AGAIN = "Copy the site again."
_OF_HOSTS = {"CNAME", "README.md", ".git", ".git/", ".gitattributes"}
"""What a checkout of the branch `gh-pages` or of a Space has beside the site, which it needs."""


class Verified(Record):
    """The outcome of a verification.

    Attributes:
        files: The number of files, with the manifest and its signature; 0 without a manifest.
        generator: Its name and version; empty without a manifest.
        faults: Files that are missing, changed or added, and a signature by none of the signers.
        is_signed: Whether there is a signature.
        signer: Who made the signature, with the key; empty where no signers were given.
    """

    files: int
    generator: str
    faults: tuple[Fault, ...]
    is_signed: bool = False
    signer: str = ""


def verify_site(folder: Path, signers: Path | None = None) -> Verified:
    """Compare a published folder, or a copy of one, with its manifest.

    If there is a file of `signers`, one of them must have signed the manifest.

    Raises:
        SiteError: There are `signers` and no `ssh-keygen`.
    """
    try:
        return read_stable(folder, lambda: _verify(folder, signers))
    except OSError as error:
        return Verified(0, "", (_unreadable(str(error.filename or folder), error),))


def _verify(folder: Path, signers: Path | None) -> Verified:
    manifest = read_manifest(folder)
    if manifest is None:
        return Verified(0, "", (_no_site(folder),))
    added = (
        Fault(f"{folder}/{path}", "it is not part of the site", "Move it out.")
        for path in sorted({*added_files(folder, manifest.files)} - _OF_HOSTS)
    )
    faults = [*_file_faults(folder, manifest), *added]
    is_signed, signer = (folder / SIGNATURE).exists(), ""
    if signers:
        found = find_signer((folder / MANIFEST).read_bytes(), folder, signers)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            signer = found
    n_files = len(manifest.files) + 1 + is_signed
    return Verified(n_files, manifest.generator, tuple(faults), is_signed, signer)


def _no_site(folder: Path) -> Fault:
    staged = Staging(folder)
    if staged.has_only_site:
        what = f"a killed build left no site here; the last one is in {staged.old}"
        return Fault(str(folder), what, "Build again to restore it.")
    if not folder.is_dir():
        return Fault(str(folder), "there is no such folder", "Name the folder of a site.")
    place = str(folder / MANIFEST)
    if not (folder / MANIFEST).exists():
        fix = f"Copy the site again, or name a folder that {GENERATOR} published."
        return Fault(place, "the file is missing", fix)
    return Fault(place, f"it is not a manifest of {GENERATOR}", _COPY_AGAIN)


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
            yield _unreadable(place, error)


def _unreadable(place: str, error: OSError) -> Fault:
    return Fault(place, f"cannot be read: {error.strerror}", "Check its permissions.")
