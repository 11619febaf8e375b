"""Runs a workflow of GitHub Actions here: its scripts as they are, stand-ins for the rest.

What stands in for what:

- `actions/checkout`: a clone of a bare repository beside it;
- `actions/setup-python`: an empty environment of the Python that runs the tests;
- the package index: the tests' own packages, which pip finds installed in the pinned versions. The
  generator is not among them: pip has to install the wheel of the project, and checks its hash;
- artifacts: folders, without hidden files unless the workflow asks for them, as in the real ones;
- Pages: a folder; `hf` and `gh`: scripts that keep what they get in a bare repository and a file.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Values = Mapping[str, Any]
_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")
# Every command that the runner knows in a log, as `src/Runner.Worker/ActionCommandManager.cs` of
# https://github.com/actions/runner registers them.
_COMMANDS = {
    *("add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group"),
    *("internal-set-repo-path", "notice", "remove-matcher", "save-state", "set-env", "set-output"),
    *("stop-commands", "warning"),
}
_HF = """#!/bin/bash
# hf upload SPACE FOLDER . --repo-type space --delete '*' --commit-message MESSAGE
set -e
[ "$HF_TOKEN" = "a token" ] && [ "$1 $4 $6 $8" = "upload . space *" ]
cd "$3" && git init --quiet --initial-branch=main . && git add --all --force
git commit --quiet --message "${10}" && git push --quiet --force "$SPACES/$2.git" main
"""
# The number of the pull request is 7.
_GH = """#!/bin/bash
echo "$*" >> "$CALLS"
case "$*" in *"/pulls "*) echo 7;; esac
"""


def obeyed(log: str) -> list[str]:
    """The lines of a log that the runner obeys, by the rules of its `ActionCommand.cs`."""
    return [line for line in re.split(r"\r\n|\r|\n", log) if _is_command(line)]


def _is_command(line: str) -> bool:
    name = re.match(r"\s*::(.*?)::", line) or re.search(r"##\[(.*?)\]", line)
    return name is not None and name[1].partition(" ")[0].lower() in _COMMANDS


def read_workflow(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = YAML(typ="safe").load(path)
    return content


def git(folder: Path, *args: str, **env: str) -> str:
    """What Git says; it must succeed."""
    done = subprocess.run(
        ["git", *args], cwd=folder, capture_output=True, text=True, env={**os.environ, **env}
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout.strip()


def link_packages(folder: Path) -> None:
    """Make a folder of links to all packages that the tests have, but the generator."""
    folder.mkdir()
    for site in (Path(path) for path in sys.path if path.endswith("site-packages")):
        for path in site.iterdir():
            ours = ("leaderboard_site", "site_builder")
            is_ours = path.name.startswith(ours) or path.suffix == ".pth"
            if not is_ours and not (folder / path.name).exists():
                (folder / path.name).symlink_to(path)


class FailedStepError(AssertionError):
    """A step of a workflow failed; the message is what it printed."""


class Runner:
    """Runs the workflows of the repository `origin`, which is a bare one.

    Attributes:
        pages: What Pages publishes.
        spaces: Folder of bare repositories, one for each Space.
        log: What all steps have printed.
        calls: What `gh` was asked for.
        summary: The summary of the last run.
    """

    def __init__(self, folder: Path, origin: Path, base_url: str = "") -> None:
        self.origin, self.base_url = origin, base_url
        self.pages, self.spaces = folder / "pages", folder / "spaces"
        self.summary, self.calls = folder / "summary", folder / "calls"
        self.log = ""
        self._folder, self._packages = folder, folder / "packages"
        self._runs = 0
        link_packages(self._packages)
        self._hosts = folder / "gitconfig"
        self.host("https://github.com/owner/board", origin)
        (folder / "bin").mkdir()
        for name, script in (("hf", _HF), ("gh", _GH)):
            (folder / "bin" / name).write_text(script, encoding="utf8")
            (folder / "bin" / name).chmod(0o755)

    def host(self, address: str, repository: Path) -> None:
        """Let Git find a repository here in place of an address."""
        with self._hosts.open("a", encoding="utf8") as settings:
            settings.write(f'[url "{repository}"]\n\tinsteadOf = {address}\n')

    def run(self, workflow: Path, **context: Any) -> None:
        """Run all jobs of a workflow in the order of the file.

        Raises:
            FailedStepError: A step failed.
        """
        self._runs += 1
        folder = self._folder / f"run-{self._runs}"
        self.summary.unlink(missing_ok=True)
        event = json.dumps(context.get("github", {}).get("event", {}))
        (self._folder / "event.json").write_text(event, encoding="utf8")
        for name, job in read_workflow(workflow)["jobs"].items():
            needed = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            assert all((folder / need).is_dir() for need in needed)
            if _holds(job.get("if"), context):
                _Job(self, folder / name, job, {"steps": {}, **context}).run()

    def environment(self, job: Path) -> dict[str, str]:
        """What every step of a job gets. Only the commands of the system and ours are there."""
        path = (job / "env" / "bin", self._folder / "bin", "/usr/local/bin", "/usr/bin", "/bin")
        who = {f"GIT_{role}_{what}": f"{what.lower()}@example.org"
               for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}  # fmt: skip
        return who | {
            "PATH": os.pathsep.join(map(str, path)),
            "HOME": str(job),
            "GIT_CONFIG_GLOBAL": str(self._hosts),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INDEX": "1",
            "PYTHONPATH": str(self._packages),
            "SPACES": str(self.spaces),
            "CALLS": str(self.calls),
            "RUNNER_TEMP": str(job),
            "GITHUB_EVENT_PATH": str(self._folder / "event.json"),
            "GITHUB_REPOSITORY": "owner/board",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": git(self.origin, "rev-parse", "main"),
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }


class _Job:
    def __init__(self, runner: Runner, folder: Path, job: Values, context: dict[str, Any]) -> None:
        self.runner, self.folder, self.job, self.context = runner, folder, job, context
        self.workspace = folder / "workspace"
        self.artifacts = folder.parent / "artifacts"
        self.context["runner"] = {"temp": str(folder)}

    def run(self) -> None:
        self.workspace.mkdir(parents=True)
        for step in self.job["steps"]:
            if not _holds(step.get("if"), self.context):
                continue
            if "run" in step:
                self._script(step)
                continue
            given = {key: self._filled(value) for key, value in step.get("with", {}).items()}
            action = step["uses"].partition("@")[0].removeprefix("actions/").replace("-", "_")
            outputs = getattr(self, f"_{action}")(given)
            self.context["steps"][step.get("id", "")] = {"outputs": outputs}

    def _filled(self, text: object) -> str:
        return _EXPRESSION.sub(lambda found: str(_value(found[1], self.context)), str(text))

    def _script(self, step: Values) -> None:
        own = {**self.job.get("env", {}), **step.get("env", {})}
        env = {name: self._filled(value) for name, value in own.items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-c", self._filled(step["run"])],
            cwd=self.workspace,
            env=self.runner.environment(self.folder) | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.runner.log += done.stdout
        if done.returncode:
            raise FailedStepError(done.stdout)

    # --- stand-ins for actions, by name ---------------------------------------------------------

    def _checkout(self, given: Values) -> None:
        to = self.workspace / given.get("path", ".")
        git(self.folder, "clone", "--quiet", "--no-checkout", str(self.runner.origin), str(to))
        git(to, "checkout", "--quiet", given.get("ref") or self.context.get("ref", "main"))
        if "sparse-checkout" in given:
            assert given["sparse-checkout-cone-mode"] == "False"  # else, files beside it are there
            git(to, "sparse-checkout", "set", "--no-cone", given["sparse-checkout"])
        if given.get("fetch-depth", "1") == "1":  # the real one has no history then
            index = (to / ".git/index").read_bytes()
            shutil.rmtree(to / ".git")
            git(to, "init", "--quiet")
            (to / ".git/index").write_bytes(index)

    def _setup_python(self, _given: Values) -> None:
        venv.create(self.folder / "env")

    def _configure_pages(self, _given: Values) -> Values:
        return {"base_url": self.runner.base_url.rstrip("/")}

    def _upload_artifact(self, given: Values) -> None:
        source, to = self.workspace / given["path"], self.artifacts / given["name"]
        if not source.exists() and given.get("if-no-files-found") == "ignore":
            return
        if source.is_file():
            to.mkdir(parents=True)
            shutil.copy(source, to)
            return
        keeps_hidden = given.get("include-hidden-files") == "True"
        shutil.copytree(source, to, ignore=None if keeps_hidden else shutil.ignore_patterns(".*"))

    def _download_artifact(self, given: Values) -> None:
        to, of_run = self.workspace / given.get("path", "."), given.get("run-id")
        run = self.folder.parent.with_name(f"run-{of_run}") if of_run else self.folder.parent
        shutil.copytree(run / "artifacts" / given["name"], to, dirs_exist_ok=True)

    def _upload_pages_artifact(self, given: Values) -> None:
        self._upload_artifact({"name": "github-pages", **given})

    def _deploy_pages(self, _given: Values) -> Values:
        assert self.job["permissions"] == {"pages": "write", "id-token": "write"}
        shutil.rmtree(self.runner.pages, ignore_errors=True)
        shutil.copytree(self.artifacts / "github-pages", self.runner.pages)
        return {"page_url": self.runner.base_url}


def _value(name: str, context: Values) -> object:
    found: Any = context
    for part in name.split("."):
        found = found.get(part, "") if isinstance(found, Mapping) else ""
    return found


def _holds(condition: str | None, context: Values) -> bool:
    """Whether a condition holds: `a.b == 'text'`, `a.b == c.d`, `contains(a.*.name, 'text')`."""
    if condition is None:
        return True
    if asked := re.fullmatch(r"contains\(([\w.]+)\.\*\.name, '(.*)'\)", condition):
        found: Any = _value(asked[1], context)
        return asked[2] in [one["name"] for one in found]
    sides = [side.strip() for side in condition.split("==")]
    one, other = (s.strip("'") if s.startswith("'") else _value(s, context) for s in sides)
    return one == other
