"""Tests of lifts, and lifts paired by example."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from site_builder.build import make_files
from site_builder.compute.results import compute_site
from site_builder.compute.scores import collect_scores
from site_builder.compute.significance import (
    PairedLifts,
    adjust_for_many,
    compute_lift_tests,
    judge_lifts,
    sign_tests,
)
from site_builder.config import BoardConfig, load_config
from site_builder.tables.check import check_tables
from site_builder.tables.read import load_tables
from tests.helpers.boards import make_frames, make_scores, make_tables
from tests.helpers.sites import BuiltSite
from tests.helpers.tables import board, changed, write_project


def test_sign_test_by_hand():
    """One loss among 8: 2 (1 + 8) / 2^8. Level: 1. Nothing: 1. Five gains: 2 / 2^5."""
    p = sign_tests(np.array([7, 4, 0, 5]), np.array([1, 4, 0, 0]))
    assert [18 / 256, 1.0, 1.0, 1 / 16] == pytest.approx(p, rel=1e-11)


@given(st.integers(0, 60), st.integers(0, 60))
def test_sign_test_agrees_with_scipy(above, below):
    n = above + below
    expected = stats.binomtest(above, n).pvalue if n else 1.0
    assert expected == pytest.approx(sign_tests(np.array([above]), np.array([below]))[0], rel=1e-9)


def test_holm_correction_by_hand():
    """Holm: 0.01 x 4, 0.02 x 3, then 0.03 x 2 = 0.06, and 0.04 no less than that."""
    adjusted = adjust_for_many(np.array([0.04, 0.01, 0.03, 0.02]))
    assert [0.06, 0.04, 0.06, 0.06] == pytest.approx(adjusted)
    assert [1.0, 1.0] == adjust_for_many(np.array([0.9, 0.8])).tolist()
    assert 0 == len(adjust_for_many(np.array([])))


def verdicts(base, tuned, *, averaged=True, sets=1, **board):
    """The test of each model's lift over its base."""
    scores = make_scores({"base": base, "tuned": tuned}, **board)
    return compute_lift_tests(scores.runs["tuned"], "base", averaged=averaged, sets=sets)


def test_lift_test_by_hand():
    """Seven tasks, each better by 0.1 to 0.7; two models, so two comparisons."""
    base = {"a": [0.1] * 7, "b": [0.5] * 7}
    tuned = {"a": [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], "b": [0.4, 0.6] * 3 + [0.5]}
    found = verdicts(base, tuned)
    a, b = found["a"], found["b"]
    gains = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    assert 2 * stats.ttest_1samp(gains, 0).pvalue == pytest.approx(a.p)
    # Mean 0.4, deviation 0.216 / sqrt(7), and t with six degrees of freedom at 0.05 / 4: 2.968687.
    reach = 2.968687 * np.std(gains, ddof=1) / 7**0.5
    assert (0.4 - reach, 0.4 + reach) == pytest.approx(a.interval, abs=1e-6)
    assert (7, 0.4, (7, 0, 0)) == (a.n, a.mean, (a.above, a.equal, a.below))
    assert ("better", "unclear") == (a.verdict, b.verdict)
    # Three gains and three losses of the same size, and one task that did not move.
    assert (1.0, (3, 1, 3)) == (b.p, (b.above, b.equal, b.below))
    assert (1.0, "unclear") == (verdicts(base, base)["a"].p, verdicts(base, base)["a"].verdict)
    # On three sets of tasks the two are six comparisons.
    assert 3 * a.p == pytest.approx(verdicts(base, tuned, sets=3)["a"].p)


@given(st.lists(st.integers(-9, 9), min_size=6, max_size=9), st.integers(0, 2))
@settings(max_examples=25)
def test_verdict_interval_and_p_say_the_same(steps, others):
    """Whatever the lifts are, and however many models are compared."""
    n = len(steps)
    base = {"a": [0.5] * n, **{f"m{i}": [0.4] * n for i in range(others)}}
    tuned = {"a": [0.5 + step / 100 for step in steps], **{m: base[m] for m in [*base][1:]}}
    test = verdicts(base, tuned)["a"]
    low, high = test.interval or (0, 0)
    by_interval = "better" if low > 0 else "worse" if high < 0 else "unclear"
    assert by_interval == test.verdict
    assert (test.p < 0.05) == (test.verdict != "unclear")


def test_verdict_on_five_tasks_and_where_lower_is_better():
    assert "too few" == verdicts({"a": [0.1] * 5}, {"a": [0.9] * 5})["a"].verdict
    rows = {"a": [0.9] * 8}, {"a": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]}
    assert "better" == verdicts(*rows, lower=[f"t{n}" for n in range(1, 9)])["a"].verdict


def test_sign_test_decides_without_a_mean():
    found = verdicts({"a": [1.0] * 8}, {"a": [2.0, 30, 400, 5, 6, 7, 8, 9]}, averaged=False)["a"]
    assert (None, None, 2 / 256, "better") == (found.mean, found.interval, found.p, found.verdict)


def test_signs_of_few_tasks_can_show_nothing_among_many_models():
    """Eight gains of eight: p = 2 / 2^8 = 0.0078, times ten models 0.078. Nine: 0.039."""
    for tasks, expected in ((8, "too few"), (9, "better")):
        base = {f"m{i}": [0.5] * tasks for i in range(10)}
        tuned = {model: [0.9] * tasks for model in base}
        found = verdicts(base, tuned, averaged=False)
        assert {expected} == {test.verdict for test in found.values()}


def test_signs_are_corrected_for_the_number_of_models():
    """Eight gains and a loss: p = 2 (1 + 9) / 2^9 = 0.039, which is clear of one model, not of two.

    Nine gains of nine would be clear of ten, so that nine tasks are not too few.
    """
    base, tuned = [0.5] * 9, [0.9] * 8 + [0.1]
    for models, verdict in (("a", "better"), ("ab", "unclear")):
        found = verdicts(dict.fromkeys(models, base), dict.fromkeys(models, tuned), averaged=False)
        assert (verdict, len(models) * 20 / 512) == (found["a"].verdict, found["a"].p)


def test_baseline_is_not_tested_against_itself():
    """Corrected over the models that have a lift; the baseline is measured against nothing."""
    scores = make_scores(
        {"base": {"ref": [0.5] * 7, "a": [0.4] * 7}, "tuned": {"a": [0.9] * 7}}, baseline="ref"
    )
    base, tuned = (
        compute_lift_tests(scores.runs[v], "baseline", averaged=True) for v in ("base", "tuned")
    )
    assert {"a"} == {*base} == {*tuned}
    assert ("worse", "better") == (base["a"].verdict, tuned["a"].verdict)
    assert {"a"} == {*compute_lift_tests(scores.runs["tuned"], "base", averaged=True)}


# Of the fixture board: alpha's lift on `add` is 0.25, over gamma 0.125.
ROWS = (
    ("alpha", "add", "fine_tuned", "base", "alpha", "base", 0.25, 0.05),
    ("alpha", "add", "fine_tuned", "baseline", "gamma", "base", 0.125, 0.1),
)


def differences(*rows: tuple[object, ...]) -> pd.DataFrame:
    against = ["against", "against_model", "against_variant"]
    names = ["model", "task", "variant", *against, "difference", "stderr"]
    return pd.DataFrame(list(rows), columns=names)


def project_with(folder: Path, table: pd.DataFrame) -> Path:
    return write_project(folder / "p", {**board(), "differences": table})


def paired(project: Path) -> PairedLifts:
    config = load_config(project)
    tables = check_tables(load_tables(config.data_dir), config)
    return compute_site(tables, config).featured.results.paired_lifts


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
        ("stderr", None),  # and no numbers of examples
        ("stderr", 0.0),
        ("task", "multiply"),
        ("against_model", "beta"),
        ("against_variant", "fine_tuned"),
        ("against", "baseline"),
    ],
)
def test_difference_that_is_not_the_lift_is_ignored(tmp_path, column, value):
    table = changed(differences(ROWS[0]), column, {1: value})
    assert {} == paired(project_with(tmp_path, table))


def test_interval_is_in_downloads(tmp_path):
    """Of the ranking of the task; what it is stands on the page on method."""
    config = load_config(project_with(tmp_path, differences(*ROWS)))
    site = BuiltSite(make_files(config, out=tmp_path / "site")[0])
    page = site.page("tasks/add/")
    cells = page.select("#ranking tbody tr:nth-child(2) td[data-details]")
    assert ["+0.250", "+0.125"] == [cell.text.strip() for cell in cells]
    ends = [float(end) for cell in cells for end in str(cell["data-details"]).split()]
    assert [0.152, 0.348, -0.071, 0.321] == pytest.approx(ends, abs=5e-4)
    heads = page.select("#ranking th[data-details]")
    assert "Gain, low end\nGain, high end" == heads[0]["data-details"]
    assert site.page("about/").select("#paired-lift")
    assert not site.page("tasks/sort/").select("#ranking th[data-details]")


def test_a_variant_of_its_own_is_judged_among_its_own_models():
    """0.032 with errors of 0.01: beyond 1.96 * 0.0141 for one model, within 2.57 * 0.0141 for 3."""
    runs = {"base": {"ref": [0.5], "a": [0.532], "b": [0.4], "c": [0.4]}, "tuned": {"a": [0.532]}}
    frames = make_frames(runs)
    frames["results"]["stderr"] = 0.01
    scores = collect_scores(make_tables(frames), BoardConfig(baseline="ref"))
    found = [judge_lifts(scores, {}, v)[scores.rows["a"]].tolist() for v in ("tuned", "base")]
    assert [[1.0], [0.0]] == found


def test_lifts_too_large_for_a_number_are_none():
    """Of both signs, they would have no mean."""
    huge = [0.0, 0.0, 0.0, 0.0, 1.7e308, -1.7e308]
    test = verdicts({"a": huge}, {"a": [-score for score in huge]})["a"]
    assert (4, 0.0, 0, 4, 0) == (test.n, test.mean, test.above, test.equal, test.below)
