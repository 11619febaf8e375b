"""The views of boards: ranks, ties, clear differences and legends, on pages and in the API."""

import pytest
from bs4 import Tag

from tests.helpers.boards import make_frames
from tests.helpers.odd_boards import SHAPES, built
from tests.helpers.sites import BuiltSite, build, table, visible
from tests.helpers.tables import write_project

VARIANTS = {"board-fine-tuned": "fine_tuned", "board-base": "base"}


@pytest.fixture(scope="module")
def gaps(tmp_path_factory):
    """A board of seven tasks between 0 and 1, on which one model lacks two."""
    tuned = {
        "a": [0.9, 0.8, 0.9, 0.8, 0.9, 0.8, 0.9],
        "b": [0.6, 0.5, 0.6, 0.5, 0.6, 0.5, 0.6],
        "c": [0.5, 0.7, 0.4, 0.6, 0.5, None, None],
    }
    tasks = {"score_min": [0.0] * 7, "score_max": [1.0] * 7}
    frames = make_frames({"tuned": tuned}, tasks=tasks)
    toml = "[board]\nmin_coverage = 0.5\nrank_by = 'mean'\n"
    root = write_project(tmp_path_factory.mktemp("gaps"), frames, toml)
    return build(root)


def test_ties_with_the_best_on_the_index(index_site):
    """After fine-tuning, three models may be first; before it, GPT-4 and GPT-3.5 Turbo."""
    tied = {
        variant: [
            m["name"]
            for m in index_site.api("models")
            if m["not_distinguishable_from_best"].get(variant)
        ]
        for variant in VARIANTS.values()
    }
    assert {
        "fine_tuned": ["Zephyr 7B Beta", "Mistral 7B", "Mistral 7B Instruct"],
        "base": ["GPT-3.5 Turbo", "GPT-4"],
    } == tied
    for path in ("", "models/"):
        for board, variant in VARIANTS.items():
            rows = table(index_site.page(path), board)
            found = [row["model"].text for row in rows if row["model"].tags]
            assert sorted(tied[variant]) == sorted(found)
    notes = index_site.page("models/").select(".view > .note:not(.ranked-by)")
    assert [
        "Zephyr 7B Beta is first; Mistral 7B and Mistral 7B Instruct may be first too.",
        "GPT-4 is first; GPT-3.5 Turbo may be first too.",
    ] == [visible(note) for note in notes]


def test_plausible_ranks(index_site):
    models = {m["name"]: m for m in index_site.api("models")}
    assert [1, 9] == models["Mistral 7B"]["rank_interval"]["fine_tuned"]
    for board, variant in VARIANTS.items():
        for row in table(index_site.page("models/"), board):
            best, worst = models[row["model"].text]["rank_interval"].get(variant) or (0, 0)
            expected = f"{best}\N{EN DASH}{worst}" if best < worst else ""
            assert expected == row["rank"].note
    page = index_site.page("models/mistral-7b/")
    assert "rank (plausible: 1\N{EN DASH}9)" in [visible(t) for t in page.select("dt > a")]
    around = {row["model"].text: row["rank"].note for row in table(page, "around")}
    assert "1\N{EN DASH}9" == around["Mistral 7B"]
    leader = index_site.page("models/gpt-4/")
    assert "rank (plausible: 1\N{EN DASH}2)" in [visible(t) for t in leader.select("dt > a")]


def test_clear_differences_of_the_index(index_site):
    """Tuning helped all ten beyond chance; of six ahead of GPT-4, none is so beyond chance."""
    stats, models = index_site.api("stats"), index_site.api("models")
    over_base = [m["tests_over_base"].get("fine_tuned") for m in models]
    assert ["better"] * 10 == [test["verdict"] for test in over_base if test]
    assert (10, 0) == (stats["models_clearly_helped"], stats["models_clearly_hurt"])
    ahead = [
        m["name"]
        for m in models
        if m["tests_over_baseline"].get("fine_tuned", {}).get("verdict") == "better"
    ]
    assert ([], 0) == (ahead, stats["models_clearly_ahead_of_baseline"])
    notes = {
        row["model"].text: (row["lift_over_base"].note, row["lift_over_baseline"].note)
        for row in table(index_site.page(""), "board-fine-tuned")
    }
    (zephyr,) = [m for m in models if m["name"] == "Zephyr 7B Beta"]
    test = zephyr["tests_over_baseline"]["fine_tuned"]
    assert (0.313, "unclear") == (round(test["p"], 3), test["verdict"])
    # Ten comparisons, over 22 families of tasks: 0.081 ± 0.110.
    assert [-0.029, 0.19] == [round(end, 3) for end in test["interval"]]
    assert {"not clear", ""} == {note for pair in notes.values() for note in pair}
    # Only what is clear has a colour: the ten lifts over base.
    board = index_site.page("").select_one("#board-fine-tuned")
    assert board is not None
    assert (10, 0) == (len(board.select("td.gain")), len(board.select("td.loss")))


def test_significance_tests_of_a_model(index_site):
    page = index_site.page("models/mistral-7b/")
    rows = {row["difference"].text: row for row in table(page, "lift-tests")}
    assert [
        "Fine-tuned over base",
        "Fine-tuned against GPT-4",
        "Base against GPT-4",
        "Fine-tuned against GPT-4, 17 accuracy tasks",
        "Fine-tuned against GPT-4, 12 rouge tasks",
    ] == list(rows)
    (model,) = [m for m in index_site.api("models") if m["model"] == "mistral-7b"]
    test = model["tests_over_baseline"]["fine_tuned"]
    row = rows["Fine-tuned against GPT-4"]
    assert test["mean"] == row["mean"].number
    assert test["p"] == row["p"].number
    assert f"{test['above']} / {test['equal']} / {test['below']}" == row["tasks"].text
    assert ("unclear", "no clear difference") == (test["verdict"], row["verdict"].text)
    assert "helped" == rows["Fine-tuned over base"]["verdict"].text
    assert "behind" == rows["Base against GPT-4"]["verdict"].text
    (rouge,) = [m for m in index_site.api("metrics") if m["metric"] == "rouge"]
    row = rows["Fine-tuned against GPT-4, 12 rouge tasks"]
    assert rouge["lift_over_baseline"]["fine_tuned"]["mistral-7b"] == row["mean"].number
    assert rouge["p_value"]["fine_tuned"]["mistral-7b"] == row["p"].number
    assert "no clear difference" == row["verdict"].text


def test_board_without_baseline_and_base_has_no_tests(gaps):
    assert not gaps.page("models/a/").select("#real")
    first = gaps.api("models")[0]
    assert ({}, {}) == (first["tests_over_base"], first["tests_over_baseline"])


def test_coverage_gives_the_ranks_if_complete(gaps):
    """The third has 5 of 7 tasks: with the others at 0 or 1 it would be third or second."""
    rows = {row["model"].text: row for row in table(gaps.page("models/"), "board-tuned")}
    # 2.7 of 7 and 4.7 of 7: from 0.386 to 0.671. The second has 3.9 / 7 = 0.557, the first 0.857.
    assert ("5 of 7", "rank 2\N{EN DASH}3 if complete") == (
        rows["c"]["coverage"].text,
        rows["c"]["coverage"].note,
    )
    assert "" == rows["a"]["coverage"].note
    (third,) = [m for m in gaps.api("models") if m["model"] == "c"]
    assert {"tuned": [2, 3]} == third["possible_ranks"]


def test_view_of_common_tasks(gaps):
    """The five tasks that all three have, on the full board; not on the home page."""
    page = gaps.page("models/")
    assert ["Tuned", "Common tasks"] == [visible(b) for b in page.select("button[data-view]")]
    rows = {row["model"].text: row for row in table(page, "board-common-tuned")}
    # 4.3 / 5, 2.8 / 5, 2.7 / 5.
    assert [0.86, 0.56, 0.54] == [rows[m]["average"].number for m in "abc"]
    rule, note = map(visible, page.select("#view-common > .note"))
    assert "Ranked by mean score over 5 tasks." == rule
    assert note.startswith("Uses only the 5 tasks on which every ranked model of the whole board")
    assert not gaps.page("").select("#board-common-tuned")


def test_each_view_says_by_what_it_ranks(index_site):
    rules = [visible(rule) for rule in index_site.page("models/").select(".ranked-by")]
    assert [
        "Ranked by mean score over 31 tasks.",
        "Ranked by mean score over 31 tasks.",
        "Ranked by mean lift of fine-tuned over base.",
    ] == rules


# --- legends -------------------------------------------------------------------------------------

MARKS = ("before", "after", "band", "reference")


def marks_in(part: Tag | None) -> set[str]:
    """The kinds of marks that are drawn in a part of a page, in a row or in a legend."""
    return {
        mark for mark in MARKS if part is not None and part.select_one(f".db-{mark}, .mark-{mark}")
    }


def test_legend_of_the_index(index_site: BuiltSite):
    """Tuned views have two circles, the base view one; the baseline's score has its name."""
    baseline = "GPT-4, 0.661"
    after = ["base", "fine-tuned", baseline]
    expected = {"fine-tuned": after, "base": ["base", baseline], "lift": after}
    assert expected == {
        view["data-view-of"]: [visible(item).strip() for item in view.select(".legend li")]
        for view in index_site.page("").select("[data-view-of]")
    }
    own = next(row for row in index_site.api("models") if row["is_baseline"])
    assert baseline.endswith(f"{own['average']['base']:.3f}")


@pytest.mark.parametrize("name", SHAPES)
def test_legend_has_the_marks_of_the_board(name: str):
    """On boards of any shape a mark that is drawn has its word, and no word is without a mark."""
    for view in built(name).page("models/").select("[data-view-of]"):
        legend, table = view.select_one(".legend"), view.select_one("table")
        assert marks_in(legend) == marks_in(table), view["data-view-of"]


def test_sparse_board_shows_what_ranks_it():
    """The adjusted average ranks, with the reason; the plain one is on the page of the model."""
    site = built("sparse")
    rule = visible(site.page("models/").select(".ranked-by")[0])
    assert "few models have every task." == rule.split("because ")[1]
    assert rule.startswith("Ranked by adjusted average over the tasks of the ranked models,")
    assert "Tasks without a score of a ranked model do not count." in visible(site.page("models/"))
    rows = {row["model"].text: row for row in table(site.page("models/"), "board-tuned")}
    # m4 lacks three of nine tasks, t2, t5 and t8: its mean is 0.62, and 0.55 + 0.02 x 4 over all.
    assert ("0.630", "0.620") == (rows["m4"]["adjusted"].text, rows["m4"]["average"].text)
    assert "not ranked: no common tasks" in rows["own"]["model"].note
    facts = [visible(t) for t in site.page("models/m4/").select("dt")]
    assert "mean of its scores" in facts
    assert any(fact.startswith("adjusted average, 95") for fact in facts)
    summary = visible(site.page("models/own/").select(".lede")[0])
    api = {m["model"]: m for m in site.api("models")}
    assert 0.63 == pytest.approx(api["m4"]["adjusted"]["tuned"])
    assert "no common tasks" == api["own"]["unranked"]
    assert "additive" == site.api("stats")["ranked_by"]
    assert "no tasks that connect it to the ranked models" in summary
