"""The built Index in a real browser: what a visitor does, and what comes of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.helpers.browsing import (
    EMPTY_CHARTS,
    IS_SLOW,
    NARROW,
    SAVES_DATA,
    WIDE,
    first_column,
    has_address,
    open_over,
    open_page,
    scroll_through,
)
from tests.helpers.serve import AsAHost, served
from tests.helpers.sites import BuiltSite
from tests.helpers.weights import weights

# In the first frame that has it: whether a part below the first is laid out wherever it stands.
FIRST_FRAME = """requestAnimationFrame(function look() {
    const later = document.querySelector('main > .block ~ .block ~ .block');
    if (later && document.readyState !== 'loading') {
        window.inFirstFrame = getComputedStyle(later).contentVisibility;
    } else requestAnimationFrame(look);
})"""


def test_parts_below_the_first_wait_for_the_first_frame(chromium, home):
    """Then all is laid out; from the start where a place in it is asked for, or found again."""
    page = chromium.new_page()
    page.add_init_script(FIRST_FRAME)
    laid_out = page.locator("html.laid-out")
    page.goto(f"{home}models/zephyr-7b-beta/")
    assert "auto" == page.evaluate("inFirstFrame")
    expect(laid_out).to_have_count(1)
    assert {"visible"} == set(
        page.locator("main > .block").evaluate_all(
            "parts => parts.map(part => getComputedStyle(part).contentVisibility)"
        )
    )
    page.reload()
    assert "visible" == page.evaluate("inFirstFrame")
    page.goto(f"{home}models/gpt-4/#score-gsm8k--base")
    assert "visible" == page.evaluate("inFirstFrame")
    expect(page.locator("tr:target")).to_be_in_viewport()


def test_the_toggle_shows_one_view_and_puts_it_into_the_address(chromium, home):
    """The chosen view alone is seen; the address names it, back undoes it, a link keeps it."""
    page, _ = open_page(chromium, home, NARROW)
    expect(page.locator("[data-views=view] [data-view-of]:visible")).to_have_count(1)
    assert "Zephyr 7B Beta" == first_column(page, "board-fine-tuned", "model")[0]
    page.get_by_role("button", name="Base", exact=True).click()
    expect(page.locator("#view-base")).to_be_visible()
    expect(page.locator("#view-fine-tuned")).to_be_hidden()
    has_address(page, "/?view=base")
    assert ["GPT-4", "GPT-3.5 Turbo"] == first_column(page, "board-base", "model")[:2]
    page.locator("[data-view=lift]").click()
    assert "Gemma 2B" == first_column(page, "board-lift", "model")[0]
    page.go_back()
    expect(page.locator("#view-base")).to_be_visible()
    expect(page.get_by_role("button", name="Base", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.reload()
    expect(page.locator("#view-base")).to_be_visible()
    page.goto(home + "?view=no-such-view")
    expect(page.locator("#view-fine-tuned")).to_be_visible()


def test_sorting_keeps_missing_values_last_and_ties_in_order(chromium, home):
    """A heading sorts both ways; rows without a value stay last; equal ones keep their order."""
    page, _ = open_page(chromium, home + "tasks/bc5cdr/")
    published = first_column(page, "ranking", "model")
    assert ["Gemma 7B", "Gemma 7B Instruct", "Zephyr 7B Beta"] == published[2:5]  # tied at 0.969
    assert ["Phi-2", "GPT-4", "GPT-3.5 Turbo"] == published[-3:]
    heading = page.locator("#ranking th[data-key=fine_tuned]")
    expect(heading).to_have_attribute("aria-sort", "descending")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    ascending = first_column(page, "ranking", "model")
    assert ["Phi-2", "Gemma 2B Instruct"] == ascending[:2]
    assert ["GPT-4", "GPT-3.5 Turbo"] == ascending[-2:]
    assert ["Gemma 7B", "Gemma 7B Instruct", "Zephyr 7B Beta"] == ascending[5:8]
    page.locator("#ranking th[data-key=base]").get_by_role("button").press("Enter")
    assert "GPT-4" == first_column(page, "ranking", "model")[0]
    expect(heading).not_to_have_attribute("aria-sort", "ascending")


def test_without_scripts_everything_is_there(chromium, home):
    page, _ = open_page(chromium, home, java_script_enabled=False)
    expect(page.locator("[data-views=view] [data-view-of]:visible")).to_have_count(3)
    expect(page.locator("#board-fine-tuned th a").first).to_have_text("#")
    expect(page.locator(".chart-plot:visible")).to_have_count(0)
    expect(page.locator(".share:visible")).to_have_count(0)
    expect(page.locator("#prices")).to_be_visible()
    expect(page.locator("button:visible")).to_have_count(0)
    page.goto(f"{home}tasks/")
    expect(page.locator("#task-list")).to_be_visible()


def test_the_site_opens_from_the_disk(chromium, index_site):
    """From file://, charts are drawn, controls work, and links open pages, not folders.

    Browsers refuse font files from the disk; the system's font stands in, and that is all they say.
    """
    page, heard = open_page(chromium, (index_site.folder / "index.html").as_uri())
    scroll_through(page)
    page.get_by_role("button", name="Base", exact=True).click()
    expect(page.locator("#view-base")).to_be_visible()
    page.get_by_role("link", name="Tasks", exact=True).first.click()
    page.get_by_role("button", name="All by lead").click()
    expect(page.locator("#task-list tr.group").first).to_be_hidden()
    page.locator("#task-list").get_by_role("link", name="MMLU", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("MMLU")
    page.get_by_role("link", name="Fine-tuning Index").first.click()
    expect(page.locator("#board-fine-tuned")).to_be_visible()
    assert [] == [text for text in heard.complaints if ".woff2" not in text]
    assert [] == [url for url in heard.requests if not url.startswith(("file:", "data:", "blob:"))]


def test_the_keyboard_reaches_the_content_first(chromium, home):
    page, _ = open_page(chromium, home)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


# --- weights --------------------------------------------------------------------------------------


def test_weights_hold(index_site):
    found = weights(index_site)
    assert 5 == len(found)
    assert [] == [weight for weight in found if not 0 < weight.size <= weight.limit]


@pytest.fixture(scope="module")
def home(index_site: BuiltSite) -> Iterator[str]:
    """Address of the Index, served as a host does."""
    with served(index_site.folder, AsAHost) as address:
        yield address


def test_charts_are_drawn_while_nobody_scrolls(chromium, home):
    """Five seconds after the page is there, without a scroll; the library is asked for once."""
    page, asked = open_over(chromium, "undefined", home)  # as in other browsers than Chromium
    page.clock.run_for(4_500)
    assert [] == asked
    page.clock.run_for(1_000)
    page.clock.resume()
    charts = page.locator("[data-chart]")
    n = charts.count()
    assert n >= 1
    expect(page.locator("[data-chart] .main-svg:first-child")).to_have_count(n)
    expect(page.locator("[data-chart][data-drawn]")).to_have_count(n)
    assert 0 == page.evaluate("scrollY")
    assert 0 == page.evaluate(EMPTY_CHARTS)
    scroll_through(page)
    assert 1 == len(asked)


@pytest.mark.parametrize("connection", [SAVES_DATA, IS_SLOW], ids=["saves data", "slow"])
def test_where_data_is_dear_charts_out_of_sight_ask_for_no_library(chromium, home, connection):
    """However long nobody scrolls."""
    page, asked = open_over(chromium, connection, home)
    expect(page.locator(".chart-room").first).to_be_attached()
    page.clock.run_for(60_000)
    assert [] == asked


def test_charts_out_of_sight_wait_for_five_seconds_without_a_click_or_key(chromium, home):
    page, asked = open_over(chromium, "undefined", home)
    for act in (lambda: page.keyboard.press("Shift"), lambda: page.mouse.click(1, 1)) * 2:
        page.clock.run_for(4_500)
        act()
    page.clock.run_for(4_500)
    assert [] == asked
    page.clock.run_for(1_000)
    page.wait_for_function("() => window.Plotly")
    assert 1 == len(asked)


def test_the_library_is_asked_for_with_the_scroll_that_comes_near(chromium, home):
    """Before the frame that shows what was scrolled to; a scroll that stays far asks for none."""
    page, asked_for = open_over(chromium, SAVES_DATA, home)
    top = page.locator("[data-chart]").first.bounding_box()["y"]  # type: ignore[index]
    asked = "[...document.scripts].filter(script => script.src.includes('plotly')).length"
    in_the_handler = f"""y => new Promise(told => {{
        addEventListener('scroll', () => told({asked}), {{once: true}});
        scrollTo({{top: y, behavior: 'instant'}});
    }})"""
    assert 0 == page.evaluate(in_the_handler, top - WIDE[1] - 700)
    page.clock.run_for(200)
    assert [] == asked_for
    assert 1 == page.evaluate(in_the_handler, top - WIDE[1] - 500)


def test_the_library_and_the_first_chart_are_a_task_each(chromium, home):
    """What is drawn begins after the task that evaluated the library has ended.

    A chart in sight needs no scrolling: it asks for the library before the first frame.
    """
    page = chromium.new_page()
    page.add_init_script(
        """Object.defineProperty(window, 'Plotly', {
            configurable: true,
            set(library) {
                Object.defineProperty(window, 'Plotly', {value: library, writable: true});
                let hasEnded = false;
                const {port1, port2} = new MessageChannel();
                port1.onmessage = () => (hasEnded = true);
                port2.postMessage(null);
                const draw = library.react;
                library.react = (...given) => {
                    window.firstIsApart ??= hasEnded;
                    return draw(...given);
                };
            },
        })"""
    )
    page.add_init_script(
        """document.addEventListener('DOMContentLoaded', () => requestAnimationFrame(() => {
            window.asked = [...document.scripts].some(script => script.src.includes('plotly'));
        }))"""
    )
    page.goto(home + "analysis/")
    page.wait_for_function("() => window.firstIsApart !== undefined")
    assert page.evaluate("window.asked && firstIsApart")
    expect(page.locator("[data-chart]").first).to_be_in_viewport()
    expect(page.locator("[data-chart] .main-svg").first).to_be_visible()
    page.close()


def test_a_page_without_charts_never_asks_for_the_library(chromium, home):
    page, heard = open_page(chromium, home + "about/")
    page.keyboard.press("End")
    page.wait_for_load_state("networkidle")
    assert [] == [url for url in heard.requests if "plotly" in url]
