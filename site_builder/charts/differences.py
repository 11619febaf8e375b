"""Chart differences from the baseline, by task and category."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from site_builder.charts import theme
from site_builder.charts.cells import category_cell, lift_cell, number_field
from site_builder.charts.chart import Chart
from site_builder.charts.forms import room_around
from site_builder.compute.results import Results
from site_builder.compute.tasks import CategoryResult, TaskResult
from site_builder.formatting import count, listed, sentence
from site_builder.labels import Labels
from site_builder.records import Record
from site_builder.table_model import Column, Field, Table, table_of

TASK_LIST, CATEGORY_TASKS = "task-list", "tasks"
"""Ids of the tables of tasks that have the same numbers."""
_BY = "best_lift_over_baseline"
_MAX_BARS = 80


def chart_best_lift_by_task(
    results: Results, labels: Labels, category: CategoryResult | None = None
) -> Chart | None:
    """Chart best contender minus baseline by task; None if no two tasks can share an axis."""
    tasks = results.tasks if category is None else map(results.task, category.tasks)
    known = [t for t in tasks if t.outcome and labels.are_side_by_side((t.task,))]
    known.sort(key=lambda t: -(t.best_lift_over_baseline or 0.0))
    if len(known) < 2:
        return None
    half, say = _MAX_BARS // 2, labels.say
    shown = known if len(known) <= _MAX_BARS else [*known[:half], *known[-half:]]
    title = _title(known, labels)
    caption = [say("differences.by_task", what=_what(labels)), *_colours(known, labels)]
    if shown is not known:
        caption.append(say("differences.ends", half=half))
    return Chart(
        id="best-lift-by-task",
        title=title,
        reading=f"{title}.",
        caption=" ".join(caption),
        drawing=_draw_bars(
            [_task_bar(t, labels) for t in shown], say("differences.axis", baseline=labels.baseline)
        ),
        table=None,
        terms="lift-over-baseline",
        table_id=TASK_LIST if category is None else CATEGORY_TASKS,
        embedded=category is None,
    )


def _what(labels: Labels) -> str:
    return f"{sentence(labels.best_difference)}{labels.turning}"


def _title(tasks: Sequence[TaskResult], labels: Labels) -> str:
    """Return on how many tasks the baseline is beaten, and on how many for certain."""
    beats = [t for t in tasks if t.outcome == "beats"]
    is_known = any(t.best_verdict for t in tasks)
    n_certain = sum(t.best_verdict == "better" for t in beats)
    return labels.say(
        "differences.title_known" if is_known and beats else "differences.title",
        n_certain,
        contender=labels.contender,
        baseline=labels.baseline,
        beaten=len(beats),
        n_tasks=labels.say("n_tasks", len(tasks)),
    )


def _colours(tasks: Sequence[TaskResult], labels: Labels) -> Iterator[str]:
    """Yield what the colours of bars mean, as far as these differ."""
    verdicts = {t.best_verdict for t in tasks}
    if any(verdicts):
        yield labels.say("differences.colours")
    if None in verdicts:
        yield labels.say("differences.unknown")


def _task_bar(task: TaskResult, labels: Labels) -> _Bar:
    scale, best, lift = labels.scales[task.task], task.contender, task.best_lift_over_baseline
    text, verdict = scale.signed(lift), task.best_verdict
    hover = text
    if best is not None:
        baseline = f"{labels.baseline} {scale.score(task.baseline_beside(best))}"
        hover += f". {listed(labels.runs(best))} {scale.score(best.score)}, {baseline}"
    colours = {"better": theme.GAIN, "worse": theme.LOSS}
    colour, name = colours.get(verdict or "", theme.NEUTRAL), labels.tasks[task.task]
    return _Bar(name, lift or 0.0, text, hover, colour, is_striped=verdict is None)


# --- categories ---------------------------------------------------------------------------------


def has_mean(results: Results, category: CategoryResult) -> bool:
    """Return whether a mean over a category says something: of several tasks with bounds."""
    facts = [results.catalog.tasks[task] for task in category.tasks]
    is_bounded = all(f.higher_is_better or f.score_max is not None for f in facts)
    return category.averaged and category.compared > 1 and is_bounded


def chart_category_difference(results: Results, labels: Labels) -> Chart | None:
    """Chart best contender minus baseline, averaged by category, lowest first.

    A category with one task gets no verdict. None below two others.
    """
    shown = [
        c for c in results.categories if has_mean(results, c) and labels.are_side_by_side(c.tasks)
    ]
    if len(shown) < 2:
        return None
    title, say = _category_title(shown, labels), labels.say
    caption = say("differences.by_category", what=_what(labels))
    return Chart(
        id="category-difference",
        title=title,
        reading=f"{title}. {caption}",
        caption=caption,
        drawing=_draw_bars(
            [_category_bar(c, labels) for c in shown],
            say("differences.axis_mean", baseline=labels.baseline),
        ),
        table=_category_table(shown, labels),
        terms="categories",
        embedded=True,
    )


def _category_title(shown: Sequence[CategoryResult], labels: Labels) -> str:
    """Return in which categories the best contender leads on average."""
    say, words = labels.say, {"contender": labels.contender, "baseline": labels.baseline}
    behind = [c.category for c in shown if (c.best_lift_over_baseline or 0.0) < 0]
    n_ahead = sum((c.best_lift_over_baseline or 0.0) > 0 for c in shown)
    if n_ahead == len(shown):
        return say("differences.all_ahead", **words)
    if not n_ahead:
        return say("differences.none_ahead", **words)
    if n_ahead + len(behind) == len(shown) and len(behind) <= 2:
        return say("differences.baseline_leads", len(behind), names=listed(behind), **words)
    return say("differences.some_ahead", n_ahead, of=len(shown), **words)


def _category_bar(category: CategoryResult, labels: Labels) -> _Bar:
    lift = category.best_lift_over_baseline
    text = labels.scale.signed(lift)
    words = {"lift": text, "baseline": labels.baseline}
    beaten = {"beating": category.beating, "of": category.compared}
    hover = labels.say("differences.beaten", **words, **beaten)
    return _Bar(f"{category.category} ({category.compared})", lift or 0.0, text, hover)


def _category_table(categories: Sequence[CategoryResult], labels: Labels) -> Table:
    say, scales = labels.say, labels.category_scales
    difference = Column(
        _BY, say("column.difference"), "number", first_order="ascending", term="categories"
    )
    fields: tuple[Field[CategoryResult], ...] = (
        Field(labels.column("category"), lambda c: category_cell(c.category)),
        number_field(labels.column("tasks", "number"), lambda c: len(c.tasks), count),
        Field(difference, lambda c: lift_cell(c.best_lift_over_baseline, scales[c.category])),
    )
    caption = say("differences.table_categories", what=sentence(labels.best_difference))
    return table_of("category-difference-table", caption, fields, categories, sorted_by=_BY)


# --- bars ---------------------------------------------------------------------------------------


class _Bar(Record):
    """One bar.

    Attributes:
        text: Its value, at its end.
        hover: What follows its name in the hover text.
        colour: Grey where it says nothing of what is clear.
        is_striped: Whether it is not known if the value is clear.
    """

    name: str
    value: float
    text: str
    hover: str
    colour: str = theme.NEUTRAL
    is_striped: bool = False


def _draw_bars(bars: Sequence[_Bar], unit: str) -> theme.Drawing:
    """Draw horizontal bars of differences from zero, the first at the top."""
    values, names = [bar.value for bar in bars], [bar.name for bar in bars]
    low, high = min(0.0, *values), max(0.0, *values)
    marker: dict[str, Any] = {"color": [bar.colour for bar in bars], "line": {"width": 0}}
    if any(bar.is_striped for bar in bars):
        shapes = ["/" if bar.is_striped else "" for bar in bars]
        marker["pattern"] = {"shape": shapes, "fillmode": "replace", "size": 6, "solidity": 0.4}
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": list(range(len(bars))),
        "marker": marker,
        "text": [bar.text for bar in bars],
        "textposition": "outside",
        "constraintext": "none",
        "textfont": theme.SOFT_TEXT,
        "cliponaxis": False,
        **theme.hover([f"{bar.name}: {bar.hover}" for bar in bars]),
    }
    left, right = ([b.text for b in bars if (b.value < 0) == is_left] for is_left in (True, False))
    room = theme.room_for_values(low, high, left, right)
    return theme.figure(
        [trace],
        theme.rows_height(len(bars)),
        # Names stand above their bars, which then have the whole width.
        narrow={"meta.above": True} | theme.narrow_ticks(low, high, signed=True),
        meta={"room": room},
        xaxis=theme.axis(
            unit,
            zerolinecolor=theme.INK,
            range=room_around(low, high, is_open=(low < 0, high > 0)),
            **theme.ticks(low, high, signed=True),
        ),
        yaxis=theme.rows_axis(names),
    )
