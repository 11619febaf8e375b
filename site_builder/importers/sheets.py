"""Read a file as a table: CSV, Parquet, JSON, YAML, and the first sheet of a workbook."""

from __future__ import annotations

import html
import io
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import compress, islice, takewhile
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from site_builder.errors import first_line
from site_builder.formatting import listed, quoted
from site_builder.importers import workbook
from site_builder.importers.cells import find_marks, parse_number
from site_builder.importers.documents import Sheet, sheet_of
from site_builder.importers.reading import Found
from site_builder.importers.values import (
    CELLS,
    COLUMNS,
    ROWS,
    TEXT_CHARACTERS,
    UNPACKED_BYTES,
    YAML_CHARACTERS,
    YAML_VALUES,
    UnreadableFileError,
    as_text,
    check_file,
    read_json,
    read_text,
)
from site_builder.records import replace
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
from site_builder.tables.metrics import SPREADS, measure_of

_BREAK = re.compile(r"<br\s*+/?>", re.IGNORECASE)
# Raised or lowered, with the letter, or the 10, before it.
_RAISED = re.compile(r"(\b10|[^\W\d_])?<sup(?:\s[^<>]*+)?>([^<>]*+)</sup>", re.IGNORECASE)
_LOWERED = re.compile(r"([^\W\d_])?<sub(?:\s[^<>]*+)?>([^<>]*+)</sub>", re.IGNORECASE)
_FORMULA = re.compile(r"\$(?=[^$|\n]*[\\\d])([^$|\n]{1,80})\$")
_MATH = [
    (re.compile(form), sign)
    for form, sign in (
        (r"\\uparrow\b", "\u2191"),
        (r"\\downarrow\b", "\u2193"),
        (r"_\{\s*\\pm([^{}]*)\}", r" \\pm\1"),
        (r"\\pm\b", "\u00b1"),
        (r"\\[A-Za-z]+\{([^{}]*)\}", r"\1"),
    )
]
_TAG = re.compile(
    r"</?(?:a|b|code|div|em|font|i|img|ins|mark|p|small|span|strong|u)(?:\s[^<>]*+)?/?>",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"\s*#\s*+(?!(?:N/A|REF!|VALUE!|NAME\?|DIV/0!)$)[^\d\s]")
_MARKDOWN_ENDING = ".md"
_BAR = re.compile(r"(?<!\\)\|")
_ADDRESS = re.compile(r"(?i)^\s*\[(?:link|source|paper|blog|url)\]\((https?://[^()\s]+)\)\s*$")
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()]*\)")
_REFERENCE = re.compile(r"^ {0,3}\[([^\]\[^]+)\]:\s", re.MULTILINE)
_REFERRED = re.compile(r"\]\[([^\]\[]+)\]")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]++\]")
_MARKS = re.compile(r"\*\*|__|`")
_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+)(?<=\S)\*(?![\w*])|^_([^_]+)_$")
_Row = tuple[int, list[str]]
_SEPARATORS = "\t;|,"  # of two that cut alike, the first counts
_SAMPLE_ROWS = 200
_SPACES = re.compile(r"[\s_-]+")
_SORT_KEY = re.compile(r"@@[+-]?[\d.]+$", re.ASCII)  # by which a page sorts
_YAML_ENDINGS = (".yaml", ".yml")
_SINGLE = ("text", "whole number", "number", "true or false", "date", "timestamp")
_WORKBOOK_ENDINGS = (".xlsx", ".ods")
_ENDINGS = (*TEXT_ENDINGS, ".parquet", ".json", *_YAML_ENDINGS, *_WORKBOOK_ENDINGS)


def read_sheet(found: Found) -> Sheet:
    """Read a file by its ending; if it is no table, raise an `UnreadableFileError`."""
    suffix = found.path.suffix.lower()
    # In a folder, a text beside the tables may repeat some of their numbers.
    if suffix != _MARKDOWN_ENDING or not found.is_named:
        found.check_ending(*_ENDINGS)
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
    text, notes = _without_tags(read_text(found.path).replace("\0", ""))
    if ending in JSON_LINES_ENDINGS:
        _, lines = read_text_rows(io.StringIO(text, newline=""), ending)
        records = ROWS.take(lines)
        if odd := next((row for row in records if row.problem), None):
            raise UnreadableTableError(odd.problem, line=odd.line)
        return _from_document(found, [row.values or {} for row in records])
    if ending == _MARKDOWN_ENDING:
        sheet = _from_cells(found, _markdown_rows(text))
        return replace(sheet, notes=(*notes, *sheet.notes))
    separator, width = _separator(text)
    rows = read_csv(io.StringIO(text, newline=""), separator, is_spaced=True)
    above, comments = list[str](), list[str]()
    sheet = _from_cells(found, _without_comments(rows, width, above, comments))
    notes += [f"{caption[:60]!r} above the heading is left out" for caption in above]
    notes += [f"rows that begin with # are left out: {quoted(comments)}"] if comments else []
    sheet = _with_pairs_apart(sheet) if "\u00b1" in text or "@@" in text else sheet
    return replace(sheet, notes=(*notes, *sheet.notes))


def _plain_formula(found: re.Match[str]) -> str:
    r"""Return a formula of LaTeX as plain text: 2.3 for `$\mathbf{2.3}$`; a price as it is."""
    inner = found[1].replace("\\\\", "\\")  # as Markdown may have it
    for form, sign in _MATH:
        inner = form.sub(sign, inner)
    is_read = "\\" not in inner and ("\\" in found[1] or parse_number(inner) is not None)
    return inner if is_read else found[0]


def _written_plainly(raised: re.Match[str]) -> str:
    before, mark = raised.groups()
    if _is_text(mark):  # of a heading in small letters: `Speed<sup>CPU (ms)</sup>`
        is_apart = not before and raised.string[: raised.start()].endswith(" ")
        return mark if is_apart else f"{before or ''} {mark}"
    if before is None:
        return ""
    return f"10^{mark}" if before == "10" else f"{before}{mark}"


def _is_text(mark: str) -> bool:
    return len(mark) > 2 and any(sign in mark for sign in " (")


def _lowered(found: re.Match[str]) -> str:
    """Return what is lowered: behind a letter a part of the name, behind a number a margin."""
    before, mark = found.groups()
    number = mark.strip("\N{PLUS-MINUS SIGN} ")
    if before is None and found.start() and found.string[found.start() - 1].isdigit():
        return f" \N{PLUS-MINUS SIGN} {number}" if parse_number(number) else f" {mark}"
    return f"{before or ' '}{mark}"


def _without_tags(text: str) -> tuple[str, list[str]]:
    """Return a text without the tags of tables for web pages, whose marks separate nothing.

    Raised behind a number is the mark of a note or a power, and no digit of it; behind a letter it
    is part of a name: `R2`, `pass1`.
    """
    plain = _TAG.sub("", _BREAK.sub(" ", _FORMULA.sub(_plain_formula, text)))
    marks = [mark for before, mark in _RAISED.findall(plain) if not before]
    raised = dict.fromkeys(mark for mark in marks if not _is_text(mark))
    plain = _RAISED.sub(_written_plainly, plain)
    plain = _LOWERED.sub(_lowered, plain)
    notes = [f"raised marks are left out: {quoted(raised)}"] if raised else []
    return html.unescape(plain) if plain != text else text, notes


def _markdown_rows(text: str) -> Iterator[_Row]:
    """Return the rows of the only table in a text, with their lines; links as their text.

    Raises:
        UnreadableFileError: The text has no table, or several with numbers.
    """
    known = {*_REFERENCE.findall(text)}
    text = _REFERRED.sub(lambda of: "]()" if of[1] in known else of[0], text)
    tables = list(_markdown_tables(text.splitlines()))
    has_number = [any(parse_number(c) for _, row in of[1:] for c in row) for of in tables]
    tables = [*compress(tables, has_number)] or tables  # others have badges, or links
    if len(tables) != 1:
        lines = listed([str(table[0][0]) for table in tables], most=6)
        several = f"it has {len(tables)} tables, from lines {lines}"
        fix = "Save the one with the scores as CSV, or as a text of its own."
        raise UnreadableFileError(why=several if tables else "it has no table", fix=fix)
    return iter(tables[0])


def _markdown_tables(lines: list[str]) -> Iterator[list[_Row]]:
    """Yield each table: a line with bars, a rule, and lines with bars."""
    for number in range(1, len(lines)):
        head, rule = lines[number - 1], lines[number]
        if "|" not in head or not {"|", "-"} <= {*rule} <= {*"|-: \t"}:
            continue
        below = takewhile(lambda n: "|" in lines[n - 1], range(number + 2, len(lines) + 1))
        yield [(n, _markdown_cells(lines[n - 1])) for n in (number, *below)]


def _markdown_cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner.removesuffix("|") if not inner.endswith("\\|") else inner
    named = (_ADDRESS.sub(r"\1", c).replace("\\|", "|") for c in _BAR.split(inner))
    plain = (_MARKS.sub("", _LINK.sub(r"\1", _FOOTNOTE.sub("", c))).strip() for c in named)
    return [_ESCAPED.sub(r"\1", _ITALIC.sub(r"\1\2", cell)) for cell in plain]


def _separator(text: str) -> tuple[str, int]:
    """Return the mark that cuts most of the first rows into equally many values, and how many."""
    found = [(0.0, 1, -len(_SEPARATORS), ",")]
    for place, mark in enumerate(_SEPARATORS):
        rows = read_csv(io.StringIO(text, newline=""), mark, is_spaced=True)
        widths = Counter[int]()
        with suppress(UnreadableTableError):
            widths.update(len(row) for _, row in islice(rows, _SAMPLE_ROWS))
        n_rows = widths.total()
        found += [(n / n_rows, width, -place, mark) for width, n in widths.items() if width > 1]
    _, width, _, mark = max(found)
    return mark, width


def _without_comments(
    rows: Iterable[tuple[int, list[str]]], width: int, above: list[str], comments: list[str]
) -> Iterator[tuple[int, list[str]]]:
    """Yield rows without `comments` and captions `above` the heading, which may begin with a #."""
    is_above, is_below = True, False
    for line, row in rows:
        filled = [cell.strip() for cell in row if cell.strip()]
        is_single = width > 1 and len(filled) == 1
        is_above = is_above and is_single and len(row) < width
        if is_above:
            above += filled
        elif is_below and not is_single and _COMMENT.match(row[0]):
            comments.append(row[0])
        elif not (is_single and row[0].startswith("#")):
            is_below = True
            yield line, row


def _from_cells(found: Found, rows: Iterable[tuple[int, list[Any]]]) -> Sheet:
    """Make a table of rows with their lines; the first that is not blank names the columns."""
    filled = ((line, row) for line, row in rows if any(cell != "" for cell in row))
    _, heading = next(filled, (0, []))
    COLUMNS.check(len(heading))
    rest = ROWS.take(filled)
    _check_size(len(rest), len(heading))
    if not heading:
        raise UnreadableFileError(why="it is empty")
    names = [as_text(str(name)) for name in heading]
    joint = _joint_heading(names, [row for _, row in rest[:2]])
    names, rest = (joint, rest[1:]) if joint else (names, rest)
    if names.count("") > len(names) / 2:
        fix = "Delete the lines above the one that names the columns."
        raise UnreadableFileError(why="most columns have no name in its first line", fix=fix)
    notes = (f"its heading has two lines: {', '.join(names[:6])} ...",) if joint else ()
    names = [name or f"column {n}" for n, name in enumerate(names, start=1)]
    names = _checked_names([*_beside(names)])
    for line, row in rest:
        if any(row[len(names) :]):
            what = f"it has {len(row)} values, the heading {len(names)}"
            raise UnreadableTableError(what, "Put a value with a separator in it in quotes.", line)
    cells = [dict(zip(names, row, strict=False)) for _, row in rest]
    marks = find_marks(cell for row in cells for cell in row.values())
    return Sheet(found, cells, names, marks, notes=notes)


def _beside(names: list[str]) -> Iterator[str]:
    """Yield names, of margins that several columns have with the name on the left: `A ±`."""
    for before, name in zip(["", *names], names, strict=False):
        is_margin = names.count(name) > 1 and measure_of(name) in (*SPREADS, "rank")
        yield f"{before} {name}" if is_margin else name


def _with_pairs_apart(sheet: Sheet) -> Sheet:
    """Give each of two numbers in a cell, `60 ± 1 / 72 ± 2`, its column; leave out sort keys."""
    rows = [{name: _SORT_KEY.sub("", cell) for name, cell in row.items()} for row in sheet.rows]
    paired = dict.fromkeys(name for row in rows for name, cell in row.items() if _pair(cell))
    parts = {name: (f"{name} (1)", f"{name} (2)") for name in paired}
    names = _checked_names([n for name in sheet.names for n in parts.get(name, (name,))])
    rows = [
        {
            part: value
            for name, cell in row.items()
            for part, value in zip(
                parts.get(name, (name,)), _pair(cell) or (cell, ""), strict=False
            )
        }
        for row in rows
    ]
    notes = [
        f"cells of {name!r} hold two numbers, which are {' and '.join(both)}"
        for name, both in parts.items()
    ]
    return replace(sheet, rows=rows, names=names, notes=(*sheet.notes, *notes))


def _pair(cell: str) -> tuple[str, ...]:
    """Return the two numbers with a margin that a cell holds, if it does."""
    parts = tuple(cell.split(" / "))
    numbers = map(parse_number, parts)
    is_pair = len(parts) == 2 and all(n is not None and n.has_spread for n in numbers)
    return parts if is_pair else ()


def _joint_heading(top: list[str], below: list[list[Any]]) -> list[str]:
    """Return the names of columns that two lines state, of which the first has groups; else none.

    A group stands above its first column, or above each. Names that are only told apart by their
    group have it in front: `Coding: average`.
    """
    if len(below) < 2 or len({*top}) == len(top) or len(below[0]) != len(top):
        return []
    names = [as_text(str(name)) for name in below[0]]
    numbers = [sum(parse_number(cell) is not None for cell in row) for row in below]
    if numbers[0] or not numbers[1]:
        return []
    if "" not in names and len({*names}) == len(names):
        return names
    groups = list[str]()
    for name in top:
        groups.append(name or (groups[-1] if groups else ""))
    pairs = zip(groups, names, strict=True)
    joint = [f"{group}: {name}" if group and name else group or name for group, name in pairs]
    return joint if len({*joint}) == len(joint) else []


def _from_workbook(found: Found) -> Sheet:
    """Read the first sheet with numbers; a formula has the value that was saved with it."""
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
        raise UnreadableFileError(why=why, fix="Save its sheet of scores as CSV.")
    UNPACKED_BYTES.check(len(done.stdout))
    read = json.loads(done.stdout, parse_float=_shortest)
    if isinstance(read, str):
        raise UnreadableFileError(why=read)
    sheet = _from_cells(found, enumerate(read["rows"], 1))
    note = f"its sheet {read['name']!r} is read, and not {quoted(read['others'])}"
    return replace(sheet, notes=(note, *sheet.notes)) if read["others"] else sheet


def _shortest(text: str) -> float:
    """Return a number of a sheet, where all are floats, so that 2024 in a name is no 2024.0."""
    return int(text[:-2]) if text.endswith(".0") else float(text)


def _from_document(found: Found, document: object) -> Sheet:
    sheet = sheet_of(found, document)
    _check_size(len(sheet.rows), len(sheet.names))
    _check_spellings(_checked_names(sheet.names))
    return sheet


def _check_spellings(names: Iterable[str]) -> None:
    """Refuse names that differ in case or spaces alone: nothing tells whether they are one."""
    firsts: dict[str, str] = {}
    for name in names:
        first = firsts.setdefault(_SPACES.sub("_", name.casefold()), name)
        if first != name:
            why = f"nothing tells whether {first!r} and {name!r} are one name"
            raise UnreadableFileError(why=why, fix="Write it in one way, or rename one of them.")


class _LimitedConstructor(SafeConstructor):
    """Makes values of YAML once they are counted: aliases of aliases can stand for billions."""

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
        problem = str(problem or first_line(error)).partition("\n")[0]
        what = f"its YAML cannot be read: {problem}"
        if isinstance(error, DuplicateKeyError) and (first := error.context_mark):
            what, fix = f"{what}; its item begins in line {first.line + 1}", "Keep one of the two."
            raise UnreadableTableError(what, fix, mark.line + 1 if mark else 0) from error
        if mark:
            raise UnreadableTableError(what, "Correct that line.", mark.line + 1) from error
        raise UnreadableFileError(why=what) from error
