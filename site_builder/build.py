"""Build a site: load, check, compute, make pages, render, publish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from site_builder.charts.chart import find_chart_faults
from site_builder.compute.catalog import find_release
from site_builder.compute.results import compute_site
from site_builder.config import SiteConfig, read_config
from site_builder.errors import Fault, FaultsError, SiteError
from site_builder.formatting import writing
from site_builder.pages.all import make_pages, with_own_charts
from site_builder.pages.page import OutputFile, Site, assemble_site
from site_builder.processes import worker_count
from site_builder.prose.markdown import Prose, load_prose, text_file
from site_builder.publish.folder import Published, find_conflicts, publish
from site_builder.publish.manifest import SiteFiles, open_folder, with_manifest
from site_builder.records import Record, asdict, replace
from site_builder.releases.read import (
    ReleaseContent,
    find_news,
    read_published,
    read_release,
    read_replaced,
)
from site_builder.render.assets import find_theme_faults
from site_builder.render.environment import find_stray_templates
from site_builder.render.pages import (
    find_domain_faults,
    find_navigation_faults,
    find_source_faults,
    render_site,
)
from site_builder.render.previews import draw_previews, with_cards
from site_builder.tables.check import check_tables
from site_builder.tables.export import export_tables
from site_builder.tables.metrics import assumption_lines
from site_builder.tables.read import Tables, load_tables
from site_builder.translation import read_translation

PUBLISHED = "published"
"""The previous release is at the address that the site has, where there is one yet."""
NO_RELEASE = "none"
"""There is no previous release, not even that of the site which the build replaces."""


Previous: TypeAlias = "str | SiteFiles | None"


class BuildCache:
    """The results and pages of the last build of this process.

    They depend on the tables, on `site.toml`, on the titles of the project's own pages, and on the
    previous release. While these stay the same, the next build only renders.
    """

    _sources: object = None
    content: _Content | None = None

    def fill(self, sources: object, make: Callable[[], _Content]) -> _Content:
        """Return the content of the last build if it had the same sources; else make it."""
        if self.content is None or sources != self._sources:
            self.content, self._sources = make(), sources
        return self.content


class BuildOptions(Record):
    """Options that do not affect the output.

    Attributes:
        on_stage: Callback for the name of each stage, as it begins.
        on_page: Callback for the number of pages that are rendered, and of all pages.
        workers: The number of processes that render; None for as many as help.
        cache: What the build reuses and leaves for the next one.
        on_assumed: Callback for lines with the assumptions about each task.
    """

    on_stage: Callable[[str], None] = lambda _: None
    on_page: Callable[[int, int], None] = lambda *_: None
    workers: int | None = 1
    cache: BuildCache | None = None
    on_assumed: Callable[[list[str]], None] = lambda _: None


_DEFAULTS = BuildOptions()


class _Content(Record):
    """What a build makes before it renders."""

    site: Site
    pages: tuple[OutputFile, ...]
    warnings: tuple[Fault, ...]


def build_site(
    config: SiteConfig,
    out: Path,
    options: BuildOptions = _DEFAULTS,
    *,
    strict: bool = False,
    previous: Previous = None,
) -> tuple[Published, tuple[Fault, ...]]:
    """Build the whole site of a project into `out`; write nothing before all of it is made.

    If `strict`, a warning stops the build. `previous` is where the previous release is, or
    `PUBLISHED`, for the pages of changes and history; or the site that the build replaces, by
    default that in `out`, which counts where its data is of an earlier day. Return what was
    published, and all warnings.

    Raises:
        SiteError: The project has a fault; the published site stays as it was.
    """
    files, warnings = make_files(config, options, out, strict=strict, previous=previous)
    options.on_stage("Publishing")
    return publish(files, out), warnings


def make_files(
    config: SiteConfig,
    options: BuildOptions = _DEFAULTS,
    out: Path | None = None,
    *,
    strict: bool = False,
    dry: bool = False,
    previous: Previous = None,
) -> tuple[dict[str, bytes], tuple[Fault, ...]]:
    """Return every file of the site by its path, with the manifest, and all warnings.

    The folder `out` is only checked. If `dry`, there are no link previews, which no fault of a
    project can affect. `strict` and `previous` are those of `build_site`.

    Raises:
        FaultsError: Every fault of the project.
    """
    options.on_stage("Reading and checking the tables")
    old, unread = _read_named(previous, config.site.base_url)
    outside = () if out is None else find_conflicts(out, config.root)
    try:
        tables, prose = read_project(config)
    except FaultsError as error:
        raise FaultsError((*error.faults, *outside, *unread)) from None
    options.on_assumed(assumption_lines(tables.assumptions))
    replaced = open_folder(out) if previous is None and out is not None else previous
    if old is None and isinstance(replaced, SiteFiles) and not dry:
        old, unread = read_replaced(replaced, find_release(tables, config.site.released))
    faults = (*tables.warnings, *prose.faults, *_config_faults(config, prose), *outside, *unread)
    workers = options.workers or worker_count(
        len(tables.models) + len(tables.tasks), len(tables.results)
    )
    make_content = partial(_make_content, config, tables, prose, old, options.on_stage)
    told = (prose.own, old, read_translation(config).sha256)
    sources = (config, tables.warnings, _table_files(tables), *told)
    try:
        content = (options.cache or BuildCache()).fill(sources, make_content)
        faults += content.warnings
        with writing(content.site.labels.say.notation):
            files = render_site(content.site, content.pages, prose, workers, options.on_page)
    except SiteError as error:
        raise FaultsError((*faults, *error.faults)) from error
    if any(strict or fault.severity == "error" for fault in faults):
        raise FaultsError(faults)
    if config.has_cards and not dry:
        options.on_stage("Drawing the link previews")
        files |= draw_previews(content.site, content.pages)
    release = asdict(content.site.results.release)
    return with_manifest(files, release=release, sources=_sources(config, tables, prose)), faults


def _sources(config: SiteConfig, tables: Tables, prose: Prose) -> dict[str, str]:
    """Return the SHA-256 of each file that the site is made from, by its path."""
    checksums = {} if config.sha256 is None else {"site.toml": config.sha256}
    if (file := read_translation(config)).sha256:
        checksums[file.path] = file.sha256
    for path, stored in _table_files(tables).items():
        checksums[path] = sha256(stored).hexdigest()
    checksums |= {text_file(slot): checksum for slot, checksum in prose.sha256.items()}
    return dict(sorted(checksums.items()))


def load_project(
    root: Path,
    base_url: str | None = None,
    out: Path | None = None,
    previous: Previous = None,
    released: date | None = None,
) -> SiteConfig:
    """Return the configuration of the project in `root`.

    `base_url` overrides that of `site.toml`; `released` holds where the file has none.

    Raises:
        FaultsError: Every fault of `site.toml`, and every other fault of the project that shows
            with the sound part of it, so that one run reports all of them. Where it is no TOML,
            nothing tells which other faults there are.
    """
    config, faults = read_config(root, base_url, released)
    if not faults:
        return config
    if config.sha256 is None:
        raise FaultsError(faults)
    try:
        others = make_files(config, out=out, dry=True, previous=previous)[1]
    except SiteError as error:
        others = error.faults
    raise FaultsError((*faults, *others))


def read_project(config: SiteConfig) -> tuple[Tables, Prose]:
    """Return the checked tables and the prose of a project.

    Raises:
        FaultsError: Every fault of the tables, and every fault of prose and templates that shows
            without results.
    """
    prose = load_prose(config.content_dir)
    try:
        return check_tables(load_tables(config.data_dir), config), prose
    except FaultsError as error:
        config_faults = _config_faults(config, prose)
        sources = find_source_faults(config, prose)
        raise FaultsError((*error.faults, *prose.faults, *config_faults, *sources)) from None


def _make_content(
    config: SiteConfig,
    tables: Tables,
    prose: Prose,
    old: ReleaseContent | None,
    on_stage: Callable[[str], None],
) -> _Content:
    on_stage("Computing")
    with ThreadPoolExecutor() as pool:  # compression and numpy let other threads run
        exported = pool.submit(export_tables, tables.loaded)
        computed = compute_site(tables, config)
    site = assemble_site(config, exported.result(), computed, prose.own)
    warnings: tuple[Fault, ...] = ()
    if old is not None:
        news, warnings = find_news(config, old, computed)
        site = replace(site, news=news)
    on_stage("Making the pages")
    with writing(site.labels.say.notation):
        pages = with_own_charts(site, make_pages(site))
    return _Content(site, with_cards(site, pages) if config.has_cards else pages, warnings)


def _read_named(place: Previous, base_url: str) -> tuple[ReleaseContent | None, tuple[Fault, ...]]:
    """Return the previous release that somebody named, or why there is none."""
    if not isinstance(place, str) or place == NO_RELEASE:
        return None, ()
    if place == PUBLISHED and not base_url:
        what = "there is no page of changes, since base_url does not say where the site is"
        return None, (Fault("site.toml", what, "Set base_url in [site].", "warning"),)
    try:
        if place == PUBLISHED:
            return read_published(base_url), ()
        return read_release(place, with_kept=True), ()
    except SiteError as error:
        return None, error.faults


def _config_faults(config: SiteConfig, prose: Prose) -> Iterator[Fault]:
    yield from find_theme_faults(config)
    yield from find_domain_faults(config)
    yield from find_navigation_faults(config, prose.own)
    yield from find_chart_faults(config)
    yield from find_stray_templates(config.root)
    yield from read_translation(config).faults


def _table_files(tables: Tables) -> dict[str, bytes]:
    stored = {t.where: t.content for t in tables.loaded.values()}
    for table in tables.loaded.values():
        stored |= table.submissions
    return {where: content for where, content in stored.items() if content}
