"""Tell what columns of numbers are by their names and cells: scores, costs, margins, averages."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate, islice, takewhile

from site_builder.importers.cells import is_blank, names_percent, parse_number, why_no_number
from site_builder.importers.documents import Sheet
from site_builder.importers.reading import ImportOptions, grouped
from site_builder.tables.metrics import (
    direction_in,
    is_bare,
    is_general,
    is_of_done,
    measure_of,
    metric_in,
    plain_name,
)

# Words for the upper end of an interval, by those for its lower end.
_INTERVALS = {"lower": "upper", "lb": "ub", "ci_low": "ci_high", "q025": "q975", "p2_5": "p97_5"}
# Only beside what they are the ends of: `Accuracy low`.
_ENDS = {
    "low": "high", "lo": "hi", "min": "max", "lcb": "ucb", "p5": "p95", "q05": "q95",
    "lower_bound": "upper_bound", "95_low": "95_high", "2_5": "97_5",
}  # fmt: skip
_MIDDLES = ("mean", "avg", "average", "median")
_AMOUNTS = ("cost", "time", "size", "tokens", "count")
_MOST_PARTS, _MOST_SHARES, _SAMPLE_ROWS = 300, 30, 200
_CAMEL = re.compile(r"[A-Za-z][a-z]+([A-Z][a-z]+)+", re.ASCII)
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_VAGUE = re.compile(r"[\s_](uncertainty|margin|var)$", re.IGNORECASE)
_DOT = re.compile(r"\.(?=[^\d\s])")  # not that of `v1.5` or `pass@0.5`
_IN_PERCENT = ("params", "tokens")  # `Cached tokens (%)`
_CODE = re.compile(r"[a-z]{2,3}|[A-Z]{2,4}")
_DECIMALS = re.compile(r"[.,](\d++)", re.ASCII)
_MEAN_WORDS = {"mean", "average", "all", "macro", "overall"}
# May be of all columns beside them: `Score`.
_TOTALS = {
    *("score", "final", "final_score", "global", "global_score", "composite", "composite_score"),
    *("combined", "combined_score", "total", "summary", "geomean", "all"),
}
_WEIGHTED = {"score", "total", "geomean", "all"}  # words of those that may be no plain mean
_OF_CLASSES = re.compile(r"(^|_)(mean|overall|(macro|micro)_(avg|average))(?=_|$)")
_SUBJECTS = ("speed", "size", "time", "context")  # groups of tasks too
_ROW_NUMBERS = ("#", "\N{NUMERO SIGN}", "pos", "column 1")  # the last is without a name


def kinds_of(
    sheet: Sheet, columns: Collection[str], options: ImportOptions, *, is_long: bool = False
) -> dict[str, str]:
    """Return what each column of numbers is that is no score, such as `cost`; else nothing.

    In a long table, what is called a score is one.
    """
    kinds = _kinds_by_name(sheet, columns)
    ends = (*find_margins(columns), *_margins_beside(columns, kinds))
    kinds |= dict.fromkeys(ends, "interval")
    if {"median", "min", "max"} & {plain_name(name) for name in ends}:
        kinds |= {n: "" for n in columns if plain_name(n) == "mean"}  # of one number
    kinds |= dict.fromkeys((n for n in columns if _counts_rows(sheet, n)), "rank")
    kinds |= dict.fromkeys(filter(options.is_setting, columns), "setting")
    if any(plain_name(n) == "overall" for n in kinds):  # `Overall w/ style` beside it
        beside = (n for n, what in kinds.items() if not what)
        kinds |= dict.fromkeys((n for n in beside if plain_name(n)[:8] == "overall_"), "average")
    kinds |= dict.fromkeys(_averages_of_groups(kinds), "")
    kinds |= dict.fromkeys(_counts_of_shares(sheet, kinds), "count")
    kinds |= dict.fromkeys(_of_classes(kinds), "average")
    kinds |= dict.fromkeys(_in_averages(sheet, kinds), "")
    means = [name for name in _means(sheet, kinds) if not is_long or "score" not in _words(name)]
    return kinds | dict.fromkeys(means, "average")


def _kinds_by_name(sheet: Sheet, columns: Collection[str]) -> dict[str, str]:
    """Return what columns are by their names and groups, where their numbers can be that."""
    kinds = {
        n: kind_by_name(n) or measure_of(last_part(n)) or _of_group(group_of(n), last_part(n))
        for n in columns
    }
    # Gigabytes are of what something ran on, or made.
    units = {n: sheet.units.get(n, "") for n in columns if not kinds[n]}
    kinds |= {n: "size" for n, u in units.items() if "/" not in u and measure_of(u) == "size"}
    # Codes of languages and data sets: `ms` beside `de` and `fr`, `SD` beside `NQ`.
    codes = [n for n in columns if _CODE.fullmatch(n) and not metric_in(n)]
    alike = Counter(n.isupper() for n in codes if not kinds[n])
    kinds |= {n: "" for n in codes if alike[n.isupper()] > 3}
    # A cost or a size is no percentage, and has no margin; nor has a margin: `Elo (95% CI)`.
    amounts = {n: what for n, what in kinds.items() if what in (*_AMOUNTS, "interval")}
    amounts = {n: what for n, what in amounts.items() if _words(n).isdisjoint(_IN_PERCENT)}
    kinds |= {n: "" for n, what in amounts.items() if _is_marked(sheet, n, what)}
    plain = {plain_name(n) for n in columns}
    raws = {n: plain_name(n).removesuffix("_raw") for n in columns}
    kinds |= {n: "raw" for n, of in raws.items() if of != plain_name(n) and of in plain}
    # That of another with a word more, or a word alone, is what its name says.
    vague = {n: plain_name(n).rpartition("_")[0] for n in kinds if _VAGUE.search(n)}
    kinds |= {n: "" for n, of in vague.items() if of not in {"", *plain}}
    # Places and numbers of things are whole: `Place (n=10)` is what a robot does.
    counts = [n for n, what in kinds.items() if what in ("order", "count")]
    is_number = [n for n in counts if has_fractions(sheet, n) or count_decimals(sheet, [n]) > 1]
    return kinds | {n: "" for n in counts if re.search(r"\(n\s*=", n) or n in is_number}


def _margins_beside(columns: Collection[str], kinds: Mapping[str, str]) -> Iterator[str]:
    """Yield columns that are ends or margins by what stands beside them.

    These are `elo+` and `elo-`, or `+` and `-`; `Error` beside a rating, as Ordo writes it; and
    `min`, `max` and `median` beside a mean and a deviation.
    """
    plain = {name: plain_name(name) for name in columns}
    ends = Counter(n[:-1] for n in columns if n[-1] in "+-\N{MINUS SIGN}")
    signs = [n for n in columns if n[-1] in "+-\N{MINUS SIGN}" and ends[n[:-1]] > 1]
    yield from (n for n in signs if n[:-1].strip() in ("", *kinds))
    if {"rating", "elo"} & {*plain.values()}:
        yield from (n for n in columns if plain[n] in ("error", "err"))
    if "mean" in plain.values() and "deviation" in kinds.values():
        yield from (n for n in columns if plain[n] in ("median", "min", "max"))


def _averages_of_groups(kinds: Mapping[str, str]) -> Iterator[str]:
    """Yield averages of groups, where a table has no other scores: not `Global Average`."""
    names = [name for name, what in kinds.items() if what == "average"]
    if len(names) < 3 or "" in kinds.values():
        return
    words = {n: {w for w in plain_name(n).split("_") if not w.isdecimal()} for n in names}
    shared = set.intersection(*words.values())
    for name in names:
        core = words[name] - shared - _MEAN_WORDS - {"avg", "overall", "task", "tasktype", "type"}
        rest = " ".join(sorted(core))
        is_of_all = core <= _TOTALS or not core.isdisjoint(("micro", "weighted", "no", "without"))
        if core and not is_of_all and not measure_of(rest):
            yield name


def _in_averages(sheet: Sheet, kinds: Mapping[str, str]) -> Iterator[str]:
    """Yield scores by the averages of a table.

    Amounts by name are scores where an average counts them: `Object size` of what is seen. So is an
    average that is none of the scores, by its metric and since it lies outside of them.
    """
    scores = [name for name, what in kinds.items() if not what]
    amounts = grouped((k, n) for n, k in kinds.items() if k in (*_AMOUNTS, "speed", "order"))
    averages = [name for name, what in kinds.items() if what == "average"]
    metrics = {*map(metric_in, scores)} - {""}
    for name in averages[:_MOST_SHARES] if len(scores) > 1 else ():
        most = 1.01 * 10.0 ** -min(count_decimals(sheet, scores), count_decimals(sheet, [name]))
        for some in amounts.values():
            if _is_mean(sheet, name, [*scores, *some], most, is_whole=True):
                yield from some
        is_told = direction_in(name) is not None or metric_in(name) != ""
        if is_told and metric_in(name) not in metrics:
            ranges = _ranges(sheet, name, scores)
            if not any(least <= whole <= greatest for whole, least, greatest, _ in ranges):
                yield name


def _of_classes(kinds: Mapping[str, str]) -> Iterator[str]:
    """Yield averages over classes of which other columns have the same metric: `macro avg F1`."""
    plain = {name: plain_name(name) for name, what in kinds.items() if not what}
    found = {name: _OF_CLASSES.sub("", p).strip("_") for name, p in plain.items()}
    others = [p for name, p in plain.items() if found[name] == p]
    for name, metric in found.items():
        if metric == plain[name]:
            continue  # before the others are looked at: a file may have thousands
        same = [p for p in others if p.endswith(f"_{metric}") or p.startswith(f"{metric}_")]
        if len(same) > 1:
            yield name


def _counts_of_shares(sheet: Sheet, kinds: Mapping[str, str]) -> Iterator[str]:
    """Yield counts of what was solved of which another column has the share: 374 and 74.8."""
    columns = [name for name, what in kinds.items() if not what]
    shares = {n for n in columns if metric_in(n) or names_percent(n) or "rate" in _words(n)}
    shares |= {n for n in columns if any(number.is_percent for number in sheet.numbers(n))}
    shares |= {n for n in columns if has_fractions(sheet, n)}
    counts = (name for name in columns if is_of_done(name) and name not in shares)
    beside = [name for name in columns if name in shares][:_MOST_SHARES]
    for name in islice(counts, _MOST_SHARES):
        if any(_has_share(sheet, name, share) for share in beside):
            yield name


def _has_share(sheet: Sheet, count: str, share: str) -> bool:
    """Return whether a column of whole numbers divided by some total is another column."""
    rows = sheet.rows[:_SAMPLE_ROWS]
    both = ([parse_number(row.get(n), sheet.marks) for n in (count, share)] for row in rows)
    pairs = [(n.value, s.value) for n, s in both if n and s]
    most, (n, s) = 0.6 * 10.0 ** -count_decimals(sheet, [share]), max(pairs, default=(0.0, 0.0))
    if s <= 0 or len({*pairs}) < 2 or any(n % 1 for n, _ in pairs):
        return False
    totals = [(times, round(times * n / s)) for times in (100, 1)]
    return any(
        total > n and all(abs(times * a / total - b) <= most for a, b in pairs)
        for times, total in totals
    )


def _of_group(group: str, name: str) -> str:
    """Return what the numbers of a group are by its name: `pricing.input`, `Price: Output`."""
    is_of_scores = plain_name(last_part(group)) in _SUBJECTS or metric_in(name)
    what = measure_of(last_part(group)) if group and not is_of_scores else ""
    return what if what in ("cost", "time", "speed", "tokens", "size") else ""


def has_fractions(sheet: Sheet, name: str) -> bool:
    """Return whether a column has numbers with decimals."""
    return any(number.value % 1 for number in sheet.numbers(name))


def _counts_rows(sheet: Sheet, name: str) -> bool:
    """Return whether numbers without a name, or below `#` or `Pos` (1, 2, 15), count the rows."""
    plain = name.strip(" .").casefold()
    if plain not in _ROW_NUMBERS:
        return False
    numbers = [number.value for number in sheet.numbers(name)]
    most = len(sheet.rows) if plain == _ROW_NUMBERS[-1] else math.inf
    ranks = all(n % 1 == 0 and 0 <= n <= most for n in numbers)
    return ranks and numbers == sorted(numbers)


def _means(sheet: Sheet, kinds: Mapping[str, str]) -> Iterator[str]:
    """Yield the columns that are called a mean, and are that of columns next to them: `CT Mean`.

    One that is called a score, and lies between all others, is a mean of some kind too.
    """
    columns = [name for name, what in kinds.items() if not what]
    totals = {name for name in columns if plain_name(name) in _TOTALS}
    # With nothing but a metric in its name, one may be of all: `Acc` of `1` to `30`.
    bare = {name for name in columns if is_bare(name)}
    bare = bare if len(bare) == 1 and len(columns) - len(bare | totals) > 2 else set()
    words = {name: {*plain_name(name).split("_")} for name in columns}
    means = totals | bare | {name for name in columns if not _MEAN_WORDS.isdisjoint(words[name])}
    may_vary = {name for name in totals if words[name] & _WEIGHTED}
    parts = [name for name in columns if name not in means]
    # `Pass@1` of `Easy-Pass@1` and `Hard-Pass@1`.
    may_vary |= {n for n in bare if all(plain_name(p).endswith(plain_name(n)) for p in parts)}
    if not means or len(parts) < 2:
        return
    digits, place = count_decimals(sheet, parts), 0
    for name in columns:
        if name not in means:
            place += 1
            continue
        most = 1.01 * 10.0 ** -min(digits, count_decimals(sheet, [name]))  # both are rounded
        sides = (parts[max(0, place - _MOST_PARTS) : place][::-1], parts[place:][:_MOST_PARTS])
        is_total = name in may_vary and len(parts) > 2 and _is_between(sheet, name, parts)
        found = [side for side in sides if name not in bare or len(side) == len(parts)]
        ways = (False, True) if name in totals else (False,)
        if is_total or any(
            _is_mean(sheet, name, of, most, is_sum=way, is_whole=name in bare)
            for of in found
            for way in ways
        ):
            yield name


def _is_between(sheet: Sheet, name: str, parts: Sequence[str]) -> bool:
    """Return whether a column lies between the lowest and the highest of others in each row."""
    if any(direction_in(part) is False for part in parts):
        return False  # these do not compare
    ranges = [of for of in _ranges(sheet, name, parts) if of[3] > 2]
    between = (0 <= least <= whole <= greatest <= 100 for whole, least, greatest, _ in ranges)
    return len(ranges) > 1 and all(between)


def _ranges(
    sheet: Sheet, name: str, parts: Sequence[str]
) -> Iterator[tuple[float, float, float, int]]:
    """Yield the number of a column in each row, and the least and greatest of `n` others."""
    for row in sheet.rows:
        whole, *found = (parse_number(row.get(n), sheet.marks) for n in (name, *parts))
        numbers = [number.value for number in found if number]
        if whole and numbers:
            yield whole.value, min(numbers), max(numbers), len(numbers)


def _is_mean(
    sheet: Sheet,
    name: str,
    parts: Sequence[str],
    most: float,
    *,
    is_sum: bool = False,
    is_whole: bool = False,
) -> bool:
    """Return whether a column is the mean or sum of the first parts, but for `most`."""
    lengths = {*range(len(parts) if is_whole else 2, len(parts) + 1)}
    times = Counter[int]()
    for row in sheet.rows:
        mean, *numbers = (parse_number(row.get(n), sheet.marks) for n in (name, *parts))
        sums = [*accumulate(n.value for n in takewhile(bool, numbers) if n)]
        known = {k for k in lengths if mean and k <= len(sums)}
        times.update(known)
        parts_of = {k: 1 if is_sum else k for k in known}
        lengths -= {
            k for k, n in parts_of.items() if mean and abs(sums[k - 1] / n - mean.value) > most
        }
        if not lengths:
            return False
    return any(times[k] > 1 for k in lengths)


def count_decimals(sheet: Sheet, names: Sequence[str]) -> int:
    """Return the most decimals that a number of some columns is written with, up to six."""
    found = (_DECIMALS.search(text) for name in names for text in sheet.texts(name))
    return min(6, max((len(match[1]) for match in found if match), default=0))


def find_margins(columns: Collection[str]) -> Iterator[str]:
    """Yield both ends of each interval by name, and margins: `moe_win_loss` of `win_loss`."""
    of_plain = {plain_name(name): name for name in columns}
    for plain, name in of_plain.items():
        for low, high in (_INTERVALS | _ENDS).items():
            # With one score in a row, the ends have no name before them: `lower`, `upper`.
            middle = f"_{plain}".removesuffix(f"_{low}").removeprefix("_")
            other = f"{middle}_{high}".removeprefix("_")
            middles = {middle, *(f"{middle}_{word}" for word in _MIDDLES)}
            is_end = low in _INTERVALS or not (middle == "" or middles.isdisjoint(of_plain))
            if middle != plain and other in of_plain and is_end:
                yield from (name, of_plain[other])
        other, middle = f"upper_{plain[6:]}", plain[6:]
        if plain.startswith("lower_") and {other, middle} <= of_plain.keys():
            yield from (name, of_plain[other])
        if plain.startswith("moe_") and plain.removeprefix("moe_") in of_plain:
            yield name


def group_of(name: str) -> str:
    """Return the object or the heading that a column is below; empty for none."""
    return name.removesuffix(last_part(name)).rstrip(".: ")


def find_totals(kinds: Mapping[str, str]) -> dict[str, str]:
    """Return the group of each average that is the only one of it, beside others of the group."""
    averages = {n: group_of(n) for n, what in kinds.items() if what == "average" and group_of(n)}
    others = Counter(group_of(n) for n, what in kinds.items() if not what)
    times = Counter(averages.values())
    # Alone in its group, one is of it where other groups have one: `a.overall`, `b.overall`.
    of_scores = {n for n, group in averages.items() if not measure_of(last_part(group))}
    words = Counter(map(last_part, of_scores))
    return {
        n: group
        for n, group in averages.items()
        if times[group] == 1 and (others[group] or (n in of_scores and words[last_part(n)] > 1))
    }


def kind_by_name(name: str) -> str:
    """Return what a column is by its name, if no score: `costPerTask`, not `NaturalQuestions`."""
    apart = in_words(name)
    is_of_data = apart != name and name[0].isupper() and not is_general(apart)
    return measure_of(name if is_of_data else apart)


def _words(name: str) -> set[str]:
    return {*plain_name(name).split("_")}


def in_words(name: str) -> str:
    """Return a name with its words apart where capitals begin them: `costPerTask`."""
    return _CAPITAL.sub(" ", name) if _CAMEL.fullmatch(name) else name


def last_part(name: str) -> str:
    """Return the last part of a name: of an object in another, or below a group in a heading."""
    return _DOT.split(name)[-1].rpartition(": ")[2]


def is_numeric(sheet: Sheet, name: str) -> bool:
    """Return whether at least half of the filled cells of a column are numbers."""
    return _are_most(sheet, name, len(sheet.numbers(name)))


def holds_more(sheet: Sheet, name: str) -> bool:
    """Return whether at least half of the filled cells hold more than a number."""
    whys = (why_no_number(cell, sheet.marks) for cell in sheet.cells(name))
    return _are_most(sheet, name, sum(map(bool, whys)))


def _is_marked(sheet: Sheet, name: str, what: str) -> bool:
    """Return whether most numbers of a column have a margin or, of an amount, a percent sign."""
    is_amount, may_vary, numbers = what in _AMOUNTS, what != "time", sheet.numbers(name)
    marked = [(n.has_spread and may_vary) or (n.is_percent and is_amount) for n in numbers]
    return 2 * sum(marked) > len(marked)


def _are_most(sheet: Sheet, name: str, n: int) -> bool:
    """Return whether `n` cells are at least half of the filled ones of a column."""
    return n > 0 and 2 * n >= sum(not is_blank(cell) for cell in sheet.cells(name))
