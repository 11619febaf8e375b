"""Results by task and by category."""

import numpy as np
import pytest
from scipy import stats

from site_builder.compute import agreement as agreement_module
from site_builder.compute.agreement import correlate_ranks, find_similar_tasks
from site_builder.compute.numbers import Array
from site_builder.compute.scores import Scores
from site_builder.compute.tasks import Best, TaskResult, compute_tasks
from tests.helpers.boards import make_frames, make_results, make_scores

# Lower is better on t3.
RUNS = {
    "base": {"gpt": [0.8, 0.5, 10, None], "a": [0.1, 0.2, 30, 0.3], "b": [0.1, 0.6, None, None]},
    "tuned": {"a": [0.9, 0.5, 20, 0.4], "b": [0.9, 0.4, 5, None]},
}


def results_of(scores: Scores) -> tuple[TaskResult, ...]:
    return compute_tasks(scores, {task: () for task in scores.tasks})


def rho_of(runs) -> Array:
    return correlate_ranks(make_scores(runs).primary.signed)


def similar_to(scores: Scores, task: str) -> tuple[str, ...]:
    return find_similar_tasks(scores.tasks, correlate_ranks(scores.primary.signed))[task]


@pytest.fixture
def tasks():
    scores = make_scores(RUNS, lower=["t3"], baseline="gpt")
    return {result.task: result for result in results_of(scores)}


def test_tasks_are_in_the_order_of_their_table(tasks):
    assert ["t1", "t2", "t3", "t4"] == list(tasks)
    beside = [{*t.baseline_scores.values()} for t in tasks.values()]
    assert [{0.8}, {0.5}, {10}, set()] == beside


def test_contender_is_the_best_of_the_tuned(tasks):
    """Base scores do not compete where anything is tuned: b's 0.6 on t2 is none. All tied count."""
    assert Best(("a", "b"), 0.9, ("tuned", "tuned")) == tasks["t1"].best["tuned"]
    assert Best(("gpt",), 0.8, ("base",)) == tasks["t1"].best["base"]
    assert [0.9, 0.5, 5.0, 0.4] == [t.best_contender.score for t in tasks.values()]


def test_contender_minus_baseline(tasks):
    """Positive is better; 0.5 against 0.5 is a tie; without the baseline nothing is said."""
    # 0.9 - 0.8; 0.5 - 0.5; 10 - 5 since lower is better; no baseline score
    assert [0.1, 0.0, 5.0, None] == [t.best_lift_over_baseline for t in tasks.values()]
    assert ["beats", "ties", "beats", None] == [t.outcome for t in tasks.values()]


@pytest.mark.parametrize(
    ("gpt", "a", "lift", "outcome"),
    [(0.5, 0.4, -0.1, "loses"), (0.3, 0.1 + 0.2, 0.0, "ties")],
)
def test_rounding_error_is_no_win_over_the_baseline(gpt, a, lift, outcome):
    (task,) = results_of(make_scores({"base": {"gpt": [gpt], "a": [a]}}, baseline="gpt"))
    assert (lift, outcome) == (task.best_lift_over_baseline, task.outcome)


def test_contender_may_come_from_any_tuned_variant():
    """Ties name both runs, each with its variant."""
    runs = {"base": {"gpt": [0.5]}, "sft": {"a": [0.7]}, "ppo": {"a": [0.7]}}
    (task,) = results_of(make_scores(runs, baseline="gpt"))
    assert Best(("a", "a"), 0.7, ("sft", "ppo")) == task.best_contender == task.contender
    assert 0.2 == task.best_lift_over_baseline


def test_contender_is_compared_with_the_baseline_in_its_own_variant():
    """Raw ratings beside style-controlled ones: b is ahead by 30, though a has the best score."""
    runs = {
        "raw": {"gpt": [1300.0], "a": [1310.0], "b": [1200.0]},
        "controlled": {"gpt": [1250.0], "a": [1240.0], "b": [1280.0]},
    }
    (task,) = results_of(make_scores(runs, baseline="gpt"))
    assert Best(("a",), 1310, ("raw",)) == task.best_contender
    assert Best(("b",), 1280, ("controlled",)) == task.best_against_baseline == task.contender
    assert (30, "beats") == (task.best_lift_over_baseline, task.outcome)
    assert {"raw": 1300, "controlled": 1250} == task.baseline_scores


def test_best_score_may_be_in_a_variant_that_the_baseline_lacks():
    """The baseline has one of its two sft scores: on t2 nobody is compared in sft, but in ppo."""
    runs = {
        "sft": {"gpt": [0.5, None], "a": [0.6, 0.9]},
        "ppo": {"gpt": [0.4, 0.4], "a": [0.3, 0.5]},
    }
    first, second = results_of(make_scores(runs, baseline="gpt"))
    assert (0.1, 0.1) == (first.best_lift_over_baseline, second.best_lift_over_baseline)
    assert [Best(("a",), 0.6, ("sft",)), Best(("a",), 0.5, ("ppo",))] == [
        first.contender,
        second.contender,
    ]
    assert Best(("a",), 0.9, ("sft",)) == second.best_contender


def test_mean_lift_over_base_is_over_all_tuned_runs_with_both(tasks):
    """Of every tuned variant; a run without its base score has none."""
    # t1: (0.8 + 0.8) / 2; t2: (0.3 - 0.2) / 2; t3: a alone, 30 - 20; t4: a alone
    assert [0.8, 0.05, 10, 0.1] == [t.mean_lift_over_base for t in tasks.values()]
    runs = {"base": {"a": [0.1]}, "sft": {"a": [0.2]}, "ppo": {"a": [0.4]}}
    (task,) = results_of(make_scores(runs))
    assert 0.2 == task.mean_lift_over_base  # (0.1 + 0.3) / 2


def test_task_has_intervals_where_any_error_is_known():
    frames = make_frames({"base": {"a": [0.5, 0.25], "b": [0.75, 0.5]}})
    frames["results"] = frames["results"].assign(stderr=[0.125, *[float("nan")] * 3])
    found = [t.with_intervals for t in make_results(frames).tasks]
    assert [frozenset(["base"]), frozenset()] == found


def test_task_without_a_score():
    runs = {"base": {"a": [0.1, None], "b": [0.2, None]}}
    task = results_of(make_scores(runs, baseline="a"))[1]
    assert ({}, ()) == (task.best, task.similar)
    assert (None, {}) == (task.contender, task.baseline_scores)


# --- similar tasks ------------------------------------------------------------------------------

# t2 ranks the five models as t1 does, t3 the other way, t4 nearly so, t5 all alike.
AGREEMENT = {
    "a": [0.1, 10, 0.9, 0.1, 0.5],
    "b": [0.2, 20, 0.8, 0.2, 0.5],
    "c": [0.3, 30, 0.7, 0.3, 0.5],
    "d": [0.4, 40, 0.6, 0.5, 0.5],
    "e": [0.5, 50, 0.5, 0.4, 0.5],
}


def test_rank_agreement_by_hand():
    """1 - 6 sum d² / (n (n² - 1)): with one swapped pair of five, 1 - 6 x 2 / 120 = 0.9."""
    rho = rho_of({"base": AGREEMENT})
    assert [1.0, 1.0, -1.0, 0.9] == rho[0, :4].tolist()
    assert np.isnan(rho[4]).all()


def test_similar_tasks_by_rank_agreement():
    """Most alike first, ties in the order of the tasks; what ranks the other way is not alike."""
    scores = make_scores({"base": AGREEMENT})
    assert ("t2", "t4") == similar_to(scores, "t1")
    assert () == similar_to(scores, "t3")
    assert () == similar_to(scores, "t5")
    assert ("t1", "t2") == similar_to(scores, "t4")


def test_three_common_models_are_too_few():
    """Below four the coefficient is not defined; the fourth makes it so."""
    runs = {"a": [0.1, 1, 1], "b": [0.2, 2, 2], "c": [0.3, 3, 3], "d": [0.4, None, 4]}
    rho = rho_of({"base": runs})
    assert np.isnan(rho[0, 1])
    assert 1.0 == rho[0, 2]


def test_rank_agreement_agrees_with_scipy():
    random = np.random.default_rng(7)
    values = random.integers(0, 6, (20, 6)).astype(float)
    values[random.random(values.shape) < 0.3] = np.nan
    rows = [[None if np.isnan(v) else v for v in row] for row in values]
    runs = dict(zip("abcdefghijklmnopqrst", rows, strict=True))
    rho = rho_of({"base": runs})
    for i in range(6):
        for j in range(6):
            both = ~np.isnan(values[:, i]) & ~np.isnan(values[:, j])
            expected = stats.spearmanr(values[both, i], values[both, j]).statistic
            assert expected == pytest.approx(rho[i, j])


def test_ranks_are_computed_once_on_a_board_of_many_tasks(monkeypatch):
    """Pearson's r of the ranks among all models of a task, over the models that have both."""
    monkeypatch.setattr(agreement_module, "MAX_RERANKED_TASKS", 3)
    test_rank_agreement_by_hand()
    # The fifth model lacks the second task; on the fourth it keeps its place between the others.
    runs = {**AGREEMENT, "e": [0.5, None, 0.5, 0.4, 0.5]}
    rho = rho_of({"base": runs})
    expected = np.corrcoef([1.0, 2, 3, 4], [1.0, 2, 3, 5])[0, 1]
    assert expected == pytest.approx(rho[1, 3], abs=1e-12)


def test_rank_agreement_uses_the_primary_variant():
    tuned = {m: [row[0], row[2]] for m, row in AGREEMENT.items()}
    runs = {"base": {m: [row[0], row[1]] for m, row in AGREEMENT.items()}, "tuned": tuned}
    assert -1.0 == rho_of(runs)[0, 1]


# --- categories ----------------------------------------------------------------------------------

# Six tasks; lower is better on none unless a test says so.
CATEGORY_RUNS = {
    "base": {
        "gpt": [0.5, 0.5, 0.5, 0.5, None, 0.5],
        "a": [0.2, 0.2, 0.2, 0.2, 0.2, 0.2],
        "b": [0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
    },
    "tuned": {
        "a": [0.9, 0.4, 0.6, 0.4, 0.4, 0.9],
        "b": [0.3, 0.8, 0.5, 0.3, 0.9, 0.2],
    },
}
CATEGORIES = ["easy", "easy", "even", "hard", "alone", None]


def categories_of(lower=(), tasks=None, **board):
    frames = make_frames(CATEGORY_RUNS, lower, {"category": CATEGORIES, **(tasks or {})})
    return make_results(frames, **{"baseline": "gpt", **board}).categories


def test_categories_are_sorted_from_hard_to_easy():
    """By the mean of best tuned minus baseline; those without one come last."""
    found = categories_of()
    # hard: 0.4 - 0.5; even: 0.6 - 0.5; easy: (0.9 - 0.5 + 0.8 - 0.5) / 2; alone: no baseline score
    assert ["hard", "even", "easy", "alone"] == [c.category for c in found]
    assert [-0.1, 0.1, 0.35, None] == [c.best_lift_over_baseline for c in found]
    assert [("t4",), ("t3",), ("t1", "t2"), ("t5",)] == [c.tasks for c in found]
    assert [(0, 1), (1, 1), (2, 2), (0, 0)] == [(c.beating, c.compared) for c in found]
    lifts = {c.category: c.mean_lift_over_base for c in found}
    # easy: t1 (0.7 + 0.2) / 2 = 0.45, t2 (0.2 + 0.7) / 2 = 0.45; alone: (0.2 + 0.8) / 2
    assert (0.45, 0.5) == (lifts["easy"], lifts["alone"])


def test_category_has_its_ranking_rules():
    """Where its tasks do not share a direction it ranks by win rate, and is not averaged."""
    found = {c.category: c for c in categories_of(lower=["t2"])}
    easy, hard = found["easy"], found["hard"]
    assert "mean_win_rate" == easy.boards["tuned"].rules.rank_by
    assert (None, None) == (easy.best_lift_over_baseline, easy.mean_lift_over_base)
    # t2 with lower better: best is a's 0.4, 0.1 better than 0.5; t1 beats too.
    assert (2, 2) == (easy.beating, easy.compared)
    assert "mean" == hard.boards["tuned"].rules.rank_by
    assert -0.1 == hard.best_lift_over_baseline


def test_without_a_baseline_categories_keep_the_order_of_the_tasks():
    found = categories_of(baseline=None)
    assert ["easy", "even", "hard", "alone"] == [c.category for c in found]
    assert [None] * 4 == [c.best_lift_over_baseline for c in found]
    assert [0] * 4 == [c.compared for c in found]


def test_no_categories():
    assert () == make_results(make_frames(CATEGORY_RUNS), baseline="gpt").categories
