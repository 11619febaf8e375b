"""What the measurements in a browser are computed from: tasks, and what of them is Plotly's."""

from pathlib import Path

import pandas as pd
import pytest

from site_builder.build import build_site, load_project
from tests.helpers.sites import contents
from tests.tools.bench.boards import write_large
from tests.tools.bench.browser import own_part
from tests.tools.bench.sample import check_sample


def test_time_of_plotly_is_subtracted_from_a_task():
    """Of 100 ms: 10 to 30 and 20 to 40 are 30 together, and 90 to 150 are 10 of them."""
    assert 60 == own_part((0, 100), [(20, 40), (10, 30), (90, 150)])


def test_a_task_without_plotly_is_ours_and_one_within_it_is_not():
    """Nothing else took of it; or all of it was Plotly's, however it is told."""
    assert 70 == own_part((30, 100), [(0, 30), (100, 200)])
    assert 0 == own_part((30, 100), [(0, 200), (40, 50)])


# --- boards ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_large(tmp_path_factory.mktemp("bench") / "board", 60, 20)
    build_site(load_project(root), root / "site")
    return root


def test_a_made_board_is_the_same_each_time(project: Path, tmp_path: Path) -> None:
    again = write_large(tmp_path / "again", 60, 20)
    assert contents(project / "data") == contents(again / "data")


def test_sampled_pages_are_as_an_independent_computation_has_them(project: Path) -> None:
    assert [] == list(check_sample(project, project / "site", 18))


def test_the_check_of_pages_can_fail(project: Path, tmp_path: Path) -> None:
    """One score that the pages do not have is found on the page of its model and of its task."""
    other = write_large(tmp_path / "other", 60, 20)
    path = other / "data/results.parquet"
    results = pd.read_parquet(path)
    results["score"] = (results["score"] * 0.9).round(4)
    results.to_parquet(path, index=False)
    wrong = list(check_sample(other, project / "site", 18))
    assert {"models", "tasks", "categories"} == {line.partition("/")[0] for line in wrong}
