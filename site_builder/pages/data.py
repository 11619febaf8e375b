"""Make the data page, the downloads, the API files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from site_builder.addresses import Address, Fact, Link
from site_builder.api import FOLDER, encode, score_values, site_values
from site_builder.charts.cells import text_cell
from site_builder.formatting import count, coverage, size
from site_builder.messages import Messages
from site_builder.pages.page import Document, Page, Site, citation_of
from site_builder.records import Record, replace
from site_builder.releases.snapshot import SNAPSHOT, index_values, take_snapshot, write_snapshot
from site_builder.releases.wording import change_values
from site_builder.table_model import Align, Cell, Column, Field, Table, table_of
from site_builder.tables.export import ExportedColumn, ExportedFile, ExportedTable

CROISSANT = Address("file", "data/croissant.json")
# The tables that most readers want; the page shows the code that reads them.
_MAIN = ("results", "models", "tasks")


def download_address(table: ExportedTable, file: ExportedFile) -> Address:
    """Return the address of a table in one format."""
    return Address("file", f"downloads/{file_name(table, file)}")


def published_paths(site: Site) -> frozenset[str]:
    """Return the paths of all downloads."""
    files = ((table, file) for table in site.exported for file in table.files)
    return frozenset(download_address(table, file).key for table, file in files)


def file_name(table: ExportedTable, file: ExportedFile) -> str:
    """Return the name of a download."""
    return f"{table.spec.name}.{file.ending}"


class Download(Record):
    """A file to download, its size as text."""

    link: Link
    size: str
    sha256: str


class DataTable(Record):
    """One table of the data page.

    Attributes:
        meaning: What it holds, and what one row is.
        size: Number of rows, as text.
        columns: A table with a row for each column.
    """

    name: str
    meaning: str
    size: str
    files: tuple[Download, ...]
    columns: Table


class DataContext(Record):
    """Variables of the data page.

    Attributes:
        facts: Size of the board, and the licence of its figures.
        croissant: Link to the machine-readable description of the tables.
        main: The main tables, as Parquet, under their names.
        tables: Every table of the project.
        api: The files of the JSON API.
    """

    facts: tuple[Fact, ...]
    croissant: Link
    main: tuple[Link, ...]
    tables: tuple[DataTable, ...]
    api: Table


def make_data(site: Site) -> Iterator[Page | Document]:
    """Make the data page, the downloads and the files of the API."""
    values = site_values(site.computed)
    if site.news is not None:
        values["changes"] = change_values(site.news.changes)
        if site.news.kept:
            values["releases"] = index_values(site.news.kept)
    api: dict[str, list[Document]] = {}
    for name, value in (*values.items(), *score_values(site.computed.whole)):
        document = Document(Address("file", f"{FOLDER}/{name}.json"), encode(value))
        api.setdefault(name.partition("/")[0], []).append(document)
    api["snapshot"] = [
        Document(Address("file", SNAPSHOT), write_snapshot(take_snapshot(site.computed)))
    ]
    say, stats = site.labels.say, site.whole.results.stats
    license_ = site.config.site.license
    context = DataContext(
        facts=(
            Fact(say("data.models"), count(stats.models)),
            Fact(say("data.tasks"), count(stats.tasks)),
            Fact(say("data.scores"), count(stats.scores)),
            *((Fact(say("data.license"), license_),) if license_ else ()),
        ),
        croissant=Link(CROISSANT.key.rpartition("/")[2], CROISSANT),
        main=tuple(
            Link(table.spec.name, download_address(table, table.files[0]))
            for table in site.exported
            if table.spec.name in _MAIN
        ),
        tables=tuple(_data_table(site, table) for table in site.exported),
        api=_api_table(say, api),
    )
    about = say("data.about", len(site.exported), site=site.config.site.title)
    title, cite = say("data.title"), citation_of(site)
    yield Page(Address("data"), "data.html", title, about, context, (site.home,), cite=cite)
    for table in site.exported:
        for file in table.files:
            yield Document(download_address(table, file), file.content)
    for documents in api.values():
        yield from documents


def _data_table(site: Site, table: ExportedTable) -> DataTable:
    say = site.labels.say
    files = tuple(
        Download(
            Link(file_name(table, f), download_address(table, f)), size(len(f.content)), f.sha256
        )
        for f in table.files
    )
    name = table.spec.name
    of = {"meaning": say(f"table.{name}.meaning"), "row": say(f"table.{name}.row")}
    rows = say("data.rows", table.rows)
    return DataTable(name, say("data.table", **of), rows, files, _columns_table(site, table))


def _columns_table(site: Site, table: ExportedTable) -> Table:
    say, name = site.labels.say, table.spec.name
    measures = {measure.id: measure.label for measure in site.results.scores.measures}

    def meaning_cell(column: ExportedColumn) -> Cell:
        if column.spec is None:
            return Cell(say("data.extra"), tone="soft")
        known = f"table.{name}.column.{column.name}"
        label = measures.get(column.name, column.name)
        text = say(known) if known in say else say("data.measure", label=label)
        return Cell(text.replace("`", ""), text)

    def word_cell(kind: str, known: str | None) -> Cell:
        return text_cell(say(f"table.{kind}.{known}") if known else None)

    fields: tuple[Field[ExportedColumn], ...] = (
        Field(_column(say, "column"), lambda c: Cell(c.name, c.name)),
        Field(_column(say, "meaning"), meaning_cell),
        Field(_column(say, "type"), lambda c: word_cell("type", c.type if c.spec else None)),
        Field(_column(say, "unit"), lambda c: word_cell("unit", c.spec.unit if c.spec else None)),
        Field(
            _column(say, "filled", "number"),
            lambda c: Cell(coverage(c.filled, table.rows), float(c.filled)),
        ),
    )
    return table_of(f"columns-{name}", say("data.columns", table=name), fields, table.columns)


def _column(say: Messages, key: str, align: Align = "text") -> Column:
    return Column(key, say(f"data.column.{key}"), align)


def _api_table(say: Messages, api: Mapping[str, Sequence[Document]]) -> Table:
    """Make a table of the files; the files of scores are one row, linked to the first."""

    def files_cell(name: str) -> Cell:
        first, more = api[name][0].address, len(api[name]) - 1
        link = Link(f"/{first.key}", first)
        return Cell(link.text, name, say("data.more", more) if more else "", link=link)

    def size_cell(name: str) -> Cell:
        total = sum(len(document.content) for document in api[name])
        return Cell(size(total), float(total))

    fields: tuple[Field[str], ...] = (
        Field(_column(say, "file"), files_cell),
        Field(
            replace(_column(say, "holds"), key="meaning"),
            lambda name: text_cell(say(f"api.{name}")),
        ),
        Field(_column(say, "size", "number"), size_cell),
    )
    names = [name for name, documents in api.items() if documents]
    return table_of("api-files", say("data.files"), fields, names)
