"""Turn numbers into text; the only place that rounds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from itertools import chain

from site_builder.records import Record

MINUS = "\N{MINUS SIGN}"
MISSING = "\N{EN DASH}"
TIMES = "\N{MULTIPLICATION SIGN}"
_SPACE = "\N{NO-BREAK SPACE}"
_PREFIXES = {3: "k", 6: "M", 9: "G", 12: "T"}
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_MAX_PLACES = 12
# Enough for every digit of the largest float; the default of 28 fails for 1e26 at three places.
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)


class Notation(Record):
    """How a language writes numbers, dates and lists; by default English.

    Attributes:
        decimal, group: The mark before decimals, and that between groups of three digits.
        percent, dollars, span, share: A percentage, an amount, a range, and a part of a number.
        comma, both, either, more: What joins names, the last of them, and a number of others.
        first, second, third, other: Places in an order: of 1, 2, 3 except 11, 12, 13, and the rest.
        day, month: Dates.
        months, numbers: The twelve months, and the numbers from 0 to 12, with spaces between.
    """

    decimal: str = "."
    group: str = ","
    percent: str = f"{{n}}{_SPACE}%"
    dollars: str = "${n}"
    span: str = "{low} to {high}"
    share: str = "{n} of {of}"
    comma: str = ", "
    both: str = "{names} and {last}"
    either: str = "{names} or {last}"
    more: str = "{names} and {n} more"
    first: str = "{n}st"
    second: str = "{n}nd"
    third: str = "{n}rd"
    other: str = "{n}th"
    day: str = "{day} {month} {year}"
    month: str = "{month} {year}"
    months: str = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
    numbers: str = "no one two three four five six seven eight nine ten eleven twelve"


ENGLISH = Notation()
_NOTATION: ContextVar[Notation] = ContextVar("notation", default=ENGLISH)


@contextmanager
def writing(notation: Notation) -> Iterator[None]:
    """Write numbers, dates and lists so from here on; what programs read is always English."""
    token = _NOTATION.set(notation)
    try:
        yield
    finally:
        _NOTATION.reset(token)


def _marked(text: str) -> str:
    """Return a number, written in English, with the marks of the language."""
    notation = _NOTATION.get()
    if notation is ENGLISH:
        return text
    return text.translate({ord(","): notation.group, ord("."): notation.decimal})


def rounded(value: float, places: int, shift: int = 0) -> str:
    """Return a finite number with `places` decimals, rounded half away from zero.

    It has a minus sign unless it rounds to zero. It is first multiplied by ten to the power of
    `shift`, without the error of a float.
    """
    return _marked(_rounded(value, places, shift))


@lru_cache(maxsize=1 << 16)  # a board has few different scores, each on many pages
def _rounded(value: float, places: int, shift: int = 0) -> str:
    decimal = Decimal(repr(float(value))).scaleb(shift)
    text = f"{decimal.quantize(Decimal(1).scaleb(-places), context=_EXACT):,f}"
    return f"{MINUS if _is_not_zero(text) else ''}{text[1:]}" if text[0] == "-" else text


@lru_cache(maxsize=1 << 16)
def as_shown(value: float, places: int) -> float:
    """Return the number that the text of a value with `places` decimals says."""
    return float(_rounded(value, places).replace(",", "").replace(MINUS, "-"))


def _is_not_zero(text: str) -> bool:
    return text.strip("-0,.") != ""


def _magnitude(value: float, digits: int = 3) -> int:
    """Return the power of ten of a rounded number: of three digits, 2 for 999.4, 3 for 999.6."""
    decimal = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(repr(float(value)))
    return decimal.adjusted() if decimal else 0


def _places(value: float, least: int) -> int:
    """Return the decimal places that show three digits of a number, but at least `least`."""
    return min(_MAX_PLACES, max(least, 2 - _magnitude(value)))


class NumberFormat(Record):
    """The format of the scores of a metric: decimal places, or `22.8 G` for large scores.

    Attributes:
        digits: Number of digits of a large score.
        unit: Unit of a measure, beside every number: `USD`, `B`, or the text that follows.
    """

    places: int = 3
    compact: bool = False
    digits: int = 3
    unit: str = ""

    @property
    def is_percent(self) -> bool:
        """Whether it writes percentages, whose differences are points."""
        return self.unit in ("percent", "%")

    def score(self, value: float | None) -> str:
        """Return a score as text, such as `0.742`, `22.8 G` or `$1.20`; a dash for None."""
        if value is None:
            return MISSING
        if self.compact and abs(value) >= 10_000:
            text = compact(value, self.digits)
        else:
            text = rounded(value, self.places)
        if not self.unit:
            return text
        if value and not _is_not_zero(text):  # a low cost is not free
            text = rounded(value, _places(value, self.places))
        if self.unit == "USD":
            return _dollars(text)
        gap = "" if self.unit == "B" else _SPACE
        return f"{text}{gap}{self.unit}"

    def signed(self, value: float | None) -> str:
        """Return a difference with its sign, such as `+0.081`; zero has none."""
        if value is None:
            return MISSING
        text = self.score(value)
        return f"+{text}" if value > 0 and _is_not_zero(text) else text

    def tick(self, value: float) -> str:
        """Return a round value of an axis, without empty decimals: `0.5`, `0.3 s`."""
        if self.compact or self.unit == "USD":
            return self.score(value)
        gap = "" if self.unit in ("", "B") else _SPACE
        return f"{quantity(value)}{gap}{self.unit}"


def in_cell(value: float | None, scale: NumberFormat, top: float, *, is_signed: bool) -> str:
    """Return a number in few letters, for the cell of a matrix: `.74`, `+.08`, `68`, `+0.4`.

    Scores of at most 1.5 have two decimals, those from 20 to 1,000 none, and a difference below 10
    of these one; others have the digits of their scale. `top` is the greatest size of a score.
    """
    if value is None or scale.compact or scale.unit or not (0.1 <= top <= 1.5 or 20 <= top < 1000):
        return scale.signed(value) if is_signed else scale.score(value)
    is_share = top <= 1.5
    places = 2 if is_share else int(is_signed and abs(value) < 10)
    text = _rounded(value, places)
    sign = "+" if is_signed and value > 0 and _is_not_zero(text) else ""
    if is_share and _is_not_zero(text):
        text = text.replace("0.", ".", 1) if abs(float(text.replace(MINUS, "-"))) < 1 else text
    return f"{sign}{_marked(text) if _is_not_zero(text) else '0'}"


def scale_for(values: Iterable[float], bounds: Sequence[float | None] = ()) -> NumberFormat:
    """Return the format that shows about three significant digits of scores and bounds."""
    stated = (bound for bound in bounds if bound is not None)
    top = max(filter(math.isfinite, map(abs, chain(values, stated))), default=1.0)
    if top > 100_000:
        return NumberFormat(places=1, compact=True)
    if top < 0.01:
        return NumberFormat(places=_places(top, 3))
    return NumberFormat(places=3 if top <= 1.5 else 2 if top < 20 else 1)


def measure_format(values: Iterable[float], unit: str = "") -> NumberFormat:
    """Return the format that shows three digits of the middle of some values of a measure."""
    sizes = sorted(abs(value) for value in values if value)
    if not sizes:
        return NumberFormat(places=0, unit=unit)
    if sizes[-1] >= 1_000_000:
        return NumberFormat(places=0, compact=True, unit=unit)
    middle = sizes[len(sizes) // 2]
    places = 2 if unit == "USD" and middle >= 0.1 else max(0, _places(middle, 0))
    if all(size == int(size) for size in sizes):
        places = 0
    return NumberFormat(places=places, unit=unit)


def compact(value: float, digits: int = 3) -> str:
    """Return a number with three or more digits and a prefix: `560 k`, `1.00e15`."""
    magnitude = _magnitude(value, digits)
    if magnitude < 3:
        return rounded(value, 1)
    power = magnitude // 3 * 3
    if power not in _PREFIXES:
        return f"{rounded(value, digits - 1, -magnitude)}e{magnitude}"
    places = power + digits - 1 - magnitude
    return f"{rounded(value, places, -power)}{_SPACE}{_PREFIXES[power]}"


def short(value: float) -> str:
    """Return a round number for an axis: `0.5`, `10k`, `2M`."""
    for power, prefix in sorted(_PREFIXES.items(), reverse=True):
        if abs(value) >= 10**power:
            return f"{quantity(value / 10**power)}{prefix}"
    return quantity(value)


@lru_cache(maxsize=1 << 16)
def exact(value: float) -> str:
    """Return a number with all its digits, as programs read it."""
    return repr(float(value) + 0.0).removesuffix(".0")  # + 0.0 removes the sign of a zero


def count(value: float | None) -> str:
    """Return a whole number with thousands separators: `560,000`."""
    return MISSING if value is None else rounded(value, 0)


def quantity(value: float | None) -> str:
    """Return a number of unknown kind with three decimals or three digits: `7.24`, `0.00002`."""
    if value is None:
        return MISSING
    text = _rounded(value, _places(value, 3))
    return _marked(text.rstrip("0").rstrip("."))


def ordinal(n: int) -> str:
    """Return the place of something in an order: `1st`, `22nd`."""
    notation = _NOTATION.get()
    named = {1: notation.first, 2: notation.second, 3: notation.third}
    form = notation.other if n % 100 in (11, 12, 13) else named.get(n % 10, notation.other)
    return form.format(n=count(n))


def coverage(scored: int, of: int) -> str:
    """Return how many tasks of a board have a score: `23 of 31`."""
    return _NOTATION.get().share.format(n=count(scored), of=count(of))


def from_to(low: str, high: str) -> str:
    """Return a range: `0.662 to 0.818`."""
    return _NOTATION.get().span.format(low=low, high=high)


def percent(share: float | None, places: int = 0) -> str:
    """Return a share between 0 and 1 as a percentage: `48 %`."""
    return MISSING if share is None else _NOTATION.get().percent.format(n=rounded(share, places, 2))


def day(text: str) -> str:
    """Return a date as it is read: `23 Aug 2025`, or `Aug 2025` and `2025` where less is known."""
    year, *rest = text.split("-")
    if not rest:
        return year
    notation = _NOTATION.get()
    month = notation.months.split()[int(rest[0]) - 1]
    if len(rest) == 1:
        return notation.month.format(month=month, year=year)
    return notation.day.format(day=int(rest[1]), month=month, year=year)


def _dollars(amount: str) -> str:
    sign = MINUS if amount.startswith(MINUS) else ""
    return sign + _NOTATION.get().dollars.format(n=amount.removeprefix(MINUS))


def money(usd: float | None) -> str:
    """Return US dollars with two decimals or three digits: `$30.00`, `$0.05`, `$0.0015`."""
    if usd is None:
        return MISSING
    whole, _, cents = _rounded(usd, _places(usd, 2)).partition(".")
    return _dollars(_marked(f"{whole}.{cents.rstrip('0').ljust(2, '0')}"))


def seconds(value: float | None) -> str:
    """Return a duration with three digits, in one to three decimals: `0.204 s`, `41.2 s`."""
    if value is None:
        return MISSING
    return f"{rounded(value, min(3, max(1, 2 - _magnitude(value))))}{_SPACE}s"


def ratio(value: float | None) -> str:
    """Return a multiple, with fewer decimals the larger it is: 300, 1.5 or 0.00330 times."""
    if value is None:
        return MISSING
    small = 2 if abs(value) >= 0.01 else _places(value, 2)
    return f"{rounded(value, 0 if abs(value) >= 20 else 1 if abs(value) >= 2 else small)}{TIMES}"


def billions(value: float | None) -> str:
    """Return a number of parameters, given in billions: `7.24B`."""
    return MISSING if value is None else f"{quantity(value)}B"


def p_value(value: float | None) -> str:
    """Return a p-value: `0.03`, `< 0.001`."""
    if value is None:
        return MISSING
    return f"< {rounded(0.001, 3)}" if value < 0.001 else rounded(value, 3 if value < 0.1 else 2)


def size(n_bytes: int) -> str:
    """Return the size of a file: `812 B`, `24.8 kB`, `1.5 MB`."""
    for unit_size, unit in _UNITS:
        if n_bytes >= unit_size * 0.99995:  # the next smaller unit would round to 1,000.0
            return f"{rounded(n_bytes / unit_size, 1)}{_SPACE}{unit}"
    return f"{n_bytes}{_SPACE}B"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return names as a phrase: `A`, `A and B`, `A, B and C`, `A, B and 4 more`."""
    return _listed(names, most, _NOTATION.get())


def _listed(names: Sequence[str], most: int, notation: Notation) -> str:
    if len(names) > most:
        shown = names[: max(1, most - 1)]
        n = _marked(f"{len(names) - len(shown):,}")
        return notation.more.format(names=notation.comma.join(shown), n=n)
    *others, last = names or [""]
    return notation.both.format(names=notation.comma.join(others), last=last) if others else last


def quoted(values: Iterable[object], most: int = 5) -> str:
    """List the first values in quotes, in English, and say how many there are if they are more."""
    return _listed([repr(str(value)) for value in values], most, ENGLISH)


def text_columns(rows: Sequence[Sequence[str]], widest: int = 1_000) -> list[str]:
    """Return rows as lines with columns; no cell is filled up to more than `widest` letters."""
    widths = [min(widest, max(map(len, column))) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def in_words(n: int, least: int = 1, most: int = 10) -> str:
    """Return a number of things, in words from one to ten: `three`, `31`."""
    return _NOTATION.get().numbers.split()[n] if least <= n <= most else count(n)


def counted(n: int, noun: str) -> str:
    """Return a number with its noun: `1 task`, `31 tasks`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


_MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in "\\[]<>`*_!&"})


def escape_markdown(text: str) -> str:
    """Return text of which Markdown takes no character for a mark."""
    return text.translate(_MARKDOWN)


def sentence(text: str) -> str:
    """Return a phrase with a capital first letter."""
    return text[:1].upper() + text[1:]
