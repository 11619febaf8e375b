"""`site-builder deploy`: the site to a branch that a host serves."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from site_builder.build import build_site, load_project
from site_builder.commands.console import BASE_URL, FORMAT, OUT, PROJECT, QUIET, STRICT, Progress
from site_builder.errors import FaultsError, SiteError
from site_builder.publish.git_branch import push_site
from site_builder.publish.manifest import read_manifest
from site_builder.publish.verify import verify_site
from site_builder.work import BuildOptions


@click.command(epilog="Example: site-builder deploy --project my-board --remote origin")
@PROJECT
@OUT
@BASE_URL
@click.option(
    "--remote", default="origin", show_default=True, help="Remote of the project's repository."
)
@click.option(
    "--branch", default="gh-pages", show_default=True, help="Branch for the site and nothing else."
)
@STRICT
@QUIET
@FORMAT
def deploy(  # noqa: PLR0913 - an option each
    root: Path,
    out: Path | None,
    base_url: str | None,
    remote: str,
    branch: str,
    *,
    strict: bool,
    quiet: bool,
    form: str,
) -> None:
    """Build the site, check that it is whole, and push it to a branch.

    For hosts that serve a branch, as GitHub Pages may. Sources stay as they are; a push that would
    take away what others have pushed is refused.
    """
    progress, out = Progress(root, form, quiet=quiet, strict=strict), out or root / "site"
    try:
        config = load_project(root, base_url, out)
        report = build_site(
            config, out, BuildOptions(progress.stage, processes=None), strict=strict
        )
        progress.warn(report.warnings)
        if faults := verify_site(out).faults:
            raise FaultsError(faults)
        progress.stage(f"Pushing to {remote}/{branch}")
        pushed = push_site(out, root, remote, branch, _message(out))
    except SiteError as error:
        sys.exit(progress.failed(error, "nothing was pushed"))
    done = "is at" if pushed.changed else "has this site already, at"
    progress.say(f"{remote}/{branch} {done} commit {pushed.commit[:10]}.")


def _message(site: Path) -> str:
    """What the commit says: which data the site shows, and what built it."""
    manifest = read_manifest(site)
    if manifest is None or manifest.release is None:
        return "The site"
    day = f" of {manifest.date}" if manifest.date else ""
    return f"Data release {manifest.release[:10]}{day}\n\nBuilt by {manifest.generator}."
