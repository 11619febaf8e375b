"""Write a submission as YAML, and make one of the scores of one model, as an import reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from site_builder.addresses import make_slugs
from site_builder.atomic import write_files
from site_builder.config import SiteConfig
from site_builder.errors import Fault, SiteError, unreadable
from site_builder.formatting import listed, quoted
from site_builder.records import Record, grouped
from site_builder.tables.read import find_files, load_tables
from site_builder.tables.schema import MODELS, RESULTS, TASKS
from site_builder.tables.submission_schema import FIRST_LINE
from site_builder.tables.submissions import FACT_COLUMNS, FOLDER, RUN_COLUMNS, VERSION, is_number
from site_builder.tables.write import read_all_stored

# A text that YAML reads as a text without quotes: no number, no word such as `true`, no mark.
_PLAIN = re.compile(
    r"(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z][\w./@+-]*", re.ASCII | re.I
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class SubmittedEntry(Record):
    """An entry to be written: a row of results for each of its scores.

    Attributes:
        facets: Settings by name; they count more than those of the rows.
        facts: What is known of the model, by column.
        stated: What holds for all scores, by column, such as `submitted_by`.
    """

    model: str
    rows: Sequence[Mapping[str, Any]]
    facets: Mapping[str, str]
    facts: Mapping[str, Any]
    stated: Mapping[str, str]


def path_of(entry: SubmittedEntry) -> Path:
    """Return a path in a project that tells the entry: its newest day, its model, its settings."""
    days = [str(row["date"]) for row in entry.rows if row.get("date")]
    names = (entry.model, *entry.facets.values())
    parts = (max(days, default=""), *(make_slugs([name])[name] for name in names))
    return Path("data", FOLDER, f"{'-'.join(filter(None, parts))[:120]}.yaml")


def entry_text(entry: SubmittedEntry, settings: Collection[str]) -> str:
    """Return the text of a submission.

    `settings` are the further columns that are settings of an entry. A further column of numbers is
    a measure; other columns outside the contract are left out.
    """
    rows = entry.rows
    common = {c.name: {row.get(c.name) for row in rows} for c in RUN_COLUMNS}
    shared = {name: values.pop() for name, values in common.items() if len(values) == 1}
    shared = {
        name: value for name, value in {**shared, **entry.stated}.items() if value is not None
    }
    facets = {n: row[n] for row in rows for n in settings if row.get(n) is not None}
    lines = [FIRST_LINE, f"schema: {VERSION}", f"model: {_scalar(entry.model)}"]
    lines += (
        f"{column.name}: {_scalar(entry.facts[column.name])}"
        for column in FACT_COLUMNS
        if entry.facts.get(column.name) is not None
    )
    if facets := {**facets, **entry.facets}:
        lines.append(f"facets: {_flow(facets)}")
    lines += ("scores:", *_score_lines(rows, {*shared, *settings}))
    lines += (f"{name}: {_scalar(value)}" for name, value in shared.items())
    return "\n".join(lines) + "\n"


def _score_lines(rows: Sequence[Mapping[str, Any]], above: Collection[str]) -> Iterator[str]:
    """Yield the lines of the scores; a task with several has a line for each."""
    by_task = grouped((str(row["task"]), _cells(row, above)) for row in rows)
    for task, cells in by_task.items():
        if len(cells) > 1:
            yield f"  {_scalar(task)}:"
            yield from (f"    - {_flow(cell)}" for cell in cells)
        elif len(cells[0]) > 1:
            yield f"  {_scalar(task)}:"
            yield from (f"    {_scalar(n)}: {_scalar(v)}" for n, v in cells[0].items())
        else:
            yield f"  {_scalar(task)}: {_scalar(cells[0]['score'])}"


def _cells(row: Mapping[str, Any], above: Collection[str]) -> dict[str, Any]:
    known = [c.name for c in RESULTS.columns if c.name not in ("model", "task", *above)]
    further = [n for n, v in row.items() if RESULTS.column(n) is None and is_number(v)]
    return {n: row[n] for n in (*known, *further) if row.get(n) is not None}


def _flow(values: Mapping[str, Any]) -> str:
    return f"{{ {', '.join(f'{_scalar(n)}: {_scalar(v)}' for n, v in values.items())} }}"


def _scalar(value: object) -> str:
    """Return a value as YAML and JSON have it, with quotes where a text could be taken for more."""
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) or _DAY.fullmatch(value):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


# --- what was imported ----------------------------------------------------------------------------


def copy_settings(root: Path, place: Path) -> None:
    """Put what a project states of its tasks into a new one, into which results are imported.

    Raises:
        SiteError: A file cannot be read or written.
    """
    names = ["site.toml", *(f"data/{name}" for name in find_files(TASKS, root / "data"))]
    paths = [root / name for name in names if (root / name).is_file()]
    try:
        write_files({place / path.relative_to(root): path.read_bytes() for path in paths})
    except OSError as error:
        raise SiteError(unreadable(str(error.filename), error)) from error


def read_entry(
    place: Path,
    root: Path,
    config: SiteConfig,
    model: str,
    facets: Mapping[str, str],
    stated: Mapping[str, str],
) -> tuple[SubmittedEntry, Collection[str]]:
    """Return the entry of the results that were imported into `place`, and the settings of `root`.

    `model` is its id; empty for that of the results. The model is told of where the project does
    not know it. The variant of a score without one is not named.

    Raises:
        SiteError: The results are of several models, or of several settings of one.
    """
    tables = read_all_stored((RESULTS, MODELS), place / "data")
    rows = tables[RESULTS.name].rows
    models = [*dict.fromkeys(str(row["model"]) for row in rows)]
    if len(models) > 1:
        what = f"the files have scores of {len(models):,} models: {listed(models, most=6)}"
        raise SiteError(Fault("", what, "Name the files of one: a submission is one entry."))
    loaded = load_tables(root / "data").tables
    known, results = loaded.get(MODELS.name), loaded.get(RESULTS.name)
    ids = {*known.frame["model"]} if known and "model" in known.frame else set()
    name = model or models[0]
    found = next(iter(tables[MODELS.name].rows), {})
    facts = {} if name in ids else {k: v for k, v in found.items() if k != "model"}
    base = ("variant", config.default_variant)
    rows = tuple({k: v for k, v in row.items() if (k, v) != base} for row in rows)
    settings = {*config.facets, *(results.settings if results else ())}
    for setting in sorted(settings - facets.keys()):
        values = dict.fromkeys(row[setting] for row in rows if row.get(setting) is not None)
        if len(values) > 1:
            what = f"the files have scores of several entries: {setting} is {quoted(values)}"
            fix = "Name the files of one, or state it by --facet: a submission is one entry."
            raise SiteError(Fault("", what, fix))
    return SubmittedEntry(name, rows, facets, facts, stated), settings
