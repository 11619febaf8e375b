"""Small hostile files: each is skipped by name, in bounded time and memory."""

import itertools
import json
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from site_builder.importers import reading, values
from site_builder.importers.lm_eval import read_lm_eval
from site_builder.importers.merge import name_tasks
from site_builder.importers.reading import UNEXPECTED, Found, ImportOptions, read_each
from site_builder.importers.values import UNPACKED_BYTES, Limit
from tests.helpers.imported import (
    HARNESSES,
    lm_eval_results,
    scores,
    write,
    write_json,
    write_workbook,
)
from tests.helpers.sites import ROOT

MEMBER = UNPACKED_BYTES.most + 1
# A process that exceeds these is killed: a hang fails the test, however slow the machine is.
CPU_S, MEMORY = 30, 4 << 30
LIMITED = f"""
import resource
resource.setrlimit(resource.RLIMIT_CPU, ({CPU_S}, {CPU_S}))
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
"""
COMMANDS = f"""{LIMITED}
import json, sys
from click.testing import CliRunner
from site_builder.commands import main
done = [CliRunner().invoke(main, json.loads(words)) for words in sys.argv[1:]]
print(json.dumps([[one.exit_code, one.stdout, one.stderr] for one in done]))
"""


def run_limited(code: str, *args: str) -> str:
    """What Python code prints within limits on CPU time and memory."""
    words = [sys.executable, "-c", code, *args]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (0, "") == (done.returncode, done.stderr)
    return done.stdout


def card(folder: Path, front: str) -> None:
    write(folder, "README.md", f"---\n{front}\n---\n")


def parquet(path: Path, text: str = "a", rows: int = 1, **columns: list[list[int]]) -> None:
    """A table whose texts are stored once, however many rows there are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    indices = pa.array([0] * rows, pa.int32())
    model = pa.DictionaryArray.from_arrays(indices, pa.array([text]))
    table = pa.table({"model": model, "task": ["t"] * rows, "score": [0.5] * rows, **columns})
    pq.write_table(table, path, compression="zstd", store_schema=False)


def csv_files(folder: Path) -> None:
    sheet_files(folder)
    write(folder, "good.csv", "model,task,score\ngood,t,0.5\n")
    write(folder, "spaces.csv", f"model,task,score\na,t,0.5{' ' * 40_000}x\n")
    columns = ",".join(f"t{number}" for number in range(9_999))
    write(folder, "many.csv", f"model,{columns}\na{',0.5' * 9_999}\n")
    write(folder, "columns.csv", f"model,{columns},x,y\na{',0.5' * 10_001}\n")
    write(folder, "deep.jsonl", '{"model": ' + "[" * 100_000)
    write(folder, "names.csv", f"model,{'x' * 20_000}\na,0.5\n")
    write(folder, "latin.csv", "modèle,tâche\n".encode("latin-1"))
    parquet(folder / "bomb.parquet", "x" * 1_000_000, 100_000)
    parquet(folder / "rows.parquet", rows=1_000_001)
    parquet(folder / "sound.parquet", "beside lists", extra=[[0] * 1_000])
    for number, meta in enumerate(('{"index_columns": 5, "columns": [1]}', "[")):
        table = pa.table({"model": [f"pandas {number}"], "task": ["t"], "score": [0.5]})
        path = folder / f"pandas_{number}.parquet"
        pq.write_table(table.replace_schema_metadata({"pandas": meta}), path)
    buffers = [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")]
    model = pa.Array.from_buffers(pa.string(), 1, buffers)
    pq.write_table(pa.table({"model": model, "task": ["t"]}), folder / "utf8.parquet")


def sheet_files(folder: Path) -> None:
    """Workbooks, JSON and YAML."""
    write(folder, "deep.json", "[" * 100_000)
    write(folder, "nested.json", '[{"model": ' + '{"a": ' * 900 + "1" + "}" * 900 + "}]")
    write(folder, "text.json", '"a"')
    lists = (f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 25))
    write(folder, "aliases.yaml", "\n".join(["a0: &a0 [{model: a}]", *lists]))
    write(folder, "zip.xlsx", b"PK no")
    write(folder, "encrypted.xlsx", (HARNESSES / "tables/encrypted.xlsx").read_bytes())
    # Two cells in the corners of a sheet stand for 17 billion, and a text is there 5,000 times.
    far = '<row><c r="A1"><v>1</v></c></row><row><c r="XFD1048576"><v>1</v></c></row>'
    write_workbook(folder / "far.xlsx", far)
    again = '<c t="s"><v>0</v></c>' * 5_000
    write_workbook(folder / "again.xlsx", f"<row>{again}</row>", text="x" * 10**6)
    write_workbook(folder / "bomb.xlsx", "", " " * MEMBER)
    write_workbook(folder / "cut.xlsx", "", "<worksheet><sheetData><row>")
    write_workbook(folder / "empty.xlsx", "")


def yaml_files(folder: Path) -> None:
    index = "model-index:\n- name: good\n  results:\n  - dataset: {name: t, config: d}\n"
    metrics = "    metrics: &m\n    - {type: acc, value: 0.5}\n"
    card(folder / "good", f"{index}{metrics}x: *m\ny: {{<<: {{a: 1}}}}")
    card(folder / "newlines", "\n" * 100_000)
    write(folder, "open/README.md", "---\n" + "\n" * 100_000 + "x")
    merges = (f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 25))
    card(folder / "merges", "\n".join(["a0: &a0 {x: 1}", *merges]))
    lists = (f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 25))
    card(folder / "aliases", "\n".join(["a0: &a0 [x]", *lists]))
    card(folder / "endless", "a: &a [*a]")
    card(folder / "deep", "a: " + "[" * 5_000)
    card(folder / "key", "? [a, {b: c}]\n: d\n? {a: b}\n: c")
    card(folder / "digits", "a: " + "1:" * 400_000 + "1")
    card(folder / "long", "a: x\n" * 250_000)
    write(folder, "latin/README.md", "---\nmodèle: x\n---\n".encode("latin-1"))


def lm_eval_files(folder: Path) -> None:
    write_json(folder / "good.json", lm_eval_results({"t": {"acc": 0.5}}, "pretrained=good"))
    names = [f"g{number}" for number in range(500)]
    results = {name: {"acc": 0.5} for name in names}
    chain = {name: [below] for name, below in itertools.pairwise(names)}
    deep = lm_eval_results(results, "pretrained=deep", group_subtasks=chain)
    write_json(folder / "groups.json", deep)
    arguments = f"pretrained=a{',a=b' * 100_000}"
    write_json(folder / "commas.json", lm_eval_results({"t": {"acc": 0.5}}, arguments))
    moments = {f"{number}": {"t": {"acc": 0.5}} for number in range(101)}
    write_json(folder / "runs.json", lm_eval_results(moments, groups=results))
    write(folder, "deep.json", '{"results":' * 100_000)
    write(folder, "latin.json", b'{"results": "\xff"}')


def zip_files(folder: Path) -> None:
    log = json.loads((HARNESSES / "inspect/data_arc_qwen.json").read_text())
    log["eval"]["model"] = "good"
    with zipfile.ZipFile(write(folder, "good.eval", b""), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps(log))
    for name, method in (("bomb", zipfile.ZIP_DEFLATED), ("lzma", zipfile.ZIP_LZMA)):
        with zipfile.ZipFile(folder / f"{name}.eval", "w", method, compresslevel=1) as archive:
            archive.writestr("header.json", " " * MEMBER)
    lie = (folder / "bomb.eval").read_bytes()
    stated = MEMBER.to_bytes(4, "little")
    write(folder, "lie.eval", lie.replace(stated, (1_000).to_bytes(4, "little")))
    zeros = b" " * MEMBER
    with zipfile.ZipFile(folder / "zstd.eval", "w") as archive:
        archive.writestr("header.json", pa.compress(zeros, "zstd", asbytes=True))
        info = archive.getinfo("header.json")
        info.CRC, info.file_size, info.compress_type = zlib.crc32(zeros), 1_000, 93


def helm_files(folder: Path) -> None:
    run = next((HARNESSES / "helm").glob("mmlu*"))
    for name in ("good", "other"):
        for file in run.iterdir():
            write(folder / name, file.name, file.read_bytes())
    spec = json.loads((run / "run_spec.json").read_text())
    spec["adapter_spec"]["model"] = "good"
    write_json(folder / "good/run_spec.json", spec)
    write(folder, "good/scenario_state.json", '"request_datetime": ' + "1" * 100_000)
    write(folder, "good/scenario.json", "[" * 100_000)
    write(folder, "other/stats.json", "[" * 100_000)


MEMORY_LINE = "it is damaged, or reading it takes too much memory. Save its sheet of scores as CSV."
# What writes a folder of small hostile files, and one that is sound; how many are skipped, and
# some of what is said.
HOSTILE: dict[str, tuple[Callable[[Path], None], int, dict[str, str]]] = {
    "csv": (
        csv_files,
        20,  # the row with spaces too
        {
            "columns.csv": "it has 10,002 columns, the limit is 10,000. Split the file",
            "names.csv": "it has 20,000 characters in one name or text, the limit is 10,000. Shor",
            "bomb.parquet": "the Parquet file has 100,000,100,000 bytes or more of text when it is",
            "rows.parquet": "it has 1,000,001 rows, the limit is 1,000,000. Split the file",
            "bomb.xlsx": "it has 100,000,",
            "encrypted.xlsx": "it is encrypted",
            "far.xlsx": MEMORY_LINE,
            "again.xlsx": MEMORY_LINE,
        },
    ),
    "model-index": (yaml_files, 10, {}),
    "lm-eval": (lm_eval_files, 5, {}),
    "inspect": (zip_files, 4, {}),
    "helm": (helm_files, 2, {}),
}


def test_small_hostile_files_never_stop_an_import(tmp_path):
    """The sound file is imported, each other file is named on one line, and nothing is killed."""
    commands = []
    for source, (make, _, _) in HOSTILE.items():
        files = tmp_path / source / "files"
        make(files)
        assert all(path.stat().st_size < 5_000_000 for path in files.rglob("*"))
        words = ["import", source, str(files), "--into", str(tmp_path / source / "p"), "--quiet"]
        commands.append(json.dumps([*words, "--examples", "--higher-is-better", "--verbose"]))
    all_said = json.loads(run_limited(COMMANDS, *commands))
    for (source, (_, n_skipped, said_of)), said in zip(HOSTILE.items(), all_said, strict=True):
        check_what_is_said(said, n_skipped)
        assert "good" in {model for model, _, _ in scores(tmp_path / source / "p")}
        for name, what in said_of.items():
            assert f"warning: files/{name}: skipped: {what}" in said[2]


def check_what_is_said(said: tuple[int, str, str], n_skipped: int) -> None:
    code, stdout, stderr = said
    assert (0, "") == (code, stdout), stderr
    lines = [line for line in stderr.splitlines() if not line.startswith("    ")]
    assert all(
        re.match("warning: files/[^:]+(:1)?: (row 1: )?skipped: ", line) for line in lines
    ), lines
    assert not any(UNEXPECTED in line for line in lines), lines
    assert n_skipped == len(lines), lines


def test_limits_are_documented_and_allow_their_number():
    text = (ROOT / "docs/importing.md").read_text(encoding="utf8")
    for limit in (value for value in vars(values).values() if isinstance(value, Limit)):
        shown = f"{limit.most // 10**6} MB" if limit.most > 10**7 and "bytes" in limit.what else ""
        assert f"| {shown or f'{limit.most:,}'} |" in text
        limit.check(limit.most)
        with pytest.raises(values.UnreadableFileError, match=f"the limit is {limit.most:,}"):
            limit.check(limit.most + 1)


def test_unexpected_error_is_one_line_with_its_place_in_the_code(tmp_path):
    """A bug is told apart from a bad file, and the other files are read."""

    def read(found: Found) -> reading.Reading:
        if found.shown == "bad":
            raise KeyError("first\nsecond")
        return reading.Reading(files=1)

    found = read_each([Found(tmp_path, name) for name in ("a", "bad", "b")], read)
    (skipped,) = found.skipped
    assert (2, "bad") == (found.files, skipped.where)
    assert re.fullmatch(
        rf"{UNEXPECTED} KeyError: .*first.* \(test_limits\.py, line \d+\)", skipped.why
    )
    assert "\n" not in skipped.why
    assert "report this as a bug" in skipped.fix


def test_each_group_has_every_task_below_it(tmp_path):
    """Groups may be within groups, in any order, even within themselves."""
    groups = {"a": ["b", "x"], "b": ["c", "a"], "c": ["y"]}
    results = {name: {"acc": 0.5} for name in ("a", "x", "y")}
    path = write_json(tmp_path / "r.json", lm_eval_results(results, group_subtasks=groups))
    assert ["a"] == [score.task for score in read_lm_eval(path, ImportOptions()).measures]
    found = read_lm_eval(path, ImportOptions(subtasks=True)).measures
    assert ["a", "x", "y"] == [score.task for score in found]


@pytest.mark.parametrize(
    ("arguments", "model"),
    [
        ("pretrained=a/b,dtype=auto", "a/b"),
        ("x=[1,2],pretrained=a/b", "a/b"),
        ("x={y:1,pretrained=z},pretrained=a/b", "a/b"),
        ("x=],pretrained=a/b", "a/b"),
        ("pretrained=a/b,peft=m[0", "m[0"),
    ],
)
def test_commas_within_brackets_separate_no_arguments(tmp_path, arguments, model):
    path = write_json(tmp_path / "r.json", lm_eval_results({"t": {"acc": 0.5}}, arguments))
    assert [model] == [score.model for score in read_lm_eval(path, ImportOptions()).measures]


def test_thousands_of_setups_of_a_task_get_names_of_their_own():
    """Each is compared with the owner alone, not with each other."""
    made = [
        reading.ImportedScore(f"m{n}", "t", 0.5, metric=f"metric {n}", setting="5-shot")
        for n in range(5_000)
    ]
    ids = name_tasks(made, {}, {})
    assert 5_000 == len({*ids.values()})
    assert "t (metric 1)" == ids["t", "metric 1, 5-shot"]


# --- regular expressions ------------------------------------------------------------------------

PACKAGES = ("importers", "examples", "tables", "formatting", "config")
CHECK_PATTERNS = f"""{LIMITED}
import pkgutil, re, sys
from importlib import import_module
from inspect import getsource
parts = " ", "\\n", "1", "1.", ".", "a", "-", "_", "*", "=", ";", ",", "/", "%", "models--", "e+1"
texts = [start + part * 100_000 + chr(1) for part in parts for start in
         ("", "1", "-", "<a ", '"request_datetime":')]
names = [f"site_builder.{{name}}" for name in sys.argv[1:]]
for name in names:
    inside = pkgutil.iter_modules(getattr(import_module(name), "__path__", []), name + ".")
    names += [module.name for module in inside]
modules = [*map(import_module, names)]
source = "".join(map(getsource, modules))
for module in modules:
    for name, pattern in vars(module).items():
        if isinstance(pattern, re.Pattern):
            is_search = re.search(rf"\\b{{name}}\\.(search|sub|split|finditer|findall)\\(", source)
            use = pattern.search if is_search else pattern.fullmatch
            for text in texts:
                use(text.encode() if isinstance(pattern.pattern, bytes) else text)
            print(module.__name__, name)
"""


def test_every_pattern_takes_linear_time():
    """Long runs of what a pattern accepts, and an end that it does not.

    One that takes the square of the length exceeds the limit on CPU time many times over.
    """
    said = run_limited(CHECK_PATTERNS, *PACKAGES)
    assert "site_builder.importers.cells _NUMBER" in said.splitlines()
