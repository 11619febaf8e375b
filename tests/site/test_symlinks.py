"""Symbolic links that lead out of a folder: nothing there is read, written or deleted."""

import shutil
from pathlib import Path

import pytest

from site_builder.errors import SiteError
from site_builder.publish.folder import publish
from site_builder.releases.read import read_release
from site_builder.releases.snapshot import SNAPSHOT
from tests.commands.test_cli import run
from tests.helpers.faulty import at_step
from tests.helpers.imported import run_import
from tests.helpers.instances import project_of
from tests.helpers.published import NEW_SITE
from tests.helpers.sites import build, contents
from tests.helpers.tables import board, fault_lines, write_project

SECRET = "token-of-the-machine"
OUT = "it is a symbolic link that points outside the folder"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder beside the project, with a secret under each name that a build looks for."""
    for name in ("x.txt", "about.html", "about.md", "pages/more.md", "content/about.md", "x.css"):
        path = tmp_path / "elsewhere" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SECRET)
    (tmp_path / "elsewhere/secret").write_text(SECRET)
    return tmp_path / "elsewhere"


def link(path: Path, to: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(to)


@pytest.mark.parametrize(
    ("name", "to", "line"),
    [
        ("static/x.txt", "secret", "static/x.txt: cannot be read: {}."),
        ("templates/about.html", "secret", "templates/about.html: cannot be read: {}."),
        ("templates", "/", "templates: cannot be read: {}."),
        ("data/content", ".", "data/content/about.md: cannot be read: {}"),
        ("site.toml", "secret", "site.toml: cannot be read: {}"),
        ("CNAME", "secret", "CNAME: cannot be read: {}."),
    ],
)  # fmt: skip
def test_a_file_of_the_machine_is_not_published(project, elsewhere, name, to, line):
    (project / "site.toml").unlink(missing_ok=name == "site.toml")
    link(project / name, elsewhere / to)
    said = run("build", "--project", project)
    assert (1, True) == (said.exit_code, line.format(OUT) in said.stderr), said.stderr
    assert SECRET not in said.output
    assert not (project / "site").exists()


@pytest.mark.parametrize("name", ["static/sub/x.txt", "templates/about.html", "data/results.csv"])
def test_a_file_that_becomes_a_link_between_check_and_read(project, elsewhere, name):
    """Another build reads the link, and refuses it."""
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("model,task,score\nalpha,add,0.5\n")
    (elsewhere / path.name).write_text(SECRET)
    if path.suffix == ".csv":
        (project / "data/results.parquet").unlink()

    def swap(event: str, args: tuple[object, ...]) -> None:
        if event == "open" and str(args[0]) == str(path) and not path.is_symlink():
            path.rename(elsewhere / "before")
            path.symlink_to(elsewhere / path.name)

    with at_step(1, swap):
        said = run("build", "--project", project)
    published = b"".join(contents(project / "site").values())
    assert (1, False) == (said.exit_code, SECRET.encode() in published), said.stderr
    assert SECRET not in said.output
    assert path.is_symlink()


def test_data_that_lies_elsewhere_has_no_prose(project, elsewhere):
    """`data/` may be a link to a large disk; only Parquet is read from there."""
    for table in (project / "data").iterdir():
        table.rename(elsewhere / table.name)
    (project / "data").rmdir()
    link(project / "data", elsewhere)
    assert [] == fault_lines(project)
    with pytest.raises(SiteError, match=f"data/content/about.md: cannot be read: {OUT}"):
        build(project)
    shutil.rmtree(elsewhere / "content")
    assert build(project).files["index.html"]


def test_links_within_a_folder_are_followed(project, tmp_path):
    """Also where the project itself is named by a link."""
    (project / "static").mkdir()
    (project / "static/a.txt").write_text("a text")
    (project / "static/b.txt").symlink_to("a.txt")
    (project / "data/content").mkdir()
    (project / "data/content/limits.md").write_text("Said once.")
    (project / "data/content/about.md").symlink_to("limits.md")
    (tmp_path / "link").symlink_to(project)
    files = build(tmp_path / "link").files
    assert b"a text" == files["b.txt"]
    assert b"Said once." in files["about/index.html"]


def test_a_staging_folder_that_is_a_link_is_refused(tmp_path):
    store = tmp_path / "store"
    for name in ("new/mine", "old/mine"):
        (store / name).parent.mkdir(exist_ok=True, parents=True)
        (store / name).write_text("mine")
    before = contents(store)
    link(tmp_path / "project/.site.staging", store)
    with pytest.raises(SiteError, match="a build needs this path for its own files"):
        publish(NEW_SITE, tmp_path / "project/site")
    assert before == contents(store)
    assert store.is_dir()
    assert not (tmp_path / "project/site").exists()


def test_an_old_site_that_is_a_link_is_not_put_back(tmp_path, elsewhere):
    """A build moves only folders out of the way."""
    link(tmp_path / ".site.staging/old", elsewhere)
    with pytest.raises(SiteError, match="a build needs this path for its own files"):
        publish(NEW_SITE, tmp_path / "site")
    assert (elsewhere / "secret").exists()
    assert not (tmp_path / "site").is_symlink()


def test_the_working_folder_of_the_tables_leads_nowhere_else(tmp_path, elsewhere):
    """Tables are not moved from a folder elsewhere."""
    project = write_project(tmp_path / "project", board())
    (tmp_path / "a.csv").write_text("model,task,score\nomega,add,0.5\n")
    (elsewhere / "results.csv").write_text(SECRET)
    link(project / "data/.tables/ready", elsewhere)
    said = run_import("csv", tmp_path / "a.csv", "--proportion", into=project)
    assert f"data/.tables: the tables cannot be locked: {OUT}." in said.stderr
    assert SECRET == (elsewhere / "results.csv").read_text()


FIX = "Name a folder that has the file too, or replace the link by the file."


@pytest.mark.parametrize(
    ("format_", "name", "content"),
    [
        ("csv", "a.csv", "model,task,score\nsecret-model,add,0.5\n"),
        ("model-index", ".eval_results/a.yaml", "- dataset: {id: secret-task}\n  value: 0.5\n"),
    ],
)
def test_imports_do_not_follow_links_out(tmp_path, format_, name, content):
    (tmp_path / "secret").write_text(content)
    link(tmp_path / "runs" / name, tmp_path / "secret")
    said = run_import(format_, tmp_path / "runs", "--proportion", into=tmp_path / "board")
    assert f"{tmp_path}/runs/{name}: {OUT}. {FIX}" in said.stderr
    assert (1, False) == (said.exit_code, (tmp_path / "board").exists())


def test_training_sets_do_not_follow_links_out(tmp_path):
    """A link to the folder itself is not followed for ever."""
    real = tmp_path / "secret" / "train.jsonl"
    real.parent.mkdir()
    real.write_text('{"input": "1 + 1", "output": "2"}\n')
    sets = tmp_path / "sets"
    shutil.copytree(real.parent, sets / "own")
    (sets / "own/loop").symlink_to(sets)
    args = ["profile", str(sets), "--into", str(project_of(tmp_path / "board"))]
    assert 0 == run(*args).exit_code
    link(sets / "sums", real.parent)
    said = run(*args)
    assert (1, True) == (said.exit_code, f"{sets}/sums: {OUT}. {FIX}" in said.stderr)


def test_a_published_site_is_not_read_beyond_its_folder(tmp_path):
    project = write_project(tmp_path / "project", board())
    assert 0 == run("build", "--project", project).exit_code
    snapshot = project / "site" / SNAPSHOT
    snapshot.rename(tmp_path / "snapshot")
    snapshot.symlink_to(tmp_path / "snapshot")
    with pytest.raises(SiteError, match=OUT):
        read_release(str(project / "site"))
