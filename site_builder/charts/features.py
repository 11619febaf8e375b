"""How the columns of the correlation table are called and written."""

from __future__ import annotations

from collections.abc import Mapping

from site_builder.charts.labels import Labels
from site_builder.compute.correlation import Correlation, Verdict
from site_builder.format import counted, quantity, sentence
from site_builder.tables.schema import TASKS

LIFTS = ("mean_lift_over_base", "best_lift_over_baseline")
# The section on method that explains each.
LIFT_TERMS = {"mean_lift_over_base": "lift", "best_lift_over_baseline": "lift-over-baseline"}

_VERDICTS: Mapping[Verdict, str] = {
    "together": "go together",
    "apart": "go opposite ways",
    "unclear": "no clear direction",
    "too few": "too few tasks",
}


def verdict_words(pair: Correlation) -> str:
    """What a correlation lets one conclude, shortly; empty where it is not defined."""
    return "" if pair.verdict is None else _VERDICTS[pair.verdict]


def verdict_text(pair: Correlation) -> str:
    """The same with what it rests on: `no clear direction with 31 tasks`."""
    ends = {"unclear": f" with {counted(pair.n, 'task')}", "too few": " to conclude"}
    return f"{verdict_words(pair)}{ends.get(pair.verdict or '', '')}"


def column_phrase(column: str, labels: Labels) -> str:
    """Name of a derived column or a feature inside a sentence, in this board's own words."""
    tuned, base, baseline = labels.tuned, labels.base or "base", labels.baseline or "baseline"
    derived = {
        "baseline_score": f"{baseline} score",
        "best_lift_over_baseline": f"best lift over {baseline}",
        "mean_lift_over_base": f"mean lift over {base}",
        "best_base_score": f"best {base} score",
        "mean_base_score": f"mean {base} score",
        "best_tuned_score": f"best {tuned} score",
        "mean_tuned_score": f"mean {tuned} score",
    }
    spec = TASKS.column(column)
    meaning = spec.meaning if spec else column.replace("_", " ")
    return derived.get(column) or meaning[:1].lower() + meaning[1:]


def column_label(column: str, labels: Labels) -> str:
    """Name of a derived column or a feature, as a heading."""
    return sentence(column_phrase(column, labels))


def column_text(column: str, value: float | None, labels: Labels) -> str:
    """A value of a column, as it is read."""
    if "lift" in column and TASKS.column(column) is None:
        return labels.scale.signed(value)
    return labels.scale.score(value) if column.endswith("_score") else quantity(value)
