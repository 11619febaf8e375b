"""Fixtures that more than one test module uses."""

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright

from tests.helpers.browser import LAUNCH_ARGS, find_or_install_chromium
from tests.helpers.browsing import pages_given_back
from tests.helpers.odd_boards import built
from tests.helpers.once import begin_sharing, end_sharing
from tests.helpers.sites import BuiltSite
from tests.helpers.tables import board, write_project

# Sites and their pages are kept: to go through them all again and again took a third of the time.
gc.set_threshold(700, 10, 200)

# With jsonschema it makes grammars of addresses, which takes a second and checks nothing here.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

# A shell's background job ignores Ctrl-C, which some tests send.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A slow machine is no failure.
settings.register_profile("any_machine", deadline=None, max_examples=50)
settings.load_profile("any_machine")
expect.set_options(timeout=30_000)


def write_to_memory() -> None:
    """Write temporary files to memory where there is enough of it.

    A build flushes each file that it publishes: on a disk, most tests of a build take twice as
    long.
    """
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK):
        return
    if shutil.disk_usage(memory).free >= 4 * 2**30:
        os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


def pytest_configure(config: pytest.Config) -> None:
    """Where pytest begins, not in each of its workers."""
    if not hasattr(config, "workerinput"):
        write_to_memory()
        begin_sharing()
        # Containers often set it; each worker, and what tests start, would compile all code anew.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        config.add_cleanup(end_sharing)


@pytest.hookimpl(trylast=True)  # after pytest-randomly
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first, those of whole sites: no worker is left with one in the end."""
    items.sort(key=lambda item: item.path.parent.name != "site")


def pytest_collection_finish() -> None:
    """What is there before the first test stays: nobody need look through it again."""
    gc.freeze()


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests also wait, for a browser, a process or a limit."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, one for each pytest worker."""
    path = find_or_install_chromium()
    with sync_playwright() as playwright:
        # No page lives long enough to earn what optimising its scripts costs.
        args = [*LAUNCH_ARGS, "--js-flags=--no-opt,--always-sparkplug"]
        browser = playwright.chromium.launch(executable_path=path, args=args)
        yield browser
        browser.close()


@pytest.fixture
def chromium(browser: Browser) -> Iterator[Browser]:
    """The same, for one test: what it opens is cleared or closed behind it."""
    with pages_given_back(browser):
        yield browser


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of the fixture board (helpers/tables.py): `site.toml` and `data/*.parquet`."""
    return write_project(tmp_path / "project", board())


@pytest.fixture(scope="session")
def index_site() -> BuiltSite:
    """The Index, built once."""
    return built("index")


@pytest.fixture(scope="session")
def home(index_site: BuiltSite) -> str:
    """The address of the served Index."""
    return index_site.url
