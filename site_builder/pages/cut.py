"""How much of a large board stands on the page of a task or of a category: the top of it.

The whole board is on the page of the models, and the page of each model has its rank on every task.
"""

from __future__ import annotations

from site_builder.pages.page import Site
from site_builder.parts import LONG, MOST_LISTED


def most_listed(site: Site) -> int | None:
    """Greatest number of models that such a page lists; None for all of them."""
    return MOST_LISTED if len(site.results.scores.models) > LONG else None


def cut_note(site: Site, n_models: int) -> str:
    """What is said where not all models are listed; empty where all are."""
    most = most_listed(site)
    if most is None or n_models <= most:
        return ""
    return f"The first {most} of {n_models:,} models. The page of each model has its rank."
