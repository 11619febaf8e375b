"""The comparison: the page without scripts, and what its script makes of the runs chosen."""

import random
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect
from scipy.stats import sem, t

from site_builder.addresses import Address
from site_builder.pages.interactive import ModelVariant, compare_address, default_runs
from site_builder.pages.page import Site
from site_builder.render.urls import Urls
from tests.helpers import choosing
from tests.helpers.boards import Runs
from tests.helpers.browsing import LAYOUT_SHIFT, both_sizes, breaches, open_page, overflow
from tests.helpers.odd_boards import SHAPES, built, foreign
from tests.helpers.sites import ROOT, build, make_site, target
from tests.helpers.tables import write_project

COMPARE = "rest => site.comparison.compare(...rest)"
SHIPPED = "JSON.parse(document.querySelector('[data-compare-data]').textContent).board"
# Rows of a table as they are read: tag and note behind the text, a drawing by its words.
ROWS = """id => [...document.querySelectorAll(`#${id} tbody tr`)].map(row => [...row.cells]
    .filter(cell => !cell.hidden)
    .map(cell => {
        const drawing = cell.querySelector('.dumbbell');
        const words = cell.cloneNode(true);
        words.querySelector('.cell-label')?.remove();
        const text = drawing ? drawing.getAttribute('aria-label') : words.textContent;
        return [text.replace(/[ \\n]+/g, ' ').trim(), cell.dataset.value || null];
    }))"""


def gaps() -> tuple[dict[str, pd.DataFrame], str]:
    """A sparse board of accuracies and seconds, with odd ids, and a baseline that lacks scores."""
    models, tasks = ["a/b", "<b>", "c & d", "ref"], ["t 1", "t?2", "t#3", "t4", "t5", "t6"]
    draw = random.Random(7)
    rows = [
        (model, task, variant, round(draw.random(), 2) * (10 if task in ("t5", "t6") else 1))
        for model in models
        for task in tasks
        for variant in ("base", "tuned")
        if draw.random() < 0.75 and (model, variant) != ("ref", "tuned")
    ]
    return {
        "results": pd.DataFrame(rows, columns=["model", "task", "variant", "score"]),
        "tasks": pd.DataFrame(
            {
                "task": tasks,
                "category": ["A", "A", "A", "B", "B", None],
                "metric": ["accuracy"] * 4 + ["seconds"] * 2,
                "higher_is_better": [True] * 4 + [False] * 2,
                "score_min": [0.0] * 4 + [None] * 2,
                "score_max": [1.0] * 4 + [None] * 2,
            }
        ),
    }, '[board]\nbaseline = "ref"'


@dataclass(frozen=True)
class Board:
    """A board whose comparison is open to a browser, and its results."""

    site: Site
    home: str

    def url(self, runs: list[ModelVariant]) -> str:
        """Where these runs are compared."""
        return f"{self.home}compare/?{urlencode(compare_address(self.site, runs).query)}"


@pytest.fixture(scope="module")
def index(home) -> Board:
    return Board(make_site(ROOT), home)


@pytest.fixture(scope="module", params=["gaps", "mixed_directions", "jp_finetuned"])
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Boards with gaps, mixed units and many variants."""
    others = {"gaps": gaps, "jp_finetuned": lambda: foreign("jp_finetuned", baseline=True)}
    root = write_project(tmp_path_factory.mktemp("odd"), *(SHAPES | others)[request.param]())
    return Board(make_site(root), build(root).url)


def index_runs(*models: str) -> list[ModelVariant]:
    """Fine-tuned runs of the Index; `model base` is a base run."""
    pairs = [model.partition(" ")[::2] for model in models]
    return [ModelVariant(model, variant or "fine_tuned") for model, variant in pairs]


def some_runs(site: Site, seed: int) -> Iterator[list[ModelVariant]]:
    """A few sets of one to four runs, among them tuned and base of one model."""
    draw = random.Random(seed)
    scores = site.results.scores
    every = [
        ModelVariant(model, variant)
        for row, model in enumerate(scores.models)
        for variant in scores.roles.variants
        if not np.isnan(scores.values[variant][row]).all()
    ]
    yield [run for run in every if run.model == every[0].model][:4]
    for n in (1, 2, 3, 4, 4):
        yield draw.sample(every, min(n, len(every)))


def wait_for_all(page: Page) -> None:
    """Until every section is filled."""
    expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")


def rows_of(page: Page, table: str) -> list[list[list[str]]]:
    """The rows of a table by its id, as they are read."""
    wait_for_all(page)
    rows: list[list[list[str]]] = page.evaluate(ROWS, table)
    return rows


@pytest.fixture(scope="module")
def desk(browser, index) -> Page:
    page = open_page(browser, f"{index.home}compare/")[0]
    wait_for_all(page)
    return page


# --- the page ----------------------------------------------------------------------------------


def test_the_leaderboard_is_shown_without_scripts(chromium, index):
    page, _ = open_page(chromium, f"{index.home}compare/", java_script_enabled=False)
    expect(page.get_by_text("With scripts you can compare up to four models")).to_be_visible()
    expect(page.locator("table:visible tbody tr")).to_have_count(11)
    expect(page.locator("button:not([popovertarget]):visible, select:visible")).to_have_count(0)


@pytest.mark.parametrize("name", ["one_score", "one_model"])
def test_a_board_of_one_model_has_no_comparison(name):
    site = built(name)
    assert "compare/index.html" not in site.html
    assert [] == [path for path, html in site.html.items() if "compare/" in html]


def test_a_board_without_a_baseline():
    heads = built("three_columns").page("compare/").select("#compare-tasks thead th")
    assert ["task", "run-1", "run-2", "run-3", "run-4", "drawn", "spread"] == [
        h["data-key"] for h in heads
    ]


def test_the_baseline_is_compared_where_there_is_nobody_else(tmp_path):
    frame = pd.DataFrame({"model": ["ref", "a"], "task": ["t"] * 2, "score": [0.5, 0.4]})
    site = make_site(write_project(tmp_path, {"results": frame}, '[board]\nbaseline = "ref"'))
    assert ["a", "ref"] == [run.model for run in default_runs(site)]


def test_a_model_leads_to_its_comparison(index_site, index):
    """With those before and after it; the variant is named where another would be taken."""
    links = {}
    for model in ("mistral-7b", "gpt-4"):
        link = index_site.page(f"models/{model}/").find("a", string=re.compile("^Compare with"))
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


# --- by hand -----------------------------------------------------------------------------------

# On t1 a leads by 0.2, on t2 b by 0.1, on t3 all tie, on t4 b has no score, t5 is c's alone.
RUNS: Runs = {
    "base": {"a": [0.1, 0.2, 0.3, None, None], "ref": [0.5, 0.5, None, 0.5, None]},
    "tuned": {
        "a": [0.9, 0.4, 0.6, 0.8, None],
        "b": [0.7, 0.5, 0.6, None, None],
        "c": [0.3, 0.3, 0.6, 0.9, 0.9],
    },
}
A, B, C = (("tuned", model) for model in "abc")
A_BASE, REF = ("base", "a"), ("base", "ref")
CATEGORIES = ("X", "X", "Y", "Y", "Z")
TAILS = {"pairs": (0.01, 0.002), "baseline": (0.03, 0.006), "base": (0.09, 0.018)}


def compare(  # noqa: PLR0913 - most have a default
    page: Page,
    *runs: tuple[str, str],
    scores: Runs = RUNS,
    lower: Collection[int] = (),
    averaged: bool = True,
    baseline: bool = True,
    margin: float = 0.0,
    picked: Sequence[int] | None = None,
    tails: Mapping[str, Mapping[str, float]] | None = None,
) -> dict[str, Any]:
    """A comparison of runs, each a variant and a model, with the baseline `ref`.

    Args:
        page: A page that has the script.
        runs: What is compared.
        scores: By variant and model.
        lower: Numbers of the tasks on which a lower score is better, from 1 on.
        averaged: Whether means of scores mean anything.
        baseline: Whether the board has the baseline.
        margin: The difference that counts as equal.
        picked: Numbers of the tasks to compare on, from 1 on; all without them.
        tails: By family and variant; 0.025, as for one comparison, without them.
    """
    models = list(dict.fromkeys(model for rows in scores.values() for model in rows))
    beside = {v: v if "ref" in rows else "base" for v, rows in scores.items()}
    n = len(next(iter(scores["base"].values())))
    board = {
        "tasks": [
            {"direction": -1 if i + 1 in lower else 1, "category": CATEGORIES[i % 5]}
            for i in range(n)
        ],
        "families": list(range(n)),
        "least_tasks": 3,
        "categories": [{"link": [name, ""], "averaged": averaged} for name in ("X", "Y", "Z")],
        "reference": {"model": models.index("ref"), "variants": beside} if baseline else None,
        "base": "base" if "tuned" in scores else None,
        "averaged": averaged,
        "rounding": dict.fromkeys(scores, [0.0] * n),
        "tails": tails or {family: dict.fromkeys(scores, 0.025) for family in TAILS},
    }
    rows = {v: [of.get(m, [None] * n) for m in models] for v, of in scores.items()}
    asked = [{"variant": variant, "model": models.index(model)} for variant, model in runs]
    only = [] if picked is None else [{}, [task - 1 for task in picked]]
    found: dict[str, Any] = page.evaluate(COMPARE, [board, rows, asked, margin, *only])
    return found


def sides(found: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    """Tasks ahead, level and behind, and the mean difference."""
    keys = ("ahead", "level", "behind", "mean")
    return None if found is None else tuple(found[key] for key in keys)


def each(found: Sequence[Mapping[str, Any]], *keys: str) -> list[Any]:
    """Values of records; a tuple a record for several keys."""
    values = [tuple(record[key] for key in keys) for record in found]
    return [value[0] for value in values] if len(keys) == 1 else values


def test_averages_are_over_common_tasks(desk):
    """t1, t2, t3: a has (0.9 + 0.4 + 0.6) / 3, though t4 would raise it."""
    found = compare(desk, A, B, C)
    assert 3 == found["common"]
    assert [0.633333333333, 0.6, 0.4] == each(found["runs"], "average")
    assert [0] == found["leaders"]


def test_who_has_first_places(desk):
    """A on t1 and, with all, on t3; b on t2 and t3; c on t3 only: t4 and t5 are not contested."""
    found = compare(desk, A, B, C)
    assert [(2, 1), (2, 1), (1, 1)] == each(found["runs"], "firstPlaces", "shared")
    assert [[0], [1], [0, 1, 2], [], []] == each(found["tasks"], "best")


def test_how_far_apart_all_are(desk):
    """The best minus the worst: 0.9 - 0.3, 0.5 - 0.3, level; in X the means 0.65 and 0.3."""
    found = compare(desk, A, B, C)
    assert [0.6, 0.2, 0.0, None, None] == each(found["tasks"], "spread")
    assert [0.35, 0.0] == each(found["categories"], "spread")


def test_only_picked_tasks_count(desk):
    """On t2 and t4: of these a, b and c share t2 alone, where b leads with 0.5."""
    found = compare(desk, A, B, C, picked=[2, 4])
    assert (1, [1], [1, 3]) == (found["common"], found["leaders"], each(found["tasks"], "task"))
    assert [0.4, 0.5, 0.3] == each(found["runs"], "average")
    assert [0, 1, 0] == each(found["runs"], "firstPlaces")
    assert (0, 0, 1, pytest.approx(-0.1)) == sides(found["runs"][0]["overBaseline"])
    assert [("X", [1])] == [(c["category"]["link"][0], c["tasks"]) for c in found["categories"]]


def test_a_task_that_one_lacks_is_no_win(desk):
    """On t4 b has no score: a's and c's stand in the row, and nobody is best."""
    task = compare(desk, A, B, C)["tasks"][3]
    expected = {"task": 3, "scores": [0.8, None, 0.9], "reference": 0.5, "best": []}
    assert expected | {"spread": None} == task


def test_a_task_without_any_score_has_no_row(desk):
    """t5 has a row only where c is compared."""
    assert [0, 1, 2, 3] == each(compare(desk, A, B)["tasks"], "task")
    assert 5 == len(compare(desk, A, C)["tasks"])


def test_one_against_another(desk):
    """A is 0.2 better, 0.1 worse, level: on average 0.1 / 3."""
    pair = compare(desk, A, B)["pair"]
    assert (1, 1, 1, pytest.approx(0.1 / 3)) == sides(pair)
    assert 3 == pair["tasks"]
    assert (1, 1, 1, pytest.approx(-0.1 / 3)) == sides(compare(desk, B, A)["pair"])
    assert None is compare(desk, A, B, C)["pair"]


def test_against_the_baseline(desk):
    """On t1 and t2, which the baseline has too: a is +0.4 and -0.1, c -0.2 on both."""
    found = compare(desk, A, B, C)["runs"]
    assert (1, 0, 1, pytest.approx(0.15)) == sides(found[0]["overBaseline"])
    assert (0, 0, 2, pytest.approx(-0.2)) == sides(found[2]["overBaseline"])


def test_the_baseline_against_itself(desk):
    found = compare(desk, A, REF)
    assert None is found["runs"][1]["overBaseline"]
    assert 3 == found["common"]  # t1, t2, t4


def test_average_of_the_baseline_needs_every_common_task(desk):
    """It has no score on t3, which a and b share; of a and the baseline itself, it has all."""
    assert None is compare(desk, A, B)["reference"]
    assert 0.5 == compare(desk, A, REF)["reference"]


def test_baseline_is_compared_in_the_variant_of_each(desk):
    """The baseline has 0.5 as base and 0.8 tuned: a is 0.1 ahead, then 0.1 behind."""
    scores = {"base": {"a": [0.6], "ref": [0.5]}, "tuned": {"a": [0.7], "ref": [0.8]}}
    both = compare(desk, ("base", "a"), ("tuned", "a"), scores=scores)
    assert [(1, 0, 0, pytest.approx(0.1)), (0, 0, 1, pytest.approx(-0.1))] == [
        sides(run["overBaseline"]) for run in both["runs"]
    ]
    # No one score of the baseline stands beside both.
    assert (None, None) == (both["baseline"], both["reference"])
    alone = compare(desk, ("tuned", "a"), scores=scores)
    assert ({"model": 1, "variant": "tuned"}, 0.8) == (alone["baseline"], alone["reference"])


def test_against_the_base_scores(desk):
    """A gained 0.8, 0.2 and 0.3 on the common tasks; b has no base scores."""
    found = compare(desk, A, B)["runs"]
    assert (3, 0, 0, pytest.approx(1.3 / 3)) == sides(found[0]["overBase"])
    assert None is found[1]["overBase"]
    assert None is compare(desk, A_BASE, A)["runs"][0]["overBase"]


def test_tuned_against_base_of_the_same_model(desk):
    assert (3, 0, 0, pytest.approx(1.3 / 3)) == sides(compare(desk, A, A_BASE)["pair"])


def test_categories(desk):
    """X: t1 and t2; of Y only t3 is common; Z has no common task and is absent."""
    found = compare(desk, A, B, C)["categories"]
    assert [("X", [0, 1]), ("Y", [2])] == [(c["category"]["link"][0], c["tasks"]) for c in found]
    assert [0.65, 0.6, 0.3] == found[0]["scores"]
    assert [([0], 0.5), ([0, 1, 2], None)] == each(found, "best", "reference")


def test_lower_is_better(desk):
    """On t1 the lowest is best; differences are positive for the better one."""
    task = compare(desk, A, B, C, lower=[1])["tasks"][0]
    assert ([2], 0.6) == (task["best"], task["spread"])
    assert (0, 1, 2, pytest.approx(-0.1)) == sides(compare(desk, A, B, lower=[1])["pair"])


def test_lowest_mean_leads_where_lower_is_better(desk):
    assert [2] == compare(desk, A, B, C, lower=range(1, 6))["leaders"]


def test_mixed_units_have_no_averages(desk):
    found = compare(desk, A, B, averaged=False)
    assert [(None, 2), (None, 2)] == each(found["runs"], "average", "firstPlaces")
    assert ([], None, []) == (found["leaders"], found["reference"], found["categories"])
    assert (1, 1, 1, None) == sides(found["pair"])


def test_one_run_alone(desk):
    """It has no first place, but its baseline and its mean."""
    found = compare(desk, A)
    assert (4, 0, []) == (found["common"], found["runs"][0]["firstPlaces"], found["leaders"])
    assert [([], None)] * 4 == each(found["tasks"], "best", "spread")
    assert (2, 0, 1, pytest.approx(0.6 / 3)) == sides(found["runs"][0]["overBaseline"])


def test_no_common_task(desk):
    """Nothing is compared, and nothing is zero by mistake."""
    scores = {"base": {"ref": [0.5, 0.5]}, "tuned": {"a": [0.1, None], "b": [None, 0.2]}}
    found = compare(desk, A, B, scores=scores)
    keys = ("common", "pair", "leaders", "reference", "categories")
    assert [0, None, [], None, []] == [found[key] for key in keys]
    assert [(None, 0, None, None)] * 2 == each(
        found["runs"], "average", "firstPlaces", "overBaseline", "overBase"
    )


def test_equal_on_paper_is_a_tie(desk):
    """0.1 + 0.2 is not 0.3 in binary, and is level here."""
    scores = {"base": {"a": [0.1 + 0.2], "ref": [0.5], "b": [0.3]}}
    found = compare(desk, A_BASE, ("base", "b"), scores=scores)
    assert (0, 1, 0, 0.0) == sides(found["pair"])
    assert ([0, 1], 0.0) == (found["tasks"][0]["best"], found["tasks"][0]["spread"])
    assert [0, 1] == found["leaders"]


def test_a_board_without_a_baseline_has_nobody_to_be_ahead_of(desk):
    scores = {"base": {"a": [0.1], "b": [0.2]}}
    found = compare(desk, A_BASE, ("base", "b"), scores=scores, baseline=False)
    assert [None, None] == each(found["runs"], "overBaseline")
    assert None is found["reference"]


# --- how sure ----------------------------------------------------------------------------------

# A is 0.3 and 0.1 better than b in turn: on average 0.2, with a deviation of 0.1 sqrt(8 / 7).
EIGHT: Runs = {"base": {"a": [0.8, 0.6] * 4, "b": [0.5] * 8, "ref": [0.9, 0.7] * 3 + [None] * 2}}
A_OF_EIGHT, B_OF_EIGHT = ("base", "a"), ("base", "b")


def test_interval_of_a_difference_by_hand(desk):
    """0.2 +- t s / sqrt(8) with t = 2.365 and s = 0.1069: 0.0894 to each side."""
    found = compare(desk, A_OF_EIGHT, B_OF_EIGHT, scores=EIGHT)
    behind = found["runs"][1]["overLeader"]
    assert behind["mean"] == -0.2
    assert [-0.2894, -0.1106] == pytest.approx(behind["interval"], abs=5e-5)
    assert [0.1106, 0.2894] == pytest.approx(found["pair"]["interval"], abs=5e-5)
    assert None is found["runs"][0]["overLeader"]


def test_the_baseline_is_compared_with_the_leader(desk):
    """Over the six tasks that it has, it is 0.1 better on each: no spread at all."""
    found = compare(desk, A_OF_EIGHT, B_OF_EIGHT, scores=EIGHT)["baselineOverLeader"]
    assert (6, 0.1) == (found["tasks"], found["mean"])
    assert [0.1, 0.1] == pytest.approx(found["interval"])
    alone = compare(desk, A_OF_EIGHT, scores=EIGHT)
    assert found == alone["baselineOverLeader"]


def test_too_few_common_tasks_have_no_interval(desk):
    two = {"base": {model: scores[:2] for model, scores in EIGHT["base"].items()}}
    found = compare(desk, A_OF_EIGHT, B_OF_EIGHT, scores=two)
    behind = found["runs"][1]["overLeader"]
    assert (False, -0.2) == (found["isTested"], behind["mean"])
    assert [None] * 3 == [behind["interval"], behind["chances"], found["best"]]


def test_scores_without_a_mean_have_no_interval(desk):
    found = compare(desk, A_OF_EIGHT, B_OF_EIGHT, scores=EIGHT, averaged=False)
    assert (None, None) == (found["best"], found["runs"][1]["overLeader"])
    assert (None, None) == (found["pair"]["mean"], found["pair"]["interval"])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("base", "a"), ("base", "b"), 0.01),
        (("tuned", "a"), ("tuned", "b"), 0.002),
        (("tuned", "a"), ("base", "b"), 0.002),  # the smaller of two variants
        (("tuned", "a"), ("base", "ref"), 0.006),
        (("base", "ref"), ("base", "a"), 0.03),
        (("base", "a"), ("tuned", "a"), 0.018),
    ],
)
def test_the_family_of_a_comparison_decides_how_wide_its_interval_is(desk, one, other, expected):
    """Pairs of a variant, models with the baseline, models with their own base scores."""
    base = {**EIGHT["base"], "ref": [0.9, 0.8] * 4}
    scores: Runs = {"base": base, "tuned": {"a": [0.9, 0.65] * 4, "b": [0.6, 0.5] * 4}}
    tails = {f: dict(zip(scores, of, strict=True)) for f, of in TAILS.items()}
    low, high = compare(desk, one, other, scores=scores, tails=tails)["pair"]["interval"]
    gaps = np.subtract(*(scores[variant][model] for variant, model in (one, other)))
    assert expected == pytest.approx(t.sf((high - low) / 2 / sem(gaps), 7))


def test_probabilities_without_doubt(desk):
    """Two rows a constant apart, equal rows, and a margin as wide as the difference."""
    rows: Runs = {"base": {**EIGHT["base"], "b": [0.7, 0.5] * 4, "ref": [0.8, 0.6] * 4}}
    found = compare(desk, A_OF_EIGHT, B_OF_EIGHT, scores=rows)
    assert {"better": 0, "equal": 0, "worse": 1} == found["runs"][1]["overLeader"]["chances"]
    assert {"better": 0, "equal": 1, "worse": 0} == found["baselineOverLeader"]["chances"]
    assert [1, 0] == found["best"]
    wide = compare(desk, A_OF_EIGHT, B_OF_EIGHT, scores=rows, margin=0.1)
    assert 1 == wide["pair"]["chances"]["equal"]


def test_probabilities_by_hand(desk):
    """A mean difference of 0.1 with a standard error of 0.1 / sqrt(7), against 0.05 and 0."""
    rows: Runs = {"base": {**EIGHT["base"], "b": [0.6] * 8}}
    found = compare(desk, A_OF_EIGHT, B_OF_EIGHT, scores=rows, margin=0.05)
    better, worse = t.cdf(0.05 * np.sqrt(7) / 0.1, 7), t.cdf(-0.15 * np.sqrt(7) / 0.1, 7)
    assert {"better": better, "equal": 1 - better - worse, "worse": worse} == pytest.approx(
        found["pair"]["chances"]
    )
    best = t.cdf(np.sqrt(7), 7)
    assert [best, 1 - best] == pytest.approx(found["best"])


# --- by numpy ----------------------------------------------------------------------------------


def ask(page: Page, site: Site, runs: Sequence[ModelVariant], margin: float) -> dict[str, Any]:
    """What the page's script makes of its board's scores."""
    scores = site.results.scores
    sent, errors = map(choosing.as_json, (scores.values, scores.errors))
    asked = [{"model": scores.rows[run.model], "variant": run.variant} for run in runs]
    board = page.evaluate(SHIPPED)
    found: dict[str, Any] = page.evaluate(COMPARE, [board, sent, asked, margin, errors])
    return found


def check(page: Page, board: Board, runs: Sequence[ModelVariant]) -> None:
    scores, averaged = board.site.results.scores, board.site.results.board.rules.averaged
    rows = [(run.variant, scores.rows[run.model]) for run in runs]
    plain = np.array([scores.values[v][i] for v, i in rows])
    errors = np.array([scores.least_errors[v][i] for v, i in rows])
    found = ask(page, board.site, runs, 0.01)
    signed, common = plain * scores.direction, ~np.isnan(plain).any(axis=0)
    assert int(common.sum()) == found["common"]
    top = np.round(signed, 10) == np.round(signed, 10).max(axis=0)
    for i, run in enumerate(found["runs"]):
        expected = plain[i, common].mean() if averaged and common.any() else None
        assert run["average"] == (None if expected is None else pytest.approx(expected))
        assert run["firstPlaces"] == (int(top[i, common].sum()) if len(runs) > 1 else 0)
    signed, errors = signed[:, common], np.nan_to_num(errors)[:, common]
    families, weights = scores.families[common], np.ones(common.sum())
    assert found["isTested"] == (averaged and len(set(families)) >= 6)
    if found["isTested"] and len(runs) > 1:
        chances = choosing.best_chances(signed, errors, weights, families)
        assert found["best"] == pytest.approx(chances, abs=0.03)
    if len(runs) == 2 and common.any():
        pair, gaps = found["pair"], np.round(signed[0] - signed[1], 10)
        counts = [int(part.sum()) for part in (gaps > 0, gaps == 0, gaps < 0)]
        assert counts == [pair[key] for key in ("ahead", "level", "behind")]
        assert found["isTested"] == (pair["interval"] is not None) == (pair["chances"] is not None)
        if found["isTested"]:
            mean, error, df = choosing.paired(gaps, np.hypot(*errors), weights, families)
            assert mean == pytest.approx(sum(pair["interval"]) / 2)
            better, worse = t.sf((0.01 - mean) / error, df), t.cdf((-0.01 - mean) / error, df)
            expected = {"better": better, "equal": 1 - better - worse, "worse": worse}
            assert pair["chances"] == pytest.approx(expected)


@pytest.mark.parametrize("variant", ["fine_tuned", "base"])
def test_intervals_are_those_of_the_board(desk, index, variant):
    """Of each model and the first, the baseline, and its base scores."""
    board, base = index.site.results.boards[variant], "base"
    first = ModelVariant(board.ranked[0].model, variant)

    def interval(one: ModelVariant, other: ModelVariant) -> Any:
        return ask(desk, index.site, [one, other], 0.0)["pair"]["interval"]

    for s in board.ranked[1:]:
        found = interval(first, ModelVariant(s.model, variant))
        assert found == pytest.approx(s.behind_interval), s.model
    for against, tests in board.tests.items():
        for model, test in tests.items():
            other = ModelVariant("gpt-4" if against == "baseline" else model, base)
            assert interval(ModelVariant(model, variant), other) == pytest.approx(test.interval)


def test_an_interval_over_the_baseline_is_that_of_ten_comparisons(desk, index):
    """Zephyr 7B less GPT-4: the mean, and to each side the quantile of 0.05 / 2 / 10."""
    scores, runs = index.site.results.scores, index_runs("zephyr-7b-beta", "gpt-4 base")
    one, other = (scores.values[run.variant][scores.rows[run.model]] for run in runs)
    mean, error, df = choosing.paired(one - other, np.zeros(31), np.ones(31), scores.families)
    reach = t.isf(0.05 / 2 / 10, df) * error
    assert 0.081 == pytest.approx(mean, abs=5e-4)
    found = ask(desk, index.site, runs, 0.0)["pair"]["interval"]
    assert [mean - reach, mean + reach] == pytest.approx(found)


def test_numbers_are_those_of_numpy_on_the_index(desk, index):
    for runs in (index_runs("zephyr-7b-beta", "gpt-4 base"), *some_runs(index.site, seed=1)):
        check(desk, index, runs)


def test_numbers_are_those_of_numpy_on_odd_boards(chromium, odd):
    page, heard = open_page(chromium, f"{odd.home}compare/")
    for runs in some_runs(odd.site, seed=2):
        check(page, odd, runs)
        page.goto(odd.url(runs))
        expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "")
        expect(page.locator("[data-part=runs] a").first).to_have_text(
            odd.site.labels.models[runs[0].model]
        )
    assert [] == heard.complaints


# --- in a browser ------------------------------------------------------------------------------


def test_the_first_comparison_is_of_the_best(desk, index):
    """The first three of the board, GPT-4 beside them."""
    expect(desk.locator("[data-part=finding]")).to_have_text(
        "Zephyr 7B Beta, Mistral 7B and Mistral 7B Instruct are too close to call."
    )
    rows = {row[0][0]: row[1:] for row in rows_of(desk, "compare-summary")}
    assert ["0.742 best of these three", "0.661"] == [
        rows["Mean score over 31 tasks"][i][0] for i in (0, -1)
    ]
    differences = [cell[0] for cell in rows["Difference from Zephyr 7B Beta"]]
    assert "\N{EN DASH}" == differences[0]
    assert "\N{MINUS SIGN}0.081 \N{MINUS SIGN}0.190 to +0.029" == differences[-1]
    chances = rows["Better / equal / worse than Zephyr 7B Beta"]
    assert re.fullmatch(r"2\s% / \d\d\s% / \d\d\s%", chances[1][0])
    assert "97 % likely worse 1 % / 2 % / 97 %" == chances[-1][0].replace("\N{NO-BREAK SPACE}", " ")
    assert "22 / 1 / 8" == rows["Ahead / level / behind GPT-4"][0][0]
    low, high = index.site.results.board.ranked[0].rank_interval
    assert f"1 of 10 fine-tuned, plausible: {low}\N{EN DASH}{high}" == rows["Rank"][0][0]
    expect(desk.locator("#compare-tasks .dumbbell")).to_have_count(31)
    scores = desk.locator("#compare-tasks tbody td:not(.text) > a[href*='#score-']")
    expect(scores).to_have_count(31 * 4)
    expect(scores.first).to_have_attribute("href", re.compile("^../models/zephyr-7b-beta/#score-"))
    heads = desk.locator("#compare-tasks thead th[hidden]")
    assert ["run-4"] == heads.evaluate_all("all => all.map(head => head.dataset.key)")


def test_models_are_told_apart_by_shape_and_not_by_the_colours_of_developers(desk):
    """Four shapes, filled and open by turns, in no colour that a developer may have."""
    fills = desk.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('main use')].map(use =>
            [use.getAttribute('href'), getComputedStyle(use).fill]))"""
    )
    dots = desk.evaluate(
        """() => [0, 1, 2, 3, 4, 5, 6, 7].map(n => {
            const probe = document.body.appendChild(document.createElement('i'));
            probe.style.color = `var(--dot-${n})`;
            const colour = getComputedStyle(probe).color;
            probe.remove();
            return colour;
        })"""
    )
    assert {f"#mark-{n}" for n in range(1, 5)} == set(fills)
    assert set() == {*fills.values()} & {*dots}
    assert fills["#mark-1"] == fills["#mark-3"] != fills["#mark-2"] == fills["#mark-4"]


def test_the_chance_to_be_the_best_is_drawn(chromium, index):
    """One bar with a part for each model, the likeliest first; none for a model alone."""
    page, _ = open_page(chromium, index.url(index_runs("phi-2", "mistral-7b", "zephyr-7b-beta")))
    expect(page.locator("[data-part=best-of]")).to_have_text(
        "Chance to be the best of these three, were the 31 tasks drawn again"
    )
    names = page.locator("[data-part=best-names] li")
    assert names.all_text_contents() == [
        " Zephyr 7B Beta 86\N{NO-BREAK SPACE}%",
        " Mistral 7B 14\N{NO-BREAK SPACE}%",
        " Phi-2 <1\N{NO-BREAK SPACE}%",
    ]
    expect(page.locator("[data-part=finding]")).to_have_text(
        "Zephyr 7B Beta, Phi-2 and Mistral 7B are too close to call."
    )
    widths = "all => all.map(part => part.getBoundingClientRect().width)"
    found = page.locator("[data-part=best] i").evaluate_all(widths)
    assert found[0] / sum(found) == pytest.approx(0.86, abs=0.01)
    page.get_by_role("button", name="Math", exact=True).click()
    expect(names).to_have_count(0)
    page.goto(index.url(index_runs("phi-2")))
    wait_for_all(page)
    expect(page.locator("[data-section=best]")).to_be_hidden()


def test_models_that_share_no_task(chromium, tmp_path):
    frame = pd.DataFrame({"model": ["a", "b"], "task": ["t", "u"], "score": [0.5, 0.4]})
    root = write_project(tmp_path, {"results": frame}, "")
    home = build(root).url
    page, _ = open_page(chromium, f"{home}compare/?model=a&model=b")
    expect(page.locator("[data-part=finding]")).to_have_text("a and b have no task in common.")
    row = rows_of(page, "compare-tasks")[0]
    assert [["0.500", "0.5"], ["no score", None]] == row[1:3]


def test_mixed_units_rank_by_win_rate(chromium):
    """No mean of dollars and points: the board's win rate stands in the summary."""
    home = built("mixed_directions").url
    page, _ = open_page(chromium, f"{home}compare/")
    measures = [row[0][0] for row in rows_of(page, "compare-summary")]
    assert "Mean win rate" in measures
    absent = ("Mean score", "Mean lift", "Difference", "Better")
    assert [] == [m for m in measures if m.startswith(absent)]
    expect(page.locator("[data-part=finding]")).not_to_contain_text("mean")
    expect(page.get_by_label("Count differences up to this as equal")).to_have_count(0)


def test_few_tasks_have_no_interval_and_the_page_says_why(chromium):
    home = built("lower_is_better").url
    page, _ = open_page(chromium, f"{home}compare/")
    expect(page.locator("[data-part=scope]")).to_contain_text(
        "Intervals and probabilities need at least 6 tasks."
    )
    measures = [row[0][0] for row in rows_of(page, "compare-summary")]
    assert [] == [m for m in measures if m.startswith("Better")]


def test_the_margin_is_in_the_address(chromium, index):
    """A margin of the whole scale makes all models equal; none is the default of 1 %."""
    page, heard = open_page(chromium, f"{index.home}compare/")
    field = page.get_by_label("Count differences up to this as equal")
    expect(field).to_have_attribute("placeholder", "0.01")
    row = page.locator("#compare-summary tr", has_text="Better / equal / worse")
    wait_for_all(page)
    before = row.inner_text()
    field.press_sequentially("1")
    assert page.url.endswith("compare/?margin=1")
    expect(row.locator("td").nth(1)).to_contain_text(">99\u00a0% likely within 1")
    page.reload()
    expect(field).to_have_value("1")
    expect(row.locator("td").nth(1)).to_contain_text(">99\u00a0% likely within 1")
    field.fill("-2")
    assert page.url.endswith("compare/")
    field.fill("")
    wait_for_all(page)
    assert before == row.inner_text()
    page.goto(f"{index.home}compare/?margin=much")
    expect(page.locator("[data-part=remark]")).to_have_text(
        "The margin “much” is not a number of 0 or more and is left out."
    )
    assert [] == heard.complaints


@both_sizes
def test_models_are_chosen_added_and_removed(chromium, index, size):
    page, heard = open_page(chromium, f"{index.home}compare/", size)
    title = page.title()
    page.get_by_label("Model 4", exact=True).select_option(label="Phi-2")
    expect(page.locator("#compare-tasks thead th:not([hidden]) span")).to_have_text(
        ["Zephyr 7B Beta", "Mistral 7B", "Mistral 7B Instruct", "Phi-2"]
    )
    expect(page.locator("[data-status]")).to_contain_text("Phi-2 are too close to call.")
    assert page.title() == f"Zephyr 7B Beta, Mistral 7B, Mistral 7B Instruct and Phi-2 · {title}"
    for n in (3, 3):
        page.get_by_role("button", name=f"Remove model {n}").click()
    expect(page.locator("[data-part=finding]")).to_contain_text(
        "Zephyr 7B Beta and Mistral 7B are too close to call."
    )
    assert page.url.endswith("compare/?model=zephyr-7b-beta&model=mistral-7b")
    expect(page.get_by_label("Model 3", exact=True)).to_be_focused()
    page.get_by_label("Variant of model 2").select_option("base")
    expect(page.locator("[data-part=finding]")).to_contain_text(
        "Zephyr 7B Beta (fine-tuned) is ahead of Mistral 7B (base)."
    )
    assert page.url.endswith("model=mistral-7b&as=base")
    page.go_back()
    expect(page.get_by_label("Variant of model 2")).to_have_value("fine_tuned")
    page.reload()
    expect(page.locator("#compare-summary thead th:not([hidden]) span")).to_have_text(
        ["Zephyr 7B Beta", "Mistral 7B"]
    )
    page.get_by_label("Model 3", exact=True).select_option(label="Mistral 7B Instruct")
    expect(page).to_have_url(f"{index.home}compare/")
    expect(page).to_have_title(title)
    assert [] == heard.complaints


def test_a_run_is_compared_only_once(chromium, index):
    """The same model comes in its other variant; when it has no other, it stays where it is."""
    page, _ = open_page(chromium, index.url(index_runs("phi-2", "gpt-4 base")))
    page.get_by_label("Model 3", exact=True).select_option("phi-2")
    expect(page.get_by_label("Variant of model 3")).to_have_value("base")
    expect(
        page.get_by_label("Variant of model 3").locator("option[value=fine_tuned]")
    ).to_be_disabled()
    page.get_by_label("Model 1", exact=True).select_option("gpt-4")
    expect(page.locator("[data-part=remark]")).to_have_text("GPT-4 is already in the comparison.")
    expect(page.get_by_label("Model 1", exact=True)).to_have_value("phi-2")


def test_one_run_is_compared_with_the_baseline(chromium, index):
    page, _ = open_page(chromium, index.url(index_runs("zephyr-7b-beta")))
    finding = "Zephyr 7B Beta and GPT-4 are too close to call."
    expect(page.locator("[data-part=finding]")).to_have_text(finding)
    expect(page.get_by_role("button", name="Remove model")).to_have_count(0)


@pytest.mark.parametrize(
    ("query", "runs", "remark"),
    [
        (
            "model=phi-2&model=nobody",
            ["Phi-2"],
            "“nobody” is not a model of this board and is left out.",
        ),
        (
            "model=phi-2&as=odd&model=gpt-4",
            ["GPT-4"],
            "Phi-2 has no score as “odd” and is left out.",
        ),
        ("model=phi-2&model=phi-2", ["Phi-2"], "Phi-2 is named twice and counted once."),
        (
            "model=phi-2&model=gemma-2b&model=gemma-7b&model=gpt-4&model=mistral-7b",
            ["Phi-2", "Gemma 2B", "Gemma 7B", "GPT-4"],
            "Only the first 4 models are compared; 1 more is left out.",
        ),
        (
            "model=%3Cb%3E",
            ["Zephyr 7B Beta", "Mistral 7B", "Mistral 7B Instruct"],
            "“<b>” is not a model of this board and is left out. "
            "The page shows its default models instead.",
        ),
    ],
)
def test_faults_of_an_address_are_stated(chromium, index, query, runs, remark):
    page, _ = open_page(chromium, f"{index.home}compare/?{query}")
    expect(page.locator("[data-part=remark]")).to_have_text(remark)
    expect(page.locator("[data-part=runs] a")).to_have_text([*runs, "GPT-4"])


def test_chosen_tasks_sort(chromium, index):
    page, _ = open_page(chromium, f"{index.home}compare/")
    page.get_by_label("Model 4", exact=True).select_option(label="GPT-4")
    head = page.locator("#compare-tasks th[data-key=run-4]")
    head.get_by_role("button").click()
    shown = rows_of(page, "compare-tasks")
    values = [float(row[4][1]) for row in shown]
    assert sorted(values, reverse=True) == values
    expect(head).to_have_attribute("aria-sort", "descending")


def test_tasks_stand_in_the_order_of_disagreement(desk):
    """The best minus the worst of the three, greatest first."""
    spreads = [float(row[-1][1] or "nan") for row in rows_of(desk, "compare-tasks")]
    assert (31, sorted(spreads, reverse=True)) == (len(spreads), spreads)
    head = desk.locator("#compare-tasks th[data-key=spread]")
    expect(head).to_have_attribute("aria-sort", "descending")


def test_categories_stand_in_the_order_of_disagreement(desk, index):
    """With the means of the boards; Coding, 0.607 to 0.496, differs most."""
    found = [row[:-2] for row in rows_of(desk, "compare-categories")]
    models = ("zephyr-7b-beta", "mistral-7b", "mistral-7b-instruct")
    expected = {}
    for category in index.site.results.categories:
        tuned, base = (category.boards[variant] for variant in ("fine_tuned", "base"))
        means = [tuned.standing(model).average or 0 for model in models]
        expected[category.category] = [*means, base.standing("gpt-4").average]
    spreads = {name: max(means[:3]) - min(means[:3]) for name, means in expected.items()}
    order = sorted(expected, key=lambda name: -spreads[name])
    assert ("Coding", order) == (order[0], [row[0][1] for row in found])
    for row in found:
        assert expected[row[0][1] or ""] == pytest.approx([float(v or 0) for _, v in row[1:]])


@both_sizes
def test_tasks_are_picked(chromium, index, size):
    page, heard = open_page(chromium, f"{index.home}compare/", size)
    page.get_by_role("button", name="Coding", exact=True).click()
    expect(page.locator("#compare-tasks tbody tr")).to_have_count(2)
    page.get_by_label("Add a task").select_option(label="MMLU")
    expect(page.locator("#compare-tasks tbody tr")).to_have_count(3)
    assert page.url.endswith("compare/?category=Coding&task=mmlu")
    expect(page.locator("[data-part=scope]")).to_contain_text("use your 3 tasks.")
    expect(page.locator("[data-part=scope]")).to_contain_text("at least 6 families of tasks")
    page.reload()
    expect(page.locator("#compare-tasks tbody tr")).to_have_count(3)
    expect(page.get_by_role("button", name="Coding", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="Remove MMLU").click()
    expect(page.get_by_label("Add a task")).to_be_focused()
    page.go_back()
    expect(page.locator("#compare-tasks tbody tr")).to_have_count(3)
    page.get_by_role("button", name="All 31 tasks").click()
    expect(page.locator("#compare-tasks tbody tr")).to_have_count(31)
    assert page.url.endswith("compare/")
    page.goto(f"{index.home}compare/?task=nope&category=Coding")
    expect(page.locator("[data-part=remark]")).to_have_text(
        "This board has no task “nope”; it is left out."
    )
    assert [] == heard.complaints


@pytest.mark.parametrize("width", [390, 320])
def test_three_models_are_compared_on_a_phone_without_scrolling_sideways(chromium, index, width):
    """On coding and math: each task is a card with a line for each model and all marks."""
    query = "category=Coding&category=Math&model=phi-2&model=gemma-7b&model=llama-2-7b"
    page, _ = open_page(chromium, f"{index.home}compare/?{query}", (width, 844))
    cards = page.locator("#compare-tasks tbody tr")
    expect(cards).to_have_count(3)
    for card in cards.all():
        lines = card.locator("td:visible .cell-label")
        expect(lines).to_have_text(
            ["Phi-2", "Gemma 7B", "Llama 2 7B", "GPT-4 (baseline)", "Best \N{MINUS SIGN} worst"]
        )
        expect(card.locator(".dumbbell use")).to_have_count(3)
        for part in (*card.locator("td:visible").all(), card.locator(".dumbbell")):
            box = part.bounding_box()
            assert box is not None
            assert (0 <= box["x"], box["x"] + box["width"] <= width) == (True, True)
    assert overflow(page) <= 0
    scrolls = "all => all.filter(wrap => wrap.scrollWidth > wrap.clientWidth).length"
    assert 0 == page.locator(".compare .table-wrap:visible").evaluate_all(scrolls)


@both_sizes
def test_the_page_is_silent_and_still(chromium, index, size):
    for url in (
        f"{index.home}compare/",
        index.url(index_runs("phi-2", "phi-2 base", "gemma-2b", "gpt-4 base")),
    ):
        page, heard = open_page(chromium, url, size)
        wait_for_all(page)
        assert [] == heard.complaints
        assert [] == [u for u in heard.requests if not u.startswith(index.home)]
        assert overflow(page) <= 0
        assert page.evaluate(LAYOUT_SHIFT) < 0.01
        page.set_viewport_size({"width": 320, "height": 640})
        assert overflow(page) <= 0


def test_axe_finds_nothing_in_a_comparison(chromium, index):
    url = index.url(index_runs("phi-2", "phi-2 base", "gemma-2b", "gpt-4 base"))
    page, _ = open_page(chromium, url)
    wait_for_all(page)
    assert [] == breaches(page)


def test_a_comparison_opens_from_the_disk(chromium, index_site):
    page, heard = open_page(chromium, (index_site.folder / "models/phi-2/index.html").as_uri())
    page.get_by_role("link", name="Compare with").click()
    expect(page.locator("[data-part=runs] a")).to_have_text(
        ["Phi-2", "Llama 2 7B", "Gemma 2B", "GPT-4"]
    )
    page.locator("[data-part=runs] a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phi-2")
    assert [] == [text for text in heard.complaints if ".woff2" not in text]


def test_scores_that_cannot_be_loaded(chromium, index):
    page, _ = open_page(chromium, index.home)
    page.route("**/scores.*.js", lambda route: route.abort())
    page.goto(f"{index.home}compare/")
    expect(page.locator("[data-part=remark]")).to_contain_text("could not be loaded")
    expect(page.locator(".without-scripts table")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "done"),
    [("compare/?model=a/b&as={}&model=c %26 d&as={}", "data-ready"), ("choose/", "data-answered")],
)
def test_a_variant_may_have_any_name(chromium, tmp_path, path, done):
    """Also that of the prototype of an object: the page says the same as with another name."""
    said = []
    for name in ("tuned", "__proto__"):
        frames, toml = gaps()
        frames["results"] = frames["results"].round(1).replace({"variant": {"tuned": name}})
        labels = f'labels = {{ base = "Base", {name} = "Tuned" }}'
        site = build(write_project(tmp_path / name, frames, f"{toml}\n{labels}"))
        page, heard = open_page(chromium, site.url + path.format(name, name))
        expect(page.locator(f"main [{done}]").first).to_be_visible()
        said.append(page.locator("main").inner_text())
        assert [] == heard.complaints
    assert said[0] == said[1]
