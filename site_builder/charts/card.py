"""A link preview as a value: a finding, and a few rows of a real chart on one axis."""

from __future__ import annotations

from collections.abc import Iterable

from site_builder.charts import theme
from site_builder.parts import Dumbbell, Tone
from site_builder.records import Record

MOST_TICKS = 5
_AROUND = 0.04


class Stretch(Record):
    """A bar, from one place to another.

    Attributes:
        start, end: Its ends, as shares of the axis in 0..1.
    """

    start: float
    end: float


class CardRow(Record):
    """One row of the chart.

    Attributes:
        name: What it is of.
        text: Its value, as it is read.
        mark: What is drawn.
        tone: Whether the value tells a gain or a loss.
    """

    name: str
    text: str
    mark: Dumbbell | Stretch
    tone: Tone = ""


class Mark(Record):
    """A named place on the axis.

    Attributes:
        share: Where it stands, in 0..1.
        text: What is read there.
    """

    share: float
    text: str


class CardChart(Record):
    """A few rows on one axis.

    Attributes:
        rows: The rows, top to bottom; at least one.
        ticks: The axis.
        caption: What the values are.
        reference: A line through all rows; None for no line.
    """

    rows: tuple[CardRow, ...]
    ticks: tuple[Mark, ...]
    caption: str
    reference: Mark | None = None


class Card(Record):
    """The picture that a link to a page is shown with.

    Attributes:
        finding: What the page says, in a sentence; also the text in place of the picture.
        chart: What it is drawn from; None where the board has nothing to draw.
    """

    finding: str
    chart: CardChart | None


class Axis(Record):
    """A scale that all that is drawn has room on.

    Attributes:
        low, high: The values at its ends.
    """

    low: float
    high: float

    @classmethod
    def around(cls, values: Iterable[float | None]) -> Axis:
        """The axis of some values, with a little room at both ends."""
        known = [value for value in values if value is not None]
        low, high = min(known), max(known)
        room = _AROUND * (high - low) or 0.5 * abs(high) or 0.5
        return cls(low - room, high + room)

    @classmethod
    def from_zero(cls, values: Iterable[float]) -> Axis:
        """The axis of bars: it begins or ends at zero, or zero lies in it."""
        known = [0.0, *values]
        return cls(min(known), max(known) if any(known) else 1.0)

    def share(self, value: float) -> float:
        """Where a value stands between the ends."""
        return round((value - self.low) / (self.high - self.low), 4)

    def place(self, value: float | None) -> float | None:
        """The same; None for no value."""
        return None if value is None else self.share(value)

    def bar(self, value: float) -> Stretch:
        """A bar from zero."""
        return Stretch(*sorted((self.share(0.0), self.share(value))))

    def ticks(self, *, signed: bool = False) -> tuple[Mark, ...]:
        """Round values, written as the site writes numbers."""
        found = theme.ticks(self.low, self.high, signed=signed, most=MOST_TICKS)
        pairs = zip(found["tickvals"], found["ticktext"], strict=True)
        inside = ((self.share(value), text) for value, text in pairs)
        return tuple(Mark(share, text) for share, text in inside if -1e-6 <= share <= 1 + 1e-6)
