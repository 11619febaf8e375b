"""Every computed column, headline figure and chart leads to the section that explains it."""

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, Tag

from tests.helpers.editions import build, write_editions
from tests.helpers.odd_boards import built
from tests.helpers.sites import BuiltSite, target, visible

# By table and column, the section on method that explains it; none for what the tables say. The
# first rule that fits counts, and each column needs one: a new one says where its formula is.
RULES = (
    ("correlations-table", ".*", "correlation"),
    ("correlations-short", ".*", "correlation"),
    ("lift-tests", "p|mean", "lift-tests"),
    ("feature-values", "(?!.*lift).*", ""),
    ("similar|redundancy-table", "rho|n|p_adjusted", "similar-tasks"),
    ("monthly-costs", ".*", "cost"),
    ("separability-table", "merit", "average|win-rate|adjusted-average"),
    ("separability-table", "best_rank|worst_rank", "rank-interval"),
    ("score-by-price-table", "price", ""),
    ("latency.*", "requests", ""),
    ("latency.*", ".*", "serving"),
    ("prices.*", "million_usd|ratio", "serving"),
    ("prices.*", ".*_usd", ""),
    ("changes-ranks", "before|after", "rank"),
    ("changes-scores", "difference", "changes"),
    ("changes-.*", ".*", ""),
    ("compare-categories", "run-.|baseline", "average"),
    ("compare-categories", "drawn", ""),
    ("compare-.*", "spread", "comparison"),
    ("compare-tasks", "run-.|baseline|drawn", ""),
    ("categor.*", "best_lift_over_baseline", "categories"),
    ("by-category", "line|gains", ""),
    ("by-metric", "ahead|leader", "metrics"),
    ("by-metric", "p", "lift-tests"),
    (".*", "tasks|filled|size|row|n_examples|stderr|date|parameters_b|release_date", ""),
    (
        ".*",
        "score|best_score|baseline_score|baseline|baseline_.*|before|after_.*|train_examples|tokens_.*",
        "",
    ),
    ("ranking", "base|fine_tuned|tuned|line", ""),
    ("all-scores", "(score|row|stderr|n_examples|date)_.*", ""),
    ("all-scores", "n_found", "score-error"),
    (".*", "rank|rank_.*", "rank"),
    (".*", "average.*|line|coverage", "average"),
    (".*", "win_rate", "win-rate"),
    (".*", "adjusted", "adjusted-average"),
    (".*", "gap", "average|win-rate|adjusted-average"),
    (".*", "chance", "chance-level"),
    (".*", "wins", "winners"),
    (".*", "mean", "task-mean"),
    (".*", "lift_over_baseline.*|best_lift_over_baseline|beats|beating", "lift-over-baseline"),
    (".*", "mean_lift_over_base|lift.*|helped|hurt", "lift"),
)
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


def term_of(table: str, column: str) -> str:
    """The section that explains a column, or several of which one does."""
    return next(
        term
        for own_table, own_column, term in RULES
        if re.fullmatch(own_table, table) and re.fullmatch(own_column, column)
    )


def explained(page: str, part: Tag) -> set[str]:
    """The sections on method that a part of a page leads to."""
    places = (target(page, str(link["href"])) for link in part.select("a[href]"))
    return {anchor for path, anchor in places if path == "about/index.html"}


def tables(soup: BeautifulSoup) -> Iterator[tuple[Tag, Tag | None]]:
    """Every table, with what says how it is computed: the line below it, or its chart's caption."""
    for table in soup.select("table:not(.grid table)"):
        wrap = table.find_parent(class_="table-wrap")
        assert isinstance(wrap, Tag)
        line, chart = wrap.find_next_sibling(), table.find_parent("figure")
        if isinstance(line, Tag) and "method" in (line.get("class") or []):
            yield table, line
        else:
            yield table, chart.select_one("figcaption") if isinstance(chart, Tag) else None


def test_every_computed_column_leads_to_its_formula(site: BuiltSite) -> None:
    lost, seen = [], 0
    for path, soup in site.pages():
        for table, line in tables(soup):
            found = explained(path, line) if line else set()
            for head in table.select("thead th:not(.text)"):
                term = term_of(str(table["id"]), str(head["data-key"]))
                seen += term != ""
                if term and not found & set(term.split("|")):
                    lost.append((path, table["id"], head["data-key"], found))
    assert [] == lost
    assert seen > 20


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
    lost = [
        (path, chart["id"])
        for path, soup in site.pages()
        if not path.startswith("embed/")
        for chart in soup.select("figure.chart")
        if not explained(path, chart.select_one("figcaption") or chart)
    ]
    assert [] == lost


def test_headings_that_are_signs_are_named_in_words(index_site: BuiltSite) -> None:
    """`#` is no text for a link."""
    (line,) = index_site.page("models/").select("#view-lift .method")
    names = [visible(link) for link in line.find_all("a")]
    assert "Rank" == names[0]
    assert [] == [name for name in names if "#" in name]
