"""About: how the numbers come about, and the page for addresses that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.addresses import Address
from site_builder.pages.boards import board_note
from site_builder.pages.citation import cite_site
from site_builder.pages.page import HOME, Page, Site, ready
from site_builder.pages.term import Term
from site_builder.pages.terms import make_terms
from site_builder.records import Record


class AboutContext(Record):
    """What the page on method shows.

    Attributes:
        board_note: How the board ranks.
        terms: Every statistic that it shows.
    """

    board_note: str
    terms: tuple[Term, ...]


class NotFoundContext(Record):
    """The page for addresses that lead nowhere has nothing of its own."""


def make_about(site: Site) -> Iterator[Page]:
    """The page on method, and the 404 page."""
    about = "How every figure on this site is computed, from what, and what it cannot tell."
    context = AboutContext(board_note(site), make_terms(site))
    cite = cite_site(site)
    yield Page(Address("about"), "about.html", "About", about, ready(context), (HOME,), cite=cite)
    yield Page(
        Address("not_found"),
        "404.html",
        "Page not found",
        "There is no page at this address.",
        NotFoundContext,
        (HOME,),
        listed=False,
    )
