"""Charts that installed packages bring: functions named by an entry point of `site_builder.charts`.

A project says by `[charts]` of `site.toml` which of them stand on which page, so that a package
that happens to be installed changes no site.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from traceback import extract_tb

from site_builder.charts.chart import Chart
from site_builder.charts.labels import Labels
from site_builder.compute.results import Results
from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, near
from site_builder.records import replace
from site_builder.slugs import make_slugs

GROUP = "site_builder.charts"


def find_chart_faults(config: SiteConfig) -> Iterator[Fault]:
    """Charts that a project asks for and that no package, or more than one, brings."""
    for page, name in asked_for(config):
        packages = [_origin(entry) for entry in entry_points(group=GROUP, name=name)]
        if not packages:
            known = entry_points(group=GROUP).names
            hint = near(name, known, "charts") or "Install the package that brings it."
            yield Fault("site.toml", f"charts.{page}: no package brings a chart {name!r}", hint)
        if len(packages) > 1:
            what = f"charts.{page}: {name!r} is brought by {' and by '.join(packages)}"
            yield Fault("site.toml", what, "Uninstall all but one.")


def asked_for(config: SiteConfig) -> Iterator[tuple[str, str]]:
    """Page and name of each chart that a project asks for, in its order."""
    for page, names in config.charts.model_dump().items():
        yield from ((page, name) for name in names)


def draw_own_charts(
    config: SiteConfig, page: str, results: Results, labels: Labels
) -> tuple[Chart, ...]:
    """The charts of packages on one page, under ids that no chart of ours has.

    Raises:
        FaultsError: Every one that cannot be loaded or drawn, with the place in its code.
    """
    drawn, faults = list[Chart](), list[Fault]()
    for name in (name for at, name in asked_for(config) if at == page):
        found = tuple(entry_points(group=GROUP, name=name))
        if len(found) != 1:  # told by `find_chart_faults`
            continue
        chart = _attempt(found[0], results, labels)
        if isinstance(chart, str):
            faults.append(Fault(_origin(found[0]), f"chart {name!r} {chart}"))
        elif chart is not None:
            own = f"own-{make_slugs([name])[name]}"
            table = chart.table and replace(chart.table, id=f"{own}-table")
            drawn.append(replace(chart, id=own, table=table, embedded=False))
    if faults:
        raise FaultsError(faults)
    return tuple(drawn)


def _attempt(entry: EntryPoint, results: Results, labels: Labels) -> Chart | str | None:
    """The chart of a package; None where it has nothing for this board; what is wrong with it."""
    try:
        make: Callable[[Results, Labels], object] = entry.load()
        chart = make(results, labels)
        if isinstance(chart, Chart) and chart.table is None:
            return "has no table"
        if isinstance(chart, Chart):
            json.dumps(chart.figure, allow_nan=False)
    except Exception as error:
        return f"fails: {type(error).__name__}: {error} ({_place(error)})"
    if chart is None or isinstance(chart, Chart):
        return chart
    return f"gives {type(chart).__name__}, where Chart or None is due"


def _place(error: Exception) -> str:
    last = extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}, line {last.lineno}"


def _origin(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
