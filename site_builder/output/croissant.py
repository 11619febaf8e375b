"""The published tables in the Croissant format, which tools for machine learning load data by."""

from __future__ import annotations

from typing import Any

from site_builder.output.urls import Urls, license_link
from site_builder.pages.dataset import CROISSANT, Dataset, download_address, file_name
from site_builder.slugs import make_slugs
from site_builder.tables.export import ExportedColumn, ExportedTable
from site_builder.tables.schema import Type

SPECIFICATION = "http://mlcommons.org/croissant/1.0"
# The format from which the records are read: it alone keeps types, and every text as it is.
RECORDS_FROM = "parquet"
# A `url` of the contract may be a path, so it is text.
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
# The context that the specification asks every description to repeat.
_CONTEXT: dict[str, Any] = {
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


def croissant_values(dataset: Dataset, urls: Urls) -> dict[str, Any]:
    """The description of every table: its files, its columns with their types, its key.

    Source: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html.
    """
    known = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": SPECIFICATION,
        "name": dataset.name,
        "description": dataset.description,
        "url": urls.base_url,
        "license": license_link(dataset.license) or dataset.license,
        "citeAs": dataset.citation,
        # The specification asks for three numbers; the checksum goes where these allow it.
        "version": f"1.0.0+{dataset.release.short}",
        "datePublished": dataset.release.date,
        "isLiveDataset": False,
    }
    return {
        **{name: value for name, value in known.items() if value not in ("", None)},
        "distribution": [file for table in dataset.tables for file in _files(table, urls)],
        "recordSet": [_records(table) for table in dataset.tables if table.columns],
    }


def _files(table: ExportedTable, urls: Urls) -> list[dict[str, Any]]:
    return [
        {
            "@type": "cr:FileObject",
            "@id": file_name(table, file),
            "name": file_name(table, file),
            "description": f"{table.spec.meaning} One row is {table.spec.row}.",
            "contentUrl": urls.absolute_or_relative(CROISSANT, download_address(table, file)),
            "contentSize": f"{len(file.content)} B",
            "encodingFormat": file.media_type,
            "sha256": file.sha256,
        }
        for file in table.files
    ]


def _records(table: ExportedTable) -> dict[str, Any]:
    name = table.spec.name
    # A name is free text; what stands in an identifier is not.
    ids = {c: f"{name}/{slug}" for c, slug in make_slugs(c.name for c in table.columns).items()}
    key = [{"@id": ids[column]} for column in table.spec.key if column in ids]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"{table.spec.meaning} One row is {table.spec.row}.",
        **({"key": key} if key else {}),
        "field": [_field(table, column, ids[column.name]) for column in table.columns],
    }


def _field(table: ExportedTable, column: ExportedColumn, identifier: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": identifier,
        "name": column.name,
        "description": _meaning(column),
        "dataType": _DATA_TYPES[column.type],
        "source": {
            "fileObject": {"@id": f"{table.spec.name}.{RECORDS_FROM}"},
            "extract": {"column": column.name},
        },
    }


def _meaning(column: ExportedColumn) -> str:
    if column.spec is None:
        return "Beyond the contract, published as it is."
    unit = f", in {column.spec.unit}" if column.spec.unit else ""
    return f"{column.spec.meaning.replace('`', '')}{unit}"
