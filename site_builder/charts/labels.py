"""Names and number formats of one board: how its models, tasks, variants and scores are called and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from site_builder.compute.results import Results
from site_builder.compute.scores import Roles
from site_builder.config import SiteConfig
from site_builder.format import Scale, scale_for

N_COLOURS = 8


@dataclass(frozen=True)
class Labels:
    """How a board's things are called.

    Attributes:
        models, tasks: Name to show, by id.
        variants: Label, by variant.
        roles: Base, tuned and baseline.
        dots: Index of the colour that marks a model's developer, by model; absent where it has none.
        scale: How averages and differences over tasks are written.
        scales: How the scores of a task are written, by task.
        side_by_side: The tasks whose scores can stand on one axis: all, or the largest group of one metric,
            direction and pair of bounds.
    """

    models: Mapping[str, str]
    tasks: Mapping[str, str]
    variants: Mapping[str, str]
    roles: Roles
    dots: Mapping[str, int]
    scale: Scale
    scales: Mapping[str, Scale]
    side_by_side: tuple[str, ...]

    @property
    def baseline(self) -> str:
        """Name of the baseline; empty where the board has none."""
        return "" if self.roles.baseline is None else self.models[self.roles.baseline]

    @property
    def tuned(self) -> str:
        """What a tuned model is called in a sentence: the label of the one tuned variant, else `tuned`."""
        return _in_sentence(self.variants[self.roles.tuned[0]]) if len(self.roles.tuned) == 1 else "tuned"

    @property
    def base(self) -> str:
        """What the base variant is called in a sentence."""
        return "" if self.roles.base is None else _in_sentence(self.variants[self.roles.base])

    @property
    def contender(self) -> str:
        """What competes with the baseline: `fine-tuned model`, or just `model`."""
        return f"{self.tuned} model" if self.roles.tuned else "model"

    def run(self, model: str, variant: str) -> str:
        """A model in a variant; the variant goes unsaid where only one competes."""
        name = self.models[model]
        return name if len(self.roles.contest) == 1 else f"{name} ({self.variants[variant]})"


def _in_sentence(label: str) -> str:
    """A label as it stands inside a sentence: `Fine-tuned` to `fine-tuned`; `SFT` stays."""
    return label[:1].lower() + label[1:] if label[1:] == label[1:].lower() else label


def make_labels(results: Results, config: SiteConfig) -> Labels:
    """The names and number formats of a board."""
    catalog, scores = results.catalog, results.scores
    place = {name: i % N_COLOURS for i, name in enumerate(catalog.developers)}
    bounds = [(t.score_min, t.score_max) for t in catalog.tasks.values()]
    columns = {task: [array[:, i] for array in scores.values.values()] for i, task in enumerate(scores.tasks)}
    scales = {task: scale_for(_flat(columns[task]), bounds[i]) for i, task in enumerate(scores.tasks)}
    group = _side_by_side(results)
    places = [scores.tasks.index(task) for task in group]
    return Labels(
        models={m.model: m.name for m in catalog.models.values()},
        tasks={t.task: t.name for t in catalog.tasks.values()},
        variants={variant: config.label(variant) for variant in scores.values},
        roles=scores.roles,
        dots={m.model: place[m.developer] for m in catalog.models.values() if m.developer is not None},
        scale=scale_for(_flat(array[:, places] for array in scores.values.values()), [b for i in places for b in bounds[i]]),
        scales=scales,
        side_by_side=group,
    )


def _side_by_side(results: Results) -> tuple[str, ...]:
    if results.board.rules.averaged:
        return results.scores.tasks
    groups: dict[tuple[object, ...], list[str]] = {}
    for t in results.catalog.tasks.values():
        groups.setdefault((t.metric, t.higher_is_better, t.score_min, t.score_max), []).append(t.task)
    return tuple(max(groups.values(), key=len, default=[]))


def _flat(arrays: Iterable[np.ndarray]) -> list[float]:
    return [float(v) for array in arrays for v in array[~np.isnan(array)].ravel()]
