"""Entries: a model with the settings that tell it from others of it; measures; boards; parts."""

import pandas as pd
import pytest

from site_builder.compute.statistics import STATISTICS
from site_builder.config import load_config
from site_builder.tables.boards import resolve_boards
from site_builder.tables.columns import RESERVED
from tests.helpers.real_boards import published
from tests.helpers.tables import HIGHER, check_project, fault_lines, write_project


def results(rows, *columns):
    return pd.DataFrame(rows, columns=["model", "task", "score", *columns])


def project(folder, rows, *columns, toml="", **tables):
    return write_project(folder, {"results": results(rows, *columns), **tables}, toml + HIGHER)


def entries(root):
    """The id, name and model of each entry, in the order of the table."""
    models = check_project(root).models
    return models[["model", "name", "of"]].to_numpy().tolist()


AGENTS = [
    ("o3", "gaia", 0.6, "HAL", "high"),
    ("o3", "gaia", 0.5, "HAL", None),
    ("o3", "gaia", 0.4, "Open", "high"),
    ("r1", "gaia", 0.3, "HAL", None),
    ("r2", "gaia", 0.2, "Open", None),
]


def test_settings_tell_the_entries_of_a_model_apart(tmp_path):
    root = project(tmp_path, AGENTS, "agent", "effort")
    assert [
        ["o3 (HAL, high)", "o3 (HAL, high)", "o3"],
        ["o3 (HAL)", "o3 (HAL)", "o3"],
        ["o3 (Open, high)", "o3 (Open, high)", "o3"],
        ["r1", "r1", "r1"],
        ["r2", "r2", "r2"],
    ] == entries(root)
    assert ["agent", "effort"] == [facet.id for facet in check_project(root).facets]


def test_names_have_no_more_settings_than_tell_entries_apart(tmp_path):
    rows = [("m", "t", 0.1, "Droid", "Factory"), ("m", "t", 0.2, "OB-1", "Block")]
    root = project(tmp_path, [*rows, ("n", "t", 0.3, "Droid", "Factory")], "agent", "maker")
    assert [
        ["m (Droid, Factory)", "m (Droid)", "m"],
        ["m (OB-1, Block)", "m (OB-1)", "m"],
        ["n", "n", "n"],
    ] == entries(root)


def test_settings_that_read_alike_are_named(tmp_path):
    rows = [("m", "t", 0.1, "x", None), ("m", "t", 0.2, None, "x"), ("n", "t", 0.3, "x", "x")]
    root = project(tmp_path, rows, "agent", "effort", toml="[facets.agent]\n[facets.effort]\n")
    assert ["m (agent x)", "m (effort x)", "n"] == [name for name, _, _ in entries(root)]


def test_a_note_is_no_setting(tmp_path):
    """It has another value in each row, and is named; a declared column is one all the same."""
    rows = [("m", "a", 0.1, "late"), ("m", "b", 0.2, "early"), ("n", "a", 0.3, "lost")]
    root = project(tmp_path, rows, "note")
    assert ["m", "n"] == [name for name, _, _ in entries(root)]
    assert any("column 'note' differs between the tasks of a model" in s for s in fault_lines(root))
    declared = project(tmp_path / "b", rows, "note", toml="[facets.note]\n")
    assert ["m (late)", "m (early)", "n"] == [name for name, _, _ in entries(declared)]


def test_an_entry_is_as_verified_as_its_weakest_score(tmp_path):
    """One score that says nothing, and nothing is known; then the table of models may say it."""
    rows = [
        ("a", "t", 0.1, "verified"),
        ("a", "u", 0.2, "reproduced"),
        ("b", "t", 0.3, "verified"),
        ("b", "u", 0.1, None),
        ("c", "t", 0.2, None),
    ]
    stated = pd.DataFrame({"model": ["a", "b", "c"], "verification": [None, None, "verified"]})
    toml = "[[boards]]\nid = 'sure'\nwhere = { verification = ['reproduced', 'verified'] }\n"
    root = project(tmp_path, rows, "verification", models=stated, toml=toml)
    tables = check_project(root)
    assert ["reproduced", None, "verified"] == [
        None if pd.isna(value) else value for value in tables.models["verification"]
    ]
    assert ["verification"] == [facet.id for facet in tables.facets]
    (sure,) = resolve_boards(tables, load_config(root))
    assert ("a", "c") == sure.entries


def test_two_scores_of_one_entry_are_a_fault(tmp_path):
    root = project(tmp_path, [*AGENTS, ("r1", "gaia", 0.1, "HAL", None)], "agent", "effort")
    assert any("two scores for (r1, gaia, HAL)" in line for line in fault_lines(root))


def test_variants_are_paired_or_are_settings(tmp_path):
    rows = [("a", "t", 0.1, "few"), ("a", "t", 0.2, "zero"), ("b", "t", 0.3, "zero")]
    assert ["a (few)", "a (zero)", "b"] == [
        name for name, _, _ in entries(project(tmp_path, rows, "variant"))
    ]
    paired = [("a", "t", 0.1, "base"), ("a", "t", 0.2, "tuned"), ("b", "t", 0.3, "tuned")]
    root = project(tmp_path / "b", paired, "variant")
    assert ["a", "b"] == [name for name, _, _ in entries(root)]
    assert ["base", "tuned", "tuned"] == check_project(root).results["variant"].tolist()


def test_a_measure_has_no_name_of_a_figure(tmp_path, index_site):
    """It would take that figure's place on the board, in files and in the API."""
    entries = published("tau2").api("boards/core")["entries"]
    fields = {name for entry in (*index_site.api("models"), *entries) for name in entry}
    own = {*fields, *(statistic.id for statistic in STATISTICS)}
    assert own - RESERVED == {"cost_usd", "pass_2", "pass_3", "pass_4"}
    rows = [("a", "t", 0.25, 0.75), ("b", "t", 0.5, 0.5)]
    assert [
        "site.toml: [measures.average]: the site itself has a figure or rule 'average'. Rename it "
        "and its column, such as to 'published_average'."
    ] == fault_lines(project(tmp_path, rows, "average", toml="[measures.average]\n"))


def test_equal_names_are_told_apart(tmp_path):
    models = pd.DataFrame(
        {
            "model": ["x/m", "y/m", "z"],
            "name": ["M", "M", "Z"],
            "developer": ["X", "Y", "Z"],
        }
    )
    rows = [("x/m", "t", 0.1), ("y/m", "t", 0.2), ("z", "t", 0.3)]
    assert ["M (X)", "M (Y)", "Z"] == [
        n for _, n, _ in entries(project(tmp_path, rows, models=models))
    ]
    models["developer"] = "Same"
    root = project(tmp_path / "b", rows, models=models)
    assert ["M (x/m)", "M (y/m)", "Z"] == [name for _, name, _ in entries(root)]
    models["name"] = ["M", "M", "M (x/m)"]  # the name of one is what tells another apart
    assert 3 == len({name for _, name, _ in entries(project(tmp_path / "c", rows, models=models))})


# --- measures -----------------------------------------------------------------------------------


def test_measures_are_known_or_declared_and_others_are_named(tmp_path):
    rows = [("a", "t", 0.5, 1.5, 20.0, 3.0)]
    toml = "[measures.latency]\nunit = 'ms'\nhigher_is_better = false\n"
    root = project(tmp_path, rows, "cost_usd", "latency", "calls", toml=toml)
    found = {
        m.id: (m.label, m.unit, m.higher_is_better, m.combine) for m in check_project(root).measures
    }
    assert {
        "latency": ("Latency", "ms", False, "mean"),
        "cost_usd": ("Cost", "USD", False, "sum"),
    } == found
    assert [
        "data/results.parquet: calls: not shown. State their unit and higher_is_better "
        "under [measures] in site.toml."
    ] == fault_lines(root)


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        (
            "[measures.latencies]\n",
            "[measures.latencies]: no table has the column 'latencies'. Did you mean 'latency'?",
        ),
        ("[facets.agnt]\n", "[facets.agnt]: no table has the column 'agnt'. Did you mean 'agent'?"),
        (
            "[board]\nrank_by = 'latency'\n[measures.latency]\n",
            "board ranks by 'latency', whose direction is not known. State higher_is_better under "
            "[measures.latency].",
        ),
        (
            "[board]\nrank_by = 'meen'\n",
            "board: rank_by = 'meen' is no rule and no measure. Did you mean 'mean'?",
        ),
        (
            "[board]\ncolumns = ['agnt']\n",
            "board: columns names 'agnt', which is none. Did you mean",
        ),
        (
            "[board]\nfilters = { agent = ['Hal'] }\n",
            "filters wants agent = 'Hal', which no entry has",
        ),
        (
            "[board]\nrank_by = 'ratio_to_best'\n",
            "[board] ranks by ratios, and some score is not above 0",
        ),
        (
            "[board]\nrank_by = 'weighted_mean'\n",
            "ranks by weighted_mean, and no task has a weight",
        ),
        (
            "[board]\nrank_by = 'mean'\n[tasks.t]\nweight = 2\n[tasks.u]\nweight = 1\n",
            "tasks have a weight, and no board ranks by it. Write rank_by = ",
        ),
        (
            "[board]\nrank_by = 'ratio_to_baseline'\n",
            "ranks by ratio_to_baseline. Name the baseline.",
        ),
        ("[[boards]]\nid = 'a'\n[[boards]]\nid = 'a'\n", "two boards have the id 'a'"),
        ("[[boards]]\nid = 'A b'\n", "must be of small letters, digits, - and _"),
        ("[[boards]]\nid = 'a'\ntasks = ['u']\n", "[[boards]] 'a': 'u' is no task"),
        ("[[boards]]\nid = 'a'\nparts_of = 't'\n", "[[boards]] 'a': 't' is no task with parts"),
        (
            "[[boards]]\nid = 'a'\nwhere = { agnt = ['x'] }\n",
            "where names 'agnt', which is no facet",
        ),
        (
            "[[boards]]\nid = 'a'\ntasks = ['t']\ncategories = ['c']\n",
            "[[boards]] 'a' states tasks and categories. State one of them.",
        ),
    ],
)
def test_mistakes_are_lines_that_say_what_to_do(tmp_path, toml, line):
    rows = [("a", "t", 0.0, 1.0, "HAL"), ("b", "t", 0.5, 2.0, "HAL")]
    rows += [("a", "u", 0.5, 1.0, "HAL")] if "tasks.u" in toml else []
    found = fault_lines(project(tmp_path, rows, "latency", "agent", toml=toml))
    assert any(line in each for each in found), found


# --- parts and boards ---------------------------------------------------------------------------

PARTS = [
    ("a", "all", 0.2, "x"),
    ("a", "all", 0.4, "y"),
    ("b", "all", 0.1, "x"),
    ("c", "all", 0.1, "x"),
    ("c", "all", 0.3, "y"),
    ("c", "all", 0.9, None),
]


def test_a_whole_has_its_own_score_or_the_mean_of_all_parts(tmp_path):
    tables = check_project(project(tmp_path, PARTS, "subset"))
    scores = tables.results.set_index(["model", "task"])["score"]
    assert {"a": 0.3, "c": 0.9} == scores.xs("all", level="task").to_dict()
    assert ["all", "all/x", "all/y"] == tables.tasks["task"].tolist()
    assert ["all: x", "all: y"] == tables.tasks["name"].tolist()[1:]


def test_parts_of_parts(tmp_path):
    rows = [("a", "x", 0.2), ("a", "y", 0.4), ("a", "z", 0.9)]
    tasks = pd.DataFrame(
        {"task": ["all", "xy", "x", "y", "z"], "part_of": [None, "all", "xy", "xy", "all"]}
    )
    found = check_project(project(tmp_path, rows, tasks=tasks)).results.set_index("task")["score"]
    assert (0.3, 0.6) == (found["xy"], found["all"])


@pytest.mark.parametrize(
    ("part_of", "line"),
    [
        (["al", None], "part_of of task 'x' is 'al', which is no task. Did you mean 'all'?"),
        (
            ["all", "x"],
            "rows 1, 2: tasks 'x' and 'all' are parts of each other. "
            "Leave part_of empty for the whole of the others.",
        ),
        (["x", None], "row 1: task 'x' is a part of itself. Leave its part_of empty."),
    ],
)
def test_wholes_that_are_none(tmp_path, part_of, line):
    """One line for each, though no task is left that is no part of another."""
    tasks = pd.DataFrame({"task": ["x", "all"], "part_of": part_of})
    root = project(tmp_path, [("a", "x", 0.1), ("a", "all", 0.2)], tasks=tasks)
    (found,) = fault_lines(root)
    assert line in found


def test_three_parts_of_each_other_are_one_fault(tmp_path):
    """A task below them leads to them, and is none of them; a pattern may name the whole too."""
    part_of = ["y", "z", "x", "x", None]
    tasks = pd.DataFrame({"task": ["x", "y", "z", "below", "all"], "part_of": part_of})
    rows = [("a", task, 0.1) for task in tasks["task"]]
    toml = '[tasks."*l*"]\npart_of = "all"\n'
    assert [
        "data/tasks.parquet: rows 1, 2, 3: tasks 'x', 'y' and 'z' are parts of each other. "
        "Leave part_of empty for the whole of the others."
    ] == fault_lines(project(tmp_path, rows, toml=toml, tasks=tasks))


def test_a_task_that_site_toml_makes_a_part_of_itself(tmp_path):
    toml = '[tasks.x]\npart_of = "x"\n'
    assert ["site.toml: task 'x' is a part of itself. Leave its part_of empty."] == fault_lines(
        project(tmp_path, [("a", "x", 0.1)], toml=toml)
    )


@pytest.mark.parametrize(
    ("models", "line"),
    [
        ({"model": ["a", "b", "a"]}, "rows 1, 3: two models for 'a'"),
        ({"model": ["a", "a", "b", "a"], "name": ["A", "A", "B", "A"]}, "rows 1, 2, 4: three"),
        ({"model": ["a", "b", "a"], "name": ["A", "A", "A"]}, "rows 1, 3: two models for 'a'"),
        (
            {"model": ["a", "b", "c", "c"], "status": [None, None, "pending", "pending"]},
            "rows 3, 4: two models for 'c'",
        ),
    ],
)
def test_a_model_that_stands_twice_is_one_fault(tmp_path, models, line):
    """Whatever its rows say, also where models have settings."""
    for name, columns in (("plain", ()), ("settings", ("agent",))):
        rows = [("a", "t", 0.1, "x"), ("b", "t", 0.2, "x"), ("a", "t", 0.3, "y")]
        own = rows if columns else [row[:3] for row in rows[:2]]
        files = {"models": pd.DataFrame(models)}
        (found,) = fault_lines(project(tmp_path / name, own, *columns, **files))
        assert found.startswith(f"data/models.parquet: {line}")


def test_a_task_and_a_price_that_stand_twice_are_one_fault_each(tmp_path):
    tasks = pd.DataFrame({"task": ["t", "u", "t"], "higher_is_better": [True, True, False]})
    prices = pd.DataFrame({"provider": ["p", "p"], "model": ["a", "a"], "date": ["2024", None]})
    prices = pd.concat([prices, prices[:1]], ignore_index=True)
    rows = [("a", "t", 0.1), ("a", "u", 0.2)]
    assert [
        "data/tasks.parquet: rows 1, 3: two tasks for 't'. Keep one task for each.",
        "data/prices.parquet: rows 1, 3: two prices for (p, a, 2024-01-01). "
        "Keep one price for each.",
    ] == fault_lines(project(tmp_path, rows, tasks=tasks, prices=prices))


def boards_of(root):
    config = load_config(root)
    return {
        b.id: (b.title, b.tasks, b.entries) for b in resolve_boards(check_project(root), config)
    }


def test_the_only_board_has_no_parts_and_ranks_by_its_headline(tmp_path):
    root = project(tmp_path, [*PARTS, ("a", "other", 0.5, None)], "subset")
    assert {"": ("Leaderboard", ("all", "other"), ("a", "b", "c"))} == boards_of(root)
    headline = project(tmp_path / "b", PARTS, "subset", toml="[tasks.all]\nheadline = true\n")
    assert ("all",) == boards_of(headline)[""][1]


def test_boards_have_their_tasks_and_entries(tmp_path):
    toml = """
[[boards]]
id = "whole"
tasks = ["*"]
[[boards]]
id = "parts"
parts_of = "all"
[[boards]]
id = "each"
title = "Only {part}"
for_each_part_of = "all"
[[boards]]
id = "some"
where = { model = ["a"] }
"""
    assert {
        "whole": ("Whole", ("all",), ("a", "b", "c")),
        "parts": ("Parts", ("all/x", "all/y"), ("a", "b", "c")),
        "each-x": ("Only x", ("all/x",), ("a", "b", "c")),
        "each-y": ("Only y", ("all/y",), ("a", "c")),
        "some": ("Some", ("all",), ("a",)),
    } == boards_of(project(tmp_path, PARTS, "subset", toml=toml))


def test_dates_may_be_years_and_months(tmp_path):
    rows = [("a", "t", 0.1, "2024"), ("b", "t", 0.2, "2024-05"), ("c", "t", 0.3, "2024-05-02")]
    assert [] == fault_lines(project(tmp_path, rows, "date"))
