"""Charts of correlations: every two columns, and features against lift."""

import numpy as np
import pytest

from site_builder.charts import theme
from site_builder.charts.correlations import (
    chart_correlations,
    chart_lift_correlations,
)
from tests.helpers.boards import make_frames
from tests.helpers.charted import keys, said, table_of

MINUS, RHO = "\N{MINUS SIGN}", "\N{GREEK SMALL LETTER RHO}"
NOTHING = "Within metrics, no feature correlates with lift beyond chance"
NOISE = [3, 1, 2, 2, 1, 1, 2, 2, 1, 3]


def rising(n, **columns):
    """Two models on n tasks; the tuned scores rise with the features that rise."""
    runs = {
        "base": {"a": [0.1] * n, "b": [0.2] * n},
        "t": {"a": [0.2 + i / 50 for i in range(n)], "b": [0.3 + i / 50 for i in range(n)]},
    }
    return make_frames(runs, tasks=columns)


def independent(n_tasks, n_features, seed):
    """A baseline and a model before and after tuning; nothing depends on anything."""
    rng = np.random.default_rng(seed)
    base = {"ref": rng.random(n_tasks).tolist(), "a": rng.random(n_tasks).tolist()}
    runs = {"base": base, "t": {"a": rng.random(n_tasks).tolist()}}
    return make_frames(runs, tasks={f"f{i}": rng.random(n_tasks) for i in range(n_features)})


# --- features against lift ----------------------------------------------------------------------


def test_clear_features_are_in_the_title():
    """`depth` rises with the lift, `age` falls with it, `noise` does neither."""
    depth, age = list(range(10)), list(range(10, 0, -1))
    frames = rising(10, depth=depth, age=age, noise=NOISE)
    chart = said(chart_lift_correlations, frames=frames)
    assert "Mean lift over base grows with depth and falls with age" == chart.title
    assert f"{chart.title}." == chart.reading


def test_baselines_own_score_is_no_finding():
    """The lift over the baseline falls with its score on any board: it is subtracted."""
    frames = independent(31, 3, seed=1)
    for chart in (chart_lift_correlations, chart_correlations):
        title = said(chart, frames=frames, baseline="ref").title
        assert "score" not in title
        assert "grows" not in title
    assert NOTHING == said(chart_lift_correlations, frames=frames, baseline="ref").title


def test_noise_is_no_finding():
    """Of 40 features, some correlate with p below 0.03; none does after the correction."""
    frames = independent(31, 40, seed=2)
    chart = said(chart_lift_correlations, frames=frames, baseline="ref")
    at = keys(chart).index("mean_lift_over_base_p_adjusted")
    alone = [row.cells[at].note for row in table_of(chart).rows[1:]]  # without the base score
    assert min(float(text.removesuffix(" alone")) for text in alone) < 0.03
    assert NOTHING == chart.title


def test_few_tasks_give_no_title():
    chart = said(chart_lift_correlations, frames=rising(9, depth=list(range(9))))
    assert "Too few tasks to tell which features correlate with lift" == chart.title


def test_unclear_intervals_are_grey():
    """Each interval has the colour of its verdict; the row of a constant is left out."""
    frames = rising(12, depth=[1, 0, *range(2, 12)], noise=[*NOISE, 1, 3], flat=[1] * 12)
    chart = said(chart_lift_correlations, frames=frames)
    layout, data = chart.figure_json["layout"], chart.figure_json["data"]
    assert ["Depth", "Noise"] == layout["yaxis"]["ticktext"]
    (dots,) = (trace for trace in data if trace["mode"] == "markers")
    assert [theme.GAIN, theme.NEUTRAL] == dots["marker"]["color"]
    colours = {trace["line"]["color"]: trace["x"] for trace in data if trace["mode"] == "lines"}
    found = {c.cells[0].text: c.cells[1] for c in table_of(chart).rows}
    for colour, feature in ((theme.GAIN, "Depth"), (theme.NEUTRAL, "Noise")):
        low, high, _ = colours[colour]
        assert low < found[feature].value < high


def test_pair_of_the_same_values_is_shown_plainly():
    """The base score is not drawn against the lift that it is a part of; the table says why."""
    chart = said(chart_lift_correlations, frames=independent(31, 1, seed=1), baseline="ref")
    cells = dict(zip(keys(chart), table_of(chart).rows[0].cells, strict=True))
    assert "Mean base score" == cells["feature"].text
    assert "related by construction" == cells["mean_lift_over_base_verdict"].text
    assert None is cells["mean_lift_over_base_p_adjusted"].value
    assert "not clear" == cells["best_lift_over_baseline_verdict"].text
    circles, diamonds = (t for t in chart.figure_json["data"] if t["mode"] == "markers")
    assert ("circle", 1) == (circles["marker"]["symbol"], len(circles["x"]))
    assert ("diamond", 2) == (diamonds["marker"]["symbol"], len(diamonds["x"]))


def test_no_features_against_lift():
    assert said(chart_lift_correlations, frames=rising(10)) is None
    assert said(chart_lift_correlations, frames=rising(10, flat=[1] * 10)) is None


def test_metrics_are_printed_beside_their_mean():
    """Of one metric lift rises with depth, of the other it falls."""
    metrics = {"metric": ["em"] * 6 + ["f1"] * 5, "score_min": [0.0] * 11, "score_max": [1.0] * 11}
    chart = said(
        chart_lift_correlations, frames=rising(11, depth=[*range(6), *range(5, 0, -1)], **metrics)
    )
    cells = dict(zip(keys(chart), table_of(chart).rows[0].cells, strict=True))
    strata = cells["mean_lift_over_base_strata"]
    assert ("em 1.00 (6)", f"f1 {MINUS}1.00 (5)") == (strata.text, strata.note)
    assert 1 / 9 == pytest.approx(cells["mean_lift_over_base_spearman"].value)  # (5 - 4) / 9
    assert NOTHING == chart.title
    (dots,) = (t for t in chart.figure_json["data"] if t["mode"] == "markers")
    assert f"em 1.00 (6); f1 {MINUS}1.00 (5): not clear" in dots["customdata"][0]


# --- every two columns --------------------------------------------------------------------------


def notes(chart):
    """The words below each coefficient of the matrix, by its row and column."""
    return {
        (row.cells[0].text, key): cell.note
        for row in table_of(chart).rows
        for key, cell in zip(keys(chart), row.cells, strict=True)
    }


def test_the_matrix_concludes_nothing():
    """It mixes metrics."""
    chart = said(chart_correlations, frames=rising(10, depth=list(range(10)), noise=NOISE))
    assert "Correlations between the columns" == chart.title
    assert "not tested" in chart.caption
    assert "" == notes(chart)["Mean lift over base", "depth"]


def test_the_matrix_marks_what_is_related_by_construction():
    """Each such cell has a cross, and words in the table and at the pointer."""
    chart = said(chart_correlations, frames=rising(10, depth=list(range(10))))
    heat, marks = chart.figure_json["data"]
    names = [row.cells[0].text for row in table_of(chart).rows]
    rows, columns = names[1:], names[:-1]
    crossed = {(rows[y], columns[x]) for x, y in zip(marks["x"], marks["y"], strict=True)}
    assert ("Mean t score", "Mean lift over base") in crossed
    assert ("Depth", "Mean lift over base") not in crossed
    assert "related by construction" == notes(chart)["Mean lift over base", "mean_tuned_score"]
    place = rows.index("Mean t score"), columns.index("Mean lift over base")
    assert "related by construction" in heat["customdata"][place[0]][place[1]]


def test_correlations_without_a_feature():
    """The derived columns go together by construction: no finding."""
    assert "Correlations between the columns" == said(chart_correlations, frames=rising(6)).title


def test_no_correlations():
    """Three tasks are too few."""
    assert said(chart_correlations, frames=rising(3, depth=[1, 2, 3])) is None
