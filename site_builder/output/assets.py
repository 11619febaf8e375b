"""Static files, published with a hash of their content in the name.

A browser can keep such a file for ever: another content has another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from posixpath import dirname, join, normpath, relpath

from site_builder.errors import AssetError, Fault
from site_builder.output.bundles import make_bundles
from site_builder.records import Record

PACKAGE = Path(__file__).resolve().parent.parent
FOLDER = "assets"
CSS_URL = re.compile(rb"""url\(["']?(?!data:|https?:|#)([^"')]+)["']?\)""")
_COMMENT = re.compile(rb"^[ \t]*(?://.*|/\*\*.*\*/)\n", re.MULTILINE)
# Served at fixed names, since browsers and crawlers ask for them there.
AT_ROOT = ("favicon.svg",)
CHARTS = "vendor/plotly-cartesian.min.js"
NEEDED = (CHARTS, "vendor/inter-latin-wght-normal.woff2")
# Chromium reads the chart library while it comes, and would compile each function when it is first
# called, while the visitor waits. With this as its first line, all are compiled with the reading.
COMPILED_AHEAD = b"//# allFunctionsCalledOnLoad\n"
NOT_PUBLISHED = (".md", ".map", ".d.ts", ".DS_Store")


def default_folder(name: str) -> Path:
    """The generator's own `templates` or `static`.

    An installed copy has them inside the package, the repository beside it.
    """
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def project_folders(root: Path, name: str) -> list[Path]:
    """Where templates or static files are looked for: the project's own folder comes first."""
    return list(
        dict.fromkeys(
            folder.resolve() for folder in (root / name, default_folder(name)) if folder.is_dir()
        )
    )


def find_static(root: Path, name: str) -> bytes:
    """A static file of a project's site, before it is published.

    Raises:
        AssetError: No folder has a file of that name.
    """
    for folder in project_folders(root, "static"):
        if (folder / name).is_file():
            return (folder / name).read_bytes()
    raise AssetError.from_template(name)


class Assets(Record):
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
            raise AssetError.from_template(name)
        return self.paths[name]


def load_assets(folders: Iterable[Path], made: Mapping[str, bytes] | None = None) -> Assets:
    """Read static files; one in an earlier folder stands in for its namesake in a later one.

    Args:
        folders: Folders of static files, the project's own first.
        made: Content of the files that the build makes itself, by name.

    Raises:
        AssetError: Files of the front-end packages are missing, or a file cannot be read, or names
            one that is not there; every such fault.
    """
    found: dict[str, bytes] = dict(made or {})
    faults: list[Fault] = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if (
                path.is_file()
                and not name.endswith(NOT_PUBLISHED)
                and not path.name.startswith(".")
            ):
                try:
                    if name not in found:
                        found[name] = _sent(path, folder)
                except OSError as error:
                    faults.append(Fault(f"static/{name}", f"cannot be read: {error.strerror}."))
    faults += [
        f for name in NEEDED if name not in found for f in AssetError.not_fetched(name).faults
    ]
    assets, links = _named(found)
    if faults := [*faults, *links]:
        raise AssetError(*faults)
    return assets


def _sent(path: Path, folder: Path) -> bytes:
    """A file as it is published: scripts of ours without the lines that are comments.

    They are a fifth of what the scripts weigh. A project's own scripts stay as they are: a line of
    theirs that looks like a comment may be a part of a text. The chart library has one line more.
    """
    content = path.read_bytes()
    if path.relative_to(folder).as_posix() == CHARTS:
        return COMPILED_AHEAD + content
    is_ours = folder == default_folder("static") and path.parent.name == "js"
    return _COMMENT.sub(b"", content) if is_ours else content


def _named(found: Mapping[str, bytes]) -> tuple[Assets, list[Fault]]:
    """Name every file by its content; style sheets last, since their content names the others."""
    paths: dict[str, str] = {}
    files: dict[str, bytes] = {}
    faults: list[Fault] = []
    for name in sorted(found, key=lambda n: (n.endswith(".css"), n)):
        content = found[name]
        if name.endswith(".css"):
            content, broken = _with_published_links(name, content, paths)
            faults += broken
        paths[name] = (
            name
            if name in AT_ROOT or name.endswith(".txt")
            else f"{FOLDER}/{_hashed(name, content)}"
        )
        files[paths[name]] = content
    published = {name: files[path] for name, path in paths.items()}
    for name, content in make_bundles(published).items():
        paths[name] = f"{FOLDER}/{_hashed(name, content)}"
        files[paths[name]] = content
    return Assets(paths, files), faults


def _hashed(name: str, content: bytes) -> str:
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{sha256(content).hexdigest()[:10]}{path.suffix}"))


def _with_published_links(
    name: str, content: bytes, paths: Mapping[str, str]
) -> tuple[bytes, list[Fault]]:
    faults: list[Fault] = []

    def replace(match: re.Match[bytes]) -> bytes:
        url = match[1].decode(errors="replace")
        target = normpath(join(dirname(name), url))
        if target not in paths:
            faults.extend(AssetError.from_style(name, url).faults)
            return match[0]
        return f'url("{relpath(paths[target], f"{FOLDER}/{dirname(name)}")}")'.encode()

    return CSS_URL.sub(replace, content), faults
