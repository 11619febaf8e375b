"""Make the page that explains every statistic, the glossary, and the 404 page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from site_builder.addresses import Address, Link
from site_builder.compute.agreement import compute_concordance
from site_builder.compute.intervals import LEAST_TASKS
from site_builder.compute.numbers import LEAST_TO_CONCLUDE
from site_builder.compute.serving import collect_offers
from site_builder.formatting import count
from site_builder.messages import ANCHORS
from site_builder.pages.board_table import lacks_scores
from site_builder.pages.board_views import board_note, ranking_rule
from site_builder.pages.interactive import can_choose, default_runs, has_enough_tasks
from site_builder.pages.page import Page, Site, citation_of
from site_builder.records import Record


class Term(Record):
    """A word of the pages, and the statistic that it names, if it names one.

    Attributes:
        id: Its anchor in the glossary.
        anchor: That of the statistic on the page on method; empty without one there.
        heading: What the page on method calls it.
        meaning: In plain English; empty where only the page on method has it.
        details: How it is computed; empty where only the glossary has it.
        formula: Empty where `details` say it.
    """

    id: str
    anchor: str
    name: str
    heading: str
    meaning: str
    details: str
    formula: str


class GlossaryContext(Record):
    """What the glossary shows.

    Attributes:
        listed: The words that this board uses, by name.
    """

    listed: tuple[Term, ...]


class AboutContext(Record):
    """What the page on method shows.

    Attributes:
        board_note: How the board ranks.
        terms: Every statistic that the board shows.
    """

    board_note: str
    terms: tuple[Term, ...]


def make_about(site: Site) -> Iterator[Page]:
    """Yield the page on method, the glossary, and the 404 page."""
    say = site.labels.say
    note = f"{ranking_rule(site.labels, site.results.board)} {board_note(site)}".strip()
    terms, shown, cite = tuple(_terms(site)), _shown(site), citation_of(site)
    explained = tuple(t for t in terms if t.details and shown.get(t.anchor, True))
    context = AboutContext(note, explained)
    title, about = say("navigation.about"), say("method.about")
    yield Page(Address("about"), "about.html", title, about, context, (site.home,), cite=cite)
    listed = [t for t in terms if t.meaning and shown.get(t.id, True) and shown.get(t.anchor, True)]
    by_name = GlossaryContext(tuple(sorted(listed, key=lambda term: term.name.lower())))
    crumbs = (site.home, Link(title, Address("about")))
    title, about = say("footer.glossary"), say("glossary.about", site=site.config.site.title)
    yield Page(Address("glossary"), "glossary.html", title, about, by_name, crumbs)
    title, about = say("not_found.title"), say("not_found.about")
    yield Page(Address("not_found"), "404.html", title, about, Record(), (site.home,), listed=False)


def _terms(site: Site) -> Iterator[Term]:
    filled, say = _filled(site), site.labels.say
    sections: dict[str, dict[str, str]] = {}
    for message in say.section("glossary"):
        word, _, key = message.partition(".")
        if key:
            text = " ".join(say(f"glossary.{message}", **filled).split())
            sections.setdefault(word, {})[key] = text
    explained = {ANCHORS.get(word, word) for word, texts in sections.items() if "details" in texts}
    for word, texts in _statistic_texts(site):
        if word not in explained:
            sections[word] = {**texts, **sections.get(word, {})}
    for word, texts in sections.items():
        anchor, name = ANCHORS.get(word, word if "details" in texts else ""), texts["name"]
        rest = (texts.get(key, "") for key in ("meaning", "details", "formula"))
        yield Term(word, anchor, name, texts.get("heading", name), *rest)


def _statistic_texts(site: Site) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the texts of the statistics that some board has and the glossary does not explain."""
    say, filled = site.labels.say, _filled(site)
    boards = [board for each in site.by_board for board in each.results.boards.values()]
    every = [s for board in boards for s in board.statistics]
    keys = {s.section: s.id if s.measure is None else "measure" for s in every}
    for section, key in keys.items():
        if f"statistic.{key}.formula" not in say:
            continue
        if key == "measure":
            label, details = say("method.measures"), say("method.measured")
        else:
            over = {"over": say("method.over"), "turning": "", "variant": ""}
            label = say(f"statistic.{key}.label", **filled)
            details = f"{say(f'statistic.{key}.help', **filled, **over)}."
        formula = say(f"statistic.{key}.formula")
        yield section, {"name": label, "details": details, "formula": formula}


def _filled(site: Site) -> Mapping[str, str]:
    """Return what stands for the words in braces."""
    labels = site.labels
    flags_count = all(flag.counts for task in site.results.tasks for flag in task.flagged)
    power, difference = "", site.results.smallest_difference
    if difference is not None:
        n_tasks, shown = len(site.results.board.tasks), labels.scale.score(difference)
        words = {"n_tasks": labels.say("n_tasks", n_tasks), "difference": shown}
        power = labels.say("method.power", **words)
    return {
        "base": labels.base or labels.say("label.base"),
        "baseline": labels.baseline,
        "contender": labels.contender,
        "tuned": labels.tuned,
        "test_tasks": count(LEAST_TASKS),
        "board_power": power,
        "least_tasks": count(LEAST_TO_CONCLUDE),
        "flagged_count": labels.say(f"method.flagged_{'counts' if flags_count else 'shown'}"),
    }


def _shown(site: Site) -> Mapping[str, bool]:
    """Return whether this board shows a statistic or a word; every board shows those not here."""
    results, labels, serving = site.results, site.labels, site.results.serving
    compared = labels.roles.baseline is not None
    categories = (board for c in results.categories for board in c.boards.values())
    boards = [*results.boards.values(), *categories]
    sized = any(m.parameters_b is not None for m in results.catalog.models.values())
    return {
        "adjusted-average": any(
            each.results.board.rules.rank_by == "additive"
            for each in (*site.by_board, site.overview)  # which entries are compared over
        ),
        "score-error": any(task.with_intervals for task in results.tasks),
        "chance-level": any(t.score_chance is not None for t in results.catalog.tasks.values()),
        "changes": site.news is not None,
        "history": site.news is not None and bool(site.news.histories),
        "flagged": any(task.flagged for task in results.tasks),
        "rank-interval": any(board.tested for board in boards),
        "ties": any(board.tested for board in boards),
        "separability": results.board.tested,
        "missing-scores": any(lacks_scores(b, s) for b in boards for s in b.entries),
        "choice": can_choose(site),
        "comparison": bool(default_runs(site)),
        "power": results.smallest_difference is not None,
        "posterior": can_choose(site) and has_enough_tasks(site),
        "lift": labels.lifted,
        "lift-over-baseline": compared,
        "metrics": bool(results.metrics),
        "best-of-several": results.stats.tasks_compared > 0,
        "other-rules": results.robustness is not None,
        "paired-lift": bool(results.paired_lifts),
        "lift-tests": any(any(board.tests.values()) for board in results.boards.values()),
        "categories": compared and bool(results.categories),
        "correlation": results.correlations is not None,
        "frontier": any(each.trade_offs for each in site.by_board),
        "progress": any(each.progress for each in site.by_board),
        "agreement": compute_concordance(results.scores, results.scores.tasks) is not None,
        "training-set-sizes": results.training_sets is not None,
        "serving": bool(serving.latency or serving.prices),
        "cost": bool(collect_offers(serving.prices)),
        "variant": len(labels.roles.variants) > 1,
        "parameters": sized,
        "latency": bool(serving.latency),
        "first-token": bool(serving.latency),
        "blend": any(price.million_usd is not None for price in serving.prices),
    }
