"""Moving from a hosted board: the commands and the file of the documentation, on two data sets."""

import json
import re
import shutil
from pathlib import Path

from bs4 import BeautifulSoup

from tests.helpers.guides import BLOCK, act, stand_in
from tests.helpers.sites import ROOT
from tests.helpers.workflows import git

MOVING = (ROOT / "docs/moving.md").read_text(encoding="utf8")
BLOCKS = BLOCK.findall(MOVING)


def test_a_board_of_the_template_moves(tmp_path, monkeypatch):
    """Its scores, the facts of its requests, and the model that waits; new results are proposed."""
    monkeypatch.chdir(tmp_path)
    stand_in("https://huggingface.co/datasets/OWNER/", tmp_path, monkeypatch)
    for name in ("results", "requests"):
        repository = tmp_path / name
        shutil.copytree(ROOT / "tests/data/harnesses/leaderboard_template" / name, repository)
        git(repository, "init", "--quiet")
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "--message", "Data")

    take, check, renew = (text for language, text in BLOCKS if not language)
    (submission,) = (text for language, text in BLOCKS if language == "yaml")
    assert "2 requests without results: FINISHED (1) and PENDING (1)" in act(take)
    board = Path("my-board")
    path = re.findall(r"`my-board/(data/submissions/\S+)`", MOVING)[0]
    (board / path).parent.mkdir()
    (board / path).write_text(submission, encoding="utf8")
    act(check)
    page = BeautifulSoup((board / "site/models/index.html").read_text(encoding="utf8"), "lxml")
    waiting = [item.get_text() for item in page.select("main ul.note li")]
    assert ["Pending: microsoft/Phi-5: in the queue since December 2025"] == waiting
    models = json.loads((board / "site/api/v1/models.json").read_text(encoding="utf8"))
    assert {"Llama-VID", "Valley"} == {one["model"] for one in models if one["rank"]}
    act(renew)
    workflow = (board / ".github/workflows/update.yml").read_text(encoding="utf8")
    assert 'SOURCE: "https://huggingface.co/datasets/OWNER/results"' in workflow
