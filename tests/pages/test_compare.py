"""The comparison: the page without scripts, and what its script makes of the runs chosen."""

import random
import re
from dataclasses import dataclass
from urllib.parse import urlencode

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from site_builder.addresses import Address
from site_builder.pages.interactive import ModelVariant, compare_address, default_runs
from site_builder.pages.page import Site
from site_builder.render.urls import Urls
from tests.helpers.browsing import NARROW, open_page, overflow
from tests.helpers.odd_boards import built
from tests.helpers.sites import ROOT, build, make_site, target
from tests.helpers.tables import write_project

# Rows of a table as they are read: tag and note behind the text, a drawing by its words.
ROWS = """id => [...document.querySelectorAll(`#${id} tbody tr`)].map(row => [...row.cells]
    .filter(cell => !cell.hidden)
    .map(cell => {
        const drawing = cell.querySelector('.dumbbell');
        const words = cell.cloneNode(true);
        words.querySelector('.cell-label')?.remove();
        const text = drawing ? drawing.getAttribute('aria-label') : words.textContent;
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
def index(home) -> Board:
    return Board(make_site(ROOT), home)


def index_runs(*models: str) -> list[ModelVariant]:
    """Fine-tuned runs of the Index; `model base` is a base run."""
    pairs = [model.partition(" ")[::2] for model in models]
    return [ModelVariant(model, variant or "fine_tuned") for model, variant in pairs]


def wait_for_all(page: Page) -> None:
    """Until every section is filled."""
    expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")


def rows_of(page: Page, table: str) -> list[list[list[str]]]:
    """The rows of a table by its id, as they are read."""
    wait_for_all(page)
    rows: list[list[list[str]]] = page.evaluate(ROWS, table)
    return rows


@pytest.fixture(scope="module")
def desk(browser, index) -> Page:
    page = open_page(browser, f"{index.home}compare/")[0]
    wait_for_all(page)
    return page


# --- the page ----------------------------------------------------------------------------------


def test_the_leaderboard_is_shown_without_scripts(chromium, index):
    page, _ = open_page(chromium, f"{index.home}compare/", java_script_enabled=False)
    expect(page.get_by_text("With scripts you can compare up to four models")).to_be_visible()
    expect(page.locator("table:visible tbody tr")).to_have_count(11)
    expect(page.locator("button:not([popovertarget]):visible, select:visible")).to_have_count(0)


@pytest.mark.parametrize("name", ["one_score", "one_model"])
def test_a_board_of_one_model_has_no_comparison(name):
    site = built(name)
    assert "compare/index.html" not in site.html
    assert [] == [path for path, html in site.html.items() if "compare/" in html]


def test_a_board_without_a_baseline():
    heads = built("three_columns").page("compare/").select("#compare-tasks thead th")
    assert ["task", "run-1", "run-2", "run-3", "run-4", "drawn", "spread"] == [
        h["data-key"] for h in heads
    ]


def test_the_baseline_is_compared_where_there_is_nobody_else(tmp_path):
    frame = pd.DataFrame({"model": ["ref", "a"], "task": ["t"] * 2, "score": [0.5, 0.4]})
    site = make_site(write_project(tmp_path, {"results": frame}, '[board]\nbaseline = "ref"'))
    assert ["a", "ref"] == [run.model for run in default_runs(site)]


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


def test_the_page_on_method_says_what_the_board_can_show(index_site):
    """For the Index as in the API; not where scores have no mean, or tasks are too few."""
    shown, about = index_site.api("stats")["smallest_difference"], index_site.page("about/")
    assert f"difference of {shown:.3f} between" in about.select_one("#power").get_text()
    assert len(about.select("#posterior")) == 1
    for name in ("mixed_directions", "lower_is_better"):
        assert built(name).api("stats")["smallest_difference"] is None
    assert built("lower_is_better").page("about/").select("#power, #posterior") == []


# --- in a browser ------------------------------------------------------------------------------


def test_the_first_comparison_is_of_the_best(desk, index):
    """The first three of the board, GPT-4 beside them."""
    expect(desk.locator("[data-part=finding]")).to_have_text(
        "Zephyr 7B Beta, Mistral 7B and Mistral 7B Instruct are too close to call."
    )
    rows = {row[0][0]: row[1:] for row in rows_of(desk, "compare-summary")}
    assert ["0.742 best of these three", "0.661"] == [
        rows["Mean score over 31 tasks"][i][0] for i in (0, -1)
    ]
    differences = [cell[0] for cell in rows["Difference from Zephyr 7B Beta"]]
    assert "\N{EN DASH}" == differences[0]
    assert "\N{MINUS SIGN}0.081 \N{MINUS SIGN}0.190 to +0.029" == differences[-1]
    chances = rows["Better / equal / worse than Zephyr 7B Beta"]
    assert re.fullmatch(r"2\s% / \d\d\s% / \d\d\s%", chances[1][0])
    assert "97 % likely worse 1 % / 2 % / 97 %" == chances[-1][0].replace("\N{NO-BREAK SPACE}", " ")
    assert "22 / 1 / 8" == rows["Ahead / level / behind GPT-4"][0][0]
    low, high = index.site.results.board.ranked[0].rank_interval
    assert f"1 of 10 fine-tuned, plausible: {low}\N{EN DASH}{high}" == rows["Rank"][0][0]
    expect(desk.locator("#compare-tasks .dumbbell")).to_have_count(31)
    scores = desk.locator("#compare-tasks tbody td:not(.text) > a[href*='#score-']")
    expect(scores).to_have_count(31 * 4)
    expect(scores.first).to_have_attribute("href", re.compile("^../models/zephyr-7b-beta/#score-"))
    heads = desk.locator("#compare-tasks thead th[hidden]")
    assert ["run-4"] == heads.evaluate_all("all => all.map(head => head.dataset.key)")


def test_models_are_told_apart_by_shape_and_not_by_the_colours_of_developers(desk):
    """Four shapes, filled and open by turns, in no colour that a developer may have."""
    fills = desk.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('main use')].map(use =>
            [use.getAttribute('href'), getComputedStyle(use).fill]))"""
    )
    dots = desk.evaluate(
        """() => [0, 1, 2, 3, 4, 5, 6, 7].map(n => {
            const probe = document.body.appendChild(document.createElement('i'));
            probe.style.color = `var(--dot-${n})`;
            const colour = getComputedStyle(probe).color;
            probe.remove();
            return colour;
        })"""
    )
    assert {f"#mark-{n}" for n in range(1, 5)} == set(fills)
    assert set() == {*fills.values()} & {*dots}
    assert fills["#mark-1"] == fills["#mark-3"] != fills["#mark-2"] == fills["#mark-4"]


def test_the_chance_to_be_the_best_is_drawn(chromium, index):
    """One bar with a part for each model, the likeliest first; none for a model alone."""
    page, _ = open_page(chromium, index.url(index_runs("phi-2", "mistral-7b", "zephyr-7b-beta")))
    expect(page.locator("[data-part=best-of]")).to_have_text(
        "Chance to be the best of these three, were the 31 tasks drawn again"
    )
    names = page.locator("[data-part=best-names] li")
    assert names.all_text_contents() == [
        " Zephyr 7B Beta 86\N{NO-BREAK SPACE}%",
        " Mistral 7B 14\N{NO-BREAK SPACE}%",
        " Phi-2 <1\N{NO-BREAK SPACE}%",
    ]
    expect(page.locator("[data-part=finding]")).to_have_text(
        "Zephyr 7B Beta, Phi-2 and Mistral 7B are too close to call."
    )
    widths = "all => all.map(part => part.getBoundingClientRect().width)"
    found = page.locator("[data-part=best] i").evaluate_all(widths)
    assert found[0] / sum(found) == pytest.approx(0.86, abs=0.01)
    page.get_by_role("button", name="Math", exact=True).click()
    expect(names).to_have_count(0)
    page.goto(index.url(index_runs("phi-2")))
    wait_for_all(page)
    expect(page.locator("[data-section=best]")).to_be_hidden()


def test_models_that_share_no_task(chromium, tmp_path):
    frame = pd.DataFrame({"model": ["a", "b"], "task": ["t", "u"], "score": [0.5, 0.4]})
    root = write_project(tmp_path, {"results": frame}, "")
    home = build(root).url
    page, _ = open_page(chromium, f"{home}compare/?model=a&model=b")
    expect(page.locator("[data-part=finding]")).to_have_text("a and b have no task in common.")
    row = rows_of(page, "compare-tasks")[0]
    assert [["0.500", "0.5"], ["no score", None]] == row[1:3]


def test_mixed_units_rank_by_win_rate(chromium):
    """No mean of dollars and points: the board's win rate stands in the summary."""
    home = built("mixed_directions").url
    page, _ = open_page(chromium, f"{home}compare/")
    measures = [row[0][0] for row in rows_of(page, "compare-summary")]
    assert "Mean win rate" in measures
    absent = ("Mean score", "Mean lift", "Difference", "Better")
    assert [] == [m for m in measures if m.startswith(absent)]
    expect(page.locator("[data-part=finding]")).not_to_contain_text("mean")
    expect(page.get_by_label("Count differences up to this as equal")).to_have_count(0)


def test_few_tasks_have_no_interval_and_the_page_says_why(chromium):
    home = built("lower_is_better").url
    page, _ = open_page(chromium, f"{home}compare/")
    expect(page.locator("[data-part=scope]")).to_contain_text(
        "Intervals and probabilities need at least 6 tasks."
    )
    measures = [row[0][0] for row in rows_of(page, "compare-summary")]
    assert [] == [m for m in measures if m.startswith("Better")]


def test_the_margin_is_in_the_address(chromium, index):
    """A margin of the whole scale makes all models equal; none is the default of 1 %."""
    page, heard = open_page(chromium, f"{index.home}compare/")
    field = page.get_by_label("Count differences up to this as equal")
    expect(field).to_have_attribute("placeholder", "0.01")
    row = page.locator("#compare-summary tr", has_text="Better / equal / worse")
    wait_for_all(page)
    before = row.inner_text()
    field.press_sequentially("1")
    assert page.url.endswith("compare/?margin=1")
    expect(row.locator("td").nth(1)).to_contain_text(">99\u00a0% likely within 1")
    page.reload()
    expect(field).to_have_value("1")
    expect(row.locator("td").nth(1)).to_contain_text(">99\u00a0% likely within 1")
    field.fill("-2")
    assert page.url.endswith("compare/")
    field.fill("")
    wait_for_all(page)
    assert before == row.inner_text()
    page.goto(f"{index.home}compare/?margin=much")
    expect(page.locator("[data-part=remark]")).to_have_text(
        "The margin “much” is not a number of 0 or more and is left out."
    )
    assert [] == heard.complaints


def test_models_are_chosen_added_and_removed(chromium, index):
    page, heard = open_page(chromium, f"{index.home}compare/", NARROW)
    title = page.title()
    page.get_by_label("Model 4", exact=True).select_option(label="Phi-2")
    expect(page.locator("#compare-tasks thead th:not([hidden]) span")).to_have_text(
        ["Zephyr 7B Beta", "Mistral 7B", "Mistral 7B Instruct", "Phi-2"]
    )
    expect(page.locator("[data-status]")).to_contain_text("Phi-2 are too close to call.")
    assert page.title() == f"Zephyr 7B Beta, Mistral 7B, Mistral 7B Instruct and Phi-2 · {title}"
    for n in (3, 3):
        page.get_by_role("button", name=f"Remove model {n}").click()
    expect(page.locator("[data-part=finding]")).to_contain_text(
        "Zephyr 7B Beta and Mistral 7B are too close to call."
    )
    assert page.url.endswith("compare/?model=zephyr-7b-beta&model=mistral-7b")
    expect(page.get_by_label("Model 3", exact=True)).to_be_focused()
    page.get_by_label("Variant of model 2").select_option("base")
    expect(page.locator("[data-part=finding]")).to_contain_text(
        "Zephyr 7B Beta (fine-tuned) is ahead of Mistral 7B (base)."
    )
    assert page.url.endswith("model=mistral-7b&as=base")
    page.go_back()
    expect(page.get_by_label("Variant of model 2")).to_have_value("fine_tuned")
    page.reload()
    expect(page.locator("#compare-summary thead th:not([hidden]) span")).to_have_text(
        ["Zephyr 7B Beta", "Mistral 7B"]
    )
    page.get_by_label("Model 3", exact=True).select_option(label="Mistral 7B Instruct")
    expect(page).to_have_url(f"{index.home}compare/")
    expect(page).to_have_title(title)
    assert [] == heard.complaints


def test_a_run_is_compared_only_once(chromium, index):
    """The same model comes in its other variant; when it has no other, it stays where it is."""
    page, _ = open_page(chromium, index.url(index_runs("phi-2", "gpt-4 base")))
    page.get_by_label("Model 3", exact=True).select_option("phi-2")
    expect(page.get_by_label("Variant of model 3")).to_have_value("base")
    expect(
        page.get_by_label("Variant of model 3").locator("option[value=fine_tuned]")
    ).to_be_disabled()
    page.get_by_label("Model 1", exact=True).select_option("gpt-4")
    expect(page.locator("[data-part=remark]")).to_have_text("GPT-4 is already in the comparison.")
    expect(page.get_by_label("Model 1", exact=True)).to_have_value("phi-2")


def test_one_run_is_compared_with_the_baseline(chromium, index):
    page, _ = open_page(chromium, index.url(index_runs("zephyr-7b-beta")))
    finding = "Zephyr 7B Beta and GPT-4 are too close to call."
    expect(page.locator("[data-part=finding]")).to_have_text(finding)
    expect(page.get_by_role("button", name="Remove model")).to_have_count(0)


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
            "The page shows its default models instead.",
        ),
    ],
)
def test_faults_of_an_address_are_stated(chromium, index, query, runs, remark):
    page, _ = open_page(chromium, f"{index.home}compare/?{query}")
    expect(page.locator("[data-part=remark]")).to_have_text(remark)
    expect(page.locator("[data-part=runs] a")).to_have_text([*runs, "GPT-4"])


def test_chosen_tasks_sort(chromium, index):
    page, _ = open_page(chromium, f"{index.home}compare/")
    page.get_by_label("Model 4", exact=True).select_option(label="GPT-4")
    head = page.locator("#compare-tasks th[data-key=run-4]")
    head.get_by_role("button").click()
    shown = rows_of(page, "compare-tasks")
    values = [float(row[4][1]) for row in shown]
    assert sorted(values, reverse=True) == values
    expect(head).to_have_attribute("aria-sort", "descending")


def test_tasks_stand_in_the_order_of_disagreement(desk):
    """The best minus the worst of the three, greatest first."""
    spreads = [float(row[-1][1] or "nan") for row in rows_of(desk, "compare-tasks")]
    assert (31, sorted(spreads, reverse=True)) == (len(spreads), spreads)
    head = desk.locator("#compare-tasks th[data-key=spread]")
    expect(head).to_have_attribute("aria-sort", "descending")


def test_tasks_are_picked(chromium, index):
    page, heard = open_page(chromium, f"{index.home}compare/", NARROW)
    page.get_by_role("button", name="Coding", exact=True).click()
    expect(page.locator("#compare-tasks tbody tr")).to_have_count(2)
    page.get_by_label("Add a task").select_option(label="MMLU")
    expect(page.locator("#compare-tasks tbody tr")).to_have_count(3)
    assert page.url.endswith("compare/?category=Coding&task=mmlu")
    expect(page.locator("[data-part=scope]")).to_contain_text("use your 3 tasks.")
    expect(page.locator("[data-part=scope]")).to_contain_text("at least 6 families of tasks")
    page.reload()
    expect(page.locator("#compare-tasks tbody tr")).to_have_count(3)
    expect(page.get_by_role("button", name="Coding", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="Remove MMLU").click()
    expect(page.get_by_label("Add a task")).to_be_focused()
    page.go_back()
    expect(page.locator("#compare-tasks tbody tr")).to_have_count(3)
    page.get_by_role("button", name="All 31 tasks").click()
    expect(page.locator("#compare-tasks tbody tr")).to_have_count(31)
    assert page.url.endswith("compare/")
    page.goto(f"{index.home}compare/?task=nope&category=Coding")
    expect(page.locator("[data-part=remark]")).to_have_text(
        "This board has no task “nope”; it is left out."
    )
    assert [] == heard.complaints


@pytest.mark.parametrize("width", [390, 320])
def test_three_models_are_compared_on_a_phone_without_scrolling_sideways(chromium, index, width):
    """On coding and math: each task is a card with a line for each model and all marks."""
    query = "category=Coding&category=Math&model=phi-2&model=gemma-7b&model=llama-2-7b"
    page, _ = open_page(chromium, f"{index.home}compare/?{query}", (width, 844))
    cards = page.locator("#compare-tasks tbody tr")
    expect(cards).to_have_count(3)
    for card in cards.all():
        lines = card.locator("td:visible .cell-label")
        expect(lines).to_have_text(
            ["Phi-2", "Gemma 7B", "Llama 2 7B", "GPT-4 (baseline)", "Best \N{MINUS SIGN} worst"]
        )
        expect(card.locator(".dumbbell use")).to_have_count(3)
        for part in (*card.locator("td:visible").all(), card.locator(".dumbbell")):
            box = part.bounding_box()
            assert box is not None
            assert (0 <= box["x"], box["x"] + box["width"] <= width) == (True, True)
    assert overflow(page) <= 0
    scrolls = "all => all.filter(wrap => wrap.scrollWidth > wrap.clientWidth).length"
    assert 0 == page.locator(".compare .table-wrap:visible").evaluate_all(scrolls)


def test_a_comparison_opens_from_the_disk(chromium, index_site):
    page, heard = open_page(chromium, (index_site.folder / "models/phi-2/index.html").as_uri())
    page.get_by_role("link", name="Compare with").click()
    expect(page.locator("[data-part=runs] a")).to_have_text(
        ["Phi-2", "Llama 2 7B", "Gemma 2B", "GPT-4"]
    )
    page.locator("[data-part=runs] a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phi-2")
    assert [] == [text for text in heard.complaints if ".woff2" not in text]


def test_scores_that_cannot_be_loaded(chromium, index):
    page, _ = open_page(chromium, index.home)
    page.route("**/scores.*.js", lambda route: route.abort())
    page.goto(f"{index.home}compare/")
    expect(page.locator("[data-part=remark]")).to_contain_text("could not be loaded")
    expect(page.locator(".without-scripts table")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "done"),
    [("compare/?model=a/b&as={}&model=c %26 d&as={}", "data-ready"), ("choose/", "data-answered")],
)
def test_a_variant_may_have_any_name(chromium, tmp_path, path, done):
    """Also that of the prototype of an object: the page says the same as with another name."""
    said = []
    for name in ("tuned", "__proto__"):
        frames, toml = gaps()
        frames["results"] = frames["results"].round(1).replace({"variant": {"tuned": name}})
        labels = f'labels = {{ base = "Base", {name} = "Tuned" }}'
        site = build(write_project(tmp_path / name, frames, f"{toml}\n{labels}"))
        page, heard = open_page(chromium, site.url + path.format(name, name))
        expect(page.locator(f"main [{done}]").first).to_be_visible()
        said.append(page.locator("main").inner_text())
        assert [] == heard.complaints
    assert said[0] == said[1]
