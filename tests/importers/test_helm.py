"""Import run folders of HELM."""

import json
import shutil
from pathlib import Path

import pytest

from tests.helpers.imported import HARNESSES, imported, rows, run_import, scores, write_json
from tests.helpers.sites import ROOT
from tests.helpers.tables import check_project

HELM = HARNESSES / "helm/mmlu-subject=philosophy,method=multiple_choice_joint,model=openai_gpt2"


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
        # Means over 9 examples: 0.2946600914001465, 350.4444 and 1.
        **{"seconds": 2.6519408226, "input_tokens": 3154.0, "output_tokens": 9.0},
        **{"num_fewshot": "5-shot", "method": "multiple_choice_joint", "temperature": "0"},
        "deployment": "huggingface/gpt2",
    }
    (task,) = rows(tmp_path, "tasks")
    assert ("exact_match", "test") == (task["metric"], task["evaluation_split"])
    assert "exact_match, 5-shot, multiple_choice_joint" == task["setting"]


def test_how_a_helm_run_was_prompted_is_a_facet_where_all_tasks_agree(tmp_path):
    """The second model has another number of examples on one of its tasks, so none has a facet."""
    runs = tmp_path / "runs"
    for model in ("org/a", "org/b"):
        for group, temperature in (("gsm", 0.0), ("boolq", 0.5)):
            spec = json.loads((HELM / "run_spec.json").read_text())
            of_shots = {"max_train_instances": 2 if (model, group) == ("org/b", "gsm") else 5}
            more = {"model": model, "model_deployment": model, "temperature": temperature}
            spec |= {"name": f"{group}:model={model}", "groups": [group]}
            spec["adapter_spec"] |= {**of_shots, **more}
            copied(HELM, runs).rename(runs / f"{group} {model[4:]}")
            write_json(runs / f"{group} {model[4:]}" / "run_spec.json", spec)
    said = run_import("helm", runs, "--metric", "exact_match", into=tmp_path)
    assert "Facets: method and deployment.\n" in said.stderr
    assert "differs between the tasks of a model: num_fewshot and temperature." in said.stderr
    assert {"org/a", "org/b"} == {row["deployment"] for row in rows(tmp_path)}
    settings = {row["task"]: row["setting"] for row in rows(tmp_path, "tasks")}
    assert {"gsm", "gsm (5-shot)", "boolq"} == settings.keys()
    assert "exact_match, 5-shot" == settings["gsm (5-shot)"]
    check_project(tmp_path)


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


@pytest.mark.parametrize("gone", ["stats.json", "run_spec.json"])
def test_helm_run_that_did_not_end(tmp_path, gone):
    run = copied(HELM, tmp_path / "runs")
    (run / gone).unlink()
    said = run_import("helm", tmp_path / "runs", into=tmp_path)
    why = f"runs/{run.name}: skipped: its run did not end: it has no {gone}"
    assert (1, True) == (said.exit_code, why in said.stderr)


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


def test_helm_runs_rank_as_in_the_tables_of_helm(tmp_path):
    """HELM's own table has BBQ accuracy 1.0 and, of art_score, 0.875; in both, higher is better.

    The second run is older than HELM's list of main metrics, which has safety_score there.
    """
    runs = HARNESSES / "helm_safety"
    said = run_import("helm", runs, into=tmp_path)
    assert (
        "Choose one: --metric 'anthropic_red_team=NAME', with art_score, art_gpt_score, art_claude"
        in said.stderr
    )
    options = ("--metric", "anthropic_red_team=art_score", "--higher-is-better")
    imported("helm", runs, *options, into=tmp_path)
    assert {True} == {task["higher_is_better"] for task in rows(tmp_path, "tasks")}
    found = {task: score for (_, task, _), score in scores(tmp_path).items()}
    assert {"bbq (all)": 1.0, "anthropic_red_team": 0.875} == found
    # Two examples, 1 and 0.75: 0.125 * sqrt(2) / sqrt(2).
    (row,) = (row for row in rows(tmp_path) if row["task"] == "anthropic_red_team")
    assert (2, 0.125) == (row["n_examples"], row["stderr"])


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
    assert rows(tmp_path, "tasks")[0]["higher_is_better"] is True


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


def test_helm_newest_run_of_a_scenario_is_in_the_mean(tmp_path):
    """0.1 in place of 0.6: (0.1 + 0.2 + 0.3 + 0.4 + 0.5) / 5."""
    whole = {pair: (number + 1) / 10 for number, pair in enumerate(PAIRS)}
    translations(tmp_path / "runs", "org/m", whole)
    translations(tmp_path / "runs/again", "org/m", {"cs-en": 0.6})
    said = run_import("helm", tmp_path / "runs", into=tmp_path)
    assert "org/m, wmt_14 (cs-en) (base): 2 scores, 0.6 (runs/again/" in said.stderr
    for time, folder in ((1_600_000_000, "again"), (1_700_000_000, "")):
        (run,) = (tmp_path / "runs" / folder).glob("*cs-en*")
        state = {"request_states": [{"result": {"request_datetime": time}}]}
        write_json(run / "scenario_state.json", state)
    imported("helm", tmp_path / "runs", into=tmp_path)
    assert {("org/m", "wmt_14", "base"): 0.3} == scores(tmp_path)


@pytest.mark.parametrize("options", [(), ("--subtasks",)])
def test_helm_scenarios_of_an_incomplete_group_are_tasks(tmp_path, options):
    translations(tmp_path / "runs", "org/part", {"cs-en": 0.9, "de-en": 0.8})
    imported("helm", tmp_path / "runs", *options, into=tmp_path)
    assert {
        ("org/part", "wmt_14 (cs-en)", "base"): 0.9,
        ("org/part", "wmt_14 (de-en)", "base"): 0.8,
    } == scores(tmp_path)
    assert ["part_of" in row for row in rows(tmp_path, "tasks")] == [False, False]


def members_of_mmlu():
    """The 57 subjects of MMLU, and the five of HELM Lite."""
    lists = (ROOT / "site_builder/importers/helm_groups.tsv").read_text().splitlines()
    line = next(line for line in lists if line.startswith("mmlu\t"))
    full, lite = (names.split("; ") for names in line.split("\t")[2].split(" | "))
    assert (57, 5) == (len(full), len(lite))
    return full, lite


def test_helm_scenarios_are_parts_of_their_run_group(tmp_path):
    """By `--subtasks`, where a model has all: 5 times one of nine right is 5 of 45.

    Philosophy is not among the five, and another model has only one of them.
    """
    _, lite = members_of_mmlu()
    runs = [("openai/gpt2", subject) for subject in ("philosophy", *lite)]
    for model, subject in (*runs, ("org/part", lite[0])):
        run = copied(HELM, tmp_path / "runs" / model / subject)
        spec = (run / "run_spec.json").read_text().replace("philosophy", subject)
        (run / "run_spec.json").write_text(spec.replace("openai/gpt2", model))
    imported("helm", tmp_path / "runs", "--subtasks", into=tmp_path)
    whole = next(row for row in rows(tmp_path) if row["task"] == "mmlu")
    assert ("openai/gpt2", pytest.approx(1 / 9), 45) == (
        whole["model"], whole["score"], whole["n_examples"],
    )  # fmt: skip
    parts = {row["task"]: row.get("part_of") for row in rows(tmp_path, "tasks")}
    assert parts == {
        **{f"mmlu ({subject})": "mmlu" for subject in lite},
        "mmlu": None,
        "mmlu (philosophy)": None,
    }
    results = check_project(tmp_path).results
    of_part = results.loc[results["model"] == "org/part", "task"]
    assert [f"mmlu ({lite[0]})"] == of_part.tolist()


def test_helm_lite_and_full_groups_are_not_compared(tmp_path):
    """Five scenarios and fifty-seven make two tasks; what is in neither is left out.

    As parts of one task, the five are not all of it.
    """
    full, lite = members_of_mmlu()
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
    imported("helm", tmp_path / "runs", "--subtasks", into=tmp_path / "parts")
    wholes = [(model, task) for model, task, _ in scores(tmp_path / "parts") if "(" not in task]
    assert [("org/full", "mmlu")] == wholes
    results = check_project(tmp_path / "parts").results
    assert ["org/full"] == results.loc[results["task"] == "mmlu", "model"].tolist()
