"""Read a release from a project, from tables, or from a published site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from site_builder.api import FOLDER
from site_builder.compute.results import SiteResults, compute_site
from site_builder.config import SiteConfig, load_config
from site_builder.errors import Fault, FaultsError, SiteError, describe_error
from site_builder.formatting import scale_for
from site_builder.labels import Labels, make_labels
from site_builder.prose.markdown import load_prose
from site_builder.prose.template import prose_variables, published_figures
from site_builder.records import Record, replace
from site_builder.releases.changes import (
    Changes,
    ProseInputs,
    find_changes,
    find_turned_claims,
)
from site_builder.releases.download import open_site, unreadable
from site_builder.releases.feed import FEED, ReleaseNews, find_feed_faults, read_feed
from site_builder.releases.snapshot import SNAPSHOT, Snapshot, read_snapshot, take_snapshot
from site_builder.symlinks import read_inside
from site_builder.tables.check import check_tables
from site_builder.tables.read import (
    LoadedTable,
    LoadedTables,
    complete_tables,
    find_files,
    load_table,
    load_tables,
    parse_table,
)
from site_builder.tables.schema import MODELS, RESULTS, TASKS


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

    This is a project's folder, a folder of Parquet tables, one file of results, or the folder or
    the address of a published site.

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


def read_published(address: str) -> tuple[ReleaseContent | None, tuple[Fault, ...]]:
    """Read the release of the site at an address; None, with a warning, of an older version.

    It is None without a warning where no site is published yet.

    Raises:
        SiteError: There is a site, or may be one, and it cannot be read.
    """
    files = _web_files(address)
    if not files.is_there:
        return None, ()
    if files.read(SNAPSHOT) is None:
        what = "an older version built this site, so there is no page of changes"
        return None, (Fault(files.place, what, "The next build has one.", "warning"),)
    return _read_site(files), ()


def _read_path(path: Path) -> ReleaseContent:
    if path.is_file():
        table = _readable(load_table(RESULTS, path, str(path)))
        return _read_tables(path.parent, LoadedTables({RESULTS.name: table}))
    if (path / "site.toml").exists() or find_files(RESULTS, path / "data"):
        return _read_project(path)
    if find_files(RESULTS, path):
        return _read_tables(path, load_tables(path, str(path)))
    if (files := _folder_files(path)).is_there:
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
    found, there, board = release.snapshot, loaded.tables, release.snapshot.boards[""]
    rules = {rule: value for rule, value in board.rules.items() if rule != "baseline"}
    snapshot = replace(
        found,
        boards={"": replace(board, rules=rules)},
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
    computed = compute_site(tables, config)
    return release_content(computed, make_labels(computed.featured.results, config), texts)


def release_content(
    computed: SiteResults, labels: Labels, texts: Mapping[str, str] | None
) -> ReleaseContent:
    """Return the release of a project that has been computed."""
    figures = prose_variables(computed.featured.results)
    return ReleaseContent(take_snapshot(computed), ProseInputs(figures, labels.scale, texts))


# --- from a published site ----------------------------------------------------------------------

_STATS, _DOWNLOAD = f"{FOLDER}/stats.json", f"downloads/{RESULTS.file}"
_API = ("stats", "models", "tasks", "categories", "metrics", "robustness", "correlations")
_NO_FILE = "there is no such file"


class _SiteFiles(Record):
    """The files of a published site.

    Attributes:
        place: The site's folder or address, for messages; without a slash at its end.
        read: Return the content of a file by its path; None where there is no such file.
    """

    place: str
    read: Callable[[str], bytes | None]

    @property
    def is_there(self) -> bool:
        """Whether there is a site of any version."""
        return self.read(_STATS) is not None

    def fault(self, path: str, what: str) -> Fault:
        """Return what is wrong with a file."""
        return Fault(f"{self.place}/{path}", what, "Name the site of a board.")


def _web_files(address: str) -> _SiteFiles:
    """Return the files of a site by the address of its home page or of its API."""
    parts = urlsplit(address)
    path = parts.path.removesuffix("index.html").rstrip("/").removesuffix(f"/{FOLDER}")
    root = urlunsplit(parts._replace(path=path, query="", fragment=""))
    return _SiteFiles(root, open_site(root).read)


def _folder_files(folder: Path) -> _SiteFiles:
    """Return the files of a site by its folder or that of its API."""
    is_api = folder.resolve().as_posix().endswith(f"/{FOLDER}")
    root = folder.resolve().parent.parent if is_api else folder
    return _SiteFiles(str(root), lambda path: _read_file(root, path))


def _read_file(root: Path, name: str) -> bytes | None:
    path = root / name
    try:
        return read_inside(path, root) if path.is_file() else None
    except OSError as error:
        raise unreadable(str(path), error) from error


def _read_site(files: _SiteFiles) -> ReleaseContent:
    content, where = files.read(SNAPSHOT), f"{files.place}/{SNAPSHOT}"
    if content is None and files.is_there:
        what = f"an older version built this site, without {SNAPSHOT}"
        fix = "Build it again with this version, or name a copy of its folder downloads."
        raise SiteError(Fault(files.place, what, fix))
    if content is None:
        raise SiteError(files.fault(_STATS, _NO_FILE))
    download = files.read(_DOWNLOAD)
    if download is None:
        raise SiteError(files.fault(_DOWNLOAD, _NO_FILE))
    table = _readable(parse_table(RESULTS, download, f"{files.place}/{_DOWNLOAD}"))
    results = complete_tables(LoadedTables({RESULTS.name: table}), "").results
    try:
        snapshot = read_snapshot(content, results)
    except ValueError as error:
        raise SiteError(Fault(where, str(error), "Build the site again.")) from error
    scale = scale_for(state.score for state in snapshot.scores.values())
    return ReleaseContent(snapshot, ProseInputs(_figures(files), scale), files.read(FEED.key))


def _figures(files: _SiteFiles) -> dict[str, Any]:
    """Return the figures of the API for the claims of another release.

    Raises:
        SiteError: Files of the API are missing, no JSON, or of another kind.
    """
    api, faults = dict[str, Any](), list[Fault]()
    for name in _API:
        content = files.read(f"{FOLDER}/{name}.json")
        try:
            api |= {} if content is None else {name: msgspec.json.decode(content)}
        except (ValueError, RecursionError):
            faults.append(files.fault(f"{FOLDER}/{name}.json", "it is not JSON"))
    if faults:
        raise FaultsError(faults)
    try:
        return published_figures(api)
    except (AttributeError, KeyError, TypeError) as error:  # lists and objects of other kinds
        what = f"its files are no API of a board: {describe_error(error)}"
        raise SiteError(files.fault(FOLDER, what)) from error
