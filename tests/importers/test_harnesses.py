"""Import Inspect and Every Eval Ever, and what holds for every format."""

import json
import shutil
import zipfile
import zlib

import pyarrow as pa
import pytest

from site_builder.importers.formats import FORMATS, format_of
from site_builder.importers.reading import ImportOptions
from tests.helpers.imported import (
    HARNESSES,
    contents,
    imported,
    rows,
    run_import,
    scores,
    write_json,
)
from tests.helpers.tables import check_project

# Where the files of a format are, if its folder has another name.
FOLDERS = {"model-index": "hugging_face"}


@pytest.mark.parametrize("source", [known.name for known in FORMATS if known.name != "csv"])
def test_a_second_import_of_a_format_changes_nothing(tmp_path, source):
    """A board is made of the first; higher is better on each task, or the format says not."""
    folder = HARNESSES / FOLDERS.get(source, source.replace("-", "_"))
    args = (source, folder, "--examples", "--model", "org/m")
    imported(*args, into=tmp_path)
    before = contents(tmp_path)
    assert check_project(tmp_path).tasks["higher_is_better"].any()
    assert "Nothing changed; nothing was written." in run_import(*args, into=tmp_path).stderr
    assert before == contents(tmp_path)


@pytest.mark.parametrize(
    ("source", "path", "versions"),
    [
        ("lm-eval", "lm_eval/pythia/160m_step3000.json", {"0"}),
        ("lighteval", "lighteval/HuggingFaceTB", {"0"}),
        ("inspect", "inspect/data_arc_qwen.json", {"0"}),
        ("mteb", "mteb/sentence-transformers__LaBSE", {"faeb762787bd10488a50c8b5be4a3b82e411949c"}),
        ("csv", "", {"v2"}),
        ("helm", "", {"v2"}),
        ("model-index", "", {"v2"}),
        ("every-eval-ever", "", {"v2"}),
    ],
)
def test_tasks_have_the_version_that_files_state(tmp_path, source, path, versions):
    """Each format states it in a place of its own, by an option or a field of the data set."""
    file = HARNESSES / path if path else versioned_file(tmp_path / "in", source)
    imported(source, file, into=tmp_path)
    assert versions == {row.get("version") for row in rows(tmp_path, "tasks")}


def versioned_file(folder, source):
    """A run that states version v2 of its tasks."""
    folder.mkdir()
    if source == "csv":
        text = "model,task,accuracy,task_version\nm,t,0.5,v2\n"
    if source == "model-index":
        data = "{name: d, revision: v2}"
        result = f"{{dataset: {data}, metrics: [{{type: accuracy, value: 0.5}}]}}"
        text = f"---\nmodel-index: [{{name: m, results: [{result}]}}]\n---\n"
    if source in ("csv", "model-index"):
        path = folder / {"csv": "a.csv"}.get(source, "README.md")
        path.write_text(text)
        return path
    if source == "helm":
        (run,) = (HARNESSES / "helm").glob("mmlu*")
        shutil.copytree(run, folder / run.name)
        spec = json.loads((run / "run_spec.json").read_text())
        spec["scenario_spec"]["args"]["version"] = "v2"
        write_json(folder / run.name / "run_spec.json", spec)
        return folder
    (record,) = (HARNESSES / "every_eval_ever").glob("98*.json")
    document = json.loads(record.read_text())
    for result in document["evaluation_results"]:
        result["source_data"]["additional_details"] = {"dataset_version": "v2"}
    return write_json(folder / "a.json", document)


# --- Inspect --------------------------------------------------------------------------------------

INSPECT = HARNESSES / "inspect/data_arc_qwen.json"


def test_inspect_log(tmp_path):
    (row,) = imported("inspect", INSPECT, into=tmp_path)
    assert row == {
        "model": "ollama/qwen2.5:0.5b",
        "task": "inspect_evals/arc_easy",
        "variant": "base",
        "score": 0.3333333333333333,
        "stderr": 0.33333333333333337,
        "n_examples": 3,
        "date": "2025-10-21",
        "source": INSPECT.name,
        "flag": "Measured on 3 of 2,376 examples.",
        # From 01:12:04 to 01:12:16.
        **{"seconds": 12.0, "input_tokens": 359.0, "output_tokens": 526.0},
    }


def test_agent_and_effort_of_an_inspect_log_are_facets(tmp_path):
    """Tokens that the cache had were read too."""
    document = log()
    document["eval"] |= {"solver": "react", "model_generate_config": {"reasoning_effort": "low"}}
    usage = document["stats"]["model_usage"]["ollama/qwen2.5:0.5b"]
    usage |= {"input_tokens_cache_read": 41, "input_tokens_cache_write": None}
    (row,) = imported("inspect", write_json(tmp_path / "log.json", document), into=tmp_path)
    assert ("react", "low", 400.0) == (row["solver"], row["reasoning_effort"], row["input_tokens"])


def test_old_inspect_log(tmp_path):
    """Without `scored_samples`, completed samples are divided by epochs."""
    (row,) = imported("inspect", HARNESSES / "inspect/data_pubmedqa_gpt4o_mini.json", into=tmp_path)
    assert (1.0, 2) == (row["score"], row["n_examples"])
    assert "stderr" not in row


def log(**changes):
    return {**json.loads(INSPECT.read_text()), **changes}


def test_inspect_examples_over_epochs(tmp_path):
    document = log()
    document["eval"]["config"]["epochs"] = 2
    document["results"]["completed_samples"] = 6
    del document["results"]["scores"][0]["scored_samples"]
    path = write_json(tmp_path / "log.json", document)
    assert 3 == imported("inspect", path, into=tmp_path)[0]["n_examples"]


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("cancelled", "its run was cancelled"),
        ("error", "its run ended with an error"),
        ("started", "its run has not ended"),
    ],
)
def test_inspect_skips_failed_runs(tmp_path, status, why):
    path = write_json(tmp_path / "log.json", log(status=status))
    said = run_import("inspect", path, into=tmp_path)
    assert (1, True) == (said.exit_code, f"log.json: skipped: {why}" in said.stderr)


def test_inspect_uses_one_of_several_scorers(tmp_path):
    """Spreads such as `std` are not metrics."""
    document = log()
    first = document["results"]["scores"][0]
    extra = {**first, "name": "judge", "metrics": {"mean": {"value": 0.5}, "std": {"value": 0.25}}}
    document["results"]["scores"].append(extra)
    path = write_json(tmp_path / "log.json", document)
    said = run_import("inspect", path, "--verbose", into=tmp_path)
    assert [0.3333333333333333] == list(scores(tmp_path).values())
    assert "arc_easy, mean (judge): accuracy (choice) is used for the task" in said.stderr
    assert "std" not in said.stderr


def eval_file(path, parts):
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in parts.items():
            archive.writestr(name, json.dumps(value))
    return path


def test_packed_inspect_logs(tmp_path):
    """Old logs have two files instead of a header."""
    document = log()
    header = {key: value for key, value in document.items() if key not in ("samples", "reductions")}
    new = eval_file(tmp_path / "new.eval", {
        "header.json": header, "reductions.json": document["reductions"], "samples/1.json": {},
    })  # fmt: skip
    (row,) = imported("inspect", new, "--examples", into=tmp_path / "new")
    assert 0.3333333333333333 == row["score"]
    assert [1.0, 0.0, 0.0] == [r["score"] for r in rows(tmp_path / "new", "examples")]
    start = {key: header[key] for key in ("version", "eval", "plan")}
    end = {key: header[key] for key in ("status", "results", "stats")}
    old = eval_file(tmp_path / "old.eval", {"start.json": start, "results.json": end})
    assert 3 == imported("inspect", old, into=tmp_path / "old")[0]["n_examples"]
    going = eval_file(tmp_path / "going.eval", {"_journal/start.json": start})
    assert "its run has not ended" in run_import("inspect", going, into=tmp_path / "x").stderr
    (tmp_path / "no.eval").write_bytes(b"no ZIP")
    said = run_import("inspect", tmp_path / "no.eval", into=tmp_path / "x")
    assert "it is not a ZIP file, or is damaged" in said.stderr


def zstandard(path, content, *, damage=False):
    """A `.eval` file as newer versions pack it: method 93, which `zipfile` cannot write."""
    packed = pa.compress(content, "zstd", asbytes=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.json", packed)
        info = archive.getinfo("header.json")
        info.CRC, info.file_size, info.compress_type = (
            zlib.crc32(content) + damage,
            len(content),
            93,
        )
    return path


def test_inspect_logs_packed_with_zstandard(tmp_path):
    """Python before 3.14 cannot unpack them; a damaged member is reported."""
    content = json.dumps(log()).encode()
    found = imported("inspect", zstandard(tmp_path / "a.eval", content), into=tmp_path)
    assert [0.3333333333333333] == [row["score"] for row in found]
    said = run_import(
        "inspect", zstandard(tmp_path / "b.eval", content, damage=True), into=tmp_path
    )
    assert "b.eval: skipped: it is not a ZIP file, or is damaged" in said.stderr


def test_every_eval_ever_records(tmp_path):
    imported("every-eval-ever", HARNESSES / "every_eval_ever", into=tmp_path)
    model = "TencentARC/LLaMA-Pro-8B-Instruct"
    own = {task: score for (m, task, _), score in scores(tmp_path).items() if m == model}
    assert own == {
        "IFEval": 0.4486,
        "BBH": 0.4224,
        "MATH Level 5": 0.0249,
        "GPQA": 0.2743,
        "MUSR": 0.419,
        "MMLU-PRO": 0.1946,
    }
    # The evaluation is called after its scorer, so the data set is named too.
    assert 0.3333333333333333 == scores(tmp_path)["ollama/qwen2.5-0.5b", "ai2_arc: choice", "base"]
    assert all("n_examples" not in row for row in rows(tmp_path))
    assert "2025-10-20" == rows(tmp_path)[0]["date"]
    about = ("evaluator_relationship", "tool", "retrieved")
    first, second = ([row.get(name) for name in about] for row in rows(tmp_path)[:2])
    assert ["third_party", "inspect_ai", "2026-02-08"] == first
    assert ["third_party", "lm-evaluation-harness 0.4.0", "2026-02-10"] == second
    task = next(row for row in rows(tmp_path, "tasks") if row["task"] == "GPQA")
    assert (True, 0.0, 1.0) == (task["higher_is_better"], task["score_min"], task["score_max"])
    assert 8.357 == rows(tmp_path, "models")[1]["parameters_b"]


def test_every_eval_ever_uncertainty_and_unknown_levels(tmp_path):
    """Version 0.3 as JSON lines; -1 outside of the bounds, or for an unknown level, is no score."""

    def result(name, score, **more):
        metric = {"lower_is_better": True, "metric_id": "mae", **more}
        spread = {"standard_error": {"value": 0.25}, "num_samples": 40}
        return {
            "evaluation_name": name,
            "metric_config": metric,
            "score_details": {"score": score, "uncertainty": spread},
        }

    bounds = {"min_score": 0, "max_score": 1}
    results = [
        result("a", 1.5),
        result("b", -1, has_unknown_level=True),
        result("c", -1, **bounds),
        result("d", 1.5, **bounds),
        result("Mean win rate", 0.5),
    ]
    record = {"model_info": {"id": "m"}, "evaluation_results": results}
    (tmp_path / "all.jsonl").write_text(json.dumps(record) + "\n\n")
    (tmp_path / "samples.jsonl").write_text('{"sample_id": "1", "evaluation": {"score": 1.0}}')
    said = run_import("every-eval-ever", tmp_path, into=tmp_path)
    (row,) = rows(tmp_path)
    for why in (
        "-1 stands for a score that is not available (2)",
        "it is outside of the bounds that its file states (1)",
        "a mean win rate depends on the models that were compared (1)",
        "it has scores of single examples, which --examples reads (1)",
    ):
        assert why in said.stderr
    assert "warning" not in said.stderr
    assert ("a", 0.25, 40) == (row["task"], row["stderr"], row["n_examples"])
    assert rows(tmp_path, "tasks")[0]["higher_is_better"] is False


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """The files of all formats in one folder."""
    folder = tmp_path_factory.mktemp("mixed")
    for path in HARNESSES.rglob("*"):
        if path.is_file():
            shutil.copyfile(path, folder / "_".join(path.relative_to(HARNESSES).parts))
    (folder / "null.json").write_text("null")
    (folder / "strange.json").write_text('{"results": [1], "scores": 5, "eval": {}}')
    return folder


@pytest.mark.parametrize("source", [known.name for known in FORMATS])
def test_every_format_reports_files_of_other_formats(mixed, source):
    reading = format_of(source).read(mixed, ImportOptions(examples=True))
    named = [skipped.where for skipped in reading.skipped if skipped.what == "file"]
    # A model repository is full of files, of which only its card and its results are looked at.
    assert len(named) == len(set(named)) > (5 if source != "model-index" else -1)


@pytest.mark.parametrize("source", [known.name for known in FORMATS])
def test_empty_folder_is_an_error(tmp_path, source):
    (tmp_path / "empty").mkdir()
    said = run_import(source, tmp_path / "empty", into=tmp_path / "p")
    assert 1 == said.exit_code
    assert f"no score of format {source} was found, since there is no file. Name " in said.stderr
    assert "1 error; nothing was written." in said.stderr
