"""`submit`, `form`, `migrate`, `review`, `comment`: entries as files, what a change does."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from site_builder.atomic import write_files
from site_builder.commands.console import (
    Console,
    echo,
    into_option,
    paths_argument,
    project_option,
    repeatable,
    with_console,
)
from site_builder.commands.tables import reading_options, run_import
from site_builder.errors import Fault, SiteError
from site_builder.formatting import counted

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def _pairs(
    _context: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    for text in texts:
        if not all(part.strip() for part in text.partition("=")):
            message = f"{text!r} is no NAME=VALUE."
            raise click.BadParameter(message)
    return dict((part.strip() for part in text.split("=", 1)) for text in texts)  # type: ignore[misc]


@click.command(epilog="Example: leaderboard-site submit results/ --model org/name --into my-board")
@paths_argument
@into_option("data/submissions/ gets the file.")
@repeatable(
    *("--facet", "facets", "NAME=VALUE"),
    "A setting that tells the entry from others of its model; repeatable.",
    callback=_pairs,
)
@click.option("--source", "link", help="Where the scores can be looked up: a link or a path.")
@click.option("--submitted-by", help="Who hands the scores in.")
@reading_options
@with_console
def submit(  # noqa: PLR0913 - one per option
    root: Path,
    console: Console,
    paths: tuple[Path, ...],
    facets: dict[str, str],
    link: str | None,
    submitted_by: str | None,
    model: str,
    **options: Any,  # noqa: ANN401 - those of `reading_options`
) -> None:
    """Write the scores of one model as a file to hand in.

    It reads what `import any` reads, and writes a file into data/submissions/ of the project, to
    be proposed as a pull request. `--model` is the id that the model gets. No table changes.
    """
    from site_builder.importers.report import warnings_of
    from site_builder.tables import submission_text as submission

    stated = {"source": link, "submitted_by": submitted_by, "verification": "self_reported"}
    with console.exit_on_error(), TemporaryDirectory() as temporary:
        place = Path(temporary)
        submission.copy_settings(root, place)
        report, config = run_import(place, console, "any", paths, model=model, **options)
        known = {key: value for key, value in stated.items() if value}
        entry, settings = submission.read_entry(place, root, config, model, facets, known)
        path = root / submission.path_of(entry)
        text = submission.entry_text(entry, settings)
        write_files({path: text.encode()}, replaces=False)
    console.warn(warnings_of(report, config))
    console.say(f"Wrote {counted(len(entry.rows), 'score')} of {entry.model} into {path}.")
    console.say(f"Next: `leaderboard-site check --project {root}`.")


@click.command(epilog="Example: leaderboard-site review base/ head/ --out review")
@click.argument("base", type=_FOLDER)
@click.argument("root", metavar="HEAD", type=_FOLDER)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="New folder for review.json, comment.md and, if the board builds, site/.",
)
@click.option(
    "--whole",
    is_flag=True,
    help="Take all of HEAD, also its settings, texts and templates: for branches of your own.",
)
@with_console
def review(root: Path, console: Console, base: Path, out: Path, *, whole: bool) -> None:
    """Review a change: the board BASE with the data of HEAD.

    Of HEAD only the tables and submissions are taken; everything else is that of BASE. The review
    says where a new entry would stand, what else moves, and every fault. All other files that HEAD
    changes are listed, for a reviewer to read. The exit code is 0 also where there are faults.
    """
    from site_builder.build import BuildOptions, build_site, load_project
    from site_builder.releases import review as reviews
    from site_builder.releases.comment import review_comment
    from site_builder.releases.read import ComputedBoard, read_board

    faults: list[Fault] = []
    with console.exit_on_error(), TemporaryDirectory() as temporary:
        files, project = reviews.changed_files(base, root), Path(temporary) / "board"
        if whole:
            project = root
        else:
            faults += reviews.make_candidate(base, root, project)
        options = BuildOptions(console.stage, console.count, workers=None)
        boards: dict[Path, ComputedBoard] = {}
        try:
            faults += build_site(load_project(project), out / "site", options)[1]
        except SiteError as error:
            faults += error.faults
        with suppress(SiteError):  # the build has said why
            for place in (project, base):
                boards[place] = read_board(place)
        old, new = boards.get(base), boards.get(project)
        found = reviews.make_review(files, faults, old, new, whole=whole)
        text = review_comment(found)
        made = {reviews.FILE: reviews.write_review(found), "comment.md": text.encode()}
        write_files({out / name: content for name, content in made.items()})
    console.warn(faults)
    console.say(f"Wrote the review into {out}.")


@click.command(epilog="Example: leaderboard-site comment review.json")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
def comment(path: Path) -> None:
    """Print a review as Markdown for a comment.

    The file may be of a stranger: it must be small and of the form that `review` writes, and all
    its texts are printed as code.
    """
    from site_builder.releases.comment import review_comment
    from site_builder.releases.review import read_review

    with Console(Path()).exit_on_error("nothing was printed"):
        echo(review_comment(read_review(path)))


@click.command(
    epilog="Example: leaderboard-site form event.json --out data/submissions/issue-7.yaml"
)
@click.argument("path", metavar="EVENT", type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that gets the submission.",
)
def form(path: Path, out: Path) -> None:
    """Write what was filled into the issue form as a submission.

    EVENT is the file in which GitHub tells a workflow of an issue, `$GITHUB_EVENT_PATH`. The text
    may be of a stranger: it is written as it is, and `review` says what is wrong with it.
    """
    from site_builder.tables.submission_schema import filled_in

    console = Console(Path())
    with console.exit_on_error():
        write_files({out: filled_in(path).encode()})
    console.say(f"Wrote the text of the issue into {out}.")


@click.command(epilog="Example: leaderboard-site migrate --project my-board")
@project_option
@with_console
def migrate(root: Path, console: Console) -> None:
    """Bring submissions of an older schema up to the present one.

    It rewrites files of data/submissions/ whose `schema` is older. Comments and the order of keys
    stay. A file that cannot be moved is named, stays as it is, and makes the exit code 1.
    """
    from site_builder.tables.submissions import VERSION, migrate_submissions

    with console.exit_on_error():
        n, moved, faults = migrate_submissions(root / "data")
    console.warn(faults)
    for where in moved:
        console.say(f"  {where}")
    console.say(f"{counted(len(moved), 'submission')} of {n:,} brought up to schema {VERSION}.")
    if any(fault.severity == "error" for fault in faults):
        sys.exit(1)
