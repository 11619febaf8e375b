"""What an import takes scores for, in every format: it asks, or says what told it."""

import pytest

from site_builder.importers.assume import group_alike
from tests.helpers.imported import (
    imported,
    lm_eval_results,
    paste,
    rows,
    run_import,
    scores,
    write,
    write_json,
)
from tests.helpers.tables import check_project

CARD = """\
---
model-index:
- name: {name}
  results:
  - dataset: {{name: MATH Lvl 5}}
    metrics: [{{type: exact_match, value: {math}}}]
  - dataset: {{name: BBH}}
    metrics: [{{type: acc_norm, value: {bbh}}}]
---
"""


def cards(folder, *values):
    """Model cards with a hard and an easy task."""
    for name, math, bbh in values:
        path = folder / f"cards/{name}/README.md"
        path.parent.mkdir(parents=True)
        path.write_text(CARD.format(name=name, math=math, bbh=bbh))
    return folder / "cards"


def test_low_percentages_beside_others_are_asked_for(tmp_path):
    """0.89 and 0.78 are percentages if the cards write 23.6 elsewhere; but cards may mix units."""
    path = cards(tmp_path, ("m", 0.89, 23.6), ("n", 0.78, 20.0))
    said = run_import("model-index", path, into=tmp_path)
    line = "do not tell the unit of 'MATH Lvl 5' (0.78 to 0.89). Use --percent, "
    assert (1, True) == (said.exit_code, line in said.stderr)
    imported("model-index", path, "--percent", into=tmp_path)
    assert [100.0, 100.0] == [task["score_max"] for task in rows(tmp_path, "tasks")]
    assert {0.89, 0.78, 23.6, 20.0} == {*scores(tmp_path).values()}


@pytest.mark.parametrize("metric", ["acc", "f1"])
def test_units_mixed_between_files_are_asked_for(tmp_path, metric):
    for name, value in (("a", 0.65), ("b", 71.0)):
        document = lm_eval_results({"t": {metric: value}}, f"pretrained={name}")
        write_json(tmp_path / f"runs/{name}.json", document)
    said = run_import("lm-eval", tmp_path / "runs", into=tmp_path)
    line = (
        "runs/a.json and runs/b.json do not tell the unit of 't' (0.65 to 71, proportions and "
        "percentages mixed?). Where a task has both, correct the file. Use --percent, "
    )
    assert (1, True, False) == (said.exit_code, line in said.stderr, "[tasks]\n" in said.stderr)
    said = run_import("lm-eval", tmp_path / "runs", "--proportion", into=tmp_path)
    assert "runs/b.json: b, t (base): not imported: 71 is not a proportion" in said.stderr
    assert {("a", "t", "base"): 0.65} == scores(tmp_path)


def test_one_question_about_many_tasks_is_one_line(tmp_path):
    """A pattern stands for tasks with the same question, and for no others."""
    names = [*(f"q{n}" for n in range(1, 44)), "load_time"]
    values = ["0.02", "2.5", *["3.5"] * 42]
    path = tmp_path / "a.csv"
    path.write_text(f"model,{','.join(names)}\nx,{','.join(values)}\ny,{','.join(values)}\n")
    (tmp_path / "site.toml").write_text(f"[import]\ntask_columns = {names}\n")
    said = run_import("csv", path, "--model", "m", into=tmp_path).stderr
    assert "higher is better for 'q1' to 'q43' (43 tasks) and 'load_time'. Use " in said
    assert (
        '\n    "q*" = { higher_is_better = true, unit = "points" }  # or false; or another' in said
    )
    assert '\n    "load_time" = { higher_is_better = false }' in said
    assert 2 == said.count("higher_is_better = ") - 1  # and once in the sentence


@pytest.mark.parametrize(
    ("names", "others", "keys"),
    [
        (["a", "b", "c", "d"], [], ["*"]),
        (["a", "b", "c", "d"], ["e"], ["a", "b", "c", "d"]),
        (["m1", "m2", "m3", "m4", "p"], ["mix"], ["m1", "m2", "m3", "m4", "p"]),
        (["q1", "q2", "q3", "q4", "p"], ["other"], ["q*", "p"]),
        (["*1", "*2", "*3", "*4"], [], ["*1", "*2", "*3", "*4"]),
    ],
)
def test_pattern_names_what_tasks_share(names, others, keys):
    groups = group_alike(dict.fromkeys(names, "better?"), others)
    assert keys == [group.key for group in groups]
    assert names == [name for group in groups for name in group.names]


def test_unit_of_one_task_in_site_toml_answers_for_it(tmp_path):
    (tmp_path / "site.toml").write_text('[tasks]\n"MATH*" = { unit = "percent" }\n')
    imported("model-index", cards(tmp_path, ("m", 0.89, 23.6)), into=tmp_path)
    bbh, math = sorted(rows(tmp_path, "tasks"), key=lambda task: task["task"])
    assert (100.0, None) == (bbh["score_max"], math.get("score_max"))


def test_percentages_of_another_metric_raise_no_question(tmp_path):
    """Harnesses write BLEU from 0 to 100 and accuracy from 0 to 1 into one file."""
    document = lm_eval_results(
        {"t": {"acc": 0.5}, "u": {"bleu": 31.5}, "v": {"pct_stereotype": 0.25}}
    )
    write_json(tmp_path / "runs/a.json", document)
    imported("lm-eval", tmp_path / "runs", into=tmp_path)
    found = {
        t["task"]: (t["higher_is_better"], t.get("score_max")) for t in rows(tmp_path, "tasks")
    }
    assert found == {"t": (True, 1.0), "u": (True, 100.0), "v": (False, 1.0)}


def test_statement_of_the_file_counts_more_than_the_metric(tmp_path):
    document = lm_eval_results({"t": {"acc": 0.5}}, higher_is_better={"t": {"acc": False}})
    write_json(tmp_path / "runs/a.json", document)
    said = run_import("lm-eval", tmp_path / "runs", into=tmp_path)
    assert "  lower   0 to 1  acc     the file; scores up to 1  t" in said.stderr
    assert rows(tmp_path, "tasks")[0]["higher_is_better"] is False


def test_known_task_keeps_what_the_table_states(tmp_path):
    """A second import asks nothing about it, although its metric is unknown."""
    write_json(tmp_path / "runs/a.json", lm_eval_results({"t": {"zork": 0.5}}, "pretrained=a"))
    imported("lm-eval", tmp_path / "runs", "--lower-is-better", into=tmp_path)
    write_json(tmp_path / "runs/b.json", lm_eval_results({"t": {"zork": 0.75}}, "pretrained=b"))
    said = run_import("lm-eval", tmp_path / "runs", into=tmp_path)
    assert (0, False) == (said.exit_code, "Assumed" in said.stderr)
    assert rows(tmp_path, "tasks")[0]["higher_is_better"] is False


def test_fifty_skipped_files_are_one_line_per_kind(tmp_path):
    write_json(tmp_path / "runs/a.json", lm_eval_results({"t": {"acc": 0.5}}))
    for number in range(50):
        (tmp_path / f"runs/n{number:02}.md").write_text("notes")
    for number in range(3):
        (tmp_path / f"runs/z{number}.json").write_text("\n" * number + "{")
    said = run_import("lm-eval", tmp_path / "runs", into=tmp_path / "p")
    assert [
        "warning: runs/n00.md: skipped: a results file does not end in .md; and 49 more files like "
        "it: runs/n01.md, runs/n02.md, runs/n03.md, runs/n04.md and 45 more",
        "warning: runs/z0.json: skipped: it is not JSON, or cut short: Expecting property name "
        "enclosed in double quotes in line 1; and 2 more files like it: runs/z1.json and "
        "runs/z2.json",
    ] == [line for line in said.stderr.splitlines() if line.startswith("warning: ")]
    assert "1 file with scores, 53 skipped." in said.stderr
    said = run_import("lm-eval", tmp_path / "runs", "--verbose", into=tmp_path / "q")
    assert 53 == said.stderr.count("warning: ")


def test_percentages_below_zero_set_no_bounds_that_they_leave(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("model,With,Accuracy Drop\na,79.5%,-1.75%\nb,77.5%,-4.25%\n")
    run_import("csv", path, "--higher-is-better", into=tmp_path)
    drop, plain = sorted(rows(tmp_path, "tasks"), key=lambda row: row["task"])
    assert ("%", None, None) == tuple(drop.get(n) for n in ("unit", "score_min", "score_max"))
    assert (0, 100) == (plain["score_min"], plain["score_max"])
    check_project(tmp_path)


def test_columns_of_several_kinds_are_a_line_each(tmp_path):
    """A unit in the heading counts; what leaves 0 to 100, or is an error, is no percentage."""
    path = tmp_path / "a.csv"
    rows_of = ("a,88.5,11.5,97.5,2.5,3", "b,87.5,12.5,98.5,3.5,-1")
    path.write_text("\n".join(("model,top1,top1_err,top5,HD95 (mm),rank_diff", *rows_of)))
    text = paste(tmp_path, run_import("csv", path, into=tmp_path))
    assert '"top1" = { higher_is_better = true, unit = "percent" }' in text
    assert '"top1_err" = { higher_is_better = false }' in text
    assert '"HD95 (mm)" = { higher_is_better = false, unit = "mm" }' in text
    assert '"rank_diff" = { higher_is_better = true }' in text
    imported("csv", path, into=tmp_path)
    check_project(tmp_path)


def test_likely_answers_follow_units_and_words_in_headings(tmp_path):
    """A sheet may show 0.872 as a percentage; a percent sign of an interval is no unit."""
    table = "model,Chunk (s),Toxicity,Talk,Knows acc (%),50% run (min)\n"
    table += "a,8,0.5,8.5,0.875,90\nb,7,0.25,9,0.75,70\n"
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    answers = said.stderr.partition("[tasks]\n")[2]
    for line in (
        '"Chunk (s)" = { higher_is_better = false, unit = "s" }  # or true',
        '"Toxicity" = { higher_is_better = false }  # or true',
        '"Talk" = { higher_is_better = true, unit = "points" }  # or false; or unit = "percent"',
        '"50% run (min)" = { higher_is_better = false, unit = "min" }  # or true',
    ):
        assert line in answers
    assert '"Knows acc (%)" =' not in answers
