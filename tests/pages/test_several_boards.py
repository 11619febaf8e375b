"""A site of several boards: cards, pages, entries, first filters, and links that all lead on."""

import json

import pytest
from playwright.sync_api import expect

from tests.helpers.boards import make_frames
from tests.helpers.browsing import LAYOUT_SHIFT, has_address, open_page
from tests.helpers.sites import build_once, faults_of, table, visible
from tests.helpers.tables import board, having, results_frame, write_project

TOML = """\
[site]
title = "Boards"
cards = false
[board]
baseline = "gamma"
tuned_variants = ["fine_tuned"]
[measures.cost_usd]
combine = "mean"
[[boards]]
id = "sums"
title = "Sums"
description = "Adding up."
tasks = ["add"]
[[boards]]
id = "all"
featured = true
columns = ["cost_usd", "developer"]
filters = { developer = ["Acme"] }
group_by = "developer"
[[boards]]
id = "cheap"
rank_by = "cost_usd"
where = { developer = ["Acme", "Bolt"] }
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    costs = [1.0, None, 3.0, None, 2.0, None, None, None, 5.0, 6.0]
    tables = board() | {"results": having(results_frame(), cost_usd=costs)}
    return build_once(write_project(tmp_path_factory.mktemp("several"), tables, TOML))


def test_nothing_is_wrong_with_it(site):
    """Every link, also that of a category, which is a filter of the tasks here."""
    assert [] == faults_of(site)
    links = [a["href"] for a in site.page("tasks/add/").select(".quiet-line a")]
    assert any(link.endswith("?category=Math") for link in links), links


def test_the_home_page_has_a_card_of_each_and_the_featured_one_whole(site):
    cards = site.page("").select(".board-card")
    assert ["Sums", "All", "Cheap"] == [card.h2.get_text() for card in cards]
    assert ["", "featured"] == [" ".join(card["class"][1:]) for card in cards[:2]]
    # Of the first: beta is tuned to 0.875, alpha to 0.75.
    assert ["Beta", "Alpha"] == [li.span.get_text() for li in cards[0].select("li")]
    assert ["Alpha"] == [li.span.get_text() for li in cards[1].select("li")]  # Bolt is hidden
    assert "All" == site.page("").select_one("#leaderboard").get_text()
    navigation = [a.get_text() for a in site.page("").select("header nav a")]
    assert ["Sums", "All", "Cheap"] == navigation[:3]


def test_a_board_has_its_page_file_and_frame(site):
    assert "Adding up." in visible(site.page("boards/sums/"))
    rows = table(site.page("boards/sums/"), "board-fine-tuned")
    assert ["1", "2"] == [row["rank"].text for row in rows if row["rank"].text[:1].isdigit()]
    assert {"boards", "boards/sums", "boards/all", "boards/cheap"} <= {
        path[7:-5] for path in site.files if path.startswith("api/v1/boards")
    }
    assert "embed/sums-leaderboard/index.html" in site.files


def test_a_measure_ranks_where_the_board_says_so(site):
    """By the mean cost of the base runs: alpha 2, beta 2, gamma 5.5."""
    rows = table(site.page("boards/cheap/"), "board-base")
    assert [("Alpha", "$2.00"), ("Beta", "$2.00"), ("Gamma", "$5.50")] == [
        (row["model"].text, row["cost_usd"].text) for row in rows
    ]


def test_entries_have_their_rank_on_each_board(site):
    ranks = {r["name"].text: r["place"].value for r in table(site.page("models/beta/"), "boards")}
    assert ["1", "2"] == [ranks["Sums"], ranks["All"]]
    rows = table(site.page("models/"), "entries")
    assert [("Alpha", "2"), ("Beta", "1")] == [(r["model"].text, r["sums"].text) for r in rows[:2]]


def test_the_best_of_each_group_is_shown_first_with_its_rank_among_them(site):
    """Alpha and Beta lead their developers."""
    rows = table(site.page("boards/all/"), "board-fine-tuned")
    assert [("Alpha", "1"), ("Beta", "2")] == [(r["model"].text, r["rank"].text) for r in rows[:2]]


def test_a_visitor_can_lift_the_first_filter(chromium, site):
    page, _ = open_page(chromium, site.url + "boards/all/")
    rows = page.locator("#board-fine-tuned tbody tr:visible")
    expect(rows).to_have_count(1)
    assert page.evaluate(LAYOUT_SHIFT) < 0.01
    board = page.locator("[data-views=view]")
    board.get_by_role("button", name="Remove the filter Acme").click()
    has_address(page, "?all=developer")
    expect(board.get_by_role("button", name="Remove the filter Acme")).to_have_count(0)
    board.get_by_role("button", name="Best entry of each developer").click()
    has_address(page, "?all=1")
    page.reload()
    expect(board.get_by_role("button", name="Best entry of each developer")).to_have_attribute(
        "aria-pressed", "false"
    )
    board.get_by_role("button", name="Clear mine").click()
    expect(rows).to_have_count(1)
    has_address(page, "/boards/all/")


APART = """\
[board]
[[boards]]
id = "one"
tasks = ["t1"]
[[boards]]
id = "two"
tasks = ["t2"]
"""


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    """Two boards that share no task, with an entry on the first alone."""
    runs = {"base": {"a": [0.9, 0.8], "b": [0.5, 0.6], "c": [0.2, 0.1], "d": [0.1, None]}}
    return build_once(write_project(tmp_path_factory.mktemp("apart"), make_frames(runs), APART))


@pytest.mark.parametrize(
    ("model", "title"),
    [
        ("a", "Highest place: 1st of 4, on One"),
        ("c", "In the lower half of each board"),
        ("d", "In the lower half of One"),
    ],
)
def test_an_entry_has_its_highest_place(apart, model, title):
    assert title == visible(apart.page(f"models/{model}/").select("#on-boards")[0])


def test_models_are_compared_by_ranks_of_a_board_alone(chromium, apart, site):
    """Over the tasks of two boards, which is none, nothing has a rank."""
    for home, n in ((apart.url, 0), (site.url, 1)):
        page, _ = open_page(chromium, f"{home}compare/")
        expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")
        expect(page.get_by_text("Rank", exact=True)).to_have_count(n)
        page.close()


def test_a_measure_of_the_run_is_over_no_tasks_and_differs_in_points(tmp_path):
    """A percentage that ranks: 90 is 40 points ahead of 50, and no share of it."""
    frames = make_frames({"base": {"a": [0.1, 0.2], "b": [0.3, 0.1], "c": [0.2, 0.3]}})
    frames["results"]["total"] = frames["results"]["model"].map({"a": 7.0, "b": 50.0, "c": 90.0})
    frames["models"]["parameters_b"] = [1.0, 2.0, 8.0]
    toml = (
        '[board]\nrank_by = "total"\n[measures.total]\nlabel = "Overall Acc"\nunit = "%"\n'
        'higher_is_better = true\ncombine = "none"\n'
    )
    site = build_once(write_project(tmp_path, frames, toml))
    board = site.page("models/")
    assert "Overall Acc. c is first." in visible(board)
    assert "b is 40 points behind the best, at 1/4 of the size" in visible(board)
    assert "+40 points for 4.0\N{MULTIPLICATION SIGN} the size" in visible(board)
    assert "Model leaderboard: Overall Acc 3rd of 3: 7" in visible(site.page("models/a/"))
    (chart,) = board.select("[data-figure^=trade-off]")
    assert "log" not in str(json.loads(str(chart.string))["layout"]["yaxis"])
    (data,) = site.page("compare/").select("[data-compare-data]")
    assert "Overall Acc" == json.loads(str(data.string))["board"]["ranked_by"]
