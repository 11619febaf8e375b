"""The data page: code that reads the tables, and the numbers of every chart as a file."""

import csv
import io
import runpy
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from site_builder.publish.folder import publish
from site_builder.render.tables import write_csv
from site_builder.table_model import Cell, Column, Row, Table, Tag
from tests.helpers.browsing import open_page
from tests.helpers.odd_boards import built
from tests.helpers.serve import served
from tests.helpers.sites import build_once, load_json, target, visible
from tests.helpers.tables import board, write_project

TABLES = ("results", "models", "tasks")


def numbers(content: bytes) -> io.StringIO:
    """The text of a CSV file, which begins with a byte order mark for Excel."""
    return io.StringIO(content.decode("utf-8-sig"), newline="")


def code(soup, tool: str) -> str:
    """The code of a tool on the data page."""
    return str(soup.select_one(f"#code-{tool}").get_text())


def run(text: str, folder: Path) -> dict[str, pd.DataFrame]:
    """Run Python code in a file of its own, and return what it names."""
    (folder / "code.py").write_text(text, encoding="utf8")
    return runpy.run_path(str(folder / "code.py"))


def assert_reads_the_tables(found: dict[str, pd.DataFrame], project: Path) -> None:
    """Each main table is there with all its rows."""
    for name in TABLES:
        published = pd.read_parquet(project / "data" / f"{name}.parquet")
        pd.testing.assert_frame_equal(published, found[name])


def test_the_pandas_code_reads_the_tables_from_the_address_of_the_site(tmp_path):
    """The build writes the whole address where `base_url` is set."""
    project = write_project(tmp_path / "project", board())
    with served(tmp_path / "site") as address:
        site = build_once(project, base_url=address)
        publish(site.files, tmp_path / "site")
        text = code(site.page("data/"), "pandas")
        assert f'pd.read_parquet("{address}downloads/results.parquet")' in text
        assert_reads_the_tables(run(text, tmp_path), project)


def test_a_script_completes_the_code_where_the_build_knows_no_address(chromium, tmp_path, project):
    site = build_once(project)
    page, heard = open_page(chromium, f"{site.url}data/")
    assert_reads_the_tables(run(page.locator("#code-pandas").inner_text(), tmp_path), project)
    for tool, line in {
        "polars": 'results = pl.read_parquet("{}.parquet")',
        "duckdb": "SELECT * FROM '{}.parquet';",
        "r": 'results <- read.csv(gzcon(url("{}.csv.gz"), text = TRUE))',  # without a package
    }.items():
        lines = page.locator(f"#code-{tool}").inner_text().splitlines()
        assert line.format(f"{site.url}downloads/results") in lines
        assert page.locator(f"button[data-copy=code-{tool}]").is_visible()
    assert [] == heard.complaints


def test_the_duckdb_code_reads_the_tables(project):
    """From the site's folder, in which the paths lead to the files without its HTTP extension."""
    site = build_once(project)
    connection = duckdb.connect(config={"file_search_path": str(site.folder)})
    statements = connection.extract_statements(code(site.page("data/"), "duckdb"))
    assert len(TABLES) == len(statements)
    for name, statement in zip(TABLES, statements, strict=True):
        published = pd.read_parquet(project / "data" / f"{name}.parquet")
        assert len(published) == len(connection.execute(statement).fetchall())


def test_without_scripts_the_page_says_what_the_paths_lack(project):
    says = "Put the address of this site before each path."
    assert says in build_once(project).html["data/index.html"]
    known = build_once(project, base_url="https://example.org/board/")
    assert says not in known.html["data/index.html"]


@pytest.mark.parametrize("name", ["index", "peft_methods", "sparse"])
def test_every_chart_has_its_numbers_at_a_stable_address(name):
    """Named by page and chart; with a row for each of its table; and no other files are there.

    Those of a model are in its file of the API.
    """
    site = built(name)
    names = {model["model"]: model["name"] for model in site.api("models")}
    expected = set()
    for path in (path for path, page in site.readings.items() if "data-share" in page.attributes):
        soup = site.page(path.removesuffix("index.html"))
        for share in soup.select("figure.matrix [data-share]"):
            (script,) = soup.select("script[data-numbers]")
            folder, _ = target(path, str(script["data-numbers"]))
            expected.add(f"{folder.removesuffix('index.html')}{share['data-share']}.csv")
        for figure in soup.select("figure.chart:has(details.share)"):
            (script,) = soup.select("script[data-numbers]")
            file, _ = target(path, str(script["data-numbers"]))
            if path.startswith("models/") and path != "models/index.html":
                model = load_json(site.files[file])["model"]
                assert names[model] == visible(soup.select("h1")[0])
                continue
            folder = path.removesuffix("index.html") or "home/"
            file = f"charts/{folder}{figure.select('[data-chart]')[0]['data-chart']}.csv"
            expected.add(file)
            linked = figure.select("p.chart-table a")
            scope = soup if linked else figure
            (shown,) = scope.select(str(linked[0]["href"]) if linked else "details table")
            head, *rows = csv.reader(numbers(site.files[file]))
            assert len(shown.select("tbody tr")) == len(rows), file
            shown_head = visible(shown.select("thead th")[0])
            assert shown_head in ("#", head[0]), file
    assert expected == {path for path in site.files if path.startswith("charts/")}


def test_a_table_becomes_csv():
    """Numbers with every digit, those of drawings too; nothing for a missing number."""
    columns = (
        Column("name", "Name"),
        Column("plot", "Drawn", "plot"),
        Column("score", "Score", "number", details=("Low end", "High end")),
    )
    score = Cell("0.12", 0.123456, details=(0.1, 0.2))
    rows = (
        Row((Cell('a, "b"', "a", tags=(Tag("best", "best"),)), Cell(""), score)),
        Row((Cell("=1+1", "=1+1"), Cell(""), Cell("-"))),
    )
    assert (
        b'\xef\xbb\xbfName,Score,Low end,High end\r\n"a, ""b""",0.123456,0.1,0.2\r\n\'=1+1,,,\r\n'
    ) == write_csv(Table("t", "T", columns, rows))
