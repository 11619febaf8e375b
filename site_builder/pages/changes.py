"""Make the page of changes since the previous release."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from site_builder.addresses import Address, Fact, Link
from site_builder.api import FOLDER
from site_builder.charts.cells import (
    MODEL,
    TASK,
    linked_cell,
    model_cell,
    number_cell,
    task_cell,
    text_cell,
)
from site_builder.compute.catalog import Release
from site_builder.formatting import count, counted
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
from site_builder.table_model import Cell, Column, Field, Table, Tone, table_of

_Change = TypeVar("_Change")
_MOST_ROWS = 500


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
        first=tuple(made for made in tables.first() if made.table.rows),
        rest=tuple(made for made in tables.rest() if made.table.rows),
        claims=changes.claims.turned if changes.claims else (),
        notes=notes(changes),
        document=Link("changes.json", Address("file", f"{FOLDER}/changes.json")),
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


def _table(
    key: str, title: str, fields: Sequence[Field[_Change]], changes: Sequence[_Change]
) -> ChangeTable:
    caption = f"{title} since the previous release"
    table = table_of(f"changes-{key}", caption, fields, changes[:_MOST_ROWS])
    more = f"The first {_MOST_ROWS:,} of {counted(len(changes), 'row')}."
    return ChangeTable(key, title, table, more if len(changes) > _MOST_ROWS else "")


_VALUES: tuple[Field[FactChange], ...] = (
    Field(Column("before", "Before"), lambda f: text_cell(fact_text(f.before))),
    Field(Column("after", "After"), lambda f: text_cell(fact_text(f.after))),
)
_FACTS: tuple[Field[FactChange], ...] = (
    Field(Column("fact", "Fact"), lambda f: text_cell(f.key.replace("_", " "))),
    *_VALUES,
)


_BOARD, _MEASURE = Column("board", "Board"), Column("measure", "Measure")


class _Tables:
    """The tables of the page; models and tasks have links where they still have a page."""

    def __init__(self, site: Site, changes: Changes) -> None:
        self._site, self._labels, self._changes = site, site.whole.labels, changes
        self._measures = {m.id: m.label for m in site.results.scores.measures}

    def first(self) -> Iterator[ChangeTable]:
        changes = self._changes
        scored = (*self._keys(lambda c: c.key), *self._compared())
        yield _table("scores", "Scores changed", scored, changes.scores_changed)
        yield _table("ranks", "Ranks moved", self._moved(), changes.ranks)

    def rest(self) -> Iterator[ChangeTable]:
        changes = self._changes
        model, task = Field[str](MODEL, self._model), Field[str](TASK, self._task)
        yield _table("models-added", "Models added", (model,), changes.models_added)
        yield _table("models-removed", "Models removed", (model,), changes.models_removed)
        yield _table("tasks-added", "Tasks added", (task,), changes.tasks_added)
        yield _table("tasks-removed", "Tasks removed", (task,), changes.tasks_removed)
        unstated = Field[LostProvenance](
            Column("lost", "No longer stated"),
            lambda x: text_cell(", ".join(self._labels.say(f"stated.{name}") for name in x.lost)),
        )
        lost = (*self._keys(lambda x: (x.model, x.task, x.variant)), unstated)
        yield _table("lost", "Provenance lost", lost, changes.lost)
        flags = (*self._keys(lambda f: f.of), *_VALUES)
        yield _table("flags", "Flags changed", flags, changes.flags)
        measured = (*self._keys(lambda f: f.of), Field(_MEASURE, self._measure), *_VALUES)
        yield _table("measures", "Measures changed", measured, changes.measures)
        models = (Field(MODEL, lambda f: self._model(f.of[0])), *_FACTS)
        yield _table("models", "Facts of models changed", models, changes.models_changed)
        tasks = (Field(TASK, lambda f: self._task(f.of[0])), *_FACTS)
        yield _table("tasks", "Facts of tasks changed", tasks, changes.tasks_changed)
        rules = (*self._on_board(lambda f: f.of[0]), *_FACTS)
        yield _table("rules", "Ranking rules changed", rules, changes.rules)
        score = Column("score", "Score", "number")
        linked = Field[ScoreChange](score, lambda c: self._linked(c, one_score(changes, c)))
        scored = (*self._keys(lambda c: c.key), linked)
        yield _table("added", "Scores added", scored, changes.scores_added)
        yield _table("removed", "Scores removed", scored, changes.scores_removed)

    def _keys(self, key: Callable[[_Change], tuple[str, ...]]) -> tuple[Field[_Change], ...]:
        """Return the columns of a score by its model, task and variant."""
        return (
            Field(MODEL, lambda c: self._model(key(c)[0])),
            Field(TASK, lambda c: self._in_variant(self._task(key(c)[1]), key(c)[2])),
        )

    def _compared(self) -> tuple[Field[ScoreChange], ...]:
        changes = self._changes
        meaning = f"After minus before, positive is better{self._labels.turning}"
        difference = Column("difference", "Difference", "number", meaning, term="changes")
        before, after = Column("before", "Before", "number"), Column("after", "After", "number")
        noise = Column("noise", "Beyond noise?", term="changes")

        def difference_cell(change: ScoreChange) -> Cell:
            value = change.difference or 0.0
            is_turned = (value > 0) != bool(change.better)
            text = score_texts(changes, change, turned=is_turned)[2]
            clear: Tone = "gain" if change.better else "loss"
            tones: dict[bool | None, Tone] = {True: clear, False: "soft", None: ""}
            shown = -value if is_turned else value
            return Cell(text, shown, tone=tones[change.beyond_noise])

        return (
            Field(difference, difference_cell),
            Field(before, lambda c: number_cell(c.before, score_texts(changes, c)[0])),
            Field(after, lambda c: self._linked(c, score_texts(changes, c)[1])),
            Field(noise, lambda c: text_cell(NOISE[c.beyond_noise])),
        )

    def _linked(self, change: ScoreChange, text: str) -> Cell:
        """Return the cell of a score with a link to its row, if it still exists."""
        if change.after is None:
            return number_cell(change.before, text)
        return linked_cell(self._labels, change.key, number_cell(change.after, text))

    def _moved(self) -> tuple[Field[RankMove], ...]:
        before = Column("before", "Before", "number", first_order="ascending", term="rank")
        after = Column("after", "After", "number", first_order="ascending", term="rank")
        return (
            *self._on_board(lambda m: m.board),
            Field(MODEL, lambda m: self._in_variant(self._model(m.model), m.variant)),
            Field(before, lambda m: number_cell(m.before, rank_text(m.before))),
            Field(after, lambda m: number_cell(m.after, rank_text(m.after))),
            Field(Column("move", "Move"), lambda m: text_cell(move_text(m))),
        )

    def _on_board(self, board: Callable[[_Change], str]) -> tuple[Field[_Change], ...]:
        """Return the column of the board, where the site has several."""
        titles = {b.spec.id: b.spec.title for b in self._site.computed.boards}
        named = Field(_BOARD, lambda c: text_cell(titles.get(board(c), board(c))))
        return (named,) if self._site.has_boards else ()

    def _measure(self, fact: FactChange) -> Cell:
        return text_cell(self._measures.get(fact.key, fact.key))

    def _in_variant(self, cell: Cell, variant: str) -> Cell:
        """Return a cell with the variant below it, unless it is the only one of the board."""
        is_only = self._labels.roles.variants == (variant,)
        return cell if is_only else replace(cell, note=self._site.config.label(variant))

    def _model(self, model: str) -> Cell:
        name = self._changes.models.get(model, model)
        return model_cell(self._labels, model) if model in self._labels.models else Cell(name, name)

    def _task(self, task: str) -> Cell:
        name = self._changes.tasks.get(task, task)
        return task_cell(self._labels, task) if task in self._labels.tasks else Cell(name, name)
