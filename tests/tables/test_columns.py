import math
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.helpers.tables import (
    HIGHER,
    board,
    changed,
    fault_lines,
    having,
    models_frame,
    results_frame,
    tasks_frame,
    write_project,
)

FILL = "Fill it in, or leave the row out."
NO_DATE = "not a date. Write it as YYYY, YYYY-MM or YYYY-MM-DD."
GIVE = "Give the number, or leave"


def faults(tmp_path, **tables):
    """The fault lines of the fixture board with some tables in place of its own."""
    return fault_lines(write_project(tmp_path, board() | tables))


def price_frame(**columns):
    """Two list prices, with some columns in place of the usual ones."""
    usual = {"provider": ["p", "q"], "model": ["alpha", "alpha"], "usd_per_hour": [1.0, 2.0]}
    return pd.DataFrame(usual | columns)


@pytest.mark.parametrize(
    ("name", "column", "meaning"),
    [
        ("results", "model", "id of the model"),
        ("results", "task", "id of the task"),
        ("results", "score", "the score, in the unit of the metric"),
        ("models", "model", "id of the model"),
        ("tasks", "task", "id of the task"),
    ],
)
def test_missing_column_is_a_fault(tmp_path, name, column, meaning):
    frame = board()[name].drop(columns=column)
    line = f"data/{name}.parquet: column '{column}' is missing. Add it: {meaning}."
    assert [line] == faults(tmp_path, **{name: frame})


def test_missing_column_with_a_similar_name(tmp_path):
    line = "data/results.parquet: column 'score' is missing. Is it 'scores'?"
    assert [line] == faults(tmp_path, results=results_frame().rename(columns={"score": "scores"}))


@pytest.mark.parametrize(
    ("name", "column", "meant"),
    [
        ("results", "Flag", "flag"),
        ("results", "n_example", "n_examples"),
        ("models", "licence", "license"),
        ("models", "params_b", None),
        ("tasks", "higher_is_beter", "higher_is_better"),
        ("tasks", "tokens_mean", "tokens_min"),
        ("tasks", "difficulty", None),
    ],
)
def test_misspelt_column_is_a_warning(tmp_path, name, column, meant):
    frame = board()[name].assign(**{column: None})
    line = f"data/{name}.parquet: column '{column}' is not known. Did you mean '{meant}'?"
    assert ([line] if meant else []) == faults(tmp_path, **{name: frame})


def test_named_feature_is_not_misspelt(tmp_path):
    """`site.toml` names it on purpose."""
    tables = board() | {"tasks": having(tasks_frame(), tokens_mean=[3.0, 4.0])}
    toml = '[analysis]\nfeatures = ["tokens_mean"]'
    assert [] == fault_lines(write_project(tmp_path, tables, toml))


@pytest.mark.parametrize(
    ("name", "column", "values", "found", "wanted"),
    [
        ("results", "score", ["0.5"] * 10, "text", "a number"),
        ("results", "score", [True] * 10, "true or false", "a number"),
        ("results", "score", [[0.5]] * 10, "a list", "a number"),
        ("results", "score", [{"a": 1}] * 10, "a structure", "a number"),
        ("results", "score", [b"a"] * 10, "binary", "a number"),
        ("results", "model", range(10), "a number", "text"),
        ("results", "model", [b"alpha"] * 10, "binary", "text"),
        ("results", "variant", [True, None] * 5, "true or false", "text"),
        ("results", "n_examples", ["many"] * 10, "text", "a whole number"),
        ("results", "date", [2024] * 10, "a number", "a date (YYYY, YYYY-MM or YYYY-MM-DD)"),
        ("results", "source", [1.5] * 10, "a number", "a link (http or https) or path"),
        ("tasks", "higher_is_better", [1, 0], "a number", "true or false"),
        ("tasks", "higher_is_better", ["yes", None], "text", "true or false"),
        ("tasks", "train_examples", [True, False], "true or false", "a whole number"),
        ("models", "parameters_b", ["7B", "2B", None], "text", "a number"),
        ("models", "name", [1, 2, 3], "a number", "text"),
    ],
)
def test_column_of_a_wrong_type_is_a_fault(tmp_path, name, column, values, found, wanted):
    frame = board()[name].assign(**{column: list(values)})
    (line,) = faults(tmp_path, **{name: frame})
    # After it an example of what was found, and a remedy.
    assert re.match(
        rf"data/{name}\.parquet: (rows? [^:]*: )?column '{column}' is {found}, "
        rf"not {re.escape(wanted)}(, such as '.+')?\. (Store|Write) .*\.$",
        line,
    ), line


@pytest.mark.parametrize(
    ("column", "cells", "what"),
    [
        ("score", {3: None}, f"row 3: 'score' is null. {FILL}"),
        ("score", {1: None, 10: None}, f"rows 1, 10: 'score' is null. {FILL}"),
        ("score", {2: math.inf}, f"row 2: 'score' is infinite. {GIVE} the row out."),
        ("score", {2: -math.inf}, f"row 2: 'score' is infinite. {GIVE} the row out."),
        ("model", {4: None}, f"row 4: 'model' is null. {FILL}"),
        ("task", {5: None}, f"row 5: 'task' is null. {FILL}"),
    ],
)
def test_required_value_is_null_or_infinite(tmp_path, column, cells, what):
    frame = changed(results_frame(), column, cells)
    assert f"data/results.parquet: {what}" in faults(tmp_path, results=frame)


def test_nan_is_distinguished_from_null(tmp_path):
    scores = changed(results_frame(), "score", {2: np.nan, 5: np.nan})["score"].tolist()
    scores[6] = None
    table = pa.Table.from_pandas(results_frame().drop(columns="score"), preserve_index=False)
    table = table.append_column("score", pa.array(scores, from_pandas=False))
    place = "data/results.parquet"
    assert [
        f"{place}: row 7: 'score' is null. {FILL}",
        f"{place}: rows 2, 5: 'score' is not a number (NaN). {GIVE} the row out.",
    ] == faults(tmp_path, results=table)


@pytest.mark.parametrize(
    ("column", "blank"), [("model", ""), ("task", "\t\n"), ("variant", "\u3000")]
)
def test_blank_id_is_a_fault(tmp_path, column, blank):
    frame = changed(results_frame(), column, {4: blank})
    line = f"data/results.parquet: row 4: '{column}' is empty. Fill it in."
    assert line in faults(tmp_path, results=frame)


@pytest.mark.parametrize(
    ("column", "values", "what"),
    [
        ("stderr", [0.1, -0.1], "row 2: 'stderr' is less than 0"),
        ("stderr", [math.inf, 0.1], f"row 1: 'stderr' is infinite. {GIVE} it null."),
        ("n_examples", [0, 100], "row 1: 'n_examples' is less than 1"),
        ("n_examples", [1.5, 2.5], "rows 1, 2: 'n_examples' is not a whole number"),
        ("n_examples", [-0.5, None], "row 1: 'n_examples' is not a whole number"),
        ("date", ["2024-02-30", None], f"row 1: 'date' is '2024-02-30', {NO_DATE}"),
        ("date", ["2024-05-01", "20240501"], f"row 2: 'date' is '20240501', {NO_DATE}"),
        ("date", ["2024-05", "May"], f"row 2: 'date' is 'May', {NO_DATE}"),
    ],
)
def test_value_out_of_range_is_a_fault(tmp_path, column, values, what):
    frame = results_frame()[:2].assign(**{column: values})
    tables = {"results": frame, "models": models_frame()[:1], "tasks": tasks_frame()[:1]}
    lines = fault_lines(write_project(tmp_path, tables, ""))
    assert f"data/results.parquet: {what}" in lines


def test_lowest_value_is_valid(tmp_path):
    assert [] == faults(tmp_path, results=having(results_frame(), stderr=0.0, n_examples=1))


def test_every_value_of_every_table_is_checked(tmp_path):
    prices = price_frame(provider=["", None], usd_per_hour=[-1.0, math.inf])
    requests = pd.DataFrame({"provider": ["p"], "model": [None], "ttft_s": [-0.1]})
    assert [
        "data/serving_requests.parquet: row 1: 'model' is null. " + FILL,
        "data/serving_requests.parquet: row 1: 'ttft_s' is less than 0",
        "data/prices.parquet: row 2: 'provider' is null. " + FILL,
        "data/prices.parquet: row 1: 'provider' is empty. Fill it in.",
        f"data/prices.parquet: row 2: 'usd_per_hour' is infinite. {GIVE} it null.",
        "data/prices.parquet: row 1: 'usd_per_hour' is less than 0",
    ] == faults(tmp_path, prices=prices, serving_requests=requests)


@pytest.mark.parametrize(
    ("tables", "line"),
    [
        (
            {"results": changed(results_frame(), "variant", {2: "base"})},
            "results.parquet: rows 1, 2: two scores for (alpha, add, base)",
        ),
        (
            {"models": changed(models_frame(), "model", {2: "alpha"})},
            "models.parquet: rows 1, 2: two models for 'alpha'",
        ),
        (
            {"tasks": pd.concat([tasks_frame()] * 3)},
            "tasks.parquet: rows 1, 3, 5: three tasks for 'add'",
        ),
        (
            {"tasks": pd.concat([tasks_frame()] * 4)},
            "tasks.parquet: rows 2, 4, 6, 8: four tasks for 'sort'",
        ),
        (
            {"tasks": pd.concat([tasks_frame()] * 6)},
            "tasks.parquet: rows 1, 3, 5, 7, 9 and 1 more: 6 tasks for 'add'",
        ),
        (
            {"prices": price_frame(provider=["p", "p"])},
            "prices.parquet: rows 1, 2: two prices for (p, alpha)",
        ),
    ],
)
def test_two_rows_with_one_key_are_a_fault(tmp_path, tables, line):
    noun = line.split(" for ")[0].split()[-1].removesuffix("s")
    assert f"data/{line}. Keep one {noun} for each." in faults(tmp_path, **tables)


def test_missing_variant_is_the_base_in_keys(tmp_path):
    frame = changed(results_frame(), "variant", {2: None})
    line = "rows 1, 2: two scores for (alpha, add, base). Keep one score for each."
    assert f"data/results.parquet: {line}" in faults(tmp_path, results=frame)
    toml = '[board]\nbase_variant = "fine_tuned"'
    frame = changed(results_frame(), "variant", {1: None})
    lines = fault_lines(write_project(tmp_path, {"results": frame}, toml))
    line = "rows 1, 2: two scores for (alpha, add, fine_tuned). Keep one score for each."
    assert f"data/results.parquet: {line}" in lines


def test_key_without_variants_is_model_and_task(tmp_path):
    frame = results_frame()[:2].drop(columns="variant")
    lines = fault_lines(write_project(tmp_path, {"results": frame}, HIGHER))
    line = "rows 1, 2: two scores for (alpha, add). Keep one score for each."
    assert [f"data/results.parquet: {line}"] == lines


def test_rows_with_a_null_in_the_key_are_not_duplicates(tmp_path):
    """Other duplicates are found; a missing column stops the check."""
    frame = changed(results_frame(), "model", {1: None, 2: None})
    frame = changed(frame, "variant", {2: "base", 4: "base"})
    lines = faults(tmp_path, results=frame)
    duplicates = [line for line in lines if "scores for" in line]
    line = "rows 3, 4: two scores for (alpha, sort, base). Keep one score for each."
    assert [f"data/results.parquet: {line}"] == duplicates
    lines = faults(tmp_path, results=results_frame().drop(columns="task"))
    assert [] == [line for line in lines if "scores for" in line]
