"""Runs a workflow of GitHub Actions here: its scripts as they are, stand-ins for the rest.

What stands in for what:

- `actions/checkout`: a clone of a bare repository beside it;
- the action of this repository: its own text, in a copy of the files that Git keeps;
- `actions/setup-python`: an empty environment of the Python that runs the tests, whose `python3`
  puts no pip into an environment that it makes, which takes seconds: that of the tests is found;
- the package index: the tests' own packages, which pip finds installed in the pinned versions. The
  generator is not among them: pip has to install the wheel of the project, and checks its hash;
- npm: a copy of the packages that are here;
- artifacts: folders, without hidden files unless the workflow asks for them, as in the real ones;
- Pages: a folder; `hf` and `gh`: scripts that keep what they get in a bare repository and a file.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from site_builder.starter.installation import Action
from tests.helpers.once import made_once

Values = Mapping[str, Any]
ROOT = Path(__file__).parents[2]
ACTION = Action("maker/generator", f"{7:040x}", "v1.0.0")
"""The action of this repository, as workflows name it."""
WHO = {f"GIT_{role}_{what}": "a@example.org"
       for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}  # fmt: skip
_EXPRESSION = re.compile(r"\$\{\{ *(.+?) *\}\}")
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
# `npm --version` and `npm ci`; the action needs what is published of the packages.
_NPM = f"""#!/bin/bash
if [ "$1" != ci ]; then echo 10; exit; fi
mkdir -p node_modules/@fontsource-variable
for name in plotly.js-cartesian-dist-min @fontsource-variable/inter; do
  cp -RL "{ROOT}/node_modules/$name" "node_modules/$name"
done
"""
_PYTHON = """#!/bin/bash
if [ "$1 $2" = "-m venv" ]; then set -- "$@" --without-pip; fi
exec "$(dirname "$0")/python" "$@"
"""

_STAND_INS = {
    "hf": _HF,
    "gh": _GH,
    "npm": _NPM,
    "node": "#!/bin/bash\necho 1\n",
    "useradd": "#!/bin/sh\n",
}


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


def set_up_python(folder: Path) -> None:
    """Make an environment with nothing in it."""
    venv.create(folder)
    (folder / "bin/python3").unlink()
    _write_script(folder / "bin/python3", _PYTHON)


def _write_script(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf8")
    path.chmod(0o755)


def copy_of_commit() -> str:
    """A folder with the files that Git keeps here, changed ones too, and no others."""
    folder = Path(tempfile.mkdtemp(prefix="action-", dir=os.environ["SITE_BUILDER_TESTS_SHARE"]))
    kept = ("--cached", "--others", "--exclude-standard", "--", ":!tests/data", ":!docs")
    listing = git(ROOT, "ls-files", "-z", *kept)
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return str(folder)


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
        for name, script in _STAND_INS.items():
            _write_script(folder / "bin" / name, script)

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
        added = job / "path"
        paths = added.read_text(encoding="utf8").split() if added.exists() else []
        system = ("/usr/local/bin", "/usr/bin", "/bin")
        path = (*reversed(paths), job / "env/bin", self._folder / "bin", *system)
        return WHO | {
            "PATH": os.pathsep.join(map(str, path)),
            "HOME": str(job),
            "GIT_CONFIG_GLOBAL": str(self._hosts),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_COMPILE": "1",
            "PIP_NO_DEPS": "1",  # or pip looks through all of the tests' packages
            "PIP_NO_INDEX": "1",
            "PIP_NO_WARN_CONFLICTS": "1",  # or pip reads what all of the tests' packages need
            "PYTHONPATH": str(self._packages),
            "SPACES": str(self.spaces),
            "CALLS": str(self.calls),
            "RUNNER_TEMP": str(job),
            "GITHUB_PATH": str(added),
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
            self._step(step, self.context, self.job.get("env", {}))

    def _step(self, step: Values, context: dict[str, Any], env: Values) -> None:
        if not _holds(step.get("if"), context):
            return
        if "run" in step:
            self._script(step, context, env)
            return
        given = {key: _filled(value, context) for key, value in step.get("with", {}).items()}
        if step["uses"] == f"{ACTION}".partition(" ")[0]:
            self._own_action(given)
            return
        action = step["uses"].partition("@")[0].removeprefix("actions/").replace("-", "_")
        outputs = getattr(self, f"_{action}")(given)
        context["steps"][step.get("id", "")] = {"outputs": outputs}

    def _script(self, step: Values, context: Values, env: Values) -> None:
        own = {
            name: _filled(value, context) for name, value in {**env, **step.get("env", {})}.items()
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-c", _filled(step["run"], context)],
            cwd=self.workspace / _filled(step.get("working-directory", "."), context),
            env=self.runner.environment(self.folder) | own,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.runner.log += done.stdout
        if done.returncode:
            raise FailedStepError(done.stdout)

    def _own_action(self, given: Values) -> None:
        folder = Path(made_once("action", copy_of_commit))
        action = read_workflow(folder / "action.yml")
        inputs = {name: about["default"] for name, about in action["inputs"].items()}
        assert given.keys() <= inputs.keys()
        context = {**self.context, "inputs": inputs | {**given}, "steps": {}}
        with (folder / ".lock").open("w") as lock:  # on a host, each job has a copy of its own
            fcntl.flock(lock, fcntl.LOCK_EX)
            for step in action["runs"]["steps"]:
                self._step(step, context, {"GITHUB_ACTION_PATH": str(folder)})

    # --- stand-ins for actions, by name ---------------------------------------------------------

    def _checkout(self, given: Values) -> None:
        to = self.workspace / given.get("path", ".")
        git(self.folder, "clone", "--quiet", "--no-checkout", str(self.runner.origin), str(to))
        git(to, "checkout", "--quiet", given.get("ref") or self.context.get("ref", "main"))
        if "sparse-checkout" in given:
            assert given["sparse-checkout-cone-mode"] == "false"  # else, files beside it are there
            git(to, "sparse-checkout", "set", "--no-cone", given["sparse-checkout"])
        if given.get("fetch-depth", "1") == "1":  # the real one has no history then
            index = (to / ".git/index").read_bytes()
            shutil.rmtree(to / ".git")
            git(to, "init", "--quiet")
            (to / ".git/index").write_bytes(index)

    def _setup_python(self, _given: Values) -> None:
        set_up_python(self.folder / "env")

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
        keeps_hidden = given.get("include-hidden-files") == "true"
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


def _filled(text: object, context: Values) -> str:
    """A value with what its expressions are; those of GitHub know `true` and `false`."""
    written = str(text).lower() if isinstance(text, bool) else str(text)
    return _EXPRESSION.sub(lambda found: str(_chosen(found[1], context)), written)


def _chosen(expression: str, context: Values) -> object:
    """`a.b`, `a.b || c.d`, `a.b == c.d && 'text' || 'text'`."""
    found: object = ""
    for choice in expression.split(" || "):
        condition, _, value = choice.rpartition(" && ")
        found = value.strip("'") if value.startswith("'") else _value(value, context)
        if found and _holds(condition or None, context):
            return found
    return found


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
