"""Runs, what each is set against, and how many of them are looked at together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from site_builder.config import SiteConfig

Against = Literal["base", "baseline"]


@dataclass(frozen=True, order=True)
class Run:
    """A model on a task in a variant: what one score stands for.

    Attributes:
        task: Id of the task.
        model: Id of the model.
        variant: How the model was run.
        rows: Rows that the files have of it.
    """

    task: str
    model: str
    variant: str
    rows: int = field(compare=False)

    def __str__(self) -> str:
        """The run as reports name it."""
        return f"{self.model}, {self.task} ({self.variant})"


@dataclass(frozen=True)
class Pair:
    """A run, what it is set against, and as what that is meant."""

    run: Run
    other: Run
    against: Against


@dataclass
class Part:
    """Runs that are looked at together, and all that they are set against.

    Attributes:
        runs: The runs.
        held: Those and the runs that they are set against.
        pairs: Their pairs.
    """

    runs: list[Run] = field(default_factory=list)
    held: dict[Run, None] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of all that is held."""
        return sum(run.rows for run in self.held)


def pair_runs(runs: Iterable[Run], config: SiteConfig) -> list[Pair]:
    """Every run with the base of its model, and with the baseline, on the same task.

    The baseline stands in the variant that it has on the site's pages: the base, or the first tuned
    one where it has no base scores.
    """
    by_key = {(run.model, run.task, run.variant): run for run in runs}
    base, baseline = config.default_variant, config.board.baseline
    variant = _baseline_variant(by_key, config)
    pairs = []
    for run in by_key.values():
        of_base = by_key.get((run.model, run.task, base))
        if of_base is not None and of_base != run:
            pairs.append(Pair(run, of_base, "base"))
        of_baseline = by_key.get((baseline or "", run.task, variant))
        if of_baseline is not None and of_baseline != run:
            pairs.append(Pair(run, of_baseline, "baseline"))
    return pairs


def _baseline_variant(runs: Iterable[tuple[str, str, str]], config: SiteConfig) -> str:
    """The variant whose scores stand for the baseline; as `compute/scores.py` has it."""
    own = {variant for model, _, variant in runs if model == config.board.baseline}
    tuned = config.board.tuned_variants
    order = (config.default_variant, *(sorted(own) if tuned is None else tuned))
    return next((variant for variant in order if variant in own), config.default_variant)


def part_runs(runs: Sequence[Run], pairs: Iterable[Pair], most: int) -> Iterator[Part]:
    """Runs in parts of bounded size, all variants of a model on a task in the same.

    Args:
        runs: The runs, sorted.
        pairs: Their pairs.
        most: How many rows a part may hold; one model on one task may have more.
    """
    pairs_of: dict[Run, list[Pair]] = {}
    for pair in pairs:
        pairs_of.setdefault(pair.run, []).append(pair)
    part = Part()
    for _, group in groupby(runs, key=lambda run: (run.task, run.model)):
        own = list(group)
        further = [pair for run in own for pair in pairs_of.get(run, ())]
        held = dict.fromkeys((*own, *(pair.other for pair in further)))
        if part.runs and part.rows + sum(r.rows for r in held if r not in part.held) > most:
            yield part
            part = Part()
        part.runs += own
        part.held |= held
        part.pairs += further
    if part.runs:
        yield part
