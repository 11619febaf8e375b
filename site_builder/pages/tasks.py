"""Make the pages of tasks and of their categories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from site_builder.addresses import Address, Fact, Link, page_link
from site_builder.charts.cells import (
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
    listed,
    percent,
    quantity,
    rounded,
    sentence,
)
from site_builder.labels import Labels, ScoreKey
from site_builder.pages.answers import Answer, task_answer
from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.board_table import task_filters, task_tools
from site_builder.pages.board_views import BoardView, board_views
from site_builder.pages.page import HOME, Page, Site, cite_page, in_sequence
from site_builder.pages.task_ranking import (
    Picker,
    line_legend,
    make_picker,
    parts_table,
    ranking_table,
    task_groups,
)
from site_builder.records import Record
from site_builder.table_model import MOST_LISTED, Cell, Column, Field, LegendItem, Table, table_of
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
    said, say = "tasks.about_compared" if compared else "tasks.about", site.labels.say
    about = say(said, n_tasks=say("n_tasks", len(tasks)), baseline=site.labels.baseline)
    yield Page(Address("tasks"), "tasks.html", site.link("tasks").text, about, context, (HOME,))
    yield from in_sequence(_make_task(whole, task) for task in whole.results.tasks)


def _task_list(site: Site) -> Table:
    labels, facts, primary = site.labels, site.results.catalog.tasks, site.labels.roles.primary
    say = labels.say

    def metric_cell(task: TaskResult) -> Cell:
        fact = facts[task.task]
        note = "" if fact.higher_is_better else say("task.low")
        return Cell(fact.metric or MISSING, fact.metric, note)

    best_help = say("tasks.best_help", difference=sentence(labels.best_difference))
    label = say("tasks.mean", variant=labels.in_sentence(primary))
    mean = Column("mean", label, "number", say("tasks.mean_help"), "ascending", "task-mean")
    words = {"tuned": labels.tuned, "base": labels.base, "turning": labels.turning}
    meaning = say("tasks.lift_help", **words)
    lift = Column("mean_lift_over_base", say("tasks.lift"), "number", meaning, term="lift")
    fields: tuple[Field[TaskResult], ...] = (
        Field(labels.column("task"), lambda t: task_cell(labels, t.task)),
        Field(
            labels.column("category"),
            lambda t: category_cell(facts[t.task].category),
            any(fact.category for fact in facts.values()),
        ),
        Field(
            Column("metric", say("column.metric")),
            metric_cell,
            any(f.metric for f in facts.values()),
        ),
        *best_fields(site.results, labels, best_help),
        Field(mean, lambda t: score_cell(t.mean.get(primary), labels.scales[t.task])),
        Field(
            lift, lambda t: lift_cell(t.mean_lift_over_base, labels.scales[t.task]), labels.lifted
        ),
    )
    tasks, tools = site.results.tasks, task_tools(site)
    return table_of(
        "task-list",
        site.link("tasks").text,
        fields,
        tasks,
        filters=lambda t: task_filters(site, t.task),
        tools=tools,
    )


# --- the page of a task -------------------------------------------------------------------------


def _make_task(site: Site, task: TaskResult) -> Page:
    name, crumbs, here = (
        site.labels.tasks[task.task],
        (HOME, site.link("tasks")),
        Address("task", task.task),
    )
    summary = _summary(site, task)
    cite, context = cite_page(site, name, summary, here), partial(_context, site, task, summary)
    return Page(here, "task.html", name, summary, context, crumbs, cite=cite)


def _context(site: Site, task: TaskResult, summary: str) -> TaskContext:
    fact = site.results.catalog.tasks[task.task]
    n_models = len({*task.models, *(f.model for f in task.flagged)})
    say, counts = site.labels.say, all(f.counts for f in task.flagged)
    limit = say("task.limit", most=MOST_LISTED, of=n_models)
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
        flagged_note=say("task.flags_count" if counts else "task.flags"),
        parts=parts_table(site, task),
        parts_note=say("task.parts"),
        chart=chart_task_models(site.results, site.labels, task.task),
        similar=_similar_table(site, task),
        similar_note=similar_note(site, task),
        others=task_groups(site, others) if len(others) <= _MOST_OTHERS else (),
    )


def _summary(site: Site, task: TaskResult) -> str:
    labels, name = site.labels, site.labels.tasks[task.task]
    if task.best_contender is None:
        return labels.say("task.none", contender=labels.contender, name=name)
    return f"{best_score_text(site.results, task, labels, on=True)}."


def _facts(labels: Labels, fact: TaskInfo) -> tuple[Fact, ...]:
    say, bounds = labels.say, ""
    direction = "" if fact.higher_is_better else say("task.low")
    if fact.score_min is not None and fact.score_max is not None:
        ends = {"low": quantity(fact.score_min), "high": quantity(fact.score_max)}
        bounds = say("task.range", **ends)
    category, url = fact.category or "", fact.dataset_url or ""

    def meaning(name: str) -> str:
        spec = TASKS_SPEC.column(name)
        return spec.meaning if spec else name.replace("_", " ").capitalize()

    whole, name = fact.part_of or "", labels.tasks.get(fact.part_of or "", "")
    facts = (
        Fact(say("task.fact.part_of"), name, link=page_link(name, "task", whole)),
        Fact(say("column.category"), category, link=page_link(category, "category", category)),
        Fact(say("column.metric"), fact.metric or "", direction),
        Fact(say("task.fact.direction"), "" if fact.metric else direction),
        Fact(say("task.fact.unit"), fact.unit or ""),
        Fact(say("task.fact.scores"), bounds),
        Fact(
            say("task.fact.chance"),
            "" if fact.score_chance is None else quantity(fact.score_chance),
        ),
        Fact(say("task.fact.split"), fact.evaluation_split or ""),
        *(Fact(meaning(name), quantity(value)) for name, value in fact.numbers.items()),
        Fact(say("task.fact.lengths"), fact.length_unit or ""),
        Fact(say("task.fact.data"), url, link=Link(url.removeprefix("https://"), href=url)),
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
        (
            labels.say("task.difference", baseline=labels.baseline),
            task.best_lift_over_baseline,
            "lift-over-baseline",
        ),
        (labels.say("home.lift", base=labels.base), task.mean_lift_over_base, "lift"),
    )
    facts += [Fact(what, scale.signed(v), term=term) for what, v, term in lifts if v is not None]
    if len(facts) < _LEAST_FIGURES:
        facts.append(Fact(labels.say("home.scores"), count(sum(task.counts.values()))))
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

    say = labels.say
    sentences = (
        say("tie.interval", level=percent(LEVEL)),
        _tied_text(labels, known, unknown),
        unknown and say("tie.unknown", others=say("n_others", unknown)),
        *_range_notes(labels, ranges),
    )
    return " ".join(str(said) for said in sentences if said)


def _tied_text(labels: Labels, known: Sequence[Score], unknown: int) -> str:
    """Say which scores are tied with the best; empty where this is known of the best alone."""

    def names(scores: Sequence[Score]) -> str:
        return listed([labels.models[s.model] for s in scores])

    (n, *other_numbers), say = {s.n for s in known}, labels.say
    examples = say("tie.examples" if other_numbers or n is None else "tie.these", n)
    best = [s for s in known if s.rank == 1]
    tied = [s for s in known if s.tied_with_best and s.rank > 1]
    if tied:
        return say("tie.tied", len(tied), names=names(tied), examples=examples)
    if behind := len(known) - len(best):
        over = say("n_models", behind)
        said = "tie.clear_over" if unknown else "tie.clear"
        return say(said, names=names(best), over=over, examples=examples)
    return say("tie.level", names=names(best), examples=examples) if len(best) > 1 else ""


def _range_notes(labels: Labels, ranges: Iterable[tuple[int, int] | None]) -> Iterator[str]:
    """Say what intervals mean where only a range of the number of examples is known."""
    for least, most in filter(None, ranges):
        yield labels.say("tie.range" if least < most else "tie.exact", least=least, most=most)


def chance_note(site: Site, task: TaskResult) -> str:
    """Return how many scores are no better than guessing; empty if the chance level is unknown."""
    labels, level = site.labels, site.results.catalog.tasks[task.task].score_chance
    scores = site.results.scores.ranking(task.task)
    if level is None or not scores:
        return ""
    chance, parts, total = labels.scales[task.task].score(level), list[str](), 0
    say = labels.say
    for variant in labels.roles.variants:
        mine = [score for score in scores if score.variant == variant]
        if n := sum(score.at_chance is True for score in mine):
            which = labels.before_noun(variant).rstrip()
            parts.append(say("chance.of" if which else "n_of", n, of=len(mine), variant=which))
            total += n
    lifts = [score for score in scores if score.lift_over_base is not None]
    n, n_lifts = sum(s.from_worse_than_chance for s in lifts), say("n_lifts", len(lifts))
    sentences = (
        say("chance.some" if parts else "chance.none", total, parts=listed(parts), chance=chance),
        any(score.interval is None for score in scores) and say("chance.no_error"),
        n and say("chance.lifts", n, n_lifts=n_lifts, base=labels.base),
    )
    return " ".join(str(said) for said in sentences if said)


def _flagged_table(site: Site, task: TaskResult) -> Table | None:
    if not task.flagged:
        return None
    labels, has_variants = site.labels, len(site.labels.roles.variants) > 1
    variant = Column("variant", labels.say("column.variant"))
    score = Column("score", labels.say("column.score"), "number")
    fields: tuple[Field[FlaggedScore], ...] = (
        Field(labels.column("model"), lambda f: model_cell(labels, f.model)),
        Field(Column("reason", labels.say("task.reason")), lambda f: text_cell(f.reason)),
        Field(variant, lambda f: text_cell(labels.variants[f.variant]), has_variants),
        Field(score, lambda f: linked_score_cell(labels, (f.model, f.task, f.variant), f.score)),
    )
    return table_of("flagged-scores", labels.say("task.flagged"), fields, task.flagged)


def _similar_table(site: Site, task: TaskResult) -> Table | None:
    if not task.similar:
        return None
    rho = Column("rho", "Spearman", "number", term="similar-tasks")
    n = Column("n", site.link("models").text, "number", term="similar-tasks")
    fields: tuple[Field[SimilarTask], ...] = (
        Field(site.labels.column("task"), lambda s: task_cell(site.labels, s.task)),
        Field(rho, lambda s: number_cell(s.rho, rounded(s.rho, 2))),
        Field(n, lambda s: number_cell(s.n, count(s.n))),
    )
    caption = site.labels.say("similar.caption")
    return table_of("similar", caption, fields, task.similar, sorted_by="rho")


def similar_note(site: Site, task: TaskResult) -> str:
    """Return what the most similar task means for one who chooses a model for this one."""
    labels, say = site.labels, site.labels.say
    alike = [s for s in task.similar if s.is_clear and s.rho >= _ALIKE]
    if not alike:
        if task.counts[labels.roles.primary] < MIN_COMMON_MODELS or len(site.results.tasks) == 1:
            return ""
        said = "none" if site.results.agreement.is_tested else "unknown"
        return say(f"no_similar.{'nearest' if task.similar else 'no'}.{said}")
    names, n_models = listed([labels.tasks[s.task] for s in alike]), say("n_models", alike[0].n)
    rho = rounded(alike[0].rho, 2)
    return say("similar.alike", len(alike), names=names, rho=rho, n_models=n_models)


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
    say, is_compared = labels.say, any(c.best_lift_over_baseline is not None for c in found)
    about = say(
        "categories.about_compared" if is_compared else "categories.about",
        n_categories=say("n_categories", len(found)),
        contender=labels.contender,
        baseline=labels.baseline,
    )
    title = site.link("categories").text
    yield Page(Address("categories"), "categories.html", title, about, context, (HOME,))
    yield from in_sequence(_make_category(site, category) for category in found)


def _make_category(site: Site, category: CategoryResult) -> Page:
    name, summary, crumbs = (
        category.category,
        _category_summary(site, category),
        (HOME, site.link("categories")),
    )
    context = partial(_category_context, site, category, summary)
    return Page(Address("category", name), "category.html", name, summary, context, crumbs)


def _category_summary(site: Site, category: CategoryResult) -> str:
    labels, say = site.labels, site.labels.say
    board, lift = category.boards[labels.roles.primary], category.best_lift_over_baseline
    lead, n_tasks = labels.lead(board), say("n_tasks", len(category.tasks))
    first = say("categories.lead" if lead else "categories.size", n_tasks=n_tasks, lead=lead)
    if lift is None:
        return first
    second = say(
        f"category.{'ahead' if lift > 0 else 'behind' if lift else 'level'}",
        category.compared,
        score=f"{labels.contending} score".lstrip(),
        far=labels.category_scales[category.category].score(abs(lift)),
        baseline=labels.baseline,
        beating=category.beating,
        n_tasks=say("n_tasks", category.compared),
    )
    return f"{first} {second}"


def _category_context(site: Site, category: CategoryResult, summary: str) -> CategoryContext:
    spec = BoardTableSpec(site, category.boards, most=MOST_LISTED, category=category.category)
    fields: tuple[Field[TaskResult], ...] = (
        Field(site.labels.column("task"), lambda t: task_cell(site.labels, t.task)),
        *best_fields(site.results, site.labels),
    )
    tasks = [site.results.task(t) for t in category.tasks]
    caption = site.labels.say("categories.tasks", name=category.category)
    table = table_of("tasks", caption, fields, tasks)
    return CategoryContext(summary, board_views(spec), table)
