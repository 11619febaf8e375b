"""The comparison: the page without scripts, and what its script makes of the runs chosen."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from site_builder.addresses import Address
from site_builder.pages.interactive import Run, compare_address, default_runs
from site_builder.pages.page import Site
from site_builder.render.urls import Urls
from tests.helpers import real_boards
from tests.helpers.browsing import NARROW, has_address, open_page, overflow
from tests.helpers.odd_boards import SHAPES, built
from tests.helpers.sites import build, index_results, make_site, target
from tests.helpers.tables import write_project

# Rows of lanes as they are read.
ROWS = """table => [...table.querySelectorAll('tbody tr')].map(row =>
    [...row.cells].map(cell => cell.innerText.replace(/\\s+/g, ' ').trim()))"""
CLOSE = "Zephyr 7B Beta, Mistral 7B or Mistral 7B Instruct: too close to call."


@dataclass(frozen=True)
class Board:
    """A board whose comparison is open to a browser, and its results."""

    site: Site
    home: str

    def url(self, runs: list[Run]) -> str:
        """Where these runs are compared."""
        return f"{self.home}compare/?{urlencode(compare_address(self.site, runs).query)}"


@pytest.fixture(scope="module")
def index(home) -> Board:
    return Board(index_results(), home)


def index_runs(*models: str) -> list[Run]:
    """Fine-tuned runs of the Index; `model base` is a base run."""
    pairs = [model.partition(" ")[::2] for model in models]
    return [(model, variant or "fine_tuned") for model, variant in pairs]


def wait_for_all(page: Page) -> None:
    """Until every section is filled."""
    expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")


def rows_of(page: Page, table: str) -> dict[str, list[str]]:
    """The lanes of a table by its id, by the heads of their rows."""
    wait_for_all(page)
    rows: list[list[str]] = page.locator(f"#compare-{table}").evaluate(ROWS)
    return {head: lanes for head, *lanes in rows}


def finding(page: Page) -> Locator:
    """The answer of the page."""
    return page.get_by_role("heading", level=1)


def compared(page: Page) -> Locator:
    """The chips of the models that are compared."""
    return page.locator("[data-part=runs] a")


@pytest.fixture(scope="module")
def desk(browser, index) -> Page:
    page = open_page(browser, f"{index.home}compare/")[0]
    wait_for_all(page)
    return page


# --- the page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["one_score", "one_model"])
def test_a_board_of_one_model_has_no_comparison(name):
    site = built(name)
    assert "compare/index.html" not in site.html
    assert [] == [path for path, html in site.html.items() if "compare/" in html]


def test_a_board_of_one_variant_has_no_choice_of_one():
    for name, n in (("three_columns", 0), ("lower_is_better", 2)):
        assert n == len(built(name).page("compare/").select("[data-variant]"))


def test_the_baseline_is_compared_where_there_is_nobody_else(tmp_path):
    frame = pd.DataFrame({"model": ["ref", "a"], "task": ["t"] * 2, "score": [0.5, 0.4]})
    site = make_site(write_project(tmp_path, {"results": frame}, '[board]\nbaseline = "ref"'))
    assert ["a", "ref"] == [model for model, _ in default_runs(site)]


def test_a_model_leads_to_its_comparison(index_site, index):
    """With those before and after it; the variant is named where another would be taken."""
    links = {}
    for model in ("mistral-7b", "gpt-4"):
        link = index_site.page(f"models/{model}/").select_one(".subject-ways a")
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
    """The first three of the board, as the board says: mean, ranks, tasks ahead of GPT-4."""
    expect(finding(desk)).to_have_text(CLOSE)
    facts = rows_of(desk, "facts")
    assert ["0.742", "0.732", "0.724"] == facts["Mean score"]
    ranks = [s.rank_interval for s in index.site.results.board.ranked[:3]]
    assert [f"{low}\N{EN DASH}{high} of 10" for low, high in ranks] == facts["Ranks it could have"]
    assert ["7.24B MIT", "7.24B Apache-2.0", "7.24B Apache-2.0"] == facts["Size"]
    tops = ["11 of 31 tasks, 1 tied", "15 of 31 tasks, 1 tied", "7 of 31 tasks, 1 tied"]
    assert tops == facts["Best of the three"]
    assert ["22 of 31 tasks", "23 of 31 tasks", "21 of 31 tasks"] == facts["Ahead of GPT-4"]
    scores = desk.locator("#compare-tasks a[href*='#score-']")
    expect(scores).to_have_count(31 * 3)
    expect(scores.first).to_have_attribute("href", re.compile("^../models/zephyr-7b-beta/#score-"))


def test_bars_start_at_the_mean_of_their_row(desk):
    """On WikiSQL 0.896, 0.669 and 0.651: the best is right of the line, the others left."""
    row = desk.locator("#compare-tasks tr", has_text="WikiSQL")
    expect(row.locator(".best")).to_have_text("0.896")
    ends = row.locator("svg").evaluate_all(
        """all => all.map(svg => {
            const [line, bar] = [...svg.children].map(mark => mark.getBoundingClientRect());
            return [bar.left - line.left, bar.right - line.left];
        })"""
    )
    (low, high), *others = ends
    assert low == pytest.approx(0, abs=1)
    assert high > 100
    assert all(left < 0 and right == pytest.approx(0, abs=1) for left, right in others)


def test_a_price_and_a_baseline_stand_only_where_they_are_known(chromium):
    page, _ = open_page(chromium, f"{built('three_columns').url}compare/")
    facts = rows_of(page, "facts")
    assert [] == [head for head in facts if head.startswith(("Lowest", "Ahead", "Size", "License"))]


def test_it_opens_with_the_tasks_of_the_board(chromium):
    """What the board says is what the comparison says; all tasks are a choice, kept in the link."""
    page, _ = open_page(chromium, f"{real_boards.published('bfcl').url}compare/")
    best = "Claude-Opus-4-5-20251101 (FC) has the best score on Overall Acc, 77.47."
    expect(finding(page)).to_have_text(best)
    assert ["$86.55", "$43.73", "$298.47"] == rows_of(page, "facts")["Cost"]  # a measure
    page.get_by_role("button", name="All 4", exact=True).click()
    expect(finding(page)).to_contain_text("are each best on 1 of 2 tasks.")
    has_address(page, "/compare/?board=")
    page.goto(f"{real_boards.published('tau2').url}boards/core/")
    for place in range(2):
        page.locator("[data-tick] .tick input").nth(place).check()
    page.locator(".tick-bar a").click()
    pressed = page.locator("[data-compare-tasks] [aria-pressed=true]")
    expect(pressed).to_have_text("Core 3")
    page.get_by_role("button", name="Knowledge 1").click()
    expect(pressed).to_have_text("Knowledge 1")


def test_the_chance_to_be_the_best_is_drawn(chromium, index):
    """One bar with a part for each model, the likeliest first; none for few tasks or one model."""
    page, _ = open_page(chromium, index.url(index_runs("phi-2", "mistral-7b", "zephyr-7b-beta")))
    expect(page.locator("[data-part=best-of]")).to_have_text(
        "Chance to be the best of the three, were the 31 tasks drawn again"
    )
    names = page.locator("[data-part=best-names] li")
    expect(names).to_have_text(
        [
            "Zephyr 7B Beta 86\N{NO-BREAK SPACE}%",
            "Mistral 7B 14\N{NO-BREAK SPACE}%",
            "Phi-2 <1\N{NO-BREAK SPACE}%",
        ]
    )
    expect(finding(page)).to_have_text("Zephyr 7B Beta, Mistral 7B or Phi-2: too close to call.")
    widths = "all => all.map(part => part.getBoundingClientRect().width)"
    found = page.locator("[data-part=best] i").evaluate_all(widths)
    assert found[0] / sum(found) == pytest.approx(0.86, abs=0.01)
    page.get_by_role("button", name="Math 1", exact=True).click()
    expect(finding(page)).to_have_text(
        "Mistral 7B has the best score on Grade School Math (gsm8k), 0.520."
    )
    expect(names).to_have_count(0)
    page.goto(index.url(index_runs("phi-2 base", "gemma-2b base")))
    expect(names).to_have_text(["Phi-2 >99\N{NO-BREAK SPACE}%", "Gemma 2B <1\N{NO-BREAK SPACE}%"])
    luck = "Among 12 models, some are as far apart by luck; the answer above allows for that."
    expect(page.locator("[data-part=best-of]")).to_contain_text(luck)
    page.goto(index.url(index_runs("phi-2")))
    wait_for_all(page)
    expect(finding(page)).to_have_text("Add a model to compare with Phi-2.")
    expect(page.locator("[data-section=best]")).to_be_hidden()


def test_models_that_share_no_task(chromium, tmp_path):
    frame = pd.DataFrame({"model": ["a", "b"], "task": ["t", "u"], "score": [0.5, 0.4]})
    root = write_project(tmp_path, {"results": frame}, "")
    home = build(root).url
    page, _ = open_page(chromium, f"{home}compare/?model=a&model=b")
    expect(page.locator("[data-part=finding]")).to_have_text("a and b have no task in common.")
    assert ["0.500", "\N{EN DASH}"] == rows_of(page, "tasks")["t"]


def test_mixed_units_have_no_mean(chromium):
    """Dollars and points: the win rate of the board, and the tasks on which each is best."""
    page, _ = open_page(chromium, f"{built('mixed_directions').url}compare/")
    facts = rows_of(page, "facts")
    assert "Mean win rate" in facts
    assert [] == [head for head in facts if head.startswith("Mean score")]
    expect(finding(page)).to_contain_text("best on")
    expect(page.locator("[data-part=tasks-note]")).to_contain_text("shares of the range")


def test_few_tasks_have_no_verdict_and_lower_is_better_is_said(chromium):
    page, _ = open_page(chromium, f"{built('lower_is_better').url}compare/")
    expect(finding(page)).to_contain_text("lower is better.")
    page.locator("summary", has_text="Details").click()
    expect(page.locator("[data-part=scope]")).to_contain_text("are too few to tell models apart")
    expect(page.locator("[data-part=tasks-note]")).to_contain_text("lower is better")


def test_models_are_chosen_added_and_removed(chromium, index):
    page, heard = open_page(chromium, f"{index.home}compare/", NARROW)
    title = page.title()
    page.get_by_label("Add a model").select_option(label="Phi-2")
    first = ["Zephyr 7B Beta", "Mistral 7B", "Mistral 7B Instruct"]
    expect(compared(page)).to_have_text([*first, "Phi-2"])
    expect(page.get_by_label("Add a model")).to_be_disabled()
    expect(page.locator("[data-status]")).to_contain_text("too close to call.")
    assert page.title() == f"Zephyr 7B Beta, Mistral 7B, Mistral 7B Instruct and Phi-2 · {title}"
    for name in ("Mistral 7B Instruct", "Phi-2"):
        page.get_by_role("button", name=f"Remove {name}", exact=True).click()
    expect(finding(page)).to_have_text("Zephyr 7B Beta or Mistral 7B: too close to call.")
    has_address(page, "compare/?model=zephyr-7b-beta&model=mistral-7b")
    expect(page.get_by_label("Add a model")).to_be_focused()
    page.get_by_role("button", name="Base", exact=True).click()
    has_address(page, "?model=zephyr-7b-beta&as=base&model=mistral-7b&as=base")
    expect(finding(page)).to_contain_text("Mistral 7B")
    page.go_back()
    expect(page.get_by_role("button", name="Fine-tuned", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.reload()
    expect(compared(page)).to_have_text(first[:2])
    page.get_by_label("Add a model").select_option(label="Mistral 7B Instruct")
    expect(page).to_have_url(f"{index.home}compare/")
    expect(page).to_have_title(title)
    assert [] == heard.complaints


def test_two_variants_of_a_model_are_compared(chromium, index):
    """Each is named with its variant; the same one cannot be added twice."""
    page, _ = open_page(chromium, index.url(index_runs("phi-2", "phi-2 base")))
    expect(finding(page)).to_have_text("Phi-2 (fine-tuned) is ahead of Phi-2 (base).")
    expect(page.get_by_label("Add a model").locator("option[value=phi-2]")).to_have_count(0)


FAULTS: list[tuple[str, list[str], str]] = [
    (
        "model=phi-2&model=nobody",
        ["Phi-2"],
        "This board has no model “nobody”; it is left out.",
    ),
    (
        "model=phi-2&as=odd&model=gpt-4",
        ["GPT-4"],
        "Phi-2 has no score as “odd” and is left out.",
    ),
    ("model=phi-2&model=phi-2", ["Phi-2"], "Phi-2 is named twice and counted once."),
    (
        "model=phi-2&model=gemma-2b&model=gemma-7b&model=gpt-4&model=mistral-7b",
        ["Phi-2", "Gemma 2B", "Gemma 7B", "GPT-4 (base)"],
        "Only the first 4 models are compared; 1 more is left out.",
    ),
    (
        "model=%3Cb%3E",
        ["Zephyr 7B Beta", "Mistral 7B", "Mistral 7B Instruct"],
        "This board has no model “<b>”; it is left out.",
    ),
]


def test_faults_of_an_address_are_stated(chromium, index):
    page, _ = open_page(chromium, "about:blank")
    for query, runs, remark in FAULTS:
        page.goto(f"{index.home}compare/?{query}")
        expect(page.locator("[data-part=remark]")).to_have_text(remark)
        expect(compared(page)).to_have_text(runs)


def test_tasks_stand_in_the_order_of_difference_or_of_categories(chromium, index):
    page, _ = open_page(chromium, f"{index.home}compare/")
    scores = [[float(lane) for lane in lanes] for lanes in rows_of(page, "tasks").values()]
    spreads = [round(max(lanes) - min(lanes), 3) for lanes in scores]
    assert (31, sorted(spreads, reverse=True)) == (len(spreads), spreads)
    near = sum(spread <= 0.05 for spread in spreads)
    title = f"On {near} of 31 tasks the three are within 0.05"
    expect(page.locator("[data-part=tasks-title]")).to_have_text(title)
    page.get_by_role("button", name="By category").click()
    expect(page.locator("#compare-tasks tr.group")).to_have_count(5)
    has_address(page, "?order=category")
    page.reload()
    expect(page.locator("#compare-tasks tr.group")).to_have_count(5)


def test_tasks_are_picked(chromium, index):
    page, heard = open_page(chromium, f"{index.home}compare/", NARROW)
    rows = page.locator("#compare-tasks tbody tr")
    coding = page.get_by_role("button", name="Coding 2", exact=True)
    coding.click()
    expect(rows).to_have_count(2)
    page.get_by_label("Add a task").select_option(label="MMLU")
    expect(rows).to_have_count(3)
    has_address(page, "compare/?category=Coding&task=mmlu")
    assert "Mean score on 3 tasks" in rows_of(page, "facts")
    page.reload()
    expect(rows).to_have_count(3)
    expect(coding).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Remove MMLU").click()
    expect(page.get_by_label("Add a task")).to_be_focused()
    page.go_back()
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="All 31").first.click()
    expect(rows).to_have_count(10)
    has_address(page, "compare/")
    page.get_by_role("button", name="Show all 31").click()
    expect(rows).to_have_count(31)
    page.goto(f"{index.home}compare/?task=nope&category=Coding")
    expect(page.locator("[data-part=remark]")).to_have_text(
        "This board has no task “nope”; it is left out."
    )
    assert [] == heard.complaints


def test_lanes_fit_on_a_phone(chromium, index):
    """The name of a task on its own line, a lane for each model below it."""
    query = "category=Coding&category=Math&model=phi-2&model=gemma-7b&model=llama-2-7b"
    page, _ = open_page(chromium, f"{index.home}compare/?{query}", NARROW)
    rows = page.locator("#compare-tasks tbody tr")
    expect(rows).to_have_count(3)
    for width in (NARROW[0], 320):
        page.set_viewport_size({"width": width, "height": NARROW[1]})
        for row in rows.all():
            head = row.locator("th").bounding_box()
            lanes = [lane.bounding_box() for lane in row.locator("td").all()]
            assert head
            assert all(lane and lane["y"] >= head["y"] + head["height"] for lane in lanes)
            assert 1 == len({lane["y"] for lane in lanes if lane})
        assert overflow(page) <= 0


def test_a_comparison_opens_from_the_disk(chromium, index_site):
    page, heard = open_page(chromium, (index_site.folder / "models/phi-2/index.html").as_uri())
    page.locator(".subject-ways").get_by_role("link", name="Compare").click()
    expect(compared(page)).to_have_text(["Phi-2", "Llama 2 7B", "Gemma 2B"])
    compared(page).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phi-2")
    assert [] == [text for text in heard.complaints if ".woff2" not in text]


def test_a_variant_may_have_any_name(chromium, tmp_path):
    """Also that of the prototype of an object: the page says the same as with another name."""
    pages = {"compare/?model=m0&as={}&model=m2&as={}": "data-ready", "choose/": "data-answered"}
    said: dict[str, list[str]] = {path: [] for path in pages}
    for name in ("tuned", "__proto__"):
        frames, toml = SHAPES["lower_is_better"]()
        frames["results"] = frames["results"].replace({"variant": {"tuned": name}})
        labels = f'[board]\nlabels = {{ base = "Base", {name} = "Tuned" }}'
        site = build(write_project(tmp_path / name, frames, toml.replace("[board]", labels)))
        for path, done in pages.items():
            page, heard = open_page(chromium, site.url + path.format(name, name))
            expect(page.locator(f"main [{done}]").first).to_be_visible()
            said[path].append(page.locator("main").inner_text())
            assert [] == heard.complaints
    assert [] == [path for path, (one, other) in said.items() if one != other]
