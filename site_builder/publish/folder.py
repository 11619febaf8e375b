"""Publish a site into a folder, complete or not at all; verify a published one, or a copy."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath

from site_builder.atomic import flush_file, flush_names
from site_builder.errors import Fault, SiteError, unreadable, unwritable
from site_builder.locks import exclusive
from site_builder.publish.manifest import (
    GENERATOR,
    MANIFEST,
    Manifest,
    added_files,
    is_plain_file,
    read_manifest,
)
from site_builder.records import Record
from site_builder.symlinks import is_inside


class Published(Record):
    """What a build put into its folder; sizes are in bytes, `changed` counts changed files."""

    pages: int
    files: int
    size: int
    changed: int


def publish(files: Mapping[str, bytes], out: Path) -> Published:
    """Replace what `out` holds by a whole site, in one step where the system can do that.

    Unchanged files keep their time, their mode and their place on the disk. If anything fails, the
    folder holds what it held before. `files` has the manifest too.

    Raises:
        SiteError: The folder is not usable, another build is publishing, or the disk fails.
    """
    with staging(out) as staged:
        try:
            kept = {path for path in files if _has_content(staged.place / path, files[path])}
            if len(kept) < len(files):
                _write_new(files, kept, staged)
                if conflicts := find_conflicts(out):
                    raise SiteError(*conflicts)
                _swap(staged)
        except OSError as error:
            what = f"writing failed: {error.strerror}. The published site is unchanged."
            raise SiteError(Fault(str(out), what)) from error
    pages, size = sum(path.endswith(".html") for path in files), sum(map(len, files.values()))
    return Published(pages, len(files), size, len(files) - len(kept))


def find_conflicts(out: Path, root: Path | None = None) -> tuple[Fault, ...]:
    """Return why a new site must not replace a folder, or not one of the project in `root`."""
    what = _overlap(Path(os.path.realpath(out)), root.resolve()) if root else ""
    if what:
        return (Fault(str(out), f"the output folder {what}", "Choose another, such as site/."),)
    try:
        return tuple(_find_others(out))
    except OSError as error:
        return (unwritable(str(out), error),)


def _overlap(place: Path, root: Path) -> str:
    if root.is_relative_to(place):
        return "would contain the project itself"
    for name in ("data", "templates", "static"):
        source = (root / name).resolve()
        if place.is_relative_to(source) or source.is_relative_to(place):
            return f"overlaps {name}/ of the project"
    return ""


def _find_others(out: Path) -> Iterator[Fault]:
    """Yield what is in the place of a site, or in it, that no build put there."""
    if not out.exists():
        return
    if not out.is_dir():
        yield Fault(str(out), "this is a file", "Name a folder to publish into.")
    elif os.path.ismount(os.path.realpath(out)):
        yield Fault(str(out), "a disk is mounted here", "Name a folder in it to publish into.")
    elif (manifest := read_manifest(out)) is None:
        what = f"the folder holds something that {GENERATOR} did not build"
        if any(out.iterdir()):
            yield Fault(str(out), what, "Choose another, or empty it.")
    elif added := sorted(added_files(out, manifest.files)):
        what = f"the folder holds {added[0]!r}, which is not part of the site and would be deleted"
        yield Fault(str(out), what, "Move it out, or choose another folder.")


class Staging:
    """The folder beside a published one in which a build writes the next site.

    A killed build can leave it in any state.

    Attributes:
        place: The published folder itself, where `out` is a link to it.
        new, old: The next site, and the published site while the next one replaces it.
    """

    def __init__(self, out: Path) -> None:
        self.place = Path(os.path.realpath(out))  # `resolve` fails on a link to itself
        self.folder = self.place.with_name(f".{self.place.name}.staging")
        self.new, self.old = self.folder / "new", self.folder / "old"

    @property
    def has_only_site(self) -> bool:
        """Whether a build was killed between moving the old site out and the new one in."""
        is_moved = self.old.is_dir() and not self.old.is_symlink()
        return is_moved and not self.place.exists()

    def clear(self) -> None:
        """Delete the folder as far as the disk allows, but never the only site."""
        if self.has_only_site:
            with suppress(OSError):
                self.old.replace(self.place)
        if self.has_only_site:
            return
        for folder in (self.new, self.old):
            shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            self.folder.rmdir()

    def recover(self) -> None:
        """Undo what a killed build has left.

        Raises:
            SiteError: The folder holds something that no build wrote or this one cannot
                delete.
        """
        if not os.path.lexists(self.folder):
            return
        # No build makes a link, and what one leads to is somebody else's.
        is_ours = is_inside(self.folder, self.folder.parent, self.folder.name)
        if is_ours and {*self.folder.iterdir()} <= {self.new, self.old}:
            self.clear()
        if os.path.lexists(self.folder):
            what = "a build needs this path for its own files"
            raise SiteError(Fault(str(self.folder), what, "Move or delete what is there."))


@contextmanager
def staging(out: Path) -> Iterator[Staging]:
    """Create a staging folder that no other build uses, and delete it after the block.

    Raises:
        SiteError: Another build is publishing there and does not finish, or the disk fails.
    """
    staged = Staging(out)
    lock = staged.place.with_name(f".{staged.place.name}.lock")
    try:
        staged.place.parent.mkdir(parents=True, exist_ok=True)
        with exclusive(lock, str(out), "another build is publishing here"):
            try:
                staged.recover()
                try:
                    staged.new.mkdir(parents=True)
                    yield staged
                finally:
                    staged.clear()
            finally:
                # Deleted while it is held: a build that waits for it then creates a new one.
                with suppress(OSError):
                    lock.unlink(missing_ok=True)
    except OSError as error:
        raise SiteError(unwritable(str(out), error)) from error


def _has_content(path: Path, content: bytes) -> bool:
    try:
        return is_plain_file(path) and path.read_bytes() == content
    except OSError:
        return False


def _write_new(files: Mapping[str, bytes], kept: Collection[str], staged: Staging) -> None:
    """Write the new site, and wait until it is on the disk, so that a power cut cannot lose it."""
    parents = (folder for path in files for folder in reversed(PurePosixPath(path).parents))
    folders = [staged.new / folder for folder in dict.fromkeys(parents)]
    for folder in folders:
        folder.mkdir(exist_ok=True)
    written = list[Path]()
    for path, content in files.items():
        place = staged.new / path
        if path in kept:
            with suppress(OSError):  # some file systems have no links
                os.link(staged.place / path, place)
                continue
        place.write_bytes(content)
        written.append(place)
    for place in written:
        flush_file(place)
    flush_names(*folders)


def _swap(staged: Staging) -> None:
    """Put the new site in place of the old one."""
    if not staged.place.exists():
        staged.new.replace(staged.place)
    elif not exchange(staged.new, staged.place):
        # For a moment nothing is published. `clear` and `recover` handle a build that ends there.
        staged.place.replace(staged.old)
        staged.new.replace(staged.place)
    flush_names(staged.place.parent, staged.folder)


# From linux/fcntl.h, linux/fs.h and macOS's sys/stdio.h.
_AT_FDCWD = -100
_SWAP = 2  # RENAME_EXCHANGE and RENAME_SWAP


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step, by renameat2(2) or renamex_np(2); return whether it could."""
    paths = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "linux":
            at, flags = ctypes.c_int(_AT_FDCWD), ctypes.c_uint(_SWAP)
            return bool(ctypes.CDLL(None).renameat2(at, paths[0], at, paths[1], flags) == 0)
        if sys.platform == "darwin":
            flags = ctypes.c_uint(_SWAP)
            return bool(ctypes.CDLL(None).renamex_np(*paths, flags) == 0)
    except AttributeError:  # a C library without the call
        pass
    return False


# --- verify -------------------------------------------------------------------------------------

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
