"""Explain every statistic in words; 404."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.addresses import Address
from site_builder.compute.correlation import LEAST_TO_CONCLUDE
from site_builder.compute.intervals import RESAMPLES
from site_builder.compute.serving import collect_offers
from site_builder.formatting import count, percent
from site_builder.pages.board_table import can_rank_firmly
from site_builder.pages.board_views import board_note
from site_builder.pages.browser_data import MARGIN_SHARE, REWEIGHTINGS
from site_builder.pages.choose import can_choose
from site_builder.pages.compare import default_runs
from site_builder.pages.page import HOME, Page, Site, cite_site, ready
from site_builder.records import Record


class Term(Record):
    """A statistic in words.

    Attributes:
        anchor: Its place on the page, to which charts lead.
        name: Its name.
        meaning: What it is.
        formula: How it is computed; empty where the meaning says it.
        shown: Whether this board has it.
    """

    anchor: str
    name: str
    meaning: str
    formula: str = ""
    shown: bool = True


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


def average_terms() -> tuple[Term, ...]:
    """What ranks the models."""
    return (
        Term(
            "average",
            "Average",
            "The mean of a model's scores over the tasks that it has, each task counting the same. "
            "A missing score is left out, never counted as 0; the coverage stands beside it.",
            "sum of scores / number of scores",
        ),
        Term(
            "rank",
            "Rank",
            "The place by the average, or by the mean win rate where averages mean nothing; on a "
            "task the place by its score. Equal values share the better rank, and what a table is "
            "filtered or sorted by never moves one.",
            "1 + number that are strictly better",
        ),
        Term(
            "interval",
            "95 % interval",
            f"How far the average would move with another choice of tasks of the same kind: "
            f"{count(RESAMPLES)} sets of tasks are drawn with replacement, and the middle 95 % of "
            "the averages is shown, a little more where tasks are few. The error of a single score "
            "is in it, since it is a part of how far scores spread.",
            "percentiles of the resampled means, \N{GREEK SMALL LETTER ALPHA} at each end with "
            "\N{GREEK SMALL LETTER ALPHA} = \N{GREEK CAPITAL LETTER PHI}(-sqrt(n / (n - 1)) t)",
        ),
        Term(
            "ties",
            "Tied with best",
            "The 95 % interval of the difference from the first, over the tasks that both have, "
            "holds 0: the tasks cannot tell the two apart.",
        ),
    )


def rank_terms(site: Site) -> tuple[Term, ...]:
    """How firm a rank is, and what ranks models without an average."""
    return (
        Term(
            "rank-interval",
            "Ranks that the tasks allow",
            "The best rank is one more than the number of models that are distinguishably ahead, "
            "the worst leaves behind only those that are distinguishably behind. Two models are "
            "told apart by a paired t test over the tasks that both have.",
            "1 + models ahead, to models - models behind",
            shown=can_rank_firmly(site.results.board),
        ),
        Term(
            "missing-scores",
            "Ranks if complete",
            "The best and the worst rank that a model could have if no model lacked a score, "
            "whatever the missing scores were within the bounds of their tasks.",
            shown=any(s.possible_ranks for b in site.results.boards.values() for s in b.standings),
        ),
        Term(
            "win-rate",
            "Mean win rate",
            "The share of rivals that a model beats on a task, ties counting one half, averaged "
            "over tasks. It needs no common unit.",
            "mean over tasks of (rivals beaten + ties / 2) / rivals",
        ),
        Term(
            "winners",
            "Tasks at the top",
            "The number of tasks on which no model of the same board scores better; all who tie "
            "count.",
        ),
    )


def choosing_terms(site: Site) -> tuple[Term, ...]:
    """What a visitor asks about tasks and models of their own."""
    return (
        Term(
            "choice",
            "A choice for tasks of one's own",
            "The board's own figure, weighted: a category's weight is spread evenly over its "
            "tasks, and limits hide models without moving a figure. Tied with best is as on the "
            "board, by the picked tasks and their weights. How sure: each task's weight is "
            f"multiplied by a random number of mean 1, {count(REWEIGHTINGS)} times, and the "
            "times that the first stays first are counted. The smallest that will do is the "
            "smallest model that is no further behind the best than you allow, "
            f"{percent(MARGIN_SHARE)} of the scale if you say nothing.",
            "sum of weight x score / sum of weight",
            shown=can_choose(site),
        ),
        Term(
            "comparison",
            "Comparison",
            "Models are compared over the tasks on which all that are chosen have a score. One is "
            "at the top of a task if none of the others is better there; all who tie count. A task "
            "that one of them lacks is nobody's win.",
            "margin = best score - second best, signed by the task's direction",
            shown=bool(default_runs(site)),
        ),
    )


def score_terms(site: Site) -> tuple[Term, ...]:
    """How exact a single score is, and which are to be read with care."""
    tasks = site.results.tasks
    flagged = [f for task in tasks for f in task.flagged]
    counted = (
        "It counts as any other does."
        if all(f.counts for f in flagged)
        else "It is shown, and counts in no rank, average, win or lift."
    )
    return (
        Term(
            "score-error",
            "Error of a single score",
            "How far a score would move with other examples of the same kind. The 95 % interval is "
            "1.96 standard errors to each side where the results state one above 0, cut off at the "
            "bounds of the task. Else it is Wilson's interval, where the score is a mean over a "
            "known number n of examples; p is its place between the bounds. On a task, a score is "
            "tied with the best where their difference is no greater than 1.96 standard errors of "
            "it. That takes the two as independent: models that answered the same examples are "
            "told apart less often than they could be.",
            "(p + z^2/2n +- z sqrt(p (1 - p) / n + z^2/4n^2)) / (1 + z^2/n), z = 1.96; "
            "difference / sqrt(se1^2 + se2^2)",
            shown=any(cells.has_errors for cells in site.results.cells.values()),
        ),
        Term(
            "changes",
            "What changed between two releases",
            "A score changed where its value is another. The change is beyond noise where it is "
            "greater than 1.96 standard errors of the difference, the two taken as independent; it "
            "is not known where the error of either is not. Ranks and names decide nothing: a "
            "release in which only these differ has no score changed.",
            "difference / sqrt(se_before^2 + se_after^2)",
            shown=site.news is not None,
        ),
        Term(
            "flagged",
            "Flagged scores",
            "A score that its publisher says should be read with care. The reason stands on the "
            f"pages of its model and its task. {counted}",
            shown=bool(flagged),
        ),
    )


def make_terms(site: Site) -> tuple[Term, ...]:
    """Every statistic that this board shows, in this board's words."""
    made = (
        *average_terms(),
        *score_terms(site),
        *rank_terms(site),
        *choosing_terms(site),
        *lift_terms(site),
        *verdict_terms(site),
        *task_terms(site),
        *serving_terms(site),
    )
    return tuple(term for term in made if term.shown)


class AboutContext(Record):
    """What the page on method shows.

    Attributes:
        board_note: How the board ranks.
        terms: Every statistic that it shows.
    """

    board_note: str
    terms: tuple[Term, ...]


class NotFoundContext(Record):
    """The page for addresses that lead nowhere has nothing of its own."""


def make_about(site: Site) -> Iterator[Page]:
    """The page on method, and the 404 page."""
    about = "How every figure on this site is computed, from what, and what it cannot tell."
    context = AboutContext(board_note(site), make_terms(site))
    cite = cite_site(site)
    yield Page(Address("about"), "about.html", "About", about, ready(context), (HOME,), cite=cite)
    yield Page(
        Address("not_found"),
        "404.html",
        "Page not found",
        "There is no page at this address.",
        NotFoundContext,
        (HOME,),
        listed=False,
    )
