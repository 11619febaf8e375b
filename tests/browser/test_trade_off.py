"""Trade-offs in a real browser: names that hide nothing, the picker in the address, the column."""

import gzip
import json

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.helpers.boards import make_frames
from tests.helpers.browsing import NARROW, breaches, has_address, open_page, overflow, resize
from tests.helpers.charted import draw, trade_views
from tests.helpers.real_boards import bfcl, published

# Pairs of names and marks of a chart that lie on each other, and names beyond the chart.
COLLISIONS = """chart => {
    const plot = document.querySelector(`[data-chart=${chart}]`);
    const boxes = selector => [...plot.querySelectorAll(selector)].map(
        part => [part.textContent.trim(), part.getBoundingClientRect()]);
    const names = boxes('.annotation-text'), area = plot.getBoundingClientRect();
    const all = [...names, ...boxes('.point')];
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom
        && b.top < a.bottom;
    return names.flatMap(([name, box], i) => [
        ...all.filter((_, j) => j !== i).filter(([, other]) => meet(box, other)),
        ...(box.left < area.left - 1 || box.right > area.right + 1 ? [['beyond the chart']] : []),
    ].map(([other]) => `${name}: ${other || 'a mark'}`));
}"""
WIDTHS = (1280, 640, NARROW[0])
BOARDS = ("bfcl", "aider", "hal")


@pytest.fixture(scope="module")
def boards():
    """Addresses of the page of a board, by its name."""
    ends = {"bfcl": "models/", "aider": "models/", "hal": "boards/gaia/"}
    return {name: published(name).url + end for name, end in ends.items()}


def drawn(page: Page, chart: str) -> None:
    page.locator(f"[data-chart={chart}]").scroll_into_view_if_needed()
    name = page.locator(f"[data-chart={chart}] .annotation-text").first
    # The library takes long where other tests keep the machine busy.
    expect(name).to_be_visible(timeout=20_000)


def test_names_are_whole_where_one_reads_from_the_right(chromium, boards):
    page, _ = open_page(chromium, "about:blank")
    page.route(
        boards["hal"],
        lambda route: route.fulfill(body=route.fetch().text().replace("<html", "<html dir=rtl", 1)),
    )
    page.goto(boards["hal"])
    drawn(page, "trade-off-cost-usd")
    apart = page.evaluate(
        """[...document.querySelectorAll('[data-chart=trade-off-cost-usd] .annotation')].map(
            note => ['.annotation-text', '.bg'].map(part => {
                const box = note.querySelector(part).getBoundingClientRect();
                return (box.left + box.right) / 2;
            })).filter(([name, ground]) => Math.abs(name - ground) > 20)"""
    )
    page.unroute_all()
    assert [] == apart


@pytest.mark.parametrize("name", BOARDS)
def test_names_of_the_frontier_hide_nothing(chromium, boards, name):
    """At 390 px numbers stand for names, which the table has too; and a tap says them."""
    page, _ = open_page(chromium, boards[name].removesuffix("models/"))  # the home page has it too
    drawn(page, "trade-off-cost-usd")
    page.goto(boards[name])
    drawn(page, "trade-off-cost-usd")
    rows = page.locator("#trade-off-cost-usd-table tbody tr").count()
    for width in WIDTHS:
        resize(page, width)
        assert [] == page.evaluate(COLLISIONS, "trade-off-cost-usd")
        assert 0 == overflow(page)
        numbers = page.locator("[data-chart=trade-off-cost-usd] .textpoint").count()
        names = page.evaluate(
            "() => document.querySelector('[data-chart=trade-off-cost-usd]').layout.annotations"
            ".filter(({text}) => text.startsWith('<b>')).length"
        )
        assert rows == numbers + names
        assert names == 0 or width > NARROW[0]
    mark = page.locator("[data-chart=trade-off-cost-usd] .scatterlayer .trace .point").nth(3)
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#trade-off .chart-said:visible")).to_contain_text(": ")


def test_choices_are_in_the_address_and_back_undoes_them(chromium, boards):
    """Another measure, and another statistic in place of the score."""
    page, heard = open_page(chromium, boards["bfcl"])
    latency = page.get_by_role("group", name="Against").get_by_role("button", name="Latency")
    latency.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#trade-off .chart-title:visible")).to_contain_text("of the latency")
    drawn(page, "trade-off-latency-s")
    has_address(page, "?against=latency-s")
    expect(page.locator("#trade-off-latency-s-table tbody tr")).to_have_count(9)
    page.reload()
    expect(page.locator("#trade-off .chart-title:visible")).to_contain_text("of the latency")
    page.go_back()
    choose_another_statistic(page)
    assert [] == page.evaluate(COLLISIONS, "trade-off-cost-usd")
    assert [] == breaches(page, "#trade-off")
    assert [] == heard.complaints


def choose_another_statistic(page: Page) -> None:
    """Its frontier is that of pandas, and Back puts the score back; its address has it again."""
    view = page.locator("#against-cost-usd")
    title, names = view.locator(".chart-title"), view.locator("tbody th")
    expect(title).to_contain_text("1/19 of the cost")
    by_score = names.all_inner_texts()
    drawn(page, "trade-off-cost-usd")
    view.get_by_label("Compare by").select_option("latency-s")
    expect(title).to_contain_text("Latency")
    has_address(page, "?by=latency-s")
    own = bfcl().query("task == 'Overall Acc'").sort_values(["cost_usd", "latency_s"])
    best = own[own["latency_s"] < own["latency_s"].cummin().shift(fill_value=np.inf)]
    costs = view.locator("tbody tr td:nth-child(4)").evaluate_all(
        "cells => cells.map(cell => Number(cell.dataset.value))"
    )
    assert best["cost_usd"].tolist()[::-1] == costs
    page.go_back()
    expect(title).to_contain_text("1/19 of the cost")
    expect(names).to_have_text(by_score)
    page.go_forward()
    page.reload()
    expect(title).to_contain_text("Latency")
    drawn(page, "trade-off-cost-usd")


def test_all_stand_below_each_other_without_scripts(chromium, boards):
    page, _ = open_page(chromium, boards["bfcl"], java_script_enabled=False)
    expect(page.locator("#trade-off .frontier:visible")).to_have_count(2)
    expect(page.get_by_role("group", name="Against")).to_be_hidden()


def test_who_is_on_the_frontier_is_a_column_and_a_filter(chromium, boards):
    page, _ = open_page(chromium, boards["bfcl"] + "?frontier=yes")
    rows = page.locator("#board-base tbody tr:visible")
    expect(rows).to_have_count(7)
    names = page.locator("#board-base tbody tr:visible th a").all_inner_texts()
    listed = page.locator("#trade-off-cost-usd-table th a").all_inner_texts()
    assert sorted(names) == sorted(listed)


def test_thousands_of_entries_are_drawn(chromium, boards):
    """The figure of 2,000 entries in place of that of the board."""
    rng, n = np.random.default_rng(3), 2000
    frames = make_frames({"base": {f"m{i}": [float(s)] for i, s in enumerate(rng.random(n))}})
    frames["models"]["parameters_b"] = np.exp(rng.normal(0, 2, n)).round(4)
    figure = json.dumps(trade_views(*draw(frames))["parameters_b"].chart.figure_json)
    assert len(gzip.compress(figure.encode())) < 35_000
    page, _ = open_page(chromium, boards["aider"])
    chart = "trade-off-cost-usd"
    page.evaluate(
        "([chart, figure]) => {"
        " document.querySelector(`[data-figure=${chart}]`).textContent = figure; }",
        [chart, figure],
    )
    drawn(page, chart)
    assert [] == page.evaluate(COLLISIONS, chart)
