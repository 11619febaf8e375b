"""Profile training sets: numbers by hand, and every kind of file."""

import json
import math
import random
import zlib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from tokenizers import Tokenizer as FromFile
from tokenizers import models, pre_tokenizers

from site_builder.commands import main
from site_builder.errors import FaultsError
from site_builder.profile import (
    TaskProfile,
    find_sets,
    find_tokenizer,
    measure,
    profile_sets,
    rouge_l,
)
from site_builder.tables.schema import TASKS
from tests.helpers.sites import build
from tests.helpers.tables import tasks_frame

WORDS = find_tokenizer("words")
QA = [{"question": "What is 1 + 1?", "answer": "2"}, {"question": "Why?", "answer": "Because."}]


def lines(path: Path, records: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf8")
    return path


def profiles(*names: Path | str, **options: Any) -> dict[str, TaskProfile]:
    found = profile_sets(find_sets(map(str, names))[0], WORDS, **options)
    return {profile.task: profile for profile in found}


def told(*names: Path | str, **options: Any) -> list[str]:
    """The faults of files, as printed."""
    with pytest.raises(FaultsError) as caught:
        profiles(*names, **options)
    return [str(fault) for fault in caught.value.faults]


# --- what is measured ----------------------------------------------------------------------------


def test_lengths_by_hand():
    """Inputs of 2, 4 and 6 words, outputs of 1, 1 and 4: 3, 5 and 10 together."""
    examples = [
        ("a b", "c"),
        ("a b c d", "e"),
        ("a b c d e f", "g h i j"),
    ]
    n, found = measure(examples, WORDS)
    means = {part: found[f"{part}_length_mean"] for part in ("input", "output", "example")}
    assert (3, {"input": 4.0, "output": 2.0, "example": 6.0}) == (n, means)
    assert (6.0, 4.0) == (found["input_length_p95"], found["output_length_p95"])
    assert (2.0, math.sqrt(3)) == (found["input_length_std"], found["output_length_std"])
    # 3, 5, 10: the mean is 6, the deviations -3, -1, 4, so the variance 26 / 2.
    assert math.sqrt(13) == found["example_length_std"]
    assert (3.0, 10.0, 10.0) == (found["tokens_min"], found["tokens_max"], found["tokens_p95"])


def test_a_percentile_is_a_length_of_the_set():
    """Of 20 lengths, 1 to 20, 19 are at most 19: that is 95 %."""
    _, found = measure([("a " * n, "") for n in range(1, 21)], WORDS)
    assert 19 == found["input_length_p95"]


def test_one_example_has_no_deviation():
    _, found = measure([("a", "b")], WORDS)
    assert found["input_length_std"] is None
    assert (0, {}) == measure([], WORDS)


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        # Lin (2004): police killed the gunman; the longest common subsequences have 3 and 2 words.
        ("police killed the gunman", "police kill the gunman", 6 / 8),
        ("police killed the gunman", "the gunman kill police", 4 / 8),
        ("a b c", "a b c", 1.0),
        ("A, b. C!", "a b c", 1.0),
        ("a b", "c d", 0.0),
        ("", "a", 0.0),
        ("...", "a", 0.0),
        ("один два", "ДВА", 2 / 3),
    ],
)
def test_rouge_l(first, second, value):
    """Twice the longest common subsequence over all words of both."""
    assert value == rouge_l(first, second) == rouge_l(second, first)


def test_compression_ratio_of_the_whole_set():
    _, same = measure([("the same words again", "and again")] * 100, WORDS)
    rng = random.Random(1)
    odd = [(" ".join(str(rng.random()) for _ in range(5)), "x") for _ in range(100)]
    _, found = measure(odd, WORDS)
    text = "".join(f"{given}\n{answer}\n" for given, answer in odd).encode()
    assert len(text) / len(zlib.compress(text, 9)) == pytest.approx(
        found["compression_ratio"], 0.01
    )
    assert same["compression_ratio"] > 20 > found["compression_ratio"]


# --- what is counted -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("words", "What's 1 + 1?", 7),
        ("words", "naïve 日本 ", 2),
        ("words", "", 0),
        ("characters", "What's 1 + 1?", 13),
    ],
)
def test_built_in_tokenizers(name, text, count):
    assert count == find_tokenizer(name).count(text)


def test_tokenizer_of_a_model(tmp_path):
    made = FromFile(models.WordLevel({"a": 0, "b": 1, "?": 2}, unk_token="?"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.enable_truncation(2)
    path = tmp_path / "some-model" / "tokenizer.json"
    path.parent.mkdir()
    made.save(str(path))
    tokenizer = find_tokenizer(str(path))
    assert ("tokens of some-model", 4) == (tokenizer.unit, tokenizer.count("a b c a"))


def test_unknown_tokenizers(tmp_path):
    known = "Give words, characters or the path of a model's tokenizer.json."
    with pytest.raises(FaultsError) as caught:
        find_tokenizer("word")
    assert f"word: there is no such tokenizer. {known}" == str(caught.value)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(FaultsError, match=r"this is not a tokenizer\.json: "):
        find_tokenizer(str(tmp_path / "tokenizer.json"))


def test_tokenizer_whose_parts_contradict_each_other(tmp_path):
    """It can be read, but counts no text with a word that it does not know."""
    path = tmp_path / "tokenizer.json"
    model = {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "?"}
    path.write_text(json.dumps({"version": "1.0", "model": model}))
    sets = lines(tmp_path / "sets/one.jsonl", QA).parent
    said = run(sets, "--into", tmp_path / "board", "--tokenizer", path)
    what = f"{path}: this tokenizer cannot count the tokens of "
    assert (1, True) == (said.exit_code, said.stderr.startswith(what))
    assert "Give words, characters or the path of a model's tokenizer.json." in said.stderr


# --- which files, which fields -------------------------------------------------------------------


def test_task_and_split_come_from_names(tmp_path):
    for name in (
        "one.jsonl",
        "two_train.jsonl",
        "two-test.csv",
        "three/train-00000-of-00002.parquet",
        "three/train-00001-of-00002.parquet",
        "three/dev.jsonl",
        "four/anything.jsonl",
        ".hidden/train.jsonl",
        "README.md",
    ):
        lines(tmp_path / name, QA)
    sets, others = find_sets([str(tmp_path)])
    found = [(s.task, s.split, s.path.name) for s in sets]
    assert [tmp_path / "README.md"] == others
    assert [
        ("four", "train", "anything.jsonl"),
        ("one", "train", "one.jsonl"),
        ("three", "train", "train-00000-of-00002.parquet"),
        ("three", "train", "train-00001-of-00002.parquet"),
        ("three", "validation", "dev.jsonl"),
        ("two", "test", "two-test.csv"),
        ("two", "train", "two_train.jsonl"),
    ] == found
    (own,), _ = find_sets([str(tmp_path / "one.jsonl")])
    twice, _ = find_sets([str(tmp_path / "three")] * 2)
    assert ("one", ["three"] * 3) == (own.task, [file.task for file in twice])


def test_paths_without_examples(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").write_text("a")
    forms = ".csv, .tsv, .jsonl, .ndjson, .parquet"
    fix = "Convert it to one of these."
    names = [tmp_path / "nowhere", tmp_path / "empty", tmp_path / "a.txt"]
    assert [
        f"{tmp_path / 'nowhere'}: there is no such file or folder.",
        f"{tmp_path / 'empty'}: has no file ending in {forms}. {fix}",
        f"{tmp_path / 'a.txt'}: is not a file ending in {forms}. {fix}",
    ] == told(*names)


@pytest.mark.parametrize(
    ("record", "fields", "example"),
    [
        ({"question": "q", "answer": "a"}, "input 'question', output 'answer'", ("q", "a")),
        (
            {"instruction": "do", "input": "this", "output": "o"},
            "input 'instruction' + 'input', output 'output'",
            ("do\nthis", "o"),
        ),
        (
            {"instruction": "do", "input": "", "output": "o"},
            "input 'instruction' + 'input', output 'output'",
            ("do", "o"),
        ),
        ({"text": "t", "label": 1}, "input 'text', output 'label'", ("t", "1")),
        (
            {
                "messages": [
                    {"role": "system", "content": "s"},
                    {"role": "user", "content": "u"},
                    {"role": "assistant", "content": "a"},
                ]
            },
            "chat 'messages'",
            ("s\nu", "a"),
        ),
        (
            {"conversations": [{"from": "human", "value": "u"}, {"from": "gpt", "value": "a"}]},
            "chat 'conversations'",
            ("u", "a"),
        ),
    ],
)
def test_fields_are_guessed_by_name(tmp_path, record, fields, example):
    found = profiles(lines(tmp_path / "t.jsonl", [record]))["t"]
    assert fields == str(found.fields)
    assert (1, found.features) == measure([example], WORDS)


def test_fields_can_be_named(tmp_path):
    path = lines(tmp_path / "t.jsonl", [{"a": "1 2", "b": "3", "c": "4", "output": "no"}])
    found = profiles(path, inputs=("b", "a"), output="c")["t"]
    assert "input 'b' + 'a', output 'c'" == str(found.fields)
    means = (found.features[f"{part}_length_mean"] for part in ("input", "output"))
    assert [3.0, 1.0] == [*means]
    assert [f"{path}: there is no field 'outptu'. Did you mean 'output'?"] == told(
        path, output="outptu"
    )


def test_same_set_in_every_file_format(tmp_path):
    records = [{"prompt": f'ä, "{n}"\n{"x " * n}', "completion": str(n)} for n in range(9)]
    frame = pd.DataFrame(records)
    lines(tmp_path / "lines.jsonl", records)
    frame.to_csv(tmp_path / "sheet.csv", index=False)
    frame.to_csv(tmp_path / "tabs.tsv", index=False, sep="\t")
    frame.to_parquet(tmp_path / "table.parquet")
    (tmp_path / "parts").mkdir()
    frame[:4].to_parquet(tmp_path / "parts/train-0.parquet")
    frame[4:].to_csv(tmp_path / "parts/train-1.csv", index=False)
    found = profiles(tmp_path)
    assert {"lines", "sheet", "tabs", "table", "parts"} == {*found}
    assert 1 == len({str(profile.features) for profile in found.values()})


def test_splits_are_counted_and_the_train_split_is_measured(tmp_path):
    lines(tmp_path / "qa/train.jsonl", QA)
    lines(tmp_path / "qa/test.jsonl", [*QA, *QA, QA[0]])
    lines(tmp_path / "untrained/test.jsonl", QA)
    found = profiles(tmp_path)
    row = found["qa"].row
    assert (2, 5, "words and marks") == (
        row["train_examples"],
        row["test_examples"],
        row["length_unit"],
    )
    assert "validation_examples" not in row
    assert {*row} <= {column.name for column in TASKS.columns}
    assert {"task": "untrained", "test_examples": 2} == found["untrained"].row


def test_every_fault_in_one_run(tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"question": "q", "answer": "a"}\n{"question": 1}\n[]\n{\n\n{"question": []}\n')
    lines(tmp_path / "many.jsonl", [QA[0], *[{"question": "q"}] * 30])
    lines(tmp_path / "odd.jsonl", [{"x": 1, "y": 2}])
    lines(tmp_path / "half.jsonl", [{"input": "x"}])
    (tmp_path / "none.parquet").write_bytes(b"PAR1")
    (tmp_path / "latin.csv").write_bytes(b"question,answer\nq,\xff\n")
    found = told(tmp_path)
    assert [
        f"{bad}:2: 'answer' is missing",
        f"{bad}:3: is a list, not an object with fields",
    ] == found[:2]
    assert found[2].startswith(f"{bad}:4: is not JSON: ")
    assert f"{bad}:6: 'question' is a list, not text" == found[3]
    fix = "Name them with --input and --output."
    assert [
        f"{tmp_path / 'half.jsonl'}: none of its fields looks like an output: input. {fix}",
        f"{tmp_path / 'latin.csv'}: is not UTF-8 text. Save it as UTF-8.",
        f"{tmp_path / 'many.jsonl'}:2: 'answer' is missing",
    ] == found[4:7]
    more = "and 10 more like these: records that are not examples"
    assert f"{tmp_path / 'many.jsonl'}: {more}" == found[26]
    assert found[27].startswith(f"{tmp_path / 'none.parquet'}: the Parquet file is damaged: ")
    assert (
        f"{tmp_path / 'odd.jsonl'}: none of its fields looks like an input: x, y. {fix}"
        == (found[28])
    )
    assert 29 == len(found)


# --- the command ----------------------------------------------------------------------------------

QUESTIONS = [{"question": f"What is {n} + {n}?", "answer": f"{2 * n}"} for n in range(20)]


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(main, ["profile", *map(str, args)])


def tasks(project: Path) -> pd.DataFrame:
    return pd.read_parquet(project / "data/tasks.parquet").set_index("task")


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    """Training sets of the two tasks of the fixture board."""
    lines(tmp_path / "sets/add/train.jsonl", QUESTIONS)
    lines(tmp_path / "sets/add/test.jsonl", QUESTIONS[:5])
    lines(tmp_path / "sets/sort.jsonl", [{"prompt": "b a", "completion": "a b"}])
    return tmp_path / "sets"


def test_features_go_into_the_tasks_table(project, sets):
    said = run(sets, "--into", project)
    assert 0 == said.exit_code
    # Only 0 + 0 has its answer in the question: 2 * 1 / (4 + 1), over 20 examples.
    text = "".join(f"{record['question']}\n{record['answer']}\n" for record in QUESTIONS).encode()
    packs = len(text) / len(zlib.compress(text, 9))
    assert [
        "add: 5 test, 20 train; input 'question', output 'answer'; mean length 6.0 in, 1.0 out, "
        f"compression ratio {packs:.2f}, ROUGE-L 0.020",
        "sort: 1 train; input 'prompt', output 'completion'; mean length 2.0 in, 2.0 out, "
        "compression ratio 0.50, ROUGE-L 0.500",
        "Lengths are in words and marks; 2 tasks changed.",
    ] == said.stderr.splitlines()[1:]
    found = tasks(project)
    assert [20, 1] == found["train_examples"].tolist()
    assert [5] == found["test_examples"].dropna().tolist()
    assert [6.0, 2.0] == found["input_length_mean"].tolist()
    assert {"words and marks"} == set(found["length_unit"])
    was = tasks_frame().set_index("task")
    kept = [name for name in was.columns if name not in ("train_examples", "test_examples")]
    pd.testing.assert_frame_equal(was[kept], found[kept], check_dtype=False)


def test_measuring_twice_changes_nothing(project, sets):
    run(sets, "--into", project)
    path = project / "data/tasks.parquet"
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    said = run(sets, "--into", project)
    assert "Lengths are in words and marks; 2 tasks unchanged; nothing to write." in said.stderr
    assert before == (path.read_bytes(), path.stat().st_mtime_ns)
    lines(sets / "sort.jsonl", [{"prompt": "b", "completion": "b"}])
    assert "1 task changed, 1 task unchanged." in run(sets, "--into", project).stderr


def test_other_files_are_skipped_with_a_warning(project, sets):
    (sets / "add/README.md").write_text("# Sums")
    for i in range(30):
        (sets / f"{i:02}.png").touch()
    said = run(sets, "--into", project)
    assert 0 == said.exit_code
    warnings = [line for line in said.stderr.splitlines() if line.startswith("warning: ")]
    assert f"warning: {sets / '00.png'}: skipped: it holds no examples" == warnings[0]
    assert "warning: and 11 more like these: files that hold no examples" == warnings[20]
    assert 21 == len(warnings)


def test_dry_run_writes_nothing(project, sets):
    before = (project / "data/tasks.parquet").read_bytes()
    said = run(sets, "--into", project, "--dry-run")
    assert "2 tasks changed; nothing was written." in said.stderr
    assert before == (project / "data/tasks.parquet").read_bytes()


def test_new_task_is_a_warning(project, sets):
    said = run((sets / "sort.jsonl").rename(sets / "srot.jsonl"), "--into", project)
    assert 0 == said.exit_code
    warning = "warning: data/tasks.parquet: task 'srot' is new. Did you mean 'sort'?"
    assert warning == said.stderr.splitlines()[1]
    assert ["add", "sort", "srot"] == tasks(project).index.tolist()


def test_new_tasks_table_has_every_task_with_a_score(project, sets):
    """As after `aggregate`, which writes none; the others would be unknown to the check."""
    (project / "data/tasks.parquet").unlink()
    assert 0 == run(sets / "sort.jsonl", "--into", project).exit_code
    assert ["add", "sort"] == tasks(project).index.tolist()
    assert {"sort": 1} == tasks(project)["train_examples"].dropna().to_dict()
    build(project)


def test_faults_write_nothing(project, sets):
    """All of them in one run, with exit code 1."""
    before = (project / "data/tasks.parquet").read_bytes()
    bad = lines(sets / "bad.jsonl", [{"question": "q", "answer": None}])
    said = run(sets, "--into", project)
    assert (1, "") == (said.exit_code, said.stdout)
    line = f"{bad}:1: 'answer' is missing"
    assert [line, "1 error; nothing was written."] == said.stderr.splitlines()
    assert before == (project / "data/tasks.parquet").read_bytes()
    said = run(sets / "nowhere", "--into", project, "--format", "json")
    assert "there is no such file or folder." == json.loads(said.stdout)["faults"][0]["found"]


@pytest.mark.parametrize("args", [[], ["x"], ["--into", "x"]])
def test_wrong_usage(args):
    """The exit code is 2."""
    assert 2 == run(*args).exit_code
