"""A board over time in a browser: names, choices in the address, the newest first, what is new."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from site_builder.build import make_files
from site_builder.charts import theme
from site_builder.config import load_config
from tests.helpers.browsing import (
    NARROW,
    WIDE,
    both_sizes,
    breaches_at,
    has_address,
    open_page,
    overflow,
    resize,
)
from tests.helpers.real_boards import AIDER, OPEN_WEIGHTS, aider, aider_models
from tests.helpers.sites import BuiltSite, build, build_once
from tests.helpers.tables import HIGHER, write_project

TWICE = "Qwen2.5-Coder-32B-Instruct"
CARDS = "[site]\ncards = false\n"
# The boxes of names and of marks of records, as they are seen.
BOXES = """() => {
    const plot = document.querySelector('.over-time .view:not([hidden]) [data-chart]');
    const box = element => {
        const {x, y, width, height} = element.getBoundingClientRect();
        return [element.textContent, x, y, x + width, y + height];
    };
    const names = [...plot.querySelectorAll('.annotation text')].map(box);
    const traces = [...plot.querySelectorAll('.scatterlayer .trace')].slice(1);
    const marks = traces.flatMap(t => [...t.querySelectorAll('.points path')]).map(box);
    const numbers = traces.flatMap(t => [...t.querySelectorAll('.textpoint text')])
        .map(box).filter(([text]) => text);
    return {names, marks, numbers};
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> BuiltSite:
    """Aider with open weights, and the release of each model half a year before its run."""
    models = aider_models()
    runs = pd.to_datetime(aider().groupby("model")["date"].max())[models["model"]]
    released = (runs - pd.Timedelta(days=180)).dt.strftime("%Y-%m-%d")
    models["release_date"] = released.to_numpy()
    root = tmp_path_factory.mktemp("aider")
    files = {"results": aider(), "models": models}
    return build_once(write_project(root, files, AIDER + OPEN_WEIGHTS))


def opened(chromium, site: BuiltSite, query: str = "", size: tuple[int, int] = WIDE) -> Page:
    page, _ = open_page(chromium, f"{site.url}models/{query}#over-time", size=size)
    expect(plot(page).locator(".main-svg").first).to_be_visible()
    page.evaluate("document.fonts.ready")
    return page


def plot(page: Page):
    return page.locator(".over-time .view:not([hidden]) [data-chart]")


def chooser(page: Page):
    return page.locator(".over-time .view:not([hidden]) .record-choice select")


def overlapping(boxes: list[list[Any]], others: list[list[Any]]) -> list[tuple[str, str]]:
    """Pairs that share more than a pixel each way."""
    return [
        (a[0], b[0])
        for a in boxes
        for b in others
        if a is not b
        and min(a[3], b[3]) - max(a[1], b[1]) > 1
        and min(a[4], b[4]) - max(a[2], b[2]) > 1
    ]


@pytest.mark.parametrize("query", ["", "?record=edit_format:diff&time=run"])
def test_names_cover_neither_each_other_nor_marks(chromium, site, query):
    page = opened(chromium, site, query)
    for width in (1600, 1024, 640, 360):
        resize(page, width)
        found = page.evaluate(BOXES)
        assert found["names"] or found["numbers"]
        assert [] == overlapping(found["names"], found["names"])
        assert [] == overlapping(found["names"], found["marks"])
        assert [] == overlapping(found["numbers"], found["numbers"])
        assert overflow(page) == 0


@both_sizes
def test_each_holder_is_named_or_has_a_number(chromium, site, size):
    """A dot that is pointed at tells its name, too."""
    page = opened(chromium, site, "?time=run", size)
    found = page.evaluate(BOXES)
    rows = page.locator(".over-time .view:not([hidden]) .record:visible tbody tr")
    keys = rows.evaluate_all("rows => rows.map(row => row.querySelector('.tag').textContent)")
    named = [text for text, *_ in found["names"] if "days" not in text]
    assert len(named) + len(found["numbers"]) == len(keys) == 14
    assert {text for text, *_ in found["numbers"]} <= {*keys}
    if size == NARROW:
        assert named == []
        return
    dot = plot(page).locator(".scatterlayer .trace").first.locator(".points path").nth(5)
    dot.hover(force=True)
    expect(plot(page).locator(".chart-said")).to_be_visible()
    expect(plot(page).locator(".chart-said")).to_contain_text("2024")


def test_a_record_is_chosen_in_the_address_and_back(chromium, site):
    page = opened(chromium, site)
    title = page.locator(".over-time .view:not([hidden]) .chart-title")
    tables = page.locator(".over-time .view:not([hidden]) .record h3:visible")
    first = "The record is 88.0; open weights are five months behind"
    expect(title).to_have_text(first)
    expect(tables).to_have_text(["Record", "Record of open weights"])
    choice = chooser(page)
    choice.focus()
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("record=open_weights%3Ayes"))
    choice.select_option("edit_format:whole")
    has_address(page, "?record=edit_format%3Awhole#over-time")
    expect(title).to_contain_text("has held the record of whole since")
    expect(tables).to_have_text(["Record", "Record of whole"])
    reading = plot(page).get_attribute("aria-label")
    assert reading is not None
    assert reading.startswith(title.inner_text())
    page.get_by_role("button", name="Day of the run").click()
    expect(page).to_have_url(re.compile("time=run"))
    expect(title).to_contain_text("has held the record of whole since")
    expect(plot(page).locator(".main-svg").first).to_be_visible()
    # The dots of a value are teal.
    colours = plot(page).evaluate("plot => plot.data[0].marker.color")
    n = len(aider().query("task == 'pass_rate_2' and edit_format == 'whole'"))
    assert n == colours.count(theme.ACCENT)
    for _ in range(3):
        page.go_back()
    expect(title).to_have_text(first)
    expect(choice).to_have_value("")
    for _ in range(2):
        page.go_forward()
    expect(choice).to_have_value("edit_format:whole")


def test_the_newest_come_first(chromium, site):
    page, _ = open_page(chromium, f"{site.url}models/")
    page.locator(".tools .columns > summary").first.click()
    page.get_by_role("button", name="Newest first").click()
    has_address(page, "?sort=release_date")
    page.keyboard.press("Escape")
    names = page.locator("#board tbody th a, [id^=board] tbody th a").all_inner_texts()
    dates = aider().groupby("model")["date"].max()
    # The one model of two entries has its settings in its names.
    order = [dates.get(name, dates[TWICE]) for name in names]
    assert order == sorted(order, reverse=True)
    expect(page.get_by_role("columnheader", name="Released")).to_be_visible()
    page.go_back()
    assert page.locator("[id^=board] tbody th a").first.inner_text() == "gpt-5 (high)"


@both_sizes
def test_a_chosen_record_is_accessible(chromium, site, size):
    page = opened(chromium, site, "?record=open_weights:yes", size)
    assert [] == breaches_at(page, size, ".over-time")
    choice = page.locator(".over-time .view:not([hidden]) select").bounding_box()
    assert choice is not None
    assert choice["height"] >= 24


def test_new_entries_have_a_tag_and_a_filter(chromium, tmp_path):
    """Of the 69 entries the release of July had no six."""
    frame, toml = aider(), AIDER
    before = frame[frame["date"] < "2025-08-01"]
    old = write_project(tmp_path / "old", {"results": before}, toml)
    new = write_project(tmp_path / "new", {"results": frame}, toml)
    files, _ = make_files(load_config(new), previous=str(old))
    page, _ = open_page(chromium, f"{BuiltSite(files).url}models/")
    tags = page.locator("[id^=board] tbody th .tag")
    expect(tags).to_have_count(6)
    expect(tags.first).to_have_text("new")
    expect(page.get_by_text("New since 17 Jul 2025: 6.")).to_be_visible()
    page.locator("[data-filters-open]").first.click()
    page.get_by_role("group", name="New since 17 Jul 2025").get_by_label("new").check()
    expect(page.locator("[data-said]")).to_have_text("6 of 69 entries")
    shown = page.locator("[id^=board] tbody tr:not([hidden]) th a").all_inner_texts()
    assert {*shown} == {*frame.loc[frame["date"] >= "2025-08-01", "model"]}


def test_boards_of_one_date_have_no_section(chromium, tmp_path):
    frame = aider().assign(date="2025-01-01")
    site = build(write_project(tmp_path, {"results": frame}, AIDER))
    assert "over-time" not in site.html["models/index.html"]


def test_a_long_board(chromium, tmp_path, monkeypatch):
    """Its table is in groups, by which the page moves while the chart comes in sight."""
    n, rng = 120, np.random.default_rng(1)
    monkeypatch.setattr("site_builder.table_model.LONG", n - 1)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2000, n), unit="D")
    frame = pd.DataFrame(
        {
            "model": [f"model {i}" for i in range(n)],
            "task": "t",
            "score": rng.random(n).round(4),
            "date": days.strftime("%Y-%m-%d"),
            "open": rng.random(n) < 0.3,
        }
    )
    site = build(write_project(tmp_path, {"results": frame}, f"{CARDS}{HIGHER}[facets.open]\n"))
    page, _ = open_page(chromium, f"{site.url}models/")
    page.wait_for_function("document.documentElement.classList.contains('laid-out')")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    plot(page).scroll_into_view_if_needed()
    expect(plot(page).locator(".main-svg").first).to_be_visible(timeout=30_000)
    assert n == plot(page).evaluate("plot => plot.data[0].x.length")
    chooser(page).select_option("open:no")
    tables = page.locator(".over-time .record h3:visible")
    expect(tables).to_have_text(["Record", "Record without open"])
