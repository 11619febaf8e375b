"""Statistical words explain themselves in place: what they say, and who can open them."""

import re

import pytest
from playwright.sync_api import expect

from site_builder.render.tables import write_words
from site_builder.table_model import Cell
from tests.helpers.browsing import NARROW, open_page
from tests.helpers.odd_boards import built
from tests.helpers.sites import single_spaced

WORDS = {"best", "ranks", "tie", "tied", "clear", "interval"}


# What the scripts of a page may explain: "tied with best".
SCRIPTED = {"tasks/index.html": {"explain-tied"}}


@pytest.mark.parametrize("name", ["index", "sparse", "mixed_directions", "one_task"])
def test_every_word_has_two_sentences(name):
    """Each button leads to an explanation on its own page, which has no others."""
    site, used = built(name), set()
    for path, page in site.pages():
        buttons = page.select("[popovertarget]")
        explained = {str(word["id"]): word for word in page.select(".explain[popover]")}
        found = {str(button["popovertarget"]) for button in buttons}
        assert found <= set(explained) <= found | SCRIPTED.get(path, set()), path
        used |= found
        for word in explained.values():
            said = single_spaced(word.p.get_text() if word.p else "")
            name_, *sentences = re.split(r"(?<=[.]) ", said)
            assert 2 == len(sentences), (path, name_)
            assert all(len(sentence.split()) <= 25 for sentence in sentences), said
    if name == "index":
        assert {f"explain-{word}" for word in WORDS} == used


def test_the_strip_of_plausible_ranks(index_site):
    """Zephyr may be 1st to 9th of 10: nine of ten ticks; the text stays for those who need it."""
    rows = {
        single_spaced(row.th.a.get_text()): row.select_one(".ranks")
        for row in index_site.page("models/").select("#board-fine-tuned tbody tr")
    }
    spans = {name: str(strip["style"]) for name, strip in rows.items() if strip}
    assert "--low:0%;--high:90%" == spans["Zephyr 7B Beta"]
    assert "--low:0%;--high:90%" == spans["Mistral 7B"]
    assert "1\N{EN DASH}9" == rows["Zephyr 7B Beta"].get_text()
    assert rows["GPT-4"] is None


def test_a_strip_has_a_tick_for_each_of_a_few_ranks():
    """Two of four are half of four ticks; ten ticks, the most, are not said."""
    cells = [Cell("1", 1.0, "1", ranks=(1, 2, of)) for of in (4, 10, 1_000)]
    strips = [re.findall("style=(\\S+?)>", write_words(cell, lambda _: "")) for cell in cells]
    assert [
        ["--low:0%;--high:50%;--ticks:4"],
        ["--low:0%;--high:20%"],
        ["--low:0%;--high:0.2%"],
    ] == strips


def test_every_word_has_a_drawing(chromium, home):
    """The style sheet draws them: two numbers overlap for both kinds of ties."""
    page, _ = open_page(chromium, home)
    drawn = page.evaluate(
        """words => Object.fromEntries(words.map((word) => {
            const shown = site.make('div', {class: 'explain', id: `explain-${word}`});
            document.querySelector(`#${shown.id}`)?.remove();
            document.body.append(shown);
            return [word, getComputedStyle(shown, '::before').maskImage];
        }))""",
        [*WORDS],
    )
    assert WORDS == {word for word, mask in drawn.items() if mask.startswith('url("data:image/svg')}
    assert len(WORDS) - 1 == len(set(drawn.values()))
    assert drawn["tie"] == drawn["tied"]


def test_a_word_opens_by_keyboard(chromium, home):
    page, heard = open_page(chromium, f"{home}models/mistral-7b/", NARROW)
    button = page.get_by_role("button", name="Clear: what it means")
    button.focus()
    page.keyboard.press("Enter")
    word = page.locator("#explain-clear")
    expect(word).to_be_visible()
    box = word.bounding_box()
    assert box is not None
    assert (0 <= box["x"], box["x"] + box["width"] <= NARROW[0]) == (True, True)
    page.keyboard.press("Escape")
    expect(word).to_be_hidden()
    expect(button).to_be_focused()
    assert [] == heard.complaints


def test_a_word_opens_by_touch_and_without_scripts(chromium, home):
    page, _ = open_page(
        chromium, f"{home}tasks/magicoder/", (390, 844), has_touch=True, java_script_enabled=False
    )
    page.locator("#ranking button", has_text="tied with best").first.tap()
    expect(page.locator("#explain-tied")).to_be_visible()
