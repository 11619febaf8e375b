"""The pipeline, a verb a stage: load, check, compute, make pages, render, publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from site_builder.charts.labels import make_labels
from site_builder.compute.results import compute_results
from site_builder.config import SiteConfig, load_config
from site_builder.errors import Fault, FaultsError
from site_builder.output.files import render_files
from site_builder.output.folders import check_output_folder
from site_builder.output.manifest import Origin, with_manifest
from site_builder.output.previews import cache_of, draw_previews
from site_builder.output.publish import Published, publish
from site_builder.output.staging import recover
from site_builder.pages.all import make_pages
from site_builder.pages.cards import with_cards
from site_builder.pages.page import Site
from site_builder.prose import Prose, load_prose
from site_builder.tables.check import Tables, check_tables
from site_builder.tables.load import load_tables

Say = Callable[[str], None]


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes:
        pages: How many pages it made.
        published: What it put into its folder.
        warnings: What is odd about the project.
    """

    pages: int
    published: Published
    warnings: tuple[Fault, ...]


def build_site(config: SiteConfig, out: Path, say: Say, *, strict: bool = False) -> BuildReport:
    """Build the whole site of a project into `out`. Nothing is written before all of it is made.

    Args:
        config: The project.
        out: The folder to publish into.
        say: Told the name of each stage as it begins.
        strict: Whether a warning stops the build.

    Raises:
        SiteError: A mistake in the project; the published site stays as it was.
    """
    check_output_folder(out, config.root)
    if recover(out):
        say("Putting back the site that a killed build had moved away")
    files, warnings = make_files(config, say, strict=strict)
    say("Publishing")
    pages = sum(path.endswith(".html") for path in files)
    return BuildReport(pages, publish(files, out), warnings)


def make_files(
    config: SiteConfig, say: Say, *, strict: bool = False, dry: bool = False
) -> tuple[dict[str, bytes], tuple[Fault, ...]]:
    """Every file of the site, its manifest too, and what is odd about the project.

    Publishes nothing.

    Args:
        config: The project.
        say: Told the name of each stage as it begins.
        strict: Whether a warning stops the build.
        dry: Leave out the pictures, which no mistake of the project's can spoil and which go into
            a cache.

    Raises:
        SiteError: A mistake in the project.
    """
    say("Reading and checking the tables")
    tables, prose = check_project(config, strict=strict)
    say("Computing")
    results = compute_results(tables, config)
    site = Site(config, tables, results, make_labels(results, config))
    say("Making the pages")
    pages = make_pages(site)
    if config.has_cards:
        pages = with_cards(site, pages)
    files = render_files(site, pages, prose)
    if config.has_cards and not dry:
        say("Drawing the link previews")
        files |= draw_previews(site, pages, cache_of(config.root))
    release = results.release
    origin = Origin(release.sha256, release.date, _sources(config, tables, prose))
    return with_manifest(files, origin), (*tables.warnings, *prose.faults)


def _sources(config: SiteConfig, tables: Tables, prose: Prose) -> dict[str, str]:
    """The SHA-256 of every file that the project brought, by its path in it."""
    own = {} if config.sha256 is None else {"site.toml": config.sha256}
    read = {f"data/{t.spec.file}": sha256(t.file).hexdigest() for t in tables.loaded.values()}
    texts = {f"data/content/{slot}.md": checksum for slot, checksum in prose.sha256.items()}
    return own | read | texts


def load_project(root: Path, base_url: str | None = None) -> SiteConfig:
    """The configuration of the project in `root`.

    Raises:
        FaultsError: Every fault of `site.toml`, and every error of the tables and the prose that
            shows without it, so that one run tells them all.
    """
    try:
        return load_config(root, base_url)
    except FaultsError as error:
        raise FaultsError((*error.faults, *_other_errors(SiteConfig(root=root)))) from None


def _other_errors(defaults: SiteConfig) -> list[Fault]:
    try:
        check_project(defaults)
    except FaultsError as error:
        return [fault for fault in error.faults if fault.severity == "error"]
    return []


def check_project(config: SiteConfig, *, strict: bool = False) -> tuple[Tables, Prose]:
    """The checked tables and the prose of a project.

    Raises:
        FaultsError: Every fault of the project, warnings among them.
    """
    prose = load_prose(config.content_dir)
    try:
        tables = check_tables(load_tables(config.data_dir), config)
    except FaultsError as error:
        raise FaultsError((*error.faults, *prose.faults)) from None
    faults = (*tables.warnings, *prose.faults)
    if any(strict or fault.severity == "error" for fault in faults):
        raise FaultsError(faults)
    return tables, prose
