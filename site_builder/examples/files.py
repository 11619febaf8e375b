"""Find files of per-example scores and check their columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import unquote

from site_builder.errors import Fault, FaultsError, did_you_mean, limit_faults
from site_builder.importers.reading import Found, find_files
from site_builder.records import Record
from site_builder.tables.files import (
    TEXT_ENDINGS,
    Footer,
    StoredColumn,
    UnreadableTableError,
    read_footer,
)
from site_builder.tables.read import load_text
from site_builder.tables.schema import EXAMPLES

_ENDINGS = (".parquet", ".parq", ".pq", *TEXT_ENDINGS)
# What each column may hold.
_KINDS = {
    **dict.fromkeys(("model", "task", "variant"), ("text",)),
    "example": ("text", "whole number"),
    "score": ("number", "whole number", "true or false"),
    "cluster": ("text", "whole number"),
}
_OPTIONAL = ("variant", "cluster")


class ExampleSource(Record):
    """Files with the same columns, which are read as one.

    Attributes:
        columns: Those of the schema that they have; variant and cluster may be absent.
        is_partitioned: Whether some of them are in the names of folders, such as `model=alpha/`.
    """

    files: tuple[Path, ...]
    columns: tuple[str, ...]
    is_partitioned: bool


class ExampleFiles(Record):
    """The files with per-example scores at some paths, and the number of their rows.

    Attributes:
        skipped: A warning for each file that is no table.
        shown: The paths in messages and in the results.
    """

    sources: tuple[ExampleSource, ...]
    rows: int
    skipped: tuple[Fault, ...]
    shown: str

    @property
    def clustered(self) -> bool:
        """Whether any file says which examples belong together."""
        return any("cluster" in source.columns for source in self.sources)


def find_examples(paths: Sequence[Path], scratch: Path) -> ExampleFiles:
    """Find the per-example scores at some paths.

    Paths are files and folders of them: flat, nested, or with columns in the names of folders
    (`model=alpha/task=add/`). The folder `scratch` gets text files as Parquet.

    Raises:
        FaultsError: Every fault of the paths, files and columns.
    """
    candidates, skipped, faults = _find(paths)
    # Files by what they must share to be read as one: their columns, those of folders last.
    forms: dict[tuple[tuple[StoredColumn, ...], tuple[str, ...]], list[Found]] = {}
    rows, unread, sources = 0, list[Fault](), list[ExampleSource]()
    for stated in candidates:
        try:
            file, footer = _open(stated, scratch)
        except FaultsError as error:
            unread += error.faults
            continue
        keys = tuple(unquote(part.partition("=")[0]) for part in _key_folders(file.path))
        forms.setdefault((footer.columns, keys), []).append(file)
        rows += footer.rows
    faults += limit_faults(unread, len(unread), "", "files that cannot be read")
    for (stored, keys), files in forms.items():
        faults += _column_faults(stored, keys, files)
        names = {column.name for column in stored}
        columns = tuple(name for name in _KINDS if name in names.union(keys))
        is_partitioned = not names.issuperset(columns)
        sources.append(ExampleSource(tuple(file.path for file in files), columns, is_partitioned))
    shown = ", ".join(path.resolve().name for path in paths)
    if not candidates and not faults:
        fix = f"Name files that end in {', '.join(_ENDINGS)}."
        faults.append(Fault(shown, "no file with a table was found", fix))
    elif not rows and not faults:
        faults.append(Fault(shown, "no file has a row", "Name files with scores in them."))
    if faults:
        raise FaultsError((*skipped, *faults))
    return ExampleFiles(tuple(sources), rows, tuple(skipped), shown)


def _key_folders(path: Path) -> list[str]:
    """Return the names of folders that are columns: `model=alpha`."""
    return [part for part in path.parent.parts if "=" in part]


def _open(file: Found, scratch: Path) -> tuple[Found, Footer]:
    """Return a file with its footer, or raise its faults; write a text file as Parquet."""
    if file.path.suffix.lower() in TEXT_ENDINGS:
        content = load_text(EXAMPLES, file.path, file.shown).file
        # In folders with the names of columns, as the text file is.
        folder = Path(mkdtemp(dir=scratch)).joinpath(*_key_folders(file.path))
        folder.mkdir(parents=True, exist_ok=True)
        file = Found(folder / f"{file.path.stem}.parquet", file.shown)
        file.path.write_bytes(content)
    try:
        return file, read_footer(file.path)
    except UnreadableTableError as error:
        raise FaultsError([error.fault(file.shown)]) from error


def _find(paths: Sequence[Path]) -> tuple[list[Found], list[Fault], list[Fault]]:
    """Return the files, a warning for each that is no table, and a fault for each bad path."""
    by_path: dict[Path, Found] = {}
    others, faults = list[Path](), list[Fault]()
    for path in paths:
        if not path.exists():
            faults.append(Fault(str(path), "there is no such file or folder"))
        for file in find_files(path) if path.exists() else ():
            if file.path == path or file.path.suffix.lower() in _ENDINGS:
                by_path.setdefault(file.path.resolve(), Found(file.path.resolve(), file.shown))
            else:
                others.append(file.path)
    warnings = (Fault(str(p), "skipped: it is no table", "", "warning") for p in others)
    skipped = list(limit_faults(warnings, len(others), "", "files that are no tables"))
    return list(by_path.values()), skipped, faults


def _column_faults(
    stored: Sequence[StoredColumn], keys: Collection[str], files: Sequence[Found]
) -> Iterator[Fault]:
    """Find the faults of the columns of files that have the same."""
    more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
    where, names = f"{files[0].shown}{more}", [column.name for column in stored]
    for name, kinds in _KINDS.items():
        if names.count(name) > 1:
            yield Fault(where, f"two columns are named {name!r}", "Rename one of them.")
        elif name in names:
            kind = stored[names.index(name)].kind
            if kind not in kinds and not (kind == "null" and name in _OPTIONAL):
                wanted = " or ".join(map(_with_article, kinds[:2]))
                yield Fault(where, f"column {name!r} is {_with_article(kind)}, not {wanted}")
        elif name not in keys and name not in _OPTIONAL:
            hint = did_you_mean(name, [n for n in names if n not in _KINDS], "columns")
            fix = f"{hint} Rename the column that has it.".strip()
            yield Fault(where, f"column {name!r} is missing", fix)


def _with_article(kind: str) -> str:
    return f"a {kind}" if kind.endswith("number") else kind
