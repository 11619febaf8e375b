"""Lifts that are known example by example: their intervals, and where they stand."""

from pathlib import Path

import pandas as pd
import pytest

from site_builder.build import make_files
from site_builder.compute.results import compute_results
from site_builder.compute.significance import PairedLifts
from site_builder.config import load_config
from site_builder.tables.check import check_tables
from site_builder.tables.read import load_tables
from tests.helpers.sites import BuiltSite
from tests.helpers.tables import board, changed, write_project

# Of the fixture board: alpha's lift on `add` is 0.25, over gamma 0.125.
ROWS = (
    ("alpha", "add", "fine_tuned", "base", "alpha", "base", 0.25, 0.05),
    ("alpha", "add", "fine_tuned", "baseline", "gamma", "base", 0.125, 0.1),
)
NAMES = (
    *("model", "task", "variant", "against", "against_model", "against_variant"),
    *("difference", "stderr"),
)


def differences(*rows: tuple[object, ...]) -> pd.DataFrame:
    """A table of differences."""
    return pd.DataFrame(list(rows), columns=list(NAMES))


def project_with(folder: Path, table: pd.DataFrame) -> Path:
    """The fixture board with a table of differences."""
    return write_project(folder / "p", {**board(), "differences": table})


def paired(project: Path) -> PairedLifts:
    """The intervals of a project."""
    config = load_config(project)
    tables = check_tables(load_tables(config.data_dir), config)
    return compute_results(tables, config).paired_lifts


def test_a_lift_has_the_interval_of_its_difference(tmp_path: Path) -> None:
    """1.96 standard errors to each side: 0.25 ± 0.098, 0.125 ± 0.196."""
    found = paired(project_with(tmp_path, differences(*ROWS)))
    key = ("alpha", "add", "fine_tuned")
    assert {(*key, "base"), (*key, "baseline")} == {*found}
    assert (0.152002, 0.347998) == pytest.approx(found[*key, "base"], abs=1e-6)
    assert (-0.070996, 0.320996) == pytest.approx(found[*key, "baseline"], abs=1e-6)


def test_where_lower_is_better_it_is_turned_with_the_lift(tmp_path: Path) -> None:
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
        ("difference", None),
        ("stderr", None),
        ("stderr", 0.0),
        ("model", "delta"),
        ("task", "multiply"),
        ("variant", "five_shot"),
        ("against_model", "beta"),
        ("against_variant", "fine_tuned"),
        ("against", "baseline"),
    ],
)
def test_a_difference_that_is_not_the_lift_says_nothing(
    tmp_path: Path, column: str, value: object
) -> None:
    """Of other runs, of another size, or without an error."""
    table = changed(differences(ROWS[0]), column, {1: value})
    assert {} == paired(project_with(tmp_path, table))


def test_the_interval_stands_below_the_lift(tmp_path: Path) -> None:
    """On the page of the task; what it is stands on the page on method."""
    config = load_config(project_with(tmp_path, differences(*ROWS)))
    site = BuiltSite(make_files(config, out=tmp_path / "site")[0])
    page = site.page("tasks/add/")
    [ranking] = [t for t in page.select("table") if t.get("id") == "ranking"]
    notes = [cell.get_text(" ", strip=True) for cell in ranking.select("tbody tr:nth-child(2) td")]
    assert any("+0.250 +0.152 to +0.348" in note for note in notes), notes
    assert any("+0.125 \N{MINUS SIGN}0.071 to +0.321" in note for note in notes), notes
    assert page.select('a[href$="about/#paired-lift"]')
    assert site.page("about/").select("#paired-lift")
    assert not site.page("tasks/sort/").select('a[href$="about/#paired-lift"]')
