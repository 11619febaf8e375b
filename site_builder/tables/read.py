"""Read the tables of a project, with the types of the contract."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from site_builder.errors import (
    Fault,
    FaultsError,
    did_you_mean,
    limit_faults,
    rows_text,
    working_on,
)
from site_builder.records import Record, field, grouped, replace
from site_builder.symlinks import is_inside, read_inside
from site_builder.tables.files import (
    TEXT_ENDINGS,
    UnreadableTableError,
    is_text,
    make_frame,
    parse_text,
    read_whole,
)
from site_builder.tables.licenses import LICENSE, spelled
from site_builder.tables.lock import read_locked
from site_builder.tables.metrics import Assumption
from site_builder.tables.schema import (
    ENDINGS,
    MODELS,
    RESULTS,
    TABLES,
    TASKS,
    ColumnSpec,
    Facet,
    Measure,
    TableSpec,
    Type,
)
from site_builder.tables.submissions import (
    FOLDER,
    Submission,
    SubmittedRow,
    has_submissions,
    read_submissions,
)

Column: TypeAlias = "pa.ChunkedArray[Any]"

# The pandas type of the columns that hold no text.
_PANDAS_TYPES: Mapping[Type, Literal["float64", "object"]] = {
    "number": "float64",
    "integer": "float64",
    "boolean": "object",
}


class LoadedTable(Record):
    """One table as read from its file, with the rows of submissions behind those of the file.

    Attributes:
        frame: All rows and columns of the file, in its order. Decimals are floats, dates are
            `YYYY-MM-DD` text, and columns of other types (lists, binary) are text.
        where: The name of the file in messages.
        whole: Columns of whole numbers with nulls, which `frame` holds as floats.
        content: The bytes of the project's file; empty where it has none.
        is_stored: Whether `content` is Parquet and has what `frame` has.
        lines: The line of each row in a text file; None for Parquet.
        faults: Values of a text file that are of another type than their column.
        submitted: Each row that is of a submission; they are the last ones.
        settings: Further columns that submissions state as settings of their entry.
        submissions: The content of each file of a submission, by its name in messages.
    """

    spec: TableSpec
    frame: pd.DataFrame
    where: str
    whole: tuple[str, ...] = ()
    content: bytes = b""
    is_stored: bool = False
    lines: tuple[int, ...] | None = None
    faults: tuple[Fault, ...] = ()
    submitted: tuple[SubmittedRow, ...] = ()
    settings: tuple[str, ...] = ()
    submissions: Mapping[str, bytes] = {}

    @property
    def file(self) -> bytes:
        """The table as Parquet, for download."""
        if self.is_stored:
            return self.content
        made: bytes = self.frame.astype(dict.fromkeys(self.whole, "Int64")).to_parquet(index=False)
        return made

    def place(self, rows: Iterable[Any], column: str = "") -> str:
        """Return the place of rows, counted from 0, or of their values in a column, in messages.

        It is `data/results.parquet: row 1`; `data/results.csv:2` for a line of text. Submissions
        come first, as `data/submissions/a.yaml:7: also data/results.csv:2`.
        """
        numbers, n_own = [int(row) for row in rows], len(self.frame) - len(self.submitted)
        added = [self.submitted[number - n_own] for number in numbers if number >= n_own]
        by_file = grouped((row.where, row.lines.get(column, row.line)) for row in added)
        places = [_lines_text(file, lines) for file, lines in by_file.items()]
        if own := [number for number in numbers if number < n_own]:
            if self.lines is None:
                places.append(f"{self.where}: {rows_text([number + 1 for number in own])}")
            else:
                places.append(_lines_text(self.where, [self.lines[number] for number in own]))
        first, *others = places
        more = f" and {len(others) - 4:,} more" if len(others) > 4 else ""
        return f"{first}: also {', '.join(others[:4])}{more}" if others else first


def _lines_text(file: str, lines: Sequence[int]) -> str:
    start = f"{file}:{lines[0]}"
    return start if len(lines) == 1 else f"{start}: {rows_text(lines, 'line')}"


class LoadedTables(Record):
    """The tables that could be read, by name and in the order of the schema.

    `faults` state why a table is missing or unreadable, and which files are none of the schema.
    """

    tables: Mapping[str, LoadedTable]
    faults: tuple[Fault, ...] = ()
    unreadable: frozenset[str] = frozenset()


class Tables(Record):
    """Checked tables with every column of the schema, in its type, null where unknown.

    A table that the project does not have is None. Models and tasks are in published order. Never
    null are `variant`, `name` and `higher_is_better`. `loaded` holds the tables as read, for
    download, `warnings` the findings that do not stop a build, and `assumptions` what the scores of
    each task are taken for. `facets` and `measures` are what the further columns hold. `waiting`
    are the rows of the models table that say why an entry with settings has no scores.
    """

    results: pd.DataFrame
    models: pd.DataFrame
    tasks: pd.DataFrame
    serving_requests: pd.DataFrame | None
    prices: pd.DataFrame | None
    differences: pd.DataFrame | None
    loaded: Mapping[str, LoadedTable]
    warnings: tuple[Fault, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    facets: tuple[Facet, ...] = ()
    measures: tuple[Measure, ...] = ()
    waiting: pd.DataFrame = field(default_factory=pd.DataFrame)


def load_tables(data_dir: Path) -> LoadedTables:
    """Read every table of the schema in the folder of a project.

    Raises:
        FaultsError: Another command is writing the tables and does not finish.
    """
    return read_locked(data_dir, lambda: _load_tables(data_dir))


def _load_tables(data_dir: Path) -> LoadedTables:
    tables: dict[str, LoadedTable] = {}
    faults: list[Fault] = []
    unreadable: set[str] = set()
    for spec in TABLES:
        try:
            if name := find_file(spec, data_dir):
                with working_on(f"data/{name}"):
                    tables[spec.name] = _load_file(spec, data_dir / name, f"data/{name}")
            elif spec.required and not has_submissions(data_dir):
                fix = _missing_fix(spec, data_dir)
                faults.append(Fault(f"data/{spec.file}", "the file is missing", fix))
        except FaultsError as error:
            faults += error.faults
            unreadable.add(spec.name)
    submissions, odd = read_submissions(data_dir)
    faults += odd
    if submissions and RESULTS.name not in unreadable:
        faults += _add_submissions(tables, submissions, unreadable)
    return LoadedTables(tables, (*faults, *_unknown_files(data_dir)), frozenset(unreadable))


def _unknown_files(data_dir: Path) -> Iterator[Fault]:
    names, what = {spec.file for spec in TABLES}, "is not a table of the site and is ignored"
    files = sorted({path.name for path in data_dir.glob("*.parquet")} - names)
    faults = (Fault("data", f"{f!r} {what}", did_you_mean(f, names), "warning") for f in files)
    return limit_faults(faults, len(files), "data", "Parquet files that are ignored")


def _add_submissions(
    tables: dict[str, LoadedTable], submissions: Sequence[Submission], unreadable: Collection[str]
) -> Iterator[Fault]:
    """Put the rows of submissions behind those of the tables; yield facts that contradict."""
    unsure = [row for one in submissions for row in one.scores if not one.is_sure]
    yield from _with_rows(None, RESULTS, unsure).faults
    submissions = [one for one in submissions if one.is_sure]
    rows = [row for one in submissions for row in one.scores]
    if not rows and RESULTS.name not in tables:
        if submissions:
            yield Fault(f"data/{FOLDER}", "no file has scores", "Add one with scores.")
        return
    results = _with_rows(tables.get(RESULTS.name), RESULTS, rows)
    settings = dict.fromkeys(name for one in submissions for name in one.facets)
    # A setting may be one of entries that have no scores yet.
    frame = results.frame.assign(**{n: None for n in settings if n not in results.frame})
    contents = {one.facts.where: one.content for one in submissions}
    results = replace(results, frame=frame, settings=(*settings,), submissions=contents)
    tables[RESULTS.name] = results
    models = tables.get(MODELS.name)
    has_facts = any(one.waiting or len(one.facts.values) > 1 for one in submissions)
    if models is None and has_facts and _has_ids(results):
        own = replace(results, frame=results.frame.iloc[: len(results.frame) - len(rows)])
        models = ids_of_results(own, MODELS, results.where)
    if models is not None and MODELS.name not in unreadable and _has_ids(models):
        tables[MODELS.name], faults = _with_facts(models, submissions, [*results.frame])
        yield from faults


def _with_facts(
    models: LoadedTable, submissions: Iterable[Submission], of_results: Sequence[str]
) -> tuple[LoadedTable, list[Fault]]:
    """Return the table of models with what submissions state of theirs, and contradictions."""
    of_entry = states_entry(models.frame, of_results)
    known = {
        str(row["model"]): {
            str(k): (v, models.place([i])) for k, v in row.items() if not pd.isna(v)
        }
        for i, row in enumerate(models.frame.to_dict("records"))
        if not of_entry[i]
    }
    faults, new = list[Fault](), list[SubmittedRow]()
    for one in submissions:
        model = str(one.facts.values["model"])
        facts = known.setdefault(model, {})
        if not facts:
            new.append(one.facts)
        for name, value in one.facts.values.items():
            where = one.facts.place(name)
            before, place = facts.setdefault(name, (value, where))
            is_one = name == LICENSE and spelled(str(before)) == spelled(str(value))
            if before != value and not is_one:
                what = f"'{name}' of {model!r} is {value!r}, and {before!r} in {place}"
                faults.append(Fault(where, what, "Remove it here, or make both alike."))
    new += [one.waiting for one in submissions if one.waiting]
    models = _with_rows(models, MODELS, new)
    stated = {model: {k: v for k, (v, _) in known[model].items()} for model in known}
    return with_facts(models, stated, ~states_entry(models.frame, of_results)), faults


def states_entry(models: pd.DataFrame, settings: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Return which rows of the models table state a status of one entry: they have a setting."""
    known = {column.name for spec in (MODELS, RESULTS) for column in spec.columns}
    named = [name for name in settings if name in models and name not in known]
    if "status" not in models:
        return np.zeros(len(models), dtype=bool)
    return (models["status"].notna() & models[named].notna().any(axis=1)).to_numpy()


def with_facts(
    table: LoadedTable,
    facts: Mapping[str, Mapping[str, Any]],
    rows: npt.NDArray[np.bool_] | None = None,
) -> LoadedTable:
    """Return a table with facts, by id and column, in place of what it states; or in some rows.

    A column stays as it is where it, or a fact, is of a wrong type, which is a fault.
    """
    frame, ids = table.frame.copy(), table.frame[table.spec.key[0]]
    ids = ids if rows is None else ids.where(rows)
    stated = {name for of_id in facts.values() for name in of_id}
    for column in (column for column in table.spec.columns if column.name in stated):
        name, kind = column.name, _PANDAS_TYPES.get(column.type, "str")
        new = {id_: of_id[name] for id_, of_id in facts.items() if name in of_id}
        old = frame.get(name, pd.Series(None, index=frame.index, dtype=kind))
        if has_type(old, column.type) and has_type(pd.Series([*new.values()]), column.type):
            plain = (None if pd.isna(value) else value for value in old)
            values = [new.get(id_, value) for id_, value in zip(ids, plain, strict=True)]
            frame[name] = pd.Series(values, index=frame.index, dtype=kind)
    if frame.equals(table.frame):
        return table
    integers = {column.name for column in table.spec.columns if column.type == "integer"}
    names = ({*table.whole} - stated) | (integers & stated)
    whole = tuple(str(name) for name in frame if name in names)
    return replace(table, frame=frame, whole=whole, is_stored=False)


def ids_of(table: LoadedTable | None, spec: TableSpec) -> list[str]:
    """Return the ids in a table, in its order; none if their column is missing or no text."""
    (key,) = spec.key
    ids = None if table is None else table.frame.get(key)
    if ids is None or not has_type(ids, "text"):
        return []
    return [str(value) for value in ids.dropna().unique()]


def ids_of_results(results: LoadedTable, spec: TableSpec, where: str) -> LoadedTable:
    """Return a table of models or tasks with the ids that the results have, and nothing else."""
    ids = pd.Series(ids_of(results, spec), dtype="str")
    return LoadedTable(spec, pd.DataFrame({spec.key[0]: ids}), where)


def _has_ids(table: LoadedTable) -> bool:
    """Return whether a table has its key, as text."""
    ids = table.frame.get(table.spec.key[0])
    return ids is not None and has_type(ids, "text")


def _with_rows(
    table: LoadedTable | None, spec: TableSpec, rows: Sequence[SubmittedRow]
) -> LoadedTable:
    """Return a table, or a new one, with rows of submissions behind its own."""
    where = table.where if table else f"data/{FOLDER}"
    values = [row.values for row in rows]
    frame, odd = make_frame(spec, values, where, lambda n, column: rows[n].place(column))
    own = as_loaded(spec, pa.Table.from_pandas(frame, preserve_index=False), where)
    if table is None:
        return replace(own, faults=odd, submitted=(*rows,))
    frame, more = _alike(table, own.frame)
    frame = pd.concat([frame, more], ignore_index=True)
    whole = tuple(
        str(name)
        for name, values in frame.items()
        if values.dtype.kind == "f" and _are_whole(str(name), table) and _are_whole(str(name), own)
    )
    return replace(
        table,
        frame=frame,
        whole=whole,
        is_stored=False,
        faults=(*table.faults, *odd),
        submitted=(*rows,),
    )


def _alike(table: LoadedTable, more: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of a table, and more of them, with one type in each column of both.

    A column of the table that is of a wrong type gets no more values: that is one fault, not two.
    """
    frame = table.frame
    for name in [str(name) for name in more if name in frame]:
        column, values = table.spec.column(name), frame[name]
        if column is not None:
            more = more if has_type(values, column.type) else more.drop(columns=name)
        elif values.notna().any() and has_type(values, "text") != has_type(more[name], "text"):
            texts = more[name].map(_plain_text, na_action="ignore")
            numbers = pd.to_numeric(texts, errors="coerce")
            truths = texts.str.lower().map({"true": True, "false": False, "yes": True, "no": False})
            fitting = numbers if has_type(values, "number") else truths
            if fitting.notna().equals(texts.notna()) and not has_type(values, "text"):
                more = more.assign(**{name: fitting})
            else:
                old = values.map(_plain_text, na_action="ignore")
                frame, more = frame.assign(**{name: old}), more.assign(**{name: texts})
    return frame, more


def _plain_text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _are_whole(name: str, table: LoadedTable) -> bool:
    values = table.frame.get(name)
    return values is None or name in table.whole or values.dtype.kind in "iu"


def _missing_fix(spec: TableSpec, data_dir: Path) -> str:
    if beside := find_files(spec, data_dir.parent):
        return f"Move {beside[0]} into {data_dir.name}/."
    names = {name for table in TABLES for name in table.files}
    strange = sorted(path.name for path in data_dir.glob("*") if path.suffix in ENDINGS)
    if found := [name for name in strange if name not in names]:
        right = f"{spec.name}{Path(found[0]).suffix}"
        return f"Is it {found[0]!r}? Rename it to {right!r}, or use `leaderboard-site import`."
    columns = ", ".join(f"'{column.name}'" for column in spec.columns if column.required)
    others = " or ".join(spec.files[1:])
    return f"Write it, or {others}, with one row for {spec.row} and the columns {columns}."


def _load_file(spec: TableSpec, path: Path, where: str) -> LoadedTable:
    """Read a table of a folder. A link may lead to Parquet elsewhere, but not to any text."""
    is_linked = path.parent.is_symlink() or not is_inside(path, path.parent)
    if is_linked and path.name != spec.file:
        fix = "Replace the link by the file, or write the table as Parquet."
        what = "it is text behind a link that leads out of the folder"
        raise FaultsError([Fault(where, what, fix)])
    folder = Path(os.path.normpath(path.parent.absolute()))
    read = partial(read_inside, root=folder.parent, folder=folder.name)
    return load_table(spec, path, where, Path.read_bytes if path.name == spec.file else read)


def find_files(spec: TableSpec, data_dir: Path) -> list[str]:
    """Return the names of the files of a table that a folder has; more than one is a fault."""
    return [name for name in spec.files if (data_dir / name).exists()]


def find_file(spec: TableSpec, data_dir: Path) -> str:
    """Return the name of the file of a table that a folder has; empty if it has none.

    Raises:
        FaultsError: It has several.
    """
    names = find_files(spec, data_dir)
    if len(names) > 1:
        what = f"{' and '.join(names)} are one table"
        raise FaultsError([Fault(f"data/{names[0]}", what, "Keep one of them.")])
    return "".join(names)


def load_table(
    spec: TableSpec, path: Path, where: str, read: Callable[[Path], bytes] = Path.read_bytes
) -> LoadedTable:
    """Read one table, which messages call `where`: Parquet, or text by its ending.

    Raises:
        FaultsError: It cannot be read.
    """
    if path.exists() and not path.is_file():  # reading a pipe or a device may never end
        fix = "Write the table as one Parquet file."
        raise FaultsError([Fault(where, "this is not a file", fix)])
    ending = path.suffix.lower()
    try:
        file = read(path)
        if ending not in TEXT_ENDINGS:
            return replace(as_loaded(spec, read_whole(file), where), content=file, is_stored=True)
        frame, lines, odd = parse_text(spec, file, where, ending)
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        raise FaultsError([Fault(where, what, "Make it readable.")]) from error
    except UnreadableTableError as error:
        raise FaultsError([error.fault(where)]) from error
    table = as_loaded(spec, pa.Table.from_pandas(frame, preserve_index=False), where)
    whole = tuple(str(name) for name, values in frame.items() if values.dtype == "Int64")
    return replace(table, whole=whole, content=file, lines=lines, faults=odd)


def load_text(spec: TableSpec, path: Path, where: str) -> LoadedTable:
    """Return a table in a text file, or raise all its faults."""
    table = load_table(spec, path, where)
    if table.faults:
        raise FaultsError(table.faults)
    return table


def as_loaded(spec: TableSpec, stored: pa.Table, where: str) -> LoadedTable:
    """Return a table of Arrow as if it had been read from a file."""
    columns = dict(zip(_unique(stored.column_names), stored.columns, strict=True))
    plain = {name: _plain(column, spec.column(name)) for name, column in columns.items()}
    return LoadedTable(
        spec,
        pa.table(list(plain.values()), names=list(plain)).to_pandas(),
        where,
        whole=tuple(name for name, column in plain.items() if _is_whole(column)),
    )


def _unique(names: list[str]) -> list[str]:
    """Number repeated column names: a second `score` becomes `score (2)`."""
    unique: dict[str, None] = {}
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        while (numbered := name if seen[name] == 1 else f"{name} ({seen[name]})") in unique:
            seen[name] += 1
        unique[numbered] = None
    return list(unique)


def _plain(column: Column, wanted: ColumnSpec | None) -> Column:
    """Convert a column to a type that pandas handles without surprises."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type), wanted)
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64())
    if wanted and wanted.type == "date" and (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        return column.cast(pa.date32(), safe=False).cast(pa.string())
    if pa.types.is_temporal(kind) and not pa.types.is_duration(kind):
        return column.cast(pa.string())
    is_simple = is_text(kind) or pa.types.is_primitive(kind) or pa.types.is_null(kind)
    if pa.types.is_duration(kind) or (wanted is None and not is_simple):
        return pa.chunked_array([pa.array(map(_as_text, column.to_pylist()), pa.string())])
    return column


def _as_text(value: object) -> str | None:
    if isinstance(value, (list, dict)):
        return json.dumps(value, default=str, ensure_ascii=False)
    return None if value is None else str(value)


def _is_whole(column: Column) -> bool:
    """Whether the column holds integers and nulls, all exact as floats."""
    if not pa.types.is_integer(column.type) or not column.null_count:
        return False
    low, high = pc.min(column).as_py(), pc.max(column).as_py()
    return low is None or (low > -(2**53) and high < 2**53)


def complete_tables(loaded: LoadedTables, base: str) -> Tables:
    """Add the missing columns of the schema; a column of a wrong type becomes unknown.

    Licences are spelled as SPDX does. The tables must contain the results. A table without rows
    counts as absent. `base` is the variant of a score that names none.
    """
    frames = {
        name: _with_schema_columns(table.frame, table.spec)
        for name, table in loaded.tables.items()
        if len(table.frame) or table.spec.required
    }
    for spec in (MODELS, TASKS):
        (key,) = spec.key
        if spec.name not in frames:
            ids = frames["results"][key].dropna().drop_duplicates().to_numpy()
            frames[spec.name] = _with_schema_columns(pd.DataFrame({key: ids}), spec)
        frame = frames[spec.name]
        frame["name"] = frame["name"].fillna(frame[key])
    licenses = frames[MODELS.name][LICENSE]
    frames[MODELS.name][LICENSE] = licenses.map(spelled, na_action="ignore").astype("str")
    for name in {"results", "differences"} & frames.keys():
        frames[name]["variant"] = frames[name]["variant"].fillna(base)
    results, models, tasks = (frames[name] for name in ("results", "models", "tasks"))
    is_better = tasks["higher_is_better"].astype("boolean").fillna(value=True)
    tasks["higher_is_better"] = is_better.astype(bool)
    serving = (frames.get("serving_requests"), frames.get("prices"))
    return Tables(results, models, tasks, *serving, frames.get("differences"), loaded.tables)


def _with_schema_columns(frame: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    # Columns without values share one: of long tables, each takes megabytes.
    kinds = (*_PANDAS_TYPES.values(), None)
    blank = {kind: pd.Series(None, index=frame.index, dtype=kind or "str") for kind in kinds}
    declared = {column.name: _typed(frame, column, blank) for column in spec.columns}
    further = {name: frame[name] for name in frame.columns if name not in declared}
    return pd.DataFrame({**declared, **further}, index=frame.index)


def _typed(frame: pd.DataFrame, column: ColumnSpec, blank: Mapping[Any, pd.Series]) -> pd.Series:
    """Return a column in its declared type, with blank optional text as null."""
    values, kind = frame.get(column.name), _PANDAS_TYPES.get(column.type)
    if values is None or not has_type(values, column.type) or values.isna().all():
        return blank[kind]
    if kind is not None:
        return values.astype(kind)
    text = values.astype("str")
    return text if column.required else text.where(text.str.strip() != "")


def has_type(values: pd.Series, wanted: Type) -> bool:
    """Return whether every value that is not null has the declared type."""
    if wanted in ("number", "integer"):
        return values.dtype.kind in "iuf" or not values.notna().any()
    if wanted != "boolean" and isinstance(values.dtype, pd.StringDtype):
        return True
    kind = (bool, np.bool_) if wanted == "boolean" else str
    return bool(values.dropna().map(lambda v: isinstance(v, kind)).all())


def positions(ids: pd.Series, known: Sequence[str]) -> npt.NDArray[np.intp]:
    """Return the index of each id in `known`, or -1. Shape: (rows,)."""
    # Factorizing first is faster: a column has few distinct texts.
    codes, found = pd.factorize(ids)
    return np.asarray(np.append(pd.Index(known).get_indexer(found), -1)[codes])
