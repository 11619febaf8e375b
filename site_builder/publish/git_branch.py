"""Push a built site to a branch."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from site_builder.errors import DeployError
from site_builder.publish.manifest import GENERATOR, MANIFEST, parse_manifest
from site_builder.records import Record

if TYPE_CHECKING:
    from git import Repo
    from git.cmd import Git


# Set by hand at GitHub, which writes it into the branch: the site's own address.
_KEPT = "CNAME"
# The bytes of the site, whatever this machine does to those of sources.
_AS_THEY_ARE = ("core.autocrlf=false", "core.attributesFile=")


class Pushed(Record):
    """What a push did.

    Attributes:
        commit: The commit that the branch is at.
        changed: Whether it is new.
    """

    commit: str
    changed: bool


def push_site(site: Path, root: Path, remote: str, branch: str, message: str) -> Pushed:
    """Make the branch of a remote hold a site and nothing else, by one commit on top of it.

    A `CNAME` of the branch is kept. Where the branch holds this very site, nothing is pushed.

    Args:
        site: The folder of the site.
        root: The project's folder, in the repository that has the remote.
        remote: Name of the remote.
        branch: Name of the branch, which need not exist.
        message: Message of the commit.

    Raises:
        DeployError: Git is missing, or there is no such remote or it refuses, or the branch holds
            something else.
    """
    repo, place = _repository(root), f"{remote}/{branch}"
    from git import GitCommandError

    _check_names(repo, remote, branch)
    try:
        before = _fetch(repo, remote, branch)
        if before and not _is_site(repo, before):
            raise DeployError.over_other(place, GENERATOR)
        tree = _write_tree(repo, site, before)
        if before and tree == repo.git.rev_parse(f"{before}^{{tree}}"):
            return Pushed(before, changed=False)
        parent = ("-p", before) if before else ()
        commit = str(repo.git.commit_tree(tree, *parent, "-m", message))
        repo.git.push(remote, f"{commit}:refs/heads/{branch}")
    except GitCommandError as error:
        raise DeployError.git_says(place, _reason(str(error.stderr))) from error
    return Pushed(commit, changed=True)


def _repository(root: Path) -> Repo:
    try:
        import git  # here, since it fails at once where there is no git
    except ImportError as error:
        raise DeployError.without_git() from error
    try:
        return git.Repo(root, search_parent_directories=True)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError) as error:
        raise DeployError.outside(root) from error


def _check_names(repo: Repo, remote: str, branch: str) -> None:
    known = [known.name for known in repo.remotes]
    if remote not in known:
        raise DeployError.no_remote(remote, known)
    if not repo.head.is_detached and repo.active_branch.name == branch:
        raise DeployError.over_sources(branch)


def _fetch(repo: Repo, remote: str, branch: str) -> str | None:
    """The commit that the remote's branch is at, fetched; None where there is no such branch."""
    ref = f"refs/heads/{branch}"
    found = str(repo.git.ls_remote(remote, ref)).split()
    if not found:
        return None
    repo.git.fetch("--no-tags", remote, ref)
    return found[0]


def _is_site(repo: Repo, commit: str) -> bool:
    """Whether a commit holds what a build of ours made."""
    if not repo.git.ls_tree(commit, MANIFEST):
        return False
    return parse_manifest(str(repo.git.show(f"{commit}:{MANIFEST}"))) is not None


def _write_tree(repo: Repo, site: Path, before: str | None) -> str:
    """The site as a tree of the repository, by way of an index that nobody else sees."""
    from git.cmd import Git

    with TemporaryDirectory() as temporary:
        beside = Git(str(site))
        beside.update_environment(
            GIT_DIR=str(Path(repo.common_dir).resolve()),
            GIT_WORK_TREE=str(site.resolve()),
            GIT_INDEX_FILE=str(Path(temporary) / "index"),
        )
        beside(c=[*_AS_THEY_ARE]).add("--all", "--force", ".")
        if before:
            _keep(beside, before)
        return str(beside.write_tree())


def _keep(beside: Git, before: str) -> None:
    entry = str(beside.ls_tree(before, _KEPT)).split()
    if entry:
        mode, _, blob, name = entry
        beside.update_index("--add", "--cacheinfo", f"{mode},{blob},{name}")


def _reason(said: str) -> str:
    """The line of what Git said that tells why: the first that it marks as such, else the first.

    Args:
        said: Its stderr, as the library quotes it.
    """
    text = said.strip().removeprefix("stderr: '").removesuffix("'")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("fatal: ", "! [", "error: "))]
    reason = (marked or lines or ["nothing"])[0]
    return reason.removeprefix("fatal: ").removeprefix("error: ").rstrip(".")
