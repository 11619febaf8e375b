"""Make the choosing page and the comparing page, whose answers scripts compute.

`static/js/choose.js` says which model to take for some tasks, by their weights, within limits;
`static/js/compare.js` compares models. The pages ship the form, the board and its labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from site_builder.addresses import Address, Link, page_link
from site_builder.compute.board import Board
from site_builder.compute.catalog import ModelInfo
from site_builder.compute.intervals import LEAST_TASKS, simultaneous_tail
from site_builder.compute.numbers import round_significant
from site_builder.compute.ranks import HALF_ALPHA
from site_builder.compute.runs import Against
from site_builder.formatting import listed
from site_builder.pages.page import Page, ScriptData, Site, by_variant, variant_data
from site_builder.pages.scales import common_bounds
from site_builder.records import Record, asdict, grouped
from site_builder.tables.boards import BoardSpec

_FILES = ("data/scores.js", "data/errors.js")
# Where the board that models are chosen by has not all of what is compared.
_ALL_FILES = ("data/all-scores.js", "data/all-errors.js")

Run = tuple[str, str]
"""A model in a variant."""

_FAMILIES: tuple[Against, ...] = ("baseline", "base")
_MOST_RUNS = 4
_FIRST_RUNS = 3


# --- choosing -----------------------------------------------------------------------------------


class ScriptedContext(Record):
    """What the pages show whose answers scripts compute.

    Attributes:
        categories: The categories to pick tasks by, with their numbers of tasks; empty below two.
        scores: Name of the file of scores.
        errors: Name of the file of their standard errors; empty where none is known.
        data: For the script: the board, the messages, and the runs that a comparison opens with.
    """

    categories: tuple[tuple[str, int], ...]
    scores: str
    errors: str
    data: Mapping[str, object]


class ChooseContext(ScriptedContext):
    """What the choosing page shows.

    Attributes:
        sized, priced: Whether ranked models have sizes, and prices, that differ.
        licenses, developers: Those of ranked models, with their numbers; empty below two.
    """

    sized: bool
    priced: bool
    licenses: tuple[tuple[str, int], ...]
    developers: tuple[tuple[str, int], ...]


def make_choose(site: Site) -> Iterator[Page]:
    """Make the choosing page where there are models to choose from, and tasks to choose by."""
    if can_choose(site):
        about = site.labels.say("choose.about", len(site.results.catalog.models))
        context = partial(_choose_context, site)
        title, crumbs = site.labels.say("ways.choose"), (site.home,)
        yield Page(Address("choose"), "choose.html", title, about, context, crumbs)


def can_choose(site: Site) -> bool:
    """Return whether the board has models to choose from, and tasks to choose by."""
    return len(site.results.board.ranked) > 1 and len(site.results.scores.tasks) > 1


def _choose_context(site: Site) -> ChooseContext:
    results = site.results
    ranked = {s.model for board in results.boards.values() for s in board.ranked}
    models = [m for m in results.catalog.models.values() if m.model in ranked]
    prices = results.lowest_prices("output_usd")
    data = {"board": {**_board_data(site), "first_share": HALF_ALPHA}}
    return ChooseContext(
        **_scripted(site, _FILES, data, "choose"),
        sized=bool(_at_least_two(m.parameters_b for m in models)),
        priced=bool(_at_least_two(prices.get(m.model) for m in models)),
        licenses=_at_least_two(m.license for m in models),
        developers=_at_least_two(m.developer for m in models),
    )


def _scripted(
    site: Site, files: tuple[str, str], data: Mapping[str, object], *texts: str
) -> dict[str, Any]:
    """Return what both contexts have; `texts` is a section of messages, then single ones."""
    tasks = site.results.catalog.tasks.values()
    return {
        "categories": _at_least_two(t.category for t in tasks),
        "scores": files[0],
        "errors": files[1] if site.results.scores.has_errors else "",
        "data": {**data, "texts": site.labels.say.for_script(*texts)},
    }


_T = TypeVar("_T")


def _at_least_two(values: Iterable[_T | None]) -> tuple[tuple[_T, int], ...]:
    """Count what is known; empty where there is nothing to choose between."""
    found = Counter(value for value in values if value is not None)
    return tuple(found.items()) if len(found) > 1 else ()


# --- comparing ----------------------------------------------------------------------------------


class CompareContext(ScriptedContext):
    """What the comparing page shows.

    Attributes:
        names: The models that the page opens with.
        boards: Those that have only some of the tasks; of several with the same tasks, the first.
    """

    names: tuple[str, ...]
    boards: tuple[BoardSpec, ...]


def make_compare(site: Site) -> Iterator[Page]:
    """Make the comparing page; none below two models with scores."""
    if runs := default_runs(site):
        about = site.labels.say("compare.about", most=_MOST_RUNS)
        context = partial(_compare_context, site, runs)
        title, crumbs = site.link("compare").text, (site.home,)
        yield Page(Address("compare"), "compare.html", title, about, context, crumbs)


def default_runs(site: Site) -> tuple[Run, ...]:
    """Return the runs that the page opens with: the best beside the baseline; none below two.

    Where fewer than two are ranked beside the baseline, the models that follow are taken, and the
    baseline last.
    """
    boards, baseline = site.results.boards.values(), site.labels.roles.baseline
    variants: dict[str, str] = {}
    for board in boards:
        for s in board.entries:
            if s.scored:
                variants.setdefault(s.model, board.variant)
    n = sum(s.model != baseline for s in site.results.board.ranked)
    order = sorted(variants, key=lambda model: model == baseline)[: min(max(n, 2), _FIRST_RUNS)]
    return tuple((m, variants[m]) for m in order) if len(order) > 1 else ()


def has_enough_tasks(site: Site) -> bool:
    """Return whether tasks are enough for intervals and probabilities."""
    return len(set(site.results.scores.families.tolist())) >= LEAST_TASKS


def compare_link(site: Site, board: Board, model: str) -> Link | None:
    """Return a link that compares a model with those next to it on a board; None without any."""
    order, at = board.ranked, board.places.get(model)
    neighbours = order[:1] if at is None else (*order[max(0, at - 1) : at], *order[at + 1 : at + 2])
    others = [s.model for s in neighbours]
    if not others or not board.entry(model).scored:
        return None
    names = [site.labels.models[other] for other in others]
    runs = [(other, board.variant) for other in (model, *others)]
    return Link(site.labels.say("ways.compare", names=listed(names)), compare_address(site, runs))


def compare_address(site: Site, runs: Sequence[Run]) -> Address:
    """Return the address of a comparison; the variant that the page would take is left out."""
    boards, variants = site.results.boards, site.labels.roles.variants
    pairs: list[tuple[str, str]] = []
    for model, variant in runs:
        scored = (v for v in variants if boards[v].entry(model).scored)
        pairs.append(("model", model))
        if variant != next(scored, None):
            pairs.append(("as", variant))
    if not site.board.featured:
        pairs.append(("board", site.board.id))
    return Address("compare", query=tuple(pairs))


def _compare_context(site: Site, runs: Sequence[Run]) -> CompareContext:
    overview, sets = site.overview, _task_sets(site)
    # What spans several boards is no board, so nothing ranks there.
    measure = None if overview is not site else site.results.board.rule.measure
    data = {
        **_board_data(overview),
        "has_ranks": overview is site,
        "ranked_by": measure and measure.label,
        "task_sets": sets,
        "opens": _first_picks(site, sets),
    }
    files = _FILES if overview is site else _ALL_FILES
    return CompareContext(
        **_scripted(overview, files, {"board": data, "runs": [*runs]}, "compare", "n_tasks"),
        names=tuple(site.labels.models[model] for model, _ in runs),
        boards=tuple(_boards_to_pick(site, sets)),
    )


def _task_sets(site: Site) -> dict[str, Mapping[str, object]]:
    """Return, for each board that has only some of the tasks, their places and how they compare."""
    places = site.overview.results.scores.columns
    return {
        of.board.id: {"places": [places[t] for t in of.board.tasks], **_comparison_data(of)}
        for of in site.by_board
        if site.has_boards and places.keys() > {*of.board.tasks}
    }


def _first_picks(site: Site, sets: Collection[str]) -> list[tuple[str, str]]:
    """Return what the page compares on at first: the featured board, or the tasks that rank."""
    if site.has_boards:
        return [("board", site.board.id)] if site.board.id in sets else []
    return [] if site.overview is site else [("task", task) for task in site.board.tasks]


def _boards_to_pick(site: Site, sets: Collection[str]) -> Iterable[BoardSpec]:
    """Return the boards with tasks that neither a category nor an earlier board has."""
    tasks = site.overview.results.catalog.tasks.values()
    of_categories = {*map(tuple, grouped((t.category, t.task) for t in tasks).values())}
    found: dict[tuple[str, ...], BoardSpec] = {}
    for of in site.by_board:
        if of.board.id in sets and of.board.tasks not in of_categories:
            found.setdefault(of.board.tasks, of.board)
    return found.values()


# --- data for scripts ---------------------------------------------------------------------------


def make_scores_data(site: Site) -> Iterator[ScriptData]:
    """Every score, by variant: rows are models, columns tasks, in the order of `_board_data`."""
    both = ((site, _FILES), (site.overview, _ALL_FILES))
    for of, (path, errors_path) in both[: 1 + (site.overview is not site)]:
        apart, has_errors = of.results.scores.apart, of.results.scores.has_errors
        values = {variant: runs.values for variant, runs in apart.items()}
        yield ScriptData(Address("asset", path), "scores", partial(by_variant, values))
        if has_errors:
            errors = {variant: runs.errors for variant, runs in apart.items()}
            yield ScriptData(Address("asset", errors_path), "errors", partial(by_variant, errors))


def _board_data(site: Site) -> Mapping[str, object]:
    """What a script must know of the board beside its scores.

    Models and tasks are in the order of the tables; `reference` is the baseline's place among the
    models and, by variant, the variant of its scores that stand beside it. `boards` has, by
    variant, how many models are ranked, and over how many tasks; of each model rank, number of
    scores, mean win rate, and the best and worst of its plausible ranks. `ends` are the bounds
    that all tasks share. `tails` has the tail of simultaneous intervals by family of comparisons
    (all pairs of the ranked models, models with the baseline, tuned models with their base scores)
    and variant. `rounding` is the standard error that rounding leaves, by variant and task.
    """
    results, labels, boards = site.results, site.labels, site.results.boards
    roles, rules = labels.roles, results.board.rules
    prices = results.lowest_prices("output_usd")
    return {
        "models": list(_models(site)),
        "tasks": list(_tasks(site)),
        "variants": variant_data(labels),
        "categories": [
            {
                "link": page_link(c.category, "category", c.category),
                "averaged": c.averaged,  # whether averages over its tasks mean anything
                "scale": asdict(labels.category_scales[c.category]),
            }
            for c in results.categories
        ],
        "boards": {
            variant: {
                "ranked": len(board.ranked),
                "tasks": len(board.tasks),
                "standings": [
                    (s.rank, s.scored, board.figure(s, "win_rate"))
                    + (s.rank_interval or (None, None))
                    for s in map(board.entry, results.scores.models)
                ],
            }
            for variant, board in boards.items()
        },
        "base": roles.base,
        "reference": None
        if roles.baseline is None
        else {
            "model": results.scores.rows[roles.baseline],
            "variants": dict(roles.baseline_variants),
        },
        **_comparison_data(site),
        "prices": [prices.get(model) for model in results.scores.models],
        # The script has no additive model: on other tasks than all, win rates come closest.
        "rank_by": "mean" if rules.rank_by == "mean" else "mean_win_rate",
        "min_coverage": rules.min_coverage,
        "families": results.scores.families.tolist(),
        "least_tasks": LEAST_TASKS,
        "rounding": {
            variant: round_significant(runs.rounding, digits=6).tolist()
            for variant, runs in results.scores.runs.items()
        },
    }


def _comparison_data(site: Site) -> dict[str, object]:
    """Return how scores of a board compare: whether by means, on which scale, how certainly."""
    boards, ends = site.results.boards, common_bounds(site.results.catalog.tasks.values())
    tails: dict[str, dict[str, float]] = {
        family: {v: simultaneous_tail(len(b.tests[family])) for v, b in boards.items()}
        for family in _FAMILIES
    }
    return {
        "averaged": site.results.board.rules.averaged,
        "scale": asdict(site.labels.scale),
        "ends": ends and (ends.low, ends.high),
        "tails": {"pairs": {v: b.tail for v, b in boards.items()}, **tails},
    }


def _models(site: Site) -> Iterator[Mapping[str, object]]:
    for facts in site.results.catalog.models.values():
        further = [*_further_facts(site, facts)]
        yield {
            "id": facts.model,
            "link": page_link(facts.name, "model", facts.model),
            "developer": facts.developer,
            "parameters_b": facts.parameters_b,
            "license": facts.license,
            **({"facts": further} if further else {}),
        }


def _further_facts(site: Site, facts: ModelInfo) -> Iterator[tuple[str, str | None]]:
    """Yield facets and measures of an entry, each with its label; None where it is not known."""
    board = site.results.board
    for facet in site.results.catalog.facets:
        text = facts.facets[facet.id]
        yield facet.label, None if text is None else site.labels.facet_text(facet.id, text)
    for statistic in board.statistics:
        if statistic.measure is not None:
            value = board.figure(board.entry(facts.model), statistic.id)
            form = site.labels.statistic_scale(statistic, board)
            yield statistic.measure.label, None if value is None else form.score(value)


def _tasks(site: Site) -> Iterator[Mapping[str, object]]:
    tasks = site.results.catalog.tasks.values()
    named = Counter(facts.name for facts in tasks)
    for facts in tasks:
        name = facts.name if named[facts.name] == 1 else f"{facts.name} ({facts.task})"
        yield {
            "id": facts.task,
            "link": page_link(name, "task", facts.task),
            "category": facts.category,
            "slug": site.labels.task_slugs[facts.task],
            "direction": 1 if facts.higher_is_better else -1,
            "bounds": [facts.score_min, facts.score_max],
            "scale": asdict(site.labels.scales[facts.task]),
        }
