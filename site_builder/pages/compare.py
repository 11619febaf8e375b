"""Make the comparing page, and links that ask it for runs: models in a variant.

`static/js/compare.js` compares; this page ships the board, the places for runs and the labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from site_builder.addresses import Address, Link, method_link
from site_builder.compute.board import Board
from site_builder.compute.intervals import LEAST_TASKS
from site_builder.compute.numbers import round_float
from site_builder.formatting import listed
from site_builder.pages.board_table import common_bounds
from site_builder.pages.board_views import BoardView, short_board
from site_builder.pages.choose import ERRORS, SCORES, board_data
from site_builder.pages.page import HOME, Page, Site
from site_builder.records import Record

MOST_RUNS = 4
_FIRST_RUNS = 3
# Of the bounds that all tasks share: a difference that counts as equal.
EQUAL_SHARE = 0.01


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
        averaged: Whether scores have a mean over tasks.
        categories: Whether some category has a mean.
        tasks: Number of tasks.
        picks: The categories to pick tasks by; empty below two.
        margin: The difference that counts as equal by default; empty where scores have no mean, or
            tasks are too few for probabilities.
        summary_terms: What explains the summary.
        scores: Name of the file of scores.
        errors: Name of the file of their standard errors; empty where none is known.
        data: For the script: the board, and the runs that the page opens with.
    """

    board: BoardView
    slots: tuple[int, ...]
    variants: bool
    baseline: str
    averaged: bool
    categories: bool
    tasks: int
    picks: tuple[str, ...]
    margin: str
    summary_terms: tuple[Link, ...]
    scores: str
    errors: str
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
    results, roles = site.results, site.labels.roles
    best = [ModelVariant(s.model, results.board.variant) for s in results.board.ranked]
    first = [run for run in best if run.model != roles.baseline][:_FIRST_RUNS]
    if len(first) < 2:
        others = {
            s.model: ModelVariant(s.model, board.variant)
            for board in reversed(tuple(results.boards.values()))
            for s in board.standings
            if s.scored and s.model not in {run.model for run in first}
        }
        last = sorted(others.values(), key=lambda run: run.model == roles.baseline)
        first = [*first, *last][:2]
    return tuple(first) if len(first) > 1 else ()


def has_tests(site: Site) -> bool:
    """Return whether mean differences have intervals, tasks needed and probabilities."""
    results = site.results
    n_families = len(set(results.scores.families.tolist()))
    return results.board.rules.averaged and n_families >= LEAST_TASKS


def compare_link(site: Site, board: Board, model: str) -> Link | None:
    """Return a link that compares a model with those next to it on a board; None without any."""
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
    boards, variants = site.results.boards, site.labels.roles.variants
    pairs: list[tuple[str, str]] = []
    for run in runs:
        scored = (v for v in variants if boards[v].standing(run.model).scored)
        pairs.append(("model", run.model))
        if run.variant != next(scored, None):
            pairs.append(("as", run.variant))
    return Address("compare", query=tuple(pairs))


def _context(site: Site, runs: Sequence[ModelVariant]) -> CompareContext:
    results, labels = site.results, site.labels
    averaged = results.board.rules.averaged
    is_tested = has_tests(site)
    facts = results.catalog.tasks.values()
    ends, names = common_bounds(facts), dict.fromkeys(t.category for t in facts if t.category)
    margin = round_float(EQUAL_SHARE * (ends[1] - ends[0])) if ends else 0.0
    # In the order of the rows of the summary.
    terms = (
        ("Mean score", "average", averaged),
        ("Difference", "comparison", averaged),
        ("Tasks needed", "power", is_tested),
        ("Better / equal / worse", "signed-rank", is_tested),
        ("First places", "comparison", True),
        (f"Ahead / level / behind {labels.baseline}", "lift-over-baseline", bool(labels.baseline)),
        (f"Mean lift over {labels.base}", "lift", averaged and labels.lifted),
        ("Mean win rate", "win-rate", not averaged),
        ("Rank", "rank", True),
        ("Tasks with a score", "average", True),
    )
    return CompareContext(
        board=short_board(site, "compare"),
        slots=tuple(range(1, MOST_RUNS + 1)),
        variants=len(labels.roles.variants) > 1,
        baseline=labels.baseline,
        averaged=averaged,
        categories=any(category.averaged for category in results.categories),
        tasks=len(results.scores.tasks),
        picks=tuple(names) if len(names) > 1 else (),
        margin=f"{margin:g}" if is_tested else "",
        summary_terms=tuple(method_link(name, term) for name, term, wanted in terms if wanted),
        scores=SCORES,
        errors=ERRORS if results.scores.has_errors else "",
        data={
            "board": board_data(site),
            "runs": [[run.model, run.variant] for run in runs],
            "margin": margin,
        },
    )
