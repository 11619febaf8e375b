"""Per-example scores in tests: files of them, the command, their figures by exact arithmetic."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import sqrt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner, Result

from site_builder.commands import main

Row = tuple[str, str, str, str, float]
NAMES = ("model", "task", "variant", "example", "score")
# Of 1/8 and 5/8: everything that is made of these can be checked by hand. `sort` has no baseline.
ROWS: list[Row] = [
    *(("alpha", "add", "base", e, s) for e, s in zip("1234", (0.0, 0.0, 1.0, 1.0), strict=True)),
    *(("alpha", "add", "tuned", e, s) for e, s in zip("1235", (1.0, 0.5, 1.0, 0.0), strict=True)),
    *(("gamma", "add", "base", e, s) for e, s in zip("1234", (1.0, 1.0, 1.0, 0.0), strict=True)),
    ("alpha", "sort", "base", "1", 0.25),
    ("alpha", "sort", "tuned", "1", 0.5),
]
TOML = '[board]\nbaseline = "gamma"\n'


def write_rows(path: Path, rows: Iterable[Row], **more: Any) -> Path:
    """A Parquet file of rows, with the folders that it needs; `more` are columns in place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = dict(zip(NAMES, map(list, zip(*rows, strict=True)), strict=True)) | more
    pq.write_table(pa.table({k: v for k, v in columns.items() if v is not None}), path)
    return path


def project_of(root: Path, toml: str = TOML) -> Path:
    """A project without tables."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "site.toml").write_text(toml)
    return root


def run_aggregate(*args: object) -> Result:
    """The command, in this process."""
    return CliRunner().invoke(main, ["aggregate", *map(str, args)])


def told(said: Result) -> list[str]:
    """What it said, a line each."""
    return said.stderr.splitlines()


def rows_of(project: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table of a project; none where it is not there."""
    path = project / f"data/{table}.parquet"
    return pq.read_table(path).to_pylist() if path.exists() else []


def exact(values: Sequence[float]) -> tuple[float, float | None]:
    """Mean and its standard error by rational numbers: no digit is lost before the last step."""
    numbers = [Fraction(value) for value in values]
    n, mean = len(numbers), sum(numbers) / Fraction(len(numbers))
    if len({*numbers}) == 1:
        return float(mean), None
    squares = sum((number - mean) ** 2 for number in numbers)
    return float(mean), sqrt(squares / ((n - 1) * n))


def exact_of_clusters(values: Sequence[float], clusters: Sequence[str]) -> float | None:
    """The standard error of a mean by clusters, by rational numbers."""
    numbers = [Fraction(value) for value in values]
    mean, sums = sum(numbers) / Fraction(len(numbers)), defaultdict[str, Fraction](Fraction)
    for number, cluster in zip(numbers, clusters, strict=True):
        sums[cluster] += number - mean
    if len(sums) < 2 or len({*numbers}) == 1:
        return None
    squares = sum(of_cluster**2 for of_cluster in sums.values())
    return sqrt(squares * len(sums) / (len(sums) - 1)) / len(numbers)


def by_run(rows: Iterable[Row]) -> dict[tuple[str, str, str], dict[str, float]]:
    """The scores of each run by example."""
    runs: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
    for model, task, variant, example, score in rows:
        runs[model, task, variant][example] = score
    return runs
