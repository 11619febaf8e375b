"""`site-builder serve`: the site while it is written."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path

import click

from site_builder.commands.console import PROJECT, Progress
from site_builder.devserver.rebuild import Built, follow
from site_builder.devserver.server import FIRST_PORT, LOOPBACK, ServedState, StateHolder, listen
from site_builder.errors import SiteError, one_line
from site_builder.formatting import listed


@click.command(epilog="Example: site-builder serve --project my-board --open")
@PROJECT
@click.option(
    "--host",
    default=LOOPBACK,
    show_default=True,
    help="Address to listen on; 0.0.0.0 lets other machines in.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Port; 0 takes any free one. Default: {FIRST_PORT}, or the next free one.",
)
@click.option("--open", "opens", is_flag=True, help="Open the site in the browser.")
def serve(root: Path, host: str, port: int | None, *, opens: bool) -> None:
    """Show the site on this machine, anew at each change, until Ctrl-C."""
    progress, root = Progress(root, "text", quiet=False, strict=False), root.resolve()
    try:
        server = listen(host, port, StateHolder(ServedState()))
    except SiteError as error:
        raise click.ClickException(str(error)) from error

    if port is None and server.server_port != FIRST_PORT:
        progress.say(f"Port {FIRST_PORT} is not free; {server.server_port} is.")

    def tell(built: Built) -> None:
        _tell(built, root, progress)
        if not built.changed:
            click.echo(f"{server.url} (Ctrl-C ends it)")
        if opens and not built.changed:
            webbrowser.open(server.url)

    try:
        with server.running():
            follow(root, server.window, tell, threading.Event(), progress.stage)
    except KeyboardInterrupt:
        progress.broken_off()


def _tell(built: Built, root: Path, progress: Progress) -> None:
    """What came of a build, and what is wrong or odd, a line each."""
    changed = _named(built.changed, root)
    if built.error is not None:
        if changed:
            progress.say(changed)
        over = " over the last good site" if built.showing.files else ""
        progress.failed(built.error, f"the browser shows what is wrong{over}")
        return
    progress.warn(built.warnings)
    progress.say(f"{changed} Built in {built.seconds:.1f} s.".lstrip())


def _named(changed: Sequence[Path], root: Path) -> str:
    """Which files have changed; those of the project by their path in it."""
    names = [str(p.relative_to(root) if p.is_relative_to(root) else p) for p in changed]
    return one_line(f"{listed(names)} changed.") if names else ""
