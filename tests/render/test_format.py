import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder import formatting as text
from site_builder.formatting import MINUS, MISSING, NumberFormat, exact, rounded, scale_for

NBSP = "\N{NO-BREAK SPACE}"
TIMES = "\N{MULTIPLICATION SIGN}"
FORMATS = (
    NumberFormat().score,
    NumberFormat().signed,
    NumberFormat(1, compact=True).score,
    NumberFormat(1, compact=True).signed,
    text.count,
    text.quantity,
    text.percent,
    text.money,
    text.seconds,
    text.ratio,
    text.billions,
    text.p_value,
)
each_format = pytest.mark.parametrize("write", FORMATS, ids=lambda f: f.__qualname__)
finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [
        (0.0625, 3, "0.063"),
        (-0.0625, 3, f"{MINUS}0.063"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (1.005, 2, "1.01"),
        (0.1, 3, "0.100"),
        (1234567.891, 1, "1,234,567.9"),
        (0.9996, 3, "1.000"),
        *((zero, 3, "0.000") for zero in (0.0, -0.0, -0.0004, -5e-324)),
    ],
)
def test_rounding_is_half_away_from_zero(value, places, written):
    """And zero has no sign."""
    assert written == rounded(value, places)


@pytest.mark.parametrize(
    ("values", "bounds", "scale"),
    [
        ([], (), NumberFormat(3)),
        ([0.1, 0.9], (), NumberFormat(3)),
        ([1.5], (), NumberFormat(3)),
        ([1.51], (), NumberFormat(2)),
        ([19.9], (), NumberFormat(2)),
        ([20.0], (), NumberFormat(1)),
        ([100_000.0], (), NumberFormat(1)),
        ([100_001.0], (), NumberFormat(1, compact=True)),
        ([0.9], (0.0, 100.0), NumberFormat(1)),
        ([0.001], (0.0, 1.0), NumberFormat(3)),
        ([0.01], (), NumberFormat(3)),
        ([0.00512], (), NumberFormat(5)),
        ([5e-324], (), NumberFormat(12)),
        ([math.nan, math.inf, 0.5], (math.nan, math.inf), NumberFormat(3)),
    ],
)
def test_scale_shows_three_digits(values, bounds, scale):
    assert scale == scale_for(values, bounds)


@pytest.mark.parametrize(
    ("write", "value", "written"),
    [
        # Scores, on the scale of their task.
        (NumberFormat().score, 0.7424, "0.742"),
        (NumberFormat(2).score, -3.145, f"{MINUS}3.15"),
        (NumberFormat(1, compact=True).score, 22_781_380_000, f"22.8{NBSP}G"),
        (NumberFormat(1, compact=True).score, 9_999.0, "9,999.0"),
        (NumberFormat(1, compact=True).score, 10_000.0, f"10.0{NBSP}k"),
        (NumberFormat(1, compact=True).score, -12_345.0, f"{MINUS}12.3{NBSP}k"),
        (NumberFormat(1, compact=False).score, 12_345.0, "12,345.0"),
        (NumberFormat(1, compact=True, digits=5).score, 22_781_380_000, f"22.781{NBSP}G"),
        (NumberFormat(1, compact=True, digits=5).score, 999_996_000.0, f"1.0000{NBSP}G"),
        # A difference has its sign, unless it is written as zero.
        (NumberFormat().signed, 0.081, "+0.081"),
        (NumberFormat().signed, -0.004, f"{MINUS}0.004"),
        (NumberFormat().signed, 0.0, "0.000"),
        (NumberFormat().signed, 0.0004, "0.000"),
        (NumberFormat().signed, -0.0004, "0.000"),
        (NumberFormat().signed, 0.0005, "+0.001"),
        # Every digit.
        (exact, 0.0475, "0.0475"),
        (exact, -0.0475, "-0.0475"),
        (exact, 2.0, "2"),
        (exact, -0.0, "0"),
        # Three digits and a prefix.
        (text.compact, 999.4, "999.4"),
        (text.compact, 999.6, f"1.00{NBSP}k"),
        (text.compact, 1_000, f"1.00{NBSP}k"),
        (text.compact, 999_400, f"999{NBSP}k"),
        (text.compact, 999_999, f"1.00{NBSP}M"),
        (text.compact, 22_781_380_000, f"22.8{NBSP}G"),
        (text.compact, -3.5e12, f"{MINUS}3.50{NBSP}T"),
        (text.compact, 1e15, "1.00e15"),
        (text.compact, -1e300, f"{MINUS}1.00e300"),
        (text.compact, 0, "0.0"),
        # Sizes of files.
        (text.size, 0, f"0{NBSP}B"),
        (text.size, 999, f"999{NBSP}B"),
        (text.size, 1_000, f"1.0{NBSP}kB"),
        (text.size, 999_949, f"999.9{NBSP}kB"),
        (text.size, 999_950, f"1.0{NBSP}MB"),
        (text.size, 2_340_000_000, f"2.3{NBSP}GB"),
        # Other kinds of numbers.
        (text.count, 560_000, "560,000"),
        (text.count, 2.5, "3"),
        (text.quantity, 7.24, "7.24"),
        (text.quantity, 0.0, "0"),
        (text.quantity, 1.23456, "1.235"),
        (text.quantity, 0.00002, "0.00002"),
        (text.quantity, -1_200.5, f"{MINUS}1,200.5"),
        (text.billions, 7.24, "7.24B"),
        (text.percent, 0.48, f"48{NBSP}%"),
        (text.percent, 0.285, f"29{NBSP}%"),
        (text.percent, 1, f"100{NBSP}%"),
        (text.money, 30, "$30.00"),
        (text.money, 0.075, "$0.075"),
        (text.money, 0.0015, "$0.0015"),
        (text.money, 1.345, "$1.35"),
        (text.money, 1234.5, "$1,234.50"),
        (text.money, -0.5, f"{MINUS}$0.50"),
        (text.seconds, 0.204, f"0.204{NBSP}s"),
        (text.seconds, 0.9996, f"1.00{NBSP}s"),
        (text.seconds, 9.996, f"10.0{NBSP}s"),
        (text.seconds, 41.24, f"41.2{NBSP}s"),
        (text.ratio, 300, f"300{TIMES}"),
        (text.ratio, 20, f"20{TIMES}"),
        (text.ratio, 2, f"2.0{TIMES}"),
        (text.ratio, 0.01, f"0.01{TIMES}"),
        (text.ratio, 1.504, f"1.50{TIMES}"),
        (text.ratio, 0.0033, f"0.00330{TIMES}"),
        (text.ratio, 0, f"0.00{TIMES}"),
        (text.p_value, 0.0004, "< 0.001"),
        (text.p_value, 0.001, "0.001"),
        (text.p_value, 0.0314, "0.031"),
        (text.p_value, 0.1, "0.10"),
    ],
)
def test_number_is_written_as_its_kind(write, value, written):
    assert written == write(value)


def test_words_around_numbers():
    assert "A, B and 2 more" == text.listed(["A", "B", "C", "D"])
    assert "23 of 31" == text.coverage(23, 31)
    assert "1,200 of 1,500" == text.coverage(1200, 1500)
    assert ["0 tasks", "1 task", "1,500 tasks"] == [text.counted(n, "task") for n in (0, 1, 1500)]
    assert ["A b", "Éa", ""] == [text.sentence(words) for words in ("a b", "éa", "")]


@each_format
def test_missing_number_is_a_dash(write):
    assert MISSING == write(None)


@each_format
@given(finite)
def test_any_finite_number_is_written(write, value):
    written = write(value)
    assert "nan" not in written.lower()
    assert "-" not in written
    assert not written.startswith((MINUS, "+")) or any(c in "123456789" for c in written)


@given(st.lists(finite), st.tuples(st.none() | finite, st.none() | finite), finite)
def test_any_scale_writes_any_number(values, bounds, value):
    scale = scale_for(values, bounds)
    assert "nan" not in (scale.score(value) + scale.signed(value)).lower()


@given(finite, st.integers(0, 6))
def test_rounding_is_symmetric(value, places):
    assert rounded(value, places).lstrip(MINUS) == rounded(-value, places).lstrip(MINUS)


@given(st.integers(-(10**6), 10**6), st.integers(0, 6))
def test_rounding_moves_by_half_a_step_at_most(millionths, places):
    value = millionths / 10**6
    written = float(rounded(value, places).replace(MINUS, "-"))
    assert abs(written - value) <= 0.5 * 10**-places + 1e-12
