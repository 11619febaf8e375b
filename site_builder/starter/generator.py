"""The generator that a project carries, so that its workflows install the one that made it."""

from __future__ import annotations

import csv
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from io import BytesIO, StringIO
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, ZipInfo

from site_builder.errors import Fault, SiteError, unwritable
from site_builder.render.assets import PACKAGE, default_folder
from site_builder.symlinks import check_inside, read_inside

FOLDER = "generator"
REQUIREMENTS = f"{FOLDER}/requirements.txt"
"""Everything that a build needs, by hash: the wheel in this folder, and the dependencies."""

INCLUDED = f"-r {REQUIREMENTS}"
"""The line of a project's `requirements.txt` by which its workflows install the generator."""

_NAME = "site-builder"
_METADATA = ("METADATA", "WHEEL", "entry_points.txt")
_HEAD = """\
# Written by site-builder: the generator that this project is built with, and what it needs.
# pip installs a file of a package only if it has one of these hashes.
"""


def generator_files() -> dict[str, bytes]:
    """Return the files of `generator/` by path: a wheel of this generator, and `REQUIREMENTS`.

    Raises:
        SiteError: The generator runs without having been installed.
    """
    name, wheel = _make_wheel()
    lock = (default_folder("static").parent / "requirements.txt").read_text(encoding="utf8")
    own = f"./{FOLDER}/{name} \\\n    --hash=sha256:{sha256(wheel).hexdigest()}\n"
    needed = re.sub(r"\A(#.*\n)*", "", lock)  # its head says how the generator's project made it
    return {f"{FOLDER}/{name}": wheel, REQUIREMENTS: f"{_HEAD}{own}{needed}".encode()}


def replace_generator(root: Path) -> tuple[str, ...]:
    """Write `generator/` of a project anew; return the paths that changed, the wheel first.

    Raises:
        SiteError: The generator is not installed, or the folder has other files or is a link.
    """
    files, folder = generator_files(), root / FOLDER
    try:
        check_inside(folder, root, FOLDER)
        found = [path.relative_to(root).as_posix() for path in folder.glob("*")]
        old = [path for path in found if path not in files]
        if strange := [path for path in old if not fnmatch(path, f"{FOLDER}/site_builder-*.whl")]:
            what = "it is not part of the generator"
            raise SiteError(Fault(str(root / strange[0]), what, "Move it out of this folder."))
        changed = [p for p in files if p not in found or files[p] != read_inside(root / p, root)]
        folder.mkdir(exist_ok=True)
        for path in changed:
            (root / path).write_bytes(files[path])
        for path in old:
            (root / path).unlink()
    except OSError as error:
        raise SiteError(unwritable(str(error.filename or folder), error)) from error
    return (*changed, *old)


def _make_wheel() -> tuple[str, bytes]:
    """Return the name and the content of a wheel of the files that are running.

    An installed copy and a checkout are read alike, and nothing is built. The same files give the
    same bytes on every machine, so nothing is compressed: libraries for it differ, and Git stores
    what has changed since the last version.
    """
    try:
        installed = distribution(_NAME)
    except PackageNotFoundError as error:
        what = "this copy of the generator is not installed, so a project cannot state which it is"
        raise SiteError(Fault("", what, "Install it with pip.")) from error
    name = f"{_NAME.replace('-', '_')}-{installed.version}"
    info = f"{name}.dist-info"
    files = dict(sorted((*_code(), *_metadata(installed, info))))
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    wheel = BytesIO()
    with ZipFile(wheel, "w") as archive:
        for path, content in files.items():
            entry = ZipInfo(path)  # of 1980; the day of `init` would change the bytes
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, content)
    return f"{name}-py3-none-any.whl", wheel.getvalue()


def _code() -> Iterator[tuple[str, bytes]]:
    beside = {name: default_folder(name) for name in ("static", "templates")}
    beside["requirements.txt"] = beside["static"].parent / "requirements.txt"
    for place, source in {"": PACKAGE, **beside}.items():
        for path in (source, *source.rglob("*")):
            inside = path.relative_to(source)
            is_kept = not any(part.startswith((".", "__pycache__")) for part in inside.parts)
            if is_kept and path.is_file():
                yield PurePosixPath(PACKAGE.name, place, inside).as_posix(), path.read_bytes()


def _metadata(installed: Distribution, info: str) -> Iterator[tuple[str, bytes]]:
    for name in _METADATA:
        yield f"{info}/{name}", (installed.read_text(name) or "").encode()
    for path in installed.files or ():
        if path.parts[:2] == (info, "licenses"):
            yield path.as_posix(), Path(str(path.locate())).read_bytes()


def _record(files: Mapping[str, bytes], own_path: str) -> bytes:
    """Return the list of a wheel's files, with the hash and the size of each but itself."""
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    for path, content in files.items():
        digest = urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()
        rows.writerow((path, f"sha256={digest}", len(content)))
    rows.writerow((own_path, "", ""))
    return text.getvalue().encode()
