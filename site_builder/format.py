"""Numbers to text: the only place where a digit is dropped.

Rounding is half away from zero on the shortest decimal that stands for the float, so 0.0625 at three
places is 0.063, as a reader would round it by hand; `"%.3f"` would give 0.062. A true minus sign (U+2212)
is as wide as a plus, and a missing value is a word or a dash, never a zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"
MISSING = "\N{EN DASH}"
NO_SCORE = "no score"
_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def rounded(value: float, places: int) -> str:
    """`value` at so many decimal places, half away from zero, with a true minus; `-0.0` is `0.0`."""
    quantum = Decimal(1).scaleb(-places)
    exact = Decimal(repr(float(value)))
    text = f"{exact.quantize(quantum, rounding=ROUND_HALF_UP):,f}"
    return text.replace("-", MINUS) if any(c in "123456789" for c in text) else text.replace("-", "")


@dataclass(frozen=True)
class Scale:
    """How the scores of one metric are written: decimal places, or a prefix where they are large.

    Attributes:
        places: Decimal places.
        compact: Write 22,781,380,000 as `22.8 G`.
    """

    places: int = 3
    compact: bool = False

    def score(self, value: float | None) -> str:
        """A score, such as `0.742` or `22.8 G`; a dash where there is none."""
        if value is None:
            return MISSING
        if not self.compact or abs(value) < 10_000:
            return rounded(value, self.places)
        return compact(value)

    def signed(self, value: float | None) -> str:
        """A difference, such as `+0.081`, `−0.004` or `0.000`."""
        if value is None:
            return MISSING
        text = self.score(value)
        return f"+{text}" if value > 0 and any(c in "123456789" for c in text) else text

    def interval(self, low: float, high: float) -> str:
        """A range, such as `0.662 to 0.818`."""
        return f"{self.score(low)} to {self.score(high)}"


def scale_for(values: Iterable[float], bounds: Sequence[float | None] = ()) -> Scale:
    """The scale that shows these scores with three significant digits or so.

    Args:
        values: Scores of one metric; none at all give three places.
        bounds: The metric's stated bounds, which speak louder than the values.
    """
    sizes = [abs(v) for v in values if math.isfinite(v)] + [abs(b) for b in bounds if b is not None]
    top = max(sizes, default=1.0)
    if top > 100_000:
        return Scale(places=1, compact=True)
    return Scale(places=3 if top <= 1.5 else 2 if top < 20 else 1)


def compact(value: float) -> str:
    """A large number with a prefix: `560 k`, `22.8 G`; three significant digits."""
    for size, prefix in _PREFIXES:
        if abs(value) >= size:
            scaled = value / size
            places = 2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0
            return f"{rounded(scaled, places)} {prefix}"
    return rounded(value, 1)


def count(value: float | None) -> str:
    """A whole number with thousands separators: `560,000`."""
    return MISSING if value is None else rounded(value, 0)


def quantity(value: float | None) -> str:
    """A number of unknown kind with up to three decimals, trailing zeros dropped: `7.24`, `226`."""
    if value is None:
        return MISSING
    text = rounded(value, 3)
    return text.rstrip("0").rstrip(".") if "." in text else text


def coverage(scored: int, of: int) -> str:
    """How much of a board a model has: `23 of 31`."""
    return f"{scored:,} of {of:,}"


def percent(share: float | None, places: int = 0) -> str:
    """A share in 0..1 as a percentage: `48 %`. The only place where percent exists."""
    return MISSING if share is None else f"{rounded(share * 100, places)}\N{NO-BREAK SPACE}%"


def money(usd: float | None) -> str:
    """US dollars: `$30.00`, `$0.05`, `$0.0015`; two places, or enough for two significant digits."""
    if usd is None:
        return MISSING
    places = 2 if usd == 0 or abs(usd) >= 0.01 else 1 - math.floor(math.log10(abs(usd)))
    return f"${rounded(usd, places)}"


def seconds(value: float | None) -> str:
    """A duration: `0.204 s`, `3.68 s`, `41.2 s`; three significant digits."""
    if value is None:
        return MISSING
    places = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1
    return f"{rounded(value, places)}\N{NO-BREAK SPACE}s"


def ratio(value: float | None) -> str:
    """A multiple: `300×`, `1.5×`."""
    if value is None:
        return MISSING
    return f"{rounded(value, 0 if abs(value) >= 20 else 1 if abs(value) >= 2 else 2)}×"


def billions(value: float | None) -> str:
    """A number of parameters, given in billions: `7.24B`, `0.56B`."""
    return MISSING if value is None else f"{quantity(value)}B"


def p_value(value: float | None) -> str:
    """A p-value: `0.03`, `< 0.001`."""
    if value is None:
        return MISSING
    return "< 0.001" if value < 0.001 else rounded(value, 3 if value < 0.1 else 2)


def size(n_bytes: int) -> str:
    """The size of a file: `812 B`, `24.8 kB`, `1.5 MB`."""
    for unit_size, unit in ((1e6, "MB"), (1e3, "kB")):
        if n_bytes >= unit_size:
            return f"{rounded(n_bytes / unit_size, 1)} {unit}"
    return f"{n_bytes} B"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Names as a phrase: `A`, `A and B`, `A, B and C`, `A, B and 4 more`."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def counted(n: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 task`, `31 tasks`."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def sentence(text: str) -> str:
    """`text` with its first letter capital, for a phrase that opens a sentence."""
    return text[:1].upper() + text[1:]
