"""Report an error that nobody expected: a line for the user, a traceback for the maintainers."""

from __future__ import annotations

import os
import sys
from traceback import format_exception

from site_builder import __version__
from site_builder.errors import Fault, name_error, one_line, parts_of, shortened

# What only a report needs is imported where it is needed: every command would wait for it.

EXIT_CODE = 70
"""Of a command that such an error ends: `EX_SOFTWARE` of sysexits.h."""
DEBUG = "LEADERBOARD_SITE_DEBUG"
"""The environment variable that `--debug` sets; unless empty or 0, tracebacks go to stderr."""
_GENERATOR = f"leaderboard-site {__version__}"
_MOST_SAID = 200  # characters of the error, and of each part: an id can be as long as a book


def unexpected_fault(error: Exception, during: str) -> Fault:
    """Return the line on an error that nobody expected, and keep its traceback.

    `during` is the stage or the command that failed. The traceback goes to stderr where somebody
    asked for it, else into a new file in the folder of temporary files.
    """
    said = shortened(name_error(error), _MOST_SAID)
    parts = ", ".join(shortened(part, _MOST_SAID) for part in parts_of(error))
    failed = f"{during} failed at {parts}" if parts else f"{during} failed"
    what = f"{failed} ({said}). This is a fault of {_GENERATOR}, not of the data"
    return Fault("", what, f"{_keep_traceback(error)} {_where_to_report()}")


def _keep_traceback(error: Exception) -> str:
    """Print or write a traceback; return where it is, in a sentence."""
    import platform
    from tempfile import NamedTemporaryFile

    machine = f"{_GENERATOR}, Python {platform.python_version()}, {platform.platform()}"
    lines = (machine, *"".join(format_exception(error)).splitlines())
    text = "".join(f"{one_line(line)}\n" for line in lines)
    if os.environ.get(DEBUG, "") not in ("", "0"):
        sys.stderr.write(text)
        return "The whole traceback stands above."
    try:
        with NamedTemporaryFile(
            "w", prefix="leaderboard-site-", suffix=".txt", delete=False, encoding="utf8"
        ) as file:
            file.write(text)
    except OSError:
        return "Its traceback could not be written; --debug shows it."
    return f"The whole traceback is in {file.name}."


def _where_to_report() -> str:
    """Return whom to tell; only a release knows its repository."""
    from site_builder.starter.installation import released

    release = released()
    if release is None:
        return "Report it with the traceback, as SUPPORT.md of leaderboard-site says."
    return f"Report it with the traceback: https://github.com/{release.repository}/issues"
