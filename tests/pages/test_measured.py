"""What a site shows of the errors of single scores; where none is known, nothing."""

import json

import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from scipy.stats import binomtest

from site_builder.compute.tasks import SimilarTask
from site_builder.pages import tasks
from site_builder.pages.page import Site
from site_builder.pages.tasks import similar_note, tie_note
from site_builder.records import replace
from tests.helpers.browsing import (
    open_page,
)
from tests.helpers.measured import measured_pages, measured_site
from tests.helpers.sites import ROOT, BuiltSite, make_site, table, visible

# The rows of a table as they are read and marked, but for what is drawn in them.
ROWS = """id => {
    const read = cell => [...cell.childNodes].map(node => node.textContent.trim());
    const cells = row => [...row.cells].filter(cell => !cell.matches('.plot'));
    return [...document.getElementById(id).tBodies[0].rows].map(
        row => [row.className, ...cells(row).map(cell => read(cell).filter(Boolean).join('|'))]);
}"""


@pytest.fixture(scope="module")
def site():
    """The board with errors; flagged scores do not count."""
    return measured_site(exclude=True)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Its results, as page makers read them."""
    return measured_pages(tmp_path_factory.mktemp("measured"), exclude=True)


@pytest.fixture(scope="module")
def home(site):
    return site.url


def test_the_ranking_shows_intervals(site):
    quiz = {row["model"].text: row for row in table(site.page("tasks/quiz/"), "ranking")}
    assert ("0.800", "0.711\N{EN DASH}0.867") == (quiz["a"]["tuned"].text, quiz["a"]["tuned"].note)
    assert ("0.500", "") == (quiz["a"]["base"].text, quiz["a"]["base"].note)
    essay = {row["model"].text: row for row in table(site.page("tasks/essay/"), "ranking")}
    # 0.8 ± 0.01, the error of 1,600 examples
    assert ("0.780\N{EN DASH}0.819", "") == (essay["a"]["tuned"].note, essay["c"]["tuned"].note)


def test_the_ranking_marks_ties(site):
    tags = {
        path: {row["model"].text: row["model"].tags for row in table(site.page(path), "ranking")}
        for path in ("tasks/quiz/", "tasks/essay/", "tasks/plain/")
    }
    nothing = dict.fromkeys("abcdg", ())
    assert {
        "tasks/quiz/": nothing | {"a": ("best",), "b": ("tied with best",)},
        "tasks/essay/": nothing | {"a": ("best",)},
        "tasks/plain/": nothing,
    } == tags


def test_the_page_says_who_is_tied(pages):
    note = "Below a score stands its 95\N{NO-BREAK SPACE}% interval."
    quiz, essay, plain = pages.results.tasks
    assert (f"{note} b is not distinguishable from the best on these 100 examples.") == tie_note(
        pages, quiz
    )
    assert (
        f"{note} The lead of a over 1 model is larger than the examples of this "
        "task would give by chance. Whether 1 other can be told from the best is not known."
    ) == tie_note(pages, essay)
    assert "" == tie_note(pages, plain)


def test_rows_are_drawn_with_their_intervals(site):
    """A band around the score after, and its word above the table."""
    page = site.page("tasks/quiz/")
    assert 2 == len(page.select("#ranking .db-band"))
    assert ["base", "tuned", "its 95\N{NO-BREAK SPACE}% interval", "g, 0.600"] == [
        visible(item) for item in page.select(".legend:not(.answer *) li")
    ]
    labels = [svg["aria-label"] for svg in page.select("#ranking svg.dumbbell")]
    assert "a: 0.500 to 0.800, interval 0.711 to 0.867" == labels[0]


def test_the_chart_has_bands(site):
    page = site.page("tasks/essay/")
    figure = json.loads(page.select("[data-figure=task-models]")[0].get_text())
    band = figure["data"][0]
    # 0.8 ± 0.01 of 1,600 in the first row, 0.7 ± 0.01 of 2,100 in the third; the second is c's.
    ends = [0.7797, 0.8189, None, 0.6800, 0.7192, None]
    assert ends == [x if x is None else pytest.approx(x, abs=1e-4) for x in band["x"]]
    assert [0, 0, None, 2, 2, None] == band["y"]
    assert "A band is the 95\N{NO-BREAK SPACE}% interval of a score." in visible(page)
    notes = {row["model"].text: row["after_tuned"].note for row in table(page, "task-models-table")}
    assert ("0.780\N{EN DASH}0.819", "") == (notes["a"], notes["c"])


def test_the_api_has_the_errors(site):
    quiz, essay, plain = site.tasks()
    a, b = quiz["scores"][:2]
    assert (0.04, 100, True) == (a["stderr"], a["n_examples"], a["tied_with_best"])
    wilson = binomtest(80, 100).proportion_ci(method="wilson")
    assert [wilson.low, wilson.high] == pytest.approx(a["interval"])
    assert True is b["tied_with_best"]
    c = next(s for s in essay["scores"] if s["model"] == "c" and s["variant"] == "tuned")
    keys = ("interval", "stderr", "n_examples", "tied_with_best")
    assert [None] * 4 == [c[key] for key in keys]
    assert {None} == {score[key] for score in plain["scores"] for key in keys}


def test_the_picker_shows_the_same(chromium: Browser, home: str):
    """Each task's rows are those of its own page, notes and tags too, whichever was seen before."""
    page, _ = open_page(chromium, home + "tasks/")
    own, _ = open_page(chromium, home)
    for task in ("essay", "plain", "quiz"):
        page.get_by_label("Task", exact=True).select_option(task)
        expect(page.locator("[data-picker-link]")).to_have_text(task)
        own.goto(f"{home}tasks/{task}/")
        assert own.evaluate(ROWS, "ranking") == page.evaluate(ROWS, "picker")


def test_the_method_is_explained(site):
    page, about = site.page("tasks/quiz/"), site.page("about/")
    (link,) = (a for a in page.select("a") if str(a["href"]).endswith("about/#score-error"))
    assert "95\N{NO-BREAK SPACE}% interval" == link.get_text()
    assert "Wilson" in visible(about.select("#score-error")[0])


def test_a_task_without_errors_shows_none(index_site):
    page = index_site.page("tasks/drop/")
    rows = table(page, "ranking")
    notes = {cell.note for row in rows for cell in row.values()}
    assert ({"", "baseline", "base"}, {()}) == (
        notes,
        {cell.tags for row in rows for cell in row.values()},
    )
    assert [] == page.select("#ranking svg")
    assert "error_x" not in index_site.html["tasks/drop/index.html"]
    (drop,) = (task for task in index_site.tasks() if task["task"] == "drop")
    keys = ("interval", "stderr", "n_examples", "n_examples_range", "tied_with_best")
    assert {None} == {score[key] for score in drop["scores"] for key in keys}


def test_a_task_of_which_only_the_split_is_known(index_site):
    """The split has 1,319 examples; of 764, all scores are shares with three decimals."""
    (gsm8k,) = (task for task in index_site.tasks() if task["task"] == "gsm8k")
    best = max(
        (score for score in gsm8k["scores"] if score["variant"] == "fine_tuned"),
        key=lambda score: score["score"],
    )
    assert (0.569, None, [764, 1319]) == tuple(
        best[key] for key in ("score", "n_examples", "n_examples_range")
    )
    wilson = binomtest(round(0.569 * 764), 764).proportion_ci(method="wilson")
    assert pytest.approx([wilson.low, wilson.high], abs=5e-4) == best["interval"]
    assert (
        "The number of examples is not stated. It is at most 1,319. If it is the same for all "
        "scores, it is at least 764, since fewer cannot give them. The intervals assume 764; with "
        "more examples they are narrower."
    ) in visible(index_site.page("tasks/gsm8k/"))
    (cell,) = index_site.page("models/gemma-7b/").select("#score-gsm8k td.merit")
    assert ["764", "1319"] == str(cell["data-details"]).split()[-2:]


def test_a_task_whose_scores_give_the_number_of_examples(index_site):
    """Every score is k of 71; no smaller number gives them all."""
    (wnli,) = (task for task in index_site.tasks() if task["task"] == "glue_wnli")
    assert {(71, (71, 71))} == {
        (score["n_examples"], tuple(score["n_examples_range"])) for score in wnli["scores"]
    }
    assert "Only all 71 examples of the split can give these scores." in visible(
        index_site.page("tasks/glue-wnli/")
    )


def test_first_places_are_clear_or_not(site, index_site):
    """Of the Index, no lead is clear among ten models; that on Grade School Math is not either."""
    notes = {
        row["model"].text: row["wins"].note for row in table(site.page("models/"), "board-tuned")
    }
    # `quiz` is not clear, on `plain` no error is known, on `essay` none of c's.
    assert {"1 not clear, 2 not known", ""} == set(notes.values())
    rows = {row["model"].text: row["wins"] for row in table(index_site.page(""), "winners-table")}
    board = table(index_site.page("models/"), "board-fine-tuned")
    notes = {row["model"].text: row["wins"].note for row in board}
    assert "2 not clear, 2 not known" == notes["Gemma 7B"]
    assert "7 not clear, 6 not known" == notes["Mistral 7B"]
    assert 4 == rows["Gemma 7B"].number
    assert (
        "0 of these are clear by the errors of single scores, 18 not; for 24 this is not known."
    ) in visible(index_site.page(""))


# --- tasks that rank models alike -----------------------------------------------------------------


@pytest.fixture(scope="module")
def made() -> Site:
    return make_site(ROOT)


def note(made: Site, task: str, *similar: tuple[str, float], clear: bool = True) -> str:
    """What is said where these tasks are the similar ones, all over ten models."""
    found = tuple(SimilarTask(name, rho, 10, clear) for name, rho in similar)
    return similar_note(made, replace(made.results.task(task), similar=found))


def test_tasks_that_rank_alike_are_a_guide(made):
    """From rho 0.7 on, with the number of models that it rests on."""
    assert (
        "BoolQ ranks models much like this task, rho 0.70 over 10 models: a model that does well "
        "there is likely to do well here."
    ) == note(made, "mmlu", ("boolq", 0.7))
    two = note(made, "mmlu", ("boolq", 0.91), ("winogrande", 0.75), ("glue_qqp", 0.69))
    assert two.startswith("BoolQ and Winogrande rank models much like this task; the nearest has")
    assert "rho 0.91 over 10 models" in two


def test_no_similar_task_is_stated(made):
    """Neither one of little agreement, nor one that chance can give; nor where none is tested."""
    few = "Too few model families to tell which tasks are similar"
    assert f"{few}; these come nearest." == note(made, "mmlu", ("boolq", 0.85), clear=False)
    assert f"{few}." == note(made, "mmlu")
    tested = replace(made.results.agreement, p_adjusted=np.ones((31, 31)))
    told = replace(made, results=replace(made.results, agreement=tested))
    nothing = "No similar task found; these come nearest."
    assert nothing == note(told, "mmlu", ("boolq", 0.69))
    assert nothing == note(told, "mmlu", ("boolq", 0.85), clear=False)
    assert "No similar task found." == note(told, "mmlu")


def test_a_task_without_enough_models_says_nothing(made):
    task = made.results.task("mmlu")
    few = dict.fromkeys(task.counts, 3)
    assert "" == similar_note(made, replace(task, similar=(), counts=few))


def test_every_other_task_is_a_step_away(index_site: BuiltSite):
    page = index_site.page("tasks/gsm8k/")
    links = [str(a["href"]) for a in page.select(".jump a")]
    tasks = {row["task"] for row in index_site.api("tasks")}
    assert len(tasks) - 1 == len(set(links))
    assert all(link.startswith("../") and link.endswith("/") for link in links)
    categories = {str(row["category"]) for row in index_site.api("tasks") if row["task"] != "gsm8k"}
    assert categories == {visible(p) for p in page.select(".jump p")}


@pytest.mark.parametrize(("most", "are_there"), [(30, True), (29, False)])
def test_of_too_many_other_tasks_none_is_linked(made, monkeypatch, most, are_there):
    """The Index has 31 tasks, 30 beside each."""
    monkeypatch.setattr(tasks, "_MOST_OTHERS", most)
    context = tasks._context(made, made.results.task("mmlu"), "")
    assert are_there == bool(context.others)
