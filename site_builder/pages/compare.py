"""Make the comparing page, and links that ask it for runs: models in a variant.

`static/js/compare.js` compares; this page ships the board, the places for runs and the labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from site_builder.addresses import Address, Link, method_link
from site_builder.compute.board import Board
from site_builder.formatting import listed
from site_builder.pages.board_views import BoardView, short_board
from site_builder.pages.browser_data import SCORES, board_data
from site_builder.pages.page import HOME, Page, Site
from site_builder.records import Record

MOST_RUNS = 4
FIRST_RUNS = 3


class ModelVariant(Record):
    """A model in a variant."""

    model: str
    variant: str


class CompareContext(Record):
    """What the comparing page shows.

    Attributes:
        board: The leaderboard that stands there without scripts.
        slots: Numbers of the places for a run.
        variants: Whether a model can be chosen in more than one variant.
        baseline: Name of the baseline; empty where the board has none.
        categories: Whether some category has a mean.
        summary_terms: What explains the summary.
        scores: Name of the file of scores.
        data: For the script: the board, and the runs that the page opens with.
    """

    board: BoardView
    slots: tuple[int, ...]
    variants: bool
    baseline: str
    categories: bool
    summary_terms: tuple[Link, ...]
    scores: str
    data: Mapping[str, object]


def make_compare(site: Site) -> Iterator[Page]:
    """Make the comparing page; none below two models with scores."""
    if runs := default_runs(site):
        about = f"Up to {MOST_RUNS} models side by side: who is ahead, on which tasks, by how much."
        context = partial(_context, site, runs)
        yield Page(Address("compare"), "compare.html", "Compare", about, context, (HOME,))


def default_runs(site: Site) -> tuple[ModelVariant, ...]:
    """Return the runs that the page opens with: the best beside the baseline; none below two.

    Where fewer than two are ranked beside the baseline, the models that follow are taken, and the
    baseline last.
    """
    roles = site.labels.roles
    reference = (roles.baseline, roles.baseline_variant)
    best = [ModelVariant(s.model, site.results.board.variant) for s in site.results.board.ranked]
    first = [run for run in best if (run.model, run.variant) != reference][:FIRST_RUNS]
    if len(first) < 2:
        others = (run for run in _by_coverage(site) if run.model not in {r.model for r in first})
        first = [*first, *others][:2]
    return tuple(first) if len(first) > 1 else ()


def compare_link(site: Site, board: Board, model: str) -> Link | None:
    """Return a link that compares a model with those next to it on a board.

    None where it has no score, or no other model is ranked.
    """
    order, at = board.ranked, board.places.get(model)
    neighbours = order[:1] if at is None else (*order[max(0, at - 1) : at], *order[at + 1 : at + 2])
    others = [s.model for s in neighbours]
    if not others or not board.standing(model).scored:
        return None
    names = [site.labels.models[other] for other in others]
    runs = [ModelVariant(other, board.variant) for other in (model, *others)]
    return Link(f"Compare with {listed(names)}", compare_address(site, runs))


def compare_address(site: Site, runs: Sequence[ModelVariant]) -> Address:
    """Return the address of a comparison; the variant that the page would take is left out."""
    pairs: list[tuple[str, str]] = []
    for run in runs:
        pairs.append(("model", run.model))
        if run.variant != _first_variant(site, run.model):
            pairs.append(("as", run.variant))
    return Address("compare", query=tuple(pairs))


def _first_variant(site: Site, model: str) -> str | None:
    boards = site.results.boards
    return next((v for v in site.labels.roles.variants if boards[v].standing(model).scored), None)


def _by_coverage(site: Site) -> list[ModelVariant]:
    """A run of every model that has a score, the baseline's last."""
    found = {
        s.model: ModelVariant(s.model, board.variant)
        for board in reversed(tuple(site.results.boards.values()))
        for s in board.standings
        if s.scored
    }
    return sorted(found.values(), key=lambda run: run.model == site.labels.roles.baseline)


def _context(site: Site, runs: Sequence[ModelVariant]) -> CompareContext:
    return CompareContext(
        board=short_board(site, "compare"),
        slots=tuple(range(1, MOST_RUNS + 1)),
        variants=len(site.labels.roles.variants) > 1,
        baseline=site.labels.baseline,
        categories=any(category.averaged for category in site.results.categories),
        summary_terms=tuple(_summary_terms(site)),
        scores=SCORES,
        data={"board": board_data(site), "runs": [[run.model, run.variant] for run in runs]},
    )


def _summary_terms(site: Site) -> Iterator[Link]:
    """What explains the rows of the summary, in their order."""
    labels, averaged = site.labels, site.results.board.rules.averaged
    terms = (
        ("Mean score", "average", averaged),
        ("Tasks at the top", "comparison", True),
        (f"Ahead / level / behind {labels.baseline}", "lift-over-baseline", bool(labels.baseline)),
        (f"Mean lift over {labels.base}", "lift", averaged and labels.lifted),
        ("Mean win rate", "win-rate", not averaged),
        ("Rank", "rank", True),
        ("Tasks with a score", "average", True),
    )
    return (method_link(name, term) for name, term, wanted in terms if wanted)
