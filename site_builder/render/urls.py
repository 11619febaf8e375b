"""Turn addresses into paths and links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from urllib.parse import quote, urlencode, urlsplit

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from site_builder.addresses import Address, Kind, make_slugs
from site_builder.records import Record

_NAMED: tuple[Kind, ...] = (
    *("models", "tasks", "categories", "analysis", "serving", "choose", "compare", "data"),
    *("changes", "about"),
)
_FIXED: Mapping[Kind, str] = {
    "home": "",
    "not_found": "404.html",
    **{kind: f"{kind}/" for kind in _NAMED},
}
_FOLDERS: Mapping[Kind, str] = {
    "model": "models",
    "task": "tasks",
    "category": "categories",
    "embed": "embed",
    "page": "pages",
}
_PAGES = frozenset((*_FIXED, *_FOLDERS))
# Characters that no host name contains.
_NO_HOST = frozenset(' "<>\\^`{|}%')


class Urls(Record):
    """Published paths of every address of a site.

    Attributes:
        slugs: By kind of page, slug by key.
        base_url: Address of the site with a trailing slash; empty if it is not known.
    """

    slugs: Mapping[Kind, Mapping[str, str]]
    base_url: str = ""

    @classmethod
    def of(cls, addresses: Iterable[Address], base_url: str = "") -> Urls:
        """Make the paths of a site that has these pages."""
        keys: dict[Kind, list[str]] = {kind: [] for kind in _FOLDERS}
        for address in addresses:
            if address.kind in keys:
                keys[address.kind].append(address.key)
        base = f"{base_url.rstrip('/')}/" if base_url else ""
        return cls({kind: make_slugs(found) for kind, found in keys.items()}, base)

    def path(self, address: Address) -> str:
        """Return the path from the site's root; that of a page ends in a slash, or is empty."""
        kind, key = address.kind, address.key
        if kind == "file":
            return key
        if kind in _FIXED:
            return _FIXED[kind]
        if kind == "badge":
            return f"badges/{self.slugs['model'][key]}.svg"
        if kind == "scores":
            return f"models/{self.slugs['model'][key]}/scores.js"
        return f"{_FOLDERS[kind]}/{self.slugs[kind][key]}/"

    def file(self, address: Address) -> str:
        """Return the path of the file of a page."""
        path = self.path(address)
        return f"{path}index.html" if path == "" or path.endswith("/") else path

    def picture(self, address: Address) -> str:
        """Return the path of the link preview of a page."""
        return f"cards/{self.path(address).rstrip('/') or 'home'}.png"

    def linker(self, origin: Address) -> Callable[[Address], str]:
        """Return `relative` for one page, with a cache.

        Pages of one kind share it, since their links to any other page are the same.
        """
        known, own = self._known[origin.kind] if origin.kind in _FOLDERS else {}, origin[:2]

        def link(target: Address) -> str:
            page = target[:2]
            if page == own or page[0] not in _PAGES:
                return self.relative(origin, target)
            if page not in known:
                known[page] = self.relative_path(origin, self.path(target))
            return known[page] + _ending(target)

        return link

    @cached_property
    def _known(self) -> defaultdict[Kind, dict[tuple[Kind, str], str]]:
        return defaultdict(dict)

    def relative(self, origin: Address, target: Address) -> str:
        """Return the link from one page to another; it works under any base path."""
        if target.anchor and not target.query and origin[:2] == target[:2]:
            return _ending(target)
        return self.relative_path(origin, self.path(target)) + _ending(target)

    def relative_path(self, origin: Address, path: str) -> str:
        """Return the link from a page to a path of the site.

        The 404 page is served at any depth, so its links are absolute if the base URL is known.
        """
        if origin.kind == "not_found" and self.base_url:
            return urlsplit(self.base_url).path + quote(path)
        return _relative(self.file(origin).rpartition("/")[0], path)

    def from_root(self, address: Address) -> str:
        """Return the link to a page from the site's root."""
        return quote(self.path(address))

    def canonical(self, address: Address) -> str:
        """Return the absolute link to a page or a place on it; empty without a base URL."""
        return self.absolute(self.path(address)) + _ending(address) if self.base_url else ""

    def absolute(self, path: str) -> str:
        """Return the absolute link to a path; the path itself if the base URL is not known."""
        return self.base_url + quote(path)

    def absolute_or_relative(self, origin: Address, target: Address) -> str:
        """Return the absolute link; relative to `origin` if the base URL is not known."""
        return self.canonical(target) or self.relative(origin, target)


def _ending(target: Address) -> str:
    """Return query and anchor of a link."""
    query = f"?{urlencode(target.query)}" if target.query else ""
    return f"{query}#{_quoted(target.anchor)}" if target.anchor else query


def _relative(start: str, path: str) -> str:
    """Link from a folder of the site to a path of it.

    Not by `os.path.relpath`, which asks the system each time what folder the process is in.
    """
    if start.partition("/")[0] != path.partition("/")[0]:  # nothing in common, as with static files
        return "../" * (start.count("/") + 1 if start else 0) + _quoted(path) or "./"
    here, there = start.split("/") if start else [], path.split("/")
    pairs = enumerate(zip(here, there[:-1], strict=False))
    shared = next((i for i, (a, b) in pairs if a != b), min(len(here), len(there) - 1))
    return "../" * (len(here) - shared) + _quoted("/".join(there[shared:])) or "./"


_quoted = lru_cache(maxsize=1 << 16)(quote)  # a page leads to the same ones many times


def web_link(href: str) -> str:
    """Return a link to another site if it is safe: http or https with a host; else an empty text.

    A link with a user name (`https://bank.example@evil.example/`) misleads, so it is not safe.
    """
    try:
        parts = urlsplit(href.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    is_host = host != "" and not set(host) & _NO_HOST and "@" not in parts.netloc
    return href.strip() if is_host and parts.scheme in ("http", "https") else ""


def license_link(license_text: str) -> str:
    """Return the page of a licence: its link, or SPDX's page of its id; else an empty text."""
    if link := web_link(license_text):
        return link
    try:
        known = canonicalize_license_expression(license_text)
    except InvalidLicenseExpression:
        return ""
    is_id = " " not in known and not known.startswith("LicenseRef-")
    return f"https://spdx.org/licenses/{known}.html" if is_id else ""
