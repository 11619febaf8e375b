"""Make the analysis page: separable models, correlations with lift, training sets, tasks."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.addresses import Address
from site_builder.charts.analysis import chart_redundancy, chart_separability
from site_builder.charts.chart import Chart
from site_builder.charts.correlations import (
    chart_lift_correlations,
    feature_values_table,
    lift_correlations_table,
)
from site_builder.formatting import listed, sentence
from site_builder.pages.page import HOME, Page, Site
from site_builder.records import Record, replace
from site_builder.table_model import Table


class AnalysisContext(Record):
    """What the analysis page shows; each part is None, or empty, where there is nothing for it.

    Attributes:
        separability: Which models are separable from which.
        short: The correlation of each feature with each kind of lift, within metrics.
        lifts: The same with intervals, drawn.
        matrix: The correlation of every pair of columns.
        feature_values: The numbers of every feature and lift, by task.
        training_sets: How large the training sets are.
        redundancy: How similarly tasks rank the models.
    """

    separability: Chart | None
    short: Table | None
    lifts: Chart | None
    matrix: Chart | None
    feature_values: Table | None
    training_sets: Chart | None
    redundancy: Chart | None


def make_analysis(site: Site) -> Iterator[Page]:
    """Yield the analysis page, where there is anything to analyse."""
    results, labels = site.results, site.labels
    short, lifts = (
        lift_correlations_table(results, labels),
        chart_lift_correlations(results, labels),
    )
    context = AnalysisContext(
        separability=chart_separability(results, labels),
        short=short,
        lifts=replace(lifts, table=None, table_id=short.id) if lifts and short else None,
        matrix=site.charts.correlations,
        feature_values=feature_values_table(results, labels) if short else None,
        training_sets=site.charts.training_sets,
        redundancy=chart_redundancy(results, labels),
    )
    parts = (
        (context.separability, "which models are separable"),
        (context.short, "which features correlate with lift"),
        (context.matrix and not context.short, "which columns correlate"),
        (context.training_sets, "how large the training sets are"),
        (context.redundancy, "which tasks rank models similarly"),
    )
    about = f"{sentence(listed([words for there, words in parts if there], most=5))}."
    if any(there for there, _ in parts):
        yield Page(Address("analysis"), "analysis.html", "Analysis", about, context, (HOME,))
