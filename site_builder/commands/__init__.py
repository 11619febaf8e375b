"""The commands: options in, exit code out. A command's module is imported when it is called."""

from __future__ import annotations

from collections import UserDict
from importlib import import_module
from keyword import iskeyword
from typing import Any

import click

from site_builder import __version__
from site_builder.commands.console import debug_option, exit_on_any_error
from site_builder.errors import one_line

# The commands of each module of this package.
_MODULES = {
    "audit": ["audit"],
    "init": ["init", "upgrade"],
    "schema": ["schema"],
    "serve": ["serve"],
    "site": ["build", "check", "deploy", "diff", "verify"],
    "submissions": ["comment", "form", "migrate", "review", "submit"],
    "tables": ["aggregate", "export", "import", "profile"],
}


class _Commands(UserDict[str, Any]):
    """Every command by its name; its module is imported when it is asked for.

    What all commands import takes longer than the build of a small board.
    """

    def __getitem__(self, name: str) -> click.Command:
        module = import_module(f"{__name__}.{self.data[name]}")
        found: click.Command = getattr(module, f"{name}_" if iskeyword(name) else name)
        if debug_option not in found.params:
            found.params.append(debug_option)
        return found


class _Group(click.Group):
    def main(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - of click
        """Run a command, or print the help, which imports every command."""
        with exit_on_any_error():
            return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> object:
        # Here there is the console of the command.
        with exit_on_any_error():
            try:
                return super().invoke(ctx)
            except click.UsageError as error:  # it may name a file
                raise click.UsageError(one_line(error.format_message()), error.ctx) from error


@click.group(
    cls=_Group,
    commands=_Commands({name: module for module in _MODULES for name in _MODULES[module]}),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="leaderboard-site")
def main() -> None:
    """Build a leaderboard website from Parquet tables."""
