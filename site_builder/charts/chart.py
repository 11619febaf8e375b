"""A chart as a value: figure, finding, reading, and the same data as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from site_builder.addresses import Address, Link
from site_builder.parts import Table
from site_builder.records import Record

# What stands around the drawing in a frame: title, caption, table to open, where it is from.
FRAME = 240


def id_of(name: str, place: int) -> str:
    """Free text as a part of an id: as it is where it is one plain word, else by its place.

    Args:
        name: The text; `a_b` is a word, `a-b` is not, since both would come out the same.
        place: Its place among others of its kind.
    """
    is_word = name.isascii() and name.replace("_", "").isalnum()
    is_place = name[:1] == "v" and name[1:].isdigit()
    return name.replace("_", "-") if is_word and not is_place else f"v{place}"


class Embed(Record):
    """A view on a page of its own, for a frame in other people's pages.

    Attributes:
        id: Unique on the page that offers it.
        link: Its title, leading to it.
        height: Height of the frame, in px.
    """

    id: str
    link: Link
    height: int


class Chart(Record):
    """One chart.

    Attributes:
        id: Unique on its page, and the name of its downloads.
        title: What it shows, as a finding; computed from the data.
        reading: The same for those who cannot see it: one or two sentences.
        caption: Unit and method.
        figure: Plotly figure as JSON-ready values, colours as token names.
        table: The numbers behind it; None where another table of its page has them.
        terms: Section of the statistics that explains it, on the about page.
        embedded: Whether it has a page of its own for other people's pages.
        told_by: Id of that other table.
    """

    id: str
    title: str
    reading: str
    caption: str
    figure: Mapping[str, Any]
    table: Table | None
    terms: str = ""
    embedded: bool = False
    told_by: str = ""

    @property
    def height(self) -> int:
        """Room that the page keeps for it, in px."""
        return int(self.figure["layout"]["height"])

    @property
    def embed(self) -> Embed | None:
        """The page of its own; None where it has none."""
        if not self.embedded:
            return None
        link = Link(self.title, Address("embed", self.id))
        return Embed(self.id, link, self.height + FRAME)
