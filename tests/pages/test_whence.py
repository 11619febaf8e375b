"""Where a score comes from: its link, its row, and the card that opens at it."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Locator, Page, expect

from site_builder.addresses import Address, make_slugs
from site_builder.config import SiteConfig
from site_builder.labels import make_labels
from site_builder.pages.model_scores import whence_data
from site_builder.pages.page import ScriptData, Site, cite_score
from site_builder.records import replace
from site_builder.render.metadata import write_citation
from site_builder.render.pages import render_script
from site_builder.render.urls import Urls
from tests.helpers.boards import make_frames, make_results, make_tables
from tests.helpers.browsing import AXE, AXE_RUN, LAYOUT_SHIFT, NARROW, WIDE, open_page
from tests.helpers.serve import served
from tests.helpers.sites import BuiltSite, build, make_site, on_disk, raw_of, table, target, visible
from tests.helpers.tables import SITE_TOML, board, changed, having, write_project

BASE = "https://example.org/board/"
TOML = SITE_TOML.replace("[board]", f'base_url = "{BASE}"\ncards = false\n\n[board]')
LABELS = make_labels(make_results(make_frames({"base": {"m": [0.5]}})), SiteConfig(root=Path()))
SCORE = 'a[href*="#score-"]'
# Every mark of TeX, and text that reads from right to left.
NAME = "Beta_7 {50%} ~^\\ #1 & $x مرحبا"
BY_ROW: dict[str, dict[int, object]] = {
    "stderr": {2: 0.0125},
    "n_examples": {2: 1319},
    "date": {2: "2024-05-02"},
    "source": {
        2: "https://www.example.org/logs/1/",
        5: "logs/run 5.json",
        6: "downloads/results.csv",
    },
    "command": {2: "run --model alpha --task add"},
    "flag": {2: "Measured on a part of the examples"},
}


def evidence(name: str) -> pd.Series:
    """A column of the results, by row."""
    kind = "float64" if name == "stderr" else "Int64" if name == "n_examples" else "string"
    return pd.Series([BY_ROW[name].get(row) for row in range(1, 11)], dtype=kind)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture board with all that is known of its second row, and little of the others."""
    tables = board()
    results = changed(tables["results"], "score", {2: 0.7543219, 9: 0.62500001})
    tables["results"] = having(results, **{name: evidence(name) for name in BY_ROW})
    tables["models"] = changed(tables["models"], "name", {2: NAME})
    return write_project(tmp_path_factory.mktemp("whence") / "project", tables, TOML)


@pytest.fixture(scope="module")
def site(project: Path) -> BuiltSite:
    """Its site, on disk too."""
    return on_disk(build(project), project.parent / "site")


@pytest.fixture(scope="module")
def made(project: Path) -> Site:
    """The same as page makers read it."""
    return make_site(project)


@pytest.fixture(scope="module")
def home(site: BuiltSite) -> Iterator[str]:
    """Its address."""
    assert site.folder
    with served(site.folder) as address:
        yield address


# --- links and rows -----------------------------------------------------------------------------


def test_every_score_leads_to_its_row(index_site: BuiltSite) -> None:
    """Wherever one stands in a table, the row that it leads to has the very value."""
    rows = {
        (path, str(row["id"])): raw_of(row.select_one("td:not(.text)"))
        for path, soup in index_site.pages()
        for row in soup.select("tr[id^=score-]")
    }
    led = set()
    for path, soup in index_site.pages():
        links = soup.select("td:not(.text) > a[href*='#score-']")
        there = [(raw_of(link.parent), rows[target(path, str(link["href"]))]) for link in links]
        assert [] == [pair for pair in there if pair[0] != pair[1]], path
        led |= {path.partition("/")[0]} if links else set()
    assert 682 == len(rows)
    assert {"index.html", "models", "tasks", "categories", "compare", "embed"} == led


def test_every_score_of_a_ranking_is_a_link(index_site: BuiltSite) -> None:
    """Each cell with a number in a column of scores: of a task, of a model, of the comparison."""
    for path, selector in (
        ("tasks/gsm8k/", "#ranking"),
        ("tasks/", "#picker"),
        ("models/", "#scores-table"),
        ("models/phi-2/", "#all-scores"),
        ("models/phi-2/", "#model-tasks-table"),
        ("compare/", "#compare-tasks"),
    ):
        found = index_site.page(path).select_one(selector)
        assert found is not None
        keys = [str(head["data-key"]) for head in found.select("thead th")]
        computed = {"rank", "row", "drawn", "margin", "line"}
        numbers = found.select("td:not(.text, .plot)")
        cells = [
            cell
            for row in found.select("tbody tr")
            for key, cell in zip(keys, row.find_all(["th", "td"]), strict=True)
            if cell in numbers and key not in computed and "lift" not in key
        ]
        there = [cell for cell in cells if raw_of(cell)]
        assert len(there) > 20, path
        assert all(cell.select_one(f":scope > {SCORE}") for cell in there), path


def test_an_anchor_stays_when_rows_move_and_are_added() -> None:
    """It is made of task and variant, not of a place in a table."""
    few = make_frames({"base": {"a": [0.1, 0.2]}, "tuned": {"a": [0.3, 0.4]}})
    many = make_frames({"base": {"z": [0.5, 0.5, 0.6], "a": [0.1, 0.2, 0.9]}})
    more = {
        **many,
        "results": pd.concat([many["results"], few["results"][2:]])[::-1].reset_index(drop=True),
    }
    config = SiteConfig(root=Path())
    anchors = [
        make_labels(make_results(frames), config).score_place(("a", "t2", "tuned"))
        for frames in (few, more)
    ]
    assert [Address("model", "a", "score-t2--tuned")] * 2 == anchors


@given(
    st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=5, unique=True),
    st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=3, unique=True),
)
def test_no_two_scores_of_a_model_share_an_anchor(tasks: list[str], variants: list[str]) -> None:
    """Whatever tasks and variants are called: `a` and `b-c`, or `a-b` and `c`."""
    labels = replace(LABELS, task_slugs=make_slugs(tasks), variant_slugs=make_slugs(variants))
    anchors = {labels.score_anchor(task, variant) for task in tasks for variant in variants}
    assert len(tasks) * len(variants) == len(anchors)
    assert all(anchor.isascii() and " " not in anchor for anchor in anchors)


def test_a_row_holds_all_that_is_known(site: BuiltSite) -> None:
    """Every column of the results, each in full; what is not known says so."""
    rows = table(site.page("models/alpha/"), "all-scores")
    row = rows[0]
    assert ("0.754", "0.7543219") == (row["score"].text, row["score"].value)
    # 0.7543219 - 1.96 * 0.0125 = 0.7298, + 0.0245 = 0.7788.
    assert "0.7543219, 0.730\N{EN DASH}0.779" == row["score"].note
    assert "Measured on a part of the examples" == row["flag"].text
    assert "#score-add--fine-tuned" == row["score"].href
    shown = {key: row[key].text for key in ("row", "stderr", "n_examples", "date", "command")}
    assert {
        "row": "2",
        "stderr": "0.0125",
        "n_examples": "1,319",
        "date": "2024-05-02",
        "command": "run --model alpha --task add",
    } == shown
    assert ("example.org/logs/1", "https://www.example.org/logs/1/") == (
        row["source"].text,
        row["source"].href,
    )
    unknown = [rows[1][key] for key in ("stderr", "n_examples", "date", "source", "command")]
    assert {("not stated", None)} == {(cell.text, cell.value) for cell in unknown}
    assert "" == rows[1]["score"].note


def test_a_source_leads_only_where_it_may(site: BuiltSite) -> None:
    """To the web or to a file that the site publishes; any other path is text."""
    published, text = (row["source"] for row in table(site.page("models/beta/"), "all-scores")[:2])
    assert ("downloads/results.csv", "../../downloads/results.csv") == (
        published.text,
        published.href,
    )
    assert ("logs/run 5.json", "") == (text.text, text.href)


def test_what_no_score_has_takes_no_column(index_site: BuiltSite) -> None:
    """It is said once, above the table."""
    page = index_site.page("models/phi-2/")
    keys = [str(head["data-key"]) for head in page.select("#all-scores thead th")]
    assert ["task", "variant", "score", "rank", "row", "source"] == keys
    note = page.select("#scores ~ .note")[0]
    assert "Not stated for any score: standard error, number of examples, date and command." in (
        visible(note)
    )


# --- data for the card --------------------------------------------------------------------------


def test_data_of_a_model_stands_beside_its_page(site: BuiltSite) -> None:
    """Under a name that stays, so that a link to a score tells where they are."""
    assert {f"models/{m}/scores.js" for m in ("alpha", "beta", "gamma")} == {
        path for path in site.files if path.endswith("/scores.js")
    }


def test_data_of_a_large_board_comes_in_small_files() -> None:
    """200 scores of one model on 100 tasks: below 15 kB, and 4 kB as it is sent."""
    scores = {f"m{i}": [((7 * i + j) % 97) / 97 for j in range(100)] for i in range(3)}
    frames = make_frames({"base": scores, "tuned": scores})
    results = make_results(frames)
    config = SiteConfig(root=Path())
    site = Site(config, make_tables(frames), results, make_labels(results, config))
    data = ScriptData(Address("scores", "m1"), "m1", lambda: whence_data(site, "m1", frozenset()))
    urls = Urls.of([*(Address("model", m) for m in scores), *map(_task, range(1, 101))])
    content = render_script(data, urls)
    assert len(content) < 15_000
    assert len(gzip.compress(content)) < 4_000


def _task(n: int) -> Address:
    return Address("task", f"t{n}")


def test_two_variants_of_a_score_are_two_entries_of_a_bibliography(made: Site) -> None:
    """Of different names and titles, so that both can be cited in one text."""
    urls = Urls.of([Address("model", "alpha")], BASE)
    entries = [
        write_citation(cite_score(made, "alpha", "add", variant), urls).bibtex
        for variant in ("base", "fine_tuned")
    ]
    assert 2 == len({entry.partition(",")[0] for entry in entries})
    assert entries[1].startswith("@misc{fixture-board-alpha-score-add--fine-tuned-")


# --- the card, in a browser ---------------------------------------------------------------------


def card_of(page: Page) -> Locator:
    """The card, which is open."""
    card = page.locator(".score-card:popover-open")
    expect(card).to_be_visible()
    return card


def facts_of(card: Locator) -> dict[str, str]:
    """Its lines, by what they are of."""
    lines = card.locator("dl > div").all()
    return {
        line.locator("dt").inner_text(): line.locator("dd").inner_text().strip() for line in lines
    }


def open_score(page: Page, table_id: str, place: int = 0) -> Locator:
    """Click on a score of a table; the card that opens."""
    page.locator(f"#{table_id} td > {SCORE}").nth(place).click()
    return card_of(page)


def test_a_click_tells_all_of_a_score(chromium: Browser, home: str, project: Path) -> None:
    """What the card says is the row of the Parquet file, to the last digit."""
    page, heard = open_page(chromium, f"{home}tasks/add/")
    link = page.locator('#ranking a[href$="alpha/#score-add--fine-tuned"]')
    link.click()
    card = card_of(page)
    row = pd.read_parquet(project / "data/results.parquet").iloc[1]
    assert "Alpha on Addition Fine-tuned" == " ".join(card.locator("h2").inner_text().split())
    assert f"{row['score']} accuracy" == card.locator(".score-card-value").inner_text()
    facts = facts_of(card)
    assert {
        "95\N{NO-BREAK SPACE}% interval": "0.730 to 0.779",
        "Standard error": str(row["stderr"]),
        "Examples": f"{row['n_examples']:,}",
        "Date": str(row["date"]),
        "Source": "example.org/logs/1",
        "Row": "2 of results.parquet",
    } == facts
    assert row["source"] == card.get_by_role("link", name="example.org").get_attribute("href")
    assert row["command"] == card.locator("#score-card-command").inner_text()
    assert f"Read with care: {row['flag']}" == card.locator(".score-card-flag").inner_text()
    assert [] == heard.complaints
    page.context.close()


def test_what_is_not_known_is_not_stated(chromium: Browser, home: str) -> None:
    """Nothing is empty or zero."""
    page, _ = open_page(chromium, f"{home}models/gamma/")
    facts = facts_of(open_score(page, "all-scores"))
    assert "1 of" not in facts.pop("Row")
    assert {"not stated"} == set(facts.values())
    assert {"Standard error", "Examples", "Date", "Source", "Command"} < set(facts)
    page.context.close()


@pytest.mark.parametrize(
    ("path", "table_id"),
    [
        ("tasks/add/", "ranking"),
        ("models/alpha/", "all-scores"),
        ("compare/", "compare-tasks"),
        ("", "picker"),
    ],
)
def test_by_the_keyboard(chromium: Browser, home: str, path: str, table_id: str) -> None:
    """Enter opens, the card has the focus and a name, Escape gives the focus back."""
    page, _ = open_page(chromium, home + path)
    link = page.locator(f"#{table_id} td > {SCORE}").first
    link.focus()
    page.keyboard.press("Enter")
    card = card_of(page)
    expect(card).to_be_focused()
    expect(page.get_by_role("dialog", name=" on ")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".score-card:popover-open")).to_have_count(0)
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    stops = card_of(page).locator(":is(a, button, summary, pre):visible").count()
    for _ in range(stops):
        page.keyboard.press("Tab")
    expect(card).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".score-card:popover-open")).to_have_count(0)
    page.keyboard.press("Shift+Tab")
    expect(link).to_be_focused()
    page.context.close()


def test_scores_that_a_script_puts_there_open_too(chromium: Browser, home: str) -> None:
    """In the picker, another task; in the comparison, another model and the baseline."""
    page, _ = open_page(chromium, home)
    page.get_by_label("Task", exact=True).select_option("sort")
    expect(open_score(page, "picker").locator("h2")).to_contain_text("Alpha on Sorting")
    page.goto(f"{home}compare/?model=beta&as=base")
    expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")
    expect(open_score(page, "compare-tasks").locator("h2")).to_contain_text("Addition Base")
    page.keyboard.press("Escape")
    expect(open_score(page, "compare-tasks", 1).locator("h2")).to_contain_text("Gamma on")
    page.context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_its_link_opens_its_row(chromium: Browser, home: str, size: tuple[int, int]) -> None:
    """As a permalink to copy, and as a link to follow: the row is marked and in sight."""
    page, _ = open_page(chromium, f"{home}tasks/sort/", size, reduced_motion="reduce")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card = open_score(page, "ranking")
    card.get_by_role("button", name="Copy link").click()
    expect(card.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"{BASE}models/alpha/#score-sort--fine-tuned" == copied
    card.get_by_role("link", name="Its row").click()
    page.wait_for_url("**/models/alpha/#score-sort--fine-tuned")
    row = page.locator("tr:target")
    expect(row).to_be_in_viewport()
    expect(row).to_contain_text("Sorting")
    page.context.close()


def test_a_click_with_a_key_follows_the_link(chromium: Browser, home: str) -> None:
    """As links do: into a tab of its own, without a card here."""
    page, _ = open_page(chromium, f"{home}tasks/add/")
    with page.context.expect_page() as opened:
        page.locator(f"#ranking td > {SCORE}").first.click(modifiers=["ControlOrMeta"])
    assert opened.value.url.endswith("#score-add--fine-tuned")
    expect(page.locator(".score-card:popover-open")).to_have_count(0)
    page.context.close()


def test_sections_on_method_are_no_scores(chromium: Browser, home: str) -> None:
    """However they are called: a link to one is followed."""
    page, heard = open_page(chromium, f"{home}tasks/add/")
    page.evaluate("document.querySelector('.method a').href = '../../about/#score-of-a-kind'")
    page.locator(".method a").first.click()
    page.wait_for_url("**/about/#score-of-a-kind")
    assert [] == [url for url in heard.requests if "scores.js" in url]
    page.context.close()


def test_without_its_data_a_click_follows_the_link(chromium: Browser, home: str) -> None:
    """What cannot be shown here can be read at the row."""
    page, _ = open_page(chromium, f"{home}tasks/add/")
    page.route("**/scores.js*", lambda route: route.abort())
    page.locator(f"#ranking td > {SCORE}").first.click()
    page.wait_for_url("**/models/*/#score-add--fine-tuned")
    page.context.close()


def test_without_scripts_a_click_leads_to_the_row(chromium: Browser, home: str) -> None:
    """Which holds the same."""
    page, _ = open_page(chromium, f"{home}tasks/add/", java_script_enabled=False)
    page.locator('#ranking a[href$="alpha/#score-add--fine-tuned"]').click()
    page.wait_for_url("**/models/alpha/#score-add--fine-tuned")
    row = page.locator("#score-add--fine-tuned")
    expect(row).to_be_in_viewport()
    for text in ("0.7543219", "1,319", "2024-05-02", "run --model alpha", "on a part of"):
        expect(row).to_contain_text(text)
    page.context.close()


def test_from_the_disk(chromium: Browser, site: BuiltSite) -> None:
    """A page opened by a double click: the card, and the link in it."""
    assert site.folder
    page, _ = open_page(chromium, (site.folder / "tasks/add/index.html").as_uri())
    card = open_score(page, "ranking")
    card.get_by_role("link", name="results.parquet").click()
    page.wait_for_url("**/data/index.html#table-results")
    page.go_back()
    open_score(page, "ranking").get_by_role("link", name="Its row").click()
    page.wait_for_url("**/index.html#score-add--fine-tuned")
    expect(page.locator("tr:target")).to_be_visible()
    page.context.close()


def test_scripts_cite_as_the_build_does(chromium: Browser, home: str, made: Site) -> None:
    """Sentence and entry are the same, mark by mark."""
    urls = Urls.of([Address("model", model) for model in ("alpha", "beta", "gamma")], BASE)
    page, _ = open_page(chromium, home)
    for model, task, variant in (
        ("alpha", "add", "fine_tuned"),
        ("beta", "sort", "base"),
        ("gamma", "add", "base"),
    ):
        page.goto(f"{home}models/{model}/")
        anchor = made.labels.score_anchor(task, variant)
        page.locator(f'#all-scores a[href$="#{anchor}"]').click()
        card = card_of(page)
        card.get_by_text("Cite this score").click()
        text = write_citation(cite_score(made, model, task, variant), urls)
        assert text.sentence == card.locator("#score-card-sentence").text_content()
        assert text.bibtex == card.locator("#score-card-bibtex").text_content()
    page.context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_card_is_accessible_and_moves_nothing(
    chromium: Browser, home: str, size: tuple[int, int], scheme: str
) -> None:
    """axe-core finds no breach, the page keeps its place, the card is within the screen."""
    page, _ = open_page(chromium, f"{home}tasks/add/", size, color_scheme=scheme, bypass_csp=True)
    link = page.locator('#ranking a[href$="alpha/#score-add--fine-tuned"]')
    link.scroll_into_view_if_needed()
    page.add_script_tag(path=AXE)
    before = page.evaluate(LAYOUT_SHIFT)
    link.click()
    card = card_of(page)
    card.get_by_text("Cite this score").click()
    assert before == page.evaluate(LAYOUT_SHIFT)
    box = card.bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= size[0] - box["width"]
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    expect(card.get_by_role("button", name="Close")).to_be_in_viewport()
    assert [] == page.evaluate(AXE_RUN)
    card.get_by_role("button", name="Close").click()
    expect(link).to_be_focused()
    page.context.close()
