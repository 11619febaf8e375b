"""Name the figures and filters that prose may use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from site_builder import formatting
from site_builder.api import api_values
from site_builder.compute.results import Results
from site_builder.errors import did_you_mean

# Known before anything is computed, so that unknown names are found in any case. A board may lack
# some of them.
NAMES = (
    *("stats", "models", "tasks", "categories", "correlations"),
    *("baseline", "model", "task", "category", "correlation", "serving", "training_sets", "link"),
)
FILTERS = (
    *("score", "signed", "percent", "count", "money", "seconds", "ratio", "decimals", "p_value"),
    *("listed", "in_words"),
)
_WORDS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


class UnknownNameError(Exception):
    """Prose names a model, a task, a category, a column or a page that does not exist."""


def prose_variables(results: Results) -> dict[str, Any]:
    """Return the figures of a board by their names in prose."""
    values = api_values(results)
    values["tasks"] = [
        _TaskFigures(task, partial(_score_figures, results, task["task"]))
        for task in values["tasks"]
    ]
    return {
        **published_figures(values),
        "serving": results.serving,
        "training_sets": results.training_sets,
    }


class _TaskFigures(dict[str, Any]):
    """The figures of a task; its scores are made when prose first reads them."""

    def __init__(self, figures: Mapping[str, Any], scores: Callable[[], object]) -> None:
        super().__init__(figures)
        self._scores = scores

    def __missing__(self, key: str) -> object:
        if key != "scores":
            raise KeyError(key)
        self[key] = self._scores()
        return self[key]


def _score_figures(results: Results, task: str) -> list[dict[str, Any]]:
    return [
        {
            "model": score.model,
            "variant": score.variant,
            "score": score.score,
            "rank": score.rank,
            "interval": None if score.interval is None else list(score.interval),
            "stderr": score.stderr,
            "n_examples": score.n,
            "tied_with_best": score.tied_with_best,
        }
        for score in results.scores.ranking(task)
    ]


def published_figures(api: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures that follow from the values of the API alone."""
    baseline = (model["name"] for model in api["models"] if model.get("is_baseline"))
    return {
        **api,
        "baseline": next(baseline, ""),
        "model": _lookup(api["models"], "model"),
        "task": _lookup(api["tasks"], "task"),
        "category": _lookup(api.get("categories", []), "category"),
        "correlation": _correlation(api.get("correlations")),
    }


def prose_filters(scale: formatting.NumberFormat) -> dict[str, Callable[..., str]]:
    """Return the filters that write figures, scores in the digits of a scale."""
    return {
        "score": scale.score,
        "signed": scale.signed,
        "percent": formatting.percent,
        "count": formatting.count,
        "money": formatting.money,
        "seconds": formatting.seconds,
        "ratio": formatting.ratio,
        "decimals": formatting.rounded,
        "p_value": formatting.p_value,
        "listed": lambda names: formatting.listed(list(names), most=6),
        "in_words": _in_words,
    }


def _in_words(n: int) -> str:
    return _WORDS[n] if 0 <= n < len(_WORDS) else formatting.count(n)


def _lookup(records: list[dict[str, Any]], key: str) -> Callable[[str], dict[str, Any]]:
    by_id = {record[key]: record for record in records}

    def find(name: str) -> dict[str, Any]:
        if name not in by_id:
            raise _unknown(key, name, by_id)
        return by_id[name]

    return find


def _correlation(values: Mapping[str, Any] | None) -> Callable[[str, str], dict[str, Any]]:
    kind = "correlation column"

    def find(a: str, b: str) -> dict[str, Any]:
        columns = [] if values is None else values["columns"]
        for name in (a, b):
            if name not in columns:
                raise _unknown(kind, name, columns)
        assert values is not None  # it has columns
        i, j = columns.index(a), columns.index(b)
        return {
            "n": values["n"][i][j],
            "spearman": values["spearman"][i][j],
            "p_value": values["p_value"]["spearman"][i][j],
        }

    return find


def _unknown(kind: str, name: object, known: Collection[str]) -> UnknownNameError:
    hint = did_you_mean(str(name), known)
    return UnknownNameError(f"{kind} {name!r} does not exist. {hint}".strip())
