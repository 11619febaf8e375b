"""The arithmetic of scripts: by hand in `*.test.js`; here beside numpy, scipy and the build."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.stats import t

from site_builder import formatting
from site_builder.pages.interactive import make_choose
from site_builder.pages.page import Site
from tests.helpers.node import FOLDER, as_json, in_script, run_node
from tests.helpers.odd_boards import foreign
from tests.helpers.sites import ROOT, make_site
from tests.helpers.tables import write_project

Array = npt.NDArray[Any]


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("*.test.js")))
def test_scripts_by_hand(file):
    done = run_node("--test", file)
    assert done.returncode == 0, done.stdout + done.stderr


# --- numbers --------------------------------------------------------------------------------------


def test_numbers_are_written_as_the_build_writes_them():
    """Every format of numbers.js that has a twin in formatting.py, over twenty powers of ten."""
    drawn = random.Random(7)
    values = [0.0, 7.24, 226.0, 0.0625, 1.005, 2.675, 9.995, 0.9995, 99.95, 999.5]
    values += [1e21, 1.5e26, 1e-7, 5e-324]
    values += [drawn.uniform(1, 10) * 10.0 ** drawn.randint(-9, 20) for _ in range(200)]
    values += [round(drawn.uniform(0, 100), 3) for _ in range(200)]
    values += [-value for value in values]
    twins: dict[str, Callable[[float], str]] = {
        "value => site.format.money(value)": formatting.money,
        "value => site.format.quantity(value)": formatting.quantity,
        "value => site.format.ratio(value)": formatting.ratio,
        "value => site.format.billions(value)": formatting.billions,
        "value => site.format.rounded(value, 3)": lambda value: formatting.rounded(value, 3),
        "value => site.format.score(value, {places: 1, compact: true})": formatting.NumberFormat(
            1, compact=True
        ).score,
    }
    for function, write in twins.items():
        found = in_script(f"values => values.map({function})", values)
        assert [write(value) for value in values] == found, function


def test_the_distribution_of_student_is_that_of_scipy():
    """At both ends and in the middle; quantiles of one pair, and of those of 1,000 models."""
    points, shares = [-1e9, -8.0, -1.0, -1e-9, 0.0, 0.3, 2.5, 40.0], [0.975, 1 - 5e-4, 1 - 5e-8]
    freedoms = [*range(2, 40), 99, 1499]
    read = "(name, xs, dfs) => xs.map(x => dfs.map(df => site.statistics[name](x, df)))"
    found = in_script(read, "tCdf", points, freedoms)
    assert np.allclose(found, t.cdf(np.array(points)[:, np.newaxis], freedoms), rtol=0, atol=1e-13)
    found = in_script(read, "tQuantile", shares, freedoms)
    assert np.allclose(found, t.ppf(np.array(shares)[:, np.newaxis], freedoms), rtol=1e-9)


# --- the chance to be the best --------------------------------------------------------------------

CHANCES = """(rows, errors, weights, families) => site.statistics.bestChances(
    rows.map((row, i) => ({
        row: Float64Array.from(row, value => value ?? NaN),
        errors: Float64Array.from(errors[i]),
    })), Float64Array.from(weights), families, 6)"""


def drawn_chances(rows: Array, errors: Array, weights: Array, families: Array) -> Array:
    """How often each row has the greatest mean in 20,000 draws of the multivariate t."""
    there = ~np.isnan(rows)
    total = (there * weights).sum(axis=1)
    means = np.nansum(rows * weights, axis=1) / total
    residuals = np.where(there, weights * (np.nan_to_num(rows) - means[:, np.newaxis]), 0.0)
    of_family = families == np.unique(families)[:, np.newaxis]
    units = (there @ of_family.T > 0).sum(axis=1)
    moves = residuals @ of_family.T / total[:, np.newaxis]
    moves *= np.sqrt(units / (units - 1))[:, np.newaxis]
    known = ((weights * errors * there) ** 2).sum(axis=1) / total**2
    first = int(means.argmax())
    own = np.maximum(0.0, known + known[first] - ((moves - moves[first]) ** 2).sum(axis=1))
    own[first] = 0.0
    dice, n = np.random.default_rng(7), len(of_family)
    scale = np.sqrt((n - 1) / dice.chisquare(n - 1, (20_000, 1)))
    noise = dice.normal(size=(20_000, n)) @ moves.T
    drawn = means + scale * (noise + dice.normal(size=(20_000, len(rows))) * np.sqrt(own))
    return np.bincount(drawn.argmax(axis=1), minlength=len(rows)) / 20_000


@pytest.mark.parametrize("error", [0.0, 0.02, 1.0])
def test_chances_of_many_are_those_of_numpy(error):
    """With pairs of tasks as families, missing scores, and errors that decide, or do not."""
    dice = np.random.default_rng(3)
    rows = dice.normal(np.linspace(0.1, 0.0, 8)[:, np.newaxis], 0.2, (8, 24))
    rows[dice.random(rows.shape) < 0.1] = np.nan
    errors, weights = np.full(rows.shape, error), dice.choice([0.5, 1.0, 3.0], 24)
    families = np.arange(24) // 2
    sent = as_json({"rows": rows, "errors": errors}).values()
    found = in_script(CHANCES, *sent, weights.tolist(), families.tolist())
    assert found == pytest.approx(drawn_chances(rows, errors, weights, families), abs=0.025)
    assert sum(found) == pytest.approx(1)


# --- pages say what the board says ----------------------------------------------------------------


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
    tasks = pd.DataFrame({"task": [f"t {j}" for j in range(9)], "metric": "loss"})
    tasks["higher_is_better"] = [mixed and j % 2 == 0 for j in range(9)]
    tasks["family"] = [None if mixed or j > 3 else f"f{j % 2}" for j in range(9)]
    results = pd.DataFrame(rows, columns=["model", "task", "variant", "score"])
    # Larger than the scores spread, so that it decides on ties and ranks.
    results["stderr"] = [None if n % 5 == 0 else 0.6 for n in range(len(rows))]
    return {"results": results, "tasks": tasks}


GAPS_TOML = '[board]\nbaseline = "m/2"\nmin_coverage = 0.7\nrank_by = "mean"\n'
BOARDS: Mapping[str, Callable[[Path], Path]] = {
    "index": lambda _: ROOT,
    "lower is better": lambda folder: write_project(folder, gaps(mixed=False), GAPS_TOML),
    "mixed directions": lambda folder: write_project(folder, gaps(mixed=True), GAPS_TOML),
    "jp_finetuned": lambda folder: write_project(folder, *foreign("jp_finetuned", baseline=True)),
}
# By variant, the models besides the first that may be first.
CLOSE = """(board, scores, errors, variants) => {
    const {chooser, measures} = site.choosing;
    const answer = chooser(board, measures(board, scores, errors));
    const question = {weights: board.tasks.map(() => 1), limits: new Map()};
    return Object.fromEntries(variants.map(variant =>
        [variant, answer({...question, variant}).close ?? []]));
}"""
INTERVALS = """(board, scores, errors, pairs) => pairs.map(runs => {
    const [one, other] = site.comparison.compare(board, scores, runs, errors).runs;
    const interval = (one.overLeader ?? other.overLeader).interval;
    return one.overLeader ? interval : interval && [-interval[1], -interval[0]];
})"""


def sent_of(site: Site) -> tuple[object, ...]:
    """The board, its scores and their errors, as pages have them."""
    context: Any = next(make_choose(site)).variables()
    runs = site.results.scores.runs
    values, errors = (
        as_json({v: getattr(r, name) for v, r in runs.items()}) for name in ("values", "errors")
    )
    return context.data["board"], values, errors


@pytest.mark.parametrize("name", BOARDS)
def test_those_may_be_first_that_the_board_says(tmp_path, name):
    """With gaps, errors and rounding that decide, families of tasks, and by win rate."""
    site = make_site(BOARDS[name](tmp_path))
    rows, boards = site.results.scores.rows, site.results.boards
    expected = {
        variant: sorted(rows[s.model] for s in board.ranked[1:] if s.tied_with_best)
        if board.tested
        else []
        for variant, board in boards.items()
    }
    found = in_script(CLOSE, *sent_of(site), list(boards))
    assert expected == {variant: sorted(models) for variant, models in found.items()}
    assert any(expected.values())


@pytest.mark.parametrize("name", ["index", "lower is better"])
def test_intervals_are_those_of_the_board(tmp_path, name):
    """Of each model and the first, the baseline, and its base scores."""
    site = make_site(BOARDS[name](tmp_path))
    roles, rows = site.results.scores.roles, site.results.scores.rows
    expected = dict[Any, Any]()
    for variant, board in site.results.boards.items():
        for s in board.ranked[1:]:
            expected[(variant, board.ranked[0].model), (variant, s.model)] = s.behind_interval
        for against, tests in board.tests.items():
            beside = roles.base if against == "base" else roles.baseline_variants[variant]
            for model, test in tests.items():
                other = roles.baseline if against == "baseline" else model
                expected[(variant, model), (beside, other)] = test.interval
    pairs = [[{"variant": v, "model": rows[m or ""]} for v, m in pair] for pair in expected]
    found = in_script(INTERVALS, *sent_of(site), pairs)
    assert len(found) > 20
    for pair, interval, own in zip(expected, found, expected.values(), strict=True):
        assert interval == (own and pytest.approx(own)), pair
