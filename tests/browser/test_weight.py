"""What a visit costs: the weights that must hold, and that the chart library waits for its use."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.helpers.browsing import WIDE, both_sizes, open_page, scroll_through
from tests.helpers.serve import AsAHost, served
from tests.helpers.sites import BuiltSite
from tests.helpers.weights import weights


def test_weights_hold(index_site):
    """Home page with all that it loads, chart library, heaviest model and task page."""
    found = weights(index_site)
    assert 5 == len(found)
    assert [] == [weight for weight in found if not 0 < weight.size <= weight.limit]


@pytest.fixture(scope="module")
def home(index_site: BuiltSite) -> Iterator[str]:
    """Address of the Index, served as a host does."""
    with served(index_site.folder, AsAHost) as address:
        yield address


@both_sizes
def test_charts_out_of_sight_ask_for_no_library(
    chromium: Browser, home: str, size: tuple[int, int]
) -> None:
    """Not before the page is scrolled, and then once for all of them."""
    page, heard = open_page(chromium, home, size)
    expect(page.get_by_role("button", name="PNG")).to_have_count(0)
    assert [] == [url for url in heard.requests if "plotly" in url]
    scroll_through(page)
    assert 1 == len([url for url in heard.requests if "plotly" in url])


def test_the_library_is_asked_for_with_the_scroll_that_comes_near(
    chromium: Browser, home: str
) -> None:
    """Before the frame that shows what was scrolled to; a scroll that stays far asks for none."""
    page, heard = open_page(chromium, home)
    top = page.locator("[data-chart]").first.bounding_box()["y"]  # type: ignore[index]
    asked = "[...document.scripts].filter(script => script.src.includes('plotly')).length"
    in_the_handler = f"""y => new Promise(told => {{
        addEventListener('scroll', () => told({asked}), {{once: true}});
        scrollTo({{top: y, behavior: 'instant'}});
    }})"""
    assert 0 == page.evaluate(in_the_handler, top - WIDE[1] - 700)
    page.wait_for_timeout(200)
    assert [] == [url for url in heard.requests if "plotly" in url]
    assert 1 == page.evaluate(in_the_handler, top - WIDE[1] - 500)


def test_a_chart_in_sight_needs_no_scrolling(chromium: Browser, home: str) -> None:
    page, _ = open_page(chromium, home + "serving/")
    plot = page.locator("[data-chart]").first
    expect(plot).to_be_in_viewport()
    expect(plot.locator(".main-svg").first).to_be_visible()


def test_a_chart_in_sight_asks_for_the_library_before_the_frame(
    chromium: Browser, home: str
) -> None:
    page = chromium.new_page()
    page.add_init_script(
        """document.addEventListener('DOMContentLoaded', () => requestAnimationFrame(() => {
            window.asked = [...document.scripts].some(script => script.src.includes('plotly'));
        }))"""
    )
    page.goto(home + "serving/")
    page.wait_for_function("window.asked !== undefined")
    assert page.evaluate("window.asked")
    page.close()


def test_a_page_without_charts_never_asks_for_the_library(chromium: Browser, home: str) -> None:
    page, heard = open_page(chromium, home + "about/")
    page.keyboard.press("End")
    page.wait_for_load_state("networkidle")
    assert [] == [url for url in heard.requests if "plotly" in url]


def test_text_is_compressed_by_the_host_that_stands_in(chromium: Browser, home: str) -> None:
    """So that the audit measures what a visitor of a static host gets."""
    page, _ = open_page(chromium, home)
    headers = page.request.get(home).headers
    assert ("gzip", "max-age=600") == (headers["content-encoding"], headers["cache-control"])
    assert 404 == page.request.get(home + "no-such-page").status
