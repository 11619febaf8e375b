"""`schema`: what editors and programs check files by."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import click

from site_builder.commands.console import echo


def _site() -> str:
    from site_builder.starter.site_schema import site_schema_text

    return site_schema_text()


def _submission() -> str:
    from site_builder.tables.submission_schema import schema_text

    return schema_text()


def _api() -> str:
    from site_builder.api_schema import api_schema

    return json.dumps(api_schema(), indent=1, ensure_ascii=False) + "\n"


SCHEMAS: Mapping[str, Callable[[], str]] = {
    "site": _site,
    "submission": _submission,
    "api": _api,
}
"""The text of each JSON Schema, by what it is of."""


@click.command(epilog="Example: leaderboard-site schema site > data/site.schema.json")
@click.argument("kind", metavar="KIND", type=click.Choice([*SCHEMAS]))
def schema(kind: str) -> None:
    """Print a JSON Schema: of site.toml, submissions or the JSON API.

    KIND is site, submission or api.
    """
    echo(SCHEMAS[kind]().rstrip("\n"))
