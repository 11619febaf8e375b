"""The state of a site at one release: taken of its results, published, kept, and read back."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import compress, repeat
from typing import TypeAlias, cast

import msgspec
import pandas as pd

from site_builder.api import FOLDER
from site_builder.compute.catalog import Release, TaskInfo
from site_builder.compute.numbers import floats_or_none
from site_builder.compute.results import BoardResults, SiteResults
from site_builder.compute.scores import MEASURED, Scores
from site_builder.dates import has_date_form
from site_builder.errors import Fault
from site_builder.labels import ScoreKey
from site_builder.publish.manifest import SiteFiles
from site_builder.records import Record, asdict

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
        tasks: Those that it ranks over.
        rules: What decides how it ranks: `baseline`, `variants`, `ranked_by`, `min_coverage`, ...
        ranks: By variant and entry; None where it is not ranked.
    """

    rules: Facts
    ranks: Mapping[str, Mapping[str, int | None]]
    tasks: tuple[str, ...] = ()


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
        key: _task_facts(fact, weight)
        for (key, fact), weight in zip(catalog.tasks.items(), scores.weights.tolist(), strict=True)
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
    if day is not None and not has_date_form(day):
        message = f"it has the date {day!r}, and dates are YYYY, YYYY-MM or YYYY-MM-DD"
        raise ValueError(message)
    return Snapshot(**{**asdict(published), "scores": dict(published.scores)})


def _score_states(scores: Scores) -> dict[ScoreKey, ScoreState]:
    arrays = scores.arrays
    stated = {**arrays, "stderr": arrays["stated_stderr"]}
    measures = {m.id: floats_or_none(arrays[MEASURED + m.id]) for m in scores.measures}
    of_measures: Iterable[dict[str, float | None]] = repeat({}, len(scores.frame))
    if measures:
        rows_of_measures = zip(*measures.values(), strict=True)
        of_measures = (dict(zip(measures, row, strict=True)) for row in rows_of_measures)
    is_stated = (pd.notna(stated[name]) for name in PROVENANCE)
    keys = zip(*(arrays[name].tolist() for name in ("model", "task", "variant")), strict=True)
    # At once: a large board has hundreds of thousands.
    states = map(
        ScoreState,
        cast("list[float]", floats_or_none(arrays["score"])),
        floats_or_none(arrays["stderr"]),
        arrays["flag"].tolist(),
        map(_names, zip(*is_stated, strict=True)),
        of_measures,
    )
    return {key: s for key, s in zip(keys, states, strict=True) if s.score is not None}


@cache  # most rows state the same
def _names(is_stated: tuple[bool, ...]) -> tuple[str, ...]:
    return tuple(compress(PROVENANCE, is_stated))


def _task_facts(task: TaskInfo, weight: float) -> Facts:
    """Return the facts of a task; version and weight where they are not the usual ones."""
    return {
        **_of(task, "name", "category", "metric", "higher_is_better"),
        **({"version": task.version} if task.version else {}),
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


# --- snapshots that are kept ----------------------------------------------------------------------

INDEX = f"{FOLDER}/releases.json"
NEWEST = 12
"""So many of the latest releases are kept, before them the last of each year, and the first."""
MAX_KEPT = 32_000_000
"""The most that all kept snapshots take; the oldest are dropped first."""
_MAX_LISTED = 100
_SHA256 = re.compile("[0-9a-f]{64}", re.ASCII)


class KeptRelease(Record):
    """An earlier release of a site.

    Attributes:
        content: Its snapshot, byte for byte as it was published.
    """

    release: Release
    content: bytes

    @property
    def path(self) -> str:
        """The path of its snapshot."""
        return f"releases/{name_of(self.release)}/snapshot.json.gz"


class _Index(Record):
    releases: list[Release]


def name_of(release: Release) -> str:
    """Return the name of a release in addresses: `2024-05-02-3f2a9c0d1e2b`."""
    return f"{release.date or 'undated'}-{release.short}"


def choose_kept(releases: Iterable[KeptRelease]) -> tuple[KeptRelease, ...]:
    """Return the releases that stay of all earlier ones, the last made first.

    These are the latest `NEWEST`, before them the last of each year, and the first; of these the
    latest that fit into `MAX_KEPT`. Whatever is dropped now would be dropped later too, so it does
    not matter how often a site is built.
    """
    by_path = dict[str, KeptRelease]()
    for kept in releases:
        by_path.setdefault(kept.path, kept)
    ordered = [*by_path.values()]
    newest, years = ordered[:NEWEST], dict[str, KeptRelease]()
    for kept in ordered[NEWEST:-1]:
        if kept.release.date:
            years.setdefault(kept.release.date[:4], kept)
    chosen, room = list[KeptRelease](), MAX_KEPT
    for kept in (*newest, *years.values(), *ordered[NEWEST:][-1:]):
        room -= len(kept.content)
        if room < 0:
            break
        chosen.append(kept)
    return tuple(chosen)


def index_values(kept: Iterable[KeptRelease]) -> dict[str, object]:
    """Return what `read_kept` reads: the kept releases, the last made first."""
    listed = ({"sha256": k.release.sha256, "date": k.release.date, "path": k.path} for k in kept)
    return {"releases": [*listed]}


def read_kept(files: SiteFiles, faults: list[Fault]) -> tuple[KeptRelease, ...]:
    """Return the releases that a site keeps, the last made first; what is none adds a warning.

    Paths come from checksums and dates alone, and no more than `MAX_KEPT` is read in all but the
    last.
    """
    content = files.read(INDEX)
    if content is None:
        return ()
    try:
        listed = msgspec.json.decode(content, type=_Index).releases[:_MAX_LISTED]
    except (ValueError, RecursionError):
        faults.append(dropped_fault(INDEX))
        return ()
    found, size = list[KeptRelease](), 0
    for release in listed:
        if size > MAX_KEPT:
            break
        is_day = release.date is None or has_date_form(release.date)
        if not (is_day and _SHA256.fullmatch(release.sha256)):
            faults.append(dropped_fault(INDEX))
            continue
        path = KeptRelease(release, b"").path
        if (stored := files.read(path)) is None:
            faults.append(dropped_fault(path))
            continue
        size += len(stored)
        found.append(KeptRelease(release, stored))
    return tuple(found)


def dropped_fault(where: str) -> Fault:
    """Return the warning that a file of the previous site tells of no release."""
    what = "cannot read a release that the previous site keeps"
    return Fault(where, what, "It is dropped.", "warning")
