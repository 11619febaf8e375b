"""Filters of boards in a real browser, against what pandas says of the same tables."""

import re

import pytest
from playwright.sync_api import Page, expect

from site_builder.formatting import MISSING
from tests.helpers import real_boards
from tests.helpers.boards import make_frames
from tests.helpers.browsing import (
    NARROW,
    both_sizes,
    breaches,
    breaches_at,
    exported,
    has_address,
    open_filters,
    open_page,
    overflow,
    rows_of,
    shown,
)
from tests.helpers.real_boards import bfcl_entries
from tests.helpers.sites import build_once
from tests.helpers.tables import write_project
from tests.helpers.visitor import visit

TABLE = "board-base"
COUNTS = """panel => Object.fromEntries([...panel.querySelectorAll('.chip')].map(chip =>
    [chip.querySelector('span').firstChild.data.trim(),
     Number(chip.querySelector('small').textContent)]))"""


def ranks_of(page: Page) -> list[str]:
    """Ranks of the rows that are seen."""
    cells = page.locator(f"#{TABLE} tbody tr:not(.opened):visible td:first-child")
    return [text.strip() for text in cells.all_text_contents()]


@pytest.fixture(scope="module")
def bfcl():
    return real_boards.published("bfcl").url + "models/"


@pytest.fixture(scope="module")
def grouped(tmp_path_factory):
    """The same, whose publisher shows the best entry of each model."""
    results = bfcl_entries()[["model", "mode", "task", "score", "cost_usd"]]
    toml = '[board]\ngroup_by = "model"\n[tasks."*"]\nunit = "percent"\nhigher_is_better = true\n'
    toml += '[measures]\ncost_usd = { combine = "none" }\n'
    return build_once(write_project(tmp_path_factory.mktemp("grouped"), {"results": results}, toml))


def test_filters_are_in_the_address_and_back_undoes_them(chromium, bfcl):
    """The best open entry under five dollars takes four actions."""
    me = visit(chromium, bfcl, NARROW)
    page = me.page
    me.click_on(page.locator("[data-filters-open]").first)
    me.click("switch", "Open weights")
    me.enter("Cost, to", "5")
    me.click_on(page.locator(".filter-panel footer button"))
    found = bfcl_entries().query("is_open and cost_usd <= 5")
    assert found["entry"].tolist() == shown(page, TABLE)
    said = f"{len(found)} of {len(bfcl_entries())} entries"
    expect(page.locator("[data-said]").first).to_have_text(said)
    has_address(page, "?cost_usd=..5&open=yes")
    assert ["Cost up to $5.00", "Open weights"] == page.locator(
        ".pill:not(.best)"
    ).all_inner_texts()
    assert "4" == ranks_of(page)[0]  # of all entries
    page.go_back()
    assert bfcl_entries().query("is_open")["entry"].tolist() == shown(page, TABLE)
    page.go_back()
    assert len(bfcl_entries()) == len(shown(page, TABLE))
    page.go_forward()
    page.reload()
    assert bfcl_entries().query("is_open")["entry"].tolist() == shown(page, TABLE)


def test_best_of_each_developer_can_be_ranked_among_themselves(chromium, bfcl):
    me = visit(chromium, bfcl, NARROW)
    page = me.page
    me.click_on(page.locator("[data-filters-open]").first)
    me.click_on(page.locator(".filter-panel .chip", has_text="FC").first)
    me.pick("Show", "Best entry of each developer")
    me.click_on(page.locator(".filter-panel footer button"))
    found = bfcl_entries().query("mode == 'FC'")
    best = found[found["score"] == found.groupby("developer")["score"].transform("max")]
    assert best["entry"].tolist() == shown(page, TABLE)
    has_address(page, "?mode=FC&best=developer")
    page.get_by_role("switch", name="Rank among these").click()
    ranks = best["score"].rank(ascending=False, method="min").astype(int)
    label = page.get_by_text(f"Rank among {len(best)} shown")
    expect(label).to_be_visible()
    assert ranks.astype(str).tolist() == ranks_of(page)
    has_address(page, "&ranks=shown")
    page.get_by_role("button", name="Clear mine").click()
    expect(page).to_have_url(bfcl)
    assert ["1", "2"] == ranks_of(page)[:2]


def test_counts_are_what_each_value_would_leave_under_the_others(chromium, bfcl):
    page, _ = open_page(chromium, f"{bfcl}?open=yes&cost_usd=1..10&mode=FC")
    open_filters(page)
    found = bfcl_entries().query("is_open and 1 <= cost_usd <= 10")
    panel = page.get_by_role("group", name="Mode")
    counts = found["mode"].fillna("Not stated").value_counts().to_dict()
    assert counts == {k: n for k, n in panel.evaluate(COUNTS).items() if n}
    developers = page.get_by_role("group", name="Developer")
    developers.get_by_role("button", name="more").click()
    counts = found.query("mode == 'FC'")["developer"].value_counts().to_dict()
    assert counts == {k: n for k, n in developers.evaluate(COUNTS).items() if n}
    developers.get_by_role("searchbox").fill("QWEN")
    assert {"Qwen"} == {*developers.evaluate(COUNTS)} & {"Qwen", "Anthropic"}
    # With the best of each model only, a model counts once for each mode.
    page.get_by_role("button", name="Best entry of each model").first.click()
    counts = found.groupby(found["mode"].fillna("Not stated"))["model"].nunique().to_dict()
    assert counts == {k: n for k, n in panel.evaluate(COUNTS).items() if n}
    panel.get_by_text("Not stated").click()
    found = found[(found["mode"] == "FC") | found["mode"].isna()]
    assert found.drop_duplicates("model")["entry"].tolist() == shown(page, TABLE)
    expect(page).to_have_url(re.compile("mode=FC&mode=&"))


def test_handles_answer_to_the_keyboard_and_mind_each_other(chromium, bfcl):
    page, _ = open_page(chromium, bfcl)
    open_filters(page)
    high, low = (page.get_by_role("slider", name=f"Cost, {end}") for end in ("to", "from"))
    high.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(high).to_have_attribute("aria-valuetext", "$300.00")
    has_address(page, "?cost_usd=..300")
    assert bfcl_entries().query("cost_usd <= 300")["entry"].tolist() == shown(page, TABLE)
    page.keyboard.press("Home")  # no lower than the other handle
    low.focus()
    page.keyboard.press("End")
    assert high.input_value() == low.input_value()
    page.get_by_role("textbox", name="Cost, from").fill("many")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Cost, from")).to_have_attribute("aria-invalid", "")
    page.get_by_role("textbox", name="Cost, from").fill("$100")
    page.keyboard.press("Enter")
    assert bfcl_entries().query("cost_usd >= 100")["entry"].tolist() == shown(page, TABLE)
    has_address(page, "?cost_usd=100..")
    page.keyboard.press("Tab")
    low.focus()
    page.keyboard.press("Escape")
    expect(page.locator(".filter-panel")).to_be_hidden()
    expect(page.locator("[data-filters-open]").first).to_be_focused()


def test_a_row_leads_to_the_other_entries_of_its_model_and_of_its_mode(chromium, bfcl):
    page, _ = open_page(chromium, bfcl)
    row = page.locator(f"#{TABLE} tr", has_text="Gemini-3-Pro-Preview (Prompt)")
    row.get_by_role("button", name="Other entries of").click()
    opened = page.locator("tr.opened")
    expect(opened.locator(".opened-entries li")).to_contain_text("Gemini-3-Pro-Preview (FC)")
    expect(opened.locator(".opened-entries li")).to_contain_text("Mode: FC")
    page.locator(f"#{TABLE} tr", has_text="o3-2025").first.get_by_role(
        "button", name="Other entries of"
    ).click()
    expect(opened).to_have_count(2)
    expect(page).to_have_url(re.compile("opened=.*opened="))
    page.reload()
    expect(opened).to_have_count(2)
    page.go_back()
    expect(opened).to_have_count(1)
    page.go_forward()
    expect(opened).to_have_count(2)
    assert len(bfcl_entries()) == len(shown(page, TABLE))
    opened.first.get_by_role("link", name="with Mode Prompt").click()
    assert bfcl_entries().query("mode == 'Prompt'")["entry"].tolist() == shown(page, TABLE)
    has_address(page, "?mode=Prompt")
    page.go_back()
    opened.first.get_by_role("link", name="All 2 entries of Gemini-3-Pro-Preview").click()
    assert ["Gemini-3-Pro-Preview (Prompt)", "Gemini-3-Pro-Preview (FC)"] == shown(page, TABLE)
    has_address(page, "?model=Gemini-3-Pro-Preview")
    row.get_by_role("button", name="Other entries of").click()
    has_address(page, "&opened=Gemini-3-Pro-Preview+%28Prompt%29")
    row.get_by_role("button", name="Other entries of").click()
    expect(opened).to_have_count(0)


def test_the_first_filter_is_lifted_in_one_step_and_kept_beside_others(chromium):
    page, _ = open_page(chromium, real_boards.published("tau2").url + "boards/core/")
    first = len(shown(page, TABLE))
    page.get_by_role("button", name="Remove the filter standard").first.click()
    assert first < len(shown(page, TABLE))
    has_address(page, "?all=1")
    page.go_back()
    open_filters(page)
    page.get_by_role("switch", name="Complete on these tasks").click()
    expect(page.get_by_role("button", name="Remove the filter standard").first).to_be_visible()
    has_address(page, "?complete=yes")
    page.get_by_role("button", name="Clear mine").click()
    assert first == len(shown(page, TABLE))


def test_with_group_by_the_page_has_ranks_among_the_best(chromium, grouped):
    """An entry that is not the best of its model has none, until the chip is lifted."""
    best = bfcl_entries().drop_duplicates("model")
    page, _ = open_page(chromium, grouped.url + "models/")
    assert best["entry"].tolist() == shown(page, TABLE)
    ranks = best["score"].rank(ascending=False, method="min").astype(int).astype(str).tolist()
    assert ranks == ranks_of(page)
    chip = page.get_by_role("button", name="Best entry of each model").first
    expect(chip).to_have_attribute("aria-pressed", "true")
    chip.click()
    assert bfcl_entries()["entry"].tolist() == shown(page, TABLE)
    whole = bfcl_entries()["score"].rank(ascending=False, method="min").astype(int).astype(str)
    assert whole.tolist() == ranks_of(page)
    has_address(page, "?all=1")
    page.go_back()
    page.goto(grouped.url + "models/?cost_usd=..10")
    cheap = bfcl_entries().query("cost_usd <= 10").drop_duplicates("model")
    assert cheap["entry"].tolist() == shown(page, TABLE)
    texts = dict(zip(shown(page, TABLE), ranks_of(page), strict=True))
    is_best = cheap["entry"].isin(best["entry"])
    assert not is_best.all()
    assert {*cheap.loc[~is_best, "entry"]} == {n for n, rank in texts.items() if rank == MISSING}


def test_without_scripts_the_best_of_each_are_shown(chromium, grouped):
    page, _ = open_page(chromium, grouped.url + "models/", java_script_enabled=False)
    best = bfcl_entries().drop_duplicates("model")
    assert best["entry"].tolist() == shown(page, TABLE)
    said = f"{len(best)} of {len(bfcl_entries())} entries: best entry of each model."
    expect(page.get_by_text(said)).to_be_visible()


def test_the_sheet_of_a_phone_says_how_many_rows_it_leaves(chromium, bfcl):
    page, _ = open_page(chromium, bfcl, NARROW)
    open_filters(page)
    sheet = page.locator(".filter-panel")
    box = sheet.bounding_box()
    assert box == {"x": 0, "y": 0, "width": NARROW[0], "height": NARROW[1]}
    page.get_by_role("switch", name="Open weights").click()
    n = len(bfcl_entries().query("is_open"))
    expect(sheet.get_by_role("status")).to_have_text(f"{n} of {len(bfcl_entries())} entries")
    sheet.get_by_role("button", name="Clear mine").click()
    sheet.get_by_role("button", name=f"Show {len(bfcl_entries())} entries").click()
    expect(sheet).to_be_hidden()
    expect(page.locator("[data-filters-open]").first).to_be_focused()
    open_filters(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(page.locator(".filter-panel:modal")).to_have_count(0)
    expect(sheet).to_be_visible()


@both_sizes
def test_all_that_opens_is_within_reach(chromium, bfcl, size):
    """For axe, in either theme, with every part open; and no target is lower than 24 px."""
    page, _ = open_page(chromium, f"{bfcl}?open=yes&best=model", size)
    page.locator(".opener:visible").first.click()
    open_filters(page)
    page.locator(".more-filters > summary").click()
    page.get_by_role("button", name="more").first.click()
    assert [] == breaches_at(page, size, ".box:has(#board-base), .filter-panel")
    assert overflow(page) <= 0
    low = """all => all.map(e => e.closest('label') ?? e).filter(e => e.checkVisibility())
        .filter(e => e.getBoundingClientRect().height < 24).map(e => e.outerHTML)"""
    assert [] == page.locator(".filter-panel :is(input, button, select)").evaluate_all(low)


def test_ranges_of_dates_and_costs_hide_what_has_none(chromium):
    """Aider writes 0 for a cost that is not known."""
    results = real_boards.aider()
    home = real_boards.published("aider").url
    page, _ = open_page(chromium, f"{home}models/?date=2025-05..2025&cost_usd=..1000")
    runs = results[results["task"] == "pass_rate_2"]
    recent = runs[runs["date"].astype(str).between("2025-05-01", "2025-12-31")]
    known = recent[recent["cost_usd"] > 0]
    assert 0 < len(known) < len(recent) < len(runs)
    expect(page.locator("[data-said]")).to_have_text(f"{len(known)} of {len(runs)} entries")
    open_filters(page)
    n = len(recent) - len(known)
    said = f"Hides {n} {'entry' if n == 1 else 'entries'} without a value"
    expect(page.get_by_role("group", name="Cost")).to_contain_text(said)


# --- measures in place of scores ------------------------------------------------------------------

MATRIX_ROW = """task => {
    const table = document.querySelector('#scores-score');
    const at = [...table.tHead.rows[0].cells].findIndex(head => head.dataset.title === task);
    const rows = [...table.tBodies[0].rows].filter(row => row.checkVisibility());
    return rows.map(row => [row.dataset.id, row.cells[at].textContent]);
}"""


def test_a_measure_takes_the_place_of_the_scores(chromium):
    """Cheapest entry on one task: two actions; Back undoes each, and the scores are there again."""
    page, heard = open_page(chromium, real_boards.published("tau2").url + "boards/core/", NARROW)
    before = page.evaluate(MATRIX_ROW, "telecom")
    page.locator(".matrix").get_by_role("button", name="Cost", exact=True).click()
    expect(page.locator(".matrix .chart-title:visible")).to_contain_text("Cost from $0.05 to $0.72")
    has_address(page, "?cells=cost_usd")
    page.locator("#scores-score th[data-title=telecom] .sort").click()
    found = real_boards.tau2().query("task == 'telecom' and list == 'current' and cost_usd > 0")
    least = found["cost_usd"].max()
    assert f"${least:.2f}" == page.evaluate(MATRIX_ROW, "telecom")[0][1]
    page.locator("#scores-score th[data-title=telecom] .sort").click()
    assert f"${found['cost_usd'].min():.2f}" == page.evaluate(MATRIX_ROW, "telecom")[0][1]
    assert overflow(page) <= 0
    assert [] == breaches(page, ".matrix")
    for _ in range(3):
        page.go_back()
    expect(page.locator(".matrix .chart-title:visible")).to_have_text("9 entries on 3 tasks")
    assert before == page.evaluate(MATRIX_ROW, "telecom")
    assert [] == heard.complaints


@pytest.mark.parametrize("written", ["apache-2.0", "Apache-2.0"])
def test_both_spellings_of_a_licence_are_one_filter(chromium, bfcl, written):
    """The publisher of BFCL has both; an address has either, or both as it had before."""
    mine = bfcl_entries()["license"].isin(["apache-2.0", "Apache-2.0"])
    for asked in (written, f"{written}&license=APACHE-2.0"):
        page, _ = open_page(chromium, f"{bfcl}?license={asked}")
        assert bfcl_entries()[mine]["entry"].tolist() == shown(page, TABLE)
        assert ["Apache-2.0"] == page.locator(".pill:not(.best)").all_inner_texts()
        page.close()


@pytest.fixture(scope="module")
def styled(tmp_path_factory):
    """Two variants that pair nothing, one of them with a label."""
    runs = {"raw": {"a": [3.0], "b": [2.0]}, "style_control": {"a": [1.0], "c": [4.0]}}
    toml = '[board]\nlabels = { style_control = "Style control" }\n[site]\ncards = false\n'
    return build_once(write_project(tmp_path_factory.mktemp("styled"), make_frames(runs), toml))


@both_sizes
def test_a_filter_shows_the_label_and_the_address_has_the_value(chromium, styled, size):
    """The chip and the pill have the label; an older address that has it is understood."""
    me = visit(chromium, styled.url + "models/", size)
    page = me.page
    me.click_on(page.locator("[data-filters-open]").first)
    chips = page.get_by_role("group", name="Variant")
    assert {"Raw": 2, "Style control": 2} == chips.evaluate(COUNTS)
    me.click_on(chips.locator(".chip", has_text="Style control"))
    page.keyboard.press("Escape")
    assert page.url.endswith("?variant=style_control")
    assert ["Style control"] == page.locator(".pill:not(.best)").all_inner_texts()
    own = ["c", "a (Style control)"]
    assert own == shown(page, TABLE)
    page.goto(page.url.replace("style_control", "Style+control"))
    assert own == shown(page, TABLE)


def test_a_download_of_a_filtered_board_has_the_value(chromium, styled):
    page, _ = open_page(chromium, styled.url + "models/?variant=style_control")
    _, content = exported(page)
    head, *lines = rows_of(content)
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert [("c", "style_control"), ("a (Style control)", "style_control")] == [
        (row["Model"], row["Variant"]) for row in rows
    ]
