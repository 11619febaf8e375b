"""What the pages of a board say: titles, readings, tiles, notes, ledes, paragraphs, by clause."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from tests.helpers.sites import BuiltSite, single_spaced

# A chart of one feature against one kind of lift, and the name of its place.
_OF_FEATURE = re.compile(r".+-(mean-lift-over-base|best-lift-over-baseline)")
# The charts whose captions depend on the scores.
_CAPTIONED = ("averages", "score-by-price", "size", "winners", "separability", "task-models")
_KINDS = {"index.html": "home", "models": "model", "tasks": "task", "categories": "category"}


@dataclass(frozen=True)
class Said:
    """A clause of a page, and what it is about.

    Attributes:
        place: The id of a chart, or the kind of text.
        whole: The title or the paragraph that the clause is part of.
        subject: The heading of the page: a model, a task or a category.
        view: The label of the view of a board; empty elsewhere.
        rows: Number of rows of its table.
    """

    place: str
    clause: str
    whole: str
    page: str
    subject: str
    view: str = ""
    rows: int = 0


def sayings(site: BuiltSite) -> Iterator[Said]:
    """Every clause of the pages of results; the prose of the analysis page is left out."""
    for path in site.html:
        kind = path.split("/")[0]
        if kind in ("index.html", "models", "tasks", "categories", "analysis", "serving"):
            yield from _of_page(path, kind, site.page(path))


def _of_page(path: str, folder: str, page: BeautifulSoup) -> Iterator[Said]:
    kind, subject = _KINDS.get(folder, folder), text(page.select_one("h1"))
    at = f"{kind} list" if path.count("/") == 1 and folder in _KINDS else kind
    for tile in page.select(".figures div"):
        yield Said(f"{at} tile", ": ".join(map(text, tile.select("dt, dd"))), "", path, subject)
    for place, whole, view, rows in _texts(page, at):
        for part in re.split(r"(?<=\.) |; ", whole):
            yield Said(place, part.rstrip("."), whole, path, subject, view, rows)


# Where a text stands, the text, the label of the view, and the number of its rows.
_Text = tuple[str, str, str, int]


def _texts(page: BeautifulSoup, at: str) -> Iterator[_Text]:
    """Every text of a page that has several clauses."""
    yield from _of_charts(page)
    yield from _of_grid(page)
    yield from _of_views(page)
    notes = page.select("#ranking-head ~ .note, #similar-head + p") if at == "task" else []
    ledes = page.select("header .lede > p") or page.select("header p.lede")
    prose = page.select(".prose p, .prose li") if at != "analysis" else []
    answers = page.select("#answer")
    places = ((f"{at} lede", ledes), (f"{at} answer", answers), ("task note", notes))
    for place, tags in (*places, ("prose", prose)):
        yield from ((place, text(tag), "", 0) for tag in tags)


def _of_charts(page: BeautifulSoup) -> Iterator[_Text]:
    for figure in page.select("figure.chart"):
        place = _OF_FEATURE.sub("feature", str(figure["id"]).removeprefix("chart-"))
        title, drawing = text(figure.select_one(".chart-title")), figure.select_one("[role=img]")
        if place in _CAPTIONED:
            yield f"{place} caption", text(figure.select_one(".chart-caption")), "", 0
        if drawing is not None:
            yield place, title, "", 0
            rest = str(drawing["aria-label"]).removeprefix(title).lstrip(".:;, ")
            yield from ([(f"{place} reading", rest, "", 0)] if rest else ())


def _of_grid(page: BeautifulSoup) -> Iterator[_Text]:
    """The title and the note of each measure, and what it says of each category."""
    for i, measure in enumerate(page.select(".grid [data-place]")):
        place = f"grid {measure['data-place']}"
        yield place, text(measure.select_one(".chart-title")), "", 0
        yield f"{place} note", text(page.select_one(f".grid .note.m{i} > span")), "", 0
        for group in page.select(".grid-group:has(a)"):
            said = text(group.select_one(f".m{i}"))
            yield from ([(f"{place} group", said, text(group.select_one("a")), 0)] if said else ())


def _of_views(page: BeautifulSoup) -> Iterator[_Text]:
    for view in page.select("section.view"):
        rows = len(view.select("tbody tr"))
        yield from (("view", text(n), str(view["aria-label"]), rows) for n in view.select(".note"))
    for note in page.select(".block-head .note"):
        link = text(note.select_one("a"))
        if rest := text(note).removesuffix(link).strip():
            yield "board note", rest, "", 0


def text(tag: Tag | None) -> str:
    """What is read of a part of a page."""
    assert tag is not None
    # Without the buttons that explain a word.
    return single_spaced("".join(s for s in tag.strings if not s.find_parent(class_="why"))).strip()
