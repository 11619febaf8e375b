from itertools import combinations, permutations, product
from math import atanh, sqrt, tanh

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from site_builder.compute.correlation import (
    LIFTS,
    Correlation,
    Stratum,
    Within,
    correlate,
    correlate_within,
    shuffle_within,
)
from site_builder.config import Analysis
from site_builder.records import replace
from tests.helpers.boards import Runs, find_holes, make_frames, make_results

NAN = float("nan")


def column(*values):
    return np.array(values, dtype=float)


# --- one pair of columns ------------------------------------------------------------------------


def test_coefficients_by_hand():
    x, y = column(1, 2, 3, 4, 5), column(1, 2, 3, 5, 4)
    # Both columns are their own ranks. Sum of d² = 2, so rho = 1 - 6 x 2 / (5 x 24) = 0.9.
    # Sum of products about the mean (3, 3): 4 + 1 + 0 + 2 + 2 = 9, of squares 10 and 10: r = 0.9.
    found = correlate(x, y)
    assert (5, 0.9, 0.9) == (found.n, found.spearman, found.pearson)
    # The cube of a column is a perfect order and no straight line.
    x = column(1, 2, 3, 4)
    found = correlate(x, x**3)
    # About the means 2.5 and 25: products 36 + 8.5 + 1 + 58.5 = 104; squares 5 and 2,390.
    assert 1.0 == found.spearman
    assert 104 / sqrt(5 * 2390) == pytest.approx(found.pearson)
    assert None is found.spearman_interval
    assert found.pearson_interval is not None


@given(
    arrays(float, 12, elements=st.integers(-30, 30).map(float)),
    arrays(float, 12, elements=st.integers(-30, 30).map(float)),
)
@settings(max_examples=25)
def test_agrees_with_scipy(x, y):
    found = correlate(x, y)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert Correlation(12) == found
        return
    rho, r = stats.spearmanr(x, y), stats.pearsonr(x, y)
    assert (rho.statistic, rho.pvalue) == pytest.approx(
        (found.spearman, found.spearman_p), abs=1e-9
    )
    assert (r.statistic, r.pvalue) == pytest.approx((found.pearson, found.pearson_p), abs=1e-9)


def pair_of(rho, p, *strata, related=False):
    """A pair with a corrected p-value within metrics; over all tasks it would have a direction."""
    parts = tuple(Stratum(None, 20, r, 0.0, 0.0) for r in strata or (rho,))
    within = Within(20 * len(parts), rho, 0.0, (rho, rho), parts, p)
    return Correlation(31, 0.9, 0.0, within=within, by_construction=related)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (pair_of(0.5, 0.049), "together"),
        (pair_of(-0.5, 0.049), "apart"),
        (pair_of(0.5, 0.051), "unclear"),
        (pair_of(-0.5, 1.0), "unclear"),
        (pair_of(0.9, None), "too few"),
        (pair_of(0.5, 0.049, 0.9, 0.1), "together"),
        (pair_of(0.5, 0.049, 0.9, 0.0), "together"),
        (pair_of(0.5, 0.049, 0.9, -0.01), "disagree"),
        (pair_of(-0.5, 0.049, 0.1, -0.9), "disagree"),
        (pair_of(0.5, 0.051, 0.9, -0.1), "unclear"),
        (pair_of(0.9, None, related=True), "by construction"),
        (Correlation(31, 0.9, 0.0), None),
        (Correlation(31), None),
        (Correlation(31, by_construction=True), None),
    ],
)
def test_verdict_is_by_the_corrected_p_within_metrics(found, verdict):
    """None where a metric has the opposite sign, nor for a pair of the same values."""
    assert verdict == found.verdict
    assert (verdict in ("together", "apart")) == found.is_clear


def test_intervals_are_fishers():
    """By tanh(atanh r ± 1.96 s): s² is 1/(n - 3) for Pearson, (1 + rho²/2)/(n - 3) for Spearman."""
    found = correlate(column(1, 2, 3, 4, 5, 6, 7), column(2, 1, 4, 3, 7, 5, 6))
    r, rho, z = found.pearson, found.spearman, 1.959963984540054
    assert r is not None
    assert rho is not None
    line = (tanh(atanh(r) - z / 2), tanh(atanh(r) + z / 2))
    reach = z * sqrt((1 + rho**2 / 2) / 4)
    rank = (tanh(atanh(rho) - reach), tanh(atanh(rho) + reach))
    assert line == pytest.approx(found.pearson_interval)
    assert rank == pytest.approx(found.spearman_interval)


def test_perfect_correlation_has_no_interval():
    """The atanh of 1 is infinite; p is 0."""
    found = correlate(column(1, 2, 3, 4), column(-2, -4, -6, -8))
    assert Correlation(4, -1.0, 0.0, None, -1.0, 0.0, None) == found


def test_only_pairs_that_are_there_count():
    x, y = column(1, 2, NAN, 3, 4, 9, np.inf), column(2, 1, 7, 4, 3, NAN, 5)
    assert correlate(column(1, 2, 3, 4), column(2, 1, 4, 3)) == correlate(x, y)
    assert 4 == correlate(x, y).n


@pytest.mark.parametrize(("x", "n"), [((1, 2, 3, NAN), 3), ((NAN,) * 4, 0)])
def test_three_pairs_are_too_few(x, n):
    assert Correlation(n) == correlate(column(*x), column(1, 2, 3, 4))


def test_constant_column_correlates_with_nothing():
    """Not with a varying one, not with a constant one; noise is constant, too."""
    x, constant = column(1, 2, 3, 4), column(0.3, 0.3, 0.3, 0.1 + 0.2)
    for pair in ((x, constant), (constant, x), (constant, constant)):
        assert Correlation(4) == correlate(*pair)


EXTREME = st.sampled_from([0.0, 1e11, -1e11, 1e-300, -1e-300, 0.5, 1.7e308, 1e11 + 0.1, NAN])


@given(arrays(float, 6, elements=EXTREME), arrays(float, 6, elements=EXTREME))
@settings(max_examples=25)
def test_extreme_values_give_numbers_or_none(x, y):
    """Never NaN, never a warning, never beyond 1."""
    found = correlate(x, y)
    assert [] == find_holes(found)
    assert (found.spearman is None) == (found.pearson is None)
    assert -1 <= (found.spearman or 0) <= 1
    assert -1 <= (found.pearson or 0) <= 1
    within = correlate_within(x, y, np.array(["m"] * 6, object))
    assert [] == find_holes(within)
    assert (within is None) == (found.spearman is None)


# --- within metrics -----------------------------------------------------------------------------


def within_metrics(x, y, *sizes: int) -> Within:
    """The correlation of tasks of metrics a, b, ..., so many of each."""
    metrics = np.repeat([*"abcd"[: len(sizes)]], sizes).astype(object)
    found = correlate_within(column(*x), column(*y), metrics)
    assert found is not None
    return found


def test_coefficient_within_metrics_by_hand():
    """The mean of the metrics' coefficients, weighted by their numbers of tasks less one."""
    # a: d² = 0 + 0 + 1 + 1, so 1 - 6 x 2 / 60 = 0.8. b: 5 tasks in reverse order, so -1.
    found = within_metrics([1, 2, 3, 4, 10, 20, 30, 40, 50], [1, 2, 4, 3, 9, 8, 7, 6, 5], 4, 5)
    b, a = Stratum("b", 5, -1.0, 30, 7), Stratum("a", 4, 0.8, 2, 2)
    assert (9, (b, a)) == (found.n, found.strata)
    assert (3 * 0.8 - 4 * 1) / 7 == pytest.approx(found.spearman)


def test_metrics_of_different_level_make_no_correlation():
    """All of b is above all of a in both columns, so that the tasks together seem to rise."""
    x, y = [*range(6), *range(10, 16)], [3, 0, 5, 1, 4, 2, 12, 15, 10, 14, 11, 13]
    assert (correlate(column(*x), column(*y)).spearman or 0) > 0.6
    found = within_metrics(x, y, 6, 6)
    assert abs(found.spearman) < 0.3
    assert found.p > 0.3


def test_p_within_metrics_is_the_share_of_all_orders():
    """Of 24 x 24 orders within two metrics of four tasks, counted one by one."""
    x, y = [1, 2, 3, 4, 1, 2, 3, 4], [1, 3, 2, 4, 2, 1, 3, 4]
    found, hits = within_metrics(x, y, 4, 4), 0.0
    for one in permutations(y[:4]):
        for other in permutations(y[4:]):
            rho = stats.spearmanr(x[:4], one)[0] + stats.spearmanr(x[4:], other)[0]
            hits += abs(rho / 2) >= found.spearman - 1e-9
    assert hits / 576 == pytest.approx(found.p, abs=0.004)


def test_p_below_a_twentieth_is_drawn_ten_times_as_often():
    """No draw of twelve tasks is as orderly: 1 of 100,000. A p-value of nothing is of 10,000."""
    x = [*range(12)]
    assert 1e-5 == within_metrics(x, x, 12).p
    draws = within_metrics(x, [5, 0, 9, 2, 11, 4, 1, 8, 3, 10, 7, 6], 12).p * 10_000
    assert draws == pytest.approx(round(draws))


def test_ties_stay_ties_in_every_order():
    """A single 1 among ten values is at one of ten places: both at the same one is no wonder."""
    one = [*[0] * 9, 1]
    found = within_metrics(one, one, 10)
    assert (1.0, None) == (found.spearman, found.interval)
    assert 0.1 == pytest.approx(found.p, abs=0.01)


def test_metric_of_few_or_equal_values_does_not_count():
    """Three tasks, a constant, and tasks without one of the values."""
    x = [1, 2, 3, 4, 5, 1, 2, 3, 7, 7, 7, 7, NAN]
    y = [2, 1, 3, 5, 4, 3, 2, 1, 1, 2, 3, 4, 9]
    found = within_metrics(x, y, 5, 3, 4, 1)
    assert ["a"] == [stratum.metric for stratum in found.strata]
    assert within_metrics(x[:5], y[:5], 5) == found
    assert None is correlate_within(column(1, 2, 3), column(1, 2, 3), np.array([None] * 3))


def test_interval_loses_a_task_for_each_metric():
    """By tanh(atanh rho ± 1.96 s) with s² = (1 + rho²/2) / (n - H - 2): for one metric, n - 3."""
    rng = np.random.default_rng(8)
    x, y = rng.random((2, 30))
    one = correlate(x, y)
    assert one.spearman_interval == pytest.approx(within_metrics(x, y, 30).interval)
    found = within_metrics(x, y, 12, 18)
    reach = 1.959963984540054 * sqrt((1 + found.spearman**2 / 2) / 26)
    ends = [tanh(atanh(found.spearman) + way * reach) for way in (-1, 1)]
    assert ends == pytest.approx(found.interval)


def test_orders_stay_within_their_stratum_and_are_the_same_at_every_call():
    orders = shuffle_within((3, 2), 50)
    assert np.array_equal(orders, shuffle_within((3, 2), 50))
    assert {0, 1, 2} == {*orders[:, :3].ravel().tolist()}
    assert all(sorted(order) == [0, 1, 2, 3, 4] for order in orders.tolist())


# --- all columns of a board ---------------------------------------------------------------------

# `c` is not tuned, `b` not on t4; the baseline is in no other column than its own.
RUNS: Runs = {
    "base": {
        "gpt": [0.5, 0.6, 0.7, 0.8],
        "a": [0.1, 0.2, 0.3, 0.4],
        "b": [0.3, 0.1, 0.2, 0.9],
        "c": [0.9, 0.9, 0.9, 0.9],
    },
    "tuned": {"a": [0.4, 0.6, 0.5, 0.9], "b": [0.6, 0.5, 0.8, None]},
}
SIZES = {"train_examples": [10, 1000, 100, 10000]}


def correlations_of(runs=RUNS, lower=(), tasks=SIZES, features=None, **board):
    frames = make_frames(runs, lower, tasks)
    board = {"baseline": "gpt", **board}
    return make_results(frames, Analysis(features=features), **board).correlations


def test_derived_columns_by_hand():
    """Base scores are those of the models tuned on the task; lifts are theirs as well."""
    values = correlations_of().values
    assert (0.5, 0.6, 0.7, 0.8) == values["baseline_score"]
    # best tuned 0.6, 0.6, 0.8, 0.9 minus the baseline
    assert (0.1, 0.0, 0.1, 0.1) == values["best_lift_over_baseline"]
    # a: 0.3, 0.4, 0.2, 0.5; b: 0.3, 0.4, 0.6
    assert (0.3, 0.4, 0.4, 0.5) == values["mean_lift_over_base"]
    assert (0.3, 0.2, 0.3, 0.4) == values["best_base_score"]
    assert (0.2, 0.15, 0.25, 0.4) == values["mean_base_score"]
    assert (0.6, 0.6, 0.8, 0.9) == values["best_tuned_score"]
    assert (0.5, 0.55, 0.65, 0.9) == values["mean_tuned_score"]
    assert (10, 1000, 100, 10000) == values["train_examples"]
    # Best is the least where lower is better, on every task.
    values = correlations_of(lower=["t1", "t2", "t3", "t4"]).values
    assert (0.1, 0.1, 0.2, 0.4) == values["best_base_score"]
    assert (0.4, 0.5, 0.5, 0.9) == values["best_tuned_score"]
    assert (0.1, 0.1, 0.2, -0.1) == values["best_lift_over_baseline"]


def test_every_pair_is_there_in_both_orders():
    """Derived columns first, then the features; each with itself is 1."""
    found = correlations_of()
    assert (
        *("baseline_score", "best_lift_over_baseline", "mean_lift_over_base"),
        *("best_base_score", "mean_base_score", "best_tuned_score", "mean_tuned_score"),
        "train_examples",
    ) == found.columns
    assert ("train_examples",) == found.features
    assert {*product(found.columns, repeat=2)} == {*found.pairs}
    assert {1.0} == {found.pairs[a, a].spearman for a in found.columns}
    assert all(pair == found.pairs[b, a] for (a, b), pair in found.pairs.items())
    x, y = (column(*found.values[name]) for name in ("train_examples", "mean_lift_over_base"))
    pair = found.pairs["train_examples", "mean_lift_over_base"]
    assert correlate(x, y) == replace(pair, within=None)
    assert () == found.tested  # four tasks


def test_mixed_units_leave_the_features():
    """Scores that cannot be set side by side correlate with nothing; features still do."""
    tasks = {**SIZES, "tokens_p95": [1, 2, 4, 3]}
    found = correlations_of(lower=["t1"], tasks=tasks)
    assert (None,) * 4 == found.values["mean_tuned_score"]
    # ranks 1, 3, 2, 4 against 1, 2, 4, 3: d² = 0 + 1 + 4 + 1 = 6; 1 - 6 x 6 / 60
    assert 0.4 == found.pairs["train_examples", "tokens_p95"].spearman


def test_nothing_to_correlate():
    runs = {v: {m: s[:3] for m, s in models.items()} for v, models in RUNS.items()}
    assert None is correlations_of(runs, tasks={"train_examples": [1, 2, 3]})


def test_features_are_the_numeric_columns_that_have_values():
    """Those of the contract that describe the task, and further ones; not bounds, flags, words."""
    tasks = {
        "train_examples": [10, 1000, 100, 10000],
        "tokens_p95": [None] * 4,
        "score_max": [1.0] * 4,
        "turns": [1, 2, 3, 4],
        "is_public": [True, False, True, False],
        "language": ["en", "de", "fr", "ja"],
    }
    assert ("train_examples", "turns") == correlations_of(tasks=tasks).features


def test_named_features_are_taken_as_they_are_named():
    """In the order of `site.toml`, also where they have no value; infinity is missing."""
    tasks = {**SIZES, "turns": [1, 2, np.inf, 4], "tokens_p95": [None] * 4}
    found = correlations_of(tasks=tasks, features=["turns", "tokens_p95"])
    assert ("turns", "tokens_p95") == found.features
    assert (None,) * 4 == found.values["tokens_p95"]
    assert (1, 2, None, 4) == found.values["turns"]
    assert 3 == found.pairs["turns", "mean_tuned_score"].n


def test_feature_never_replaces_a_computed_column():
    tasks = {**SIZES, "baseline_score": [9, 9, 9, 9]}
    found = correlations_of(tasks=tasks)
    assert ("train_examples",) == found.features
    assert (0.5, 0.6, 0.7, 0.8) == found.values["baseline_score"]


# --- pairs that are related by construction -----------------------------------------------------

LENGTHS = (
    *(f"{part}_length_{figure}" for part in ("input", "output") for figure in ("mean", "p95")),
    *("example_length_mean", "tokens_p95"),
)


def related(found):
    """The pairs of different columns that are related by construction."""
    return {(a, b) for a, b in combinations(found.columns, 2) if found.pairs[a, b].by_construction}


def test_columns_of_the_same_values_are_related():
    """A lift and its two scores, the lifts, best and mean; nothing else."""
    assert {
        ("baseline_score", "best_lift_over_baseline"),
        ("best_lift_over_baseline", "mean_lift_over_base"),
        ("best_lift_over_baseline", "best_tuned_score"),
        ("best_lift_over_baseline", "mean_tuned_score"),
        ("mean_lift_over_base", "best_base_score"),
        ("mean_lift_over_base", "mean_base_score"),
        ("mean_lift_over_base", "best_tuned_score"),
        ("mean_lift_over_base", "mean_tuned_score"),
        ("best_base_score", "mean_base_score"),
        ("best_tuned_score", "mean_tuned_score"),
    } == related(correlations_of())


def test_without_tuned_variants_the_base_scores_are_the_contest():
    """All models but the baseline; the base score then explains no lift that it is not in."""
    found = correlations_of({"base": RUNS["base"]})
    assert (0.9, 0.9, 0.9, 0.9) == found.values["best_base_score"]
    assert (1.3 / 3, 0.4, 1.4 / 3, 2.2 / 3) == pytest.approx(found.values["mean_base_score"])
    assert (None,) * 4 == found.values["mean_tuned_score"] == found.values["mean_lift_over_base"]
    assert {
        ("baseline_score", "best_lift_over_baseline"),
        ("best_lift_over_baseline", "best_base_score"),
        ("best_lift_over_baseline", "mean_base_score"),
    } <= related(found)
    assert found.features == found.predictors
    assert ("mean_base_score", *found.features) == correlations_of().predictors


def test_tuned_baseline_is_in_the_lift_over_base():
    """But not in the base scores, which are those of the contenders."""
    tuned = {**RUNS["tuned"], "gpt": [0.6, 0.7, 0.8, 0.9]}
    found = related(correlations_of({**RUNS, "tuned": tuned}))
    assert ("baseline_score", "mean_lift_over_base") in found
    assert ("baseline_score", "mean_base_score") not in found


def test_lengths_of_the_same_texts_are_related():
    """An example is an input and an output; inputs and outputs are different texts."""
    tasks = {name: [1.0, 2.0, 3.0, 4.0] for name in LENGTHS}
    inputs, outputs, examples = LENGTHS[:2], LENGTHS[2:4], LENGTHS[4:]
    apart = {(a, b) for a in inputs for b in outputs}
    found = correlations_of(tasks=tasks)
    assert {*combinations((*inputs, *outputs, *examples), 2)} - apart == {
        pair for pair in related(found) if pair[0] in LENGTHS
    }


def random_runs(rng, n):
    """A baseline, and a model before and after tuning, with independent scores on n tasks."""
    base = {"gpt": rng.random(n).tolist(), "a": rng.random(n).tolist()}
    return {"base": base, "tuned": {"a": rng.random(n).tolist()}}


def test_shuffled_scores_give_no_verdict_on_a_difference():
    """A column x and y - x correlate by about -0.7, far from 0, whatever x and y are."""
    found = correlations_of(random_runs(np.random.default_rng(1), 31), tasks={})
    for x, lift in (("mean_base_score", LIFTS[0]), ("baseline_score", LIFTS[1])):
        pair = found.pairs[x, lift]
        assert pair.spearman_interval is not None
        assert pair.spearman_interval[1] < 0
        assert pair.spearman_p < 0.001
        assert "by construction" == pair.verdict
        assert (x, lift) not in found.tested


# --- the number of pairs ------------------------------------------------------------------------


def test_p_is_corrected_by_holm():
    """By hand: of m tested pairs, the least p times m, the next times m - 1."""
    n = 12
    lift = np.arange(n) / 50
    runs = {"base": {"a": [0.1] * n}, "tuned": {"a": (0.2 + lift).tolist()}}
    order = np.random.default_rng(5).permutation(n).tolist()
    swapped = [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10]
    close = [2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9]
    some = [*range(9), None, None, None]
    tasks = {"near": swapped, "close": close, "noise": order, "few": pd.array(some, "Int64")}
    found = correlations_of(runs, tasks=tasks, baseline=None)
    # The base score is constant; `few` has nine tasks.
    assert [("near", LIFTS[0]), ("close", LIFTS[0]), ("noise", LIFTS[0])] == [*found.tested]
    pairs = [found.pairs[key] for key in found.tested]
    raw = [c.within.p for c in pairs]
    assert [3 * raw[0], 2 * raw[1], min(1.0, raw[2])] == pytest.approx(
        [c.within.p_adjusted for c in pairs]
    )
    assert ["together", "together", "unclear"] == [c.verdict for c in pairs]
    assert "too few" == found.pairs["few", LIFTS[0]].verdict


def two_metrics(**features):
    """Tasks of two metrics; of the second, the lift is greater."""
    n = 12
    lift = np.concatenate([np.arange(n) / 100, 0.5 + np.arange(n) / 100])
    runs = {"base": {"a": [0.1] * 2 * n}, "tuned": {"a": (0.1 + lift).tolist()}}
    bounds = {"score_min": [0.0] * 2 * n, "score_max": [1.0] * 2 * n}
    tasks = {"metric": ["x"] * n + ["y"] * n, **bounds, **features}
    return correlations_of(runs, tasks=tasks, baseline=None)


def test_a_direction_that_a_metric_contradicts_is_no_finding():
    """One feature rises with the lift over all tasks, and falls with it within each metric."""
    up, down, slightly = [*range(12)], [*range(12, 0, -1)], [11, 0, 10, 1, 9, 2, 8, 3, 7, 4, 6, 5]
    found = two_metrics(falls=[*down, *(30 + i for i in down)], mixed=[*up, *slightly])
    falls, mixed = (found.pairs[name, LIFTS[0]] for name in ("falls", "mixed"))
    assert falls.spearman > 0.3
    assert (-1.0, "apart") == (falls.within.spearman, falls.verdict)
    assert mixed.within.p_adjusted < 0.05
    assert mixed.within.spearman > 0 > mixed.within.strata[1].spearman
    assert "disagree" == mixed.verdict
    assert (("falls", LIFTS[0]),) == found.clear


def test_mean_and_deviation_of_one_length_are_one_finding():
    """Inputs and outputs are two."""
    up = [*range(12), *range(12)]
    names = ("output_length_std", "output_length_mean", "input_length_p95")
    found = two_metrics(**dict.fromkeys(names, up))
    assert 3 == len([key for key in found.tested if found.pairs[key].is_clear])
    assert {"input_length_p95", "output_length_mean"} == {key[0] for key in found.clear}


def test_forty_columns_of_noise_give_no_finding():
    """Some of them have a small p-value."""
    rng = np.random.default_rng(2)
    noise = {f"noise_{i}": rng.random(31) for i in range(40)}
    found = correlations_of(random_runs(rng, 31), tasks=noise)
    assert 81 == len(found.tested)  # and the base score against the lift over the baseline
    assert min(found.pairs[key].spearman_p for key in found.tested) < 0.02
    assert () == found.clear
