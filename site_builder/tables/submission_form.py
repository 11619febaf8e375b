"""What the issue form for submissions without Git asks, from the contract."""

from __future__ import annotations

import json
from pathlib import Path

from site_builder.errors import Fault, SiteError, unreadable
from site_builder.symlinks import read_inside
from site_builder.tables.schema import MODELS, RESULTS
from site_builder.tables.submissions import VERSION

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
    except OSError as error:
        raise SiteError(unreadable(str(event), error)) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SiteError(Fault(str(event), "it is no event of an issue")) from error
    if not isinstance(text, str):
        raise SiteError(Fault(str(event), "it is no event of an issue"))
    lines = text.encode(errors="replace").decode().replace("\r\n", "\n").split("\n")
    fences = [place for place, line in enumerate(lines) if line.startswith(_FENCE)]
    if fences:
        end = fences[1] if len(fences) > 1 else len(lines)
        lines = lines[fences[0] + 1 : end]
    return "\n".join([*lines, ""])
