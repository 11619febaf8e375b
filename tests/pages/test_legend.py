"""The legend of a board: one mark for each that its drawings have, and none that they lack."""

import pytest
from bs4 import Tag

from site_builder.compute.intervals import LEVEL
from site_builder.formatting import percent
from tests.helpers.odd_boards import BOARDS, built
from tests.helpers.sites import BuiltSite, visible

MARKS = ("before", "after", "band", "reference")


def marks_in(part: Tag | None) -> set[str]:
    """The kinds of marks that are drawn in a part of a page."""
    return {mark for mark in MARKS if part is not None and part.select_one(f".db-{mark}")}


def test_the_legend_of_the_index(index_site: BuiltSite):
    """Tuned views have two circles, the base view one; the baseline's score has its name."""
    interval, baseline = f"{percent(LEVEL)} interval of the mean", "GPT-4, 0.661"
    after = ["base", "fine-tuned", interval, baseline]
    expected = {"fine-tuned": after, "base": ["base", interval, baseline], "lift": after}
    assert expected == {
        view["data-view-of"]: [visible(item).strip() for item in view.select(".legend li")]
        for view in index_site.page("").select("[data-view-of]")
    }
    own = next(row for row in index_site.api("models") if row["is_baseline"])
    assert baseline.endswith(f"{own['average']['base']:.3f}")


@pytest.mark.parametrize("name", BOARDS)
def test_every_mark_of_a_board_is_explained(name: str):
    """On boards of any shape a mark that is drawn has its word, and no word is without a mark."""
    for view in built(name).page("models/").select("[data-view-of]"):
        legend, table = view.select_one(".legend"), view.select_one("table")
        assert marks_in(legend) == marks_in(table), view["data-view-of"]
