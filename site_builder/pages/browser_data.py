"""Ship scores, facts, labels and statistics tables to the browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from site_builder.addresses import Address, page_link
from site_builder.compute.board import Board
from site_builder.compute.catalog import ModelInfo, TaskInfo
from site_builder.compute.intervals import RESAMPLES, SEED, t_quantile, tail_probability
from site_builder.compute.numbers import (
    Array,
    counts_to,
    decimals_needed,
    floats_or_none,
    integers_or_none,
)
from site_builder.compute.score_error import REACH
from site_builder.compute.significance import LEAST_TASKS
from site_builder.compute.tasks import CategoryResult
from site_builder.formatting import NumberFormat
from site_builder.pages.board_table import rank_range
from site_builder.pages.page import ScriptData, Site
from site_builder.records import asdict

SCORES = "data/scores.js"
ERRORS = "data/errors.js"
# Of the choosing page.
MARGIN_SHARE = 0.02
REWEIGHTINGS = 1_000
_REWEIGHTING_SEED = 19_810_101
_LISTED = 10
_COMPARED = 4
_MOST_UNRANKED = 20


def make_scores_data(site: Site) -> Iterator[ScriptData]:
    """Every score, by variant: rows are models, columns tasks, in the order of `board_data`."""
    scores = site.results.scores
    yield ScriptData(Address("asset", SCORES), "scores", lambda: _by_variant(scores.values))
    if scores.has_errors:
        yield ScriptData(Address("asset", ERRORS), "errors", lambda: _by_variant(scores.errors))


def _by_variant(arrays: Mapping[str, Array]) -> Mapping[str, object]:
    """Numbers of a few decimal places, all of them, are sent as whole ones: two bytes less each.

    A script that divides such a one by ten to the power of `places` has the number itself.
    """
    places = decimals_needed(arrays.values())
    read = floats_or_none if places is None else partial(integers_or_none, places=places)
    values = {variant: [read(row) for row in rows] for variant, rows in arrays.items()}
    return {"places": places, "values": values}


def board_data(site: Site) -> Mapping[str, object]:
    """What a script must know of the board beside its scores.

    Models and tasks are in the order of the tables; `reference` is the baseline's place among the
    models and the variant whose scores stand for it. `boards` has, by variant, how many models are
    ranked; of each model rank, number of scores, mean win rate, and the ranks that the tasks allow.
    """
    catalog, labels = site.results.catalog, site.labels
    roles, rules = labels.roles, site.results.board.rules
    reference = roles.baseline is not None and {
        "model": site.results.scores.rows[roles.baseline],
        "variant": roles.baseline_variant,
    }
    return {
        "models": [_model(site, facts) for facts in catalog.models.values()],
        "tasks": [_task(site, facts) for facts in catalog.tasks.values()],
        "variants": [_variant(site, variant) for variant in roles.variants],
        "categories": [_category(site, category) for category in site.results.categories],
        "boards": {v: _board(site, board) for v, board in site.results.boards.items()},
        "base": roles.base,
        "reference": reference or None,
        "scale": asdict(labels.scale),
        "rank_by": rules.rank_by,
        "averaged": rules.averaged,
        "min_coverage": rules.min_coverage,
    }


def choice_settings(site: Site) -> Mapping[str, object]:
    """Return what `static/js/choose.js` needs beside `board_data`.

    `ends` are the bounds that all tasks share; `reach` and `tail` hold what an interval over n
    tasks needs, by n (docs/statistics.md#choice).
    """
    labels, prices = site.labels, cheapest_prices(site)
    counts = counts_to(len(site.results.scores.tasks))
    return {
        "ends": _common_bounds(site),
        "prices": [prices.get(model) for model in site.results.scores.models],
        "runs": [labels.in_sentence(variant) for variant in labels.roles.variants],
        "baseline": labels.baseline,
        "listed": _LISTED,
        "compared": _COMPARED,
        "most_unranked": _MOST_UNRANKED,
        "least_tasks_for_ties": LEAST_TASKS,
        "margin_share": MARGIN_SHARE,
        "reach": floats_or_none(t_quantile(counts)),
        "tail": floats_or_none(tail_probability(counts)),
        "error_reach": REACH,
        "resamples": RESAMPLES,
        "seed": SEED,
        "reweightings": REWEIGHTINGS,
        "reweighting_seed": _REWEIGHTING_SEED,
    }


def cheapest_prices(site: Site) -> dict[str, float]:
    """Return the cheapest offer of each model, in US dollars per million output tokens."""
    cheapest: dict[str, float] = {}
    for price in site.results.serving.prices:
        if price.output_usd is not None and price.model in site.labels.models:
            found = cheapest.get(price.model, price.output_usd)
            cheapest[price.model] = min(found, price.output_usd)
    return cheapest


def _common_bounds(site: Site) -> tuple[float, float] | None:
    bounds = {(t.score_min, t.score_max) for t in site.results.catalog.tasks.values()}
    low, high = next(iter(bounds))
    return (low, high) if len(bounds) == 1 and low is not None and high is not None else None


def _variant(site: Site, variant: str) -> Mapping[str, object]:
    labels = site.labels
    return {
        "id": variant,
        "label": labels.variants[variant],
        "phrase": labels.in_sentence(variant),
        "slug": labels.variant_slugs[variant],
    }


def _category(site: Site, category: CategoryResult) -> Mapping[str, object]:
    """A category, whether averages over its tasks mean anything, and how they are written."""
    name = category.category
    return {
        "link": page_link(name, "category", name),
        "averaged": category.averaged,
        "scale": asdict(_category_scale(site, category)),
    }


def _category_scale(site: Site, category: CategoryResult) -> NumberFormat:
    labels, averaged = site.labels, site.results.board.rules.averaged
    return labels.scale if averaged else labels.scales[category.tasks[0]]


def _board(site: Site, board: Board) -> Mapping[str, object]:
    rows = {s.model: [s.rank, s.scored, s.win_rate, rank_range(board, s)] for s in board.standings}
    return {
        "ranked": len(board.ranked),
        "standings": [rows[model] for model in site.results.scores.models],
    }


def _model(site: Site, facts: ModelInfo) -> Mapping[str, object]:
    return {
        "id": facts.model,
        "link": page_link(facts.name, "model", facts.model),
        "developer": facts.developer,
        "dot": site.labels.dots.get(facts.model),
        "parameters_b": facts.parameters_b,
        "license": facts.license,
    }


def _task(site: Site, facts: TaskInfo) -> Mapping[str, object]:
    return {
        "id": facts.task,
        "link": page_link(facts.name, "task", facts.task),
        "category": facts.category,
        "slug": site.labels.task_slugs[facts.task],
        "direction": 1 if facts.higher_is_better else -1,
        "bounds": [facts.score_min, facts.score_max],
        "scale": asdict(site.labels.scales[facts.task]),
    }
