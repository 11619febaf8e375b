"""Analysis: what goes along with lift, how large the training sets are, which tasks repeat each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from site_builder.charts.chart import Chart
from site_builder.charts.distributions import chart_training_sets
from site_builder.charts.features import LIFTS, column_label
from site_builder.charts.heatmaps import chart_correlations, chart_redundancy, correlation_text
from site_builder.charts.labels import Labels
from site_builder.charts.scatters import charts_features
from site_builder.compute.correlation import Correlation
from site_builder.compute.results import Results
from site_builder.format import MISSING, count, p_value, rounded
from site_builder.pages.page import HOME, Page, Site
from site_builder.parts import Address, Cell, Column, Row, Table


@dataclass(frozen=True)
class AnalysisContext:
    """What the analysis page shows; each part is None, or empty, where the board has nothing for it."""

    short: Table | None
    matrix: Chart | None
    features: tuple[Chart, ...]
    training_sets: Chart | None
    redundancy: Chart | None


def make_analysis(site: Site) -> Iterator[Page]:
    """The analysis page, where there is anything to analyse."""
    results, labels = site.results, site.labels
    context = AnalysisContext(
        short=short_correlations(results, labels),
        matrix=chart_correlations(results, labels),
        features=charts_features(results, labels),
        training_sets=chart_training_sets(results, labels),
        redundancy=chart_redundancy(results, labels),
    )
    if any((context.short, context.matrix, context.features, context.training_sets, context.redundancy)):
        yield Page(Address("analysis"), "analysis.html", "Analysis", "What goes along with lift, how large the training sets are, and which tasks rank models alike.", context, (HOME,))


def short_correlations(results: Results, labels: Labels) -> Table | None:
    """Each feature with each kind of lift: Spearman with its interval, Pearson, n and p."""
    found = results.correlations
    if found is None or not found.features:
        return None
    lifts = [lift for lift in LIFTS if any(found.pairs[f, lift].spearman is not None for f in found.features)]
    if not lifts:
        return None
    columns = [Column("feature", "Feature of the task", first="ascending")]
    for lift in lifts:
        columns += [
            Column(f"{lift}_spearman", column_label(lift, labels), "number", "Spearman's rank correlation over tasks, with its 95 % interval"),
            Column(f"{lift}_p", "p", "number", "Two-sided p-value of Spearman's correlation, not corrected for the number of rows", "ascending"),
            Column(f"{lift}_pearson", "Pearson", "number", "Pearson's correlation over tasks"),
        ]
    columns.append(Column("n", "Tasks", "number"))
    rows = []
    for feature in found.features:
        name = column_label(feature, labels)
        cells = [Cell(name, name)]
        for lift in lifts:
            cells += _pair_cells(found.pairs[feature, lift])
        n = found.pairs[feature, lifts[0]].n
        rows.append(Row((*cells, Cell(count(n), float(n)))))
    return Table("correlations-short", "Correlation of each feature with lift, over tasks", tuple(columns), tuple(rows))


def _pair_cells(pair: Correlation) -> list[Cell]:
    if pair.spearman is None or pair.pearson is None:
        return [Cell("not defined", None, tone="soft"), Cell(MISSING, None, tone="soft"), Cell(MISSING, None, tone="soft")]
    interval = "" if pair.spearman_interval is None else f"{rounded(pair.spearman_interval[0], 2)} to {rounded(pair.spearman_interval[1], 2)}"
    sure = pair.spearman_p is not None and pair.spearman_p < 0.05
    tags = ("clear",) if sure else ()
    return [
        Cell(correlation_text(pair), pair.spearman, interval, tags=tags), Cell(p_value(pair.spearman_p), pair.spearman_p),
        Cell(rounded(pair.pearson, 2), pair.pearson),
    ]  # fmt: skip
