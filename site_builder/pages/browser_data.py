"""Ship scores, facts, labels and statistics tables to the browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from site_builder.addresses import Address, page_link
from site_builder.compute.board import Board
from site_builder.compute.intervals import LEAST_TASKS
from site_builder.compute.numbers import (
    Array,
    decimals_needed,
    floats_or_none,
    integers_or_none,
)
from site_builder.pages.board_table import common_bounds, rank_range
from site_builder.pages.page import ScriptData, Site
from site_builder.records import asdict

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
        "variants": [
            {
                "id": variant,
                "label": labels.variants[variant],
                "phrase": labels.in_sentence(variant),
                "slug": labels.variant_slugs[variant],
            }
            for variant in roles.variants
        ],
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
