"""What is read when a mark is pointed at: texts, and scores that a script writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.charts import theme
from site_builder.charts.theme import HOVER, hover_scores, hover_texts
from site_builder.formatting import NumberFormat
from tests.helpers.charted import dressed

LONG = "<" * (theme.NARROW_LABEL + 1)
words = st.text("ab %{}&<1:", max_size=8)


def told(hover: dict[str, object]) -> list[str]:
    """What is read at each mark: the template, filled in."""
    values = hover["customdata"]
    assert isinstance(values, list)
    return [str(hover.get("hovertemplate", HOVER)).replace(HOVER, value) for value in values]


def test_names_stay_out_of_the_template():
    """A model called `%{x}` is data; the template is ours alone."""
    assert {"customdata": ["%{x}: &lt;b&gt;"]} == hover_texts(["%{x}: <b>"])
    alike = hover_texts(["at %{x} 1", "at %{x} 2"])
    assert (["%{x} 1", "%{x} 2"], "at %{customdata}") == (
        alike["customdata"],
        alike["hovertemplate"],
    )


def test_short_names_come_from_the_axis():
    """A name that is cut there on a narrow screen is written out, and all of its chart's."""
    short = hover_texts(["base 0.5", "base 0.6"], ["a", "n" * theme.NARROW_LABEL])
    assert {
        "customdata": ["0.5", "0.6"],
        "hovertemplate": "%{y}: base %{customdata}",
    } == short
    written = hover_texts(["base 0.5", "base 0.6"], ["a", LONG])
    assert {"customdata": ["a: base 0.5", f"{'&lt;' * len(LONG)}: base 0.6"]} == written


def test_words_that_all_have_are_said_once():
    """At both ends; whole words, so that no sign is torn apart."""
    hover = hover_texts(["over 12 of 13 tasks", "over 1 of 13 tasks"])
    assert (["12", "1"], "over %{customdata} of 13 tasks") == (
        hover["customdata"],
        hover["hovertemplate"],
    )
    assert {"customdata": ["same", "same"]} == hover_texts(["same", "same"])
    assert {"customdata": ["A 1"]} == hover_texts(["A 1"])


@given(st.lists(words, min_size=1, max_size=4))
def test_nothing_is_lost(texts):
    """Begin, own words and end are the text again; Plotly fills in nothing but our own places."""
    hover = hover_texts(texts)
    assert [theme.plain(text) for text in texts] == told(hover)
    assert "%{" not in str(hover.get("hovertemplate", "")).replace(HOVER, "")
    assert all(hover["customdata"]) or "hovertemplate" not in hover


def test_scores_are_written_by_the_script():
    """From where the marks stand, in their scale, with what each has gained."""
    found = hover_scores("Fine-tuned", NumberFormat(2), ["t1", "t2"], [0.125, None])
    assert {
        "lifts": [0.125, None],
        "scale": {"places": 2},
        "hovertemplate": "%{y}: Fine-tuned %{customdata}",
    } == found
    large = hover_scores("A & B", NumberFormat(1, compact=True), ["t1"])
    assert {
        "scale": {"places": 1, "compact": True},
        "hovertemplate": "%{y}: A &amp; B %{customdata}",
    } == large
    trace = {"like": "after", "x": [0.625, 0.5], **(found or {})}
    (drawn,) = dressed(theme.figure([trace], 300))["data"]
    assert ["0.63, +0.13", "0.50"] == drawn["customdata"]


@pytest.mark.parametrize(("name", "row"), [("%{x}", "t1"), ("100 %", "t1"), ("base", LONG)])
def test_what_a_template_cannot_say_is_left_to_texts(name, row):
    """A sign that it could take for its own, and a name that the axis cuts."""
    assert hover_scores(name, NumberFormat(), [row]) is None
