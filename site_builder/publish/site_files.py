"""Read the files of a published site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from site_builder.errors import Fault, SiteError
from site_builder.records import Record
from site_builder.symlinks import read_inside

_LOOK = "Look whether it is the right place."


class SiteFiles(Record):
    """The files of a published site.

    Attributes:
        place: The site's folder or address, for messages; without a slash at its end.
        read: Return the content of a file by its path; None where there is no such file.
    """

    place: str
    read: Callable[[str], bytes | None]


def open_folder(root: Path) -> SiteFiles:
    """Return what reads the site in a folder."""

    def read(name: str) -> bytes | None:
        path = root / name
        try:
            return read_inside(path, root) if path.is_file() else None
        except OSError as error:
            raise unreadable(str(path), error) from error

    return SiteFiles(str(root), read)


def unreadable(where: str, why: BaseException | str) -> SiteError:
    """Return the error for a file that cannot be read, in one line."""
    words = why.strerror if isinstance(why, OSError) and why.strerror else str(why)
    return SiteError(Fault(where, f"cannot be read: {words or type(why).__name__}", _LOOK))
