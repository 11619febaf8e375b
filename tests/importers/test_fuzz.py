"""Fuzz each reader: any bytes, any JSON, and real files that were damaged.

`make fuzz` runs these targets for as long as you like.
"""

import json
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.importers.formats import FORMATS, format_of
from site_builder.importers.reading import UNEXPECTED, ImportOptions, Reading
from site_builder.importers.tabular import read_tabular
from tests.helpers.imported import HARNESSES, write_json

pytestmark = pytest.mark.fuzz
HELM = next((HARNESSES / "helm").glob("mmlu*"))
INSPECT = json.loads((HARNESSES / "inspect/data_arc_qwen.json").read_text())
FORMAT_NAMES = [known.name for known in FORMATS]
JSON_FORMATS = [name for name in FORMAT_NAMES if name != "model-index"]
CSV = "Model;Task;Score;n;Date\nalpha;add;0,5 ± 0,1;16;2024-05-01\nbeta;add;**71 %**;;\n"
YAML = "- &a {dataset: {id: x}, value: 96.06, date: 2025-01-15}\n- {<<: *a, value: 0.5}\n"
# Names of files that each reader looks at.
ANY_NAMES = {
    "csv": ("a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.json", "a.yaml", "a.xlsx"),
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


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Sound files of each format, by the name of the format."""
    folders = {"lm-eval": "lm_eval", "model-index": "hugging_face", "inspect": "inspect"}
    folders |= {
        "evalplus": "evalplus",
        "opencompass": "opencompass",
        "lighteval": "lighteval",
        "helm": "helm",
        "mteb": "mteb",
        "every-eval-ever": "every_eval_ever",
    }
    real = {
        source: [path for path in sorted((HARNESSES / folder).rglob("*")) if path.is_file()]
        for source, folder in folders.items()
    }
    made = tmp_path_factory.mktemp("real")
    (made / "a.csv").write_text(CSV, encoding="utf8")
    frame = pd.DataFrame({"model": ["a", "b"], "add": [0.5, 0.25], "n": [16, None]})
    frame.to_parquet(made / "a.parquet")
    frame.to_json(made / "a.jsonl", orient="records", lines=True)
    frame.to_json(made / "a.json", orient="records")
    (made / "a.yaml").write_text("- {model: a, add: 0.5}\n- &b {model: b, add: 0.25}\n")
    shutil.copy(HARNESSES / "tables/scores.xlsx", made / "a.xlsx")
    real["csv"] = [path for path in sorted(made.iterdir()) if path.name.startswith("a.")]
    with zipfile.ZipFile(made / "a.eval", "w", zipfile.ZIP_DEFLATED) as archive:
        header = {key: value for key, value in INSPECT.items() if key != "samples"}
        archive.writestr("header.json", json.dumps(header))
    real["inspect"].append(made / "a.eval")
    (made / ".eval_results").mkdir()
    (made / ".eval_results/a.yaml").write_text(YAML)
    real["model-index"].append(made / ".eval_results/a.yaml")
    return real


@st.composite
def damages(draw: st.DrawFn) -> list[tuple[float, float, bytes, int]]:
    """Places where a file is cut, as shares of its length, and what is put there how often."""
    share = st.floats(0, 1)
    put = st.binary(max_size=4) | st.sampled_from(
        (b" ", b"\n", b"[", b'{"a":', b"*a ", b"9", b"\0")
    )
    times = st.sampled_from((1, 2, 1_000, 20_000))
    return draw(st.lists(st.tuples(share, share, put, times), min_size=1, max_size=3))


def damaged(content: bytes, changes: list[tuple[float, float, bytes, int]]) -> bytes:
    """Replace parts of a content; most parts are short."""
    for start, length, put, times in changes:
        at = int(start * len(content))
        end = at + int(length**8 * len(content))
        content = content[:at] + put * times + content[end:]
    return content


@pytest.mark.parametrize("source", FORMAT_NAMES)
@given(changes=damages(), data=st.data())
def test_damaged_files_are_read_or_reported(tmp_path_factory, real, source, changes, data):
    """Beside the sound files of a run, where there are several."""
    path = data.draw(st.sampled_from(real[source]))
    folder = tmp_path_factory.mktemp("any") / "org__m"
    beside = path.parent.iterdir() if source == "helm" else [path]
    for file in beside:
        content = file.read_bytes()
        is_of_hub = source == "model-index" and file.suffix == ".yaml"
        place = folder / (f".eval_results/{file.name}" if is_of_hub else file.name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(damaged(content, changes) if file == path else content)
    reading = read(source, folder)
    is_beside = path.name in ("model_meta.json", "scenario.json", "scenario_state.json")
    assert reading.measures or reading.skipped or is_beside or path.suffix in (".jsonl", ".md")


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
    assert any(m.score == 0.5 for m in read_tabular(path, ImportOptions()).measures)
