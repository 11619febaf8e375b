"""Find out whether a table orders its models as the scores do by which a site ranks them."""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, islice, product
from operator import mul
from typing import Any

from site_builder.importers.cells import parse_number, without_arrows
from site_builder.importers.choices import as_key, as_toml
from site_builder.importers.columns import Columns
from site_builder.importers.documents import Sheet
from site_builder.importers.kinds import count_decimals
from site_builder.importers.reading import ImportOptions
from site_builder.records import Record
from site_builder.tables.metrics import direction_in, is_cost, is_likely_lower

_FEWEST_ROWS = 5  # fewer may stand in the order of a column by chance


class _Ranking(Record):
    """By what a site ranks.

    Attributes:
        turns: The columns of the scores, each with 1 where higher is better, and else -1.
        is_known: Whether all directions are told.
        is_mean: Whether the mean ranks; else the mean win rate.
        by: Its name.
    """

    turns: Mapping[str, int]
    is_known: bool
    is_mean: bool
    by: str


def order_notes(
    sheet: Sheet, columns: Columns, options: ImportOptions, name_of: Callable[[str], str]
) -> Iterator[str]:
    """Yield a note where a file orders the models unlike the scores that rank them.

    `name_of` returns the name of a model in a cell.
    """
    if columns.across != "task" or any(options.ranks(of.id) for of in columns.further):
        return
    stated = [n for n in columns.scores if options.ranks(without_arrows(n))]
    ranking = _ranking(sheet, stated or [n for n in columns.scores if sheet.numbers(n)], options)
    if not ranking.is_mean and not ranking.is_known:
        return
    # `Rank` counts more than `F1 rank`.
    shortest_last = sorted(columns.measures.items(), key=lambda of: -len(of[0]))
    kinds = {what: n for n, what in shortest_last if not is_cost(n) or what == "rank"}
    is_one_way = len({*ranking.turns.values()}) == 1
    has_average = len(ranking.turns) > 1 and is_one_way and not stated
    known = ("rank", "average") if has_average else ("rank",)
    orders = [kinds[of] for of in known if of in kinds]
    orders += [""] if not stated and "rank" not in kinds else []
    notes = (_order_of(sheet, columns, ranking, name, name_of) for name in orders)
    yield from islice(filter(None, notes), 1)


def _ranking(sheet: Sheet, names: Sequence[str], options: ImportOptions) -> _Ranking:
    told = {n: options.directions(without_arrows(n)) for n in names}
    told = {n: direction_in(n) if better is None else better for n, better in told.items()}
    told = {n: options.higher_is_better if b is None else b for n, b in told.items()}
    is_lower = {n: b is False or (b is None and is_likely_lower(n)) for n, b in told.items()}
    turns = {n: -1 if lower else 1 for n, lower in is_lower.items()}
    units = {(sheet.units.get(n), any(m.is_percent for m in sheet.numbers(n))) for n in names}
    values = [0.0, *(number.value for n in names for number in sheet.numbers(n))]
    has_one_scale = 0 <= min(values) <= max(values) <= 100 and len(units) == 1
    is_mean = len(names) == 1 or (has_one_scale and len({*turns.values()}) == 1)
    by = "the mean of their scores" if is_mean else "the mean win rate"
    by = repr(names[0]) if len(names) == 1 else by
    return _Ranking(turns, None not in told.values(), is_mean, by)


def _order_of(
    sheet: Sheet, columns: Columns, ranking: _Ranking, name: str, name_of: Callable[[str], str]
) -> str:
    """Return a note where a column, or else the rows, order the models unlike their scores."""
    turn = next(iter(ranking.turns.values()), 1)
    is_average = columns.measures.get(name) == "average"
    found: list[tuple[float, list[float], int]] = []
    for number, row in enumerate(sheet.rows):
        own, *cells = (parse_number(row.get(n), sheet.marks) for n in (name, *ranking.turns))
        scores = [cell.value for cell in cells if cell]
        if (name and own is None) or len(scores) < len(cells):
            continue
        place = own.value if own else number
        if is_average and ranking.is_mean and not min(scores) <= place <= max(scores):
            return ""  # it is that of something else, such as a length
        place *= turn if is_average else -1
        found.append((place, [*map(mul, ranking.turns.values(), scores)], number))
    found.sort()
    merits = _merits([of for _, of, _ in found], is_mean=ranking.is_mean)
    # Scores and averages are rounded.
    least = 1.01 * 10.0 ** -count_decimals(sheet, [*ranking.turns]) * ranking.is_mean
    least += 10.0 ** -count_decimals(sheet, [name]) if is_average else 0
    if _is_ordered(merits, least):
        return ""
    if not is_average and not ranking.is_known and _is_ordered(merits[::-1], least):
        return ""  # less may be better
    rows = [sheet.rows[number] for _, _, number in reversed(found)]
    fix = _ranked_so(sheet, columns, name, rows, turn) if name or len(rows) >= _FEWEST_ROWS else ""
    first, ours = found[-1][2], found[merits.index(max(merits))][2]
    what = f"{f'{name!r} orders' if name else 'its rows order'} the models unlike {ranking.by}"
    if ranking.is_known and first != ours:
        models = [name_of(text) for text in sheet.texts(columns.named.get("model", ""))]
        by = ranking.by.removesuffix(" of their scores")
        what += f": {models[first]!r} is first, and {models[ours]!r} by {by}"
    return f"{sheet.found.shown}: {what}{fix}" if fix or name else ""


def _merits(scores: Sequence[Sequence[float]], *, is_mean: bool) -> list[float]:
    """Return by what rows rank: the mean of their scores, or else how many these beat."""
    if not is_mean:
        tasks = [sorted(of) for of in zip(*scores, strict=True)]
        pairs = (zip(tasks, of, strict=True) for of in scores)
        scores = [[bisect(task, s) + bisect_left(task, s) for task, s in of] for of in pairs]
    return [sum(of) / len(of) for of in scores]


def _is_ordered(merits: Sequence[float], least: float) -> bool:
    """Return whether none is lower than one before it by more than `least`."""
    return all(best <= m + least for best, m in zip(accumulate(merits, max), merits, strict=True))


def _ranked_so(sheet: Sheet, columns: Columns, name: str, rows: Sequence[Any], turn: int) -> str:
    """Return what to write so that models have the order of rows, by a column that has it."""
    measures = {of.column: of.id for of in columns.further if of.is_measure}
    averages = {of for of, kind in columns.measures.items() if kind == "average"}
    known = sorted((*columns.scores, *measures), key=lambda of: (of != name, of not in averages))
    for better, column in product((turn > 0, turn < 0)[: 1 + bool(name)], (*known, name)):
        values = [n.value for row in rows if (n := parse_number(row.get(column), sheet.marks))]
        is_same = values == sorted(values, reverse=better) and len({*values}) > 1
        if not is_same or len(values) < len(rows):
            continue
        so = f". To rank by {'it' if column == name else repr(column)}, "
        if column in measures:
            told = "its higher_is_better" + ("" if column == name else f" as {as_toml(better)}")
            so += f"state {told} under [measures], and write "
            return f'{so}rank_by = "{measures[column]}" under [board]'
        so += "" if column in columns.scores else "add it to task_columns under [import], and "
        facts = as_toml({"headline": True, "higher_is_better": better})
        return f"{so}write {as_key(without_arrows(column))} = {facts} under [tasks]"
    return ""
