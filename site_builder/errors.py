"""Define faults and the errors that report them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from errno import EDQUOT, ENOSPC
from itertools import islice
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Literal

from site_builder.records import Record

if TYPE_CHECKING:  # it takes a fifth of the time of a short command
    from importlib.metadata import EntryPoint

Severity = Literal["error", "warning"]

MAX_ALIKE = 20
"""Faults of one kind that get a line each; one more line counts the others."""
_MAX_MESSAGE = 1_000  # characters of a message: an id can be as long as a book
_MAX_COMPARED, _MAX_COMPARED_LENGTH = 5_000, 200  # comparing takes the square of the length
# What GitHub Actions obeys in a log: `::` where a line begins, and `##[`. And the one control
# character that JSON does not escape.
_COMMAND = re.compile(r"^( *):(?=:)|#(?=#\[)|\x7f", re.MULTILINE)
_WHERE = re.compile(r"(?P<file>.*?)(?::(?P<line>\d+))?(?:: (?P<place>.*))?", re.DOTALL)


class Fault(Record):
    """One error or warning: where it is, what was found, what to do.

    Attributes:
        where: File, with a line or rows if known: `templates/about.html:3`,
            `data/results.parquet: row 41`. Empty where no file is at fault.
        what: What was found.
        fix: What to do about it; empty where that is obvious.
        paste: Lines for `site.toml` that do it, each shown below the fault.
        severity: An error stops the build; a warning does so only under `--strict`.
        stands_for: The number of faults that it reports.
    """

    where: str
    what: str
    fix: str = ""
    severity: Severity = "error"
    stands_for: int = 1
    paste: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The fault on one line, as the command line prints it."""
        return one_line(f"{self.where}: {self.message}".removeprefix(": "))

    @property
    def message(self) -> str:
        """What was found and what to do, shortened if it is very long."""
        what = shortened(self.what)
        stop = "." if self.fix and not what.endswith((".", "?", "!")) else ""
        return f"{what}{stop} {shortened(self.fix)}".strip()

    @property
    def file(self) -> str:
        """The file, without line and rows."""
        return self._part("file")

    @property
    def line(self) -> int | None:
        """The line of a text file, if known."""
        return int(self._part("line") or 0) or None

    @property
    def place(self) -> str:
        """The rows of a table, in words; empty for a whole file."""
        return self._part("place")

    def _part(self, name: str) -> str:
        match = _WHERE.fullmatch(self.where)
        return (match[name] or "") if match else ""


def unwritable(path: str, error: OSError) -> Fault:
    """Return the fault that a file or folder of the user cannot be written."""
    fix = "Choose another folder, or make this one writable."
    if error.errno in (ENOSPC, EDQUOT):
        fix = "Free some space, or choose another folder."
    return Fault(path, f"cannot be written: {error.strerror}", fix)


def unreadable(path: Path | str, error: OSError) -> Fault:
    """Return the fault that a file or folder of the user cannot be read."""
    return Fault(str(path), f"cannot be read: {error.strerror}", "Make it readable.")


def not_installed(what: str, package: str, where: str = "") -> Fault:
    """Return the fault that `what` needs a package that only an extra of the generator brings."""
    fix = f"Install it: pip install {package}."
    return Fault(where, f"{what} needs the package {package}, which is not installed", fix)


def limit_faults(faults: Iterable[Fault], total: int, where: str, what: str) -> Iterator[Fault]:
    """Yield the first faults of a kind, then one that counts the others, which are not iterated.

    `total` counts all, `where` is their file, and `what` names them in the plural.
    """
    severity: Severity = "error"
    for fault in islice(faults, MAX_ALIKE):
        severity = fault.severity
        yield fault
    if rest := max(total - MAX_ALIKE, 0):
        more = f"and {rest:,} more like these: {what}"
        yield Fault(where, more, severity=severity, stands_for=rest)


def shortened(text: str, most: int = _MAX_MESSAGE) -> str:
    """Return a text of at most so many characters, with the number of those left out."""
    cut = len(text) - most
    return text if cut <= 0 else f"{text[:most]}\N{HORIZONTAL ELLIPSIS} ({cut:,} characters more)"


def one_line(text: str) -> str:
    """Return a text as one line that no terminal and no log of GitHub Actions obeys.

    Control characters, and the marks of a workflow command, become escapes.
    """
    return without_commands("".join(c if c.isprintable() else repr(c)[1:-1] for c in text))


def without_commands(text: str) -> str:
    """Return lines with the marks of workflow commands escaped; as JSON, they mean the same."""
    return _COMMAND.sub(lambda found: f"{found[1] or ''}\\u{ord(found[0][-1]):04x}", text)


def did_you_mean(got: str, known: Collection[str], noun: str = "", cutoff: float = 0.6) -> str:
    """Return a hint: the most similar known name, or all known names if they are few.

    `noun` names the known ones in the plural. `cutoff` is how similar a name must be, from 0
    (anything) to 1 (the same but for case).
    """
    names = {name.lower(): name for name in sorted(known, reverse=True)}
    can_compare = len(known) <= _MAX_COMPARED and len(got) <= _MAX_COMPARED_LENGTH
    candidates = [name for name in names if can_compare and len(name) <= _MAX_COMPARED_LENGTH]
    for match in get_close_matches(got.lower(), candidates, n=1, cutoff=cutoff):
        return f"Did you mean {names[match]!r}?"
    if 0 < len(known) <= 10:
        return f"Known{f' {noun}' if noun else ''}: {', '.join(sorted(known))}."
    return ""


def first_line(error: Exception) -> str:
    """Return the first line of an error of a library, or its name."""
    return str(error).strip().partition("\n")[0] or type(error).__name__


def name_error(error: Exception) -> str:
    """Return the type and the first line of an error."""
    return ": ".join(dict.fromkeys((type(error).__name__, first_line(error))))


def describe_error(error: Exception) -> str:
    """Return the type and the first line of an error, with its place in the code."""
    last = extract_tb(error.__traceback__)[-1]
    return f"{name_error(error)} ({Path(last.filename).name}, line {last.lineno})"


_WORKING_ON = "Working on "


@contextmanager
def working_on(part: str) -> Iterator[None]:
    """Name what a block works on, such as a page; an exception that leaves it keeps the name.

    The name is a note of the exception: it stands in the traceback, and goes to other processes.
    """
    try:
        yield
    except Exception as error:
        error.add_note(f"{_WORKING_ON}{part}")
        raise


def parts_of(error: Exception) -> list[str]:
    """Return what was worked on when an exception was raised, the largest part first."""
    notes: list[str] = getattr(error, "__notes__", [])
    return [n.removeprefix(_WORKING_ON) for n in reversed(notes) if n.startswith(_WORKING_ON)]


def package_of(entry: EntryPoint) -> str:
    """Return the package that provides an entry point, with its version."""
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value


def rows_text(rows: Sequence[int], noun: str = "row") -> str:
    """Return row numbers in words: `row 41`, `rows 1, 2, 3, 4, 5 and 310 more`."""
    shown = ", ".join(str(row) for row in rows[:5])
    rest = f" and {len(rows) - 5:,} more" if len(rows) > 5 else ""
    return f"{noun}{'s' if len(rows) > 1 else ''} {shown}{rest}"


class SiteError(Exception):
    """A mistake of the user, with a line for each of its faults.

    Attributes:
        outcome: What was done before it, in words; empty if nothing was written.
    """

    def __init__(self, *faults: Fault | str, outcome: str = "") -> None:
        self.outcome = outcome
        self.faults = tuple(Fault("", f) if isinstance(f, str) else f for f in faults)
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[object, ...]:
        # To another process without `__init__`: not all are made from faults alone.
        return Exception.__new__, (type(self), *self.args), vars(self)


def as_site_error(error: Exception) -> SiteError | None:
    """Return an error that the user can do something about; None for a fault of the generator."""
    if isinstance(error, MemoryError):
        return SiteError("There is not enough memory.")
    return error if isinstance(error, SiteError) else None


class FaultsError(SiteError):
    """All faults of a project that one run can find."""

    def __init__(self, faults: Iterable[Fault], outcome: str = "") -> None:
        super().__init__(*faults, outcome=outcome)


class TemplateFaultError(SiteError):
    """A template cannot be read, or uses a name that its page does not have."""
