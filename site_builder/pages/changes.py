"""Make the page of changes since the previous release."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from site_builder.addresses import Address, Fact, Link
from site_builder.api import FOLDER
from site_builder.charts.cells import linked_cell, model_cell, number_cell, task_cell, text_cell
from site_builder.compute.catalog import Release
from site_builder.formatting import count
from site_builder.labels import variant_label
from site_builder.messages import Messages
from site_builder.pages.page import Page, Site, TitledTable
from site_builder.records import Record, replace
from site_builder.releases.changes import Changes, RankMove, ScoreChange
from site_builder.releases.feed import FeedEntry, entry_id, make_entries
from site_builder.releases.wording import (
    ChangeSection,
    noise_text,
    rank_text,
    score_texts,
    sections_of,
    summary,
)
from site_builder.table_model import Align, Cell, Field, Tone, table_of

_Change = TypeVar("_Change")
_MOST_ROWS = 500


class ChangesContext(Record):
    """What the page of changes shows.

    Attributes:
        old: The previous data release.
        facts: How many scores changed, were added, were removed.
        first: The scores that changed, and the ranks that moved, where there are any.
        rest: Every other kind of change, where there are any.
        document: The same as JSON.
        earlier: Entries of the releases before, newest first.
    """

    old: Release
    facts: tuple[Fact, ...]
    first: tuple[TitledTable, ...]
    rest: tuple[TitledTable, ...]
    document: Link
    earlier: tuple[FeedEntry, ...]


def make_changes(site: Site) -> Iterator[Page]:
    """Yield the page of changes, where there is a previous release."""
    if site.news is None:
        return
    news, changes = site.news, site.news.changes
    say, tables = site.labels.say, tuple(_Tables(site, changes).all())
    entries = make_entries(site.config, news)
    context = ChangesContext(
        old=changes.old,
        facts=_facts(changes, say),
        first=tuple(table for table in tables if table.anchor in _FIRST),
        rest=tuple(table for table in tables if table.anchor not in _FIRST),
        document=Link("changes.json", Address("file", f"{FOLDER}/changes.json")),
        earlier=tuple(e for e in entries if e in news.earlier and e.id != entry_id(changes)),
    )
    about = say(
        "changes.about", release=site.labels.release(changes.old), changes=summary(changes, say)
    )
    yield Page(
        Address("changes"),
        "changes.html",
        say("changes.page"),
        about,
        context,
        (site.home,),
    )


def _facts(changes: Changes, say: Messages) -> tuple[Fact, ...]:
    found = [change.beyond_noise for change in changes.scores_changed]
    scores = say("changes.fact.scores")
    if {True, False} & {*found}:
        scores = say("changes.fact.scores_beyond", beyond=found.count(True))
    return (
        Fact(scores, count(len(found)), term="changes"),
        Fact(say("changes.fact.added"), count(len(changes.scores_added)), term="changes"),
        Fact(say("changes.fact.removed"), count(len(changes.scores_removed)), term="changes"),
        Fact(say("changes.fact.ranks"), count(len(changes.ranks)), term="rank"),
    )


_FIRST = ("scores", "ranks")


class _Tables:
    """The tables of the page; models and tasks have links where they still have a page."""

    def __init__(self, site: Site, changes: Changes) -> None:
        self._site, self._labels, self._changes = site, site.whole.labels, changes
        self._say = site.labels.say
        stated = site.results.scores.measures
        measures = {m.id: f"{m.label} ({m.unit})" if m.unit else m.label for m in stated}
        titles = {b.spec.id: b.spec.title for b in site.computed.boards}
        self._cells: Mapping[str, Callable[[str], Cell]] = {
            "model": self._model,
            "task": self._task,
            "board": lambda board: text_cell(titles.get(board, board)),
            "measure": lambda measure: text_cell(measures.get(measure, measure)),
            "fact": lambda fact: text_cell(fact.replace("_", " ")),
            "rule": lambda rule: text_cell(rule.replace("_", " ")),
            "lost": lambda names: text_cell(
                ", ".join(self._say(f"stated.{name}") for name in names.split(", "))
            ),
        }

    def all(self) -> Iterator[TitledTable]:
        """Yield a table for each kind of change."""
        changes = self._changes
        for section in sections_of(changes, self._say):
            if section.key == "scores":
                yield self._table(section, self._compared(), changes.scores_changed)
            elif section.key == "ranks":
                yield self._table(section, self._moved(), changes.ranks)
            else:
                yield self._table(section, self._texts(section), section.rows)

    def _table(
        self, section: ChangeSection, fields: Sequence[Field[_Change]], changes: Sequence[_Change]
    ) -> TitledTable:
        key, more = section.key, len(changes) > _MOST_ROWS
        title = self._say(f"changes.title.{key}")
        caption = self._say("changes.caption", title=title)
        table = table_of(f"changes-{key}", caption, fields, changes[:_MOST_ROWS])
        note = self._say("changes.n_rows", len(changes), most=_MOST_ROWS) if more else ""
        return TitledTable(key, title, table, note)

    def _texts(self, section: ChangeSection) -> list[Field[tuple[str, ...]]]:
        """Return the columns of a section; names are those of links, and variants notes."""
        places = {name: place for place, name in enumerate(section.columns)}

        def field(name: str) -> Field[tuple[str, ...]]:
            def cell(row: tuple[str, ...]) -> Cell:
                made = self._cells.get(name, text_cell)(row[places[name]])
                has_variant = name == "task" and "variant" in places
                return self._in_variant(made, row[places["variant"]]) if has_variant else made

            align: Align = "number" if name == "score" else "text"
            return Field(replace(self._labels.column(name), align=align), cell)

        return [field(name) for name in section.columns if name not in ("name", "variant")]

    def _compared(self) -> tuple[Field[ScoreChange], ...]:
        changes = self._changes
        meaning = self._say("changes.difference_help", turning=self._labels.turning)
        column = self._labels.column
        difference = replace(column("difference"), align="number", help=meaning, term="changes")
        before, after = (replace(column(name), align="number") for name in ("before", "after"))
        noise = replace(column("noise"), term="changes")

        def difference_cell(change: ScoreChange) -> Cell:
            value = change.difference or 0.0
            is_turned = (value > 0) != bool(change.better)
            text = score_texts(changes, change, turned=is_turned)[2]
            clear: Tone = "gain" if change.better else "loss"
            tones: dict[bool | None, Tone] = {True: clear, False: "soft", None: ""}
            shown = -value if is_turned else value
            return Cell(text, shown, tone=tones[change.beyond_noise])

        def after_cell(change: ScoreChange) -> Cell:
            made = number_cell(change.after, score_texts(changes, change)[1])
            return linked_cell(self._labels, change.key, made)

        return (
            Field(self._labels.column("model"), lambda c: self._model(c.model)),
            Field(
                self._labels.column("task"),
                lambda c: self._in_variant(self._task(c.task), c.variant),
            ),
            Field(difference, difference_cell),
            Field(before, lambda c: number_cell(c.before, score_texts(changes, c)[0])),
            Field(after, after_cell),
            Field(noise, lambda c: text_cell(noise_text(c, self._say))),
        )

    def _moved(self) -> tuple[Field[RankMove], ...]:
        def board(move: RankMove) -> Cell:
            return self._cells["board"](move.board)

        model = self._labels.column("model")
        before, after = (
            replace(self._labels.column(name), align="number", first_order="ascending", term="rank")
            for name in ("before", "after")
        )
        return (
            *(
                (Field[RankMove](self._labels.column("board"), board),)
                if self._site.has_boards
                else ()
            ),
            Field(model, lambda m: self._in_variant(self._model(m.model), m.variant)),
            Field(before, lambda m: number_cell(m.before, rank_text(m.before, self._say))),
            Field(after, lambda m: number_cell(m.after, rank_text(m.after, self._say))),
            Field(self._labels.column("move"), lambda m: text_cell(self._move(m))),
        )

    def _move(self, move: RankMove) -> str:
        """Return how far a rank moved, or that it came or went."""
        if move.before is None:
            return self._say("changes.ranked_now")
        if move.after is None:
            return self._say("changes.ranked_before")
        places = move.before - move.after
        return self._say("changes.up" if places > 0 else "changes.down", abs(places))

    def _in_variant(self, cell: Cell, variant: str) -> Cell:
        """Return a cell with the variant below it, unless it is the only one of the board."""
        is_only = self._labels.roles.variants == (variant,)
        label = variant_label(variant, self._site.config, self._say)
        return cell if is_only else replace(cell, note=label)

    def _model(self, model: str) -> Cell:
        name = self._changes.models.get(model, model)
        return model_cell(self._labels, model) if model in self._labels.models else Cell(name, name)

    def _task(self, task: str) -> Cell:
        name = self._changes.tasks.get(task, task)
        return task_cell(self._labels, task) if task in self._labels.tasks else Cell(name, name)
