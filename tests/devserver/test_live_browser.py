"""In a real browser: pages reload by themselves, faults come and go, and the policy holds."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers.browsing import AXE, AXE_RUN, NARROW, WIDE, open_page
from tests.helpers.live import LIMIT_S, Live, live
from tests.helpers.sites import copy_project

LIMIT_MS = LIMIT_S * 1000


@pytest.fixture
def served(project: Path) -> Iterator[Live]:
    """The fixture board, served."""
    with live(project) as started:
        yield started


def has_text(page: Page, selector: str, text: str) -> None:
    """Wait until a part of the page says something."""
    expect(page.locator(selector)).to_contain_text(text, timeout=LIMIT_MS)


def test_an_open_page_reloads(served: Live, chromium: Browser) -> None:
    """When prose, a template and a sheet change; its address stays, and the console is silent."""
    page, heard = open_page(chromium, f"{served.url}about/?x=1#method")
    served.write("data/content/about.md", "Other words.")
    has_text(page, "main", "Other words.")
    served.write(
        "templates/about.html", '{% extends "base.html" %}{% block main %}Mine{% endblock %}'
    )
    has_text(page, "main", "Mine")
    served.write("static/css/dumbbell.css", "main { outline-width: 7px }")
    expect(page.locator("main")).to_have_css("outline-width", "7px", timeout=LIMIT_MS)
    assert f"{served.url}about/?x=1#method" == page.url
    assert [] == heard.complaints
    assert [] == [url for url in heard.requests if not url.startswith((served.url, "data:"))]
    page.context.close()


def test_a_page_stays_where_it_was_scrolled_to(tmp_path: Path, chromium: Browser) -> None:
    """On a long page with charts."""
    with live(copy_project(tmp_path)) as served:
        page, heard = open_page(chromium, served.url)
        page.evaluate("scrollTo({top: 1500, behavior: 'instant'})")
        served.write("data/content/limits.md", "Nothing of this page.")
        page.wait_for_function(
            "build => document.querySelector('[data-build]').dataset.build === build",
            arg=served.server.window.showing.build,
            timeout=LIMIT_MS,
        )
        page.wait_for_function("scrollY === 1500", timeout=LIMIT_MS)
        assert [] == heard.complaints
        page.context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_faults_lie_over_the_last_good_page(served: Live, chromium: Browser, size) -> None:
    """A line each, as text; one more is another line; mended, they are gone, without a reload."""
    page, heard = open_page(chromium, f"{served.url}models/", size, bypass_csp=True)
    panel = page.get_by_role("alert")
    page.evaluate("window.stays = true")
    served.write("data/content/about.md", '{{ "<b>" ~ nope }}')
    expect(panel.get_by_role("listitem")).to_have_text(
        ["data/content/about.md:1: 'nope' is undefined"], timeout=LIMIT_MS
    )
    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().top") < size[1] / 2
    page.add_script_tag(path=AXE)
    assert [] == page.evaluate(AXE_RUN)
    served.write("data/<i>.parquet", b"")
    served.write("data/content/abuot.md", "x")
    expect(panel.get_by_role("listitem")).to_have_count(3, timeout=LIMIT_MS)
    assert [] == panel.locator("i").all()
    shutil.rmtree(served.root / "data/content")
    (served.root / "data/<i>.parquet").unlink()
    served.built()
    expect(panel).to_have_count(0, timeout=LIMIT_MS)
    assert page.evaluate("window.stays")
    assert [] == heard.complaints
    page.context.close()


def test_faults_can_be_put_aside(served: Live, chromium: Browser) -> None:
    """By the keyboard too; the next ones show again."""
    page, _ = open_page(chromium, served.url)
    served.write("data/content/about.md", "{{ nope }}")
    page.get_by_role("alert").get_by_role("button", name="Hide").press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    served.write("data/content/about.md", "{{ nape }}")
    has_text(page, "[role=alert]", "'nape' is undefined")
    page.context.close()


def test_the_page_of_a_first_build_that_fails(project: Path, chromium: Browser) -> None:
    """Says what is wrong, something else once that is what is wrong, and then is the site."""
    (project / "data/content").mkdir()
    (project / "data/content/about.md").write_text("{{ nope }}")
    with live(project) as served:
        page, heard = open_page(chromium, f"{served.url}models/", bypass_csp=True)
        has_text(page, "[role=alert]", "'nope' is undefined")
        page.add_script_tag(path=AXE)
        assert [] == page.evaluate(AXE_RUN)
        served.write("data/content/about.md", "{{ nape }}")
        has_text(page, "[role=alert]", "'nape' is undefined")
        served.write("data/content/about.md", "Good.")
        has_text(page, "h1", "Models")
        refused = [text for text in heard.complaints if "503" not in text]
        assert [] == refused
        page.context.close()


def test_a_page_out_of_sight_waits(served: Live, chromium: Browser) -> None:
    """It leaves its connection to others, and reloads once it is looked at again."""
    page, _ = open_page(chromium, served.url)
    hide = "Object.defineProperty(document, 'visibilityState', {value: '%s', configurable: true})"
    page.evaluate(f"{hide % 'hidden'}; document.dispatchEvent(new Event('visibilitychange'))")
    served.write("data/content/lede.md", "Other words.")
    page.evaluate("window.stays = true")
    assert page.evaluate("window.stays")
    page.evaluate(f"{hide % 'visible'}; document.dispatchEvent(new Event('visibilitychange'))")
    has_text(page, "body", "Other words.")
    page.context.close()
