"""List the formats: the built-in ones, then those of installed packages."""

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
from site_builder.importers.tabular import read_tabular
from site_builder.records import Record

GROUP = "site_builder.importers"


class Format(Record):
    """A format of evaluation output.

    Attributes:
        name: The name on the command line.
        meaning: What is read, as a phrase.
        read: Reads a file or folder. It raises nothing: what it cannot read is `Skipped`.
    """

    name: str
    meaning: str
    read: Reader


FORMATS = (
    Format("csv", "tables, long or wide: CSV, TSV, Parquet, JSON lines", read_tabular),
    Format("lm-eval", "results of the lm-evaluation-harness, 0.2 to 0.4", read_lm_eval),
    Format("helm", "run folders of HELM", read_helm),
    Format("inspect", "logs of Inspect, .eval and .json", read_inspect),
    Format("mteb", "result folders of MTEB", read_mteb),
    Format("model-index", "model cards and .eval_results of Hugging Face", read_hugging_face),
    Format("every-eval-ever", "records of the Every Eval Ever schema", read_every_eval_ever),
)
_BY_NAME = {known.name: known for known in FORMATS}


def known_formats() -> dict[str, str]:
    """Return the meaning of each format by name; a package cannot replace a built-in format."""
    brought = {entry.name: f"from {_origin(entry)}" for entry in entry_points(group=GROUP)}
    meanings = {known.name: known.meaning for known in FORMATS}
    return meanings | {name: brought[name] for name in sorted(brought) if name not in _BY_NAME}


def format_of(name: str) -> Format:
    """Return a format by its name in `known_formats`.

    Raises:
        FaultsError: It comes from a package and cannot be loaded.
    """
    return _BY_NAME.get(name) or Format(name, known_formats()[name], _load_reader(name))


def _load_reader(name: str) -> Reader:
    """Load the reader of a package; its exceptions become a `FaultsError` with the place."""
    entry, *others = entry_points(group=GROUP, name=name)
    if others:
        what = f"several packages have the format {name!r}: " + " and ".join(
            map(_origin, (entry, *others))
        )
        raise FaultsError([Fault("", what, "Uninstall all but one.")])
    try:
        read: Reader = entry.load()
    except Exception as error:  # whatever the package raises
        raise FaultsError([_fault(entry, error)]) from error

    def guarded(path: Path, options: ImportOptions) -> Reading:
        try:
            reading = read(path, options)
        except Exception as error:  # whatever the package raises
            raise FaultsError([_fault(entry, error)]) from error
        if not isinstance(reading, Reading):
            what = f"format {name!r} returned {type(reading).__name__} instead of Reading"
            raise FaultsError([Fault(_origin(entry), what)])
        return reading

    return guarded


def _fault(entry: EntryPoint, error: Exception) -> Fault:
    last = extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}, line {last.lineno}"
    what = f"format {entry.name!r} failed: {type(error).__name__}: {error} ({place})"
    return Fault(_origin(entry), what)


def _origin(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
