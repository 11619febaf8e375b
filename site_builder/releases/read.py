"""Read a release from a project, from tables, or from a published site."""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from site_builder import __version__
from site_builder.api import api_values, lists_no_scores
from site_builder.compute.catalog import Provenance, Release, collect_provenance
from site_builder.compute.results import Results, compute_results
from site_builder.config import SiteConfig, load_config
from site_builder.errors import Fault, FaultsError, SiteError
from site_builder.formatting import scale_for
from site_builder.labels import Labels, make_labels
from site_builder.prose.figures import prose_variables, published_figures
from site_builder.prose.markdown import load_prose
from site_builder.records import Record, replace
from site_builder.releases.changes import (
    Changes,
    ProseInputs,
    ScoreKey,
    ScoreState,
    Snapshot,
    find_changes,
    find_turned_claims,
)
from site_builder.releases.feed import FEED, ReleaseNews, find_feed_faults, read_feed
from site_builder.tables.check import Tables, check_tables
from site_builder.tables.read import (
    LoadedTables,
    complete_tables,
    load_table,
    load_tables,
    parse_table,
)
from site_builder.tables.schema import MODELS, RESULTS, TASKS

API = "api/v1/"
SCHEMES = ("http://", "https://")
_LIMIT_S = 30.0
_MOST_BYTES = 1_000_000_000
_GONE = (404, 410)


class SiteFiles(Record):
    """Where the files of a published site are.

    Attributes:
        place: The site's folder or address, as messages name it; without a slash at its end.
        api: What stands before the names of the API's files.
        read: The content of a file by its path from there; None where there is no such file.
    """

    place: str
    api: str
    read: Callable[[str], bytes | None]

    def where(self, path: str) -> str:
        """A file as messages name it."""
        return f"{self.place}/{path}"


def is_address(place: str) -> bool:
    """Whether a place is on the web, and no path."""
    return place.lower().startswith(SCHEMES)


def web_files(address: str) -> SiteFiles:
    """The files of the site at an address: that of its home page, or of its API.

    Raises, when a file is read:
        SiteError: The host cannot be reached, or answers anything but the file or that there is
            none.
    """
    parts = urlsplit(address)
    root = urlunsplit(parts._replace(path=_root_of(parts.path), query="", fragment=""))
    return SiteFiles(root, API, lambda path: _download(f"{root}/{path}"))


def _root_of(path: str) -> str:
    return path.removesuffix("index.html").rstrip("/").removesuffix(f"/{API}".rstrip("/"))


def folder_files(folder: Path) -> SiteFiles | None:
    """The files of the site in a folder: the site's own, or that of its API.

    None where the folder holds neither.

    Raises, when a file is read:
        SiteError: The file is there and cannot be read.
    """
    if (folder / API / "stats.json").exists():
        return _shelf(folder, API)
    if not (folder / "stats.json").exists():
        return None
    whole = folder.resolve()
    if whole.as_posix().endswith(f"/{API}".rstrip("/")):
        return _shelf(whole.parent.parent, API)
    return _shelf(folder, "")


def _shelf(folder: Path, api: str) -> SiteFiles:
    return SiteFiles(str(folder), api, lambda path: _read(folder / path))


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SiteError(_unreadable(str(path), str(error.strerror))) from error


def _download(address: str) -> bytes | None:
    headers = {"User-Agent": f"site_builder/{__version__}"}
    try:
        # Nothing but http and https comes here, and the library follows no redirection to a file.
        request = urllib.request.Request(address, headers=headers)
        with urllib.request.urlopen(request, timeout=_LIMIT_S) as answer:
            content: bytes = answer.read(_MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            if error.code in _GONE:
                return None
            raise SiteError(_unreadable(address, f"the host answers {error.code}")) from error
    except urllib.error.URLError as error:
        raise SiteError(_unreadable(address, _reason(error.reason))) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise SiteError(_unreadable(address, _reason(error))) from error
    if len(content) > _MOST_BYTES:
        raise SiteError(_unreadable(address, f"it is larger than {_MOST_BYTES:,} bytes"))
    return content


def _reason(error: object) -> str:
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return words or type(error).__name__


def _unreadable(where: str, why: str) -> Fault:
    return Fault(where, f"cannot be read: {why}", "Look whether it is the right place.")


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
    evidence: Mapping[ScoreKey, Provenance] | None,
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


_NO_FEED = Fault(
    FEED.key,
    "the previous site has no feed of changes here that can be read",
    "Its entries are not carried on.",
    "warning",
)
_FIX = "Name the site of a board."
# An escape of half a character, or of one of two halves.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_RESULTS = f"downloads/{RESULTS.file}"


class ReleaseContent(Record):
    """A board at one moment, and what its prose may say of it.

    Attributes:
        snapshot: Scores, ranks, facts.
        telling: Its prose, and what that may name.
        feed: The feed of changes that the site has; None where it has none.
    """

    snapshot: Snapshot
    telling: ProseInputs
    feed: bytes | None = None


def compare_releases(old: ReleaseContent, new: ReleaseContent) -> Changes:
    """What differs between two editions."""
    claims = find_turned_claims(old.telling, new.telling)
    return find_changes(old.snapshot, new.snapshot, claims)


def release_content(
    tables: Tables, results: Results, labels: Labels, texts: Mapping[str, str] | None
) -> ReleaseContent:
    """The edition that is about to be published, or that a project is."""
    values, evidence = api_values(results), collect_provenance(tables.results)
    telling = ProseInputs(prose_variables(results), labels.scale, texts)
    unlisted = _states(tables, evidence) if results.stats.has_many_scores else None
    return ReleaseContent(take_snapshot(values, evidence, unlisted=unlisted), telling)


def _states(tables: Tables, evidence: Mapping[ScoreKey, Provenance]) -> dict[ScoreKey, ScoreState]:
    """Every score as its table states it."""
    scores = tables.results["score"].tolist()
    return {key: ScoreState(scores[e.row - 1], e.stderr, e.flag) for key, e in evidence.items()}


def find_news(
    config: SiteConfig, old: ReleaseContent, new: ReleaseContent
) -> tuple[ReleaseNews, tuple[Fault, ...]]:
    """Return what changed between two releases, with warnings about the feed."""
    earlier = () if old.feed is None else read_feed(old.feed)
    warnings = () if earlier is not None else (_NO_FEED,)
    news = ReleaseNews(compare_releases(old, new), earlier or ())
    return news, (*warnings, *find_feed_faults(config, new.snapshot.release))


def read_release(place: str) -> ReleaseContent:
    """The edition that is kept in a place.

    Args:
        place: A project's folder, a folder of Parquet tables, one file of results, the folder of a
            published site or of its API, or the address of either.

    Raises:
        FaultsError: There is nothing of the kind, or it is at fault; every fault of it.
    """
    if not place.strip():
        raise FaultsError(
            [Fault("''", "this names no board", "Name a folder, a file or an address.")]
        )
    try:
        return _published(web_files(place)) if is_address(place) else _kept(Path(place))
    except SiteError:
        raise
    except (OSError, ValueError) as error:  # a name too long, a byte that no name may have
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise FaultsError([Fault(place, f"cannot be read: {why}")]) from error


def _kept(path: Path) -> ReleaseContent:
    """The edition in a file or a folder."""
    if path.is_file():
        return _bare(path.parent, _one_table(path))
    if (path / "site.toml").exists() or (path / "data" / RESULTS.file).exists():
        return _project(path)
    if (path / RESULTS.file).exists():
        return _bare(path, load_tables(path, str(path)))
    shelf = folder_files(path)
    if shelf is None:
        raise FaultsError([_no_board(path)])
    return _published(shelf)


def _no_board(path: Path) -> Fault:
    if not path.is_dir():
        what, fix = "there is no such file or folder", "Name a board, or the address of one."
        return Fault(str(path), what, fix)
    if not any(path.iterdir()):
        return Fault(str(path), "the folder is empty", "Name the folder of a board.")
    sought = f"site.toml, data/{RESULTS.file}, {RESULTS.file} and api/v1/stats.json"
    return Fault(str(path), "the folder holds no board", f"Looked for {sought}.")


def _one_table(path: Path) -> LoadedTables:
    table = load_table(RESULTS, path, str(path))
    if isinstance(table, Fault):
        raise FaultsError([table])
    return LoadedTables({RESULTS.name: table})


def _bare(root: Path, loaded: LoadedTables) -> ReleaseContent:
    """Tables without a `site.toml`: ranked by the defaults.

    They say nothing of a baseline, and without their tables nothing of models and tasks. Claims are
    made about boards with rules of their own, and are not judged by them.
    """
    edition = _computed(SiteConfig(root=root), loaded, None)
    own = edition.snapshot
    snapshot = replace(
        own,
        rules={rule: value for rule, value in own.rules.items() if rule != "baseline"},
        models=own.models if MODELS.name in loaded.tables else {key: {} for key in own.models},
        tasks=own.tasks if TASKS.name in loaded.tables else {key: {} for key in own.tasks},
    )
    return ReleaseContent(snapshot, replace(edition.telling, figures={}))


def _project(root: Path) -> ReleaseContent:
    try:
        config = load_config(root)
        prose = load_prose(config.content_dir)
        return _computed(config, load_tables(config.data_dir), prose.texts)
    except FaultsError as error:
        places = (replace(fault, where=str(root / fault.where)) for fault in error.faults)
        raise FaultsError(places) from None


def _computed(
    config: SiteConfig, loaded: LoadedTables, texts: Mapping[str, str] | None
) -> ReleaseContent:
    try:
        tables = check_tables(loaded, config)
    except FaultsError as error:
        raise FaultsError(f for f in error.faults if f.severity == "error") from None
    results = compute_results(tables, config)
    return release_content(tables, results, make_labels(results, config), texts)


def _published(shelf: SiteFiles) -> ReleaseContent:
    """The edition of a published site: what its API says, and the evidence that it publishes."""
    files = {name: f"{shelf.api}{name}.json" for name in (*REQUIRED, *OPTIONAL)}
    api, faults = dict[str, Any](), list[Fault]()
    for name, path in files.items():
        try:
            content = shelf.read(path)
            if content is not None:
                api[name] = _json(content, shelf.where(path))
            elif name in REQUIRED:
                raise FaultsError([_missing(shelf, path)])
        except SiteError as error:
            faults += error.faults
            if not api:  # where the first cannot be had, the others need not be asked for
                break
    if faults:
        raise FaultsError(faults)
    snapshot = take_snapshot(api, None, shelf.where(shelf.api))
    snapshot = _with_table(shelf, snapshot, read_scores=lists_no_scores(api))
    scale = scale_for(state.score for state in snapshot.scores.values())
    try:
        telling = ProseInputs(published_figures(api), scale)
    except RecursionError as error:
        what = "its files are nested too deeply"
        raise FaultsError([Fault(shelf.where(shelf.api), what, _FIX)]) from error
    return ReleaseContent(snapshot, telling, shelf.read(FEED.key))


def _missing(shelf: SiteFiles, path: str) -> Fault:
    return Fault(shelf.where(path), "there is no such file", _FIX)


def _json(content: bytes, where: str) -> object:
    """What a file says; not half a character, which an escape can name and no file can hold."""
    try:
        value: object = json.loads(content)
        if _HALF.search(content):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise FaultsError([Fault(where, "it is not JSON", _FIX)]) from error
    return value


def _with_table(shelf: SiteFiles, snapshot: Snapshot, *, read_scores: bool) -> Snapshot:
    """With what the published results say beside each score; without, where they are not published.

    A score that names no variant is of `base`, or of what the board has in its place.
    """
    file = shelf.read(_RESULTS)
    if file is None:
        if read_scores:
            raise FaultsError([_missing(shelf, _RESULTS)])
        return snapshot
    table = parse_table(RESULTS, file, shelf.where(_RESULTS))
    if isinstance(table, Fault):
        raise FaultsError([table])
    variants = snapshot.variants
    base = "base" if "base" in variants else "".join(variants[-1:])
    tables = complete_tables(LoadedTables({RESULTS.name: table}), base)
    evidence = collect_provenance(tables.results)
    scores = _states(tables, evidence) if read_scores else snapshot.scores
    return replace(snapshot, scores=scores, evidence=evidence)
