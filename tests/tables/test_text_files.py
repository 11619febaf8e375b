"""Read scores from a CSV or Parquet file outside a project, and report every fault."""

import contextlib
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.errors import FaultsError
from site_builder.tables.text_files import read_long_table

NUMBER = "Write a number, such as 0.71, or leave the row out."


def write(folder: Path, text: str | bytes) -> Path:
    """A CSV file."""
    path = folder / "scores.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def faults(path: Path) -> list[str]:
    """The lines that are told of a file, without its name."""
    with pytest.raises(FaultsError) as error:
        read_long_table(path)
    return [str(fault).removeprefix(f"{path}: ") for fault in error.value.faults]


def test_columns_have_their_types(tmp_path):
    """Ids are text even if they look like numbers; blank is null; other columns are text."""
    table = read_long_table(
        write(
            tmp_path,
            "\ufeffmodel, task,score,n_examples,stderr,seed\r\n"
            '007,t,0.50,10,,1\r\n"a, b",t,.25,,1e-3,\r\n\r\n',
        )
    )
    frame = table.frame
    assert ["007", "a, b"] == frame["model"].tolist()
    assert [0.5, 0.25] == frame["score"].tolist()
    assert "Int64" == str(frame["n_examples"].dtype)
    assert [10, None] == [None if pd.isna(n) else n for n in frame["n_examples"]]
    assert pd.isna(frame["stderr"][0])
    assert 0.001 == frame["stderr"][1]
    assert ["1", None] == [None if pd.isna(s) else s for s in frame["seed"]]


def test_csv_is_converted_to_parquet(tmp_path):
    table = read_long_table(write(tmp_path, "model,task,score\na,t,1\nb,t,2\n"))
    (tmp_path / "results.parquet").write_bytes(table.file)
    assert [
        {"model": "a", "task": "t", "score": 1.0},
        {"model": "b", "task": "t", "score": 2.0},
    ] == pq.read_table(tmp_path / "results.parquet").to_pylist()


def test_parquet_is_not_changed(tmp_path):
    path = tmp_path / "scores.PARQUET"
    pd.DataFrame({"model": ["a"], "task": ["t"], "score": [0.5]}).to_parquet(path)
    assert path.read_bytes() == read_long_table(path).file


def test_every_fault_of_the_rows_in_one_run(tmp_path):
    rows = ["a,t,base,0.5,10", "a,t,base,0.5,x", 'b,t,,"0,7",2.5', ",t,,,3"]
    path = write(tmp_path, "model,task,variant,score,n_examples\n" + "\n".join(rows))
    assert [
        f"row 3: 'score' is '0,7', not a number. {NUMBER}",
        "row 2: 'n_examples' is 'x', not a number. Write a number, such as 0.71, or nothing.",
        "row 4: 'model' is null. Fill it in, or leave the row out.",
        "row 4: 'score' is null. Fill it in, or leave the row out.",
        "row 3: 'n_examples' is not a whole number",
        "rows 1, 2: two scores for (a, t, base). Keep one score for each.",
    ] == faults(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty. Write a heading, and one row per score."),
        ("\n\n", "the file is empty. Write a heading, and one row per score."),
        ("model,task,score\n", "the table has no rows. Write at least one row for a score."),
        (b"model\xff", "is not UTF-8 text. Save it as CSV in UTF-8, or as Parquet."),
        ('model,task,score\n"a,t,1', "is not valid CSV: unexpected end of data"),
        ("model;task;score\na;t;1", "the values are separated by ';'. Separate them by commas."),
        ("model,task,score,score\na,t,1,1", "2 columns are called 'score'. Keep one."),
        ("model,task,score\na,t,1\nb,t\n", "row 2: it has 2 values, the heading 3"),
        ("modle,task,score\na,t,1", "column 'model' is missing. Is it 'modle'?"),
        ("model,task,score\na,t,inf", f"row 1: 'score' is 'inf', not a number. {NUMBER}"),
        (
            "model,task,score\na,t,1e999",
            "row 1: 'score' is infinite. Give the number, or leave the row out.",
        ),
    ],
)
def test_file_that_is_not_a_table_of_scores(tmp_path, text, told):
    assert [told] == faults(write(tmp_path, text))


def test_file_that_is_not_parquet(tmp_path):
    path = tmp_path / "scores.parquet"
    path.write_bytes(b"model,task,score")
    assert ["the file is not Parquet. Write it again as Parquet."] == faults(path)


def test_many_faults_are_counted(tmp_path):
    path = write(tmp_path, "model,task,score\n" + "".join(f"m{i},t,?\n" for i in range(50)))
    told = faults(path)
    assert 21 == len(told)
    assert "and 30 more like these: values of 'score' that are not numbers" == told[-1]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_reported(tmp_path_factory, junk):
    path = write(tmp_path_factory.mktemp("junk"), b"model,task,score,n_examples\n" + junk)
    with contextlib.suppress(FaultsError):
        read_long_table(path)
