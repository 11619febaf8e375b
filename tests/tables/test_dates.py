"""What is a date: in tables, in submissions, in `site.toml`; of years from 1950 to 2100."""

import pandas as pd
import pyarrow as pa
import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from site_builder.config import read_config
from site_builder.dates import counted_day, read_day
from site_builder.tables.submission_schema import submission_schema
from tests.helpers.tables import board_faults, fault_lines, having, models_frame, write_project
from tests.helpers.tables import results_frame as scores

LINES = """\
{"model": "a", "task": "t", "score": 1, "date": 1713052800}
{"model": "b", "task": "t", "score": 1, "date": "2024"}
"""
FIX = (
    "Write days such as 2024-04-14; `leaderboard-site import` reads such numbers with date_unit = "
    '"{}" below [import] in site.toml.'
)


@pytest.mark.parametrize(
    ("number", "unit", "day"),
    [
        # 1 April 2024 is 1,711,929,600 s after 1 January 1970, and 13 days have 1,123,200 s.
        (1713052800, "s", "2024-04-14"),
        (1713052800000, "ms", "2024-04-14"),
        ("1713052800000.0", "ms", "2024-04-14"),
        (1.7130528e12, "ms", "2024-04-14"),
        (4133980799, "s", "2100-12-31"),
        (100000000, "s", "1973-03-03"),
        *((number, None, None) for number in (4133980800, 99999999, 20240414, 2024, True, -1)),
        *((text, None, None) for text in ("", "x", "1713052800000000", "2024-04-14", "1e400")),
    ],
)
def test_a_number_is_a_day_by_its_digits(number, unit, day):
    """Seconds of 1973 to 2100 have nine or ten digits, milliseconds three more."""
    found = counted_day(number)
    assert (unit, day) == (found and found.unit, found and found.day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        *((text, text) for text in ("1950", "2100-12-31", "2024-05")),
        *(("20240502", "2024-05-02"), ("2024-05-02T10:00:00Z", "2024-05-02")),
        *(("3 May 2024", "2024-05-03"), ("May 2024", "2024-05"), ("Feb 13th, 2021", "2021-02-13")),
        *((text, None) for text in ("1949", "2101-01-01", "1713-05-28", "3 May 0024", "17130528")),
        *((text, None) for text in ("1713052800000", "1713052800", "171305280", "17130528000000")),
    ],
)
def test_a_date_is_of_a_year_from_1950_to_2100(text, day):
    """Digits alone are a day of eight digits, and nothing that counts."""
    assert day == read_day(text)


def test_numbers_are_dates_only_in_their_unit():
    assert "2024-04-14" == read_day("1713052800000", "ms") == read_day("1713052800", "s")
    assert None is read_day("1713052800000", "s") is read_day("1713052800", "ms")


def test_a_number_in_a_table_is_refused_with_the_day_that_it_may_be(tmp_path):
    """As text, and as a number in JSON lines, Parquet and a submission."""
    released = ["1713052800000", "1713139200000", None]
    what = "not a date; as milliseconds since 1970, 1713052800000 is 2024-04-14"
    assert [
        "data/models.parquet: rows 1, 2: 'release_date' is '1713052800000' and '1713139200000', "
        f"{what}. {FIX.format('ms')}"
    ] == board_faults(tmp_path / "text", models=having(models_frame(), release_date=released))
    numbers = pa.array([1713052800000, None, None], pa.int64())
    assert [
        "data/models.parquet: column 'release_date' is a number, not a date (YYYY, YYYY-MM or "
        "YYYY-MM-DD); as milliseconds since 1970, 1713052800000 is 2024-04-14. "
        f"{FIX.format('ms')}"
    ] == board_faults(
        tmp_path / "number", models=having(models_frame(), release_date=numbers.to_pandas())
    )
    root = write_project(tmp_path / "lines", {})
    (root / "data/results.jsonl").write_text(LINES)
    (root / "data/submissions").mkdir()
    entry = "schema: 1\nmodel: c\nscores: { t: 1 }\ndate: 1713052800\nrelease_date: 1949\n"
    (root / "data/submissions/c.yaml").write_text(entry)
    second = "not a date; as seconds since 1970, 1713052800 is 2024-04-14"
    assert [
        "data/submissions/c.yaml:4: also data/results.jsonl:1: 'date' is '1713052800', "
        f"{second}. {FIX.format('s')}",
        "data/submissions/c.yaml:5: 'release_date' is '1949', a year outside 1950 to 2100. "
        "Correct it.",
    ] == [line for line in fault_lines(root) if "date" in line]


def test_a_year_beyond_is_a_fault_in_each_table(tmp_path):
    """Dates of results and prices, and releases."""
    prices = pd.DataFrame({"provider": ["p"], "model": ["alpha"], "date": ["1713-05-28"]})
    results = having(scores(), date=["2101", *[None] * 9])
    models = having(models_frame(), release_date=["1950", "0000-01-01", "2100-12-31"])
    fix = "Correct it."
    assert [
        f"data/results.parquet: row 1: 'date' is '2101', a year outside 1950 to 2100. {fix}",
        "data/models.parquet: row 2: 'release_date' is '0000-01-01', not a date. "
        "Write it as YYYY, YYYY-MM or YYYY-MM-DD.",
        f"data/prices.parquet: row 1: 'date' is '1713-05-28', a year outside 1950 to 2100. {fix}",
    ] == [
        line
        for line in board_faults(tmp_path, results=results, models=models, prices=prices)
        if "date" in line
    ]


@pytest.mark.parametrize(
    ("toml", "fault"),
    [
        (
            "[models.alpha]\nrelease_date = 1713-05-28",
            'models.alpha.release_date = "1713-05-28" is of a year outside 1950 to 2100',
        ),
        (
            "[models.alpha]\nrelease_date = 1713052800000",
            "models.alpha.release_date = 1713052800000 must be a date without quotes, such as "
            "2024-05-02; as milliseconds since 1970, 1713052800000 is 2024-04-14",
        ),
        (
            "[site]\nreleased = 2101-01-01",
            'site.released = "2101-01-01" is of a year outside 1950 to 2100',
        ),
        (
            "[measures.cost]\nfrom_prices = true\nprice_date = 1949-12-31",
            'measures.cost.price_date = "1949-12-31" is of a year outside 1950 to 2100',
        ),
    ],
)
def test_a_date_of_site_toml_is_of_these_years_too(tmp_path, toml, fault):
    (tmp_path / "site.toml").write_text(toml)
    _, faults = read_config(tmp_path)
    assert [f"site.toml: {fault}"] == [str(one) for one in faults]


@pytest.mark.parametrize(
    ("date", "fits"), [("1950", True), ("2100-12-31", True), ("1949", False), ("2101-01", False)]
)
def test_the_schema_of_a_submission_has_these_years(date, fits):
    entry = {"schema": 1, "model": "a", "scores": {"t": 1}}
    schema = Draft7Validator(submission_schema())
    assert fits == schema.is_valid({**entry, "date": date})
    is_year = len(date) == 4
    assert (fits and is_year) == schema.is_valid({**entry, "date": int(date.replace("-", ""))})
