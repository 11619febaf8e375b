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
    *("stats", "models", "tasks", "categories", "correlations", "metrics"),
    *("robustness", "baseline", "model", "task", "category", "metric", "correlation"),
    *("serving", "training_sets", "link"),
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
    values["tasks"] = [_TaskFigures(task, results) for task in values["tasks"]]
    figures = published_figures(values)
    return {**figures, "serving": results.serving, "training_sets": results.training_sets}


class _TaskFigures(dict[str, Any]):
    """The figures of a task; its scores are made when prose first reads them."""

    def __init__(self, figures: Mapping[str, Any], results: Results) -> None:
        super().__init__(figures)
        self._results = results

    def __missing__(self, key: str) -> object:
        if key != "scores":
            raise KeyError(key)
        self[key] = [
            {
                "model": score.model,
                "variant": score.variant,
                "score": score.score,
                "rank": score.rank,
                "interval": None if score.interval is None else list(score.interval),
                "stderr": score.stderr,
                "n_examples": score.n,
                "n_examples_range": None if score.n_range is None else list(score.n_range),
                "tied_with_best": score.tied_with_best,
            }
            for score in self._results.scores.ranking(self["task"])
        ]
        return self[key]


def published_figures(api: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures that follow from the values of the API alone."""
    # Functions of modules, which can be sent to a process that is not forked.
    return {
        **api,
        "baseline": next((m["name"] for m in api["models"] if m.get("is_baseline")), ""),
        "model": _lookup(api["models"], "model"),
        "task": _lookup(api["tasks"], "task"),
        "category": _lookup(api.get("categories", []), "category"),
        "metric": _lookup(api.get("metrics", []), "metric"),
        "correlation": partial(_correlation, api.get("correlations") or {"columns": []}),
    }


def _correlation(correlations: Mapping[str, Any], a: str, b: str) -> dict[str, Any]:
    columns = correlations["columns"]
    i, j = (columns.index(_known("correlation column", name, columns)) for name in (a, b))
    # Older sites have no corrected p-values.
    adjusted, related = (correlations.get(key) for key in ("p_adjusted", "by_construction"))
    return {
        "n": correlations["n"][i][j],
        "spearman": correlations["spearman"][i][j],
        "p_value": correlations["p_value"]["spearman"][i][j],
        "p_adjusted": adjusted and adjusted[i][j],
        "by_construction": related and related[i][j],
    }


def _lookup(records: list[dict[str, Any]], key: str) -> Callable[[str], dict[str, Any]]:
    return partial(_record, key, {record[key]: record for record in records})


def _record(key: str, by_id: Mapping[str, dict[str, Any]], name: str) -> dict[str, Any]:
    return by_id[_known(key, name, by_id)]


def _known(kind: str, name: str, known: Collection[str]) -> str:
    """Return a name, if it is known."""
    if name not in known:
        hint = did_you_mean(str(name), known)
        raise UnknownNameError(f"{kind} {name!r} does not exist. {hint}".strip())
    return name


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
        "in_words": lambda n: _WORDS[n] if 0 <= n < len(_WORDS) else formatting.count(n),
    }
