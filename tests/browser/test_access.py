"""The site by keyboard, enlarged, printed, and for those who want no motion."""

import pytest
from playwright.sync_api import expect

from tests.helpers.browsing import open_page

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
# How many headings of columns and of rows are in sight, after the next frame.
SEEN_HEADINGS = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
    () => done(['thead', 'tbody'].map(part => [...document.querySelectorAll(`${part} th`)]
        .filter(head => head.checkVisibility()).length)))))"""
MOST_FRAMES = 50


@pytest.mark.parametrize("path", ["", "models/zephyr-7b-beta/", "tasks/gsm8k/", "serving/"])
def test_every_stop_of_the_keyboard_is_seen(chromium, home, path):
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


@pytest.mark.parametrize("path", ["", "models/zephyr-7b-beta/", "tasks/gsm8k/", "compare/"])
def test_headings_of_tables_are_heard_as_what_they_are(chromium, home, path):
    """Each in the head is its column's, each in a row that row's; no attribute says it."""
    page, _ = open_page(chromium, home + path)
    expect(page.locator("[data-compare]:not([data-ready])")).to_have_count(0)
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    for _ in range(MOST_FRAMES):  # what is heard follows what is drawn by a few frames
        seen = page.evaluate(SEEN_HEADINGS)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        roles = [node["role"]["value"] for node in nodes if not node["ignored"]]
        heard = [roles.count("columnheader"), roles.count("rowheader")]
        if seen == heard:
            break
    assert min(seen) > 5
    assert seen == heard


def test_no_motion_for_those_who_want_none(chromium, home):
    page, _ = open_page(chromium, home, reduced_motion="reduce")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(part => { const s = getComputedStyle(part);"
        " return s.scrollBehavior === 'smooth' || parseFloat(s.transitionDuration) > 0"
        " || s.animationName !== 'none'; }).map(part => part.outerHTML.slice(0, 80))"
    )
    assert [] == moving


def test_print_leaves_out_what_paper_cannot_do(chromium, home):
    page, _ = open_page(chromium, home, color_scheme="dark")
    page.emulate_media(media="print")
    for control in (".nav", ".tools", ".segments", ".skip", "[data-theme-switch]"):
        for part in page.locator(control).all():
            expect(part).to_be_hidden()
    expect(page.locator("#board-fine-tuned")).to_be_visible()
    assert "rgb(255, 255, 255)" == page.evaluate(
        "getComputedStyle(document.documentElement).backgroundColor"
    )
