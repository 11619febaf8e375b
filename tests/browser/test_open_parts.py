"""Whether axe finds a breach in what opens: menus, folds and words that explain themselves."""

import pytest
from playwright.sync_api import expect

from tests.helpers.browsing import (
    PAGE_TYPES,
    both_sizes,
    breaches,
    open_page,
    overflow,
    scroll_through,
)

OPEN_FOLDS = """document.querySelectorAll('details:not(.menu)').forEach(fold => fold.open = true)"""
# Numbers the menus that can be seen, and the first button of each popover; how many there are.
NUMBERED = """() => {
    const seen = selector => [...document.querySelectorAll(selector)].filter(
        part => part.checkVisibility());
    const menus = seen('details.menu');
    const buttons = new Map(seen('[popovertarget]').reverse().map(
        button => [button.getAttribute('popovertarget'), button]));
    menus.forEach((menu, i) => menu.dataset.numbered = i);
    return [menus.length, [...buttons.keys()]];
}"""


@pytest.mark.parametrize("path", [*PAGE_TYPES, "models/?q=gem&cells=base"])
@both_sizes
def test_axe_finds_nothing_in_what_opens(chromium, home, path, size):
    """Every chart drawn and fold open, then each menu, and each popover once; in both themes."""
    page, _ = open_page(chromium, home + path, size)
    scroll_through(page)
    page.evaluate(OPEN_FOLDS)
    assert [] == breaches(page)
    menus, popovers = page.evaluate(NUMBERED)
    for i in range(menus):
        menu = f"[data-numbered='{i}']"
        page.locator(f"{menu} > summary").click()
        expect(page.locator(f"{menu} > .menu-body")).to_be_visible()
        assert [] == breaches(page, menu)
        assert overflow(page) <= 0
        page.keyboard.press("Escape")
    for popover in popovers:
        page.locator(f"[popovertarget={popover}]:visible").first.click()
        expect(page.locator(f"#{popover}")).to_be_visible()
        assert [] == breaches(page, f"#{popover}")
        assert overflow(page) <= 0
        page.keyboard.press("Escape")
