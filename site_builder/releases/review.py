"""Review a proposed change: its data on the board as it is, and what becomes of the board."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from site_builder.compute.board import Entry
from site_builder.compute.results import BoardResults
from site_builder.errors import Fault, SiteError, one_line, shortened
from site_builder.labels import Labels, make_labels
from site_builder.records import Record
from site_builder.releases.changes import Changes
from site_builder.releases.read import ComputedBoard, compare_releases
from site_builder.releases.wording import ChangeSection, sections_of
from site_builder.symlinks import read_inside
from site_builder.tables.documents import ENDINGS
from site_builder.tables.schema import TABLES
from site_builder.tables.submissions import FOLDER, MAX_BYTES
from site_builder.translation import english

FILE = "review.json"
MAX_REVIEW_BYTES = 1_000_000
"""Bytes of a review that is read."""
_MAX_TEXT, _MAX_ROWS, _MAX_FILES, _MAX_ENTRIES = 500, 40, 200, 20
_MAX_TABLE_BYTES = 500_000_000
_GIT = ".git"

Count = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class ReviewedEntry(Record):
    """An entry of the change on one board.

    Attributes:
        board, variant: Their names; empty for the only one of a site.
        rank: None where it is not ranked; then `scored` of `tasks` tell why.
        best, worst: The ranks that it may have by chance; 0 where that is not tested.
        ranked: Number of ranked entries.
        merit: What ranks it: name and value.
        measures: The name and value of each measure, such as its cost.
    """

    name: str
    is_new: bool
    board: str
    variant: str
    rank: Count | None
    best: Count
    worst: Count
    ranked: Count
    scored: Count
    tasks: Count
    merit: tuple[str, str]
    measures: list[tuple[str, str]]


class ReviewedStatus(Record):
    """An entry that has no scores yet, or will have none, and a reason that may be empty."""

    name: str
    is_pending: bool
    reason: str


class Review(Record):
    """What is told of a change: a document that its reader takes for hostile.

    Attributes:
        whole: Whether the branch was taken as it is, and not its data alone.
        n_data, n_others: How many files of the data changed, and how many others.
        n_errors: How many of the faults are errors.
        others: The other files.
        faults: Where they are, how grave, and what they are; errors first.
        entries: The entries of the change; None where the tables have errors.
        sections: What else the change moves; None where the board before it does not build.
        waiting: The entries without scores of which the change says why.
    """

    version: Literal[2]
    whole: bool
    n_data: Count
    n_others: Count
    n_errors: Count
    others: list[str]
    faults: ChangeSection
    entries: list[ReviewedEntry] | None
    sections: list[ChangeSection] | None
    waiting: list[ReviewedStatus]


def read_review(path: Path) -> Review:
    """Return a review that a stranger may have written.

    Raises:
        SiteError: It is no review.
    """
    try:
        content = read_inside(path, path.parent, most=MAX_REVIEW_BYTES)
        return msgspec.json.decode(content, type=Review)
    except (OSError, msgspec.DecodeError, RecursionError) as error:
        what = f"it is no review: {getattr(error, 'strerror', None) or error}"
        raise SiteError(Fault(str(path), what)) from error


def write_review(review: Review) -> bytes:
    """Return what `read_review` reads."""
    return msgspec.json.format(msgspec.json.encode(review), indent=1)


# --- the files of a change ----------------------------------------------------------------------


def changed_files(base: Path, head: Path) -> tuple[list[str], list[str]]:
    """Return the files that differ: those of the data, and all others, with odd letters escaped."""
    before, after = _states(base), _states(head)
    names = sorted(n for n in {*before, *after} if before.get(n) != after.get(n))
    return [n for n in names if is_data(n)], [_shown(n) for n in names if not is_data(n)]


def is_data(name: str) -> bool:
    """Return whether a path in a project is that of a table or of a submission."""
    folder, _, rest = name.partition("/")
    if folder != "data":
        return False
    is_submission = rest.startswith(f"{FOLDER}/") and rest.lower().endswith(ENDINGS)
    return is_submission or rest in {file for spec in TABLES for file in spec.files}


def make_candidate(base: Path, head: Path, place: Path) -> list[Fault]:
    """Make a project of the board `base` with the data of `head`; return what is no data.

    All but the data is that of the board: its settings, its texts, its templates. Links of the
    change are not followed.
    """
    shutil.copytree(base, place, symlinks=True, ignore=shutil.ignore_patterns(_GIT))
    for name in filter(is_data, _states(place)):
        (place / name).unlink()
    faults = []
    for name in sorted(filter(is_data, _states(head))):
        most = MAX_BYTES if f"/{FOLDER}/" in name else _MAX_TABLE_BYTES
        try:
            if (head / name).is_symlink():
                faults.append(Fault(_shown(name), "it is a link", "Commit the file itself."))
                continue
            content = read_inside(head / name, head, most=most)
        except OSError as error:
            what = f"the file cannot be read: {error.strerror}"
            faults.append(Fault(_shown(name), what, "Leave it out."))
            continue
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return faults


def _states(root: Path) -> dict[str, tuple[str, str]]:
    """Return kind and content of each file, by its path, without those of Git."""
    found = {}
    for folder, folders, names in os.walk(root):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = [name for name in folders if name not in links and name != _GIT]
        for name in (*names, *links):
            path = Path(folder, name)
            found[path.relative_to(root).as_posix()] = _state(path, root)
    return found


def _state(path: Path, root: Path) -> tuple[str, str]:
    if path.is_symlink():
        return "link", str(path.readlink())
    kind = "program" if path.stat().st_mode & 0o100 else "file"
    try:
        return kind, sha256(read_inside(path, root)).hexdigest()
    except OSError as error:
        return kind, str(error.strerror)


def _shown(name: str) -> str:
    return one_line(name.encode(errors="surrogateescape").decode(errors="backslashreplace"))


# --- what becomes of the board ------------------------------------------------------------------


def make_review(
    files: tuple[list[str], list[str]],
    faults: Iterable[Fault],
    old: ComputedBoard | None,
    new: ComputedBoard | None,
    *,
    whole: bool,
) -> Review:
    """Return the review of a change, with no more of everything than `read_review` takes."""
    data, others = files
    changes = compare_releases(old.content, new.content) if old and new else None
    # An error first: what comes last is cut.
    told = sorted(faults, key=lambda fault: fault.severity)
    rows = [(f.where, f.severity, " ".join((f.message, *f.paste))) for f in told]
    n_faults = sum(fault.stands_for for fault in told)
    found = sections_of(changes, english()) if changes else ()
    return Review(
        version=2,
        whole=whole,
        n_data=len(data),
        n_others=len(others),
        n_errors=sum(fault.severity == "error" for fault in told),
        others=[_cut(name) for name in others[:_MAX_FILES]],
        faults=_section("faults", ("where", "kind", "fault"), rows, n_faults),
        entries=None if not new or not changes else [*_entries(new, changes)][:_MAX_FILES],
        sections=None if not changes else [
            _section(of.key, of.columns, of.rows, len(of.rows)) for of in found
        ],
        waiting=[*_waiting(old, new)][:_MAX_FILES] if old and new else [],
    )  # fmt: skip


def _section(
    key: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], n: int
) -> ChangeSection:
    """Return the first of `n` rows, with short texts."""
    shown = [tuple(map(_cut, row)) for row in rows[:_MAX_ROWS]]
    return ChangeSection(key, columns, shown, n - len(shown))


def _waiting(old: ComputedBoard, new: ComputedBoard) -> Iterator[ReviewedStatus]:
    before = {(m.model, m.status, m.reason) for m in old.computed.whole.catalog.waiting}
    for m in new.computed.whole.catalog.waiting:
        if (m.model, m.status, m.reason) not in before:
            yield ReviewedStatus(_cut(m.name), m.status == "pending", _cut(m.reason or ""))


def _cut(text: str) -> str:
    return shortened(one_line(text.replace("\N{NO-BREAK SPACE}", " ")), _MAX_TEXT)


def _entries(new: ComputedBoard, changes: Changes) -> Iterator[ReviewedEntry]:
    """Yield the entries with a score that the change adds or changes, on each of their boards."""
    touched = dict.fromkeys(c.model for c in (*changes.scores_added, *changes.scores_changed))
    names = [*touched][:_MAX_ENTRIES]
    for found in new.computed.boards:
        labels = make_labels(found.results, new.config)
        for variant, board in found.results.boards.items():
            entries = {entry.model: entry for entry in board.entries if entry.scored}
            for name in (name for name in names if name in entries):
                is_new = name in changes.models_added
                yield _entry(found, variant, entries[name], labels, is_new=is_new)


def _entry(
    found: BoardResults, variant: str, entry: Entry, labels: Labels, *, is_new: bool
) -> ReviewedEntry:
    boards = found.results.boards
    board = boards[variant]
    merit = board.merit(entry)
    value = "" if merit is None else labels.merit_scale(board).score(merit)
    best, worst = entry.rank_interval or (0, 0)
    measured = [(s, board.figure(entry, s.id)) for s in board.statistics if s.measure]
    return ReviewedEntry(
        name=_cut(labels.models[entry.model]),
        is_new=is_new,
        board=_cut(found.spec.title if found.spec.id else ""),
        variant=_cut(labels.variants[variant] if len(boards) > 1 else ""),
        rank=entry.rank,
        best=best,
        worst=worst,
        ranked=len(board.ranked),
        scored=entry.scored,
        tasks=len(board.tasks),
        merit=(_cut(labels.merit_label(board)), value),
        measures=[
            (_cut(labels.statistic_label(s, board)), labels.statistic_scale(s, board).score(number))
            for s, number in measured
            if number is not None
        ][:_MAX_ROWS],
    )
