"""Import HELM, Inspect, MTEB, Hugging Face and Every Eval Ever from real files."""

import csv
import json
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from site_builder.importers.formats import FORMATS, format_of
from site_builder.importers.reading import ImportOptions
from tests.commands.test_cli import run
from tests.helpers.imported import (
    HARNESSES,
    contents,
    imported,
    rows,
    run_import,
    scores,
    write_json,
)
from tests.helpers.sites import ROOT

FOLDERS = {
    "lm-eval": "lm_eval",
    "lighteval": "lighteval",
    "helm": "helm",
    "inspect": "inspect",
    "evalplus": "evalplus",
    "opencompass": "opencompass",
    "mteb": "mteb",
    "model-index": "hugging_face",
    "every-eval-ever": "every_eval_ever",
}
HELM = HARNESSES / "helm/mmlu-subject=philosophy,method=multiple_choice_joint,model=openai_gpt2"
INSPECT = HARNESSES / "inspect/data_arc_qwen.json"


def copied(run, folder):
    """A run folder of HELM that may be changed."""
    return Path(shutil.copytree(run, folder / run.name))


def test_helm_run(tmp_path):
    (row,) = imported("helm", HELM, into=tmp_path)
    assert row == {
        "model": "openai/gpt2",
        "task": "mmlu (philosophy)",
        "variant": "base",
        "score": 1 / 9,
        # One of nine was right: sqrt((1/9 * 8/9) * 9/8 / 9) = 1/9.
        "stderr": pytest.approx(1 / 9),
        "n_examples": 9,
        "date": "2025-11-05",
        "source": f"{HELM.name}/stats.json",
    }
    (task,) = rows(tmp_path, "tasks")
    assert ("exact_match", "test") == (task["metric"], task["evaluation_split"])
    assert "exact_match, 5-shot, multiple_choice_joint" == task["setting"]


def test_helm_number_of_examples_is_not_count(tmp_path):
    """`count` is the number of trials."""
    stats = json.loads((HELM / "stats.json").read_text())
    assert {1} == {s["count"] for s in stats if s["name"]["name"] == "exact_match"}
    assert 9 == imported("helm", HELM, into=tmp_path)[0]["n_examples"]


def test_helm_ignores_perturbed_statistics(tmp_path):
    run = copied(HELM, tmp_path)
    stats = json.loads((run / "stats.json").read_text())
    for stat in stats:
        if "perturbation" in stat["name"]:
            stat["mean"] = 0.99
    write_json(run / "stats.json", stats)
    assert 1 / 9 == imported("helm", run, into=tmp_path)[0]["score"]


def test_helm_error_needs_the_scores_of_examples(tmp_path):
    run = copied(HELM, tmp_path)
    (run / "per_instance_stats.json").unlink()
    (run / "scenario_state.json").unlink()
    (row,) = imported("helm", run, into=tmp_path)
    assert {"stderr", "date"}.isdisjoint(row)
    write_json(run / "per_instance_stats.json", [
        {"instance_id": n, "stats": [{"name": {"name": "exact_match", "split": "test"}, "mean": n}]}
        for n in (0, 1)
    ])  # fmt: skip
    assert "stderr" not in imported("helm", run, into=tmp_path)[0]


@pytest.mark.parametrize(
    ("gone", "why"),
    [
        ("stats.json", "its run did not end: it has no stats.json"),
        ("run_spec.json", "its run did not end: it has no run_spec.json"),
    ],
)
def test_helm_run_that_did_not_end(tmp_path, gone, why):
    run = copied(HELM, tmp_path / "runs")
    (run / gone).unlink()
    said = run_import("helm", tmp_path / "runs", into=tmp_path)
    assert (1, True) == (said.exit_code, f"runs/{run.name}: skipped: {why}" in said.stderr)


def test_helm_examples(tmp_path):
    """The test split has nine; one of them is right."""
    imported("helm", HELM, "--examples", into=tmp_path)
    found = [row["score"] for row in rows(tmp_path, "examples")]
    assert (9, 1.0) == (len(found), sum(found))


def test_helm_main_metrics_of_real_runs(tmp_path):
    """`stats.json` lists exact_match first; HELM's tables show F1 for this scenario."""
    imported("helm", HARNESSES / "helm", into=tmp_path)
    assert {
        ("openai/gpt2", "mmlu (philosophy)", "base"): 1 / 9,
        ("openai/gpt2", "narrative_qa", "base"): 0.17424242424242425,
        ("eleutherai/pythia-1b-v0", "hellaswag", "base"): 0.3,
    } == scores(tmp_path)
    tasks = {row["task"]: row for row in rows(tmp_path, "tasks")}
    assert ("f1_score", True) == (
        tasks["narrative_qa"]["metric"],
        tasks["narrative_qa"]["higher_is_better"],
    )
    assert "valid" == tasks["hellaswag"]["evaluation_split"]
    assert [4] == [row["n_examples"] for row in rows(tmp_path) if row["task"] == "narrative_qa"]


def helm_run(folder, name, means, *, groups=(), model="org/m", n=10):
    """A run folder with the parts of HELM's files that the import reads."""
    spec = {"name": name, "groups": list(groups), "adapter_spec": {"model": model}}
    numbers = {**means, "perplexity": 1.5, "num_instances": n}
    stats = [
        {"name": {"name": metric, "split": "test"}, "mean": mean}
        for metric, mean in numbers.items()
    ]
    run = folder / f"{name.replace(':', '-')},model={model.replace('/', '_')}"
    write_json(run / "run_spec.json", spec)
    write_json(run / "stats.json", stats)
    return run


@pytest.mark.parametrize(
    ("name", "group", "metric"),
    [
        ("gsm", "gsm", "final_number_exact_match"),
        (
            "math:subject=algebra,level=1,use_official_examples=False,use_chain_of_thought=True",
            "math_chain_of_thought",
            "math_equiv_chain_of_thought",
        ),
        ("narrative_qa", "narrative_qa", "f1_score"),
        ("wmt_14:language_pair=cs-en", "wmt_14", "bleu_4"),
        ("ice:subset=ind", "ice", "bits_per_byte"),
    ],
)
def test_helm_main_metric_of_a_scenario(tmp_path, name, group, metric):
    means = {"exact_match": 0.125, "rouge_l": 0.25, "f1_score": 0.25, "bleu_4": 0.25}
    helm_run(tmp_path / "runs", name, {**means, metric: 0.5}, groups=[group])
    imported("helm", tmp_path / "runs", into=tmp_path)
    assert [0.5] == list(scores(tmp_path).values())
    (task,) = rows(tmp_path, "tasks")
    assert (metric, metric != "bits_per_byte") == (task["metric"], task["higher_is_better"])


def test_helm_asks_for_the_main_metric_of_an_unknown_scenario(tmp_path):
    helm_run(tmp_path / "runs", "new:subset=a", {"f1_score": 0.5, "rouge_l": 0.25})
    said = run_import("helm", tmp_path / "runs", into=tmp_path)
    assert 1 == said.exit_code
    assert "HELM's list of main metrics has none for 'new'" in said.stderr
    assert "--metric 'new=NAME', with f1_score, rouge_l, perplexity." in said.stderr
    (row,) = imported("helm", tmp_path / "runs", "--metric", "new=rouge_l", into=tmp_path)
    assert ("new (a)", 0.25) == (row["task"], row["score"])
    assert "higher_is_better" not in rows(tmp_path, "tasks")[0]


def test_metric_of_one_task(tmp_path):
    """`TASK=NAME` counts before `NAME`, and leaves the other tasks alone."""
    for name in ("gsm", "narrative_qa"):
        means = {"exact_match": 0.125, "f1_score": 0.25, "final_number_exact_match": 0.5}
        helm_run(tmp_path / "runs", name, means)
    options = ("--metric", "exact_match", "--metric", "narrative_qa=final_number_exact_match")
    imported("helm", tmp_path / "runs", *options, into=tmp_path / "a")
    assert [0.125, 0.5] == list(scores(tmp_path / "a").values())
    imported("helm", tmp_path / "runs", "--metric", "gsm=f1_score", into=tmp_path / "b")
    assert [0.25, 0.25] == list(scores(tmp_path / "b").values())
    said = run_import("helm", tmp_path / "runs", "--metric", "gsm=f1", into=tmp_path / "c")
    assert "--metric 'gsm=f1': no score is of this metric. Did you mean" in said.stderr


PAIRS = ("cs-en", "de-en", "fr-en", "hi-en", "ru-en")


def translations(folder, model, bleu):
    for pair, score in bleu.items():
        name = f"wmt_14:language_pair={pair}"
        run = helm_run(
            folder, name, {"bleu_4": score, "f1_score": 0}, groups=["wmt_14"], model=model
        )
        shown = [
            {"name": {"name": "bleu_4", "split": "test"}, "mean": score + d} for d in (-0.1, 0.1)
        ]
        write_json(run / "per_instance_stats.json", [
            {"instance_id": f"id{n}", "stats": [stat]} for n, stat in enumerate(shown)
        ])  # fmt: skip


def test_helm_run_group_is_one_task_where_all_scenarios_are_there(tmp_path):
    """The mean of 0.1, 0.2, 0.3, 0.4 and 0.5 is 0.3.

    Each run has two examples, 0.1 above and below its mean: a standard error of 0.1. The mean of
    five has sqrt(5 * 0.1^2) / 5.
    """
    whole = {pair: (number + 1) / 10 for number, pair in enumerate(PAIRS)}
    translations(tmp_path / "runs", "org/whole", whole)
    translations(tmp_path / "runs", "org/part", {"cs-en": 0.9, "de-en": 0.9})
    said = run_import("helm", tmp_path / "runs", into=tmp_path)
    (row,) = rows(tmp_path)
    assert ("org/whole", "wmt_14", 0.3, 50) == (
        row["model"], row["task"], row["score"], row["n_examples"],
    )  # fmt: skip
    assert row["stderr"] == pytest.approx(0.1 / 5**0.5)
    (task,) = rows(tmp_path, "tasks")
    assert ("bleu_4", "bleu_4, 5 scenarios", True) == (
        task["metric"], task["setting"], task["higher_is_better"],
    )  # fmt: skip
    assert "wmt_14 of org/part: skipped: the model has 2 of its scenarios, and other" in said.stderr


def test_helm_scenarios_of_an_incomplete_group_are_tasks(tmp_path):
    """Also with `--subtasks`, where the group is complete."""
    translations(tmp_path / "runs", "org/part", {"cs-en": 0.9, "de-en": 0.8})
    expected = {
        ("org/part", "wmt_14 (cs-en)", "base"): 0.9,
        ("org/part", "wmt_14 (de-en)", "base"): 0.8,
    }
    imported("helm", tmp_path / "runs", into=tmp_path / "p")
    assert expected == scores(tmp_path / "p")
    translations(tmp_path / "runs", "org/part", dict.fromkeys(PAIRS, 0.5))
    imported("helm", tmp_path / "runs", "--subtasks", into=tmp_path / "q")
    assert 5 == len(scores(tmp_path / "q"))


def test_helm_lite_and_full_groups_are_not_compared(tmp_path):
    """Five scenarios and fifty-seven make two tasks; what is in neither is left out."""
    lists = (ROOT / "site_builder/importers/helm_groups.tsv").read_text().splitlines()
    line = next(line for line in lists if line.startswith("mmlu\t"))
    full, lite = (names.split("; ") for names in line.split("\t")[2].split(" | "))
    assert (57, 5) == (len(full), len(lite))
    for model, subjects in (("org/full", full), ("org/lite", [*lite, "anatomy"])):
        for subject in subjects:
            name = f"mmlu:subject={subject},method=multiple_choice_joint"
            helm_run(tmp_path / "runs", name, {"exact_match": 0.5}, groups=["mmlu"], model=model)
    said = run_import("helm", tmp_path / "runs", into=tmp_path)
    assert {
        ("org/full", "mmlu (57 scenarios)", "base"): 0.5,
        ("org/lite", "mmlu", "base"): 0.5,
    } == scores(tmp_path)
    assert "it is not one of the 5 scenarios of mmlu" in said.stderr


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
    }


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


@given(cut=st.integers(0, 1500), put=st.binary(max_size=4), zstd=st.booleans())
def test_damaged_packed_logs_are_read_or_reported(tmp_path_factory, cut, put, zstd):
    path = tmp_path_factory.mktemp("any") / "a.eval"
    header = {key: value for key, value in log().items() if key != "samples"}
    if zstd:
        zstandard(path, json.dumps(header).encode())
    else:
        eval_file(path, {"header.json": header})
    content = path.read_bytes()
    path.write_bytes(content[:cut] + put + content[cut + len(put) :])
    reading = format_of("inspect").read(path, ImportOptions())
    assert reading.measures or reading.skipped


MTEB = HARNESSES / "mteb"
LABSE = "sentence-transformers/LaBSE"


def test_mteb_results(tmp_path):
    """Four models; two of them have only some of the eleven subsets of STS17.

    LaBSE's score is the mean of the eleven numbers in its file. STSBenchmark is in the layout from
    before MTEB 1.11, without a name for the main score.
    """
    said = run_import("mteb", MTEB, into=tmp_path)
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


def test_mteb_incomplete_task_has_no_score_without_other_files(tmp_path):
    """Four of eleven subsets are incomplete by MTEB's own list."""
    file = next(MTEB.glob("intfloat*/fd*/STS17.json"))
    said = run_import("mteb", file, into=tmp_path)
    assert (1, True) == (said.exit_code, "it has 4 of the 11 values of STS17" in said.stderr)


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


def test_mteb_values_as_tasks(slice_of_mteb, tmp_path):
    """`--subtasks` imports each value, with the split in its name if the task has several."""
    imported("mteb", slice_of_mteb, "--subtasks", into=tmp_path)
    found = {task: score for (_, task, _), score in scores(tmp_path).items()}
    assert 0.85306 == found["MassiveIntentClassification (test, en)"]
    assert 0.9201519349090438 == found["STS17 (en-en)"]
    assert {"LEMBPasskeyRetrieval (test_256)", "XQuADRetrieval (ar)"} < {*found}


def test_mteb_drops_splits_that_the_task_has_not(tmp_path):
    splits = {
        "train": {"default": {"main_score": 1.0}},
        "test": {"default": {"main_score": 0.5}},
    }
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


LIGHTEVAL = HARNESSES / "lighteval"


def test_lighteval_results(tmp_path):
    """The means over tasks are left out; an error of NaN or 0 is unknown."""
    said = run_import("lighteval", LIGHTEVAL, into=tmp_path)
    smol, dummy = "HuggingFaceTB/SmolLM2-1.7B-Instruct", "eee-smoke/dummy-model"
    assert {
        (smol, "mmlu:abstract_algebra", "base"): 0.31,
        (smol, "mmlu:anatomy", "base"): 0.4444444444444444,
        (smol, "glue:cola", "base"): 0.1673623873916,
        (dummy, "squad_v2", "base"): 0.0,
        (dummy, "anli:r1", "base"): 0.0,
    } == scores(tmp_path)
    by_task = {row["task"]: row for row in rows(tmp_path)}
    assert {
        "model": smol,
        "task": "mmlu:abstract_algebra",
        "variant": "base",
        "score": 0.31,
        "stderr": 0.04648231987117316,
        "n_examples": 100,
        "date": "2026-01-21",
        "source": f"lighteval/{smol}/results_2026-01-21T03-44-18.458309.json",
    } == by_task["mmlu:abstract_algebra"]
    assert "stderr" not in by_task["mmlu:anatomy"]
    assert "Measured on at most 2 examples (--max-samples)." == by_task["squad_v2"]["flag"]
    tasks = {row["task"]: row for row in rows(tmp_path, "tasks")}
    assert tasks["glue:cola"] == {
        "task": "glue:cola",
        "metric": "mcc",
        "higher_is_better": True,
        "dataset_url": "https://huggingface.co/datasets/nyu-mll/glue",
        "evaluation_split": "validation",
        "setting": "mcc, 0-shot",
    }
    assert "it is a mean over tasks of the run (3)" in said.stderr


def test_old_lighteval_results(tmp_path):
    """The key names a suite too, and a run of part of the examples is flagged."""
    key = "leaderboard|arc:challenge|25|0"
    document = {
        "config_general": {"model_name": "org/m", "model_config": {"revision": "v2"}},
        "results": {key: {"acc": 0.5, "acc_stderr": 0.125}},
        "config_tasks": {key: {"original_num_docs": 40, "effective_num_docs": 16}},
    }
    (row,) = imported("lighteval", write_json(tmp_path / "a.json", document), into=tmp_path)
    assert ("org/m@v2", "arc:challenge", 16) == (row["model"], row["task"], row["n_examples"])
    assert "Measured on 16 of 40 examples." == row["flag"]
    assert "acc, leaderboard, 25-shot" == rows(tmp_path, "tasks")[0]["setting"]


def test_lighteval_file_without_a_model(tmp_path):
    document = {"config_general": {"max_samples": 5}, "results": {"boolq|0": {"accuracy": 0.78}}}
    path = write_json(tmp_path / "a.json", document)
    said = run_import("lighteval", path, into=tmp_path)
    assert "a.json: skipped: it names no model. Name the model by --model." in said.stderr
    assert "m" == imported("lighteval", path, "--model", "m", into=tmp_path)[0]["model"]


def test_opencompass_summaries(tmp_path):
    """Shares are percentages; `mgsm` is the mean of the rows above it, and a 0 is a score."""
    said = run_import("opencompass", HARNESSES / "opencompass", into=tmp_path)
    found = {(model, task): score for (model, task, _), score in scores(tmp_path).items()}
    assert 17 == len(found)
    assert (40.47 not in found.values(), 0.0) == (
        True,
        found["llama-3-8b-instruct-hf", "mgsm_te"],
    )
    assert (36.04, 33.64) == (
        found["baichuan2-7b-chat-hf", "IFEval"],
        found["llama-2-13b-chat-hf", "IFEval"],
    )
    assert "it is a mean of other rows (naive_average) (3)" in said.stderr
    tasks = {row["task"]: row for row in rows(tmp_path, "tasks")}
    assert tasks["IFEval"] == {
        "task": "IFEval",
        "metric": "Prompt-level-strict-accuracy",
        "higher_is_better": True,
        "score_min": 0.0,
        "score_max": 100.0,
        "setting": "Prompt-level-strict-accuracy, gen, 3321a3",
    }
    metric = "Inst-level-loose-accuracy"
    imported(
        "opencompass",
        HARNESSES / "opencompass",
        "--metric",
        f"IFEval={metric}",
        into=tmp_path / "b",
    )
    assert 58.03 == scores(tmp_path / "b")["llama-2-13b-chat-hf", "IFEval", "base"]


def test_opencompass_summary_as_csv(tmp_path):
    """Headings of groups have dashes for scores; a perplexity is no share."""
    (tmp_path / "summary.csv").write_text(
        "dataset,version,metric,mode,a,b\n--- Exam ---,-,-,-,-,-\nt,1b2c,accuracy,ppl,50.5,-\n"
        "u,3d4e,ppl,ppl,7.5,8.25\n"
    )
    imported("opencompass", tmp_path / "summary.csv", into=tmp_path)
    assert {("a", "t", "base"): 50.5, ("a", "u", "base"): 7.5, ("b", "u", "base"): 8.25} == scores(
        tmp_path
    )
    tasks = {row["task"]: row for row in rows(tmp_path, "tasks")}
    assert (100.0, None) == (tasks["t"]["score_max"], tasks["u"].get("score_max"))
    assert tasks["u"]["higher_is_better"] is False


def test_evalplus_results(tmp_path):
    """A null is no score, and no size."""
    imported("evalplus", HARNESSES / "evalplus/results.json", into=tmp_path)
    stated = json.loads((HARNESSES / "evalplus/results.json").read_text())
    assert scores(tmp_path) == {
        (model, task, "base"): score
        for model, entry in stated.items()
        for task, score in entry["pass@1"].items()
        if score is not None
    }
    assert ("Code-13B", "mbpp", "base") not in scores(tmp_path)
    models = {row["model"]: row for row in rows(tmp_path, "models")}
    assert "parameters_b" not in models["Gemini 1.5 Pro 002"]
    assert models["Artigenz-Coder-DS-6.7B"] == {
        "model": "Artigenz-Coder-DS-6.7B",
        "parameters_b": 6.7,
        "tuning": "instruct",
        "url": "https://huggingface.co/Artigenz/Artigenz-Coder-DS-6.7B",
    }
    assert {"humaneval", "humaneval+", "mbpp", "mbpp+"} == {
        r["task"] for r in rows(tmp_path, "tasks")
    }
    assert {(100.0, True)} == {
        (row["score_max"], row["higher_is_better"]) for row in rows(tmp_path, "tasks")
    }


MAPPINGS = {
    "bfcl_data_overall.csv": "BFCL",
    "livebench_2026_01_08.csv": "LiveBench",
}


@pytest.mark.parametrize("file", MAPPINGS)
def test_documented_mapping_of_a_table(tmp_path, file):
    """Every number of the columns that the mapping names, with its unit; no mean among them."""
    text = (ROOT / "docs/importing.md").read_text(encoding="utf8")
    section = text.partition(f"### {MAPPINGS[file]}\n")[2]
    mapping = section.partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "site.toml").write_text(mapping, encoding="utf8")
    path = HARNESSES / "tables" / file
    imported("csv", path, into=tmp_path)
    with path.open(encoding="utf8", newline="") as lines:
        stated = list(csv.DictReader(lines))
    columns = {task for _, task, _ in scores(tmp_path)}
    model = next(name for name in stated[0] if name.casefold() == "model")
    assert scores(tmp_path) == {
        (row[model], column, "base"): float(row[column].rstrip("%"))
        for row in stated
        for column in columns
    }
    assert {"BFCL": 18, "LiveBench": 23}[MAPPINGS[file]] == len(columns)
    assert {(0.0, 100.0)} == {(r["score_min"], r["score_max"]) for r in rows(tmp_path, "tasks")}
    assert not {"Overall Acc", "Live Acc", "Latency Mean (s)"} & columns


def card(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(f"---\n{text}---\n\n# A model\n", encoding="utf8")
    return folder


def test_model_card(tmp_path):
    """Each part of a data set in `model-index` is a task."""
    imported(
        "model-index", HARNESSES / "hugging_face/bert-base-uncased-finetuned-qnli", into=tmp_path
    )
    model = "bert-base-uncased-finetuned-qnli"
    assert {(model, "glue (qnli)", "base"): 0.791689547867472} == scores(tmp_path)
    assert [{"model": model, "license": "apache-2.0"}] == rows(tmp_path, "models")


def test_model_cards_whose_bases_have_no_score(tmp_path):
    """Two tuned models stay themselves: no lift is shown."""
    cards = [
        HARNESSES / f"hugging_face/roberta-{name}" for name in ("base-ep20", "large-ep1-lr1e-5")
    ]
    said = run_import("model-index", *cards, into=tmp_path)
    task = "GLUE ZSE-TEST-SAMPLED-N700-QUALITY_EST-MAX_SAMPLED=0"
    assert {
        ("roberta-base-max_sampled=3", task, "base"): 0.4295801576316513,
        ("roberta-large-ep1-lr1e-5", task, "base"): 0.5390567981865767,
    } == scores(tmp_path)
    assert "\npaired: " not in said.stderr
    (line,) = (line for line in said.stderr.splitlines() if "not paired" in line)
    assert "'roberta-base-max_sampled=3' from 'FacebookAI/roberta-base' and " in line
    assert "spearmanr" == rows(tmp_path, "tasks")[0]["metric"]


INDEX = """\
base_model: {base}
model-index:
- name: {name}
  results:
  - task: {{type: asr}}
    dataset: {{name: Voice fr, type: org/voice, config: fr, split: validation}}
    metrics:
    - {{type: rouge, name: Rouge1, value: "26.5 ± 0.5"}}
    - {{type: rouge, name: Rouge2, value: 9.5}}
    source: {{url: "https://example.org/run"}}
"""


def test_model_card_with_metrics_of_one_type_and_a_base_model(tmp_path):
    """Rouge1 and Rouge2 are told apart by name; the card pairs base and tuned."""
    card(tmp_path / "hub/base", INDEX.format(base="", name="base"))
    card(tmp_path / "hub/tuned", INDEX.format(base="base", name="tuned"))
    imported("model-index", tmp_path / "hub", into=tmp_path)
    places = {("base", "Voice fr", "base"), ("base", "Voice fr", "fine_tuned")}
    assert places == set(scores(tmp_path))
    assert {26.5} == set(scores(tmp_path).values())
    assert "Rouge1, validation split" == rows(tmp_path, "tasks")[0]["setting"]
    assert {"https://example.org/run"} == {row["source"] for row in rows(tmp_path)}


def test_repositories_in_the_hugging_face_cache(tmp_path):
    """The names of their folders are the ids; their files are links."""
    for name, base in (("base", ""), ("tuned", "org/base")):
        folder = tmp_path / f"hub/models--org--{name}"
        blob = card(folder / "blobs/1", INDEX.format(base=base, name="short")) / "README.md"
        (folder / "snapshots/abc").mkdir(parents=True)
        (folder / "snapshots/abc/README.md").symlink_to(blob.rename(folder / "blobs/f00"))
    imported("model-index", tmp_path / "hub", into=tmp_path)
    places = {("org/base", "Voice fr", "base"), ("org/base", "Voice fr", "fine_tuned")}
    assert places == set(scores(tmp_path))


def test_merged_model_is_not_paired(tmp_path):
    card(tmp_path / "hub/m", INDEX.format(base="[a, b]", name="m"))
    said = run_import("model-index", tmp_path / "hub", into=tmp_path)
    assert {("m", "Voice fr", "base")} == set(scores(tmp_path))
    assert "hub/m/README.md: made from a, b, so it is not paired" in said.stderr


EVAL_RESULTS = """\
- dataset: {id: openai/gsm8k, task_id: gsm8k}
  source: {name: Model Card, url: "https://huggingface.co/org/m"}
  value: 96.06
  date: 2025-01-15
- dataset: {id: cais/hle, task_id: default}
  value: 20.9
  notes: no-tools
- dataset: {id: broken}
  value: high
"""


def test_eval_results_of_a_repository(tmp_path):
    folder = tmp_path / "hub/org__m/.eval_results"
    folder.mkdir(parents=True)
    (folder / "all.yaml").write_text(EVAL_RESULTS)
    imported("model-index", tmp_path / "hub", into=tmp_path)
    assert {
        ("org/m", "openai/gsm8k: gsm8k", "base"): 96.06,
        ("org/m", "cais/hle", "base"): 20.9,
    } == scores(tmp_path)
    first, second = rows(tmp_path)
    assert ("2025-01-15", "https://huggingface.co/org/m") == (first["date"], first["source"])
    assert "hub/org__m/.eval_results/all.yaml" == second["source"]
    assert ["no-tools"] == [t["setting"] for t in rows(tmp_path, "tasks") if "setting" in t]


def test_eval_results_are_written_as_they_were_read(tmp_path):
    """Each value, date, link and note; what names no benchmark is reported."""
    folder = tmp_path / "hub/org__m/.eval_results"
    folder.mkdir(parents=True)
    (folder / "all.yaml").write_text(EVAL_RESULTS)
    imported("model-index", tmp_path / "hub", into=tmp_path / "a")
    assert (
        "https://huggingface.co/datasets/cais/hle"
        == rows(tmp_path / "a", "tasks")[1]["dataset_url"]
    )
    said = run("export", "eval-results", tmp_path / "out", "--project", tmp_path / "a")
    assert (0, "") == (said.exit_code, said.stdout)
    assert YAML(typ="safe").load(tmp_path / "out/org__m/.eval_results/leaderboard.yaml") == [
        {
            "dataset": {"id": "openai/gsm8k", "task_id": "gsm8k"},
            "value": 96.06,
            "date": "2025-01-15",
            "source": {"url": "https://huggingface.co/org/m"},
        },
        {"dataset": {"id": "cais/hle", "task_id": "default"}, "value": 20.9, "notes": "no-tools"},
    ]
    imported("model-index", tmp_path / "out", into=tmp_path / "b")
    assert scores(tmp_path / "a") == scores(tmp_path / "b")
    said = run("export", "eval-results", tmp_path / "out", "--project", tmp_path / "a")
    assert (1, True) == (said.exit_code, "cannot be written: File exists" in said.stderr)


def test_export_names_what_has_no_repository_or_benchmark(tmp_path):
    (tmp_path / "a.csv").write_text("model,task,score\norg/m,t,0.5\nother,t,0.25\n")
    imported("csv", tmp_path / "a.csv", into=tmp_path)
    said = run("export", "eval-results", tmp_path / "out", "--project", tmp_path)
    assert 1 == said.exit_code
    assert "task 't' has no benchmark: set dataset_url and hf_task_id in the tasks" in said.stderr
    assert "model 'other' (base) has no repository: set hf_id in the models" in said.stderr
    assert "no score can be written as eval-results" in said.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: [\n", "its YAML cannot be read: "),
        ("license: mit\n", "it has no model-index"),
        ("model-index: []\n", "it has no score"),
        ("x: !!python/object/apply:os.system [ls]\nmodel-index: []\n", "its YAML cannot be read: "),
    ],
)
def test_unreadable_model_cards(tmp_path, text, why):
    """The reason is reported; YAML tags run no code."""
    card(tmp_path / "hub/m", text)
    said = run_import("model-index", tmp_path / "hub", into=tmp_path)
    assert (1, True) == (said.exit_code, f"hub/m/README.md: skipped: {why}" in said.stderr)


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
    """Version 0.3 as JSON lines; -1 of a scale with an unknown level is no score."""

    def result(name, score, **more):
        metric = {"lower_is_better": True, "metric_id": "mae", **more}
        spread = {"standard_error": {"value": 0.25}, "num_samples": 40}
        return {
            "evaluation_name": name,
            "metric_config": metric,
            "score_details": {"score": score, "uncertainty": spread},
        }

    results = [result("a", 1.5), result("b", -1, has_unknown_level=True)]
    record = {"model_info": {"id": "m"}, "evaluation_results": results}
    (tmp_path / "all.jsonl").write_text(json.dumps(record) + "\n\n")
    (row,) = imported("every-eval-ever", tmp_path / "all.jsonl", into=tmp_path)
    assert ("a", 0.25, 40) == (row["task"], row["stderr"], row["n_examples"])
    assert rows(tmp_path, "tasks")[0]["higher_is_better"] is False


@pytest.mark.parametrize("source", FOLDERS)
def test_importing_twice_changes_nothing(tmp_path, source):
    folder = HARNESSES / FOLDERS[source]
    imported(source, folder, "--examples", into=tmp_path)
    before = contents(tmp_path)
    said = run_import(source, folder, "--examples", into=tmp_path)
    assert "Nothing changed; nothing was written." in said.stderr
    assert before == contents(tmp_path)


@pytest.mark.parametrize("source", [known.name for known in FORMATS])
def test_every_format_reports_files_of_other_formats(tmp_path, source):
    for path in sorted(HARNESSES.rglob("*")):
        target = tmp_path / "mixed" / "_".join(path.relative_to(HARNESSES).parts)
        if path.is_file():
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, target)
    (tmp_path / "mixed/null.json").write_text("null")
    (tmp_path / "mixed/strange.json").write_text('{"results": [1], "scores": 5, "eval": {}}')
    reading = format_of(source).read(tmp_path / "mixed", ImportOptions(examples=True))
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
