"""Read Inspect logs."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

import pyarrow as pa

from site_builder.importers.reading import (
    Found,
    ImportedExample,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    UnreadableFileError,
    as_count,
    as_error,
    as_list,
    as_number,
    as_table,
    as_text,
    day_of,
    find_files,
    moment_of,
    parse_json,
    read_bytes,
    read_each,
    read_json,
    time_of,
)
from site_builder.records import Record

_ZSTANDARD = 93
_DAMAGES = (BadZipFile, OSError, EOFError, RuntimeError, ValueError, struct.error, zlib.error)
_LOCAL_HEADER = struct.Struct("<26xHH")  # only the lengths of the name and the extra field


# Metrics that state the spread of others.
_SPREADS = ("stderr", "bootstrap_stderr", "std", "bootstrap_std", "var")
_MEANS = ("accuracy", "mean")
_PARTS = ("header.json", "reductions.json", "start.json", "results.json")
_WHY_NOT = {
    "cancelled": "its run was cancelled",
    "error": "its run ended with an error",
    "started": "its run has not ended",
}


class _Log(Record):
    """A log: its header, and its scores by example."""

    found: Found
    header: dict[str, Any]
    reductions: list[Any]

    @property
    def eval(self) -> dict[str, Any]:
        return as_table(self.header.get("eval"))

    @property
    def results(self) -> dict[str, Any]:
        return as_table(self.header.get("results"))

    @property
    def scores(self) -> list[dict[str, Any]]:
        return list(map(as_table, as_list(self.results.get("scores"))))


def read_inspect(path: Path, options: ImportOptions) -> Reading:
    """Read the scores of a log, or of every log in a folder; failed runs are skipped.

    Args:
        path: The file or folder.
        options: `examples` applies.
    """
    return read_each(find_files(path), lambda found: _read_log(found, options))


def _read_log(found: Found, options: ImportOptions) -> Reading:
    log = _from_zip(found) if found.path.suffix == ".eval" else _from_json(found)
    status = as_text(log.header.get("status"))
    if status != "success":
        raise UnreadableFileError(_WHY_NOT.get(status, "it does not state that its run succeeded"))
    if log.header.get("invalidated") is True:
        why = "its run was marked invalid"
        raise UnreadableFileError(why)
    model, task = as_text(log.eval.get("model")), as_text(log.eval.get("task"))
    if not model or not task:
        why = "it names no model, or no task"
        raise UnreadableFileError(why)
    measures = [m for score in log.scores for m in _measures(log, model, task, score)]
    if not measures:
        return Reading(skipped=(Skipped(found.shown, "it has no score"),))
    dataset = as_table(log.eval.get("dataset"))
    facts = {"test_examples": as_count(dataset.get("samples"))}
    return Reading(
        measures=tuple(measures),
        tasks=(ImportedRow(task, facts),),
        examples=tuple(_examples(log, measures)) if options.examples else (),
        files=1,
    )


def _from_json(found: Found) -> _Log:
    if found.path.suffix != ".json":
        why = f"{found.path.suffix or 'no ending'} is neither .eval nor .json"
        raise UnreadableFileError(why)
    header = as_table(read_json(found.path))
    if "eval" not in header or "status" not in header:
        why = "it is not a log of Inspect"
        raise UnreadableFileError(why)
    return _Log(found, header, as_list(header.get("reductions")))


def _from_zip(found: Found) -> _Log:
    read_bytes(found.path)
    members = _read_members(found.path, _PARTS)
    parts = {name: parse_json(content) for name, content in members.items()}
    # Logs of 2024 have two files instead of header.json.
    old = {**as_table(parts.get("start.json")), **as_table(parts.get("results.json"))}
    header = as_table(parts.get("header.json")) or old or {"status": "started"}
    return _Log(found, header, as_list(parts.get("reductions.json")))


def _measures(log: _Log, model: str, task: str, score: dict[str, Any]) -> Iterator[ImportedScore]:
    metrics = {name: as_table(value) for name, value in as_table(score.get("metrics")).items()}
    numbers = {name: as_number(metric.get("value")) for name, metric in metrics.items()}
    error = numbers.get("stderr") or numbers.get("bootstrap_stderr")
    values = {n: v for n, v in numbers.items() if v is not None and n not in _SPREADS}
    moment = moment_of(log.eval.get("created"))
    n = _n_examples(log, score)
    for name, value in values.items():
        yield ImportedScore(
            model=model,
            task=task,
            score=value,
            metric=name,
            setting=_setting(log, score),
            stderr=as_error(error) if name in _MEANS or len(values) == 1 else None,
            n_examples=n,
            date=day_of(moment),
            source=log.found.shown,
            flag=_flag(log, n),
            time=time_of(moment, log.found.path),
        )


def _setting(log: _Log, score: dict[str, Any]) -> str:
    """Return the scorer if there are several, and how epochs are reduced if not by the mean."""
    scorers = {as_text(other.get("name")) for other in log.scores}
    reducer = as_text(score.get("reducer"))
    parts = [as_text(score.get("name")) if len(scorers) > 1 else ""]
    return ", ".join(filter(None, [*parts, "" if reducer == "mean" else reducer]))


def _n_examples(log: _Log, score: dict[str, Any]) -> int | None:
    """Return the number of scored examples; a run may use only some of `dataset.samples`."""
    scored = as_count(score.get("scored_samples"))
    completed = as_number(log.results.get("completed_samples"))
    epochs = as_number(as_table(log.eval.get("config")).get("epochs")) or 1
    return scored or (None if completed is None else as_count(completed / epochs))


def _flag(log: _Log, n: int | None) -> str | None:
    has = as_count(as_table(log.eval.get("dataset")).get("samples"))
    if n is None or has is None or n >= has:
        return None
    return f"Measured on {n:,} of {has:,} examples."


def _examples(log: _Log, measures: list[ImportedScore]) -> Iterator[ImportedExample]:
    """Yield the score of each example over its epochs, for metrics that are their mean."""
    means = {m.setting.partition(", ")[0]: m for m in measures if m.metric in _MEANS}
    for part in map(as_table, log.reductions):
        measure = means.get(as_text(part.get("scorer"))) or means.get("")
        for sample in map(as_table, as_list(part.get("samples"))):
            value, name = as_number(sample.get("value")), sample.get("sample_id")
            if measure is not None and value is not None and name is not None:
                kind = (measure.model, measure.task, measure.metric, measure.setting)
                yield ImportedExample(*kind, as_text(str(name)), value, measure.source)


def _read_members(path: Path, names: Collection[str]) -> dict[str, bytes]:
    """Return the content of the named members that a ZIP archive has."""
    try:
        with ZipFile(path) as archive:
            members = [info for info in archive.infolist() if info.filename in names]
            return {info.filename: _read_member(archive, path, info) for info in members}
    except NotImplementedError as error:
        why = "its compression is not supported"
        raise UnreadableFileError(why) from error
    except _DAMAGES as error:
        why = "it is not a ZIP file, or is damaged"
        raise UnreadableFileError(why) from error


def _read_member(archive: ZipFile, path: Path, info: ZipInfo) -> bytes:
    if info.compress_type != _ZSTANDARD:
        return archive.read(info)
    with path.open("rb") as file:
        file.seek(info.header_offset)
        lengths: tuple[int, int] = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        file.seek(sum(lengths), 1)
        packed = file.read(info.compress_size)
    content = pa.CompressedInputStream(pa.BufferReader(packed), "zstd").read()
    if zlib.crc32(content) != info.CRC:
        raise BadZipFile(info.filename)
    return bytes(content)
