"""List the formats: ours, then those of packages."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from traceback import extract_tb

from site_builder.errors import Fault, FaultsError
from site_builder.importers.every_eval_ever import read_every_eval_ever
from site_builder.importers.helm import read_helm
from site_builder.importers.hugging_face import read_hugging_face
from site_builder.importers.inspect_ai import read_inspect
from site_builder.importers.lm_eval import read_lm_eval
from site_builder.importers.mteb import read_mteb
from site_builder.importers.reading import ImportOptions, Reader, Reading
from site_builder.importers.tabular import read_flat
from site_builder.records import Record


class Format(Record):
    """A format of evaluation output.

    Attributes:
        name: Its name on the command line.
        meaning: What is read, in a phrase.
        read: Its reader: a function of a path, to a file or a folder, and of `Options`. It raises
            nothing: what cannot be read it lists as `Skipped`, with the reason.
    """

    name: str
    meaning: str
    read: Reader


FORMATS = (
    Format("csv", "tables, long or wide: CSV, TSV, Parquet, JSON lines", read_flat),
    Format("lm-eval", "results of the lm-evaluation-harness, 0.2 to 0.4", read_lm_eval),
    Format("helm", "run folders of HELM", read_helm),
    Format("inspect", "logs of Inspect, .eval and .json", read_inspect),
    Format("mteb", "result folders of MTEB", read_mteb),
    Format("model-index", "model cards and .eval_results of Hugging Face", read_hugging_face),
    Format("every-eval-ever", "records of the Every Eval Ever schema", read_every_eval_ever),
)


def known_formats() -> dict[str, str]:
    """What can be read, by name: ours, then what packages bring under names of their own."""
    own = {known.name: known.meaning for known in FORMATS}
    brought = {name: f"brought by {origin}" for name, origin in plugin_formats().items()}
    return own | {name: brought[name] for name in sorted(brought) if name not in own}


def format_of(name: str) -> Format:
    """The format of a name that `known_formats` has.

    Raises:
        FaultsError: A package brings it, and it cannot be loaded.
    """
    own = {known.name: known for known in FORMATS}
    return own[name] if name in own else Format(name, known_formats()[name], load_reader(name))


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

    def guarded(path: Path, options: ImportOptions) -> Reading:
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
