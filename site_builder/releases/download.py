"""Read the files of a published site by its address, or one file, from its own host."""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from hashlib import sha256
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from site_builder import __version__
from site_builder.errors import Fault, SiteError
from site_builder.publish.manifest import MANIFEST, SiteFiles, parse_manifest, unreadable

_SILENCE_S = 30.0
_MAX_BYTES = 1_000_000_000
_GONE = (404, 410)
_MAX_FILE_BYTES = 200_000_000
_HUB = "hf://datasets/"
# The hosts from which the Hub serves files.
_HUB_HOSTS = ("huggingface.co", "hf.co")


def is_address(place: str) -> bool:
    """Return whether a place is an address, and no path."""
    return place.lower().startswith(("http://", "https://", "hf://"))


def download_file(address: str) -> bytes:
    """Return the file at an address: http(s), or `hf://datasets/OWNER/NAME/FILE`.

    Raises:
        SiteError: There is no such file, or it cannot be read.
    """
    if not address.startswith("hf://"):
        content = _download(address, _MAX_FILE_BYTES)
    elif found := re.fullmatch(rf"{_HUB}([^/]+/[^/]+)/(.+)", address, re.DOTALL):
        place = f"https://huggingface.co/datasets/{found[1]}/resolve/main/{found[2]}"
        content = _download(place, _MAX_FILE_BYTES, _HUB_HOSTS)
    else:
        what = "it names no file of a data set"
        raise SiteError(Fault(address, what, f"Write {_HUB}OWNER/NAME/FILE."))
    if content is None:
        fix = "Name a file of scores."
        raise SiteError(Fault(address, "there is no such file", fix))
    return content


def open_site(address: str) -> SiteFiles:
    """Return what reads the site at the address of its home page.

    Its files must be those of its manifest, if it has one.
    """
    parts = urlsplit(address)
    path = parts.path.removesuffix("index.html").rstrip("/")
    root = urlunsplit(parts._replace(path=path, query="", fragment=""))
    manifest = parse_manifest(_download(f"{root}/{MANIFEST}") or b"")

    def read(path: str) -> bytes | None:
        if manifest and path not in manifest.files:
            return None
        content = _download(f"{root}/{path}")
        if manifest and sha256(content or b"").hexdigest() != manifest.files[path]:
            what = f"{MANIFEST} lists another file"
            fix = "Wait until the site is complete, and try again."
            raise SiteError(Fault(f"{root}/{path}", what, fix))
        return content

    return SiteFiles(root, read)


def _download(address: str, most: int | None = None, hosts: Sequence[str] = ()) -> bytes | None:
    """Return the file at an address, or None; redirects may lead to `hosts` alone."""
    try:
        return _read_whole(address, most or _MAX_BYTES, hosts)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in _GONE:
            return None
        raise unreadable(address, f"the host answers {error.code}") from error
    except urllib.error.URLError as error:
        raise unreadable(address, error.reason) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise unreadable(address, error) from error


def _read_whole(address: str, most: int, hosts: Sequence[str]) -> bytes:
    headers = {"User-Agent": f"leaderboard-site/{__version__}"}
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.build_opener(_Redirects(hosts)).open(request, timeout=_SILENCE_S) as answer:
        expected = answer.length  # None if the host does not say it
        content: bytes = answer.read(most + 1)
    if len(content) > most:
        message = f"it is larger than {most:,} bytes"
        raise ValueError(message)
    if expected is not None and len(content) != expected:
        message = f"{len(content):,} of {expected:,} bytes arrived"
        raise ValueError(message)
    return content


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to the named hosts, by HTTPS, and refuses every other.

    Else whoever has the site could read what only the machine that builds can reach.
    """

    def __init__(self, hosts: Sequence[str]) -> None:
        self._hosts = hosts

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the next request, or raise a `ValueError` that names the other address."""
        parts = urlsplit(newurl)
        host = parts.hostname or ""
        is_known = any(host == known or host.endswith(f".{known}") for known in self._hosts)
        if parts.scheme == "https" and is_known:
            return super().redirect_request(req, fp, code, msg, headers, newurl)
        fp.close()  # else the base class reads the body, which may have no end
        message = f"it redirects to {newurl}"
        raise ValueError(message)
