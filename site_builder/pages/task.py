"""Make the list of tasks, each task, and the task picker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from urllib.parse import urlencode

from site_builder.addresses import Address, Fact, Link, page_link
from site_builder.charts.cells import (
    CATEGORY,
    MODEL,
    TASK,
    best_fields,
    category_cell,
    lift_cell,
    linked_score_cell,
    model_cell,
    number_cell,
    score_cell,
    task_cell,
    text_cell,
)
from site_builder.charts.chart import Chart
from site_builder.charts.scores import chart_task_models
from site_builder.compute.catalog import TaskInfo
from site_builder.compute.intervals import LEVEL
from site_builder.compute.scores import FlaggedScore, Score
from site_builder.compute.tasks import MIN_COMMON_MODELS, SimilarTask, TaskResult
from site_builder.formatting import MISSING, count, counted, listed, percent, quantity, rounded
from site_builder.labels import Labels, ScoreKey
from site_builder.pages.board_table import task_marks, task_tools
from site_builder.pages.board_views import LegendItem
from site_builder.pages.page import HOME, TASKS, Page, Site, cite_page, in_sequence
from site_builder.pages.task_ranking import line_legend, ranking_table
from site_builder.records import Record
from site_builder.table_model import (
    MOST_LISTED,
    Cell,
    Column,
    Field,
    Row,
    RowKind,
    Table,
    Tone,
    columns_of,
    rows_of,
)
from site_builder.tables.schema import TASKS as TASKS_SPEC


def _row_limit_note(task: TaskResult) -> str:
    """Return a sentence that not all models are listed; empty where all are."""
    n = len({*task.models, *(f.model for f in task.flagged)})
    if n <= MOST_LISTED:
        return ""
    return f"The first {MOST_LISTED} of {n:,} models. The page of each model has its rank."


def tie_note(site: Site, task: TaskResult) -> str:
    """Which models the examples of the task cannot tell from its best; empty where nobody knows."""
    if not task.with_intervals:
        return ""
    primary, ranking = site.labels.roles.primary, site.results.scores.ranking(task.task)
    scores = [s for s in ranking if s.variant == primary]
    known = [s for s in scores if s.tied_with_best is not None]
    if len(known) < 2:
        return ""
    unknown = len(scores) - len(known)
    left = f" Of {counted(unknown, 'score')} the error is not known." if unknown else ""
    said = _told_apart(site, known)
    return f"Below a score stands its {percent(LEVEL)} interval. {said}{left}"


def _told_apart(site: Site, known: Sequence[Score]) -> str:
    best, examples = [s for s in known if s.rank == 1], _examples(known)
    tied = [s for s in known if s.tied_with_best and s.rank > 1]
    if tied:
        are = "is" if len(tied) == 1 else "are"
        return f"{_names(site, tied)} {are} not distinguishable from the best on {examples}."
    if len(best) == len(known):
        return f"{_names(site, best)} are level on {examples}."
    return f"The lead of {_names(site, best)} is greater than chance among {examples} explains."


def _names(site: Site, scores: Sequence[Score]) -> str:
    return listed([site.labels.models[s.model] for s in scores])


def _examples(scores: Sequence[Score]) -> str:
    """The examples that all of the scores were measured on, with their number where it is one."""
    numbers = {s.n for s in scores}
    n = numbers.pop() if len(numbers) == 1 else None
    if n is None:
        return "the examples of this task"
    return "this one example" if n == 1 else f"these {count(n)} examples"


def flagged_table(site: Site, task: TaskResult) -> Table | None:
    """The flagged scores of a task, each with its reason; None where there is none."""
    if not task.flagged:
        return None
    labels = site.labels
    fields: tuple[Field[FlaggedScore], ...] = (
        Field(MODEL, lambda f: model_cell(labels, f.model)),
        Field(Column("reason", "Reason"), lambda f: text_cell(f.reason)),
        Field(
            Column("variant", "Variant"),
            lambda f: text_cell(labels.variants[f.variant]),
            len(labels.roles.variants) > 1,
        ),
        Field(
            Column("score", "Score", "number"),
            lambda f: linked_score_cell(labels, (f.model, f.task, f.variant), f.score),
        ),
    )
    rows = rows_of(fields, task.flagged)
    return Table("flagged-scores", "Flagged scores", columns_of(fields), rows)


def flagged_note(task: TaskResult) -> str:
    """Whether flagged scores count."""
    if all(f.counts for f in task.flagged):
        return "A flagged score should be read with care. It counts as any other does."
    return "A flagged score counts in no rank, no average and no win."


MOST_CELLS = 20_000
MOST_ROWS = 50
CELLS_A_ROW = 5

Tags = tuple[str, ...]
Packed = tuple[str, float | str | None, Tone] | tuple[str, float | str | None, Tone, str, Tags]
# A model by its place; with its note, its tags and the kind of its row where it has any of these.
Named = int | tuple[int, str, Tags, RowKind]


class Picker(Record):
    """A table of one task, and what a script needs to show another in its place.

    Attributes:
        first: The task that stands in the page.
        groups: The tasks to choose from, as links to their pages, by category.
        table: The ranking of the first task.
        models: For the script: each model that occurs, as its id and a link.
        rankings: For the script: by task id, rows of (index of the model, then text, value and tone
            of each cell); behind them the note and the tags where there are any.
        anchors: For the script: by task id, how links to the scores of each column end; empty for
            a column of no scores.
    """

    first: Link
    groups: tuple[tuple[str, tuple[Link, ...]], ...]
    table: Table
    models: tuple[tuple[str, Link], ...]
    rankings: Mapping[str, Sequence[Sequence[Named | Packed]]]
    anchors: Mapping[str, Sequence[str]]


def make_picker(site: Site, table_id: str) -> Picker | None:
    """The picker; None on a board with one task, or one too large to put into a page."""
    tasks = [t for t in site.results.tasks if t.models]
    rows = int(site.results.scores.scored.sum(axis=0).clip(max=MOST_ROWS).sum())
    if len(tasks) < 2 or rows * CELLS_A_ROW > MOST_CELLS:
        return None
    tables = {t.task: ranking_table(site, t, table_id, MOST_ROWS) for t in tasks}
    models = dict.fromkeys(_model(row) for table in tables.values() for row in table.rows)
    places = {link: i for i, link in enumerate(models)}
    first = tasks[0].task
    return Picker(
        first=_link(site, first),
        groups=task_groups(site, tasks),
        table=tables[first],
        models=tuple((link.to.key, link) for link in models if link is not None and link.to),
        rankings={
            task: [_packed_row(row, places) for row in table.rows] for task, table in tables.items()
        },
        anchors={task: _anchors(table) for task, table in tables.items()},
    )


def _model(row: Row) -> Link | None:
    return row.cells[1].link


def _packed_row(row: Row, places: Mapping[Link | None, int]) -> list[Named | Packed]:
    rank, name, *others = row.cells
    place, plain = places[_model(row)], not (name.note or name.tags)
    named = place if plain else (place, name.note, name.tags, row.kind)
    return [named, *map(_packed, (rank, *others))]


def _anchors(table: Table) -> list[str]:
    """Return how links to the scores of each column end, all of one task and variant."""
    rank, _, *others = zip(*(row.cells for row in table.rows), strict=True)
    return [_anchor(column) for column in (rank, *others)]


def _anchor(column: Iterable[Cell]) -> str:
    links = (cell.link.to for cell in column if cell.link and cell.link.to)
    to = next((to for to in links if to.anchor), None)
    if to is None:
        return ""
    return f"{f'?{urlencode(to.query)}' if to.query else ''}#{to.anchor}"


def _packed(cell: Cell) -> Packed:
    shown = cell.text, cell.value, cell.tone
    return (*shown, cell.note, cell.tags) if cell.note or cell.tags else shown


def _link(site: Site, task: str) -> Link:
    return page_link(site.labels.tasks[task], "task", task)


def task_groups(
    site: Site, tasks: Sequence[TaskResult]
) -> tuple[tuple[str, tuple[Link, ...]], ...]:
    """Links to tasks, by category."""
    groups: dict[str, list[Link]] = {}
    for t in tasks:
        category = site.results.catalog.tasks[t.task].category or "No category"
        groups.setdefault(category, []).append(_link(site, t.task))
    return tuple((name, tuple(links)) for name, links in groups.items())


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
        row_limit_note: How many of them it lists; empty where it lists all.
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
    row_limit_note: str
    legend: tuple[LegendItem, ...]
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
        ranking=ranking_table(site, task, "ranking", MOST_LISTED, drawn=True),
        row_limit_note=_row_limit_note(task),
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


def _facts(fact: TaskInfo) -> Iterator[Fact]:
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


def _training_set(fact: TaskInfo) -> Iterator[Fact]:
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
        facts.append(Fact("scores", count(sum(task.counts.values()))))
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


class TasksContext(Record):
    """What the list of tasks shows.

    Attributes:
        table: Every task.
        picker: The ranking of one task, to choose; None on a board too small or too large for it.
        by_task: Best contender minus baseline; None where the board has nothing for it.
    """

    table: Table
    picker: Picker | None
    by_task: Chart | None


def make_tasks(site: Site) -> Iterator[Page]:
    """The list of tasks, then a page for each in the order of the tasks table."""
    tasks = site.results.tasks
    by_task = site.charts.task_lifts
    context = TasksContext(_task_list(site), make_picker(site, "picker"), by_task)
    compared = any(task.outcome is not None for task in tasks)
    versus = f", and how far from {site.labels.baseline} the best is" if compared else ""
    about = f"{counted(len(tasks), 'task')}: who is best on each, how hard each is{versus}."
    yield Page(Address("tasks"), "tasks.html", "Tasks", about, context, (HOME,))
    yield from in_sequence(make_task(site, task) for task in tasks)


def _task_list(site: Site) -> Table:
    labels, facts = site.labels, site.results.catalog.tasks
    fields: tuple[Field[TaskResult], ...] = (
        Field(TASK, lambda t: task_cell(labels, t.task)),
        Field(
            CATEGORY,
            lambda t: category_cell(facts[t.task].category),
            any(fact.category for fact in facts.values()),
        ),
        Field(
            Column("metric", "Metric"),
            lambda t: _metric_cell(facts[t.task]),
            any(fact.metric for fact in facts.values()),
        ),
        *best_fields(
            labels, f"Best {labels.contender} minus {labels.baseline}, positive is better"
        ),
        *_mean_fields(site),
    )
    rows = rows_of(fields, site.results.tasks, marks=lambda t: task_marks(site, t.task))
    return Table("task-list", "Tasks", columns_of(fields), rows, tools=task_tools(site))


def _metric_cell(fact: TaskInfo) -> Cell:
    note = "" if fact.higher_is_better else "lower is better"
    return Cell(fact.metric or MISSING, fact.metric, note)


def _mean_fields(site: Site) -> tuple[Field[TaskResult], Field[TaskResult]]:
    """How hard a task is, and what tuning brings on it."""
    labels, roles = site.labels, site.labels.roles
    mean = f"Mean, {labels.in_sentence(roles.primary)}"
    lift = f"Mean over models of {labels.tuned} minus {labels.base} score"
    return (
        Field(
            Column(
                "mean",
                mean,
                "number",
                "Mean score over models",
                "ascending",
                "task-mean",
            ),
            lambda t: score_cell(t.mean.get(roles.primary), labels.scales[t.task]),
        ),
        Field(
            Column("mean_lift_over_base", "Mean lift", "number", lift, term="lift"),
            lambda t: lift_cell(t.mean_lift_over_base, labels.scales[t.task]),
            labels.lifted,
        ),
    )
