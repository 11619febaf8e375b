"""The whole board for scripts: names and facts in the page that needs them, scores in an asset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from site_builder.compute.catalog import ModelFacts, TaskFacts
from site_builder.compute.numbers import numbers
from site_builder.pages.page import ScriptData, Site
from site_builder.parts import Address, Link

SCORES = "data/scores.js"


def make_scores_data(site: Site) -> Iterator[ScriptData]:
    """Every score, by variant: rows are models, columns tasks, in the order of `board_data`."""
    scores = {
        variant: [numbers(row) for row in values]
        for variant, values in site.results.scores.values.items()
    }
    yield ScriptData(Address("asset", SCORES), "scores", scores)


def board_data(site: Site) -> Mapping[str, object]:
    """What a script must know of the board beside its scores.

    Models and tasks are in the order of the tables; `reference` is the baseline's place among the
    models and the variant whose scores stand for it.
    """
    catalog, labels = site.results.catalog, site.labels
    roles, rules = labels.roles, site.results.board.rules
    reference = roles.baseline is not None and {
        "model": site.results.scores.models.index(roles.baseline),
        "variant": roles.baseline_variant,
    }
    return {
        "models": [_model(site, facts) for facts in catalog.models.values()],
        "tasks": [_task(site, facts) for facts in catalog.tasks.values()],
        "variants": [{"id": v, "label": labels.variants[v]} for v in roles.variants],
        "base": roles.base,
        "reference": reference or None,
        "scale": asdict(labels.scale),
        "rank_by": rules.rank_by,
        "averaged": rules.averaged,
        "min_coverage": rules.min_coverage,
    }


def _model(site: Site, facts: ModelFacts) -> Mapping[str, object]:
    return {
        "id": facts.model,
        "link": Link(facts.name, Address("model", facts.model)),
        "developer": facts.developer,
        "dot": site.labels.dots.get(facts.model),
        "parameters_b": facts.parameters_b,
        "license": facts.license,
    }


def _task(site: Site, facts: TaskFacts) -> Mapping[str, object]:
    return {
        "id": facts.task,
        "link": Link(facts.name, Address("task", facts.task)),
        "category": facts.category,
        "direction": 1 if facts.higher_is_better else -1,
        "bounds": [facts.score_min, facts.score_max],
        "scale": asdict(site.labels.scales[facts.task]),
    }
