"""What ranks models and how firmly, in words."""

from __future__ import annotations

from site_builder.compute.intervals import RESAMPLES
from site_builder.format import count, percent
from site_builder.pages.board_cells import tells_apart
from site_builder.pages.choose import can_choose
from site_builder.pages.compare import default_runs
from site_builder.pages.page import Site
from site_builder.pages.scores_data import MARGIN_SHARE, REWEIGHTINGS
from site_builder.pages.term import Term


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
            shown=tells_apart(site.results.board),
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
