"""SVG to PNG: drawn once, and kept by content from one build to the next."""

from __future__ import annotations

import multiprocessing
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path

import resvg_py

from site_builder.output.typeface import Typeface

ENGINE = f"resvg {resvg_py.__resvg_version__} of resvg-py {resvg_py.__version__}"
# A second process has to start first: it is worth it from here on.
MANY = 100
_NAME = re.compile(r"[0-9a-f]{64}")
_DIGEST = 32


class PictureCache:
    """Drawn pictures in a folder, each under the hash of what it was drawn from.

    The folder is a convenience: what it lacks, what is broken in it and what cannot be written to
    it is drawn anew, into the same bytes.

    Args:
        folder: Where they are kept; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str) -> bytes | None:
        """The picture of that key, if it is there and whole."""
        try:
            kept = (self._folder / key).read_bytes()
        except OSError:
            return None
        picture = kept[_DIGEST:]
        return picture if kept[:_DIGEST] == sha256(picture).digest() else None

    def keep(self, pictures: Mapping[str, bytes]) -> None:
        """Hold these pictures, and none that this build did not use."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            for key, picture in pictures.items():
                if self.find(key) is None:
                    self._write(key, picture)
            for path in self._folder.iterdir():
                if _NAME.fullmatch(path.name) and path.name not in pictures:
                    path.unlink(missing_ok=True)

    def _write(self, key: str, picture: bytes) -> None:
        """Through a file of its own, so that a build beside this one never reads half a picture."""
        handle, name = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(handle, "wb") as file:
            file.write(sha256(picture).digest() + picture)
        Path(name).replace(self._folder / key)


def draw_pictures(
    drawings: Mapping[str, str], typeface: Typeface, cache: PictureCache
) -> dict[str, bytes]:
    """PNG files of SVG drawings, by the same paths; from the cache as far as it has them.

    Raises:
        ValueError: One of them is no SVG.
    """
    fonts = [part.truetype for part in typeface.parts]
    keys = {path: _key(svg, fonts) for path, svg in drawings.items()}
    found = {key: cache.find(key) for key in keys.values()}
    missing = {key: drawings[path] for path, key in keys.items() if found[key] is None}
    drawn = dict(zip(missing, _draw_all([*missing.values()], fonts), strict=True))
    pictures = {key: picture for key, picture in found.items() if picture is not None} | drawn
    cache.keep(pictures)
    return {path: pictures[key] for path, key in keys.items()}


def _key(svg: str, fonts: Sequence[bytes]) -> str:
    hashes = [sha256(part).digest() for part in (svg.encode(), ENGINE.encode(), *fonts)]
    return sha256(b"".join(hashes)).hexdigest()


def _draw_all(drawings: Sequence[str], fonts: Sequence[bytes]) -> list[bytes]:
    """Each drawing as PNG; many are shared among processes, since the library holds the GIL."""
    if not drawings:
        return []
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{i}.ttf") for i in range(len(fonts))]
        for file, content in zip(files, fonts, strict=True):
            file.write_bytes(content)
        draw = partial(_draw, [str(file) for file in files])
        if len(drawings) < MANY:
            return list(map(draw, drawings))
        with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
            return list(pool.map(draw, drawings, chunksize=8))


def _draw(fonts: list[str], svg: str) -> bytes:
    """With the given fonts alone, so that every machine draws the same."""
    return resvg_py.svg_to_bytes(svg_string=svg, font_files=fonts, skip_system_fonts=True)
