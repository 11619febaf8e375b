"""The share menu of charts: pictures that stand alone, links, code and numbers."""

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.browsing import CLIPBOARD, NARROW, WIDE, open_page, overflow, rows_of
from tests.helpers.odd_boards import built

# Texts of a picture that overlap or leave it, by their boxes, which may be turned.
BAD_TEXTS = """() => {
    const svg = document.querySelector('svg');
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim());
    const corners = text => {
        const {x, y, width, height} = text.getBBox();
        return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
            .map(([x, y]) => new DOMPoint(x, y).matrixTransform(text.getScreenCTM()));
    };
    // Two convex shapes are apart if a side of one has all of the other beyond it.
    const areApart = (one, other) => [one, other].some(box => box.some((corner, i) => {
        const next = box[(i + 1) % 4];
        const normal = [corner.y - next.y, next.x - corner.x];
        const [a, b] = [one, other].map(b => b.map(({x, y}) => x * normal[0] + y * normal[1]));
        const hair = Math.hypot(...normal);
        const gap = Math.max(Math.min(...b) - Math.max(...a), Math.min(...a) - Math.max(...b));
        return gap > -hair;
    }));
    const boxes = texts.map(corners);
    const isOut = ({x, y}) => x < frame.left - 0.5 || x > frame.right + 0.5 ||
        y < frame.top - 0.5 || y > frame.bottom + 0.5;
    const out = texts.filter((_, i) => boxes[i].some(isOut)).map(text => text.textContent);
    const met = texts.flatMap((text, i) => texts.slice(0, i)
        .filter((_, j) => !areApart(boxes[i], boxes[j]))
        .map(other => `${other.textContent} on ${text.textContent}`));
    return [...out, ...met];
}"""
FONTS = """() => {
    const families = new Set();
    for (const text of document.querySelectorAll('text'))
        families.add(getComputedStyle(text).fontFamily.split(',')[0].replaceAll('"', ''));
    return [...families].sort();
}"""


def first_menu(page: Page) -> tuple[str, Locator]:
    """The first chart of a page by its name, and its open share menu."""
    menu = page.locator("figure.chart .share").first
    menu.locator("summary").click()
    return str(menu.get_attribute("data-share")), menu


def saved(page: Page, menu: Locator, name: str) -> tuple[str, bytes]:
    """Name and content of what an entry of the menu saves."""
    with page.expect_download() as waiting:
        menu.get_by_role("button", name=name).or_(menu.get_by_role("link", name=name)).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def assert_whole(page: Page, menu: Locator) -> None:
    """Its entries are not cut, nor small; one of them is a link."""
    expect(menu.get_by_role("link")).to_have_count(1)
    for button in menu.locator("button, a").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
        assert button.evaluate("b => b.scrollWidth <= b.clientWidth")
    assert overflow(page) <= 0


@pytest.mark.parametrize(
    ("board", "path", "size"),
    [("index", "analysis/", NARROW), ("pythia", "analysis/", WIDE)],
)
def test_a_picture_stands_alone(chromium, board, path, size):
    """All texts are within it and none lies on another; it has title, source and release."""
    page, heard = open_page(chromium, built(board).url + path, size)
    chart, menu = first_menu(page)
    assert_whole(page, menu)
    title = page.locator(f"#chart-{chart}-title").inner_text()
    caption = page.locator(f"#chart-{chart} .chart-caption").inner_text()
    release = str(page.locator("script[data-from]").get_attribute("data-from"))
    name, content = saved(page, menu, "Download SVG")
    assert f"{chart}.svg" == name
    picture = page.context.new_page()
    picture.set_content(content.decode())
    texts = picture.locator("svg text").all_text_contents()
    assert len(texts) > 8
    assert [] == picture.evaluate(BAD_TEXTS)
    words = " ".join(" ".join(texts).split())
    for part in (title, caption, release):
        assert " ".join(part.split()) in words
    assert f"{page.url.removeprefix('http://')}#chart-{chart}" in words
    assert ["Inter"] == picture.evaluate(FONTS)
    assert 1_000 <= picture.locator("svg").first.evaluate("svg => svg.clientWidth")
    assert b"@font-face" in content
    assert b"data:font/woff2;base64," in content
    assert (board == "index") == ("Scores: Zhao et al. (2024), LoRA Land" in content.decode())
    picture.close()
    assert [] == heard.complaints


# Of the rectangles of a picture: how many have each fill, as numbers.
FILLS = """() => {
    const counts = {};
    for (const rect of document.querySelectorAll('svg svg > rect')) {
        const fill = rect.getAttribute('fill').replace(/^url.*/, 'stripes');
        counts[fill] = (counts[fill] ?? 0) + 1;
    }
    return counts;
}"""
# The same of the cells of the matrix on its page.
SHOWN = """() => {
    const view = document.querySelector('.matrix .view:not([hidden])');
    const cells = [...view.querySelectorAll('td.heat')];
    const texts = cells.map(cell => cell.textContent.replaceAll('\u00a0', ' ').trim());
    return {stripes: view.querySelectorAll(':is(td, .swatch).unknown').length, texts};
}"""


@pytest.mark.parametrize(
    ("board", "scheme"), [("index", "dark"), ("pythia", "light"), ("jp_finetuned", "dark")]
)
def test_the_matrix_is_a_picture_that_stands_alone(chromium, index_site, board, scheme):
    """Every number of the measure that is shown, its legend and its stripes; files of them too."""
    home = index_site.url if board == "index" else built(board).url
    page, heard = open_page(chromium, f"{home}models/", color_scheme=scheme)
    menu = page.locator("#matrix-scores .share")
    menu.locator("summary").click()
    name, content = saved(page, menu, "Download SVG")
    assert "scores.svg" == name
    shown = page.evaluate(SHOWN)
    picture = page.context.new_page()
    picture.set_content(content.decode())
    texts = [text.strip() for text in picture.locator("svg text").all_text_contents()]
    assert [] == picture.evaluate(BAD_TEXTS)
    assert not Counter(shown["texts"]) - Counter(text.removesuffix("!") for text in texts)
    assert shown["stripes"] == picture.evaluate(FILLS).get("stripes", 0)
    words = " ".join(" ".join(texts).split())
    parts = [
        page.locator(".matrix .chart-title:visible"),
        page.locator(".matrix .note:visible span"),
    ]
    release = str(page.locator("script[data-from]").get_attribute("data-from"))
    for part in (*(part.inner_text() for part in parts), release, "models/#matrix-scores"):
        assert " ".join(part.split()) in words
    assert ["Inter"] == picture.evaluate(FONTS)
    picture.close()
    if board == "index":
        _, content = saved(page, menu, "Download PNG")
        assert content.startswith(b"\x89PNG")
        name, content = saved(page, menu, "Download data as CSV")
        assert (name, index_site.files["charts/models/scores.csv"]) == ("scores.csv", content)
        head, *rows = rows_of(content)
        assert ("Zephyr 7B Beta", "0.897") == (rows[0][1], rows[0][head.index("BoolQ")])
        assert (10, True) == (len(rows), {task["name"] for task in index_site.tasks()} <= {*head})
    assert [] == heard.complaints


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height in the header of a PNG."""
    assert content.startswith(b"\x89PNG")
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def test_a_picture_is_saved_and_copied(chromium, index_site):
    """Also as a slide of 16:9, in the size of one, whatever the height of the chart."""
    page, heard = open_page(chromium, f"{index_site.url}analysis/", permissions=CLIPBOARD)
    chart, menu = first_menu(page)
    assert_whole(page, menu)
    name, content = saved(page, menu, "Download PNG")
    assert (f"{chart}.png", 2_000) == (name, png_size(content)[0])
    name, content = saved(page, menu, "Slide 16:9")
    assert (f"{chart}-slide.png", (1920, 1080)) == (name, png_size(content))
    name, content = saved(page, menu, "Download data as CSV")
    assert f"{chart}.csv" == name
    assert content == index_site.files[f"charts/analysis/{chart}.csv"]
    menu.get_by_role("button", name="Copy image").click()
    expect(menu.get_by_role("button", name="Copied")).to_be_visible()
    assert ["image/png"] == page.evaluate("navigator.clipboard.read().then(([one]) => one.types)")
    menu.get_by_role("button", name="Copy link").click()
    expect(page.locator("[data-status]")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert f"{index_site.url}analysis/#chart-{chart}" == link
    assert [] == heard.complaints


def test_each_chart_has_one_menu_and_its_table(index_site):
    """In place of a button for each format, a fold for the code, and a link in the tools."""
    found = 0
    for path, soup in index_site.pages():
        if path.startswith("embed/"):
            continue
        for chart in soup.select("figure.chart"):
            found += 1
            controls = [s.get_text(strip=True) for s in chart.select("summary, button")]
            assert [] == [
                c for c in controls if c not in ("Show as table", "?") and not c.startswith("Share")
            ]
            assert 1 == len(chart.select("summary:-soup-contains(Share)")), path
    assert found > 20


def test_the_home_page_repeats_nothing(index_site):
    """No chart or table of the board is on the list of tasks too."""
    home, tasks = (
        {tag["data-figure"] for tag in index_site.page(path).select("script[data-figure]")}
        for path in ("", "tasks/")
    )
    assert set() == home & tasks
    ids = [str(tag["id"]) for tag in index_site.page("").select("table[id^=board]")]
    assert len(ids) == len(set(ids))


# The visible words of a page before "How to cite", without tables and charts.
WORDS = """() => {
    const end = [...document.querySelectorAll('h2')].find(h => h.textContent.includes('to cite'));
    const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    const found = [];
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        if (end && end.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING) break;
        const parent = text.parentElement;
        if (parent.closest('table, svg, script, .js-plotly-plot')) continue;
        if (parent.checkVisibility()) found.push(text.textContent);
    }
    return found.join(' ').split(/\\s+/).filter(Boolean);
}"""


@pytest.mark.parametrize(("path", "most"), [("", 450), ("models/", 300), ("analysis/", 400)])
def test_pages_say_little(chromium, index_site, path, most):
    page, _ = open_page(chromium, index_site.url + path, WIDE)
    page.wait_for_load_state("networkidle")
    assert 50 < len(page.evaluate(WORDS)) <= most
    if not path:
        assert page.evaluate("document.documentElement.scrollHeight") <= 4_600


def test_a_picture_is_saved_from_the_disk(chromium, index_site):
    """Without the font, which browsers refuse there; no code for frames is offered."""
    page, _ = open_page(chromium, (index_site.folder / "analysis/index.html").as_uri())
    chart, menu = first_menu(page)
    expect(menu.get_by_role("button", name="Copy embed code")).to_have_count(0)
    name, content = saved(page, menu, "Download SVG")
    assert f"{chart}.svg" == name
    assert b"<text" in content
