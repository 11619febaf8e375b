"""`build`, `check`, `deploy`, `diff` and `verify`: the site of a project."""

from __future__ import annotations

import shlex
import sys
import time
from datetime import date
from pathlib import Path

import click

from site_builder import __version__
from site_builder.commands.console import (
    Console,
    base_url_option,
    echo,
    form_option,
    out_option,
    project_option,
    strict_option,
    with_console,
)
from site_builder.errors import Fault, SiteError, shortened
from site_builder.formatting import count, counted, size

_previous_option = click.option(
    "--previous",
    metavar="OLD",
    help="The previous release, to publish what changed, a feed of changes and a history. It can "
    "be anything that `diff` reads, or `published`: the site at base_url, if there is one yet. "
    "Default: the site that is replaced, if its data is of an earlier day; `none` for no release.",
)
_released_option = click.option(
    "--released",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=lambda _context, _option, moment: moment and moment.date(),
    help="Date of the data if site.toml does not state it, such as that of the last commit that "
    "changed it. Default: the newest date of the results.",
)


@click.command(epilog="Example: leaderboard-site build --project my-board --strict")
@project_option
@out_option
@base_url_option
@_previous_option
@_released_option
@click.option(
    "--processes",
    type=click.IntRange(1),
    help="Number of processes that render pages. Default: one per core; one for small boards and "
    "above 500,000 scores.",
)
@strict_option
@with_console
def build(  # noqa: PLR0913 - one per option
    root: Path,
    console: Console,
    out: Path,
    base_url: str | None,
    previous: str | None,
    released: date | None,
    processes: int | None,
    *,
    strict: bool,
) -> None:
    """Build the site."""
    from site_builder.build import BuildOptions, build_site, load_project

    options = BuildOptions(console.stage, console.count, processes)
    began = time.perf_counter()
    with console.exit_on_error():
        config = load_project(root, base_url, out, previous, released)
        site, warnings = build_site(config, out, options, strict=strict, previous=previous)
    console.warn(warnings)
    took = time.perf_counter() - began
    console.say(
        f"{count(site.pages)} pages, {count(site.files)} files, {size(site.size)} in {out} "
        f"({count(site.changed)} changed), {took:.1f} s."
    )
    option = "" if root == Path() else f" --project {shlex.quote(str(root))}"
    console.say(f"Open {out / 'index.html'}, or run `leaderboard-site serve{option}`.")


@click.command(epilog="Example: leaderboard-site check --project my-board --strict")
@project_option
@out_option
@strict_option
@with_console
def check(root: Path, console: Console, out: Path, *, strict: bool) -> None:
    """Check the tables, site.toml, the templates and the prose; write nothing."""
    from site_builder.build import BuildOptions, load_project, make_files
    from site_builder.translation import missing_line

    assumed: list[str] = []
    options = BuildOptions(console.stage, console.count, workers=None, on_assumed=assumed.extend)
    with console.exit_on_error():
        config = load_project(root, out=out)
        _, warnings = make_files(config, options, out, strict=strict, dry=True)
    console.say("What scores are taken for; `[tasks]` in site.toml overrides it:")
    for line in assumed:
        console.say(shortened(f"  {line}"))
    if line := missing_line(config):
        console.say(line)
    console.warn(warnings)
    console.say("No errors." if warnings else "No faults.")


@click.command(epilog="Example: leaderboard-site deploy --project my-board --remote origin")
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
@_previous_option
@_released_option
@strict_option
@with_console
def deploy(  # noqa: PLR0913 - one per option
    root: Path,
    console: Console,
    out: Path,
    base_url: str | None,
    remote: str,
    branch: str,
    previous: str | None,
    released: date | None,
    *,
    strict: bool,
) -> None:
    """Build the site and push it to a branch.

    This is for hosts that serve a branch, such as GitHub Pages. The sources stay unchanged. A
    push that would overwrite the work of others is refused.
    """
    from site_builder.build import NO_RELEASE, BuildOptions, build_site, load_project
    from site_builder.publish.git_branch import check_target, open_branch, push_site

    options = BuildOptions(console.stage, console.count, workers=None)
    with console.exit_on_error("nothing was pushed"):
        config = load_project(root, base_url, out, previous, released)
        check_target(root, remote, branch)
        # What the push replaces is the previous release, wherever the site was built before.
        replaced = previous or open_branch(root, remote, branch) or NO_RELEASE
        _, warnings = build_site(config, out, options, strict=strict, previous=replaced)
        console.warn(warnings)
        console.stage(f"Pushing to {remote}/{branch}")
        message = f"The site, built by leaderboard-site {__version__}"
        commit, is_new = push_site(out, root, remote, branch, message)
    done = "is at" if is_new else "has this site already, at"
    console.say(f"{remote}/{branch} {done} commit {commit[:10]}.")


@click.command(epilog="Example: leaderboard-site verify /var/www/board")
@click.argument("root", metavar="SITE", type=click.Path(path_type=Path))
@with_console
def verify(root: Path, console: Console) -> None:
    """Check a published folder, or a copy of one, against its manifest."""
    from site_builder.publish.folder import verify_site
    from site_builder.publish.manifest import read_manifest

    faults = verify_site(root)
    console.warn(faults)
    manifest = None if faults else read_manifest(root)
    if manifest is None:
        sys.exit(1)
    files = counted(len(manifest.files) + 1, "file")
    console.say(f"Complete: {files}, as {manifest.generator} built them.")


@click.command(epilog="Example: leaderboard-site diff https://example.org/board/ my-board")
@click.argument("old")
@click.argument("new")
@form_option(
    "As lines, as Markdown for a comment on a pull request, or as one JSON document.",
    *("markdown", "json"),
)
def diff(old: str, new: str, form: str) -> None:
    """Show what changed from the board OLD to the board NEW.

    Each can be a project, the folder of a published site, or the address of one.
    """
    from site_builder.releases.read import ReleaseContent, compare_releases, read_release
    from site_builder.releases.wording import FORMATS

    releases: list[ReleaseContent] = []
    faults: list[Fault] = []
    for place in (old, new):
        try:
            releases.append(read_release(place))
        except SiteError as error:
            faults += error.faults
    if faults:
        Console(Path()).warn(faults)
        sys.exit(1)
    echo(FORMATS[form](compare_releases(*releases)))
