"""Where each score comes from, for the card that opens at a score: data of each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from site_builder.addresses import Address, page_link
from site_builder.charts.cells import source_link
from site_builder.charts.labels import ScoreKey
from site_builder.compute.flagged import FlaggedScore
from site_builder.compute.task_scores import TaskScore
from site_builder.format import count, exact, sentence
from site_builder.pages.dataset import published_paths
from site_builder.pages.page import ScriptData, Site
from site_builder.slugs import make_slugs


class _Own(NamedTuple):
    """One score of a model, with the places of its task, variant and source in their lists."""

    key: ScoreKey
    score: TaskScore | FlaggedScore
    task: int
    variant: int


def make_whence(site: Site) -> Iterator[ScriptData]:
    """The data of each model that has a score, beside its page; none where a board has many.

    One file for each, so that nobody fetches more than the scores of the model that they ask for.
    """
    if site.results.stats.has_many_scores:
        return
    published = published_paths(site)
    scored = {model for model, _, _ in site.results.catalog.evidence}
    for model in site.results.scores.models:
        if model in scored:
            name = f"scores of {site.labels.model_slugs[model]}"
            value = partial(whence_data, site, model, published)
            yield ScriptData(Address("scores", model), name, value)


def whence_data(site: Site, model: str, published: frozenset[str]) -> Mapping[str, object]:
    """What a script must know of every score of a model, and how to cite it.

    `tasks` are link, metric (empty where not stated) and slug; `variants` label, name in a sentence
    and slug; `sources` links. Each of `scores` has the places of its task and of its variant, the
    value with every digit, as it is shown, its row in results.parquet, and what else is known.
    """
    catalog, labels = site.results.catalog, site.labels
    own = list(_own_scores(site, model))
    tasks = list(dict.fromkeys(score.key[1] for score in own))
    found = dict.fromkeys(catalog.evidence[score.key].source for score in own)
    sources = {s: place for place, s in enumerate(s for s in found if s is not None)}
    return {
        "model": page_link(labels.models[model], "model", model),
        "tasks": [
            [
                page_link(labels.tasks[task], "task", task),
                catalog.tasks[task].metric or "",
                labels.task_slugs[task],
            ]
            for task in tasks
        ],
        "variants": [
            [labels.variants[v], labels.in_sentence(v), labels.variant_slugs[v]]
            for v in labels.variants
        ],
        "sources": [source_link(source, published) for source in sources],
        "scores": [_score(site, score, sources) for score in own],
        "cite": _cite(site, model),
    }


def _own_scores(site: Site, model: str) -> Iterator[_Own]:
    """Every score of a model, those that count nowhere too."""
    results, place = site.results, -1
    variants = list(site.labels.variants)
    for task in results.scores.tasks:
        scores: dict[str, TaskScore | FlaggedScore] = {**results.flagged_of(model, task)}
        scores |= results.scores_of(model, task)
        place += bool(scores)
        for variant, score in scores.items():
            yield _Own((model, task, variant), score, place, variants.index(variant))


def _score(site: Site, own: _Own, sources: Mapping[str, int]) -> Sequence[object]:
    value, scale = own.score.score, site.labels.scales[own.key[1]]
    row = count(site.results.catalog.evidence[own.key].row)
    return own.task, own.variant, exact(value), scale.score(value), row, _known(site, own, sources)


def _known(site: Site, own: _Own, sources: Mapping[str, int]) -> Mapping[str, object]:
    """What the results table says of a score beside its value, without what it does not say."""
    evidence = site.results.catalog.evidence[own.key]
    score, scale = own.score, site.labels.scales[own.key[1]]
    interval = score.interval if isinstance(score, TaskScore) else None
    facts = {
        "interval": None if interval is None else scale.interval(*interval),
        "stderr": None if evidence.stderr is None else exact(evidence.stderr),
        "n": None if evidence.n_examples is None else count(evidence.n_examples),
        "date": evidence.date,
        "source": None if evidence.source is None else sources[evidence.source],
        "command": evidence.command,
        "flag": evidence.flag,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _cite(site: Site, model: str) -> Mapping[str, object]:
    """What all citations of a model's scores share; `pages/citation.py` makes the same of one."""
    title, release = site.config.site.title, site.results.release
    slug = f"{make_slugs([title])[title]}-{site.labels.model_slugs[model]}"
    return {
        "site": title,
        "release": release.name,
        "note": sentence(release.name),
        "year": release.date[:4] if release.date else "",
        "key": [f"{slug}-", f"-{release.short}"],
    }
