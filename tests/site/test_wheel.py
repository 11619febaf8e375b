"""The wheel, installed where there is nothing else: no clone, no Node, no network."""

import os
import re
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

from site_builder import __version__
from tests.helpers.sites import ROOT, BuiltSite, contents, dead_links
from tests.helpers.wheel import find_or_build_wheel

# What the wheel depends on is the tests' own. A .pth file names their folders, so that they are
# searched after the new environment's; those in them are not read: the repository is out of reach.
DEPENDENCIES = "\n".join(path for path in sys.path if path.endswith("site-packages"))


@dataclass(frozen=True)
class Installed:
    """An environment that has the wheel.

    Attributes:
        scripts: The folder of its commands, the only one on the PATH.
        env: The variables that a command gets.
        wheel: The file that was installed.
    """

    wheel: Path
    scripts: Path
    env: Mapping[str, str]

    def run(self, *args: str, cwd: Path, command: str = "leaderboard-site") -> str:
        """What a command says on stderr and stdout; it must succeed."""
        done = subprocess.run(
            [str(self.scripts / command), *args],
            cwd=cwd,
            env=self.env,
            capture_output=True,
            text=True,
        )
        assert 0 == done.returncode, done.stderr
        return done.stderr + done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A fresh environment with the wheel, that in $WHEEL or one of these sources."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = find_or_build_wheel(folder / "dist")
    venv.create(folder / "env")
    scripts = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--no-deps", str(wheel)], check=True)
    (packages,) = (folder / "env").rglob("site-packages")
    (packages / "dependencies.pth").write_text(DEPENDENCIES)
    env = {"PATH": str(scripts), "HOME": str(folder)}
    return Installed(wheel, scripts, env)


@pytest.fixture(scope="module")
def board(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("board")
    (root / "data").mkdir()
    tasks = ["f1", "accuracy"] * 2  # which tell that higher is better
    scores = {"model": ["a", "a", "b", "b"], "task": tasks, "score": [0.7, 0.6, 0.8, 0.5]}
    pd.DataFrame(scores).to_parquet(root / "data/results.parquet")
    installed.run("build", "--strict", cwd=root)
    return root


def test_the_wheel_has_the_package_and_nothing_else(installed):
    """No tests, no data of a board but what `init` starts with, no documentation, no gallery."""
    with ZipFile(installed.wheel) as wheel:
        names = [name for name in wheel.namelist() if ".dist-info/" not in name]
    assert {"site_builder"} == {name.partition("/")[0] for name in names}
    assert set() == {"tests", "docs", "gallery"} & {part for n in names for part in n.split("/")}
    data = [name for name in names if name.endswith((".parquet", ".csv", ".jsonl", ".gz"))]
    folders = {name.rpartition("/")[0] for name in data}
    assert {f"site_builder/starter/files/{name}" for name in ("sample", "template")} == folders


def test_a_project_carries_the_wheel_that_made_it(installed, tmp_path):
    """File by file what was installed, though neither the wheel nor the sources are there."""
    installed.run("init", "board", "--vendor", "--quiet", cwd=tmp_path)
    (carried,) = (tmp_path / "board/generator").glob("*.whl")
    assert installed.wheel.name == carried.name
    with ZipFile(installed.wheel) as one, ZipFile(carried) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
        for name in one.namelist():
            if name.endswith("/RECORD"):  # a list of the others, in any order
                assert sorted(one.read(name).split()) == sorted(other.read(name).split())
            else:
                assert one.read(name) == other.read(name), name


def test_it_is_the_installed_copy_that_runs(installed, board):
    """Neither the repository nor the tests' own installation is within its reach."""
    say = "import site_builder; print(site_builder.__file__)"
    said = installed.run("-c", say, cwd=board, command="python")
    assert Path(said.strip()).is_relative_to(installed.scripts.parent)
    assert not Path(said.strip()).is_relative_to(ROOT)


def test_one_parquet_file_makes_a_whole_site(installed, board):
    """No page asks for what is not there."""
    files = contents(board / "site")
    assert [] == dead_links(BuiltSite(files))
    assert {
        "index.html",
        "models/a/index.html",
        "models/b/index.html",
        "tasks/accuracy/index.html",
        "tasks/f1/index.html",
    } <= files.keys()
    assert "Complete: " in installed.run("verify", "site", cwd=board)


def test_files_to_cache_for_ever_have_hashed_names(board):
    """All of `assets/` is named by its content, and nothing else: hosts go by the folder."""
    hashed = re.compile(r"\.[0-9a-f]{10}\.\w+$")
    for path in contents(board / "site"):
        assert path.startswith("assets/") == bool(hashed.search(path)), path


@pytest.mark.parametrize("command", ["leaderboard-site", "site-builder"])
def test_version(installed, tmp_path, command):
    """By its name, and by that before 0.2."""
    said = installed.run("--version", cwd=tmp_path, command=command)
    assert f"leaderboard-site, version {__version__}\n" == said
