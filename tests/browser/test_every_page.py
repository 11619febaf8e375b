"""Each type of page, with all charts drawn: it is silent, and axe finds no breach in what opens."""

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browsing import (
    EMPTY_CHARTS,
    LAYOUT_SHIFT,
    PAGE_TYPES,
    WIDE,
    Theme,
    both_sizes,
    breaches,
    breaches_in,
    open_page,
    overflow,
    scroll_through,
)

THEMES: tuple[Theme, ...] = ("light", "dark")
OPEN_FOLDS = """document.querySelectorAll('details:not(.menu)').forEach(fold => fold.open = true)"""
# Of each menu that can be seen, and of each popover: selectors of its button, of what axe looks at,
# and of what opens. Rows and charts without a button are taken out: axe reads all that is there.
OPENING = """() => {
    const seen = selector => [...document.querySelectorAll(selector)].filter(
        part => part.checkVisibility());
    const menus = seen('details.menu');
    const buttons = new Map(seen('[popovertarget]').reverse().map(
        button => [button.getAttribute('popovertarget'), button]));
    const kept = [...menus, ...buttons.values()];
    kept.forEach((part, i) => part.dataset.numbered = i);
    for (const part of document.querySelectorAll('tbody tr, [data-chart]'))
        if (!kept.some(one => part.contains(one))) part.remove();
    return kept.map((part, i) => {
        const at = `[data-numbered='${i}']`;
        if (part.matches('.menu')) return [`${at} > summary`, at, `${at} > .menu-body`];
        const popover = '#' + part.getAttribute('popovertarget');
        return [at, popover, popover];
    });
}"""


@pytest.mark.parametrize("path", PAGE_TYPES)
@both_sizes
def test_pages_draw_their_charts_in_silence_and_without_breach(chromium, home, path, size):
    """No complaint, no other host, no sideways scroll, no movement, no empty chart, no breach."""
    page, heard = open_page(chromium, home + path, size)
    scroll_through(page)
    assert [] == heard.complaints
    assert [] == [url for url in heard.requests if not url.startswith((home, "data:", "blob:"))]
    assert overflow(page) <= 0
    assert page.evaluate(LAYOUT_SHIFT) < 0.01
    assert 0 == page.evaluate(EMPTY_CHARTS)
    page.evaluate(OPEN_FOLDS)
    assert [] == breaches(page)
    opening = page.evaluate(OPENING)
    for theme in THEMES:
        for button, part, opened in opening:
            # A popover, unlike a menu, has the same colours at both widths.
            if theme == "light" or size == WIDE or part != opened:
                assert_opens_without_breach(page, theme, button, part, opened)


@both_sizes
def test_axe_finds_nothing_in_a_filtered_view(chromium, home, size):
    page, _ = open_page(chromium, home + "models/?q=gem&cells=base", size)
    scroll_through(page)
    page.evaluate(OPEN_FOLDS)
    assert [] == breaches(page)


def assert_opens_without_breach(
    page: Page, theme: Theme, button: str, part: str, opened: str
) -> None:
    """Open a menu or a popover, look at it, and close it."""
    page.locator(button).click()
    expect(page.locator(opened)).to_be_visible()
    assert [] == breaches_in(page, theme, part)
    assert overflow(page) <= 0
    page.keyboard.press("Escape")
