"""docs/statistics.md has every section that the code cites, and says what the code does."""

import re
from pathlib import Path

import pytest

from site_builder.compute.intervals import RESAMPLES
from site_builder.compute.stats import Stats

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/statistics.md").read_text(encoding="utf8")
ANCHORS = {
    re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
    for heading in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
}
MODULES = sorted((ROOT / "site_builder").rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_section_that_the_code_cites_is_there(module):
    """A docstring that says where a formula is written leads to it."""
    cited = re.findall(r"docs/statistics\.md#([\w-]+)", module.read_text(encoding="utf8"))
    assert [] == [anchor for anchor in cited if anchor not in ANCHORS]


def test_every_link_within_the_page_leads_to_a_section():
    """The table at its top, and the references from one section to another."""
    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) <= ANCHORS


def test_number_of_resamples_is_the_one_that_is_drawn():
    assert f"draw {RESAMPLES:,} samples" in TEXT


def test_every_figure_of_the_board_is_defined():
    """Each field of `Stats` has its row."""
    section = TEXT.partition("## Board figures")[2].partition("\n## ")[0]
    assert [] == [name for name in Stats.__struct_fields__ if f"`{name}`" not in section]
