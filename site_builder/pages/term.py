"""A statistic in words."""

from __future__ import annotations

from site_builder.records import Record


class Term(Record):
    """A statistic in words.

    Attributes:
        anchor: Its place on the page, to which charts lead.
        name: Its name.
        meaning: What it is.
        formula: How it is computed; empty where the meaning says it.
        shown: Whether this board has it.
    """

    anchor: str
    name: str
    meaning: str
    formula: str = ""
    shown: bool = True
