"""Addresses to paths: slugs, published paths, relative links. URLs are spelled here alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from posixpath import relpath
from urllib.parse import quote, urlsplit

from slugify import slugify

from site_builder.parts import Address, Kind

FIXED: Mapping[Kind, str] = {
    "home": "",
    "models": "models/",
    "tasks": "tasks/",
    "categories": "categories/",
    "analysis": "analysis/",
    "serving": "serving/",
    "choose": "choose/",
    "compare": "compare/",
    "data": "data/",
    "about": "about/",
    "not_found": "404.html",
}
FOLDERS: Mapping[Kind, str] = {
    "model": "models",
    "task": "tasks",
    "category": "categories",
    "embed": "embed",
}
LONGEST_SLUG = 80
# Names that Windows keeps for devices, so that a published folder can be checked out there.
RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))}
# Marks that no host has; a link with one of them leads nowhere.
_NO_HOST = frozenset(' "<>\\^`{|}%')


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


@dataclass(frozen=True)
class Urls:
    """Published paths of every address of a site.

    Attributes:
        slugs: By kind of page, slug by key.
        base_url: Where the site will stand, with a trailing slash; empty where that is not known.
    """

    slugs: Mapping[Kind, Mapping[str, str]]
    base_url: str = ""

    @classmethod
    def of(cls, addresses: Iterable[Address], base_url: str = "") -> Urls:
        """The paths of a site that has these pages."""
        keys: dict[Kind, list[str]] = {kind: [] for kind in FOLDERS}
        for address in addresses:
            if address.kind in keys:
                keys[address.kind].append(address.key)
        base = f"{base_url.rstrip('/')}/" if base_url else ""
        return cls({kind: make_slugs(found) for kind, found in keys.items()}, base)

    def path(self, address: Address) -> str:
        """Path from the site's root; a folder ends in a slash, the home page's path is empty."""
        if address.kind == "file":
            return address.key
        if address.kind in FIXED:
            return FIXED[address.kind]
        if address.kind == "badge":
            return f"badges/{self.slugs['model'][address.key]}.svg"
        return f"{FOLDERS[address.kind]}/{self.slugs[address.kind][address.key]}/"

    def file(self, address: Address) -> str:
        """The file that holds a page: `index.html` in its folder."""
        path = self.path(address)
        return f"{path}index.html" if path == "" or path.endswith("/") else path

    def picture(self, address: Address) -> str:
        """Path of the picture that a link to a page is shown with."""
        return f"cards/{self.path(address).rstrip('/') or 'home'}.png"

    def relative(self, origin: Address, target: Address) -> str:
        """Link from one page to another that holds under any base path."""
        anchor = f"#{quote(target.anchor)}" if target.anchor else ""
        if anchor and (origin.kind, origin.key) == (target.kind, target.key):
            return anchor
        return self.relative_path(origin, self.path(target)) + anchor

    def relative_path(self, origin: Address, path: str) -> str:
        """Link from a page to a path of the site.

        The 404 page is served at any depth, so its links are absolute where the site's place is
        known.
        """
        if origin.kind == "not_found" and self.base_url:
            return urlsplit(self.base_url).path + quote(path)
        start = self.file(origin).rpartition("/")[0]
        link = relpath(path or ".", start or ".")
        return quote(f"{link}/" if path == "" or path.endswith("/") else link)

    def canonical(self, address: Address) -> str:
        """Absolute link to a page; empty where the site's place is not known."""
        return self.absolute(self.path(address)) if self.base_url else ""

    def absolute(self, path: str) -> str:
        """Absolute link to a path of the site; from its root where its place is not known."""
        return self.base_url + quote(path)


def web_link(href: str) -> str:
    """A link out of the site, if it may be followed: http or https with a host; else empty."""
    try:
        parts = urlsplit(href.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and host != "" and not set(host) & _NO_HOST
    return href.strip() if is_web else ""
