"""What a visitor waits for, in Chromium: the first chart of a home page, answers of a large board.

Each visit has a browser of its own, so that nothing is cached.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from tests.helpers.browser import LAUNCH_ARGS, find_or_install_chromium
from tests.helpers.browsing import WIDE
from tests.helpers.serve import AsAHost, served
from tests.tools.bench.measure import Target

WATCH = """window.noted = [];
new PerformanceObserver((list) => noted.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: "event", durationThreshold: 16 });"""
# When the first chart is drawn, in ms, for one who goes to it as soon as there is anything to see.
FIRST_CHART = """window.chart = new Promise((done) => {
    const look = () => {
        if (document.querySelector(".js-plotly-plot .trace")) {
            const { port1, port2 } = new MessageChannel();  // answers when the frame has ended
            port1.onmessage = () => done(performance.now());
            port2.postMessage(null);
            return;
        }
        document.querySelector("[data-chart], .plotly-graph-div")
            ?.scrollIntoView({ behavior: "instant", block: "center" });
        requestAnimationFrame(look);
    };
    requestAnimationFrame(() => requestAnimationFrame(look));
});"""
VISITS = 7
ROUNDS = 3
REST_MS = 1_000  # long enough for what follows the frame of an answer
SORTED_BY = ("average", "model", "cost_usd", "task.task-1")
# In CSS alone: to look for the visible of all buttons, Playwright has every row laid out.
SORT_BUTTON = 'table.long th[data-key="{}"] .sort'
TYPED = "model 12"
ALL_COLUMNS = "models/?task=*"


def measure_home(ours: Path, plain: Path) -> Target:
    """Visit the home pages of two sites by turns; compare how long the first chart takes."""
    visits = [(_first_chart(ours), _first_chart(plain)) for _ in range(VISITS + 1)][1:]
    middle = [median(times) for times in zip(*visits, strict=True)]
    return Target("home, first chart, ours / plain", 0.6, middle[0] / middle[1])


def _first_chart(site: Path) -> float:
    with _opened(site, FIRST_CHART) as (page, address):
        page.goto(address)
        return float(page.evaluate("window.chart"))


@contextmanager
def _opened(site: Path, script: str, slowed: int = 1) -> Iterator[tuple[Page, str]]:
    """Yield a page of a new browser that runs a script first, and the address of the site.

    Its processor is `slowed` times as slow as this one.
    """
    chromium = find_or_install_chromium()
    with served(site, AsAHost) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGS)
        page = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}).new_page()
        page.add_init_script(script)
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowed})
        yield page, address
        browser.close()


def measure_board(
    site: Path, name: str, a_sort: float, a_key: float, slowed: int = 1
) -> list[Target]:
    """Sort and filter the board of a site with all tasks as columns, from new in each round.

    What is measured is Event Timing's duration of each click on a heading, and of each key that is
    typed into the filter or taken back: until the end of the frame that shows it. `a_sort` and
    `a_key` are what they may take, in ms.
    """
    sorts, filters = list[float](), list[float]()
    for _ in range(ROUNDS):
        with _opened(site, WATCH, slowed) as (page, address):
            page.goto(address + ALL_COLUMNS)
            page.locator(SORT_BUTTON.format(SORTED_BY[-1])).wait_for()
            page.wait_for_timeout(REST_MS * slowed)
            heads = [page.locator(SORT_BUTTON.format(key)) for key in SORTED_BY]
            sorts += [_answer(page, head.click) for head in heads for _ in range(2)]
            page.locator("[data-search]").first.click()
            page.wait_for_timeout(REST_MS)
            keys = [*TYPED, *["Backspace"] * len(TYPED)]
            filters += [_answer(page, partial(page.keyboard.press, key)) for key in keys]
    how = f", slowed {slowed} times" if slowed > 1 else ""
    return [
        Target(f"{name}, {what}{how}, {which}, ms", most, found)
        for what, most, took in (("a sort", a_sort, sorts), ("a key", a_key, filters))
        for which, found in (("median", median(took)), (f"worst of {len(took)}", max(took)))
    ]


def _answer(page: Page, act: Callable[[], None]) -> float:
    """How long the longest event of an act took, in ms; below 16 a browser tells of none."""
    page.evaluate("() => { noted.length = 0; }")
    act()
    page.wait_for_timeout(REST_MS)
    took: list[float] = page.evaluate("noted")
    return max(took, default=16.0)
