"""The record of changes, an entry a data release: what a feed tells, and the page of changes."""

from __future__ import annotations

from uuid import UUID, uuid5

from site_builder.addresses import Address
from site_builder.compute.changes import Changes, ScoreChange
from site_builder.config import SiteConfig
from site_builder.errors import Fault
from site_builder.pages.change_words import NOISE, one_score, score_texts, scores_summary, summary
from site_builder.pages.page import Entry, Site

FEED = Address("file", "changes/feed.xml")
MOST_ENTRIES = 20
_MOST_NAMED = 5
# What the ids of entries are made in; never to be changed, since they would all be new.
_ENTRIES = UUID("6f6a0c5e-3c7b-5d0e-9a44-0b6d5c1c7f21")


def has_feed(site: Site) -> bool:
    """Whether the site has a feed: that takes an address, and a day that is not the build's."""
    known = site.config.site.base_url and site.results.release.date
    return site.news is not None and bool(known)


def find_feed_faults(site: Site) -> tuple[Fault, ...]:
    """That there is no feed where only the day of the data is wanting."""
    wanting = site.config.site.base_url and not site.results.release.date
    if site.news is None or not wanting:
        return ()
    what = "there is no feed of changes, since the day of the data is not known"
    return (Fault("site.toml", what, "Name it as `released` in [site].", "warning"),)


def make_entries(site: Site) -> tuple[Entry, ...]:
    """This release's entry and those of the releases before, newest first, each once.

    None of this release where it is the previous one's data, or where its day is not known.
    """
    news = site.news
    if news is None:
        return ()
    date, is_new = news.changes.new.date, news.changes.old.sha256 != news.changes.new.sha256
    own = (_entry(site.config, news.changes, date),) if date and is_new else ()
    by_id: dict[str, Entry] = {}
    for entry in (*own, *news.earlier):
        by_id.setdefault(entry.id, entry)
    # Python's sort is stable: of entries of one day, the later made stays first.
    ordered = sorted(by_id.values(), key=lambda entry: entry.updated, reverse=True)
    return tuple(ordered[:MOST_ENTRIES])


def _entry(config: SiteConfig, changes: Changes, date: str) -> Entry:
    """The entry of a release: its id is of the two releases alone, so that it stays."""
    name = uuid5(_ENTRIES, f"{changes.old.sha256} {changes.new.sha256}")
    return Entry(
        id=name.urn,
        title=f"Data release {changes.new.short}: {scores_summary(changes)}",
        updated=f"{date}T00:00:00Z",
        text=" ".join(filter(None, (summary(changes), _named(config, changes)))),
    )


def _named(config: SiteConfig, changes: Changes) -> str:
    """The scores that changed most, by name."""
    every = (*changes.scores_changed, *changes.scores_added, *changes.scores_removed)
    told = [_told(config, changes, change) for change in every[:_MOST_NAMED]]
    more = [f"and {len(every) - len(told):,} more"] if len(every) > len(told) else []
    return f"{'; '.join((*told, *more))}." if told else ""


def _told(config: SiteConfig, changes: Changes, change: ScoreChange) -> str:
    variant = config.label(change.variant)
    run = f"{changes.models[change.model]} ({variant}) on {changes.tasks[change.task]}"
    if change.difference is None:
        what = "added" if change.before is None else "removed"
        return f"{run} {what}, {one_score(changes, change)}"
    before, after, _ = score_texts(changes, change)
    known = "" if change.beyond_noise is None else f", {NOISE[change.beyond_noise]}"
    return f"{run} from {before} to {after}{known}"
