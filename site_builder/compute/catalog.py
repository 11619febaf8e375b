"""What the tables say of each model and task, as records: no NaN, None for what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    """One row of the tasks table; `numbers` holds every numeric column that has a value, in its order."""

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
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Evidence:
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

    @property
    def developers(self) -> tuple[str, ...]:
        """Developers in the order of the data."""
        return tuple(dict.fromkeys(m.developer for m in self.models.values() if m.developer is not None))


def collect_catalog(tables: Tables) -> Catalog:
    """The models and tasks tables, and the evidence columns of the results table, as records."""
    models = {str(row["model"]): ModelFacts(**_known(row, ModelFacts)) for row in tables.models.to_dict("records")}
    numeric = tables.tasks.select_dtypes("number").columns.difference(["score_min", "score_max"], sort=False)
    tasks = {}
    for row in tables.tasks.to_dict("records"):
        numbers = {str(name): float(row[name]) for name in numeric if pd.notna(row[name])}
        tasks[str(row["task"])] = TaskFacts(**_known(row, TaskFacts), numbers=numbers)
    evidence = {
        (str(row["model"]), str(row["task"]), str(row["variant"])): Evidence(i, **_known(row, Evidence))
        for i, row in enumerate(tables.results.to_dict("records"), start=1)
    }
    return Catalog(models, tasks, evidence)


def _known(row: Mapping[object, object], record: type) -> dict[str, object]:
    names = [name for name in record.__dataclass_fields__ if name in row]
    return {name: None if pd.isna(row[name]) else row[name] for name in names}  # type: ignore[call-overload]
