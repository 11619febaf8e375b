"""`schema`: what editors and programs check files by."""

from __future__ import annotations

import json

import click

from site_builder.commands.console import echo

SCHEMAS = ("site", "submission", "api")
"""What there is a JSON Schema of."""


@click.command(epilog="Example: leaderboard-site schema site > data/site.schema.json")
@click.argument("kind", metavar="KIND", type=click.Choice([*SCHEMAS]))
def schema(kind: str) -> None:
    """Print a JSON Schema: of site.toml, submissions or the JSON API.

    KIND is site, submission or api.
    """
    echo(schema_of(kind))


def schema_of(kind: str) -> str:
    """Return the text of one of the `SCHEMAS`."""
    from site_builder.api_schema import api_schema
    from site_builder.starter.site_schema import site_schema
    from site_builder.tables.submission_schema import submission_schema

    made = {"site": site_schema, "submission": submission_schema, "api": api_schema}[kind]()
    return json.dumps(made, indent=1, ensure_ascii=False)
