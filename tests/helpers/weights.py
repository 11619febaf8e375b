"""What the pages of a site weigh on their way to a visitor, and what they may."""

import gzip
from dataclasses import dataclass

from tests.helpers.sites import BuiltSite, target

KB = 1000
LOADED = "link[rel=stylesheet], link[rel=preload], script[src]"


@dataclass(frozen=True)
class Weight:
    """Bytes that are sent, compressed, and the most that they may be."""

    what: str
    size: int
    limit: int


def weights(site: BuiltSite) -> list[Weight]:
    """The weights of a site that must hold, each the heaviest of its kind."""
    (charts,) = (path for path in site.files if "/plotly" in path and path.endswith(".js"))
    scores = [path for path in site.files if path.endswith("/scores.js")]
    return [
        Weight("home page, before a chart", with_what_it_loads(site, "index.html"), 120 * KB),
        Weight("chart library", sent(site, charts), 520 * KB),
        Weight("heaviest model page alone", _heaviest(site, "models/"), 60 * KB),
        Weight("heaviest task page alone", _heaviest(site, "tasks/"), 60 * KB),
        Weight("scores of a model, for the card", max(sent(site, s) for s in scores), 10 * KB),
    ]


def sent(site: BuiltSite, path: str) -> int:
    """Bytes of a file as a host sends it; a font is compressed in itself."""
    content = site.files[path]
    return len(content) if path.endswith(".woff2") else len(gzip.compress(content, mtime=0))


def with_what_it_loads(site: BuiltSite, page: str) -> int:
    """Bytes of a page with its style sheets, its scripts and the font that it announces."""
    links = (str(tag.get("href") or tag["src"]) for tag in site.page(page).select(LOADED))
    paths = dict.fromkeys(target(page, link)[0] for link in links)
    return sum(sent(site, path) for path in (page, *paths))


def _heaviest(site: BuiltSite, folder: str) -> int:
    pages = (p for p in site.html if p.startswith(folder) and p != f"{folder}index.html")
    return max(sent(site, page) for page in pages)
