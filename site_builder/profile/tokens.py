"""Tokenizers: what a length counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from site_builder.errors import Fault, FaultsError
from site_builder.records import Record

WORDS, CHARACTERS = "words", "characters"
_WORD = re.compile(r"\w+|[^\w\s]")


class Tokenizer(Record):
    """How a text is counted.

    Attributes:
        unit: What it counts, as it is published: `words and marks`.
        count: The number of tokens in a text.
    """

    unit: str
    count: Callable[[str], int]


def find_tokenizer(name: str) -> Tokenizer:
    """A tokenizer by its name, or from the `tokenizer.json` that a model is published with.

    Args:
        name: `words` (runs of letters and digits, and each other mark but space; the default, which
            needs nothing), `characters`, or the path of a `tokenizer.json`.

    Raises:
        FaultsError: No tokenizer has that name, or its file is none.
    """
    if name == WORDS:
        return Tokenizer("words and marks", lambda text: sum(1 for _ in _WORD.finditer(text)))
    if name == CHARACTERS:
        return Tokenizer("characters", len)
    return _from_file(Path(name))


def _from_file(path: Path) -> Tokenizer:
    known = f"Give {WORDS}, {CHARACTERS} or the path of a model's tokenizer.json."
    if not path.is_file():
        raise FaultsError([Fault(str(path), "there is no such tokenizer", known)])
    try:
        from tokenizers import Tokenizer as FromFile
    except ImportError as error:
        what = "a tokenizer.json is read by the package tokenizers, which is not installed"
        fix = "Install it: pip install 'site-builder[tokens]'."
        raise FaultsError([Fault(str(path), what, fix)]) from error
    try:
        tokenizer = FromFile.from_file(str(path))
    except Exception as error:  # the package raises nothing narrower
        what = f"this is no tokenizer.json: {error}"
        raise FaultsError([Fault(str(path), what, known)]) from error
    # A set that was cut to a model's window would count the window.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return Tokenizer(
        f"tokens of {path.parent.name or path.name}",
        lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids),
    )
