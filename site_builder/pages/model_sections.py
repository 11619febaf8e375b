"""Make what stands below the tasks of a model: categories, prices, measures, boards, rivals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from statistics import median

from site_builder.addresses import Address, Link
from site_builder.charts.cells import (
    PROVIDER,
    category_cell,
    model_cell,
    number_cell,
    score_cell,
    text_cell,
)
from site_builder.charts.dumbbells import shared
from site_builder.compute.board import Board, Entry
from site_builder.compute.serving import Price
from site_builder.compute.statistics import Statistic
from site_builder.compute.tasks import CategoryResult
from site_builder.formatting import (
    MISSING,
    NumberFormat,
    listed,
    money,
    ordinal,
    ratio,
    sentence,
)
from site_builder.labels import Labels
from site_builder.pages.answers import around, average_range, model_board, write_tick
from site_builder.pages.board_table import common_bounds, ranks_cell, span_text
from site_builder.pages.model_tasks import tone_of
from site_builder.pages.page import Site
from site_builder.records import Record, replace
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Drawing,
    Field,
    Mark,
    MarkKind,
    Table,
    draw_dumbbell,
    draw_strip,
    table_of,
)

_LOG_FROM = 20  # values that differ by more need a log scale
_NEAREST = 4


class Section(Record):
    """A table with its finding as title, and one line below it."""

    title: str
    line: str
    table: Table


# --- categories ---------------------------------------------------------------------------------


class _Mean(Record):
    """A model in a category, with its mean score there."""

    category: CategoryResult
    board: Board
    entry: Entry
    mean: float
    scale: NumberFormat

    def figure(self, statistic: str) -> float | None:
        """Return a statistic of the model in the category."""
        return self.board.figure(self.entry, statistic)


def make_categories(site: Site, board: Board, model: str) -> Section | None:
    """Make the means of a model by category; None below two categories with a mean."""
    labels, found = site.labels, list[_Mean]()
    for c in site.results.categories:
        own = c.boards[board.variant]
        mean = own.average(own.entry(model)) if c.averaged else None
        if mean is not None:
            scale = labels.category_scales[c.category]
            found.append(_Mean(c, own, own.entry(model), mean, scale))
    if len(found) < 2:
        return None
    is_compared = model != labels.roles.baseline and any(
        mean.figure("lift_over_baseline") is not None for mean in found
    )
    found.sort(key=lambda mean: -len(mean.board.tasks))
    table = _categories_table(labels, found, _categories_axis(site, found), is_compared)
    if not is_compared:
        return Section(labels.say("model.category.title"), "", table)
    return Section(_categories_title(labels, found), labels.say("model.category.line"), table)


def _categories_title(labels: Labels, found: Sequence[_Mean]) -> str:
    """Return in which categories a model is ahead of the baseline, or else behind it.

    A category of one task is not named.
    """
    leads = {mean.category.category: mean.figure("lift_over_baseline") for mean in found}
    tasks = {mean.category.category: mean.entry.scored for mean in found}
    known = {name: lead for name, lead in leads.items() if lead is not None}
    behind = [name for name, lead in known.items() if lead < 0]
    ahead = [name for name, lead in known.items() if lead > 0]
    words = {"baseline": labels.baseline, "of": len(known), "ahead": len(ahead)}
    if len(ahead) == len(known):
        return labels.say("model.category.ahead_all", **words)
    if len(behind) == len(known):
        return labels.say("model.category.behind_all", **words)
    for kind, names in (("behind", behind), ("ahead", ahead)):
        if len(names) == 1 and len(known) > 2 and tasks[names[0]] > 1:
            return labels.say(f"model.category.only.{kind}", name=names[0], **words)
    return labels.say("model.category.ahead", **words)


def _categories_axis(site: Site, found: Sequence[_Mean]) -> AxisRange:
    tasks = site.results.catalog.tasks
    bounds = common_bounds(tasks[task] for mean in found for task in mean.board.tasks)
    if bounds is not None:
        return AxisRange(*bounds)
    drawn = [mean.mean for mean in found]
    drawn += [
        value
        for mean in found
        for key in ("base_average", "baseline_average")
        if (value := mean.figure(key)) is not None
    ]
    return around(drawn)


def _categories_table(
    labels: Labels, found: Sequence[_Mean], axis: AxisRange, is_compared: bool
) -> Table:
    say, is_base = labels.say, found[0].board.variant == labels.roles.base and labels.lifted

    def drawing_cell(mean: _Mean) -> Cell:
        text = f"{mean.category.category}: {mean.scale.score(mean.mean)}"
        own = axis.share(mean.mean)
        before = axis.place(mean.figure("base_average"))
        beside = axis.place(mean.figure("baseline_average")) if is_compared else None
        first, last = (own, None) if is_base else (before, own)
        drawing = draw_dumbbell(first, last, text=text, baseline=beside)
        return Cell("", mean.mean, drawing=drawing)

    def lead_cell(mean: _Mean) -> Cell:
        value = mean.figure("lift_over_baseline")
        test = mean.board.tests["baseline"].get(mean.entry.model)
        verdict = test.verdict if test and test.interval else None
        return Cell(mean.scale.signed(value), value, tone=tone_of(verdict))

    fields: tuple[Field[_Mean], ...] = (
        Field(
            labels.column("category"),
            lambda mean: replace(
                category_cell(mean.category.category), note=say("n_tasks", mean.entry.scored)
            ),
        ),
        Field(
            Column(
                "drawn", say("column.line"), "plot", axis=axis.ticks(write_tick(found[0].scale))
            ),
            drawing_cell,
        ),
        Field(
            Column("average", say("column.score"), "number", term="average", is_main=True),
            lambda mean: score_cell(mean.mean, mean.scale),
        ),
        Field(_lead_column(labels, on_phone=True), lead_cell, is_compared),
    )
    return table_of("by-category", say("model.category.caption"), fields, found)


def _lead_column(labels: Labels, *, on_phone: bool) -> Column:
    name = labels.say("model.column.lead", baseline=labels.baseline)
    return Column("lead", name, "number", term="lift-over-baseline", on_phone=on_phone)


# --- prices -------------------------------------------------------------------------------------


def make_prices(site: Site, model: str) -> Section | None:
    """Make the list prices of a model by the token, the cheapest first; None without any."""
    labels, serving, say = site.labels, site.results.serving, site.labels.say
    of = site.results.catalog.models[model].of
    own = [p for p in serving.prices if p.model == of and p.million_usd is not None]
    if not own:
        return None
    beside = serving.baseline_price
    is_compared = beside is not None and beside.model != of
    offers = [*own, *([beside] if beside is not None and is_compared else [])]
    table = _prices_table(labels, offers, beside if is_compared else None)
    line = say("model.price.untuned" if labels.contending else "model.price.line")
    return Section(_prices_title(labels, own[0]), line, table)


def _prices_title(labels: Labels, cheapest: Price) -> str:
    times = cheapest.ratio
    if times is None or times == 1 or cheapest.model == labels.roles.baseline:
        return labels.say("model.price.from", price=money(cheapest.million_usd))
    kind = "cheaper" if times > 1 else "dearer"
    factor = ratio(times if times > 1 else 1 / times)
    return labels.say(f"model.price.title.{kind}", times=factor, baseline=labels.baseline)


def _prices_table(labels: Labels, offers: Sequence[Price], beside: Price | None) -> Table:
    say = labels.say
    known = [p.million_usd for p in offers if p.million_usd]
    axis = None
    if len({*known}) > 1:
        axis = AxisRange(min(known) / 1.25, max(known) * 1.25, is_log=True)

    def drawing(price: Price) -> Drawing | None:
        if axis is None or not price.million_usd:
            return None
        mark = Mark("baseline" if price is beside else "soft", axis.share(price.million_usd))
        return Drawing((Mark("axis", 0, 1), mark), f"{price.provider}: {money(price.million_usd)}")

    def times_cell(price: Price) -> Cell:
        if price is beside:
            return Cell(say("model.price.baseline"), 1.0, tone="soft")
        if price.ratio is None or price.ratio == 1:
            return number_cell(price.ratio, MISSING)
        kind = "cheaper" if price.ratio > 1 else "dearer"
        factor = ratio(price.ratio if price.ratio > 1 else 1 / price.ratio)
        return Cell(say(f"model.price.times.{kind}", times=factor), price.ratio, tone="soft")

    fields: tuple[Field[Price], ...] = (
        Field(
            PROVIDER,
            lambda p: Cell(p.provider, p.provider, labels.models.get(p.model, p.model)),
        ),
        Field(
            Column("drawn", say("column.line"), "plot", axis=axis.ticks(money) if axis else ()),
            lambda p: Cell("", p.million_usd, drawing=drawing(p)),
            axis is not None,
        ),
        Field(
            Column("price", say("model.column.price"), "number", term="serving", is_main=True),
            lambda p: number_cell(p.million_usd, money(p.million_usd)),
        ),
        Field(
            Column("times", say("model.column.times"), "number", term="serving", on_phone=True),
            times_cell,
            beside is not None,
        ),
    )
    return table_of(
        "prices",
        say("model.price.caption"),
        fields,
        offers,
        lambda price: "reference" if price is beside else "",
    )


# --- measures and boards ------------------------------------------------------------------------


class _Standing(Record):
    """A value of a model among those of all entries.

    Attributes:
        name: What it is a value of.
        write: How it is written.
        is_score: Whether it ranks, so that it is in the colour of the ranked measure.
    """

    name: Cell
    value: float
    others: tuple[float, ...]
    scale: NumberFormat
    place: Cell
    is_score: bool = False


def make_measures(site: Site, board: Board, model: str) -> Section | None:
    """Make what was measured beside the score, with its place among all entries."""
    found = [*_measured(site.labels, board, board.entry(model))]
    if not found:
        return None
    say = site.labels.say
    title = listed([standing.name.text for standing in found], most=4)
    heads = "measures", say("model.measures.caption"), say("column.measure"), say("column.value")
    table = _standings(site.labels, heads, found)
    return Section(title, say("model.measures.line"), table)


def _measured(labels: Labels, board: Board, s: Entry) -> Iterator[_Standing]:
    for statistic in board.statistics:
        value = board.figure(s, statistic.id)
        if statistic.measure is None or value is None or statistic.id == board.rule.statistic:
            continue
        others = tuple(v for v in board.figures[statistic.id] if v is not None)
        scale = labels.statistic_scale(statistic, board)
        place = _place_of_measure(labels, statistic, value, others)
        yield _Standing(Cell(statistic.label, statistic.label), value, others, scale, place)


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
    is_ascending = statistic.is_ascending
    return Cell(text, (lower if is_ascending else higher) + 1, tone="soft")


def make_boards(site: Site, model: str) -> Section | None:
    """Make the score of an entry on each board that has it; None where the site has one board."""
    if not site.has_boards:
        return None
    say, found, best = site.labels.say, list[_Standing](), list[tuple[float, str]]()
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
            kind = "best" if 2 * s.rank <= n else "low"
            words = {"rank": ordinal(s.rank), "of": n, "board": title}
            best.append((s.rank / n, say(f"model.boards.place.{kind}", **words)))
        link = Link(title, Address("board", each.board.id))
        cell = Cell(title, title, board.rule.label, link=link)
        found.append(_Standing(cell, value, others, scale, place, is_score=True))
    if not found:
        return None
    title = min(best)[1] if best else say("model.boards.title")
    heads = "boards", say("model.boards.caption"), say("column.board"), say("column.value")
    table = _standings(site.labels, heads, found)
    return Section(title, say("model.boards.line"), table)


def _standings(
    labels: Labels, names: tuple[str, str, str, str], found: Sequence[_Standing]
) -> Table:
    """Make a row for each value: a strip of all entries, the value, its place.

    `names` are the id of the table, its caption, and the heads of name and value.
    """
    say, (table_id, caption, name, value) = labels.say, names
    fields: tuple[Field[_Standing], ...] = (
        Field(Column("name", name), lambda row: row.name),
        Field(
            Column("drawn", say("column.line"), "plot"),
            lambda row: Cell("", row.value, drawing=_standing_drawing(labels, row)),
        ),
        Field(
            Column("value", value, "number", is_main=True),
            lambda row: Cell(row.scale.score(row.value), row.value, _median_note(labels, row)),
        ),
        Field(
            Column("place", say("model.column.place"), "number", on_phone=True),
            lambda row: row.place,
        ),
    )
    return table_of(table_id, caption, fields, found)


def _median_note(labels: Labels, row: _Standing) -> str:
    if len(row.others) < 3:
        return ""
    return labels.say("model.median", value=row.scale.score(median(row.others)))


def _standing_drawing(labels: Labels, row: _Standing) -> Drawing | None:
    """Draw a value among the others, on a log scale where they differ widely."""
    values = (*row.others, row.value)
    low, high = min(values), max(values)
    if len({*values}) < 3:
        return None
    is_log = low > 0 and high > _LOG_FROM * low
    axis = AxisRange(low, high, is_log=is_log)
    text = labels.say("model.among", name=row.name.text, value=row.scale.score(row.value))
    kind: MarkKind = "score" if row.is_score else "entry"
    return draw_strip(map(axis.share, row.others), axis.share(row.value), text, kind)


# --- the models next to it ----------------------------------------------------------------------


class _Rival(Record):
    """A row: a setting of this model, or another model.

    Attributes:
        is_own: Whether it is of this model.
    """

    board: Board
    entry: Entry
    is_this: bool = False
    is_own: bool = False


def make_rivals(site: Site, board: Board, model: str) -> Section | None:
    """Make the other settings of a model, and those that the tasks cannot tell from it."""
    s, say = board.entry(model), site.labels.say
    if not s.scored:
        return None
    close = [] if s.rank is None else _close_to(board, s)
    own = [*_settings(site, board, model)]
    known = {rival.entry.model for rival in own}
    near = [other for other in close if other.model not in known]
    if not board.tested and s.rank is not None:
        near = [other for other in board.ranked if other.model not in {*known, model}]
    if s.rank is not None:
        near.sort(key=lambda other: abs(other.place - s.place))
    near = sorted(near[:_NEAREST], key=lambda other: other.place)
    others = [_Rival(board, other) for other in near]
    rows = [_Rival(board, s, is_this=True, is_own=True), *own, *others]
    if len(rows) < 2:
        return None
    kind = "both" if own and others else "own" if own else "near"
    title, line = _rivals_title(site, board, s, close), ""
    if title and (own or len(others) < len(close)):
        line = say(f"model.rivals.line.{kind}")
    return Section(title or say(f"model.rivals.plain.{kind}"), line, _rivals_table(site, rows))


def _close_to(board: Board, s: Entry) -> list[Entry]:
    """Return the ranked models that are neither ahead of a model nor behind it with certainty."""
    others = [other for other in board.ranked if other.model != s.model] if board.tested else []
    return [
        other
        for other in others
        if not board.is_ahead(s.model, other.model) and not board.is_ahead(other.model, s.model)
    ]


def _settings(site: Site, board: Board, model: str) -> Iterator[_Rival]:
    """Yield the other variants and the other entries of a model."""
    for other in site.results.boards.values():
        if other is not board and other.entry(model).scored:
            yield _Rival(other, other.entry(model), is_own=True)
    models = site.results.catalog.models
    for other_model, fact in models.items():
        if fact.of == models[model].of and other_model != model:
            own = model_board(site, other_model)
            if own.entry(other_model).scored:
                yield _Rival(own, own.entry(other_model), is_own=True)


def _rivals_title(site: Site, board: Board, s: Entry, close: Sequence[Entry]) -> str:
    """Return with how many models it is too close to call; empty where nothing tells it."""
    if not board.tested or s.rank is None:
        return ""
    say, n = site.labels.say, len(board.ranked) - 1
    if len(close) == n > 1:
        return say("model.rivals.title.every", n)
    if 0 < len(close) <= 2:
        names = listed([site.labels.models[other.model] for other in close])
        return say("model.rivals.title.names", names=names)
    if not close:
        return say("model.rivals.title.none")
    return say("model.rivals.title.some", len(close), of=n)


def _rivals_table(site: Site, rows: Sequence[_Rival]) -> Table:
    labels, say, boards = site.labels, site.labels.say, [row.board for row in rows]
    by_average = all(board.by_average for board in boards)
    axis = average_range(site) if by_average else _merits_range(boards)
    beside = shared(_beside(row) for row in rows if row.entry.model != labels.roles.baseline)
    line = beside if by_average else None
    is_tested = any(row.entry.rank_interval is not None for row in rows)
    fields: tuple[Field[_Rival], ...] = (
        Field(Column("setting", say("column.model")), partial(_rival_cell, labels)),
        Field(
            Column("ranks", say("column.ranks"), "slots", term="rank-interval"),
            lambda row: ranks_cell(row.entry, len(row.board.ranked)),
            is_tested,
        ),
        Field(
            Column("rank", say("model.column.rank"), "number", term="rank", on_phone=True),
            partial(_rank_cell, labels),
            any(row.entry.rank is not None for row in rows),
        ),
        Field(
            Column(
                "drawn",
                say("column.line"),
                "plot",
                axis=axis.ticks(write_tick(labels.merit_scale(boards[0]))),
                reference=axis.place(line),
            ),
            lambda row: _rival_drawing(labels, axis, row),
            len({board.rule.statistic for board in boards}) == 1,
        ),
        Field(
            Column(
                "merit",
                sentence(boards[0].rule.label),
                "number",
                term=boards[0].ranking.section,
                is_main=True,
            ),
            lambda row: number_cell(
                row.board.merit(row.entry),
                labels.merit_scale(row.board).score(row.board.merit(row.entry)),
            ),
        ),
        Field(
            _lead_column(labels, on_phone=False),
            partial(_rival_lead_cell, labels),
            any(row.board.figure(row.entry, "lift_over_baseline") is not None for row in rows),
        ),
        Field(
            Column("beats", say("model.column.beats"), "number", term="lift-over-baseline"),
            partial(_beats_cell, labels),
            any(row.board.compared(row.entry) for row in rows),
        ),
        *_rival_measures(labels, rows),
    )
    caption = say("model.rivals.caption")
    return table_of("rivals", caption, [field for field in fields if field.wanted], rows)


def _merits_range(boards: Sequence[Board]) -> AxisRange:
    merits = (board.merit(s) for board in boards for s in board.entries)
    return around(value for value in merits if value is not None)


def _beside(row: _Rival) -> float | None:
    return row.board.figure(row.entry, "baseline_average")


def _rival_cell(labels: Labels, row: _Rival) -> Cell:
    variant, has_variants = row.board.variant, len(labels.roles.variants) > 1
    if not row.is_own:
        note = labels.variants[variant] if has_variants else ""
        return model_cell(labels, row.entry.model, note)
    name = labels.variants[variant] if has_variants else labels.models[row.entry.model]
    if row.is_this:
        return Cell(name, name, tags=(labels.tag("this_page"),))
    cell = model_cell(labels, row.entry.model)
    return replace(cell, text=name, value=name, link=cell.link and Link(name, cell.link.to))


def _rank_cell(labels: Labels, row: _Rival) -> Cell:
    s = row.entry
    if s.rank is None:
        return text_cell(None)
    ranks = span_text(*(s.rank_interval or (s.rank, s.rank)))
    text = labels.say("model.ranks_of", ranks=ranks, of=len(row.board.ranked))
    return Cell(text, s.rank, tone="soft")


def _rival_drawing(labels: Labels, axis: AxisRange, row: _Rival) -> Cell:
    value, before = row.board.merit(row.entry), row.board.figure(row.entry, "base_average")
    text = labels.merit_scale(row.board).score(value)
    is_base = labels.lifted and row.board.variant == labels.roles.base
    ends = (value, None) if is_base else (before if row.board.by_average else None, value)
    first, last = map(axis.place, ends)
    drawing = draw_dumbbell(first, last, text=text)
    return Cell("", value, drawing=drawing if drawing.marks else None)


def _rival_lead_cell(labels: Labels, row: _Rival) -> Cell:
    if row.entry.model == labels.roles.baseline:
        return text_cell(None)
    value = row.board.figure(row.entry, "lift_over_baseline")
    test = row.board.tests["baseline"].get(row.entry.model)
    verdict = test.verdict if test and test.interval else None
    return Cell(labels.scale.signed(value), value, tone=tone_of(verdict))


def _beats_cell(labels: Labels, row: _Rival) -> Cell:
    of, beaten = row.board.compared(row.entry), row.board.count(row.entry, "beats")
    if not of or row.entry.model == labels.roles.baseline:
        return text_cell(None)
    return Cell(f"{beaten:,}", beaten, suffix=f"/{of:,}")


def _rival_measures(labels: Labels, rows: Sequence[_Rival]) -> Iterator[Field[_Rival]]:
    """Yield what was measured beside the score."""
    board = rows[0].board
    for statistic in board.statistics:
        has_any = any(row.board.figure(row.entry, statistic.id) is not None for row in rows)
        if statistic.measure is not None and has_any and statistic.id != board.rule.statistic:
            scale, key = labels.statistic_scale(statistic, board), statistic.id

            def cell(row: _Rival, key: str = key, scale: NumberFormat = scale) -> Cell:
                value = row.board.figure(row.entry, key)
                return number_cell(value, scale.score(value))

            yield Field(Column(key, statistic.label, "number", term="measures"), cell)
