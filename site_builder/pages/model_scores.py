"""List every score of a model with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from site_builder.addresses import Address, Link, make_slugs, page_link
from site_builder.charts.cells import (
    TASK,
    flag_tags,
    lift_cell,
    number_cell,
    range_text,
    score_cell,
    source_cell,
    source_link,
    task_cell,
    text_cell,
)
from site_builder.compute.catalog import Provenance
from site_builder.compute.scores import FlaggedScore, Score
from site_builder.formatting import NOT_STATED, NumberFormat, count, exact, listed, sentence, signed
from site_builder.pages.board_table import task_marks, task_tools
from site_builder.pages.data import published_paths
from site_builder.pages.page import ScriptData, Site
from site_builder.records import Record, asdict, replace
from site_builder.table_model import Cell, Column, Field, Table, columns_of, rows_of

ALL_SCORES = "all-scores"
CARDS = "data/score-cards.js"
_RANK_HELP = "Among the scores of this variant on this task"
_NAMED_TASKS = 3
_SHORT = 8  # longest number that is shown with every digit
# Columns of the results table that may be empty, as a sentence names them.
WORDS = {
    "stderr": "standard error",
    "n_examples": "number of examples",
    "date": "date",
    "source": "source",
    "command": "command",
}


class ModelScore(Record):
    """One score of a model with what the results table says beside it.

    Attributes:
        score: None for a flagged score that does not count.
        flagged: None for a score without a reservation.
    """

    task: str
    variant: str
    score: Score | None
    flagged: FlaggedScore | None
    provenance: Provenance

    @property
    def value(self) -> float:
        """Return the score itself, whether it counts or is flagged."""
        found = self.score or self.flagged
        assert found is not None
        return found.score


def list_scores(site: Site, model: str) -> list[ModelScore]:
    """Return every score of a model, by task, then by variant."""
    results, variants = site.results, site.results.scores.roles.variants
    by_task, found = results.scores.of_model(model), list[ModelScore]()
    for task in results.scores.tasks:
        scores, flagged = by_task.get(task, {}), results.flagged_of(model, task)
        for variant in variants:
            if variant in scores or variant in flagged:
                provenance = results.scores.provenance(model, task, variant)
                score = scores.get(variant), flagged.get(variant)
                found.append(ModelScore(task, variant, *score, provenance))
    return found


def unstated_note(site: Site) -> str:
    """Name the statements that no score of the board has; empty without any."""
    absent = [words for name, words in WORDS.items() if name not in _stated(site)]
    return f"Not stated for any score: {listed(absent, most=len(WORDS))}." if absent else ""


def _stated(site: Site) -> frozenset[str]:
    return site.results.catalog.stated


# --- the tables ---------------------------------------------------------------------------------

_TaskScores = Mapping[str, ModelScore]


def scores_table(site: Site, model: str, scores: Sequence[ModelScore]) -> Table:
    """Make the table of a model's scores: a row for each task, columns for each variant."""
    rows: dict[str, dict[str, ModelScore]] = {}
    for score in scores:
        rows.setdefault(score.task, {})[score.variant] = score
    variants = dict.fromkeys(v for scores in rows.values() for v in scores)
    fields: tuple[Field[_TaskScores], ...] = (
        Field(TASK, lambda scores: task_cell(site.labels, _task_of(scores))),
        *_fields(site, [v for v in site.results.scores.roles.variants if v in variants]),
        _baseline_field(site, model),
    )
    return Table(
        ALL_SCORES,
        "Every score",
        columns_of(fields),
        rows_of(
            fields,
            list(rows.values()),
            anchor=lambda scores: site.labels.score_anchor(_task_of(scores)),
            marks=lambda scores: task_marks(site, _task_of(scores)),
        ),
        tools=task_tools(site),
    )


def _task_of(scores: _TaskScores) -> str:
    return next(iter(scores.values())).task


def _fields(site: Site, variants: Sequence[str]) -> Iterator[Field[_TaskScores]]:
    """Yield the columns of scores, of lifts, of ranks, and of errors where these are stated."""
    labels, roles = site.labels, site.results.scores.roles
    names, tuned = labels.variants, [v for v in roles.tuned if v in variants and roles.base]
    for v in variants:
        yield Field(Column(f"score_{v}", names[v], "number"), partial(_score_cell, site, v))
    for v in tuned:
        label = "Lift" if len(tuned) == 1 else f"Lift, {names[v]}"
        column = Column(f"lift_{v}", label, "number", term="lift")
        yield Field(column, partial(_lift_cell, site, v))
    for v in variants:
        column = Column(f"rank_{v}", f"{names[v]} rank", "number", _RANK_HELP, "ascending", "rank")
        yield Field(column, partial(_rank_cell, v))
    for v in variants:
        column = Column(f"stderr_{v}", f"{names[v]} standard error", "number", first="ascending")
        yield Field(column, partial(_stderr_cell, v), "stderr" in _stated(site))
    for v in variants:
        column = Column(f"n_examples_{v}", f"{names[v]} examples", "number")
        yield Field(column, partial(_examples_cell, v), "n_examples" in _stated(site))


def _score_cell(site: Site, variant: str, scores: _TaskScores) -> Cell:
    """Make the cell of a score, with its interval below it; a script makes its text a link."""
    found = scores.get(variant)
    scale = site.labels.scales[_task_of(scores)]
    if found is None:
        return score_cell(None, scale)
    text, digits = _texts(found.value, scale)
    interval = range_text(scale, found.score.interval if found.score else None)
    return Cell(
        text,
        found.value,
        ", ".join(filter(None, (digits, interval))),
        tone="" if found.score else "soft",
        tags=flag_tags(found.provenance.flag),
    )


def _texts(value: float, scale: NumberFormat) -> tuple[str, str]:
    """Return a score as text, and every digit of it if the text shows fewer."""
    shown, digits = scale.score(value), exact(value)
    if scale.shows_all(value):
        return shown, ""
    return (digits, "") if len(digits) <= _SHORT else (shown, digits)


def _lift_cell(site: Site, variant: str, scores: _TaskScores) -> Cell:
    score = scores[variant].score if variant in scores else None
    lift, scale = score.lift_over_base if score else None, site.labels.scales[_task_of(scores)]
    # Without a colour: the sign says it too, and a large board has a hundred thousand of them.
    cell = replace(lift_cell(lift, scale), tone="" if lift is not None else "soft")
    if lift is None or scale.shows_all(lift) or len(exact(lift)) > _SHORT:
        return cell
    return replace(cell, text=signed(lift))


def _rank_cell(variant: str, scores: _TaskScores) -> Cell:
    score = scores[variant].score if variant in scores else None
    return text_cell(None) if score is None else number_cell(score.rank, str(score.rank))


def _stderr_cell(variant: str, scores: _TaskScores) -> Cell:
    stderr = scores[variant].provenance.stderr if variant in scores else None
    return _unstated_cell() if stderr is None else number_cell(stderr, exact(stderr))


def _examples_cell(variant: str, scores: _TaskScores) -> Cell:
    n = scores[variant].provenance.n_examples if variant in scores else None
    return _unstated_cell() if n is None else number_cell(n, count(n))


def _unstated_cell() -> Cell:
    return Cell(NOT_STATED, None, tone="soft")


def _baseline_field(site: Site, model: str) -> Field[_TaskScores]:
    labels, results = site.labels, site.results

    def cell(scores: _TaskScores) -> Cell:
        task = _task_of(scores)
        value, scale = results.task(task).baseline_score, labels.scales[task]
        return number_cell(value, scale.score(value) if value is None else _texts(value, scale)[0])

    wanted = labels.roles.baseline not in (None, model)
    return Field(Column("baseline", labels.baseline, "number"), cell, wanted)


def provenance_table(site: Site, scores: Sequence[ModelScore]) -> Table:
    """Make the table of where a model's scores come from: a row for those that say the same."""
    labels, published = site.labels, published_paths(site)
    groups: dict[object, list[ModelScore]] = {}
    for score in scores:
        p = score.provenance
        groups.setdefault((score.variant, p.date, p.source, p.command, p.flag), []).append(score)
    n_tasks = len({score.task for score in scores})

    def tasks_cell(scores: Sequence[ModelScore]) -> Cell:
        if len(scores) == n_tasks > 1:
            return Cell(f"all {n_tasks:,}", float(n_tasks))
        names = listed([labels.tasks[score.task] for score in scores], _NAMED_TASKS)
        return Cell(names, float(len(scores)))

    def stated(name: str, cell: Cell) -> Cell:
        return _unstated_cell() if cell.value is None and name != "flag" else cell

    def field(column: Column, name: str) -> Field[Sequence[ModelScore]]:
        make = partial(source_cell, published=published) if name == "source" else text_cell
        return Field(
            column,
            lambda scores: stated(name, make(getattr(scores[0].provenance, name))),
            name in _stated(site),
        )

    fields: tuple[Field[Sequence[ModelScore]], ...] = (
        Field(Column("variant", "Variant"), lambda s: text_cell(labels.variants[s[0].variant])),
        Field(Column("tasks", "Tasks", "number"), tasks_cell),
        Field(Column("rows", "Rows of results.parquet", first="ascending"), _rows_cell),
        field(Column("flag", "Flagged", help="Why a score should be read with care"), "flag"),
        field(Column("date", "Date", "number"), "date"),
        field(Column("source", "Source"), "source"),
        field(Column("command", "Command"), "command"),
    )
    rows = rows_of(fields, list(groups.values()))
    return Table("provenance", "Where the scores come from", columns_of(fields), rows)


def _rows_cell(scores: Sequence[ModelScore]) -> Cell:
    """Name rows of the results table, counted from 1, as ranges."""
    ranges: list[list[int]] = []
    for row in sorted(score.provenance.row for score in scores):
        if ranges and row == ranges[-1][-1] + 1:
            ranges[-1][1:] = [row]
        else:
            ranges.append([row])
    texts = ("\N{EN DASH}".join(f"{row:,}" for row in ends) for ends in ranges)
    return Cell(", ".join(texts), float(ranges[0][0]))


# --- the data of score cards --------------------------------------------------------------------


def make_score_cards(site: Site) -> Iterator[ScriptData]:
    """Make the data of score cards: what all share, and a file beside the page of each model."""
    yield ScriptData(Address("asset", CARDS), "score cards", partial(shared_card_data, site))
    for model in site.results.scores.models:
        name = f"scores of {site.labels.model_slugs[model]}"
        yield ScriptData(Address("scores", model), name, partial(card_data, site, model))


def shared_card_data(site: Site) -> Mapping[str, object]:
    """Return the tasks and variants that scores are of, and the shared parts of citations.

    `tasks` are link, metric (empty where not stated), slug and number format.
    """
    labels, catalog = site.labels, site.results.catalog
    title, release = site.config.site.title, site.results.release
    return {
        "tasks": [
            [
                page_link(labels.tasks[task], "task", task),
                catalog.tasks[task].metric or "",
                labels.task_slugs[task],
                asdict(labels.scales[task]),
            ]
            for task in site.results.scores.tasks
        ],
        "variants": [
            {
                "id": v,
                "label": labels.variants[v],
                "phrase": labels.in_sentence(v),
                "slug": labels.variant_slugs[v],
            }
            for v in site.results.scores.roles.variants
        ],
        "cite": {
            "site": title,
            "slug": make_slugs([title])[title],
            "release": release.name,
            "short": release.short,
            "note": sentence(release.name),
            "year": release.date[:4] if release.date else "",
        },
    }


def card_data(site: Site, model: str) -> Mapping[str, object]:
    """Return what the cards of a model's scores show.

    `tasks` are places in the shared list. All else is by variant a list in their order, null where
    there is nothing; what no score states is left out. `row` may be the first of consecutive rows
    in place of a list. `source` has places in `sources`; `date`,
    `command` and `flag` have places in `texts`.
    """
    scores, texts, sources = list_scores(site, model), dict[str, int](), dict[Link, int]()
    tasks = list(dict.fromkeys(score.task for score in scores))
    variants = list(site.results.scores.roles.variants)
    columns: dict[str, list[list[object]]] = {}
    places = {task: place for place, task in enumerate(tasks)}
    for score in scores:
        for name, value in _card_values(site, score):
            if value is not None:
                if name == "source":
                    value = sources.setdefault(value, len(sources))
                elif name in ("date", "command", "flag"):
                    value = texts.setdefault(value, len(texts))
                empty: list[list[object]] = [[None] * len(tasks) for _ in variants]
                column = columns.setdefault(name, empty)
                column[variants.index(score.variant)][places[score.task]] = value
    return {
        "model": page_link(site.labels.models[model], "model", model),
        "tasks": [site.results.scores.columns[task] for task in tasks],
        "row": list(map(_packed_rows, columns.pop("row", []))),
        "texts": list(texts),
        "sources": list(sources),
        **columns,
    }


def _packed_rows(rows: Sequence[Any]) -> object:
    """Return the first of consecutive rows alone, since large boards have long lists of them."""
    is_run = (
        len(rows) > 1 and None not in rows and rows == list(range(rows[0], rows[0] + len(rows)))
    )
    return rows[0] if is_run else rows


def _card_values(site: Site, score: ModelScore) -> Iterator[tuple[str, Any]]:
    p = score.provenance
    yield "value", score.value
    yield "row", p.row
    yield "interval", score.score.interval if score.score else None
    yield "stderr", p.stderr
    yield "n", p.n_examples
    yield "date", p.date
    yield "source", None if p.source is None else source_link(p.source, published_paths(site))
    yield "command", p.command
    yield "flag", p.flag
