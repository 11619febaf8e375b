"""Write a new project, complete or not at all."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from site_builder.build import load_project, make_files
from site_builder.errors import Fault, SiteError, one_line
from site_builder.records import Record
from site_builder.starter.generator import generator_files
from site_builder.tables.check import read_long_table
from site_builder.tables.read import LoadedTable

FILES = Path(__file__).parent / "files"
HOSTS = {
    "github-pages": {".github/workflows/pages.yml": "pages.yml"},
    "hf-space": {
        ".github/workflows/space.yml": "space.yml",
        ".github/space-requirements.txt": "requirements.txt",
    },
}
"""The files of a project that only one host needs, by path. They are in the folder of its name."""
SETTINGS = "settings.yml"
"""What a host reads at the top of the README."""


_NO_LICENSE = "# license: cc-by-4.0   # the licence of the scores; remove the first # to state it"


class _Text(Template):
    """A text with placeholders such as `@title`. Workflows are full of dollar signs."""

    delimiter = "@"


class StartedProject(Record):
    """The paths of the files of a new project, and the warnings of its build."""

    files: tuple[str, ...]
    warnings: tuple[Fault, ...]


def start_project(
    folder: Path, source: Path | None, title: str, host: str, license_id: str = ""
) -> StartedProject:
    """Write a project that builds at once, for one of the `HOSTS`; other files stay.

    Its scores are those of `source`, or the sample. Without a title, the site has the name of the
    folder, or that of the sample. `license_id` is the SPDX id of the licence of the scores.

    Raises:
        SiteError: The table has faults or makes no site, or the folder has files of these names;
            nothing was written.
    """
    table = read_long_table(source) if source else None
    title = title or (_title_of(folder) if source else "")
    files = project_files(table, title, host, license_id)
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


def project_files(
    table: LoadedTable | None, title: str, host: str, license_id: str = ""
) -> dict[str, bytes]:
    """Return every file of a new project by its path; without a table of scores, of the sample."""
    values = tomllib.loads(_read("sample/site.toml")) if table is None else {"site": {}}
    title = title or values["site"]["title"]
    values["site"] |= {"title": title} | ({"license": license_id} if license_id else {})
    texts = {
        ".gitignore": _read("gitignore"),
        ".github/workflows/check.yml": _read("check.yml"),
        "README.md": _readme(table, title, host, license_id),
        "requirements.txt": _read("requirements.txt"),
        "site.toml": set_keys(_read("site.toml"), values),
        "data/content/about.md": _read(f"{'sample' if table is None else 'content'}/about.md"),
        "data/content/lede.md": _read("content/lede.md"),
        "data/content/takeaways.md": _read("content/takeaways.md"),
    }
    texts |= {path: _read(f"{host}/{name}") for path, name in HOSTS[host].items()}
    files = {path: text.encode() for path, text in texts.items()} | generator_files()
    if table is not None:
        return files | {"data/results.parquet": table.file}
    sample = (FILES / "sample").glob("*.parquet")
    return files | {f"data/{path.name}": path.read_bytes() for path in sample}


def set_keys(text: str, values: Mapping[str, Mapping[str, str | list[str]]]) -> str:
    """Set values by section and key in the text of the commented `site.toml`.

    Every key is on a line of its own after `# `, below the name of its section.
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


def _readme(table: LoadedTable | None, title: str, host: str, license_id: str) -> str:
    """Put the host's settings on top, with the title quoted as in JSON, which is valid YAML."""
    if table is None:
        data = _read("sample/data.md")
    else:
        data = _read("own-data.md", source=f"`{one_line(Path(table.where).name)}`")
    publish = _read(f"{host}/publish.md").strip()
    text = _read("README.md", title=title, data=data.strip(), publish=publish)
    if not (FILES / host / SETTINGS).exists():
        return text
    # The ids of licences on Hugging Face are those of SPDX in small letters.
    known = f"license: {license_id.lower()}" if license_id else _NO_LICENSE
    quoted = json.dumps(title, ensure_ascii=False)
    return _read(f"{host}/{SETTINGS}", title=quoted, license=known) + text


def _read(name: str, **values: str) -> str:
    """Return the text of a file, with values in place of its placeholders."""
    text = (FILES / name).read_text(encoding="utf8")
    return _Text(text).substitute(values) if values else text


def _check_free(files: Iterable[str], folder: Path) -> None:
    """Refuse a folder that is a file, or has one of the files, or a file for a folder of theirs."""
    if folder.exists() and not folder.is_dir():
        raise SiteError(Fault(str(folder), "this is a file", "Name a folder for the project."))
    paths = {folder / path for path in files}
    folders = {folder / parent for path in files for parent in Path(path).parents}
    taken = {path for path in paths if os.path.lexists(path)}
    taken |= {path for path in folders if os.path.lexists(path) and not path.is_dir()}
    if taken:
        fix = "Move it away, or name another folder."
        raise SiteError(
            *(Fault(path, "it exists already", fix) for path in sorted(map(str, taken)))
        )


def write_all(files: Mapping[str, bytes], folder: Path) -> None:
    """Write new files; if one fails or exists, delete those that were written, and raise why."""
    written: list[Path] = []
    try:
        for name, content in files.items():
            path = folder / name
            for parent in reversed(path.parents):
                if not parent.is_dir():
                    parent.mkdir()
                    written.append(parent)
            with path.open("xb") as file:
                written.append(path)
                file.write(content)
    except BaseException as error:
        for done in reversed(written):
            done.rmdir() if done.is_dir() else done.unlink()
        if isinstance(error, OSError):
            failed = str(error.filename or folder)
            raise SiteError(Fault(failed, f"cannot be written: {error.strerror}.")) from error
        raise
