"""Push a built site to a branch."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory

from site_builder.errors import Fault, SiteError, did_you_mean
from site_builder.publish.manifest import GENERATOR, MANIFEST, SiteFiles, parse_manifest, unreadable

# GitHub writes this file into the branch: the domain of the site, set on its pages.
_KEPT = "CNAME"
# Git must store the bytes of the site, whatever the settings of this machine.
_UNCHANGED_BYTES = ("-c", "core.autocrlf=false", "-c", "core.attributesFile=")
# What to do, by a part of Git's message.
_FIXES = {
    "[rejected]": "Somebody else has pushed. Deploy again.",
    "auto-detect": "Set your name for Git: git config user.name and user.email.",
    "does not appear to be a git repository": "Check the address: git remote -v.",
}


def check_target(root: Path, remote: str, branch: str) -> None:
    """Check that a project's folder is in a repository with that remote.

    Raises:
        SiteError: Git is missing, there is no such remote, or the branch cannot be the site's.
    """
    try:
        _git(root, "rev-parse")
    except FileNotFoundError as error:
        fix = "Install it to deploy to a branch."
        raise SiteError(Fault("", "git is not installed, or not on the PATH", fix)) from error
    except CalledProcessError as error:
        fix = "Run `git init` and add a remote."
        is_none = "not a git repository" in error.stderr
        what = "is not in a Git repository" if is_none else f"git says: {_reason(error.stderr)}"
        raise SiteError(Fault(str(root), what, fix if is_none else "")) from error
    # Git would take a name with a hyphen in front for an option.
    known = [name for name in _git(root, "remote").splitlines() if not name.startswith("-")]
    if remote not in known:
        fix = did_you_mean(remote, known, "remotes") or f"Add it: git remote add {remote} ADDRESS."
        raise SiteError(Fault("--remote", f"the repository has no remote {remote!r}", fix))
    try:
        _git(root, "check-ref-format", f"refs/heads/{branch}")
        _git(root, "check-ref-format", "--branch", branch)  # refuses `-x` and `HEAD` too
    except CalledProcessError as error:
        fault = Fault("--branch", f"{branch!r} cannot be a branch", "Choose another name.")
        raise SiteError(fault) from error
    if _git(root, "branch", "--show-current") == branch:
        what = f"{branch!r} is checked out, and the site would replace its files"
        raise SiteError(Fault("--branch", what, "Use a branch for the site, such as gh-pages."))


def _git(folder: Path, *command: str, **environment: str) -> str:
    """Run Git in a folder and return what it prints.

    Raises:
        CalledProcessError: Git refuses.
        FileNotFoundError: Git is missing.
    """
    done = subprocess.run(
        ["git", "-C", folder, *command],
        env={**os.environ, "LANGUAGE": "C", "LC_ALL": "C", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        encoding="utf-8",
        errors="surrogateescape",
    )
    return done.stdout.strip()


def open_branch(root: Path, remote: str, branch: str) -> SiteFiles | None:
    """Fetch a branch and return what reads the site in it; None where there is no such branch.

    Raises:
        SiteError: Git refuses.
    """
    place = f"{remote}/{branch}"
    try:
        commit = _fetch(root, remote, branch)
    except CalledProcessError as error:
        raise SiteError(Fault(place, f"git says: {_reason(error.stderr)}.")) from error

    def read(path: str) -> bytes | None:
        try:
            return _read(root, f"{commit}", path)
        except CalledProcessError as error:
            where = f"{place}:{path}"
            raise unreadable(where, "git cannot read it") from error

    return SiteFiles(place, read) if commit else None


def _read(root: Path, commit: str, path: str) -> bytes | None:
    """Return the content of a file of a commit; None where there is none."""
    if not _git(root, "ls-tree", "--full-tree", commit, path):
        return None
    command = ["git", "-C", str(root), "cat-file", "blob", f"{commit}:{path}"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def push_site(site: Path, root: Path, remote: str, branch: str, message: str) -> tuple[str, bool]:
    """Add a commit to the branch of a remote, which then holds the site and nothing else.

    The remote is one of the repository that the project's folder `root` is in. A `CNAME` of the
    branch is kept, unless the site has one. If the branch holds this site already, nothing is
    pushed. Returns the commit that the branch is at, and whether it is new.

    Raises:
        SiteError: Git is missing, there is no such remote, the branch holds something else, or Git
            refuses.
    """
    check_target(root, remote, branch)
    place = f"{remote}/{branch}"
    try:
        parent = _fetch(root, remote, branch)
        if parent and not parse_manifest(_read(root, parent, MANIFEST) or b""):
            what = f"the branch holds something that {GENERATOR} did not build"
            raise SiteError(Fault(place, what, "Choose another, or delete it on the remote."))
        tree = _write_tree(root, site, parent)
        if parent and tree == _git(root, "rev-parse", f"{parent}^{{tree}}"):
            return parent, False
        parents = ("-p", parent) if parent else ()
        commit = _git(root, "commit-tree", tree, *parents, "-m", message)
        _git(root, "push", remote, f"{commit}:refs/heads/{branch}")
    except CalledProcessError as error:
        reason = _reason(error.stderr)
        fix = next((fix for part, fix in _FIXES.items() if part in reason), "")
        raise SiteError(Fault(place, f"git says: {reason}.", fix)) from error
    return commit, True


def _fetch(root: Path, remote: str, branch: str) -> str | None:
    """Fetch the branch and return its commit; None where there is no such branch."""
    ref = f"refs/heads/{branch}"
    listed = (line.split("\t") for line in _git(root, "ls-remote", remote, ref).splitlines())
    commit = {name: commit for commit, name in listed}.get(ref)
    if commit:
        _git(root, "fetch", "--no-tags", remote, ref)
    return commit


def _write_tree(root: Path, site: Path, parent: str | None) -> str:
    """Write the site as a tree of the repository, without touching its index."""
    with TemporaryDirectory() as temporary:
        paths = {
            "GIT_DIR": str(Path(root, _git(root, "rev-parse", "--git-common-dir")).resolve()),
            "GIT_WORK_TREE": str(site.resolve()),
            "GIT_INDEX_FILE": str(Path(temporary) / "index"),
        }
        _git(site, *_UNCHANGED_BYTES, "add", "--all", "--force", ".", **paths)
        if (
            parent
            and not (site / _KEPT).exists()
            and (kept := _git(site, "ls-tree", parent, _KEPT, **paths).split())
        ):
            mode, _, blob, name = kept
            _git(site, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{name}", **paths)
        return _git(site, "write-tree", **paths)


def _reason(stderr: str | bytes) -> str:
    """Return the line of Git's stderr that says why: the first that is marked as such, if any."""
    lines = [line.strip() for line in os.fsdecode(stderr).splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("fatal: ", "! [", "error: "))]
    reason = (marked or lines or ["nothing"])[0]
    return reason.removeprefix("fatal: ").removeprefix("error: ").rstrip(".")
