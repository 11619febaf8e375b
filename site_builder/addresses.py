"""Name pages by what they are about, and make slugs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from hashlib import sha256
from itertools import chain
from typing import Literal, NamedTuple, TypeAlias

from anyascii import anyascii

from site_builder.records import Record

_MAX_LENGTH = 80
# Windows has devices of these names, so a published folder could not be checked out there.
_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))}

# What the names of letters with one reading begin with, and of the marks on them.
_READ = ("LATIN", "GREEK", "CYRILLIC", "MODIFIER", "COMBINING", "VARIATION")
_LETTERS = ("L", "M", "Nl")  # begin the categories of letters, of marks, and of numbers by letters


def slugify(text: str) -> str:
    """Return the letters and digits of a text in ASCII, with hyphens between the words.

    Letters of scripts whose reading a letter alone does not tell are left out.
    """
    known = text if text.isascii() else "".join(c if _is_read(c) else " " for c in text)
    plain = anyascii(known.replace("'", "-")).lower()
    plain = re.sub(r"'|(?<=\d),(?=\d)", "", plain)  # of a typographic apostrophe; in 1,000
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


@cache
def _is_read(character: str) -> bool:
    """Return whether a character has one reading: no letter, or one of Latin, Greek or Cyrillic.

    A Han character is read in one way in Chinese and in others in Japanese, and Arabic writes few
    vowels. Unicode decomposes what is made of letters, and begins their names with the script.
    """
    parts = unicodedata.normalize("NFKD", character)
    letters = [part for part in parts if unicodedata.category(part).startswith(_LETTERS)]
    return all(unicodedata.name(letter, "").startswith(_READ) for letter in letters)


def make_slugs(keys: Iterable[str]) -> dict[str, str]:
    """Return a slug for each key: readable, unique, stable, and at most 80 characters long.

    Of keys that would share a slug, the one that is spelled most like it gets it: the slug itself,
    then the slug in capitals, then the first in alphabetical order. The others, and a key whose
    slug is empty, too long, reserved, or lacks letters, get the first eight digits of their SHA-256
    appended. A slug never depends on the order of the keys, and no other key takes that of a key
    that is its own slug.
    """
    plain = {key: slugify(key) for key in keys}
    taken, slugs = {"", *_RESERVED}, dict[str, str]()
    for key in sorted(plain, key=lambda key: (key != plain[key], key.lower() != plain[key], key)):
        is_whole = key.isascii() or all(_is_read(character) for character in key)
        candidates = chain([plain[key]] if is_whole else [], _marked(key, plain[key]))
        free = (slug for slug in candidates if len(slug) <= _MAX_LENGTH and slug not in taken)
        slugs[key] = next(free)
        taken.add(slugs[key])
    return {key: slugs[key] for key in plain}


def _marked(key: str, slug: str) -> Iterator[str]:
    """Yield slugs with a mark of the key, of the mark's own digits, and so on without end."""
    digits = key
    while True:
        digits = sha256(digits.encode()).hexdigest()
        yield f"{slug[: _MAX_LENGTH - 9].rstrip('-')}-{digits[:8]}".lstrip("-")


Kind: TypeAlias = (
    Literal[
        "home", "board", "models", "model", "tasks", "task", "categories", "category", "analysis"
    ]
    | Literal["serving", "choose", "compare", "embed", "badge", "scores", "data", "changes"]
    | Literal["history", "board_history", "release"]
    | Literal["about", "glossary", "submit", "page", "not_found", "file", "asset"]
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
        link: A link instead of the text.
    """

    label: str
    text: str
    link: Link | None = None
