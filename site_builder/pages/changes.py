"""Make the page of changes since the previous release."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from site_builder.addresses import Address, Link
from site_builder.api import FOLDER
from site_builder.charts.cells import known_cell, number_cell, task_cell, text_cell
from site_builder.compute.catalog import Release
from site_builder.labels import variant_label
from site_builder.pages.page import Page, Site, TitledTable
from site_builder.records import Record, replace
from site_builder.releases.changes import Changes, RankMove, ScoreChange
from site_builder.releases.feed import FeedEntry, entry_id, make_entries
from site_builder.releases.wording import ChangeSection, score_texts, sections_of, summary
from site_builder.table_model import Cell, Field, Tone, table_of

_MOST_ROWS = 500


class ChangesContext(Record):
    """What the page of changes shows.

    Attributes:
        old: The previous data release.
        tables: Every kind of change that there is.
        document: The same as JSON.
        earlier: Entries of the releases before, newest first.
    """

    old: Release
    tables: tuple[TitledTable, ...]
    document: Link
    earlier: tuple[FeedEntry, ...]


def make_changes(site: Site) -> Iterator[Page]:
    """Yield the page of changes, where there is a previous release."""
    if site.news is None:
        return
    news, changes = site.news, site.news.changes
    say = site.labels.say
    entries = make_entries(site.config, news)
    context = ChangesContext(
        old=changes.old,
        tables=tuple(_Tables(site, changes).all()),
        document=Link("changes.json", Address("file", f"{FOLDER}/changes.json")),
        earlier=tuple(e for e in entries if e in news.earlier and e.id != entry_id(changes)),
    )
    old, title = site.labels.release(changes.old), say("changes.page")
    about = say("changes.about", release=old, changes=summary(changes, say))
    yield Page(Address("changes"), "changes.html", title, about, context, (site.home,))


_NUMBERS = ("before", "after", "difference")
_BESIDE = ("name", "variant")  # below the name of what they are of


class _Row(Record):
    """A change: its texts by column, and for scores and ranks itself."""

    texts: Mapping[str, str]
    change: ScoreChange | RankMove | None


class _Tables:
    """The tables of the page; models and tasks have links where they still have a page."""

    def __init__(self, site: Site, changes: Changes) -> None:
        self._site, self._labels, self._changes = site, site.whole.labels, changes
        self._say = site.labels.say
        stated = site.results.scores.measures
        measures = {m.id: f"{m.label} ({m.unit})" if m.unit else m.label for m in stated}
        titles = {b.spec.id: b.spec.title for b in site.computed.boards}
        self._cells: Mapping[str, Callable[[str], Cell]] = {
            "model": lambda m: known_cell(self._labels, m, changes.models.get(m, "")),
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
        changes, say = self._changes, self._say
        compared: Mapping[str, Sequence[ScoreChange | RankMove]] = {
            "scores": changes.scores_changed,
            "ranks": changes.ranks,
        }
        for section in sections_of(changes, say):
            found = compared.get(section.key) or (None,) * len(section.rows)
            pairs = [*zip(section.rows, found, strict=True)][:_MOST_ROWS]
            rows = [_Row(dict(zip(section.columns, of, strict=True)), c) for of, c in pairs]
            fields = [self._field(section, n) for n in section.columns if n not in _BESIDE]
            title = say(f"changes.title.{section.key}")
            caption = say("changes.caption", title=title)
            table = table_of(f"changes-{section.key}", caption, fields, rows)
            n, is_cut = len(section.rows), len(section.rows) > _MOST_ROWS
            note = say("changes.n_rows", n, most=_MOST_ROWS) if is_cut else ""
            yield TitledTable(section.key, title, table, note)

    def _field(self, section: ChangeSection, name: str) -> Field[_Row]:
        """Return a column of a section; names are those of links, and variants notes."""
        column, is_of_ranks = self._labels.column(name), section.key == "ranks"
        if name == "score" or (name in _NUMBERS and (is_of_ranks or section.key == "scores")):
            column = replace(column, align="number")
        if name in ("before", "after") and is_of_ranks:
            column = replace(column, first_order="ascending", term="rank")
        elif name in ("difference", "noise"):
            column = replace(column, term="changes")
        if name == "difference":
            meaning = self._say("changes.difference_help", turning=self._labels.turning)
            column = replace(column, help=meaning, is_main=True)
        if section.key == "scores" and name in ("task", "after"):
            column = replace(column, on_phone=True)
        noted = "task" if "task" in section.columns else "model"

        def cell(row: _Row) -> Cell:
            made = self._cell(name, row)
            has_variant = name == noted and "variant" in row.texts
            return self._in_variant(made, row.texts["variant"]) if has_variant else made

        # Where no error is known, the line above the tables says so once.
        is_known = any(c.beyond_noise is not None for c in self._changes.scores_changed)
        return Field(column, cell, is_known or name != "noise")

    def _cell(self, name: str, row: _Row) -> Cell:
        change, text = row.change, row.texts[name]
        if change is None or name not in _NUMBERS:
            return self._cells.get(name, text_cell)(text)
        if name == "difference" and isinstance(change, ScoreChange):
            return self._difference_cell(change)
        made = number_cell(getattr(change, name), text)
        if name == "after" and isinstance(change, ScoreChange) and made.value is not None:
            return replace(made, link=Link(text, self._labels.score_address(change.key)))
        return made

    def _difference_cell(self, change: ScoreChange) -> Cell:
        """Make the cell of a difference, positive where the score is better."""
        value = change.difference or 0.0
        is_turned = (value > 0) != bool(change.better)
        text = score_texts(self._changes, change, turned=is_turned)[2]
        clear: Tone = "gain" if change.better else "loss"
        tones: dict[bool | None, Tone] = {True: clear, False: "soft", None: ""}
        return Cell(text, -value if is_turned else value, tone=tones[change.beyond_noise])

    def _in_variant(self, cell: Cell, variant: str) -> Cell:
        """Return a cell with the variant below it, unless it is the only one of the board."""
        is_only = self._labels.roles.variants == (variant,)
        label = variant_label(variant, self._site.config, self._say)
        return cell if is_only else replace(cell, note=label)

    def _task(self, task: str) -> Cell:
        name = self._changes.tasks.get(task, task)
        return task_cell(self._labels, task) if task in self._labels.tasks else Cell(name, name)
