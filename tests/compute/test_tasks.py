import numpy as np
import pytest
from scipy import stats

from site_builder.compute import tasks as rank_agreement
from site_builder.compute.scores import Score
from site_builder.compute.tasks import (
    Best,
    SimilarTask,
    compute_rank_agreement,
    compute_similar_tasks,
    compute_tasks,
)
from tests.helpers.boards import make_scores

# Lower is better on t3.
RUNS = {
    "base": {"gpt": [0.8, 0.5, 10, None], "a": [0.1, 0.2, 30, 0.3], "b": [0.1, 0.6, None, None]},
    "tuned": {"a": [0.9, 0.5, 20, 0.4], "b": [0.9, 0.4, 5, None]},
}


@pytest.fixture
def tasks():
    """The results of each task of the board above, against `gpt`."""
    scores = make_scores(RUNS, lower=["t3"], baseline="gpt")
    return {result.task: result for result in compute_tasks(scores)}


def test_tasks_come_in_the_order_of_the_table(tasks):
    """One result a task, and the baseline's score where it has one."""
    assert ["t1", "t2", "t3", "t4"] == list(tasks)
    assert [0.8, 0.5, 10, None] == [t.baseline_score for t in tasks.values()]


def test_all_who_tie_for_the_top_are_best(tasks):
    """In the order of the models, each with its variant."""
    assert Best(("a", "b"), 0.9, ("tuned", "tuned")) == tasks["t1"].best["tuned"]
    assert Best(("gpt",), 0.8, ("base",)) == tasks["t1"].best["base"]


def test_best_is_the_least_where_lower_is_better(tasks):
    """On t3, 5 is better than 20."""
    assert Best(("b",), 5.0, ("tuned",)) == tasks["t3"].best["tuned"]
    assert Best(("gpt",), 10.0, ("base",)) == tasks["t3"].best["base"]


def test_variant_without_a_score_has_no_best():
    """It is absent, and its mean is not defined."""
    (only,) = compute_tasks(
        make_scores({"base": {"a": [0.1], "b": [None]}, "tuned": {"b": [None]}, "x": {"b": [0.3]}})
    )
    assert {"x", "base"} == set(only.best)
    (first, second) = compute_tasks(
        make_scores({"base": {"a": [0.1, 0.2]}, "tuned": {"a": [0.3, None]}})
    )
    assert {"tuned", "base"} == set(first.best)
    assert {"base"} == set(second.best)
    assert {"tuned": None, "base": 0.2} == second.mean


def test_contender_is_the_best_of_the_tuned(tasks):
    """Base scores do not compete where anything is tuned: b's 0.6 on t2 is none."""
    assert [0.9, 0.5, 5.0, 0.4] == [t.best_contender.score for t in tasks.values()]


def test_contender_minus_baseline(tasks):
    """Positive is better; 0.5 against 0.5 is a tie; without the baseline nothing is said."""
    # 0.9 - 0.8; 0.5 - 0.5; 10 - 5 since lower is better; no baseline score
    assert [0.1, 0.0, 5.0, None] == [t.best_lift_over_baseline for t in tasks.values()]
    assert ["beats", "ties", "beats", None] == [t.outcome for t in tasks.values()]


def test_loses():
    """The best contender is below the baseline."""
    (task,) = compute_tasks(make_scores({"base": {"gpt": [0.5], "a": [0.4]}}, baseline="gpt"))
    assert (-0.1, "loses") == (task.best_lift_over_baseline, task.outcome)


def test_noise_is_no_win_over_the_baseline():
    """0.1 + 0.2 against 0.3 is a tie."""
    runs = {"base": {"gpt": [0.3], "a": [0.1 + 0.2]}}
    (task,) = compute_tasks(make_scores(runs, baseline="gpt"))
    assert (0.0, "ties") == (task.best_lift_over_baseline, task.outcome)


def test_baseline_does_not_compete_with_itself():
    """On a board with one variant its own score is no contender, and alone it has no rival."""
    runs = {"base": {"gpt": [0.9, 0.9], "a": [0.4, None]}}
    first, second = compute_tasks(make_scores(runs, baseline="gpt"))
    assert Best(("a",), 0.4, ("base",)) == first.best_contender
    assert Best(("gpt",), 0.9, ("base",)) == first.best["base"]
    assert (None, None, None) == (
        second.best_contender,
        second.best_lift_over_baseline,
        second.outcome,
    )


def test_contender_may_come_from_any_tuned_variant():
    """Ties name both runs, each with its variant; a tuned baseline competes with its base."""
    runs = {"base": {"gpt": [0.5]}, "sft": {"a": [0.7], "gpt": [0.6]}, "ppo": {"a": [0.7]}}
    (task,) = compute_tasks(make_scores(runs, baseline="gpt"))
    assert Best(("a", "a"), 0.7, ("sft", "ppo")) == task.best_contender
    assert 0.2 == task.best_lift_over_baseline


def test_no_baseline():
    """The contender is the best all the same; there is nothing to compare it with."""
    (task,) = compute_tasks(make_scores({"base": {"a": [0.4], "b": [0.6]}}))
    assert Best(("b",), 0.6, ("base",)) == task.best_contender
    assert (None, None) == (task.baseline_score, task.outcome)


def test_mean_lift_over_base_is_over_all_tuned_runs_with_both(tasks):
    """Of every tuned variant; a run without its base score has none."""
    # t1: (0.8 + 0.8) / 2; t2: (0.3 - 0.2) / 2; t3: a alone, 30 - 20; t4: a alone
    assert [0.8, 0.05, 10, 0.1] == [t.mean_lift_over_base for t in tasks.values()]
    runs = {"base": {"a": [0.1]}, "sft": {"a": [0.2]}, "ppo": {"a": [0.4]}}
    (task,) = compute_tasks(make_scores(runs))
    assert 0.2 == task.mean_lift_over_base  # (0.1 + 0.3) / 2


def test_no_tuned_variant_no_lift():
    """Nothing was tuned, so nothing was gained."""
    (task,) = compute_tasks(make_scores({"base": {"a": [0.4]}}))
    assert None is task.mean_lift_over_base


def test_mean_score_by_variant(tasks):
    """Over the models that have a score, the baseline among them."""
    # base t1: (0.8 + 0.1 + 0.1) / 3, t3: (10 + 30) / 2; tuned t3: (20 + 5) / 2
    assert 1 / 3 == pytest.approx(tasks["t1"].mean["base"])
    assert {"tuned": 12.5, "base": 20} == tasks["t3"].mean


def test_scores_are_ranked_within_their_variant(tasks):
    """Tuned first; equal scores share the better rank; gaps are absent; lifts stand beside."""
    assert (
        Score("a", "tuned", 0.9, 1, 0.8, 0.1),
        Score("b", "tuned", 0.9, 1, 0.8, 0.1),
        Score("gpt", "base", 0.8, 1, None, 0.0),
        Score("a", "base", 0.1, 2, None, -0.7),
        Score("b", "base", 0.1, 2, None, -0.7),
    ) == tasks["t1"].scores
    assert (
        Score("b", "tuned", 5, 1, None, 5),
        Score("a", "tuned", 20, 2, 10, -10),
        Score("gpt", "base", 10, 1, None, 0),
        Score("a", "base", 30, 2, None, -20),
    ) == tasks["t3"].scores
    assert (
        Score("a", "tuned", 0.4, 1, 0.1, None),
        Score("a", "base", 0.3, 1, None, None),
    ) == tasks["t4"].scores


def test_scores_are_counted_by_variant(tasks):
    """A variant without a score is not counted at all."""
    assert {"tuned": 2, "base": 3} == tasks["t1"].counts
    assert {"tuned": 1, "base": 1} == tasks["t4"].counts


def test_task_without_a_score():
    """Nothing is said of it, and nothing breaks."""
    runs = {"base": {"a": [0.1, None], "b": [0.2, None]}}
    task = compute_tasks(make_scores(runs, baseline="a"))[1]
    assert ({}, (), ()) == (task.best, tuple(task.scores), task.similar)
    assert (None, None, {"base": None}) == (task.best_contender, task.baseline_score, task.mean)


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
    rho, common = compute_rank_agreement(make_scores({"base": AGREEMENT}))
    assert [1.0, 1.0, -1.0, 0.9] == rho[0, :4].tolist()
    assert np.isnan(rho[4]).all()
    assert np.full((5, 5), 5.0).tolist() == common.tolist()


def test_rank_agreement_turns_with_the_direction():
    """Alike is who is better, not which number is greater."""
    rho, _ = compute_rank_agreement(make_scores({"base": AGREEMENT}, lower=["t3"]))
    assert [1.0, 1.0, 1.0, 0.9] == rho[0, :4].tolist()


def test_similar_tasks_are_those_that_agree():
    """Most alike first, ties in the order of the tasks; what ranks the other way is not alike."""
    similar = compute_similar_tasks(make_scores({"base": AGREEMENT}))
    assert (SimilarTask("t2", 1.0, 5), SimilarTask("t4", 0.9, 5)) == similar["t1"]
    assert () == similar["t3"]
    assert () == similar["t5"]
    assert ("t1", "t2") == tuple(s.task for s in similar["t4"])


def test_no_more_similar_tasks_than_asked_for():
    """Five, unless another number is asked for."""
    runs = {"base": {m: [float(i)] * 9 for i, m in enumerate("abcd")}}
    scores = make_scores(runs)
    assert ["t1", "t2", "t3", "t4", "t5"] == [s.task for s in compute_similar_tasks(scores)["t9"]]
    assert ["t2", "t3"] == [s.task for s in compute_similar_tasks(scores, most=2)["t1"]]


def test_three_common_models_are_too_few_to_agree():
    """Below four the coefficient is not defined; the fourth makes it so."""
    runs = {"a": [0.1, 1, 1], "b": [0.2, 2, 2], "c": [0.3, 3, 3], "d": [0.4, None, 4]}
    rho, common = compute_rank_agreement(make_scores({"base": runs}))
    assert np.isnan(rho[0, 1])
    assert (3.0, 4.0) == (common[0, 1], common[0, 2])
    assert 1.0 == rho[0, 2]


def test_rank_agreement_is_scipys():
    """On random scores with gaps and ties, over the models that have both."""
    random = np.random.default_rng(7)
    values = random.integers(0, 6, (20, 6)).astype(float)
    values[random.random(values.shape) < 0.3] = np.nan
    rows = [[None if np.isnan(v) else v for v in row] for row in values]
    rho, common = compute_rank_agreement(
        make_scores({"base": dict(zip("abcdefghijklmnopqrst", rows, strict=True))})
    )
    for i in range(6):
        for j in range(6):
            both = ~np.isnan(values[:, i]) & ~np.isnan(values[:, j])
            expected = stats.spearmanr(values[both, i], values[both, j]).statistic
            assert expected == pytest.approx(rho[i, j])
            assert both.sum() == common[i, j]


def test_ranks_are_not_taken_anew_on_a_board_of_many_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pearson's r of the ranks among all models of a task, over the models that have both."""
    monkeypatch.setattr(rank_agreement, "MOST_RANKED_ANEW", 3)
    rho, common = compute_rank_agreement(make_scores({"base": AGREEMENT}))
    assert [1.0, 1.0, -1.0, 0.9] == rho[0, :4].tolist()
    assert np.isnan(rho[4]).all()
    # The fifth model lacks the second task; on the fourth it keeps its place between the others.
    runs = {**AGREEMENT, "e": [0.5, None, 0.5, 0.4, 0.5]}
    rho, common = compute_rank_agreement(make_scores({"base": runs}))
    expected = np.corrcoef([1.0, 2, 3, 4], [1.0, 2, 3, 5])[0, 1]
    assert expected == pytest.approx(rho[1, 3], abs=1e-12)
    assert (4.0, 5.0) == (common[0, 1], common[0, 2])


def test_a_task_without_a_score_agrees_with_none(
    monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    """On a board of many tasks too, and nothing is said of the mean of nothing."""
    monkeypatch.setattr(rank_agreement, "MOST_RANKED_ANEW", 1)
    runs = {m: [row[0], None, row[2]] for m, row in AGREEMENT.items()}
    rho, common = compute_rank_agreement(make_scores({"base": runs}))
    assert np.isnan(rho[1]).all()
    assert (-1.0, 0.0) == (rho[0, 2], common[0, 1])
    assert [] == recwarn.list


def test_agreement_is_between_tuned_scores_where_there_are_any():
    """Of the variant that the board opens with."""
    tuned = {m: [row[0], row[2]] for m, row in AGREEMENT.items()}
    runs = {"base": {m: [row[0], row[1]] for m, row in AGREEMENT.items()}, "tuned": tuned}
    rho, _ = compute_rank_agreement(make_scores(runs))
    assert -1.0 == rho[0, 1]
