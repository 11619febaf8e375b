"""Means that stand side by side are over the same tasks, and in the same variant."""

import pytest

from tests.helpers.boards import make_frames
from tests.helpers.sites import build, build_once, table, visible
from tests.helpers.tables import write_project

BOUNDS = {"score_min": [0.0] * 4, "score_max": [1.0] * 4}


@pytest.fixture(scope="module")
def gaps(tmp_path_factory):
    """Model a lacks its tuned score on t4, where its base score is best; c and d lack base scores.

    a: tuned 1.8 / 3 = 0.6, base over the same tasks 1.2 / 3 = 0.4, but 2.1 / 4 = 0.525 over all.
    The baseline has 1.5 / 3 = 0.5 on the tasks of a, and 2.4 / 4 = 0.6 over all.
    """
    runs = {
        "base": {
            "gpt": [0.5, 0.5, 0.5, 0.9],
            "a": [0.2, 0.4, 0.6, 0.9],
            "b": [0.1, 0.1, 0.1, 0.1],
            "d": [0.2, 0.2, None, None],
        },
        "tuned": {
            "a": [0.4, 0.6, 0.8, None],
            "b": [0.3, 0.3, 0.3, 0.3],
            "c": [0.2, 0.2, 0.2, 0.2],
            "d": [0.4, 0.4, 0.4, 0.4],
        },
    }
    toml = "[board]\nbaseline = 'gpt'\nmin_coverage = 0.5\nrank_by = 'mean'\n"
    frames = make_frames(runs, tasks=BOUNDS)
    return build(write_project(tmp_path_factory.mktemp("gaps"), frames, toml))


def on_axis(board, place):
    """The value at a place such as `25%`, by the first and last tick in the head of a table."""
    ticks = board.select("th.plot i")
    (left, low), (right, high) = (
        (float(tick["style"].removeprefix("--at:")), float(tick.text))
        for tick in (ticks[0], ticks[-1])
    )
    share = (float(place.removesuffix("%")) / 100 - left) / (right - left)
    return pytest.approx(low + share * (high - low), abs=1e-3)


@pytest.mark.parametrize(
    ("label", "before", "reference"),
    [
        ("a: 0.400 to 0.600", 0.4, 0.5),
        ("b: 0.100 to 0.300", 0.1, 0.6),
        # Without a base score on each of its tasks, nothing stands before.
        ("c: 0.200", None, 0.6),
        ("d: 0.400", None, 0.6),
    ],
)
@pytest.mark.parametrize("path", ["", "models/"])
def test_dumbbell_joins_means_over_the_same_tasks(gaps, path, label, before, reference):
    """The mark of the baseline in each row is its mean over the tasks of this row."""
    board = gaps.page(path).select_one("#board-tuned")
    found = board.select_one(f"svg[aria-label='{label}']")
    (mark,) = found.select(".m-reference")
    assert reference == on_axis(board, mark["x"])
    expected = [] if before is None else [before]
    assert expected == [on_axis(board, circle["cx"]) for circle in found.select(".m-base")]
    assert len(expected) == len(found.select(".m-rod"))


def test_texts_say_over_which_tasks(gaps):
    page = visible(gaps.page(""))
    assert "Mean score over the tasks that each model has, 4 in all." in page
    # Of the four tuned models nine of fifteen scores have a base score: 3 of a, 4 of b, 2 of d.
    assert "gpt, over the same tasks" in page
    assert "tuned scores below base 0 /9" in page


def test_mean_of_the_baseline_is_left_out_beside_other_tasks(gaps):
    """It has no place in the order of means over different tasks, and stands last, without one."""
    assert "gpt" not in [row["model"].text for row in table(gaps.page(""), "board-tuned")]
    last = table(gaps.page("models/"), "board-tuned")[-1]
    assert ("gpt", "\N{EN DASH}") == (last["model"].text, last["average"].text)


def test_baseline_stands_beside_a_variant_over_the_tasks_of_its_models(tmp_path):
    """Both ranked models have t1 and t2 only: there the baseline has 0.5, and 0.7 over all."""
    runs = {
        "base": {"gpt": [0.5, 0.5, 0.9, 0.9], "a": [0.1, 0.1, 0.1, 0.1]},
        "tuned": {"a": [0.6, 0.6, None, None], "b": [0.4, 0.4, None, None]},
    }
    toml = "[board]\nbaseline = 'gpt'\nmin_coverage = 0.5\nrank_by = 'mean'\n"
    site = build(write_project(tmp_path, make_frames(runs, tasks=BOUNDS), toml))
    rows = table(site.page(""), "board-tuned")
    assert [("a", "0.600"), ("gpt", "0.500"), ("b", "0.400")] == [
        (row["model"].text, row["average"].text) for row in rows
    ]


# --- variants that pair nothing -------------------------------------------------------------------


@pytest.fixture(scope="module")
def arena(tmp_path_factory):
    """Ratings as measured and with control for style: no model has a score before tuning."""
    runs = {
        "raw": {"gpt": [1300.0], "a": [1310.0], "b": [1200.0]},
        "controlled": {"gpt": [1250.0], "a": [1240.0], "b": [1280.0]},
    }
    toml = "[board]\nbaseline = 'gpt'\n[site]\ncards = false\n"
    return build_once(write_project(tmp_path_factory.mktemp("arena"), make_frames(runs), toml))


def test_variants_without_pairs_are_entries_of_one_board(arena):
    rows = table(arena.page("models/"), "board-base")
    assert [
        *("a (Raw)", "gpt (Raw)", "b (Controlled)", "gpt (Controlled)"),
        *("a (Controlled)", "b (Raw)"),
    ] == [row["model"].text for row in rows]
    assert ["Raw", "Raw", "Controlled"] == [row["variant"].text for row in rows[:3]]


def test_the_first_entry_of_a_baseline_is_taken_with_a_warning(arena):
    assert any("baseline 'gpt' has 2 entries; 'gpt (raw)' is taken" in w for w in arena.warnings)
    lifts = {m["model"]: m["lift_over_baseline"]["base"] for m in arena.api("models")}
    assert (10.0, -20.0) == (lifts["a (raw)"], lifts["b (controlled)"])


def test_entries_of_one_model_name_each_other(arena):
    rows = table(arena.page("models/a-raw/"), "rivals")
    assert ["a (Raw)", "a (Controlled)"] == [row["setting"].text for row in rows[:2]]


# --- the tasks of a variant -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_sets(tmp_path_factory):
    """The tuned models have t1 to t3, the base ones t1 to t4; only b lacks a tuned score, on t3."""
    runs = {
        "base": {"a": [0.2, 0.2, 0.2, 0.6], "b": [0.1] * 4, "c": [0.1] * 4},
        "tuned": {
            "a": [0.8, 0.8, 0.8, None],
            "b": [0.6, 0.4, None, None],
            "c": [0.2, 0.2, 0.2, None],
        },
    }
    toml = "[board]\nmin_coverage = 0.6\nrank_by = 'mean'\n"
    frames = make_frames(runs, tasks={**BOUNDS, "category": ["x", "x", "y", "y"]})
    return build(write_project(tmp_path_factory.mktemp("two_sets"), frames, toml))


def test_coverage_is_over_the_tasks_of_the_variant(two_sets):
    """Model a has all three tasks that any model was tuned on: it is complete."""
    rows = {row["model"].text: row for row in table(two_sets.page("models/"), "board-tuned")}
    assert ["3", "2", "3"] == [rows[m]["coverage"].text for m in "abc"]
    ranked = {m["model"]: m["possible_ranks"]["tuned"] for m in two_sets.api("models")}
    # With t3 between 0 and 1, b has a mean between 1 / 3 and 2 / 3, and stays behind a.
    assert {"a": [1, 1], "b": [2, 2], "c": [3, 3]} == ranked
    assert "coverage" not in table(two_sets.page("models/"), "board-base")[0]


def test_category_keeps_its_tasks(two_sets):
    """Nobody was tuned on t4, which is a task of its category all the same."""
    assert ["t3", "t4"] == next(
        c["tasks"] for c in two_sets.api("categories") if c["category"] == "y"
    )
    assert ["t3", "t4"] == [
        row["task"].text for row in table(two_sets.page("categories/y/"), "tasks")
    ]


def test_a_board_whose_variants_differ_in_tasks_is_dense(tmp_path):
    """Every model has every task of its variant, so means rank it, and none is left out."""
    runs = {
        "base": {"a": [0.1] * 4, "b": [0.2] * 4},
        "tuned": {"a": [0.5, 0.5, None, None], "b": [0.4, 0.4, None, None]},
    }
    site = build(write_project(tmp_path, make_frames(runs, tasks=BOUNDS), ""))
    assert ("mean", 1.0) == tuple(site.api("stats")[key] for key in ("ranked_by", "min_coverage"))
    ranks = {m["model"]: m["ranks"] for m in site.api("models")}
    assert {"a": {"tuned": 1, "base": 2}, "b": {"tuned": 2, "base": 1}} == ranks
    assert "Mean score over 2 tasks." in visible(site.page(""))
