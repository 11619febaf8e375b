"""The workflows of a new project, run from their YAML: first and second run, with warnings too."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock
from urllib.request import urlopen

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from markdown import markdown

from site_builder.commands import main
from site_builder.publish.folder import verify_site
from site_builder.releases.feed import read_feed
from site_builder.starter import installation
from site_builder.starter.installation import Action
from tests.helpers.guides import BLOCK, act
from tests.helpers.serve import served
from tests.helpers.sites import ROOT
from tests.helpers.workflows import (
    ACTION,
    WHO,
    FailedStepError,
    Runner,
    copy_of_commit,
    git,
    obeyed,
    set_up_python,
)

MAIN = {
    "github": {"ref": "refs/heads/main"},
    "vars": {"HF_SPACE": "o/board"},
    "secrets": {"HF_TOKEN": "a token"},
}
SCORES = "model,task,score\na,s,0.7\na,t,0.6\nb,s,0.8\nb,t,0.5\n"
WARNING = "::warning file=data/results.csv::column 'comand' is not known"
# Files of a change that are neither data nor prose: names that a log, an annotation or a comment
# would obey, and how they are written.
OTHERS = {
    ".github/x.yml": ".github/x.yml",
    "::stop-commands::x": r"\u003a:stop-commands::x",
    "a, 100%: ##[error]x": r"a, 100%: \u0023#[error]x",
    "data.csv": "data.csv",
    "generator/0\n::stop-commands::x": r"generator/0\n::stop-commands::x",
    "pip.py": "pip.py",
    "tools/\N{RIGHT-TO-LEFT OVERRIDE}x": r"tools/\u202ex",
    "x\n\n![](https://2130706433/x) @team": r"x\n\n![](https:/2130706433/x) @team",
}
ALSO_CHANGED = ("data/content/lede.md",)


class Publisher:
    """Somebody with a project in a repository, and a host that runs its workflows."""

    def __init__(self, folder: Path, *options: str, action: Action = ACTION) -> None:
        self.folder, self.root = folder, folder / "board"
        (folder / "scores.csv").write_text(SCORES, encoding="utf8")
        source = [] if "--template" in options else ["--from", str(folder / "scores.csv")]
        with mock.patch.object(installation, "released", return_value=action):
            made = CliRunner().invoke(main, ["init", str(self.root), *source, *options])
        assert 0 == made.exit_code, made.output
        self.set("# cards = true", "cards = false")  # the pictures take longer than all else
        self.origin = folder / "origin.git"
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        git(self.root, "init", "--quiet", "--initial-branch=main")
        git(self.root, "remote", "add", "origin", str(self.origin))
        # No step may take a module of the project for one of Python.
        for name in ("pip", "uv", "huggingface_hub", "site_builder", "struct"):
            text = "raise SystemExit('a file of the project ran')\n"
            (self.root / f"{name}.py").write_text(text, encoding="utf8")

    def set(self, old: str, new: str) -> None:
        """Change `site.toml`."""
        toml = self.root / "site.toml"
        text = toml.read_text(encoding="utf8")
        assert old in text
        toml.write_text(text.replace(old, new), encoding="utf8")

    def push(self, day: str, branch: str = "main") -> str:
        """Commit everything on a day, push it, and return the commit."""
        moment = {"GIT_COMMITTER_DATE": f"{day}T12:00:00Z", "GIT_AUTHOR_DATE": f"{day}T12:00:00Z"}
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", "A change", **moment, **WHO)
        git(self.root, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        return git(self.root, "rev-parse", "HEAD")

    def workflow(self, name: str) -> Path:
        """The path of a workflow of the project."""
        return self.root / ".github/workflows" / name

    def lower_first_score(self) -> None:
        """One score of the data changes."""
        path = self.root / "data/results.csv"
        results = pd.read_csv(path)
        results.loc[0, "score"] = 0.123
        results.to_csv(path, index=False)

    def misspell_a_column(self) -> None:
        """A warning, and no error."""
        path = self.root / "data/results.csv"
        pd.read_csv(path).assign(comand="a script").to_csv(path, index=False)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder that is served, with nothing in it yet, and its address."""
    (tmp_path / "host").mkdir()
    with served(tmp_path / "host") as address:
        yield tmp_path / "host", address


def clone(repository: Path, to: Path) -> Path:
    git(to.parent, "clone", "--quiet", str(repository), str(to))
    return to


def test_a_wheel_with_another_hash_is_not_installed(tmp_path, host):
    """Of a project that carries its generator; with the right one, the site is published."""
    publisher = Publisher(tmp_path, "--vendor")
    (wheel,) = (publisher.root / "generator").glob("*.whl")
    hashed = wheel.read_bytes()
    wheel.write_bytes(hashed.replace(b"Parquet", b"parquet", 1))
    publisher.push("2026-02-28")
    runner = Runner(tmp_path, publisher.origin, host[1])
    with pytest.raises(FailedStepError, match="THESE PACKAGES DO NOT MATCH THE HASHES"):
        runner.run(publisher.workflow("pages.yml"), **MAIN)
    assert not runner.pages.exists()

    wheel.write_bytes(hashed)
    publisher.push("2026-03-01")
    runner.run(publisher.workflow("pages.yml"), **MAIN)
    assert () == verify_site(runner.pages)


def test_a_copy_of_the_template(tmp_path, host):
    """Twice: the second run finds the first site, and the feed has the day of the second change.

    The second has a warning. Before them, it names a package that is not there.
    """
    publisher = Publisher(tmp_path, "--template")
    packages = publisher.root / "requirements.txt"
    packages.write_text("my-charts==1.0", encoding="utf8")
    publisher.push("2026-02-28")
    runner = Runner(tmp_path, publisher.origin, host[1])
    with pytest.raises(FailedStepError, match="No matching distribution found for my-charts"):
        runner.run(publisher.workflow("pages.yml"), **MAIN)
    packages.unlink()
    publisher.push("2026-03-01")
    runner.run(publisher.workflow("pages.yml"), **MAIN)
    assert () == verify_site(runner.pages)
    assert "Sample leaderboard" in (runner.pages / "index.html").read_text(encoding="utf8")
    assert not (runner.pages / "changes").exists()
    assert WARNING not in runner.log

    shutil.copytree(runner.pages, host[0], dirs_exist_ok=True)
    publisher.lower_first_score()
    publisher.misspell_a_column()
    publisher.push("2026-04-02")
    (publisher.root / "README.md").write_text("No data changes after that day.", encoding="utf8")
    publisher.push("2026-05-03")
    runner.run(publisher.workflow("pages.yml"), **MAIN)
    assert WARNING in runner.log
    assert () == verify_site(runner.pages)
    assert "1 score changed" in (runner.pages / "changes/index.html").read_text(encoding="utf8")
    entries = read_feed((runner.pages / "changes/feed.xml").read_bytes())
    assert ["2026-04-02"] == [entry.day for entry in entries or ()]


_IGNORED = ("FROM", "USER", "EXPOSE")


def build_image(source: Path, image: Path, env: Mapping[str, str]) -> tuple[list[str], Path]:
    """Act out the Dockerfile of a folder; return the command that it runs, and where.

    The base image has Python and what the tests have. `/home/user` is a folder of the test.
    """
    env, workdir, command = {**env, "HOME": str(image)}, image, list[str]()
    text = (source / "Dockerfile").read_text(encoding="utf8").replace("/home/user", str(image))
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", "")
    for name, rest in (line.split(" ", 1) for line in text.splitlines()):
        if name == "WORKDIR":
            workdir = Path(rest)
        elif name == "ENV":
            key, value = rest.replace('"', "").split("=", 1)
            env[key] = value.replace(f"${key}", env[key])
        elif name == "COPY":
            _copy(source, workdir, *rest.removeprefix("--chown=user ").split())
        elif name == "RUN":
            done = subprocess.run(
                ["sh", "-ec", rest], cwd=workdir, env=env, capture_output=True, text=True
            )
            assert 0 == done.returncode, rest + done.stdout + done.stderr
        elif name == "CMD":
            command = json.loads(rest)
        else:
            assert name in _IGNORED, name
    return command, workdir


def _copy(source: Path, workdir: Path, name: str, to: str) -> None:
    if (source / name).is_dir():
        shutil.copytree(source / name, workdir / to, dirs_exist_ok=True)
    else:
        shutil.copy(source / name, workdir / to)


def test_a_duplicate_of_the_space(tmp_path):
    """The image is built from the files alone, and serves the site at the port of its settings."""
    generator = Path(copy_of_commit())
    git(generator, "init", "--quiet", "--initial-branch=main")
    git(generator, "add", "--all")
    git(generator, "commit", "--quiet", "--message", "A release", **WHO)
    commit = git(generator, "rev-parse", "HEAD")
    action = Action("maker/generator", commit, "v1.0.0")
    publisher = Publisher(tmp_path, "--template", "--host", "hf-space", action=action)
    runner = Runner(tmp_path, generator)
    runner.host("https://github.com/maker/generator", generator)
    (tmp_path / "image").mkdir()
    set_up_python(tmp_path / "env")  # the Python of the base image
    env = runner.environment(tmp_path)
    command, folder = build_image(publisher.root, tmp_path / "image", env)

    settings = (publisher.root / "README.md").read_text(encoding="utf8")
    assert "7860" in command
    assert "sdk: docker\napp_port: 7860\n" in settings
    any_port = ["0" if word == "7860" else word for word in command]
    env["PYTHONUNBUFFERED"] = "1"
    with subprocess.Popen(
        any_port, cwd=folder, env=env, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        (port,) = re.findall(r"port (\d+)", server.stdout.readline())
        with urlopen(f"http://127.0.0.1:{port}/models/") as page:
            assert "phi-2" in page.read().decode()
        server.terminate()


def test_space(tmp_path, host):
    """With a warning; without its name, a Space is told of that at once."""
    publisher = Publisher(tmp_path, "--host", "hf-space")
    publisher.set('# base_url = ""', f'base_url = "{host[1]}"')
    publisher.misspell_a_column()
    pushed = publisher.push("2026-03-01")
    runner = Runner(tmp_path, publisher.origin)
    with pytest.raises(FailedStepError, match=r"^::error::Set the variable HF_SPACE to OWNER/NAME"):
        runner.run(publisher.workflow("space.yml"), **MAIN | {"vars": {}})
    space = runner.spaces / "o/board.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(space))
    runner.run(publisher.workflow("space.yml"), **MAIN)
    assert pushed == git(space, "log", "--format=%s", "main")
    assert WARNING in runner.log

    first = clone(space, tmp_path / "first")
    assert (publisher.root / "README.md").read_bytes() == (first / "README.md").read_bytes()
    assert (first / ".nojekyll").is_file()


FRESH = (ROOT / "docs/fresh.md").read_text(encoding="utf8")


REPOSITORY = "https://github.com/OWNER/results"
DATA_SET, RUNS = "hf://datasets/OWNER/results", "runs/"


def set_up_updates(publisher: Publisher, source: str) -> None:
    """Follow the commands of the documentation, with a source of its table."""
    assert all(f"`--updates-from {one}`" in FRESH for one in (source, RUNS))
    publisher.root.rename(publisher.folder / "my-board")
    publisher.root = publisher.folder / "my-board"
    git(publisher.root, "branch", "--quiet", "--set-upstream-to=origin/main")
    act(BLOCK.findall(FRESH)[0][1].replace(REPOSITORY, source))


def write_source(folder: Path) -> Path:
    """A repository with two new scores, another value of one that the board has, and a link."""
    folder.mkdir()
    scores = "model,task,score\na,s,0.9\nc,s,0.4\nc,t,0.3\n"
    (folder / "scores.csv").write_text(scores, encoding="utf8")
    (folder / "secret.csv").symlink_to("/etc/passwd")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Scores", **WHO)
    return folder


def test_update(tmp_path, monkeypatch):
    """What is new is proposed once; what is there stays, and so does all that is no table.

    The second run finds the same in a folder of the project, and proposes nothing.
    """
    monkeypatch.chdir(tmp_path)
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    publisher = Publisher(tmp_path)
    runner = Runner(tmp_path, publisher.origin)
    repository = write_source(tmp_path / "results")
    runner.host("https://huggingface.co/datasets/OWNER/results", repository)
    (publisher.root / "runs").mkdir()
    shutil.copy(repository / "scores.csv", publisher.root / "runs")
    publisher.push("2026-03-01")
    set_up_updates(publisher, DATA_SET)
    github = {"token": "a token", "event": {"repository": {"default_branch": "main"}}}

    runner.run(publisher.workflow("update.yml"), github=github)
    proposed = clone(publisher.origin, tmp_path / "proposed")
    git(proposed, "checkout", "--quiet", "update")
    results = pd.read_csv(proposed / "data/results.csv")
    scores = {(m, t): s for m, t, s in results[["model", "task", "score"]].to_numpy().tolist()}
    board = {("a", "s"): 0.7, ("a", "t"): 0.6, ("b", "s"): 0.8, ("b", "t"): 0.5}
    assert board | {("c", "s"): 0.4, ("c", "t"): 0.3} == scores
    changed = git(proposed, "diff", "--name-only", "origin/main", "origin/update").splitlines()
    assert ["data/models.csv", "data/results.csv"] == changed
    calls = runner.calls.read_text(encoding="utf8").splitlines()
    assert calls[-1].startswith("pr create --repo owner/board --base main --head update")
    assert "2 scores added" in runner.summary.read_text(encoding="utf8")

    publisher.workflow("update.yml").unlink()
    made = CliRunner().invoke(main, ["init", str(publisher.root), "--updates-from", RUNS])
    assert 0 == made.exit_code, made.output
    runner.run(publisher.workflow("update.yml"), github=github)
    assert "The pull request has these scores already." in runner.log
    assert calls == runner.calls.read_text(encoding="utf8").splitlines()


def change_other_files(root: Path) -> None:
    for path in map(root.joinpath, OTHERS):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf8") as file:
            file.write("# changed")
    (root / "README.md").unlink()
    (root / "site.toml").chmod(0o755)


SUBMISSION = "schema: 1\nmodel: c\nscores:\n  s: 0.75\n  t: 0.55\n"


def test_check_of_a_fork(tmp_path):
    """Its data alone is taken: the generator, the settings and the texts are those of the board.

    All other files are in the summary and in a comment, which says where the newcomer would stand.
    The comment is written by a run that takes nothing of the fork but a document.
    """
    publisher = Publisher(tmp_path)
    before = publisher.push("2026-03-01")
    change_other_files(publisher.root)
    (publisher.root / "data/content/lede.md").write_text("{% nonsense %}", encoding="utf8")
    (publisher.root / "requirements.txt").write_text("evil==1.0\n", encoding="utf8")
    (publisher.root / "data/submissions").mkdir()
    (publisher.root / "data/submissions/c.yaml").write_text(SUBMISSION, encoding="utf8")
    proposed = publisher.push("2026-03-02", "proposed")
    runner = Runner(tmp_path, publisher.origin)
    event = {"number": 7, "base": {"sha": before}, "head": {"repo": {"full_name": "fork/board"}}}
    github = {"repository": "owner/board", "event": {"pull_request": event}}
    runner.run(publisher.workflow("check.yml"), ref="proposed", github=github)
    names = sorted([*OTHERS.values(), *ALSO_CHANGED, "README.md", "requirements.txt", "site.toml"])
    summary = runner.summary.read_text(encoding="utf8")
    listed = BeautifulSoup(markdown(summary), "html.parser").select("li code")[-len(names) :]
    assert names == sorted(code.get_text() for code in listed)
    assert "`c` would be **1st of 3**" in summary
    assert [] == obeyed(runner.log)
    assert (tmp_path / "run-1/artifacts/site/index.html").is_file()

    owner = {"login": "fork"}
    run = {"id": 1, "event": "pull_request", "head_branch": "proposed", "head_sha": proposed}
    run |= {"head_repository": {"owner": owner}}
    github = {"token": "a token", "event": {"workflow_run": run}}
    runner.run(publisher.workflow("comment.yml"), github=github)
    calls = runner.calls.read_text(encoding="utf8")
    assert f'head=fork:proposed --jq .[] | select(.head.sha == "{proposed}") | .number' in calls
    assert "issues/7/comments" in calls
    comment = next(tmp_path.glob("run-2/comment/workspace/comment.md")).read_text(encoding="utf8")
    assert f"<!-- leaderboard-site diff -->\n{summary.strip()}" == comment.strip()


def test_check_of_a_branch(tmp_path):
    """A branch of the board's own repository is taken whole; an error stops the check."""
    publisher = Publisher(tmp_path, "--vendor")
    before = publisher.push("2026-03-01")
    publisher.misspell_a_column()
    (publisher.root / "site.toml").write_text("[site]\ntitel = 'x'\n", encoding="utf8")
    publisher.push("2026-03-03", "proposed")
    event = {"number": 7, "base": {"sha": before}, "head": {"repo": {"full_name": "owner/board"}}}
    github = {"repository": "owner/board", "event": {"pull_request": event}}
    runner = Runner(tmp_path, publisher.origin)
    with pytest.raises(FailedStepError):
        runner.run(publisher.workflow("check.yml"), ref="proposed", github=github)
    assert "::error file=site.toml::" in runner.log
    assert WARNING in runner.log
    assert "| `site.toml` | `error` |" in runner.summary.read_text(encoding="utf8")


def issue_of(number: int, file: str) -> dict[str, object]:
    """An issue as the form writes it."""
    body = f"### The entry\n\n```yaml\n{file}```\n"
    issue = {"number": number, "body": body, "labels": [{"name": "submission"}]}
    event = {"issue": issue, "repository": {"default_branch": "main"}}
    return {"token": "a token", "event": event}


def test_an_issue_becomes_a_pull_request(tmp_path):
    """One file, with the review; an edit renews it. A wrong file is answered in the issue."""
    publisher = Publisher(tmp_path)
    publisher.set("# submissions = false", "submissions = true")
    assert 0 == CliRunner().invoke(main, ["init", str(publisher.root)]).exit_code
    publisher.push("2026-03-01")
    runner = Runner(tmp_path, publisher.origin)
    workflow = publisher.workflow("submission.yml")

    runner.run(workflow, github=issue_of(7, SUBMISSION.replace("0.75", "high")))
    calls = runner.calls.read_text(encoding="utf8").splitlines()
    assert "api --silent repos/owner/board/issues/7/comments --field body=@answer.md" == calls[-1]
    answer = next(tmp_path.glob("run-1/propose/workspace/answer.md")).read_text(encoding="utf8")
    assert "`data/submissions/issue-7.yaml:4`" in answer
    assert ["main"] == git(publisher.origin, "branch", "--format=%(refname:short)").splitlines()

    # As an earlier text of the issue has left it.
    git(publisher.root, "commit", "--quiet", "--allow-empty", "--message", "Before", **WHO)
    git(publisher.root, "push", "--quiet", "origin", "HEAD:refs/heads/submission-7")
    runner.run(workflow, github=issue_of(7, SUBMISSION))
    proposed = clone(publisher.origin, tmp_path / "proposed")
    changed = git(proposed, "diff", "--name-only", "origin/main", "origin/submission-7")
    assert "data/submissions/issue-7.yaml" == changed
    file = git(proposed, "show", "origin/submission-7:data/submissions/issue-7.yaml")
    assert SUBMISSION.strip() == file
    calls = runner.calls.read_text(encoding="utf8").splitlines()
    assert calls[-1].startswith("pr create --repo owner/board --base main --head submission-7")
    answer = next(tmp_path.glob("run-2/propose/workspace/answer.md")).read_text(encoding="utf8")
    assert "`c` would be **1st of 3**" in answer
    assert answer.endswith("Closes #7.\n")
    assert [] == obeyed(runner.log)
