"""The look of charts: words, ticks, axes, marks."""

import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.charts import theme
from tests.helpers.charted import dressed, walk

MINUS = "\N{MINUS SIGN}"
DOTS = "\N{HORIZONTAL ELLIPSIS}"
finite = st.floats(-1e12, 1e12).filter(lambda v: v == 0 or abs(v) > 1e-9)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("&amp;", "&amp;amp;"),
        ("\"quoted\" 'names'", "\"quoted\" 'names'"),
        ("$x^2$ %{x}", "$x^2$ %{x}"),
        ("var(--ink)", "var(&#45;-ink)"),
        ("עברית", "עברית"),
    ],
)
def test_text_from_data_is_shown_literally(text, shown):
    """Plotly reads tags and entities as markup, and the page's script `var(--x)` as a colour."""
    assert shown == theme.plain(text)


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, f"ab{DOTS}"),
        ("ab cd", 4, f"ab{DOTS}"),
        ("x" * 300, 46, f"{'x' * 45}{DOTS}"),
        ("", 3, ""),
    ],
)
def test_long_text_is_cut_to_its_room(text, most, shown):
    """The ellipsis is within the length; no space stands before it."""
    assert shown == theme.shortened(text, most)


def test_names_are_cut_before_they_are_escaped():
    """A cut through `&amp;` would leave `&am`."""
    assert [f"a&amp;{DOTS}"] == theme.short_names(["a&bcd"], 3)


@pytest.mark.parametrize(
    ("low", "high", "signed", "values", "texts"),
    [
        (0, 1, False, [0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-0.5, 0.25, True, [-0.4, -0.2, 0, 0.2], [f"{MINUS}0.4", f"{MINUS}0.2", "0", "+0.2"]),
        (0, 13, False, [0, 2, 4, 6, 8, 10, 12], ["0", "2", "4", "6", "8", "10", "12"]),
        (0, 1e11, False, [0, 2e10, 4e10, 6e10, 8e10, 1e11], None),
        (0.53, 0.53, False, [0.5, 0.6], ["0.5", "0.6"]),
        (0.5, 0.5, False, [0.5], ["0.5"]),
        (0, 0, True, [0], ["0"]),
    ],
)
def test_ticks_are_round_and_written_as_the_site_writes(low, high, signed, values, texts):
    """A true minus, a sign for differences, and zero as `0`."""
    ticks = theme.ticks(low, high, signed=signed)
    assert values == pytest.approx(ticks["tickvals"])
    assert texts is None or texts == ticks["ticktext"]


@given(finite, finite)
def test_ticks_of_any_range(a, b):
    """A handful between the two ends, evenly spaced, a text for each, all texts different."""
    low, high = min(a, b), max(a, b)
    ticks = theme.ticks(low, high, signed=True)
    values, texts = ticks["tickvals"], ticks["ticktext"]
    assert 1 <= len(values) <= 8
    assert len(values) == len(texts)
    assert all(map(math.isfinite, values))
    steps = [after - before for before, after in pairwise(values)]
    grain = 4 * math.ulp(max(abs(low), abs(high)))  # what floats of this size cannot tell apart
    assert all(step == pytest.approx(steps[0], rel=1e-6, abs=grain) for step in steps)
    assert all(step > 0 for step in steps)
    if high - low > 1e-6 * max(abs(low), abs(high)):
        room = 1e-6 * (high - low)
        assert low - room <= values[0]
        assert values[-1] <= high + room


def test_axis_title_is_cut_and_escaped():
    """A baseline's name of 300 characters leaves room for the chart."""
    title = theme.axis(f"difference from {'<' * 300}")["title"]["text"]
    assert title.startswith("difference from &lt;&lt;")
    assert theme.LONGEST_TITLE == len(title.replace("&lt;", "<"))


def test_axis_takes_what_differs():
    """What a chart asks for stands in place of the house look."""
    assert "log" == theme.axis("x", type="log")["type"]
    assert theme.INK == theme.axis("x", zerolinecolor=theme.INK)["zerolinecolor"]


def test_rows_stand_at_whole_numbers_from_the_top():
    """The range runs downwards, so that the first row is on top."""
    axis = dressed(theme.figure([], 300, yaxis=theme.rows_axis(["a", "b<c"])))["layout"]["yaxis"]
    assert ([0, 1], ["a", "b&lt;c"]) == (axis["tickvals"], axis["ticktext"])
    assert axis["range"][0] > axis["range"][1]


def test_narrow_rows_have_shorter_names():
    """Of the same rows, in smaller type, as all rows are there."""
    names = ["short", "x" * 50]
    narrow = theme.narrow_rows(names)
    assert {"yaxis.ticktext": ["short", f"{'x' * 17}{DOTS}"]} == narrow
    for yaxis, size in ((theme.rows_axis(names), {"yaxis.tickfont.size": 11}), (theme.axis(), {})):
        figure = dressed(theme.figure([], 300, narrow, yaxis=yaxis))
        assert size | narrow == figure["layout"]["meta"]["narrow"]


@pytest.mark.parametrize(("rows", "height"), [(0, 124), (1, 124), (2, 124), (10, 316)])
def test_height_grows_with_the_rows(rows, height):
    """24 px a row and 76 around them, two rows at the least."""
    assert height == theme.rows_height(rows)


def test_developers_have_colours():
    """By place; one that is not known is grey."""
    assert "var(--dot-3)" == theme.developer_colour(3)
    assert "var(--neutral)" == theme.developer_colour(None)


def test_reference_line_stands_at_the_baseline():
    """From bottom to top, with name and value; a long name is cut, the value is not."""
    line = theme.reference_line(0.5, "n" * 300, "0.500")
    (shape,), (note,) = line["shapes"], line["annotations"]
    assert (0.5, 0.5, "paper") == (shape["x0"], shape["x1"], shape["yref"])
    assert "dot" == shape["line"]["dash"]
    assert (0.5, f"{'n' * 45}{DOTS} 0.500") == (note["x"], note["text"])


def test_reference_level_lies_across():
    """From left to right, named below it where it is told to."""
    line = theme.reference_level(0.5, 2, "<b>", "0.500")
    (shape,), (note,) = line["shapes"], line["annotations"]
    assert (0.5, 0.5, "paper") == (shape["y0"], shape["y1"], shape["xref"])
    assert (2, "top", "&lt;b&gt; 0.500") == (note["x"], note["yanchor"], note["text"])


def test_line_without_a_value_has_its_name_alone():
    """As the thresholds of training sets have."""
    assert "10,000" == theme.reference_line(4, "10,000")["annotations"][0]["text"]


def test_figure_says_what_it_does_not_share():
    """Height, data and axes; the look stands under it where it is drawn, and not on the page."""
    figure = theme.figure([], 300, xaxis=theme.axis("score"))
    assert {"height", "meta", "xaxis"} == {*figure["layout"]}
    assert {"text": "score"} == figure["layout"]["xaxis"]["title"]


def test_figure_is_drawn_in_the_house_look():
    """What it says itself stands over it, key by key; every colour is a token of the page."""
    layout = dressed(theme.figure([], 300, xaxis=theme.axis("score", zeroline=False)))["layout"]
    assert (300, "closest", False) == tuple(
        layout[key] for key in ("height", "hovermode", "showlegend")
    )
    title = {"text": "score", "font": theme.SOFT_TEXT, "standoff": 10}
    assert (title, False) == (layout["xaxis"]["title"], layout["xaxis"]["zeroline"])
    colours = [v for path, v in walk(theme.LOOK) if path[-1].endswith("color")]
    assert len(colours) > 5
    assert [] == [c for c in colours if not re.fullmatch(r"var\(--[a-z]+\)|rgba\(0,0,0,0\)", c)]


def test_figure_of_a_package_keeps_its_own_look():
    """Only what was made for the house look gets it."""
    assert {"layout": {"height": 300}} == dressed({"layout": {"height": 300}})


def test_legend_gets_its_room():
    """The drawing moves down where there is one."""
    tops = [
        dressed(theme.figure([], 300, showlegend=shown))["layout"]["margin"]
        for shown in (False, True)
    ]
    assert [
        {"l": 8, "r": 16, "t": 28, "b": 48},
        {"l": 8, "r": 16, "t": 56, "b": 48},
    ] == tops


def test_row_names_are_said_once_where_they_are_short():
    """A narrow screen has names of its own only where they are shorter there."""
    assert {} == theme.narrow_rows(["gsm8k"])
    long = "x" * 30
    assert [f"{'x' * 17}{DOTS}"] == theme.narrow_rows([long])["yaxis.ticktext"]


@pytest.mark.parametrize(
    ("title", "narrow"),
    [
        ("score", {}),
        (
            "mean difference from GPT-4 (points of score)",
            {"xaxis.title.text": "mean difference from GPT-4<br>(points of score)"},
        ),
        (
            "difference from &&&&&&&&&& & <the other>",
            {
                "xaxis.title.text": f"difference from {'&amp;' * 10} &amp;<br>&lt;the other&gt;",
            },
        ),
    ],
)
def test_long_axis_title_is_broken_on_a_narrow_screen(title, narrow):
    """Between words, and never within `&amp;`."""
    figure = theme.figure([], 300, xaxis=theme.axis(title))
    assert narrow == dressed(figure)["layout"]["meta"]["narrow"]
