"""What a task's page says of single scores: which tie with the best, and which are flagged."""

from __future__ import annotations

from collections.abc import Sequence

from site_builder.charts.cells import kept_score_cell, model_cell, text_cell
from site_builder.charts.columns import MODEL, Field, columns_of, rows_of
from site_builder.compute.flagged import FlaggedScore
from site_builder.compute.intervals import LEVEL
from site_builder.compute.task_scores import TaskScore
from site_builder.compute.tasks import TaskResult
from site_builder.format import count, counted, listed, percent
from site_builder.pages.page import Site
from site_builder.parts import Column, Table


def tie_note(site: Site, task: TaskResult) -> str:
    """Which models the examples of the task cannot tell from its best; empty where nobody knows."""
    if not task.scores.with_intervals:
        return ""
    scores = [s for s in task.scores if s.variant == site.labels.roles.primary]
    known = [s for s in scores if s.tied_with_best is not None]
    if len(known) < 2:
        return ""
    unknown = len(scores) - len(known)
    left = f" Of {counted(unknown, 'score')} the error is not known." if unknown else ""
    said = _told_apart(site, known)
    return f"Below a score stands its {percent(LEVEL)} interval. {said}{left}"


def _told_apart(site: Site, known: Sequence[TaskScore]) -> str:
    best, examples = [s for s in known if s.rank == 1], _examples(known)
    tied = [s for s in known if s.tied_with_best and s.rank > 1]
    if tied:
        are = "is" if len(tied) == 1 else "are"
        return f"{_names(site, tied)} {are} not distinguishable from the best on {examples}."
    if len(best) == len(known):
        return f"{_names(site, best)} are level on {examples}."
    return f"The lead of {_names(site, best)} is greater than chance among {examples} explains."


def _names(site: Site, scores: Sequence[TaskScore]) -> str:
    return listed([site.labels.models[s.model] for s in scores])


def _examples(scores: Sequence[TaskScore]) -> str:
    """The examples that all of the scores were measured on, with their number where it is one."""
    numbers = {s.n for s in scores}
    n = numbers.pop() if len(numbers) == 1 else None
    if n is None:
        return "the examples of this task"
    return "this one example" if n == 1 else f"these {count(n)} examples"


def flagged_table(site: Site, task: TaskResult) -> Table | None:
    """The flagged scores of a task, each with its reason; None where there is none."""
    if not task.flagged:
        return None
    labels = site.labels
    fields: tuple[Field[FlaggedScore], ...] = (
        Field(MODEL, lambda f: model_cell(labels, f.model)),
        Field(Column("reason", "Reason"), lambda f: text_cell(f.reason)),
        Field(
            Column("variant", "Variant"),
            lambda f: text_cell(labels.variants[f.variant]),
            len(labels.roles.variants) > 1,
        ),
        Field(
            Column("score", "Score", "number"),
            lambda f: kept_score_cell(labels, (f.model, f.task, f.variant), f.score),
        ),
    )
    rows = rows_of(fields, task.flagged)
    return Table("flagged-scores", "Flagged scores", columns_of(fields), rows)


def flagged_note(task: TaskResult) -> str:
    """Whether flagged scores count."""
    if all(f.counts for f in task.flagged):
        return "A flagged score should be read with care. It counts as any other does."
    return "A flagged score counts in no rank, no average and no win."
