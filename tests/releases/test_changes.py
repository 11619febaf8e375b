"""Two moments of a board held against each other: a change of each kind, done by hand."""

from collections.abc import Mapping
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.compute.catalog import Release
from site_builder.records import replace
from site_builder.releases.changes import (
    Changes,
    FactChange,
    LostProvenance,
    RankMove,
    ScoreChange,
    find_changes,
)
from site_builder.releases.snapshot import BoardState, Facts, ScoreState, Snapshot
from site_builder.releases.wording import sections_of
from site_builder.translation import english

RULES: Facts = {
    "baseline": "c",
    "variants": ["tuned", "base"],
    "ranked_by": "mean",
    "min_coverage": 1.0,
}


def moment(
    scores: Mapping[tuple[str, str, str], ScoreState | float],
    ranks: Mapping[tuple[str, str], int] | None = None,
    lower: tuple[str, ...] = (),
) -> Snapshot:
    """A board of these scores; its models and tasks are those that have any.

    `ranks` are by model and variant.
    """
    by_variant: dict[str, dict[str, int | None]] = {"base": {}, "tuned": {}}
    for (model, variant), rank in (ranks or {}).items():
        by_variant.setdefault(variant, {})[model] = rank
    states = {k: s if isinstance(s, ScoreState) else ScoreState(s) for k, s in scores.items()}
    models = dict.fromkeys(model for model, _, _ in states)
    tasks = dict.fromkeys(task for _, task, _ in states)
    return Snapshot(
        release=Release("", None),
        boards={"": BoardState(RULES, by_variant)},
        models={m: {"name": m.upper(), "developer": None} for m in models},
        tasks={t: {"name": t.upper(), "higher_is_better": t not in lower} for t in tasks},
        scores=states,
    )


ONE = moment({("a", "t", "base"): 0.5, ("b", "t", "base"): 0.4})


def changed(before: ScoreState, after: ScoreState, lower: bool = False) -> ScoreChange:
    """What is told of one score that became another."""
    key = ("a", "t", "base")
    down = ("t",) if lower else ()
    (change,) = find_changes(
        moment({key: before}, lower=down), moment({key: after}, lower=down)
    ).scores_changed
    return change


def test_models_tasks_and_scores_come_and_go():
    """By their ids; the scores of a model that went are gone with it."""
    new = moment({("a", "t", "base"): 0.5, ("c", "u", "base"): 0.25})
    changes = find_changes(ONE, new)
    assert (("c",), ("b",)) == (changes.models_added, changes.models_removed)
    assert (("u",), ()) == (changes.tasks_added, changes.tasks_removed)
    assert (ScoreChange("c", "u", "base", None, 0.25),) == changes.scores_added
    assert (ScoreChange("b", "t", "base", 0.4, None),) == changes.scores_removed
    assert () == changes.scores_changed
    assert changes.any_score
    assert {"a": "A", "b": "B", "c": "C"} == changes.models


def test_a_score_that_changed():
    """After minus before, free of the noise of binary fractions: 0.3 - 0.1 is 0.2."""
    expected = ScoreChange("a", "t", "base", 0.1, 0.3, 0.2, better=True, beyond_noise=None)
    assert expected == changed(ScoreState(0.1), ScoreState(0.3))


def test_equal_on_paper_is_not_changed():
    """0.1 + 0.2 is 0.3."""
    old, new = moment({("a", "t", "base"): 0.3}), moment({("a", "t", "base"): 0.1 + 0.2})
    assert not sections_of(find_changes(old, new), english())


@pytest.mark.parametrize(("after", "lower", "better"), [
    (0.75, False, True), (0.25, False, False), (0.75, True, False), (0.25, True, True),
])  # fmt: skip
def test_better_is_as_the_task_has_it(after, lower, better):
    assert better is changed(ScoreState(0.5), ScoreState(after), lower).better


@pytest.mark.parametrize(("difference", "beyond"), [(0.277, False), (0.278, True)])
def test_beyond_noise(difference, beyond):
    """|d| > 1.95996 sqrt(0.1^2 + 0.1^2) = 0.27718."""
    assert 0.277 < 1.959964 * sqrt(0.02) < 0.278
    found = changed(ScoreState(0.5, 0.1), ScoreState(0.5 + difference, 0.1))
    assert beyond is found.beyond_noise
    assert beyond is changed(ScoreState(0.5 + difference, 0.1), ScoreState(0.5, 0.1)).beyond_noise


@pytest.mark.parametrize("errors", [(None, 0.1), (0.1, None), (None, None)])
def test_noise_is_not_guessed(errors):
    """Where the error of either score is not known, nor is whether they are told apart."""
    assert changed(ScoreState(0.1, errors[0]), ScoreState(0.9, errors[1])).beyond_noise is None


def test_what_is_sure_comes_first():
    """Beyond noise, not known, within noise; the largest difference first, whatever its sign."""
    before = {("a", t, "base"): ScoreState(0.5, None if t in "uv" else 0.1) for t in "tuvwx"}
    after = {
        key: replace(state, score=score)
        for (key, state), score in zip(before.items(), (0.4, 0.9, 0.0, 0.95, 0.01), strict=True)
    }
    found = find_changes(moment(before), moment(after)).scores_changed
    assert ["x", "w", "v", "u", "t"] == [change.task for change in found]
    assert [True, True, None, None, False] == [change.beyond_noise for change in found]


def test_ranks_that_moved():
    scores = {(m, "t", "base"): 0.5 for m in "abcd"}
    ranks = {("a", "base"): 1, ("b", "base"): 2, ("c", "base"): 3}
    old = moment(scores, ranks)
    new = moment(
        {**scores, ("e", "t", "base"): 0.9},
        {("e", "base"): 1, ("b", "base"): 2, ("a", "base"): 3, ("d", "base"): 4, ("a", "x"): 1},
    )
    assert (
        RankMove("a", "base", 1, 3),
        RankMove("d", "base", None, 4),
        RankMove("c", "base", 3, None),
    ) == find_changes(old, new).ranks


def test_changed_facts():
    new = replace(
        ONE,
        boards={"": BoardState({**RULES, "ranked_by": "mean_win_rate"}, {})},
        models={"a": {"name": "New", "family": "x"}, "b": {}},
        tasks={"t": {"name": "T", "higher_is_better": False}},
    )
    changes = find_changes(ONE, new)
    assert (FactChange(("a",), "name", "A", "New"),) == changes.models_changed
    assert (FactChange(("t",), "higher_is_better", True, False),) == changes.tasks_changed
    assert (FactChange(("",), "ranked_by", "mean", "mean_win_rate"),) == changes.rules
    assert {"a": "New", "b": "B"} == changes.models


def test_reservations():
    """Made and taken back; a score that is new is told as such alone."""
    old = moment({("a", "t", "base"): ScoreState(0.5, flag="odd"), ("b", "t", "base"): 0.5})
    new = moment({
        ("a", "t", "base"): 0.5,
        ("b", "t", "base"): ScoreState(0.5, flag="seen"),
        ("c", "t", "base"): ScoreState(0.5, flag="new"),
    })  # fmt: skip
    assert (
        FactChange(("a", "t", "base"), "flag", "odd", None),
        FactChange(("b", "t", "base"), "flag", None, "seen"),
    ) == find_changes(old, new).flags


def test_provenance_lost():
    """What a score had and has not; what it gained, and a score that is gone, are no loss."""
    keys = [("a", "t", "base"), ("b", "t", "base"), ("c", "t", "base")]
    before = ScoreState(0.5, stated=("source", "date", "n_examples", "stderr"))
    old = moment({keys[0]: before, keys[1]: 0.5, keys[2]: before})
    after = ScoreState(0.5, stated=("command", "date"))
    new = moment({keys[0]: after, keys[1]: ScoreState(0.5, stated=("source",))})
    lost = ("source", "n_examples", "stderr")
    assert (LostProvenance(*keys[0], lost),) == find_changes(old, new).lost


def test_measures_that_changed():
    """Those of scores and measures that both releases have; a value may come and go."""
    keys = [("a", t, "base") for t in "tuv"]
    old = moment({key: ScoreState(0.5, measures={"cost": 1.0, "s": None}) for key in keys[:2]})
    after = ScoreState(0.5, measures={"cost": 2.0, "s": 3.0, "new": 1.0})
    new = moment({keys[0]: after, keys[1]: old.scores[keys[1]], keys[2]: after})
    found = find_changes(old, new)
    assert (
        FactChange(keys[0], "cost", 1.0, 2.0),
        FactChange(keys[0], "s", None, 3.0),
    ) == found.measures
    assert () == found.scores_changed


def test_several_boards():
    """Ranks and rules by board; one that came or went has no ranks that moved."""

    def state(title: str, **ranks: int) -> BoardState:
        return BoardState({"title": title, "ranked_by": "mean"}, {"base": ranks})

    scores = {(m, "t", "base"): 0.5 for m in "ab"}
    boards = {"x": state("X", a=1, b=2), "gone": state("Gone", a=1)}
    old = replace(moment(scores), boards=boards)
    new = replace(old, boards={"x": state("New", a=2, b=1), "came": state("Came", b=1)})
    found = find_changes(old, new)
    assert (RankMove("b", "base", 2, 1, "x"), RankMove("a", "base", 1, 2, "x")) == found.ranks
    assert (
        FactChange(("x",), "title", "X", "New"),
        FactChange(("came",), "board", None, "Came"),
        FactChange(("gone",), "board", "Gone", None),
    ) == found.rules


def states() -> st.SearchStrategy[ScoreState]:
    few = st.sampled_from([0.0, 0.1, 0.3, 0.1 + 0.2, 1.0, -5.0, 1e12])
    stated = st.sampled_from([(), ("source",), ("source", "stderr")])
    errors, flags = st.sampled_from([None, 0.01, 0.2]), st.sampled_from([None, "x", "y"])
    return st.builds(ScoreState, few, errors, flags, stated)


def moments() -> st.SearchStrategy[Snapshot]:
    keys = st.tuples(
        st.sampled_from("abc"), st.sampled_from("tu"), st.sampled_from(["base", "tuned"])
    )
    ranked = st.tuples(st.sampled_from("abc"), st.sampled_from(["base", "tuned"]))
    ranks = st.dictionaries(ranked, st.integers(1, 3))
    return st.builds(moment, st.dictionaries(keys, states(), max_size=12), ranks)


@given(moments())
def test_nothing_differs_from_itself(board):
    assert not sections_of(find_changes(board, board), english())


@given(moments(), moments())
def test_backwards_is_the_mirror_image(a, b):
    there, back = find_changes(a, b), find_changes(b, a)
    assert {*scores_of(there)} == {mirrored(change) for change in scores_of(back)}
    assert set(there.models_added) == set(back.models_removed)
    assert set(there.tasks_added) == set(back.tasks_removed)
    assert {(m.model, m.variant, m.before, m.after) for m in there.ranks} == {
        (m.model, m.variant, m.after, m.before) for m in back.ranks
    }
    assert {(f.of, f.before, f.after) for f in there.flags} == {
        (f.of, f.after, f.before) for f in back.flags
    }
    kinds = [bool(sections_of(changes, english())) for changes in (there, back)]
    assert kinds[0] == kinds[1] or there.lost or back.lost


@given(moments(), moments())
def test_every_difference_of_the_scores_is_reported_once(a, b):
    found = [c.key for c in scores_of(find_changes(a, b))]
    differ = {
        key
        for key in {*a.scores, *b.scores}
        if key not in a.scores
        or key not in b.scores
        or abs(a.scores[key].score - b.scores[key].score) > 1e-9
    }
    assert sorted(differ) == sorted(found)


def scores_of(changes: Changes) -> list[ScoreChange]:
    return [*changes.scores_added, *changes.scores_removed, *changes.scores_changed]


def mirrored(change: ScoreChange) -> ScoreChange:
    back = replace(change, before=change.after, after=change.before)
    if change.difference is None:
        return back
    return replace(back, difference=-change.difference, better=not change.better)
