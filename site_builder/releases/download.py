"""Read the files of a published site by its address, from its own host and before a deadline."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from hashlib import sha256
from threading import Thread
from time import monotonic
from typing import IO, NamedTuple
from urllib.parse import urlsplit

from site_builder import __version__
from site_builder.errors import Fault, SiteError
from site_builder.publish.manifest import MANIFEST, parse_manifest
from site_builder.records import Record

_SILENCE_S = 30.0
_ALL_FILES_S = 600.0
_MAX_BYTES = 1_000_000_000
_GONE = (404, 410)
_PORTS = {"http": 80, "https": 443}
_LOOK = "Look whether it is the right place."


class RemoteSite(Record):
    """Reads the files of one site, all of them before one deadline.

    Attributes:
        root: The address of the site, without a slash at its end.
        deadline: When reading ends, by the monotonic clock, in seconds.
        checksums: The SHA-256 of each file by its path; None for a site without a manifest.
    """

    root: str
    deadline: float
    checksums: Mapping[str, str] | None = None

    def read(self, path: str) -> bytes | None:
        """Return the content of a file by its path; None where there is no such file.

        Raises:
            SiteError: It cannot be read whole and in time, or is not the file of the manifest.
        """
        if self.checksums is not None and path not in self.checksums:
            return None
        address = f"{self.root}/{path}"
        content = _download(address, self.deadline)
        if self.checksums is None:
            return content
        if content is None or sha256(content).hexdigest() != self.checksums[path]:
            missing = f"{MANIFEST} lists it, but there is no such file"
            what = missing if content is None else f"it is not the file that {MANIFEST} lists"
            raise SiteError(Fault(address, what, "Wait until the site is complete, and try again."))
        return content


def open_site(root: str) -> RemoteSite:
    """Return what reads the site at an address; its files must be those of its manifest, if any."""
    site = RemoteSite(root, monotonic() + _ALL_FILES_S)
    manifest = parse_manifest(site.read(MANIFEST) or b"")
    return RemoteSite(root, site.deadline, manifest.files if manifest else None)


def unreadable(where: str, why: BaseException | str) -> SiteError:
    """Return the error for a file that cannot be read, in one line."""
    words = why.strerror if isinstance(why, OSError) and why.strerror else str(why)
    return SiteError(Fault(where, f"cannot be read: {words or type(why).__name__}", _LOOK))


def _download(address: str, deadline: float) -> bytes | None:
    try:
        return _within(lambda: _read_whole(address), deadline)
    except TimeoutError as error:
        raise unreadable(address, "the host takes too long") from error
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in _GONE:
            return None
        raise unreadable(address, f"the host answers {error.code}") from error
    except urllib.error.URLError as error:
        raise unreadable(address, error.reason) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise unreadable(address, error) from error


def _within(read: Callable[[], bytes], deadline: float) -> bytes:
    """Return what `read` returns; raise a `TimeoutError` at the deadline.

    It runs in a thread, because no timeout of a socket bounds the search for a host's name, or a
    host that sends a byte now and then. A thread that is late ends with the program.
    """
    future, left = Future[bytes](), deadline - monotonic()
    if left <= 0:
        raise TimeoutError

    def run() -> None:
        try:
            future.set_result(read())
        except BaseException as error:  # raised by `result`
            future.set_exception(error)

    Thread(target=run, name="download", daemon=True).start()
    return future.result(left)


def _read_whole(address: str) -> bytes:
    headers = {"User-Agent": f"site_builder/{__version__}"}
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.build_opener(_SameHost).open(request, timeout=_SILENCE_S) as answer:
        expected = answer.length  # None if the host does not say it
        content: bytes = answer.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        message = f"it is larger than {_MAX_BYTES:,} bytes"
        raise ValueError(message)
    if expected is not None and len(content) != expected:
        message = f"{len(content):,} of {expected:,} bytes arrived"
        raise ValueError(message)
    return content


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows a redirect on the same host and port, or from http to https; refuses all others.

    Else whoever has the site could read what only the machine that builds can reach.
    """

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the request that follows a redirect; raise a `ValueError` for another host."""
        fp.close()  # else the base class reads the body, which may have no end
        if not _may_follow(req.full_url, newurl):
            message = f"it redirects to {newurl}, which is another host"
            raise ValueError(message)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Origin(NamedTuple):
    scheme: str
    host: str | None
    port: int | None


def _origin(address: str) -> _Origin:
    parts = urlsplit(address)
    return _Origin(parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme))


def _may_follow(old: str, new: str) -> bool:
    before, after = _origin(old), _origin(new)
    is_upgrade = before == _Origin("http", after.host, 80) and after.scheme == "https"
    return after == before or (is_upgrade and after.port == 443)
