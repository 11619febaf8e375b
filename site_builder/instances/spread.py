"""Mean and standard error of many values, from sums that any engine can make."""

from __future__ import annotations

from math import sqrt

from site_builder.records import Record

_NOISE = 1e-12  # of the size of the scores: what two ways of adding the same numbers may differ by


class Spread(Record):
    """What is known of the values of a group.

    Attributes:
        n: How many there are, at least 1.
        centre: Their mean, as one pass gives it.
        off: The sum of their deviations from `centre`: what that pass has lost in rounding.
        square: The mean of the squares of these deviations, as one pass gives it.
        over: The sum of the deviations of these squares from `square`: again what is lost.
        low: The least of them.
        high: The greatest of them.
    """

    n: int
    centre: float
    off: float
    square: float
    over: float
    low: float
    high: float

    @property
    def size(self) -> float:
        """Size of the values: the greatest of them, whatever its sign."""
        return max(abs(self.low), abs(self.high))

    @property
    def mean(self) -> float:
        """The mean: `centre + off / n`; the value itself where all are the same.

        Units: those of the values.
        Source: docs/statistics.md#score-of-many-examples.
        """
        return self.low if self.low == self.high else self.centre + self.off / self.n

    def stderr(self, size: float = 0.0) -> float | None:
        """Standard error of the mean: `sqrt(sum((x - mean)^2) / (n - 1) / n)`.

        The sample standard deviation over the root of n, as the lm-evaluation-harness has it. The
        sum is `n square + over - off^2 / n`: the corrected two-pass algorithm of Chan, Golub and
        LeVeque (1983), which loses no digits where values are large beside their spread, with the
        same correction for the squares, of which a plain sum drifts where there are millions.

        Args:
            size: Size of the numbers that the values are differences of: a spread below the
                twelfth digit of it is rounding.

        Returns:
            The error, in the unit of the values. None where it says nothing: of one value, and of
            values that are all the same.

        Source: docs/statistics.md#score-of-many-examples.
        """
        if self.n < 2 or self.high - self.low <= _NOISE * size:
            return None
        squares = self.n * self.square + self.over - self.off**2 / self.n
        return sqrt(max(squares, 0.0) / (self.n - 1) / self.n)
