"""Import lighteval, OpenCompass, EvalPlus, and tables of leaderboards."""

import csv
import json
import shutil

import pytest

from tests.helpers.imported import (
    HARNESSES,
    contents,
    imported,
    paste,
    rows,
    run_import,
    scores,
    write_json,
)
from tests.helpers.sites import ROOT
from tests.helpers.tables import check_project

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
        "version": "0",
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
    assert (40.47 not in found.values(), 0.0) == (True, found["llama-3-8b-instruct-hf", "mgsm_te"])
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


def test_opencompass_counts_are_no_models(tmp_path):
    """As AISBench writes them: a column of counts, and a number with another is reported."""
    (tmp_path / "summary.csv").write_text(
        "dataset,version,metric,mode,total_count,a,b\nt,1,accuracy,gen,8,82.00 (7/8),50.5\n"
    )
    said = run_import("opencompass", tmp_path / "summary.csv", into=tmp_path)
    assert {("b", "t", "base"): 50.5} == scores(tmp_path)
    assert "'82.00 (7/8)' holds more than a number" in said.stderr
    assert 0 == said.exit_code
    (tmp_path / "summary.csv").write_text(
        "dataset,version,metric,mode,total_count,a\nt,1,accuracy,gen,8,82.00 (7/8)\n"
    )
    said = run_import("any", tmp_path / "summary.csv", into=tmp_path / "other")
    assert "'82.00 (7/8)' holds more than a number" in said.stderr
    assert "no column of models" not in said.stderr


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
        "open_data": "NONE",
    }
    assert {"humaneval", "humaneval+", "mbpp", "mbpp+"} == {
        r["task"] for r in rows(tmp_path, "tasks")
    }
    assert {(100.0, True)} == {
        (row["score_max"], row["higher_is_better"]) for row in rows(tmp_path, "tasks")
    }


def test_bigcodebench_runs(tmp_path):
    """What was asked is the task, how it was run a facet; the file and its name say it."""
    imported("any", HARNESSES / "bigcodebench", into=tmp_path)
    facets = ("calibrated", "decoding", "temperature", "backend")
    hard, full = "BigCodeBench-Hard (complete)", "BigCodeBench (instruct)"
    assert {
        ("org/a", hard, 0.142, "yes", "greedy", None, "vllm"),
        ("org/a", hard, 0.122, "no", "greedy", None, "vllm"),
        ("org/a", full, 0.3085, "yes", "greedy", None, "vllm"),
        ("b", hard, 0.2095, "yes", "sampled", "0.8", "openai"),
    } == {(r["model"], r["task"], r["score"], *map(r.get, facets)) for r in rows(tmp_path)}
    flags = {row["model"]: row.get("flag") for row in rows(tmp_path)}
    assert {"org/a": None, "b": "Only 98.0% of the reference solutions passed."} == flags


def test_how_bigcodebench_prompted_a_model_is_a_facet(tmp_path):
    entry = {"pass@1": {"instruct": 51.1, "complete": 61.1}, "prompted": True, "prefill": True}
    path = write_json(tmp_path / "results.json", {"m": {**entry, "direct_complete": False}})
    found = imported("any", path, into=tmp_path)
    assert {("yes", "no")} == {(row["prefill"], row["direct_complete"]) for row in found}


@pytest.fixture
def template(tmp_path):
    """A folder of results of three boards of the template, and of requests."""
    folder = tmp_path / "runs"
    shutil.copytree(HARNESSES / "leaderboard_template", folder)
    shutil.copytree(HARNESSES / "other/template", folder / "results", dirs_exist_ok=True)
    return folder


def test_results_of_the_leaderboard_template(tmp_path, template):
    """Arrows tell directions and are no part of names; texts are numbers; requests have facts."""
    said = run_import("any", template, into=tmp_path)
    assert 'task_by = ["folder 2"]' in paste(tmp_path, said)
    lines = paste(tmp_path, run_import("any", template, into=tmp_path))
    assert (3, 0) == (lines.count("higher_is_better = true"), lines.count("hallucination"))
    said = run_import("any", template, into=tmp_path)
    assert 0 == said.exit_code, said.stderr
    assert "1 request without results: PENDING (1)" in said.stderr
    assert "it is a part of a task, which --subtasks imports (36)" in said.stderr
    found = scores(tmp_path)
    assert 2 * 8 + 2 * 3 + 4 == len(found)
    assert (40.0, 14.86, 38.61, 3.7) == (
        found["Llama-VID", "CHAIR (s) (VH)", "base"],
        found["Llama-VID", "SelfCheckGPT (VH)", "base"],
        found["Llama-VID", "SelfCheckGPT (AVH-visual)", "base"],
        found["microsoft/Phi-4", "hallucination_rate (microsoft)", "base"],
    )
    urls = {row["model"]: row.get("url") for row in rows(tmp_path, "models")}
    assert "https://github.com/dvlab-research/LLaMA-VID" == urls["Llama-VID"]
    better = {row["task"]: row["higher_is_better"] for row in rows(tmp_path, "tasks")}
    assert (True, False) == (better["POPE COCO (VH)"], better["CHAIR (s) (VH)"])
    assert {
        "model": "microsoft/Phi-4",
        "hf_id": "microsoft/Phi-4",
        "parameters_b": 14.7,
        "license": "mit",
        "model_type": "pretrained",
        "precision": "float16",
        "weight_type": "Original",
        "submitted": "2025-12-09",
    } == next(row for row in rows(tmp_path, "models") if row["model"] == "microsoft/Phi-4")


def test_parts_and_requests_beside_a_folder_of_the_template(tmp_path, template):
    """A folder of results has its requests beside it; categories are parts of a task."""
    path = template / "results"
    (tmp_path / "site.toml").write_text('[import]\ntask_by = ["folder 2"]\n')
    imported("any", path, "--subtasks", "--lower-is-better", into=tmp_path)
    assert (
        4.045
        == scores(tmp_path)["microsoft/Phi-4", "hallucination_rate (business) (microsoft)", "base"]
    )
    (model,) = (row for row in rows(tmp_path, "models") if "license" in row)
    assert ("microsoft/Phi-4", "mit") == (model["model"], model["license"])


def test_models_that_wait_for_results_are_listed_with_their_status(tmp_path, template):
    """A newer status replaces the older one, and a score ends it."""
    (tmp_path / "site.toml").write_text('[import]\ntask_by = ["folder 2"]\n')
    args = ("any", template, "--lower-is-better")
    queue = template / "requests/microsoft"
    request = json.loads((queue / "Phi-5_eval_request_False_float16_Original.json").read_text())
    for model, status in (("org/a", "RUNNING"), ("org/b", "FAILED"), ("org/c", "FINISHED")):
        write_json(queue / f"{model}.json", {**request, "model": model, "status": status})

    def statuses():
        models = {row["model"]: row for row in rows(tmp_path, "models")}
        return {name: (row["status"], row.get("reason")) for name, row in models.items()
                if "status" in row}  # fmt: skip

    imported(*args, into=tmp_path)
    assert {
        "microsoft/Phi-5": ("pending", None),
        "org/a": ("pending", "its evaluation is running"),
        "org/b": ("not_evaluated", "its evaluation failed"),
    } == statuses()
    check_project(tmp_path)
    write_json(queue / "org/a.json", {**request, "model": "org/a", "status": "FAILED"})
    result = {"config": {"model_name": "org/b"}, "results": {"CHAIR": {"CHAIR": 3.5}}}
    write_json(template / "results/VH/b/results.json", result)
    imported(*args, into=tmp_path)
    assert {
        "microsoft/Phi-5": ("pending", None),
        "org/a": ("not_evaluated", "its evaluation failed"),
    } == statuses()
    before = contents(tmp_path)
    imported(*args, into=tmp_path)
    assert before == contents(tmp_path)


def recipe(name):
    """The lines of `site.toml` that the documentation has for a board."""
    text = (ROOT / "docs/importing.md").read_text(encoding="utf8")
    return text.partition(f"### {name}\n")[2].partition("```toml\n")[2].partition("```")[0]


@pytest.mark.parametrize(
    ("file", "name", "n"),
    [("bfcl_data_overall.csv", "BFCL", 25), ("livebench_2026_01_08.csv", "LiveBench", 23)],
)
def test_documented_mapping_of_a_table(tmp_path, file, name, n):
    """Every number of the columns that the mapping names, with its unit; no other mean."""
    (tmp_path / "site.toml").write_text(recipe(name), encoding="utf8")
    path = HARNESSES / "tables" / file
    found = imported("csv", path, into=tmp_path)
    with path.open(encoding="utf8", newline="") as lines:
        stated = list(csv.DictReader(lines))
    columns = {task for _, task, _ in scores(tmp_path)}
    model = next(name for name in stated[0] if name.casefold() == "model")
    assert scores(tmp_path) == {
        (row[model], column, "base"): float(row[column].rstrip("%"))
        for row in stated
        for column in columns
    }
    assert n == len(columns)
    assert {(0.0, 100.0)} == {(r["score_min"], r["score_max"]) for r in rows(tmp_path, "tasks")}
    if name == "BFCL":
        measures = {(row["model"], row["cost_usd"], row["latency_s"]) for row in found}
        named = ("Total Cost ($)", "Latency Mean (s)")
        assert {(row["Model"], *(float(row[n]) for n in named)) for row in stated} == measures


@pytest.mark.parametrize(
    ("name", "file", "place", "expected"),
    [
        (
            "RULER", "other/ruler_summary.csv", "m/synthetic/4096/pred/summary.csv",
            {("m", "niah_single_3 (4096)"): (96.8, True), ("m", "qa_2 (4096)"): (58.4, True)},
        ),
        (
            "vLLM", "other/vllm_serving.json", "a.json",
            {("Meta-Llama-3-8B-Instruct", "mean_ttft_ms (1.0)"): (163.63046600483358, False)},
        ),
        (
            "TabArena", "tables/tabarena_results.csv", "a.csv",
            {("KNN (default)", "APSFailure"): (0.034194151585815735, False)},
        ),
    ],
)  # fmt: skip
def test_documented_mapping_of_other_files(tmp_path, name, file, place, expected):
    (tmp_path / "site.toml").write_text(recipe(name), encoding="utf8")
    path = tmp_path / "runs" / place
    path.parent.mkdir(parents=True)
    path.write_bytes((HARNESSES / file).read_bytes())
    imported("csv", tmp_path / "runs", into=tmp_path)
    better = {row["task"]: row["higher_is_better"] for row in rows(tmp_path, "tasks")}
    found = {(m, t): (score, better[t]) for (m, t, _), score in scores(tmp_path).items()}
    assert expected == {key: found[key] for key in expected}


def test_files_of_other_boards(tmp_path):
    """Two numbers with margins in a cell, a key to sort by, two headings; solved problems."""
    table, solved = HARNESSES / "other/euroeval_danish.csv", HARNESSES / "other/lean_eval.json"
    said = run_import("csv", table, into=tmp_path)
    assert "does not tell whether higher is better for 'European Values'" in said.stderr
    paste(tmp_path, said)
    imported("csv", table, into=tmp_path)
    found = scores(tmp_path)
    assert (63.59, 75.27) == tuple(
        found["google/gemma-4-31B-it (val)", f"angry_tweets ({n})", "base"] for n in (1, 2)
    )
    lacking = "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B"
    assert 12 == sum(model == lacking for model, _, _ in found)
    assert not {-1.0, 100.0} & {score for (model, *_), score in found.items() if model == lacking}
    imported("any", solved, into=tmp_path / "lean")
    assert {
        ("Claude Opus 4.7", "solved", "base"): 3.0,
        ("Claude Opus 4.7 (1M context)", "solved", "base"): 3.0,
    } == scores(tmp_path / "lean")


def test_flat_object_of_a_run_asks_which_of_its_numbers_are_scores(tmp_path):
    """Those that are called results come first; what a run was set to is none of them.

    Its timestamp is a number, and the next question is of what.
    """
    path = HARNESSES / "other/llmperf_lepton.json"
    said = run_import("any", path, into=tmp_path)
    assert "it is a single record, and nothing tells which numbers are scores" in said.stderr
    assert 'task_columns = ["results_inter_token_latency_s_mean"' in paste(tmp_path, said)
    assert 'date_unit = "s"' in paste(tmp_path, run_import("any", path, into=tmp_path))
    paste(tmp_path, run_import("any", path, into=tmp_path))
    imported("any", path, into=tmp_path)
    assert 1.1107598410000066 == scores(tmp_path)["llama2-7b", "results_ttft_s_mean", "base"]
    better = {row["task"]: row["higher_is_better"] for row in rows(tmp_path, "tasks")}
    assert (False, False) == (better["results_ttft_s_mean"], better["results_error_rate"])
