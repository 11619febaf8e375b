"""Dated prices, and costs by tokens and prices, in figures by hand."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from site_builder.compute.serving import compute_serving
from site_builder.releases.changes import find_changes
from site_builder.releases.snapshot import take_snapshot
from site_builder.tables.prices import current_prices
from tests.helpers.sites import make_site
from tests.helpers.tables import check_project, fault_lines, having, write_project

TOML = """
[site]
title = "Priced"
[tasks]
"*" = { metric = "accuracy" }
[measures.cost_usd]
from_prices = true
"""
RESULTS = pd.DataFrame(
    {
        "model": ["a", "a", "b", "c"],
        "task": ["t1", "t2", "t1", "t1"],
        "score": [0.5, 0.6, 0.7, 0.8],
        "input_tokens": [1_000_000, 2_000_000, 500_000, 100],
        "output_tokens": [100_000, 0, 200_000, 100],
    }
)
# a costs 1 and 10 a million, from June 0.5 and 8; b 2 and 20; c has no price.
PRICES = pd.DataFrame(
    [
        ("p", "a", 1.0, 10.0, "2025-01-01"),
        ("p", "a", 0.5, 8.0, "2025-06"),
        ("p", "b", 2.0, 20.0, "2025-03-01"),
    ],
    columns=[
        "provider",
        "model",
        "usd_per_million_input_tokens",
        "usd_per_million_output_tokens",
        "date",
    ],
)


def project(root: Path, more: str = "", results=RESULTS, prices: pd.DataFrame | None = PRICES):
    files = {"results": results} | ({} if prices is None else {"prices": prices})
    return write_project(root, files, TOML + more)


def costs(root: Path) -> list[float]:
    return check_project(root).results["cost_usd"].fillna(-1).round(9).tolist()


def offer(*rows: tuple[object, ...]) -> pd.DataFrame:
    """The prices and further ones."""
    return pd.concat([PRICES, pd.DataFrame(rows, columns=PRICES.columns)], ignore_index=True)


# --- current prices -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "rows"),
    [
        (None, [1, 2]),
        ("2025-05-31", [0, 2]),
        ("2025-06-01", [1, 2]),
        ("2025-02-01", [0]),
        ("2024-01-01", []),
    ],
)
def test_newest_price_of_each_offer_is_current(day, rows):
    """A month counts from its first day."""
    assert rows == current_prices(PRICES, day).index.tolist()


def test_price_without_a_date_is_the_oldest():
    prices = offer(("p", "b", 9.0, 9.0, None), ("q", "b", 3.0, 3.0, None))
    assert [1, 2, 4] == current_prices(prices).index.tolist()


def test_serving_shows_the_current_prices():
    found = compute_serving(None, PRICES.assign(usd_per_hour=None, source=None), None).prices
    assert [("a", 0.5, 8.0, "2025-06"), ("b", 2.0, 20.0, "2025-03-01")] == [
        (p.model, p.input_usd, p.output_usd, p.date) for p in found
    ]


def test_two_prices_of_one_day_are_a_fault(tmp_path):
    """`2025-06` is 1 June."""
    root = project(tmp_path, prices=offer(("p", "a", 3.0, 3.0, "2025-06-01")))
    assert any("rows 2, 4: two prices for (p, a, 2025-06-01)" in f for f in fault_lines(root))


# --- costs ----------------------------------------------------------------------------------------


def test_cost_is_tokens_times_prices(tmp_path):
    """a: 1 M x 0.5 + 0.1 M x 8 = 1.30, and 2 M x 0.5; b: 0.5 M x 2 + 0.2 M x 20 = 5; c unknown."""
    root = project(tmp_path)
    assert [1.3, 1.0, 5.0, -1] == costs(root)
    (line,) = [line for line in fault_lines(root) if "price" in line]
    assert "results.parquet: row 4" in line
    assert "model 'c'" in line
    assert "cost_usd" not in check_project(root).loaded["results"].frame  # as it is published


def test_prices_of_a_stated_day(tmp_path):
    """Before June a costs 1 M x 1 + 0.1 M x 10 = 2, and 2 M x 1."""
    root = project(tmp_path, "price_date = 2025-05-01\n")
    assert [2.0, 2.0, 5.0, -1] == costs(root)
    (measure,) = [m for m in check_project(root).measures if m.id == "cost_usd"]
    assert ("2025-05-01", True) == (measure.price_day, measure.is_priced)


def test_page_names_the_day_of_the_newest_price(tmp_path):
    prices = offer(("p", "c", 1.0, 1.0, "2025-02"))
    results = RESULTS.iloc[[0, 2, 3]].assign(task="t1")
    site = make_site(project(tmp_path, results=results, prices=prices))
    (view, *_) = site.trade_views
    assert "Cost by the tokens of each run and list prices of 2025-06." in view.chart.caption
    (cost,) = [s for s in site.results.board.statistics if s.id == "cost_usd"]
    assert "list prices of 2025-06" in site.labels.statistic_help(cost, site.results.board)


def test_tokens_that_are_not_known_leave_the_cost_unknown(tmp_path):
    results = having(RESULTS, output_tokens=[None, 0.0, 200_000.0, 100.0])
    assert [-1, 1.0, 5.0, -1] == costs(project(tmp_path, results=results))


SEVERAL = offer(("q", "a", 0.4, 9.0, "2025-06-01"))


def test_several_providers_are_refused_without_a_choice(tmp_path):
    (line,) = [f for f in fault_lines(project(tmp_path, prices=SEVERAL)) if "has the prices" in f]
    assert "data/prices.parquet: rows 2, 4: model 'a' has the prices of p and q" in line
    assert 'provider = "lowest"' in line


@pytest.mark.parametrize(
    ("provider", "wanted"),
    [
        # Row 1: p 1.30, q 0.4 + 0.9 = 1.30; row 2: p 1.00, q 0.80.
        ("lowest", [1.3, 0.8, 5.0, -1]),
        ("q", [1.3, 0.8, -1, -1]),
        ("p", [1.3, 1.0, 5.0, -1]),
    ],
)
def test_provider_chooses(tmp_path, provider, wanted):
    assert wanted == costs(project(tmp_path, f'provider = "{provider}"\n', prices=SEVERAL))


def test_faults_of_costs(tmp_path):
    """A measured column beside it, no prices, no tokens, an unknown provider, no price so old."""
    measured = having(RESULTS, cost_usd=[None, 2.0, None, None])
    cases: dict[str, dict[str, Any]] = {
        "results.parquet: row 2: 'cost_usd' is measured here": {"results": measured},
        "site.toml: [measures.cost_usd]: there are no prices": {"prices": None},
        "the results have no column 'input_tokens'": {
            "results": RESULTS.drop(columns="input_tokens")
        },
        "no price is of the provider 'pp'": {"more": 'provider = "pp"\n'},
        "no price is as old as 2020-01-01": {"more": "price_date = 2020-01-01\n"},
    }
    toml = TOML.replace("from_prices = true", 'provider = "p"')
    root = write_project(tmp_path / "off", {"results": measured, "prices": PRICES}, toml)
    assert any("provider and price_date are of prices" in line for line in fault_lines(root))
    for i, (wanted, changes) in enumerate(cases.items()):
        lines = fault_lines(project(tmp_path / str(i), **changes))
        assert any(wanted in line for line in lines), (wanted, lines)


def test_new_price_moves_the_cost_and_the_changes_say_so(tmp_path):
    before = make_site(project(tmp_path / "old", prices=PRICES.drop(index=1)))
    after = make_site(project(tmp_path / "new"))
    changes = find_changes(take_snapshot(before.computed), take_snapshot(after.computed))
    assert [("a", "t1", 2.0, 1.3), ("a", "t2", 2.0, 1.0)] == [
        (c.of[0], c.of[1], c.before, c.after) for c in changes.measures if c.key == "cost_usd"
    ]
