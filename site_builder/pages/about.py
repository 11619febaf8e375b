"""Make the page that explains every statistic, and the 404 page."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.addresses import Address
from site_builder.compute.correlation import LEAST_TO_CONCLUDE
from site_builder.compute.intervals import RESAMPLES
from site_builder.compute.serving import collect_offers
from site_builder.formatting import count, percent
from site_builder.pages.board_table import can_rank_firmly
from site_builder.pages.board_views import board_note, ranking_rule
from site_builder.pages.browser_data import MARGIN_SHARE, REWEIGHTINGS
from site_builder.pages.choose import can_choose
from site_builder.pages.compare import default_runs
from site_builder.pages.page import HOME, Page, Site, cite_site
from site_builder.records import Record


class Term(Record):
    """A statistic in words.

    Attributes:
        anchor: Its place on the page.
        name: Its name.
        meaning: What it is.
        formula: How it is computed; empty where the meaning says it.
        shown: Whether this board shows it.
    """

    anchor: str
    name: str
    meaning: str
    formula: str = ""
    shown: bool = True


class AboutContext(Record):
    """What the page on method shows.

    Attributes:
        board_note: How the board ranks.
        terms: Every statistic that the board shows.
    """

    board_note: str
    terms: tuple[Term, ...]


class NotFoundContext(Record):
    """The variables of the 404 page: none."""


def make_about(site: Site) -> Iterator[Page]:
    """Yield the page on method, and the 404 page."""
    about = "How every figure on this site is computed, from which data, and what it cannot tell."
    note = f"{ranking_rule(site.results.board)} {board_note(site)}".strip()
    context, cite = AboutContext(note, _terms(site)), cite_site(site)
    yield Page(Address("about"), "about.html", "About", about, context, (HOME,), cite=cite)
    yield Page(
        Address("not_found"),
        "404.html",
        "Page not found",
        "There is no page at this address.",
        NotFoundContext,
        (HOME,),
        listed=False,
    )


def _terms(site: Site) -> tuple[Term, ...]:
    """Every statistic that this board shows, in its own names."""
    terms = (
        *_average_terms(),
        *_score_terms(site),
        *_rank_terms(site),
        *_choosing_terms(site),
        *_lift_terms(site),
        *_task_terms(site),
        *_serving_terms(site),
    )
    return tuple(term for term in terms if term.shown)


def _average_terms() -> Iterator[Term]:
    yield Term(
        "average",
        "Average",
        "The mean of a model's scores over the tasks where it has one. Each task counts the same. "
        "A missing score is left out, never counted as 0; the coverage says how many there are.",
        "sum of scores / number of scores",
    )
    yield Term(
        "rank",
        "Rank",
        "The position by average, or by mean win rate where an average makes no sense. On a task, "
        "the position by score. Ties share the better rank. Filtering and sorting never change "
        "ranks.",
        "1 + number that are strictly better",
    )
    yield Term(
        "interval",
        "95 % interval",
        "How far the average would move with another choice of similar tasks. "
        f"{count(RESAMPLES)} sets of tasks are drawn with replacement. The interval holds the "
        "middle 95 % of their averages, slightly more where tasks are few. It includes the error "
        "of single scores, because that error is part of how scores vary between tasks.",
        "percentiles of the resampled means, \N{GREEK SMALL LETTER ALPHA} at each end with "
        "\N{GREEK SMALL LETTER ALPHA} = \N{GREEK CAPITAL LETTER PHI}(-sqrt(n / (n - 1)) t)",
    )
    yield Term(
        "ties",
        "Tied with best",
        "A model is tied with the best if the 95 % interval of its difference from first place, "
        "over the tasks that both have, contains 0. The gap could then be due to which tasks were "
        "picked.",
    )


def _score_terms(site: Site) -> Iterator[Term]:
    """How exact a single score is, and which scores to read with care."""
    flagged = [f for task in site.results.tasks for f in task.flagged]
    yield Term(
        "score-error",
        "Error of a single score",
        "How far a score would move with other examples of the same kind. Where the results state "
        "a standard error above 0, the 95 % interval is 1.96 standard errors to each side, cut off "
        "at the bounds of the task. Otherwise, where the score is a mean over a known number n of "
        "examples, it is Wilson's interval; p is the position of the score between the bounds. On "
        "a task, a score is tied with the best if their difference is at most 1.96 standard errors "
        "of that difference. This treats the two scores as independent, so models that answered "
        "the same examples are told apart less often than they could be.",
        "(p + z^2/2n +- z sqrt(p (1 - p) / n + z^2/4n^2)) / (1 + z^2/n), z = 1.96; "
        "difference / sqrt(se1^2 + se2^2)",
        shown=any(task.with_intervals for task in site.results.tasks),
    )
    yield Term(
        "changes",
        "Changes between two releases",
        "A score changed if its value is different. The change is beyond noise if it is greater "
        "than 1.96 standard errors of the difference, with the two scores treated as independent. "
        "Where either error is unknown, this is not known. If only ranks or names differ, no score "
        "changed.",
        "difference / sqrt(se_before^2 + se_after^2)",
        shown=site.news is not None,
    )
    counted = (
        "It counts like any other score."
        if all(f.counts for f in flagged)
        else "It is shown, but does not count in any rank, average, first place or lift."
    )
    yield Term(
        "flagged",
        "Flagged scores",
        "A score that its publisher says should be read with care. The reason is on the pages of "
        f"its model and its task. {counted}",
        shown=bool(flagged),
    )


def _rank_terms(site: Site) -> Iterator[Term]:
    """How firm a rank is, and what ranks models without an average."""
    boards = site.results.boards.values()
    yield Term(
        "rank-interval",
        "Plausible ranks",
        "The best plausible rank is one more than the number of models that are distinguishably "
        "ahead. The worst one is the number of models minus those that are distinguishably behind. "
        "Two models are told apart by a paired t test over the tasks that both have.",
        "1 + models ahead, to models - models behind",
        shown=can_rank_firmly(site.results.board),
    )
    yield Term(
        "missing-scores",
        "Ranks if complete",
        "The best and the worst rank that a model could have if no model lacked a score, with the "
        "missing scores anywhere within the bounds of their tasks.",
        shown=any(s.possible_ranks for board in boards for s in board.standings),
    )
    yield Term(
        "win-rate",
        "Mean win rate",
        "The share of other models that a model beats on a task, averaged over tasks. A tie counts "
        "one half. It works without a common unit.",
        "mean over tasks of (models beaten + ties / 2) / other models",
    )
    yield Term(
        "winners",
        "First places",
        "The number of tasks where no model on the same board scores better. Every model that "
        "shares the best score counts.",
    )


def _choosing_terms(site: Site) -> Iterator[Term]:
    """What the pages for choosing and comparing compute."""
    yield Term(
        "choice",
        "Choosing for your own tasks",
        "The figure that ranks the board, with weights: the weight of a category is divided evenly "
        "among its tasks. Limits hide models but change no figure. \N{LEFT DOUBLE QUOTATION MARK}"
        "Tied with best\N{RIGHT DOUBLE QUOTATION MARK} means the same as on the board, with the "
        "picked tasks and their weights. How sure: the weight of each task is multiplied by a "
        f"random number of mean 1, {count(REWEIGHTINGS)} times, and the times that the first model "
        "stays first are counted. The smallest good-enough model is the smallest one that is no "
        f"further behind the best than you allow, by default {percent(MARGIN_SHARE)} of the scale.",
        "sum of weight x score / sum of weight",
        shown=can_choose(site),
    )
    yield Term(
        "comparison",
        "Comparison",
        "Models are compared over the tasks where all chosen models have a score. A model has "
        "first place on a task if none of the others is better; every model that shares it counts. "
        "A task that one of them lacks counts for nobody.",
        "margin = best score - second best, signed by the task's direction",
        shown=bool(default_runs(site)),
    )


def _lift_terms(site: Site) -> Iterator[Term]:
    """What tuning changed, how far the baseline is, and which differences are clear."""
    labels, tests = site.labels, site.results.lift_tests
    base, baseline, tuned = labels.base, labels.baseline, labels.tuned
    yield Term(
        "lift",
        f"Lift over {base}",
        f"What tuning changed: the {tuned} score minus the {base} score of the same model on the "
        "same task. Positive is always better.",
        f"{tuned} - {base}, signed by the task's direction",
        shown=labels.lifted,
    )
    yield Term(
        "lift-over-baseline",
        f"Difference from {baseline}",
        f"A score minus the score of {baseline} on the same task. Positive is always better. A "
        f"model beats {baseline} on a task if the difference is above 0; equal scores are a tie.",
        f"score - score of {baseline}, signed by the task's direction",
        shown=labels.roles.baseline is not None,
    )
    yield Term(
        "paired-lift",
        "Interval of a lift",
        "How far a lift would move with other examples of the same kind: 1.96 standard errors to "
        "each side. Both runs answered the same examples, so the standard error comes from the n "
        "differences between them, example by example.",
        "lift +- 1.96 sqrt(sum((d - mean d)^2) / (n - 1) / n)",
        shown=bool(site.results.paired_lifts),
    )
    yield Term(
        "lift-tests",
        "Clear or not clear",
        "A difference is clear if Wilcoxon's signed-rank test over tasks, corrected by Holm's "
        "method for the number of models, has p below 0.05 and the 95 % interval agrees. The exact "
        "sign test is shown next to it, and decides where scores of different tasks cannot be "
        "averaged. With fewer than six tasks no difference is called clear.",
        "corrected p = p * (number of models - number of smaller p-values)",
        shown=any(tests.over_base.values()) or any(tests.over_baseline.values()),
    )
    yield Term(
        "categories",
        "Harder and easier categories",
        f"The score of the best {labels.contender} minus the score of {baseline}, averaged over "
        "the tasks of a category.",
        shown=labels.roles.baseline is not None and bool(site.results.categories),
    )


def _task_terms(site: Site) -> Iterator[Term]:
    """What describes tasks and sizes."""
    results, models = site.results, site.results.catalog.models.values()
    yield Term(
        "correlation",
        "Correlation",
        "Spearman's rank correlation over tasks, and Pearson's correlation next to it, with "
        f"two-sided p-values and 95 % intervals by Fisher's z. The {site.labels.base or 'base'} "
        "columns use the models that were tuned. A direction is named only if the interval "
        f"excludes 0. With fewer than {LEAST_TO_CONCLUDE} tasks nothing is concluded. Correlation "
        "is not causation, and among many pairs some p-values are small by chance.",
        "Pearson's r of the ranks",
        shown=results.correlations is not None,
    )
    yield Term(
        "frontier",
        "Frontier",
        "The models for which no model of the same or a smaller size has an equal or better "
        "average.",
        shown=any(model.parameters_b is not None for model in models),
    )
    yield Term(
        "task-mean",
        "Mean of a task",
        "The mean score of all models on a task. Where higher is better, it is low on a difficult "
        "task.",
        "sum of scores / number of models",
    )
    yield Term(
        "similar-tasks",
        "Similar tasks",
        "Spearman's correlation between the scores of two tasks, over the models that have both. "
        "1 means that both tasks rank the models in the same order.",
    )
    yield Term(
        "training-set-sizes",
        "Training-set sizes",
        "The number of examples in the train split of each task, where it is stated. The share "
        "below a threshold counts the sets with strictly fewer examples.",
        shown=results.training_sets is not None,
    )


def _serving_terms(site: Site) -> Iterator[Term]:
    """What describes providers."""
    serving = site.results.serving
    yield Term(
        "serving",
        "Latency and cost",
        "Medians and percentiles of successful requests. Failed requests are left out and counted "
        "separately. The price of a million tokens is a 50:50 blend of input and output tokens.",
        "(input price + output price) / 2",
        shown=bool(serving.latency or serving.prices),
    )
    yield Term(
        "cost",
        "Cost per month",
        "An offer by the token costs the tokens of a month of 365.25 / 12 days. An offer by the "
        "hour costs one machine that runs all month. The two break even at the number of requests "
        "per day that cost as much as 24 hours.",
        "requests per day * days * (input tokens * input price + output tokens * output price)",
        shown=bool(collect_offers(serving.prices)),
    )
