"""Tables against each other and against `site.toml`: references, bounds, and what looks odd."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from pandas.api import types as kinds

from site_builder.config import SiteConfig
from site_builder.errors import Fault, near, rows_text
from site_builder.tables.load import LoadedTables
from site_builder.tables.schema import TASKS


def find_reference_faults(
    results: pd.DataFrame, models: pd.DataFrame, tasks: pd.DataFrame, loaded: LoadedTables, config: SiteConfig
) -> list[Fault]:
    """Every fault that shows only when tables, or a table and `site.toml`, are seen together."""
    where = loaded.tables["results"].where
    faults: list[Fault] = []
    for column, known, table in (("model", models, "models"), ("task", tasks, "tasks")):
        if table in loaded.tables:
            faults += _unknown_ids(results, column, set(known[column]), table, where)
    faults += _bound_faults(results, tasks, where)
    faults += _percent_faults(results, tasks, where)
    faults += _config_faults(results, models, tasks, config)
    faults += _odd_results(results, models, tasks, where, config)
    return faults


def _unknown_ids(results: pd.DataFrame, column: str, known: set[str], table: str, where: str) -> Iterator[Fault]:
    unknown = results[~results[column].isin(known)]
    for value, rows in unknown.groupby(column, sort=False).groups.items():
        place = f"{where}: {rows_text([r + 1 for r in rows])}"
        yield Fault(place, f"{column} {value!r} is not in {table}.parquet.", near(str(value), known) or f"Add it to {table}.parquet.")


def _bound_faults(results: pd.DataFrame, tasks: pd.DataFrame, where: str) -> Iterator[Fault]:
    bounds = tasks.set_index("task")
    low, high = (results["task"].map(bounds[name].to_dict()) for name in ("score_min", "score_max"))
    for row in results.index[(results["score"] < low) | (results["score"] > high)]:
        score, task = results.at[row, "score"], results.at[row, "task"]
        allowed = f"{_bound(low[row], 'no lower bound')} to {_bound(high[row], 'no upper bound')}"
        yield Fault(f"{where}: row {row + 1}", f"score {score:g} of task {task!r} is out of its bounds, {allowed}.", "Correct the score, or the task's bounds.")
    for row in tasks.index[tasks["score_min"] > tasks["score_max"]]:
        yield Fault(f"data/{TASKS.file}: row {row + 1}", f"score_min of task {tasks.at[row, 'task']!r} is above its score_max", "Swap them.")


def _bound(value: float, absent: str) -> str:
    return absent if pd.isna(value) else f"{value:g}"


def _percent_faults(results: pd.DataFrame, tasks: pd.DataFrame, where: str) -> Iterator[Fault]:
    """Scores of 2 to 100 where nine in ten scores of the same metric are proportions.

    Judged only where higher is better and the tasks state no upper bound: a loss may well be below 1 mostly.
    """
    by_task = tasks.set_index("task")
    metric = results["task"].map(by_task["metric"].where(by_task["higher_is_better"] & by_task["score_max"].isna()).to_dict())
    for name, scores in results[metric.notna()].groupby(metric[metric.notna()], sort=False)["score"]:
        odd = scores[scores > 2]
        if scores.between(0, 100).all() and (scores.drop(odd.index) <= 1).all() and 0 < len(odd) <= len(scores) / 10:
            place = f"{where}: {rows_text([r + 1 for r in odd.index])}"
            fix = "Divide percentages by 100, or state the task's score_max."
            yield Fault(place, f"score above 1, while the other scores of metric {str(name)!r} are proportions.", fix)


def _config_faults(results: pd.DataFrame, models: pd.DataFrame, tasks: pd.DataFrame, config: SiteConfig) -> Iterator[Fault]:
    board, variants, ids = config.board, set(results["variant"]), set(models["model"])
    if board.baseline is not None and board.baseline not in ids:
        yield Fault("site.toml", f"baseline {board.baseline!r} is not a model.", near(board.baseline, ids, "models"))
    named = [("base_variant", board.base_variant), *(("tuned_variants", v) for v in board.tuned_variants or ())]
    for key, variant in named:
        if variant is not None and variant not in variants:
            yield Fault("site.toml", f"{key}: no result has the variant {variant!r}.", near(variant, variants, "variants"))
    if board.base_variant is not None and board.base_variant in (board.tuned_variants or ()):
        yield Fault("site.toml", f"tuned_variants holds {board.base_variant!r}, which is the base_variant", "Name it in one of them.")
    for variant in board.labels:
        if variant not in variants:
            yield Fault("site.toml", f"labels: no result has the variant {variant!r}.", near(variant, variants, "variants"), "warning")
    numeric = {str(name) for name in tasks.columns if kinds.is_numeric_dtype(tasks[name]) and not kinds.is_bool_dtype(tasks[name])}
    for feature in config.analysis.features or ():
        if feature not in numeric:
            what = "is not numeric" if feature in tasks.columns else "is not a column of tasks.parquet"
            yield Fault("site.toml", f"feature {feature!r} {what}.", near(feature, numeric, "features"))


def _odd_results(results: pd.DataFrame, models: pd.DataFrame, tasks: pd.DataFrame, where: str, config: SiteConfig) -> Iterator[Fault]:
    base = config.board.base_variant or "base"
    if base in set(results["variant"]):
        pairs = set(results.loc[results["variant"] == base, ["model", "task"]].itertuples(index=False, name=None))
        tuned = results[results["variant"] != base]
        lone = [row for row, pair in zip(tuned.index, tuned[["model", "task"]].itertuples(index=False, name=None), strict=True) if pair not in pairs]
        if lone:
            yield Fault(f"{where}: {rows_text([r + 1 for r in lone])}", f"tuned score without its {base!r} score: no lift is computed for it", "", "warning")
    baseline = config.board.baseline
    if baseline is not None:
        for task in tasks["task"][~tasks["task"].isin(results.loc[results["model"] == baseline, "task"])]:
            yield Fault(where, f"the baseline {baseline!r} has no score on task {task!r}", "", "warning")
    for column, table in (("model", models), ("task", tasks)):
        for value in table[column][~table[column].isin(results[column])]:
            yield Fault(where, f"no result of {column} {value!r}", "", "warning")
