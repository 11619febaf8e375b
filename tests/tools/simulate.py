"""How often the statistics err on boards whose truth is known: `make simulate`.

Prints the tables of docs/statistics.md#how-often-this-errs. A board is drawn from a population of
tasks: a score is what the model is worth, plus what the task adds for all models, plus what it adds
for this one, plus the error of measuring it on so many examples.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from site_builder.compute.board import compute_board
from site_builder.compute.intervals import Bootstrap
from site_builder.compute.numbers import Array
from site_builder.compute.scores import Roles, Scores
from site_builder.compute.significance import compute_lift_tests
from tests.helpers.boards import BY_MEAN

SEED = 1
Draw = Callable[[np.random.Generator, int], Array]


def even(rng: np.random.Generator, n: int) -> Array:
    """Difficulties spread evenly, mean 0."""
    return rng.uniform(-0.3, 0.3, n)


def skewed(rng: np.random.Generator, n: int) -> Array:
    """Most tasks easy, a few very hard, mean 0."""
    return 0.75 - rng.beta(1.0, 3.0, n) - 0.5


@dataclass(frozen=True)
class Population:
    """Where boards come from.

    Attributes:
        worth: True mean score of each model.
        tasks: Number of tasks of a board.
        difficulty: What a task adds for all.
        own: Standard deviation of what a task adds for one model.
        error: Standard error of a score; 0 for scores without error.
        told: Whether the results state that error.
    """

    worth: Array = field(default_factory=lambda: np.full(12, 0.5))
    tasks: int = 31
    difficulty: Draw = even
    own: float = 0.1
    error: float = 0.0
    told: bool = True

    def boards(self, n: int) -> Iterator[Scores]:
        """Boards of a base variant and a tuned one that are worth the same."""
        rng = np.random.default_rng(SEED)
        for _ in range(n):
            shared = self.difficulty(rng, self.tasks)
            yield self._scores([self._draw(rng, shared) for _ in range(2)])

    def _draw(self, rng: np.random.Generator, shared: Array) -> Array:
        shape = (len(self.worth), self.tasks)
        noise = rng.normal(0, self.own, shape) + rng.normal(0, self.error, shape)
        return np.asarray(self.worth[:, np.newaxis] + shared + noise)

    def _scores(self, arrays: list[Array]) -> Scores:
        shape = arrays[0].shape
        known = np.full(shape, self.error if self.error and self.told else np.nan)
        return Scores(
            frame=pd.DataFrame(),  # boards and tests read the arrays alone
            index={},
            models=tuple(f"m{i}" for i in range(shape[0])),
            tasks=tuple(f"t{i}" for i in range(shape[1])),
            values=dict(zip(("base", "tuned"), arrays, strict=True)),
            direction=np.ones(shape[1]),
            low=np.full(shape[1], -np.inf),
            high=np.full(shape[1], np.inf),
            roles=Roles("base", ("tuned",), None, {}),
            errors={"base": known, "tuned": known},
            flagged=(),
        )


def coverage(population: Population, n: int) -> float:
    """Share of the 95 % intervals of averages that hold what the model is worth."""
    held, truth = [], population.worth
    bootstrap = Bootstrap.over(population.tasks)
    centre = float(population.difficulty(np.random.default_rng(1), 2_000_000).mean())
    for scores in population.boards(n):
        low, high = bootstrap.intervals(scores.values["base"], scores.errors["base"])
        held.append((low <= truth + centre) & (truth + centre <= high))
    return float(np.mean(held))


@dataclass(frozen=True)
class Errors:
    """How often a board says what is not so.

    Attributes:
        not_tied: Of the models that are worth as much as the best, the leader left out: share that
            is said to be distinguishable from it.
        some_not_tied: Share of the boards on which this is said of any model.
        ranks_held: Share of the rank intervals that hold the true rank; equals may have any.
        some_verdict: Share of the boards on which tuning is said to have helped or hurt any model.
    """

    not_tied: float
    some_not_tied: float
    ranks_held: float
    some_verdict: float


def errors(population: Population, n: int) -> Errors:
    """Over boards of models that are worth what the population says."""
    bootstrap = Bootstrap.over(population.tasks)
    best = np.flatnonzero(population.worth == population.worth.max()).tolist()
    first = 1 + (population.worth[:, np.newaxis] < population.worth).sum(axis=1)
    last = len(first) - (population.worth[:, np.newaxis] > population.worth).sum(axis=1)
    told, ranks, verdicts = [], [], []
    for scores in population.boards(n):
        board = compute_board(scores, "base", BY_MEAN, bootstrap)
        tests = compute_lift_tests(scores, bootstrap, averaged=True).over_base["tuned"]
        verdicts.append(any(test.verdict in ("better", "worse") for test in tests.values()))
        by_model = {int(s.model[1:]): s for s in board.standings}
        told.append([not by_model[i].tied_with_best for i in best if by_model[i].rank != 1])
        for i, s in by_model.items():
            low, high = s.rank_interval or (0, 0)
            ranks.append(low <= last[i] and first[i] <= high)
    return Errors(
        not_tied=float(np.mean([said for board in told for said in board])) if len(best) > 1 else 0,
        some_not_tied=float(np.mean([any(board) for board in told])),
        ranks_held=float(np.mean(ranks)),
        some_verdict=float(np.mean(verdicts)),
    )


def percent(share: float) -> str:
    """A share as the tables write it."""
    return f"{100 * share:.1f} %"


def print_coverage(n: int) -> None:
    """Coverage of the intervals by number of tasks and kind of board."""
    kinds = {
        "even difficulties": Population(),
        "skewed difficulties": Population(difficulty=skewed),
        "scores ± 0.1, stated": Population(error=0.1),
        "scores ± 0.1, not stated": Population(error=0.1, told=False),
    }
    sizes = (5, 10, 20, 31, 100)
    sys.stdout.write(f"| tasks | {' | '.join(kinds)} |\n|---|{'---|' * len(kinds)}\n")
    for tasks in sizes:
        found = [percent(coverage(replace(kind, tasks=tasks), n)) for kind in kinds.values()]
        sys.stdout.write(f"| {tasks} | {' | '.join(found)} |\n")


def print_errors(n: int) -> None:
    """What is said wrongly of equal models, and of models that lie apart."""
    apart = np.asarray(0.5 + 0.02 * np.arange(12), dtype=float)
    kinds = {
        "12 equal models, 10 tasks": Population(tasks=10),
        "12 equal models, 31 tasks": Population(),
        "12 equal models, 100 tasks": Population(tasks=100),
        "12 models 0.02 apart, 31 tasks": Population(worth=apart),
    }
    sys.stdout.write(
        "| boards | equals of the first said to be behind it | boards with any such "
        "| rank intervals that hold the rank | boards with a wrong verdict on tuning |\n"
        "|---|---|---|---|---|\n"
    )
    for name, kind in kinds.items():
        found = errors(kind, n)
        wrong = [percent(found.not_tied), percent(found.some_not_tied)]
        if len(set(kind.worth)) > 1:
            wrong = ["", ""]
        rest = [percent(found.ranks_held), percent(found.some_verdict)]
        sys.stdout.write(f"| {name} | {' | '.join([*wrong, *rest])} |\n")


if __name__ == "__main__":
    boards = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    print_coverage(boards)
    sys.stdout.write("\n")
    print_errors(boards)
