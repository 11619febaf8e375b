"""Sentences that would be false or empty on some boards, each beside the board that has them."""

import re

import pytest

from tests.helpers.boards import make_frames
from tests.helpers.sites import BuiltSite, build, table, visible
from tests.helpers.tables import having, write_project

FAR, NEAR = [0.9, 0.8, 0.9, 0.8, 0.9, 0.8, 0.9], [0.8, 0.9, 0.8, 0.9, 0.8, 0.9, 0.8]
LOW = [0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2]
REF = "[board]\nbaseline = 'ref'\n"


@pytest.fixture
def made(tmp_path):
    """Build the site of some runs."""

    def make(runs, toml="", lower=(), models=None, **tasks) -> BuiltSite:
        frames = make_frames(runs, lower, tasks)
        frames["models"] = having(frames["models"], **(models or {}))
        return build(write_project(tmp_path, frames, toml))

    return make


def text_of(site: BuiltSite, path: str) -> str:
    return visible(site.page(path).select("main")[0])


def test_a_ranked_baseline_may_be_the_best(made):
    site = made({"base": {"ref": [0.9, 0.8, 0.7], "a": [0.8] * 3, "b": [0.1] * 3}}, REF)
    for task, answer, title in (
        ("t1", "ref: 0.900", "ref is first of 3 models"),
        ("t2", "ref and a: 0.800", "ref and a share the lead"),
        ("t3", "a: 0.800", "a is first of 3 models"),
    ):
        page = site.page(f"tasks/{task}/")
        assert f"Which model is best? {answer}" == visible(page.select(".lead-answer p")[0])
        assert title == visible(page.select("#ranking-head")[0])
        said = visible(page.select("#cite-sentence")[0])
        assert f"Which model is best on {task}? {answer}." in said
        assert ("ref has" in said) == (task == "t3") == ("over ref" in visible(page))


def test_the_best_of_a_task_may_be_the_baseline(made):
    """All are level only if it is, too."""
    runs = {"ref": [0.5, 0.5, 0.9, 0.9, 0.1, 0.1], "a": [0.5] * 6, "b": [0.5, 0.4] * 3}
    rows = made({"base": runs}, REF).page("tasks/").select("#task-list tbody tr")
    assert {
        "t1": "all level",
        "t2": "2 models",
        "t3": "ref, then 2 models",
        "t4": "ref, then a",
        "t5": "2 models",
        "t6": "a",
    } == {
        visible(row.select("th")[0]): visible(row.select("td")[0]).replace(" ,", ",")
        for row in rows
    }


@pytest.mark.parametrize(
    ("scores", "cited", "badge"),
    [
        (
            [0.5, 0.5, 0.5],
            "a is level with all 2 other models, with a mean score",
            "#1\u20133 of 3",
        ),
        ([0.5, 0.5, 0.4], "a is 1st of 3 models, with a mean score", "#1 of 3"),
        ([0.5, 0.5], "a is level with the other model, with a mean score", "#1\u20132 of 2"),
        ([0.5], "a is the only ranked model, with a mean score", "#1 of 1"),
    ],
)
def test_nobody_is_first_of_equals(made, scores, cited, badge):
    site = made({"base": {m: [s] * 2 for m, s in zip("abc", scores, strict=False)}})
    page = site.page("models/a/")
    assert cited in visible(page.select("#cite-sentence")[0])
    assert f"{badge} " in site.files["badges/a.svg"].decode()


@pytest.mark.parametrize("is_low", [True, False])
def test_error_rates_are_better_where_lower(made, is_low):
    """Said of the rule, of the axis and of the column, in the table and in the chart."""
    lower = [f"t{n}" for n in range(1, 8)] if is_low else []
    page = made({"base": {"a": FAR, "b": LOW}}, lower=lower).page("models/")
    chart = page.select("figure#chart-averages")[0]
    said = (*page.select(".ranked-by, #board-base thead"), *chart.select(".chart-caption, script"))
    assert {is_low} == {"lower is better" in str(text) for text in said}


@pytest.mark.parametrize("rule", ["mean", "median", "sum"])
def test_a_question_about_error_rates_says_that_less_is_better(made, rule):
    lower = [f"t{n}" for n in range(1, 8)]
    site = made({"base": {"a": FAR, "b": LOW}}, f"[board]\nrank_by = '{rule}'\n", lower=lower)
    assert "over 7 tasks, lower is better" in visible(site.page("models/a/"))


def test_numbers_of_tasks_are_those_of_the_board(made):
    boards = "[[boards]]\nid = 'x'\ntasks = ['t1', 't2']\n[[boards]]\nid = 'y'\n"
    site = made({"base": {"a": FAR, "b": LOW}}, boards)
    assert "2 models on 2 tasks" in text_of(site, "boards/x/")
    assert not re.search(r"\b7 tasks", text_of(site, "boards/x/"))
    assert "2 models on 7 tasks" in text_of(site, "boards/y/")


@pytest.mark.parametrize("scores", [[0.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, 0.4, 0.3]])
def test_a_task_on_which_all_are_level_has_no_first(made, scores):
    """Nor has one task other rules by which to be first."""
    site = made({"base": {m: [s] for m, s in zip("abc", scores, strict=True)}}, category=["x"])
    level = len(set(scores)) == 1
    (row,) = table(site.page("models/a/"), "all-scores")
    assert row["rank_base"].text == ("all level" if level else "1st")
    pages = " ".join(visible(site.page(path)) for path in site.html)
    assert ("All 3 models are level" in pages) == level == ("is first" not in pages)
    assert "by all 3 rules" not in pages


def test_metrics_without_the_baseline_count_nothing(made):
    """It has the accuracies alone."""
    runs = {"ref": [0.5] * 3 + [None] * 2, "a": [0.6, 0.2, 0.7, 5, 6], "b": [0.1, 0.2, 0.3, 7, 9]}
    site = made({"base": runs}, REF, metric=["acc"] * 3 + ["points"] * 2)
    assert "0 of 2 on 3 acc tasks." in text_of(site, "models/")
    assert "0 of 0" not in text_of(site, "models/")


@pytest.mark.parametrize(
    ("scores", "ranks", "verdict"),
    [(LOW, "2", "behind"), (NEAR, "1\N{EN DASH}2", "too close to call")],
)
def test_no_entry_is_behind_and_may_be_first(made, scores, ranks, verdict):
    site = made({"base": {"ref": FAR, "a": scores}}, REF)
    assert verdict == table(site.page("models/a/"), "lift-tests")[0]["verdict"].text
    assert f"{ranks} of 2, ranks it could have" in text_of(site, "models/a/")


@pytest.mark.parametrize("variants", [["tuned"], ["zero_shot"], ["base", "tuned"]])
def test_a_board_of_one_variant_has_no_base_and_no_gain(made, variants):
    runs = {v: {"a": FAR, "b": LOW} for v in variants}
    site = made(runs, train_examples=[10, 20, 30, 40, 50, 60, 70])
    pages = {path: text_of(site, path) for path in ("", "models/", "models/a/", "tasks/")}
    for text in pages.values():
        assert bool(re.search(r"(?i)\b(base|gain)\b", text)) == (len(variants) == 2), text
    assert ("Training examples" in pages["tasks/"]) == (len(variants) == 2)


@pytest.mark.parametrize(("part_of", "near"), [(None, ["t2", "t3"]), ("t1", ["t2"])])
def test_a_total_and_its_parts_are_no_similar_tasks(made, part_of, near):
    runs = {"base": {model: [i / 10] * 3 for i, model in enumerate("abcdefgh")}}
    page = made(runs, part_of=[None, None, part_of]).page("tasks/t1/")
    links = page.select("section[aria-labelledby=similar-head] a:not(.soft)")
    assert near == [link.get_text() for link in links]


def test_equal_names_are_told_apart_everywhere(made):
    site = made({"base": {"a": FAR, "b": LOW}}, models={"name": ["Twin", "Twin"]})
    for path in ("", "models/", "tasks/", "tasks/t1/", "models/a/", "compare/"):
        assert not re.search(r"\bTwin\b(?! \([ab]\))", text_of(site, path)), path


def test_numbers_have_no_false_digits(made):
    scores = [(18_744_000_000.0, 1_152.0), (1_152.0, 100.0), (1_515.1020, 1_400.0)]
    scores += [(1_515.0, 1_400.0), (50.0, 40.0)]
    site = made({"base": dict(zip("ab", zip(*scores, strict=True), strict=True))})
    assert [
        ["18.7 G", "1,152"],
        ["1,152", "100"],
        ["1,515.1", "1,400.0"],
        ["1,515", "1,400"],
        ["50.0", "40.0"],
    ] == [
        [row["base"].text.replace("\N{NO-BREAK SPACE}", " ") for row in table(page, "ranking")]
        for page in (site.page(f"tasks/t{n}/") for n in range(1, 6))
    ]


def test_the_analysis_describes_itself_by_what_it_finds(made):
    """The question is of likeness, so its answer is, not the sizes of the training sets."""
    before = {m: [0.1 * (i + k) for k in range(5)] for i, m in enumerate("abcde")}
    after = {m: [score + 0.05 for score in scores] for m, scores in before.items()}
    runs = {"base": before, "fine_tuned": after}
    page = made(runs, train_examples=[10] * 5).page("analysis/")
    (about,) = page.select("meta[name=description]")
    said = "Which tasks rank models alike? All 5 tasks rank the models much alike."
    assert said == about["content"]
