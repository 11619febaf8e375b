"""Aggregate per-example scores: survey the rows, pair the runs, measure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import isclose, sqrt
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, Severity, limit_faults
from site_builder.examples.files import ExampleFiles
from site_builder.formatting import counted
from site_builder.records import Record, field
from site_builder.tables.schema import LARGEST

if TYPE_CHECKING:
    from site_builder.examples.database import Database

_NOISE = 1e-12  # of the size of the scores: rounding differences between two orders of summation


class ExampleRun(Record, order=True):
    """A model on a task in a variant, with the number of its rows."""

    task: str
    model: str
    variant: str
    rows: int

    def __str__(self) -> str:
        """Return the name of the run in reports."""
        return f"{self.model}, {self.task} ({self.variant})"


class Pair(Record):
    """A run, and the run that it is compared with as base or baseline."""

    run: ExampleRun
    other: ExampleRun
    against: Literal["base", "baseline"]


class Moments(Record):
    """Sums over a group of values.

    Attributes:
        n: The number of values, at least 1.
        centre: Their mean, after one pass.
        residual_sum: The sum of the deviations from `centre`: the rounding error of that pass.
        square_residual_sum: The sum of their squares.
        low, high: The lowest and the highest value.
        above, below: The number of values above and below 0.
        clusters: The number of clusters; None without clusters.
        cluster_squares: The sum of the squares of the sums of the residuals of clusters.
    """

    n: int
    centre: float
    residual_sum: float
    square_residual_sum: float
    low: float
    high: float
    above: int = 0
    below: int = 0
    clusters: int | None = None
    cluster_squares: float = 0.0

    @property
    def size(self) -> float:
        """The largest absolute value."""
        return max(abs(self.low), abs(self.high))

    @property
    def mean(self) -> float:
        """The mean: `centre + residual_sum / n`; the value itself if all are the same.

        Source: docs/statistics.md#score-of-many-examples.
        """
        return self.low if self.low == self.high else self.centre + self.residual_sum / self.n

    @property
    def sum_of_squares(self) -> float:
        """The sum of the squared deviations from the mean."""
        return max(self.square_residual_sum - self.residual_sum**2 / self.n, 0.0)

    def discordant(self, size: float) -> tuple[int, int] | None:
        """Return the number of values above and below 0, if all these are equally far from it.

        They are if their squares add up to as many times the square of the farthest. `size` is as
        in `stderr`. None where they are not, and with clusters.
        """
        if self.clusters is not None:
            return None
        if self.size <= _NOISE * size:
            return 0, 0
        squares = self.sum_of_squares + self.n * self.mean**2
        is_alike = isclose(squares, (self.above + self.below) * self.size**2, rel_tol=1e-9)
        return (self.above, self.below) if is_alike else None

    def stderr(self, size: float = 0.0) -> float | None:
        """Return the standard error of the mean: `sqrt(sum((x - mean)^2) / (n - 1) / n)`.

        This is the sample standard deviation over the root of n, as in the lm-evaluation-harness.
        The sum is `square_residual_sum - residual_sum^2 / n`: the corrected two-pass algorithm of
        Chan, Golub and LeVeque (1983). A plain sum of squares loses digits if the values are large
        beside their spread.

        With G clusters: `sqrt(G / (G - 1) sum(r^2)) / n`, where r is the sum of the residuals
        x - mean of a cluster (Liang and Zeger, 1986).

        None for one value or cluster, and for equal values. `size` is that of the numbers that the
        values are differences of: a spread below its twelfth digit is a rounding error.

        Source: docs/statistics.md#score-of-many-examples.
        """
        if self.n < 2 or self.high - self.low <= _NOISE * size:
            return None
        if self.clusters is not None:
            g = self.clusters
            error = sqrt(g / (g - 1) * self.cluster_squares) / self.n if g > 1 else 0.0
            # Residuals that cancel in every cluster say nothing of how clusters vary.
            return error if error > _NOISE * max(self.size, size) else None
        return sqrt(self.sum_of_squares / (self.n - 1) / self.n)


class Difference(Record):
    """The differences of a pair over its common examples, summed up.

    Attributes:
        moments: The sums; None if there is no common example.
        size: The largest absolute score of both runs.
        unpaired, unpaired_against: Number of examples that only the run, or only the other, has.
    """

    pair: Pair
    moments: Moments | None
    size: float
    unpaired: int
    unpaired_against: int


class Aggregated(Record):
    """The result of an aggregation, sorted by task, model and variant.

    `repeats` has the counts of `Database.repeats` by run.
    """

    scores: dict[ExampleRun, Moments] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    repeats: dict[ExampleRun, Mapping[str, Any]] = field(default_factory=dict)


def aggregate(
    files: ExampleFiles,
    database: Database,
    config: SiteConfig,
    *,
    average: bool = False,
    on_rows: Callable[[int], None] = lambda _: None,
) -> Aggregated:
    """Compute the score of every run, its standard error, and paired differences, or raise faults.

    The rows are read once to find the runs, and then in batches that the database can hold.
    `average` takes the mean if an example has several scores. `on_rows` gets the number of rows
    that are done.
    """
    database.read(files, config.default_variant)
    counts = {
        ExampleRun(row["task"], row["model"], row["variant"], row["rows"]): row
        for row in database.survey()
    }
    counts = dict(sorted(counts.items(), key=itemgetter(0)))
    runs = [run for run in counts if all(map(_is_id, (run.model, run.task, run.variant)))]
    faults = [*_id_faults(counts, files.shown)]
    faults += count_faults(counts, files.shown, "invalid", "unnamed")
    done, rows_done, pairs = Aggregated(), 0, pair_runs(runs, config)
    for batch in batches(runs, database.rows_at_once):
        _measure(database, batch, pairs, done)
        rows_done += sum(run.rows for run in batch)
        on_rows(rows_done)
    contradictions = ("in_several_clusters", *(() if average else ("differing",)))
    faults += count_faults(done.repeats, files.shown, *contradictions)
    if faults:
        raise FaultsError(faults)
    return done


def _is_id(text: str) -> bool:
    return bool(text.strip()) and not {"\0", "\r"} & {*text}


def _id_faults(runs: Iterable[ExampleRun], shown: str) -> Iterator[Fault]:
    for name in ("model", "task", "variant"):
        if rows := sum(run.rows for run in runs if not _is_id(getattr(run, name))):
            what = f"{name!r} is null, empty or has a control character in {counted(rows, 'row')}"
            yield Fault(shown, what, "Correct it, or leave the rows out.")


# What the database counts in the rows or examples of a run, and what to do about it.
_COUNTED = {
    "invalid": (
        "row",
        f"with a score that is null, NaN, infinite or beyond {LARGEST:g}",
        "Give the number, or leave the rows out.",
    ),
    "unnamed": ("row", "without an example", "Fill it in, or leave the rows out."),
    "differing": (
        "example",
        "with different scores",
        "Keep one score for each, or use their mean: --average-repeats.",
    ),
    "in_several_clusters": ("example", "in several clusters", "Keep one cluster for each."),
    "repeated": ("example", "more than once with the same score", "Each counts once."),
}


def count_faults(
    counts: Mapping[ExampleRun, Mapping[str, Any]],
    shown: str,
    *names: str,
    severity: Severity = "error",
) -> Iterator[Fault]:
    """Yield a fault for each run in which anything of these names was counted."""
    for name in names:
        noun, what, fix = _COUNTED[name]
        faults = []
        for run, row in counts.items():
            if row[name]:
                example = row.get(f"{name}_example")
                such = "" if example is None else f", such as {example!r}"
                found = f"{counted(int(row[name]), noun)} {what}{such}"
                faults.append(Fault(f"{shown}: {run}", found, fix, severity))
        yield from limit_faults(faults, len(faults), shown, f"runs with {noun}s {what}")


def pair_runs(runs: Iterable[ExampleRun], config: SiteConfig) -> list[Pair]:
    """Pair every run with the base of its model, and with the baseline, on the same task.

    The baseline has the variant that `compute/runs.py` chooses: that of the run if it has any
    score there, else the base, else the first tuned variant that it has.
    """
    by_key = {(run.model, run.task, run.variant): run for run in runs}
    base, baseline = config.default_variant, config.board.baseline or ""
    scored = {variant for model, _, variant in by_key if model == baseline}
    tuned = config.board.tuned_variants
    order = (base, *(sorted(scored) if tuned is None else tuned))
    elsewhere = next((variant for variant in order if variant in scored), base)
    pairs = []
    for run in by_key.values():
        variant = run.variant if run.variant in scored else elsewhere
        # A run is not compared with itself.
        if (other := by_key.get((run.model, run.task, base), run)) != run:
            pairs.append(Pair(run, other, "base"))
        if (other := by_key.get((baseline, run.task, variant), run)) != run:
            pairs.append(Pair(run, other, "baseline"))
    return pairs


def batches(runs: Iterable[ExampleRun], most_rows: int) -> Iterator[list[ExampleRun]]:
    """Yield sorted runs in batches of limited size, all runs of a task in one.

    A single task may have more than `most_rows`.
    """
    batch: list[ExampleRun] = []
    for _, group in groupby(runs, key=lambda run: run.task):
        of_task = list(group)
        if batch and sum(run.rows for run in (*batch, *of_task)) > most_rows:
            yield batch
            batch = []
        batch += of_task
    if batch:
        yield batch


def _measure(
    database: Database, runs: Sequence[ExampleRun], pairs: Iterable[Pair], done: Aggregated
) -> None:
    """Add the scores, differences and repeats of a batch to what is done."""
    places = {run: place for place, run in enumerate(runs)}
    pairs = [pair for pair in pairs if pair.run in places]
    database.load_runs([(run.model, run.task, run.variant) for run in runs])
    scores = {runs[n]: moments for n, moments in _moments(database, "examples", "run").items()}
    repeats = {runs[row["run"]]: row for row in database.repeats()}
    done.scores.update((run, scores[run]) for run in runs if run in scores)
    done.repeats.update((run, repeats[run]) for run in runs if run in repeats)
    differences: dict[int, Moments] = {}
    if pairs:
        database.load_differences([(places[pair.run], places[pair.other]) for pair in pairs])
        differences = _moments(database, "differences", "pair")
        database.drop("differences")
    database.drop("examples")
    for number, pair in enumerate(pairs):
        if pair.run in scores and pair.other in scores:
            mine, other, both = scores[pair.run], scores[pair.other], differences.get(number)
            n, size = both.n if both else 0, max(mine.size, other.size)
            done.differences.append(Difference(pair, both, size, mine.n - n, other.n - n))


def _moments(database: Database, table: str, key: str) -> dict[int, Moments]:
    return {row.pop(key): Moments(**row) for row in database.moments(table, key)}
