"""Mistakes of newcomers with each command: one line says where, what was found and what to do.

`test_faults.py` holds those of a project that is otherwise sound, and that the published site
stays.
"""

from pathlib import Path

import pytest

from tests.commands.test_cli import run
from tests.helpers.sites import contents

SCORES = "model,task,score\na,s,0.7\na,t,0.6\nb,s,0.8\nb,t,0.5\n"
NUMBER = "not a number. Write a number, such as 0.71, or leave the row out."
CHECK = "check --project board"
WIDE = "model,puzzle\na,0.4\nb,0.6\n"
ANY = (
    "Name files or folders that contain scores in a format that `leaderboard-site import "
    "--help` lists."
)
Files = dict[str, str]
RESULTS: Files = {"board/data/results.csv": SCORES}
# The files of the folder in which a command runs, the command, and its line.
MISTAKES: dict[str, tuple[Files, str, str]] = {
    # --- the table of scores ---
    "table of another name": (
        {"board/data/scores.csv": SCORES},
        CHECK,
        "data/results.parquet: the file is missing. Is it 'scores.csv'? Rename it to "
        "'results.csv', or use `leaderboard-site import`.",
    ),
    "table beside its folder": (
        {"board/results.csv": SCORES},
        CHECK,
        "data/results.parquet: the file is missing. Move results.csv into data/.",
    ),
    "a column for each task": (
        {"board/data/results.csv": WIDE},
        CHECK,
        "data/results.csv: column 'task' is missing. Add it: id of the task. "
        "`leaderboard-site import csv` reads tables of other forms.",
    ),
    "decimal comma": (
        {"board/data/results.csv": 'model,task,score\na,t,"0,7"\n'},
        CHECK,
        f"data/results.csv:2: 'score' is '0,7', {NUMBER}",
    ),
    "project that is not there": (
        {},
        CHECK,
        "Error: Invalid value for '--project': Directory 'board' does not exist.",
    ),
    "deploy without a repository": (
        RESULTS,
        "deploy --project board",
        "board: is not in a Git repository. Run `git init` and add a remote.",
    ),
    # --- init and import ---
    "project in place of a file": (
        {"board": "x"},
        "init board",
        "board: this is a file. Name a folder for the project.",
    ),
    "title of a project that has one": (
        {"board/site.toml": ""},
        "init board --title Mine",
        "board/site.toml: it exists already, so --title would change nothing. Set title in it.",
    ),
    "project from a file without scores": (
        {"notes.txt": "x"},
        "init board --from notes.txt",
        f"no score was found. {ANY}",
    ),
    "table without tasks": (
        {"r.csv": "model,score\na,0.4\n"},
        "import csv r.csv --into board",
        "warning: r.csv: skipped: its column 'score' has scores, but no column names their task. "
        "Add a column 'task', or say that all are of one task.",
    ),
    "file of a HELM run": (
        {"run/stats.json": "[]"},
        "import helm run/stats.json --into board",
        "warning: stats.json: skipped: it is not a run folder of HELM, with run_spec.json and "
        "stats.json in it. Name the run folder, not a file in it.",
    ),
    "misspelt command": ({}, "biuld", "Error: No such command 'biuld'. Did you mean 'build'?"),
}


@pytest.mark.parametrize(("files", "command", "line"), MISTAKES.values(), ids=MISTAKES.keys())
def test_each_mistake_is_one_line(tmp_path, monkeypatch, files, command, line):
    """With an exit code, without a traceback, and without a change of any file."""
    for name, content in files.items():
        path = Path(tmp_path, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf8")
    monkeypatch.chdir(tmp_path)
    before = contents(tmp_path)
    said = run(*command.split())
    assert isinstance(said.exception, SystemExit), said.exception
    assert 1 == said.stderr.splitlines().count(line), said.stderr
    assert "Traceback" not in said.output
    assert before == contents(tmp_path)
