"""Formats that installed packages bring: readers named by an entry point of a group of ours.

A reader is loaded only when its format is asked for by name.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from traceback import extract_tb

from site_builder.errors import Fault, FaultsError
from site_builder.importers.records import Options, Reader, Reading

GROUP = "site_builder.importers"


def plugin_formats() -> dict[str, str]:
    """What packages bring, by name: which package it is."""
    return {entry.name: _origin(entry) for entry in entry_points(group=GROUP)}


def load_reader(name: str) -> Reader:
    """The reader of a format that a package brings.

    A mistake of the package's is told with the place in its code, by `FaultsError`, when it reads.

    Raises:
        FaultsError: Two packages bring one of that name, or it cannot be loaded.
    """
    found = tuple(entry_points(group=GROUP, name=name))
    if len(found) > 1:
        packages = " and by ".join(map(_origin, found))
        what = f"the format {name!r} is brought by {packages}"
        raise FaultsError([Fault("", what, "Uninstall all but one.")])
    entry = found[0]
    try:
        read: Reader = entry.load()
    except Exception as error:  # whatever a stranger's module raises
        raise FaultsError([_fault(entry, error)]) from error

    def guarded(path: Path, options: Options) -> Reading:
        try:
            reading = read(path, options)
        except Exception as error:  # whatever a stranger's reader raises
            raise FaultsError([_fault(entry, error)]) from error
        if not isinstance(reading, Reading):
            what = f"format {name!r} gives {type(reading).__name__}, where Reading is due"
            raise FaultsError([Fault(_origin(entry), what)])
        return reading

    return guarded


def _fault(entry: EntryPoint, error: Exception) -> Fault:
    last = extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}, line {last.lineno}"
    what = f"format {entry.name!r} fails: {type(error).__name__}: {error} ({place})"
    return Fault(_origin(entry), what)


def _origin(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
