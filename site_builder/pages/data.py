"""The data page: every table to download, column by column, and the JSON API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from site_builder.charts.cells import text_cell
from site_builder.format import count, counted, size
from site_builder.pages.api import FOLDER, make_api
from site_builder.pages.page import HOME, Document, Page, Site
from site_builder.parts import Address, Cell, Column, Fact, Link, Row, Table
from site_builder.tables.export import ExportedColumn, ExportedTable, export_tables
from site_builder.tables.schema import TYPE_WORDS

DOWNLOADS = "downloads"
API_MEANINGS = {
    "stats": "The figures of the whole board",
    "models": "Every model, in board order: rank, average, interval, lift, wins, by variant",
    "tasks": "Every task: best models, baseline, lift, every score with its rank",
    "categories": "Every category, harder to easier",
    "correlations": "Correlations over tasks, with n and p-values",
}


@dataclass(frozen=True)
class Download:
    """A file to download: its link, its size, its SHA-256."""

    link: Link
    size: str
    sha256: str


@dataclass(frozen=True)
class DataTable:
    """One table as the page shows it."""

    name: str
    meaning: str
    size: str
    files: tuple[Download, ...]
    columns: Table


@dataclass(frozen=True)
class DataContext:
    """What the data page shows."""

    facts: tuple[Fact, ...]
    tables: tuple[DataTable, ...]
    api: Table


def make_data(site: Site) -> Iterator[Page | Document]:
    """The data page, the downloads, and the API."""
    exported = export_tables(site.tables.loaded)
    documents = list(make_api(site))
    n = counted(len(exported), "table")
    context = DataContext(_facts(site), tuple(_data_table(table) for table in exported), _api_table(documents))
    yield Page(Address("data"), "data.html", "Data", f"{n} as Parquet, CSV and JSON, column by column, and a JSON API.", context, (HOME,))
    for table in exported:
        for file in table.files:
            yield Document(Address("file", f"{DOWNLOADS}/{table.spec.name}.{file.ending}"), file.content)
    yield from documents


def _facts(site: Site) -> tuple[Fact, ...]:
    stats = site.results.stats
    facts = [Fact("models", count(stats.models)), Fact("tasks", count(stats.tasks)), Fact("scores", count(stats.scores))]
    return (*facts, Fact("license of the figures", site.config.site.license)) if site.config.site.license else tuple(facts)


def _data_table(table: ExportedTable) -> DataTable:
    files = tuple(
        Download(Link(f"{table.spec.name}.{f.ending}", Address("file", f"{DOWNLOADS}/{table.spec.name}.{f.ending}")), size(len(f.content)), f.sha256) for f in table.files
    )  # fmt: skip
    columns = (
        Column("column", "Column", first="ascending"), Column("type", "Type", first="ascending"), Column("unit", "Unit", first="ascending"),
        Column("meaning", "Meaning", first="ascending"), Column("filled", "Filled", "number"),
    )  # fmt: skip
    rows = tuple(_column_row(column, table.rows) for column in table.columns)
    caption = f"Columns of {table.spec.name}"
    return DataTable(table.spec.name, f"{table.spec.meaning} One row is {table.spec.row}.", counted(table.rows, "row"), files, Table(f"columns-{table.spec.name}", caption, columns, rows))


def _column_row(column: ExportedColumn, rows: int) -> Row:
    spec = column.spec
    known = (text_cell(TYPE_WORDS[spec.type]), text_cell(spec.unit or None), Cell(spec.meaning.replace("`", ""), spec.meaning)) if spec else (text_cell(None), text_cell(None), Cell("beyond the contract, published as it is", tone="soft"))
    return Row((Cell(column.name, column.name), *known, Cell(f"{column.filled:,} of {rows:,}", float(column.filled))))


def _api_table(documents: list[Document]) -> Table:
    columns = (Column("file", "File", first="ascending"), Column("meaning", "What it holds", first="ascending"), Column("size", "Size", "number"))
    rows = []
    for document in documents:
        name = document.address.key.removeprefix(f"{FOLDER}/")
        link = Link(f"/{document.address.key}", document.address)
        rows.append(Row((Cell(link.text, name, link=link), Cell(API_MEANINGS[name.removesuffix(".json")]), Cell(size(len(document.content)), float(len(document.content))))))
    return Table("api-files", "Files of the JSON API", columns, tuple(rows))
