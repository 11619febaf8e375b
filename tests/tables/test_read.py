import datetime as dt
import errno
import signal
import traceback
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from site_builder.tables.files import UnreadableTableError, read_footer
from site_builder.tables.read import LoadedTables, load_tables
from site_builder.tables.schema import MODELS, RESULTS, TASKS
from tests.helpers.tables import (
    board,
    check_project,
    having,
    models_frame,
    parquet,
    results_frame,
    write_project,
)

NOON = dt.datetime(2024, 5, 1, 12)  # noqa: DTZ001 - what a naive timestamp column holds
AGAIN = "Write it again as Parquet."
BEGIN = (
    "Write it, or results.csv or results.jsonl, with one row for a score and the columns "
    "'model', 'task', 'score'."
)


def load(project: Path) -> LoadedTables:
    """The tables of a project."""
    return load_tables(project / "data")


def column_of(tmp_path, values: "pa.Array[Any]", name: str = "extra") -> pd.Series:
    """A column as it is read back from a results table that has no other."""
    project = write_project(tmp_path, {"results": pa.table({name: values})})
    loaded = load(project)
    assert () == loaded.faults
    return loaded.tables["results"].frame[name]


def known(values: pd.Series) -> list[Any]:
    """The values of a column, None for a missing one."""
    return [None if pd.api.types.is_scalar(v) and pd.isna(v) else v for v in values]


@pytest.mark.parametrize("folder", ["data", "nowhere"])
def test_missing_results_are_a_fault(tmp_path, folder):
    (tmp_path / "data").mkdir()
    loaded = load_tables(tmp_path / folder)
    assert [f"data/results.parquet: the file is missing. {BEGIN}"] == [
        str(f) for f in loaded.faults
    ]
    assert not loaded.tables


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty (0 bytes). Write it again as Parquet."),
        (b"model,task,score\n", f"the file is not Parquet. {AGAIN}"),
        (b"PAR1" + b"\xff" * 8 + b"PAR1", "the Parquet file is damaged: "),
        (parquet(results_frame())[:-1], f"the Parquet file is cut short. {AGAIN}"),
        (parquet(results_frame())[4:], f"the file is not Parquet. {AGAIN}"),
    ],
)
def test_damaged_file_is_a_fault(project, content, what):
    write_project(project, {"prices": content})
    loaded = load(project)
    (fault,) = loaded.faults
    assert str(fault).startswith(f"data/prices.parquet: {what}")
    assert {"prices"} == loaded.unreadable
    assert {"results", "models", "tasks"} == set(loaded.tables)


def test_file_without_permission_is_a_fault(project, monkeypatch):

    def refuse(_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    expected = "the file cannot be read: Permission denied. Make it readable."
    assert f"data/models.parquet: {expected}" in [str(fault) for fault in load(project).faults]


def test_text_that_is_not_utf8_is_a_fault(tmp_path):
    """It is found when the file is read, not when a page is written."""
    broken = pa.array([b"\xff\xfe"], pa.binary()).view(pa.string())
    (fault,) = load(write_project(tmp_path, {"results": pa.table({"model": broken})})).faults
    assert str(fault).startswith("data/results.parquet: the Parquet file is damaged: ")


def test_encoding_that_is_not_read_is_a_fault(tmp_path):
    """Texts have to be counted before they are made, which Arrow cannot in this encoding."""
    root, table = write_project(tmp_path, {}), pa.Table.from_pandas(results_frame())
    encoding = {"model": "DELTA_BYTE_ARRAY"}
    path = root / "data/results.parquet"
    pq.write_table(table, path, column_encoding=encoding, use_dictionary=False)
    (fault,) = load(root).faults
    assert "the Parquet file has an encoding that is not read: Not yet" in str(fault)


def test_faulty_metadata_of_a_column_is_a_fault(tmp_path):
    """Arrow would end the process when it is asked for the column.

    The byte says that `model` has a value in each row, and its statistics are of an optional one.
    """
    file = parquet(results_frame()).replace(b"\x25\x02\x18\x05model", b"\x25\x00\x18\x05model", 1)
    what = "Definition level histogram size mismatch, size: 2, expected: 1"
    (fault,) = load(write_project(tmp_path, {"results": file})).faults
    assert f"data/results.parquet: the Parquet file is damaged: {what}. {AGAIN}" == str(fault)
    with pytest.raises(UnreadableTableError, match=what):
        read_footer(tmp_path / "data/results.parquet")


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (pa.array(["a", None]), ["a", None]),
        (pa.array(["a", None], pa.large_string()), ["a", None]),
        (pa.array(["a", None], pa.string_view()), ["a", None]),
        (pa.array(["a", None, "a"]).dictionary_encode(), ["a", None, "a"]),
        (pa.array([0.5, None]).dictionary_encode(), [0.5, None]),
        (pa.array([Decimal("0.125"), None]), [0.125, None]),
        (pa.array([Decimal("0.125")], pa.decimal256(50, 3)), [0.125]),
        (pa.array([1, None], pa.int8()), [1, None]),
        (pa.array([0.5, None], pa.float16()), [0.5, None]),
        (pa.array([True, None]), [True, None]),
        (pa.nulls(2), [None, None]),
        (pa.array([[1, 2], None, []]), ["[1, 2]", None, "[]"]),
        (pa.array([{"a": "é"}, None]), ['{"a": "é"}', None]),
        (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), ['[["k", 1]]']),
        (pa.array([["a"]], pa.list_(pa.dictionary(pa.int32(), pa.string()))), ['["a"]']),
        (pa.array([b"a", None]), ["b'a'", None]),
        (pa.array([1, None], pa.time64("ns")), ["00:00:00.000000001", None]),
        (pa.array([dt.timedelta(1)]), ["1 day, 0:00:00"]),
        (pa.array([dt.date(2024, 5, 1), None]), ["2024-05-01", None]),
        (pa.array([NOON], pa.timestamp("s")), ["2024-05-01 12:00:00.000"]),
    ],
)
def test_further_column_of_any_type_is_read(tmp_path, values, read):
    assert read == known(column_of(tmp_path, values))


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (pa.array(["2024-05-01", "May", None]), ["2024-05-01", "May", None]),
        (pa.array([dt.date(2024, 5, 1), None]), ["2024-05-01", None]),
        (pa.array([dt.date(2024, 5, 1)], pa.date64()), ["2024-05-01"]),
        (pa.array([dt.date(2024, 5, 1)]).dictionary_encode(), ["2024-05-01"]),
        (pa.array([NOON], pa.timestamp("ns")), ["2024-05-01"]),
        (pa.array([NOON.replace(year=9999)], pa.timestamp("us", "UTC")), ["9999-05-01"]),
    ],
)
def test_date_is_read_as_text(tmp_path, values, read):
    assert read == known(column_of(tmp_path, values, "date"))


def test_columns_of_one_name_are_numbered(tmp_path):
    names = ["score", "score", "score (2)", "score"]
    table = pa.table([pa.array([n]) for n in range(4)], names=names)
    frame = load(write_project(tmp_path, {"results": table})).tables["results"].frame
    names = ["score", "score (2)", "score (2) (2)", "score (3)"]
    assert {name: [n] for n, name in enumerate(names)} == frame.to_dict("list")


def tables_of(tmp_path, toml="", **tables):
    """The completed tables of a project that has these and no other."""
    return check_project(write_project(tmp_path, tables, toml))


def test_columns_have_their_types(tmp_path):
    """Every column is there: numbers are floats, text is text, the direction is a boolean."""
    least = results_frame()[["model", "task", "score"]][:1]
    for tables in (tables_of(tmp_path, **board()), tables_of(tmp_path / "least", results=least)):
        frames = (tables.results, tables.models, tables.tasks)
        for frame, spec in zip(frames, (RESULTS, MODELS, TASKS), strict=True):
            for column in spec.columns:
                number = column.type in ("number", "integer")
                flag = "bool" if column.name == "higher_is_better" else "object"
                wanted = "float64" if number else flag if column.type == "boolean" else "str"
                assert (column.name, wanted) == (column.name, str(frame[column.name].dtype))


def test_missing_values_have_their_default(tmp_path):
    """Variant, name and direction have a value in each row; the rest is unknown."""
    results = results_frame()[["model", "task", "score"]][::2]
    results, toml = results.drop_duplicates(["model", "task"]), '[board]\nbase_variant = "few"'
    tables = tables_of(tmp_path, toml, results=results)
    assert {"few"} == set(tables.results["variant"])
    assert ["alpha", "beta", "gamma"] == tables.models["name"].tolist()
    assert ["add", "sort"] == tables.tasks["name"].tolist()
    assert [True, True] == tables.tasks["higher_is_better"].tolist()
    assert tables.tasks["category"].isna().all()
    assert tables.results["flag"].isna().all()


def test_models_and_tasks_come_from_the_results(tmp_path):
    results = results_frame()[::-1]
    tables = tables_of(tmp_path, results=results)
    assert ["gamma", "beta", "alpha"] == tables.models["model"].tolist()
    assert ["sort", "add"] == tables.tasks["task"].tolist()


@pytest.mark.parametrize("blank", ["", " ", "\t", None])
def test_blank_text_is_unknown(tmp_path, blank):
    models = having(models_frame(), name=["A", blank, "C"], developer=[blank, "B", "B"])
    results = having(results_frame(), flag=blank, date=blank)
    requests = pd.DataFrame({"provider": ["p"], "model": ["alpha"], "error_code": [blank]})
    tables = tables_of(tmp_path, results=results, models=models, serving_requests=requests)
    assert ["A", "beta", "C"] == tables.models["name"].tolist()
    assert [True, False, False] == tables.models["developer"].isna().tolist()
    assert tables.results[["flag", "date"]].isna().all(axis=None)
    assert tables.serving_requests is not None
    assert tables.serving_requests["error_code"].isna().all()


def test_missing_optional_tables_are_none(tmp_path):
    prices = pd.DataFrame({"provider": ["p"], "model": ["alpha"], "usd_per_hour": [1.5]})
    tables = tables_of(tmp_path, results=results_frame(), prices=prices)
    assert tables.prices is not None
    assert [1.5] == tables.prices["usd_per_hour"].tolist()
    assert tables.serving_requests is None
    tables = tables_of(tmp_path, results=results_frame(), prices=prices[:0])
    assert tables.prices is None


def test_ctrl_c_while_a_file_is_checked(tmp_path, monkeypatch):
    """Arrow writes down an error of Python, and would write down this one too."""
    results_frame().to_parquet(tmp_path / "results.parquet")
    honest = traceback.format_exception

    def interrupted(*args: Any) -> list[str]:
        signal.raise_signal(signal.SIGINT)
        return honest(*args)

    monkeypatch.setattr(traceback, "format_exception", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read_footer(tmp_path / "results.parquet")
