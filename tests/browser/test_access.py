"""The site by keyboard, enlarged, printed, and for those who want no motion."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.helpers.browsing import AXE, AXE_RUN, NARROW, PAGE_TYPES, open_page, scroll_through
from tests.helpers.serve import served
from tests.helpers.sites import BuiltSite

# What the focused element looks like, and whether something fixed lies over it.
FOCUSED = """() => {
    const part = document.activeElement;
    if (!part || part === document.body) return null;
    const box = part.getBoundingClientRect();
    const [x, y] = [box.x + Math.min(box.width, 40) / 2, box.y + Math.min(box.height, 24) / 2];
    const above = document.elementFromPoint(x, y);
    const over = above?.closest('header, aside, th') ?? above;
    const covered = over && !part.contains(over) && !over.contains(part) &&
        ['fixed', 'sticky'].includes(getComputedStyle(over).position);
    const style = getComputedStyle(part);
    return {
        name: part.outerHTML.slice(0, 90),
        marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
        seen: box.bottom > 0 && box.top < innerHeight,
        covered: Boolean(covered),
    };
}"""
MOST_STOPS = 400


@pytest.fixture(scope="module")
def home(index_site: BuiltSite) -> Iterator[str]:
    """Address of the served Index."""
    assert index_site.folder is not None
    with served(index_site.folder) as address:
        yield address


@pytest.mark.parametrize("path", ["", "models/zephyr-7b-beta/", "tasks/gsm8k/", "serving/"])
def test_every_stop_of_the_keyboard_is_seen(chromium: Browser, home: str, path: str) -> None:
    """Each focused control is marked, in sight, and not below a head that sticks; Tab gets out."""
    page, _ = open_page(chromium, home + path, reduced_motion="reduce")  # so that it jumps there
    bad, names = [], []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            break
        names.append(stop["name"])
        if not stop["marked"] or not stop["seen"] or stop["covered"]:
            bad.append(stop)
    assert [] == bad
    assert 20 < len(names) < MOST_STOPS
    page.context.close()


@pytest.mark.parametrize("path", PAGE_TYPES)
def test_axe_finds_nothing_on_a_phone(chromium: Browser, home: str, path: str) -> None:
    """axe-core finds no breach of WCAG 2.2 AA at 390 px, in either theme."""
    for scheme in ("light", "dark"):
        page, _ = open_page(chromium, home + path, NARROW, color_scheme=scheme, bypass_csp=True)
        scroll_through(page)
        page.add_script_tag(path=AXE)
        assert [] == page.evaluate(AXE_RUN)
        page.context.close()


@pytest.mark.parametrize("path", ["", "models/zephyr-7b-beta/", "tasks/gsm8k/", "compare/"])
def test_headings_of_tables_are_heard_as_what_they_are(
    chromium: Browser, home: str, path: str
) -> None:
    """Each in the head is its column's, each in a row that row's; no attribute says it."""
    page, _ = open_page(chromium, home + path)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    seen = page.evaluate(
        """['thead', 'tbody'].map(part => [...document.querySelectorAll(`${part} th`)]
            .filter(head => head.checkVisibility()).length)"""
    )
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node["ignored"]]
    assert min(seen) > 5
    assert seen == [roles.count("columnheader"), roles.count("rowheader")]
    page.context.close()


@pytest.mark.parametrize("path", PAGE_TYPES)
def test_enlarged_to_200_percent_nothing_is_lost(chromium: Browser, home: str, path: str) -> None:
    """1,280 px at 200 % are 640: the page does not scroll sideways, and no heading is cut."""
    page, _ = open_page(chromium, home + path, (640, 450))
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    cut = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, .lede, .figures dd')]"
        ".filter(part => part.scrollWidth > part.clientWidth + 1).map(part => part.textContent)"
    )
    assert [] == cut
    page.context.close()


def test_landmarks_and_one_heading(index_site: BuiltSite) -> None:
    """Every page has one header, one main part, one foot, named navigation, one first heading."""
    for path, soup in index_site.pages():
        if path.startswith("embed/"):
            continue
        assert 1 == len(soup.find_all("main")), path
        assert 1 == len(soup.find_all("h1")), path
        assert 1 == len(soup.select("body > header")), path
        assert 1 == len(soup.select("body > footer")), path
        assert all(nav.get("aria-label") for nav in soup.find_all("nav")), path


def test_charts_say_their_finding_to_those_who_do_not_see_them(index_site: BuiltSite) -> None:
    """Each has a title, a sentence in place of the picture, and its numbers as a table."""
    charts = [(p, soup, c) for p, soup in index_site.pages() for c in soup.select("figure.chart")]
    assert len(charts) > 50
    for path, soup, chart in charts:
        assert chart.select_one(".chart-title"), path
        plot = chart.select_one("[data-chart]")
        assert plot is not None
        assert len(str(plot["aria-label"])) > 30, path
        elsewhere = chart.select_one(".chart-table a[href^='#']")
        numbers = f"{elsewhere['href']} tbody tr" if elsewhere else ""
        assert soup.select(numbers) if numbers else chart.select("details table tbody tr"), path


def test_no_motion_for_those_who_want_none(chromium: Browser, home: str) -> None:
    """With reduced motion asked for, nothing scrolls smoothly and nothing is animated."""
    page, _ = open_page(chromium, home, reduced_motion="reduce")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(part => { const s = getComputedStyle(part);"
        " return s.scrollBehavior === 'smooth' || parseFloat(s.transitionDuration) > 0"
        " || s.animationName !== 'none'; }).map(part => part.outerHTML.slice(0, 80))"
    )
    assert [] == moving
    page.context.close()


def test_print_leaves_out_what_paper_cannot_do(chromium: Browser, home: str) -> None:
    """On paper there is the content in black on white, and no control."""
    page, _ = open_page(chromium, home, color_scheme="dark")
    page.emulate_media(media="print")
    for control in (".nav", ".tools", ".segments", ".skip", "[data-theme-switch]"):
        for part in page.locator(control).all():
            expect(part).to_be_hidden()
    expect(page.locator("#board-fine-tuned")).to_be_visible()
    assert "rgb(255, 255, 255)" == page.evaluate(
        "getComputedStyle(document.documentElement).backgroundColor"
    )
    page.context.close()
