"""Lifts paired by example, where the runs differ on few examples."""

from math import sqrt

import numpy as np
import pytest

from site_builder.compute.significance import paired_interval
from tests.compute.test_significance import ROWS, differences, paired, project_with

NAN = float("nan")


def test_paired_lift_by_the_examples_on_which_the_runs_differ(tmp_path):
    """Of 8 examples, alpha gains 2 and loses none: p = 3/10, q = 1/10.

    0.2 ± 1.96 sqrt((0.4 - 0.04) / 10) = -0.172 to 0.572; 0.25 ± 1.96 stderr is -0.071 to 0.571.
    """
    table = differences(ROWS[0]).assign(n_pairs=8, n_higher=2, n_lower=0)
    table["stderr"] = sqrt((0.25 - 0.0625) / 7)
    found = paired(project_with(tmp_path, table))["alpha", "add", "fine_tuned", "base"]
    assert (-0.171877, 0.571877) == pytest.approx(found, abs=1e-6)


def test_paired_lift_turns_where_lower_is_better():
    ends = paired_interval(*(np.array([x]) for x in (-0.25, sqrt(0.1875 / 7), 8.0, 0.0, 2.0, 1.0)))
    assert [-0.571877, 0.171877] == pytest.approx(ends[:, 0], abs=1e-6)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        # In percent, everything is 100 times as large.
        ((25.0, 100 * sqrt(0.1875 / 7), 8, 2, 0, 100), (-17.1877, 57.1877)),
        # All differ: 9/10 - 1/10 ± 1.96 sqrt((1 - 0.64) / 10), cut off at 1; no stderr is known.
        ((1.0, NAN, 8, 8, 0, 1), (0.428121, 1.0)),
        # None differs: ± 1.96 sqrt(0.2 / 10), times the span of the bounds.
        ((0.0, NAN, 8, 0, 0, 100), (-27.7181, 27.7181)),
        ((0.0, NAN, 8, 0, 0, np.inf), (NAN, NAN)),
        ((0.25, 0.1, 8, NAN, NAN, 1), (NAN, NAN)),
        ((NAN, NAN, 0, NAN, NAN, 1), (NAN, NAN)),
    ],
)
def test_interval_of_paired_shares(stated, expected):
    ends = paired_interval(*(np.array([float(x)]) for x in stated))
    assert expected == pytest.approx(tuple(ends[:, 0]), abs=1e-4, nan_ok=True)
