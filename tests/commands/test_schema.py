"""The schemas of files: what they accept is what the generator accepts."""

import json
import re
import tomllib
from collections.abc import Iterable
from typing import Any

import pytest
from jsonschema import Draft7Validator

from site_builder.config import read_config
from site_builder.starter.site_schema import STARTER, site_schema
from tests.commands.test_cli import run
from tests.helpers.odd_boards import SHAPES
from tests.helpers.sites import ROOT

SITE = Draft7Validator(site_schema(), format_checker=Draft7Validator.FORMAT_CHECKER)


def refused(toml: str) -> list[str]:
    """What the schema refuses in a `site.toml`, as an editor would say it."""
    values = json.loads(json.dumps(tomllib.loads(toml), default=str))  # a date is a text in JSON
    return [str(error.message) for error in SITE.iter_errors(values)]


def described(schema: Any) -> Iterable[bool]:
    """Whether each key of each section says what it means."""
    for section in schema["definitions"].values():
        yield from ("description" in key for key in section["properties"].values())


def test_sound_files_are_accepted():
    """With every key of the commented one set to its default."""
    commented = STARTER.read_text(encoding="utf8")
    texts = [re.sub(r"(?m)^# (\w+ = )", r"\1", commented)]
    texts += [shape()[1] for shape in SHAPES.values()]
    for folder in (ROOT, *ROOT.glob("gallery/*")):
        texts.append((folder / "site.toml").read_text(encoding="utf8"))
    for text in texts:
        assert [] == refused(text)


@pytest.mark.parametrize(
    "toml",
    [
        '[site]\ntitel = "x"',
        "[sites]",
        '[site]\ncards = "yes"',
        '[site]\nbase_url = "example.org"',
        '[site]\nreleased = "yesterday"',
        "[board]\nmin_coverage = 1.5",
        '[board]\nmissing = "nothing"',
        '[board]\ncolumns = ["a", "a"]',
        '[[boards]]\ntitle = "without an id"',
        '[[boards]]\nid = "Capital"',
        '[measures.cost]\ncombine = "product"',
        '[theme.light]\npaper = "white"',
        "[analysis]\ntraining_set_thresholds = [0]",
        '[models.x]\nrole = "judge"',
    ],
)
def test_what_a_build_refuses_the_schema_refuses(tmp_path, toml):
    (tmp_path / "site.toml").write_text(toml)
    assert read_config(tmp_path)[1]
    assert refused(toml)


def test_an_editor_shows_what_each_key_means():
    schema = site_schema()
    Draft7Validator.check_schema(schema)
    assert {True} == {*described(schema)}
    title = schema["definitions"]["SiteSection"]["properties"]["title"]
    assert "Name of the site, in its header and in the title of every page." == title["description"]


def test_a_new_project_has_the_schema_that_its_file_names(tmp_path):
    assert 0 == run("init", tmp_path / "board").exit_code
    first = (tmp_path / "board/site.toml").read_text(encoding="utf8").splitlines()[0]
    path = tmp_path / "board" / first.removeprefix("#:schema ")
    assert site_schema() == json.loads(path.read_text(encoding="utf8"))
    assert run("schema", "site").stdout == path.read_text(encoding="utf8")
