"""Static files, published with a hash of their content in the name so that they can be cached for ever."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from posixpath import dirname, normpath, relpath

from site_builder.errors import AssetError

PACKAGE = Path(__file__).resolve().parent.parent
FOLDER = "assets"
CSS_URL = re.compile(rb"""url\(["']?(?!data:|https?:|#)([^"')]+)["']?\)""")
# Served at fixed names, since browsers and crawlers ask for them there.
AT_ROOT = ("favicon.svg",)
NEEDED = ("vendor/plotly-cartesian.min.js", "vendor/inter-latin-wght-normal.woff2")
NOT_PUBLISHED = (".md", ".map", ".DS_Store")


def default_folder(name: str) -> Path:
    """The generator's own `templates` or `static`: inside the package when installed, beside it in the repository."""
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name


@dataclass(frozen=True)
class Assets:
    """Static files of a site.

    Attributes:
        paths: Published path of each file, by its name within `static/`.
        files: Content of each file, by its published path.
    """

    paths: Mapping[str, str]
    files: Mapping[str, bytes]

    def path(self, name: str) -> str:
        """Published path of a static file.

        Raises:
            AssetError: No folder has a file of that name.
        """
        if name not in self.paths:
            raise AssetError(f"static/{name}: a template asks for this file, but no static folder has it.")
        return self.paths[name]


def load_assets(folders: Iterable[Path]) -> Assets:
    """Read static files; a file in an earlier folder stands in for one of the same name in a later one.

    Raises:
        AssetError: A file of the front-end packages is missing.
    """
    found: dict[str, bytes] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not name.endswith(NOT_PUBLISHED) and not path.name.startswith("."):
                found.setdefault(name, path.read_bytes())
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise AssetError(f"static/{missing[0]} is missing: the front-end packages are not fetched. Run `make vendor`.")
    return _named(found)


def _named(found: Mapping[str, bytes]) -> Assets:
    """Name every file by its content; style sheets last, since their own content names the others."""
    paths: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for name in sorted(found, key=lambda n: (n.endswith(".css"), n)):
        content = _with_published_links(name, found[name], paths) if name.endswith(".css") else found[name]
        paths[name] = name if name in AT_ROOT or name.endswith(".txt") else f"{FOLDER}/{_hashed(name, content)}"
        files[paths[name]] = content
    return Assets(paths, files)


def _hashed(name: str, content: bytes) -> str:
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.{sha256(content).hexdigest()[:10]}{dot}{ending}"


def _with_published_links(name: str, content: bytes, paths: Mapping[str, str]) -> bytes:
    def replace(match: re.Match[bytes]) -> bytes:
        target = normpath(f"{dirname(name)}/{match[1].decode()}")
        if target not in paths:
            raise AssetError(f"static/{name}: it names url({match[1].decode()}), which is not there.")
        return f'url("{relpath(paths[target], f"{FOLDER}/{dirname(name)}")}")'.encode()

    return CSS_URL.sub(replace, content)
