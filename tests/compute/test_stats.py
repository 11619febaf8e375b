import numpy as np
import pandas as pd

from site_builder.compute.stats import compute_training_sets


def training_sets(*sizes, thresholds=(10_000, 20_000)):
    """The training sets of tasks `t1`, `t2`, ... with these sizes; None is not known."""
    frame = pd.DataFrame({"task": [f"t{n}" for n, _ in enumerate(sizes, start=1)]})
    frame["train_examples"] = np.array(sizes, dtype=float)
    return compute_training_sets(frame, thresholds)


def test_share_below_is_strictly_below():
    """A training set of exactly 10,000 examples is not below 10,000; one of 0 is."""
    found = training_sets(9_999, 10_000, 19_999, 20_000, 20_001)
    assert {10_000: 0.2, 20_000: 0.6} == found.shares
    assert {10_000: 0.5, 20_000: 0.5} == training_sets(0, 50_000).shares


def test_unknown_sizes_are_left_out_of_the_share():
    found = training_sets(100, None, 200, 50_000)
    assert {"t1": 100, "t3": 200, "t4": 50_000} == found.sizes
    assert {10_000: 2 / 3, 20_000: 2 / 3} == found.shares
    assert None is training_sets(None, None)


def test_median():
    """The middle one, or the mean of the two in the middle."""
    assert [20, 25] == [training_sets(*n).median for n in ((30, 10, 20), (40, 10, 20, 30))]
