"""What pages and the API say of scores that are no better than guessing.

Base and tuned scores, of 100 examples on `quiz` and `error`; on `error` lower is better:

    task     chance   a            b            c            g
    quiz     0.5      0.10  0.52   0.45  0.70   0.30  0.30   0.80
    error    0.5      0.90  0.48   0.55  0.30   0.70  0.70   0.20
    plain    0.5      0.10  0.50   0.50  0.70   0.30  0.60   0.80
    open              0.10  0.50   0.50  0.70   0.30  0.60   0.80
"""

from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import expect

from site_builder.api import api_values, score_values
from site_builder.pages.model_scores import card_data
from tests.helpers.browsing import NARROW, breaches, open_page
from tests.helpers.sites import build, build_once, make_site, table, visible
from tests.helpers.tables import write_project

AT_CHANCE = "no better than chance"

SCORES = {
    "quiz": {"a": (0.10, 0.52), "b": (0.45, 0.70), "c": (0.30, 0.30), "g": (0.80, None)},
    "error": {"a": (0.90, 0.48), "b": (0.55, 0.30), "c": (0.70, 0.70), "g": (0.20, None)},
    "plain": {"a": (0.10, 0.50), "b": (0.50, 0.70), "c": (0.30, 0.60), "g": (0.80, None)},
    "open": {"a": (0.10, 0.50), "b": (0.50, 0.70), "c": (0.30, 0.60), "g": (0.80, None)},
}
TOML = '[site]\ncards = false\n[board]\nbaseline = "g"\nrank_by = "mean_win_rate"\n'


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
    return build_once(root)


@pytest.fixture(scope="module")
def pages(root):
    """Its results, as page makers read them."""
    return make_site(root)


def marked(rows, key):
    """Whether a score is marked as no better than chance, by model."""
    return {row["model"].text: AT_CHANCE in row[key].tags for row in rows}


@pytest.mark.parametrize(
    ("task", "tuned", "base"),
    [("quiz", "ac", "abc"), ("error", "ac", "abc"), ("plain", "a", "abc"), ("open", "", "")],
)
def test_the_ranking_marks_scores_no_better_than_chance(site, task, tuned, base):
    """On `quiz` 0.52 and 0.45 are not told from 0.5; on `plain` b starts at chance, not below."""
    rows = table(site.page(f"tasks/{task}/"), "ranking")
    assert {model: model in tuned for model in "abcg"} == marked(rows, "tuned")
    assert {model: model in base for model in "abcg"} == marked(rows, "base")


def test_the_page_of_a_task_explains_its_marks(site):
    marks = {
        task: visible(site.page(f"tasks/{task}/").select(".box .legend")[0])
        for task in ("quiz", "open")
    }
    assert all(text in marks["quiz"] for text in ("chance level", AT_CHANCE))
    assert "chance" not in marks["open"]
    assert "id=chance-level" in site.html["about/index.html"].replace('"', "")


def test_drawings_in_rows_have_the_level_and_hollow_marks(site):
    """The text of a drawing says it, and the level is in its place between 0.45 and 0.70."""
    page = site.page("tasks/quiz/")
    drawings = {svg["aria-label"][0]: svg for svg in page.select("#ranking svg")}
    assert {"a": True, "b": False, "c": True, "g": False} == {
        model: bool(svg.select(".m-at-chance")) for model, svg in drawings.items()
    }
    assert {"a": False, "b": True, "c": False, "g": False} == {
        model: bool(svg.select(".m-score")) for model, svg in drawings.items()
    }
    label = f"a: 0.100 to 0.520, interval 0.423 to 0.615, {AT_CHANCE}"
    assert label == drawings["a"]["aria-label"]
    (level,) = {svg.select(".m-chance")[0]["x"] for svg in drawings.values()}
    places = (level, *(drawings["b"].select(mark)[0]["cx"] for mark in (".m-base", ".m-score")))
    x, before, after = (float(str(place).rstrip("%")) for place in places)
    assert pytest.approx((0.5 - 0.45) / (0.70 - 0.45), abs=0.01) == (x - before) / (after - before)


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
        "m-chance",
        "guessing",
    )
    for path, content in site.files.items():
        is_read = path.endswith((".html", ".json")) or "scores" in path
        if is_read and path != "api/v1/schema.json":  # which says what any board may have
            assert [] == [word for word in words if word in content.decode().lower()], path
    assert "score_chance" not in site.api("tasks")[0]
    assert "at_chance" not in site.api("scores/a")


def test_marks_are_accessible(chromium, site):
    page, told = open_page(chromium, f"{site.url}tasks/quiz/", NARROW)
    assert [] == breaches(page, "#ranking")
    assert [] == told.complaints
    page.locator('#ranking a[href*="models/a/"][href*="#score-"]').first.click()
    expect(page.locator(".score-card")).to_contain_text("0.500; this score is no better")
