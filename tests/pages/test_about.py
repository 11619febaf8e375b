"""Every ranked table, headline figure and chart leads to the section that explains it."""

import pytest
from bs4 import Tag

from tests.helpers.editions import build, write_editions
from tests.helpers.odd_boards import built
from tests.helpers.sites import BuiltSite, target, visible

TOLD = "told of its previous edition"
BOARDS = (
    "index",
    TOLD,
    "sparse",
    "mixed_directions",
    "tuned_only",
)


@pytest.fixture(scope="module", params=BOARDS)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """The Index, and boards that rank otherwise or show less."""
    if request.param == TOLD:
        folder = write_editions(tmp_path_factory.mktemp("editions"))
        return build(folder / "new", folder / "old")
    return built(request.param)


def explained(page: str, part: Tag) -> set[str]:
    """The sections on method that a part of a page leads to."""
    places = (target(page, str(link["href"])) for link in part.select("a[href]"))
    return {anchor for path, anchor in places if path == "about/index.html"}


def test_headings_lead_to_sections_that_are_there(site: BuiltSite) -> None:
    """Those of each table that is ranked do: the number that ranks is computed."""
    sections = {str(part["id"]) for part in site.page("about/").select("dl.terms > div")}
    for path, soup in site.pages():
        heads = soup.select("table[data-table] thead th:has(a)")
        assert {word for head in heads for word in explained(path, head)} <= sections, path
    ranked = site.page("models/").select("table[data-table] thead th:not(.text) a")
    assert {"rank", "average", "win-rate", "adjusted-average"} & {
        str(link["href"]).partition("#")[2] for link in ranked
    }


def test_every_headline_figure_leads_to_its_formula_or_its_row(site: BuiltSite) -> None:
    counts = {"models", "tasks", "scores", "license of the figures"}
    lost = [
        (path, visible(figure))
        for path, soup in site.pages()
        for figure in soup.select(".figures > div")
        if visible(figure.dt or figure) not in counts
        and not explained(path, figure)
        and not figure.select('dd a[href*="#score-"]')
    ]
    assert [] == lost


def test_every_chart_leads_to_its_formula(site: BuiltSite) -> None:
    """Medians of scores need none."""
    lost = [
        (path, chart["id"])
        for path, soup in site.pages()
        if not path.startswith("embed/")
        for chart in soup.select("figure.chart:not(#chart-beside-median)")
        if not explained(path, chart)
    ]
    assert [] == lost
