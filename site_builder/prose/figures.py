"""Name the figures and filters that prose may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jinja2

from site_builder import formatting as text
from site_builder.api import api_values
from site_builder.compute.results import Results
from site_builder.compute.scores import Score
from site_builder.errors import did_you_mean
from site_builder.labels import Labels

WORDS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)

# What prose may name: known before there are figures. A board may lack some.
NAMES = (
    *("stats", "models", "tasks", "categories", "correlations"),
    *("baseline", "model", "task", "category", "correlation", "serving", "training_sets", "link"),
)
FILTERS = (
    *("score", "signed", "percent", "count", "money", "seconds", "ratio", "decimals", "p_value"),
    *("listed", "in_words"),
)


class UnknownNameError(Exception):
    """Prose names a model, a task, a category or a column that does not exist."""


# What an expression over values can raise; anything else is a bug of ours.
MISTAKES = (
    jinja2.TemplateRuntimeError,
    UnknownNameError,
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)


class FigureDict(dict[str, Any]):
    """A record of the API, as prose reads it: a key that it lacks is named, with the nearest."""

    def __missing__(self, key: str) -> object:
        message = f"figure {key!r} does not exist. {did_you_mean(key, self)}".strip()
        raise UnknownNameError(message)


def _as_record(values: dict[str, Any]) -> FigureDict:
    return FigureDict({key: _with_records(part) for key, part in values.items()})


def _with_records(value: object) -> object:
    if isinstance(value, dict):
        return _as_record(value)
    return [_with_records(part) for part in value] if isinstance(value, list) else value


class _TaskFigures(FigureDict):
    """The figures of a task; its scores are made when prose first reads them."""

    def __init__(self, figures: FigureDict, scores: Sequence[Score]) -> None:
        super().__init__(figures)
        self._scores = scores

    def __missing__(self, key: str) -> object:
        if key != "scores":
            return super().__missing__(key)
        self[key] = [_score_figures(score) for score in self._scores]
        return self[key]


def _score_figures(score: Score) -> FigureDict:
    return FigureDict(
        model=score.model,
        variant=score.variant,
        score=score.score,
        rank=score.rank,
        interval=None if score.interval is None else list(score.interval),
        stderr=score.stderr,
        n_examples=score.n,
        tied_with_best=score.tied_with_best,
    )


def prose_variables(results: Results) -> dict[str, Any]:
    """Return the names that an expression in prose can use."""
    values = _as_record(api_values(results))
    values["tasks"] = [
        _TaskFigures(figures, task.scores)
        for figures, task in zip(values["tasks"], results.tasks, strict=True)
    ]
    return {
        **_figures(values),
        "serving": results.serving,
        "training_sets": results.training_sets,
    }


def published_figures(api: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of these names that the values of the API define."""
    return _figures(_as_record(dict(api)))


def _figures(values: FigureDict) -> dict[str, Any]:
    baseline = (model["name"] for model in values["models"] if model.get("is_baseline"))
    return {
        **values,
        "baseline": next(baseline, ""),
        "model": _lookup(values["models"], "model"),
        "task": _lookup(values["tasks"], "task"),
        "category": _lookup(values.get("categories", []), "category"),
        "correlation": _correlation(values.get("correlations")),
    }


def prose_filters(labels: Labels) -> dict[str, Callable[..., str]]:
    """The words for numbers, in this board's own number of digits."""
    return number_filters(labels.scale)


def number_filters(scale: text.NumberFormat) -> dict[str, Callable[..., str]]:
    """The words for numbers, scores in the digits of a scale."""
    return {
        "score": scale.score,
        "signed": scale.signed,
        "percent": text.percent,
        "count": text.count,
        "money": text.money,
        "seconds": text.seconds,
        "ratio": text.ratio,
        "decimals": text.rounded,
        "p_value": text.p_value,
        "listed": lambda names: text.listed(list(names), most=6),
        "in_words": in_words,
    }


def in_words(n: int) -> str:
    """A small whole number as a word, for prose: `six`; digits from thirteen on."""
    return WORDS[n] if 0 <= n < len(WORDS) else text.count(n)


def _lookup(records: list[dict[str, Any]], key: str) -> Callable[[str], dict[str, Any]]:
    by_id = {record[key]: record for record in records}

    def find(name: str) -> dict[str, Any]:
        if name not in by_id:
            raise UnknownNameError(
                f"{key} {name!r} does not exist. {did_you_mean(name, by_id)}".strip()
            )
        return by_id[name]

    return find


def _correlation(values: Mapping[str, Any] | None) -> Callable[[str, str], dict[str, Any]]:
    columns = [] if values is None else values["columns"]

    def find(a: str, b: str) -> dict[str, Any]:
        for name in (a, b):
            if name not in columns:
                hint = did_you_mean(name, columns)
                message = f"correlation column {name!r} does not exist. {hint}".strip()
                raise UnknownNameError(message)
        assert values is not None  # columns would be empty
        i, j = columns.index(a), columns.index(b)
        return {
            "n": values["n"][i][j],
            "spearman": values["spearman"][i][j],
            "p_value": values["p_value"]["spearman"][i][j],
        }

    return find
