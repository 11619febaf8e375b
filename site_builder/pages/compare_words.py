"""What a comparison says in sentences; `static/js/compare-words.js` says it of chosen runs."""

from __future__ import annotations

from collections.abc import Sequence

from site_builder.addresses import Link, page_link
from site_builder.compute.comparison import Comparison, Sides, TaskComparison
from site_builder.formatting import NumberFormat, counted, listed
from site_builder.labels import Labels
from site_builder.pages.compare_runs import MOST_RUNS
from site_builder.pages.page import Site
from site_builder.records import Record

MOST_LEADS = 5


class Lead(Record):
    """A task on which a run is at the top.

    Attributes:
        task: The task.
        margin: How far it is ahead, or with whom it ties.
    """

    task: Link
    margin: str


class RunLeads(Record):
    """Where one run is at the top.

    Attributes:
        name: The run.
        summary: On how many tasks.
        leads: The tasks with the largest margins.
        more: What is said of the tasks beyond them.
    """

    name: str
    summary: str
    leads: tuple[Lead, ...]
    more: str


def finding(labels: Labels, comparison: Comparison, names: Sequence[str]) -> str:
    """Who is ahead, in one sentence."""
    if not comparison.common:
        return f"There is no task on which {_all(names)} have a score."
    if len(names) == 1:
        sides = comparison.runs[0].over_baseline
        if sides is None:
            return f"{names[0]} stands alone: choose a model to compare it with."
        return _pair(labels.scale, names[0], labels.baseline, sides)
    if len(names) == 2 and comparison.pair is not None:
        return _pair(labels.scale, names[0], names[1], comparison.pair)
    return _several(labels, comparison, names)


def _all(names: Sequence[str]) -> str:
    return listed(names, MOST_RUNS)


def _pair(scale: NumberFormat, first: str, second: str, sides: Sides) -> str:
    """One against another, the one that is ahead on more tasks named first."""
    mean, of = sides.mean, counted(sides.tasks, "task")
    if sides.level == sides.tasks:
        return f"{first} and {second} are level on {of}."
    level = f", level on {sides.level}" if sides.level else ""
    if sides.ahead == sides.behind:
        average = "" if mean is None else f"; on average {first} has {scale.signed(mean)}"
        text = f"{first} and {second} are each ahead on {sides.ahead} of {of}"
        return f"{text}{level}{average}."
    if sides.ahead < sides.behind:
        first, second, mean = second, first, None if mean is None else -mean
    average = "" if mean is None else f"; on average {scale.signed(mean)}"
    most = max(sides.ahead, sides.behind)
    return f"{first} is ahead of {second} on {most} of {of}{level}{average}."


def _several(labels: Labels, comparison: Comparison, names: Sequence[str]) -> str:
    """Who leads on average, and on how many tasks each is at the top."""
    tops = [run.at_top for run in comparison.runs]
    each = _all([f"{name} on {n}" for name, n in zip(names, tops, strict=True)])
    of = counted(comparison.common, "common task")
    leaders = [names[i] for i in comparison.leaders]
    if not leaders:
        return f"At the top of {of}: {each}."
    leads = "leads" if len(leaders) == 1 else "lead"
    average = labels.scale.score(comparison.runs[comparison.leaders[0]].average)
    return f"{_all(leaders)} {leads} on average over {of}, with {average}; at the top: {each}."


def scope(comparison: Comparison, of: int) -> str:
    """Which tasks the figures are over."""
    who = "it has" if len(comparison.runs) == 1 else "all that are compared have"
    tasks = f"{comparison.common} of {counted(of, 'task')}"
    return (
        f"Means, margins and tasks at the top are over the {tasks} on which {who} a score. "
        "Ranks are those of the whole board."
    )


def run_leads(site: Site, comparison: Comparison, names: Sequence[str]) -> tuple[RunLeads, ...]:
    """Where each run is at the top; nothing for one run alone."""
    if len(names) < 2 or not comparison.common:
        return ()
    return tuple(_leads(site, comparison, names, i) for i in range(len(names)))


def _leads(site: Site, comparison: Comparison, names: Sequence[str], i: int) -> RunLeads:
    run = comparison.runs[i]
    tops = [task for task in comparison.tasks if i in task.best]
    if site.results.board.rules.averaged:
        tops.sort(key=lambda task: -(task.margin or 0.0))
    else:  # margins in different units have no order; ties still come last
        tops.sort(key=lambda task: not task.margin)
    tied = f", {run.shared} of them tied" if run.shared else ""
    more = len(tops) - MOST_LEADS
    return RunLeads(
        name=names[i],
        summary=f"At the top on {run.at_top} of {counted(comparison.common, 'task')}{tied}.",
        leads=tuple(_lead(site.labels, task, names, i) for task in tops[:MOST_LEADS]),
        more=f"And on {more} more, in the table below." if more > 0 else "",
    )


def _lead(labels: Labels, task: TaskComparison, names: Sequence[str], i: int) -> Lead:
    others = [names[j] for j in task.best if j != i]
    signed = labels.scales[task.task].signed(task.margin)
    margin = f"tied with {_all(others)}" if others else signed
    return Lead(page_link(labels.tasks[task.task], "task", task.task), margin)
