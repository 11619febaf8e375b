"""What is measured of a training set, in one pass and in memory that does not grow with it."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from math import sqrt

from rapidfuzz.distance import LCSseq

from site_builder.profile.examples import Example
from site_builder.profile.tokens import Tokenizer
from site_builder.records import Record

_WORD = re.compile(r"\w+")
_P95 = 0.95


class Spread(Record):
    """How long the texts of a set are.

    Attributes:
        mean: Mean length.
        std: Standard deviation, with n - 1; None for one text.
        p95: The least length that 95 % of the texts do not exceed.
        least, greatest: The shortest and the longest.
    """

    mean: float
    std: float | None
    p95: int
    least: int
    greatest: int


class Profile(Record):
    """Features of a training set.

    Attributes:
        examples: How many examples it has.
        input, output, example: Lengths of inputs, of outputs, and of both together.
        compression_ratio: Bytes of all its texts for each byte of them compressed (DEFLATE, level
            9): the more it repeats itself, the greater. None where it holds no text. Source: Shaib
            et al. (2024), Standardizing the measurement of text diversity, arXiv:2403.00553.
        rouge_l: Mean over examples of ROUGE-L between input and output, 0 to 1: how much of
            the output stands in the input, in its order.
    """

    examples: int
    input: Spread
    output: Spread
    example: Spread
    compression_ratio: float | None
    rouge_l: float


class _Lengths:
    """A histogram, so that a million lengths take the memory of as many as are different."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, length: int) -> None:
        self._counts[length] += 1

    def spread(self) -> Spread:
        """Exact sums of whole numbers, so that the order of the examples does not matter."""
        lengths = sorted(self._counts)
        counts = [self._counts[length] for length in lengths]
        n = sum(counts)
        total = sum(length * count for length, count in zip(lengths, counts, strict=True))
        squares = sum(length**2 * count for length, count in zip(lengths, counts, strict=True))
        variance = (n * squares - total**2) / (n * (n - 1)) if n > 1 else None
        enough = next(i for i, below in enumerate(accumulate(counts)) if below >= _P95 * n)
        return Spread(
            mean=total / n,
            std=None if variance is None else sqrt(variance),
            p95=lengths[enough],
            least=lengths[0],
            greatest=lengths[-1],
        )


def measure(examples: Iterable[Example], tokenizer: Tokenizer) -> Profile | None:
    """The features of a training set; None where it has no example.

    Args:
        examples: Read once, one after the other.
        tokenizer: What lengths count.
    """
    inputs, outputs, both = _Lengths(), _Lengths(), _Lengths()
    packed, raw, small = zlib.compressobj(9), 0, 0
    n, overlap = 0, 0.0
    for example in examples:
        n += 1
        of_input, of_output = tokenizer.count(example.input), tokenizer.count(example.output)
        inputs.add(of_input)
        outputs.add(of_output)
        both.add(of_input + of_output)
        text = f"{example.input}\n{example.output}\n".encode("utf8", "surrogatepass")
        raw += len(text)
        small += len(packed.compress(text))
        overlap += rouge_l(example.input, example.output)
    if n == 0:
        return None
    small += len(packed.flush())
    has_text = raw > 2 * n  # more than the line ends
    return Profile(
        examples=n,
        input=inputs.spread(),
        output=outputs.spread(),
        example=both.spread(),
        compression_ratio=raw / small if has_text else None,
        rouge_l=overlap / n,
    )


def rouge_l(first: str, second: str) -> float:
    """ROUGE-L of two texts: `2 L / (m + n)`, 0 where one of them has no word.

    `L` is the length of the longest common subsequence of their words, which are runs of letters
    and digits in any script, without regard to case; `m` and `n` are how many words they have, so
    that it is the harmonic mean of `L / m` and `L / n`. Source: Lin (2004), ROUGE: a package for
    automatic evaluation of summaries, section 3.1, with beta = 1.
    """
    a, b = _WORD.findall(first.lower()), _WORD.findall(second.lower())
    if not a or not b:
        return 0.0
    common: int = LCSseq.similarity(a, b)
    return 2 * common / (len(a) + len(b))
