"""Import results of every version of the lm-evaluation-harness."""

import json
import math
import os
from collections import Counter

import pytest

from tests.helpers.imported import (
    HARNESSES,
    contents,
    imported,
    lm_eval_results,
    rows,
    run_import,
    scores,
    write_json,
)
from tests.helpers.tables import fault_lines

REAL = HARNESSES / "lm_eval"
MODERN = REAL / "modern/results_2026-01-21T03-44-18.458309.json"
LLAMA = REAL / "stablelm/external/meta-llama-Llama-2-7b.json"


def test_version_0_4(tmp_path):
    """Metric and filter share a key; examples and date are stated."""
    found = imported("lm-eval", MODERN, into=tmp_path)
    model = "RylanSchaeffer/mem_Qwen3-93M_minerva_math_rep_0_sbst_1.0000_epch_1_ot_1"
    command = (
        f"lm_eval --model hf --model_args pretrained={model},trust_remote_code=True "
        "--tasks math_rephrased_full --num_fewshot 0"
    )
    common = {"model": model, "variant": "base", "n_examples": 5000, "date": "2026-01-21"}
    common |= {"dtype": "bfloat16", "chat_template": "no"}
    zero, other = found
    assert "stderr" not in zero  # the harness writes 0 if all examples have the same score
    assert other == {
        **common,
        "task": "math_rephrased_full",
        "score": 0.0004,
        "stderr": 0.0002828144211304471,
        "source": MODERN.name,
        "command": command,
    }
    assert ("math_perturbed_full", 0.0) == (zero["task"], zero["score"])
    assert {"model": model, "parameters_b": 0.09306928, "hf_id": model} == rows(tmp_path, "models")[
        0
    ]
    assert rows(tmp_path, "tasks")[0] == {
        "task": "math_perturbed_full",
        "metric": "exact_match",
        "higher_is_better": True,
        "score_min": 0.0,
        "score_max": 1.0,
        "evaluation_split": "test",
        "test_examples": 5000,
        "setting": "exact_match, 0-shot",
        "version": "1",
    }


BIGSCIENCE = REAL / "bigscience"


def test_results_of_the_bigscience_workshop(tmp_path):
    """They are nested by task, then by time, and name no model."""
    said = run_import("lm-eval", BIGSCIENCE / "bslmeval.json", into=tmp_path)
    assert (1, True) == (
        said.exit_code,
        "it names no model. Name the model by --model." in said.stderr,
    )
    said = run_import("lm-eval", BIGSCIENCE / "bslmeval.json", "--model", "org/m", into=tmp_path)
    assert {
        ("org/m", "arc_challenge", "base"): 0.4121160409556314,
        ("org/m", "arc_easy", "base"): 0.7508417508417509,
        ("org/m", "axb (GPT-3 style)", "base"): 0.4682971014492754,
        ("org/m", "gsarti/flores_101_spa", "base"): 36.11085348176834,
        ("org/m", "cb (GPT-3 style)", "base"): 0.3392857142857143,
    } == scores(tmp_path)
    (task,) = (row for row in rows(tmp_path, "tasks") if row["task"] == "gsarti/flores_101_spa")
    assert ("word_perplexity", False) == (task["metric"], task["higher_is_better"])
    assert {"2022-07-07"} == {row["date"] for row in rows(tmp_path)}
    assert 0.06384226561930827 == rows(tmp_path)[4]["stderr"]
    assert "1 file with scores, 0 skipped." in said.stderr


def test_each_task_of_a_file_has_its_own_moments(tmp_path):
    """A few hundred in one file, and the newest counts; a task may have none."""
    results = {
        f"t{n}": {
            f"2022-07-{day:02}-20-{n // 60:02}-{n % 60:02}": {"acc": day / 100} for day in (7, 8)
        }
        for n in range(300)
    }
    path = write_json(tmp_path / "a.json", {"results": {**results, "none": []}})
    imported("lm-eval", path, "--model", "m", into=tmp_path)
    assert {0.08: 300} == Counter(scores(tmp_path).values())
    assert {"2022-07-08"} == {row["date"] for row in rows(tmp_path)}


def test_list_of_results_of_the_bigscience_workshop(tmp_path):
    """Each item has one metric of a task and prompt."""
    said = run_import(
        "lm-eval", BIGSCIENCE / "bsevalharness.json", "--model", "org/m", "--verbose", into=tmp_path
    )
    assert {("org/m", "crows_pairs_english (1)", "base"): 0.49552772808586765} == scores(tmp_path)
    assert 0.012212810647205384 == rows(tmp_path)[0]["stderr"]
    assert 1 == said.stderr.count("left out: ")


def test_versions_0_2_and_0_3(tmp_path):
    """`results[task][metric]`, without examples or dates."""
    imported("lm-eval", LLAMA, into=tmp_path)
    stated = json.loads(LLAMA.read_text())["results"]
    metric = {"truthfulqa_mc": "mc2"}
    expected = {
        ("meta-llama/Llama-2-7b-hf", task, "base"): values[metric.get(task, "acc")]
        for task, values in stated.items()
    }
    assert expected == scores(tmp_path)
    errors = {row["task"]: row["stderr"] for row in rows(tmp_path)}
    assert errors == {t: v[f"{metric.get(t, 'acc')}_stderr"] for t, v in stated.items()}
    assert all("n_examples" not in row and "date" not in row for row in rows(tmp_path))


def test_file_without_ending_and_model_in_place_of_the_backend(tmp_path):
    imported("lm-eval", REAL / "stablelm/external/openlm-research-open_llama_13b", into=tmp_path)
    fork = REAL / "stablelm/open_llm_leaderboard/stablelm-beta-3b-v2-arc-challenge.json"
    imported("lm-eval", fork, into=tmp_path)
    models = {row["model"] for row in rows(tmp_path)}
    assert {"openlm-research/open_llama_13b", "stabilityai/stablelm-base-alpha-3b-v2"} == models


GROUPED = lm_eval_results(
    {
        "know": {"alias": "know", "acc,none": 0.5, "acc_stderr,none": 0.125},
        "know_stem": {"alias": " - stem", "acc,none": 0.25},
        "know_algebra": {"alias": "  - algebra", "acc,none": 0.25},
        "know_art": {"alias": " - art", "acc,none": 0.75},
        "other": {"alias": "other", "acc,none": 1.0},
    },
    **{"n-samples": {t: {"original": 8, "effective": 8} for t in ("know_algebra", "know_art")}},
)
MEMBERS = {"know": ["know_stem", "know_art"], "know_stem": ["know_algebra"], "other": []}


@pytest.mark.parametrize("more", [{"group_subtasks": MEMBERS}, {}])
def test_group_replaces_its_tasks(tmp_path, more):
    """It has the examples and shots of its tasks: 8 + 8 examples, with 5 shots each.

    Files without `group_subtasks` indent the names of the tasks.
    """
    shots = {"n-shot": {"know_algebra": 5, "know_art": 5, "other": 0}}
    document = {**GROUPED, "groups": {"know": GROUPED["results"]["know"]}, **shots, **more}
    found = imported("lm-eval", write_json(tmp_path / "results.json", document), into=tmp_path)
    assert {"know": 0.5, "other": 1.0} == {row["task"]: row["score"] for row in found}
    know = next(row for row in found if row["task"] == "know")
    assert 16 == know["n_examples"]
    assert know["command"].endswith("--tasks know --num_fewshot 5")
    assert ["acc, 5-shot", "acc, 0-shot"] == [r["setting"] for r in rows(tmp_path, "tasks")]


def test_subtasks_are_parts_of_their_group(tmp_path):
    """`--subtasks` imports a group with the tasks below it, each a part of the smallest."""
    path = write_json(tmp_path / "results.json", {**GROUPED, "group_subtasks": MEMBERS})
    imported("lm-eval", path, "--subtasks", into=tmp_path)
    found = {task: score for (_, task, _), score in scores(tmp_path).items()}
    assert {
        "know": 0.5,
        "know_algebra": 0.25,
        "know_art": 0.75,
        "other": 1.0,
    }.items() <= found.items()
    wholes = {row["task"]: row.get("part_of") for row in rows(tmp_path, "tasks")}
    assert "know" == wholes["know_art"]
    assert wholes["know_algebra"] in ("know", "know_stem")
    assert wholes["know"] is wholes["other"] is None


def test_tasks_of_a_group_whose_score_is_refused_are_no_parts(tmp_path):
    results = {"g": {"acc": 71.0}, "a": {"acc": 0.5}}
    path = write_json(tmp_path / "r.json", lm_eval_results(results, group_subtasks={"g": ["a"]}))
    said = run_import("lm-eval", path, "--subtasks", "--proportion", into=tmp_path)
    assert "r.json: org/base, g (base): not imported: 71 is not a proportion" in said.stderr
    assert [] == fault_lines(tmp_path)


def test_group_without_a_score_keeps_its_tasks(tmp_path):
    results = {"g": {"alias": "g", " ": " "}, "a": {"alias": " - a", "acc,none": 0.5}}
    path = write_json(tmp_path / "r.json", lm_eval_results(results, group_subtasks={"g": ["a"]}))
    imported("lm-eval", path, into=tmp_path)
    assert {("org/base", "a", "base"): 0.5} == scores(tmp_path)


TWO_FILTERS = {
    "alias": "math",
    "exact_match,strict-match": 0.5,
    "exact_match_stderr,strict-match": "N/A",
    "exact_match,flexible-extract": 0.75,
    "exact_match_stderr,flexible-extract": 0.25,
    "sample_len": 40,
}


def test_two_filters_of_a_task(tmp_path):
    """The first counts; an error of "N/A" is unknown; `sample_len` is not a metric."""
    path = write_json(tmp_path / "r.json", lm_eval_results({"math": TWO_FILTERS}))
    (row,) = imported("lm-eval", path, into=tmp_path)
    assert (0.5, 40) == (row["score"], row["n_examples"])
    assert "stderr" not in row
    assert "exact_match, strict-match, 0-shot" == rows(tmp_path, "tasks")[0]["setting"]


@pytest.mark.parametrize(
    ("more", "n", "setting"),
    [
        ({"sample_len,none": 40}, 40, "acc"),
        ({"samples": 40, "n-shot": 5, "name": "t"}, 40, "acc, 5-shot"),
        ({"sample_len": 40, "version": 2, "sample_count": {"acc,none": 40}}, 40, "acc"),
    ],
)
def test_counts_and_shots_among_the_metrics(tmp_path, more, n, setting):
    document = lm_eval_results({"t": {**more, "acc,none": 0.5}})
    del document["n-shot"]
    path = write_json(tmp_path / "r.json", document)
    said = run_import("lm-eval", path, "--verbose", into=tmp_path)
    assert "left out" not in said.stderr
    assert (0.5, n) == (rows(tmp_path)[0]["score"], rows(tmp_path)[0]["n_examples"])
    assert setting == rows(tmp_path, "tasks")[0]["setting"]


METRICS = {"ppl": 3.5, "ppl_stderr": 0.1, "acc": 0.25, "acc_norm": 0.5, "acc_norm_stderr": 0.125}


@pytest.mark.parametrize(
    ("asked", "toml", "score", "metric"),
    [
        ((), "", 0.25, "acc"),
        (("acc_norm",), "", 0.5, "acc_norm"),
        (("ppl", "acc_norm"), "", 3.5, "ppl"),
        ((), '[import]\nmetrics = ["acc_norm"]\n', 0.5, "acc_norm"),
    ],
)
def test_one_metric_per_task(tmp_path, asked, toml, score, metric):
    """`acc`, or the metric of `--metric` or `site.toml`; the task has its direction."""
    (tmp_path / "site.toml").write_text(toml)
    path = write_json(tmp_path / "r.json", lm_eval_results({"lambada": METRICS}))
    options = [word for name in asked for word in ("--metric", name)]
    (row,) = imported("lm-eval", path, *options, into=tmp_path)
    (task,) = rows(tmp_path, "tasks")
    assert (score, metric) == (row["score"], task["metric"])
    assert (metric == "ppl") == (task.get("higher_is_better") is False)
    assert (metric != "ppl") == ("score_max" in task)


def test_task_keeps_its_metric(tmp_path):
    """The next import needs no `--metric`."""
    path = write_json(tmp_path / "r.json", lm_eval_results({"lambada": METRICS}))
    imported("lm-eval", path, "--metric", "acc_norm", into=tmp_path)
    before = contents(tmp_path)
    imported("lm-eval", path, into=tmp_path)
    assert before == contents(tmp_path)
    imported("lm-eval", path, "--metric", "acc", into=tmp_path)
    tasks = {task: score for (_, task, _), score in scores(tmp_path).items()}
    assert {"lambada": 0.5, "lambada (acc)": 0.25} == tasks


def test_metric_without_a_score_is_an_error(tmp_path):
    path = write_json(tmp_path / "r.json", lm_eval_results({"lambada": METRICS}))
    said = run_import("lm-eval", path, "--metric", "acc_nrom", into=tmp_path)
    line = "--metric 'acc_nrom': no score is of this metric. Did you mean 'acc_norm'?"
    assert (1, line) == (said.exit_code, said.stderr.splitlines()[-2])
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("config", "counts", "flag"),
    [
        ({}, None, None),
        ({"limit": 10}, None, "Measured on the first 10 examples only (--limit)."),
        ({"limit": 0.25}, None, "Measured on 25% of the examples only (--limit)."),
        ({"limit": 10.0}, {"original": 1319, "effective": 10}, "Measured on 10 of 1,319 examples."),
        ({"limit": 50}, {"original": 30, "effective": 30}, None),
    ],
)
def test_limited_run_is_flagged(tmp_path, config, counts, flag):
    more = {"n-samples": {"t": counts}} if counts else {}
    document = lm_eval_results({"t": {"acc,none": 0.5}}, config=config, **more)
    path = write_json(tmp_path / "r.json", document)
    assert flag == imported("lm-eval", path, into=tmp_path)[0].get("flag")


def test_model_arguments_as_an_object(tmp_path):
    arguments = {"pretrained": "org/base", "revision": "v2", "dtype": "auto"}
    path = write_json(tmp_path / "r.json", lm_eval_results({"t": {"acc,none": 0.5}}, arguments))
    (row,) = imported("lm-eval", path, into=tmp_path)
    assert "org/base@v2" == row["model"]
    assert "--model_args pretrained=org/base,revision=v2,dtype=auto " in row["command"]


@pytest.mark.parametrize("outside", [True, False])
def test_results_nested_by_time(tmp_path, outside):
    times = {
        f"2024-05-0{day}T10-00-00": {"t": {"acc,none": score}}
        for day, score in ((2, 0.5), (1, 0.25))
    }
    whole = lm_eval_results({})
    if outside:
        document = {time: {**whole, "results": part} for time, part in times.items()}
    else:
        document = {**whole, "results": times}
    path = write_json(tmp_path / "r.json", document)
    (row,) = imported("lm-eval", path, into=tmp_path)
    assert (0.5, "2024-05-02") == (row["score"], row["date"])


def test_values_that_are_not_scores_are_counted(tmp_path):
    values = {"acc,none": 0.5, "by_question,none": [1, 0], "f1,none": math.nan, "note": "x"}
    path = write_json(tmp_path / "r.json", lm_eval_results({"t": values}))
    said = run_import("lm-eval", path, "--verbose", into=tmp_path)
    assert {("org/base", "t", "base"): 0.5} == scores(tmp_path)
    assert "r.json: t, by_question,none: there is no score: the value is a list" in said.stderr
    assert "r.json: t, f1,none: there is no score: the value is not a number" in said.stderr


BAD = {
    "empty.json": (b" \n", "it is empty"),
    "cut.json": (b'{"results": {', "it is not JSON, or cut short: "),
    "list.json": (b"[1]", "it is not a JSON object"),
    "deep.json": (b"[" * 100_000, "its JSON is nested too deeply"),
    "summary.json": (b'{"table_results": {}}', "it is a summary (table_results) without results"),
    "nothing.json": (b'{"results": {}}', "its results are empty"),
    "other.json": (b'{"a": 1}', "it has no results: it is not from this harness"),
    "tool.json": (
        b'{"model_name": "m", "results": {"retail": {"pass_1": 50.5}}}',
        "its results are not of this harness: it has no config",
    ),
    "latin.json": ("{é".encode("latin-1"), "it is not UTF-8 text"),
    "notes.md": (b"# notes", "a results file does not end in .md"),
    "noname.json": (
        b'{"results": {"t": {"acc": 1}}, "config": {"model": "hf"}}',
        "it names no model",
    ),
    "noscore.json": (
        b'{"results": {"t": {"alias": "t"}}, "config": {"model": "org/m"}}',
        "it has no score",
    ),
}


def test_unreadable_files_are_reported(tmp_path):
    """Pipes and broken links too; the other files are imported."""
    folder = tmp_path / "runs"
    write_json(folder / "ok.json", lm_eval_results({"t": {"acc,none": 0.5}}))
    for name, (content, _) in BAD.items():
        (folder / name).write_bytes(content)
    os.mkfifo(folder / "pipe.json")
    (folder / "link.json").symlink_to("nowhere")
    said = run_import("lm-eval", folder, tmp_path / "nowhere", into=tmp_path)
    for name, (_, why) in BAD.items():
        assert f"warning: runs/{name}: skipped: {why}" in said.stderr
    assert "runs/pipe.json: skipped: it is not a file" in said.stderr
    assert "runs/link.json: skipped: there is no such file" in said.stderr
    assert f"warning: {tmp_path}/nowhere: skipped: there is no such file or folder" in said.stderr
    assert "1 file with scores, 15 skipped." in said.stderr
    assert 0 == said.exit_code


def test_folder_that_names_another_model(tmp_path):
    document = lm_eval_results({"t": {"acc,none": 0.5}})
    write_json(tmp_path / "out/org__base/results_1.json", document)
    write_json(tmp_path / "out/org__else/results_2.json", document)
    said = run_import("lm-eval", tmp_path / "out", into=tmp_path)
    assert {"org/base"} == {row["model"] for row in rows(tmp_path)}
    assert "the folder names 'org__else', the file 'org/base', which counts" in said.stderr
    assert "names 'org__base'" not in said.stderr


def test_examples(tmp_path):
    """`--examples` reads them; a note states that the file is cut short."""
    assert (
        "which --examples reads (1)" in run_import("lm-eval", REAL / "modern", into=tmp_path).stderr
    )
    assert not (tmp_path / "data/examples.parquet").exists()
    said = run_import("lm-eval", REAL / "modern", "--examples", into=tmp_path)
    examples = rows(tmp_path, "examples")
    assert [str(n) for n in range(10)] == [row["example"] for row in examples]
    assert {0.0} == {row["score"] for row in examples}
    assert {"math_perturbed_full"} == {row["task"] for row in examples}
    assert "has 10 of the 5,000 examples of the run" in said.stderr


def test_samples_file_with_a_cut_line(tmp_path):
    results = tmp_path / "run/results_2024-05-01T10-00-00.json"
    write_json(results, lm_eval_results({"t": {"acc,none": 0.5}}))
    lines = [json.dumps({"doc_id": n, "metrics": ["acc"], "acc": n / 2}) for n in range(2)]
    samples = results.with_name("samples_t_2024-05-01T10-00-00.jsonl")
    samples.write_text("\n".join([*lines, '{"doc_id": 2, "metr']))
    imported("lm-eval", results.parent, "--examples", into=tmp_path)
    found = [(row["example"], row["score"]) for row in rows(tmp_path, "examples")]
    assert [("0", 0.0), ("1", 0.5)] == found


def test_examples_of_older_runs_are_left_out(tmp_path):
    for day, score in ((2, 1.0), (1, 0.0)):
        name = f"2024-05-0{day}T10-00-00"
        document = lm_eval_results({"t": {"acc,none": score}})
        results = write_json(tmp_path / f"run/results_{name}.json", document)
        sample = {"doc_id": 0, "metrics": ["acc"], "acc": score}
        results.with_name(f"samples_t_{name}.jsonl").write_text(json.dumps(sample))
    said = run_import("lm-eval", tmp_path / "run", "--examples", into=tmp_path)
    assert [1.0] == [row["score"] for row in rows(tmp_path, "examples")]
    assert "Left out 1 score of single examples, whose task, metric or run was not" in said.stderr


def test_samples_without_a_results_file(tmp_path):
    samples = tmp_path / "in/samples_t_2024.jsonl"
    samples.parent.mkdir()
    samples.write_text('{"doc_id": 0, "metrics": ["acc"], "acc": 1.0}')
    for path in (samples, samples.parent):
        said = run_import("lm-eval", path, "--examples", into=tmp_path)
        why = "its examples are read with results_2024.json, which states their task. Name the "
        assert (1, True) == (said.exit_code, why in said.stderr)


def test_every_number_is_one_of_the_files(tmp_path):
    """Of all the real files: the scores, and their errors unless they are 0."""
    imported("lm-eval", REAL, "--model", "org/m", into=tmp_path)
    stated: set[float] = set()
    for path in REAL.rglob("*"):
        if path.is_file() and path.suffix != ".jsonl":
            json.loads(path.read_text(), parse_float=lambda text: stated.add(float(text)))
    found = [row[name] for row in rows(tmp_path) for name in ("score", "stderr") if name in row]
    assert len(found) > 300
    assert set() == set(found) - stated
    assert all(row.get("stderr", 1) > 0 for row in rows(tmp_path))
