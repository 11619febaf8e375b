"""Report every fault of the tables: of each alone, and of all together."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from itertools import permutations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.config import TOML, SiteConfig
from site_builder.errors import Fault, FaultsError, did_you_mean, limit_faults
from site_builder.formatting import counted, exact, listed, quoted, rounded
from site_builder.records import replace
from site_builder.tables.boards import find_board_faults
from site_builder.tables.columns import measure_specs, sort_columns
from site_builder.tables.entries import compose_entries, have_scores, take_waiting
from site_builder.tables.metrics import are_mixed, direction_of, is_limited
from site_builder.tables.overrides import NOTHING, find_unknown_trained_on, override_tables
from site_builder.tables.parts import (
    fill_parents,
    fill_versions,
    find_mixed_versions,
    find_part_faults,
    split_subsets,
    without_circles,
)
from site_builder.tables.prices import add_costs
from site_builder.tables.read import LoadedTable, LoadedTables, Tables, complete_tables, positions
from site_builder.tables.schema import EXAMPLES, MODELS, RESULTS, TABLES, TASKS, Facet, Measure
from site_builder.tables.shares import find_sample_sizes
from site_builder.tables.table_faults import find_table_faults, row_faults, unsound_columns

# What tells of how many examples scores are shares.
_SHARES = (
    "results.task results.score results.stderr results.n_examples results.source results.rounding "
    "tasks.task tasks.score_min tasks.score_max tasks.mean_of_examples tasks.evaluation_examples"
)
# What boards are made of.
_BOARDS = (
    "results.model results.task results.subset results.variant results.score models.model "
    "models.name tasks.task tasks.part_of tasks.category tasks.weight"
)
_DIRECTION = "tasks.metric tasks.unit tasks.higher_is_better"
# The tables with the columns that tell the entries of a model apart.
_OF_ENTRIES = (RESULTS.name, EXAMPLES.name, MODELS.name)


def check_tables(loaded: LoadedTables, config: SiteConfig) -> Tables:
    """Check and complete the tables, or raise all errors and warnings if there is an error."""
    loaded, assumptions, unmatched = override_tables(loaded, config)
    faults = [*loaded.faults, *unmatched]
    facets, measures = tuple[Facet, ...](), tuple[Measure, ...]()
    if RESULTS.name in loaded.tables:
        results = loaded.tables[RESULTS.name]
        declared = (*results.spec.columns, *measure_specs(config))
        results = replace(results, spec=replace(results.spec, columns=declared))
        facets, measures, odd = sort_columns(results, loaded.tables.get(MODELS.name), config)
        loaded = replace(loaded, tables={**loaded.tables, RESULTS.name: results})
        faults += odd
    settings = [facet.id for facet in facets if facet.is_setting]
    unread = (spec for spec in TABLES if spec.name in loaded.unreadable)
    unsound = {f"{spec.name}.{column.name}" for spec in unread for column in spec.columns}
    for name, table in loaded.tables.items():
        faults += find_table_faults(table, config, settings if name in _OF_ENTRIES else ())
        unsound.update(f"{name}.{column}" for column in unsound_columns(table))
    if RESULTS.name not in loaded.tables:
        raise FaultsError(faults)
    tables = split_subsets(complete_tables(loaded, config.default_variant))
    tables = replace(tables, assumptions=tuple(assumptions), facets=facets, measures=measures)
    tables, unpriced = add_costs(take_waiting(tables), config, unsound)
    faults += unpriced
    faults += _reference_faults(tables, config, unsound)
    tables = without_circles(tables)
    if unsound.isdisjoint(_BOARDS.split()):
        tables = compose_entries(tables, config)
        faults += find_board_faults(tables, config)
    if any(fault.severity == "error" for fault in faults):
        raise FaultsError(faults)
    tables = fill_parents(fill_versions(tables), exclude_flagged=config.board.exclude_flagged)
    return replace(tables, warnings=tuple(faults))


def _reference_faults(
    tables: Tables, config: SiteConfig, unsound: Collection[str]
) -> Iterator[Fault]:
    """Check the tables together, without what reads an `unsound` column such as `tasks.task`."""
    bounds = "tasks.task tasks.score_min tasks.score_max"
    where = tables.loaded.get(TASKS.name, tables.loaded[RESULTS.name]).where
    # Each check with the columns that it reads.
    checks = (
        ("results.model models.model", _unknown_ids(tables, "model")),
        ("results.task tasks.task", _unknown_ids(tables, "task")),
        ("tasks.task tasks.part_of", find_part_faults(tables, where)),
        (bounds, _crossed_bounds(tables)),
        (f"{bounds} tasks.score_chance", _unfit_chance(tables)),
        (f"results.task tasks.task {_DIRECTION}", _unstated_directions(tables, where)),
        (f"results.task results.score {bounds}", _out_of_bounds(tables)),
        (f"results.task results.score {bounds} {_DIRECTION}", _percents(tables)),
        ("results.task results.score tasks.task tasks.score_max", find_unscaled(tables)),
        ("results.variant", _unknown_variants(tables, config)),
        ("tasks.task", _unfit_features(tables, config, unsound)),
        ("results.model results.task results.variant", _lone_tuned(tables, config)),
        ("results.model results.task models.model tasks.task", _unscored_baseline(tables, config)),
        ("results.model models.model models.status", _without_results(tables, "model")),
        ("results.task tasks.task", _without_results(tables, "task")),
        ("results.model models.model models.status", find_scored_with_status(tables)),
        (f"results.task {bounds} tasks.metric", _mixed_metrics(tables, config)),
        ("tasks.length_unit", _mixed_units(tables)),
        (_SHARES, _uneven_shares(tables)),
        ("tasks.task models.model models.trained_on", find_unknown_trained_on(tables)),
        (
            "results.task results.version_of_task tasks.task tasks.version",
            find_mixed_versions(tables),
        ),
        ("results.model results.task", _likely_typos(tables)),
    )
    for reads, faults in checks:
        if set(unsound).isdisjoint(reads.split()):
            yield from faults


def _unstated_directions(tables: Tables, where: str) -> Iterator[Fault]:
    """Find tasks whose direction nothing tells, in one line: errors and costs, then others."""
    known = {*tables.tasks["task"]}
    unstated = [a for a in tables.assumptions if a.why == NOTHING and a.task in known]
    costs = [a.task for a in unstated if a.higher_is_better is None]
    others = [a.task for a in unstated if a.higher_is_better]
    what = "nothing states whether higher is better for {}: {}"
    fix = "State {} in the tasks table, or {} = {{ higher_is_better = {} }} under [tasks] in "
    fix += "site.toml."
    key = partial(json.dumps, ensure_ascii=False)  # TOML quotes as JSON does
    if costs:
        found = what.format(quoted(costs), "the name, metric or unit tells of an error or a cost")
        yield Fault(where, found, fix.format("higher_is_better", key(costs[0]), "false"))
    if others:
        named = key("*" if len(others) == len(tables.assumptions) else others[0])
        fix = fix.format("metric or higher_is_better", named, "true")
        yield Fault(where, what.format(quoted(others), "it is assumed"), fix, "warning")


def _unknown_ids(tables: Tables, name: str) -> Iterator[Fault]:
    """Find models or tasks of the results that are not in their table."""
    table, known = tables.loaded[RESULTS.name], getattr(tables, f"{name}s")[name].dropna()
    ids, names = tables.results[name].dropna(), set(known)
    unknown = ids[~ids.isin(known)]
    groups = unknown.groupby(unknown, sort=False)
    listing = tables.loaded.get(f"{name}s")
    file = Path(listing.where).name if listing else f"{name}s.parquet"

    def fault(value: str, rows: pd.Series) -> Fault:
        hint = did_you_mean(value, names)
        fix = f"{hint} If not, add it there." if hint.startswith("Did") else "Add it there."
        return Fault(table.place(rows.index), f"{name} {value!r} is not in {file}", fix)

    faults = (fault(str(value), rows) for value, rows in groups)
    more = f"{name}s that are not in {name}s.parquet"
    yield from limit_faults(faults, groups.ngroups, table.where, more)


def _likely_typos(tables: Tables) -> Iterator[Fault]:
    """Find misspelt ids of the results, where no table of the project lists them."""
    results, table = tables.results, tables.loaded[RESULTS.name]
    settings = [facet.id for facet in tables.facets if facet.is_setting]
    for name, other in (("model", "task"), ("task", "model")):
        listing, faults = tables.loaded.get(f"{name}s"), list[Fault]()
        is_listed = listing is not None and listing.where != TOML
        times = {str(one): n for one, n in results[name].value_counts().items()}
        for typo, right in () if is_listed else find_typos(times):
            rows = results[results[name].isin([typo, right])]
            # Who has scores of both `snli` and `mnli` tells that they are two.
            if not rows.duplicated([other, "variant", *settings]).any():
                place = table.place(rows.index[rows[name] == typo])
                what = f"{name} {typo!r} is one letter away from {right!r}"
                fix = f"Correct it, or list all in {name}s{Path(table.where).suffix}."
                faults.append(Fault(place, what, fix, "warning"))
        yield from limit_faults(faults, len(faults), table.where, f"{name}s that look misspelt")


def _crossed_bounds(tables: Tables) -> Iterator[Fault]:
    crossed = tables.tasks[tables.tasks["score_min"] > tables.tasks["score_max"]]
    what, more = "score_min of task {!r} is above its score_max", "tasks whose bounds are swapped"
    found = ((what.format(task), [row]) for row, task in crossed["task"].items())
    return row_faults(tables.loaded.get(TASKS.name), found, len(crossed), "Swap them.", more)


def _unfit_chance(tables: Tables) -> Iterator[Fault]:
    """Find chance levels outside the bounds of their task."""
    tasks = tables.tasks[["task", "score_min", "score_max", "score_chance"]]
    low, high, chance = (tasks[f"score_{name}"] for name in ("min", "max", "chance"))
    is_out = ((chance < low) | (chance > high)) & ~(low > high) & np.isfinite(chance)
    out, what = tasks[is_out], "score_chance of task {!r} is {}, outside its bounds, {}"
    found = (
        (what.format(task, exact(chance), _allowed(low, high)), [row])
        for row, task, low, high, chance in out.itertuples(name=None)
    )
    fix = "Correct it, or the bounds of the task."
    more = "tasks whose score_chance is outside their bounds"
    return row_faults(tables.loaded.get(TASKS.name), found, len(out), fix, more)


def _out_of_bounds(tables: Tables) -> Iterator[Fault]:
    bounds = tables.tasks[["task", "score_min", "score_max"]].drop_duplicates("task")
    bounds = bounds[~(bounds["score_min"] > bounds["score_max"])]
    limits = np.vstack([bounds[["score_min", "score_max"]], [np.nan, np.nan]])
    at = positions(tables.results["task"], bounds["task"].tolist())  # -1 reads the appended NaN
    low, high = limits[at].T
    score = tables.results["score"].to_numpy()
    is_out = ((score < low) | (score > high)) & np.isfinite(score)
    out = tables.results[["task", "score"]].assign(low=low, high=high)[is_out]
    groups = out.groupby("task", sort=False)

    def what(task: object, of_task: pd.DataFrame) -> str:
        scores = listed([exact(score) for score in of_task["score"]], most=5)
        noun, verb = ("score", "is") if len(of_task) == 1 else ("scores", "are")
        allowed = _allowed(*of_task[["low", "high"]].iloc[0])
        return f"{noun} {scores} of task {task!r} {verb} outside its bounds, {allowed}"

    found = ((what(task, of_task), of_task.index) for task, of_task in groups)
    fix = "Correct the score, or score_min and score_max of the task."
    more = "tasks with scores outside their bounds"
    return row_faults(tables.loaded[RESULTS.name], found, groups.ngroups, fix, more)


def _allowed(low: float, high: float) -> str:
    if np.isnan(low) or np.isnan(high):
        return f"at most {exact(high)}" if np.isnan(low) else f"at least {exact(low)}"
    return f"{exact(low)} to {exact(high)}"


def _percents(tables: Tables) -> Iterator[Fault]:
    """Find percentages among proportions, where higher is better and no upper bound is stated.

    An error are a few scores above 2 of a metric whose others are 0 to 1, unless all are whole, as
    counts are. A warning are tasks with any other mix (`are_mixed`), unless their metric has other
    values: a perplexity may be 0.9 or 20. A task in percent may have scores below 1.
    """
    scores, table = tables.results["score"], tables.loaded[RESULTS.name]
    odd, share = scores.between(2, 100, inclusive="right"), scores.between(0, 1, inclusive="right")
    if not odd.any():
        return
    fits, in_range = odd | share | scores.isin([0]) | scores.isna(), scores.between(0, 100)
    tasks = tables.tasks[tables.tasks["higher_is_better"] & tables.tasks["score_max"].isna()]
    is_percent = tasks["unit"].isin(["percent", "%"]) | tasks["metric"].str.contains("%", na=False)
    tasks = tasks[~is_percent][["task", "metric"]].drop_duplicates("task")
    at = positions(tables.results["task"], tasks["task"].tolist())
    facts = pd.DataFrame({"odd": odd, "share": share, "fits": fits, "in_range": in_range, "n": 1})
    facts["whole"] = scores % 1 == 0
    of_task = facts.groupby(at).agg(
        dict(odd="sum", share="any", fits="all", in_range="all", n="sum", whole="all")
    )
    of_task = tasks.reset_index(drop=True).join(of_task, how="inner")
    of_metric = of_task.groupby("metric", sort=False).agg(
        dict(odd="sum", n="sum", fits="all", whole="all")
    )
    is_few = of_metric["odd"].between(1, of_metric["n"] / 10)
    metrics = of_metric.index[of_metric["fits"] & is_few & ~of_metric["whole"]]
    what = "score above 1, while the other scores of metric {!r} are proportions"
    tasks_of = {name: of_task.index[of_task["metric"] == name] for name in metrics}
    found = (
        (what.format(str(name)), np.flatnonzero(odd & np.isin(at, rows)))
        for name, rows in tasks_of.items()
    )
    fix = "Divide percentages by 100, or state score_max of the task."
    yield from row_faults(
        table, found, len(metrics), fix, "metrics with percentages among proportions"
    )
    yield from _mixed_shares(of_task[~of_task["metric"].isin(metrics)], scores, at, table)


def _mixed_shares(
    of_task: pd.DataFrame, scores: pd.Series, at: npt.NDArray[np.intp], table: LoadedTable
) -> Iterator[Fault]:
    """Find tasks with any other mix, from the facts that `_percents` has of each."""
    share = scores.between(0, 1, inclusive="right")
    names = of_task["metric"].dropna().unique()
    others = [n for n in names if not is_limited(n) and direction_of(n) is not None]
    is_mixed = (of_task["odd"] > 0) & of_task["share"] & of_task["in_range"]
    may_mix = of_task.loc[is_mixed & ~of_task["metric"].isin(others), "task"]
    mixed = [(r, name) for r, name in may_mix.items() if are_mixed(scores[at == r].dropna())]
    what = (
        "score up to 1, while others of task {!r} are above 2: are proportions and percentages "
        "mixed?"
    )
    found = ((what.format(str(t)), np.flatnonzero(share & (at == row))) for row, t in mixed)
    fix = "Use one unit; then state score_max in the tasks table, or under [tasks] in site.toml."
    more = "tasks with proportions and percentages mixed"
    yield from row_faults(table, found, len(mixed), fix, more, "warning")


def _unknown_variants(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    board, variants = config.board, set(tables.results["variant"].unique())
    base, tuned = [board.base_variant] if board.base_variant else [], board.tuned_variants or []
    for key, named in (("base_variant", base), ("tuned_variants", tuned), ("labels", board.labels)):
        for variant in (name for name in named if name not in variants):
            hint = did_you_mean(variant, variants, "variants")
            what = f"{key}: no result has the variant {variant!r}"
            yield Fault(TOML, what, hint, "warning" if key == "labels" else "error")
    if board.base_variant in tuned:
        what = f"tuned_variants contains {board.base_variant!r}, which is the base_variant"
        yield Fault(TOML, what, "Name it in one of them.")
        return
    # Without a base and a tuned variant, the first of all is the base.
    shown = {config.default_variant, *tuned} & variants or {*tables.results["variant"][:1]}
    left_out = tables.results["variant"][~tables.results["variant"].isin(shown)]
    if board.tuned_variants is not None and len(left_out) and variants.issuperset(tuned):
        of_all = f"{len(left_out):,} of {counted(len(tables.results), 'score')}"
        what = f"tuned_variants leaves out {of_all}: {quoted(left_out.unique())}"
        fix = "Name these variants there, or remove their scores."
        yield Fault(TOML, what, fix, "warning")


def _unfit_features(
    tables: Tables, config: SiteConfig, unsound: Collection[str]
) -> Iterator[Fault]:
    tasks = tables.tasks
    numeric = [str(name) for name in tasks.select_dtypes("number").columns]
    for feature in config.analysis.features or ():
        name, hint = f"feature {feature!r}", did_you_mean(feature, numeric, "features")
        if f"{TASKS.name}.{feature}" in unsound:
            continue
        if feature not in tasks.columns:
            yield Fault(TOML, f"{name} is not a column of {TASKS.file}", hint)
        elif feature not in numeric:
            yield Fault(TOML, f"{name} is not numeric", hint)
        elif tasks[feature].isna().all():
            yield Fault(TOML, f"{name} has no values in {TASKS.file}", "", "warning")


def _lone_tuned(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    """Find tuned scores whose model has no base score on the task, if any model has one."""
    base, tuned, results = config.default_variant, config.board.tuned_variants, tables.results
    is_base = results["variant"] == base
    is_tuned = ~is_base if tuned is None else results["variant"].isin(tuned)
    pair = results.groupby(["model", "task"], dropna=False, sort=False).ngroup()
    lone = results.index[is_tuned & ~pair.isin(pair[is_base])]
    if is_base.any() and len(lone):
        what = f"tuned score without a {base!r} score: its lift is not computed"
        yield Fault(tables.loaded[RESULTS.name].place(lone), what, "", "warning")


def _unscored_baseline(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    baseline, tasks, results = config.board.baseline, tables.tasks["task"], tables.results
    tasks = tasks[~tasks.isin(tables.tasks["part_of"])]  # the score of a whole is that of its parts
    unscored = tasks[~tasks.isin(results.loc[results["model"] == baseline, "task"])]
    if baseline in set(tables.models["model"]) and len(unscored):
        share = f"{len(unscored):,} of {counted(len(tasks), 'task')}"
        what = f"the baseline {baseline!r} has no score on {share}: {quoted(unscored)}"
        yield Fault(tables.loaded[RESULTS.name].where, what, "", "warning")


def _without_results(tables: Tables, name: str) -> Iterator[Fault]:
    """Find models or tasks of their table without a result."""
    ids = getattr(tables, f"{name}s")[name].dropna()
    if name == "task":  # its parts have the results of a whole
        ids = ids[~ids.isin(tables.tasks["part_of"].dropna())]
    unused = ids[~ids.isin(tables.results[name].unique())]
    if name == "model":  # nobody expects results of these
        unused = unused[tables.models["status"].loc[unused.index].isna()]
        unused = unused[~unused.isin(tables.waiting["model"])]
    found = ((f"no result of {name} {value!r}", [row]) for row, value in unused.items())
    table, more = tables.loaded.get(f"{name}s"), f"{name}s without a result"
    return row_faults(table, found, len(unused), "", more, "warning")


def _mixed_metrics(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    """Find several metrics without bounds, whose scores are not averaged."""
    tasks = tables.tasks[tables.tasks["task"].isin(tables.results["task"].unique())]
    metrics = tasks["metric"].dropna().unique()
    unbounded = tasks[["score_min", "score_max"]].isna().all(axis=None)
    one_way = len(tasks["higher_is_better"].unique()) == 1
    if config.board.rank_by is None and len(metrics) > 1 and unbounded and one_way:
        what = f"scores of {len(metrics):,} metrics are not averaged, as no task states its bounds"
        fix = "State score_min and score_max of the tasks, or rank_by in site.toml."
        where = tables.loaded[TASKS.name].where
        yield Fault(where, f"{what}: {quoted(metrics)}", fix, "warning")


def _mixed_units(tables: Tables) -> Iterator[Fault]:
    units = tables.tasks["length_unit"].dropna().unique()
    if len(units) > 1:
        what = "lengths have different units, so correlations with them say nothing"
        fix = "Profile every training set with one tokenizer."
        where = tables.loaded[TASKS.name].where
        yield Fault(where, f"{what}: {quoted(units)}", fix, "warning")


def _uneven_shares(tables: Tables) -> Iterator[Fault]:
    """Find tasks whose scores are no shares of the examples in the evaluated split."""
    tasks = tables.tasks.drop_duplicates("task")
    uneven = [s for s in find_sample_sizes(tables.results, tasks) if s.least is None]
    what = "the scores of task {!r} are no shares of {:,.0f} examples, so they get no interval"
    names = tasks["task"]
    found = (
        (what.format(names.iloc[one.task], one.size), [names.index[one.task]]) for one in uneven
    )
    fix = "Leave evaluation_examples empty, or state n_examples of the scores."
    more = "tasks whose scores are no shares of their evaluation_examples"
    return row_faults(tables.loaded.get(TASKS.name), found, len(uneven), fix, more, "warning")


# --- misspelt ids ---------------------------------------------------------------------------------

_MAX_IDS, _LONGEST = 5_000, 200  # each id is compared without each of its characters
_MIN_LETTERS = 4  # of the misspelt word: codes such as `en` and `es` differ in a letter


def find_typos(times: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return pairs of an id that may be misspelt and the id that it may stand for.

    They differ in one character, or in its place: `aplha-7b` and `alpha-7b`. The misspelt one is
    rare: it is there once, or at most a quarter as often as the other. `times` counts each id.
    """
    without: dict[str, set[str]] = defaultdict(set)
    for name in times if len(times) <= _MAX_IDS else ():
        for i in range(len(name) + 1 if len(name) <= _LONGEST else 0):
            without[name[:i] + name[i + 1 :]].add(name)
    pairs = {pair for names in without.values() for pair in permutations(names, 2)}
    return sorted(
        (rare, right)
        for rare, right in pairs
        if times[rare] <= max(1, times[right] // 4) < times[right] and _is_slip(rare, right)
    )


def _is_slip(one: str, other: str) -> bool:
    """Return whether two ids that differ in a character do so in a letter of a word, or in hyphens.

    Other digits, signs, first letters and short words are other things: `alpha-8b`, `sums+`,
    `qnli`, `alpha-4o`.
    """
    parts, others = (re.findall(r"[^\W\d_]+|\d+|[^\w\s-]", name) for name in (one, other))
    if one[:1] != other[:1]:
        return False
    if len(parts) != len(others):  # `bool-q`, `gsmk8`
        return sorted("".join(parts)) == sorted("".join(others))
    odd = [max(pair, key=len) for pair in zip(parts, others, strict=True) if pair[0] != pair[1]]
    return all(part.isalpha() and len(part) >= _MIN_LETTERS for part in odd)


# --- submissions and statuses ---------------------------------------------------------------------

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
    files = [table.submitted[row - first].where for row in own.index]
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
