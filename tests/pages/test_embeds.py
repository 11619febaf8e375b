"""Embedded views: what stands in them, and that they work in a frame of another page."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import FrameLocator, Locator, Page, expect

from site_builder.publish.folder import publish
from tests.helpers.browsing import NARROW, open_page, overflow
from tests.helpers.odd_boards import SHAPES, built
from tests.helpers.serve import serve
from tests.helpers.sites import BuiltSite, build, build_once, target, visible
from tests.helpers.tables import board, write_project

VIEW = re.compile(r"embed/([^/]+)/index\.html")
# A page of somebody else, on the same server outside of the site.
HOST = '<!doctype html><html lang="en"><title>Host</title><link rel="icon" href="data:,">{}</html>'


def views(site: BuiltSite) -> list[str]:
    """The files of the embedded views of a site."""
    return sorted(path for path in site.html if VIEW.fullmatch(path))


def offers(soup: BeautifulSoup) -> list[Tag]:
    """The menus that offer the code of a frame."""
    return soup.select("details[data-embed]")


def address_of(link: str) -> str:
    """The file of the site that an offer leads to; it is absolute, or begins at the site's root."""
    return f"{link.removeprefix('https://example.org/board/')}index.html"


def test_a_view_shows_what_it_is_of_and_where_it_is_from(index_site):
    release = index_site.api("stats")["release"]["sha256"][:12]
    for path in views(index_site):
        soup = index_site.page(path)
        assert 1 == len(soup.select("[data-chart], [data-views]")), path
        assert soup.select("main tbody tr"), path
        assert [] == soup.select("header, nav, .menu"), path
        assert f"From Fine-tuning Index · data release {release}, 2024-04-29" == visible(
            soup.select("footer")[0]
        )
        (link,) = soup.select("footer a")
        origin, anchor = target(path, str(link["href"]))
        assert anchor in index_site.readings[origin].ids, path


def test_a_view_asks_for_what_it_needs_alone(index_site):
    """The leaderboard needs no Plotly, a chart no switch of views, and neither the site's theme."""
    for path in views(index_site):
        scripts = {
            re.sub(r"\..*", "", str(tag["src"]).rpartition("/")[2])
            for tag in index_site.page(path).select("script[src]")
        }
        others = {"embed/leaderboard/index.html": set(), "embed/scores/index.html": {"matrix"}}
        own = others.get(path, {"chart-template", "chart-names", "chart-pointing", "charts"})
        assert {"first", "site", "texts", "table"} | own == scripts


def check_offers(site: BuiltSite) -> None:
    """A chart with a view has it, and no view is without a chart that leads to it."""
    having = [path for path, page in site.readings.items() if "data-embed" in page.attributes]
    found = [offer for path in having for offer in offers(site.page(path))]
    offered = {address_of(str(offer["data-embed"])) for offer in found}
    assert views(site) == sorted(offered)
    assert "embed/leaderboard/index.html" in offered


@pytest.mark.parametrize("name", ["index", *SHAPES])
def test_every_view_is_offered_where_it_stands(name):
    check_offers(built(name))


def test_a_chart_of_more_tasks_than_the_board_has_no_view(tmp_path):
    """The page of tasks shows all of them; the featured board ranks over one."""
    tasks = [[*board()["tasks"]["task"][:n]] for n in (1, 2)]
    toml = '[board]\nbaseline = "gamma"\n'
    toml += "".join(f'[[boards]]\nid = "b{len(of)}"\ntasks = {of}\n' for of in tasks)
    site = build(write_project(tmp_path / "several", board(), toml))
    check_offers(site)


def test_the_frame_of_a_chart(project):
    """Its address in full where it is known, its title, and room for more than the drawing."""
    site = build_once(project, "https://example.org/board")
    (offer,) = site.page("models/").select("#chart-averages [data-embed]")
    assert "https://example.org/board/embed/averages/" == offer["data-embed"]
    assert visible(site.page("embed/averages/").select("h1")[0]) == offer["data-embed-title"]
    (room,) = site.page("embed/averages/").select("main svg[height]")
    assert int(str(room["height"])) < int(str(offer["data-embed-height"]))


@pytest.fixture(scope="module")
def folder(index_site: BuiltSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Index, with a page of somebody else beside it that frames its views."""
    out = tmp_path_factory.mktemp("framed") / "site"
    publish(index_site.files, out)
    names = sorted(path.name for path in (out / "embed").iterdir())
    frames = {
        name: f'<iframe id="{name}" title="{name}" src="embed/{name}/?theme=dark" '
        'width="100%" height="700"></iframe>'
        for name in names
    }
    (out / "host.html").write_text(HOST.format("".join(frames.values())), encoding="utf8")
    (out / "one.html").write_text(HOST.format(frames["leaderboard"]), encoding="utf8")
    return out


@pytest.fixture(scope="module")
def home(folder: Path) -> str:
    return serve(folder)


def test_views_draw_in_frames_of_another_page(chromium, home, folder):
    """Every one of them, in silence, dark as its address asks, without sideways scrolling."""
    page, heard = open_page(chromium, f"{home}host.html", NARROW, color_scheme="light")
    for name in sorted(path.name for path in (folder / "embed").iterdir()):
        frame = page.frame_locator(f"#{name}")
        page.locator(f"#{name}").scroll_into_view_if_needed()
        _expect_drawn(frame, name)
        root = frame.locator("html")
        assert "dark" == root.get_attribute("data-theme")
        assert 0 >= root.evaluate("root => root.scrollWidth - innerWidth"), name
    assert [] == heard.complaints
    assert [] == [url for url in heard.requests if not url.startswith((home, "data:", "blob:"))]


def _expect_drawn(frame: FrameLocator, name: str) -> None:
    if name == "leaderboard":
        expect(frame.locator("[data-view-of]:visible")).to_have_count(1)
        frame.get_by_role("button", name="Base", exact=True).click()
        expect(frame.locator("#view-base")).to_be_visible()
    elif name == "scores":
        frame.get_by_role("button", name="Gain").click()
        expect(frame.locator("#scores-base").first).to_be_visible()
    else:
        expect(frame.locator("[data-chart] .main-svg").first).to_be_visible()


def test_the_theme_of_a_view(chromium, home):
    """What the address asks for; the system's where it asks for none that there is."""
    page, _ = open_page(chromium, "about:blank", color_scheme="dark")
    for asked, is_dark in (("?theme=light", False), ("?theme=no-such", True)):
        page.goto(f"{home}embed/leaderboard/{asked}")
        paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert ("rgb(15, 20, 26)" == paper) == is_dark
    page.emulate_media(color_scheme="light")
    page.goto(f"{home}embed/averages/")
    tick = page.locator("[data-chart] .ytick text").first
    light = tick.evaluate("text => getComputedStyle(text).fill")
    page.emulate_media(color_scheme="dark")
    expect(tick).not_to_have_css("fill", light)


def test_links_of_a_view_open_outside_of_the_frame(chromium, home):
    page, _ = open_page(chromium, f"{home}one.html")
    frame = page.frame_locator("#leaderboard")
    for name, heading in (("Gemma 7B", "Gemma 7B"), ("Fine-tuning Index", None)):
        with page.context.expect_page() as opened:
            frame.get_by_role("link", name=name, exact=True).first.click()
        expect(opened.value.get_by_role("heading", level=1)).to_have_text(
            heading or "Which open model should you fine-tune?"
        )
    expect(frame.get_by_role("heading", level=1)).to_have_text("Model leaderboard")


def test_views_are_whole_without_scripts(chromium, home):
    page, _ = open_page(chromium, f"{home}embed/averages/", java_script_enabled=False)
    expect(page.locator(".chart-plot:visible")).to_have_count(0)
    page.get_by_text("Show as table").click()
    expect(page.locator("#averages-table")).to_be_visible()
    page.goto(f"{home}embed/leaderboard/")
    expect(page.locator("[data-view-of]:visible")).to_have_count(3)
    expect(page.locator("button:visible")).to_have_count(0)


def copied(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_code_and_citations_are_copied(chromium, home):
    """The code names the address at which the site is."""
    permissions = ["clipboard-read", "clipboard-write"]
    page, _ = open_page(chromium, home, NARROW, permissions=permissions)
    for menu, name in ((page.locator(".tools .export").first, "leaderboard"), (share(page), "")):
        menu.locator("summary").click()
        menu.get_by_role("button", name="Copy embed code").click()
        expect(menu.get_by_role("button", name="Copied")).to_be_visible()
        frame = BeautifulSoup(copied(page), "html.parser").iframe
        assert frame is not None
        assert f"{home}embed/{name or 'category-difference'}/" == frame["src"]
        assert "lazy" == frame["loading"]
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Copy BibTeX").last.click()
    assert copied(page).startswith("@misc{fine-tuning-index-")
    assert overflow(page) <= 0
    page.goto(f"{home}models/zephyr-7b-beta/")
    page.get_by_text("Cite this page").click()
    page.get_by_role("button", name="Copy sentence").click()
    assert copied(page).startswith("Zephyr 7B Beta is 1st of 10 models")
    assert overflow(page) <= 0


def share(page: Page) -> Locator:
    return page.locator("#chart-category-difference .share")


def test_hostile_names_stay_within_the_code_of_a_frame(chromium):
    """A title with quotes and tags is one attribute of the frame that is pasted."""
    site = built("hostile")
    page, _ = open_page(chromium, serve(site.folder))
    codes = page.locator("details[data-embed]").evaluate_all("all => all.map(site.embedCode)")
    assert codes
    for code in codes:
        (frame,) = BeautifulSoup(code, "html.parser").find_all(True)
        assert {"src", "title", "width", "height", "loading", "style"} == set(frame.attrs)


def sent(rules: str, path: str) -> dict[str, str]:
    """The headers that a host sends with a path: those of every rule that matches, joined."""
    headers: dict[str, str] = {}
    matches = False
    for line in rules.splitlines():
        if line.startswith("/"):
            matches = fnmatchcase(path, line)
        elif matches:
            name, _, value = line.strip().partition(": ")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


@pytest.mark.parametrize("name", ["peft_methods", "hostile"])
def test_hosts_let_others_frame_embedded_views_only(name):
    """The file `_headers` of every board, with pages of a project's own too."""
    site = built(name)
    rules = site.files["_headers"].decode()
    for path in site.files:
        headers = sent(rules, f"/{path}")
        for always in ("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"):
            assert "," not in headers[always], path
        framing = None if path.startswith("embed/") else "frame-ancestors 'self'"
        if path.endswith(".html"):
            assert framing == headers.get("Content-Security-Policy"), path
        loading = "same-origin" if path.startswith("assets/") else None
        assert loading == headers.get("Cross-Origin-Resource-Policy"), path
    assert "frame-ancestors 'self'" == sent(rules, "/")["Content-Security-Policy"]
