import pandas as pd
import pytest

from site_builder.tables.schema import MODELS, RESULTS, TASKS
from tests.helpers.tables import (
    board,
    check_project,
    having,
    models_frame,
    results_frame,
    tasks_frame,
    write_project,
)


def tables_of(tmp_path, toml="", **tables):
    """The completed tables of a project that has these and no other."""
    return check_project(write_project(tmp_path, tables, toml))


def test_every_declared_column_is_added(tmp_path):
    """In the order of the schema."""
    least = results_frame()[["model", "task", "score"]][:1]
    tables = tables_of(tmp_path, results=least)
    for frame, spec in ((tables.results, RESULTS), (tables.models, MODELS), (tables.tasks, TASKS)):
        assert [column.name for column in spec.columns] == list(frame.columns)


def test_columns_have_their_types(tmp_path):
    """Numbers are floats, text is text, the direction is a boolean."""
    for tables in (tables_of(tmp_path, **board()), tables_of(tmp_path, results=results_frame())):
        for frame, spec in ((tables.results, RESULTS), (tables.tasks, TASKS)):
            for column in spec.columns:
                number = column.type in ("number", "integer")
                flag = "bool" if column.name == "higher_is_better" else "object"
                wanted = "float64" if number else flag if column.type == "boolean" else "str"
                assert (column.name, wanted) == (column.name, str(frame[column.name].dtype))


def test_missing_values_have_their_default(tmp_path):
    """Variant, name and direction have a value in each row; the rest is unknown."""
    results = results_frame()[["model", "task", "score"]][::2]
    tables = tables_of(tmp_path, results=results.drop_duplicates(["model", "task"]))
    assert {"base"} == set(tables.results["variant"])
    assert ["alpha", "beta", "gamma"] == tables.models["name"].tolist()
    assert ["add", "sort"] == tables.tasks["name"].tolist()
    assert [True, True] == tables.tasks["higher_is_better"].tolist()
    assert tables.tasks["category"].isna().all()
    assert tables.results["flag"].isna().all()


def test_models_and_tasks_come_from_the_results(tmp_path):
    """In the order in which the results name them."""
    results = results_frame()[::-1]
    tables = tables_of(tmp_path, results=results)
    assert ["gamma", "beta", "alpha"] == tables.models["model"].tolist()
    assert ["sort", "add"] == tables.tasks["task"].tolist()


def test_missing_variant_is_the_base_of_site_toml(tmp_path):
    """`base_variant` names it."""
    results = results_frame()[["model", "task", "score"]].drop_duplicates(["model", "task"])
    tables = tables_of(tmp_path, '[board]\nbase_variant = "five_shot"', results=results)
    assert {"five_shot"} == set(tables.results["variant"])


@pytest.mark.parametrize("blank", ["", " ", "\t", None])
def test_blank_text_is_unknown(tmp_path, blank):
    """Optional text of spaces is null."""
    models = having(models_frame(), name=["A", blank, "C"], developer=[blank, "B", "B"])
    results = having(results_frame(), flag=blank, date=blank)
    requests = pd.DataFrame({"provider": ["p"], "model": ["alpha"], "error_code": [blank]})
    tables = tables_of(tmp_path, results=results, models=models, serving_requests=requests)
    assert ["A", "beta", "C"] == tables.models["name"].tolist()
    assert [True, False, False] == tables.models["developer"].isna().tolist()
    assert tables.results[["flag", "date"]].isna().all(axis=None)
    assert tables.serving_requests is not None
    assert tables.serving_requests["error_code"].isna().all()


def test_direction_of_some_tasks(tmp_path):
    """Higher is better for the others."""
    tasks = having(tasks_frame(), higher_is_better=[None, False])
    tables = tables_of(tmp_path, results=results_frame(), tasks=tasks)
    assert [True, False] == tables.tasks["higher_is_better"].tolist()


def test_further_columns_are_kept(tmp_path):
    """They follow the declared columns."""
    results = having(results_frame(), seed=range(10))
    tables = tables_of(tmp_path, results=results)
    assert "seed" == tables.results.columns[-1]
    assert list(range(10)) == tables.results["seed"].tolist()


def test_missing_optional_tables_are_none(tmp_path):
    """Also tables without rows."""
    prices = pd.DataFrame({"provider": ["p"], "model": ["alpha"], "usd_per_hour": [1.5]})
    tables = tables_of(tmp_path, results=results_frame(), prices=prices)
    assert tables.prices is not None
    assert [1.5] == tables.prices["usd_per_hour"].tolist()
    assert tables.serving_requests is None
    tables = tables_of(tmp_path, results=results_frame(), prices=prices[:0])
    assert tables.prices is None


def test_files_are_kept_for_download(tmp_path):
    """Empty ones too."""
    tables = tables_of(tmp_path, results=results_frame(), models=models_frame()[:0])
    assert ["results", "models"] == list(tables.loaded)
