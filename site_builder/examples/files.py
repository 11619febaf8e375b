"""Find per-example files and judge their columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from site_builder.errors import Fault, FaultsError, did_you_mean, limit_faults
from site_builder.importers.reading import Found, find_files
from site_builder.records import Record
from site_builder.tables.read import Footer, ParquetError, StoredColumn, read_footer

ENDINGS = (".parquet", ".parq", ".pq")
# What each column may hold, and how that is called.
_KINDS = {
    **dict.fromkeys(("model", "task", "variant"), ("text",)),
    "example": ("text", "whole number"),
    "score": ("number", "whole number", "true or false"),
}
COLUMNS = tuple(_KINDS)
"""Columns of the contract that per-example scores have."""
_OPTIONAL = "variant"


class Source(Record):
    """Files of the same columns: a scan of any engine reads them as one.

    Attributes:
        files: The files, by absolute path.
        columns: Column of the files by the column of the contract; the variant may be absent.
        folders: Those columns that stand in the names of folders, as `model=alpha/`.
    """

    files: tuple[Path, ...]
    columns: Mapping[str, str]
    folders: tuple[str, ...]


class Instances(Record):
    """What was found at some paths.

    Attributes:
        sources: The files, as few sources as their columns allow.
        rows: Rows of all of them.
        skipped: A warning for each file of a folder that is no Parquet file.
        shown: The paths as messages and the results name them.
    """

    sources: tuple[Source, ...]
    rows: int
    skipped: tuple[Fault, ...]
    shown: str


class _Form(Record):
    """What two files must share to be read as one."""

    columns: tuple[StoredColumn, ...]
    keys: tuple[str, ...]


def find_instances(paths: Sequence[Path], named: Mapping[str, str]) -> Instances:
    """The per-example scores at some paths.

    Args:
        paths: Parquet files, and folders of them: flat, nested, or with columns in the folders'
            names (`model=alpha/task=add/`).
        named: Columns by the column of the contract that each holds, where it is called otherwise.

    Raises:
        FaultsError: Every path, file and column that is not what it should be.
    """
    found, others, faults = _find(paths)
    forms: dict[_Form, list[Found]] = {}
    rows, unread = 0, list[Fault]()
    for file in found:
        try:
            footer = read_footer(file.path)
        except ParquetError as error:
            unread.append(Fault(file.shown, str(error), "Write it anew, or take it out."))
            continue
        forms.setdefault(_form(file.path, footer), []).append(file)
        rows += footer.rows
    faults += limit_faults(unread, len(unread), "", "files that cannot be read")
    sources = [_source(form, files, named) for form, files in forms.items()]
    for form, files in forms.items():
        faults += _column_faults(form, files, named)
    if not found and not faults:
        what = "no Parquet file was found"
        faults.append(Fault(_shown(paths), what, f"Name files that end in {', '.join(ENDINGS)}."))
    elif not rows and not faults:
        faults.append(Fault(_shown(paths), "no file has a row", "Name files with scores in them."))
    if faults:
        raise FaultsError((*others, *faults))
    return Instances(tuple(sources), rows, tuple(others), _shown(paths))


def _shown(paths: Sequence[Path]) -> str:
    return ", ".join(path.resolve().name for path in paths)


def _find(paths: Sequence[Path]) -> tuple[list[Found], list[Fault], list[Fault]]:
    """The Parquet files, a warning for each other file, and a fault for each path that is none."""
    found: dict[Path, Found] = {}
    others, faults = list[Path](), list[Fault]()
    for path in paths:
        if not path.exists():
            faults.append(Fault(str(path), "there is no such file or folder"))
        for file in find_files(path) if path.exists() else ():
            if file.path == path or file.path.suffix.lower() in ENDINGS:
                found.setdefault(file.path.resolve(), Found(file.path.resolve(), file.shown))
            else:
                others.append(file.path)
    warnings = (Fault(str(p), "skipped: it is no Parquet file", "", "warning") for p in others)
    skipped = list(limit_faults(warnings, len(others), "", "files that are not Parquet"))
    return list(found.values()), skipped, faults


def _form(path: Path, footer: Footer) -> _Form:
    keys = (unquote(part.partition("=")[0]) for part in path.parent.parts if "=" in part)
    return _Form(footer.columns, tuple(keys))


def _source(form: _Form, files: Iterable[Found], named: Mapping[str, str]) -> Source:
    there = {column.name for column in form.columns}
    columns = {
        name: named.get(name, name)
        for name in _KINDS
        if named.get(name, name) in {*there, *form.keys}
    }
    folders = tuple(column for column in columns.values() if column not in there)
    return Source(tuple(file.path for file in files), columns, folders)


def _column_faults(
    form: _Form, files: Sequence[Found], named: Mapping[str, str]
) -> Iterator[Fault]:
    """What is wrong with the columns of files of one form, told once for all of them."""
    more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
    where, names = f"{files[0].shown}{more}", [column.name for column in form.columns]
    for name, kinds in _KINDS.items():
        column = named.get(name, name)
        if names.count(column) > 1:
            yield Fault(where, f"two columns are named {column!r}", "Rename one of them.")
        elif column in names:
            kind = next(own.kind for own in form.columns if own.name == column)
            if kind not in kinds and (name, kind) != (_OPTIONAL, "null"):
                what = f"column {column!r} is {_a(kind)}, not {' or '.join(map(_a, kinds[:2]))}"
                yield Fault(where, what)
        elif column not in form.keys and (name != _OPTIONAL or name in named):
            yield Fault(where, f"column {column!r} is missing", _hint(name, column, names))


def _a(kind: str) -> str:
    return f"a {kind}" if kind.endswith("number") else kind


def _hint(name: str, column: str, names: Sequence[str]) -> str:
    free = [other for other in names if other not in _KINDS]
    hint = did_you_mean(column, free, "columns")
    return f"{hint} Say which column it is: --column {name}=COLUMN.".strip()
