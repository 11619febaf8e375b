"""Properties of every chart of every board: numbers, colours, texts, ids."""

import functools
import re
from collections import Counter
from html import unescape

import plotly.graph_objects as go
import pytest

from site_builder.charts import theme
from tests.helpers.boards import make_frames
from tests.helpers.charted import (
    chart_on,
    charts,
    charts_of,
    column,
    draw,
    drawn,
    keys,
    table_of,
    traces,
    walk,
)
from tests.helpers.odd_boards import SHAPES

BOARDS = ("index", "fixture", "several", *SHAPES)
each_board = pytest.mark.parametrize("name", BOARDS)
COLOUR = re.compile(r"color(s|way|scale)?$")  # as in charts.js
# Where a figure has text from data, and how much room it has.
ROOM = {
    "layout.yaxis.ticktext": theme.WIDE_LABEL,
    "layout.xaxis.ticktext": theme.WIDE_LABEL,
    "layout.annotations.text": theme.WIDE_LABEL + 12,
    "layout.xaxis.title.text": theme.LONGEST_TITLE,
    "layout.yaxis.title.text": theme.LONGEST_TITLE,
    "data.name": theme.WIDE_LABEL,
    "data.text": theme.NARROW_LABEL,
}
PLACE = re.compile(r"%\{(?:customdata|x|y|z:\.2f)\}")
MARKUP = re.compile(r"[<>]|&(?!(?:amp|lt|gt);)")


def tabled(name):
    """The charts of a board that bring a table; others are of a table of their page."""
    return [(page, chart) for page, chart in charts(name) if chart.table]


@functools.cache
def leaves(name):
    """Every value of the figures of a board: with its page, its chart and its path as text."""
    return [
        (page, chart.id, ".".join(path), value)
        for page, chart in charts(name)
        for path, value in walk(chart.figure_json)
    ]


# --- values ---------------------------------------------------------------------------------------


@each_board
def test_tables_have_a_cell_for_each_column_and_no_nan(name):
    for page, chart in tabled(name):
        columns = keys(chart)
        assert len(columns) == len(set(columns)), (page, chart.id)
        assert table_of(chart).sorted_by in {"", *columns}, (page, chart.id)
        for row in table_of(chart).rows:
            assert len(columns) == len(row.cells), (page, chart.id)
            for cell in row.cells:
                assert cell.value == cell.value, (page, chart.id, cell)
                assert "nan" not in cell.text.lower().split(), (page, chart.id, cell)


# --- colours --------------------------------------------------------------------------------------


@each_board
def test_colours_are_of_the_light_theme(name):
    """The script of the page replaces them by the current values of the tokens."""
    tokens = {theme.CLEAR, *theme.COLOURS.values()}
    for page, chart, path, value in leaves(name):
        if COLOUR.search(path) and isinstance(value, str):
            assert value in tokens, (page, chart, path)


# --- Plotly ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["fixture", "several"])
def test_figures_are_valid_and_show_in_a_notebook(name):
    for page, chart in charts(name):
        figure, found = chart.figure, chart.figure_json
        assert go.Figure(found).data == figure.data, (page, chart.id)
        assert "template" not in found["layout"]
        html = figure.to_html(include_plotlyjs=False)
        assert figure.data[0].type in html
        assert theme.FONT in html


# --- texts ----------------------------------------------------------------------------------------


@each_board
def test_texts_are_escaped_for_plotly(name):
    """Tags and entities in names are shown, not obeyed; only line breaks are ours."""
    for page, chart, path, value in leaves(name):
        if path.endswith("hovertemplate"):
            assert "%{" not in PLACE.sub("", value), (page, chart)
        elif isinstance(value, str):
            assert not MARKUP.search(value.replace("<br>", " ")), (page, chart, path, value)


@each_board
def test_texts_fit_their_room(name):
    """Long names are cut on axes, in legends and beside lines; the hover has them whole."""
    for page, chart, path, value in leaves(name):
        if path in ROOM and value is not None:
            text = unescape(value.replace("<br>", " "))
            assert len(text) <= ROOM[path], (page, chart, path, text)


def test_whole_names_are_in_the_hover():
    """Of 300 characters, all."""
    chart = chart_on("hostile", "", "averages")
    hovers = [text for trace in chart.figure_json["data"] for text in trace.get("customdata", [])]
    assert any("x" * 300 in text for text in hovers)


@each_board
def test_narrow_screens_have_as_many_labels(name):
    for page, chart in charts(name):
        layout = chart.figure_json["layout"]
        narrow = layout.get("meta", {}).get("narrow", {})
        for path, value in narrow.items():
            axis, _, key = path.partition(".")
            if key == "ticktext":
                places = narrow.get(f"{axis}.tickvals", layout[axis]["tickvals"])
                assert len(places) == len(value), (page, chart.id)


@each_board
def test_words_are_whole(name):
    """A title without a full stop, a reading and a caption with one; no hole in any."""
    for page, chart in charts(name):
        texts = [chart.title, chart.reading, chart.caption]
        texts += [chart.table.caption] if chart.table else []
        assert not chart.title.endswith("."), (page, chart.title)
        assert chart.reading.startswith(chart.title), (page, chart.id)
        assert chart.reading.endswith("."), (page, chart.reading)
        assert chart.caption.endswith("."), (page, chart.caption)
        for text in texts:
            assert text == " ".join(text.split(" ")), (page, text)
            if name != "hostile":
                assert not re.search(r"\b(None|nan|inf)\b|  |\.\.|,\.| ,|\(\)", text), (page, text)
                assert not re.search(r"\b1 (?:models|tasks|pairs|examples)\b", text), (page, text)


@each_board
def test_reference_is_at_the_mean_of_the_baseline(name):
    """Over the tasks that all drawn models have; without one mean there is no line."""
    results, _ = drawn(name)
    board, baseline = results.board, results.scores.roles.baseline
    for _, chart in charts(name):
        if not chart.id.startswith("trade-off"):
            continue
        beside = {board.figure(s, "baseline_average") for s in board.ranked}
        if baseline in {s.model for s in board.ranked} or not board.by_average:
            beside = set()
        shapes = chart.figure_json["layout"]["shapes"]
        lines = [shape["y0"] for shape in shapes if shape["type"] == "line"]
        assert [*(beside - {None} if len(beside) == 1 else ())] == lines


# --- ids, order -----------------------------------------------------------------------------------


@each_board
def test_ids_are_unique_on_their_page(name):
    by_page: dict[str, list[str]] = {}
    for page, chart in charts(name):
        by_page.setdefault(page, []).extend(one.id for one in (chart, chart.table) if one)
    for page, ids in by_page.items():
        assert 1 == max(Counter(ids).values()), page
        assert [] == [one for one in ids if not re.fullmatch(r"[A-Za-z0-9-]+", one)], page


def test_charts_follow_the_values_not_the_order_of_the_models():
    runs = {"base": {"a": [0.1, 0.2, 0.3], "b": [0.4, 0.3, 0.1], "c": [0.2, 0.2, 0.5]}}
    turned = {"base": dict(reversed(runs["base"].items()))}
    first, second = (
        [
            (chart.id, chart.title, chart.figure_json["data"][0]["x"])
            for page, chart in charts_of(*draw(make_frames(r), baseline="c"))
            if page == ""
        ]
        for r in (runs, turned)
    )
    assert ["averages", "best-lift-by-task"] == [chart_id for chart_id, *_ in first]
    assert first == second


@each_board
def test_figures_show_their_tables_numbers(name):
    for page, chart in tabled(name):
        kind = "trade-off" if chart.id.startswith("trade-off") else chart.id
        drawn_values, listed = NUMBERS[kind](chart)
        assert drawn_values, (page, chart.id)
        assert listed == drawn_values, (page, chart.id)


def bars(key):
    """Bars in the order of the rows."""
    return lambda chart: (list(chart.figure_json["data"][0]["x"]), column(chart, key))


def frontier(chart):
    """The large dots, by their values."""
    large = [t for t in chart.figure_json["data"] if t.get("marker", {}).get("size") == 12]
    dots = [dot for t in large for dot in zip(t["x"], t["y"], strict=True)]
    rows = zip(column(chart, "value"), column(chart, "score"), strict=True)
    return sorted(dots), sorted(rows)


def similar(chart):
    """The greatest cells below the diagonal are the pairs of the table."""
    z = chart.figure_json["data"][0]["z"]
    below = sorted((v for i, row in enumerate(z) for v in row[:i] if v is not None), reverse=True)
    listed = [round(rho, 2) for rho in column(chart, "rho")]
    n = min(len(below), len(listed))
    return below[:n], listed[:n]


def training_sets(chart):
    """A dot is a training set that has examples."""
    sizes = column(chart, "train_examples")
    return list(chart.figure_json["data"][0]["x"]), [n for n in sizes if n]


def correlation(chart):
    """Every dot has the lift of its task."""
    found = [t for t in chart.figure_json["data"] if t["mode"] == "markers"]
    drawn_values = {y for trace in found for y in trace["y"]}
    listed = {v for key in keys(chart) if "_lift_" in key for v in column(chart, key)}
    return drawn_values, drawn_values & listed


def latency(chart):
    """Median and 95th percentile of each provider that answered."""
    found = traces(chart)
    seen = [list(found[name]["x"]) for name in ("median", "95th percentile")]
    listed = [[v for v in column(chart, key) if v is not None] for key in ("median_s", "p95_s")]
    return seen, listed


NUMBERS = {
    "averages": bars("merit"),
    "category-difference": bars("best_lift_over_baseline"),
    "trade-off": frontier,
    "correlations": correlation,
    "similar-tasks": similar,
    "training-sets": training_sets,
    "latency": latency,
}
