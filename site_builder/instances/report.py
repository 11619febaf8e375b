"""What an aggregation did, in lines and warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from site_builder.errors import Fault, at_most
from site_builder.format import counted
from site_builder.importers.report import written_lines
from site_builder.instances.files import Instances
from site_builder.instances.found import Aggregated, Difference, Repeat
from site_builder.instances.save import Outcome


def warnings_of(
    instances: Instances, found: Aggregated, outcome: Outcome, *, average: bool
) -> Iterator[Fault]:
    """What the user should look at: files left out, rows twice, examples without a partner."""
    yield from instances.skipped
    if not average:
        yield from _repeats(found.repeats, instances.shown)
    yield from _unpaired(found.differences, instances.shown)
    for placed, why in outcome.merged.refused:
        run = f"{placed.model}, {placed.task} ({placed.variant})"
        yield Fault(f"{instances.shown}: {run}", f"not taken: {why}", "", "warning")


def _repeats(repeats: Sequence[Repeat], shown: str) -> Iterator[Fault]:
    faults = (
        Fault(
            f"{shown}: {repeat.run}",
            f"{counted(repeat.repeated, 'example')} more than once with the same score, such as "
            f"{repeat.example!r}: each counts once",
            severity="warning",
        )
        for repeat in repeats
    )
    yield from at_most(faults, len(repeats), shown, "runs with examples more than once")


def _unpaired(differences: Sequence[Difference], shown: str) -> Iterator[Fault]:
    odd = [found for found in differences if found.unpaired or found.unpaired_against]
    faults = (
        Fault(f"{shown}: {found.pair.run}", _missing(found), severity="warning") for found in odd
    )
    yield from at_most(faults, len(odd), shown, "pairs of runs with examples of one only")


def _missing(found: Difference) -> str:
    """How many examples have no partner, on either side."""
    pair = found.pair
    other = f"the baseline, {pair.other.model} ({pair.other.variant}),"
    other = "its base" if pair.against == "base" else other
    if found.spread is None:
        return f"{other} has no example in common with it, so there is no difference"
    sides = (
        f"lacks {counted(found.unpaired, 'example')}" if found.unpaired else "",
        f"has {found.unpaired_against:,} of its own" if found.unpaired_against else "",
    )
    left = f"the difference is of {counted(found.spread.n, 'pair')}"
    return f"{other} {' and '.join(filter(None, sides))}; {left}"


def lines_of(
    instances: Instances, found: Aggregated, outcome: Outcome, *, dry: bool
) -> Iterator[str]:
    """The report, a line each."""
    runs = [score.run for score in found.scores]
    models, tasks = (len({getattr(run, name) for run in runs}) for name in ("model", "task"))
    rows = counted(instances.rows, "row")
    yield f"{rows} of {counted(models, 'model')} on {counted(tasks, 'task')}."
    merged = outcome.merged
    yield (
        f"Scores: {len(merged.added):,} added, {len(merged.replaced):,} replaced, "
        f"{len(merged.unchanged):,} as they were, {len(merged.refused):,} not taken."
    )
    yield (
        f"Paired differences: {outcome.added:,} added, {outcome.replaced:,} replaced, "
        f"{outcome.unchanged:,} as they were."
    )
    yield from written_lines(outcome.saved, dry=dry)
