"""Link previews and badges: drawn from the data, the same on every machine."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest

from site_builder.config import load_config
from site_builder.render.previews import (
    BADGE_BESIDE,
    BOLD,
    LEFT,
    MAX_PX,
    REGULAR,
    RIGHT,
    UNKNOWN,
    Drawer,
    Typeface,
    load_typeface,
)
from tests.helpers.hostile import TEXTS as HOSTILE
from tests.helpers.odd_boards import built
from tests.helpers.sites import ROOT, BuiltSite, build
from tests.helpers.tables import SITE_TOML, board, write_project
from tests.tools.typeface import made_files

GOLDEN = Path(__file__).parents[1] / "golden"
SVG = "{http://www.w3.org/2000/svg}"
BASE = "https://example.org/board/"
FINDING = "Tuning brings two of three models ahead of Beta & <Co>."


@pytest.fixture(scope="module")
def typeface() -> Typeface:
    return load_typeface()


@pytest.fixture(scope="module")
def drawer() -> Drawer:
    config = load_config(ROOT)
    site = config.site.model_copy(
        update={"title": "Fixture board", "base_url": "https://example.org/b/"}
    )
    return Drawer(config.model_copy(update={"site": site}))


@pytest.fixture
def placed(project: Path) -> Path:
    text = SITE_TOML.replace("cards = false", f'base_url = "{BASE}"')
    (project / "site.toml").write_text(text)
    return project


def metas(site: BuiltSite, path: str) -> dict[str, str]:
    """What a page says to those who show links to it."""
    return {
        str(meta.get("property") or meta.get("name")): str(meta["content"])
        for meta in site.page(path).select("meta[property], meta[name^=twitter]")
    }


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and packed rows of a PNG of eight bits a channel."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    data, at = b"", 8
    while at < len(png):
        (length,), kind = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        data += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    return width, height, zlib.decompress(data)


def extents(svg: str, typeface: Typeface) -> Iterator[tuple[str, float, float]]:
    """Every text of a drawing, with its left and its right end as measured."""

    def walk(
        node: ElementTree.Element, above: Mapping[str, str]
    ) -> Iterator[tuple[str, float, float]]:
        own = {**above, **node.attrib}
        if node.tag == f"{SVG}text" and node.text:
            weight = BOLD if own.get("font-weight") == "600" else REGULAR
            width = typeface.width(node.text, float(own["font-size"]), weight)
            before = {"start": 0.0, "middle": 0.5, "end": 1.0}[own.get("text-anchor", "start")]
            left = float(own["x"]) - before * width
            yield node.text, left, left + width
        for child in node:
            yield from walk(child, own)

    return walk(ElementTree.fromstring(svg), {})


def astray(svg: str, typeface: Typeface) -> list[str]:
    """The texts of a drawing that leave it, by more than half a pixel of its margins."""
    found = extents(svg, typeface)
    return [text for text, left, right in found if left < LEFT - 0.5 or right > RIGHT + 0.5]


def assert_golden(name: str, drawn: str) -> None:
    """A drawing is that of a file, to the byte."""
    golden = GOLDEN / name
    if not golden.exists():
        golden.write_text(drawn, encoding="utf8")
        pytest.fail(f"{golden} is written anew: look at it")
    assert golden.read_text(encoding="utf8") == drawn


# --- drawing ------------------------------------------------------------------------------------


def test_a_card_by_hand(drawer):
    """The drawing of a known card; delete the file to write it anew."""
    assert_golden("card.svg", drawer.card(FINDING, "Models"))


@pytest.mark.parametrize("text", [*HOSTILE, "word " * 80, "", "\x00\x0b\ud7ff", "A\u0301" * 90])
def test_no_text_leaves_the_picture(drawer, typeface, text):
    """Whatever it is and wherever it stands: findings, titles."""
    assert [] == astray(drawer.card(text, text), typeface)


# --- the font -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n b", "a b"),
        ("95\N{NO-BREAK SPACE}%", "95\N{NO-BREAK SPACE}%"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}evil\x00", "evil"),
        ("مرحبا x", f"{UNKNOWN} x"),
        ("A\N{COMBINING ACUTE ACCENT}", "\N{LATIN CAPITAL LETTER A WITH ACUTE}"),
        ("Ł ő", "Ł ő"),
    ],
)
def test_characters_that_the_font_has(typeface, text, shown):
    """Runs of other letters are one sign; marks that only steer are gone."""
    assert shown == typeface.shown(text)


def test_the_font_of_pictures_is_that_of_pages():
    """With the widths of its letters; `make vendor` makes both."""
    for path, made in made_files():
        assert made == path.read_bytes(), path.name


# --- sites --------------------------------------------------------------------------------------


def test_every_listed_page_has_its_picture(placed):
    site = build(placed)
    pictured = set()
    for path in site.html:
        said = metas(site, path)
        if path in ("404.html", "categories/index.html") or path.startswith("embed/"):
            assert {} == said
            continue
        page = path.removesuffix("index.html")
        assert f"{BASE}{page}" == said["og:url"]
        assert ("website", "Fixture board") == (said["og:type"], said["og:site_name"])
        description = site.page(path).select_one("meta[name=description]")
        assert description is not None
        assert said["og:description"] == description["content"]
        assert said["og:title"]
        picture = said["og:image"].removeprefix(BASE)
        assert f"cards/{page.rstrip('/') or 'home'}.png" == picture
        assert (said["og:image:width"], said["og:image:height"]) == tuple(
            map(str, pixels(site.files[picture])[:2])
        )
        assert len(said["og:image:alt"]) > 10
        assert "summary_large_image" == said["twitter:card"]
        pictured.add(picture)
    assert pictured == {path for path in site.files if path.startswith("cards/")}


def test_without_a_base_url_there_is_no_picture(project):
    (project / "site.toml").write_text(SITE_TOML.replace("cards = false\n", ""))
    site = build(project)
    said = metas(site, "")
    assert "Fixture board" == said["og:title"]
    assert "twitter:card" not in said  # a title and a description are a card of their own
    assert [] == [key for key in said if "image" in key or "url" in key]
    assert [] == [path for path in site.files if path.startswith("cards/")]


def test_a_project_has_no_template_of_cards(placed):
    """The library would read any file that a drawing names, and the picture is published."""
    own = placed / "templates/cards/card.svg"
    own.parent.mkdir(parents=True)
    own.write_text('<svg xmlns="http://www.w3.org/2000/svg"><image href="/secret.png"/></svg>')
    plain = build(placed)
    assert (1200, 630) == pixels(plain.files["cards/home.png"])[:2]
    said = "templates/cards/card.svg: no page uses this template"
    assert plain.warnings[0].startswith(said)


# --- badges --------------------------------------------------------------------------------------


def badge_texts(svg: bytes) -> list[str]:
    """What a badge says, left and right."""
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def snippet(site: BuiltSite, name: str, page: str = "models/alpha/") -> str:
    found = site.page(page).find(id=f"badge-{name}")
    assert found is not None
    return found.get_text()


def test_a_badge_by_hand(project):
    """Of the fixture board's first model; delete the file to write it anew."""
    assert_golden("badge.svg", build(project).files["badges/alpha.svg"].decode())


def test_a_model_without_a_rank(project):
    (project / "site.toml").write_text(SITE_TOML + "min_coverage = 1.0\n")
    results = board()["results"]
    fewer = results[~((results.model == "beta") & (results.task == "sort"))]
    write_project(project, {"results": fewer}, site_toml=None)
    files = build(project).files
    assert "not ranked" == badge_texts(files["badges/beta.svg"])[1]
    fills = [
        {r.get("fill") for r in ElementTree.fromstring(files[f"badges/{m}.svg"]).iter(f"{SVG}rect")}
        for m in ("alpha", "beta")
    ]
    assert fills[0] != fills[1]


def test_badges_of_a_hostile_board():
    site = built("hostile")
    badges = {path: content for path, content in site.files.items() if path.startswith("badges/")}
    assert len(badges) == len(site.api("models"))
    for content in badges.values():
        root = ElementTree.fromstring(content)
        assert root[0].tag == f"{SVG}title"
        assert ("img", f"{SVG}title") == (root.get("role"), root[0].tag)
        assert b"href" not in content
        for text in root.iter(f"{SVG}text"):
            width = float(text.get("textLength", 0))
            assert width <= MAX_PX
            assert BADGE_BESIDE <= float(text.attrib["x"])
            assert float(text.attrib["x"]) + width + BADGE_BESIDE <= float(root.attrib["width"])


def test_badge_snippets_with_a_base_url(project):
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
    assert "Put the address of the site" not in site.html["models/alpha/index.html"]
