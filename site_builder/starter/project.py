"""Write a new project, complete or not at all."""

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
"""The workflow of each host. The folder of its name holds the files that only it needs."""
SETTINGS = "settings.yml"
"""What a host reads at the top of the README."""
TABLES = ("results.parquet", "models.parquet", "tasks.parquet")
CONTENT = ("lede.md", "takeaways.md")


class _Text(Template):
    """A text with placeholders such as `@title`. Workflows are full of dollar signs."""

    delimiter = "@"


class StartedProject(Record):
    """The paths of the files of a new project, and the warnings of its build."""

    files: tuple[str, ...]
    warnings: tuple[Fault, ...]


def start_project(folder: Path, source: Path | None, title: str, host: str) -> StartedProject:
    """Write a project that builds at once.

    Args:
        folder: Where to write it; other files in this folder stay.
        source: A table of scores; None for the sample.
        title: Name of the site; empty for the name of the folder, or that of the sample.
        host: Where the site will be published, one of `HOSTS`.

    Raises:
        SiteError: The table has faults or makes no site, or the folder has files of these names;
            nothing was written.
    """
    table = read_long_table(source) if source else None
    files = project_files(table, title or (_title_of(folder) if source else ""), host)
    _check_free(files, folder)
    with TemporaryDirectory() as temporary:
        root = Path(temporary)
        write_all(files, root)
        warnings = make_files(load_project(root), dry=True)[1]
    write_all(files, folder)
    return StartedProject(tuple(sorted(files)), warnings)


def _title_of(folder: Path) -> str:
    """Return a title from the name of a folder: "My board" from `my-board`."""
    name = "".join(c if c.isprintable() else " " for c in folder.resolve().name)
    words = " ".join(name.replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:] or "Leaderboard"


def project_files(table: LoadedTable | None, title: str, host: str) -> dict[str, bytes]:
    """Return every file of a new project by its path.

    Args:
        table: The scores; None for the sample.
        title: Name of the site; empty for that of the sample.
        host: Where the site will be published, one of `HOSTS`.
    """
    values = tomllib.loads(_read("sample/site.toml")) if table is None else {"site": {}}
    title = title or values["site"]["title"]
    values["site"]["title"] = title
    texts = {
        ".gitignore": _read("gitignore"),
        ".github/workflows/check.yml": _read("check.yml"),
        f".github/workflows/{HOSTS[host]}": _read(f"{host}/{HOSTS[host]}"),
        "README.md": _readme(table, title, host),
        "requirements.txt": _Text(_read("requirements.txt")).substitute(version=__version__),
        "site.toml": set_keys(_read("site.toml"), values),
        "data/content/about.md": _read(f"{'sample' if table is None else 'content'}/about.md"),
        **{f"data/content/{name}": _read(f"content/{name}") for name in CONTENT},
    }
    files = {path: text.encode() for path, text in texts.items()}
    if table is not None:
        return files | {"data/results.parquet": table.file}
    return files | {f"data/{name}": (FILES / "sample" / name).read_bytes() for name in TABLES}


def set_keys(text: str, values: Mapping[str, Mapping[str, str | list[str]]]) -> str:
    """Set some keys of the commented `site.toml`.

    Args:
        text: The file: every key on a line of its own after `# `, below the name of its section.
        values: Values by section and key.
    """
    section, lines = "", []
    for line in text.split("\n"):
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = header[1]
        key = re.match(r"# (\w+) = ", line)
        if key and key[1] in values.get(section, {}):
            # The JSON of texts and lists of texts is TOML too.
            line = f"{key[1]} = {json.dumps(values[section][key[1]], ensure_ascii=False)}"
        lines.append(line)
    return "\n".join(lines)


def _readme(table: LoadedTable | None, title: str, host: str) -> str:
    """Return the README, with the settings of the host at its top.

    There the title is quoted as in JSON, which is valid YAML.
    """
    if table is None:
        data = _read("sample/data.md")
    else:
        name = one_line(Path(table.where).name)
        data = _Text(_read("own-data.md")).substitute(source=f"`{name}`")
    publish = _read(f"{host}/publish.md")
    text = _Text(_read("README.md")).substitute(
        title=title, data=data.strip(), publish=publish.strip()
    )
    if not (FILES / host / SETTINGS).exists():
        return text
    quoted = json.dumps(title, ensure_ascii=False)
    return _Text(_read(f"{host}/{SETTINGS}")).substitute(title=quoted) + text


def _read(name: str) -> str:
    return (FILES / name).read_text(encoding="utf8")


def _check_free(files: Mapping[str, bytes], folder: Path) -> None:
    """Refuse a folder that has one of the files already.

    Raises:
        StartError: It is a file, or one fault for each file that exists.
    """
    if folder.exists() and not folder.is_dir():
        raise StartError(Fault(str(folder), "this is a file", "Name a folder for the project."))
    taken = sorted({name for path in files for name in _conflicts(path, folder)})
    if taken:
        fix = "Move it away, or name another folder."
        raise StartError(*(Fault(str(folder / name), "it exists already", fix) for name in taken))


def _conflicts(path: str, folder: Path) -> Iterator[str]:
    """Yield the file if it exists, and its parents that are files instead of folders."""
    if os.path.lexists(folder / path):
        yield path
    for parent in Path(path).parents:
        if os.path.lexists(folder / parent) and not (folder / parent).is_dir():
            yield parent.as_posix()


def write_all(files: Mapping[str, bytes], folder: Path) -> None:
    """Write new files; if one fails, delete those that were written.

    Raises:
        StartError: The disk failed, or a file exists.
    """
    written: list[Path] = []
    try:
        for path, content in files.items():
            _write(folder / path, content, written)
    except BaseException as error:
        for done in reversed(written):
            done.rmdir() if done.is_dir() else done.unlink()
        if isinstance(error, OSError):
            failed = str(error.filename or folder)
            raise StartError(Fault(failed, f"cannot be written: {error.strerror}.")) from error
        raise


def _write(path: Path, content: bytes, written: list[Path]) -> None:
    for parent in reversed(path.parents):
        if not parent.is_dir():
            parent.mkdir()
            written.append(parent)
    with path.open("xb") as file:
        written.append(path)
        file.write(content)
