"""Per-example scores by the hundred million: how long `aggregate` takes, and how much memory."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.helpers.sites import ROOT
from tests.tools.bench.measure import Run, run

SEED = 20240502
ROWS = 100_000_000
MAX_GB = 2.0
"""Target: what 100 million rows may take at once, in 10^9 bytes."""
MODELS, TASKS, VARIANTS = 20, 25, ("base", "fine_tuned")
MISSING = 0.01  # of the examples of a run, others in each


def aggregate_large(rows: int) -> tuple[int, float, Run]:
    """Write about so many rows into a temporary folder, and let the command aggregate them.

    Returns the number of rows, the size of their files in 10^9 bytes, and the run.
    """
    with tempfile.TemporaryDirectory() as name:
        project, files = Path(name, "project"), Path(name, "instances")
        project.mkdir()
        (project / "site.toml").write_text(f'[board]\nbaseline = "{_model(0)}"\n')
        written = sum(_write_instances(files, rows // (MODELS * TASKS * len(VARIANTS))))
        size = sum(path.stat().st_size for path in files.rglob("*.parquet"))
        options = ["--into", str(project), "--memory", "1GB"]
        done = run(["-m", "site_builder", "aggregate", str(files), *options], ROOT)
        found = pq.read_metadata(project / "data/results.parquet").num_rows
        if found != MODELS * TASKS * len(VARIANTS):
            raise RuntimeError(done.said)
    return written, size / 1e9, done


def _model(number: int) -> str:
    return f"lab-{number % 4}/model-{number}"


def _write_instances(folder: Path, examples: int) -> Iterator[int]:
    """A file for each model and variant, a row group a task, examples in any order; its rows.

    Every other task is right or wrong, the others are graded.
    """
    rng = np.random.default_rng(SEED)
    ids = pa.array([f"q{n:07}" for n in range(examples)])
    for number in range(MODELS):
        for variant in VARIANTS:
            path = folder / f"model={_model(number).replace('/', '%2F')}/{variant}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            tables = (_of_task(rng, ids, number, task, variant) for task in range(TASKS))
            first = next(tables)
            with pq.ParquetWriter(path, first.schema) as writer:
                writer.write_table(first)
                for table in tables:
                    writer.write_table(table)
            yield pq.read_metadata(path).num_rows


def _of_task(
    rng: np.random.Generator, ids: "pa.Array[pa.StringScalar]", model: int, task: int, variant: str
) -> pa.Table:
    order = rng.permutation(len(ids))[: round(len(ids) * (1 - MISSING))]
    scores = rng.random(len(order))
    if task % 2:
        scores = (scores < 0.3 + 0.02 * model + 0.1 * (variant != "base")).astype(float)
    names = {"task": f"task-{task}", "variant": variant}
    same = {name: pa.array([value] * len(order)) for name, value in names.items()}
    return pa.table({**same, "example": ids.take(order), "score": pa.array(scores)})
