"""Choosing: the page as the build makes it, and the same answers in a real browser."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from site_builder.addresses import Address
from site_builder.compute.choice import Choice
from site_builder.compute.picks import LimitKind, Pick, Question, spread_weights
from site_builder.formatting import quantity
from site_builder.pages.all import make_pages
from site_builder.pages.choose import answer_of, choose, default_question, find_prices
from site_builder.pages.page import Page as SitePage
from site_builder.pages.page import Site
from site_builder.prose.markdown import load_prose
from site_builder.records import Record, replace
from site_builder.render.pages import render_files
from tests.helpers.browsing import AXE, AXE_RUN, NARROW, WIDE, open_page
from tests.helpers.odd_boards import built
from tests.helpers.serve import served
from tests.helpers.sites import ROOT, BuiltSite, build, make_site, on_disk, visible
from tests.helpers.tables import write_project

WITHOUT_CHOICE = ("one_score", "one_model", "one_task")
READ_ANSWER = """() => {
    const shown = name => document.querySelector(`[data-choose="${name}"]:not([hidden])`);
    const text = name => shown(name)?.textContent.replace(/[ \\n]+/g, ' ').trim() ?? '';
    const part = (row, name) => row.querySelector(`.choose-${name}`).textContent.trim();
    return {
        first: text('first'), reason: text('reason'), more: text('more'), legend: text('legend'),
        smallest: text('smallest'), sure: text('sure'), unranked_head: text('unranked-head'),
        rows: [...document.querySelectorAll('[data-choose=list] li')].map(row => [
            part(row, 'rank'), row.querySelector('a').textContent,
            row.querySelector('.choose-name small')?.textContent ?? '',
            row.querySelector('.tag')?.textContent ?? '', part(row, 'merit'), part(row, 'why'),
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
GO_BACK_TO = """query => {
    document.querySelector('[data-choose-page]').removeAttribute('data-answered');
    history.pushState(null, '', `?${query}`);
    dispatchEvent(new PopStateEvent('popstate'));
}"""


class Asked(Record):
    """A question as a visitor puts it into the address."""

    picks: tuple[Pick, ...] = ()
    variant: str | None = None
    size: float | None = None
    price: float | None = None
    licenses: tuple[str, ...] = ()
    margin: float | None = None

    @property
    def query(self) -> str:
        """The same as the query of an address."""
        pairs: list[tuple[str, object]] = []
        for pick in self.picks:
            pairs.append((pick.kind, pick.key))
            pairs += [("weight", pick.weight)] if pick.weight != 1 else []
        single = {"variant": self.variant, "size": self.size, "price": self.price}
        pairs += [(key, value) for key, value in single.items() if value is not None]
        pairs += [("license", value) for value in self.licenses]
        pairs += [("margin", self.margin)] if self.margin is not None else []
        return urlencode(pairs)


def answered(site: Site, asked: Asked) -> Choice:
    """What the build itself would answer."""
    models = site.results.catalog.models.values()
    prices = find_prices(site)
    limits: dict[LimitKind, Any] = {}
    if asked.size is not None:
        sizes = [m.parameters_b for m in models]
        limits["size"] = np.array([s is not None and s <= (asked.size or 0) for s in sizes])
    if asked.price is not None:
        limits["price"] = np.array(
            [prices.get(m.model, np.inf) <= (asked.price or 0) for m in models]
        )
    if asked.licenses:
        limits["license"] = np.array([m.license in asked.licenses for m in models])
    weights = spread_weights(asked.picks, tuple(site.results.catalog.tasks.values()))
    variant = asked.variant or site.labels.roles.primary
    return choose(site, Question(weights, variant, limits, asked.margin))


def in_words(site: Site, choice: Choice) -> dict[str, Any]:
    """An answer as it is read from a page."""
    answer = answer_of(site, choice)

    def place(share: float | None) -> float:
        return -1 if share is None else round(6 + share * 188, 1)

    small = answer.smallest
    return {
        "first": answer.first.text,
        "reason": answer.reason,
        "more": answer.more,
        "legend": answer.legend,
        "smallest": f"The smallest that will do {small.text}{answer.smallest_note}"
        if small
        else "",
        "sure": f"How sure {answer.sure}{answer.sure_note}" if answer.sure else "",
        "unranked_head": answer.unranked_head,
        "rows": [
            [
                row.rank,
                row.name.text,
                row.name.note,
                "".join(row.name.tags),
                row.merit,
                row.why,
                row.plot.text,
                *map(place, (row.plot.reference, row.plot.before, row.plot.after)),
            ]
            for row in answer.rows
        ],
        "unranked": [f"{link.text}: {why}" for link, why in answer.unranked],
    }


def read(page: Page) -> dict[str, Any]:
    """The answer that stands in a page."""
    found: dict[str, Any] = page.evaluate(READ_ANSWER)
    return found


def near(found: dict[str, Any]) -> dict[str, Any]:
    """An answer with the places of its marks to be compared to a tenth of a pixel or so."""
    rows = [[*row[:7], *(pytest.approx(x, abs=0.15) for x in row[7:])] for row in found["rows"]]
    return {**found, "rows": rows}


def some_questions(site: Site, n: int, seed: int) -> list[Asked]:
    """Questions of all kinds, the same in each run."""
    dice = random.Random(seed)
    tasks, models = site.results.catalog.tasks.values(), site.results.catalog.models.values()
    categories = sorted({t.category for t in tasks if t.category})
    sizes = sorted({m.parameters_b for m in models if m.parameters_b is not None})
    prices = sorted(set(find_prices(site).values()))
    licenses = sorted({m.license for m in models if m.license is not None})
    weights = (1.0, 1.0, 0.5, 2.0, 3.0, 0.7)
    found = []
    for _ in range(n):
        keys = dice.sample([t.task for t in tasks], dice.choice((0, 1, 3, 7, len(tasks))))
        picks = [Pick("task", key, dice.choice(weights)) for key in keys]
        picks += [
            Pick("category", key, dice.choice(weights))
            for key in dice.sample(categories, dice.randint(0, min(2, len(categories))))
        ]
        asked = Asked(tuple(picks), dice.choice((None, *site.labels.roles.variants)))
        if dice.random() < 0.4 and sizes:
            asked = replace(asked, size=dice.choice(sizes[1:]))
        if dice.random() < 0.2 and prices:
            asked = replace(asked, price=dice.choice(prices))
        if dice.random() < 0.2 and licenses:
            asked = replace(asked, licenses=tuple(dice.sample(licenses, 2)))
        if dice.random() < 0.5:
            asked = replace(asked, margin=dice.choice((0.0, 0.05, 0.3)))
        if answered(site, asked).listed:
            found.append(asked)
    assert n / 2 < len(found)
    return found


def gaps(*, mixed: bool) -> dict[str, pd.DataFrame]:
    """Twelve models on nine tasks, lower better on all or some, a fifth of the scores missing."""
    dice = random.Random(5)
    rows = [
        (f"m/{i}", f"t {j}", variant, round(3 + i / 9 + dice.gauss(0, 0.4) + shift, 3))
        for i in range(12)
        for j in range(9)
        for variant, shift in (("base", 0.6), ("tuned", 0.0))
        if dice.random() > 0.2
    ]
    models = pd.DataFrame({"model": [f"m/{i}" for i in range(12)]})
    models["parameters_b"] = [None if i % 5 == 4 else (i * 7) % 11 + 0.5 for i in range(12)]
    models["developer"] = [None if i == 3 else f"<b>{i % 3}</b>" for i in range(12)]
    models["license"] = [None if i % 4 == 1 else f"L{i % 3}" for i in range(12)]
    tasks = pd.DataFrame({"task": [f"t {j}" for j in range(9)], "metric": "loss"})
    tasks["higher_is_better"] = [mixed and j % 2 == 0 for j in range(9)]
    tasks["category"] = [("A & B", "C", None)[j % 3] for j in range(9)]
    prices = pd.DataFrame({"provider": "p", "model": [f"m/{i}" for i in range(8)]})
    prices["usd_per_million_input_tokens"] = prices["usd_per_million_output_tokens"] = [
        float(i % 4) for i in range(8)
    ]
    results = pd.DataFrame(rows, columns=["model", "task", "variant", "score"])
    # Larger than the scores spread, so that it decides on ties and ranks.
    results["stderr"] = [None if n % 5 == 0 else 0.6 for n in range(len(rows))]
    return {"results": results, "models": models, "tasks": tasks, "prices": prices}


GAPS_TOML = '[board]\nbaseline = "m/2"\nmin_coverage = 0.7\n'


@pytest.fixture(scope="module")
def index() -> Site:
    """The results of the Index, from which the build's own answers come."""
    return make_site(ROOT)


@pytest.fixture(scope="module")
def home(index_site: BuiltSite) -> Iterator[str]:
    """Address of the served Index."""
    assert index_site.folder is not None
    with served(index_site.folder) as address:
        yield address


def ask(page: Page, url: str, query: str) -> None:
    """Open the page with a question and wait until it is answered."""
    page.goto(f"{url}choose/?{query}")
    expect(page.locator("[data-choose-page][data-answered]")).to_have_count(1)


def ask_on(page: Page, query: str) -> dict[str, Any]:
    """The answer to another question in an open page, as if the visitor came back to it."""
    page.evaluate(GO_BACK_TO, query)
    expect(page.locator("[data-choose-page][data-answered]")).to_have_count(1)
    return read(page)


def wait_for(page: Page, first: str) -> None:
    """Wait until a model is recommended."""
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
    """The query of the address."""
    return urlsplit(page.url).query


# --- the page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*WITHOUT_CHOICE, "three_columns", "lower_is_better"])
def test_a_board_with_something_to_choose_has_the_page(name: str) -> None:
    """Two ranked models and two tasks are enough; else nothing leads there."""
    site = built(name)
    there = "choose/index.html" in site.files
    assert (name not in WITHOUT_CHOICE) == there
    links = [str(a["href"]) for a in site.page("").select("a[href]")]
    assert (2 if there else 0) == links.count("choose/")


def test_the_page_answers_for_all_tasks(index_site: BuiltSite) -> None:
    """Order, ranks, averages and ties are those of the leaderboard."""
    rows = index_site.page("choose/").select("[data-choose=list] li")
    ranked = sorted(
        (m for m in index_site.api("models") if m["rank"]), key=lambda m: int(m["rank"])
    )
    assert [m["name"] for m in ranked] == [visible(row.select("a")[0]) for row in rows]
    assert [f"{m['average']['fine_tuned']:.3f}" for m in ranked] == [
        visible(row.select(".choose-merit")[0]) for row in rows
    ]
    tied = [m["name"] for m in ranked if m["tied_with_best"]]
    assert tied == [visible(row.select("a")[0]) for row in rows if row.select(".tag")]


def test_the_reason_in_words(index_site: BuiltSite) -> None:
    """Mean, best on, ahead of, tied with; then who is not ranked."""
    text = visible(index_site.page("choose/"))
    reason = (
        "Mean score 0.742 on the 31 tasks, fine-tuned. Best on 10 of the 31 tasks; "
        "0.010 ahead of Mistral 7B. Tied with Mistral 7B: these tasks cannot tell them apart."
    )
    assert reason in text
    assert "GPT-4 : no score on 31 of the 31 tasks" in text
    assert "GPT-4, 0.661" in text


def test_few_tasks_tell_no_models_apart() -> None:
    """Below six tasks no tie is spoken of."""
    text = visible(built("lower_is_better").page("choose/"))
    assert "5 tasks: too few to tell models apart." in text
    assert "Tied" not in text
    assert "Mean score 5.75 on the 5 tasks, tuned. Best on each of the 5 tasks; 0.88 ahead" in text


def test_what_the_data_has_not_cannot_be_limited() -> None:
    """No sizes, prices, licences or developers: no such limit, no smallest model."""
    page = built("three_columns").page("choose/")
    assert [] == page.select("[data-amount], [data-one-of], [data-variant]")
    assert "hidden" in page.select("[data-choose=smallest]")[0].attrs


# --- in a browser -------------------------------------------------------------------------------


def test_the_browser_answers_as_the_build_does(chromium: Browser, home: str, index: Site) -> None:
    """Winner, order, texts, ties, stability and smallest, for questions of all kinds."""
    site = index
    page, heard = open_page(chromium, home + "choose/?variant=base")
    for asked in [Asked(), *some_questions(site, 14, seed=1)]:
        assert near(in_words(site, answered(site, asked))) == ask_on(page, asked.query), asked.query
    assert [] == heard.complaints
    page.context.close()


@pytest.mark.parametrize("mixed", [False, True], ids=["lower is better", "mixed directions"])
def test_the_browser_answers_as_the_build_does_with_gaps(
    chromium: Browser, tmp_path: Path, mixed: bool
) -> None:
    """Missing scores, known errors, losses, win rates, odd ids, unknown sizes and prices."""
    root = write_project(tmp_path / "project", gaps(mixed=mixed), GAPS_TOML)
    site = make_site(root)
    folder = on_disk(build(root), tmp_path / "site").folder
    assert folder is not None
    with served(folder) as url:
        page, heard = open_page(chromium, url + "choose/?variant=base")
        for asked in [Asked(), *some_questions(site, 12, seed=3)]:
            expected = near(in_words(site, answered(site, asked)))
            assert expected == ask_on(page, asked.query), asked.query
        assert [] == heard.complaints
        page.context.close()


def test_the_default_computed_is_the_default_that_stands(
    chromium: Browser, home: str, index: Site
) -> None:
    """Asking for nothing after having asked gives the page's own answer again."""
    page, _ = open_page(chromium, home + "choose/")
    standing = read(page)
    ask(page, home, "task=gsm8k")
    page.get_by_role("button", name="Start over").click()
    settle(page, 2)
    assert standing == read(page) == near(in_words(index, choose(index, default_question(index))))
    assert page.url.endswith("/choose/")
    page.context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_picking_and_weighting(
    chromium: Browser, home: str, index: Site, size: tuple[int, int]
) -> None:
    """A tick and a weight change the answer and the address; a chip takes a pick out."""
    page = open_form(chromium, home, size)
    page.get_by_label("Math", exact=True).check()
    settle(page, 1)
    assert page.url.endswith("?category=Math")
    page.get_by_label("Find a task").fill("mmlu")
    expect(page.locator("[data-pick=task]:visible")).to_have_count(1)
    page.get_by_label("MMLU", exact=True).check()
    type_in(page, "Weight of MMLU", "2")
    picked = page.locator("[data-choose-picked]")
    expect(picked).to_have_text("1 category and 1 task picked, MMLU counts double.")
    assert {"category=Math", "task=mmlu&weight=2"} == set(re.split(r"&(?!w)", query_of(page)))
    picks = (Pick("category", "Math"), Pick("task", "mmlu", 2.0))
    settle(page, 4)
    assert near(in_words(index, answered(index, Asked(picks)))) == read(page)
    page.get_by_role("button", name="Remove Math").click()
    expect(picked).to_have_text("1 task picked, MMLU counts double.")
    assert "task=mmlu&weight=2" == query_of(page)
    expect(page.get_by_role("button", name="Remove MMLU")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-choose-line]")).to_be_focused()
    assert "" == query_of(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_limits_and_margin(
    chromium: Browser, home: str, index: Site, size: tuple[int, int]
) -> None:
    """A limit hides models and says how many; the margin moves the smallest that will do."""
    page = open_form(chromium, home, size)
    type_in(page, "Billion parameters, at most", "7")
    out = page.locator("[data-left-out=size]")
    expect(out).to_have_text("Leaves out 5 of 10 ranked models.")
    assert "size=7" == query_of(page)
    type_in(page, "Behind the best, at most", "0.5")
    assert "size=7&margin=0.5" == query_of(page)
    expect(page.locator("[data-choose=smallest]")).to_contain_text("2.51B: the smallest model")
    settle(page, 4)
    assert near(in_words(index, answered(index, Asked(size=7, margin=0.5)))) == read(page)
    page.context.close()


def test_the_address_keeps_a_choice(chromium: Browser, home: str) -> None:
    """Back and forward go from answer to answer, a reload shows the same one."""
    page = open_form(chromium, home, WIDE)
    page.get_by_label("Coding", exact=True).check()
    settle(page, 1)
    coding = read(page)
    type_in(page, "Weight of Coding", "3")
    page.get_by_label("Math", exact=True).check()
    settle(page, 4)
    both, address = read(page), page.url
    assert coding["reason"] != both["reason"]
    page.go_back()
    page.go_back()
    expect(page.get_by_label("Math", exact=True)).not_to_be_checked()
    expect(page.get_by_label("Weight of Coding")).to_have_value("1")
    settle(page, 6)
    assert coding == read(page)
    page.go_forward()
    page.go_forward()
    settle(page, 8)
    page.reload()
    settle(page, 1)
    expect(page.get_by_label("Weight of Coding")).to_have_value("3")
    assert (address, both) == (page.url, read(page))
    page.context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_variant_licence_and_price(chromium: Browser, home: str, size: tuple[int, int]) -> None:
    """The other controls; a limit that leaves nobody says so, and how many it leaves out."""
    page = open_form(chromium, home, size)
    page.get_by_role("button", name="Base", exact=True).click()
    wait_for(page, "GPT-4")
    assert page.url.endswith("?variant=base")
    page.get_by_text("License", exact=True).click()
    page.get_by_label("MIT", exact=True).check()
    wait_for(page, "Zephyr 7B Beta")
    expect(page.locator("[data-left-out=license]")).to_have_text(
        "Leaves out 10 of 12 ranked models."
    )
    page.get_by_label("Dollars per million output tokens, at most").fill("0.15")
    expect(page.locator("[data-left-out=price]")).to_have_text(
        "Leaves out 8 of 12 ranked models, 3 without a known price."
    )
    page.get_by_label("Dollars per million output tokens, at most").fill("0")
    wait_for(page, "No model is left")
    expect(page.locator("[data-choose=reason]")).to_contain_text("leave out all 12 ranked models")
    page.get_by_role("button", name="Start over").click()
    wait_for(page, "Zephyr 7B Beta")
    expect(page.locator("[data-left-out]")).to_have_text(["", "", "", ""])
    expect(page.get_by_label("MIT", exact=True)).not_to_be_checked()
    assert page.url.endswith("/choose/")
    page.context.close()


def test_what_an_address_does_not_know_is_told(chromium: Browser, home: str, index: Site) -> None:
    """Unknown names and bad numbers are left out, each with a word; the rest holds."""
    page, heard = open_page(
        chromium, home + "choose/?task=nope&task=gsm8k&weight=-1&size=big&variant=x&license=<b>"
    )
    choice = answered(index, Asked((Pick("task", "gsm8k"),)))
    wait_for(page, index.labels.models[choice.listed[0].model])
    remark = page.locator("[data-choose-remark]")
    for said in (
        "This board has no task “nope”; it is left out.",
        "Weight “-1” is no number above 0; it is taken as 1.",
        "size “big” is no number of 0 or more and is left out.",
        "This board has no variant “x”; it is left out.",
        "This board has no license “<b>”; it is left out.",
    ):
        expect(remark).to_contain_text(said)
    page.get_by_role("button", name="Start over").click()
    expect(remark).to_be_hidden()
    assert [] == heard.complaints
    page.context.close()


def test_numbers_of_unknown_kind_are_written_as_the_build_writes_them(
    chromium: Browser, home: str
) -> None:
    """Three decimals or three digits, no zeros behind them: sizes and weights in the page."""
    values = [0, 7.0, 7.24, 226, 1_000_000, 0.5, 0.00002, 1 / 3, 2.5005, -0.0004]
    page, _ = open_page(chromium, home + "choose/")
    written = page.evaluate("values => values.map(site.format.quantity)", values)
    assert [quantity(v) for v in values] == written
    page.context.close()


def test_the_answer_is_said_once_the_visitor_pauses(chromium: Browser, home: str) -> None:
    """Those who hear the page are told the first, politely."""
    page, _ = open_page(chromium, home + "choose/?variant=base")
    expect(page.locator("[data-status]")).to_have_text("GPT-4 is first of 12 models.")
    page.context.close()


def test_without_scripts_the_default_stands(chromium: Browser, home: str) -> None:
    """The same answer for all tasks, and no control that would do nothing."""
    page, _ = open_page(chromium, home + "choose/")
    standing = page.locator("[data-choose=list]").inner_text()
    reason = page.locator("[data-choose=reason]").inner_text()
    page.context.close()
    page, _ = open_page(chromium, home + "choose/", java_script_enabled=False)
    assert standing == page.locator("[data-choose=list]").inner_text()
    assert reason == page.locator("[data-choose=reason]").inner_text()
    expect(page.locator("button:visible, input:visible")).to_have_count(0)
    page.context.close()


def test_it_works_from_the_disk(chromium: Browser, index_site: BuiltSite) -> None:
    """From file:// the scores are loaded, and links lead to pages."""
    assert index_site.folder is not None
    page, heard = open_page(chromium, (index_site.folder / "choose/index.html").as_uri())
    page.get_by_role("button", name="Base", exact=True).click()
    wait_for(page, "GPT-4")
    page.locator("[data-choose=list] a").nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("GPT-3.5 Turbo")
    assert [] == [text for text in heard.complaints if ".woff2" not in text]
    page.context.close()


def test_the_first_few_can_be_compared(chromium: Browser, index: Site, tmp_path: Path) -> None:
    """Where the site has such a page, a link takes the first four there, by their ids."""
    pages = list(make_pages(index))
    about = next(p for p in pages if p.address == Address("about"))
    assert isinstance(about, SitePage)
    others = [p for p in pages if p.address != Address("compare")]
    stand_in = replace(about, address=Address("compare"))
    files = render_files(index, [*others, stand_in], load_prose(ROOT / "data/content"))
    folder = on_disk(BuiltSite(files), tmp_path / "site").folder
    assert folder is not None
    with served(folder) as url:
        page, _ = open_page(chromium, url + "choose/")
        link = page.get_by_role("link", name="Compare the first few")
        first = link.get_attribute("href")
        page.get_by_role("button", name="Base", exact=True).click()
        wait_for(page, "GPT-4")
        then = link.get_attribute("href")
        page.context.close()
    ids = [c.model for c in choose(index, default_question(index)).listed[:4]]
    assert f"../compare/?{urlencode([('model', model) for model in ids])}" == first
    ids = [c.model for c in answered(index, Asked(variant="base")).listed[:4]]
    assert f"../compare/?{urlencode([('model', model) for model in ids])}" == then


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_answered_page(chromium: Browser, home: str, scheme: str) -> None:
    """With picks, weights, limits, a remark and every group open, in either theme."""
    query = "task=gsm8k&weight=2&category=Coding&task=nope&size=8&developer=Google"
    page, _ = open_page(chromium, home, color_scheme=scheme, bypass_csp=True)
    ask(page, home, query)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.add_script_tag(path=AXE)
    assert [] == page.evaluate(AXE_RUN)
    page.context.close()
