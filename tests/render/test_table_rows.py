"""The head and the rows of a table as markup, to the letter."""

import json

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from site_builder.addresses import Address, Link
from site_builder.formatting import MISSING
from site_builder.render.tables import (
    raw_value,
    write_data,
    write_rows,
    write_unbroken,
    write_words,
)
from site_builder.table_model import (
    Cell,
    Column,
    Dumbbell,
    Row,
    Table,
    Tag,
)

COLUMNS = (Column("model", "Model"), Column("score", "Score", "number"), Column("l", "", "plot"))
LINK = Link("A & B", Address("model", "a"))


def href(link: Link) -> str:
    """Where links lead in these tests; one without a page leads nowhere."""
    return f"../{link.to.key}/" if link.to else link.href if link.href.startswith("http") else ""


def rows(*made: Row, columns: tuple[Column, ...] = COLUMNS[:2], sorted_by: str = "") -> str:
    table = Table("t", "T", columns, made, sorted_by=sorted_by)
    return str(write_rows(table, href))


def test_a_row():
    """The name is its heading; a number has a raw value, and a link, and no class."""
    name = Cell("A & B", "A & B", link=LINK, dot=3)
    assert (
        "<thead><tr><th class=text data-key=model>Model<th data-key=score>Score\n"
        "<tbody>\n"
        "<tr><th><i class=dot-3></i><a href=../a/>A &amp; B</a><td data-value=0.8125>0.813\n"
    ) == rows(Row((name, Cell("0.813", 0.8125))))


def test_what_a_row_is_and_is_filtered_by():
    row = Row((Cell("a", "a"), Cell("1", 1.0)), "reference", "score-1", (("id", 'A "B"'),))
    assert (
        '<tr class=reference id=score-1 data-id="A &quot;B&quot;"><th>a<td class=merit>1\n'
    ) in rows(row, sorted_by="score")


def test_the_heads():
    """Key, order of the first click where it is not the usual one, what a heading does not say."""
    columns = (
        Column("model", "A & B"),
        Column("rank", "#", "number", 'Of "all"', "ascending"),
        Column("on a date", "Date", first_order="descending"),
        Column("line", "", "plot"),
    )
    row = Row(tuple(Cell("1", 1.0) for _ in columns))
    assert (
        "<thead><tr><th class=text data-key=model>A &amp; B"
        '<th data-key=rank data-first=ascending title="Of &quot;all&quot;">#'
        '<th class=text data-key="on a date" data-first=descending>Date'
        "<th class=plot data-key=line>\n<tbody>"
    ) in rows(row, columns=columns)


def test_values_for_filters_are_written_once():
    """The distinct values of each mark, and which of them each row has; -1 for none."""
    cells = (Cell("a", "a"), Cell("1", 1.0))
    made = (
        Row(cells, filters=(("id", "1"), ("by", "A & 'B'"), ("size", "7.0"))),
        Row(cells, filters=(("id", "2"), ("size", "13.0"))),
        Row(cells, filters=(("by", "<C>"), ("size", "7.0"))),
    )
    table = Table("t", "T", COLUMNS[:2], made)
    told = BeautifulSoup(f"<table{write_data(table)}>", "lxml").table
    assert told is not None
    assert {"by": [["A & 'B'", "<C>"], [0, -1, 1]], "size": [["7.0", "13.0"], [0, 1, 0]]} == (
        json.loads(str(told["data-filters"]))
    )
    assert "" == write_data(Table("t", "T", COLUMNS[:2], (Row(cells), Row(cells))))
    assert "" == write_data(Table("t", "T", COLUMNS[:2], (Row(cells, filters=(("id", "1"),)),)))


def test_parts_beside_a_number():
    """Tone, tags, the best of them first, and a note; then the text is not its value."""
    cell = Cell(
        "+0.1", 0.1, "0.0 to 0.2", "gain", tags=(Tag("best", "best"), Tag("flagged", "flagged"))
    )
    assert (
        '<td class=gain data-value=0.1>+0.1 <span class="tag tag-best">best</span> '
        "<span class=tag>flagged</span><small>0.0 to 0.2</small>\n"
    ) in rows(Row((Cell("a", "a"), cell)))


def test_a_drawing():
    """The scale is 188 wide and begins at 6: a share of 0.1 stands at 24.8."""
    plot = Dumbbell(0.1, 0.5, 0.25, 0.4, 0.6, text='"a": 0.1 to 0.5')
    row = Row((Cell("a", "a"), Cell("1", 1), Cell("", 0.5, plot=plot)))
    found = BeautifulSoup(f"<table>{rows(row, columns=COLUMNS)}</table>", "lxml")
    (cell,) = found.select("tbody td.plot")
    assert "0.5" == cell["data-value"]
    svg = cell.select("svg.dumbbell[role=img]")[0]
    assert '"a": 0.1 to 0.5' == svg["aria-label"]
    assert "M24.8 10H100.0" == svg.select(".db-rod")[0]["d"]
    assert ["24.8"] == [mark["cx"] for mark in svg.select("circle.db-before")]
    assert ["100.0"] == [mark["cx"] for mark in svg.select("circle.db-after")]
    assert "M53.0 1v18" == svg.select(".db-reference")[0]["d"]
    band = svg.select(".db-band")[0]
    assert ("81.2", "37.6") == (band["x"], band["width"])


def test_a_drawing_without_some_marks():
    body = rows(
        Row((Cell("a"), Cell("1"), Cell("", plot=Dumbbell(None, 0.0, None)))), columns=COLUMNS
    )
    svg = BeautifulSoup(f"<table>{body}</table>", "lxml").select("svg")[0]
    assert [["db-after"]] == [mark["class"] for mark in svg.find_all(True)]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (Cell("12", 12.0), None),
        (Cell("12", 12), None),
        (Cell("1,200", 1200.0), "1200"),
        (Cell("12", 12.0, "of 13"), "12"),
        (Cell("12", 12.0, tags=(Tag("best", "best"),)), "12"),
        (Cell(MISSING, None, tone="soft"), ""),
        (Cell("0", 0.0), None),
        (Cell("-0.5", -0.5), None),
        (Cell("+0.5", 0.5), None),
        (Cell("\N{MINUS SIGN}0.5", -0.5), None),
        (Cell("+0.5", 0.51), "0.51"),
        (Cell("0.000", 1e-15), "1e-15"),
        (Cell("\N{INFINITY}", float("inf")), "inf"),
        (Cell("+a", "+a"), None),
        (Cell("+5 a", "+5 a"), None),
        (Cell("0.500", 0.5), None),
        (Cell("1_0", 10.0), "10"),
        (Cell("a", "a & 'b'"), "a & 'b'"),
        (Cell("", 0.5, plot=Dumbbell(0.1, 0.5, None)), "0.5"),
    ],
)
def test_a_value_is_an_attribute_where_the_text_does_not_say_it(cell, value):
    body = rows(Row((Cell("a", "a"), cell)))
    found = BeautifulSoup(f"<table>{body}</table>", "lxml").select("tbody td")[0]
    assert value == found.get("data-value")


def test_a_licence_keeps_its_version():
    assert "Apache-2.0" == raw_value(Cell("Apache-2.0", "Apache-2.0"))


def test_a_link_out_of_the_site_and_one_that_may_not_be_followed():
    out = Cell("x", "x", link=Link("x", href="https://x.example"))
    assert "<a href=https://x.example rel=noopener>x</a>" == write_words(out, href)
    assert "x" == write_words(Cell("x", "x", link=Link("x", href="javascript:x")), href)


@given(st.text(), st.text(), st.text(), st.text())
def test_no_text_becomes_markup(text, note, tag, mark):
    cell = Cell(text, text, note, tags=(Tag(tag, tag),), link=Link(text, href=f"http{text}"))
    body = rows(Row((cell, Cell("1", 1.0)), filters=(("id", mark),)))
    found = {element.name for element in BeautifulSoup(f"<table>{body}</table>", "lxml")()}
    assert found <= {
        "html",
        "body",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "a",
        "span",
        "small",
    }


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("beats GPT-4, clearly", ["GPT-4,"]),
        ("GPT-3.5 and Phi-2", ["GPT-3.5", "Phi-2"]),
        ("<b> fine-tuned R&D-2", ["R&amp;D-2"]),
        ("japanese-stablelm-base-alpha-7b", []),  # too long for a narrow screen
    ],
)
def test_short_names_are_kept_on_one_line(text, whole):
    """The text is escaped, and what is copied is the same."""
    made = write_unbroken(text)
    start, end = '<span class="unbroken">', "</span>"
    assert whole == [part.split(end)[0] for part in made.split(start)[1:]]
    assert text == BeautifulSoup(made, "html.parser").get_text()
