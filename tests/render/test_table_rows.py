"""The head and the rows of a table as markup, to the letter."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from site_builder import table_model
from site_builder.addresses import Link
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
    Drawing,
    Filter,
    Mark,
    Row,
    Table,
    TableTools,
    Tag,
)

COLUMNS = (Column("model", "Model"), Column("score", "Score", "number"), Column("l", "", "plot"))


def href(link: Link) -> str:
    """Where links lead in these tests; one without a page leads nowhere."""
    return f"../{link.to.key}/" if link.to else link.href if link.href.startswith("http") else ""


def rows(*made: Row, columns: tuple[Column, ...] = COLUMNS[:2], sorted_by: str = "") -> str:
    table = Table("t", "T", columns, made, sorted_by=sorted_by)
    return str(write_rows(table, href))


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
        '<thead><tr><th class="text name" data-key=model>A &amp; B'
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


def test_further_columns_and_those_of_a_phone_have_a_class():
    columns = (COLUMNS[0], Column("b", "B", "number", is_extra=True, details=("low", "high")))
    phone = Column("c", "C", "number", on_phone=True)
    cells = (Cell("a", "a"), Cell("1", 1.0, details=(0.5, None)), Cell("2", 2.0))
    made = rows(Row(cells, is_level=True), columns=(*columns, phone))
    assert '<th class=extra data-key=b data-details="low\nhigh">B' in made
    assert '<tr class=level><th>a<td class=extra data-details="0.5 ">1' in made
    assert "<td class=second>2" in made


def test_a_rail_goes_on_from_group_to_group(monkeypatch):
    """Five rows in groups of two, of which the first three are too close to call for first."""
    monkeypatch.setattr(table_model, "LONG", 4)
    monkeypatch.setattr(table_model, "GROUP", 2)
    cells = (Cell("a", "a"), Cell("1", 1.0))
    made = rows(*(Row(cells, is_level=i < 3) for i in range(5)))
    groups = ["class=rail-down style=--rows:2", "class=rail-up style=--rows:2", "style=--rows:1"]
    assert groups == re.findall("<tbody (.*)>", made)


def test_rows_that_first_filters_hide():
    filters = (Filter("kind", "Kind", first=("open",)),)
    cells = (Cell("a", "a"), Cell("1", 1.0))
    made = tuple(Row(cells, filters=(("kind", kind),)) for kind in ("open", "closed"))
    table = Table("t", "T", COLUMNS[:2], made, tools=TableTools("row", "rows", filters))
    assert 1 == table.n_off
    assert 1 == str(write_rows(table, href)).count("<tr class=off>")


def test_a_drawing():
    """Places are shares of the width; a span has one, and a point is a circle."""
    marks = (Mark("band", 0.4, 0.6), Mark("reference", 0.25), Mark("score", 0.5))
    drawing = Drawing(marks, text='"a": 0.5', slots=4)
    row = Row((Cell("a", "a"), Cell("1", 1), Cell("", 0.5, drawing=drawing)))
    found = BeautifulSoup(f"<table>{rows(row, columns=COLUMNS)}</table>", "lxml")
    (cell,) = found.select("tbody td.plot")
    assert "0.5" == cell["data-value"]
    (svg,) = cell.select("svg.in-slots[role=img]")
    assert ('"a": 0.5', "--slots:4") == (svg["aria-label"], svg["style"])
    shapes = [(s.name, *(s.get(name) for name in ("x", "cx", "width"))) for s in svg.select("*")]
    assert [
        ("rect", "40%", None, "20%"),
        ("rect", "25%", None, None),
        ("circle", None, "50%", None),
    ] == shapes


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
        (Cell("", 0.5, drawing=Drawing(())), "0.5"),
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
    table = {"html", "body", "table", "thead", "tbody", "tr", "th", "td"}
    assert found <= table | {"a", "span", "small"}


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
