"""Choosing: the page without scripts, and what its script answers in a real browser."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pandas as pd
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.helpers.browsing import NARROW, WIDE, open_page, overflow
from tests.helpers.odd_boards import built
from tests.helpers.sites import build
from tests.helpers.tables import write_project

WITHOUT_CHOICE = ("one_score", "one_model", "one_task")
# Each task of coding and math counts the same: a category's weight is divided among its tasks.
CODING_AND_MATH = "category=Coding&weight=2&category=Math"


def part(page: Page, name: str) -> Locator:
    return page.locator(f"[data-choose={name}]")


def ask(browser: Browser, url: str, query: str, size: tuple[int, int] = WIDE) -> Page:
    """The page with a question, once it is answered."""
    page, _ = open_page(browser, f"{url}choose/?{query}", size)
    expect(page.locator("[data-choose-page][data-answered]")).to_have_count(1)
    return page


def first_of(page: Page) -> Locator:
    """The answer in the largest type."""
    return page.get_by_role("heading", level=1)


def rows_of(page: Page) -> list[list[str]]:
    """The first three cells of each row of the table: rank, name, score."""
    rows: list[list[str]] = part(page, "rows").evaluate(
        """body => [...body.rows].map(row => [0, 1, 2].map(i =>
            (row.cells[i].querySelector('a') ?? row.cells[i].firstChild).textContent))"""
    )
    return rows


def query_of(page: Page) -> str:
    search: str = page.evaluate("location.search")
    return search.removeprefix("?")


def slide(page: Page, label: str, value: int) -> None:
    page.get_by_role("slider", name=label).fill(str(value))


# --- the page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*WITHOUT_CHOICE, "three_columns", "lower_is_better"])
def test_a_board_with_something_to_choose_has_the_page(name):
    assert (name not in WITHOUT_CHOICE) == ("choose/index.html" in built(name).files)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("choose/", "With scripts you can pick tasks, weights and limits."),
        ("compare/", "With scripts you can compare up to four models"),
    ],
)
def test_the_leaderboard_is_a_link_away_without_scripts(chromium, home, path, said):
    page, _ = open_page(chromium, home + path, java_script_enabled=False)
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.locator(":is(button, input, select):visible")).to_have_count(0)
    page.locator(".without-scripts a").click()
    expect(page.locator("#board-fine-tuned")).to_be_visible()


def test_what_the_data_has_not_cannot_be_limited():
    page = built("three_columns").page("choose/")
    assert [] == page.select("[data-limit], [data-list], [data-variant]")


# --- the answer --------------------------------------------------------------------------------


def test_all_tasks_of_equal_weight_are_the_board(chromium, home, index_site):
    """Also its verdict: the same three could be first."""
    page = ask(chromium, home, "")
    models = sorted((m for m in index_site.api("models") if m["rank"]), key=lambda m: m["rank"])
    assert rows_of(page) == [
        [str(m["rank"]), m["name"], f"{m['average']['fine_tuned']:.3f}"] for m in models
    ]
    expect(first_of(page)).to_have_text("Zephyr 7B Beta")
    expect(part(page, "question")).to_have_text("Which model for all 31 tasks?")
    expect(part(page, "line")).to_have_text(
        "Mean score 0.742 on 31 tasks, 0.010 ahead of Mistral 7B. "
        "Mistral 7B and Mistral 7B Instruct could be first as well."
    )
    expect(part(page, "rows").locator("tr.level")).to_have_count(3)
    # Neither scores better, so that both stand below, with their means.
    expect(part(page, "out-list").locator("li")).to_have_text(
        [re.compile(r"GPT-4\s*0\.661\s*only base"), re.compile(r"GPT-3\.5 Turbo\s*0\.599")]
    )


def test_a_choice_with_a_limit(chromium, home):
    """Coding and math, up to 8B: what decides, what would change it, what scores better."""
    page = ask(chromium, home, f"{CODING_AND_MATH}&size=8")
    expect(first_of(page)).to_have_text("Zephyr 7B Beta")
    expect(part(page, "question")).to_have_text("Which model for Coding and Math, up to 8B?")
    expect(part(page, "line")).to_have_text(
        "Mean score 0.572 on 3 tasks, 0.064 ahead of Mistral 7B. "
        "GPT-3.5 Turbo and GPT-4 score better here."
    )
    # On the other two 0.335 and 0.520, and Mistral 7B Instruct 0.341 and 0.488.
    expect(part(page, "reason")).to_have_text(
        "WikiSQL (SQL Generation): 0.896, where Mistral 7B has 0.669. "
        "Without it, Mistral 7B leads by 0.013."
    )
    expect(part(page, "change").locator("a")).to_have_text(
        ["Up to 8.54B: Gemma 7B leads with 0.632.", "Up to 7B: Phi-2 leads with 0.502."]
    )
    few = "3 tasks are too few to be certain; 6 are enough."
    expect(part(page, "few")).to_have_text(few)
    assert [["\N{EN DASH}", "GPT-3.5 Turbo"], ["\N{EN DASH}", "GPT-4"]] == [
        row[:2] for row in rows_of(page)[:2]
    ]
    expect(page.locator("td.choose-task")).to_have_count(3 * 10)
    expect(part(page, "out-list").locator("li").first).to_have_text(
        re.compile(r"Gemma 7B\s*0\.632\s*8\.54B, over your limit")
    )
    part(page, "change").locator("a").first.click()
    expect(first_of(page)).to_have_text("Gemma 7B")


def test_lower_is_better_is_said(chromium):
    page = ask(chromium, built("lower_is_better").url, "")
    line = r"Mean score 5\.75 on 5 tasks, 0\.88 ahead of .+\. Lower is better\."
    expect(part(page, "line")).to_have_text(re.compile(line))


def test_a_tie_has_no_first(chromium, tmp_path):
    """Two names in the answer; of four, their number. Models of one name are told apart."""
    rows = [(model, task, 0.5) for model in "abcd" for task in ("t", "u")]
    results = pd.DataFrame(rows, columns=["model", "task", "score"])
    names = pd.DataFrame({"model": [*"abcd"], "name": ["A", "A", "C", "D"]})
    two = results.assign(score=[0.5, 0.5, 0.5, 0.5, 0.4, 0.4, 0.3, 0.3])
    for n, frame, answer in (
        (2, two, "A (a) or A (b)"),
        (4, results, "4 models share the first rank"),
    ):
        root = write_project(tmp_path / str(n), {"results": frame, "models": names}, "")
        page = ask(chromium, build(root).url, "")
        expect(first_of(page)).to_have_text(answer)
        expect(part(page, "line")).to_have_text(re.compile(r"each on 2 tasks\.$"))
        expect(part(page, "why")).to_be_hidden()


# --- the form and the address --------------------------------------------------------------------


def test_picking_and_weighting(chromium, home):
    """Everything is in the address, and the way back takes it out."""
    page = ask(chromium, home, "")
    math = page.get_by_role("button", name="Math 1", exact=True)
    math.click()
    expect(first_of(page)).to_have_text("Gemma 7B")
    assert "category=Math" == query_of(page)
    page.get_by_label("Add a task").select_option(label="MMLU")
    slide(page, "MMLU", 1)
    expect(part(page, "line")).to_contain_text("Weighted mean")
    address = page.evaluate("location.href")
    assert "category=Math&task=mmlu&weight=2" == query_of(page)
    page.go_back()
    page.go_back()
    expect(page.get_by_role("slider", name="MMLU")).to_have_count(0)
    page.goto(address)
    expect(page.get_by_role("slider", name="MMLU")).to_have_attribute(
        "aria-valuetext", "2\N{MULTIPLICATION SIGN}"
    )
    expect(math).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Remove MMLU").last.click()
    expect(page.get_by_label("Add a task")).to_be_focused()
    assert "category=Math" == query_of(page)
    page.get_by_role("button", name="Start over").click()
    expect(first_of(page)).to_have_text("Zephyr 7B Beta")
    assert "" == query_of(page)


def test_the_weight_of_a_category_in_an_address_is_divided(chromium, home):
    """Coding has two tasks, so that each counts half of the one of math."""
    page = ask(chromium, home, "category=Coding&category=Math")
    shown = page.locator("[data-weights] output")
    expect(shown).to_have_text(
        ["0.5\N{MULTIPLICATION SIGN}", "0.5\N{MULTIPLICATION SIGN}", "1\N{MULTIPLICATION SIGN}"]
    )
    merit = (0.896 / 2 + 0.317 / 2 + 0.503) / 2
    zephyr = next(row for row in rows_of(page) if row[1] == "Zephyr 7B Beta")
    assert f"{merit:.3f}" == zephyr[2]


def test_limits_are_sliders_with_a_step_for_each_value(chromium, home):
    page = ask(chromium, home, "size=3")
    size = page.get_by_role("slider", name="Size")
    expect(size).to_have_attribute("aria-valuetext", "up to 3B")
    expect(first_of(page)).to_have_text("Phi-2")
    slide(page, "Size", 0)
    expect(size).to_have_attribute("aria-valuetext", "up to 2.51B")
    expect(first_of(page)).to_have_text("Gemma 2B")
    assert "size=2.51" == query_of(page)
    slide(page, "Size", int(size.get_attribute("max") or ""))
    expect(size).to_have_attribute("aria-valuetext", "any")
    assert "" == query_of(page)


def test_variant_and_licence(chromium, home):
    """A limit that leaves nobody says so; one on licences says what is ahead without it."""
    page = ask(chromium, home, "")
    page.get_by_role("button", name="Base", exact=True).click()
    expect(first_of(page)).to_have_text("GPT-4")
    page.get_by_role("button", name="MIT 2", exact=True).click()
    expect(first_of(page)).to_have_text("Zephyr 7B Beta")
    assert "variant=base&license=MIT" == query_of(page)
    changed = part(page, "change").get_by_text("With any license: GPT-4 leads with 0.661.")
    expect(changed).to_be_visible()
    page.goto(f"{home}choose/?price=0.001")
    expect(first_of(page)).to_have_text("No model is left")
    expect(part(page, "line")).to_have_text("Your limits leave out all 10 ranked models.")
    expect(part(page, "out-list")).to_contain_text("no list price")


def test_on_a_phone_the_choices_are_chips_above_the_answer(chromium, home):
    page = ask(chromium, home, f"{CODING_AND_MATH}&size=8", NARROW)
    chips = part(page, "chips").get_by_role("button")
    expect(chips).to_have_text(["Coding", "Math", "up to 8B"])
    assert overflow(page) <= 0
    answer, form = first_of(page).bounding_box(), page.locator("form").last.bounding_box()
    assert answer
    assert form
    assert answer["y"] < 400 < form["y"]
    chips.last.click()
    expect(first_of(page)).to_have_text("Gemma 7B")
    assert CODING_AND_MATH == query_of(page)


def test_unknown_values_of_an_address_are_reported(chromium, home):
    """Unknown names and bad numbers are left out, each with a word; the rest holds."""
    query = "task=nope&task=gsm8k&weight=-1&size=big&variant=x&license=<b>&margin=0.1"
    page, heard = open_page(chromium, f"{home}choose/?{query}")
    remark = part(page, "remark")
    for said in (
        "This board has no task “nope”; it is left out.",
        "Weight “-1” is not a number above 0; it counts as 1.",
        "The Size “big” is not a number of 0 or more and is left out.",
        "This board has no variant “x”; it is left out.",
        "This board has no License “<b>”; it is left out.",
    ):
        expect(remark).to_contain_text(said, ignore_case=True)
    expect(page.locator("[data-weights] output")).to_have_text("1\N{MULTIPLICATION SIGN}")
    page.get_by_role("button", name="Start over").click()
    expect(remark).to_be_hidden()
    assert "" == query_of(page)
    assert [] == heard.complaints


def test_the_first_few_can_be_compared_on_the_picked_tasks(chromium, home):
    page = ask(chromium, home, "task=wikisql&size=3")
    expect(first_of(page)).to_have_text("Gemma 2B")
    page.get_by_role("link", name="Compare the first 3").click()
    expect(page.get_by_role("button", name="Remove WikiSQL")).to_be_visible()
    expect(first_of(page)).to_have_text(
        "Gemma 2B has the best score on WikiSQL (SQL Generation), 0.890."
    )
    page.goto(f"{home}choose/?variant=base")
    # These two have only base scores, so that the comparison takes them by itself.
    pairs = [("model", "gpt-4"), ("model", "gpt-3.5-turbo")]
    for model in ("mistral-7b-instruct", "gemma-7b-instruct"):
        pairs += [("model", model), ("as", "base")]
    link = page.get_by_role("link", name="Compare the first 4")
    expect(link).to_have_attribute("href", f"../compare/?{urlencode(pairs)}")


@pytest.mark.parametrize(
    ("path", "remark"),
    [("choose/", "[data-choose=remark]"), ("compare/", "[data-part=remark]")],
)
def test_scores_that_cannot_be_loaded(chromium, home, path, remark):
    page, _ = open_page(chromium, home)
    page.route("**/scores.*.js", lambda route: route.abort())
    page.goto(home + path)
    said = re.compile("could not be loaded.* Reload the page to try again.")
    expect(page.locator(remark)).to_have_text(said)
    expect(page.locator(".without-scripts a")).to_be_visible()
