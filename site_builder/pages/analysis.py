"""Make the analysis page: correlations with lift, training sets, similar tasks."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.addresses import Address
from site_builder.charts.analysis import (
    LIFTS,
    chart_redundancy,
    charts_features,
    column_label,
    correlation_text,
    verdict_text,
)
from site_builder.charts.cells import text_cell
from site_builder.charts.chart import Chart
from site_builder.compute.correlation import LEAST_TO_CONCLUDE, Correlation, Correlations
from site_builder.compute.results import Results
from site_builder.formatting import count, listed, p_value, rounded, sentence
from site_builder.labels import Labels
from site_builder.pages.page import HOME, Page, Site
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, columns_of, rows_of


class AnalysisContext(Record):
    """What the analysis page shows; each part is None, or empty, where there is nothing for it.

    Attributes:
        short: The correlation of each feature with each kind of lift.
        matrix: The correlation of every pair of columns.
        features: Each feature plotted against each kind of lift.
        training_sets: How large the training sets are.
        redundancy: How similarly tasks rank the models.
    """

    short: Table | None
    matrix: Chart | None
    features: tuple[Chart, ...]
    training_sets: Chart | None
    redundancy: Chart | None


def make_analysis(site: Site) -> Iterator[Page]:
    """Yield the analysis page, where there is anything to analyse."""
    results, labels = site.results, site.labels
    context = AnalysisContext(
        short=short_correlations(results, labels),
        matrix=site.charts.correlations,
        features=charts_features(results, labels),
        training_sets=site.charts.training_sets,
        redundancy=chart_redundancy(results, labels),
    )
    if context != AnalysisContext(None, None, (), None, None):
        yield Page(
            Address("analysis"),
            "analysis.html",
            "Analysis",
            _about(context),
            context,
            (HOME,),
        )


def _about(context: AnalysisContext) -> str:
    parts = (
        (context.short, "which features correlate with lift"),
        (context.matrix and not context.short, "which columns correlate"),
        (context.training_sets, "how large the training sets are"),
        (context.redundancy, "which tasks rank models similarly"),
    )
    return f"{sentence(listed([words for there, words in parts if there], most=4))}."


def short_correlations(results: Results, labels: Labels) -> Table | None:
    """Return the correlation of each feature with each kind of lift; None without any."""
    found = results.correlations
    if found is None:
        return None
    lifts = [lift for lift in LIFTS if _is_defined(found, lift)]
    if not lifts:
        return None
    fields = (
        Field[str](
            Column("feature", "Feature of the task"),
            lambda feature: text_cell(column_label(feature, labels)),
        ),
        *(field for lift in lifts for field in _lift_fields(found, lift, labels)),
        Field(
            Column("n", "Tasks", "number"),
            lambda feature: _n_cell(found.pairs[feature, lifts[0]]),
        ),
    )
    return Table(
        "correlations-short",
        "Correlation of each feature with lift, over tasks",
        columns_of(fields),
        rows_of(fields, found.features),
    )


def _is_defined(found: Correlations, lift: str) -> bool:
    return any(found.pairs[feature, lift].spearman is not None for feature in found.features)


def _lift_fields(found: Correlations, lift: str, labels: Labels) -> tuple[Field[str], ...]:
    spearman = "Spearman's rank correlation over tasks, with its 95 % interval"
    p = "Two-sided p-value of Spearman's correlation, not corrected for multiple comparisons"
    pearson = "Pearson's correlation over tasks"
    verdict = f"A direction is named from {LEAST_TO_CONCLUDE} tasks on, if the interval excludes 0"
    return (
        Field(
            Column(
                f"{lift}_spearman",
                column_label(lift, labels),
                "number",
                spearman,
                term="correlation",
            ),
            lambda feature: _spearman_cell(found.pairs[feature, lift]),
        ),
        Field(
            Column(f"{lift}_verdict", "Direction", "text", verdict, "ascending", "correlation"),
            lambda feature: text_cell(verdict_text(found.pairs[feature, lift]) or None),
        ),
        Field(
            Column(f"{lift}_p", "p", "number", p, "ascending", "correlation"),
            lambda feature: _p_cell(found.pairs[feature, lift]),
        ),
        Field(
            Column(f"{lift}_pearson", "Pearson", "number", pearson, term="correlation"),
            lambda feature: _pearson_cell(found.pairs[feature, lift]),
        ),
    )


def _spearman_cell(pair: Correlation) -> Cell:
    if pair.spearman is None:
        return Cell(correlation_text(pair), None, tone="soft")
    interval = " to ".join(rounded(end, 2) for end in pair.spearman_interval or ())
    return Cell(correlation_text(pair), pair.spearman, interval)


def _p_cell(pair: Correlation) -> Cell:
    p = pair.spearman_p
    return text_cell(None) if p is None else Cell(p_value(p), p)


def _pearson_cell(pair: Correlation) -> Cell:
    r = pair.pearson
    return text_cell(None) if r is None else Cell(rounded(r, 2), r)


def _n_cell(pair: Correlation) -> Cell:
    return Cell(count(pair.n), float(pair.n))
