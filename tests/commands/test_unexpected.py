"""An error that nobody expected, in any command: one line, exit code 70, nothing published."""

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import site_builder
from site_builder.commands import main
from site_builder.devserver.server import Rebuilder
from site_builder.errors import Fault, SiteError
from site_builder.processes import _IS_FORKED
from site_builder.render.environment import Templates
from site_builder.starter.installation import Action
from site_builder.unexpected import DEBUG
from tests.commands.test_console import ATTACKS, is_harmless
from tests.helpers.sites import contents
from tests.helpers.tables import SITE_TOML, board, changed, results_frame, write_project

GENERATOR = f"leaderboard-site {site_builder.__version__}"
FAULT = f"This is a fault of {GENERATOR}, not of the data."
REPORT = "Report it with the traceback, as SUPPORT.md of leaderboard-site says."
# Two boards, and pictures for links, so that a build has all its stages.
BOARDS = (
    SITE_TOML.replace("cards = false", 'base_url = "https://example.org/"')
    + """
[[boards]]
id = "math"
tasks = ["add"]

[[boards]]
id = "all"
tasks = ["add", "sort"]
"""
)

Plant = Callable[[str], None]


class OddError(Exception):
    """It cannot be made again from what its base keeps, so no process can send it."""

    def __init__(self, one: str, _other: str) -> None:
        super().__init__(one)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, without any; nobody asks for tracebacks."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv(DEBUG, "")
    return folder


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Let a function of the generator fail, named as `module.function`."""

    def change(name: str) -> None:
        monkeypatch.setattr(f"site_builder.{name}", fail)

    return change


def fail(*_: object, **__: object) -> None:
    raise ZeroDivisionError("planted")


def run(*args: object, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], env=env)


def traceback_in(folder: Path) -> str:
    """The one traceback that was written."""
    (file,) = folder.glob("leaderboard-site-*.txt")
    return file.read_text(encoding="utf8")


def check_line(
    line: str, failed: str, folder: Path, said: str = "ZeroDivisionError: planted"
) -> None:
    """What failed, whose fault it is, where the traceback is, and where to report it."""
    (file,) = folder.glob("leaderboard-site-*.txt")
    assert line == f"{failed} ({said}). {FAULT} The whole traceback is in {file}. {REPORT}"
    first, second, *_ = file.read_text(encoding="utf8").splitlines()
    assert first.startswith(f"{GENERATOR}, Python {sys.version_info.major}.")
    assert "Traceback (most recent call last):" in (second, *_)


# --- every command ------------------------------------------------------------------------------

# A function that the command calls, and what it is called with.
COMMANDS: dict[str, tuple[str, str]] = {
    "aggregate": ("examples.files.find_files", "rows.csv --into board"),
    "audit": ("audit.sources.read_source", "board"),
    "build": ("build.build_site", "--project board"),
    "check": ("build.make_files", "--project board"),
    "comment": ("releases.review.read_review", "review.json"),
    "deploy": ("publish.git_branch.check_target", "--project board"),
    "diff": ("releases.read.compare_releases", "board board"),
    "export": ("importers.hugging_face.eval_results_of", "eval-results out --project board"),
    "form": ("tables.submission_schema.filled_in", "event.json --out out.yaml"),
    "import": ("importers.run.import_paths", "any rows.csv --into board"),
    "init": ("starter.project.start_project", "new"),
    "migrate": ("tables.submissions.migrate_submissions", "--project board"),
    "profile": ("profile.find_sets", "rows.csv --into board"),
    "review": ("releases.review.changed_files", "board board --out out"),
    "schema": ("commands.schema.schema_of", "site"),
    "serve": ("commands.serve.listen", "--project board"),
    "submit": ("tables.submission_text.read_entry", "rows.csv --model m --into board"),
    "upgrade": ("starter.installation.used_action", "--project board"),
    "verify": ("publish.folder.verify_site", "board"),
}


def test_there_is_a_planted_error_for_every_command():
    assert sorted(main.commands) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_error_in_a_command_is_one_line(project, temporary, monkeypatch, plant, name):
    monkeypatch.chdir(project.rename(project.with_name("board")).parent)
    Path("rows.csv").write_text("model,task,score\nm,add,0.5\n")
    before = contents(project.with_name("board"))
    place, args = COMMANDS[name]
    plant(place)
    said = run(name, *args.split())
    assert (70, "") == (said.exit_code, said.stdout)
    *others, line = said.stderr.splitlines()
    failed = "Reading the files" if name in ("import", "submit") else f"`leaderboard-site {name}`"
    check_line(line, f"{failed} failed", temporary)
    assert [] == [other for other in others if "error" in other.lower()]
    assert "Traceback" not in said.output
    assert before == contents(project.with_name("board"))
    assert [] == [path for path in (Path("new"), Path("out"), Path("out.yaml")) if path.exists()]


def test_an_error_in_the_list_of_commands_is_one_line(monkeypatch, temporary):
    """Such as where a package is not there; this is in no command."""
    monkeypatch.setitem(sys.modules, "site_builder.commands.audit", None)
    said = run("--help")
    assert (70, "") == (said.exit_code, said.stdout)
    what = "import of site_builder.commands.audit halted; None in sys.modules"
    check_line(
        said.stderr.rstrip(), "`leaderboard-site` failed", temporary, f"ModuleNotFoundError: {what}"
    )


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (SiteError(Fault("a.csv", "it is odd", "Mend it.")), "a.csv: it is odd. Mend it."),
        (MemoryError(), "There is not enough memory."),
    ],
)
def test_a_mistake_that_no_command_expects_is_no_fault_of_the_generator(
    project, temporary, monkeypatch, error, line
):
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr("site_builder.releases.read.compare_releases", refuse)
    said = run("diff", project, project)
    assert 1 == said.exit_code
    assert [line, "1 error; the command stopped."] == said.stderr.splitlines()
    assert [] == [*temporary.iterdir()]


# --- every stage of a build ---------------------------------------------------------------------


READING, COMPUTING = "Reading and checking the tables failed", "Computing failed"
MAKING = "Making the pages failed"
DRAWING = "Drawing the link previews failed"
# What fails, and the line's words for it.
STAGES = [
    ("config.parse_toml", "`leaderboard-site build` failed at site.toml"),
    ("tables.read._load_file", f"{READING} at data/results.parquet"),
    ("tables.submissions.parse_submission", f"{READING} at data/submissions/a.yaml"),
    ("build.check_tables", READING),
    ("build.load_prose", READING),
    ("build.compute_site", COMPUTING),
    ("build.export_tables", COMPUTING),
    ("pages.home.board_lede", f"{MAKING} at home"),
    ("pages.boards._make_board", f"{MAKING} at boards, the board 'math'"),
    ("pages.task_columns.TaskColumns", f"{MAKING} at task columns, the board 'math'"),
    ("pages.model.model_summary", f"{MAKING} at models, the page of 'alpha'"),
    ("pages.task._summary", f"{MAKING} at tasks, the page of 'add'"),
    ("pages.all.make_find", f"{MAKING} at search index"),
    ("pages.model._context", f"{MAKING} at models/alpha/index.html"),
    ("render.pages.make_badge", f"{MAKING} at models/alpha/index.html"),
    ("render.pages.render_script", f"{MAKING} at data/scores.js"),
    ("render.prose._render", f"{MAKING} at data/content/lede.md"),
    ("render.pages.write_llms", MAKING),
    ("render.previews.Drawer.card", f"{DRAWING} at cards/home.png"),
    ("render.previews.resvg_py.svg_to_bytes", f"{DRAWING} at cards/home.png"),
    ("build.with_manifest", DRAWING),
    ("publish.folder._write_new", "Publishing failed"),
    ("publish.folder._swap", "Publishing failed"),
]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two boards, a text and a submission, published before its scores changed."""
    root = write_project(tmp_path_factory.mktemp("published") / "board", board(), BOARDS)
    (root / "data/content").mkdir()
    (root / "data/content/lede.md").write_text("A board.")
    (root / "data/submissions").mkdir()
    submission = "schema: 1\nmodel: delta\nscores: {add: 0.5, sort: 0.5}\n"
    (root / "data/submissions/a.yaml").write_text(submission)
    assert 0 == run("build", "--project", root).exit_code
    return write_project(root, {"results": changed(results_frame(), "score", {1: 0.375})}, None)


@pytest.mark.parametrize(("place", "failed"), STAGES, ids=[place for place, _ in STAGES])
def test_an_error_in_a_stage_names_what_was_done(published, temporary, plant, place, failed):
    """The board, page, file or stage; the published site stays to the byte."""
    before = contents(published)
    plant(place)
    said = run("build", "--project", published, "--processes", 1, "--quiet")
    assert (70, "") == (said.exit_code, said.stdout)
    check_line(said.stderr.rstrip(), failed, temporary)
    assert before == contents(published)


def test_a_build_without_an_error_changes_what_was_published(published, tmp_path):
    """So the tests above would notice a site that did not stay."""
    root = tmp_path / "copy"
    shutil.copytree(published, root)
    before = contents(root)
    assert 0 == run("build", "--project", root).exit_code
    assert before != contents(root)


def test_a_template_that_fails_names_its_page(project, temporary, monkeypatch):
    honest = Templates.render

    def render(self: Templates, name: str, variables: dict[str, object]) -> str:
        if name == "task.html":
            fail()
        return honest(self, name, variables)

    monkeypatch.setattr(Templates, "render", render)
    said = run("check", "--project", project, "--quiet")
    assert 70 == said.exit_code
    check_line(said.stderr.rstrip(), f"{MAKING} at tasks/add/index.html", temporary)


def test_a_board_that_cannot_be_computed_is_named(published, temporary, monkeypatch):
    from site_builder.compute import results

    honest = results._compute

    def compute(*args: Any) -> object:
        if args[3].tasks == ("add",):
            fail()
        return honest(*args)

    monkeypatch.setattr(results, "_compute", compute)
    said = run("build", "--project", published, "--quiet")
    check_line(said.stderr.rstrip(), f"{COMPUTING} at the board 'math'", temporary)


@pytest.mark.skipif(not _IS_FORKED, reason="a process that is started anew has no planted error")
@pytest.mark.parametrize("error", [ZeroDivisionError("planted"), OddError("planted", "x")])
def test_an_error_in_another_process_names_its_page(published, temporary, monkeypatch, error):
    """Also one that cannot be sent from there; the traceback is that of the process."""

    def break_off(*_: object) -> None:
        raise error

    monkeypatch.setattr("site_builder.pages.model._context", break_off)
    before = contents(published)
    said = run("build", "--project", published, "--processes", 2, "--quiet")
    assert 70 == said.exit_code
    kind = "RuntimeError: OddError" if isinstance(error, OddError) else "ZeroDivisionError"
    failed = f"{MAKING} at models/alpha/index.html"
    check_line(said.stderr.rstrip(), failed, temporary, f"{kind}: planted")
    assert ", in break_off" in traceback_in(temporary)
    assert before == contents(published)


# --- how it is said -----------------------------------------------------------------------------


def test_json_is_one_document_also_where_warnings_were_reported_before(
    project, temporary, monkeypatch, plant
):
    """`deploy` reports the warnings of the build before it pushes."""
    (project / "data/content").mkdir()
    (project / "data/content/abuot.md").touch()
    for name in ("check_target", "open_branch"):
        monkeypatch.setattr(f"site_builder.publish.git_branch.{name}", lambda *_: None)
    plant("publish.git_branch.push_site")
    said = run("deploy", "--project", project, "--format", "json", "--quiet")
    assert (70, "") == (said.exit_code, said.stderr)
    document = json.loads(said.stdout)
    counted = [document[key] for key in ("ok", "errors", "warnings")]
    assert [False, 1, 1] == counted
    warning, error = document["faults"]
    assert "data/content/abuot.md" == warning["file"]
    assert ("error", "", None) == (error["severity"], error["file"], error["line"])
    line = f"{error['found']}. {error['fix']}"
    check_line(line, "Pushing to origin/gh-pages failed", temporary)


def test_a_mistake_after_warnings_is_in_the_same_document(project, monkeypatch):
    (project / "data/content").mkdir()
    (project / "data/content/abuot.md").touch()

    def refuse(*_: object) -> None:
        raise SiteError("The remote is gone.")

    for name in ("check_target", "open_branch"):
        monkeypatch.setattr(f"site_builder.publish.git_branch.{name}", lambda *_: None)
    monkeypatch.setattr("site_builder.publish.git_branch.push_site", refuse)
    said = run("deploy", "--project", project, "--format", "json", "--quiet")
    assert (1, "1 error; nothing was pushed.\n") == (said.exit_code, said.stderr)
    found = [fault["found"] for fault in json.loads(said.stdout)["faults"]]
    assert ["no page shows this file.", "The remote is gone."] == found


def test_annotations_stay_annotations(project, temporary, plant):
    plant("build.build_site")
    said = run("build", "--project", project, "--format", "github")
    assert (70, "") == (said.exit_code, said.stderr)
    line = said.stdout.rstrip().removeprefix("::error::")
    check_line(line, "`leaderboard-site build` failed", temporary)


@pytest.mark.parametrize(
    ("options", "env"), [(["--debug"], {DEBUG: ""}), ([], {DEBUG: "1"})], ids=["option", "variable"]
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_who_asks_for_the_traceback_gets_it_at_once(project, temporary, plant, options, env, form):
    """On stderr, and into no file; a document stays one."""
    plant("build.build_site")
    said = run("build", "--project", project, "--format", form, *options, env=env)
    assert 70 == said.exit_code
    line = f"`leaderboard-site build` failed (ZeroDivisionError: planted). {FAULT}"
    line += f" The whole traceback stands above. {REPORT}"
    lines = said.stderr.splitlines()
    if form == "json":
        (fault,) = json.loads(said.stdout)["faults"]
        assert line == f"{fault['found']}. {fault['fix']}"
    else:
        assert line == lines.pop()
    assert lines[0].startswith(GENERATOR)
    assert "Traceback (most recent call last):" == lines[1]
    assert "ZeroDivisionError: planted" == lines[-1]
    assert [] == [*temporary.iterdir()]


def test_a_variable_of_0_asks_for_no_traceback(project, temporary, plant):
    plant("build.build_site")
    said = run("build", "--project", project, env={DEBUG: "0"})
    assert "Traceback" not in said.stderr
    assert "ZeroDivisionError: planted" in traceback_in(temporary)


def test_a_traceback_that_cannot_be_written_is_offered(project, monkeypatch, tmp_path, plant):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    plant("build.build_site")
    said = run("build", "--project", project)
    assert 70 == said.exit_code
    assert f"{FAULT} Its traceback could not be written; --debug shows it. {REPORT}" in said.stderr


def test_a_release_names_its_issues(project, monkeypatch, plant):
    monkeypatch.setattr(
        "site_builder.starter.installation.released", lambda: Action("owner/generator", "0" * 40)
    )
    plant("build.build_site")
    said = run("build", "--project", project)
    end = " Report it with the traceback: https://github.com/owner/generator/issues"
    assert said.stderr.rstrip().endswith(end)


@pytest.mark.parametrize("options", [[], ["--debug"]])
def test_texts_of_an_error_are_obeyed_by_nothing(project, temporary, monkeypatch, options):
    """It may hold an id of a stranger's table, as long as a book; the rest of the line stays."""

    def break_off(*_: object, **__: object) -> None:
        raise KeyError("\n".join(ATTACKS) + "x" * 5_000)

    monkeypatch.setattr("site_builder.build.build_site", break_off)
    said = run("build", "--project", project, *options, env={DEBUG: ""})
    assert is_harmless(said.output), said.output
    assert all(is_harmless(file.read_text()) for file in temporary.iterdir())
    line = said.stderr.splitlines()[-1]
    assert FAULT in line
    assert len(line) < 1_000


def test_a_drawn_stage_is_erased_before_the_line(project, plant):
    plant("build.compute_site")
    said = run("build", "--project", project, env={"FORCE_COLOR": "1", "NO_COLOR": "1"})
    assert re.search(r"\x1b\[KComputing\r\x1b\[KComputing failed \(", said.stderr)


def test_what_click_tells_stays_as_it_was(project):
    assert 2 == run("build", "--nope").exit_code
    assert 0 == run("--version").exit_code
    assert 0 == run("build", "--help").exit_code
    assert "" == run("build", "--nope", "--format", "json").stdout


@pytest.mark.parametrize("error", [KeyboardInterrupt, BrokenPipeError(32, "Broken pipe")])
def test_who_breaks_a_command_off_gets_no_report(project, temporary, monkeypatch, error):
    """By Ctrl-C, or by a pipe that nobody reads any more: no document says that all is well."""

    def break_off(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("site_builder.build.build_site", break_off)
    said = run("build", "--project", project, "--format", "json")
    assert (1, "") == (said.exit_code, said.stdout)
    assert "fault" not in said.stderr
    assert [] == [*temporary.iterdir()]


# --- serve --------------------------------------------------------------------------------------


def test_serve_shows_the_line_and_mends_it(project, temporary, monkeypatch):
    """In place of a site where there is none yet, and over the last good one."""
    rebuilder = Rebuilder(project)
    failed = f"{MAKING} at models, the page of 'alpha'"
    for has_site in (False, True):
        with monkeypatch.context() as patch:
            patch.setattr("site_builder.pages.model.model_summary", fail)
            (project / "site.toml").write_text(f"{SITE_TOML}[words]\nmodel = 'row{has_site}'\n")
            built = rebuilder.build()
        (line,) = built.served.lines
        check_line(line, failed, temporary)
        next(temporary.glob("*.txt")).unlink()
        assert has_site == bool(built.served.files)
        mended = rebuilder.build()
        assert (None, ()) == (mended.error, mended.served.lines)


def test_serve_says_that_memory_is_short(project, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("site_builder.devserver.server.make_files", refuse)
    assert ("There is not enough memory.",) == Rebuilder(project).build().served.lines
