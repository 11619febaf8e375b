"""A board at one moment, as far as it can be held against another: scores, ranks, facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from site_builder.compute.catalog import Evidence
from site_builder.compute.release import Release
from site_builder.records import Record

# Model, task and variant; and model and variant.
ScoreKey: TypeAlias = tuple[str, str, str]
RunKey: TypeAlias = tuple[str, str]
Facts: TypeAlias = Mapping[str, object]


class ScoreState(Record):
    """One score.

    Attributes:
        score: Its value, in the metric's own unit.
        error: Its standard error, as stated or from the number of examples; None where it is not
            known (docs/statistics.md#error-of-a-score).
        flag: Why it should be read with care; None for no reservation.
    """

    score: float
    error: float | None = None
    flag: str | None = None


class Snapshot(Record):
    """A board at one moment.

    Attributes:
        release: Which data it is.
        rules: What decides how it ranks: `baseline`, `variants`, `ranked_by`, `min_coverage`.
        models: By id, what its row says: `name`, `developer`, `parameters_b`.
        tasks: By id, what its row says: `name`, `category`, `metric`, `higher_is_better`. Of a
            model or a task that no table speaks of, nothing is said.
        ranks: The rank of each model in each variant that it is ranked in.
        scores: Every score, those that do not count among them.
        evidence: What stands beside each score; None where that was not published.
    """

    release: Release
    rules: Facts
    models: Mapping[str, Facts]
    tasks: Mapping[str, Facts]
    ranks: Mapping[RunKey, int]
    scores: Mapping[ScoreKey, ScoreState]
    evidence: Mapping[ScoreKey, Evidence] | None = None

    @property
    def variants(self) -> tuple[str, ...]:
        """The variants of the board, the primary one first."""
        listed = self.rules.get("variants")
        return tuple(map(str, listed)) if isinstance(listed, list | tuple) else ()
