"""Watch a project, rebuild it, and serve the last good site and the faults of the project."""

from __future__ import annotations

import json
import logging
import mimetypes
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from site_builder.build import BuildCache, BuildOptions, load_project, make_files
from site_builder.errors import Fault, SiteError, as_site_error, working_on
from site_builder.publish.manifest import MANIFEST
from site_builder.records import Record, field, replace
from site_builder.render.assets import default_folder
from site_builder.render.environment import make_environment
from site_builder.symlinks import is_inside
from site_builder.tables.schema import ENDINGS
from site_builder.unexpected import unexpected_fault

_LOG = logging.getLogger(__name__)  # without handlers, its errors are lines on stderr
FILES = Path(__file__).parent / "files"
RESERVED = "/_live/"
"""Path of the server's own files, which no site has."""
SERVER_FILES = ("reload.js", "reload.css")

# Not the machine's list of types, which differs from machine to machine.
_TYPES = mimetypes.MimeTypes()
for _type, _suffix in (
    ("text/javascript", ".js"),
    ("font/woff2", ".woff2"),
    ("image/webp", ".webp"),
    ("application/vnd.apache.parquet", ".parquet"),
):
    _TYPES.add_type(_type, _suffix)


class ServedState(Record):
    """What is served at one moment.

    Attributes:
        files: Content by path of the last good site; empty before there is one.
        lines: The faults of the project as it is now.
        root: The path of the site, with a slash at both ends.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    root: str = "/"

    @property
    def build(self) -> str:
        """Id of the pages: it changes when a page changes."""
        content = self.files.get(MANIFEST, "\n".join(self.lines).encode())
        return sha256(content).hexdigest()[:12]


def root_path(base_url: str) -> str:
    """Return the path of a published site; its links work only under this path."""
    return unquote(urlsplit(base_url).path).rstrip("/") + "/"


# --- rebuild ------------------------------------------------------------------------------------

# Between two looks at the files. One look at the 150 files of a site takes some 2 ms.
_PAUSE_S = 0.1
# What a project may replace.
_FOLDERS = ("templates", "static")

FileStates = Mapping[Path, tuple[int, int, int]]
"""Time (ns), size and inode of each file, by its path."""


def file_states(root: Path) -> FileStates:
    """Return the state of every file that a build of the project reads.

    Hidden files are left out: no build reads them, and editors write them beside other files.
    """
    own = (
        root / name
        for name in ("data/content", "data/submissions", "locale", *_FOLDERS)
        if is_inside(root / name, root, name)
    )
    tables = (path for ending in ENDINGS for path in (root / "data").glob(f"*{ending}"))
    paths = [root / "site.toml", root / "CNAME", *tables]
    for folder in (*own, *(default_folder(name).resolve() for name in _FOLDERS)):
        # Not rglob, which fails when a folder is deleted while it lists.
        paths += (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
    states = {}
    for path in paths:
        if not path.name.startswith("."):
            with suppress(OSError):  # deleted since it was listed, or a broken link
                status = path.stat()
                states[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return states


def watch(
    root: Path, before: FileStates, stop: threading.Event, pause_s: float = _PAUSE_S
) -> Iterator[list[Path]]:
    """Yield the changed files, each time that a change is complete, until `stop` is set.

    A change since `before` is complete when two looks in a row are the same, so that no file is
    read while it is being written. Files that change while the caller handles a change are part of
    the next one.
    """
    last = before
    while not stop.wait(pause_s):
        now = file_states(root)
        if now != before and now == last:
            yield sorted(p for p in {*before, *now} if before.get(p) != now.get(p))
            before = now
        last = now


class Rebuilt(Record):
    """The outcome of one build.

    `warnings` are those of a project without errors, `error` has the errors of one that cannot be
    built. `changed` are the files whose change led to the build; none for the first build.
    """

    served: ServedState
    warnings: tuple[Fault, ...] = ()
    error: SiteError | None = None
    changed: Sequence[Path] = ()
    seconds: float = 0.0


class Rebuilder:
    """Builds a project again and again, in memory and without link previews."""

    def __init__(self, root: Path) -> None:
        self._root, self._cache, self._served = root, BuildCache(), ServedState()

    def build(self, on_stage: Callable[[str], None] = lambda _: None) -> Rebuilt:
        """Build the project as it is now; where that fails, the last good site stays."""
        began = time.perf_counter()
        during = "The build"

        def begin(stage: str) -> None:
            nonlocal during
            during = stage
            on_stage(stage)

        try:
            config = load_project(self._root)
            options = BuildOptions(begin, cache=self._cache)
            files, warnings = make_files(config, options, dry=True)
        except OSError as error:  # a file was deleted while it was being read
            fault = Fault(str(error.filename), f"cannot be read: {error.strerror}")
            rebuilt = self._failed(SiteError(fault))
        except Exception as error:
            failed = as_site_error(error)
            if failed is None:
                failed = SiteError(unexpected_fault(error, during))
            rebuilt = self._failed(failed)
        else:
            self._served = ServedState(files, root=root_path(config.site.base_url))
            rebuilt = Rebuilt(self._served, warnings)
        return replace(rebuilt, seconds=time.perf_counter() - began)

    def _failed(self, error: SiteError) -> Rebuilt:
        lines = (f"warning: {f}" if f.severity == "warning" else str(f) for f in error.faults)
        self._served = replace(self._served, lines=tuple(lines))
        return Rebuilt(self._served, error=error)


def follow(
    root: Path,
    server: LiveServer,
    on_build: Callable[[Rebuilt], None],
    stop: threading.Event,
    on_stage: Callable[[str], None] = lambda _: None,
) -> None:
    """Build a project, then rebuild it after each change, until it is stopped.

    Each build is shown by the server and then given to `on_build`. `on_stage` gets the name of each
    stage of the first build.
    """

    def show(rebuilt: Rebuilt) -> None:
        server.state = rebuilt.served
        on_build(rebuilt)

    rebuilder, before = Rebuilder(root), file_states(root)
    show(rebuilder.build(on_stage))
    for changed in watch(root, before, stop):
        show(replace(rebuilder.build(), changed=changed))


# --- serve --------------------------------------------------------------------------------------


class Response(Record):
    """The answer to a request; `location` is for a redirect."""

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK
    location: str = ""


def respond(state: ServedState, target: str) -> Response:
    """Return the answer to a request for a target such as `/models/?sort=name`.

    Files come from the build only, never from the disk.
    """
    path, query = _path(target), target.partition("#")[0].partition("?")[2]
    if path.startswith(RESERVED):
        file = path.removeprefix(RESERVED)
        if file == "state":
            shown = {"build": state.build, "faults": state.lines if state.files else []}
            return Response(json.dumps(shown).encode(), "application/json")
        if file in SERVER_FILES:
            return Response((FILES / file).read_bytes(), content_type(file))
        return Response(b"There is no such file.", "text/plain", HTTPStatus.NOT_FOUND)
    if not state.files:
        page = make_environment([FILES]).get_template("faults.html")
        html = page.render(lines=state.lines, build=state.build, reserved=RESERVED)
        return Response(html.encode(), status=HTTPStatus.SERVICE_UNAVAILABLE)
    name, is_below = path.removeprefix(state.root), path.startswith(state.root)
    file = f"{name}index.html" if name == "" or name.endswith("/") else name
    if is_below and file in state.files:
        return Response(_with_script(state, file), content_type(file))
    if path == "/" or (is_below and f"{name}/index.html" in state.files):
        location = quote(state.root if path == "/" else f"{path}/")
        location += f"?{query}" if query else ""
        return Response(status=HTTPStatus.FOUND, location=location)
    return Response(_with_script(state, "404.html"), status=HTTPStatus.NOT_FOUND)


def is_embed(state: ServedState, target: str) -> bool:
    """Return whether a target is a view that other pages may frame."""
    return _path(target).startswith(f"{state.root}embed/")


def _path(target: str) -> str:
    return unquote(target.partition("#")[0].partition("?")[0])


def _with_script(state: ServedState, path: str) -> bytes:
    """Return a file of the site; pages get the script that asks for the next build."""
    content = state.files[path]
    if not path.endswith(".html"):
        return content
    script = f'<script defer src="{RESERVED}reload.js" data-build="{state.build}"></script>'
    head, end, rest = content.partition(b"</head>")
    return head + script.encode() + end + rest


def content_type(path: str) -> str:
    """Return the content type of a file, which depends on its suffix."""
    found = _TYPES.guess_type(path)[0] or "application/octet-stream"
    is_text = found.startswith("text/") or found in ("application/json", "application/xml")
    return f"{found}; charset=utf-8" if is_text else found


LOOPBACK = "127.0.0.1"
FIRST_PORT = 8000
_LAST_PORT = 8099
_LOCAL_NAMES = {"localhost", LOOPBACK, "[::1]"}
# What a page cannot declare itself. No other site may include a file, reach the window of a page,
# or learn from a link which unpublished page it is on.
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class LiveServer(ThreadingHTTPServer):
    """A server of the current state on this machine; an `OSError` says why not on this port."""

    allow_reuse_address = os.name != "nt"  # on Windows two servers could share one port

    def __init__(self, port: int) -> None:
        self.state = ServedState()
        super().__init__((LOOPBACK, port), _Handler)

    @property
    def url(self) -> str:
        """The address of the home page."""
        return f"http://{LOOPBACK}:{self.server_port}{self.state.root}"

    def handle_error(self, _request: object, _address: object) -> None:
        """Report an error, unless the browser closed the connection."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, ConnectionError):
            _LOG.error("%s", unexpected_fault(error, "Answering the browser"))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Answer requests during the block; threads that still answer end with the program."""
        serve = partial(self.serve_forever, poll_interval=0.05)  # seconds that Ctrl-C waits
        threading.Thread(target=serve, name="server", daemon=True).start()
        try:
            yield
        finally:
            self.shutdown()
            self.server_close()


def listen(port: int | None) -> LiveServer:
    """Return a server on the port, or without one on the first free port from 8000.

    Raise a `SiteError` if the port is in use.
    """
    ports = range(FIRST_PORT, _LAST_PORT + 1) if port is None else range(port, port + 1)
    reason = ""
    for candidate in ports:
        try:
            return LiveServer(candidate)
        except OSError as error:
            reason = str(error.strerror)
    named = f"ports {FIRST_PORT} to {_LAST_PORT} are" if port is None else f"port {port} is"
    raise SiteError(Fault("", f"{named} not free ({reason})", "Choose another with --port."))


class _Handler(BaseHTTPRequestHandler):
    """Handles one request. It speaks HTTP/1.0, so each answer ends its connection."""

    server: LiveServer

    def do_GET(self) -> None:
        """Answer a request.

        Another site could point its name at this machine and read the unpublished pages.
        """
        host = re.sub(r":\d*$", "", self.headers.get("Host", ""))
        if host.lower() in _LOCAL_NAMES:
            with working_on(self.path):
                self._send(respond(self.server.state, self.path))
        else:
            why = b"This server answers to localhost only."
            self._send(Response(why, "text/plain", HTTPStatus.FORBIDDEN))

    do_HEAD = do_GET

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        if response.location:
            self.send_header("Location", response.location)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if not is_embed(self.server.state, self.path):
            self.send_header("Content-Security-Policy", "frame-ancestors 'self'")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(response.body)

    def log_message(self, *_: object) -> None:
        """Print no requests: the terminal is for faults."""
