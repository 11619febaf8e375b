"""Answer what a visitor of a model's page asks: a verdict by rule, its numbers drawn in a row."""

from __future__ import annotations

from collections.abc import Iterable

from site_builder.compute.board import Board, Entry
from site_builder.compute.significance import LiftTest
from site_builder.formatting import coverage, ordinal, sentence
from site_builder.labels import Labels
from site_builder.pages.board_table import span_text
from site_builder.pages.page import Site
from site_builder.pages.scales import around, draw_among
from site_builder.records import Record, replace
from site_builder.table_model import Drawing, Mark, draw_dumbbell, draw_ranks


class MarkLabel(Record):
    """What a mark of the drawing stands for: its place, its name and its number."""

    at: float
    name: str
    value: str
    is_below: bool = False


class Answer(Record):
    """A question with its answer.

    Attributes:
        verdict: The answer in a word or a name.
        text: The numbers that it rests on; empty where the verdict is one.
        drawing: The same as a row; None without averages or scores to draw.
        labels: What stands beside the marks of the drawing.
        ranks: The ranks that a model could have, as a drawing, as a number and of how many.
    """

    question: str
    verdict: str
    text: str = ""
    drawing: Drawing | None = None
    labels: tuple[MarkLabel, ...] = ()
    ranks: tuple[Drawing, str, str] | None = None

    @property
    def headline(self) -> str:
        """The verdict with its numbers."""
        return f"{self.verdict}: {self.text}" if self.text else self.verdict


def model_board(site: Site, model: str) -> Board:
    """Return the first board on which a model has a score, primary first."""
    boards = site.results.boards.values()
    return next((b for b in boards if b.entry(model).scored), site.results.board)


def model_answer(site: Site, model: str) -> Answer | None:
    """Return whether tuning a model helps, else its place; None for a model without a score."""
    board = model_board(site, model)
    s = board.entry(model)
    test = board.tests["base"].get(model)
    if not s.scored:
        return None
    return _place(site, board, s) if test is None else _change(site, board, s, test)


def _change(site: Site, board: Board, s: Entry, test: LiftTest) -> Answer:
    """Return whether tuning helps: the means before and after, else on how many tasks it does."""
    labels, say, after = site.labels, site.labels.say, board.average(s)
    low = "_low" if (site.results.scores.direction < 0).all() else ""
    before = board.figure(s, "base_average")
    words = {"base": labels.base, "variant": labels.in_sentence(board.variant)}
    kind = "helps" if board.variant == "fine_tuned" else "better"
    question, verdict = say(f"answer.tuning.{kind}{low}", **words), say(f"verdict.{test.verdict}")
    text = say("answer.better_on", test.n, better=test.above)
    drawing, marks = None, tuple[MarkLabel, ...]()
    if before is not None and after is not None:
        score = labels.scale.score
        text = say("answer.from_to", before=score(before), after=score(after))
        drawing, marks = _draw_change(site, board, s, text)
    return Answer(question, verdict, text, drawing, marks, _ranks(labels, board, s))


def _place(site: Site, board: Board, s: Entry) -> Answer:
    """Return the place of a model, and what ranks it."""
    labels, say, n = site.labels, site.labels.say, len(board.ranked)
    merit, value = labels.merit_label(board), labels.merit_scale(board).score(board.merit(s))
    over = labels.tasks[board.tasks[0]] if len(board.tasks) == 1 else say("n_tasks", s.scored)
    where, low = board_name(site, board), "_low" if site.results.is_low_best(board) else ""
    kind = "task" if len(board.tasks) == 1 else "whole" if board.rule.is_of_run else "tasks"
    question = say(f"answer.on.{kind}{low}", where=where, merit=merit, over=over)
    if s.rank is None:
        of = coverage(s.scored, len(board.tasks))
        boards = (each.results.catalog.models for each in site.computed.boards)
        if not any(s.model in models for models in boards):
            question = sentence(say("answer.scored", of=of))
            return Answer(question, say("answer.no_board"))
        is_reference = s.unranked == "reference"
        verdict = sentence(say("answer.reference" if is_reference else "model.not_ranked"))
        text = value if is_reference else say("answer.scored", of=of)
    elif n == 1:
        verdict, text = value, ""
    elif board.is_level:
        verdict, text = say("answer.level", n - 1), value
    else:
        is_shared = s.rank in board.shared_ranks
        place = say("answer.shared" if is_shared else "answer.place", rank=ordinal(s.rank), of=n)
        verdict, text = place, value
    drawing, marks = _draw_place(labels, board, s)
    ranks = _ranks(labels, board, s) if s.rank_interval else None
    return Answer(question, verdict, text, drawing, marks, ranks)


def board_name(site: Site, board: Board) -> str:
    """Name a board as far as the site has others: by its title, by its variant."""
    names = [site.board.title] if site.has_boards else []
    if len(site.labels.roles.variants) > 1:
        names.append(site.labels.variants[board.variant])
    return ", ".join(names) or site.labels.say("board.heading")


def _ranks(labels: Labels, board: Board, s: Entry) -> tuple[Drawing, str, str] | None:
    """Return the ranks that a model could have; only its own where nothing tells these."""
    n = len(board.ranked)
    if s.rank is None or n == 1:
        return None
    best, worst = s.rank_interval or (s.rank, s.rank)
    text = span_text(best, worst)
    of = labels.say("answer.ranks" if s.rank_interval else "answer.rank", of=n)
    return draw_ranks(s.rank, best, worst, n, f"{text} {of}"), text, of


# --- drawings -----------------------------------------------------------------------------------

_BESIDE = 0.25  # least distance of two labels on a line
_EDGE = 0.12  # least distance of the middle of a label from an end


def _draw_change(
    site: Site, board: Board, s: Entry, text: str
) -> tuple[Drawing, tuple[MarkLabel, ...]]:
    """Draw the averages of a model before and after, with the baseline's, each with its name."""
    labels, axis = site.labels, around(site.results.average_ends)
    before, after = board.figure(s, "base_average"), board.average(s)
    beside = None if s.model == labels.roles.baseline else board.figure(s, "baseline_average")
    named = ((labels.base, before), (labels.in_sentence(board.variant), after))
    ends = _apart(
        MarkLabel(axis.share(value), name, labels.scale.score(value))
        for name, value in named
        if value is not None
    )
    if beside is not None:
        at = min(max(axis.share(beside), _EDGE), 1 - _EDGE)
        ends += (MarkLabel(at, labels.baseline, labels.scale.score(beside), is_below=True),)
    first, last, line = map(axis.place, (before, after, beside))
    drawing = draw_dumbbell(first, last, line, text=text)
    return replace(drawing, marks=(Mark("axis", 0, 1), *drawing.marks)), ends


def _apart(labels: Iterable[MarkLabel]) -> tuple[MarkLabel, ...]:
    """Move two labels apart as far as they need, within the ends of the scale."""
    first, last = sorted(labels, key=lambda label: label.at)
    middle, half = (first.at + last.at) / 2, max(last.at - first.at, _BESIDE) / 2
    middle = min(max(middle, _EDGE + half), 1 - _EDGE - half) if half < 0.5 - _EDGE else 0.5
    low, high = max(middle - half, _EDGE), min(middle + half, 1 - _EDGE)
    return replace(first, at=round(low, 4)), replace(last, at=round(high, 4))


def _draw_place(
    labels: Labels, board: Board, s: Entry
) -> tuple[Drawing | None, tuple[MarkLabel, ...]]:
    """Draw a model among all ranked models; None below three different values."""
    spread, own, baseline = board.merits, board.merit(s), labels.roles.baseline
    if spread is None or spread.distinct < 3:
        return None, ()
    axis = around([spread.least, spread.greatest, *([] if own is None else [own])])
    best, scale = board.merit(board.leaders[0]), labels.merit_scale(board)
    merits = (value for entry in board.ranked if (value := board.merit(entry)) is not None)
    drawing = draw_among(spread, merits, own, axis.share, scale.score(own))
    is_beside = baseline is not None and baseline in board.places and baseline != s.model
    beside = board.merit(board.entry(baseline)) if baseline is not None and is_beside else None
    if beside is not None:
        drawing = replace(drawing, marks=(*drawing.marks, Mark("baseline", axis.share(beside))))
    wanted = (
        (labels.baseline, beside),
        (labels.say("answer.median"), spread.median),
        (labels.say("answer.best_mark"), best if s.rank != 1 else None),
    )
    found = list[MarkLabel]()
    for name, value in wanted:
        if value is None:
            continue
        at = min(max(axis.share(value), _EDGE), 1 - _EDGE)
        if all(abs(at - other.at) >= _BESIDE for other in found):
            found.append(MarkLabel(at, name, scale.score(value)))
    ticks = (MarkLabel(at, "", tick, is_below=True) for at, tick in axis.ticks(scale.tick))
    return drawing, (*found, *ticks)
