import csv
import gzip
import io
import json
from hashlib import sha256

import pandas as pd
import pyarrow as pa
import pytest

from site_builder.tables.export import ExportedTable, export_tables
from site_builder.tables.read import load_tables
from site_builder.tables.schema import RESULTS
from tests.helpers.tables import board, parquet, results_frame, write_project


def export(tmp_path, table) -> ExportedTable:
    """The results table of a project, as it is published."""
    write_project(tmp_path, {"results": table})
    (exported,) = export_tables(load_tables(tmp_path / "data").tables)
    return exported


def contents(tmp_path, **columns) -> tuple[list[list[str]], list[dict[str, object]]]:
    """A table as its CSV rows, heading first, and its JSON records."""
    files = unpacked(export(tmp_path, pa.table(columns)))
    rows = list(csv.reader(io.StringIO(files["csv.gz"].decode(), newline="")))
    return rows, json.loads(files["json.gz"])


def unpacked(table: ExportedTable) -> dict[str, bytes]:
    """The CSV and JSON of a table, by the ending of the file."""
    files = {file.ending: file.content for file in table.files}
    return {ending: gzip.decompress(files[ending]) for ending in ("csv.gz", "json.gz")}


def test_table_comes_as_three_files_with_their_checksums(tmp_path):
    """The Parquet file as it is, CSV and JSON gzipped, each with its SHA-256."""
    files = export(tmp_path, results_frame()).files
    assert ["parquet", "csv.gz", "json.gz"] == [file.ending for file in files]
    assert parquet(results_frame()) == files[0].content
    assert [sha256(file.content).hexdigest() for file in files] == [file.sha256 for file in files]


def test_columns_say_what_they_are(tmp_path):
    """A column comes with its entry of the contract, if any, and the number of its values."""
    frame = results_frame().assign(flag=None, seed=range(10))
    columns = {c.name: (c.spec, c.filled) for c in export(tmp_path, frame).columns}
    assert (RESULTS.column("score"), 10) == columns["score"]
    assert (RESULTS.column("flag"), 0) == columns["flag"]
    assert (None, 10) == columns["seed"]


def test_csv_and_json_hold_the_numbers_of_the_table(tmp_path):
    scores = [0.1, 1 / 3, 1e-300, 1e11, -0.0]
    rows, records = contents(tmp_path, score=scores)
    assert scores == [float(score) for (score,) in rows[1:]]
    assert scores == [record["score"] for record in records]


@pytest.mark.parametrize(
    ("values", "in_csv", "in_json"),
    [
        (pa.array([1, None]), ["1", ""], [1, None]),
        (pa.array([2**60, None]), [str(float(2**60)), ""], [2.0**60, None]),
        (pa.array([2**60, 1]), [str(2**60), "1"], [2**60, 1]),
        (pa.array([1.5, None]), ["1.5", ""], [1.5, None]),
        (pa.array([float("nan"), float("-inf")]), ["", "-inf"], [None, "-inf"]),
        (pa.array([True, None]), ["True", ""], [True, None]),
        (pa.array([True, False]), ["True", "False"], [True, False]),
        (pa.array(["a,\n\"b\"", None]), ["a,\n\"b\"", ""], ["a,\n\"b\"", None]),
        (pa.array(["a\rb", "b\r\n"]), ["a\rb", "b\r\n"], ["a\rb", "b\r\n"]),
        (pa.array(["é</script>", ""]), ["é</script>", ""], ["é</script>", ""]),
        (pa.array([[1, 2], None]), ["[1, 2]", ""], ["[1, 2]", None]),
        (pa.nulls(2), ["", ""], [None, None]),
    ],
)  # fmt: skip
def test_values_are_written_as_what_they_are(tmp_path, values, in_csv, in_json):
    """Whole numbers stay whole, missing values are empty or null, any text is read back."""
    rows, records = contents(tmp_path, first=pa.array(["x", "y"]), extra=values)
    assert in_csv == [row[1] for row in rows[1:]]
    assert in_json == [record["extra"] for record in records]


FORMULAS = (
    *("=1+1", "=cmd|'/C calc'!A0", "+1+1", "-1-1", "-", "+1e", "@SUM(A1)", "\tx", "\rx"),
    *("\N{FULLWIDTH EQUALS SIGN}1+1", " =1+1", "\N{NO-BREAK SPACE}=1+1", '"=1+1'),
    *("\N{ZERO WIDTH SPACE}=1+1", "\N{ZERO WIDTH NO-BREAK SPACE} \N{SOFT HYPHEN}@SUM(A1)"),
)
# Where semicolons separate cells, a spreadsheet splits a text at its own, despite quotes.
DEFUSED = {
    **{text: f"'{text}" for text in FORMULAS},
    "a;=1+1": "a;'=1+1",
    "a; \N{ZERO WIDTH SPACE}=1;-2;+x": "a;' \N{ZERO WIDTH SPACE}=1;-2;'+x",
    "a\n=1": "a\n'=1",
    "\n=1": "'\n'=1",
    "=1;=2": "'=1;'=2",
}
HARMLESS = ("-0.12", "+1", "-1e-5", "-.5", "1-1", "a=b", "'=1", " -2", "a;-0.5;b", "a; b=c, -d")


def test_formulas_are_defused_in_csv_alone(tmp_path):
    """A spreadsheet does not run what cells and headings hold; JSON and numbers are left alone."""
    texts = [*DEFUSED, *HARMLESS]
    scores = pa.array([-1.5] * len(texts))
    (heading, *rows), records = contents(tmp_path, **{"=1+1": pa.array(texts), "-0.12": scores})
    assert ["'=1+1", "-0.12"] == heading
    assert {**DEFUSED, **dict.fromkeys(HARMLESS)} == {
        text: csv_text if csv_text != text else None
        for text, (csv_text, _) in zip(texts, rows, strict=True)
    }
    assert {"-1.5"} == {score for _, score in rows}
    assert texts == [record["=1+1"] for record in records]


def test_table_without_rows_is_exported(tmp_path):
    empty = board()["results"][:0]
    files = unpacked(export(tmp_path, pd.DataFrame(empty)))
    assert [b"model,task,variant,score\r\n", b"[]\n"] == list(files.values())
