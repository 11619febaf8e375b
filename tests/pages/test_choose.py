"""Choosing: the page without scripts, and what its script answers in a real browser."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect
from scipy.stats import t

from site_builder.pages.interactive import MARGIN_SHARE
from site_builder.pages.page import Site
from tests.helpers import choosing
from tests.helpers.boards import Runs
from tests.helpers.browsing import (
    LAYOUT_SHIFT,
    NARROW,
    WIDE,
    both_sizes,
    breaches,
    open_page,
    overflow,
)
from tests.helpers.odd_boards import built, foreign
from tests.helpers.sites import ROOT, build, make_site
from tests.helpers.tables import write_project

LISTED = 10

WITHOUT_CHOICE = ("one_score", "one_model", "one_task")
READ_ANSWER = """() => {
    const shown = name => document.querySelector(`[data-choose="${name}"]:not([hidden])`);
    const text = name => shown(name)?.textContent.replace(/[ \\n]+/g, ' ').trim() ?? '';
    const part = (row, name) => row.querySelector(`.choose-${name}`).textContent.trim();
    return {
        first: text('first'), reason: text('reason'), more: text('more'), legend: text('legend'),
        smallest: text('smallest'), influence: text('influence'),
        unranked_head: text('unranked-head'),
        rows: [...document.querySelectorAll('[data-choose=list] li')].map(row => [
            part(row, 'rank'), row.querySelector('a').textContent,
            row.querySelector('.choose-name small')?.textContent ?? '',
            part(row, 'chance'), part(row, 'merit'), part(row, 'why'),
            row.querySelector('svg').getAttribute('aria-label'),
            ...['db-reference:d', 'db-before:cx', 'db-after:cx'].map(mark => {
                const [name, at] = mark.split(':');
                const place = row.querySelector(`.${name}`)?.getAttribute(at) ?? '-1';
                return parseFloat(place.replace('M', ''));
            }),
        ]),
        unranked: [...document.querySelectorAll('[data-choose=unranked-list] li')].map(
            row => row.textContent.replace(/\\s+/g, ' ').trim()),
    };
}"""
# An answer of the page's script, in numbers.
CHOOSE = """([board, scores, errors, question]) => {
    const {chooser, measures} = site.choosing;
    const limits = new Map(Object.entries(question.limits));
    const choice = chooser(board, measures(board, scores, errors))({...question, limits});
    const leftOut = Object.fromEntries(choice.leftOut);
    const close = choice.close?.toSorted((a, b) => a - b) ?? null;
    return {...choice, close, leftOut, smallest: choice.smallest?.model ?? null, question: null};
}"""
SHIPPED = "JSON.parse(document.querySelector('[data-choose-data]').textContent)"


def read(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(READ_ANSWER)
    return found


def gaps(*, mixed: bool) -> dict[str, pd.DataFrame]:
    """Twelve models on nine tasks, lower better on all or some, a fifth of the scores missing.

    Where lower is better on all, two pairs of tasks are families.
    """
    dice = random.Random(5)
    rows = [
        (f"m/{i}", f"t {j}", variant, round(3 + i / 9 + dice.gauss(0, 0.4) + shift, 3))
        for i in range(12)
        for j in range(9)
        for variant, shift in (("base", 0.6), ("tuned", 0.0))
        if dice.random() > 0.2
    ]
    models = pd.DataFrame({"model": [f"m/{i}" for i in range(12)]})
    models["parameters_b"] = [None if i % 5 == 4 else (i * 7) % 11 + 0.5 for i in range(12)]
    models["developer"] = [None if i == 3 else f"<b>{i % 3}</b>" for i in range(12)]
    models["license"] = [None if i % 4 == 1 else f"L{i % 3}" for i in range(12)]
    tasks = pd.DataFrame({"task": [f"t {j}" for j in range(9)], "metric": "loss"})
    tasks["higher_is_better"] = [mixed and j % 2 == 0 for j in range(9)]
    tasks["category"] = [("A & B", "C", None)[j % 3] for j in range(9)]
    tasks["family"] = [None if mixed or j > 3 else f"f{j % 2}" for j in range(9)]
    prices = pd.DataFrame({"provider": "p", "model": [f"m/{i}" for i in range(8)]})
    prices["usd_per_million_input_tokens"] = prices["usd_per_million_output_tokens"] = [
        float(i % 4) for i in range(8)
    ]
    results = pd.DataFrame(rows, columns=["model", "task", "variant", "score"])
    # Larger than the scores spread, so that it decides on ties and ranks.
    results["stderr"] = [None if n % 5 == 0 else 0.6 for n in range(len(rows))]
    return {"results": results, "models": models, "tasks": tasks, "prices": prices}


GAPS_TOML = '[board]\nbaseline = "m/2"\nmin_coverage = 0.7\n'


@pytest.fixture(scope="module")
def desk(browser: Browser, home: str) -> Page:
    """A page that has the statistics of choosing."""
    return open_page(browser, home + "choose/")[0]


def ask(page: Page, url: str, query: str) -> None:
    """Open the page with a question and wait until it is answered."""
    page.goto(f"{url}choose/?{query}")
    expect(page.locator("[data-choose-page][data-answered]")).to_have_count(1)


def wait_for(page: Page, first: str) -> None:
    expect(page.locator("[data-choose=first]")).to_have_text(first)


def settle(page: Page, times: int) -> None:
    """Wait until so many questions have been answered."""
    expect(page.locator("[data-choose-page]")).to_have_attribute("data-answered", str(times))


def open_form(browser: Browser, url: str, size: tuple[int, int]) -> Page:
    """The page with its controls in sight: a phone shows them on demand."""
    page, _ = open_page(browser, url + "choose/", size)
    opener = page.get_by_role("button", name="Tasks and limits")
    expect(opener).to_be_visible(visible=size == NARROW)
    if size == NARROW:
        expect(page.get_by_label("Math", exact=True)).to_be_hidden()
        opener.click()
    return page


def type_in(page: Page, label: str, text: str) -> None:
    """Type into a field and leave it: answered at both, in the address when it is left."""
    page.get_by_label(label).fill(text)
    page.get_by_label(label).press("Tab")


def query_of(page: Page) -> str:
    return urlsplit(page.url).query


def assert_linked(chromium: Browser, page: Page) -> None:
    """The address of a page, opened afresh, gives the same answer."""
    other, _ = open_page(chromium, page.url)
    expect(other.locator("[data-choose-page][data-answered]")).to_have_count(1)
    assert read(page) == read(other)


# --- the page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*WITHOUT_CHOICE, "three_columns", "lower_is_better"])
def test_a_board_with_something_to_choose_has_the_page(name):
    site = built(name)
    there = "choose/index.html" in site.files
    assert (name not in WITHOUT_CHOICE) == there
    links = [str(a["href"]) for a in site.page("").select("a[href]")]
    assert (2 if there else 0) == links.count("choose/")


def test_the_leaderboard_is_shown_without_scripts(chromium, home):
    page, _ = open_page(chromium, home + "choose/", java_script_enabled=False)
    expect(page.get_by_text("With scripts you can pick tasks, weights and limits.")).to_be_visible()
    rows = page.locator(".without-scripts tbody tr")
    expect(rows).to_have_count(11)
    expect(rows.first).to_contain_text("Zephyr 7B Beta")
    expect(page.locator("button:not([popovertarget]):visible, input:visible")).to_have_count(0)


def test_what_the_data_has_not_cannot_be_limited():
    page = built("three_columns").page("choose/")
    assert [] == page.select("[data-amount], [data-one-of], [data-variant]")


# --- by hand -----------------------------------------------------------------------------------

# Three models on three tasks: means 0.6, 0.5, 0.4 where all count the same.
RUNS: Runs = {"base": {"a": [0.9, 0.6, 0.3], "b": [0.5, 0.5, 0.5], "c": [0.1, 0.3, 0.8]}}
SIZES = (70.0, 7.0, None)


def choose(
    page: Page,
    runs: Runs = RUNS,
    weights: Sequence[float] = (1.0, 1.0, 1.0),
    **asked: Any,
) -> dict[str, Any]:
    """What the script answers on a small board.

    Args:
        page: A page that has the statistics.
        runs: The scores, by variant and model.
        weights: What each task counts.
        asked: `lower`, `sizes`, `variant`, `limits`, `margin`, and settings of the board.
    """
    first, *others = runs.values()
    names, n = list(first), len(weights)
    direction, sizes = -1 if asked.pop("lower", False) else 1, asked.pop("sizes", [None] * 30)
    question = {
        "weights": list(weights),
        "variant": asked.pop("variant", list(runs)[-1]),
        "limits": asked.pop("limits", {}),
        "margin": asked.pop("margin", None),
    }
    board = {
        "models": [{"id": m, "parameters_b": sizes[i]} for i, m in enumerate(names)],
        "tasks": [{"id": f"t{i}", "direction": direction} for i in range(n)],
        "base": "base" if others else None,
        "reference": None,
        "rank_by": "mean",
        "min_coverage": 1.0,
        "ends": (0.0, 1.0),
        "families": list(range(n)),
        "least_tasks": 2,
        "listed": LISTED,
        "margin_share": MARGIN_SHARE,
        "tails": {"baseline": dict.fromkeys(runs, 0.025)},
        "first_share": 0.025,
        "rounding": dict.fromkeys(runs, [0.0] * n),
        **asked,
    }
    scores = {v: [models.get(m, [None] * n) for m in names] for v, models in runs.items()}
    found: dict[str, Any] = page.evaluate(CHOOSE, [board, scores, None, question])
    for entry in [*found["listed"], *found["unranked"]]:
        entry["model"] = names[entry["model"]]
    found["close"] = found["close"] and [names[m] for m in found["close"]]
    small = found["smallest"]
    return {**found, "smallest": None if small is None else names[small]}


def listed(choice: Mapping[str, Any], *keys: str) -> list[Any]:
    """Values of the short list; a tuple a model for several keys."""
    if len(keys) == 1:
        return [c[keys[0]] for c in choice["listed"]]
    return [tuple(c[key] for key in keys) for c in choice["listed"]]


def test_choice_by_hand(desk):
    """Weights 1, 0, 3: a has (0.9 + 0.9) / 4 = 0.45, b 0.5, c (0.1 + 2.4) / 4 = 0.625."""
    choice = choose(desk, weights=(1.0, 0.0, 3.0))
    assert [("c", 1, 0.625), ("b", 2, 0.5), ("a", 3, 0.45)] == listed(
        choice, "model", "rank", "merit"
    )
    assert [0.0, 0.125, 0.175] == listed(choice, "behind")
    # On the first task a is best, on the third c.
    assert [1, 0, 1] == listed(choice, "bestOn")
    assert (2, 3, 3) == (choice["tasks"], choice["candidates"], choice["ranked"])


def test_lower_is_better_is_written_as_it_is_measured(desk):
    """Perplexities 2 and 3: the lower leads, by 1, and 2 is what is read."""
    choice = choose(desk, {"base": {"a": [3.0, 3.0], "b": [2.0, 2.0]}}, (1.0, 1.0), lower=True)
    assert [("b", 2.0, 0.0), ("a", 3.0, 1.0)] == listed(choice, "model", "merit", "behind")


def test_a_model_that_covers_too_little_of_the_weight_has_no_rank(desk):
    """Half of the weight is asked for: 1 of 4 is too little, 3 of 4 enough."""
    runs = {"base": {"a": [0.9, None], "b": [None, 0.4], "c": [0.1, 0.3]}}
    choice = choose(desk, runs, (1.0, 3.0), min_coverage=0.5)
    assert [("b", 0.4, 1), ("c", 0.25, 2)] == listed(choice, "model", "merit", "scored")
    assert [{"model": "a", "missing": 1, "rivals": True}] == choice["unranked"]


def test_means_beside_a_candidate_are_over_its_tasks(desk):
    """Nobody is tuned on the third task; a lacks the second: 0.2 before, and the baseline 0.3."""
    runs = {
        "base": {"gpt": [0.3, 0.5, 0.9], "a": [0.2, 0.8, 0.9], "b": [0.4, 0.4, 0.4]},
        "tuned": {"a": [0.8, None, None], "b": [0.6, 0.6, None]},
    }
    reference = {"model": 0, "variants": {"base": "base", "tuned": "base"}}
    choice = choose(desk, runs, variant="tuned", min_coverage=0.5, reference=reference)
    assert [("a", 0.8, 0.2, 0.3, 1), ("b", 0.6, 0.4, 0.4, 2)] == listed(
        choice, "model", "merit", "before", "reference", "scored"
    )
    assert 2 == choice["tasks"]
    assert ["b"] == listed(choose(desk, runs, variant="tuned", reference=reference), "model")


def test_merit_by_win_rate_is_over_the_whole_board(desk):
    """Rates of a: 1, 1, 0; of c: 0, 0, 1; b stands between: 0.5 each. Limits move none of them."""
    limits = {"size": [True, True, False]}
    choice = choose(desk, weights=(1.0, 0.0, 3.0), limits=limits, rank_by="mean_win_rate")
    assert [("b", 0.5), ("a", 0.25)] == listed(choice, "model", "merit")


def test_a_model_without_a_rival_has_no_rank(desk):
    """Nobody else has a score on its task, so it has beaten nobody."""
    runs = {"base": {"a": [0.9, None, None], "b": [None, 0.4, 0.4], "c": [None, 0.3, 0.5]}}
    choice = choose(desk, runs, rank_by="mean_win_rate", min_coverage=0.0)
    assert [{"model": "a", "missing": 2, "rivals": False}] == choice["unranked"]


def test_limits_hide_models_and_count_them(desk):
    """The first goes, the others keep their merits; best on a task is among those who are left."""
    limits = {"size": [False, True, True], "license": [True, True, False]}
    choice = choose(desk, limits=limits)
    assert [("b", 1, 0.5, 3)] == listed(choice, "model", "rank", "merit", "bestOn")
    assert {"size": [0], "license": [2]} == choice["leftOut"]
    assert (1, 3, None) == (choice["candidates"], choice["ranked"], choice["close"])


def test_limits_that_leave_nobody(desk):
    choice = choose(desk, limits={"price": [False] * 3})
    found = (choice[key] for key in ("candidates", "listed", "smallest", "close"))
    assert [0, [], None, None] == list(found)


def test_the_smallest_model_that_is_good_enough(desk):
    """Model b is 0.1 behind a: within 0.1, and not within 0.05; c's size is not known."""
    found = [choose(desk, sizes=SIZES, margin=margin)["smallest"] for margin in (0.1, 0.05)]
    assert ["b", "a"] == found
    assert choose(desk, margin=1.0)["smallest"] is None


def test_the_better_of_two_of_one_size(desk):
    assert "a" == choose(desk, sizes=[7.0] * 3, margin=1.0)["smallest"]


@pytest.mark.parametrize(
    ("ends", "expected"), [((0.0, 1.0), 0.02), ((0.0, 100.0), 2.0), (None, 0.004)]
)
def test_default_margin(desk, ends, expected):
    """2 % of the bounds; without them, of the way from 0.4 to 0.6."""
    assert expected == choose(desk, ends=ends)["margin"]


def test_before_is_of_the_base_scores(desk):
    """Tuned (0.8 + 3 x 0.6) / 4 = 0.65, base (0.2 + 3 x 0.4) / 4 = 0.35; the base has none."""
    runs = {"base": {"a": [0.2, 0.4], "b": [0.1, None]}, "t": {"a": [0.8, 0.6], "b": [0.7, 0.5]}}
    choice = choose(desk, runs, (1.0, 3.0))
    assert [("a", 0.65, 0.35), ("b", 0.55, None)] == listed(choice, "model", "merit", "before")
    assert [None] == listed(choose(desk, runs, (1.0, 3.0), variant="base"), "before")


# A leads b by 0.1 on average, with a standard error of 0.1 / sqrt(7) = 0.0378 over eight tasks.
CLOSE: Runs = {"base": {"a": [0.7, 0.5] * 4, "b": [0.5] * 8}}
FAR: Runs = {"base": {**CLOSE["base"], "c": [0.1] * 8}}


def test_the_chance_of_two_is_that_of_student(desk):
    """2.65 standard errors with 7 degrees of freedom: 98.3 %; c, far behind both, takes nothing."""
    chance = t.cdf(np.sqrt(7), 7)
    assert chance == pytest.approx(0.983, abs=5e-4)
    assert [chance, 1 - chance] == pytest.approx(listed(choose(desk, CLOSE, [1.0] * 8), "chance"))
    assert [chance, 1 - chance, 0] == pytest.approx(
        listed(choose(desk, FAR, [1.0] * 8), "chance"), abs=1e-9
    )


def test_equal_models_share_the_chance(desk):
    """Whatever noise the sums have; a model that is behind on each task has none of it."""
    runs = {"base": {m: [0.1, 0.7, 0.2, 0.3, 0.9] for m in "abc"}}
    weights = (1.0, 0.3, 2.0, 0.7, 0.1)
    choice = choose(desk, runs, weights)
    assert ([1, 1, 1], ["b", "c"]) == (listed(choice, "rank"), choice["close"])
    assert [1 / 3] * 3 == pytest.approx(listed(choice, "chance"))
    lower = {"base": {**runs["base"], "c": [0.0, 0.6, 0.1, 0.2, 0.8]}}
    assert [0.5, 0.5, 0.0] == pytest.approx(listed(choose(desk, lower, weights), "chance"))


def test_who_may_be_first_depends_on_how_many_there_are(desk):
    """Of 7 degrees of freedom, 2.65 is beyond 2.36 for one rival, and within 2.84 for two."""
    assert (2.365, 2.841) == pytest.approx(t.isf([0.025, 0.0125], 7), abs=1e-3)
    assert [[], ["b"]] == [choose(desk, runs, [1.0] * 8)["close"] for runs in (CLOSE, FAR)]


def test_one_who_is_behind_another_may_not_be_first(desk):
    """C varies against a, and is behind b by 0.1 on each task."""
    runs = {"base": {"a": [0.9, 0.3] * 4, "b": [0.59, 0.57] * 4, "c": [0.5, 0.46] * 4}}
    assert ["b"] == choose(desk, runs, [1.0] * 8)["close"]


def test_too_few_tasks_have_no_chances(desk):
    """Five tasks on which a is always ahead; the first place depends on none of them."""
    runs = {"base": {"a": [0.9] * 5, "b": [0.1] * 5}}
    choice = choose(desk, runs, [1.0] * 5, least_tasks=6)
    assert [None, None] == listed(choice, "chance")
    assert (None, None) == (choice["close"], choice["influence"])


def test_a_model_with_too_few_tasks_has_no_chance(desk):
    runs = {"base": {**CLOSE["base"], "c": [0.9] * 5 + [None] * 3}}
    choice = choose(desk, runs, [1.0] * 8, least_tasks=6, min_coverage=0.5)
    chances = dict(listed(choice, "model", "chance"))
    assert (None, ["a", "b"]) == (chances["c"], choice["close"])
    assert t.cdf(np.sqrt(7), 7) == pytest.approx(chances["a"])


def test_tasks_of_a_family_are_one_unit(desk):
    """Of pairs of tasks with 0.7 and 0.5, none differs; pairs of equal ones are as four tasks."""
    mixed = choose(desk, CLOSE, [1.0] * 8, families=[0, 0, 1, 1, 2, 2, 3, 3])
    alike = choose(desk, CLOSE, [1.0] * 8, families=[0, 1, 0, 1, 2, 3, 2, 3])
    assert ([], ["b"]) == (mixed["close"], alike["close"])
    assert [1.0, t.cdf(np.sqrt(3), 3)] == pytest.approx(
        [choice["listed"][0]["chance"] for choice in (mixed, alike)]
    )


def test_chances_of_many_are_those_of_numpy(desk):
    """With pairs of tasks as families, missing scores, and errors that decide, or do not."""
    dice = np.random.default_rng(3)
    families = np.arange(24) // 2
    read = """([rows, errors, weights, families]) => site.statistics.bestChances(
        rows.map((row, i) => ({
            row: Float64Array.from(row, value => value ?? NaN),
            errors: Float64Array.from(errors[i]),
        })), Float64Array.from(weights), families, 6)"""
    for size in (0.0, 0.02, 1.0):
        rows = dice.normal(np.linspace(0.1, 0.0, 8)[:, np.newaxis], 0.2, (8, 24))
        rows[dice.random(rows.shape) < 0.1] = np.nan
        errors, weights = np.full(rows.shape, size), dice.choice([0.5, 1.0, 3.0], 24)
        sent = choosing.as_json({"rows": rows, "errors": errors}).values()
        found = desk.evaluate(read, [*sent, weights.tolist(), families.tolist()])
        expected = choosing.best_chances(rows, errors, weights, families)
        assert found == pytest.approx(expected, abs=0.025)
        assert sum(found) == pytest.approx(1)


def test_the_most_influential_task(desk):
    """Leads 0.5, 0.1, 0 and weights 1, 2, 1: of the lead 0.175, the first task is 0.5 / 0.7."""
    runs = {"base": {"a": [0.9, 0.6, 0.3], "b": [0.4, 0.5, 0.3]}}
    found = choose(desk, runs, (1.0, 2.0, 1.0))["influence"]
    expected = {"task": 0, "without": 0.2 / 3, "share": 0.5 / 0.7}
    assert expected == pytest.approx(found)
    # Where a score is missing, the means are of different tasks, and there is no share.
    gap: Runs = {"base": {"a": [0.9, 0.6, 0.3], "b": [0.4, 0.5, None]}}
    found = choose(desk, gap, min_coverage=0.5)["influence"]
    assert {"task": 0, "without": pytest.approx(-0.05), "share": None} == found
    # A lead that is the same on each task depends on none.
    even: Runs = {"base": {"a": [0.9, 0.6, 0.3], "b": [0.7, 0.4, 0.1]}}
    assert choose(desk, even)["influence"] is None


def test_the_short_list_is_short(desk):
    runs = {"base": {f"m{i}": [i / 100, i / 100] for i in range(30)}}
    choice = choose(desk, runs, (1.0, 1.0))
    assert (LISTED, 30, "m29") == (
        len(choice["listed"]),
        choice["candidates"],
        choice["listed"][0]["model"],
    )


def test_random_numbers_are_those_of_the_published_generator(desk):
    """mulberry32; the first of seed 0 is 0.26642920868471265 of 2^32."""
    found = desk.evaluate("seed => [1, 2, 3].map(site.statistics.words(seed))", 0)
    assert [1144304738, 1416247, 958946056] == found


def test_the_distribution_of_student_is_that_of_scipy(desk):
    """At both ends and in the middle; quantiles of one pair, and of those of 1,000 models."""
    points, shares = [-1e9, -8.0, -1.0, -1e-9, 0.0, 0.3, 2.5, 40.0], [0.975, 1 - 5e-4, 1 - 5e-8]
    freedoms = [*range(2, 40), 99, 1499]
    read = "([name, xs, dfs]) => xs.map(x => dfs.map(df => site.statistics[name](x, df)))"
    found = desk.evaluate(read, ["tCdf", points, freedoms])
    assert np.allclose(found, t.cdf(np.array(points)[:, np.newaxis], freedoms), rtol=0, atol=1e-13)
    found = desk.evaluate(read, ["tQuantile", shares, freedoms])
    assert np.allclose(found, t.ppf(np.array(shares)[:, np.newaxis], freedoms), rtol=1e-9)


def test_all_tasks_of_equal_weight_are_the_board(desk, index_site):
    ranked = sorted(
        (m for m in index_site.api("models") if m["rank"]), key=lambda m: int(m["rank"])
    )
    found = read(desk)["rows"]
    assert [[m["name"], f"{m['average']['fine_tuned']:.3f}"] for m in ranked] == [
        [row[1], row[4]] for row in found
    ]


@pytest.mark.parametrize("name", ["index", "lower is better", "mixed directions", "jp_finetuned"])
def test_those_may_be_first_that_the_board_says(chromium, tmp_path, name):
    """With gaps, errors and rounding that decide, families of tasks, and by win rate."""
    root = BOARDS[name](tmp_path)
    site = make_site(root)
    page, _ = open_page(chromium, build(root).url + "choose/")
    shipped, scores = page.evaluate(SHIPPED), site.results.scores
    sent = [shipped, *map(choosing.as_json, (scores.values, scores.errors))]
    question = {"weights": [1] * len(shipped["tasks"]), "limits": dict[str, Any](), "margin": None}
    for variant, board in site.results.boards.items():
        expected = sorted(scores.rows[s.model] for s in board.ranked[1:] if s.tied_with_best)
        found = page.evaluate(CHOOSE, [*sent, {**question, "variant": variant}])
        assert (found["close"] or []) == (expected if board.tested else []), variant


# --- by numpy and scipy ------------------------------------------------------------------------


def foreign_board(name: str) -> Callable[[Path], Path]:
    """Writes a board that others published."""
    return lambda folder: write_project(folder, *foreign(name, baseline=True))


BOARDS: Mapping[str, Callable[[Path], Path]] = {
    "index": lambda _: ROOT,
    "lower is better": lambda folder: write_project(folder, gaps(mixed=False), GAPS_TOML),
    "mixed directions": lambda folder: write_project(folder, gaps(mixed=True), GAPS_TOML),
    **{name: foreign_board(name) for name in ("jp_finetuned", "peft_methods", "pythia")},
}


def some_questions(site: Site, n: int, seed: int) -> Iterator[dict[str, Any]]:
    """Questions of all kinds, the same in each run."""
    dice = random.Random(seed)
    tasks, models = site.results.scores.tasks, list(site.results.catalog.models.values())
    sizes = [m.parameters_b for m in models]
    known = sorted({size for size in sizes if size is not None})
    variants = list(site.labels.roles.variants)
    yield {"weights": [1.0] * len(tasks), "variant": variants[0], "limits": {}, "margin": None}
    for _ in range(n):
        picked = set(dice.sample(range(len(tasks)), dice.choice((1, 3, 7, len(tasks)))))
        weights = [dice.choice((1.0, 1.0, 0.5, 2.0, 3.0, 0.7)) for _ in tasks]
        most = dice.choice(known[1:]) if known and dice.random() < 0.5 else None
        yield {
            "weights": [w if t in picked else 0.0 for t, w in enumerate(weights)],
            "variant": dice.choice(variants),
            "limits": {}
            if most is None
            else {"size": [size is not None and size <= most for size in sizes]},
            "margin": dice.choice((None, 0.0, 0.05, 0.3)),
        }


@pytest.mark.parametrize("name", BOARDS)
def test_answers_are_those_of_numpy_and_scipy(chromium, tmp_path, name):
    root = BOARDS[name](tmp_path)
    site = make_site(root)
    scores = site.results.scores
    errors = scores.errors if scores.has_errors else None
    page, _ = open_page(chromium, build(root).url + "choose/")
    board = page.evaluate(SHIPPED)
    sent = [choosing.as_json(scores.values), errors and choosing.as_json(errors)]
    for question in some_questions(site, 12, seed=3):
        found = page.evaluate(CHOOSE, [board, *sent, question])
        expected = choosing.choose(board, scores.values, errors, question)
        assert_same(found, expected)


def assert_same(found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Equal, numbers that are computed but for their last digits."""
    for key, value in expected.items():
        if key == "listed":
            assert len(value) == len(found[key])
            for one, other in zip(found[key], value, strict=True):
                assert_same(one, other)
        elif isinstance(value, dict):
            assert_same(found[key], value)
        elif key == "chance":
            # Of 4,000 draws here, and 20,000 there.
            assert found[key] == pytest.approx(value, abs=0.03)
        elif isinstance(value, float):
            assert found[key] == pytest.approx(value, rel=1e-9, abs=1e-11), key
        else:
            assert found[key] == value, key


# --- in a browser ------------------------------------------------------------------------------


def test_the_reason_in_words(desk):
    answer = read(desk)
    assert re.fullmatch(
        r"Mean score 0\.742 on the 31 tasks, fine-tuned; 0\.010 ahead of Mistral 7B\. "
        r"Zephyr 7B Beta, Mistral 7B and Mistral 7B Instruct are too close to call\.",
        answer["reason"],
    )
    assert answer["influence"] == (
        "Most influential task WikiSQL (SQL Generation) It alone is 75 % of the lead over "
        "Mistral 7B: without it, the lead is 0.003."
    )
    chances = [row[3] for row in answer["rows"]]
    assert re.fullmatch(r"8\d\s%", chances[0])
    assert ["<1\N{NO-BREAK SPACE}%"] * 7 == chances[3:]
    assert "Bar: chance to be the best of these 10 models" in answer["legend"]
    assert "GPT-4: no score on any of the 31 tasks" in answer["unranked"]
    assert "GPT-4, 0.661" in answer["legend"]


def test_few_tasks_tell_no_models_apart(chromium):
    url = built("lower_is_better").url
    page, _ = open_page(chromium, url)
    ask(page, url, "")
    text = read(page)["reason"]
    assert "5 tasks are too few to tell models apart. You need at least 6 tasks." in text
    assert "first" not in text
    expect(page.locator("[data-choose=influence]")).to_be_hidden()
    assert "Mean score 5.75 on the 5 tasks, tuned; 0.88 ahead" in text


def test_starting_over_is_the_page_without_a_query(chromium, home):
    page, _ = open_page(chromium, home)
    ask(page, home, "")
    first = read(page)
    ask(page, home, "task=gsm8k")
    page.get_by_role("button", name="Start over").click()
    settle(page, 2)
    assert first == read(page)
    assert page.url.endswith("/choose/")


@both_sizes
def test_picking_and_weighting(chromium, home, size):
    page = open_form(chromium, home, size)
    page.get_by_label("Math", exact=True).check()
    settle(page, 2)
    assert page.url.endswith("?category=Math")
    page.get_by_label("Find a task").fill("mmlu")
    expect(page.locator("[data-pick=task]:visible")).to_have_count(1)
    page.get_by_label("MMLU", exact=True).check()
    type_in(page, "Weight of MMLU", "2")
    picked = page.locator(".choose-chip")
    expect(picked).to_have_text([re.compile("MMLU . 2$"), "Remove Math"])
    assert {"category=Math", "task=mmlu&weight=2"} == set(re.split(r"&(?!w)", query_of(page)))
    settle(page, 5)
    assert_linked(chromium, page)
    page.get_by_role("button", name="Remove Math").click()
    expect(picked).to_have_text([re.compile("MMLU . 2$")])
    assert "task=mmlu&weight=2" == query_of(page)
    expect(page.get_by_role("button", name="Remove MMLU")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-choose-line]")).to_be_focused()
    assert "" == query_of(page)
    assert overflow(page) <= 0


@both_sizes
def test_limits_and_margin(chromium, home, size):
    page = open_form(chromium, home, size)
    type_in(page, "At most this many billion parameters", "7")
    out = page.locator("[data-left-out=size]")
    expect(out).to_have_text("Leaves out 5 of 10 ranked models.")
    assert "size=7" == query_of(page)
    type_in(page, "Accept up to this much below the best", "0.5")
    assert "size=7&margin=0.5" == query_of(page)
    expect(page.locator("[data-choose=smallest]")).to_contain_text("2.51B: the smallest model")
    settle(page, 5)
    assert_linked(chromium, page)


def test_the_address_keeps_a_choice(chromium, home):
    page = open_form(chromium, home, WIDE)
    page.get_by_label("Coding", exact=True).check()
    settle(page, 2)
    coding = read(page)
    type_in(page, "Weight of Coding", "3")
    page.get_by_label("Math", exact=True).check()
    settle(page, 5)
    both, address = read(page), page.url
    assert coding["reason"] != both["reason"]
    page.go_back()
    page.go_back()
    expect(page.get_by_label("Math", exact=True)).not_to_be_checked()
    expect(page.get_by_label("Weight of Coding")).to_have_value("1")
    settle(page, 7)
    assert coding == read(page)
    page.go_forward()
    page.go_forward()
    settle(page, 9)
    page.reload()
    settle(page, 1)
    expect(page.get_by_label("Weight of Coding")).to_have_value("3")
    assert (address, both) == (page.url, read(page))


def test_limits_are_in_the_address_as_they_are_typed(chromium, home):
    """Before the field is left, as one step; thousands and powers are read; a bad one is told."""
    page = open_form(chromium, home, WIDE)
    field = page.get_by_label("At most this many billion parameters")
    field.press_sequentially("2.6")
    wait_for(page, "Gemma 2B")
    assert page.url.endswith("/choose/?size=2.6")
    page.go_back()
    expect(field).to_have_value("")
    for typed, size_limit in (("1,000,000", "1000000"), ("1M", "1000000"), ("0.003k", "3")):
        field.fill(typed)
        assert page.url.endswith(f"/choose/?size={size_limit}")
    field.fill("seven")
    remark = page.locator("[data-choose-remark]")
    expect(remark).to_be_hidden()  # until the visitor is done typing
    field.press("Tab")
    expect(remark).to_have_text("“seven” is not a number of 0 or more and is left out.")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert page.url.endswith("/choose/")
    field.fill("3")
    expect(remark).to_be_hidden()


@both_sizes
def test_variant_licence_and_price(chromium, home, size):
    """The other controls; a limit that leaves nobody says so, and how many it leaves out."""
    page = open_form(chromium, home, size)
    page.get_by_role("button", name="Base", exact=True).click()
    wait_for(page, "GPT-4")
    assert page.url.endswith("?variant=base")
    page.get_by_text("License", exact=True).click()
    page.get_by_label("MIT", exact=True).check()
    wait_for(page, "Zephyr 7B Beta")
    expect(page.locator("[data-left-out=license]")).to_have_text(
        "Leaves out 10 of 12 ranked models."
    )
    page.get_by_label("At most this many dollars per million output tokens").fill("0.15")
    expect(page.locator("[data-left-out=price]")).to_have_text(
        "Leaves out 8 of 12 ranked models, 3 without a known price."
    )
    page.get_by_label("At most this many dollars per million output tokens").fill("0")
    wait_for(page, "No model is left")
    expect(page.locator("[data-choose=reason]")).to_contain_text("leave out all 12 ranked models")
    page.get_by_role("button", name="Start over").click()
    wait_for(page, "Zephyr 7B Beta")
    expect(page.locator("[data-left-out]")).to_have_text(["", "", "", ""])
    expect(page.get_by_label("MIT", exact=True)).not_to_be_checked()
    assert page.url.endswith("/choose/")


def test_unknown_values_of_an_address_are_reported(chromium, home):
    """Unknown names and bad numbers are left out, each with a word; the rest holds."""
    page, heard = open_page(
        chromium, home + "choose/?task=nope&task=gsm8k&weight=-1&size=big&variant=x&license=<b>"
    )
    expect(page.locator(".choose-chip")).to_have_count(1)
    remark = page.locator("[data-choose-remark]")
    for said in (
        "This board has no task “nope”; it is left out.",
        "Weight “-1” is not a number above 0; it counts as 1.",
        "The size “big” is not a number of 0 or more and is left out.",
        "This board has no variant “x”; it is left out.",
        "This board has no license “<b>”; it is left out.",
    ):
        expect(remark).to_contain_text(said)
    page.get_by_role("button", name="Start over").click()
    expect(remark).to_be_hidden()
    assert [] == heard.complaints


def test_the_answer_is_announced_once_the_visitor_pauses(chromium, home):
    page, _ = open_page(chromium, home + "choose/?variant=base")
    expect(page.locator("[data-status]")).to_have_text("GPT-4 is first of 12 models.")


def test_it_works_from_the_disk(chromium, index_site):
    """From file:// the scores are loaded, and links lead to pages."""
    page, heard = open_page(chromium, (index_site.folder / "choose/index.html").as_uri())
    page.get_by_role("button", name="Base", exact=True).click()
    wait_for(page, "GPT-4")
    page.locator("[data-choose=list] a").nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("GPT-3.5 Turbo")
    assert [] == [text for text in heard.complaints if ".woff2" not in text]


def test_the_first_few_can_be_compared(chromium, home):
    page, _ = open_page(chromium, home + "choose/?variant=base")
    wait_for(page, "GPT-4")
    link = page.get_by_role("link", name="Compare the first models")
    # These two have only base scores, so that the comparison takes them by itself.
    pairs = [("model", "gpt-4"), ("model", "gpt-3.5-turbo")]
    for model in ("mistral-7b-instruct", "gemma-7b-instruct"):
        pairs += [("model", model), ("as", "base")]
    expect(link).to_have_attribute("href", f"../compare/?{urlencode(pairs)}")


def test_the_comparison_is_on_the_picked_tasks(chromium, home):
    """Over all 31 tasks Phi-2 is ahead of Gemma 2B; on SQL it is not."""
    page, _ = open_page(chromium, home)
    ask(page, home, "task=wikisql&size=3")
    wait_for(page, "Gemma 2B")
    expect(page.get_by_text("The comparison counts each task the same.")).to_be_hidden()
    page.get_by_role("link", name="Compare the first models").click()
    expect(page.get_by_role("button", name="Remove WikiSQL")).to_be_visible()
    expect(page.locator("[data-part=finding]")).to_contain_text(
        "Gemma 2B has the best mean over 1 common task, 0.890"
    )
    expect(page.locator("#compare-tasks tbody tr")).to_have_count(1)


def test_weights_are_not_compared_and_the_page_says_so(chromium, home):
    page, _ = open_page(chromium, home)
    ask(page, home, "task=wikisql&weight=3&task=gsm8k")
    expect(page.get_by_text("The comparison counts each task the same.")).to_be_visible()
    link = page.get_by_role("link", name="Compare the first models")
    expect(link).to_have_attribute("href", re.compile(r"\?task=wikisql&task=gsm8k&model="))


@both_sizes
def test_nothing_moves_when_the_answer_comes(chromium, home, size):
    page, heard = open_page(chromium, home + "choose/", size)
    expect(page.locator("[data-choose-page][data-answered]")).to_have_count(1)
    assert page.evaluate(LAYOUT_SHIFT) < 0.01
    assert [] == heard.complaints


def test_scores_that_cannot_be_loaded(chromium, home):
    page, _ = open_page(chromium, home)
    page.route("**/scores.*.js", lambda route: route.abort())
    page.goto(home + "choose/")
    expect(page.locator("[data-choose-remark]")).to_contain_text("Reload the page to try again.")
    expect(page.locator(".without-scripts table")).to_be_visible()


def test_axe_finds_nothing_in_an_answered_page(chromium, home):
    query = "task=gsm8k&weight=2&category=Coding&task=nope&size=8&developer=Google"
    page, _ = open_page(chromium, home)
    ask(page, home, query)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert [] == breaches(page)
