"""The colours of lifts: green or orange where clear, grey where not, none where not known."""

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag

from tests.helpers.boards import make_frames
from tests.helpers.sites import build, single_spaced
from tests.helpers.tables import having, write_project

MINUS = "\N{MINUS SIGN}"
TONES = {"gain", "loss", "soft"}


def cells_by_row(soup: BeautifulSoup, table_id: str, column: str) -> dict[str, Tag]:
    """The cells of a column by the name of their row."""
    heads = [str(head.get("data-key")) for head in soup.select(f"#{table_id} thead th")]
    found = {}
    for row in soup.select(f"#{table_id} tbody tr"):
        head, cell = row.select_one("th"), row.find_all(["th", "td"])[heads.index(column)]
        assert isinstance(head, Tag)
        assert isinstance(cell, Tag)
        found[single_spaced((head.find("a") or head).get_text())] = cell
    return found


def shown(cell: Tag) -> tuple[str, str]:
    """The text of a cell and its tone."""
    [tone] = TONES.intersection(cell.get("class") or []) or {""}
    return single_spaced(cell.get_text(" ")), tone


# With errors of 0.03 and 0.04, a difference of two scores is clear beyond 1.96 * 0.05 = 0.098.
LIFTS = {"t1": 0.1, "t2": 0.09, "t3": -0.1, "t4": -0.09, "t5": 0.0, "t6": 0.3}
EXPECTED = {
    "t1": ("+0.100", "gain"),
    "t2": ("+0.090", "soft"),
    "t3": (f"{MINUS}0.100", "loss"),
    "t4": (f"{MINUS}0.090", "soft"),
    "t5": ("0.000", "soft"),
    "t6": ("+0.300", "soft"),
}


def test_gain_of_a_task_page_has_a_colour_if_it_is_certain(tmp_path):
    """Grey is uncertain, and also what nobody knows, as on the last task; no words say it."""
    base = [0.5] * len(LIFTS)
    tuned = [0.5 + lift for lift in LIFTS.values()]
    frames = make_frames({"base": {"a": base, "b": base}, "fine_tuned": {"a": tuned, "b": base}})
    found = frames["results"]
    errors = [
        None if task == "t6" else 0.03 if variant == "base" else 0.04
        for task, variant in zip(found["task"], found["variant"], strict=True)
    ]
    frames["results"] = having(found, stderr=pd.array(errors, dtype="Float64"))
    site = build(write_project(tmp_path, frames, ""))
    for task, expected in EXPECTED.items():
        soup = site.page(f"tasks/{task}/")
        assert expected == shown(cells_by_row(soup, "ranking", "lift_fine_tuned")["a"])


@pytest.mark.parametrize(("measure", "column"), [("base", "lift_"), ("baseline", "lift_over_bas")])
def test_tables_and_the_matrix_say_the_same(index_site, measure, column):
    """Striped is grey in a table, and full colours are the same."""
    site, compared = index_site, 0
    links = site.page("tasks/").select("#task-list tbody tr:not(.group) th a")
    matrix, pages = f"scores-{measure}", {link.get_text(): str(link["href"]) for link in links}
    for head in site.page("models/").select(f"#{matrix} th.heat"):
        if (name := str(head["data-title"])) not in pages:
            continue
        path = f"tasks/{pages[name]}"
        key = next(
            str(head["data-key"])
            for head in site.page(path).select("#ranking thead th")
            if str(head["data-key"]).startswith(column)
        )
        cells = cells_by_row(site.page(path), "ranking", key)
        mine = cells_by_row(site.page("models/"), matrix, str(head["data-key"]))
        for model, cell in mine.items():
            _, tone = shown(cells[model])
            assert str(cells[model].get("data-value", cell["data-value"])) == cell["data-value"]
            is_unknown = "unknown" in (cell.get("class") or [])
            assert ("soft" if is_unknown else shown(cell)[1]) == tone, (path, model)
            compared += 1
    assert compared == 310


def test_mean_over_a_category_is_coloured_by_its_interval(index_site):
    """Below six tasks there is no colour; else there is one where the verdict is certain."""
    tones = set()
    for category in index_site.api("categories"):
        soup = index_site.page(f"categories/{category['category'].lower().replace(' ', '-')}/")
        for column in ("lift_over_base", "lift_over_baseline"):
            for cell in cells_by_row(soup, "board-fine-tuned", column).values():
                _, tone = shown(cell)
                tones.add(tone)
                assert len(category["tasks"]) >= 6 or tone == "soft"
                assert cell.small is None
    assert {"gain", "soft"} == tones
