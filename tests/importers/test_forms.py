"""Forms of published tables, of which each once came out wrong: what its tasks and scores are."""

import pytest

from tests.helpers.imported import imported, paste, rows, run_import, scores, write, write_json

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
    ("Model,mu,sigma\nA,9,0.5\nB,8,0.7\n", "mu"),
    ("Model,Elo [\u2b06\ufe0f]\nX,64\nY,63\n", "Elo"),
    ("name,min,max,mean,stddev\nX,1,9,4,1\nY,2,8,5,1\n", "mean"),
    ("Model,Overall no subs,A no subs,B no subs\nX,7,9,4\nY,6,8,5\n", "A no subs,B no subs"),
    ("Model,X acc,FPS,mem(KB),p-value\nA,45,30,7,0.1\nB,55,60,8,0.2\n", "X acc"),
    ("ModelName,Exam,TeamId\nA,45,101\nB,55,107\n", "Exam"),
    ("Model,ID,VI,TH,TA,FIL,MS\nA,45,20,30,41,2,3\nB,55,30,40,42,4,5\n", "ID,VI,TH,TA,FIL,MS"),
    ("Model,X acc,tokens_per_sec,FPS (Hz)\nA,45,30,7\nB,55,20,8\n", "X acc"),
    ("Model,W ppl,C ppl,Avg. Acc\nA,5,7,60\nB,6,8,50\n", "W ppl,C ppl,Avg. Acc"),
    (
        "Model,Object Size,Room Size,Route,Way,Avg\nA,40,20,30,50,35\nB,50,30,70,70,55\n",
        "Object Size,Room Size,Route,Way",
    ),
    (
        "Model,Pass@1,Easy-Pass@1,Mid-Pass@1,Hard-Pass@1\nA,53,90,50,20\nB,63,95,60,25\n",
        "Easy-Pass@1,Mid-Pass@1,Hard-Pass@1",
    ),
    ("Model,ALL,A,B,C\nA,53,90,50,20\nB,63,95,60,25\n", "A,B,C"),
    ("system,map,recip_rank\nA,0.3,0.4\nB,0.2,0.5\n", "map,recip_rank"),
    ("Model,count,color\nA,155.00,140.33\nB,150.00,141.67\n", "count,color"),
    ("Model,X,X Raw,Y\nA,50,0.6,7\nB,60,0.7,8\n", "X,Y"),
    ("Name,Rating,+,\u2212\nA,50,6,7\nB,60,7,8\n", "Rating"),
    ("Model,X acc,Cached Tokens (%)\nA,50,60%\nB,60,7%\n", "X acc"),
    ("#,Model,X acc\n1,A,45\n2,B,43\n11-12,C,42\n15,D,40\n", "X acc"),
    # What looks like one of these and is none.
    ("Model,X acc,Y acc,Avg. Acc\nA,40,60,50\nB,50,80,65\n", "X acc,Y acc"),
    ("Model,Size,Route,Way,Avg\nA,7,40,20,30\nB,13,50,30,40\n", "Route,Way"),
    (
        "Model,EurLex,SecEval,NaturalQuestions\nA,7,6,40\nB,8,9,50\n",
        "EurLex,SecEval,NaturalQuestions",
    ),
    ("Model,KB-QA,TB 2.0,X acc,GB memory\nA,7,6,40,9\nB,8,9,50,8\n", "KB-QA,TB 2.0,X acc"),
    ("Model,X ID,X OOD,Word problems\nA,45,20,3\nB,55,30,4\n", "X ID,X OOD,Word problems"),
    ("Model,Overall,Overall w/ style,A,B\nX,7,9,4,8\nY,6,8,5,3\n", "A,B"),
    ("Model,QA,Dialog,Code,Summary\nX,20,60,35,45\nY,22,61,36,52\n", "QA,Dialog,Code,Summary"),
    ("Model,main_score,ndcg,map,mrr\nX,42,35,42,38\nY,40,33,40,36\n", "main_score,ndcg,map,mrr"),
    ("Model,A,B,C,Avg \u00b1 std,Avg of 3 runs\nX,1,2,3,2,2\nY,2,4,6,4,4\n", "A,B,C"),
    ("Model,A F1,B F1,C F1,Micro avg F1\nX,1,2,3,9\nY,2,4,6,9\n", "A F1,B F1,C F1"),
    ("Model,Wins,Losses,Draws\nA,4,5,1\nB,5,4,1\n", "Wins,Losses,Draws"),
    ("Model,Right arm,Left arm\nA,40,80\nB,45,90\n", "Right arm,Left arm"),
    ("Model,Solved count,Solved rate\nA,4,40\nB,5,50\n", "Solved rate"),
    ("Model,Speed: car,Speed: ball\nA,45,40\nB,55,50\n", "Speed: car,Speed: ball"),
    ("Model,Average acc,Average latency,Average\nA,4,9,5\nB,5,8,6\n", "Average acc"),
    ("Model,Corpus,X acc,Y acc\nA,wiki,50,3\nB,news,60,4\n", "X acc,Y acc"),
    (
        "Model,Before unlearning,After unlearning\nA,5,4\nB,6,3\n",
        "Before unlearning,After unlearning",
    ),
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
    ("Model,X acc\nA,71.7 (+0.3/-4)\nB,70 (\u22121.2)\nC,65\n", {("B", "X acc", "base"): 70}),
    ("Model,IS $\\uparrow$\nA,$\\mathbf{186.7}$\n", {("A", "IS", "base"): 186.7}),
    # What looks like one of these and is none.
    ("Model,X acc\n$\\beta$-VAE,7\n", {("$\\beta$-VAE", "X acc", "base"): 7}),
    ("Model,Country,X acc\n1,US,50\n2,UK,60\n3,US,55\n", {("3", "X acc", "base"): 55}),
    ("agent,env,score\n0,maze,50\n1,maze,60\n", {("1", "maze", "base"): 60}),
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
        # What comes back may tell rows apart, rather than a number or an id.
        (
            "Model,Method,Bits,X acc\nL,q,2,5\nL,r,3,6\nM,q,3,4\nM,r,2,4.5\n",
            "[facets]\nMethod = {}",
        ),
        (
            "Model,id,Version,X acc\nL,i1,v1,5\nL,i2,v2,6\nM,i3,v3,4\nM,i4,v4,4.5\n",
            "[facets]\nVersion = {}",
        ),
        ("Model,Distance to Goal\nA,5\nB,6\n", '"Distance to Goal" = { higher_is_better = false }'),
        ("Model,Setup,X acc\nA,before,50\nA,after,40\n", "[facets]\nSetup = {}"),
        (
            "Rank,Model,A,A low,A high,Avg\n1,m,7,6,8,7\n2,n,5,4,6,5\n",
            '# or task_columns = ["Avg"]',
        ),
    ],
)
def test_what_is_offered(tmp_path, table, lines):
    site = '[import.columns]\nscore = "mse"\n' if "mse" in table else ""
    write(tmp_path, "site.toml", site)
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert 1 == said.exit_code
    assert lines in f"{paste(tmp_path, said)}{said.stderr}"


@pytest.mark.parametrize(
    "table",
    [
        "Rank,Model,A acc,B acc,Average\n1,n,60,70,65\n2,m,80,60,70\n",
        "Method,A acc,B acc,C acc,Avg. Rank\nm,90,50,50,1.0\nn,60,60,60,2.0\no,10,95,95,3.0\n",
        "Model,A,B,Rank\nm,90,50,2\nn,50,60,1\n",
        "Rank,Model,Avg. WER,A WER,B WER,C WER\n1,m,6,12,2,9.5\n2,n,6.5,8,4,9\n",
        "Rank,Model,A,Done\n1,m,50,9/9\n2,n,60,8/9\n",  # lower is better
        "Rank,Name,Elo,Score,Hit rate\n1,m,475,93%,3%\n2,n,9,67%,9%\n3,o,8,5%,4%\n4,p,-4,4%,6%\n",
        "Rank,Model,A WER,B acc,C acc\n1,m,2,50,60\n2,n,3,60,70\n",
        "Rank,Model,A,B,Points\n1,m,50,50,900\n2,n,60,60,400\n",  # no common scale
        "Model,Average,Median\nm,9.9,5\nn,8,7\no,7,4\np,6,3\nq,5,2\n",
    ],
)
def test_another_order_than_that_of_the_publisher_is_told(tmp_path, table):
    said = run_import("csv", write(tmp_path, "a.csv", table), *UP, into=tmp_path)
    assert "the models unlike" in said.stderr
    for text in said.stderr.split(" under [tasks]\n")[:-1]:
        write(tmp_path, "b/site.toml", f"[tasks]\n{text.rpartition(' write ')[2]}\n")
        said = run_import("csv", tmp_path / "a.csv", *UP, into=tmp_path / "b")
        assert "the models unlike" not in said.stderr


@pytest.mark.parametrize(
    "table",
    [
        "Rank,Model,A acc,B acc,B rank\n1,m,90,50,2\n2,n,60,60,1\n",
        "Rank,Model,Avg. WER,A WER,B WER\n1,m,7,12,2\n2,n,8,12,4\n",
        "Rank,Model,A acc\n1,m,0.5\n2,n,0.6\n",  # rounded
    ],
)
def test_the_order_of_the_publisher_needs_no_note(tmp_path, table):
    said = run_import("csv", write(tmp_path, "a.csv", table), *UP, into=tmp_path)
    assert (0, False) == (said.exit_code, "orders the models" in said.stderr)


def test_an_average_is_offered_before_a_score_of_the_same_order(tmp_path):
    table = "Rank,Model,A acc,B acc,Average\n1,m,90,0,72\n2,n,60,70,62\n3,o,50,95,59\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), *UP, into=tmp_path)
    assert "To rank by 'Average', " in said.stderr


def test_a_named_average_is_still_an_average(tmp_path):
    write(tmp_path, "site.toml", '[import.columns]\nall = "ALL"\n[measures]\nall = {}\n')
    table = "Model,A acc,B acc,ALL\nm,90,50,70\nn,60,60,60\n\U0001f947 o,-,-,80\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), *UP, into=tmp_path)
    assert "row 3, o: skipped: it has only 'ALL', and an average is no score" in said.stderr
    assert "without a score" not in said.stderr


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


def test_a_category_stands_for_the_tasks_below_it(tmp_path):
    write(tmp_path, "site.toml", '[import]\nmodel_columns = ["m", "n"]\n')
    table = "Category,Task,m,n\nG,x,73,71\n,y,63,61\nH,z,53,51\n,w,43,41\n"
    imported("csv", write(tmp_path, "a.csv", table), *UP, into=tmp_path)
    assert ["G", "G", "H", "H"] == [row["category"] for row in rows(tmp_path, "tasks")]


def test_marks_of_markdown_are_no_part_of_names(tmp_path):
    table = (
        "|Model|[macro\\_avg][x]|Y|Source|\n|-|-|-|-|\n|Human\\*|60|7|[Link](https://x.org/_a_)|\n"
        "|[B][b]|50|8|-|\n\n[x]: u\n[b]: v\n"
    )
    found = imported("csv", write(tmp_path, "a.md", table), *UP, into=tmp_path)
    assert "https://x.org/_a_" == found[0]["source"]
    assert {"Human*", "B"} == {model for model, _, _ in scores(tmp_path)}


@pytest.mark.parametrize("option", ["--higher-is-better", "--other-unit"])
def test_an_error_is_asked_about_whatever_an_option_says(tmp_path, option):
    said = run_import(
        "csv", write(tmp_path, "a.csv", "m,top1_err\nA,5\n"), "--model", "a", option, into=tmp_path
    )
    assert "top1_err" in said.stderr


def test_a_share_less_one_is_better_lower(tmp_path):
    imported("csv", write(tmp_path, "a.csv", "Model,mAAE (1-acc)\nA,0.2\nB,0.3\n"), into=tmp_path)
    assert [False] == [row["higher_is_better"] for row in rows(tmp_path, "tasks")]


def test_a_total_without_parts_beside_one_with_them(tmp_path):
    runs = [
        {"model": m, "X": {"Overall": n, "math": 40}, "Y": {"Overall": n}}
        for m, n in (("A", 5), ("B", 6))
    ]
    imported("csv", write_json(tmp_path / "a.json", runs), *UP, into=tmp_path)
    assert {"X", "X.math", "Y"} == {task for _, task, _ in scores(tmp_path)}


def test_cells_as_helm_publishes_them(tmp_path):
    rows_ = [[{"value": "A", "href": "x"}, {"value": 0.5}], [{"value": "B"}, {"value": 0.25}]]
    document = {"title": "t", "header": [{"value": "Model"}, {"value": "MMLU - EM"}], "rows": rows_}
    imported("csv", write_json(tmp_path / "a.json", document), into=tmp_path)
    assert {("A", "MMLU - EM", "base"): 0.5, ("B", "MMLU - EM", "base"): 0.25} == scores(tmp_path)


def test_averages_of_tasks_in_rows_are_left_out(tmp_path):
    write(tmp_path, "site.toml", '[import]\nmodel_columns = ["m", "n"]\n')
    table = "Task,m,n\nx acc,73,71\ny acc,63,61\nAll Tasks (avg),68,66\n"
    imported("csv", write(tmp_path, "a.csv", table), *UP, into=tmp_path)
    assert {"x acc", "y acc"} == {task for _, task, _ in scores(tmp_path)}


@pytest.mark.parametrize(
    ("table", "models"),
    [
        ("Model,Org,X acc\nA,x,60\nB,y,70\n,Random,25\n", {"A", "B"}),
        ("Model,Team,X acc\nA,t,60\n,u,70\nB,v,25\n,w,26\n", {"A", "B"}),
    ],
)
def test_an_empty_cell_is_a_slip_where_nothing_tells_rows_apart(tmp_path, table, models):
    said = run_import("csv", write(tmp_path, "a.csv", table), *UP, into=tmp_path)
    assert "it names no model" in said.stderr
    assert models == {model for model, _, _ in scores(tmp_path)}


@pytest.mark.parametrize(
    ("unit", "numbers", "bounds"),
    [("%", ("50", "60"), (0, 100)), ("ratio", ("0.5", "0.6"), (0, 1)), ("m", ("5", "6"), None)],
)
def test_a_column_of_units_that_tells_a_share_sets_bounds(tmp_path, unit, numbers, bounds):
    table = "model,task,score,unit\n" + "".join(f"M{n},f,{n},{unit}\n" for n in numbers)
    imported("csv", write(tmp_path, "a.csv", table), "--higher-is-better", into=tmp_path)
    (task,) = rows(tmp_path, "tasks")
    assert (bounds or (None, None)) == (task.get("score_min"), task.get("score_max"))
    assert task.get("unit") == (None if bounds else unit)


def test_the_error_of_the_negatives_is_one(tmp_path):
    table = "Model,Neg error rate\nA,0.1\nB,0.2\n"
    imported("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert [False] == [row["higher_is_better"] for row in rows(tmp_path, "tasks")]


def test_what_a_model_ran_on_is_no_unit(tmp_path):
    table = "Model,Unit,X acc\nA,GPU,50\nA,CPU,51\nB,GPU,60\nB,CPU,61\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), *UP, into=tmp_path)
    assert "[facets]\nUnit = {}" in paste(tmp_path, said)


def test_the_total_of_a_long_table_is_offered_as_its_score(tmp_path):
    table = "model,task,final_score,fluency,style,x\nA,t,3,2,4,3\nB,t,3.5,3,4,3\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), *UP, into=tmp_path)
    assert 'columns = { score = "final_score" }' in paste(tmp_path, said)


def test_objects_by_task_and_model_have_scores_of_a_metric(tmp_path):
    numbers = {model: {"acc": 0.5, "f1": 0.25} for model in ("m-1.5", "n")}
    path = write_json(tmp_path / "a.json", {"x": numbers, "y": numbers})
    write(tmp_path, "site.toml", '[import]\ncolumns = { task = "name", score = "acc" }\n')
    imported("csv", path, into=tmp_path)
    tasks = [("m-1.5", "x"), ("m-1.5", "y"), ("n", "x"), ("n", "y")]
    assert {(*of, "base"): 0.5 for of in tasks} == scores(tmp_path)
