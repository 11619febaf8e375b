"""The pipeline, a verb a stage: load, check, compute, make pages, render, publish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from site_builder.charts.chart import find_chart_faults
from site_builder.config import SiteConfig, read_config
from site_builder.errors import Fault, FaultsError, OutputFolderError, SiteError
from site_builder.head_start import Computed, compute_all
from site_builder.labels import make_labels
from site_builder.pages.all import make_pages, with_own_charts
from site_builder.pages.page import assemble_site
from site_builder.prose.markdown import Prose, load_prose
from site_builder.publish.folder import Published, check_output_folder, publish, recover
from site_builder.publish.manifest import Origin, with_manifest
from site_builder.records import Record, replace
from site_builder.render.assets import find_theme_faults
from site_builder.render.pages import find_navigation_faults, find_source_faults, render_site
from site_builder.render.previews import with_cards
from site_builder.tables.check import Tables, check_tables
from site_builder.tables.read import load_tables
from site_builder.work import ALONE, BuildCache, BuildOptions, Content, Say

if TYPE_CHECKING:  # most builds know of no edition before
    from site_builder.releases.read import ReleaseContent


class BuildReport(Record):
    """What a build did.

    Attributes:
        pages: How many pages it made.
        published: What it put into its folder.
        warnings: What is odd about the project.
    """

    pages: int
    published: Published
    warnings: tuple[Fault, ...]


def build_site(
    config: SiteConfig,
    out: Path,
    work: BuildOptions = ALONE,
    *,
    strict: bool = False,
    previous: str | None = None,
) -> BuildReport:
    """Build the whole site of a project into `out`. Nothing is written before all of it is made.

    Args:
        config: The project.
        out: The folder to publish into.
        work: How it works.
        strict: Whether a warning stops the build.
        previous: Where the previous edition is, for the page of changes; None for no such page.

    Raises:
        SiteError: A mistake in the project; the published site stays as it was.
    """
    if recover(out):
        work.say("Putting back the site that a killed build had moved away")
    files, warnings = make_files(config, work, out, strict=strict, previous=previous)
    work.say("Publishing")
    pages = sum(path.endswith(".html") for path in files)
    return BuildReport(pages, publish(files, out), warnings)


def make_files(
    config: SiteConfig,
    work: BuildOptions = ALONE,
    out: Path | None = None,
    *,
    strict: bool = False,
    dry: bool = False,
    previous: str | None = None,
) -> tuple[dict[str, bytes], tuple[Fault, ...]]:
    """Every file of the site, its manifest too, and what is odd about the project.

    Publishes nothing.

    Args:
        config: The project.
        work: How it works.
        out: The folder that they are to be published into, which is checked.
        strict: Whether a warning stops the build.
        dry: Leave out the pictures, which no mistake of the project's can spoil and which go into
            a cache.
        previous: Where the previous edition is, for the page of changes; None for no such page.

    Raises:
        FaultsError: Every mistake in the project.
    """
    work.say("Reading and checking the tables")
    old, unread = _read_previous(previous)
    folder = (*_folder_faults(out, config.root), *unread)
    computed = work.start.computed(config)
    try:
        tables, prose = read_project(config, computed)
    except FaultsError as error:
        raise FaultsError((*error.faults, *folder)) from None
    faults = (*tables.warnings, *prose.faults, *_own_faults(config, prose), *folder)
    processes = work.processes_for(tables)
    here = partial(compute_all, tables, config, work.start.exported)
    compute = (lambda: computed) if computed else here
    make = partial(_make_content, config, prose, old, work.say, compute)
    files_read = {name: table.file for name, table in tables.loaded.items()}
    sources = (config, tables.warnings, files_read, prose.own, old and prose.texts, old)
    try:
        made = (work.kept or BuildCache()).made(sources, make)
        faults += made.odd
        files = render_site(made.site, made.pages, prose, processes, work.count)
    except SiteError as error:
        raise FaultsError((*faults, *error.faults)) from error
    if any(strict or fault.severity == "error" for fault in faults):
        raise FaultsError(faults)
    if config.has_cards and not dry:
        from site_builder.render.previews import draw_previews  # with what draws them

        work.say("Drawing the link previews")
        files |= draw_previews(made.site, made.pages)
    release = made.site.results.release
    origin = Origin(release.sha256, release.date, _sources(config, tables, prose))
    return with_manifest(files, origin), faults


def _read_previous(place: str | None) -> tuple[ReleaseContent | None, tuple[Fault, ...]]:
    """The previous edition, or why it cannot be read."""
    if place is None:
        return None, ()
    from site_builder.releases.read import read_release  # with what fetches from the web

    try:
        return read_release(place), ()
    except SiteError as error:
        return None, error.faults


def _make_content(
    config: SiteConfig,
    prose: Prose,
    old: ReleaseContent | None,
    say: Say,
    compute: Callable[[], Computed],
) -> Content:
    """Everything that follows from the tables and `site.toml`: results, and pages as values."""
    say("Computing")
    tables, results, exported = compute()
    labels = make_labels(results, config)
    site = assemble_site(config, tables, results, labels, prose.own, exported)
    odd: tuple[Fault, ...] = ()
    if old is not None:
        from site_builder.releases.read import find_news, release_content

        news, odd = find_news(config, old, release_content(tables, results, labels, prose.texts))
        site = replace(site, news=news)
    say("Making the pages")
    pages = with_own_charts(site, make_pages(site))
    return Content(site, with_cards(site, pages) if config.has_cards else pages, odd)


def _sources(config: SiteConfig, tables: Tables, prose: Prose) -> dict[str, str]:
    """The SHA-256 of every file that the project brought, by its path in it."""
    own = {} if config.sha256 is None else {"site.toml": config.sha256}
    read = {f"data/{t.spec.file}": sha256(t.file).hexdigest() for t in tables.loaded.values()}
    texts = {f"data/content/{slot}.md": checksum for slot, checksum in prose.sha256.items()}
    return own | read | texts


def load_project(
    root: Path,
    base_url: str | None = None,
    out: Path | None = None,
    previous: str | None = None,
) -> SiteConfig:
    """The configuration of the project in `root`.

    Raises:
        FaultsError: Every fault of `site.toml`, and every other fault of the project that shows
            with what of it is sound, so that one run tells them all.
    """
    config, faults = read_config(root, base_url)
    if not faults:
        return config
    others: tuple[Fault, ...] = ()
    try:
        others = make_files(config, ALONE, out, dry=True, previous=previous)[1]
    except SiteError as error:
        others = error.faults
    raise FaultsError((*faults, *others))


def _folder_faults(out: Path | None, root: Path) -> tuple[Fault, ...]:
    try:
        if out is not None:
            check_output_folder(out, root)
    except OutputFolderError as error:
        return error.faults
    return ()


def read_project(config: SiteConfig, computed: Computed | None = None) -> tuple[Tables, Prose]:
    """The checked tables, unless they are there already, and the prose of a project.

    Raises:
        FaultsError: Every fault of the tables, and every one of prose and templates that shows
            without a figure.
    """
    prose = load_prose(config.content_dir)
    if computed:
        return computed.tables, prose
    try:
        return check_tables(load_tables(config.data_dir), config), prose
    except FaultsError as error:
        written = find_source_faults(config, prose)
        own = _own_faults(config, prose)
        raise FaultsError((*error.faults, *prose.faults, *own, *written)) from None


def _own_faults(config: SiteConfig, prose: Prose) -> Iterator[Fault]:
    """What is wrong with the project's own looks, whatever the tables hold."""
    yield from find_theme_faults(config)
    yield from find_navigation_faults(config, prose.own)
    yield from find_chart_faults(config)
