"""Tables against each other and against `site.toml`: references, bounds, and what looks odd."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from site_builder.config import SiteConfig
from site_builder.errors import Fault, at_most, near, rows_text
from site_builder.format import counted, listed
from site_builder.tables.complete import Tables
from site_builder.tables.places import places
from site_builder.tables.schema import TASKS

_CONFIG = "site.toml"


def find_reference_faults(
    tables: Tables, config: SiteConfig, unsound: Collection[str] = ()
) -> list[Fault]:
    """Every fault that shows only when tables, or a table and `site.toml`, are seen together.

    Args:
        tables: The completed tables.
        config: What `site.toml` says.
        unsound: Columns that cannot be compared, as `table.column`; what reads one is left out.
    """
    bounds = "tasks.task tasks.score_min tasks.score_max"
    checks = (
        ("results.model models.model", _unknown_ids(tables, "model", "models")),
        ("results.task tasks.task", _unknown_ids(tables, "task", "tasks")),
        (bounds, _crossed_bounds(tables)),
        (f"results.task results.score {bounds}", _out_of_bounds(tables)),
        (f"results.task results.score {bounds} tasks.metric", _percents(tables)),
        ("results.model models.model", _unknown_baseline(tables, config)),
        ("results.variant", _unknown_variants(tables, config)),
        ("tasks.task", _unfit_features(tables, config, unsound)),
        ("results.model results.task results.variant", _lone_tuned(tables, config)),
        ("results.model results.task models.model tasks.task", _unscored_baseline(tables, config)),
        ("results.model models.model", _without_results(tables, "model", "models")),
        ("results.task tasks.task", _without_results(tables, "task", "tasks")),
        (f"results.task {bounds} tasks.metric", _mixed_metrics(tables, config)),
        ("tasks.length_unit", _mixed_units(tables)),
    )
    sound = (faults for reads, faults in checks if set(unsound).isdisjoint(reads.split()))
    return list(chain.from_iterable(sound))


def _place(tables: Tables, rows: Iterable[Any], table: str = "results") -> str:
    return f"{tables.loaded[table].where}: {rows_text([int(row) + 1 for row in rows])}"


def _among(ids: pd.Series, known: pd.Series) -> pd.Series:
    """Whether each id is a known one: what `isin` says, in a tenth of its time on text."""
    return pd.Series(places(ids, known.dropna().unique().tolist()) >= 0, index=ids.index)


def _unknown_ids(tables: Tables, column: str, table: str) -> Iterator[Fault]:
    """Results of models or tasks that their table does not list."""
    if table not in tables.loaded or tables.loaded[table].frame.empty:
        return
    known = getattr(tables, table)[column].dropna()
    ids = tables.results[column].dropna()
    unknown = ids[~_among(ids, known)]
    values, names = unknown.unique(), set(known)
    faults = (
        Fault(
            _place(tables, unknown.index[unknown == value]),
            f"{column} {str(value)!r} is not in {table}.parquet",
            near(str(value), names, table) or f"Add it to {table}.parquet.",
        )
        for value in values
    )
    more = f"{column}s that are not in {table}.parquet"
    yield from at_most(faults, len(values), tables.loaded["results"].where, more)


def _crossed_bounds(tables: Tables) -> Iterator[Fault]:
    tasks = tables.tasks
    crossed = tasks[tasks["score_min"] > tasks["score_max"]]
    faults = (
        Fault(
            _place(tables, [row], TASKS.name),
            f"score_min of task {task!r} is above its score_max",
            "Swap them.",
        )
        for row, task in zip(crossed.index, crossed["task"], strict=True)
    )
    where = tables.loaded[TASKS.name].where if len(crossed) else ""
    yield from at_most(faults, len(crossed), where, "tasks whose bounds are crossed")


def _out_of_bounds(tables: Tables) -> Iterator[Fault]:
    bounds = tables.tasks[["task", "score_min", "score_max"]].drop_duplicates("task")
    bounds = bounds[~(bounds["score_min"] > bounds["score_max"])]
    at = places(tables.results["task"], bounds["task"].tolist())  # -1 for no bounds
    low, high = (
        np.append(bounds[name].to_numpy(), np.nan)[at] for name in ("score_min", "score_max")
    )
    score = tables.results["score"].to_numpy()
    rows = np.flatnonzero(((score < low) | (score > high)) & np.isfinite(score))
    out = tables.results.iloc[rows][["task", "score"]].reset_index(names="row")
    out["score_min"], out["score_max"] = low[rows], high[rows]
    faults = (_bounds_fault(tables, own) for _, own in out.groupby("task", sort=False))
    more, where = "tasks with scores out of their bounds", tables.loaded["results"].where
    yield from at_most(faults, out["task"].nunique(), where, more)


def _bounds_fault(tables: Tables, out: pd.DataFrame) -> Fault:
    """The fault of scores of one task."""
    scores, first = listed([_number(score) for score in out["score"]], most=5), out.iloc[0]
    noun, verb = ("score", "is") if len(out) == 1 else ("scores", "are")
    allowed = _allowed(first["score_min"], first["score_max"])
    what = f"{noun} {scores} of task {first['task']!r} {verb} out of its bounds, {allowed}"
    return Fault(_place(tables, out["row"]), what, "Correct the score, or the task's bounds.")


def _allowed(low: float, high: float) -> str:
    if np.isnan(low):
        return f"at most {_number(high)}"
    return f"at least {_number(low)}" if np.isnan(high) else f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _percents(tables: Tables) -> Iterator[Fault]:
    """Scores of 2 to 100 where nine in ten scores of the same metric are proportions.

    Judged only where higher is better and the tasks state no upper bound: a loss may well be below
    1 mostly.
    """
    tasks = tables.tasks[tables.tasks["higher_is_better"] & tables.tasks["score_max"].isna()]
    if tasks.empty:
        return
    metric = tables.results["task"].map(dict(zip(tasks["task"], tasks["metric"], strict=True)))
    scores = tables.results["score"]
    facts = pd.DataFrame({"odd": scores.between(2, 100, inclusive="right"), "metric": metric})
    facts["fits"] = facts["odd"] | scores.between(0, 1) | scores.isna()
    of_metric = facts.groupby("metric", sort=False)
    few = of_metric["odd"].sum().between(1, of_metric["odd"].size() / 10) & of_metric["fits"].all()
    names = few[few].index
    faults = (
        Fault(
            _place(tables, facts.index[facts["odd"] & (facts["metric"] == name)]),
            f"score above 1, while the other scores of metric {str(name)!r} are proportions",
            "Divide percentages by 100, or state the task's score_max.",
        )
        for name in names
    )
    more, where = "metrics with percentages among proportions", tables.loaded["results"].where
    yield from at_most(faults, len(names), where, more)


def _unknown_baseline(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    baseline, models = config.board.baseline, set(tables.models["model"].dropna())
    if baseline is not None and baseline not in models:
        hint = near(baseline, models, "models")
        yield Fault(_CONFIG, f"baseline {baseline!r} is not a model", hint)


def _unknown_variants(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    board, variants = config.board, set(tables.results["variant"].unique())
    base, tuned = [board.base_variant] if board.base_variant else [], board.tuned_variants or []
    for key, named in (("base_variant", base), ("tuned_variants", tuned), ("labels", board.labels)):
        for variant in (name for name in named if name not in variants):
            hint = near(variant, variants, "variants")
            what = f"{key}: no result has the variant {variant!r}"
            yield Fault(_CONFIG, what, hint, "warning" if key == "labels" else "error")
    for variant in base:
        if variant in tuned:
            what = f"tuned_variants holds {variant!r}, which is the base_variant"
            yield Fault(_CONFIG, what, "Name it in one of them.")


def _unfit_features(
    tables: Tables, config: SiteConfig, unsound: Collection[str]
) -> Iterator[Fault]:
    tasks = tables.tasks
    numeric = [str(name) for name in tasks.select_dtypes("number").columns]
    for feature in config.analysis.features or ():
        name, hint = f"feature {feature!r}", near(feature, numeric, "features")
        if f"{TASKS.name}.{feature}" in unsound:
            continue
        if feature not in tasks.columns:
            yield Fault(_CONFIG, f"{name} is not a column of {TASKS.file}", hint)
        elif feature not in numeric:
            yield Fault(_CONFIG, f"{name} is not numeric", hint)
        elif tasks[feature].isna().all():
            yield Fault(_CONFIG, f"{name} has no values in {TASKS.file}", "", "warning")


def _lone_tuned(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    """Tuned scores whose model has no base score on the task, on a board that has base scores."""
    base, tuned, results = config.default_variant, config.board.tuned_variants, tables.results
    is_base = results["variant"] == base
    is_tuned = ~is_base if tuned is None else results["variant"].isin(tuned)
    # As one number each: a merge of pairs of texts takes ten times as long.
    model, task = (
        pd.factorize(results[key], use_na_sentinel=False)[0] for key in ("model", "task")
    )
    pair = pd.Series(model * (task.max(initial=0) + 1) + task, index=results.index)
    lone = results.index[is_tuned & ~pair.isin(pair[is_base])]
    if is_base.any() and len(lone):
        what = f"tuned score without its {base!r} score: no lift is computed for it"
        yield Fault(_place(tables, lone), what, "", "warning")


def _unscored_baseline(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    baseline, tasks, results = config.board.baseline, tables.tasks["task"], tables.results
    unscored = tasks[~_among(tasks, results.loc[results["model"] == baseline, "task"])]
    if baseline in set(tables.models["model"]) and len(unscored):
        named = listed([repr(task) for task in unscored], most=5)
        share = f"{len(unscored):,} of {counted(len(tasks), 'task')}"
        what = f"the baseline {baseline!r} has no score on {share}: {named}"
        yield Fault(tables.loaded["results"].where, what, "", "warning")


def _without_results(tables: Tables, column: str, table: str) -> Iterator[Fault]:
    """Models or tasks that no result names; never where the results are what lists them."""
    ids = getattr(tables, table)[column].dropna()
    unused = ids[~_among(ids, tables.results[column])]
    faults = (
        Fault(_place(tables, [row], table), f"no result of {column} {value!r}", "", "warning")
        for row, value in zip(unused.index, unused, strict=True)
    )
    where = tables.loaded[table].where if len(unused) else ""
    yield from at_most(faults, len(unused), where, f"{column}s without a result")


def _mixed_metrics(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    """Averages over tasks of several metrics of which no bounds are known.

    Tasks without bounds count as alike, for want of knowing better; who states `rank_by` has
    decided.
    """
    tasks = tables.tasks[_among(tables.tasks["task"], tables.results["task"])]
    metrics = tasks["metric"].dropna().unique()
    unbounded = tasks[["score_min", "score_max"]].isna().all(axis=None)
    one_way = len(tasks["higher_is_better"].drop_duplicates()) == 1
    if config.board.rank_by is None and len(metrics) > 1 and unbounded and one_way:
        named = listed([repr(str(metric)) for metric in metrics], most=5)
        what = f"scores of {len(metrics):,} metrics are averaged, and no task states its bounds"
        fix = "State score_min and score_max of the tasks, or rank_by in site.toml."
        where = tables.loaded[TASKS.name].where
        yield Fault(where, f"{what}: {named}", fix, "warning")


def _mixed_units(tables: Tables) -> Iterator[Fault]:
    """Lengths of tasks that were counted differently: over tasks they compare nothing."""
    units = tables.tasks["length_unit"].dropna().unique()
    if len(units) > 1:
        named = listed([repr(str(unit)) for unit in units], most=5)
        what = f"lengths count different things, so that no correlation with them holds: {named}"
        fix = "Profile every training set with one tokenizer."
        yield Fault(tables.loaded[TASKS.name].where, what, fix, "warning")
