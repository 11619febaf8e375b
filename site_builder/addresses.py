"""Name pages by what they are about, and make slugs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from hashlib import sha256
from typing import Literal, NamedTuple, TypeAlias

from slugify import slugify

from site_builder.records import Record

_LONGEST = 80
# Windows has devices of these names, so a published folder could not be checked out there.
_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))}


def make_slugs(keys: Iterable[str]) -> dict[str, str]:
    """Return a slug for each key: readable, unique, stable, and at most 80 characters long.

    Where keys would share a slug or have an empty one, the first eight digits of their SHA-256 are
    appended. A slug never depends on the order of the keys.
    """
    plain = {key: slugify(key, max_length=_LONGEST) for key in keys}
    marked = {key: _marked(key, slug) for key, slug in plain.items()}
    uses, taken = Counter(plain.values()), {"", *_RESERVED, *marked.values()}

    def is_usable(key: str, slug: str) -> bool:
        # A shortened slug could become ambiguous when the board grows.
        is_complete = len(slug) < _LONGEST or slugify(key) == slug
        return is_complete and uses[slug] == 1 and slug not in taken

    return {key: slug if is_usable(key, slug) else marked[key] for key, slug in plain.items()}


def _marked(key: str, slug: str) -> str:
    mark = sha256(key.encode()).hexdigest()[:8]
    return f"{slug[: _LONGEST - 9].rstrip('-')}-{mark}".lstrip("-")


Kind: TypeAlias = (
    Literal["home", "models", "model", "tasks", "task", "categories", "category", "analysis"]
    | Literal["serving", "choose", "compare", "embed", "badge", "scores", "data", "changes"]
    | Literal["about", "page", "not_found", "file", "asset"]
)


class Address(NamedTuple):
    """A page or a file of the site, by its content and not by its path.

    Attributes:
        key: The id of the model or task, the name of the category, the path of a file, or the name
            of an asset within `static/`.
        query: What the page shows at first, as pairs of name and value.
    """

    kind: Kind
    key: str = ""
    anchor: str = ""
    query: tuple[tuple[str, str], ...] = ()


class Link(Record):
    """A text with a link: to a page of the site, or by `href` to another site."""

    text: str
    to: Address | None = None
    href: str = ""


@lru_cache(maxsize=1 << 14)
def page_link(text: str, kind: Kind, key: str) -> Link:
    """Return a link to the page of a model, a task or a category."""
    return Link(text, Address(kind, key))


@cache
def method_link(name: str, term: str) -> Link:
    """Return a link to the section of the method page that explains a statistic."""
    return Link(name, Address("about", anchor=term))


class Fact(Record):
    """A labelled value, in a list of facts or as a large figure.

    Attributes:
        note: A second, smaller text.
        link: A link instead of the text.
        term: The section of the method page that explains it, if it is computed.
    """

    label: str
    text: str
    note: str = ""
    link: Link | None = None
    term: str = ""

    @property
    def method(self) -> Link | None:
        """The label with a link to the explanation."""
        return method_link(self.label, self.term) if self.term else None
