"""Write a new project, whole or not at all."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from site_builder import __version__
from site_builder.build import load_project, make_files
from site_builder.errors import Fault, StartError, one_line
from site_builder.records import Record
from site_builder.tables.read import LoadedTable
from site_builder.tables.text_files import read_long_table

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


def check_free(files: Mapping[str, bytes], folder: Path) -> None:
    """Refuse a folder in which a file of the project would meet another.

    Args:
        files: Content by path.
        folder: Where they are to go; it need not exist, and may hold other files.

    Raises:
        StartError: It is no folder, or has such files; every one of them.
    """
    if folder.exists() and not folder.is_dir():
        raise StartError.over_file(folder)
    taken = [name for path in files for name in _in_the_way(path, folder)]
    if taken:
        raise StartError.over_files(folder, sorted({*taken}))


def place(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files. Where one of them fails, those before it are taken away again.

    Raises:
        StartError: The disk refuses, or something has come in the way meanwhile.
    """
    made: list[Path] = []
    try:
        for path, content in files.items():
            _write(folder / path, content, made)
    except BaseException as error:
        for done in reversed(made):
            done.rmdir() if done.is_dir() else done.unlink()
        if isinstance(error, OSError):
            raise StartError.not_written(Path(error.filename or folder), error) from error
        raise


def _write(path: Path, content: bytes, made: list[Path]) -> None:
    """Write a file, and note it and every folder that was made for it."""
    for parent in reversed(path.parents):
        if not parent.is_dir():
            parent.mkdir()
            made.append(parent)
    with path.open("xb") as file:
        made.append(path)
        file.write(content)


def _in_the_way(path: str, folder: Path) -> Iterator[str]:
    """What is there already of the name of a file, or, being no folder, of one of its folders."""
    if os.path.lexists(folder / path):
        yield path
    for parent in Path(path).parents:
        if os.path.lexists(folder / parent) and not (folder / parent).is_dir():
            yield parent.as_posix()


class Started(Record):
    """What a new project is.

    Attributes:
        folder: Where it lies.
        files: The paths of its files.
        warnings: What a build of it will find odd.
    """

    folder: Path
    files: tuple[str, ...]
    warnings: tuple[Fault, ...]


def start_project(folder: Path, source: Path | None, title: str, host: str) -> Started:
    """Make a project that builds at once.

    Args:
        folder: Where it is to lie; files that are there and not the project's stay.
        source: A table of scores to begin with; None for the sample.
        title: Name of the site; empty for the folder's, or the sample's own.
        host: Where it is to be published, one of `HOSTS`.

    Raises:
        SiteError: The table is at fault or makes no site, or the folder has files of these names;
            nothing was written.
    """
    table = read_long_table(source) if source else None
    files = project_files(table, title or (_named_for(folder) if source else ""), host)
    check_free(files, folder)
    with TemporaryDirectory() as temporary:
        root = Path(temporary)
        place(files, root)
        warnings = make_files(load_project(root), dry=True)[1]
    place(files, folder)
    return Started(folder, tuple(sorted(files)), warnings)


def _named_for(folder: Path) -> str:
    """A title out of the folder's name: `my-board` is "My board"."""
    words = "".join(c if c.isprintable() else " " for c in folder.resolve().name)
    words = " ".join(words.replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:] or "Leaderboard"
