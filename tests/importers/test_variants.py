"""Scores before and after fine-tuning, told by columns and by cells of a table."""

import pytest

from tests.helpers.imported import imported, run_import, scores, write

SCALE = ("--percent", "--higher-is-better")
PAIRS = "Model,ARC acc (base),ARC acc (LoRA),Gain\nA,61,72,11\nGPT-4,90,,\n"


@pytest.mark.parametrize(
    ("content", "tuned"),
    [
        (PAIRS, "LoRA"),
        (
            "Model;before tuning: ARC acc;after tuning: ARC acc;Size\nA;61;72;7B\nGPT-4;90;;\n",
            "fine_tuned",
        ),
        ("model,task,base,sft\nA,ARC acc,61,72\nGPT-4,ARC acc,90,\n", "sft"),
        ("Model,Method,ARC acc\nA,Base,61\nA,Full fine-tuning,72\nGPT-4,,90\n", "fine_tuned"),
        ("Base model,Method,ARC acc\nA,Base,61\nA,adapter,72\nGPT-4,Base,90\n", "adapter"),
        ("Model,Fine-tuned,ARC acc\nA,no,61\nA,yes,72\nGPT-4,no,90\n", "fine_tuned"),
    ],
)
def test_scores_before_and_after_tuning_are_variants_of_a_model(tmp_path, content, tuned):
    write(tmp_path, "scores.csv", content)
    imported("csv", tmp_path / "scores.csv", *SCALE, into=tmp_path)
    before = {("A", "ARC acc", "base"): 61, ("GPT-4", "ARC acc", "base"): 90}
    assert scores(tmp_path) == {**before, ("A", "ARC acc", tuned): 72}


def test_the_report_tells_columns_of_variants_and_the_difference(tmp_path):
    said = run_import("csv", write(tmp_path, "t.csv", PAIRS), *SCALE, into=tmp_path)
    what = "'ARC acc (base)' and 'ARC acc (LoRA)' are read as scores before tuning and after it"
    assert f"t.csv: {what}; left out: 'Gain'\n" in said.output
    how = 'to compare all with it, write baseline = "GPT-4" below [board].'
    assert f"Only 'GPT-4' has no scores after tuning; {how}\n" in said.output


@pytest.mark.parametrize(
    ("content", "tasks"),
    [
        # Another score is of neither, a table may have bases alone, and `site.toml` has its say.
        (PAIRS.replace("Gain", "F1"), {"ARC acc (base)", "ARC acc (LoRA)", "F1"}),
        ("Model,ARC acc (base),F1 (base)\nA,61,72\nB,60,70\n", {"ARC acc (base)", "F1 (base)"}),
        ("Model,Type,ARC acc\nA,base,61\nB,sft,72\n", {"ARC acc"}),
    ],
)
def test_other_tables_have_no_variants(tmp_path, content, tasks):
    write(tmp_path, "scores.csv", content)
    imported("csv", tmp_path / "scores.csv", *SCALE, into=tmp_path)
    assert {(task, variant) for _, task, variant in scores(tmp_path)} == {
        (t, "base") for t in tasks
    }


def test_a_column_that_site_toml_calls_the_model_keeps_its_name(tmp_path):
    write(tmp_path, "site.toml", '[import]\ncolumns = { model = "Who" }\n')
    write(tmp_path, "scores.csv", "Who,Model,ARC acc\nA,Base,61\nA,adapter,72\n")
    imported("csv", tmp_path / "scores.csv", *SCALE, into=tmp_path)
    assert scores(tmp_path) == {("A", "ARC acc", "base"): 61, ("A", "ARC acc", "adapter"): 72}


def test_columns_that_the_publisher_calls_tasks_stay_tasks(tmp_path):
    columns = ["ARC acc (base)", "ARC acc (LoRA)"]
    write(tmp_path, "site.toml", f"[import]\ntask_columns = {columns}\n")
    write(tmp_path, "scores.csv", PAIRS)
    imported("csv", tmp_path / "scores.csv", *SCALE, into=tmp_path)
    assert {task for _, task, _ in scores(tmp_path)} == {*columns}
