"""The answer of the choosing page: the first, the short list, two calm facts, who has no rank."""

from __future__ import annotations

from site_builder.addresses import Link, page_link
from site_builder.charts.cells import model_cell
from site_builder.compute.choice import Choice
from site_builder.compute.shortlist import Candidate
from site_builder.formatting import billions, counted
from site_builder.pages.board_table import AxisRange
from site_builder.pages.choose_words import ChoiceWords
from site_builder.pages.page import Site
from site_builder.records import Record
from site_builder.table_model import Cell, Dumbbell

MOST_UNRANKED = 20


class ListedModel(Record):
    """One row of the short list.

    Attributes:
        id: The model's id.
        rank: Its rank.
        name: Its name, developer and size.
        plot: Before, after and baseline on one scale.
        merit: What ranks it.
        why: How it stands.
    """

    id: str
    rank: str
    name: Cell
    plot: Dumbbell
    merit: str
    why: str


class Answer(Record):
    """A choice as it is read.

    Attributes:
        first: The recommended model.
        brief: Its name with what ranks it.
        reason: Why, in a few sentences.
        rows: The short list.
        more: How many are not listed.
        legend: What the marks of the drawings are.
        smallest, smallest_note: The smallest that will do, and why; None where no size is known.
        sure, sure_note: How often the first stays first; empty where nothing could change it.
        unranked_head: How many models have no rank; empty for none.
        unranked: These, each with the reason.
        unranked_more: How many of them are not listed.
    """

    first: Link
    brief: str
    reason: str
    rows: tuple[ListedModel, ...]
    more: str
    legend: str
    smallest: Link | None
    smallest_note: str
    sure: str
    sure_note: str
    unranked_head: str
    unranked: tuple[tuple[Link, str], ...]
    unranked_more: str


def make_answer(site: Site, choice: Choice, bounds: AxisRange | None) -> Answer:
    """A choice with at least one candidate, in words.

    Args:
        site: The site.
        choice: The choice.
        bounds: The ends of the scale; None for the ends of what is drawn.
    """
    words = ChoiceWords(site, choice)
    limits = bounds or _ends(choice)
    small, times = choice.smallest, choice.stays_first
    n, hidden = len(choice.unranked), len(choice.unranked) - MOST_UNRANKED
    return Answer(
        first=_link(site, choice.listed[0].model),
        brief=words.brief(),
        reason=words.reason(),
        rows=tuple(_row(site, words, candidate, choice, limits) for candidate in choice.listed),
        more=words.more(),
        legend=words.legend(),
        smallest=None if small is None else _link(site, small.model),
        smallest_note="" if small is None else words.smallest(small),
        sure="" if times is None else words.sure_of(times),
        sure_note="" if times is None else words.sure(),
        unranked_head=f"{counted(n, 'model')} not ranked" if n else "",
        unranked=tuple(
            (_link(site, u.model), words.unranked(u)) for u in choice.unranked[:MOST_UNRANKED]
        ),
        unranked_more=f"and {counted(hidden, 'more model')}" if hidden > 0 else "",
    )


def _link(site: Site, model: str) -> Link:
    return page_link(site.labels.models[model], "model", model)


def _row(
    site: Site, words: ChoiceWords, candidate: Candidate, choice: Choice, limits: AxisRange
) -> ListedModel:
    facts, tag = site.results.catalog.models[candidate.model], words.tag(candidate)
    size = "" if facts.parameters_b is None else billions(facts.parameters_b)
    note = " \N{MIDDLE DOT} ".join(filter(None, (facts.developer, size)))
    score, name = words.scale.score(candidate.merit), site.labels.models[candidate.model]
    before = candidate.before
    change = score if before is None else f"{words.scale.score(before)} to {score}"
    return ListedModel(
        id=candidate.model,
        rank=str(candidate.rank),
        name=model_cell(site.labels, candidate.model, note, (tag,) if tag else ()),
        plot=Dumbbell(
            before=limits.share(before),
            after=limits.share(candidate.merit),
            reference=limits.share(choice.reference),
            text=f"{name}: {change}",
        ),
        merit=score,
        why=words.why(candidate),
    )


def _ends(choice: Choice) -> AxisRange:
    drawn = [v for c in choice.listed for v in (c.merit, c.before, choice.reference)]
    known = [v for v in drawn if v is not None]
    return AxisRange(min(known), max(known))
