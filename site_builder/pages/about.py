"""About: how the numbers come about, and the page for addresses that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from site_builder.pages.home import board_note
from site_builder.pages.page import HOME, Page, Site
from site_builder.parts import Address


@dataclass(frozen=True)
class Term:
    """A statistic in words: its anchor, its name, what it is, and its formula."""

    anchor: str
    name: str
    meaning: str
    formula: str = ""


@dataclass(frozen=True)
class AboutContext:
    """What the page on method shows."""

    board_note: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class NotFoundContext:
    """The page for addresses that lead nowhere has nothing of its own."""


def make_about(site: Site) -> Iterator[Page]:
    """The page on method, and the 404 page."""
    yield Page(Address("about"), "about.html", "About", "How every figure on this site is computed, from what, and what it cannot tell.", AboutContext(board_note(site), _terms(site)), (HOME,))
    yield Page(Address("not_found"), "404.html", "Page not found", "There is no page at this address.", NotFoundContext(), (HOME,), listed=False)


def _terms(site: Site) -> tuple[Term, ...]:
    """Every statistic that this board shows, in this board's words."""
    labels, results = site.labels, site.results
    base, baseline, tuned = labels.base, labels.baseline, labels.tuned
    lifted = bool(base) and bool(labels.roles.tuned)
    made = [
        (results.board.rules.averaged, Term("average", "Average", "The mean of a model's scores over the tasks that it has, each task counting the same. A missing score is left out, never counted as 0; the coverage stands beside it.", "sum of scores / number of scores")),
        (True, Term("interval", "95 % interval", "How far the average would move with another choice of tasks of the same kind: 4,000 sets of tasks are drawn with replacement, and the middle 95 % of the averages is shown. It does not hold the error of a single score.", "2.5th to 97.5th percentile of the resampled means")),
        (True, Term("ties", "Tied with best", "The 95 % interval of the difference from the first, over the tasks that both have, holds 0: the tasks cannot tell the two apart.", "")),
        (True, Term("win-rate", "Mean win rate", "The share of rivals that a model beats on a task, ties counting one half, averaged over tasks. It needs no common unit.", "mean over tasks of (rivals beaten + ties / 2) / rivals")),
        (True, Term("winners", "Tasks at the top", "The number of tasks on which no model of the same board scores better; all who tie count.", "")),
        (lifted, Term("lift", f"Lift over {base}", f"What tuning brought: the {tuned} score minus the {base} score of the same model on the same task. Positive is always better.", f"{tuned} - {base}, signed by the task's direction")),
        (bool(baseline), Term("lift-over-baseline", f"Difference from {baseline}", f"A score minus the score of {baseline} on the same task, positive is better. A task is beaten when the difference is above 0; a tie is a tie.", f"score - score of {baseline}, signed by the task's direction")),
        (bool(results.categories), Term("categories", "Harder and easier categories", f"The best {labels.contender} minus {baseline or 'the baseline'}, averaged over the tasks of a category.", "")),
        (results.correlations is not None, Term("correlation", "Correlation", f"Spearman's rank correlation over tasks, and Pearson's beside it, with two-sided p-values and 95 % intervals by Fisher's z. The {base or 'base'} columns are taken over the models that were tuned. A correlation is no cause, and with many pairs some p-values are small by chance.", "Pearson's r of the ranks")),
        (any(f.parameters_b is not None for f in results.catalog.models.values()), Term("frontier", "Frontier", "The models that no model of the same or a smaller size matches or beats on average.", "")),
        (True, Term("similar-tasks", "Similar tasks", "Spearman's correlation of two tasks' scores over the models that have both: 1 means that the two tasks rank the models the same way.", "")),
        (results.training_sets is not None, Term("training-set-sizes", "Training-set sizes", "Examples in the train split of each task that states them; the share below a threshold counts the sets with strictly fewer.", "")),
        (bool(results.serving.latency or results.serving.prices), Term("serving", "Latency and cost", "Medians and percentiles of the requests that succeeded; failed requests have no latency and are counted apart. A million tokens is priced at half sent, half received.", "(price of a million sent + price of a million received) / 2")),
    ]  # fmt: skip
    return tuple(term for shown, term in made if shown)
