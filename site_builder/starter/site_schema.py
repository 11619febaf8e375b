"""Write the JSON Schema of `site.toml`, so that editors complete and check it.

Source: JSON Schema draft 7, which the language servers of TOML read.
"""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from site_builder import config
from site_builder.records import Record

FILE = "site.schema.json"
"""Its name in the folder of the data."""
FIRST_LINE = f"#:schema ./data/{FILE}\n\n"
"""The first line of `site.toml` where there is one: where editors find the schema."""
STARTER = Path(__file__).parent / "files/site.toml"
"""The commented `site.toml` of a new project."""


class Key(Record):
    """A key of the commented `site.toml`; no default is stated for the title."""

    section: str
    name: str
    meaning: str
    default: str


def commented_keys() -> Iterator[Key]:
    """Yield every key that the commented `site.toml` of a new project explains.

    A test holds that file to the configuration: every key, in its order, with its default.
    """
    section = ""
    for block in re.split(r"\n{2,}", STARTER.read_text(encoding="utf8")):
        for line in block.splitlines():
            if found := re.fullmatch(r"\[(\w+)\]", line):
                section = found[1]
        key = re.search(r"^# (\w+) = ", block, re.MULTILINE)
        if section and key:
            said = re.findall(r"^# (?!\w+ = )(.*)$", block, re.MULTILINE)
            meaning, _, default = " ".join(said).partition(" Default: ")
            yield Key(section, key[1], meaning, default.removesuffix("."))


def site_schema() -> dict[str, Any]:
    """Return the schema of what `read_config` accepts."""
    schema = config.ConfigFile.model_json_schema(ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs")
    said = _docstrings()
    for name, section in {**definitions, "ConfigFile": schema}.items():
        section.pop("title", None)
        for key, value in section["properties"].items():
            plain = _without_null(value)
            bases = (base.__name__ for base in getattr(config, name).__mro__)
            if meaning := next((said[b, key] for b in bases if (b, key) in said), ""):
                plain["description"] = meaning
            section["properties"][key] = plain
    for key in commented_keys():
        section = definitions[schema["properties"][key.section]["$ref"].rpartition("/")[2]]
        default = f" Default: {key.default}." if key.default else ""
        section["properties"][key.name]["description"] = key.meaning + default
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "site.toml of a leaderboard",
        **{key: value for key, value in schema.items() if key != "description"},
        "definitions": definitions,
    }


@functools.cache
def site_schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(site_schema(), indent=1, ensure_ascii=False) + "\n"


def _without_null(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a key without what TOML has not, and without a name made of the key."""
    plain = {key: part for key, part in value.items() if key != "title"}
    if plain.get("default", ...) is None:
        del plain["default"]
    if (one_of := plain.get("anyOf")) and {"type": "null"} in one_of:
        (stated,) = (part for part in one_of if part != {"type": "null"})
        del plain["anyOf"]
        plain = {**stated, **plain}
    return plain


def _docstrings() -> dict[tuple[str, str], str]:
    """Return what stands below each field in the configuration, by class and field."""
    tree = ast.parse(Path(config.__file__).read_text(encoding="utf8"))
    said: dict[tuple[str, str], str] = {}
    for found in tree.body:
        if not isinstance(found, ast.ClassDef):
            continue
        for field, below in zip(found.body, found.body[1:], strict=False):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(ast.Constant(str(text))):
                    said[found.name, name] = " ".join(text.split())
    return said
