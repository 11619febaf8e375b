"""The state of a site at one release: taken of its results, published, and read back."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from itertools import compress
from typing import TypeAlias

import msgspec
import numpy as np
import pandas as pd

from site_builder.api import FOLDER
from site_builder.compute.catalog import Release
from site_builder.compute.numbers import floats_or_none
from site_builder.compute.results import BoardResults, SiteResults
from site_builder.compute.scores import Scores
from site_builder.labels import ScoreKey
from site_builder.records import Record, asdict, replace
from site_builder.tables.schema import is_date

SNAPSHOT = f"{FOLDER}/snapshot.json.gz"
# What the results table can say of where a score comes from and how exact it is.
PROVENANCE = ("source", "command", "date", "n_examples", "stderr")
_MAX_BYTES = 1_000_000_000  # once it is unpacked

_KEY = ("entry", "task", "variant")

Facts: TypeAlias = Mapping[str, str | bool | float | list[str] | None]


class ScoreState(Record):
    """One score, in the metric's own unit.

    Attributes:
        error: Its standard error, as stated or from the number of examples; None if unknown
            (docs/statistics.md#error-of-a-score).
        flag: Why it should be read with care; None without a reservation.
        stated: What the results table says of it, out of `PROVENANCE`.
        measures: The value of each measure beside it, None where there is none.
    """

    score: float
    error: float | None = None
    flag: str | None = None
    stated: tuple[str, ...] = ()
    measures: Mapping[str, float | None] = {}


class BoardState(Record):
    """One board at one release.

    Attributes:
        rules: What decides how it ranks: `baseline`, `variants`, `ranked_by`, `min_coverage`, ...
        ranks: By variant and entry; None where it is not ranked.
    """

    rules: Facts
    ranks: Mapping[str, Mapping[str, int | None]]


class SiteState(Record):
    """A site at one release, without its scores.

    Attributes:
        boards: By their ids; empty for the only board of a site.
        models, tasks: Facts of entries and tasks by id: `name`, `developer`, ... Empty without a
            table of them.
    """

    release: Release
    boards: Mapping[str, BoardState]
    models: Mapping[str, Facts]
    tasks: Mapping[str, Facts]


class Snapshot(SiteState):
    """A site with every score by entry, task and variant, also those that do not count."""

    scores: Mapping[ScoreKey, ScoreState]


class _Observations(Record):
    """Every score: those of the results table in its order, then means over parts.

    Attributes:
        entry, task, variant: Positions in `ids`, one for each score.
        score: Published for means only, since the others stand in the published results.
    """

    ids: Mapping[str, list[str]]
    entry: list[int]
    task: list[int]
    variant: list[int]
    score: list[float | None]
    error: list[float | None]
    measures: Mapping[str, list[float | None]]


class _Published(SiteState):
    observations: _Observations


def take_snapshot(computed: SiteResults) -> Snapshot:
    """Return the state of a site that has been computed."""
    scores = computed.whole.scores
    stated = scores.frame.drop(columns="stderr").rename(columns={"stated_stderr": "stderr"})
    states = _states(_observe(scores), stated)
    return Snapshot(**asdict(_site_state(computed)), scores=states)


def write_snapshot(computed: SiteResults) -> bytes:
    """Return what `read_snapshot` needs beside the published results, as compressed JSON."""
    scores = computed.whole.scores
    found, is_mean = _observe(scores), scores.frame["row"].isna()
    means = [value if mean else None for value, mean in zip(found.score, is_mean, strict=True)]
    published = _Published(
        **asdict(_site_state(computed)), observations=replace(found, score=means)
    )
    return gzip.compress(msgspec.json.encode(published), mtime=0)


def read_snapshot(content: bytes, results: pd.DataFrame) -> Snapshot:
    """Return the snapshot that was published with a table of results.

    Raises:
        ValueError: It is no snapshot, or not of these results.
    """
    try:
        unpacked = zlib.decompressobj(wbits=31).decompress(content, _MAX_BYTES)
        published = msgspec.json.decode(unpacked, type=_Published)
    except (zlib.error, msgspec.DecodeError, RecursionError) as error:
        message = f"it is no snapshot of a site: {error}"
        raise ValueError(message) from error
    found, day = published.observations, published.release.date
    numbers = (found.score, found.error, *found.measures.values())
    lengths = {len(found.task), len(found.variant), *map(len, numbers)}
    if {len(found.entry)} != lengths or len(results) > len(found.entry):
        message = "it is not of the published results: its lists have other lengths"
        raise ValueError(message)
    if day is not None and not is_date(day):
        message = f"it has the date {day!r}, and dates are YYYY, YYYY-MM or YYYY-MM-DD"
        raise ValueError(message)
    stated = results.reset_index(drop=True).reindex(range(len(found.entry)))
    scores = stated["score"].fillna(pd.Series(found.score, dtype=float)).to_numpy(dtype=float)
    states = _states(replace(found, score=floats_or_none(scores)), stated)
    own = {name: getattr(published, name) for name in SiteState.__struct_fields__}
    return Snapshot(**own, scores=states)


def _observe(scores: Scores) -> _Observations:
    frame, measures = scores.frame, {}
    for measure in scores.measures:
        values = np.full(len(frame), np.nan)
        for variant, rows in scores.index.items():
            is_there = rows >= 0
            values[rows[is_there]] = scores.measured[measure.id][variant][is_there]
        measures[measure.id] = floats_or_none(values)
    keys = {"entry": frame["model"], "task": frame["task"], "variant": frame["variant"]}
    return _Observations(
        ids={name: key.cat.categories.tolist() for name, key in keys.items()},
        **{name: key.cat.codes.tolist() for name, key in keys.items()},
        score=floats_or_none(frame["score"].to_numpy()),
        error=floats_or_none(frame["stderr"].to_numpy()),
        measures=measures,
    )


def _states(found: _Observations, stated: pd.DataFrame) -> dict[ScoreKey, ScoreState]:
    """Return the state of each score, with what the results state of it: flag and provenance."""
    try:
        keys = zip(*([found.ids[n][i] for i in getattr(found, n)] for n in _KEY), strict=True)
    except (KeyError, IndexError) as error:
        message = "it has a score of an entry, task or variant that it does not name"
        raise ValueError(message) from error
    flags = stated["flag"].astype(object).where(stated["flag"].notna(), None)
    named = (compress(PROVENANCE, row) for row in stated[[*PROVENANCE]].notna().to_numpy().tolist())
    rows = zip(*found.measures.values(), strict=True) if found.measures else ((),) * len(flags)
    columns = (
        *(keys, found.score, found.error, flags, map(tuple, named)),
        (dict(zip(found.measures, row, strict=True)) for row in rows),
    )
    states = zip(*columns, strict=True)
    return {key: ScoreState(score, *more) for key, score, *more in states if score is not None}


def _site_state(computed: SiteResults) -> SiteState:
    boards = {board.spec.id: _board_state(board) for board in computed.boards}
    models = {
        key: {**_of(fact, "name", "developer", "parameters_b"), **fact.facets}
        for key, fact in computed.whole.catalog.models.items()
    }
    tasks = {
        key: _of(fact, "name", "category", "metric", "higher_is_better")
        for key, fact in computed.whole.catalog.tasks.items()
    }
    in_order = (entry for board in boards.values() for of in board.ranks.values() for entry in of)
    ordered = {entry: models[entry] for entry in (*in_order, *models)}
    return SiteState(computed.whole.release, boards, ordered, tasks)


def _of(fact: Record, *names: str) -> dict[str, str | bool | float | None]:
    return {name: getattr(fact, name) for name in names}


def _board_state(board: BoardResults) -> BoardState:
    """Return the state of one of several boards in the variant that it opens with, or of all."""
    spec, results = board.spec, board.results
    boards = {results.board.variant: results.board} if spec.id else results.boards
    rules: Facts = {
        "baseline": results.scores.roles.baseline,
        "variants": [*boards],
        "ranked_by": results.board.rules.rank_by,
        "min_coverage": results.board.rules.min_coverage,
    }
    if spec.id:
        rules = {**rules, "title": spec.title, "tasks": [*spec.tasks]}
    ranks = {variant: {e.model: e.rank for e in b.entries} for variant, b in boards.items()}
    return BoardState(rules, ranks)
