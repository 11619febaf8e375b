"""The import command: questions, report and exit codes."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from site_builder.commands import tables as command
from site_builder.config import load_config
from site_builder.errors import FaultsError
from site_builder.importers.formats import ANY, FORMATS, format_of, known_formats
from site_builder.importers.reading import ImportOptions
from site_builder.importers.run import import_paths
from tests.commands.test_cli import run
from tests.helpers.imported import contents, lm_eval_results, run_import, scores, write, write_json
from tests.helpers.sites import ROOT
from tests.helpers.tables import check_project


@pytest.fixture
def folder(tmp_path):
    """Two results files, and one that is none."""
    for name, score in (("a", 0.25), ("b", 0.5)):
        document = lm_eval_results({"t": {"acc": score, "f1": 0.5}}, f"pretrained=org/{name}")
        write_json(tmp_path / f"runs/{name}.json", document)
    (tmp_path / "runs/notes.md").write_text("notes")
    return tmp_path / "runs"


def test_name_of_a_format_with_underscores(tmp_path, folder):
    assert 0 == run_import("lm_eval", folder, into=tmp_path).exit_code


def test_report_lists_read_skipped_added_and_written(folder, tmp_path):
    said = run_import("lm-eval", folder, into=tmp_path / "p")
    assert (0, "") == (said.exit_code, said.stdout)
    assert [
        "warning: runs/notes.md: skipped: a results file does not end in .md",
        "Assumed of the new tasks; `[tasks]` in site.toml overrides it:",
        "  better  range   metric  from                          tasks",
        "  higher  0 to 1  acc     metric 'acc'; scores up to 1  t",
        "2 files with scores, 1 skipped.",
        "Left out 2, which --verbose lists: acc (0-shot) is used for the task (2).",
        "Scores: 2 added, 0 replaced, 0 moved, 0 unchanged, 0 not imported.",
        "New: 2 models and 1 task.",
        "Wrote {0}/models.parquet, {0}/tasks.parquet and {0}/results.parquet.".format(
            tmp_path / "p/data"
        ),
        f"Next: `leaderboard-site check --project {tmp_path / 'p'}`.",
    ] == said.stderr.splitlines()[1:]


def test_control_characters_in_names_are_escaped(tmp_path):
    runs = (("a", "pretrained=org/\x1b[31mred"), ("b", "pretrained=org/\x1b[31mred,peft=\x1b[0m"))
    for name, args in runs:
        write_json(tmp_path / f"runs/{name}.json", lm_eval_results({"t": {"acc": 0.5}}, args))
    said = run_import("lm-eval", tmp_path / "runs", into=tmp_path / "p")
    assert "paired: \\x1b[0m with org/\\x1b[31mred" in said.stderr
    assert "\x1b" not in said.stderr


def test_machine_readable_faults(folder, tmp_path):
    """`--format` works as in the other commands."""
    said = run_import("lm-eval", folder, "--format", "json", "--quiet", into=tmp_path / "p")
    told = json.loads(said.stdout)
    assert (True, 0, 1) == (told["ok"], told["errors"], told["warnings"])
    assert "runs/notes.md" == told["faults"][0]["file"]
    said = run_import("lm-eval", folder / "notes.md", "--format", "github", into=tmp_path / "q")
    assert 1 == said.exit_code
    assert "::error::no score of format lm-eval was found." in said.stdout


@pytest.mark.parametrize(
    "args",
    [
        ["import"],
        ["import", "lm-eval"],
        ["import", "lm-eval", "x"],
        ["import", "excel", "x", "--into", "y"],
        ["import", "csv", "x", "--into", __file__],
    ],
)
def test_wrong_usage(args):
    """Exit code 2, and nothing on stdout."""
    said = run(*args)
    assert (2, "") == (said.exit_code, said.stdout)
    assert "Error: " in said.stderr


def test_error_in_site_toml_stops_the_import(folder, tmp_path):
    (tmp_path / "site.toml").write_text("[import]\nscale = 5\n")
    said = run_import("lm-eval", folder, into=tmp_path)
    assert 1 == said.exit_code
    assert "import.scale = 5 must be 'percent', 'proportion' or 'other'" in said.stderr
    assert not (tmp_path / "data").exists()


def test_imported_project_builds_and_publishes_examples(tmp_path):
    document = lm_eval_results({"t": {"acc,none": 0.5}})
    write_json(tmp_path / "runs/results_2024.json", document)
    line = {"doc_id": 0, "metrics": ["acc"], "acc": 1.0, "filter": "none"}
    (tmp_path / "runs/samples_t_2024.jsonl").write_text(json.dumps(line))
    run_import("lm-eval", tmp_path / "runs", "--examples", into=tmp_path / "p")
    assert "examples.parquet" in contents(tmp_path / "p")
    said = run("build", "--project", tmp_path / "p", "--strict", "--quiet")
    assert (0, "") == (said.exit_code, said.stderr)
    assert [*(tmp_path / "p/site").rglob("examples.csv.gz")]
    assert (tmp_path / "p/site/models/org-base/index.html").exists()


def test_documentation_covers_every_format_and_option():
    """docs/importing.md has a section for each format, and names each option."""
    text = (ROOT / "docs/importing.md").read_text(encoding="utf8")
    assert [] == [known.name for known in (*FORMATS, ANY) if f"\n## `{known.name}`\n" not in text]
    options = [flag for option in command.import_.params for flag in option.opts if "--" in flag]
    of_others_too = ("--quiet", "--into", "--debug")
    assert [] == [flag for flag in options if flag not in text and flag not in of_others_too]


# --- packages -------------------------------------------------------------------------------------

Install = Callable[[str, str, str], None]
EXAMPLE = re.findall(
    r"```(?:python)\n(.*?)```", (ROOT / "docs/importing.md").read_text(encoding="utf8"), re.DOTALL
)[-1]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package, as far as Python can tell: its module, and what it says of itself."""
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))

    def make(name: str, entry: str, code: str) -> None:
        module = entry.partition(":")[0].rpartition("= ")[2]
        folder = tmp_path / "installed"
        facts = folder / f"{name}-1.0.dist-info"
        facts.mkdir(parents=True)
        (folder / f"{module}.py").write_text(code, encoding="utf8")
        (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (facts / "entry_points.txt").write_text(f"[site_builder.importers]\n{entry}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return make


def test_documented_package_works(install: Install, tmp_path: Path) -> None:
    """The example of docs/importing.md imports its scores and names the bad line."""
    install("score-lines", "score-lines = score_lines:read_score_lines", EXAMPLE)
    assert "from score-lines 1.0" == known_formats()["score-lines"]
    (tmp_path / "scores.txt").write_text("a x t 0.5 3\na y t 0.25 1.5\nb t\n")
    root = tmp_path / "board"
    root.mkdir()
    outcome = import_paths(
        format_of("score-lines"), [tmp_path / "scores.txt"], load_config(root), ImportOptions()
    )
    found = pd.read_parquet(root / "data/results.parquet")
    stated = [found[name] for name in ("model", "agent", "score", "cost_usd")]
    assert [("a", "x", 0.5, 3.0), ("a", "y", 0.25, 1.5)] == list(zip(*stated, strict=True))
    assert 2 == len(check_project(root).models)
    assert EXAMPLE.count("\n") <= 40
    assert ["scores.txt: line 3"] == [skipped.where for skipped in outcome.reading.skipped]


@pytest.mark.parametrize("code", ["1 / 0", "def read(path, options):\n    raise KeyError('x')"])
def test_broken_package_stops_no_other_format(install: Install, tmp_path: Path, code: str) -> None:
    install("odd-formats", "odd = odd:read", code)
    said = run_import("any", write(tmp_path, "a.csv", "model,Elo\na,5\n"), into=tmp_path)
    assert {("a", "Elo", "base"): 5.0} == scores(tmp_path)
    assert "odd-formats 1.0: format 'odd' failed: " in said.stderr


def test_package_cannot_replace_a_built_in_format(install: Install) -> None:
    install("other-csv", "csv = other_csv:read", "def read(path, options): ...")
    assert {known.name: known.meaning for known in (*FORMATS, ANY)} == known_formats()
    assert FORMATS[0] == format_of("csv")


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("1 / 0", r"failed: ZeroDivisionError: division by zero \(odd\.py, line 1\)"),
        ("read = None", r"failed: TypeError: .* \(formats\.py, line \d+\)"),
        ("other = 1", r"failed: AttributeError: .* \(.*, line \d+\)"),
        ("def read(path, options):\n    return 1", r"returned int instead of Reading"),
        (
            "def read(path, options):\n    raise KeyError('x')",
            r"failed: KeyError: 'x' \(odd\.py, line 2\)",
        ),
    ],
)
def test_broken_package_is_reported(install: Install, tmp_path: Path, code: str, what: str) -> None:
    install("odd-formats", "odd = odd:read", code)
    with pytest.raises(FaultsError) as caught:
        format_of("odd").read(tmp_path, ImportOptions())
    (fault,) = caught.value.faults
    assert re.fullmatch(f"odd-formats 1\\.0: format 'odd' {what}", str(fault)), str(fault)
