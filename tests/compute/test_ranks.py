"""Ranks, rank intervals, ranks that missing scores allow; rounding, means and p-values."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special, stats

from site_builder.compute.intervals import FamilySums, rounding_errors
from site_builder.compute.numbers import (
    competition_ranks,
    correlation_p,
    decimals_needed,
    difference,
    float_or_none,
    floats_or_none,
    mean_of,
    mean_or_none,
    round_significant,
)
from site_builder.compute.ranks import (
    Leads,
    PairTests,
    compare_pairs,
    inseparable_groups,
    judge_pairs,
    possible_means,
    possible_ranks,
    possible_rates,
    rank_intervals,
)
from site_builder.tables.read import positions
from tests.helpers.boards import BY_MEAN, Runs, make_board, make_scores, rows_of

NAN = float("nan")
SCORES = st.integers(-10, 10).map(float) | st.just(NAN)


def plain_p(measure, families=None):
    """One-sided p-values of the paired t tests of every two rows, as scipy does them, by pair."""
    found = {}
    for i, j in itertools.permutations(range(len(measure)), 2):
        gaps = measure[i] - measure[j]
        there = ~np.isnan(gaps)
        if families is None:
            values = gaps[there]
            n = len(values)
            error = values.std(ddof=1) / n**0.5 if n > 1 else np.nan
        else:
            sums = FamilySums.of(gaps[np.newaxis], families)
            n, error = len(set(families[there])), sums.errors()[0]
        mean = gaps[there].mean() if n else 0.0
        if n < 6 or abs(mean) < 1e-12:
            found[i, j] = 1.0
        else:
            found[i, j] = float(stats.t.sf(mean / error, n - 1)) if error else float(mean < 0)
    return found


def plain_holm(p, level=0.025):
    """The pairs that Holm's method finds, one after the other; two models are one comparison."""
    if len(p) == 2:
        return {pair for pair in p if p[pair] <= level}
    order, found = sorted(p, key=lambda pair: p[pair]), set()
    for rest, pair in zip(range(len(p), 0, -1), order, strict=True):
        if p[pair] > level / rest:
            break
        found.add(pair)
    return found


def assert_judged(measure, found, families=None):
    """Ahead by Holm's method; first by one-sided tests at 2.5 % / (k - 1)."""
    p, k = plain_p(measure, families), len(measure)
    ahead = plain_holm(p)
    assert ahead == {*zip(*np.nonzero(found.ahead), strict=True)}
    beaten = {j for (_, j), value in p.items() if value <= 0.025 / (k - 1)}
    beaten |= {j for _, j in ahead}
    assert [i not in beaten for i in range(k)] == found.may_be_first.tolist()


@given(arrays(float, (5, 8), elements=SCORES))
@settings(max_examples=25)
def test_pairs_agree_with_scipy(measure):
    assert_judged(measure, compare_pairs(measure))


@given(arrays(float, (3, 12), elements=SCORES), arrays(int, 12, elements=st.integers(0, 8)))
@settings(max_examples=25)
def test_pairs_over_families_agree_with_the_test_of_one(measure, families):
    assert_judged(measure, compare_pairs(measure, None, families), families)


def test_more_entries_than_fit_in_one_step_are_judged_as_one():
    """140 entries in groups that are far apart, so that Holm's later steps matter."""
    rng = np.random.default_rng(4)
    measure = np.repeat(np.arange(14.0), 10)[::-1, np.newaxis] + rng.normal(0, 1.5, (140, 12))
    assert_judged(measure, compare_pairs(measure))


def test_holm_takes_a_further_step_than_bonferroni():
    """Three entries are six one-sided tests, here with nine degrees of freedom.

    Of t = 9, 5 and 4.2 p = 0.000004, 0.00037 and 0.00115. The steps are 0.025 / 6 = 0.0042, then
    / 5, then / 4 = 0.0063: all three pass.
    With 5, 3.2 (p 0.0054) and 1: 0.0042 lets only the first pass, then 0.005 does not let 0.0054.
    """

    def judged(*t):
        lead = np.zeros((3, 3))
        lead[0, 2], lead[0, 1], lead[1, 2] = t
        return judge_pairs([PairTests(0, lead - lead.T, np.ones((3, 3)), np.full((3, 3), 10.0))])

    found = judged(9, 5, 4.2)
    assert [[0, 1, 1], [0, 0, 1], [0, 0, 0]] == found.ahead.astype(int).tolist()
    assert 0.025 / 3 == found.tail  # of the three tests that remain
    found = judged(5, 3.2, 1)
    assert [[0, 0, 1], [0, 0, 0], [0, 0, 0]] == found.ahead.astype(int).tolist()
    assert 0.025 / 5 == found.tail
    # 0.0054 is below 0.025 / 2: the second may not be first, though the first is not ahead of it.
    assert [True, False, False] == found.may_be_first.tolist()
    # Of t = 2.6 p = 0.0144, which is above it: both others may be first.
    assert [True, True, True] == judged(2.6, 1, 1).may_be_first.tolist()
    leads = Leads(found.ahead, found.may_be_first, found.behind, found.tail)
    best, worst = rank_intervals(np.array([1.0, 2, 3]), leads)
    assert ([1, 2, 2], [2, 3, 3]) == (best.tolist(), worst.tolist())


def test_lead_of_a_pair_by_hand():
    """Leads of 0.1 to 0.6: mean 0.35, variance 0.035.

    Two models are one comparison: t with five degrees of freedom is 2.570582 at 2.5 % a side.
    """
    other = np.array([0.1, 0.5, 0.3, 0.2, 0.2, 0.1])
    leads = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    reach = 2.570582 * (0.035 / 6) ** 0.5
    found = compare_pairs(np.array([other + leads, other]))
    assert [0.35, 0.35 - reach, 0.35 + reach] == pytest.approx(found.behind[:, 1], abs=1e-6)
    assert [[False, True], [False, False]] == found.ahead.tolist()
    # The first is not behind itself.
    assert 0.0 == found.behind[0, 0]
    assert np.isnan(found.behind[1:, 0]).all()


def test_rounding_error_by_hand():
    """Steps of 0.1 and of 0.25; one task where all are equal, one with nine scores."""
    values = np.array([[0.3, 0.5, 0.7, NAN], [0.4, 1.0, 0.7, 0.2], [0.6, 0.75, NAN, 0.3]])
    values = np.vstack([values, *[[[0.6, 0.5, 0.7, 0.4]]] * 7])
    assert [0.1 / 12**0.5, 0.25 / 12**0.5, 0, 0] == pytest.approx(rounding_errors(values))


def test_equal_leads_on_few_tasks_are_no_proof():
    """Six tasks in steps of 0.1: 0.1 ahead on each of them is chance among many models.

    Its error is at least 0.1 / sqrt(6) / sqrt(6) = 0.0167, so t is 6 in place of infinite. It is
    not beyond 7.5, which counts for ten models (0.025 / 90).
    """
    one = np.array([0.5, 0.6, 0.7, 0.5, 0.6, 0.7])
    ten = np.array([one + 0.1, *[one] * 9])
    assert not compare_pairs(ten, np.tile(rounding_errors(ten), (10, 1))).ahead.any()


def test_errors_of_scores_can_hide_a_lead():
    """Ahead by 0.01 on each of six tasks; known to ± 0.02 it is none."""
    measure = np.array([np.arange(6) / 10 + 0.01, np.arange(6) / 10])
    assert compare_pairs(measure).ahead[0, 1]
    assert compare_pairs(measure, np.full((2, 6), NAN)).ahead[0, 1]
    assert not compare_pairs(measure, np.full((2, 6), 0.01)).ahead.any()
    # sqrt(2) x 0.006 / sqrt(6) = 0.0035, times 2.57 = 0.0089: below 0.01.
    assert compare_pairs(measure, np.full((2, 6), 0.006)).ahead[0, 1]


def test_rank_intervals_by_hand():
    """Ranks 1 to 4; who is ahead is given."""
    ahead = np.zeros((4, 4), dtype=bool)
    ahead[0, [2, 3]] = True  # the leader of the two last,
    ahead[1, 3] = True  # the second of the last
    leads = Leads(ahead, np.asarray(~ahead.any(axis=0)), np.zeros((3, 4)), 0.025)
    best, worst = rank_intervals(np.array([1.0, 2, 3, 4]), leads)
    # First: nobody ahead, 4 - 2 = 2 behind it at worst. Second: behind it one: 3.
    # Third: one ahead: 2, none behind it: 4. Last: two ahead: 3.
    assert ([1, 1, 2, 3], [2, 3, 4, 4]) == (best.tolist(), worst.tolist())
    # Two runs of which none is ahead of another: first and second, second and third.
    assert ((0, 1), (1, 2), (2, 3)) == inseparable_groups(ahead)
    assert ((0, 3),) == inseparable_groups(ahead & False)
    assert () == inseparable_groups(np.triu(np.ones((4, 4), dtype=bool), 1))
    assert () == inseparable_groups(np.zeros((0, 0), dtype=bool))


def test_large_scores_do_not_overflow():
    """No overflow, and no difference where scores are equal on paper."""
    huge = np.array([[1e300] * 5 + [2e300], [1.0, 2, 3, 4, 5, 6]])
    assert not compare_pairs(huge, np.full((2, 6), 1e299)).ahead[1].any()
    equal = np.array([[0.1 + 0.2, 0.7, 0.1] * 2, [0.3, 0.7, 0.1] * 2])
    assert not compare_pairs(equal).ahead.any()


@pytest.mark.parametrize("n", [0, 1])
def test_board_of_one_model_or_none(n):
    assert np.array_equal(np.zeros((n, n)), compare_pairs(np.ones((n, 7))).ahead)


# --- missing scores -----------------------------------------------------------------------------

INF = float("inf")


def test_possible_means_by_hand():
    """A missing score may be anything between the bounds of its task."""
    signed = np.array([[0.6, NAN], [0.5, 0.7], [NAN, NAN]])
    least, most = possible_means(signed, np.array([0.0, 0.0]), np.array([1.0, 1.0]))
    # First: (0.6 + 0) / 2 and (0.6 + 1) / 2. Second has both. The third is not on the board.
    assert [0.3, 0.6] == least[:2].tolist()
    assert [0.8, 0.6] == most[:2].tolist()
    assert np.isnan([least[2], most[2]]).all()
    # Without bounds anything is possible.
    least, most = possible_means(signed[:2], np.array([0.0, -INF]), np.array([1.0, INF]))
    assert ([-INF, 0.6], [INF, 0.6]) == (least.tolist(), most.tolist())
    assert ([1, 1], [2, 2]) == tuple(x.tolist() for x in possible_ranks(least, most))


def test_possible_win_rates_by_hand():
    signed = np.array([[0.9, 0.2], [NAN, 0.5], [0.1, NAN]])
    least, most = possible_rates(signed)
    # First: on the first task it beats the third, and may beat the second: 1/2 to 1; on the second
    # it beats nobody, and may beat the third: 0 to 1/2. Second: 0 to 1; beats the first, and may
    # beat the third: 1/2 to 1. Third: beats nobody, may beat the second: 0 to 1/2; 0 to 1.
    assert [0.25, 0.25, 0.0] == least.tolist()
    assert [0.75, 1.0, 0.75] == most.tolist()
    # One model has no rival.
    assert np.isnan(possible_rates(np.array([[0.5, NAN], [NAN, NAN]]))).all()


def test_possible_ranks_by_hand():
    """Figures 0.8, between 0.3 and 0.9, between 0.1 and 0.3, 0.2."""
    least, most = np.array([0.8, 0.3, 0.1, 0.2, NAN]), np.array([0.8, 0.9, 0.3, 0.2, NAN])
    best, worst = possible_ranks(least, most)
    # The first is passed by the second at most. The third is behind the first, and at best level
    # with the second (0.3, sharing rank 2); it may be passed by all.
    assert [1, 1, 2, 3] == best[:4].tolist()
    assert [2, 2, 4, 4] == worst[:4].tolist()
    assert np.isnan([best[4], worst[4]]).all()


@pytest.mark.parametrize("rules", ["mean", "mean_win_rate"])
def test_possible_ranks_hold_for_every_value_of_missing_scores(rules):
    """Every filling of three gaps by 0, 0.5 or 1 gives ranks within what is possible."""
    runs: Runs = {
        "a": [0.9, None, 0.4],
        "b": [None, 0.6, 0.5],
        "c": [0.3, 0.7, None],
        "d": [0.2] * 3,
    }
    board = make_board(make_scores({"base": runs}, rank_by=rules, min_coverage=0.0), ruled(rules))
    allowed = {s.model: s.possible_ranks for s in rows_of(board)}
    seen: dict[str, set[int]] = {model: set() for model in runs}
    for fill in itertools.product((0.0, 0.5, 1.0), repeat=3):
        gaps = iter(fill)
        full = {m: [next(gaps) if v is None else v for v in row] for m, row in runs.items()}
        whole = make_board(make_scores({"base": full}, rank_by=rules), ruled(rules))
        for s in rows_of(whole):
            assert s.possible_ranks is None
            seen[s.model].add(s.rank or 0)
    for model, ranks in seen.items():
        low, high = allowed[model] or (0, 0)
        assert low <= min(ranks) <= max(ranks) <= high
        if rules == "mean":
            # The states of one model are reached with the others at their opposite ends; without
            # stated bounds anything is possible.
            assert (1, 4) == (low, high) or model == "d"


def ruled(rank_by):
    """Rules that rank models with gaps."""
    return type(BY_MEAN)(rank_by, 0.0, averaged=True, why="configured")


# --- numbers --------------------------------------------------------------------------------------

DECIMALS = st.decimals(-1000, 1000, places=4).map(float)


@pytest.mark.parametrize(
    ("noisy", "paper"),
    [
        (0.1 + 0.2, 0.3),  # 0.30000000000000004
        (0.7 * 3, 2.1),  # 2.0999999999999996
        (0.1 * 3 * 1e11, 3e10),
        (1e-10 * 3, 3e-10),  # 3.0000000000000005e-10
        (-(0.1 + 0.2), -0.3),
        (1e22, 1e22),
        (1.7e308, 1.7e308),
        (5e-324, 0.0),
        (0.0, 0.0),
    ],
)
def test_rounding_removes_the_error_of_binary_fractions(noisy, paper):
    assert paper == round_significant(np.array([noisy]))[0]


def test_rounding_keeps_nan_and_infinity_and_drops_negative_zero():
    found = round_significant(np.array([NAN, np.inf, -np.inf, -0.0]))
    assert "[nan, inf, -inf, 0.0]" == str(found.tolist())


@given(DECIMALS)
def test_rounding_keeps_short_decimals(score):
    assert score == round_significant(np.array([score]))[0]


def test_difference_is_exact():
    """0.3 - 0.1 is 0.2, and 0.1 + 0.2 does not differ from 0.3."""
    a, b = np.array([0.3, 0.1 + 0.2, 1.0, 5.0]), np.array([0.1, 0.3, 0.999999999999, NAN])
    assert [0.2, 0.0, 1e-12] == difference(a, b)[:3].tolist()
    assert np.isnan(difference(a, b)[3])


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_difference_has_the_sign_of_the_comparison(a, b):
    """A lift is above zero exactly where the compared score is the greater one."""
    x, y = np.array([a]), np.array([b])
    assert np.sign(round_significant(x) - round_significant(y)) == np.sign(difference(x, y))


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        ([0.2, NAN, 0.4], 0.3),
        ([NAN, NAN], None),
        ([0.1, 0.2, -0.3], 0.0),  # the noise is judged by the size of the terms
        ([1.7e308, 1.7e308], None),  # too large for a float
    ],
)
def test_mean_leaves_missing_values_out(values, mean):
    assert mean == mean_or_none(np.array(values))


def test_none_replaces_nan_and_infinity():
    assert [1.5, None, None] == [float_or_none(1.5), float_or_none(NAN), float_or_none(np.inf)]
    assert [1.5, None, None] == floats_or_none(np.array([1.5, NAN, -np.inf]))


def test_columns_are_ranked_separately():
    ranks = competition_ranks(np.array([[0.1, 5], [0.8, NAN], [0.8, 7]]))
    assert [[3, 1, 1], [2, 1]] == [ranks[:, 0].tolist(), ranks[[0, 2], 1].tolist()]
    assert np.isnan(ranks[1, 1])


def test_positions_of_ids():
    """Among the known ones, in their order; -1 for one that is unknown, and for none."""
    ids = pd.Series(["b", "a", None, "b", "x"], dtype="str")
    assert [1, 0, -1, 1, -1] == positions(ids, ["a", "b", "c"]).tolist()
    assert [-1] * 5 == positions(ids, []).tolist()
    assert [] == positions(ids[:0], ["a"]).tolist()


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ([1.0, 2.0, np.nan], 0),
        ([0.5, 0.25, -0.125], 3),
        ([0.1, 0.2, 0.3], 1),
        ([0.1 + 0.2], None),
        ([1 / 3], None),
        ([1e-7], None),
        ([0.5, np.inf], 1),
        ([0.5, 1.5e308], None),
        ([np.nan], 0),
    ],
)
def test_decimals_needed(values, places):
    """None where six are not enough, and where a number is one of them to the last bit but one."""
    assert places == decimals_needed([np.array(values)])


# --- p-values -----------------------------------------------------------------------------------


def test_p_of_a_correlation_by_hand():
    """With two degrees of freedom p = 1 - |r|; with four, 1 - |r| (3 - r²) / 2."""
    r = np.array([0.0, 0.3, -0.9, 1.0, -1.0, NAN])
    assert 1 - np.abs(r) == pytest.approx(correlation_p(r, np.array(2)), nan_ok=True)
    expected = 1 - np.abs(r) * (3 - r**2) / 2
    assert expected == pytest.approx(correlation_p(r, np.array(4)), nan_ok=True)


@pytest.mark.parametrize("freedom", [2, 3, 10, 29, 59, 339, 340, 1_498])
def test_p_of_a_correlation_agrees_with_scipy(freedom):
    """From coefficients that mean nothing to ones whose p is next to 0, digit by digit."""
    r = np.concatenate([np.linspace(0, 0.999, 1_000), 10.0 ** -np.arange(3, 16)])
    own = correlation_p(r, np.array(freedom))
    beta = 2 * special.betainc(freedom / 2, freedom / 2, (1 - r) / 2)
    # Beyond some hundred tasks the two that scipy has differ by as much.
    assert beta == pytest.approx(own, rel=1e-12 if freedom < 500 else 5e-12, abs=1e-290)


def test_means_with_more_digits_than_integers_can_hold_are_rounded_to_one_place():
    long = np.array([[100 / 3, 1 / 7, 2 / 7], [100 / 3 - 10, 10 + 2 / 7, 1 / 7]])
    assert mean_of(long, axis=1)[0] == mean_of(long, axis=1)[1]


@given(st.lists(st.integers(0, 9_999), min_size=2, max_size=8), st.randoms())
def test_order_and_split_of_a_sum_change_no_mean(digits, random):
    """A row of decimals and any other row of the same sum have the same mean."""
    other = list(digits)
    for i in range(len(other) - 1):
        moved = random.randint(-5_000, 5_000)
        other[i], other[i + 1] = other[i] + moved, other[i + 1] - moved
    means = mean_of(np.array([digits, other]) / 1000, axis=1)
    assert means[0] == means[1]
