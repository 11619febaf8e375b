"""Tables too long to be laid out at once: their rows stand in groups, and all else is the same.

What is in sight is put in order at once, the rest after the next frame. A test that does several
things in one `evaluate` does them before that frame.
"""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from site_builder import table_model as parts
from tests.helpers.browsing import (
    LAID_OUT,
    both_sizes,
    open_over,
    open_page,
    overflow,
    scroll_through,
)
from tests.helpers.sites import ROOT, build
from tests.tools.bench.boards import write_large

# Of those out of sight too, without waiting for the next frame.
SHOWN = """() => {
    site.table.all('.long').forEach(site.table.finishSorting);
    return [...document.querySelectorAll('#board-fine-tuned tbody tr')]
        .filter(row => !row.hidden).map(row => row.dataset.id);
}"""
GROUPS = """() => [...document.querySelectorAll('#board-fine-tuned tbody')]
    .map(body => [body.clientHeight === 0, Number(body.style.getPropertyValue('--rows'))])"""
ORDER = """() => [...document.querySelectorAll('#board-fine-tuned tbody tr')]
    .map(row => row.querySelector('th a').textContent)"""
SORTED = """key => {
    const table = document.getElementById('board-fine-tuned');
    const at = [...table.tHead.rows[0].cells].findIndex(cell => cell.dataset.key === key);
    const values = [...table.querySelectorAll('tbody tr')]
        .map(row => Number(site.table.value(row.cells[at])));
    return values.every((value, i) => i === 0 || values[i - 1] >= value);
}"""
TYPED = """text => {
    const field = document.querySelector('[data-search]');
    field.value = text;
    field.dispatchEvent(new Event('input'));
}"""
SAVED = """() => [...document.querySelectorAll('[data-export-menu] button')]
    .find(button => button.textContent === 'Download as CSV').click()"""
# In sight are the headings and some rows; most groups are far away.
LOW = (1280, 300)


def clicked(*keys: str, then: str) -> str:
    """Script: headings clicked in turn, and in the same moment something else done and given."""
    clicks = "".join(
        f"document.querySelector('#board-fine-tuned th[data-key={key}] button').click();"
        for key in keys
    )
    return f"() => {{ {clicks} return ({then})(); }}"


def in_groups(project: Path) -> str:
    """Address of a project's site on which more than eight rows are many: in groups of four."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "LONG", 8)
        patch.setattr(parts, "GROUP", 4)
        return build(project).url


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the full board of 80 models, in groups of four."""
    return f"{in_groups(write_large(tmp_path_factory.mktemp('board') / 'project', 80, 3))}models/"


@pytest.fixture(scope="module")
def home() -> str:
    """Address of the Index as if eleven rows were many: in groups of four."""
    return in_groups(ROOT)


def groups(page: Page) -> list[list[object]]:
    """Of each group: whether it takes no room, and how many rows it shows."""
    found: list[list[object]] = page.evaluate(GROUPS)
    return found


def saved_names(file: Path) -> list[str]:
    """Names of the models in an export, without their tags."""
    rows = csv.DictReader(io.StringIO(file.read_text("utf-8-sig")))
    return [" ".join(row["Model"].split()[:2]) for row in rows]


def test_a_board_that_is_as_published_is_not_measured(chromium, home):
    """No row is hidden and none moved, so its scripts begin without having it laid out."""
    page = chromium.new_page()
    page.add_init_script(LAID_OUT)
    page.goto(home)
    expect(page.locator("thead .sort:visible").first).to_be_visible()
    assert [] == page.evaluate("window.asked")
    page.close()


@both_sizes
def test_rows_in_groups_sort_and_filter_as_ever(chromium, home, size):
    page, heard = open_page(chromium, home, size)
    published = page.evaluate(SHOWN)
    assert [[False, 4], [False, 4], [False, 3]] == groups(page)
    heading = page.locator("#board-fine-tuned th[data-key=lift_over_base] button")
    heading.dispatch_event("click")
    by_lift = page.evaluate(SHOWN)
    assert "gemma-2b" == by_lift[0]
    assert set(published) == set(by_lift)
    assert [[False, 4], [False, 4], [False, 3]] == groups(page)
    page.get_by_role("searchbox").fill("gemma")
    assert [model for model in by_lift if "gemma" in model] == page.evaluate(SHOWN)
    assert 4 == sum(int(str(shown)) for _, shown in groups(page))
    assert all(is_flat == (shown == 0) for is_flat, shown in groups(page))
    heading.dispatch_event("click")
    assert [model for model in by_lift[::-1] if "gemma" in model] == page.evaluate(SHOWN)
    page.get_by_role("button", name="Remove the filter gemma").click()
    page.go_back()
    page.go_back()
    page.goto(home)
    assert published == page.evaluate(SHOWN)
    assert overflow(page) <= 0
    assert [] == heard.complaints


def open_board(chromium: Browser, address: str) -> Page:
    """The board, its headings at the top of a low window, with all that scripts add to it."""
    page, _ = open_page(chromium, address, LOW)
    expect(page.locator("#board-fine-tuned .tick")).to_have_count(80)
    page.locator("#board-fine-tuned thead").evaluate(
        "head => head.scrollIntoView({behavior: 'instant'})"
    )
    return page


def test_visible_rows_are_sorted_first(chromium, long):
    """The first groups are right before the next frame, the last ones soon after."""
    page = open_board(chromium, long)
    at_once = page.evaluate(clicked("lift_over_base", then=ORDER))
    page.wait_for_function(SORTED, arg="lift_over_base")
    assert at_once[:8] == page.evaluate(ORDER)[:8]
    assert at_once[8:] != page.evaluate(ORDER)[8:]
    assert [[False, 4]] * 20 == groups(page)
    expect(page).to_have_url(f"{long}?sort=lift_over_base")


def test_a_filter_during_a_sort_hides_the_right_rows(chromium, long):
    """And when it is lifted, amid another sort, every row is there again."""
    page = open_board(chromium, long)
    page.evaluate(clicked("lift_over_base", then=f"() => ({TYPED})('model-1')"))
    expect(page.locator("[data-said]").first).to_contain_text("11 of 80 models")
    page.wait_for_function(SORTED, arg="lift_over_base")
    shown = page.evaluate(SHOWN)
    assert {1, *range(10, 20)} == {int(model.split("-")[-1]) for model in shown}
    rooms = page.evaluate("""() => [...document.querySelectorAll('#board-fine-tuned tbody')]
        .map(body => [...body.rows].filter(row => !row.hidden).length)""")
    assert [[room == 0, room] for room in rooms] == groups(page)
    page.evaluate(clicked("average", then=f"() => ({TYPED})('')"))
    page.wait_for_function(SORTED, arg="average")
    assert [[False, 4]] * 20 == groups(page)
    assert 80 == len(page.evaluate(SHOWN))
    unseen = "body => getComputedStyle(body).contentVisibility !== 'auto'"
    bodies = "[...document.querySelectorAll('#board-fine-tuned tbody')]"
    page.wait_for_function(f"() => !{bodies}.some({unseen})")
    expect(page).to_have_url(long)


def test_the_rail_goes_on_over_the_edges_of_groups(chromium, long):
    """As if the first six of the ranking were too close to call, in groups of four."""
    page = open_board(chromium, long)
    page.evaluate("""() => [...document.querySelectorAll('#board-fine-tuned tbody tr')].slice(0, 6)
        .forEach(row => row.classList.add('level'))""")
    rails = """() => [...document.querySelectorAll('#board-fine-tuned tr.level')].map(row => {
        const { height, bottom } = getComputedStyle(row.cells[0], '::after');
        const half = row.cells[0].clientHeight / 2;
        return [height, bottom].map(length => Math.round(parseFloat(length) / half));
    })"""
    page.evaluate(clicked("model", "average", then="() => null"))
    # Halves of a row: how much is drawn, and where it begins from below.
    assert [[1, 0], *[[2, 0]] * 4, [1, 1]] == page.evaluate(rails)
    page.evaluate(f"() => ({TYPED})('model-1')")
    assert not page.locator(".rail-up, .rail-down").count()


def test_a_board_waits_for_no_chart_out_of_sight(chromium, home):
    """Beside a long table they wait for the first scroll, however long nobody acts."""
    page, asked = open_over(chromium, "undefined", home)
    expect(page.locator(".chart-room").first).to_be_attached()
    page.clock.run_for(60_000)
    assert [] == asked
    scroll_through(page)
    assert 1 == len(asked)


def test_an_export_during_a_sort_is_sorted(chromium, long):
    """A file that is asked for in the moment of the sort has the rows as they will stand."""
    page = open_board(chromium, long)
    with page.expect_download() as waiting:
        page.evaluate(clicked("model", then=SAVED))
    assert [f"Model {i}" for i in range(80)] == saved_names(Path(waiting.value.path()))


def test_a_page_printed_during_a_sort_is_sorted(chromium, long):
    page = open_board(chromium, long)
    for event, key in (("beforeprint", "model"), ("copy", "average")):
        printed = f"() => {{ dispatchEvent(new Event('{event}')); return ({ORDER})(); }}"
        at_once = page.evaluate(clicked(key, then=printed))
        assert sorted(at_once, key=lambda name: int(name.split()[1])) == at_once or key != "model"
        assert page.evaluate(SORTED, "average") == (key == "average")


def test_every_row_is_found_during_a_sort(chromium, long):
    page = open_board(chromium, long)
    find = "() => [...Array(80).keys()].filter(i => window.find(`Model ${i}`, false, false, true))"
    assert list(range(80)) == page.evaluate(clicked("lift_over_base", then=find))


def test_ticks_go_along_with_their_rows(chromium, long):
    page = open_board(chromium, long)
    page.get_by_label("Compare Model 7", exact=True).first.check()
    page.evaluate(clicked("model", then="() => null"))
    page.wait_for_function(f"() => ({ORDER})()[79] === 'Model 79'")
    expect(page.locator("#board-fine-tuned tbody tr").nth(7).locator("input")).to_be_checked()
    expect(page.locator(".tick-bar")).to_contain_text("Model 7")
