import numpy as np
import pytest

from site_builder.compute.scores import collect_scores
from site_builder.config import BoardConfig
from tests.helpers.boards import make_frames, make_scores, make_tables

NAN = float("nan")
BASE_AND_TUNED = {
    "base": {"gpt": [0.5, 20.0], "a": [0.1, 30.0], "b": [0.4, None]},
    "tuned": {"a": [0.3, 10.0], "b": [0.4, 40.0]},
}


def equal(expected, actual):
    """Whether two arrays are the same, gaps included."""
    return np.array_equal(np.array(expected, dtype=float), actual, equal_nan=True)


def test_scores_stand_in_the_order_of_the_tables():
    """Models and tasks keep their published order, whatever the order of the results."""
    frames = make_frames(BASE_AND_TUNED)
    frames["results"] = frames["results"].iloc[::-1]
    scores = collect_scores(make_tables(frames), BoardConfig())
    assert ("gpt", "a", "b") == scores.models
    assert ("t1", "t2") == scores.tasks
    assert equal([[0.5, 20], [0.1, 30], [0.4, NAN]], scores.values["base"])
    assert equal([[NAN, NAN], [0.3, 10], [0.4, 40]], scores.values["tuned"])


def test_models_and_tasks_without_results_are_there():
    """They have a row or a column of gaps."""
    frames = make_frames({"base": {"a": [0.1, None], "b": [None, None]}})
    scores = collect_scores(make_tables(frames), BoardConfig())
    assert equal([[0.1, NAN], [NAN, NAN]], scores.values["base"])


def test_flagged_scores_are_left_out_where_asked():
    """A flagged score counts, unless `exclude_flagged` is set; its variant stays either way."""
    frames = make_frames({"base": {"a": [0.1, 0.2]}, "tuned": {"a": [0.3, None]}})
    frames["results"]["flag"] = [None, "leaked", "leaked"]
    tables = make_tables(frames)
    assert equal([[0.1, 0.2]], collect_scores(tables, BoardConfig()).values["base"])
    without = collect_scores(tables, BoardConfig(exclude_flagged=True))
    assert equal([[0.1, NAN]], without.values["base"])
    assert equal([[NAN, NAN]], without.values["tuned"])


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


def test_contest_is_between_the_tuned_variants():
    """Where nothing is tuned, the base variant competes with the baseline."""
    assert ("tuned",) == make_scores(BASE_AND_TUNED).roles.contest
    assert ("base",) == make_scores({"base": {"a": [0.1]}}).roles.contest


def test_baseline_stands_by_its_base_scores():
    """Else by those of the first tuned variant in which it has any."""
    assert "base" == make_scores(BASE_AND_TUNED, baseline="a").roles.baseline_variant
    runs = {"base": {"a": [0.1]}, "sft": {"a": [0.2]}, "ppo": {"gpt": [0.3]}}
    assert "ppo" == make_scores(runs, baseline="gpt").roles.baseline_variant


def test_baseline_without_a_score_has_gaps():
    """A baseline without results is legal, and nothing is compared with it."""
    frames = make_frames({"base": {"a": [0.1], "gpt": [None]}})
    scores = collect_scores(make_tables(frames), BoardConfig(baseline="gpt"))
    assert "base" == scores.roles.baseline_variant
    assert equal([NAN], scores.baseline)
    assert equal([[NAN], [NAN]], scores.lift_over_baseline("base"))


def test_no_baseline():
    """Without a baseline there is no lift over it, and no score is left out of the contest."""
    scores = make_scores(BASE_AND_TUNED)
    assert None is scores.roles.baseline
    assert None is scores.roles.baseline_variant
    assert equal([NAN, NAN], scores.baseline)
    assert equal(np.full((3, 2), NAN), scores.lift_over_baseline("tuned"))
    assert equal(scores.values["base"], scores.contest("base"))


def test_lift_over_base_is_positive_where_tuning_helped():
    """Tuned - base, turned where lower is better; a gap where either is missing."""
    scores = make_scores(BASE_AND_TUNED, lower=["t2"])
    # a: 0.3 - 0.1 = 0.2 and 30 - 10 = 20; b: 0.4 - 0.4 = 0 and no base score
    assert equal([[NAN, NAN], [0.2, 20], [0, NAN]], scores.lift_over_base("tuned"))


def test_base_has_no_lift_over_itself():
    """Nor has any variant where the board has no base."""
    scores = make_scores(BASE_AND_TUNED)
    assert equal(np.full((3, 2), NAN), scores.lift_over_base("base"))
    assert equal([[NAN]], make_scores({"tuned": {"a": [0.1]}}).lift_over_base("tuned"))


def test_lift_over_baseline_is_positive_where_the_model_is_better():
    """Score - baseline's score, turned where lower is better."""
    scores = make_scores(BASE_AND_TUNED, lower=["t2"], baseline="gpt")
    # a: 0.3 - 0.5 = -0.2 and 20 - 10 = 10; b: 0.4 - 0.5 = -0.1 and 20 - 40 = -20
    assert equal([[NAN, NAN], [-0.2, 10], [-0.1, -20]], scores.lift_over_baseline("tuned"))
    # gpt: nothing to itself; a: -0.4 and 20 - 30 = -10; b: -0.1 and a gap
    assert equal([[0, 0], [-0.4, -10], [-0.1, NAN]], scores.lift_over_baseline("base"))


def test_no_lift_is_negative_zero():
    """A tie on a task where lower is better reads 0, not -0."""
    scores = make_scores({"base": {"a": [0.0, 2.0]}, "tuned": {"a": [0.0, 2.0]}}, lower=["t1"])
    assert not np.signbit(scores.lift_over_base("tuned")).any()


def test_scores_are_compared_without_noise():
    """0.1 + 0.2 and 0.3 compare equal, while the published score stays as it is."""
    scores = make_scores({"base": {"a": [0.1 + 0.2], "b": [0.3]}}, lower=["t1"])
    assert equal([[-0.3], [-0.3]], scores.signed["base"])
    assert 0.1 + 0.2 == scores.values["base"][0, 0]


def test_contest_leaves_the_baselines_own_scores_out():
    """Its scores in another variant compete like any model's."""
    runs = {"base": {"gpt": [0.5], "a": [0.1]}, "tuned": {"gpt": [0.6], "a": [0.2]}}
    scores = make_scores(runs, baseline="gpt")
    assert equal([[NAN], [0.1]], scores.contest("base"))
    assert equal([[0.6], [0.2]], scores.contest("tuned"))
    assert equal([[0.5], [0.1]], scores.values["base"])


def test_only_some_tasks():
    """Columns in the order asked for, with their directions; roles as before."""
    scores = make_scores(BASE_AND_TUNED, lower=["t2"], baseline="gpt")
    part = scores.only(["t2"])
    assert ("t2",) == part.tasks
    assert equal([-1], part.direction)
    assert equal([[20], [30], [NAN]], part.values["base"])
    assert scores.roles == part.roles
