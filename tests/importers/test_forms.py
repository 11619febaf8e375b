"""Forms of published tables, of which each once came out wrong: what its tasks and scores are."""

import pytest

from tests.helpers.imported import imported, paste, rows, run_import, scores, write

UP = ("--percent", "--higher-is-better")
# A table, and its tasks.
TASKS = [
    ("Model,NFCorpus,MS MARCO,en-GB\nA,32,22,50\nB,30,40,51\n", "NFCorpus,MS MARCO,en-GB"),
    ("Model,GPQA,AIME avg@32\nA,54,68\nB,62,76\n", "GPQA,AIME avg@32"),
    ("Model,F1 (macro avg),EM\nA,54,68\nB,62,76\n", "F1 (macro avg),EM"),
    ("Model,Correct,Total,Accuracy\nA,374,500,74.8\nB,211,500,42.2\n", "Accuracy"),
    ("Model,Acc,P1,P2,P3\nA,90,100,95,75\nB,83.33,100,80,70\n", "P1,P2,P3"),
    ("Model,4k,8k,32k\nA,45,46,OOM\nB,55,54,OOM\n", "4k,8k"),
    ("Model,X (mean),X (std),X (min),X (max)\nA,45,2,40,50\nB,55,1,50,60\n", "X (mean)"),
    ("Model,X,\u00b1 (X)\nA,45,2\nB,55,1\n", "X"),
    ("Model,Before release,After release\nA,45,42\nB,55,51\n", "Before release,After release"),
    ("Model,Global Average,X Average,Y Average\nA,5,4,6\nB,6,5,7\n", "X Average,Y Average"),
    ("Model,MMLU acc,# Trainable Params\nA,45,0.83%\nB,55,100%\n", "MMLU acc"),
    ("Model,AUROC (95% CI),AP\nA,81 (79-83),12\nB,85 (83-87),10\n", "AUROC,AP"),
    ("Model,Final Score,A,B,C\nX,60,10,20,30\nY,90,20,30,40\n", "A,B,C"),
    ("Name,Rating,+,-,Score,Draws\nX,64,1,1,55%,86%\nY,63,2,2,53%,88%\n", "Rating,Score,Draws"),
    ("Player,Rating,Error\nX,64,7\nY,63,8\n", "Rating"),
    ("Model,Elo [\u2b06\ufe0f]\nX,64\nY,63\n", "Elo"),
    ("name,min,max,mean,stddev\nX,1,9,4,1\nY,2,8,5,1\n", "mean"),
    ("Model,Overall no subs,A no subs,B no subs\nX,7,9,4\nY,6,8,5\n", "A no subs,B no subs"),
    ("Model,X acc,FPS,mem(KB),p-value\nA,45,30,7,0.1\nB,55,60,8,0.2\n", "X acc"),
    ("ModelName,Exam,TeamId\nA,45,101\nB,55,107\n", "Exam"),
]


@pytest.mark.parametrize(("table", "tasks"), TASKS)
def test_tasks_of_a_table(tmp_path, table, tasks):
    said = run_import("csv", write(tmp_path, "a.csv", table), *UP, into=tmp_path)
    assert 0 == said.exit_code, said.stderr
    assert {*tasks.split(",")} == {task for _, task, _ in scores(tmp_path)}
    assert {*tasks.split(",")} >= {row["task"] for row in rows(tmp_path, "tasks")}


# A table, and the first scores by model, task and variant.
SCORES = [
    (
        "Model,Method,MMLU acc\nLlama,Base,45\n,LoRA,47\nMistral,Base,60\n,LoRA,61\n",
        {("Llama", "MMLU acc", "base"): 45, ("Mistral", "MMLU acc", "LoRA"): 61},
    ),
    (
        "Model,MMLU (base),MMLU (ft),MMLU \u0394\nA,45,47,2\nB,60,61,1\n",
        {("A", "MMLU", "base"): 45, ("A", "MMLU", "fine_tuned"): 47},
    ),
    ("model_id,name,acc\n12,A,0.9\n13,B,0.8\n", {("A", "acc", "base"): 0.9}),
    ("Model,X acc,Y acc\nA,71.7 +- 0.3,----\n", {("A", "X acc", "base"): 71.7}),
    ("Model,X acc\nA,<ins>71.7</ins>\nB,70<sub>0.3</sub>\n", {("B", "X acc", "base"): 70}),
    ("Model,IS $\\uparrow$\nA,$\\mathbf{186.7}$\n", {("A", "IS", "base"): 186.7}),
]


@pytest.mark.parametrize(("table", "expected"), SCORES)
def test_scores_of_a_table(tmp_path, table, expected):
    imported(
        "csv", write(tmp_path, "a.csv", table), "--higher-is-better", "--other-unit", into=tmp_path
    )
    assert expected.items() <= scores(tmp_path).items()


def test_a_heading_in_small_letters_is_part_of_the_name(tmp_path):
    heading = "Speed<br><sup>CPU (ms)</sup>|Speed<br><sup>GPU (ms)</sup>"
    table = f"|Model|mAP|{heading}|\n|-|-|-|-|\n|A|37.4|80.4|1.5|\n"
    said = run_import("csv", write(tmp_path, "a.md", table), into=tmp_path)
    assert "no scores: Speed CPU (ms) (time), Speed GPU (ms) (time)" in said.stderr


def test_the_negative_of_an_error_is_better_higher(tmp_path):
    table = "task,model,result,metric\nx,A,-2.31,neg_rmse\nx,B,-2.9,neg_rmse\n"
    imported("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert [True] == [row["higher_is_better"] for row in rows(tmp_path, "tasks")]


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        # A column of units, of which less is better.
        (
            "model,task,score,unit\nA,f,100.1,ns/op\nB,f,200.1,ns/op\n",
            '"f" = { higher_is_better = false }',
        ),
        (
            "model,task,score,unit\nA,f,100.1,ms\nB,f,200.1,ms\n",
            '"f" = { higher_is_better = false }',
        ),
        # Another score is no setting, a number that comes back is.
        ("model,dataset,len,mse,mae\nA,e,96,0.3,0.4\nA,e,192,0.4,0.5\n", 'task_by = ["len"]'),
        ("Policy,Task,Success Rate\nA,fold,80%\nB,fold,10%\n", 'columns = { model = "Policy" }'),
        ("Language,Users acc\nen,80\nde,10\n", 'columns = { model = "Language" }'),
        (
            "Model (\u2192) / Dataset (\u2193),A,B\nx,0.8,0.7\ny,0.1,0.2\n",
            'model_columns = ["A", "B"]',
        ),
        ("Model,Exam,Acc\nA,x,50\nA,y,61\nB,x,51\nB,y,60\n", 'task_by = ["Exam"]'),
        ("Model,Size,acc\nLlama,34B,0.5\nLlama,7B,0.4\n", "[facets]\nSize = {}"),
    ],
)
def test_what_is_offered(tmp_path, table, lines):
    site = '[import.columns]\nscore = "mse"\n' if "mse" in table else ""
    write(tmp_path, "site.toml", site)
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert 1 == said.exit_code
    assert lines in paste(tmp_path, said)


@pytest.mark.parametrize(
    "table",
    [
        "Rank,Model,A acc,B acc,Average\n1,n,60,70,65\n2,m,80,60,70\n",
        "Method,A acc,B acc,C acc,Avg. Rank\nm,90,50,50,1.0\nn,60,60,60,2.0\no,10,95,95,3.0\n",
        "Model,A,B,Rank\nm,90,50,2\nn,50,60,1\n",
    ],
)
def test_another_order_than_that_of_the_publisher_is_told(tmp_path, table):
    said = run_import("csv", write(tmp_path, "a.csv", table), *UP, into=tmp_path)
    assert "orders the models unlike the mean of their scores" in said.stderr


def test_money_that_is_earned_may_be_lost(tmp_path):
    write(
        tmp_path, "site.toml", '[import.columns]\nprofit = "Profit ($)"\n[measures]\nprofit = {}\n'
    )
    table = "Model,Accuracy (%),Profit ($)\nA,74.8,120.5\nB,42.2,-20.1\n"
    found = imported("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert [120.5, -20.1] == [row["profit"] for row in found]


def test_sizes_of_models_beside_a_dash(tmp_path):
    table = "Model,Number of Parameters,X acc\nA,7B,0.5\nB,-,0.4\nC,413k,0.3\n"
    imported("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    sizes = {row["model"]: row.get("parameters_b") for row in rows(tmp_path, "models")}
    assert {"A": 7, "B": None, "C": 0.000413} == sizes


def test_averages_of_tasks_in_rows_are_left_out(tmp_path):
    write(tmp_path, "site.toml", '[import]\nmodel_columns = ["m", "n"]\n')
    table = "Task,m,n\nx acc,73,71\ny acc,63,61\nAll Tasks (avg),68,66\n"
    imported("csv", write(tmp_path, "a.csv", table), *UP, into=tmp_path)
    assert {"x acc", "y acc"} == {task for _, task, _ in scores(tmp_path)}
