"""Make the analysis page: separable models, correlations with lift, training sets, tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from site_builder.addresses import Address
from site_builder.charts.analysis import (
    LIFTS,
    chart_redundancy,
    charts_features,
    column_label,
    correlation_text,
    verdict_text,
)
from site_builder.charts.cells import number_cell, text_cell
from site_builder.charts.chart import Chart
from site_builder.charts.separability import chart_separability
from site_builder.compute.correlation import LEAST_TO_CONCLUDE, Correlation, Correlations
from site_builder.compute.results import Results
from site_builder.formatting import MISSING, count, listed, p_value, rounded, sentence
from site_builder.labels import Labels
from site_builder.pages.page import HOME, Page, Site
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, table_of


class AnalysisContext(Record):
    """What the analysis page shows; each part is None, or empty, where there is nothing for it.

    Attributes:
        separability: Which models are separable from which.
        short: The correlation of each feature with each kind of lift.
        matrix: The correlation of every pair of columns.
        features: Each feature plotted against each kind of lift.
        training_sets: How large the training sets are.
        redundancy: How similarly tasks rank the models.
    """

    separability: Chart | None
    short: Table | None
    matrix: Chart | None
    features: tuple[Chart, ...]
    training_sets: Chart | None
    redundancy: Chart | None


def make_analysis(site: Site) -> Iterator[Page]:
    """Yield the analysis page, where there is anything to analyse."""
    results, labels = site.results, site.labels
    context = AnalysisContext(
        separability=chart_separability(results, labels),
        short=short_correlations(results, labels),
        matrix=site.charts.correlations,
        features=charts_features(results, labels),
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
    if context != AnalysisContext(None, None, None, (), None, None):
        yield Page(Address("analysis"), "analysis.html", "Analysis", about, context, (HOME,))


def short_correlations(results: Results, labels: Labels) -> Table | None:
    """Return the correlation of each feature with each kind of lift; None without any."""
    found = results.correlations
    if found is None:
        return None
    lifts = [
        lift
        for lift in LIFTS
        if any(found.pairs[feature, lift].spearman is not None for feature in found.features)
    ]
    if not lifts:
        return None

    def n_cell(feature: str) -> Cell:
        n = found.pairs[feature, lifts[0]].n
        return number_cell(n, count(n))

    fields: tuple[Field[str], ...] = (
        Field(
            Column("feature", "Feature of the task"), lambda f: text_cell(column_label(f, labels))
        ),
        *(field for lift in lifts for field in _lift_fields(found, lift, labels)),
        Field(Column("n", "Tasks", "number"), n_cell),
    )
    caption = "Correlation of each feature with lift, over tasks"
    return table_of("correlations-short", caption, fields, found.features)


def _lift_fields(found: Correlations, lift: str, labels: Labels) -> Iterator[Field[str]]:
    """Yield the columns of the correlation of each feature with a kind of lift."""

    def field(column: Column, cell: Callable[[Correlation], Cell]) -> Field[str]:
        return Field(column, lambda feature: cell(found.pairs[feature, lift]))

    label, term = column_label(lift, labels), "correlation"
    meaning = "Spearman's rank correlation over tasks, with its 95 % interval"
    spearman = Column(f"{lift}_spearman", label, "number", meaning, term=term)
    yield field(spearman, _spearman_cell)
    meaning = f"A direction is named from {LEAST_TO_CONCLUDE} tasks on, if the interval excludes 0"
    verdict = Column(f"{lift}_verdict", "Direction", "text", meaning, "ascending", term)
    yield field(verdict, lambda pair: text_cell(verdict_text(pair) or None))
    meaning = "Two-sided p-value of Spearman's correlation, not corrected for multiple comparisons"
    p = Column(f"{lift}_p", "p", "number", meaning, "ascending", term)
    yield field(p, lambda pair: number_cell(pair.spearman_p, p_value(pair.spearman_p)))
    meaning = "Pearson's correlation over tasks"
    yield field(Column(f"{lift}_pearson", "Pearson", "number", meaning, term=term), _pearson_cell)


def _pearson_cell(pair: Correlation) -> Cell:
    return number_cell(pair.pearson, MISSING if pair.pearson is None else rounded(pair.pearson, 2))


def _spearman_cell(pair: Correlation) -> Cell:
    interval = " to ".join(rounded(end, 2) for end in pair.spearman_interval or ())
    return number_cell(pair.spearman, correlation_text(pair), interval)
