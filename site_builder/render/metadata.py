"""Write citations, schema.org, Croissant, `llms.txt`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from posixpath import splitext
from typing import Any

from site_builder.addresses import Address, Link, make_slugs
from site_builder.api import FOLDER
from site_builder.formatting import counted, escape_markdown, sentence
from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.board_views import MOST_SHORT, board_headline, board_lede
from site_builder.pages.boards import board_address
from site_builder.pages.data import CROISSANT, download_address, file_name
from site_builder.pages.page import Citation, Document, OutputFile, Page, Site
from site_builder.records import Record
from site_builder.render.urls import Urls, license_link
from site_builder.tables.export import ExportedColumn, ExportedFile, ExportedTable
from site_builder.tables.schema import Type

# BibTeX counts braces even behind a backslash.
_ESCAPED = str.maketrans(
    {
        **{mark: f"\\{mark}" for mark in "%&_#$"},
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
    }
)
# Only what would end the field of a URL is escaped.
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


class CitationText(Record):
    """A citation as a sentence and as an entry of a bibliography."""

    sentence: str
    bibtex: str


def write_citation(citation: Citation, urls: Urls) -> CitationText:
    """Write a citation; it has a URL if the base URL is known."""
    release, address = citation.release, urls.canonical(citation.to)
    name = citation.release_name or release.name
    said = f"{citation.text} " if citation.text else ""
    words = f"{said}{citation.site}, {name}. {address}".strip()
    title = f"{citation.site}: {citation.name}" if citation.name else citation.site
    fields = {
        # Braces keep the capitals of names from the style's own ideas of a title.
        "title": f"{{{escape_bibtex(title)}}}",
        "year": release.date[:4] if release.date else "",
        "note": escape_bibtex(f"{citation.text} {sentence(name)}"),
        "url": address.translate(_IN_ADDRESS),
    }
    lines = ",\n".join(f"  {name:5} = {{{text}}}" for name, text in fields.items() if text)
    key = f"{make_slugs([title])[title]}-{release.short}"
    return CitationText(words, f"@misc{{{key},\n{lines}\n}}")


def escape_bibtex(text: str) -> str:
    """Escape text for a BibTeX field in braces."""
    return " ".join(text.split()).translate(_ESCAPED)


_SCHEMA_ORG = "https://schema.org/"


def structured_data(page: Page, site: Site, urls: Urls) -> dict[str, Any] | None:
    """Return schema.org data: of the data set or, in a site of known address, of a listed page."""
    if page.address.kind in ("home", "data"):
        return {"@context": _SCHEMA_ORG, **_dataset_values(page, site, urls)}
    if not urls.base_url or not page.listed:
        return None
    name = site.config.site.title
    return {
        "@context": _SCHEMA_ORG,
        "@type": "WebPage",
        "name": f"{page.title}, {name}",
        "description": page.description,
        "url": urls.canonical(page.address),
        "isPartOf": {"@type": "WebSite", "name": name, "url": urls.base_url},
    }


def _about_dataset(site: Site, url: str, citation: str) -> dict[str, Any]:
    """Return what both descriptions of the data set say, its citation by the name that it has."""
    config, stats = site.config.site, site.whole.results.stats
    scores, models = counted(stats.scores, "score"), counted(stats.models, "model")
    counts = f"{scores} of {models} on {counted(stats.tasks, 'task')}."
    return {
        "name": config.title,
        "description": f"{config.description} {counts}" if config.description else board_lede(site),
        "url": url,
        "license": license_link(config.license) or config.license,
        citation: " ".join(site.config.citation.text.split()),
    }


def _dataset_values(page: Page, site: Site, urls: Urls) -> dict[str, Any]:
    """Describe the data set by https://schema.org/Dataset, with links as a page has them."""
    release, tasks = site.results.release, site.results.catalog.tasks.values()
    known = {
        "@type": "Dataset",
        **_about_dataset(site, urls.canonical(Address("data")), "citation"),
        "version": release.sha256,
        "dateModified": release.date,
        "isAccessibleForFree": True,
        "variableMeasured": [*dict.fromkeys(t.metric for t in tasks if t.metric)] or ["score"],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file_name(table, file),
                "contentUrl": urls.absolute_or_relative(
                    page.address, download_address(table, file)
                ),
                "encodingFormat": file.media_type,
                "contentSize": f"{len(file.content)} B",
                "sha256": file.sha256,
            }
            for table in site.exported
            for file in table.files
        ],
    }
    return {name: value for name, value in known.items() if value}


# A `url` of a table may be a path, so it is text.
_DATA_TYPES: dict[Type, str] = {
    "text": "sc:Text",
    "number": "sc:Float",
    "integer": "sc:Integer",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "url": "sc:Text",
}
_TERMS = (
    *("citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty"),
    *("fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField"),
    *("path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
    *("separator", "source", "subField", "transform"),
)
# The specification requires this context in every description.
_CROISSANT_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _TERMS},
}


def croissant_values(site: Site, urls: Urls) -> dict[str, Any]:
    """Describe all tables in Croissant: files, columns with types, keys.

    Source: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html.
    """
    known = {
        "@context": _CROISSANT_CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        **_about_dataset(site, urls.base_url, "citeAs"),
        # The specification requires three numbers; the checksum is build metadata.
        "version": f"1.0.0+{site.results.release.short}",
        "datePublished": site.results.release.date,
        "isLiveDataset": False,
    }
    return {
        **{name: value for name, value in known.items() if value not in ("", None)},
        "distribution": [
            _file(table, file, urls) for table in site.exported for file in table.files
        ],
        "recordSet": [_records(table) for table in site.exported if table.columns],
    }


def _file(table: ExportedTable, file: ExportedFile, urls: Urls) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file_name(table, file),
        "name": file_name(table, file),
        "description": f"{table.spec.meaning} Each row is {table.spec.row}.",
        "contentUrl": urls.absolute_or_relative(CROISSANT, download_address(table, file)),
        "contentSize": f"{len(file.content)} B",
        "encodingFormat": file.media_type,
        "sha256": file.sha256,
    }


def _records(table: ExportedTable) -> dict[str, Any]:
    name = table.spec.name
    # Column names are free text, identifiers are not.
    ids = {c: f"{name}/{slug}" for c, slug in make_slugs(c.name for c in table.columns).items()}
    key = [{"@id": ids[column]} for column in table.spec.key if column in ids]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{table.spec.meaning} Each row is {table.spec.row}.",
        **({"key": key} if key else {}),
        "field": [
            {
                "@type": "cr:Field",
                "@id": ids[column.name],
                "name": column.name,
                "description": _meaning(column),
                "dataType": _DATA_TYPES[column.type],
                # Parquet is the only format that keeps types and texts unchanged.
                "source": {
                    "fileObject": {"@id": f"{name}.parquet"},
                    "extract": {"column": column.name},
                },
            }
            for column in table.columns
        ],
    }


def _meaning(column: ExportedColumn) -> str:
    if column.spec is None:
        return "Beyond the contract, published as it is."
    unit = f", in {column.spec.unit}" if column.spec.unit else ""
    return f"{column.spec.meaning.replace('`', '')}{unit}"


# --- llms.txt -------------------------------------------------------------------------------------

LLMS = "llms.txt"
_MOST_BOARDS, _FIRST = 30, 5
_OF_API = f"{FOLDER}/"
_CSV = ".csv.gz"


def write_llms(
    site: Site, pages: Iterable[OutputFile], header: Sequence[Link], urls: Urls
) -> bytes:
    """Write the file of a site; `header` are the links of its navigation.

    Without a base URL, links are from the site's root.
    """
    say, pages = site.labels.say, [*pages]
    listed = {page.address: page for page in pages if isinstance(page, Page)}
    documents = [page.address for page in pages if isinstance(page, Document)]
    about = listed[home].description if (home := Address("home")) in listed else ""

    def line(text: str, to: Address, note: str) -> str:
        link = urls.canonical(to) or urls.from_root(to) or "index.html"
        return f"- [{_plain(text)}]({link}): {_plain(note)}"

    license_ = site.config.site.license
    notes = [say("llms.license", license=license_)] if license_ else []
    notes.append(say("llms.missing"))
    boards = (line(title, to, about) for title, to, about in _boards(site))
    data = (line(name, to, note) for name, to, note in _data(site, documents))
    links = (link.to for link in header if link.to and link.to.kind != "board")
    shown = (listed[to] for to in links if to in listed)
    others = (line(page.title, page.address, page.description) for page in shown)
    parts = (
        [f"# {_plain(site.config.site.title)}"],
        [f"> {_plain(about or site.config.site.description)}"],
        [f"{_plain(sentence(site.results.release.name))}.", *map(_plain, notes)],
        [f"## {say('llms.boards')}", "", *boards],
        [f"## {say('llms.data')}", "", *data],
        [f"## {say('llms.pages')}", "", *others],
    )
    return "\n\n".join("\n".join(lines) for lines in parts).encode() + b"\n"


def _boards(site: Site) -> Iterator[tuple[str, Address, str]]:
    """Yield each board: what ranks it, who leads, and its first entries with what ranks them."""
    for each in islice(site.by_board, _MOST_BOARDS):
        board, labels = each.results.board, each.labels
        spec = BoardTableSpec(each, each.results.boards, most=MOST_SHORT)
        scale = labels.merit_scale(board)
        first = [
            f"{s.rank}. {labels.models[s.model]} {scale.score(board.merit(s))}"
            for s in board.ranked[:_FIRST]
        ]
        text = " ".join((each.board.description, board_headline(spec), "; ".join(first)))
        title = each.board.title if site.has_boards else labels.say("board.heading")
        yield title, board_address(each), text


def _data(site: Site, documents: Iterable[Address]) -> Iterator[tuple[str, Address, str]]:
    """Yield the files of the API, the table of results and the description of all tables."""
    say = site.labels.say
    for address in documents:
        name, ending = splitext(address.key.removeprefix(_OF_API))
        # Those of boards and of models have an index.
        if address.key.startswith(_OF_API) and ending == ".json" and "/" not in name:
            yield address.key, address, say(f"api.{name}")
    for table in site.exported:
        for file in table.files if table.spec.name == "results" else ():
            address = download_address(table, file)
            if address.key.endswith(_CSV):
                rows = f"{table.spec.meaning} Each row is {table.spec.row}."
                yield address.key, address, rows
    yield CROISSANT.key, CROISSANT, say("llms.croissant")


def _plain(text: str) -> str:
    return escape_markdown(" ".join(text.split()))
