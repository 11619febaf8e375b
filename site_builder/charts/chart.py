"""Define a chart; load the charts of installed packages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from site_builder.addresses import Address, Link, make_slugs
from site_builder.charts.theme import Drawing, register_template
from site_builder.compute.results import Results
from site_builder.config import SiteConfig
from site_builder.errors import Fault, FaultsError, describe_error, did_you_mean, package_of
from site_builder.labels import Labels
from site_builder.records import Record, replace
from site_builder.table_model import Table

if TYPE_CHECKING:  # see `register_template`
    import plotly.graph_objects as go

GROUP = "site_builder.charts"
DEFAULT_HEIGHT = 450  # Plotly's
# Height in px of what surrounds the drawing in a frame: title, caption, closed table, source.
_AROUND_FRAME = 240


def id_of(name: str, place: int) -> str:
    """Return free text as a part of an id: a plain word unchanged, other text by its place.

    `a_b` is a word; `a-b` is not, since both would have the same id.
    """
    is_word = name.isascii() and name.replace("_", "").isalnum()
    is_place = name[:1] == "v" and name[1:].isdigit()
    return name.replace("_", "-") if is_word and not is_place else f"v{place}"


class Choice(Record):
    """What a reader may put in place of what a page shows, by a script.

    Attributes:
        id: Its name in the page's address.
        name: What scripts ask for its values by.
        file: Name of the file of these, within `static/`.
    """

    id: str
    label: str
    name: str
    file: str


class Embed(Record):
    """A page for frames on other sites."""

    link: Link
    height: int


class Chart(Record):
    """One chart.

    Attributes:
        id: Unique on its page; also the name of its downloads.
        title: The finding, computed from the data.
        reading: The finding for people who cannot see the chart, in one or two sentences.
        caption: Unit and method.
        drawing: What is drawn. The charts of this package are in Plotly's JSON schema and become a
            `go.Figure` only when `figure` is asked for: it takes a quarter of the time of a large
            build to validate 2,000 figures. The tests validate each.
        table: The same numbers; None if another table of the page has them.
        terms: Section of the about page that explains the statistic.
        embedded: Whether the chart has an `Embed`.
        table_id: Id of the other table that has the numbers.
        board: Id of its board, where it is not the featured one.
    """

    id: str
    title: str
    reading: str
    caption: str
    drawing: Drawing | go.Figure
    table: Table | None
    terms: str = ""
    embedded: bool = False
    table_id: str = ""
    board: str = ""

    @property
    def height(self) -> int:
        """Height that the page keeps for the drawing, in px."""
        return int(self.drawing["layout"]["height"] or DEFAULT_HEIGHT)

    @property
    def embed(self) -> Embed | None:
        """The page for frames; None if there is none."""
        if not self.embedded:
            return None
        key = f"{self.board}-{self.id}" if self.board else self.id
        return Embed(Link(self.title, Address("embed", key)), self.height + _AROUND_FRAME)

    @property
    def figure(self) -> go.Figure:
        """The validated figure with the site's template, as a notebook shows it."""
        import plotly.graph_objects as go

        return go.Figure(self.drawing).update_layout(template=register_template())

    @property
    def figure_json(self) -> Drawing:
        """The figure as a page embeds it: JSON values, without a template."""
        values = self.drawing
        if not isinstance(values, dict):
            from plotly.utils import PlotlyJSONEncoder

            # It makes arrays lists, dates texts and NaN null; `to_json` writes arrays in base64.
            parts = {"data": list(values.data), "layout": values.layout}
            values = json.loads(json.dumps(parts, cls=PlotlyJSONEncoder))
        layout = {key: value for key, value in values["layout"].items() if key != "template"}
        return {"data": values["data"], "layout": layout | {"height": self.height}}


# --- charts of packages -------------------------------------------------------------------------


def find_chart_faults(config: SiteConfig) -> Iterator[Fault]:
    """Report charts in `[charts]` that no package, or more than one, provides."""
    for page, name in _asked_for(config):
        packages = [package_of(entry) for entry in entry_points(group=GROUP, name=name)]
        if not packages:
            known = entry_points(group=GROUP).names
            hint = did_you_mean(name, known, "charts") or "Install the package that provides it."
            yield Fault("site.toml", f"charts.{page}: no package provides a chart {name!r}", hint)
        if len(packages) > 1:
            what = f"charts.{page}: {name!r} is provided by {' and by '.join(packages)}"
            yield Fault("site.toml", what, "Uninstall all but one.")


def _asked_for(config: SiteConfig) -> Iterator[tuple[str, str]]:
    """Yield page and name of each chart in `[charts]`, in order."""
    for page, names in config.charts.model_dump().items():
        yield from ((page, name) for name in names)


def draw_own_charts(
    config: SiteConfig, results: Results, labels: Labels
) -> dict[str, tuple[Chart, ...]]:
    """Draw the charts of packages, by page, with ids that no built-in chart has.

    Raises:
        FaultsError: Every chart that cannot be loaded or drawn, with the place in its code.
    """
    drawn, faults = dict[str, tuple[Chart, ...]](), list[Fault]()
    for page, name in _asked_for(config):
        found = tuple(entry_points(group=GROUP, name=name))
        if len(found) != 1:  # reported by `find_chart_faults`
            continue
        chart = _attempt(found[0], results, labels)
        if isinstance(chart, str):
            faults.append(Fault(package_of(found[0]), f"chart {name!r} {chart}"))
        elif chart is not None:
            own = f"own-{make_slugs([name])[name]}"
            table = chart.table and replace(chart.table, id=f"{own}-table")
            chart = replace(chart, id=own, table=table, embedded=False)
            drawn[page] = (*drawn.get(page, ()), chart)
    if faults:
        raise FaultsError(faults)
    return drawn


def _attempt(entry: EntryPoint, results: Results, labels: Labels) -> Chart | str | None:
    """Return a package's chart, None if it has no data for this board, or what is wrong."""
    try:
        make: Callable[[Results, Labels], object] = entry.load()
        chart = make(results, labels)
        if chart is None:
            return None
        if not isinstance(chart, Chart):
            return f"returns {type(chart).__name__}, expected Chart or None"
        if chart.table is None:
            return "has no table"
        import plotly.graph_objects as go

        validated = replace(chart, drawing=go.Figure(chart.drawing))
        return replace(chart, drawing=validated.figure_json)
    except Exception as error:
        return f"fails: {describe_error(error)}"
