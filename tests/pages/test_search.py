"""Quick find: what its index knows, and what a visitor does with it by keyboard alone."""

import gzip
import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browsing import NARROW, breaches, open_page, overflow
from tests.helpers.odd_boards import built
from tests.helpers.sites import BuiltSite, load_json

Entry = tuple[tuple[str, str], str, str]


def index_of(site: BuiltSite) -> dict[str, list[Entry]]:
    """The entries of each kind, as the script gives them."""
    (text,) = (c.decode() for path, c in site.files.items() if path.startswith("assets/data/find."))
    name, _, value = text.removeprefix("site.provide(").removesuffix(");\n").partition(",")
    assert "find" == json.loads(name)
    value = re.sub(r"\\(.)", r"\1", value.removeprefix("JSON.parse('").removesuffix("')"))
    return {
        kind: [((link[0], link[1]), hint, key) for link, hint, key in entries]
        for kind, entries in load_json(value)
    }


def test_index_of_the_index(index_site):
    index = index_of(index_site)
    assert (("Phi-2", "models/phi-2/"), "Microsoft", "") in index["Model"]
    gsm8k = (("Grade School Math (gsm8k)", "tasks/gsm8k/"), "Math", "gsm8k")
    assert gsm8k in index["Task"]
    assert (("Math", "categories/math/"), "", "") in index["Category"]
    assert (("Home", ""), "Fine-tuning Index", "") == index["Page"][0]
    assert (("Speed and price", "serving/"), "", "") in index["Page"]
    assert "404.html" not in [path for (_, path), _, _ in index["Page"]]


def test_index_is_small(index_site):
    """At most 10 kB on its way, and asked for by no page before it is opened."""
    (path,) = (path for path in index_site.files if path.startswith("assets/data/find."))
    assert len(gzip.compress(index_site.files[path], mtime=0)) <= 10_000
    assert [] == [p for p, html in index_site.html.items() if f'src="{path}"' in html]


@pytest.mark.parametrize("name", ["index", "hostile", "one_score", "one_task", "without_results"])
def test_index_leads_to_every_listed_page(name):
    site = built(name)
    index = index_of(site)
    found = [
        f"{path}index.html"
        for kind in ("Model", "Task", "Category", "Page")
        for (_, path), _, _ in index.get(kind, [])
    ]
    listed = [path for path, html in site.html.items() if 'content="noindex"' not in html]
    assert sorted(listed) == sorted(found)
    assert all(index.values())
    further = [path for kind in ("Action", "Word") for (_, path), _, _ in index.get(kind, [])]
    for page, _, anchor in (path.partition("#") for path in further):
        assert f"{page}index.html" in listed
        assert not anchor or site.page(page).find(id=anchor), anchor


def type_to_find(page: Page, text: str, by: str = "key") -> None:
    """Open quick find by its key or its button, and type once the index is there."""
    button = page.get_by_role("button", name="Search", exact=True)
    expect(button).to_be_visible()
    if by == "key":
        page.keyboard.press("/")
    else:
        button.click()
    expect(page.get_by_role("combobox", name="A model, task")).to_be_focused()
    expect(page.locator("[data-find-note]")).to_have_text("Type a few letters of a name or a word.")
    page.keyboard.type(text)


def options(page: Page) -> list[str]:
    """The names on offer, the best first."""
    return page.locator(".find [role=option] span").all_text_contents()


def expect_active(page: Page, at: int) -> None:
    """One option is selected, and the field names it."""
    option = page.locator("[role=option][aria-selected=true]")
    expect(option).to_have_count(1)
    expect(option).to_have_id(f"find-option-{at}")
    field = page.get_by_role("combobox", name="A model, task")
    expect(field).to_have_attribute("aria-activedescendant", f"find-option-{at}")


def test_better_matches_come_first(chromium, home):
    """The name itself, its beginning, the beginning of a word, any part, the id, the hint."""
    page, _ = open_page(chromium, home)
    type_to_find(page, "Gemma 2b")
    assert ["Gemma 2B", "Gemma 2B Instruct"] == options(page)
    field = page.get_by_role("combobox", name="A model, task")
    expect(field).to_have_attribute("aria-expanded", "true")
    for typed, found in (
        ("math", ["Math", "Grade School Math (gsm8k)"]),
        ("math grade", ["Grade School Math (gsm8k)"]),
        ("ephyr", ["Zephyr 7B Beta"]),
        ("GPT-3.5turbo", ["GPT-3.5 Turbo"]),
        ("gpt4", ["GPT-4"]),
        ("llama2", ["Llama 2 7B Chat", "Llama 2 7B"]),
        ("MÍCROSOFT", ["Phi-2"]),
    ):
        field.fill(typed)
        assert found == options(page)[: len(found)], typed
    expect(page.locator("[role=option] small")).to_have_text("Model · Microsoft")
    # By the words of what visitors come for.
    for typed, option in (
        ("price", "Compare prices and speed Action"),
        ("download", "Download the data Action"),
        ("cite", "Cite this site Action"),
        ("versus", "Compare models side by side Action"),
        ("lift", "Lift Word"),
    ):
        field.fill(typed)
        expect(page.get_by_role("option", name=option).first).to_be_visible()
    assert [] == breaches(page, ".find")


def test_the_arrows_go_round(chromium, home):
    page, _ = open_page(chromium, home)
    type_to_find(page, "a")
    expect(page.locator("[role=option]")).to_have_count(12)
    expect(page.locator("[data-find-note]")).to_contain_text("more; keep typing to narrow")
    for key, at in (("ArrowUp", 11), ("ArrowDown", 0), ("ArrowDown", 1), ("End", 11), ("Home", 0)):
        page.keyboard.press(key)
        expect_active(page, at)
    page.keyboard.press("End")
    expect(page.locator("#find-option-11")).to_be_in_viewport()
    page.get_by_role("option", name="About Page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("About")
    page.go_back()
    expect(page.locator("dialog[open]")).to_have_count(0)
    # The key is left alone: in a field it is a letter, with Control it is the browser's.
    page.evaluate(
        "document.querySelector('main').append(Object.assign(document.createElement('input'), "
        "{id: 'own'}))"
    )
    page.locator("#own").focus()
    page.keyboard.type("a/b")
    expect(page.locator("#own")).to_have_value("a/b")
    page.locator("#own").blur()
    page.keyboard.press("Control+/")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("Shift+/")  # how many keyboards type it
    expect(page.locator("dialog[open]")).to_have_count(1)


def test_an_empty_result_is_stated_and_escape_closes(chromium, home):
    page, _ = open_page(chromium, home + "tasks/", NARROW)
    button = page.get_by_role("button", name="Search", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-find-note]")).to_have_text("Type a few letters of a name or a word.")
    page.keyboard.type("no such <b>thing</b>")
    expect(page.locator("[data-find-note]")).to_have_text(
        "Nothing is called “no such <b>thing</b>”. Try fewer letters."
    )
    expect(page.locator("[role=option]")).to_have_count(0)
    assert [] == breaches(page, ".find")
    assert overflow(page) <= 0
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(button).to_be_focused()
    button.click()
    page.locator("[data-find-close]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    button.click()
    page.mouse.click(5, NARROW[1] - 5)
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_the_key_can_be_switched_off(chromium, home):
    page, _ = open_page(chromium, home)
    type_to_find(page, "")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Open with")).to_be_focused()
    page.keyboard.press("Space")
    page.goto(home + "models/")
    expect(page.locator("[data-find-key]")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_label("Open with").check()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("dialog[open]")).to_have_count(1)


def test_an_index_that_fails_to_load_is_loaded_again(chromium, home):
    """The dialog says what is missing and what to do; doing it helps."""
    page, _ = open_page(chromium, home)
    page.route("**/data/find.*", lambda route: route.abort())
    page.reload()  # so that the browser asks for nothing before it knows
    page.keyboard.press("/")
    expect(page.locator("[data-find-note]")).to_contain_text("could not be loaded. Close this")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.unroute("**/data/find.*")
    type_to_find(page, "phi", by="button")  # the key may come before the field has lost the focus
    assert ["Phi-2"] == options(page)


def test_it_finds_from_the_disk(chromium, index_site):
    page, _ = open_page(chromium, (index_site.folder / "models/phi-2/index.html").as_uri())
    type_to_find(page, "mmlu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("MMLU")
    type_to_find(page, "home")
    page.keyboard.press("Enter")
    expect(page.locator("#board-fine-tuned")).to_be_visible()


def test_the_404_page_offers_it(chromium, home):
    page, _ = open_page(chromium, home + "404.html")
    page.get_by_role("button", name="Search by name").click()
    expect(page.get_by_role("combobox", name="A model, task")).to_be_focused()
