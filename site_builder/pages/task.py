"""One task: its facts, its ranking, the tasks that rank models alike."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from site_builder.addresses import Address, Fact, Link, page_link
from site_builder.charts.cells import number_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import TASK, Field, columns_of, rows_of
from site_builder.charts.labels import Labels, ScoreKey
from site_builder.charts.score_lines import chart_task_models
from site_builder.compute.catalog import TaskFacts
from site_builder.compute.rank_agreement import MIN_COMMON_MODELS, SimilarTask
from site_builder.compute.tasks import TaskResult
from site_builder.format import count, counted, listed, quantity, rounded
from site_builder.pages.boards import Mark
from site_builder.pages.citation import cite_page
from site_builder.pages.cut import cut_note, most_listed
from site_builder.pages.page import HOME, TASKS, Page, Site
from site_builder.pages.picker import task_groups
from site_builder.pages.ranking import ranking_table
from site_builder.pages.ranking_line import line_legend
from site_builder.pages.task_error import flagged_note, flagged_table, tie_note
from site_builder.parts import Column, Table
from site_builder.records import Record
from site_builder.tables.schema import TASKS as TASKS_SPEC

LEAST_FIGURES = 3
MOST_OTHERS = 150
# From here on two rankings are called alike: the square of 0.7 is 0.49, so half of the variance
# of the ranks is shared.
ALIKE = 0.7


class TaskContext(Record):
    """What a task's page shows.

    Attributes:
        description: What the tasks table says of it.
        summary: Who is best on it, in a sentence.
        facts: Its row of the tasks table.
        figures: The figures that answer first.
        ranking: The models, by their score.
        cut: How many of them it lists; empty where it lists all.
        legend: What the drawings in its rows show; empty where it has none.
        tie_note: Which models cannot be told from the best; empty where nobody knows.
        flagged: Scores that should be read with care, with the reason; None where there are none.
        flagged_note: Whether these count.
        chart: The same as a chart; None below two models.
        similar: The tasks that rank models alike; None where there is none.
        similar_note: What these tasks mean for one who chooses a model.
        others: The tasks to go on to, by category; empty on a board with too many for a page.
    """

    description: str
    summary: str
    facts: tuple[Fact, ...]
    figures: tuple[Fact, ...]
    ranking: Table
    cut: str
    legend: tuple[Mark, ...]
    tie_note: str
    flagged: Table | None
    flagged_note: str
    chart: Chart | None
    similar: Table | None
    similar_note: str
    others: tuple[tuple[str, tuple[Link, ...]], ...]


def make_task(site: Site, task: TaskResult) -> Page:
    """The page of a task."""
    name, crumbs, here = site.labels.tasks[task.task], (HOME, TASKS), Address("task", task.task)
    summary = task_summary(site, task)
    cite, context = cite_page(site, name, summary, here), partial(_context, site, task, summary)
    return Page(here, "task.html", name, summary, context, crumbs, cite=cite)


def _context(site: Site, task: TaskResult, summary: str) -> TaskContext:
    fact = site.results.catalog.tasks[task.task]
    return TaskContext(
        description=fact.description or "",
        summary=summary,
        facts=tuple(_facts(fact)),
        figures=tuple(_figures(site, task)),
        ranking=ranking_table(site, task, "ranking", most_listed(site), drawn=True),
        cut=cut_note(site, len({*task.scores.models, *(f.model for f in task.flagged)})),
        legend=line_legend(site, task),
        tie_note=tie_note(site, task),
        flagged=flagged_table(site, task),
        flagged_note=flagged_note(task),
        chart=chart_task_models(site.results, site.labels, task.task),
        similar=_similar(site, task),
        similar_note=similar_note(site, task),
        others=_others(site, task),
    )


def task_summary(site: Site, task: TaskResult) -> str:
    """Who is best on a task, in one sentence."""
    labels, scale = site.labels, site.labels.scales[task.task]
    name = labels.tasks[task.task]
    best = task.best_contender or next(iter(task.best.values()), None)
    if best is None:
        return f"No model has a score on {name}."
    one = len(best.models) == 1
    what = f"is the best {labels.contender}" if one else f"are the best {labels.contender}s"
    text = f"{listed(labels.runs(best))} {what} on {name}, with {scale.score(best.score)}"
    if task.baseline_score is None:
        return f"{text}."
    return f"{text}; {labels.baseline} has {scale.score(task.baseline_score)}."


def _facts(fact: TaskFacts) -> Iterator[Fact]:
    """What the tasks table says, as far as it says it."""
    if fact.category:
        link = page_link(fact.category, "category", fact.category)
        yield Fact("Category", fact.category, link=link)
    direction = "" if fact.higher_is_better else "lower is better"
    if fact.metric:
        yield Fact("Metric", fact.metric, direction)
    elif direction:
        yield Fact("Direction", direction)
    if fact.score_min is not None and fact.score_max is not None:
        yield Fact("Scores", f"{quantity(fact.score_min)} to {quantity(fact.score_max)}")
    if fact.evaluation_split:
        yield Fact("Evaluated on", fact.evaluation_split)
    yield from _training_set(fact)
    if fact.dataset_url:
        link = Link(fact.dataset_url.removeprefix("https://"), href=fact.dataset_url)
        yield Fact("Data set", fact.dataset_url, link=link)


def _training_set(fact: TaskFacts) -> Iterator[Fact]:
    for name, value in fact.numbers.items():
        yield Fact(_meaning(name), quantity(value))
    if fact.length_unit:
        yield Fact("Lengths count", fact.length_unit)


def _meaning(name: str) -> str:
    """What a numeric column is called: by the contract, else by its own name."""
    spec = TASKS_SPEC.column(name)
    return spec.meaning if spec else name.replace("_", " ").capitalize()


def _figures(site: Site, task: TaskResult) -> list[Fact]:
    """The figures that answer first; those that the board does not define are absent."""
    labels, scale = site.labels, site.labels.scales[task.task]
    best = task.best_contender
    facts = []
    if best is not None:
        of = (best.models[0], task.task, best.variants[0])
        facts.append(_score_fact(labels, f"best {labels.contender}", of, best.score))
    if task.baseline_score is not None:
        of = (labels.roles.baseline or "", task.task, labels.roles.baseline_variant or "")
        facts.append(_score_fact(labels, labels.baseline, of, task.baseline_score))
    lifts = (
        (f"difference from {labels.baseline}", task.best_lift_over_baseline, "lift-over-baseline"),
        (f"mean lift over {labels.base}", task.mean_lift_over_base, "lift"),
    )
    facts += [Fact(what, scale.signed(v), term=term) for what, v, term in lifts if v is not None]
    if len(facts) < LEAST_FIGURES:
        facts.append(Fact("scores", count(len(task.scores))))
    return facts


def _score_fact(labels: Labels, label: str, of: ScoreKey, score: float) -> Fact:
    """A single score, leading to the row that it is kept in."""
    text = labels.scales[of[1]].score(score)
    return Fact(label, text, link=Link(text, labels.score_place(of)))


def similar_note(site: Site, task: TaskResult) -> str:
    """What the most similar task means for one who chooses a model for this one."""
    if not task.similar:
        enough = task.counts[site.labels.roles.primary] >= MIN_COMMON_MODELS
        one = len(site.results.tasks) == 1
        return "" if one or not enough else "No task of the board ranks models like this one."
    first, labels = task.similar[0], site.labels
    agreement = f"rho {rounded(first.rho, 2)} over {counted(first.n, 'model')}"
    if first.rho < ALIKE:
        return (
            f"No task of the board ranks models much like this one: {labels.tasks[first.task]} "
            f"comes nearest, with {agreement}. A good model elsewhere is no safe choice here."
        )
    alike = [labels.tasks[s.task] for s in task.similar if s.rho >= ALIKE]
    nearest = f", {agreement}" if len(alike) == 1 else f"; the nearest has {agreement}"
    return (
        f"{listed(alike)} {'ranks' if len(alike) == 1 else 'rank'} models much like this task"
        f"{nearest}: a model that does well there is likely to do well here."
    )


def _others(site: Site, task: TaskResult) -> tuple[tuple[str, tuple[Link, ...]], ...]:
    others = [t for t in site.results.tasks if t.task != task.task]
    return task_groups(site, others) if len(others) <= MOST_OTHERS else ()


def _similar(site: Site, task: TaskResult) -> Table | None:
    if not task.similar:
        return None
    fields: tuple[Field[SimilarTask], ...] = (
        Field(TASK, lambda s: task_cell(site.labels, s.task)),
        Field(
            Column("rho", "Spearman", "number", term="similar-tasks"),
            lambda s: number_cell(s.rho, rounded(s.rho, 2)),
        ),
        Field(
            Column("n", "Models", "number", term="similar-tasks"),
            lambda s: number_cell(s.n, count(s.n)),
        ),
    )
    return Table(
        "similar",
        "Tasks that rank the models most alike",
        columns_of(fields),
        rows_of(fields, task.similar),
        sorted_by="rho",
    )
