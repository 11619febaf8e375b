"""What commands print: nothing that a terminal or a log of GitHub Actions obeys."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from site_builder.commands import console, main
from site_builder.commands.console import Console
from tests.helpers.instances import ROWS, project_of, write_rows
from tests.helpers.sites import ROOT
from tests.helpers.workflows import obeyed

# Silences a runner, hides a text, paints a screen, sets its title, turns a line around.
ATTACKS = (
    "zz ##[stop-commands]x",
    "::stop-commands::x",
    " \N{NO-BREAK SPACE} ::add-mask::a",
    "a\n::error::x",
    "a\r##[error]x",
    "\x1b]0;owned\x07",
    "\x9b31m",
    "\N{RIGHT-TO-LEFT OVERRIDE}x",
)
IDS = [text for text in ATTACKS if "\r" not in text]  # which no table may hold


def run(*args: object, **env: str) -> Result:
    return CliRunner().invoke(main, [*map(str, args)], env=env)


def is_harmless(text: str) -> bool:
    """Whether a text, of lines, holds nothing that is obeyed."""
    return [] == obeyed(text) and all(c.isprintable() or c in "\n\N{NO-BREAK SPACE}" for c in text)


@pytest.fixture
def attacked(tmp_path: Path) -> Path:
    """A project whose models, tasks and metrics have hostile ids."""
    root = tmp_path / "board"
    (root / "data").mkdir(parents=True)
    rows = [(m, t, 0.5 + i / 50) for i, m in enumerate(IDS) for t in IDS]
    frame = pd.DataFrame(rows, columns=["model", "task", "score"])
    frame.to_parquet(root / "data/results.parquet")
    tasks = pd.DataFrame({"task": IDS, "metric": IDS})
    tasks.to_parquet(root / "data/tasks.parquet")
    (root / "site.toml").write_text("[site]\ncards = false\n", encoding="utf8")
    return root


def test_check_prints_ids_that_nothing_obeys(attacked):
    said = run("check", "--project", attacked)
    assert 0 == said.exit_code
    assert r"\u0023#[stop-commands]x" in said.stderr
    assert is_harmless(said.stderr)


def test_annotations_are_the_only_commands_of_a_log(attacked):
    """As many as there are faults, and each is one line."""
    results = pd.read_parquet(attacked / "data/results.parquet")
    more = results[: len(IDS)].assign(task=[f"{text}?" for text in IDS])
    pd.concat([results, more]).to_parquet(attacked / "data/results.parquet")
    said = run("check", "--project", attacked, "--format", "github")
    assert 1 == said.exit_code
    assert said.stdout.splitlines() == obeyed(said.stdout)
    assert len(IDS) + 1 == len(obeyed(said.stdout))  # with the line on directions
    assert "##[" not in said.stdout
    assert is_harmless(said.stderr)


def test_a_document_is_no_command_and_keeps_its_values(attacked):
    results = pd.read_parquet(attacked / "data/results.parquet")
    results[:1].assign(task="##[error]x").to_parquet(attacked / "data/results.parquet")
    said = run("check", "--project", attacked, "--format", "json")
    assert is_harmless(said.stdout)
    assert "'##[error]x'" in json.loads(said.stdout)["faults"][0]["found"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_diff_prints_ids_that_nothing_obeys(attacked, tmp_path, form):
    new = shutil.copytree(attacked, tmp_path / "new")
    results = pd.read_parquet(new / "data/results.parquet")
    results.assign(score=results["score"] / 2).to_parquet(new / "data/results.parquet")
    said = run("diff", attacked, new, "--format", form)
    assert 0 == said.exit_code
    assert is_harmless(said.output)
    if form == "json":
        changed = json.loads(said.stdout)["scores"]["changed"]
        assert {*IDS} == {change["model"] for change in changed}


@pytest.mark.parametrize("name", ATTACKS[::2])
def test_imports_print_file_names_and_ids_that_nothing_obeys(tmp_path, name):
    """Of a file that is read, one that is not, and one that does not exist."""
    source = tmp_path / "runs"
    source.mkdir()
    text = f"model,task,score\n{json.dumps(name)},{json.dumps(name)},0.5\n"
    (source / f"{name}.csv").write_text(text, encoding="utf8")
    (source / f"{name}.json").write_text("{", encoding="utf8")
    into = ("--into", tmp_path / "board", "--higher-is-better", "--proportion")
    for path in (source, f"{source}/{name}.txt"):
        said = run("import", "any", path, *into, "--verbose")
        assert is_harmless(said.output), said.output


@pytest.mark.parametrize("name", ATTACKS[1::3])
def test_usage_errors_print_names_that_nothing_obeys(tmp_path, name):
    """Exit code 2, what is wrong, and how to get help; nothing on stdout."""
    for args in (
        ["build", "--nope"],
        ["serve", "--port", "70000"],
        ["build", "--project", tmp_path / name],
        ["build", "--project", tmp_path, name],
        ["import", name, "x", "--into", tmp_path],
        ["aggregate", "x", "--into", tmp_path, "--memory", name],
        [name],
    ):
        said = run(*args)
        assert (2, "") == (said.exit_code, said.stdout)
        assert "Error: " in said.stderr
        assert "Try 'main" in said.stderr
        assert is_harmless(said.output), said.output


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_long_stage_reports_its_progress(tmp_path, monkeypatch, is_terminal):
    """Of rows, and of examples whose number nobody knows."""
    monkeypatch.setattr(console, "_DRAW_EVERY_S" if is_terminal else "_REPORT_EVERY_S", 0)
    write_rows(tmp_path / "rows/a.parquet", ROWS)
    (tmp_path / "x.jsonl").write_text('{"input": "a", "output": "b"}\n' * 3)
    env = {"FORCE_COLOR": "1" if is_terminal else ""}
    for command, source, text in (
        ("aggregate", "rows", f"Aggregating the scores: {len(ROWS)} of {len(ROWS)}"),
        ("profile", "x.jsonl", "Measuring the training sets: 3"),
    ):
        said = run(command, tmp_path / source, "--into", project_of(tmp_path / command), **env)
        assert (f"\x1b[K{text}" if is_terminal else f"  {text}\n") in said.stderr


@pytest.mark.parametrize(
    ("env", "is_coloured"),
    [
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": ""}, False),
    ],
)
def test_only_terminals_get_colours(tmp_path, env, is_coloured):
    said = run("check", "--project", tmp_path, **env)
    assert "data/results.parquet: the file is missing." in said.stderr
    assert is_coloured == ("\x1b[31m" in said.stderr)


def test_a_stage_is_no_markup(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = Console(Path())
    shown.stage("Pushing to [link=x]\x1b]0;owned\x07")
    shown.count(1, 2)
    shown.interrupted()
    said = capsys.readouterr().err
    assert r"[link=x]\x1b]0;owned\x07" in said
    assert "\x1b]" not in said


def test_processes_import_nothing_from_the_project(tmp_path, attacked):
    """Where they are started and not forked, Python would look for modules in this folder first."""
    (attacked / "data/content").mkdir()
    (attacked / "data/content/lede.md").write_text("Text.", encoding="utf8")
    for module in ("struct", "pickle", "multiprocessing", "site_builder"):
        code = f"open({str(tmp_path / 'ran')!r}, 'a').write('x')\nraise SystemExit(3)\n"
        (attacked / f"{module}.py").write_text(code, encoding="utf8")
    script = tmp_path / "leaderboard-site.py"
    script.write_text(
        "import multiprocessing\nfrom site_builder.__main__ import main\n"
        "if __name__ == '__main__': multiprocessing.set_start_method('spawn'); main(['check'])"
    )
    done = subprocess.run(
        [sys.executable, script],
        cwd=attacked,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert not (tmp_path / "ran").exists()
    assert 0 == done.returncode, done.stderr
