"""Charts of installed packages: where they stand, and what is said of those that fail."""

import json
import re
import sys
from pathlib import Path

import pytest

from site_builder.build import make_files
from site_builder.charts.chart import GROUP
from site_builder.config import load_config
from site_builder.errors import FaultsError
from tests.helpers.sites import ROOT, BuiltSite, build, table

GUIDE = (ROOT / "docs/charts.md").read_text(encoding="utf8")
EXAMPLE = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)[0]
ENTRY = re.findall(r"^(developers) = \"(.*)\"$", GUIDE, re.MULTILINE)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Makes a package found, as an installer would: its module, its metadata, its entry points."""

    def put(name: str, code: str, **charts: str) -> None:
        site_packages = tmp_path / name
        info = site_packages / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (site_packages / f"{name}.py").write_text(code, encoding="utf8")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"{chart} = {value}" for chart, value in charts.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines, ""]))
        monkeypatch.syspath_prepend(site_packages)
        monkeypatch.delitem(sys.modules, name, raising=False)  # of another test

    return put


def built(project: Path, toml: str) -> BuiltSite:
    """The site of a project with this `site.toml`."""
    (project / "site.toml").write_text(toml)
    return build(project)


def said(project: Path, toml: str) -> list[str]:
    (project / "site.toml").write_text(toml)
    with pytest.raises(FaultsError) as error:
        make_files(load_config(project))
    return str(error.value).splitlines()


def titles(site: BuiltSite, path: str) -> list[str]:
    """The titles of a page's charts of packages."""
    return [head.get_text() for head in site.page(path).select("[id^=chart-own-] .chart-title")]


def test_the_documentations_own_example(project, install):
    """The package of docs/charts.md, on the page that its site.toml names, with its numbers."""
    install("my_charts", EXAMPLE, **dict(ENTRY))
    toml = re.findall(r"```toml\n(\[charts\].*?)```", GUIDE, re.DOTALL)[0]
    # One that has nothing for the board leaves no trace.
    install("no_charts", "def make(results, labels): return None", none="no_charts:make")
    site = built(project, f'{toml}\nhome = ["none"]\n')
    assert [] == site.page("").select("[aria-label='More charts']")
    assert ["Acme has the most models: 2 of 3"] == titles(site, "analysis/")
    rows = table(site.page("analysis/"), "own-developers-table")
    assert [("Acme", 2), ("Bolt", 1)] == [(r["developer"].text, r["models"].number) for r in rows]
    assert [] == titles(site, "") + titles(site, "models/")


def test_a_package_that_is_not_asked_for_is_not_loaded(project, install):
    install("my_charts", "raise SystemExit('loaded')", **dict(ENTRY))
    assert build(project).files


def test_several_charts_on_several_pages(project, install):
    other = EXAMPLE.replace("has the most models", "leads")
    install("charts_one", EXAMPLE, one="charts_one:chart_developers")
    install("charts_two", other, two="charts_two:chart_developers")
    site = built(project, '[charts]\nhome = ["two", "one"]\nmodels = ["one"]\n')
    one, two = "Acme has the most models: 2 of 3", "Acme leads: 2 of 3"
    assert [two, one] == titles(site, "")
    assert [one] == titles(site, "models/")


def test_arrays_dates_and_gaps_of_a_figure(project, install):
    """Arrays are lists, dates texts and NaN null, as in Plotly's own JSON; the template is ours."""
    code = (
        f"{EXAMPLE}\n"
        "import numpy, pandas, plotly.express\n"
        "def make(results, labels):\n"
        "    from site_builder.records import replace\n"
        "    chart = chart_developers(results, labels)\n"
        "    days = pandas.to_datetime(['2024-01-01', '2024-01-02', '2024-01-03'])\n"
        "    figure = go.Figure(layout_template='plotly_dark')\n"
        "    figure.add_scatter(x=days, y=numpy.array([1.5, float('nan'), 2.0]))\n"
        "    figure.add_heatmap(z=numpy.arange(4).reshape(2, 2), x=[1, float('nan')])\n"
        "    return replace(chart, drawing=figure)\n"
    )
    install("my_charts", code, odd="my_charts:make")
    page = built(project, '[charts]\nhome = ["odd"]\n').page("")
    figure = json.loads(page.select("[data-figure=own-odd]")[0].text)
    line, heat = figure["data"]
    assert [1.5, None, 2.0] == line["y"]
    assert line["x"][0].startswith("2024-01-01")
    assert ([[0, 1], [2, 3]], [1, None]) == (heat["z"], heat["x"])
    assert {"height": 450} == figure["layout"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "def make(results, labels):\n    return 1 / 0",
            "fails: ZeroDivisionError: division by zero (bad_charts.py, line 2)",
        ),
        ("import no_such_module", "fails: ModuleNotFoundError: No module named 'no_such_module' "),
        ("def make(results, labels): return 'x'", "returns str, expected Chart or None"),
        (
            f"{EXAMPLE}\n"
            "def make(results, labels):\n"
            "    from site_builder.records import replace\n"
            "    odd = {'data': [{'type': 'bar', 'odd': 1}]}\n"
            "    return replace(chart_developers(results, labels), drawing=odd)\n",
            "fails: ValueError: Invalid property specified for object of type plotly.graph_objs",
        ),
    ],
    ids=["raises", "is not there", "is a text", "draws with an unknown key"],
)
def test_a_chart_that_fails(project, install, code, expected):
    install("bad_charts", code, bad="bad_charts:make")
    lines = said(project, '[charts]\nhome = ["bad"]\n')
    assert 1 == len(lines)
    assert lines[0].startswith(f"bad_charts 1.0: chart 'bad' {expected}")


def test_every_failing_chart_is_reported(project, install):
    install("bad_one", "def make(r, l): return 1", one="bad_one:make")
    install("bad_two", "def make(r, l): return 2", two="bad_two:make")
    lines = said(project, '[charts]\nhome = ["one"]\nmodels = ["two", "one"]\n')
    told = "returns int, expected Chart or None"
    names = ("one", "two", "one")
    assert [f"bad_{name} 1.0: chart '{name}' {told}" for name in names] == lines


def test_a_chart_that_no_package_brings(project, install):
    install("my_charts", EXAMPLE, **dict(ENTRY))
    toml = '[charts]\nhome = ["develpers"]\n'
    what = "no package provides a chart 'develpers'"
    line = f"site.toml: charts.home: {what}. Did you mean 'developers'?"
    assert [line] == said(project, toml)
    (project / "data/results.parquet").unlink()
    assert line in said(project, toml)


def test_a_chart_that_two_packages_bring(project, install):
    install("charts_one", EXAMPLE, mine="charts_one:chart_developers")
    install("charts_two", EXAMPLE, mine="charts_two:chart_developers")
    assert [
        "site.toml: charts.home: 'mine' is provided by charts_two 1.0 and by charts_one 1.0. "
        "Uninstall all but one."
    ] == said(project, '[charts]\nhome = ["mine"]\n')
