"""`deploy`: the site to a branch that a host serves."""

from __future__ import annotations

from pathlib import Path

import click

from site_builder.commands.console import (
    Console,
    base_url_option,
    out_option,
    project_option,
    strict_option,
    with_console,
)
from site_builder.errors import FaultsError


@click.command(epilog="Example: site-builder deploy --project my-board --remote origin")
@project_option
@out_option
@base_url_option
@click.option(
    "--remote", default="origin", show_default=True, help="Remote of the project's repository."
)
@click.option(
    "--branch",
    default="gh-pages",
    show_default=True,
    help="Branch that holds the site and nothing else.",
)
@strict_option
@with_console
def deploy(  # noqa: PLR0913 - one per option
    root: Path,
    console: Console,
    out: Path,
    base_url: str | None,
    remote: str,
    branch: str,
    *,
    strict: bool,
) -> None:
    """Build the site, check that it is complete, and push it to a branch.

    This is for hosts that serve a branch, such as GitHub Pages. The sources stay as they are. A
    push that would overwrite the work of others is refused.
    """
    from site_builder.build import BuildOptions, build_site, load_project
    from site_builder.publish.git_branch import push_site
    from site_builder.publish.verify import verify_site

    options = BuildOptions(console.stage, console.count, workers=None)
    with console.exit_on_error("nothing was pushed"):
        config = load_project(root, base_url, out)
        report = build_site(config, out, options, strict=strict)
        console.warn(report.warnings)
        if faults := verify_site(out).faults:
            raise FaultsError(faults)
        console.stage(f"Pushing to {remote}/{branch}")
        pushed = push_site(out, root, remote, branch, _message(out))
    done = "is at" if pushed.changed else "has this site already, at"
    console.say(f"{remote}/{branch} {done} commit {pushed.commit[:10]}.")


def _message(site: Path) -> str:
    """Return the commit message: which data the site shows, and what built it."""
    from site_builder.publish.manifest import read_manifest

    manifest = read_manifest(site)
    if manifest is None or manifest.release is None:
        return "The site"
    day = f" of {manifest.date}" if manifest.date else ""
    return f"Data release {manifest.release[:10]}{day}\n\nBuilt by {manifest.generator}."
