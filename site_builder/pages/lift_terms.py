"""What tuning brought, what explains it, and what it costs, in words."""

from __future__ import annotations

from site_builder.compute.correlation import LEAST_TO_CONCLUDE
from site_builder.compute.cost import collect_offers
from site_builder.pages.page import Site
from site_builder.pages.term import Term


def lift_terms(site: Site) -> tuple[Term, ...]:
    """What tuning brought, and how far the baseline is."""
    labels = site.labels
    base, baseline, tuned = labels.base, labels.baseline, labels.tuned
    return (
        Term(
            "lift",
            f"Lift over {base}",
            f"What tuning brought: the {tuned} score minus the {base} score of the same model on "
            "the same task. Positive is always better.",
            f"{tuned} - {base}, signed by the task's direction",
            shown=labels.lifted,
        ),
        Term(
            "lift-over-baseline",
            f"Difference from {baseline}",
            f"A score minus the score of {baseline} on the same task, positive is better. A task "
            "is beaten when the difference is above 0; a tie is a tie.",
            f"score - score of {baseline}, signed by the task's direction",
            shown=labels.roles.baseline is not None,
        ),
        Term(
            "paired-lift",
            "Interval of a lift",
            "How far a lift would move with other examples of the same kind: 1.96 standard errors "
            "to each side. Both runs answered the same examples, so that the standard error is "
            "that of the n differences between them, example by example.",
            "lift +- 1.96 sqrt(sum((d - mean d)^2) / (n - 1) / n)",
            shown=bool(site.results.paired_lifts),
        ),
    )


def verdict_terms(site: Site) -> tuple[Term, ...]:
    """Which lifts are real, and where the baseline is hard to beat."""
    labels, tests = site.labels, site.results.lift_tests
    return (
        Term(
            "lift-tests",
            "Clear or not clear",
            "Wilcoxon's signed-rank test over tasks, corrected by Holm's method for the number of "
            "models, finds the difference unlikely by chance (p below 0.05), and its 95 % interval "
            "agrees. The exact sign test stands beside it, and decides where scores of different "
            "tasks cannot be averaged. Below six tasks nothing is told apart.",
            "corrected p = p * (number of models - number of smaller p-values)",
            shown=any(tests.over_base.values()) or any(tests.over_baseline.values()),
        ),
        Term(
            "categories",
            "Harder and easier categories",
            f"The best {labels.contender} minus {labels.baseline}, averaged over the tasks of a "
            "category.",
            shown=labels.roles.baseline is not None and bool(site.results.categories),
        ),
    )


def task_terms(site: Site) -> tuple[Term, ...]:
    """What is told of tasks and sizes."""
    results, models = site.results, site.results.catalog.models.values()
    return (
        Term(
            "correlation",
            "Correlation",
            "Spearman's rank correlation over tasks, and Pearson's beside it, with two-sided "
            f"p-values and 95 % intervals by Fisher's z. The {site.labels.base or 'base'} columns "
            "are taken over the models that were tuned. A direction is named where the interval "
            f"leaves out 0, and below {LEAST_TO_CONCLUDE} tasks nothing is concluded. A "
            "correlation is no cause, and with many pairs some p-values are small by chance.",
            "Pearson's r of the ranks",
            shown=results.correlations is not None,
        ),
        Term(
            "frontier",
            "Frontier",
            "The models that no model of the same or a smaller size matches or beats on average.",
            shown=any(model.parameters_b is not None for model in models),
        ),
        Term(
            "task-mean",
            "Mean of a task",
            "The mean of all models' scores on a task: it is low where the task is difficult, if "
            "higher is better on it.",
            "sum of scores / number of models",
        ),
        Term(
            "similar-tasks",
            "Similar tasks",
            "Spearman's correlation of two tasks' scores over the models that have both: 1 means "
            "that the two tasks rank the models the same way.",
        ),
        Term(
            "training-set-sizes",
            "Training-set sizes",
            "Examples in the train split of each task that states them; the share below a "
            "threshold counts the sets with strictly fewer.",
            shown=results.training_sets is not None,
        ),
    )


def serving_terms(site: Site) -> tuple[Term, ...]:
    """What is told of providers."""
    serving = site.results.serving
    return (
        Term(
            "serving",
            "Latency and cost",
            "Medians and percentiles of the requests that succeeded; failed requests have no "
            "latency and are counted apart. A million tokens is priced at half sent, half "
            "received.",
            "(price of a million sent + price of a million received) / 2",
            shown=bool(serving.latency or serving.prices),
        ),
        Term(
            "cost",
            "Cost a month",
            "By the token, what is asked in a month of 365.25 / 12 days; by the hour, one machine "
            "that runs all month. They break even at the requests a day that cost as much as 24 "
            "hours.",
            "requests a day * days * (tokens sent * their price + tokens received * their price)",
            shown=bool(collect_offers(serving.prices)),
        ),
    )
