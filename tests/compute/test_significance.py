"""Tests of lifts, and lifts paired by example."""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from site_builder.build import make_files
from site_builder.compute.numbers import round_significant
from site_builder.compute.results import compute_results
from site_builder.compute.significance import (
    MOST_EXACT,
    PairedLifts,
    adjust_for_many,
    compute_lift_tests,
    sign_tests,
    signed_rank_tests,
)
from site_builder.config import load_config
from site_builder.tables.check import check_tables
from site_builder.tables.read import load_tables
from tests.helpers.boards import make_scores
from tests.helpers.sites import BuiltSite
from tests.helpers.tables import board, changed, write_project

NAN = float("nan")
LIFTS = st.integers(-6, 6).map(lambda n: n / 10) | st.just(NAN)


def test_sign_test_by_hand():
    """One loss among 8: 2 (1 + 8) / 2^8. Level: 1. Nothing: 1. Five gains: 2 / 2^5."""
    p = sign_tests(np.array([7, 4, 0, 5]), np.array([1, 4, 0, 0]))
    assert [18 / 256, 1.0, 1.0, 1 / 16] == pytest.approx(p, rel=1e-11)


@given(st.integers(0, 60), st.integers(0, 60))
def test_sign_test_agrees_with_scipy(above, below):
    n = above + below
    expected = stats.binomtest(above, n).pvalue if n else 1.0
    assert expected == pytest.approx(sign_tests(np.array([above]), np.array([below]))[0], rel=1e-9)


def test_signed_rank_test_by_hand():
    """Gains of 1, 2, 3 and a loss of 4: ranks add up to 6 against 4."""
    # Of 16 signs of the ranks 1 to 4, those with a sum of 4 or less: {}, 1, 2, 3, 12, 4, 13: 7.
    # Two-sided 14 / 16.
    assert 14 / 16 == pytest.approx(signed_rank_tests(np.array([[1.0, 2, 3, -4]]))[0])
    # All six gain: 2 / 2^6. A lift of 0 is left out.
    assert 2 / 64 == pytest.approx(signed_rank_tests(np.array([[1.0, 2, 3, 4, 5, 6, 0]]))[0])
    assert [1.0, 1.0] == signed_rank_tests(np.array([[0.0, 0], [NAN, NAN]])).tolist()


@given(arrays(float, (3, 8), elements=LIFTS))
@settings(max_examples=60, deadline=None)
def test_signed_rank_test_agrees_with_scipy(lifts):
    for row, found in zip(lifts, signed_rank_tests(lifts), strict=True):
        assert wilcoxon(row) == pytest.approx(found, rel=1e-9)


def test_more_than_fifty_tasks_are_approximated():
    lifts = np.random.default_rng(1).normal(0.2, 1, 60)
    assert stats.wilcoxon(lifts, method="approx").pvalue == pytest.approx(
        signed_rank_tests(lifts[np.newaxis])[0]
    )


def test_holm_correction_by_hand():
    """Holm: 0.01 x 4, 0.02 x 3, then 0.03 x 2 = 0.06, and 0.04 no less than that."""
    adjusted = adjust_for_many(np.array([0.04, 0.01, 0.03, 0.02]))
    assert [0.06, 0.04, 0.06, 0.06] == pytest.approx(adjusted)
    assert [1.0, 1.0] == adjust_for_many(np.array([0.9, 0.8])).tolist()
    assert 0 == len(adjust_for_many(np.array([])))


def verdicts(base, tuned, *, averaged=True, **board):
    """The test of each model's lift over its base."""
    scores = make_scores({"base": base, "tuned": tuned}, **board)
    tests = compute_lift_tests(scores, averaged=averaged)
    return tests.over_base["tuned"]


def test_lift_test_by_hand():
    """Seven tasks, each better by 0.1 to 0.7."""
    base = {"a": [0.1] * 7, "b": [0.5] * 7}
    tuned = {"a": [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], "b": [0.4, 0.6] * 3 + [0.5]}
    found = verdicts(base, tuned)
    # All seven gain: 2 / 2^7 = 0.015625 by both tests, and twice that as the least of two.
    a, b = found["a"], found["b"]
    t = stats.ttest_1samp([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], 0).pvalue
    assert [t, 2 * t] == pytest.approx([a.t_p, a.t_p_adjusted])
    assert (a.t_p_adjusted, 7, 7) == (a.p, a.survives, a.repetitions)
    assert (7, 0.4, (7, 0, 0)) == (a.n, a.mean, (a.above, a.equal, a.below))
    assert [0.015625, 0.03125] * 2 == pytest.approx(
        [a.sign_p, a.sign_p_adjusted, a.wilcoxon_p, a.wilcoxon_p_adjusted]
    )
    assert ("better", "unclear") == (a.verdict, b.verdict)
    # Three gains and three losses of the same size, and one task that did not move.
    assert (1.0, 1.0, (3, 1, 3)) == (b.sign_p, b.wilcoxon_p, (b.above, b.equal, b.below))
    low, high = a.interval or (0, 0)
    assert (low, high) == pytest.approx(
        tuple(stats.ttest_1samp([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], 0).confidence_interval()),
        abs=1e-6,
    )


def test_verdict_worse():
    found = verdicts({"a": [0.9] * 8}, {"a": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]})
    assert "worse" == found["a"].verdict


def test_lower_is_better_turns_the_sign_of_a_lift():
    rows = {"a": [0.9] * 8}, {"a": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]}
    scores = make_scores({"base": rows[0], "tuned": rows[1]}, lower=[f"t{n}" for n in range(1, 9)])
    tests = compute_lift_tests(scores, averaged=True)
    assert "better" == tests.over_base["tuned"]["a"].verdict


def test_five_tasks_are_too_few():
    assert "too few" == verdicts({"a": [0.1] * 5}, {"a": [0.9] * 5})["a"].verdict


def test_sign_test_decides_without_a_mean():
    found = verdicts({"a": [1.0] * 8}, {"a": [2.0, 30, 400, 5, 6, 7, 8, 9]}, averaged=False)["a"]
    assert (None, None, None, None) == (
        found.mean,
        found.interval,
        found.wilcoxon_p,
        found.wilcoxon_p_adjusted,
    )
    assert (2 / 256, "better") == (found.sign_p_adjusted, found.verdict)


def test_gain_on_average_alone_is_unclear():
    """One large gain and seven small losses: the tests say worse, the mean says better."""
    tuned = [0.95, 0.49, 0.48, 0.47, 0.46, 0.45, 0.44, 0.43]
    found = verdicts({"a": [0.5] * 8}, {"a": tuned})["a"]
    assert found.mean is not None
    assert found.mean > 0
    assert "unclear" == found.verdict


def test_baseline_is_not_tested_against_itself():
    """Corrected over the models that have a lift; the baseline is measured against nothing."""
    scores = make_scores(
        {"base": {"ref": [0.5] * 7, "a": [0.4] * 7}, "tuned": {"a": [0.9] * 7}}, baseline="ref"
    )
    tests = compute_lift_tests(scores, averaged=True)
    assert {"a"} == set(tests.over_baseline["base"]) == set(tests.over_baseline["tuned"])
    assert ("worse", "better") == (
        tests.over_baseline["base"]["a"].verdict,
        tests.over_baseline["tuned"]["a"].verdict,
    )
    assert {"a"} == set(tests.over_base["tuned"])


def test_no_tests_without_base_and_baseline():
    scores = make_scores({"base": {"a": [0.5, 0.6]}})
    tests = compute_lift_tests(scores, averaged=True)
    assert ({}, {"base": {}}) == (tests.over_base, tests.over_baseline)


# Of the fixture board: alpha's lift on `add` is 0.25, over gamma 0.125.
ROWS = (
    ("alpha", "add", "fine_tuned", "base", "alpha", "base", 0.25, 0.05),
    ("alpha", "add", "fine_tuned", "baseline", "gamma", "base", 0.125, 0.1),
)
NAMES = (
    *("model", "task", "variant", "against", "against_model", "against_variant"),
    *("difference", "stderr"),
)


def differences(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(NAMES))


def project_with(folder: Path, table: pd.DataFrame) -> Path:
    return write_project(folder / "p", {**board(), "differences": table})


def paired(project: Path) -> PairedLifts:
    config = load_config(project)
    tables = check_tables(load_tables(config.data_dir), config)
    return compute_results(tables, config).paired_lifts


def test_paired_lift_has_the_interval_of_its_difference(tmp_path):
    """1.96 standard errors to each side: 0.25 ± 0.098, 0.125 ± 0.196."""
    found = paired(project_with(tmp_path, differences(*ROWS)))
    key = ("alpha", "add", "fine_tuned")
    assert {(*key, "base"), (*key, "baseline")} == {*found}
    assert (0.152002, 0.347998) == pytest.approx(found[*key, "base"], abs=1e-6)
    assert (-0.070996, 0.320996) == pytest.approx(found[*key, "baseline"], abs=1e-6)


def test_paired_lift_where_lower_is_better(tmp_path):
    """A difference of -0.25 in the unit of the metric is a lift of 0.25."""
    tables = board()
    tasks = tables["tasks"].assign(higher_is_better=[False, True])
    results = tables["results"]
    results["score"] = results["score"].where(results["task"] != "add", 1 - results["score"])
    row = ("alpha", "add", "fine_tuned", "base", "alpha", "base", -0.25, 0.05)
    files = {**tables, "tasks": tasks, "results": results, "differences": differences(row)}
    found = paired(write_project(tmp_path / "p", files))
    assert (0.152002, 0.347998) == pytest.approx(
        found["alpha", "add", "fine_tuned", "base"], abs=1e-6
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("difference", 0.2501),  # over fewer examples, or of another score
        ("difference", None),
        ("stderr", None),  # and no numbers of examples
        ("stderr", 0.0),
        ("model", "delta"),
        ("task", "multiply"),
        ("variant", "five_shot"),
        ("against_model", "beta"),
        ("against_variant", "fine_tuned"),
        ("against", "baseline"),
    ],
)
def test_difference_that_is_not_the_lift_is_ignored(tmp_path, column, value):
    table = changed(differences(ROWS[0]), column, {1: value})
    assert {} == paired(project_with(tmp_path, table))


def test_interval_is_below_the_lift(tmp_path):
    """On the page of the task; what it is stands on the page on method."""
    config = load_config(project_with(tmp_path, differences(*ROWS)))
    site = BuiltSite(make_files(config, out=tmp_path / "site")[0])
    page = site.page("tasks/add/")
    [ranking] = [t for t in page.select("table") if t.get("id") == "ranking"]
    notes = [cell.get_text(" ", strip=True) for cell in ranking.select("tbody tr:nth-child(2) td")]
    assert any("+0.250 +0.152 to +0.348" in note for note in notes), notes
    assert any("+0.125 \N{MINUS SIGN}0.071 to +0.321" in note for note in notes), notes
    assert page.select('a[href$="about/#paired-lift"]')
    assert site.page("about/").select("#paired-lift")
    assert not site.page("tasks/sort/").select('a[href$="about/#paired-lift"]')


# --- Wilcoxon's test against scipy's ------------------------------------------------------------


def wilcoxon(lifts):
    """The p-value of scipy for one run, by the method that ours takes."""
    moved = round_significant(lifts[~np.isnan(lifts) & (lifts != 0)])
    distinct = len(set(np.abs(moved).tolist())) == len(moved)
    few = len(moved) <= (MOST_EXACT if distinct else 13)
    method: Literal["auto", "approx"] = "auto" if few else "approx"
    return stats.wilcoxon(moved, method=method).pvalue if len(moved) else 1.0


@pytest.mark.parametrize("steps", [3, 10, 1_000, 10**9])
@pytest.mark.parametrize("tasks", [1, 2, 5, 13, 31, 50, 51, 120])
def test_signed_ranks_with_equal_sizes_and_missing_lifts(tasks, steps):
    """Tables with gaps, with many equal sizes and with none, tested all at once."""
    rng = np.random.default_rng(tasks * steps)
    lifts = rng.integers(-steps, steps + 2, (15, tasks)) / steps
    lifts[rng.random(lifts.shape) < rng.choice([0, 0.2, 0.9], (15, 1))] = NAN
    expected = [wilcoxon(row) for row in lifts]
    assert expected == pytest.approx(signed_rank_tests(lifts), rel=1e-11, abs=0)


def test_gains_on_all_of_fifty_tasks_are_exact():
    """The least p that is still exact: 2 / 2^50."""
    lifts = np.arange(1.0, 51)[np.newaxis]
    assert round_significant(np.array([2.0**-49])) == signed_rank_tests(lifts)
    assert wilcoxon(lifts[0]) == 2.0**-49


def test_lifts_that_are_equal_on_paper_share_a_rank():
    """10.3 - 10.2 and 0.4 - 0.3 are both 0.1, though their floats differ in the 15th digit."""
    lifts = np.array([[10.3 - 10.2, 0.3 - 0.4, 0.2, 0.3, 0.4, 0.5, 0.6]])
    assert 10.3 - 10.2 != 0.4 - 0.3
    on_paper = np.array([[0.1, -0.1, 0.2, 0.3, 0.4, 0.5, 0.6]])
    assert signed_rank_tests(on_paper).tolist() == signed_rank_tests(lifts).tolist()
    assert stats.wilcoxon(on_paper[0]).pvalue == pytest.approx(signed_rank_tests(lifts)[0])
