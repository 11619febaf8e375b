"""Charts of the built Index in a real browser."""

import json
import re

from playwright.sync_api import FloatRect, Locator, expect

from site_builder.charts import theme
from tests.helpers.browsing import NARROW, WIDE, open_page, scroll_through
from tests.helpers.charted import walk


def test_the_theme_is_remembered_and_charts_follow(chromium, home):
    page, _ = open_page(chromium, home + "serving/", color_scheme="light")
    plot = page.locator("[data-chart=latency]")
    plot.scroll_into_view_if_needed()
    expect(plot.locator(".main-svg").first).to_be_visible()
    colour = "() => getComputedStyle(document.querySelector('[data-chart] .ytick text')).fill"
    light = page.evaluate(colour)
    # The median has the token for the ranked measure.
    median = page.locator(".scatterlayer .trace:nth-child(2) path").first
    expect(median).to_have_css("fill", "rgb(15, 118, 110)")
    page.get_by_role("button", name="Dark theme").click()
    page.wait_for_function(f"before => ({colour})() !== before", arg=light)
    expect(median).to_have_css("fill", "rgb(79, 209, 192)")
    page.goto(home + "models/")
    assert "dark" == page.evaluate("document.documentElement.dataset.theme")
    assert "rgb(15, 20, 26)" == page.evaluate(
        "getComputedStyle(document.documentElement).backgroundColor"
    )


def test_charts_are_drawn_with_the_template(chromium, home):
    """A cell of a matrix that is pointed at is framed."""
    page, _ = open_page(chromium, home + "analysis/")
    scroll_through(page)
    found = page.evaluate(
        """() => [...document.querySelectorAll('[data-chart]')].map(plot => [
            JSON.parse(document.querySelector(`[data-figure="${plot.dataset.chart}"]`).textContent),
            plot.layout,
            plot.data,
        ])"""
    )
    assert 3 == len(found)
    template = without_colours(theme.TEMPLATE)
    # By the width of the column, and by the room for the names of rows.
    moved = {("margin", "l"), ("yaxis", "automargin"), ("xaxis", "range")}
    for figure, layout, data in found:
        assert template == without_colours(layout["template"])
        expected, drawn = without_colours(figure["layout"]), without_colours(layout)
        narrow = {tuple(p.split(".")) for p in figure["layout"].get("meta", {}).get("narrow", ())}
        assert [] == [p for p in expected.keys() - moved - narrow if expected[p] != drawn[p]]
        assert [*map(without_colours, figure["data"])] == [*map(without_colours, data)]
    plot = page.locator("[data-chart=similar-tasks]")
    x, y = middle_of(plot.locator(".heatmaplayer image"))
    x, y = x + 100, y + 5
    page.mouse.move(x, y)
    expect(plot.locator(".chart-said")).to_have_text(re.compile(r", .+: \u2212?0\.\d\d$"))
    box = box_of(plot.locator(".chart-cell"))
    assert box["x"] <= x <= box["x"] + box["width"]
    assert box["y"] <= y <= box["y"] + box["height"]


def without_colours(part: object) -> dict[tuple[str, ...], object]:
    """The values of a part of a figure by their paths."""
    return {
        path: value for path, value in walk(part) if not path[-1].endswith(("color", "colorway"))
    }


def box_of(found: Locator) -> FloatRect:
    """Where an element stands in the window."""
    box = found.bounding_box()
    assert box is not None
    return box


def middle_of(mark: Locator) -> tuple[float, float]:
    """The middle of a mark, which lies below what listens to the pointer."""
    mark.scroll_into_view_if_needed()
    box = box_of(mark)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


MEDIANS = "[data-chart=latency] .scatterlayer .trace:nth-child(2) path"


def test_a_mark_says_its_row_and_its_value(chromium, home):
    """It stands above the mark, within the chart, and goes when the pointer does."""
    page, _ = open_page(chromium, home + "serving/")
    scroll_through(page)
    said = page.locator(".chart-said")
    for name, mark in zip(("anyscale", "fireworks"), page.locator(MEDIANS).all(), strict=False):
        x, y = middle_of(mark)
        page.mouse.move(x, y)
        expect(said).to_have_text(re.compile(f"^{name}: median "))
        box = box_of(said)
        assert box["x"] < x < box["x"] + box["width"]
        assert 0 < y - box["y"] - box["height"] < 40
    expect(page.locator(".hoverlayer")).to_be_hidden()
    page.locator("h1").hover()
    expect(said).to_be_hidden()
    # Its row is marked with it, and it with its row.
    page.mouse.move(*middle_of(page.locator(MEDIANS).nth(0)))
    row = page.locator("#latency-all tbody tr").first
    expect(row).to_have_class(re.compile("pointed"))
    page.locator("#latency-all tbody tr").nth(4).locator("td").first.hover()
    expect(page.locator(".points path.pointed").first).to_be_visible()
    expect(row).not_to_have_class(re.compile("pointed"))


def test_a_tap_says_what_the_pointer_does(chromium, home):
    page, _ = open_page(chromium, home + "serving/", NARROW, has_touch=True)
    scroll_through(page)
    page.touchscreen.tap(*middle_of(page.locator(MEDIANS).nth(3)))
    expect(page.locator(".chart-said")).to_have_text(re.compile("^lepton: "))


SIZES = """() => [...document.querySelectorAll('[data-chart]')].map(plot => {
    const drawing = plot.querySelector('.main-svg').getBoundingClientRect();
    const place = plot.getBoundingClientRect();
    return [drawing.width - place.width, place.height, drawing.height];
})"""


def test_charts_fit_a_window_that_changes_and_names_of_rows_have_room(chromium, home):
    """The script gives it beforehand, as Plotly would, so that nothing is drawn twice for it."""
    page, _ = open_page(chromium, home + "serving/", WIDE)
    scroll_through(page)
    before = [[0, 246, 246]]
    for width in (700, NARROW[0], 900, WIDE[0]):
        page.set_viewport_size({"width": width, "height": WIDE[1]})
        page.wait_for_function(
            f"before => JSON.stringify(({SIZES})()) === before",
            arg=json.dumps(before, separators=(",", ":")),
        )
    found = page.evaluate(
        """async () => {
            const plots = [...document.querySelectorAll('[data-chart]')];
            const given = plots.filter(plot => plot.layout.yaxis.automargin === false);
            return Promise.all(given.map(async plot => {
                const beside = document.createElement('div');
                plot.parentElement.append(beside);
                const {data, layout} = structuredClone({data: plot.data, layout: plot.layout});
                layout.yaxis.automargin = true;
                layout.margin.l = 8;
                await Plotly.newPlot(beside, data, layout);
                return [plot._fullLayout._size.l, beside._fullLayout._size.l];
            }));
        }"""
    )
    assert 1 == len(found)
    assert [] == [room for room in found if abs(room[0] - room[1]) > 1]


def test_a_chart_shows_its_numbers_as_a_table(chromium, home):
    """The head of the open table covers no row."""
    page, _ = open_page(chromium, home + "analysis/")
    figure = page.locator("#chart-training-sets")
    figure.get_by_text("Show as table").click()
    expect(figure.get_by_role("row")).to_have_count(32)
    expect(figure.get_by_role("row").nth(1)).to_contain_text("635")
    head, row = (box_of(figure.locator(f"{part} th").first) for part in ("thead", "tbody"))
    assert head["y"] + head["height"] <= row["y"] + 1


def test_a_line_of_reference_keeps_its_name_on_a_phone(chromium, home):
    page, _ = open_page(chromium, home + "models/", NARROW)
    page.locator("#chart-averages").scroll_into_view_if_needed()
    for name in ("GPT-4 0.661", "Zephyr 7B Beta"):
        expect(page.locator("#chart-averages .annotation", has_text=name)).to_be_visible()
