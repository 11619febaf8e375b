"""Import results of MTEB."""

import csv
import shutil
from typing import Any

import pytest

from tests.helpers.imported import HARNESSES, imported, rows, run_import, scores, write_json
from tests.helpers.tables import check_project, fault_lines

MTEB = HARNESSES / "mteb"

LABSE = "sentence-transformers/LaBSE"


def test_mteb_results(tmp_path):
    """Four models; two of them have only some of the eleven subsets of STS17.

    LaBSE's score is the mean of the eleven numbers in its file. STSBenchmark is in the layout from
    before MTEB 1.11, without a name for the main score.
    """
    said = run_import("mteb", MTEB, "--verbose", into=tmp_path)
    assert {
        (LABSE, "STS17", "base"): pytest.approx(0.741820, abs=5e-7),
        ("intfloat/multilingual-e5-small", "ItaHateClassification", "base"): 0.5784823848238483,
        ("openai/text-embedding-3-large", "STSBenchmark", "base"): 0.8356231247,
    } == scores(tmp_path)
    for folder, n, rest in (
        (f"intfloat__multilingual-e5-small/{'fd1525a9fd15316a2d503bf26ab031a61d056e98'}", 4, 5),
        ("fixture-org__small-model/0123456789abcdef0123456789abcdef01234567", 3, 6),
    ):
        why = (
            f"it has {n} of the 11 values of STS17: it lacks test/ar-ar, test/en-ar and {rest} more"
        )
        assert f"mteb/{folder}/STS17.json: skipped: {why}." in said.stderr
    metrics = {row["task"]: row["metric"] for row in rows(tmp_path, "tasks")}
    assert metrics == {
        "STS17": "cosine_spearman",
        "STSBenchmark": "cosine_spearman",
        "ItaHateClassification": "accuracy",
    }
    assert all(row["higher_is_better"] for row in rows(tmp_path, "tasks"))
    # `accuracy_stderr` of old files is a deviation over repeated trainings, no standard error.
    assert all("stderr" not in row for row in rows(tmp_path))


def test_mteb_model_meta(tmp_path):
    imported("mteb", MTEB / "fixture-org__small-model", "--subtasks", into=tmp_path)
    assert rows(tmp_path, "models")[0] == {
        "model": "fixture-org/small-model",
        "release_date": "2024-02-08",
        "parameters_b": 0.118,
        "license": "mit",
        "url": "https://huggingface.co/fixture-org/small-model",
    }


def test_mteb_model_of_a_folder_with_another_name(tmp_path):
    shutil.copy(next(MTEB.glob("openai*/1/*")), tmp_path)
    file = tmp_path / "STSBenchmark.json"
    imported("mteb", file, "--model", "org/m", into=tmp_path / "p")
    assert {("org/m", "STSBenchmark", "base"): 0.8356231247} == scores(tmp_path / "p")


def mteb_file(folder, model, task, splits):
    """A result of MTEB with a score for each split and subset."""
    parts = {
        split: [{"hf_subset": subset, **values} for subset, values in subsets.items()]
        for split, subsets in splits.items()
    }
    path = folder / model.replace("/", "__") / "no_revision_available" / f"{task}.json"
    return write_json(path, {"task_name": task, "scores": parts})


@pytest.fixture
def slice_of_mteb(tmp_path):
    """Files with real values: tasks without a test split, with several splits, incomplete ones."""
    files: dict[tuple[str, str], dict[str, Any]] = {}
    values = HARNESSES / "mteb_values.csv"
    for row in csv.DictReader(values.read_text(encoding="utf8").splitlines()):
        splits = files.setdefault((row["model"], row["task"]), {})
        numbers = {"main_score": float(row["score"])}
        splits.setdefault(row["split"], {})[row["subset"]] = numbers
    for (model, task), splits in files.items():
        mteb_file(tmp_path / "slice", model, task, splits)
    return tmp_path / "slice"


def test_mteb_mean_over_splits_and_subsets(slice_of_mteb, tmp_path):
    """The numbers that MTEB gives for these models and tasks."""
    said = run_import("mteb", slice_of_mteb, into=tmp_path)
    found = {(model, task): score for (model, task, _), score in scores(tmp_path).items()}
    assert found == {
        key: pytest.approx(score, abs=5e-7)
        for key, score in {
            ("voyageai/voyage-3", "LEMBPasskeyRetrieval"): 0.9475,
            ("Qwen/Qwen3-Embedding-0.6B", "LEMBPasskeyRetrieval"): 0.8475,
            ("jinaai/jina-embeddings-v3", "AmazonCounterfactualClassification"): 0.921731,
            (LABSE, "WebLINXCandidatesReranking"): 0.091339,
            (LABSE, "XQuADRetrieval"): 0.824602,
        }.items()
    }
    splits = {r["task"]: r.get("evaluation_split") for r in rows(tmp_path, "tasks")}
    assert ("validation", None) == (splits["XQuADRetrieval"], splits["LEMBPasskeyRetrieval"])
    for why in (
        "it has 1 of the 11 values of STS17",  # 0.920152 would lead
        "it has 1 of the 102 values of MassiveIntentClassification",
        "it has 3 of the 8 values of AmazonCounterfactualClassification",
    ):
        assert why in said.stderr


def test_mteb_values_as_parts(slice_of_mteb, tmp_path):
    """`--subtasks` imports each value, with the split in its name if the task has several.

    One of the 11 subsets of STS17 is no STS17, also where all models have that one.
    """
    imported("mteb", slice_of_mteb, "--subtasks", into=tmp_path)
    found = {task: score for (_, task, _), score in scores(tmp_path).items()}
    assert 0.85306 == found["MassiveIntentClassification (test, en)"]
    assert 0.9201519349090438 == found["STS17 (en-en)"]
    assert {"LEMBPasskeyRetrieval (test_256)", "XQuADRetrieval (ar)"} < {*found}
    wholes = {row["task"]: row.get("part_of") for row in rows(tmp_path, "tasks")}
    assert "XQuADRetrieval" == wholes["XQuADRetrieval (ar)"]
    assert ("STS17" in wholes, wholes["STS17 (en-en)"]) == (False, None)
    assert [] == fault_lines(tmp_path)
    assert "STS17" not in {*check_project(tmp_path).results["task"]}


def test_parts_follow_the_name_of_their_whole(tmp_path):
    """`[import.tasks]` gives the whole another id, and all subsets of a model complete it."""
    (tmp_path / "site.toml").write_text('[import.tasks]\nSTS17 = "sts"\n')
    imported("mteb", next(MTEB.glob("*LaBSE*")), "--subtasks", into=tmp_path)
    wholes = {row["task"]: row.get("part_of") for row in rows(tmp_path, "tasks")}
    assert (None, "sts") == (wholes["sts"], wholes["STS17 (en-en)"])
    assert [] == fault_lines(tmp_path)


def test_mteb_drops_splits_that_the_task_has_not(tmp_path):
    splits = {"train": {"default": {"main_score": 1.0}}, "test": {"default": {"main_score": 0.5}}}
    path = mteb_file(tmp_path, "org/m", "STSBenchmark", splits)
    imported("mteb", path, into=tmp_path)
    assert {("org/m", "STSBenchmark", "base"): 0.5} == scores(tmp_path)


def test_mteb_task_that_is_not_in_the_list(tmp_path):
    """What other files have is what counts as complete, and the metric equals the main score."""
    both = {"en": {"main_score": 0.5, "ap": 0.5, "f1": 0.5}, "fr": {"main_score": 0.25, "ap": 0.25}}
    mteb_file(tmp_path / "runs", "org/whole", "New", {"test": both})
    mteb_file(
        tmp_path / "runs", "org/part", "New", {"test": {"en": {"main_score": 0.9, "ap": 0.9}}}
    )
    said = run_import("mteb", tmp_path / "runs", into=tmp_path)
    assert {("org/whole", "New", "base"): 0.375} == scores(tmp_path)
    assert "ap" == rows(tmp_path, "tasks")[0]["metric"]
    assert "it has 1 of the 2 values of New: it lacks test/fr" in said.stderr
    assert (
        "New: MTEB's list of tasks lacks it, so it has the 2 values that files have" in said.stderr
    )


def test_mteb_speed_is_no_score(tmp_path):
    speed = {"test": {"default": {"main_score": 5.0, "avg_words_per_sec": 5.0}}}
    path = mteb_file(tmp_path, "org/m", "GPUSpeedTask", speed)
    said = run_import("mteb", path, into=tmp_path)
    assert (1, True) == (said.exit_code, "it measures speed, which is no score" in said.stderr)
