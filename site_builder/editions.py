"""One edition of a board, wherever it is kept: a project, Parquet tables, a published site."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from site_builder.charts.labels import make_labels
from site_builder.compute.catalog import Evidence, collect_catalog
from site_builder.compute.changes import Changes
from site_builder.compute.diff import find_changes
from site_builder.compute.results import compute_results
from site_builder.compute.snapshot import ScoreKey, ScoreState, Snapshot
from site_builder.config import SiteConfig, load_config
from site_builder.errors import Fault, FaultsError, SiteError
from site_builder.fetch import Shelf, folder_shelf, is_address, web_shelf
from site_builder.format import scale_for
from site_builder.output.feed import read_feed
from site_builder.output.figures import prose_variables, published_figures
from site_builder.output.turned_claims import Telling, find_turned_claims
from site_builder.pages.api import api_values, lists_no_scores
from site_builder.pages.api_snapshot import OPTIONAL, REQUIRED, take_snapshot
from site_builder.pages.entries import FEED, find_feed_faults
from site_builder.pages.page import News, Site
from site_builder.prose import load_prose
from site_builder.records import Record, replace
from site_builder.tables.check import Tables, check_tables
from site_builder.tables.complete import complete_tables
from site_builder.tables.load import LoadedTables, load_table, load_tables, parse_table
from site_builder.tables.schema import MODELS, RESULTS, TASKS

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


class Edition(Record):
    """A board at one moment, and what its prose may say of it.

    Attributes:
        snapshot: Scores, ranks, facts.
        telling: Its prose, and what that may name.
        feed: The feed of changes that the site has; None where it has none.
    """

    snapshot: Snapshot
    telling: Telling
    feed: bytes | None = None


def compare_editions(old: Edition, new: Edition) -> Changes:
    """What differs between two editions."""
    claims = find_turned_claims(old.telling, new.telling)
    return find_changes(old.snapshot, new.snapshot, claims)


def edition_of(site: Site, texts: Mapping[str, str] | None) -> Edition:
    """The edition that is about to be published, or that a project is."""
    values, evidence = api_values(site.results), site.results.catalog.evidence
    telling = Telling(prose_variables(site), site.labels.scale, texts)
    is_large = site.results.stats.has_many_scores
    unlisted = _states(site.tables, evidence) if is_large else None
    return Edition(take_snapshot(values, evidence, unlisted=unlisted), telling)


def _states(tables: Tables, evidence: Mapping[ScoreKey, Evidence]) -> dict[ScoreKey, ScoreState]:
    """Every score as its table states it."""
    scores = tables.results["score"].tolist()
    return {
        key: ScoreState(score, e.stderr, e.flag)
        for (key, e), score in zip(evidence.items(), scores, strict=True)
    }


def with_news(site: Site, texts: Mapping[str, str], old: Edition) -> tuple[Site, tuple[Fault, ...]]:
    """A site that tells what changed since an earlier edition, and what is odd about that."""
    earlier = () if old.feed is None else read_feed(old.feed)
    odd = () if earlier is not None else (_NO_FEED,)
    news = News(compare_editions(old, edition_of(site, texts)), earlier or ())
    site = replace(site, news=news)
    return site, (*odd, *find_feed_faults(site))


def read_edition(place: str) -> Edition:
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
        return _published(web_shelf(place)) if is_address(place) else _kept(Path(place))
    except SiteError:
        raise
    except (OSError, ValueError) as error:  # a name too long, a byte that no name may have
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise FaultsError([Fault(place, f"cannot be read: {why}")]) from error


def _kept(path: Path) -> Edition:
    """The edition in a file or a folder."""
    if path.is_file():
        return _bare(path.parent, _one_table(path))
    if (path / "site.toml").exists() or (path / "data" / RESULTS.file).exists():
        return _project(path)
    if (path / RESULTS.file).exists():
        return _bare(path, load_tables(path, str(path)))
    shelf = folder_shelf(path)
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


def _bare(root: Path, loaded: LoadedTables) -> Edition:
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
    return Edition(snapshot, replace(edition.telling, figures={}))


def _project(root: Path) -> Edition:
    try:
        config = load_config(root)
        prose = load_prose(config.content_dir)
        return _computed(config, load_tables(config.data_dir), prose.texts)
    except FaultsError as error:
        places = (replace(fault, where=str(root / fault.where)) for fault in error.faults)
        raise FaultsError(places) from None


def _computed(config: SiteConfig, loaded: LoadedTables, texts: Mapping[str, str] | None) -> Edition:
    try:
        tables = check_tables(loaded, config)
    except FaultsError as error:
        raise FaultsError(f for f in error.faults if f.severity == "error") from None
    results = compute_results(tables, config)
    return edition_of(Site(config, tables, results, make_labels(results, config)), texts)


def _published(shelf: Shelf) -> Edition:
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
        telling = Telling(published_figures(api), scale)
    except RecursionError as error:
        what = "its files are nested too deeply"
        raise FaultsError([Fault(shelf.where(shelf.api), what, _FIX)]) from error
    return Edition(snapshot, telling, shelf.read(FEED.key))


def _missing(shelf: Shelf, path: str) -> Fault:
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


def _with_table(shelf: Shelf, snapshot: Snapshot, *, read_scores: bool) -> Snapshot:
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
    evidence = collect_catalog(tables).evidence
    scores = _states(tables, evidence) if read_scores else snapshot.scores
    return replace(snapshot, scores=scores, evidence=evidence)
