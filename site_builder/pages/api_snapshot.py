"""The values of the API as a snapshot: of one's own results, or of a site that others published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from site_builder.compute.catalog import Evidence
from site_builder.compute.release import Release
from site_builder.compute.snapshot import ScoreKey, ScoreState, Snapshot
from site_builder.errors import Fault, FaultsError

REQUIRED = ("stats", "models", "tasks")
OPTIONAL = ("categories", "correlations")


class _Record(BaseModel):
    """A part of the API: what a snapshot needs of it, and whatever else it has."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class _Release(_Record):
    sha256: str
    date: str | None = None


class _Stats(_Record):
    release: _Release
    baseline: str | None = None
    variants: list[str]
    ranked_by: str
    min_coverage: float


class _Model(_Record):
    model: str
    name: str
    developer: str | None = None
    parameters_b: float | None = None
    ranks: dict[str, int | None]


class _Score(_Record):
    model: str
    variant: str
    score: float
    stderr: float | None = None


class _Flagged(_Record):
    model: str
    variant: str
    score: float
    reason: str


class _Task(_Record):
    task: str
    name: str
    category: str | None = None
    metric: str | None = None
    higher_is_better: bool
    scores: list[_Score] | None
    flagged: list[_Flagged] = []


class _Category(_Record):
    category: str


class _Correlations(_Record):
    columns: list[str]


class _Api(_Record):
    stats: _Stats
    models: list[_Model]
    tasks: list[_Task]
    categories: list[_Category] = []
    correlations: _Correlations | None = None


def take_snapshot(
    api: Mapping[str, Any],
    evidence: Mapping[ScoreKey, Evidence] | None,
    place: str = "",
    unlisted: Mapping[ScoreKey, ScoreState] | None = None,
) -> Snapshot:
    """A board as its API tells it.

    Args:
        api: The values of the API's files, by file name without its ending.
        evidence: What stands beside each score; None where it was not published.
        place: Where the files are, as messages name them.
        unlisted: Every score, where the API of a large board does not list them.

    Raises:
        FaultsError: A file is not what the API holds; a fault for each such file.
    """
    try:
        board = _Api.model_validate(api)
    except ValidationError as error:
        raise FaultsError(_faults(error, place)) from None
    stats = board.stats
    return Snapshot(
        release=Release(stats.release.sha256, stats.release.date),
        rules=stats.model_dump(exclude={"release"}),
        models={m.model: m.model_dump(exclude={"model", "ranks"}) for m in board.models},
        tasks={t.task: t.model_dump(exclude={"task", "scores", "flagged"}) for t in board.tasks},
        ranks={
            (m.model, variant): rank
            for m in board.models
            for variant, rank in m.ranks.items()
            if rank is not None
        },
        scores=unlisted or {key: state for task in board.tasks for key, state in _scores(task)},
        evidence=evidence,
    )


def _scores(task: _Task) -> Iterator[tuple[ScoreKey, ScoreState]]:
    """Each score of a task once: one with a reservation that does not count is among these only."""
    flags = {(f.model, f.variant): f for f in task.flagged}
    counted = {(s.model, s.variant): s for s in task.scores or ()}
    for run, score in counted.items():
        flag = flags.get(run)
        state = ScoreState(score.score, score.stderr, flag.reason if flag else None)
        yield (run[0], task.task, run[1]), state
    for run, flagged in flags.items():
        if run not in counted:
            yield (run[0], task.task, run[1]), ScoreState(flagged.score, None, flagged.reason)


def _faults(error: ValidationError, place: str) -> Iterator[Fault]:
    """The first fault of each file: what is no answer of the API is so in a thousand places."""
    first: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_input=False):
        file, *path = map(str, detail["loc"])
        at = f" at {'.'.join(path)}" if path else ""
        first.setdefault(file, f"it is no file of the API: {detail['msg'].lower()}{at}")
    for file, what in first.items():
        yield Fault(f"{place}{file}.json", what, "Name the site of a board.")
