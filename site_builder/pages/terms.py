"""Every statistic in words: what it is, and its formula."""

from __future__ import annotations

from site_builder.pages.lift_terms import lift_terms, serving_terms, task_terms, verdict_terms
from site_builder.pages.page import Site
from site_builder.pages.rank_terms import average_terms, choosing_terms, rank_terms, score_terms
from site_builder.pages.term import Term


def make_terms(site: Site) -> tuple[Term, ...]:
    """Every statistic that this board shows, in this board's words."""
    made = (
        *average_terms(),
        *score_terms(site),
        *rank_terms(site),
        *choosing_terms(site),
        *lift_terms(site),
        *verdict_terms(site),
        *task_terms(site),
        *serving_terms(site),
    )
    return tuple(term for term in made if term.shown)
