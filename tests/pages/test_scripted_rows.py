"""Rows of a long table of tasks that a script makes are those that the build would have written."""

import functools
import tempfile
from pathlib import Path

import pytest

from site_builder import table_model
from site_builder.pages import task_scores
from site_builder.pages.model import _context
from tests.helpers.boards import make_frames
from tests.helpers.browsing import open_page
from tests.helpers.sites import BuiltSite, build, make_site
from tests.helpers.tables import having, write_project

N = 70
BASELINE = '[board]\nbaseline = "ref"\n'
# a leads ref by 0.25 on t1, and by 0.01 less on each further task; it has no base score on t40.
RUNS: dict[str, dict[str, list[float | None]]] = {
    "base": {
        "a": [None if i == 39 else 0.2 + i / 1000 for i in range(N)],
        "b": [0.48 + 0.003 * i for i in range(N)],
        "ref": [0.25 + 0.011 * i for i in range(N)],
    },
    "fine_tuned": {
        "a": [0.5 + i / 1000 for i in range(N)],
        "b": [0.48 + 0.003 * i for i in range(N)],
    },
}
# Nothing to compare with: drawn among all. One model has no score on each third task, and all but
# two have the same score on t40.
AMONG: dict[str, dict[str, list[float | None]]] = {
    "base": {
        "a": [0.5 + i / 1000 for i in range(N)],
        **{
            f"m{k:04}": [
                None if k == 3 and i % 3 == 0 else 0.9 if i == 39 else (7 * k + i) % 97 / 100
                for i in range(N)
            ]
            for k in range(30)
        },
    }
}
CATEGORIES = {"category": [None if i % 3 == 0 else f"C{i % 3}" for i in range(N)]}
ROWS = """() => {
    dispatchEvent(new Event("beforeprint"));
    const number = (text) => (text === "" || Number.isNaN(Number(text)) ? text : Number(text));
    return [...document.querySelectorAll("#all-scores tbody tr")].map((row) => [
        row.id, row.className, [...row.cells].map((cell) => [
            cell.tagName, [...cell.classList].sort(), cell.textContent.trim(),
            cell.querySelector("a")?.getAttribute("href"), cell.querySelector("svg")?.innerHTML,
            number(site.table.value(cell)),
        ]),
    ]);
}"""


@functools.cache
def board(long: int, group: int, most: int, *, among: bool) -> BuiltSite:
    """A board whose tables of more rows than `long` have groups; built once for each."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(table_model, "LONG", long)
        patch.setattr(table_model, "GROUP", group)
        patch.setattr(task_scores, "MAX_DRAWN", most)
        frames = make_frames(AMONG if among else RUNS, tasks=CATEGORIES)
        return build(write_project(Path(folder) / "board", frames, "" if among else BASELINE))


@pytest.fixture
def page(chromium):
    """The page of a model in a browser, and how many rows were in it when it came."""

    def opened(long=table_model.LONG, most=table_model.MAX_DRAWN, *, among=False):
        site = board(long, 20, most, among=among)
        written = site.html["models/a/index.html"].count("<tr id=score-")
        written += site.html["models/a/index.html"].count("<tr class=behind id=score-")
        page, heard = open_page(chromium, f"{site.url}models/a/")
        return page, written, heard

    return opened


@pytest.mark.parametrize("long", [table_model.LONG, N - 1], ids=["one group", "groups of 20"])
def test_a_script_makes_the_rows_that_the_build_would_write(page, long):
    """One that lacks a score, and one on which all are level, are in the page, at their places."""
    short, written, heard = page(long)
    made = short.evaluate(ROWS)
    whole, all_written, _ = page(long, N)
    assert (12, N) == (written, all_written)
    assert N == len(made)
    assert made == whole.evaluate(ROWS)
    assert "score-t40" == made[39][0]
    assert [] == heard.complaints


def test_a_script_draws_a_score_among_those_of_all(page):
    """On t1 30 models have a score, on t2 one more, on t40 two different ones."""
    short, written, heard = page(among=True)
    made = short.evaluate(ROWS)
    whole, all_written, _ = page(most=N, among=True)
    assert (11, N) == (written, all_written)
    assert made == whole.evaluate(ROWS)
    assert {"/30", "/31"} == {row[2][-1][2][-3:] for row in made}
    assert [] == heard.complaints


def test_filters_orders_and_links_find_all_rows(page):
    found, _, _ = page()
    rows = found.locator("#all-scores tbody tr:visible")
    found.locator(".tools .chip", has_text="C1").click()
    assert 23 == rows.count()
    found.get_by_role("button", name="Score", exact=True).first.click()
    assert "t68" == rows.locator("th").first.inner_text()
    found.goto(f"{found.url.partition('?')[0]}#score-t70")
    found.reload()
    assert "score-t70" == found.locator("tr:target").get_attribute("id")


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("results", "stderr", 0.01),
        ("results", "n_examples", 400),
        ("results", "cost_usd", 2.5),
        ("tasks", "score_chance", 0.25),
        ("tasks", "part_of", [None, "t1", *[None] * (N - 2)]),
    ],
)
def test_where_more_than_scores_is_known_all_rows_are_written(tmp_path, table, column, value):
    frames = make_frames(RUNS)
    frames[table] = having(frames[table], **{column: value})
    site = make_site(write_project(tmp_path, frames, BASELINE))
    tasks = _context(site.of_entries["a"], "a").tasks
    assert tasks is not None
    assert (N, "", "") == (tasks.table.n_written, tasks.note, tasks.table.scripted)


@pytest.mark.parametrize(("n", "written"), [(60, 60), (61, 11)])
def test_a_table_of_up_to_sixty_tasks_is_written(tmp_path, n, written):
    plain = [*range(39), *range(40, N)]
    runs = {v: {m: [s[i] for i in plain[:n]] for m, s in of.items()} for v, of in RUNS.items()}
    site = make_site(write_project(tmp_path, make_frames(runs), BASELINE))
    tasks = _context(site.of_entries["a"], "a").tasks
    assert tasks is not None
    assert (n, written) == (len(tasks.table.rows), tasks.table.n_written)
