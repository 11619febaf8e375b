"""The wheel, installed where there is nothing else: no clone, no Node, no network."""

import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from site_builder import __version__
from site_builder.render.assets import COMPILED_AHEAD
from tests.helpers.serve import served
from tests.helpers.sites import ROOT, contents, table
from tests.helpers.workflows import link_packages

FONTS = ("inter-latin-wght-normal", "inter-latin-ext-wght-normal")
# What the wheel depends on is the tests' own. Folders named here are searched after the new
# environment's, and their .pth files are not read, so that the repository is out of reach.
DEPENDENCIES = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))


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

    def run(self, *args: str, cwd: Path, command: str = "site-builder") -> str:
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


def build_wheel(to: Path) -> Path:
    """Build it as `make wheel` does: from the sdist."""
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(to)]
    built = subprocess.run([*build, str(ROOT)], capture_output=True, text=True)
    assert 0 == built.returncode, built.stdout + built.stderr
    (wheel,) = to.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A fresh environment with the wheel, that in $WHEEL or one of these sources."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = ROOT / os.environ["WHEEL"] if "WHEEL" in os.environ else build_wheel(folder / "dist")
    venv.create(folder / "env")
    scripts = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--no-deps", str(wheel)], check=True)
    env = {"PATH": str(scripts), "PYTHONPATH": DEPENDENCIES, "HOME": str(folder)}
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


def test_a_project_carries_the_wheel_that_made_it(installed, tmp_path):
    """File by file what was installed, though neither the wheel nor the sources are there."""
    installed.run("init", "board", "--quiet", cwd=tmp_path)
    (carried,) = (tmp_path / "board/generator").glob("*.whl")
    assert installed.wheel.name == carried.name
    with ZipFile(installed.wheel) as one, ZipFile(carried) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
        for name in one.namelist():
            if name.endswith("/RECORD"):  # a list of the others, in any order
                assert sorted(one.read(name).split()) == sorted(other.read(name).split())
            else:
                assert one.read(name) == other.read(name), name


def test_pip_installs_it_by_its_name_from_an_index(installed, tmp_path):
    """A static index on this machine has the wheel alone; what it needs is installed already."""
    listing = tmp_path / "index/site-builder/index.html"
    listing.parent.mkdir(parents=True)
    checksum = sha256(installed.wheel.read_bytes()).hexdigest()
    name = installed.wheel.name
    listing.write_text(f'<a href="{name}#sha256={checksum}">{name}</a>', encoding="utf8")
    (listing.parent / name).write_bytes(installed.wheel.read_bytes())
    venv.create(tmp_path / "env")
    python = tmp_path / "env/bin/python"
    link_packages(tmp_path / "packages")
    env = {"PATH": "", "PYTHONPATH": str(tmp_path / "packages"), "PIP_CONFIG_FILE": os.devnull}
    with served(tmp_path / "index") as address:
        pip = [str(python), "-m", "pip", "install", "--no-cache-dir", "--index-url", address]
        done = subprocess.run([*pip, "site-builder"], env=env, capture_output=True, text=True)
    assert 0 == done.returncode, done.stderr
    version = [str(python.with_name("site-builder")), "--version"]
    said = subprocess.run(version, env=env, capture_output=True, text=True)
    assert f"site_builder, version {__version__}\n" == said.stdout


def test_it_is_the_installed_copy_that_runs(installed, board):
    """Neither the repository nor the tests' own installation is within its reach."""
    say = "import site_builder; print(site_builder.__file__)"
    said = installed.run("-c", say, cwd=board, command="python")
    assert Path(said.strip()).is_relative_to(installed.scripts.parent)
    assert not Path(said.strip()).is_relative_to(ROOT)


def test_one_parquet_file_makes_a_whole_site(installed, board):
    files = contents(board / "site")
    assert {
        "index.html",
        "models/a/index.html",
        "models/b/index.html",
        "tasks/accuracy/index.html",
        "tasks/f1/index.html",
    } <= files.keys()
    assert "Complete: " in installed.run("verify", "site", cwd=board)


def test_charts_and_fonts_are_inside(board):
    files = contents(board / "site")
    (bundle,) = (path for path in files if "plotly-cartesian" in path)
    library = (ROOT / "static/vendor/plotly-cartesian.min.js").read_bytes()
    assert COMPILED_AHEAD + library == files[bundle]
    assert any(Path(bundle).name in page.decode() for page in _pages(files))
    sheets = b"".join(content for path, content in files.items() if path.endswith(".css"))
    for font in FONTS:
        (path,) = (path for path in files if f"{font}." in path)
        assert (ROOT / f"static/vendor/{font}.woff2").read_bytes() == files[path]
        assert Path(path).name.encode() in sheets


def test_no_page_asks_for_what_is_not_there(board):
    files = contents(board / "site")
    for path, page in ((p, c.decode()) for p, c in files.items() if p.endswith(".html")):
        for asked in re.findall(r'(?:src|rel="stylesheet" href)="([^"#?]+)', page):
            assert os.path.normpath(Path(path).parent / asked) in files, (path, asked)


def test_files_to_cache_for_ever_have_hashed_names(board):
    """All of `assets/` is named by its content, and nothing else: hosts go by the folder."""
    hashed = re.compile(r"\.[0-9a-f]{10}\.\w+$")
    for path in contents(board / "site"):
        assert path.startswith("assets/") == bool(hashed.search(path)), path


def test_from_nothing_to_pages(installed, tmp_path):
    """Begin, import, build: each accuracy of a harness's file stands on the page of its model."""
    harness = ROOT / "tests/data/harnesses/lm_eval"
    said = installed.run("init", "board", cwd=tmp_path)
    assert "Next: cd board && site-builder build" in said
    installed.run("build", "--strict", cwd=tmp_path / "board")
    assert (tmp_path / "board/site/index.html").is_file()
    installed.run("import", "lm-eval", str(harness), "--into", "board", cwd=tmp_path)
    installed.run("build", "--project", "board", cwd=tmp_path)
    file = json.loads((harness / "pythia/160m_step3000.json").read_text(encoding="utf8"))
    stated = sorted(found["acc"] for found in file["results"].values() if "acc" in found)
    site = contents(tmp_path / "board/site")
    models = json.loads(site["api/v1/models.json"])
    (name,) = (model["name"] for model in models if model["name"].endswith("step3000"))
    (page,) = (
        content
        for path, content in site.items()
        if re.fullmatch(r"models/[^/]+/index\.html", path) and f"{name}</h1>".encode() in content
    )
    rows = table(BeautifulSoup(page, "lxml"), "all-scores")
    scores = [cell for row in rows for key, cell in row.items() if key.startswith("score_")]
    shown = [cell.number for cell in scores]
    assert stated
    assert [] == [score for score in stated if score not in shown]


@pytest.mark.parametrize("command", ["site-builder", "site_builder"])
def test_version(installed, tmp_path, command):
    """By either name; runners of commands look for the one that the package has."""
    said = installed.run("--version", cwd=tmp_path, command=command)
    assert f"site_builder, version {__version__}\n" == said


def _pages(files: Mapping[str, bytes]) -> list[bytes]:
    return [content for path, content in files.items() if path.endswith(".html")]
