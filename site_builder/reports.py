"""Faults as machines read them: annotations of GitHub Actions, and one JSON document."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from site_builder.errors import Fault, one_line

# What stands for a character that would end a message or a property.
_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}


def as_annotations(faults: Iterable[Fault], root: Path) -> str:
    """A workflow command of GitHub Actions for each fault, a line each.

    Args:
        faults: What was found.
        root: The project's folder; annotations name files from the current folder on.
    """
    return "\n".join(_annotation(fault, root) for fault in faults)


def _annotation(fault: Fault, root: Path) -> str:
    place = {
        "file": _path(root, fault.file) if fault.file else "",
        "line": "" if fault.line is None else str(fault.line),
    }
    properties = ",".join(
        f"{name}={_escaped(one_line(value), _IN_PROPERTY)}"
        for name, value in place.items()
        if value
    )
    message = _escaped(one_line(f"{fault.place}: {fault.message}".removeprefix(": ")), _IN_MESSAGE)
    return f"::{fault.severity} {properties}".rstrip() + f"::{message}"


def _path(root: Path, file: str) -> str:
    try:
        return Path(os.path.relpath(root / file)).as_posix()
    except ValueError:  # on another drive
        return (root / file).as_posix()


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)


def as_document(faults: Iterable[Fault], _root: Path) -> str:
    """One JSON document of all faults; its keys are explained in `docs/checking.md`."""
    told = list(faults)
    counts = {
        f"{severity}s": sum(f.stands_for for f in told if f.severity == severity)
        for severity in ("error", "warning")
    }
    document = {"ok": not counts["errors"], **counts, "faults": [_values(f) for f in told]}
    return json.dumps(document, indent=1)


def _values(fault: Fault) -> dict[str, object]:
    return {
        "severity": fault.severity,
        "file": fault.file,
        "line": fault.line,
        "place": fault.place,
        "found": fault.what,
        "fix": fault.fix,
        "count": fault.stands_for,
    }
