"""Write the JSON Schema of a submission, from the contract, and the form for one without Git.

With the schema, editors complete and check what is written.

Source: JSON Schema draft 7, which the language servers of YAML and JSON read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from site_builder.dates import FIRST_YEAR, LAST_YEAR
from site_builder.errors import Fault, SiteError, unreadable
from site_builder.symlinks import read_inside
from site_builder.tables.schema import MODELS, RESULTS, ColumnSpec, Type
from site_builder.tables.submissions import FACT_COLUMNS, RUN_COLUMNS, SCORE_COLUMNS, VERSION

FILE = "submission.schema.json"
"""Its name in the folder of the data."""
FIRST_LINE = f"# yaml-language-server: $schema=../{FILE}"
"""The first line of a submission in YAML: where editors find the schema."""

_DATE = r"^(19[5-9][0-9]|20[0-9]{2}|2100)(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
_TYPES: Mapping[Type, dict[str, Any]] = {
    "text": {"type": "string"},
    "url": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    # YAML reads a year as a number.
    "date": {
        "type": ["string", "integer"],
        "pattern": _DATE,
        "minimum": FIRST_YEAR,
        "maximum": LAST_YEAR,
    },
}


def submission_schema(
    tasks: Mapping[str, tuple[float | None, float | None]] | None = None,
) -> dict[str, Any]:
    """Return the schema of what `parse_submission` accepts: of any board, or of one.

    `tasks` are the tasks of a board, each with its lowest and its highest score.
    """
    score = {
        "type": "object",
        "required": ["score"],
        "properties": _properties(SCORE_COLUMNS),
        # The further measures of a board are numbers.
        "additionalProperties": {"type": "number"},
    }
    number = _property(RESULTS.column("score"))
    several = {"type": "array", "minItems": 1, "items": score}
    scores: dict[str, Any] = {"additionalProperties": {"anyOf": [number, score, several]}}
    if tasks is not None:
        of_tasks = {task: _of_task(number, score, *bounds) for task, bounds in tasks.items()}
        scores = {"properties": of_tasks, "additionalProperties": False}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "One entry of a leaderboard",
        "type": "object",
        "required": ["schema", "model"],
        "if": {"required": ["status"]},
        "then": {"properties": {"scores": False}},
        "else": {"required": ["scores"]},
        "additionalProperties": False,
        "properties": {
            "$schema": {"type": "string", "description": "Where editors find this schema"},
            "schema": {"const": VERSION, "description": "Version of this format"},
            "model": {**_property(RESULTS.column("model")), "minLength": 1},
            "facets": {
                "type": "object",
                "description": "What tells the entry from others of its model, by name",
                "additionalProperties": {"type": ["string", "number", "boolean"]},
            },
            "scores": {
                "type": "object",
                "description": "The score of each task: a number, or a number with what is known",
                "minProperties": 1,
                **scores,
            },
            **_properties((*RUN_COLUMNS, *FACT_COLUMNS)),
        },
    }


def _of_task(
    number: dict[str, Any], score: dict[str, Any], low: float | None, high: float | None
) -> dict[str, Any]:
    """Return the schema of the scores of a task within its bounds."""
    bounds = {"minimum": low, "maximum": high}
    bounded = number | {key: value for key, value in bounds.items() if value is not None}
    of_task = {**score, "properties": {**score["properties"], "score": bounded}}
    return {"anyOf": [bounded, of_task, {"type": "array", "minItems": 1, "items": of_task}]}


def schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(submission_schema(), indent=1, ensure_ascii=False) + "\n"


def _properties(columns: Iterable[ColumnSpec]) -> dict[str, Any]:
    return {column.name: _property(column) for column in columns}


def _property(column: ColumnSpec | None) -> dict[str, Any]:
    assert column is not None
    unit = f", in {column.unit}" if column.unit else ""
    found = {**_TYPES[column.type], "description": f"{column.meaning}{unit}"}
    if column.low is not None:
        found["minimum"] = column.low
    if column.high is not None:
        found["maximum"] = column.high
    if column.choices:
        found["enum"] = [*column.choices]
    return found


# --- the form of GitHub ---------------------------------------------------------------------------

FORM = ".github/ISSUE_TEMPLATE/submission.yml"
"""The path of the form in a repository; its name is in the address of a new issue."""
LABEL = "submission"
"""The label of its issues, by which the workflow finds them."""

_FACTS = ("name", "developer", "license", "release_date", "parameters_b")
_OF_RUN = ("date", "source", "submitted_by", "log_url")
_OF_SCORE = ("n_examples", "stderr", "cost_usd", "seconds")


def form_texts() -> dict[str, str]:
    """Return the texts of the form: its label, what the keys mean, and the lines to fill in."""
    facts, of_run, of_score = (
        [column for column in columns if column.name in names]
        for columns, names in (
            (MODELS.columns, _FACTS),
            (RESULTS.columns, _OF_RUN),
            (RESULTS.columns, _OF_SCORE),
        )
    )
    named = [f"- `{column.name}`: {column.meaning}" for column in (*facts, *of_run)]
    units = [f"`{c.name}` ({c.unit or 'in the unit of the score'})" for c in of_score]
    meanings = (
        "- `model`: Id of the model (required)",
        "- `scores`: The score of each task (required)",
        "- `facets`: Settings that tell it from other entries of its model: `{ agent: mini }`",
        *named,
        f"- beside a score: {', '.join(units)}",
    )
    lines = (
        *(f"schema: {VERSION}", "model:", *(f"{column.name}:" for column in facts), "facets:"),
        *("scores:", "  # task: 71.2", "  # other-task: { score: 64.0, n_examples: 500 }"),
        *(*(f"{column.name}:" for column in of_run), "verification: self_reported"),
    )
    parts = {"meanings": meanings, "lines": lines}
    return {"label": LABEL, **{name: "\n        ".join(part) for name, part in parts.items()}}


# --- what was filled in ---------------------------------------------------------------------------

MAX_EVENT_BYTES = 5_000_000
"""Bytes of the event of an issue. Its text has at most 65,536 characters."""
_FENCE = "```"


def filled_in(event: Path) -> str:
    """Return the submission in an issue: what stands in its first fence, else all of its text.

    `event` is the file in which GitHub tells a workflow of the issue.

    Raises:
        SiteError: It cannot be read, or is of no issue.
    """
    try:
        told = json.loads(read_inside(event, event.parent, most=MAX_EVENT_BYTES))
        text = told["issue"]["body"] or ""
        lines = text.encode(errors="replace").decode().replace("\r\n", "\n").split("\n")
    except OSError as error:
        raise SiteError(unreadable(str(event), error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SiteError(Fault(str(event), "it is no event of an issue")) from error
    fences = [place for place, line in enumerate(lines) if line.startswith(_FENCE)]
    if fences:
        end = fences[1] if len(fences) > 1 else len(lines)
        lines = lines[fences[0] + 1 : end]
    return "\n".join([*lines, ""])
