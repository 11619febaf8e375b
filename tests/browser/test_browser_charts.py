"""Charts of the built Index in a real browser."""

import json
import re

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from site_builder.charts import theme
from tests.helpers.browsing import NARROW, WIDE, both_sizes, open_page, scroll_through
from tests.helpers.charted import walk


def test_the_theme_is_remembered_and_charts_follow(chromium, home):
    page, _ = open_page(chromium, home, color_scheme="light")
    plot = page.locator("[data-chart=winners]")
    plot.scroll_into_view_if_needed()
    expect(plot.locator(".main-svg").first).to_be_visible()
    colour = (
        "() => getComputedStyle(document.querySelector('[data-chart=winners] .ytick text')).fill"
    )
    light = page.evaluate(colour)
    page.get_by_role("button", name="Dark theme").click()
    page.wait_for_function(f"before => ({colour})() !== before", arg=light)
    page.goto(home + "models/")
    assert "dark" == page.evaluate("document.documentElement.dataset.theme")
    assert "rgb(15, 20, 26)" == page.evaluate(
        "getComputedStyle(document.documentElement).backgroundColor"
    )


def test_charts_are_drawn_with_the_template(chromium, home):
    page, _ = open_page(chromium, home)
    scroll_through(page)
    found = page.evaluate(
        """() => [...document.querySelectorAll('[data-chart]')].map(plot => [
            JSON.parse(document.querySelector(`[data-figure="${plot.dataset.chart}"]`).textContent),
            plot.layout,
            plot.data,
        ])"""
    )
    assert len(found) >= 3
    template = without_colours(theme.TEMPLATE)
    # By the room for the names of rows, and for the values beside the ends.
    moved = {("margin", "l"), ("yaxis", "automargin"), ("xaxis", "range")}
    for figure, layout, data in found:
        assert template == without_colours(layout["template"])
        expected, drawn = without_colours(figure["layout"]), without_colours(layout)
        assert [] == [p for p in expected.keys() - moved if expected[p] != drawn[p]]
        assert [*map(without_colours, figure["data"])] == [*map(without_colours, data)]


def without_colours(part: object) -> dict[tuple[str, ...], object]:
    """The values of a part of a figure by their paths."""
    return {
        path: value for path, value in walk(part) if not path[-1].endswith(("color", "colorway"))
    }


OVERLAPS = """chart => {
    const boxes = selector => [...document.querySelectorAll(`[data-chart=${chart}] ${selector}`)]
        .map(text => [text.textContent.trim(), text.getBoundingClientRect()]);
    const names = boxes('.ytick text');
    return boxes('.textpoint text, .bartext').flatMap(([value, box]) => names
        .filter(([, {right, top, bottom}]) =>
            box.left < right && box.top < bottom && top < box.bottom)
        .map(([name]) => `${name} ${value}`));
}"""


@both_sizes
@pytest.mark.parametrize(
    ("page_path", "chart"),
    [("", "best-lift-by-task"), ("models/phi-2/", "model-tasks"), ("tasks/gsm8k/", "task-models")],
)
def test_values_cover_no_names_of_rows(chromium, home, page_path, chart, size):
    page, _ = open_page(chromium, home + page_path, size)
    plot = page.locator(f"[data-chart={chart}]")
    plot.scroll_into_view_if_needed()
    expect(plot.locator(".ytick text").first).to_be_visible()
    assert [] == page.evaluate(OVERLAPS, chart)


# Pairs of names and marks of a chart that lie on each other, and names beyond its plot.
COLLISIONS = """chart => {
    const plot = document.querySelector(`[data-chart=${chart}]`);
    const boxes = selector => [...plot.querySelectorAll(selector)].map(
        part => [part.textContent.trim(), part.getBoundingClientRect()]);
    const names = boxes('.annotation-text'), all = [...names, ...boxes('.point')];
    const [[, area]] = boxes('.draglayer .drag');
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom
        && b.top < a.bottom;
    return names.flatMap(([name, box], i) => [
        ...all.filter((_, j) => j !== i).filter(([, other]) => meet(box, other)),
        ...(box.left < area.left - 1 ? [['beyond the plot']] : []),
    ].map(([other]) => `${name}: ${other || 'a mark'}`));
}"""


@both_sizes
@pytest.mark.parametrize(("path", "chart"), [("", "score-by-price"), ("models/", "size")])
def test_names_of_the_frontier_hide_nothing(chromium, home, path, chart, size):
    page, _ = open_page(chromium, home + path, size)
    plot = page.locator(f"[data-chart={chart}]")
    plot.scroll_into_view_if_needed()
    expect(plot.locator(".annotation-text").first).to_be_visible()
    assert [] == page.evaluate(COLLISIONS, chart)


def test_colours_of_figures_are_those_of_the_theme(chromium, home):
    """The bars have the token for gains: its value in the light theme, then in the dark one."""
    for scheme, gain in (("light", "rgb(11, 122, 107)"), ("dark", "rgb(79, 209, 192)")):
        page, _ = open_page(chromium, home, color_scheme=scheme)
        scroll_through(page)
        bar = page.locator("[data-chart=best-lift-by-task] .bars .point path").first
        expect(bar).to_have_css("fill", gain)


def box_of(found: Locator) -> FloatRect:
    """Where an element stands in the window."""
    box = found.bounding_box()
    assert box is not None
    return box


def point_at(page: Page, mark: Locator) -> None:
    """Move the pointer to a mark, which lies below what listens to the pointer."""
    mark.scroll_into_view_if_needed()
    box = box_of(mark)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_mark_says_its_row_and_its_score(chromium, home):
    page, _ = open_page(chromium, home + "tasks/gsm8k/", NARROW)
    scroll_through(page)
    page.get_by_text("Show as table").first.click()
    rows = page.locator(".chart-table table tbody tr").all()
    scores = {row.locator("th").inner_text(): row.locator("td").nth(1) for row in rows}
    names = page.evaluate(
        """() => {
            const plot = document.querySelector('[data-chart]');
            const {y} = plot.data.find(({name}) => name === 'Fine-tuned');
            return y.map(row => plot.layout.yaxis.ticktext[row].replace('\u2026', ''));
        }"""
    )
    assert 10 == len(names)
    tuned = page.locator(".scatterlayer .trace").nth(3).locator(".points path")
    expect(tuned).to_have_count(10)
    for i in range(3):
        point_at(page, tuned.nth(i))
        name = list(scores)[i]
        assert name.startswith(names[i])
        said = f"{name}: Fine-tuned {scores[name].inner_text().split()[0]}"
        expect(page.locator(".chart-said")).to_contain_text(said)


def test_what_a_mark_says_covers_no_mark(chromium, home):
    """It stands at the foot of the chart, below the axis, and goes when the pointer does."""
    page, _ = open_page(chromium, home + "tasks/gsm8k/")
    scroll_through(page)
    marks = page.locator(".points path")
    point_at(page, marks.nth(3))
    said = page.locator(".chart-said")
    expect(said).to_have_text(re.compile("^Zephyr 7B Beta: "))
    top = box_of(said)["y"]
    assert all(box["y"] + box["height"] < top for box in map(box_of, marks.all()))
    expect(page.locator(".hoverlayer")).to_be_hidden()
    page.locator("h1").hover()
    expect(said).to_be_hidden()


def test_mark_and_row_are_marked_together(chromium, home):
    page, _ = open_page(chromium, home + "tasks/gsm8k/")
    scroll_through(page)
    point_at(page, page.locator(".points path").nth(3))
    row = page.locator("#ranking tbody tr:has-text('Zephyr 7B Beta')")
    expect(row).to_have_class(re.compile("pointed"))
    page.locator("#ranking tbody tr:has-text('Phi-2') td").first.hover()
    expect(page.locator(".points .pointed")).to_have_count(2)
    expect(row).not_to_have_class(re.compile("pointed"))
    page.locator("#ranking tbody tr:has-text('Gemma 2B Instruct') th a").focus()
    expect(page.locator("#ranking .pointed th")).to_have_text(re.compile("Gemma 2B Instruct"))


def test_names_of_rows_have_the_room_that_plotly_would_make(chromium, home):
    """The script gives it beforehand, to the pixel, so that nothing is drawn twice for it."""
    page, _ = open_page(chromium, home)
    scroll_through(page)
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
    assert len(found) >= 3
    assert [] == [room for room in found if abs(room[0] - room[1]) > 1]


def test_a_chart_shows_its_numbers_as_a_table(chromium, home):
    page, _ = open_page(chromium, home)
    figure = page.locator("#chart-best-lift-by-task")
    figure.get_by_text("Show as table").click()
    expect(figure.get_by_role("row")).to_have_count(32)
    expect(figure.get_by_role("row").nth(1)).to_contain_text("+0.534")


def test_the_head_of_an_open_table_covers_no_row(chromium, home):
    page, _ = open_page(chromium, home)
    for fold in page.locator("details.chart-table").all():
        fold.locator("summary").click()
        expect(fold.locator(".table-wrap.fits")).to_be_visible()
        head, row = (fold.locator(f"{part} th").first.bounding_box() for part in ("thead", "tbody"))
        assert head is not None
        assert row is not None
        assert head["y"] + head["height"] <= row["y"] + 1


def test_charts_fit_a_window_that_changes(chromium, home):
    page, _ = open_page(chromium, home + "models/zephyr-7b-beta/", WIDE)
    scroll_through(page)
    sizes = """() => [...document.querySelectorAll('[data-chart]')].map(plot => {
        const drawing = plot.querySelector('.main-svg').getBoundingClientRect();
        const place = plot.getBoundingClientRect();
        return [drawing.width - place.width, place.height, drawing.height];
    })"""
    before = page.evaluate(sizes)
    assert [[0, 820, 820]] == before
    for width in (700, NARROW[0], 900, WIDE[0]):
        page.set_viewport_size({"width": width, "height": WIDE[1]})
        page.wait_for_function(
            f"before => JSON.stringify(({sizes})()) === before",
            arg=json.dumps(before, separators=(",", ":")),
        )
