"""Scores with a reservation: shown with their reason, whether they count or not."""

from __future__ import annotations

from site_builder.config import BoardConfig
from site_builder.records import Record
from site_builder.tables.check import Tables


class FlaggedScore(Record):
    """A score that should be read with care.

    Attributes:
        model, task, variant: What was scored.
        score: The score.
        reason: Why it should be read with care.
        counts: Whether it is in averages, ranks and wins, as any other score is.
    """

    model: str
    task: str
    variant: str
    score: float
    reason: str
    counts: bool


def collect_flagged(tables: Tables, config: BoardConfig) -> dict[str, tuple[FlaggedScore, ...]]:
    """The flagged scores of every task, in the order of the results table."""
    rows = tables.results[tables.results["flag"].notna()]
    found: dict[str, list[FlaggedScore]] = {task: [] for task in tables.tasks["task"]}
    columns = (rows[name] for name in ("model", "task", "variant", "score", "flag"))
    for model, task, variant, score, flag in zip(*columns, strict=True):
        scored = FlaggedScore(model, task, variant, score, flag, counts=not config.exclude_flagged)
        found[task].append(scored)
    return {task: tuple(flagged) for task, flagged in found.items()}
