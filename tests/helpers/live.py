"""A project that is served while a test changes it, in this process and on loopback."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from site_builder.devserver.server import (
    LiveServer,
    Rebuilt,
    follow,
    listen,
)

LIMIT_S = 60  # a slow machine is no failure


@dataclass(frozen=True)
class Live:
    """What a test sees of it.

    Attributes:
        root: The project.
        server: What serves it.
        builds: Every build that is not asked for yet.
    """

    root: Path
    server: LiveServer
    builds: "queue.Queue[Rebuilt]"

    @property
    def url(self) -> str:
        """The address of the home page."""
        return self.server.url

    def built(self) -> Rebuilt:
        """The next build."""
        return self.builds.get(timeout=LIMIT_S)

    def write(self, name: str, content: str | bytes) -> Rebuilt:
        """Change a file of the project, in one step so that it is told once; what came of it."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(".new")
        new.write_bytes(content.encode() if isinstance(content, str) else content)
        new.replace(path)
        return self.built()


@contextmanager
def live(root: Path) -> Iterator[Live]:
    """The project served, its first build done; all threads have ended after the block."""
    builds: queue.Queue[Rebuilt] = queue.Queue()
    stop, server = threading.Event(), listen(0)
    thread = threading.Thread(target=follow, args=(root, server, builds.put, stop))
    with server.running():
        thread.start()
        try:
            served = Live(root, server, builds)
            served.built()
            yield served
        finally:
            stop.set()
            thread.join(LIMIT_S)
