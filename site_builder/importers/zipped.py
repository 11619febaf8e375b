"""Members of ZIP files, also those packed with Zstandard, which Python before 3.14 lacks."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

import pyarrow as pa

from site_builder.importers.files import UnreadableError

_ZSTANDARD = 93
_DAMAGES = (BadZipFile, OSError, EOFError, RuntimeError, ValueError, struct.error, zlib.error)
_LOCAL_HEADER = struct.Struct("<26xHH")  # what counts of it: the lengths of name and extra field


def read_members(path: Path, names: Collection[str]) -> dict[str, bytes]:
    """The members of these names, as far as the archive has them.

    Args:
        path: The archive.
        names: Names of members.

    Raises:
        UnreadableError: It is no ZIP file, is damaged, or is packed in another way.
    """
    try:
        with ZipFile(path) as archive:
            members = [info for info in archive.infolist() if info.filename in names]
            return {info.filename: _read(archive, path, info) for info in members}
    except NotImplementedError as error:
        why = "it is packed in a way that cannot be read"
        raise UnreadableError(why) from error
    except _DAMAGES as error:
        why = "it is no ZIP file, or damaged"
        raise UnreadableError(why) from error


def _read(archive: ZipFile, path: Path, info: ZipInfo) -> bytes:
    if info.compress_type != _ZSTANDARD:
        return archive.read(info)
    with path.open("rb") as file:
        file.seek(info.header_offset)
        lengths: tuple[int, int] = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        file.seek(sum(lengths), 1)
        packed = file.read(info.compress_size)
    content = pa.CompressedInputStream(pa.BufferReader(packed), "zstd").read()
    if zlib.crc32(content) != info.CRC:
        raise BadZipFile(info.filename)
    return bytes(content)
