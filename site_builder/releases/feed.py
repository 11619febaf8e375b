"""Write and read the Atom feed of changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from uuid import UUID, uuid5
from xml.etree import ElementTree

from site_builder.addresses import Address
from site_builder.config import SiteConfig
from site_builder.dates import has_date_form, whole_day
from site_builder.labels import variant_label
from site_builder.messages import Messages
from site_builder.records import CachingRecord, Record
from site_builder.releases.changes import Changes, ScoreChange
from site_builder.releases.history import BoardHistory, ViewKey
from site_builder.releases.snapshot import KeptRelease
from site_builder.releases.wording import one_score, score_texts, scores_summary, summary
from site_builder.translation import site_messages

FEED = Address("file", "changes/feed.xml")
MAX_ENTRIES = 200
"""So many entries has a feed: the first, and the others that were made last."""
_MAX_TEXT = 4_000  # characters of an entry that is read back
_MAX_NAMED = 5
_ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 cannot hold, even escaped.
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What the ids of entries are made in; never to be changed, since they would all be new.
_ENTRIES = UUID("6f6a0c5e-3c7b-5d0e-9a44-0b6d5c1c7f21")


class FeedEntry(Record):
    """What changed with one data release, as a feed tells it.

    Attributes:
        id: Its name, an IRI that stays.
        title: Which release it is, and what became of the scores.
        updated: The day of the data, as a moment by RFC 3339.
        text: What changed, in sentences.
    """

    id: str
    title: str
    updated: str
    text: str

    @property
    def day(self) -> str:
        """The day of the data."""
        return self.updated[:10]


class ReleaseNews(CachingRecord):
    """What changed since the previous release of a site, and what is told of those before.

    Attributes:
        earlier: The entries of the feed of the previous site.
        kept: The earlier releases that the site keeps, the last made first.
        histories: By board and variant, the ranks over releases.
    """

    changes: Changes
    earlier: tuple[FeedEntry, ...] = ()
    kept: tuple[KeptRelease, ...] = ()
    histories: Mapping[ViewKey, BoardHistory] = {}

    @cached_property
    def models_added(self) -> frozenset[str]:
        """The entries that the previous release did not have."""
        return frozenset(self.changes.models_added)

    @cached_property
    def places_won(self) -> Mapping[tuple[ViewKey, str], int]:
        """By ranking and entry, the places since the previous release, positive = better."""
        return {
            ((move.board, move.variant), move.model): move.before - move.after
            for move in self.changes.ranks
            if move.before is not None and move.after is not None
        }


def make_entries(config: SiteConfig, news: ReleaseNews) -> tuple[FeedEntry, ...]:
    """Return the entries of this release and those before, the last made first, each once.

    They are not sorted by day: an entry of the year 9999 would stay first for ever. This release
    has none if its data is the previous one's, or if its day is not known.
    """
    changes, entries = news.changes, [*news.earlier]
    old, new, say = changes.old, changes.new, site_messages(config)
    if new.date and old.sha256 != new.sha256:
        every = (*changes.scores_changed, *changes.scores_added, *changes.scores_removed)
        named = [_named_score(config, say, changes, change) for change in every[:_MAX_NAMED]]
        if len(every) > _MAX_NAMED:
            named.append(say("changes.n_more", len(every) - _MAX_NAMED))
        own = FeedEntry(
            id=entry_id(changes),
            title=say("changes.feed_entry", release=new.short, scores=scores_summary(changes, say)),
            updated=_moment(new.date),
            text=" ".join((summary(changes, say), *named)),
        )
        # What was told of these two releases stays, though another build may word it otherwise.
        entries.insert(0, next((entry for entry in entries if entry.id == own.id), own))
    by_id: dict[str, FeedEntry] = {}
    for entry in entries:
        by_id.setdefault(entry.id, entry)
    first = [*by_id.values()][MAX_ENTRIES - 1 :][-1:]
    return (*[*by_id.values()][: MAX_ENTRIES - 1], *first)


def entry_id(changes: Changes) -> str:
    """Return the id of the entry about two releases: of both alone, so that it stays."""
    return uuid5(_ENTRIES, f"{changes.old.sha256} {changes.new.sha256}").urn


def _moment(day: str) -> str:
    return f"{whole_day(day)}T00:00:00Z"


def _named_score(config: SiteConfig, say: Messages, changes: Changes, change: ScoreChange) -> str:
    of = {
        "model": changes.models[change.model],
        "variant": variant_label(change.variant, config, say),
        "task": changes.tasks[change.task],
    }
    if change.difference is None:
        kind = "added" if change.before is None else "removed"
        return say(f"changes.came_or_went.{kind}", **of, score=one_score(changes, change))
    before, after, _ = score_texts(changes, change)
    return say(f"changes.named.{change.noise}", **of, before=before, after=after)


def write_feed(config: SiteConfig, news: ReleaseNews, page: str, link: str) -> bytes:
    """Write the feed, the last entry first. No date in it is the build's.

    `page` and `link` are the absolute addresses of the page of changes and of the feed.

    Source: RFC 4287, The Atom Syndication Format.
    """
    say, title = site_messages(config), config.site.title
    feed = ElementTree.Element("feed", xmlns=_ATOM)
    heading = say("changes.feed", title=title)
    _add(feed, id=page, title=heading, updated=_moment(news.changes.new.date or ""))
    _add(ElementTree.SubElement(feed, "author"), name=title)
    ElementTree.SubElement(feed, "link", rel="self", type="application/atom+xml", href=link)
    ElementTree.SubElement(feed, "link", rel="alternate", type="text/html", href=page)
    for entry in make_entries(config, news):
        part = ElementTree.SubElement(feed, "entry")
        _add(part, id=entry.id, title=entry.title, updated=entry.updated)
        ElementTree.SubElement(part, "link", rel="alternate", type="text/html", href=page)
        _add(part, summary=entry.text)
    ElementTree.indent(feed)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _add(parent: ElementTree.Element, **texts: str) -> None:
    for name, text in texts.items():
        fit = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
        ElementTree.SubElement(parent, name).text = fit


def read_feed(content: bytes) -> tuple[FeedEntry, ...] | None:
    """Return the entries of a feed that an earlier build wrote; None if it is no such feed."""
    try:
        feed = ElementTree.fromstring(content)
    except (ElementTree.ParseError, LookupError, ValueError):
        return None
    if feed.tag != f"{{{_ATOM}}}feed":
        return None
    names = ("id", "title", "updated", "summary")
    entries = [
        FeedEntry(*((part.findtext(f"{{{_ATOM}}}{n}") or "").strip()[:_MAX_TEXT] for n in names))
        for part in feed.iterfind(f"{{{_ATOM}}}entry")
    ]
    dated = (entry for entry in entries if entry.id and has_date_form(entry.day))
    return tuple(entry for entry in dated if entry.updated == _moment(entry.day))
