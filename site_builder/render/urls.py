"""Turn addresses into paths and links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit

from site_builder.addresses import Address, Kind, make_slugs
from site_builder.api import FOLDER
from site_builder.records import Record
from site_builder.tables.licenses import spdx_id

# Paths from the site's root, by kind; `{}` is the slug of the key. Other pages have their kind.
_PAGES: Mapping[Kind, str] = {
    "home": "",
    "board": "boards/{}/",
    "model": "models/{}/",
    "task": "tasks/{}/",
    "category": "categories/{}/",
    "board_history": "history/{}/",
    "release": "releases/{}/",
    "page": "pages/{}/",
    "embed": "embed/{}/",
    "not_found": "404.html",
}
_OF_MODELS: Mapping[Kind, str] = {"badge": "badges/{}.svg", "scores": "models/{}/scores.js"}
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
        addresses = list(addresses)
        kinds = [kind for kind, path in _PAGES.items() if "{}" in path]
        slugs = {k: make_slugs(a.key for a in addresses if a.kind == k) for k in kinds}
        base = f"{base_url.rstrip('/')}/" if base_url else ""
        return cls(slugs, base)

    def path(self, address: Address) -> str:
        """Return the path from the site's root; that of a page ends in a slash, or is empty."""
        kind, key = address.kind, address.key
        if kind == "file":
            return key
        if kind in _OF_MODELS:
            return _OF_MODELS[kind].format(self.slugs["model"][key])
        path = _PAGES.get(kind, f"{kind}/")
        return path.format(self.slugs[kind][key] if kind in self.slugs else "")

    def file(self, address: Address) -> str:
        """Return the path of the file of a page."""
        path = self.path(address)
        return f"{path}index.html" if path == "" or path.endswith("/") else path

    def picture(self, address: Address) -> str:
        """Return the path of the link preview of a page."""
        return f"cards/{self.path(address).rstrip('/') or 'home'}.png"

    def chart_data(self, address: Address) -> str:
        """Return the path of the folder with the numbers of a page's charts, as `ID.csv`.

        Of a model, it is the path of the file of the API, which has the same numbers: a second file
        for each model would make a large site a tenth larger.
        """
        if address.kind == "model":
            return f"{FOLDER}/scores/{self.slugs['model'][address.key]}.json"
        return f"charts/{self.path(address) or 'home/'}"

    def resolve(self, address: Address) -> Address:
        """Return the page of an address; of a category without one, the list of its tasks."""
        if address.kind != "category" or address.key in self.slugs["category"]:
            return address
        return Address("tasks", query=(("category", address.key),))

    def relative(self, origin: Address, target: Address) -> str:
        """Return the link from one page to another; it works under any base path."""
        target = self.resolve(target)
        if target.anchor and not target.query and origin[:2] == target[:2]:
            return _ending(target)
        return self.relative_path(origin, self.path(target)) + _ending(target)

    def relative_path(self, origin: Address, path: str) -> str:
        """Return the link from a page to a path of the site.

        The 404 page is served at any depth, so its links are absolute if the base URL is known.
        """
        if origin.kind == "not_found" and self.base_url:
            return urlsplit(self.base_url).path + quote(path)
        return _quoted(_relative_to(self.file(origin), path))

    def from_root(self, address: Address) -> str:
        """Return the link to a page from the site's root."""
        address = self.resolve(address)
        return quote(self.path(address)) + _ending(address)

    def canonical(self, address: Address) -> str:
        """Return the absolute link to a page or a place on it; empty without a base URL."""
        address = self.resolve(address)
        return self.absolute(self.path(address)) + _ending(address) if self.base_url else ""

    def absolute(self, path: str) -> str:
        """Return the absolute link to a path; the path itself if the base URL is not known."""
        return self.base_url + quote(path)

    def absolute_or_relative(self, origin: Address, target: Address) -> str:
        """Return the absolute link; relative to `origin` if the base URL is not known."""
        return self.canonical(target) or self.relative(origin, target)


def _relative_to(file: str, path: str) -> str:
    """Return a path as a file leads to it; both are from the site's root, folders end in `/`.

    It takes a tenth of the time of `posixpath.relpath`, which every link of every page would need.
    """
    *folders, _ = file.split("/")
    *others, name = path.split("/")
    shared = 0
    while shared < min(len(folders), len(others)) and folders[shared] == others[shared]:
        shared += 1
    steps = [".."] * (len(folders) - shared) + others[shared:]
    if not name:
        return "/".join([*(steps or ["."]), ""])
    return "/".join([*steps, name])


def _ending(target: Address) -> str:
    """Return query and anchor of a link."""
    query = f"?{_encoded(target.query)}" if target.query else ""
    return f"{query}#{_quoted(target.anchor)}" if target.anchor else query


_quoted = lru_cache(maxsize=1 << 16)(quote)  # a page leads to the same ones many times
_encoded = lru_cache(maxsize=1 << 10)(urlencode)


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
    known = spdx_id(license_text)
    return f"https://spdx.org/licenses/{known}.html" if known else ""
