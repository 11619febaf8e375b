"""Make the values of the JSON API from the results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from site_builder.addresses import make_slugs
from site_builder.compute.board import Board
from site_builder.compute.results import Results
from site_builder.compute.scores import FlaggedScore
from site_builder.compute.significance import LiftTest

FOLDER = "api/v1"


def encode(value: object) -> bytes:
    """Encode a value as one line of JSON; NaN raises an error."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"{text}\n".encode()


def api_values(results: Results) -> dict[str, Any]:
    """Return the content of every file but those of scores, by file name without its ending."""
    values: dict[str, Any] = {
        "stats": stats_values(results),
        "models": model_values(results),
        "tasks": task_values(results),
        "categories": [
            {
                "category": c.category,
                "tasks": list(c.tasks),
                "best_lift_over_baseline": c.best_lift_over_baseline,
            }
            for c in results.categories
        ],
    }
    if results.correlations is not None:
        values["correlations"] = correlation_values(results)
    return values


def stats_values(results: Results) -> dict[str, Any]:
    """Return the figures of the whole board."""
    stats, roles, release = results.stats, results.scores.roles, results.release
    compared = roles.baseline is not None
    tuned = bool(roles.tuned) and roles.base is not None
    return {
        "models": stats.models,
        "tasks": stats.tasks,
        "categories": stats.categories,
        "scores": stats.scores,
        "release": {"sha256": release.sha256, "date": release.date},
        "baseline": roles.baseline,
        "variants": list(roles.variants),
        "ranked_by": results.board.rules.rank_by,
        "min_coverage": results.board.rules.min_coverage,
        "models_ranked": stats.models_ranked,
        "models_tuned": stats.models_tuned,
        "models_compared": stats.models_compared if compared else None,
        "models_ahead_of_baseline": stats.models_ahead_of_baseline if compared else None,
        "models_clearly_ahead_of_baseline": stats.models_clearly_ahead if compared else None,
        "models_clearly_helped": stats.models_clearly_helped if tuned else None,
        "models_clearly_hurt": stats.models_clearly_hurt if tuned else None,
        "tasks_compared": stats.tasks_compared if compared else None,
        "tasks_beating_baseline": stats.tasks_beating_baseline if compared else None,
        "tasks_tying_baseline": stats.tasks_tying_baseline if compared else None,
        "mean_base_score": stats.mean_base_score,
        "mean_tuned_score": stats.mean_tuned_score,
        "mean_lift_over_base": stats.mean_lift_over_base,
        "runs_tuned": stats.runs_tuned,
        "runs_paired": stats.runs_paired,
        "runs_helped": stats.runs_helped if tuned else None,
        "runs_unchanged": stats.runs_unchanged if tuned else None,
        "runs_hurt": stats.runs_hurt if tuned else None,
        "runs_beating_baseline": stats.runs_beating_baseline if compared and roles.tuned else None,
        "training_sets": {}
        if results.training_sets is None
        else {str(t): share for t, share in results.training_sets.shares.items()},
    }


def model_values(results: Results) -> list[dict[str, Any]]:
    """Return the values of every model, in the order of the board."""
    roles, facts = results.scores.roles, results.catalog.models
    files = score_files(results.scores.models)
    scored = dict(
        zip(results.scores.models, results.scores.scored.sum(axis=1).tolist(), strict=True)
    )
    return [
        {
            "model": s.model,
            "name": facts[s.model].name,
            "developer": facts[s.model].developer,
            "parameters_b": facts[s.model].parameters_b,
            "is_baseline": s.model == roles.baseline,
            "rank": s.rank,
            "unranked": s.unranked or None,
            "tied_with_best": s.tied_with_best if s.rank is not None else None,
            "coverage": {
                "scored": scored[s.model],
                "of": len(results.scores.tasks),
            },
            "scores_file": f"{files[s.model]}.json",
            **_by_variant(results.boards, s.model, compared=roles.baseline is not None),
            "tests_over_base": _tests(results.lift_tests.over_base, s.model),
            "tests_over_baseline": _tests(results.lift_tests.over_baseline, s.model),
        }
        for s in results.board.standings
    ]


def _by_variant(
    boards: Mapping[str, Board], model: str, *, compared: bool
) -> dict[str, dict[str, Any]]:
    standings = {variant: board.standing(model) for variant, board in boards.items()}
    scored = {variant: s for variant, s in standings.items() if s.scored}
    return {
        "scored": {v: s.scored for v, s in scored.items()},
        "ranks": {v: s.rank for v, s in scored.items()},
        "rank_interval": {v: _pair(s.rank_interval) for v, s in scored.items()},
        "possible_ranks": {v: _pair(s.possible_ranks) for v, s in scored.items()},
        "not_distinguishable_from_best": {
            v: s.tied_with_best if s.rank is not None else None for v, s in scored.items()
        },
        "average": {v: s.average for v, s in scored.items()},
        "interval": {v: _pair(s.interval) for v, s in scored.items()},
        "lift_over_base": {v: s.lift_over_base for v, s in scored.items()},
        "lift_over_baseline": {v: s.lift_over_baseline for v, s in scored.items()},
        "tasks_beating_baseline": {v: s.beats if compared else None for v, s in scored.items()},
        "wins": {v: s.wins for v, s in scored.items()},
        "win_rate": {v: s.win_rate for v, s in scored.items()},
    }


def _pair(ends: tuple[float, float] | None) -> list[float] | None:
    return None if ends is None else list(ends)


def _tests(tests: Mapping[str, Mapping[str, LiftTest]], model: str) -> dict[str, dict[str, Any]]:
    found = {variant: by_model.get(model) for variant, by_model in tests.items()}
    return {
        variant: {
            "tasks": test.n,
            "mean": test.mean,
            "interval": _pair(test.interval),
            "above": test.above,
            "equal": test.equal,
            "below": test.below,
            "sign_p": test.sign_p,
            "sign_p_adjusted": test.sign_p_adjusted,
            "wilcoxon_p": test.wilcoxon_p,
            "wilcoxon_p_adjusted": test.wilcoxon_p_adjusted,
            "verdict": test.verdict,
        }
        for variant, test in found.items()
        if test is not None
    }


def task_values(results: Results) -> list[dict[str, Any]]:
    """Return the values of every task, in the order of the tasks table."""
    facts = results.catalog.tasks
    return [
        {
            "task": t.task,
            "name": facts[t.task].name,
            "category": facts[t.task].category,
            "metric": facts[t.task].metric,
            "higher_is_better": facts[t.task].higher_is_better,
            "baseline_score": t.baseline_score,
            "best": {
                v: {"models": list(best.models), "score": best.score} for v, best in t.best.items()
            },
            "best_lift_over_baseline": t.best_lift_over_baseline,
            "mean_lift_over_base": t.mean_lift_over_base,
            "flagged": [_flagged_values(f) for f in t.flagged],
        }
        for t in results.tasks
    ]


def score_files(models: Iterable[str]) -> dict[str, str]:
    """Return the name of each model's file of scores, without its ending."""
    return {model: f"scores/{slug}" for model, slug in make_slugs(models).items()}


def score_values(results: Results) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the content of each model's file of scores."""
    for model, name in score_files(results.scores.models).items():
        yield name, _model_scores(results, model)


def _model_scores(results: Results, model: str) -> dict[str, Any]:
    """Return the scores of a model that count, by variant as lists in the order of `task`.

    A list has null for a task without a value. What no score states is null in place of the lists.
    """
    scores = results.scores.of_model(model)
    found = {task: scores[task] for task in results.scores.tasks if task in scores}
    variants = [
        variant
        for variant in results.scores.roles.variants
        if any(variant in by_variant for by_variant in found.values())
    ]

    def lists(attribute: str) -> dict[str, list[Any]] | None:
        rows = {
            variant: [
                getattr(by_variant[variant], attribute) if variant in by_variant else None
                for by_variant in found.values()
            ]
            for variant in variants
        }
        is_stated = any(value is not None for row in rows.values() for value in row)
        return rows if is_stated else None

    return {
        "model": model,
        "task": list(found),
        "score": lists("score"),
        "rank": lists("rank"),
        "interval": lists("interval"),
        "stderr": lists("stderr"),
        "n_examples": lists("n"),
        "tied_with_best": lists("tied_with_best"),
    }


def _flagged_values(flagged: FlaggedScore) -> dict[str, Any]:
    return {
        "model": flagged.model,
        "variant": flagged.variant,
        "score": flagged.score,
        "reason": flagged.reason,
        "counts": flagged.counts,
    }


def correlation_values(results: Results) -> dict[str, Any]:
    """Return the correlations over tasks, as square matrices in the order of `columns`."""
    found = results.correlations
    if found is None:
        return {}
    columns = found.columns

    def matrix(attribute: str) -> list[list[Any]]:
        return [[getattr(found.pairs[a, b], attribute) for b in columns] for a in columns]

    return {
        "columns": list(columns),
        "n": matrix("n"),
        "spearman": matrix("spearman"),
        "pearson": matrix("pearson"),
        "p_value": {"spearman": matrix("spearman_p"), "pearson": matrix("pearson_p")},
        "interval": {
            "spearman": matrix("spearman_interval"),
            "pearson": matrix("pearson_interval"),
        },
    }
