"""Choosing: which model for my tasks, by my weights, within my limits.

The page holds the answer for all tasks with equal weights; `static/js/choose*.js` answer the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from site_builder.addresses import Address, Link, page_link
from site_builder.compute.choice import MARGIN_SHARE, Choice, compute_choice
from site_builder.compute.intervals import RESAMPLES, SEED, t_quantile, tail_probability
from site_builder.compute.numbers import counts_to, floats_or_none
from site_builder.compute.picks import Question, spread_weights
from site_builder.compute.score_error import REACH
from site_builder.compute.shortlist import LISTED, REWEIGHTING_SEED, REWEIGHTINGS
from site_builder.compute.significance import LEAST_TASKS
from site_builder.formatting import counted
from site_builder.pages.board_table import AxisRange
from site_builder.pages.browser_data import ERRORS, SCORES, board_data
from site_builder.pages.choose_answer import MOST_UNRANKED, Answer, make_answer
from site_builder.pages.choose_words import WIN_RATE
from site_builder.pages.page import HOME, Page, Site
from site_builder.records import Record

COMPARED = 4
# With fewer tasks nobody needs to search among them.
LEAST_TASKS_FOR_FILTER = 13


class TaskGroup(Record):
    """Tasks to pick from.

    Attributes:
        category: Their category; empty where they have none.
        count: How many they are.
        tasks: Each as a link to its page.
    """

    category: str
    count: str
    tasks: tuple[Link, ...]


class ChooseContext(Record):
    """What the choosing page shows.

    Attributes:
        answer: For all tasks, each counting the same.
        picked: Which tasks that are.
        groups: The tasks to pick from, by category.
        filtered: Whether they are many enough to be searched.
        variants: How models are run: id and label.
        sized, priced: Whether the board has sizes, and prices, to limit.
        licenses, developers: What the board has; empty below two.
        margin: How far below the best is good enough, where the visitor says nothing.
        compared: Ids of the models that are best to be compared.
        scores: Name of the file of scores.
        errors: Name of the file of their standard errors; empty where none is known.
        data: For the script: the board beside its scores.
    """

    answer: Answer
    picked: str
    groups: tuple[TaskGroup, ...]
    filtered: bool
    variants: tuple[tuple[str, str], ...]
    sized: bool
    priced: bool
    licenses: tuple[str, ...]
    developers: tuple[str, ...]
    margin: str
    compared: tuple[str, ...]
    scores: str
    errors: str
    data: Mapping[str, object]


def make_choose(site: Site) -> Iterator[Page]:
    """The choosing page; none where there is nothing to choose from, or by."""
    if not can_choose(site):
        return
    n_models = len(site.results.catalog.models)
    about = f"Pick and weight the tasks, set limits, and see which of {n_models} models to take."
    context = partial(_context, site)
    yield Page(Address("choose"), "choose.html", "Choose a model", about, context, (HOME,))


def _context(site: Site) -> ChooseContext:
    results, labels = site.results, site.labels
    choice = choose(site, default_question(site))
    answer, n_tasks = answer_of(site, choice), len(results.scores.tasks)
    models = results.catalog.models.values()
    return ChooseContext(
        answer=answer,
        picked=f"All {counted(n_tasks, 'task')}, each counting the same.",
        groups=_groups(site),
        filtered=n_tasks >= LEAST_TASKS_FOR_FILTER,
        variants=tuple((v, labels.variants[v]) for v in labels.roles.variants),
        sized=any(m.parameters_b is not None for m in models),
        priced=bool(find_prices(site)),
        licenses=_at_least_two(m.license for m in models),
        developers=_at_least_two(m.developer for m in models),
        margin=(labels.scale if _by_mean(site) else WIN_RATE).score(choice.margin),
        compared=tuple(row.id for row in answer.rows[:COMPARED]),
        scores=SCORES,
        errors=ERRORS if results.scores.has_errors else "",
        data=choose_data(site),
    )


def can_choose(site: Site) -> bool:
    """Whether the board has models to choose from, and tasks to choose by."""
    return len(site.results.board.ranked) > 1 and len(site.results.scores.tasks) > 1


def choose(site: Site, question: Question) -> Choice:
    """The choice that a question leads to on this board."""
    results = site.results
    bounds = common_bounds(site)
    return compute_choice(
        results.scores,
        results.board.rules,
        question,
        [model.parameters_b for model in results.catalog.models.values()],
        None if bounds is None else bounds.high - bounds.low,
    )


def answer_of(site: Site, choice: Choice) -> Answer:
    """A choice in words, drawn on the scale of the board."""
    return make_answer(site, choice, common_bounds(site) if _by_mean(site) else AxisRange(0.0, 1.0))


def common_bounds(site: Site) -> AxisRange | None:
    """The bounds that all tasks share; None where they share none, or state none."""
    bounds = {(t.score_min, t.score_max) for t in site.results.catalog.tasks.values()}
    low, high = next(iter(bounds))
    return (
        AxisRange(low, high) if len(bounds) == 1 and low is not None and high is not None else None
    )


def find_prices(site: Site) -> dict[str, float]:
    """The cheapest offer of each model of the board, in US dollars per million output tokens."""
    cheapest: dict[str, float] = {}
    for price in site.results.serving.prices:
        if price.output_usd is not None and price.model in site.labels.models:
            found = cheapest.get(price.model, price.output_usd)
            cheapest[price.model] = min(found, price.output_usd)
    return cheapest


def choose_data(site: Site) -> Mapping[str, object]:
    """What the script needs to answer as the build does."""
    board, labels, bounds = board_data(site), site.labels, common_bounds(site)
    prices = find_prices(site)
    return {
        **board,
        "ends": None if bounds is None else [bounds.low, bounds.high],
        "prices": [prices.get(model) for model in site.results.scores.models],
        "runs": [labels.in_sentence(variant) for variant in labels.roles.variants],
        "baseline": labels.baseline,
        "listed": LISTED,
        "compared": COMPARED,
        "most_unranked": MOST_UNRANKED,
        "least_tasks_for_ties": LEAST_TASKS,
        "margin_share": MARGIN_SHARE,
        "reach": floats_or_none(t_quantile(counts_to(len(site.results.scores.tasks)))),
        "tail": floats_or_none(tail_probability(counts_to(len(site.results.scores.tasks)))),
        "error_reach": REACH,
        "resamples": RESAMPLES,
        "seed": SEED,
        "reweightings": REWEIGHTINGS,
        "reweighting_seed": REWEIGHTING_SEED,
    }


def default_question(site: Site) -> Question:
    """All tasks, each counting the same, in the variant that the board opens with."""
    weights = spread_weights((), tuple(site.results.catalog.tasks.values()))
    return Question(weights, site.labels.roles.primary, {})


def _by_mean(site: Site) -> bool:
    return site.results.board.rules.rank_by == "mean"


def _groups(site: Site) -> tuple[TaskGroup, ...]:
    groups: dict[str, list[Link]] = {}
    for task in site.results.catalog.tasks.values():
        link = page_link(task.name, "task", task.task)
        groups.setdefault(task.category or "", []).append(link)
    return tuple(
        TaskGroup(category, counted(len(links), "task"), tuple(links))
        for category, links in groups.items()
    )


def _at_least_two(values: Iterator[str | None]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(value for value in values if value is not None))
    return found if len(found) > 1 else ()
