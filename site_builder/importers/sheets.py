"""Read a file as a table: CSV, Parquet, JSON, YAML, and the first sheet of a workbook."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, TypeGuard
from zipfile import BadZipFile, ZipFile, ZipInfo

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from site_builder.errors import first_line
from site_builder.importers import workbook
from site_builder.importers.reading import (
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
from site_builder.tables.files import (
    JSON_LINES_ENDINGS,
    TEXT_ENDINGS,
    UnreadableTableError,
    check_size,
    read_csv,
    read_footer,
    read_rows,
    read_text_rows,
)

_TAG = re.compile(r"<(?:a|span)\s[^<>=]*+=[^<>]*+>|</(?:a|span)>")
_YAML_ENDINGS = (".yaml", ".yml")
_SINGLE = ("text", "whole number", "number", "true or false", "date", "timestamp")
_MAX_DEPTH = 8  # of objects in objects
_WORKBOOK_ENDINGS = (".xlsx", ".ods")
_ENDINGS = (*TEXT_ENDINGS, ".parquet", ".json", *_YAML_ENDINGS, *_WORKBOOK_ENDINGS)


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
    if suffix in _WORKBOOK_ENDINGS:
        return _from_workbook(found)
    if suffix == ".json":
        return _from_document(found, read_json(found.path))
    if suffix in _YAML_ENDINGS:
        return _from_document(found, parse_yaml(read_text(found.path)))
    return _from_text(found, suffix)


def _from_parquet(found: Found) -> Sheet:
    check_file(found.path)
    footer = read_footer(found.path)
    names = _checked_names([column.name for column in footer.columns])
    _check_size(footer.rows, len(names))
    check_size(found.path, UNPACKED_BYTES.most)
    # Of other types, such as lists, one small page can hold any number of values.
    single = [column.name for column in footer.columns if column.kind.startswith(_SINGLE)]
    return Sheet(found, list(read_rows(found.path, single)) if single else [], names)


def _checked_names(names: list[str]) -> list[str]:
    COLUMNS.check(len(names))
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise UnreadableFileError(why=f"two of its columns are named {twice[0]!r}")
    return names


def _check_size(rows: int, columns: int) -> None:
    ROWS.check(rows)
    CELLS.check(rows * columns)


def _from_text(found: Found, ending: str) -> Sheet:
    # Without the tags that tables for web pages have, whose marks separate nothing.
    text = _TAG.sub("", read_text(found.path))
    if ending in JSON_LINES_ENDINGS:
        _, lines = read_text_rows(io.StringIO(text, newline=""), ending)
        records = ROWS.take(lines)
        if odd := next((row for row in records if row.problem), None):
            raise UnreadableTableError(odd.problem, line=odd.line)
        return _from_records(found, [row.values or {} for row in records])
    head = text.lstrip().partition("\n")[0]
    separator = max("\t;,|", key=lambda mark: (head.count(mark), mark == ","))
    cells = read_csv(io.StringIO(text.replace("\0", ""), newline=""), separator)
    return _from_cells(found, cells, comma=separator != ",")


def _from_cells(found: Found, rows: Iterable[tuple[int, list[Any]]], *, comma: bool) -> Sheet:
    """Make a table of rows with their lines; the first that is not blank names the columns."""
    filled = ((line, row) for line, row in rows if any(cell != "" for cell in row))
    _, heading = next(filled, (0, []))
    COLUMNS.check(len(heading))
    rest = ROWS.take(filled)
    _check_size(len(rest), len(heading))
    if not heading:
        raise UnreadableFileError(why="it is empty")
    if heading.count("") > len(heading) / 2:
        fix = "Delete the lines above the one that names the columns."
        raise UnreadableFileError(why="most columns have no name in its first line", fix=fix)
    stated = [as_text(str(name)) or f"column {n}" for n, name in enumerate(heading, start=1)]
    names = _checked_names(stated)
    for line, row in rest:
        if any(row[len(names) :]):
            what = f"it has {len(row)} values, the heading {len(names)}"
            raise UnreadableTableError(what, "Put a value with a separator in it in quotes.", line)
    return Sheet(found, [dict(zip(names, row, strict=False)) for _, row in rest], names, comma)


def _from_workbook(found: Found) -> Sheet:
    """Read the first sheet of a workbook; a formula has the value that was saved with it."""
    check_file(found.path)
    members = list[ZipInfo]()
    damages = suppress(BadZipFile, NotImplementedError, OSError, ValueError)  # `workbook` says so
    with damages, ZipFile(found.path) as archive:
        members = archive.infolist()
    UNPACKED_BYTES.check(sum(m.file_size for m in members if m.filename.endswith(".xml")))
    words = [sys.executable, "-P", workbook.__file__, str(found.path)]
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode:
        why = "it is damaged, or reading it takes too much memory"
        raise UnreadableFileError(why=why, fix="Save its first sheet as CSV.")
    UNPACKED_BYTES.check(len(done.stdout))
    cells = json.loads(done.stdout, parse_float=_shortest)
    if isinstance(cells, str):
        raise UnreadableFileError(why=cells)
    return _from_cells(found, enumerate(cells, 1), comma=False)


def _shortest(text: str) -> float:
    """Return a number of a sheet, where all are floats, so that 2024 in a name is no 2024.0."""
    return int(text[:-2]) if text.endswith(".0") else float(text)


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
