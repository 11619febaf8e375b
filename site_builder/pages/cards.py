"""The link preview of each page: its finding, and the chart that bears it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from site_builder.addresses import Kind
from site_builder.charts.card import Card, CardChart
from site_builder.charts.card_bars import (
    card_category_lifts,
    card_correlations,
    card_latency,
    card_prices,
    card_task_lifts,
)
from site_builder.charts.card_scores import card_board, card_model, card_task
from site_builder.charts.chart import Chart
from site_builder.pages.model import model_summary
from site_builder.pages.page import Made, Page, Site
from site_builder.records import replace


def with_cards(site: Site, pages: Iterable[Made]) -> tuple[Made, ...]:
    """The same pages, those that are to be found with a card each."""
    top = card_board(site.results.boards, site.labels)

    def with_card(page: Page) -> Page:
        return replace(page, card=_own_card(site, page) or Card(page.description, top))

    return tuple(
        with_card(page) if isinstance(page, Page) and page.listed else page for page in pages
    )


def _own_card(site: Site, page: Page) -> Card | None:
    """What the page itself shows; None for a page without a chart."""
    make = _MAKERS.get(page.address.kind)
    return None if make is None else make(site, page)


def _card(finding: str, chart: CardChart | None) -> Card | None:
    return None if chart is None else Card(finding, chart)


def _finding(page: Page, part: str) -> str:
    """The title of a chart of the page; what the page is about, where it has no such chart."""
    chart = getattr(page.context(), part, None)
    return f"{chart.title}." if isinstance(chart, Chart) else page.description


def _home(site: Site, page: Page) -> Card | None:
    finding = _finding(page, "averages")
    if finding == page.description:
        finding = _leader(site, page)
    return _card(finding, card_board(site.results.boards, site.labels))


def _models(site: Site, page: Page) -> Card | None:
    return _card(_leader(site, page), card_board(site.results.boards, site.labels))


def _leader(site: Site, page: Page) -> str:
    """Who leads the board, in a sentence."""
    ranked = site.results.board.ranked
    return model_summary(site, ranked[0].model) if ranked else page.description


def _model(site: Site, page: Page) -> Card | None:
    chart = card_model(site.results, site.labels, page.address.key)
    return _card(page.description, chart)


def _tasks(site: Site, page: Page) -> Card | None:
    return _card(_finding(page, "by_task"), card_task_lifts(site.results, site.labels))


def _task(site: Site, page: Page) -> Card | None:
    chart = card_task(site.results, site.labels, page.address.key)
    return _card(page.description, chart)


def _categories(site: Site, page: Page) -> Card | None:
    return _card(_finding(page, "chart"), card_category_lifts(site.results, site.labels))


def _category(site: Site, page: Page) -> Card | None:
    category = next(c for c in site.results.categories if c.category == page.address.key)
    return _card(f"{page.title}: {page.description}", card_board(category.boards, site.labels))


def _analysis(site: Site, _: Page) -> Card | None:
    return card_correlations(site.results, site.labels)


def _serving(site: Site, page: Page) -> Card | None:
    latency = card_latency(site.results, site.labels)
    if latency is not None:
        return Card(_finding(page, "latency"), latency)
    return _card(_finding(page, "prices"), card_prices(site.results, site.labels))


_MAKERS: Mapping[Kind, Callable[[Site, Page], Card | None]] = {
    "home": _home,
    "models": _models,
    "model": _model,
    "tasks": _tasks,
    "task": _task,
    "categories": _categories,
    "category": _category,
    "analysis": _analysis,
    "serving": _serving,
}
