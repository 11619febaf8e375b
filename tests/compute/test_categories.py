import pytest

from tests.helpers.boards import make_frames, make_results

# Six tasks; lower is better on none unless a test says so.
RUNS = {
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
    """The categories of the board above, in order."""
    frames = make_frames(RUNS, lower, {"category": CATEGORIES, **(tasks or {})})
    return make_results(frames, **{"baseline": "gpt", **board}).categories


def test_categories_go_from_harder_to_easier():
    """By the mean of best tuned minus baseline; those without one come last."""
    found = categories_of()
    # hard: 0.4 - 0.5; even: 0.6 - 0.5; easy: (0.9 - 0.5 + 0.8 - 0.5) / 2; alone: no baseline score
    assert ["hard", "even", "easy", "alone"] == [c.category for c in found]
    assert [-0.1, 0.1, 0.35, None] == [c.best_lift_over_baseline for c in found]


def test_tasks_without_a_category_belong_to_none():
    """The sixth task is in no category, and counts as none."""
    found = categories_of()
    assert [("t4",), ("t3",), ("t1", "t2"), ("t5",)] == [c.tasks for c in found]
    results = make_results(make_frames(RUNS, tasks={"category": CATEGORIES}), baseline="gpt")
    assert 4 == results.stats.categories


def test_category_counts_the_tasks_that_it_beats_the_baseline_on():
    """Of those that have both a contender and a baseline score."""
    assert [(0, 1), (1, 1), (2, 2), (0, 0)] == [(c.beating, c.compared) for c in categories_of()]


def test_lift_over_base_of_a_category_is_the_mean_of_its_tasks():
    """Tasks weigh alike, however many runs they have."""
    found = {c.category: c.mean_lift_over_base for c in categories_of()}
    # easy: t1 (0.7 + 0.2) / 2 = 0.45, t2 (0.2 + 0.7) / 2 = 0.45; alone: (0.2 + 0.8) / 2
    assert (0.45, 0.5) == (found["easy"], found["alone"])


def test_board_of_a_category_ranks_over_its_tasks():
    """In every variant; `a` has (0.9 + 0.4) / 2 and `b` (0.3 + 0.8) / 2 on the easy tasks."""
    easy = next(c for c in categories_of() if c.category == "easy")
    assert {"tuned", "base"} == set(easy.boards)
    board = easy.boards["tuned"]
    assert ("t1", "t2") == board.tasks
    assert [("a", 0.65, 1), ("b", 0.55, 2)] == [(s.model, s.average, s.rank) for s in board.ranked]


def test_category_has_rules_of_its_own():
    """Where its tasks do not share a direction it ranks by win rate, and is not averaged."""
    found = {c.category: c for c in categories_of(lower=["t2"])}
    easy, hard = found["easy"], found["hard"]
    assert "mean_win_rate" == easy.boards["tuned"].rules.rank_by
    assert (None, None) == (easy.best_lift_over_baseline, easy.mean_lift_over_base)
    # t2 with lower better: best is a's 0.4, 0.1 better than 0.5; t1 beats too.
    assert (2, 2) == (easy.beating, easy.compared)
    assert "mean" == hard.boards["tuned"].rules.rank_by
    assert -0.1 == hard.best_lift_over_baseline


def test_category_of_lower_is_better_tasks():
    """Its difference is positive where the best contender has less."""
    found = {c.category: c for c in categories_of(lower=["t4"])}
    assert 0.2 == pytest.approx(found["hard"].best_lift_over_baseline)  # 0.5 - 0.3


def test_without_a_baseline_categories_keep_the_order_of_the_tasks():
    """There is nothing to order them by."""
    found = categories_of(baseline=None)
    assert ["easy", "even", "hard", "alone"] == [c.category for c in found]
    assert [None] * 4 == [c.best_lift_over_baseline for c in found]
    assert [0] * 4 == [c.compared for c in found]


def test_equal_categories_keep_the_order_of_the_tasks():
    """A tie is broken by who comes first in the tasks table."""
    runs = {"base": {"gpt": [0.5, 0.3], "a": [0.7, 0.5]}}
    frames = make_frames(runs, tasks={"category": ["z", "a"]})
    found = make_results(frames, baseline="gpt").categories
    assert [("z", 0.2), ("a", 0.2)] == [(c.category, c.best_lift_over_baseline) for c in found]


def test_no_categories():
    """A tasks table without the column has none."""
    assert () == make_results(make_frames(RUNS), baseline="gpt").categories
