"""List every score of a model with where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from site_builder.addresses import Address, Link, make_slugs, page_link
from site_builder.charts.cells import (
    CHANCE,
    FROM_WORSE_THAN_CHANCE,
    number_cell,
    range_text,
    score_cell,
    score_tags,
    source_cell,
    source_link,
    task_cell,
    text_cell,
)
from site_builder.compute.catalog import Provenance
from site_builder.compute.numbers import floats_or_none, without_decimals
from site_builder.compute.scores import Score
from site_builder.formatting import (
    MISSING,
    NOT_STATED,
    NumberFormat,
    count,
    exact,
    listed,
    measure_format,
    sentence,
    signed,
)
from site_builder.labels import Labels
from site_builder.pages.board_table import task_filters, task_tools
from site_builder.pages.data import published_paths
from site_builder.pages.page import ScriptData, Site, variant_data
from site_builder.records import Record, asdict
from site_builder.table_model import Cell, Column, Field, LegendItem, Table, table_of

ALL_SCORES = "all-scores"
CARDS = "data/score-cards.js"
_NAMED_TASKS = 3
_SHORT = 8  # longest number that is shown with every digit
_UNSTATED = Cell(NOT_STATED, tone="soft")
# Columns of the results table that may be empty.
_STATED = ("stderr", "n_examples", "date", "source", "command")


class ModelScore(Record):
    """One score of a model with what the results table says beside it.

    Attributes:
        counted: The same with its rank and lifts; None for a flagged score that does not count.
    """

    task: str
    variant: str
    value: float
    counted: Score | None
    provenance: Provenance


def list_scores(site: Site, model: str) -> list[ModelScore]:
    """Return every score of a model, by task, then by variant."""
    counted, listing = site.results.scores.of_model(model), list[ModelScore]()
    for (task, variant), provenance in site.results.scores.provenance_of(model).items():
        score = counted.get(task, {}).get(variant)
        value = (score or site.results.flagged_of(model, task)[variant]).score
        listing.append(ModelScore(task, variant, value, score, provenance))
    return listing


def unstated_note(site: Site) -> str:
    """Name the statements that no score of the board has; empty without any."""
    say, stated = site.labels.say, site.results.catalog.stated
    absent = [say(f"stated.{name}") for name in _STATED if name not in stated]
    return say("scores.not_stated", what=listed(absent, most=len(_STATED))) if absent else ""


# --- the tables ---------------------------------------------------------------------------------


class _TaskScores(Record):
    """The scores of a model on a task, by variant."""

    task: str
    scores: dict[str, ModelScore]


def scores_table(site: Site, model: str, scores: Sequence[ModelScore]) -> Table:
    """Make the table of a model's scores: a row for each task, from base to rank."""
    labels, results, by_task = site.labels, site.results, dict[str, _TaskScores]()
    for score in scores:
        row = by_task.setdefault(score.task, _TaskScores(score.task, {}))
        row.scores[score.variant] = score
    there, roles = {score.variant for score in scores}, labels.roles
    known = [v for v in roles.variants if v in there]
    competing = [v for v in roles.contest if v in there] or known
    variants = [v for v in known if v not in competing] + competing
    chance = {task: facts.score_chance for task, facts in results.catalog.tasks.items()}
    n = Column(
        "n_found", "Examples", "number", "By what scores can be shares of", term="score-error"
    )

    def chance_cell(row: _TaskScores) -> Cell:
        return score_cell(chance[row.task], labels.scales[row.task])

    fields: tuple[Field[_TaskScores], ...] = (
        Field(labels.column("task"), lambda row: task_cell(labels, row.task)),
        *_score_fields(labels, variants),
        *_lift_fields(labels, competing, over_baseline=roles.baseline not in (None, model)),
        *_rank_fields(labels, competing),
        *_measure_fields(site, model, competing[-1] if competing else ""),
        *_stated_fields(site, variants),
        Field(CHANCE, chance_cell, any(chance[task] is not None for task in by_task)),
        Field(n, _examples_cell, any(_found_examples(score) for score in scores)),
    )
    return table_of(
        ALL_SCORES,
        "Every score",
        fields,
        list(by_task.values()),
        anchor=lambda row: labels.score_anchor(row.task),
        filters=lambda row: task_filters(site, row.task),
        tools=task_tools(site),
    )


def scores_legend(labels: Labels, scores: Sequence[ModelScore]) -> tuple[LegendItem, ...]:
    """Return what the marks of scores stand for; empty where none has one."""
    at_chance = any(score.counted and score.counted.at_chance for score in scores)
    return (LegendItem("at-chance", labels.tag("at_chance").text),) if at_chance else ()


def _score_fields(labels: Labels, variants: Sequence[str]) -> Iterator[Field[_TaskScores]]:
    for variant in variants:
        column = Column(f"score_{variant}", labels.variants[variant], "number")
        yield Field(column, partial(_score_cell, labels, variant))


def _lift_fields(
    labels: Labels, competing: Sequence[str], *, over_baseline: bool
) -> Iterator[Field[_TaskScores]]:
    """Yield the lifts over base and over the baseline of each competing variant."""

    def named(key: str, label: str, variant: str, term: str) -> Column:
        if len(competing) > 1:
            label = f"{label}, {labels.variants[variant]}"
        return Column(key, label, "number", term=term)

    for variant in competing:
        if labels.roles.base is not None and variant != labels.roles.base:
            column = named(f"lift_{variant}", "Lift", variant, "lift")
            yield Field(column, partial(_lift_cell, labels, variant))
    for variant in competing if over_baseline else ():
        key = "lift_over_baseline" + (f"_{variant}" if len(competing) > 1 else "")
        column = named(key, f"vs {labels.baseline}", variant, "lift-over-baseline")
        yield Field(column, partial(_baseline_cell, labels, variant))


def _rank_fields(labels: Labels, competing: Sequence[str]) -> Iterator[Field[_TaskScores]]:
    meaning = "Among the scores of this variant on this task"
    for variant in competing:
        label = "Rank" if len(competing) == 1 else f"Rank, {labels.variants[variant]}"
        column = Column(f"rank_{variant}", label, "number", meaning, "ascending", "rank")
        yield Field(column, partial(_rank_cell, variant))


def _measure_fields(site: Site, model: str, variant: str) -> Iterator[Field[_TaskScores]]:
    """Yield what was measured beside the scores of a variant."""
    scores = site.results.scores
    for measure in scores.measures if variant else ():
        values = scores.measured[measure.id][variant][scores.rows[model]]
        by_task = dict(zip(scores.tasks, floats_or_none(values), strict=True))
        form = measure_format(filter(None, by_task.values()), measure.unit)
        column = Column(measure.id, measure.label, "number", term="measures")
        has_any = any(value is not None for value in by_task.values())
        yield Field(column, partial(_measure_cell, by_task, form), has_any)


def _measure_cell(values: Mapping[str, float | None], form: NumberFormat, row: _TaskScores) -> Cell:
    value = values[row.task]
    return number_cell(value, form.score(value))


def _stated_fields(site: Site, variants: Sequence[str]) -> Iterator[Field[_TaskScores]]:
    """Yield the columns of what the results table states of single scores."""
    stated = site.results.catalog.stated
    for variant in variants:
        name = site.labels.variants[variant]
        key = f"stderr_{variant}"
        error = Column(key, f"{name} standard error", "number", first_order="ascending")
        n = Column(f"n_examples_{variant}", f"{name} examples", "number")
        yield Field(error, partial(_stated_cell, variant, "stderr", exact), "stderr" in stated)
        examples = partial(_stated_cell, variant, "n_examples", count)
        yield Field(n, examples, "n_examples" in stated)


def _score_cell(labels: Labels, variant: str, row: _TaskScores) -> Cell:
    """Make the cell of a score, with its interval below it; a script makes its text a link."""
    found, scale = row.scores.get(variant), labels.scales[row.task]
    if found is None:
        return score_cell(None, scale)
    text, digits = _texts(found.value, scale)
    interval = range_text(scale, found.counted.interval if found.counted else None)
    note = f"{digits}, {interval}" if digits and interval else digits or interval
    against = found.counted.at_chance if found.counted else None
    tags = score_tags(labels, against, found.provenance.flag)
    return Cell(text, found.value, note, tone="" if found.counted else "soft", tags=tags)


def _lift_cell(labels: Labels, variant: str, row: _TaskScores) -> Cell:
    """Make the cell of a lift, without a colour: a large board has a hundred thousand of them."""
    found, scale = row.scores.get(variant), labels.scales[row.task]
    score = found.counted if found else None
    if score is None or score.lift_over_base is None:
        return number_cell(None, MISSING)
    note = FROM_WORSE_THAN_CHANCE if score.from_worse_than_chance else ""
    return number_cell(score.lift_over_base, _lift_text(score.lift_over_base, scale), note)


def _baseline_cell(labels: Labels, variant: str, row: _TaskScores) -> Cell:
    found = row.scores.get(variant)
    lift = found.counted.lift_over_baseline if found and found.counted else None
    if lift is None:
        return number_cell(None, MISSING)
    return number_cell(lift, _lift_text(lift, labels.scales[row.task]))


@lru_cache(maxsize=1 << 16)  # the same few values are on many pages, as those of `_texts` are
def _lift_text(lift: float, scale: NumberFormat) -> str:
    is_rounded = scale.shows_all(lift) or len(exact(lift)) > _SHORT
    return scale.signed(lift) if is_rounded else signed(lift)


def _rank_cell(variant: str, row: _TaskScores) -> Cell:
    score = row.scores[variant].counted if variant in row.scores else None
    return text_cell(None) if score is None else number_cell(score.rank, str(score.rank))


def _found_examples(score: ModelScore) -> tuple[int, int] | None:
    return score.counted.n_range if score.counted else None


def _examples_cell(row: _TaskScores) -> Cell:
    found = next(filter(None, map(_found_examples, row.scores.values())), None)
    if found is None:
        return text_cell(None)
    least, most = map(count, found)
    return number_cell(found[1], most if least == most else f"{least} to {most}")


def _stated_cell(variant: str, key: str, text: Callable[[float], str], row: _TaskScores) -> Cell:
    value = getattr(row.scores[variant].provenance, key) if variant in row.scores else None
    return _UNSTATED if value is None else number_cell(value, text(value))


@lru_cache(maxsize=1 << 16)
def _texts(value: float, scale: NumberFormat) -> tuple[str, str]:
    """Return a score as text, and every digit of it if the text shows fewer."""
    shown, digits = scale.score(value), exact(value)
    if scale.shows_all(value):
        return shown, ""
    return (digits, "") if len(digits) <= _SHORT else (shown, digits)


def provenance_table(site: Site, scores: Sequence[ModelScore]) -> Table:
    """Make the table of where a model's scores come from: a row for those that say the same."""
    labels, published, stated = site.labels, published_paths(site), site.results.catalog.stated
    groups: dict[object, list[ModelScore]] = {}
    for score in scores:
        p = score.provenance
        groups.setdefault((score.variant, p.date, p.source, p.command, p.flag), []).append(score)
    n_tasks = len({score.task for score in scores})

    def tasks_cell(scores: Sequence[ModelScore]) -> Cell:
        names = listed([labels.tasks[score.task] for score in scores], _NAMED_TASKS)
        has_all = len(scores) == n_tasks > 1
        return Cell(f"all {n_tasks:,}" if has_all else names, float(len(scores)))

    def field(
        column: Column, make: Callable[[str], Cell] = text_cell, missing: Cell = _UNSTATED
    ) -> Field[Sequence[ModelScore]]:
        def cell(scores: Sequence[ModelScore]) -> Cell:
            text = getattr(scores[0].provenance, column.key)
            return missing if text is None else make(text)

        return Field(column, cell, column.key in stated)

    flag = Column("flag", "Flagged", help="Why a score should be read with care")
    fields: tuple[Field[Sequence[ModelScore]], ...] = (
        Field(Column("variant", "Variant"), lambda s: text_cell(labels.variants[s[0].variant])),
        Field(Column("tasks", "Tasks", "number"), tasks_cell),
        Field(Column("rows", "Rows of results.parquet", first_order="ascending"), _rows_cell),
        field(flag, missing=text_cell(None)),
        field(Column("date", "Date", "number")),
        field(Column("source", "Source"), partial(source_cell, published=published)),
        field(Column("command", "Command")),
    )
    return table_of("provenance", "Where the scores come from", fields, list(groups.values()))


def _rows_cell(scores: Sequence[ModelScore]) -> Cell:
    """Name rows of the results table, counted from 1, as ranges."""
    ranges: list[list[int]] = []
    stated = [row for score in scores if (row := score.provenance.row) is not None]
    if not stated:
        return Cell("mean of parts", tone="soft")
    for row in sorted(stated):
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
        "variants": variant_data(labels),
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

    `tasks` are places in the shared list, null where the model has all of it. All else is by
    variant a list in their order, null where there is nothing; what no score states is left out.
    `value` is times ten to the power of `decimals`, two bytes less each. `row` may be the first of
    consecutive rows in place of a list. `source` has places in `sources`; `date`, `command`, `flag`
    and `chance` in `texts`.
    """
    scores, published = list_scores(site, model), published_paths(site)
    stated = [score.provenance for score in scores]
    tasks = list(dict.fromkeys(score.task for score in scores))
    variants = list(site.labels.roles.variants)
    rows = [variants.index(score.variant) for score in scores]
    order = {task: place for place, task in enumerate(tasks)}
    places = [order[score.task] for score in scores]
    numbers, decimals = without_decimals([score.value for score in scores])
    columns_of = site.results.scores.columns
    links = {s: source_link(s, published) for s in {p.source for p in stated} if s is not None}
    texts, sources, columns = dict[str, int](), dict[Link, int](), dict[str, list[list[object]]]()
    values: dict[str, tuple[list[Any], dict[Any, int] | None]] = {
        "value": (numbers, None),
        "row": ([p.row for p in stated], None),
        "interval": ([score.counted and score.counted.interval for score in scores], None),
        "stderr": ([p.stderr for p in stated], None),
        "n": ([p.n_examples for p in stated], None),
        "n_range": ([_found_examples(score) for score in scores], None),
        "date": ([p.date for p in stated], texts),
        "source": ([None if p.source is None else links[p.source] for p in stated], sources),
        "command": ([p.command for p in stated], texts),
        "flag": ([p.flag for p in stated], texts),
        "chance": ([_chance_text(site, score) for score in scores], texts),
    }
    for name, (column, known) in values.items():
        if any(value is not None for value in column):
            columns[name] = [[None] * len(tasks) for _ in variants]
            for row, place, value in zip(rows, places, column, strict=True):
                if value is not None and known is not None:
                    value = known.setdefault(value, len(known))
                columns[name][row][place] = value
    return {
        "model": page_link(site.labels.models[model], "model", model),
        "tasks": None if len(tasks) == len(columns_of) else [columns_of[task] for task in tasks],
        "row": list(map(_packed_rows, columns.pop("row", []))),
        "decimals": decimals,
        "texts": list(texts),
        "sources": list(sources),
        **columns,
    }


def _chance_text(site: Site, score: ModelScore) -> str | None:
    """Return the chance level of a score's task, and how the score compares with it."""
    level, counted = site.results.catalog.tasks[score.task].score_chance, score.counted
    if level is None or counted is None:
        return None
    parts = [site.labels.scales[score.task].score(level)]
    parts.append("this score is no better" if counted.at_chance else "this score is better")
    if counted.from_worse_than_chance:
        parts.append("its lift starts from a score worse than chance")
    return "; ".join(parts)


def _packed_rows(rows: Sequence[Any]) -> object:
    """Return the first of consecutive rows alone, since large boards have long lists of them."""
    is_run = len(rows) > 1 and None not in rows and rows == [*range(rows[0], rows[0] + len(rows))]
    return rows[0] if is_run else rows
