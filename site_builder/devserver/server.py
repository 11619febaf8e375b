"""Serve what was built last, and its faults."""

from __future__ import annotations

import errno
import ipaddress
import json
import mimetypes
import os
import re
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from site_builder.errors import Fault, SiteError
from site_builder.publish.manifest import MANIFEST
from site_builder.records import Record, field
from site_builder.render.environment import make_environment


class ServedState(Record):
    """What is shown at one moment.

    Attributes:
        files: Content by path of the last site that could be built; empty where none could yet.
        lines: What is wrong with the project as it is now, as the terminal says it.
        root: The path that the site stands under, with a slash at both ends.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    root: str = "/"

    @property
    def build(self) -> str:
        """Names what pages are made of: two showings have the same where no page differs."""
        said = "\n".join(self.lines).encode()
        return sha256(self.files.get(MANIFEST, said)).hexdigest()[:12]


def root_of(base_url: str) -> str:
    """The path that a site stands under where it is published: served there, its links hold."""
    return unquote(urlsplit(base_url).path).rstrip("/") + "/"


class StateHolder:
    """Shows one thing after the other to any number of browsers, each waited on by a thread."""

    def __init__(self, showing: ServedState) -> None:
        self._showing, self._is_open, self._changed = showing, True, threading.Condition()

    @property
    def showing(self) -> ServedState:
        """What is shown now."""
        return self._showing

    def show(self, showing: ServedState) -> None:
        """Show something else, to all who wait too."""
        with self._changed:
            self._showing = showing
            self._changed.notify_all()

    def after(self, seen: ServedState | None, timeout_s: float) -> ServedState | None:
        """What is shown once it is not what was seen, or the time is up; None once it is closed."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._showing is not seen or not self._is_open, timeout_s
            )
            return self._showing if self._is_open else None

    def close(self) -> None:
        """Let all go who wait."""
        with self._changed:
            self._is_open = False
            self._changed.notify_all()


FILES = Path(__file__).parent / "files"
RESERVED = "/_live/"
"""Where the server's own files stand, and no file of a site."""
EVENTS = f"{RESERVED}events"
OWN = ("reload.js", "reload.css")

# Not the machine's own list, which differs from one to the next.
_KINDS = mimetypes.MimeTypes()
for _kind, _suffix in (
    ("text/javascript", ".js"),
    ("font/woff2", ".woff2"),
    ("image/webp", ".webp"),
    ("application/vnd.apache.parquet", ".parquet"),
):
    _KINDS.add_type(_kind, _suffix)


class Response(Record):
    """An answer to one request.

    Attributes:
        body: Its content.
        kind: The content's type.
        status: Whether there is such a page.
        location: Where the browser should look instead; empty where it is right.
    """

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK
    location: str = ""


def answer(showing: ServedState, target: str) -> Response:
    """What stands at a request's target, such as `/models/?sort=name`.

    Only what a build made is there to be found: no path leads to a file of the disk.
    """
    path, _, query = target.partition("#")[0].partition("?")
    path = unquote(path)
    if path.startswith(RESERVED):
        return _own(path.removeprefix(RESERVED))
    if not showing.files:
        return Response(_fault_page(showing), status=HTTPStatus.SERVICE_UNAVAILABLE)
    name = path.removeprefix(showing.root)
    if path.startswith(showing.root) and (found := _find(showing, name)):
        return Response(_live(showing, found), kind_of(found))
    if path == "/":
        return _moved(showing.root, query)
    if path.startswith(showing.root) and f"{name}/index.html" in showing.files:
        return _moved(f"{path}/", query)
    return Response(_live(showing, "404.html"), status=HTTPStatus.NOT_FOUND)


def _find(showing: ServedState, name: str) -> str | None:
    """The file that a path from the site's root leads to."""
    file = f"{name}index.html" if name == "" or name.endswith("/") else name
    return file if file in showing.files else None


def _moved(path: str, query: str) -> Response:
    location = quote(path) + (f"?{query}" if query else "")
    return Response(status=HTTPStatus.FOUND, location=location)


def _live(showing: ServedState, path: str) -> bytes:
    """A file of the site; a page with the script that listens for the next build."""
    content = showing.files[path]
    if not path.endswith(".html"):
        return content
    script = f'<script defer src="{RESERVED}reload.js" data-build="{showing.build}"></script>'
    head, end, rest = content.partition(b"</head>")
    return head + script.encode() + end + rest


def kind_of(path: str) -> str:
    """The type of a file, by the end of its name."""
    kind = _KINDS.guess_type(path)[0] or "application/octet-stream"
    is_text = kind.startswith("text/") or kind in ("application/json", "application/xml")
    return f"{kind}; charset=utf-8" if is_text else kind


def _own(name: str) -> Response:
    if name not in OWN:
        return Response(b"There is no such file.", "text/plain", HTTPStatus.NOT_FOUND)
    return Response(_read(name), kind_of(name))


@cache
def _read(name: str) -> bytes:
    return (FILES / name).read_bytes()


def _fault_page(showing: ServedState) -> bytes:
    """What is wrong with the project, in place of a site that could not be built yet."""
    template = make_environment([FILES]).get_template("faults.html")
    return template.render(lines=showing.lines, build=showing.build, reserved=RESERVED).encode()


LOOPBACK = "127.0.0.1"
FIRST_PORT = 8000
_LAST_PORT = 8099
_BEAT_S = 10  # how often a browser that waits is written to, which shows whether it is still there
_NAMES = {"localhost", LOOPBACK, "[::1]"}
_PORT = re.compile(r":\d*$")


class LiveServer(ThreadingHTTPServer):
    """Answers with what a window shows.

    Args:
        host: The address to listen on.
        port: The port; 0 takes any free one.
        window: What to show.

    Raises:
        OSError: The address is not this machine's, or the port is not free.
    """

    daemon_threads = False  # so that closing waits until every answer has ended
    allow_reuse_address = os.name != "nt"  # on Windows two servers could share one port

    def __init__(self, host: str, port: int, window: StateHolder) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.window = window
        self._open: set[Any] = set()
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """The address of the home page."""
        host = str(self.server_address[0])
        shown = f"[{host}]" if ":" in host else host
        if ipaddress.ip_address(host).is_unspecified:  # every address that the machine has
            shown = "localhost"
        return f"http://{shown}:{self.server_port}{self.window.showing.root}"

    def serves(self, name: str) -> bool:
        """Whether it answers to a name.

        On loopback to its own names only: a page of another host could else have its name lead
        here, and read what is not published yet.
        """
        is_private = ipaddress.ip_address(str(self.server_address[0])).is_loopback
        return not is_private or _PORT.sub("", name).lower() in _NAMES

    def get_request(self) -> tuple[Any, Any]:
        """A connection, which is remembered so that stopping can end it."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - as the class above has it
        """End a connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """A browser that goes away in the middle of an answer is no news; a bug is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Answer while the block runs; after it, every thread and connection has ended."""
        thread = threading.Thread(target=self.serve_forever, name="server")
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            self.window.close()
            for connection in tuple(self._open):
                with suppress(OSError):  # it has ended by itself
                    connection.shutdown(socket.SHUT_RDWR)
            self.server_close()
            thread.join()


def listen(host: str, port: int | None, window: StateHolder) -> LiveServer:
    """A server at the port that is asked for; where none is, at 8000 or the next that is free.

    Raises:
        SiteError: The port is taken, or the address is not this machine's.
    """
    ports = range(FIRST_PORT, _LAST_PORT + 1) if port is None else range(port, port + 1)
    why = ""
    for candidate in ports:
        try:
            return LiveServer(host, candidate, window)
        except OSError as error:
            why = str(error.strerror)
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                what = f"this machine has no such address ({why})"
                raise SiteError(Fault(host, what, "Choose another with --host.")) from error
    named = f"ports {FIRST_PORT} to {_LAST_PORT} are" if port is None else f"port {port} is"
    raise SiteError(Fault("", f"{named} not free ({why})", "Choose another with --port."))


class _Handler(BaseHTTPRequestHandler):
    """One request. HTTP/1.0, so that a connection ends with its answer."""

    server: LiveServer

    def do_GET(self) -> None:
        """Send what is asked for."""
        if not self.server.serves(self.headers.get("Host", "")):
            refused = b"This server answers to localhost only."
            self._send(Response(refused, "text/plain", HTTPStatus.FORBIDDEN))
        elif self.path == EVENTS and self.command == "GET":
            self._send_events()
        else:
            self._send(answer(self.server.window.showing, self.path))

    do_HEAD = do_GET

    def _send(self, made: Response) -> None:
        self.send_response(made.status)
        if made.location:
            self.send_header("Location", made.location)
        self.send_header("Content-Type", made.kind)
        self.send_header("Content-Length", str(len(made.body)))
        self._end_headers()
        if self.command == "GET":
            self.wfile.write(made.body)

    def _send_events(self) -> None:
        """Tell what is shown, at once and whenever it changes, until the browser goes away."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self._end_headers()
        self.wfile.write(b"retry: 1000\n\n")
        seen: ServedState | None = None
        while (seen := self.server.window.after(seen, _BEAT_S)) is not None:
            told = json.dumps({"build": seen.build, "faults": seen.lines if seen.files else []})
            self.wfile.write(f"data: {told}\n\n".encode())

    def _end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Requests are no news: the terminal is for faults."""
