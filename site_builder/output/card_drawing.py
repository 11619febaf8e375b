"""A link preview as SVG: where everything stands, and what of each text has room."""

from __future__ import annotations

from collections.abc import Mapping

import jinja2

from site_builder.charts.card import Card, CardChart, CardRow, Mark
from site_builder.output.typeface import BOLD, Lines, Typeface
from site_builder.parts import Dumbbell
from site_builder.records import Record

TEMPLATE = "cards/card.svg"
WIDTH, HEIGHT = 1200, 630
EDGE = 64
LEFT, RIGHT = EDGE, WIDTH - EDGE
TITLE_PX, TEXT_PX, SMALL_PX = 26, 25, 20
# Sizes of the finding, each with its greatest number of lines.
FINDING_PX = ((46, 2), (38, 2), (34, 3))
FINDING_TOP, LEADING = 118, 1.22
GAP = 20
MOST_NAME, MOST_TEXT = 430, 170
BESIDE = 36
PLOT_BOTTOM = 530
MOST_ROW_PX = 62
# Sizes of the caption: it stays on its line.
CAPTION_PX = ((20, 1), (18, 1), (17, 1))
REFERENCE_PX = 26


class PlacedMark(Record):
    """A named place on the axis, in px; `anchor` says which end of the text stands there."""

    x: float
    text: str
    anchor: str = "middle"


class PlacedRow(Record):
    """One row, in px.

    Attributes:
        y: Its middle.
        name, text: Cut to their room.
        tone: Of its value.
        before, after, reference: Where the marks of a dumbbell stand; None for no mark.
        span: The ends of the interval or of the bar; None for none.
        is_bar: Whether it is a bar.
    """

    y: float
    name: str
    text: str
    tone: str
    before: float | None = None
    after: float | None = None
    reference: float | None = None
    span: tuple[float, float] | None = None
    is_bar: bool = False


class Plot(Record):
    """The chart, in px.

    Attributes:
        top, bottom: Its ends.
        rows: Its rows.
        ticks: Its axis.
        caption: What the values are; one line.
        reference: The line through all rows.
    """

    top: float
    bottom: float
    rows: tuple[PlacedRow, ...]
    ticks: tuple[PlacedMark, ...]
    caption: Lines
    reference: PlacedMark | None


class _Across(Record):
    """From where to where the marks are drawn, in px."""

    left: float
    right: float

    def x(self, share: float) -> float:
        return round(self.left + share * (self.right - self.left), 1)

    def place(self, share: float | None) -> float | None:
        return None if share is None else self.x(share)


class CardDrawer:
    """Draws the link previews of a site.

    Args:
        environment: Where the template comes from.
        typeface: What the texts are measured by.
        colours: The colours of the light theme, by token.
        site_title: What stands at the head of each.
        place: Where the site stands, at the foot of each.
    """

    def __init__(
        self,
        environment: jinja2.Environment,
        typeface: Typeface,
        colours: Mapping[str, str],
        site_title: str,
        place: str,
    ) -> None:
        self._template = environment.get_template(TEMPLATE)
        self._type, self._colours = typeface, colours
        self._title = typeface.cut(site_title, TITLE_PX, 620, BOLD)
        self._place = typeface.cut(place, SMALL_PX, RIGHT - LEFT)

    def draw(self, card: Card, page_title: str) -> str:
        """The SVG of a card.

        Args:
            card: The card.
            page_title: What the page is called; empty for the home page.
        """
        finding = self._type.lines(card.finding, RIGHT - LEFT, FINDING_PX, BOLD)
        return self._template.render(
            width=WIDTH,
            height=HEIGHT,
            left=LEFT,
            right=RIGHT,
            colour=self._colours,
            site_title=self._title,
            page_title=self._type.cut(page_title, TITLE_PX, 380),
            place=self._place,
            lines=_lines(finding),
            finding=finding,
            plot=None if card.chart is None else self._plot(card.chart, _bottom(finding)),
        )

    def _plot(self, chart: CardChart, top: float) -> Plot:
        top += GAP + (REFERENCE_PX if chart.reference else 0)
        step = min(MOST_ROW_PX, (PLOT_BOTTOM - top) / len(chart.rows))
        across = self._across(chart)
        room = RIGHT - LEFT - self._type.width(self._place, SMALL_PX) - BESIDE
        return Plot(
            top=round(top, 1),
            bottom=round(top + step * len(chart.rows), 1),
            rows=tuple(
                self._row(row, round(top + (i + 0.5) * step, 1), across)
                for i, row in enumerate(chart.rows)
            ),
            ticks=tuple(PlacedMark(across.x(tick.share), tick.text) for tick in chart.ticks),
            caption=self._type.lines(chart.caption, room, CAPTION_PX),
            reference=self._reference(chart.reference, across) if chart.reference else None,
        )

    def _across(self, chart: CardChart) -> _Across:
        """The room that names and values leave to the marks."""
        name = max(self._type.width(self._name(row), TEXT_PX) for row in chart.rows)
        text = max(self._type.width(self._value(row), TEXT_PX, BOLD) for row in chart.rows)
        return _Across(LEFT + name + BESIDE, RIGHT - text - BESIDE)

    def _name(self, row: CardRow) -> str:
        return self._type.cut(row.name, TEXT_PX, MOST_NAME)

    def _value(self, row: CardRow) -> str:
        return self._type.cut(row.text, TEXT_PX, MOST_TEXT, BOLD)

    def _row(self, row: CardRow, y: float, across: _Across) -> PlacedRow:
        texts, mark = (self._name(row), self._value(row), row.tone), row.mark
        if not isinstance(mark, Dumbbell):
            span = across.x(mark.start), across.x(mark.end)
            return PlacedRow(y, *texts, span=span, is_bar=True)
        interval = None
        if mark.low is not None and mark.high is not None:
            interval = across.x(mark.low), across.x(mark.high)
        return PlacedRow(
            y,
            *texts,
            before=across.place(mark.before),
            after=across.place(mark.after),
            reference=across.place(mark.reference),
            span=interval,
        )

    def _reference(self, mark: Mark, across: _Across) -> PlacedMark:
        """A line with its name, which stands where it has room."""
        text = self._type.cut(mark.text, SMALL_PX, across.right - across.left)
        half, x = self._type.width(text, SMALL_PX) / 2, across.x(mark.share)
        if x - half < across.left:
            return PlacedMark(x, text, "start")
        return PlacedMark(x, text, "end" if x + half > RIGHT else "middle")


def _lines(finding: Lines) -> list[tuple[float, str]]:
    """Each line of the finding with the height that it stands at."""
    return [
        (round(FINDING_TOP + finding.size * (0.75 + i * LEADING), 1), text)
        for i, text in enumerate(finding.texts)
    ]


def _bottom(finding: Lines) -> float:
    return FINDING_TOP + finding.size * LEADING * len(finding.texts)
