"""Which tasks a board's table can show, and which file has the scores of each."""

from pathlib import Path
from typing import Any

import pandas as pd

from site_builder.pages import task_columns
from site_builder.pages.page import Site
from site_builder.pages.task_columns import TaskColumns, make_task_columns
from tests.helpers.sites import make_site
from tests.helpers.tables import board, write_project

# A whole with three parts, one of which has parts; a task alone; one that nobody has tried.
TASKS = {"all": None, "web": "all", "code": "all", "sql": "code", "git": "code", "alone": None}
TOML = """[site]
title = "Parts"
cards = false
"""


def site_of(tmp_path: Path, toml: str = TOML, **scores: list[float | None]) -> Site:
    """Two models; without a score, a task is left out of the results."""
    known: dict[str, list[float | None]] = {
        "all": [0.5, 0.25],
        "web": [0.25, None],
        "code": [0.75, 1.0],
        "sql": [0.5, 0.125],
        "git": [1.0, 0.5],
        "alone": [0.0, 0.5],
        **scores,
    }
    rows = [
        {"model": model, "task": task, "score": score}
        for task, values in known.items()
        for model, score in zip("ab", values, strict=True)
        if score is not None
    ]
    tasks = pd.DataFrame({"task": [*TASKS], "part_of": [*TASKS.values()]})
    tables = {"results": pd.DataFrame(rows), "tasks": tasks.assign(higher_is_better=True)}
    return make_site(write_project(tmp_path / "parts", tables, toml))


def facts(columns: TaskColumns) -> dict[str, Any]:
    """What a script knows of each task, by its id."""
    tasks: Any = columns.menu()["tasks"]
    return {task["id"]: task for task in tasks}


def test_parts_follow_their_whole_and_files_keep_them_together(tmp_path, monkeypatch):
    monkeypatch.setattr(task_columns, "_MAX_SCORES", 4)  # of two models, so two tasks a file
    columns = TaskColumns(site_of(tmp_path))
    assert ["all", "web", "code", "sql", "git", "alone"] == [*columns.wholes]
    assert {"web": "all", "code": "all", "sql": "code", "git": "code"} == {
        task: whole for task, whole in columns.wholes.items() if whole
    }
    assert (("all", "alone"), ("web", "code"), ("sql", "git")) == columns.files
    assert 1 + len(columns.files) == len(columns.names)
    # Behind them, which part of "all" is the worst: web of a; b has one score.
    assert {"base": [[25, None], [75, 100], [0, None]]} == columns.scores(1)["values"]
    assert [1, 2] == facts(columns)["all"]["worst"]
    assert 2 == columns.scores(1)["places"]
    assert [1, 0] == facts(columns)["web"]["at"]


def test_a_part_of_a_whole_without_scores_stands_below_the_next(tmp_path):
    columns = TaskColumns(site_of(tmp_path, code=[None, None], sql=[0.5, None], git=[None, 0.5]))
    assert {"web": "all", "sql": "all", "git": "all"} == {
        task: whole for task, whole in columns.wholes.items() if whole
    }


def test_the_worst_part_is_offered_where_parts_compare(tmp_path):
    toml = f'{TOML}[tasks.git]\nmetric = "bleu"\n'
    found = facts(TaskColumns(site_of(tmp_path, toml)))
    assert {"all"} == {task for task, fact in found.items() if "worst" in fact}
    assert "git (bleu)" == found["git"]["title"]
    assert "code, bleu" == found["git"]["note"]


def test_a_board_of_several_offers_its_tasks_and_their_parts(tmp_path):
    toml = f"""{TOML}[[boards]]
id = "code"
tasks = ["code"]
missing = "zero"
[[boards]]
id = "alone"
tasks = ["alone"]
"""
    site = site_of(tmp_path, toml)
    code, alone = map(TaskColumns, site.by_board)
    assert ["code", "sql", "git"] == [*code.wholes]
    assert ["code"] == [task for task in code.wholes if code.counts(task)]  # as 0, where absent
    assert () == alone.names  # its only task is what ranks it
    made = [data.address.key for data in make_task_columns(site)]
    assert ["data/columns/code/tasks.js", "data/columns/code/0.js"] == made


def test_an_entry_beside_the_board_has_the_scores_of_its_own_variant(tmp_path):
    """The baseline was never tuned; the models of the base board have their own scores there."""
    site = make_site(write_project(tmp_path / "fixture", board()))
    assert {"fine_tuned": {"gamma": "base"}, "base": {}} == TaskColumns(site).menu()["borrowed"]
