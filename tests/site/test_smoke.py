"""What `make smoke` would not let pass."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from site_builder.build import build_site
from site_builder.config import load_config
from tests.helpers.tables import board, write_project
from tests.tools.smoke import FailedStepError, look_at, run


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the fixture board, whose first model is Alpha."""
    root = write_project(tmp_path_factory.mktemp("smoke"), board())
    build_site(load_config(root), root / "site")
    return root / "site"


@pytest.fixture
def site(built: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(built, tmp_path / "site"))


def test_a_sound_home_page_passes(chromium, site):
    look_at(site, "Alpha", chromium)


def test_a_missing_script_is_named(chromium, site):
    (script,) = (site / "assets/js").glob("every-page.*.js")
    script.unlink()
    with pytest.raises(FailedStepError, match=script.name):
        look_at(site, "Alpha", chromium)


def test_an_error_of_a_script_is_named(chromium, site):
    (script,) = (site / "assets/js").glob("every-page.*.js")
    script.write_text("nonsense();")
    with pytest.raises(FailedStepError, match="nonsense is not defined"):
        look_at(site, "Alpha", chromium)


def test_another_first_model_is_named(chromium, site):
    with pytest.raises(FailedStepError, match=r"the first row is not of Beta: .*Alpha"):
        look_at(site, "Beta", chromium)


def test_a_command_that_fails_shows_what_it_said(tmp_path):
    """On stdout and stderr, with its exit code; its folder is the given one."""
    script = "import os, sys; print(os.getcwd()); sys.exit('nothing works')"
    with pytest.raises(FailedStepError) as raised:
        run([sys.executable, "-c", script], tmp_path, os.environ)
    assert sorted([str(tmp_path), "nothing works"]) == sorted(str(raised.value).splitlines()[:2])
    assert "Exit code 1." == str(raised.value).splitlines()[2]
    assert "fine\n" == run([sys.executable, "-c", "print('fine')"], tmp_path, os.environ)
