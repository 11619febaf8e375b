"""Make the page of all tasks, and those of their categories."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from site_builder.addresses import Address
from site_builder.charts.chart import Chart
from site_builder.charts.differences import CATEGORY_TASKS, TASK_LIST, chart_best_lift_by_task
from site_builder.compute.tasks import CategoryResult
from site_builder.errors import working_on
from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.board_views import BoardView, board_views
from site_builder.pages.filters import task_tools
from site_builder.pages.page import Page, Site, in_sequence
from site_builder.pages.task import make_task
from site_builder.pages.task_table import TaskList, make_task_list, task_legend, task_table
from site_builder.records import Record, replace
from site_builder.table_model import MOST_LISTED, LegendItem, Table


class TasksContext(Record):
    """What the page of all tasks shows.

    Attributes:
        headline: The finding over all tasks, or else the name of the page.
        lede: The tasks at both ends; empty where none stands out.
        order: How the table is ordered, in a sentence.
        orders: The published order and that by a column, whatever the category, by key and name;
            empty where there is one order only.
        table: Every task.
        legend: What the drawings in its rows show.
        leads: Best model minus baseline, by task; None without a baseline.
    """

    headline: str
    lede: str
    order: str
    orders: tuple[tuple[str, str], ...]
    table: Table
    legend: tuple[LegendItem, ...]
    leads: Chart | None


class CategoryContext(Record):
    """What a category's page shows.

    Attributes:
        views: Its board.
        table: Its tasks.
        legend: What the drawings in the rows of its tasks show.
        chart: Best model minus baseline, by task; None below two tasks.
    """

    views: tuple[BoardView, ...]
    table: Table
    legend: tuple[LegendItem, ...]
    chart: Chart | None


# --- all tasks ----------------------------------------------------------------------------------


def make_tasks(site: Site) -> Iterator[Page]:
    """Yield the page of all tasks, then a page for each in the order of the tasks table."""
    whole, over = site.whole, site.overview
    listed_tasks, say = make_task_list(over, over.results.tasks), site.labels.say
    headline, n = _headline(listed_tasks), len(listed_tasks.tasks)
    about = say("tasks.about_finding", n_tasks=say("n_tasks", n), finding=headline)
    if not headline:
        about = say("tasks.about", n)
    context = partial(_tasks_context, site, listed_tasks, headline)
    name, crumbs = site.link("tasks").text, (site.home,)
    yield Page(Address("tasks"), "tasks.html", name, about, context, crumbs)
    yield from in_sequence(make_task(whole, task) for task in whole.results.tasks)


def _tasks_context(site: Site, tasks: TaskList, headline: str) -> TasksContext:
    say, title = tasks.labels.say, site.link("tasks").text
    is_grouped = len(tasks.categories) > 1
    table = task_table(tasks, TASK_LIST, title, grouped=is_grouped)
    table = replace(table, tools=task_tools(tasks.site, tasks.categories))
    order = "tasks.order_categories" if is_grouped else "tasks.order"
    if tasks.by_lead:
        order = "tasks.order_leads" if tasks.is_side_by_side else "tasks.order_leads_first"
    by = next(c.key for c in table.columns if c.is_main)
    label = say("tasks.by_lead" if tasks.is_compared else "tasks.by_score")
    has_orders = tasks.by_lead if tasks.is_compared else tasks.axis is not None
    orders = (("", say("tasks.by_category")), (by, label))
    return TasksContext(
        headline=headline or title,
        lede=_ends(tasks),
        order=say(order) if len(tasks.tasks) > 1 else "",
        orders=orders if is_grouped and has_orders else (),
        table=table,
        legend=task_legend(tasks, table),
        leads=_leads(site),
    )


def _leads(site: Site) -> Chart | None:
    """Return the chart of the board, or of all its tasks where it has not all."""
    over = site.overview
    if over.results is site.results:
        return site.chart(chart_best_lift_by_task)
    chart = chart_best_lift_by_task(over.results, over.labels)
    return chart and replace(chart, embedded=False)


def _headline(tasks: TaskList) -> str:
    """Return on how many tasks the baseline is beaten, or which is the hardest; empty for none."""
    labels, say = tasks.labels, tasks.labels.say
    outcomes = [task.outcome for task in tasks.tasks if task.outcome]
    n, of = outcomes.count("beats"), len(tasks.tasks)
    if len(outcomes) > 1:
        which = "none" if not n else "all" if n == of else "some"
        words = {"contender": say.with_article(labels.contender), "plain": labels.contender}
        return say(f"tasks.headline.{which}", n, of=of, **words, baseline=labels.baseline)
    hardest = "" if outcomes else _hardest(tasks)
    return say("tasks.hardest", name=labels.tasks[hardest]) if hardest else ""


def _hardest(tasks: TaskList) -> str:
    """Return the task with the lowest best score, where scores are bounded and it is alone."""
    facts = [*map(tasks.fact, tasks.tasks)]
    best = [(task.contender.score, task.task) for task in tasks.tasks if task.contender]
    is_bounded = all(f.score_max is not None and f.higher_is_better for f in facts)
    if tasks.axis is None or not is_bounded or len(best) < 2:
        return ""
    (lowest, task), (second, _) = sorted(best)[:2]
    return task if lowest < second else ""


def _ends(tasks: TaskList) -> str:
    labels, say = tasks.labels, tasks.labels.say
    lead, gap = tasks.widest
    if hardest := "" if tasks.is_compared else _hardest(tasks):
        best = tasks.site.results.task(hardest).contender
        score = labels.scales[hardest].score(best.score if best else None)
        return say("tasks.hardest_score", score=score)
    sentences = [
        say(
            message,
            name=labels.tasks[end.task],
            lift=labels.scales[end.task].signed(end.best_lift_over_baseline),
        )
        for message, end in (("tasks.widest_lead", lead), ("tasks.widest_gap", gap))
        if end is not None
    ]
    if gains := tasks.gains_most:
        gain = labels.scales[gains.task].signed(gains.mean_lift_over_base)
        sentences.append(say("tasks.gains_most", name=labels.tasks[gains.task], lift=gain))
    return " ".join(sentences)


# --- categories ---------------------------------------------------------------------------------


def make_categories(site: Site) -> Iterator[Page]:
    """Yield a page for each category of a site of one board; their list has moved to the tasks."""
    found = site.results.categories
    if not found or site.has_boards:
        return
    name, tasks = site.link("categories").text, site.link("tasks")
    about = site.labels.say("categories.moved", page=tasks.text)
    here, crumbs = Address("categories"), (site.home, tasks)
    yield Page(here, "moved.html", name, about, Record(), crumbs, listed=False)
    yield from in_sequence(_make_category(site, category) for category in found)


def _make_category(site: Site, category: CategoryResult) -> Page:
    with working_on(f"the page of {category.category!r}"):
        summary, context = _category_summary(site, category), partial(_context, site, category)
        to, crumbs = Address("category", category.category), (site.home, site.link("tasks"))
        return Page(to, "category.html", category.category, summary, context, crumbs)


def _category_summary(site: Site, category: CategoryResult) -> str:
    """Return how many tasks a category has, and on how many of them the baseline is beaten."""
    labels, say = site.labels, site.labels.say
    if len(category.tasks) == 1:
        return say("categories.one", name=labels.tasks[category.tasks[0]])
    first = say("categories.size", n_tasks=say("n_tasks", len(category.tasks)))
    if category.compared < 2:
        return first
    words = {"contender": say.with_article(labels.contender), "baseline": labels.baseline}
    kind = "beating" if category.beating else "beating_none"
    second = say(f"categories.{kind}", category.beating, of=category.compared, **words)
    return f"{first} {second}"


def _context(site: Site, category: CategoryResult) -> CategoryContext:
    spec = BoardTableSpec(site, category.boards, most=MOST_LISTED, category=category.category)
    tasks = make_task_list(site, [site.results.task(task) for task in category.tasks])
    caption = site.labels.say("categories.tasks", name=category.category)
    table = task_table(tasks, CATEGORY_TASKS, caption, grouped=False)
    return CategoryContext(
        views=board_views(spec),
        table=table,
        legend=task_legend(tasks, table),
        chart=chart_best_lift_by_task(site.results, site.labels, category),
    )
