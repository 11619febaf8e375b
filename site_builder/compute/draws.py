"""Random draws that Python and a browser make alike: a number by its place in a stream.

`static/js/draws.js` has the same, so that a page finds in the browser what the build found.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from site_builder.compute.numbers import Array

_STEP = np.uint64(0x6D2B79F5)
_BITS = np.uint64(32)
_WORD = np.uint64(0xFFFFFFFF)


def draw_words(n: int, seed: int) -> npt.NDArray[np.uint64]:
    """The first `n` words of 32 bits of the stream that a seed opens.

    A counter with a hash on top: the state before word k is seed + k * 0x6D2B79F5 modulo 2^32, so
    that all words are made at once here and one after the other in a browser.

    Shape: (n,).
    Source: mulberry32 by Tommy Ettinger, in the public domain; docs/statistics.md#draws.
    """
    counter = np.arange(1, n + 1, dtype=np.uint64)
    state = (np.uint64(seed) + counter * _STEP) & _WORD
    word = (state ^ (state >> np.uint64(15))) * (state | np.uint64(1)) & _WORD
    mixed = (word ^ (word >> np.uint64(7))) * (word | np.uint64(61)) & _WORD
    word ^= (word + mixed) & _WORD
    return np.asarray(word ^ (word >> np.uint64(14)))


def draw_places(shape: tuple[int, int], n: int, seed: int) -> npt.NDArray[np.int64]:
    """Places in 0..n-1, each as likely as another: floor(word * n / 2^32), row by row.

    Source: docs/statistics.md#draws.
    """
    words = draw_words(shape[0] * shape[1], seed)
    return (words * np.uint64(n) >> _BITS).astype(np.int64).reshape(shape)


def draw_exponentials(shape: tuple[int, int], seed: int) -> Array:
    """Draws of the exponential distribution of mean 1: -ln((word + 1/2) / 2^32), row by row.

    The half keeps the logarithm away from 0.

    Source: docs/statistics.md#draws.
    """
    shares = (draw_words(shape[0] * shape[1], seed).astype(float) + 0.5) / 2.0**32
    return np.asarray(-np.log(shares)).reshape(shape)
