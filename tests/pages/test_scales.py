"""The scales of drawings, by hand."""

import pytest

from site_builder.pages.scales import around, tick_text
from site_builder.table_model import AxisRange


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([0.2, 0.9], AxisRange(0.0, 0.9)),
        ([0.5, 0.9], AxisRange(0.5, 0.9)),  # 0 is farther from them than they are long
        ([-0.2, 0.9], AxisRange(-0.2, 0.9)),
        ([1.0, 100.0], AxisRange(0.0, 100.0)),
        ([1.0, 101.0], AxisRange(1.0, 101.0, is_log=True)),
        ([0.0, 101.0], AxisRange(0.0, 101.0)),
    ],
)
def test_a_scale_begins_at_zero_where_that_is_near(values, scale):
    assert scale == around(values, 100, from_zero=True)


def test_room_around_values():
    """4 % of their range at both ends; of equal values, half of their size; without any, of 0."""
    assert (AxisRange(-4.0, 104.0), AxisRange(1.0, 3.0)) == (around([0, 100]), around([2.0, 2.0]))
    assert AxisRange(-0.5, 0.5) == around([])
    assert (0.0, 0.5) == AxisRange(0.01, 100.0, is_log=True).span((-8.0, 1.0))


def test_large_values_of_an_axis_have_a_prefix():
    assert ["9,999", "10.0\N{NO-BREAK SPACE}k"] == [tick_text(9_999), tick_text(10_000)]
