"""Share options, progress and reports of faults between commands."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from site_builder.errors import Fault, SiteError, as_site_error, one_line, without_commands
from site_builder.formatting import counted
from site_builder.records import replace
from site_builder.unexpected import DEBUG, EXIT_CODE, unexpected_fault

_Command = Callable[..., None]
_Option = Callable[[_Command], _Command]

# Characters that would end a message or a property of an annotation.
_IN_MESSAGE = str.maketrans({"%": "%25"})
_IN_PROPERTY = str.maketrans({"%": "%25", ":": "%3A", ",": "%2C"})


def as_annotations(faults: Iterable[Fault], root: Path) -> str:
    """Return a workflow command of GitHub Actions for each fault, one per line.

    Annotations name the files of the project in `root` relative to the current folder.
    """
    return "\n".join(_annotation(fault, root) for fault in faults)


def _annotation(fault: Fault, root: Path) -> str:
    file = _from_here(root / fault.file) if fault.file else ""
    properties = {"file": one_line(file).translate(_IN_PROPERTY), "line": str(fault.line or "")}
    listed = ",".join(f"{key}={value}" for key, value in properties.items() if value)
    lines = (f"{fault.place}: {fault.message}".removeprefix(": "), *fault.paste)
    message = "%0A".join(one_line(line).translate(_IN_MESSAGE) for line in lines)
    return f"::{fault.severity} {listed}".rstrip() + f"::{message}"


def _from_here(path: Path) -> str:
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # on another drive
        return path.as_posix()


def faults_as_json(faults: Sequence[Fault]) -> str:
    """Return one JSON document of all faults; `docs/checking.md` explains its keys."""
    values = [
        {
            "severity": fault.severity,
            "file": fault.file,
            "line": fault.line,
            "place": fault.place,
            "found": fault.what,
            "fix": "\n".join(filter(None, (fault.fix, *fault.paste))),
            "count": fault.stands_for,
        }
        for fault in faults
    ]
    errors, warnings = _count(faults, "error"), _count(faults, "warning")
    document = {"ok": not errors, "errors": errors, "warnings": warnings, "faults": values}
    return without_commands(json.dumps(document, indent=1))


def _count(faults: Iterable[Fault], severity: str) -> int:
    return sum(fault.stands_for for fault in faults if fault.severity == severity)


_FORMATS = ("github", "json")

project_option = click.option(
    "--project",
    "root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Folder of the project: site.toml and data/. Default: this folder.",
)
out_option = click.option(
    "--out",
    type=click.Path(path_type=Path),
    # An option that is not given is read after those that are, and after `--project`.
    callback=lambda context, _, out: out or context.params["root"] / "site",
    help="Folder to publish into. Default: site/ of the project.",
)
base_url_option = click.option(
    "--base-url",
    help="Address that the site will have, for canonical links and the sitemap. It overrides "
    "base_url of site.toml.",
)
strict_option = click.option("--strict", is_flag=True, help="Treat warnings as errors.")
paths_argument = click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)

dry_run_option = click.option(
    "--dry-run", "dry", is_flag=True, help="Report what would be done and write nothing."
)


def into_option(whose: str) -> _Option:
    """Return the option `--into` for a project, whose files get what the command writes."""
    return click.option(
        "--into",
        "root",
        required=True,
        type=click.Path(file_okay=False, path_type=Path),
        help=f"Folder of the project, whose {whose}",
    )


def form_option(said: str, *forms: str) -> _Option:
    """Return the option `--format` of a command: how it writes, as text if nobody chooses."""
    choice = click.Choice(["text", *forms])
    return click.option(
        "--format", "form", type=choice, default="text", show_default=True, help=said
    )


def repeatable(flag: str, name: str, metavar: str | None, said: str, **more: Any) -> _Option:  # noqa: ANN401 - of click
    """Return an option that may be given several times."""
    return click.option(flag, name, multiple=True, metavar=metavar, help=said, **more)


def with_console(command: _Command) -> _Command:
    """Add the options `--quiet` and `--format`; the command gets a `Console` instead of them."""

    @click.option("--quiet", is_flag=True, help="Print only errors and warnings.")
    @form_option(
        "How to report errors and warnings: as lines on stderr, or on stdout as annotations for "
        "GitHub Actions or as one JSON document.",
        *_FORMATS,
    )
    @wraps(command)
    def run(root: Path, *, quiet: bool, form: str, **options: object) -> None:
        strict = bool(options.get("strict"))
        command(root, Console(root, form, quiet=quiet, strict=strict), **options)

    return run


# Where stderr is no terminal, a long stage reports its progress this often.
_REPORT_EVERY_S = 10.0
# On a terminal, a line is drawn anew this often.
_DRAW_EVERY_S = 0.1
_ERASE = "\r\x1b[K"


def echo(document: str) -> None:
    """Print a document on stdout; its control characters are escaped already."""
    click.echo(without_commands(document))


def _harmless(text: str) -> str:
    # A no-break space is that between a number and its unit.
    return "\N{NO-BREAK SPACE}".join(map(one_line, text.split("\N{NO-BREAK SPACE}")))


def _is_terminal() -> bool:
    """Return whether a person sees stderr, on a terminal that obeys escape sequences."""
    forced, kind = os.environ.get("FORCE_COLOR"), os.environ.get("TERM")
    return bool(forced) or (kind not in ("dumb", "unknown") and sys.stderr.isatty())


class Console:
    """Progress and faults of a command on the project in `root`, on stderr.

    Args:
        form: How faults are reported, one of the choices of `--format`.
        quiet: Whether to print only faults.
        strict: Whether warnings are reported to machines as errors.
    """

    def __init__(
        self, root: Path, form: str = "text", *, quiet: bool = False, strict: bool = False
    ) -> None:
        self._root, self._form, self._strict = root, form, strict
        self._quiet, self._is_terminal = quiet, _is_terminal()
        self._has_colours = self._is_terminal and not os.environ.get("NO_COLOR")
        self._stage, self._is_drawn = "", False
        self._stage_began = self._last_report = time.perf_counter()
        self._held: list[Fault] = []  # of a JSON document, which is one for the whole command
        if context := click.get_current_context(silent=True):
            context.meta[_CONSOLE] = self

    def stage(self, name: str) -> None:
        """End the last stage and begin the next."""
        self._end_stage()
        self._stage = name
        self._stage_began = self._last_report = time.perf_counter()
        self._draw(name)

    def count(self, done: int, total: int | None = None) -> None:
        """Report the progress of the stage, of a total that may not be known."""
        now = time.perf_counter()
        if now - self._last_report > (_DRAW_EVERY_S if self._is_terminal else _REPORT_EVERY_S):
            text = f"{self._stage}: {done:,}" + (f" of {total:,}" if total else "")
            self._last_report = now
            if self._is_terminal:
                self._draw(text)
            else:
                self._say(f"  {text}")

    def say(self, *lines: str) -> None:
        """Print lines, unless quiet."""
        self._end_stage()
        self._say(*lines)

    def warn(self, faults: Iterable[Fault]) -> None:
        """Print faults, one per line."""
        self._end_stage()
        self._print(faults)

    @contextmanager
    def exit_on_error(self, outcome: str = "nothing was written") -> Iterator[None]:
        """Report a `SiteError` of the block and exit with code 1."""
        try:
            yield
        except Exception as error:
            failed = as_site_error(error)
            if failed is None:
                raise
            self.fail(failed, failed.outcome or outcome)
            sys.exit(1)

    def fail(self, error: SiteError, outcome: str) -> None:
        """Print every fault on a line of its own, then their number and the outcome."""
        self._drop_stage()
        self._print(error.faults)
        errors, warnings = _count(error.faults, "error"), _count(error.faults, "warning")
        found = counted(errors, "error") if errors else counted(warnings, "warning")
        self._print_line(f"{found}; {outcome}.", bold=True)

    def fail_unexpectedly(self, error: Exception, command: str) -> None:
        """Print the line on an error that nobody expected; without a stage, the command failed."""
        during = self._stage if self._stage else command
        self._drop_stage()
        self._print([unexpected_fault(error, during)])

    def close(self) -> None:
        """Print the JSON document, if the command is to report faults as one."""
        if self._form == "json":
            click.echo(faults_as_json(self._held))

    def interrupted(self) -> None:
        """End the line that Ctrl-C broke off."""
        self._drop_stage()
        click.echo(err=True)

    def _end_stage(self) -> None:
        name, took = self._stage, time.perf_counter() - self._stage_began
        self._drop_stage()
        if name:
            self._say(f"  {name:<34}{took:>6.1f} s")

    def _drop_stage(self) -> None:
        if self._is_drawn:
            click.echo(_ERASE, err=True, nl=False, color=True)
        self._stage, self._is_drawn = "", False

    def _draw(self, text: str) -> None:
        """Show a line on a terminal in place of the one before; another will take its place."""
        if self._is_terminal and not self._quiet:
            self._is_drawn = True
            room = shutil.get_terminal_size().columns - 1  # a longer line would stay
            click.echo(f"{_ERASE}{_harmless(text)[:room]}", err=True, nl=False, color=True)

    def _say(self, *lines: str) -> None:
        for line in lines if not self._quiet else ():
            self._print_line(line)

    def _print_line(self, text: str, colour: str | None = None, *, bold: bool = False) -> None:
        shown = _harmless(text)
        if self._has_colours and (colour or bold):
            shown = click.style(shown, fg=colour, bold=bold or None)
        click.echo(shown, err=True, color=self._has_colours)

    def _print(self, faults: Iterable[Fault]) -> None:
        if self._form in _FORMATS:
            reported = [replace(f, severity="error") if self._strict else f for f in faults]
            if self._form == "json":
                self._held += reported
            elif reported:
                click.echo(as_annotations(reported, self._root))
            return
        for fault in faults:
            is_warning = fault.severity == "warning"
            text, colour = (f"warning: {fault}", "yellow") if is_warning else (str(fault), "red")
            self._print_line(text, colour)
            for line in fault.paste:
                self._print_line(f"    {line}")


# --- what no command has reported ---------------------------------------------------------------

_CONSOLE = f"{__name__}.console"
_OF_CLICK = (click.ClickException, click.Abort, click.exceptions.Exit)


@contextmanager
def exit_on_any_error() -> Iterator[None]:
    """Report an error of the block that no command has reported, and exit.

    The exit code is 1 for a mistake of the user, and `EXIT_CODE` for a fault of the generator.
    """
    try:
        yield
    except (*_OF_CLICK, BrokenPipeError):  # which click handles
        raise
    except SystemExit:
        _last_console().close()
        raise
    except Exception as error:
        console = _last_console()
        failed = as_site_error(error)
        if failed is None:
            console.fail_unexpectedly(error, _command())
        else:
            console.fail(failed, "the command stopped")
        console.close()
        sys.exit(EXIT_CODE if failed is None else 1)
    _last_console().close()


def _last_console() -> Console:
    """Return the console of the command; one of its own for an error before there is any."""
    context = click.get_current_context(silent=True)
    known: Console | None = context.meta.get(_CONSOLE) if context else None
    return Console(Path()) if known is None else known


def _command() -> str:
    """Return the call of the command, without its options."""
    context = click.get_current_context(silent=True)
    name = context.invoked_subcommand if context else None
    return f"`leaderboard-site {name}`" if name else "`leaderboard-site`"


def _show_tracebacks(_context: click.Context, _option: click.Parameter, is_asked: object) -> None:
    if is_asked:  # in other threads and processes of the command too
        os.environ[DEBUG] = "1"


debug_option = click.Option(
    ["--debug"],
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_tracebacks,
    help="Show the whole traceback of an error that nobody expected.",
)
"""An option of every command."""
