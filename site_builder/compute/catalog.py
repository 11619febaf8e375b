"""Collect the metadata of models, tasks and scores; identify the data release."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from hashlib import sha256
from math import isfinite
from typing import TypeVar

import pandas as pd

from site_builder.config import BoardConfig
from site_builder.records import CachingRecord, Record, grouped, make_records, replace
from site_builder.tables.boards import wanted_texts
from site_builder.tables.columns import texts_of
from site_builder.tables.overrides import named_tasks
from site_builder.tables.parts import ancestors_of, part_parents
from site_builder.tables.read import Tables
from site_builder.tables.schema import Facet

STATED_TEXTS = ("source", "date", "command", "flag", "submitted_by", "log_url")
STATED = (*STATED_TEXTS, "n_examples", "stderr")
"""What the results can state of where a score comes from and how exact it is."""
_R = TypeVar("_R", bound=Record)
_CLOSED_LICENSE = re.compile(r"(proprietary|closed|commercial|api)\b", re.IGNORECASE)
# Names and families of licenses under which weights are given out, as the Hugging Face Hub and
# published leaderboards write them. What is not among them, such as `other`, is not known.
_OPEN_NAMES = (
    *("apache", "mit", "bsd", "isc", "mpl", "epl", "ecl", "afl", "eupl", "zlib", "unlicense"),
    *(r"[al]?gpl", "artistic", "ncsa", "ms-pl", "cc0", "cc[ -]by", "odc-by", "cdla", "wtfpl"),
    *("(creativeml|bigscience|bigcode)", r"open ?rail", "openmdw", "public domain"),
    *("open[ -](source|weights?|model)", "community", "research", "mnpl", "mrl"),
    *("llama", "gemma", "falcon", "qwen", "tongyi", "deepseek", "glm"),
)
_OPEN_LICENSE = re.compile(rf"(?<![^\W\d_])({'|'.join(_OPEN_NAMES)})(?![^\W\d_])", re.IGNORECASE)


class Release(Record):
    """The published state of a project's tables.

    Attributes:
        sha256: Checksum of all bytes of the tables.
        date: Day of the data, as `YYYY-MM-DD`.
    """

    sha256: str
    date: str | None

    @property
    def short(self) -> str:
        """The first digits of the checksum, enough to distinguish releases."""
        return self.sha256[:12]

    @property
    def name(self) -> str:
        """Its name in a sentence: `data release 3f2a9c0d1e2b, 2024-05-02`."""
        return f"data release {self.short}{f', {self.date}' if self.date else ''}"


def find_release(tables: Tables, released: date | None) -> Release:
    """Identify the release of a project's tables.

    The checksum is the SHA-256 of the output of `LC_ALL=C sha256sum *.parquet` on the tables, so
    that anyone can verify it with the published files. The date is `released`, else the newest
    `date` of a score; never the day of the build, so that the same data gives the same site.

    Source: docs/data-release.md.
    """
    listing = "".join(
        f"{sha256(table.file).hexdigest()}  {table.spec.file}\n"
        for table in sorted(tables.loaded.values(), key=lambda table: table.spec.file)
    )
    dates = tables.results["date"].dropna()
    newest = str(dates.max()) if len(dates) else None
    day = released.isoformat() if released else newest
    return Release(sha256(listing.encode()).hexdigest(), day)


class ModelInfo(Record):
    """One entry: a model, with the settings that tell it from its other entries.

    Attributes:
        model: Id of the entry.
        of: Id of the model.
        status: Why it has no scores, `pending` or `not_evaluated`; None where it has some, and
            where nobody says it.
        reason: Why, in words.
        facets: By facet, the value as text; None where it is not known.
    """

    model: str
    of: str
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
    role: str | None
    comparable: str | None
    trained_on: str | None
    status: str | None
    reason: str | None
    facets: Mapping[str, str | None]

    def facet(self, name: str) -> str | None:
        """Return the value of a facet, or of a column of the models table, as text."""
        value = self.of if name == "model" else self.facets.get(name, getattr(self, name, None))
        return None if value is None else wanted_texts(name, [value])[0]


def hides(config: BoardConfig, facts: ModelInfo) -> bool:
    """Return whether the first filters of a board hide an entry."""
    return any(facts.facet(name) not in wanted_texts(name, v) for name, v in config.filters.items())


def has_open_weights(license_text: str | None) -> bool | None:
    """Return whether the weights of a model are open, by its license; None if that is not known.

    A license that begins with "proprietary", "closed", "commercial" or "API" says no. One that has
    the name of a known license in it says yes: `Apache-2.0`, `llama3.1`, `qwen-research`.
    """
    if license_text is None:
        return None
    if _CLOSED_LICENSE.match(license_text):
        return False
    return True if _OPEN_LICENSE.search(license_text) else None


class TaskInfo(Record):
    """One row of the tasks table; `numbers` has every numeric column with a finite value."""

    task: str
    name: str
    category: str | None
    metric: str | None
    unit: str | None
    description: str | None
    higher_is_better: bool
    score_min: float | None
    score_max: float | None
    score_chance: float | None
    dataset_url: str | None
    length_unit: str | None
    part_of: str | None
    version: str | None
    numbers: Mapping[str, float]

    @property
    def measured(self) -> str:
        """The metric with its unit, as far as known: `wer (percent)`."""
        return f"{self.metric or 'score'} ({self.unit})" if self.unit else self.metric or "score"


class Catalog(CachingRecord):
    """The metadata of models and tasks, in the order of the tables.

    Attributes:
        facets: The columns by which entries are told apart, filtered and coloured.
        stated: Those of `STATED` that any score has a value in.
    """

    models: Mapping[str, ModelInfo]
    tasks: Mapping[str, TaskInfo]
    facets: tuple[Facet, ...]
    stated: frozenset[str]

    def column(self, name: str) -> tuple[str | None, ...]:
        """Return the value of each entry as `ModelInfo.facet` does."""
        if name not in self._columns:
            self._columns[name] = tuple(m.facet(name) for m in self.models.values())
        return self._columns[name]

    @cached_property
    def _columns(self) -> dict[str, tuple[str | None, ...]]:
        """The values by facet: the filters of each table ask for them."""
        return {}

    @cached_property
    def waiting(self) -> tuple[ModelInfo, ...]:
        """The models without a score of which the data says why."""
        return tuple(m for m in self.models.values() if m.status)

    @cached_property
    def entries_of(self) -> Mapping[str, Sequence[str]]:
        """The entries of each model, by its id."""
        return grouped((entry.of, entry.model) for entry in self.models.values())

    @cached_property
    def wholes(self) -> Mapping[str, str]:
        """What each part is a part of, by its id."""
        return {t.task: t.part_of for t in self.tasks.values() if t.part_of is not None}

    @cached_property
    def parts(self) -> Mapping[str, Sequence[str]]:
        """The parts of each whole, by its id; not the parts of those."""
        return grouped((whole, part) for part, whole in self.wholes.items())

    def only(self, models: Sequence[str], tasks: Sequence[str]) -> Catalog:
        """Return the same of some models and tasks."""
        return replace(
            self,
            models={model: self.models[model] for model in models},
            tasks={task: self.tasks[task] for task in tasks},
        )

    def related_tasks(self) -> list[tuple[int, int]]:
        """Return the places of each task and a whole that it is a part of."""
        places = {task: place for place, task in enumerate(self.tasks)}
        return [
            (places[part], places[whole])
            for part in self.wholes
            for whole in ancestors_of(part, self.wholes)
            if whole in places
        ]


class Caution(Record):
    """A reason to compare the scores of an entry with care.

    Attributes:
        reason: As the data states it; empty where the entry was trained on the data of tasks.
        tasks: The tasks whose scores it concerns.
    """

    reason: str
    tasks: tuple[str, ...]


def find_cautions(tables: Tables, catalog: Catalog) -> dict[str, tuple[Caution, ...]]:
    """Return why scores of entries do not compare with others, by entry, for the tasks of a board.

    The reason of an entry concerns all of its scores, that of a part the whole too.
    """
    tasks, parents = tuple(catalog.tasks), part_parents(tables.tasks)
    found: dict[str, list[Caution]] = {model: [] for model in catalog.models}
    stated = tables.results[tables.results["comparable"].notna()]
    for (model, reason), own in stated.groupby(["model", "comparable"], sort=False)["task"]:
        concerned = {t for task in own.unique() for t in (task, *ancestors_of(task, parents))}
        if model in found and (mine := tuple(t for t in tasks if t in concerned)):
            found[str(model)].append(Caution(str(reason), mine))
    for model, facts in catalog.models.items():
        if facts.comparable:
            found[model].append(Caution(facts.comparable, tasks))
        if facts.trained_on and (trained := named_tasks(facts.trained_on, tasks)):
            found[model].append(Caution("", trained))
    return {model: tuple(cautions) for model, cautions in found.items() if cautions}


def collect_catalog(tables: Tables) -> Catalog:
    """Make records of the rows of the models and tasks tables."""
    tasks = tables.tasks
    no_facts = ["score_min", "score_max", "score_chance", "weight"]
    numeric = tasks.select_dtypes("number").drop(columns=no_facts)
    numbers = [
        {str(name): float(n) for name, n in row.items() if pd.notna(n) and isfinite(n)}
        for row in numeric.to_dict("records")
    ]
    facts = tasks.assign(numbers=pd.Series(numbers, tasks.index, dtype=object))
    stated = (name for name in STATED if tables.results[name].notna().any())
    values = {f.id: texts_of(tables.models[f.id]).astype("object") for f in tables.facets}
    texts = pd.DataFrame(values, index=tables.models.index)
    facets = texts.where(texts.notna(), None).to_dict("records")
    models = tables.models.assign(facets=pd.Series(facets, tables.models.index, dtype=object))
    unscored = ~models["model"].isin(tables.results["model"].unique())
    models["status"] = models["status"].where(unscored)
    return Catalog(
        models={m.model: m for m in records_of(ModelInfo, models)},
        tasks={t.task: t for t in records_of(TaskInfo, facts)},
        facets=tables.facets,
        stated=frozenset(stated),
    )


def records_of(kind: type[_R], frame: pd.DataFrame) -> list[_R]:
    """Make a record of each row of a frame that has its fields as columns; null becomes None."""
    columns = {
        name: frame[name].to_numpy(dtype=object, na_value=None).tolist()  # type: ignore[call-overload]
        for name in kind.__struct_fields__
    }
    return make_records(kind, columns)
