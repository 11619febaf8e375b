"""Sites in another language: every text of a page is a message that a project can replace."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from site_builder.build import load_project, make_files
from site_builder.config import load_config
from site_builder.errors import FaultsError
from site_builder.formatting import as_shown, money, percent, rounded, writing
from site_builder.messages import plural_of
from site_builder.tables.schema import TABLES
from site_builder.translation import catalogue, missing_line, read_translation, site_messages
from tests.helpers.browsing import breaches, first_column, open_page
from tests.helpers.languages import (
    MARKED,
    loud_agents,
    loud_index,
    marked_locale,
    translated,
    unmarked_texts,
)
from tests.helpers.sites import ROOT, BuiltSite
from tests.helpers.tables import write_project

# Names of formats, of programs and of files, and what a page is in the Open Graph protocol.
COLUMNS = {name for table in TABLES for name in (table.name, *(c.name for c in table.columns))}
FORMATS = ("BibTeX", "Markdown", "HTML", "JSON", "pandas", "polars", "DuckDB", "website")
NAMES = {"agent", "request", "results.parquet", *COLUMNS, *FORMATS}


def built(root: Path, previous: Path | None = None) -> BuiltSite:
    files, _ = make_files(load_project(root), previous=str(previous) if previous else None)
    return BuiltSite(files)


@pytest.mark.parametrize("make", [loud_index, loud_agents])
def test_every_text_of_a_page_is_a_message(tmp_path: Path, make: Callable[..., Path]) -> None:
    """Of boards with every kind of page, whose own texts are in capitals, before a change."""
    before = make(tmp_path / "before", MARKED)
    after = make(tmp_path / "after", MARKED, 2)
    site = built(translated(after, MARKED, marked_locale()), before)
    left = {
        (path, text)
        for path, html in site.html.items()
        for text in unmarked_texts(html)
        if text not in NAMES
    }
    assert {"changes/index.html", "submit/index.html"} <= set(site.html)
    assert [] == sorted(left)


# --- the file of a language ---------------------------------------------------------------------


def said(root: Path, language: str, texts: str) -> list[str]:
    """What is wrong with a file of texts, as it is printed."""
    (root / "site.toml").write_text(f'[site]\nlanguage = "{language}"\n', encoding="utf8")
    return [*map(str, read_translation(load_config(translated(root, language, texts))).faults)]


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        (
            'board.rankin = "x"',
            "board.rankin: there is no such text. Did you mean 'board.ranking'?",
        ),
        ('board.ranking = ["x"]', "board.ranking: is no text"),
        ('board.ranking = " "', "board.ranking: is empty"),
        ('board.page.about = "{n_model}"', "board.page.about: has no parameter {n_model}; it has "),
        ('board.ranking = "a\\u0007"', "board.ranking: has the control character '\\x07'"),
        (
            'board.page.about = "{n_models.x}"',
            "board.page.about: has no parameter {n_models.x}; it has ",
        ),
        ('board.page.about = "{n_models"', "board.page.about: has a brace without its partner"),
        (
            'board.page.about = "{n_models:>99}"',
            "board.page.about: write {n_models} or {n_models:,}",
        ),
        ('board.page.about = "<b>x</b>"', "board.page.about: has HTML, at '<b'; write plain text"),
        ('n_tasks = { one = "x" }', "n_tasks: the form 'other' is missing. Its language has it."),
        ('n_tasks = { two = "x" }', "n_tasks: the form 'one' is missing."),
        ('number.months = "Jan Feb"', "number.months: has 2 words, not 12"),
        ('words.model = "<b>"', "words.model is no plain text"),
        ("board", "is not valid TOML: "),
    ],
)
def test_each_mistake_is_one_line_with_its_file(tmp_path: Path, texts: str, fault: str) -> None:
    (line,) = said(tmp_path, "de", texts)
    assert line.startswith(f"locale/de.toml: {fault}")


def test_a_mistake_stops_the_build_and_the_rest_of_the_file_holds(tmp_path: Path) -> None:
    root = loud_agents(tmp_path, "de")
    translated(root, "de", 'board.rankin = "x"\nboard.title = "Rangliste"')
    with pytest.raises(FaultsError, match=r"locale/de\.toml: board\.rankin"):
        built(root)
    assert {"board.title"} == set(read_translation(load_config(root)).texts)


def test_what_a_file_lacks_is_in_english_and_counted(tmp_path: Path) -> None:
    of = len(catalogue())
    assert [] == said(tmp_path, "de-AT", 'board.title = "Rangliste"')
    (tmp_path / "locale/de-AT.toml").rename(tmp_path / "locale/de.toml")
    config = load_config(tmp_path)
    line = f"locale/de.toml lacks {of - 1:,} texts of {of:,}, which are in English: 'n_models',"
    assert missing_line(config).startswith(line)
    say = site_messages(config)
    assert ("Rangliste", "Ranking") == (say("board.title"), say("board.ranking"))
    assert "" == missing_line(load_config(write_project(tmp_path / "english", {})))


# The rules of Unicode: https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("de", {1: "one", 0: "other", 2: "other"}),
        ("pt-BR", {0: "one", 1: "one", 2: "other"}),
        ("ja", {1: "other", 2: "other"}),
        ("ru", {1: "one", 21: "one", 11: "many", 3: "few", 13: "many", 24: "few", 0: "many"}),
        ("pl", {1: "one", 21: "many", 2: "few", 12: "many", 22: "few", 5: "many"}),
        ("cs", {1: "one", 3: "few", 5: "other"}),
        ("lt", {1: "one", 21: "one", 11: "other", 5: "few", 30: "other"}),
        ("lv", {0: "zero", 11: "zero", 21: "one", 5: "other"}),
        ("ro", {1: "one", 0: "few", 19: "few", 20: "other", 101: "few"}),
        ("sl", {1: "one", 102: "two", 3: "few", 5: "other"}),
        ("he", {1: "one", 2: "two", 3: "other"}),
        ("ar", {0: "zero", 1: "one", 2: "two", 103: "few", 11: "many", 100: "other"}),
    ],
)
def test_each_number_takes_the_form_of_its_language(language: str, forms: dict[int, str]) -> None:
    plural = plural_of(language)
    assert forms == {n: plural.forms[plural.of(n)] for n in forms}


def test_scripts_have_the_forms_that_their_language_needs(tmp_path: Path) -> None:
    assert [] == said(tmp_path, "pl", 'n_tasks = { one = "1", few = "{n}", many = "{n}." }')
    say = site_messages(load_config(tmp_path))
    assert ("one", "few", "many") == say.own_forms
    assert ("1", "{n}", "{n}.") == say.for_script("compare", "n_tasks")["n_tasks"]
    assert ["1", "3", "5."] == [say("n_tasks", n) for n in (1, 3, 5)]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", "1,234.5 $0.25 48.5 %"),
        ("ja", "1,234.5 $0.25 48.5 %"),
        ("de", "1.234,5 $0,25 48,5 %"),
        ("de-CH", "1\u2019234.5 $0.25 48.5 %"),
        ("fr", "1\u202f234,5 $0,25 48,5 %"),
    ],
)
def test_numbers_are_written_as_in_the_language(tmp_path: Path, language: str, texts: str) -> None:
    assert [] == said(tmp_path, language, "")
    with writing(site_messages(load_config(tmp_path)).notation):
        parts = (rounded(1234.5, 1), money(0.25), percent(0.485, 1))
        assert -1234.6 == as_shown(-1234.55, 1)
    assert texts == " ".join(parts).replace("\N{NO-BREAK SPACE}%", " %")
    assert "1,234.5" == rounded(1234.5, 1)


def test_a_noun_that_the_site_chose_stands_for_all_its_forms(tmp_path: Path) -> None:
    texts = 'words = { model = "Modell", models = "Modelle", of_models = "Modellen" }\n'
    texts += 'board.ranking = "{Model} von {of_models}"'
    assert [] == said(tmp_path, "de", texts)
    assert "Modell von Modellen" == site_messages(load_config(tmp_path))("board.ranking")
    with (tmp_path / "site.toml").open("a", encoding="utf8") as toml:
        toml.write('[words]\nmodel = "Agent"\nmodels = "Agenten"\n')
    assert "Agent von Agenten" == site_messages(load_config(tmp_path))("board.ranking")


# --- a whole language ---------------------------------------------------------------------------

GERMAN = ROOT / "tests/data/locale/de.toml"


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """A part of the Index in German, with what changed since an edition before."""
    folder = tmp_path_factory.mktemp("german")
    before, after = loud_index(folder / "before", "de"), loud_index(folder / "after", "de", 2)
    return built(translated(after, "de", GERMAN.read_text(encoding="utf8")), before)


def test_the_example_of_a_language_is_nearly_whole(tmp_path: Path) -> None:
    """A message that is new in English may come without: it is in English until it follows."""
    assert [] == said(tmp_path, "de", GERMAN.read_text(encoding="utf8"))
    texts = read_translation(load_config(tmp_path)).texts
    assert len(texts) > 0.95 * len(catalogue()), missing_line(load_config(tmp_path))


def test_a_site_in_german(german: BuiltSite) -> None:
    """Its texts, its numbers, and what programs read."""
    assert {"de"} == {soup.html["lang"] for _, soup in german.pages() if soup.html}
    home, models = german.page(""), german.page("models/")
    assert "Zum Inhalt springen" == home.select("a.skip")[0].get_text()
    assert "Rangliste: Modelle" == home.select("#leaderboard")[0].get_text()
    merit = models.select("td.merit")[0]
    assert re.fullmatch(r"0,\d{3}", merit.get_text())
    assert float(str(merit["data-value"])) == german.api("models")[0]["average"]["fine_tuned"]
    assert "Was sich geändert hat" in german.page("changes/").select("footer")[0].get_text()
    assert "1,96 Standardfehler" in german.page("about/").get_text()
    assert b"1,96" not in german.files["api/v1/models.json"]
    header = german.files["charts/models/averages.csv"].decode("utf-8-sig").split("\r\n")[0]
    assert "Rang,Modell,Mittlerer Wert,Klammern" == header


def test_scripts_sort_find_and_choose_in_german(german: BuiltSite, chromium: Browser) -> None:
    page, heard = open_page(chromium, german.url + "models/")
    head = page.locator("th[data-key=lift_over_base]:visible")
    head.locator(".sort").click()
    texts = first_column(page, "board-fine-tuned", "lift_over_base")
    gains = [float(text.replace(",", ".")) for text in texts if text.startswith("+0,")]
    assert len(gains) > 2
    assert sorted(gains, reverse=True) == gains
    page.get_by_role("button", name="Filter", exact=True).first.click()
    expect(page.locator("[data-status]")).to_have_text("Nach Gewinn sortiert, absteigend")
    expect(page.locator("dialog[open]")).to_contain_text("ohne Angabe")
    assert [] == breaches(page)
    page.goto(german.url + "choose/")
    line = page.locator("[data-choose=line]")
    expect(line).to_contain_text(re.compile(r"Mittlerer Wert 0,\d{3}"))
    page.goto(german.url + "serving/?sent=1500.5")
    expect(page.get_by_label("Token der Eingabe")).to_have_value("1.500,5")
    assert [] == heard.complaints


def test_a_language_without_plurals(tmp_path: Path) -> None:
    texts = 'n_tasks = "{n:,}個の{tasks}"\n[words]\ntasks = "タスク"\n[number]\ncomma = "、"\n'
    site = built(translated(loud_agents(tmp_path, "ja"), "ja", texts))
    html = site.html["choose/index.html"]
    assert '<html lang="ja" data-plurals="other" data-root' in html
    assert '"n_tasks":["{n:,}個のタスク"]' in site.html["compare/index.html"]
    assert "4個のタスク" in site.page("boards/b2/").get_text()
