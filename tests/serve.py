"""Serves a folder under `/some-repo/` on loopback, as GitHub Pages serves a project."""

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "/some-repo/"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        """Only what lies under the prefix is there, so that an absolute link shows."""
        if not path.startswith(PREFIX):
            return "/nowhere"
        return super().translate_path("/" + path.removeprefix(PREFIX))

    def log_message(self, *_: object) -> None:
        """The test's output is the test's own."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the folder, while the block runs."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
