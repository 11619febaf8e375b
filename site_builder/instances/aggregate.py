"""Per-example scores to scores and paired differences, a verb a stage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, at_most
from site_builder.format import counted
from site_builder.instances.engine import Engine
from site_builder.instances.expression import (
    Frame,
    as_contract,
    by_example,
    differences,
    fit_rows,
    repeats,
    spreads,
    together,
)
from site_builder.instances.files import Instances
from site_builder.instances.found import Aggregated, Difference, Repeat, Score
from site_builder.instances.runs import Pair, Part, Run, pair_runs, part_runs
from site_builder.instances.spread import Spread
from site_builder.instances.survey import survey_rows, unknown_faults

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


def _measure(rows: Frame, part: Part, engine: Engine) -> Aggregated:
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
        [Score(run, spread_of[run]) for run in part.runs if run in spread_of],
        [
            _difference(pair, apart.get(number), spread_of[pair.run], spread_of[pair.other])
            for number, pair in enumerate(part.pairs)
            if pair.run in spread_of and pair.other in spread_of
        ],
        [_repeat(run, again[numbers[run]]) for run in part.runs if numbers[run] in again],
    )


def _spreads(engine: Engine, values: Frame, key: str, value: str) -> dict[int, Spread]:
    return {row.pop(key): Spread(**row) for row in engine.collect(spreads(values, key, value))}


def _paired(
    engine: Engine, examples: Frame, pairs: Sequence[Pair], numbers: Mapping[Run, int]
) -> dict[int, Spread]:
    if not pairs:
        return {}
    columns = {
        "pair": [*range(len(pairs))],
        "run": [numbers[pair.run] for pair in pairs],
        "against": [numbers[pair.other] for pair in pairs],
    }
    with engine.keep(differences(examples, engine.rows(columns))) as apart:
        return _spreads(engine, apart, "pair", "difference")


def _difference(pair: Pair, spread: Spread | None, mine: Spread, other: Spread) -> Difference:
    n = spread.n if spread else 0
    return Difference(pair, spread, max(mine.size, other.size), mine.n - n, other.n - n)


def _repeat(run: Run, row: Mapping[str, Any]) -> Repeat:
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
    yield from at_most(faults, len(odd), shown, "runs with scores that contradict each other")
