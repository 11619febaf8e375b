"""Facts in `site.toml`, and what the scores of a task are taken for."""

import io

import pandas as pd
import pytest

from site_builder.config import TaskSection
from site_builder.tables.overrides import find_sections
from tests.commands.test_cli import run
from tests.helpers.tables import (
    board,
    check_project,
    fault_lines,
    having,
    results_frame,
    tasks_frame,
    write_project,
)

TOML = """\
[tasks]
"*" = { category = "All", unit = "proportion" }
"a*" = { category = "A", higher_is_better = false }
add = { name = "Sums" }

[models.beta]
name = "B"
release_date = 2024-05-02
parameters_b = 13
"""


def test_site_toml_states_facts_without_tables(tmp_path):
    tables = check_project(write_project(tmp_path, {"results": results_frame()}, TOML))
    columns = ["task", "name", "category", "higher_is_better", "score_max"]
    facts = tables.tasks[columns].fillna({"score_max": -1.0})
    assert [
        ["add", "Sums", "A", False, -1.0],
        ["sort", "sort", "All", True, 1.0],
    ] == facts.to_numpy().tolist()
    (beta,) = tables.models[tables.models["model"] == "beta"].to_dict("records")
    assert ("B", "2024-05-02", 13.0) == (beta["name"], beta["release_date"], beta["parameters_b"])


def test_facts_replace_those_of_the_table_also_as_published(tmp_path):
    """Other values, rows and columns stay; the file of the project is not touched."""
    files = board() | {"tasks": having(tasks_frame(), turns=[1, 2])}
    toml = '[tasks.sort]\nscore_max = 2\nmetric = "f1"\nevaluation_examples = 50\n'
    root = write_project(tmp_path, files, toml)
    before = (root / "data/tasks.parquet").read_bytes()
    table = check_project(root).loaded["tasks"]
    published = pd.read_parquet(io.BytesIO(table.file))
    assert [1.0, 2.0] == published["score_max"].tolist()
    assert ["accuracy", "f1"] == published["metric"].tolist()
    assert [1, 2] == published["turns"].tolist()
    assert [None, 50] == [n if pd.notna(n) else None for n in published["evaluation_examples"]]
    assert "Int64" == published["evaluation_examples"].dtype
    assert (before, before) == (table.content, (root / "data/tasks.parquet").read_bytes())
    (root / "site.toml").unlink()
    assert before == check_project(root).loaded["tasks"].file


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("en_wer", ["*_wer", "en*", "en_wer"]),
        ("de_wer", ["*_wer"]),
        ("en.wer", ["en*"]),
        ("a*", ["a*"]),
        ("ab", ["a*"]),
        ("fr", []),
    ],
)
def test_a_later_pattern_counts_more_and_the_id_most(name, keys):
    """Only `*` is special: a dot is a dot."""
    every = dict.fromkeys(("en_wer", "*_wer", "en*", "a*", "fr_"), TaskSection())
    assert keys == find_sections(every, name)


def test_sections_that_match_nothing(tmp_path):
    toml = '[tasks]\nsrot = { unit = "s" }\n"*_wer" = { unit = "percent" }\n[models]\nx = {}\n'
    assert [
        "site.toml: [tasks.'srot'] is none of the tasks. Did you mean 'sort'?",
        "site.toml: [tasks.'*_wer'] is none of the tasks. Known tasks: add, sort.",
        "site.toml: [models.'x'] is none of the models. Known models: alpha, beta, gamma.",
    ] == fault_lines(write_project(tmp_path, board(), toml))


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        (
            "[tasks.add]\nhigher_is_bettr = true",
            "unknown key 'tasks.add.higher_is_bettr'. Did you mean 'higher_is_better'?",
        ),
        ("[models.beta]\nparameters_b = -1", "models.beta.parameters_b = -1 must be at least 0"),
        (
            "[tasks.add]\nevaluation_examples = 0",
            "tasks.add.evaluation_examples = 0 must be at least 1",
        ),
    ],
)
def test_bad_facts(tmp_path, toml, line):
    root = write_project(tmp_path, board(), toml)
    said = run("check", "--project", root)
    assert f"site.toml: {line}" in said.stderr.splitlines()


def test_metric_tells_the_direction_that_the_table_does_not_state(tmp_path):
    """A stated direction counts more than the metric."""
    tasks = having(tasks_frame(), metric=["wer", "perplexity"], higher_is_better=[None, True])
    tables = check_project(write_project(tmp_path, board() | {"tasks": tasks}))
    assert [False, True] == tables.tasks["higher_is_better"].tolist()


def test_check_prints_what_is_assumed_and_where_it_comes_from(tmp_path):
    frame = results_frame()
    results = pd.concat([frame.assign(task=frame["task"] + x) for x in "123"])
    tasks = pd.DataFrame(
        {
            "task": [f"{task}{x}" for task in ("add", "sort") for x in "123"],
            "metric": ["wer", "wer", None, "accuracy", "accuracy", "acc"],
            "higher_is_better": [None, None, None, True, True, None],
            "score_max": [None, None, None, 1.0, 1.0, None],
        }
    )
    toml = '[tasks]\n"*3" = { unit = "points" }\nsort3 = { higher_is_better = true }\n'
    root = write_project(tmp_path, {"results": results, "tasks": tasks}, toml)
    said = run("check", "--project", root)
    start = said.stderr.splitlines().index(
        "What scores are taken for; `[tasks]` in site.toml overrides it:"
    )
    assert [
        "better  range      metric        from                       tasks",
        "lower   -          wer           metric 'wer'               add1 and add2",
        "higher  at most 1  accuracy      data/tasks.parquet         sort1 and sort2",
        "higher  -          points        nothing states it          add3",
        "higher  -          acc (points)  site.toml [tasks.'sort3']  sort3",
    ] == [line[2:] for line in said.stderr.splitlines()[start + 1 : start + 6]]
    assert said.stderr.splitlines()[-2] == (
        "warning: data/tasks.parquet: nothing states whether higher is better for 'add3': it is "
        'assumed. State metric or higher_is_better in the tasks table, or "add3" = { '
        "higher_is_better = true } under [tasks] in site.toml."
    )
    assert 1 == run("check", "--project", root, "--strict").exit_code


def test_directions_that_nothing_states_are_one_line(tmp_path):
    """It can be pasted: the pattern for all tasks states nothing twice."""
    ids = [f"t{i}" for i in range(9)]
    results = pd.DataFrame({"model": "m", "task": ids, "score": 0.5})
    (line,) = fault_lines(write_project(tmp_path, {"results": results}, ""))
    assert line.startswith(
        "data/results.parquet: nothing states whether higher is better for 't0', 't1', 't2', 't3' "
        "and 5 more: it is assumed. "
    )
    pasted = "[tasks]\n" + line[line.index('"*"') : line.index(" under [tasks]")]
    assert [] == fault_lines(write_project(tmp_path, {"results": results}, pasted))


@pytest.mark.parametrize(
    ("task", "metric", "unit"),
    [
        ("time to first token", None, None),
        ("en_wer", None, None),
        ("q", "rank", None),
        ("q", "total", "seconds"),
    ],
)
def test_errors_and_costs_need_a_direction(tmp_path, task, metric, unit):
    """Where higher is better by default, the worst would be first."""
    tasks = pd.DataFrame({"task": [task], "metric": [metric], "unit": [unit]})
    results = pd.DataFrame({"model": ["a", "b"], "task": task, "score": [3.0, 7.0]})
    root = write_project(tmp_path, {"results": results, "tasks": tasks}, "")
    (line,) = fault_lines(root)
    assert f"nothing states whether higher is better for {task!r}: the name, metric" in line
    pasted = line[line.index(f'"{task}" = ') if len(task) > 1 else line.index('"q" = ') :]
    (root / "site.toml").write_text("[tasks]\n" + pasted.partition(" under [tasks]")[0])
    assert [False] == check_project(root).tasks["higher_is_better"].tolist()


@pytest.mark.parametrize("task", ["pass rate", "gsm8k accuracy", "F1", "mean reciprocal rank"])
def test_names_of_tasks_tell_that_higher_is_better(tmp_path, task):
    results = pd.DataFrame({"model": ["m"], "task": [task], "score": [0.5]})
    assert [] == fault_lines(write_project(tmp_path, {"results": results}, ""))
