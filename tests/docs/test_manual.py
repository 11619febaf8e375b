"""The documentation as a site: no warning, every page, nothing asked of another host."""

import re
import subprocess
import sys

import pytest

from tests.helpers.sites import ROOT, Reading, contents, is_outside, target


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every page as `make manual` makes it, a warning being an error."""
    out = tmp_path_factory.mktemp("manual")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-c", "docs", "-d", str(out / "trees")]
    done = subprocess.run(
        [*command, ".", str(out / "html")], cwd=ROOT, capture_output=True, text=True
    )
    assert 0 == done.returncode, done.stderr
    files = contents(out / "html").items()
    return {path: html.decode() for path, html in files if path.endswith(".html")}


def test_every_page_is_in_the_manual(manual: dict[str, str]) -> None:
    """Those of docs/, and what stands beside them in the repository."""
    named = {f"docs/{path.stem}.html" for path in (ROOT / "docs").glob("*.md")}
    assert named | {"README.html", "CONTRIBUTING.html", "CHANGELOG.html"} <= {*manual}


def test_every_page_is_reached_from_the_first(manual: dict[str, str]) -> None:
    links = Reading(manual["docs/index.html"]).links
    reached = {target("docs/index.html", link)[0] for link in links if not is_outside(link)}
    pages = {path for path in manual if path not in ("genindex.html", "search.html")}
    assert set() == pages - reached - {"docs/index.html"}


def test_the_manual_asks_no_other_host(manual: dict[str, str]) -> None:
    loaded = re.compile(
        r'<(?:script|img|link rel="(?:stylesheet|preload)")[^>]* (?:src|href)="(.*?)"'
    )
    found = {link for html in manual.values() for link in loaded.findall(html)}
    assert found
    assert [] == [link for link in found if is_outside(link)]


def test_the_reference_is_what_the_code_says() -> None:
    """Commands, `site.toml`, API: what `make docs` writes, in a process of its own.

    Click keeps the help that it has made, in whatever context that was.
    """
    command = [sys.executable, str(ROOT / "docs/make_reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (0, "") == (done.returncode, done.stderr)
