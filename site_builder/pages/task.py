"""Make the page of one task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from statistics import median

from site_builder.addresses import Address, Link, page_link
from site_builder.charts.cells import linked_score_cell, model_cell, text_cell, verdict_cell
from site_builder.charts.chart import Chart
from site_builder.charts.matrix import Matrix
from site_builder.charts.scores import chart_task_scores
from site_builder.compute.catalog import TaskInfo
from site_builder.compute.runs import FlaggedScore
from site_builder.compute.scores import Score
from site_builder.compute.tasks import TaskResult
from site_builder.errors import working_on
from site_builder.formatting import count, listed, quantity, sentence, short
from site_builder.pages.matrices import parts_matrix, with_tools
from site_builder.pages.page import Page, Site, citation_of
from site_builder.pages.task_ranking import Ranking, ranking_legend, ranking_table
from site_builder.records import Record
from site_builder.table_model import (
    MOST_LISTED,
    AxisRange,
    Column,
    Drawing,
    Field,
    LegendItem,
    Mark,
    Table,
    Tone,
    table_of,
)

_MAX_NAMES = 3
_MAX_FIGURES = 3
_MAX_NUMBERS = 4
_WHOLE = 10  # from here on decimals say nothing
# What a data set is first told by; other numbers follow while there is room.
_NUMBERS = ("train_examples", "input_length_mean", "output_length_mean", "tokens_max")
_OF_TEST = "evaluation_examples"


class Figure(Record):
    """A number with what it is.

    Attributes:
        suffix: What the number is out of, or its unit.
        tone: Gain or loss, if that is certain.
        drawing: The number among those of other tasks; None where none has another.
        ticks: Places and texts on the axis of the drawing.
    """

    text: str
    label: str
    suffix: str = ""
    tone: Tone = ""
    drawing: Drawing | None = None
    ticks: tuple[tuple[float, str], ...] = ()


class TaskContext(Record):
    """What a task's page shows.

    Attributes:
        description: What the tasks table says of it.
        line: What it is in short: category, metric, test examples, whole.
        question, answer: The question of the visitor, and the best on the task.
        figures: What stands beside the answer.
        title, order: The finding of the ranking, and how it is ordered.
        ranking: The models, the best first.
        limit: How many of them it lists; empty where it lists all.
        legend: What the drawings in its rows show.
        flagged: Scores that should be read with care, with the reason; None where there are none.
        flagged_note: Whether these count.
        parts: The scores on its parts; None where it has none.
        chart: How the scores of many models are distributed.
        data_title, data: The data set in numbers.
        similar: The tasks that rank the models most alike.
    """

    description: str
    line: tuple[Link, ...]
    question: str
    answer: str
    figures: tuple[Figure, ...]
    title: str
    order: str
    ranking: Table
    limit: str
    legend: tuple[LegendItem, ...]
    flagged: Table | None
    flagged_note: str
    parts: Matrix | None
    chart: Chart | None
    data_title: str
    data: tuple[Figure, ...]
    similar: tuple[Link, ...]


def make_task(site: Site, task: TaskResult) -> Page:
    """Return the page of a task."""
    with working_on(f"the page of {task.task!r}"):
        name, here = site.labels.tasks[task.task], Address("task", task.task)
        category = site.results.catalog.tasks[task.task].category
        crumbs = [site.home, site.link("tasks")]
        if category and site.results.categories and not site.has_boards:
            crumbs.append(page_link(category, "category", category))
        summary, context = _summary(site, task), partial(_context, site, task)
        cite = citation_of(site, name, summary, here)
        return Page(here, "task.html", name, summary, context, tuple(crumbs), cite=cite)


def _context(site: Site, task: TaskResult) -> TaskContext:
    ranking, say = Ranking(site, task), site.labels.say
    fact = site.results.catalog.tasks[task.task]
    table = ranking_table(ranking, MOST_LISTED)
    n_entries = len(ranking.entries)
    numbers = tuple(_numbers(site, fact))
    flags = "task.flags_count" if all(f.counts for f in task.flagged) else "task.flags"
    return TaskContext(
        description=fact.description or "",
        line=tuple(_line(ranking, fact)),
        question=say(f"task.question.{_kind(ranking)}", contender=site.labels.contender)
        if ranking.leaders or task.best_contender
        else "",
        answer=_answer(ranking),
        figures=tuple(_figures(ranking))[:_MAX_FIGURES],
        title=_title(ranking),
        order=_order(ranking, fact),
        ranking=table,
        limit=say("task.limit", most=MOST_LISTED, of=n_entries) if n_entries > MOST_LISTED else "",
        legend=ranking_legend(ranking, table),
        flagged=_flagged_table(site, task),
        flagged_note=say(flags),
        parts=with_tools(site, parts_matrix(site, task.task)),
        chart=chart_task_scores(site.results, site.labels, task.task),
        data_title=say("task.data_of", len(site.results.catalog.tasks))
        if any(number.drawing for number in numbers)
        else say("task.data"),
        data=numbers,
        similar=tuple(page_link(site.labels.tasks[one], "task", one) for one in task.similar),
    )


# --- the answer ---------------------------------------------------------------------------------


def _kind(ranking: Ranking) -> str:
    """Return which question a visitor has."""
    if ranking.n_ranked == 1:
        return "only"
    roles = ranking.labels.roles
    return "fine_tune" if ranking.labels.lifted and roles.primary == "fine_tuned" else "best"


def _answer(ranking: Ranking) -> str:
    """Return the best models with their score, of all variants that compete."""
    labels, say, best = ranking.labels, ranking.labels.say, ranking.task.best_contender
    if ranking.is_baseline_first:
        score = ranking.scale.score(ranking.reference)
        return say("task.answer.score", names=_names(ranking, ranking.leaders), score=score)
    if best is None:
        name = labels.tasks[ranking.task.task]
        return say("task.answer.none", contender=labels.contender, name=name)
    score, competing = ranking.scale.score(best.score), len(labels.roles.contest)
    if competing == 1 and not ranking.leaders:
        return say("task.answer.level", ranking.n_ranked, score=score)
    return say("task.answer.score", names=listed(labels.runs(best), _MAX_NAMES), score=score)


def _summary(site: Site, task: TaskResult) -> str:
    """Return question and answer in one line, to find and to cite."""
    ranking, labels, say = Ranking(site, task), site.labels, site.labels.say
    answer, best = _answer(ranking), task.best_contender
    if best is None and not ranking.leaders:
        return f"{answer}."
    name, kind = labels.tasks[task.task], _kind(ranking)
    question = say(f"task.asked.{kind}", contender=labels.contender, name=name)
    beside = task.baseline_beside(best) if best else None
    if beside is None or ranking.is_baseline_first:
        return say("task.summary", question=question, answer=answer)
    words = {"baseline": labels.baseline, "score": ranking.scale.score(beside)}
    return say("task.summary_beside", question=question, answer=answer, **words)


def _figures(ranking: Ranking) -> Iterator[Figure]:
    """Yield what a score is worth: against the baseline, and against what comes next."""
    labels, say, task, scale = ranking.labels, ranking.labels.say, ranking.task, ranking.scale
    primary, best = labels.roles.primary, task.best_against_baseline
    if best is not None and best == task.best_contender and not ranking.is_baseline_first:
        cell = verdict_cell(task.best_lift_over_baseline, scale, task.best_verdict)
        label = say("task.figure.over", baseline=labels.baseline)
        yield Figure(cell.text, label, tone="" if cell.tone == "soft" else cell.tone)
    if len(labels.roles.contest) > 1:
        return
    others = [score for score in ranking.ranked if score.model != labels.roles.baseline]
    lifts = [lift for score in others if (lift := score.lift_over_baseline) is not None]
    if len(lifts) > 1:
        ahead = say("task.figure.ahead", baseline=labels.baseline)
        yield Figure(count(sum(lift > 0 for lift in lifts)), ahead, f"/{len(lifts):,}")
    if ranking.ahead is not None and (shown := ranking.ahead.shown):
        variant, name = labels.in_sentence(primary), labels.models[ranking.ahead.model]
        label = say("task.figure.still_ahead", name=name, variant=variant)
        yield Figure(scale.score(shown.score), label)
    elif len(ranking.leaders) == 1 and (seconds := [s for s in ranking.ranked if s.rank == 2]):
        names = _names(ranking, seconds, 2)
        yield Figure(scale.score(seconds[0].score), say("task.figure.second", names=names))
    if task.mean_lift_over_base is not None:
        yield Figure(scale.signed(task.mean_lift_over_base), say("task.figure.gain"))
    if ranking.n_ranked > _MAX_NAMES:
        label = say("task.figure.median", ranking.n_ranked)
        yield Figure(scale.score(median(score.score for score in ranking.ranked)), label)


def _names(ranking: Ranking, scores: Sequence[Score], most: int = _MAX_NAMES) -> str:
    return listed([ranking.labels.models[score.model] for score in scores], most)


# --- the ranking --------------------------------------------------------------------------------


def _title(ranking: Ranking) -> str:
    """Return who leads the ranking, who is too close to call, and who without a rank is ahead."""
    labels, say, n = ranking.labels, ranking.labels.say, ranking.n_ranked
    if n == 0:
        return say("task.title.none")
    if len(labels.roles.contest) > 1:
        return say("task.title.variant", variant=labels.in_sentence(labels.roles.primary))
    if not ranking.leaders or n == 1:
        return say("task.title.level", n)
    other = labels.models[ranking.ahead.model] if ranking.ahead else ""
    if ranking.rivals:
        level = [*ranking.leaders, *ranking.rivals]
        if other:
            return say("task.title.open_behind", len(level), other=other)
        if len(level) > _MAX_NAMES:
            return say("task.title.open_many", len(level))
        return say("task.title.open", names=_names(ranking, level))
    name = _names(ranking, ranking.leaders)
    if len(ranking.leaders) > 1:
        return say("task.title.shared", names=name)
    ids = "task.title.leads_behind" if other else "task.title.leads"
    return say(ids, name=name, n_models=say("n_models", n), other=other)


def _order(ranking: Ranking, fact: TaskInfo) -> str:
    labels, metric, ids = ranking.labels, fact.metric or "score", "score"
    if not fact.higher_is_better:
        ids = "low"
    elif labels.lifted:
        ids, metric = "change", sentence(metric)
    order = labels.say(f"task.order.{ids}", metric=metric)
    if len(ranking.ranked) in (0, len(ranking.entries)):
        return order
    variant = labels.in_sentence(labels.roles.primary)
    return f"{order} {labels.say('task.unranked', variant=variant)}"


def _line(ranking: Ranking, fact: TaskInfo) -> Iterator[Link]:
    """Yield what the task is in short; texts with links where there is more."""
    labels, say = ranking.labels, ranking.labels.say
    if fact.category:
        yield page_link(fact.category, "category", fact.category)
    if fact.part_of:
        name = labels.tasks.get(fact.part_of, fact.part_of)
        yield page_link(say("task.part_of", name=name), "task", fact.part_of)
    metric = fact.measured
    yield Link(metric if fact.higher_is_better else say("task.metric_low", metric=metric))
    if numbers := {score.n for score in ranking.scores if score.n}:
        n = max(numbers)
        yield Link(say("task.examples" if len(numbers) == 1 else "task.examples_most", n))
    elif most := max((score.n_range[1] for score in ranking.scores if score.n_range), default=0):
        yield Link(say("task.examples_most", most))
    if url := fact.dataset_url:
        yield Link(url.removeprefix("https://"), href=url)


def _flagged_table(site: Site, task: TaskResult) -> Table | None:
    if not task.flagged:
        return None
    labels, has_variants = site.labels, len(site.labels.roles.variants) > 1
    variant, score = labels.column("variant"), labels.column("score", "number")
    fields: tuple[Field[FlaggedScore], ...] = (
        Field(labels.column("model"), lambda f: model_cell(labels, f.model)),
        Field(Column("reason", labels.say("task.reason")), lambda f: text_cell(f.reason)),
        Field(variant, lambda f: text_cell(labels.variants[f.variant]), has_variants),
        Field(score, lambda f: linked_score_cell(labels, (f.model, f.task, f.variant), f.score)),
    )
    return table_of("flagged-scores", labels.say("task.flagged"), fields, task.flagged)


# --- the data set -------------------------------------------------------------------------------


def _numbers(site: Site, fact: TaskInfo) -> Iterator[Figure]:
    """Yield the numbers of a data set, the best known first, each among those of other tasks."""
    say, facts = site.labels.say, site.results.catalog.tasks.values()
    known = {name: value for name, value in fact.numbers.items() if value > 0}
    for name in [name for name in (*_NUMBERS, _OF_TEST) if name in known][:_MAX_NUMBERS]:
        values = [v for f in facts if (v := f.numbers.get(name)) is not None and v > 0]
        value, axis = known[name], AxisRange(min(values), max(values), is_log=True)
        text = count(value) if value >= _WHOLE else quantity(value)
        others = [Mark("tick", axis.share(other)) for other in sorted({*values})]
        marks = (Mark("axis", 0, 1), *others, Mark("median", axis.share(value)))
        drawing = Drawing(marks, text) if len(others) > 1 else None
        unit = "" if name in ("train_examples", _OF_TEST) else say("table.unit.tokens")
        ticks = axis.ticks(short) if drawing else ()
        yield Figure(text, say(f"task.number.{name}"), unit, drawing=drawing, ticks=ticks)
