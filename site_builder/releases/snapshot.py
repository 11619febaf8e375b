"""The state of a site at one release: taken of its results, published, and read back."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import TypeAlias, cast

import msgspec
import numpy as np

from site_builder.api import FOLDER
from site_builder.compute.catalog import Catalog, Release
from site_builder.compute.numbers import floats_or_none
from site_builder.compute.results import BoardResults, SiteResults
from site_builder.compute.scores import MEASURED, Scores
from site_builder.labels import ScoreKey
from site_builder.records import Record, asdict
from site_builder.tables.schema import is_date

SNAPSHOT = f"{FOLDER}/snapshot.json.gz"
# What the results table can say of where a score comes from and how exact it is.
PROVENANCE = ("source", "command", "date", "n_examples", "stderr")
MAX_UNPACKED = 1_000_000_000
"""The most bytes of a snapshot once it is unpacked."""
_LEVEL = 6  # of compression: the highest takes four times as long, for a tenth less

Facts: TypeAlias = Mapping[str, str | bool | float | list[str] | None]


class ScoreState(Record, omit_defaults=True):
    """One score, in the metric's own unit. What nothing is known of is not written.

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


class BoardState(Record, omit_defaults=True):
    """One board at one release.

    Attributes:
        tasks: Those that it ranks over; None in snapshots of older versions.
        rules: What decides how it ranks: `baseline`, `variants`, `ranked_by`, `min_coverage`, ...
        ranks: By variant and entry; None where it is not ranked.
    """

    rules: Facts
    ranks: Mapping[str, Mapping[str, int | None]]
    tasks: tuple[str, ...] | None = None


class Snapshot(Record):
    """A site at one release.

    Attributes:
        boards: By their ids; empty for the only board of a site.
        models, tasks: Facts of entries and tasks by id: `name`, `developer`, ...
        scores: By entry, task and variant, also those that do not count, and means over parts.
    """

    release: Release
    boards: Mapping[str, BoardState]
    models: Mapping[str, Facts]
    tasks: Mapping[str, Facts]
    scores: Mapping[ScoreKey, ScoreState]


class _Published(Snapshot):
    """A snapshot as JSON, where no key is a list."""

    scores: list[tuple[ScoreKey, ScoreState]]  # type: ignore[assignment]


def take_snapshot(computed: SiteResults) -> Snapshot:
    """Return the state of a site that has been computed."""
    scores, catalog = computed.whole.scores, computed.whole.catalog
    boards = {board.spec.id: _board_state(board) for board in computed.boards}
    models = {
        key: {**_of(fact, "name", "developer", "parameters_b"), **fact.facets}
        for key, fact in catalog.models.items()
    }
    tasks = {
        key: {**_of(fact, "name", "category", "metric", "higher_is_better"), **more}
        for (key, fact), more in zip(
            catalog.tasks.items(), _task_details(scores, catalog), strict=True
        )
    }
    in_order = (entry for board in boards.values() for of in board.ranks.values() for entry in of)
    ordered = {entry: models[entry] for entry in (*in_order, *models)}
    states = _score_states(scores)
    return Snapshot(computed.whole.release, boards, ordered, tasks, states)


def write_snapshot(snapshot: Snapshot) -> bytes:
    """Return what `read_snapshot` reads: the snapshot as compressed JSON."""
    values = {**asdict(snapshot), "scores": [*snapshot.scores.items()]}
    return gzip.compress(msgspec.json.encode(values), compresslevel=_LEVEL, mtime=0)


def read_snapshot(content: bytes, most: int = MAX_UNPACKED) -> Snapshot:
    """Return a snapshot that was published, of at most so many bytes when it is unpacked.

    Raises:
        ValueError: It is no snapshot.
    """
    try:
        unpacked = zlib.decompressobj(wbits=31).decompress(content, most)
        published = msgspec.json.decode(unpacked, type=_Published)
    except (zlib.error, msgspec.DecodeError, RecursionError) as error:
        message = f"it is no snapshot of a site: {error}"
        raise ValueError(message) from error
    day = published.release.date
    if day is not None and not is_date(day):
        message = f"it has the date {day!r}, and dates are YYYY, YYYY-MM or YYYY-MM-DD"
        raise ValueError(message)
    return Snapshot(**{**asdict(published), "scores": dict(published.scores)})


def _score_states(scores: Scores) -> dict[ScoreKey, ScoreState]:
    frame = scores.frame
    columns = {m.id: frame[MEASURED + m.id].to_numpy() for m in scores.measures}
    measures = {name: floats_or_none(values) for name, values in columns.items()}
    of_measures: Iterable[dict[str, float | None]] = repeat({}, len(frame))
    if measures:
        rows_of_measures = zip(*measures.values(), strict=True)
        of_measures = (dict(zip(measures, row, strict=True)) for row in rows_of_measures)
    named = frame.drop(columns="stderr").rename(columns={"stated_stderr": "stderr"})
    # By the bits of a number, since most rows state the same.
    bits = named[[*PROVENANCE]].notna().to_numpy() @ (1 << np.arange(len(PROVENANCE)))
    stated = [
        tuple(name for i, name in enumerate(PROVENANCE) if number >> i & 1)
        for number in range(1 << len(PROVENANCE))
    ]
    keys = zip(frame["model"], frame["task"], frame["variant"], strict=True)
    # At once: a large board has hundreds of thousands.
    states = map(
        ScoreState,
        cast("list[float]", floats_or_none(frame["score"].to_numpy())),
        floats_or_none(frame["stderr"].to_numpy()),
        frame["flag"].astype(object).where(frame["flag"].notna(), None),
        map(stated.__getitem__, bits.tolist()),
        of_measures,
    )
    return {key: s for key, s in zip(keys, states, strict=True) if s.score is not None}


def _task_details(scores: Scores, catalog: Catalog) -> Iterator[Facts]:
    """Yield the version and the weight of each task, where they are not the usual ones."""
    for task, weight in zip(scores.tasks, scores.weights.tolist(), strict=True):
        version = catalog.tasks[task].version
        yield {
            **({"version": version} if version else {}),
            **({"weight": weight} if weight != 1 else {}),
        }


def _of(fact: Record, *names: str) -> dict[str, str | bool | float | None]:
    return {name: getattr(fact, name) for name in names}


def _board_state(board: BoardResults) -> BoardState:
    """Return the state of a board in each variant."""
    spec, results = board.spec, board.results
    rules: Facts = {
        "baseline": results.scores.roles.baseline,
        "variants": [results.board.variant] if spec.id else [*results.boards],
        "ranked_by": results.board.rules.rank_by,
        "min_coverage": results.board.rules.min_coverage,
    }
    if spec.id:
        rules = {**rules, "title": spec.title, "tasks": [*spec.tasks]}
    ranks = {variant: {e.model: e.rank for e in b.entries} for variant, b in results.boards.items()}
    return BoardState(rules, ranks, results.scores.tasks)
