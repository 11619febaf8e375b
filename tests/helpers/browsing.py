"""What the tests in a real browser share: how a page is opened, watched, scrolled and read."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, Request, expect

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
PAGE_TYPES = (
    "",
    "choose/",
    "models/",
    "models/zephyr-7b-beta/",
    "tasks/",
    "tasks/gsm8k/",
    "categories/",
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
AXE_RUN = """async () => {
    scrollTo({top: 0, behavior: 'instant'});
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const {violations} = await axe.run(document, {runOnly: rules});
    return violations.map(breach => breach.id + ': ' + breach.nodes.slice(0, 3)
        .map(node => node.target + ' ' + node.failureSummary).join(' | '));
}"""
WIDE, NARROW = (1280, 900), (390, 844)


@dataclass
class Heard:
    """What a page said that no picture shows."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def failure(self, request: Request) -> None:
        """A request that failed; one that ended because the visitor went on is none."""
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url} ({request.failure})")


def open_page(
    browser: Browser, url: str, size: tuple[int, int] = WIDE, **options: object
) -> tuple[Page, Heard]:
    """A page in a context of its own, and what it says while it is open."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)  # type: ignore[arg-type]
    page, heard = context.new_page(), Heard()
    page.on(
        "console",
        lambda m: (
            heard.complaints.append(f"{m.text} {m.location}")
            if m.type in ("error", "warning")
            else None
        ),
    )
    page.on("pageerror", lambda e: heard.complaints.append(str(e)))
    page.on("request", lambda r: heard.requests.append(r.url))
    page.on("requestfailed", heard.failure)
    page.goto(url)
    return page, heard


def scroll_through(page: Page) -> None:
    """Bring every part near once, and wait until every chart is drawn."""
    is_narrow = page.evaluate("innerWidth < 600")
    for plot in page.locator("[data-chart]").all():
        plot.scroll_into_view_if_needed()
        expect(plot).to_have_attribute("data-drawn", "narrow" if is_narrow else "wide")
        expect(plot.locator(".main-svg").first).to_be_visible()


def first_column(page: Page, table: str, column: str) -> list[str]:
    """Texts of a table's column, top to bottom, by the key of its heading."""
    found: list[str] = page.evaluate(COLUMN_TEXTS, [table, column])
    return found
