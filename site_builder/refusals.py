"""What `init` and `deploy` refuse to do, with its wording: more of `errors.py`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Self

from site_builder.errors import Fault, SiteError, near

# What to do about what Git says, by a sign of it.
_REMEDIES = {
    "[rejected]": "Somebody has pushed meanwhile. Deploy again.",
    "auto-detect": "Tell Git who you are: git config user.name and user.email.",
    "does not appear to be a git repository": "Look at the address: git remote -v.",
}


class StartError(SiteError):
    """A new project cannot be put where it was asked for."""

    @classmethod
    def over_file(cls, folder: Path) -> Self:
        """There is a file of the folder's name."""
        return cls(Fault(str(folder), "this is a file", "Name a folder for the project."))

    @classmethod
    def over_files(cls, folder: Path, names: Iterable[str]) -> Self:
        """Files of the project's names are there."""
        fix = "Move it away, or name another folder."
        return cls(*(Fault(str(folder / name), "it is there already", fix) for name in names))

    @classmethod
    def not_written(cls, path: Path, error: OSError) -> Self:
        """The disk refuses."""
        return cls(Fault(str(path), f"cannot be written: {error.strerror}."))


class DeployError(SiteError):
    """A site cannot be pushed to its branch."""

    @classmethod
    def without_git(cls) -> Self:
        """The program is not there."""
        return cls("git is not installed, or not on the PATH. Install it to deploy to a branch.")

    @classmethod
    def outside(cls, root: Path) -> Self:
        """The project lies in no repository."""
        return cls(
            Fault(str(root), "lies in no Git repository", "Run `git init` and add a remote.")
        )

    @classmethod
    def no_remote(cls, name: str, known: Collection[str]) -> Self:
        """The repository has no remote of that name."""
        what, fix = f"the repository has no remote {name!r}", near(name, known, "remotes")
        return cls(Fault("--remote", what, fix or f"Add it: git remote add {name} ADDRESS."))

    @classmethod
    def over_sources(cls, branch: str) -> Self:
        """The site would take the place of what it is made from."""
        what = f"{branch!r} is the branch that is checked out, which the site would replace"
        return cls(Fault("--branch", what, "Name one for the site alone, such as gh-pages."))

    @classmethod
    def over_other(cls, place: str, generator: str) -> Self:
        """The branch is not one of a site."""
        what = f"the branch holds something else than a site built by {generator}"
        return cls(Fault(place, what, "Name another, or delete it at the remote."))

    @classmethod
    def git_says(cls, place: str, said: str) -> Self:
        """Git refuses, in its own words."""
        fix = next((fix for sign, fix in _REMEDIES.items() if sign in said), "")
        return cls(Fault(place, f"git says: {said}.", fix))
