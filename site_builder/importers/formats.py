"""List the formats, built in and of installed packages, and find that of given files."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path

from site_builder.errors import Fault, FaultsError, describe_error, package_of
from site_builder.formatting import listed
from site_builder.importers.every_eval_ever import read_every_eval_ever
from site_builder.importers.helm import read_helm
from site_builder.importers.hugging_face import read_hugging_face, read_lighteval, read_template
from site_builder.importers.inspect_ai import read_inspect
from site_builder.importers.leaderboards import read_bigcodebench, read_evalplus, read_opencompass
from site_builder.importers.lm_eval import read_lm_eval
from site_builder.importers.mteb import read_mteb
from site_builder.importers.objects import read_objects
from site_builder.importers.reading import ImportOptions, Reader, Reading, Skipped
from site_builder.importers.tabular import read_tabular
from site_builder.importers.values import as_text
from site_builder.records import Record, replace

_GROUP = "site_builder.importers"


class Format(Record):
    """A format; its reader skips what it cannot read, or raises a `FaultsError` if a package's."""

    name: str
    meaning: str
    read: Reader


FORMATS = (
    Format("csv", "tables, long or wide: CSV, Parquet, JSON, YAML, Excel", read_tabular),
    Format("lm-eval", "results of the lm-evaluation-harness, 0.2 to 0.4", read_lm_eval),
    Format("lighteval", "results of lighteval", read_lighteval),
    Format("helm", "run folders of HELM", read_helm),
    Format("inspect", "logs of Inspect, .eval and .json", read_inspect),
    Format("evalplus", "results.json of the EvalPlus leaderboard", read_evalplus),
    Format("bigcodebench", "pass_at_k.json of BigCodeBench's evaluation", read_bigcodebench),
    Format("opencompass", "summaries of OpenCompass, .csv and .txt", read_opencompass),
    Format("mteb", "result folders of MTEB", read_mteb),
    Format("model-index", "model cards and .eval_results of Hugging Face", read_hugging_face),
    Format(
        "leaderboard-template", "results and requests of the Hugging Face template", read_template
    ),
    Format("every-eval-ever", "records of the Every Eval Ever schema", read_every_eval_ever),
    Format("objects", "a JSON or YAML object for each run, with results by task", read_objects),
)


def _read_any(path: Path, options: ImportOptions) -> Reading:
    """Read a path as the format that finds scores in it; as objects or a table if no other does."""
    every = {name: format_of(name) for name in known_formats() if name != ANY.name}
    tables, objects = every.pop("csv"), every.pop("objects")
    failed = list[str]()
    found = _that_have_scores(every.values(), path, options, failed)
    if not found and options.task_columns is None:  # these name the numbers of an object by column
        found = _that_have_scores([objects], path, options, failed)
    if len(found) > 1:
        why = f"it has scores of the formats {listed([*found], most=len(found))}"
        fix = "Import each with `leaderboard-site import FORMAT`."
        return Reading(skipped=(Skipped(as_text(str(path)), why, fix=fix),))
    (name, reading), *_ = found.items() or [(tables.name, tables.read(path, options))]
    notes = (*failed, f"{as_text(path.name)}: format {name}", *reading.notes)
    return replace(reading, notes=notes) if reading.files else reading


def _that_have_scores(
    formats: Iterable[Format], path: Path, options: ImportOptions, failed: list[str]
) -> dict[str, Reading]:
    """Return the readings that have or leave out scores, by format; add failures to `failed`."""
    readings = dict[str, Reading]()
    for known in formats:
        try:
            readings[known.name] = known.read(path, options)
        except FaultsError as error:
            failed += map(str, error.faults)
    return {
        name: of
        for name, of in readings.items()
        if of.measures
        or of.examples
        or any(s.what in ("score", "row", "column") for s in of.skipped)
    }


ANY = Format("any", "output in any of the other formats, recognised by its content", _read_any)
_BY_NAME = {known.name: known for known in (*FORMATS, ANY)}
BUILT_IN = frozenset(_BY_NAME)


def known_formats() -> dict[str, str]:
    """Return the meaning of each format by name; a package cannot replace a built-in format."""
    brought = {entry.name: f"from {package_of(entry)}" for entry in entry_points(group=_GROUP)}
    meanings = {known.name: known.meaning for known in _BY_NAME.values()}
    return meanings | {name: brought[name] for name in sorted(brought) if name not in _BY_NAME}


def format_of(name: str) -> Format:
    """Return a format by its name in `known_formats`."""
    return _BY_NAME.get(name) or Format(name, known_formats()[name], _load_reader(name))


def _load_reader(name: str) -> Reader:
    entry = next(iter(entry_points(group=_GROUP, name=name)))

    def guarded(path: Path, options: ImportOptions) -> Reading:
        try:
            reading = entry.load()(path, options)
        except Exception as error:
            what = f"format {name!r} failed: {describe_error(error)}"
            raise FaultsError([Fault(package_of(entry), what)]) from error
        if not isinstance(reading, Reading):
            what = f"format {name!r} returned {type(reading).__name__} instead of Reading"
            raise FaultsError([Fault(package_of(entry), what)])
        return reading

    return guarded
