"""Import single examples of Every Eval Ever, and export records that its schema accepts."""

import json
import re

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from tests.commands.test_cli import run
from tests.helpers.imported import HARNESSES, imported, rows, run_import, write_json

SAMPLES = HARNESSES / "every_eval_ever_samples"
SCHEMA = json.loads((HARNESSES / "every_eval_ever_schema/eval.schema.json").read_text())
NAME = "f3a1c0de-4b2e-4c1a-9f6d-1b7e5a2c8d40"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def test_record_of_version_0_3_and_its_single_example(tmp_path):
    (row,) = imported("every-eval-ever", SAMPLES, "--examples", into=tmp_path)
    assert (0.75, "2025-06-15") == (row["score"], row["date"])
    (example,) = rows(tmp_path, "examples")
    assert ("demo-org/demo-model", "demo-source.demo_bench", "demo_0001", 1.0) == tuple(
        example[name] for name in ("model", "task", "example", "score")
    )


def samples(path, *lines):
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n")


def sample(name, score, evaluation="demo-source.demo_bench"):
    return {"sample_id": name, "evaluation_name": evaluation, "evaluation": {"score": score}}


def test_examples_that_are_repeated_missing_or_strange(tmp_path):
    """Of several tries at an example, the mean counts, as in the score of all."""
    document = json.loads((SAMPLES / f"{NAME}.json").read_text())
    document["detailed_evaluation_results"]["total_rows"] = 9
    write_json(tmp_path / f"in/{NAME}.json", document)
    path = tmp_path / f"in/{NAME}_samples.jsonl"
    samples(path, sample("a", 1), sample("a", 0), sample("b", 0.25), sample("c", None))
    with path.open("a") as file:
        file.write(json.dumps(sample("d", 1, "other")) + "\n{")
    said = run_import("every-eval-ever", tmp_path / "in", "--examples", "--verbose", into=tmp_path)
    found = {row["example"]: row["score"] for row in rows(tmp_path, "examples")}
    assert {"a": 0.5, "b": 0.25} == found
    for line in (
        "_samples.jsonl: has 6 of the 9 examples that its record states",
        "_samples.jsonl:4: it has no score",
        "_samples.jsonl:5: its evaluation is not in its record",
        "_samples.jsonl:6: it is not JSON, or cut short",
    ):
        assert line in said.stderr
    said = run_import("every-eval-ever", tmp_path / "in", into=tmp_path / "p")
    assert "it has scores of single examples, which --examples reads (1)" in said.stderr
    path.rename(path.with_name("other_samples.jsonl"))
    said = run_import("every-eval-ever", tmp_path / "in", "--examples", into=tmp_path / "q")
    assert "its examples are read with other.json, which states their task" in said.stderr


def test_examples_behind_a_link_out_of_the_folder_are_refused(tmp_path):
    samples(tmp_path / "secret.jsonl", sample("a", 1))
    record = write_json(
        tmp_path / f"in/{NAME}.json", json.loads((SAMPLES / f"{NAME}.json").read_text())
    )
    (tmp_path / f"in/{NAME}_samples.jsonl").symlink_to(tmp_path / "secret.jsonl")
    said = run_import("every-eval-ever", record, "--examples", into=tmp_path)
    assert (1, True) == (said.exit_code, "are a link that leads out of the folder" in said.stderr)


def test_examples_of_two_agents_are_of_two_entries(tmp_path):
    document = json.loads((SAMPLES / f"{NAME}.json").read_text())
    del document["detailed_evaluation_results"]
    for agent, score in (("A", 1), ("B", 0)):
        document["model_info"]["additional_details"]["agent"] = agent
        write_json(tmp_path / f"in/{agent}.json", document)
        samples(tmp_path / f"in/{agent}_samples.jsonl", sample("x", score))
    imported("every-eval-ever", tmp_path / "in", "--examples", into=tmp_path)
    assert {("A", 1.0), ("B", 0.0)} == {
        (row["agent"], row["score"]) for row in rows(tmp_path, "examples")
    }
    assert 0 == run("check", "--project", tmp_path).exit_code


# --- export ---------------------------------------------------------------------------------------


def exported(root, out):
    said = run("export", "every-eval-ever", out, "--project", root)
    records = {path: json.loads(path.read_text()) for path in sorted(out.rglob("*.json"))}
    for path, document in records.items():
        assert re.fullmatch(
            rf"data/[^/]+/[^/]+/[^/]+/{UUID}\.json", path.relative_to(out).as_posix()
        )
        assert not [*Draft7Validator(SCHEMA).iter_errors(document)]
    return said, records


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("every-eval-ever", HARNESSES / "hal"),
        ("objects", HARNESSES / "objects"),
        ("inspect", HARNESSES / "inspect/data_arc_qwen.json"),
    ],
)
def test_exported_records_come_back_as_they_were(tmp_path, source, path):
    """Scores, errors, sizes, dates, facets and measures, digit for digit."""
    toml = "[facets]\nsubmission_type = {}\n[measures]\npass_2 = {}\npass_3 = {}\npass_4 = {}\n"
    for root in ("old", "new"):
        (tmp_path / root).mkdir()
        if source == "objects":
            (tmp_path / f"{root}/site.toml").write_text(f"{toml}cost = {{}}\n")
    imported(source, path, into=tmp_path / "old")
    _, records = exported(tmp_path / "old", tmp_path / "out")
    assert records
    imported("every-eval-ever", tmp_path / "out", into=tmp_path / "new")
    left_out = ("source", "tool", "retrieved", "evaluator_relationship", "flag")
    old, new = (
        sorted(
            [(name, value) for name, value in sorted(row.items()) if name not in left_out]
            for row in rows(tmp_path / root)
        )
        for root in ("old", "new")
    )
    assert old == new
    versions = [
        [r.get("version") for r in rows(tmp_path / root, "tasks")] for root in ("old", "new")
    ]
    assert versions[0] == versions[1] == ["0" if source == "inspect" else None] * len(versions[0])


def test_export_names_what_it_leaves_out(tmp_path):
    """Without a developer or a direction, a record would state what nobody knows."""
    (tmp_path / "site.toml").write_text('[site]\ntitle = "My Board"\n')
    (tmp_path / "data").mkdir()
    (tmp_path / "data/results.csv").write_text(
        "model,task,score,variant,run_model,date\no/a,t,0.5,base,,2026-01-31\n"
        "o/a,t,0.75,fine_tuned,o/b,2026-01-30\nflat,t,0.25,base,,\no/a,u,0.5,base,,\n"
    )
    (tmp_path / "data/tasks.csv").write_text(
        "task,metric,score_min,score_max,dataset_url\n"
        "t,acc,0,1,https://huggingface.co/datasets/org/set\nu,,,,\n"
    )
    said, records = exported(tmp_path, tmp_path / "out")
    assert "not exported: model 'flat' has no developer: set it in the models" in said.stderr
    assert "not exported: nothing states whether higher is better on task 'u'" in said.stderr
    tuned, base = sorted(records.values(), key=lambda record: record["model_info"]["id"] != "o/b")
    assert {"my-board"} == {path.relative_to(tmp_path / "out").parts[1] for path in records}
    assert ("o/b", "o/a") == (
        tuned["model_info"]["id"],
        tuned["model_info"]["additional_details"]["base_model"],
    )
    (result,) = base["evaluation_results"]
    assert {
        "dataset_name": "t",
        "source_type": "hf_dataset",
        "hf_repo": "org/set",
    } == result["source_data"]
    assert ("1769817600", base["retrieved_timestamp"]) == (result["evaluation_timestamp"],) * 2
