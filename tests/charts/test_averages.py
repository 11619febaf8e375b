"""The chart of what ranks a board: its title, and the brackets of what is too close to call."""

import pytest

from site_builder.charts.averages import chart_averages
from tests.helpers.charted import said

FAR, NEAR = [0.9, 0.8, 0.9, 0.8, 0.9, 0.8, 0.9], [0.8, 0.9, 0.8, 0.9, 0.8, 0.9, 0.8]
LOW = [0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2]


@pytest.mark.parametrize(
    ("models", "title", "brackets"),
    [
        ({"a": FAR, "b": LOW}, "a leads", []),
        ({"a": FAR, "b": NEAR}, "Both models are too close to call", ["1", "1"]),
        (
            {"a": FAR, "b": NEAR, "c": LOW},
            "Two of 3 models are too close to call for first",
            ["1", "1", "\N{EN DASH}"],
        ),
        ({"a": FAR, "b": FAR}, "Both models are equal", ["1", "1"]),
        ({"a": [0.9], "b": [0.1]}, "a has the best score, 0.900", []),
        ({"a": [0.9], "b": [0.9], "c": [0.1]}, "2 models share the best score, 0.900", []),
    ],
)
def test_title_and_brackets(models, title, brackets):
    found = said(chart_averages, {"base": models})
    assert title == found.title
    keys = [column.key for column in found.table.columns]
    shown = [row.cells[-1].text for row in found.table.rows] if "brackets" in keys else []
    assert brackets == shown
    assert ("bracket" in found.caption.lower()) == bool(brackets)


def test_no_chart_of_one_model():
    assert said(chart_averages, {"base": {"a": FAR}}) is None
