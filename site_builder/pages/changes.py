"""The page of changes: what the previous release said otherwise, and what the ones before did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from site_builder.addresses import Address, Fact, Link
from site_builder.api import FOLDER
from site_builder.charts.cells import (
    MODEL,
    TASK,
    Field,
    columns_of,
    kept_cell,
    model_cell,
    number_cell,
    rows_of,
    task_cell,
    text_cell,
)
from site_builder.compute.catalog import Release
from site_builder.formatting import count, counted
from site_builder.pages.model_scores import WORDS
from site_builder.pages.page import HOME, Page, Site, ready
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
from site_builder.table_model import Cell, Column, Table

Change = TypeVar("Change")
MOST_ROWS = 500
CHANGES = Link("Changes", Address("changes"))
DOCUMENT = Link("changes.json", Address("file", f"{FOLDER}/changes.json"))


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
        first: The scores that changed, and the ranks that moved; what there is of them.
        rest: Every other kind of change that there is.
        claims: What the site says, or said, that the figures bear out in one of the two only.
        notes: What could not be compared.
        document: All of it for machines.
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
    """The page of changes, where the build was told of a previous edition."""
    if site.news is None:
        return
    changes = site.news.changes
    cells = _Cells(site, changes)
    told = summary(changes)
    about = f"Since {changes.old.name}: {told[:1].lower()}{told[1:]}"
    context = ChangesContext(
        old=changes.old,
        facts=_facts(changes),
        first=_first(cells, changes),
        rest=_rest(cells, changes),
        claims=changes.claims.turned if changes.claims else (),
        notes=notes(changes),
        document=DOCUMENT,
        earlier=tuple(
            entry for entry in make_entries(site.config, site.news) if entry in site.news.earlier
        ),
    )
    yield Page(Address("changes"), "changes.html", CHANGES.text, about, ready(context), (HOME,))


def _facts(changes: Changes) -> tuple[Fact, ...]:
    found = [change.beyond_noise for change in changes.scores_changed]
    noise = f", {found.count(True):,} beyond noise" if {True, False} & {*found} else ""
    return (
        Fact(f"scores changed{noise}", count(len(found)), term="changes"),
        Fact("scores added", count(len(changes.scores_added)), term="changes"),
        Fact("scores removed", count(len(changes.scores_removed)), term="changes"),
        Fact("ranks moved", count(len(changes.ranks)), term="rank"),
    )


def _first(cells: _Cells, changes: Changes) -> tuple[ChangeTable, ...]:
    compared = (*cells.scored, *cells.compared)
    return _filled(
        _table("scores", "Scores changed", compared, changes.scores_changed),
        _table("ranks", "Ranks moved", cells.moved, changes.ranks),
    )


def _rest(cells: _Cells, changes: Changes) -> tuple[ChangeTable, ...]:
    single = (*cells.scored, cells.single)
    return _filled(
        _table("models-added", "Models added", cells.models, changes.models_added),
        _table("models-removed", "Models removed", cells.models, changes.models_removed),
        _table("tasks-added", "Tasks added", cells.tasks, changes.tasks_added),
        _table("tasks-removed", "Tasks removed", cells.tasks, changes.tasks_removed),
        _table("lost", "Evidence lost", cells.lost, changes.lost or ()),
        _table("flags", "Reservations", cells.flagged, changes.flags),
        _table("models", "Models said otherwise", cells.of_model, changes.models_changed),
        _table("tasks", "Tasks said otherwise", cells.of_task, changes.tasks_changed),
        _table("rules", "How the board ranks", cells.of_board, changes.rules),
        _table("added", "Scores added", single, changes.scores_added),
        _table("removed", "Scores removed", single, changes.scores_removed),
    )


def _filled(*tables: ChangeTable) -> tuple[ChangeTable, ...]:
    return tuple(made for made in tables if made.table.rows)


def _table(
    key: str, title: str, fields: Sequence[Field[Change]], changes: Sequence[Change]
) -> ChangeTable:
    rows = rows_of(tuple(fields), changes[:MOST_ROWS])
    more = f"The first {MOST_ROWS:,} of {counted(len(changes), 'row')}."
    caption = f"{title} since the release before"
    table = Table(f"changes-{key}", caption, columns_of(tuple(fields)), rows)
    return ChangeTable(key, title, table, more if len(changes) > MOST_ROWS else "")


class _Cells:
    """The columns of the tables, on one site."""

    def __init__(self, site: Site, changes: Changes) -> None:
        self._site, self._labels, self._changes = site, site.labels, changes

    @property
    def scored(self) -> tuple[Field[ScoreChange], ...]:
        """Which score."""
        return self._keys(lambda c: c.key)

    def _keys(self, key: Callable[[Change], tuple[str, str, str]]) -> tuple[Field[Change], ...]:
        return (
            Field(MODEL, lambda c: self._model(key(c)[0])),
            Field(TASK, lambda c: self._in_variant(self._task(key(c)[1]), key(c)[2])),
        )

    def _in_variant(self, cell: Cell, variant: str) -> Cell:
        """The cell with the variant below it, where the board has several."""
        many = len(self._labels.roles.variants) > 1 or variant not in self._labels.roles.variants
        return replace(cell, note=self._site.config.label(variant)) if many else cell

    @property
    def compared(self) -> tuple[Field[ScoreChange], ...]:
        """A score before and after."""
        turned = f"After minus before, positive is better{self._labels.turning}"
        difference = Column("difference", "Difference", "number", turned, term="changes")
        noise = Column("noise", "Told apart by the errors", term="changes")
        return (
            Field(difference, self._difference),
            Field(Column("before", "Before", "number"), self._before),
            Field(Column("after", "After", "number"), self._after),
            Field(noise, lambda c: text_cell(NOISE[c.beyond_noise])),
        )

    def _before(self, change: ScoreChange) -> Cell:
        return number_cell(change.before, score_texts(self._changes, change)[0])

    def _after(self, change: ScoreChange) -> Cell:
        return self._kept(change, score_texts(self._changes, change)[1])

    def _difference(self, change: ScoreChange) -> Cell:
        """Positive is better; the text has as many digits as the two scores."""
        before, after = change.before or 0.0, change.after or 0.0
        is_turned = (after > before) != bool(change.better)
        text = score_texts(self._changes, change, turned=is_turned)[2]
        value = -(change.difference or 0.0) if is_turned else change.difference
        return Cell(text, value, tone="gain" if change.better else "loss")

    @property
    def single(self) -> Field[ScoreChange]:
        """A score that was added or removed."""
        column = Column("score", "Score", "number")
        return Field(column, lambda c: self._kept(c, one_score(self._changes, c)))

    def _kept(self, change: ScoreChange, text: str) -> Cell:
        """A score that is there leads to its row; one that is gone leads nowhere."""
        value = change.before if change.after is None else change.after
        cell = number_cell(value, text)
        return cell if change.after is None else kept_cell(self._labels, change.key, cell)

    @property
    def moved(self) -> tuple[Field[RankMove], ...]:
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

    @property
    def models(self) -> tuple[Field[str], ...]:
        """A model."""
        return (Field(MODEL, self._model),)

    @property
    def tasks(self) -> tuple[Field[str], ...]:
        """A task."""
        return (Field(TASK, self._task),)

    @property
    def lost(self) -> tuple[Field[LostProvenance], ...]:
        """What is not known any more of a score."""
        column = Column("lost", "Not stated any more")
        return (
            *self._keys(lambda x: (x.model, x.task, x.variant)),
            Field(column, lambda x: text_cell(", ".join(WORDS[name] for name in x.lost))),
        )

    @property
    def flagged(self) -> tuple[Field[FactChange], ...]:
        """A reservation about a score."""
        return (*self._keys(lambda f: (f.of[0], f.of[1], f.of[2])), *_SAID)

    @property
    def of_model(self) -> tuple[Field[FactChange], ...]:
        """What is said otherwise of a model."""
        return (Field(MODEL, lambda f: self._model(f.of[0])), _FACT, *_SAID)

    @property
    def of_task(self) -> tuple[Field[FactChange], ...]:
        """What is said otherwise of a task."""
        return (Field(TASK, lambda f: self._task(f.of[0])), _FACT, *_SAID)

    @property
    def of_board(self) -> tuple[Field[FactChange], ...]:
        """A rule by which the board ranks."""
        return (_FACT, *_SAID)

    def _model(self, model: str) -> Cell:
        """A model, leading to its page where it has one."""
        name = self._changes.models.get(model, model)
        return model_cell(self._labels, model) if model in self._labels.models else Cell(name, name)

    def _task(self, task: str) -> Cell:
        """A task, leading to its page where it has one."""
        name = self._changes.tasks.get(task, task)
        return task_cell(self._labels, task) if task in self._labels.tasks else Cell(name, name)


_FACT: Field[FactChange] = Field(
    Column("fact", "Fact"), lambda f: text_cell(f.key.replace("_", " "))
)
_SAID: tuple[Field[FactChange], ...] = (
    Field(Column("before", "Before"), lambda f: text_cell(fact_text(f.before))),
    Field(Column("after", "After"), lambda f: text_cell(fact_text(f.after))),
)
