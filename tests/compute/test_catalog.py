"""What the tables state, and the release."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from site_builder.compute.catalog import (
    Caution,
    ModelInfo,
    Release,
    TaskInfo,
    collect_catalog,
    find_cautions,
    find_release,
)
from site_builder.config import load_config
from site_builder.errors import FaultsError
from site_builder.tables.check import check_tables
from site_builder.tables.read import load_tables
from tests.helpers.boards import make_frames, make_tables
from tests.helpers.tables import SITE_TOML, board, having, results_frame, write_project


def catalog_of(models=None, tasks=None, results=None):
    """The catalog of two models on two tasks, with further columns."""
    frames = make_frames({"base": {"a": [0.1, 0.2], "b": [0.3, None]}}, tasks=tasks)
    for name, columns in (("models", models), ("results", results)):
        frames[name] = frames[name].assign(**(columns or {}))
    return collect_catalog(make_tables(frames))


def test_models_of_the_catalog():
    found = catalog_of(models={"developer": ["A Ltd", None], "parameters_b": [7, None]}).models
    assert ["a", "b"] == list(found)
    unknown = (None,) * 10
    assert ModelInfo("a", "a", "a", "A Ltd", None, None, 7.0, *unknown, {}) == found["a"]
    assert (None, None) == (found["b"].developer, found["b"].parameters_b)


def test_cautions_name_their_tasks():
    """Of a score, of a part and so of the whole, of all scores of a model, of its training."""
    frames = make_frames(
        {"base": {"a": [1, 2, 3], "b": [3, 2, 1], "c": [1, 1, 1]}},
        tasks={"part_of": [None, "t1", None]},
    )
    frames["results"] = having(
        frames["results"], comparable=[None, "old version", None, *[None] * 6]
    )
    frames["models"] = having(
        frames["models"],
        comparable=[None, "other prompt", None],
        trained_on=[None, "t9, t*", "t 3"],
    )
    tables = make_tables(frames)
    found = find_cautions(tables, collect_catalog(tables).only(["a", "b", "c"], ["t1", "t3"]))
    assert {
        "a": (Caution("old version", ("t1",)),),
        "b": (Caution("other prompt", ("t1", "t3")), Caution("", ("t1", "t3"))),
    } == found


def test_tasks_of_the_catalog():
    columns = {
        "category": ["math", None],
        "score_max": [1, None],
        "score_chance": [0.5, None],
        "train_examples": [10, None],
        "turns": [np.inf, 2],
        "public": [True, False],
    }
    found = catalog_of(tasks=columns).tasks
    assert ["t1", "t2"] == list(found)
    expected = TaskInfo(
        *("t1", "t1", "math", "accuracy", None, None, True, None, 1.0, 0.5),
        *(None, None, None, None),
        {"train_examples": 10},
    )
    assert expected == found["t1"]
    assert {"turns": 2.0} == found["t2"].numbers


def test_stated_columns():
    assert not catalog_of().stated
    stated = catalog_of(results={"flag": [None, "leaked", None], "stderr": [0.01, None, None]})
    assert {"flag", "stderr"} == stated.stated


# --- release -------------------------------------------------------------------------------------


def release_of(folder: Path, toml: str = SITE_TOML, **frames: pd.DataFrame) -> Release:
    """The release of the fixture board, with some tables in place of its own."""
    config = load_config(write_project(folder, {**board(), **frames}, toml))
    tables = check_tables(load_tables(config.data_dir), config)
    return find_release(tables, config.site.released)


def test_the_checksum_is_what_sha256sum_prints_of_the_published_files(index_site):
    """A line for each Parquet file, sorted by name; and of these lines once more."""
    files = {
        path.removeprefix("downloads/"): content
        for path, content in index_site.files.items()
        if path.startswith("downloads/") and path.endswith(".parquet")
    }
    assert ["models.parquet", "prices.parquet"] == sorted(files)[:2]
    lines = "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    assert sha256(lines.encode()).hexdigest() == index_site.api("stats")["release"]["sha256"]


def test_any_change_of_a_table_is_another_release(tmp_path):
    first = release_of(tmp_path / "a")
    assert first == release_of(tmp_path / "b")
    assert first == release_of(tmp_path / "c", f'{SITE_TOML}labels = {{ base = "Before" }}\n')
    others = [
        release_of(tmp_path / name, SITE_TOML, **{name: having(frame, note="x")})
        for name, frame in board().items()
    ]
    assert 4 == len({first.sha256, *(other.sha256 for other in others)})


def test_date_is_that_of_the_project_or_else_the_newest_of_the_results(tmp_path):
    toml = SITE_TOML.replace("[site]\n", "[site]\nreleased = 2024-05-02\n")
    days = ["2024-01-31", None, "2024-03-01", "2023-12-31", " ", *[None] * 5]
    dated = having(results_frame(), date=days)
    assert "2024-05-02" == release_of(tmp_path / "a", toml, results=dated).date
    assert "2024-03-01" == release_of(tmp_path / "b", results=dated).date
    assert release_of(tmp_path / "c").date is None


@pytest.mark.parametrize(("date", "end"), [("2024-05-02", ", 2024-05-02"), (None, "")])
def test_name_of_a_release(date, end):
    assert f"data release 0123456789ab{end}" == Release("0123456789abcdef", date).name


@pytest.mark.parametrize("value", ['"2024-05-02"', "2024", "2024-05-02T10:00:00"])
def test_a_date_of_another_type_is_a_fault(tmp_path, value):
    (tmp_path / "site.toml").write_text(f"[site]\nreleased = {value}\n")
    with pytest.raises(FaultsError) as error:
        load_config(tmp_path)
    assert str(error.value).startswith("site.toml: site.released = ")
    assert str(error.value).endswith("must be a date without quotes, such as 2024-05-02")
