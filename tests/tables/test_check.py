import datetime as dt
import json
import math

import pandas as pd
import pyarrow as pa
import pytest

from tests.helpers.hostile import IDS
from tests.helpers.tables import (
    HIGHER,
    SITE_TOML,
    changed,
    fault_lines,
    having,
    models_frame,
    parquet,
    results_frame,
    tasks_frame,
    write_project,
)
from tests.helpers.tables import board_faults as lines


def one_score(**columns):
    """A results table of one score, with further columns."""
    return pd.DataFrame({"model": ["alpha"], "task": ["add"], "score": [0.5]} | columns)


def test_every_fault_is_reported_in_one_run(tmp_path):
    """Files, columns, values, keys, references and `site.toml`."""
    results = changed(results_frame(), "task", {4: "srot"})
    results = changed(results, "score", {1: None, 2: 7.5})
    results = pd.concat([results, results[7:8]], ignore_index=True)
    toml = "[board]\nbaseline = 'gama'\n[analysis]\nfeatures = ['token_p95']"
    tables = {
        "results": results,
        "models": having(models_frame(), parameters_b=["2B", "7B", None], licence="MIT"),
        "tasks": tasks_frame().drop(columns="train_examples"),
        "prices": b"junk",
        "result": b"",
    }
    assert [
        "data/prices.parquet: the file is not Parquet. Write it again as Parquet.",
        "data: 'result.parquet' is not a table of the site and is ignored. "
        "Did you mean 'results.parquet'?",
        "data/results.parquet: row 1: 'score' is null. Fill it in, or leave the row out.",
        "data/results.parquet: rows 8, 11: two scores for (beta, sort, fine_tuned). "
        "Keep one score for each.",
        "data/models.parquet: column 'licence' is not known. Did you mean 'license'?",
        "data/models.parquet: rows 1, 2: column 'parameters_b' is text, not a number, such as "
        "'2B'. Write numbers; null where there is none.",
        "data/results.parquet: row 4: task 'srot' is not in tasks.parquet. Did you mean 'sort'? "
        "If not, add it there.",
        "data/results.parquet: row 2: score 7.5 of task 'add' is outside its bounds, 0 to 1. "
        "Correct the score, or score_min and score_max of the task.",
        "site.toml: feature 'token_p95' is not a column of tasks.parquet. "
        "Did you mean 'tokens_p95'?",
        "data/results.parquet: row 4: tuned score without a 'base' score: its lift is not computed",
        "site.toml: baseline 'gama' is not a model. Did you mean 'gamma'?",
    ] == lines(tmp_path, toml, **tables)


@pytest.mark.parametrize(
    ("tables", "line"),
    [
        ({"models": b"junk"}, "data/models.parquet: the file is not Parquet"),
        ({"tasks": b"junk"}, "data/tasks.parquet: the file is not Parquet"),
        (
            {"models": models_frame().rename(columns={"model": "id"})},
            "data/models.parquet: column 'model' is missing",
        ),
        (
            {"tasks": having(tasks_frame(), task=[1, 2])},
            "data/tasks.parquet: column 'task' is a number, not text. Store it as text.",
        ),
        (
            {"tasks": having(tasks_frame(), score_max=["1", "1"])},
            "data/tasks.parquet: row 1: column 'score_max' is text, not a number, such as '1'. "
            "Store it as numbers; pandas.to_numeric converts it.",
        ),
        (
            {"tasks": having(tasks_frame(), score_chance=[math.inf, 0.5])},
            "data/tasks.parquet: row 1: 'score_chance' is infinite. Give the number, or leave it",
        ),
        (
            {"results": having(results_frame(), model=[["a"]] * 10, note="x")},
            "data/results.parquet: column 'model' is a list, not text. Store it as text.",
        ),
        (
            {"results": results_frame().drop(columns="task")},
            "data/results.parquet: column 'task' is missing",
        ),
        (
            {"results": having(results_frame(), score="high")},
            "data/results.parquet: rows 1, 2, 3, 4, 5 and 5 more: column 'score' is text, not a "
            "number, such as 'high'. Write numbers; leave the rows without one out.",
        ),
    ],
)
def test_one_fault_causes_no_other(tmp_path, tables, line):
    toml = f"{SITE_TOML}[analysis]\nfeatures = ['train_examples']"
    (found,) = lines(tmp_path, toml, **tables)
    assert found.startswith(line)


def test_hostile_ids_are_valid(tmp_path):
    """But for one that is blank, and one that differs from another only in case."""
    ids = [one for one in IDS if one not in (" ", "con")]
    tables = {
        "results": pd.DataFrame({"model": ids, "task": ids[::-1], "variant": ids, "score": 0.5}),
        "models": pd.DataFrame({"model": ids}),
        "tasks": pd.DataFrame({"task": ids}),
    }
    toml = f"[board]\nbaseline = {json.dumps('x' * 300)}\ntuned_variants = ['a/b', 'CON']\n"
    toml += HIGHER
    left_out, odd = fault_lines(write_project(tmp_path, tables, toml))
    n = len(ids)
    start = f"site.toml: tuned_variants leaves out {n - 2} of {n} scores: '<script>"
    assert left_out.startswith(start)
    assert odd.startswith("data/results.parquet: the baseline 'xxxx")


@pytest.mark.parametrize(
    "results",
    [
        one_score(score=[-1.5]),
        one_score(score=[7]),
        one_score(score=[False]).astype({"score": "int8"}),
        one_score(model=["phi 2 "]),
        having(results_frame(), score=0.5),
        having(results_frame(), score=[0, 1] * 5),
        results_frame()[::-1],
        results_frame().astype({"model": "category", "task": "category", "variant": "category"}),
        having(results_frame(), date=dt.date(2024, 5, 1)),
        having(results_frame(), date=pd.Timestamp("2024-05-01 12:00", tz="UTC")),
        having(results_frame(), stderr=None, n_examples=None, date=None, source=None, flag=None),
        having(results_frame(), n_examples=[1.0, None] * 5),
        having(results_frame(), source="javascript:alert(1)", command="rm -rf /"),
        having(results_frame(), variant=[None, "fine_tuned"] * 4 + [None] * 2),
    ],
)  # fmt: skip
def test_odd_results_are_valid(tmp_path, results):
    """Scores of any size and sign, any encoding, any further column."""
    assert [] == fault_lines(write_project(tmp_path, {"results": results}, HIGHER))


@pytest.mark.parametrize(
    "change",
    [
        {"results": having(results_frame(), score=[0.0, 1.0] * 5)},
        {"tasks": having(tasks_frame(), score_chance=[0.0, 1.0])},
        {"models": models_frame()[:0]},
        {"tasks": tasks_frame()[:0]},
        {"models": pa.table({"model": pa.array([], pa.null())})},
        {"serving_requests": pd.DataFrame({"provider": [], "model": []})},
        {"prices": pd.DataFrame({"provider": [], "model": [], "usd_per_hour": []})},
        {"models": models_frame()[["model"]]},
        {"models": having(models_frame(), parameters_b=None, license=None)},
        {"models": models_frame()[::-1]},
        {"tasks": tasks_frame()[["task"]]},
        {"tasks": having(tasks_frame(), higher_is_better=[False, None])},
        {"tasks": having(tasks_frame(), score_min=None, score_max=None)},
        {"tasks": having(tasks_frame(), score_min=[0, 0], score_max=[1, 1])},
        {"tasks": having(tasks_frame(), difficulty=[1, 2], languages=[["en"], None])},
        {"models": having(models_frame(), release_date=pd.Timestamp("2024-05-01"))},
    ],
)
def test_odd_optional_tables_are_valid(tmp_path, change):
    assert [] == lines(tmp_path, SITE_TOML + HIGHER, **change)


def test_unreadable_results_do_not_stop_other_checks(tmp_path):
    assert [
        "data/results.parquet: the Parquet file is cut short. Write it again as Parquet.",
        "data/models.parquet: column 'url' is a number, not a link (http or https) or path. "
        "Store it as text.",
    ] == lines(
        tmp_path, results=parquet(results_frame())[:-3], models=having(models_frame(), url=1)
    )
