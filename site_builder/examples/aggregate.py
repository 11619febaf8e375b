"""Aggregate per-example scores: survey, pair, measure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import sqrt
from typing import Any, Literal

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, did_you_mean, limit_faults
from site_builder.examples.engines import Engine
from site_builder.examples.expressions import (
    LARGEST,
    Frame,
    as_contract,
    by_example,
    differences,
    fit_rows,
    repeats,
    spreads,
    survey,
    together,
)
from site_builder.examples.files import Instances
from site_builder.formatting import counted
from site_builder.records import Record


class RunScore(Record):
    """The score of a run: the spread of its examples' scores."""

    run: ExampleRun
    spread: Moments


class Difference(Record):
    """The difference of a pair: the spread of what it is for each common example.

    Attributes:
        pair: The pair.
        spread: The spread; None where no example is common to both.
        size: Size of the scores that it is a difference of.
        unpaired: Examples that the other run lacks.
        unpaired_against: Examples that only the other run has.
    """

    pair: Pair
    spread: Moments | None
    size: float
    unpaired: int
    unpaired_against: int


class Repeat(Record):
    """Examples of a run that have several rows.

    Attributes:
        run: The run.
        repeated: How many there are.
        example: The first of them.
        differing: How many of them have scores that are not the same.
        differing_example: The first of these.
    """

    run: ExampleRun
    repeated: int
    example: str
    differing: int
    differing_example: str | None


class Aggregated(Record):
    """All that was found in the rows.

    Attributes:
        scores: The scores, by task, model and variant.
        differences: The paired differences, in the same order.
        repeats: What is there more than once.
    """

    scores: list[RunScore]
    differences: list[Difference]
    repeats: list[Repeat]


_NOISE = 1e-12  # of the size of the scores: what two ways of adding the same numbers may differ by


class Moments(Record):
    """What is known of the values of a group.

    Attributes:
        n: How many there are, at least 1.
        centre: Their mean, as one pass gives it.
        off: The sum of their deviations from `centre`: what that pass has lost in rounding.
        square: The mean of the squares of these deviations, as one pass gives it.
        over: The sum of the deviations of these squares from `square`: again what is lost.
        low: The least of them.
        high: The greatest of them.
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
        """Size of the values: the greatest of them, whatever its sign."""
        return max(abs(self.low), abs(self.high))

    @property
    def mean(self) -> float:
        """The mean: `centre + off / n`; the value itself where all are the same.

        Units: those of the values.
        Source: docs/statistics.md#score-of-many-examples.
        """
        return self.low if self.low == self.high else self.centre + self.off / self.n

    def stderr(self, size: float = 0.0) -> float | None:
        """Standard error of the mean: `sqrt(sum((x - mean)^2) / (n - 1) / n)`.

        The sample standard deviation over the root of n, as the lm-evaluation-harness has it. The
        sum is `n square + over - off^2 / n`: the corrected two-pass algorithm of Chan, Golub and
        LeVeque (1983), which loses no digits where values are large beside their spread, with the
        same correction for the squares, of which a plain sum drifts where there are millions.

        Args:
            size: Size of the numbers that the values are differences of: a spread below the
                twelfth digit of it is rounding.

        Returns:
            The error, in the unit of the values. None where it says nothing: of one value, and of
            values that are all the same.

        Source: docs/statistics.md#score-of-many-examples.
        """
        if self.n < 2 or self.high - self.low <= _NOISE * size:
            return None
        squares = self.n * self.square + self.over - self.off**2 / self.n
        return sqrt(max(squares, 0.0) / (self.n - 1) / self.n)


class Survey(Record):
    """What the rows are of.

    Attributes:
        runs: The runs that have a model and a task, sorted.
        faults: What is wrong with rows.
    """

    runs: list[ExampleRun]
    faults: list[Fault]


class _Surveyed(Record):
    """A run, and how many of its rows cannot be read."""

    run: ExampleRun
    unfit: int
    unfit_example: str | None
    unnamed: int


def survey_rows(rows: Frame, engine: Engine, shown: str) -> Survey:
    """The runs of all rows, and every fault that a row has by itself.

    Args:
        rows: The rows, as the contract has them.
        engine: What runs the pass.
        shown: The files as messages name them.
    """
    found = [
        _Surveyed(
            ExampleRun(row["task"], row["model"], row["variant"], int(row["rows"])),
            int(row["unfit"]),
            row["unfit_example"],
            int(row["unnamed"]),
        )
        for row in engine.collect(survey(rows))
    ]
    found.sort(key=lambda one: one.run)
    faults = [*_id_faults(found, shown), *_unfit_faults(found, shown), *_unnamed(found, shown)]
    return Survey([one.run for one in found if _is_sound(one.run)], faults)


def _is_sound(run: ExampleRun) -> bool:
    return all(map(_is_id, (run.model, run.task, run.variant)))


def _is_id(text: str) -> bool:
    """Whether a text can be an id: it shows something, and HTML can hold it."""
    return bool(text.strip()) and not {"\0", "\r"} & {*text}


def _id_faults(found: Iterable[_Surveyed], shown: str) -> Iterator[Fault]:
    for name in ("model", "task", "variant"):
        rows: dict[str, int] = {}
        for one in found:
            value = getattr(one.run, name)
            if not _is_id(value):
                rows[value] = rows.get(value, 0) + one.run.rows
        blank = sum(n for value, n in rows.items() if not value.strip())
        if blank:
            what = f"'{name}' is null or empty in {counted(blank, 'row')}"
            yield Fault(shown, what, "Fill it in, or leave the rows out.")
        odd = {value: n for value, n in rows.items() if value.strip()}
        faults = (
            Fault(shown, f"{name} {value!r} holds a control character", "Take it out.")
            for value in odd
        )
        yield from limit_faults(faults, len(odd), shown, f"{name}s with control characters")


def _unfit_faults(found: Iterable[_Surveyed], shown: str) -> Iterator[Fault]:
    unfit = [one for one in found if one.unfit]
    faults = (
        Fault(
            f"{shown}: {one.run}",
            f"'score' is null, NaN, infinite or beyond {LARGEST:g} in "
            f"{counted(one.unfit, 'row')}{_such_as(one.unfit_example)}",
            "Give the number, or leave the rows out.",
        )
        for one in unfit
    )
    yield from limit_faults(faults, len(unfit), shown, "runs with scores that are none")


def _such_as(example: str | None) -> str:
    return "" if example is None else f", such as example {example!r}"


def _unnamed(found: Iterable[_Surveyed], shown: str) -> Iterator[Fault]:
    unnamed = [one for one in found if one.unnamed]
    faults = (
        Fault(
            f"{shown}: {one.run}",
            f"'example' is null or empty in {counted(one.unnamed, 'row')}",
            "Fill it in, or leave the rows out.",
        )
        for one in unnamed
    )
    yield from limit_faults(faults, len(unnamed), shown, "runs with examples that have no id")


def unknown_faults(
    runs: Iterable[ExampleRun], known: Mapping[str, Collection[str]], shown: str
) -> Iterator[Fault]:
    """Models and tasks that the tables of the project do not list.

    Args:
        runs: The runs of the rows.
        known: The ids of `model` and `task`; none where the project has no such table.
        shown: The files as messages name them.
    """
    runs = list(runs)
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
        yield from limit_faults(
            faults, len(unknown), shown, f"{name}s that are not in {name}s.parquet"
        )


Against = Literal["base", "baseline"]


@dataclass(frozen=True, order=True)
class ExampleRun:
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

    run: ExampleRun
    other: ExampleRun
    against: Against


@dataclass
class RunBatch:
    """Runs that are looked at together, and all that they are set against.

    Attributes:
        runs: The runs.
        held: Those and the runs that they are set against.
        pairs: Their pairs.
    """

    runs: list[ExampleRun] = field(default_factory=list)
    held: dict[ExampleRun, None] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of all that is held."""
        return sum(run.rows for run in self.held)


def pair_runs(runs: Iterable[ExampleRun], config: SiteConfig) -> list[Pair]:
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


def part_runs(runs: Sequence[ExampleRun], pairs: Iterable[Pair], most: int) -> Iterator[RunBatch]:
    """Runs in parts of bounded size, all variants of a model on a task in the same.

    Args:
        runs: The runs, sorted.
        pairs: Their pairs.
        most: How many rows a part may hold; one model on one task may have more.
    """
    pairs_of: dict[ExampleRun, list[Pair]] = {}
    for pair in pairs:
        pairs_of.setdefault(pair.run, []).append(pair)
    part = RunBatch()
    for _, group in groupby(runs, key=lambda run: (run.task, run.model)):
        own = list(group)
        further = [pair for run in own for pair in pairs_of.get(run, ())]
        held = dict.fromkeys((*own, *(pair.other for pair in further)))
        if part.runs and part.rows + sum(r.rows for r in held if r not in part.held) > most:
            yield part
            part = RunBatch()
        part.runs += own
        part.held |= held
        part.pairs += further
    if part.runs:
        yield part


# Told what is looked at, and of how many rows all has been found out.
Told = Callable[[str, int], None]


def aggregate(
    instances: Instances,
    engine: Engine,
    config: SiteConfig,
    known: Mapping[str, Collection[str]],
    *,
    average: bool = False,
    told: Told = lambda *_: None,
) -> Aggregated:
    """Score, standard error and number of examples of every run, and its paired differences.

    The rows are read once to see what they are of, and then in parts that the engine can hold: all
    variants of a model on a task, with the baseline on it.

    Args:
        instances: The files.
        engine: What runs the expressions.
        config: The project, which names base and baseline.
        known: The ids of `model` and `task` that the project's tables list.
        average: Take the mean where an example has several scores.
        told: Told how far it has come.

    Raises:
        FaultsError: Every fault of the rows.
        EngineError: The engine gives up.
    """
    told("Looking at all rows", 0)
    found = survey_rows(_rows(instances, engine, config, {}), engine, instances.shown)
    faults = [*found.faults, *unknown_faults(found.runs, known, instances.shown)]
    pairs = pair_runs(found.runs, config)
    done, rows_done = Aggregated([], [], []), 0
    for part in part_runs(found.runs, pairs, engine.rows_at_once):
        told(part.runs[0].task, rows_done)
        only = {name: {getattr(run, name) for run in part.held} for name in ("model", "task")}
        rows = fit_rows(_rows(instances, engine, config, only), only["model"], only["task"])
        own = _measure(rows, part, engine)
        done.scores.extend(own.scores)
        done.differences.extend(own.differences)
        done.repeats.extend(own.repeats)
        rows_done += sum(run.rows for run in part.runs)
    if not average:
        faults += _contradictions(done.repeats, instances.shown)
    if faults:
        raise FaultsError(faults)
    return done


def _rows(
    instances: Instances, engine: Engine, config: SiteConfig, only: Mapping[str, Collection[str]]
) -> Frame:
    """The rows of all sources, as the contract has them."""
    frames = ((engine.read(source, only), source.columns) for source in instances.sources)
    return together(as_contract(f, names, config.default_variant) for f, names in frames)


def _measure(rows: Frame, part: RunBatch, engine: Engine) -> Aggregated:
    """What is to be known of the runs of a part."""
    numbers = {run: number for number, run in enumerate(part.held)}
    names = ("model", "task", "variant")
    held = {name: [getattr(run, name) for run in part.held] for name in names}
    runs = engine.rows({**held, "run": [*numbers.values()]})
    with engine.keep(by_example(rows, runs)) as examples:
        scores = _spreads(engine, examples, "run", "score")
        again = {row["run"]: row for row in engine.collect(repeats(examples))}
        apart = _paired(engine, examples, part.pairs, numbers)
    spread_of = {run: scores[number] for run, number in numbers.items() if number in scores}
    return Aggregated(
        [RunScore(run, spread_of[run]) for run in part.runs if run in spread_of],
        [
            _difference(pair, apart.get(number), spread_of[pair.run], spread_of[pair.other])
            for number, pair in enumerate(part.pairs)
            if pair.run in spread_of and pair.other in spread_of
        ],
        [_repeat(run, again[numbers[run]]) for run in part.runs if numbers[run] in again],
    )


def _spreads(engine: Engine, values: Frame, key: str, value: str) -> dict[int, Moments]:
    return {row.pop(key): Moments(**row) for row in engine.collect(spreads(values, key, value))}


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
    with engine.keep(differences(examples, engine.rows(columns))) as apart:
        return _spreads(engine, apart, "pair", "difference")


def _difference(pair: Pair, spread: Moments | None, mine: Moments, other: Moments) -> Difference:
    n = spread.n if spread else 0
    return Difference(pair, spread, max(mine.size, other.size), mine.n - n, other.n - n)


def _repeat(run: ExampleRun, row: Mapping[str, Any]) -> Repeat:
    return Repeat(
        run,
        int(row["repeated"]),
        row["example"],
        int(row["differing"]),
        row["differing_example"],
    )


def _contradictions(repeated: Sequence[Repeat], shown: str) -> Iterator[Fault]:
    odd = [repeat for repeat in repeated if repeat.differing]
    faults = (
        Fault(
            f"{shown}: {repeat.run}",
            f"{counted(repeat.differing, 'example')} with scores that contradict each other, "
            f"such as {repeat.differing_example!r}",
            "Keep one score for each, or take their mean: --average-repeats.",
        )
        for repeat in odd
    )
    yield from limit_faults(faults, len(odd), shown, "runs with scores that contradict each other")
