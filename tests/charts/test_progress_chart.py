"""The chart of a board over time: titles, names, tables, what may be chosen."""

from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest

from site_builder.charts.progress import ProgressChart, chart_progress
from tests.helpers.real_boards import AIDER, OPEN_WEIGHTS, aider, aider_models
from tests.helpers.sites import make_site
from tests.helpers.tables import HIGHER, write_project


def draw(root: Path, frame: pd.DataFrame, toml: str = HIGHER, **tables) -> list[ProgressChart]:
    site = make_site(write_project(root, {"results": frame, **tables}, toml))
    return [chart_progress(of, site.results, site.labels) for of in site.progress]


def board(*stated: tuple[str, float, str | None], **more) -> pd.DataFrame:
    """Scores on one task, with their dates."""
    frame = pd.DataFrame(stated, columns=["model", "score", "date"])
    return frame.assign(task="t", **more)


def part(chart: ProgressChart, key: str):
    return next(overlay for overlay in chart.overlays if overlay.key == key)


def test_aider_with_open_weights(tmp_path):
    """The drawing that docs/boards.md shows."""
    files = {"results": aider(), "models": aider_models()}
    site = make_site(write_project(tmp_path, files, AIDER + OPEN_WEIGHTS))
    (chart,) = (chart_progress(of, site.results, site.labels) for of in site.progress)
    assert chart.chart.title == "The record is 88.0; open weights are five months behind"
    rows = [[cell.text for cell in row.cells] for row in chart.record.rows]
    assert rows[0] == ["", "23 Aug 2025", "gpt-5 (high)", "88.0", "+3.1", "41 days"]
    assert rows[-1][-2:] == ["", "33 days"]
    shown = part(chart, "open_weights:yes")
    assert shown.table is not None
    newest = shown.table.rows[0]
    assert newest.cells[-1].text == "newest"
    assert newest.cells[2].note == "3 Oct 2025, newest"
    assert chart.overlays[0].of == "open_weights:yes"
    assert chart.chart.drawing["layout"]["shapes"] == shown.figure["shapes"]
    (lag,) = [names for names in shown.figure["names"] if "to" in names]
    ((begin, level, *texts),) = lag["marks"]
    assert (texts, level, lag["to"] - begin) == (["", "149 days"], 74.2, 149)
    go.Figure(chart.chart.drawing)


def test_people_are_a_line_with_a_name(tmp_path):
    """Without a date they hold no record; the line stays where the record of a value is drawn."""
    frame = board(*zip("abcd", (0.2, 0.4, 0.3, 0.9), (*DAYS, DAYS[0]), strict=True))
    frame["fast"] = ["yes", "no", "yes", None]
    people = pd.DataFrame({"model": [*"abcd"], "name": [*"abc", "Human"]})
    people["role"] = [None, None, None, "reference"]
    (chart,) = draw(tmp_path, frame, f"{HIGHER}[facets.fast]\n", models=people)
    drawn = chart.chart.drawing["layout"]
    assert (0.9, 0.9) == (drawn["shapes"][0]["y0"], drawn["shapes"][0]["y1"])
    assert drawn["yaxis"]["range"][1] > 0.9
    assert ["Human 0.900"] == [mark[3] for mark in drawn["meta"]["names"][1]["marks"]]
    assert all(o.caption.endswith("Dotted: Human.") for o in chart.overlays)
    assert "b" == chart.record.rows[0].cells[2].text


DAYS = ("2025-01-01", "2025-02-01", "2025-07-01")


@pytest.mark.parametrize(
    ("scores", "kind", "title"),
    [
        ((0.2, 0.4, 0.3), None, "b has held the record since 1 Feb 2025"),
        ((0.2, 0.4, 0.3), [True, False, True], "The record is 0.400; fast is {} behind"),
        (
            (0.2, 0.4, 0.3),
            [False, True, False],
            "The record is 0.400; models without fast are {} behind",
        ),
        ((0.2, 0.4, 0.3), ["x", "y", "x"], "b has held the record since 1 Feb 2025"),
        ((0.2, 0.3, 0.4), [True, False, True], "c has held the record since 1 Jul 2025"),
    ],
)  # fmt: skip
def test_titles(tmp_path, scores, kind, title):
    """B is the best but one from 1 February, and a and c are of the other value."""
    frame = board(*zip("abc", scores, DAYS, strict=True))
    toml = HIGHER
    if kind is not None:
        frame, toml = frame.assign(fast=kind), f"{HIGHER}[facets.fast]\n"
    (chart,) = draw(tmp_path, frame, toml)
    assert chart.chart.title == title.format("five months")


def test_the_title_of_a_value(tmp_path):
    frame = board(*zip("abc", (0.2, 0.4, 0.3), DAYS, strict=True), kind=["x", "y", "x"])
    (chart,) = draw(tmp_path, frame, f"{HIGHER}[facets.kind]\n")
    assert part(chart, "kind:x").title == "The record is 0.400; x is five months behind"
    assert part(chart, "kind:y").title == "The record is 0.400; x is five months behind"
    three = frame.assign(kind=["x", "y", "z"])
    (chart,) = draw(tmp_path / "three", three, f"{HIGHER}[facets.kind]\n")
    assert part(chart, "kind:x").title == "a has held the record of x since 1 Jan 2025"


@pytest.mark.parametrize(
    ("day", "time"),
    [
        ("2025-01-02", "one day"),
        ("2025-01-10", "nine days"),
        ("2025-01-22", "21 days"),
        ("2025-03-15", "two months"),
        ("2026-10-01", "21 months"),
        ("2027-12-01", "2.9 years"),
    ],
)
def test_the_lag_is_in_the_unit_of_its_size(tmp_path, day, time):
    stated = ("a", 0.5, "2025-01-01"), ("b", 0.4, day), ("c", 0.1, "2024-01-01")
    frame = board(*stated, fast=[False, True, True])
    (chart,) = draw(tmp_path, frame, f"{HIGHER}[facets.fast]\n")
    assert chart.chart.title == f"The record is 0.500; fast is {time} behind"


def test_captions_say_what_is_left_out_and_how_exact_dates_are(tmp_path):
    days = ("2025", "2025-08", "2025-09-01", None)
    frame = board(*zip("abcd", (0.1, 0.2, 0.3, 1), days, strict=True))
    (chart,) = draw(tmp_path, frame)
    assert chart.chart.caption == (
        "Score on t. By day of the run, to 1 Sep 2025. A month counts as its middle, a year too. "
        "One ranked model has no date."
    )


def test_stairs_go_down_where_lower_is_better(tmp_path):
    frame = board(*zip("abc", (9.0, 4.0, 6.0), DAYS, strict=True))
    (chart,) = draw(tmp_path, frame, HIGHER.replace("true", "false"))
    figure = chart.chart.figure_json
    assert figure["data"][1]["y"] == [9.0, 4.0, 4.0]
    assert figure["layout"]["meta"]["names"][0]["corner"] == [-1, 1]
    assert chart.record.rows[0].cells[4].text == "+5.00"


def test_an_entry_of_both_records_is_marked_and_named_once(tmp_path):
    frame = board(*zip("abc", (0.1, 0.2, 0.3), DAYS, strict=True), kind=["x", "y", "x"])
    (chart,) = draw(tmp_path, frame, f"{HIGHER}[facets.kind]\n")
    shown = part(chart, "kind:x")
    assert shown.figure["names"] == []
    assert shown.figure["data"][1]["marker"]["size"] == [0, 0]
    assert shown.table is not None
    assert [row.cells[0].tags[0].text for row in shown.table.rows] == ["3", "1"]


def test_names_from_data_are_no_markup(tmp_path):
    frame = board(*zip(('<b>"', "b & c", "d"), (0.1, 0.2, 0.3), DAYS, strict=True))
    (chart,) = draw(tmp_path, frame)
    names, _ = chart.chart.figure_json["layout"]["meta"]["names"]
    assert [mark[2] for mark in names["marks"]] == ["d", "b &amp; c", '&lt;b&gt;"']


@pytest.mark.parametrize(
    ("first", "last", "ticks"),
    [
        ("2025-01-10", "2025-04-10", ["Feb 2025", "Mar", "Apr"]),
        ("2024-11-10", "2025-02-10", ["Dec 2024", "Jan 2025", "Feb"]),
        ("2020-02-01", "2026-02-01", ["2020", "2021", "2022", "2023", "2024", "2025", "2026"]),
        (
            "1950-01-01",
            "2100-12-31",
            ["1960", "1980", "2000", "2020", "2040", "2060", "2080", "2100"],
        ),
        ("2025-01-03", "2025-01-06", ["3 Jan", "4 Jan", "5 Jan", "6 Jan"]),
    ],
)
def test_ticks_of_dates(tmp_path, first, last, ticks):
    between = str(pd.Timestamp(first) + pd.Timedelta(days=1))[:10]
    (chart,) = draw(tmp_path, board(("a", 0.1, first), ("b", 0.2, between), ("c", 0.3, last)))
    assert chart.chart.figure_json["layout"]["xaxis"]["ticktext"] == ticks
