"""Pages of the project's own: words of `data/content/pages/`."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.addresses import Address
from site_builder.pages.page import HOME, Page, Site, ready
from site_builder.records import Record


class OwnPageContext(Record):
    """What a page of the project's own shows.

    Attributes:
        slot: The prose that it is made of.
    """

    slot: str


def make_own_pages(site: Site) -> Iterator[Page]:
    """A page for each text."""
    for name, title in site.own.items():
        about = f"{title}: a page of {site.config.site.title}."
        context = OwnPageContext(f"pages/{name}")
        yield Page(Address("page", name), "page.html", title, about, ready(context), (HOME,))
