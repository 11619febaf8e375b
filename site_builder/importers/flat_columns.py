"""Columns of somebody's table to columns of the contract: guessed by their names, or as told."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from site_builder.errors import near
from site_builder.records import Record

_SYNONYMS = {
    "model": "model model_name model_id llm system checkpoint name",
    "task": "task task_name task_id benchmark dataset eval evaluation bench test",
    "score": "score value result scores",
    "variant": "variant stage",
    "stderr": "stderr std_err standard_error se score_stderr stderror",
    "n_examples": "n_examples n num_examples n_samples num_samples sample_size examples",
    "date": "date evaluated_on evaluation_date timestamp day",
    "source": "source url link evidence reference",
    "command": "command cmd",
    "flag": "flag caveat",
    "metric": "metric metric_name measure",
    "base": "base_model tuned_from parent_model base_model_name",
    "developer": "developer organization organisation org vendor creator maker",
    "family": "family model_family",
    "license": "license licence",
    "parameters_b": "parameters_b params_b size_b parameters_billions params_billions n_params_b",
    "hf_id": "hf_id hugging_face_id",
    "release_date": "release_date released",
    "category": "category task_category domain",
    "higher_is_better": "higher_is_better",
    "score_min": "score_min min_score",
    "score_max": "score_max max_score",
}
OF_MODELS = ("developer", "family", "license", "parameters_b", "hf_id", "release_date")
"""Columns that say something of a model, wherever its row stands."""
OF_TASKS = ("category", "higher_is_better", "score_min", "score_max")
"""Columns that say something of a task."""
# Numbers that are made of the scores, or count rows.
_DERIVED = (
    "average", "avg", "mean", "mean_score", "overall", "total", "rank", "index", "id", "no",
    "unnamed_0",
)  # fmt: skip


class Columns(Record):
    """What the columns of a table are.

    Attributes:
        named: Column of the table by the column of the contract that it holds.
        across: `tasks` where every further column is a task, `models` where it is a model, empty
            where every row is one score.
        further: These columns.
        errors: Column with the standard error of such a column.
        unused: Columns that nothing is made of.
        metric: The metric of all scores, where the column of scores is named by it.
    """

    named: Mapping[str, str]
    across: str
    further: tuple[str, ...]
    errors: Mapping[str, str]
    unused: tuple[str, ...]
    metric: str = ""

    def text(self) -> str:
        """The guess on one line, for whoever imports to look at."""
        shape = {"": "a score a row", "tasks": "a task a column", "models": "a model a column"}
        parts = [f"{name} = {column!r}" for name, column in self.named.items()]
        parts += [f"{self.across} = {', '.join(self.further)}"] if self.across else []
        parts += [f"not used: {', '.join(self.unused)}"] if self.unused else []
        return f"{shape[self.across]}; {'; '.join(parts)}"


class NoColumnsError(Exception):
    """What the columns of a table are cannot be told; the message is the reason."""


def guess_columns(
    names: Sequence[str],
    numeric: Collection[str],
    told: Mapping[str, str],
    tasks: Sequence[str] | None = None,
) -> Columns:
    """What each column of a table is.

    Args:
        names: The columns.
        numeric: Those that hold numbers.
        told: Columns by the column of the contract that each holds; these are not guessed.
        tasks: Columns that are tasks, where somebody said it.

    Raises:
        NoColumnsError: What was told is not there, or there is no column of models or tasks.
    """
    odd = [name for name in told if name not in _SYNONYMS]
    if odd:
        why = f"[import.columns] of site.toml names {odd[0]!r}. {near(odd[0], _SYNONYMS, 'names')}"
        raise NoColumnsError(why.strip())
    absent = [name for name in (*told.values(), *(tasks or ())) if name not in names]
    if absent:
        why = f"site.toml names the column {absent[0]!r}; the file has {', '.join(names[:12])}"
        raise NoColumnsError(why)
    named = dict(told)
    for meaning, words in _SYNONYMS.items():
        free = [name for name in names if name not in named.values() and name not in (tasks or ())]
        match = _first_match(free, words.split())
        if meaning not in named and match is not None:
            named[meaning] = match
    free = [name for name in names if name not in named.values()]
    return _shaped(named, free, numeric, tasks)


def _first_match(names: Sequence[str], words: Sequence[str]) -> str | None:
    plain = {_plain(name): name for name in reversed(names)}
    return next((plain[word] for word in words if word in plain), None)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def _shaped(
    named: dict[str, str],
    free: list[str],
    numeric: Collection[str],
    tasks: Sequence[str] | None,
) -> Columns:
    errors = {
        column: name
        for name in free
        for column in free
        if _plain(name) in (f"{_plain(column)}_stderr", f"{_plain(column)}_se")
    }
    values = [
        name
        for name in free
        if name in numeric and _plain(name) not in _DERIVED and name not in errors.values()
    ]
    has_model, has_task = "model" in named, "task" in named and tasks is None
    if has_model and has_task:
        return _long(named, free, values)
    if not has_model and not has_task:
        why = "it has no column of models and none of tasks; name them under [import.columns]"
        raise NoColumnsError(why)
    further = list(tasks) if tasks is not None else values
    if not further:
        why = "it has no column of scores"
        raise NoColumnsError(why)
    across = "tasks" if has_model else "models"
    own = {column: name for column, name in errors.items() if column in further}
    unused = [name for name in free if name not in (*further, *own.values())]
    return Columns(named, across, tuple(further), own, tuple(unused))


def _long(named: dict[str, str], free: list[str], values: list[str]) -> Columns:
    if "score" not in named and len(values) != 1:
        few = (
            f"several columns of numbers, {', '.join(values)}" if values else "no column of numbers"
        )
        why = f"it has {few}; name the one with the scores under [import.columns] in site.toml"
        raise NoColumnsError(why)
    score = named.setdefault("score", values[0] if values else "")
    is_named = _plain(score) not in _SYNONYMS["score"].split()
    unused = tuple(name for name in free if name != score)
    return Columns(named, "", (), {}, unused, score if is_named else "")
