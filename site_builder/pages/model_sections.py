"""Make what stands below the tasks of a model: categories, prices, measures, boards, rivals."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from site_builder.addresses import Address, Link
from site_builder.charts.cells import (
    category_cell,
    lead_column,
    score_cell,
    text_cell,
    verdict_cell,
)
from site_builder.charts.serving import compare_price, price_table
from site_builder.compute.board import Board, Entry
from site_builder.compute.numbers import spread_of
from site_builder.compute.statistics import Statistic
from site_builder.formatting import NumberFormat, listed, money, ordinal
from site_builder.labels import Labels
from site_builder.pages.page import Site, TitledTable
from site_builder.pages.scales import around, common_bounds, draw_among
from site_builder.records import Record, replace
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Drawing,
    Field,
    MarkKind,
    Table,
    draw_dumbbell,
    table_of,
)

_LOG_FROM = 20  # values that differ by more need a log scale


# --- categories ---------------------------------------------------------------------------------


class _Mean(Record):
    """A model in a category, with its mean score there."""

    name: str
    board: Board
    entry: Entry
    mean: float
    scale: NumberFormat

    def figure(self, statistic: str) -> float | None:
        """Return a statistic of the model in the category."""
        return self.board.figure(self.entry, statistic)


def make_categories(site: Site, board: Board, model: str) -> TitledTable | None:
    """Make the means of a model by category; None below two categories with a mean."""
    labels, found = site.labels, list[_Mean]()
    for c in site.results.categories:
        own = c.boards[board.variant]
        mean = own.average(own.entry(model)) if c.averaged else None
        if mean is not None:
            scale = labels.category_scales[c.category]
            found.append(_Mean(c.category, own, own.entry(model), mean, scale))
    if len(found) < 2:
        return None
    is_compared = model != labels.roles.baseline and any(
        mean.figure("lift_over_baseline") is not None for mean in found
    )
    found.sort(key=lambda mean: -len(mean.board.tasks))
    tasks = [site.results.catalog.tasks[task] for mean in found for task in mean.board.tasks]
    beside = (m.figure(key) for m in found for key in ("base_average", "baseline_average"))
    drawn = [*(m.mean for m in found), *(value for value in beside if value is not None)]
    bounds = common_bounds(tasks)
    table = _categories_table(labels, found, bounds or around(drawn), is_compared)
    # Means of tasks in a unit without bounds, such as seconds, are no verdict.
    is_verdict = is_compared and any(mean.entry.scored > 1 for mean in found)
    if not is_verdict or not (site.results.board.rules.averaged or bounds):
        return TitledTable("categories", labels.say("model.category.title"), table)
    title, note = _categories_title(labels, found), labels.say("model.category.line")
    return TitledTable("categories", title, table, note)


def _categories_title(labels: Labels, found: Sequence[_Mean]) -> str:
    """Return in which categories of several tasks a model is ahead of the baseline, or behind."""
    leads = {mean.name: mean.figure("lift_over_baseline") for mean in found}
    tasks = {mean.name: mean.entry.scored for mean in found}
    known = {name: lead for name, lead in leads.items() if lead is not None}
    behind = [name for name, lead in known.items() if lead < 0]
    ahead = [name for name, lead in known.items() if lead > 0]
    words = {"baseline": labels.baseline, "of": len(known), "ahead": len(ahead)}
    if len(ahead) == len(known):
        return labels.say("model.category.ahead_all", **words)
    if len(behind) == len(known):
        return labels.say("model.category.behind_all", **words)
    if not ahead and not behind:
        return labels.say("model.category.level_all", **words)
    for kind, names in (("behind", behind), ("ahead", ahead)):
        if len(names) == 1 and len(known) > 2 and tasks[names[0]] > 1:
            return labels.say(f"model.category.only.{kind}", name=names[0], **words)
    return labels.say("model.category.ahead", **words)


def _categories_table(
    labels: Labels, found: Sequence[_Mean], axis: AxisRange, is_compared: bool
) -> Table:
    say, is_base = labels.say, found[0].board.variant == labels.roles.base and labels.lifted

    def drawing_cell(mean: _Mean) -> Cell:
        text = f"{mean.name}: {mean.scale.score(mean.mean)}"
        own = axis.share(mean.mean)
        before = axis.place(mean.figure("base_average"))
        beside = axis.place(mean.figure("baseline_average")) if is_compared else None
        first, last = (own, None) if is_base else (before, own)
        drawing = draw_dumbbell(first, last, text=text, baseline=beside)
        return Cell("", mean.mean, drawing=drawing)

    fields: tuple[Field[_Mean], ...] = (
        Field(
            labels.column("category"),
            lambda mean: replace(category_cell(mean.name), note=say("n_tasks", mean.entry.scored)),
        ),
        Field(
            Column("drawn", say("column.line"), "plot", axis=axis.ticks(found[0].scale.tick)),
            drawing_cell,
        ),
        Field(
            Column("average", say("column.score"), "number", term="average", is_main=True),
            lambda mean: score_cell(mean.mean, mean.scale),
        ),
        Field(
            lead_column(labels, "lead", on_phone=True),
            lambda mean: lead_cell(mean.board, mean.entry, mean.scale),
            is_compared,
        ),
    )
    return table_of("by-category", say("model.category.caption"), fields, found)


def lead_cell(board: Board, entry: Entry, scale: NumberFormat) -> Cell:
    """Make the cell of a mean lead over the baseline, in colour only where it is certain."""
    test = board.tests["baseline"].get(entry.model)
    verdict = test.verdict if test and test.interval else None
    return verdict_cell(board.figure(entry, "lift_over_baseline"), scale, verdict)


# --- prices -------------------------------------------------------------------------------------


def make_prices(site: Site, model: str) -> TitledTable | None:
    """Make the list prices of a model by the token, the cheapest first; None without any."""
    labels, serving, say = site.labels, site.results.serving, site.labels.say
    of, beside = site.results.catalog.models[model].of, serving.baseline_price
    own = [p for p in serving.prices if p.model == of and p.million_usd is not None]
    if not own:
        return None
    if beside is not None and beside.model == of:
        beside = None
    offers = [p for p in serving.prices if p in own or p is beside]
    table = price_table(offers, beside, labels, "prices", full=False)
    line = say("model.price.untuned" if labels.contending else "model.price.line")
    kind, times = compare_price(own[0].ratio)
    if kind and beside is not None:
        title = say(f"model.price.title.{kind}", times=times, baseline=labels.baseline)
    else:
        title = say("model.price.from", price=money(own[0].million_usd))
    return TitledTable("prices-of", title, table, line)


# --- measures and boards ------------------------------------------------------------------------


class _Standing(Record):
    """A value of a model among those of all entries.

    Attributes:
        name: What it is a value of.
        is_score: Whether it ranks, so that it is in the colour of the ranked measure.
    """

    name: Cell
    value: float
    others: tuple[float, ...]
    scale: NumberFormat
    place: Cell
    is_score: bool = False


def make_measures(site: Site, board: Board, model: str) -> TitledTable | None:
    """Make what was measured beside the score, with its place among all entries."""
    labels, say, found = site.labels, site.labels.say, list[_Standing]()
    for statistic in board.statistics:
        value, measure = board.figure(board.entry(model), statistic.id), statistic.measure
        if measure is None or value is None or statistic.id == board.rule.statistic:
            continue
        others = tuple(v for v in board.figures[statistic.id] if v is not None)
        scale = labels.statistic_scale(statistic, board)
        place = _place_of_measure(labels, statistic, value, others)
        found.append(_Standing(text_cell(measure.label), value, others, scale, place))
    if not found:
        return None
    title = listed([standing.name.text for standing in found], most=4)
    table = _standings(labels, "measures", say("column.measure"), found)
    return TitledTable("measured", title, table, say("model.measures.line"))


def _place_of_measure(
    labels: Labels, statistic: Statistic, value: float, others: Sequence[float]
) -> Cell:
    """Return the place of a value, counted from the nearer end; none where all are equal."""
    n, higher, lower = len(others), sum(v > value for v in others), sum(v < value for v in others)
    if n < 3 or not higher + lower:
        return text_cell(None)
    kind, before = ("high", higher) if higher <= lower else ("low", lower)
    kind += "" if before else "est"
    text = labels.say(f"model.measures.place.{kind}", place=ordinal(before + 1), of=n)
    return Cell(text, (lower if statistic.is_ascending else higher) + 1, tone="soft")


def make_boards(site: Site, model: str) -> TitledTable | None:
    """Make the score of an entry on each board that has it; None where the site has one board."""
    if not site.has_boards:
        return None
    say, found, best = site.labels.say, list[_Standing](), list[tuple[float, str, str, int]]()
    for of_site, each in zip(site.computed.boards, site.by_board, strict=True):
        if model not in of_site.results.catalog.models:
            continue
        board = each.results.board
        s, value = board.entry(model), board.merit(board.entry(model))
        if value is None:
            continue
        others = tuple(v for other in board.ranked if (v := board.merit(other)) is not None)
        scale, title, n = each.labels.merit_scale(board), each.board.title, len(board.ranked)
        place = text_cell(None)
        if s.rank is not None and n > 1:
            place = Cell(ordinal(s.rank), s.rank, suffix=f"/{n:,}")
            best.append((s.rank / n, title, ordinal(s.rank), n))
        link = Link(title, Address("board", each.board.id))
        cell = Cell(title, title, site.labels.merit_label(board), link=link)
        found.append(_Standing(cell, value, others, scale, place, is_score=True))
    if not found:
        return None
    title = say("model.boards.title")
    if best:
        share, name, rank, of = min(best)
        kind = "best" if 2 * share <= 1 else "low"
        title = say(f"model.boards.place.{kind}", len(best), title=name, rank=rank, of=of)
    table = _standings(site.labels, "boards", say("column.board"), found)
    return TitledTable("on-boards", title, table, say("model.boards.line"))


def _standings(labels: Labels, table_id: str, name: str, found: Sequence[_Standing]) -> Table:
    """Make a row for each value: its name, a strip of all entries, the value, its place."""
    say = labels.say

    def value_cell(row: _Standing) -> Cell:
        note = ""
        if len(row.others) > 2:
            note = say("model.median", value=row.scale.score(median(row.others)))
        return Cell(row.scale.score(row.value), row.value, note)

    fields: tuple[Field[_Standing], ...] = (
        Field(Column("name", name), lambda row: row.name),
        Field(
            Column("drawn", say("column.line"), "plot"),
            lambda row: Cell("", row.value, drawing=_standing_drawing(labels, row)),
        ),
        Field(Column("value", say("column.value"), "number", is_main=True), value_cell),
        Field(
            Column("place", say("model.column.place"), "number", on_phone=True),
            lambda row: row.place,
        ),
    )
    return table_of(table_id, say(f"model.{table_id}.caption"), fields, found)


def _standing_drawing(labels: Labels, row: _Standing) -> Drawing | None:
    """Draw a value among the others, on a log scale where they differ widely."""
    values, spread = (*row.others, row.value), spread_of(row.others)
    low, high = min(values), max(values)
    if spread is None or len({*values}) < 3:
        return None
    axis = AxisRange(low, high, is_log=low > 0 and high > _LOG_FROM * low)
    text = labels.say("model.among", name=row.name.text, value=row.scale.score(row.value))
    kind: MarkKind = "score" if row.is_score else "entry"
    return draw_among(spread, row.others, row.value, axis.share, text, kind)
