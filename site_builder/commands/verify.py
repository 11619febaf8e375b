"""`site-builder verify`: a published folder against its manifest."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from site_builder.commands.console import FORMAT, QUIET, Progress
from site_builder.formatting import counted
from site_builder.publish.verify import verify_site


@click.command(epilog="Example: site-builder verify /var/www/board")
@click.argument("site", type=click.Path(path_type=Path))
@QUIET
@FORMAT
def verify(site: Path, *, quiet: bool, form: str) -> None:
    """Check a published folder, or a copy of one, against its manifest."""
    progress = Progress(site, form, quiet=quiet, strict=False)
    verified = verify_site(site)
    progress.warn(verified.faults)
    if verified.faults:
        sys.exit(1)
    files = counted(verified.files, "file")
    progress.say(f"Whole: {files}, as {verified.generator} built them.")
