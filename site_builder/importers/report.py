"""Report what an import did, line by line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from site_builder.config import SiteConfig
from site_builder.errors import MAX_ALIKE, Fault
from site_builder.formatting import counted, listed, quoted
from site_builder.importers.choices import as_key, as_toml
from site_builder.importers.merge import Key
from site_builder.importers.reading import grouped
from site_builder.importers.run import ImportReport, skipped_faults
from site_builder.importers.runs import has_same_numbers
from site_builder.tables.metrics import assumption_lines
from site_builder.tables.overrides import stated_in

_NO_MODEL = re.compile(
    r"humans?\b.*|(random|majority|chance|frequent)"
    r"( (guess\w*|chance|choice|baseline|class|agent|policy|level))?",
    re.IGNORECASE,
)
_MAX_REASONS = 5


def warnings_of(report: ImportReport, config: SiteConfig, *, verbose: bool = False) -> list[Fault]:
    """Return warnings: skipped files, each by itself if `verbose`, unclear scores, lone models."""
    faults = [*skipped_faults(report.reading, config, verbose=verbose), *report.faults]
    for new, why in (*report.assumed.refused, *report.merged.refused):
        where = f"{new.score.source}: {_words(new.key)}"
        faults.append(Fault(where, f"not imported: {why}", severity="warning"))
    for (of, by), n in report.merged.undated.items():
        what = f"{counted(n, 'score')} of {of} replaced, and no date tells that {by} is newer"
        fix = "If both count, import both files at once: that asks what tells them apart."
        faults.append(Fault("", what, fix, "warning"))
    notes = report.pairing.notes
    return faults + [Fault("", f"not paired: {note}", severity="warning") for note in notes]


def _words(key: Key) -> str:
    model, task, variant, *facets = key
    stated = ", ".join(filter(None, facets))
    return f"{model}{stated and f' ({stated})'}, {task} ({variant})"


def lines_of(
    report: ImportReport, config: SiteConfig, *, verbose: bool, dry: bool
) -> Iterator[str]:
    """Yield the lines of the report; `verbose` lists what is otherwise only counted."""
    reading, merged = report.reading, report.merged
    skipped = sum(s.what == "file" for s in reading.skipped)
    yield from (*reading.notes, *report.notes)
    if report.assumed.assumptions:
        yield "Assumed of the new tasks; `[tasks]` in site.toml overrides it:"
        lines = (f"  {line}" for line in assumption_lines(report.assumed.assumptions))
        yield from _limited(lines, verbose=verbose)
    yield f"{counted(reading.files, 'file')} with scores, {skipped:,} skipped."
    yield from _limited(_older_lines(report), verbose=verbose)
    yield from _left_out_lines(report, verbose=verbose)
    if report.stray_examples:
        n = counted(report.stray_examples, "score")
        yield f"Left out {n} of single examples, whose task, metric or run was not imported."
    moved = (f"moved: {_words(key)} to {m} ({v})" for key, (m, v) in merged.moved)
    replaced = (
        f"replaced: {_words(key)}, "
        + (f"{a!r} by {b!r}" if a != b else f"what is stated with {a!r}")
        for key, a, b in merged.replaced
    )
    paired = (f"paired: {tuned} with {base}" for tuned, base in report.pairing.pairs)
    for lines in (moved, replaced, paired):
        yield from _limited(lines, verbose=verbose)
    yield (
        f"Scores: {len(merged.added):,} added, {len(merged.replaced):,} replaced, "
        f"{len(merged.moved):,} moved, {len(merged.unchanged):,} unchanged, "
        f"{len(merged.refused) + len(report.assumed.refused):,} not imported."
    )
    if added := [counted(n, name) for name, n in report.added.items() if n]:
        yield f"New: {listed(added, most=5)}."
    of_models = grouped((model, variant) for model, _, variant, *_ in merged.added)
    if aside := sorted(
        name
        for name in filter(_NO_MODEL.fullmatch, of_models)
        if "role" not in stated_in(config.models, name)
    ):
        how = f'if only for reference, write {as_key(aside[0])} = {{ role = "reference" }}'
        yield f"{quoted(aside)} would be ranked; {how} below [models]."
    untuned = [model for model, variants in of_models.items() if len({*variants}) == 1]
    if len(untuned) == 1 < len(of_models) and config.board.baseline is None:
        how = f"to compare all with it, write baseline = {as_toml(untuned[0])} below [board]."
        yield f"Only {untuned[0]!r} has no scores after tuning; {how}"
    yield from written_lines(report.saved, dry=dry)


def _limited(lines: Iterable[str], *, verbose: bool) -> Iterator[str]:
    every = list(lines)
    most = len(every) if verbose else MAX_ALIKE
    yield from every[:most]
    if len(every) > most:
        yield f"and {len(every) - most:,} more like these; --verbose lists them"


def _older_lines(report: ImportReport) -> Iterator[str]:
    """Count the scores that another one replaces, file by file."""
    files = Counter((has_same_numbers(a, b), a.source, b.source) for a, b in report.older)
    for (is_same, old, new), n in files.items():
        again = f"{old} has them again" if old == new else f"{new} has them too"
        newer = f"{'a record of it' if old == new else new} is newer"
        how, why = ("identical", again) if is_same else ("older", newer)
        yield f"{how}: {counted(n, 'score')} of {old}, since {why}"


def _left_out_lines(report: ImportReport, *, verbose: bool) -> Iterator[str]:
    """Count by reason what was left out of files that were read, or yield a line for each."""
    parts = [*(s for s in report.reading.skipped if s.what == "score"), *report.other_metrics]
    if verbose:
        yield from (f"left out: {part.where}: {part.why}" for part in parts)
    elif parts:
        reasons = Counter(part.why for part in parts)
        shown = [f"{why} ({n:,})" for why, n in reasons.most_common(_MAX_REASONS)]
        rest = len(reasons) - len(shown)
        more = f"; {counted(rest, 'more reason')}" if rest > 0 else ""
        yield f"Left out {len(parts):,}, which --verbose lists: {'; '.join(shown)}{more}."


def written_lines(saved: Sequence[Path], *, dry: bool) -> Iterator[str]:
    """Yield which tables were written."""
    if dry:
        yield "Nothing was written (--dry-run)."
    elif saved:
        yield f"Wrote {listed([str(path) for path in saved], most=5)}."
    else:
        yield "Nothing changed; nothing was written."
