"""Built sites as a reader meets them: pages, rows of tables, where links lead, the API."""

import atexit
import functools
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, normpath
from typing import Any
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from site_builder.build import load_project, make_files, read_project
from site_builder.compute.results import compute_site
from site_builder.config import load_config
from site_builder.pages.page import Site, assemble_site
from site_builder.publish.folder import publish
from site_builder.tables.export import export_tables
from tests.helpers.once import made_once
from tests.helpers.serve import serve

ROOT = Path(__file__).parents[2]
# What stands where a number or a text is missing by mistake; `none` is also a word of ours.
HOLES = re.compile(r"\b(?i:nan|inf|infinity|undefined)\b|\bNone\b|\bNaT\b|<NA>")


LINKS = (
    "href",
    "src",
    "data-href",
    "data-plotly",
    "data-find",
    "data-root",
    "data-cite",
    "data-card",
)
HEARD = ("aria-label", "title", "alt", "content", "data-value", "label")


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text without note and tags, its raw value, where it leads."""

    text: str
    value: str | None
    note: str = ""
    tags: tuple[str, ...] = ()
    href: str = ""

    @property
    def number(self) -> float | None:
        """The raw value as a number; None where there is none."""
        return None if self.value is None else float(self.value)


@dataclass(frozen=True)
class BuiltSite:
    """Every file of a site by path, and the warnings of its build as printed."""

    files: Mapping[str, bytes]
    warnings: tuple[str, ...] = ()

    @cached_property
    def folder(self) -> Path:
        """Where the site is published, from the first time that a test asks."""
        folder = Path(tempfile.mkdtemp(dir=_scratch())) / "site"
        publish(self.files, folder)
        return folder

    @cached_property
    def url(self) -> str:
        """The address of its home page, served from the first time that a test asks."""
        return serve(self.folder)

    @cached_property
    def html(self) -> dict[str, str]:
        """Source of every page, by path."""
        return {path: c.decode() for path, c in self.files.items() if path.endswith(".html")}

    def page(self, path: str) -> BeautifulSoup:
        """A page by its path or its folder: `page("models/")`, `page("")`."""
        file = f"{path}index.html" if path == "" or path.endswith("/") else path
        return _parsed(self.html[file])

    def pages(self) -> Iterator[tuple[str, BeautifulSoup]]:
        """Every page with its path."""
        return ((path, self.page(path)) for path in self.html)

    @cached_property
    def readings(self) -> dict[str, "Reading"]:
        """Every page, read fast, by its path."""
        return {path: Reading(html) for path, html in self.html.items()}

    def api(self, name: str) -> Any:
        """A file of the API as values; NaN is refused."""
        return load_json(self.files[f"api/v1/{name}.json"])

    @cached_property
    def scores(self) -> dict[str, list[dict[str, Any]]]:
        """The scores of the API by task, by variant and rank: each as a record."""
        found: dict[str, list[dict[str, Any]]] = {task["task"]: [] for task in self.api("tasks")}
        errors = ("interval", "stderr", "n_examples", "n_examples_range", "tied_with_best")
        columns = ("score", "rank", *errors)
        for model in self.api("models"):
            file = self.api(model["scores_file"].removesuffix(".json"))
            for variant in file["score"] or ():
                for place, task in enumerate(file["task"]):
                    values = {c: file[c] and file[c][variant][place] for c in columns}
                    if values["score"] is not None:
                        record = {"model": model["model"], "variant": variant, **values}
                        found[task].append(record)
        order = self.api("stats")["variants"]
        for scores in found.values():
            scores.sort(key=lambda s: (order.index(s["variant"]), s["rank"]))
        return found

    def tasks(self) -> list[dict[str, Any]]:
        """The tasks of the API, each with its scores."""
        return [{**task, "scores": self.scores[task["task"]]} for task in self.api("tasks")]


@functools.lru_cache(maxsize=80)  # more than the Index has pages; all would take gigabytes
def _parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "lxml")


def load_json(text: str | bytes) -> Any:
    """JSON as a browser reads it: NaN and infinities, which Python would read too, are refused."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def build(root: Path, base_url: str | None = None) -> BuiltSite:
    """The site of a project, in memory."""
    files, warnings = make_files(load_project(root, base_url))
    return BuiltSite(files, tuple(str(warning) for warning in warnings))


def build_once(root: Path, base_url: str | None = None) -> BuiltSite:
    """The same, built by the first of the tests, in whichever worker, that has such a project."""
    content = sha256(str(base_url).encode())
    for path, file in contents(root).items():
        content.update(f"{path} {sha256(file).hexdigest()}\n".encode())
    return made_once(f"build-{content.hexdigest()}", lambda: build(root, base_url))


def make_site(root: Path) -> Site:
    """The results of a project, as page makers read them: for a test that needs a page or two."""
    config = load_config(root)
    tables, _ = read_project(config)
    return assemble_site(config, export_tables(tables.loaded), compute_site(tables, config))


@functools.cache
def index_results() -> Site:
    """The results of the Index, as page makers read them."""
    return make_site(ROOT)


@functools.cache
def _scratch() -> str:
    folder = tempfile.mkdtemp(prefix="leaderboard-site-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path from there."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def copy_project(to: Path) -> Path:
    """The Index's own `site.toml` and `data/` in another folder, to change or to build from."""
    shutil.copytree(ROOT / "data", to / "data", ignore=shutil.ignore_patterns("source"))
    shutil.copy(ROOT / "site.toml", to)
    return to


def table(soup: BeautifulSoup, table_id: str) -> list[dict[str, Cell]]:
    """The rows of a table, each cell by its column's key."""
    found = soup.find("table", id=table_id)
    assert isinstance(found, Tag), f"no table {table_id}"
    keys = [str(head["data-key"]) for head in found.select("thead th")]
    return [dict(zip(keys, map(_cell, cells), strict=True)) for cells in cells_of(found)]


def noted_rows(soup: BeautifulSoup, table_id: str) -> list[list[str]]:
    """What is read in the rows of a table, notes in brackets."""
    return [
        [f"{cell.text}{f' [{cell.note}]' if cell.note else ''}" for cell in row.values()]
        for row in table(soup, table_id)
    ]


def cells_of(found: Tag) -> list[list[Tag]]:
    """The cells of a table, row by row."""
    return [list(row.find_all(["th", "td"])) for row in found.select("tbody tr")]


def raw_of(cell: Tag | None) -> str:
    """What a cell is sorted by, as programs write it; empty where it has no value."""
    assert cell is not None
    text = re.sub(r"^\+(?=\d)", "", single_spaced(cell.get_text()))
    return str(cell.get("data-value", re.sub(r"^\N{MINUS SIGN}(?=\d)", "-", text)))


def _cell(tag: Tag) -> Cell:
    note, link = tag.find("small"), tag.find("a")
    tags = tuple(part.get_text() for part in tag.select(".tag"))
    own = [
        part.get_text() if isinstance(part, Tag) else str(part)
        for part in tag.children
        if not isinstance(part, Tag) or part.name == "a"
    ]
    return Cell(
        single_spaced("".join(own)),
        raw_of(tag) or None,
        note.get_text() if note else "",
        tags,
        str(link["href"]) if isinstance(link, Tag) else "",
    )


def visible(soup: BeautifulSoup | Tag) -> str:
    """What is read of a page or a part of it: its text without scripts, in single spaces."""
    texts = (
        text
        for text in soup.find_all(string=True)
        if text.parent is not None and text.parent.name not in ("script", "style")
    )
    return single_spaced(" ".join(texts))


def single_spaced(text: str) -> str:
    """Text as a browser sets it: white space made single, but for spaces that do not break."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


class Reading(HTMLParser):
    """One page, read fast: for what is asked of every page of a large board.

    Attributes:
        links: Every address that the page asks for or leads to.
        ids: Every id, in order.
        words: Everything that is read, seen in a tip or heard.
        main: What is read below the header of the site.
        tags, attributes: The names that occur.
        data: What the page holds for scripts, by what it is for.
        linked: What it says to search engines, as JSON-LD.
        inline: Scripts that would run where they stand.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.main: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.data: dict[str, str] = {}
        self.linked: list[str] = []
        self.inline: list[str] = []
        self._script: dict[str, str] | None = None
        self._in_main = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element has."""
        own = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes.update(own)
        self.links += [own[name] for name in LINKS if name in own]
        self.words += [own[name] for name in HEARD if name in own]
        if own.get("data-value"):
            self.words.append(own["data-value"])
        if "id" in own:
            self.ids.append(own["id"])
        self._script = own if tag == "script" else None
        self._in_main = self._in_main or tag == "main"

    def handle_endtag(self, tag: str) -> None:
        """Note what has ended."""
        self._script = None
        self._in_main = self._in_main and tag != "main"

    def handle_data(self, data: str) -> None:
        """Text, or what a script holds."""
        if self._script is None:
            self.words.append(data)
            if self._in_main:
                self.main.append(data)
        elif self._script.get("type") == "application/json":
            self.data[self._script.get("data-figure", "")] = data
        elif self._script.get("type") == "application/ld+json":
            self.linked.append(data)
        elif data.strip():
            self.inline.append(data)


def is_outside(href: str) -> bool:
    """Whether a link leads out of the site: it has a scheme, or a host."""
    parts = urlsplit(href)
    return bool(parts.scheme or parts.netloc)


def target(page: str, href: str) -> tuple[str, str]:
    """The file that a relative link of a page leads to on a web server, and the anchor."""
    parts = urlsplit(href)
    if not parts.path:
        return page, unquote(parts.fragment)
    path = normpath(f"{dirname(page)}/{unquote(parts.path)}".lstrip("/"))
    is_folder = parts.path.endswith(("/", ".", ".."))
    file = f"{path}/index.html" if is_folder else path
    return normpath(file), unquote(parts.fragment)


# What a style sheet asks for.
_ASKED = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"']*))\s*\)""")


def faults_of(site: BuiltSite) -> list[tuple[str, str]]:
    """What is wrong with a site, by file: of its pages, its links, its data."""
    found = [fault for path, page in site.readings.items() for fault in _page_faults(path, page)]
    found += dead_links(site)
    for path in site.files:
        if path.startswith("api/") and path.endswith(".json"):
            load_json(site.files[path])
    stats = site.api("stats")
    # On a site of several boards the figures are of one of them.
    kinds = () if "api/v1/boards.json" in site.files else ("models", "tasks", "categories")
    for kind in kinds:
        pages = [path for path in site.html if re.fullmatch(rf"{kind}/[^/]+/index\.html", path)]
        found += [] if stats[kind] == len(pages) else [(kind, f"{len(pages)} pages")]
    return found


def dead_links(site: BuiltSite) -> list[tuple[str, str]]:
    """Links of pages and style sheets that lead to no file or place of the site, by file."""
    return [(path, f"link: {to}") for path, to in _links_of(site) if not _leads(site, path, to)]


def _page_faults(path: str, page: Reading) -> Iterator[tuple[str, str]]:
    """No heading, holes, broken data, scripts where they stand, ids twice or unfit for labels."""
    words = " ".join(page.words)
    yield from ((path, words[max(0, h.start() - 40) : h.end()]) for h in HOLES.finditer(words))
    yield from ((path, f"script: {text}") for text in page.inline)
    yield from ((path, f"handler: {name}") for name in page.attributes if name.startswith("on"))
    odd = {one for one in page.ids if not one or re.search(r"\s", one) or page.ids.count(one) > 1}
    yield from ((path, f"id: {one}") for one in odd)
    if "h1" not in page.tags:
        yield path, "no heading"
    for text in (*page.data.values(), *page.linked):
        load_json(text)


def _links_of(site: BuiltSite) -> Iterator[tuple[str, str]]:
    for path, page in site.readings.items():
        yield from ((path, link) for link in page.links)
    for path, content in site.files.items():
        if path.endswith(".css"):
            links = (a or b or c for a, b, c in _ASKED.findall(content.decode()))
            yield from ((path, link) for link in links if not link.startswith(("data:", "#")))


def _leads(site: BuiltSite, page: str, link: str) -> bool:
    """Whether a link is relative and leads to a file and a place, or out of the site by HTTP."""
    if is_outside(link):
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    file, anchor = target(page, link)
    ids = site.readings[file].ids if anchor and file in site.readings else []
    return bool(link) and link[0] != "/" and file in site.files and (not anchor or anchor in ids)
