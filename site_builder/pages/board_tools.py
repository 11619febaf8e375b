"""What a visitor can do with a table of models: filter it, and tick models to compare."""

from __future__ import annotations

from collections.abc import Mapping

from site_builder.compute.catalog import Catalog, ModelFacts
from site_builder.parts import Facet, Tools


def model_tools(catalog: Catalog, variant: str = "") -> Tools:
    """Filters by what the data says of models, each only where two models differ in it.

    Args:
        catalog: Facts of the models.
        variant: The variant in which ticked rows are compared; empty for each model's own first.
    """
    models = catalog.models.values()
    facets = (
        (Facet("developer", "Developer"), {m.developer for m in models}),
        (Facet("size", "Size", "most", "B"), {m.parameters_b for m in models}),
        (Facet("license", "License"), {m.license for m in models}),
    )
    wanted = tuple(facet for facet, values in facets if len(values) > 1)
    return Tools("model", "models", wanted, compare=True, variant=variant)


def model_marks(facts: ModelFacts) -> Mapping[str, str | None]:
    """What filters and ticks must know of a model's row."""
    return {
        "id": facts.model,
        "developer": facts.developer,
        "size": None if facts.parameters_b is None else repr(facts.parameters_b),
        "license": facts.license,
    }
