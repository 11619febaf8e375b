"""Read what was filled into the issue form for submissions. Whoever did may be a stranger.

Source: GitHub's syntax of issue forms. The issue has the text of each field below a heading, and
one that is rendered as YAML in a fence.
"""

from __future__ import annotations

import json
from pathlib import Path

from site_builder.errors import Fault, SiteError, unreadable
from site_builder.symlinks import read_inside

MAX_EVENT_BYTES = 5_000_000
"""Bytes of the event of an issue. Its text has at most 65,536 characters."""
_FENCE = "```"


def filled_in(event: Path) -> str:
    """Return the submission in an issue: what stands in its first fence, else all of its text.

    `event` is the file in which GitHub tells a workflow of the issue.

    Raises:
        SiteError: It cannot be read, or is of no issue.
    """
    try:
        told = json.loads(read_inside(event, event.parent, most=MAX_EVENT_BYTES))
        text = told["issue"]["body"] or ""
    except OSError as error:
        raise SiteError(unreadable(str(event), error)) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SiteError(Fault(str(event), "it is no event of an issue")) from error
    if not isinstance(text, str):
        raise SiteError(Fault(str(event), "it is no event of an issue"))
    lines = text.encode(errors="replace").decode().replace("\r\n", "\n").split("\n")
    fences = [place for place, line in enumerate(lines) if line.startswith(_FENCE)]
    if fences:
        end = fences[1] if len(fences) > 1 else len(lines)
        lines = lines[fences[0] + 1 : end]
    return "\n".join([*lines, ""])
