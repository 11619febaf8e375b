"""Guess what each column of a table of scores is, by its name, or ask."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from site_builder.errors import did_you_mean
from site_builder.formatting import listed, quoted
from site_builder.importers.cells import SIZE, is_blank, truth_of
from site_builder.importers.documents import NAME, Sheet, looks_like_model
from site_builder.importers.facets import find_further
from site_builder.importers.kinds import (
    find_totals,
    group_of,
    has_fractions,
    holds_more,
    in_words,
    is_numeric,
    kind_by_name,
    kinds_of,
    last_part,
)
from site_builder.importers.reading import WORDS, FurtherColumn, ImportOptions, grouped
from site_builder.importers.values import Choices, UnreadableFileError, as_link, moment_of
from site_builder.records import Record, field, replace
from site_builder.tables.columns import names_setting
from site_builder.tables.metrics import (
    SPREADS,
    direction_in,
    is_size_in_billions,
    measure_of,
    plain_name,
)
from site_builder.tables.schema import MEASURES, MODELS, PARAMETERS

MEANINGS: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf8")
)
"""Names of columns by what they hold, by the table that it belongs to."""
SYNONYMS = {meaning: names for table in MEANINGS.values() for meaning, names in table.items()}
_LEAST_COUNT = next(of.low or 0 for of in MODELS.columns if of.name == PARAMETERS)
_DIGITS = re.compile(r"\d+")
_MAX_CHOICES = 12
_AMOUNT = re.compile(r"\d[\d.,]*+\s?[A-Za-z]{1,2}", re.ASCII)  # `26.5 GB`, `500k`
_LAST = ("size", "count", "tokens", "order", "setting")
_RIGHT_OR_WRONG = ({"0", "1"}, {"0.0", "1.0"}, {"false", "true"}, {"no", "yes"})
_SIZES = {
    *("size", "model_size", "params", "parameters", "n_params", "num_params", "parameter_count"),
    *("number_of_parameters", "number_of_params"),
}
# Each model may have one of its own, such as what it was trained on.
_OF_MODELS = ("scenario", "subject", "game", "corpus", "test_set", "testset")
_OF_TASKS = re.compile(r"(dataset|task|benchmark)s?\s*\(?\s*[\u2193\u2b07]", re.IGNORECASE)
_RESULTS = {
    *("result", "results", "metric", "metrics", "score", "scores", "eval", "evals", "evaluation"),
    *("evaluations", "benchmark", "benchmarks"),
}


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
    numeric = {name for name in (*columns.unused, *taken.values()) if is_numeric(sheet, name)}
    numeric -= {*filter(options.is_setting, numeric)}
    if texts := [taken[n] for n in MEASURES if n in taken and taken[n] not in numeric]:
        why = f"most cells of the measure {quoted(texts)} are no numbers"
        raise UnreadableFileError(why=why, fix="Delete it under [import.columns] in site.toml.")
    several = len(columns.scores) > 1 or columns.across == "model"
    of_names = {*(options.model_by or ()), *options.task_by}
    unused = [name for name in columns.unused if name not in of_names]
    unused = [n for n in unused if columns.measures.get(n) not in ("rank", "interval")]
    if columns.across == "model":  # what is the same for a task parts no entries: `# Shots`
        unused = [n for n in unused if tells_apart(sheet, columns.named, n)]
    further = find_further(sheet, unused, numeric, taken, several=several)
    named = {name: column for name, column in columns.named.items() if name in SYNONYMS}
    parts = {n for n in unused if options.further and _is_part_of_task(sheet, named, n)}
    # `32k` with nothing but OOM, beside `4k` and `8k`.
    alike = {_DIGITS.sub("*", name) for name in columns.scores if _DIGITS.search(name)}
    parts |= {n for n in unused if columns.across == "task" and _DIGITS.sub("*", n) in alike}
    found = tuple(
        replace(of, is_taken=of.is_taken or (options.further and of.column not in parts))
        for of in further
    )
    others = (n for n in columns.unused if n not in numeric)
    settings = tuple(n for n in others if names_setting(n) or options.is_setting(n))
    return replace(columns, named=named, further=found, settings=settings)


def _is_part_of_task(sheet: Sheet, named: Mapping[str, str], column: str) -> bool:
    """Return whether a column tells rows of a model apart by what was measured: `Difficulty`."""
    is_named = not {*WORDS["tasks"]}.isdisjoint(plain_name(in_words(column)).split("_"))
    is_setting = names_setting(in_words(column)) or kind_by_name(column) == "setting"
    may_be = is_named or (not is_setting and _is_crossed(sheet, named, column))
    return may_be and tells_apart(sheet, named, column)


def _is_crossed(sheet: Sheet, named: Mapping[str, str], column: str) -> bool:
    """Return whether most values of a column are those of most models, as those of tests are."""
    models = sheet.texts(named.get("model", ""))
    n_models = len({*filter(None, models)})
    pairs = {*zip(models, sheet.texts(column), strict=True)}
    values = Counter(value for model, value in pairs if model and value)
    if {value.casefold() for value in values} <= {"yes", "no", "true", "false", "on", "off"}:
        return False  # with tools, or without
    common = [value for value, n in values.items() if 2 * n > n_models]
    return n_models > 1 and len(common) > 1 and 2 * len(common) > len(values)


def _guess(sheet: Sheet, options: ImportOptions) -> Columns:
    """Guess what each column is, by its name, or as `site.toml` states it; or offer a choice."""
    stated, tasks, models = options.columns, options.task_columns, options.model_columns
    _check_stated(sheet.names, stated, tasks or (), models)
    plain = {name: plain_name(in_words(name)) for name in sheet.names}
    named = _name_columns(sheet, plain, options)
    free = [name for name in sheet.names if name not in named.values()]
    errors = _errors(plain, free)
    # Measures that `columns` names too, since one may be an average.
    known = {*errors.values(), *(column for m, column in named.items() if m in SYNONYMS)}
    columns = [n for n in sheet.names if n not in known and is_numeric(sheet, n)]
    kinds = kinds_of(sheet, columns, options, is_long="task" in named)
    no_measures = tasks or find_totals(kinds)
    measures = {n: what for n, what in kinds.items() if what and n not in no_measures}
    numbers = [name for name in columns if name not in measures and name not in named.values()]
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
    more = [n for n in others if holds_more(sheet, n)]
    scores = tuple(n for n in models or tasks or (*numbers, *more) if n in plain)
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
        totals=find_totals({name: kinds.get(name, "") for name in scores}),
    )


def _errors(plain: Mapping[str, str], free: Collection[str]) -> dict[str, str]:
    """Return the column of standard errors of each column that has one: `acc_stderr` of `acc`."""
    by_word = {plain[name]: name for name in free}
    return {
        column: by_word[word]
        for end in ("_se", "_stderr", "_sem")
        for column in free
        if (word := f"{plain[column]}{end}") in by_word
    }


def _errors_of_groups(scores: Sequence[str], free: Collection[str]) -> dict[str, str]:
    """Return the error of each score that is the only one of its group: `a.stderr`."""
    # In a table without groups, `SE` may be a language.
    words = {*SYNONYMS["stderr"], "sem"}
    stderrs = [n for n in free if plain_name(last_part(n)) in words and plain_name(n) != "se"]
    of_group = grouped((name.removesuffix(last_part(name)), name) for name in scores)
    groups = {name.removesuffix(last_part(name)): name for name in stderrs}
    return {of_group[g][0]: name for g, name in groups.items() if len(of_group.get(g, ())) == 1}


def _is_wide(sheet: Sheet, named: Mapping[str, str]) -> bool:
    """Return whether a table has several models, and none twice."""
    models = sheet.texts(named.get("model", ""))
    return "model" in named and len({*models}) == len(models) > 1


def _across(sheet: Sheet, options: ImportOptions) -> UnreadableFileError:
    """Return the error of objects by name with numbers alone, with both answers."""
    names = quoted(dict.fromkeys(sheet.cells(NAME)), most=4)
    numbers = [name for name in sheet.names if is_numeric(sheet, name)]
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
    # Of each task there is one row then, and metrics are no models.
    are_metrics = any(direction_in(n) is not None for n in numbers)
    is_of_rows = "metric" in named or not texts
    is_across = "task" in named and "score" not in named and is_of_rows and not are_metrics
    of_models: list[dict[str, Any]] = [{"model_columns": numbers}] if is_across and numbers else []
    if "task" not in named and "score" not in named and len(numbers) > 1:
        of_tasks = _of_tasks(sheet, options, named)[:1]
        of_models = [{**of, "model_columns": numbers} for of in of_tasks]
    are_models = any(map(_OF_TASKS.search, texts))  # an arrow down behind `Dataset`
    are_models = are_models or 2 * sum(map(looks_like_model, numbers)) >= len(numbers)
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
    meanings = MEANINGS["scores"].keys() - {"command", "variant", "subset", "source"}
    used = {*sheet.deep, *(named.get(meaning) for meaning in meanings)}
    texts = [name for name in sheet.names if name not in used and not is_numeric(sheet, name)]
    found = {name: {*sheet.texts(name)} for name in texts}
    # Yes and no, days and links name nothing.
    other = {
        n: [not (truth_of(t) or moment_of(t) or as_link(t)) for t in found[n] if t] for n in texts
    }
    texts = [n for n in texts if any(other[n])]
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
        names = [name for name in _texts(sheet, named) if name != named.get("variant")]
        texts = ({**options.columns, "task": name} for name in names)
        alone: Choices = ({"task_columns": [named["score"]]},) if "model" in named else ()
        named_texts = tuple({"columns": of} for of in texts)
        # Settings tell rows of a model apart; of other texts, one is likely the task.
        are_settings = all(map(names_setting, names))
        paste = (*alone, *named_texts) if are_settings else (*named_texts, *alone)
        fix = "Add a column 'task', or say that all are of one task."
    return UnreadableFileError(why=why, fix=fix, paste=paste)


def _groups(sheet: Sheet, numbers: Sequence[str], measures: Mapping[str, str]) -> list[list[str]]:
    """Return columns of numbers that may be scores together: results first, and sizes last."""
    kinds = {**dict.fromkeys(numbers, ""), **measures}
    kinds = {n: what for n, what in kinds.items() if what != "order" or n not in sheet.deep}
    results = {n for n in kinds if plain_name(n).split("_")[0] in _RESULTS}
    results -= {n for n, what in kinds.items() if what in (*_LAST, *SPREADS)}
    names = (n for n in sheet.names if n in kinds)
    of_kind = grouped(("result" if n in results else kinds[n], n) for n in names)
    ordered = sorted(
        of_kind, key=lambda what: (what != "result", what in _LAST, -len(of_kind[what]))
    )
    return [of_kind[what] for what in ordered]


def _name_columns(sheet: Sheet, plain: dict[str, str], options: ImportOptions) -> dict[str, str]:
    """Return the column of each meaning, as stated or by its plain name."""
    stated, tasks = options.columns, options.task_columns or ()
    named = dict(stated)
    for meaning, names in SYNONYMS.items():
        taken = {*named.values(), *tasks, *options.model_columns}
        first = {plain[name]: name for name in reversed(plain) if name not in taken}
        called = (first[word] for word in names if word in first)
        match = next((n for n in called if _is_meant(sheet, named, meaning, n)), None)
        if meaning == "model" and match is None:
            match = _nested_name(sheet, taken)
        if meaning == "parameters_b" and match is None:
            sizes = (n for n in first.values() if is_size_in_billions(n) or _has_sizes(sheet, n))
            match = next(sizes, None)
        if meaning not in named and match is not None:
            named[meaning] = match
    if tasks and "task" not in stated and _is_wide(sheet, named):
        named.pop("task", None)  # what `eval` an engine has is none of the tasks
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
    are_numbers = len(sheet.numbers(column)) == len(sheet.rows)
    if meaning in ("model", "task") and are_numbers and has_fractions(sheet, column):
        return False  # a time of the system names no system
    if meaning == "model" and are_numbers:
        return not _has_names(sheet, column)  # else a number of the model, its `model_id`
    if meaning == PARAMETERS:  # else it is a number of billions, or of something else
        counts = [number.value for number in sheet.numbers(column) if number.value > 0]
        return counts != [] and min(counts) >= _LEAST_COUNT
    if meaning == "unit":  # of a task, and not what a model ran on
        return "task" in named and not tells_apart(sheet, named, column)
    if meaning == "task" and plain_name(column) in _OF_MODELS and _is_wide(sheet, named):
        return any(plain_name(name) in SYNONYMS["score"] for name in sheet.names)
    if meaning == "task" and plain_name(column) == "test" and _is_wide(sheet, named):
        differ = len({*sheet.texts(column)}) > 1
        return not (differ and is_numeric(sheet, column))  # else it is the score on a test
    return meaning != "subset" or tells_apart(sheet, named, column)


def _has_names(sheet: Sheet, numbers: str) -> bool:
    """Return whether another column that is called a model names what one of numbers counts."""
    called = [name for name in _texts(sheet, {}) if plain_name(name) in SYNONYMS["model"]]
    times = len({*sheet.texts(numbers)})
    return any(len({*sheet.texts(name)}) >= times for name in called)


def _has_scores_beside(sheet: Sheet, named: Mapping[str, str]) -> bool:
    """Return whether rows have numbers beside the score that may be scores too."""
    others = (n for n in sheet.names if n not in named.values() and not names_setting(n))
    numbers = [name for name in others if not kind_by_name(name)]
    return "score" in named and any(is_numeric(sheet, name) for name in numbers)


def _has_sizes(sheet: Sheet, name: str) -> bool:
    """Return whether a column that is called a size has those of models: `7B`, `560M`."""
    texts = [text for text in sheet.texts(name) if not is_blank(text)]
    # What has nothing but thousands may be another size, such as that of the data.
    is_other = "param" not in plain_name(name) and all(text[-1] in "kK" for text in texts)
    is_size = plain_name(name) in _SIZES and texts != [] and not is_other
    return is_size and all(map(SIZE.fullmatch, texts))


def tells_apart(sheet: Sheet, named: Mapping[str, str], name: str) -> bool:
    """Return whether a column differs between rows of one model on one task."""
    keys = [named[meaning] for meaning in ("model", "task") if meaning in named]
    found = {*zip(*map(sheet.texts, (*keys, name)), strict=True)}
    return len(found) > len({texts[:-1] for texts in found})


def may_hold_examples(sheet: Sheet) -> bool:
    """Return whether rows may be single examples: ten or more of each model, right or wrong."""
    models = [name for name in sheet.names if plain_name(name) in SYNONYMS["model"]]
    n_models = len({*sheet.texts(models[0])}) if models else len(sheet.rows)
    columns = ({text.casefold() for text in sheet.texts(n) if text} for n in sheet.names)
    return 10 * n_models <= len(sheet.rows) and any(found in _RIGHT_OR_WRONG for found in columns)


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
