"""Name pages by what they are about, and make slugs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from hashlib import sha256
from typing import Literal, NamedTuple

from slugify import slugify

from site_builder.records import Record

LONGEST_SLUG = 80
# Names that Windows keeps for devices, so that a published folder can be checked out there.
RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))}


def make_slugs(keys: Iterable[str]) -> dict[str, str]:
    """A slug for each key: readable, at most 80 characters, unique and stable.

    Keys that would share a slug, and keys of which nothing is left, get the first eight digits of
    their SHA-256 appended, so that a key's slug does not depend on the order of the others. So does
    a key that is spelled like the marked slug of another.
    """
    plain = {key: slugify(key, max_length=LONGEST_SLUG) for key in keys}
    marked = {key: _marked(key, slug) for key, slug in plain.items()}
    uses, taken = Counter(plain.values()), set(marked.values())
    return {
        key: slug if _is_own(key, slug, uses[slug]) and slug not in taken else marked[key]
        for key, slug in plain.items()
    }


def _is_own(key: str, slug: str, uses: int) -> bool:
    return bool(slug) and uses == 1 and slug not in RESERVED and _faithful(key, slug)


def _faithful(key: str, slug: str) -> bool:
    """Whether the slug was not cut: a cut one could come to be shared when the board grows."""
    return len(slug) < LONGEST_SLUG or slugify(key) == slug


def _marked(key: str, slug: str) -> str:
    mark = sha256(key.encode()).hexdigest()[:8]
    return f"{slug[: LONGEST_SLUG - 9].rstrip('-')}-{mark}".lstrip("-")


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
def method_link(name: str, term: str) -> Link:
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
        return method_link(self.label, self.term) if self.term else None
