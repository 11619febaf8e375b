"""The documentation says what is true: columns, keys, files, versions."""

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
from tests.helpers.sites import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "SECURITY.md",
    ROOT / "SUPPORT.md",
    ROOT / "data/README.md",
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


def test_the_readmes_own_example_builds(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf8")
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


def test_every_link_within_the_page_leads_to_a_section():
    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) <= ANCHORS


def test_every_figure_of_the_board_is_defined():
    """Each field of `Stats` has its row."""
    section = TEXT.partition("## Board figures")[2].partition("\n## ")[0]
    assert [] == [name for name in Stats.__struct_fields__ if f"`{name}`" not in section]


# --- the manual -----------------------------------------------------------------------------------


def test_the_reference_is_what_the_code_says() -> None:
    """Commands, `site.toml`, API: what `make docs` writes, in a process of its own.

    Click keeps the help that it has made, in whatever context that was.
    """
    command = [sys.executable, str(ROOT / "docs/make_reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (0, "") == (done.returncode, done.stderr)
