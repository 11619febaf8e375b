"""What one cites: the site, one of its pages, a single score; always with the data release."""

from __future__ import annotations

from site_builder.addresses import Address
from site_builder.pages.page import Citation, Site
from site_builder.records import replace


def cite_site(site: Site) -> Citation:
    """The site as a whole."""
    return Citation(site.config.site.title, "", "", site.results.release, Address("home"))


def cite_page(site: Site, name: str, said: str, to: Address) -> Citation:
    """A page of the site.

    Args:
        site: The site.
        name: What the page is about.
        said: The finding to cite, as a whole sentence.
        to: The page, or a place on it.
    """
    return Citation(site.config.site.title, name, said, site.results.release, to)


def cite_score(site: Site, model: str, task: str, variant: str) -> Citation:
    """One score: a row of the results; its place is the row on the model's page."""
    results, labels = site.results, site.labels
    score = results.scores_of(model, task)[variant]
    metric = results.catalog.tasks[task].metric
    run = f"{labels.models[model]} ({labels.in_sentence(variant)})"
    said = (
        f"{run} scores "
        f"{labels.scales[task].score(score.score)}{f' ({metric})' if metric else ''} "
        f"on {labels.tasks[task]}."
    )
    to = labels.score_place((model, task, variant))
    cited = cite_page(site, f"{run} on {labels.tasks[task]}", said, to)
    return replace(cited, key=f"{labels.model_slugs[model]}-{to.anchor}")
