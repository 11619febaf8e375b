"""List every score of a model with where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.addresses import Address, make_slugs, page_link
from site_builder.charts.cells import (
    TASK,
    Field,
    columns_of,
    lift_cell,
    number_cell,
    rows_of,
    score_cell,
    source_cell,
    source_link,
    task_cell,
    task_score_cell,
    text_cell,
)
from site_builder.compute.catalog import Provenance
from site_builder.compute.numbers import Array, competition_ranks
from site_builder.compute.scores import FlaggedScore, Score
from site_builder.formatting import MISSING, NOT_STATED, count, exact, listed, sentence, signed
from site_builder.labels import Labels, ScoreKey
from site_builder.pages.board_table import task_marks, task_tools
from site_builder.pages.data import published_paths
from site_builder.pages.page import ScriptData, Site
from site_builder.records import replace
from site_builder.table_model import (
    Cell,
    Column,
    Filter,
    NumbersRow,
    Row,
    RowStart,
    Table,
    TableRow,
)

Record = TypeVar("Record")
ROW_HELP = "Row of results.parquet, from 1 on"
# What a board may leave unsaid, in the words of a sentence.
WORDS = {
    "stderr": "standard error",
    "n_examples": "number of examples",
    "date": "date",
    "source": "source",
    "command": "command",
}


def evidence_fields(site: Site, key: Callable[[Record], ScoreKey]) -> tuple[Field[Record], ...]:
    """A column for all that the results table says of any score, and one for the row there.

    Args:
        site: The site.
        key: Which score a record is.
    """
    catalog, published = site.results.catalog, published_paths(site)
    provenance = site.results.scores.provenance

    def field(column: Column, cell: Callable[[Provenance], Cell]) -> Field[Record]:
        wanted = column.key == "row" or column.key in catalog.stated
        return Field(column, lambda record: _stated(cell(provenance(*key(record)))), wanted)

    return (
        field(Column("row", "Row", "number", ROW_HELP, "ascending"), _row_cell),
        field(Column("stderr", "Standard error", "number", first="ascending"), _stderr_cell),
        field(Column("n_examples", "Examples", "number"), _examples_cell),
        field(Column("date", "Date", "number"), lambda e: text_cell(e.date)),
        field(
            Column("source", "Source"),
            lambda e: source_cell(e.source, published),
        ),
        field(Column("command", "Command"), lambda e: text_cell(e.command)),
    )


def unstated_note(site: Site) -> str:
    """What no score of the board has; empty where each column has a value somewhere."""
    absent = [words for name, words in WORDS.items() if name not in site.results.catalog.stated]
    return f"Not stated for any score: {listed(absent, most=len(WORDS))}." if absent else ""


def _stated(cell: Cell) -> Cell:
    """The cell, or words in place of a dash: nothing is said of what was not stated."""
    return Cell(NOT_STATED, None, tone="soft") if cell.value is None else cell


def _row_cell(evidence: Provenance) -> Cell:
    return Cell(count(evidence.row), float(evidence.row))


def _stderr_cell(evidence: Provenance) -> Cell:
    stderr = evidence.stderr
    return text_cell(None) if stderr is None else number_cell(stderr, exact(stderr))


def _examples_cell(evidence: Provenance) -> Cell:
    return number_cell(evidence.n_examples, count(evidence.n_examples))


class _Own(NamedTuple):
    """One score of a model, with the places of its task, variant and source in their lists."""

    key: ScoreKey
    score: Score | FlaggedScore
    task: int
    variant: int


def make_whence(site: Site) -> Iterator[ScriptData]:
    """The data of each model that has a score, beside its page; none where a board has many.

    One file for each, so that nobody fetches more than the scores of the model that they ask for.
    """
    if site.results.stats.has_many_scores:
        return
    published = published_paths(site)
    scored = {*site.results.scores.frame["model"]}
    for model in site.results.scores.models:
        if model in scored:
            name = f"scores of {site.labels.model_slugs[model]}"
            value = partial(whence_data, site, model, published)
            yield ScriptData(Address("scores", model), name, value)


def whence_data(site: Site, model: str, published: frozenset[str]) -> Mapping[str, object]:
    """What a script must know of every score of a model, and how to cite it.

    `tasks` are link, metric (empty where not stated) and slug; `variants` label, name in a sentence
    and slug; `sources` links. Each of `scores` has the places of its task and of its variant, the
    value with every digit, as it is shown, its row in results.parquet, and what else is known.
    """
    catalog, labels = site.results.catalog, site.labels
    own = list(_own_scores(site, model))
    tasks = list(dict.fromkeys(score.key[1] for score in own))
    found = dict.fromkeys(site.results.scores.provenance(*score.key).source for score in own)
    sources = {s: place for place, s in enumerate(s for s in found if s is not None)}
    return {
        "model": page_link(labels.models[model], "model", model),
        "tasks": [
            [
                page_link(labels.tasks[task], "task", task),
                catalog.tasks[task].metric or "",
                labels.task_slugs[task],
            ]
            for task in tasks
        ],
        "variants": [
            [labels.variants[v], labels.in_sentence(v), labels.variant_slugs[v]]
            for v in labels.variants
        ],
        "sources": [source_link(source, published) for source in sources],
        "scores": [_score(site, score, sources) for score in own],
        "cite": _cite(site, model),
    }


def _own_scores(site: Site, model: str) -> Iterator[_Own]:
    """Every score of a model, those that count nowhere too."""
    results, place = site.results, -1
    variants = list(site.labels.variants)
    found = results.scores.of_model(model)
    for task in results.scores.tasks:
        scores: dict[str, Score | FlaggedScore] = {**results.flagged_of(model, task)}
        scores |= found.get(task, {})
        place += bool(scores)
        for variant, score in scores.items():
            yield _Own((model, task, variant), score, place, variants.index(variant))


def _score(site: Site, own: _Own, sources: Mapping[str, int]) -> Sequence[object]:
    value, scale = own.score.score, site.labels.scales[own.key[1]]
    row = count(site.results.scores.provenance(*own.key).row)
    return own.task, own.variant, exact(value), scale.score(value), row, _known(site, own, sources)


def _known(site: Site, own: _Own, sources: Mapping[str, int]) -> Mapping[str, object]:
    """What the results table says of a score beside its value, without what it does not say."""
    evidence = site.results.scores.provenance(*own.key)
    score, scale = own.score, site.labels.scales[own.key[1]]
    interval = score.interval if isinstance(score, Score) else None
    facts = {
        "interval": None if interval is None else scale.interval(*interval),
        "stderr": None if evidence.stderr is None else exact(evidence.stderr),
        "n": None if evidence.n_examples is None else count(evidence.n_examples),
        "date": evidence.date,
        "source": None if evidence.source is None else sources[evidence.source],
        "command": evidence.command,
        "flag": evidence.flag,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _cite(site: Site, model: str) -> Mapping[str, object]:
    """What all citations of a model's scores share; `pages/citation.py` makes the same of one."""
    title, release = site.config.site.title, site.results.release
    slug = f"{make_slugs([title])[title]}-{site.labels.model_slugs[model]}"
    return {
        "site": title,
        "release": release.name,
        "note": sentence(release.name),
        "year": release.date[:4] if release.date else "",
        "key": [f"{slug}-", f"-{release.short}"],
    }


ALL_SCORES = "all-scores"
RANK_HELP = "Among the scores of this variant on this task"
_CAPTION = "Every score, with its row and its source"


class _Listed(NamedTuple):
    """One score of the model, and its task; a flagged one that counts nowhere has no rank."""

    task: str
    score: Score | FlaggedScore


def _every_score(site: Site, model: str) -> list[_Listed]:
    """Every score of a model, those that do not count among them: by task, then by variant."""
    listed, results = [], site.results
    scores = results.scores.of_model(model)
    for task in results.scores.tasks:
        found, flagged = scores.get(task, {}), results.flagged_of(model, task)
        ordered = (found.get(v) or flagged.get(v) for v in results.scores.roles.variants)
        listed += [_Listed(task, score) for score in ordered if score is not None]
    return listed


def scores_table(site: Site, model: str) -> Table:
    """Every score of the model, each with its place in the results table and its source."""
    labels, provenance = site.labels, site.results.scores.provenance
    flag_help = "Why the score should be read with care"
    every = _every_score(site, model)
    evidence: tuple[Field[_Listed], ...] = evidence_fields(site, _key)
    fields: tuple[Field[_Listed], ...] = (
        Field(TASK, lambda own: task_cell(labels, own.task)),
        Field(
            Column("variant", "Variant"),
            lambda own: text_cell(labels.variants[own.score.variant]),
        ),
        Field(
            Column("score", "Score", "number"),
            lambda own: _listed_cell(site, model, own),
        ),
        Field(
            Column("rank", "Rank", "number", RANK_HELP, "ascending", "rank"),
            lambda own: _rank_cell(site, own),
        ),
        Field(
            Column("flag", "Flagged", help=flag_help),
            lambda own: text_cell(provenance(*_key(own)).flag),
            any(provenance(*_key(own)).flag is not None for own in every),
        ),
        *evidence,
    )
    rows = rows_of(
        fields,
        every,
        anchor=lambda own: labels.score_anchor(own.task, own.score.variant),
        marks=lambda own: {
            **task_marks(site, own.task),
            "variant": labels.variants[own.score.variant],
        },
    )
    tools = task_tools(site, ("score", "scores"))
    if len({own.score.variant for own in every}) > 1:
        tools = replace(tools, facets=(*tools.facets, Filter("variant", "Variant")))
    return Table(ALL_SCORES, _CAPTION, columns_of(fields), rows, tools=tools)


def _are_in_turn(rows: npt.NDArray[np.intp]) -> list[bool]:
    found = (rows > 0).all(axis=1) & (np.diff(rows) == 1).all(axis=1)
    return list(found.tolist())


def _texts_of(values: Array, write: Callable[[float], str]) -> npt.NDArray[np.object_]:
    codes, distinct = pd.factorize(values.ravel())
    texts = np.array([*map(write, distinct.tolist()), ""], dtype=object)
    return np.asarray(texts[codes].reshape(values.shape))


class ScoreRows:
    """Every score of a model, a row a task: what a page has room for on a board of many scores.

    Of each variant the score with every digit, its rank and its row of the results table; where
    rows follow each other as the tasks do, the first and last are in a sentence instead. One object
    makes the tables of all models.

    Args:
        site: The board.
    """

    def __init__(self, site: Site) -> None:
        self._site, labels = site, site.labels
        roles = site.results.scores.roles
        self._variants = [v for v in labels.variants if v in roles.variants]
        self._paired = [v for v in roles.tuned if roles.base is not None]
        self._columns = _columns(labels, self._variants, self._paired)
        self._row_columns = _row_columns(labels, self._variants)
        tasks = site.results.scores.tasks
        scores = site.results.scores
        self._kept = {v: scores.index[v] + 1 for v in self._variants}
        self._in_turn = [
            all(of) for of in zip(*map(_are_in_turn, self._kept.values()), strict=True)
        ]
        self._starts = [_start(site, task) for task in tasks]
        self._texts = [
            *(_texts_of(scores.values[v], exact) for v in self._variants),
            *(_texts_of(scores.lift_over_base(v), signed) for v in self._paired),
            *(_texts_of(competition_ranks(scores.signed[v]), exact) for v in self._variants),
        ]

    def table(self, model: str) -> Table:
        """The scores of a model."""
        rows = tuple(self._rows(model))
        columns = self._columns + (() if self._is_in_turn(model) else self._row_columns)
        return Table(ALL_SCORES, _CAPTION, columns, rows, tools=task_tools(self._site))

    def rows_told(self, model: str) -> str:
        """Which rows its scores are, where they follow each other as the tasks do; else empty."""
        if not self._is_in_turn(model):
            return ""
        at, labels = self._site.results.scores.rows[model], self._site.labels
        of = [
            f"{labels.in_sentence(v)} scores are rows {kept[at, 0]:,} to {kept[at, -1]:,}"
            for v, kept in self._kept.items()
        ]
        return f"{sentence(listed(of, most=len(of)))}, in the order of the tasks below."

    def _is_in_turn(self, model: str) -> bool:
        return self._in_turn[self._site.results.scores.rows[model]]

    def _rows(self, model: str) -> Iterator[TableRow]:
        """A row for each task that it has any score on, those that do not count among them."""
        results = self._site.results
        plain = self._plain(results.scores.rows[model])
        for place, (task, start) in enumerate(zip(results.scores.tasks, self._starts, strict=True)):
            flagged = results.flagged_of(model, task)
            if place in plain and not flagged:
                yield NumbersRow(start, plain[place])
            elif flagged or results.scores_of(model, task):
                yield Row(self._cells(model, task), "", start.anchor, start.marks)

    def _plain(self, row: int) -> dict[int, tuple[str, ...]]:
        """The numbers of each task, by its place, that a model has every score of."""
        values = [self._site.results.scores.values[v] for v in self._variants]
        at = np.flatnonzero(np.all([~np.isnan(of[row]) for of in values], axis=0))
        kept = () if self._in_turn[row] else self._kept.values()
        columns: tuple[Iterable[str], ...] = (
            *(texts[row, at].tolist() for texts in self._texts),
            *(map(str, rows[row, at].tolist()) for rows in kept),
        )
        return dict(zip(at.tolist(), zip(*columns, strict=True), strict=True))

    def _cells(self, model: str, task: str) -> tuple[Cell, ...]:
        """The same as cells, where a score is missing, or should be read with care."""
        site, own = self._site, self._variants
        results, scale = site.results, site.labels.scales[task]
        found = results.scores_of(model, task)
        flagged = results.flagged_of(model, task)
        listed = {v: _Listed(task, s) for v in own if (s := found.get(v) or flagged.get(v))}
        ranks = {v: found[v].rank for v in own if v in found}
        rows = {v: results.scores.provenance(model, task, v).row for v in listed}
        lifts = (found[v].lift_over_base if v in found else None for v in self._paired)
        return (
            task_cell(site.labels, task),
            *(
                _listed_cell(site, model, listed[v]) if v in listed else score_cell(None, scale)
                for v in own
            ),
            *(lift_cell(lift, scale) for lift in lifts),
            *(number_cell(ranks.get(v), str(ranks.get(v, MISSING))) for v in own),
            *(
                number_cell(rows.get(v), str(rows.get(v, MISSING)))
                for v in own
                if not self._is_in_turn(model)
            ),
        )


def _start(site: Site, task: str) -> RowStart:
    """How the row of a task begins on the page of every model."""
    anchor = site.labels.score_anchor(task, site.labels.roles.primary)
    marks = tuple((k, v) for k, v in task_marks(site, task).items() if v is not None)
    return RowStart(task_cell(site.labels, task), anchor, marks)


def _columns(labels: Labels, variants: Sequence[str], paired: Sequence[str]) -> tuple[Column, ...]:
    """Scores and what tuning brought; then the place of each score."""
    names = [(v, labels.variants[v]) for v in variants]
    lifts = [(v, "Lift" if len(paired) == 1 else f"Lift, {labels.variants[v]}") for v in paired]
    return (
        TASK,
        *(Column(f"score_{v}", name, "number") for v, name in names),
        *(Column(f"lift_{v}", name, "number", term="lift") for v, name in lifts),
        *(
            Column(f"rank_{v}", f"{name} rank", "number", RANK_HELP, "ascending", "rank")
            for v, name in names
        ),
    )


def _row_columns(labels: Labels, variants: Sequence[str]) -> tuple[Column, ...]:
    """Where each score is kept."""
    return tuple(
        Column(f"row_{v}", f"{labels.variants[v]} row", "number", ROW_HELP, "ascending")
        for v in variants
    )


def _listed_cell(site: Site, model: str, own: _Listed) -> Cell:
    """A score with its interval, and below it every digit where it is shown with fewer."""
    found = own.score if isinstance(own.score, Score) else None
    flagged = site.results.flagged_of(model, own.task).get(own.score.variant)
    scale, score = site.labels.scales[own.task], own.score.score
    digits = "" if scale.shows_all(score) else exact(score)
    return task_score_cell(site.labels, _key(own), found, flagged, digits)


def _rank_cell(site: Site, own: _Listed) -> Cell:
    if not isinstance(own.score, Score):
        return text_cell(None)
    of = site.results.task(own.task).counts[own.score.variant]
    return Cell(f"{own.score.rank} of {of}", float(own.score.rank))


def _key(own: _Listed) -> ScoreKey:
    return own.score.model, own.task, own.score.variant
