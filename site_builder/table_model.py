"""Describe a table as values: columns, rows, cells, drawings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, Literal, NamedTuple, TypedDict, TypeVar, Unpack

from site_builder.addresses import Link
from site_builder.records import Record

Tone = Literal["", "gain", "loss", "soft"]
CellMark = Literal["best", "flagged", "unknown"]
RowKind = Literal["", "reference", "unranked", "group", "behind", "part"]
SpanKind = Literal[
    "axis", "track", "tint", "band", "soft-band", "rod", "loss-rod", "soft-rod", "gain-bar",
    "loss-bar", "soft-bar",
]  # fmt: skip
TickKind = Literal["value", "tick", "median", "reference", "chance"]
PointKind = Literal["base", "score", "loss", "soft", "entry", "baseline", "at-chance", "level"]
MarkKind = SpanKind | TickKind | PointKind
Item = TypeVar("Item")

LONG = 400
RANK_VALUE = "rank"
"""The value of rows (`Row.filters`) that has their rank where the table shows another."""
MOST_LISTED = 100  # rows of models on the pages of tasks and categories
_MAX_SLOTS = 20
_MAX_TICKS = 5
_ONE_OF_DECADES = (((1,), 999), ((1, 3), 999), ((1, 2, 5), 999))  # for `log_ticks`
_TALL = 12
_WIDE = 10
GROUP = 10
MAX_DRAWN = 60
"""Rows of tables whose drawings are markup: with more, drawings were most of a page."""
_NAME_REM = (15, 22)  # least and most
_AROUND_NAME_REM = 5  # padding, and what opens a row


class Tag(NamedTuple):
    """A short label behind the text of a cell: its id, which chooses its look, and its words."""

    id: str
    text: str


class Mark(NamedTuple):
    """A mark of a drawing: its kind, which static/css/drawings.css draws, and its place.

    Places are shares of the scale in 0..1. A mark with `to` is a span.
    """

    kind: MarkKind
    at: float
    to: float | None = None


class Drawing(Record):
    """Marks on the scale of their column, drawn in a cell.

    Attributes:
        marks: In the order in which they are painted.
        text: The same in words.
        slots: How many ranks the scale has, each drawn as a slot; 0 for a plain scale.
    """

    marks: tuple[Mark, ...]
    text: str = ""
    slots: int = 0


class LegendItem(Record):
    """What one kind of mark stands for."""

    kind: MarkKind
    text: str


def legend_of(
    drawings: Iterable[Drawing | None], texts: Mapping[MarkKind, str]
) -> tuple[LegendItem, ...]:
    """Return what the marks of some drawings stand for: the kinds that they have, as `texts`."""
    drawn = {mark.kind for drawing in drawings if drawing for mark in drawing.marks}
    return tuple(LegendItem(kind, text) for kind, text in texts.items() if kind in drawn)


def draw_dumbbell(  # noqa: PLR0913 - each is a mark
    before: float | None,
    after: float | None,
    reference: float | None = None,
    interval: tuple[float, float] | None = None,
    text: str = "",
    *,
    baseline: float | None = None,
    is_at_chance: bool = False,
) -> Drawing:
    """Draw a score before and after as shares of a scale; None draws no mark.

    The baseline is a line where all rows share it, `reference`, else a diamond.
    """
    ends = None if before is None or after is None else sorted((before, after))
    marks = (
        None if reference is None else Mark("reference", reference),
        None if interval is None or after is None else Mark("band", *interval),
        None if ends is None else Mark("rod", *ends),
        None if before is None else Mark("base", before),
        None if baseline is None else Mark("baseline", baseline),
        None if after is None else Mark("at-chance" if is_at_chance else "score", after),
    )
    return Drawing(tuple(filter(None, marks)), text)


def draw_ranks(rank: int, best: int, worst: int, of: int, text: str) -> Drawing:
    """Draw the ranks that an entry could have among `of`, and its own."""
    span = Mark("band", (best - 1) / of, worst / of)
    slots = of if of <= _MAX_SLOTS else 0
    return Drawing((Mark("track", 0, 1), span, Mark("value", (rank - 0.5) / of)), text, slots)


def log_ticks(
    low: float, high: float, choices: Iterable[tuple[Sequence[int], int]], most: int
) -> list[float]:
    """Return round values between two, at most `most`.

    `choices` are digits in each decade, and how many ticks are few enough: the first that makes two
    or more, and few, is taken.
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    ticks: list[float] = []
    for digits, few in choices:
        steps = [float(f"{m}e{e}") for e in range(first, last + 1) for m in digits]
        ticks = [step for step in steps if low <= step <= high]
        if 2 <= len(ticks) <= few:
            break
    return ticks[:: math.ceil(len(ticks) / most) or 1]


class AxisRange(Record):
    """The ends of a scale; if `is_log`, equal ratios have equal lengths, and both are positive."""

    low: float
    high: float
    is_log: bool = False

    def share(self, value: float) -> float:
        """Return where a value stands between the ends, 0..1; in the middle where they are one."""
        if self.high <= self.low:
            return 0.5
        low, high, at = self.low, self.high, value
        if self.is_log:
            low, high, at = map(math.log, (low, high, at))
        return round((at - low) / (high - low), 4)

    def place(self, value: float | None) -> float | None:
        """Return where a value stands, if there is one."""
        return None if value is None else self.share(value)

    def span(self, ends: tuple[float, float] | None) -> tuple[float, float] | None:
        """Return where both ends of an interval stand, if there is one, within the scale."""
        if ends is None:
            return None
        # Before its place is computed: below 0 there is none on a scale of ratios.
        low, high = (self.share(min(max(end, self.low), self.high)) for end in ends)
        return low, high

    def ticks(self, write: Callable[[float], str]) -> tuple[tuple[float, str], ...]:
        """Return the places and texts of round values: three to five of them."""
        values = self._multiples()
        if self.is_log:
            values = log_ticks(self.low, self.high, _ONE_OF_DECADES, _MAX_TICKS)
        return tuple((self.share(value), write(value)) for value in values)

    def _multiples(self) -> list[float]:
        width = self.high - self.low
        if width <= 0:
            return [self.low]
        unit = 10.0 ** math.floor(math.log10(width))
        steps = (unit * factor for factor in (0.1, 0.2, 0.25, 0.5, 1, 2))
        step = next((step for step in steps if width / step <= _MAX_TICKS), unit)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(i * step, 12) for i in range(first, last + 1)]


class Cell(Record):
    """One cell of a table.

    Attributes:
        value: For sorting and export; None for a missing value, which sorts last.
        note: A second, smaller line.
        tone: Gain or loss; the sign of the text shows it too, never colour alone.
        tags: Short labels behind the text.
        drawing: A drawing in place of the text.
        suffix: Soft text behind the number, such as what it is out of.
        details: Further numbers for downloads, one for each of the column's `details`.
        heat: How dark its ground is, 0..1, in a column of heat.
        marks: Of a cell of heat: the best of its column, flagged, of unknown certainty.
    """

    text: str
    value: float | str | None = None
    note: str = ""
    tone: Tone = ""
    link: Link | None = None
    tags: tuple[Tag, ...] = ()
    drawing: Drawing | None = None
    suffix: str = ""
    details: tuple[float | None, ...] = ()
    heat: float | None = None
    marks: tuple[CellMark, ...] = ()


class ColumnGroup(NamedTuple):
    """The group that a column of heat stands in.

    Attributes:
        key: The group's name in the address.
        name, note: What stands above the first column of the group; empty for the others.
        n: The number of its columns.
        is_whole: Whether the column is the group as a whole.
    """

    key: str
    name: str
    note: str
    n: int
    is_whole: bool


Align = Literal["text", "number", "plot", "slots", "heat"]


class Column(Record):
    """One column of a table.

    Attributes:
        key: Its name in the address of a sorted view; unique in its table.
        help: An explanation, if the heading is not enough.
        first_order: Order after the first click on the heading; by default texts ascend, numbers
            descend.
        term: Section of the about page that explains it.
        spoken_label: The heading in words, if the label is a sign.
        axis: Places and texts of the ticks of a column of drawings.
        reference: Place of a line through all drawings of the column.
        details: Headings of further numbers that downloads have, such as the ends of intervals.
        is_extra: Whether it is hidden until the reader chooses it.
        on_phone: Whether a phone shows it below the number that the table is sorted by.
        is_main: Whether its numbers are the bold ones, in place of those that sort the table.
        group: The heading that it stands below in the menu of columns.
        task: The page of the task whose scores it has.
        note: What stands below its name.
        heat_group: The group that a column of heat stands in.
        is_raw: Whether downloads have the values of its cells, which are shown by other names.
    """

    key: str
    label: str
    align: Align = "text"
    help: str = ""
    first_order: Literal["", "ascending", "descending"] = ""
    term: str = ""
    spoken_label: str = ""
    axis: tuple[tuple[float, str], ...] = ()
    reference: float | None = None
    details: tuple[str, ...] = ()
    is_extra: bool = False
    on_phone: bool = False
    is_main: bool = False
    group: str = ""
    task: Link | None = None
    note: str = ""
    heat_group: ColumnGroup | None = None
    is_raw: bool = False


class Row(Record):
    """One row of a table.

    Attributes:
        cells: Empty where a script makes the row; then only its filters are known.
        kind: Of several that follow each other, `behind` has a rule above the first; `part` is of
            the row above.
        anchor: Target of links to the row; unique on its page.
        filters: Values by name for filters and checkboxes, if no cell has them.
        is_level: Whether it is too close to call for first; a rail beside the rows shows it.
    """

    cells: tuple[Cell, ...]
    kind: RowKind = ""
    anchor: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    is_level: bool = False


FilterKind = Literal["choice", "chips", "switch", "number", "date"]


class Filter(Record):
    """A filter of a table's rows.

    Attributes:
        key: The value of rows that it filters by (`Row.filters`), else a column with numbers or
            dates; its name in the address.
        kind: Choose among values, from a list or as chips that stand open; only rows with `yes`; a
            range of numbers or dates.
        unit: What follows a number, as measures have it.
        first: The values that are shown at first; empty for all.
        values: Of chips, the values with the number of their rows.
        order: The values in a stated order, if one is stated; else the most frequent first.
        names: What values are called where they are shown: each value, and its name.
        help: What the label leaves open.
        column: Key of the column that it reads, if not its own.
        each: Of a choice, the name of the best row of each value, if rows are ranked.
        is_front: Whether it stands in front; the others stand under "More".
        is_setting: Whether its value is part of what an entry is.
    """

    key: str
    label: str
    kind: FilterKind = "choice"
    unit: str = ""
    first: tuple[str, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    order: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    help: str = ""
    column: str = ""
    each: str = ""
    is_front: bool = True
    is_setting: bool = False

    @property
    def first_names(self) -> tuple[str, ...]:
        """What the values are called that are shown at first."""
        names = dict(self.names)
        return tuple(names.get(value, value) for value in self.first)


class TableTools(Record):
    """The tools of a table besides sorting.

    Attributes:
        noun, nouns: Name of one row, and of several.
        facets: Filters besides the one by text.
        best_of: Key of the filter of which one click shows the best row of each value; empty for
            none.
        is_best: Whether only these are shown at first; their ranks are then among these.
        compare: Whether rows can be ticked to compare their models.
        variant: Variant in which models are compared; empty for the first of each model.
        newest: Key of the column of dates by which the newest come first; empty for none.
        is_cut: Whether the table lacks rows, so that filters find only the first.
    """

    noun: str
    nouns: str
    facets: tuple[Filter, ...] = ()
    best_of: str = ""
    is_best: bool = False
    compare: bool = False
    variant: str = ""
    newest: str = ""
    is_cut: bool = False

    @property
    def best_label(self) -> str:
        """What the chip says that shows the best row of each value; empty without one."""
        return next((f.each for f in self.facets if f.key == self.best_of), "")

    @property
    def hides_rows(self) -> bool:
        """Whether some rows may be hidden at first."""
        return self.is_best or any(f.first for f in self.facets)

    @property
    def has_panel(self) -> bool:
        """Whether there are filters besides chips that stand open."""
        return any(f.kind != "chips" for f in self.facets)


def shown_at_first(tools: TableTools, rows: Sequence[Mapping[str, str | None]]) -> tuple[bool, ...]:
    """Return which rows are shown at first: by the first filters, then as the best of their group.

    `rows` have values by name, the best row first. Rows that share the best rank of a group are all
    shown; of a group without ranks, one is.
    """
    filters = [facet for facet in tools.facets if facet.first]
    best: dict[str, str | None] = {}

    def is_shown(values: Mapping[str, str | None]) -> bool:
        if any(values.get(f.key) not in f.first for f in filters):
            return False
        group, rank = values.get(tools.best_of), values.get(RANK_VALUE)
        if not tools.is_best or group is None:
            return True
        is_first = group not in best
        return best.setdefault(group, rank) == rank and (is_first or rank is not None)

    return tuple(map(is_shown, rows))


class Table(Record):
    """A table with its rows in their published order.

    Attributes:
        id: Unique on its page.
        caption: Read aloud by screen readers.
        header: Index of the column that names a row.
        sorted_by: Key of the column that the rows are sorted by; empty for another order.
        scripted: What a script makes the rows of that have no cells (pages/task_scores.py).
        details_apart: Whether the details of cells are in a file of their own, which downloads
            read; the page of a board of 1,000 entries is a quarter lighter.
        tools: Where several tables of a page have tools, the box of each further one has a name.
        pinned: Rows that stay below the head, whatever is sorted or hidden.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    header: int = 0
    sorted_by: str = ""
    scripted: str = ""
    details_apart: bool = False
    tools: TableTools | None = None
    pinned: tuple[Row, ...] = ()

    @property
    def style(self) -> str:
        """Declarations of the table: the place of the line of the baseline in its drawings."""
        places = [c.reference for c in self.columns if c.reference is not None]
        return f"--reference:{100 * places[0]:.4g}%" if places else ""

    @property
    def is_tall(self) -> bool:
        """Whether it is higher than a screen, so that its header row should stay in view."""
        return len(self.rows) > _TALL

    @property
    def is_stacked(self) -> bool:
        """Whether a phone shows each row on two lines, with its drawing below."""
        return any(c.on_phone or c.align == "plot" for c in self.columns)

    @property
    def shown(self) -> tuple[bool, ...]:
        """Whether each row is shown at first."""
        if self.tools is None or not self.tools.hides_rows:
            return (True,) * len(self.rows)
        return shown_at_first(self.tools, [dict(row.filters) for row in self.rows])

    @property
    def n_listed(self) -> int:
        """How many rows are counted: a category above its tasks is none."""
        return sum(row.kind != "group" for row in self.rows)

    @property
    def n_written(self) -> int:
        """How many rows have cells."""
        return sum(bool(row.cells) for row in self.rows)

    @property
    def n_off(self) -> int:
        """How many rows are hidden at first."""
        return self.shown.count(False)

    @property
    def is_wide(self) -> bool:
        """Whether it scrolls sideways even on a large screen."""
        return sum(not c.is_extra for c in self.columns) > _WIDE

    @property
    def is_long(self) -> bool:
        """Whether a browser would take long to lay out all rows."""
        return len(self.rows) > LONG

    @property
    def name_rem(self) -> float:
        """Width of the names of a long table in rem: that of the longest, within bounds."""
        names = (row.cells[self.header].text for row in self.rows if row.cells)
        longest = max(map(len, names), default=0)
        return min(max(_NAME_REM[0], _AROUND_NAME_REM + longest / 2), _NAME_REM[1])

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
    scripted: str
    details_apart: bool
    tools: TableTools


def table_of(  # noqa: PLR0913 - most have a default
    table_id: str,
    caption: str,
    fields: Sequence[Field[Item]],
    records: Sequence[Item],
    kind: Callable[[Item], RowKind] = lambda _: "",
    filters: Callable[[Item], Mapping[str, str | None]] = lambda _: {},
    anchor: Callable[[Item], str] = lambda _: "",
    is_level: Callable[[Item], bool] = lambda _: False,
    is_written: Callable[[Item], bool] = lambda _: True,
    **settings: Unpack[_TableSettings],
) -> Table:
    """Make a table with one row per record; `settings` are further attributes of a `Table`."""
    wanted = [field for field in fields if field.wanted]

    def known(record: Item) -> tuple[tuple[str, str], ...]:
        return tuple([(name, text) for name, text in filters(record).items() if text is not None])

    rows = [
        Row(
            tuple([field.cell(record) for field in wanted]),
            kind(record),
            anchor(record),
            known(record),
            is_level(record),
        )
        if is_written(record)
        else Row((), filters=known(record))
        for record in records
    ]
    return Table(table_id, caption, tuple(f.column for f in wanted), tuple(rows), **settings)
