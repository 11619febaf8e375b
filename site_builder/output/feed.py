"""The Atom feed of changes: an entry a data release, and what earlier ones told carried on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from site_builder.addresses import Address
from site_builder.output.urls import Urls
from site_builder.pages.entries import FEED, make_entries
from site_builder.pages.page import Entry, Site

_ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 cannot hold, even escaped.
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def write_feed(site: Site, urls: Urls) -> bytes:
    """The feed, newest entry first. Nothing of it is dated by the build.

    Source: RFC 4287, The Atom Syndication Format.
    """
    title, entries = site.config.site.title, make_entries(site)
    page = urls.canonical(Address("changes"))
    feed = ElementTree.Element("feed", xmlns=_ATOM)
    _add(feed, "id", page)
    _add(feed, "title", f"Changes of {title}")
    newest = f"{site.results.release.date}T00:00:00Z"
    _add(feed, "updated", max([newest, *(entry.updated for entry in entries)]))
    _add(ElementTree.SubElement(feed, "author"), "name", title)
    link = urls.absolute(urls.path(FEED))
    ElementTree.SubElement(feed, "link", rel="self", type="application/atom+xml", href=link)
    ElementTree.SubElement(feed, "link", rel="alternate", type="text/html", href=page)
    for entry in entries:
        part = ElementTree.SubElement(feed, "entry")
        for name, text in (("id", entry.id), ("title", entry.title), ("updated", entry.updated)):
            _add(part, name, text)
        ElementTree.SubElement(part, "link", rel="alternate", type="text/html", href=page)
        _add(part, "summary", entry.text)
    ElementTree.indent(feed)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)


def read_feed(content: bytes) -> tuple[Entry, ...] | None:
    """The entries of a feed that an earlier build wrote; None of what is no such feed."""
    if b"<!DOCTYPE" in content:  # of ours none has one; entities could make much of little
        return None
    try:
        feed = ElementTree.fromstring(content)
    except (ElementTree.ParseError, LookupError, ValueError):
        return None
    return tuple(_entries(feed)) if feed.tag == f"{{{_ATOM}}}feed" else None


def _entries(feed: ElementTree.Element) -> Iterator[Entry]:
    for part in feed.iterfind(f"{{{_ATOM}}}entry"):
        names = ("id", "title", "updated", "summary")
        entry = Entry(*((part.findtext(f"{{{_ATOM}}}{name}") or "").strip() for name in names))
        if entry.id and _MOMENT.fullmatch(entry.updated):
            yield entry
