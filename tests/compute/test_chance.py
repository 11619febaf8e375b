"""Scores against the score that guessing gives."""

import numpy as np
import pytest
from scipy.stats import binomtest

from site_builder.compute.score_error import compare_with_chance
from tests.helpers.boards import make_frames, make_results, scores_on

# On `t1` higher is better, on `t2` lower is, and `t3` states no chance level.
YES_NO = {"score_min": [0.0] * 3, "score_max": [1.0] * 3, "score_chance": [0.5, 0.5, None]}
RUNS = {
    "base": {"a": [0.1, 0.9, 0.1], "b": [0.45, 0.55, 0.4], "c": [0.7, 0.3, 0.5]},
    "tuned": {"a": [0.5, 0.5, 0.5], "b": [0.52, 0.48, 0.6], "c": [0.4, 0.6, 0.7]},
}


def results_of(runs=RUNS, tasks=YES_NO, **stated):
    """The results of the board, with further columns of the results table."""
    frames = make_frames(runs, ["t2"], tasks)
    frames["results"] = frames["results"].assign(**stated)
    return make_results(frames)


def found(results, task, attribute):
    """An attribute of the tuned scores of a task, by model."""
    ranking = scores_on(results.scores, task)
    return {s.model: getattr(s, attribute) for s in ranking if s.variant == "tuned"}


def test_a_tuned_score_of_one_half_on_a_two_way_task_is_no_success():
    """`a` gains 0.4 to reach 0.5; without errors, 0.52 and an error rate of 0.48 are better."""
    results = results_of()
    assert {"a": True, "b": False, "c": True} == found(results, "t1", "at_chance")
    assert {"a": True, "b": False, "c": True} == found(results, "t2", "at_chance")
    assert dict.fromkeys("abc") == found(results, "t3", "at_chance")


def test_a_lift_starts_from_worse_than_chance():
    """The base scores of `a` and `b` are worse; that of `c` is better, and its lift negative."""
    results = results_of()
    for task in ("t1", "t2"):
        assert {"a": True, "b": True, "c": False} == found(results, task, "from_worse_than_chance")
    assert {"a": 0.4, "b": 0.07, "c": -0.3} == found(results, "t2", "lift_over_base")
    assert dict.fromkeys("abc", False) == found(results, "t3", "from_worse_than_chance")


def test_what_errors_cannot_tell_from_chance_is_at_chance():
    """Of 100 examples, 0.52 has the interval 0.423 to 0.615; 0.45 that of 0.356 to 0.548."""
    results = results_of(n_examples=100)
    for task in ("t1", "t2"):
        assert {"a": True, "b": True, "c": True} == found(results, task, "at_chance")
        assert {"a": True, "b": False, "c": False} == found(results, task, "from_worse_than_chance")


@pytest.mark.parametrize(("stderr", "at_chance"), [(0.0101, False), (0.0103, True)])
def test_a_stated_error_reaches_196_times_itself(stderr, at_chance):
    """0.52 is 0.02 above: 1.96 x 0.0101 = 0.0198, and 1.96 x 0.0103 = 0.0202."""
    assert at_chance is found(results_of(stderr=stderr), "t1", "at_chance")["b"]


def test_a_base_score_has_no_lift_from_chance():
    ranking = scores_on(results_of().scores, "t1")
    assert [False] * 3 == [s.from_worse_than_chance for s in ranking if s.variant == "base"]
    alone = results_of({"base": {"a": [0.4], "b": [0.6]}}, {"score_chance": [0.5]})
    assert [False, True] == [s.at_chance for s in scores_on(alone.scores, "t1")]


def test_a_level_with_more_digits_is_equal_in_twelve():
    scores, none = np.array([0.333333333333, 0.33333333334]), np.full(2, np.nan)
    assert [0, 1] == compare_with_chance(scores, none, none, np.full(2, 1 / 3)).tolist()


@pytest.mark.parametrize(("n", "chance"), [(10, 0.5), (71, 0.5), (40, 0.25), (300, 1 / 14)])
def test_shares_agree_with_wilsons_interval_and_the_score_test(n, chance):
    """Every share of n: by scipy's interval, and |p - c| <= 1.96 sqrt(c (1 - c) / n)."""
    tasks = {"score_min": [0.0], "score_max": [1.0], "score_chance": [chance]}
    runs = {"base": {str(k): [k / n] for k in range(n + 1)}}
    scores = scores_on(results_of(runs, tasks, n_examples=n).scores, "t1")
    for score in scores:
        k = round(score.score * n)
        interval = binomtest(k, n).proportion_ci(0.95, method="wilson")
        reach = 1.959963984540054 * np.sqrt(chance * (1 - chance) / n)
        assert score.at_chance is bool(interval.low <= chance)
        assert score.at_chance is bool(k / n - chance <= reach)
