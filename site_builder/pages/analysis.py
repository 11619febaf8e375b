"""Make the analysis page: what goes with the gain, training sets, which tasks agree."""

from __future__ import annotations

from collections.abc import Iterator

from site_builder.addresses import Address
from site_builder.charts.analysis import agreement_table, chart_similar_tasks, chart_training_sets
from site_builder.charts.chart import Chart
from site_builder.charts.correlations import (
    CoefficientTable,
    answer_of,
    chart_correlation,
    coefficient_table,
)
from site_builder.labels import Labels
from site_builder.pages.page import Page, Site
from site_builder.records import Record
from site_builder.table_model import Table


class AnalysisContext(Record):
    """What the analysis page shows; each part is None, or empty, where there is nothing for it.

    Attributes:
        heading: The question of the page.
        answer: Its answer.
        coefficients: The correlation of each feature with each kind of lift.
        correlation: The pair whose correlation turns within a metric, or else the strongest.
        training_sets: How large the training sets are.
        similar: How similarly tasks rank the models.
        agreement: How far the tasks of each category agree on the ranking.
    """

    heading: str
    answer: str
    coefficients: CoefficientTable | None
    correlation: Chart | None
    training_sets: Chart | None
    similar: Chart | None
    agreement: Table | None


def make_analysis(site: Site) -> Iterator[Page]:
    """Yield the analysis page, where there is anything to analyse."""
    results, labels = site.results, site.labels
    training_sets = site.chart(chart_training_sets)
    coefficients = coefficient_table(results, labels)
    similar = chart_similar_tasks(results, labels)
    agreement = agreement_table(results, labels) if similar else None
    found = results.correlations
    answer = answer_of(found, labels) if found and coefficients else ""
    context = AnalysisContext(
        heading=_heading(labels, coefficients, similar),
        answer=answer,
        coefficients=coefficients,
        correlation=site.chart(chart_correlation) if coefficients else None,
        training_sets=training_sets,
        similar=similar,
        agreement=agreement,
    )
    if coefficients or training_sets or similar:
        found_in = (chart.reading for chart in (similar, training_sets) if chart)  # as the heading
        about = f"{context.heading} {answer or next(found_in)}"
        title = labels.say("navigation.analysis")
        yield Page(Address("analysis"), "analysis.html", title, about, context, (site.home,))


def _heading(labels: Labels, coefficients: CoefficientTable | None, similar: Chart | None) -> str:
    if coefficients is None:
        return labels.say(f"analysis.title.{'alike' if similar else 'sizes'}")
    if labels.lifted:
        stem = labels.tuned.removesuffix("tuned")
        tuning = labels.tuned if stem == labels.tuned else f"{stem}tuning"
        return labels.say("analysis.title.gain", tuning=tuning)
    return labels.say("analysis.title.lead", baseline=labels.baseline)
