"""Options in, exit code out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

import click

from site_builder import __version__

# Module of `commands/` and name in it, of each command.
_PLACES = {
    "aggregate": "aggregate.aggregate_",
    "build": "build.build",
    "check": "check.check",
    "deploy": "deploy.deploy",
    "diff": "diff.diff",
    "import": "import_.import_",
    "init": "init.init",
    "profile": "profile.profile",
    "serve": "serve.serve",
    "verify": "verify.verify",
}


class Commands(Mapping[str, click.Command]):
    """Every command by its name; each is imported when it is asked for.

    What the importers alone need takes as long to import as a small board takes to compute.
    """

    def __getitem__(self, name: str) -> click.Command:
        module, _, command = _PLACES[name].partition(".")
        found = getattr(import_module(f"site_builder.commands.{module}"), command)
        assert isinstance(found, click.Command)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


@click.group(commands=Commands(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="site_builder")
def main() -> None:
    """Build a leaderboard website from Parquet tables."""
