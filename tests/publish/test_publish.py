"""Publish a site into a folder: what is written, and which folders are refused."""

import json
import os
import re
import shutil
from hashlib import sha256
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder import __version__
from site_builder.build import make_files
from site_builder.config import load_config
from site_builder.errors import SiteError
from site_builder.publish import folder as publishing
from site_builder.publish.folder import find_conflicts, publish, verify_site
from site_builder.publish.manifest import MANIFEST, with_manifest
from tests.commands.test_cli import run
from tests.helpers.published import NEW_SITE, SITE, beside
from tests.helpers.sites import ROOT, contents


def inodes(folder: Path) -> dict[str, tuple[int, int]]:
    """Where on the disk each file is, and when it was written."""
    found = {path: (folder / path).stat() for path in contents(folder)}
    return {path: (status.st_ino, status.st_mtime_ns) for path, status in found.items()}


def test_a_file_system_without_links_gets_copies(tmp_path, monkeypatch):

    def refuse(*_: object) -> None:
        raise PermissionError

    out = tmp_path / "site"
    publish(SITE, out)
    monkeypatch.setattr(os, "link", refuse)
    assert 3 == publish(NEW_SITE, out).changed
    assert NEW_SITE == contents(out)


def test_a_link_to_a_folder_stays_one(tmp_path):
    served, out = tmp_path / "www" / "served", tmp_path / "site"
    served.mkdir(parents=True)
    out.symlink_to(served)
    publish(SITE, out)
    publish(NEW_SITE, out)
    assert out.is_symlink()
    assert NEW_SITE == contents(served)
    assert ([], []) == (beside(out), beside(served))


def test_the_sources_of_a_project_are_its_files(project):
    """Tables, site.toml and prose that a page shows, as they are on the disk."""
    content = project / "data/content"
    content.mkdir()
    (content / "about.md").write_bytes(b"One.\r\n\r\nTwo.\r\n")
    (content / "odd.md").write_bytes(b"no page shows this")
    (project / "data/further.parquet").touch()
    files, _ = make_files(load_config(project))
    manifest = json.loads(files[MANIFEST])
    read = ("content/about.md", "models.parquet", "results.parquet", "tasks.parquet")
    names = [*(f"data/{name}" for name in read), "site.toml"]
    expected = {name: sha256((project / name).read_bytes()).hexdigest() for name in names}
    assert expected == manifest["sources"]
    assert json.loads(files["api/v1/stats.json"])["release"] == manifest["release"]


def test_every_key_of_the_manifest_is_documented():
    """docs/api.md has a row for each, in their order."""
    text = (ROOT / "docs/api.md").read_text(encoding="utf8")
    section = text.partition("## `manifest.json`")[2]
    keys = list(json.loads(with_manifest({}, release={}, sources={})[MANIFEST]))
    assert keys == re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


# Few names, so that a file of one site is a folder of the next; some that shells and disks mind.
NAMES = st.sampled_from(["a", "b", "-rf", "é 模", "*", "x\n", "n" * 200])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


@st.composite
def sites(draw: st.DrawFn) -> dict[str, bytes]:
    """A site of any files: none is the folder of another."""
    files = draw(st.dictionaries(PATHS, st.binary(max_size=2), max_size=8))
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    return with_manifest({path: files[path] for path in files if path not in folders})


@settings(max_examples=20)
@given(st.lists(sites(), min_size=2, max_size=4))
def test_any_site_over_any_other(tmp_path_factory, published):
    """What is there is the last, whole; what had not changed has not moved, and is not counted."""
    out = tmp_path_factory.mktemp("any") / "site"
    before: dict[str, bytes] = {}
    for files in published:
        places = inodes(out)
        same = {path for path in files if before.get(path) == files[path]}
        assert len(files) - len(same) == publish(files, out).changed
        assert files == contents(out)
        assert () == verify_site(out)
        assert {path: places[path] for path in same} == {
            path: place for path, place in inodes(out).items() if path in same
        }
        before = files
    assert [] == beside(out)


OVERLAPS = "the output folder overlaps {} of the project. Choose another, such as site/."
HOLDS = "the output folder would contain the project itself. Choose another, such as site/."
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


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (".git/config", ".git/"),
        ("deep/er/x.txt.orig", "deep/er/x.txt.orig"),
    ],
)
def test_what_was_added_by_hand_is_not_taken_away(root, path, said):
    out = root / "site"
    publish(SITE, out)
    (out / path).parent.mkdir(exist_ok=True)
    (out / path).write_text("mine")
    assert [f"{out}: {ADDED.format(said)}"] == [*map(str, find_conflicts(out, root))]
    assert "mine" == (out / path).read_text()


def test_what_file_managers_leave_is_no_addition(root):
    out = root / "site"
    publish(SITE, out)
    for path in (".DS_Store", "deep/.DS_Store", "Thumbs.db", "a/desktop.ini"):
        (out / path).touch()
    assert () == find_conflicts(out, root)


def test_the_root_of_a_disk_is_refused(root, monkeypatch):
    out = root / "site"
    out.mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda path: path == str(out))
    assert [f"{out}: {MOUNTED}"] == [*map(str, find_conflicts(out, root))]
    assert () == find_conflicts(out / "board", root)


def test_the_project_and_its_folders_are_refused(root):
    """Also data that lies elsewhere: `data/` may be a link to a large disk."""
    for out in (root, root.parent, root.parent.parent, Path("/")):
        assert [f"{out}: {HOLDS}"] == [*map(str, find_conflicts(out, root))]
    store = (root / "data").rename(root.parent / "store")
    (root / "data").symlink_to(store)
    for name in ("data", "templates", "static"):
        for out in (root / name, root / name / "site", root / "other" / ".." / name):
            expected = f"{out}: {OVERLAPS.format(f'{name}/')}"
            assert [expected] == [*map(str, find_conflicts(out, root))]
    out = store / "site"
    assert [f"{out}: {OVERLAPS.format('data/')}"] == [*map(str, find_conflicts(out, root))]


def test_the_site_is_on_the_disk_before_it_is_swapped(tmp_path, monkeypatch):
    out = tmp_path / "site"
    publish(SITE, out)
    done: list[tuple[str, bool, str]] = []
    for name in ("flush_file", "exchange", "flush_names"):
        act = getattr(publishing, name)

        def note(*paths: Path, name: str = name, act: object = act) -> object:
            done.extend((name, contents(out) == NEW_SITE, path.name) for path in paths)
            return act(*paths)  # type: ignore[operator]

        monkeypatch.setattr(publishing, name, note)
    publish(NEW_SITE, out)
    swap = [name for name, *_ in done].index("exchange")
    changed = {Path(path).name for path in NEW_SITE if NEW_SITE[path] != SITE.get(path)}
    assert changed == {file for name, is_new, file in done[:swap] if name == "flush_file"}
    assert ("flush_names", False, "new") in done[:swap]
    assert ("flush_names", True) == done[-1][:2]


# --- verify ---------------------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    publish(SITE, tmp_path / "site")
    return shutil.copytree(tmp_path / "site", tmp_path / "copy")


def verify(folder: Path, *options: str) -> tuple[int, list[str]]:
    """Exit code and lines; nothing goes to stdout."""
    said = run("verify", folder, *options)
    assert "" == said.stdout
    return said.exit_code, said.stderr.splitlines()


def test_a_whole_copy(copy):
    expected = f"Complete: 5 files, as leaderboard-site {__version__} built them."
    assert (0, [expected]) == verify(copy)
    assert (0, []) == verify(copy, "--quiet")


def test_every_fault_is_a_line(copy):
    (copy / "index.html").write_bytes(b"<h1>One!</h1>")
    (copy / "empty").write_bytes(b"\n")
    shutil.rmtree(copy / "a")
    (copy / "deep/er/new.txt").touch()
    (copy / "deep/.git/objects").mkdir(parents=True)
    (copy / ".DS_Store").touch()
    before = contents(copy)
    assert (
        1,
        [
            f"{copy}/a/index.html: the file is missing. Copy the site again.",
            f"{copy}/empty: it is not the file that was built. Copy the site again.",
            f"{copy}/index.html: it is not the file that was built. Copy the site again.",
            f"{copy}/deep/.git/: it is not part of the site. Move it out.",
            f"{copy}/deep/er/new.txt: it is not part of the site. Move it out.",
        ],
    ) == verify(copy)
    assert before == contents(copy)


@pytest.mark.parametrize("files", [["CNAME", ".git/HEAD"], ["README.md", ".gitattributes", ".git"]])
def test_what_a_host_needs_is_no_stranger(copy, files):
    """A checkout of `gh-pages` with its domain, and a worktree of a Space."""
    for name in files:
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_text("of the host", encoding="utf8")
    status, lines = verify(copy)
    assert (0, []) == (status, [line for line in lines if "not part" in line])


def pipe(path: Path, _: Path) -> None:
    """One that nobody writes to: reading it would wait for ever."""
    os.mkfifo(path)


def link(path: Path, whole: Path) -> None:
    """To what the site has there, which may change at any time."""
    path.symlink_to(whole)


@pytest.mark.parametrize("make", [pipe, link])
def test_a_pipe_or_a_link_in_place_of_a_file(copy, make):
    """A build puts a file there; without a manifest, it is a folder of somebody else."""
    for name, fault in (
        ("index.html", "it is not a file"),
        (MANIFEST, "it is not a manifest of leaderboard-site"),
    ):
        (copy / name).unlink()
        make(copy / name, copy.parent / "site" / name)
        assert (1, [f"{copy}/{name}: {fault}. Copy the site again."]) == verify(copy)
        if name != MANIFEST:
            publish(SITE, copy)
            assert (0, []) == verify(copy, "--quiet")
    with pytest.raises(SiteError, match="holds something that leaderboard-site did not build"):
        publish(SITE, copy)


def test_a_link_in_place_of_a_folder(copy):
    """What it leads to is not the site's, and no build deletes it."""
    (copy / "a").rename(copy.parent / "elsewhere")
    (copy / "a").symlink_to(copy.parent / "elsewhere")
    assert (1, [f"{copy}/a/: it is not part of the site. Move it out."]) == verify(copy)
    with pytest.raises(SiteError, match="holds 'a/', which is not part of the site"):
        publish(NEW_SITE, copy)
    assert (copy.parent / "elsewhere/index.html").exists()


def manifest(**values: object) -> bytes:
    """A manifest with other values."""
    return json.dumps({"generator": "site_builder 1", "files": {}, **values}).encode()


@pytest.mark.parametrize(
    "manifest",
    [
        *(b'{"generator": "leader', b"[" * 100_000, b"\xff"),
        *(manifest(files={path: "0"}) for path in ("../a", "a\0b", "a\ud800")),
        *(manifest(files={"a": 0}), manifest(generator=None), manifest(release={"sha256": 1})),
    ],
)
def test_an_unreadable_manifest(copy, manifest):
    (copy / MANIFEST).write_bytes(manifest)
    expected = f"{copy}/{MANIFEST}: it is not a manifest of leaderboard-site. Copy the site again."
    assert (1, [expected]) == verify(copy)
