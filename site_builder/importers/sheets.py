"""Read a file as a table: CSV, Parquet, JSON, YAML, and the first sheet of an Excel workbook."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, TypeGuard
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from site_builder.errors import first_line
from site_builder.importers.reading import (
    ARCHIVE_MEMBERS,
    CELLS,
    COLUMNS,
    ROWS,
    TEXT_CHARACTERS,
    UNPACKED_BYTES,
    YAML_CHARACTERS,
    YAML_VALUES,
    Found,
    UnreadableFileError,
    as_text,
    check_file,
    read_json,
    read_text,
)
from site_builder.records import Record
from site_builder.tables.read import (
    ParquetError,
    StoredColumn,
    read_footer,
    read_rows,
    text_size,
)
from site_builder.tables.text_files import (
    CSV_ENDINGS,
    JSON_LINES_ENDINGS,
    read_csv,
    read_text_rows,
)

_TAG = re.compile(r"<(?:a|span)\s[^<>=]*+=[^<>]*+>|</(?:a|span)>")
_TEXTS = "xl/sharedStrings.xml"
_DAMAGES = (
    BadZipFile, ET.ParseError, EOFError, IndexError, KeyError, NotImplementedError, OSError,
    RuntimeError, StopIteration, ValueError, zlib.error,
)  # fmt: skip
_YAML_ENDINGS = (".yaml", ".yml")
_MAX_DEPTH = 8  # of objects in objects
_ENDINGS = (*CSV_ENDINGS, ".parquet", *JSON_LINES_ENDINGS, ".json", *_YAML_ENDINGS, ".xlsx")


class Sheet(Record):
    """The rows of a table.

    Attributes:
        comma: Whether numbers may have a decimal comma.
        deep: Columns of what lies deep in a document, or beside the only record: what they hold is
            not guessed.
    """

    found: Found
    rows: list[dict[str, Any]]
    names: list[str]
    comma: bool = False
    deep: frozenset[str] = frozenset()


def read_sheet(found: Found) -> Sheet:
    """Read a file by its ending; if it is no table, raise an `UnreadableFileError`."""
    found.check_ending(*_ENDINGS)
    suffix = found.path.suffix.lower()
    if suffix == ".parquet":
        return _from_parquet(found)
    if suffix == ".xlsx":
        return _from_workbook(found)
    if suffix == ".json":
        return _from_document(found, read_json(found.path))
    if suffix in _YAML_ENDINGS:
        return _from_document(found, parse_yaml(read_text(found.path)))
    # Without the tags that tables for web pages have, whose marks separate nothing.
    text = io.StringIO(_TAG.sub("", read_text(found.path)), newline="")
    return _from_csv(found, text) if suffix in CSV_ENDINGS else _from_json_lines(found, text)


def _from_parquet(found: Found) -> Sheet:
    check_file(found.path)
    try:
        footer = read_footer(found.path)
        names = _checked_names([column.name for column in footer.columns])
        _check_size(footer.rows, len(names))
        UNPACKED_BYTES.check(footer.n_bytes)
        texts = [column.name for column in footer.columns if column.kind == "text"]
        UNPACKED_BYTES.check(text_size(found.path, texts))
        # Of other types, such as lists, one small page can hold any number of values.
        single = [column.name for column in footer.columns if _holds_single_values(column)]
        rows = list(read_rows(found.path, single)) if single else []
        return Sheet(found, rows, names)
    except ParquetError as error:
        fix = "Write it again with the usual encodings, or as CSV."
        raise UnreadableFileError(why=f"it {error}", fix=fix) from error


def _holds_single_values(column: StoredColumn) -> bool:
    is_time = column.kind.startswith(("date", "timestamp"))
    return is_time or column.kind in ("text", "whole number", "number", "true or false")


def _checked_names(names: list[str]) -> list[str]:
    COLUMNS.check(len(names))
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise UnreadableFileError(why=f"two of its columns are named {twice[0]!r}")
    return names


def _check_size(rows: int, columns: int) -> None:
    ROWS.check(rows)
    CELLS.check(rows * columns)


def _from_json_lines(found: Found, text: io.StringIO) -> Sheet:
    rows: list[dict[str, Any]] = []
    for row in ROWS.take(read_text_rows(text, JSON_LINES_ENDINGS[0])):
        if row.values is None:
            raise UnreadableFileError(why=f"{row.place} {row.problem}")
        rows.append(row.values)
    return _from_records(found, rows)


def _from_records(found: Found, records: list[dict[str, Any]], *, is_single: bool = False) -> Sheet:
    """Make a table of objects; what an object in one holds has columns such as `pass@1.easy`."""
    rows = [dict(_flat(record, _MAX_DEPTH)) for record in records]
    names = _checked_names(list(dict.fromkeys(name for row in rows for name in row)))
    _check_size(len(rows), len(names))
    plain = {name for record in records for name, _ in _flat(record, 1) if not is_single}
    return Sheet(found, rows, names, deep=frozenset(names) - plain)


def _flat(record: dict[str, Any], most: int) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict) and most:
            yield from ((f"{name}.{inner}", part) for inner, part in _flat(value, most - 1))
        else:
            yield str(name), value


def _from_document(found: Found, document: object) -> Sheet:
    """Make a table of a list of objects, the only list in an object, or objects by name.

    Any other object is a single row, of which nothing tells what is a score.
    """
    if isinstance(document, dict) and document:
        lists = [value for value in document.values() if _is_records(value)]
        # Lists of texts, such as links, are about the document.
        tables = [rows for rows in lists if any({*map(type, row.values())} - {str} for row in rows)]
        if len(tables) == 1:
            return _from_records(found, ROWS.take(tables[0]))
        if all(isinstance(value, dict) for value in document.values()):
            return _from_records(found, [{"name": str(k), **v} for k, v in document.items()])
        if not tables:
            return _from_records(found, [document], is_single=True)
    if not _is_records(document):
        why = "it is no table: neither a list of objects nor objects by name"
        raise UnreadableFileError(why=why)
    return _from_records(found, ROWS.take(document))


def _is_records(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _from_csv(found: Found, text: io.StringIO) -> Sheet:
    head = text.getvalue().lstrip().partition("\n")[0]
    separator = max("\t;,|", key=lambda mark: (head.count(mark), mark == ","))
    lines = (line.replace("\0", "") for line in text)
    try:
        filled = (row for row in read_csv(lines, separator) if any(row))
        heading = next(filled, [])
        COLUMNS.check(len(heading))
        rows = ROWS.take(filled)
    except csv.Error as error:
        raise UnreadableFileError(why=f"it is not CSV: {error}") from error
    if not heading:
        raise UnreadableFileError(why="it is empty")
    if heading.count("") > len(heading) / 2:
        fix = "Delete the lines above the one that names the columns."
        raise UnreadableFileError(why="most columns have no name in its first line", fix=fix)
    names = [as_text(name) or f"column {number}" for number, name in enumerate(heading, start=1)]
    _check_size(len(rows), len(_checked_names(names)))
    named = [dict(zip(names, row, strict=False)) for row in rows]
    return Sheet(found, named, names, comma=separator != ",")


class _LimitedConstructor(SafeConstructor):
    """Makes values of YAML only after their number is checked.

    A few aliases of aliases, or merge keys of them, can stand for billions of values.
    """

    def construct_document(self, node: Node) -> object:
        YAML_VALUES.check(_count_values(node, {}))
        return super().construct_document(node)


def _count_values(node: Node, counts: dict[int, int]) -> int:
    """Count the values below a node, each wherever an alias repeats it; `counts` is by node."""
    if id(node) not in counts:
        counts[id(node)] = YAML_VALUES.most  # an alias within its own anchor repeats without end
        parts: list[Node] = []
        if isinstance(node, MappingNode):
            parts = [part for pair in node.value for part in pair]
        elif isinstance(node, SequenceNode):
            parts = node.value
        else:
            is_text = node.tag == "tag:yaml.org,2002:str"
            TEXT_CHARACTERS.check(0 if is_text else len(node.value))  # a number is not that long
        counts[id(node)] = 1 + sum(_count_values(part, counts) for part in parts)
    return counts[id(node)]


def parse_yaml(text: str) -> object:
    """Return the value of YAML 1.2 text; if it is none, raise an `UnreadableFileError`."""
    YAML_CHARACTERS.check(len(text))
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _LimitedConstructor
    try:
        return yaml.load(text)
    except (YAMLError, ValueError, TypeError, RecursionError) as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        line = f" in line {mark.line + 1}" if mark else ""
        what = str(problem or first_line(error)).partition("\n")[0]
        why, fix = f"its YAML cannot be read: {what}{line}", "Correct that line." if mark else ""
        raise UnreadableFileError(why=why, fix=fix) from error


def _from_workbook(found: Found) -> Sheet:
    """Read the first sheet of an Excel workbook; a formula has the value saved with it."""
    check_file(found.path)
    try:
        with ZipFile(found.path) as archive:
            ARCHIVE_MEMBERS.check(len(archive.infolist()))
            texts = [_text(item) for item in _elements(archive, _TEXTS, "si")]
            rows = (_row(row, texts) for row in _elements(archive, _first_sheet(archive), "row"))
            filled = ROWS.take(row for row in rows if row)
    except _DAMAGES as error:
        raise UnreadableFileError(why="it is not an Excel workbook, or is damaged") from error
    if not filled:
        raise UnreadableFileError(why="its first sheet is empty")
    names = {place: as_text(str(value)) for place, value in filled[0].items()}
    COLUMNS.check(len(names))
    _check_size(len(filled) - 1, len(_checked_names([*names.values()])))
    named = [{names[c]: value for c, value in row.items() if c in names} for row in filled[1:]]
    return Sheet(found, named, [*names.values()])


def _first_sheet(archive: ZipFile) -> str:
    """Return the path of the first sheet that is shown."""
    sheets = _elements(archive, "xl/workbook.xml", "sheet")
    first = next(sheet for sheet in sheets if sheet.get("state", "visible") == "visible")
    link = next(value for name, value in first.items() if name.endswith("}id"))
    parts = _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    target = next(part.get("Target", "") for part in parts if part.get("Id") == link)
    return f"xl/{target.removeprefix('/').removeprefix('xl/')}"


def _elements(archive: ZipFile, path: str, name: str) -> Iterator[ET.Element]:
    """Yield the elements of a part with a name; a workbook without texts has no such part.

    A part that declares entities is refused: a few of them can stand for gigabytes.
    """
    if path == _TEXTS and path not in archive.namelist():
        return
    UNPACKED_BYTES.check(archive.getinfo(path).file_size)
    with archive.open(path) as file:
        content = file.read(UNPACKED_BYTES.most)
    if b"<!" in content or b"\0" in content:  # the second is another encoding than UTF-8
        raise UnreadableFileError(why="its XML is not as Excel writes it")
    for _, element in ET.iterparse(io.BytesIO(content)):
        if _is(element, name):
            yield element
            element.clear()


def _row(row: ET.Element, texts: Sequence[str]) -> dict[str, str | float]:
    """Return the cells of a row by the letters of their columns, without empty ones."""
    cells: dict[str, str | float] = {}
    for cell in row:
        kind, stated = cell.get("t", "n"), "".join(v.text or "" for v in cell if _is(v, "v"))
        if kind == "s":
            stated = texts[int(stated)]
        elif kind == "inlineStr":
            stated = _text(cell)
        if stated.strip() and kind != "e":
            value = float(stated) if kind == "n" else stated
            cells[cell.get("r", "").rstrip("0123456789")] = value
    return cells


def _text(element: ET.Element) -> str:
    return "".join(part.text or "" for part in element.iter() if _is(part, "t"))


def _is(element: ET.Element, name: str) -> bool:
    return element.tag.endswith(f"}}{name}")
