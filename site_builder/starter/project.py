"""The files of a new project, as values: nothing here is written."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from string import Template

from site_builder import __version__
from site_builder.errors import one_line
from site_builder.tables.load import LoadedTable

FILES = Path(__file__).parent / "files"
HOSTS = {"github-pages": "pages.yml", "hf-space": "space.yml"}
"""Where a project may be published: the folder of what only such a project has, its workflow."""
SETTINGS = "settings.yml"
"""What a host wants to read at the top of the README."""
TABLES = ("results.parquet", "models.parquet", "tasks.parquet")
CONTENT = ("lede.md", "takeaways.md")

Keys = Mapping[str, Mapping[str, str | list[str]]]
"""Values of `site.toml`, by section and key."""


class _Words(Template):
    """A text with places to fill: `@title`. Workflows are full of dollar signs."""

    delimiter = "@"


def project_files(table: LoadedTable | None, title: str, host: str) -> dict[str, bytes]:
    """Every file of a new project, by its path.

    Args:
        table: The scores to begin with; None for the sample.
        title: Name of the site; empty for the sample's own.
        host: Where it is to be published, one of `HOSTS`.
    """
    keys = tomllib.loads(_read("sample/site.toml")) if table is None else {"site": {}}
    title = title or keys["site"]["title"]
    keys["site"]["title"] = title
    texts = {
        ".gitignore": _read("gitignore"),
        ".github/workflows/check.yml": _read("check.yml"),
        f".github/workflows/{HOSTS[host]}": _read(f"{host}/{HOSTS[host]}"),
        "README.md": _readme(table, title, host),
        "requirements.txt": _Words(_read("requirements.txt")).substitute(version=__version__),
        "site.toml": with_keys(_read("site.toml"), keys),
        "data/content/about.md": _read(f"{'sample' if table is None else 'content'}/about.md"),
        **{f"data/content/{name}": _read(f"content/{name}") for name in CONTENT},
    }
    return {path: text.encode() for path, text in texts.items()} | _tables(table)


def with_keys(text: str, values: Keys) -> str:
    """The commented `site.toml` with some of its keys set.

    Args:
        text: Every key on a line of its own, behind `# `, below the name of its section.
        values: What to set.
    """
    section, lines = "", []
    for line in text.split("\n"):
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = header[1]
        key = re.match(r"# (\w+) = ", line)
        if key and key[1] in values.get(section, {}):
            # Of texts and lists of them, JSON is TOML too.
            line = f"{key[1]} = {json.dumps(values[section][key[1]], ensure_ascii=False)}"
        lines.append(line)
    return "\n".join(lines)


def _tables(table: LoadedTable | None) -> dict[str, bytes]:
    if table is not None:
        return {"data/results.parquet": table.file}
    return {f"data/{name}": (FILES / "sample" / name).read_bytes() for name in TABLES}


def _readme(table: LoadedTable | None, title: str, host: str) -> str:
    """The README, below what the host reads of it.

    A title is quoted there as in JSON, which YAML reads the same.
    """
    own = _Words(_read("own-data.md")).substitute(
        source=table and f"`{one_line(Path(table.where).name)}`"
    )
    words = {
        "title": title,
        "data": (_read("sample/data.md") if table is None else own).strip(),
        "publish": _read(f"{host}/publish.md").strip(),
    }
    quoted = json.dumps(title, ensure_ascii=False)
    above = _read(f"{host}/{SETTINGS}") if (FILES / host / SETTINGS).exists() else ""
    return _Words(above).substitute(title=quoted) + _Words(_read("README.md")).substitute(words)


def _read(name: str) -> str:
    return (FILES / name).read_text(encoding="utf8")
