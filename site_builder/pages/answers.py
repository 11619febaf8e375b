"""Answer the question that a visitor has on the page of a model or a task, in one sentence.

The verdict follows from a test by rule; its numbers are also drawn, in one row.
"""

from __future__ import annotations

from collections.abc import Mapping

from site_builder.charts.dumbbells import DumbbellEnd, DumbbellRow, average_rows, shared, task_rows
from site_builder.charts.scores import is_best_tied
from site_builder.compute.board import Board, Entry
from site_builder.compute.significance import LiftTest, Verdict
from site_builder.compute.tasks import TaskResult
from site_builder.formatting import counted, listed
from site_builder.labels import Labels
from site_builder.pages.board_views import LegendItem
from site_builder.pages.page import Site
from site_builder.records import Record
from site_builder.table_model import AT_CHANCE, AxisRange, Dumbbell

_VERDICTS: Mapping[Verdict, str] = {
    "better": "Yes",
    "worse": "No",
    "unclear": "Not clear",
    "too few": "Too few tasks to tell",
}


class Answer(Record):
    """A question with its answer.

    Attributes:
        verdict: The answer in a word or a name.
        text: The numbers that it rests on.
        drawing: The same as a row; None without averages or scores to draw.
        variant: What the full mark of the drawing is, in a sentence.
        base, baseline: What its other marks are.
        judged: Whether a test says how clear the answer is.
    """

    question: str
    verdict: str
    text: str
    drawing: Dumbbell | None
    variant: str
    base: str
    baseline: str
    judged: bool = True

    @property
    def sentence(self) -> str:
        """Question and answer, to share."""
        return f"{self.question} {self.verdict}: {self.text}."

    @property
    def marks(self) -> tuple[LegendItem, ...]:
        """What the marks of the drawing stand for."""
        drawing = self.drawing
        if drawing is None:
            return ()
        marks = (
            (LegendItem("before", self.base), drawing.before),
            (LegendItem("after", self.variant), None if drawing.is_at_chance else drawing.after),
            (LegendItem("at_chance", AT_CHANCE), drawing.after if drawing.is_at_chance else None),
            (LegendItem("band", "its 95\N{NO-BREAK SPACE}% interval"), drawing.low),
            (LegendItem("reference", self.baseline), drawing.reference),
            (LegendItem("chance", "chance level"), drawing.chance),
        )
        return tuple(mark for mark, place in marks if place is not None)


# --- models -------------------------------------------------------------------------------------


def model_board(site: Site, model: str) -> Board:
    """Return the first board on which a model has a score, primary first."""
    boards = site.results.boards.values()
    return next((b for b in boards if b.entry(model).scored), site.results.board)


def model_answer(site: Site, model: str) -> Answer | None:
    """Return whether tuning a model pays, else whether it beats the baseline, or is the best.

    The first of these that the board can say; None for a model without a rank or a lift.
    """
    labels, board = site.labels, model_board(site, model)
    s = board.entry(model)
    name, variant = labels.models[model], labels.in_sentence(board.variant)

    def answer(question: str, verdict: str, text: str) -> Answer:
        drawing = _draw_model(site, model, text)
        return Answer(question, verdict, text, drawing, variant, labels.base, labels.baseline)

    before = board.tests["base"].get(model)
    against = board.tests["baseline"].get(model)
    if before is not None and before.mean is not None:
        tuned = f"Is the {variant} score of {name} better than its {labels.base} score?"
        question = f"Fine-tune {name}?" if variant == "fine-tuned" else tuned
        text = _change(site, board, s, before)
        return answer(question, _VERDICTS[before.verdict], text)
    if against is not None and against.mean is not None:
        question = f"Is {name} better than {labels.baseline}?"
        text = _against(site, board, s, against)
        return answer(question, _VERDICTS[against.verdict], text)
    if s.rank is None or len(board.ranked) < 2:
        return None
    question = f"Is {name} the best of {counted(len(board.ranked), 'model')}?"
    return answer(question, _place_verdict(board, s), _place(labels, board, s))


def _change(site: Site, board: Board, s: Entry, test: LiftTest) -> str:
    """Return the means before and after, and the baseline's; the mean lift where one is missing."""
    labels, after, over = site.labels, board.average(s), _over(site, test.n)
    before, beside = board.figure(s, "base_average"), board.figure(s, "baseline_average")
    if before is None or after is None:
        return f"mean lift {labels.scale.signed(test.mean)} {over}"
    text = f"from {labels.scale.score(before)} to {labels.scale.score(after)}"
    if beside is not None and s.model != labels.roles.baseline:
        text += f"; {labels.baseline} {labels.scale.score(beside)}"
    return f"{text} {over}"


def _against(site: Site, board: Board, s: Entry, test: LiftTest) -> str:
    labels, average, over = site.labels, board.average(s), _over(site, test.n)
    beside = board.figure(s, "baseline_average")
    if beside is None or average is None:
        return f"mean difference {labels.scale.signed(test.mean)} {over}"
    scores = labels.scale.score(average), labels.scale.score(beside)
    return f"{scores[0]} against {scores[1]} {over}"


def _over(site: Site, n_tasks: int) -> str:
    is_low = site.results.scores.direction[0] < 0
    return f"({counted(n_tasks, 'task')}{', lower is better' if is_low else ''})"


def _place_verdict(board: Board, s: Entry) -> str:
    if not board.tested:
        return _VERDICTS["too few"]
    if s.rank == 1 and board.has_clear_leader:
        return "Yes"
    if not s.tied_with_best:
        return "No"
    return "It may be" if s.rank == 1 else _VERDICTS["unclear"]


def _place(labels: Labels, board: Board, s: Entry) -> str:
    merit = f"{board.rule.label} {labels.merit_scale(board).score(board.merit(s))}"
    return f"rank {s.rank}, {merit} ({counted(s.scored, 'task')})"


# --- tasks --------------------------------------------------------------------------------------


def task_answer(site: Site, task: TaskResult) -> Answer | None:
    """Return which contender is best on a task; None below two models with a score."""
    results, labels, best = site.results, site.labels, task.best_contender
    if best is None or len(task.models) < 2:
        return None
    scale, key = labels.scales[task.task], (best.models[0], best.variants[0])
    unsure = task.with_intervals and is_best_tied(results, task, best)
    found = results.scores.of_task(task.task, [key[0]])[key[0]]
    text, before = scale.score(best.score), found.get(labels.roles.base or "")
    if len(best.models) == 1 and before is not None and labels.lifted:
        text = f"from {scale.score(before.score)} to {text}"
    if (baseline := task.baseline_beside(best)) is not None:
        several = labels.roles.has_several_baselines
        beside = f" ({labels.variants[best.variants[0]]})" if several else ""
        text += f"; {labels.baseline}{beside} {scale.score(baseline)}"
    if not results.catalog.tasks[task.task].higher_is_better:
        text += "; lower is better"
    return Answer(
        question=f"Which {labels.contender} is best on {labels.tasks[task.task]}?",
        verdict=f"{listed(labels.runs(best))}{', not clearly' if unsure else ''}",
        text=text,
        drawing=_draw_task(site, task, best.models[0], text),
        variant=labels.in_sentence(best.variants[0]),
        judged=bool(task.with_intervals),
        base=labels.base,
        baseline=labels.baseline,
    )


# --- drawings -----------------------------------------------------------------------------------

_AROUND = 0.04  # room at both ends of an axis, as a share of the values' range


def _draw_model(site: Site, model: str, text: str) -> Dumbbell | None:
    """Draw what ranks a model on the primary board; None if it is not ranked there."""
    labels, board = site.labels, site.results.board
    s = board.entry(model)
    if s.rank is None:
        return None
    if not board.by_average:
        is_rate = board.rules.rank_by == "mean_win_rate"
        return Dumbbell(None, board.merit(s), None, text=text) if is_rate else None
    (row,), baseline = average_rows(site.results.boards, labels, [model], labels.scale)
    return _draw(row, row.reference if baseline is None else baseline, text)


def _draw_task(site: Site, task: TaskResult, model: str, text: str) -> Dumbbell:
    (row,) = task_rows(site.results, site.labels, task.task, [model])
    baseline = shared(task.baseline_scores.get(v) for v in site.labels.roles.contest)
    return _draw(row, baseline, text)


def _draw(row: DumbbellRow, baseline: float | None, text: str) -> Dumbbell:
    """Draw a row with its interval, on an axis with room at both ends."""
    first = next(iter(row.after.values()), DumbbellEnd(row.before or 0.0))
    after = first.value if row.after else None
    values = (row.before, after, baseline, *(first.interval or (None, None)), row.chance)
    known = [value for value in values if value is not None]
    ends = min(known), max(known)
    room = _AROUND * (ends[1] - ends[0]) or 0.5 * abs(ends[1]) or 0.5
    places = map(AxisRange(ends[0] - room, ends[1] + room).place, values)
    before, after, reference, low, high, chance = places
    return Dumbbell(before, after, reference, low, high, text, chance, bool(first.at_chance))
