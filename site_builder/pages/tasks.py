"""Make the pages of tasks and of their categories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

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
from site_builder.charts.differences import category_table
from site_builder.charts.scores import best_score_text, chart_task_models
from site_builder.compute.catalog import TaskInfo
from site_builder.compute.intervals import LEVEL
from site_builder.compute.scores import FlaggedScore, Score
from site_builder.compute.tasks import (
    MIN_COMMON_MODELS,
    CategoryResult,
    SimilarTask,
    TaskResult,
)
from site_builder.formatting import (
    MISSING,
    count,
    counted,
    listed,
    percent,
    quantity,
    rounded,
    sentence,
)
from site_builder.labels import Labels, ScoreKey
from site_builder.pages.answers import Answer, task_answer
from site_builder.pages.board_table import BoardTableSpec, task_filters, task_tools
from site_builder.pages.board_views import BoardView, LegendItem, board_views
from site_builder.pages.page import CATEGORIES, HOME, TASKS, Page, Site, cite_page, in_sequence
from site_builder.pages.task_ranking import (
    Picker,
    line_legend,
    make_picker,
    parts_table,
    ranking_table,
    task_groups,
)
from site_builder.records import Record
from site_builder.table_model import MOST_LISTED, Cell, Column, Field, Table, table_of
from site_builder.tables.schema import TASKS as TASKS_SPEC

_LEAST_FIGURES = 3
_MOST_OTHERS = 150
# From here on two rankings are called alike: the square of 0.7 is 0.49, so half of the variance
# of the ranks is shared.
_ALIKE = 0.7


class TasksContext(Record):
    """What the list of tasks shows.

    Attributes:
        table: Every task.
        picker: The ranking of one task, to choose; None on a board too small or too large for it.
    """

    table: Table
    picker: Picker | None


class TaskContext(Record):
    """What a task's page shows.

    Attributes:
        description: What the tasks table says of it.
        summary: Who is best on it, in a sentence.
        answer: The same as question and answer; None below two models.
        facts: Its row of the tasks table.
        figures: The figures that answer first.
        ranking: The models, by their score.
        row_limit_note: How many of them it lists; empty where it lists all.
        legend: What the drawings in its rows show; empty where it has none.
        tie_note: Which models cannot be told from the best; empty where nobody knows.
        chance_note: How many scores are no better than guessing; empty where nobody knows.
        flagged: Scores that should be read with care, with the reason; None where there are none.
        flagged_note: Whether these count.
        parts: The scores on its parts; None where it has none.
        parts_note: What stands for a whole whose score nobody states; empty without parts.
        chart: The same as a chart; None below two models.
        similar: The tasks that rank models alike; None where there is none.
        similar_note: What these tasks mean for one who chooses a model.
        others: The tasks to go on to, by category; empty on a board with too many for a page.
    """

    description: str
    summary: str
    answer: Answer | None
    facts: tuple[Fact, ...]
    figures: tuple[Fact, ...]
    ranking: Table
    row_limit_note: str
    legend: tuple[LegendItem, ...]
    tie_note: str
    chance_note: str
    flagged: Table | None
    flagged_note: str
    parts: Table | None
    parts_note: str
    chart: Chart | None
    similar: Table | None
    similar_note: str
    others: tuple[tuple[str, tuple[Link, ...]], ...]


# --- the list of tasks --------------------------------------------------------------------------


def make_tasks(site: Site) -> Iterator[Page]:
    """Yield the list of tasks, then a page for each in the order of the tasks table."""
    whole, site = site.whole, site.overview
    tasks = site.results.tasks
    context = TasksContext(_task_list(site), make_picker(site))
    compared = any(task.outcome is not None for task in tasks)
    versus = f", and how far the best is from {site.labels.baseline}" if compared else ""
    about = f"{counted(len(tasks), 'task')}: the best and the mean score on each{versus}."
    yield Page(Address("tasks"), "tasks.html", "Tasks", about, context, (HOME,))
    yield from in_sequence(_make_task(whole, task) for task in whole.results.tasks)


def _task_list(site: Site) -> Table:
    labels, facts, primary = site.labels, site.results.catalog.tasks, site.labels.roles.primary

    def metric_cell(task: TaskResult) -> Cell:
        fact = facts[task.task]
        note = "" if fact.higher_is_better else "lower is better"
        return Cell(fact.metric or MISSING, fact.metric, note)

    best_help = f"{sentence(labels.best_difference)}, positive is better"
    label, meaning = f"Mean, {labels.in_sentence(primary)}", "Mean score over models"
    mean = Column("mean", label, "number", meaning, "ascending", "task-mean")
    meaning = f"Mean over models of {labels.tuned} minus {labels.base} score{labels.turning}"
    lift = Column("mean_lift_over_base", "Mean lift", "number", meaning, term="lift")
    fields: tuple[Field[TaskResult], ...] = (
        Field(TASK, lambda t: task_cell(labels, t.task)),
        Field(
            CATEGORY,
            lambda t: category_cell(facts[t.task].category),
            any(fact.category for fact in facts.values()),
        ),
        Field(Column("metric", "Metric"), metric_cell, any(f.metric for f in facts.values())),
        *best_fields(site.results, labels, best_help),
        Field(mean, lambda t: score_cell(t.mean.get(primary), labels.scales[t.task])),
        Field(
            lift, lambda t: lift_cell(t.mean_lift_over_base, labels.scales[t.task]), labels.lifted
        ),
    )
    tasks, tools = site.results.tasks, task_tools(site)
    return table_of(
        "task-list",
        "Tasks",
        fields,
        tasks,
        filters=lambda t: task_filters(site, t.task),
        tools=tools,
    )


# --- the page of a task -------------------------------------------------------------------------


def _make_task(site: Site, task: TaskResult) -> Page:
    name, crumbs, here = site.labels.tasks[task.task], (HOME, TASKS), Address("task", task.task)
    summary = _summary(site, task)
    cite, context = cite_page(site, name, summary, here), partial(_context, site, task, summary)
    return Page(here, "task.html", name, summary, context, crumbs, cite=cite)


def _context(site: Site, task: TaskResult, summary: str) -> TaskContext:
    fact = site.results.catalog.tasks[task.task]
    n_models = len({*task.models, *(f.model for f in task.flagged)})
    limit = f"The first {MOST_LISTED} of {n_models:,} models. The page of each model has its rank."
    flags = "A flagged score does not count in any rank, average or first place."
    if all(f.counts for f in task.flagged):
        flags = "A flagged score should be read with care. It counts like any other score."
    others = [t for t in site.results.tasks if t.task != task.task]
    return TaskContext(
        description=fact.description or "",
        summary=summary,
        answer=task_answer(site, task),
        facts=_facts(site.labels, fact),
        figures=tuple(_figures(site, task)),
        ranking=ranking_table(site, task, "ranking", MOST_LISTED, drawn=True),
        row_limit_note=limit if n_models > MOST_LISTED else "",
        legend=line_legend(site, task),
        tie_note=tie_note(site, task),
        chance_note=chance_note(site, task),
        flagged=_flagged_table(site, task),
        flagged_note=flags,
        parts=parts_table(site, task),
        parts_note="Without a stated score, the whole is the mean of its parts, if all are there.",
        chart=chart_task_models(site.results, site.labels, task.task),
        similar=_similar_table(site, task),
        similar_note=similar_note(site, task),
        others=task_groups(site, others) if len(others) <= _MOST_OTHERS else (),
    )


def _summary(site: Site, task: TaskResult) -> str:
    labels, name = site.labels, site.labels.tasks[task.task]
    best = task.best_contender
    if best is None:
        return f"No {labels.contender} has a score on {name}."
    return f"{best_score_text(site.results, task, labels, f' on {name}')}."


def _facts(labels: Labels, fact: TaskInfo) -> tuple[Fact, ...]:
    direction = "" if fact.higher_is_better else "lower is better"
    bounds = ""
    if fact.score_min is not None and fact.score_max is not None:
        bounds = f"{quantity(fact.score_min)} to {quantity(fact.score_max)}"
    category, url = fact.category or "", fact.dataset_url or ""

    def meaning(name: str) -> str:
        spec = TASKS_SPEC.column(name)
        return spec.meaning if spec else name.replace("_", " ").capitalize()

    whole, name = fact.part_of or "", labels.tasks.get(fact.part_of or "", "")
    facts = (
        Fact("Part of", name, link=page_link(name, "task", whole)),
        Fact("Category", category, link=page_link(category, "category", category)),
        Fact("Metric", fact.metric or "", direction),
        Fact("Direction", "" if fact.metric else direction),
        Fact("Unit", fact.unit or ""),
        Fact("Scores", bounds),
        Fact("Chance level", "" if fact.score_chance is None else quantity(fact.score_chance)),
        Fact("Evaluated on", fact.evaluation_split or ""),
        *(Fact(meaning(name), quantity(value)) for name, value in fact.numbers.items()),
        Fact("Unit of lengths", fact.length_unit or ""),
        Fact("Data set", url, link=Link(url.removeprefix("https://"), href=url)),
    )
    return tuple(fact for fact in facts if fact.text)


def _figures(site: Site, task: TaskResult) -> list[Fact]:
    labels, scale, variant = site.labels, site.labels.scales[task.task], site.labels.roles.primary
    facts: list[Fact] = []

    def add_score(label: str, key: ScoreKey, score: float) -> None:
        text = scale.score(score)
        facts.append(Fact(label, text, link=Link(text, labels.score_address(key))))

    if best := task.contender:
        variant = best.variants[0]
        key = (best.models[0], task.task, variant)
        add_score(labels.best, key, best.score)
    if (baseline := task.baseline_scores.get(variant)) is not None:
        add_score(labels.baseline, labels.baseline_key(task.task, variant), baseline)
    lifts = (
        (f"difference from {labels.baseline}", task.best_lift_over_baseline, "lift-over-baseline"),
        (f"mean lift over {labels.base}", task.mean_lift_over_base, "lift"),
    )
    facts += [Fact(what, scale.signed(v), term=term) for what, v, term in lifts if v is not None]
    if len(facts) < _LEAST_FIGURES:
        facts.append(Fact("scores", count(sum(task.counts.values()))))
    return facts


def tie_note(site: Site, task: TaskResult) -> str:
    """Return what intervals say of the best of a task; empty if too few errors are known."""
    if not task.with_intervals:
        return ""
    labels, ranking = site.labels, site.results.scores.ranking(task.task)
    scores = [s for s in ranking if s.variant == labels.roles.primary]
    known = [s for s in scores if s.tied_with_best is not None]
    ranges = {s.n_range for s in scores if s.n_range}
    if len(known) < 2 and not ranges:
        return ""
    unknown = len(scores) - len(known)

    text = _tied_text(labels, known, unknown)
    said = f"Below a score stands its {percent(LEVEL)} interval. {text}".strip()
    if unknown:
        said += f" Whether {counted(unknown, 'other')} can be told from the best is not known."
    return " ".join((said, *_range_notes(ranges)))


def _tied_text(labels: Labels, known: Sequence[Score], unknown: int) -> str:
    """Say which scores are tied with the best; empty where this is known of the best alone."""

    def names(scores: Sequence[Score]) -> str:
        return listed([labels.models[s.model] for s in scores])

    n, *other_numbers = {s.n for s in known}
    examples = "this one example" if n == 1 else f"these {count(n)} examples"
    if other_numbers or n is None:
        examples = "the examples of this task"
    best = [s for s in known if s.rank == 1]
    tied = [s for s in known if s.tied_with_best and s.rank > 1]
    if tied:
        are = "is" if len(tied) == 1 else "are"
        return f"{names(tied)} {are} not distinguishable from the best on {examples}."
    if behind := len(known) - len(best):
        over = f" over {counted(behind, 'model')}" if unknown else ""
        return f"The lead of {names(best)}{over} is larger than {examples} would give by chance."
    return f"{names(best)} are level on {examples}." if len(best) > 1 else ""


def _range_notes(ranges: Iterable[tuple[int, int] | None]) -> Iterator[str]:
    """Say what intervals mean where only a range of the number of examples is known."""
    for least, most in filter(None, ranges):
        text = f"Only all {count(most)} examples of the split can give these scores."
        if least < most:
            text = (
                f"It is at most {count(most)}. If it is the same for all scores, it is at least "
                f"{count(least)}, since fewer cannot give them. The intervals assume "
                f"{count(least)}; with more examples they are narrower."
            )
        yield f"The number of examples is not stated. {text}"


def chance_note(site: Site, task: TaskResult) -> str:
    """Return how many scores are no better than guessing; empty if the chance level is unknown."""
    labels, level = site.labels, site.results.catalog.tasks[task.task].score_chance
    scores = site.results.scores.ranking(task.task)
    if level is None or not scores:
        return ""
    chance, parts, total = labels.scales[task.task].score(level), list[str](), 0
    for variant in labels.roles.variants:
        mine = [score for score in scores if score.variant == variant]
        if n := sum(score.at_chance is True for score in mine):
            which = f" {labels.in_sentence(variant)}" if len(labels.roles.variants) > 1 else ""
            parts.append(f"{n:,} of {len(mine):,}{which}")
            total += n
    said = f"{listed(parts)} scores {'is' if total == 1 else 'are'} no better than guessing"
    said = f"{said if parts else 'Every score is better than guessing'} ({chance})."
    if any(score.interval is None for score in scores):
        said += " Where the error of a score is not known, the score alone is compared."
    lifts = [score for score in scores if score.lift_over_base is not None]
    if n := sum(score.from_worse_than_chance for score in lifts):
        start = "starts" if n == 1 else "start"
        over = f"{n:,} of {counted(len(lifts), 'lift')} over {labels.base}"
        said += f" {over} {start} from a score that is worse than guessing."
    return said


def _flagged_table(site: Site, task: TaskResult) -> Table | None:
    if not task.flagged:
        return None
    labels, has_variants = site.labels, len(site.labels.roles.variants) > 1
    variant, score = Column("variant", "Variant"), Column("score", "Score", "number")
    fields: tuple[Field[FlaggedScore], ...] = (
        Field(MODEL, lambda f: model_cell(labels, f.model)),
        Field(Column("reason", "Reason"), lambda f: text_cell(f.reason)),
        Field(variant, lambda f: text_cell(labels.variants[f.variant]), has_variants),
        Field(score, lambda f: linked_score_cell(labels, (f.model, f.task, f.variant), f.score)),
    )
    return table_of("flagged-scores", "Flagged scores", fields, task.flagged)


def _similar_table(site: Site, task: TaskResult) -> Table | None:
    if not task.similar:
        return None
    rho = Column("rho", "Spearman", "number", term="similar-tasks")
    n = Column("n", "Models", "number", term="similar-tasks")
    fields: tuple[Field[SimilarTask], ...] = (
        Field(TASK, lambda s: task_cell(site.labels, s.task)),
        Field(rho, lambda s: number_cell(s.rho, rounded(s.rho, 2))),
        Field(n, lambda s: number_cell(s.n, count(s.n))),
    )
    caption = "Tasks that rank the models most alike"
    return table_of("similar", caption, fields, task.similar, sorted_by="rho")


def similar_note(site: Site, task: TaskResult) -> str:
    """Return what the most similar task means for one who chooses a model for this one."""
    labels = site.labels
    alike = [s for s in task.similar if s.is_clear and s.rho >= _ALIKE]
    if not alike:
        if task.counts[labels.roles.primary] < MIN_COMMON_MODELS or len(site.results.tasks) == 1:
            return ""
        is_tested = site.results.agreement.is_tested
        unknown = "Too few model families to tell which tasks are similar"
        nearest = "; these come nearest" if task.similar else ""
        return f"{'No similar task found' if is_tested else unknown}{nearest}."
    names = listed([labels.tasks[s.task] for s in alike])
    agreement = f"rho {rounded(alike[0].rho, 2)} over {counted(alike[0].n, 'model')}"
    nearest = f", {agreement}" if len(alike) == 1 else f"; the nearest has {agreement}"
    return (
        f"{names} {'ranks' if len(alike) == 1 else 'rank'} models much like this task"
        f"{nearest}: a model that does well there is likely to do well here."
    )


# --- categories ---------------------------------------------------------------------------------


class CategoriesContext(Record):
    """What the list of categories shows.

    Attributes:
        chart: Best model minus baseline; None where the board has nothing for it.
        table: Every category.
    """

    chart: Chart | None
    table: Table


class CategoryContext(Record):
    """What a category's page shows.

    Attributes:
        summary: Who leads it, and how far the baseline is, in a sentence or two.
        views: Its board.
        tasks: Its tasks.
    """

    summary: str
    views: tuple[BoardView, ...]
    tasks: Table


def make_categories(site: Site) -> Iterator[Page]:
    """Yield the list of categories, then a page for each; nothing where tasks have none.

    On a site of several boards, categories have no boards.
    """
    found, labels = site.results.categories, site.labels
    if not found or site.has_boards:
        return
    table = category_table(found, labels, "categories")
    context = CategoriesContext(site.charts.category_lifts, table)
    n = counted(len(found), "category", "categories")
    about = f"{n} of tasks, each with its own leaderboard."
    if any(category.best_lift_over_baseline is not None for category in found):
        about = (
            f"{n} of tasks: how far the best {labels.contender} of each task is from "
            f"{labels.baseline}, on average."
        )
    yield Page(Address("categories"), "categories.html", "Categories", about, context, (HOME,))
    yield from in_sequence(_make_category(site, category) for category in found)


def _make_category(site: Site, category: CategoryResult) -> Page:
    name, summary, crumbs = category.category, _category_summary(site, category), (HOME, CATEGORIES)
    context = partial(_category_context, site, category, summary)
    return Page(Address("category", name), "category.html", name, summary, context, crumbs)


def _category_summary(site: Site, category: CategoryResult) -> str:
    labels, n = site.labels, counted(len(category.tasks), "task")
    board, lift = category.boards[labels.roles.primary], category.best_lift_over_baseline
    lead = labels.lead(board)
    first = f"{n}; {lead}." if lead else f"{n}."
    if lift is None:
        return first
    distance = "level with"
    if lift:
        far = labels.category_scales[category.category].score(abs(lift))
        distance = f"{far} {'ahead of' if lift > 0 else 'behind'}"
    score = f"{labels.contending} score".lstrip()
    if category.compared == 1:
        return f"{first} The best {score} is {distance} {labels.baseline}."
    return (
        f"{first} The best {score}s are {distance} {labels.baseline} on average, better on "
        f"{category.beating} of {counted(category.compared, 'task')}."
    )


def _category_context(site: Site, category: CategoryResult, summary: str) -> CategoryContext:
    spec = BoardTableSpec(site, category.boards, most=MOST_LISTED, category=category.category)
    fields: tuple[Field[TaskResult], ...] = (
        Field(TASK, lambda t: task_cell(site.labels, t.task)),
        *best_fields(site.results, site.labels),
    )
    tasks = [site.results.task(t) for t in category.tasks]
    table = table_of("tasks", f"Tasks of {category.category}", fields, tasks)
    return CategoryContext(summary, board_views(spec), table)
