"""Everything that a user can get wrong, with its wording.

    SiteError                 a mistake that one line explains
    ├── FaultsError           every fault of a project, found in one run
    ├── OutputFolderError     the folder to publish into is not fit for it
    ├── AssetError            a static file that the site needs is missing
    ├── TemplateFaultError    a template is broken or names what does not exist
    └── ProseError            a page's prose is broken or no longer true

A user's mistake prints lines; only a bug prints a traceback.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where it is, what was found, what to do.

    Attributes:
        where: File, and row or column where that helps: `data/results.parquet: row 41`.
        what: What was found.
        fix: What to do about it; empty where the finding says it already.
        severity: An error stops the build; a warning does so under `--strict` only.
    """

    where: str
    what: str
    fix: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        """The fault on one line, as the command line prints it."""
        what = self.what if not self.fix or self.what.endswith((".", "?", "!")) else f"{self.what}."
        return one_line(f"{self.where}: {what} {self.fix}".strip())


def one_line(text: str) -> str:
    """Text from data made safe for a terminal: control characters are shown, never obeyed."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def near(got: str, known: Collection[str], noun: str = "", cutoff: float = 0.6) -> str:
    """A hint at what was meant: the nearest known name, else all of them where they are few.

    Args:
        got: What was found.
        known: What is allowed.
        noun: What the known names are, in the plural.
        cutoff: How near is near, from 0 (anything) to 1 (the same but for case).
    """
    names = {name.lower(): name for name in sorted(known, reverse=True)}
    for match in get_close_matches(got.lower(), names, n=1, cutoff=cutoff):
        return f"Did you mean {names[match]!r}?"
    if 0 < len(known) <= 8:
        return f"Known{f' {noun}' if noun else ''}: {', '.join(sorted(known))}."
    return ""


def rows_text(rows: Sequence[int], most: int = 5) -> str:
    """Row numbers as a place: `row 41`, `rows 12, 97`, `rows 1, 2, 3, 4, 5 and 310 more`."""
    shown = ", ".join(str(row) for row in rows[:most])
    rest = f" and {len(rows) - most:,} more" if len(rows) > most else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{rest}"


class SiteError(Exception):
    """A mistake of the user's that one line explains."""


class FaultsError(SiteError):
    """Every fault of a project that one run could find."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class OutputFolderError(SiteError):
    """The folder to publish into holds something else, or overlaps the project's sources."""


class AssetError(SiteError):
    """A static file that the site needs is not there."""


class TemplateFaultError(SiteError):
    """A template cannot be read, or names what its page does not have."""


class ProseError(SiteError):
    """A page's prose names what does not exist, or claims what the data does not bear out."""
