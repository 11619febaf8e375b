"""How much the headline depends on the metric, the best model, the rule, and single tasks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from site_builder.compute.board import choose_rules
from site_builder.compute.robustness import (
    LeftOut,
    RuleResult,
    compute_robustness,
    count_beaten_tasks,
    means_without_each,
)
from site_builder.compute.rules import RankingRules, medians
from site_builder.compute.scores import collect_scores
from site_builder.compute.significance import verdict_of
from site_builder.compute.tasks import judge_best
from site_builder.config import BoardConfig
from tests.helpers.boards import (
    make_board,
    make_frames,
    make_results,
    make_scores,
    make_tables,
    scores_on,
)


def shares(n, **columns):
    """Columns of `n` tasks from 0 to 1, with further columns."""
    return {"score_min": [0.0] * n, "score_max": [1.0] * n, **columns}


def results(runs, tasks=None, **board):
    """The results of a board, written as `make_frames` says."""
    return make_results(make_frames(runs, tasks=tasks), **board)


# --- by metric ----------------------------------------------------------------------------------

# On eight tasks by one metric `a` is 0.1 to 0.17 behind the baseline, on eight by another ahead.
NEAR = [0.40, 0.39, 0.38, 0.37, 0.36, 0.35, 0.34, 0.33]
FAR = [0.60, 0.61, 0.62, 0.63, 0.64, 0.65, 0.66, 0.67]
TWO_METRICS = {
    "base": {"ref": [0.5] * 17},
    "tuned": {"a": [*NEAR, *FAR, 0.9], "b": [*FAR, *FAR, 0.1]},
}
METRICS = ["accuracy"] * 8 + ["rouge"] * 8 + ["mae"]


def test_metrics_that_disagree():
    """`a` is ahead of the baseline on average, but only by one of the two metrics."""
    found = results(TWO_METRICS, shares(17, metric=METRICS), baseline="ref")
    by_metric = {m.metric: m for m in found.metrics}
    assert ["accuracy", "rouge", None] == [*by_metric]
    assert [(2, 1, 1), (2, 2, 2), (2, 1, None)] == [
        (m.compared, m.ahead, m.clearly_ahead) for m in found.metrics
    ]
    tests = {name: m.tests["tuned"]["a"] for name, m in by_metric.items()}
    assert -0.135 == pytest.approx(tests["accuracy"].mean)
    assert 0.135 == pytest.approx(tests["rouge"].mean)
    assert ["worse", "better", "too few"] == [t.verdict for t in tests.values()]
    assert 2 == found.stats.models_ahead_of_baseline


def test_metric_is_tested_like_a_board_of_its_tasks():
    """Its p-values are corrected for the two groups with enough tasks as well."""
    whole = results(TWO_METRICS, shares(17, metric=METRICS), baseline="ref")
    runs = {v: {m: s[:8] for m, s in models.items()} for v, models in TWO_METRICS.items()}
    alone = results(runs, shares(8, metric=METRICS[:8]), baseline="ref")
    by_metric, by_board = whole.metrics[0].tests["tuned"], alone.board.tests["baseline"]
    assert [*by_metric] == [*by_board] == ["a", "b"]
    for model, test in by_metric.items():
        assert (test.n, test.mean) == (by_board[model].n, by_board[model].mean)
        assert min(1.0, 2 * by_board[model].p) == pytest.approx(test.p)


def test_a_lead_on_one_of_two_metrics_counts_both():
    """P is 0.030 on eight tasks, 0.059 where another metric is tested beside it."""
    lifts = [0.1, 0.08, 0.06, 0.05, 0.03, 0.02, -0.01, -0.015]
    scores, own = [0.5 + lift for lift in lifts], shares(8, metric=["rouge"] * 8)
    alone = results({"base": {"ref": [0.5] * 8}, "tuned": {"a": scores}}, own, baseline="ref")
    runs = {"base": {"ref": [0.5] * 16}, "tuned": {"a": [*scores, *[0.51, 0.49] * 4]}}
    both = shares(16, metric=["rouge"] * 8 + ["accuracy"] * 8)
    rouge, _ = results(runs, both, baseline="ref").metrics
    one, beside = alone.board.tests["baseline"]["a"], rouge.tests["tuned"]["a"]
    assert ("better", "unclear") == (one.verdict, beside.verdict)
    assert [0.0297, 0.0594] == pytest.approx([one.p, beside.p], abs=5e-5)
    assert 0 == rouge.clearly_ahead


def test_families_of_one_metric_count_once():
    """Eight tasks in two families are too few for a verdict."""
    family = ["x"] * 4 + ["y"] * 4 + [f"own{i}" for i in range(9)]
    tasks = shares(17, metric=METRICS, family=family)
    accuracy, rouge, _ = results(TWO_METRICS, tasks, baseline="ref").metrics
    assert (None, 2) == (accuracy.clearly_ahead, rouge.clearly_ahead)


@pytest.mark.parametrize(
    "metrics", [["acc"] * 4, [None] * 4, ["a", "b", "c", "d"]], ids=["one", "none", "all single"]
)
def test_one_group_of_metrics_is_no_finding(metrics):
    runs = {"base": {"ref": [0.5] * 4}, "tuned": {"a": [0.6] * 4, "b": [0.4] * 4}}
    found = results(runs, shares(4, metric=metrics), baseline="ref")
    assert () == found.metrics
    assert all(rule.metric is None for rule in found.robustness.rules)


def test_metric_without_a_mean_counts_none_ahead():
    """Two single metrics with different bounds make a group without a mean; `acc` has one."""
    runs = {"base": {"ref": [0.5] * 4}, "tuned": {"a": [0.6] * 4, "b": [0.4] * 4}}
    tasks = {"metric": ["acc", "acc", "ms", "eur"], "score_min": [0.0] * 4}
    tasks["score_max"] = [1.0, 1.0, 10.0, 20.0]
    acc, other = results(runs, tasks, baseline="ref").metrics
    assert ("acc", 2, 1) == (acc.metric, acc.compared, acc.ahead)
    assert (None, 2, None) == (other.metric, other.compared, other.ahead)


def test_tasks_that_make_half_of_the_lead():
    """Lifts of 0.4, 0.1, -0.1 and 0.3: 0.4 of 0.7 is more than half."""
    runs = {"base": {"ref": [0.5] * 4}, "tuned": {"a": [0.9, 0.6, 0.4, 0.8], "b": [0.1] * 4}}
    found = results(runs, shares(4), baseline="ref").decisive
    assert ("a", ("t1",)) == (found.model, found.tasks)
    assert 4 / 7 == pytest.approx(found.share)
    even = {"base": {"ref": [0.5] * 4}, "tuned": {"a": [0.6] * 4}}
    found = results(even, shares(4), baseline="ref").decisive
    assert (("t1", "t2"), 0.5) == (found.tasks, found.share)


@pytest.mark.parametrize("tuned", [[0.4, 0.5], [0.5, 0.5], [None, 0.1]])
def test_no_lead_is_made_by_no_task(tuned):
    runs = {"base": {"ref": [0.5, 0.5]}, "tuned": {"a": tuned}}
    assert None is results(runs, shares(2), baseline="ref").decisive


# --- the best of several against one ------------------------------------------------------------


def test_model_chosen_by_the_other_tasks():
    """The best beats 0.5 on three tasks, the median on two, the one chosen elsewhere on one.

    On the first task both have a mean of 0.5 elsewhere, so the lower score, 0.6, counts. On the
    second `a` is chosen (0.75 against 0.4) and has 0.4, on the third `b` (0.7, 0.65) and has 0.2.
    """
    runs = {"base": {"ref": [0.5] * 3}, "tuned": {"a": [0.9, 0.4, 0.6], "b": [0.6, 0.8, 0.2]}}
    stats = results(runs, shares(3), baseline="ref").stats
    assert (3, 1, 2) == (
        stats.tasks_beating_baseline,
        stats.tasks_beating_baseline_chosen_elsewhere,
        stats.tasks_beating_baseline_median,
    )


def test_model_without_a_score_on_a_task_is_not_chosen_for_it():
    """`b` is best on the other tasks but has no score on the third: `a` is chosen there."""
    tuned = {"a": [0.1, 0.2, 0.9, 0.1], "b": [0.8, 0.9, None, 0.8]}
    scores = make_scores({"base": {"ref": [0.5] * 4}, "tuned": tuned}, baseline="ref")
    rules = RankingRules("mean", 0.5, averaged=True, why="configured")
    chosen_elsewhere, median = count_beaten_tasks(scores, {"tuned": make_board(scores, rules)})
    assert (4, 2) == (chosen_elsewhere, median)  # medians 0.45, 0.55, 0.9, 0.45


def test_one_task_leaves_no_other_to_choose_by():
    runs = {"base": {"ref": [0.5]}, "tuned": {"a": [0.9], "b": [0.2]}}
    stats = results(runs, baseline="ref").stats
    assert None is stats.tasks_beating_baseline_chosen_elsewhere
    assert 1 == stats.tasks_beating_baseline_median  # 0.55


def with_errors(n_models, best=0.89, error=0.1):
    """One task, the baseline 0.5, the best contender `best`, all others 0.3, all with an error."""
    tuned = {f"m{i}": [best if i == 0 else 0.3] for i in range(n_models)}
    frames = make_frames({"base": {"ref": [0.5]}, "tuned": tuned}, tasks=shares(1))
    frames["results"]["stderr"] = error
    stats = make_results(frames, baseline="ref").stats
    ends = ("clearly_above", "not_separable_from", "clearly_below")
    return tuple(getattr(stats, f"tasks_{end}_baseline") for end in ends)


def test_best_of_ten_needs_a_greater_difference():
    """Z = 0.39 / 0.1414 = 2.76: beyond 1.96 for one contender, not beyond 3.317 for ten."""
    assert (1, 0, 0) == with_errors(1)
    assert (0, 1, 0) == with_errors(10)
    assert (0, 1, 0) == with_errors(10, best=0.96)  # z = 3.25
    assert (1, 0, 0) == with_errors(10, best=0.97)  # z = 3.32
    assert (0, 0, 1) == with_errors(10, best=0.1, error=0.04)  # 0.3 is the best: z = 3.54
    assert (None, None, None) == with_errors(3, error=None)


def test_lift_over_the_baseline_has_one_verdict():
    """The best contender's is that of its lift alone, and that of the pair as a tie on the task."""
    runs = {"base": {"ref": [0.5], **{f"m{i}": [0.5 - 0.01 * i] for i in range(1, 10)}}}
    for best, clear in ((0.956, 0), (0.962, 1)):  # z = 3.22 and 3.27; 3.261 among ten
        frames = make_frames({"base": {**runs["base"], "m1": [best]}}, tasks=shares(1))
        frames["results"]["stderr"] = 0.1
        found = make_results(frames, baseline="ref")
        row = found.scores.rows["m1"]
        assert clear == found.lift_verdicts["base", "baseline"][row, 0]
        assert verdict_of(clear) == found.task("t1").best_verdict
        (ref,) = (s for s in scores_on(found.scores, "t1") if s.model == "ref")
        assert ref.tied_with_best is not bool(clear)


def test_of_equal_lifts_the_least_clear_counts():
    lifts, verdicts = np.array([[0.5, -0.5], [0.5, -0.5]]), np.array([[1.0, -1.0], [0.0, -1.0]])
    assert [0, -1] == judge_best(lifts, verdicts).tolist()


# --- the leader by other rules ------------------------------------------------------------------

# `a` has its mean from the first task: 1.4 / 3 against 1.1 / 3. Without it: 0.2 against 0.4.
ONE_TASK = {"tuned": {"a": [1.0, 0.2, 0.2], "b": [0.3, 0.4, 0.4]}}


def rule(found, name, metric=None):
    """The result by one rule."""
    (one,) = (r for r in found.rules if (r.rule, r.metric) == (name, metric))
    return one


def test_rules_that_disagree():
    tasks = shares(3, category=["x", "y", "y"])
    found = results(ONE_TASK, tasks).robustness
    by_win_rate = rule(found, "mean_win_rate")
    assert (("b",), pytest.approx(1 / 3)) == (by_win_rate.leaders, by_win_rate.lead)  # 2 of 3 tasks
    assert {
        RuleResult("mean", None, 3, ("a",), "b", 0.1, same=True),
        RuleResult("mean_of_categories", None, 3, ("a",), "b", 0.25, same=True),  # 0.6 and 0.35
        RuleResult("median", None, 3, ("b",), "a", 0.2, same=False),
    } == {*found.rules} - {by_win_rate}
    assert "mean" == found.own.rule


def test_task_without_which_the_leader_changes():
    """The first task is 0.7 / 3 of a lead of 0.1; without it the second is ahead by 0.2."""
    found = results(ONE_TASK, shares(3)).robustness.left_out
    assert (3, 2, {"t1": ("b",)}) == (found.tried, found.kept, found.changed)
    assert ("t1", -0.2) == (found.task, found.lead)
    assert 7 / 3 == pytest.approx(found.share)


def test_leader_of_each_metric():
    tasks = shares(5, metric=["acc", "acc", "acc", "f1", "f1"])
    runs = {"tuned": {"a": [0.2, 0.2, 0.2, 0.9, 0.9], "b": [0.3, 0.3, 0.3, 0.1, 0.1]}}
    found = results(runs, tasks).robustness
    acc, f1 = (rule(found, "mean", metric) for metric in ("acc", "f1"))
    assert (3, ("b",), 0.1, False) == (acc.tasks, acc.leaders, acc.lead, acc.same)
    assert (2, ("a",), 0.8, True) == (f1.tasks, f1.leaders, f1.lead, f1.same)


def test_shared_first_place():
    """Two models are equal on both tasks; without the second task the third joins them."""
    runs = {"tuned": {"a": [0.5, 0.5], "b": [0.5, 0.5], "c": [0.5, 0.1]}}
    found = results(runs, shares(2)).robustness
    assert (("a", "b"), None, 0.0) == (found.own.leaders, found.own.second, found.own.lead)
    assert LeftOut(2, {"t2": ("a", "b", "c")}, None, None, None) == found.left_out


def test_lower_is_better():
    """By fewest seconds `b` leads: 2 against 3 on average, and 1.5 against 1 without the first.

    The first is 4 of the 3 seconds that `b` is ahead by in all.
    """
    runs = {"tuned": {"a": [7.0, 1.0, 1.0], "b": [3.0, 1.5, 1.5]}}
    found = make_results(make_frames(runs, lower=("t1", "t2", "t3"))).robustness
    assert found is not None
    assert (("b",), 1.0) == (found.own.leaders, found.own.lead)
    assert LeftOut(3, {"t1": ("a",)}, "t1", 1.33333333333, -0.5) == found.left_out


def test_mixed_units_have_no_means():
    tasks = {"metric": ["s", "eur", "acc"], "score_max": [None, None, 1.0]}
    found = results(ONE_TASK, tasks).robustness
    assert ["mean_win_rate"] == [r.rule for r in found.rules]
    assert ("b",) == found.own.leaders


def test_means_of_categories_need_two_and_leave_out_other_tasks():
    for categories in ([None] * 3, ["x"] * 3):
        found = results(ONE_TASK, shares(3, category=categories)).robustness
        assert ["mean", "mean_win_rate", "median"] == [r.rule for r in found.rules]
    found = results(ONE_TASK, shares(3, category=[None, "x", "y"])).robustness
    by_category = rule(found, "mean_of_categories")
    assert (2, ("b",)) == (by_category.tasks, by_category.leaders)


SPARSE = {"tuned": {"a": [0.9, 0.8, None], "b": [None, 0.7, 0.1], "c": [0.5, None, 0.2]}}


def test_sparse_board_has_no_means():
    """Means over different tasks would compare the tasks; no sum is without a task."""
    found = results(SPARSE, shares(3))
    assert ["additive", "mean_win_rate"] == [r.rule for r in found.robustness.rules]
    assert ("a",) == found.robustness.own.leaders == (found.board.ranked[0].model,)
    assert None is found.robustness.left_out


def test_board_by_win_rate_is_compared_with_means_where_no_score_is_missing():
    found = [results(runs, shares(3), rank_by="mean_win_rate") for runs in (ONE_TASK, SPARSE)]
    assert [["mean_win_rate", "mean", "median"], ["mean_win_rate"]] == [
        [r.rule for r in each.robustness.rules] for each in found
    ]


@pytest.mark.parametrize("runs", [{"a": [0.1, 0.2]}, {"a": [0.1, 0.2], "b": [None, 0.2]}])
def test_single_ranked_model_has_no_other_rule(runs):
    assert None is results({"tuned": runs}, shares(2), rank_by="mean", min_coverage=1).robustness


def test_one_task_cannot_be_left_out():
    found = results({"tuned": {"a": [0.1], "b": [0.2]}}, shares(1)).robustness
    assert (None, ("b",)) == (found.left_out, found.own.leaders)


# --- against plain loops ------------------------------------------------------------------------


@pytest.mark.parametrize("rank_by", ["mean", "mean_win_rate"])
def test_left_out_tasks_equal_boards_without_them(rank_by):
    """For each task, the board of all others, as if it had never been there."""
    rng = np.random.default_rng(3)
    runs = {"tuned": {f"m{i}": rng.integers(0, 4, 9) / 4 for i in range(6)}}
    tables = make_tables(make_frames(runs, tasks=shares(9)))
    config = BoardConfig(rank_by=rank_by)
    scores = collect_scores(tables, config)
    rules = choose_rules(tables.tasks, scores, config)
    found = compute_robustness(scores, tables.tasks, make_board(scores, rules), config)
    assert found is not None
    assert found.left_out is not None
    expected = {}
    for task in scores.tasks:
        board = make_board(scores.only([t for t in scores.tasks if t != task]), rules)
        leaders = {s.model for s in board.ranked if s.rank == 1}
        if leaders != {*found.own.leaders}:
            expected[task] = leaders
    assert expected == {task: {*models} for task, models in found.left_out.changed.items()}
    assert expected


cells = st.one_of(st.just(np.nan), st.floats(-1e15, 1e15), st.sampled_from([0.1, 0.2]))


@given(arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=cells))
def test_means_without_each_column(values):
    """Also beside a value so large that the difference of two sums has no digits."""
    found = means_without_each(values)
    for row, column in np.ndindex(values.shape):
        others = np.delete(values[row], column)
        others = others[~np.isnan(others)]
        if len(others):
            size = max(abs(others).max(), 1e-280)
            assert abs(found[row, column] - others.mean()) <= 1e-11 * size
        else:
            assert np.isnan(found[row, column])


def test_medians_of_rows():
    values = np.array([[0.1, 0.2, 0.6], [np.nan] * 3, [3.0, np.nan, 1.0]])
    assert np.array_equal([0.2, np.nan, 2.0], medians(values), equal_nan=True)
