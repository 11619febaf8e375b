"""Make the choosing page: which model for my tasks, by my weights, within my limits.

`static/js/choose.js` computes the answers; the page ships the form, the board and its labels. The
page that compares models uses the same data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from site_builder.addresses import Address, Link, page_link
from site_builder.compute.board import Board
from site_builder.compute.intervals import LEAST_TASKS
from site_builder.compute.numbers import Array, decimals_needed, floats_or_none, integers_or_none
from site_builder.formatting import counted
from site_builder.pages.board_table import common_bounds, rank_range
from site_builder.pages.board_views import BoardView, short_board
from site_builder.pages.page import HOME, Page, ScriptData, Site, variant_data
from site_builder.records import Record, asdict

# With fewer tasks nobody needs to search among them.
_LEAST_TASKS_FOR_FILTER = 13


class TaskGroup(Record):
    """The tasks of a category, as links to their pages; it is empty where they have none."""

    category: str
    count: str
    tasks: tuple[Link, ...]


class ChooseContext(Record):
    """What the choosing page shows.

    Attributes:
        board: The leaderboard that stands there without scripts.
        picked: What is picked at first.
        groups: The tasks to pick from, by category.
        filtered: Whether they are many enough to be searched.
        variants: How models are run: id and label.
        sized, priced: Whether the board has sizes, and prices, to limit.
        licenses, developers: What the board has; empty below two.
        scores: Name of the file of scores.
        errors: Name of the file of their standard errors; empty where none is known.
        data: For the script: the board beside its scores.
    """

    board: BoardView
    picked: str
    groups: tuple[TaskGroup, ...]
    filtered: bool
    variants: tuple[tuple[str, str], ...]
    sized: bool
    priced: bool
    licenses: tuple[str, ...]
    developers: tuple[str, ...]
    scores: str
    errors: str
    data: Mapping[str, object]


def make_choose(site: Site) -> Iterator[Page]:
    """Make the choosing page where there are models to choose from, and tasks to choose by."""
    if can_choose(site):
        n = len(site.results.catalog.models)
        about = f"Pick and weight the tasks, set limits, and see which of {n} models to take."
        context = partial(_context, site)
        yield Page(Address("choose"), "choose.html", "Choose a model", about, context, (HOME,))


def can_choose(site: Site) -> bool:
    """Return whether the board has models to choose from, and tasks to choose by."""
    return len(site.results.board.ranked) > 1 and len(site.results.scores.tasks) > 1


def _context(site: Site) -> ChooseContext:
    catalog, labels = site.results.catalog, site.labels
    n_tasks, models = len(catalog.tasks), catalog.models.values()
    groups: dict[str, list[Link]] = {}
    for task in catalog.tasks.values():
        link = page_link(task.name, "task", task.task)
        groups.setdefault(task.category or "", []).append(link)
    return ChooseContext(
        board=short_board(site, "choose"),
        picked=f"All {counted(n_tasks, 'task')}, each counting the same.",
        groups=tuple(
            TaskGroup(category, counted(len(links), "task"), tuple(links))
            for category, links in groups.items()
        ),
        filtered=n_tasks >= _LEAST_TASKS_FOR_FILTER,
        variants=tuple((v, labels.variants[v]) for v in labels.roles.variants),
        sized=any(m.parameters_b is not None for m in models),
        priced=bool(cheapest_prices(site)),
        licenses=_at_least_two(m.license for m in models),
        developers=_at_least_two(m.developer for m in models),
        scores=SCORES,
        errors=ERRORS if site.results.scores.has_errors else "",
        data=choice_data(site),
    )


def _at_least_two(values: Iterable[str | None]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(value for value in values if value is not None))
    return found if len(found) > 1 else ()


# --- data for scripts ---------------------------------------------------------------------------

SCORES = "data/scores.js"
ERRORS = "data/errors.js"
# Of the choosing page.
MARGIN_SHARE = 0.02
REWEIGHTINGS = 1_000


def make_scores_data(site: Site) -> Iterator[ScriptData]:
    """Every score, by variant: rows are models, columns tasks, in the order of `board_data`."""
    scores = site.results.scores
    yield ScriptData(Address("asset", SCORES), "scores", lambda: _by_variant(scores.values))
    if scores.has_errors:
        yield ScriptData(Address("asset", ERRORS), "errors", lambda: _by_variant(scores.errors))


def _by_variant(arrays: Mapping[str, Array]) -> Mapping[str, object]:
    """Send numbers of few decimals times ten to the power of `places`: two bytes less each."""
    places = decimals_needed(arrays.values())
    read = floats_or_none if places is None else partial(integers_or_none, places=places)
    values = {variant: [read(row) for row in rows] for variant, rows in arrays.items()}
    return {"places": places, "values": values}


def board_data(site: Site) -> Mapping[str, object]:
    """What a script must know of the board beside its scores.

    Models and tasks are in the order of the tables; `reference` is the baseline's place among the
    models and, by variant, the variant of its scores that stand beside it. `boards` has, by
    variant, how many models are ranked, and over how many tasks; of each model rank, number of
    scores, mean win rate, and plausible ranks.
    """
    results, labels = site.results, site.labels
    roles, rules = labels.roles, results.board.rules
    return {
        "models": list(_models(site)),
        "tasks": list(_tasks(site)),
        "variants": variant_data(labels),
        "categories": list(_categories(site)),
        "boards": {
            variant: {
                "ranked": len(board.ranked),
                "tasks": len(board.tasks),
                "standings": _standings(site, board),
            }
            for variant, board in results.boards.items()
        },
        "base": roles.base,
        "reference": None
        if roles.baseline is None
        else {
            "model": results.scores.rows[roles.baseline],
            "variants": dict(roles.baseline_variants),
        },
        "scale": asdict(labels.scale),
        # The script has no additive model: on other tasks than all, win rates come closest.
        "rank_by": "mean" if rules.rank_by == "mean" else "mean_win_rate",
        "averaged": rules.averaged,
        "min_coverage": rules.min_coverage,
        "families": results.scores.families.tolist(),
        "least_tasks": LEAST_TASKS,
    }


def choice_data(site: Site) -> Mapping[str, object]:
    """Return `board_data` and what else `static/js/choose.js` needs.

    `ends` are the bounds that all tasks share.
    """
    labels, prices = site.labels, cheapest_prices(site)
    return {
        **board_data(site),
        "ends": common_bounds(site.results.catalog.tasks.values()),
        "prices": [prices.get(model) for model in site.results.scores.models],
        "runs": [labels.in_sentence(variant) for variant in labels.roles.variants],
        "baseline": labels.baseline,
        "listed": 10,
        "compared": 4,
        "most_unranked": 20,
        "margin_share": MARGIN_SHARE,
        "reweightings": REWEIGHTINGS,
        "reweighting_seed": 19_810_101,
    }


def cheapest_prices(site: Site) -> dict[str, float]:
    """Return the cheapest offer of each model, in US dollars per million output tokens."""
    cheapest: dict[str, float] = {}
    for price in site.results.serving.prices:
        if price.output_usd is not None and price.model in site.labels.models:
            found = cheapest.get(price.model, price.output_usd)
            cheapest[price.model] = min(found, price.output_usd)
    return cheapest


def _models(site: Site) -> Iterator[Mapping[str, object]]:
    for facts in site.results.catalog.models.values():
        yield {
            "id": facts.model,
            "link": page_link(facts.name, "model", facts.model),
            "developer": facts.developer,
            "dot": site.labels.dots.get(facts.model),
            "parameters_b": facts.parameters_b,
            "license": facts.license,
        }


def _tasks(site: Site) -> Iterator[Mapping[str, object]]:
    for facts in site.results.catalog.tasks.values():
        yield {
            "id": facts.task,
            "link": page_link(facts.name, "task", facts.task),
            "category": facts.category,
            "slug": site.labels.task_slugs[facts.task],
            "direction": 1 if facts.higher_is_better else -1,
            "bounds": [facts.score_min, facts.score_max],
            "scale": asdict(site.labels.scales[facts.task]),
        }


def _categories(site: Site) -> Iterator[Mapping[str, object]]:
    """Yield each category, whether averages over its tasks mean anything, and their format."""
    for category in site.results.categories:
        scale = site.labels.category_scales[category.category]
        yield {
            "link": page_link(category.category, "category", category.category),
            "averaged": category.averaged,
            "scale": asdict(scale),
        }


def _standings(site: Site, board: Board) -> list[list[object]]:
    found = map(board.standing, site.results.scores.models)
    return [[s.rank, s.scored, s.win_rate, rank_range(s)] for s in found]
