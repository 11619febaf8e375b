"""Features, correlations, redundancy, training sets: the right finding, or no chart."""

import numpy as np
import pandas as pd
import pytest

from site_builder.charts.analysis import (
    chart_correlations,
    chart_redundancy,
    chart_training_sets,
    charts_features,
)
from site_builder.config import Analysis
from tests.helpers.boards import make_frames
from tests.helpers.charted import ONE, column, said

MINUS, RHO = "\N{MINUS SIGN}", "\N{GREEK SMALL LETTER RHO}"


def rising(n, **columns):
    """Two models on n tasks; the tuned scores rise with the features that rise."""
    runs = {
        "base": {"a": [0.1] * n, "b": [0.2] * n},
        "t": {"a": [0.2 + i / 50 for i in range(n)], "b": [0.3 + i / 50 for i in range(n)]},
    }
    return make_frames(runs, tasks=columns)


@pytest.mark.parametrize(
    ("depth", "title"),
    [
        (range(10), f"Mean lift over base grows with depth ({RHO} = 1.00)"),
        (range(10, 0, -1), f"Mean lift over base falls with depth ({RHO} = {MINUS}1.00)"),
        (
            [3, 1, 2, 2, 1, 1, 2, 2, 1, 3],
            f"No clear link between depth and mean lift over base ({RHO} = 0.00, p = 1.00)",
        ),
    ],
)
def test_features(depth, title):
    """A clear link by its direction, another as none."""
    (chart,) = said(charts_features, frames=rising(10, depth=list(depth)))
    assert title == chart.title
    assert f"{title}, over 10 tasks." == chart.reading


def test_features_of_too_few_tasks():
    """Below ten tasks nothing is concluded, not even from a perfect order."""
    (chart,) = said(charts_features, frames=rising(9, depth=list(range(9))))
    words = "Too few tasks to conclude how mean lift over base goes along with depth"
    assert f"{words} ({RHO} = 1.00, p < 0.001)" == chart.title
    assert f"{RHO} = 1.00, p < 0.001, n = 9: too few tasks to conclude." in chart.caption


def test_features_say_what_their_interval_holds():
    """tanh(0 ± 1.96 / sqrt(7)) is 0.63 to both sides."""
    frames = rising(10, depth=[3, 1, 2, 2, 1, 1, 2, 2, 1, 3])
    (chart,) = said(charts_features, frames=frames)
    assert (
        f"{RHO} = 0.00, 95\N{NO-BREAK SPACE}% interval {MINUS}0.63 to 0.63, p = 1.00, n = 10: "
        "no clear direction with 10 tasks."
    ) in chart.caption


def test_the_matrix_says_what_can_be_concluded():
    """A word below each coefficient; none where a column meets itself."""
    depth, noise = list(range(10)), [3, 1, 2, 2, 1, 1, 2, 2, 1, 3]
    chart = said(chart_correlations, frames=rising(10, depth=depth, noise=noise))
    keys = [column.key for column in chart.table.columns]
    notes = {
        (row.cells[0].text, key): cell.note
        for row in chart.table.rows
        for key, cell in zip(keys, row.cells, strict=True)
    }
    assert "go together" == notes["Mean lift over base", "depth"]
    assert "no clear direction" == notes["Mean lift over base", "noise"]
    assert "" == notes["Depth", "depth"]


def test_feature_of_wide_range_has_a_log_axis():
    """31 times the smallest is wide, 30 times is not; the line is fitted on the logarithm."""
    for widest, kind in ((31.0, "log"), (30.0, None)):
        (chart,) = said(charts_features, frames=rising(5, depth=[1.0, 2.0, 5.0, 9.0, widest]))
        assert kind == chart.figure["layout"]["xaxis"].get("type")
        assert (kind == "log") == ("on the logarithm" in chart.caption)


@pytest.mark.parametrize("depth", [[2, 2, 2, 2], [1, 2, 3, None]])
def test_no_features(depth):
    """A constant, or less than four tasks."""
    values = pd.array(depth, dtype="Float64")
    assert () == said(charts_features, frames=rising(4, depth=values))


def test_correlations_name_the_strongest_feature():
    """`depth` rises with the lift; `noise` does not."""
    frames = rising(6, depth=[1, 2, 3, 4, 5, 6], noise=[3, 1, 2, 2, 1, 3])
    chart = said(chart_correlations, frames=frames)
    assert f"Depth goes most with mean lift over base ({RHO} = 1.00)" == chart.title
    assert "not defined" not in chart.title


def test_correlations_without_a_feature():
    """The derived columns go together by construction: no finding."""
    assert "How the columns go together" == said(chart_correlations, frames=rising(6)).title


def test_no_correlations():
    """Three tasks are too few."""
    assert said(chart_correlations, frames=rising(3, depth=[1, 2, 3])) is None


def test_redundancy():
    """t1 and t2 order five models alike, t3 the other way round."""
    up, down = [0.1, 0.2, 0.3, 0.4, 0.5], [0.5, 0.4, 0.3, 0.2, 0.1]
    runs = {"base": {f"m{i}": list(s) for i, s in enumerate(zip(up, up, down, strict=True))}}
    chart = said(chart_redundancy, runs)
    assert f"t1 and t2 rank the models most alike ({RHO} = 1.00)" == chart.title
    assert f"the median is {MINUS}1.00" in chart.reading
    assert [("t1", "t2", 5.0)] == list(
        zip(column(chart, "task"), column(chart, "other"), column(chart, "n"), strict=True)
    )[:1]


def test_redundancy_looks_at_all_tasks():
    """Of 45, the last two are most alike; the first 40 are drawn, as the caption says."""
    scores = np.random.default_rng(1).permuted(np.arange(12 * 45).reshape(12, 45), axis=0) / 1000
    scores[:, 44] = scores[:, 43]
    chart = said(
        chart_redundancy, {"base": {f"m{i}": row for i, row in enumerate(scores.tolist())}}
    )
    assert f"t44 and t45 rank the models most alike ({RHO} = 1.00)" == chart.title
    assert ("t44", "t45") == (column(chart, "task")[0], column(chart, "other")[0])
    assert 40 == len(chart.figure["data"][0]["z"])
    assert chart.caption.endswith(" The first 40 tasks are drawn.")


def test_no_redundancy():
    """Three models in common are too few; so are two tasks."""
    assert said(chart_redundancy, ONE) is None
    runs = {"base": {f"m{i}": [i / 10, i / 10] for i in range(5)}}
    assert said(chart_redundancy, runs) is None


@pytest.mark.parametrize(
    ("sizes", "thresholds", "title"),
    [
        (
            [5, 50, 500],
            [10, 99],
            "1 of 3 training sets has fewer than 10 examples "
            "and 2 of 3 have fewer than 99 examples",
        ),
        ([5, 50, 500], [10_000], "3 of 3 training sets have fewer than 10,000 examples"),
        ([5, 50, 500], [], "Half of the 3 training sets have 50 examples or fewer"),
        ([50, 500, None], [10], "0 of 2 training sets have fewer than 10 examples"),
    ],
)
def test_training_sets(sizes, thresholds, title):
    """The share below each threshold that site.toml names."""
    tasks = {"train_examples": pd.array(sizes, dtype="Int64")}
    runs = {"base": {"a": [0.1, 0.2, 0.3]}}
    analysis = Analysis(training_set_thresholds=thresholds)
    chart = said(chart_training_sets, runs, tasks=tasks, analysis=analysis)
    assert title == chart.title
    assert ("1 task of unknown training-set size left out" in chart.caption) == (None in sizes)
    assert len(thresholds) == len(chart.figure["layout"].get("shapes", []))


def test_training_set_without_examples_has_no_bar():
    """A log axis has no place for 0; the caption says so, the table has it."""
    chart = said(
        chart_training_sets, {"base": {"a": [0.1, 0.2, 0.3]}}, tasks={"train_examples": [0, 5, 50]}
    )
    assert 2 == sum(chart.figure["data"][0]["y"])
    assert [0, 5, 50] == column(chart, "train_examples")
    assert chart.caption.endswith(" 1 set without examples in no bar.")


@pytest.mark.parametrize("sizes", [[None, None], [5, None], [0, 0]])
def test_no_training_sets(sizes):
    """One size is no distribution."""
    tasks = {"train_examples": pd.array(sizes, dtype="Int64")}
    assert said(chart_training_sets, {"base": {"a": [0.1, 0.2]}}, tasks=tasks) is None
