"""Sites in another language: every text of a page is a message that a project can replace."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from playwright.sync_api import Browser, expect

from site_builder.build import load_project, make_files
from site_builder.config import Words, load_config
from site_builder.errors import FaultsError
from site_builder.formatting import as_shown, money, percent, rounded, writing
from site_builder.messages import make_messages, plural_of
from site_builder.tables.schema import TABLES
from site_builder.translation import catalogue, missing_line, read_translation, site_messages
from tests.helpers.browsing import breaches, first_column, open_page
from tests.helpers.sites import ROOT, BuiltSite
from tests.helpers.tables import write_project

# Names of formats, of programs and of files, and what a page is in the Open Graph protocol.
COLUMNS = {name for table in TABLES for name in (table.name, *(c.name for c in table.columns))}
FORMATS = ("BibTeX", "Markdown", "HTML", "JSON", "pandas", "polars", "DuckDB", "website")
NAMES = {"agent", "request", "results.parquet", *COLUMNS, *FORMATS}


# --- a language in which every text has marks ---------------------------------------------------

MARKED = "qps-ploc"
"""The tag that stands for a language of tests."""
# Numbers have marks of their own, so that others show.
_NUMBERS = {"number.decimal": "\N{MIDDLE DOT}", "number.group": "\N{APOSTROPHE}"}
_PLAIN = ("number.percent", "number.dollars")
_ATTRIBUTES = (
    *("aria-label", "title", "alt", "placeholder", "data-copied", "data-title", "data-details"),
    *("data-noted", "data-noun", "data-nouns", "data-embed-title", "data-group", "data-from"),
)
_INLINE = ("a", "b", "strong", "small", "span", "i", "br", "em")
_WORD = re.compile(r"[a-z]{2,}")
_NUMBER = re.compile(r"\d[.,]\d")
# What no reader reads as text: addresses, names of files, checksums, and the keys of JSON.
_NO_TEXT = re.compile(r"\S*[/@]\S*|\b[\w-]+\.(json|csv|parquet|gz|js|html)\S*|\b[0-9a-f]{7,}\b")


def _marked(name: str, text: str) -> str:
    if name in _NUMBERS:
        return _NUMBERS[name]
    if name in _PLAIN:
        return text
    words = text.split() if name in ("number.months", "number.numbers") else [text]
    return " ".join(f"⟦{word}⟧" for word in words)


def marked_locale() -> str:
    """Every message of the catalogue within marks, as the file of a language."""
    lines = []
    for name, (one, other) in catalogue().items():
        key = ".".join(json.dumps(part, ensure_ascii=False) for part in name.split("."))
        forms = [json.dumps(_marked(name, text), ensure_ascii=False) for text in (one, other)]
        value = forms[0] if one == other else f"{{ one = {forms[0]}, other = {forms[1]} }}"
        if one or other:
            lines.append(f"{key} = {value}")
    words = make_messages(Words().model_dump()).words
    lines += [f'words.{name} = "⟦{word}⟧"' for name, word in words.items() if name.islower()]
    return "\n".join(lines)


def outside_of_marks(text: str) -> str:
    """What no message says."""
    found, depth = "", 0
    for letter in text:
        depth = max(0, depth + (letter == "⟦") - (letter == "⟧"))
        found += letter if depth == 0 and letter != "⟧" else ""
    return found


def unmarked_texts(html: str) -> Iterator[str]:
    """The texts and attributes of a page that no message says, and numbers in English marks."""
    soup = BeautifulSoup(html, "lxml")
    texts = [*_drawn_texts(soup)]
    for element in soup.find_all(True):
        # The details of a cell are numbers for scripts.
        names = [name for name in _ATTRIBUTES if element.name != "td" or name != "data-details"]
        texts += [str(element[name]) for name in names if name in element.attrs]
    for part in soup.select("script, style, code, pre"):
        part.decompose()
    for element in soup.find_all(True):
        texts += _own_texts(element)
    for meta in soup.select("meta[name=description], meta[property='og:title']"):
        texts.append(str(meta["content"]))
    for text in dict.fromkeys(texts):
        left = _NO_TEXT.sub(" ", outside_of_marks(text))
        if _WORD.search(left) or _NUMBER.search(left):
            yield " ".join(text.split())


def _own_texts(element: Tag) -> Iterator[str]:
    """The text of a block without that of blocks in it: a mark may open before a link in it."""
    if element.name not in _INLINE:
        parts = [child for child in element.children if not isinstance(child, PreformattedString)]
        yield "".join(
            child.get_text()
            for child in parts
            if not isinstance(child, Tag) or child.name in _INLINE
        )


def _drawn_texts(soup: BeautifulSoup) -> Iterator[str]:
    """The texts of charts."""
    for script in soup.select("script[data-figure]"):
        yield from _figure_texts(json.loads(script.get_text()))


def _figure_texts(part: Any, key: str = "") -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            yield from _figure_texts(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from _figure_texts(value, key)
    elif isinstance(part, str) and key in ("text", "name", "customdata", "ticktext", "hovertext"):
        yield part


# --- boards whose own texts are in capitals -----------------------------------------------------

_AS_THEY_ARE = ("variant", "url", "dataset_url", "source", "release_date", "date", "hf_id")


def loud_index(root: Path, language: str, edition: int = 1) -> Path:
    """A part of the Index, with prices, requests and flags, as a project in a language."""
    frames = {path.stem: pd.read_parquet(path) for path in (ROOT / "data").glob("*.parquet")}
    models = [*frames["models"]["model"][:3], *frames["models"]["model"][-4:]]
    frames["tasks"] = frames["tasks"].groupby("category").head(2)
    results = frames["results"]
    is_left = results["model"].isin(models) & results["task"].isin(frames["tasks"]["task"])
    flags = [("CARE" if place == 3 else "") for place in range(is_left.sum())]
    frames["results"] = results[is_left].assign(flag=flags, rounding=None, command="RUN")
    frames["results"] = _edited(frames["results"], edition)
    frames["models"] = frames["models"][frames["models"]["model"].isin(models)]
    return write_project(
        root, {name: _loud(of) for name, of in frames.items()}, _toml(language, edition)
    )


def _edited(results: pd.DataFrame, edition: int) -> pd.DataFrame:
    """The same in a later edition: one score is another, one is gone."""
    if edition == 1:
        return results
    first = results["score"].iloc[0]
    return results.iloc[:-1].assign(score=[first / 2, *results["score"].iloc[1:-1]])


def _toml(language: str, edition: int, more: str = 'baseline = "GPT-4"') -> str:
    site = f'title = "B"\nlanguage = "{language}"\nreleased = 2025-0{edition}-01'
    site += '\nlicense = "CC"\nsubmissions = true'
    return f'[site]\n{site}\nbase_url = "https://b.org/"\ncards = false\n[board]\n{more}\n'


def _loud(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with its texts in capitals, but for what is no text."""
    texts = [
        name
        for name in frame.columns
        if name not in _AS_THEY_ARE and pd.api.types.is_string_dtype(frame[name])
    ]
    return frame.assign(**{name: frame[name].str.upper().str.replace(".", "") for name in texts})


def loud_agents(root: Path, language: str, edition: int = 1) -> Path:
    """Models in agents, with cost, dates and parts, on two boards, as a project in a language."""
    rows = [
        (f"M{i}", agent, task, round(0.3 + 0.1 * i + 0.03 * j + 0.05 * k, 2), 2.0 ** (i + k))
        for i in range(5)
        for k, agent in enumerate(("A1", "A2"))
        for j, task in enumerate(("T1", "T2", "T3", "T4"))
    ]
    results = pd.DataFrame(rows, columns=["model", "agent", "task", "score", "cost_usd"])
    results = _edited(results, edition)
    models = pd.DataFrame({"model": [f"M{i}" for i in range(6)], "license": "MIT"}).assign(
        release_date=[f"2025-0{i}-10" for i in range(1, 7)],
        parameters_b=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    )
    models["status"] = [*[None] * 5, "pending"]
    tasks = pd.DataFrame({"task": ["T1", "T2", "T3", "T4"]}).assign(
        higher_is_better=True, score_min=0.0, score_max=1.0, metric="METRIC", score_chance=0.5
    )
    boards = "".join(
        f'[[boards]]\nid = "{name}"\ntitle = "{name.upper()}"\ntasks = {tasks}\n'
        for name, tasks in (("b1", ["T1", "T2"]), ("b2", ["T1", "T2", "T3", "T4"]))
    )
    labels = '[facets.agent]\nlabel = "AGENT"\n[measures.cost_usd]\nlabel = "COST"\nunit = "USD"\n'
    toml = f"{_toml(language, edition, '')}{labels}{boards}"
    return write_project(root, {"results": results, "models": models, "tasks": tasks}, toml)


def translated(root: Path, language: str, texts: str) -> Path:
    """A project with a file of texts in a language; returns the project."""
    (root / "locale").mkdir(parents=True, exist_ok=True)
    (root / f"locale/{language}.toml").write_text(texts, encoding="utf8")
    return root


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
