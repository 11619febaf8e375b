"""Audit files of scores, a project, or the file at an address. Write nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from site_builder.audit.findings import Audit, Taken, find_audit
from site_builder.compute.results import compute_site
from site_builder.config import SiteConfig, config_of, load_config
from site_builder.errors import Fault, FaultsError, SiteError
from site_builder.formatting import quoted
from site_builder.importers.choices import taken_sections
from site_builder.importers.formats import format_of
from site_builder.importers.reading import ImportOptions
from site_builder.importers.report import warnings_of
from site_builder.importers.run import ImportReport, read_as_tables
from site_builder.records import Record, replace
from site_builder.releases.download import download_file, is_address
from site_builder.tables.check import check_tables
from site_builder.tables.overrides import NOTHING
from site_builder.tables.read import find_files, load_tables
from site_builder.tables.schema import MODELS, RESULTS, TASKS

_MAX_NAME = 100  # of a file, in letters
_NOWHERE = Path(os.devnull)  # the folder of a project that is none
_PAGE = "this is no file of scores, but a page; a board says there how firm its ranks are"


class AuditOptions(Record):
    """What the user says about the scores, in place of a project.

    Attributes:
        source: The format of the files.
        options: Makes the options of an import from a configuration.
        values: Values of `site.toml`.
        board: Id of the board to audit; empty for the one that a site opens with.
        is_empty: Whether nothing but the board is stated.
    """

    source: str
    options: Callable[[SiteConfig], ImportOptions]
    values: Mapping[str, Any]
    board: str = ""
    is_empty: bool = True


def read_source(place: str, stated: AuditOptions) -> Audit:
    """Return what there is to say of the board at a place.

    Raises:
        SiteError: It cannot be read, or has no board; every fault of it.
    """
    if is_address(place):
        return _read_address(place, stated)
    path = Path(place)
    try:
        if not place.strip() or not path.exists():
            fix = "Name a file or folder of scores, a project, or the address of a file."
            raise SiteError(Fault(place or "''", "there is no such file or folder", fix))
        is_project = path.is_dir() and (
            (path / "site.toml").exists() or find_files(RESULTS, path / "data")
        )
        is_tables = path.is_dir() and bool(
            find_files(RESULTS, path) and (find_files(TASKS, path) or find_files(MODELS, path))
        )
    except (OSError, ValueError) as error:  # a name too long, a byte that no name may have
        raise SiteError(Fault(place, f"cannot be read: {error}")) from error
    if (path / "index.html").exists():
        raise SiteError(Fault(place, _PAGE, f"Name {path / 'downloads'}, or the project."))
    if is_project or is_tables:
        _refuse_statements(place, stated)
    if is_project:
        return _read_tables(path, path / "data", stated.board)
    if is_tables:
        return _read_tables(path.parent if path.name == "data" else _NOWHERE, path, stated.board)
    return _read_files(path, place, stated)


def _refuse_statements(place: str, stated: AuditOptions) -> None:
    if not stated.is_empty:
        what = "a board states itself what its scores are, so options about files change nothing"
        raise SiteError(Fault(place, what, "Leave them out; a project has site.toml for them."))


def _read_address(address: str, stated: AuditOptions) -> Audit:
    """Read a file whose address ends in its name."""
    name = urlsplit(address).path.rpartition("/")[2][-_MAX_NAME:]
    if not address.startswith("hf://") and ("." not in name.strip(".") or name == "index.html"):
        raise SiteError(Fault(address, _PAGE, "Name the address of a file of scores."))
    with TemporaryDirectory() as scratch:  # readers take a path, and tell formats by its ending
        path = Path(scratch) / name
        path.write_bytes(download_file(address))
        return _read_files(path, address, stated)


def _read_tables(root: Path, data: Path, board: str) -> Audit:
    """Read a project, or the folder of its tables."""
    try:
        config = load_config(root) if root != _NOWHERE else _config({})
        tables = check_tables(load_tables(data), config)
    except FaultsError as error:
        errors = (fault for fault in error.faults if fault.severity == "error")
        raise FaultsError(replace(f, where=str(data.parent / f.where)) for f in errors) from None
    place = data if root == _NOWHERE else root
    assumed = tuple(a.task for a in tables.assumptions if a.why == NOTHING)
    measures = tuple(measure.label for measure in tables.measures)
    taken = Taken(assumed=assumed, measures=measures, faults=tuple(tables.warnings))
    return find_audit(str(place), compute_site(tables, config), config, board, taken)


def _read_files(path: Path, place: str, stated: AuditOptions) -> Audit:
    """Read files of scores as `init --from` does, without a project."""
    try:
        return _read_found(path, place, stated)
    except FaultsError as error:
        raise FaultsError(_of_source(fault, place) for fault in error.faults) from None


def _read_found(path: Path, place: str, stated: AuditOptions) -> Audit:
    config = _config(stated.values)
    options = replace(stated.options(config), further=True, asks=False)
    report, loaded = read_as_tables(format_of(stated.source), path, config, options)
    about, taken = _unknown(report), taken_sections(report.reading.further)
    stated_too = {name: {**taken[name], **stated.values.get(name, {})} for name in taken}
    sections = {**stated.values, **stated_too}
    if RESULTS.name not in loaded.tables:
        raise SiteError(_nothing_left(place, about))
    # A mean over several tasks, one of an unknown unit, would be a guess.
    is_several = loaded.tables[RESULTS.name].frame["task"].nunique() > 1
    is_unsure = is_several and not {*about.units} <= {*about.mixed}
    board = stated.values.get("board", {})
    if is_unsure:
        sections["board"] = {"rank_by": "mean_win_rate", **board}
    config = _config(sections)
    tables = check_tables(loaded, config)
    found = (*warnings_of(report, config), *tables.warnings)
    faults = tuple(_of_source(fault, place) for fault in found)
    measures = tuple(measure.label for measure in tables.measures)
    taken_for = replace(about, measures=measures, faults=faults)
    audit = find_audit(place, compute_site(tables, config), config, stated.board, taken_for)
    return replace(audit, why="unknown units") if is_unsure and "rank_by" not in board else audit


def _unknown(report: ImportReport) -> Taken:
    """Return what nothing tells of the scores of files, and what told the rest."""
    directions = tuple(task.name for task in report.assumed.directions)
    units = {
        task.name: (min(task.scores), max(task.scores))
        for task in report.assumed.units
        if task.name not in directions
    }
    mixed = tuple(task.name for task in report.assumed.mixed if task.name in units)
    left_out = {*directions, *(task.name for task in report.assumed.mixed)}
    # What a name told, and no statement of the user or of the file.
    found = (a for a in report.assumed.assumptions if a.task not in left_out)
    told = tuple(a for a in found if a.why not in ("site.toml", "the file"))
    return Taken(directions, units, mixed, told=told)


def _config(values: Mapping[str, Any]) -> SiteConfig:
    config, faults = config_of({**values}, _NOWHERE)
    if faults:
        raise FaultsError(replace(fault, where="--set") for fault in faults)
    return config


def _nothing_left(place: str, about: Taken) -> Fault:
    """Return the fault that every task is left out, with the options that bring it in."""
    if about.directions:
        what = f"nothing tells whether higher is better for {quoted(about.directions)}"
        fix = "Give --higher-is-better TASK or --lower-is-better TASK; '*' is every task."
        return Fault(place, what, fix)
    what = f"proportions and percentages may be mixed in {quoted(about.mixed)}"
    return Fault(place, what, "Correct them, or give --percent, --proportion or --other-unit.")


_BY_SET = (
    "# lines of site.toml by --set, after their section: --set 'import.model_by = [\"agent\"]'"
)


def _of_source(fault: Fault, place: str) -> Fault:
    """Return a fault of files as an audit says it: of no table, and with the option for lines."""
    where = place if fault.where.startswith("data/") else fault.where.removeprefix("site.toml")
    has_lines = bool(fault.paste) or "site.toml" in fault.fix
    return replace(fault, where=where, paste=(_BY_SET, *fault.paste) if has_lines else ())
