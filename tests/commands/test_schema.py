"""The schemas of files: what they accept is what the generator accepts."""

import json
import re
import tomllib
from collections.abc import Collection, Iterable
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from site_builder.api_schema import api_schema
from site_builder.config import read_config
from site_builder.starter.site_schema import STARTER, site_schema
from tests.commands.test_cli import run
from tests.helpers.odd_boards import SHAPES, built
from tests.helpers.real_boards import published
from tests.helpers.sites import ROOT, BuiltSite, load_json

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
    for path in (ROOT / "site.toml", *ROOT.glob("gallery/*/site.toml")):
        texts.append(path.read_text(encoding="utf8"))
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
    found = json.loads(path.read_text(encoding="utf8"))
    assert site_schema() == found
    assert site_schema() == json.loads(run("schema", "site").stdout)


# --- the API --------------------------------------------------------------------------------------


def closed(schema: Any) -> Any:
    """A schema that refuses every key that it does not describe."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: closed(part) for key, part in schema.items()}
    return parts | ({"additionalProperties": False} if "properties" in schema else {})


def definition_of(name: str) -> str:
    """The definition of a file of the API, by its name."""
    folder, _, file = name.rpartition("/")
    return {"boards": "board"}.get(folder, folder or file)


def measured(value: Any, measures: Collection[str]) -> Any:
    """A value of the API without the measures, which a board has by names of its own."""
    if isinstance(value, list):
        return [measured(part, measures) for part in value]
    if not isinstance(value, dict):
        return value
    return {k: measured(part, measures) for k, part in value.items() if k not in measures}


def api_files(site: BuiltSite) -> dict[str, Any]:
    """Every file of the API by its name, as values."""
    paths = [path for path in site.files if path.startswith("api/v1/") and path.endswith(".json")]
    return {
        path.removeprefix("api/v1/").removesuffix(".json"): load_json(site.files[path])
        for path in paths
    }


def assert_described(site: BuiltSite, measures: Collection[str] = ()) -> set[str]:
    """Every file is as the schema beside it says, and has no key that it does not describe."""
    files = api_files(site)
    definitions = closed(files.pop("schema"))["definitions"]
    for name, value in files.items():
        kind = Draft7Validator(definitions[definition_of(name)])
        errors = [f"{name}: {e.message[:200]}" for e in kind.iter_errors(measured(value, measures))]
        assert [] == errors[:3]
    return {definition_of(name) for name in files}


@pytest.mark.parametrize(
    "name", ["index", "hostile", "sparse", "without_results", "mixed_directions", "pythia"]
)
def test_the_api_is_as_its_schema_says(name):
    assert_described(built(name))


def test_the_api_of_several_boards_is_as_its_schema_says():
    """With measures, which are numbers by names that a board chooses."""
    site = published("tau2")
    boards = [site.api(board["file"].removesuffix(".json")) for board in site.api("boards")]
    entry = api_schema()["definitions"]["board"]["properties"]["entries"]["items"]["properties"]
    measures = {name for board in boards for name in board["statistics"] if name not in entry}
    found = assert_described(site, measures)
    assert measures
    assert {"boards", "board", "models", "scores", "tasks", "stats"} <= found


def test_the_schema_says_what_each_key_means():
    schema = api_schema()
    Draft7Validator.check_schema(schema)
    rank = schema["definitions"]["models"]["items"]["properties"]["rank"]
    assert ["integer", "null"] == rank["type"]
    assert rank["description"].startswith(
        "on the primary board; equal values share the better rank"
    )
    assert "](" not in json.dumps(schema)
    assert schema == json.loads(run("schema", "api").stdout)
