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
    models_frame,
    results_frame,
    tasks_frame,
    write_project,
)
from tests.helpers.tables import board_faults as faults

FILL = "Fill it in, or leave the row out."
NO_DATE = "not a date. Write it as YYYY, YYYY-MM or YYYY-MM-DD."
GIVE = "Give the number, or leave"


def price_frame(**columns):
    """Two list prices, with some columns in place of the usual ones."""
    usual = {"provider": ["p", "q"], "model": ["alpha", "alpha"], "usd_per_hour": [1.0, 2.0]}
    return pd.DataFrame(usual | columns)


def test_missing_column_is_a_fault(tmp_path):
    """It says what belongs there, or names a column that may be meant."""
    results = results_frame().rename(columns={"score": "scores"})
    assert [
        "data/results.parquet: column 'score' is missing. Is it 'scores'?",
        "data/models.parquet: column 'model' is missing. Add it: id of the model.",
    ] == faults(tmp_path, results=results, models=models_frame().drop(columns="model"))


MISSPELT: dict[str, dict[str, str | None]] = {
    "results": {"Flag": "flag", "n_example": "n_examples"},
    "models": {"licence": "license", "params_b": None},
    "tasks": {"higher_is_beter": "higher_is_better", "tokens_mean": "tokens_min", "levels": None},
}


def test_misspelt_column_is_a_warning(tmp_path):
    """Unless `site.toml` names it as a feature, or nothing is similar."""
    tables = {
        name: frame.assign(**dict.fromkeys(MISSPELT[name], 1.0)) for name, frame in board().items()
    }
    expected = [
        f"data/{name}.parquet: column '{column}' is not known. Did you mean '{meant}'?"
        for name, columns in MISSPELT.items()
        for column, meant in columns.items()
        if meant
    ]
    assert expected == faults(tmp_path, **tables)
    toml = '[analysis]\nfeatures = ["tokens_mean"]'
    named = fault_lines(write_project(tmp_path, tables, toml))
    assert [line for line in expected if "tokens_mean" not in line] == named


@pytest.mark.parametrize(
    ("name", "column", "values", "found", "wanted"),
    [
        ("results", "score", ["0.5"] * 10, "text", "a number"),
        ("results", "score", [True] * 10, "true or false", "a number"),
        ("results", "score", [[0.5]] * 10, "a list", "a number"),
        ("results", "score", [{"a": 1}] * 10, "a structure", "a number"),
        ("results", "score", [b"a"] * 10, "binary", "a number"),
        ("results", "model", range(10), "a number", "text"),
        ("results", "variant", [True, None] * 5, "true or false", "text"),
        ("results", "n_examples", ["many"] * 10, "text", "a whole number"),
        ("results", "date", [2024] * 10, "a number", "a date (YYYY, YYYY-MM or YYYY-MM-DD)"),
        ("results", "source", [1.5] * 10, "a number", "a link (http or https) or path"),
        ("tasks", "higher_is_better", [1, 0], "a number", "true or false"),
        ("tasks", "train_examples", [True, False], "true or false", "a whole number"),
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
        ("score", {1: None, 10: None}, f"rows 1, 10: 'score' is null. {FILL}"),
        ("score", {2: math.inf}, f"row 2: 'score' is infinite. {GIVE} the row out."),
        ("score", {2: -math.inf}, f"row 2: 'score' is infinite. {GIVE} the row out."),
        ("model", {4: None}, f"row 4: 'model' is null. {FILL}"),
        ("model", {4: ""}, "row 4: 'model' is empty. Fill it in."),
        ("task", {4: "\t\n"}, "row 4: 'task' is empty. Fill it in."),
        ("variant", {4: "\u3000"}, "row 4: 'variant' is empty. Fill it in."),
        ("stderr", {1: 0.0, 2: -0.1}, "row 2: 'stderr' is less than 0"),
        ("stderr", {1: math.inf}, f"row 1: 'stderr' is infinite. {GIVE} it null."),
        ("n_examples", {1: 0, 2: 1}, "row 1: 'n_examples' is less than 1"),
        ("n_examples", {1: 1.5, 2: 2.5}, "rows 1, 2: 'n_examples' is not a whole number"),
        ("n_examples", {1: -0.5}, "row 1: 'n_examples' is not a whole number"),
        ("date", {1: "2024-02-30"}, f"row 1: 'date' is '2024-02-30', {NO_DATE}"),
        ("date", {1: "2024-05-01", 2: "20240501"}, f"row 2: 'date' is '20240501', {NO_DATE}"),
        ("date", {1: "2024-05", 2: "May"}, f"row 2: 'date' is 'May', {NO_DATE}"),
    ],
)
def test_value_that_its_column_does_not_allow(tmp_path, column, cells, what):
    empty = {"stderr": None, "n_examples": None, "date": None}
    frame = changed(results_frame().assign(**empty), column, cells)
    assert f"data/results.parquet: {what}" in faults(tmp_path, results=frame)


def test_nan_is_null(tmp_path):
    scores = changed(results_frame(), "score", {2: np.nan})["score"].tolist()
    table = pa.Table.from_pandas(results_frame().drop(columns="score"), preserve_index=False)
    table = table.append_column("score", pa.array(scores, from_pandas=False))
    assert [f"data/results.parquet: row 2: 'score' is null. {FILL}"] == faults(
        tmp_path, results=table
    )


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
