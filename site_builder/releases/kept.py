"""Keep the published state of earlier releases: which, where, and how they are read back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from site_builder.api import FOLDER
from site_builder.compute.catalog import Release
from site_builder.errors import Fault
from site_builder.publish.manifest import SiteFiles
from site_builder.records import Record
from site_builder.tables.schema import is_date

INDEX = f"{FOLDER}/releases.json"
NEWEST = 12
"""So many of the latest releases are kept, before them the last of each year, and the first."""
MAX_BYTES = 32_000_000
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
    def name(self) -> str:
        """Its name in addresses: `2024-05-02-3f2a9c0d1e2b`."""
        return name_of(self.release)

    @property
    def path(self) -> str:
        """The path of its snapshot."""
        return f"releases/{self.name}/snapshot.json.gz"


class _Listed(Record):
    """A release as the index of a site lists it."""

    sha256: str
    date: str | None = None


class _Index(Record):
    releases: list[_Listed]


def name_of(release: Release) -> str:
    """Return the name of a release in addresses."""
    return f"{release.date or 'undated'}-{release.short}"


def choose_kept(releases: Iterable[KeptRelease]) -> tuple[KeptRelease, ...]:
    """Return the releases that stay of all earlier ones, the last made first.

    These are the latest `NEWEST`, before them the last of each year, and the first; of these the
    latest that fit into `MAX_BYTES`. Whatever is dropped now would be dropped later too, so it does
    not matter how often a site is built.
    """
    by_name = dict[str, KeptRelease]()
    for kept in releases:
        by_name.setdefault(kept.name, kept)
    ordered = [*by_name.values()]
    newest, years = ordered[:NEWEST], dict[str, KeptRelease]()
    for kept in ordered[NEWEST:-1]:
        if kept.release.date:
            years.setdefault(kept.release.date[:4], kept)
    chosen, room = list[KeptRelease](), MAX_BYTES
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

    Paths come from checksums and dates alone, and no more than `MAX_BYTES` is read in all but the
    last.
    """
    content = files.read(INDEX)
    if content is None:
        return ()
    try:
        listed = msgspec.json.decode(content, type=_Index).releases[:_MAX_LISTED]
    except (ValueError, RecursionError):
        faults.append(_dropped(INDEX))
        return ()
    found, size = list[KeptRelease](), 0
    for release in _sound(listed, faults):
        if size > MAX_BYTES:
            break
        path = KeptRelease(release, b"").path
        if (stored := files.read(path)) is None:
            faults.append(_dropped(path))
            continue
        size += len(stored)
        found.append(KeptRelease(release, stored))
    return tuple(found)


def _sound(listed: Iterable[_Listed], faults: list[Fault]) -> Iterator[Release]:
    for one in listed:
        if _SHA256.fullmatch(one.sha256) and (one.date is None or is_date(one.date)):
            yield Release(one.sha256, one.date)
        else:
            faults.append(_dropped(INDEX))


def _dropped(where: str) -> Fault:
    what = "cannot read a release that the previous site keeps"
    return Fault(where, what, "It is dropped.", "warning")


def dropped_fault(kept: KeptRelease) -> Fault:
    """Return the warning about a kept release whose snapshot is none."""
    return _dropped(kept.path)
