"""What the browser is shown: the last good site, and what is wrong with the project since."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from site_builder.output.manifest import MANIFEST
from site_builder.records import Record, field


class Showing(Record):
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


class Window:
    """Shows one thing after the other to any number of browsers, each waited on by a thread."""

    def __init__(self, showing: Showing) -> None:
        self._showing, self._is_open, self._changed = showing, True, threading.Condition()

    @property
    def showing(self) -> Showing:
        """What is shown now."""
        return self._showing

    def show(self, showing: Showing) -> None:
        """Show something else, to all who wait too."""
        with self._changed:
            self._showing = showing
            self._changed.notify_all()

    def after(self, seen: Showing | None, timeout_s: float) -> Showing | None:
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
