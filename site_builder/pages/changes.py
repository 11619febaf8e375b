"""Make the page of changes since the previous release."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from site_builder.addresses import Address, Fact, Link
from site_builder.api import FOLDER
from site_builder.charts.cells import (
    MODEL,
    TASK,
    kept_cell,
    model_cell,
    number_cell,
    task_cell,
    text_cell,
)
from site_builder.compute.catalog import Release
from site_builder.formatting import count, counted
from site_builder.pages.model_scores import WORDS
from site_builder.pages.page import HOME, Page, Site
from site_builder.records import Record, replace
from site_builder.releases.changes import (
    ChangedClaim,
    Changes,
    FactChange,
    LostProvenance,
    RankMove,
    ScoreChange,
)
from site_builder.releases.feed import FeedEntry, make_entries
from site_builder.releases.wording import (
    NOISE,
    fact_text,
    move_text,
    notes,
    one_score,
    rank_text,
    score_texts,
    summary,
)
from site_builder.table_model import Cell, Column, Field, Table, columns_of, rows_of

_Change = TypeVar("_Change")
_MOST_ROWS = 500
_DOCUMENT = Link("changes.json", Address("file", f"{FOLDER}/changes.json"))


class ChangeTable(Record):
    """Changes of one kind: the anchor and heading of the section, and the changes."""

    anchor: str
    title: str
    table: Table
    note: str


class ChangesContext(Record):
    """What the page of changes shows.

    Attributes:
        old: The previous data release.
        facts: How many scores changed, were added, were removed.
        first: The scores that changed, and the ranks that moved, where there are any.
        rest: Every other kind of change, where there are any.
        claims: Claims in the texts that hold in one of the two releases only.
        notes: What could not be compared.
        document: The same as JSON.
        earlier: Entries of the releases before, newest first.
    """

    old: Release
    facts: tuple[Fact, ...]
    first: tuple[ChangeTable, ...]
    rest: tuple[ChangeTable, ...]
    claims: tuple[ChangedClaim, ...]
    notes: tuple[str, ...]
    document: Link
    earlier: tuple[FeedEntry, ...]


def make_changes(site: Site) -> Iterator[Page]:
    """Yield the page of changes, where there is a previous release."""
    if site.news is None:
        return
    news, changes = site.news, site.news.changes
    text, tables = summary(changes), _Tables(site, changes)
    entries = make_entries(site.config, news)
    context = ChangesContext(
        old=changes.old,
        facts=_facts(changes),
        first=_filled(tables.first()),
        rest=_filled(tables.rest()),
        claims=changes.claims.turned if changes.claims else (),
        notes=notes(changes),
        document=_DOCUMENT,
        earlier=tuple(entry for entry in entries if entry in news.earlier),
    )
    about = f"Since {changes.old.name}: {text[:1].lower()}{text[1:]}"
    yield Page(Address("changes"), "changes.html", "Changes", about, context, (HOME,))


def _facts(changes: Changes) -> tuple[Fact, ...]:
    found = [change.beyond_noise for change in changes.scores_changed]
    noise = f", {found.count(True):,} beyond noise" if {True, False} & {*found} else ""
    return (
        Fact(f"scores changed{noise}", count(len(found)), term="changes"),
        Fact("scores added", count(len(changes.scores_added)), term="changes"),
        Fact("scores removed", count(len(changes.scores_removed)), term="changes"),
        Fact("ranks moved", count(len(changes.ranks)), term="rank"),
    )


def _filled(tables: Iterator[ChangeTable]) -> tuple[ChangeTable, ...]:
    return tuple(made for made in tables if made.table.rows)


def _table(
    key: str, title: str, fields: Sequence[Field[_Change]], changes: Sequence[_Change]
) -> ChangeTable:
    rows = rows_of(fields, changes[:_MOST_ROWS])
    more = f"The first {_MOST_ROWS:,} of {counted(len(changes), 'row')}."
    caption = f"{title} since the previous release"
    table = Table(f"changes-{key}", caption, columns_of(fields), rows)
    return ChangeTable(key, title, table, more if len(changes) > _MOST_ROWS else "")


_FACT: Field[FactChange] = Field(
    Column("fact", "Fact"), lambda f: text_cell(f.key.replace("_", " "))
)
_FACT_VALUES: tuple[Field[FactChange], ...] = (
    Field(Column("before", "Before"), lambda f: text_cell(fact_text(f.before))),
    Field(Column("after", "After"), lambda f: text_cell(fact_text(f.after))),
)


class _Tables:
    """The tables of the page; models and tasks have links where they still have a page."""

    def __init__(self, site: Site, changes: Changes) -> None:
        self._site, self._labels, self._changes = site, site.labels, changes

    def first(self) -> Iterator[ChangeTable]:
        changes = self._changes
        compared = (*self._keys(lambda c: c.key), *self._compared())
        yield _table("scores", "Scores changed", compared, changes.scores_changed)
        yield _table("ranks", "Ranks moved", self._moved(), changes.ranks)

    def rest(self) -> Iterator[ChangeTable]:
        changes = self._changes
        models: tuple[Field[str], ...] = (Field(MODEL, self._model),)
        tasks: tuple[Field[str], ...] = (Field(TASK, self._task),)
        yield _table("models-added", "Models added", models, changes.models_added)
        yield _table("models-removed", "Models removed", models, changes.models_removed)
        yield _table("tasks-added", "Tasks added", tasks, changes.tasks_added)
        yield _table("tasks-removed", "Tasks removed", tasks, changes.tasks_removed)
        yield _table("lost", "Provenance lost", self._lost(), changes.lost or ())
        flag_fields = (*self._keys(_flagged_key), *_FACT_VALUES)
        yield _table("flags", "Flags changed", flag_fields, changes.flags)
        model_fields = (Field(MODEL, self._fact_model), _FACT, *_FACT_VALUES)
        yield _table("models", "Facts of models changed", model_fields, changes.models_changed)
        task_fields = (Field(TASK, self._fact_task), _FACT, *_FACT_VALUES)
        yield _table("tasks", "Facts of tasks changed", task_fields, changes.tasks_changed)
        rule_fields = (_FACT, *_FACT_VALUES)
        yield _table("rules", "Ranking rules changed", rule_fields, changes.rules)
        score = Field[ScoreChange](
            Column("score", "Score", "number"),
            lambda c: self._linked(c, one_score(changes, c)),
        )
        scored = (*self._keys(lambda c: c.key), score)
        yield _table("added", "Scores added", scored, changes.scores_added)
        yield _table("removed", "Scores removed", scored, changes.scores_removed)

    def _keys(self, key: Callable[[_Change], tuple[str, str, str]]) -> tuple[Field[_Change], ...]:
        return (
            Field(MODEL, lambda c: self._model(key(c)[0])),
            Field(TASK, lambda c: self._in_variant(self._task(key(c)[1]), key(c)[2])),
        )

    def _compared(self) -> tuple[Field[ScoreChange], ...]:
        """A score before and after."""
        changes = self._changes
        meaning = f"After minus before, positive is better{self._labels.turning}"
        difference = Column("difference", "Difference", "number", meaning, term="changes")
        return (
            Field(difference, self._difference),
            Field(
                Column("before", "Before", "number"),
                lambda c: number_cell(c.before, score_texts(changes, c)[0]),
            ),
            Field(
                Column("after", "After", "number"),
                lambda c: self._linked(c, score_texts(changes, c)[1]),
            ),
            Field(
                Column("noise", "Beyond noise?", term="changes"),
                lambda c: text_cell(NOISE[c.beyond_noise]),
            ),
        )

    def _difference(self, change: ScoreChange) -> Cell:
        """Positive is better; the text has as many digits as the two scores."""
        before, after = change.before or 0.0, change.after or 0.0
        is_turned = (after > before) != bool(change.better)
        text = score_texts(self._changes, change, turned=is_turned)[2]
        value = -(change.difference or 0.0) if is_turned else change.difference
        return Cell(text, value, tone="gain" if change.better else "loss")

    def _linked(self, change: ScoreChange, text: str) -> Cell:
        """A score with a link to its row, if it still exists."""
        value = change.before if change.after is None else change.after
        cell = number_cell(value, text)
        return cell if change.after is None else kept_cell(self._labels, change.key, cell)

    def _moved(self) -> tuple[Field[RankMove], ...]:
        """A rank before and after."""

        def rank(key: str, label: str, of: Callable[[RankMove], int | None]) -> Field[RankMove]:
            column = Column(key, label, "number", first="ascending", term="rank")
            return Field(column, lambda m: number_cell(of(m), rank_text(of(m))))

        return (
            Field(MODEL, lambda m: self._in_variant(self._model(m.model), m.variant)),
            rank("before", "Before", lambda m: m.before),
            rank("after", "After", lambda m: m.after),
            Field(Column("move", "Move"), lambda m: text_cell(move_text(m))),
        )

    def _lost(self) -> tuple[Field[LostProvenance], ...]:
        return (
            *self._keys(lambda x: (x.model, x.task, x.variant)),
            Field(
                Column("lost", "No longer stated"),
                lambda x: text_cell(", ".join(WORDS[name] for name in x.lost)),
            ),
        )

    def _in_variant(self, cell: Cell, variant: str) -> Cell:
        """The cell with the variant below it, where the board has several."""
        variants = self._labels.roles.variants
        if len(variants) == 1 and variant in variants:
            return cell
        return replace(cell, note=self._site.config.label(variant))

    def _model(self, model: str) -> Cell:
        name = self._changes.models.get(model, model)
        return model_cell(self._labels, model) if model in self._labels.models else Cell(name, name)

    def _task(self, task: str) -> Cell:
        name = self._changes.tasks.get(task, task)
        return task_cell(self._labels, task) if task in self._labels.tasks else Cell(name, name)

    def _fact_model(self, fact: FactChange) -> Cell:
        return self._model(fact.of[0])

    def _fact_task(self, fact: FactChange) -> Cell:
        return self._task(fact.of[0])


def _flagged_key(fact: FactChange) -> tuple[str, str, str]:
    model, task, variant = fact.of
    return model, task, variant
