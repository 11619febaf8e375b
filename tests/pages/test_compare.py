"""The comparison: as the page holds it, and as a browser makes it of the runs that are chosen."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from site_builder.addresses import Address
from site_builder.compute.comparison import ModelVariant, runs_of
from site_builder.formatting import billions, quantity
from site_builder.pages.compare import compare_context
from site_builder.pages.compare_runs import compare_address, default_runs
from site_builder.pages.page import Site
from site_builder.render.urls import Urls
from site_builder.table_model import Cell, Table
from tests.helpers.browsing import AXE, AXE_RUN, LAYOUT_SHIFT, NARROW, WIDE, open_page
from tests.helpers.odd_boards import SHAPES, built, foreign
from tests.helpers.serve import served
from tests.helpers.sites import ROOT, build, make_site, on_disk, table, target, visible
from tests.helpers.tables import write_project

both_sizes = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])

# Every element below the head of the comparison, its attributes sorted, places in drawings apart.
MARKUP = """() => {
    const passing = ['data-place', 'aria-sort'];
    const valueOf = ({name, value}) => {
        if (name === 'class') return value.replace(' sorts', '');
        const number = name.startsWith('data-v') || /^[xy]/.test(name) ? Number(value) : NaN;
        return Number.isNaN(number) ? value : number;
    };
    const write = node => {
        if (node.nodeType === Node.TEXT_NODE) return node.data.replace(/\\s+/g, ' ').trim();
        if (node.nodeType !== Node.ELEMENT_NODE) return '';
        const own = [...node.attributes].filter(a => !passing.includes(a.name) && a.value !== '');
        const parts = [...node.childNodes].map(write).filter(part => part !== '');
        return [node.localName, Object.fromEntries(own.map(a => [a.name, valueOf(a)])), parts];
    };
    const roots = '[data-part], [data-section], .compare-grid';
    return [...document.querySelectorAll(roots)].map(write);
}"""
# Rows of a table as they are read: tag and note behind the text, a drawing by its words.
ROWS = """id => [...document.querySelectorAll(`#${id} tbody tr`)].map(row => [...row.cells]
    .filter(cell => !cell.hidden)
    .map(cell => {
        const drawing = cell.querySelector('.dumbbell');
        const text = drawing ? drawing.getAttribute('aria-label') : cell.textContent;
        return [text.replace(/[ \\n]+/g, ' ').trim(), cell.dataset.value || null];
    }))"""


def gaps() -> tuple[dict[str, pd.DataFrame], str]:
    """A sparse board of accuracies and seconds, with odd ids, and a baseline that lacks scores."""
    models, tasks = ["a/b", "<b>", "c & d", "ref"], ["t 1", "t?2", "t#3", "t4", "t5", "t6"]
    draw = random.Random(7)
    rows = [
        (model, task, variant, round(draw.random(), 2) * (10 if task in ("t5", "t6") else 1))
        for model in models
        for task in tasks
        for variant in ("base", "tuned")
        if draw.random() < 0.75 and (model, variant) != ("ref", "tuned")
    ]
    return {
        "results": pd.DataFrame(rows, columns=["model", "task", "variant", "score"]),
        "tasks": pd.DataFrame(
            {
                "task": tasks,
                "category": ["A", "A", "A", "B", "B", None],
                "metric": ["accuracy"] * 4 + ["seconds"] * 2,
                "higher_is_better": [True] * 4 + [False] * 2,
                "score_min": [0.0] * 4 + [None] * 2,
                "score_max": [1.0] * 4 + [None] * 2,
            }
        ),
    }, '[board]\nbaseline = "ref"'


@dataclass(frozen=True)
class Board:
    """A board whose comparison is open to a browser, and its results."""

    site: Site
    home: str

    def url(self, runs: list[ModelVariant]) -> str:
        """Where these runs are compared."""
        return f"{self.home}compare/?{urlencode(compare_address(self.site, runs).query)}"


@pytest.fixture(scope="module")
def index(index_site) -> Iterator[Board]:
    """The Index."""
    with served(index_site.folder) as home:
        yield Board(make_site(ROOT), home)


@pytest.fixture(scope="module", params=["gaps", "mixed_directions", "jp_finetuned"])
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Boards with gaps, mixed units and many variants."""
    others = {"gaps": gaps, "jp_finetuned": lambda: foreign("jp_finetuned", baseline=True)}
    folder = tmp_path_factory.mktemp("odd")
    root = write_project(folder / "project", *(SHAPES | others)[request.param]())
    on_disk(build(root), folder / "site")
    with served(folder / "site") as home:
        yield Board(make_site(root), home)


def index_runs(*models: str) -> list[ModelVariant]:
    """Fine-tuned runs of the Index; `model base` is a base run."""
    pairs = [model.partition(" ")[::2] for model in models]
    return [ModelVariant(model, variant or "fine_tuned") for model, variant in pairs]


def some_runs(site: Site, seed: int) -> Iterator[list[ModelVariant]]:
    """A few sets of one to four runs, among them tuned and base of one model."""
    draw = random.Random(seed)
    every = [
        run for model in site.results.scores.models for run in runs_of(site.results.scores, model)
    ]
    yield list(runs_of(site.results.scores, every[0].model))[:4]
    for n in (1, 2, 3, 4, 4):
        yield draw.sample(every, min(n, len(every)))


def rows_read(found: Table, n_runs: int) -> list[list[tuple[str, float | str | None]]]:
    """What a table of Python's says, as ROWS reads it."""

    def read(cell: Cell) -> tuple[str, float | str | None]:
        parts = [cell.marks.text if cell.marks else cell.text, *cell.tags, cell.note]
        return re.sub(r"[ \n]+", " ", " ".join(filter(None, parts))).strip(), cell.value

    used = [
        i
        for i, c in enumerate(found.columns)
        if c.key not in ("run-1", "run-2", "run-3", "run-4")[n_runs:]
    ]
    return [[read(row.cells[i]) for i in used] for row in found.rows]


def close(read: str | None, value: float | str | None) -> bool:
    """Whether a raw value in the page is the one that Python has."""
    if isinstance(value, float | int):
        return read is not None and float(read) == pytest.approx(value, rel=1e-9, abs=1e-12)
    return read == value


def agree(page: Page, board: Board, runs: list[ModelVariant]) -> None:
    """The page says of these runs what Python says."""
    page.goto(board.url(runs))
    expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")
    context = compare_context(board.site, runs)
    for part in ("finding", "scope"):
        assert getattr(context, part) == page.locator(f"[data-part={part}]").text_content()
    for found in filter(None, (context.summary, context.tasks, context.categories)):
        expected, shown = rows_read(found, len(runs)), page.evaluate(ROWS, found.id)
        assert [[text for text, _ in row] for row in expected] == [
            [text for text, _ in row] for row in shown
        ]
        values = [
            (read, value)
            for row, own in zip(shown, expected, strict=True)
            for (_, read), (_, value) in zip(row, own, strict=True)
        ]
        assert [] == [pair for pair in values if not close(*pair)]
    leads = [
        [
            lead.name,
            lead.summary,
            *(f"{item.task.text} {item.margin}" for item in lead.leads),
            lead.more,
        ]
        for lead in context.leads
    ]
    blocks = page.locator("[data-part=leads] > div")
    read = [blocks.nth(i).locator("h3, p, li").all_text_contents() for i in range(blocks.count())]
    assert [list(filter(None, lead)) for lead in leads] == [
        [" ".join(t.split()) for t in block] for block in read
    ]


# --- the page -----------------------------------------------------------------------------------


def test_the_first_comparison_is_of_the_best(index_site):
    """The first three of the board, GPT-4 beside them, all of it without scripts."""
    page = index_site.page("compare/")
    text = visible(page)
    assert "Zephyr 7B Beta leads on average over 31 common tasks, with 0.742" in text
    rows = {row["measure"].text: row for row in table(page, "compare-summary")}
    board = table(index_site.page("models/"), "board-fine-tuned")[0]
    first = {name: row["run-1"] for name, row in rows.items()}
    assert board["average"].text == first["Mean score over 31 tasks"].text
    assert ("best",) == first["Mean score over 31 tasks"].tags
    assert board["lift_over_base"].text == first["Mean lift over base"].text
    assert "22 / 1 / 8" == first["Ahead / level / behind GPT-4"].text
    assert "0.661" == rows["Mean score over 31 tasks"]["baseline"].text
    assert 31 == len(table(page, "compare-tasks"))
    assert 5 == len(table(page, "compare-categories"))


def test_columns_that_are_not_used_are_hidden(index_site):
    """Three runs are compared; the fourth column waits for a script."""
    heads = index_site.page("compare/").select("#compare-tasks thead th")
    assert ["run-4"] == [head["data-key"] for head in heads if head.has_attr("hidden")]


@pytest.mark.parametrize("name", ["one_score", "one_model"])
def test_a_board_of_one_model_has_no_comparison(name):
    """No page, no link to it, no entry in the navigation."""
    site = built(name)
    assert "compare/index.html" not in site.html
    assert [] == [path for path, html in site.html.items() if "compare/" in html]


def test_a_board_without_a_baseline():
    """No column for it."""
    heads = built("three_columns").page("compare/").select("#compare-tasks thead th")
    assert ["task", "run-1", "run-2", "run-3", "run-4", "drawn", "margin"] == [
        h["data-key"] for h in heads
    ]


def make_board(folder: Path, frame: pd.DataFrame, baseline: str) -> Site:
    """The results of a board of three columns with a baseline."""
    return make_site(write_project(folder, {"results": frame}, f'[board]\nbaseline = "{baseline}"'))


def test_the_baseline_is_compared_where_there_is_nobody_else(tmp_path):
    """Two models, one of them the baseline."""
    frame = pd.DataFrame({"model": ["ref", "a"], "task": ["t"] * 2, "score": [0.5, 0.4]})
    site = make_board(tmp_path, frame, "ref")
    assert ["a", "ref"] == [run.model for run in default_runs(site)]


def test_models_that_share_no_task(tmp_path):
    """Are not compared on any, and that is said; a missing score is no zero."""
    frame = pd.DataFrame({"model": ["a", "b"], "task": ["t", "u"], "score": [0.5, 0.4]})
    site = make_board(tmp_path, frame, "a")
    context = compare_context(site, [ModelVariant("a", "base"), ModelVariant("b", "base")])
    assert "There is no task on which a and b have a score." == context.finding
    row = context.tasks.rows[0].cells
    assert ["0.500", "no score"] == [cell.text for cell in row[1:3]]
    assert ((), None) == (context.leads, row[2].value)


def test_mixed_units_rank_by_win_rate():
    """No mean of dollars and points: the board's win rate stands in the summary."""
    page = built("mixed_directions").page("compare/")
    measures = [row["measure"].text for row in table(page, "compare-summary")]
    assert "Mean win rate" in measures
    assert [] == [m for m in measures if m.startswith(("Mean score", "Mean lift"))]
    assert "on average" not in visible(page)


def test_a_model_leads_to_its_comparison(index_site, index):
    """With those before and after it; the variant is named where another would be taken."""
    links = {}
    for model in ("mistral-7b", "gpt-4"):
        link = index_site.page(f"models/{model}/").find("a", string=re.compile("^Compare with"))
        links[model] = str(link["href"])
    assert (
        "../../compare/?model=mistral-7b&model=zephyr-7b-beta&model=mistral-7b-instruct"
        == links["mistral-7b"]
    )
    assert "compare/index.html" == target("models/gpt-4/index.html", links["gpt-4"])[0]
    assert "model=gpt-4&model=gpt-3.5-turbo" in links["gpt-4"]
    assert "as" not in dict(compare_address(index.site, index_runs("gpt-4 base")).query)
    assert ("as", "base") in compare_address(index.site, index_runs("phi-2 base")).query


def test_addresses_carry_a_query():
    """Ids as they are, whatever marks they have; an anchor comes after them."""
    urls = Urls.of([])
    query = (("model", "a/b & c"), ("as", "é#?"))
    link = urls.relative(Address("home"), Address("compare", anchor="by-task", query=query))
    assert "compare/?model=a%2Fb+%26+c&as=%C3%A9%23%3F#by-task" == link
    own = Address("compare", query=(("model", "x"),))
    assert "./?model=x" == urls.relative(Address("compare"), own)


# --- in a browser -------------------------------------------------------------------------------


def test_scripts_draw_what_the_page_holds(chromium, index):
    """The first comparison, asked for by name, is the one that stands in the page: same markup."""
    page, heard = open_page(chromium, f"{index.home}compare/")
    expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")
    held = page.evaluate(MARKUP)
    page.goto(index.url(list(default_runs(index.site))))
    expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")
    assert len(held) > 8
    assert [] == heard.complaints
    for own, drawn in zip(held, page.evaluate(MARKUP), strict=True):
        assert_alike(own, drawn)
    page.context.close()


def assert_alike(own: object, drawn: object) -> None:
    """Equal, but for what rounding does to the places of marks, a tenth of a pixel."""
    if isinstance(own, float) or isinstance(drawn, float):
        assert own == pytest.approx(drawn, abs=0.11)
    elif isinstance(own, list) and isinstance(drawn, list):
        assert len(own) == len(drawn), (own, drawn)
        for one, other in zip(own, drawn, strict=True):
            assert_alike(one, other)
    elif isinstance(own, dict) and isinstance(drawn, dict):
        assert own.keys() == drawn.keys(), (own, drawn)
        for key in own:
            assert_alike(own[key], drawn[key])
    else:
        assert own == drawn


def test_browser_and_python_agree_on_the_index(chromium, index):
    """Numbers, words and order of several sets of runs."""
    page, heard = open_page(chromium, f"{index.home}compare/")
    for runs in (index_runs("zephyr-7b-beta", "gpt-4 base"), *some_runs(index.site, seed=1)):
        agree(page, index, runs)
    assert [] == heard.complaints
    page.context.close()


def test_browser_and_python_agree_on_odd_boards(chromium, odd):
    """Gaps, units that have no mean, lower is better, many variants, odd ids."""
    page, heard = open_page(chromium, f"{odd.home}compare/")
    for runs in some_runs(odd.site, seed=2):
        agree(page, odd, runs)
    assert [] == heard.complaints
    page.context.close()


@both_sizes
def test_models_are_chosen_added_and_removed(chromium, index, size):
    """All below follows; the address keeps the choice, back undoes it, the start has no query."""
    page, heard = open_page(chromium, f"{index.home}compare/", size)
    title = page.title()
    page.get_by_label("Model 4", exact=True).select_option(label="Phi-2")
    expect(page.locator("#compare-tasks thead th:visible span")).to_have_text(
        ["Zephyr 7B Beta", "Mistral 7B", "Mistral 7B Instruct", "Phi-2"]
    )
    expect(page.locator("[data-status]")).to_contain_text("Phi-2 on")
    assert page.title() == f"Zephyr 7B Beta, Mistral 7B, Mistral 7B Instruct and Phi-2 · {title}"
    for n in (3, 3):
        page.get_by_role("button", name=f"Remove model {n}").click()
    expect(page.locator("[data-part=finding]")).to_contain_text(
        "Mistral 7B is ahead of Zephyr 7B Beta on 18 of 31 tasks"
    )
    assert page.url.endswith("compare/?model=zephyr-7b-beta&model=mistral-7b")
    expect(page.get_by_label("Model 3", exact=True)).to_be_focused()
    page.get_by_label("Variant of model 2").select_option("base")
    expect(page.locator("[data-part=finding]")).to_contain_text(
        "Mistral 7B (base) on 31 of 31 tasks"
    )
    assert page.url.endswith("model=mistral-7b&as=base")
    page.go_back()
    expect(page.get_by_label("Variant of model 2")).to_have_value("fine_tuned")
    page.reload()
    expect(page.locator("#compare-summary thead th:visible span")).to_have_text(
        ["Zephyr 7B Beta", "Mistral 7B"]
    )
    page.get_by_label("Model 3", exact=True).select_option(label="Mistral 7B Instruct")
    expect(page).to_have_url(f"{index.home}compare/")
    expect(page).to_have_title(title)
    assert [] == heard.complaints
    page.context.close()


def test_a_run_is_compared_once(chromium, index):
    """The same model comes in its other variant; when it has no other, it stays where it is."""
    page, _ = open_page(chromium, index.url(index_runs("phi-2", "gpt-4 base")))
    page.get_by_label("Model 3", exact=True).select_option("phi-2")
    expect(page.get_by_label("Variant of model 3")).to_have_value("base")
    expect(
        page.get_by_label("Variant of model 3").locator("option[value=fine_tuned]")
    ).to_be_disabled()
    page.get_by_label("Model 1", exact=True).select_option("gpt-4")
    expect(page.locator("[data-part=remark]")).to_have_text("GPT-4 is compared already.")
    expect(page.get_by_label("Model 1", exact=True)).to_have_value("phi-2")
    page.context.close()


def test_one_run_stands_beside_the_baseline(chromium, index):
    """It cannot be removed, and is at the top of nothing."""
    page, _ = open_page(chromium, index.url(index_runs("zephyr-7b-beta")))
    finding = "Zephyr 7B Beta is ahead of GPT-4 on 22 of 31 tasks, level on 1; on average +0.081."
    expect(page.locator("[data-part=finding]")).to_have_text(finding)
    expect(page.locator("[data-section=leads]")).to_be_hidden()
    expect(page.get_by_role("button", name="Remove model")).to_have_count(0)
    page.context.close()


@pytest.mark.parametrize(
    ("query", "runs", "remark"),
    [
        (
            "model=phi-2&model=nobody",
            ["Phi-2"],
            "“nobody” is not a model of this board and is left out.",
        ),
        (
            "model=phi-2&as=odd&model=gpt-4",
            ["GPT-4"],
            "Phi-2 has no score as “odd” and is left out.",
        ),
        ("model=phi-2&model=phi-2", ["Phi-2"], "Phi-2 is named twice and counted once."),
        (
            "model=phi-2&model=gemma-2b&model=gemma-7b&model=gpt-4&model=mistral-7b",
            ["Phi-2", "Gemma 2B", "Gemma 7B", "GPT-4"],
            "Only the first 4 models are compared; 1 more is left out.",
        ),
        (
            "model=%3Cb%3E",
            ["Zephyr 7B Beta", "Mistral 7B", "Mistral 7B Instruct"],
            "“<b>” is not a model of this board and is left out. "
            "The models that the page opens with are compared.",
        ),
    ],
)
def test_what_is_wrong_with_an_address_is_said(chromium, index, query, runs, remark):
    """What cannot be compared is left out, and a line says so."""
    page, _ = open_page(chromium, f"{index.home}compare/?{query}")
    expect(page.locator("[data-part=remark]")).to_have_text(remark)
    expect(page.locator("[data-part=runs] a")).to_have_text([*runs, "GPT-4"])
    page.context.close()


def test_chosen_tasks_sort(chromium, index):
    """By the score of a run that was added, missing ones last as elsewhere."""
    page, _ = open_page(chromium, f"{index.home}compare/")
    page.get_by_label("Model 4", exact=True).select_option(label="GPT-4")
    head = page.locator("#compare-tasks th[data-key=run-4]")
    head.get_by_role("button").click()
    shown = page.evaluate(ROWS, "compare-tasks")
    values = [float(row[4][1]) for row in shown]
    assert sorted(values, reverse=True) == values
    expect(head).to_have_attribute("aria-sort", "descending")
    page.context.close()


@both_sizes
def test_the_page_is_silent_and_still(chromium, index, size):
    """No complaint, no other host, no sideways scrolling, no movement; with four runs too."""
    for url in (
        f"{index.home}compare/",
        index.url(index_runs("phi-2", "phi-2 base", "gemma-2b", "gpt-4 base")),
    ):
        page, heard = open_page(chromium, url, size)
        expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")
        assert [] == heard.complaints
        assert [] == [u for u in heard.requests if not u.startswith(index.home)]
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert page.evaluate(LAYOUT_SHIFT) < 0.01
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_comparison(chromium, index, scheme):
    """With four runs, in either theme."""
    url = index.url(index_runs("phi-2", "phi-2 base", "gemma-2b", "gpt-4 base"))
    page, _ = open_page(chromium, url, color_scheme=scheme, bypass_csp=True)
    expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")
    page.add_script_tag(path=AXE)
    assert [] == page.evaluate(AXE_RUN)
    page.context.close()


def test_without_scripts_the_first_comparison_is_there(chromium, index):
    """Tables, drawings and lists; no control; a word on where others are."""
    page, _ = open_page(chromium, f"{index.home}compare/", java_script_enabled=False)
    expect(page.locator("#compare-tasks .dumbbell:visible")).to_have_count(31)
    expect(page.locator("button:visible, select:visible")).to_have_count(0)
    expect(page.get_by_text("With JavaScript, other models can be chosen here.")).to_be_visible()
    page.context.close()


def test_a_comparison_opens_from_the_disk(chromium, index_site):
    """A model's page leads to it, its scores are loaded, and its links open pages."""
    page, heard = open_page(chromium, (index_site.folder / "models/phi-2/index.html").as_uri())
    page.get_by_role("link", name="Compare with").click()
    expect(page.locator("[data-part=runs] a")).to_have_text(
        ["Phi-2", "Llama 2 7B", "Gemma 2B", "GPT-4"]
    )
    page.locator("[data-part=runs] a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phi-2")
    assert [] == [text for text in heard.complaints if ".woff2" not in text]
    page.context.close()


def test_scores_that_cannot_be_loaded(chromium, index):
    """What stands in the page stays, and a line says that it is not what was asked for."""
    page, _ = open_page(chromium, f"{index.home}compare/")
    page.route("**/scores.*.js", lambda route: route.abort())
    page.get_by_label("Model 4", exact=True).select_option(label="Phi-2")
    expect(page.locator("[data-part=remark]")).to_contain_text("could not be loaded")
    page.context.close()


def test_scripts_write_numbers_as_pages_do(chromium, index):
    """`quantity` and `billions` of numbers.js are those of format.py."""
    values = [0, 7, 7.24, 0.5, 100, 1000.5, 0.00002, 12345.6789, 0.0005, 1e-9, None]
    page, _ = open_page(chromium, f"{index.home}compare/")
    write = "values => values.map(v => [site.format.quantity(v), site.format.billions(v)])"
    shown = page.evaluate(write, values)
    assert [[quantity(v), billions(v)] for v in values] == shown
    page.context.close()
