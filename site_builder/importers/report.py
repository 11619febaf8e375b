"""What an import did, in lines: what was added, replaced, skipped, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from site_builder.errors import MOST_ALIKE, Fault
from site_builder.format import counted, listed
from site_builder.importers.merge import Key, Placed
from site_builder.importers.run import Outcome, skipped_faults

_SHOWN = 5


def warnings_of(outcome: Outcome) -> list[Fault]:
    """What the user should look at: files left out, scores refused, models not paired."""
    faults = skipped_faults(outcome.reading.skipped)
    faults += [
        Fault(_place(p), f"not taken: {why}", "", "warning") for p, why in outcome.merged.refused
    ]
    faults += [Fault("", f"not paired: {note}", "", "warning") for note in outcome.pairing.notes]
    return faults


def _place(placed: Placed) -> str:
    return f"{placed.measure.source}: {_key(placed.key)}"


def _key(key: Key) -> str:
    model, task, variant = key
    return f"{model}, {task} ({variant})"


def lines_of(outcome: Outcome, *, verbose: bool, dry: bool) -> Iterator[str]:
    """The report, a line each.

    Args:
        outcome: What the import did.
        verbose: A line for everything that was left out, rather than a count.
        dry: Whether nothing was to be written.
    """
    reading, merged = outcome.reading, outcome.merged
    yield from reading.notes
    skipped = sum(s.what == "file" for s in reading.skipped)
    yield f"{counted(reading.files, 'file')} with scores, {skipped:,} skipped."
    yield from _several(list(_older(outcome)), verbose=verbose)
    yield from _left_out(outcome, verbose=verbose)
    if outcome.stray_examples:
        n = counted(outcome.stray_examples, "score")
        yield f"Left out {n} of single examples, whose task, metric or run was not taken."
    yield from _several(
        [f"moved: {_key(k)} to {m} ({v})" for k, (m, v) in merged.moved], verbose=verbose
    )
    new = dict(_scores_now(outcome))
    yield from _several(
        [f"replaced: {_key(key)}, {old!r} by {new.get(key)!r}" for key, old in merged.replaced],
        verbose=verbose,
    )
    yield from _several(
        [f"paired: {tuned} with {base}" for tuned, base in outcome.pairing.pairs], verbose=verbose
    )
    yield (
        f"Scores: {len(merged.added):,} added, {len(merged.replaced):,} replaced, "
        f"{len(merged.moved):,} moved, {len(merged.unchanged):,} as they were, "
        f"{len(merged.refused):,} not taken."
    )
    yield from _tables(outcome, dry=dry)


def _scores_now(outcome: Outcome) -> Iterator[tuple[Key, object]]:
    for row in outcome.merged.rows:
        yield (str(row["model"]), str(row["task"]), str(row.get("variant"))), row["score"]


def _several(lines: Sequence[str], *, verbose: bool) -> Iterator[str]:
    most = len(lines) if verbose else MOST_ALIKE
    yield from lines[:most]
    if len(lines) > most:
        yield f"and {len(lines) - most:,} more like these; --verbose lists them"


def _older(outcome: Outcome) -> Iterator[str]:
    """Runs of which a newer one was taken, file by file."""
    files = Counter((old.source, new.source) for old, new in outcome.older)
    for (old, new), n in files.items():
        why = (
            f"since {new} is newer" if old != new else "which has another of the same further down"
        )
        yield f"older: {counted(n, 'score')} of {old}, {why}"


def _left_out(outcome: Outcome, *, verbose: bool) -> Iterator[str]:
    """What was left out of files that were read: counted by reason, or a line each."""
    parts = [*(s for s in outcome.reading.skipped if s.what == "score"), *outcome.other_metrics]
    if verbose:
        yield from (f"left out: {part.where}: {part.why}" for part in parts)
        return
    reasons = Counter(part.why for part in parts)
    shown = [f"{why} ({n:,})" for why, n in reasons.most_common(_SHOWN)]
    if parts:
        rest = len(reasons) - len(shown)
        more = f"; {counted(rest, 'more reason')}" if rest > 0 else ""
        yield f"Left out {len(parts):,}, which --verbose lists: {'; '.join(shown)}{more}."


def _tables(outcome: Outcome, *, dry: bool) -> Iterator[str]:
    added = [counted(n, name) for name, n in outcome.added.items() if n]
    if added:
        yield f"New: {listed(added, most=5)}."
    yield from written_lines(outcome.saved, dry=dry)


def written_lines(saved: Sequence[Path], *, dry: bool) -> Iterator[str]:
    """Which tables were written, and what to do next."""
    if dry:
        yield "Nothing was written (--dry-run)."
    elif saved:
        yield f"Wrote {listed([str(path) for path in saved], most=5)}."
        yield f"Next: `site_builder check --project {saved[0].parent.parent}`."
    else:
        yield "Nothing has changed; nothing was written."
