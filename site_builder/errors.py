"""Define every error that a user can cause, with its wording."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Literal, Self

from site_builder.records import Record

Severity = Literal["error", "warning"]

MOST_ALIKE = 20
"""Faults of one kind that get a line each; the others are counted on one more."""
_LONGEST = 1_000  # characters of what was found: an id may be a whole book
_MOST_COMPARED, _LONGEST_COMPARED = 5_000, 200  # likeness takes the square of the length
_WHERE = re.compile(r"(?P<file>.*?)(?::(?P<line>\d+))?(?:: (?P<place>.*))?", re.DOTALL)


class Fault(Record):
    """One thing that is wrong: where it is, what was found, what to do.

    Attributes:
        where: File, with a line or rows where that helps: `templates/about.html:3`,
            `data/results.parquet: row 41`. Empty where the fault is of no file.
        what: What was found.
        fix: What to do about it; empty where the finding says it already.
        severity: An error stops the build; a warning does so under `--strict` only.
        stands_for: How many faults the line tells of.
    """

    where: str
    what: str
    fix: str = ""
    severity: Severity = "error"
    stands_for: int = 1

    def __str__(self) -> str:
        """The fault on one line, as the command line prints it."""
        return one_line(f"{self.where}: {self.message}".removeprefix(": "))

    @property
    def message(self) -> str:
        """What was found and what to do, without the place; what is very long is cut."""
        what = shortened(self.what)
        stop = "." if self.fix and not what.endswith((".", "?", "!")) else ""
        return f"{what}{stop} {shortened(self.fix)}".strip()

    @property
    def file(self) -> str:
        """The file, without line and rows."""
        return self._part("file")

    @property
    def line(self) -> int | None:
        """The line of a text file; None where none is known."""
        return int(self._part("line") or 0) or None

    @property
    def place(self) -> str:
        """The rows of a table, in words; empty for a whole file."""
        return self._part("place")

    def _part(self, name: str) -> str:
        match = _WHERE.fullmatch(self.where)
        return (match[name] or "") if match else ""


def limit_faults(
    faults: Iterable[Fault], total: int, where: str, what: str, most: int = MOST_ALIKE
) -> Iterator[Fault]:
    """The first faults of a kind, then one that counts the others, so that none goes untold.

    Args:
        faults: The faults; those beyond the first are not asked for.
        total: How many there are.
        where: The file that they are of.
        what: What they are, in the plural.
        most: How many get a line each.
    """
    severity: Severity = "error"
    for fault in islice(faults, most):
        severity = fault.severity
        yield fault
    if total > most:
        more = f"and {total - most:,} more like these: {what}"
        yield Fault(where, more, severity=severity, stands_for=total - most)


def shortened(text: str, most: int = _LONGEST) -> str:
    """A text of readable length; where it is cut, it is said how much is left out."""
    cut = len(text) - most
    return text if cut <= 0 else f"{text[:most]}\N{HORIZONTAL ELLIPSIS} ({cut:,} characters more)"


def one_line(text: str) -> str:
    """Text from data made safe for a terminal: control characters are shown, never obeyed."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def did_you_mean(got: str, known: Collection[str], noun: str = "", cutoff: float = 0.6) -> str:
    """A hint at what was meant: the nearest known name, else all of them where they are few.

    Very long names, and very many of them, are not compared, since that would take too long.

    Args:
        got: What was found.
        known: What is allowed.
        noun: What the known names are, in the plural.
        cutoff: How near is near, from 0 (anything) to 1 (the same but for case).
    """
    names = {name.lower(): name for name in sorted(known, reverse=True)}
    fit = len(known) <= _MOST_COMPARED and len(got) <= _LONGEST_COMPARED
    compared = [name for name in names if fit and len(name) <= _LONGEST_COMPARED]
    for match in get_close_matches(got.lower(), compared, n=1, cutoff=cutoff):
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
    """A mistake of the user's that lines explain: one for each of its faults."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = tuple(Fault("", f) if isinstance(f, str) else f for f in faults)
        super().__init__("\n".join(map(str, self.faults)))


class FaultsError(SiteError):
    """Every fault of a project that one run could find."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__(*faults)


class UnclearScaleError(FaultsError):
    """Scores of a file may be percentages or have another unit; the file does not say."""

    @classmethod
    def of(cls, scores: Collection[str]) -> Self:
        """The scores that it is about, each with its file and task."""
        what = "may be a percentage or have another unit"
        fix = "Say --percent, --proportion or --other-unit, or scale under [import] in site.toml."
        faults = (Fault("", f"{score} {what}", fix) for score in scores)
        return cls(limit_faults(faults, len(scores), "", f"scores that {what}"))


class OutputFolderError(SiteError):
    """The folder to publish into holds something else, or overlaps the project's sources."""

    @classmethod
    def around_project(cls, out: Path) -> Self:
        """Publishing would replace the project itself."""
        what = "the output folder would hold the project itself"
        return cls(Fault(str(out), what, "Choose one of its own, such as site/."))

    @classmethod
    def over_source(cls, out: Path, name: str) -> Self:
        """Publishing would replace one of the project's folders, or lie in it."""
        what = f"the output folder overlaps {name}/ of the project"
        return cls(Fault(str(out), what, "Choose one of its own, such as site/."))

    @classmethod
    def over_file(cls, out: Path) -> Self:
        """There is a file of that name."""
        return cls(Fault(str(out), "this is a file", "Name a folder to publish into."))

    @classmethod
    def over_other(cls, out: Path, generator: str) -> Self:
        """Publishing would replace what is no site of ours."""
        what = f"the folder holds something else than a site built by {generator}"
        return cls(Fault(str(out), what, "Choose another, or empty it."))

    @classmethod
    def over_added(cls, out: Path, name: str) -> Self:
        """Publishing would take away what somebody put beside the site."""
        what = f"the folder holds {name!r}, which no build put there and a build would take away"
        return cls(Fault(str(out), what, "Move it out, or choose another folder."))

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
        return cls(Fault(str(out), f"cannot be written: {error.strerror}."))

    @classmethod
    def not_written(cls, out: Path, error: OSError) -> Self:
        """The disk refuses half-way."""
        what = f"writing failed, what was published stays: {error.strerror}."
        return cls(Fault(str(out), what))


class AssetError(SiteError):
    """A static file that the site needs is not there."""

    @classmethod
    def from_template(cls, name: str) -> Self:
        """A template names it."""
        what = "a template asks for this file, but no static folder has it."
        return cls(Fault(f"static/{name}", what))

    @classmethod
    def from_style(cls, name: str, url: str) -> Self:
        """The style sheet `name` names it."""
        return cls(Fault(f"static/{name}", f"it names url({url}), which is not there."))

    @classmethod
    def not_fetched(cls, name: str) -> Self:
        """It belongs to the front-end packages."""
        what = "the file is missing: the front-end packages are not fetched"
        return cls(Fault(f"static/{name}", what, "Run `make vendor`."))


class TemplateFaultError(SiteError):
    """A template cannot be read, or names what its page does not have."""

    @classmethod
    def at(cls, place: str, what: str) -> Self:
        """What is wrong in a template, or in a line of it."""
        return cls(Fault(f"templates/{place}", what))

    @classmethod
    def two_of(cls, path: str) -> Self:
        """Two files of the site would have one path."""
        return cls(Fault(path, "two files of the site would have this path."))


# What to do about what Git says, by a sign of it.
_REMEDIES = {
    "[rejected]": "Somebody has pushed meanwhile. Deploy again.",
    "auto-detect": "Tell Git who you are: git config user.name and user.email.",
    "does not appear to be a git repository": "Look at the address: git remote -v.",
}


class StartError(SiteError):
    """A new project cannot be put where it was asked for."""

    @classmethod
    def over_file(cls, folder: Path) -> Self:
        """There is a file of the folder's name."""
        return cls(Fault(str(folder), "this is a file", "Name a folder for the project."))

    @classmethod
    def over_files(cls, folder: Path, names: Iterable[str]) -> Self:
        """Files of the project's names are there."""
        fix = "Move it away, or name another folder."
        return cls(*(Fault(str(folder / name), "it is there already", fix) for name in names))

    @classmethod
    def not_written(cls, path: Path, error: OSError) -> Self:
        """The disk refuses."""
        return cls(Fault(str(path), f"cannot be written: {error.strerror}."))


class DeployError(SiteError):
    """A site cannot be pushed to its branch."""

    @classmethod
    def without_git(cls) -> Self:
        """The program is not there."""
        return cls("git is not installed, or not on the PATH. Install it to deploy to a branch.")

    @classmethod
    def outside(cls, root: Path) -> Self:
        """The project lies in no repository."""
        return cls(
            Fault(str(root), "lies in no Git repository", "Run `git init` and add a remote.")
        )

    @classmethod
    def no_remote(cls, name: str, known: Collection[str]) -> Self:
        """The repository has no remote of that name."""
        what, fix = f"the repository has no remote {name!r}", did_you_mean(name, known, "remotes")
        return cls(Fault("--remote", what, fix or f"Add it: git remote add {name} ADDRESS."))

    @classmethod
    def over_sources(cls, branch: str) -> Self:
        """The site would take the place of what it is made from."""
        what = f"{branch!r} is the branch that is checked out, which the site would replace"
        return cls(Fault("--branch", what, "Name one for the site alone, such as gh-pages."))

    @classmethod
    def over_other(cls, place: str, generator: str) -> Self:
        """The branch is not one of a site."""
        what = f"the branch holds something else than a site built by {generator}"
        return cls(Fault(place, what, "Name another, or delete it at the remote."))

    @classmethod
    def git_says(cls, place: str, said: str) -> Self:
        """Git refuses, in its own words."""
        fix = next((fix for sign, fix in _REMEDIES.items() if sign in said), "")
        return cls(Fault(place, f"git says: {said}.", fix))
