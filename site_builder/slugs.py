"""Slugs: ids, which are free text, as words that an address or an anchor can hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from slugify import slugify

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
