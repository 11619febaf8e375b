"""How the workflows of a project get its generator: by an action, or as a wheel that it carries.

The action is `action.yml` of the repository of the generator, at a commit. A commit is a hash: it
names every file of the generator, the lists of packages with their hashes among them.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from site_builder.atomic import write_files
from site_builder.errors import Fault, SiteError, unreadable
from site_builder.records import Record
from site_builder.symlinks import read_inside

NAME = "leaderboard-site"
"""Of the distribution."""
_STEPS = Path(__file__).parent / "files/install"
_RELEASE = Path(__file__).parent / "release.toml"
_ADDRESS = r"(?P<repository>[\w.-]+/[\w.-]+)@(?P<commit>[0-9a-f]{40})"
_PLACE = re.compile(r"^ *# @install(?:: (.*))?\n", re.MULTILINE)
# In workflows only steps with our names, so that the actions of others are left alone.
_USES = re.compile(
    r"(?P<before>name: (?:Build the site|Install the generator)\n +uses: )"
    rf"{_ADDRESS}(?: # (?P<tag>\S+))?$",
    re.MULTILINE,
)
_FETCHES = re.compile(r"(?<=https://github\.com/)[\w.-]+/[\w.-]+ [0-9a-f]{40}\b")


class Action(Record):
    """The action of a repository on GitHub at a commit; `tag` is empty if it is no release."""

    repository: str
    commit: str
    tag: str = ""

    def __str__(self) -> str:
        return f"{self.repository}@{self.commit}{f' # {self.tag}' if self.tag else ''}"

    @property
    def wheel(self) -> str:
        """The address of the wheel of the release; empty if it is none."""
        files = f"https://github.com/{self.repository}/releases/download/{self.tag}"
        version = self.tag.removeprefix("v")
        return f"{files}/{NAME.replace('-', '_')}-{version}-py3-none-any.whl" if self.tag else ""


def released() -> Action | None:
    """Return the action of the release that is running; None for a copy that is none.

    The workflow `release.yml` writes what it reads, for the wheel of a release only.
    """
    if not _RELEASE.is_file():
        return None
    return Action(**tomllib.loads(_RELEASE.read_text(encoding="utf8")))


def choose_action(root: Path, *, carries: bool, is_template: bool) -> Action | None:
    """Return what a project of a folder installs the generator by; None if it carries a wheel.

    What it has stays. A new one has the release that is running, unless it `carries` the generator;
    a copy of the generator that is no release has no action to name, and is carried.

    Raises:
        SiteError: Carrying it would change nothing, or a template has no action to name.
    """
    used = used_action(root)
    if used and carries:
        what = "it installs the generator already, so --vendor would change nothing"
        raise SiteError(Fault(str(root), what, "`upgrade` lets it use another version."))
    if used or carries or (root / "generator").exists():
        return used
    if is_template and not released():
        what = "this copy of the generator is no release, so a template cannot name its action"
        raise SiteError(Fault("", what, "Use --vendor to carry the generator."))
    return released()


def used_action(root: Path) -> Action | None:
    """Return the action that a project uses, or None if it uses none."""
    for text in _texts(root).values():
        if found := _USES.search(text):
            return Action(found["repository"], found["commit"], found["tag"] or "")
        if found := _FETCHES.search(text):
            return Action(*found[0].split())
    return None


def replace_action(root: Path, action: Action) -> tuple[str, ...]:
    """Let a project use another action; return the paths of the files that changed.

    All else in them stays, also what their owner has written.
    """
    old, new = used_action(root), dict[Path, bytes]()
    for path, text in _texts(root).items():
        changed = _USES.sub(lambda found: f"{found['before']}{action}", text)
        changed = _FETCHES.sub(f"{action.repository} {action.commit}", changed)
        if old and action.wheel:
            files = rf"https://github\.com/{re.escape(old.repository)}/releases/download/"
            changed = re.sub(rf"{files}[\w./-]+\.whl", action.wheel, changed)
        if changed != text:
            new[path] = changed.encode(errors="surrogateescape")
    write_files(new)
    return tuple(path.relative_to(root).as_posix() for path in new)


def _texts(root: Path) -> dict[Path, str]:
    """Return what can name the action: workflows, the Dockerfile of a Space, the README."""
    workflows, texts = sorted((root / ".github/workflows").glob("*.yml")), dict[Path, str]()
    for path in (*workflows, root / "Dockerfile", root / "README.md"):
        try:
            if path.exists():
                texts[path] = read_inside(path, root).decode(errors="surrogateescape")
        except OSError as error:
            raise SiteError(unreadable(path, error)) from error
    return texts


def with_installation(name: str, text: str, action: Action | None) -> str:
    """Put the steps that install the generator into the text of a file of the starter.

    They stand where it has a line `# @install: FOLDER`, or `# @install` for a project at the root.
    """
    kind = "Dockerfile" if name.endswith("Dockerfile") else "yml"
    steps = (_STEPS / f"{'action' if action else 'vendor'}.{kind}").read_text(encoding="utf8")
    at_root = re.sub(r".*@project\n", "", steps)
    text = _PLACE.sub(lambda at: steps.replace("@project", at[1]) if at[1] else at_root, text)
    if action:
        text = text.replace("@action", str(action))
        text = text.replace("@repository", action.repository).replace("@commit", action.commit)
    return text


def say_install(action: Action | None) -> str:
    """Return the sentences of a README on how to install the generator on a machine."""
    if action and not action.tag:
        return f"Install it from [{action.repository}](https://github.com/{action.repository})."
    text = (_STEPS / f"{'release' if action else 'vendor'}.md").read_text(encoding="utf8").strip()
    return text.replace("@wheel", action.wheel) if action else text
