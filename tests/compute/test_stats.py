import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.compute.stats import compute_training_sets


def training_sets(*sizes, thresholds=(10_000, 20_000)):
    """The training sets of tasks `t1`, `t2`, ... with these sizes; None is not known."""
    frame = pd.DataFrame({"task": [f"t{n}" for n, _ in enumerate(sizes, start=1)]})
    frame["train_examples"] = np.array(sizes, dtype=float)
    return compute_training_sets(frame, thresholds)


def test_share_below_is_strictly_below():
    """A training set of exactly 10,000 examples is not below 10,000."""
    found = training_sets(9_999, 10_000, 19_999, 20_000, 20_001)
    assert {10_000: 1, 20_000: 3} == found.below
    assert {10_000: 0.2, 20_000: 0.6} == found.shares


def test_unknown_sizes_are_left_out_of_the_share():
    found = training_sets(100, None, 200, 50_000)
    assert {"t1": 100, "t3": 200, "t4": 50_000} == found.sizes
    assert {10_000: 2 / 3, 20_000: 2 / 3} == found.shares


def test_no_known_size_no_distribution():
    assert None is training_sets(None, None)


def test_median():
    """The middle one, or the mean of the two in the middle."""
    assert 20 == training_sets(30, 10, 20).median
    assert 25 == training_sets(40, 10, 20, 30).median


def test_bins_are_thirds_of_a_decade():
    """1,000 opens a bin, 2,154 is in it and 2,155 in the next; the empty one between is kept."""
    found = training_sets(1_000, 2_154, 2_155, 9_999, 10_000)
    edges = [1_000, 2_154.43469, 4_641.58883, 10_000, 21_544.3469]
    assert edges == pytest.approx([found.bins[0].low, *(b.high for b in found.bins)])
    assert [("t1", "t2"), ("t3",), ("t4",), ("t5",)] == [b.tasks for b in found.bins]


def test_training_set_of_nothing():
    """Zero has no place on a log axis and counts as below every threshold."""
    found = training_sets(0, 50_000)
    assert {10_000: 0.5, 20_000: 0.5} == found.shares
    assert [("t2",)] == [b.tasks for b in found.bins]
    assert () == training_sets(0).bins


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=8))
def test_each_size_is_in_the_bin_that_holds_it(sizes):
    """Also at exact powers of ten, where logarithms of floats go astray."""
    found = training_sets(*sizes)
    assert sorted(found.sizes) == sorted(task for b in found.bins for task in b.tasks)
    for held in found.bins:
        for task in held.tasks:
            # Cubes are whole: low <= n < high is 10^step <= n³ < 10^(step + 1).
            step = round(3 * np.log10(held.low))
            assert 10**step <= found.sizes[task] ** 3 < 10 ** (step + 1)
