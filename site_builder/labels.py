"""Name and format the things of one board."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np

from site_builder.addresses import Address, make_slugs
from site_builder.compute.numbers import Array
from site_builder.compute.results import Results
from site_builder.compute.scores import Roles
from site_builder.compute.tasks import Best
from site_builder.config import SiteConfig
from site_builder.formatting import NumberFormat, scale_for
from site_builder.records import Record

N_COLOURS = 8

# Model, task and variant, as the catalog keys the evidence of a score.
ScoreKey: TypeAlias = tuple[str, str, str]


class Labels(Record):
    """How a board's things are called.

    Attributes:
        models, tasks: Name to show, by id.
        variants: Label, by variant.
        roles: Base, tuned and baseline.
        dots: Index of the colour that marks a model's developer, by model; absent where it has
            none.
        scale: How averages and differences over tasks are written.
        scales: How the scores of a task are written, by task.
        side_by_side: The tasks whose scores can stand on one axis: all, or the largest group of one
            metric, direction and pair of bounds.
        turned: Whether differences are turned on some task, since lower is better there.
        model_slugs, task_slugs, variant_slugs: What addresses and anchors call them, by id.
    """

    models: Mapping[str, str]
    tasks: Mapping[str, str]
    variants: Mapping[str, str]
    roles: Roles
    dots: Mapping[str, int]
    scale: NumberFormat
    scales: Mapping[str, NumberFormat]
    side_by_side: tuple[str, ...]
    turned: bool
    model_slugs: Mapping[str, str]
    task_slugs: Mapping[str, str]
    variant_slugs: Mapping[str, str]

    @property
    def baseline(self) -> str:
        """Name of the baseline; empty where the board has none."""
        return "" if self.roles.baseline is None else self.models[self.roles.baseline]

    @property
    def tuned(self) -> str:
        """What a tuned model is called in a sentence: by the one tuned variant, else `tuned`."""
        return self.in_sentence(self.roles.tuned[0]) if len(self.roles.tuned) == 1 else "tuned"

    @property
    def base(self) -> str:
        """What the base variant is called in a sentence; empty where the board has none."""
        return "" if self.roles.base is None else self.in_sentence(self.roles.base)

    @property
    def lift_term(self) -> str:
        """The section on method that explains the differences that this board shows."""
        if self.lifted:
            return "lift"
        return "average" if self.roles.baseline is None else "lift-over-baseline"

    @property
    def contender(self) -> str:
        """What competes with the baseline: `fine-tuned model`, or just `model`."""
        return f"{self.tuned} model" if self.roles.tuned else "model"

    @property
    def lifted(self) -> bool:
        """Whether the board has scores before and after tuning."""
        return self.roles.base is not None and bool(self.roles.tuned)

    @property
    def turning(self) -> str:
        """What is to be said of a difference; empty where higher is better on every task."""
        return ", turned where lower is better" if self.turned else ""

    def are_side_by_side(self, tasks: Collection[str]) -> bool:
        """Whether the scores of these tasks can stand on the one axis of `side_by_side`."""
        return self._comparable.issuperset(tasks)

    @cached_property
    def by_name(self) -> Sequence[str]:
        """The tasks of `side_by_side` by their names."""
        return sorted(self.side_by_side, key=self.tasks.__getitem__)

    @cached_property
    def _comparable(self) -> frozenset[str]:
        return frozenset(self.side_by_side)

    def score_anchor(self, task: str) -> str:
        """Return the anchor of a task's row among the scores on a model's page."""
        return f"score-{self.task_slugs[task]}"

    def score_place(self, key: ScoreKey) -> Address:
        """Return the address of a score: its row on the page of its model.

        All variants share the row, so the query names a variant other than the primary one.
        """
        model, task, variant = key
        return Address("model", model, self.score_anchor(task), self._variant_queries[variant])

    @cached_property
    def _variant_queries(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        return {
            variant: () if variant == self.roles.primary else (("variant", variant),)
            for variant in self.variants
        }

    def in_sentence(self, variant: str) -> str:
        """A variant's label inside a sentence: `Fine-tuned` as `fine-tuned`; `SFT` stays."""
        label = self.variants[variant]
        return label[:1].lower() + label[1:] if label[1:] == label[1:].lower() else label

    def run(self, model: str, variant: str) -> str:
        """A model in a variant; the variant goes unsaid where only one competes."""
        name = self.models[model]
        return name if len(self.roles.contest) == 1 else f"{name} ({self.variants[variant]})"

    def runs(self, best: Best) -> list[str]:
        """All who tie for a best score."""
        return [self.run(m, v) for m, v in zip(best.models, best.variants, strict=True)]

    def served(self, provider: str, model: str) -> str:
        """A model at a provider; the board need not have it."""
        return f"{self.models.get(model, model)}, {provider}"


def make_labels(results: Results, config: SiteConfig) -> Labels:
    """The names and number formats of a board."""
    models, tasks = results.catalog.models.values(), results.catalog.tasks.values()
    places = {name: i % N_COLOURS for i, name in enumerate(results.catalog.developers)}
    side_by_side = _side_by_side(results)
    return Labels(
        models={m.model: m.name for m in models},
        tasks={t.task: t.name for t in tasks},
        variants={variant: config.label(variant) for variant in results.scores.values},
        roles=results.scores.roles,
        dots={m.model: places[m.developer] for m in models if m.developer is not None},
        scale=_scale(results, side_by_side),
        scales={task: _scale(results, (task,)) for task in results.scores.tasks},
        side_by_side=side_by_side,
        turned=bool(results.scores.direction.min() < 0),
        model_slugs=make_slugs(results.scores.models),
        task_slugs=make_slugs(results.scores.tasks),
        variant_slugs=make_slugs(results.scores.values),
    )


def with_article(phrase: str) -> str:
    """A noun with `a` or `an`, as it is spoken: `an instruct model`, `an SFT model`."""
    word = re.split(r"[\W_]", phrase, maxsplit=1)[0]
    spelled_out = len(word) > 1 and word.isupper()
    vowels = "AEFHILMNORSX8" if spelled_out else "aeiouAEIOU8"
    is_vowel = word[:1] in tuple(vowels) and not word.lower().startswith(("one", "eu"))
    return f"{'an' if is_vowel else 'a'} {phrase}"


def _scale(results: Results, tasks: tuple[str, ...]) -> NumberFormat:
    """How the scores of these tasks are written, in whatever variant."""
    facts = [results.catalog.tasks[task] for task in tasks]
    bounds = [bound for fact in facts for bound in (fact.score_min, fact.score_max)]
    columns = [results.scores.columns[task] for task in tasks]
    return scale_for(_tops(of[:, columns] for of in results.scores.values.values()), bounds)


def _tops(arrays: Iterable[Array]) -> Iterator[float]:
    """The greatest size in each array that has any: all that a scale depends on."""
    for array in arrays:
        sizes = np.abs(array[np.isfinite(array)])
        if len(sizes):
            yield float(sizes.max())


def _side_by_side(results: Results) -> tuple[str, ...]:
    if results.board.rules.averaged:
        return results.scores.tasks
    groups: dict[tuple[object, ...], list[str]] = {}
    for t in results.catalog.tasks.values():
        unit = (t.metric, t.higher_is_better, t.score_min, t.score_max)
        groups.setdefault(unit, []).append(t.task)
    largest = max(groups.values(), key=len)
    return tuple(largest)
