"""Writes docs/cli.md from the commands themselves; `make docs` runs it."""

import sys

import click

from site_builder.cli import main

HEAD = """\
# Every command

<!-- Written by `make docs` from what the commands say of themselves: change it there. -->

`site-builder` and `site_builder` are the same command. It exits with 0 when all is well, with
1 when it found a fault, and with 2 when it was called wrongly. How faults are told, also to
machines, stands in [checking.md](checking.md).
"""
WIDTH = 100


def cli_page() -> str:
    """The page: what each command says of itself."""
    parts = [HEAD]
    for name, command in sorted(main.commands.items()):
        context = click.Context(
            command,
            info_name=f"site-builder {name}",
            terminal_width=WIDTH,
            max_content_width=WIDTH,
            help_option_names=["-h", "--help"],
        )
        parts.append(f"\n## {name}\n\n```\n{command.get_help(context)}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(cli_page())
