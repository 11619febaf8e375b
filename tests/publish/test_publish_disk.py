"""What is asked of the system: two folders change places, and all that was written is on disk."""

import ctypes
import errno
import os
import sys
from pathlib import Path

import pytest

from site_builder.errors import OutputFolderError
from site_builder.publish import folder as disk
from site_builder.publish import folder as publishing
from site_builder.publish.folder import publish
from tests.helpers.published import NEW_SITE, SITE, beside
from tests.helpers.sites import contents


class OldLibrary:
    """A C library that has none of the calls."""

    def __init__(self, *_: object, **__: object) -> None:
        pass


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders with a file each."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").touch()
    return tmp_path / "a", tmp_path / "b"


def names(folders: tuple[Path, Path]) -> list[str]:
    """What the two hold."""
    return [path.name for folder in folders for path in folder.iterdir()]


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="the system cannot do that")
def test_two_folders_change_places(folders):
    """In one step, or not at all: here it is done, or the file system of the tests cannot."""
    assert disk.exchange(*folders)
    assert ["b.txt", "a.txt"] == names(folders)


def test_what_cannot_be_exchanged_stays(folders, tmp_path):
    """One of the two is not there: nothing has moved, and nothing is raised."""
    assert not disk.exchange(folders[0], tmp_path / "none")
    assert ["a.txt", "b.txt"] == names(folders)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_a_system_without_the_call(folders, monkeypatch, platform):
    """An old C library, or another system: the caller is told, and nothing has moved."""
    monkeypatch.setattr(ctypes, "CDLL", OldLibrary)
    monkeypatch.setattr(sys, "platform", platform)
    assert not disk.exchange(*folders)
    assert ["a.txt", "b.txt"] == names(folders)


def synced(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The files and folders that are waited for, one by one, by their numbers on the disk."""
    seen: set[int] = set()
    monkeypatch.setattr(os, "fsync", lambda handle: seen.add(os.fstat(handle).st_ino))
    return seen


def test_where_a_file_system_cannot_be_waited_for_each_file_is(tmp_path, monkeypatch):
    """Every file, and every folder, which holds the names."""
    publish(SITE, tmp_path / "site")
    monkeypatch.setattr(ctypes, "CDLL", OldLibrary)
    seen = synced(monkeypatch)
    disk.flush(tmp_path / "site")
    there = [tmp_path / "site", *(tmp_path / "site").rglob("*")]
    assert {path.stat().st_ino for path in there} == seen


def test_the_site_is_on_the_disk_before_it_is_swapped(tmp_path, monkeypatch):
    """And the names of the two folders after that."""
    out = tmp_path / "site"
    publish(SITE, out)
    done: list[tuple[str, bool]] = []
    for name in ("flush", "exchange", "flush_names"):
        act = getattr(publishing, name)

        def note(*paths: Path, name: str = name, act: object = act) -> object:
            done.append((name, contents(out) == NEW_SITE))
            return act(*paths)  # type: ignore[operator]

        monkeypatch.setattr(publishing, name, note)
    publish(NEW_SITE, out)
    assert [("flush", False), ("exchange", False), ("flush_names", True)] == done


def test_a_disk_that_fails_to_keep_what_it_took(tmp_path, monkeypatch):
    """Some tell only when they are waited for: the old site stays."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    out = tmp_path / "site"
    publish(SITE, out)
    monkeypatch.setattr(disk, "_flush_file_system", refuse)
    with pytest.raises(
        OutputFolderError,
        match=r"writing failed: Input/output error\. The published site is unchanged\.$",
    ):
        publish(NEW_SITE, out)
    assert (SITE, []) == (contents(out), beside(out))


def test_a_disk_that_cannot_tell_of_names_is_no_fault(tmp_path, monkeypatch):
    """The site is swapped by then."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    out = tmp_path / "site"
    publish(SITE, out)
    monkeypatch.setattr(os, "fsync", refuse)
    assert 3 == publish(NEW_SITE, out).changed
    assert (NEW_SITE, []) == (contents(out), beside(out))
