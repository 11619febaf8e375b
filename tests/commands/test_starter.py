"""What `init` gives along: the commented `site.toml`, the sample, words without gaps."""

import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from site_builder.config import SiteConfig, config_keys
from site_builder.starter.project import FILES, HOSTS, project_files, set_keys
from tests.helpers.sites import ROOT

SITE_TOML = (FILES / "site.toml").read_text(encoding="utf8")
KEY = re.compile(r"^# (\w+ = .*)$", re.MULTILINE)
TABLES = {"results": ["model", "task", "variant"], "models": ["model"], "tasks": ["task"]}


def values() -> dict[str, Any]:
    """What the commented file says once every key of it is set."""
    return tomllib.loads(KEY.sub(r"\1", SITE_TOML))


def test_every_key_of_the_configuration_is_there_once():
    there = [f"{section}.{key}" for section, keys in values().items() for key in keys]
    assert config_keys() == there
    assert len(there) == len(KEY.findall(SITE_TOML))
    assert {section: {} for section in values()} == tomllib.loads(SITE_TOML)


@pytest.mark.parametrize("key", config_keys())
def test_a_key_shows_its_default(key):
    """Where it has one; and the words above it say what holds while it is not set."""
    section, name = key.split(".")
    attributes = {field.alias or at: at for at, field in SiteConfig.model_fields.items()}
    default = getattr(getattr(SiteConfig(root=Path()), attributes[section]), name)
    if isinstance(default, BaseModel):
        default = default.model_dump(exclude_none=True)
    if default is not None:
        assert default == values()[section][name]
    above = SITE_TOML.partition(f"\n# {name} = ")[0].rpartition("\n\n")[2]
    assert "Default: " in above or default == "Leaderboard"


def test_what_it_shows_is_what_it_may_hold():
    SiteConfig.model_validate({**values(), "root": Path()})


@given(st.text().filter(str.isprintable), st.lists(st.text().filter(str.isprintable)))
def test_any_text_is_set_as_it_is(title, variants):
    """Quotes, backslashes and hashes included; the other keys stay comments."""
    set_ = {"site": {"title": title}, "board": {"tuned_variants": variants}}
    found = tomllib.loads(set_keys(SITE_TOML, set_))
    empty: dict[str, Any] = {section: {} for section in values()}
    assert {**empty, **set_} == found


@pytest.mark.parametrize("name", TABLES)
def test_the_sample_is_an_extract(name):
    """Each of its rows is one of the Index's, in every column, in the order of the Index."""
    whole = pd.read_parquet(ROOT / f"data/{name}.parquet")
    sample = pd.read_parquet(FILES / f"sample/{name}.parquet")
    assert list(whole.columns) == list(sample.columns)
    key = TABLES[name]
    kept = whole.merge(sample[key], on=key)
    pd.testing.assert_frame_equal(kept, sample)
    assert 0 < len(sample) < len(whole)


def test_the_sample_is_what_its_script_makes(tmp_path):
    """`make data` writes these tables."""
    runpy.run_path(str(ROOT / "data/source/sample.py"))["main"](tmp_path)
    for name in TABLES:
        pd.testing.assert_frame_equal(
            pd.read_parquet(tmp_path / f"{name}.parquet"),
            pd.read_parquet(FILES / f"sample/{name}.parquet"),
        )


def test_the_sample_is_one_board():
    """No model or task without a score, no score of an unknown one; every score has its source."""
    tables = {name: pd.read_parquet(FILES / f"sample/{name}.parquet") for name in TABLES}
    results = tables["results"]
    assert {*tables["models"]["model"]} == {*results["model"]}
    assert {*tables["tasks"]["task"]} == {*results["task"]}
    assert bool(results["source"].notna().all())


@pytest.mark.parametrize("host", HOSTS)
def test_no_place_is_left_unfilled(host):
    """Every text that goes to a publisher is without a trace of how it was made."""
    for path, content in project_files(None, "A title", host).items():
        if not path.endswith((".parquet", ".yml")):
            assert not re.search(r"@\w", content.decode()), path
