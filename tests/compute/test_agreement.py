"""How far tasks agree on the ranking of models: Kendall's W, and groups of similar tasks."""

import numpy as np
import pytest

from site_builder.compute.agreement import compute_concordance, order_tasks
from tests.helpers.boards import make_scores


def concordance(*tasks):
    """Kendall's W of the scores of models on tasks."""
    rows = {f"m{i}": list(scores) for i, scores in enumerate(zip(*tasks, strict=True))}
    scores = make_scores({"base": rows})
    return compute_concordance(scores, scores.tasks)


@pytest.mark.parametrize(
    ("tasks", "w"),
    [
        ([[1, 2, 3, 4], [1, 2, 3, 4]], 1.0),
        ([[1, 2, 3, 4], [4, 3, 2, 1]], 0.0),
        # Sums of ranks 4, 5, 10, 11, with squares around 7.5 of 37: 12 * 37 / (9 * 60).
        ([[1, 2, 3, 4], [1, 2, 4, 3], [2, 1, 3, 4]], 444 / 540),
        # Sums 2, 4.5, 5.5, 8, with squares 18.5; one tie of two: 12 * 18.5 / (4 * 60 - 2 * 6).
        ([[1, 2, 3, 4], [1, 2, 2, 4]], 222 / 228),
        # A task on which all are equal ranks nothing.
        ([[1, 2, 3, 4], [1, 2, 2, 4], [5, 5, 5, 5]], 222 / 228),
        # The model without a score on the second is left out.
        ([[1, 2, 3, 4, 9], [1, 2, 2, 4, None]], 222 / 228),
    ],
)
def test_kendalls_w(tasks, w):
    found = concordance(*tasks)
    assert found is not None
    assert w == pytest.approx(found.w)


@pytest.mark.parametrize(
    "tasks", [[[1, 2, 3], [1, 2, 3]], [[1, 2, 3, 4]], [[1, 2, 3, 4], [5, 5, 5, 5]]]
)
def test_too_few_to_agree(tasks):
    """Three models, one task, one task with different scores."""
    assert concordance(*tasks) is None


@pytest.mark.parametrize("n_tasks", [2, 3, 7, 30])
def test_chance_exceeds_its_limit_in_one_of_twenty_cases(n_tasks):
    """Ten models in random order; 4,000 boards, of which 160 to 240 are two standard errors off."""
    ranks = np.random.default_rng(n_tasks).permuted(
        np.broadcast_to(np.arange(10.0), (4_000, n_tasks, 10)).copy(), axis=2
    )
    found = concordance(*ranks[0].tolist())
    assert found is not None
    squares = ((ranks.sum(axis=1) - 4.5 * n_tasks) ** 2).sum(axis=1)
    share = np.mean(12 * squares / (n_tasks**2 * 990) > found.chance)
    assert 0.04 <= share <= 0.06


def test_similar_tasks_stand_together():
    """Tasks 0, 2, 4 and 1, 3 are alike; 5 is like none, and 6 has no correlation."""
    rho = np.zeros((7, 7))
    rho[np.ix_([0, 2, 4], [0, 2, 4])] = 0.8
    rho[np.ix_([1, 3], [1, 3])] = 0.9
    np.fill_diagonal(rho, 1.0)
    rho[6], rho[:, 6] = np.nan, np.nan
    order, ((start, end),) = order_tasks(rho)  # two tasks are no group
    assert {0, 2, 4} == set(order[start : end + 1])
    assert {0, 1, 2, 3, 4, 5} == set(order)


@pytest.mark.parametrize(("n", "rho", "groups"), [(3, 0.5, ((0, 2),)), (3, 0.49, ()), (2, 0.9, ())])
def test_groups_of_three_have_a_mean_of_a_half(n, rho, groups):
    assert groups == order_tasks(np.full((n, n), rho))[1]
