"""What the pages of tasks say, on boards that one can do by hand."""

import pytest

from tests.helpers.boards import make_frames
from tests.helpers.measured import measured_site
from tests.helpers.sites import BuiltSite, build, table, visible
from tests.helpers.tables import write_project

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"
BOUNDS = {"score_min": 0.0, "score_max": 1.0}


def site_of(path, runs, toml="[board]\nbaseline = 'ref'", lower=(), **tasks) -> BuiltSite:
    n = len(next(iter(next(iter(runs.values())).values())))
    stated = {name: [value] * n for name, value in BOUNDS.items()} if not lower else {}
    frames = make_frames(runs, lower, {**stated, **tasks})
    return build(write_project(path, frames, toml))


def said(site: BuiltSite, path: str, selector: str) -> list[str]:
    return [visible(found) for found in site.page(path).select(selector)]


# --- all tasks ------------------------------------------------------------------------------------

LEADS = {"base": {"ref": [0.5] * 4, "a": [0.6, 0.9, 0.2, 0.5], "b": [0.1, 0.8, 0.1, 0.5]}}


@pytest.mark.parametrize(
    ("scores", "headline"),
    [
        ([0.6, 0.9, 0.2], "On 2 of 3 tasks a model beats ref"),
        ([0.6, 0.9, 0.7], "On all 3 tasks a model beats ref"),
        ([0.5, 0.4, 0.3], "ref is beaten by a model on none of 3 tasks"),
        ([0.6, 0.9, None], "On 2 of 3 tasks a model beats ref"),
        ([0.6, None, None], "Tasks"),
    ],
)
def test_headline_beside_a_baseline(tmp_path, scores, headline):
    site = site_of(tmp_path, {"base": {"ref": [0.5] * 3, "a": scores}})
    assert [headline] == said(site, "tasks/", "h1")


@pytest.mark.parametrize(
    ("scores", "headline", "lede"),
    [
        ([[0.2, 0.9], [0.3, 0.8]], "t1 is the hardest task", ["The best score there is 0.300."]),
        ([[0.9, 0.9], [0.3, 0.8]], "Tasks", []),
    ],
)
def test_headline_without_a_baseline(tmp_path, scores, headline, lede):
    """The task with the lowest best score, if it is alone."""
    site = site_of(tmp_path, {"base": dict(zip("ab", scores, strict=True))}, "")
    assert ([headline], lede) == (said(site, "tasks/", "h1"), said(site, "tasks/", ".lede"))


@pytest.mark.parametrize(
    ("category", "heads"),
    [("xxy", ["x 2 of 2 ahead", "y"]), ("xxx", []), (["x", "y", None], ["y", "x", "No category"])],
)
def test_two_categories_are_heads_of_rows_and_one_is_none(tmp_path, category, heads):
    runs = {"base": {"ref": [0.5] * 3, "a": [0.6, 0.9, 0.2]}}
    site = site_of(tmp_path, runs, category=[*category])
    assert heads == said(site, "tasks/", "#task-list tr.group th")


def test_the_task_that_gains_most_is_named(tmp_path):
    """Means of the lifts: t1 (0.4 + 0.2) / 2, t2 0.1, t3 (0 + 0.1) / 2; of equal ones none."""
    base = {"ref": [0.2] * 3, "a": [0.1, 0.2, 0.3], "b": [0.1, 0.2, 0.3]}
    runs = {"base": base, "tuned": {"a": [0.5, 0.3, 0.3], "b": [0.3, 0.3, 0.4]}}
    (lede,) = said(site_of(tmp_path / "one", runs), "tasks/", ".lede")
    assert lede.endswith("Gains most: t1, +0.300 on average.")
    runs["tuned"] = {"a": [0.2, 0.3, 0.4]}
    (lede,) = said(site_of(tmp_path / "none", runs), "tasks/", ".lede")
    assert "Gains most" not in lede


def test_tasks_stand_below_their_category(tmp_path):
    """Means of the leads: y (0.4 - 0.3) / 2 = 0.05, x (0.1 + 0) / 2 = 0.05; z has one task."""
    runs = {"base": {"ref": [0.5] * 5, "a": [0.6, 0.9, 0.2, 0.5, 0.7]}}
    site = site_of(tmp_path, runs, category=["x", "y", "y", "x", "z"])
    rows = site.page("tasks/").select("#task-list tbody tr")
    names = [visible(row.select("th")[0]) for row in rows]
    assert ["z", "t5", "x 1 of 2 ahead", "t1", "t4"] == names[:5]
    assert ["y 1 of 2 ahead", "t2 widest lead", "t3 widest gap"] == names[5:]
    heads = [visible(row) for row in rows if "group" in (row.get("class") or [])]
    assert ["z", "x 1 of 2 ahead +0.050", "y 1 of 2 ahead +0.050"] == heads
    assert ["Widest lead: t2, +0.400. Widest gap: t3, \N{MINUS SIGN}0.300."] == said(
        site, "tasks/", ".lede"
    )
    assert {"x 2", "y 2", "z 1"} == {*said(site, "tasks/", ".chip")}
    assert ["By category", "All by lead"] == said(site, "tasks/", "[data-order]")


def test_a_row_draws_the_baseline_and_the_best(tmp_path):
    """On t3 the best is behind, so it is orange; where all are equal, none is the best."""
    site = site_of(tmp_path, LEADS)
    rows = {row["task"].text: row for row in table(site.page("tasks/"), "task-list")}
    drawn = {
        visible(row.select("th")[0]): [str(mark["class"][0]) for mark in row.select("svg > *")]
        for row in site.page("tasks/").select("#task-list tbody tr")
    }
    assert ["m-rod", "m-baseline", "m-score"] == drawn["t1"]
    assert ["m-loss-rod", "m-baseline", "m-loss"] == next(
        marks for name, marks in drawn.items() if name.startswith("t3")
    )
    assert "all level" == rows["t4"]["best_model"].text
    assert f"{MINUS}0.300" == rows["t3"]["best_lift_over_baseline"].text


def test_tasks_in_different_units_share_no_scale(tmp_path):
    """Each row has its own range, the best on the right, and no order by lead is offered."""
    runs = {"base": {"ref": [0.5, 9.0], "a": [0.6, 3.0], "b": [0.2, 5.0]}}
    site = site_of(tmp_path, runs, lower=["t2"], metric=["acc", "seconds"])
    page = site.page("tasks/")
    assert [] == page.select("#task-list thead i")
    assert {"100%"} == {str(mark["cx"]) for mark in page.select("#task-list .m-score")}
    assert "lower is better" == table(page, "task-list")[1]["metric"].note
    assert "Widest lead first." not in visible(page)


def test_the_list_of_categories_has_moved(index_site):
    page = index_site.page("categories/")
    assert "0; url=../tasks/" == page.select("meta[http-equiv=refresh]")[0]["content"]
    assert "../tasks/" == page.select("main .lede a")[0]["href"]


# --- one task -------------------------------------------------------------------------------------


def test_the_answer_of_a_task(tmp_path):
    """The best is 0.2 ahead; old is ahead of it, but has no tuned score and so no rank."""
    runs = {
        "base": {"ref": [0.5], "old": [0.8], "a": [0.1], "b": [0.3]},
        "fine_tuned": {"a": [0.7], "b": [0.4]},
    }
    toml = "[board]\nbaseline = 'ref'\ntuned_variants = ['fine_tuned']"
    site = site_of(tmp_path, runs, toml, description=["Sums of two numbers"])
    page = site.page("tasks/t1/")
    assert ["Sums of two numbers"] == said(site, "tasks/t1/", ".page-head > p")
    assert "Which model is best to fine-tune? a: 0.700" == visible(page.select(".lead-answer p")[0])
    figures = [visible(figure) for figure in page.select(".lead-answer dl > div")]
    assert ["over ref +0.200", "models ahead of ref 1 /2", "old, no fine-tuned score 0.800"] == [
        figure.replace("1/2", "1 /2") for figure in figures
    ]
    assert "a is first of 2 models; old is ahead" == visible(page.select("#ranking-head")[0])
    rows = table(page, "ranking")
    assert [("old", DASH), ("a", "1"), ("ref", DASH), ("b", "2")] == [
        (row["model"].text, row["rank"].text) for row in rows
    ]
    assert (DASH, "0.800", "+0.300") == tuple(
        rows[0][key].text for key in ("fine_tuned", "base", "lift_over_baseline")
    )


def test_who_is_best(tmp_path):
    """A tie of all has no first place, and one model no best."""
    runs = {"a": [0.9, 0.9, 0.5, 0.5], "b": [0.5, 0.9, 0.5, None], "c": [0.5, 0.5, 0.5, None]}
    site = site_of(tmp_path, {"base": runs}, "")
    for task, answer, title in (
        ("t1", "Which model is best? a: 0.900", "a is first of 3 models"),
        ("t2", "Which model is best? a and b: 0.900", "a and b share the lead"),
        ("t3", "Which model is best? All 3 level: 0.500", "All 3 models are level"),
        ("t4", "The only model with a score a: 0.500", "One model with a score"),
    ):
        assert [answer] == said(site, f"tasks/{task}/", ".lead-answer p")
        assert [title] == said(site, f"tasks/{task}/", "#ranking-head")


@pytest.mark.parametrize(
    ("task", "title", "level"),
    [
        ("quiz", "a and b are too close to call", ["a", "b"]),
        ("essay", "a is first of 3 models", []),
        ("plain", "a is first of 3 models; g is ahead", []),
    ],
)
def test_who_is_too_close_to_call(task, title, level):
    """Of essay the lead is certain; of plain no error is known."""
    page = measured_site(exclude=True).page(f"tasks/{task}/")
    assert title == visible(page.select("#ranking-head")[0])
    assert level == [visible(name) for name in page.select("#ranking tr.level th a")]


def test_rows_are_drawn_with_their_intervals():
    """A band around the score after, whose ends downloads have, and its word above the table."""
    page = measured_site(exclude=True).page("tasks/quiz/")
    assert "95\N{NO-BREAK SPACE}% interval, for 100 examples" in visible(page.select(".legend")[0])
    labels = [svg["aria-label"] for svg in page.select("#ranking svg")]
    assert "a: 0.500 to 0.800, interval 0.711 to 0.867" in labels
    cell = page.select("#ranking td[data-details]")[0]
    low, high = map(float, str(cell["data-details"]).split())
    assert (0.711, 0.867) == pytest.approx((low, high), abs=5e-4)


def test_lower_is_better_is_said(tmp_path):
    site = site_of(tmp_path, {"base": {"ref": [3.0], "a": [1.0]}}, lower=["t1"], metric=["wer"])
    assert "wer, lower is better" in said(site, "tasks/t1/", ".quiet-line li")
    assert "By wer; lower is better." in visible(site.page("tasks/t1/"))
    assert "+2.00" in said(site, "tasks/t1/", ".lead-answer dd")


def test_the_data_set_among_those_of_other_tasks(tmp_path):
    """A mark for each of the sizes 10, 100 and 1,000, and its own; the log axis has them apart."""
    site = site_of(tmp_path, {"base": {"a": [0.1] * 3}}, "", train_examples=[10, 100, 1000])
    page = site.page("tasks/t2/")
    assert ["0%", "50%", "100%"] == [str(mark["x"]) for mark in page.select(".strips .m-tick")]
    assert ["50%"] == [str(mark["x"]) for mark in page.select(".strips .m-median")]
    assert ["The data set among those of 3 tasks"] == said(site, "tasks/t2/", "#data-head")


# --- parts ----------------------------------------------------------------------------------------


def test_parts_are_a_grid(tmp_path):
    """t2 and t3 are parts of t1; a frame is the best of its column, if these differ."""
    runs = {"base": {"a": [None, 1.0, 0.5], "b": [None, 0.0, 0.5], "c": [None, 0.0, 0.5]}}
    page = site_of(tmp_path, runs, "", part_of=[None, "t1", "t1"]).page("tasks/t1/")
    rows = table(page, "parts-score")
    assert ["a", "b", "c"] == [row["model"].text for row in rows]
    assert ["0.750", "0.250", "0.250"] == [row["merit"].text for row in rows]
    assert ["1", "2", "2"] == [row["rank"].text for row in rows]
    assert ["t3", "t2", "t2"] == [row["worst"].text for row in rows]
    assert ["0.5", "0", "0"] == [row["worst"].value for row in rows]
    assert ["0.500", "0.500", "0.500"] == [row["spread"].text for row in rows]
    medians = [visible(cell) for cell in page.select("#parts-score thead td")]
    assert ["Median of 3 models", "0.250"] == medians[1:3]
    assert ["0.000", "0.500"] == medians[-2:]
    assert ["1.000"] == [visible(cell) for cell in page.select("#parts-score td.best")]
    shares = [str(cell["style"]) for cell in page.select("#parts-score tbody tr:first-child .heat")]
    assert ["--heat:1", "--heat:0.5"] == shares
    assert [] == page.select("#similar-head")


# --- categories -----------------------------------------------------------------------------------


def test_the_page_of_a_category(tmp_path):
    """One task gets no verdict."""
    runs = {"base": {"ref": [0.5] * 3, "a": [0.8, 0.4, 0.9]}}
    site = site_of(tmp_path, runs, category=["x", "x", "y"])
    for category, lede in (
        ("x", "2 tasks. On 1 of 2 a model beats ref."),
        ("y", "One task, t3, so this board is the ranking of that task."),
    ):
        assert [lede] == said(site, f"categories/{category}/", ".lede")
        assert (category == "x") == bool(site.page(f"categories/{category}/").select(".chart"))
