"""A kill or a full disk while files are rewritten: each has its old content or its new one."""

import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from site_builder.atomic import write_files
from site_builder.errors import FaultsError, SiteError
from site_builder.starter.project import Plan, replacing_sample, start_project
from site_builder.tables.lock import replacing, write_locked
from tests.commands.test_cli import run
from tests.helpers.faulty import kills
from tests.helpers.sites import contents

if sys.platform == "win32":
    pytest.skip("Windows has no such limits", allow_module_level=True)
import resource

OLD, NEW = {"a.txt": b"old", "b.txt": b"old"}, {"a.txt": b"new" * 99, "b.txt": b"new" * 99}


@contextmanager
def small_disk(n_bytes: int = 99) -> Iterator[None]:
    """Let each file take so many bytes: writing more of it fails half-way, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python keeps the half that it could write of a compiled module, and reads it the next time.
    compiling, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sys.dont_write_bytecode = compiling


@pytest.fixture
def board(tmp_path: Path) -> Path:
    start_project(tmp_path / "board", Plan())
    return tmp_path / "board"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in OLD.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def write(folder: Path) -> None:
    write_files({folder / name: content for name, content in NEW.items()})


def test_a_kill_leaves_the_old_content_or_the_new(folder):
    states = []
    for _ in kills(lambda: write(folder)):
        found = {name: (folder / name).read_bytes() for name in OLD}
        assert all(found[name] in (OLD[name], NEW[name]) for name in OLD)
        states.append(found)
    assert len(states) > 4
    assert (OLD, NEW) == (states[0], states[-1])


def test_a_full_disk_changes_no_file(folder):
    with small_disk(), pytest.raises(SiteError, match=r"a\.txt: cannot be written: File too large"):
        write(folder)
    assert OLD == contents(folder)


@pytest.mark.parametrize("failing", ["a.txt", "new/b.txt", "new/deep/c.txt"])
def test_new_files_are_all_there_or_none(tmp_path, failing):
    """Nor a folder for them. One that is there already is not replaced."""
    (tmp_path / "mine.txt").write_bytes(b"mine")
    files = {"a.txt": b"1", "new/b.txt": b"2", "new/deep/c.txt": b"3"}
    large = {tmp_path / name: files[name] * (100 if name == failing else 1) for name in files}
    with small_disk(), pytest.raises(SiteError, match=f"{failing}: cannot be written: File too"):
        write_files(large, replaces=False)
    with pytest.raises(SiteError, match=r"mine\.txt: cannot be written: File exists\."):
        write_files({**large, tmp_path / "mine.txt": b"1"}, replaces=False)
    assert [tmp_path / "mine.txt"] == [*tmp_path.iterdir()]
    assert b"mine" == (tmp_path / "mine.txt").read_bytes()


def test_a_file_keeps_its_mode_and_a_link_is_not_followed(folder):
    (folder / "a.txt").chmod(0o640)
    (folder / "b.txt").unlink()
    (folder / "b.txt").symlink_to("mine")
    (folder / "mine").write_text("mine")
    write(folder)
    assert NEW | {"mine": b"mine"} == contents(folder)
    assert 0o640 == stat.S_IMODE((folder / "a.txt").stat().st_mode)


def test_a_file_that_cannot_be_put_in_place_is_no_silence(folder):
    (folder / "b.txt").unlink()
    (folder / "b.txt").mkdir()
    with pytest.raises(SiteError, match=r"b\.txt: cannot be written: Is a directory") as error:
        write(folder)
    assert ("not all files are in place", ["a.txt"]) == (error.value.outcome, [*contents(folder)])


def test_texts_about_the_sample_survive_a_full_disk(board):
    """They are changed after the tables, and the error says so."""
    before = contents(board)
    with pytest.raises(SiteError) as error, small_disk(), replacing_sample(board, print):
        (board / "data/results.parquet").unlink()
    assert before == {"data/results.parquet": before["data/results.parquet"]} | contents(board)
    expected = "the tables are written; other files may still describe the sample"
    assert expected == error.value.outcome


def test_texts_behind_a_link_stay(board, tmp_path):
    """Of the README, and of a folder."""
    for name in ("README.md", "data/content"):
        (board / name).rename(tmp_path / Path(name).name)
        (board / name).symlink_to(tmp_path / Path(name).name)
    before = contents(tmp_path / "content"), (tmp_path / "README.md").read_bytes()
    with replacing_sample(board, print):
        (board / "data/results.parquet").unlink()
    assert before == (contents(tmp_path / "content"), (tmp_path / "README.md").read_bytes())


def test_an_upgrade_on_a_full_disk_keeps_the_generator(board):
    [wheel] = (board / "generator").glob("*.whl")
    wheel.rename(wheel.with_name("leaderboard_site-0.0.9-py3-none-any.whl"))
    before = contents(board)
    with small_disk(5000):
        said = run("upgrade", "--project", board)
    assert (1, before) == (said.exit_code, contents(board))
    assert "1 error; nothing was written." in said.stderr


def test_init_on_a_full_disk_writes_nothing(tmp_path):
    """Not even the scores that it would import."""
    (tmp_path / "a.csv").write_text("model,task,score\nalpha,add,0.5\n")
    with small_disk(50_000):  # the tables would fit
        said = run("init", tmp_path / "board", "--from", tmp_path / "a.csv", "--proportion")
    assert "1 error; nothing was written." in said.stderr
    assert (1, False) == (said.exit_code, (tmp_path / "board").exists())


def test_tables_that_are_not_all_in_place_are_no_silence(tmp_path):
    def save() -> None:
        with replacing(tmp_path) as new:
            (new / "models.csv").write_text("a")
            (new / "results.csv").write_text("a")

    (tmp_path / "results.csv").mkdir()
    with pytest.raises(FaultsError, match="the new tables are not all in place") as error:
        write_locked(tmp_path, save)
    assert "some of the new tables are in place" == error.value.outcome
