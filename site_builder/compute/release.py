"""Which data a site was made from: a name for the tables as they are, and their date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

import pandas as pd

from site_builder.records import Record
from site_builder.tables.load import LoadedTable

DIGITS = 12


class Release(Record):
    """One state of a project's tables.

    Attributes:
        sha256: Its checksum; another byte in any table gives another.
        date: The day of the data, as `YYYY-MM-DD`; None where nothing tells it.
    """

    sha256: str
    date: str | None

    @property
    def short(self) -> str:
        """The first digits of the checksum: enough to tell two releases apart."""
        return self.sha256[:DIGITS]

    @property
    def name(self) -> str:
        """How a sentence names it: `data release 3f2a9c0d1e2b, 2024-05-02`."""
        return f"data release {self.short}{f', {self.date}' if self.date else ''}"


def find_release(
    loaded: Mapping[str, LoadedTable], results: pd.DataFrame, released: date | None
) -> Release:
    """The release that a project's tables are.

    The checksum is the SHA-256 of what `LC_ALL=C sha256sum *.parquet` prints of the tables: a line
    for each file with its own SHA-256, sorted by name. Anyone can so check it from the published
    files. The date is never the day of the build, so that the same data gives the same site.

    Args:
        loaded: The files as they were read.
        results: The scores; the newest `date` of them stands in where no day is given.
        released: The day that `site.toml` names.

    Source: docs/data-release.md.
    """
    listing = "".join(
        f"{sha256(table.file).hexdigest()}  {table.spec.file}\n"
        for table in sorted(loaded.values(), key=lambda table: table.spec.file)
    )
    dates = results["date"].dropna()
    newest = str(dates.max()) if len(dates) else None
    day = released.isoformat() if released else newest
    return Release(sha256(listing.encode()).hexdigest(), day)
