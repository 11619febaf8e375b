"""The matrix of models and tasks: numbers, colours, order, and how it is used."""

import math

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from site_builder.charts.matrix import Matrix, make_matrix
from site_builder.compute.results import Results
from site_builder.compute.significance import judge_lifts
from site_builder.formatting import NumberFormat, in_cell
from site_builder.labels import Labels
from site_builder.pages.matrices import board_spec
from tests.helpers.boards import make_frames, make_scores
from tests.helpers.browsing import NARROW, WIDE, has_address, open_page, overflow
from tests.helpers.charted import said
from tests.helpers.sites import target
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


def make_grid(results: Results, labels: Labels) -> Matrix | None:
    """The matrix of a board."""
    return make_matrix(board_spec(results, labels))


def grid(**board):
    """The matrix of the board of RUNS."""
    return said(make_grid, frames=frames(), baseline="ref", **board)


def view(found, measure):
    """The table of a measure."""
    return next(view.table for view in found.views if view.measure.id == measure)


def columns(found, measure):
    """The places of the columns of tasks and categories, by their full names."""
    heads = enumerate(view(found, measure).columns)
    return {head.spoken_label: place for place, head in heads if head.align == "heat"}


def shown(found, measure):
    """The cells of a measure, by column and model."""
    return {
        (name, row.cells[1].text): row.cells[place]
        for row in view(found, measure).rows
        for name, place in columns(found, measure).items()
    }


def looks(found, measure):
    """Text, tone and heat of the cells of a measure."""
    cells = shown(found, measure)
    return {key: (c.text, c.tone, round(c.heat or 0, 2), *c.marks) for key, c in cells.items()}


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
    scores = said(lambda results, _: results.scores, frames=found, baseline="ref")
    verdicts = judge_lifts(scores, {}, "tuned", "baseline")[scores.rows["a"]]
    assert pytest.approx(expected, nan_ok=True) == verdicts


def test_difference_known_by_pairs_is_judged_by_their_interval():
    """The interval decides where no error of a score is known; one that ends at 0 is not clear."""
    scores = make_scores({"base": {"a": [0.5] * 3}, "tuned": {"a": [0.6, 0.4, 0.6]}})
    ends = {"t1": (0.01, 0.19), "t2": (-0.19, -0.01), "t3": (0.0, 0.2)}
    paired = {("a", task, "tuned", "base"): interval for task, interval in ends.items()}
    assert [1, -1, 0] == judge_lifts(scores, paired, "tuned", "base")[0].tolist()
    assert np.isnan(judge_lifts(scores, {}, "tuned", "base")).all()


def test_colour_says_what_is_clear():
    """Green or orange where clear, pale where not, striped where an error is not known.

    The sizes 0, 0.01, 0.02, 0.1, 0.2, 0.4 have the ninth decile 0.3, which is full colour.
    """
    assert pytest.approx(0.3) == np.quantile([0.0, 0.01, 0.02, 0.1, 0.2, 0.4], 0.9)
    cells = looks(grid(), "baseline")
    assert ("+0.400", "gain", 1.0, "best") == cells["t1", "a"]
    assert ("+0.100", "soft", 0.0) == cells["t1", "b"]
    assert ("+0.010", "soft", 0.0, "best") == cells["t2", "a"]
    assert ("\N{MINUS SIGN}0.200", "loss", 0.67, "unknown") == cells["t3", "a"]
    assert ("0.000", "soft", 0.0, "best") == cells["t3", "b"]
    # Scores are shaded between their bounds, 0 and 1: an easy task looks easy.
    cells = looks(grid(), "score")
    assert ("0.900", "", 0.9, "best") == cells["t1", "a"]
    assert ("0.480", "", 0.48) == cells["t2", "b"]


def test_column_is_its_own_scale_where_units_differ():
    """Lower is better on t2; a missing score has no colour."""
    runs = {"base": {"a": [1.0, 10.0], "b": [2.0, 20.0], "c": [5.0, None]}}
    found = said(make_grid, runs, lower=["t2"], tasks={"metric": ["x", "y"]}, min_coverage=0)
    assert ["score"] == [v.measure.id for v in found.views]
    cells = shown(found, "score")
    assert [0.0, 0.25, 1.0] == [cells["t1", model].heat for model in "abc"]
    assert [1.0, 0.0, None] == [cells["t2", model].heat for model in "abc"]
    assert ("\N{EN DASH}", None, None) == (
        cells["t2", "c"].text,
        cells["t2", "c"].value,
        cells["t2", "c"].link,
    )


def test_mean_of_scores_is_no_best_where_one_is_missing():
    """B has only one of the tasks of X, and the greater mean."""
    runs = {"base": {"a": [0.6, 0.2, 0.5], "b": [0.5, None, 0.4], "c": [0.1, 0.1, 0.6]}}
    found = said(make_grid, runs, tasks={"category": ["X", "X", "Y"]}, min_coverage=0)
    cells = shown(found, "score")
    assert (0.4, ("best",)) == (cells["X", "a"].value, cells["X", "a"].marks)
    assert (0.5, ()) == (cells["X", "b"].value, cells["X", "b"].marks)


# --- what stands where ----------------------------------------------------------------------------


def test_order_and_heads():
    """Models as on the board with their means; the category with the greatest lead first."""
    found = grid()
    table = view(found, "baseline")
    heads = {column.key: place for place, column in enumerate(table.columns)}
    assert ["a", "b"] == [row.cells[1].text for row in table.rows]
    assert ["+0.070", "+0.027"] == [row.cells[heads["merit"]].text for row in table.rows]
    assert ["X", "t1", "t2", "t3"] == [*columns(found, "baseline")]
    groups = [c.heat_group for c in table.columns if c.align == "heat" and c.heat_group]
    assert [("g0", "X", 3, True), ("g0", "", 3, False), ("g0", "", 3, False)] == [
        (g.key, g.name, g.n, g.is_whole) for g in groups[:3]
    ]
    assert ("g1", "", 1, True) == (groups[3].key, groups[3].name, groups[3].n, groups[3].is_whole)
    assert found.has_groups
    one = said(make_grid, frames=frames(categories="XXX"), baseline="ref")
    assert (["t1", "t2", "t3"], False) == ([*columns(one, "baseline")], one.has_groups)


def test_baseline_and_medians_stand_above_the_rows():
    """The median of a, b, c on t1 is 0.6, on t2 0.48; no median of two models."""
    runs = {**RUNS, "tuned": {**RUNS["tuned"], "c": [0.5, 0.2, 0.1]}}
    found = said(make_grid, runs, baseline="ref")
    medians, own = view(found, "score").pinned
    at = columns(found, "score")
    assert "Median of 3 models" == medians.cells[1].text
    assert [0.6, 0.48] == [medians.cells[at[task]].value for task in ("t1", "t2")]
    assert ("ref", 0.5) == (own.cells[1].text, own.cells[at["t1"]].value)
    assert ("model", "ref", "score-t1", (("variant", "base"),)) == own.cells[at["t1"]].link.to
    assert ["ref"] == [row.cells[1].text for row in view(grid(), "score").pinned]


def test_best_of_each_column_is_framed():
    """Not where all are equal; the baseline's own score does not compete."""
    runs = {
        "base": {"ref": [0.9, 0.5, 0.5]},
        "tuned": {"a": [0.6, 0.7, 0.4], "b": [0.5, 0.7, None]},
    }
    found = said(make_grid, runs, baseline="ref", min_coverage=0)
    framed = {key for key, cell in shown(found, "score").items() if "best" in cell.marks}
    assert {("t1", "a")} == framed


def test_matrix_leads_to_its_formulas(index_site):
    """A link for each measure, to a section that there is."""
    links = index_site.page("models/").select(".matrix .note a")
    assert ["lift-over-baseline", "average", "lift"] == [
        target("models/", str(link["href"]))[1] for link in links
    ]
    assert {"lift-over-baseline", "average", "lift"} <= {
        *index_site.readings["about/index.html"].ids
    }


def test_findings():
    found = grid()
    assert ("model", "b", "score-t1") == shown(found, "score")["t1", "b"].link.to[:3]
    measure = found.views[0].measure
    assert "1 of 6 scores are certainly better than ref, 0 worse" == measure.title
    assert ["better", "worse", "uncertain", "better, error unknown", "worse, error unknown"] == [
        text for _, text in measure.legend
    ]


def test_lift_is_a_measure_of_its_own():
    runs = {"base": {"a": [0.1, 0.5], "b": [0.5, 0.5]}, "tuned": {"a": [0.5, 0.4], "b": [0.6, 0.6]}}
    found = said(make_grid, runs)
    assert ["score", "base"] == [v.measure.id for v in found.views]
    assert "3 of 4 scores are better than base, 1 worse" == found.views[1].measure.title
    cell = shown(found, "base")["t1", "a"]
    assert ("+0.400", "gain", True) == (cell.text, cell.tone, "unknown" in cell.marks)


def test_boards_that_are_too_large():
    """61 tasks of two categories: two columns of means; without categories the first 60 tasks."""
    scores = [0.5 + i / 200 for i in range(61)]
    runs = {"base": {"ref": [0.5] * 61, **{f"m{i:02}": scores for i in range(201)}}}
    halves = ["X"] * 30 + ["Y"] * 31
    found = said(make_grid, runs, tasks={"category": halves}, baseline="ref")
    # X: 0.5 + 14.5 / 200; Y: 0.5 + 45 / 200. Each is clear over its tasks.
    cells = shown(found, "baseline")
    assert [("Y", 0.225), ("X", 0.0725)] == [
        (name, cells[name, "m00"].value) for name in columns(found, "baseline")
    ]
    assert {"gain"} == {cells[name, "m00"].tone for name in "XY"}
    assert 200 == len(view(found, "baseline").rows)
    groups = "Of 61 tasks, only groups as a whole are shown."
    assert f"The first 200 of 201 models are shown. {groups}" == found.cut
    first = "The first 60 of 61 columns are shown."
    assert said(make_grid, runs, baseline="ref").cut.endswith(first)
    single = {"category": [f"c{i}" for i in range(61)]}
    assert said(make_grid, runs, tasks=single, baseline="ref").cut.endswith(f"{groups} {first}")
    pair = {"category": [f"c{max(i, 1)}" for i in range(61)]}
    assert said(make_grid, runs, tasks=pair, baseline="ref").cut.endswith(groups)


@pytest.mark.parametrize(
    ("models", "shown"),
    [
        ({"ref": [0.1, 0.2]}, None),
        ({"ref": [0.1], "a": [0.2]}, None),
        ({"ref": [0.1, 0.1], "a": [0.1, 0.2]}, ["a"]),
    ],
)
def test_one_model_or_one_task_is_no_matrix(models, shown):
    """One beside the baseline is."""
    found = said(make_grid, {"base": models}, baseline="ref")
    assert shown == (found and [row.cells[1].text for row in view(found, "score").rows])


def test_similar_entries_stand_together():
    """Two are 0.02 apart, two 0.04, all others more than 0.4; the order begins at the best."""
    runs = {"base": {"a": [0.9, 0.9], "b": [0.8, 0.1], "c": [0.88, 0.88], "d": [0.76, 0.06]}}
    table = view(said(make_grid, runs), "score")
    at = next(i for i, column in enumerate(table.columns) if column.key == "alike")
    by_place = {row.cells[at].value: row.cells[1].text for row in table.rows}
    assert ["a", "c", "b", "d"] == [by_place[place] for place in sorted(by_place)]


@pytest.mark.parametrize(
    ("value", "top", "places", "signed", "text"),
    [
        (0.742, 0.9, 3, False, ".74"),
        (1.0, 1.0, 3, False, "1.00"),
        (-0.004, 0.9, 3, True, "0"),
        (-0.514, 0.9, 3, True, "\N{MINUS SIGN}.51"),
        (67.5, 90.0, 1, False, "68"),
        (0.44, 90.0, 1, True, "+0.4"),
        (12.3, 90.0, 1, True, "+12"),
        (7.254, 9.0, 2, False, "7.25"),
        (0.0123, 0.02, 3, False, "0.012"),
        (None, 90.0, 1, False, "\N{EN DASH}"),
    ],
)
def test_numbers_in_narrow_columns(value, top, places, signed, text):
    assert text == in_cell(value, NumberFormat(places), top, is_signed=signed)


# --- in a browser ---------------------------------------------------------------------------------


def cell_of(page, model, task):
    """The visible cell of a model on a task."""
    place = page.evaluate(
        """task => [...document.querySelectorAll('.matrix .view:not([hidden]) thead th')]
            .findIndex(head => head.dataset.title === task) + 1""",
        task,
    )
    rows = page.locator(".matrix .view:not([hidden]) tbody tr")
    return rows.filter(has=page.get_by_role("link", name=model, exact=True)).locator(
        f":nth-child({place})"
    )


def test_measures_are_switched_and_in_the_address(chromium, home):
    """A number opens its provenance."""
    page, heard = open_page(chromium, f"{home}models/")
    expect(cell_of(page, "Zephyr 7B Beta", "BoolQ").first).to_have_text("\N{MINUS SIGN}.01")
    page.locator(".matrix [data-view=score]").click()
    expect(cell_of(page, "Zephyr 7B Beta", "BoolQ").first).to_have_text(".90")
    has_address(page, "?cells=score")
    page.go_back()
    expect(cell_of(page, "Zephyr 7B Beta", "BoolQ").first).to_have_text("\N{MINUS SIGN}.01")
    page.goto(f"{home}models/?cells=base")
    expect(page.locator(".matrix .chart-title:visible")).to_have_text(
        "156 of 310 scores are certainly better than base, 6 worse"
    )
    cell_of(page, "Zephyr 7B Beta", "BoolQ").first.locator("a").click()
    expect(page.locator("#score-card-title")).to_contain_text("BoolQ")
    expect(page.locator(".score-card-value")).to_contain_text("0.897")
    assert [] == heard.complaints


def test_groups_and_orders_are_in_the_address(chromium, home):
    """A head sorts; the keys of the matrix do not touch those of the leaderboard."""
    page, heard = open_page(chromium, f"{home}models/")
    page.get_by_role("button", name="Groups", exact=True).click()
    expect(page.locator(".matrix .view:not([hidden]) thead th.part:visible")).to_have_count(0)
    has_address(page, "?scores.columns=groups")
    page.get_by_role("button", name="Alike together").click()
    assert "scores.sort=alike" in page.url
    expect(page.get_by_role("button", name="Alike together")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.go_back()
    expect(page.get_by_role("button", name="By rank")).to_have_attribute("aria-pressed", "true")
    page.locator(".matrix .view:not([hidden]) th.whole .sort").first.click()
    assert "scores.sort=c" in page.url
    expect(page.locator("#board-fine-tuned thead th[aria-sort]")).to_have_attribute(
        "data-key", "average"
    )
    assert [] == heard.complaints


def test_phone_shows_groups_and_a_head_opens_its_parts(chromium, home):
    page, heard = open_page(chromium, f"{home}models/", NARROW)
    heads = page.locator(".matrix .view:not([hidden]) thead th.heat:visible")
    expect(heads).to_have_count(5)
    assert overflow(page) <= 0
    heads.filter(has_text="Coding").locator("button").click()
    expect(heads).to_have_count(3)
    assert "scores.columns=g" in page.url
    page.go_back()
    expect(heads).to_have_count(5)
    assert [] == heard.complaints


def test_matrix_is_whole_without_scripts(chromium, home):
    page, _ = open_page(chromium, f"{home}models/", WIDE, java_script_enabled=False)
    expect(page.locator("#scores-score tbody tr")).to_have_count(10)
    expect(page.locator("#scores-score tbody tr:first-child td.heat:visible")).to_have_count(35)
    expect(page.locator("[data-columns-button]").first).to_be_hidden()
