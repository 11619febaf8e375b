"""How a build works, and what it leaves for the next one."""

from __future__ import annotations

from collections.abc import Callable

from site_builder.errors import Fault
from site_builder.head_start import NO_HEAD_START, HeadStart
from site_builder.pages.page import Made, Site
from site_builder.processes import processors
from site_builder.records import Record
from site_builder.render.pages import Count
from site_builder.tables.check import Tables

Say = Callable[[str], None]

# A copy of a process that holds more scores would take gigabytes of its own.
MOST_COPIED = 500_000


class Content(Record):
    """What follows from the tables, `site.toml` and the edition before.

    Attributes:
        site: Configuration and results.
        pages: Every page and document, as values.
        odd: What is odd about the edition before.
    """

    site: Site
    pages: tuple[Made, ...]
    odd: tuple[Fault, ...] = ()


class BuildCache:
    """The content of the last build of a process, for its next.

    It rests on the tables, `site.toml` and the titles of own pages alone, and on the prose where
    there is an edition before: while these stay the same, only prose, templates and static files
    are worked on anew.
    """

    def __init__(self) -> None:
        self._sources: object = None
        self._made: Content | None = None

    def made(self, sources: object, make: Callable[[], Content]) -> Content:
        """The content: the last one, where all that it rests on is the same."""
        if self._made is None or sources != self._sources:
            self._made, self._sources = make(), sources
        return self._made


class BuildOptions(Record):
    """How a build works, which changes nothing of what it makes.

    Attributes:
        say: Told the name of each stage as it begins.
        count: Told within a stage how much of it is done, and of how much.
        processes: How many processes work at once; None for as many as there is room for.
        start: What another process makes of the tables meanwhile.
        kept: What the build before has left, and this one leaves for the next; None for nothing.
    """

    say: Say = lambda _: None
    count: Count = lambda *_: None
    processes: int | None = 1
    start: HeadStart = NO_HEAD_START
    kept: BuildCache | None = None

    def processes_for(self, tables: Tables) -> int:
        """How many work at once on these tables."""
        if self.processes is not None:
            return self.processes
        return 1 if len(tables.results) > MOST_COPIED else processors()


ALONE = BuildOptions()
"""In silence, in one process."""
