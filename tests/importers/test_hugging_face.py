"""Import model cards and `.eval_results` of Hugging Face, and export them."""

import pytest
from ruamel.yaml import YAML

from tests.commands.test_cli import run
from tests.helpers.imported import HARNESSES, imported, rows, run_import, scores


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


@pytest.mark.parametrize(
    ("stated", "billions"),
    [
        (
            "safetensors: {parameters: {BF16: 684531000000, F32: 386000}, total: 684531386000}",
            684.531386,
        ),
        ("safetensors: {parameters: {BF16: 7241000000, F32: 732096}}", 7.241732096),
        ("safetensors: {total: none}", None),
        ("", None),
    ],
)
def test_the_parameters_of_the_weights_are_counted(tmp_path, stated, billions):
    """By what the Hub states of safetensors: in all, or for each type of numbers."""
    card(tmp_path / "alpha", f"{stated}\n{INDEX.format(base='', name='alpha')}")
    imported("model-index", tmp_path / "alpha", into=tmp_path)
    assert [billions] == [row.get("parameters_b") for row in rows(tmp_path, "models")]


@pytest.mark.parametrize(
    ("index", "billions"),
    [
        ('{"metadata": {"total_parameters": 6738415616, "total_size": 13476831232}}', 6.738415616),
        ('{"metadata": {"total_size": 13476831232}}', None),
        ("{", None),
    ],
)
def test_the_parameters_in_the_index_of_the_weights(tmp_path, index, billions):
    """It stands beside the card; its bytes tell no number of parameters."""
    folder = card(tmp_path / "alpha", INDEX.format(base="", name="alpha"))
    (folder / "model.safetensors.index.json").write_text(index)
    imported("model-index", folder, into=tmp_path)
    assert [billions] == [row.get("parameters_b") for row in rows(tmp_path, "models")]


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


ANSWERS = ("--higher-is-better", "--percent")
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


def write_results(root, text):
    path = root / "hub/org__m/.eval_results/all.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text)


def test_eval_results_of_a_repository(tmp_path):
    write_results(tmp_path, EVAL_RESULTS)
    said = run_import("model-index", tmp_path / "hub", into=tmp_path)
    assert (
        "not tell whether higher is better for 'openai/gsm8k: gsm8k' and 'cais/hle'" in said.stderr
    )
    imported("model-index", tmp_path / "hub", *ANSWERS, into=tmp_path)
    assert {
        ("org/m", "openai/gsm8k: gsm8k", "base"): 96.06,
        ("org/m", "cais/hle", "base"): 20.9,
    } == scores(tmp_path)
    first, second = rows(tmp_path)
    assert ("2025-01-15", "https://huggingface.co/org/m") == (first["date"], first["source"])
    assert "hub/org__m/.eval_results/all.yaml" == second["source"]
    assert ["no-tools"] == [t["setting"] for t in rows(tmp_path, "tasks") if "setting" in t]


METRICS = """\
- dataset: {id: org/speech, task_id: fr}
  metrics:
  - {metric_id: wer, value: 0.25}
  - {metric_id: cost, value: 12}
"""


def test_eval_results_with_several_metrics(tmp_path):
    """As the documentation proposes them; the name of the metric tells the direction."""
    write_results(tmp_path, METRICS)
    imported("model-index", tmp_path / "hub", into=tmp_path)
    assert {("org/m", "org/speech: fr", "base"): 0.25} == scores(tmp_path)
    (task,) = rows(tmp_path, "tasks")
    assert ("wer", False) == (task["metric"], task["higher_is_better"])


def test_eval_results_are_written_as_they_were_read(tmp_path):
    """Each value, date, link and note; what names no benchmark is reported."""
    write_results(tmp_path, EVAL_RESULTS)
    imported("model-index", tmp_path / "hub", *ANSWERS, into=tmp_path / "a")
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
    imported("model-index", tmp_path / "out", *ANSWERS, into=tmp_path / "b")
    assert scores(tmp_path / "a") == scores(tmp_path / "b")
    said = run("export", "eval-results", tmp_path / "out", "--project", tmp_path / "a")
    assert (1, True) == (said.exit_code, "cannot be written: File exists" in said.stderr)


def test_export_names_what_has_no_repository_or_benchmark(tmp_path):
    (tmp_path / "a.csv").write_text("model,task,score\norg/m,t,0.5\nother,t,0.25\n")
    imported("csv", tmp_path / "a.csv", "--higher-is-better", into=tmp_path)
    said = run("export", "eval-results", tmp_path / "out", "--project", tmp_path)
    assert 1 == said.exit_code
    assert "task 't' has no benchmark: set dataset_url and hf_task_id in the tasks" in said.stderr
    assert "model 'other' (base) has no repository: set hf_id in the models" in said.stderr
    assert "no score can be written as eval-results" in said.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: [\n", ":2: skipped: its YAML cannot be read: "),
        ("license: mit\n", ": skipped: it has no model-index"),
        ("model-index: []\n", ": skipped: it has no score"),
        ("x: !!python/object/apply:os.system [ls]\n", ":2: skipped: its YAML cannot be read: "),
    ],
)
def test_unreadable_model_cards(tmp_path, text, why):
    """The reason is reported; YAML tags run no code."""
    card(tmp_path / "hub/m", text)
    said = run_import("model-index", tmp_path / "hub", into=tmp_path)
    assert (1, True) == (said.exit_code, f"hub/m/README.md{why}" in said.stderr)
