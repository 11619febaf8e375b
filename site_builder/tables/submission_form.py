"""What the issue form for submissions without Git asks, from the contract."""

from __future__ import annotations

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
