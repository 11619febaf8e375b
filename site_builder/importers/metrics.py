"""What is known of metrics by their names: bounds, direction, and which stands for a task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# Shares of right answers, between 0 and 1 where harnesses write them.
_SHARES = (
    "acc", "accuracy", "acc_norm", "acc_mutual_info", "exact_match", "em", "mc1", "mc2",
    "quasi_exact_match", "prefix_exact_match", "quasi_prefix_exact_match", "pass@1", "pass_at_1",
    "prompt_level_strict_acc", "inst_level_strict_acc", "prompt_level_loose_acc",
    "inst_level_loose_acc", "likelihood_diff_acc", "pct_stereotype",
)  # fmt: skip
# Of these a lower value is better.
_LOWER = (
    "ppl", "perplexity", "word_perplexity", "byte_perplexity", "bits_per_byte", "loss", "brier",
    "brier_score", "ter", "wer", "cer", "mae", "mse", "rmse", "pct_stereotype",
    "likelihood_difference", "likelihood_diff", "ece",
)  # fmt: skip
# Which of a task's metrics stands for it, where nobody has said.
_ORDER = (
    "acc", "accuracy", "exact_match", "em", "quasi_exact_match", "acc_norm", "mc2", "mc1",
    "prompt_level_strict_acc", "pass@1", "pass_at_1", "f1", "f1_score", "rouge_l", "rougeL",
    "rouge1", "bleu", "chrf", "mcc", "pct_stereotype", "word_perplexity", "perplexity", "ppl",
)  # fmt: skip


def facts_of_metric(metric: str, scores: Sequence[float] = ()) -> dict[str, Any]:
    """Columns of the tasks table that a metric's name tells.

    Args:
        metric: Its name.
        scores: Scores of it; bounds are told only where they hold them all.
    """
    name = metric.lower()
    facts: dict[str, Any] = {"metric": metric} if metric else {}
    if name in _LOWER:
        facts["higher_is_better"] = False
    if name in _SHARES and all(0 <= score <= 1 for score in scores):
        facts |= {"score_min": 0.0, "score_max": 1.0}
    return facts


def is_share(metric: str) -> bool:
    """Whether a metric is known to be a share, whether written as a proportion or in percent."""
    return metric.lower() in _SHARES


def is_lower_better(metric: str) -> bool:
    """Whether a lower value of a metric is known to be better."""
    return metric.lower() in _LOWER


def rank_of_metric(metric: str, wanted: Sequence[str]) -> int:
    """Where a metric stands in the order of preference: what is wanted, then what is known.

    Args:
        metric: Its name.
        wanted: Names of metrics, the most wanted first.
    """
    order = (*wanted, *_ORDER)
    return order.index(metric) if metric in order else len(order)
