"""Means and lifts of boards with any scores missing, against the same figures in plain Python."""

from collections.abc import Sequence
from statistics import fmean
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder.compute.results import Results
from tests.helpers.boards import make_frames, make_results, row_of

VARIANTS, N_TASKS = ("base", "sft", "ppo"), 3
Row: TypeAlias = Sequence[float | None]

rows = st.lists(st.none() | st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=3, max_size=3)
# One model has every score, so that every variant exists.
boards = st.fixed_dictionaries(
    {v: st.fixed_dictionaries({"gpt": rows, "a": rows, "b": st.just([0.5] * 3)}) for v in VARIANTS}
)


def results_of(runs: dict[str, dict[str, Row]]) -> Results:
    bounds = {"score_min": [0.0] * N_TASKS, "score_max": [1.0] * N_TASKS}
    # The order of the variants matters, and a shrunk example may have another.
    frames = make_frames({variant: runs[variant] for variant in VARIANTS}, tasks=bounds)
    return make_results(frames, baseline="gpt", min_coverage=0.0, rank_by="mean")


def mean_where(row: Row, other: Row) -> float | None:
    """The mean of a row over the places of another; None where it lacks one, or there is none."""
    found = [a for a, b in zip(row, other, strict=True) if b is not None]
    there = [a for a in found if a is not None]
    return fmean(there) if there and len(there) == len(found) else None


def beside(runs: dict[str, dict[str, Row]], variant: str) -> Row:
    """The baseline's scores that stand beside a variant."""
    scored = [v for v in VARIANTS if any(score is not None for score in runs[v]["gpt"])]
    return runs[variant if variant in scored else (scored or ["base"])[0]]["gpt"]


@settings(max_examples=12)
@given(runs=boards)
def test_figures_that_stand_side_by_side_are_over_the_same_tasks(runs):
    """Averages are; the best lift is the greatest of contenders in their own variant."""
    results = results_of(runs)
    for variant, of in runs.items():
        for model, row in of.items():
            s = row_of(results.boards[variant], model)
            before = None if variant == "base" else mean_where(runs["base"][model], row)
            baseline = mean_where(beside(runs, variant), row)
            assert pytest.approx(before) == s.base_average
            assert pytest.approx(baseline) == s.baseline_average
            if before is not None and s.average is not None:
                assert pytest.approx(s.average - before) == s.lift_over_base
            if baseline is not None and s.average is not None:
                assert pytest.approx(s.average - baseline) == s.lift_over_baseline
    for t, task in enumerate(results.tasks):
        pairs = [
            (runs[v][model][t], beside(runs, v)[t]) for v in ("sft", "ppo") for model in ("a", "b")
        ]
        lifts = [score - other for score, other in pairs if None not in (score, other)]
        assert max(lifts, default=None) == task.best_lift_over_baseline
        best = task.best_against_baseline
        assert (best is None) == (not lifts)
        if best is not None:
            assert (task.baseline_beside(best) or 0.0) + max(lifts) == best.score


@pytest.mark.parametrize(("lower", "lift"), [([], 0.25), (["t1", "t2"], -0.25)])
def test_base_average_is_over_the_tasks_of_the_average(lower, lift):
    """Over t1: 0.5 before and 0.75 after; over both tasks the base average is 0.25."""
    frames = make_frames({"base": {"a": [0.5, 0.0]}, "tuned": {"a": [0.75, None]}}, lower)
    of = row_of(make_results(frames, min_coverage=0.5).board, "a")
    assert (0.75, 0.5, lift) == (of.average, of.base_average, of.lift_over_base)
