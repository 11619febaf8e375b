"""Tables too long to be laid out at once: their rows stand in groups, and all else is the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from site_builder import parts
from tests.browsing import NARROW, WIDE, open_page
from tests.serve import served
from tests.sites import ROOT, build, on_disk

SHOWN = """() => [...document.querySelectorAll('#board-fine-tuned tbody tr')]
    .filter(row => !row.hidden).map(row => row.dataset.id)"""
GROUPS = """() => [...document.querySelectorAll('#board-fine-tuned tbody')]
    .map(body => [body.hidden, Number(body.style.getPropertyValue('--rows'))])"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the Index as if eleven rows were many: in groups of four."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "LONG", 8)
        patch.setattr(parts, "GROUP", 4)
        site = on_disk(build(ROOT), tmp_path_factory.mktemp("long") / "site")
    assert isinstance(site.folder, Path)
    with served(site.folder) as address:
        yield address


def groups(page: Page) -> list[list[object]]:
    """Of each group: whether it is hidden, and how many rows it shows."""
    found: list[list[object]] = page.evaluate(GROUPS)
    return found


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_rows_in_groups_sort_and_filter_as_ever(
    chromium: Browser, home: str, size: tuple[int, int]
) -> None:
    """Order and filters go over all groups; each knows how many rows it shows."""
    page, heard = open_page(chromium, home, size)
    published = page.evaluate(SHOWN)
    assert [[False, 4], [False, 4], [False, 3]] == groups(page)
    heading = page.locator("#board-fine-tuned th[data-key=lift_over_base] button")
    heading.click()
    by_lift = page.evaluate(SHOWN)
    assert "gemma-2b" == by_lift[0]
    assert set(published) == set(by_lift)
    assert [[False, 4], [False, 4], [False, 3]] == groups(page)
    page.get_by_role("searchbox").fill("gemma")
    assert [model for model in by_lift if "gemma" in model] == page.evaluate(SHOWN)
    assert 4 == sum(int(str(shown)) for _, shown in groups(page))
    assert all(is_hidden == (shown == 0) for is_hidden, shown in groups(page))
    heading.click()
    assert [model for model in by_lift[::-1] if "gemma" in model] == page.evaluate(SHOWN)
    page.get_by_role("button", name="Show all").click()
    page.go_back()
    page.go_back()
    page.goto(home)
    assert published == page.evaluate(SHOWN)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert [] == heard.complaints
    page.context.close()


def test_columns_of_a_long_table_stand_below_their_headings(chromium: Browser, home: str) -> None:
    """Heading and cell have one left edge; a hidden column takes its width along."""
    page, _ = open_page(chromium, home + "?hide=win_rate&hide=beats")
    edges = """() => ['thead tr', 'tbody tr'].map(row =>
        [...document.querySelector('#board-fine-tuned ' + row).cells]
        .filter(cell => cell.checkVisibility())
        .map(cell => Math.round(cell.getBoundingClientRect().x)))"""
    head, row = page.evaluate(edges)
    assert head == row
    assert sorted(head) == head
    assert len(set(head)) == len(head)
    page.context.close()


def test_a_row_out_of_sight_is_found(chromium: Browser, home: str) -> None:
    """Every row is text of the page, to the last, and comes into sight when it is asked for."""
    page, _ = open_page(chromium, home, (1280, 300))
    last = page.locator("#board-fine-tuned tbody tr").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()
    expect(last.locator("th a")).to_be_visible()
    page.context.close()
