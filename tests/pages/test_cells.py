"""Cells and columns that tables share."""

import plotly.graph_objects as go
import pytest

from site_builder.addresses import Address, Link
from site_builder.charts import cells
from site_builder.charts.chart import Chart, id_of
from site_builder.formatting import MISSING, NumberFormat
from site_builder.table_model import Cell, Column, Field, Row, Table, Tag, table_of
from tests.helpers.charted import drawn

SCALE = NumberFormat(3)
MINUS = "\N{MINUS SIGN}"


def labels():
    return drawn("fixture")[1]


def test_model_leads_to_its_page():
    cell = cells.model_cell(labels(), "beta", "note", (Tag("best", "best"),))
    expected = Cell(
        "Beta",
        "Beta",
        "note",
        link=Link("Beta", Address("model", "beta")),
        tags=(Tag("best", "best"),),
    )
    assert expected == cell


def test_served_model_leads_to_its_page_where_the_board_has_it():
    assert cells.model_cell(labels(), "alpha") == cells.served_cell(labels(), "alpha")
    assert Cell("other", "other") == cells.served_cell(labels(), "other")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("https://www.a.org/b/", "a.org/b"),
        ("https://a.org/b#S4.T6", "a.org/b, S4.T6"),
        ("https://a.org/b.pdf#page=12", "a.org/b.pdf, page 12"),
        ("https://a.org/b#table%206", "a.org/b, table 6"),
        (
            "https://a.org/b#:~:text=Model-,Beta%207B,0.5",
            "a.org/b, \N{LEFT DOUBLE QUOTATION MARK}Beta 7B\N{RIGHT DOUBLE QUOTATION MARK}",
        ),
        ("https://a.org/b#%0a", "a.org/b, %0a"),
        ("https://a.org/b#", "a.org/b"),
        ("logs/run#5.json", "logs/run#5.json"),
    ],
)
def test_a_source_says_where_in_it_the_score_stands(source, shown):
    assert Link(shown, href=source) == cells.source_link(source)


def test_task_and_category_lead_to_their_pages():
    assert Link("Sorting", Address("task", "sort")) == cells.task_cell(labels(), "sort").link
    assert Link("Math", Address("category", "Math")) == cells.category_cell("Math").link
    assert Cell(MISSING) == cells.category_cell(None)


@pytest.mark.parametrize(
    ("value", "verdict", "expected"),
    [
        (0.25, "better", Cell("+0.250", 0.25, tone="gain")),
        (-0.25, "worse", Cell(f"{MINUS}0.250", -0.25, tone="loss")),
        (0.25, "unclear", Cell("+0.250", 0.25, tone="soft")),
        (0.0, "unclear", Cell("0.000", 0.0, tone="soft")),
        (0.25, "too few", Cell("+0.250", 0.25, tone="soft")),
        (-0.25, None, Cell(f"{MINUS}0.250", -0.25, tone="soft")),
    ],
)
def test_difference_has_a_sign_and_only_a_certain_one_a_colour(value, verdict, expected):
    assert expected == cells.verdict_cell(value, SCALE, verdict)


def test_difference_that_nothing_tests_is_grey_only_at_zero():
    assert Cell("+0.250", 0.25) == cells.lift_cell(0.25, SCALE)
    assert Cell("0.000", 0.0, tone="soft") == cells.lift_cell(0.0, SCALE)
    assert Cell(MISSING, None, tone="soft") == cells.lift_cell(None, SCALE)


def test_missing_numbers_are_a_soft_dash():
    dash = Cell(MISSING, None, tone="soft")
    assert dash == cells.score_cell(None, SCALE)
    assert dash == cells.text_cell(None)
    assert dash == cells.number_cell(None, MISSING)
    assert dash == cells.source_cell(None)


def test_zero_is_no_missing_number():
    assert Cell("0.000", 0.0) == cells.score_cell(0.0, SCALE)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("https://www.example.org/a/", "example.org/a"),
        ("http://example.org", "example.org"),
        ("results/run-1.json", "results/run-1.json"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_source_is_shown_short_and_linked_whole(source, shown):
    """Whether it may be followed is for `output/urls.py` to say."""
    assert Cell(shown, source, link=Link(shown, href=source)) == cells.source_cell(source)


def test_fields_make_columns_and_rows():
    """One declaration gives heading and cell; what is not wanted is in neither."""
    fields: tuple[Field[int], ...] = (
        Field(Column("n", "N"), lambda n: Cell(str(n), n)),
        Field(Column("no", "No"), lambda n: Cell("never"), wanted=False),
        Field(Column("twice", "Twice"), lambda n: Cell(str(2 * n), 2 * n)),
    )
    table = table_of(
        "t",
        "T",
        fields,
        [1, 2],
        lambda n: "reference" if n == 2 else "",
        anchor=lambda n: f"r{n}",
    )
    assert ("n", "twice") == tuple(c.key for c in table.columns)
    assert (
        Row((Cell("1", 1), Cell("2", 2)), "", "r1"),
        Row((Cell("2", 2), Cell("4", 4)), "reference", "r2"),
    ) == table.rows


def test_unwanted_cells_are_not_made():
    fields = (Field[int](Column("x", "X"), lambda n: Cell(str(1 / n)), wanted=False),)
    assert (Row(()),) == table_of("t", "T", fields, [0]).rows


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("fine_tuned", "fine-tuned"),
        ("sft", "sft"),
        ("a-b", "v3"),
        ("a b", "v3"),
        ("<b>", "v3"),
        ("μ", "v3"),
        ("", "v3"),
        ("_", "v3"),
        ("v2", "v3"),
        ("v2x", "v2x"),
    ],
)
def test_name_as_a_part_of_an_id(name, part):
    """Only a plain word stands as it is: two names never share an id."""
    assert part == id_of(name, 3)


def test_chart_keeps_the_height_of_its_figure():
    figure = go.Figure(layout={"height": 340})
    chart = Chart("a", "t", "r", "c", figure, Table("b", "c", (), ()))
    assert 340 == chart.height
