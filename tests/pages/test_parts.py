"""Parts of tasks: the worst, the spread, what tells entries apart; boards of single parts."""

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.helpers.boards import make_frames
from tests.helpers.browsing import NARROW, breaches, has_address, open_page, overflow
from tests.helpers.real_boards import bfcl, published
from tests.helpers.sites import BuiltSite, build, table, visible
from tests.helpers.tables import write_project

GROUPS = ["Web Search Acc", "Memory Acc", "Multi Turn Acc", "Live Acc", "Non-Live AST Acc"]
GROUPS += ["Irrelevance Detection"]


@pytest.fixture(scope="module")
def calling() -> BuiltSite:
    """The board of function calling: a total, its groups, and the parts of each."""
    return published("bfcl")


def wide() -> pd.DataFrame:
    """Its published scores, a row for each entry, the best total first."""
    scores = bfcl().fillna({"mode": ""}).pivot_table("score", ["model", "mode"], "task")
    return scores.sort_values("Overall Acc", ascending=False)


def of_parts(tmp_path, runs, toml="", lower=(), **tasks) -> BuiltSite:
    """A board whose first task has the others as parts."""
    n = len(next(iter(runs["base"].values())))
    stated = {} if lower else {"score_min": [0.0] * n, "score_max": [1.0] * n}
    tasks = {**stated, "part_of": [None, *["t1"] * (n - 1)], **tasks}
    return build(write_project(tmp_path, make_frames(runs, lower, tasks), toml))


# --- what the parts say ---------------------------------------------------------------------------


def test_the_title_is_the_part_that_tells_the_first_entries_apart(calling):
    """By the quartiles of the published scores of the first 20."""
    first = wide()[GROUPS].head(20)
    ranges = first.quantile(0.75) - first.quantile(0.25)
    most, least = ranges.idxmax(), ranges.idxmin()
    title = f"{most} tells the first 20 entries apart most, {least} least"
    assert title == visible(calling.page("tasks/overall-acc/").select(".matrix .chart-title")[0])


def test_worst_part_and_spread_are_those_of_the_published_scores(calling):
    rows = table(calling.page("tasks/overall-acc/"), "parts-score")
    published = wide()[GROUPS]
    worst, spread = published.min(axis=1), published.max(axis=1) - published.min(axis=1)
    shown = [(row["worst"].number, row["spread"].number) for row in rows]
    assert sorted(zip(worst, spread.round(9), strict=True)) == sorted(shown)
    first = published.iloc[0]
    assert first.idxmin() == rows[0]["worst"].text


def test_parts_count_where_an_entry_has_few_tasks(calling):
    """It is first on four parts, and 36th on the whole."""
    page = calling.page("models/bitagent-bounty-8b/")
    assert "First on 4 of 25 tasks" == visible(page.select("#scores")[0])


def test_groups_have_their_weight_and_their_parts(calling):
    """A group of one column has its name in place of `all`; weights are shares of 100."""
    page = calling.page("tasks/overall-acc/")
    groups = [visible(head) for head in page.select("#parts-score th.heat b")]
    weights = {"Non-Live AST": 10, "Live": 10, "Multi Turn": 30, "Web Search": 20, "Memory": 20}
    assert [f"{name} Acc {n}\N{NO-BREAK SPACE}%" for name, n in weights.items()] == groups
    names = [str(head["data-title"]) for head in page.select("th.part")]
    assert ["Web Search Acc: Base", "Web Search Acc: No Snippet"] == names[12:14]
    wholes = [visible(head.select("span")[0]) for head in page.select("th.whole")]
    assert [*["all"] * 5, "Irrelevance Detection"] == wholes


def test_a_board_of_one_total_shows_its_parts(calling):
    """With a page for frames; medians are those of all entries."""
    page = calling.page("models/")
    assert page.select("#matrix-scores [data-embed]")
    heads = [str(head.get("data-title")) for head in page.select("#scores-score thead th")]
    medians = page.select("#scores-score thead tr.reference td")
    for task in GROUPS:
        expected = np.median(wide()[task].dropna())
        assert pytest.approx(expected) == float(str(medians[heads.index(task)]["data-value"]))


def test_fewer_entries_are_counted(tmp_path):
    """On t2 the middle half of 0.1, 0.5, 0.9 is 0.4 wide, on t3 that of 0.4, 0.5, 0.6 is 0.1."""
    runs = {"base": {"a": [None, 0.9, 0.6], "b": [None, 0.5, 0.5], "c": [None, 0.1, 0.4]}}
    page = of_parts(tmp_path, runs).page("tasks/t1/")
    title = "t2 tells the three models apart most, t3 least".replace("three", "3")
    assert title == visible(page.select(".matrix .chart-title")[0])


@pytest.mark.parametrize(
    "runs",
    [
        {"a": [None, 0.9, 0.6], "b": [None, 0.5, 0.5]},
        {"a": [None, 0.9, 0.6], "b": [None, 0.5, 0.5], "c": [None, None, 0.4]},
        {"a": [None, 0.5, 0.5], "b": [None, 0.5, 0.5], "c": [None, 0.5, 0.5]},
    ],
)
def test_nothing_is_said_of_few_entries_gaps_and_equal_parts(tmp_path, runs):
    page = of_parts(tmp_path, {"base": runs}).page("tasks/t1/")
    assert "Scores on 2 parts" == visible(page.select(".matrix .chart-title")[0])


def test_parts_of_several_units_have_no_worst(tmp_path):
    runs = {"base": {"a": [0.1, 0.9, 60.0], "b": [0.2, 0.5, 50.0]}}
    site = of_parts(tmp_path, runs, metric=["x", "x", "y"], score_max=[None] * 3)
    heads = [head.get("data-key") for head in site.page("tasks/t1/").select("#parts-score th")]
    assert {"worst", "spread"}.isdisjoint(heads)


def test_where_lower_is_better_the_worst_is_the_highest(tmp_path):
    runs = {"base": {"a": [None, 0.9, 0.6], "b": [None, 0.5, 0.7]}}
    site = of_parts(tmp_path, runs, lower=["t1", "t2", "t3"])
    rows = table(site.page("tasks/t1/"), "parts-score")
    assert [("b", "t3"), ("a", "t2")] == [(row["model"].text, row["worst"].text) for row in rows]
    best = site.page("tasks/t1/").select("#parts-score tbody td.best")
    assert ["0.500", "0.600"] == sorted(visible(cell) for cell in best)


# --- boards of single parts -----------------------------------------------------------------------

LANGUAGES = """
[[boards]]
id = "main"
tasks = ["t1"]
[[boards]]
id = "lang"
for_each_part_of = "t1"
"""


def test_boards_of_parts_lead_to_each_other(chromium, tmp_path):
    runs = {"base": {"a": [None, 0.9, 0.6], "b": [None, 0.5, 0.7]}}
    site = of_parts(tmp_path, runs, LANGUAGES)
    links = site.page("boards/lang-t2/").select("[data-picker] a")
    assert [("t2", "page"), ("t3", "None")] == [
        (visible(link), str(link.get("aria-current"))) for link in links
    ]
    assert [] == site.page("boards/main/").select("[data-picker]")
    # Filters and order stay.
    page, heard = open_page(chromium, f"{site.url}boards/lang-t2/?q=a&sort=model")
    page.get_by_role("navigation", name="t1").get_by_role("link", name="t3").click()
    expect(page).to_have_url(f"{site.url}boards/lang-t3/?q=a&sort=model")
    expect(page.locator("[data-box] [data-said]").first).to_contain_text("1 of 2 models")
    page.go_back()
    expect(page).to_have_url(f"{site.url}boards/lang-t2/?q=a&sort=model")
    assert [] == heard.complaints


def test_many_boards_are_a_menu(chromium, tmp_path):
    site = of_parts(tmp_path, {"base": {m: [None, *[0.5] * 10] for m in "ab"}}, LANGUAGES)
    page, _ = open_page(chromium, f"{site.url}boards/lang-t2/?q=a", NARROW)
    page.get_by_role("combobox", name="t1").select_option("t11")
    expect(page).to_have_url(f"{site.url}boards/lang-t11/?q=a")
    page.wait_for_load_state()
    expect(page.get_by_role("combobox", name="t1")).to_be_visible()
    assert overflow(page) <= 0


# --- in a browser ---------------------------------------------------------------------------------


def test_rows_wait_until_they_are_asked_for(chromium, calling):
    """A filter and a sort see all of them; the state is in the address."""
    page, heard = open_page(chromium, f"{calling.url}tasks/overall-acc/")
    rows = page.locator("#parts-score tbody tr:visible")
    expect(rows).to_have_count(20)
    page.get_by_role("button", name="Show all 109").click()
    expect(rows).to_have_count(109)
    has_address(page, "?parts.rows=all")
    page.go_back()
    expect(rows).to_have_count(20)
    page.locator("#parts-score th[data-key=spread] button").click()
    spreads = table_numbers(page)
    assert max(spreads) == spreads[0]
    assert [] == heard.complaints


def table_numbers(page):
    """The spreads of the visible rows."""
    return page.evaluate(
        """() => {
            const table = document.querySelector('#parts-score');
            const at = table.querySelector('[data-key=spread]').cellIndex;
            return [...table.tBodies[0].rows].map(row => Number(site.table.value(row.cells[at])));
        }"""
    )


def test_matrix_is_accessible_and_fits_a_phone(chromium, calling):
    page, heard = open_page(chromium, f"{calling.url}models/", NARROW)
    page.get_by_role("button", name="Show all 109").click()
    assert [] == breaches(page, ".matrix", ["light"])
    assert overflow(page) <= 0
    assert [] == heard.complaints


def test_a_long_list_of_an_entry_begins_with_the_tasks(chromium, tmp_path):
    """A click shows the parts, and a link to one finds it."""
    runs = {"base": {model: [n / 10] * 42 for n, model in enumerate("abcd")}}
    site = of_parts(tmp_path, runs, part_of=[*[None] * 12, *["t1"] * 30])
    page, _ = open_page(chromium, f"{site.url}models/d/")
    rows = page.locator("#all-scores tbody tr:visible")
    expect(rows).to_have_count(12)
    page.get_by_role("checkbox", name="Parts 30").check()
    expect(rows).to_have_count(42)
    title = "Ahead of the median model on all 12 tasks"
    assert title in visible(site.page("models/d/"))
    page, _ = open_page(chromium, f"{site.url}models/d/#score-t20")
    expect(page.locator("#score-t20")).to_be_in_viewport()
