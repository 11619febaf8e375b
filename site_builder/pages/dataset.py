"""The published tables as one data set: what catalogues and machines ask about it."""

from __future__ import annotations

from site_builder.addresses import Address
from site_builder.compute.release import Release
from site_builder.format import counted
from site_builder.pages.home import board_lede
from site_builder.pages.page import Site
from site_builder.records import Record
from site_builder.tables.export import ExportedFile, ExportedTable

CROISSANT = Address("file", "data/croissant.json")
_DOWNLOADS = "downloads"


class Dataset(Record):
    """The published tables, described.

    Attributes:
        name: What it is called.
        description: What it holds, in a sentence or two.
        license: As `site.toml` writes it; empty where it names none.
        citation: How its publisher wants it cited, in a sentence; empty where that is not said.
        release: Which state of the data it is.
        measured: What its scores measure.
        tables: The tables.
    """

    name: str
    description: str
    license: str
    citation: str
    release: Release
    measured: tuple[str, ...]
    tables: tuple[ExportedTable, ...]


def describe_dataset(site: Site) -> Dataset:
    """The data set that the site publishes. What nobody has said of it stays unsaid."""
    config = site.config.site
    metrics = (fact.metric for fact in site.results.catalog.tasks.values())
    return Dataset(
        name=config.title,
        description=_description(site),
        license=config.license,
        citation=" ".join(site.config.citation.text.split()),
        release=site.results.release,
        measured=tuple(dict.fromkeys(metric for metric in metrics if metric)) or ("score",),
        tables=site.exported,
    )


def _description(site: Site) -> str:
    """What it holds, and how much of it."""
    stats, said = site.results.stats, site.config.site.description
    if not said:
        return board_lede(site)
    counts = (
        counted(stats.scores, "score"),
        counted(stats.models, "model"),
        counted(stats.tasks, "task"),
    )
    return "{} {} of {} on {}.".format(said, *counts)


def download_address(table: ExportedTable, file: ExportedFile) -> Address:
    """Where one format of a table is published."""
    return Address("file", f"{_DOWNLOADS}/{file_name(table, file)}")


def published_paths(site: Site) -> frozenset[str]:
    """Paths of every table that can be downloaded, in every format."""
    files = ((table, file) for table in site.exported for file in table.files)
    return frozenset(download_address(table, file).key for table, file in files)


def file_name(table: ExportedTable, file: ExportedFile) -> str:
    """What a download is called."""
    return f"{table.spec.name}.{file.ending}"
