"""Pages by what they are about, links to them, and labelled values that may lead somewhere.

Nothing here knows a path: `output/urls.py` turns each address into one.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Literal, NamedTuple

from site_builder.records import Record

Kind = Literal[
    "home",
    "models",
    "model",
    "tasks",
    "task",
    "categories",
    "category",
    "analysis",
    "serving",
    "choose",
    "compare",
    "embed",
    "badge",
    "scores",
    "data",
    "changes",
    "about",
    "page",
    "not_found",
    "file",
    "asset",
]


class Address(NamedTuple):
    """A page of the site, by what it is about; never by its path.

    Attributes:
        kind: The kind of page.
        key: The id of the model or task, the name of the category, or the path of a file;
            of an asset, its name within `static/`.
        anchor: A place within the page.
        query: What the page is asked to show, as pairs of name and value.
    """

    kind: Kind
    key: str = ""
    anchor: str = ""
    query: tuple[tuple[str, str], ...] = ()


class Link(Record):
    """A text that leads somewhere.

    Attributes:
        text: What is read.
        to: The page of the site that it leads to; None where it leads out of it.
        href: Where it leads out of the site; it is followed only where it may be.
    """

    text: str
    to: Address | None = None
    href: str = ""


@lru_cache(maxsize=1 << 14)
def page_link(text: str, kind: Kind, key: str) -> Link:
    """A link to the page of a model, a task or a category; one object for all that read alike."""
    return Link(text, Address(kind, key))


@cache
def how(name: str, term: str) -> Link:
    """A link to the section on method that explains a statistic."""
    return Link(name, Address("about", anchor=term))


class Fact(Record):
    """A labelled value: in a list of facts, or large as a headline figure.

    Attributes:
        label: What it is.
        text: The value, as it is read.
        note: A second, smaller text.
        link: Where the value leads; it stands in place of the text.
        term: The section on method that explains it; empty where it is not computed.
    """

    label: str
    text: str
    note: str = ""
    link: Link | None = None
    term: str = ""

    @property
    def method(self) -> Link | None:
        """Its label, leading to what explains it."""
        return how(self.label, self.term) if self.term else None
