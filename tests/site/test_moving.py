"""Moving from a hosted board: the commands and the file of the documentation, on two data sets."""

import json
import os
import re
import shutil
import subprocess
import sys

from bs4 import BeautifulSoup

from tests.helpers.sites import ROOT
from tests.helpers.workflows import git

MOVING = (ROOT / "docs/moving.md").read_text(encoding="utf8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", MOVING, re.DOTALL | re.MULTILINE)
WHO = {f"GIT_{role}_{what}": "a@example.org"
       for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}  # fmt: skip


def test_a_board_of_the_template_moves(tmp_path):
    """Its scores, the facts of its requests, and the model that waits; new results are proposed."""
    for name in ("results", "requests"):
        repository = tmp_path / "hub" / name
        shutil.copytree(ROOT / "tests/data/harnesses/leaderboard_template" / name, repository)
        git(repository, "init", "--quiet")
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "--message", "Data", **WHO)
    (tmp_path / "gitconfig").write_text(
        f'[url "{tmp_path}/hub/"]\n\tinsteadOf = https://huggingface.co/datasets/OWNER/\n'
    )
    environment = os.environ | {"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig")}

    def run(commands: str) -> str:
        script = f'leaderboard-site() {{ "{sys.executable}" -P -m site_builder "$@"; }}\n{commands}'
        bash = ["bash", "-ec", script]
        done = subprocess.run(bash, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert 0 == done.returncode, done.stderr
        return done.stdout + done.stderr

    take, check, renew = (text for language, text in BLOCKS if not language)
    (submission,) = (text for language, text in BLOCKS if language == "yaml")
    assert "2 requests without results: FINISHED (1) and PENDING (1)" in run(take)
    board = tmp_path / "my-board"
    path = re.findall(r"`my-board/(data/submissions/\S+)`", MOVING)[0]
    (board / path).parent.mkdir()
    (board / path).write_text(submission, encoding="utf8")
    run(check)
    page = BeautifulSoup((board / "site/models/index.html").read_text(encoding="utf8"), "lxml")
    waiting = [item.get_text() for item in page.select("main ul.note li")]
    assert ["Pending: microsoft/Phi-5: in the queue since December 2025"] == waiting
    models = json.loads((board / "site/api/v1/models.json").read_text(encoding="utf8"))
    assert {"Llama-VID", "Valley"} == {one["model"] for one in models if one["rank"]}
    run(renew)
    workflow = (board / ".github/workflows/update.yml").read_text(encoding="utf8")
    assert 'SOURCE: "https://huggingface.co/datasets/OWNER/results"' in workflow
