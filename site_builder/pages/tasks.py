"""The tasks: the list with its picker, and a page for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from site_builder.charts.bars import chart_best_lift_by_task
from site_builder.charts.cells import category_cell, lift_cell, models_cell, number_cell, score_cell, task_cell
from site_builder.charts.chart import Chart
from site_builder.charts.dumbbells import chart_task_models
from site_builder.compute.catalog import TaskFacts
from site_builder.compute.tasks import TaskResult
from site_builder.format import count, counted, listed, quantity, rounded
from site_builder.pages.page import HOME, TASKS, Page, Site, neighbours
from site_builder.pages.picker import Picker, make_picker, task_table
from site_builder.parts import Address, Cell, Column, Fact, Link, Row, Table
from site_builder.tables.schema import TASKS as TASKS_SPEC


@dataclass(frozen=True)
class TasksContext:
    """What the list of tasks shows."""

    table: Table
    picker: Picker | None
    by_task: Chart | None


@dataclass(frozen=True)
class TaskContext:
    """What a task's page shows."""

    description: str
    summary: str
    facts: tuple[Fact, ...]
    figures: tuple[Fact, ...]
    ranking: Table
    chart: Chart | None
    similar: Table | None


def make_tasks(site: Site) -> Iterator[Page]:
    """The list of tasks, then a page for each in the order of the tasks table."""
    results, labels = site.results, site.labels
    context = TasksContext(_task_list(site), make_picker(site, "picker"), chart_best_lift_by_task(results, labels))
    n = counted(len(results.tasks), "task")
    yield Page(Address("tasks"), "tasks.html", "Tasks", f"{n}: who is best on each, and how hard each is.", context, (HOME,))
    links = tuple(Link(labels.tasks[t.task], Address("task", t.task)) for t in results.tasks)
    for at, task in enumerate(results.tasks):
        before, after = neighbours(links, at)
        summary = task_summary(site, task)
        crumbs = (HOME, TASKS)
        yield Page(Address("task", task.task), "task.html", labels.tasks[task.task], summary, _task_context(site, task, summary), crumbs, before, after)


def task_summary(site: Site, task: TaskResult) -> str:
    """Who is best on a task, in one sentence."""
    labels, scale = site.labels, site.labels.scales[task.task]
    best = task.best_contender or next(iter(task.best.values()), None)
    if best is None:
        return f"No model has a score on {labels.tasks[task.task]}."
    names = listed([labels.run(m, v) for m, v in zip(best.models, best.variants, strict=True)])
    text = f"{names} {'is' if len(best.models) == 1 else 'are'} best on {labels.tasks[task.task]}, with {scale.score(best.score)}"
    if task.baseline_score is None:
        return f"{text}."
    return f"{text}; {labels.baseline} has {scale.score(task.baseline_score)}."


def _task_list(site: Site) -> Table:
    labels, roles = site.labels, site.labels.roles
    compared = roles.baseline is not None
    lifted = roles.base is not None and bool(roles.tuned)
    categorised = any(t.category for t in site.results.catalog.tasks.values())
    metrics = any(t.metric for t in site.results.catalog.tasks.values())
    made = [
        (True, Column("task", "Task", first="ascending")),
        (categorised, Column("category", "Category", first="ascending")),
        (metrics, Column("metric", "Metric", first="ascending")),
        (True, Column("best_model", f"Best {labels.contender}", first="ascending")),
        (True, Column("best_score", "Its score", "number")),
        (compared, Column("baseline_score", labels.baseline, "number")),
        (compared, Column("best_lift_over_baseline", "Difference", "number", f"Best {labels.contender} minus {labels.baseline}, positive is better")),
        (True, Column("mean", f"Mean, {labels.variants[roles.primary].lower()}", "number", "Mean over models: the lower, the harder", "ascending")),
        (lifted, Column("mean_lift_over_base", "Mean lift", "number", f"Mean over models of {labels.tuned} minus {labels.base} score")),
    ]  # fmt: skip
    columns = tuple(column for wanted, column in made if wanted)
    rows = tuple(_list_row(site, task, columns) for task in site.results.tasks)
    return Table("task-list", "Tasks", columns, rows)


def _list_row(site: Site, task: TaskResult, columns: tuple[Column, ...]) -> Row:
    labels, scale, fact = site.labels, site.labels.scales[task.task], site.results.catalog.tasks[task.task]
    best = task.best_contender
    better = "" if fact.higher_is_better else "lower is better"
    cells = {
        "task": task_cell(labels, task.task),
        "category": category_cell(fact.category),
        "metric": Cell(fact.metric or "\N{EN DASH}", fact.metric, better),
        "best_model": models_cell(labels, best.models) if best else Cell("no score", tone="soft"),
        "best_score": score_cell(best.score if best else None, scale),
        "baseline_score": score_cell(task.baseline_score, scale),
        "best_lift_over_baseline": lift_cell(task.best_lift_over_baseline, scale),
        "mean": score_cell(task.mean.get(labels.roles.primary), scale),
        "mean_lift_over_base": lift_cell(task.mean_lift_over_base, scale),
    }
    return Row(tuple(cells[c.key] for c in columns))


def _task_context(site: Site, task: TaskResult, summary: str) -> TaskContext:
    fact = site.results.catalog.tasks[task.task]
    chart = chart_task_models(site.results, site.labels, task.task) if task.scores else None
    return TaskContext(fact.description or "", summary, _facts(fact), _figures(site, task), task_table(site, task, "ranking"), chart, _similar(site, task))


def _facts(fact: TaskFacts) -> tuple[Fact, ...]:
    facts = []
    if fact.category:
        facts.append(Fact("Category", fact.category, link=Link(fact.category, Address("category", fact.category))))
    if fact.metric:
        facts.append(Fact("Metric", fact.metric, "" if fact.higher_is_better else "lower is better"))
    elif not fact.higher_is_better:
        facts.append(Fact("Direction", "lower is better"))
    if fact.score_min is not None and fact.score_max is not None:
        facts.append(Fact("Scores", f"{quantity(fact.score_min)} to {quantity(fact.score_max)}"))
    if fact.evaluation_split:
        facts.append(Fact("Evaluated on", fact.evaluation_split))
    for name, value in fact.numbers.items():
        spec = TASKS_SPEC.column(name)
        facts.append(Fact(spec.meaning if spec else name.replace("_", " ").capitalize(), quantity(value)))
    if fact.dataset_url:
        facts.append(Fact("Data set", fact.dataset_url, link=Link(fact.dataset_url.removeprefix("https://"), href=fact.dataset_url)))
    return tuple(facts)


def _figures(site: Site, task: TaskResult) -> tuple[Fact, ...]:
    labels, scale = site.labels, site.labels.scales[task.task]
    best = task.best_contender
    facts = [Fact(f"best {labels.contender}", scale.score(best.score))] if best else []
    if task.baseline_score is not None:
        facts.append(Fact(labels.baseline, scale.score(task.baseline_score)))
    if task.best_lift_over_baseline is not None:
        facts.append(Fact(f"difference from {labels.baseline}", scale.signed(task.best_lift_over_baseline)))
    if task.mean_lift_over_base is not None:
        facts.append(Fact(f"mean lift over {labels.base}", scale.signed(task.mean_lift_over_base)))
    if len(facts) < 3:
        facts.append(Fact("scores", count(len(task.scores))))
    return tuple(facts)


def _similar(site: Site, task: TaskResult) -> Table | None:
    if not task.similar:
        return None
    labels = site.labels
    columns = (Column("task", "Task", first="ascending"), Column("rho", "Spearman", "number"), Column("n", "Models", "number"))
    rows = tuple(Row((task_cell(labels, s.task), number_cell(s.rho, rounded(s.rho, 2)), number_cell(s.n, count(s.n)))) for s in task.similar)
    return Table("similar", "Tasks that rank the models most alike", columns, rows, sorted_by="rho")
