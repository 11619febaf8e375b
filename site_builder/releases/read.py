"""Read a release from a project, from tables, or from a published site."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from site_builder.api import FOLDER, score_files
from site_builder.compute.catalog import Release, collect_provenance
from site_builder.compute.numbers import floats_or_none
from site_builder.compute.results import Results, compute_results
from site_builder.compute.score_error import compute_score_errors
from site_builder.config import SiteConfig, load_config
from site_builder.errors import Fault, FaultsError, SiteError
from site_builder.formatting import scale_for
from site_builder.labels import Labels, ScoreKey, make_labels
from site_builder.prose.markdown import load_prose
from site_builder.prose.template import prose_variables, published_figures
from site_builder.records import Record, replace
from site_builder.releases.changes import (
    Changes,
    ProseInputs,
    ScoreState,
    Snapshot,
    find_changes,
    find_turned_claims,
)
from site_builder.releases.download import open_site, unreadable
from site_builder.releases.feed import FEED, ReleaseNews, find_feed_faults, read_feed
from site_builder.symlinks import read_inside
from site_builder.tables.check import check_tables
from site_builder.tables.read import (
    LoadedTable,
    LoadedTables,
    Tables,
    complete_tables,
    find_files,
    load_table,
    load_tables,
    parse_table,
)
from site_builder.tables.schema import MODELS, RESULTS, TASKS

# A JSON escape of half a surrogate pair, or of one of its two halves.
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class ReleaseContent(Record):
    """A release: its snapshot, its prose, and its feed of changes, None where it has none."""

    snapshot: Snapshot
    prose: ProseInputs
    feed: bytes | None = None


def compare_releases(old: ReleaseContent, new: ReleaseContent) -> Changes:
    """Return what changed between two releases."""
    claims = find_turned_claims(old.prose, new.prose)
    return find_changes(old.snapshot, new.snapshot, claims)


def find_news(
    config: SiteConfig, old: ReleaseContent, new: ReleaseContent
) -> tuple[ReleaseNews, tuple[Fault, ...]]:
    """Return what changed between two releases, with warnings about the feed."""
    earlier = () if old.feed is None else read_feed(old.feed)
    faults = find_feed_faults(config, new.snapshot.release)
    if earlier is None:
        what = "cannot read the feed of the previous site"
        unread = Fault(FEED.key, what, "Its entries are dropped.", "warning")
        earlier, faults = (), (unread, *faults)
    return ReleaseNews(compare_releases(old, new), earlier), faults


def read_release(place: str) -> ReleaseContent:
    """Read the release in a place.

    This is a project's folder, a folder of Parquet tables, one file of results, the folder of a
    published site or of its API, or the address of either.

    Raises:
        SiteError: There is no release, or it has errors; every one of them.
    """
    if not place.strip():
        fix = "Name a folder, a file or an address."
        raise SiteError(Fault("''", "this names no board", fix))
    try:
        if place.lower().startswith(("http://", "https://")):
            return _read_site(_web_files(place))
        return _read_path(Path(place))
    except (OSError, ValueError) as error:  # a name too long, a byte that no name may have
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SiteError(Fault(place, f"cannot be read: {why}")) from error


def read_published(address: str) -> ReleaseContent | None:
    """Read the release of the site at an address; None where no site is published yet.

    Raises:
        SiteError: There is a site, or may be one, and it cannot be read.
    """
    files = _web_files(address)
    is_there = files.read(f"{files.api}stats.json") is not None
    return read_release(address) if is_there else None


def _read_path(path: Path) -> ReleaseContent:
    if path.is_file():
        table = _readable(load_table(RESULTS, path, str(path)))
        return _read_tables(path.parent, LoadedTables({RESULTS.name: table}))
    if (path / "site.toml").exists() or find_files(RESULTS, path / "data"):
        return _read_project(path)
    if find_files(RESULTS, path):
        return _read_tables(path, load_tables(path, str(path)))
    if files := _folder_files(path):
        return _read_site(files)
    if not path.is_dir():
        what, fix = "there is no such file or folder", "Name a board, or the address of one."
    elif not any(path.iterdir()):
        what, fix = "the folder is empty", "Name the folder of a board."
    else:
        sought = f"site.toml, data/{RESULTS.file}, {RESULTS.file} and {FOLDER}/stats.json"
        what, fix = "the folder holds no board", f"Looked for {sought}."
    raise SiteError(Fault(str(path), what, fix))


def _readable(table: LoadedTable | Fault | tuple[Fault, ...]) -> LoadedTable:
    if isinstance(table, LoadedTable):
        return table
    raise SiteError(*(table if isinstance(table, tuple) else (table,)))


# --- from tables --------------------------------------------------------------------------------


def _read_project(root: Path) -> ReleaseContent:
    try:
        config = load_config(root)
        prose = load_prose(config.content_dir)
        return _compute(config, load_tables(config.data_dir), prose.texts)
    except FaultsError as error:
        faults = (replace(fault, where=str(root / fault.where)) for fault in error.faults)
        raise FaultsError(faults) from None


def _read_tables(root: Path, loaded: LoadedTables) -> ReleaseContent:
    """Compute the release of tables without a `site.toml`, ranked by the defaults.

    It states no baseline, and facts of models and tasks only where their tables are there. Claims
    are not judged, since they are about boards with rules of their own.
    """
    release = _compute(SiteConfig(root=root), loaded, None)
    found, there = release.snapshot, loaded.tables
    snapshot = replace(
        found,
        rules={rule: value for rule, value in found.rules.items() if rule != "baseline"},
        models=found.models if MODELS.name in there else {key: {} for key in found.models},
        tasks=found.tasks if TASKS.name in there else {key: {} for key in found.tasks},
    )
    return ReleaseContent(snapshot, replace(release.prose, figures={}))


def _compute(
    config: SiteConfig, loaded: LoadedTables, texts: Mapping[str, str] | None
) -> ReleaseContent:
    try:
        tables = check_tables(loaded, config)
    except FaultsError as error:
        raise FaultsError(f for f in error.faults if f.severity == "error") from None
    results = compute_results(tables, config)
    return release_content(tables, results, make_labels(results, config), texts)


def release_content(
    tables: Tables, results: Results, labels: Labels, texts: Mapping[str, str] | None
) -> ReleaseContent:
    """Return the release of a project that has been computed."""
    figures = prose_variables(results)
    snapshot = _snapshot(_Api.model_validate(figures), tables, _score_states(tables))
    return ReleaseContent(snapshot, ProseInputs(figures, labels.scale, texts))


def _score_states(tables: Tables) -> dict[ScoreKey, ScoreState]:
    """Return every score of the results table with its error and its reservation."""
    results = tables.results.dropna(subset=["model", "task"])
    results = results[np.isfinite(results["score"].to_numpy(dtype=float))]
    errors = compute_score_errors(results, tables.tasks)
    keys = zip(results["model"], results["task"], results["variant"], strict=True)
    flags = (flag if isinstance(flag, str) else None for flag in results["flag"])
    states = map(ScoreState, results["score"].tolist(), floats_or_none(errors.stderr), flags)
    return dict(zip(keys, states, strict=True))


# --- from a published site ----------------------------------------------------------------------


class _SiteFiles(Record):
    """The files of a published site.

    Attributes:
        place: The site's folder or address, for messages; without a slash at its end.
        api: Path of the folder of the API, with a slash at its end; empty for the API alone.
        read: Return the content of a file by its path; None where there is no such file.
    """

    place: str
    api: str
    read: Callable[[str], bytes | None]

    def fault(self, name: str, what: str) -> Fault:
        """Return what is wrong with a file of the API."""
        return Fault(f"{self.place}/{self.api}{name}.json", what, "Name the site of a board.")


def _web_files(address: str) -> _SiteFiles:
    """Return the files of a site by the address of its home page or of its API."""
    parts = urlsplit(address)
    path = parts.path.removesuffix("index.html").rstrip("/").removesuffix(f"/{FOLDER}")
    root = urlunsplit(parts._replace(path=path, query="", fragment=""))
    return _SiteFiles(root, f"{FOLDER}/", open_site(root).read)


def _folder_files(folder: Path) -> _SiteFiles | None:
    """Return the files of a site by its folder or that of its API; None if it is neither."""
    if (folder / FOLDER / "stats.json").exists():
        root, api = folder, f"{FOLDER}/"
    elif not (folder / "stats.json").exists():
        return None
    elif folder.resolve().as_posix().endswith(f"/{FOLDER}"):
        root, api = folder.resolve().parent.parent, f"{FOLDER}/"
    else:
        root, api = folder, ""
    return _SiteFiles(str(root), api, lambda path: _read_file(root, path))


def _read_file(root: Path, name: str) -> bytes | None:
    path = root / name
    try:
        return read_inside(path, root) if path.is_file() else None
    except OSError as error:
        raise unreadable(str(path), error) from error


class _Published(BaseModel):
    """A part of the API that a snapshot needs; other keys are ignored."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


_Part = TypeVar("_Part", bound=_Published)


class _Release(_Published):
    sha256: str
    date: str | None = None

    @field_validator("date")
    @classmethod
    def _is_day(cls, value: str | None) -> str | None:
        if value is not None and value != date.fromisoformat(value).isoformat():
            message = "it must be a day as YYYY-MM-DD"
            raise ValueError(message)
        return value


class _Stats(_Published):
    release: _Release
    baseline: str | None = None
    variants: list[str]
    ranked_by: str
    min_coverage: float


class _Model(_Published):
    model: str
    name: str
    developer: str | None = None
    parameters_b: float | None = None
    ranks: dict[str, int | None]


class _Score(_Published):
    model: str
    variant: str
    score: float
    stderr: float | None = None


class _Flagged(_Score):
    reason: str


class _Task(_Published):
    task: str
    name: str
    category: str | None = None
    metric: str | None = None
    higher_is_better: bool
    scores: list[_Score] | None = None  # older sites list them here
    flagged: list[_Flagged] = []


class _Category(_Published):
    category: str


class _Correlations(_Published):
    columns: list[str]


class _Metric(_Published):
    metric: str | None


class _Robustness(_Published):
    rules: list[dict[str, Any]]


class _Api(_Published):
    stats: _Stats
    models: list[_Model]
    tasks: list[_Task]
    categories: list[_Category] = []
    metrics: list[_Metric] = []
    robustness: _Robustness | None = None
    correlations: _Correlations | None = None


class _ModelScores(_Published):
    model: str
    task: list[str]
    score: dict[str, list[float | None]] | None
    stderr: dict[str, list[float | None]] | None = None
    n_examples_range: dict[str, list[tuple[int, int] | None]] | None = None


def _read_site(files: _SiteFiles) -> ReleaseContent:
    """Take scores from the results table, or in a copy of the API from its files."""
    api = _read_api(files)
    board = _validate(_Api, api, files)
    tables = _published_tables(files, board)
    scores = (tables and _score_states(tables)) or _api_scores(files, board)
    scale = scale_for(state.score for state in scores.values())
    prose = ProseInputs(published_figures(api), scale)
    return ReleaseContent(_snapshot(board, tables, scores), prose, files.read(FEED.key))


def _read_api(files: _SiteFiles) -> dict[str, Any]:
    """Read the files of the API but those of scores, by their names without ending."""
    api, faults = dict[str, Any](), list[Fault]()
    for name, part in _Api.model_fields.items():
        try:
            value = _read_json(files, name, required=part.is_required())
            if value is not None:
                api[name] = value
        except SiteError as error:
            faults += error.faults
            if not api:  # without the first file the others are not there either
                break
    if faults:
        raise FaultsError(faults)
    return api


def _read_json(files: _SiteFiles, name: str, *, required: bool = True) -> object:
    """Read a file of the API; None where it is missing and not required."""
    content = files.read(f"{files.api}{name}.json")
    if content is None:
        if required:
            raise SiteError(files.fault(name, "there is no such file"))
        return None
    try:
        value: object = json.loads(content)
        if _SURROGATE.search(content):  # half a pair cannot be encoded
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise SiteError(files.fault(name, "it is not JSON")) from error
    return value


def _validate(kind: type[_Part], value: object, files: _SiteFiles, file: str = "") -> _Part:
    """Tell the first error of each file only: a file of another kind has thousands."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first: dict[str, Fault] = {}
        for detail in error.errors(include_url=False, include_input=False):
            place = list(map(str, detail["loc"]))
            name = file or place.pop(0)
            at = f" at {'.'.join(place)}" if place else ""
            what = f"it is no file of the API: {detail['msg'].lower()}{at}"
            first.setdefault(name, files.fault(name, what))
        raise FaultsError(first.values()) from None


def _snapshot(
    board: _Api, tables: Tables | None, scores: Mapping[ScoreKey, ScoreState]
) -> Snapshot:
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
        scores=scores,
        provenance=collect_provenance(tables.results) if tables else None,
    )


def _published_tables(files: _SiteFiles, board: _Api) -> Tables | None:
    """Read the published tables that say of scores; None where there are no results."""
    tables: dict[str, LoadedTable] = {}
    for spec in (RESULTS, TASKS):  # tasks have the bounds of scores
        path = f"downloads/{spec.file}"
        content = files.read(path)
        if content is not None:
            tables[spec.name] = _readable(parse_table(spec, content, f"{files.place}/{path}"))
        elif spec == RESULTS:
            return None
    # The variant of a score that names none: `base`, or the last one of the board.
    variants = board.stats.variants
    base = "base" if "base" in variants else "".join(variants[-1:])
    return complete_tables(LoadedTables(tables), base)


def _api_scores(files: _SiteFiles, board: _Api) -> dict[ScoreKey, ScoreState]:
    """Return the scores that the API has: in its list of tasks, or in a file for each model."""
    found: dict[ScoreKey, ScoreState] = {}
    if any(task.scores is None for task in board.tasks):
        for name in score_files(m.model for m in board.models).values():
            found |= _model_scores(files, name)
    for task in board.tasks:
        for score in task.scores or ():
            found[score.model, task.task, score.variant] = ScoreState(score.score, score.stderr)
        for f in task.flagged:
            key = f.model, task.task, f.variant
            found[key] = replace(found.get(key, ScoreState(f.score)), flag=f.reason)
    return found


def _model_scores(files: _SiteFiles, name: str) -> dict[ScoreKey, ScoreState]:
    found = _validate(_ModelScores, _read_json(files, name), files, name)
    states: dict[ScoreKey, ScoreState] = {}
    for variant, scores in (found.score or {}).items():
        nothing = [None] * len(scores)
        errors = (found.stderr or {}).get(variant) or nothing
        ranges = (found.n_examples_range or {}).get(variant) or nothing
        if not len(found.task) == len(scores) == len(errors) == len(ranges):
            what = "it is no file of the API: its lists differ in length"
            raise SiteError(files.fault(name, what))
        for task, score, stderr, n in zip(found.task, scores, errors, ranges, strict=True):
            if score is not None:
                # Of a range of n, older sites state the least error, which may be too small.
                error = None if n is not None and n[0] < n[1] else stderr
                states[found.model, task, variant] = ScoreState(score, error)
    return states
