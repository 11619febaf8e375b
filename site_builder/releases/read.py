"""Read a release from a project or from a published site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from site_builder.compute.catalog import Release
from site_builder.compute.results import SiteResults, compute_site
from site_builder.config import SiteConfig, load_config
from site_builder.dates import whole_day
from site_builder.errors import Fault, FaultsError, SiteError
from site_builder.labels import make_labels
from site_builder.prose.markdown import load_prose
from site_builder.prose.template import prose_variables
from site_builder.publish.manifest import (
    MANIFEST,
    SiteFiles,
    open_folder,
    parse_manifest,
    unreadable,
)
from site_builder.records import Record, replace
from site_builder.releases.changes import (
    Changes,
    Claims,
    find_changes,
    find_turned_claims,
    judge_claims,
)
from site_builder.releases.download import open_site
from site_builder.releases.feed import FEED, ReleaseNews, read_feed
from site_builder.releases.history import compute_histories
from site_builder.releases.snapshot import (
    INDEX,
    SNAPSHOT,
    KeptRelease,
    Snapshot,
    choose_kept,
    dropped_fault,
    read_kept,
    read_snapshot,
    take_snapshot,
    write_snapshot,
)
from site_builder.tables.check import check_tables
from site_builder.tables.read import find_files, load_tables
from site_builder.tables.schema import RESULTS

_MAX_KEPT_UNPACKED = 400_000_000  # bytes of each snapshot, of which there may be many


class ReleaseContent(Record):
    """A release, and what its site tells of those before.

    Attributes:
        claims: Those of its texts; None of a site, which publishes none.
        feed: Its feed of changes; None where it has none.
        stored: Its snapshot as it is published; empty of a project.
        kept: The earlier releases that its site keeps, the last made first.
        is_implied: Whether nobody named it: it is what the build replaces.
        faults: Warnings about it.
    """

    snapshot: Snapshot
    claims: Claims | None = None
    feed: bytes | None = None
    stored: bytes = b""
    kept: tuple[KeptRelease, ...] = ()
    is_implied: bool = False
    faults: tuple[Fault, ...] = ()


class ComputedBoard(Record):
    """A project that has been computed, for a comparison."""

    config: SiteConfig
    content: ReleaseContent
    computed: SiteResults


def compare_releases(old: ReleaseContent, new: ReleaseContent) -> Changes:
    """Return what changed between two releases."""
    return find_changes(old.snapshot, new.snapshot, find_turned_claims(old.claims, new.claims))


def find_news(
    config: SiteConfig, site: ReleaseContent, computed: SiteResults
) -> tuple[ReleaseNews | None, tuple[Fault, ...]]:
    """Return what changed since the release before, and over all kept ones, with warnings.

    `site` is the previous site. If it has the computed data already, the release before is the last
    that it keeps. There is no news of a site that nobody named and that has no earlier release.
    """
    faults, today = [*site.faults], computed.whole.release
    kept = list[KeptRelease]()

    def snapshots() -> Iterator[Snapshot]:
        before = _releases_before(site, today)
        for one in choose_kept(k for k in before if k.release.sha256 != today.sha256):
            is_known = one.release == site.snapshot.release
            if snapshot := site.snapshot if is_known else _sound_snapshot(one, faults):
                kept.append(one)
                yield snapshot

    earlier = snapshots()
    old = next(earlier, None if site.is_implied else site.snapshot)
    if old is None:
        return None, tuple(faults)
    told = () if site.feed is None else read_feed(site.feed)
    if told is None:
        what = "cannot read the feed of the previous site"
        faults.append(Fault(FEED.key, what, "Its entries are dropped.", "warning"))
    if config.site.base_url and not today.date:
        what = "there is no feed of changes, since the day of the data is not known"
        faults.append(Fault("site.toml", what, "Name it as `released` in [site].", "warning"))
    histories = compute_histories(computed, chain([old] if kept else [], earlier), today)
    changes = find_changes(old, take_snapshot(computed))
    return ReleaseNews(changes, told or (), tuple(kept), histories), tuple(faults)


def _releases_before(site: ReleaseContent, today: Release) -> Iterator[KeptRelease]:
    """Yield the release of the previous site and those that it keeps, the last made first.

    That of a site which nobody named counts where it is of an earlier day: it may be a trial.
    """
    own = site.snapshot.release
    if not site.is_implied or is_earlier(own, today):
        yield KeptRelease(own, site.stored or write_snapshot(site.snapshot))
    yield from site.kept


def is_earlier(release: Release, other: Release) -> bool:
    """Return whether a release is of an earlier day than another, as far as both days are known."""
    days = [whole_day(of.date) for of in (release, other) if of.date]
    return len(days) == 2 and days[0] < days[1]


def _sound_snapshot(kept: KeptRelease, faults: list[Fault]) -> Snapshot | None:
    """Return the snapshot of a kept release; None, with a warning, where it is none."""
    with suppress(ValueError):
        snapshot = read_snapshot(kept.content, _MAX_KEPT_UNPACKED)
        if snapshot.release == kept.release:
            return snapshot
    faults.append(dropped_fault(kept.path))
    return None


def read_release(place: str, *, with_kept: bool = False) -> ReleaseContent:
    """Read the release in a project's folder, or in the folder or at the address of a site.

    If `with_kept`, the earlier releases that a site keeps are read too.

    Raises:
        SiteError: There is no release, or it has errors; every one of them.
    """
    try:
        if place.lower().startswith(("http://", "https://")):
            return _read_site(open_site(place), with_kept=with_kept)
        path = Path(place)
        if not place.strip() or not path.is_dir():
            what = "there is no such folder"
            fix = "Name the folder of a project or of a site, or the address of a site."
            raise SiteError(Fault(place or "''", what, fix))
        if (path / "site.toml").exists() or find_files(RESULTS, path / "data"):
            return read_board(path).content
    except FaultsError as error:
        errors = (fault for fault in error.faults if fault.severity == "error")
        raise FaultsError(replace(f, where=str(path / f.where)) for f in errors) from None
    except (OSError, ValueError) as error:  # a name too long, a byte that no name may have
        raise unreadable(place, error) from error
    files = open_folder(path)
    if files.read(SNAPSHOT) is None:
        what = "the folder holds no board"
        fix = f"Looked for site.toml, data/{RESULTS.file} and {SNAPSHOT}."
        raise SiteError(Fault(place, what, fix))
    return _read_site(files, with_kept=with_kept)


def read_replaced(
    files: SiteFiles, today: Release
) -> tuple[ReleaseContent | None, tuple[Fault, ...]]:
    """Read the release of the site that a build replaces, where it may be an earlier one.

    None where there is no such site, where an older version built it, or where it and all that it
    keeps are of today. If it cannot be read, there is a warning.
    """
    try:
        manifest = parse_manifest(files.read(MANIFEST) or b"")
        checksum = manifest.release.get("sha256") if manifest else None
        if manifest is None or checksum is None or SNAPSHOT not in manifest.files:
            return None, ()
        release = Release(checksum, manifest.release.get("date"))
        is_other = release.sha256 != today.sha256 and is_earlier(release, today)
        if not is_other and INDEX not in manifest.files:
            return None, ()
        return replace(_read_site(files, with_kept=True), is_implied=True), ()
    except SiteError as error:
        what = "the release that is replaced cannot be read, so nothing is told of it"
        fix = "To build without it, use --previous none."
        found = (replace(fault, severity="warning") for fault in error.faults)
        return None, (*found, Fault(files.place, what, fix, "warning"))


def read_published(address: str) -> ReleaseContent | None:
    """Read the release of the site at an address; None where no site is published yet.

    Raises:
        SiteError: There is a site, or may be one, and it cannot be read.
    """
    files = open_site(address)
    return None if files.read(SNAPSHOT) is None else _read_site(files, with_kept=True)


def read_board(root: Path) -> ComputedBoard:
    """Compute the board of a project, whatever its texts are.

    Raises:
        FaultsError: Its settings or tables have errors.
    """
    config = load_config(root)
    computed = compute_site(check_tables(load_tables(config.data_dir), config), config)
    results, texts = computed.featured.results, load_prose(config.content_dir).texts
    claims = judge_claims(texts, prose_variables(results), make_labels(results, config).scale)
    return ComputedBoard(config, ReleaseContent(take_snapshot(computed), claims), computed)


def _read_site(files: SiteFiles, *, with_kept: bool) -> ReleaseContent:
    content, where = files.read(SNAPSHOT), f"{files.place}/{SNAPSHOT}"
    if content is None:
        fix = "Name the site of a board that this version has built."
        raise SiteError(Fault(where, "there is no such file", fix))
    try:
        snapshot = read_snapshot(content)
    except ValueError as error:
        raise SiteError(Fault(where, str(error), "Build the site again.")) from error
    release = ReleaseContent(snapshot, stored=content)
    if not with_kept:
        return release
    faults = list[Fault]()
    kept = read_kept(files, faults)
    return replace(release, feed=files.read(FEED.key), kept=kept, faults=tuple(faults))
