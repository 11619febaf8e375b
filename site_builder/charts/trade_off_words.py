"""Word the trade-offs of a board: titles, captions, axes, and what a step up the frontier buys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from site_builder.charts.forms import Lines, board_lines, duration, lines_caption
from site_builder.compute.results import Results
from site_builder.compute.trade_off import TradeOff
from site_builder.formatting import (
    TIMES,
    NumberFormat,
    billions,
    money,
    percent,
    rounded,
    sentence,
    short,
)
from site_builder.labels import Labels
from site_builder.records import CachingRecord, replace

Way = Literal["cost", "speed", "size", "date", "less", "more"]

_LEAST_FRACTION = 3  # from this on a fraction is easier to read than a percentage
_LEAST_TIMES = 1.5  # from this on a multiple is
_WHOLE_TIMES = 20
_LEAST_TENTH = 0.05
_SPEEDS = ("s", "ms", "min", "h")
_POINTS = ("percent", "%", "points")
# To the corner where better is, by whether more of the axis and less of the score is.
_ARROWS = {
    (False, False): "\N{NORTH WEST ARROW}",
    (True, False): "\N{NORTH EAST ARROW}",
    (False, True): "\N{SOUTH WEST ARROW}",
    (True, True): "\N{SOUTH EAST ARROW}",
}


def _multiple(times: float) -> str:
    """Return a multiple: `1.5`, `2.0` or `30` times."""
    return f"{rounded(times, 0 if times >= _WHOLE_TIMES else 1)}{TIMES}"


class TradeWords(CachingRecord):
    """The texts of a trade-off, with its numbers as the board writes them."""

    results: Results
    labels: Labels
    trade: TradeOff

    def text(self, message: str, n: int | None = None, /, **values: object) -> str:
        """Return a text on trade-offs."""
        return self.labels.say(f"trade_off.{message}", n, **values)

    @cached_property
    def way(self) -> Way:
        """How the better end of the axis is called."""
        axis = self.trade.axis
        if axis.more_is_better:
            return "more"
        if axis.kind == "size" or axis.kind == "date":
            return axis.kind
        if axis.is_cost:
            return "cost"
        return "speed" if self._unit in _SPEEDS else "less"

    @property
    def _unit(self) -> str:
        """The unit of a measure on the axis."""
        return self.trade.axis.measure.unit if self.trade.axis.measure else ""

    @cached_property
    def label(self) -> str:
        """What the axis is called, within a sentence."""
        measure = self.trade.axis.measure
        if measure is None:
            return self.text(f"label.{self.trade.axis.kind}")
        return self.labels.say.in_sentence(measure.label)

    @property
    def is_ranking(self) -> bool:
        """Whether it is of what ranks the board."""
        return self.trade.by.id == self.results.board.rule.statistic

    @property
    def _is_score(self) -> bool:
        """Whether entries are compared by scores that rank them, not by a measure such as cost."""
        return self.is_ranking and self.trade.by.measure is None

    @cached_property
    def name(self) -> str:
        """The statistic that entries are compared by, as a heading."""
        board = self.results.board
        if not self.is_ranking:
            return self.labels.statistic_label(self.trade.by, board)
        return sentence(self.labels.merit_label(board))

    @cached_property
    def merit(self) -> str:
        """The same, which says where lower is better."""
        is_low = self.trade.lower_is_better
        return self.labels.say("column.lower", label=self.name) if is_low else self.name

    # --- numbers --------------------------------------------------------------------------------

    @cached_property
    def scale(self) -> NumberFormat:
        """How values of the statistic are written."""
        return self.labels.statistic_scale(self.trade.by, self.results.board)

    @cached_property
    def _value_scale(self) -> NumberFormat:
        board = self.results.board
        return self.labels.statistic_scale(
            next(s for s in board.statistics if s.id == self.trade.axis.id), board
        )

    def score_of(self, entry: str) -> str:
        """Write the score of an entry."""
        return self.scale.score(self.trade.merits[entry])

    def value_of(self, entry: str) -> str:
        """Write the value of an entry on the axis; a date as it is stated."""
        value, kind = self.trade.values[entry], self.trade.axis.kind
        if kind == "date":
            return self.results.catalog.models[entry].release_date or ""
        if kind == "price":
            return money(value)
        return billions(value) if kind == "size" else self._value_scale.score(value)

    def tick(self, value: float) -> str:
        """Write a round value of the axis: `$5`, `$0.50`, `10k`."""
        if self.way == "cost":
            return money(value).removesuffix(".00")
        return billions(value) if self.way == "size" else short(value)

    @cached_property
    def _in_points(self) -> bool:
        """Whether scores are percentages, whose differences are points."""
        facts = self.results.catalog.tasks
        tasks = [facts[task] for task in self.results.board.tasks]
        is_hundred = all(t.unit in _POINTS or t.score_max == 100 for t in tasks)
        return self.scale.is_percent or (is_hundred and self.trade.by.is_average)

    def _difference(self, value: float, *, signed: bool = False) -> str:
        """Write a difference of scores; points have one decimal, if that tells them from 0."""
        scale = self.scale
        if self._in_points:
            few = scale.places > 1 and abs(value) >= _LEAST_TENTH
            scale = replace(scale, places=1 if few else scale.places, unit="")
        text = scale.signed(value) if signed else scale.score(value)
        return self.text("points", gap=text) if self._in_points else text

    def _share(self, entry: str, of: str) -> str:
        """Return the value of an entry as a part of another: `1/19`, `40 %`."""
        times = self.trade.values[of] / self.trade.values[entry]
        return f"1/{rounded(times, 0)}" if times >= _LEAST_FRACTION else percent(1 / times)

    # --- title ----------------------------------------------------------------------------------

    def title(self) -> str:
        """Return how far the knee of the frontier is behind the best, and what it costs."""
        said = self._title()
        return said if self.is_ranking else self.text("of", statistic=self.name, said=said)

    def _title(self) -> str:
        trade, knee, best = self.trade, self.trade.knee, self.trade.best
        form: str = self.way if self.way in ("date", "more") else "less"
        known = "" if trade.is_best_known else "_known"
        values = {"name": self.labels.models[knee or best], "measure": self.label}
        if knee is None:
            scores = {trade.merits[entry] for entry in trade.values}
            what = "equal" if len(scores) == 1 else f"both{known}"
            values["score"] = self.text("score" if self._is_score else "value")
            return self.text(f"title.{form}.{what}", len(trade.values), **values)
        board = self.results.board
        leads = board.entry(best) in board.leaders
        may_be_first = not leads or board.entry(knee).tied_with_best
        is_close = may_be_first and self._is_close(best, knee)
        values["gap"] = self._difference(abs(trade.gain(best, trade.merits[knee])))
        if form != "date" and min(trade.values[knee], trade.values[best]) <= 0:
            form, values["value"] = "value", self.value_of(knee)
        elif form == "date":
            days = trade.values[best] - trade.values[knee]
            values["days"] = duration(self.labels, days)
        elif form == "more":
            values["times"] = _multiple(trade.values[knee] / trade.values[best])
        else:
            values["share"] = self._share(knee, best)
        return self.text(f"title.{form}.{'close' if is_close else 'knee'}{known}", None, **values)

    def _is_close(self, entry: str, other: str) -> bool:
        """Return whether one entry is too close to call with another of a lower score."""
        return self.trade.tested and not self.results.board.is_ahead(entry, other)

    # --- other texts ----------------------------------------------------------------------------

    def heading(self) -> str:
        """Return how many entries are on the frontier."""
        return self.text(f"heading.{self.way}", len(self.trade.frontier), measure=self.label)

    @cached_property
    def lines(self) -> Lines:
        """The baseline and the references, where the axis has a place for them."""
        lines = board_lines(self.results.board, self.labels, self.trade.by)
        return [line for line in lines if line[0] > 0 or not self.trade.is_merit_log]

    def caption(self) -> str:
        """Return what is drawn, how certain the frontier is, and what is not on it."""
        trade, text = self.trade, self.text
        apart = len(trade.free) + len(trade.unknown)
        texts = (
            text("caption", what=self._compared()),
            text("lower") if trade.lower_is_better else "",
            text("tested") if trade.possible else "",
            "" if trade.tested else text("untested" if self._is_score else "untested_value"),
            self._priced(),
            text("apart", apart, measure=self.label) if apart else "",
            text("without", trade.without) if trade.without else "",
            text("hidden", trade.hidden) if trade.hidden else "",
            lines_caption(self.labels, self.lines),
        )
        return " ".join(filter(None, texts))

    def _compared(self) -> str:
        """Return what entries are compared by, and over which tasks."""
        board = self.results.board
        if not self.is_ranking:
            meaning = self._meaning()
            return self.text("of", statistic=self.name, said=meaning) if meaning else self.name
        if len(board.tasks) == 1 and board.rule.statistic == "average":
            return self.labels.tasks[board.tasks[0]]
        merit, over = sentence(self.labels.merit_label(board)), self.labels.tasks_of(board)
        return merit if board.rule.is_of_run else self.text("over", merit=merit, over=over)

    def _meaning(self) -> str:
        """Return what another statistic is; of a measure, how it is combined over tasks."""
        measure, board = self.trade.by.measure, self.results.board
        if measure is None:
            return self.labels.statistic_help(self.trade.by, board)
        if measure.combine == "none":
            return ""
        words = {"over": self.labels.tasks_of(board), "better": "", "priced": ""}
        return self.labels.say(f"statistic.measure.help.{measure.combine}", **words)

    def _priced(self) -> str:
        """Return by which prices an axis is computed; empty where none is."""
        for measure in (self.trade.by.measure, self.trade.axis.measure):
            if measure is not None and measure.is_priced:
                said = "priced" if measure.price_day else "priced_undated"
                return self.text(said, measure=sentence(measure.label), day=measure.price_day)
        return ""

    def axis(self) -> str:
        """Return the title of the axis."""
        kind = self.trade.axis.kind
        text = self.text("price_axis") if kind == "price" else sentence(self.label)
        if self._unit not in ("", "USD"):
            text = self.text("with_unit", measure=text, unit=self._unit)
        return self.text("log", measure=text) if self.trade.is_log else text

    def apart(self) -> Sequence[tuple[Sequence[str], str]]:
        """Return the entries that stand apart from the axis, each kind with its name."""
        free = self.text("free") if self.way == "cost" else self.text("zero", measure=self.label)
        unknown = self.text("unknown", measure=self.label)
        return (self.trade.free, free), (self.trade.unknown, unknown)

    def hover(self, entry: str) -> str:
        """Return what a mark says."""
        name, score = self.labels.models[entry], self.score_of(entry)
        is_placed = entry in self.trade.values
        return f"{name}: {score}, {self.value_of(entry)}" if is_placed else f"{name}: {score}"

    def step(self, entry: str, before: str | None) -> tuple[str, str, str]:
        """Return what a step buys: the gain, what it costs, and a note."""
        text, values = self.text, self.trade.values
        if before is None:
            return "", text(f"first.{self.way}", measure=self.label), ""
        difference = self.trade.merits[entry] - self.trade.merits[before]
        gain = self._difference(difference, signed=True)
        if self.trade.merits[entry] == self.trade.merits[before]:
            return "", text("same", name=self.labels.models[before]), ""
        note = text("too_close") if self._is_close(entry, before) else ""
        if self.way == "date":
            days = duration(self.labels, values[entry] - values[before])
            return gain, text("after", days=days), note
        if values[before] <= 0 or values[entry] <= 0:
            start, end = self.value_of(before), self.value_of(entry)
            return gain, text("from_to", before=start, after=end), note
        times = values[entry] / values[before]
        if times >= _LEAST_TIMES:
            return gain, text("times", times=_multiple(times), measure=self.label), note
        more = "more_of" if times > 1 else "less_of"
        return gain, text(more, share=percent(abs(times - 1)), measure=self.label), note

    def corner(self) -> str:
        """Return what lies in the good corner, with an arrow to it."""
        arrow = _ARROWS[self.trade.axis.more_is_better, self.trade.lower_is_better]
        return f"{arrow} {self.text(f'corner.{self.way}', measure=self.label)}"
