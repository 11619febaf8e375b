"""`audit`: what it says of results that one can do by hand, and that the site says the same."""

import json
import re
import shlex
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from site_builder.compute.results import compute_site
from site_builder.config import load_config
from site_builder.releases import download
from tests.commands.test_cli import run as command
from tests.helpers.sites import ROOT, build, contents
from tests.helpers.tables import board, check_project, write_project
from tests.releases.test_download import Host, error_of, file, hosted, redirect

TASKS = ("t1", "t2", "t3", "t4", "t5", "t6")
Rows: TypeAlias = "Mapping[str, Sequence[float | None]]"
OPEN_ASR = ROOT / "tests/data/harnesses/tables/open_asr.csv"
run = partial(command, "audit")


def audited(*args: object) -> dict[str, Any]:
    """What is said of a source, as a program reads it."""
    said = run(*args, "--format", "json")
    assert 0 == said.exit_code, said.stderr
    found = json.loads(said.stdout)
    assert isinstance(found, dict)
    return found


def text(*args: object) -> str:
    """What a person reads, without the breaks of lines."""
    said = run(*args)
    assert 0 == said.exit_code, said.stderr
    return " ".join(said.stdout.split())


def wide(path: Path, rows: Rows, names: Sequence[str] = TASKS) -> Path:
    """A table with a row for each model and a column for each task; None is an empty cell."""
    lines = [",".join(("model", *names))]
    for model, scores in rows.items():
        lines.append(",".join((model, *("" if s is None else str(s) for s in scores))))
    path.write_text("\n".join(lines), encoding="utf8")
    return path


def test_a_board_that_one_can_do_by_hand(tmp_path):
    """`a` is 0.4 ahead of `b` on every task: with no spread, that is certain.

    `b` and `c` are level where both have a score. `c` may have 0 or 1 on the other: a mean of 3 or
    4 sevenths, against 3.5 sevenths of `b`, and 6.3 sevenths of `a`.
    """
    rows: Rows = {"a": [0.9] * 7, "b": [0.5] * 7, "c": [0.5] * 6 + [None]}
    given = ("--set", "board.min_coverage = 0.5", "--set", 'board.rank_by = "mean"')
    path = wide(tmp_path / "scores.csv", rows, (*TASKS, "t7"))
    found = audited(path, "--higher-is-better", "*", *given)
    assert {"entries": ["a"], "may_be": [], "by": "tasks", "why_not": None} == found["first"]
    assert {"pairs": 2, "too_close": 1} == found["neighbours"]
    missing = found["missing"]
    assert (1, 21, {"c": 1}) == (missing["scores"], missing["of"], missing["entries"])
    assert (["a"], [1, 1]) == (missing["first"], missing["ranks"])
    assert [[1, 1], [2, 3], [2, 3]] == [entry["ranks_if_complete"] for entry in found["entries"]]
    assert (7, 7, {}) == tuple(found["without_task"][key] for key in ("tried", "kept", "leaders"))
    said = text(path, "--higher-is-better", "*", *given)
    for sentence in (
        "a is first, with a mean score of 0.900.",
        "no other model could be first.",
        "1 of 2 neighbouring ranks is too close to call.",
        "1 of 21 scores is missing: c (1). Whatever they are, a is first.",
        "Without any one of the 7 tasks, a is still first.",
        "The lead over b is +0.400;",
    ):
        assert sentence in said


def test_a_task_that_decides_and_a_score_that_could(tmp_path):
    """`a` has 5.5 of 6 and `b` 5 of 6 only because of t6; without it, 4.5 is behind 5.

    `c` would have 5.6 of 6 with a 1 where it has nothing.
    """
    rows: Rows = {
        "a": [0.9] * 5 + [1.0],
        "b": [0.95] * 5 + [0.25],
        "c": [0.92] * 5 + [None],
    }
    path = wide(tmp_path / "scores.csv", rows)
    found = audited(path, "--higher-is-better", "*")
    assert ["b"] == found["without_task"]["leaders"]["t6"]
    assert (["a", "c"], [1, 2]) == (found["missing"]["first"], found["missing"]["ranks"])
    said = text(path, "--higher-is-better", "*")
    assert "1 of 6 tasks decides who is first: without t6 it is b." in said
    assert "With some values of them, c could be first. a could be as low as rank 2." in said


def test_nothing_is_ranked_by_a_guess(tmp_path):
    """A task of unknown direction is left out by name; the option that names it brings it in."""
    rows = {"a": [0.9, 3.1], "b": [0.5, 2.2]}
    path = wide(tmp_path / "scores.csv", rows, ("accuracy", "quux"))
    found = audited(path)
    assert (1, ["quux"]) == (found["tasks"], found["taken"]["directions"])
    assert "Left out, since nothing tells whether higher is better: quux." in text(path)
    found = audited(path, "--lower-is-better", "quux")
    better = {task: s["higher_is_better"] for s in found["scales"] for task in s["tasks"]}
    assert {"accuracy": True, "quux": False} == better
    nothing = run(wide(path, rows, ("quux", "corge")))
    assert (1, "") == (nothing.exit_code, nothing.stdout)
    fault, count = nothing.stderr.splitlines()
    assert "nothing tells whether higher is better for 'quux' and 'corge'" in fault
    assert "--lower-is-better TASK" in fault
    assert "1 error; nothing was audited." == count


def test_nothing_is_averaged_in_a_unit_that_is_not_known(tmp_path):
    """0.5 beside 71 may be 50 percent: that task is left out. 5 may be percent or points."""
    rows: Rows = {"a": [0.5, 5.0, 7.0], "b": [0.6, 6.0, 3.0], "c": [71.0, 4.0, 9.0]}
    path = wide(tmp_path / "scores.csv", rows, ("x", "y", "z"))
    better = ("--higher-is-better", "*")
    found, said = audited(path, *better), text(path, *better)
    assert ["x"] == found["taken"]["mixed"]
    assert "proportions and percentages may be mixed: x (0.5 to 71)" in said
    assert (2, "mean_win_rate", "unknown units") == (found["tasks"], found["rank_by"], found["why"])
    stated = audited(path, *better, "--percent")
    assert (3, "mean", []) == (stated["tasks"], stated["rank_by"], stated["taken"]["mixed"])


def test_mixed_scales_are_named_and_not_averaged(tmp_path):
    rows = {"a": [0.9, 12.0], "b": [0.5, 7.5]}
    path = wide(tmp_path / "scores.csv", rows, ("accuracy", "WER"))
    found = audited(path)
    assert ("mean_win_rate", "mixed units", False) == (
        *(found["rank_by"], found["why"]),
        found["is_one_scale"],
    )
    said = text(path)
    assert "2 kinds: 1 task (accuracy): accuracy, 0 to 1, higher is better;" in said
    assert "A mean over them would add unlike numbers; the mean win rate does not." in said
    stated = text(path, "--set", 'board.rank_by = "mean"')
    assert "They have no common unit, and the mean score adds them all the same." in stated


def test_one_task_is_judged_by_the_errors_of_its_scores(tmp_path):
    """Of 500 examples each, 0.62 and 0.60 are within their errors, 0.62 and 0.44 are not."""
    lines = ("model,task,score,n_examples", "a,pass,0.62,500", "b,pass,0.6,500", "c,pass,0.44,500")
    path = tmp_path / "scores.csv"
    path.write_text("\n".join(lines), encoding="utf8")
    first = audited(path, "--higher-is-better", "*")["first"]
    assert {"entries": ["a"], "may_be": ["b"], "by": "errors", "why_not": None} == first


def verdicts(found: Mapping[str, Any]) -> dict[str, Any]:
    """All that is said of ranks and scores."""
    keys = ("tasks", "scores", "ranked", "rank_by", "first", "neighbours", "without_task", "rules")
    missing = {k: v for k, v in found["missing"].items() if k != "tasks_without_bounds"}
    return {**{key: found[key] for key in keys}, "missing": missing, "entries": found["entries"]}


def test_it_says_what_the_site_of_the_same_file_says(tmp_path):
    """Of a file, of the project that `init` makes of it, and of the tables that it publishes."""
    names = ("t1", "t2", "t3", "t4", "t5", "t6", "t7")
    rows: Rows = {
        "a": [0.81, 0.72, 0.9, 0.64, 0.77, 0.85, 0.7],
        "b": [0.8, 0.74, 0.88, 0.66, 0.75, 0.86, 0.69],
        "c": [0.7, 0.6, 0.8, 0.5, 0.66, 0.73, 0.6],
        "d": [0.3, 0.21, 0.44, 0.15, 0.27, 0.35, 0.2],
        "e": [0.32, 0.2, 0.4, 0.17, 0.25, None, 0.22],
    }
    path = wide(tmp_path / "scores.csv", rows, names)
    project = tmp_path / "project"
    assert 0 == command("init", project, "--from", path, "--higher-is-better").exit_code
    of_file = verdicts(audited(path, "--higher-is-better", "*"))
    assert of_file == verdicts(audited(project))
    assert of_file == verdicts(audited(build(project).folder / "downloads"))
    found = compute_site(check_project(project), load_config(project)).featured.results.board
    pairs = [*pairwise(entry.model for entry in found.ranked)]
    close = [pair for pair in pairs if not found.is_ahead(*pair)]
    assert {"pairs": 3, "too_close": len(close)} == of_file["neighbours"]
    assert [entry.model for entry in found.rivals] == of_file["first"]["may_be"]
    assert 0 < len(close) < 3
    assert [entry.rank_interval for entry in found.ranked] == [
        tuple(entry["ranks"]) for entry in of_file["entries"] if entry["rank"]
    ]


def test_names_are_text_in_every_format(tmp_path):
    """Neither a terminal nor Markdown obeys what a file calls its models."""
    name = "\x1b[31m*x*|~ @someone"
    path = wide(tmp_path / "scores.csv", {name: [0.9] * 6, "b": [0.5] * 6})
    given = ("--higher-is-better", "*")
    said = run(path, *given)
    assert "\x1b" not in said.stdout
    markdown = run(path, *given, "--format", "markdown").stdout
    assert markdown.startswith("### ")
    assert "| Rank |" in markdown
    assert r"\*x\*\|\~ \@someone is first" in markdown
    assert name == audited(path, *given)["entries"][0]["name"]


def test_it_writes_nothing(tmp_path, monkeypatch):
    place, scratch = tmp_path / "here", tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    project = write_project(place / "project", board())
    wide(place / "scores.csv", {"a": [0.9] * 6, "b": [0.5] * 6})
    monkeypatch.chdir(place)
    before = contents(place)
    with hosted(Host({"/scores.csv": file((place / "scores.csv").read_bytes())})) as here:
        for source in (project, "scores.csv", f"{here}/scores.csv"):
            assert run(source, *(("--higher-is-better", "*") * (source != project))).exit_code == 0
    assert before == contents(place)
    assert [] == [*scratch.iterdir()]


def test_a_file_at_an_address(monkeypatch):
    table = b"model,task,score\na,add,0.5\n"
    answers = {"/a.csv": file(table), "/moved.csv": redirect("/a.csv")}
    with hosted(Host(answers)) as here:
        assert table == download.download_file(f"{here}/a.csv")
        moved = error_of(lambda: download.download_file(f"{here}/moved.csv"))
        gone = error_of(lambda: download.download_file(f"{here}/gone.csv"))
        monkeypatch.setattr(download, "_MAX_FILE_BYTES", 5)
        large = error_of(lambda: download.download_file(f"{here}/a.csv"))
    assert f"it redirects to {here}/a.csv" in moved
    assert "there is no such file. Name a file of scores" in gone
    assert "it is larger than 5 bytes" in large
    assert "Write hf://datasets/OWNER/NAME/FILE." in error_of(
        lambda: download.download_file("hf://datasets/owner/name")
    )


@pytest.mark.parametrize(
    ("args", "fault"),
    [
        (["nowhere.csv"], "nowhere.csv: there is no such file or folder. Name a file or folder"),
        ([""], "'': there is no such file or folder"),
        (["scores.csv", "--lower-is-better", "t9"], "is none of the tasks"),
        (["scores.csv", "--set", "board.rank = 1"], "--set: unknown key 'board.rank'"),
        (["scores.csv", "--board", "x"], "--board: there is no board 'x'"),
        (["project", "--percent"], "project: a board states itself what its scores are"),
        (["empty"], "no score was found"),
        (["site"], "this is no file of scores, but a page; a board says there how firm"),
        (["https://example.org/x/"], "this is no file of scores, but a page; a board says there"),
    ],
)
def test_what_cannot_be_audited_is_said_in_a_line(args, fault, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wide(tmp_path / "scores.csv", {"a": [0.9] * 6, "b": [0.5] * 6})
    write_project(tmp_path / "project", board())
    (tmp_path / "empty").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").touch()
    better = ("--higher-is-better", "t*") if args[0] == "scores.csv" else ()
    said = run(*args, *better)
    assert (1, "") == (said.exit_code, said.stdout)
    *lines, count = said.stderr.splitlines()
    assert 1 == len(lines)
    assert fault in lines[0]
    assert "1 error; nothing was audited." == count


def test_a_question_is_answered_by_an_option(tmp_path):
    """What an import asks to write into `site.toml`, an audit takes by --set."""
    path = tmp_path / "scores.csv"
    path.write_text("who,add\na,0.5\nb,0.25\n", encoding="utf8")
    said = run(path, "--higher-is-better", "*")
    assert 1 == said.exit_code
    assert "    # lines of site.toml by --set, after their section: --set 'import." in said.stderr
    assert '    [import]\n    columns = { model = "who" }\n' in said.stderr
    answer = ("--set", 'import.columns = { model = "who" }')
    assert ["a"] == audited(path, "--higher-is-better", "*", *answer)["first"]["entries"]


# --- the documentation ----------------------------------------------------------------------------

PAGE = (ROOT / "docs/audit.md").read_text(encoding="utf8")
README = (ROOT / "README.md").read_text(encoding="utf8")


def test_the_examples_of_the_page_are_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is one screen; the README has the first."""
    monkeypatch.chdir(ROOT)
    examples = re.findall(r"```\n\$ leaderboard-site audit (.*)\n([\s\S]*?)```", PAGE)
    assert 2 == len(examples)
    for args, output in examples:
        assert output == run(*shlex.split(args)).stdout
        lines = output.splitlines()
        assert len(lines) <= 40
        assert max(map(len, lines)) <= 100
        assert [] == [line for line in lines if line != line.rstrip()]
    ((args, output),) = re.findall(r"```\n\$ leaderboard-site audit (.*)\n([\s\S]*?)```", README)
    assert (args, True) == (examples[0][0], examples[0][1].startswith(output))


def test_the_page_explains_every_key() -> None:
    """Of the document, and of what is in it."""
    found = audited(OPEN_ASR)
    inner = (found[key] for key in ("first", "neighbours", "missing", "without_task", "taken"))
    keys = [*found, *(key for part in inner for key in part), *found["entries"][0]]
    assert [] == [key for key in keys if f"`{key}`" not in PAGE]
