"""Power of comparisons: the differences that a number of tasks can show."""

import numpy as np
import pytest
from scipy import stats

from site_builder.compute.board import RankingRules
from site_builder.compute.stats import required_effect, smallest_difference
from site_builder.records import replace
from tests.helpers.boards import BY_MEAN, Runs, make_board, make_scores

NAN = float("nan")


def test_power_of_the_required_effect_is_four_fifths():
    """By the noncentral t distribution of scipy; the other tail is below 1 in 100,000."""
    n = np.array([6, 7, 10, 31, 100, 1000])
    shift = required_effect(n.astype(float)) * np.sqrt(n)
    reach = stats.t.ppf(0.975, n - 1)
    assert np.full(6, 0.8) == pytest.approx(stats.nct.sf(reach, n - 1, shift), abs=1e-7)
    assert np.max(stats.nct.cdf(-reach, n - 1, shift)) < 1e-5


def test_required_effect_agrees_with_published_tables():
    """Cohen (1988) for one sample: 34 observations for an effect of 0.5, 199 for 0.2."""
    assert required_effect(np.array([33.0]))[0] > 0.5 > required_effect(np.array([34.0]))[0]
    assert required_effect(np.array([198.0]))[0] > 0.2 > required_effect(np.array([199.0]))[0]


def test_fewer_than_six_tasks_have_no_power():
    assert [True, False] == np.isnan(required_effect(np.array([5.0, 6.0]))).tolist()


def test_simulated_tests_find_the_required_effect_four_times_of_five():
    n, boards = 12, 20_000
    effect = required_effect(np.array([float(n)]))[0]
    draws = np.random.default_rng(20_201_116).normal(effect, 1.0, (boards, n))
    found = np.mean(stats.ttest_1samp(draws, 0.0, axis=1).pvalue < 0.05)
    # Three standard errors of a share of 20,000.
    assert 0.8 == pytest.approx(found, abs=3 * np.sqrt(0.8 * 0.2 / boards))


# A - b, a - c and b - c differ between tasks with variances 6 x 0.01 / 5, 0 and 6 x 0.01 / 5.
RUNS: Runs = {"base": {"a": [0.6, 0.4] * 3, "b": [0.5] * 6, "c": [0.5, 0.3] * 3}}


def test_smallest_difference_by_hand():
    """The median deviation of the three pairs is sqrt(0.012); six tasks need 1.4345 of it."""
    scores = make_scores(RUNS)
    found = smallest_difference(scores, make_board(scores))
    assert 1.43454536 * np.sqrt(0.012) == pytest.approx(found, rel=1e-7)


def test_smallest_difference_is_of_the_common_tasks_of_each_pair():
    """With gaps, against every pair on its own; also far from 0, where squares lose digits."""
    draw = np.random.default_rng(3)
    values = draw.normal(1e3, 1.0, (200, 20))
    values[draw.random(values.shape) < 0.3] = np.nan
    runs = {"base": {f"m{i}": row.tolist() for i, row in enumerate(values)}}
    scores = make_scores(runs)
    rules = RankingRules("mean", 0.0, averaged=True, why="configured")
    found = smallest_difference(scores, make_board(scores, rules))
    gaps = [values[i] - values[j] for i in range(200) for j in range(i)]
    known = [gap[~np.isnan(gap)] for gap in gaps]
    needed = [
        required_effect(np.array([float(len(gap))]))[0] * gap.std(ddof=1)
        for gap in known
        if len(gap) >= 6
    ]
    assert np.median(needed) == pytest.approx(found, rel=1e-7)


@pytest.mark.parametrize("size", [1e308, 1e200, 1e-200, 5e-324])
def test_scores_of_any_size_have_a_difference_or_none(size):
    scores = make_scores({"base": {"a": [size, 0.0] * 3, "b": [0.0, size] * 3}})
    found = smallest_difference(scores, make_board(scores))
    assert found is None or 0 <= found < np.inf


def test_tasks_of_a_family_are_one_unit():
    """Each task twice is as each task once; without families it looks more certain."""
    twice: Runs = {"base": {model: [*scores, *scores] for model, scores in RUNS["base"].items()}}
    once, doubled = make_scores(RUNS), make_scores(twice)
    paired = replace(doubled, families=np.arange(12) % 6)
    found = [smallest_difference(s, make_board(s)) for s in (once, paired, doubled)]
    assert found[0] == pytest.approx(found[1], rel=1e-8)
    assert (found[2] or 1) < (found[0] or 0)


@pytest.mark.parametrize(
    ("runs", "rules"),
    [
        ({"base": {"a": [0.5] * 5, "b": [0.1] * 5}}, BY_MEAN),
        ({"base": {"a": [0.5] * 6}}, BY_MEAN),
        (RUNS, RankingRules("mean_win_rate", 0.0, averaged=False, why="mixed units")),
    ],
)
def test_no_smallest_difference_where_it_is_not_defined(runs, rules):
    """Too few tasks, one model alone, scores without a mean."""
    scores = make_scores(runs)
    assert smallest_difference(scores, make_board(scores, rules)) is None
