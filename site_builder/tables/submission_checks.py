"""Find submissions with scores of another unit than the board's, and models with a wrong status."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from site_builder.errors import Fault, limit_faults
from site_builder.formatting import rounded
from site_builder.tables.entries import have_scores
from site_builder.tables.read import Tables
from site_builder.tables.schema import MODELS, RESULTS

_PERCENT = 100


def find_unscaled(tables: Tables) -> Iterator[Fault]:
    """Find submissions with scores from 0 to 1 only, on tasks in percent whose others are larger.

    Others are larger where their median is above 2. A model that solves nothing has scores of 0,
    which is no sign of another unit.
    """
    table, results = tables.loaded[RESULTS.name], tables.results
    if not table.submitted:
        return
    tops = tables.tasks.drop_duplicates("task").set_index("task")["score_max"]
    percents = results[results["task"].map(tops) == _PERCENT]
    first = len(results) - len(table.submitted)
    own = percents[percents.index >= first]
    files = [table.submitted[row - first][0].where for row in own.index]
    for _, rows in own.groupby(files, sort=False):
        others = percents[percents["task"].isin(rows["task"])].drop(rows.index)["score"]
        scores = rows["score"]
        if scores.between(0, 1).all() and scores.any() and others.median() > 2:
            what = "its scores are between 0 and 1, on tasks in percent with a median of "
            fix = "Multiply them by 100 if they are proportions."
            where = table.place(rows.index, "score")
            yield Fault(where, f"{what}{rounded(others.median(), 1)}", fix, "warning")


def find_scored_with_status(tables: Tables) -> Iterator[Fault]:
    """Find models that have scores, and a status that says why they have none."""
    table, models = tables.loaded.get(MODELS.name), tables.models
    if table is None or (models["status"].isna().all() and tables.waiting.empty):
        return
    has_scores = models["model"].isin(tables.results["model"].unique())
    scored = models[models["status"].notna() & has_scores]
    entries = tables.waiting[have_scores(tables)]
    found = pd.concat([scored, entries])[["model", "status"]]
    faults = (
        Fault(
            table.place([row], "status"),
            f"{'entry' if row in entries.index else 'model'} {model!r} has scores, and its status "
            f"is {status!r}",
            "Remove the status.",
            "warning",
        )
        for row, model, status in found.itertuples()
    )
    yield from limit_faults(faults, len(found), table.where, "models with scores and a status")
