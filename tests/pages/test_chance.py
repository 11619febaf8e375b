"""What pages and the API say of scores that are no better than guessing.

Base and tuned scores, of 100 examples on `quiz` and `error`; on `error` lower is better:

    task     chance   a            b            c            g
    quiz     0.5      0.10  0.52   0.45  0.70   0.30  0.30   0.80
    error    0.5      0.90  0.48   0.55  0.30   0.70  0.70   0.20
    plain    0.5      0.10  0.50   0.50  0.70   0.30  0.60   0.80
    open              0.10  0.50   0.50  0.70   0.30  0.60   0.80
"""

import re
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import expect

from site_builder.api import api_values, score_values
from site_builder.charts.scores import chart_task_models
from site_builder.pages.model_scores import card_data
from site_builder.pages.tasks import chance_note
from tests.helpers.browsing import NARROW, breaches, open_page
from tests.helpers.sites import build, make_site, table, visible
from tests.helpers.tables import write_project

AT_CHANCE = "no better than chance"

SCORES = {
    "quiz": {"a": (0.10, 0.52), "b": (0.45, 0.70), "c": (0.30, 0.30), "g": (0.80, None)},
    "error": {"a": (0.90, 0.48), "b": (0.55, 0.30), "c": (0.70, 0.70), "g": (0.20, None)},
    "plain": {"a": (0.10, 0.50), "b": (0.50, 0.70), "c": (0.30, 0.60), "g": (0.80, None)},
    "open": {"a": (0.10, 0.50), "b": (0.50, 0.70), "c": (0.30, 0.60), "g": (0.80, None)},
}
TOML = '[site]\ncards = false\n[board]\nbaseline = "g"\nrank_by = "mean_win_rate"\n'
WORSE = "from worse than chance"


def frames(**chance):
    """The tables, with the chance levels of some tasks."""
    rows = [
        (model, task, variant, score, 100 if task in ("quiz", "error") else None)
        for task, models in SCORES.items()
        for model, pair in models.items()
        for variant, score in zip(("base", "tuned"), pair, strict=True)
        if score is not None
    ]
    results = pd.DataFrame(rows, columns=["model", "task", "variant", "score", "n_examples"])
    tasks = pd.DataFrame({"task": [*SCORES], "score_min": 0.0, "score_max": 1.0})
    tasks["higher_is_better"] = tasks["task"] != "error"
    if chance:
        tasks["score_chance"] = tasks["task"].map(chance)
    return {"results": results.astype({"n_examples": "Int64"}), "tasks": tasks}


LEVELS = {"quiz": 0.5, "error": 0.5, "plain": 0.5}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_project(tmp_path_factory.mktemp("chance"), frames(**LEVELS), TOML)


@pytest.fixture(scope="module")
def site(root):
    """The built site."""
    return build(root)


@pytest.fixture(scope="module")
def pages(root):
    """Its results, as page makers read them."""
    return make_site(root)


def marked(rows, key):
    """Whether a score is marked as no better than chance, by model."""
    return {row["model"].text: AT_CHANCE in row[key].tags for row in rows}


@pytest.mark.parametrize(
    ("task", "tuned", "base", "lifts"),
    [
        ("quiz", "ac", "abc", "ac"),
        ("error", "ac", "abc", "ac"),
        ("plain", "a", "abc", "ac"),
        ("open", "", "", ""),
    ],
)
def test_the_ranking_marks_scores_no_better_than_chance(site, task, tuned, base, lifts):
    """On `quiz` 0.52 and 0.45 are not told from 0.5; on `plain` b starts at chance, not below."""
    rows = table(site.page(f"tasks/{task}/"), "ranking")
    assert {model: model in tuned for model in "abcg"} == marked(rows, "tuned")
    assert {model: model in base for model in "abcg"} == marked(rows, "base")
    notes = {row["model"].text: row["lift_tuned"].note for row in rows}
    assert {model: WORSE if model in lifts else "" for model in "abcg"} == notes


def test_the_page_says_how_many_are_no_better(pages):
    alone = "Where the error of a score is not known, the score alone is compared."
    start = "2 of 3 lifts over base start from a score that is worse than guessing."
    several = "2 of 3 tuned and 3 of 4 base scores are no better than guessing (0.500)."
    quiz, error, plain, opened = pages.results.tasks
    assert f"{several} {start}" == chance_note(pages, quiz) == chance_note(pages, error)
    assert (
        f"1 of 3 tuned and 3 of 4 base scores are no better than guessing (0.500). {alone} {start}"
    ) == chance_note(pages, plain)
    assert "" == chance_note(pages, opened)


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (0.4, "1 of 2 scores is no better than guessing (0.500)."),
        (0.5, "1 of 2 scores is no better than guessing (0.500)."),
        (0.6, "Every score is better than guessing (0.500)."),
    ],
)
def test_a_board_with_one_variant_names_none(tmp_path, score, said):
    results = pd.DataFrame(
        {"model": ["a", "b"], "task": "t", "score": [score, 0.7], "stderr": 0.01}
    )
    tasks = pd.DataFrame({"task": ["t"], "score_chance": [0.5]})
    site = make_site(write_project(tmp_path, {"results": results, "tasks": tasks}, ""))
    assert said == chance_note(site, site.results.tasks[0])


def test_the_page_of_a_task_explains_its_marks(site):
    page = site.page("tasks/quiz/")
    legend = visible(page.select(".box .legend")[0])
    assert f"chance level, 0.500 {AT_CHANCE}" in legend
    assert "Chance level 0.5" in visible(page.select(".facts")[0])
    assert "../../about/#chance-level" in {link["href"] for link in page.select(".method a")}
    assert [AT_CHANCE] == [
        visible(item) for item in site.page("tasks/plain/").select(".box .legend li")
    ]
    assert [] == site.page("tasks/open/").select(".box .legend li")
    assert "id=chance-level" in site.html["about/index.html"].replace('"', "")


def test_drawings_in_rows_have_the_level_and_hollow_marks(site):
    """The text of a drawing says it, and the level is in its place between 0.45 and 0.70."""
    page = site.page("tasks/quiz/")
    drawings = {svg["aria-label"][0]: svg for svg in page.select("#ranking svg")}
    assert {"a": True, "b": False, "c": True, "g": False} == {
        model: bool(svg.select(".db-at-chance")) for model, svg in drawings.items()
    }
    assert {"a": False, "b": True, "c": False, "g": False} == {
        model: bool(svg.select(".db-after")) for model, svg in drawings.items()
    }
    label = f"a: 0.100 to 0.520, interval 0.423 to 0.615, {AT_CHANCE}"
    assert label == drawings["a"]["aria-label"]
    (level,) = {svg.select(".db-chance")[0]["d"] for svg in drawings.values()}
    before = float(drawings["b"].select(".db-before")[0]["cx"])
    after = float(drawings["b"].select(".db-after")[0]["cx"])
    x = float(re.findall(r"[\d.]+", level)[0])
    assert pytest.approx((0.5 - 0.45) / (0.70 - 0.45), abs=0.01) == (x - before) / (after - before)


def traces(chart):
    """The marks of a chart, by what the legend calls them: value and hover text."""
    marks = [trace for trace in chart.figure_json["data"] if trace["mode"] == "markers"]
    return {t["name"]: dict(zip(t["customdata"], t["x"], strict=True)) for t in marks}


def test_charts_have_the_level_and_hollow_marks(pages):
    chart = chart_task_models(pages.results, pages.labels, "quiz")
    assert chart is not None
    assert chart.table is not None
    found = traces(chart)
    assert ["Base", "Tuned", "No better than chance", "Chance level"] == list(found)
    assert {f"{m}: chance level 0.500": 0.5 for m in "bacg"} == found["Chance level"]
    (one,) = found["Tuned"]
    assert one.startswith("b: Tuned 0.700")
    assert AT_CHANCE not in one
    a, c = found["No better than chance"]
    assert a.endswith(f"+0.420 {WORSE}, {AT_CHANCE}")
    assert c.startswith("c: Tuned 0.300")
    assert [f"b: base 0.450, {AT_CHANCE}"] == [h for h in found["Base"] if h.startswith("b")]
    assert "A triangle is the score that guessing gives." in chart.caption
    assert [0.5] * 4 == [row.cells[-1].value for row in chart.table.rows]


def test_the_page_of_a_model_marks_its_scores(site):
    page = site.page("models/a/")
    rows = {row["task"].text: row for row in table(page, "all-scores")}
    tasks = ("quiz", "error", "plain")
    assert dict.fromkeys(tasks, (AT_CHANCE,)) | {"open": ()} == {
        task: row["score_tuned"].tags for task, row in rows.items()
    }
    levels = {task: row["chance"].number for task, row in rows.items()}
    assert dict.fromkeys(tasks, 0.5) | {"open": None} == levels


def test_cards_say_how_a_score_compares(pages):
    data: Any = card_data(pages, "a")
    tuned, base = ([data["texts"][i] if i is not None else None for i in v] for v in data["chance"])
    worse = "its lift starts from a score worse than chance"
    assert [f"0.500; this score is no better; {worse}"] * 3 + [None] == tuned
    assert ["0.500; this score is no better"] * 3 + [None] == base
    assert "0.500; this score is better" in str(card_data(pages, "g")["texts"])


def test_the_api_has_levels_and_what_is_no_better(pages):
    tasks = {task["task"]: task["score_chance"] for task in api_values(pages.results)["tasks"]}
    assert LEVELS | {"open": None} == tasks
    scores = dict(score_values(pages.results))
    assert {"base": [True] * 3 + [None], "tuned": [True, True, True, None]} == scores["scores/a"][
        "at_chance"
    ]
    assert [False] * 3 == scores["scores/b"]["at_chance"]["tuned"][:3]


def test_a_board_without_levels_says_nothing_of_chance(tmp_path):
    """Nor does its API have the keys."""
    site = build(write_project(tmp_path, frames(), TOML))
    words = (
        "chance level",
        "chance-level",
        AT_CHANCE,
        "worse than chance",
        "db-chance",
        "guessing",
    )
    for path, content in site.files.items():
        if path.endswith((".html", ".json")) or "scores" in path:
            assert [] == [word for word in words if word in content.decode().lower()], path
    assert "score_chance" not in site.api("tasks")[0]
    assert "at_chance" not in site.api("scores/a")


def test_rows_that_a_script_makes_are_marked_alike(chromium, site):
    page, told = open_page(chromium, f"{site.url}tasks/")
    page.get_by_label("Task", exact=True).select_option("plain")
    row = page.locator("#picker tbody tr", has_text="+0.400")
    mark = row.locator("td").nth(1).locator(".tag-chance")
    expect(mark).to_have_attribute("title", AT_CHANCE)
    expect(mark).to_have_text(AT_CHANCE)
    expect(row).to_contain_text(WORSE)
    assert [] == told.complaints


def test_marks_are_accessible(chromium, site):
    page, told = open_page(chromium, f"{site.url}tasks/quiz/", NARROW)
    assert [] == breaches(page)
    assert [] == told.complaints
    page.locator('#ranking a[href*="models/a/"][href*="#score-"]').first.click()
    expect(page.locator(".score-card")).to_contain_text("0.500; this score is no better")
