"""The tutorial and the README, acted out; the README in an environment with nothing else.

Stand-ins: `make wheel` gives the wheel that `init` gives to projects, for `pipx` pip installs it
without an index, and the packages that it needs are those that run the tests. The repository on a
host is a bare one beside the project.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pandas as pd
import pytest

from site_builder.publish.folder import verify_site
from site_builder.starter.project import generator_files
from tests.helpers.guides import BLOCK, act, stand_in
from tests.helpers.imported import HARNESSES
from tests.helpers.sites import ROOT
from tests.helpers.workflows import git, link_packages

MOST_SECONDS = 300
TUTORIAL = (ROOT / "docs/tutorial.md").read_text(encoding="utf8")
README = (ROOT / "README.md").read_text(encoding="utf8")


posix = pytest.mark.skipif(
    sys.platform == "win32", reason="the commands are those of a POSIX shell"
)
MAKE = '[ "$*" = wheel ] && mkdir -p dist && cp {wheel} dist/\n'
PIPX = '[ "$1" = install ] && exec python -m pip install --quiet --no-index --no-deps "${@:2}"\n'


def steps() -> list[str]:
    """What to do in each section, as a script of bash."""
    sections = re.findall(r"^## \d\. .*?(?=^## )", TUTORIAL, re.DOTALL | re.MULTILINE)
    return ["".join(_script(*block) for block in BLOCK.findall(step)) for step in sections]


def _script(language: str, text: str) -> str:
    """Run commands; add TOML to the settings of the project."""
    return f"cat >> my-board/site.toml <<'END'\n{text}END\n" if language == "toml" else text


def environment(folder: Path) -> dict[str, str]:
    """What installs the generator, and Python."""
    venv.create(folder / "env")
    link_packages(folder / "packages")
    (name,) = (name for name in generator_files() if name.endswith(".whl"))
    wheel = folder / Path(name).name
    wheel.write_bytes(generator_files()[name])
    for command, text in (("make", MAKE.format(wheel=wheel)), ("pipx", PIPX)):
        script = folder / "env/bin" / command
        script.write_text(f"#!/bin/bash\n{text}", encoding="utf8")
        script.chmod(0o755)
    return {
        "PATH": os.pathsep.join([str(folder / "env/bin"), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": str(folder),
        "PYTHONPATH": str(folder / "packages"),
    }


def run_installed(
    script: str, folder: Path, env: dict[str, str], most_seconds: int = MOST_SECONDS
) -> str:
    """Run a script of bash, which must succeed in so many seconds; return what it prints."""
    bash = ["bash", "--noprofile", "--norc", "-e", "-c", script]
    done = subprocess.run(
        bash, cwd=folder, env=env, capture_output=True, text=True, timeout=most_seconds
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


def of_readme(command: str) -> str:
    """The commands of the README among which is this one."""
    (block,) = (block for _, block in BLOCK.findall(README) if command in block)
    return str(block)


@posix
def test_a_new_user_with_the_readme(tmp_path):
    """An audit of a table in two minutes, a site of it in five; it is published as below."""
    env = environment(tmp_path)
    (tmp_path / "results").mkdir()
    scores = (
        "model,task,score\nalpha,f1,0.71\nalpha,accuracy,0.64\nbeta,f1,0.82\nbeta,accuracy,0.75\n"
    )
    (tmp_path / "results/results.csv").write_text(scores, encoding="utf8")
    audit, _, project = of_readme("init my-board --from").partition("\n")
    said = run_installed(f"{steps()[0]}{audit}", tmp_path, env, 120)
    assert "2 models on 2 tasks" in said
    assert re.search(r"^1 +beta +0\.785$", said, re.MULTILINE)  # of 0.82 and 0.75
    run_installed(project, tmp_path, env)
    assert () == verify_site(tmp_path / "my-board/site")
    home = (tmp_path / "my-board/site/index.html").read_text(encoding="utf8")
    assert "2 models on 2 tasks" in home
    commands = re.sub(" +#.*", "", of_readme("leaderboard-site deploy"))
    assert f"cd my-board\n{commands}" in TUTORIAL


@posix
def test_from_nothing_to_a_published_copy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stand_in("https://github.com/OWNER/", tmp_path, monkeypatch)
    git(tmp_path, "init", "--quiet", "--bare", "my-board.git")
    shutil.copytree(HARNESSES / "lm_eval", tmp_path / "results")
    act("".join(steps()[1:]))  # the README begins with the first
    git(tmp_path, "clone", "--quiet", "--branch=gh-pages", "my-board.git", "copy")
    assert () == verify_site(tmp_path / "copy")
    home = (tmp_path / "copy/index.html").read_text(encoding="utf8")
    assert "<title>My board" in home
    assert "This is a sample" not in (tmp_path / "copy/about/index.html").read_text("utf8")
    models = pd.read_parquet(tmp_path / "my-board/data/models.parquet")["model"]
    shown = json.loads((tmp_path / "copy/api/v1/models.json").read_text(encoding="utf8"))
    assert {*models} == {model["model"] for model in shown}
