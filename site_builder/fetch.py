"""Files of a published site, from a folder or from the web."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from site_builder import __version__
from site_builder.errors import Fault, SiteError
from site_builder.records import Record

API = "api/v1/"
SCHEMES = ("http://", "https://")
_LIMIT_S = 30.0
_MOST_BYTES = 1_000_000_000
_GONE = (404, 410)


class Shelf(Record):
    """Where the files of a published site are.

    Attributes:
        place: The site's folder or address, as messages name it; without a slash at its end.
        api: What stands before the names of the API's files.
        read: The content of a file by its path from there; None where there is no such file.
    """

    place: str
    api: str
    read: Callable[[str], bytes | None]

    def where(self, path: str) -> str:
        """A file as messages name it."""
        return f"{self.place}/{path}"


def is_address(place: str) -> bool:
    """Whether a place is on the web, and no path."""
    return place.lower().startswith(SCHEMES)


def web_shelf(address: str) -> Shelf:
    """The files of the site at an address: that of its home page, or of its API.

    Raises, when a file is read:
        SiteError: The host cannot be reached, or answers anything but the file or that there is
            none.
    """
    parts = urlsplit(address)
    root = urlunsplit(parts._replace(path=_root_of(parts.path), query="", fragment=""))
    return Shelf(root, API, lambda path: _download(f"{root}/{path}"))


def _root_of(path: str) -> str:
    return path.removesuffix("index.html").rstrip("/").removesuffix(f"/{API}".rstrip("/"))


def folder_shelf(folder: Path) -> Shelf | None:
    """The files of the site in a folder: the site's own, or that of its API.

    None where the folder holds neither.

    Raises, when a file is read:
        SiteError: The file is there and cannot be read.
    """
    if (folder / API / "stats.json").exists():
        return _shelf(folder, API)
    if not (folder / "stats.json").exists():
        return None
    whole = folder.resolve()
    if whole.as_posix().endswith(f"/{API}".rstrip("/")):
        return _shelf(whole.parent.parent, API)
    return _shelf(folder, "")


def _shelf(folder: Path, api: str) -> Shelf:
    return Shelf(str(folder), api, lambda path: _read(folder / path))


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SiteError(_unreadable(str(path), str(error.strerror))) from error


def _download(address: str) -> bytes | None:
    headers = {"User-Agent": f"site_builder/{__version__}"}
    try:
        # Nothing but http and https comes here, and the library follows no redirection to a file.
        request = urllib.request.Request(address, headers=headers)
        with urllib.request.urlopen(request, timeout=_LIMIT_S) as answer:
            content: bytes = answer.read(_MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            if error.code in _GONE:
                return None
            raise SiteError(_unreadable(address, f"the host answers {error.code}")) from error
    except urllib.error.URLError as error:
        raise SiteError(_unreadable(address, _reason(error.reason))) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise SiteError(_unreadable(address, _reason(error))) from error
    if len(content) > _MOST_BYTES:
        raise SiteError(_unreadable(address, f"it is larger than {_MOST_BYTES:,} bytes"))
    return content


def _reason(error: object) -> str:
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return words or type(error).__name__


def _unreadable(where: str, why: str) -> Fault:
    return Fault(where, f"cannot be read: {why}", "Look whether it is the right place.")
