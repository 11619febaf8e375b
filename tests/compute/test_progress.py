"""A board over time: who takes the record, for how long, and how far two parts are apart."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from site_builder.compute.progress import (
    Dated,
    Progress,
    compute_progress,
    day_of,
    find_lag,
    find_record,
)
from site_builder.compute.results import SiteResults
from tests.helpers.real_boards import AIDER, OPEN_WEIGHTS, aider, aider_models
from tests.helpers.sites import make_site
from tests.helpers.tables import HIGHER, write_project

LOWER = '[tasks]\n"*" = { higher_is_better = false }\n'


def computed(root: Path, rows: list[dict[str, Any]], toml: str = HIGHER, **tables) -> SiteResults:
    """Results of a project of these rows, on the task `t` unless they name another."""
    results = pd.DataFrame([{"task": "t", **row} for row in rows])
    return make_site(write_project(root, {"results": results, **tables}, toml)).computed


def progress(root: Path, *args, **tables) -> Progress | None:
    """The only course of the only board; None without one."""
    found = computed(root, *args, **tables)
    (board,) = found.boards
    of = compute_progress(board.spec, board.results, found.whole)
    return of[0] if of else None


def runs(*stated: tuple[str, float, str | None], **more) -> list[dict[str, Any]]:
    """Rows of model, score and date; `more` are columns with a value for each."""
    return [
        {"model": model, "score": score, "date": day, **{k: v[i] for k, v in more.items()}}
        for i, (model, score, day) in enumerate(stated)
    ]


def record(of: Progress | None) -> list[str]:
    assert of is not None
    return [step.entry.model for step in of.record]


def dated(*stated: tuple[str, int, int]) -> list[Dated]:
    """Entries by day and rank: name, day, rank."""
    return [Dated(model, str(day), day, rank, 0.0) for model, day, rank in stated]


# --- the record -----------------------------------------------------------------------------------


def test_records_of_aider_are_those_of_pandas(tmp_path):
    """Running maximum of the best score of each day; the first of equal scores.

    Open weights are 149 days behind: from 76.9 on 7 May 2025 to 74.2 on 3 October 2025.
    """
    files = {"results": aider(), "models": aider_models()}
    found = make_site(write_project(tmp_path, files, AIDER + OPEN_WEIGHTS)).computed
    (of,) = compute_progress(found.boards[0].spec, found.boards[0].results, found.whole)
    frame = aider().query("task == 'pass_rate_2'").sort_values("date", kind="stable")
    best = frame.groupby("date")["score"].max()
    first = best[best > best.cummax().shift(fill_value=-np.inf)]
    assert [(s.entry.date, s.entry.value) for s in of.record] == [*first.items()]
    days = pd.to_datetime(pd.Series([*first.index, frame["date"].max()]))
    assert [s.days_held for s in of.record] == days.diff().dt.days.dropna().astype(int).tolist()
    gains = [s.gain for s in of.record]
    assert gains[0] is None
    assert gains[1:] == pytest.approx(first.diff().dropna().tolist())
    part = of.opening
    assert part is not None
    assert part.lag is not None
    assert (part.value, part.lag.days) == ("yes", 149)
    passed, reached = ((e.date, e.value) for e in (part.lag.passed, part.lag.reached))
    assert (passed, reached) == (("2025-05-07", 76.9), ("2025-10-03", 74.2))
    is_open = frame["model"].isin({*aider_models().query("open_weights")["model"]})
    best = frame[is_open].groupby("date")["score"].max()
    assert [s.entry.value for s in part.record] == best.cummax().drop_duplicates().tolist()


@pytest.mark.parametrize(
    ("stated", "holders"),
    [
        # The first of equal entries keeps the record,
        ((("b", 0.5, 1), ("a", 0.5, 2), ("c", 0.6, 3), ("d", 0.6, 4)), ["b", "c"]),
        ((("c", 0.5, 1), ("a", 0.5, 2), ("b", 0.5, 3)), ["c"]),
        # of a day only the best takes it.
        ((("a", 0.1, 1), ("b", 0.2, 2), ("c", 0.4, 2), ("d", 0.3, 3)), ["a", "c"]),
    ],
)
def test_who_takes_the_record(tmp_path, stated, holders):
    rows = runs(*((model, score, f"2025-01-0{day}") for model, score, day in stated))
    assert record(progress(tmp_path, rows)) == holders


def test_lower_is_better(tmp_path):
    """From 9 to 4 is a gain of 5; 4 is held from 3 to 9 January."""
    of = progress(
        tmp_path,
        runs(("a", 9.0, "2025-01-01"), ("b", 4.0, "2025-01-03"), ("c", 6.0, "2025-01-09")),
        LOWER,
    )
    assert of is not None
    steps = [(s.entry.model, s.gain, s.days_held, s.is_standing) for s in of.record]
    assert steps == [("a", None, 2, False), ("b", 5.0, 6, True)]
    assert {s.too_close for s in of.record} == {None}  # pairs are not compared


@pytest.mark.parametrize(
    ("text", "day"),
    [("2025-08-23", "2025-08-23"), ("2025-08", "2025-08-15"), ("2025", "2025-07-01")],
)
def test_a_month_is_its_middle_and_a_year_too(text, day):
    assert day_of(text) == pd.Timestamp(day).toordinal()


def test_dates_of_mixed_precision(tmp_path):
    """2025-06 is on the day of 2025-06-15, after 2025-06-14 and before 2025, which is 1 July."""
    stated = (("year", 0.4, "2025"), ("month", 0.3, "2025-06"))
    days = (("same", 0.35, "2025-06-15"), ("day", 0.2, "2025-06-14"))
    of = progress(tmp_path, runs(*stated, *days))
    assert record(of) == ["day", "same", "year"]
    assert of is not None
    assert [s.days_held for s in of.record] == [1, 16, 0]


def test_entries_without_a_date_are_counted(tmp_path):
    days = (None, "2025-01-01", "2025-01-02", "2025-01-03")
    of = progress(tmp_path, runs(*zip("abcd", (0.9, 0.1, 0.2, 0.3), days, strict=True)))
    assert of is not None
    assert (record(of), of.undated) == (["b", "c", "d"], 1)


@pytest.mark.parametrize(
    "days",
    [
        ("2025-01-01", "2025-01-01", "2025-01-01"),
        ("2025-01-01", "2025-01-02", "2025-01-02"),
        ("2025-06-15", "2025-06", "2025-07-01"),
        (None, "2025-01-01", "2025-01-02"),
    ],
)
def test_fewer_than_three_days_have_no_course(tmp_path, days):
    assert progress(tmp_path, runs(*zip("abc", (0.1, 0.2, 0.3), days, strict=True))) is None


def test_hidden_and_unranked_entries_hold_no_record(tmp_path):
    """H is hidden at first; r is a reference."""
    scores = zip("hrabc", (0.9, 0.8, 0.1, 0.2, 0.15), strict=True)
    stated = [(model, score, f"2025-01-0{i}") for i, (model, score) in enumerate(scores, 1)]
    rows = runs(*stated, kind=("custom", *["plain"] * 4))
    models = pd.DataFrame({"model": [*"hrabc"], "role": [None, "reference", None, None, None]})
    toml = f'{HIGHER}[board]\nfilters = {{ kind = ["plain"] }}\n'
    of = progress(tmp_path, rows, toml, models=models)
    assert of is not None
    assert (record(of), of.hidden) == (["a", "b"], 1)


def test_the_day_of_the_run_is_the_newest_of_its_scores(tmp_path):
    """Parts count: a has its last part on 5 January, and is the mean 0.3 from then on."""
    rows = [
        {"model": m, "task": "t", "subset": part, "score": score, "date": f"2025-01-0{day}"}
        for m, part, score, day in (
            *(("a", "x", 0.2, 1), ("a", "y", 0.4, 5)),
            *(("b", "x", 0.1, 2), ("b", "y", 0.1, 2)),
            *(("c", "x", 0.2, 3), ("c", "y", 0.2, 3)),
        )
    ]
    of = progress(tmp_path, rows)
    assert record(of) == ["b", "c", "a"]


def test_the_release_comes_before_the_run(tmp_path):
    models = pd.DataFrame({"model": [*"abc"], "release_date": ["2024", "2024-03", "2023-01-01"]})
    rows = runs(*((m, i, f"2025-01-0{i}") for i, m in enumerate("abc", 1)))
    found = computed(tmp_path, rows, models=models)
    (board,) = found.boards
    kinds = compute_progress(board.spec, board.results, found.whole)
    assert [(of.kind, record(of)) for of in kinds] == [("release", ["c"]), ("run", [*"abc"])]


def test_a_record_is_too_close_to_call_where_the_board_says_so(tmp_path):
    """Over eight tasks b is ahead of a on each by the same, c of b on half of them."""
    scores = {
        "a": [0.1, 0.3, 0.2, 0.4, 0.1, 0.3, 0.2, 0.4],
        "b": [0.3, 0.5, 0.4, 0.6, 0.31, 0.51, 0.41, 0.61],
        "c": [0.6, 0.3, 0.7, 0.4, 0.6, 0.31, 0.8, 0.4],
    }
    rows = [
        {"model": m, "task": f"t{i}", "score": s, "date": f"2025-01-0{ord(m) - 96}"}
        for m, row in scores.items()
        for i, s in enumerate(row)
    ]
    of = progress(tmp_path, rows, f'{HIGHER.strip()[:-2]}, unit = "proportion" }}\n')
    assert of is not None
    assert [(s.entry.model, s.too_close) for s in of.record] == [
        ("a", None),
        ("b", False),
        ("c", True),
    ]


# --- parts ----------------------------------------------------------------------------------------


def test_lag_by_hand():
    """B has rank 3 on day 1 and 1 on day 60; A rank 4 on day 32 and 2 on day 91: 91 - 60."""
    lag = find_lag(dated(("a1", 32, 4), ("a2", 91, 2)), dated(("b1", 1, 3), ("b2", 60, 1)))
    assert lag is not None
    assert (lag.passed.model, lag.reached.model, lag.days) == ("b2", "a2", 31)


@pytest.mark.parametrize(
    ("mine", "others", "days"),
    [
        # Level on the first day: as good is enough.
        ([("a", 9, 2)], [("b", 4, 2), ("c", 5, 1)], 5),
        # Level today: not behind.
        ([("a", 9, 1)], [("b", 4, 1)], None),
        # Ahead today.
        ([("a", 9, 1)], [("b", 4, 2)], None),
        # It was there first, and was passed later.
        ([("a", 1, 2)], [("b", 4, 1)], None),
        # On the same day.
        ([("a", 4, 2)], [("b", 4, 1)], None),
        ([("a", 4, 2)], [], None),
    ],
)
def test_lag_at_its_edges(mine, others, days):
    lag = find_lag(dated(*mine), dated(*others))
    assert (lag and lag.days) == days


def test_yes_and_no_come_first_and_one_value_is_no_choice(tmp_path):
    n = 3
    rows = runs(
        *((m, i, f"2025-01-0{i}") for i, m in enumerate("abc", 1)),
        kind=("x", "y", "x"),
        same=("z",) * n,
        tuned=("False", "True", "False"),
    )
    of = progress(tmp_path, rows, f"{HIGHER}[facets]\nkind = {{}}\nsame = {{}}\ntuned = {{}}\n")
    assert of is not None
    chosen = [(part.facet.id, part.value) for part in of.by_facet]
    assert chosen == [("tuned", "yes"), ("tuned", "no"), ("kind", "x"), ("kind", "y")]


def test_a_value_that_is_not_stated_counts_in_no_part(tmp_path):
    """U has no value: the lag is between x and y."""
    rows = runs(
        ("u", 0.9, "2025-01-01"),
        ("a", 0.5, "2025-01-02"),
        ("b", 0.4, "2025-01-09"),
        kind=(None, "x", "y"),
    )
    of = progress(tmp_path, rows, f"{HIGHER}[facets]\nkind = {{}}\n")
    assert of is not None
    assert record(of) == ["u"]
    assert [(p.value, p.lag and p.lag.days) for p in of.by_facet] == [("x", None), ("y", 7)]


def test_a_record_of_thousands(tmp_path):
    entries = dated(*((str(i), i, 5000 - i) for i in range(5000)))
    assert find_record(entries) == entries
