"""`make same`: whether this checkout builds the same sites, byte for byte, as another commit.

Builds the Index, the gallery, the boards of `tests/golden`, and a project with a previous release,
once with the code of each; lists the files that differ. Exits with 1 when any does. Run it after a
change that moves code and should change no page.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from tests.helpers.editions import write_projects
from tests.helpers.golden import BOARDS, write_board
from tests.helpers.sites import ROOT, contents, copy_project

# What git ignores, and a build needs.
MADE = ("static/vendor", "site_builder/render/typeface")
MAX_SHOWN = 20
console = Console(highlight=False, markup=False, soft_wrap=True)


@dataclass(frozen=True)
class Project:
    """A project to build: its name, its folder, and that of its previous release, if any."""

    name: str
    root: Path
    previous: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build every project with both checkouts; print what differs; return the exit code."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("commit", nargs="?", default="main", help="the commit to compare with")
    asked.add_argument("projects", nargs="*", type=Path, help="further projects to build")
    asked.add_argument("--keep", type=Path, help="a new folder that keeps both builds")
    options = asked.parse_args(arguments)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        before = check_out(options.commit, folder / "before")
        projects = write_all(folder / "projects")
        projects += [Project(root.name, root.resolve()) for root in options.projects]
        sites = options.keep or folder / "sites"
        with ThreadPoolExecutor() as pool:  # the two build at the same time
            builds = [
                pool.submit(build_all, checkout, projects, sites / name)
                for name, checkout in (("before", before), ("now", ROOT))
            ]
            for build in builds:
                build.result()
        differing = sum(report(p.name, sites / "before", sites / "now") for p in projects)
    return 1 if differing else 0


def check_out(commit: str, folder: Path) -> Path:
    """Write the files of a commit into a new folder, with what its builds need; return it."""
    folder.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)
    for made in MADE:
        shutil.copytree(ROOT / made, folder / made)
    return folder


def write_all(folder: Path) -> list[Project]:
    """Write the projects that are compared; return them."""
    projects = [Project("index", copy_project(folder / "index"))]
    for root in sorted((ROOT / "gallery").glob("*/site.toml")):
        projects.append(Project(root.parent.name, root.parent))
    for name in BOARDS:
        projects.append(Project(name, write_board(name, folder / name)))
    write_projects(folder)
    projects.append(Project("old", folder / "old"))
    projects.append(Project("new", folder / "new", previous="old"))
    return projects


def build_all(checkout: Path, projects: Sequence[Project], sites: Path) -> None:
    """Build projects with the code of a checkout, each into a folder of its name."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1"}
    for project in projects:
        command = [sys.executable, "-m", "site_builder", "build", "--quiet"]
        command += ["--project", str(project.root), "--out", str(sites / project.name)]
        if project.previous:
            command += ["--previous", str(sites / project.previous)]
        built = subprocess.run(command, env=environment, capture_output=True, text=True)
        if built.returncode:
            sys.exit(f"{checkout}: {project.name} is not built:\n{built.stderr}{built.stdout}")


def report(name: str, before: Path, now: Path) -> int:
    """Print the files of a site that differ; return their number."""
    old = contents(before / name)
    new = contents(now / name)
    differing = [path for path in sorted({*old, *new}) if old.get(path) != new.get(path)]
    console.print(f"{name}: {len(new):,} files, {len(differing):,} differ")
    for path in differing[:MAX_SHOWN]:
        kind = "gone" if path not in new else "new" if path not in old else "differs"
        console.print(f"  {kind}: {path}")
    if len(differing) > MAX_SHOWN:
        console.print(f"  and {len(differing) - MAX_SHOWN:,} more")
    return len(differing)


if __name__ == "__main__":
    sys.exit(main())
