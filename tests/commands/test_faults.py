"""Everything that bad input can be: what `check` and `build` say, and that nothing is touched."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result

from site_builder.commands.console import as_annotations
from site_builder.errors import Fault
from site_builder.prose.template import NAMES, prose_variables
from tests.commands.test_cli import run as command
from tests.helpers.sites import contents, index_results
from tests.helpers.tables import SITE_TOML, Files, board, changed, results_frame, write_project

COMMANDS = ("check", "build")
ERROR_END = "error; nothing was written."


def run(name: str, project: Path, *options: str) -> Result:
    return command(name, "--project", project, "--quiet", *options)


def cell(name: str, column: str, row: int, value: object) -> Files:
    return {name: changed(board()[name], column, {row: value})}


MORE = "Fill it in, or leave the row out."


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = write_project(tmp_path_factory.mktemp("published"), board())
    assert 0 == run("build", project).exit_code
    return project


@pytest.fixture
def broken(published: Path, tmp_path: Path) -> Callable[[Files, dict[str, str]], Path]:
    """Copies the sound project and changes tables and texts of it."""

    def change(tables: Files, texts: dict[str, str]) -> Path:
        project = tmp_path / "project"
        shutil.copytree(published, project)
        write_project(project, tables, site_toml=None)
        for name, text in texts.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text, encoding="utf8")
        return project

    return change


def test_all_faults_of_all_files_in_one_run(broken):
    """The published site stays, to the byte."""
    texts = {
        "site.toml": f"{SITE_TOML}baselin = 'x'\n",
        "data/content/about.md": "{{ nope }}",
        "data/content/lede.md": "{% claim false %}A.{% endclaim %} {{ model('alfa').name }}",
        "templates/about.html": "{{ prose('about') }}{{ nonsense }}",
        "templates/task.html": "\n{{ 1 + }}",
        "other/thesis.tex": "x",
    }
    project = broken({"results": results_frame()[:9]}, texts)
    before = contents(project)
    for name in COMMANDS:
        said = run(name, project, "--out", str(project / "other"))
        assert [
            "site.toml: unknown key 'board.baselin'. Did you mean 'baseline'?",
            "warning: data/results.parquet: the baseline 'gamma' has no score on 1 of 2 tasks: "
            "'sort'",
            f"{project / 'other'}: the folder holds something that leaderboard-site did "
            "not build. Choose another, or empty it.",
            "data/content/about.md:1: 'nope' is undefined",
            "data/content/lede.md:1: model 'alfa' does not exist. Did you mean 'alpha'?",
            "data/content/lede.md:1: the data does not bear this out (false): A. "
            "Rewrite the sentence, or take it out.",
            "templates/about.html:1: 'nonsense' is undefined.",
            "templates/task.html:2: unexpected 'end of print statement'",
            "7 errors; nothing was written.",
        ] == said.stderr.splitlines()
        assert (1, "", before) == (said.exit_code, said.stdout, contents(project))


def test_faults_that_need_no_figures_are_reported_with_broken_tables(broken):
    texts = {
        "data/content/about.md": "{{ nope }} {% include 'x' %} {{ stats.taks }}",
        "data/content/lede.md": "{% if %}",
        "templates/task.html": "{{ 1 + }}",
    }
    project = broken({**cell("results", "score", 1, None), "tasks": b""}, texts)
    assert [
        "data/tasks.parquet: the file is empty (0 bytes). Write it again as Parquet.",
        f"data/results.parquet: row 1: 'score' is null. {MORE}",
        "templates/task.html:1: unexpected 'end of print statement'",
        "data/content/about.md:1: prose has no {% include %}",
        "data/content/about.md:1: 'nope' is undefined",
        "data/content/lede.md:1: Expected an expression, got 'end of statement block'",
        "6 errors; nothing was written.",
    ] == run("build", project).stderr.splitlines()


def test_names_of_prose_are_known_without_figures():
    site = index_results()
    assert {*NAMES} == {*prose_variables(site.results), "link"}


def test_thousands_of_faults_are_counted(tmp_path):
    n = 1_000
    ids = [f"m{i}" for i in range(n)]
    results = pd.DataFrame({"model": ids * 2, "task": ids * 2})
    tables = {
        "results": results.assign(variant="base", score=0.5),
        "models": pd.DataFrame({"model": [f"x{i}" for i in range(n)]}),
        "tasks": pd.DataFrame({"task": ids, "score_min": 1, "score_max": 0}),
    }
    said = run("check", write_project(tmp_path, tables, ""))
    lines = said.stderr.splitlines()
    assert [
        "data/results.parquet: and 980 more like these: two scores or more for one "
        "(model, task, variant)",
        "data/results.parquet: and 980 more like these: models that are not in models.parquet",
        "data/tasks.parquet: and 980 more like these: tasks whose bounds are swapped",
        "warning: data/models.parquet: and 980 more like these: models without a result",
    ] == [line for line in lines if " more like these: " in line]
    assert 4 * 21 + 2 == len(lines)  # with the line on directions
    assert "3,000 errors; nothing was written." == lines[-1]


def test_faults_as_one_document(broken):
    """On stdout, with the keys that the documentation names; people are told the sum."""
    project = broken(cell("results", "score", 1, None), {"data/content/abuot.md": ""})
    said = run("check", project, "--format", "json")
    assert (1, f"1 {ERROR_END}\n") == (said.exit_code, said.stderr)
    assert {
        "ok": False,
        "errors": 1,
        "warnings": 1,
        "faults": [
            {
                "severity": "error",
                "file": "data/results.parquet",
                "line": None,
                "place": "row 1",
                "found": "'score' is null",
                "fix": "Fill it in, or leave the row out.",
                "count": 1,
            },
            {
                "severity": "warning",
                "file": "data/content/abuot.md",
                "line": None,
                "place": "",
                "found": "no page shows this file.",
                "fix": "Did you mean 'about'?",
                "count": 1,
            },
        ],
    } == json.loads(said.stdout)


def test_strict_tells_machines_of_errors(broken):
    """What stops a build is an error in a document and in an annotation."""
    project = broken({}, {"data/content/abuot.md": ""})
    said = run("check", project, "--strict", "--format", "json")
    document = json.loads(said.stdout)
    assert (1, False, 1, 0) == (
        said.exit_code,
        document["ok"],
        document["errors"],
        document["warnings"],
    )
    assert run("check", project, "--strict", "--format", "github").stdout.startswith("::error ")
    assert run("check", project, "--format", "github").stdout.startswith("::warning ")


def test_faults_as_annotations(broken, monkeypatch):
    texts = {"data/content/about.md": "a\n{{ nope }}", "data/content/abuot.md": ""}
    project = broken({}, texts)
    monkeypatch.chdir(project.parent)
    said = command("check", "--project", "project", "--format", "github")
    assert [
        "::warning file=project/data/content/abuot.md::"
        "no page shows this file. Did you mean 'about'?",
        "::error file=project/data/content/about.md,line=2::'nope' is undefined",
    ] == said.stdout.splitlines()
    assert said.stderr.endswith(f"1 {ERROR_END}\n")


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (Fault("a.parquet: row 1", "is odd"), "::error file=a.parquet::row 1: is odd"),
        (
            Fault("a.md:3", "100 % odd\n::error::x"),
            r"::error file=a.md,line=3::100 %25 odd\n::error::x",
        ),
        (Fault("a,b:c.md:3", "x", "y", "warning"), "::warning file=a%2Cb%3Ac.md,line=3::x. y"),
        (Fault("a\nb%.md", "x\r\x1b"), r"::error file=a\nb%25.md::x\r\x1b"),
        (Fault("", "x"), "::error::x"),
    ],
)
def test_annotations_are_escaped(fault, line):
    """Nothing that the data holds ends a message or begins another command."""
    assert line == as_annotations([fault], Path())
