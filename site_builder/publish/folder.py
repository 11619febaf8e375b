"""Publish a site into a folder, whole or not at all."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from site_builder.errors import OutputFolderError
from site_builder.publish.manifest import GENERATOR, find_added, look_steadily, read_manifest
from site_builder.records import Record

# From linux/fcntl.h, linux/fs.h and macOS's sys/stdio.h.
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders of one file system in one step: neither name is ever without its folder.

    Returns:
        Whether they were swapped. Where system or file system cannot, nothing has changed.

    Source: renameat2(2) of Linux, renamex_np(2) of macOS.
    """
    paths = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "linux":
            at = ctypes.c_int(_AT_FDCWD)
            flags = ctypes.c_uint(_RENAME_EXCHANGE)
            return bool(ctypes.CDLL(None).renameat2(at, paths[0], at, paths[1], flags) == 0)
        if sys.platform == "darwin":
            flags = ctypes.c_uint(_RENAME_SWAP)
            return bool(ctypes.CDLL(None).renamex_np(*paths, flags) == 0)
    except AttributeError:  # a C library without the call
        pass
    return False


def flush(folder: Path) -> None:
    """Wait until everything below a folder is on the disk, so that a power cut cannot take it.

    Linux flushes the whole file system at once: 10 times as fast as file by file, and more for a
    large site.

    Raises:
        OSError: The disk refuses.
    """
    if _flush_file_system(folder):
        return
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            flush_names(path)
        else:
            _flush(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)


def flush_names(*folders: Path) -> None:
    """Wait until what folders call their entries is on the disk, where the system can do that."""
    for folder in folders:
        with suppress(OSError):
            _flush(folder, os.O_RDONLY)


def _flush(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_file_system(folder: Path) -> bool:
    """Whether the system could do that; Linux alone waits for the end of it.

    Source: syncfs(2).
    """
    if sys.platform != "linux":
        return False
    handle = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(handle) == 0:
            return True
    except AttributeError:  # a C library without the call
        return False
    finally:
        code = ctypes.get_errno()
        os.close(handle)
    raise OSError(code, os.strerror(code))


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


# Publishing takes a second or a few; a build that waits longer than this is told what it waits for.
WAIT_S = 30.0


class Staging:
    """The folder beside a published one, of which a killed build may leave any state.

    Args:
        out: The folder to publish into, as it was named.

    Attributes:
        place: Where it really is: a link stays one, and what it leads to gets the site.
        folder: The staging folder.
        new: Where the next site grows.
        old: Where the published one waits while the next one takes its place.
        owner: Which build it is that stages. It comes first and goes last, so that it is there
            whenever anything else is.
    """

    def __init__(self, out: Path) -> None:
        self.place = Path(os.path.realpath(out))  # not `resolve`, which chokes on a link to itself
        self.folder = self.place.with_name(f".{self.place.name}.staging")
        self.new, self.old = self.folder / "new", self.folder / "old"
        self.owner = self.folder / "build.json"

    @property
    def is_there(self) -> bool:
        """Whether a build stages here, or was killed while it did."""
        return os.path.lexists(self.folder)

    @property
    def is_ours(self) -> bool:
        """Whether it holds nothing that no build puts there."""
        names = {path.name for path in self.folder.iterdir()}
        return not names or {self.owner.name} <= names <= {"build.json", "new", "old"}

    @property
    def holds_the_site(self) -> bool:
        """Whether a build was killed after it moved the old site out and before the new was in."""
        return self.old.is_dir() and not self.place.exists()

    @property
    def build(self) -> str:
        """Which build stages here, in words; empty where that cannot be told."""
        try:
            build = json.loads(self.owner.read_bytes())
            return f"process {build['process']} since {build['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def open(self) -> None:
        """Make the folder.

        Raises:
            OSError: The disk refuses.
        """
        self.folder.mkdir()
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        build = {"generator": GENERATOR, "process": os.getpid(), "since": since}
        self.owner.write_text(json.dumps(build), encoding="utf8")
        self.new.mkdir()

    def clear(self) -> None:
        """Take it away, as far as the disk allows; but never the only site that there is."""
        if self.holds_the_site:
            with suppress(OSError):
                self.old.replace(self.place)
        if self.holds_the_site:
            return
        for folder in (self.new, self.old):
            shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            if [self.owner] == [*self.folder.iterdir()]:
                self.owner.unlink()
            self.folder.rmdir()

    def put_right(self) -> bool:
        """Undo what a killed build has left.

        Returns:
            Whether the published site was away and is back.

        Raises:
            OutputFolderError: The folder has something in it that no build put there, or that this
                one cannot take away.
            OSError: The disk refuses.
        """
        if not self.is_there:
            return False
        if not self.is_ours:
            raise OutputFolderError.over_staging(self.folder)
        away = self.holds_the_site
        if away:
            self.old.replace(self.place)
        self.clear()
        if self.is_there:
            raise OutputFolderError.over_staging(self.folder)
        return away


@contextmanager
def staging(out: Path) -> Iterator[Staging]:
    """A staging folder that no other build touches, and that is gone afterwards.

    Args:
        out: The folder to publish into, as it was named.

    Raises:
        OutputFolderError: Another build publishes there and does not end, or the disk refuses.
    """
    staged = Staging(out)
    try:
        staged.place.parent.mkdir(parents=True, exist_ok=True)
        with _held(staged, WAIT_S):
            staged.put_right()
            try:
                staged.open()
                yield staged
            finally:
                staged.clear()
    except Timeout as error:
        raise OutputFolderError.busy(out, staged.build) from error
    except OSError as error:
        raise OutputFolderError.not_writable(out, error) from error


def recover(out: Path) -> bool:
    """Undo what a killed build has left beside a folder, unless another build is at work there.

    Returns:
        Whether the published site was away and is back.

    Raises:
        OutputFolderError: Something else lies where builds stage, or the disk refuses.
    """
    staged = Staging(out)
    if not staged.is_there:
        return False
    try:
        with _held(staged, 0):
            return staged.put_right()
    except Timeout:
        return False
    except OSError as error:
        raise OutputFolderError.not_writable(out, error) from error


@contextmanager
def _held(staged: Staging, wait_s: float) -> Iterator[None]:
    """The right to stage here, which the system takes back from a build that is killed.

    The lock stands beside the folder, neither in it nor in the published one, since it has to be
    there before the one and must not be in the other.
    """
    path = staged.place.with_name(f".{staged.place.name}.lock")
    # filelock warns where a file system has no locks and the file itself has to do.
    with warnings.catch_warnings(action="ignore"), FileLock(path, timeout=wait_s):
        try:
            yield
        finally:
            # Taken away while it is held: who waits for it then asks for a new one.
            with suppress(OSError):
                path.unlink(missing_ok=True)


class Published(Record):
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


def publish(files: Mapping[str, bytes], out: Path) -> Published:
    """Put a whole site in place of what `out` holds, in one step where the system can do that.

    Files that stay as they are keep their time and their place on the disk. Where anything fails,
    the folder holds what it held before.

    Args:
        files: Every file of the site by its path, the manifest among them.
        out: The folder to publish into.

    Raises:
        OutputFolderError: The folder is not fit, another build is at work, or the disk refuses.
    """
    with staging(out) as staged:
        try:
            there = files if staged.place.is_dir() else ()
            same = [path for path in there if _is_same(staged.place / path, files[path])]
            new = _look(staged.owner)
            kept = frozenset(path for path in same if _look(staged.place / path) == new)
            if len(kept) < len(files):
                _stage(files, kept, staged)
                check_replaceable(out)
                _swap(staged)
        except OSError as error:
            raise OutputFolderError.not_written(out, error) from error
    size = sum(map(len, files.values()))
    return Published(out, len(files), size, len(files) - len(same))


def _is_same(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _look(path: Path) -> tuple[int, int, int]:
    """Kind and mode of a file, and its owners: those of the staging file are what a new one has."""
    status = path.lstat()
    return status.st_mode, status.st_uid, status.st_gid


def _stage(files: Mapping[str, bytes], kept: Collection[str], staged: Staging) -> None:
    """Make the new site whole, and wait until the disk has it."""
    made = {staged.new}
    for path, content in sorted(files.items()):
        target = staged.new / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        if path not in kept or not _link(staged.place / path, target):
            target.write_bytes(content)
    flush(staged.new)


def _link(there: Path, target: Path) -> bool:
    """Give a published file its place in the new site too; not every file system can do that."""
    try:
        os.link(there, target)
    except OSError:
        return False
    return True


def _swap(staged: Staging) -> None:
    """Put the new site in its place; all stays as it was where that fails."""
    if not staged.place.exists():
        staged.new.replace(staged.place)
    elif not exchange(staged.new, staged.place):
        _swap_by_renames(staged)
    flush_names(staged.place.parent, staged.folder)


def _swap_by_renames(staged: Staging) -> None:
    """For a moment nothing is published; the staging folder puts right what ends in it."""
    staged.place.replace(staged.old)
    staged.new.replace(staged.place)
