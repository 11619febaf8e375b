"""The models: the full board, by task and by size; then a page for each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from site_builder.addresses import Address
from site_builder.charts.chart import Chart
from site_builder.charts.score_matrix import chart_scores
from site_builder.charts.size import chart_size
from site_builder.format import counted, listed
from site_builder.pages.board_sheet import BoardParts
from site_builder.pages.boards import View, board_note, board_views
from site_builder.pages.model import make_model
from site_builder.pages.model_scores import ScoreRows
from site_builder.pages.page import HOME, Page, Site, in_sequence
from site_builder.records import Record


class ModelsContext(Record):
    """What the board of models shows.

    Attributes:
        views: The full board.
        board_note: How it ranks.
        size: Average against size; None where the board has nothing for it.
        heatmap: Every score; None where the board has nothing for it.
    """

    views: tuple[View, ...]
    board_note: str
    size: Chart | None
    heatmap: Chart | None


def make_models(site: Site) -> Iterator[Page]:
    """The full board, then a page for each model in the order of the board."""
    results = site.results
    size, heatmap = site.chart(chart_size), site.chart(chart_scores)
    about, context = _about(site, size, heatmap), partial(_context, site, size, heatmap)
    yield Page(Address("models"), "models.html", "Models", about, context, (HOME,))
    rows = ScoreRows(site) if results.stats.has_many_scores else None
    yield from in_sequence(make_model(site, s.model, rows) for s in results.board.standings)


def _context(site: Site, size: Chart | None, heatmap: Chart | None) -> ModelsContext:
    results = site.results
    parts = BoardParts(results.boards, results, site.labels, full=True, common=results.common)
    return ModelsContext(board_views(parts, "board"), board_note(site), size, heatmap)


def _about(site: Site, size: Chart | None, heatmap: Chart | None) -> str:
    """Who leads, and what the page shows, in a sentence or two."""
    board, labels = site.results.board, site.labels
    n, tasks = counted(len(site.results.scores.models), "model"), counted(len(board.tasks), "task")
    leaders = [labels.models[s.model] for s in board.ranked if s.rank == 1]
    lead = f"{listed(leaders)} {'leads' if len(leaders) == 1 else 'lead'}" if leaders else ""
    parts = ("every column", heatmap and "every task", size and "score by size")
    shown = listed([part for part in parts if part])
    return f"{n} on {tasks}{f'; {lead}' if lead else ''}. The whole board, with {shown}."
