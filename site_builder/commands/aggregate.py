"""`site-builder aggregate`: per-example scores of any number into results."""

from __future__ import annotations

import re
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

import click

from site_builder.commands.console import FORMAT, INTO, QUIET, Progress
from site_builder.config import load_config
from site_builder.errors import SiteError, did_you_mean
from site_builder.examples.aggregate import Aggregated
from site_builder.examples.files import COLUMNS, ExampleFiles, find_examples
from site_builder.examples.save import AggregateReport, lines_of, read_project, save, warnings_of

if TYPE_CHECKING:
    from site_builder.examples.engines import Engine

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", re.IGNORECASE)
_LEAST = 100_000_000


class _Bytes(click.ParamType[int]):
    """A size in bytes, as `2GB` or `500MB`."""

    name = "SIZE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        match = _SIZE.fullmatch(str(value))
        n = int(float(match[1]) * _UNITS[match[2].lower()]) if match else 0
        if n < _LEAST:
            self.fail(f"{value!r} is no size of 100MB or more, such as 2GB.", param, ctx)
        return n


class _Column(click.ParamType[tuple[str, str]]):
    """What a column is called: `example=doc_id`."""

    name = "NAME=COLUMN"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        name, _, column = str(value).partition("=")
        if name not in COLUMNS:
            self.fail(
                f"{name!r} is no column of the contract. {did_you_mean(name, COLUMNS)}", param, ctx
            )
        if not column:
            self.fail(f"{value!r} names no column. Write {name}=COLUMN.", param, ctx)
        return name, column


class _Asked(TypedDict):
    columns: tuple[tuple[str, str], ...]
    average: bool
    engine: Literal["duckdb", "dask"]
    memory: int
    scheduler: str | None
    dry: bool
    quiet: bool
    form: str


@click.command("aggregate", epilog="Example: site-builder aggregate instances/ --into my-board")
@click.argument(
    "paths", metavar="INSTANCES...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@INTO
@click.option(
    "--column",
    "columns",
    multiple=True,
    type=_Column(),
    help="What a column is called, as example=doc_id; repeatable.",
)
@click.option(
    "--average-repeats",
    "average",
    is_flag=True,
    help="Take the mean where an example has several scores, such as those of several samples.",
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "dask"]),
    default="duckdb",
    show_default=True,
    help="What computes: DuckDB on this machine, or a Dask cluster.",
)
@click.option(
    "--memory",
    type=_Bytes(),
    default="1GB",
    show_default=True,
    help="Memory that DuckDB may take; what does not fit lies on the disk meanwhile.",
)
@click.option("--scheduler", metavar="ADDRESS", help="The Dask cluster, as tcp://10.0.0.1:8786.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be done, and write nothing.")
@QUIET
@FORMAT
def aggregate_(paths: tuple[Path, ...], root: Path, **asked: Unpack[_Asked]) -> None:
    """Turn per-example scores into results and paired differences, by key.

    INSTANCES are Parquet files, and folders of them, with model, task, example and score, and
    perhaps variant. They may be larger than the memory of one machine. Each model, variant and task
    gets its mean score, standard error and number of examples, and its differences from the base
    and the baseline, example by example. Aggregating twice changes nothing.
    """
    _check_engine(asked)
    progress = Progress(root, asked["form"], quiet=asked["quiet"], strict=False)
    try:
        instances, found, outcome = _aggregate(paths, root, asked, progress)
    except SiteError as error:
        sys.exit(progress.failed(error))
    progress.warn(warnings_of(instances, found, outcome, average=asked["average"]))
    for line in lines_of(instances, found, outcome, dry=asked["dry"]):
        progress.say(line)


def _check_engine(asked: _Asked) -> None:
    if asked["engine"] == "dask" and asked["scheduler"] is None:
        what = "--engine dask needs the address of a cluster: --scheduler ADDRESS."
        raise click.UsageError(what)
    if asked["engine"] != "dask" and asked["scheduler"] is not None:
        what = "--scheduler is for --engine dask alone."
        raise click.UsageError(what)


def _aggregate(
    paths: tuple[Path, ...], root: Path, asked: _Asked, progress: Progress
) -> tuple[ExampleFiles, Aggregated, AggregateReport]:
    """The aggregation, with a bar that fills with the rows that are done.

    Narwhals and the engines are imported only now: no other command should wait for them.
    """
    from site_builder.examples.aggregate import aggregate

    config = load_config(root)
    stored = read_project(config)
    instances = find_examples(paths, dict(asked["columns"]))
    with _engine(asked) as engine, progress.bar(instances.rows) as told:
        found = aggregate(
            instances, engine, config, stored.known, average=asked["average"], on_progress=told
        )
    outcome = save(found, stored, config, instances.shown, dry=asked["dry"])
    return instances, found, outcome


def _engine(asked: _Asked) -> AbstractContextManager[Engine]:
    """The engine that is asked for."""
    from site_builder.examples.engines import dask_engine, duckdb_engine

    if asked["engine"] == "duckdb":
        return duckdb_engine(asked["memory"])
    return dask_engine(asked["scheduler"] or "")
