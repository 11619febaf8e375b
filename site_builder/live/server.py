"""The server of the site in memory: to this machine alone, unless another address is asked for."""

from __future__ import annotations

import errno
import ipaddress
import json
import os
import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from site_builder.errors import Fault, SiteError
from site_builder.live.answers import EVENTS, Answer, answer
from site_builder.live.showing import Showing, Window

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

    def __init__(self, host: str, port: int, window: Window) -> None:
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


def listen(host: str, port: int | None, window: Window) -> LiveServer:
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
            self._send(Answer(refused, "text/plain", HTTPStatus.FORBIDDEN))
        elif self.path == EVENTS and self.command == "GET":
            self._send_events()
        else:
            self._send(answer(self.server.window.showing, self.path))

    do_HEAD = do_GET

    def _send(self, made: Answer) -> None:
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
        seen: Showing | None = None
        while (seen := self.server.window.after(seen, _BEAT_S)) is not None:
            told = json.dumps({"build": seen.build, "faults": seen.lines if seen.files else []})
            self.wfile.write(f"data: {told}\n\n".encode())

    def _end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Requests are no news: the terminal is for faults."""
