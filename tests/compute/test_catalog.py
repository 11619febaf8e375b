import numpy as np
import pytest

from site_builder.compute.catalog import ModelInfo, Provenance, TaskInfo, collect_catalog
from tests.helpers.boards import make_frames, make_tables


def catalog_of(models=None, tasks=None, results=None):
    """The catalog of two models on two tasks, with further columns."""
    frames = make_frames({"base": {"a": [0.1, 0.2], "b": [0.3, None]}}, tasks=tasks)
    for name, columns in (("models", models), ("results", results)):
        frames[name] = frames[name].assign(**(columns or {}))
    return collect_catalog(make_tables(frames))


def test_models_are_told_as_their_table_tells_them():
    """In its order; None for what is not known, the id where there is no name."""
    found = catalog_of(models={"developer": ["A Ltd", None], "parameters_b": [7, None]}).models
    assert ["a", "b"] == list(found)
    assert ModelInfo("a", "a", "A Ltd", None, None, 7.0, None, None, None, None, None) == found["a"]
    assert (None, None) == (found["b"].developer, found["b"].parameters_b)


def test_tasks_are_told_as_their_table_tells_them():
    """Numbers apart, each with a finite value under its column; bounds are facts of the task."""
    columns = {
        "category": ["math", None],
        "score_max": [1, None],
        "train_examples": [10, None],
        "turns": [np.inf, 2],
        "public": [True, False],
    }
    found = catalog_of(tasks=columns).tasks
    assert ["t1", "t2"] == list(found)
    expected = TaskInfo(
        "t1", "t1", "math", None, None, True, None, 1.0, None, None, None, {"train_examples": 10}
    )
    assert expected == found["t1"]
    assert {"turns": 2.0} == found["t2"].numbers


def test_evidence_of_each_score():
    """By model, task and variant, with its row in the table from 1 on."""
    found = catalog_of(
        results={"flag": [None, "leaked", None], "stderr": [0.01, None, None]}
    ).evidence
    assert [("a", "t1", "base"), ("a", "t2", "base"), ("b", "t1", "base")] == list(found)
    assert Provenance(1, None, None, None, None, None, 0.01) == found["a", "t1", "base"]
    assert Provenance(2, None, None, None, "leaked", None, None) == found["a", "t2", "base"]


def test_developers_in_the_order_of_the_data():
    """Each once; models without one have none."""
    assert ("Z", "A") == catalog_of(models={"developer": ["Z", "A"]}).developers
    assert ("Z",) == catalog_of(models={"developer": ["Z", "Z"]}).developers
    assert () == catalog_of().developers


def test_rows_of_a_variant_as_they_are_asked_for():
    """From 1 on; 0 where there is no score, and for names that the results do not know."""
    found = catalog_of().evidence
    asked = found.rows("base", ["b", "nobody", "a"], ["t2", "t1", "nothing"])
    assert [[0, 3, 0], [0, 0, 0], [2, 1, 0]] == asked.tolist()
    assert [[0]] == found.rows("tuned", ["a"], ["t1"]).tolist()
    assert {"a", "b"} == found.models


def test_evidence_that_is_not_there():
    """A key is looked up as in any mapping."""
    found = catalog_of().evidence
    assert 3 == len(found)
    assert ("b", "t1", "base") in found
    for key in (("b", "t2", "base"), ("nobody", "t1", "base"), ("a", "t1", "tuned")):
        assert found.get(key) is None
        with pytest.raises(KeyError):
            found[key]
    assert frozenset(["row"]) == found.stated
