"""Choosing: the page without scripts, and what its script answers in a real browser."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers.browsing import (
    NARROW,
    WIDE,
    open_page,
    overflow,
)
from tests.helpers.odd_boards import built

WITHOUT_CHOICE = ("one_score", "one_model", "one_task")
READ_ANSWER = """() => {
    const shown = name => document.querySelector(`[data-choose="${name}"]:not([hidden])`);
    const text = name => shown(name)?.textContent.replace(/[ \\n]+/g, ' ').trim() ?? '';
    const part = (row, name) => row.querySelector(`.choose-${name}`).textContent.trim();
    return {
        first: text('first'), reason: text('reason'), more: text('more'), legend: text('legend'),
        smallest: text('smallest'), influence: text('influence'),
        unranked_head: text('unranked-head'),
        rows: [...document.querySelectorAll('[data-choose=list] li')].map(row => [
            part(row, 'rank'), row.querySelector('a').textContent,
            row.querySelector('.choose-name small')?.textContent ?? '',
            part(row, 'chance'), part(row, 'merit'), part(row, 'why'),
            row.querySelector('svg').getAttribute('aria-label'),
            ...['db-reference:d', 'db-before:cx', 'db-after:cx'].map(mark => {
                const [name, at] = mark.split(':');
                const place = row.querySelector(`.${name}`)?.getAttribute(at) ?? '-1';
                return parseFloat(place.replace('M', ''));
            }),
        ]),
        unranked: [...document.querySelectorAll('[data-choose=unranked-list] li')].map(
            row => row.textContent.replace(/\\s+/g, ' ').trim()),
    };
}"""


def read(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(READ_ANSWER)
    return found


@pytest.fixture(scope="module")
def desk(browser: Browser, home: str) -> Page:
    """A page that has the statistics of choosing."""
    return open_page(browser, home + "choose/")[0]


def ask(page: Page, url: str, query: str) -> None:
    """Open the page with a question and wait until it is answered."""
    page.goto(f"{url}choose/?{query}")
    expect(page.locator("[data-choose-page][data-answered]")).to_have_count(1)


def wait_for(page: Page, first: str) -> None:
    expect(page.locator("[data-choose=first]")).to_have_text(first)


def settle(page: Page, times: int) -> None:
    """Wait until so many questions have been answered."""
    expect(page.locator("[data-choose-page]")).to_have_attribute("data-answered", str(times))


def open_form(browser: Browser, url: str, size: tuple[int, int]) -> Page:
    """The page with its controls in sight: a phone shows them on demand."""
    page, _ = open_page(browser, url + "choose/", size)
    opener = page.get_by_role("button", name="Tasks and limits")
    expect(opener).to_be_visible(visible=size == NARROW)
    if size == NARROW:
        expect(page.get_by_label("Math", exact=True)).to_be_hidden()
        opener.click()
    return page


def type_in(page: Page, label: str, text: str) -> None:
    """Type into a field and leave it: answered at both, in the address when it is left."""
    page.get_by_label(label).fill(text)
    page.get_by_label(label).press("Tab")


def query_of(page: Page) -> str:
    return urlsplit(page.url).query


def assert_linked(chromium: Browser, page: Page) -> None:
    """The address of a page, opened afresh, gives the same answer."""
    other, _ = open_page(chromium, page.url)
    expect(other.locator("[data-choose-page][data-answered]")).to_have_count(1)
    assert read(page) == read(other)


# --- the page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*WITHOUT_CHOICE, "three_columns", "lower_is_better"])
def test_a_board_with_something_to_choose_has_the_page(name):
    site = built(name)
    there = "choose/index.html" in site.files
    assert (name not in WITHOUT_CHOICE) == there
    links = [str(a["href"]) for a in site.page("").select("a[href]")]
    assert (2 if there else 0) == links.count("choose/")


def test_the_leaderboard_is_shown_without_scripts(chromium, home):
    page, _ = open_page(chromium, home + "choose/", java_script_enabled=False)
    expect(page.get_by_text("With scripts you can pick tasks, weights and limits.")).to_be_visible()
    rows = page.locator(".without-scripts tbody tr")
    expect(rows).to_have_count(11)
    expect(rows.first).to_contain_text("Zephyr 7B Beta")
    expect(page.locator("button:not([popovertarget]):visible, input:visible")).to_have_count(0)


def test_what_the_data_has_not_cannot_be_limited():
    page = built("three_columns").page("choose/")
    assert [] == page.select("[data-amount], [data-one-of], [data-variant]")


def test_all_tasks_of_equal_weight_are_the_board(desk, index_site):
    ranked = sorted(
        (m for m in index_site.api("models") if m["rank"]), key=lambda m: int(m["rank"])
    )
    found = read(desk)["rows"]
    assert [[m["name"], f"{m['average']['fine_tuned']:.3f}"] for m in ranked] == [
        [row[1], row[4]] for row in found
    ]


# --- in a browser ------------------------------------------------------------------------------


def test_the_reason_in_words(desk):
    answer = read(desk)
    assert re.fullmatch(
        r"Mean score 0\.742 on the 31 tasks, fine-tuned; 0\.010 ahead of Mistral 7B\. "
        r"Zephyr 7B Beta, Mistral 7B and Mistral 7B Instruct are too close to call\.",
        answer["reason"],
    )
    assert answer["influence"] == (
        "Most influential task WikiSQL (SQL Generation) It alone is 75 % of the lead over "
        "Mistral 7B: without it, the lead is 0.003."
    )
    chances = [row[3] for row in answer["rows"]]
    assert re.fullmatch(r"8\d\s%", chances[0])
    assert ["<1\N{NO-BREAK SPACE}%"] * 7 == chances[3:]
    assert "Bar: chance to be the best of these 10 models" in answer["legend"]
    assert "GPT-4: no score on any of the 31 tasks" in answer["unranked"]
    assert "GPT-4, 0.661" in answer["legend"]


def test_few_tasks_tell_no_models_apart(chromium):
    url = built("lower_is_better").url
    page, _ = open_page(chromium, url)
    ask(page, url, "")
    text = read(page)["reason"]
    assert "5 tasks are too few to tell models apart. You need at least 6 tasks." in text
    assert "first" not in text
    expect(page.locator("[data-choose=influence]")).to_be_hidden()
    assert "Mean score 5.75 on the 5 tasks, tuned; 0.88 ahead" in text


def test_starting_over_is_the_page_without_a_query(chromium, home):
    page, _ = open_page(chromium, home)
    ask(page, home, "")
    first = read(page)
    ask(page, home, "task=gsm8k")
    page.get_by_role("button", name="Start over").click()
    settle(page, 2)
    assert first == read(page)
    assert page.url.endswith("/choose/")


def test_picking_and_weighting(chromium, home):
    page = open_form(chromium, home, NARROW)
    page.get_by_label("Math", exact=True).check()
    settle(page, 2)
    assert page.url.endswith("?category=Math")
    page.get_by_label("Find a task").fill("mmlu")
    expect(page.locator("[data-pick=task]:visible")).to_have_count(1)
    page.get_by_label("MMLU", exact=True).check()
    type_in(page, "Weight of MMLU", "2")
    picked = page.locator(".choose-chip")
    expect(picked).to_have_text([re.compile("MMLU . 2$"), "Remove Math"])
    assert {"category=Math", "task=mmlu&weight=2"} == set(re.split(r"&(?!w)", query_of(page)))
    settle(page, 5)
    assert_linked(chromium, page)
    page.get_by_role("button", name="Remove Math").click()
    expect(picked).to_have_text([re.compile("MMLU . 2$")])
    assert "task=mmlu&weight=2" == query_of(page)
    expect(page.get_by_role("button", name="Remove MMLU")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-choose-line]")).to_be_focused()
    assert "" == query_of(page)
    assert overflow(page) <= 0


def test_the_address_keeps_a_choice(chromium, home):
    page = open_form(chromium, home, WIDE)
    page.get_by_label("Coding", exact=True).check()
    settle(page, 2)
    coding = read(page)
    type_in(page, "Weight of Coding", "3")
    page.get_by_label("Math", exact=True).check()
    settle(page, 5)
    both, address = read(page), page.url
    assert coding["reason"] != both["reason"]
    page.go_back()
    page.go_back()
    expect(page.get_by_label("Math", exact=True)).not_to_be_checked()
    expect(page.get_by_label("Weight of Coding")).to_have_value("1")
    settle(page, 7)
    assert coding == read(page)
    page.go_forward()
    page.go_forward()
    settle(page, 9)
    page.reload()
    settle(page, 1)
    expect(page.get_by_label("Weight of Coding")).to_have_value("3")
    assert (address, both) == (page.url, read(page))


def test_limits_are_in_the_address_as_they_are_typed(chromium, home):
    """Before the field is left, as one step; thousands and powers are read; a bad one is told."""
    page = open_form(chromium, home, WIDE)
    field = page.get_by_label("At most this many billion parameters")
    field.press_sequentially("2.6")
    wait_for(page, "Gemma 2B")
    assert page.url.endswith("/choose/?size=2.6")
    page.go_back()
    expect(field).to_have_value("")
    for typed, size_limit in (("1,000,000", "1000000"), ("1M", "1000000"), ("0.003k", "3")):
        field.fill(typed)
        assert page.url.endswith(f"/choose/?size={size_limit}")
    field.fill("seven")
    remark = page.locator("[data-choose-remark]")
    expect(remark).to_be_hidden()  # until the visitor is done typing
    field.press("Tab")
    expect(remark).to_have_text("“seven” is not a number of 0 or more and is left out.")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert page.url.endswith("/choose/")
    field.fill("3")
    expect(remark).to_be_hidden()


def test_variant_licence_and_price(chromium, home):
    """The other controls; a limit that leaves nobody says so, and how many it leaves out."""
    page = open_form(chromium, home, NARROW)
    page.get_by_role("button", name="Base", exact=True).click()
    wait_for(page, "GPT-4")
    assert page.url.endswith("?variant=base")
    page.get_by_text("License", exact=True).click()
    page.get_by_label("MIT", exact=True).check()
    wait_for(page, "Zephyr 7B Beta")
    expect(page.locator("[data-left-out=license]")).to_have_text(
        "Leaves out 10 of 12 ranked models."
    )
    page.get_by_label("At most this many dollars per million output tokens").fill("0.15")
    expect(page.locator("[data-left-out=price]")).to_have_text(
        "Leaves out 8 of 12 ranked models, 3 without a known price."
    )
    page.get_by_label("At most this many dollars per million output tokens").fill("0")
    wait_for(page, "No model is left")
    expect(page.locator("[data-choose=reason]")).to_contain_text("leave out all 12 ranked models")
    page.get_by_role("button", name="Start over").click()
    wait_for(page, "Zephyr 7B Beta")
    expect(page.locator("[data-left-out]")).to_have_text(["", "", "", ""])
    expect(page.get_by_label("MIT", exact=True)).not_to_be_checked()
    assert page.url.endswith("/choose/")


def test_unknown_values_of_an_address_are_reported(chromium, home):
    """Unknown names and bad numbers are left out, each with a word; the rest holds."""
    page, heard = open_page(
        chromium, home + "choose/?task=nope&task=gsm8k&weight=-1&size=big&variant=x&license=<b>"
    )
    expect(page.locator(".choose-chip")).to_have_count(1)
    remark = page.locator("[data-choose-remark]")
    for said in (
        "This board has no task “nope”; it is left out.",
        "Weight “-1” is not a number above 0; it counts as 1.",
        "The size “big” is not a number of 0 or more and is left out.",
        "This board has no variant “x”; it is left out.",
        "This board has no license “<b>”; it is left out.",
    ):
        expect(remark).to_contain_text(said)
    page.get_by_role("button", name="Start over").click()
    expect(remark).to_be_hidden()
    assert [] == heard.complaints


def test_it_works_from_the_disk(chromium, index_site):
    """From file:// the scores are loaded, and links lead to pages."""
    page, heard = open_page(chromium, (index_site.folder / "choose/index.html").as_uri())
    page.get_by_role("button", name="Base", exact=True).click()
    wait_for(page, "GPT-4")
    page.locator("[data-choose=list] a").nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("GPT-3.5 Turbo")
    assert [] == [text for text in heard.complaints if ".woff2" not in text]


def test_the_first_few_can_be_compared(chromium, home):
    page, _ = open_page(chromium, home + "choose/?variant=base")
    wait_for(page, "GPT-4")
    link = page.get_by_role("link", name="Compare the first models")
    # These two have only base scores, so that the comparison takes them by itself.
    pairs = [("model", "gpt-4"), ("model", "gpt-3.5-turbo")]
    for model in ("mistral-7b-instruct", "gemma-7b-instruct"):
        pairs += [("model", model), ("as", "base")]
    expect(link).to_have_attribute("href", f"../compare/?{urlencode(pairs)}")


def test_the_comparison_is_on_the_picked_tasks(chromium, home):
    """Over all 31 tasks Phi-2 is ahead of Gemma 2B; on SQL it is not."""
    page, _ = open_page(chromium, home)
    ask(page, home, "task=wikisql&size=3")
    wait_for(page, "Gemma 2B")
    expect(page.get_by_text("The comparison counts each task the same.")).to_be_hidden()
    page.get_by_role("link", name="Compare the first models").click()
    expect(page.get_by_role("button", name="Remove WikiSQL")).to_be_visible()
    expect(page.locator("[data-part=finding]")).to_contain_text(
        "Gemma 2B has the best mean over 1 common task, 0.890"
    )
    expect(page.locator("#compare-tasks tbody tr")).to_have_count(1)


def test_weights_are_not_compared_and_the_page_says_so(chromium, home):
    page, _ = open_page(chromium, home)
    ask(page, home, "task=wikisql&weight=3&task=gsm8k")
    expect(page.get_by_text("The comparison counts each task the same.")).to_be_visible()
    link = page.get_by_role("link", name="Compare the first models")
    expect(link).to_have_attribute("href", re.compile(r"\?task=wikisql&task=gsm8k&model="))


def test_scores_that_cannot_be_loaded(chromium, home):
    page, _ = open_page(chromium, home)
    page.route("**/scores.*.js", lambda route: route.abort())
    page.goto(home + "choose/")
    expect(page.locator("[data-choose-remark]")).to_contain_text("Reload the page to try again.")
    expect(page.locator(".without-scripts table")).to_be_visible()
