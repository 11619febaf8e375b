"""Tables in a real browser: filters, columns, sorting, export, and all of it in the address."""

import re

import pytest
from playwright.sync_api import Page, expect

from site_builder.pages import board_table
from tests.helpers.boards import make_frames
from tests.helpers.browsing import (
    CLIPBOARD,
    LAID_OUT,
    NARROW,
    WIDE,
    both_sizes,
    exported,
    first_column,
    has_address,
    open_page,
    overflow,
    rows_of,
    shown,
)
from tests.helpers.sites import build, build_once
from tests.helpers.tables import board, changed, having, write_project

ODD = "A, B/c & \N{SNOWMAN}=d ~~http://x.org www.x #1~~"
JOINER = "\N{WORD JOINER}"


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a board whose names have marks that an address and a spreadsheet read."""
    tables = board()
    models = changed(tables["models"], "developer", {1: ODD})
    tables["models"] = having(models, name=["=SUM(A1)", 'Beta, "B"', "@gamma"])
    return build_once(write_project(tmp_path_factory.mktemp("odd"), tables)).url


def choose(page: Page, menu: str, *values: str) -> None:
    """Tick values behind one of the two buttons, and close it."""
    page.locator(f".tools .{menu} > summary").first.click()
    for value in values:
        page.locator(".menu[open]").get_by_label(value, exact=True).click()
    page.keyboard.press("Escape")


@pytest.mark.parametrize("path", ["", "models/", "models/zephyr-7b-beta/", "tasks/"])
def test_scripts_begin_without_a_layout(chromium, home, path):
    """None asks for sizes or places: the page would be laid out within their task, not after it."""
    page = chromium.new_page()
    page.add_init_script(LAID_OUT)
    page.goto(home + path)
    expect(page.locator("thead .sort:visible").first).to_be_visible()
    assert [] == page.evaluate("window.asked")
    page.close()


def test_text_filters_rows_and_ranks_stay(chromium, home):
    page, heard = open_page(chromium, home)
    said, field = page.locator("[data-said]"), page.get_by_role("searchbox", name="Find models")
    expect(said).to_be_hidden()
    field.press_sequentially("7b INSTRUCT")
    assert ["Mistral 7B Instruct", "Gemma 7B Instruct"] == shown(page, "board-fine-tuned")
    ranks = first_column(page, "board-fine-tuned", "rank")
    assert ["1", "2", "3"] == ranks[:3]
    expect(said).to_have_text("2 of 11 models")
    has_address(page, "/?q=7b+INSTRUCT")
    page.go_back()
    expect(said).to_be_hidden()
    expect(field).to_have_value("")
    page.go_forward()
    expect(field).to_have_value("7b INSTRUCT")
    page.get_by_role("button", name="Remove the filter 7b INSTRUCT").click()
    expect(said).to_be_hidden()
    expect(page.locator("[data-filters-open]").first).to_be_focused()
    expect(page).to_have_url(home)
    assert [] == heard.complaints


def test_a_filter_of_the_first_rows_says_so(chromium, tmp_path):
    """The home page lists 25 of 81 models; a filter looks at no other."""
    frames = make_frames({"base": {f"m{i}": [i / 100] for i in range(81)}})
    page, _ = open_page(chromium, build(write_project(tmp_path / "many", frames, "")).url)
    page.get_by_role("searchbox", name="Find models").fill("m8")
    expect(page.locator("[data-said]")).to_have_text("1 of the first 25 models")


def test_a_phone_has_its_filters_in_one_line(chromium, home):
    """That of the tasks and that of a model; what it has no room for is scrolled to."""
    page, _ = open_page(chromium, "about:blank", NARROW)
    for path in ("models/phi-2/", "tasks/"):
        page.goto(home + path)
        line = page.locator(".tools > .chips")
        tops = line.locator(".chip").evaluate_all("all => all.map(e => e.offsetTop)")
        assert len(tops) > 4
        assert 1 == len({*tops}), path
        assert overflow(page) <= 0
        last = line.locator(".chip").last
        last.click()
        expect(last).to_be_in_viewport()
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    tops = page.locator(".tools .chip").evaluate_all("all => all.map(e => e.offsetTop)")
    assert 1 == len({*tops})
    expect(page.locator(".filters")).to_have_count(0)  # there is nothing else to filter by


def test_a_phone_shows_the_score_of_an_unranked_entry(chromium, home):
    """In place of two dashes; a ranked one has its score and its gain."""
    page, _ = open_page(chromium, f"{home}tasks/gsm8k/", NARROW)
    rows = page.locator("#ranking tbody tr")
    dash = "\N{EN DASH}"
    for row, cells in ((0, [dash, "0.622"]), (1, ["1", "0.569", "+0.530"])):
        seen = rows.nth(row).locator("td:not(.plot):visible").all_inner_texts()
        assert cells == [text.strip() for text in seen]


def test_filters_add_up_and_hold_in_every_view(chromium, home):
    """Developers widen, size narrows; another view and a new visit show the same choice."""
    page, _ = open_page(chromium, home, NARROW)
    page.locator("[data-filters-open]").first.click()
    for name in ("Google", "Meta"):
        page.locator(".filter-panel .chip").get_by_text(name).click()
    expect(page.get_by_role("button", name="Show 6 models")).to_be_visible()
    page.get_by_role("textbox", name="Size, to").fill("3B")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show 2 models").click()
    assert ["Gemma 2B", "Gemma 2B Instruct"] == shown(page, "board-fine-tuned")
    has_address(page, "?developer=Google&developer=Meta&size=..3")
    page.get_by_role("button", name="Base", exact=True).click()
    expect(page.locator("[data-said]")).to_have_text("2 of 12 models")
    page.reload()
    assert {"Gemma 2B", "Gemma 2B Instruct"} == set(shown(page, "board-base"))
    assert ["Google", "Meta", "Size up to 3B"] == page.locator(".pill").all_inner_texts()
    page.get_by_role("button", name="Remove the filter Google").click()
    has_address(page, "?view=base&developer=Meta&size=..3")
    assert [] == shown(page, "board-base")
    page.goto(home + "?size=7.24")
    assert "Zephyr 7B Beta" in shown(page, "board-fine-tuned")
    assert "Gemma 7B" not in shown(page, "board-fine-tuned")
    assert "GPT-4" not in shown(page, "board-fine-tuned")  # its size is not known


def test_a_head_sorts_and_leads_to_what_it_means(chromium, home):
    """By what ranks the table, as it was: the address says nothing then."""
    page, _ = open_page(chromium, f"{home}?sort=lift_over_base&way=ascending")
    assert "Gemma 7B Instruct" == shown(page, "board-fine-tuned")[0]
    assert "GPT-4" == shown(page, "board-fine-tuned")[-1]
    head = page.locator("#board-fine-tuned th[data-key=average]")
    expect(head.get_by_role("button")).to_have_text("Score")
    head.get_by_role("button").click()
    expect(page).to_have_url(home)
    assert "Zephyr 7B Beta" == shown(page, "board-fine-tuned")[0]
    link = head.get_by_role("link", name="What Score is")
    assert str(link.get_attribute("href")).endswith("about/#average")
    link.focus()
    expect(link).to_have_css("opacity", "1")


def test_columns_are_hidden_and_added(chromium, home):
    page, _ = open_page(chromium, home + "models/")
    choose(page, "columns", "Gain", "Win rate")
    expect(page.locator("#board-fine-tuned [data-key=lift_over_base]")).to_be_hidden()
    expect(page.locator("#board-fine-tuned [data-key=win_rate]")).to_be_visible()
    has_address(page, "?hide=lift_over_base&show=win_rate")
    page.get_by_role("button", name="Base", exact=True).click()
    expect(page.locator("#board-base [data-key=win_rate]")).to_be_visible()
    page.reload()
    expect(page.locator("#board-base [data-key=win_rate]")).to_be_visible()
    expect(page.locator("#board-base [data-key=average]")).to_be_visible()
    choose(page, "columns", "Win rate")
    expect(page.locator("#board-base [data-key=win_rate]")).to_be_hidden()


def test_the_numbers_behind_a_long_board_come_in_a_file(tmp_path, chromium, monkeypatch):
    """An export has them, filtered and in another order, as if they were in the page."""
    runs = {f"m{k}": [0.1 * k + 0.01 * ((3 * k + i * i) % 7) for i in range(8)] for k in range(6)}

    def numbers(name: str) -> bytes:
        site = build(write_project(tmp_path / name, make_frames({"base": runs}), ""))
        assert (name == "long") == ("charts/models/board-base.js" in site.files)
        assert (name == "long") != (
            "<td class=merit data-details" in site.html["models/index.html"]
        )
        page, heard = open_page(chromium, f"{site.url}models/?q=m&sort=average&way=ascending")
        _, content = exported(page)
        assert [] == heard.complaints
        return content

    short = numbers("short")
    monkeypatch.setattr(board_table, "LONG", 5)
    assert short == numbers("long")
    first = dict(zip(*rows_of(short)[:2], strict=True))
    assert "m0" == first["Model"]
    assert float(first["Score, low end"]) < float(first["Score"]) < float(first["Score, high end"])


def test_a_view_is_exported(chromium, home):
    """CSV and Markdown hold what is seen, in its order: numbers, and those behind drawings."""
    address = home + "?q=mistral&sort=average&way=ascending&hide=beats&hide=price"
    page, _ = open_page(chromium, address, permissions=CLIPBOARD)
    name, content = exported(page)
    assert ("board-fine-tuned.csv", "\ufeff") == (name, content.decode()[0])
    head, *rows = rows_of(content)
    ends = ["Score, low end", "Score, high end"]
    assert ["#", "Model", "Best rank", "Worst rank", "Score", *ends, "Gain"] == head[:8]
    assert "Too close to call for first" == head[-1]
    assert [["3", "Mistral 7B Instruct", "1", "10"], ["2", "Mistral 7B", "1", "9"]] == [
        row[:4] for row in rows
    ]
    assert ["yes", "yes"] == [row[-1] for row in rows]
    score = page.locator("#board-fine-tuned tr[data-id=mistral-7b] td.merit")
    assert float(score.evaluate("cell => site.table.value(cell)")) == float(rows[1][4])
    assert len(rows[1][4]) > len("0.732")
    assert content.endswith(b"\r\n")
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.locator("[data-status]")).to_have_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    names, ways, *lines = [line.strip("| ").split(" | ") for line in text.split("\n")]
    assert head == names
    assert ["--:", ":--", "--:", "--:"] == ways[:4]
    assert ["2", "Mistral 7B", "1", "9", "0.732", "0.607", "0.857"] == lines[1][:7]
    page.get_by_role("button", name="Copy link to this view").click()
    expect(page.get_by_role("button", name="Copied").last).to_be_visible()
    expect(page).to_have_url(page.evaluate("navigator.clipboard.readText()"))


def test_odd_names_survive_the_address_and_the_export(chromium, odd):
    """Commas, slashes and Unicode survive the address; a formula in a name is defused.

    So are marks, links and mentions in Markdown.
    """
    page, _ = open_page(chromium, odd + "models/", permissions=CLIPBOARD)
    page.locator("[data-filters-open]").first.click()
    page.locator(".filter-panel .chip").get_by_text(ODD).click()
    assert ["=SUM(A1)"] == shown(page, "board-fine-tuned")
    page.goto(page.evaluate("location.href"))
    assert ["=SUM(A1)"] == shown(page, "board-fine-tuned")
    page.goto(odd + "models/?view=base")
    page.locator(".tools .export > summary").first.click()
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.locator("[data-status]")).to_have_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    assert f"| vs @{JOINER}gamma |" in text
    rows = rows_of(exported(page)[1])
    assert {"'=SUM(A1)", 'Beta, "B"', "'@gamma"} == {row[1] for row in rows[1:]}


def test_tasks_are_exported_a_row_each_with_their_category(chromium, home):
    """A category has a row of its own on the page, and none here."""
    page, _ = open_page(chromium, home + "tasks/")
    head, *rows = rows_of(exported(page)[1])
    assert "Category" == head[-1]
    assert {len(head)} == {*map(len, rows)}
    assert 31 == len(rows)
    assert "Math" == {row[0]: row[-1] for row in rows}["Grade School Math (gsm8k)"]


def test_the_address_of_another_board_does_no_harm(chromium, home):
    page, heard = open_page(chromium, home + "?sort=nope&way=up&hide=none&size=x&developer=Nobody")
    expect(page.locator("[data-said]")).to_contain_text("0 of 11 models")
    page.get_by_role("button", name="Remove the filter Nobody").click()
    expect(page.locator("[data-said]")).to_be_hidden()
    assert "Zephyr 7B Beta" == shown(page, "board-fine-tuned")[0]
    assert [] == heard.complaints


def test_menus_answer_to_the_keyboard(chromium, home):
    page, _ = open_page(chromium, home)
    summary = page.locator(".tools .export > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".menu[open]")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(".menu[open]")).to_have_count(0)
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("[data-filters-open]").first.focus()
    expect(page.locator(".menu[open]")).to_have_count(0)
    summary.click()
    expect(page.locator(".menu[open]")).to_have_count(1)
    page.mouse.click(5, 5)
    expect(page.locator(".menu[open]")).to_have_count(0)


def test_head_and_names_stay_in_sight(chromium, odd):
    """Where columns are added until the table scrolls, and in its head alike."""
    page, _ = open_page(chromium, odd + "models/", (800, 700))
    page.locator(".tools .columns > summary").first.click()
    menu = page.locator(".tools .columns").first
    for choice in menu.locator("[type=checkbox]:not([data-tasks] *)").all():
        choice.check()
    page.keyboard.press("Escape")
    wrap = page.locator(".box .table-wrap:visible").first
    wrap.evaluate("box => box.scrollLeft = box.scrollWidth")
    frame = wrap.bounding_box()
    assert frame is not None
    for name in (wrap.locator("thead th.name"), wrap.locator("tbody th").first):
        box = name.bounding_box()
        assert box is not None
        assert frame["x"] - 1 <= box["x"] < frame["x"] + frame["width"] / 2


@both_sizes
def test_menus_show_their_entries_whole(chromium, home, size):
    """No entry is cut, none is lower than 24 px, and the menu is within the window."""
    page, _ = open_page(chromium, home + "models/", size)
    for menu in page.locator(".tools .menu").all():
        menu.locator("summary").click()
        entries = menu.locator(".menu-body :is(label, button)")
        expect(entries.first).to_be_visible()
        found = entries.evaluate_all(
            """entries => entries.map(entry => {
                const box = entry.getBoundingClientRect();
                return [entry.scrollWidth - entry.clientWidth, box.height >= 24,
                    box.left >= 0 && box.right <= innerWidth];
            })"""
        )
        assert {(0, True, True)} == {*map(tuple, found)}
        page.keyboard.press("Escape")


def test_wide_and_middle_windows(chromium, home):
    """At 1,920 px no column is cut, and the table is as wide as its tools; at 768 px no link."""
    page, _ = open_page(chromium, home + "models/", (1920, 900))
    wrap = page.locator("#view-fine-tuned .table-wrap")
    expect(wrap).to_have_class(re.compile("fits"))
    assert overflow(page) <= 0
    row, box = page.locator(".tools-row").first.bounding_box(), wrap.bounding_box()
    assert row is not None
    assert box is not None
    assert (row["x"], row["width"]) == (box["x"], box["width"])
    page.set_viewport_size({"width": 768, "height": 900})
    cut = page.locator(".nav").evaluate("nav => nav.scrollWidth - nav.clientWidth")
    assert cut <= 0


def test_ticked_rows_lead_to_the_comparison(chromium, home):
    page, heard = open_page(chromium, home)
    bar = page.locator(".tick-bar")
    expect(bar).to_be_hidden()
    page.get_by_label("Compare Zephyr 7B Beta").first.check()
    expect(bar).to_contain_text("Zephyr 7B Beta: tick another to compare")
    expect(bar.get_by_role("link")).to_be_hidden()
    page.get_by_role("button", name="Base", exact=True).click()
    page.locator("#view-base").get_by_label("Compare GPT-4", exact=True).check()
    expect(bar).to_contain_text("Zephyr 7B Beta and GPT-4")
    bar.get_by_role("link", name="Compare").click()
    has_address(page, "/compare/?model=zephyr-7b-beta&as=fine_tuned&model=gpt-4&as=base")
    title = "Zephyr 7B Beta or GPT-4 (base): too close to call."
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert [] == heard.complaints


def test_four_rows_can_be_ticked_and_all_be_cleared(chromium, home):
    page, _ = open_page(chromium, home + "tasks/gsm8k/")
    boxes = page.locator("#ranking .tick input")
    for place in range(4):
        boxes.nth(place).check()
    expect(page.locator(".tick-bar")).to_contain_text("four at most")
    expect(boxes.nth(4)).to_be_disabled()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator(".tick-bar")).to_be_hidden()
    expect(boxes.nth(4)).to_be_enabled()
    expect(boxes.first).to_be_focused()
    page.goto(home)
    page.locator("#view-fine-tuned").get_by_label("Compare Phi-2").check()
    page.locator("[data-view=lift]").click()
    expect(page.locator("#view-lift").get_by_label("Compare Phi-2")).to_be_checked()
