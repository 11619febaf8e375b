"""Tasks as columns of a board: their numbers, in the address, in exports, on a phone."""

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from site_builder.formatting import MISSING
from tests.helpers import real_boards
from tests.helpers.browsing import (
    CLIPBOARD,
    NARROW,
    WIDE,
    both_sizes,
    breaches_at,
    exported,
    has_address,
    open_page,
    overflow,
    rows_of,
)
from tests.helpers.odd_boards import built
from tests.helpers.real_boards import bfcl, mteb
from tests.helpers.sites import ROOT, BuiltSite, build_once
from tests.helpers.tables import write_project

# The heads and the cells of what was added, and the id and name of each row.
ADDED = """() => {
    const table = [...document.querySelectorAll('table[data-tick]')].find(
        table => table.closest('.view').checkVisibility());
    site.table.finishColumns(table);
    const heads = [...table.tHead.rows[0].cells].filter(head => head.matches('.of-task'));
    return [...table.tBodies].flatMap(body => [...body.rows]).map(row => [row.dataset.id,
        Object.fromEntries(heads.map(head => [head.dataset.key,
            [row.cells[head.cellIndex].dataset.value,
             row.cells[head.cellIndex].firstChild.textContent]]))]);
}"""
TITLES = "heads => heads.map(head => head.dataset.title)"
LINES = """row => [...row.cells].filter(cell => cell.checkVisibility()).map(cell =>
    [getComputedStyle(cell, '::before').content, cell.innerText.trim()])"""


def _parts_of(wide: pd.DataFrame, task: str) -> list[str]:
    return [part for part in map(str, wide.columns) if part.startswith(f"{task}/")]


def with_wholes(scores: pd.DataFrame) -> pd.DataFrame:
    """Models by tasks: each subset as a part, and the mean of all of them where all are there."""
    parts = scores["task"] + "/" + scores["subset"]
    wide = scores.assign(part=parts).pivot_table("score", "model", "part")
    for task in scores["task"].unique().tolist():
        of = _parts_of(wide, task)
        wide[task] = wide[of].mean(axis=1, skipna=False)
    return wide


def of_index(variant: str) -> pd.DataFrame:
    """Models by tasks, of the published Parquet; those that were never tuned, as they stand."""
    results = pd.read_parquet(ROOT / "data/results.parquet")
    wide = results[results["variant"] == variant].pivot_table("score", "model", "task")
    base = results[results["variant"] == "base"].pivot_table("score", "model", "task")
    return pd.concat([wide, base[~base.index.isin(wide.index)]])


def added(page: Page) -> dict[str, dict[str, tuple[str, str]]]:
    """By row, then by the key of a column, the value and the text of its cell."""
    return {model: cells for model, cells in page.evaluate(ADDED)}


def assert_shows(page: Page, wanted: pd.DataFrame) -> None:
    """Every column has the scores of the table, each in the number of decimals of its column."""
    cells = added(page)
    assert cells
    for task in wanted:
        places = {
            len(t.partition(".")[2])
            for c in cells.values()
            if (t := c[f"task.{task}"][1]) != MISSING
        }
        assert len(places) <= 1
        for model, of_model in cells.items():
            value, text = of_model[f"task.{task}"]
            score = wanted[task].get(model)
            if score is None or pd.isna(score):
                assert ("", MISSING) == (value, text)
                continue
            assert float(value) == pytest.approx(score, rel=1e-11)
            shown = float(text.replace("\N{MINUS SIGN}", "-").replace(",", ""))
            assert abs(shown - score) <= 0.5000001 * 10.0 ** -places.copy().pop()


def titles(page: Page) -> list[str]:
    """What the added columns are called, in their order."""
    found: list[str] = page.locator("thead:visible .of-task").evaluate_all(TITLES)
    return found


def open_menu(page: Page) -> Locator:
    """The part of the menu of columns that has the tasks."""
    page.locator(".columns > summary").first.click()
    return page.locator("[data-tasks]")


def names_in_order(page: Page) -> list[str]:
    """The ids of the rows, top to bottom."""
    found: list[str] = page.locator("table[data-tick]:visible tbody tr").evaluate_all(
        "rows => rows.map(row => row.dataset.id)"
    )
    return found


def test_every_task_of_the_index_is_a_column(chromium, home):
    """In the order of the tasks; another view has the scores of its variant."""
    page, heard = open_page(chromium, home)
    open_menu(page).get_by_label("All 31 tasks").check()
    expect(page.locator("thead:visible .of-task")).to_have_count(31)
    expect(page).to_have_url(f"{home}?task=*")
    tasks = pd.read_parquet(ROOT / "data/tasks.parquet")
    assert titles(page) == [f"{t.name} ({t.metric})" for t in tasks.itertuples()]
    assert_shows(page, of_index("fine_tuned"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Base", exact=True).click()
    expect(page.locator("#board-base .of-task")).to_have_count(31)
    assert_shows(page, of_index("base"))
    assert [] == heard.complaints


def test_every_task_and_part_of_bfcl_is_a_column(chromium):
    page, heard = open_page(chromium, f"{real_boards.published('bfcl').url}models/")
    menu = open_menu(page)
    menu.get_by_label("All", exact=False).first.check()
    closed = page.locator("thead .opens[aria-expanded=false]")
    for _ in range(6):  # the total, and each of its groups that has parts
        closed.first.click()
    frame = bfcl()
    mode = frame["mode"].map(lambda text: "" if pd.isna(text) else f" ({text})")
    wanted = frame.assign(entry=frame["model"] + mode).pivot_table("score", "entry", "task")
    expect(page.locator("thead .of-task")).to_have_count(len(wanted.columns))
    names = page.locator("#board-base tbody tr[data-id]").evaluate_all(
        "rows => rows.map(row => [row.querySelector('th a').textContent, row.dataset.id])"
    )
    known = dict(names)
    # A model that has one entry bears no mode.
    by_id = wanted.rename(index=lambda name: known.get(name) or known[name.rpartition(" (")[0]])
    assert len(names) == len(by_id.index.unique())
    assert_shows(page, by_id)
    assert [] == heard.complaints


def test_every_task_of_mteb_is_a_column_and_so_are_languages(chromium):
    """Those of the four tasks that have the most."""
    scores = mteb()
    wanted = with_wholes(scores)
    subsets = {str(task): {*of["subset"]} for task, of in scores.groupby("task")}
    several = [task for task, of in subsets.items() if len(of) > 1]
    most = sorted(several, key=lambda task: -len(subsets[task]))[:4]
    query = "&".join(["task=*", *(f"parts={task}" for task in most)])
    page, heard = open_page(chromium, f"{real_boards.published('mteb').url}models/?{query}")
    expect(page.locator("thead .opens").first).to_have_attribute("aria-expanded", "true")
    asked = [*subsets, *(part for task in most for part in _parts_of(wanted, task))]
    assert_shows(page, wanted[asked])
    assert [] == heard.complaints


def test_a_task_sorts_and_the_address_says_all_of_it(chromium):
    """Missing scores are last both ways; a column that goes takes its order with it."""
    page, _ = open_page(chromium, f"{real_boards.published('mteb').url}models/")
    published = names_in_order(page)
    open_menu(page).get_by_label("STS17", exact=True).check()
    head = page.locator("thead [data-key='task.STS17']")
    page.keyboard.press("Escape")
    head.locator(".sort").click()
    has_address(page, "models/?task=STS17&sort=task.STS17")
    scores = with_wholes(mteb())["STS17"].reindex(published)
    in_order = scores.sort_values(ascending=False, kind="stable").index.tolist()
    assert in_order == names_in_order(page)
    head.locator(".sort").click()
    assert scores.sort_values(kind="stable").index.tolist() == names_in_order(page)
    has_address(page, "&way=ascending")
    page.reload()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert scores.sort_values(kind="stable").index.tolist() == names_in_order(page)
    page.go_back()
    assert in_order == names_in_order(page)
    open_menu(page).get_by_label("STS17", exact=True).uncheck()
    expect(head).to_have_count(0)
    has_address(page, "/models/")
    assert published == names_in_order(page)
    page.go_back()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert in_order == names_in_order(page)


def test_a_head_opens_to_its_parts_by_keyboard(chromium):
    page, _ = open_page(chromium, f"{real_boards.published('bfcl').url}models/?task=Live+Acc")
    button = page.get_by_role("button", name="4 parts of Live Acc (percent)")
    expect(button).to_have_text("4 parts")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("thead .of-task")).to_have_count(5)
    has_address(page, "models/?task=Live+Acc&parts=Live+Acc")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    note = page.locator("thead [data-key='task.Live Simple AST'] small")
    expect(note).to_have_text("Live Acc, percent")
    page.keyboard.press("Enter")
    expect(page.locator("thead .of-task")).to_have_count(1)
    page.go_back()
    expect(page.locator("thead .of-task")).to_have_count(5)


def test_lower_is_better_is_in_the_head(chromium):
    """Then the first click sorts upwards."""
    page, _ = open_page(
        chromium, f"{real_boards.published('bfcl').url}models/?task=Format+Sensitivity+Max+Delta"
    )
    head = page.locator("thead .of-task")
    expect(head.locator("small")).to_have_text("points, lower is better")
    head.locator(".sort").click()
    expect(head).to_have_attribute("aria-sort", "ascending")


def test_exports_have_the_columns_with_every_digit(chromium):
    """A phone, which shows fewer, exports what the menu says."""
    query = "?task=STS17&worst=STS17&parts=SemRel24STS"
    page, _ = open_page(
        chromium,
        f"{real_boards.published('mteb').url}models/{query}",
        NARROW,
        permissions=CLIPBOARD,
    )
    expect(page.locator("thead .of-task")).to_have_count(14)
    titled, *rows = rows_of(exported(page)[1])
    head = [title.removesuffix(" (cosine_spearman)") for title in titled]
    frame = pd.DataFrame(rows, columns=head).set_index("Model")
    wanted = with_wholes(mteb())
    for task in ("STS17", *_parts_of(wanted, "SemRel24STS")):
        numbers = pd.to_numeric(frame[task.replace("/", ": ", 1)])
        expected = wanted[task].reindex(frame.index)
        pd.testing.assert_series_equal(numbers, expected, check_names=False, rtol=1e-11)
    worst = "STS17/" + frame["Name of the Worst part of STS17"]
    sts = wanted[_parts_of(wanted, "STS17")].reindex(frame.index).dropna()
    assert [*map(str, sts.idxmin(axis=1))] == worst[sts.index].tolist()
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.locator("[data-status]")).to_have_text("Copied")
    lines = page.evaluate("navigator.clipboard.readText()").split("\n")
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    assert len({*map(len, cells)}) == 1
    place = next(n for n, cell in enumerate(cells[0]) if cell.startswith("STS17"))
    assert float(cells[2][place]) == pytest.approx(float(rows[0][head.index("STS17")]), abs=0.001)


def test_a_phone_shows_columns_as_lines_of_the_row(chromium, home):
    """Their name, then their value; so are those that the menu adds."""
    page, _ = open_page(chromium, f"{home}models/?task=gsm8k&show=win_rate", NARROW)
    row = page.locator("#board-fine-tuned tbody tr").first
    expect(row.locator("td:visible")).to_have_count(6)
    lines = [line for line in row.evaluate(LINES) if line[0] != "none"]
    score = of_index("fine_tuned")["gsm8k"]["zephyr-7b-beta"]
    assert ['"Grade School Math (gsm8k) (accuracy)"', f"{score:.3f}"] == lines[0]
    assert '"Win rate"' == lines[1][0]
    assert overflow(page) <= 0
    page.locator(".columns > summary").first.click()
    page.get_by_label("Sort by").first.select_option("Sort by Grade School Math (gsm8k) (accuracy)")
    in_order = of_index("fine_tuned")["gsm8k"].sort_values(ascending=False).index.tolist()
    assert in_order[0] == names_in_order(page)[0]


@both_sizes
def test_everything_open_breaks_no_rule(chromium, size):
    query = "?task=Live+Acc&parts=Live+Acc&worst=Live+Acc&sort=task.Live+Acc"
    page, heard = open_page(chromium, f"{real_boards.published('bfcl').url}models/{query}", size)
    expect(page.locator("thead .of-task")).to_have_count(6)
    menu = open_menu(page)
    menu.locator(".opens").first.click()
    menu.get_by_role("button", name="4 parts of Live Acc").click()
    group = menu.get_by_role("group", name="parts of Live Acc")
    expect(group.get_by_label("Worst part")).to_be_checked()
    expect(group.get_by_label("All 4 parts")).to_be_checked()
    assert [] == breaches_at(page, size, ".box:has(#board-base)")
    assert overflow(page) <= 0
    assert [] == heard.complaints


def test_a_search_finds_tasks_and_parts(chromium):
    page, _ = open_page(chromium, f"{real_boards.published('mteb').url}models/")
    menu = open_menu(page)
    search = menu.get_by_role("searchbox", name="Find a task")
    search.fill("semrel hin")
    expect(menu.locator("label")).to_have_count(1)
    search.press("Enter")
    expect(page.locator("thead .of-task")).to_have_count(1)
    assert titles(page) == ["SemRel24STS: test/hin (cosine_spearman)"]
    search.fill("nothing of this name")
    expect(menu.get_by_text("None has this name.")).to_be_visible()
    search.fill("")
    expect(menu.get_by_label("All 20 tasks")).to_be_visible()


def test_a_board_of_several_offers_its_own_tasks(chromium):
    """So does one of a single task with nothing to choose: no heading."""
    page, _ = open_page(chromium, f"{real_boards.published('tau2').url}boards/core/")
    menu = open_menu(page)
    expect(menu.locator("label")).to_have_count(4)
    texts = menu.locator("label").all_inner_texts()
    assert ["All 3 tasks", "airline", "retail", "telecom"] == [
        texts[0].strip(),
        *sorted(map(str.strip, texts[1:])),
    ]
    expect(menu.get_by_role("searchbox")).to_have_count(0)
    # Facts and measures stand below headings, in the table in the order that the board states.
    heads = page.locator("thead th[data-group]").evaluate_all(
        "heads => heads.map(head => head.dataset.key)"
    )
    stated = ["effort", "type", "cost_usd", "pass_4"]
    assert stated == [key for key in heads if key in stated]
    for name, column in (("Facts", "Effort"), ("Measures", "All four tries")):
        group = page.get_by_role("group", name=name, exact=True)
        expect(group.get_by_label(column)).to_be_visible()
    page.goto(f"{real_boards.published('tau2').url}boards/knowledge/")
    page.locator(".columns > summary").first.click()
    expect(page.get_by_role("group", name="Columns").get_by_text("Measures")).to_be_visible()
    expect(page.locator("[data-tasks]")).to_have_count(0)


def test_scores_that_do_not_come_are_missed_and_asked_for_again(chromium, home):
    page, _ = open_page(chromium, home)
    page.route("**/columns/all/0.*", lambda route: route.abort())
    menu = open_menu(page)
    menu.get_by_label("Grade School Math (gsm8k)").check()
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    page.unroute_all()
    menu.get_by_label("Grade School Math (gsm8k)").uncheck()
    menu.get_by_label("Grade School Math (gsm8k)").check()
    expect(page.locator("thead:visible .of-task")).to_have_count(1)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert "Grade School Math (gsm8k) (accuracy)" in rows_of(exported(page)[1])[0]


def test_nothing_is_loaded_that_nobody_asked_for(chromium, home):
    page, heard = open_page(chromium, home)
    page.wait_for_load_state("networkidle")
    assert not any("/columns/" in url for url in heard.requests)
    page.goto(f"{home}?task=nothing&parts=nothing&worst=gsm8k")
    page.wait_for_load_state("networkidle")
    assert [] == titles(page)
    assert [] == heard.complaints


def test_names_are_texts_and_nothing_else(chromium):
    """HTML, quotes and right-to-left marks in the names of tasks."""
    page, heard = open_page(chromium, f"{built('hostile').url}models/?task=*", NARROW)
    expect(page.locator("thead .of-task").first).to_be_attached()
    open_menu(page)
    assert (
        0 == page.locator(".of-task :is(img, script, b), [data-tasks] :is(img, script, b)").count()
    )
    assert overflow(page) <= 0
    assert [] == heard.complaints


def test_columns_work_from_the_disk(chromium, index_site):
    address = (index_site.folder / "index.html").as_uri()
    page, _ = open_page(chromium, f"{address}?task=gsm8k", WIDE)
    head = page.locator("thead:visible .of-task")
    expect(head).to_have_count(1)
    href = head.get_by_role("link").get_attribute("href")
    assert str(href).endswith("tasks/gsm8k/index.html")


STATED = """[site]
title = "Stated"
cards = false
[board]
missing = "zero"
columns = ["seconds", "t2"]
[tasks."*"]
higher_is_better = true
score_min = 0
score_max = 1
"""


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """A board that names a task as a column; b lacks it, which counts as 0."""
    scores: dict[str, list[float | None]] = {
        "a": [0.9, 0.4, 0.5],
        "b": [0.6, None, 0.7],
        "c": [0.3, 0.2, None],
    }
    rows = [
        {"model": model, "task": f"t{n}", "score": score, "seconds": n * len(model)}
        for model, of in scores.items()
        for n, score in enumerate(of, start=1)
        if score is not None
    ]
    root = tmp_path_factory.mktemp("stated")
    tasks = pd.DataFrame({"task": ["t1", "t2", "t3"], "category": ["X", "Y", "Y"]})
    return build_once(write_project(root, {"results": pd.DataFrame(rows), "tasks": tasks}, STATED))


def test_a_board_names_its_tasks_as_columns(chromium, stated):
    """They are there without a script; a reader takes them out and adds others; Back undoes it."""
    page, _ = open_page(chromium, f"{stated.url}models/", java_script_enabled=False)
    column = page.locator("#board-base tr > :nth-child(5)")
    assert ["t2", "0.400", "\N{EN DASH}counted as 0", "0.200"] == column.all_text_contents()
    page, heard = open_page(chromium, f"{stated.url}models/")
    menu = open_menu(page)
    menu.get_by_label("t3", exact=True).check()
    heads = page.locator("#board-base thead .of-task")
    expect(heads).to_have_count(2)
    has_address(page, "?task=t2&task=t3")
    cells = {model: [text for _, text in of.values()] for model, of in added(page).items()}
    assert {"a": ["0.400", "0.500"], "b": [MISSING, "0.700"], "c": ["0.200", MISSING]} == cells
    expect(page.locator("#board-base td > small").get_by_text("counted as 0")).to_have_count(2)
    menu.get_by_label("t3", exact=True).uncheck()
    has_address(page, "models/")
    menu.get_by_label("t2", exact=True).uncheck()
    expect(heads).to_have_count(0)
    has_address(page, "?task=")
    page.reload()
    expect(heads).to_have_count(0)
    page.go_back()
    expect(heads).to_have_count(1)
    assert [] == heard.complaints


def test_a_category_offers_its_tasks(chromium, stated):
    page, heard = open_page(chromium, f"{stated.url}categories/y/")
    menu = open_menu(page)
    expect(menu.get_by_role("checkbox")).to_have_count(3)
    menu.get_by_label("All 2 tasks").check()
    expect(page.locator("thead:visible .of-task")).to_have_count(2)
    has_address(page, "categories/y/?task=*")
    assert ["0.400", "0.500"] == [text for _, text in added(page)["a"].values()]
    assert [] == heard.complaints


@both_sizes
def test_the_worst_language_of_the_first_entry(chromium, size):
    """In three actions: the menu, the parts of the task, the column."""
    page, _ = open_page(chromium, f"{real_boards.published('mteb').url}models/", size)
    menu = open_menu(page)
    menu.get_by_role("button", name="parts of STS17").click()
    menu.get_by_label("Worst part").check()
    page.keyboard.press("Escape")
    first, wide = names_in_order(page)[0], with_wholes(mteb())
    own = wide.loc[first, _parts_of(wide, "STS17")]
    row = page.locator(f'table[data-tick]:visible tbody tr[data-id="{first}"]')
    expect(row).to_contain_text(f"{own.min():.3f}")
    expect(row).to_contain_text(str(own.idxmin()).removeprefix("STS17/"))
