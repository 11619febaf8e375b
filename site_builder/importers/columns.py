"""Guess what each column of a table of scores is, by its name, or ask."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate, takewhile
from pathlib import Path
from typing import Any

from site_builder.errors import did_you_mean
from site_builder.formatting import listed, quoted
from site_builder.importers.cells import (
    SIZE,
    is_blank,
    names_percent,
    parse_number,
    start_of,
    truth_of,
    why_no_number,
    word_of,
)
from site_builder.importers.documents import NAME, looks_like_model
from site_builder.importers.reading import WORDS, FurtherColumn, ImportOptions
from site_builder.importers.sheets import Sheet
from site_builder.importers.values import Choices, UnreadableFileError, as_link, moment_of
from site_builder.records import Record, field, replace
from site_builder.tables.columns import RESERVED, names_setting
from site_builder.tables.metrics import (
    SPREADS,
    direction_in,
    is_cost,
    is_size_in_billions,
    measure_of,
    plain_name,
)
from site_builder.tables.schema import MEASURES, RESULTS

MEANINGS: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf8")
)
"""Names of columns by what they hold, by the table that it belongs to."""
SYNONYMS = {meaning: names for table in MEANINGS.values() for meaning, names in table.items()}
_MAX_CHOICES = 12
_INTERVALS = (
    ("_lower", "_upper"),
    ("_lb", "_ub"),
    ("_ci_low", "_ci_high"),
    ("_q025", "_q975"),
    ("_p2_5", "_p97_5"),
)
# Only beside what they are the ends of: `Accuracy low`.
_ENDS = (
    *(("_low", "_high"), ("_lo", "_hi"), ("_min", "_max"), ("_lcb", "_ucb"), ("_p5", "_p95")),
    *(
        ("_lower_bound", "_upper_bound"),
        ("_95_low", "_95_high"),
        ("_q05", "_q95"),
        ("_2_5", "_97_5"),
    ),
)
_AMOUNT = re.compile(r"\d[\d.,]*+\s?[A-Za-z]{1,2}", re.ASCII)  # `26.5 GB`, `500k`
_AMOUNTS = ("cost", "time", "size", "tokens", "count")
_LAST = ("size", "count", "tokens", "order", "setting")
_MOST_PARTS = 300
_CAMEL = re.compile(r"[a-z]+([A-Z][a-z]+)+", re.ASCII)
_CAPITAL = re.compile(r"(?=[A-Z])")
_IS_RATE = re.compile(r"(/|[ _]per[ _])\w+\W*$")  # `Tokens/s`, which is no time
_DECIMALS = re.compile(r"[.,](\d++)", re.ASCII)
_MEAN_WORDS = {"mean", "average", "all", "macro"}
_RESULTS = ("result", "results", "metric", "metrics", "score", "scores")
_MAX_TEXT = 60
# What a name says of its unit, as its last part or in brackets: `latency_ms`, `Time (s)`.
_UNITS = {
    "USD": ("usd", "dollars"), "s": ("s", "sec", "secs", "seconds"), "ms": ("ms", "milliseconds"),
    "tokens": ("tokens",), "%": ("pct", "percent"), "GB": ("gb",),
}  # fmt: skip
_ROW_NUMBERS = ("#", "\N{NUMERO SIGN}", "pos", "column 1")  # the last is without a name
_NOT_SHOWN = ("order", "rank", "interval", "error", "deviation")
"""Numbers that say nothing beside others: a place among the rows, a spread or its ends."""
_RUN = frozenset(("run_model", "evaluator_relationship", "tool", "retrieved"))


class Columns(Record):
    """What the columns of a table are.

    Attributes:
        named: Column of the table by column of the schema.
        across: What each column of `scores` is: a `task`, a `model`, or empty for a score per row.
        errors: Column with the standard error of each of these columns.
        metric: The metric of all scores, if the score column is named by it.
        measures: What each column of numbers is that is no score, such as `cost`.
        further: Columns that are, or can be, facets and measures.
        settings: Columns that tell how a model was run, by their name.
        totals: The group of each score that is its total: `A` of `A.overall`, beside `A.easy`.
    """

    named: Mapping[str, str]
    across: str
    scores: tuple[str, ...]
    errors: Mapping[str, str]
    unused: tuple[str, ...]
    metric: str = ""
    measures: Mapping[str, str] = field(default_factory=dict)
    further: tuple[FurtherColumn, ...] = ()
    settings: tuple[str, ...] = ()
    totals: Mapping[str, str] = field(default_factory=dict)

    def whole_of(self, column: str) -> str:
        """Return the group that a score is a part of, if it has a total; else nothing."""
        group = group_of(column)
        return group if column not in self.totals and group in self.totals.values() else ""

    def __str__(self) -> str:
        """Describe the guess on one line, for the user to check."""
        shape = f"{self.across} per column" if self.across else "score per row"
        taken = {of.id: of for of in self.further if of.is_taken}
        words = {name: "measure " if of.is_measure else "facet " for name, of in taken.items()}
        named = {**self.named, **{name: of.column for name, of in taken.items()}}
        parts = [f"{words.get(name, '')}{name} = {column!r}" for name, column in named.items()]
        parts += [f"{self.across}s = {', '.join(self.scores)}"] if self.across else []
        columns = {of.column for of in taken.values()}
        kinds = {name: what for name, what in self.measures.items() if name not in columns}
        measures = [f"{name} ({what})" for name, what in kinds.items()]
        parts += [f"totals: {', '.join(self.totals)}"] if self.totals else []
        parts += [f"no scores: {', '.join(measures)}"] if measures else []
        errors = self.errors.values() if self.across else ()
        parts += [f"standard errors: {', '.join(errors)}"] if errors else []
        settings = [name for name in self.settings if name not in columns]
        parts += [f"settings: {', '.join(settings)}"] if settings else []
        unused = [n for n in self.unused if n not in {*kinds, *columns, *settings}]
        parts += [f"not used: {', '.join(unused)}"] if unused else []
        return f"one {shape}; {'; '.join(parts)}"


def guess_columns(sheet: Sheet, options: ImportOptions) -> Columns:
    """Guess what each column of a table is, also of those that are facets and measures."""
    for meaning, column in options.columns.items():
        is_known = meaning in SYNONYMS or column in sheet.names
        hint = "" if is_known else did_you_mean(meaning, SYNONYMS, "names")
        if hint.startswith("Did"):
            why = f"[import.columns] of site.toml names {meaning!r}. {hint}"
            raise UnreadableFileError(why=why)
    # Of several files, each may have some of the facets.
    stated = {m: c for m, c in options.columns.items() if m in SYNONYMS or c in sheet.names}
    columns = _guess(sheet, replace(options, columns=stated))
    taken = {name: column for name, column in columns.named.items() if name not in SYNONYMS}
    numeric = {name for name in (*columns.unused, *taken.values()) if _is_numeric(sheet, name)}
    numeric -= {*filter(options.is_setting, numeric)}
    if texts := [taken[n] for n in MEASURES if n in taken and taken[n] not in numeric]:
        why = f"most cells of the measure {quoted(texts)} are no numbers"
        raise UnreadableFileError(why=why, fix="Delete it under [import.columns] in site.toml.")
    several = len(columns.scores) > 1 or columns.across == "model"
    of_names = {*(options.model_by or ()), *options.task_by}
    unused = [name for name in columns.unused if name not in of_names]
    further = find_further(sheet, unused, numeric, taken, several=several)
    named = {name: column for name, column in columns.named.items() if name in SYNONYMS}
    parts = {n for n in unused if options.further and _is_part_of_task(sheet, named, n)}
    found = tuple(
        replace(of, is_taken=of.is_taken or (options.further and of.column not in parts))
        for of in further
    )
    others = (n for n in columns.unused if n not in numeric)
    settings = tuple(n for n in others if names_setting(n) or options.is_setting(n))
    return replace(columns, named=named, further=found, settings=settings)


def _is_part_of_task(sheet: Sheet, named: Mapping[str, str], column: str) -> bool:
    """Return whether a column tells rows of a model apart by what was measured: `Difficulty`."""
    is_named = not {*WORDS["tasks"]}.isdisjoint(plain_name(column).split("_"))
    return is_named and _tells_apart(sheet, named, column)


def _guess(sheet: Sheet, options: ImportOptions) -> Columns:
    """Guess what each column is, by its name, except those that `site.toml` states.

    Numbers alone tell neither models nor what is a score of several: then it is an error that
    offers the choice.
    """
    stated, tasks, models = options.columns, options.task_columns, options.model_columns
    _check_stated(sheet.names, stated, tasks or (), models)
    plain = {name: plain_name(_in_words(name)) for name in sheet.names}
    named = _name_columns(sheet, plain, stated, (*(tasks or ()), *models))
    free = [name for name in sheet.names if name not in named.values()]
    errors = _errors(plain, free)
    columns = [n for n in free if n not in errors.values() and _is_numeric(sheet, n)]
    kinds = _kinds(sheet, columns, options)
    no_measures = tasks or _totals(kinds)
    measures = {n: what for n, what in kinds.items() if what and n not in no_measures}
    numbers = [name for name in columns if name not in measures]
    if sheet.is_across and not {*stated} & {"model", "task"} and not models:
        raise _across(sheet, options)
    if models:
        named.pop("model", None)
        _check_tasks(sheet, options, named)
    elif "model" not in named and not (options.model or options.model_by):
        raise _no_model(sheet, options, named, [n for n in columns if kinds[n] not in _LAST])
    elif "task" in named and tasks is None:
        return _long(sheet, options, named, free, numbers)
    # Cells with more than a number are reported one by one.
    others = (n for n in free if n not in {*kinds, *errors.values()} and not measure_of(n))
    more = [n for n in others if _holds_more(sheet, n)]
    names = {*sheet.names}
    scores = tuple(n for n in models or tasks or (*numbers, *more) if n in names)
    if tasks is None and not models and (not scores or not sheet.deep.isdisjoint(numbers)):
        raise _no_scores(sheet, options, named, numbers, measures)
    errors = _errors_of_groups(scores, free) | {c: errors[c] for c in scores if c in errors}
    used = {*scores, *errors.values()}
    unused = tuple(name for name in free if name not in used)
    measures = {n: what for n, what in measures.items() if n not in used and what != "setting"}
    return Columns(
        named,
        "model" if models else "task",
        scores,
        errors,
        unused,
        measures=measures,
        totals=_totals({name: kinds.get(name, "") for name in scores}),
    )


def _errors(plain: Mapping[str, str], free: Collection[str]) -> dict[str, str]:
    """Return the column of standard errors of each column that has one: `acc_stderr` of `acc`."""
    by_word = {plain[name]: name for name in free}
    return {
        column: by_word[word]
        for end in ("_se", "_stderr")
        for column in free
        if (word := f"{plain[column]}{end}") in by_word
    }


def _errors_of_groups(scores: Sequence[str], free: Collection[str]) -> dict[str, str]:
    """Return the error of each score that is the only one of its group: `a.stderr`."""
    stderrs = [name for name in free if plain_name(_last_part(name)) in SYNONYMS["stderr"]]
    of_group: dict[str, list[str]] = {}
    for name in scores:
        of_group.setdefault(name.removesuffix(_last_part(name)), []).append(name)
    groups = {name.removesuffix(_last_part(name)): name for name in stderrs}
    return {of_group[g][0]: name for g, name in groups.items() if len(of_group.get(g, ())) == 1}


def group_of(name: str) -> str:
    """Return the object or the heading that a column is below; empty for none."""
    return name.removesuffix(_last_part(name)).rstrip(".: ")


def _totals(kinds: Mapping[str, str]) -> dict[str, str]:
    """Return the group of each average that is the only one of it, beside others of the group."""
    averages = {n: group_of(n) for n, what in kinds.items() if what == "average" and group_of(n)}
    others = Counter(group_of(n) for n, what in kinds.items() if not what)
    times = Counter(averages.values())
    return {n: group for n, group in averages.items() if times[group] == 1 and others[group]}


def _in_words(name: str) -> str:
    """Return a name with its words apart where capitals begin them: `costPerTask`."""
    return _CAPITAL.sub(" ", name) if _CAMEL.fullmatch(name) else name


def _last_part(name: str) -> str:
    """Return the last part of a name: of an object in another, or below a group in a heading."""
    return name.rpartition(".")[2].rpartition(": ")[2]


def _is_wide(sheet: Sheet, named: Mapping[str, str]) -> bool:
    """Return whether a table has several models, and none twice."""
    models = sheet.texts(named.get("model", ""))
    return "model" in named and len({*models}) == len(models) > 1


def _kinds(sheet: Sheet, columns: Collection[str], options: ImportOptions) -> dict[str, str]:
    """Return what each column of numbers is that is no score, such as `cost`; else nothing."""
    kinds = {n: measure_of(_in_words(n)) or measure_of(_last_part(n)) for n in columns}
    # Gigabytes are of what something ran on, or made.
    units = {n: sheet.units.get(n, "") for n in columns if not kinds[n]}
    kinds |= {n: "size" for n, u in units.items() if "/" not in u and measure_of(u) == "size"}
    # A cost or a size is no percentage, and has no margin; nor has a margin: `Elo (95% CI)`.
    amounts = {n: what for n, what in kinds.items() if what in (*_AMOUNTS, "interval")}
    kinds |= {n: "" for n, what in amounts.items() if _is_marked(sheet, n, what)}
    # Places are whole: `Place (n=10)` is what a robot does.
    places = (n for n, what in kinds.items() if what == "order" and re.search(r"\(n\s*=", n))
    kinds |= dict.fromkeys(places, "")
    # The ends of an interval: `elo+` and `elo-`.
    ends = (n for n in columns if n[-1] in "+-" and {n[:-1].strip(), f"{n[:-1]}+"} <= kinds.keys())
    kinds |= dict.fromkeys((*ends, *_margins(columns)), "interval")
    kinds |= dict.fromkeys((n for n in columns if _counts_rows(sheet, n)), "rank")
    kinds |= dict.fromkeys(filter(options.is_setting, columns), "setting")
    return kinds | dict.fromkeys(_means(sheet, kinds), "average")


def _counts_rows(sheet: Sheet, name: str) -> bool:
    """Return whether the numbers of a column without a name, or `#` or `Pos`, count the rows."""
    if name.strip(" .").casefold() not in _ROW_NUMBERS:
        return False
    numbers = [number.value for number in sheet.numbers(name)]
    ranks = all(n % 1 == 0 and 0 <= n <= len(sheet.rows) for n in numbers)
    return ranks and numbers == sorted(numbers)


def _means(sheet: Sheet, kinds: Mapping[str, str]) -> Iterator[str]:
    """Yield the columns that are called a mean, and are that of columns next to them: `CT Mean`."""
    columns = [name for name, what in kinds.items() if not what]
    means = {n for n in columns if not _MEAN_WORDS.isdisjoint(plain_name(n).split("_"))}
    parts = [name for name in columns if name not in means]
    if not means or len(parts) < 2:
        return
    digits, place = _decimals(sheet, parts), 0
    for name in columns:
        if name not in means:
            place += 1
            continue
        most = 1.01 * 10.0 ** -min(digits, _decimals(sheet, [name]))  # both are rounded
        sides = (parts[max(0, place - _MOST_PARTS) : place][::-1], parts[place:][:_MOST_PARTS])
        if any(_is_mean(sheet, name, side, most) for side in sides):
            yield name


def _is_mean(sheet: Sheet, name: str, parts: Sequence[str], most: float) -> bool:
    """Return whether a column is `most` off the mean of the first few parts, in several rows."""
    lengths, times = {*range(2, len(parts) + 1)}, Counter[int]()
    for row in sheet.rows:
        mean, *numbers = (parse_number(row.get(n), sheet.marks) for n in (name, *parts))
        sums = [*accumulate(n.value for n in takewhile(bool, numbers) if n)]
        known = {k for k in lengths if mean and k <= len(sums)}
        times.update(known)
        lengths -= {k for k in known if mean and abs(sums[k - 1] / k - mean.value) > most}
        if not lengths:
            return False
    return any(times[k] > 1 for k in lengths)


def _decimals(sheet: Sheet, names: Sequence[str]) -> int:
    """Return the most decimals that a number of some columns is written with, up to six."""
    found = (_DECIMALS.search(text) for name in names for text in sheet.texts(name))
    return min(6, max((len(match[1]) for match in found if match), default=0))


def _margins(columns: Collection[str]) -> Iterator[str]:
    """Yield both ends of each interval by name, and margins: `moe_win_loss` of `win_loss`."""
    of_plain = {plain_name(name): name for name in columns}
    for plain, name in of_plain.items():
        for low, high in _INTERVALS:
            # With one score in a row, the ends have no name before them: `lower`, `upper`.
            whole = f"_{plain}"
            other = f"{whole.removesuffix(low)}{high}".removeprefix("_")
            if whole.endswith(low) and other in of_plain:
                yield from (name, of_plain[other])
        for low, high in _ENDS:
            other = f"{plain.removesuffix(low)}{high}"
            if plain.endswith(low) and {other, plain.removesuffix(low)} <= of_plain.keys():
                yield from (name, of_plain[other])
        other, middle = f"upper_{plain[6:]}", plain[6:]
        if plain.startswith("lower_") and {other, middle} <= of_plain.keys():
            yield from (name, of_plain[other])
        if plain.startswith("moe_") and plain.removeprefix("moe_") in of_plain:
            yield name


def _across(sheet: Sheet, options: ImportOptions) -> UnreadableFileError:
    """Return the error of objects by name with numbers alone, with both answers."""
    names = quoted(sheet.cells(NAME), most=4)
    numbers = [name for name in sheet.names if _is_numeric(sheet, name)]
    why = f"nothing tells whether {names} are models or tasks"
    of_task: dict[str, Any] = {"columns": {**options.columns, "task": NAME}}
    if not any("." in name for name in numbers):
        why += f"; they have {quoted(numbers, most=4)}"
        of_task["model_columns"] = numbers
    of_model = {"columns": {**options.columns, "model": NAME}}
    are_models = 2 * sum(map(looks_like_model, numbers)) >= len(numbers)
    paste: Choices = (of_task, of_model) if are_models else (of_model, of_task)
    return UnreadableFileError(why=why, fix="Write into site.toml which they are.", paste=paste)


def _no_model(
    sheet: Sheet, options: ImportOptions, named: Mapping[str, str], numbers: list[str]
) -> UnreadableFileError:
    """Return the error of a table without a column of models, with what may name them."""
    tasks = {*map(str, sheet.cells(named.get("task", "")))}
    texts = _texts(sheet, named) if len(tasks) < len(sheet.rows) else []
    columns = [{"columns": {**options.columns, "model": name}} for name in texts]
    is_across = "task" in named and "score" not in named
    of_models: list[dict[str, Any]] = [{"model_columns": numbers}] if is_across and numbers else []
    if "task" not in named and "score" not in named and len(numbers) > 1:
        of_tasks = _of_tasks(sheet, options, named)[:1]
        of_models = [{**of, "model_columns": numbers} for of in of_tasks]
    are_models = 2 * sum(map(looks_like_model, numbers)) >= len(numbers)
    if not is_across and "metric" not in named and not are_models:
        columns, of_models = [*columns, *of_models], []
    names = sheet.found.places
    if sheet.found.is_named:  # The folders of one file tell nothing.
        names = {place: name for place, name in names.items() if " " not in place}
    places = sorted(names, key=lambda p: names[p] in WORDS["files"] or names[p].isdecimal())
    paste: Choices = (*of_models, *columns, *({"model_by": [place]} for place in places))
    fix = "Name the model of all rows by --model, or write into site.toml what names it."
    return UnreadableFileError(why="it has no column of models", fix=fix, paste=paste)


def _check_tasks(sheet: Sheet, options: ImportOptions, named: Mapping[str, str]) -> None:
    """Raise an error with what may name the tasks of a table whose models are columns."""
    choices = [] if "task" in named or options.task_by else _of_tasks(sheet, options, named)
    if choices:
        fix = "Write into site.toml what names them."
        raise UnreadableFileError(why="it has no column of tasks", fix=fix, paste=tuple(choices))


def _of_tasks(
    sheet: Sheet, options: ImportOptions, named: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return what may name the tasks of a table whose models are columns, the likely first."""
    names = filter(None, (named.get("metric"), *_texts(sheet, named)))
    return [{"columns": {**options.columns, "task": name}} for name in names]


def _texts(sheet: Sheet, named: Mapping[str, str]) -> list[str]:
    """Return some columns of text that may name something, those with most values first."""
    # What was timed, or another name of what a family has, may be the model.
    meanings = MEANINGS["scores"].keys() - {"command", "variant"}
    used = {*sheet.deep, *(named.get(meaning) for meaning in meanings)}
    texts = [name for name in sheet.names if name not in used and not _is_numeric(sheet, name)]
    found = {name: {*sheet.texts(name)} for name in texts}
    # Yes and no, and days, name nothing.
    texts = [n for n in texts if not all(truth_of(t) or moment_of(t) for t in found[n] if t)]
    texts.sort(key=lambda n: (any(map(_AMOUNT.fullmatch, found[n])), -len(found[n])))
    return texts[:_MAX_CHOICES]


def _no_scores(
    sheet: Sheet,
    options: ImportOptions,
    named: Mapping[str, str],
    numbers: list[str],
    measures: Mapping[str, str],
) -> UnreadableFileError:
    """Return the error of a table of which nothing tells whether columns of numbers are scores."""
    paste: Choices = tuple({"task_columns": names} for names in _groups(sheet, numbers, measures))
    fix = "Name the scores in site.toml; or write a table with the columns model, task and score."
    only = listed([f"{name} ({what})" for name, what in measures.items()], most=6)
    why = f"it has no column of scores{only and f', only {only}'}"
    if numbers:
        what = "a single record" if len(sheet.rows) == 1 else "no flat table"
        why = f"it is {what}, and nothing tells which numbers are scores"
    if any(isinstance(cell, list) for cell in sheet.cells(named.get("score", ""))):
        why = f"its {named['score']!r} is a list, and nothing names what each of its numbers is of"
        fix = "Write a table with the columns model, task and score."
    elif "score" in named:
        why = f"its column {named['score']!r} has scores, but no column names their task"
        texts = ({**options.columns, "task": name} for name in _texts(sheet, named))
        alone: Choices = ({"task_columns": [named["score"]]},) if "model" in named else ()
        paste = (*alone, *({"columns": of} for of in texts))
        fix = "Add a column 'task', or say that all are of one task."
    return UnreadableFileError(why=why, fix=fix, paste=paste)


def _groups(sheet: Sheet, numbers: Sequence[str], measures: Mapping[str, str]) -> list[list[str]]:
    """Return columns of numbers that may be scores together, the likely ones first.

    Those that are called results, else those of one kind; what says how large a model or a run was
    comes last.
    """
    kinds = {**dict.fromkeys(numbers, ""), **measures}
    kinds = {n: what for n, what in kinds.items() if what != "order" or n not in sheet.deep}
    of_kind: dict[str, list[str]] = {}
    for name in sheet.names:
        if name in kinds:
            is_result = plain_name(name).split("_")[0] in _RESULTS
            is_result = is_result and kinds[name] not in (*_LAST, *SPREADS)
            of_kind.setdefault("result" if is_result else kinds[name], []).append(name)
    ordered = sorted(
        of_kind, key=lambda what: (what != "result", what in _LAST, -len(of_kind[what]))
    )
    return [of_kind[what] for what in ordered]


def _name_columns(
    sheet: Sheet, plain: dict[str, str], stated: Mapping[str, str], tasks: Collection[str]
) -> dict[str, str]:
    """Return the column of each meaning, as stated or by its plain name."""
    named = dict(stated)
    for meaning, names in SYNONYMS.items():
        taken = {*named.values(), *tasks}
        first = {plain[name]: name for name in reversed(plain) if name not in taken}
        match = next((first[word] for word in names if word in first), None)
        if match and not _is_meant(sheet, named, meaning, match):
            match = None
        if meaning == "model" and match is None:
            match = _nested_name(sheet, taken)
        if meaning == "parameters_b" and match is None:
            sizes = (n for n in first.values() if is_size_in_billions(n) or _has_sizes(sheet, n))
            match = next(sizes, None)
        if meaning not in named and match is not None:
            named[meaning] = match
    if {*stated} & {"task", "score"} or "task" in named:
        return named
    if _is_wide(sheet, named) or _has_scores_beside(sheet, named):
        # A score for each model is one of the tasks. The error may be that of another, and what is
        # called a category that of the model.
        of_tasks = {"score", "stderr", *MEANINGS["tasks"]} - {*stated}
        return {of: name for of, name in named.items() if of not in of_tasks}
    return named


def _is_meant(sheet: Sheet, named: Mapping[str, str], meaning: str, column: str) -> bool:
    """Return whether a column can hold what its name says."""
    if meaning in ("model", "task") and _are_fractions(sheet, column):
        return False  # a time of the system names no system
    if meaning == "task" and _is_wide(sheet, named) and _is_numeric(sheet, column):
        return False  # it is the score on a test
    return meaning != "subset" or _tells_apart(sheet, named, column)


def _has_scores_beside(sheet: Sheet, named: Mapping[str, str]) -> bool:
    """Return whether rows have numbers beside the score that may be scores too."""
    others = (n for n in sheet.names if n not in named.values() and not names_setting(n))
    return "score" in named and any(not measure_of(n) and _is_numeric(sheet, n) for n in others)


def _has_sizes(sheet: Sheet, name: str) -> bool:
    """Return whether a column that is called a size has those of models: `7B`, `560M`."""
    texts = [text for text in sheet.texts(name) if text]
    is_size = measure_of(name) == "size" and texts != []
    return is_size and all(map(SIZE.fullmatch, texts))


def _tells_apart(sheet: Sheet, named: Mapping[str, str], name: str) -> bool:
    """Return whether a column differs between rows of one model on one task."""
    keys = [named[meaning] for meaning in ("model", "task") if meaning in named]
    found = {*zip(*map(sheet.texts, (*keys, name)), strict=True)}
    return len(found) > len({texts[:-1] for texts in found})


def _are_fractions(sheet: Sheet, name: str) -> bool:
    """Return whether a column holds numbers with decimals, which name nothing."""
    numbers = [number.value for number in sheet.numbers(name)]
    return len(numbers) == len(sheet.rows) and any(number % 1 for number in numbers)


def _nested_name(sheet: Sheet, taken: Collection[str]) -> str | None:
    """Return the only column such as `info.name` that names what each object of a list is."""
    found = [
        name
        for name in sheet.names
        if name not in taken
        and name.count(".") == 1
        and plain_name(name.rpartition(".")[2]) in SYNONYMS["model"]
        and all(sheet.texts(name))
    ]
    return found[0] if len(found) == 1 else None


def _check_stated(names: Sequence[str], stated: Mapping[str, str], *lists: Sequence[str]) -> None:
    # Of several files, each may have some of the tasks.
    missing = (of[0] for of in lists if of and {*of}.isdisjoint(names))
    for name in (*stated.values(), *missing):
        if name not in names:
            why = f"site.toml names the column {name!r}; the file has {', '.join(names[:12])}"
            raise UnreadableFileError(why=why)


def _is_numeric(sheet: Sheet, name: str) -> bool:
    """Return whether at least half of the filled cells of a column are numbers."""
    return _are_most(sheet, name, len(sheet.numbers(name)))


def _holds_more(sheet: Sheet, name: str) -> bool:
    """Return whether at least half of the filled cells hold more than a number."""
    whys = (why_no_number(cell, sheet.marks) for cell in sheet.cells(name))
    return _are_most(sheet, name, sum(map(bool, whys)))


def _is_marked(sheet: Sheet, name: str, what: str) -> bool:
    """Return whether most numbers of a column have a margin or, of an amount, a percent sign."""
    marked = [n.has_spread or (n.is_percent and what in _AMOUNTS) for n in sheet.numbers(name)]
    return 2 * sum(marked) > len(marked)


def _are_most(sheet: Sheet, name: str, n: int) -> bool:
    """Return whether `n` cells are at least half of the filled ones of a column."""
    return n > 0 and 2 * n >= sum(not is_blank(cell) for cell in sheet.cells(name))


def _long(
    sheet: Sheet, options: ImportOptions, named: dict[str, str], free: list[str], numbers: list[str]
) -> Columns:
    if "score" not in named and len(numbers) != 1:
        truths = [n for n in free if all(map(truth_of, sheet.cells(n)))]
        # What is called a score, or has a known metric, comes first; what never differs last.
        alike = {n for n in numbers if len({*sheet.texts(n)}) == 1}
        likely = sorted(
            numbers or truths,
            key=lambda n: (n in alike, "score" not in n and direction_in(n) is None),
        )[:_MAX_CHOICES]
        found = f"several columns of numbers, {', '.join(numbers)}" if numbers else "no numbers"
        paste: Choices = tuple({"columns": {**options.columns, "score": n}} for n in likely)
        if len(numbers) > 1 and _is_wide(sheet, named):
            found, wide = f"{found}, and no model twice", {"task_columns": numbers}
            is_told = "score" in likely[0] or direction_in(likely[0]) is not None
            paste = (*paste[:1], wide, *paste[1:]) if is_told else (wide, *paste)
        fix = "Name the column of scores in site.toml."
        raise UnreadableFileError(why=f"it has {found}", fix=fix, paste=paste)
    score = named["score"] if "score" in named else numbers[0]
    metric = "" if plain_name(score) in SYNONYMS["score"] else score
    errors = {score: named["stderr"]} if "stderr" in named else {}
    unused = tuple(name for name in free if name != score)
    return Columns({**named, "score": score}, "", (score,), errors, unused, metric)


# --- facets and measures --------------------------------------------------------------------------


def find_further(
    sheet: Sheet,
    unused: Sequence[str],
    numeric: Collection[str],
    taken: Mapping[str, str],
    *,
    several: bool,
) -> Iterator[FurtherColumn]:
    """Yield the columns of facets and measures: those `taken` by their id, and others.

    A facet has few texts, most of which come back; a name, a link, a date or a note is none.
    `several` tells that a row has several scores.
    """
    for name, column in taken.items():
        found = _further(sheet, name, column, is_measure=column in numeric, several=several)
        yield replace(found, is_taken=True)
    used = {*(column.name for column in RESULTS.columns), *_RUN, *taken}
    margins = {*_margins(sheet.names)}
    for column in unused:
        is_measure = column in numeric
        is_margin = column in margins or column[-1:] in "+-"
        if column in sheet.deep or measure_of(column) in _NOT_SHOWN or is_margin:
            continue
        if not is_measure and not _may_be_facet(sheet, column):
            continue
        name = _id_of(sheet, column, is_measure=is_measure)
        name = f"{name}_" if name in used and not (is_measure and name in MEASURES) else name
        if name and name not in taken:
            used.add(name)
            yield _further(sheet, name, column, is_measure=is_measure, several=several)


def _id_of(sheet: Sheet, column: str, *, is_measure: bool) -> str:
    """Return the name of a column in the results; the cost in dollars is that of the contract.

    A measure with a reserved name, such as the average, is named as published.
    """
    unit = sheet.units.get(column) or _unit_of(column)
    is_usd = is_measure and measure_of(column) == "cost" and unit == "USD"
    name = plain_name(column)
    if is_usd and "cost" in name.split("_"):
        return "cost_usd"
    return f"published_{name}" if is_measure and name in RESERVED else name


def _further(
    sheet: Sheet, name: str, column: str, *, is_measure: bool, several: bool
) -> FurtherColumn:
    if not is_measure:
        return FurtherColumn(name, column, is_measure=False)
    is_percent = any(str(cell).rstrip("*_ ").endswith("%") for cell in sheet.cells(column))
    unit = "%" if is_percent else sheet.units.get(column) or _unit_of(column)
    is_known = measure_of(column) in ("cost", "time") and is_cost(column)
    return FurtherColumn(name, column, is_measure, unit, is_known, is_of_row=several)


def _unit_of(column: str) -> str:
    if "$" in column:
        return "USD"
    if names_percent(column):
        return "%"
    if _IS_RATE.search(column):
        return ""
    last = plain_name(column).rpartition("_")[2]
    return next((unit for unit, words in _UNITS.items() if last in words), "")


def _may_be_facet(sheet: Sheet, column: str) -> bool:
    times = Counter(start_of(cell) for cell in sheet.cells(column) if not is_blank(cell))
    comes_back = 2 * sum(n > 1 for n in times.values()) >= len(times)
    are_alike = len(times) < 2 and times.total() == len(sheet.rows)
    others = (len(t) > _MAX_TEXT or as_link(t) or moment_of(t) or {"@", "\n"} & {*t} for t in times)
    return bool(times) and comes_back and not are_alike and not any(others)


def values_of(
    sheet: Sheet, further: Sequence[FurtherColumn], row: Mapping[str, object]
) -> tuple[dict[str, str], dict[str, float]]:
    """Return the facets and the measures of a row; a cost or size below 0 stands for unknown."""
    facets: dict[str, str] = {}
    measures: dict[str, float] = {}
    for column in further:
        value = row.get(column.column)
        if not column.is_taken or is_blank(value):
            continue
        number = parse_number(value, sheet.marks) if column.is_measure else None
        if number and not (number.value < 0 and measure_of(column.column) not in ("", "average")):
            measures[column.id] = number.value
        elif not column.is_measure:
            facets[column.id] = word_of(value)
    return facets, measures
