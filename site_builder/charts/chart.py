"""Define a chart; load charts of installed packages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from traceback import extract_tb
from typing import Any

from site_builder.addresses import Address, Link, make_slugs
from site_builder.compute.results import Results
from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, did_you_mean
from site_builder.labels import Labels
from site_builder.records import Record, replace
from site_builder.table_model import Table

# What stands around the drawing in a frame: title, caption, table to open, where it is from.
FRAME = 240


def id_of(name: str, place: int) -> str:
    """Free text as a part of an id: as it is where it is one plain word, else by its place.

    Args:
        name: The text; `a_b` is a word, `a-b` is not, since both would come out the same.
        place: Its place among others of its kind.
    """
    is_word = name.isascii() and name.replace("_", "").isalnum()
    is_place = name[:1] == "v" and name[1:].isdigit()
    return name.replace("_", "-") if is_word and not is_place else f"v{place}"


class Embed(Record):
    """A view on a page of its own, for a frame in other people's pages.

    Attributes:
        id: Unique on the page that offers it.
        link: Its title, leading to it.
        height: Height of the frame, in px.
    """

    id: str
    link: Link
    height: int


class Chart(Record):
    """One chart.

    Attributes:
        id: Unique on its page, and the name of its downloads.
        title: What it shows, as a finding; computed from the data.
        reading: The same for those who cannot see it: one or two sentences.
        caption: Unit and method.
        figure: Plotly figure as JSON-ready values, colours as token names.
        table: The numbers behind it; None where another table of its page has them.
        terms: Section of the statistics that explains it, on the about page.
        embedded: Whether it has a page of its own for other people's pages.
        told_by: Id of that other table.
    """

    id: str
    title: str
    reading: str
    caption: str
    figure: Mapping[str, Any]
    table: Table | None
    terms: str = ""
    embedded: bool = False
    told_by: str = ""

    @property
    def height(self) -> int:
        """Room that the page keeps for it, in px."""
        return int(self.figure["layout"]["height"])

    @property
    def embed(self) -> Embed | None:
        """The page of its own; None where it has none."""
        if not self.embedded:
            return None
        link = Link(self.title, Address("embed", self.id))
        return Embed(self.id, link, self.height + FRAME)


GROUP = "site_builder.charts"


def find_chart_faults(config: SiteConfig) -> Iterator[Fault]:
    """Charts that a project asks for and that no package, or more than one, brings."""
    for page, name in asked_for(config):
        packages = [_origin(entry) for entry in entry_points(group=GROUP, name=name)]
        if not packages:
            known = entry_points(group=GROUP).names
            hint = did_you_mean(name, known, "charts") or "Install the package that brings it."
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
