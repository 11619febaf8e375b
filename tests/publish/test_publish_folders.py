"""Which folders a build may publish into: no other than one of ours."""

import os
from pathlib import Path

import pytest

from site_builder.publish.folder import check_output_folder, publish
from site_builder.publish.manifest import MANIFEST
from tests.helpers.published import SITE, refusal

NOT_OURS = (
    "the folder holds something that site_builder did not build. Choose another, or empty it."
)
OVERLAPS = "the output folder overlaps {} of the project. Choose one of its own, such as site/."
HOLDS = "the output folder would hold the project itself. Choose one of its own, such as site/."
ADDED = (
    "the folder holds {!r}, which is not part of the site and would be deleted."
    " Move it out, or choose another folder."
)
MOUNTED = "a disk is mounted here. Name a folder in it to publish into."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project's folder, with `data/`, `templates/` and `static/`."""
    root = tmp_path / "parent" / "project"
    for name in ("data", "templates", "static"):
        (root / name).mkdir(parents=True)
    return root


def test_folders_that_a_build_may_write_into(root):
    """One that is not there, an empty one, and one that holds a site of ours."""
    out = root / "site"
    check_output_folder(out, root)
    out.mkdir()
    check_output_folder(out, root)
    publish(SITE, out)
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
    [
        *(b"", b"{", b"[]", b"{}", b"null", b'{"generator": 3}', b'{"generator": "vite"}', b"\xff"),
        *(b'{"generator": "site_builder 1", "files": %s}' % files for files in (b"3", b'["a"]')),
        b'{"generator": "site_builder 1", "files": {"../thesis.tex": "0"}}',
        b'{"generator": "site_builder 1", "files": {"/etc/passwd": "0"}}',
        b"[" * 100_000,
    ],
)
def test_a_manifest_of_another_makes_no_site_of_ours(root, manifest):
    """Web apps too have a file of that name."""
    out = root / "public"
    out.mkdir()
    (out / MANIFEST).write_bytes(manifest)
    assert f"{out}: {NOT_OURS}" == refusal(check_output_folder, out, root)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("CNAME", "CNAME"),
        (".git/config", ".git/"),
        ("a/notes.txt", "a/notes.txt"),
        ("a/more/notes.txt", "a/more/"),
        ("deep/b", "deep/b"),
        ("deep/er/x.txt.orig", "deep/er/x.txt.orig"),
    ],
)
def test_what_was_added_by_hand_is_not_taken_away(root, path, said):
    """At any depth: the folder is refused, and what was added is named."""
    out = root / "site"
    publish(SITE, out)
    (out / path).parent.mkdir(exist_ok=True)
    (out / path).write_text("mine")
    assert f"{out}: {ADDED.format(said)}" == refusal(check_output_folder, out, root)
    assert "mine" == (out / path).read_text()


def test_a_folder_that_was_added_is_not_taken_away(root):
    """Nor one that is empty, or a link."""
    out = root / "site"
    publish(SITE, out)
    (out / "a/new").mkdir()
    assert f"{out}: {ADDED.format('a/new/')}" == refusal(check_output_folder, out, root)
    (out / "a/new").rmdir()
    (out / "link").symlink_to(root)
    assert f"{out}: {ADDED.format('link/')}" == refusal(check_output_folder, out, root)


def test_what_file_managers_leave_is_no_addition(root):
    """They leave it wherever somebody looks."""
    out = root / "site"
    publish(SITE, out)
    for path in (".DS_Store", "deep/.DS_Store", "Thumbs.db", "a/desktop.ini"):
        (out / path).touch()
    check_output_folder(out, root)


def test_a_file_is_refused(root):
    """A site needs a folder."""
    out = root / "site"
    out.touch()
    expected = f"{out}: this is a file. Name a folder to publish into."
    assert expected == refusal(check_output_folder, out, root)


def test_the_root_of_a_disk_is_refused(root, monkeypatch):
    """No other folder could take its place; one that is in it may be named."""
    out = root / "site"
    out.mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda path: path == str(out))
    assert f"{out}: {MOUNTED}" == refusal(check_output_folder, out, root)
    check_output_folder(out / "board", root)


def test_a_folder_that_cannot_be_read_is_refused(root, monkeypatch):
    """In a line, and not by a traceback."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    out = root / "site"
    out.mkdir()
    monkeypatch.setattr(Path, "iterdir", refuse)
    expected = f"{out}: cannot be written: Permission denied."
    assert expected == refusal(check_output_folder, out, root)


def test_a_link_to_itself_is_refused(root):
    """In a line, though only when the site would take its place."""
    out = root / "site"
    out.symlink_to(out)
    check_output_folder(out, root)
    expected = f"{out}: writing failed: Not a directory. The published site is unchanged."
    assert expected == refusal(publish, SITE, out)
    assert out.is_symlink()


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
