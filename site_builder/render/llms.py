"""Write `llms.txt`: the site in a page of Markdown, for programs that read text.

Source: https://llmstxt.org: a title, a summary as a quotation, and sections of links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from site_builder.addresses import Address, Link
from site_builder.api import FOLDER
from site_builder.formatting import escape_markdown, sentence
from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.board_views import MOST_SHORT, board_headline
from site_builder.pages.boards import board_address
from site_builder.pages.data import CROISSANT, download_address
from site_builder.pages.page import Document, OutputFile, Page, Site
from site_builder.render.urls import Urls

FILE = "llms.txt"
_MOST_BOARDS, _FIRST = 30, 5
_OF_API = f"{FOLDER}/"
_CSV = ".csv.gz"


def write_llms(
    site: Site, pages: Iterable[OutputFile], header: Sequence[Link], urls: Urls
) -> bytes:
    """Write the file of a site; `header` are the links of its navigation.

    Without a base URL, links are from the site's root.
    """
    say, pages = site.labels.say, [*pages]
    listed = {page.address: page for page in pages if isinstance(page, Page)}
    documents = [page.address for page in pages if isinstance(page, Document)]
    about = listed[home].description if (home := Address("home")) in listed else ""

    def line(text: str, to: Address, note: str) -> str:
        link = urls.canonical(to) or urls.from_root(to) or "index.html"
        return f"- [{_plain(text)}]({link}): {_plain(note)}"

    boards = (line(title, to, about) for title, to, about in _boards(site))
    data = (line(name, to, note) for name, to, note in _data(site, documents))
    links = (link.to for link in header if link.to and link.to.kind != "board")
    shown = (listed[to] for to in links if to in listed)
    others = (line(page.title, page.address, page.description) for page in shown)
    parts = (
        [f"# {_plain(site.config.site.title)}"],
        [f"> {_plain(about or site.config.site.description)}"],
        [_plain(text) for text in _about(site)],
        [f"## {say('llms.boards')}", "", *boards],
        [f"## {say('llms.data')}", "", *data],
        [f"## {say('llms.pages')}", "", *others],
    )
    return "\n\n".join("\n".join(lines) for lines in parts).encode() + b"\n"


def _about(site: Site) -> Iterator[str]:
    """Yield which data it is, and how to read it."""
    license_ = site.config.site.license
    yield f"{sentence(site.results.release.name)}."
    if license_:
        yield site.labels.say("llms.license", license=license_)
    yield site.labels.say("llms.missing")


def _boards(site: Site) -> Iterator[tuple[str, Address, str]]:
    """Yield each board: what ranks it, who leads, and its first entries with what ranks them."""
    for each in islice(site.by_board, _MOST_BOARDS):
        board, labels = each.results.board, each.labels
        spec = BoardTableSpec(each, each.results.boards, most=MOST_SHORT)
        scale = labels.merit_scale(board)
        first = [
            f"{s.rank}. {labels.models[s.model]} {scale.score(board.merit(s))}"
            for s in board.ranked[:_FIRST]
        ]
        text = " ".join((each.board.description, board_headline(spec), "; ".join(first)))
        title = each.board.title if site.has_boards else labels.say("board.heading")
        yield title, board_address(each), text


def _data(site: Site, documents: Iterable[Address]) -> Iterator[tuple[str, Address, str]]:
    """Yield the files of the API, the table of results and the description of all tables."""
    say, files = site.labels.say, _files_of_api(documents)
    for name, address in files.items():
        yield address.key, address, say(f"api.{name}")
    for table in site.exported:
        for file in table.files if table.spec.name == "results" else ():
            address = download_address(table, file)
            if address.key.endswith(_CSV):
                rows = f"{table.spec.meaning} Each row is {table.spec.row}."
                yield address.key, address, rows
    yield CROISSANT.key, CROISSANT, say("llms.croissant")


def _files_of_api(documents: Iterable[Address]) -> Mapping[str, Address]:
    """Return the files of the API by name; those of boards and of models have an index."""
    names = {
        address.key.removeprefix(_OF_API).removesuffix(".json"): address
        for address in documents
        if address.key.startswith(_OF_API) and address.key.endswith(".json")
    }
    return {name: address for name, address in names.items() if "/" not in name}


def _plain(text: str) -> str:
    return escape_markdown(" ".join(text.split()))
