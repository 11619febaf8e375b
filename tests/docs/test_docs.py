"""The documentation says what is true: columns, keys, files, versions."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from plotly.offline import get_plotlyjs_version

import site_builder
from docs.reference.tables import describe_tables
from site_builder.build import make_files
from site_builder.commands import main
from site_builder.compute.stats import Stats
from site_builder.config import load_config
from site_builder.starter.project import FILES
from tests.helpers.once import made_once
from tests.helpers.sites import ROOT, BuiltSite, contents, dead_links, is_outside, visible

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "SECURITY.md",
    ROOT / "SUPPORT.md",
    ROOT / "data/README.md",
    *sorted((ROOT / "gallery").rglob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]


def test_the_data_contract_is_the_schema() -> None:
    """docs/data.md is what `make docs` writes."""
    assert describe_tables() == (ROOT / "docs/data.md").read_text(encoding="utf8")


@pytest.mark.parametrize("page", [*PAGES, *sorted(FILES.rglob("*.md"))], ids=lambda page: page.name)
def test_every_command_of_the_documentation_is_one(page: Path) -> None:
    """What stands in a block to be copied has a command's name and options that it knows."""
    text = page.read_text(encoding="utf8")
    for line in re.findall(r"^(?:\w+: )?leaderboard-site (.*)$", text, re.MULTILINE):
        name, *args = shlex.split(line, comments=True)
        command = main.commands[name]
        command.make_parser(click.Context(command)).parse_args(args)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_the_documentation_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|\{)([^)#\s]+)", page.read_text(encoding="utf8"))
    assert [] == [
        link for link in links if "link(" not in link and not (page.parent / link).exists()
    ]


def test_the_changelog_begins_with_this_version() -> None:
    newest = re.search(
        r"^## ([0-9.]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf8"), re.MULTILINE
    )
    assert newest is not None
    assert site_builder.__version__ == newest[1]


def test_the_chart_library_is_the_one_that_plotly_speaks() -> None:
    """The bundle that npm locks is of the version that plotly.py writes figures for."""
    locked = re.search(
        r'"plotly.js-cartesian-dist-min": "([0-9.]+)"',
        (ROOT / "package.json").read_text(encoding="utf8"),
    )
    assert locked is not None
    assert get_plotlyjs_version() == locked[1]


def test_the_tutorials_smallest_table_builds(tmp_path: Path) -> None:
    text = (ROOT / "docs/tutorial.md").read_text(encoding="utf8")
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert code is not None
    assert code[1].count("\n") <= 10
    subprocess.run([sys.executable, "-c", code[1]], cwd=tmp_path, check=True)
    stated = "[tasks]\n" + re.findall(r'`("\*" = .*)` under', text)[0]
    (tmp_path / "my-board/site.toml").write_text(stated, encoding="utf8")
    files, warnings = make_files(load_config(tmp_path / "my-board"), strict=True)
    assert () == warnings
    assert "models/alpha/index.html" in files


# --- statistics -----------------------------------------------------------------------------------

TEXT = (ROOT / "docs/statistics.md").read_text(encoding="utf8")
ANCHORS = {
    re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
    for heading in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
}


def test_every_section_that_the_code_cites_is_there():
    code = "".join(path.read_text(encoding="utf8") for path in ROOT.rglob("site_builder/**/*.py"))
    assert set(re.findall(r"docs/statistics\.md#([\w-]+)", code)) <= ANCHORS


def test_every_figure_of_the_board_is_defined():
    """Each field of `Stats` has its row."""
    section = TEXT.partition("## Board figures")[2].partition("\n## ")[0]
    assert [] == [name for name in Stats.__struct_fields__ if f"`{name}`" not in section]


def test_every_statistic_of_boards_has_a_source():
    section = TEXT.partition("## Statistics of boards")[2].partition("<!-- end")[0]
    assert "| [Average](#average) |" in section
    assert "|  |\n" not in section


# --- the manual -----------------------------------------------------------------------------------


def test_the_reference_is_what_the_code_says() -> None:
    """Commands, `site.toml`, statistics, API: what `make docs` writes, in a process of its own.

    Click keeps the help that it has made, in whatever context that was.
    """
    command = [sys.executable, str(ROOT / "docs/make_reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (0, "") == (done.returncode, done.stderr)


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """The website of the documentation, as `make manual` makes it; a warning is an error."""

    def make() -> BuiltSite:
        folder = tmp_path_factory.mktemp("manual")
        command = [sys.executable, "-m", "sphinx", "-q", "-E", "-W", "--keep-going"]
        args = ["-d", str(folder / "read"), "-c", "docs", ".", str(folder / "site")]
        done = subprocess.run([*command, *args], capture_output=True, text=True, cwd=ROOT)
        assert (0, "") == (done.returncode, done.stderr)
        return BuiltSite(contents(folder / "site"))

    return made_once("manual", make)


def test_every_page_of_the_manual_says_its_version(manual: BuiltSite) -> None:
    """In its title and at its top; pages of docs/ are at the root, with the tutorial first."""
    named = f"leaderboard-site {site_builder.__version__}"
    for path, page in manual.pages():
        assert page.title is not None, path
        assert named in page.title.get_text(), path
        assert named == visible(page.select(".sidebar-brand-text")[0]), path
    first = manual.page("").select(".sidebar-tree a")[0]
    assert "tutorial.html" == first["href"]


def test_the_manual_works_by_itself(manual: BuiltSite) -> None:
    """Its links lead somewhere, also those of the search; it asks no other host for anything."""
    assert [] == dead_links(manual)
    for path, page in manual.pages():
        asked = page.select("[src], link[rel=stylesheet], link[rel=preload]")
        assert [] == [part for part in asked if is_outside(str(part.get("src", part.get("href"))))]
        (policy,) = page.select("meta[http-equiv]")
        assert "default-src 'none'; script-src 'self'" in str(policy["content"]), path
    index = manual.files["searchindex.js"].decode()
    names = json.loads(re.findall(r'"docnames":(\[.*?\])', index)[0])
    assert {"tutorial", "gallery/README"} < {*names}
    assert [] == [name for name in names if f"{name}.html" not in manual.files]
