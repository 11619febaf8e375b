"""Read submissions: a file of `data/submissions/` is an entry, and becomes rows of the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any, TypeAlias

from site_builder.atomic import write_files
from site_builder.errors import Fault, did_you_mean, working_on
from site_builder.records import Record
from site_builder.symlinks import check_inside, list_files, read_inside
from site_builder.tables.documents import ENDINGS, Node, edit_document, parse_document
from site_builder.tables.files import UnreadableTableError
from site_builder.tables.lock import write_locked
from site_builder.tables.schema import MODELS, RESULTS, ColumnSpec

FOLDER = "submissions"
"""Folder of the submissions in that of the data."""
VERSION = 1
"""The version of the format that this generator reads and writes."""
MAX_BYTES = 1_000_000
"""Bytes of a submission."""
MAX_TOTAL_BYTES = 100_000_000

_NUMBERS = ("number", "integer")
_SHARED = ("model", "comparable", "verification")  # columns of both tables
RUN_COLUMNS = tuple(
    column
    for column in RESULTS.columns
    if column.type not in _NUMBERS and column.name not in ("model", "task", "subset")
)
"""What a submission states of all its scores at once."""
FACT_COLUMNS = tuple(column for column in MODELS.columns if column.name not in _SHARED)
"""What a submission may state of its model."""
SCORE_COLUMNS = tuple(column for column in RESULTS.columns if column.name not in ("model", "task"))
"""What a submission states of one score."""
STATUS = ("status", "reason")
"""What a row of the models table states of one entry, where it has settings beside it."""
_KEYS = {
    "$schema": "",  # by which editors of JSON find the schema
    "schema": "",
    "model": "",
    "facets": "",
    "scores": "",
    **{column.name: column.type for column in (*RUN_COLUMNS, *FACT_COLUMNS)},
}


class SubmittedRow(Record):
    """A row of a table: what messages call its file, its values, and their lines.

    `line` is that on which it begins.
    """

    where: str
    values: Mapping[str, Any]
    line: int
    lines: Mapping[str, int]

    def place(self, column: str) -> str:
        """Return the place of a value in messages."""
        return f"{self.where}:{self.lines.get(column, self.line)}"


class Submission(Record):
    """A file of one entry: its scores, and what it states of its model.

    Attributes:
        facets: The names of its settings.
        facts: A row of the models table.
        waiting: Another row of it, that says why an entry with settings has no scores.
        is_sure: Whether it is known which entry it is of. Else its scores may look like others.
    """

    content: bytes
    facets: tuple[str, ...]
    scores: tuple[SubmittedRow, ...]
    facts: SubmittedRow
    waiting: SubmittedRow | None
    is_sure: bool


def has_submissions(data_dir: Path) -> bool:
    """Return whether a project has a file that may be a submission."""
    paths, _ = list_files(data_dir / FOLDER, FOLDER)
    return any(path.suffix.lower() in ENDINGS for path in paths)


def read_submissions(data_dir: Path) -> tuple[list[Submission], list[Fault]]:
    """Return the submissions of a project in the order of their names, and their faults."""
    faults, found, total = list[Fault](), list[Submission](), 0
    for path, where, content in submission_files(data_dir, faults):
        with working_on(where):
            submission, of_file = parse_submission(content, where, path.suffix.lower())
        faults += of_file
        found += [submission] if submission else []
        total += len(content)
        if total > MAX_TOTAL_BYTES:
            what = f"submissions have more than {MAX_TOTAL_BYTES:,} bytes"
            where, fix = f"data/{FOLDER}", "Write older ones into the tables."
            return [], [*faults, Fault(where, what, fix)]
    return found, faults


def submission_files(data_dir: Path, faults: list[Fault]) -> Iterator[tuple[Path, str, bytes]]:
    """Yield each file of a submission by name: its path, what messages call it, its content.

    What is none, or cannot be read, adds to the faults.
    """
    folder = data_dir / FOLDER
    root, shown = data_dir.parent, f"data/{FOLDER}"
    if not folder.exists():
        return
    try:
        check_inside(folder, root, f"{data_dir.name}/{FOLDER}")
    except OSError as error:
        fix = "Replace the link by the folder."
        faults.append(Fault(shown, error.strerror or str(error), fix))
        return
    paths, odd = list_files(folder, shown)
    faults += odd
    for path in paths:
        where = f"{shown}/{path.relative_to(folder).as_posix()}"
        if path.suffix.lower() not in ENDINGS:
            if path.suffix.lower() != ".md":
                what, fix = "is no submission and is not read", "Name it .yaml or .json."
                faults.append(Fault(where, what, fix, "warning"))
            continue
        try:
            content = read_inside(path, root, f"{data_dir.name}/{FOLDER}", MAX_BYTES)
        except OSError as error:
            fix = "Write one file for each entry."
            faults.append(Fault(where, f"the file cannot be read: {error.strerror}", fix))
            continue
        yield path, where, content


def parse_submission(
    content: bytes, where: str, ending: str
) -> tuple[Submission | None, list[Fault]]:
    """Return the submission in a file, without what is wrong with it, and its faults."""
    root = read_document(content, where, ending)
    if isinstance(root, Fault):
        return None, [root]
    reader = _Reader(where)
    return reader.read(root, content), reader.faults


def read_document(content: bytes, where: str, ending: str) -> Node | Fault:
    """Return what a file holds, or why it is no document."""
    try:
        return parse_document(content.decode("utf-8-sig"), ending)
    except UnicodeDecodeError:
        return Fault(where, "is not UTF-8 text", "Save it as UTF-8.")
    except UnreadableTableError as error:
        return error.fault(where)


def find_version(root: Node, where: str) -> int | Fault:
    """Return the version of a document, which is not above `VERSION`, or why there is none."""
    fields = root.value if isinstance(root.value, dict) else {}
    version = fields.get("schema", root)
    where = f"{where}:{version.line}"
    if version is root:
        fix = f"Write `schema: {VERSION}` as its first line."
        return Fault(where, "'schema' is missing", fix)
    if version.value in range(1, VERSION + 1) and not isinstance(version.value, bool):
        return int(float(version.raw))
    what = f"it is of schema {version.raw or version.value!r}, and this generator reads {VERSION}"
    is_newer = is_number(version.value) and float(version.raw) > VERSION
    fix = "Read it with a newer generator: install it, then `leaderboard-site upgrade`."
    return Fault(where, what, fix if is_newer else f"Write {VERSION}.")


class _Reader:
    """Reads one document, and notes every fault."""

    def __init__(self, where: str) -> None:
        self.where, self.faults = where, list[Fault]()

    def note(self, node: Node, what: str, fix: str = "") -> None:
        self.faults.append(Fault(f"{self.where}:{node.line}", what, fix))

    def read(self, root: Node, content: bytes) -> Submission | None:
        fields = root.value
        if not isinstance(fields, dict):
            self.note(root, "it has no keys", "Write `schema: 1`, `model` and `scores`.")
            return None
        version = find_version(root, self.where)
        if isinstance(version, Fault):
            self.faults.append(version)
            return None
        if version < VERSION:
            what = f"it is of schema {version}, and this generator reads {VERSION}"
            self.note(fields["schema"], what, "Run `leaderboard-site migrate`.")
            return None
        for name, node in fields.items():
            if name not in _KEYS:
                self.note(node, f"key {name!r} is not known", _hint(name))
        self._check_needed(root, fields)
        model = fields.get("model", Node(root.line, None))
        if not isinstance(model.value, str | None):
            self.note(model, f"'model' is {_shown(model)}, not text", "Put it in quotes.")
        facets = self._facets(fields.get("facets"))
        is_sure = not self.faults and isinstance(model.value, str)
        shared = self._cells(fields, RUN_COLUMNS)
        facts = self._cells(fields, FACT_COLUMNS)
        common = {"model": model, **facets, **shared}
        scores = tuple(self._scores(fields.get("scores"), common))
        status = {name: facts.pop(name) for name in STATUS if facets and name in facts}
        of_model = self._row(model.line, {"model": model, **facts})
        waiting = self._row(model.line, {"model": model, **facets, **status}) if status else None
        return Submission(content, tuple(facets), scores, of_model, waiting, is_sure)

    def _check_needed(self, root: Node, fields: Mapping[str, Node]) -> None:
        """Note what is missing, and scores beside a status, which says why there are none."""
        needed, has_status = {"model": "the id of the model"}, _is_stated(fields, "status")
        if not has_status:
            needed["scores"] = "a score of each task"
        for name, meaning in needed.items():
            if not _is_stated(fields, name):
                self.note(fields.get(name, root), f"'{name}' is missing", f"Add it: {meaning}.")
        if has_status and _is_stated(fields, "scores"):
            self.note(fields["scores"], "'scores' stands beside a status", "Take the status out.")

    def _facets(self, node: Node | None) -> dict[str, Node]:
        """Return the settings, all as text: a number is the name of a setting."""
        if node is None or node.value is None:
            return {}
        if not isinstance(node.value, dict):
            self.note(node, f"'facets' is {_shown(node)}", "Write `name: value` pairs.")
            return {}
        found = {}
        for name, value in node.value.items():
            if RESULTS.column(name) or MODELS.column(name) or not name.strip():
                self.note(value, f"{name!r} is no name of a facet", "Choose another name.")
            elif isinstance(value.value, dict | list):
                self.note(value, f"facet {name!r} is {_shown(value)}", "Write one value.")
            elif value.value is not None:
                text = value.value if isinstance(value.value, str) else value.raw
                found[name] = Node(value.line, text, value.raw)
        return found

    def _cells(self, fields: Mapping[str, Node], columns: Iterable[ColumnSpec]) -> dict[str, Node]:
        """Return the values of columns; those of another kind than one value are faults."""
        found = {}
        for column in columns:
            node = fields.get(column.name)
            if node is None or node.value is None:
                continue
            if isinstance(node.value, dict | list):
                self.note(node, f"'{column.name}' is {_shown(node)}", "Write one value.")
            elif column.type == "date" and node.raw:  # a year is a number
                found[column.name] = Node(node.line, node.raw)
            else:
                found[column.name] = node
        return found

    def _scores(self, node: Node | None, common: Mapping[str, Node]) -> Iterator[SubmittedRow]:
        if node is None or node.value in (None, ""):
            return
        if not isinstance(node.value, dict) or not node.value:
            what = f"'scores' is {_shown(node)}"
            self.note(node, what, "Write `task: score`, a line for each task.")
            return
        for task, value in node.value.items():
            # One task has several scores where they are of subsets or variants.
            for one in value.value if isinstance(value.value, list) else [value]:
                yield from self._score(task, one, common)

    def _score(self, task: str, node: Node, common: Mapping[str, Node]) -> Iterator[SubmittedRow]:
        if not isinstance(node.value, dict):
            if node.value is None or isinstance(node.value, list):
                what = f"the score of {task!r} is {_shown(node)}"
                self.note(node, what, "Write a number, or leave the task out.")
                return
            yield self._row(node.line, {**common, "task": Node(node.line, task), "score": node})
            return
        fields = node.value
        for name, value in fields.items():
            if RESULTS.column(name) in SCORE_COLUMNS or value.value is None:
                continue
            known = [column.name for column in SCORE_COLUMNS]
            hint = did_you_mean(name, known, cutoff=0.8)
            if hint.startswith("Did") or not is_number(value.value):
                fix = hint if hint.startswith("Did") else "A setting stands under `facets`."
                self.note(value, f"key {name!r} of a score is not known", fix)
        if "score" not in fields or fields["score"].value is None:
            self.note(node, f"task {task!r} has no 'score'", "Add it, or leave the task out.")
            return
        cells = self._cells(fields, SCORE_COLUMNS)
        further = {
            name: value
            for name, value in fields.items()
            if RESULTS.column(name) is None and is_number(value.value)
        }
        yield self._row(node.line, {**common, "task": Node(node.line, task), **cells, **further})

    def _row(self, line: int, nodes: Mapping[str, Node]) -> SubmittedRow:
        values = {name: node.value for name, node in nodes.items()}
        lines = {name: node.line for name, node in nodes.items()}
        return SubmittedRow(self.where, values, line, lines)


def _is_stated(fields: Mapping[str, Node], name: str) -> bool:
    return name in fields and fields[name].value not in (None, "")


def is_number(value: object) -> bool:
    """Return whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _hint(name: str) -> str:
    if (column := RESULTS.column(name)) and column.type in _NUMBERS:
        return f"It is of one score: write it below its task, as `{name}`."
    hint = did_you_mean(name, [*_KEYS], cutoff=0.8)
    return hint if hint.startswith("Did") else "A setting stands under `facets`."


def _shown(node: Node) -> str:
    if isinstance(node.value, dict):
        return "a list of keys" if node.value else "empty"
    if isinstance(node.value, list):
        return "a list"
    return "nothing" if node.value is None else repr(node.raw or node.value)


# --- versions of the format -----------------------------------------------------------------------

Step: TypeAlias = Callable[[MutableMapping[str, Any]], None]

STEPS: tuple[Step, ...] = ()
"""What leads from each version to the next, the first from 1 to 2.

A step changes the content of a file, as `edit_document` says. It raises a `ValueError` that says
what it cannot move.
"""


def migrate_submissions(data_dir: Path) -> tuple[int, list[str], list[Fault]]:
    """Write submissions of older versions anew; return how many there are, which moved, and faults.

    A file that cannot be moved stays as it is.

    Raises:
        SiteError: The files cannot be written, and none has changed.
    """
    if not (data_dir / FOLDER).exists():  # a lock would make the folder
        return 0, [], []
    return write_locked(data_dir, lambda: _migrate(data_dir))


def _migrate(data_dir: Path) -> tuple[int, list[str], list[Fault]]:
    faults, new, moved, n = list[Fault](), dict[Path, bytes](), list[str](), 0
    for path, where, content in submission_files(data_dir, faults):
        n += 1
        found = _migrated(content, where, path.suffix.lower())
        if isinstance(found, Fault):
            faults.append(found)
        elif found != content:
            new[path] = found
            moved.append(where)
    write_files(new)
    return n, moved, faults


def _migrated(content: bytes, where: str, ending: str) -> bytes | Fault:
    """Return a file in the present version, itself if it is of that, or why it cannot be moved."""
    root = read_document(content, where, ending)
    version = root if isinstance(root, Fault) else find_version(root, where)
    if isinstance(version, Fault) or version > len(STEPS):
        return version if isinstance(version, Fault) else content
    text = content.decode("utf-8-sig")
    for number, step in enumerate(STEPS[version - 1 :], version + 1):

        def change(fields: MutableMapping[str, Any], step: Step = step, to: int = number) -> None:
            step(fields)
            fields["schema"] = to if ending == ".json" else str(to)

        try:
            text = edit_document(text, ending, change)
        except ValueError as error:
            what = f"it cannot be brought from schema {number - 1} to {number}: {error}"
            return Fault(where, what, "Change it by hand.")
    return text.encode()
