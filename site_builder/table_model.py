"""Describe a table as values: columns, rows, cells, drawings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Literal, NamedTuple, TypedDict, TypeVar, Unpack

from site_builder.addresses import Link, method_link
from site_builder.records import Record

Tone = Literal["", "gain", "loss", "soft"]
RowKind = Literal["", "reference", "unranked"]
Item = TypeVar("Item")

LONG = 400
MOST_LISTED = 100  # rows of models on the pages of tasks and categories
_TALL = 12
_WIDE = 10
GROUP = 20


class Tag(NamedTuple):
    """A short label behind the text of a cell: its id, which chooses its look, and its words."""

    id: str
    text: str


class Dumbbell(Record):
    """A score before and after on one scale, drawn in a row.

    Positions are shares of the scale in 0..1; None draws no mark.

    Attributes:
        reference: Position of the baseline.
        low, high: Ends of the interval of the score after.
        chance: Position of the score that guessing gives.
        is_at_chance: Whether the score after is no better than that.
        text: The same in words.
    """

    before: float | None
    after: float | None
    reference: float | None
    low: float | None = None
    high: float | None = None
    text: str = ""
    chance: float | None = None
    is_at_chance: bool = False


class AxisRange(Record):
    """The ends of a scale."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Return where a value stands between the ends, 0..1; in the middle where they are one."""
        if self.high <= self.low:
            return 0.5
        return round((value - self.low) / (self.high - self.low), 4)

    def place(self, value: float | None) -> float | None:
        """Return where a value stands, if there is one."""
        return None if value is None else self.share(value)


class Cell(Record):
    """One cell of a table.

    Attributes:
        value: For sorting and export; None for a missing value, which sorts last.
        note: A second, smaller line.
        tone: Gain or loss; the sign of the text shows it too, never colour alone.
        dot: Index of the developer's colour, from 0.
        tags: Short labels behind the text.
        plot: A drawing in place of the text.
        ranks: The note is the range of plausible ranks: its best, its worst, and how many there
            are. It is drawn as a strip.
    """

    text: str
    value: float | str | None = None
    note: str = ""
    tone: Tone = ""
    link: Link | None = None
    dot: int | None = None
    tags: tuple[Tag, ...] = ()
    plot: Dumbbell | None = None
    ranks: tuple[int, int, int] | None = None


class Column(Record):
    """One column of a table.

    Attributes:
        key: Its name in the address of a sorted view; unique in its table.
        help: An explanation, if the heading is not enough.
        first_order: Order after the first click on the heading; by default texts ascend, numbers
            descend.
        term: Section of the about page that explains it.
        spoken_label: The heading in words, if the label is a sign.
    """

    key: str
    label: str
    align: Literal["text", "number", "plot"] = "text"
    help: str = ""
    first_order: Literal["", "ascending", "descending"] = ""
    term: str = ""
    spoken_label: str = ""


class Row(Record):
    """One row of a table.

    Attributes:
        anchor: Target of links to the row; unique on its page.
        filters: Values by name for filters and checkboxes, if no cell has them.
    """

    cells: tuple[Cell, ...]
    kind: RowKind = ""
    anchor: str = ""
    filters: tuple[tuple[str, str], ...] = ()


class Filter(Record):
    """A filter of a table's rows.

    Attributes:
        key: The column or the value of rows that it filters by; its name in the address.
        kind: Choose one of the values, or set the greatest number.
        unit: Text after the number.
        first: The values that are shown at first; empty for all.
    """

    key: str
    label: str
    kind: Literal["choice", "most"] = "choice"
    unit: str = ""
    first: tuple[str, ...] = ()


class TableTools(Record):
    """The tools of a table besides sorting.

    Attributes:
        noun, nouns: Name of one row, and of several.
        facets: Filters besides the one by text.
        compare: Whether rows can be ticked to compare their models.
        variant: Variant in which models are compared; empty for the first of each model.
    """

    noun: str
    nouns: str
    facets: tuple[Filter, ...] = ()
    compare: bool = False
    variant: str = ""


class Table(Record):
    """A table with its rows in their published order.

    Attributes:
        id: Unique on its page.
        caption: Read aloud by screen readers.
        header: Index of the column that names a row.
        sorted_by: Key of the column that the rows are sorted by; empty for another order.
        empty: Text in place of a table without rows.
        tools: Only one table, or one set of views, of a page has tools.
        explained: Further links to sections of the about page.
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
        """Links to the sections that explain the columns, one per section."""
        named: dict[str, dict[str, None]] = {}
        for column in self.columns:
            if column.term:
                named.setdefault(column.term, {})[column.spoken_label or column.label] = None
        return (
            *(method_link(", ".join(labels), term) for term, labels in named.items()),
            *self.explained,
        )

    @property
    def is_tall(self) -> bool:
        """Whether it is higher than a screen, so that its header row should stay in view."""
        return len(self.rows) > _TALL

    @property
    def is_wide(self) -> bool:
        """Whether it scrolls sideways even on a large screen."""
        return len(self.columns) > _WIDE

    @property
    def is_long(self) -> bool:
        """Whether a browser would take long to lay out all rows."""
        return len(self.rows) > LONG

    @property
    def groups(self) -> tuple[tuple[Row, ...], ...]:
        """The rows in groups that the browser lays out one by one; one group unless it is long."""
        size = GROUP if self.is_long else max(len(self.rows), 1)
        return tuple(self.rows[i : i + size] for i in range(0, len(self.rows), size))


# --- tables from records ------------------------------------------------------------------------


class Field(Record, Generic[Item]):
    """A column of a table with the function that makes its cells; left out unless `wanted`."""

    column: Column
    cell: Callable[[Item], Cell]
    wanted: bool = True


class _TableSettings(TypedDict, total=False):
    header: int
    sorted_by: str
    empty: str
    tools: TableTools
    explained: tuple[Link, ...]


def table_of(  # noqa: PLR0913 - most have a default
    table_id: str,
    caption: str,
    fields: Sequence[Field[Item]],
    records: Sequence[Item],
    kind: Callable[[Item], RowKind] = lambda _: "",
    filters: Callable[[Item], Mapping[str, str | None]] = lambda _: {},
    anchor: Callable[[Item], str] = lambda _: "",
    **settings: Unpack[_TableSettings],
) -> Table:
    """Make a table with one row per record; `settings` are further attributes of a `Table`."""
    wanted = [field for field in fields if field.wanted]
    rows = [
        Row(
            tuple([field.cell(record) for field in wanted]),
            kind(record),
            anchor(record),
            tuple([(name, text) for name, text in filters(record).items() if text is not None]),
        )
        for record in records
    ]
    return Table(table_id, caption, tuple(f.column for f in wanted), tuple(rows), **settings)
