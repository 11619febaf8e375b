"""Measure and cut text in the published font."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont

from site_builder.records import Record
from site_builder.render.assets import find_static

FILES = ("vendor/inter-latin-wght-normal.woff2", "vendor/inter-latin-ext-wght-normal.woff2")
REGULAR, BOLD = 400, 600
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
    """The font of the site; if two of its files have a letter, the first is used."""

    def __init__(self, files: Sequence[bytes]) -> None:
        # Without a new time stamp, so that the same file always gives the same bytes.
        self._fonts = [TTFont(BytesIO(file), recalcTimestamp=False) for file in files]

    @cached_property
    def truetype(self) -> list[bytes]:
        """The files in TrueType format."""
        found = []
        for font in self._fonts:
            font.flavor = None
            font.save(out := BytesIO())
            found.append(out.getvalue())
        return found

    @cache  # noqa: B019 - there is one typeface, which stays
    def _widths(self, weight: int) -> Mapping[str, float]:
        """Return the width of each letter as a share of the font size."""
        widths: dict[str, float] = {}
        for font in reversed(self._fonts):
            advance, em = _advances(font, weight), font["head"].unitsPerEm
            letters = font.getBestCmap().items()
            widths |= {chr(code): advance(name) / em for code, name in letters}
        return widths

    def shown(self, text: str) -> str:
        """Return the text that the font can draw."""
        drawn: list[str] = []
        for letter in plain_text(text):
            known = letter in self._widths(REGULAR)
            if known or drawn[-1:] != [UNKNOWN]:
                drawn.append(letter if known else UNKNOWN)
        return "".join(drawn)

    def width(self, text: str, size: float, weight: int = REGULAR) -> float:
        """Return the width of a line in px, without kerning, which makes it narrower."""
        widths = self._widths(weight)
        return size * sum(widths.get(letter, 1.0) for letter in text)

    def cut(self, text: str, size: float, room: float, weight: int = REGULAR) -> str:
        """Return a line, cut with an ellipsis if it is wider than the room."""
        text = self.shown(text)
        if self.width(text, size, weight) <= room:
            return text
        left, end = room - self.width(DOTS, size, weight), 0
        while self.width(text[: end + 1], size, weight) <= left:
            end += 1
        return f"{text[:end].rstrip()}{DOTS}"

    def lines(
        self, text: str, room: float, sizes: Iterable[tuple[float, int]], weight: int = REGULAR
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

    def _balanced(self, lines: list[str], size: float, room: float, weight: int) -> list[str]:
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

    def _broken(self, text: str, size: float, room: float, weight: int) -> list[str]:
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


def load_typeface(root: Path) -> Typeface:
    """Load the font of a project's site.

    Raises:
        SiteError: It is missing.
    """
    return _read_once(*(find_static(root, name) for name in FILES))


@cache
def _read_once(*files: bytes) -> Typeface:
    return Typeface(files)


def _advances(font: TTFont, weight: int) -> Callable[[str], float]:
    """Return the function that returns the width of a glyph, in units of the font.

    Of the weight that the file is drawn in, a table has them; a set of glyphs, which other weights
    need, takes a tenth of the build of a small site.
    """
    axes = font["fvar"].axes if "fvar" in font else ()
    if any(axis.axisTag == "wght" and axis.defaultValue == weight for axis in axes):
        return lambda name: float(font["hmtx"][name][0])
    glyphs = font.getGlyphSet(location={"wght": weight})
    return lambda name: float(glyphs[name].width)
