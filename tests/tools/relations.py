"""How often a correlation over tasks is called clear where there is none: `make simulate`.

Prints a table of docs/statistics.md#how-often-this-errs: of features and lifts on tasks of two
metrics.
"""

import sys
from functools import cache

import numpy as np
from scipy import stats

from site_builder.compute.correlation import correlate_within, shuffle_within
from site_builder.compute.significance import adjust_for_many

SEED = 1
FEATURES = 10
# By how many standard deviations features and lift are higher in the second metric.
GAPS = (0.0, 1.0, 3.0)


def features_and_lift(n: int, sizes: tuple[int, int]) -> list[float]:
    """Return the shares of boards with any false direction: over all tasks by gap, within metrics.

    Ten features and a lift, independent within both metrics. Over all tasks it is Spearman's test,
    within them the one of the site; both with Holm's correction for the ten pairs.
    """
    rng, metrics = np.random.default_rng(SEED), np.repeat(["a", "b"], sizes).astype(object)
    shuffle, wrong = cache(shuffle_within), np.zeros(len(GAPS) + 1)
    for _ in range(n):
        columns, lift = rng.normal(size=(FEATURES, sum(sizes))), rng.normal(size=sum(sizes))
        shifts = [gap * (metrics == "b") for gap in GAPS]
        overall = [[stats.spearmanr(c + by, lift + by).pvalue for c in columns] for by in shifts]
        pairs = [correlate_within(column, lift, metrics, shuffle) for column in columns]
        within = [pair.p for pair in pairs if pair]
        wrong += [adjust_for_many(np.array(p)).min() < 0.05 for p in (*overall, within)]
    return [float(share) for share in wrong / n]


def print_relations(n: int) -> None:
    """Print the share of boards with any false finding, by kind of board."""
    gaps = " | ".join(f"over all tasks, {gap:g} higher" for gap in GAPS)
    sys.stdout.write(f"| tasks of two metrics | {gaps} | within metrics |\n|---|---|---|---|---|\n")
    for sizes in ((6, 6), (12, 17), (40, 40)):
        found = " | ".join(f"{100 * share:.1f} %" for share in features_and_lift(n, sizes))
        sys.stdout.write(f"| {sizes[0]} and {sizes[1]} | {found} |\n")
