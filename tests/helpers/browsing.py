"""What the tests in a real browser share: how a page is opened, watched, scrolled and read."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect
from playwright.sync_api import Error as BrowserError

ROOT = Path(__file__).parents[2]
_AXE = ROOT / "node_modules/axe-core/axe.min.js"
PAGE_TYPES = (
    "",
    "choose/",
    "models/",
    "models/zephyr-7b-beta/",
    "tasks/",
    "tasks/gsm8k/",
    "categories/coding/",
    "analysis/",
    "compare/",
    "serving/",
    "data/",
    "about/",
    "404.html",
)
COLUMN_TEXTS = """([id, key]) => {
    const table = document.getElementById(id);
    const at = [...table.tHead.rows[0].cells].findIndex(cell => cell.dataset.key === key);
    return [...table.tBodies[0].rows].map(row => {
        const cell = row.cells[at];
        const words = [...cell.childNodes].find(
            node => !node.matches?.('.tick, i') && node.textContent.trim());
        return (cell.querySelector('a') ?? words ?? cell).textContent.trim();
    });
}"""
LAYOUT_SHIFT = """() => {
    let sum = 0;
    const add = entries => {
        for (const entry of entries) if (!entry.hadRecentInput) sum += entry.value;
    };
    const observer = new PerformanceObserver(list => add(list.getEntries()));
    observer.observe({type: 'layout-shift', buffered: true});
    add(observer.takeRecords());
    return sum;
}"""
EMPTY_CHARTS = """[...document.querySelectorAll('.js-plotly-plot')].filter(
    plot => !plot.querySelector('.point, .points path, .heatmaplayer image, .js-line')).length"""
# A chart that cannot be seen has no width.
CHARTS_FIT = """() => [...document.querySelectorAll('.js-plotly-plot')].every(
    plot => plot.clientWidth === 0 ||
        plot.clientWidth === Number(plot.querySelector('.main-svg').getAttribute('width')))"""
# Notes what scripts ask that has the page laid out, as they begin; in a frame it is in any case.
LAID_OUT = """(() => {
    window.asked = [];
    let inFrame = false, hasBegun = false;
    // What charts ask for as they are drawn is theirs; the page may still be loading pictures then.
    document.addEventListener('DOMContentLoaded', () => (hasBegun = true));
    const ownFrame = requestAnimationFrame;
    window.requestAnimationFrame = act => ownFrame(time => {
        inFrame = true;
        act(time);
        inFrame = false;
    });
    // It acts when a frame has been laid out.
    window.ResizeObserver = class extends ResizeObserver {
        constructor(act) {
            super((...given) => {
                inFrame = true;
                act(...given);
                inFrame = false;
            });
        }
    };
    const watch = (owner, name, kind) => {
        const own = Object.getOwnPropertyDescriptor(owner, name);
        const count = function (...given) {
            if (!hasBegun && !inFrame) window.asked.push(name);
            return own[kind].apply(this, given);
        };
        Object.defineProperty(owner, name, {...own, [kind]: count});
    };
    for (const name of ['innerHeight', 'innerWidth', 'scrollY']) watch(window, name, 'get');
    for (const name of ['clientWidth', 'clientHeight', 'scrollWidth', 'scrollTop'])
        watch(Element.prototype, name, 'get');
    for (const name of ['offsetWidth', 'offsetHeight', 'offsetTop'])
        watch(HTMLElement.prototype, name, 'get');
    watch(Element.prototype, 'getBoundingClientRect', 'value');
})()"""
# Rows that nobody sees, rows and cells from the seventh to the last but one, which have the shapes
# of those around them, and drawings, which bear the role of a picture, are taken out meanwhile: axe
# reads all that is there, and that takes its time.
_TAKE_OUT = """within => {
    if (!within) scrollTo({top: 0, behavior: 'instant'});
    const isLike = (part, place) => place >= 6 && part.nextElementSibling;
    const parts = [
        ...document.querySelectorAll('.main-svg'),
        ...[...document.querySelectorAll('tbody tr')].filter(
            row => !row.checkVisibility() || isLike(row, row.sectionRowIndex)),
        ...[...document.querySelectorAll('th, td')].filter(cell => isLike(cell, cell.cellIndex)),
    ].filter(part => !within || !part.matches(within) && !part.querySelector(within));
    window.takenOut = parts.map(part => [part, part.parentNode, part.nextSibling]);
    parts.forEach(part => part.remove());
}"""
_PUT_BACK = """() => {
    for (const [part, parent, next] of window.takenOut.reverse()) parent.insertBefore(part, next);
}"""
_AXE_RUN = """async ([within, options]) => {
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
    const {violations} = await axe.run(within ?? document, options);
    return violations.map(breach => breach.id + ': ' + breach.nodes.slice(0, 3)
        .map(node => node.target + ' ' + node.failureSummary).join(' | '));
}"""
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OF_COLOUR = ["color-contrast", "link-in-text-block"]
_RULES: dict[str, dict[str, object]] = {
    "light": {"runOnly": _TAGS},
    "dark": {"runOnly": {"type": "rule", "values": _OF_COLOUR}},
    "no colours": {"runOnly": _TAGS, "rules": {rule: {"enabled": False} for rule in _OF_COLOUR}},
}
WIDE, NARROW = (1280, 900), (390, 844)
CLIPBOARD = ("clipboard-read", "clipboard-write")
"""What a page must be permitted to copy, and a test to read what it has copied."""
Theme = Literal["light", "dark", "no colours"]
THEMES: tuple[Theme, ...] = ("light", "dark")
# Of a connection, as scripts see it.
SAVES_DATA, IS_SLOW = (
    "{saveData: true, effectiveType: '4g'}",
    "{saveData: false, effectiveType: '2g'}",
)


both_sizes = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])


@dataclass
class Heard:
    """What a page said that no picture shows."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def message(self, message: ConsoleMessage) -> None:
        """Errors and warnings of the console, but that a slow machine uses a font late."""
        if message.type in ("error", "warning") and "was preloaded" not in message.text:
            self.complaints.append(f"{message.text} {message.location}")

    def error(self, error: object) -> None:
        """An exception that no script has caught."""
        self.complaints.append(str(error))

    def request(self, request: Request) -> None:
        """Every request, answered by the host or by the cache."""
        self.requests.append(request.url)

    def failure(self, request: Request) -> None:
        """A request that failed; one that ended because the visitor went on is none."""
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url} ({request.failure})")

    @property
    def listeners(self) -> dict[str, Any]:
        """What listens to which event."""
        return {
            "console": self.message,
            "pageerror": self.error,
            "request": self.request,
            "requestfailed": self.failure,
        }


@dataclass(frozen=True)
class _Tab:
    kind: frozenset[tuple[str, object]]
    page: Page
    heard: Heard


# A new page costs half a second of CPU, so tests take turns with a few. By options of the context.
_free: dict[frozenset[tuple[str, object]], list[Page]] = defaultdict(list)
_taken: list[_Tab] = []


def open_page(
    browser: Browser,
    url: str,
    size: tuple[int, int] = WIDE,
    *,
    permissions: Sequence[str] = (),
    color_scheme: Any = "light",
    reduced_motion: Any = "no-preference",
    **options: object,
) -> tuple[Page, Heard]:
    """A page as in a new window, and what it says; it is given back when the test ends.

    Args:
        browser: The fixture `chromium`, or `browser` for a fixture of a module.
        url: The first address.
        size: Width and height of the window.
        permissions: What the page may do without asking.
        color_scheme: Of the system.
        reduced_motion: Of the system.
        options: Of the context, as Playwright calls them.
    """
    kind, viewport = frozenset(options.items()), {"width": size[0], "height": size[1]}
    page = _free[kind].pop() if _free[kind] else browser.new_context(**options).new_page()  # type: ignore[arg-type]
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    page.emulate_media(media="null", color_scheme=color_scheme, reduced_motion=reduced_motion)
    if permissions:
        page.context.grant_permissions(permissions)
    heard = Heard()
    for event, listener in heard.listeners.items():
        page.on(event, listener)  # type: ignore[call-overload]
    _taken.append(_Tab(kind, page, heard))
    page.goto(url)
    return page, heard


def open_over(browser: Browser, connection: str, url: str) -> tuple[Page, list[str]]:
    """A page whose clock stands unless the test runs it, and what it asks for of Plotly.

    Args:
        browser: The fixture `chromium`.
        connection: What `navigator.connection` is, as JavaScript.
        url: The address.
    """
    page = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}).new_page()
    page.add_init_script(
        f"Object.defineProperty(Navigator.prototype, 'connection', {{value: {connection}}})"
    )
    asked: list[str] = []
    page.on("request", lambda asks: asked.append(asks.url) if "plotly" in asks.url else None)
    page.clock.install()
    page.goto(url)
    return page, asked


@contextmanager
def pages_given_back(browser: Browser) -> Iterator[None]:
    """Whatever is opened within the block is cleared for the next test, or closed."""
    before, contexts = len(_taken), {*browser.contexts}
    yield
    pooled: set[BrowserContext] = set()
    for tab in _taken[before:]:
        if not tab.page.is_closed():
            _clear(tab)
            _free[tab.kind].append(tab.page)
            pooled.add(tab.page.context)
    del _taken[before:]
    for context in {*browser.contexts} - contexts - pooled:
        context.close()


def _clear(tab: _Tab) -> None:
    page, context = tab.page, tab.page.context
    for event, listener in tab.heard.listeners.items():
        page.remove_listener(event, listener)
    for other in context.pages:
        if other is not page:
            other.close()
    page.unroute_all()
    with suppress(BrowserError):  # a page that could not be opened has no storage
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
    context.clear_permissions()
    page.goto("about:blank")


@cache
def _axe() -> str:
    return _AXE.read_text(encoding="utf8")


def breaches(page: Page, within: str | None = None, themes: Sequence[Theme] = THEMES) -> list[str]:
    """Breaches of WCAG 2.2 AA, and of good practice, that axe-core finds.

    Args:
        page: The page.
        within: A selector of the parts to look at, where they stand; without it, all of the page.
        themes: Of the dark one, its colours alone; no colours are the light one without these.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    page.evaluate(_TAKE_OUT, within)
    found: list[str] = []
    for theme in themes:
        # With reduced motion there are no colours between the two themes.
        scheme: Literal["dark", "light"] = "dark" if theme == "dark" else "light"
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        options = {**_RULES[theme], "resultTypes": ["violations"]}
        found += page.evaluate(_AXE_RUN, [within, options])
    page.evaluate(_PUT_BACK)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    return found


def breaches_at(page: Page, size: tuple[int, int], within: str | None = None) -> list[str]:
    """The same of what is tried at both sizes: its colours are looked at once."""
    return breaches(page, within, THEMES if size == WIDE else ("no colours",))


def overflow(page: Page) -> float:
    """By how many pixels a page is wider than its window; 0 or less is none."""
    found: float = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found


def scroll_through(page: Page) -> None:
    """Unfold every chart, bring each near once, and wait until it is drawn."""
    page.evaluate(
        "document.querySelectorAll('details:has([data-chart])').forEach(d => d.open = true)"
    )
    for plot in page.locator("[data-chart]:visible").all():
        plot.scroll_into_view_if_needed()
        is_narrow = plot.evaluate("plot => plot.clientWidth < 560")
        expect(plot).to_have_attribute("data-drawn", "narrow" if is_narrow else "wide")
        expect(plot.locator(".main-svg").first).to_be_visible()


def resize(page: Page, width: int) -> None:
    """Make the window as wide, and wait until the charts that are drawn fit it."""
    page.set_viewport_size({"width": width, "height": WIDE[1]})
    page.wait_for_function(CHARTS_FIT)


def open_filters(page: Page) -> None:
    """Open the panel of filters; on a phone it is a sheet over the page."""
    page.locator("[data-filters-open]").first.click()
    expect(page.locator(".filter-panel[open]")).to_be_visible()


def has_address(page: Page, end: str) -> None:
    """The address of a page ends so, or does soon: on long tables it follows the next frame."""
    expect(page).to_have_url(re.compile(f"{re.escape(end)}$"))


def shown(page: Page, table: str) -> list[str]:
    """Names of the rows of a table that are seen, top to bottom."""
    rows = page.locator(f"#{table} tbody tr:not(.opened) th a:visible")
    return [name.strip() for name in rows.all_inner_texts()]


def exported(page: Page) -> tuple[str, bytes]:
    """Name and content of the view as CSV, by the menu that exports it."""
    if not page.locator(".export[open]").count():
        page.locator(".export > summary").first.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download as CSV").click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def rows_of(content: bytes) -> list[list[str]]:
    """The cells of a CSV file, row by row."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def first_column(page: Page, table: str, column: str) -> list[str]:
    """Texts of a table's column, top to bottom, by the key of its heading."""
    found: list[str] = page.evaluate(COLUMN_TEXTS, [table, column])
    return found
