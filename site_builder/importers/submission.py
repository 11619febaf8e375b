"""Make a submission of the scores of one model, as an import reads them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from site_builder.atomic import write_files
from site_builder.config import SiteConfig
from site_builder.errors import Fault, SiteError, unreadable
from site_builder.formatting import listed
from site_builder.tables.read import find_files, load_tables
from site_builder.tables.schema import MODELS, RESULTS, TASKS
from site_builder.tables.submission_text import SubmittedEntry, entry_text, path_of
from site_builder.tables.write import read_all_stored

__all__ = ["copy_settings", "entry_text", "path_of", "read_entry"]


def copy_settings(root: Path, place: Path) -> None:
    """Put what a project states of its tasks into a new one, into which results are imported.

    Raises:
        SiteError: A file cannot be read or written.
    """
    names = ["site.toml", *(f"data/{name}" for name in find_files(TASKS, root / "data"))]
    paths = [root / name for name in names if (root / name).is_file()]
    try:
        write_files({place / path.relative_to(root): path.read_bytes() for path in paths})
    except OSError as error:
        raise SiteError(unreadable(str(error.filename), error)) from error


def read_entry(
    place: Path,
    root: Path,
    config: SiteConfig,
    model: str,
    facets: Mapping[str, str],
    stated: Mapping[str, str],
) -> tuple[SubmittedEntry, Collection[str]]:
    """Return the entry of the results that were imported into `place`, and the settings of `root`.

    `model` is its id; empty for that of the results. The model is told of where the project does
    not know it. The variant of a score without one is not named.

    Raises:
        SiteError: The results are of several models.
    """
    tables = read_all_stored((RESULTS, MODELS), place / "data")
    rows = tables[RESULTS.name].rows
    models = [*dict.fromkeys(str(row["model"]) for row in rows)]
    if len(models) > 1:
        what = f"the files have scores of {len(models):,} models: {listed(models, most=6)}"
        raise SiteError(Fault("", what, "Name the files of one: a submission is one entry."))
    loaded = load_tables(root / "data").tables
    known, results = loaded.get(MODELS.name), loaded.get(RESULTS.name)
    ids = {*known.frame["model"]} if known and "model" in known.frame else set()
    name = model or models[0]
    found = next(iter(tables[MODELS.name].rows), {})
    facts = {} if name in ids else {k: v for k, v in found.items() if k != "model"}
    base = ("variant", config.default_variant)
    rows = tuple({k: v for k, v in row.items() if (k, v) != base} for row in rows)
    settings = {*config.facets, *(results.settings if results else ())}
    return SubmittedEntry(name, rows, facets, facts, stated), settings
