"""Leave most rows of a long table of tasks to a script, which makes them of files it has anyway.

This is for size and speed alone: it saves a third of a site of 1,000 models on 100 tasks. All rows
are in the page where any needs more than plain scores.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from math import isnan

from site_builder.compute.runs import Against
from site_builder.pages.task_scores import MIN_DISTINCT, ModelTasks, TaskRow
from site_builder.table_model import MAX_DRAWN

_WRITTEN = 10  # rows of a longer table that are in the page: as many as a phone shows at first
_AGAINST: tuple[Against, Against] = ("base", "baseline")


def find_scripted_rows(found: ModelTasks) -> tuple[Collection[str], str]:
    """Return the tasks of the rows that static/js/task-rows.js makes, of scores alone, and a text.

    The text has the ends of the scale; then, for each row, its place, the place of its task in the
    data of score cards, the rank of the model, and of how many where that differs. Nothing of a
    short table.
    """
    if len(found.rows) <= MAX_DRAWN or found.axis is None or not _has_scores_alone(found):
        return (), ""
    columns = found.site.results.scores.columns
    has_one_number = len({row.of for row in found.rows if row.score}) == 1
    places = {
        row.task: f"{place} {columns[row.task]} {row.score.rank}"
        + ("" if has_one_number else f" {row.of}")
        for place, row in enumerate(found.rows)
        if place >= _WRITTEN and row.score is not None and _is_complete(found, row)
    }
    return places, ",".join((f"{found.axis.low!r} {found.axis.high!r}", *places.values()))


def _has_scores_alone(found: ModelTasks) -> bool:
    """Return whether the table shows scores, lifts and ranks without an error, mark or measure."""
    results = found.site.results
    facts = [results.catalog.tasks[task] for task in found.tasks]
    place = results.scores.rows[found.model]
    verdicts = [results.lift_verdicts[found.variant, against][place] for against in _AGAINST]
    return (
        found.model not in results.scores.references
        and (found.is_lifted or not found.labels.lifted or not found.is_dumbbell)
        and found.axis is not None
        and not found.axis.is_log
        and not results.scores.measures
        and results.catalog.stated.isdisjoint(("stderr", "n_examples"))
        and all(f.higher_is_better and f.score_chance is None and not f.part_of for f in facts)
        and not any(found.labels.scales[task].unit for task in found.tasks)
        and all(map(isnan, chain.from_iterable(each.tolist() for each in verdicts)))
        and all(s.counted and s.flag is None for s in found.scores)
        and not any(s.counted and (s.counted.interval or s.counted.n_range) for s in found.scores)
    )


def _is_complete(found: ModelTasks, row: TaskRow) -> bool:
    """Return whether a row has each score that its table compares, or others to draw it among."""
    if not found.is_dumbbell:
        spread = found.spread(row.task)
        return spread is not None and spread.distinct >= MIN_DISTINCT
    is_compared = not found.is_compared or row.lift("baseline") is not None
    is_lifted = not found.is_lifted or row.lift("base") is not None
    return is_compared and is_lifted and not found.is_level(row.task)
