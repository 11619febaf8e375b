"""`site-builder verify`: missing, changed and added files, one per line."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from site_builder import __version__
from site_builder.cli import main
from site_builder.publish.folder import Staging, publish
from site_builder.publish.manifest import MANIFEST, read_manifest
from site_builder.publish.verify import verify_site
from tests.helpers.published import NEW_SITE, SITE
from tests.helpers.sites import contents


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of a published site."""
    publish(SITE, tmp_path / "site")
    return shutil.copytree(tmp_path / "site", tmp_path / "copy")


def verify(folder: Path, *options: str) -> tuple[int, list[str]]:
    """Exit code and lines; nothing goes to stdout."""
    said = CliRunner().invoke(main, ["verify", str(folder), *options])
    assert "" == said.stdout
    return said.exit_code, said.stderr.splitlines()


def test_a_whole_copy(copy):
    """Says how many files, and what built them; nothing at all where it is to be quiet."""
    expected = f"Complete: 5 files, as site_builder {__version__} built them."
    assert (0, [expected]) == verify(copy)
    assert (0, []) == verify(copy, "--quiet")


@pytest.mark.parametrize("options", [(), ("--quiet",)])
def test_every_fault_is_a_line(copy, options):
    """Missing, changed and added files: which, what and what to do; the copy stays as it is."""
    (copy / "index.html").write_bytes(b"<h1>One!</h1>")
    (copy / "empty").write_bytes(b"\n")
    shutil.rmtree(copy / "a")
    (copy / "deep/er/new.txt").touch()
    (copy / ".git/objects").mkdir(parents=True)
    (copy / ".DS_Store").touch()
    before = contents(copy)
    assert (
        1,
        [
            f"{copy}/a/index.html: the file is missing. Copy the site again.",
            f"{copy}/empty: it is not the file that was built. Copy the site again.",
            f"{copy}/index.html: it is not the file that was built. Copy the site again.",
            f"{copy}/.git/: it is not part of the site. Move it out.",
            f"{copy}/deep/er/new.txt: it is not part of the site. Move it out.",
        ],
    ) == verify(copy, *options)
    assert before == contents(copy)


def test_a_file_in_place_of_a_folder(copy):
    """What was in the folder is missing, and the file is one too many."""
    shutil.rmtree(copy / "a")
    (copy / "a").touch()
    assert (
        1,
        [
            f"{copy}/a/index.html: the file is missing. Copy the site again.",
            f"{copy}/a: it is not part of the site. Move it out.",
        ],
    ) == verify(copy)


def test_a_folder_in_place_of_a_file(copy):
    (copy / "empty").unlink()
    (copy / "empty").mkdir()
    assert (
        1,
        [
            f"{copy}/empty: cannot be read: Is a directory. Check its permissions.",
            f"{copy}/empty/: it is not part of the site. Move it out.",
        ],
    ) == verify(copy)


def test_a_folder_that_is_not_there(tmp_path):
    out = tmp_path / "site"
    expected = f"{out}: there is no such folder. Name the folder of a site."
    assert (1, [expected]) == verify(out)


def test_a_copy_without_a_manifest(copy):
    (copy / MANIFEST).unlink()
    fix = "Copy the site again, or name a folder that site_builder published."
    assert (1, [f"{copy}/{MANIFEST}: the file is missing. {fix}"]) == verify(copy)


@pytest.mark.parametrize("manifest", [b"", b'{"generator": "vite"}', b'{"generator": "site_bu'])
def test_a_manifest_that_is_none(copy, manifest):
    (copy / MANIFEST).write_bytes(manifest)
    expected = f"{copy}/{MANIFEST}: it is not a manifest of site_builder. Copy the site again."
    assert (1, [expected]) == verify(copy)


@pytest.mark.parametrize("path", [MANIFEST, "deep"])
def test_what_cannot_be_read(copy, monkeypatch, path):
    """The manifest, or a folder in which something may have been added."""
    read, scan = Path.read_bytes, os.scandir

    def refuse(place: Path) -> Any:
        raise PermissionError(13, "Permission denied", str(place))

    def read_bytes(place: Path) -> bytes:
        return refuse(place) if place == copy / path else read(place)

    def scandir(place: Path) -> object:
        return refuse(place) if Path(place) == copy / path else scan(place)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    monkeypatch.setattr(os, "scandir", scandir)
    fix = "Check its permissions."
    assert (1, [f"{copy}/{path}: cannot be read: Permission denied. {fix}"]) == verify(copy)


def test_a_manifest_of_the_first_release(copy):
    """It has no more than a generator and files; a copy of it can be checked."""
    (copy / MANIFEST).write_text('{"generator": "site_builder 0.1.0", "files": {"x": "0"}}')
    assert "site_builder 0.1.0" == verify_site(copy).generator


def test_the_site_that_a_killed_build_has_moved_away(tmp_path):
    out = tmp_path / "site"
    publish(SITE, out)
    staged = Staging(out)
    staged.create()
    out.replace(staged.old)
    before = contents(tmp_path)
    what = f"a killed build left no site here; the last one is in {staged.old}."
    assert (1, [f"{out}: {what} Build again to restore it."]) == verify(out)
    assert before == contents(tmp_path)


def test_a_build_meanwhile_is_no_fault(tmp_path, monkeypatch):
    """The site was swapped after its manifest was read: the new one is looked at, whole."""
    out = tmp_path / "site"
    publish(SITE, out)
    swaps = iter([NEW_SITE])

    def read_then_swap(folder: Path) -> object:
        manifest = read_manifest(folder)
        for files in swaps:
            publish(files, folder)
        return manifest

    monkeypatch.setattr("site_builder.publish.verify.read_manifest", read_then_swap)
    assert ((), 5) == (verify_site(out).faults, verify_site(out).files)
    assert NEW_SITE == contents(out)


def test_a_built_site_verifies(project):
    built = CliRunner().invoke(main, ["build", "--project", str(project), "--quiet"])
    assert 0 == built.exit_code
    there = shutil.copytree(project / "site", project / "copy")
    n = len(contents(there))
    assert (0, [f"Complete: {n} files, as site_builder {__version__} built them."]) == verify(there)
