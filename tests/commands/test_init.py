"""`leaderboard-site init`: a project that builds at once, and never over another's files."""

import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from itertools import permutations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from ruamel.yaml import YAML

from site_builder import __version__
from site_builder.config import SiteConfig, load_config
from site_builder.records import asdict
from site_builder.starter.installation import Action
from site_builder.starter.project import FILES as STARTER
from site_builder.starter.project import HOSTS, Plan, project_files, set_keys
from site_builder.tables.write import SAMPLE, TEMPLATE
from tests.commands.test_cli import run as command
from tests.commands.test_config import config_keys
from tests.helpers.imported import paste, rows, run_import
from tests.helpers.sites import ROOT, build, contents, visible

CSV = (
    "model,task,score\nalpha,adding,0.71\nalpha,sorting,0.64\nbeta,adding,0.82\nbeta,sorting,0.55\n"
)
WHEEL = f"generator/leaderboard_site-{__version__}-py3-none-any.whl"
FILES = [
    ".gitattributes",
    ".github/workflows/check.yml",
    ".github/workflows/comment.yml",
    ".github/workflows/pages.yml",
    ".gitignore",
    "README.md",
    "data/content/about.md",
    "data/content/takeaways.md",
    "data/results.parquet",
    "data/site.schema.json",
    "data/submission.schema.json",
    "generator/requirements.txt",
    WHEEL,
    "requirements.txt",
    "site.toml",
]
TABLES_OF_SCORES = [f"data/{name}.parquet" for name in ("models", "results", "tasks")]
SAMPLE_FILES = sorted({*FILES, *TABLES_OF_SCORES})
run = partial(command, "init")
upgrade = partial(command, "upgrade", "--project")


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "results.csv"
    path.write_text(CSV, encoding="utf8")
    return path


def in_folder(csv: Path) -> Path:
    """Move a table into a folder, from which it becomes Parquet."""
    folder = csv.parent / "runs"
    folder.mkdir()
    csv.rename(folder / csv.name)
    return folder


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "my-board"
    assert 0 == run(folder, "--quiet").exit_code
    return folder


def test_it_says_what_it_made_and_what_comes_next(tmp_path):
    folder = tmp_path / "board"
    said = run(folder)
    assert (0, "") == (said.exit_code, said.stdout)
    assert SAMPLE_FILES == list(contents(folder))
    assert [
        f"{len(SAMPLE_FILES)} new files in {folder}:",
        *(f"  {name}" for name in SAMPLE_FILES),
        f"Next: cd {folder} && leaderboard-site build",
    ] == said.stderr.splitlines()


@pytest.mark.parametrize(
    ("folder", "told"),
    [(".", "leaderboard-site build"), ("a b", "cd 'a b' && leaderboard-site build")],
)
def test_what_comes_next_can_be_copied(tmp_path, monkeypatch, folder, told):
    monkeypatch.chdir(tmp_path)
    assert f"Next: {told}" == run(folder).stderr.splitlines()[-1]


def test_a_table_of_scores(tmp_path, csv):
    folder = tmp_path / "my-first_board"
    assert 0 == run(folder, "--from", csv).exit_code
    files = [path.replace(".parquet", ".csv") for path in SAMPLE_FILES]
    assert files == [path for path in contents(folder) if "/.tables/" not in path]
    found = (folder / "data/results.csv").read_text(encoding="utf8").splitlines()
    assert CSV.splitlines() == [found[0], *sorted(found[1:])]
    assert "My first board" == load_config(folder).site.title
    assert None is load_config(folder).board.baseline
    site = build(folder)
    assert "2 models on 2 tasks" in visible(site.page(""))
    texts = [path.read_text(encoding="utf8") for path in folder.rglob("*.md")]
    assert not any("sample" in text.lower() or "LoRA" in text for text in texts)


def test_from_reads_as_import_does(tmp_path, csv):
    """The same tables and the same questions; nothing is written while one is open."""
    csv.write_text("model,task,score\na,t,48\nb,t,57\nb,u,x\n", encoding="utf8")
    runs = in_folder(csv)
    said = run(tmp_path / "board", "--from", runs)
    assert (1, "") == (said.exit_code, said.stdout)
    assert "runs/results.csv does not tell the unit of 't' (48 to 57)" in said.stderr
    assert ["runs/results.csv"] == list(contents(tmp_path))
    said = run(tmp_path / "board", "--from", runs, "--percent")
    assert 0 == said.exit_code
    assert "warning: runs/results.csv: row 3: skipped: 'x' is not a number" in said.stderr
    assert 0 == run_import("csv", runs, "--percent", into=tmp_path / "other").exit_code
    for path in TABLES_OF_SCORES:
        assert (tmp_path / "other" / path).read_bytes() == (tmp_path / "board" / path).read_bytes()


FURTHER = """\
Model,Agent,Add,Total Cost ($),Latency (ms),Notes
a,x,0.5,1.25,3,one
a,y,0.25,-1,4,two
b,x,0.75,2.5,,three
"""


def test_columns_beside_the_scores_are_facets_and_measures_to_be_edited(tmp_path):
    """Each has a section in site.toml, where one fills in the rest; an import offers it."""
    table = tmp_path / "a.csv"
    table.write_text(FURTHER, encoding="utf8")
    said = run(tmp_path / "board", "--from", table, "--higher-is-better")
    assert 0 == said.exit_code, said.stderr
    assert (
        "model,task,score,cost_usd,agent,latency_ms\n"
        "a,Add,0.5,1.25,x,3\na,Add,0.25,,y,4\nb,Add,0.75,2.5,x,\n"
    ) == (tmp_path / "board/data/results.csv").read_text()
    text = (tmp_path / "board/site.toml").read_text(encoding="utf8")
    toml, columns = tomllib.loads(text), {"agent": "Agent", "cost_usd": "Total Cost ($)"}
    assert {**columns, "latency_ms": "Latency (ms)"} == toml["import"]["columns"]
    assert {"agent": {"label": "Agent"}} == toml["facets"]
    assert {"label": "Latency", "unit": "ms", "higher_is_better": False} == toml["measures"][
        "latency_ms"
    ]
    said = command("check", "--project", tmp_path / "board", "--strict")
    assert 0 == said.exit_code, said.stderr
    again = run_import("csv", table, "--higher-is-better", into=tmp_path / "board")
    assert "3 unchanged, 0 not imported" in again.stderr
    table.write_text(FURTHER.replace("a,y,0.25,-1,4,two\n", ""), encoding="utf8")
    (tmp_path / "other").mkdir()
    said = run_import("csv", table, "--higher-is-better", into=tmp_path / "other")
    assert "Not taken: 'Total Cost ($)' and 'Latency (ms)'. For facets" in said.stderr
    paste(tmp_path / "other", said)
    said = run_import("csv", table, "--higher-is-better", into=tmp_path / "other")
    assert [1.25, 2.5] == [row["cost_usd"] for row in rows(tmp_path / "other")]


def test_rows_that_two_branches_append_are_merged(tmp_path, csv):
    root = tmp_path / "board"
    assert 0 == run(root, "--from", csv).exit_code

    def git(*words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "Start")
    for name in ("gamma", "delta"):
        git("checkout", "-b", name, "main")
        with (root / "data/results.csv").open("a", encoding="utf8") as file:
            file.write(f"{name},adding,0.5\n")
        git("commit", "-am", name)
    git("checkout", "main")
    git("merge", "gamma")
    git("merge", "delta", "-m", "Both")
    lines = (root / "data/results.csv").read_text(encoding="utf8").splitlines()
    assert {"gamma,adding,0.5", "delta,adding,0.5"} == {*lines[5:]}


# --- in any order ---------------------------------------------------------------------------------


def take_steps(csv: Path, root: Path, host: str, *names: str) -> None:
    for name in names:
        if name == "import":
            assert 0 == run_import("csv", csv, into=root).exit_code
        else:
            said = run(root, "--host", host, *(["--from", csv] if name == "init --from" else []))
            assert 0 == said.exit_code, said.stderr


@pytest.mark.parametrize(
    "names",
    [
        *permutations(["init", "import"]),
        ("init", "init --from"),
        ("import", "init --from", "init"),
    ],
    ids=" ".join,
)
def test_any_order_makes_the_same_project(tmp_path, csv, names):
    """The sample leaves no trace: not in the tables, not in the texts, not in the settings."""
    host, runs = "github-pages" if len(names) == 2 else "hf-space", in_folder(csv)
    take_steps(runs, tmp_path / "one/board", host, "init --from")
    take_steps(runs, tmp_path / "two/board", host, *names)
    assert contents(tmp_path / "one/board") == contents(tmp_path / "two/board")
    said = command("check", "--project", tmp_path / "two/board", "--strict")
    assert 0 == said.exit_code, said.stderr


def test_import_replaces_the_sample_and_says_so(tmp_path, csv):
    """What the publisher wrote meanwhile stays, as do features of own tasks."""
    root = tmp_path / "board"
    assert 0 == run(root, "--host", "hf-space").exit_code
    toml = root / "site.toml"
    text = toml.read_text(encoding="utf8").replace("Sample leaderboard", "Mine")
    toml.write_text(text, encoding="utf8")
    (root / "data/content/about.md").write_text("My own text.", encoding="utf8")
    (tmp_path / "adding.jsonl").write_text('{"input": "1 + 1", "output": "2"}\n' * 3, "utf8")
    assert 0 == command("profile", tmp_path / "adding.jsonl", "--into", root).exit_code
    said = run_import("csv", csv, "--dry-run", into=root)
    assert "The sample is replaced" not in said.stderr
    said = run_import("csv", csv, into=root)
    assert "The sample is replaced, also in site.toml and README.md." in said.stderr.splitlines()
    assert {"alpha", "beta"} == {*pd.read_parquet(root / "data/results.parquet")["model"]}
    assert {"alpha", "beta"} == {*pd.read_parquet(root / "data/models.parquet")["model"]}
    tasks = pd.read_parquet(root / "data/tasks.parquet").set_index("task")
    assert {"adding", "sorting"} == {*tasks.index}
    assert 3 == tasks.loc["adding", "train_examples"]
    site = load_config(root).site
    assert ("Mine", "") == (site.title, site.description)
    assert None is load_config(root).board.baseline
    assert "My own text." == (root / "data/content/about.md").read_text(encoding="utf8")
    assert "sample" not in (root / "README.md").read_text(encoding="utf8").lower()


ACCURACY = "model,task,accuracy\na,t,0.5\na,u,0.75\nb,t,0.25\nb,u,0.5\n"
WER = "model,task,wer\na,v,0.5\nb,v,0.25\n"
SPARSE = "model,task,accuracy\na,t,0.5\na,u,0.7\nb,t,0.2\nc,u,0.1\nd,t,0.4\n"


def write_csv(folder: Path, text: str) -> Path:
    path = folder / f"{len(text)}.csv"
    path.write_text(text, encoding="utf8")
    return path


@pytest.mark.parametrize(
    ("texts", "rule"),
    [
        ([SPARSE], "additive"),
        ([ACCURACY, WER], "mean_win_rate"),
        ([], "mean"),
    ],
)
def test_init_writes_down_the_rule(tmp_path, texts, rule):
    """Of scores that it imports, that the folder has, or of the sample that an import replaces."""
    folder = tmp_path / "runs"
    folder.mkdir()
    for text in texts:
        write_csv(folder, text)
    assert 0 == run(tmp_path / "new", *(["--from", folder] if texts else [])).exit_code
    assert rule == load_config(tmp_path / "new").board.rank_by
    if texts:
        assert 0 == run_import("csv", folder, into=tmp_path / "old").exit_code
        for name in ("old", "sample"):
            assert 0 == run(tmp_path / name).exit_code
        assert 0 == run_import("csv", folder, into=tmp_path / "sample").exit_code
        written = [(tmp_path / n / "site.toml").read_text() for n in ("new", "old", "sample")]
        assert [rule] * 3 == [tomllib.loads(text)["board"]["rank_by"] for text in written]


@pytest.mark.parametrize("is_stated", [True, False])
def test_import_says_first_that_it_changes_the_rule(tmp_path, is_stated):
    root = tmp_path / "board"
    assert 0 == run(root, "--from", write_csv(tmp_path, ACCURACY)).exit_code
    if not is_stated:
        (root / "site.toml").unlink()
    does, fix = (
        ("would rank", 'It keeps rank_by = "mean"; see whether that still suits the tasks.')
        if is_stated
        else ("ranks", 'To keep the rule, write rank_by = "mean" under [board].')
    )
    line = (
        f"warning: site.toml: with these scores the board {does} by mean_win_rate instead of mean. "
        f"{fix}"
    )
    dry = run_import("csv", write_csv(tmp_path, WER), "--dry-run", into=root)
    assert line in dry.stderr.splitlines()
    said = run_import("csv", write_csv(tmp_path, WER), into=root).stderr
    assert 0 < said.index(line) < said.index("Wrote ")
    same = WER.replace("a,v", "c,v")
    assert "the board" not in run_import("csv", write_csv(tmp_path, same), into=root).stderr


def test_a_changed_sample_is_the_publishers(tmp_path, csv):
    """One who edits the sample by hand has made it theirs: an import adds to it."""
    assert 0 == run(tmp_path / "board").exit_code
    path = tmp_path / "board/data/results.parquet"
    results = pd.read_parquet(path)
    results.loc[0, "score"] = 0.5
    results.to_parquet(path)
    assert 0 == run_import("csv", csv, into=tmp_path / "board").exit_code
    assert 4 + len(results) == len(pd.read_parquet(path))


def test_init_completes_a_folder_that_has_only_data(tmp_path):
    """Tables in text too; the sample is not added to them."""
    (tmp_path / "my-board/data").mkdir(parents=True)
    (tmp_path / "my-board/data/results.csv").write_text(CSV, encoding="utf8")
    assert 0 == run(tmp_path / "my-board").exit_code
    tables = [path for path in contents(tmp_path / "my-board") if path.startswith("data/r")]
    assert ["data/results.csv"] == tables
    assert not (tmp_path / "my-board/data/tasks.parquet").exists()
    site = build(tmp_path / "my-board")
    assert "My board" == load_config(tmp_path / "my-board").site.title
    assert "2 models on 2 tasks" in visible(site.page(""))


def test_no_file_is_overwritten(tmp_path):
    """What is there stays, and what is missing is written."""
    folder = tmp_path / "board"
    folder.mkdir()
    (folder / "README.md").write_text("mine", encoding="utf8")
    (folder / "site.toml").symlink_to("nowhere")
    before = contents(folder)
    said = run(folder)
    assert (0, "") == (said.exit_code, said.stdout)
    assert "Kept as they are: README.md and site.toml." == said.stderr.splitlines()[0]
    after = contents(folder)
    assert before.items() <= after.items()
    assert {*SAMPLE_FILES} - {"site.toml"} <= {*after}
    again = run(folder)
    assert f"0 new files in {folder}." in again.stderr.splitlines()
    assert after == contents(folder)


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["board", "--host", "elsewhere"],
        ["board", "--title", "mine\nsdk: docker"],
    ],
)
def test_wrong_usage(args, tmp_path, monkeypatch):
    """Exit code 2, and nothing is made."""
    monkeypatch.chdir(tmp_path)
    said = run(*args)
    assert (2, "") == (said.exit_code, said.stdout)
    assert "Error: " in said.stderr
    assert [] == list(tmp_path.iterdir())


def test_a_space_has_its_settings_in_the_readme(tmp_path, csv):
    """The keys that Hugging Face reads, quoted so that any title is one."""
    title = "Evals: 'so far' # not \"done\""
    folder = tmp_path / "board"
    assert 0 == run(folder, "--from", csv, "--title", title, "--host", "hf-space").exit_code
    nothing, settings, text = (folder / "README.md").read_text(encoding="utf8").split("---\n", 2)
    assert "" == nothing
    description = "Models ranked by their scores on tasks"
    assert len(description) <= 60  # what Hugging Face shows
    assert {
        "title": title,
        "short_description": description,
        "emoji": "📊",
        "colorFrom": "blue",
        "colorTo": "indigo",
        "sdk": "static",
        "app_file": "index.html",
        "pinned": False,
        "custom_headers": {"cross-origin-opener-policy": "same-origin"},
    } == dict(YAML(typ="safe").load(settings))
    assert text.lstrip().startswith(f"# {title}\n")
    workflows = sorted(path.name for path in (folder / ".github/workflows").iterdir())
    assert ["check.yml", "comment.yml", "space.yml"] == workflows


def test_the_project_installs_the_generator_that_made_it(sample):
    """Its wheel is in the project and named with its hash; no package is named without one."""
    own, *others = read_requirements(sample / "generator/requirements.txt")
    checksum = sha256((sample / WHEEL).read_bytes()).hexdigest()
    assert f"./{WHEEL} --hash=sha256:{checksum}" == own
    assert read_requirements(ROOT / "requirements.txt") == others
    assert all(re.match(r"[\w.-]+==\S+ .*--hash=sha256:\w{64}", line) for line in others)
    assert ["-r generator/requirements.txt"] == read_requirements(sample / "requirements.txt")


def read_requirements(path: Path) -> list[str]:
    text = re.sub(r"^ *#.*\n", "", path.read_text(encoding="utf8"), flags=re.MULTILINE)
    return [" ".join(line.split()) for line in text.replace("\\\n", "").splitlines()]


def test_the_wheel_is_the_same_on_any_day(sample, tmp_path):
    assert 0 == run(tmp_path / "board", "--host", "hf-space").exit_code
    assert (sample / WHEEL).read_bytes() == (tmp_path / "board" / WHEEL).read_bytes()


def test_a_generator_that_is_not_installed_starts_no_project(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT)])
    said = run(tmp_path / "board")
    what = "this copy of the generator is not installed, so a project cannot state which it is"
    assert f"{what}. Install it with pip." == said.stderr.splitlines()[0]
    assert [] == list(tmp_path.iterdir())


def test_what_a_build_makes_is_ignored_by_git(sample):
    lines = (sample / ".gitignore").read_text(encoding="utf8").splitlines()
    assert {"/site/", "/.site.lock", "/.site.staging/", "/data/.tables/"} <= {*lines}


# --- the action instead of a wheel ----------------------------------------------------------------

V1, V2 = (Action("maker/generator", f"{n:040x}", f"v{n}.0.0") for n in (1, 2))
SHORT = [".github/workflows/pages.yml", ".gitignore", "README.md", "data/results.csv", "site.toml"]


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Action], None]:
    """Let this copy of the generator be a release."""

    def state(action: Action) -> None:
        path = tmp_path / "release.toml"
        path.write_text("".join(f'{k} = "{v}"\n' for k, v in asdict(action).items()), "utf8")
        monkeypatch.setattr("site_builder.starter.installation._RELEASE", path)

    return state


def test_a_template_is_one_table_and_one_workflow(tmp_path, release):
    """It is small, and sound as it is; the workflow is of the release that made it."""
    release(V1)
    root = tmp_path / "template"
    assert 0 == run(root, "--template").exit_code
    files = contents(root)
    assert SHORT == list(files)
    assert 20_000 > sum(map(len, files.values()))
    assert f"uses: {V1}\n" in files[SHORT[0]].decode()
    wheel = "releases/download/v1.0.0/leaderboard_site-1.0.0-py3-none-any.whl`"
    assert f"`pip install https://github.com/maker/generator/{wheel}" in files["README.md"].decode()
    said = command("check", "--strict", "--project", root)
    assert 0 == said.exit_code, said.stderr


def test_a_table_of_ones_own_in_a_template(tmp_path, csv, release):
    """The sample leaves no trace, neither by `init --from` nor by an import."""
    release(V1)
    assert 0 == run(tmp_path / "one/board", "--template", "--from", csv).exit_code
    assert 0 == run(tmp_path / "two/board", "--template").exit_code
    assert 0 == run_import("csv", csv, into=tmp_path / "two/board").exit_code
    one, two = contents(tmp_path / "one/board"), contents(tmp_path / "two/board")
    tables = [f"data/{name}.csv" for name in ("models", "results", "tasks")]
    assert {*SHORT, *tables} == one.keys() - {path for path in one if "/.tables/" in path}
    for path in (*SHORT, *tables):
        assert one[path] == two[path], path
    assert "Sample" not in one["site.toml"].decode()
    assert '"*"' not in one["site.toml"].decode()


def test_a_copy_that_is_no_release_makes_no_template(tmp_path):
    """Unless it carries the generator."""
    said = run(tmp_path / "board", "--template")
    what = "this copy of the generator is no release, so a template cannot name its action"
    fix = "Use --vendor to carry the generator."
    assert (1, f"{what}. {fix}") == (said.exit_code, said.stderr.splitlines()[0])
    assert not (tmp_path / "board").exists()
    assert 0 == run(tmp_path / "board", "--template", "--vendor").exit_code
    carried = {WHEEL, "generator/requirements.txt", "requirements.txt"}
    assert {*SHORT, *carried} == contents(tmp_path / "board").keys()


def test_a_release_is_used_and_not_carried(tmp_path, release):
    """In every workflow, also those that come later; what a project has decides."""
    release(V1)
    root = tmp_path / "board"
    assert 0 == run(root).exit_code
    assert {*SAMPLE_FILES} - {WHEEL, "generator/requirements.txt", "requirements.txt"} == {
        *contents(root)
    }
    release(V2)
    assert 0 == run(root, "--updates-from", "runs").exit_code
    for path in (root / ".github/workflows").iterdir():
        assert [str(V1)] == re.findall(r"uses: (maker/.*)", path.read_text("utf8")), path
    assert 0 == run(tmp_path / "carrying", "--vendor").exit_code
    assert SAMPLE_FILES == list(contents(tmp_path / "carrying"))
    said = run(root, "--vendor")
    what = "it installs the generator already, so --vendor would change nothing"
    assert f"{root}: {what}. `upgrade` lets it use another version." in said.stderr


@pytest.mark.parametrize("options", [[], ["--template", "--host", "hf-space"]])
def test_upgrade_names_the_action_of_the_new_release(tmp_path, release, options):
    """In every file that names it; what the owner has written beside it stays."""
    release(V1)
    assert 0 == run(tmp_path / "board", *options).exit_code
    own = tmp_path / "board/.github/workflows/own.yml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(f"# mine\nuses: other/action@{V1.commit}\n", encoding="utf8")
    before = contents(tmp_path / "board")
    release(V2)
    said = upgrade(tmp_path / "board")
    after = contents(tmp_path / "board")
    named = ["Dockerfile"] if options else [*(path for path in before if "workflows/" in path)]
    changed = sorted({*named, "README.md"} - {".github/workflows/own.yml"})
    told = [f"  {path}: renewed." for path in changed]
    told.append(f"The project now has leaderboard-site {__version__}.")
    assert sorted(told) == sorted(said.stderr.splitlines())
    for path in before:
        new = before[path]
        if path in changed:
            new = new.replace(V1.commit.encode(), V2.commit.encode()).replace(b"1.0.0", b"2.0.0")
        assert new == after[path], path
    again = upgrade(tmp_path / "board")
    assert [f"The project has leaderboard-site {__version__}."] == again.stderr.splitlines()


def test_upgrade_by_a_copy_that_is_no_release(tmp_path, release):
    release(V1)
    assert 0 == run(tmp_path / "board", "--template").exit_code
    (tmp_path / "release.toml").unlink()
    said = upgrade(tmp_path / "board")
    what = f"the project uses {V1}, and this copy of the generator is no release"
    fix = "Install a release, and run its `upgrade`."
    assert (1, f"{tmp_path / 'board'}: {what}. {fix}") == (
        said.exit_code,
        said.stderr.splitlines()[0],
    )


# --- upgrade --------------------------------------------------------------------------------------


@pytest.fixture
def outdated(sample: Path, tmp_path: Path) -> Path:
    """The sample with the generator of an older version, and a package of the publisher's."""
    root = shutil.copytree(sample, tmp_path / "outdated")
    (root / WHEEL).rename(root / "generator/site_builder-0.0.9-py3-none-any.whl")
    (root / "generator/requirements.txt").write_text("old", encoding="utf8")
    with (root / "requirements.txt").open("a", encoding="utf8") as file:
        file.write("my-charts==1.0 --hash=sha256:00\n")
    return root


def test_upgrade_replaces_the_generator_and_nothing_else(sample, outdated):
    before = contents(outdated)
    said = upgrade(outdated)
    assert [
        f"  {WHEEL}: renewed.",
        "  generator/requirements.txt: renewed.",
        "  generator/site_builder-0.0.9-py3-none-any.whl: removed.",
        f"The project now has leaderboard-site {__version__}.",
    ] == said.stderr.splitlines()
    after, fresh = contents(outdated), contents(sample)
    assert fresh.keys() == after.keys()
    for path, content in after.items():
        assert content == (fresh if path.startswith("generator/") else before)[path], path
    again = upgrade(outdated)
    assert [f"The project has leaderboard-site {__version__}."] == again.stderr.splitlines()


def test_upgrade_follows_no_link_out_of_the_project(outdated, tmp_path):
    (outdated / "generator").rename(tmp_path / "elsewhere")
    (outdated / "generator").symlink_to(tmp_path / "elsewhere")
    before = contents(tmp_path / "elsewhere")
    said = upgrade(outdated)
    assert "it is a symbolic link that points outside the folder" in said.stderr
    assert (1, before) == (said.exit_code, contents(tmp_path / "elsewhere"))


def test_upgrade_of_a_project_that_installs_another_generator(outdated):
    """It says so: the name alone may be anybody's package."""
    shutil.rmtree(outdated / "generator")
    (outdated / "requirements.txt").write_text("leaderboard-site==0.0.9\n", encoding="utf8")
    said = upgrade(outdated)
    line = "'-r generator/requirements.txt'"
    what = f"the workflows install what it lists, and it lacks the line {line}. Add it."
    assert f"warning: {outdated}/requirements.txt: {what}" == said.stderr.splitlines()[-1]
    assert (0, True) == (said.exit_code, (outdated / WHEEL).is_file())


# --- what a project begins with -------------------------------------------------------------------

SITE_TOML = (STARTER / "site.toml").read_text(encoding="utf8")
KEY = re.compile(r"^# (\w+ = .*)$", re.MULTILINE)
TABLES = {"results": ["model", "task", "variant"], "models": ["model"], "tasks": ["task"]}


def values() -> dict[str, Any]:
    """What the commented file says once every key of it is set."""
    return tomllib.loads(KEY.sub(r"\1", SITE_TOML))


def test_every_key_of_the_configuration_is_there_once():
    there = [f"{section}.{key}" for section, keys in values().items() for key in keys]
    assert config_keys() == there
    assert len(there) == len(KEY.findall(SITE_TOML))
    assert {section: {} for section in values()} == tomllib.loads(SITE_TOML)


@pytest.mark.parametrize("key", config_keys())
def test_a_key_shows_its_default(key):
    """Where it has one; and the words above it say what holds while it is not set."""
    section, name = key.split(".")
    attributes = {field.alias or at: at for at, field in SiteConfig.model_fields.items()}
    default = getattr(getattr(SiteConfig(root=Path()), attributes[section]), name)
    if isinstance(default, BaseModel):
        default = default.model_dump(exclude_none=True)
    if default is not None:
        assert default == values()[section][name]
    above = SITE_TOML.partition(f"\n# {name} = ")[0].rpartition("\n\n")[2]
    assert "Default: " in above or default == "Leaderboard"


def test_what_it_shows_is_what_it_may_hold():
    SiteConfig.model_validate({**values(), "root": Path()})


@given(st.text().filter(str.isprintable), st.lists(st.text().filter(str.isprintable)))
def test_any_text_is_set_as_it_is(title, variants):
    """Quotes, backslashes and hashes included; the other keys stay comments."""
    set_ = {"site": {"title": title}, "board": {"tuned_variants": variants}}
    found = tomllib.loads(set_keys(SITE_TOML, set_))
    empty: dict[str, Any] = {section: {} for section in values()}
    assert {**empty, **set_} == found


def test_the_sample_is_what_its_script_makes(tmp_path):
    """`make data` writes these tables."""
    for kind in ("sample", "template"):
        (tmp_path / kind).mkdir()
    runpy.run_path(str(ROOT / "data/source/sample.py"))["main"](tmp_path)
    for name in TABLES:
        pd.testing.assert_frame_equal(
            pd.read_parquet(tmp_path / f"sample/{name}.parquet"),
            pd.read_parquet(STARTER / f"sample/{name}.parquet"),
        )
    written = (tmp_path / "template/results.csv").read_bytes()
    assert (STARTER / "template/results.csv").read_bytes() == written


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("sample", [SAMPLE, TEMPLATE])
@pytest.mark.parametrize("action", [None, V1])
def test_no_place_is_left_unfilled(host, sample, action):
    """Every text that goes to a publisher is without a trace of how it was made."""
    plan = Plan("A title", host, action=action, is_template=sample == TEMPLATE)
    for path, content in project_files(plan, sample).items():
        if not path.endswith(".whl"):
            text = re.sub(r"/[\w-]+@[0-9a-f]{40}", "", content.decode())
            assert not re.search(r"(?<!=)@[a-z]", text), path


def test_column_that_becomes_no_facet_is_not_declared(tmp_path):
    """The steps differ between the tasks of a model; a spread is no measure. The site builds."""
    table = tmp_path / "a.csv"
    table.write_text(
        "algo,env_id,mean_reward,std_reward,steps_of\na,x,1.5,0.5,10k\na,y,2.5,0.25,20k\n"
        "b,x,3.5,0.5,10k\nb,y,4.5,0.25,20k\n"
    )
    root = tmp_path / "board"
    said = run(root, "--from", table)
    assert "No facet, since it differs between the tasks of a model: steps_of." in said.stderr
    assert "facets" not in tomllib.loads((root / "site.toml").read_text())
    assert "std_reward" not in (root / "data/results.csv").read_text()
    assert 0 == command("check", "--project", root).exit_code
