"""How often the statistics err on boards whose truth is known: `make simulate`.

Prints the tables of docs/statistics.md#how-often-this-errs. A score is what the model is worth,
plus what the task adds for all models, plus what it adds for this one. Tuning adds a lift whose
mean is 0.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from site_builder.compute.intervals import Families, mean_intervals, rounding_errors
from site_builder.compute.numbers import Array
from site_builder.compute.ranks import compare_pairs, rank_intervals
from site_builder.compute.runs import Roles, Runs
from site_builder.compute.score_error import REACH, find_ties, standard_error_of_share
from site_builder.compute.significance import compute_lift_tests
from site_builder.records import replace
from tests.tools.relations import print_relations
from tests.tools.sparse_boards import print_sparse_boards

SEED = 1
MODELS = 10
FAMILY = 5
Draw = Callable[[np.random.Generator, tuple[int, int]], Array]


def normal(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Effects of standard deviation 0.1, as all below."""
    return rng.normal(0, 0.1, shape)


def discrete(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Scores in steps of 0.1: on half of the tasks one step up or down."""
    return rng.choice([-0.1, 0.0, 0.0, 0.1], shape)


def skewed(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Exponential: most a little below 0, a few far above; of every other model the reverse."""
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
        families: Whether the tasks state their families.
    """

    effect: Draw
    families: bool = False

    def families_of(self, tasks: int) -> Families:
        """Return the family of each task."""
        return np.arange(tasks) // (FAMILY if self.families else 1)


POPULATIONS = {
    "normal": Population(normal),
    "heavy tails": Population(heavy),
    "discrete": Population(discrete),
    "skewed": Population(skewed),
    "rare outliers": Population(outliers),
    "families, stated": Population(clustered, families=True),
    "families, not stated": Population(clustered),
}


# --- ranks and the first ------------------------------------------------------------------------


def near(k: int) -> Array:
    """All nearly the same: no two are equal."""
    return np.asarray(1e-6 * np.arange(k)[::-1])


def ties(k: int) -> Array:
    """One best by next to nothing, all others equal."""
    return np.asarray(1e-6 * (np.arange(k) == 0))


def spread(k: int) -> Array:
    """From worst to best 1.5 standard deviations of an effect, in pairs of equals."""
    return np.asarray(0.3 * (np.arange(k) // 2)[::-1] / k)


WORTHS: dict[str, Callable[[int], Array]] = {"near": near, "ties": ties, "spread": spread}


@dataclass
class Stated:
    """What boards state, and how often it holds.

    Attributes:
        joint: All of it: who is ahead, all ranks, and that the single best may be first.
        best: That the single best may be first.
        intervals: All intervals of the differences from the first, besides `joint`.
        first: How many models may be first.
        ranks: How many ranks a model could have.
    """

    joint: float
    best: float
    intervals: float
    first: float
    ranks: float


def state_ranks(population: Population, worth: Array, tasks: int, n: int) -> Stated:
    """Draw boards and judge all that each states about ranks; equal models have any order."""
    rng, k = np.random.default_rng(SEED), len(worth)
    is_single = (worth == worth[0]).sum() == 1
    found = []
    for _ in range(n):
        effects = population.effect(rng, (k, tasks))
        scores = 0.5 + worth[:, np.newaxis] + rng.uniform(-0.3, 0.3, tasks) + effects
        order = np.argsort(-scores.mean(axis=1), kind="stable")
        truth = worth[order]
        # The steps are those of the effects; `worth` differs by less than any step.
        errors = np.broadcast_to(rounding_errors(effects), scores.shape)
        leads = compare_pairs(scores[order], errors, population.families_of(tasks))
        best, worst = rank_intervals(np.arange(1.0, k + 1), leads)
        least = 1 + (truth > truth[:, np.newaxis]).sum(axis=1)
        most = k - (truth < truth[:, np.newaxis]).sum(axis=1)
        is_right = not (leads.ahead & (truth[:, np.newaxis] <= truth)).any()
        is_right &= bool(((best <= most) & (worst >= least)).all())
        keeps_best = not is_single or bool(leads.may_be_first[truth.argmax()])
        gaps = truth[0] - truth[1:]
        holds = bool(((leads.behind[1, 1:] <= gaps) & (gaps <= leads.behind[2, 1:])).all())
        row = is_right and keeps_best, keeps_best, is_right and keeps_best and holds
        found.append([*row, leads.may_be_first.sum(), (worst - best + 1).mean()])
    return Stated(*np.mean(found, axis=0).tolist())


def print_ranks(n: int) -> None:
    """Print how often all that a board states about ranks holds."""
    sys.stdout.write(
        "| effects | models | tasks | all holds (near, ties, spread) | the best may be first | "
        "with intervals | may be first | ranks of a model |\n|---|---|---|---|---|---|---|---|\n"
    )
    for name, population in POPULATIONS.items():
        for k in (10, 50):
            for tasks in (30,) if population.families else (6, 10, 31):
                stated = [state_ranks(population, of(k), tasks, n) for of in WORTHS.values()]
                shares = (
                    ", ".join(f"{100 * getattr(s, what):.1f}" for s in stated)
                    for what in ("joint", "best", "intervals")
                )
                sizes = (
                    ", ".join(f"{getattr(s, what):.1f}" for s in stated)
                    for what in ("first", "ranks")
                )
                cells = [name, str(k), str(tasks), *(f"{s} %" for s in shares), *sizes]
                sys.stdout.write(f"| {' | '.join(cells)} |\n")
                sys.stdout.flush()


# --- lifts --------------------------------------------------------------------------------------


def draw_lifts(population: Population, tasks: int, n: int) -> Iterator[Runs]:
    """Yield tuned runs, beside their base, of boards on which tuning has no effect on average."""
    rng, shape = np.random.default_rng(SEED), (MODELS, tasks)
    for _ in range(n):
        base = 0.5 + rng.uniform(-0.3, 0.3, tasks) + population.effect(rng, shape)
        runs = Runs(
            models=tuple(f"m{i}" for i in range(MODELS)),
            tasks=tuple(f"t{i}" for i in range(tasks)),
            direction=np.ones(tasks),
            low=np.full(tasks, -np.inf),
            high=np.full(tasks, np.inf),
            families=population.families_of(tasks),
            roles=Roles("base", ("tuned",), None, {}),
            flagged=(),
            weights=np.ones(tasks),
            categories=(None,) * tasks,
            references=frozenset(),
            measures=(),
            variant="base",
            index=np.zeros(shape, dtype=np.intp),
            values=base,
            errors=np.full(shape, np.nan),
            measured={},
        )
        tuned = base + population.effect(rng, shape)
        yield replace(runs, variant="tuned", values=tuned, beside={"base": runs})


def state_lifts(population: Population, tasks: int, n: int) -> tuple[float, float]:
    """Share of single 95 % intervals that hold 0, and of boards without any false verdict."""
    held, right = [], []
    for runs in draw_lifts(population, tasks, n):
        low, high = mean_intervals(runs.lifts["base"], None, runs.families)
        held.append(float(((low <= 0) & (high >= 0)).mean()))
        tests = compute_lift_tests(runs, "base", averaged=True).values()
        right.append(not any(test.verdict in ("better", "worse") for test in tests))
    return float(np.mean(held)), float(np.mean(right))


def print_lifts(n: int) -> None:
    """Print how often intervals and verdicts of lifts hold."""
    sys.stdout.write(
        "| lifts | tasks | single intervals that hold | boards with all verdicts right |\n"
        "|---|---|---|---|\n"
    )
    for name, population in POPULATIONS.items():
        for tasks in (30, 100) if population.families else (6, 10, 31, 100):
            held, right = state_lifts(population, tasks, n)
            sys.stdout.write(f"| {name} | {tasks} | {100 * held:.1f} % | {100 * right:.1f} % |\n")


def ties_of_equal_models(
    models: int, examples: int | None, share: float, tasks: int
) -> tuple[float, float]:
    """Return on which share of tasks any of equal models is called behind the best score.

    The first is by the rule of the site, the second compares each score alone with the best. A
    score is the share of right examples; without a number of examples, a normal variable.
    """
    rng, shape = np.random.default_rng(SEED), (models, tasks)
    if examples is None:
        scores, errors = rng.normal(0.5, 0.01, shape), np.full(shape, 0.01)
    else:
        scores = rng.binomial(examples, share, shape) / examples
        errors = standard_error_of_share(scores, np.array(examples))
    best = scores.argmax(axis=0), np.arange(tasks)
    alone = scores[best] - scores > REACH * np.hypot(errors, errors[best])
    behind = find_ties(scores, errors) == 0
    return float(behind.any(axis=0).mean()), float(alone.any(axis=0).mean())


def print_ties(tasks: int) -> None:
    """Print a row for each kind of score, for two, ten and fifty models."""
    sys.stdout.write(
        "| models | scores | tasks with any model called behind | each alone, at 1.96 |\n"
        "|---|---|---|---|\n"
    )
    for models in (2, 10, 50):
        for examples, share in ((None, 0.5), (100, 0.5), (100, 0.9), (400, 0.7), (1000, 0.9)):
            found = ties_of_equal_models(models, examples, share, tasks)
            kind = f"{share} of {examples:,} examples" if examples else "normal"
            cells = " | ".join(f"{100 * part:.1f} %" for part in found)
            sys.stdout.write(f"| {models} | {kind} | {cells} |\n")


if __name__ == "__main__":
    boards = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    print_ranks(boards)
    sys.stdout.write("\n")
    print_lifts(boards)
    sys.stdout.write("\n")
    print_ties(10 * boards)
    sys.stdout.write("\n")
    print_sparse_boards(boards)
    sys.stdout.write("\n")
    print_relations(boards // 2)
