"""How often the statistics err on boards whose truth is known: `make simulate`.

Prints the table of docs/statistics.md#how-often-this-errs. A score is what the model is worth,
plus what the task adds for all models, plus what it adds for this one. Tuning adds a lift whose
mean is 0.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from site_builder.compute.board import compute_board
from site_builder.compute.intervals import mean_intervals
from site_builder.compute.numbers import Array
from site_builder.compute.scores import Roles, Scores
from site_builder.compute.significance import compute_lift_tests
from tests.helpers.boards import BY_MEAN
from tests.tools.sparse_boards import print_sparse_boards

SEED = 1
MODELS = 12
FAMILY = 5
Draw = Callable[[np.random.Generator, tuple[int, int]], Array]


def normal(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Effects of standard deviation 0.1, as all below."""
    return rng.normal(0, 0.1, shape)


def skewed(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Most effects a little below 0, a few far above; of every other model the reverse."""
    signs = np.where(np.arange(shape[0]) % 2, -1.0, 1.0)[:, np.newaxis]
    return np.asarray(0.1 * (rng.exponential(1, shape) - 1) * signs)


def heavy(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Student's t with three degrees of freedom."""
    return np.asarray(0.1 / 3**0.5 * rng.standard_t(3, shape))


def outliers(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Nearly nothing on 96 % of the tasks, and 0.5 on the others, less the mean."""
    return np.asarray(0.5 * (rng.random(shape) < 0.04) - 0.02 + rng.normal(0, 0.02, shape))


def clustered(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Mostly the same on all tasks of a family."""
    families = rng.normal(0, 0.09, (shape[0], -(-shape[1] // FAMILY)))
    shared = np.repeat(families, FAMILY, axis=1)[:, : shape[1]]
    return np.asarray(shared + rng.normal(0, 0.044, shape))


@dataclass(frozen=True)
class Population:
    """Where boards come from.

    Attributes:
        effect: What a task adds for one model, and what tuning adds.
        tasks: Number of tasks of a board.
        families: Whether the tasks state their families.
    """

    effect: Draw = normal
    tasks: int = 31
    families: bool = False

    def boards(self, n: int) -> Iterator[Scores]:
        """Boards of models that are all worth nearly the same, best first."""
        rng, shape = np.random.default_rng(SEED), (MODELS, self.tasks)
        worth = 0.5 - 1e-6 * np.arange(MODELS)[:, np.newaxis]
        for _ in range(n):
            base = worth + rng.uniform(-0.3, 0.3, self.tasks) + self.effect(rng, shape)
            yield self._scores({"base": base, "tuned": base + self.effect(rng, shape)})

    def _scores(self, values: dict[str, Array]) -> Scores:
        tasks = np.arange(self.tasks)
        unknown = {variant: np.full(array.shape, np.nan) for variant, array in values.items()}
        return Scores(
            frame=pd.DataFrame(),  # boards and tests read the arrays alone
            index={},
            models=tuple(f"m{i}" for i in range(MODELS)),
            tasks=tuple(f"t{i}" for i in tasks),
            values=values,
            direction=np.ones(self.tasks),
            low=np.full(self.tasks, -np.inf),
            high=np.full(self.tasks, np.inf),
            families=tasks // FAMILY if self.families else tasks,
            roles=Roles("base", ("tuned",), None, {}),
            errors=unknown,
            ties=unknown,
            flagged=(),
        )


def measure(population: Population, n: int) -> list[float]:
    """Return how often boards of a population are right and wrong.

    Share of the intervals of a mean lift that hold 0; shares of boards with any false plausible
    rank, with any verdict on tuning, and with one that only one of the two tests supports.
    """
    held, ranks, verdicts, doubts = [], [], [], []
    for scores in population.boards(n):
        lifts = scores.lift_over_base("tuned")
        low, high = mean_intervals(lifts, None, scores.families)
        held.append(float(((low <= 0) & (high >= 0)).mean()))
        standings = compute_board(scores, "base", BY_MEAN).standings
        places = {s.model: s.rank_interval or (1, MODELS) for s in standings}
        truth = [(*places[f"m{i}"], i + 1) for i in range(MODELS)]
        ranks.append(any(not best <= rank <= worst for best, worst, rank in truth))
        tests = compute_lift_tests(scores, averaged=True).over_base["tuned"].values()
        verdicts.append(any(test.verdict in ("better", "worse") for test in tests))
        doubts.append(any(test.tests_disagree for test in tests))
    return [float(np.mean(found)) for found in (held, ranks, verdicts, doubts)]


def print_table(n: int) -> None:
    """Print a row for each kind of board and number of tasks."""
    kinds = {
        "normal": Population(),
        "skewed": Population(skewed),
        "heavy tails": Population(heavy),
        "rare outliers": Population(outliers),
        "families, stated": Population(clustered, families=True),
        "families, not stated": Population(clustered),
    }
    sys.stdout.write(
        "| effects | tasks | intervals of a lift that hold the truth | boards with any false "
        "plausible rank | boards with any false verdict | boards where the two tests disagree |\n"
        "|---|---|---|---|---|---|\n"
    )
    for name, kind in kinds.items():
        for tasks in (30, 100) if kind.families else (6, 10, 31, 100):
            found = measure(replace(kind, tasks=tasks), n)
            cells = " | ".join(f"{100 * share:.1f} %" for share in found)
            sys.stdout.write(f"| {name} | {tasks} | {cells} |\n")


if __name__ == "__main__":
    boards = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    print_table(boards)
    sys.stdout.write("\n")
    print_sparse_boards(boards)
