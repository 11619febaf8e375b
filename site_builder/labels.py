"""Name the models, tasks and variants of a board, and format its numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TypeAlias

import numpy as np

from site_builder.addresses import Address, make_slugs
from site_builder.compute.results import Results
from site_builder.compute.scores import Roles
from site_builder.compute.tasks import Best
from site_builder.config import SiteConfig
from site_builder.formatting import NumberFormat, scale_for
from site_builder.records import Record

MERITS = {"mean": "mean score", "mean_win_rate": "mean win rate", "additive": "adjusted average"}
"""What ranks a board, by the `rank_by` of its rules."""
WIN_RATE = NumberFormat(places=3)
_N_COLOURS = 8

# Model, task and variant.
ScoreKey: TypeAlias = tuple[str, str, str]


class Labels(Record):
    """Names and number formats of a board.

    Attributes:
        models, tasks, variants: Displayed name, by id.
        dots: Index of the colour of a model's developer, if it is known.
        scale: Format of averages and differences over tasks.
        scales: Format of the scores of each task.
        side_by_side: The tasks whose scores fit on one axis: all, or the largest group with one
            metric, direction and pair of bounds.
        turned: Whether lower is better on some task, so that the sign of its differences is turned.
        model_slugs, task_slugs, variant_slugs: Parts of addresses and anchors, by id.
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
        """Name of the baseline; empty if there is none."""
        return "" if self.roles.baseline is None else self.models[self.roles.baseline]

    @property
    def tuned(self) -> str:
        """Word for tuned models: the label of the only tuned variant, or else `tuned`."""
        return self.in_sentence(self.roles.tuned[0]) if len(self.roles.tuned) == 1 else "tuned"

    @property
    def base(self) -> str:
        """Label of the base variant in a sentence; empty if there is none."""
        return "" if self.roles.base is None else self.in_sentence(self.roles.base)

    @property
    def lift_term(self) -> str:
        """Section of the about page that explains the differences of this board."""
        if self.lifted:
            return "lift"
        return "average" if self.roles.baseline is None else "lift-over-baseline"

    @property
    def contender(self) -> str:
        """Phrase for a competitor of the baseline: `fine-tuned model`, or only `model`."""
        return f"{self.tuned} model" if self.roles.tuned else "model"

    @property
    def lifted(self) -> bool:
        """Whether the board has scores before and after tuning."""
        return self.roles.base is not None and bool(self.roles.tuned)

    @property
    def turning(self) -> str:
        """A note on the sign of differences; empty if higher is better on every task."""
        return ", turned where lower is better" if self.turned else ""

    def are_side_by_side(self, tasks: Collection[str]) -> bool:
        """Return whether the scores of these tasks fit on one axis."""
        return set(tasks) <= set(self.side_by_side)

    def score_anchor(self, task: str) -> str:
        """Return the anchor of a task's row among the scores on a model's page."""
        return f"score-{self.task_slugs[task]}"

    def score_address(self, key: ScoreKey) -> Address:
        """Return the address of a score: its row on the page of its model.

        All variants share the row, so the query names a variant other than the primary one.
        """
        model, task, variant = key
        query = () if variant == self.roles.primary else (("variant", variant),)
        return Address("model", model, self.score_anchor(task), query)

    def in_sentence(self, variant: str) -> str:
        """Return a variant's label for a sentence: `fine-tuned` for `Fine-tuned`; `SFT` stays."""
        label = self.variants[variant]
        return label[:1].lower() + label[1:] if label[1:] == label[1:].lower() else label

    def run(self, model: str, variant: str) -> str:
        """Return the name of a model in a variant; without the variant if only one competes."""
        name = self.models[model]
        return name if len(self.roles.contest) == 1 else f"{name} ({self.variants[variant]})"

    def runs(self, best: Best) -> list[str]:
        """Return the names of all models that share a best score."""
        return [self.run(m, v) for m, v in zip(best.models, best.variants, strict=True)]

    def served(self, provider: str, model: str) -> str:
        """Return the name of a model at a provider; the model may be missing on the board."""
        return f"{self.models.get(model, model)}, {provider}"


def make_labels(results: Results, config: SiteConfig) -> Labels:
    """Choose the names and number formats of a board."""
    models, tasks = results.catalog.models.values(), results.catalog.tasks.values()
    developers = dict.fromkeys(m.developer for m in models if m.developer is not None)
    colours = {name: i % _N_COLOURS for i, name in enumerate(developers)}
    side_by_side = _side_by_side(results)
    return Labels(
        models={m.model: m.name for m in models},
        tasks={t.task: t.name for t in tasks},
        variants={variant: config.label(variant) for variant in results.scores.values},
        roles=results.scores.roles,
        dots={m.model: colours[m.developer] for m in models if m.developer is not None},
        scale=_scale(results, side_by_side),
        scales={task: _scale(results, (task,)) for task in results.scores.tasks},
        side_by_side=side_by_side,
        turned=bool(results.scores.direction.min() < 0),
        model_slugs=make_slugs(results.scores.models),
        task_slugs=make_slugs(results.scores.tasks),
        variant_slugs=make_slugs(results.scores.values),
    )


def with_article(phrase: str) -> str:
    """Put `a` or `an` before a noun, as spoken: `an instruct model`, `an SFT model`."""
    word = re.split(r"[\W_]", phrase, maxsplit=1)[0]
    spelled_out = len(word) > 1 and word.isupper()
    vowels = "AEFHILMNORSX8" if spelled_out else "aeiouAEIOU8"
    is_vowel = word[:1] in tuple(vowels) and not word.lower().startswith(("one", "eu"))
    return f"{'an' if is_vowel else 'a'} {phrase}"


def _scale(results: Results, tasks: tuple[str, ...]) -> NumberFormat:
    """Choose the number format of the scores of some tasks in all variants."""
    facts = [results.catalog.tasks[task] for task in tasks]
    bounds = [bound for fact in facts for bound in (fact.score_min, fact.score_max)]
    columns = [results.scores.columns[task] for task in tasks]
    scores = np.array([values[:, columns] for values in results.scores.values.values()])
    sizes = np.abs(scores[np.isfinite(scores)])
    return scale_for([float(sizes.max())] if len(sizes) else [], bounds)


def _side_by_side(results: Results) -> tuple[str, ...]:
    if results.board.rules.averaged:
        return results.scores.tasks
    groups: dict[tuple[object, ...], list[str]] = {}
    for t in results.catalog.tasks.values():
        unit = (t.metric, t.higher_is_better, t.score_min, t.score_max)
        groups.setdefault(unit, []).append(t.task)
    largest = max(groups.values(), key=len)
    return tuple(largest)
