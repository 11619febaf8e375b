"""What goes with the gain: the table of coefficients, its answer, and the scatter of one pair."""

import numpy as np
import pytest

from site_builder.charts.correlations import answer_of, chart_correlation, coefficient_table
from tests.helpers.boards import make_frames
from tests.helpers.charted import column, draw, said, traces

MINUS, RHO = "\N{MINUS SIGN}", "\N{GREEK SMALL LETTER RHO}"
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


def turning():
    """Of nine tasks by em the gain falls with depth; eight by f1 have more of both."""
    metrics = {"metric": ["em"] * 9 + ["f1"] * 8, "score_min": [0.0] * 17, "score_max": [1.0] * 17}
    return rising(17, depth=[*range(9, 0, -1), *range(40, 48)], **metrics)


def answer(frames, **board):
    results, labels = draw(frames, **board)
    assert results.correlations is not None
    return answer_of(results.correlations, labels)


def test_certain_features_are_the_answer():
    """`depth` rises with the lift, `age` falls with it, `noise` does neither."""
    frames = rising(10, depth=[*range(10)], age=[*range(10, 0, -1)], noise=NOISE)
    assert "Depth and age do." == answer(frames)
    chart = said(chart_correlation, frames=frames)
    assert "The mean gain over base grows with depth" == chart.title
    assert chart.caption.endswith(f"{RHO} is 1.00 over 10 tasks.")
    falling = said(chart_correlation, frames=rising(10, age=[*range(10, 0, -1)]))
    assert "The mean gain over base falls with age" == falling.title


def test_noise_is_no_answer():
    """Of 40 features, the strongest correlates by chance, and nothing does after the correction."""
    frames = independent(31, 40, seed=2)
    assert "Of 40 task features, none does for certain." == answer(frames, baseline="ref")
    title = said(chart_correlation, frames=frames, baseline="ref").title
    assert title.endswith(" comes closest, but that is uncertain")


def test_few_tasks_give_no_answer():
    frames = rising(9, depth=list(range(9)))
    assert "9 tasks are too few to tell." == answer(frames)
    assert said(chart_correlation, frames=frames).title.startswith("Too few tasks")


def test_scores_are_no_features():
    """The lift over the baseline contains its score: on any board it falls with it."""
    table = said(coefficient_table, frames=independent(31, 2, seed=1), baseline="ref")
    assert ["F0", "F1"] == [row.name for row in table.rows]
    assert ("Best lead over ref", "Mean gain over base") == table.lifts


@pytest.mark.parametrize("columns", [{}, {"flat": [1] * 10}])
def test_boards_without_features_have_neither(columns):
    frames = rising(10, **columns)
    assert said(coefficient_table, frames=frames) is None
    assert said(chart_correlation, frames=frames) is None


def test_each_metric_has_its_coefficient():
    """Over all 17 tasks the gain grows with depth; over those by em it falls."""
    table = said(coefficient_table, frames=turning())
    assert ("All", "em", "f1") == table.columns
    (row,) = table.rows
    assert [f"{MINUS}1.00", "1.00"] == [cell.text for cell in row.cells[1:]]
    assert "17 · 9 · 8" == row.sizes
    assert [False, True, False] == [cell.is_reversed for cell in row.cells]
    assert ("ring",) == table.has
    # One metric has no column of its own.
    table = said(coefficient_table, frames=rising(10, depth=[*range(10)]))
    assert (("All",), ("bold",)) == (table.columns, table.has)


def test_a_sign_that_turns_is_drawn():
    """The tasks of the metric are full, with their line; all others are rings."""
    chart = said(chart_correlation, frames=turning())
    assert "Among em tasks, the mean gain over base falls with depth" == chart.title
    assert chart.caption.startswith("Over all 17 tasks the sign is the reverse:")
    assert chart.caption.endswith(f"but {MINUS}1.00 over the 9 em tasks.")
    drawn = traces(chart)
    assert {"em": 9, "other metrics": 8} == {name: len(t["x"]) for name, t in drawn.items()}
    line = chart.figure_json["data"][0]
    assert line["y"][0] > line["y"][1]
    assert column(chart, "depth")[:3] == [9, 8, 7]


@pytest.mark.parametrize(("n", "is_log"), [(1000, True), (20, False)])
def test_features_over_decades_are_on_a_log_axis(n, is_log):
    depth = [1, *NOISE[1:-1], n]
    layout = said(chart_correlation, frames=rising(10, depth=depth)).figure_json["layout"]
    assert is_log == (layout["xaxis"].get("type") == "log")
    assert is_log == layout["xaxis"]["title"]["text"].endswith("log axis")
