"""Find ids that are likely misspelt."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import permutations

_MAX_IDS, _LONGEST = 5_000, 200  # each id is compared without each of its characters
_MIN_LETTERS = 4  # of the misspelt word: codes such as `en` and `es` differ in a letter


def find_typos(times: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return pairs of an id that may be misspelt and the id that it may stand for.

    They differ in one character, or in its place: `aplha-7b` and `alpha-7b`. The misspelt one is
    rare: it is there once, or at most a quarter as often as the other. `times` counts each id.
    """
    without: dict[str, set[str]] = defaultdict(set)
    for name in times if len(times) <= _MAX_IDS else ():
        for i in range(len(name) + 1 if len(name) <= _LONGEST else 0):
            without[name[:i] + name[i + 1 :]].add(name)
    pairs = {pair for names in without.values() for pair in permutations(names, 2)}
    return sorted(
        (rare, right)
        for rare, right in pairs
        if times[rare] <= max(1, times[right] // 4) < times[right] and _is_slip(rare, right)
    )


def _is_slip(one: str, other: str) -> bool:
    """Return whether two ids that differ in a character do so in a letter of a word, or in hyphens.

    Other digits, signs, first letters and short words are other things: `alpha-8b`, `sums+`,
    `qnli`, `alpha-4o`.
    """
    parts, others = (re.findall(r"[^\W\d_]+|\d+|[^\w\s-]", name) for name in (one, other))
    if one[:1] != other[:1]:
        return False
    if len(parts) != len(others):  # `bool-q`, `gsmk8`
        return sorted("".join(parts)) == sorted("".join(others))
    odd = [max(pair, key=len) for pair in zip(parts, others, strict=True) if pair[0] != pair[1]]
    return all(part.isalpha() and len(part) >= _MIN_LETTERS for part in odd)
