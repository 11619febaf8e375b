"""What holds for every chart of every board: its numbers, its colours, its texts, its ids."""

import json
import re
from collections import Counter
from html import unescape

import plotly.graph_objects as go
import pytest

from site_builder.charts import theme
from site_builder.charts.forms import WIDE_COLUMN
from tests.helpers.boards import make_frames
from tests.helpers.charted import (
    as_json,
    chart_on,
    charts,
    charts_of,
    draw,
    drawn,
    dressed,
    keys,
    table_of,
    walk,
)
from tests.helpers.odd_boards import SHAPES
from tests.helpers.sites import ROOT, make_site
from tests.helpers.tables import board, write_project

BOARDS = ("index", "fixture", "several", *SHAPES)
each_board = pytest.mark.parametrize("name", BOARDS)
CSS = "\n".join(
    path.read_text(encoding="utf8") for path in sorted((ROOT / "static").rglob("*.css"))
)
TOKENS = set(re.findall(r"(?m)^\s*(--[a-z0-9-]+):", CSS))
# Where a figure has text from data, and how much room it has.
ROOM = {
    "layout.yaxis.ticktext": theme.WIDE_LABEL,
    "layout.xaxis.ticktext": WIDE_COLUMN,
    "layout.annotations.text": theme.WIDE_LABEL + 12,
    "layout.xaxis.title.text": theme.LONGEST_TITLE,
    "layout.yaxis.title.text": theme.LONGEST_TITLE,
    "layout.meta.narrow.yaxis.ticktext": 25,
    "layout.meta.narrow.xaxis.ticktext": WIDE_COLUMN,
    "data.name": theme.WIDE_LABEL,
    "data.text": theme.NARROW_LABEL,
}
PLACE = re.compile(r"%\{(?:customdata|x|y)\}")
MARKUP = re.compile(r"[<>]|&(?!(?:amp|lt|gt|#45);)")


def leaves(chart):
    """Every value of a figure, with the path that leads to it as text."""
    return [(".".join(path), value) for path, value in walk(chart.figure)]


# --- values ---------------------------------------------------------------------------------------


@each_board
def test_figures_are_json_without_nan(name):
    """A page embeds them; Plotly would draw NaN as a gap or not at all."""
    for page, chart in charts(name):
        assert json.loads(as_json(chart)), (page, chart.id)


@each_board
def test_tables_hold_no_nan(name):
    """A value is a number, a text or absent; a text is never empty by mistake."""
    for page, chart in charts(name):
        for row in table_of(chart).rows:
            for cell in row.cells:
                assert cell.value == cell.value, (page, chart.id, cell)
                assert "nan" not in cell.text.lower().split(), (page, chart.id, cell)


@each_board
def test_tables_have_a_cell_for_each_column(name):
    """And no two columns of one key."""
    for page, chart in charts(name):
        columns = keys(chart)
        assert len(columns) == len(set(columns)), (page, chart.id)
        assert {len(columns)} == {len(row.cells) for row in table_of(chart).rows}, (page, chart.id)
        assert table_of(chart).sorted_by in {"", *columns}, (page, chart.id)


# --- colours --------------------------------------------------------------------------------------


@each_board
def test_colours_are_tokens(name):
    """The page's own, which follow it into dark mode; or none at all."""
    for page, chart in charts(name):
        for path, value in leaves(chart):
            if path.endswith(("color", "colorscale")) and isinstance(value, str):
                token = re.fullmatch(r"var\((--[a-z0-9-]+)\)", value)
                assert value == theme.CLEAR or (token and token[1] in TOKENS), (
                    page,
                    chart.id,
                    path,
                )


@each_board
def test_no_text_is_taken_for_a_colour(name):
    """The script that draws looks up whatever begins with `var(--`."""
    for _, chart in charts(name):
        for path, value in leaves(chart):
            if isinstance(value, str) and value.startswith("var("):
                assert path.endswith(("color", "colorscale")) or value.startswith("var(&"), path


# --- what Plotly takes ----------------------------------------------------------------------------


@each_board
def test_plotly_knows_every_key_and_value(name):
    """The build does not have Plotly check its figures, so that it is fast; here it does."""
    for _, chart in charts(name):
        go.Figure(dressed(chart.figure))


def test_plotly_refuses_what_it_does_not_know():
    """So the test above can fail."""
    figure = theme.figure([theme.scatter(x=[1.0], nonsense=1)], 300)
    with pytest.raises(ValueError, match="nonsense"):
        go.Figure(figure)


# --- texts ----------------------------------------------------------------------------------------


@each_board
def test_texts_are_escaped_for_plotly(name):
    """Tags and entities in names are shown, not obeyed; only line breaks are ours."""
    for page, chart in charts(name):
        for path, value in leaves(chart):
            if path.endswith("hovertemplate"):
                assert "%{" not in PLACE.sub("", value), (page, chart.id)
            if isinstance(value, str):
                assert not MARKUP.search(value.replace("<br>", " ")), (page, chart.id, path, value)


@each_board
def test_texts_fit_their_room(name):
    """Long names are cut on axes, in legends and beside lines; the hover has them whole."""
    for page, chart in charts(name):
        for path, value in leaves(chart):
            if path in ROOM and value is not None:
                text = unescape(value.replace("<br>", " "))
                assert len(text) <= ROOM[path], (page, chart.id, path, text)


def test_whole_names_stand_in_the_hover():
    """Of 300 characters, all."""
    chart = chart_on("hostile", "task a/b", "task-models")
    hovers = [text for trace in chart.figure["data"] for text in trace.get("customdata", [])]
    assert any("x" * 300 in text for text in hovers)


@each_board
def test_narrow_screens_have_as_many_labels(name):
    """Shorter ones, of the same rows and columns."""
    for page, chart in charts(name):
        layout = dressed(chart.figure)["layout"]
        for path, value in layout["meta"]["narrow"].items():
            axis, _, key = path.partition(".")
            if key == "ticktext":
                assert len(layout[axis]["ticktext"]) == len(value), (page, chart.id)
                assert len(layout[axis]["tickvals"]) == len(value), (page, chart.id)


@each_board
def test_words_are_whole(name):
    """A title without a full stop, a reading and a caption with one; no hole in any."""
    for page, chart in charts(name):
        texts = (chart.title, chart.reading, chart.caption, table_of(chart).caption)
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
def test_reference_stands_where_the_baseline_does(name):
    """Its line is at its own score, and only charts of a board with a baseline have one."""
    results, labels = drawn(name)
    roles = results.scores.roles
    for page, chart in charts(name):
        shapes = chart.figure["layout"].get("shapes") or []
        if chart.id == "training-sets":
            assert results.training_sets is not None
            assert len(results.training_sets.below) == len(shapes)
        elif chart.id in ("averages", "size") and roles.baseline is not None:
            assert roles.baseline_variant is not None
            average = results.boards[roles.baseline_variant].standing(roles.baseline).average
            places = {shape[key] for shape in shapes for key in ("x0", "y0")} - {0}
            assert places == (set() if average is None else {average}), (page, chart.id)
        elif chart.id == "task-models":
            score = results.task(page.removeprefix("task ")).baseline_score
            assert ([] if score is None else [score]) == [shape["x0"] for shape in shapes], page
        elif chart.id != "prices":
            assert not shapes, (page, chart.id)
        for note in chart.figure["layout"].get("annotations") or []:
            if chart.id != "training-sets":
                assert labels.baseline[:20] in unescape(note["text"]).replace("&#45;", "-")


# --- ids, order -----------------------------------------------------------------------------------


@each_board
def test_ids_are_unique_on_their_page(name):
    """Of charts and of the tables behind them; plain words, since labels refer to them."""
    by_page: dict[str, list[str]] = {}
    for page, chart in charts(name):
        by_page.setdefault(page, []).extend((chart.id, table_of(chart).id))
    for page, ids in by_page.items():
        assert 1 == max(Counter(ids).values()), page
        assert [] == [one for one in ids if not re.fullmatch(r"[A-Za-z0-9-]+", one)], page


@pytest.mark.parametrize("name", ["index", "fixture", "hostile"])
def test_charts_are_the_same_each_time(name, tmp_path):
    """The same tables give the same bytes: no clock, no random id, no order by chance."""
    frames, toml = SHAPES[name]() if name in SHAPES else (board(), "")
    root = ROOT if name == "index" else write_project(tmp_path, frames, toml)
    first, second = (make_site(root) for _ in range(2))
    assert [
        (page, as_json(chart), table_of(chart))
        for page, chart in charts_of(first.results, first.labels)
    ] == [
        (page, as_json(chart), table_of(chart))
        for page, chart in charts_of(second.results, second.labels)
    ]


def test_charts_follow_the_values_not_the_order_of_the_models():
    """The models table turned round: the same bars, the same title."""
    runs = {"base": {"a": [0.1, 0.2, 0.3], "b": [0.4, 0.3, 0.1], "c": [0.2, 0.2, 0.5]}}
    turned = {"base": dict(reversed(runs["base"].items()))}
    first, second = (
        {
            chart.id: chart
            for page, chart in charts_of(*draw(make_frames(r), baseline="c"))
            if page == ""
        }
        for r in (runs, turned)
    )
    assert ["averages", "best-lift-by-task", "winners", "scores"] == list(first)
    assert [c.title for c in first.values()] == [c.title for c in second.values()]
    for key in ("averages", "best-lift-by-task"):
        one, other = (found[key].figure["data"][-1]["x"] for found in (first, second))
        assert one == other
