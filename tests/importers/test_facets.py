"""What records state beside a score: facets of entries, and measures."""

import pandas as pd
import pytest

from gallery.convert import read
from tests.helpers.imported import (
    HARNESSES,
    contents,
    imported,
    lm_eval_results,
    paste,
    record,
    rows,
    run_import,
    write,
    write_json,
)
from tests.helpers.sites import ROOT
from tests.helpers.tables import check_project

TAU2 = HARNESSES / "objects"
ENTRY = ["model", "agent_scaffold", "inference_effort"]


def hal_records(folder):
    """All 58 entries of two of HAL's boards as records."""
    for number, row in read("hal", "entries.csv").iterrows():
        levels = {f"{row['board']} - level_{n}": row[f"level_{n}"] for n in (1, 2, 3)}
        tasks = {row["board"]: row["accuracy"], **levels}
        settings = {name: row[name] for name in ENTRY[1:] if pd.notna(row[name])}
        known = {task: score for task, score in tasks.items() if pd.notna(score)}
        cost = {"total_cost_usd": str(row["total_cost_usd"])}
        write_json(folder / f"{number}.json", record(row["model_id"], known, **settings, **cost))
    return folder


@pytest.fixture(scope="module")
def hal(tmp_path_factory):
    root = tmp_path_factory.mktemp("hal")
    imported("every-eval-ever", hal_records(root / "in"), into=root)
    return root


def test_hal_comes_out_in_the_order_of_its_publisher(hal):
    """Each model in each agent, at each effort, is an entry; equal scores share a rank."""
    found, published = pd.DataFrame(rows(hal)), read("hal", "entries.csv")
    for board, entries in published.groupby("board"):
        own = found[found["task"] == board].fillna({name: "" for name in ENTRY})
        ranks = own["score"].rank(ascending=False, method="min")
        names = ["model_id", *ENTRY[1:]]
        expected = entries["accuracy"].rank(ascending=False, method="min")
        assert dict(zip(map(tuple, own[ENTRY].to_numpy()), ranks, strict=True)) == dict(
            zip(map(tuple, entries[names].fillna("").to_numpy()), expected, strict=True)
        )
        # Stated with every level, a cost is that of the whole.
        assert sorted(own["cost_usd"]) == sorted(entries["total_cost_usd"])
    assert 58 == found["cost_usd"].notna().sum()
    wholes = {task["task"]: task.get("part_of") for task in rows(hal, "tasks")}
    assert {None, "gaia"} == {*wholes.values()}
    tables = check_project(hal)
    assert len(published[["model_id", *ENTRY[1:]]].drop_duplicates()) == len(tables.models)
    assert not tables.warnings


def test_rows_of_older_imports_become_the_entry_of_their_file(tmp_path):
    """A row without the agent is of the same file, or there is no other that it may be of."""
    path = write_json(tmp_path / "a.json", record("m", {"t": 0.5}))
    imported("every-eval-ever", path, into=tmp_path)
    write_json(path, record("m", {"t": 0.75}, agent="A"))
    (row,) = imported("every-eval-ever", path, into=tmp_path)
    assert (0.75, "A") == (row["score"], row["agent"])
    other = write_json(tmp_path / "b.json", record("m", {"t": 0.25}, agent="B"))
    assert ["A", "B"] == [row["agent"] for row in imported("every-eval-ever", other, into=tmp_path)]


def test_setting_that_differs_between_tasks_is_no_facet(tmp_path):
    """It would part the scores of one entry; `[facets]` makes it one."""
    write_json(tmp_path / "in/a.json", record("m", {"t": 0.5}, prompt="long"))
    write_json(tmp_path / "in/b.json", record("m", {"u": 0.5}, prompt="short"))
    said = run_import("every-eval-ever", tmp_path / "in", into=tmp_path)
    assert "No facet, since it differs between the tasks of a model: prompt." in said.stderr
    assert ["prompt" in row for row in rows(tmp_path)] == [False, False]
    (tmp_path / "site.toml").write_text("[facets.prompt]\n")
    found = imported("every-eval-ever", tmp_path / "in", into=tmp_path)
    assert ["long", "short"] == [row["prompt"] for row in found]


def test_facet_does_not_part_a_tuned_model_from_its_base(tmp_path):
    for name, args in (("base", "pretrained=b"), ("tuned", "pretrained=b,peft=t")):
        document = lm_eval_results(
            {"t": {"acc,none": 0.5}}, args, chat_template="x" if name == "tuned" else None
        )
        write_json(tmp_path / f"in/results_{name}.json", document)
    imported("lm-eval", tmp_path / "in", into=tmp_path)
    assert [("b", "base", None), ("b", "fine_tuned", None)] == [
        (row["model"], row["variant"], row.get("chat_template")) for row in rows(tmp_path)
    ]


def test_measure_of_several_tasks_together_is_of_none(tmp_path):
    """Summed over them it would count twice; tokens differ, so that each task has its own."""
    document = record("m", {"t": 0.5, "u": 0.75}, total_cost_usd="3.5")
    for n, result in enumerate(document["evaluation_results"]):
        result["generation_config"]["additional_details"] |= {"output_tokens": f"{n + 1}"}
    path = write_json(tmp_path / "a.json", document)
    said = run_import("every-eval-ever", path, into=tmp_path)
    assert (
        "a.json: 'cost_usd' is of several tasks together, so that no score has it." in said.stderr
    )
    assert [None, None] == [row.get("cost_usd") for row in rows(tmp_path)]
    assert 'combine = "none"' in paste(tmp_path, said)
    found = imported("every-eval-ever", path, into=tmp_path)
    assert [(3.5, 1.0), (3.5, 2.0)] == [(row["cost_usd"], row["output_tokens"]) for row in found]


def test_time_of_a_run_of_one_task(tmp_path):
    for name, tasks in (("one", "t"), ("two", "tu")):
        results = {task: {"acc,none": 0.5} for task in tasks}
        document = lm_eval_results(results, f"pretrained={name}")
        document["total_evaluation_time_seconds"] = "12.5"
        write_json(tmp_path / f"in/{name}.json", document)
    found = imported("lm-eval", tmp_path / "in", into=tmp_path)
    assert {("one", 12.5), ("two", None)} == {(row["model"], row.get("seconds")) for row in found}


def test_text_table_gets_no_column_that_is_the_same_for_all(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/results.csv").write_text("model,task,score\nhand,t,0.5\n")
    write_json(tmp_path / "in/a.json", record("m", {"t": 0.5}, agent="A"))
    run_import("every-eval-ever", tmp_path / "in", into=tmp_path)
    text = (tmp_path / "data/results.csv").read_text()
    assert "model,task,score" == text[:16]
    assert "agent" not in text
    write_json(tmp_path / "in/b.json", record("m", {"t": 0.25}, agent="B"))
    run_import("every-eval-ever", tmp_path / "in", into=tmp_path)
    found = pd.read_csv(tmp_path / "data/results.csv")
    assert [("hand", "-"), ("m", "A"), ("m", "B")] == [
        (row["model"], row["agent"]) for _, row in found.fillna({"agent": "-"}).iterrows()
    ]


# --- an object for each run -----------------------------------------------------------------------


def test_objects_of_runs(tmp_path):
    """Submissions to tau2-bench: the other numbers of a task are measures, contacts are left."""
    found = imported("any", TAU2, into=tmp_path)
    own = {(r["model"], r["reasoning_effort"], r["task"]): r for r in found}
    assert 12 == len(own)
    row = own["GPT-5.2", "none", "telecom"]
    assert (57.23684210526315, 0.04937742280701755) == (row["score"], row["cost"])
    assert "pass_4" in row
    assert {"OpenAI", "Anthropic"} == {model["developer"] for model in rows(tmp_path, "models")}
    assert {"pass_1"} == {task["metric"] for task in rows(tmp_path, "tasks")}
    text = b"".join(content for content, _ in contents(tmp_path).values())
    assert b"example.org" not in text


def tau2_objects(folder):
    """All 65 submissions with their values as published."""
    about = read("tau2", "submissions.csv").set_index("submission").astype("object")
    results: dict[str, dict[str, dict[str, float]]] = {}
    for name, domain, measure, value in read("tau2", "scores.csv").itertuples(index=False):
        name_of = "cost" if measure == "cost" else measure
        results.setdefault(name, {}).setdefault(domain, {})[name_of] = value
    for name, domains in results.items():
        values = about.loc[name].dropna().to_dict()
        simulator = {"user_simulator": values.pop("user_simulator", None)}
        document = {**values, "results": domains, "methodology": simulator}
        write_json(folder / name / "submission.json", document)
    return folder


# The lines of the documentation.
DOCUMENTED = (ROOT / "docs/importing.md").read_text().partition("## `objects`")[2]
TAU2_TOML = DOCUMENTED.partition("```toml\n")[2].partition("```")[0]


def test_tau2_comes_out_in_the_order_of_its_publisher(tmp_path):
    """Its three boards: text by banking, and by three domains with one simulator; and voice."""
    folder = tau2_objects(tmp_path / "in")
    said = run_import("any", folder, into=tmp_path)
    assert "Pine Voice Preview, retail (base), and 2 more: 2 scores" in said.stderr
    assert "    [facets]\n    submission_type = {}\n    user_simulator = {}\n" in said.stderr
    (tmp_path / "site.toml").write_text(TAU2_TOML)
    found = pd.DataFrame(imported("any", folder, into=tmp_path))
    found = found[found["submission_type"] == "standard"]
    banking = found[found["task"] == "banking_knowledge (text)"]
    core = found[found["user_simulator"].eq("gpt-5.2") & ~found["task"].eq(banking["task"].iloc[0])]
    voice = found[found["modality"] == "voice"]
    entry = ["model", found["reasoning_effort"].fillna(""), "user_simulator"]
    firsts = {
        27: (banking, "Qwen 3.8 Max"),
        8: (core, "Qwen3.5-397B-A17B"),
        13: (voice, "Pine Voice Preview"),
    }
    for n, (board, first) in firsts.items():
        means = board.groupby(entry)["score"].mean().sort_values(ascending=False)
        assert (n, first) == (len(means), means.index[0][0])
    assert {"retail (text)", "retail (voice)"} < {*found["task"]}
    assert 151 == len(rows(tmp_path))


def test_two_runs_that_become_one_entry_are_named(tmp_path):
    """They have different tasks, so no score is lost; a declared facet makes two entries."""
    about = {"model": "m", "agent": "A", "provider": "Org"}
    for name, day, task in (("one", "2026-06-24", "t"), ("two", "2026-07-12", "u")):
        run = {**about, "submission_date": day, "results": {task: {"acc": 0.5}}}
        write_json(tmp_path / f"in/{name}/run.json", run)
    write_json(tmp_path / "in/other/run.json", {**about, "agent": "B", "results": {"t": 0.25}})
    said = run_import("objects", tmp_path / "in", into=tmp_path)
    files = "2 runs, in/one/run.json (t) and in/two/run.json (u), and is one entry"
    assert f"warning: m (A, Org) has scores of {files}" in said.stderr
    assert "in submission_date ('2026-06-24' and '2026-07-12') and folder (" in said.stderr
    assert "has scores of" not in said.stderr.replace(f"m (A, Org) has scores of {files}", "")
    assert "submission_date = {}\n" in paste(tmp_path, said)
    again = run_import("objects", tmp_path / "in", into=tmp_path)
    assert "has scores of" not in again.stderr
    entries = {(row["agent"], row.get("submission_date")) for row in rows(tmp_path)}
    assert {("A", "2026-06-24"), ("A", "2026-07-12"), ("B", None)} == entries


def test_objects_without_a_model_or_results_are_named(tmp_path):
    for name, value in (("a", {"results": {"t": 1}}), ("b", {"model": "m", "results": {"t": "x"}})):
        path = write_json(tmp_path / f"{name}.json", value)
        said = run_import("objects", path, into=tmp_path)
        assert "skipped: it is no object with a model and an object `results`" in said.stderr
    path = write_json(tmp_path / "c.json", {"scores": {"t": {"acc": 0.5, "stderr": 0.1, "n": 40}}})
    (row,) = imported("objects", path, "--model", "m", into=tmp_path)
    assert ("m", "t", 0.5, 0.1, 40) == tuple(
        row[name] for name in ("model", "task", "score", "stderr", "n_examples")
    )
    path = tmp_path / "d.yaml"
    path.write_text("model: n\nscores: {t: 0.25}\nagent: A\n")
    assert "A" == imported("objects", path, into=tmp_path)[1]["agent"]
    path = write_json(tmp_path / "e.json", {"model": "o", "scores": {"t": {"f1": 1, "stderr": -1}}})
    assert "stderr" not in imported("objects", path, into=tmp_path)[2]


def test_a_facet_that_only_later_scores_have_is_named(tmp_path):
    imported("csv", write(tmp_path, "a.csv", "model,Elo\na,5\nb,4\n"), into=tmp_path)
    write(tmp_path, "site.toml", "[facets]\neffort = {}\n")
    table = write(tmp_path, "b.csv", "model,effort,Elo\na,high,7\na,low,6\n")
    said = run_import("csv", table, into=tmp_path)
    assert "some scores of 'a' have no 'effort', so they are an entry apart. Fill it" in said.stderr


def test_numbers_with_decimals_are_no_setting(tmp_path):
    """Nor are those of a column that is called like one."""
    table = "model,Format Sensitivity,format,Elo\na,8.5,diff,5\nb,N/A,diff,4\n"
    write(tmp_path, "site.toml", '[import]\ntask_columns = ["Elo"]\n')
    said = run_import("csv", write(tmp_path, "a.csv", table), into=tmp_path)
    assert "Facets: format.\n" in said.stderr
