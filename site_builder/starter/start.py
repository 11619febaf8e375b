"""A new project: its files made, tried out, and only then put into their folder."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from site_builder.build import load_project, make_files
from site_builder.errors import Fault
from site_builder.records import Record
from site_builder.starter.place import check_free, place
from site_builder.starter.project import project_files
from site_builder.tables.scores_file import read_long_table


class Started(Record):
    """What a new project is.

    Attributes:
        folder: Where it lies.
        files: The paths of its files.
        warnings: What a build of it will find odd.
    """

    folder: Path
    files: tuple[str, ...]
    warnings: tuple[Fault, ...]


def start_project(folder: Path, source: Path | None, title: str, host: str) -> Started:
    """Make a project that builds at once.

    Args:
        folder: Where it is to lie; files that are there and not the project's stay.
        source: A table of scores to begin with; None for the sample.
        title: Name of the site; empty for the folder's, or the sample's own.
        host: Where it is to be published, one of `HOSTS`.

    Raises:
        SiteError: The table is at fault or makes no site, or the folder has files of these names;
            nothing was written.
    """
    table = read_long_table(source) if source else None
    files = project_files(table, title or (_named_for(folder) if source else ""), host)
    check_free(files, folder)
    with TemporaryDirectory() as temporary:
        root = Path(temporary)
        place(files, root)
        warnings = make_files(load_project(root), dry=True)[1]
    place(files, folder)
    return Started(folder, tuple(sorted(files)), warnings)


def _named_for(folder: Path) -> str:
    """A title out of the folder's name: `my-board` is "My board"."""
    words = "".join(c if c.isprintable() else " " for c in folder.resolve().name)
    words = " ".join(words.replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:] or "Leaderboard"
