"""The most frequent winners: for how many tasks each model is at the top."""

from __future__ import annotations

from collections.abc import Sequence

from site_builder.charts.bars import MOST_BARS, Bar, draw_bars
from site_builder.charts.cells import model_cell, number_cell
from site_builder.charts.chart import Chart
from site_builder.charts.columns import MODEL, Field, columns_of, rows_of
from site_builder.charts.labels import Labels, with_article
from site_builder.compute.board import Standing
from site_builder.compute.results import Results
from site_builder.format import count, counted, listed
from site_builder.parts import Column, Table


def chart_winners(results: Results, labels: Labels) -> Chart | None:
    """For how many tasks each model is at the top, all who tie counting."""
    standings = sorted((s for s in results.board.standings if s.wins), key=lambda s: -s.wins)
    if not standings or len(results.scores.tasks) < 2:
        return None
    of = counted(len(results.scores.tasks), "task")
    top = [labels.models[s.model] for s in standings if s.wins == standings[0].wins]
    title = (
        f"{listed(top)} {'is' if len(top) == 1 else 'are'} at the top most often: "
        f"on {standings[0].wins} of {of}"
    )
    scored = sum(s.scored > 0 for s in results.board.standings)
    ties = sum(s.wins for s in standings) > len(results.scores.tasks)
    variant = f"{labels.in_sentence(results.board.variant)} " if labels.roles.tuned else ""
    winners = f"{counted(len(standings), 'model')} of {scored}"
    drawn = standings[:MOST_BARS]
    cut = "" if len(drawn) == len(standings) else f" The first {MOST_BARS} are drawn."
    return Chart(
        id="winners",
        title=title,
        reading=f"{title}. {winners} {'is' if len(standings) == 1 else 'are'} at the top of at "
        "least one task.",
        caption=f"Number of tasks on which {with_article(f'{variant}model')} has the best score; "
        "all who tie for a task's best count"
        f"{', so the sum exceeds the number of tasks' if ties else ''}.{cut}",
        figure=draw_bars([_bar(s, of, labels) for s in drawn], "tasks at the top", signed=False),
        table=_table(drawn, labels),
        terms="winners",
        embedded=True,
    )


def _bar(standing: Standing, of: str, labels: Labels) -> Bar:
    hover = f"best, or tied for best, on {standing.wins} of {of}"
    return Bar(labels.models[standing.model], standing.wins, hover)


def _table(standings: Sequence[Standing], labels: Labels) -> Table:
    fields: tuple[Field[Standing], ...] = (
        Field(MODEL, lambda s: model_cell(labels, s.model)),
        Field(
            Column("wins", "Tasks at the top", "number", term="winners"),
            lambda s: number_cell(s.wins, count(s.wins)),
        ),
    )
    return Table(
        "winners-table",
        "Tasks at the top, by model",
        columns_of(fields),
        rows_of(fields, standings),
        sorted_by="wins",
    )
