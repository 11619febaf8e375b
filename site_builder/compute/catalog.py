"""What the tables say of each model and task, as records: no NaN, None for what is not known."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import starmap
from math import isfinite
from typing import Any, NamedTuple

import pandas as pd

from site_builder.tables.check import Tables


@dataclass(frozen=True)
class ModelFacts:
    """One row of the models table."""

    model: str
    name: str
    developer: str | None
    family: str | None
    release_date: str | None
    parameters_b: float | None
    tuning: str | None
    license: str | None
    url: str | None
    hf_id: str | None
    description: str | None


@dataclass(frozen=True)
class TaskFacts:
    """One row of the tasks table; `numbers` has every numeric column with a value, in its order."""

    task: str
    name: str
    category: str | None
    metric: str | None
    description: str | None
    higher_is_better: bool
    score_min: float | None
    score_max: float | None
    dataset_url: str | None
    evaluation_split: str | None
    length_unit: str | None
    numbers: Mapping[str, float]


class Evidence(NamedTuple):
    """What the results table says of one score beside its value.

    Attributes:
        row: Its row in the results table, from 1 on.
    """

    row: int
    source: str | None
    date: str | None
    command: str | None
    flag: str | None
    n_examples: float | None
    stderr: float | None


@dataclass(frozen=True)
class Catalog:
    """Facts by id, in published order, and the evidence of each score by (model, task, variant)."""

    models: Mapping[str, ModelFacts]
    tasks: Mapping[str, TaskFacts]
    evidence: Mapping[tuple[str, str, str], Evidence]

    @cached_property
    def stated(self) -> frozenset[str]:
        """The columns of evidence that any score has a value in."""
        columns = zip(Evidence._fields, zip(*self.evidence.values(), strict=True), strict=False)
        return frozenset(n for n, values in columns if any(v is not None for v in values))

    @property
    def developers(self) -> tuple[str, ...]:
        """Developers in the order of the data."""
        found = (model.developer for model in self.models.values())
        return tuple(dict.fromkeys(name for name in found if name is not None))


def collect_catalog(tables: Tables) -> Catalog:
    """The models and tasks tables, and the evidence columns of the results table, as records."""
    tasks = tables.tasks
    numeric = tasks.select_dtypes("number").columns.difference(["score_min", "score_max"])
    numbers = tasks[[name for name in tasks.columns if name in numeric]].to_dict("records")
    return Catalog(
        models={row["model"]: ModelFacts(**row) for row in _rows(tables.models, ModelFacts)},
        tasks={
            row["task"]: TaskFacts(**row, numbers=_finite(own))
            for row, own in zip(_rows(tasks, TaskFacts), numbers, strict=True)
        },
        evidence=dict(zip(_keys(tables.results), _evidence(tables.results), strict=True)),
    )


def _keys(results: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Model, task and variant of each row, each text once: a column makes a new one every time."""
    once: dict[str, str] = {}
    columns = (results[name] for name in ("model", "task", "variant"))
    return zip(*([once.setdefault(x, x) for x in column] for column in columns), strict=True)


def _evidence(results: pd.DataFrame) -> Iterator[Evidence]:
    columns = (_known(results[name]) for name in Evidence._fields[1:])
    return starmap(Evidence, zip(range(1, len(results) + 1), *columns, strict=True))


def _rows(frame: pd.DataFrame, record: type) -> Iterator[dict[str, Any]]:
    """Each row as the fields of a record that the table has, None for what is not known."""
    names = [field.name for field in fields(record) if field.name in frame]
    columns = [_known(frame[name]) for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _known(values: pd.Series) -> list[Any]:
    """The values of a column, None for what is not known."""
    there: list[Any] = values.astype("object").where(values.notna(), None).tolist()
    return there


def _finite(numbers: Mapping[Hashable, Any]) -> dict[str, float]:
    return {str(k): float(v) for k, v in numbers.items() if pd.notna(v) and isfinite(v)}
