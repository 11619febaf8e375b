"""Everything that a user can get wrong, with its wording.

    SiteError                 a mistake that one line explains
    ├── FaultsError           every fault of a project, found in one run
    ├── OutputFolderError     the folder to publish into is not fit for it
    ├── AssetError            a static file that the site needs is missing
    └── TemplateFaultError    a template is broken or names what does not exist

A user's mistake prints lines; only a bug prints a traceback.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, Self

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

    @classmethod
    def around_project(cls, out: Path) -> Self:
        """Publishing would replace the project itself."""
        what = "the output folder would hold the project itself"
        return cls(f"{out}: {what}. Choose one of its own, such as site/.")

    @classmethod
    def over_source(cls, out: Path, name: str) -> Self:
        """Publishing would replace one of the project's folders, or lie in it."""
        what = f"the output folder overlaps {name}/ of the project"
        return cls(f"{out}: {what}. Choose one of its own, such as site/.")

    @classmethod
    def over_file(cls, out: Path) -> Self:
        """There is a file of that name."""
        return cls(f"{out}: this is a file. Name a folder to publish into.")

    @classmethod
    def over_other(cls, out: Path, generator: str) -> Self:
        """Publishing would replace what is no site of ours."""
        what = f"the folder holds something else than a site built by {generator}"
        return cls(f"{out}: {what}. Choose another, or empty it.")

    @classmethod
    def over_added(cls, out: Path, name: str) -> Self:
        """Publishing would take away what somebody put beside the site."""
        what = f"the folder holds {name!r}, which no build put there and a build would take away"
        return cls(f"{out}: {what}. Move it out, or choose another folder.")

    @classmethod
    def over_mount(cls, out: Path) -> Self:
        """A disk or a volume hangs there, so that no other folder can take its place."""
        return cls(f"{out}: a disk is mounted here. Name a folder in it to publish into.")

    @classmethod
    def over_staging(cls, staging: Path) -> Self:
        """Where builds make the next site is something that a build did not put or cannot move."""
        return cls(f"{staging}: a build needs this name. Move away what has it.")

    @classmethod
    def busy(cls, out: Path, build: str) -> Self:
        """Another build has not ended; `build` says which, as far as it can be told."""
        which = f"another build{f' ({build})' if build else ''}"
        return cls(f"{out}: {which} is publishing to it. Try again when that has ended.")

    @classmethod
    def not_writable(cls, out: Path, error: OSError) -> Self:
        """The disk refuses before anything is written."""
        return cls(f"{out}: cannot be written: {error.strerror}.")

    @classmethod
    def not_written(cls, out: Path, error: OSError) -> Self:
        """The disk refuses half-way."""
        return cls(f"{out}: writing failed, what was published stays: {error.strerror}.")


class AssetError(SiteError):
    """A static file that the site needs is not there."""

    @classmethod
    def from_template(cls, name: str) -> Self:
        """A template names it."""
        what = "a template asks for this file, but no static folder has it."
        return cls(f"static/{name}: {what}")

    @classmethod
    def from_style(cls, name: str, url: str) -> Self:
        """The style sheet `name` names it."""
        return cls(f"static/{name}: it names url({url}), which is not there.")

    @classmethod
    def not_fetched(cls, name: str) -> Self:
        """It belongs to the front-end packages."""
        what = "the front-end packages are not fetched. Run `make vendor`."
        return cls(f"static/{name} is missing: {what}")


class TemplateFaultError(SiteError):
    """A template cannot be read, or names what its page does not have."""

    @classmethod
    def at(cls, place: str, what: str) -> Self:
        """What is wrong in a template, or in a line of it."""
        return cls(f"templates/{place}: {what}")

    @classmethod
    def two_of(cls, path: str) -> Self:
        """Two files of the site would have one path."""
        return cls(f"{path}: two files of the site would have this path.")
