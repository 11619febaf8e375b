import subprocess
import sys
from math import comb, sqrt
from typing import Literal

import numpy as np
import pytest
from scipy import special, stats

from site_builder.compute.numbers import (
    correlation_p,
    fair_below,
    normal_below,
    round_significant,
    signed_ranks_below,
    student_quantiles,
)
from site_builder.compute.score_error import REACH
from site_builder.compute.significance import MOST_EXACT, signed_rank_tests
from tests.helpers.sites import ROOT

NAN = float("nan")
BUILD = """
import sys
from site_builder.cli import main
to = ["--project", sys.argv[1], "--out", sys.argv[2]]
main(["build", *to, "--processes", "1"], standalone_mode=False)
print(sorted(name for name in sys.modules if name.startswith("scipy.stats")))
"""


def test_a_build_does_without_the_statistics_of_scipy(project, tmp_path):
    """Its import takes longer than all statistics of a board of the usual size."""
    command = [sys.executable, "-c", BUILD, str(project), str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.splitlines()[-1]


# --- normal -------------------------------------------------------------------------------------


def test_normal_by_hand():
    """Half lies below 0; the rest is from tables of the distribution."""
    assert [0.5, 0.025, 0.975] == pytest.approx(normal_below(np.array([0, -REACH, REACH])))
    assert 0.158655253931457 == pytest.approx(float(normal_below(np.array(-1.0))), rel=1e-14)
    assert np.isnan(normal_below(np.array([[NAN]]))).tolist() == [[True]]


def test_normal_agrees_with_scipy():
    """Far into the tails, and its 97.5th percentile."""
    z = np.linspace(-37, 8, 10_001)
    assert special.ndtr(z) == pytest.approx(normal_below(z), rel=1e-12, abs=1e-300)
    assert stats.norm.ppf(0.975) == REACH


# --- Student's t --------------------------------------------------------------------------------


def test_student_by_hand():
    """One degree: tan(0.475 pi). Two: (2 q - 1) sqrt(2 / (4 q (1 - q))) at q = 0.975."""
    one, two = np.tan(0.475 * np.pi), 0.95 * sqrt(2 / (4 * 0.975 * 0.025))
    assert [one, two] == pytest.approx(student_quantiles(np.array([1, 2])), rel=1e-13)


def test_student_agrees_with_scipy():
    """On both sides of 512 degrees of freedom, where the method changes."""
    freedom = np.array([*range(1, 700), 1_499, 10_000, 1_000_000])
    assert stats.t.ppf(0.975, freedom) == pytest.approx(student_quantiles(freedom), rel=1e-12)


def test_p_of_a_correlation_by_hand():
    """With two degrees of freedom p = 1 - |r|; with four, 1 - |r| (3 - r²) / 2."""
    r = np.array([0.0, 0.3, -0.9, 1.0, -1.0, NAN])
    assert 1 - np.abs(r) == pytest.approx(correlation_p(r, np.array(2)), nan_ok=True)
    expected = 1 - np.abs(r) * (3 - r**2) / 2
    assert expected == pytest.approx(correlation_p(r, np.array(4)), nan_ok=True)


@pytest.mark.parametrize("freedom", [*range(2, 60), 100, 339, 340, 500, 1_000, 1_498])
def test_p_of_a_correlation_agrees_with_scipy(freedom):
    """From coefficients that mean nothing to ones whose p is next to 0, digit by digit."""
    r = np.concatenate([np.linspace(0, 0.999, 1_000), 10.0 ** -np.arange(3, 16)])
    own = correlation_p(r, np.array(freedom))
    beta = 2 * special.betainc(freedom / 2, freedom / 2, (1 - r) / 2)
    # Beyond some hundred tasks the two that scipy has differ by as much.
    assert beta == pytest.approx(own, rel=1e-12 if freedom < 500 else 5e-12, abs=1e-290)


# --- coins --------------------------------------------------------------------------------------


def test_coins_by_hand():
    """Of 8 throws 1 + 8 outcomes of 256 have at most one head; of none all have none."""
    k, n = np.array([1, 0, 5, 2]), np.array([8, 0, 5, 4])
    assert [9 / 256, 1.0, 1.0, 11 / 16] == fair_below(k, n).tolist()


def test_coins_agree_with_scipy():
    """Up to two hundred throws; and far more than a float can count, by symmetry."""
    n = np.repeat(np.arange(1, 200), 5)
    k = np.random.default_rng(1).integers(0, n + 1)
    assert special.bdtr(k, n, 0.5) == pytest.approx(fair_below(k, n), rel=1e-12)
    half = 0.5 + float(comb(3_000, 1_500) / 2**3_001)
    assert half == pytest.approx(fair_below(np.array([1_500]), np.array([3_000]))[0], rel=1e-15)


def test_sums_of_ranks_by_hand():
    """Of the 16 sets of 1 to 4, those with a sum up to 4: {}, 1, 2, 3, 12, 4, 13."""
    sums, n = np.array([4, 10, 0, 0]), np.array([4, 4, 4, 1])
    assert [7 / 16, 1.0, 1 / 16, 1 / 2] == signed_ranks_below(sums, n).tolist()


# --- Wilcoxon's test against scipy's ------------------------------------------------------------


def wilcoxon(lifts):
    """The p-value of scipy for one run, by the method that ours takes."""
    moved = round_significant(lifts[~np.isnan(lifts) & (lifts != 0)])
    distinct = len(set(np.abs(moved).tolist())) == len(moved)
    method: Literal["exact", "approx"]
    method = "exact" if distinct and len(moved) <= MOST_EXACT else "approx"
    return stats.wilcoxon(moved, method=method).pvalue if len(moved) else 1.0


@pytest.mark.parametrize("steps", [3, 10, 1_000, 10**9])
@pytest.mark.parametrize("tasks", [1, 2, 5, 13, 31, 50, 51, 120])
def test_signed_ranks_agree_with_scipy(tasks, steps):
    """Tables with gaps, with many equal sizes and with none, tested all at once."""
    rng = np.random.default_rng(tasks * steps)
    lifts = rng.integers(-steps, steps + 2, (60, tasks)) / steps
    lifts[rng.random(lifts.shape) < rng.choice([0, 0.2, 0.9], (60, 1))] = NAN
    expected = [wilcoxon(row) for row in lifts]
    assert expected == pytest.approx(signed_rank_tests(lifts), rel=1e-11, abs=0)


def test_gains_on_all_of_fifty_tasks_lose_no_digit():
    """The least p that is still exact: 2 / 2^50."""
    lifts = np.arange(1.0, 51)[np.newaxis]
    assert round_significant(np.array([2.0**-49])) == signed_rank_tests(lifts)
    assert wilcoxon(lifts[0]) == 2.0**-49
