"""The scores of a board: as arrays, as one long table, and as records."""

import numpy as np
import pandas as pd
import pytest

from site_builder.compute.scores import Scores, collect_scores
from site_builder.config import BoardConfig
from site_builder.records import replace
from tests.helpers.boards import make_frames, make_results, make_scores, make_tables, scores_on

NAN = float("nan")
BASE_AND_TUNED = {
    "base": {"gpt": [0.5, 20.0], "a": [0.1, 30.0], "b": [0.4, None]},
    "tuned": {"a": [0.3, 10.0], "b": [0.4, 40.0]},
}


def equal(expected, actual):
    """Whether two arrays are the same, with NaN in the same places."""
    return np.array_equal(np.array(expected, dtype=float), actual, equal_nan=True)


def test_arrays_follow_the_order_of_the_tables():
    frames = make_frames(BASE_AND_TUNED)
    frames["results"] = frames["results"].iloc[::-1]
    scores = collect_scores(make_tables(frames), BoardConfig())
    assert ("gpt", "a", "b") == scores.models
    assert ("t1", "t2") == scores.tasks
    assert equal([[0.5, 20], [0.1, 30], [0.4, NAN]], scores.runs["base"].values)
    assert equal([[NAN, NAN], [0.3, 10], [0.4, 40]], scores.runs["tuned"].values)


def test_exclude_flagged_leaves_flagged_scores_out():
    """A flagged score counts, unless `exclude_flagged` is set; its variant stays either way."""
    frames = make_frames({"base": {"a": [0.1, 0.2], "b": [0.1, 0.1]}, "tuned": {"a": [0.3, None]}})
    frames["results"]["flag"] = [None, "leaked", None, None, "leaked"]
    tables = make_tables(frames)
    of_all = [[0.1, 0.2], [0.1, 0.1]]
    assert equal(of_all, collect_scores(tables, BoardConfig()).runs["base"].values)
    without = collect_scores(tables, BoardConfig(exclude_flagged=True))
    assert equal([[0.1, NAN], [0.1, 0.1]], without.runs["base"].values)
    assert np.isnan(without.runs["tuned"].values).all()
    assert [True, False, True, True, False] == without.frame["counts"].tolist()
    stated = {model: without.stated_of(model) for model in "ab"}
    ranks = {model: [s.rank for s in of] for model, of in stated.items()}
    assert {"a": [None, 1, None], "b": [1, 1]} == ranks
    assert ["b"] == [s.model for s in scores_on(without, "t2")]
    assert "leaked" == stated["a"][2].flag


@pytest.mark.parametrize(
    ("variants", "config", "base", "tuned"),
    [
        (["base", "tuned"], {}, "base", ("tuned",)),
        (["sft", "base", "ppo"], {}, "base", ("sft", "ppo")),
        (["sft", "base", "ppo"], {"tuned_variants": ["ppo"]}, "base", ("ppo",)),
        (["zero_shot", "five_shot"], {"base_variant": "zero_shot"}, "zero_shot", ("five_shot",)),
        (["base"], {}, "base", ()),
        (["tuned"], {}, None, ("tuned",)),
        (["tuned"], {"tuned_variants": []}, "tuned", ()),
        (["base"], {"tuned_variants": ["base"]}, None, ("base",)),
        (["sft", "ppo"], {}, None, ("sft", "ppo")),
    ],
)
def test_roles_of_variants(variants, config, base, tuned):
    """The base is `base` unless named otherwise, the tuned ones are the others in their order."""
    roles = make_scores({v: {"a": [0.1]} for v in variants}, **config).roles
    assert (base, tuned) == (roles.base, roles.tuned)
    assert (*tuned, *([base] if base else [])) == roles.variants
    assert roles.variants[0] == roles.primary
    assert (tuned or (base,)) == roles.contest


def test_baseline_is_taken_from_the_same_variant():
    """Where it has no score there, from the base; else from the first tuned one that it has."""
    runs = {"base": {"a": [0.1], "gpt": [0.2]}, "sft": {"gpt": [0.6]}, "ppo": {"a": [0.3]}}
    scores = make_scores(runs, baseline="gpt")
    assert {"base": "base", "sft": "sft", "ppo": "base"} == scores.roles.baseline_variants
    assert [[0.2], [0.6], [0.2]] == [
        scores.runs[v].beside["baseline"].values[0].tolist() for v in ("base", "sft", "ppo")
    ]
    runs = {"base": {"a": [0.1]}, "sft": {"a": [0.2]}, "ppo": {"gpt": [0.3]}}
    assert {"ppo"} == {*make_scores(runs, baseline="gpt").roles.baseline_variants.values()}


def test_baseline_that_names_a_model_is_its_first_entry():
    tables = make_tables(make_frames({"base": {"gpt, high": [0.1], "gpt, low": [0.2]}}))
    tables = replace(tables, models=tables.models.assign(of="gpt"))
    for named, taken in (("gpt", "gpt, high"), ("gpt, low", "gpt, low")):
        assert taken == collect_scores(tables, BoardConfig(baseline=named)).roles.baseline


def test_lifts_are_positive_where_a_score_is_better():
    """Turned where lower is better; a gap where either score is missing."""
    scores = make_scores(BASE_AND_TUNED, lower=["t2"], baseline="gpt")
    # a: 0.3 - 0.1 = 0.2 and 30 - 10 = 20; b: 0.4 - 0.4 = 0 and no base score
    assert equal([[NAN, NAN], [0.2, 20], [0, NAN]], scores.runs["tuned"].lifts["base"])
    # a: 0.3 - 0.5 = -0.2 and 20 - 10 = 10; b: 0.4 - 0.5 = -0.1 and 20 - 40 = -20
    assert equal([[NAN, NAN], [-0.2, 10], [-0.1, -20]], scores.runs["tuned"].lifts["baseline"])
    # gpt: nothing to itself; a: -0.4 and 20 - 30 = -10; b: -0.1 and a gap
    assert equal([[0, 0], [-0.4, -10], [-0.1, NAN]], scores.runs["base"].lifts["baseline"])


def test_contest_excludes_the_baseline():
    runs = {"base": {"gpt": [0.5], "a": [0.1]}, "tuned": {"gpt": [0.6], "a": [0.2]}}
    scores = make_scores(runs, baseline="gpt")
    assert equal([[NAN], [0.1]], scores.runs["base"].contest)
    assert equal([[NAN], [0.2]], scores.runs["tuned"].contest)
    assert equal([[0], [-0.4]], scores.runs["tuned"].lifts["baseline"])
    assert equal([[0.5], [0.1]], scores.runs["base"].values)


def test_an_absent_score_that_counts_as_0_has_no_record():
    """It is in averages, and no page shows it as a score."""
    runs = {"base": {"a": [0.5, 0.6, 0.7], "z": [0.1, None, 0.3]}}
    results = make_results(make_frames(runs), missing="zero")
    assert equal([[0.5, 0.6, 0.7], [0.1, 0, 0.3]], results.scores.primary.values)
    assert ["a"] == [s.model for s in scores_on(results.scores, "t2")]


# --- the long table and its records --------------------------------------------------------------

RUNS = {
    "base": {"a": [0.5, 0.4, None], "b": [0.5, 0.2, 0.1], "ref": [0.8, 0.3, 0.2]},
    "tuned": {"a": [0.9, None, 0.3], "b": [0.7, 0.1, None]},
}


@pytest.fixture(scope="module")
def scores() -> Scores:
    """Three models on three tasks, lower is better on the second; `ref` is the baseline."""
    return make_scores(RUNS, lower=["t2"], baseline="ref")


def column(scores: Scores, name: str, variant: str) -> dict[tuple[str, str], float]:
    """What the records say, by model and task."""
    found = (s for model in scores.models for s in scores.stated_of(model) if s.variant == variant)
    return {(s.model, s.task): getattr(s, name) for s in found if s.counts}


def test_ranks_and_lifts_by_hand(scores):
    """Higher is better on t1 and t3, lower on t2."""
    ranks = {("a", "t1"): 1, ("a", "t3"): 1, ("b", "t1"): 2, ("b", "t2"): 1}
    assert ranks == column(scores, "rank", "tuned")
    # 0.8 before two of 0.5; 0.2, 0.3, 0.4; 0.2 before 0.1.
    assert [2, 3, 2, 1, 2, 1, 2, 1] == [*column(scores, "rank", "base").values()]
    over_base = column(scores, "lift_over_base", "tuned")
    assert [0.4, 0.2, 0.1] == [over_base[k] for k in (("a", "t1"), ("b", "t1"), ("b", "t2"))]
    assert over_base["a", "t3"] is None
    over_baseline = column(scores, "lift_over_baseline", "tuned")
    assert [0.1, 0.1, -0.1, 0.2] == [*over_baseline.values()]
    assert scores.frame["stderr"].isna().all()
    assert not scores.has_errors


def test_records_of_a_model_and_of_a_task_are_the_same(scores):
    for model in scores.models:
        of_model = scores.of_model(model)
        of_tasks = {task: scores.of_task(task, [model])[model] for task in scores.tasks}
        assert of_model == {task: found for task, found in of_tasks.items() if found}
    found = scores.of_model("a")
    one = found["t1"]["tuned"]
    assert ("a", "t1", "tuned") == one.key
    assert (0.9, 1, 0.4, 0.1) == (one.score, one.rank, one.lift("base"), one.lift("baseline"))
    assert ["tuned", "base"] == list(found["t1"])
    assert {"base"} == set(found["t2"])


def test_errors_examples_and_flags_are_in_the_records():
    frames = make_frames({"base": {"a": [0.5, 0.25], "b": [0.75, None]}})
    frames["results"] = frames["results"].assign(
        stderr=[0.5, NAN, 0.125], n_examples=[NAN, 16, 64], flag=pd.Series([None, "leaked", None])
    )
    of_a = make_results(frames).scores.of_model("a")
    first, second = (of_a[task]["base"] for task in ("t1", "t2"))
    assert (0.5, None, True, None) == (first.stderr, first.n, first.tied_with_best, first.flag)
    assert (None, 16, None, "leaked") == (second.stderr, second.n, second.interval, second.flag)


def test_provenance_of_a_score():
    """Its row from 1, and what the results state."""
    frames = make_frames({"base": {"a": [0.1, 0.2], "b": [0.3, None]}})
    frames["results"] = frames["results"].assign(source="paper.pdf", stderr=[NAN, NAN, 0.01])
    scores = collect_scores(make_tables(frames), BoardConfig())
    (b,) = scores.stated_of("b")
    assert ("t1", "base", 0.3) == (b.task, b.variant, b.score)
    assert (3, "paper.pdf", None, 0.01) == (b.row, b.source, b.date, b.stated_stderr)
