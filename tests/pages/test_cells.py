"""Cells and columns that tables share."""

import pytest

from site_builder.addresses import Link
from site_builder.charts import cells
from site_builder.charts.chart import id_of
from site_builder.formatting import MISSING, NumberFormat
from site_builder.table_model import Cell

SCALE = NumberFormat(3)
MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("https://www.a.org/b/", "a.org/b"),
        ("https://a.org/b#S4.T6", "a.org/b, S4.T6"),
        ("https://a.org/b#table%206", "a.org/b, table 6"),
        ("https://a.org/b#:~:text=Model-,Beta%207B,0.5", "a.org/b"),
        ("https://a.org/b#%0a", "a.org/b, %0a"),
        ("https://a.org/b#", "a.org/b"),
        ("logs/run#5.json", "logs/run#5.json"),
        ("http://example.org", "example.org"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_a_source_is_short_and_says_where_in_it_the_score_stands(source, shown):
    """Whether its link may be followed is for `render/urls.py` to say."""
    assert Link(shown, href=source) == cells.source_link(source)


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


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("fine_tuned", "fine-tuned"),
        ("sft", "sft"),
        ("a-b", "v3"),
        ("μ", "v3"),
        ("", "v3"),
        ("v2", "v3"),
        ("v2x", "v2x"),
    ],
)
def test_name_as_a_part_of_an_id(name, part):
    """Only a plain word stands as it is: two names never share an id."""
    assert part == id_of(name, 3)
