"""Push a built site to a branch."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from site_builder.errors import Fault, SiteError, did_you_mean
from site_builder.publish.manifest import GENERATOR, MANIFEST, parse_manifest
from site_builder.records import Record

if TYPE_CHECKING:
    from git import Repo

# GitHub writes this file into the branch: the domain of the site, set on its pages.
_KEPT = "CNAME"
# Git must store the bytes of the site, whatever the settings of this machine.
_UNCHANGED_BYTES = ("core.autocrlf=false", "core.attributesFile=")
# What to do, by a part of Git's message.
_FIXES = {
    "[rejected]": "Somebody else has pushed. Deploy again.",
    "auto-detect": "Set your name for Git: git config user.name and user.email.",
    "does not appear to be a git repository": "Check the address: git remote -v.",
}


class Pushed(Record):
    """The commit that the branch is at, and whether it is new."""

    commit: str
    changed: bool


def check_target(root: Path, remote: str, branch: str) -> Repo:
    """Return the repository that a project's folder is in, if it has that remote.

    Raises:
        SiteError: Git is missing, there is no such remote, or the branch cannot be the site's.
    """
    repo = _repository(root)
    _check_names(repo, remote, branch)
    return repo


def push_site(site: Path, root: Path, remote: str, branch: str, message: str) -> Pushed:
    """Add a commit to the branch of a remote, which then holds the site and nothing else.

    The remote is one of the repository that the project's folder `root` is in. A `CNAME` of the
    branch is kept, unless the site has one. If the branch holds this site already, nothing is
    pushed.

    Raises:
        SiteError: Git is missing, there is no such remote, the branch holds something else or
            has a name that is ambiguous there, or Git refuses.
    """
    repo, place = check_target(root, remote, branch), f"{remote}/{branch}"
    from git import GitCommandError

    try:
        parent = _fetch(repo, remote, branch)
        if parent and not _is_site(repo, parent):
            what = f"the branch holds something that {GENERATOR} did not build"
            raise SiteError(Fault(place, what, "Choose another, or delete it on the remote."))
        tree = _write_tree(repo, site, parent)
        if parent and tree == repo.git.rev_parse(f"{parent}^{{tree}}"):
            return Pushed(parent, changed=False)
        parents = ("-p", parent) if parent else ()
        commit = str(repo.git.commit_tree(tree, *parents, "-m", message))
        repo.git.push(remote, f"{commit}:refs/heads/{branch}")
    except GitCommandError as error:
        reason = _reason(str(error.stderr))
        fix = next((fix for part, fix in _FIXES.items() if part in reason), "")
        raise SiteError(Fault(place, f"git says: {reason}.", fix)) from error
    return Pushed(commit, changed=True)


def _repository(root: Path) -> Repo:
    try:
        import git  # here, because it fails where git is not installed
    except ImportError as error:
        fix = "Install it to deploy to a branch."
        raise SiteError(Fault("", "git is not installed, or not on the PATH", fix)) from error
    try:
        return git.Repo(root, search_parent_directories=True)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError) as error:
        fault = Fault(str(root), "is not in a Git repository", "Run `git init` and add a remote.")
        raise SiteError(fault) from error


def _check_names(repo: Repo, remote: str, branch: str) -> None:
    from git import GitCommandError

    # Git would take a name with a hyphen in front for an option.
    known = [known.name for known in repo.remotes if not known.name.startswith("-")]
    if remote not in known:
        fix = did_you_mean(remote, known, "remotes") or f"Add it: git remote add {remote} ADDRESS."
        raise SiteError(Fault("--remote", f"the repository has no remote {remote!r}", fix))
    try:
        repo.git.check_ref_format(f"refs/heads/{branch}")
        repo.git.check_ref_format("--branch", branch)  # refuses `-x` and `HEAD` too
    except GitCommandError as error:
        fault = Fault("--branch", f"{branch!r} cannot be a branch", "Choose another name.")
        raise SiteError(fault) from error
    if not repo.head.is_detached and repo.active_branch.name == branch:
        what = f"{branch!r} is checked out, and the site would replace its files"
        raise SiteError(Fault("--branch", what, "Use a branch for the site, such as gh-pages."))


def _fetch(repo: Repo, remote: str, branch: str) -> str | None:
    """Fetch the branch and return its commit; None where there is no such branch."""
    ref = f"refs/heads/{branch}"
    listed = (line.split("\t") for line in str(repo.git.ls_remote(remote, ref)).splitlines())
    commits = {name: commit for commit, name in listed}
    if others := sorted(commits.keys() - {ref}):  # a push may go to such a branch instead
        what = f"the remote has {others[0]!r}, which Git takes for this branch"
        raise SiteError(Fault(f"{remote}/{branch}", what, "Delete it there, or choose another."))
    if ref in commits:
        repo.git.fetch("--no-tags", remote, ref)
    return commits.get(ref)


def _is_site(repo: Repo, commit: str) -> bool:
    if not repo.git.ls_tree(commit, MANIFEST):
        return False
    return parse_manifest(str(repo.git.show(f"{commit}:{MANIFEST}"))) is not None


def _write_tree(repo: Repo, site: Path, parent: str | None) -> str:
    """Write the site as a tree of the repository, without touching its index."""
    from git.cmd import Git

    with TemporaryDirectory() as temporary:
        git = Git(str(site))
        git.update_environment(
            GIT_DIR=str(Path(repo.common_dir).resolve()),
            GIT_WORK_TREE=str(site.resolve()),
            GIT_INDEX_FILE=str(Path(temporary) / "index"),
        )
        git(c=[*_UNCHANGED_BYTES]).add("--all", "--force", ".")
        is_set_there = parent and not (site / _KEPT).exists()
        kept = str(git.ls_tree(parent, _KEPT)).split() if is_set_there else []
        if kept:
            mode, _, blob, name = kept
            git.update_index("--add", "--cacheinfo", f"{mode},{blob},{name}")
        return str(git.write_tree())


def _reason(stderr: str) -> str:
    """Return the line of Git's stderr that says why: the first that is marked as such, if any."""
    text = stderr.strip().removeprefix("stderr: '").removesuffix("'")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("fatal: ", "! [", "error: "))]
    reason = (marked or lines or ["nothing"])[0]
    return reason.removeprefix("fatal: ").removeprefix("error: ").rstrip(".")
