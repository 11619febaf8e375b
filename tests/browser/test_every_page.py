"""Each type of page, and pages that a visitor has put something into, by one list of checks."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browsing import (
    CHARTS_FIT,
    EMPTY_CHARTS,
    LAYOUT_SHIFT,
    NARROW,
    PAGE_TYPES,
    WIDE,
    breaches,
    breaches_at,
    open_page,
    overflow,
    resize,
    scroll_through,
)
from tests.helpers.measured import measured_site
from tests.helpers.odd_boards import built

# What visitors have asked for, well or badly.
STATES = (
    "?q=gem&view=base",
    "choose/?task=gsm8k&weight=2&category=Coding&task=nope&size=8&developer=Google",
    "compare/?model=phi-2&model=phi-2&as=base&model=gemma-2b&model=gpt-4&as=base",
    f"serving/?requests={'x' * 60}",
)
BOARDS: dict[str, Callable[[], str]] = {
    "index": lambda: built("index").url,
    "measured": lambda: measured_site(exclude=True).url,  # with intervals, ties and flags
}
PAGES = (
    *(("index", path) for path in (*PAGE_TYPES, "glossary/")),
    *(("measured", path) for path in ("tasks/quiz/", "models/d/", "submit/")),
)
ANSWERS = tuple(("index", path) for path in STATES)
FRAMES = (("index", "embed/leaderboard/"), ("index", "embed/best-lift-by-task/"))

# Parts of a page at which something is wrong, by what that is.
FAULTS = r"""() => {
    const all = selector => [...document.querySelectorAll(selector)];
    const seen = selector => all(selector).filter(
        part => part.checkVisibility({visibilityProperty: true}));
    const names = parts => parts.map(part => part.outerHTML.slice(0, 90));
    const regions = seen('[role=region]').map(part => part.ariaLabel);
    const hasHyphen = part => [...part.childNodes].some(
        node => node.nodeType === 3 && /[a-z]-\w/i.test(node.data));
    const isTabular = part => getComputedStyle(part).fontVariantNumeric.includes('tabular');
    return {
        'targets below 24 px': names(seen('button, select, input, summary').filter(part => {
            const {width, height} = part.getBoundingClientRect();
            return width < 24 || height < 24;
        })),
        // Tabular figures widen hyphens, so only cells of numbers have these.
        'hyphens wider than in prose': names(
            all('main :not(script)').filter(hasHyphen).filter(isTabular)),
        'regions of one name': regions.filter((name, i) => regions.indexOf(name) < i),
        'cut headings': names(seen('h1, h2, h3, .lede, .figures dd').filter(
            part => part.scrollWidth > part.clientWidth + 1)),
    };
}"""
# On paper: cells of tables that the sheet cuts, and what would stick.
ON_PAPER = """() => {
    const seen = selector => [...document.querySelectorAll(selector)].filter(
        part => part.checkVisibility());
    const sticks = ({position, overflowY}) =>
        ['sticky', 'fixed'].includes(position) || overflowY === 'auto';
    const parts = [
        ...seen('.table-wrap :is(th, td)').filter(
            cell => cell.getBoundingClientRect().right > innerWidth + 1),
        ...seen('header, th, .table-wrap').filter(part => sticks(getComputedStyle(part))),
    ];
    return parts.map(part => part.outerHTML.slice(0, 90));
}"""
PAPER = (718, 1_000)  # what margins leave of A4, in px
# And until what is in them is laid out.
OPEN_FOLDS = """() => {
    document.querySelectorAll('details:not(.menu)').forEach(fold => fold.open = true);
    return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
# Pages whose controls a phone has elsewhere, not just in another width.
OF_PHONES = ("", "models/", "tasks/", "compare/")
# All at once, so that axe looks once at a page and its menus; in its place none covers another.
OPEN_MENUS = """document.querySelectorAll('.menu').forEach(menu => {
    menu.open = true;
    menu.querySelector('.menu-body').style.position = 'static';
})"""


def wait_for_answers(page: Page) -> None:
    """Until the scripts of choosing and comparing are done."""
    expect(page.locator("[data-compare]:not([data-ready])")).to_have_count(0)
    expect(page.locator("[data-choose-page]:not([data-answered])")).to_have_count(0)


def faults_in(page: Page) -> dict[str, list[object]]:
    return {what: parts for what, parts in page.evaluate(FAULTS).items() if parts}


@pytest.mark.parametrize(
    ("board", "path", "size"),
    [
        *((*page, size) for page in PAGES for size in (WIDE, NARROW)),
        *((*page, WIDE) for page in (*ANSWERS, *FRAMES)),
    ],
)
def test_every_page_is_whole(chromium, board, path, size):
    """Silent, within its window, still, by axe without breach in either theme, and what opens too.

    Colours of both themes are looked at once, in a wide window as it opens.
    """
    home = BOARDS[board]()
    page, heard = open_page(chromium, home + path, size)
    wait_for_answers(page)
    scroll_through(page)
    assert [] == heard.complaints
    assert [] == [url for url in heard.requests if not url.startswith((home, "data:", "blob:"))]
    assert overflow(page) <= 0
    assert path in STATES or page.evaluate(LAYOUT_SHIFT) < 0.01
    assert 0 == page.evaluate(EMPTY_CHARTS)
    if size == NARROW or path in STATES:
        assert_fits_small_windows_and_paper(page, size)
    page.evaluate(OPEN_FOLDS)
    assert {} == faults_in(page)
    if path in STATES:
        assert [] == breaches(page, themes=["light"])
        return
    menus = page.locator(".menu:not(.share):visible").all()
    for menu in [*menus, *page.locator(".share:visible").all()[:1]]:
        menu.locator("summary").click()
        expect(menu.locator(".menu-body")).to_be_visible()
        assert overflow(page) <= 0
        page.keyboard.press("Escape")
    page.evaluate(OPEN_MENUS)
    if size == WIDE or path in OF_PHONES:
        assert [] == breaches_at(page, size)


def assert_fits_small_windows_and_paper(page: Page, size: tuple[int, int]) -> None:
    """1,280 px at 200 % are 640, at 400 % 320: only tables scroll sideways, no heading is cut."""
    for width in (640, 320):
        resize(page, width)
        assert overflow(page) <= 0
        assert {} == faults_in(page)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER[0], "height": PAPER[1]})
    assert [] == page.evaluate(ON_PAPER)
    page.emulate_media(media="null")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.wait_for_function(CHARTS_FIT)
