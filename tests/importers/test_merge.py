"""Merge imports into existing tables: keys, pairs, task ids."""

import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from site_builder.config import load_config
from site_builder.importers.formats import Format
from site_builder.importers.merge import Placed, merge_results, name_tasks
from site_builder.importers.reading import ImportedRow, ImportedScore, ImportOptions, Reading
from site_builder.importers.run import import_paths
from site_builder.tables.schema import RESULTS
from site_builder.tables.write import read_stored, save_tables
from tests.helpers.imported import (
    contents,
    imported,
    lm_eval_results,
    rows,
    run_import,
    scores,
    write,
    write_json,
)
from tests.helpers.tables import fault_lines


def store(project, table="results", /, **columns):
    """A table of a project, as Arrow types have it."""
    (project / "data").mkdir(exist_ok=True)
    pq.write_table(pa.table(columns), project / f"data/{table}.parquet")


def run_file(folder, name, score, model_args="pretrained=org/base", **more):
    """A results file with one score of the task `t`."""
    results = more.pop("results", {"t": {"acc,none": score}})
    return write_json(folder / f"{name}.json", lm_eval_results(results, model_args, **more))


def test_what_is_there_stays(tmp_path):
    store(
        tmp_path,
        model=["hand", "org/base"],
        task=["t", "u"],
        score=pa.array([1, 2], pa.int64()),
        mine=pa.array([[1, 2], None], pa.list_(pa.int8())),
        kind=pa.array(["a", "b"]).dictionary_encode(),
        when=pa.array([datetime.datetime(2024, 5, 1), None], pa.timestamp("ms")),  # noqa: DTZ001
        date=pa.array([datetime.date(2024, 5, 1), None], pa.date32()),
    )
    imported("lm-eval", run_file(tmp_path, "a", 0.5, date=1_700_000_000), into=tmp_path)
    table = pq.read_table(tmp_path / "data/results.parquet")
    assert ["model", "task", "score", "mine", "kind", "when"] == table.column_names[:6]
    assert datetime.date(2023, 11, 14) == table["date"].to_pylist()[-1]
    assert [1.0, 2.0, 0.5] == table["score"].to_pylist()
    assert [[1, 2], None, None] == table["mine"].to_pylist()
    assert pa.list_(pa.int8()) == table.schema.field("mine").type
    assert pa.types.is_dictionary(table.schema.field("kind").type)
    assert pa.timestamp("ms") == table.schema.field("when").type
    assert [None, None, "base"] == table["variant"].to_pylist()


def test_every_model_and_task_gets_its_row(tmp_path):
    """Those that were there without one too; else the tables would not fit each other."""
    store(tmp_path, model=["hand"], task=["old"], score=[0.5])
    store(tmp_path, "models", model=["else"], name=["Else"])
    imported("lm-eval", run_file(tmp_path, "a", 0.5), into=tmp_path)
    assert ["else", "hand", "org/base"] == [row["model"] for row in rows(tmp_path, "models")]
    assert ["old", "t"] == [row["task"] for row in rows(tmp_path, "tasks")]


def test_what_a_row_says_is_not_changed(tmp_path):
    """Only what it leaves open is filled in; an absent bound says something."""
    store(tmp_path, model=["org/base"], task=["t"], score=[0.25])
    store(
        tmp_path, "models", model=["org/base"], name=["Base"], hf_id=pa.array([None], pa.string())
    )
    store(tmp_path, "tasks", task=["t"], metric=["exactness"])
    imported("lm-eval", run_file(tmp_path, "a", 0.5), into=tmp_path)
    assert [{"model": "org/base", "name": "Base", "hf_id": "org/base"}] == rows(tmp_path, "models")
    assert [{"task": "t", "metric": "exactness", "setting": "acc, 0-shot"}] == rows(
        tmp_path, "tasks"
    )


def test_newer_score_replaces_an_older_one(tmp_path):
    old = run_file(
        tmp_path, "old", 0.25, date=1_600_000_000, config={"limit": 5},
        results={"t": {"acc,none": 0.25, "acc_stderr,none": 0.125}},
    )  # fmt: skip
    new = run_file(tmp_path, "new", 0.5, date=1_700_000_000)
    imported("lm-eval", old, into=tmp_path)
    said = run_import("lm-eval", new, into=tmp_path)
    assert "replaced: org/base, t (base), 0.25 by 0.5" in said.stderr
    (row,) = rows(tmp_path)
    assert (0.5, "2023-11-14", "new.json") == (row["score"], row["date"], row["source"])
    assert {"stderr", "flag"}.isdisjoint(row)
    before = contents(tmp_path)
    said = run_import("lm-eval", old, into=tmp_path)
    line = "old.json: org/base, t (base): not imported: the stored score is newer (2023-11-14)"
    assert f"warning: {line}" in said.stderr
    assert before == contents(tmp_path)


def test_row_without_a_variant_is_replaced(tmp_path):
    """It has the default variant; the report has both scores. How the old one was rounded goes."""
    store(tmp_path, model=["org/base"], task=["t"], score=[0.25], rounding=[0.01])
    said = run_import("lm-eval", run_file(tmp_path, "a", 0.5), into=tmp_path)
    assert "replaced: org/base, t (base), 0.25 by 0.5" in said.stderr
    assert [(0.5, None)] == [(row["score"], row.get("rounding")) for row in rows(tmp_path)]


def test_flag_written_by_hand_survives(tmp_path):
    path = run_file(tmp_path, "a", 0.5)
    imported("lm-eval", path, into=tmp_path)
    store(tmp_path, model=["org/base"], task=["t"], score=[0.5], flag=["leaked"])
    imported("lm-eval", path, into=tmp_path)
    assert "leaked" == rows(tmp_path)[0]["flag"]


def test_dry_run_writes_nothing(tmp_path):
    said = run_import("lm-eval", run_file(tmp_path, "a", 0.5), "--dry-run", into=tmp_path / "p")
    assert "Scores: 1 added, 0 replaced" in said.stderr
    assert "Nothing was written (--dry-run)." in said.stderr
    assert not (tmp_path / "p").exists()


def test_unreadable_tables_are_reported(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/models.parquet").write_bytes(b"no Parquet")
    twice = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["model", "model"])
    pq.write_table(twice, tmp_path / "data/results.parquet")
    before = contents(tmp_path)
    said = run_import("lm-eval", run_file(tmp_path, "a", 0.5), into=tmp_path)
    assert 1 == said.exit_code
    assert "data/models.parquet: the table cannot be added to: " in said.stderr
    assert "data/results.parquet: the table cannot be added to: two columns share" in said.stderr
    assert "2 errors; nothing was written." in said.stderr
    assert before == contents(tmp_path)


def test_score_column_of_text_is_an_error(tmp_path):
    store(tmp_path, model=["a"], task=["t"], score=["high"])
    before = contents(tmp_path)
    said = run_import("lm-eval", run_file(tmp_path, "a", 0.5), into=tmp_path)
    line = "data/results.parquet: column 'score' has values that do not fit its type. Correct it; "
    assert line in said.stderr
    assert before == contents(tmp_path)


@pytest.mark.parametrize("at", ["write_table", "replace"])
def test_failed_write_loses_nothing(tmp_path, monkeypatch, at):
    imported("lm-eval", run_file(tmp_path, "a", 0.25), into=tmp_path)
    before = contents(tmp_path)

    def refuse(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq if at == "write_table" else Path, at, refuse)
    said = run_import("lm-eval", run_file(tmp_path, "b", 0.5), into=tmp_path)
    line = "data: writing failed: No space left on device. The tables are unchanged."
    assert (1, line) == (said.exit_code, said.stderr.splitlines()[-2])
    assert before == contents(tmp_path)


def test_narrow_number_columns_are_widened(tmp_path):
    for column in (pa.array([0.5], pa.float32()), pa.array([Decimal("0.5")], pa.decimal128(3, 1))):
        store(tmp_path, model=["a"], task=["t"], score=column)
        stored = read_stored(RESULTS, tmp_path / "data")
        added = {"model": "b", "task": "t", "score": 0.1}
        save_tables(tmp_path / "data", [(stored, [*stored.rows, added])])
        assert [0.5, 0.1] == [row["score"] for row in rows(tmp_path)]


PEFT = "pretrained=org/base,peft=me/adapter"
BASE = {"base": "pretrained=org/base"}
TWICE = {"twice": "pretrained=me/adapter,peft=me/twice"}


@pytest.mark.parametrize(
    ("toml", "runs", "expected"),
    [
        ("", BASE, {("org/base", "base"), ("org/base", "fine_tuned")}),
        # A pair of `site.toml` needs no score of the base; an empty name says that there is none.
        ('[import.pairs]\n"me/adapter" = "org/base"\n', {}, {("org/base", "fine_tuned")}),
        (
            '[import.pairs]\n"me/adapter" = ""\n',
            BASE,
            {("org/base", "base"), ("me/adapter", "base")},
        ),
        # A base that was tuned itself is the tuned variant of another model.
        (
            "",
            BASE | TWICE,
            {("org/base", "base"), ("org/base", "fine_tuned"), ("me/twice", "fine_tuned")},
        ),
        (
            '[board]\nbase_variant = "raw"\ntuned_variants = ["sft"]\n',
            BASE,
            {("org/base", "raw"), ("org/base", "sft")},
        ),
        ('[import]\nmodels = { "org/base" = "B" }\n', BASE, {("B", "base"), ("B", "fine_tuned")}),
    ],
)
def test_adapter_is_paired_with_its_base(tmp_path, toml, runs, expected):
    """`peft=` gives one model with two variants."""
    (tmp_path / "site.toml").write_text(toml)
    for name, args in {**runs, "tuned": PEFT}.items():
        run_file(tmp_path / "runs", name, 0.5, args)
    said = run_import("lm-eval", tmp_path / "runs", into=tmp_path)
    assert expected == {(model, variant) for model, _, variant in scores(tmp_path)}
    paired = "\npaired: me/adapter with org/base\n"
    assert (paired in said.stderr) == (("me/adapter", "base") not in expected)


def test_tuned_model_keeps_its_name_if_its_base_has_no_score(tmp_path):
    """It is paired as soon as the base has a score on one of its tasks."""
    tuned = run_file(tmp_path, "tuned", 0.75, PEFT)
    said = run_import("lm-eval", tuned, into=tmp_path)
    assert {("me/adapter", "t", "base"): 0.75} == scores(tmp_path)
    assert (
        "warning: not paired: 'me/adapter' from 'org/base', since the base has no score on the "
        "same tasks. It is a model of its own."
    ) in said.stderr
    assert "\npaired: " not in said.stderr
    other = run_file(tmp_path, "other", 0, results={"u": {"acc,none": 0.5}})
    imported("lm-eval", other, into=tmp_path)
    assert "not paired" in run_import("lm-eval", tuned, into=tmp_path).stderr
    imported("lm-eval", run_file(tmp_path, "base", 0.25), into=tmp_path)
    said = run_import("lm-eval", tuned, into=tmp_path)
    assert {
        ("org/base", "u", "base"): 0.5,
        ("org/base", "t", "base"): 0.25,
        ("org/base", "t", "fine_tuned"): 0.75,
    } == scores(tmp_path)
    assert "not paired" not in said.stderr
    assert "paired: me/adapter with org/base\n" in said.stderr
    assert "moved: me/adapter, t (base) to org/base (fine_tuned)" in said.stderr


def test_tuned_model_without_base_is_ranked_among_tuned_models(tmp_path):
    """Where other models of the board are paired; its place stays when it is imported again."""
    lone = run_file(tmp_path, "lone", 0.5, "pretrained=org/none,peft=me/lone")
    run_file(tmp_path / "runs", "base", 0.25)
    run_file(tmp_path / "runs", "tuned", 0.75, PEFT)
    imported("lm-eval", tmp_path / "runs", into=tmp_path)
    imported("lm-eval", lone, into=tmp_path)
    assert ("me/lone", "t", "fine_tuned") in scores(tmp_path)
    other = tmp_path / "other"
    for path in (lone, tmp_path / "runs", lone):
        imported("lm-eval", path, into=other)
    assert ["base"] == [variant for model, _, variant in scores(other) if model == "me/lone"]


OTHER = "pretrained=org/base,peft=me/other"


def test_two_adapters_of_one_base_become_models(tmp_path):
    for name, args in (("base", "pretrained=org/base"), ("one", PEFT), ("two", OTHER)):
        run_file(tmp_path / "runs", name, 0.5, args)
    said = run_import("lm-eval", tmp_path / "runs", into=tmp_path)
    assert {
        ("org/base", "t", "base"),
        ("me/adapter", "t", "fine_tuned"),
        ("me/other", "t", "fine_tuned"),
    } == set(scores(tmp_path))
    assert (
        "warning: not paired: me/adapter and me/other would all be 'fine_tuned' of 'org/base', so "
        "they became separate models. Name a variant for each under [import.variants]"
    ) in said.stderr
    (tmp_path / "site.toml").write_text('[import.variants]\n"me/other" = "second"\n')
    said = run_import("lm-eval", tmp_path / "runs", into=tmp_path)
    assert {"base", "fine_tuned", "second"} == {variant for _, _, variant in scores(tmp_path)}
    assert {"org/base"} == {model for model, _, _ in scores(tmp_path)}
    assert "moved: me/other, t (fine_tuned) to org/base (second)" in said.stderr


def test_stored_adapter_stays_paired(tmp_path):
    run_file(tmp_path / "runs", "base", 0.5)
    run_file(tmp_path / "runs", "one", 0.25, PEFT)
    imported("lm-eval", tmp_path / "runs", into=tmp_path)
    said = run_import("lm-eval", run_file(tmp_path, "two", 0.75, OTHER), into=tmp_path)
    assert {
        ("org/base", "t", "base"): 0.5,
        ("org/base", "t", "fine_tuned"): 0.25,
        ("me/other", "t", "fine_tuned"): 0.75,
    } == scores(tmp_path)
    assert "'me/adapter' stays, the others became separate models" in said.stderr


def test_pairs_of_site_toml(tmp_path):
    """For tuned models whose file names no base; stored rows move."""
    run_file(tmp_path / "runs", "base", 0.25)
    run_file(tmp_path / "runs", "tuned", 0.75, "pretrained=me/tuned")
    imported("lm-eval", tmp_path / "runs", into=tmp_path)
    assert {"org/base", "me/tuned"} == {model for model, _, _ in scores(tmp_path)}
    (tmp_path / "site.toml").write_text('[import.pairs]\n"me/tuned" = "org/base"\n')
    said = run_import("lm-eval", tmp_path / "runs", into=tmp_path)
    assert {("org/base", "t", "base"): 0.25, ("org/base", "t", "fine_tuned"): 0.75} == scores(
        tmp_path
    )
    assert "moved: me/tuned, t (base) to org/base (fine_tuned)" in said.stderr
    before = contents(tmp_path)
    imported("lm-eval", tmp_path / "runs", into=tmp_path)
    assert before == contents(tmp_path)


def test_variants_of_one_run_move_together(tmp_path):
    """Each row of a task goes to the base model with its own variant."""
    path = tmp_path / "a.csv"
    path.write_text("model,task,variant,score\ntuned,t,a,0.25\ntuned,t,b,0.75\n")
    imported("csv", path, into=tmp_path)
    (tmp_path / "site.toml").write_text('[import.pairs]\ntuned = "base"\n')
    said = run_import("csv", path, into=tmp_path)
    assert {("base", "t", "a"): 0.25, ("base", "t", "b"): 0.75} == scores(tmp_path)
    assert "Scores: 0 added, 2 replaced, 2 moved" in said.stderr


def test_table_with_base_models(tmp_path):
    """A column `base_model` pairs the rows of a CSV file."""
    path = tmp_path / "a.csv"
    path.write_text("model,task,score,base_model\nbase,t,0.25,\ntuned,t,0.75,base\n")
    imported("csv", path, into=tmp_path)
    assert {("base", "t", "base"): 0.25, ("base", "t", "fine_tuned"): 0.75} == scores(tmp_path)


def test_part_of_a_task_that_is_in_the_tables(tmp_path):
    store(tmp_path, "tasks", task=["whole"])
    tasks = (ImportedRow("part", {"part_of": "whole"}),)
    reading = Reading((ImportedScore("m", "part", 0.5, metric="acc"),), tasks=tasks, files=1)
    source = Format("odd", "made here", lambda *_: reading)
    import_paths(source, [tmp_path], load_config(tmp_path), ImportOptions())
    assert ["whole"] == [row["part_of"] for row in rows(tmp_path, "tasks") if "part_of" in row]


def test_task_keeps_its_setup(tmp_path):
    imported("lm-eval", run_file(tmp_path, "few", 0.5, **{"n-shot": {"t": 5}}), into=tmp_path)
    assert {"t"} == {task for _, task, _ in scores(tmp_path)}
    for n in range(3):
        run_file(tmp_path / "runs", str(n), 0.25, f"pretrained=org/{n}")
    imported("lm-eval", tmp_path / "runs", into=tmp_path)
    assert {"t", "t (0-shot)"} == {task for _, task, _ in scores(tmp_path)}
    before = contents(tmp_path)
    imported("lm-eval", tmp_path / "runs", tmp_path / "few.json", into=tmp_path)
    assert before == contents(tmp_path)


def measure(setting, metric="acc", task="t"):
    """A score that was measured in some way."""
    return ImportedScore("m", task, 0.5, metric=metric, setting=setting)


@pytest.mark.parametrize(
    ("ways", "known", "expected"),
    [
        (["0-shot"], {}, {"acc, 0-shot": "t"}),
        (["0-shot", "0-shot", "5-shot"], {}, {"acc, 0-shot": "t", "acc, 5-shot": "t (5-shot)"}),
        (["5-shot"], {"t": "acc, 0-shot"}, {"acc, 5-shot": "t (5-shot)"}),
        (["5-shot"], {"t": ""}, {"acc, 5-shot": "t"}),
        (["5-shot"], {"t": "f1, 5-shot"}, {"acc, 5-shot": "t (acc)"}),
        (["5-shot"], {"t": "f1", "t (way)": "acc, 5-shot"}, {"acc, 5-shot": "t (way)"}),
        (["", "5-shot"], {}, {"acc": "t", "acc, 5-shot": "t (5-shot)"}),
    ],
)
def test_task_ids_by_setup(ways, known, expected):
    """The plain name goes to the stored setup, or else to the most frequent one."""
    found = name_tasks(map(measure, ways), known, {})
    assert expected == {way: name for (_, way), name in found.items()}


def versioned(folder, name, score, version):
    more = {"versions": {"t": version}}
    return run_file(folder, name, score, f"pretrained=org/{name}", **more)


def of_tasks(project):
    return {row["task"]: row.get("version") for row in rows(project, "tasks")}


def test_versions_of_a_task_are_tasks(tmp_path):
    """The plain name stays with the version of most models, then with that of the tables."""
    (tmp_path / "in").mkdir()
    for name, version in (("a", 1), ("b", 1.0), ("c", 2.0), ("d", "N/A")):
        versioned(tmp_path / "in", name, 0.5, version)
    said = run_import("lm-eval", tmp_path / "in", into=tmp_path)
    assert "Measured in the versions 1 and 2, each of which is a task: t.\n" in said.stderr
    assert {"t": "1", "t (version 2)": "2"} == of_tasks(tmp_path)
    assert ["org/c"] == [r["model"] for r in rows(tmp_path) if r["task"] != "t"]
    newer = [versioned(tmp_path, name, 0.25, 2) for name in ("e", "f", "g")]
    imported("lm-eval", *newer, into=tmp_path)
    assert {"t": "1", "t (version 2)": "2"} == of_tasks(tmp_path)
    assert 4 == sum(row["task"] == "t (version 2)" for row in rows(tmp_path))
    before = contents(tmp_path)
    imported("lm-eval", tmp_path / "in", *newer, into=tmp_path)
    assert before == contents(tmp_path)


def test_versions_of_a_task_that_states_no_setup_are_tasks(tmp_path):
    """Also where a later file has only the other version."""
    for names, version in (("ab", 1), ("c", 2)):
        lines = (f"{name},t,0.5,accuracy,{version}\n" for name in names)
        text = "".join(("model,task,score,metric,version_of_task\n", *lines))
        (tmp_path / f"{version}.csv").write_text(text, encoding="utf8")
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    for project, files in (("once", [(one, two)]), ("then", [(one,), (two,)])):
        for paths in files:
            imported("csv", *paths, into=tmp_path / project)
        assert {"t": "1", "t (version 2)": "2"} == of_tasks(tmp_path / project)
        assert ["c"] == [row["model"] for row in rows(tmp_path / project) if row["task"] != "t"]


def test_publisher_may_say_that_versions_compare(tmp_path):
    (tmp_path / "site.toml").write_text('[tasks]\nt = { version = "1 and 2" }\n')
    paths = [versioned(tmp_path, name, 0.5, n) for n, name in ((1, "a"), (2, "b"))]
    imported("lm-eval", *paths, into=tmp_path)
    assert {"t": None} == of_tasks(tmp_path)
    assert ["t", "t"] == [row["task"] for row in rows(tmp_path)]


def test_names_cannot_make_one_task_of_two_versions(tmp_path):
    (tmp_path / "site.toml").write_text('[import.tasks]\nu = "t"\n')
    a = versioned(tmp_path, "a", 0.5, 1)
    more = {"results": {"u": {"acc,none": 0.25}}, "versions": {"u": 2}}
    b = run_file(tmp_path, "b", 0, "pretrained=org/b", **more)
    said = run_import("lm-eval", a, b, into=tmp_path)
    assert (1, False) == (said.exit_code, (tmp_path / "data/results.parquet").exists())
    assert "task 't' has the versions 1 (a.json) and 2 (b.json), whose scores" in said.stderr


def test_details_go_with_the_score_that_they_are_of():
    """Also those outside the schema: a new score does not inherit the old one's tool."""
    old = ImportedScore("m", "t", 0.5, tool="a 1.0", evaluator_relationship="first_party")
    (row,) = merge_results([], [Placed(old, "m", "t", "base")], "base").rows
    assert ("a 1.0", "first_party") == (row["tool"], row["evaluator_relationship"])
    new = ImportedScore("m", "t", 0.75)
    (row,) = merge_results([row], [Placed(new, "m", "t", "base")], "base").rows
    assert (0.75, None, None) == (row["score"], row["tool"], row["evaluator_relationship"])


def test_scores_that_the_project_has_stay_if_ours():
    """Only new ones are added; one that differs is reported, one that is equal is not."""
    stored = [{"model": "m", "task": "t", "score": 0.5}, {"model": "n", "task": "t", "score": 0.25}]
    news = [
        ImportedScore("m", "t", 0.75),
        ImportedScore("n", "t", 0.25),
        ImportedScore("o", "t", 1),
    ]
    merged = merge_results(
        stored, [Placed(s, s.model, "t", "base") for s in news], "base", ours=True
    )
    scores = [("m", 0.5), ("n", 0.25), ("o", 1)]
    assert scores == [(row["model"], row["score"]) for row in merged.rows]
    assert ["the stored score stays (0.5)"] == [why for _, why in merged.refused]
    assert ([("n", "t", "base")], [("o", "t", "base")]) == (merged.unchanged, merged.added)


def test_new_scores_in_another_unit_are_refused(tmp_path):
    imported("csv", write(tmp_path, "a.csv", "model,A acc\na,71.25\nb,65.5\n"), into=tmp_path)
    later = write(tmp_path, "b.csv", "model,A acc\na,0.735\nb,0.66\n")
    said = run_import("csv", later, into=tmp_path)
    what = "new scores of 'A acc' may be proportions beside percentages in the tables"
    assert (1, True) == (said.exit_code, what in said.stderr)
    assert 71.25 == scores(tmp_path)["a", "A acc", "base"]
    imported("csv", later, "--percent", into=tmp_path)
    assert 0.735 == scores(tmp_path)["a", "A acc", "base"]


def test_the_name_of_a_run_that_the_import_keeps_is_no_fault(tmp_path):
    imported("csv", write(tmp_path, "a.csv", "model,acc,f1\na,0.5,0.5\n"), into=tmp_path)
    tuned = write(tmp_path, "b.csv", "model,acc,base_model\na-lora,0.6,a\n")
    imported("csv", tuned, into=tmp_path)
    assert "a-lora" in [row.get("run_model") for row in rows(tmp_path)]
    assert [] == fault_lines(tmp_path)
