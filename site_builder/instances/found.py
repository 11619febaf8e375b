"""What is found in per-example scores."""

from __future__ import annotations

from site_builder.instances.runs import Pair, Run
from site_builder.instances.spread import Spread
from site_builder.records import Record


class Score(Record):
    """The score of a run: the spread of its examples' scores."""

    run: Run
    spread: Spread


class Difference(Record):
    """The difference of a pair: the spread of what it is for each common example.

    Attributes:
        pair: The pair.
        spread: The spread; None where no example is common to both.
        size: Size of the scores that it is a difference of.
        unpaired: Examples that the other run lacks.
        unpaired_against: Examples that only the other run has.
    """

    pair: Pair
    spread: Spread | None
    size: float
    unpaired: int
    unpaired_against: int


class Repeat(Record):
    """Examples of a run that have several rows.

    Attributes:
        run: The run.
        repeated: How many there are.
        example: The first of them.
        differing: How many of them have scores that are not the same.
        differing_example: The first of these.
    """

    run: Run
    repeated: int
    example: str
    differing: int
    differing_example: str | None


class Aggregated(Record):
    """All that was found in the rows.

    Attributes:
        scores: The scores, by task, model and variant.
        differences: The paired differences, in the same order.
        repeats: What is there more than once.
    """

    scores: list[Score]
    differences: list[Difference]
    repeats: list[Repeat]
