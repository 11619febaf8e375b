"""What only the publisher of a table can say: the import asks, and offers the lines to write."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from site_builder.commands import main
from tests.helpers.imported import (
    HARNESSES,
    UP,
    imported,
    paste,
    rows,
    run_import,
    scores,
    write,
    write_json,
)
from tests.helpers.tables import check_project, fault_lines

SPLITS = """\
dataset,fold,method,metric_error,time_train_s,metric,metric_error_val,method_type
Churn,0,CAT (default),0.125,96.9,roc_auc,0.5,config
Churn,0,XT (default),0.25,8.3,roc_auc,0.5,config
"""


def test_score_of_several_columns_is_asked_for(tmp_path):
    """As in TabArena: neither folds nor errors are models, and errors come first in the choice."""
    path = write(tmp_path, "a.csv", SPLITS)
    said = run_import("csv", path, into=tmp_path)
    assert 'columns = { score = "metric_error" }' in paste(tmp_path, said)
    imported("csv", path, into=tmp_path)
    found = {(model, task): score for (model, task, _), score in scores(tmp_path).items()}
    assert {("CAT (default)", "Churn"): 0.125, ("XT (default)", "Churn"): 0.25} == found


SHOTS = "model,n_shot,acc\na,0,50.5\na,5,60.25\nb,0,51.5\nb,5,59.25\n"


@pytest.mark.parametrize(
    ("toml", "entries"),
    [
        ("", {("a", "acc", "0"), ("a", "acc", "5")}),
        ('[import]\ncolumns = { n_shot = "n_shot" }\n', {("a", "acc", "0"), ("a", "acc", "5")}),
        ('[import]\nmodel_by = ["n_shot"]\n', {("a (0)", "acc", None), ("a (5)", "acc", None)}),
        ('[import]\ntask_by = ["n_shot"]\n', {("a", "acc (0)", None), ("a", "acc (5)", None)}),
    ],
)
def test_number_that_is_a_setting_tells_runs_apart(tmp_path, toml, entries):
    (tmp_path / "site.toml").write_text(toml)
    path = write(tmp_path, "a.csv", SHOTS)
    if not toml:
        said = run_import("csv", path, into=tmp_path)
        assert "their records differ in n_shot ('0' and '5')" in said.stderr
        assert "[facets]\nn_shot = {}\n" in paste(tmp_path, said)
    found = imported("csv", path, into=tmp_path)
    assert entries == {
        (r["model"], r["task"], r.get("n_shot")) for r in found if r["model"].startswith("a")
    }
    assert {50.5, 60.25, 51.5, 59.25} == {row["score"] for row in found}
    check_project(tmp_path)


def test_field_that_no_record_has_is_named(tmp_path):
    (tmp_path / "site.toml").write_text('[import]\nmodel_by = ["n_shots"]\n')
    said = run_import("csv", write(tmp_path, "a.csv", SHOTS), into=tmp_path)
    why = "no record has 'n_shots', which model_by under [import] names. Did you mean 'n_shot'?"
    assert (1, True) == (said.exit_code, why in said.stderr)
    said = run_import("csv", write(tmp_path, "b.csv", "model,acc\na,0.5\n"), into=tmp_path)
    assert (0, True) == (said.exit_code, "warning: no record has 'n_shots'" in said.stderr)


def trials(*resolved):
    """What a run of an agent's benchmark writes: the folder names the agent."""
    keys = ("task_id", "is_resolved", "failure_mode", "total_input_tokens", "total_output_tokens")
    results = [
        dict(zip(keys, (f"t{n}", value, "unset", 100, 10), strict=True))
        for n, value in enumerate(resolved)
    ]
    return {"id": "1", "accuracy": 0.5, "resolved_ids": ["t0"], "results": results}


def test_tokens_are_never_models_and_truth_may_be_a_score(tmp_path):
    """The messages, and nothing else, lead to the models: the names of folders."""
    for agent, resolved in (("agent-a", (True, False)), ("agent-b", (True, True))):
        write_json(tmp_path / f"runs/{agent}/results.json", trials(*resolved))
    said = run_import("csv", tmp_path / "runs", into=tmp_path)
    assert 'model_by = ["folder"]' in paste(tmp_path, said)
    said = run_import("csv", tmp_path / "runs", into=tmp_path)
    assert 'columns = { score = "is_resolved" }' in paste(tmp_path, said)
    imported("csv", tmp_path / "runs", into=tmp_path)
    assert {
        ("agent-a", "t0", "base"): 1.0,
        ("agent-a", "t1", "base"): 0.0,
        ("agent-b", "t0", "base"): 1.0,
        ("agent-b", "t1", "base"): 1.0,
    } == scores(tmp_path)


def test_pasting_into_a_section_that_is_there(tmp_path):
    """As `init` writes it; a reader of the JSON gets the lines with the fix."""
    (tmp_path / "site.toml").write_text("[site]\n\n[import]\n# columns = {}\n\n[tasks]\n")
    path = write(tmp_path, "a.csv", "who,what,size\nalpha,add,0.5\nbeta,add,0.25\n")
    said = run_import("csv", path, "--format", "json", "--quiet", into=tmp_path)
    lines = json.loads(said.stdout)["faults"][0]["fix"].splitlines()
    heading = "# below [import]; replace lines of these names"
    assert [heading, 'columns = { model = "who" }', '# or columns = { model = "what" }'] == lines[
        1:4
    ]
    for expected in ('{ model = "who" }', 'task_columns = ["size"]'):
        assert expected in paste(tmp_path, run_import("csv", path, into=tmp_path))
    found = imported("csv", path, "--higher-is-better", into=tmp_path)
    assert [("alpha", "size"), ("beta", "size")] == [(r["model"], r["task"]) for r in found]


def test_numbers_of_a_lone_object_are_scores_only_if_named(tmp_path):
    """The message has the numbers of all files; each has some of them, at any depth."""
    about = {"model_name": "m", "links": [{"url": "x"}], "version": 3}
    for name, results in (("a", {"easy": {"pass": 50.5}}), ("b", {"hard": {"pass": 25.5}})):
        write_json(tmp_path / f"runs/{name}/submission.json", {**about, "results": results})
    said = run_import("csv", tmp_path / "runs", into=tmp_path)
    names = ["results.easy.pass", "results.hard.pass"]
    assert f"task_columns = {json.dumps(names)}" in paste(tmp_path, said)
    imported("csv", tmp_path / "runs", "--percent", UP, into=tmp_path)
    assert {("m", names[0], "base"): 50.5, ("m", names[1], "base"): 25.5} == scores(tmp_path)


def test_names_in_the_first_column(tmp_path):
    """Only folders name the model and the length; the counts are no scores."""
    for length, score in ((4096, 99.5), (8192, 98.5)):
        path = tmp_path / f"runs/some-7b/{length}/pred/summary.csv"
        path.parent.mkdir(parents=True)
        path.write_text(f"0,1,2\nTasks,needle,vt\nScore,{score},90.5\nNulls,0/500,1/500\n")
    said = run_import("csv", tmp_path / "runs", "--percent", into=tmp_path)
    assert 'model_by = ["folder 3"]' in paste(tmp_path, said)
    said = run_import("csv", tmp_path / "runs", "--percent", into=tmp_path)
    assert 'task_by = ["folder 2"]' in paste(tmp_path, said)
    imported("csv", tmp_path / "runs", "--percent", into=tmp_path)
    assert 99.5 == scores(tmp_path)["some-7b", "needle (4096)", "base"]
    assert 4 == len(scores(tmp_path))


TIMES = {"system": "a", "load_time": 1.5, "result": [[0.5, 0.25, None], [1.5, 1.25, 1.125]]}
LIST = "its 'result' is a list, and nothing names what each of its numbers is of"
FAMILY = [{"family": "F", "variant": name, "open": True, "utility": 4.5} for name in "ab"]
# Tables of which something is asked: what the message offers, and what it does not.
OFFERED: dict[str, tuple[Any, ...]] = {
    "tasks": (
        "model,domain,score\na,retail,0.5\na,airline,0.25\n",
        ['columns = { task = "domain" }'],
    ),
    # A column `eval` may name what was evaluated, or how engines evaluate.
    "ratings of engines": (
        [{"engine": n, "ccrl": 3600, "frc": 4000, "eval": "NN"} for n in ("a", "b")],
        ['task_columns = ["ccrl", "frc"]\n    # or columns = { score ='],
    ),
    "unit in brackets": (
        "model,pp512 (tok/s),tg128 (tok/s)\na,654.25,41.5\nb,OOM,OOM\n",
        ['"tg128 (tok/s)" = { higher_is_better = true, unit = "tok/s" }'],
    ),
    # As ClickBench writes three times of each query; three tags are no heading of them.
    "times": (TIMES, [LIST]),
    "times and tags": ({**TIMES, "tags": ["C++", "column-oriented", "fork"]}, [LIST]),
    # As llama-bench writes layers, which never differ, beside its speed.
    "layers": (
        "model,test,ngl,t/s\na,pp,99,71.5\na,tg,99,24.5\nb,pp,99,70.5\nb,tg,99,20.5\n",
        ['columns = { score = "t/s" }\n    # or columns = { score = "ngl" }\n'],
    ),
    # As hyperfine writes it: a time of the system names none, what was timed is offered.
    "timed": (
        "command,mean,user,system\nfd x,0.25,1.5,0.5\nfind x,3.5,1.25,2.75\n",
        ["it has no column of models", 'columns = { model = "command" }\n'],
    ),
    # As NoveltyBench writes them; yes and no name nothing.
    "family": (
        {"generated": "now", "models": FAMILY},
        ['columns = { model = "variant" }\n    # or columns = { model = "family"'],
        '"open"',
    ),
    "teams": (
        "Rank,TeamName,Submitted,Score\n1,x,2026-02-01 11:22,0.5\n2,y,2026-02-02 09:00,0.25\n",
        ['columns = { model = "TeamName" }\n', 'model_by = ["folder"]'],
        *("Submitted", "folder 2"),
    ),
}


@pytest.mark.parametrize("name", ["subset", "Language", "lang"])
def test_subsets_are_parts_of_their_task(tmp_path, name):
    """The ends of an interval are no measures; a mean that the file states is of the whole."""
    lines = ["model,task,NAME,metric,score,lower,upper"]
    lines += ["a,flores,de,chrF,61,60,62", "a,flores,fr,chrF,65,64,66", "a,flores,de,BLEU,31,30,32"]
    lines += ["a,xnli,de,acc,71,70,72", "a,xnli,all,acc,70,69,71"]
    table = "\n".join(lines).replace("NAME", name)
    said = run_import("csv", write(tmp_path, "a.csv", table), "--percent", into=tmp_path)
    assert "not used: lower, upper" in said.stderr
    expected = {"flores (chrF)/de": 61, "flores (chrF)/fr": 65, "flores (BLEU)/de": 31}
    expected |= {"xnli/de": 71, "xnli": 70}
    assert {("a", task, "base"): score for task, score in expected.items()} == scores(tmp_path)
    tasks = {row["task"]: row for row in rows(tmp_path, "tasks")}
    parts = {task: row["part_of"] for task, row in tasks.items() if row.get("part_of")}
    assert {task: task.partition("/")[0] for task in expected if "/" in task} == parts
    assert "flores (chrF): de" == tasks["flores (chrF)/de"]["name"]
    whole = {"task": "flores (chrF)", "metric": "chrF", "higher_is_better": True}
    bounds = {"score_min": 0, "score_max": 100, "mean_of_examples": False}
    assert whole | bounds == tasks["flores (chrF)"]
    check_project(tmp_path)


@pytest.mark.parametrize("name", OFFERED)
def test_what_may_be_meant_is_offered(tmp_path, name):
    content, offered, *never = OFFERED[name]
    is_text = isinstance(content, str)
    path = tmp_path / f"a.{'csv' if is_text else 'json'}"
    path.write_text(content if is_text else json.dumps(content))
    said = run_import("csv", path, into=tmp_path).stderr
    assert [] == [line for line in offered if line not in said]
    assert [] == [line for line in never if line in said]


TABARENA = '[import.columns]\nmodel = "method"\ntask = "dataset"\nscore = "metric_error"\n'


def test_errors_of_a_metric_rank_as_errors(tmp_path):
    """TabArena's errors of ROC AUC are 1 - AUC: the first of its board has the least."""
    (tmp_path / "site.toml").write_text(TABARENA)
    said = run_import("csv", HARNESSES / "tables/tabarena_results.csv", into=tmp_path)
    assert 0 == said.exit_code, said.stderr
    assert "the heading 'metric_error'" in said.stderr
    tasks = {t["task"]: (t["metric"], t["higher_is_better"]) for t in rows(tmp_path, "tasks")}
    assert tasks == {
        "APSFailure": ("metric_error (roc_auc)", False),
        "MIC": ("log_loss", False),
        "QSAR-TID-11": ("rmse", False),
    }
    assert [] == [line for line in fault_lines(tmp_path) if "nothing states" in line]


@pytest.mark.parametrize(
    ("text", "toml"),
    [
        ("model,task,score\na,Latency,3\nb,Latency,1\n", ""),
        ("model,task,score\na,time to first token,3\nb,time to first token,1\n", ""),
        ("model,task,ttft_ms\na,t,3\nb,t,1\n", '[import.columns]\nscore = "ttft_ms"\n'),
        ("model,task,metric,ms\na,t,auc,3\nb,t,auc,1\n", '[import.columns]\nscore = "ms"\n'),
        ("model,TTFT (s)\na,3\nb,1\n", '[import]\ntask_columns = ["TTFT (s)"]\n'),
        ("model,Accuracy drop\na,0.3\nb,0.1\n", ""),
        ("model,F1 Rank\na,3\nb,1\n", '[import]\ntask_columns = ["F1 Rank"]\n'),
        ("model,Mean rank\na,3\nb,1\n", '[import]\ntask_columns = ["Mean rank"]\n'),
    ],
)
def test_direction_of_a_cost_is_asked_for(tmp_path, text, toml):
    (tmp_path / "site.toml").write_text(toml)
    table = write(tmp_path, "a.csv", text)
    said = run_import("csv", table, "--other-unit", into=tmp_path)
    assert (1, 1) == (said.exit_code, said.stderr.count("not tell whether higher is better for"))
    assert "{ higher_is_better = false }" in paste(tmp_path, said)  # what it proposes
    (tmp_path / "site.toml").write_text(toml)
    imported("csv", table, "--other-unit", "--lower-is-better", into=tmp_path)
    assert [False] == [task["higher_is_better"] for task in rows(tmp_path, "tasks")]


ARENA = """\
model,score,rating_q025,rating_q975,CI,avg_tokens
a,82.5,81,84,"(-1.5, +1.5)",662
b,79.25,77,80,"(-2.25, +0.75)",567
"""
ALPACA = """\
model,win_rate,standard_error,mode,n_wins,n_draws,lc_winrate,lc_standard_error
a,30.5,1.5,verified,239,6,48.25,0.5
b,31.5,1.75,verified,252,4,40.5,0.25
"""
DUEL = "Player,total_games,wins_losses,win_loss,moe_win_loss\na,33,5,0.5,0.25\nb,40,7,0.75,0.125\n"


@pytest.mark.parametrize(
    ("table", "asked"),
    [(ARENA, ["score"]), (ALPACA, ["win_rate", "lc_winrate"]), (DUEL, ["wins_losses", "win_loss"])],
)
def test_margins_and_counts_are_no_scores_of_a_wide_table(tmp_path, table, asked):
    """A score for each model is one; a loss beside wins is no metric."""
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert f"task_columns = {json.dumps(asked)}\n" in paste(tmp_path, said)
    assert (table == DUEL) == ("better for 'wins_losses' and 'win_loss'" in said.stderr)


def test_model_of_another_name_than_a_measure_is_offered(tmp_path):
    """TPOT is a framework here, and a time elsewhere; a number with another is reported."""
    path = write(tmp_path, "a.csv", "task,forest,tpot\nx,0.75,0.5\ny,0.25,0.5 (3)\n")
    paste(tmp_path, run_import("csv", path, into=tmp_path))
    said = run_import("csv", path, "--higher-is-better", into=tmp_path)
    assert 3 == len(rows(tmp_path))
    assert "'0.5 (3)' holds more than a number" in said.stderr
    assert "tpot (time)" not in said.stderr


UNITS = """model,Pack,Unpack,Kept,Cost,Latency
a,675 MB/s,3850 MB/s,47.5%,$0.30,12.3 ms
b,515 MB/s,1550 MB/s,34.5%,$0.40,"1,234.5 ms"
c,0.5 MB/s,OOM,36.5%,1.40,900 ms
"""


def test_unit_that_all_cells_of_a_column_state(tmp_path):
    path = write(tmp_path, "a.csv", UNITS)
    write(tmp_path, "site.toml", '[import.columns]\ncost_usd = "Cost"\nlatency = "Latency"\n')
    said = run_import("csv", path, "--higher-is-better", into=tmp_path)
    line = "units of the cells: Pack in MB/s, Unpack in MB/s, Cost in USD and Latency in ms\n"
    assert (0, True) == (said.exit_code, line in said.stderr)
    assert {"Pack": "MB/s", "Unpack": "MB/s", "Kept": None} == {
        row["task"]: row.get("unit") for row in rows(tmp_path, "tasks")
    }
    found = [row for row in rows(tmp_path) if row["task"] == "Pack"]
    assert [675.0, 515.0, 0.5] == [row["score"] for row in found]
    assert [0.3, 0.4, 1.4] == [row["cost_usd"] for row in found]
    assert [12.3, 1234.5, 900.0] == [row["latency"] for row in found]
    assert "'OOM' is not a number" in said.stderr
    (tmp_path / "site.toml").unlink()
    said = run_import("csv", path, "--higher-is-better", into=tmp_path / "other")
    assert (
        '    cost_usd = { label = "Cost", unit = "USD", higher_is_better = false, ' in said.stderr
    )
    assert (
        '    latency = { label = "Latency", unit = "ms", higher_is_better = false, ' in said.stderr
    )


@pytest.mark.parametrize(
    ("cells", "units"),
    [(("1 GB/s", "900 MB/s"), "GB/s and MB/s"), (("12 ms", "9"), "ms and none"),
     (("$1", "\u20ac2"), "USD and EUR"), (("3 ms", "~2 s"), "ms and s")],
)  # fmt: skip
def test_column_with_several_units_is_not_read_but_named(tmp_path, cells, units):
    """Nothing tells how its numbers compare; it is an error where one says that they are scores."""
    table = f"model,acc,pace\na,0.5,{cells[0]}\nb,0.25,{cells[1]}\n"
    path = write(tmp_path, "a.csv", table)
    said = run_import("csv", path, into=tmp_path)
    why = f"the cells of 'pace' have the units {units}, so it is not read. Write all of its "
    assert (0, True) == (said.exit_code, f"warning: a.csv: column left out: {why}" in said.stderr)
    assert {("a", "acc", "base"): 0.5, ("b", "acc", "base"): 0.25} == scores(tmp_path)
    write(tmp_path, "site.toml", '[import]\ntask_columns = ["pace"]\n')
    said = run_import("csv", path, into=tmp_path)
    assert (1, True) == (said.exit_code, why in said.stderr)


def test_memory_is_no_score(tmp_path):
    """Where some cells name what it is of, they are texts."""
    table = "model,acc,GPU,RAM\na,0.5,24 GB,64 GB\nb,0.25,A100 80 GB,32 GB\nc,0.75,24 GB,64 GB\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert "tasks = acc; no scores: RAM (size); not used: GPU" in said.stderr
    assert {"acc"} == {task for _, task, _ in scores(tmp_path)}


def test_nested_name_of_each_object_is_its_model(tmp_path):
    """As MMMU and OmniBench write it: with totals of parts, and models that have nothing else."""
    info = [{"name": name, "date": "2024-09-22"} for name in ("a", "b", "c")]
    boards = [
        {"info": info[0], "val": {"plot_story": "25.5", "art": "70.5", "overall": "48.0"}},
        {"info": info[1], "val": {"plot_story": "29.54%", "art": "-", "overall": "29.5"}},
        {"info": info[2], "val": {"overall": "84.5"}},
    ]
    path = write(tmp_path, "a.json", json.dumps({"leaderboardData": boards}))
    said = run_import("csv", path, "--higher-is-better", "--percent", into=tmp_path)
    assert {
        ("a", "val.plot_story", "base"): 25.5,
        ("b", "val.plot_story", "base"): 29.54,
        ("a", "val.art", "base"): 70.5,
        **{("a", "val", "base"): 48.0, ("b", "val", "base"): 29.5, ("c", "val", "base"): 84.5},
    } == scores(tmp_path)
    parts = {task["task"]: task.get("part_of") for task in rows(tmp_path, "tasks")}
    assert {"val.plot_story": "val", "val.art": "val", "val": None} == parts
    assert 0 == said.exit_code


def test_two_spellings_of_a_name_are_refused(tmp_path):
    objects = [{"model": "a", "x y": 1.5}, {"model": "b", "x_y": 4.5}]
    said = run_import("csv", write(tmp_path, "a.json", json.dumps(objects)), into=tmp_path)
    why = "a.json: skipped: nothing tells whether 'x y' and 'x_y' are one name. Write it in one way"
    assert (1, True) == (said.exit_code, why in said.stderr)


def test_table_with_links_is_named_by_its_file(tmp_path):
    """Columns of dates are no tasks; a file tells the units of all rows, whatever they link to."""
    rows_of = ("[m](https://x.org/m),71.5,0.5,2023/4", "[n](https://x.org/n),24.5,0.25,2021/9")
    table = "\n".join(
        ("Model,A,B,Cutoff date,Link", *(f"{r},https://x.org/{r[1]}" for r in rows_of))
    )
    path = write(tmp_path, "a.csv", table)
    said = run_import("csv", path, "--higher-is-better", into=tmp_path).stderr
    assert "a.csv does not tell the unit of 'A' (24.5 to 71.5) and 'B' (0.25 to 0.5)" in said
    assert "Cutoff" not in said
    imported("csv", path, "--higher-is-better", "--percent", into=tmp_path)
    assert {"m", "n"} == {row["model"] for row in rows(tmp_path)}


def test_setting_in_an_object_of_another_name_tells_runs_apart(tmp_path):
    """As a benchmark of vector databases writes `engine_params`, which are no size of a model."""
    runs = [
        {"engine": "a", "dataset": "d", "rps": rps, "engine_params": {"ef": ef}}
        for rps, ef in ((1238.5, 64), (826.5, 128))
    ]
    path = write(tmp_path, "a.json", json.dumps(runs))
    said = run_import("csv", path, "--higher-is-better", into=tmp_path)
    assert "engine_params.ef" in paste(tmp_path, said)


def test_mean_of_columns_beside_it_is_no_task(tmp_path):
    """`CT mean` is of A and B, `All mean` of A, B and C, and the last of none."""
    table = "model,A,B,CT mean,C,All mean,mean_average_precision,Kept mean\n"
    table += "m,50,61,55.5,70,60.3,40.5,12\nn,51,60,55.5,80,63.7,41.5,80\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), UP, "--percent", into=tmp_path)
    assert "no scores: CT mean (average), All mean (average)" in said.stderr
    what = "a.csv: read as tasks, since the columns beside have other means: Kept mean\n"
    assert what in said.stderr
    tasks = {row["task"] for row in rows(tmp_path, "tasks")}
    assert tasks == {"A", "B", "C", "mean_average_precision", "Kept mean"}


ROLES = {
    # A score beside others of a model in several settings is no less of one.
    "model,agent,Score,A acc\na,X,61,0.5\na,Y,55,0.4\n": 'task_columns = ["Score", "A acc"]',
    # What was measured is no setting of the model, and a category may be of the model.
    "model,Difficulty,acc\na,Easy,91\na,Hard,35\n": 'task_by = ["Difficulty"]',
    "model,category,Elo\na,overall,9\na,math,5\n": 'task_by = ["category"]',
    "model,category,acc\na,Closed,0.5\nb,Open,0.25\nc,Open,0.1\n": "facet category = 'category'",
    "model,agent,score\na,X,61\na,Y,55\n": 'task_columns = ["score"]',
    # Numbers of which no model has two are scores on a test.
    "model,Test,acc\na,71,70\nb,66,60\n": 'task_columns = ["Test", "acc"]',
    "modelName,avgCost,mathScore\na,1,71\nb,2,65\n": 'task_columns = ["mathScore"]',
    "model,Size,acc\na,7B,0.5\nb,560M,0.25\n": "parameters_b = 'Size'",
    "model,A,B,C\na,1,2,1\nb,2,1,3\nc,3,3,2\n": '"A" = { higher_is_better = false }',
    # Words that stand for something else in another name.
    "model,EN acc,SE acc\na,70,60\nb,60,50\n": "tasks = EN acc, SE acc",
    "model,v1.5 average acc,v1.5 easy acc\na,0.5,0.25\n": "tasks = v1.5 easy acc\n",
    "model,Card games acc,Win margin acc\na,0.5,0.25\n": "tasks = Card games acc, Win margin acc",
    "model,Human genome AUROC\na,0.5\n": "tasks = Human genome AUROC",
    "model,Win rate vs GPT-5 (%)\na,50\nb,70\n": "tasks = Win rate vs GPT-5 (%)",
    "model,Training set size,acc\na,1.2T,0.5\n": "not used: Training set size",
    "model,task,accuracy\na,31,0.5\nb,31,0.25\n": "task = 'task'; score = 'accuracy'",
    "model,SE,EN\na,70,60\nb,60,50\n": 'task_columns = ["SE", "EN"]',
    "model,acc,acc low,acc high,acc sem,acc vs. a\na,2,1,3,1,0\nb,1,0,2,1,1\n": "'acc vs. a'. Use",
}


@pytest.mark.parametrize("table", ROLES)
def test_what_a_column_is_follows_from_the_others(tmp_path, table):
    path = write(tmp_path, "a.csv", table)
    said = CliRunner().invoke(main, ["init", str(tmp_path / "p"), "--from", str(path)])
    assert ROLES[table] in said.stderr


@pytest.mark.parametrize("names", ["model,task,example_id,correct", "model,task,example,score"])
def test_who_imports_single_examples_is_told_what_averages_them(tmp_path, names):
    lines = (f"a,t,{number},{number % 2}" for number in range(10))
    path = write(tmp_path, "answers.csv", "\n".join([names, *lines]))
    how = "If these are scores of single examples, `leaderboard-site aggregate` averages them."
    assert how in run_import("csv", path, into=tmp_path).stderr
    fewer = write(tmp_path, "fewer.csv", "\n".join([names, "a,t,1,1", "a,t,2,0"]))
    assert "aggregate" not in run_import("csv", fewer, into=tmp_path).stderr
