"""DuckDB and Dask give the same results, to the twelfth digit."""

import signal
from collections.abc import Iterator
from itertools import chain
from math import isclose, sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st

from site_builder.errors import SiteError
from site_builder.examples.engines import dask_engine
from tests.helpers.clusters import KillWorker, RunningCluster, running_cluster
from tests.helpers.instances import (
    NAMES,
    ROWS,
    Row,
    by_run,
    exact,
    exact_of_clusters,
    project_of,
    rows_of,
    run_aggregate,
    told,
    write_rows,
)

# 12 digits of the largest number that a mean or an error is made of.
DIGITS = 1e-12


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningCluster]:
    with running_cluster() as running:
        yield running


def on(cluster: RunningCluster) -> tuple[str, ...]:
    return ("--engine", "dask", "--scheduler", cluster.address)


def tables(folder: Path, name: str, *options: str) -> list[list[dict[str, Any]]]:
    """Results and differences of the instances in a folder, by a run of the command."""
    project = project_of(folder / name)
    said = run_aggregate(folder / "i", "--into", project, "--quiet", *options)
    assert 0 == said.exit_code, said.stderr
    return [rows_of(project, table) for table in ("results", "differences")]


def assert_same(
    some: list[list[dict[str, Any]]], others: list[list[dict[str, Any]]], size: float
) -> None:
    """The same rows, numbers to the twelfth digit of the scores' size."""
    assert [len(rows) for rows in some] == [len(rows) for rows in others]
    for row, other in zip(chain(*some), chain(*others), strict=True):
        assert row.keys() == other.keys()
        for name, value in row.items():
            if isinstance(value, float):
                assert isclose(value, other[name], rel_tol=DIGITS, abs_tol=DIGITS * size), name
            else:
                assert value == other[name]


def rows_with(scores: np.ndarray) -> list[Row]:
    """Rows of two models before and after tuning, a few examples missing here and there."""
    numbers = iter(scores.tolist())
    return [
        (model, task, variant, str(example), next(numbers))
        for model in ("alpha", "gamma")
        for task in ("add", "sort")
        for variant in ("base", "tuned")
        for example in range(100)
        if (example + len(model + variant)) % 7
    ]


def test_engines_agree_on_clusters(cluster, tmp_path):
    """Scores far from zero; some examples without a cluster, some clusters of one."""
    rows = rows_with(1e6 + np.random.default_rng(1).random(800))
    clusters = [None if int(e) % 5 == 0 else f"p{int(e) // 4}" for *_, e, _ in rows]
    write_rows(tmp_path / "i/a.parquet", rows[:300], cluster=clusters[:300])
    write_rows(tmp_path / "i/b.parquet", rows[300:], cluster=clusters[300:])
    found = tables(tmp_path, "duck")
    assert_same(found, tables(tmp_path, "dask", *on(cluster)), 1.0)
    of = {e: cluster or f"alone {e}" for (*_, e, _), cluster in zip(rows, clusters, strict=True)}
    runs = by_run(rows)
    for row in found[0]:
        scores = runs[row["model"], row["task"], row["variant"]]
        error = exact_of_clusters([*scores.values()], [of[e] for e in scores])
        assert error is not None
        assert isclose(error, row["stderr"], rel_tol=DIGITS)
        assert isclose(exact([*scores.values()])[0], row["score"], rel_tol=1e-15)
    assert len(runs) == len(found[0])
    for row in found[1]:
        mine = runs[row["model"], row["task"], row["variant"]]
        other = runs[row["against_model"], row["task"], row["against_variant"]]
        both = [e for e in mine if e in other]
        error = exact_of_clusters([mine[e] - other[e] for e in both], [of[e] for e in both])
        assert error is not None
        assert isclose(error, row["stderr"], rel_tol=DIGITS)


def test_half_a_million_examples_lose_no_digit(tmp_path):
    n, right = 500_000, 150_000
    scores = np.zeros(n)
    scores[np.random.default_rng(3).permutation(n)[:right]] = 1.0
    names = {name: pa.array([name]).take(pa.array([0] * n)) for name in NAMES[:3]}
    columns: dict[str, Any] = {
        **names,
        "example": pa.array(np.arange(n)),
        "score": pa.array(scores),
    }
    pq.write_table(pa.table(columns), tmp_path / "i")
    run_aggregate(tmp_path / "i", "--into", project_of(tmp_path / "p"))
    [row] = rows_of(tmp_path / "p", "results")
    assert isclose(0.3, row["score"], rel_tol=1e-13)
    assert isclose(sqrt(0.3 * 0.7 / (n - 1)), row["stderr"], rel_tol=1e-13)


SCORES = st.floats(-1e9, 1e9, allow_subnormal=False) | st.sampled_from([0.0, 1.0, 0.1, 0.3])
Table = dict[tuple[str, str, str, str], float]
TABLES = st.dictionaries(
    st.tuples(
        st.sampled_from(["alpha", "gamma"]),
        st.sampled_from(["add", "ßort/7"]),
        st.sampled_from(["base", "tuned"]),
        st.sampled_from("123456"),
    ),
    SCORES,
    min_size=1,
    max_size=30,
)


@given(TABLES, st.lists(st.sampled_from(["p", "1", "", None]), min_size=6, max_size=6))
@example(
    # The residuals are 0.0042 of a billion: the error is in the twelfth digit, and no rounding.
    {("alpha", "add", "base", e): 1e9 - 0.005 * (e == "3") for e in "123456"},
    ["p", "p", "", "p", "p", "p"],
)
@settings(max_examples=20)
def test_results_equal_exact_arithmetic(table, clusters):
    """Clusters may be named as an example is; one without a name is no cluster.

    If none has a name, the files have no clusters.
    """
    of = {
        e: (cluster and f"cluster {cluster}") or e
        for e, cluster in zip("123456", clusters, strict=True)
    }
    runs = by_run((*key, score) for key, score in table.items())
    with TemporaryDirectory() as folder:
        rows = [(*key, score) for key, score in table.items()]
        named = [clusters["123456".index(row[3])] for row in rows] if any(clusters) else None
        write_rows(Path(folder, "i.parquet"), rows, cluster=named)
        project = project_of(Path(folder, "p"))
        said = run_aggregate(Path(folder, "i.parquet"), "--into", project)
        assert 0 == said.exit_code, said.stderr
        results, paired = rows_of(project, "results"), rows_of(project, "differences")
    for row in results:
        mine = runs[row["model"], row["task"], row["variant"]]
        agrees(mine, of, row["score"], row.get("stderr"), max(map(abs, mine.values())))
        assert len(mine) == row["n_examples"]
    for row in paired:
        mine = runs[row["model"], row["task"], row["variant"]]
        other = runs[row["against_model"], row["task"], row["against_variant"]]
        apart = {e: mine[e] - other[e] for e in mine if e in other}
        size = max(abs(score) for score in (*mine.values(), *other.values()))
        counts = (len(apart), len(mine) - len(apart), len(other) - len(apart))
        assert counts == (row["n_pairs"], row["n_unpaired"], row["n_unpaired_against"])
        if row.get("n_higher") is not None:
            sizes = [abs(value) for value in apart.values() if abs(value) > DIGITS * size]
            assert row["n_higher"] + row["n_lower"] == len(sizes)
            assert max(sizes, default=0) - min(sizes, default=0) <= 1e-4 * size
        if apart:
            agrees(apart, of, row["difference"], row.get("stderr"), size)
        else:
            assert row.get("difference") is row.get("stderr") is None


def agrees(
    values: dict[str, float], of: dict[str, str], mean: float, error: float | None, size: float
) -> None:
    """A mean and its error are those of exact arithmetic."""
    wanted, _ = exact([*values.values()])
    wanted_error = exact_of_clusters([*values.values()], [of[e] for e in values]) or 0.0
    assert isclose(wanted, mean, rel_tol=DIGITS, abs_tol=DIGITS * size)
    assert isclose(wanted_error, error or 0.0, rel_tol=DIGITS, abs_tol=DIGITS * size)
    assert len(values) > 1 or error is None


def test_engines_read_every_layout(cluster, tmp_path):
    """Folders named by columns, ids like numbers, other types, odd names."""
    i = tmp_path / "i"
    write_rows(i / "model=007/task=a%2Fb/x[1].parquet", ROWS[:4], model=None, task=None)
    write_rows(i / "model=1e3/x*.parquet", ROWS[4:8], model=None, example=[1, 2, 3, 5])
    write_rows(i / "model=1e3/y.parquet", ROWS[:4], model=None, variant=[None] * 4)
    write_rows(i / "flat.parquet", ROWS[8:12], score=[True, True, False, True])
    write_rows(i / "deep/er/one.pq", ROWS[12:])
    found = tables(tmp_path, "duck")
    assert_same(found, tables(tmp_path, "dask", *on(cluster)), 1.0)
    assert [
        ("007", "a/b", "base", 0.5),
        ("1e3", "add", "base", 0.5),
        ("1e3", "add", "tuned", 0.625),
        ("gamma", "add", "base", 0.75),
        ("alpha", "sort", "base", 0.25),
        ("alpha", "sort", "tuned", 0.5),
    ] == [(row["model"], row["task"], row["variant"], row["score"]) for row in found[0]]


def test_engines_report_the_same_faults(cluster, tmp_path):
    rows = [*ROWS, ("alpha", "add", "base", "1", 0.0), ("alpha", "add", "base", "2", 1.0)]
    rows += [("alpha", "sort", "base", "2", float("nan")), ("", "sort", "base", "2", 1.0)]
    write_rows(tmp_path / "i.parquet", rows)
    project = project_of(tmp_path / "p")
    one, other = (
        run_aggregate(tmp_path / "i.parquet", "--into", project, *options)
        for options in ((), on(cluster))
    )
    assert (1, told(one)) == (other.exit_code, told(other))
    assert 4 == len(told(one))


def test_cluster_error_is_reported(cluster):
    with pytest.raises(SiteError) as found, dask_engine(cluster.address):
        raise MemoryError("no room\nfor anything")
    assert "Dask says: no room" == str(found.value)


def test_cluster_without_workers():
    with running_cluster(workers=0) as empty:
        with pytest.raises(SiteError) as found, dask_engine(empty.address):
            pass
        assert (
            f"--scheduler {empty.address}: the scheduler has no workers. "
            f"Start some with `dask worker {empty.address}`."
        ) == str(found.value)


def test_job_finishes_after_a_worker_is_killed(tmp_path):
    rows = rows_with(np.random.default_rng(2).random(800))
    for n in range(4):
        write_rows(tmp_path / f"i/{n}.parquet", rows[n::4])
    with running_cluster() as cluster:
        with Client(cluster.address, set_as_default=False) as client:
            client.register_plugin(KillWorker(cluster.workers[0].pid, after=40))
        found = tables(tmp_path, "dask", *on(cluster))
        assert -signal.SIGKILL == cluster.workers[0].wait()
        assert cluster.workers[1].poll() is None
    assert_same(tables(tmp_path, "duck"), found, 1.0)
