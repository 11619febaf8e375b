"""The aggregate command: results by hand, saved tables, and the report."""

from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from site_builder.config import load_config
from site_builder.examples import database
from site_builder.examples.aggregate import ExampleRun, batches, pair_runs
from tests.commands.test_cli import run
from tests.helpers.imported import contents
from tests.helpers.instances import ROWS, Row, project_of, rows_of, run_aggregate, told, write_rows
from tests.helpers.tables import board as fixture_board
from tests.helpers.tables import write_project


@pytest.fixture
def instances(tmp_path: Path) -> Path:
    """The rows of tests/helpers/instances.py in a folder."""
    write_rows(tmp_path / "instances/part-0.parquet", ROWS)
    return tmp_path / "instances"


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A project with `gamma` as its baseline, and nothing in it."""
    return project_of(tmp_path / "board")


def test_scores_by_hand(instances: Path, board: Path) -> None:
    assert 0 == run_aggregate(instances, "--into", board).exit_code
    found = {
        (row["model"], row["task"], row["variant"]): (
            row["score"],
            row["stderr"],
            row["n_examples"],
        )
        for row in rows_of(board, "results")
    }
    assert {
        # 0, 0, 1, 1: variance (4 * 0.25) / 3, over 4 examples.
        ("alpha", "add", "base"): (0.5, pytest.approx(sqrt(1 / 3 / 4), rel=1e-15), 4),
        # 1, 0.5, 1, 0: mean 0.625; (2 * 0.140625 + 0.015625 + 0.390625) / 3 / 4 = 0.6875 / 12.
        ("alpha", "add", "tuned"): (0.625, pytest.approx(sqrt(0.6875 / 12), rel=1e-15), 4),
        # 1, 1, 1, 0: (3 * 0.0625 + 0.5625) / 3 / 4 = 0.0625.
        ("gamma", "add", "base"): (0.75, 0.25, 4),
        ("alpha", "sort", "base"): (0.25, None, 1),
        ("alpha", "sort", "tuned"): (0.5, None, 1),
    } == found
    assert {"instances"} == {row["source"] for row in rows_of(board, "results")}


def test_differences_by_hand(instances: Path, board: Path) -> None:
    """Over the common examples; the others are counted."""
    run_aggregate(instances, "--into", board)
    found = {
        (row["task"], row["variant"], row["against"]): [*row.values()][4:]
        for row in rows_of(board, "differences")
    }
    sixth, half = pytest.approx(1 / 6, rel=1e-15), pytest.approx(sqrt(1 / 12), rel=1e-15)
    assert {
        # Examples 1, 2, 3: 1, 0.5, 0. Variance 0.25, over 3 pairs.
        ("add", "tuned", "base"): ["alpha", "base", 0.5, half, 3, 1, 1, None, None],
        # The same: 0, -0.5, 0. Mean -1/6; (2 / 36 + 1 / 9) / 2 / 3 = 1 / 36.
        ("add", "tuned", "baseline"): [
            *("gamma", "base", pytest.approx(-1 / 6, rel=1e-15)),
            *(sixth, 3, 1, 1, 0, 1),
        ],
        # Examples 1 to 4: -1, -1, 0, 1. Mean -0.25; (2 * 0.5625 + 0.0625 + 1.5625) / 3 / 4.
        ("add", "base", "baseline"): [
            *("gamma", "base", -0.25),
            # One higher and two lower, each by 1.
            *(pytest.approx(sqrt(2.75 / 12), rel=1e-15), 4, 0, 0, 1, 2),
        ],
        ("sort", "tuned", "base"): ["alpha", "base", 0.25, None, 1, 0, 0, 1, 0],
    } == found


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
def test_text_files_give_the_same_as_parquet(instances, board, tmp_path, ending):
    """Also with columns in the names of folders."""
    run_aggregate(instances, "--into", board)
    frame = pd.DataFrame(ROWS, columns=["model", "task", "variant", "example", "score"])
    for (model, variant), rows in frame.groupby(["model", "variant"], dropna=False):
        path = tmp_path / f"text/model={model}/variant={variant}/part.{ending}"
        path.parent.mkdir(parents=True)
        rest = rows.drop(columns=["model", "variant"])
        if ending == "jsonl":
            rest.to_json(path, orient="records", lines=True)
        else:
            rest.to_csv(path, index=False, sep="\t" if ending == "tsv" else ",")
    other = project_of(tmp_path / "other")
    said = run_aggregate(tmp_path / "text", "--into", other)
    assert 0 == said.exit_code, said.stderr
    assert rows_of(board, "differences") == rows_of(other, "differences")


def test_fewer_examples_than_the_stored_score(instances: Path, board: Path) -> None:
    """Such as those of a truncated file."""
    run_aggregate(instances, "--into", board)
    part = write_rows(board.parent / "part/a.parquet", ROWS[:2])
    said = run_aggregate(part, "--into", board)
    assert (
        "warning: a.parquet: alpha, add (base): its mean of 2 examples is in place of a score over "
        "4. Import that score again if these are not all examples." in told(said)
    )
    assert not [line for line in told(run_aggregate(part, "--into", board)) if "in place" in line]


def test_report(instances: Path, board: Path) -> None:
    (instances / "notes.md").write_text("notes")
    said = run_aggregate(instances, "--into", board)
    assert (0, "") == (said.exit_code, said.stdout)
    data = board / "data"
    run, of = "warning: instances: alpha, add (tuned):", "the difference is over 3 pairs"
    assert [
        f"warning: {instances / 'notes.md'}: skipped: it is no table",
        f"{run} its base lacks 1 example and has 1 other; {of}",
        f"{run} the baseline, gamma (base), lacks 1 example and has 1 other; {of}",
        "14 rows of 2 models on 2 tasks.",
        "Scores: 5 added, 0 replaced, 0 unchanged, 0 not saved.",
        "Paired differences: 4 added, 0 replaced, 0 unchanged.",
        f"Wrote {data / 'results.parquet'} and {data / 'differences.parquet'}.",
        f"Next: `leaderboard-site check --project {board}`.",
    ] == told(said)[1:]


def test_aggregating_twice_changes_nothing(instances: Path, board: Path) -> None:
    write_rows(instances / "part-1.parquet", [("beta", "add", "base", e, 0.5) for e in "12"])
    rows = [("beta", "add", "tuned", "1", 0.500001), ("beta", "add", "tuned", "2", 0.499999)]
    write_rows(instances / "part-2.parquet", rows)
    run_aggregate(instances, "--into", board)
    path = board / "data/results.parquet"
    noisy = pd.read_parquet(path)
    noisy["score"] *= 1 + 4e-16
    noisy.to_parquet(path, index=False)
    path = board / "data/differences.parquet"
    noisy = pd.read_parquet(path)
    noisy["difference"] += 4e-16  # of the scores, not of a difference that is near 0
    noisy.to_parquet(path, index=False)
    before = contents(board)
    said = run_aggregate(instances, "--into", board)
    assert [
        "Scores: 0 added, 0 replaced, 7 unchanged, 0 not saved.",
        "Paired differences: 0 added, 0 replaced, 7 unchanged.",
        "Nothing changed; nothing was written.",
    ] == told(said)[-3:]
    assert before == contents(board)


def test_changed_difference_is_replaced(instances: Path, board: Path) -> None:
    run_aggregate(instances, "--into", board)
    write_rows(instances / "part-0.parquet", [*ROWS[:-1], ("alpha", "sort", "tuned", "1", 0.75)])
    said = run_aggregate(instances, "--into", board)
    assert "Paired differences: 0 added, 1 replaced, 3 unchanged." in told(said)
    assert 0.5 == rows_of(board, "differences")[-1]["difference"]


def test_dry_run_writes_nothing(instances: Path, board: Path) -> None:
    said = run_aggregate(instances, "--into", board, "--dry-run")
    assert "Nothing was written (--dry-run)." == told(said)[-1]
    assert not (board / "data").exists()


def test_aggregated_project_builds(instances: Path, board: Path) -> None:
    run_aggregate(instances, "--into", board)
    said = run("build", "--project", board, "--quiet")
    assert (0, 2) == (said.exit_code, len(said.stderr.splitlines()))
    assert "nothing states whether higher is better for 'add' and 'sort'" in said.stderr
    assert "the baseline 'gamma' has no score on 1 of 2 tasks" in said.stderr
    assert [*(board / "site").rglob("differences.csv.gz")]
    page = (board / "site/data/index.html").read_text()
    assert "Score differences, paired by example." in page


def test_repeated_rows_count_once(instances: Path, board: Path) -> None:
    write_rows(instances / "again.parquet", ROWS[:3])
    said = run_aggregate(instances, "--into", board)
    assert (
        "warning: instances: alpha, add (base): 3 examples more than once with the same score, "
        "such as '1'. Each counts once."
    ) == told(said)[1]
    assert 4 == rows_of(board, "results")[0]["n_examples"]


def test_models_and_tasks_that_the_tables_lack_are_added(tmp_path: Path) -> None:
    project = write_project(tmp_path / "p", fixture_board())
    rows = [("alhpa", "add", "base", "1", 1.0), ("beta", "multiply", "base", "1", 1.0)]
    said = run_aggregate(write_rows(tmp_path / "i.parquet", rows), "--into", project)
    assert "New: model alhpa and task multiply." in told(said)
    assert ("alhpa", "multiply") == tuple(
        rows_of(project, f"{name}s")[-1][name] for name in ("model", "task")
    )


def test_average_repeats(instances: Path, board: Path) -> None:
    """An example counts once, with the mean of its scores."""
    write_rows(instances / "again.parquet", [("alpha", "add", "base", "1", s) for s in (1.0, 0.5)])
    said = run_aggregate(instances, "--into", board, "--average-repeats")
    assert 0 == said.exit_code
    assert not any("more than once" in line for line in told(said))
    row = rows_of(board, "results")[0]
    # Example 1 has 0, 1 and 0.5: then 0.5, 0, 1, 1. Mean 0.625, error as of 1, 0.5, 1, 0.
    assert (0.625, 4) == (row["score"], row["n_examples"])
    assert sqrt(0.6875 / 12) == pytest.approx(row["stderr"], rel=1e-15)


def test_every_layout_is_read(tmp_path: Path, board: Path) -> None:
    """Folders named by columns, ids like numbers, other types, odd names."""
    i = tmp_path / "i"
    write_rows(i / "model=007/task=a%2Fb/x[1].parquet", ROWS[:4], model=None, task=None)
    write_rows(i / "model=1e3/x*.parquet", ROWS[4:8], model=None, example=[1, 2, 3, 5])
    write_rows(i / "model=1e3/y'.parquet", ROWS[:4], model=None, variant=[None] * 4)
    write_rows(i / "flat.parquet", ROWS[8:12], score=[True, True, False, True])
    write_rows(i / "deep/er/one.pq", ROWS[12:])
    run_aggregate(i, "--into", board)
    assert [
        ("007", "a/b", "base", 0.5),
        ("1e3", "add", "base", 0.5),
        ("1e3", "add", "tuned", 0.625),
        ("gamma", "add", "base", 0.75),
        ("alpha", "sort", "base", 0.25),
        ("alpha", "sort", "tuned", 0.5),
    ] == [
        (row["model"], row["task"], row["variant"], row["score"])
        for row in rows_of(board, "results")
    ]


def test_a_name_is_not_a_pattern(tmp_path: Path, board: Path) -> None:
    for name, row in (("a", ROWS[0]), ("b", ROWS[1]), ("[ab]", ROWS[2]), ("?*", ROWS[3])):
        write_rows(tmp_path / f"{name}.parquet", [row])
    paths = (tmp_path / "[ab].parquet", tmp_path / "?*.parquet")
    said = run_aggregate(*paths, "--into", board)
    assert "2 rows of 1 model on 1 task." in told(said)
    (score,) = rows_of(board, "results")
    assert (1.0, 2) == (score["score"], score["n_examples"])


def test_missing_variant_is_the_base(tmp_path: Path) -> None:
    """The one of `site.toml`, or `base`."""
    board = project_of(tmp_path / "p", '[board]\nbase_variant = "plain"\n')
    write_rows(tmp_path / "i.parquet", ROWS[:4], variant=None)
    run_aggregate(tmp_path / "i.parquet", "--into", board)
    assert "plain" == rows_of(board, "results")[0]["variant"]


@pytest.mark.parametrize(
    ("base", "tuned", "counts"),
    [
        ((0, 0, 1, 1), (1, 1, 0, 1), (2, 1)),
        ((0, 0, 1, 1), (0, 0, 1, 1), (0, 0)),
        ((0.1, 0.0, 0.7, 0.3), (0.3, 0.2, 0.9, 0.5), (4, 0)),  # by 0.2 but for rounding
        ((0, 0, 100, 100), (100, 0, 0, 0), (1, 2)),
        ((0.1, 0.0, 0.7, 0.3), (0.3, 0.2, 0.9, 0.1), (3, 1)),  # by 0.2 but for rounding
        ((0.3, 0.3, 0.3, 0.3), (0.1 + 0.2, 0.3, 0.3, 0.3), (0, 0)),
        ((0, 0, 1, 1), (1, 0.5, 1, 1), (None, None)),
    ],
)
def test_examples_on_which_runs_differ_by_one_amount(tmp_path, board, base, tuned, counts) -> None:
    rows = [
        ("a", "t", variant, str(e), float(score))
        for variant, scores in (("base", base), ("tuned", tuned))
        for e, score in enumerate(scores)
    ]
    write_rows(tmp_path / "i.parquet", rows)
    run_aggregate(tmp_path / "i.parquet", "--into", board)
    [row] = rows_of(board, "differences")
    assert counts == (row.get("n_higher"), row.get("n_lower"))
    assert (counts in ((0, 0), (4, 0))) == (row.get("stderr") is None)  # all are equal


# --- clusters -----------------------------------------------------------------------------------


def test_clusters_by_hand(tmp_path: Path, board: Path) -> None:
    """Two passages with two questions each, and a question alone.

    Scores 1, 1; 0, 0; 1: mean 0.6. Sums of residuals 0.8, -1.2, 0.4, squares 0.64 + 1.44 + 0.16;
    3 clusters: sqrt(3 / 2 x 2.24) / 5. Differences 1, 0; 0, -1; 1: mean 0.2, residuals 0.6, -1.4,
    0.8, squares 2.96: sqrt(3 / 2 x 2.96) / 5.
    """
    passages = ["p", "p", "q", "q", None]
    scores = {"base": (0.0, 1.0, 0.0, 1.0, 0.0), "tuned": (1.0, 1.0, 0.0, 0.0, 1.0)}
    rows = [("a", "t", v, str(e), s) for v, own in scores.items() for e, s in enumerate(own)]
    write_rows(tmp_path / "i.parquet", rows, cluster=passages * 2)
    said = run_aggregate(tmp_path / "i.parquet", "--into", board)
    assert "Standard errors are those of clusters of examples." in told(said)
    row = rows_of(board, "results")[1]
    assert (0.6, 5) == (row["score"], row["n_examples"])
    assert pytest.approx(sqrt(1.5 * 2.24) / 5, rel=1e-14) == row["stderr"]
    [row] = rows_of(board, "differences")
    assert pytest.approx((0.2, sqrt(1.5 * 2.96) / 5)) == (row["difference"], row["stderr"])
    assert None is row.get("n_higher")


@pytest.mark.parametrize(
    ("clusters", "error"),
    [
        # Each example alone: the usual error, 0, 0, 1, 1 and sqrt(1 / 3 / 4).
        (("a", "b", "c", "d"), sqrt(1 / 12)),
        ((None, None, "", "x"), sqrt(1 / 12)),
        # An example without a cluster is alone, though its id is the name of a cluster.
        (("4", "4", "4", None), sqrt(2 * 2 * 0.5**2) / 4),
        # Residuals that cancel, or one cluster, say nothing of how clusters vary.
        (("a", "b", "a", "b"), None),
        (("a", "a", "a", "a"), None),
    ],
)
def test_few_clusters(tmp_path: Path, board: Path, clusters, error) -> None:
    write_rows(tmp_path / "i.parquet", ROWS[:4], cluster=list(clusters))
    run_aggregate(tmp_path / "i.parquet", "--into", board)
    [row] = rows_of(board, "results")
    assert (error and pytest.approx(error, rel=1e-14)) == row.get("stderr")


def test_example_in_several_clusters_is_an_error(tmp_path: Path, board: Path) -> None:
    rows = [("a", "t", "base", e, 1.0) for e in "1122"]
    write_rows(tmp_path / "i.parquet", rows, cluster=["p", "q", "p", "p"])
    said = run_aggregate(tmp_path / "i.parquet", "--into", board, "--average-repeats")
    assert (
        "i.parquet: a, t (base): 1 example in several clusters, such as '1'. "
        "Keep one cluster for each."
    ) == told(said)[0]
    assert 1 == said.exit_code


def test_intervals_of_clusters_hold_their_level(tmp_path: Path, board: Path) -> None:
    """500 tasks with 40 passages of 8 questions, of which the passages explain a third.

    score ± 1.96 stderr holds the true mean 0.5 of 95 in 100 tasks; without clusters, of 73.
    """
    rng, shape = np.random.default_rng(11), (500, 40, 8)
    scores = 0.5 + rng.normal(0, 0.1, (500, 40, 1)) + rng.normal(0, 0.1 * sqrt(2), shape)
    task, passage, question = (places.ravel() for places in np.indices(shape))
    table = pa.table(
        {
            "model": ["a"] * scores.size,
            "task": [f"t{t}" for t in task],
            "example": (passage * 8 + question).tolist(),
            "cluster": passage.tolist(),
            "score": scores.ravel().tolist(),
        }
    )

    def held(table: pa.Table) -> float:
        pq.write_table(table, tmp_path / "i.parquet")
        run_aggregate(tmp_path / "i.parquet", "--into", board)
        rows = rows_of(board, "results")
        return float(np.mean([abs(r["score"] - 0.5) <= 1.96 * r["stderr"] for r in rows]))

    assert 0.954 == held(table)
    assert 0.732 == held(table.drop_columns("cluster"))


def runs_of(*rows: tuple[str, str, str, int]) -> list[ExampleRun]:
    """Runs by task, model, variant and rows, sorted."""
    return sorted(ExampleRun(*row) for row in rows)


def test_batches_have_whole_tasks() -> None:
    """A batch is larger than the limit only for a single task."""
    runs = runs_of(
        *((task, model, "base", 10) for task in "stu" for model in "ab"),
        *(("v", model, "base", 45) for model in "ab"),
        ("w", "a", "base", 5),
    )
    parts = [*batches(runs, 45)]
    assert [(40, "sstt"), (20, "uu"), (90, "vv"), (5, "w")] == [
        (sum(run.rows for run in part), "".join(run.task for run in part)) for part in parts
    ]
    assert runs == [run for part in parts for run in part]


def test_baseline_variant(tmp_path: Path) -> None:
    runs = runs_of(("t", "a", "base", 1), ("t", "gamma", "sft", 1), ("t", "gamma", "ppo", 1))
    toml = '[board]\nbaseline = "gamma"\ntuned_variants = ["sft", "ppo"]\n'
    pairs = pair_runs(runs, load_config(project_of(tmp_path, toml)))
    assert [("a", "sft")] == [(p.run.model, p.other.variant) for p in pairs]


def test_baseline_is_compared_in_the_same_variant(tmp_path: Path) -> None:
    """Where the baseline has no run in a variant, its base scores stand there."""
    variants = {"a": ("base", "sft", "ppo"), "gamma": ("base", "sft")}
    runs = runs_of(*(("t", model, v, 1) for model, of in variants.items() for v in of))
    pairs = pair_runs(runs, load_config(project_of(tmp_path, '[board]\nbaseline = "gamma"\n')))
    beside = [(p.run.variant, p.other.variant) for p in pairs if p.against == "baseline"]
    assert {("base", "base"), ("sft", "sft"), ("ppo", "base")} == {*beside}
    assert 3 == len(beside)


def test_batch_size_changes_nothing(tmp_path: Path, board: Path, monkeypatch) -> None:
    rows: list[Row] = [
        (model, task, variant, str(e), (e * 7 % 5) / 4)
        for model in ("a", "b", "gamma")
        for task in ("t", "u")
        for variant in ("base", "tuned")
        for e in range(20)
    ]
    write_rows(tmp_path / "i.parquet", rows)
    run_aggregate(tmp_path / "i.parquet", "--into", board)
    monkeypatch.setattr(database, "_BYTES_PER_ROW", 10**9)
    other = project_of(tmp_path / "other")
    run_aggregate(tmp_path / "i.parquet", "--into", other)
    for table in ("results", "differences"):
        assert rows_of(board, table) == rows_of(other, table)
