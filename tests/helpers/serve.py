"""Serves a folder under `/some-repo/` on loopback, as GitHub Pages serves a project."""

import functools
import gzip
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "/some-repo/"
KEPT = "public, max-age=31536000, immutable"
COMPRESSED = ("text/", "application/j", "application/xml", "image/svg")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        """Only what lies under the prefix is there, so that an absolute link shows."""
        if not path.startswith(PREFIX):
            return "/nowhere"
        return super().translate_path("/" + path.removeprefix(PREFIX))

    def log_message(self, *_: object) -> None:
        """The test's output is the test's own."""


@functools.cache
def _compressed(file: Path, _changed: int) -> bytes:
    """A file as it is sent; compressed once, as hosts keep it, so that no visit waits for that."""
    return gzip.compress(file.read_bytes(), mtime=0)


class AsAHost(_Quiet):
    """Answers as a static host does that is set up as docs/publishing.md has it.

    Text comes compressed. What has a hash in its name may be kept, all else for ten minutes.
    """

    protocol_version = "HTTP/1.1"
    # Head and body are written apart: without this the body of a small file would wait some 40 ms
    # until the browser has acknowledged the head, which no host has one wait for.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Send a file, or the page of its folder."""
        path = Path(self.translate_path(self.path))
        file = path / "index.html" if path.is_dir() else path
        if not file.is_file():
            self.send_error(404)
            return
        kind = self.guess_type(file)
        is_text = kind.startswith(COMPRESSED)
        content = _compressed(file, file.stat().st_mtime_ns) if is_text else file.read_bytes()
        self.send_response(200)
        if is_text:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", KEPT if "/assets/" in self.path else "max-age=600")
        self.end_headers()
        self.wfile.write(content)
        self.count(self.path.removeprefix(PREFIX), len(content))

    def count(self, path: str, size: int) -> None:
        """Told of each file that was sent, and of its bytes as they were; for who measures."""


def serve(folder: Path) -> str:
    """The address of the folder, until the process ends."""
    answers = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}{PREFIX}"


@contextmanager
def served(folder: Path, answers: type[_Quiet] = _Quiet) -> Iterator[str]:
    """The address of the folder, while the block runs."""
    with hosted(functools.partial(answers, directory=str(folder))) as address:
        yield f"{address}{PREFIX}"


@contextmanager
def hosted(answers: Callable[..., http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server that answers so, while the block runs."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))  # it ends as soon
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
