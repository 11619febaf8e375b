"""What a visitor can do with a table of tasks: filter it by category."""

from __future__ import annotations

from collections.abc import Mapping

from site_builder.pages.page import Site
from site_builder.parts import Facet, Tools


def task_tools(site: Site, nouns: tuple[str, str] = ("task", "tasks")) -> Tools:
    """A filter by category, where tasks differ in it.

    Args:
        site: The site.
        nouns: What one row is, and several.
    """
    categories = {facts.category for facts in site.results.catalog.tasks.values()}
    facets = (Facet("category", "Category"),) if len(categories) > 1 else ()
    return Tools(*nouns, facets)


def task_marks(site: Site, task: str) -> Mapping[str, str | None]:
    """What filters must know of a task's row."""
    return {"category": site.results.catalog.tasks[task].category}
