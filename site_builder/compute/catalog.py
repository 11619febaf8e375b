"""Hold what the tables say of models, tasks, scores; identify the release."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from hashlib import sha256
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.records import Record
from site_builder.tables.check import Tables
from site_builder.tables.read import LoadedTable

DIGITS = 12


class Release(Record):
    """One state of a project's tables.

    Attributes:
        sha256: Its checksum; another byte in any table gives another.
        date: The day of the data, as `YYYY-MM-DD`; None where nothing tells it.
    """

    sha256: str
    date: str | None

    @property
    def short(self) -> str:
        """The first digits of the checksum: enough to tell two releases apart."""
        return self.sha256[:DIGITS]

    @property
    def name(self) -> str:
        """How a sentence names it: `data release 3f2a9c0d1e2b, 2024-05-02`."""
        return f"data release {self.short}{f', {self.date}' if self.date else ''}"


def find_release(
    loaded: Mapping[str, LoadedTable], results: pd.DataFrame, released: date | None
) -> Release:
    """The release that a project's tables are.

    The checksum is the SHA-256 of what `LC_ALL=C sha256sum *.parquet` prints of the tables: a line
    for each file with its own SHA-256, sorted by name. Anyone can so check it from the published
    files. The date is never the day of the build, so that the same data gives the same site.

    Args:
        loaded: The files as they were read.
        results: The scores; the newest `date` of them stands in where no day is given.
        released: The day that `site.toml` names.

    Source: docs/data-release.md.
    """
    listing = "".join(
        f"{sha256(table.file).hexdigest()}  {table.spec.file}\n"
        for table in sorted(loaded.values(), key=lambda table: table.spec.file)
    )
    dates = results["date"].dropna()
    newest = str(dates.max()) if len(dates) else None
    day = released.isoformat() if released else newest
    return Release(sha256(listing.encode()).hexdigest(), day)


class ModelInfo(Record):
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


class TaskInfo(Record):
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


class Provenance(NamedTuple):
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


class EvidenceTable(Mapping[tuple[str, str, str], Provenance]):
    """The evidence of each score, by model, task and variant, in the order of the results table.

    A record is made when it is asked for: a large board has one for each of a million scores.
    """

    def __init__(self, results: pd.DataFrame) -> None:
        """Take the columns of a results table; a row without model, task or variant is no score."""
        self._results = results
        coded = [_coded(results[name]) for name in ("model", "task", "variant")]
        self._ids = [ids for _, ids in coded]
        codes = np.array([own for own, _ in coded])
        there = (codes >= 0).all(axis=0)
        self._codes = codes[:, there]
        # The row of each score in the table, from 1 on; 0 where there is none.
        self._rows = np.zeros([len(ids) for ids in self._ids], dtype=np.int32)
        self._rows[*self._codes] = np.flatnonzero(there) + 1

    def __getitem__(self, key: tuple[str, str, str]) -> Provenance:
        model, task, variant = self._ids
        row = self._rows.item(model[key[0]], task[key[1]], variant[key[2]])
        if not row:
            raise KeyError(key)
        return Provenance(row, *[None if own is None else own[row - 1] for own in self._columns])

    def __len__(self) -> int:
        return len(self._codes[0])

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        ids = [list(ids) for ids in self._ids]
        each = zip(ids, self._codes, strict=True)
        return zip(*([own[code] for code in codes.tolist()] for own, codes in each), strict=True)

    @property
    def models(self) -> frozenset[str]:
        """The models that have a score."""
        return frozenset(self._ids[0])

    def rows(
        self, variant: str, models: Sequence[str], tasks: Sequence[str]
    ) -> npt.NDArray[np.int32]:
        """The row of each score of a variant in the results table, from 1 on; 0 for none.

        Shape: (models, tasks), as they are given.
        """
        found = np.zeros((len(models), len(tasks)), dtype=np.int32)
        if variant in self._ids[2]:
            at = [
                np.array([ids.get(name, -1) for name in names], dtype=int)
                for ids, names in zip(self._ids, (models, tasks), strict=False)
            ]
            there = np.outer(at[0] >= 0, at[1] >= 0)
            found = np.where(there, self._rows[*np.ix_(*at), self._ids[2][variant]], found)
        return found

    @cached_property
    def stated(self) -> frozenset[str]:
        """The columns that any score has a value in."""
        there = [name for name in Provenance._fields[1:] if self._results[name].notna().any()]
        return frozenset(["row", *there] if len(self) else ())

    @cached_property
    def _columns(self) -> list[list[Any] | None]:
        """The values of each column of a record but its row; None for a column without any."""
        return [
            _known(self._results[name]) if name in self.stated else None
            for name in Provenance._fields[1:]
        ]


def in_turn(rows: npt.NDArray[np.int32]) -> list[bool]:
    """Of each model, whether the rows of its scores follow each other as the tasks do, all of them.

    Args:
        rows: Shape (models, tasks), from 1 on; 0 for no score.
    """
    found = (rows > 0).all(axis=1) & (np.diff(rows) == 1).all(axis=1)
    return list(found.tolist())


class Catalog(Record):
    """Facts by id, in published order, and the evidence of each score by (model, task, variant)."""

    models: Mapping[str, ModelInfo]
    tasks: Mapping[str, TaskInfo]
    evidence: EvidenceTable

    @property
    def stated(self) -> frozenset[str]:
        """The columns of evidence that any score has a value in."""
        return self.evidence.stated

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
        models={row["model"]: ModelInfo(**row) for row in _rows(tables.models, ModelInfo)},
        tasks={
            row["task"]: TaskInfo(**row, numbers=_finite(own))
            for row, own in zip(_rows(tasks, TaskInfo), numbers, strict=True)
        },
        evidence=EvidenceTable(tables.results),
    )


def _coded(ids: pd.Series) -> tuple[npt.NDArray[np.intp], dict[str, int]]:
    """Each id as a number, and the number of each id."""
    codes, known = pd.factorize(ids)
    return codes, {str(name): code for code, name in enumerate(known)}


def _rows(frame: pd.DataFrame, record: type[Record]) -> Iterator[dict[str, Any]]:
    """Each row as the fields of a record that the table has, None for what is not known."""
    names = [name for name in record.__struct_fields__ if name in frame]
    columns = [_known(frame[name]) for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _known(values: pd.Series) -> list[Any]:
    """The values of a column, None for what is not known."""
    there: list[Any] = values.astype("object").where(values.notna(), None).tolist()
    return there


def _finite(numbers: Mapping[Hashable, Any]) -> dict[str, float]:
    return {str(k): float(v) for k, v in numbers.items() if pd.notna(v) and isfinite(v)}
