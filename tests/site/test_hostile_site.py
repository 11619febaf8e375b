"""One site that carries every hostile text, in a real browser: all is shown, nothing is obeyed."""

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from site_builder.publish.folder import publish
from tests.helpers.browsing import Heard, exported, open_page, rows_of, scroll_through
from tests.helpers.editions import build
from tests.helpers.hostile import LINKS, TEXTS, take_submissions, write_hostile
from tests.helpers.once import made_once
from tests.helpers.sites import BuiltSite, is_outside, load_json

FORMULA = re.compile(r"(?:^|[;\t\r\n])[^\S\t\r\n]*\u200B?[=+\-@]|^[\t\r\n]")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?")
# What the prose and the address of the site, which are the publisher's, lead to.
OWN = ("https://example.org/good", "https://example.org/some-repo/")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """With an earlier release: the scores of the older edition are half as high."""
    return made_once("hostile-again", lambda: build_editions(tmp_path_factory))


def build_editions(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    new = write_hostile(tmp_path_factory.mktemp("hostile"))
    take_submissions(new)
    old = write_hostile(tmp_path_factory.mktemp("hostile"), "2024-04-01")
    results = pd.read_parquet(old / "data/results.parquet")
    results.assign(score=results["score"] / 2).to_parquet(old / "data/results.parquet", index=False)
    publish(build(old, "none").files, old / "site")
    return build(new, old / "site")


class Watch:
    """A page that tells what it was made to do."""

    def __init__(self, browser: Browser, home: str) -> None:
        self.home = home
        self.dialogs: list[str] = []
        self.page, self.heard = open_page(browser, "about:blank")
        self.page.on("dialog", self._dialog)
        self.page.on("popup", self._popup)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _popup(self, _: Page) -> None:
        self.dialogs.append("a window")

    def close(self) -> None:
        """Listen no longer."""
        self.page.remove_listener("dialog", self._dialog)
        self.page.remove_listener("popup", self._popup)

    def assert_calm(self) -> None:
        """No script of the data ran, nothing complained, and nothing was asked of another host."""
        place = self.page.url
        assert self.page.evaluate("window.canary") is None, place
        assert self.page.evaluate("Object.prototype.canary") is None, place
        heard: Heard = self.heard
        assert ([], []) == (self.dialogs, heard.complaints), place
        assert [] == [url for url in heard.requests if not url.startswith((self.home, "blob:"))]


@pytest.fixture
def watch(chromium: Browser, site: BuiltSite) -> Iterator[Watch]:
    """A page of the served site, which must be calm in the end."""
    watched = Watch(chromium, site.url)
    yield watched
    watched.assert_calm()
    watched.close()


def seen(text: str) -> str:
    """A text as a page shows it: space made single."""
    return " ".join(text.split())


def test_every_page_is_calm_and_shows_the_names(watch: Watch, site: BuiltSite) -> None:
    """The heading of a model's or a task's page is its name; a twelfth of these are visited.

    Nor are those that other tests here open.
    """
    named = [p for p in site.html if re.fullmatch(r"(models|tasks)/[^/]+/index\.html", p)]
    opened = {f"{path}index.html" for path in ("", "models/", "analysis/", "choose/", "compare/")}
    for path in (*named[::12], *({*site.html} - {*named, *opened, "categories/index.html"})):
        watch.page.goto(watch.home + path.removesuffix("index.html"))
        watch.assert_calm()
    headings = [seen(site.page(path).select("h1")[0].get_text()) for path in named]
    waiting = [seen(f"{text} waits") for text in TEXTS]
    assert sorted([seen(text) for text in TEXTS] * 2 + waiting) == sorted(headings)
    listed = seen(site.page("models/index.html").get_text())
    assert [] == [text for text in waiting if text not in listed]


@pytest.mark.parametrize("path", ["models/", "analysis/"])
def test_charts_run_no_hostile_text(watch: Watch, path: str) -> None:
    """Plotly reads marks like HTML in names and in tips."""
    watch.page.goto(watch.home + path)
    scroll_through(watch.page)
    for plot in watch.page.locator(".js-plotly-plot .nsewdrag").all()[:4]:
        plot.hover(force=True)
    watch.assert_calm()
    assert 0 == watch.page.locator(".js-plotly-plot a, .js-plotly-plot image[href^=http]").count()


def test_tables_are_sorted_and_filtered(watch: Watch) -> None:
    page = watch.page
    page.goto(watch.home + "models/")
    for button in page.locator("[data-view-of] th button:visible").all()[::3]:
        button.click()
    page.locator("[data-filters-open]").first.click()
    for text in (*TEXTS[::8], ""):
        page.get_by_role("searchbox").first.fill(text)
    for box in page.locator(".filter-panel[open] [type=checkbox]").all()[::4]:
        box.check()
    watch.assert_calm()


def test_an_exported_view_has_no_formulas(watch: Watch) -> None:
    """As CSV: each text stands as it is read, one that a sheet would run behind an apostrophe."""
    page = watch.page
    page.goto(watch.home + "models/")
    name, content = exported(page)
    assert re.fullmatch(r"[\w-]+\.csv", name)
    cells = [cell for row in rows_of(content) for cell in row]
    assert "'=cmd|'/C calc'!A0" in cells
    assert [] == [cell for cell in cells if FORMULA.search(cell) and not NUMBER.fullmatch(cell)]
    assert any(cell.endswith(";' \N{ZERO WIDTH SPACE}=1+1") for cell in cells)
    assert any(cell.startswith("-0.") for cell in cells)


def test_quick_find_shows_names_as_text(watch: Watch) -> None:
    page = watch.page
    page.goto(watch.home)
    expect(page.get_by_role("button", name="Search", exact=True)).to_be_visible()
    page.keyboard.press("/")
    for text in TEXTS[:11]:
        page.get_by_role("combobox", name="A model, task").fill(text)
        # The names are loaded when the field first opens; from then on each letter answers at once.
        expect(page.locator(".find [role=option]").first).to_be_visible()
        names = page.locator(".find [role=option] span").all_text_contents()
        assert text in names, (text, names)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(TEXTS[10])


ODD = ("__proto__", "constructor", TEXTS[0], TEXTS[1], "%", "\N{PILE OF POO}")


@pytest.mark.parametrize("path", ["models/", "choose/", "compare/"])
def test_addresses_that_ask_for_markup(watch: Watch, path: str) -> None:
    """Whatever a link's query asks for, it is a name or it is nothing."""
    keys = ("model", "task", "as", "q", "sort", "view", "developer", "hide", "size", "w", "in")
    for value in ODD:
        query = urlencode([(key, value) for key in keys for _ in (0, 1)])
        watch.page.goto(f"{watch.home}{path}?{query}#{value}")
        watch.assert_calm()


def test_models_are_compared(watch: Watch) -> None:
    """Names that are keys of every object in JavaScript among them."""
    page = watch.page
    for four in (TEXTS[:4], ("__proto__", "constructor", TEXTS[11], TEXTS[14])):
        page.goto(f"{watch.home}compare/?{urlencode([('model', text) for text in four])}")
        expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")
        names = page.locator("[data-part=runs] a").all_text_contents()
        assert [seen(text) for text in four] == [seen(name) for name in names[:4]]
        watch.assert_calm()


def test_a_model_is_chosen(watch: Watch) -> None:
    page = watch.page
    for tasks in (TEXTS[:5], TEXTS[5:10], TEXTS[10:]):
        page.goto(f"{watch.home}choose/?{urlencode([('task', text) for text in tasks])}")
        expect(page.locator("[data-choose-page][data-answered]")).to_have_count(1)
        watch.assert_calm()


def test_no_page_leads_where_the_data_says(site: BuiltSite) -> None:
    for path, page in site.readings.items():
        outside = [link for link in page.links if is_outside(link)]
        assert [] == [link for link in outside if not link.startswith(OWN)], path
        assert [] == page.inline, path
    words = seen(" ".join(word for page in site.readings.values() for word in page.words))
    shown = [link.removeprefix("https://").rstrip("/") for link in LINKS]
    assert [] == [link for link in shown if seen(link) not in words]


def test_drawings_and_lists_for_machines_are_whole(site: BuiltSite) -> None:
    """Control characters, which XML has not, spoil no badge and no sitemap; JSON is JSON."""
    read = 0
    for path, content in site.files.items():
        if path.endswith((".svg", ".xml")):
            ElementTree.fromstring(content)
            read += path.startswith("badges/")
        elif path.endswith(".json"):
            load_json(content)
    assert 2 * len(TEXTS) == read
    for page in site.readings.values():
        for text in (*page.data.values(), *page.linked):
            assert "<" not in text
            json.loads(text)


def test_downloads_run_in_no_sheet(site: BuiltSite) -> None:
    packed = [content for path, content in site.files.items() if path.endswith(".csv.gz")]
    assert 5 == len(packed)
    cells = [c for content in packed for row in rows_of(gzip.decompress(content)) for c in row]
    assert "'=cmd|'/C calc'!A0" in cells
    assert [] == [cell for cell in cells if FORMULA.search(cell) and not NUMBER.fullmatch(cell)]
    assert any(cell.endswith(";' \N{ZERO WIDTH SPACE}=1+1") for cell in cells)


def test_names_of_files_are_plain(site: BuiltSite) -> None:
    assert [] == [path for path in site.files if not re.fullmatch(r"[\w./-]+", path, re.ASCII)]
    assert [] == [path for path in site.files if ".." in path or len(path) > 150]
