"""Printed pages: nothing is covered, blank or cut."""

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browsing import SAVES_DATA, open_over, open_page

PAPER = (718, 1_000)  # what margins leave of A4, in px
# Charts that show neither a drawing nor their numbers.
BLANK = """() => [...document.querySelectorAll('.chart')].filter(chart => chart.checkVisibility())
    .filter(chart => !chart.querySelector('.main-svg')?.checkVisibility() &&
        !chart.querySelector('.chart-table tbody td')?.checkVisibility({
            contentVisibilityAuto: true}))
    .map(chart => chart.id)"""


def on_paper(page: Page) -> None:
    page.set_viewport_size({"width": PAPER[0], "height": PAPER[1]})
    page.emulate_media(media="print")


@pytest.mark.parametrize("query", ["", "?scores.columns=all"])
def test_the_matrix_fits_the_sheet_in_its_colours(chromium, home, query):
    """In groups, unless the reader has asked for all columns, which are small then."""
    page, _ = open_page(chromium, f"{home}models/{query}")
    page.wait_for_selector(".matrix[data-columns]", state="attached")
    on_paper(page)
    expect(page.locator(".matrix").first).to_have_attribute(
        "data-columns", "all" if query else "groups"
    )
    heads = page.locator(".matrix .view:not([hidden]) th.heat:visible")
    ends = heads.evaluate_all("heads => heads.map(h => h.getBoundingClientRect().right)")
    assert len(ends) > (31 if query else 3)
    assert max(ends) <= PAPER[0]
    expect(page.locator(".matrix td.heat").first).to_have_css("print-color-adjust", "exact")


def test_charts_that_nobody_has_seen_are_there(chromium, home):
    """As their numbers if the library is not there, drawn once it is."""
    page, _ = open_over(chromium, SAVES_DATA, home)
    assert 0 == page.locator(".js-plotly-plot").count()
    on_paper(page)
    assert [] == page.evaluate(BLANK)
    expect(page.locator(".js-plotly-plot")).to_have_count(page.locator("[data-chart]").count())
    assert [] == page.evaluate(BLANK)


def test_printing_draws_every_chart_at_once(chromium, home):
    """In the handler, since a browser waits for nothing; afterwards as wide as the page again."""
    page, _ = open_page(chromium, home + "analysis/")
    page.locator("[data-chart]").first.scroll_into_view_if_needed()
    expect(page.locator("[data-chart] .main-svg").first).to_be_visible()
    n = page.locator("[data-chart]").count()
    assert page.locator("[data-chart] .main-svg").count() < 3 * n
    drawn = """name => {
        dispatchEvent(new Event(name));
        return [...document.querySelectorAll('[data-chart]')].map(plot =>
            plot.querySelector('.main-svg')?.getBoundingClientRect().width);
    }"""
    assert [680] * n == page.evaluate(drawn, "beforeprint")
    page.evaluate(drawn, "afterprint")
    page.wait_for_function(
        """() => [...document.querySelectorAll('[data-chart]')].every(plot =>
            plot.querySelector('.main-svg').getBoundingClientRect().width === plot.clientWidth)"""
    )


def test_the_keys_that_print_fetch_the_library_first(chromium, home):
    page, _ = open_page(chromium, home)
    page.evaluate("() => { window.print = () => { window.printed = Boolean(window.Plotly); }; }")
    page.keyboard.press("Control+p")
    page.wait_for_function("() => window.printed !== undefined")
    assert page.evaluate("printed")


def test_heads_of_tables_continue(chromium, home):
    """Chromium leaves buttons out of the head that it repeats; so they have no box of their own."""
    page, _ = open_page(chromium, home + "tasks/")
    button = page.locator("#task-list thead .sort").first
    expect(button).to_be_visible()
    on_paper(page)
    expect(button).to_have_css("display", "contents")
    expect(page.locator("#task-list thead")).to_have_css("display", "table-header-group")
    expect(page.locator("#task-list thead")).to_have_css("break-inside", "avoid")
