"""The cost calculator in a real browser: what a visitor sets, and what comes of it."""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl

import pandas as pd
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.helpers.browsing import (
    LAYOUT_SHIFT,
    NARROW,
    first_column,
    open_page,
    overflow,
)
from tests.helpers.odd_boards import built
from tests.helpers.sites import BuiltSite, build, build_once, visible
from tests.helpers.tables import SITE_TOML, board, write_project

TIMES = "\N{MULTIPLICATION SIGN}"
NONE = "\N{EN DASH}"
COLUMNS = ("model", "month_usd", "times_cheaper", "break_even")
# Provider, model, dollars a million sent and received, dollars an hour.
Listed = tuple[str, str, float | None, float | None, float | None]
# `gamma` is the baseline. `alpha` at q is sold both ways, `beta` at r costs nothing.
MIXED: tuple[Listed, ...] = (
    ("p", "gamma", 20, 40, None),
    ("q", "gamma", 30, 30, None),
    ("q", "alpha", 1, 3, 6),
    ("r", "alpha", None, None, 2),
    ("r", "beta", 0, 0, None),
    ("s/t", "<b>{sent} & 7", 0.5, 0.25, None),
)


def priced(root: Path, prices: Sequence[Listed], toml: str = SITE_TOML) -> Path:
    """The fixture board with these list prices: by the token, by the hour, or both."""
    columns = ("provider", "model", "usd_per_million_input_tokens", "usd_per_million_output_tokens")
    table = pd.DataFrame(prices, columns=[*columns, "usd_per_hour"])
    floats = dict.fromkeys(table.columns[2:], "Float64")
    return write_project(root, {**board(), "prices": table.astype(floats)}, toml)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    return build_once(priced(tmp_path_factory.mktemp("priced"), MIXED))


@pytest.fixture(scope="module")
def mixed(site: BuiltSite) -> str:
    return f"{site.url}serving/"


def type_in(page: Page, label: str, typed: str) -> None:
    """Set a field as a visitor does, and go on to the next one."""
    field = page.get_by_label(label, exact=True)
    field.fill(typed)
    field.press("Tab")


def set_load(page: Page, numbers: tuple[str, str, str]) -> None:
    labels = ("Requests per day", "Input tokens", "Output tokens")
    for label, typed in zip(labels, numbers, strict=True):
        type_in(page, label, typed)


def shown(page: Page) -> tuple[list[tuple[str, ...]], dict[str, str]]:
    columns = [
        first_column(page, "monthly-costs", key)
        for key in COLUMNS
        if page.locator(f"#monthly-costs th[data-key={key}]").count()
    ]
    worked = page.eval_on_selector_all(
        "[data-worked]", "all => all.map(p => [p.dataset.worked, p.textContent])"
    )
    return list(zip(*columns, strict=True)), dict(worked)


def query_of(page: Page) -> list[tuple[str, str]]:
    return parse_qsl(page.evaluate("location.search").removeprefix("?"))


def remark(page: Page, key: str) -> Locator:
    return page.locator(f"#cost-{key}-remark")


def test_the_index_is_computed_again(chromium, home):
    """The state stands in the address, back undoes it, a link keeps it, the defaults leave none."""
    page, heard = open_page(chromium, f"{home}serving/")
    assert [] == query_of(page)
    before = shown(page)
    assert ("GPT-4", "$777.98", f"1.00{TIMES}") == before[0][-1]
    type_in(page, "Requests per day", "2,500")
    assert [("requests", "2500")] == query_of(page)
    expect(page.locator("#monthly-costs tr.reference")).to_contain_text("GPT-4")
    expect(page.locator("[data-calculator-load]")).to_contain_text("Requests per day: 2,500")
    expect(page.locator("[data-calculator-compared]")).to_have_text("Compared with GPT-4, openai.")
    after = shown(page)
    page.reload()
    assert after == shown(page)
    expect(page.get_by_label("Requests per day")).to_have_value("2,500")
    page.go_back()
    assert before == shown(page)
    page.go_forward()
    expect(page.get_by_label("Requests per day")).to_have_value("2,500")
    type_in(page, "Requests per day", "1000")
    assert [] == query_of(page)
    assert [] == heard.complaints


def test_a_bad_number_is_reported_beside_its_field(chromium, mixed):
    """Once the visitor is done typing; the table keeps the last numbers, empty is not zero."""
    page, _ = open_page(chromium, mixed, NARROW)
    before = shown(page)
    field = page.get_by_label("Requests per day")
    for typed, said in (
        ("", "Enter a number; empty is not 0."),
        ("many", "Enter a number, such as 1,000, 1M or 0.5."),
        ("-5", "Enter 0 or more."),
        ("1e999", "Enter 1,000,000,000,000 or less."),
    ):
        field.fill("1000")
        field.fill(typed)
        expect(remark(page, "requests")).to_have_text("")
        field.press("Tab")
        expect(remark(page, "requests")).to_have_text(said)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(f"An example. {said}")
        assert said == page.locator("[data-status]").text_content()
        assert before == shown(page)
    assert [] == query_of(page)
    field.fill("0")
    expect(remark(page, "requests")).to_have_text("")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    assert ("$0.00",) * 5 == tuple(row[1] for row in shown(page)[0][:5])


def test_results_are_announced_when_the_visitor_is_done(chromium, mixed):
    """Not on each key; table and address follow each, as one step, the announcement the last."""
    page, _ = open_page(chromium, mixed)
    field, status = page.get_by_label("Requests per day"), page.locator("[data-status]")
    field.fill("")
    field.press_sequentially("50")
    expect(page.locator("[data-calculator-load]")).to_contain_text("Requests per day: 50,")
    assert "" == status.text_content()
    assert [("requests", "50")] == query_of(page)
    field.press("Enter")
    expect(status).to_have_text("Cheapest: Beta, r, $0.00 a month.")
    assert [("requests", "50")] == query_of(page)
    page.go_back()
    expect(field).to_have_value("1,000")
    assert [] == query_of(page)


def test_bad_values_of_the_address_are_reported(chromium, mixed):
    asked = "?requests=%3Cb%3E&sent=&received=20"
    page, heard = open_page(chromium, mixed + asked)
    expect(remark(page, "requests")).to_have_text(
        "Not used from the address: “<b>”. Enter a number, such as 1,000, 1M or 0.5."
    )
    expect(remark(page, "sent")).to_contain_text("empty is not 0")
    expect(remark(page, "received")).to_have_text("")
    values = [page.get_by_label(n).input_value() for n in ("Requests per day", "Input tokens")]
    assert ["1,000", "1,000"] == values
    expect(page.get_by_label("Output tokens")).to_have_value("20")
    assert page.evaluate(LAYOUT_SHIFT) < 0.01
    assert [] == heard.complaints


def test_a_sorted_table_is_sorted_again(chromium, mixed):
    page, _ = open_page(chromium, mixed)
    cost = page.locator("#monthly-costs th[data-key=month_usd]")
    cost.get_by_role("button").click()
    expect(cost).to_have_attribute("aria-sort", "descending")
    type_in(page, "Requests per day", "5000")
    expect(cost).to_have_attribute("aria-sort", "descending")
    # $0, 152,187.5 * $0.000625 and * $0.0025; the machines; then * $0.04 and * $0.045
    costs = ["$0.00", "$95.12", "$380.47", "$1,461.00", "$4,383.00", "$6,087.50", "$6,848.44"]
    assert costs[::-1] == first_column(page, "monthly-costs", "month_usd")
    cost.get_by_role("button").click()
    assert costs == first_column(page, "monthly-costs", "month_usd")


def test_the_link_is_copied(chromium, mixed):
    """What was typed last is in it, though the field was not left before."""
    page, _ = open_page(chromium, mixed, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("Output tokens").fill("42")
    page.locator(".calculator").get_by_role("button", name="Copy link").click()
    expect(page.locator(".calculator").get_by_role("button", name="Copied")).to_be_visible()
    assert f"{mixed}?received=42" == page.evaluate("navigator.clipboard.readText()")


def test_without_scripts_a_sentence_says_what_they_add(chromium, mixed):
    page, _ = open_page(chromium, mixed, java_script_enabled=False)
    expect(page.get_by_text("With scripts you can compute the cost")).to_be_visible()
    page.get_by_text("Formulas, with your numbers").click()
    expect(page.get_by_text("Cost per month, by the hour")).to_be_visible()
    expect(page.locator("#monthly-costs")).to_be_hidden()
    expect(page.locator(".calculator :is(input, select, button):visible")).to_have_count(0)


def test_it_works_from_the_disk(chromium, site):
    page, heard = open_page(chromium, (site.folder / "serving/index.html").as_uri())
    type_in(page, "Requests per day", "50")
    # 50 * 30.4375 requests at $0.04
    assert ("Gamma", "$60.88", f"1.00{TIMES}", NONE) in shown(page)[0]
    assert [] == [said for said in heard.complaints if ".woff2" not in said]


# --- by hand -----------------------------------------------------------------------------------


def test_a_board_with_both_kinds_of_price(chromium, mixed):
    """1,000 a day of 1,000 and 500 tokens: an example, and called one."""
    page, _ = open_page(chromium, mixed)
    # 30,437.5 a month at $0, $0.000625, $0.0025, $0.04, $0.045; 730.5 hours at $2 and $6.
    assert [
        ("r", "$0.00", NONE, NONE),
        ("s/t", "$19.02", f"64{TIMES} cheaper", NONE),
        ("q", "$76.09", f"16.0{TIMES} cheaper", NONE),
        ("p", "$1,217.50", f"1.00{TIMES}", NONE),
        ("q", "$1,369.69", f"1.13{TIMES} as expensive", NONE),
        ("r, by the hour", "$1,461.00", f"1.20{TIMES} as expensive", "1,200"),
        ("q, by the hour", "$4,383.00", f"3.6{TIMES} as expensive", "3,600"),
    ] == [
        (note, *row[1:])
        for note, row in zip(
            page.locator("#monthly-costs th small").all_text_contents(),
            shown(page)[0],
            strict=True,
        )
    ]
    assert ["An example."] * 3 == page.locator(".field-hint").all_text_contents()
    worked = shown(page)[1]
    assert (
        f"Alpha, r, by the hour, and Gamma, p: $2.00 {TIMES} 24 / $0.04 = 1,200 a day"
        == worked["break_even"]
    )
    hours = f"Alpha, r, by the hour: $2.00 {TIMES} 24 {TIMES} 365.25 / 12 = $1,461.00"
    assert hours == worked["hours"]
    assert f"<b>{{sent}} & 7, s/t: $1,217.50 / $19.02 = 64{TIMES} cheaper" == worked["times"]


ENDS: list[tuple[tuple[str, str, str], str, tuple[str, ...], tuple[str, ...]]] = [
    # Nothing is asked: what costs nothing has no multiple; $2 * 24 / $0.006 a day.
    (("0", "100", "100"), "p", ("$0.00", NONE, NONE), ("$1,461.00", NONE, "8,000")),
    # Much output: the other offer is the cheapest, 2,006 * $30 / 1e6 = $0.06018 a request.
    (
        ("0.003", "7", "1999"),
        "q",
        ("$0.0055", f"1.00{TIMES}", NONE),
        ("$1,461.00", f"265,869{TIMES} as expensive", "798"),
    ),
    (
        ("1e12", "1e12", "999999999999"),
        "p",
        ("$1,826,250,000,000,000,000,000.00", f"1.00{TIMES}", NONE),
        ("$1,461.00", f"1,250,000,000,000,000,000{TIMES} cheaper", "0.000000800"),
    ),
]


def test_the_ends_of_what_can_be_asked(chromium, mixed):
    """The cheapest offer of the baseline, which the others are compared with, and a machine."""
    page, _ = open_page(chromium, mixed)
    for load, reference, row, machine in ENDS:
        set_load(page, load)
        notes = page.locator("#monthly-costs th small").all_text_contents()
        rows = {
            (name, note): numbers
            for note, (name, *numbers) in zip(notes, shown(page)[0], strict=True)
        }
        assert [*row] == rows["Gamma", reference]
        assert [*machine] == rows["Alpha", "r, by the hour"]
        assert overflow(page) <= 0


def show(browser: Browser, site: BuiltSite) -> Page:
    return open_page(browser, f"{site.url}serving/")[0]


def test_a_board_without_a_baseline(chromium, tmp_path):
    prices: list[Listed] = [("p", "x", 1, 1, None), ("q", "y", 2, 2, None)]
    site = build(priced(tmp_path / "project", prices, '[site]\ntitle = "Priced board"\n'))
    page = show(chromium, site)
    assert [f"1.00{TIMES}", f"2.0{TIMES} as expensive"] == [row[2] for row in shown(page)[0]]
    words = visible(site.page("serving/"))
    assert not re.search("baseline|break-even", words, re.IGNORECASE)


def test_prices_by_the_hour_alone(chromium):
    """A cost a month, and nothing to set or to compare: 730.5 hours at $1.50."""
    page = show(chromium, built("failed_requests"))
    ((_, cost),), worked = shown(page)
    assert "$1,095.75" == cost
    assert ["hours"] == list(worked)
    assert 0 == page.locator(".calculator :is(input, [data-copy])").count()


def test_one_price(chromium, tmp_path):
    page = show(chromium, build(priced(tmp_path / "project", [("p", "x", 1, 1, None)])))
    rows, worked = shown(page)
    assert [2] == [len(row) for row in rows]
    assert ["tokens"] == list(worked)


@pytest.mark.parametrize("prices", [[("p", "x", 1, None, None)], []])
def test_nothing_to_pay(tmp_path, prices):
    """Half a price, or a table without one: no section, no script, no term."""
    site = build(priced(tmp_path, prices))
    assert [] == [p for p in site.html if "data-calculator" in site.html[p]]
    assert [] == [p for p in site.html if "js/calculator" in site.html[p]]
    assert [] == site.page("about/").select("#cost")
