"""The fixture board, and builders of projects that differ from it in one thing.

Three models, two tasks, two variants; `gamma` is the baseline and was never tuned:

    model   task   base    fine_tuned   lift over base   lift over baseline
    alpha   add    0.5     0.75         +0.25            +0.125
    alpha   sort   0.25    0.5          +0.25            +0.125
    beta    add    0.25    0.875        +0.625           +0.25
    beta    sort   0.5     0.25         -0.25            -0.125
    gamma   add    0.625
    gamma   sort   0.375

All scores are sums of powers of two, so that every difference is exact.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from site_builder.config import SiteConfig, load_config
from site_builder.errors import FaultsError
from site_builder.tables.check import check_tables
from site_builder.tables.read import LoadedTable, Tables, load_table, load_tables
from site_builder.tables.schema import RESULTS
from site_builder.tables.table_faults import find_table_faults

# Without pictures for links, which take longer than all else of a build.
SITE_TOML = """\
[site]
title = "Fixture board"
cards = false

[board]
baseline = "gamma"
tuned_variants = ["fine_tuned"]
"""
# States the direction of all tasks, for boards whose metrics do not tell it.
HIGHER = '[tasks]\n"*" = { higher_is_better = true }\n'
# What the data folder gets by a file's name: a table, or the bytes of a file.
Files: TypeAlias = Mapping[str, pd.DataFrame | pa.Table | bytes]


def results_frame() -> pd.DataFrame:
    """The ten scores, in the order of the table above: base before tuned."""
    rows = [
        ("alpha", "add", "base", 0.5),
        ("alpha", "add", "fine_tuned", 0.75),
        ("alpha", "sort", "base", 0.25),
        ("alpha", "sort", "fine_tuned", 0.5),
        ("beta", "add", "base", 0.25),
        ("beta", "add", "fine_tuned", 0.875),
        ("beta", "sort", "base", 0.5),
        ("beta", "sort", "fine_tuned", 0.25),
        ("gamma", "add", "base", 0.625),
        ("gamma", "sort", "base", 0.375),
    ]
    return pd.DataFrame(rows, columns=["model", "task", "variant", "score"])


def models_frame() -> pd.DataFrame:
    """The three models; the size of `gamma` is undisclosed."""
    return pd.DataFrame(
        {
            "model": ["alpha", "beta", "gamma"],
            "name": ["Alpha", "Beta", "Gamma"],
            "developer": ["Acme", "Bolt", "Acme"],
            "parameters_b": [2.0, 7.0, None],
        }
    )


def tasks_frame() -> pd.DataFrame:
    """The two tasks, of different categories and one metric that runs from 0 to 1."""
    return pd.DataFrame(
        {
            "task": ["add", "sort"],
            "name": ["Addition", "Sorting"],
            "category": ["Math", "Lists"],
            "metric": ["accuracy", "accuracy"],
            "score_min": [0.0, 0.0],
            "score_max": [1.0, 1.0],
            "train_examples": [100, 10000],
        }
    )


def board() -> dict[str, Any]:
    """The three tables by name, new for each caller, ready to be changed."""
    return {"results": results_frame(), "models": models_frame(), "tasks": tasks_frame()}


def having(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """A copy of `frame` with further columns, or others in place of its own, of any values."""
    return frame.assign(**columns)


def changed(frame: pd.DataFrame, column: str, cells: Mapping[int, object]) -> pd.DataFrame:
    """A copy of `frame` with other values in some rows of a column; rows count from 1."""
    values = frame[column].tolist()
    for row, value in cells.items():
        values[row - 1] = value
    return frame.assign(**{column: values})


def parquet(table: pd.DataFrame | pa.Table) -> bytes:
    """A table as the bytes of a Parquet file."""
    sink = io.BytesIO()
    if isinstance(table, pd.DataFrame):
        table = pa.Table.from_pandas(table, preserve_index=False)
    pq.write_table(table, sink)
    return sink.getvalue()


def write_project(root: Path, files: Files, site_toml: str | None = SITE_TOML) -> Path:
    """Write `site.toml` (none for None) and `data/<name>.parquet` of each table; return `root`."""
    data = root / "data"
    data.mkdir(parents=True, exist_ok=True)
    for name, table in files.items():
        content = table if isinstance(table, bytes) else parquet(table)
        (data / f"{name}.parquet").write_bytes(content)
    if site_toml is not None:
        (root / "site.toml").write_text(site_toml, encoding="utf8")
    return root


def check_project(root: Path) -> Tables:
    """The checked tables of a project, or FaultsError."""
    config = load_config(root)
    return check_tables(load_tables(config.data_dir), config)


def fault_lines(root: Path) -> list[str]:
    """What is wrong or odd with a project, as the lines that are printed; empty for a good one."""
    try:
        return [str(fault) for fault in check_project(root).warnings]
    except FaultsError as error:
        return str(error).split("\n")


def board_faults(root: Path, toml: str = SITE_TOML, **tables: Any) -> list[str]:
    """The fault lines of the fixture board with some tables in place of its own."""
    return fault_lines(write_project(root, board() | tables, toml))


def read_long_table(path: Path) -> LoadedTable:
    """A table of scores, checked alone."""
    table = load_table(RESULTS, path, str(path))
    if found := [*find_table_faults(table, SiteConfig(root=path.parent))]:
        raise FaultsError(found)
    return table
