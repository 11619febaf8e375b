"""What a column of a table is: a score with its direction, a measure, a fact of a model."""

import shutil

import pandas as pd
import pytest
from click.testing import CliRunner

from site_builder.commands import main
from site_builder.tables.metrics import direction_in, direction_of, is_cost, measure_of
from tests.helpers.imported import HARNESSES, UP, imported, paste, rows, run_import, scores, write
from tests.helpers.sites import build

METRICS = """\
model,task,score,metric
alpha,asr,12.5,wer
beta,asr,8.1,wer
alpha,lm,22.5,perplexity
alpha,fit,2.5,loss
alpha,sts,0.5,mae
alpha,qa,0.75,acc
alpha,qa,120,seconds
"""


def test_direction_comes_from_the_metric(tmp_path):
    said = run_import("csv", write(tmp_path, "a.csv", METRICS), into=tmp_path)
    found = {task["task"]: task["higher_is_better"] for task in rows(tmp_path, "tasks")}
    assert found == {"asr": False, "lm": False, "fit": False, "sts": False, "qa": True}
    assert [
        "Assumed of the new tasks; `[tasks]` in site.toml overrides it:",
        "  better  range   metric      from                          tasks",
        "  lower   -       wer         metric 'wer'                  asr",
        "  lower   -       perplexity  metric 'perplexity'           lm",
        "  lower   -       loss        metric 'loss'                 fit",
        "  lower   -       mae         metric 'mae'                  sts",
        "  higher  0 to 1  acc         metric 'acc'; scores up to 1  qa",
    ] == said.stderr.splitlines()[2:9]
    assert "Left out 1, which --verbose lists: 'seconds' is no score (time) (1)." in said.stderr


SPEECH = """\
model,Avg. WER,RTFx,Model size (B),AMI WER,LS Clean WER (%),Accuracy \u2191,Cost per run ($)
alpha,5.42,524.88,2,8.13,1.25,0.5,12
beta,5.47,-1,-1,10.03,1.63,0.25,3
"""


def test_columns_of_a_wide_table_have_roles(tmp_path):
    """Averages and measures are no scores, sizes are facts of models, and -1 is no size.

    Error rates in percent have a unit and no bounds.
    """
    said = run_import("csv", write(tmp_path, "a.csv", SPEECH), into=tmp_path)
    assert {
        "AMI WER": (False, "WER", None),
        "LS Clean WER (%)": (False, "WER", "percent"),
        "Accuracy": (True, "Accuracy", None),
    } == {
        t["task"]: (t["higher_is_better"], t["metric"], t.get("unit"))
        for t in rows(tmp_path, "tasks")
    }
    assert [None, None, 1.0] == [t.get("score_max") for t in rows(tmp_path, "tasks")]
    assert [2.0, None] == [model.get("parameters_b") for model in rows(tmp_path, "models")]
    line = "no scores: Avg. WER (average), RTFx (speed), Cost per run ($) (cost)"
    assert line in said.stderr


def test_margins_and_errors_beside_scores_are_no_tasks(tmp_path):
    """An error is of the score of its name, else of the only one of its group, or of the table."""
    table = "model,A acc,A acc \u00b1,B: F1,B: stderr,EM 95% CI\na,71.5,1.5,62.5,0.5,2\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert "no scores: A acc \u00b1 (interval), EM 95% CI (interval)" in said.stderr
    found = {row["task"]: row.get("stderr") for row in rows(tmp_path)}
    assert {"A acc": None, "B: F1": 0.5} == found
    only = "model,Score,stderr\na,0.5,0.25\nb,0.5,0.25\n"
    run_import("csv", write(tmp_path, "b.csv", only), into=tmp_path)
    assert 0.25 in [row.get("stderr") for row in rows(tmp_path)]
    long = "model,task,metric,value\na,c,acc,0.5\na,c,acc_stderr,0.01\na,Average,acc,0.5\n"
    said = run_import("csv", write(tmp_path, "c.csv", long), into=tmp_path)
    assert ("a", "c", "base") in scores(tmp_path)
    assert "'acc_stderr' is no score (error) (1)" in said.stderr
    assert "skipped: 'Average' stands for other tasks. To keep it, give it another" in said.stderr


@pytest.mark.parametrize(
    ("heading", "tasks"),
    [
        ("HumanEval,HumanEval+", {"HumanEval", "HumanEval+"}),
        ("Elo,Elo+,Elo-", {"Elo"}),
        ("Elo,+,-", {"Elo"}),
    ],
)
def test_a_plus_behind_a_name_is_an_end_only_beside_a_minus(tmp_path, heading, tasks):
    cells = [f"4{n}" for n, _ in enumerate(heading.split(","))]
    table = f"model,{heading}\na,{','.join(cells)}\n"
    ways = ("--percent", "--higher-is-better")
    imported("csv", write(tmp_path, "a.csv", table), *ways, into=tmp_path)
    assert {task for _, task, _ in scores(tmp_path)} == tasks


@pytest.mark.parametrize(
    ("row", "is_total"),
    [("50,40,50,60", True), ("45,40,50,60", True), ("65,40,50,60", False), ("48,40,56,", True)],
)
def test_a_score_that_lies_between_all_others_is_their_total(tmp_path, row, is_total):
    """The mean of two is one as well, another number between two is not."""
    table = f"model,Score,A,B,C\na,{row}\nb,{row}\n"
    ways = ("--percent", "--higher-is-better")
    said = run_import("csv", write(tmp_path, "a.csv", table), *ways, into=tmp_path)
    assert ("no scores: Score (average)" in said.stderr) == is_total
    assert ("a", "Score", "base") not in scores(tmp_path) or not is_total


def test_margins_within_cells_are_of_scores(tmp_path):
    table = "model,Elo (95% CI)\na,1470 \u00b1 5\nb,1380 \u00b1 8\n"
    run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert {1470.0, 1380.0} == {*scores(tmp_path).values()}


def test_columns_that_are_lost_are_named(tmp_path):
    """Signs of money, a minus and marks of notes are read; what is not is a warning."""
    table = "model,A Elo,B acc,Cost\na,70.5\u2020,<1,1.50 \u20ac\nb,n.a.,~2,2.50 \u20ac\n"
    table += "c,\u22121.5,3,1 \u20ac\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert {("a", "A Elo", "base"): 70.5, ("c", "A Elo", "base"): -1.5} == scores(tmp_path)
    what = "a.csv: 'B acc': column left out: most of its cells are no numbers: '<1' and '~2'"
    assert what in said.stderr
    assert "the mark after a number (such as *) is ignored (1)" in said.stderr


def test_ranks_and_numbers_of_rows_are_no_tasks(tmp_path):
    """Their heading may be none, a sign, or that of arenas. Nor are means named so, and sizes."""
    table = ",#,Rank (UB),Modell,Mean (Task),Durchschnitt,Embedding Dimensions,95% CI,A accuracy\n"
    table += "0,1,1,a,9,8,1024,3,0.75\n1,2,1,b,7,9,512,2,0.5\n2,3,3,c,8,7,256,1,0.25\n"
    run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert {"A accuracy"} == {task["task"] for task in rows(tmp_path, "tasks")}
    path = write(tmp_path, "b.csv", "Pos,model,POS accuracy\n50,alpha,0.75\n40,beta,0.5\n")
    run_import("csv", path, "--higher-is-better", "--percent", into=tmp_path)
    assert "Pos" in {task["task"] for task in rows(tmp_path, "tasks")}


def test_arrows_tell_directions_of_scores_and_measures(tmp_path):
    """They are no part of a name; beside an average of errors, lower is likely to be better."""
    table = "model,A (acc \u2191),B \u2b07\ufe0f,RTFx \u2b06\ufe0f,RTF \u2193\n"
    table += "a,0.5,2,3,1\nb,0.25,1,2,2\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert {"A (acc)": True, "B": False} == {
        task["task"]: task["higher_is_better"] for task in rows(tmp_path, "tasks")
    }
    assert 'rtfx = { label = "RTFx", higher_is_better = true' in said.stderr
    assert 'rtf = { label = "RTF", higher_is_better = false' in said.stderr
    table = "model,Average WER,English,German\na,7,6,8\nb,9,8,10\n"
    said = run_import("csv", write(tmp_path, "b.csv", table), into=tmp_path / "b")
    assert '"English" = { higher_is_better = false }  # or true' in said.stderr


def test_sizes_and_dates_of_models_are_read_as_tables_write_them(tmp_path):
    """What is read as neither is named, never dropped in silence."""
    models = {
        "a": ("671B", "May 2024", 671.0, "2024-05"),
        "b": ("560M", "2025", 0.56, "2025"),
        "c": ("1.5T", "Jun 3, 2024", 1500.0, "2024-06-03"),
        "d": ("-", "2024/5", None, "2024-05"),
        "e": ("huge", "soon", None, None),
    }
    lines = [f'{name},{size},"{day}",0.5,2' for name, (size, day, *_) in models.items()]
    table = "\n".join(["model,Params,Released,A accuracy,Cost ($)", *lines, "f,1,2024,0.5,free"])
    columns = 'parameters_b = "Params", release_date = "Released", cost_usd = "Cost ($)"'
    toml = f"[import]\ncolumns = {{ {columns} }}\n[measures.cost_usd]\n"
    write(tmp_path, "site.toml", toml)
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    found = {row["model"]: row for row in rows(tmp_path, "models")}
    assert [(size, day) for _, _, size, day in models.values()] == [
        (found[name].get("parameters_b"), found[name].get("release_date")) for name in models
    ]
    for what in ("parameters_b: 'huge'", "release_date: 'soon'", "cost_usd: 'free'"):
        assert f"a.csv: not read as {what}\n" in said.stderr
    path = write(tmp_path, "c.csv", "model,Params,Released,A accuracy,Cost ($)\na,1,2024,1,free\n")
    said = run_import("csv", path, into=tmp_path)
    assert "most cells of the measure 'Cost ($)' are no numbers" in said.stderr
    path = write(tmp_path, "b.csv", "model,developer,task,score\nm,X,t,0.5\nm,Y,u,0.5\n")
    said = run_import("csv", path, "--higher-is-better", into=tmp_path / "b")
    assert "b.csv: rows of a model differ in developer, and the first counts: 'm'\n" in said.stderr


def test_dates_of_scores_are_read_as_those_of_models(tmp_path):
    days = {"Feb 13th, 2021": "2021-02-13", "3 May 2024": "2024-05-03", "2024-05": "2024-05"}
    lines = [f'{n},"{day}",0.5' for n, day in enumerate((*days, "2025-01-02T03:04Z", "soon"))]
    table = "\n".join(["model,Date,A accuracy", *lines])
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    found = [row.get("date") for row in sorted(rows(tmp_path), key=lambda row: row["model"])]
    assert [*days.values(), "2025-01-02", None] == found
    assert "a.csv: not read as date: 'soon'\n" in said.stderr


def test_the_average_of_a_publisher_is_no_figure_of_the_site(tmp_path):
    """The site computes its own, 60 and 45, of the same name."""
    table = "Model,A accuracy,B accuracy,Average\nalpha,70,50,5\nbeta,50,40,99\n"
    path, root = write(tmp_path, "a.csv", table), tmp_path / "board"
    assert 0 == CliRunner().invoke(main, ["init", str(root), "--from", str(path)]).exit_code
    (first, second) = build(root).api("models")
    assert (60.0, 45.0) == (first["average"]["base"], second["average"]["base"])
    assert (5.0, 99.0) == tuple(m["published_average"]["base"] for m in (first, second))


def test_unknown_direction_is_one_error_with_the_line_to_write(tmp_path):
    path = write(tmp_path, "a.csv", "model,add,sort\nalpha,0.5,0.25\n")
    said = run_import("csv", path, into=tmp_path)
    line = (
        "a.csv does not tell whether higher is better for 'add' and 'sort'. Use --higher-is-better "
        'or --lower-is-better, or write "add" = { higher_is_better = true } (or false) under '
        "[tasks] in site.toml. Of a wide table, task_columns under [import] names the scores."
    )
    assert (1, True) == (said.exit_code, line in said.stderr)
    assert not (tmp_path / "data").exists()
    text = paste(tmp_path, said)
    assert 'task_columns = ["add", "sort"]' in text
    assert '"add" = { higher_is_better = true }' in text
    assert 2 == len(imported("csv", path, into=tmp_path))
    shutil.rmtree(tmp_path / "data")
    toml = '[tasks]\n"add" = { higher_is_better = true }\n"so*" = { higher_is_better = false }\n'
    (tmp_path / "site.toml").write_text(toml)
    imported("csv", path, into=tmp_path)
    assert [True, False] == [t["higher_is_better"] for t in rows(tmp_path, "tasks")]


def test_open_asr_leaderboard(tmp_path):
    """The published order: the lowest average first, 5.42; speed and size are no tasks."""
    table = HARNESSES / "tables/open_asr.csv"
    imported("csv", table, into=tmp_path)
    assert 87 * 8 == len(scores(tmp_path))
    assert {False} == {task["higher_is_better"] for task in rows(tmp_path, "tasks")}
    first = "CohereLabs/cohere-transcribe-03-2026"
    assert 8.13 == scores(tmp_path)[first, "AMI WER", "base"]
    sizes = [model.get("parameters_b") for model in rows(tmp_path, "models")]
    assert (2.0, 17) == (sizes[0], sizes.count(None))
    means = pd.DataFrame(rows(tmp_path)).groupby("model")["score"].mean()
    assert first == means.idxmin()
    assert 5.42375 == pytest.approx(means.min())


MEASURES = {
    "cost": ("total_cost_usd", "Price ($/M tokens)"),
    "time": ("seconds_per_case", "Latency (ms)", "Recall time (s)", "Per Run Time"),
    "rank": ("F1 Rank", "auc_rank", "Mean F1 rank"),
    "deviation": ("Std F1", "acc (std)"),
    "speed": ("RTFx", "Tokens/Sec", "tokens/s"),
    "tokens": ("prompt_tokens",),
    "count": ("test_cases", "pass_num_1", "# calls", "number_of_turns"),
    "order": ("file_order", "fold", "issue_number"),
    "size": ("Context",),
    "average": ("Avg. WER", "Overall F1"),
    "": (
        "Overall consistency",
        "Solved instances",
        "Long Context",
        "time_series",
        "number_theory",
        "token_f1",
        "Average Precision",
        "Accuracy drop",
    ),
}


def test_measures_by_name():
    found = {
        what: tuple(n for n in names if measure_of(n) == what) for what, names in MEASURES.items()
    }
    assert found == MEASURES


# Whether higher is better for a metric of a name, and for a column that it heads.
DIRECTIONS = {
    (False, False): (
        *("wer", "AMI WER", "brier_score", "likelihood_diff", "x \u2193", "metric_error"),
        *("normalized-error", "WER error rate", "Accuracy drop \u2193", "PAR-2", "raw MAE (eV)"),
        "errorRate",
    ),
    (True, True): (
        *("rouge1", "ndcg_at_10", "final_number_exact_match", "likelihood_diff_acc", "pass_rate_2"),
        *("x (higher is better)", "mean reciprocal rank", "spearman rank correlation"),
        *("time_series_accuracy", "DROP F1", "mean_average_precision_at_10", "HR@10"),
    ),
    # Words within a heading may be what a task is about.
    (True, None): ("math_equiv_chain_of_thought",),
    (False, None): ("weight_loss_advice", "error_detection", "grammar errors"),
    (None, True): ("error_f1",),
    # Words that disagree tell nothing, and errors and costs are never better higher.
    (None, None): (
        *("gsm8k", "F1 error", "mean latency", "time to first token", "hit_time"),
        *("tokens to success", "cost_per_pass", "Rank (mean)"),
        # A further word makes another number of a metric.
        *("F1 Rank", "ROC-AUC Avg Rank", "f1_rank", "bleu_rank", "Std F1", "F1 (sd)", "loss rank"),
        *("Accuracy drop", "BLEU diff", "drop in WER", "Attack success rate", "Recall time (s)"),
    ),
}


def test_directions_by_name():
    found = {
        way: tuple(n for n in names if (direction_of(n), direction_in(n)) == way)
        for way, names in DIRECTIONS.items()
    }
    assert found == DIRECTIONS
    assert (False, True) == (is_cost("$x^2$ of the task"), is_cost("Price ($/M)"))
    assert not is_cost("generation speed [tokens/sec]")  # of which less is not likely better


def test_beside_named_tasks_a_column_called_a_task_is_of_the_rows(tmp_path):
    write(tmp_path, "site.toml", '[import]\ntask_columns = ["x", "y"]\n')
    table = "engine,eval,x,y\na,NN,7,8\nb,HCE,9,7\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), UP, "--percent", into=tmp_path)
    assert "model = 'engine'; tasks = x, y; not used: eval\n" in said.stderr
    table = "model,dataset,x,y\na,t,7,8\na,u,9,7\n"
    said = run_import("csv", write(tmp_path, "b.csv", table), UP, "--percent", into=tmp_path)
    assert 'task_by = ["dataset"]' in said.stderr


COUNTS = "model,{},t1,t2\na,684531386000,1.5,2\nb,-1,3,4\n"


def test_a_column_of_parameters_is_a_count(tmp_path):
    """It is a fact of the models, as `site.toml` may name it too; -1 is not known."""
    plain, named = write(tmp_path, "a.csv", COUNTS.format("Parameters")), tmp_path / "named"
    imported("csv", plain, UP, "--other-unit", into=tmp_path)
    assert [684531386000, None] == [row.get("parameters") for row in rows(tmp_path, "models")]
    assert {"t1", "t2"} == {task for _, task, _ in scores(tmp_path)}
    write(named, "site.toml", '[import]\ncolumns = { parameters = "n" }\n')
    imported("csv", write(named, "a.csv", COUNTS.format("n")), UP, "--other-unit", into=named)
    assert [684531386000, None] == [row.get("parameters") for row in rows(named, "models")]


def test_small_numbers_of_parameters_are_no_count(tmp_path):
    """7 may be billions: nothing tells, so that it is no fact of the model."""
    table = "model,parameters,t1,t2\na,7,1.5,2\nb,13,3,4\n"
    imported("csv", write(tmp_path, "a.csv", table), UP, "--other-unit", into=tmp_path)
    assert {"model"} == {name for row in rows(tmp_path, "models") for name in row}


def test_a_count_in_a_column_of_billions_is_refused(tmp_path):
    for heading in ("parameters_b", "Model size (B)"):
        said = run_import(
            "csv",
            write(tmp_path, "a.csv", COUNTS.format(heading)),
            UP,
            "--other-unit",
            into=tmp_path,
        )
        assert 1 == said.exit_code
        assert (
            "'parameters_b' of model 'a' is 684,531,386,000: it is more than 100,000. "
            "parameters_b counts billions; write 684.5, or name the column `parameters`."
        ) in said.stderr
    assert not (tmp_path / "data").exists()
