import numpy as np
import pytest
from site_builder.compute.choice import compute_choice, default_margin
from site_builder.compute.picks import Pick, Question, spread_weights, weighted_mean
from site_builder.compute.shortlist import LISTED, REWEIGHTINGS

from site_builder.compute.board import RankingRules
from site_builder.compute.catalog import TaskInfo
from site_builder.compute.ranks import compute_win_rates
from tests.helpers.boards import BY_MEAN, make_board, make_scores

NAN = float("nan")
BY_WIN_RATE = RankingRules("mean_win_rate", 0.0, averaged=False, why="mixed units")
SPARSE = RankingRules("mean", 0.5, averaged=True, why="configured")
# Three models on three tasks: means 0.6, 0.5, 0.4 where all count the same.
RUNS = {"base": {"a": [0.9, 0.6, 0.3], "b": [0.5, 0.5, 0.5], "c": [0.1, 0.3, 0.8]}}
SIZES = (70.0, 7.0, None)


def task(name, category=None):
    """A task of which nothing but its category matters."""
    return TaskInfo(
        name, name, category, None, None, True, None, None, None, None, None, numbers={}
    )


def choose(runs=RUNS, weights=(1.0, 1.0, 1.0), rules=BY_MEAN, lower=(), **asked):
    """The choice of a small board; further arguments are those of the question."""
    scores = make_scores(runs, lower)
    variant = asked.pop("variant", scores.roles.primary)
    sizes = asked.pop("sizes", [None] * len(scores.models))
    span = asked.pop("span", 1.0)
    question = Question(np.array(weights), variant, asked.pop("limits", {}), **asked)
    return compute_choice(scores, rules, question, sizes, span)


def order(choice):
    """The models of the short list."""
    return [c.model for c in choice.listed]


def test_no_pick_is_every_task():
    """Each counts 1."""
    assert [1.0, 1.0] == spread_weights((), (task("x"), task("y"))).tolist()


def test_a_category_spreads_its_weight_and_adds_to_a_pick():
    """Math of weight 3 gives its two tasks 1.5 each; y is picked itself, too."""
    tasks = (task("x", "Math"), task("y", "Math"), task("z", "Code"), task("w"))
    picks = (Pick("category", "Math", 3.0), Pick("task", "y", 0.5))
    assert [1.5, 2.0, 0.0, 0.0] == spread_weights(picks, tasks).tolist()


def test_a_task_that_is_called_like_a_category_is_another_thing():
    """A pick says which of the two it is."""
    tasks = (task("Math"), task("y", "Math"))
    assert [1.0, 0.0] == spread_weights([Pick("task", "Math")], tasks).tolist()
    assert [0.0, 1.0] == spread_weights([Pick("category", "Math")], tasks).tolist()


def test_weighted_mean_by_hand():
    """(0.9 + 2 x 0.3) / 3 = 0.5; without the first, 0.3; of nothing, none."""
    found = weighted_mean(np.array([[0.9, 0.3], [NAN, 0.3], [NAN, NAN]]), np.array([1.0, 2.0]))
    assert [0.5, 0.3] == found[:2].tolist()
    assert np.isnan(found[2])


def test_choice_by_hand():
    """Weights 1, 0, 3: a has (0.9 + 0.9) / 4 = 0.45, b 0.5, c (0.1 + 2.4) / 4 = 0.625."""
    choice = choose(weights=(1.0, 0.0, 3.0))
    assert [("c", 1, 0.625), ("b", 2, 0.5), ("a", 3, 0.45)] == [
        (c.model, c.rank, c.merit) for c in choice.listed
    ]
    assert [0.0, 0.125, 0.175] == [c.behind for c in choice.listed]
    # On the first task a is best, on the third c.
    assert [1, 0, 1] == [c.best_on for c in choice.listed]
    assert (2, 3, 3) == (choice.tasks, choice.candidates, choice.ranked)


def test_lower_is_better_is_written_as_it_is_measured():
    """Perplexities 2 and 3: the lower leads, by 1, and 2 is what is read."""
    choice = choose({"base": {"a": [3.0, 3.0], "b": [2.0, 2.0]}}, (1.0, 1.0), lower=["t1", "t2"])
    assert [("b", 2.0, 0.0), ("a", 3.0, 1.0)] == [
        (c.model, c.merit, c.behind) for c in choice.listed
    ]


def test_a_model_that_covers_too_little_of_the_weight_has_no_rank():
    """Half of the weight is asked for: 1 of 4 is too little, 3 of 4 enough."""
    runs = {"base": {"a": [0.9, None], "b": [None, 0.4], "c": [0.1, 0.3]}}
    choice = choose(runs, (1.0, 3.0), SPARSE)
    assert ["b", "c"] == order(choice)
    assert [("a", 1, True)] == [(u.model, u.missing, u.rivals) for u in choice.unranked]
    assert 0.4 == choice.listed[0].merit
    assert 1 == choice.listed[0].scored


def test_merit_by_win_rate_is_over_the_whole_board():
    """Rates of a: 1, 1, 0; of c: 0, 0, 1; b stands between: 0.5 each. Limits move none of them."""
    limits = {"size": np.array([True, True, False])}
    choice = choose(weights=(1.0, 0.0, 3.0), rules=BY_WIN_RATE, limits=limits)
    assert [("b", 0.5), ("a", 0.25)] == [(c.model, c.merit) for c in choice.listed]
    rates = compute_win_rates(make_scores(RUNS), "base")
    assert 0.25 == (rates[0] * [1, 0, 3]).sum() / 4


def test_a_model_without_a_rival_has_no_rank():
    """Nobody else has a score on its task, so it has beaten nobody."""
    runs = {"base": {"a": [0.9, None, None], "b": [None, 0.4, 0.4], "c": [None, 0.3, 0.5]}}
    choice = choose(runs, rules=BY_WIN_RATE)
    assert [("a", 2, False)] == [(u.model, u.missing, u.rivals) for u in choice.unranked]


def test_limits_hide_models_and_count_them():
    """The first goes, the others keep their merits; best on a task is among those who are left."""
    limits = {"size": np.array([False, True, True]), "license": np.array([True, True, False])}
    choice = choose(limits=limits)
    assert [("b", 1, 0.5)] == [(c.model, c.rank, c.merit) for c in choice.listed]
    assert {"size": ("a",), "license": ("c",)} == dict(choice.left_out)
    assert (1, 3, 3) == (choice.candidates, choice.ranked, choice.listed[0].best_on)
    assert choice.stays_first is None


def test_limits_that_leave_nobody():
    """No first, nothing to be sure of."""
    choice = choose(limits={"price": np.zeros(3, dtype=bool)})
    assert (0, (), None, None) == (
        choice.candidates,
        choice.listed,
        choice.smallest,
        choice.stays_first,
    )


def test_the_smallest_that_will_do():
    """Model b is 0.1 behind a: within 0.1, and not within 0.05; c's size is not known."""
    found = [choose(sizes=SIZES, margin=margin).smallest for margin in (0.1, 0.05)]
    assert ["b", "a"] == [None if c is None else c.model for c in found]
    assert choose(margin=1.0).smallest is None


def test_the_better_of_two_of_one_size():
    """Where size does not decide, merit does."""
    found = choose(sizes=[7.0] * 3, margin=1.0).smallest
    assert found is not None
    assert "a" == found.model


@pytest.mark.parametrize(("span", "expected"), [(1.0, 0.02), (100.0, 2.0), (None, 0.004)])
def test_default_margin(span, expected):
    """2 % of the bounds; without them, of the way from 0.4 to 0.6."""
    assert expected == choose(span=span).margin
    assert 0.0 == default_margin(np.array([NAN]), None)


def test_before_is_of_the_base_scores():
    """Tuned (0.8 + 3 x 0.6) / 4 = 0.65, base (0.2 + 3 x 0.4) / 4 = 0.35; the base has none."""
    runs = {"base": {"a": [0.2, 0.4], "b": [0.1, None]}, "t": {"a": [0.8, 0.6], "b": [0.7, 0.5]}}
    choice = choose(runs, (1.0, 3.0))
    assert [("a", 0.65, 0.35), ("b", 0.55, None)] == [
        (c.model, c.merit, c.before) for c in choice.listed
    ]
    assert [None] == [c.before for c in choose(runs, (1.0, 3.0), variant="base").listed]


def test_certain_and_uncertain_firsts():
    """Who is best on each task stays first always; of two mirrored models, about half the time."""
    ahead = {"base": {"a": [0.9, 0.8], "b": [0.5, 0.4]}}
    mirrored = {"base": {"a": [0.9, 0.1], "b": [0.1, 0.9]}}
    assert REWEIGHTINGS == choose(ahead, (1.0, 1.0)).stays_first
    assert 500 == pytest.approx(choose(mirrored, (1.0, 1.0)).stays_first, abs=50)
    # w e1 > e2 for independent exponentials: with weights 3 and 1, 3 times of 4.
    assert 750 == pytest.approx(choose(mirrored, (3.0, 1.0)).stays_first, abs=45)


def test_equal_models_stay_first_together():
    """A tie for first counts as first, whatever noise the sums have."""
    runs = {"base": {m: [0.1, 0.7, 0.2, 0.3, 0.9] for m in "abc"}}
    choice = choose(runs, (1.0, 0.3, 2.0, 0.7, 0.1))
    assert REWEIGHTINGS == choice.stays_first
    assert [1, 1, 1] == [c.rank for c in choice.listed]


def test_one_task_leaves_nothing_to_reweight():
    """Its weight changes no mean."""
    assert choose(weights=(0.0, 2.0, 0.0)).stays_first is None


@pytest.mark.parametrize("rules", [BY_MEAN, BY_WIN_RATE], ids=["mean", "win rate"])
def test_all_tasks_of_equal_weight_are_the_board(rules):
    """Order, ranks, figures and ties are the board's own."""
    values = (np.random.default_rng(7).random((9, 12)) - np.arange(9)[:, np.newaxis] / 10).round(3)
    scores = make_scores({"base": {f"m{i}": row for i, row in enumerate(values.tolist())}})
    board = make_board(scores, rules)
    choice = compute_choice(scores, rules, Question(np.ones(12), "base", {}), [None] * 9, 1.0)
    assert [
        (s.model, s.rank, s.average if rules is BY_MEAN else s.win_rate, s.tied_with_best, s.wins)
        for s in board.ranked
    ] == [(c.model, c.rank, c.merit, c.tied, c.best_on) for c in choice.listed]
    assert [s.rank_interval for s in board.ranked] == [c.ranks for c in choice.listed]
    assert {True, False} == {c.tied for c in choice.listed}


def test_weights_tell_models_apart():
    """One is ahead on the tasks that count, the other on those that hardly do."""
    runs = {"base": {"a": [0.9] * 6 + [0.1] * 6, "b": [0.1] * 6 + [0.9] * 6}}
    assert [True, True] == [c.tied for c in choose(runs, [1.0] * 12).listed]
    assert [True, False] == [c.tied for c in choose(runs, [50.0] * 6 + [1.0] * 6).listed]


def test_the_short_list_is_short():
    """Of many candidates the first few are listed, and all are counted."""
    choice = choose({"base": {f"m{i}": [i / 100, i / 100] for i in range(30)}}, (1.0, 1.0))
    assert (LISTED, 30) == (len(choice.listed), choice.candidates)
    assert "m29" == choice.listed[0].model
