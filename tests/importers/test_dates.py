"""Dates in imported files: numbers that count since 1970 are asked for, odd years are refused."""

import pytest

from tests.helpers.imported import (
    imported,
    lm_eval_results,
    paste,
    rows,
    run_import,
    write,
    write_json,
)

TABLE = "model,task,score,{name}\na,t,0.5,{first}\nb,t,0.6,{second}\n"
# Whole numbers beside an empty cell, as pandas writes them.
MILLISECONDS = TABLE.format(name="release_date", first="1713052800000.0", second="")
SECONDS = TABLE.format(name="Released", first="1713052800", second="1713139200")


@pytest.mark.parametrize(
    ("text", "column", "unit", "words", "days"),
    [
        (MILLISECONDS, "release_date", "ms", "milliseconds", ["2024-04-14", None]),
        (SECONDS, "Released", "s", "seconds", ["2024-04-14", "2024-04-15"]),
    ],
)
def test_a_release_in_numbers_is_asked_for(tmp_path, text, column, unit, words, days):
    """Nothing is written until the unit is stated; the line to paste states it."""
    path = write(tmp_path, "scores.csv", text)
    said = run_import("csv", path, into=tmp_path / "board")
    assert 1 == said.exit_code
    assert f"its {column!r} has '1713052800" in said.stderr
    assert f"not a date; as {words} since 1970, 1713052800" in said.stderr
    assert " is 2024-04-14. Write days, or write into site.toml what the numbers" in said.stderr
    assert not (tmp_path / "board/data").exists()
    (tmp_path / "board").mkdir(exist_ok=True)
    assert f'date_unit = "{unit}"' in paste(tmp_path / "board", said)
    imported("csv", path, into=tmp_path / "board")
    assert days == [row.get("release_date") for row in rows(tmp_path / "board", "models")]


def test_runs_are_ordered_by_the_moments_that_are_stated(tmp_path):
    """Of two runs of one model on a day, the later one counts."""
    path = write(
        tmp_path, "a.csv", "model,task,score,date\na,t,0.5,1713052800\na,t,0.6,1713052801\n"
    )
    paste(tmp_path, run_import("csv", path, into=tmp_path))
    (row,) = imported("csv", path, into=tmp_path)
    assert (0.6, "2024-04-14") == (row["score"], row["date"])


def test_a_number_in_another_unit_than_stated_is_refused(tmp_path):
    """Seconds beside milliseconds are no date of 1970."""
    path = write(
        tmp_path, "a.csv", TABLE.format(name="date", first=1713052800000, second=1713139200)
    )
    write(tmp_path, "site.toml", '[import]\ndate_unit = "ms"\n')
    said = run_import("csv", path, into=tmp_path)
    assert 1 == said.exit_code
    assert "its 'date' has '1713139200', not a date; as seconds since 1970" in said.stderr
    assert "and date_unit under [import] is 'ms'" in said.stderr


@pytest.mark.parametrize("odd", ["1713-05-28", "3 May 0024", "2101", "1713-05-28T10:00:00"])
def test_a_year_beyond_is_refused(tmp_path, odd):
    path = write(tmp_path, "a.csv", TABLE.format(name="release_date", first=odd, second="2024"))
    said = run_import("csv", path, into=tmp_path)
    assert 1 == said.exit_code
    assert (
        f"its 'release_date' has {odd!r}, a year outside 1950 to 2100. Correct it." in said.stderr
    )


def test_other_readers_ask_and_refuse_as_well(tmp_path):
    """Objects of runs, and results on the Hub; a moment that a harness states may be no year."""
    run = {"model": "a", "release_date": 1713052800000, "results": {"t": {"acc": 0.5}}}
    path = write_json(tmp_path / "object.json", run)
    said = run_import("objects", path, into=tmp_path / "a")
    assert "its 'release_date' has '1713052800000', not a date" in said.stderr
    (tmp_path / "a").mkdir(exist_ok=True)
    paste(tmp_path / "a", said)
    imported("objects", path, into=tmp_path / "a")
    assert ["2024-04-14"] == [row["release_date"] for row in rows(tmp_path / "a", "models")]
    entry = "- dataset: {id: org/data, task_id: t}\n  value: 0.5\n  date: 1713052800\n"
    path = write(tmp_path, "org__a/.eval_results/t.yaml", entry)
    said = run_import("model-index", path.parents[1], into=tmp_path / "b")
    assert "its 'date' has '1713052800', not a date; as seconds since 1970" in said.stderr
    odd = lm_eval_results({"t": {"acc,none": 0.5}}, date="0001-01-01T00:00:00Z")
    said = run_import("lm-eval", write_json(tmp_path / "results.json", odd), into=tmp_path / "c")
    assert "it has the date '0001-01-01T00:00:00Z', a year outside 1950 to 2100" in said.stderr
