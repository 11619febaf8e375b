"""Measure and cut text in the font of link previews and badges."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from site_builder.records import Record

_FOLDER = Path(__file__).parent / "typeface"
FILES = (_FOLDER / "inter-latin-wght-normal.ttf", _FOLDER / "inter-latin-ext-wght-normal.ttf")
"""The published font in the format that pictures are drawn from."""
WIDTHS = _FOLDER / "widths.json"
REGULAR, BOLD = "400", "600"
DOTS = "\N{HORIZONTAL ELLIPSIS}"
# Replaces a run of letters that the font does not have.
UNKNOWN = "?"

# All white space except the no-break space.
_SPACES = re.compile("[^\\S\N{NO-BREAK SPACE}]+")


class Lines(Record):
    """A text in lines, with its font size in px."""

    texts: tuple[str, ...]
    size: float


class Typeface:
    """The font of the site; `widths` are shares of the font size by weight and letter."""

    def __init__(self, widths: Mapping[str, Mapping[str, float]]) -> None:
        self._widths = widths

    def shown(self, text: str) -> str:
        """Return the text that the font can draw."""
        drawn: list[str] = []
        for letter in plain_text(text):
            known = letter in self._widths[REGULAR]
            if known or drawn[-1:] != [UNKNOWN]:
                drawn.append(letter if known else UNKNOWN)
        return "".join(drawn)

    def width(self, text: str, size: float, weight: str = REGULAR) -> float:
        """Return the width of a line in px, without kerning, which makes it narrower."""
        widths = self._widths[weight]
        return size * sum(widths.get(letter, 1.0) for letter in text)

    def cut(self, text: str, size: float, room: float, weight: str = REGULAR) -> str:
        """Return a line, cut with an ellipsis if it is wider than the room."""
        text = self.shown(text)
        if self.width(text, size, weight) <= room:
            return text
        left, end = room - self.width(DOTS, size, weight), 0
        while self.width(text[: end + 1], size, weight) <= left:
            end += 1
        return f"{text[:end].rstrip()}{DOTS}"

    def lines(
        self, text: str, room: float, sizes: Iterable[tuple[float, int]], weight: str = REGULAR
    ) -> Lines:
        """Break a text into lines of `room` px, in the first size in which all of it fits.

        Each size, in px, has its greatest number of lines; the last one cuts the text.
        """
        tried = Lines((), 0)
        for size, most in sizes:
            lines = self._broken(self.shown(text), size, room, weight)
            if len(lines) <= most:
                return Lines(tuple(self._balanced(lines, size, room, weight)), size)
            last = self.cut(" ".join(lines[most - 1 :]), size, room, weight)
            tried = Lines((*lines[: most - 1], last), size)
        return tried

    def _balanced(self, lines: list[str], size: float, room: float, weight: str) -> list[str]:
        """Return the same number of lines, as equally long as possible."""
        text = " ".join(lines)
        while len(lines) > 1:
            room -= size
            if self.width(max(text.split(" "), key=len), size, weight) > room:
                break
            narrower = self._broken(text, size, room, weight)
            if len(narrower) > len(lines):
                break
            lines = narrower
        return lines

    def _broken(self, text: str, size: float, room: float, weight: str) -> list[str]:
        """Break a text at its spaces; a word that is longer than a line is cut."""
        lines: list[str] = []
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(longer, size, weight) <= room:
                lines[-1] = longer
            else:
                lines.append(self.cut(word, size, room, weight))
        return lines


def plain_text(text: str) -> str:
    """Return text in single spaces, without control characters, some of which XML forbids."""
    spaced = unicodedata.normalize("NFC", " ".join(_SPACES.split(text.strip())))
    return "".join(letter for letter in spaced if unicodedata.category(letter)[0] != "C")


@cache
def load_typeface() -> Typeface:
    """Load the font."""
    return Typeface(json.loads(WIDTHS.read_text(encoding="utf8")))
