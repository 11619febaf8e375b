"""Charts of installed packages, on the pages where a project wants them."""

from __future__ import annotations

from collections.abc import Iterable

from site_builder.charts.chart import Chart
from site_builder.charts.plugins import asked_for, draw_own_charts
from site_builder.errors import Fault, FaultsError
from site_builder.pages.page import Made, Page, Site
from site_builder.records import replace


def with_own_charts(site: Site, pages: Iterable[Made]) -> tuple[Made, ...]:
    """The same pages, each with the charts that `[charts]` of `site.toml` puts on it.

    Raises:
        FaultsError: Every chart that cannot be drawn.
    """
    charts: dict[str, tuple[Chart, ...]] = {}
    faults: list[Fault] = []
    for kind in dict.fromkeys(page for page, _ in asked_for(site.config)):
        try:
            charts[kind] = draw_own_charts(site.config, kind, site.results, site.labels)
        except FaultsError as error:
            faults += error.faults
    if faults:
        raise FaultsError(faults)
    return tuple(
        replace(page, charts=charts[page.address.kind])
        if isinstance(page, Page) and page.address.kind in charts
        else page
        for page in pages
    )
