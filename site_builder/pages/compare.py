"""Up to four runs against each other and the baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from site_builder.addresses import Address, Link, page_link
from site_builder.compute.comparison import ModelVariant, compare_runs
from site_builder.pages.browser_data import board_data
from site_builder.pages.compare_columns import Compared
from site_builder.pages.compare_runs import MOST_RUNS, default_runs, run_names
from site_builder.pages.compare_summary import summary_table
from site_builder.pages.compare_tables import categories_table, tasks_table
from site_builder.pages.compare_words import RunLeads, finding, run_leads, scope
from site_builder.pages.page import HOME, Page, Site
from site_builder.records import Record
from site_builder.table_model import Table


class RunName(Record):
    """A run in the legend.

    Attributes:
        link: Its model.
        note: Its variant and its developer.
    """

    link: Link
    note: str


class CompareContext(Record):
    """What the page shows.

    Attributes:
        runs: The runs that it opens with.
        baseline: The baseline; None where the board has none.
        finding: Who is ahead, in one sentence.
        scope: Which tasks that is over.
        summary: The runs side by side.
        leads: Where each is at the top.
        tasks: Task by task.
        categories: Mean score by category; None where no category has one.
        unused: Keys of the columns that the first comparison leaves empty.
        slots: Numbers of the places for a run.
        variants: Whether a model can be chosen in more than one variant.
        data: For the script: the board, and the runs that the page opens with.
    """

    runs: tuple[RunName, ...]
    baseline: Link | None
    finding: str
    scope: str
    summary: Table
    leads: tuple[RunLeads, ...]
    tasks: Table
    categories: Table | None
    unused: tuple[str, ...]
    slots: tuple[int, ...]
    variants: bool
    data: Mapping[str, object]


def make_compare(site: Site) -> Iterator[Page]:
    """The comparison that the page opens with; nothing below two models with scores."""
    runs = default_runs(site)
    if runs:
        yield Page(
            Address("compare"),
            "compare.html",
            "Compare",
            f"Up to {MOST_RUNS} models side by side: who is ahead, on which tasks, by how much.",
            partial(compare_context, site, runs),
            (HOME,),
        )


def compare_context(site: Site, runs: Sequence[ModelVariant]) -> CompareContext:
    """The comparison of these runs."""
    labels, results = site.labels, site.results
    categories = {c.category: c.tasks for c in results.categories if c.averaged}
    averaged = results.board.rules.averaged
    comparison = compare_runs(results.scores, runs, categories, averaged=averaged)
    names = run_names(labels, runs)
    compared = Compared(site, comparison, names)
    baseline = labels.roles.baseline
    return CompareContext(
        runs=tuple(_run_name(site, run) for run in runs),
        baseline=None if baseline is None else _model_link(site, baseline),
        finding=finding(labels, comparison, names),
        scope=scope(comparison, len(results.scores.tasks)),
        summary=summary_table(compared),
        leads=run_leads(site, comparison, names),
        tasks=tasks_table(compared),
        categories=categories_table(compared) if categories else None,
        unused=tuple(f"run-{n}" for n in range(len(runs) + 1, MOST_RUNS + 1)),
        slots=tuple(range(1, MOST_RUNS + 1)),
        variants=len(labels.roles.variants) > 1,
        data={"board": board_data(site), "runs": [[run.model, run.variant] for run in runs]},
    )


def _model_link(site: Site, model: str) -> Link:
    return page_link(site.labels.models[model], "model", model)


def _run_name(site: Site, run: ModelVariant) -> RunName:
    developer = site.results.catalog.models[run.model].developer
    variant = site.labels.in_sentence(run.variant) if len(site.labels.roles.variants) > 1 else ""
    note = " \N{MIDDLE DOT} ".join(filter(None, (variant, developer)))
    return RunName(_model_link(site, run.model), note)
