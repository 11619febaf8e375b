"""Make one board as a table: rows, columns, cells, drawings, filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from site_builder.addresses import page_link
from site_builder.charts.cells import (
    facet_cell,
    facet_column,
    model_cell,
    number_cell,
    number_field,
    score_cell,
    text_cell,
    verdict_cell,
)
from site_builder.charts.theme import shortened
from site_builder.compute.board import Board, Entry, best_of_groups
from site_builder.compute.catalog import ModelInfo
from site_builder.compute.numbers import float_or_none
from site_builder.compute.progress import middle_day
from site_builder.compute.runs import Against
from site_builder.compute.statistics import Statistic
from site_builder.formatting import MISSING, billions, count, coverage, money, sentence
from site_builder.labels import Labels
from site_builder.pages.board_spec import BY_LIFT, BoardRow, BoardTableSpec, draw_field
from site_builder.pages.filters import (
    board_tools,
    dates_of,
    frontier_word,
    has_frontier,
    is_new,
    places_won,
)
from site_builder.pages.page import Site
from site_builder.pages.task_columns import TaskColumns
from site_builder.records import replace
from site_builder.table_model import (
    LONG,
    Cell,
    Column,
    Field,
    Table,
    Tag,
    draw_ranks,
    shown_at_first,
    table_of,
)

_ROOM_PX = 1180  # of a table on a screen of 1280
_WIDTH_PX = {"text": 128, "number": 88, "plot": 224, "slots": 120, "rank": 60, "model": 250}
_MAX_LICENSE = 28
_FACTS = ("parameters_b", "license", "release_date")  # have columns of their own
_SHORT_LABELS = {"lift_over_base": "column.gain", "beats": "column.beats"}


def board_table(
    spec: BoardTableSpec, rows: Sequence[BoardRow], table_id: str, caption: str
) -> Table:
    """Return the table of one view of a board; some rows may be of another variant.

    With `group_by`, ranks are among the best entry of each group, and others have none.
    """
    baseline = spec.labels.roles.baseline
    config, ranks = spec.config, _shown_ranks(spec, rows)
    about = (*_facet_fields(spec), *_standing_fields(spec), *_fact_fields(spec))
    fields = [*_place_fields(spec, ranks), *_statistic_fields(spec), *about]
    fitted = _fitted(_in_stated_order(fields, config.columns))
    tools, values = board_tools(spec, rows, [each.column for each in fitted])
    shown = list(range(len(rows)))
    if tools.hides_rows:
        is_shown = shown_at_first(tools, [values(row) for row in rows])
        shown = [i for i in shown if is_shown[i]]
    is_cut = spec.cut(len(shown)) < len(shown)
    is_open = spec.board.is_open and spec.by != BY_LIFT

    def is_reference(row: BoardRow) -> bool:
        return row.model == baseline or row.entry.unranked == "reference"

    listed = rows[: shown[spec.cut(len(shown))]] if is_cut else rows
    return table_of(
        table_id,
        caption,
        fitted,
        listed,
        lambda row: "reference" if is_reference(row) else "" if row.entry.rank else "unranked",
        filters=values,
        header=1,
        sorted_by=spec.by,
        details_apart=len(listed) > LONG,
        tools=replace(tools, is_cut=is_cut),
        is_level=lambda row: is_open and bool(row.entry.rank) and row.entry.tied_with_best,
    )


def _in_stated_order(
    fields: Iterable[Field[BoardRow]], names: Sequence[str]
) -> list[Field[BoardRow]]:
    """Put the columns that a board names into its order, in the places that they have."""
    wanted = [each for each in fields if each.wanted]
    stated = {each.column.key: each for each in wanted if each.column.key in names}
    in_order = (stated[name] for name in names if name in stated)
    return [next(in_order) if each.column.key in stated else each for each in wanted]


def _shown_ranks(spec: BoardTableSpec, rows: Sequence[BoardRow]) -> Mapping[str, int | None]:
    """Return the rank that each row shows: on the board or, with `group_by`, among the best."""
    group_by, models = spec.config.group_by, spec.site.results.catalog.models
    ranked = [row.entry for row in rows if row.entry.rank is not None]
    if group_by is None:
        return {s.model: s.rank for s in ranked}
    best = best_of_groups(ranked, lambda s: models[s.model].facet(group_by))
    return {s.model: rank for s, rank in best}


def _fitted(fields: Iterable[Field[BoardRow]]) -> list[Field[BoardRow]]:
    """Hide the columns that a screen has no room for, and name the one that a phone shows."""
    room, fitted, has_second = _ROOM_PX, list[Field[BoardRow]](), False
    for each in fields:
        column = each.column
        room -= 0 if column.is_extra else _WIDTH_PX.get(column.key, _WIDTH_PX[column.align])
        column = replace(column, is_extra=column.is_extra or (room < 0 and not column.task))
        if not has_second and column.on_phone and not column.is_extra:
            has_second = True
        else:
            column = replace(column, on_phone=False)
        fitted.append(replace(each, column=column))
    return fitted


# --- ranks --------------------------------------------------------------------------------------


def span_text(best: int, worst: int) -> str:
    """Return ranks from the best to the worst as text; one number where they are the same."""
    return count(best) if best == worst else f"{count(best)}\N{EN DASH}{count(worst)}"


def lacks_scores(board: Board, standing: Entry) -> bool:
    """Return whether an entry lacks a score on a board that ranks entries without some."""
    n, possible = len(board.tasks), standing.possible_ranks
    return possible is not None and standing.scored < n and any(s.scored < n for s in board.ranked)


# --- columns ------------------------------------------------------------------------------------


def _place_fields(
    spec: BoardTableSpec, ranks: Mapping[str, int | None]
) -> Iterator[Field[BoardRow]]:
    ranked, say = len(spec.board.ranked), spec.labels.say
    group = say("columns.ranking")
    rank = replace(spec.labels.rank_column, help=say("board.rank_help"), group=group)

    def moved_cell(row: BoardRow) -> Cell:
        cell, places = rank_cell(ranks.get(row.model)), places_won(spec, row.model)
        if not places or cell.value is None:
            return cell
        return replace(cell, suffix=say("board.up" if places > 0 else "board.down", abs(places)))

    yield Field(rank, moved_cell)
    yield Field(spec.labels.column("model"), lambda row: name_cell(spec, row))
    half = 0.5 / max(ranked, 1)
    yield Field(
        Column(
            "ranks",
            say("column.ranks"),
            "slots",
            say("board.ranks_help_errors" if spec.board.by_errors else "board.ranks_help"),
            "ascending",
            "rank-interval",
            axis=((half, count(1)), (1 - half, count(ranked))),
            details=(say("column.best_rank"), say("column.worst_rank")),
            group=group,
        ),
        lambda row: ranks_cell(row.entry, ranked),
        spec.by != BY_LIFT
        and spec.config.group_by is None
        and any(s.rank_interval is not None for s in spec.board.ranked),
    )


def _statistic_fields(spec: BoardTableSpec) -> Iterator[Field[BoardRow]]:
    """Yield what ranks the models, as a number and as a drawing, then all other statistics."""
    statistics = _shown_statistics(spec)
    own = [s for s in statistics if s.id == spec.board.rule.statistic]
    yield from (_statistic_field(spec, s) for s in own)
    yield draw_field(spec)
    yield from _task_fields(spec)
    shown = [s for s in statistics if s not in own]
    yield from (_statistic_field(spec, s) for s in shown if not _is_extra(spec, s))
    say, prices = spec.labels.say, spec.prices
    price = spec.labels.column(
        "price",
        "number",
        help=say("board.price_help"),
        first_order="ascending",
        term="cost",
        group=say("columns.measures"),
    )
    yield number_field(price, lambda row: prices.get(row.model), money, wanted=bool(prices))
    yield from (_statistic_field(spec, s) for s in shown if spec.full and _is_extra(spec, s))


def _task_fields(spec: BoardTableSpec) -> Iterator[Field[BoardRow]]:
    """Yield the tasks that the board names as columns; scripts add others beside them."""
    offered, whole = TaskColumns(spec.site), spec.site.whole
    own = spec.board.tasks if spec.category else offered.stated
    for task in offered.stated:
        lower = not offered.fact(task).higher_is_better
        column = Column(
            f"task.{task}",
            offered.task_names[task],
            "number",
            first_order="ascending" if lower else "",
            spoken_label=offered.title(task),
            task=page_link(offered.task_names[task], "task", task),
            note=offered.note(task),
        )
        yield Field(column, partial(_task_cell, spec, offered, whole, task), task in own)


def _task_cell(
    spec: BoardTableSpec, offered: TaskColumns, whole: Site, task: str, row: BoardRow
) -> Cell:
    variant = row.borrowed_from or spec.board.variant
    runs = whole.results.scores.runs[variant]
    value = float_or_none(runs.published[runs.rows[row.model], runs.columns[task]])
    is_zero = offered.counts(task) and row.model in offered.zeros.get(variant, ())
    note = spec.labels.say("script.columns.zero") if value is None and is_zero else ""
    return replace(score_cell(value, whole.labels.scales[task]), note=note)


def _shown_statistics(spec: BoardTableSpec) -> list[Statistic]:
    """Return the statistics that say something of this board."""
    board, roles = spec.board, spec.labels.roles
    has = {
        "": True,
        "base": spec.is_tuned
        and any(board.figure(s, "lift_over_base") is not None for s in board.entries),
        "baseline": any(board.compared(s) for s in board.ranked if s.model != roles.baseline),
    }
    return [
        statistic
        for statistic in board.statistics
        if statistic.column
        and has[statistic.needs]
        and any(value is not None for value in board.figures[statistic.id])
    ]


def _is_extra(spec: BoardTableSpec, statistic: Statistic) -> bool:
    """Return whether a statistic is hidden at first."""
    if statistic.measure is not None:
        return bool(spec.config.columns) and statistic.id not in spec.config.columns
    is_detail = statistic.id == "average" and spec.board.rule.is_average
    return statistic.column == "full" or statistic.form == "rate" or is_detail


def _statistic_field(spec: BoardTableSpec, statistic: Statistic) -> Field[BoardRow]:
    labels, board, say = spec.labels, spec.board, spec.labels.say
    label = labels.statistic_label(statistic, board)
    meaning = labels.statistic_help(statistic, board)
    if statistic.id in _SHORT_LABELS:
        label = say(_SHORT_LABELS[statistic.id])
    is_beside = statistic.id == "average" and board.rule.statistic != "average"
    if is_beside and board.rule.is_average:
        label, meaning = say("board.average"), say("board.average_help")
    if statistic.id == board.rule.statistic and spec.lower_is_better:
        label = say("column.lower", label=label)
    ends = (say("column.low", label=label), say("column.high", label=label))
    has_interval = any(_interval(spec, statistic, s) for s in board.entries)
    column = Column(
        statistic.id,
        label,
        "number",
        meaning,
        "ascending" if statistic.is_ascending or "(" in label else "",
        statistic.section,
        details=ends if has_interval else (),
        is_extra=statistic.id != board.rule.statistic and _is_extra(spec, statistic),
        on_phone=statistic.id != board.rule.statistic,
        group=say("columns.measures" if statistic.measure else "columns.ranking"),
    )
    return Field(column, partial(_CELLS.get(statistic.id, _plain_cell), spec, statistic))


def _facet_fields(spec: BoardTableSpec) -> Iterator[Field[BoardRow]]:
    """Yield the facets in which entries differ: those that the board names, settings, others."""
    catalog, columns = spec.site.results.catalog, spec.config.columns
    labels = {facet.id: facet.label for facet in catalog.facets}
    settings = [facet.id for facet in catalog.facets if facet.is_setting and not columns]
    group = spec.labels.say("columns.facts")
    wanted = [name for name in columns if name in labels or hasattr(ModelInfo, name)]
    offered = [facet.id for facet in catalog.facets] if spec.full else []
    for name in dict.fromkeys((*wanted, *settings, *offered)):
        if name not in _FACTS and len({*catalog.column(name)}) > 1:
            label = labels.get(name, sentence(name.replace("_", " ")))
            is_filtered = len(spec.config.filters.get(name, ())) == 1
            is_extra = is_filtered or name not in (*wanted, *settings)
            cell = partial(_facet_cell, spec, name)
            column = facet_column(spec.labels, name, label, is_extra=is_extra, group=group)
            yield Field(column, cell)


def _standing_fields(spec: BoardTableSpec) -> Iterator[Field[BoardRow]]:
    """Yield what to know of the place of an entry: cautions, how many tasks have a score."""
    n, say = len(spec.board.tasks), spec.labels.say
    group = say("columns.facts")
    yield Field(
        Column("caution", say("caution.label"), is_extra=True, group=group),
        lambda row: text_cell("; ".join(spec.site.cautions(row.model)) or None),
        bool(spec.site.results.cautions),
    )
    ends = (say("column.best_if_complete"), say("column.worst_if_complete"))
    yield Field(
        Column(
            "coverage",
            say("board.coverage"),
            "number",
            say("board.coverage_help"),
            details=ends,
            group=say("columns.ranking"),
        ),
        lambda row: number_cell(
            row.entry.scored,
            count(row.entry.scored),
            suffix=say("of", of=count(n)),
            details=row.entry.possible_ranks or (None, None),
        ),
        any(s.scored not in (0, n) for s in spec.board.entries if s.rank or spec.full),
    )


def _fact_fields(spec: BoardTableSpec) -> Iterator[Field[BoardRow]]:
    """Yield what is known of every entry: size, whether on the frontier, licence, dates."""
    say, models = spec.labels.say, spec.site.results.catalog.models

    def is_wanted(name: str) -> bool:
        is_known = any(value is not None for value in spec.site.results.catalog.column(name))
        return is_known and (spec.full or name in spec.config.columns)

    size = Column(
        "parameters_b", say("column.size"), "number", say("column.size_help"), "ascending"
    )
    yield number_field(
        _fact_column(spec, size),
        lambda row: models[row.model].parameters_b,
        billions,
        wanted=is_wanted("parameters_b"),
    )
    on, on_help = say("trade_off.column"), say("trade_off.column_help")
    group = say("columns.ranking")
    yield Field(
        Column("frontier", on, help=on_help, term="frontier", is_extra=True, group=group),
        lambda row: _word_cell(spec.labels, frontier_word(spec, row.model)),
        has_frontier(spec),
    )
    license_column = _fact_column(spec, spec.labels.column("license"))
    yield Field(license_column, partial(_facet_cell, spec, "license"), is_wanted("license"))
    for name, dates in dates_of(spec).items():
        column = Column(name, say(f"column.{name}"), first_order="descending")
        yield Field(_fact_column(spec, column), partial(_date_cell, dates))


def _fact_column(spec: BoardTableSpec, column: Column) -> Column:
    """Put a column with the facts, hidden at first unless the board names it."""
    is_extra = column.key not in spec.config.columns
    return replace(column, is_extra=is_extra, group=spec.labels.say("columns.facts"))


def _date_cell(dates: Mapping[str, str], row: BoardRow) -> Cell:
    """Make the cell of a date; one of a month or a year is sorted by its middle."""
    text = dates.get(row.model)
    return Cell(MISSING) if text is None else Cell(text, middle_day(text))


def _facet_cell(spec: BoardTableSpec, name: str, row: BoardRow) -> Cell:
    value = spec.site.results.catalog.models[row.model].facet(name)
    return facet_cell(spec.labels, name, value)


def _word_cell(labels: Labels, word: str | None) -> Cell:
    return text_cell(None) if word is None else Cell(labels.yes_or_no(word), word)


# --- cells --------------------------------------------------------------------------------------


def ranks_cell(s: Entry, of: int) -> Cell:
    """Draw the ranks that an entry could have among `of`."""
    if s.rank is None or s.rank_interval is None:
        return Cell("")
    best, worst = s.rank_interval
    text = span_text(best, worst)
    return Cell(
        text, best, drawing=draw_ranks(s.rank, best, worst, of, text), details=(best, worst)
    )


def rank_cell(rank: int | None) -> Cell:
    """Make the cell of a rank; a dash without one."""
    return number_cell(rank, str(rank or MISSING))


def name_cell(spec: BoardTableSpec, row: BoardRow) -> Cell:
    """Name an entry, with tags and a quiet line: developer, size and licence, or why no rank."""
    facts, columns = spec.site.results.catalog.models[row.model], spec.config.columns
    known = {
        "developer": facts.developer,
        "parameters_b": facts.parameters_b and billions(facts.parameters_b),
        "license": facts.license and shortened(facts.license, _MAX_LICENSE),
    }
    notes = [text for name, text in known.items() if text and name not in columns]
    notes += spec.site.cautions(row.model)
    why = _status(spec, row)
    if why:
        notes = [*notes[:1], why]
    if spec.labels.models[row.model] in spec.twins:
        notes.append(row.model)
    tags = caution_tags(spec.site, row.model)
    if is_new(spec.site, row.model):
        tags = (spec.labels.tag("new"), *tags)
    if (verification := facts.facets.get("verification")) and "verification" not in columns:
        tags = (*tags, Tag(verification, spec.labels.facet_text("verification", verification)))
    return model_cell(spec.labels, row.model, " \N{MIDDLE DOT} ".join(notes), tags=tags)


def caution_tags(site: Site, model: str, task: str = "") -> tuple[Tag, ...]:
    """Return the tag of an entry whose scores, or that on a task, should be compared with care."""
    return (site.labels.tag("caution"),) if site.cautions(model, task) else ()


def _status(spec: BoardTableSpec, row: BoardRow) -> str:
    """Return why an entry stands apart; empty for one that is ranked."""
    labels, s = spec.labels, row.entry
    variant = labels.in_sentence(spec.board.variant)
    if row.borrowed_from == labels.roles.base:
        return labels.say("why.not_tuned", variant=variant)
    if row.borrowed_from:
        return labels.say("why.other_variant", variant=labels.in_sentence(row.borrowed_from))
    why = "baseline" if s.model == labels.roles.baseline else s.unranked
    of = coverage(s.scored, len(spec.board.tasks))
    before = labels.before_noun(spec.board.variant)
    return labels.say(f"why.{why}", of=of, variant=before) if why else ""


def _plain_cell(spec: BoardTableSpec, statistic: Statistic, row: BoardRow) -> Cell:
    """Make the cell of a number, with the ends of its interval for downloads."""
    value, interval = row.figures[statistic.id], _interval(spec, statistic, row.entry)
    return number_cell(value, spec.format_of(statistic).score(value), details=interval or ())


_LIFTS: Mapping[str, Against] = {"lift_over_base": "base", "lift_over_baseline": "baseline"}


def _interval(
    spec: BoardTableSpec, statistic: Statistic, entry: Entry
) -> tuple[float, float] | None:
    """Return the interval of what ranks an entry, or of its mean lift; else None."""
    if statistic.id in _LIFTS:
        test = spec.board.tests[_LIFTS[statistic.id]].get(entry.model)
        return test.interval if test else None
    return entry.interval if statistic.id == spec.board.rule.statistic else None


def _lift_cell(spec: BoardTableSpec, statistic: Statistic, row: BoardRow) -> Cell:
    """Make the cell of a mean lift, with a colour only where it is certain."""
    lift, against = row.figures[statistic.id], _LIFTS[statistic.id]
    if against == "baseline" and row.model == spec.labels.roles.baseline:
        lift = None
    test = spec.board.tests[against].get(row.model)
    interval = test.interval if test and lift is not None else None
    made = verdict_cell(lift, spec.scale, test.verdict if test and interval and lift else None)
    return replace(made, details=interval or ())


def _beats_cell(spec: BoardTableSpec, _: Statistic, row: BoardRow) -> Cell:
    of, beats = spec.board.compared(row.entry), spec.board.count(row.entry, "beats")
    if not of or row.model == spec.labels.roles.baseline:
        return text_cell(None)
    return number_cell(beats, count(beats), suffix=spec.labels.say("of", of=count(of)))


def _count_cell(spec: BoardTableSpec, statistic: Statistic, row: BoardRow) -> Cell:
    """Make the cell of a number of wins, or of pairs before and after tuning."""
    count_of = partial(spec.board.count, row.entry)
    of = sum(map(count_of, ("helped", "unchanged", "hurt")))
    if statistic.id == "wins":
        of = 0 if row.borrowed_from else row.entry.scored
    n = count_of(statistic.id)
    return number_cell(n, count(n)) if of else text_cell(None)


# The statistics whose cells say more than their number.
_CELLS: Mapping[str, Callable[[BoardTableSpec, Statistic, BoardRow], Cell]] = {
    **dict.fromkeys(_LIFTS, _lift_cell),
    "beats": _beats_cell,
    "wins": _count_cell,
    "helped": _count_cell,
    "hurt": _count_cell,
}
