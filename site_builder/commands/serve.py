"""`serve`: the site with live reload, while you write it."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

import click

from site_builder.commands.console import Console, echo, project_option
from site_builder.devserver.server import FIRST_PORT, Rebuilt, follow, listen
from site_builder.formatting import listed


@click.command(epilog="Example: leaderboard-site serve --project my-board")
@project_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Port; 0 takes any free one. Default: {FIRST_PORT}, or the next free one.",
)
def serve(root: Path, port: int | None) -> None:
    """Serve the site on this machine and rebuild it after each change, until Ctrl-C."""
    gc.enable()
    console, root = Console(root), root.resolve()
    with console.exit_on_error("nothing is served"):
        server = listen(port)

    def report(built: Rebuilt) -> None:
        _report(built, root, console)
        if not built.changed:
            echo(f"{server.url} (Ctrl-C ends it)")

    try:
        with server.running():
            follow(root, server, report, threading.Event(), console.stage)
    except KeyboardInterrupt:
        console.interrupted()


def _report(built: Rebuilt, root: Path, console: Console) -> None:
    """Print what changed and the outcome of the build, with its faults."""
    names = [str(p.relative_to(root) if p.is_relative_to(root) else p) for p in built.changed]
    changed = f"{listed(names)} changed." if names else ""
    if built.error is not None:
        if changed:
            console.say(changed)
        over = " over the last good site" if built.served.files else ""
        console.fail(built.error, f"the browser shows what is wrong{over}")
        return
    console.warn(built.warnings)
    console.say(f"{changed} Built in {built.seconds:.1f} s.".lstrip())
