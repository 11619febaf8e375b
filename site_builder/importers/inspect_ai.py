"""Read Inspect logs."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import pyarrow as pa

from site_builder.importers.reading import (
    Found,
    ImportedExample,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    of_files,
)
from site_builder.importers.values import (
    ARCHIVE_MEMBERS,
    UNPACKED_BYTES,
    JsonObject,
    UnreadableFileError,
    as_count,
    as_positive,
    as_text,
    check_file,
    flag_of_part,
    known,
    parse_json,
    version_of,
)
from site_builder.records import replace

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


@of_files
def read_inspect(found: Found, options: ImportOptions) -> Reading:
    """Read a log, unless its run failed; the option `examples` applies."""
    if found.path.suffix == ".eval":
        log = _from_zip(found)
    else:
        found.check_ending(".json", ".eval")
        log = found.object()
        if "eval" not in log or "status" not in log:
            raise UnreadableFileError(why="it is not a log of Inspect")
    status = log.text("status")
    if status != "success":
        why = _WHY_NOT.get(status, "it does not state that its run succeeded")
        raise UnreadableFileError(why=why)
    if log.get("invalidated") is True:
        raise UnreadableFileError(why="its run was marked invalid")
    about = log.object("eval")
    model, task = about.text("model"), about.text("task")
    if not model or not task:
        raise UnreadableFileError(why="it names no model, or no task")
    run = ImportedScore(
        model,
        task,
        score=math.nan,
        facets=_facets(about, log),
        measures=_measures_of_run(log, model),
        version=version_of(about.get("task_version")),
        **found.provenance(about.moment("created")),
    )
    measures = tuple(_measures(log, run))
    if not measures:
        raise UnreadableFileError(why="it has no score")
    return Reading(
        measures=measures,
        tasks=(ImportedRow(task, {"test_examples": about.count("dataset", "samples")}),),
        examples=tuple(_examples(log, measures)) if options.examples else (),
    )


def _from_zip(found: Found) -> JsonObject:
    check_file(found.path)
    parts = {name: parse_json(content) for name, content in _read_members(found.path).items()}
    # Logs of 2024 have two files instead of header.json.
    old = {**JsonObject(parts.get("start.json")), **JsonObject(parts.get("results.json"))}
    header = JsonObject(parts.get("header.json")) or old or {"status": "started"}
    return JsonObject({**header, "reductions": parts.get("reductions.json")})


def _facets(about: JsonObject, log: JsonObject) -> dict[str, str]:
    """Return the agent of a run, if another than that of the task, and the effort of its model."""
    effort = "reasoning_effort"
    stated = about.text("model_generate_config", effort) or log.text("plan", "config", effort)
    return known(solver=about.text("solver"), reasoning_effort=stated)


def _measures_of_run(log: JsonObject, model: str) -> dict[str, float]:
    """Return the time of a run, and the tokens of its model: others may have been its judges."""
    usage = log.object("stats", "model_usage", model)
    read = [usage.number(f"input_tokens{part}") for part in ("", "_cache_write", "_cache_read")]
    start, end = (log.moment("stats", name) for name in ("started_at", "completed_at"))
    return known(
        seconds=(end - start).total_seconds() if start and end and end > start else None,
        input_tokens=None if read[0] is None else sum(number or 0 for number in read),
        output_tokens=usage.number("output_tokens"),
    )


def _measures(log: JsonObject, run: ImportedScore) -> Iterator[ImportedScore]:
    scores = log.all("results", "scores")
    has_several = len({score.text("name") for score in scores}) > 1
    has = log.count("eval", "dataset", "samples")
    completed = log.number("results", "completed_samples")
    epochs = log.number("eval", "config", "epochs") or 1
    # A run may use only some of `dataset.samples`.
    ran = None if completed is None else as_count(completed / epochs)
    for score in scores:
        metrics = score.object("metrics")
        numbers = {name: metrics.number(name, "value") for name in metrics}
        error = as_positive(numbers.get("stderr") or numbers.get("bootstrap_stderr"))
        values = {n: v for n, v in numbers.items() if v is not None and n not in _SPREADS}
        scorer, reducer = score.text("name"), score.text("reducer")
        words = (scorer if has_several else "", "" if reducer == "mean" else reducer)
        n = score.count("scored_samples") or ran
        for name, value in values.items():
            yield replace(
                run,
                score=value,
                metric=name,
                setting=", ".join(filter(None, words)),
                stderr=error if name in _MEANS or len(values) == 1 else None,
                n_examples=n,
                flag=flag_of_part(n, has),
            )


def _examples(log: JsonObject, measures: Iterable[ImportedScore]) -> Iterator[ImportedExample]:
    """Yield the score of each example over its epochs, for metrics that are their mean."""
    means = {m.setting.partition(", ")[0]: m for m in measures if m.metric in _MEANS}
    for part in log.all("reductions"):
        measure = means.get(part.text("scorer")) or means.get("")
        for sample in part.all("samples"):
            value, name = sample.number("value"), sample.get("sample_id")
            if measure is not None and value is not None and name is not None:
                kind = (measure.model, measure.task, measure.metric, measure.setting)
                yield ImportedExample(*kind, as_text(str(name)), value, measure.source)


def _read_members(path: Path) -> dict[str, bytes]:
    try:
        with ZipFile(path) as archive:
            ARCHIVE_MEMBERS.check(len(archive.infolist()))
            members = {name: archive.getinfo(name) for name in {*_PARTS} & {*archive.namelist()}}
            UNPACKED_BYTES.check(sum(info.file_size for info in members.values()))
            return {name: _read_member(archive, path, info) for name, info in members.items()}
    except NotImplementedError as error:
        raise UnreadableFileError(why="its compression is not supported") from error
    except _DAMAGES as error:
        raise UnreadableFileError(why="it is not a ZIP file, or is damaged") from error


def _read_member(archive: ZipFile, path: Path, info: ZipInfo) -> bytes:
    """Unpack a member, but never more than the size that the directory of the archive states."""
    if info.compress_type in (ZIP_STORED, ZIP_DEFLATED):
        with archive.open(info) as member:
            return member.read(info.file_size + 1)
    if info.compress_type != _ZSTANDARD:
        raise NotImplementedError
    with path.open("rb") as file:
        file.seek(info.header_offset)
        lengths: tuple[int, int] = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        file.seek(sum(lengths), 1)
        packed = file.read(info.compress_size)
    content = pa.CompressedInputStream(pa.BufferReader(packed), "zstd").read(info.file_size + 1)
    if zlib.crc32(content) != info.CRC:
        raise BadZipFile(info.filename)
    return bytes(content)
