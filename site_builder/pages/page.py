"""A page as a value: where it stands, which template draws it, and all that the template may use."""

from __future__ import annotations

from dataclasses import dataclass

from site_builder.charts.labels import Labels
from site_builder.compute.results import Results
from site_builder.config import SiteConfig
from site_builder.parts import Address, Link
from site_builder.tables.check import Tables


@dataclass(frozen=True)
class Page:
    """One HTML page.

    Attributes:
        address: What it is about; `output/urls.py` makes the path of it.
        template: The template that draws it.
        title: Its name, for the browser's tab, the heading and search engines.
        description: One sentence on what it says.
        context: A frozen dataclass; its fields are the template's variables.
        crumbs: The way from the home page, without the page itself.
        previous, next: Its neighbours in the published order.
        listed: Whether the sitemap names it.
    """

    address: Address
    template: str
    title: str
    description: str
    context: object
    crumbs: tuple[Link, ...] = ()
    previous: Link | None = None
    next: Link | None = None
    listed: bool = True


@dataclass(frozen=True)
class Document:
    """One file that no template draws: a table to download, an answer of the JSON API."""

    address: Address
    content: bytes


@dataclass(frozen=True)
class Site:
    """What every page maker reads: configuration, checked tables, results, and how things are called."""

    config: SiteConfig
    tables: Tables
    results: Results
    labels: Labels


HOME = Link("Home", Address("home"))
MODELS = Link("Models", Address("models"))
TASKS = Link("Tasks", Address("tasks"))
CATEGORIES = Link("Categories", Address("categories"))


def neighbours(links: tuple[Link, ...], at: int) -> tuple[Link | None, Link | None]:
    """The links before and after a place in a sequence; None at its ends."""
    return (links[at - 1] if at > 0 else None, links[at + 1] if at + 1 < len(links) else None)
