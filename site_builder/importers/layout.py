"""Bring tables into one form: names in the first line, and a name in each row."""

from __future__ import annotations

from itertools import pairwise

from site_builder.importers.cells import word_of
from site_builder.importers.columns import SYNONYMS
from site_builder.importers.documents import NAME, Sheet
from site_builder.importers.kinds import is_numeric
from site_builder.importers.reading import ImportOptions
from site_builder.records import replace
from site_builder.tables.metrics import plain_name

_OF_RECORDS = (".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".parquet")


def upright(sheet: Sheet) -> Sheet:
    """Turn a table whose names stand in its first column instead of its first line."""
    first, *others = sheet.names or [""]
    names = [word_of(cell) for cell in sheet.cells(first)]
    known = {name for meaning in ("model", "task", "score") for name in SYNONYMS[meaning]}
    if len(known & {*map(plain_name, names)}) < 2 or len({*names}) < len(names):
        return sheet
    rows = [dict(zip(names, sheet.cells(column), strict=True)) for column in others]
    return replace(sheet, rows=rows, names=names)


def by_model(sheet: Sheet, options: ImportOptions) -> Sheet:
    """Give models rows where `site.toml` says that names are tasks: `{"a": {"m": {"acc": 1}}}`."""
    parts = {name: name.rpartition(".")[::2] for name in sheet.names if name != NAME}
    models = dict.fromkeys(model for model, _ in parts.values())
    is_told = "model" in options.columns or options.model_columns
    if options.columns.get("task") != NAME or is_told or {*models} <= {""}:
        return sheet
    metrics = dict.fromkeys(metric for _, metric in parts.values())
    rows = [
        {NAME: row.get(NAME), "model": model, **{m: row.get(f"{model}.{m}") for m in metrics}}
        for row in sheet.rows
        for model in filter(None, models)
    ]
    return replace(sheet, rows=rows, names=[NAME, "model", *metrics], deep=frozenset())


def filled_down(sheet: Sheet, options: ImportOptions) -> Sheet:
    """Write the name of a model, task or category that stands once for several rows into each."""
    plain = {plain_name(name): name for name in reversed(sheet.names)}
    for meaning in ("model", "task", "category"):
        called = (plain[name] for name in SYNONYMS[meaning] if name in plain)
        name = options.columns.get(meaning) or next(called, "")
        if name in sheet.names:
            sheet = _filled_down(sheet, name, is_group=meaning == "category")
    return sheet


def _filled_down(sheet: Sheet, name: str, *, is_group: bool) -> Sheet:
    """Fill the empty cells of a column, where half of its names have some below them.

    Texts beside, such as a method or a metric, tell the rows of a name apart, and stand beside
    several names, but for metrics and in groups: a single empty cell is a slip, and one in JSON is
    unknown.
    """
    texts = [word_of(cell) for cell in sheet.cells(name)]
    below = [not text for text in texts]
    n_with_more = sum(last and not first for first, last in pairwise(below))
    are_records = sheet.found.path.suffix.casefold() in _OF_RECORDS
    if are_records or not any(below) or below[0]:
        return sheet
    if 2 * n_with_more < below.count(False):
        return sheet
    full = list[str]()
    for text in texts:
        full.append(text or full[-1])
    others = [n for n in sheet.names if n != name and not is_numeric(sheet, n)]
    beside = [*zip(*map(sheet.texts, others), strict=True)] or [()] * len(full)
    is_named = all(any(of) for of, is_below in zip(beside, below, strict=True) if is_below)
    if not is_named or len({*zip(full, beside, strict=True)}) < len(full):
        return sheet
    pairs = [{p for p in zip(full, sheet.texts(n), strict=True) if p[1]} for n in others]
    comes_back = any(len(found) > len({text for _, text in found}) for found in pairs)
    is_told = is_group or comes_back or any(plain_name(n) in SYNONYMS["metric"] for n in others)
    if not is_told and (len({*full}) > 1 or sum(below) == 1):
        return sheet
    rows = [{**row, name: text} for row, text in zip(sheet.rows, full, strict=True)]
    note = f"empty cells of {name!r} have the name above them ({sum(below)})"
    return replace(sheet, rows=rows, notes=(*sheet.notes, note))
