"""`submit`: an entry as a file that is handed in."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from site_builder.atomic import write_files
from site_builder.commands.console import Console, into_option, with_console
from site_builder.commands.tables import reading_options, run_import
from site_builder.formatting import counted


def _pairs(
    _context: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    for text in texts:
        if not all(part.strip() for part in text.partition("=")):
            message = f"{text!r} is no NAME=VALUE."
            raise click.BadParameter(message)
    return dict((part.strip() for part in text.split("=", 1)) for text in texts)  # type: ignore[misc]


@click.command(epilog="Example: site-builder submit results/ --model org/name --into my-board")
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@into_option("data/submissions/ gets the file.")
@click.option(
    "--facet",
    "facets",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_pairs,
    help="A setting that tells the entry from others of its model; repeatable.",
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
    from site_builder.importers import run, submission
    from site_builder.tables.read import load_tables
    from site_builder.tables.schema import MODELS, RESULTS, TASKS
    from site_builder.tables.submissions import FOLDER
    from site_builder.tables.write import read_all_stored, read_stored

    with console.exit_on_error(), TemporaryDirectory() as temporary:
        place = Path(temporary)
        stored = read_stored(TASKS, root / "data")
        copied = [p for p in (root / "site.toml", root / "data" / stored.file) if p.is_file()]
        write_files({place / p.relative_to(root): p.read_bytes() for p in copied})
        report, config = run_import(place, console, "any", paths, model=model, **options)
        tables = read_all_stored((RESULTS, MODELS), place / "data")
        base = config.default_variant
        rows = submission.rows_of_one_model(tables[RESULTS.name].rows, base)
        known = load_tables(root / "data").tables
        models, results = known.get(MODELS.name), known.get(RESULTS.name)
        ids = {*models.frame["model"]} if models and "model" in models.frame else set()
        name = model or str(rows[0]["model"])
        stated = {"source": link, "submitted_by": submitted_by, "verification": "self_reported"}
        entry = submission.Entry(
            name,
            rows,
            facets,
            {} if name in ids else submission.new_facts(tables[MODELS.name].rows, ids),
            {key: value for key, value in stated.items() if value},
        )
        settings = {*config.facets, *(results.settings if results else ())}
        path = root / "data" / FOLDER / submission.file_name(entry)
        text = submission.entry_text(entry, settings)
        write_files({path: text.encode()}, replaces=False)
    console.warn(run.warnings_of(report, config))
    console.say(f"Wrote {counted(len(rows), 'score')} of {name} into {path}.")
    console.say(f"Next: `site-builder check --project {root}`.")
