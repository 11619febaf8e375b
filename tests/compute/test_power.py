"""Power of comparisons: the differences that a number of tasks can show."""

import numpy as np
import pytest
from scipy import optimize, stats

from site_builder.compute.rules import RankingRules
from site_builder.compute.stats import smallest_difference
from site_builder.records import replace
from tests.helpers.boards import BY_MEAN, Runs, make_board, make_scores


def needed(n, tail):
    """The difference in standard errors that a one-sided t test over n tasks finds 4 times of 5."""
    reach = stats.t.isf(tail, n - 1)
    return optimize.brentq(lambda d: stats.nct.sf(reach, n - 1, d) - 0.8, 0, 50)


# A - b, a - c and b - c differ between tasks with variances 6 x 0.01 / 5, 0 and 6 x 0.01 / 5.
RUNS: Runs = {"base": {"a": [0.6, 0.4] * 3, "b": [0.5] * 6, "c": [0.5, 0.3] * 3}}


def test_smallest_difference_by_hand():
    """The median deviation of the three pairs is sqrt(0.012), its error over six tasks 0.0447.

    A is ahead of c, one of six one-sided tests; so five remain at 2.5 %, where t is 4.03. A test
    at 0.5 % finds a difference of 5.17 errors in four of five cases.
    """
    scores = make_scores(RUNS)
    board = make_board(scores)
    assert 0.005 == pytest.approx(board.tail)
    assert 5.17 == pytest.approx(needed(6, 0.005), abs=0.01)
    found = smallest_difference(scores, board)
    assert needed(6, 0.005) * (0.012 / 6) ** 0.5 == pytest.approx(found, rel=1e-5)


def test_smallest_difference_is_of_the_common_tasks_of_each_pair():
    """With gaps, against every pair on its own; also far from 0, where squares lose digits."""
    draw = np.random.default_rng(3)
    values = draw.normal(1e3, 1.0, (200, 20))
    values[draw.random(values.shape) < 0.3] = np.nan
    runs = {"base": {f"m{i}": row.tolist() for i, row in enumerate(values)}}
    scores = make_scores(runs)
    rules = RankingRules("mean", 0.0, averaged=True, why="configured")
    board = make_board(scores, rules)
    found = smallest_difference(scores, board)
    of_tasks = {n: needed(n, board.tail) / n**0.5 for n in range(6, 21)}
    gaps = [values[i] - values[j] for i in range(200) for j in range(i)]
    known = [gap[~np.isnan(gap)] for gap in gaps]
    expected = [of_tasks[len(gap)] * gap.std(ddof=1) for gap in known if len(gap) >= 6]
    assert np.median(expected) == pytest.approx(found, rel=1e-5)


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
