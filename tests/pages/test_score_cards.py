"""Where a score comes from: its link, its row, and the card that opens at it."""

import csv
import gzip
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from site_builder.addresses import Address
from site_builder.compute.results import compute_site
from site_builder.config import SiteConfig
from site_builder.labels import make_labels
from site_builder.pages.model_scores import card_data
from site_builder.pages.page import ScriptData, assemble_site, citation_of
from site_builder.render.metadata import write_citation
from site_builder.render.pages import render_script
from site_builder.render.urls import Urls
from site_builder.tables.export import export_tables
from tests.helpers.boards import make_frames, make_results, make_tables
from tests.helpers.browsing import LAYOUT_SHIFT, NARROW, breaches, open_page, overflow
from tests.helpers.sites import BuiltSite, build_once, make_site, raw_of, table, target, visible
from tests.helpers.tables import SITE_TOML, board, changed, having, write_project

BASE = "https://example.org/board/"
TOML = SITE_TOML.replace("[board]", f'base_url = "{BASE}"\n\n[board]')
SCORE = 'a[href*="#score-"]'
# Every mark of TeX, and text that reads from right to left.
NAME = "Beta_7 {50%} ~^\\ #1 & $x مرحبا"
BY_ROW: dict[str, dict[int, object]] = {
    "stderr": {2: 0.0125},
    "n_examples": {2: 1319},
    "date": {2: "2024-05-02"},
    "source": {
        2: "https://www.example.org/logs/1/",
        3: "https://arxiv.org/html/2405.00732v1#S4.T6",
        5: "logs/run 5.json",
        6: "downloads/results.csv.gz",
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
    return write_project(tmp_path_factory.mktemp("cards") / "project", tables, TOML)


@pytest.fixture(scope="module")
def site(project: Path) -> BuiltSite:
    """Its site."""
    return build_once(project)


@pytest.fixture(scope="module")
def home(site: BuiltSite) -> str:
    return site.url


# --- links and rows -----------------------------------------------------------------------------


def test_every_score_leads_to_its_row(index_site):
    primary = index_site.api("stats")["variants"][0]
    slugs = [Path(model["scores_file"]).stem for model in index_site.api("models")]
    rows = {
        (f"models/{slug}/index.html", row["task"].href.split("/")[-2]): row
        for slug in slugs
        for row in table(index_site.page(f"models/{slug}/"), "all-scores")
    }
    led = set()
    for path, soup in index_site.pages():
        # The matrix links differences too (tests/charts/test_matrix.py).
        for link in soup.select(f"[data-table] td:not(.text, .heat) > {SCORE}"):
            href = urlsplit(str(link["href"]))
            (variant,) = parse_qs(href.query).get("variant", [primary])
            page, anchor = target(path, str(link["href"]))
            cell = rows[page, anchor.removeprefix("score-")][f"score_{variant}"]
            assert float(raw_of(link.parent)) == cell.number, (path, href)
            led.add(path.partition("/")[0])
    assert 12 * 31 == len(rows)
    assert "tasks" in led


def test_every_score_of_a_ranking_is_a_link(index_site):
    for row in table(index_site.page("tasks/gsm8k/"), "ranking"):
        scores = [row[variant] for variant in ("fine_tuned", "base") if row[variant].value]
        assert scores
        assert all("#score-" in cell.href for cell in scores)
    cells = index_site.page("models/").select("#scores-score .heat")
    linked = [cell for cell in cells if cell.select_one(f":scope > {SCORE}")]
    assert 31 * 11 == len(linked)


def test_an_anchor_stays_when_rows_move_and_are_added():
    """It is made of the task, not of a place in a table; the query names another variant."""
    few = make_frames({"base": {"a": [0.1, 0.2]}, "tuned": {"a": [0.3, 0.4]}})
    many = make_frames({"base": {"z": [0.5, 0.5, 0.6], "a": [0.1, 0.2, 0.9]}})
    more = {
        **many,
        "results": pd.concat([many["results"], few["results"][2:]])[::-1].reset_index(drop=True),
    }
    config = SiteConfig(root=Path())
    anchors = [
        make_labels(make_results(frames), config).score_address(("a", "t2", "tuned"))
        for frames in (few, more)
    ]
    assert [Address("model", "a", "score-t2")] * 2 == anchors
    base = make_labels(make_results(few), config).score_address(("a", "t2", "base"))
    assert Address("model", "a", "score-t2", (("variant", "base"),)) == base


def test_a_row_holds_all_that_is_known(site):
    page = site.page("models/alpha/")
    rows = {row["task"].text: row for row in table(page, "all-scores")}
    found = rows["Addition"]["score_fine_tuned"]
    assert ("0.754", "0.7543219", ("flagged",)) == (found.text, found.value, found.tags)
    # 0.7543219 - 0.5
    assert "0.2543219" == rows["Addition"]["lift_fine_tuned"].value
    (cell,) = page.select("#score-add td.merit")
    low, high, *others = map(float, str(cell["data-details"]).split())
    # Wilson's interval of 0.7543219 x 0.2456781 / 0.0125² = 1,186 examples.
    assert ("0.729", "0.778") == (f"{low:.3f}", f"{high:.3f}")
    assert [0.0125, 1319, 1319] == others


def test_a_source_leads_only_where_it_may(site):
    facts = site.page("models/beta/").select("#source ~ .rows dd")
    links = {visible(link): link["href"] for fact in facts for link in fact.select("a")}
    assert "../../downloads/results.csv.gz" == links["downloads/results.csv.gz"]
    assert "logs/run 5.json" in {visible(fact) for fact in facts}
    assert "logs/run 5.json" not in links


def test_the_rows_of_a_model_are_counted(index_site):
    """From the first to the last of the published table, counted from 1."""
    published = gzip.decompress(index_site.files["downloads/results.csv.gz"]).decode()
    records = enumerate(csv.DictReader(published.splitlines()), start=1)
    rows = [n for n, record in records if record["model"] == "phi-2"]
    said = f"{len(rows)} rows, {rows[0]} to {rows[-1]} of results.parquet"
    section = visible(index_site.page("models/phi-2/").select("section:has(> #source)")[0])
    assert said in section
    assert "standard error, number of examples, date and command." in section


# --- data for the card --------------------------------------------------------------------------


def test_data_of_a_model_is_in_the_folder_of_its_page(site):
    """Under a name that stays, so that a link to a score tells where they are."""
    assert {f"models/{m}/scores.js" for m in ("alpha", "beta", "gamma")} == {
        path for path in site.files if path.endswith("/scores.js")
    }


def test_rows_of_a_model_may_lie_apart(tmp_path):
    frames = make_frames({"base": {"a": [0.1] * 3, "b": [0.2] * 3}})
    frames["results"] = frames["results"].sort_values("task", kind="stable")
    data: Any = card_data(make_site(write_project(tmp_path, frames, "")), "a")
    assert [[1, 3, 5]] == data["row"]


def test_data_of_a_large_board_comes_in_small_files():
    """200 scores of one model on 100 tasks: below 9 kB, and 3 kB as it is sent."""
    scores = {f"m{i}": [((7 * i + j) % 97) / 97 for j in range(100)] for i in range(3)}
    frames = make_frames({"base": scores, "tuned": scores})
    config, tables = SiteConfig(root=Path()), make_tables(frames)
    site = assemble_site(config, export_tables(tables.loaded), compute_site(tables, config))
    data = ScriptData(Address("scores", "m1"), "m1", lambda: card_data(site, "m1"))
    content = render_script(data, Urls.of(Address("model", m) for m in scores))
    assert len(content) < 9_000
    assert len(gzip.compress(content)) < 3_000


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


def test_a_click_tells_all_of_a_score(chromium, home, project):
    page, heard = open_page(chromium, f"{home}tasks/add/")
    link = page.locator('#ranking a[href$="alpha/#score-add"]')
    link.click()
    card = card_of(page)
    row = pd.read_parquet(project / "data/results.parquet").iloc[1]
    assert "Alpha on Addition Fine-tuned" == " ".join(card.locator("h2").inner_text().split())
    assert f"{row['score']} accuracy" == card.locator(".score-card-value").inner_text()
    facts = facts_of(card)
    assert {
        "Base": "0.5",
        "95\N{NO-BREAK SPACE}% interval": "0.729 to 0.778",
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


def test_the_card_names_the_row_of_a_table_that_a_score_comes_from(chromium, home):
    """As a link; a source that is a path is text, and what is not known is not stated."""
    page, _ = open_page(chromium, f"{home}models/alpha/?show=score_base")
    page.locator('#all-scores a[href="./?variant=base#score-sort"]').click()
    source = card_of(page).get_by_role("link", name="arxiv.org/html/2405.00732v1, S4.T6")
    assert BY_ROW["source"][3] == source.get_attribute("href")
    page.goto(f"{home}models/beta/?show=score_base")
    page.locator('#all-scores a[href="./?variant=base#score-add"]').click()
    assert "logs/run 5.json" == facts_of(card_of(page))["Source"]
    expect(card_of(page).get_by_role("link", name="logs")).to_have_count(0)
    page.goto(f"{home}models/gamma/")
    facts = facts_of(open_score(page, "all-scores"))
    assert "1 of" not in facts.pop("Row")
    said = facts.pop("Not stated")
    assert said.endswith("standard error, examples, date, source and command")
    assert {} == facts


def test_by_the_keyboard(chromium, home):
    page, _ = open_page(chromium, f"{home}models/alpha/")
    link = page.locator(f"#all-scores td > {SCORE}").first
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


def test_scores_that_a_script_puts_there_open_too(chromium, home):
    """In the comparison, another model and the baseline."""
    page, _ = open_page(chromium, f"{home}compare/?model=beta&as=base&model=gamma&as=base")
    expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")
    expect(open_score(page, "compare-tasks").locator("h2")).to_contain_text("Addition Base")
    page.keyboard.press("Escape")
    expect(open_score(page, "compare-tasks", 1).locator("h2")).to_contain_text("Gamma on")


def test_its_link_opens_its_row(chromium, home):
    page, _ = open_page(chromium, f"{home}tasks/sort/", NARROW, reduced_motion="reduce")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card = open_score(page, "ranking")
    card.get_by_role("button", name="Copy link").click()
    expect(card.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"{BASE}models/alpha/#score-sort" == copied
    card.get_by_role("link", name="Its row").click()
    page.wait_for_url("**/models/alpha/#score-sort")
    row = page.locator("tr:target")
    expect(row).to_be_in_viewport()
    expect(row).to_contain_text("Sorting")
    page.goto(f"{home}models/beta/#score-add--fine-tuned")  # as older releases had it
    expect(row).to_contain_text("Addition")


def test_a_click_with_a_key_follows_the_link(chromium, home):
    """So does one without its data."""
    page, _ = open_page(chromium, f"{home}tasks/add/")
    link = page.locator(f"#ranking td > {SCORE}").first
    expect(link).to_have_attribute("href", re.compile("#score-add$"))
    with page.context.expect_page():  # some versions of the shell cannot show it
        link.click(modifiers=["ControlOrMeta"])
    expect(page.locator(".score-card:popover-open")).to_have_count(0)
    page.route("**/scores.js*", lambda route: route.abort())
    link.click()
    page.wait_for_url("**/models/*/#score-add")


def test_other_links_are_no_scores(chromium, home):
    """A section on method, and a link of the data, whose host would have a script loaded."""
    page, heard = open_page(chromium, "about:blank")
    page.route("**/models/x/**", lambda route: route.fulfill(body="elsewhere"))
    for link in (
        "../../about/#score-of-a-kind",
        "https://elsewhere.example/models/x/#score-add",
        "../../../elsewhere/models/x/#score-add",
    ):
        page.goto(f"{home}tasks/add/")
        page.evaluate(f"document.querySelector('.site-foot li a').href = '{link}'")
        page.locator(".site-foot li a").first.click()
        page.wait_for_url(f"**/{link.replace('../', '').removeprefix('https://')}")
    assert [] == [url for url in heard.requests if "scores.js" in url]


def test_from_the_disk(chromium, site):
    page, _ = open_page(chromium, (site.folder / "tasks/add/index.html").as_uri())
    card = open_score(page, "ranking")
    card.get_by_role("link", name="results.parquet").click()
    page.wait_for_url("**/data/index.html#table-results")
    page.go_back()
    open_score(page, "ranking").get_by_role("link", name="Its row").click()
    page.wait_for_url("**/index.html#score-add")
    expect(page.locator("tr:target")).to_be_visible()


def test_a_score_is_cited(chromium, home, project):
    made = make_site(project)
    urls = Urls.of([Address("model", model) for model in ("alpha", "beta", "gamma")], BASE)
    page, _ = open_page(chromium, "about:blank")
    for model, task, variant, shown in (
        ("alpha", "add", "fine_tuned", "0.754"),
        ("beta", "sort", "base", "0.500"),
        ("beta", "sort", "fine_tuned", "0.250"),
    ):
        page.goto(f"{home}models/{model}/?show=score_base")
        page.locator(f'#all-scores a[href="./?variant={variant}#score-{task}"]').click()
        card = card_of(page)
        card.get_by_text("BibTeX", exact=True).click()
        names = made.labels
        run = f"{names.models[model]} ({names.in_sentence(variant)})"
        metric = made.results.catalog.tasks[task].metric
        said = f"{run} scores {shown}{f' ({metric})' if metric else ''} on {names.tasks[task]}."
        cited = citation_of(
            made, f"{run} on {names.tasks[task]}", said, names.score_address((model, task, variant))
        )
        text, release = write_citation(cited, urls), made.results.release.short
        key = f"fixture-board-{model}-score-{task}--{variant.replace('_', '-')}-{release}"
        bibtex = re.sub(r"^@misc\{[^,]+", f"@misc{{{key}", text.bibtex)
        assert text.sentence == card.locator("#score-card-sentence").text_content()
        assert bibtex == card.locator("#score-card-bibtex").text_content()


def test_the_open_card_is_accessible_and_moves_nothing(chromium, home):
    page, _ = open_page(chromium, f"{home}tasks/add/", NARROW)
    link = page.locator('#ranking a[href$="alpha/#score-add"]')
    link.scroll_into_view_if_needed()
    before = page.evaluate(LAYOUT_SHIFT)
    link.click()
    card = card_of(page)
    card.get_by_text("BibTeX", exact=True).click()
    assert before == page.evaluate(LAYOUT_SHIFT)
    box = card.bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= NARROW[0] - box["width"]
    assert overflow(page) <= 0
    expect(card.get_by_role("button", name="Close")).to_be_in_viewport()
    assert [] == breaches(page, ".score-card")
    card.get_by_role("button", name="Close").click()
    expect(link).to_be_focused()
