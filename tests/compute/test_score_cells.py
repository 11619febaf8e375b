"""Scores as arrays, and the records that are made from them."""

import numpy as np
import pandas as pd
import pytest

from site_builder.compute.scores import Score, complete_tasks, compute_cells, scores_of_model
from site_builder.compute.tasks import compute_tasks
from tests.helpers.boards import make_frames, make_results, make_scores

NAN = float("nan")
RUNS = {
    "base": {"a": [0.5, 0.4, None], "b": [0.5, 0.2, 0.1], "ref": [0.8, 0.3, 0.2]},
    "tuned": {"a": [0.9, None, 0.3], "b": [0.7, 0.1, None]},
}


@pytest.fixture(scope="module")
def scores():
    """Three models on three tasks, lower being better on the second; `ref` is the baseline."""
    return make_scores(RUNS, lower=["t2"], baseline="ref")


def same(expected: list[list[float]], found):
    """Whether an array holds these rows, NaN at the same places."""
    return np.array_equal(np.array(expected), found, equal_nan=True)


def test_cells_by_hand(scores):
    """The primary variant first; what is missing is NaN in each of the arrays."""
    tuned, base = compute_cells(scores).values()
    assert ("tuned", "base") == (tuned.variant, base.variant)
    assert (scores.models, scores.tasks) == (tuned.models, tuned.tasks)
    # Higher is better on t1 and t3: 0.9 before 0.7; lower on t2, where b alone has a score.
    assert same([[1, NAN, 1], [2, 1, NAN], [NAN] * 3], tuned.rank)
    # 0.8 before two of 0.5; 0.2, 0.3, 0.4; 0.2 before 0.1.
    assert same([[2, 3, NAN], [2, 1, 2], [1, 2, 1]], base.rank)
    assert same([[0.4, NAN, NAN], [0.2, 0.1, NAN], [NAN] * 3], tuned.over_base)
    assert same([[0.1, NAN, 0.1], [-0.1, 0.2, NAN], [NAN] * 3], tuned.over_baseline)
    assert np.isnan(base.over_base).all()
    assert ([2, 1, 1], [3, 3, 2]) == (tuned.counts, base.counts)
    assert (False, False) == (tuned.has_errors, tuned.has_examples)


def test_a_model_and_a_task_tell_the_same(scores):
    """A row of the cells and a column of them have the same records."""
    cells, tasks = compute_cells(scores), compute_tasks(scores)
    for row, model in enumerate(scores.models):
        of_model = scores_of_model(cells, row)
        assert of_model == {t.task: found for t in tasks if (found := t.scores.of([model])[model])}
    assert Score("a", "tuned", 0.9, 1, 0.4, 0.1) == scores_of_model(cells, 0)["t1"]["tuned"]
    assert ["tuned", "base"] == list(scores_of_model(cells, 0)["t1"])
    assert {"base"} == set(scores_of_model(cells, 0)["t2"])


def test_errors_examples_and_reasons_reach_the_records():
    """As the results state them; None where they do not."""
    frames = make_frames({"base": {"a": [0.5, 0.25], "b": [0.75, None]}})
    frames["results"] = frames["results"].assign(
        stderr=[0.5, NAN, 0.125], n_examples=[NAN, 16, 64], flag=pd.Series([None, "leaked", None])
    )
    results = make_results(frames)
    first, second = results.scores_of("a", "t1")["base"], results.scores_of("a", "t2")["base"]
    assert (0.5, None, True, None) == (first.stderr, first.n, first.tied_with_best, first.flag)
    assert (None, 16, None, "leaked") == (second.stderr, second.n, second.interval, second.flag)
    assert {(0, 1): "leaked"} == results.cells["base"].reasons


def test_scores_are_found_by_model_and_by_task():
    """One, some or all of them: the same records, in their order."""
    results = make_results(make_frames(RUNS), baseline="ref")
    task = results.task("t1").scores
    assert 5 == len(task)
    assert ("a", "b", "ref") == task.models
    assert ("a", "tuned") == (task[0].model, task[0].variant)
    some = task.of(["b", "nobody"])
    assert {"b": results.scores_of("b", "t1"), "nobody": {}} == some
    assert [s for s in task if s.model == "b"] == list(some["b"].values())
    assert {"t1": some["b"]} == results.scores_on("b", ["t1"])
    assert {} == results.scores_on("ref", [])
    assert {} == results.scores_of("nobody", "t2")
    with pytest.raises(KeyError):
        results.scores_of("a", "nothing")


def test_a_task_knows_whether_errors_are_known():
    """Of any of its scores, without a look at each."""
    frames = make_frames({"base": {"a": [0.5, 0.25], "b": [0.75, 0.5]}})
    frames["results"] = frames["results"].assign(stderr=[0.125, NAN, NAN, NAN])
    tasks = make_results(frames).tasks
    assert [True, False] == [bool(t.scores.with_intervals) for t in tasks]
    assert [True, False] == [any(s.interval for s in t.scores) for t in tasks]


def test_many_models_are_not_kept():
    """A page asks for one model after the other; their records are made anew, and alike."""
    runs = {"base": {f"m{i}": [i / 100] for i in range(40)}}
    results = make_results(make_frames(runs))
    for _ in range(2):
        for i in range(40):
            assert i / 100 == results.scores_of(f"m{i}", "t1")["base"].score
    assert len(results._kept) <= 16


def test_which_tasks_are_complete(scores):
    """Those with a score of every variant: a has two on t1 alone, b on t1 and t2, ref on none."""
    cells = compute_cells(scores)
    assert [[0], [0, 1], []] == [complete_tasks(cells, row).tolist() for row in range(3)]


def test_where_a_model_has_any_score(scores):
    """Whatever the variant: a lacks none, since its tuned score stands in on t3."""
    assert scores.scored.all()
    fewer = make_scores({"base": {"a": [0.5, None], "b": [None, None]}})
    assert [[True, False], [False, False]] == fewer.scored.tolist()
