import math

import pandas as pd
import pytest

from site_builder.tables.check import find_typos
from tests.helpers.tables import (
    HIGHER,
    board,
    changed,
    check_project,
    fault_lines,
    having,
    models_frame,
    results_frame,
    tasks_frame,
    write_project,
)
from tests.helpers.tables import board_faults as lines

MEND = "Correct the score, or score_min and score_max of the task."
BASE = "Did you mean 'base'?"
KNOWN = "Known variants: base, fine_tuned."
DIVIDE = "Divide percentages by 100, or state score_max of the task."


def scores(metric_values, **task_columns):
    """A board of one task, without bounds, on which as many models have these scores."""
    models = [f"m{i}" for i in range(len(metric_values))]
    results = pd.DataFrame({"model": models, "task": "t", "score": metric_values})
    tasks = pd.DataFrame({"task": ["t"], "metric": ["accuracy"]} | task_columns)
    return {"results": results, "tasks": tasks}


@pytest.mark.parametrize(
    ("column", "cells", "what", "hint"),
    [
        ("task", {4: "srot"}, "row 4: task 'srot'", "Did you mean 'sort'? If not, add"),
        ("task", {4: "mmlu"}, "row 4: task 'mmlu'", "Add"),
        (
            "model",
            {1: "alph", 2: "alph"},
            "rows 1, 2: model 'alph'",
            "Did you mean 'alpha'? If not, add",
        ),
    ],
)
def test_result_of_an_unknown_id_is_a_fault(tmp_path, column, cells, what, hint):
    found = lines(tmp_path, results=changed(results_frame(), column, cells))
    assert f"data/results.parquet: {what} is not in {column}s.parquet. {hint} it there." == found[0]


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("column", ["model", "task", "variant"])
def test_ids_that_differ_only_in_case_or_spaces_are_a_fault(tmp_path, column, listed):
    """Ranked as two, each would lack the scores of the other; also where tables list both."""
    first, other = results_frame()[column][0], f" {results_frame()[column][0].upper()} "
    tables = {"results": changed(results_frame(), column, {6: other})}
    if listed:
        ids = tables["results"][["model", "task"]]
        tables |= {f"{n}s": ids[[n]].drop_duplicates() for n in ("model", "task")}
    found = [line for line in fault_lines(write_project(tmp_path, tables)) if "differs" in line]
    alike = f"'{column}' differs only in case, spaces or signs between words: "
    alike += f"{first!r} and {other!r}"
    assert f"{alike}. Write each in one way." in found[0]
    assert found[0].startswith("data/results.parquet: rows 1, ")
    assert 1 + (listed and column != "variant") == len(found)


@pytest.mark.parametrize("other", ["gpt_4o", "GPT\u20114O", "gpt 4\u200bo", "openai/gpt-4o"])
def test_one_model_spelled_in_two_ways_is_a_warning(tmp_path, other):
    """Not so two organisations with a model of one name, or another number."""
    models = ["gpt-4o", other, "gpt-40", "a/x", "b/x"]
    results = pd.DataFrame({"model": models, "task": "t", "score": 0.5})
    found = [
        line for line in fault_lines(write_project(tmp_path, {"results": results})) if "dif" in line
    ]
    assert 1 == len(found)
    assert "between words: 'gpt-4o' and " in found[0]


def test_rare_id_one_letter_away_is_a_warning(tmp_path):
    """Unless a table lists both, or one has scores of both."""
    typo, right = "gsmk8", "gsm8k"
    for column, other in (("model", "task"), ("task", "model")):
        ids = [typo, right, right]
        results = pd.DataFrame({column: ids, other: ["accuracy", "f1", "em"], "score": 0.5})
        files = {"results": results}
        (line,) = fault_lines(write_project(tmp_path / column, files, HIGHER))
        place, fix = "data/results.parquet: row 1", f"list all in {column}s.parquet."
        what = f"{column} {typo!r} is one letter away from {right!r}"
        assert f"{place}: {what}. Correct it, or {fix}" == line
        both = {"results": having(results, **{other: ["f1", "f1", "em"]})}
        assert [] == fault_lines(write_project(tmp_path / column, both, HIGHER))
        files[f"{column}s"] = pd.DataFrame({column: [typo, right]})
        assert [] == fault_lines(write_project(tmp_path / column, files, HIGHER))


def test_trained_on_that_names_no_task_is_a_warning(tmp_path):
    """Each name once, with its rows, also where `site.toml` states it."""
    results = pd.DataFrame({"model": [*"aabc"], "task": ["sums", "words", *["sums"] * 2]})
    models = pd.DataFrame({"model": [*"abc"], "trained_on": ["smus, w*", "smus,x*", None]})
    files = {"results": results.assign(score=0.5), "models": models}
    toml = '[models.c]\ntrained_on = "wrods"\n' + HIGHER
    place, what = "data/models.parquet: row", "which is no task of the site."
    assert [
        f"{place}s 1, 2: 'trained_on' of 'a' and 'b' names 'smus', {what} Did you mean 'sums'?",
        f"{place} 2: 'trained_on' of 'b' names 'x*', {what} Known tasks: sums, words.",
        f"{place} 3: 'trained_on' of 'c' names 'wrods', {what} Did you mean 'words'?",
    ] == fault_lines(write_project(tmp_path, files, toml))


@pytest.mark.parametrize("typo", ["gsmk8 gsm8k", "mistal-7b mistral-7b", "arc-easy arc_easy"])
def test_ids_that_may_be_misspelt(typo):
    rare, right = typo.split()
    assert [(rare, right)] == find_typos({rare: 1, right: 2})


@pytest.mark.parametrize(
    "times",
    [
        *({one: 1, other: 2} for one, other in (
            ("llama-7b", "llama-8b"), ("task-1", "task-2"), ("gpt-4o", "gpt-4"), ("qnli", "mnli"),
            ("flores-en-de", "flores-en-da"), ("humaneval+", "humaneval"), ("phi-1.5", "phi-15"),
            ("set-12", "set-21"), ("", "0"),
        )),
        # None is rare beside the other.
        *({"mistal": n, "mistral": m} for n, m in ((1, 1), (2, 7), (2, 2))),
    ],
)  # fmt: skip
def test_other_ids_one_character_away_are_no_slips(times):
    assert [] == find_typos(times)


@pytest.mark.parametrize(
    ("variants", "toml", "left_out"),
    [
        (["zero", "five", "five"], "[]", "2 of 3 scores: 'five'"),
        (["base", "sft", "dpo"], '["sft"]', "1 of 3 scores: 'dpo'"),
        (["base", "base", "sft"], '["sft"]', None),
        (["base", "base", "base"], "[]", None),
    ],
)
def test_variants_that_no_page_shows_are_counted(tmp_path, variants, toml, left_out):
    results = pd.DataFrame({"model": list("abc"), "task": "t", "variant": variants, "score": 0.5})
    results.loc[0, "model"] = "c"
    config = f"[board]\ntuned_variants = {toml}\n{HIGHER}"
    found = [
        x
        for x in fault_lines(write_project(tmp_path, {"results": results}, config))
        if "leaves" in x
    ]
    fix = "Name these variants there, or remove their scores."
    assert [f"site.toml: tuned_variants leaves out {left_out}. {fix}"] * bool(left_out) == found


def test_each_unknown_id_is_reported_once(tmp_path):
    """In the order of the rows; from the 21st on they are counted."""
    results = pd.concat([results_frame()] * 12, ignore_index=True)
    results["task"] = [f"add{99 - i // 2}" for i in range(120)]
    found = [line for line in lines(tmp_path, results=results) if "not in tasks" in line]
    assert "rows 1, 2: task 'add99' is not in tasks.parquet" in found[0]
    assert 21 == len(found)
    assert [True] * 20 + [False] == ["Did you mean 'add'?" in line for line in found]
    more = "and 40 more like these: tasks that are not in tasks.parquet"
    assert f"data/results.parquet: {more}" == found[-1]


@pytest.mark.parametrize(
    ("cells", "bounds", "what", "allowed"),
    [
        ({3: 1.5}, (0.0, 1.0), "row 3: score 1.5 of task 'sort' is", "0 to 1"),
        ({3: -0.1}, (0.0, 1.0), "row 3: score -0.1 of task 'sort' is", "0 to 1"),
        ({3: 1 + 2**-52}, (0, 1), "row 3: score 1.0000000000000002 of task 'sort' is", "0 to 1"),
        ({3: 81.0}, (math.nan, 1.0), "row 3: score 81 of task 'sort' is", "at most 1"),
        ({3: -2.0}, (-1.5, math.nan), "row 3: score -2 of task 'sort' is", "at least -1.5"),
        ({3: 7.0, 8: 9.0}, (0.0, 1.0), "rows 3, 8: scores 7 and 9 of task 'sort' are", "0 to 1"),
    ],
)
def test_score_outside_bounds_is_a_fault(tmp_path, cells, bounds, what, allowed):
    low, high = bounds
    tasks = having(tasks_frame(), score_min=[math.nan, low], score_max=[math.nan, high])
    found = lines(tmp_path, results=changed(results_frame(), "score", cells), tasks=tasks)
    assert [f"data/results.parquet: {what} outside its bounds, {allowed}. {MEND}"] == found


def test_many_scores_outside_bounds_are_one_line(tmp_path):
    results = pd.concat([results_frame()[::-1], results_frame()[-1:]], ignore_index=True)
    results = having(results, score=50.0, variant=[f"v{i}" for i in range(11)])
    assert [
        "data/results.parquet: rows 1, 3, 4, 7, 8 and 1 more: "
        f"scores 50, 50, 50, 50 and 2 more of task 'sort' are outside its bounds, 0 to 1. {MEND}",
        "data/results.parquet: rows 2, 5, 6, 9, 10: "
        f"scores 50, 50, 50, 50 and 50 of task 'add' are outside its bounds, 0 to 1. {MEND}",
    ] == lines(tmp_path, "", results=results)


def test_swapped_bounds_are_a_fault(tmp_path):
    tasks = having(tasks_frame(), score_min=[0.0, 1.0], score_max=[1.0, 0.0])
    line = "row 2: score_min of task 'sort' is above its score_max. Swap them."
    assert [f"data/tasks.parquet: {line}"] == lines(tmp_path, tasks=tasks)


def test_equal_bounds_are_valid(tmp_path):
    tasks = having(tasks_frame(), score_min=[0.0, 0.5], score_max=[1.0, 0.5])
    (line,) = lines(tmp_path, tasks=tasks)
    assert "scores 0.25, 0.25 and 0.375 of task 'sort' are outside its bounds, 0.5 to 0.5" in line


@pytest.mark.parametrize(
    ("low", "high", "chance", "allowed"),
    [(0.0, 0.5, 0.7, "0 to 0.5"), (0.0, None, -0.25, "at least 0"), (None, 1.0, 25, "at most 1")],
)
def test_chance_level_outside_the_bounds_is_a_fault(tmp_path, low, high, chance, allowed):
    bounds = {"score_min": [0.0, low], "score_max": [1.0, high]}
    tasks = having(tasks_frame(), **bounds, score_chance=[None, chance])
    what = f"row 2: score_chance of task 'sort' is {chance}, outside its bounds, {allowed}."
    fix = "Correct it, or the bounds of the task."
    assert [f"data/tasks.parquet: {what} {fix}"] == lines(tmp_path, tasks=tasks)


@pytest.mark.parametrize("score", [2.1, 81.2, 100.0])
def test_percent_among_proportions_is_a_fault(tmp_path, score):
    """81.2 among nine scores of 0 to 1 is probably a percentage."""
    tables = scores([0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, score])
    line = "row 10: score above 1, while the other scores of metric 'accuracy' are proportions. "
    assert [f"data/results.parquet: {line}{DIVIDE}"] == fault_lines(
        write_project(tmp_path, tables, "")
    )


@pytest.mark.parametrize(
    ("values", "columns"),
    [
        ([0.5] * 9 + [2.0], {}),
        ([0.5] * 9 + [101.0], {}),
        ([-0.5] * 9 + [81.2], {}),
        ([50.0] * 9 + [0.0], {}),
        ([0.5] * 9 + [81.2], {"higher_is_better": [False]}),
        ([0.5] * 9 + [81.2], {"score_max": [100.0]}),
        ([0.5] * 9 + [81.2], {"metric": ["perplexity"], "higher_is_better": [None]}),
        ([0.5] * 5 + [81.2] * 5, {"metric": ["elo"]}),
        ([0.4, 0.9, 1.3, 6.5, 12.0], {}),
        ([0.2, 3.5, 8.0], {}),
        ([0.4, 12.0, 55.0], {"unit": ["percent"], "score_min": [0.0]}),
        ([0.4, 12.0, 55.0], {"metric": ["accuracy (%)"]}),
        ([1.0, 3.0, 20.0], {"metric": ["problems solved"], "higher_is_better": [True]}),
        ([1.0] * 19 + [3.0], {"metric": ["problems solved"], "higher_is_better": [True]}),
    ],
)
def test_other_large_scores_are_valid(tmp_path, values, columns):
    """Losses, values beyond 0 to 100, bounded metrics, metrics that are no shares.

    Neither are scores that are truly below 1 %, and counts.
    """
    assert [] == fault_lines(write_project(tmp_path, scores(values, **columns), ""))


@pytest.mark.parametrize(
    ("values", "columns", "rows"),
    [
        ([71.0, 0.65, 0.0, 55.0], {}, "row 2"),
        ([0.5] * 3 + [81.2, 70.0], {}, "rows 1, 2, 3"),
        ([0.5] + [81.2] * 9, {"metric": [None]}, "row 1"),
    ],
)
def test_percentages_and_proportions_in_one_task_are_a_warning(tmp_path, values, columns, rows):
    """0.65 beside 71 is 65 % or 0.65 %: only the publisher knows."""
    what = (
        "score up to 1, while others of task 't' are above 2: are proportions and percentages "
        "mixed? Use one unit; then state score_max in the tasks table, or under [tasks] in "
        "site.toml."
    )
    assert [f"data/results.parquet: {rows}: {what}"] == fault_lines(
        write_project(tmp_path, scores(values, **columns), HIGHER)
    )
    toml = f"{HIGHER}[tasks.t]\nscore_max = 100\n"
    assert [] == fault_lines(write_project(tmp_path, scores(values, **columns), toml))


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("baseline = 'x'", "baseline 'x' is not a model. Known models: alpha, beta, gamma."),
        ("base_variant = 'bas'", "base_variant: no result has the variant 'bas'. " + BASE),
        (
            "tuned_variants = ['x', 'base']",
            "tuned_variants: no result has the variant 'x'. " + KNOWN,
        ),
        (
            "base_variant = 'base'\ntuned_variants = ['base']",
            "tuned_variants contains 'base', which is the base_variant. Name it in one of them.",
        ),
        ("labels = { x = 'X' }", "labels: no result has the variant 'x'. " + KNOWN),
        ("[analysis]\nfeatures = ['category']", "feature 'category' is not numeric"),
        (
            "[analysis]\nfeatures = ['tokens_p95']",
            "feature 'tokens_p95' has no values in tasks.parquet",
        ),
    ],
)
def test_site_toml_names_unknown_ids(tmp_path, toml, line):
    assert [f"site.toml: {line}"] == lines(tmp_path, f"[board]\n{toml}")


def test_unused_label_or_feature_is_a_warning(tmp_path):
    toml = "[board]\nlabels = { x = 'X' }\n[analysis]\nfeatures = ['tokens_p95']"
    project = write_project(tmp_path, board(), toml)
    assert ["warning", "warning"] == [fault.severity for fault in check_project(project).warnings]


@pytest.mark.parametrize(
    ("toml", "rows", "place"),
    [
        ("", [1, 2, 3, 4, 5, 7, 8, 9], "rows 1, 6"),
        ("[board]\ntuned_variants = []", [1, 2, 3, 4, 5, 7, 8, 9], None),
        ("[board]\nbase_variant = 'fine_tuned'", [1, 2, 3, 4, 5, 7, 8, 9], None),
        ("", [1, 3, 5, 7], None),  # no model has a base score
    ],
)
def test_tuned_score_without_a_base_is_a_warning(tmp_path, toml, rows, place):
    results = results_frame().iloc[rows].reset_index(drop=True)
    found = fault_lines(write_project(tmp_path, {"results": results}, HIGHER + toml))
    line = f"{place}: tuned score without a 'base' score: its lift is not computed"
    expected = [f"data/results.parquet: {line}"] if place else []
    assert expected == [line for line in found if "'base' score" in line]


def test_baseline_without_a_score_is_a_warning(tmp_path):
    results = results_frame()[:9]
    line = "the baseline 'gamma' has no score on 1 of 2 tasks: 'sort'"
    assert [f"data/results.parquet: {line}"] == lines(tmp_path, results=results)


def test_model_or_task_without_results_is_a_warning(tmp_path):
    models = pd.concat([models_frame(), pd.DataFrame({"model": ["delta"]})])
    tasks = pd.concat([pd.DataFrame({"task": ["copy"]}), tasks_frame()])
    assert [
        "data/models.parquet: row 4: no result of model 'delta'",
        "data/tasks.parquet: row 1: no result of task 'copy'",
    ] == lines(tmp_path, "", models=models, tasks=tasks)


def test_what_cannot_be_correlated_or_averaged_is_a_warning(tmp_path):
    units = having(tasks_frame(), length_unit=["characters", "words and marks"])
    assert [
        "data/tasks.parquet: lengths have different units, so correlations with them say nothing: "
        "'characters' and 'words and marks'. Profile every training set with one tokenizer."
    ] == lines(tmp_path / "a", tasks=units)
    metrics = having(tasks_frame()[["task"]], metric=["accuracy", "rouge"])
    assert [
        "data/tasks.parquet: scores of 2 metrics are not averaged, as no task states its bounds: "
        "'accuracy' and 'rouge'. State score_min and score_max of the tasks, or rank_by in "
        "site.toml."
    ] == lines(tmp_path / "b", tasks=metrics)


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_invalid_score_is_not_also_outside_bounds(tmp_path, score):
    found = lines(tmp_path, results=changed(results_frame(), "score", {3: score}))
    assert 1 == len(found)


@pytest.mark.parametrize(
    ("versions", "stated", "found"),
    [
        (["1", "2", None], None, "row 2: task 't' has the versions '1' and '2'"),
        (["2", "2", None], "1", "rows 1, 2: task 't' has the versions '1' and '2'"),
        (["1", "1", None], "1", None),
        ([None, None, None], "1", None),
    ],
)
def test_scores_of_two_versions_of_a_task(tmp_path, versions, stated, found):
    """They do not compare: each version is a task of its own."""
    tables = scores([0.5, 0.25, 0.75], version=[stated])
    tables["results"] = tables["results"].assign(version_of_task=versions)
    fix = "Give each version a task of its own, such as 't v2', or keep the rows of one."
    told = [f"data/results.parquet: {found}, whose scores do not compare. {fix}"] if found else []
    assert told == fault_lines(write_project(tmp_path, tables, HIGHER))


def test_a_whole_has_the_versions_of_its_parts(tmp_path):
    """Else its mean over parts would compare with that of other versions of them."""
    rows = {"model": "a", "task": "all", "subset": ["x", "y"], "score": [0.5, 0.25]}
    results = pd.DataFrame({**rows, "version_of_task": ["1", "2"]})
    tables = check_project(write_project(tmp_path, {"results": results}, HIGHER))
    found: dict[str, str] = dict(tables.tasks[["task", "version"]].itertuples(index=False))
    assert {"all": "1, 2", "all/x": "1", "all/y": "2"} == found
