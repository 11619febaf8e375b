"""Where a build makes the next site: beside the published one, one build at a time."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from site_builder.errors import OutputFolderError
from site_builder.output.manifest import GENERATOR

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
