"""Answer the question that a visitor has on the page of a model, in one sentence.

The verdict follows from a test by rule; its numbers are also drawn, in one row.
"""

from __future__ import annotations

from site_builder.charts.dumbbells import DumbbellEnd, DumbbellRow, average_rows
from site_builder.compute.board import Board, Entry
from site_builder.compute.intervals import LEVEL
from site_builder.compute.significance import LiftTest
from site_builder.formatting import percent
from site_builder.labels import Labels
from site_builder.pages.page import Site
from site_builder.records import Record
from site_builder.table_model import (
    AxisRange,
    Drawing,
    LegendItem,
    MarkKind,
    draw_dumbbell,
    legend_of,
)


class Answer(Record):
    """A question with its answer.

    Attributes:
        verdict: The answer in a word or a name.
        text: The numbers that it rests on.
        drawing: The same as a row; None without averages or scores to draw.
        marks: What the marks of the drawing stand for.
        judged: Whether a test says how clear the answer is.
    """

    question: str
    verdict: str
    text: str
    drawing: Drawing | None
    marks: tuple[LegendItem, ...]
    judged: bool = True

    @property
    def sentence(self) -> str:
        """Question and answer, to share."""
        return f"{self.question} {self.verdict}: {self.text}."


def _marks(labels: Labels, variant: str, drawing: Drawing | None) -> tuple[LegendItem, ...]:
    """Return what the marks of a drawing stand for."""
    if drawing is None:
        return ()
    say = labels.say
    texts: dict[MarkKind, str] = {
        "base": labels.base,
        "score": labels.in_sentence(variant),
        "at-chance": say("tag.at_chance"),
        "band": say("legend.band", level=percent(LEVEL)),
        "reference": labels.baseline,
        "chance": say("legend.chance"),
    }
    return legend_of([drawing], texts)


# --- models -------------------------------------------------------------------------------------


def model_board(site: Site, model: str) -> Board:
    """Return the first board on which a model has a score, primary first."""
    boards = site.results.boards.values()
    return next((b for b in boards if b.entry(model).scored), site.results.board)


def model_answer(site: Site, model: str) -> Answer | None:
    """Return whether tuning a model pays, else whether it beats the baseline, or is the best.

    The first of these that the board can say; None for a model without a rank or a lift.
    """
    labels, board, say = site.labels, model_board(site, model), site.labels.say
    s, name = board.entry(model), labels.models[model]

    def answer(question: str, verdict: str, text: str) -> Answer:
        drawing = _draw_model(site, model, text)
        marks = _marks(labels, board.variant, drawing)
        return Answer(question, say(f"verdict.{verdict}"), text, drawing, marks)

    before = board.tests["base"].get(model)
    against = board.tests["baseline"].get(model)
    if before is not None and before.mean is not None:
        tune = "answer.fine_tune" if board.variant == "fine_tuned" else "answer.tuned"
        variant = labels.in_sentence(board.variant)
        question = say(tune, name=name, variant=variant, base=labels.base)
        return answer(question, before.verdict, _change(site, board, s, before))
    if against is not None and against.mean is not None:
        question = say("answer.beats", name=name, baseline=labels.baseline)
        return answer(question, against.verdict, _against(site, board, s, against))
    if s.rank is None or len(board.ranked) < 2:
        return None
    question = say("answer.best", name=name, n_models=say("n_models", len(board.ranked)))
    return answer(question, _place_verdict(board, s), _place(labels, board, s))


def _change(site: Site, board: Board, s: Entry, test: LiftTest) -> str:
    """Return the means before and after, and the baseline's; the mean lift where one is missing."""
    labels, say, after = site.labels, site.labels.say, board.average(s)
    before, beside = board.figure(s, "base_average"), board.figure(s, "baseline_average")
    over, score = _over(site, test.n), labels.scale.score
    if before is None or after is None:
        return say("answer.lift", lift=labels.scale.signed(test.mean), over=over)
    text = say("answer.change", before=score(before), after=score(after))
    if beside is not None and s.model != labels.roles.baseline:
        text = say("answer.beside", text=text, baseline=labels.baseline, score=score(beside))
    return f"{text} {over}"


def _against(site: Site, board: Board, s: Entry, test: LiftTest) -> str:
    labels, average, over = site.labels, board.average(s), _over(site, test.n)
    beside = board.figure(s, "baseline_average")
    if beside is None or average is None:
        lift = labels.scale.signed(test.mean)
        return labels.say("answer.difference", lift=lift, over=over)
    score, beside_it = labels.scale.score(average), labels.scale.score(beside)
    return labels.say("answer.against", score=score, beside=beside_it, over=over)


def _over(site: Site, n_tasks: int) -> str:
    is_low, say = site.results.scores.direction[0] < 0, site.labels.say
    return say("answer.over_low" if is_low else "answer.over", n_tasks=say("n_tasks", n_tasks))


def _place_verdict(board: Board, s: Entry) -> str:
    if not board.tested:
        return "too few"
    if s.rank == 1 and board.has_clear_leader:
        return "better"
    if not s.tied_with_best:
        return "worse"
    return "may be" if s.rank == 1 else "unclear"


def _place(labels: Labels, board: Board, s: Entry) -> str:
    value, n_tasks = (
        labels.merit_scale(board).score(board.merit(s)),
        labels.say("n_tasks", s.scored),
    )
    merit = board.rule.label
    return labels.say("answer.place", rank=s.rank, merit=merit, value=value, n_tasks=n_tasks)


# --- drawings -----------------------------------------------------------------------------------

_AROUND = 0.04  # room at both ends of an axis, as a share of the values' range


def _draw_model(site: Site, model: str, text: str) -> Drawing | None:
    """Draw what ranks a model on the primary board; None if it is not ranked there."""
    labels, board = site.labels, site.results.board
    s = board.entry(model)
    if s.rank is None:
        return None
    if not board.by_average:
        is_rate = board.rules.rank_by == "mean_win_rate"
        return draw_dumbbell(None, board.merit(s), text=text) if is_rate else None
    (row,), baseline = average_rows(site.results.boards, labels, [model], labels.scale)
    return _draw(row, row.reference if baseline is None else baseline, text)


def _draw(row: DumbbellRow, baseline: float | None, text: str) -> Drawing:
    """Draw a row with its interval, on an axis with room at both ends."""
    first = next(iter(row.after.values()), DumbbellEnd(row.before or 0.0))
    after = first.value if row.after else None
    values = (row.before, after, baseline, *(first.interval or (None, None)), row.chance)
    known = [value for value in values if value is not None]
    ends = min(known), max(known)
    room = _AROUND * (ends[1] - ends[0]) or 0.5 * abs(ends[1]) or 0.5
    places = map(AxisRange(ends[0] - room, ends[1] + room).place, values)
    before, after, reference, low, high, chance = places
    interval = None if low is None or high is None else (low, high)
    at_chance = bool(first.at_chance)
    return draw_dumbbell(before, after, reference, interval, text, chance, is_at_chance=at_chance)
