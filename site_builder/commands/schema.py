"""`schema`: what editors and programs check files by."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import click

from site_builder.commands.console import echo


def _site() -> str:
    from site_builder.starter.site_schema import site_schema_text

    return site_schema_text()


def _submission() -> str:
    from site_builder.tables.submission_schema import schema_text

    return schema_text()


SCHEMAS: Mapping[str, Callable[[], str]] = {"site": _site, "submission": _submission}
"""The text of each JSON Schema, by what it is of."""


@click.command(epilog="Example: leaderboard-site schema site > data/site.schema.json")
@click.argument("kind", metavar="KIND", type=click.Choice([*SCHEMAS]))
def schema(kind: str) -> None:
    """Print a JSON Schema: of site.toml (site) or of a submission (submission)."""
    echo(SCHEMAS[kind]().rstrip("\n"))
