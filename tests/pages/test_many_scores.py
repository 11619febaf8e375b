"""A board of so many scores that each is said once: a row a task on the page of a model."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, expect

from site_builder.formatting import MISSING
from site_builder.releases.read import compare_releases, read_release
from tests.helpers.browsing import open_page
from tests.helpers.serve import served
from tests.helpers.sites import BuiltSite, Cell, build, on_disk, table, target, visible
from tests.helpers.tables import SITE_TOML, board, changed, having, write_project

TOML = SITE_TOML.replace("[board]", "cards = false\n\n[board]")
FLAG = "Measured on a part of the examples"


def tables(scores: dict[int, float]) -> dict[str, pd.DataFrame]:
    """The small board with other scores in some rows, and one flagged."""
    made = board()
    results = changed(made["results"], "score", {2: 0.7543219, **scores})
    flags = pd.Series([FLAG if row == 3 else None for row in range(1, 11)], dtype="string")
    return {**made, "results": having(results, flag=flags)}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A board with more scores than one of few may have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("site_builder.compute.stats.MANY_SCORES", 9)
        yield write_project(tmp_path_factory.mktemp("many") / "project", tables({}), TOML)


@pytest.fixture(scope="module")
def site(project: Path) -> BuiltSite:
    """Its site, on disk too."""
    return on_disk(build(project), project.parent / "site")


def test_each_score_is_said_once(site: BuiltSite) -> None:
    """No data for cards, no list in the API; charts of models send to the table of scores."""
    assert [] == [path for path in site.files if path.endswith("scores.js") and "models" in path]
    assert {None} == {task["scores"] for task in site.api("tasks")}
    assert "data-card" not in site.html["index.html"]
    page = site.page("models/alpha/")
    (link,) = page.select("#chart-model-tasks .chart-table a")
    assert "#all-scores" == link["href"]
    assert page.select_one("#all-scores") is not None


def test_every_score_is_in_a_row_with_its_place(project: Path, site: BuiltSite) -> None:
    """Value with every digit, row of the results table, rank; a dash where there is none."""
    results = pd.read_parquet(project / "data/results.parquet")
    names = {m["model"]: m["name"] for m in site.api("models")}
    seen = dict[tuple[str, str, str], tuple[float | None, float | None]]()
    for model in names:
        for row in table(site.page(f"models/{model}/"), "all-scores"):
            task = row["task"].href.split("/")[-2]
            for variant in ("base", "fine_tuned"):
                score, place, line = (row[f"{k}_{variant}"] for k in ("score", "rank", "row"))
                if score.value is None:
                    assert (MISSING, None, None) == (score.text, place.value, line.value)
                else:
                    assert place.number is not None
                    seen[model, task, variant] = score.number, line.number
    expected = {
        (r.model, r.task, r.variant): (r.score, i)
        for i, r in enumerate(results.itertuples(), start=1)
    }
    assert expected == seen


def in_turn(shift: int = 0) -> dict[str, pd.DataFrame]:
    """The small board with every score, by variant, model and task; the first rows put last."""
    made = board()
    scores = itertools.product(("base", "fine_tuned"), ("alpha", "beta"), ("add", "sort"))
    rows = [(v, m, t, 0.1 + 0.05 * i) for i, (v, m, t) in enumerate(scores)]
    rows = [*rows[shift:], *rows[:shift]]
    results = pd.DataFrame(rows, columns=["variant", "model", "task", "score"])
    return {**made, "results": results}


def test_rows_that_follow_each_other_are_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In place of a column a variant; where one does not follow, each has its number."""
    monkeypatch.setattr("site_builder.compute.stats.MANY_SCORES", 5)
    page = build(write_project(tmp_path / "in_turn", in_turn(), TOML)).page("models/beta/")
    note = visible(page.select("#scores ~ .note")[0])
    assert "Base scores are rows 3 to 4 and fine-tuned scores are rows 7 to 8, in the" in note
    assert {"row_base", "row_fine_tuned"}.isdisjoint(table(page, "all-scores")[0])
    moved = build(write_project(tmp_path / "moved", in_turn(1), TOML)).page("models/alpha/")
    assert "scores are rows" not in visible(moved.select("#scores ~ .note")[0])
    rows = table(moved, "all-scores")
    assert [["8", "1"], ["4", "5"]] == [
        [row[f"row_{variant}"].text for row in rows] for variant in ("base", "fine_tuned")
    ]


def test_a_reservation_and_a_missing_score_are_shown(site: BuiltSite) -> None:
    """As on any board: a mark beside the score; no lift where one is missing."""
    cells = [
        row
        for model in site.api("models")
        for row in table(site.page(f"models/{model['model']}/"), "all-scores")
    ]
    marked = [c for row in cells for c in row.values() if isinstance(c, Cell) and c.tags]
    assert [("flagged",)] == [cell.tags for cell in marked]
    for row in cells:
        both = row["score_base"].value is not None and row["score_fine_tuned"].value is not None
        assert both == (row["lift_fine_tuned"].value is not None)


def test_every_link_to_a_score_leads_to_a_row(site: BuiltSite) -> None:
    """On every page, that of the comparison too."""
    led = 0
    for path, soup in site.pages():
        for link in soup.select("a[href*='#score-']"):
            page, anchor = target(path, str(link["href"]))
            assert site.page(page).find(id=anchor) is not None, (path, link["href"])
            led += 1
    assert led > 10


def test_a_score_is_found_in_a_browser(site: BuiltSite, chromium: Browser) -> None:
    """From the table of a task, and from a comparison; lifts are sorted by their digits."""
    assert site.folder
    with served(site.folder) as home:
        page, heard = open_page(chromium, f"{home}tasks/add/")
        page.locator("#ranking a[href*='#score-']").first.click()
        expect(page.locator("tr:target")).to_have_count(1)
        page.locator("#all-scores th[data-key='lift_fine_tuned'] button").click()
        shown = page.locator("#all-scores tbody tr td:nth-child(4)").all_inner_texts()
        numbers = [float(t.replace("\N{MINUS SIGN}", "-")) for t in shown if t != MISSING]
        assert numbers == sorted(numbers, reverse=True)
        page.goto(f"{home}compare/?model=alpha&model=beta")
        page.locator("a[href*='#score-']").first.click()
        expect(page.locator("tr:target")).to_have_count(1)
        assert [] == heard.complaints


def test_what_changed_is_read_from_the_table(project: Path, site: BuiltSite) -> None:
    """The published Parquet file stands in for the list."""
    assert site.folder
    old = read_release(str(site.folder))
    same = compare_releases(old, read_release(str(project)))
    assert () == (*same.scores_changed, *same.scores_added, *same.scores_removed, *same.flags)
    other = write_project(project.parent / "other", tables({5: 0.31}), TOML)
    changes = compare_releases(old, read_release(str(other)))
    assert [0.31] == [change.after for change in changes.scores_changed]


def test_without_the_table_it_is_said(site: BuiltSite, tmp_path: Path) -> None:
    """Nobody can tell its scores."""
    files = {p: c for p, c in site.files.items() if not p.startswith("downloads/")}
    on_disk(BuiltSite(files), tmp_path / "bare")
    with pytest.raises(Exception, match=r"downloads/results\.parquet"):
        read_release(str(tmp_path / "bare"))
