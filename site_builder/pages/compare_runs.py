"""Which runs are compared: those that the page opens with, and links that ask for others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from site_builder.addresses import Address, Link
from site_builder.compute.board import Board
from site_builder.compute.comparison import ModelVariant, runs_of
from site_builder.formatting import listed
from site_builder.labels import Labels
from site_builder.pages.page import Site

MOST_RUNS = 4
FIRST_RUNS = 3


def default_runs(site: Site) -> tuple[ModelVariant, ...]:
    """The best of the board that it opens with, the baseline beside them; none below two models.

    Where fewer than two are ranked beside the baseline, the models that follow are taken, and the
    baseline last.
    """
    best = [ModelVariant(s.model, site.results.board.variant) for s in site.results.board.ranked]
    first = [run for run in best if not _is_reference(site, run)][:FIRST_RUNS]
    if len(first) < 2:
        others = (run for run in _by_coverage(site) if run.model not in {r.model for r in first})
        first = [*first, *others][:2]
    return tuple(first) if len(first) > 1 else ()


def _is_reference(site: Site, run: ModelVariant) -> bool:
    roles = site.labels.roles
    return (run.model, run.variant) == (roles.baseline, roles.baseline_variant)


def _by_coverage(site: Site) -> list[ModelVariant]:
    """A run of every model that has a score, the baseline's last."""
    found = {
        s.model: ModelVariant(s.model, board.variant)
        for board in reversed(tuple(site.results.boards.values()))
        for s in board.standings
        if s.scored
    }
    return sorted(found.values(), key=lambda run: run.model == site.labels.roles.baseline)


def compare_address(site: Site, runs: Sequence[ModelVariant]) -> Address:
    """The comparison of these runs; what the page would take by itself goes unsaid."""
    return Address("compare", query=tuple(pair for run in runs for pair in _asked(site, run)))


def _asked(site: Site, run: ModelVariant) -> Iterator[tuple[str, str]]:
    yield "model", run.model
    if run != runs_of(site.results.scores, run.model)[0]:
        yield "as", run.variant


def compare_link(site: Site, board: Board, model: str) -> Link | None:
    """A model beside those next to it on a board; None where it has no score or no such model."""
    order, at = board.ranked, board.places.get(model)
    near = order[:1] if at is None else (*order[max(0, at - 1) : at], *order[at + 1 : at + 2])
    others = [s.model for s in near]
    if not others or not board.standing(model).scored:
        return None
    names = [site.labels.models[other] for other in others]
    runs = [ModelVariant(other, board.variant) for other in (model, *others)]
    return Link(f"Compare with {listed(names)}", compare_address(site, runs))


def run_names(labels: Labels, runs: Sequence[ModelVariant]) -> list[str]:
    """What runs are called beside each other: with their variants where these differ."""
    if len({run.variant for run in runs}) == 1:
        return [labels.models[run.model] for run in runs]
    return [f"{labels.models[run.model]} ({labels.in_sentence(run.variant)})" for run in runs]
