"""How memory is looked after while much is made that lasts: less often than by default."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# From malloc.h of the GNU C library, and the most that it lets the second be.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_NEVER, _LARGEST = 2**31 - 1, 2**25


@contextmanager
def undisturbed() -> Iterator[None]:
    """With rare searches for garbage, and none in what is there already.

    On a large board that is a million objects, which a search would go through again and again, and
    have copied for each process; what a build imports is a hundred thousand more.
    """
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(1_000_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def keep_freed() -> None:
    """Have this process keep what it frees, for what it asks for next.

    A build makes one page after another of the same size; memory that it gave back in between would
    have to be cleared for each anew. C libraries other than GNU's do as they see fit.

    Source: mallopt(3).
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(_M_TRIM_THRESHOLD, _NEVER)
            mallopt(_M_MMAP_THRESHOLD, _LARGEST)
