"""Publishing: into no folder but one of ours, all or nothing, and the same bytes every time."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from site_builder import __version__
from site_builder.errors import OutputFolderError
from site_builder.output.publish import MANIFEST, check_output_folder, publish, with_manifest
from tests.sites import ROOT, contents, copy_project

FILES = {
    "index.html": b"<h1>One</h1>",
    "a/index.html": b"<h1>A</h1>",
    "x.txt": b"x",
    ".nojekyll": b"",
}
NEW_FILES = {
    "index.html": b"<h1>Two</h1>",
    "b/index.html": b"<h1>B</h1>",
    "x.txt": b"x",
    ".nojekyll": b"",
}
NOT_OURS = (
    "the folder holds something else than a site built by site_builder."
    " Choose another, or empty it."
)
OVERLAPS = "the output folder overlaps {} of the project. Choose one of its own, such as site/."
HOLDS = "the output folder would hold the project itself. Choose one of its own, such as site/."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project's folder, with `data/`, `templates/` and `static/`."""
    root = tmp_path / "parent" / "project"
    for name in ("data", "templates", "static"):
        (root / name).mkdir(parents=True)
    return root


def refusal(act: Callable[..., object], *args: object) -> str:
    """What is said when a folder is refused."""
    with pytest.raises(OutputFolderError) as error:
        act(*args)
    return str(error.value)


def test_what_was_added_by_hand_is_not_taken_away(root):
    """A build refuses a folder in which somebody put something beside the site, and names it."""
    out = root / "site"
    publish(FILES, out)
    (out / "CNAME").write_text("example.org")
    added = "the folder holds 'CNAME', which no build put there and a build would take away."
    expected = f"{out}: {added} Move it out, or choose another folder."
    assert expected == refusal(check_output_folder, out, root)
    assert "example.org" == (out / "CNAME").read_text()


def test_folders_that_a_build_may_write_into(root):
    """One that is not there, an empty one, and one that holds a site of ours."""
    out = root / "site"
    check_output_folder(out, root)
    out.mkdir()
    check_output_folder(out, root)
    publish(FILES, out)
    check_output_folder(out, root)
    check_output_folder(root.parent / "elsewhere", root)
    check_output_folder(root / "database", root)


def test_a_folder_that_holds_something_else_is_refused(root):
    """It may be all that somebody has."""
    out = root / "docs"
    out.mkdir()
    (out / "thesis.tex").touch()
    assert f"{out}: {NOT_OURS}" == refusal(check_output_folder, out, root)


@pytest.mark.parametrize(
    "manifest",
    [b"", b"{", b"[]", b"{}", b"null", b'{"generator": 3}', b'{"generator": "vite"}', b"\xff"],
)
def test_a_manifest_of_another_makes_no_site_of_ours(root, manifest):
    """Web apps too have a file of that name."""
    out = root / "public"
    out.mkdir()
    (out / MANIFEST).write_bytes(manifest)
    assert f"{out}: {NOT_OURS}" == refusal(check_output_folder, out, root)


def test_a_file_is_refused(root):
    """A site needs a folder."""
    out = root / "site"
    out.touch()
    expected = f"{out}: this is a file. Name a folder to publish into."
    assert expected == refusal(check_output_folder, out, root)


@pytest.mark.parametrize("name", ["data", "templates", "static"])
def test_folders_of_the_project_are_refused(root, name):
    """A build must not replace what it reads, nor put its output among it."""
    for out in (root / name, root / name / "site", root / "other" / ".." / name):
        expected = f"{out}: {OVERLAPS.format(f'{name}/')}"
        assert expected == refusal(check_output_folder, out, root)


def test_the_project_and_what_holds_it_are_refused(root):
    """Not the project's folder, nor its parent, nor the root of the disk."""
    for out in (root, root.parent, root.parent.parent, Path("/")):
        assert f"{out}: {HOLDS}" == refusal(check_output_folder, out, root)


def test_the_project_is_refused_by_any_name(root, monkeypatch):
    """From within it, and through a link."""
    monkeypatch.chdir(root)
    assert f".: {HOLDS}" == refusal(check_output_folder, Path(), Path())
    assert f"data: {OVERLAPS.format('data/')}" == refusal(check_output_folder, Path("data"), Path())
    link = root.parent / "link"
    link.symlink_to(root)
    assert f"{link}: {HOLDS}" == refusal(check_output_folder, link, root)


def test_data_that_lies_elsewhere_is_not_written_into(root):
    """`data/` may be a link to a large disk."""
    (root / "data").rmdir()
    store = root.parent / "store"
    store.mkdir()
    (root / "data").symlink_to(store)
    out = store / "site"
    assert f"{out}: {OVERLAPS.format('data/')}" == refusal(check_output_folder, out, root)


def test_everything_is_published(root):
    """Every file, and the list of them; parents of the folder are made."""
    out = root / "public" / "board"
    published = publish(FILES, out)
    assert with_manifest(FILES) == contents(out)
    assert (out, len(FILES) + 1, len(FILES) + 1) == (
        published.folder,
        published.files,
        published.changed,
    )
    assert sum(map(len, with_manifest(FILES).values())) == published.size


def test_the_same_site_again_changes_nothing(root):
    """Nothing is counted as changed, and the bytes are the same."""
    out = root / "site"
    publish(FILES, out)
    before = contents(out)
    assert 0 == publish(FILES, out).changed
    assert before == contents(out)


def test_what_is_no_longer_a_page_vanishes(root):
    """The folder holds the new site and nothing else; new and changed files are counted."""
    out = root / "site"
    publish(FILES, out)
    # index.html, b/index.html and the manifest
    assert 3 == publish(NEW_FILES, out).changed
    assert with_manifest(NEW_FILES) == contents(out)


def test_nothing_but_the_site_is_left_behind(root):
    """No staging folder stays beside it."""
    publish(FILES, root / "site")
    publish(NEW_FILES, root / "site")
    assert ["data", "site", "static", "templates"] == sorted(path.name for path in root.iterdir())


def test_a_link_to_a_folder_stays_one(root):
    """What it leads to gets the new site: a web server looks there."""
    served = root.parent / "served"
    served.mkdir()
    out = root / "site"
    out.symlink_to(served)
    publish(FILES, out)
    publish(NEW_FILES, out)
    assert out.is_symlink()
    assert with_manifest(NEW_FILES) == contents(served)


def test_the_manifest_names_every_file_with_its_hash():
    """All but itself, by path, so that a copy can be checked."""
    manifest = json.loads(with_manifest(FILES)[MANIFEST])
    assert {"generator", "files"} == set(manifest)
    assert f"site_builder {__version__}" == manifest["generator"]
    assert {path: sha256(content).hexdigest() for path, content in FILES.items()} == manifest[
        "files"
    ]
    assert sorted(FILES) == list(manifest["files"])


def test_the_index_is_published_whole(index_site):
    """What lies on the disk is what was built, and what the manifest says."""
    on_disk = contents(index_site.folder)
    assert with_manifest(index_site.files) == on_disk
    hashes = json.loads(on_disk.pop(MANIFEST))["files"]
    assert hashes == {path: sha256(content).hexdigest() for path, content in on_disk.items()}


def no_room(*_: object) -> int:
    """What a full disk does."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("written", [0, 1, 3])
def test_a_full_disk_leaves_the_old_site_whole(root, monkeypatch, written):
    """However many files were written before: the old site stays, and nothing else is left."""
    out = root / "site"
    publish(FILES, out)
    before, write, calls = contents(root), Path.write_bytes, iter(range(100))
    monkeypatch.setattr(
        Path, "write_bytes", lambda *a: write(*a) if next(calls) < written else no_room()
    )
    expected = f"{out}: writing failed, what was published stays: No space left on device."
    assert expected == refusal(publish, NEW_FILES, out)
    assert before == contents(root)
    assert ["data", "site", "static", "templates"] == sorted(path.name for path in root.iterdir())


@pytest.mark.parametrize("rename", [0, 1])
def test_a_failing_rename_leaves_the_old_site_whole(root, monkeypatch, rename):
    """Moving the old site away, or the new one in."""
    out = root / "site"
    publish(FILES, out)
    before, replace, calls = contents(root), os.replace, iter(range(100))

    def refuse(*paths: object) -> None:
        return no_room() if next(calls) == rename else replace(*paths)  # type: ignore[arg-type,return-value]

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(Path, "rename", refuse)
    refusal(publish, NEW_FILES, out)
    assert before == contents(root)
    assert ["data", "site", "static", "templates"] == sorted(path.name for path in root.iterdir())


def test_a_full_disk_at_the_first_build_leaves_nothing(root, monkeypatch):
    """Not half a site, and not a folder of ours."""
    monkeypatch.setattr(Path, "write_bytes", no_room)
    refusal(publish, FILES, root / "site")
    assert ["data", "static", "templates"] == sorted(path.name for path in root.iterdir())


def test_a_folder_that_cannot_be_made(root):
    """The message says which and why."""
    (root / "file").touch()
    out = root / "file" / "site"
    assert refusal(publish, FILES, out).startswith(f"{out}: cannot be written: ")


def test_the_same_project_gives_the_same_bytes(index_site, tmp_path):
    """In another folder, with another hash seed, time zone, language and clock, byte for byte."""
    out = tmp_path / "out put" / "site"
    environment = os.environ | {
        "PYTHONHASHSEED": "12345",
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "LANG": "tr_TR.UTF-8",
        "SOURCE_DATE_EPOCH": "1",
    }
    command = [sys.executable, "-m", "site_builder", "build", "--quiet", "--out", str(out)]
    project = copy_project(tmp_path / "another project")
    subprocess.run([*command, "--project", str(project)], check=True, cwd=ROOT, env=environment)
    ours, theirs = contents(index_site.folder), contents(out)
    assert set(ours) == set(theirs)
    assert [] == [path for path in ours if ours[path] != theirs[path]]


def test_no_file_says_where_or_when_it_was_built(index_site, tmp_path):
    """Neither the folder of the project nor this machine's name for it."""
    places = [str(ROOT).encode(), str(index_site.folder.parent).encode()]
    assert [] == [
        path for path, content in index_site.files.items() if any(p in content for p in places)
    ]
