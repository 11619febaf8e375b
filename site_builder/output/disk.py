"""What Python cannot ask a system for: folders that change places, writes that are on disk."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

# From linux/fcntl.h, linux/fs.h and macOS's sys/stdio.h.
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders of one file system in one step: neither name is ever without its folder.

    Returns:
        Whether they were swapped. Where system or file system cannot, nothing has changed.

    Source: renameat2(2) of Linux, renamex_np(2) of macOS.
    """
    paths = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "linux":
            at = ctypes.c_int(_AT_FDCWD)
            flags = ctypes.c_uint(_RENAME_EXCHANGE)
            return bool(ctypes.CDLL(None).renameat2(at, paths[0], at, paths[1], flags) == 0)
        if sys.platform == "darwin":
            flags = ctypes.c_uint(_RENAME_SWAP)
            return bool(ctypes.CDLL(None).renamex_np(*paths, flags) == 0)
    except AttributeError:  # a C library without the call
        pass
    return False


def flush(folder: Path) -> None:
    """Wait until everything below a folder is on the disk, so that a power cut cannot take it.

    Linux flushes the whole file system at once: 10 times as fast as file by file, and more for a
    large site.

    Raises:
        OSError: The disk refuses.
    """
    if _flush_file_system(folder):
        return
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            flush_names(path)
        else:
            _flush(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)


def flush_names(*folders: Path) -> None:
    """Wait until what folders call their entries is on the disk, where the system can do that."""
    for folder in folders:
        with suppress(OSError):
            _flush(folder, os.O_RDONLY)


def _flush(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_file_system(folder: Path) -> bool:
    """Whether the system could do that; Linux alone waits for the end of it.

    Source: syncfs(2).
    """
    if sys.platform != "linux":
        return False
    handle = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(handle) == 0:
            return True
    except AttributeError:  # a C library without the call
        return False
    finally:
        code = ctypes.get_errno()
        os.close(handle)
    raise OSError(code, os.strerror(code))
