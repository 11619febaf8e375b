"""Which of a task's metrics stands for it, and which of two runs of one model does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from site_builder.importers.metrics import rank_of_metric
from site_builder.importers.naming import way_of
from site_builder.importers.records import Measure, Skipped

_Run = tuple[str, str | None, str, str | None]


def choose_metrics(
    measures: Sequence[Measure], wanted: Sequence[str], known: Mapping[str, str]
) -> tuple[list[Measure], list[Skipped]]:
    """One metric of every task in every file, the same one in all files as far as they have it.

    The first of these that tells: what is wanted; what the tables have for the task; what the
    format itself calls the main score; the order of `metrics.py`; what more files have; what a file
    lists first.

    Args:
        measures: All scores.
        wanted: Names of metrics, the most wanted first.
        known: How each task, by its name in the files, was measured so far, where that is known.

    Returns:
        The scores of the chosen metrics, and one entry for every other.
    """
    files = Counter((m.task, m.metric, m.setting) for m in measures)
    best: dict[_Run, tuple[tuple[int, ...], Measure]] = {}
    for place, measure in enumerate(measures):
        order = (
            rank_of_metric(measure.metric, wanted) if measure.metric in wanted else len(wanted),
            known.get(measure.task, "") != way_of(measure),
            not measure.main,
            rank_of_metric(measure.metric, ()),
            -files[measure.task, measure.metric, measure.setting],
            place,
        )
        if _run(measure) not in best or order < best[_run(measure)][0]:
            best[_run(measure)] = (order, measure)
    taken = {run: (m.metric, m.setting) for run, (_, m) in best.items()}
    chosen: list[Measure] = []
    others: list[Measure] = []
    for m in measures:
        (chosen if (m.metric, m.setting) == taken[_run(m)] else others).append(m)
    return chosen, [_other(m, best[_run(m)][1]) for m in others]


def _run(measure: Measure) -> _Run:
    return (measure.model, measure.variant, measure.task, measure.source)


def _other(measure: Measure, taken: Measure) -> Skipped:
    where = f"{measure.source}: {measure.task}, {_words(measure)}"
    return Skipped(where, f"{_words(taken)} stands for the task", what="score")


def _words(measure: Measure) -> str:
    return " ".join(filter(None, (measure.metric, measure.setting and f"({measure.setting})")))


def choose_newest(
    measures: Iterable[Measure],
) -> tuple[list[Measure], list[tuple[Measure, Measure]]]:
    """One score for every model, task and way of measuring: that of the newest run.

    A run with a stated moment is newer than one without; among runs without one the file that was
    written last is, and among these the last by name.

    Returns:
        The newest, and each of the others with the one that was taken in its place.
    """
    newest: dict[tuple[str, str | None, str, str, str], Measure] = {}
    older: list[Measure] = []
    for measure in measures:
        rival = newest.get(_kind(measure))
        is_newest = rival is None or _order(measure) >= _order(rival)
        if is_newest:
            newest[_kind(measure)] = measure
        if rival is not None:
            older.append(rival if is_newest else measure)
    return list(newest.values()), [(old, newest[_kind(old)]) for old in older]


def _kind(measure: Measure) -> tuple[str, str | None, str, str, str]:
    return (measure.model, measure.variant, measure.task, measure.metric, measure.setting)


def _order(measure: Measure) -> tuple[tuple[bool, float], str]:
    return (measure.time, measure.source or "")
