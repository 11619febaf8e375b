"""Read a release from a project or from a published site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
from site_builder.releases.download import SiteFiles, open_site, unreadable
from site_builder.releases.feed import FEED, ReleaseNews, read_feed
from site_builder.releases.snapshot import SNAPSHOT, Snapshot, read_snapshot, take_snapshot
from site_builder.symlinks import read_inside
from site_builder.tables.check import check_tables
from site_builder.tables.read import find_files, load_tables
from site_builder.tables.schema import RESULTS

_STATS = f"{FOLDER}/stats.json"
# The files of the API with figures that claims may need.
_API = ("stats", "models", "tasks", "categories", "metrics", "robustness", "correlations")


class ReleaseContent(Record):
    """A release: its snapshot, its prose, and its feed of changes, None where it has none."""

    snapshot: Snapshot
    prose: ProseInputs
    feed: bytes | None = None


def compare_releases(old: ReleaseContent, new: ReleaseContent) -> Changes:
    """Return what changed between two releases."""
    return find_changes(old.snapshot, new.snapshot, *find_turned_claims(old.prose, new.prose))


def find_news(
    config: SiteConfig, old: ReleaseContent, new: ReleaseContent
) -> tuple[ReleaseNews, tuple[Fault, ...]]:
    """Return what changed between two releases, with warnings about the feed."""
    faults = []
    earlier = () if old.feed is None else read_feed(old.feed)
    if earlier is None:
        what = "cannot read the feed of the previous site"
        faults.append(Fault(FEED.key, what, "Its entries are dropped.", "warning"))
    if config.site.base_url and not new.snapshot.release.date:
        what = "there is no feed of changes, since the day of the data is not known"
        faults.append(Fault("site.toml", what, "Name it as `released` in [site].", "warning"))
    return ReleaseNews(compare_releases(old, new), earlier or ()), tuple(faults)


def read_release(place: str) -> ReleaseContent:
    """Read the release in a project's folder, or in the folder or at the address of a site.

    Raises:
        SiteError: There is no release, or it has errors; every one of them.
    """
    try:
        if place.lower().startswith(("http://", "https://")):
            return _read_site(open_site(place))
        path = Path(place)
        if not place.strip() or not path.is_dir():
            what = "there is no such folder"
            fix = "Name the folder of a project or of a site, or the address of a site."
            raise SiteError(Fault(place or "''", what, fix))
        if (path / "site.toml").exists() or find_files(RESULTS, path / "data"):
            return _read_project(path)
    except (OSError, ValueError) as error:  # a name too long, a byte that no name may have
        raise unreadable(place, error) from error
    files = SiteFiles(str(path), lambda name: _read_file(path, name))
    if files.read(SNAPSHOT) is None:
        what = "the folder holds no board"
        fix = f"Looked for site.toml, data/{RESULTS.file} and {SNAPSHOT}."
        raise SiteError(Fault(place, what, fix))
    return _read_site(files)


def read_published(address: str) -> tuple[ReleaseContent | None, tuple[Fault, ...]]:
    """Read the release of the site at an address; None, with a warning, of an older version.

    It is None without a warning where no site is published yet.

    Raises:
        SiteError: There is a site, or may be one, and it cannot be read.
    """
    files = open_site(address)
    if files.read(SNAPSHOT) is not None:
        return _read_site(files), ()
    if files.read(_STATS) is None:
        return None, ()
    what = "an older version built this site, so there is no page of changes"
    return None, (Fault(files.place, what, "The next build has one.", "warning"),)


def _read_project(root: Path) -> ReleaseContent:
    try:
        config = load_config(root)
        prose = load_prose(config.content_dir)
        tables = check_tables(load_tables(config.data_dir), config)
    except FaultsError as error:
        errors = (fault for fault in error.faults if fault.severity == "error")
        raise FaultsError(replace(f, where=str(root / f.where)) for f in errors) from None
    computed = compute_site(tables, config)
    return release_content(computed, make_labels(computed.featured.results, config), prose.texts)


def release_content(
    computed: SiteResults, labels: Labels, texts: Mapping[str, str] | None
) -> ReleaseContent:
    """Return the release of a project that has been computed."""
    figures = prose_variables(computed.featured.results)
    return ReleaseContent(take_snapshot(computed), ProseInputs(figures, labels.scale, texts))


def _read_file(root: Path, name: str) -> bytes | None:
    path = root / name
    try:
        return read_inside(path, root) if path.is_file() else None
    except OSError as error:
        raise unreadable(str(path), error) from error


def _read_site(files: SiteFiles) -> ReleaseContent:
    content, where = files.read(SNAPSHOT), f"{files.place}/{SNAPSHOT}"
    if content is None:
        fix = "Name the site of a board that this version has built."
        raise SiteError(Fault(where, "there is no such file", fix))
    try:
        snapshot = read_snapshot(content)
    except ValueError as error:
        raise SiteError(Fault(where, str(error), "Build the site again.")) from error
    scale = scale_for(state.score for state in snapshot.scores.values())
    return ReleaseContent(snapshot, ProseInputs(_figures(files), scale), files.read(FEED.key))


def _figures(files: SiteFiles) -> dict[str, Any]:
    """Return the figures of the API for the claims of another release.

    Raises:
        SiteError: Files of the API are missing, no JSON, or of another kind.
    """
    api = dict[str, Any]()
    try:
        for name in _API:
            if (content := files.read(f"{FOLDER}/{name}.json")) is not None:
                api[name] = msgspec.json.decode(content)
        return published_figures(api)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        what = f"its files are no API of a board: {describe_error(error)}"
        raise SiteError(Fault(f"{files.place}/{FOLDER}", what, "Build the site again.")) from error
