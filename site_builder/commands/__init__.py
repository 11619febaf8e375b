"""The commands: options in, exit code out. A command's module is imported when it is called."""

from __future__ import annotations

from collections import UserDict
from importlib import import_module
from typing import Any

import click

from site_builder import __version__
from site_builder.errors import one_line

# Module of this package and name in it.
_PLACES = {
    "aggregate": ("tables", "aggregate"),
    "audit": ("audit", "audit"),
    "build": ("site", "build"),
    "check": ("site", "check"),
    "comment": ("submissions", "comment"),
    "deploy": ("site", "deploy"),
    "diff": ("site", "diff"),
    "export": ("tables", "export"),
    "form": ("submissions", "form"),
    "import": ("tables", "import_"),
    "init": ("init", "init"),
    "migrate": ("submissions", "migrate"),
    "profile": ("tables", "profile"),
    "review": ("submissions", "review"),
    "schema": ("schema", "schema"),
    "serve": ("serve", "serve"),
    "submit": ("submissions", "submit"),
    "upgrade": ("init", "upgrade"),
    "verify": ("site", "verify"),
}


class _Commands(UserDict[str, Any]):
    """Every command by its name; its module is imported when it is asked for.

    What all commands import takes longer than the build of a small board.
    """

    def __getitem__(self, name: str) -> click.Command:
        module, command = self.data[name]
        found: click.Command = getattr(import_module(f"{__name__}.{module}"), command)
        return found


class _Group(click.Group):
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:  # it may name a file
            raise click.UsageError(one_line(error.format_message()), error.ctx) from error


@click.group(
    cls=_Group,
    commands=_Commands(_PLACES),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="leaderboard-site")
def main() -> None:
    """Build a leaderboard website from Parquet tables."""
