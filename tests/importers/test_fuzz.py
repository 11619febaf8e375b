"""Give each importer any bytes, JSON and text, and the tables any JSON lines, in `make fuzz`.

Damaged files are in `tests/site/test_readers.py`.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.importers.formats import FORMATS, format_of
from site_builder.importers.reading import UNEXPECTED, ImportOptions, Reading
from site_builder.importers.tabular import read_tabular
from tests.helpers.imported import write_json
from tests.helpers.tables import fault_lines

pytestmark = pytest.mark.fuzz
FORMAT_NAMES = [known.name for known in FORMATS]
JSON_FORMATS = [name for name in FORMAT_NAMES if name != "model-index"]
# Names of files that each reader looks at.
ANY_NAMES = {
    "csv": ("a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.json", "a.yaml", "a.xlsx", "a.ods"),
    "lm-eval": ("results_2024.json", "samples_t_2024.jsonl"),
    "lighteval": ("a.json",),
    "evalplus": ("a.json",),
    "opencompass": ("a.csv", "a.txt"),
    "helm": ("run_spec.json", "stats.json", "per_instance_stats.json", "scenario_state.json"),
    "inspect": ("a.json", "a.eval"),
    "mteb": ("a.json", "model_meta.json"),
    "model-index": ("README.md", ".eval_results/a.yaml"),
    "every-eval-ever": ("a.json", "a.jsonl"),
}
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


def read(source: str, path: Path) -> Reading:
    """Read a path, assert that no reader failed, and that each score is whole."""
    reading = format_of(source).read(path, ImportOptions(examples=True))
    assert [] == [skipped for skipped in reading.skipped if UNEXPECTED in skipped.why]
    assert all(m.model and m.task and abs(m.score) <= 1e100 for m in reading.measures)
    return reading


@pytest.mark.parametrize("source", FORMAT_NAMES)
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(str.encode), data=st.data())
def test_any_bytes_are_read_or_reported(tmp_path_factory, source, content, data):
    path = tmp_path_factory.mktemp("any") / data.draw(st.sampled_from(ANY_NAMES[source]))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    reading = read(source, path)
    assert reading.measures or reading.skipped or source == "mteb"


@given(front=st.text("-:[]{}&*<>|'\"!%?#, \n\ta1", max_size=60))
def test_any_front_matter_is_read_or_reported(tmp_path_factory, front):
    path = tmp_path_factory.mktemp("any") / "README.md"
    path.write_text(f"---\n{front}\n---\n", encoding="utf8")
    assert read("model-index", path).skipped


@pytest.mark.parametrize("source", JSON_FORMATS)
@given(first=VALUES, second=VALUES)
def test_any_json_is_read_or_reported(tmp_path_factory, source, first, second):
    folder = tmp_path_factory.mktemp("any") / "run"
    for name, value in (("run_spec.json", first), ("stats.json", second)):
        write_json(folder / name, value)
    (folder / "a.jsonl").write_text(json.dumps(first))
    reading = read(source, folder)
    assert reading.measures or reading.examples or reading.skipped


@given(text=st.text(max_size=200))
def test_any_text_below_a_heading_is_read_or_reported(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "a.csv"
    path.write_text(f"model,task,score\na,t,0.5\n{text}", encoding="utf8", errors="replace")
    reading = read_tabular(path, ImportOptions())
    assert reading.skipped or any(m.score == 0.5 for m in reading.measures)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
COLUMNS = st.sampled_from(["model", "task", "score", "n_examples", "variant", "x"])


@given(st.lists(st.dictionaries(COLUMNS, SCALARS | st.lists(SCALARS, max_size=2)), max_size=4))
def test_any_json_lines_of_a_project_are_read_or_reported(tmp_path_factory, rows):
    root = tmp_path_factory.mktemp("lines")
    (root / "data").mkdir()
    (root / "data/results.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert all(line.startswith("data/results.jsonl") for line in fault_lines(root))
