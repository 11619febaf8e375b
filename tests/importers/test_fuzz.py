"""Give importers any JSON, and the tables any columns, in `make fuzz`.

Any bytes and damaged files are in `tests/site/test_readers.py`.
"""

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.importers.formats import FORMATS, format_of
from site_builder.importers.reading import UNEXPECTED, ImportOptions
from tests.helpers.imported import write_json
from tests.helpers.tables import fault_lines, write_project

pytestmark = pytest.mark.fuzz
JSON_FORMATS = [known.name for known in FORMATS if known.name != "model-index"]
# What the readers look for, as keys and as texts, among anything else.
WORDS = st.sampled_from((
    "results", "groups", "group_subtasks", "config", "configs", "model", "model_args",
    "n-samples", "n-shot", "alias", "acc,none", "acc_stderr,none", "date", "effective",
    "original", "limit", "eval", "status", "success", "task", "dataset", "samples", "scores",
    "metrics", "accuracy", "value", "name", "stderr", "created", "task_name", "main_score",
    "test", "hf_subset", "model_info", "id", "evaluation_results", "evaluation_name",
    "metric_config", "score_details", "score", "uncertainty", "t", "org/m",
    "pretrained=org/m,peft=me/a", "adapter_spec", "mean", "split", "instance_id", "stats",
    "2024-05-01", "config_general", "config_tasks", "model_name", "task_name", "prompt_name",
))  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=30,
)


@pytest.mark.parametrize("source", JSON_FORMATS)
@given(first=VALUES, second=VALUES)
def test_any_json_is_read_or_reported(tmp_path_factory, source, first, second):
    folder = tmp_path_factory.mktemp("any") / "run"
    for name, value in (("run_spec.json", first), ("stats.json", second)):
        write_json(folder / name, value)
    (folder / "a.jsonl").write_text(json.dumps(first))
    reading = format_of(source).read(folder, ImportOptions(examples=True))
    assert [] == [skipped for skipped in reading.skipped if UNEXPECTED in skipped.why]
    assert all(m.model and m.task and abs(m.score) <= 1e100 for m in reading.measures)
    assert reading.measures or reading.examples or reading.skipped


NUMBERS = st.floats() | st.sampled_from([0.5, 0.0, -1.0, 1e300]) | st.integers(-5, 2**53)
ARRAYS = st.sampled_from(
    (WORDS, NUMBERS, st.booleans(), st.binary(max_size=3), st.dates(), st.lists(NUMBERS))
).flatmap(lambda kind: st.lists(st.none() | kind, min_size=3, max_size=3))
TABLES = {
    "results": ("model", "task", "variant", "score", "stderr", "n_examples", "date", "scores"),
    "models": ("model", "name", "parameters_b", "release_date"),
    "tasks": ("task", "metric", "higher_is_better", "score_min", "score_max", "score_chance"),
    "prices": ("provider", "model", "usd_per_hour"),
}


@given(st.data())
def test_any_tables_of_a_project_are_read_or_reported(tmp_path_factory, data):
    """Three rows, whose columns may be absent, of any type, and hold anything."""
    tables = {
        name: pa.table({
            column: pa.array(data.draw(ARRAYS), from_pandas=False)
            for column in data.draw(st.lists(st.sampled_from(columns), unique=True))
        })
        for name, columns in TABLES.items()
    }  # fmt: skip
    found = fault_lines(write_project(tmp_path_factory.mktemp("any"), tables))
    assert [] == [line for line in found if not line.isprintable()]
