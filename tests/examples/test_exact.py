"""Results equal exact arithmetic, to the twelfth digit."""

from math import isclose, sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.helpers.instances import (
    NAMES,
    by_run,
    exact,
    exact_of_clusters,
    project_of,
    rows_of,
    run_aggregate,
    write_rows,
)

# 12 digits of the largest number that a mean or an error is made of.
DIGITS = 1e-12


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


# Squares of scores below 1e-150 are no normal numbers and lose digits: no scale reaches there.
SCORES = st.floats(-1e9, 1e9).filter(lambda score: score == 0 or abs(score) > 1e-100)
SCORES |= st.sampled_from([0.0, 1.0, 0.1, 0.3])
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
