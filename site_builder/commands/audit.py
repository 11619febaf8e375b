"""`audit`: how firm the ranks of any results are, in one screen."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from site_builder.commands.console import Console, echo, form_option, repeatable
from site_builder.commands.tables import format_name, import_options, score_options


def _values(lines: Sequence[str], better: Mapping[str, bool]) -> dict[str, Any]:
    """Return what the options state as values of `site.toml`."""
    stated = (
        f"tasks.{json.dumps(task, ensure_ascii=False)}.higher_is_better = {str(is_better).lower()}"
        for task, is_better in better.items()
    )
    try:
        return tomllib.loads("\n".join((*lines, *stated)))
    except tomllib.TOMLDecodeError as error:
        line = 'import.model_by = ["agent"]'
        message = f"write a line of site.toml with the name of its section, such as {line}: {error}"
        raise click.BadParameter(message, param_hint="--set") from error


@click.command(epilog="Example: leaderboard-site audit results.csv --lower-is-better '*_error'")
@click.argument("source", metavar="FILE|FOLDER|URL")
@form_option(
    "As one screen of lines, as Markdown for a comment or an issue, or as one JSON document.",
    *("markdown", "json"),
)
@repeatable(
    *("--higher-is-better", "higher", "TASK"),
    "Task of which a higher score is better, where nothing tells it; repeatable. A * stands for "
    "any text.",
)
@repeatable(
    *("--lower-is-better", "lower", "TASK"),
    "Task of which a lower score is better; as --higher-is-better.",
)
@score_options
@repeatable(
    *("--set", "lines", "LINE"),
    'Line of site.toml that holds here, such as import.model_by = ["agent"]; repeatable.',
)
@click.option(
    "--from",
    "source_format",
    type=format_name,
    metavar="FORMAT",
    default="any",
    help="Format of the files, if it is not recognised; `import --help` lists them.",
)
@click.option("--board", default="", metavar="ID", help="Board of a project that has several.")
@click.option("--verbose", is_flag=True, help="Show every warning about what was read.")
def audit(  # noqa: PLR0913 - one per option
    source: str,
    form: str,
    higher: tuple[str, ...],
    lower: tuple[str, ...],
    lines: tuple[str, ...],
    source_format: str,
    board: str,
    *,
    verbose: bool,
    **options: Any,  # noqa: ANN401 - those of `score_options`
) -> None:
    """Tell how firm the ranks of any results are.

    It reads what `import` reads, a project, or the address of a file, and writes nothing. It says
    who is first and who may be, how many neighbouring ranks are too close to call, what missing
    scores could change, which tasks decide, and which units are mixed.
    """
    from site_builder.audit.sources import AuditOptions, read_source
    from site_builder.audit.wording import FORMATS

    better = dict.fromkeys(higher, True) | dict.fromkeys(lower, False)
    values = _values(lines, better)
    stated = AuditOptions(
        source=source_format,
        options=lambda config: import_options(config, **options),
        values=values,
        board=board,
        is_empty=not (better or lines or any(options.values()) or source_format != "any"),
    )
    console = Console(Path())
    with console.exit_on_error("nothing was audited"):
        found = read_source(source, stated)
        text = FORMATS[form](found)
    if verbose:
        console.warn(found.taken.faults)
    echo(text)
