"""Make the values of the JSON API from the results."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from site_builder.addresses import make_slugs
from site_builder.api_schema import api_schema
from site_builder.compute.board import Board, Entry, best_of_groups
from site_builder.compute.correlation import Correlations, Within
from site_builder.compute.numbers import floats_or_none
from site_builder.compute.progress import RecordStep, compute_progress
from site_builder.compute.results import BoardResults, Results, SiteResults
from site_builder.compute.robustness import DecisiveTasks, MetricResult, Robustness, RuleResult
from site_builder.compute.runs import Against
from site_builder.compute.significance import LiftTest
from site_builder.compute.statistics import Statistic
from site_builder.compute.trade_off import TradeOff, compute_trade_offs, on_frontier
from site_builder.records import Record, asdict

FOLDER = "api/v1"
# What is null without a baseline, and without scores before and after tuning.
_OF_BASELINE = {
    *("models_compared", "models_ahead_of_baseline", "models_clearly_ahead_of_baseline"),
    *("tasks_compared", "tasks_beating_baseline", "tasks_tying_baseline", "runs_beating_baseline"),
    *("tasks_beating_baseline_chosen_elsewhere", "tasks_beating_baseline_median"),
}
_OF_LIFT = {
    *("models_clearly_helped", "models_clearly_hurt"),
    *("runs_helped", "runs_unchanged", "runs_hurt"),
}


def encode(value: object) -> bytes:
    """Encode a value as one line of JSON; NaN raises an error."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"{text}\n".encode()


def site_values(computed: SiteResults) -> dict[str, Any]:
    """Return the content of every file but those of scores, by file name without its ending.

    On a site of several boards each has a file, and `models` and `stats` are of the featured one.
    """
    featured = computed.featured.results
    trades = compute_trade_offs(featured, computed.featured.spec.config)
    values = api_values(featured, trades)
    values["schema"] = api_schema()
    values["tasks"] = _task_values(computed.whole)
    if computed.boards[0].spec.id:
        names = ("id", "title", "description", "featured")
        files = [(f"boards/{board.spec.id}", board) for board in computed.boards]
        values["boards"] = [{**_fields(b.spec, *names), "file": f"{f}.json"} for f, b in files]
        values |= {name: board_values(board) for name, board in files}
    if over_time := progress_values(computed):
        values["over_time"] = over_time
    if waiting := computed.whole.catalog.waiting:
        wanted = ("model", "name", "status", "reason")
        values["not_evaluated"] = [_fields(model, *wanted) for model in waiting]
    return values


def api_values(results: Results, trades: Sequence[TradeOff] = ()) -> dict[str, Any]:
    """Return the content of the files of one board, by file name without its ending."""
    values: dict[str, Any] = {
        "stats": _stats_values(results),
        "models": _model_values(results, trades),
        "tasks": _task_values(results),
        "categories": [
            _fields(c, "category", "tasks", "best_lift_over_baseline") for c in results.categories
        ],
        "metrics": [_metric_values(metric) for metric in results.metrics],
    }
    if results.robustness is not None:
        values["robustness"] = _robustness_values(results.robustness, results.decisive)
    if results.correlations is not None:
        values["correlations"] = _correlation_values(results.correlations)
    return values


def progress_values(computed: SiteResults) -> list[dict[str, Any]]:
    """Return each board over time, by each kind of date that is known."""
    return [
        {
            "board": board.spec.id or None,
            "date": progress.kind,
            "entries": len(progress.entries),
            "newest": progress.entries[-1].date,
            "record": _record_values(progress.record),
            "by_facet": [
                {
                    "facet": part.facet.id,
                    "value": part.value,
                    "entries": len(part.places),
                    "record": _record_values(part.record),
                    "lag": part.lag
                    and {
                        "days": part.lag.days,
                        "passed": part.lag.passed.model,
                        "reached": part.lag.reached.model,
                    },
                }
                for part in progress.by_facet
            ],
        }
        for board in computed.boards
        for progress in compute_progress(board.spec, board.results, computed.whole)
    ]


def _record_values(steps: Iterable[RecordStep]) -> list[dict[str, Any]]:
    """Return the steps of a record, the oldest first."""
    return [
        {
            "entry": step.entry.model,
            "date": step.entry.date,
            "score": step.entry.value,
            **_fields(step, "gain", "days_held"),
            "too_close_to_call": step.too_close,
        }
        for step in steps
    ]


def _fields(record: Record, *names: str) -> dict[str, Any]:
    """Return some values of a record by name, a tuple as a list."""
    values = {name: getattr(record, name) for name in names}
    return {n: list(value) if isinstance(value, tuple) else value for n, value in values.items()}


def _stats_values(results: Results) -> dict[str, Any]:
    roles, sets = results.scores.roles, results.training_sets
    undefined: set[str] = set()
    if roles.baseline is None:
        undefined |= _OF_BASELINE
    if not roles.tuned:
        undefined.add("runs_beating_baseline")
    if not roles.tuned or roles.base is None:
        undefined |= _OF_LIFT
    stats = {n: None if n in undefined else v for n, v in asdict(results.stats).items()}
    return {
        **{name: stats[name] for name in ("models", "tasks", "categories", "scores")},
        "release": _fields(results.release, "sha256", "date"),
        "baseline": roles.baseline,
        "variants": list(roles.variants),
        "ranked_by": results.board.rules.rank_by,
        "min_coverage": results.board.rules.min_coverage,
        "smallest_difference": results.smallest_difference,
        **stats,
        "training_sets": {str(t): share for t, share in sets.shares.items()} if sets else {},
    }


def _model_values(results: Results, trades: Sequence[TradeOff]) -> list[dict[str, Any]]:
    """Return the values of every model, in the order of the board."""
    scores, facts = results.scores, results.catalog.models
    files = score_files(scores.models)
    scored = dict(zip(scores.models, scores.scored.sum(axis=1).tolist(), strict=True))
    return [
        {
            "model": s.model,
            **_fields(facts[s.model], "name", "developer", "parameters_b"),
            **(_fields(facts[s.model], "of", "facets") if results.catalog.facets else {}),
            "is_baseline": s.model == scores.roles.baseline,
            "rank": s.rank,
            "unranked": s.unranked or None,
            "tied_with_best": _tied(results.board, s),
            **_on_frontier(trades, s.model),
            "coverage": {"scored": scored[s.model], "of": len(scores.tasks)},
            "scores_file": f"{files[s.model]}.json",
            **_by_variant(results, s.model),
            "tests_over_base": _tests(results.boards, "base", s.model),
            "tests_over_baseline": _tests(results.boards, "baseline", s.model),
        }
        for s in results.board.entries
    ]


def board_values(board: BoardResults) -> dict[str, Any]:
    """Return the content of the file of one board of several."""
    spec, results = board.spec, board.results
    group_by, models = spec.config.group_by, results.catalog.models
    best = best_of_groups(results.board.ranked, lambda s: models[s.model].facet(group_by or ""))
    ranks_in_groups = {s.model: rank for s, rank in best}
    trades = compute_trade_offs(results, spec.config)
    return {
        **_fields(spec, "id", "title", "description", "tasks"),
        **_fields(results.board.rules, "rank_by", "min_coverage"),
        "baseline": results.scores.roles.baseline,
        "statistics": list(published_statistics(results.board)),
        "entries": [
            {
                "entry": s.model,
                **_fields(models[s.model], "name"),
                "model": models[s.model].of,
                "facets": models[s.model].facets,
                **_fields(s, "rank"),
                **({"rank_in_group": ranks_in_groups.get(s.model)} if group_by else {}),
                "unranked": s.unranked or None,
                "cautions": [
                    _fields(c, "reason", "tasks") for c in results.cautions.get(s.model, ())
                ],
                "tied_with_best": _tied(results.board, s),
                **_on_frontier(trades, s.model),
                **_fields(s, "scored", "rank_interval", "interval"),
                **{
                    name: _figure(results, results.board, s, statistic)
                    for name, statistic in published_statistics(results.board).items()
                },
            }
            for s in results.board.entries
        ],
    }


def _on_frontier(trades: Sequence[TradeOff], model: str) -> dict[str, bool | None]:
    """Return whether an entry is on the frontier; nothing on a board without a trade-off."""
    return {"on_frontier": on_frontier(trades, model)} if trades else {}


def _tied(board: Board, standing: Entry) -> bool | None:
    """Whether it may be first; None without a rank, and where the board is not tested."""
    is_known = standing.rank is not None and (board.tested or standing.rank == 1)
    return standing.tied_with_best if is_known else None


def _by_variant(results: Results, model: str) -> dict[str, dict[str, Any]]:
    entries = {variant: board.entry(model) for variant, board in results.boards.items()}
    scored = {variant: entry for variant, entry in entries.items() if entry.scored}

    def columns(*names: str) -> dict[str, dict[str, Any]]:
        return {n: {v: _fields(s, n)[n] for v, s in scored.items()} for n in names}

    return {
        **columns("scored"),
        "ranks": columns("rank")["rank"],
        **columns("rank_interval", "possible_ranks", "behind", "behind_interval"),
        "not_distinguishable_from_best": {
            v: _tied(results.boards[v], s) for v, s in scored.items()
        },
        "ahead_of_next": {v: results.boards[v].ahead_of_next.get(model) for v in scored},
        **columns("interval"),
        "adjusted": dict.fromkeys(scored),  # on a board that ranks by another rule
        **{
            name: {v: _figure(results, results.boards[v], s, statistic) for v, s in scored.items()}
            for name, statistic in published_statistics(results.board).items()
        },
    }


def published_statistics(board: Board) -> dict[str, Statistic]:
    """Return the statistics of a board that the API has, by the name of their field."""
    return {s.published_as or s.id: s for s in board.statistics if s.is_published}


def _figure(results: Results, board: Board, entry: Entry, statistic: Statistic) -> float | None:
    if statistic.needs == "baseline" and results.scores.roles.baseline is None:
        return None
    return board.figure(entry, statistic.id)


def _tests(boards: Mapping[str, Board], against: Against, model: str) -> dict[str, dict[str, Any]]:
    names = [name for name in LiftTest.__struct_fields__ if name != "n"]
    tests = {variant: board.tests[against].get(model) for variant, board in boards.items()}
    return {v: {"tasks": t.n, **_fields(t, *names)} for v, t in tests.items() if t is not None}


def _task_values(results: Results) -> list[dict[str, Any]]:
    """Return the values of every task, in the order of the tasks table."""
    facts, chance = results.catalog.tasks, ("score_chance",) * _has_chance(results)
    return [
        {
            "task": t.task,
            **_fields(facts[t.task], "name", "category", "metric", "higher_is_better", *chance),
            "baseline_score": t.baseline_scores.get(results.scores.roles.primary),
            "best": {v: _fields(best, "models", "score") for v, best in t.best.items()},
            "best_lift_over_baseline": t.best_lift_over_baseline,
            "mean_lift_over_base": t.mean_lift_over_base,
            "flagged": [
                _fields(f, "model", "variant", "score", "reason", "counts") for f in t.flagged
            ],
        }
        for t in results.tasks
    ]


def _metric_values(result: MetricResult) -> dict[str, Any]:
    """Return the lifts over the baseline on the tasks of one metric, by variant and model."""

    def column(attribute: str) -> dict[str, dict[str, Any]]:
        value = attrgetter(attribute)
        return {v: {m: value(t) for m, t in tests.items()} for v, tests in result.tests.items()}

    return {
        **_fields(result, "metric", "tasks"),
        "models_compared": result.compared,
        "models_ahead_of_baseline": result.ahead,
        "models_clearly_ahead_of_baseline": result.clearly_ahead,
        "lift_over_baseline": column("mean"),
        "p_value": column("p"),
    }


def _robustness_values(robustness: Robustness, decisive: DecisiveTasks | None) -> dict[str, Any]:
    """Return who leads the primary board by each rule, if one task is left out, and by which."""
    names = RuleResult.__struct_fields__
    left_out = robustness.left_out
    return {
        "rules": [_fields(rule, *names) for rule in robustness.rules],
        "one_task_left_out": left_out
        and {
            **_fields(left_out, "tried", "kept", "task", "share", "lead"),
            "changed": list(left_out.changed),
            "changed_leaders": [list(models) for models in left_out.changed.values()],
        },
        "half_of_lift_over_baseline": decisive and _fields(decisive, "model", "tasks", "share"),
    }


def _has_chance(results: Results) -> bool:
    return any(t.score_chance is not None for t in results.catalog.tasks.values())


def score_files(models: Iterable[str]) -> dict[str, str]:
    """Return the name of each model's file of scores, without its ending."""
    return {model: f"scores/{slug}" for model, slug in make_slugs(models).items()}


def score_values(results: Results) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the content of each model's file of scores."""
    for model, name in score_files(results.scores.models).items():
        yield name, _model_scores(results, model)


def _model_scores(results: Results, model: str) -> dict[str, Any]:
    """List the scores that count by variant, null for gaps; null for what no score states."""
    scores = results.scores.of_model(model)
    tasks = [task for task in results.scores.tasks if task in scores]
    rows = {v: [scores[task].get(v) for task in tasks] for v in results.scores.roles.variants}

    def lists(attribute: str) -> dict[str, list[Any]] | None:
        value = attrgetter(attribute)
        by_variant = {v: [s and value(s) for s in row] for v, row in rows.items() if any(row)}
        is_stated = any(values.count(None) < len(values) for values in by_variant.values())
        return by_variant if is_stated else None

    row, columns = results.scores.rows[model], [results.scores.columns[task] for task in tasks]
    by_variant = results.scores.apart.items()
    measured = {
        m.id: {v: floats_or_none(runs.measured[m.id][row, columns]) for v, runs in by_variant}
        for m in results.scores.measures
    }
    return {
        "model": model,
        "task": tasks,
        **{name: lists(name) for name in ("score", "rank", "interval", "stderr")},
        "n_examples": lists("n"),
        "n_examples_range": lists("n_range"),
        "tied_with_best": lists("tied_with_best"),
        **measured,
        **({"at_chance": lists("at_chance")} if _has_chance(results) else {}),
    }


def _correlation_values(correlations: Correlations) -> dict[str, Any]:
    """Return the correlations over tasks, as square matrices in the order of `columns`."""
    columns = correlations.columns

    def matrix(attribute: str) -> list[list[Any]]:
        return [[getattr(correlations.pairs[a, b], attribute) for b in columns] for a in columns]

    def within(value: Callable[[Within], Any]) -> list[list[Any]]:
        return [[w and value(w) for w in row] for row in matrix("within")]

    def of_each(kind: str) -> dict[str, list[list[Any]]]:
        both = {name: matrix(f"{name}_{kind}") for name in ("spearman", "pearson")}
        return {**both, "within_metrics": within(attrgetter(kind))}

    return {
        "columns": list(columns),
        **{name: matrix(name) for name in ("n", "spearman", "pearson")},
        "within_metrics": within(attrgetter("spearman")),
        "strata": within(lambda w: [asdict(stratum) for stratum in w.strata]),
        "p_value": of_each("p"),
        "interval": of_each("interval"),
        "p_adjusted": within(attrgetter("p_adjusted")),
        "by_construction": matrix("by_construction"),
    }
