"""The whole matrix of correlations over tasks."""

from __future__ import annotations

from collections.abc import Sequence

from site_builder.addresses import how
from site_builder.charts import theme
from site_builder.charts.chart import Chart
from site_builder.charts.columns import Field, columns_of, rows_of
from site_builder.charts.features import column_label, column_phrase, verdict_words
from site_builder.charts.heatmap import draw_heatmap
from site_builder.charts.labels import Labels
from site_builder.compute.correlation import Correlation, Correlations
from site_builder.compute.results import Results
from site_builder.format import Scale, p_value, rounded
from site_builder.parts import Cell, Column, Table

SCALE = Scale(places=2)


def correlation_text(pair: Correlation) -> str:
    """Spearman's coefficient at two places, or `not defined`."""
    return "not defined" if pair.spearman is None else rounded(pair.spearman, 2)


def chart_correlations(results: Results, labels: Labels) -> Chart | None:
    """Every column that has a correlation, against every other."""
    found = results.correlations
    if found is None:
        return None
    columns = [
        a for a in found.columns if any(_is_defined(found, a, b) for b in found.columns if b != a)
    ]
    title = _title(found, columns, labels)
    names = [column_label(c, labels) for c in columns]
    return Chart(
        id="correlations",
        title=title,
        reading=f"{title}. Each cell is a Spearman correlation over tasks, from "
        "\N{MINUS SIGN}1 to +1.",
        caption="Spearman's rank correlation over tasks; green goes together, orange goes apart. "
        "Point at a cell for n, p, the interval and what can be concluded.",
        figure=draw_heatmap(
            [[found.pairs[a, b].spearman for b in columns] for a in columns],
            names,
            names,
            [[_hover(found.pairs[a, b]) for b in columns] for a in columns],
            colorscale=theme.DIVERGING,
            zmin=-1,
            zmax=1,
        ),
        table=_table(found, columns, labels),
        terms="correlation",
        embedded=True,
    )


def _is_defined(found: Correlations, a: str, b: str) -> bool:
    return found.pairs[a, b].spearman is not None


def _title(found: Correlations, columns: Sequence[str], labels: Labels) -> str:
    """The feature and the derived column that go together most.

    The derived columns alone are related by construction.
    """
    derived = [c for c in columns if c not in found.features]
    pairs = [(f, d) for f in found.features for d in derived if _is_defined(found, f, d)]
    if not pairs:
        return "How the columns go together"
    feature, other = max(pairs, key=lambda pair: abs(found.pairs[pair].spearman or 0.0))
    rho = correlation_text(found.pairs[feature, other])
    return (
        f"{column_label(feature, labels)} goes most with {column_phrase(other, labels)} "
        f"(\N{GREEK SMALL LETTER RHO} = {rho})"
    )


def _hover(pair: Correlation) -> str:
    if pair.spearman is None:
        return f"not defined (n = {pair.n})"
    interval = ""
    if pair.spearman_interval is not None:
        interval = f", 95\N{NO-BREAK SPACE}% interval {SCALE.interval(*pair.spearman_interval)}"
    found = f"{correlation_text(pair)}{interval}, n = {pair.n}, p {p_value(pair.spearman_p)}"
    return f"{found}: {verdict_words(pair)}"


def _table(found: Correlations, columns: Sequence[str], labels: Labels) -> Table:
    fields: tuple[Field[str], ...] = (
        Field(Column("column", "Column"), lambda c: _name_cell(c, labels)),
        *(_field(found, column, labels) for column in columns),
    )
    return Table(
        "correlations-table",
        "Spearman correlation over tasks",
        columns_of(fields),
        rows_of(fields, columns),
        explained=(how("Correlation", "correlation"),),
    )


def _name_cell(column: str, labels: Labels) -> Cell:
    name = column_label(column, labels)
    return Cell(name, name)


def _field(found: Correlations, column: str, labels: Labels) -> Field[str]:
    return Field(
        Column(column, column_label(column, labels), "number"),
        lambda c: _cell(found.pairs[c, column], itself=c == column),
    )


def _cell(pair: Correlation, *, itself: bool) -> Cell:
    """A coefficient, and what it lets one conclude; of a column with itself, nothing."""
    return Cell(correlation_text(pair), pair.spearman, "" if itself else verdict_words(pair))
