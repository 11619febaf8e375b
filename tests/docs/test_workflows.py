"""The repository's own workflows, and those that `leaderboard-site init` gives to a publisher."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from check_jsonschema.cli import main as check_jsonschema
from click.testing import CliRunner
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

import site_builder
from site_builder.starter.installation import Action, released
from site_builder.starter.project import FILES, HOSTS, SETTINGS, workflow_text
from site_builder.tables.submission_schema import LABEL, form_texts
from site_builder.tables.submissions import parse_submission
from tests.helpers.sites import contents
from tests.helpers.workflows import Runner, git, read_workflow

ROOT = Path(__file__).parents[2]
OWN = sorted((ROOT / ".github" / "workflows").iterdir())
ACTION = Action("owner/generator", f"{7:040x}", "v1.2.0")
STARTERS = (
    *("check.yml", "comment.yml", "submission.yml", "update.yml"),
    *("github-pages/pages.yml", "github-pages/pages-vendor.yml", "hf-space/space.yml"),
)


def write_given() -> Iterator[Path]:
    """The workflows of new projects: of those that use the action, and of those that carry."""
    for action in (ACTION, None):
        folder = Path(tempfile.mkdtemp(dir=os.environ["SITE_BUILDER_TESTS_SHARE"]))
        for name in STARTERS:
            if name.startswith("github-pages") and ("-vendor" in name) == (action is not None):
                continue
            path = folder / f"{'using' if action else 'carrying'}-{Path(name).name}"
            path.write_text(workflow_text(name, action), encoding="utf8")
            yield path


GIVEN = (*write_given(),)
WORKFLOWS = (*OWN, *GIVEN)
FILES_OF_STEPS = (*WORKFLOWS, ROOT / "action.yml")
INSTALLING = [path for path in FILES_OF_STEPS if "pip install" in path.read_text()]
PULL_REQUESTS = [path for path in WORKFLOWS if "pull_request:" in path.read_text()]
MARK = "<!-- leaderboard-site diff -->"

each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
each_file = pytest.mark.parametrize("workflow", FILES_OF_STEPS, ids=lambda path: path.name)


def steps(workflow: Path) -> list[dict[str, Any]]:
    content = read_workflow(workflow)
    jobs = content["jobs"].values() if "jobs" in content else [content["runs"]]
    return [step for job in jobs for step in job["steps"]]


def test_there_are_workflows_to_check():
    own = ["ci.yml", "install.yml", "pages.yml", "release.yml"]
    assert own == [workflow.name for workflow in OWN]
    folders = (FILES, *(FILES / host for host in HOSTS))
    there = {path.name for folder in folders for path in folder.glob("*.yml")}
    assert {Path(name).name for name in STARTERS} == there - {SETTINGS}
    assert (6, 6) == tuple(
        len([path for path in GIVEN if path.name.startswith(kind)])
        for kind in ("using", "carrying")
    )


def check_schema(name: str, *files: Path) -> None:
    """Check files by a schema of GitHub's."""
    args = ["--builtin-schema", f"vendor.github-{name}", *map(str, files)]
    result = CliRunner().invoke(check_jsonschema, args)
    assert 0 == result.exit_code, result.output


def test_workflows_forms_and_the_citation_follow_their_schemas():
    check_schema("workflows", *WORKFLOWS)
    check_schema("actions", ROOT / "action.yml")
    check_schema("issue-config", ROOT / ".github/ISSUE_TEMPLATE/config.yml")
    forms = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("[!c]*.yml"))
    assert 3 == len(forms)
    check_schema("issue-forms", *forms)
    citation = YAML(typ="safe").load(ROOT / "CITATION.cff")
    assert (site_builder.__version__, "MIT") == (citation["version"], citation["license"])


def test_the_issue_form_follows_githubs_schema(tmp_path):
    """What it offers to fill in is a submission, once a model and a score are there."""
    values = form_texts()
    text = (FILES / "issue-form.yaml").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}", value)
    (tmp_path / "form.yml").write_text(text)
    check_schema("issue-forms", tmp_path / "form.yml")
    form = YAML(typ="safe").load(text)
    assert [LABEL] == form["labels"]
    filled = form["body"][1]["attributes"]["value"].replace("# task", "task")
    filled = filled.replace("model:", "model: m")
    submission, faults = parse_submission(filled.encode(), "", ".yaml")
    assert submission is not None
    assert ([], [71.2]) == (faults, [row.values["score"] for row in submission.scores])


def targets(script: str) -> list[str]:
    """The targets of make that a script calls, with what it gives them."""
    return re.findall(r"^ *make (.+?) *$", script, re.MULTILINE)


def test_a_pull_request_runs_what_must_pass_before_a_change_lands():
    """The same targets in the same order, on a maintainer's machine and on each Python."""
    jobs = read_workflow(ROOT / ".github/workflows/ci.yml")["jobs"]
    script = "\n".join(step.get("run", "") for step in jobs["test"]["steps"])
    wanted = ["lint", "test", "pages", "smoke"]
    assert wanted == targets(script)
    assert wanted == targets((ROOT / ".ci/run").read_text(encoding="utf8"))


@each_workflow
def test_workflow_grants_nothing_to_all_jobs(workflow):
    content = read_workflow(workflow)
    assert content["permissions"] == {}
    assert all("permissions" in job for job in content["jobs"].values())


@each_file
def test_actions_are_pinned_by_commit_hash(workflow):
    """A tag can be moved to other code, a hash cannot; the comment says which release it is."""
    uses = re.findall(r"^.*\buses:.*$", workflow.read_text(), re.MULTILINE)
    pinned = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
    assert uses
    others = [line for line in uses if not line.endswith(" uses: ./")]  # this commit itself
    assert [] == [line for line in others if not pinned.search(line)]


@each_file
def test_no_text_of_others_is_run(workflow):
    """What GitHub fills in reaches a script as a variable, so that a branch's name is no code."""
    assert [] == [step["run"] for step in steps(workflow) if "${{" in step.get("run", "")]


@each_file
def test_scripts_are_valid_bash(workflow):
    for step in steps(workflow):
        script = step.get("run", "")
        result = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
        assert 0 == result.returncode, script + result.stderr


@each_workflow
def test_what_runs_a_projects_packages_has_nothing_to_write_with(workflow):
    """A job that installs or runs them reads the repository, and has no secret."""
    for job in read_workflow(workflow)["jobs"].values():
        runs = " ".join(step.get("run", "") for step in job["steps"]).replace(MARK, "")
        uses = {step.get("uses") for step in job["steps"]} & {"./", f"{ACTION}".partition(" ")[0]}
        if uses or re.search(r"(?<!space-)requirements\.txt|leaderboard-site|make ", runs):
            assert {"read"} >= {*job["permissions"].values()}
            assert "secrets." not in json.dumps(job)


@pytest.mark.parametrize("workflow", INSTALLING, ids=lambda path: path.name)
def test_packages_are_installed_by_hash_and_none_is_built(workflow):
    """To build one, pip would fetch what its build needs, without a hash."""
    installs = [
        line
        for step in steps(workflow)
        for line in step.get("run", "").replace("\\\n", "").splitlines()
        if "pip install" in line
    ]
    for line in installs:
        assert "--require-hashes --only-binary :all:" in line
        assert re.search(r"--requirement \S*requirements\S*\.txt\"?$", line)


@each_file
def test_python_takes_no_module_from_the_folder(workflow):
    """`python -m pip` would run a file `pip.py` of the repository, also where there is a token."""
    scripts = "\n".join(step.get("run", "") for step in steps(workflow))
    assert [] == re.findall(r"\bpython\S* (?!-P ).*", scripts)


@each_workflow
def test_a_job_with_a_token_takes_one_file_at_most(workflow):
    """Those that install from a lock need it and nothing else of the repository."""
    for job in read_workflow(workflow)["jobs"].values():
        if "secrets." not in str(job) and "write" not in job["permissions"].values():
            continue
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert re.fullmatch(r"/[\w./-]+\.txt", step["with"]["sparse-checkout"])
                assert step["with"]["sparse-checkout-cone-mode"] is False


@each_workflow
def test_no_job_runs_for_ever(workflow):
    for job in read_workflow(workflow)["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 30


@pytest.mark.parametrize(
    "workflow",
    [
        *PULL_REQUESTS,
        *(path for path in GIVEN if path.name != "using-pages.yml"),
        ROOT / "action.yml",
    ],
    ids=lambda path: path.name,
)
def test_what_reads_strangers_files_has_a_limit_of_memory(workflow):
    """The system sets it; nothing in a build limits what a template or a text may take."""
    scripts = [step["run"] for step in steps(workflow) if "run" in step]
    code = [script for script in scripts if re.search(r"^ *(make|leaderboard-site) ", script, re.M)]
    code = [script for script in code if "setup vendor" not in script]
    assert code
    assert all(script.startswith("ulimit -d 8388608") for script in code)


def test_job_that_may_comment_takes_nothing_from_the_branch_but_a_text():
    (job,) = (
        j
        for j in read_workflow(FILES / "comment.yml")["jobs"].values()
        if "pull-requests" in str(j)
    )
    used = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
    assert {"pull-requests": "write"} == job["permissions"]
    assert ["actions/download-artifact"] == used


@each_workflow
def test_checkouts_leave_no_token_behind(workflow):
    checkouts = [s for s in steps(workflow) if s.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@each_workflow
def test_secrets_are_only_in_jobs_of_the_main_branch(workflow):
    """No pull request gets one, nor does a manual run on another branch."""
    content = read_workflow(workflow)
    for job in content["jobs"].values():
        if "secrets." in str(job):
            assert "pull_request" not in content["on"]
            assert "github.ref == 'refs/heads/main'" == job["if"]


def run_step(
    name: str, folder: Path, workflow: Path = FILES / "comment.yml", **stubs: str
) -> subprocess.CompletedProcess[str]:
    """A step of a workflow as GitHub runs it, with stand-ins for its commands."""
    (script,) = (s["run"] for s in steps(workflow) if s.get("name") == name)
    (folder / "bin").mkdir(exist_ok=True)
    for command, does in stubs.items():
        stub = folder / "bin" / command.replace("_", "-")
        stub.write_text(f'#!/bin/bash\necho "$*" >> calls\n{does}\n', encoding="utf8")
        stub.chmod(0o755)
    env = {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_REPOSITORY": "owner/board",
        "GITHUB_REF_NAME": "v1.2.0",
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "RUNNER_TEMP": str(folder),
        "OWNER": "a",
        "BRANCH": "b",
        "SHA": "c",
    }
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(shell, cwd=folder, env=env, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("found", "call"),
    [
        ("", "--silent repos/owner/board/issues/7/comments"),
        ("12\n34", "--silent --method PATCH repos/owner/board/issues/comments/12"),
    ],
)
def test_there_is_one_comment(tmp_path, found, call):
    """The first push makes it, later ones renew it; it is within what GitHub takes.

    What is cut is a whole line: half of one could be read in another way.
    """
    row = "`![](https://2130706433/x) @team`\n"
    (tmp_path / "changes.md").write_text(row * 3_000, encoding="utf8")
    listing = f"case \"$*\" in *--paginate*) [ -z '{found}' ] || printf '%s\\n' '{found}';;"
    listing += " */pulls*) echo 7;; esac"
    done = run_step("Write one comment, and update it at each push", tmp_path, gh=listing)
    assert 0 == done.returncode, done.stderr
    calls = re.split(r"\n(?=api )", (tmp_path / "calls").read_text().strip())
    found_by, asked, written = calls
    assert 'head=a:b --jq .[] | select(.head.sha == "c") | .number' in found_by
    assert asked.startswith("api --paginate repos/owner/board/issues/7/comments --jq ")
    assert "github-actions[bot]" in asked
    assert f"api {call} --field body=@comment.md" == written
    comment = (tmp_path / "comment.md").read_text()
    rows = comment.removeprefix(f"{MARK}\n").removesuffix("\nThe rest is left out.\n")
    assert {row} == {*rows.splitlines(keepends=True)}
    assert 59_000 < len(comment) < 60_100


def test_pages_are_what_make_makes_at_the_address_of_the_host(tmp_path):
    """All that `make pages` leaves, hidden files too; it has the day of the data."""
    root, origin = tmp_path / "root", tmp_path / "origin.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    git(tmp_path, "clone", "--quiet", str(origin), str(root))
    made = "mkdir -p dist/pages/docs; echo $(BASE_URL) $(RELEASED) | tee dist/pages/.made"
    (root / "Makefile").write_text(f"test:\npages:\n\t@{made} > dist/pages/docs/index.html\n")
    (root / "data").mkdir()
    (root / "data/results.parquet").touch()
    day = {f"GIT_{role}_DATE": "2026-02-28T12:00:00Z" for role in ("AUTHOR", "COMMITTER")}
    git(root, "add", "--all")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    git(root, *who, "commit", "--quiet", "--message", "A board", **day)
    git(root, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    runner = Runner(tmp_path, origin, "https://owner.example/board/")
    runner.run(ROOT / ".github/workflows/pages.yml", github={"ref": "refs/heads/main"})
    said = b"https://owner.example/board 2026-02-28\n"
    assert {".made": said, "docs/index.html": said} == contents(runner.pages)


def test_make_pages_puts_gallery_and_manual_beside_the_site():
    """Each with the address; nothing that was there before stays."""
    command = ["make", "--dry-run", "pages", "BASE_URL=https://owner.example/board"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert 0 == done.returncode, done.stderr
    says = [
        line for line in done.stdout.splitlines() if "dist/pages" in line and "echo" not in line
    ]
    cleared, gallery, manual, copied = says
    assert ("rm -rf dist/pages", "cp -R site/. dist/pages") == (cleared, copied)
    assert "gallery.make dist/pages/gallery --base-url 'https://owner.example/board'" in gallery
    assert "BASE_URL='https://owner.example/board'" in manual
    assert manual.endswith("-c docs . dist/pages/docs")


# --- the template ---------------------------------------------------------------------------------


def test_the_workflow_of_a_template_is_short():
    """It names one action of ours at a commit, and carries nothing."""
    text = workflow_text("github-pages/pages.yml", ACTION)
    assert 25 >= len(text.splitlines())
    assert f"uses: owner/generator@{ACTION.commit} # v1.2.0\n" in text


def test_a_space_installs_as_workflows_do():
    """The wheel and the packages by hash; by an action, the commit that it names."""
    (install,) = re.findall(r"pip install(.*?)(?=\n\w)", space_text(None), re.DOTALL)
    assert "--require-hashes --only-binary :all: --requirement requirements.txt" == " ".join(
        word for word in install.split() if word not in ("\\", "--quiet")
    )
    assert f"https://github.com/owner/generator {ACTION.commit} " in space_text(ACTION)


def space_text(action: Action | None) -> str:
    return workflow_text("hf-space/Dockerfile", action)


def test_both_kinds_publish_with_the_same_rights():
    short, long = (
        read_workflow(path)["jobs"]
        for name in ("using-pages.yml", "carrying-pages-vendor.yml")
        for path in GIVEN
        if path.name == name
    )
    for job in ("build", "deploy"):
        assert short[job]["permissions"] == long[job]["permissions"]


# --- the release of the package -------------------------------------------------------------------

RELEASE = ROOT / ".github/workflows/release.yml"
CHANGES = "## Unreleased\n\n- New.\n\n## {}\n\n### Pages\n\n- Good.\n\n## 1.1.0\n\n- Old.\n"


@pytest.mark.parametrize("heading", ["1.2.0", "1.2.0 (2026-05-02)", "1.2.01", "v1.2.0"])
def test_release_notes_are_the_section_of_the_changelog(tmp_path, heading):
    """Without one, there is no release."""
    (tmp_path / "CHANGELOG.md").write_text(CHANGES.format(heading), encoding="utf8")
    done = run_step("Take the release notes from the changelog", tmp_path, RELEASE)
    if heading in ("1.2.01", "v1.2.0"):
        line = "::error file=CHANGELOG.md::There is no section of the version.\n"
        assert (1, line) == (done.returncode, done.stdout)
    else:
        assert 0 == done.returncode, done.stderr
        assert "### Pages\n\n- Good." == (tmp_path / "dist/notes.md").read_text().strip()


@pytest.mark.parametrize(("version", "code"), [("1.2.0", 0), ("1.2.1", 1), ("1.2.0.dev1", 1)])
def test_a_tag_releases_its_version_only(tmp_path, version, code):
    (tmp_path / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')
    (tmp_path / "site_builder").mkdir()
    (tmp_path / "site_builder/__init__.py").write_text(f'__version__ = "{version}"\n')
    done = run_step("Check that the tag is the version", tmp_path, RELEASE)
    assert code == done.returncode
    assert bool(code) == done.stdout.startswith("::error file=pyproject.toml::")


# --- locks ----------------------------------------------------------------------------------------

SPACE = "site_builder/starter/files/hf-space/requirements.txt"
NAMES = ("", "-build", "-dev", "-node", "-publish")
REQUIREMENTS = (*(f"requirements{name}.txt" for name in NAMES), SPACE)
NPM_FOLDERS = ("", "lighthouse/", "tests/types/")
LOCKS = (*REQUIREMENTS, *(f"{folder}package-lock.json" for folder in NPM_FOLDERS))


def read_entries(name: str) -> dict[str, str]:
    """Each pinned requirement of a file, and the text of its hashes."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    return {entry.partition("\\")[0].strip(): entry.partition("\\")[2] for entry in entries}


def test_a_release_names_itself_in_its_wheel(tmp_path, monkeypatch):
    """Its projects use the action of the commit that the wheel was built from."""
    (tmp_path / "site_builder/starter").mkdir(parents=True)
    done = run_step("Name this release in the wheel", tmp_path, RELEASE, git=f"echo {5:040x}")
    assert 0 == done.returncode, done.stderr
    written = tmp_path / "site_builder/starter/release.toml"
    monkeypatch.setattr("site_builder.starter.installation._RELEASE", written)
    assert Action("owner/board", f"{5:040x}", "v1.2.0") == released()


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_and_hashed(name):
    entries = read_entries(name)
    assert entries
    for requirement, hashes in entries.items():
        (specifier,) = Requirement(requirement).specifier
        assert specifier.operator == "=="
        assert "--hash=sha256:" in hashes


@pytest.mark.parametrize("name", ["requirements.txt", SPACE])
def test_what_a_requirement_needs_is_required_too(name):
    """Else pip installs nothing where it asks for hashes."""
    found = {one.name: one for one in map(Requirement, read_entries(name))}
    for one in found.values():
        if one.marker is None or one.marker.evaluate():
            needs = map(Requirement, metadata.requires(one.name) or ())
            for need in (n for n in needs if n.marker is None or n.marker.evaluate({"extra": ""})):
                assert canonicalize_name(need.name) in found, (one.name, need.name)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-build.txt", SPACE])
def test_dev_requirements_hold_what_the_tests_run_with(name):
    """The tests of generated workflows upload a Space with the versions that a project has."""
    dev = {
        entry.partition(" ")[0]: hashes
        for entry, hashes in read_entries("requirements-dev.txt").items()
    }
    for entry, hashes in read_entries(name).items():
        assert hashes.split() == dev[entry.partition(" ")[0]].split()


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_place_to_download_from(name):
    text = (ROOT / name).read_text()
    assert '"resolved"' not in text
    assert not re.search(r"index-url|find-links|file:|^-|@ ", text, re.MULTILINE)


def test_make_installs_by_hash_and_runs_no_scripts_of_packages():
    makefile = (ROOT / "Makefile").read_text()
    by_pip = re.findall(r"\$\(PIP\) (.*)", makefile)
    by_npm = re.findall(r"\$\(NPM\) (.*(?:install|ci) .*)", makefile)
    own = "--no-deps --no-build-isolation --editable ."
    assert by_pip
    assert by_npm
    assert [] == [line for line in by_pip if "--require-hashes" not in line and line != own]
    assert [] == [line for line in by_npm if "--ignore-scripts" not in line]


@pytest.mark.parametrize("folder", NPM_FOLDERS)
def test_npm_lock_belongs_to_package_json(folder):
    """Front-end packages are pinned to one version each, the same in both files, and hashed."""
    wanted = json.loads((ROOT / f"{folder}package.json").read_text())["devDependencies"]
    locked = json.loads((ROOT / f"{folder}package-lock.json").read_text())["packages"]
    assert wanted == {name: locked[f"node_modules/{name}"]["version"] for name in wanted}
    assert all("integrity" in locked[f"node_modules/{name}"] for name in wanted)
