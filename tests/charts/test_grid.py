"""The grid of models and tasks: numbers, colours, order, findings, and how it is used."""

import math

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from site_builder.charts.grid import make_grid
from site_builder.compute.significance import judge_lifts
from tests.helpers.boards import make_frames, make_scores, rows_of
from tests.helpers.browsing import NARROW, WIDE, open_page, overflow
from tests.helpers.charted import drawn, said
from tests.helpers.tables import having

# Differences from ref: a +0.4, +0.01, -0.2; b +0.1, -0.02, 0. With 100 examples, each score near
# 0.5 has an error of about 0.05, and a difference is clear from about 0.14 on.
RUNS = {
    "base": {"ref": [0.5, 0.5, 0.5]},
    "tuned": {"a": [0.9, 0.51, 0.3], "b": [0.6, 0.48, 0.5]},
}


def frames(n_examples=100, categories=("X", "X", "Y")):
    """The board of RUNS; its third task states no number of examples."""
    found = make_frames(
        RUNS, tasks={"category": list(categories), "score_min": [0.0] * 3, "score_max": [1.0] * 3}
    )
    examples = [None if task == "t3" else n_examples for task in found["results"]["task"]]
    found["results"] = having(found["results"], n_examples=pd.array(examples, dtype="Int64"))
    return found


def grid(**board):
    """The grid of this board."""
    return said(make_grid, frames=frames(), baseline="ref", **board)


def shown(found, measure):
    """Text and classes of a measure, by task and model."""
    at = [m.id for m in found.measures].index(measure)
    names = [link.text for link, _ in found.models]
    return {
        (row.head.text, name): cell.shown[at]
        for group in found.groups
        for row in group.rows
        for name, cell in zip(names, row.cells, strict=True)
    }


# --- what is clear --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        # sqrt(0.03² + 0.04²) = 0.05, times 1.96 = 0.098: 0.1 is clear, 0.09 is not.
        ((0.03, 0.04), [1, 0, -1, 0]),
        ((0.05, 0.05), [0, 0, 0, 0]),
        ((None, 0.04), [math.nan] * 4),
        ((0.03, None), [math.nan] * 4),
    ],
)
def test_difference_is_clear_beyond_its_error(stderr, expected):
    found = make_frames({"base": {"ref": [0.5] * 4}, "tuned": {"a": [0.6, 0.59, 0.4, 0.5]}})
    mine, others = stderr
    errors = [mine if model == "a" else others for model in found["results"]["model"]]
    found["results"] = having(found["results"], stderr=pd.array(errors, dtype="Float64"))
    scores = drawn_scores(found)
    verdicts = judge_lifts(scores, {}, "tuned", "baseline")[scores.rows["a"]]
    assert pytest.approx(expected, nan_ok=True) == verdicts


def drawn_scores(found):
    """The scores of a board with `ref` as its baseline."""
    return said(lambda results, _: results.scores, frames=found, baseline="ref")


def test_difference_known_by_pairs_is_judged_by_their_interval():
    """The interval decides where no error of a score is known; one that ends at 0 is not clear."""
    scores = make_scores({"base": {"a": [0.5] * 3}, "tuned": {"a": [0.6, 0.4, 0.6]}})
    ends = {"t1": (0.01, 0.19), "t2": (-0.19, -0.01), "t3": (0.0, 0.2)}
    paired = {("a", task, "tuned", "base"): interval for task, interval in ends.items()}
    assert [1, -1, 0] == judge_lifts(scores, paired, "tuned", "base")[0].tolist()
    assert np.isnan(judge_lifts(scores, {}, "tuned", "base")).all()


def test_colour_says_what_is_clear():
    """Green or orange where clear, pale where not, striped where an error is not known."""
    cells = shown(grid(), "baseline")
    assert ("+0.400", "up5") == cells["t1", "a"]
    assert ("+0.100", "pale") == cells["t1", "b"]
    assert ("+0.010", "pale") == cells["t2", "a"]
    assert ("\N{MINUS SIGN}0.200", "down4 hatch") == cells["t3", "a"]
    assert ("0.000", "pale") == cells["t3", "b"]


def test_scores_are_shaded_on_one_scale():
    """From 0.3 to 0.9: 0.48 is 0.3 of the way, the second fifth."""
    cells = shown(grid(), "score")
    assert ("0.900", "level5") == cells["t1", "a"]
    assert ("0.300", "level1") == cells["t3", "a"]
    assert ("0.480", "level2") == cells["t2", "b"]


def test_row_is_its_own_scale_where_units_differ():
    runs = {"base": {"a": [1.0, 10.0], "b": [2.0, 20.0], "c": [5.0, None]}}
    found = said(make_grid, runs, lower=["t2"], tasks={"metric": ["x", "y"]}, min_coverage=0)
    assert ["score"] == [m.id for m in found.measures]
    cells = {key: classes for key, (_, classes) in shown(found, "score").items()}
    assert ("level1", "level2", "level5") == tuple(cells["t1", model] for model in "abc")
    assert ("level5", "level1", "") == tuple(cells["t2", model] for model in "abc")


# --- what stands where ----------------------------------------------------------------------------


def test_order_and_heads():
    """Models as on the board with their means; the category with the greatest lead first."""
    found = grid()
    assert [("a", "+0.070"), ("b", "+0.027")] == [(m.text, means[0]) for m, means in found.models]
    assert ("ref", "0.500") == (found.baseline[0].text, found.baseline[1])
    assert ["X", "Y"] == [group.head.text for group in found.groups]
    assert ["t1", "t2"] == [row.head.text for row in found.groups[0].rows]
    assert ["0.500"] * 3 == [
        row.baseline.shown[0][0] for group in found.groups for row in group.rows
    ]


def test_best_of_each_row_is_boxed():
    """Not where all are equal; the baseline's own score does not compete."""
    runs = {
        "base": {"ref": [0.9, 0.5, 0.5]},
        "tuned": {"a": [0.6, 0.7, 0.4], "b": [0.5, 0.7, None]},
    }
    found = said(make_grid, runs, baseline="ref", min_coverage=0)
    names = [link.text for link, _ in found.models]
    boxed = {
        row.head.text: [name for name, c in zip(names, row.cells, strict=True) if c.is_best]
        for row in found.groups[0].rows
    }
    assert {"t1": ["a"], "t2": [], "t3": []} == boxed


def test_every_number_leads_to_its_score():
    found = grid()
    cell = found.groups[0].rows[0].cells[1]
    assert ("model", "b", "score-t1") == cell.link.to[:3]
    own = found.groups[0].rows[0].baseline
    assert ("model", "ref", "score-t1", (("variant", "base"),)) == own.link.to


def test_findings():
    """Of X, a beats ref on both tasks, t1 for certain; of Y none does."""
    found = grid()
    assert "1 of 6 scores are certainly better than ref, 0 worse" == found.measures[0].title
    assert ["better", "worse", "uncertain", "better, error unknown", "worse, error unknown"] == [
        text for _, text in found.measures[0].legend
    ]
    assert ["2 of 2 ahead of ref", "0 of 1 ahead of ref"] == [g.findings[0] for g in found.groups]


def test_lift_is_a_measure_of_its_own():
    runs = {"base": {"a": [0.1, 0.5], "b": [0.5, 0.5]}, "tuned": {"a": [0.5, 0.4], "b": [0.6, 0.6]}}
    found = said(make_grid, runs)
    assert ["score", "base"] == [m.id for m in found.measures]
    assert "3 of 4 scores are better than base, 1 worse" == found.measures[1].title
    assert ("+0.400", "up5 hatch") == shown(found, "base")["t1", "a"]


def test_missing_score_is_no_link_and_no_colour():
    runs = {"base": {"a": [0.1, None], "b": [0.5, 0.5]}}
    found = said(make_grid, runs, min_coverage=0)
    row = found.groups[0].rows[1]
    cell = row.cells[[m.text for m, _ in found.models].index("a")]
    assert (None, (("\N{EN DASH}", ""),)) == (cell.link, cell.shown)


def test_boards_that_are_too_large():
    """61 tasks of two categories: two rows of means; without categories the first 60 tasks."""
    scores = [0.5 + i / 200 for i in range(61)]
    runs = {"base": {"ref": [0.5] * 61, **{f"m{i:02}": scores for i in range(13)}}}
    halves = ["X"] * 30 + ["Y"] * 31
    found = said(make_grid, runs, tasks={"category": halves}, baseline="ref")
    # X: 0.5 + 14.5 / 200; Y: 0.5 + 45 / 200. Each is clear over its tasks.
    assert [("Y", "+0.225"), ("X", "+0.073")] == [
        (row.head.text, row.cells[0].shown[0][0]) for row in found.groups[0].rows
    ]
    assert {"up5", "up2"} == {row.cells[0].shown[0][1] for row in found.groups[0].rows}
    assert found.cut.startswith("The first 12 of 13 models are shown. Each row is a mean over")
    assert "left out" not in found.cut
    assert "The first 60 of 61 tasks are shown." in said(make_grid, runs, baseline="ref").cut


@pytest.mark.parametrize(
    ("categories", "rows", "end"),
    [
        (["X"] * 30 + ["Y"] * 30 + [None], 2, " 1 other task is left out."),
        ([f"c{i}" for i in range(61)], 60, " 1 other task is left out."),
        ([f"c{i}" for i in range(61)] + [None], 60, " 2 other tasks are left out."),
    ],
)
def test_rows_of_categories_name_what_they_leave_out(categories, rows, end):
    n = len(categories)
    runs = {"base": {"ref": [0.5] * n, "a": [0.5 + i / 200 for i in range(n)]}}
    found = said(make_grid, runs, tasks={"category": categories}, baseline="ref")
    assert rows == len(found.groups[0].rows)
    assert found.cut.endswith(end)


@pytest.mark.parametrize(
    ("runs", "board"),
    [
        ({"base": {"a": [0.1, 0.2]}}, {}),
        ({"base": {"a": [0.1], "b": [0.2]}}, {}),
        ({"base": {"ref": [0.1, 0.2]}}, {"baseline": "ref"}),
    ],
)
def test_no_grid(runs, board):
    """One model or one task is no grid."""
    assert said(make_grid, runs, **board) is None


def test_one_model_beside_the_baseline_is_a_grid():
    found = said(make_grid, {"base": {"a": [0.1, 0.2], "ref": [0.1, 0.1]}}, baseline="ref")
    assert ["a"] == [link.text for link, _ in found.models]


def test_numbers_of_the_index_are_its_scores():
    """Every score and every difference, as the results have them."""
    results, labels = drawn("index")
    found, scores = make_grid(results, labels), results.scores
    assert found is not None
    models = {labels.models[s.model]: s.model for s in rows_of(results.board)}
    tasks = {name: task for task, name in labels.tasks.items()}
    arrays = {
        "score": scores.values["fine_tuned"],
        "baseline": scores.lift_over_baseline("fine_tuned"),
        "base": scores.lift_over_base("fine_tuned"),
    }
    for measure, values in arrays.items():
        cells = shown(found, measure)
        assert 310 == len(cells)
        for (task, model), (text, _) in cells.items():
            value = values[scores.rows[models[model]], scores.columns[tasks[task]]]
            assert pytest.approx(float(text.replace("\N{MINUS SIGN}", "-")), abs=6e-4) == value


def test_table_has_a_row_for_each_cell():
    """The numbers of every measure, in colour where certain, and the baseline's score."""
    found = grid()
    rows = {(row.cells[0].text, row.cells[1].text): row.cells[2:] for row in found.table.rows}
    assert ["vs ref", "Score", "ref"] == [column.label for column in found.table.columns[2:]]
    versus, score, own = rows["t1", "a"]
    assert (0.4, "gain", 0.9, 0.5) == (versus.value, versus.tone, score.value, own.value)
    assert "soft" == rows["t1", "b"][0].tone
    assert (-0.2, "soft") == (rows["t3", "a"][0].value, rows["t3", "a"][0].tone)
    assert {(task, model) for task in ("t1", "t2", "t3") for model in "ab"} == set(rows)


def test_table_of_the_index_has_the_texts_of_the_grid():
    results, labels = drawn("index")
    found = make_grid(results, labels)
    assert found is not None
    for i, measure in enumerate(found.measures):
        cells = {(r.cells[0].text, r.cells[1].text): r.cells[2 + i].text for r in found.table.rows}
        assert {key: text for key, (text, _) in shown(found, measure.id).items()} == cells


# --- in a browser ---------------------------------------------------------------------------------


def test_measures_are_switched_and_in_the_address(chromium, home):
    page, heard = open_page(chromium, f"{home}models/")
    cell = page.locator(".grid tbody tr:has-text('BoolQ') td").nth(1)
    expect(cell).to_have_text("\N{MINUS SIGN}0.014", use_inner_text=True)
    page.locator("[data-measure=score]").click()
    expect(cell).to_have_text("0.897", use_inner_text=True)
    assert page.url.endswith("?cells=score")
    page.go_back()
    expect(cell).to_have_text("\N{MINUS SIGN}0.014", use_inner_text=True)
    page.goto(f"{home}models/?cells=base")
    expect(page.locator(".grid .chart-title:visible")).to_have_text(
        "156 of 310 scores are certainly better than base, 6 worse"
    )
    assert [] == heard.complaints


def test_number_opens_its_provenance(chromium, home):
    page, _ = open_page(chromium, f"{home}models/")
    page.locator(".grid tbody tr:has-text('BoolQ') td a").nth(1).click()
    expect(page.locator("#score-card-title")).to_contain_text("BoolQ")
    expect(page.locator(".score-card-value")).to_contain_text("0.897")


def test_phone_shows_one_model_at_a_time(chromium, home):
    page, _ = open_page(chromium, f"{home}models/", NARROW)
    row = page.locator(".grid tbody tr:has-text('BoolQ') td:visible")
    expect(row).to_have_text(["0.911", "\N{MINUS SIGN}0.014"], use_inner_text=True)
    page.locator("[data-grid-model]").select_option("Phi-2")
    expect(row).to_have_text(["0.911", "\N{MINUS SIGN}0.048"], use_inner_text=True)
    assert page.url.endswith("?column=Phi-2")
    assert overflow(page) <= 0


def test_grid_is_whole_without_scripts(chromium, home):
    page, _ = open_page(chromium, f"{home}models/", WIDE, java_script_enabled=False)
    expect(page.locator(".grid tbody tr:has-text('BoolQ') td:visible")).to_have_count(11)
    expect(page.locator("[data-measure]").first).to_be_hidden()
