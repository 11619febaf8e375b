"""What a visitor waits for, in Chromium: our home page beside the plain one, and a large board.

python -m tests.tools.bench.browser OURS PLAIN [BOARD]

OURS and PLAIN are sites of the same tables, BOARD is one of ours with thousands of models. Each
visit has a browser of its own, so that nothing is cached but in the second visit.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from tests.helpers.browser import LAUNCH_ARGS, find_or_install_chromium
from tests.helpers.browsing import WIDE, scroll_through
from tests.helpers.serve import AsAHost, served
from tests.tools.bench.targets import Target

WATCH = Path(__file__).with_name("watch.js")
VISITS, ROUNDS, SLOW_VISITS = 7, 3, 3
# As Lighthouse has a phone's processor; and how far a turn of the wheel goes, with its frames.
SLOWED, TURN_PX, TURN_MS = 4, 300, 150
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
ALL_DRAWN = """() => [...document.querySelectorAll('[data-chart]')].every(
    plot => plot.dataset.drawn || plot.clientWidth === 0)"""
# Long enough for what a page does of its own accord, and for what follows the frame of an answer.
REST_MS = 1_000
# With a tool attached, V8 compiles a script again to tell where an exception was thrown, and Plotly
# catches six of its own at its beginning. With this V8 knows from the start, as no visitor needs.
KEEP_PLACES = "--js-flags=--no-enable-lazy-source-positions"
SORTED_BY = ("average", "model", "lift_over_base", "parameters_b")
# In CSS alone: to look for the visible of all buttons, Playwright has every row laid out.
SORT_BUTTON = "[data-view-of]:not([hidden]) th[data-key={}] button"
TYPED = "model 12"


@dataclass(frozen=True)
class Visit:
    """One visit to a home page, from an empty cache.

    Attributes:
        picture_ms: End of the first frame with a dumbbell of the rows in the window; None without.
        chart_ms: End of the first frame with a drawn chart, where the visitor goes to the first
            chart when the first frame has been seen.
        own_task_ms: The longest task without Plotly's part of it, of at least 50 ms; else 0.
        kb: All that was sent when every chart was drawn, compressed, without headers.
        twice: Files that were sent more than once.
        again: Files that were sent at a second visit, one to read and nothing else.
    """

    picture_ms: float | None
    chart_ms: float
    own_task_ms: float
    kb: float
    twice: tuple[str, ...]
    again: tuple[str, ...]


@dataclass(frozen=True)
class SlowVisit:
    """A visit with a processor slowed fourfold: at rest until every chart is drawn, then scrolled.

    Attributes:
        own_task_ms: The longest task at rest, once the page is loaded, without the library's part.
        scroll_task_ms: The longest task while the page is scrolled, all of it.
    """

    own_task_ms: float
    scroll_task_ms: float


@dataclass(frozen=True)
class Home:
    """The home page by turns.

    Attributes:
        ours, plain: The visits.
        slow: Visits to ours with a slow processor.
    """

    ours: tuple[Visit, ...]
    plain: tuple[Visit, ...]
    slow: tuple[SlowVisit, ...]

    def targets(self) -> Iterator[Target]:
        """What docs/performance.md promises."""
        ours = self.ours
        pictures = [v.picture_ms for v in ours if v.picture_ms is not None]
        assert len(pictures) == len(ours), "no dumbbell in sight"
        charts = [median(v.chart_ms for v in visits) for visits in (ours, self.plain)]
        assets = [name for v in ours for name in v.again if name.startswith("assets/")]
        yield Target("home, first picture, ms", 390, median(pictures))
        yield Target("home, first chart, ours / plain", 0.6, charts[0] / charts[1])
        yield Target("home, all that is sent with every chart drawn, kB", 640, ours[0].kb)
        yield Target("home, longest task of our own, ms", 50, median(v.own_task_ms for v in ours))
        for what, tasks in (
            ("longest task of our own at rest", [v.own_task_ms for v in self.slow]),
            ("longest task while scrolled", [v.scroll_task_ms for v in self.slow]),
        ):
            yield Target(f"home, {SLOWED} times slower, {what}, ms", 200, median(tasks))
        yield Target("home, files sent twice", 0, max(len(v.twice) for v in ours))
        yield Target("home, assets sent at a second visit", 0, len(assets))


@dataclass(frozen=True)
class Board:
    """A board of thousands of rows.

    Attributes:
        rows_ms: End of the first frame with rows.
        load_ms: Until all of it was loaded.
        load_task_ms: The longest task on the way there.
        sort_ms: Event Timing's duration of each click on a heading: until the frame that shows it.
        filter_ms: The same of each key that is typed into the filter, or taken back.
    """

    rows_ms: float
    load_ms: float
    load_task_ms: float
    sort_ms: tuple[float, ...]
    filter_ms: tuple[float, ...]

    def targets(self) -> Iterator[Target]:
        """What docs/performance.md promises; the middle of each is told beside the worst."""
        for what, took in (("sort", self.sort_ms), ("filter", self.filter_ms)):
            yield Target(f"board, {what}, median, ms", 100, median(took))
            yield Target(f"board, {what}, worst of {len(took)}, ms", 100, max(took))


def measure_home(ours: Path, plain: Path, visits: int = VISITS) -> Home:
    """Visit both home pages by turns; one visit to each before that does not count."""
    pairs = [(_visit(ours), _visit(plain)) for _ in range(visits + 1)][1:]
    slow = tuple(_visit_slowly(ours) for _ in range(SLOW_VISITS))
    by_turns = [tuple(visits) for visits in zip(*pairs, strict=True)]
    return Home(by_turns[0], by_turns[1], slow)


def measure_board(site: Path, path: str = "models/", rounds: int = ROUNDS) -> Board:
    """Sort and filter the board of a site, from new in each round."""
    found = [_use(site, path) for _ in range(rounds)]
    return Board(
        median(board.rows_ms for board in found),
        median(board.load_ms for board in found),
        median(board.load_task_ms for board in found),
        tuple(took for board in found for took in board.sort_ms),
        tuple(took for board in found for took in board.filter_ms),
    )


@contextmanager
def _opened(site: Path) -> Iterator[tuple[Page, str, list[tuple[str, int]]]]:
    """A page of a new browser that notes what happens, the site's address, and what was sent."""
    sent: list[tuple[str, int]] = []

    class Counting(AsAHost):
        def count(self, path: str, size: int) -> None:
            sent.append((path, size))

    chromium = find_or_install_chromium()
    with served(site, Counting) as address, sync_playwright() as playwright:
        args = [*LAUNCH_ARGS, KEEP_PLACES]
        browser = playwright.chromium.launch(executable_path=chromium, args=args)
        page = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}).new_page()
        yield page, address, sent
        browser.close()


def _visit(site: Path) -> Visit:
    """Once to read, once to go to the first chart and through the others, and once more."""
    with _opened(site) as (page, address, _):
        page.add_init_script(path=WATCH)
        page.goto(address)
        page.wait_for_timeout(REST_MS)
        picture = page.evaluate("noted.picture")
        own = _longest_own(page)
    with _opened(site) as (page, address, sent):
        page.add_init_script("window.toChart = true")
        page.add_init_script(path=WATCH)
        page.goto(address)
        page.wait_for_function("() => noted.chart !== null")
        chart = page.evaluate("noted.chart")
        scroll_through(page)
        page.wait_for_timeout(REST_MS)
        own = max(own, _longest_own(page))
        first = tuple(sent)
        page.context.new_page().goto(address)
        again = tuple(path for path, _ in sent[len(first) :])
    times = Counter(path for path, _ in first)
    twice = tuple(path for path, n in times.items() if n > 1)
    return Visit(picture, chart, own, sum(size for _, size in first) / 1e3, twice, again)


def _visit_slowly(site: Path) -> SlowVisit:
    """Read the top until every chart is drawn, then turn the wheel to the end."""
    with _opened(site) as (page, address, _):
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        page.add_init_script(path=WATCH)
        page.goto(address)
        page.wait_for_function(ALL_DRAWN, polling=REST_MS)  # by default at every frame, which costs
        page.wait_for_timeout(REST_MS)
        own = _longest_own(page, page.evaluate(LOADED))
        page.evaluate("() => { noted.tasks.length = noted.plotly.length = 0; }")
        for _ in range(page.evaluate("document.documentElement.scrollHeight") // TURN_PX):
            page.mouse.wheel(0, TURN_PX)
            page.wait_for_timeout(TURN_MS)
        tasks = page.evaluate("noted.tasks")
    return SlowVisit(own, max((end - begin for begin, end in tasks), default=0.0))


def _longest_own(page: Page, since: float = 0.0) -> float:
    """The longest task of a page from a time on, in ms, less Plotly's part; 0 below 50 ms."""
    noted = page.evaluate("noted")
    tasks = [task for task in noted["tasks"] if task[0] >= since]
    return max((own_part(task, noted["plotly"]) for task in tasks), default=0.0)


def own_part(task: tuple[float, float], plotly: Sequence[tuple[float, float]]) -> float:
    """A task's length less its parts that are Plotly's, each counted once."""
    own, at = 0.0, task[0]
    for begin, end in sorted(plotly):
        own += max(0.0, min(begin, task[1]) - at)
        at = min(max(at, end), task[1])
    return own + task[1] - at


def _use(site: Path, path: str) -> Board:
    """Load a board, sort it by several columns both ways, type into its filter and take it back."""
    with _opened(site) as (page, address, _):
        page.add_init_script(path=WATCH)
        page.goto(address + path)
        page.wait_for_timeout(REST_MS)
        noted = page.evaluate("noted")
        load = page.evaluate(LOADED)
        heads = [page.locator(SORT_BUTTON.format(key)) for key in SORTED_BY]
        sorts = [_answer(page, head.click) for head in heads for _ in range(2)]
        page.locator("[data-search]").click()
        page.wait_for_timeout(REST_MS)
        keys = [*TYPED, *["Backspace"] * len(TYPED)]
        filters = [_answer(page, partial(page.keyboard.press, key)) for key in keys]
    tasks = [end - begin for begin, end in noted["tasks"]]
    return Board(noted["picture"], load, max(tasks, default=0.0), tuple(sorts), tuple(filters))


def _answer(page: Page, act: Callable[[], None]) -> float:
    """How long the longest event of an act took, in ms; below 16 a browser tells of none."""
    page.evaluate("() => { noted.events.length = 0; }")
    act()
    page.wait_for_timeout(REST_MS)
    events: list[tuple[str, float]] = page.evaluate("noted.events")
    return max((took for _, took in events), default=16.0)


def show(home: Home | None, board: Board | None) -> None:
    """Which targets hold, and what else was measured."""
    console = Console(width=110)
    goals = [goal for found in (home, board) if found for goal in found.targets()]
    table = Table("target", "at most", "measured", "holds")
    for goal in goals:
        holds = "yes" if goal.holds else "no"
        table.add_row(goal.what, f"{goal.most:g}", f"{goal.found:.3g}", holds)
    console.print(table)
    for name, visits in (("ours", home.ours), ("plain", home.plain)) if home else ():
        charts = ", ".join(f"{visit.chart_ms:.0f}" for visit in visits)
        console.print(f"{name}: first chart after {charts} ms; {visits[0].kb:.0f} kB")
    if board:
        console.print(
            f"board: rows in sight after {board.rows_ms:.0f} ms, all loaded after "
            f"{board.load_ms:.0f}, longest task till then {board.load_task_ms:.0f}"
        )


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ours", type=Path)
    parser.add_argument("plain", type=Path)
    parser.add_argument("board", type=Path, nargs="?")
    asked = parser.parse_args()
    show(measure_home(asked.ours, asked.plain), measure_board(asked.board) if asked.board else None)


if __name__ == "__main__":
    main()
