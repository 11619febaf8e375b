"""Which of several scores of one model on one task counts, and what tells them apart."""

import itertools
import os

import pytest

from tests.helpers.imported import (
    contents,
    imported,
    lm_eval_results,
    paste,
    record,
    rows,
    run_import,
    scores,
    write_json,
)


def write_records(folder, **records):
    for name, of_file in records.items():
        write_json(folder / f"{name}.json", of_file)
    return folder


def test_files_without_times_are_an_error_that_names_both(tmp_path):
    for name, time, score in (("a", 2_000, 0.75), ("b", 1_000, 0.5)):
        document = lm_eval_results({"task": {"acc,none": score}})
        os.utime(write_json(tmp_path / f"runs/{name}.json", document), (time, time))
    said = run_import("lm-eval", tmp_path / "runs", into=tmp_path)
    assert said.stderr.splitlines()[-5:] == [
        "org/base, task (base): 2 scores, 0.75 (runs/a.json) and 0.5 (runs/b.json), and they state "
        "no time that tells which is newer. Write into site.toml what is part of the model or of "
        "the task. Or: Leave out all but one, or state in the files when each was measured.",
        "    [import]",
        '    task_by = ["file"]',
        '    # or model_by = ["file"]',
        "1 error; nothing was written.",
    ]
    assert not (tmp_path / "data").exists()
    paste(tmp_path, said)
    imported("lm-eval", tmp_path / "runs", into=tmp_path)
    assert {
        ("org/base", "task (a)", "base"): 0.75,
        ("org/base", "task (b)", "base"): 0.5,
    } == scores(tmp_path)


def test_order_and_times_of_files_change_nothing(tmp_path):
    """The newer record has the earlier name; a copy has the same score; an agent is an entry.

    A second import finds the row of each entry again.
    """
    new = record("m", {"t": 0.75}) | {"retrieved_timestamp": "1770683238"}
    old = record("m", {"t": 0.5}) | {"retrieved_timestamp": "1760492095.81"}
    other = record("m", {"t": 0.25}, agent="A")
    folder = write_records(tmp_path / "runs", a=new, b=old, c=new, d=other)
    paths = sorted(folder.iterdir())
    found = set()
    for number, order in enumerate(itertools.permutations(paths)):
        for time, path in enumerate(order):
            os.utime(path, (1_000 * time, 1_000 * time))
        project = tmp_path / str(number)
        said = run_import("every-eval-ever", *order, into=project)
        before = contents(project)
        found.add(tuple((name, content) for name, (content, _) in before.items()))
        imported("every-eval-ever", *order, into=project)
        assert before == contents(project)
    assert 1 == len(found)
    assert [(0.75, None), (0.25, "A")] == [(r["score"], r.get("agent")) for r in rows(project)]
    assert "older: 1 score of b.json, since a.json is newer" in said.stderr
    assert "identical: 1 score of c.json, since a.json has them too" in said.stderr


@pytest.mark.parametrize("when", ["retrieved_timestamp", "evaluation_timestamp"])
def test_time_of_only_one_record_tells_nothing(tmp_path, when):
    """Nor do times of measuring and of taking over tell which is newer."""
    one, other = record("m", {"t": 0.75}) | {when: "1770683238"}, record("m", {"t": 0.5})
    other |= {"retrieved_timestamp": "1770683239"} if when == "evaluation_timestamp" else {}
    one |= {"retrieved_timestamp": "1770683239"}
    folder = write_records(tmp_path / "runs", a=one, b=other)
    said = run_import("every-eval-ever", folder, into=tmp_path)
    assert "and they state no time that tells which is newer" in said.stderr


def test_newer_record_of_another_kind_replaces_none(tmp_path):
    """Unless the publisher says that nothing tells models apart."""
    one = record("m", {"t": 0.75}, site="A") | {"retrieved_timestamp": "1770683238"}
    other = record("m", {"t": 0.5}, site="B") | {"retrieved_timestamp": "1760492095"}
    folder = write_records(tmp_path / "runs", a=one, b=other)
    said = run_import("every-eval-ever", folder, into=tmp_path)
    assert said.stderr.splitlines()[-6:-1] == [
        "    [facets]",
        "    site = {}",
        '    # or below [import]: model_by = ["site"]',
        '    # or below [import]: task_by = ["site"]',
        "    # or below [import]: model_by = []",
    ]
    (tmp_path / "site.toml").write_text("[import]\nmodel_by = []\n")
    assert [0.75] == [row["score"] for row in imported("every-eval-ever", folder, into=tmp_path)]


BIG_CODE = {
    "results": {"Alpha-7B": {"pass@1": {"complete": 46.1, "instruct": 37.5}, "size": 7}},
    "results-hard": {"Alpha-7B": {"pass@1": {"complete": 20.3, "instruct": 12.8}, "size": 7}},
}


def test_set_that_replaces_another_in_the_tables_is_a_warning(tmp_path):
    folder = write_records(tmp_path / "big", **BIG_CODE)
    imported("evalplus", folder / "results.json", into=tmp_path)
    said = run_import("evalplus", folder / "results-hard.json", into=tmp_path)
    line = "2 scores of results.json replaced, and no date tells that results-hard.json is newer."
    assert f"warning: {line} If both count, import both files at once" in said.stderr


def test_settings_in_columns_are_facets_and_the_rest_is_offered(tmp_path):
    """A run's name is long and an address private: neither is offered."""
    path = tmp_path / "a.csv"
    path.write_text(
        "model,accuracy,board,agent,run,mail\n"
        f"a,0.5,x,A,{'r' * 41},1@example.org\na,0.25,x,B,{'s' * 41},2@example.org\n"
        f"a,0.75,y,A,{'t' * 41},\n"
    )
    said = run_import("csv", path, into=tmp_path)
    assert '    [import]\n    task_by = ["board"]\n    # or model_by = ["board"]\n' in said.stderr
    paste(tmp_path, said)
    found = imported("csv", path, into=tmp_path)
    assert {
        ("A", "accuracy (x)", 0.5),
        ("B", "accuracy (x)", 0.25),
        ("A", "accuracy (y)", 0.75),
    } == {(row["agent"], row["task"], row["score"]) for row in found}


def test_two_models_with_one_id_are_an_error(tmp_path):
    (tmp_path / "site.toml").write_text('[import]\nmodels = { a = "m", b = "m" }\n')
    path = tmp_path / "a.csv"
    path.write_text("model,task,score\na,t,0.5\nb,t,0.25\n")
    said = run_import("csv", path, into=tmp_path)
    line = "m, t (base): 2 scores, 0.5 (a.csv, row 1) and 0.25 (a.csv, row 2), and they state no "
    assert (1, True) == (said.exit_code, line in said.stderr)
    assert "newer. Leave out all but one, or state in the files when each was" in said.stderr


def test_examples_and_pairs_keep_to_the_names(tmp_path):
    """A tuned model and its base are one model, also with a part of the name."""
    (tmp_path / "site.toml").write_text('[import]\nmodel_by = ["folder"]\n')
    for name, args in (("base", "pretrained=b"), ("tuned", "pretrained=b,peft=t")):
        document = lm_eval_results({"t": {"acc,none": 0.5}}, args)
        write_json(tmp_path / f"runs/x/results_{name}.json", document)
    line = '{"doc_id": 0, "metrics": ["acc"], "acc": 1.0, "filter": "none"}'
    (tmp_path / "runs/x/samples_t_base.jsonl").write_text(line)
    imported("lm-eval", tmp_path / "runs", "--examples", into=tmp_path)
    assert {("b (x)", "t", "base"), ("b (x)", "t", "fine_tuned")} == {*scores(tmp_path)}
    assert ["b (x)"] == [row["model"] for row in rows(tmp_path, "examples")]


@pytest.mark.parametrize("date", ["", ",2024-01-0"])
def test_seeds_are_no_repetitions_and_the_newest_counts_no_more(tmp_path, date):
    """Each fold becomes a task of its own; the -1 of a run that failed is no accuracy."""
    table = f"seed,model,dataset,fold,accuracy{date and ',date'}\n"
    for number, row in enumerate(("a,x,0,0.5", "a,x,1,0.25", "b,x,0,0.75", "b,x,1,-1"), start=1):
        table += f"{number},{row}{date and f'{date}{number}'}\n"
    (tmp_path / "r.csv").write_text(table)
    said = run_import("csv", tmp_path / "r.csv", into=tmp_path)
    assert "and their records differ in seed ('1' and '2') and fold ('0' and '1')" in said.stderr
    assert '[import]\ntask_by = ["fold"]' in paste(tmp_path, said)
    said = run_import("csv", tmp_path / "r.csv", into=tmp_path)
    assert "b, x (1) (base): not imported: -1 is no accuracy" in said.stderr
    assert [("x (0)", 0.5), ("x (0)", 0.75), ("x (1)", 0.25)] == sorted(
        (row["task"], row["score"]) for row in rows(tmp_path)
    )
    assert {1.0} == {row["score_max"] for row in rows(tmp_path, "tasks")}
