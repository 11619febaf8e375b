"""Badges: a model's place in a line, whole in itself, to paste elsewhere."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, expect

from site_builder.render.previews import BADGE_BESIDE, MOST_PX
from tests.helpers.browsing import AXE, AXE_RUN, NARROW, WIDE, open_page
from tests.helpers.odd_boards import SHAPES, built
from tests.helpers.serve import served
from tests.helpers.sites import ROOT, BuiltSite, build, on_disk
from tests.helpers.tables import SITE_TOML, board, write_project

GOLDEN = Path(__file__).parents[1] / "golden"
SVG = "{http://www.w3.org/2000/svg}"
MODEL = "models/mistral-7b/"


def texts(svg: bytes) -> list[str]:
    """What a badge says, left and right."""
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def snippet(site: BuiltSite, name: str, page: str = "models/alpha/") -> str:
    """What a page offers to paste."""
    found = site.page(page).find(id=f"badge-{name}")
    assert found is not None
    return found.get_text()


def test_a_badge_by_hand(project):
    """Of the fixture board's first model, to the byte; delete the file to write it anew."""
    drawn = build(project).files["badges/alpha.svg"].decode()
    golden = GOLDEN / "badge.svg"
    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(drawn, encoding="utf8")
        pytest.fail(f"{golden} is written anew: look at it")
    assert golden.read_text(encoding="utf8") == drawn


def test_what_badges_of_the_index_say(index_site):
    """Rank, mean, and tied with the best; the variant where it is not the primary one."""
    said = {path: texts(c) for path, c in index_site.files.items() if path.startswith("badges/")}
    assert 12 == len(said)
    assert {"Fine-tuning Index"} == {left for left, _ in said.values()}
    assert "#1 of 10 · 0.742" == said["badges/zephyr-7b-beta.svg"][1]
    assert "#2 of 10 · 0.732 · tied with the best" == said["badges/mistral-7b.svg"][1]
    assert "#1 of 12, base · 0.661" == said["badges/gpt-4.svg"][1]


def test_a_board_by_win_rate():
    """Says that it is one."""
    said = [texts(c)[1] for p, c in built("mixed_directions").files.items() if "badges/" in p]
    assert any(text.startswith("#1 of 4 · win rate 0.600") for text in said)


def test_a_model_without_a_rank(project):
    """Is not ranked, in another colour."""
    (project / "site.toml").write_text(SITE_TOML + "min_coverage = 1.0\n")
    results = board()["results"]
    fewer = results[~((results.model == "beta") & (results.task == "sort"))]
    write_project(project, {"results": fewer}, site_toml=None)
    files = build(project).files
    assert "not ranked" == texts(files["badges/beta.svg"])[1]
    fills = [
        {r.get("fill") for r in ElementTree.fromstring(files[f"badges/{m}.svg"]).iter(f"{SVG}rect")}
        for m in ("alpha", "beta")
    ]
    assert fills[0] != fills[1]


@pytest.mark.parametrize("name", SHAPES)
def test_badges_of_odd_boards(name):
    """Are valid XML that asks for nothing, have a title, and room for both texts."""
    site = built(name)
    badges = {path: content for path, content in site.files.items() if path.startswith("badges/")}
    assert len(badges) == len(site.api("models"))
    for content in badges.values():
        root = ElementTree.fromstring(content)
        assert root[0].tag == f"{SVG}title"
        assert ("img", f"{SVG}title") == (root.get("role"), root[0].tag)
        assert b"href" not in content
        for text in root.iter(f"{SVG}text"):
            width = float(text.get("textLength", 0))
            assert width <= MOST_PX
            assert BADGE_BESIDE <= float(text.attrib["x"])
            assert float(text.attrib["x"]) + width + BADGE_BESIDE <= float(root.attrib["width"])


def test_what_to_paste_where_the_place_is_known(project):
    """Absolute links, and a text without figures, which would go stale."""
    site = build(project, "https://example.org/board/")
    page, image = (
        "https://example.org/board/models/alpha/",
        "https://example.org/board/badges/alpha.svg",
    )
    assert f"[![Alpha on Fixture board]({image})]({page})" == snippet(site, "markdown")
    assert f'<a href="{page}"><img src="{image}" alt="Alpha on Fixture board"></a>' == snippet(
        site, "html"
    )
    assert "put its address" not in site.html["models/alpha/index.html"]


def test_what_to_paste_where_it_is_not(project):
    """Paths of the site, and what to do with them."""
    site = build(project)
    assert "[![Alpha on Fixture board](badges/alpha.svg)](models/alpha/)" == snippet(
        site, "markdown"
    )
    assert "put its address before them" in site.html["models/alpha/index.html"]


def test_names_are_text_in_what_to_paste():
    """Neither Markdown nor HTML obeys them."""
    site = built("hostile")
    for path in site.html:
        if path.startswith("models/") and path != "models/index.html":
            markup = snippet(site, "html", path.removesuffix("index.html"))
            tags = [
                node.tag
                for node in ElementTree.fromstring(markup.replace('"></a>', '"/></a>')).iter()
            ]
            assert ["a", "img"] == tags
    markdown = snippet(site, "markdown", "models/bold-x-javascript-alert-1-7-7-raw/")
    assert r"\*\*bold\*\* \[x\](javascript:alert(1))" in markdown


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the served Index, at a place that is known."""
    site = on_disk(build(ROOT), tmp_path_factory.mktemp("badges") / "site")
    assert site.folder is not None
    with served(site.folder) as address:
        yield address


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_a_badge_in_the_browser(chromium: Browser, home: str, size: tuple[int, int]) -> None:
    """Folded away; opened, it shows the picture and copies what is to be pasted."""
    page, heard = open_page(
        chromium,
        home + MODEL,
        size,
        permissions=["clipboard-read", "clipboard-write"],
        bypass_csp=True,
    )
    picture = page.locator(".badge img")
    expect(picture).to_be_hidden()
    page.locator(".badge summary").click()
    expect(picture).to_be_visible()
    assert page.evaluate("document.querySelector('.badge img').naturalWidth") > 100
    page.get_by_role("button", name="Copy Markdown").click()
    expect(page.locator(".badge-snippet button").first).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert page.locator("#badge-markdown").text_content() == copied
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert [] == heard.complaints
    page.add_script_tag(path=AXE)
    assert [] == page.evaluate(AXE_RUN)
    page.context.close()
