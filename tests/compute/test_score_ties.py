"""Ties on a task: which scores the examples cannot tell from the best."""

import numpy as np
import pytest

from site_builder.compute.score_error import find_ties
from site_builder.compute.scores import Score
from tests.helpers.measured import measured_results

NAN = float("nan")


def ties(scores, errors):
    """Whether each score of one task is tied; None where nobody knows."""
    found = find_ties(np.array(scores)[:, None], np.array(errors)[:, None])[:, 0]
    return [None if np.isnan(tie) else bool(tie) for tie in found]


@pytest.mark.parametrize(
    ("scores", "errors", "expected"),
    [
        # 1.96 x sqrt(0.03² + 0.04²) = 1.96 x 0.05 = 0.098
        ([0.9, 0.803], [0.03, 0.04], [True, True]),
        ([0.9, 0.801], [0.03, 0.04], [True, False]),
        # -0.2 is the better of two where lower is better
        ([-0.2, -0.25, -0.4], [0.03, 0.04, 0.04], [True, True, False]),
        ([0.9, 0.9], [0.03, 0.04], [True, True]),
        ([0.9, 0.8], [0.03, NAN], [True, None]),
        ([0.9, 0.8], [NAN, 0.03], [None, None]),
        ([0.9, NAN], [0.03, NAN], [True, None]),
        ([NAN, NAN], [NAN, NAN], [None, None]),
    ],
)
def test_two_scores_are_told_apart_by_their_errors(scores, errors, expected):
    """|difference| / sqrt(se1² + se2²) above 1.96; nothing is said where an error is unknown."""
    assert expected == ties(scores, errors)


def test_of_several_best_the_least_exact_is_what_others_tie_with():
    """0.9 twice, with errors of 0.01 and 0.05: 1.96 x sqrt(0.05² + 0.01²) = 0.09994."""
    assert [True, True, True, False] == ties([0.9, 0.9, 0.801, 0.8], [0.01, 0.05, 0.01, 0.01])
    assert [None, True, True] == ties([0.9, 0.9, 0.85], [NAN, 0.03, 0.03])


def test_one_score_is_tied_with_itself():
    """A task with one model has its best."""
    assert [True] == ties([0.5], [0.01])


def tuned(task, *, exclude):
    """The tuned scores of a task by model."""
    scores = measured_results(exclude=exclude).task(task).scores
    return {score.model: score for score in scores if score.variant == "tuned"}


def test_scores_of_a_task_have_their_errors():
    """From the examples on `quiz`: sqrt(0.8 x 0.2 / 100) = 0.04, Wilson 0.711 to 0.867."""
    found = tuned("quiz", exclude=True)
    assert (0.04, 100, True) == (found["a"].stderr, found["a"].n, found["a"].tied_with_best)
    assert (0.7111708, 0.8666331) == pytest.approx(found["a"].interval)
    # 0.05 behind, of 1.96 x sqrt(0.04² + 0.75 x 0.25 / 100) = 0.1155
    assert True is found["b"].tied_with_best
    assert ["a", "b"] == list(found)


def test_scores_of_a_task_have_the_errors_that_are_stated():
    """On `essay`: b is 0.1 behind, of 1.96 x sqrt(2) x 0.01 = 0.028; c states nothing."""
    found = tuned("essay", exclude=True)
    assert (0.01, None, False) == (found["b"].stderr, found["b"].n, found["b"].tied_with_best)
    # 0.75 - 0.6 of the baseline
    assert Score("c", "tuned", 0.75, 2, None, 0.15) == found["c"]


def test_scores_of_which_nothing_is_known_have_no_errors():
    """On `plain`."""
    found = tuned("plain", exclude=True)
    assert [(None, None, None, None)] * 3 == [
        (s.stderr, s.interval, s.n, s.tied_with_best) for s in found.values()
    ]


def test_ties_are_within_a_variant():
    """The base scores state nothing, so that nothing is said of them."""
    scores = measured_results(exclude=True).task("quiz").scores
    assert {None} == {s.tied_with_best for s in scores if s.variant == "base"}
