"""How well sparse boards are ranked whose truth is known; a part of `make simulate`."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from site_builder.compute.additive import AdditiveFit, fit_additive
from site_builder.compute.numbers import Array, mean_of
from site_builder.compute.ranks import compute_win_rates

SEED = 1
N_MODELS, N_TASKS, OWN = 12, 31, 0.1
# True means 0.02 apart, so that the best is 0.22 above the worst.
WORTH = 0.5 + 0.02 * np.arange(N_MODELS)
Flags = npt.NDArray[np.bool_]
# From the draws, what each task adds for all, (tasks,), and for one model, (models, tasks): which
# scores exist, (models, tasks).
Missing = Callable[[np.random.Generator, Array, Array], Flags]


def at_random(rng: np.random.Generator, added: Array, own: Array) -> Flags:
    """Each score exists with a probability of 40 %."""
    return np.asarray(rng.random((N_MODELS, len(added))) < 0.4)


def by_preference(rng: np.random.Generator, added: Array, own: Array) -> Flags:
    """Some models were evaluated more on easy tasks, others on hard ones, 40 % on average."""
    preference = rng.normal(0, 8, N_MODELS)[:, np.newaxis]
    odds = 1 / (1 + np.exp(-preference * added))
    return np.asarray(rng.random(odds.shape) < 0.8 * odds)


def by_generation(rng: np.random.Generator, added: Array, own: Array) -> Flags:
    """The better a model, the harder the tasks that it was evaluated on; 40 % on average."""
    hardness = np.argsort(np.argsort(-added)) / (len(added) - 1)
    newness = np.arange(N_MODELS) / (N_MODELS - 1)
    return np.asarray(np.abs(newness[:, np.newaxis] - hardness) < 0.25)


def in_halves(rng: np.random.Generator, added: Array, own: Array) -> Flags:
    """Every other model has the harder half of the tasks, the others the easier; one has all."""
    is_hard = np.argsort(np.argsort(-added)) < len(added) / 2
    found = np.where(np.arange(N_MODELS)[:, np.newaxis] % 2, is_hard, ~is_hard)
    found[rng.integers(N_MODELS)] = True
    return found


def where_bad(rng: np.random.Generator, added: Array, own: Array) -> Flags:
    """Every other model shows the 40 % of its scores that are best for it, the others any 40 %."""
    ranks = np.argsort(np.argsort(-own, axis=1), axis=1)
    is_best = ranks < 0.4 * len(added)
    picks = np.arange(N_MODELS)[:, np.newaxis] % 2 == 1
    return np.where(picks, is_best, rng.random(own.shape) < 0.4)


# Reasons that have nothing to do with how good a score is for its model.
MISSING: dict[str, Missing] = {
    "at random": at_random,
    "by preference": by_preference,
    "by generation": by_generation,
    "in halves": in_halves,
}


def draw_boards(missing: Missing, n: int) -> Iterator[Array]:
    """Boards of models that are worth `WORTH` on average over tasks, some scores missing."""
    rng = np.random.default_rng(SEED)
    for _ in range(n):
        added = rng.uniform(-0.3, 0.3, N_TASKS)
        own = rng.normal(0, OWN, (N_MODELS, N_TASKS))
        scores = WORTH[:, np.newaxis] + added + own
        yield np.where(missing(rng, added, own), scores, np.nan)


def agreement(missing: Missing, n: int) -> tuple[float, float, float]:
    """Mean Kendall's tau with the truth of ranks by mean, by win rate, by the additive model."""
    found = []
    for scores in draw_boards(missing, n):
        rates = mean_of(compute_win_rates(scores), axis=1)
        merits = mean_of(scores, axis=1), rates, fit_additive(scores).means
        found.append([stats.kendalltau(WORTH, m, nan_policy="omit")[0] for m in merits])
    mean, win_rate, additive = np.mean(found, axis=0).tolist()
    return mean, win_rate, additive


@dataclass(frozen=True)
class Held:
    """How often the errors of the additive model hold.

    Attributes:
        means: Share of the 95 % intervals of estimated means that contain the true mean.
        pairs: Share of the 95 % intervals of differences that contain the true difference.
        all_pairs: Share of the boards on which all differences are within intervals at 95 %
            divided by the number of pairs (Bonferroni).
    """

    means: float
    pairs: float
    all_pairs: float


def errors_held(missing: Missing, n: int) -> Held:
    """Over boards with models and pairs that are worth at least six tasks."""
    means, pairs, boards = list[float](), list[float](), list[bool]()
    for scores in draw_boards(missing, n):
        fit = fit_additive(scores)
        tasks = (~np.isnan(scores)).sum(axis=1)
        of_means = _p_values(fit.means - WORTH, fit.errors, tasks)
        of_pairs = _pair_p_values(fit)
        means.extend(of_means > 0.05)
        pairs.extend(of_pairs > 0.05)
        boards.append(bool((of_pairs * len(of_pairs) > 0.05).all()))
    return Held(float(np.mean(means)), float(np.mean(pairs)), float(np.mean(boards)))


def _pair_p_values(fit: AdditiveFit) -> Array:
    """P-values of the true difference of every two models."""
    upper = np.triu_indices(N_MODELS, 1)
    misses = np.subtract.outer(fit.means - WORTH, fit.means - WORTH)
    return _p_values(misses[upper], fit.pair_errors[upper], fit.pair_counts[upper])


def _p_values(misses: Array, errors: Array, tasks: Array) -> Array:
    enough = tasks >= 6
    ratio = np.abs(misses[enough] / errors[enough])
    return np.asarray(2 * stats.t.sf(ratio, tasks[enough] - 1))


def print_sparse_boards(n: int) -> None:
    """Agreement with the truth, and how often errors hold, by kind of missing scores."""
    columns = "mean", "win rate", "additive", "means held", "pairs held", "all pairs held"
    head = f"| scores missing | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}\n"
    sys.stdout.write(head)
    for name, missing in {**MISSING, "where bad": where_bad}.items():
        held = errors_held(missing, n)
        taus = " | ".join(f"{tau:.2f}" for tau in agreement(missing, n))
        shares = " | ".join(f"{100 * s:.1f} %" for s in (held.means, held.pairs, held.all_pairs))
        sys.stdout.write(f"| {name} | {taus} | {shares} |\n")
