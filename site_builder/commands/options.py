"""Options that more than one command has."""

from __future__ import annotations

from pathlib import Path

import click

from site_builder.commands.progress import REPORTS

PROJECT = click.option(
    "--project",
    "root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Folder of the project: site.toml and data/. Default: this folder.",
)
STRICT = click.option("--strict", is_flag=True, help="Treat warnings as errors.")
QUIET = click.option("--quiet", is_flag=True, help="Say nothing but faults.")
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", *REPORTS]),
    default="text",
    show_default=True,
    help="How to tell faults: as lines, or on stdout for GitHub Actions or as one JSON document.",
)
OUT = click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to publish into. Default: site/ of the project.",
)
BASE_URL = click.option(
    "--base-url",
    help="Where the site will stand, for canonical links and the sitemap; over site.toml's.",
)
