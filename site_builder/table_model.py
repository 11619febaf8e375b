"""Describe a table as values: columns, rows, cells, drawings."""

from __future__ import annotations

from typing import Literal

from site_builder.addresses import Link, method_link
from site_builder.records import Record

Tone = Literal["", "gain", "loss", "soft"]
Align = Literal["text", "number", "plot"]
RowKind = Literal["", "reference", "unranked"]
FacetKind = Literal["choice", "most"]

TALL = 12
WIDE = 10
LONG = 400
MOST_LISTED = 100  # rows of models on the pages of tasks and categories
GROUP = 50


class Dumbbell(Record):
    """A score before and after on one scale, for drawing in a row.

    Attributes:
        before, after: Places of the two scores, as shares of the scale in 0..1; None for no mark.
        reference: Place of the baseline.
        low, high: Ends of the interval of the score after.
        text: The same in words.
    """

    before: float | None
    after: float | None
    reference: float | None
    low: float | None = None
    high: float | None = None
    text: str = ""


class Marks(Record):
    """Scores of several runs on one scale, for drawing in a row.

    Attributes:
        places: Place of each run's mark, as a share of the scale in 0..1; None for no mark.
        reference: Place of the baseline.
        text: The same in words.
    """

    places: tuple[float | None, ...]
    reference: float | None
    text: str


class Cell(Record):
    """One cell of a table.

    Attributes:
        text: What is read.
        value: What is sorted, exported and compared; None for a missing value, which sorts last.
        note: A second, smaller line.
        tone: Whether the text tells a gain or a loss; the sign says it too, never colour alone.
        link: Where the text leads.
        dot: Index of the colour that marks the developer, from 0; None for no mark.
        tags: Short labels behind the text.
        plot: A drawing in place of the text.
        marks: A drawing of several runs in place of the text; the comparison's tables have it.
    """

    text: str
    value: float | str | None = None
    note: str = ""
    tone: Tone = ""
    link: Link | None = None
    dot: int | None = None
    tags: tuple[str, ...] = ()
    plot: Dumbbell | None = None
    marks: Marks | None = None


class Column(Record):
    """One column of a table.

    Attributes:
        key: Its name in the address of a sorted view; unique in its table.
        label: Its heading.
        align: How its cells are set.
        help: What it holds, where the heading does not say it.
        first: The order that the first click on its heading gives; empty for the usual one, texts
            upwards and numbers downwards.
        term: The section on method that explains it; empty where it shows what a table says.
        words: Its heading in words, where that is a sign.
    """

    key: str
    label: str
    align: Align = "text"
    help: str = ""
    first: Literal["", "ascending", "descending"] = ""
    term: str = ""
    words: str = ""


class Row(Record):
    """One row of a table.

    Attributes:
        cells: Its cells, in the order of the columns.
        kind: Whether it is the baseline's, or one without a rank.
        anchor: Where a link to the row leads; unique on its page.
        marks: What filters and ticks must know of it that no cell says, by name.
    """

    cells: tuple[Cell, ...]
    kind: RowKind = ""
    anchor: str = ""
    marks: tuple[tuple[str, str], ...] = ()


class Filter(Record):
    """A filter of a table's rows.

    Attributes:
        key: The column, or the mark of the rows, that it looks at; its name in the address.
        label: What it is called.
        kind: Choose among the values that there are, or set the greatest number.
        unit: What follows a number.
    """

    key: str
    label: str
    kind: FacetKind = "choice"
    unit: str = ""


class TableTools(Record):
    """What a visitor can do with a table beside sorting it.

    Attributes:
        noun, nouns: What one row is, and several.
        facets: Filters beside the one by text.
        compare: Whether rows can be ticked, to compare their models.
        variant: The variant that ticked rows are compared in; empty for each model's own first.
    """

    noun: str
    nouns: str
    facets: tuple[Filter, ...] = ()
    compare: bool = False
    variant: str = ""


class Table(Record):
    """A table as it is read: caption, columns, rows in their published order.

    Attributes:
        id: Unique on its page.
        caption: What the table holds, for those who hear it.
        columns: The columns, left to right.
        rows: The rows, top to bottom.
        header: Index of the column that names a row.
        sorted_by: Key of the column that gave the order; empty where the order is no column's.
        empty: What stands in place of a table without rows.
        tools: What can be done with it beside sorting; a page has one table, or one set of views,
            that has any.
        explained: Further names of what it shows, each leading to the section that explains it.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    header: int = 0
    sorted_by: str = ""
    empty: str = "Nothing to show."
    tools: TableTools | None = None
    explained: tuple[Link, ...] = ()

    @property
    def method(self) -> tuple[Link, ...]:
        """Where all that it computes is explained: a link a section, by the headings it is of."""
        named: dict[str, dict[str, None]] = {}
        for column in self.columns:
            if column.term:
                named.setdefault(column.term, {})[column.words or column.label] = None
        return (
            *(method_link(", ".join(labels), term) for term, labels in named.items()),
            *self.explained,
        )

    @property
    def is_tall(self) -> bool:
        """Whether it is higher than a screen, so that its head should stay in sight."""
        return len(self.rows) > TALL

    @property
    def is_wide(self) -> bool:
        """Whether it is wider than a page, so that it scrolls sideways even on a large screen."""
        return len(self.columns) > WIDE

    @property
    def is_long(self) -> bool:
        """Whether a browser would take long to lay out all of its rows."""
        return len(self.rows) > LONG

    @property
    def groups(self) -> tuple[tuple[Row, ...], ...]:
        """The rows in groups, each laid out when it comes near: one group unless it is long."""
        size = GROUP if self.is_long else max(len(self.rows), 1)
        return tuple(self.rows[i : i + size] for i in range(0, len(self.rows), size))
