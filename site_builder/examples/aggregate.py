"""Aggregate per-example scores: survey the rows, pair the runs, measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import sqrt
from typing import TYPE_CHECKING, Any, Literal

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, did_you_mean, limit_faults
from site_builder.examples import expressions
from site_builder.examples.expressions import RUN, Frame
from site_builder.examples.files import ExampleFiles
from site_builder.formatting import counted
from site_builder.records import Record
from site_builder.tables.schema import LARGEST

if TYPE_CHECKING:
    from site_builder.examples.engines import Engine

Against = Literal["base", "baseline"]
OnProgress = Callable[[str, int], None]
"""Called with the current task, and the number of rows that are done."""

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
    against: Against


class Moments(Record):
    """Sums over a group of values.

    Attributes:
        n: The number of values, at least 1.
        centre: Their mean, after one pass.
        off: The sum of the deviations from `centre`: the rounding error of that pass.
        square: The mean of the squared deviations, after one pass.
        over: The sum of the deviations of the squares from `square`: again the rounding error.
        low: The lowest value.
        high: The highest value.
    """

    n: int
    centre: float
    off: float
    square: float
    over: float
    low: float
    high: float

    @property
    def size(self) -> float:
        """The largest absolute value."""
        return max(abs(self.low), abs(self.high))

    @property
    def mean(self) -> float:
        """The mean: `centre + off / n`; the value itself if all are the same.

        Source: docs/statistics.md#score-of-many-examples.
        """
        return self.low if self.low == self.high else self.centre + self.off / self.n

    def stderr(self, size: float = 0.0) -> float | None:
        """Return the standard error of the mean: `sqrt(sum((x - mean)^2) / (n - 1) / n)`.

        This is the sample standard deviation over the root of n, as in the lm-evaluation-harness.
        The sum is `n square + over - off^2 / n`: the corrected two-pass algorithm of Chan, Golub
        and LeVeque (1983), with the same correction for the squares. A plain sum of squares loses
        digits if the values are large beside their spread, or if there are millions of them.

        Args:
            size: The size of the numbers that the values are differences of. A spread below the
                twelfth digit of it is a rounding error.

        Returns:
            The error, in the unit of the values. None for one value or for equal values.

        Source: docs/statistics.md#score-of-many-examples.
        """
        if self.n < 2 or self.high - self.low <= _NOISE * size:
            return None
        squares = self.n * self.square + self.over - self.off**2 / self.n
        return sqrt(max(squares, 0.0) / (self.n - 1) / self.n)


class RunScore(Record):
    """The scores of the examples of a run, summed up."""

    run: ExampleRun
    moments: Moments


class Difference(Record):
    """The differences of a pair over its common examples, summed up.

    Attributes:
        pair: The pair.
        moments: The sums; None if there is no common example.
        size: The largest absolute score of both runs.
        unpaired: Number of examples that only the run has.
        unpaired_against: Number of examples that only the other run has.
    """

    pair: Pair
    moments: Moments | None
    size: float
    unpaired: int
    unpaired_against: int


class Repeat(Record):
    """The examples of a run that have several rows.

    Attributes:
        run: The run.
        repeated: Their number.
        example: The first of them.
        differing: How many of them have different scores.
        differing_example: The first of these.
    """

    run: ExampleRun
    repeated: int
    example: str
    differing: int
    differing_example: str | None


class Aggregated(Record):
    """The result of an aggregation, sorted by task, model and variant."""

    scores: list[RunScore]
    differences: list[Difference]
    repeats: list[Repeat]


def aggregate(
    files: ExampleFiles,
    engine: Engine,
    config: SiteConfig,
    known: Mapping[str, Collection[str]],
    *,
    average: bool = False,
    on_progress: OnProgress = lambda *_: None,
) -> Aggregated:
    """Compute score, standard error and number of examples of every run, and paired differences.

    The rows are read once to find the runs, and then in batches that the engine can hold.

    Args:
        files: The files.
        engine: What runs the expressions.
        config: The configuration, which names base and baseline.
        known: The ids of `model` and `task` in the tables of the project.
        average: Use the mean if an example has several scores.
        on_progress: Called as the work goes on.

    Raises:
        FaultsError: Every fault of the rows.
        EngineError: The engine gave up.
    """
    on_progress("Looking at all rows", 0)
    runs, faults = _survey(_rows(files, engine, config, {}), engine, files.shown)
    faults += _unknown_faults(runs, known, files.shown)
    done, rows_done = Aggregated([], [], []), 0
    for batch in batches(runs, pair_runs(runs, config), engine.rows_at_once):
        on_progress(batch.runs[0].task, rows_done)
        only = {name: {getattr(run, name) for run in batch.held} for name in ("model", "task")}
        rows = _rows(files, engine, config, only)
        found = _measure(expressions.fit_rows(rows, only["model"], only["task"]), batch, engine)
        done.scores.extend(found.scores)
        done.differences.extend(found.differences)
        done.repeats.extend(found.repeats)
        rows_done += sum(run.rows for run in batch.runs)
    if not average:
        faults += _contradictions(done.repeats, files.shown)
    if faults:
        raise FaultsError(faults)
    return done


def _rows(
    files: ExampleFiles, engine: Engine, config: SiteConfig, only: Mapping[str, Collection[str]]
) -> Frame:
    sources = ((engine.read(source, only), source.columns) for source in files.sources)
    return expressions.all_rows(sources, config.default_variant)


def _survey(rows: Frame, engine: Engine, shown: str) -> tuple[list[ExampleRun], list[Fault]]:
    """Return the runs with valid ids, sorted, and the faults of single rows."""
    counts = {
        ExampleRun(row["task"], row["model"], row["variant"], int(row["rows"])): row
        for row in engine.collect(expressions.survey(rows))
    }
    runs = sorted(counts)
    sound = [run for run in runs if all(map(_is_id, (run.model, run.task, run.variant)))]
    faults = [*_id_faults(runs, shown), *_row_faults([(run, counts[run]) for run in runs], shown)]
    return sound, faults


def _is_id(text: str) -> bool:
    return bool(text.strip()) and not {"\0", "\r"} & {*text}


def _id_faults(runs: Iterable[ExampleRun], shown: str) -> Iterator[Fault]:
    for name in RUN:
        rows: Counter[str] = Counter()
        for run in runs:
            value = getattr(run, name)
            if not _is_id(value):
                rows[value if value.strip() else ""] += run.rows
        if blank := rows.pop("", 0):
            what = f"'{name}' is null or empty in {counted(blank, 'row')}"
            yield Fault(shown, what, "Fill it in, or leave the rows out.")
        faults = (
            Fault(shown, f"{name} {value!r} contains a control character", "Remove it.")
            for value in rows
        )
        yield from limit_faults(faults, len(rows), shown, f"{name}s with control characters")


def _row_faults(
    counts: Sequence[tuple[ExampleRun, Mapping[str, Any]]], shown: str
) -> Iterator[Fault]:
    """Find the runs with bad rows, as `expressions.survey` counts them."""
    unfit = [(run, row) for run, row in counts if row["unfit"]]
    what = f"'score' is null, NaN, infinite or beyond {LARGEST:g} in"
    faults = (
        Fault(
            f"{shown}: {run}",
            f"{what} {counted(int(row['unfit']), 'row')}{_such_as(row['unfit_example'])}",
            "Give the number, or leave the rows out.",
        )
        for run, row in unfit
    )
    yield from limit_faults(faults, len(unfit), shown, "runs with invalid scores")
    unnamed = [(run, int(row["unnamed"])) for run, row in counts if row["unnamed"]]
    faults = (
        Fault(
            f"{shown}: {run}",
            f"'example' is null or empty in {counted(n, 'row')}",
            "Fill it in, or leave the rows out.",
        )
        for run, n in unnamed
    )
    yield from limit_faults(faults, len(unnamed), shown, "runs with examples without an id")


def _such_as(example: str | None) -> str:
    return "" if example is None else f", such as example {example!r}"


def _unknown_faults(
    runs: Iterable[ExampleRun], known: Mapping[str, Collection[str]], shown: str
) -> Iterator[Fault]:
    """Find models and tasks that the tables of the project do not list."""
    for name, ids in known.items():
        unknown = sorted({getattr(run, name) for run in runs} - {*ids}) if ids else []
        faults = (
            Fault(
                shown,
                f"{name} {value!r} is not in {name}s.parquet",
                did_you_mean(value, ids, f"{name}s") or f"Add it to {name}s.parquet.",
            )
            for value in unknown
        )
        more = f"{name}s that are not in {name}s.parquet"
        yield from limit_faults(faults, len(unknown), shown, more)


def pair_runs(runs: Iterable[ExampleRun], config: SiteConfig) -> list[Pair]:
    """Pair every run with the base of its model, and with the baseline, on the same task.

    The baseline has the variant that it has on the pages of the site: the base, or the first tuned
    variant if it has no base scores.
    """
    by_key = {(run.model, run.task, run.variant): run for run in runs}
    base, baseline = config.default_variant, config.board.baseline or ""
    variant = _baseline_variant(by_key, config)
    pairs = []
    for run in by_key.values():
        others: dict[Against, ExampleRun | None] = {
            "base": by_key.get((run.model, run.task, base)),
            "baseline": by_key.get((baseline, run.task, variant)),
        }
        pairs += [
            Pair(run, other, against)
            for against, other in others.items()
            if other is not None and other != run
        ]
    return pairs


def _baseline_variant(runs: Iterable[tuple[str, str, str]], config: SiteConfig) -> str:
    """Return the variant of the baseline, as `compute/scores.py` chooses it."""
    scored = {variant for model, _, variant in runs if model == config.board.baseline}
    tuned = config.board.tuned_variants
    order = (config.default_variant, *(sorted(scored) if tuned is None else tuned))
    return next((variant for variant in order if variant in scored), config.default_variant)


class RunBatch:
    """Runs that are measured together.

    Attributes:
        runs: The runs.
        held: The runs, and those that they are compared with; a dict keeps the order.
        pairs: Their pairs.
    """

    def __init__(self) -> None:
        self.runs: list[ExampleRun] = []
        self.held: dict[ExampleRun, None] = {}
        self.pairs: list[Pair] = []

    @property
    def rows(self) -> int:
        """The number of rows of all held runs."""
        return sum(run.rows for run in self.held)


def batches(
    runs: Sequence[ExampleRun], pairs: Iterable[Pair], most_rows: int
) -> Iterator[RunBatch]:
    """Yield sorted runs in batches of limited size, all variants of a model and task in one.

    Args:
        runs: The runs, sorted.
        pairs: Their pairs.
        most_rows: The limit of rows; a single model and task may have more.
    """
    pairs_of: dict[ExampleRun, list[Pair]] = {}
    for pair in pairs:
        pairs_of.setdefault(pair.run, []).append(pair)
    batch = RunBatch()
    for _, group in groupby(runs, key=lambda run: (run.task, run.model)):
        variants = list(group)
        new_pairs = [pair for run in variants for pair in pairs_of.get(run, ())]
        held = dict.fromkeys((*variants, *(pair.other for pair in new_pairs)))
        if batch.runs and batch.rows + sum(r.rows for r in held.keys() - batch.held) > most_rows:
            yield batch
            batch = RunBatch()
        batch.runs += variants
        batch.held |= held
        batch.pairs += new_pairs
    if batch.runs:
        yield batch


def _measure(rows: Frame, batch: RunBatch, engine: Engine) -> Aggregated:
    """Compute the scores, differences and repeats of a batch."""
    numbers = {run: number for number, run in enumerate(batch.held)}
    columns = {name: [getattr(run, name) for run in numbers] for name in RUN}
    runs = engine.rows({**columns, "run": [*numbers.values()]})
    with engine.keep(expressions.by_example(rows, runs)) as examples:
        moments = _moments(engine, examples, "run", "score")
        repeated = {row["run"]: row for row in engine.collect(expressions.repeats(examples))}
        paired = _paired(engine, examples, batch.pairs, numbers)
    of_run = {run: moments[number] for run, number in numbers.items() if number in moments}
    return Aggregated(
        [RunScore(run, of_run[run]) for run in batch.runs if run in of_run],
        [
            _difference(pair, paired.get(number), of_run[pair.run], of_run[pair.other])
            for number, pair in enumerate(batch.pairs)
            if pair.run in of_run and pair.other in of_run
        ],
        [
            Repeat(
                run,
                int(row["repeated"]),
                row["example"],
                int(row["differing"]),
                row["differing_example"],
            )
            for run in batch.runs
            if (row := repeated.get(numbers[run]))
        ],
    )


def _moments(engine: Engine, values: Frame, key: str, value: str) -> dict[int, Moments]:
    rows = engine.collect(expressions.moments(values, key, value))
    return {row.pop(key): Moments(**row) for row in rows}


def _paired(
    engine: Engine, examples: Frame, pairs: Sequence[Pair], numbers: Mapping[ExampleRun, int]
) -> dict[int, Moments]:
    if not pairs:
        return {}
    columns = {
        "pair": [*range(len(pairs))],
        "run": [numbers[pair.run] for pair in pairs],
        "against": [numbers[pair.other] for pair in pairs],
    }
    with engine.keep(expressions.differences(examples, engine.rows(columns))) as differences:
        return _moments(engine, differences, "pair", "difference")


def _difference(pair: Pair, moments: Moments | None, mine: Moments, other: Moments) -> Difference:
    n = moments.n if moments else 0
    return Difference(pair, moments, max(mine.size, other.size), mine.n - n, other.n - n)


def _contradictions(repeated: Sequence[Repeat], shown: str) -> Iterator[Fault]:
    odd = [repeat for repeat in repeated if repeat.differing]
    faults = (
        Fault(
            f"{shown}: {repeat.run}",
            f"{counted(repeat.differing, 'example')} with different scores, "
            f"such as {repeat.differing_example!r}",
            "Keep one score for each, or use their mean: --average-repeats.",
        )
        for repeat in odd
    )
    yield from limit_faults(faults, len(odd), shown, "runs with examples of different scores")
