"""What readers ask of real boards: at most four actions each, and the answers that pandas gives.

Where a wide window has the same parts in the same places, a phone's is asked alone.
"""

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.helpers import real_boards
from tests.helpers.browsing import NARROW, both_sizes, shown
from tests.helpers.visitor import Visitor, visit

TABLE = "#board-base"


def values(page: Page, key: str) -> list[float]:
    """Numbers of a column in the rows that are seen, every digit of them."""
    at = page.locator(f"{TABLE} thead th").evaluate_all(
        "(heads, key) => heads.findIndex(head => head.dataset.key === key)", key
    )
    cells = page.locator(f"{TABLE} tbody tr:not(.opened):visible").evaluate_all(
        "(rows, at) => rows.map(row => row.cells[at].dataset.value)", at
    )
    return [float(value) for value in cells if value]


def sort_by(me: Visitor, label: str) -> None:
    """By the menu of a phone, which opens first."""
    me.click_on(me.page.locator(".columns > summary").first)
    me.pick("Sort by", f"Sort by {label}")


def runs_of_aider() -> pd.DataFrame:
    return real_boards.aider().query("task == 'pass_rate_2'")


def means_of_core(kind: str | None) -> list[float]:
    """Of entries of tau2 over the domains they have, the best first; without all three last."""
    scores = real_boards.tau2().query("task in ['retail', 'airline', 'telecom']")
    scores = scores[scores["list"] == "current"].fillna({"effort": ""})
    if kind:
        scores = scores[scores["type"] == kind]
    wide = scores.pivot_table("score", ["model", "type", "effort", "user_simulator"], "task")
    mean = wide.mean(axis=1).sort_values(ascending=False)
    is_complete = wide.notna().all(axis=1)[mean.index]
    return [*mean[is_complete], *mean[~is_complete]]


@both_sizes
def test_who_leads_at_web_search(chromium, size):
    """A group of the total that ranks, in the matrix: the column of its whole."""
    me = visit(chromium, real_boards.published("bfcl").url + "models/", size)
    head = me.page.locator("#scores-score th[data-title='Web Search Acc']")
    if size == NARROW:  # whose groups are closed at first
        me.click_on(head.locator("b"))
    me.click_on(head.get_by_text("all", exact=True))
    expect(head).to_have_attribute("aria-sort", "descending")
    at = head.evaluate("head => [...head.parentNode.cells].indexOf(head)")
    cells = me.page.locator("#scores-score tbody tr:visible").evaluate_all(
        "(rows, at) => rows.map(row => row.cells[at].dataset.value)", at
    )
    scores = real_boards.bfcl().query("task == 'Web Search Acc'")["score"]
    in_order = sorted(scores, reverse=True)
    assert in_order[: len(cells)] == [float(value) for value in cells]


def test_core_board_of_tau2_with_custom_systems(chromium):
    me = visit(chromium, real_boards.published("tau2").url, NARROW)
    me.click("link", "Core", "nav", exact=True)
    expect(me.page.locator("[data-said]").first).to_have_text("8 of 9 entries")
    assert means_of_core("standard") == pytest.approx(values(me.page, "average"))
    me.click("button", "Remove the filter standard", "main")
    expect(me.page.locator("[data-said]").first).to_have_text("9 of 9 entries")
    assert means_of_core(None) == pytest.approx(values(me.page, "average"))


def test_who_is_most_reliable_at_banking(chromium):
    """By all four tries, which does not rank the board."""
    me = visit(chromium, real_boards.published("tau2").url + "boards/knowledge/", NARROW)
    sort_by(me, "All four tries")
    found = real_boards.tau2().query("task == 'banking_knowledge' and type == 'standard'")
    found = found[found["list"] == "current"]
    best = found.sort_values("pass_4", ascending=False).iloc[0]
    assert shown(me.page, "board-base")[0].startswith(best["model"])
    assert values(me.page, "pass_4")[0] == pytest.approx(best["pass_4"])


def test_which_agents_one_model_was_run_with(chromium):
    me = visit(chromium, real_boards.published("hal").url + "boards/gaia/", NARROW)
    row = me.page.locator(f"{TABLE} tr", has_text="openai/o4-mini (HF Open Deep Research, high)")
    me.click_on(row.get_by_role("button", name="Other entries of"))
    runs = real_boards.hal().query("task == 'gaia' and model == 'openai/o4-mini'")
    others = me.page.locator("tr.opened .opened-entries li")
    expect(others).to_have_count(int(runs["subset"].isna().sum()) - 1)
    said = " ".join(others.all_inner_texts())
    agents = set(runs["agent"]) - {"HF Open Deep Research"}
    assert [f"Agent: {agent}" in said for agent in agents] == [True]


def test_frontier_of_cost_and_pass_rate(chromium):
    me = visit(chromium, real_boards.published("aider").url + "models/", NARROW)
    me.click("link", "Trade-off", "main")
    runs = runs_of_aider().query("cost_usd > 0").sort_values(["cost_usd", "score"])
    best = runs[runs["score"] > runs["score"].cummax().shift(fill_value=-1.0)]
    table = me.page.locator("#trade-off-cost-usd-table")
    expect(table).to_be_visible()
    assert best["model"].tolist()[::-1] == table.locator("tbody th a").all_inner_texts()


def test_who_held_the_record_and_when(chromium):
    me = visit(chromium, real_boards.published("aider").url + "models/", NARROW)
    me.click("link", "Over time", "main")
    of_day = runs_of_aider().sort_values(["date", "score"], ascending=[True, False])
    of_day = of_day.drop_duplicates("date")
    records = of_day[of_day["score"] > of_day["score"].cummax().shift(fill_value=-1.0)]
    table = me.page.locator("#record-run")
    expect(table).to_be_visible()
    assert records["model"].tolist()[::-1] == table.locator("tbody th a").all_inner_texts()
    days = table.locator("tbody td:nth-child(2)").evaluate_all(
        "cells => cells.map(cell => cell.dataset.value)"
    )
    assert records["date"].tolist()[::-1] == days


def test_cheapest_run_that_edits_whole_files(chromium):
    """From any row to all entries with its edit format, and then by cost."""
    me = visit(chromium, real_boards.published("aider").url + "models/", NARROW)
    row = me.page.locator(f"{TABLE} tr", has_text="Grok 3 Mini Beta (high)")
    me.click_on(row.get_by_role("button", name="Other entries of"))
    me.click("link", "with Edit format whole", TABLE)
    sort_by(me, "Cost")
    runs = runs_of_aider().query("edit_format == 'whole' and cost_usd > 0")
    assert sorted(runs["cost_usd"]) == values(me.page, "cost_usd")
