"""What the benchmark rests on: boards that are the same each time, and a check that can fail."""

from pathlib import Path

import pandas as pd
import pytest

from site_builder.build import build_site, load_project
from tests.helpers.sites import contents
from tests.tools.bench.boards import write_large
from tests.tools.bench.sample import check_sample


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made board of sixty models on twenty tasks, built."""
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
