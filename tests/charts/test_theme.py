"""The look of charts: words, ticks, axes, marks."""

import math
from itertools import pairwise

import plotly.io as pio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.charts import theme
from site_builder.charts.forms import room_around
from site_builder.render.assets import colours_of
from tests.helpers.charted import walk
from tests.helpers.sites import ROOT

MINUS = "\N{MINUS SIGN}"
DOTS = "\N{HORIZONTAL ELLIPSIS}"
finite = st.floats(-1e12, 1e12).filter(lambda v: v == 0 or abs(v) > 1e-9)


def test_text_from_data_is_shown_literally():
    assert "&lt;b&gt;x&lt;/b&gt; &amp;amp;" == theme.plain("<b>x</b> &amp;")
    plain = "\"quoted\" 'names' $x^2$ %{x} עברית"
    assert plain == theme.plain(plain)


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


def test_names_that_a_cut_would_make_equal_are_cut_in_the_middle():
    """They are cut before they are escaped: a cut through `&amp;` would leave `&am`."""
    assert [f"a&amp;{DOTS}"] == theme.short_names(["a&bcd"], 3)
    names = ["Sentiment (COVID-19)", "Sentiment (SST2)", "Sentence", "Natural Language"]
    shown = [f"Sentim{DOTS}-19)", f"Sentim{DOTS}ST2)", "Sentence", f"Natural La{DOTS}"]
    assert shown == theme.short_names(names, 11)
    assert ["alike", "alike"] == theme.short_names(["alike", "alike"], 5)


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


def test_ticks_of_counts_are_whole():
    expected = {"tickvals": [0, 1, 2, 3], "ticktext": ["0", "1", "2", "3"]}
    assert expected == theme.ticks(0, 3, least_step=1.0)


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


def test_reference_lines_are_at_their_values_with_names_above_each_other():
    lines = theme.reference_lines([(0.5, "n" * 300, "0.500"), (0.25, "Guessing", "")])
    assert [0.25, 0.5] == [shape["x0"] for shape in lines["shapes"]]
    assert ["Guessing", f"{'n' * 45}{DOTS} 0.500"] == [
        note["text"] for note in lines["annotations"]
    ]
    first, second = (note["yshift"] for note in lines["annotations"])
    assert 0 == first < second < lines["margin"]["t"]
    assert {} == theme.reference_lines([])


def test_colours_are_those_of_the_style_sheet():
    """Each is the value of its token in the light theme; no two are equal, so that each has one."""
    sheet = (ROOT / "static/css/tokens.css").read_text(encoding="utf8")
    light = colours_of(sheet)
    assert theme.COLOURS == {token: light[token] for token in theme.COLOURS}
    assert len(theme.COLOURS) == len({*theme.COLOURS.values()})


def test_template_is_registered():
    assert "site_builder" == theme.register_template() != pio.templates.default
    template = pio.templates["site_builder"].to_plotly_json()
    assert theme.TEMPLATE == template
    colours = [v for path, v in walk(template) if path[-1].endswith(("color", "colorway"))]
    assert len(colours) > 5
    assert {*colours} <= {theme.CLEAR, *theme.COLOURS.values()}


@pytest.mark.parametrize(
    ("title", "narrow"),
    [
        ("score", {}),
        (
            "difference from &&&&&&&&&& & <the other>",
            {"xaxis.title.text": f"difference from {'&amp;' * 10} &amp;<br>&lt;the other&gt;"},
        ),
    ],
)
def test_long_axis_title_is_broken_on_a_narrow_screen(title, narrow):
    """Between words, and never within `&amp;`."""
    meta = theme.figure([], 300, xaxis=theme.axis(title))["layout"].get("meta", {})
    assert narrow == meta.get("narrow", {})


def test_hover_texts_are_data():
    """A model called `%{x}` does not get into the template, where Plotly would fill it in."""
    hover = theme.hover(["%{x}: <b>"])
    assert ["%{x}: &lt;b&gt;"] == hover["customdata"]
    assert "%{customdata}<extra></extra>" == hover["hovertemplate"]


@pytest.mark.parametrize("ends", [(0.2, 1.0), (1e6 + 0.1, 1e6 + 0.9), (1e-300, 2e-300), (-3, 4)])
def test_room_lies_around_what_is_drawn(ends):
    """Six hundredths of it on either side, to a hundredth of the room."""
    low, high = room_around(*ends)
    room = 0.06 * (ends[1] - ends[0])
    assert (ends[0] - low, high - ends[1]) == pytest.approx((room, room), rel=0.01)
