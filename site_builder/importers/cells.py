"""Read what a cell of a table says: a number, or nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from site_builder.importers.values import as_number, as_text
from site_builder.records import Record

_DASHES = "-\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}"
_BLANK = frozenset(
    ("", *_DASHES, "--", ".", "?", "n/a", "n.a.", "n/d", "na", "nan", "none", "null", "tbd", "tba")
) | {"tbc", "dnf", "not available", "not reported"}
MONEY = {
    "$": "USD",
    "\N{EURO SIGN}": "EUR",
    "\N{POUND SIGN}": "GBP",
    "\N{YEN SIGN}": "\N{YEN SIGN}",
}
"""Units by their sign, which stands before or after a number; that of yen is that of yuan too."""
SIGN_OF_MONEY = f"[{''.join(MONEY)}]"
MEDALS = "\U0001f947\U0001f948\U0001f949\U0001f3c6"
# Bold, or a mark of a note or a change, before a number a medal.
_MARKS = r"[*_ \u2020\u2021\u00a7\u00b6\u25b2\u25bc\u25b3\u25bd]*+"
# A number, perhaps in bold, with a sign of money or percent, and anything after a plus-minus sign.
# What may match nothing keeps what it took (`*+`): trying shorter matches takes the square of the
# length.
_NUMBER = re.compile(
    rf"[*_ {MEDALS}]*+(?P<sign>[+\-\u2212\u2013]?){SIGN_OF_MONEY}?(?P<number>[\d.,]++)"
    rf"(?P<power>(?:e[+-]?\d++)?)\s*+(?P<percent>%?){SIGN_OF_MONEY}?(?P<marks>{_MARKS})"
    r"(?P<spread>(?:\N{PLUS-MINUS SIGN}|\+/?-)[^/|@;]*+)?",
    re.IGNORECASE | re.ASCII,
)
_PLAIN = {mark: re.compile(rf"\d++{mark}?\d*+|{mark}\d++", re.ASCII) for mark in (r"\.", ",")}
_GROUPS = {
    mark: re.compile(rf"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+", re.ASCII) for mark in (r"\.", ",")
}
_SPACED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:[ \xa0\u2009\u202f]\d{3})++(?! ?\d)", re.ASCII)
# A number with more beside it, such as `71.3 (12)` or `24/40`: no name, date or version.
_BESIDE = re.compile(
    rf"[*_ ]*+[+\-\u2212\u2013]?{SIGN_OF_MONEY}?[\d.,]*+(?<=\d)\s*+%?{_MARKS}(?:[(\[/@|\u00b1].*)?",
    re.ASCII,
)


_VERSION = re.compile(r"v?\d+(\.\d+){2}|\d{1,2}/\d{1,2}/\d{2}", re.ASCII)  # or a date


class ParsedNumber(Record):
    """A number in a cell as written, 71.3 for `71.3%`.

    Attributes:
        has_spread: Whether a plus-minus sign follows.
        is_marked: Whether the mark of a note follows, such as an asterisk that begins no bold.
    """

    value: float
    is_percent: bool = False
    has_spread: bool = False
    is_marked: bool = False


class Marks(Record):
    """What points and commas in the numbers of a file stand for.

    Attributes:
        comma: Whether decimals have a comma.
        grouped: Whether the file shows that the other mark stands between thousands, also where a
            number alone does not tell: `1,234`.
    """

    comma: bool = False
    grouped: bool = False


def is_blank(value: object) -> bool:
    """Return whether a cell has no value: empty, a dash, `n/a`, NaN."""
    if isinstance(value, str):
        text = value.strip()
        return not text.strip(_DASHES) or text.casefold() in _BLANK
    return value is None or (isinstance(value, float) and math.isnan(value))


def _number_in(text: str) -> re.Match[str] | None:
    return _NUMBER.fullmatch(_SPACED.sub(lambda of: re.sub(r"\D", "", of[0]), text.strip()))


def find_marks(cells: Iterable[object]) -> Marks:
    """Return what points and commas stand for, by the numbers that can be read in one way only."""
    texts = (cell for cell in cells if isinstance(cell, str) and ("," in cell or "." in cell))
    numbers = [match["number"] for text in texts if (match := _number_in(text))]
    if not any("," in number for number in numbers):
        return Marks()
    commas = any(_has_decimals(number, ",", r"\.") for number in numbers)
    points = any(_has_decimals(number, r"\.", ",") for number in numbers)
    return Marks(commas, commas != points)


def _has_decimals(number: str, mark: str, other: str) -> bool:
    """Return whether a mark in a number stands before decimals, and can be nothing else."""
    whole, _, part = number.rpartition(mark[-1])
    if not part or mark[-1] not in number:
        return False
    if other[-1] in whole:
        return bool(_GROUPS[other].fullmatch(whole))
    return bool(_PLAIN[mark].fullmatch(number)) and not _GROUPS[mark].fullmatch(number)


SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?) ?([kKMBTmbt])", re.ASCII)
"""The number of parameters of a model: `7B`, `560M`."""
ARROW = re.compile(r"[(\[][\u2191\u2193\u2b06\u2b07]\ufe0f*[)\]]|[\u2191\u2193\u2b06\u2b07]\ufe0f*")
"""In a name, tells which way is better: `CHAIR \u2193`, `x (acc \u2191)`."""
_POINTS = Marks()


def parse_number(value: object, marks: Marks = _POINTS) -> ParsedNumber | None:
    """Return the number in a cell, or None."""
    if not isinstance(value, str):
        number = as_number(value)
        return None if number is None else ParsedNumber(number)
    match = _number_in(value)
    plain = _in_points(match["number"], marks) if match else ""
    if match is None or not plain:
        return None
    sign = match["sign"] and ("+" if match["sign"] == "+" else "-")
    number = as_number(float(f"{sign}{plain}{match['power']}"))
    if number is None:
        return None
    is_marked = match["marks"].strip(" _*") != "" or (value.strip()[0] != "*" and "*" in match[0])
    return ParsedNumber(number, bool(match["percent"]), bool(match["spread"]), is_marked)


def why_no_number(value: object, marks: Marks = _POINTS) -> str:
    """Return why a cell that begins with a number holds none; empty if it holds one, or a text."""
    text = str(value).strip()
    if parse_number(value, marks) or not isinstance(value, str) or not _BESIDE.fullmatch(text):
        return ""
    if _VERSION.match(text):
        return ""
    match = _NUMBER.fullmatch(text)
    is_group = match and any(groups.fullmatch(match["number"]) for groups in _GROUPS.values())
    return "may be a thousand times less" if is_group else "holds more than a number"


def _in_points(number: str, marks: Marks) -> str:
    """Return `1,234.5` as `1234.5`; empty where it is unclear, as `1,234` is."""
    mark, other = (",", r"\.") if marks.comma else (r"\.", ",")
    if marks.comma and not marks.grouped and _GROUPS[mark].fullmatch(number):
        return ""  # `1,234` in a file with both `1,5` and `0.71`
    if other[-1] not in number:
        return number.replace(",", ".") if _PLAIN[mark].fullmatch(number) else ""
    whole, found, part = number.partition(mark[-1])
    if _GROUPS[other].fullmatch(whole) and (not part or part.isdecimal()):
        is_clear = marks.grouped or found or whole.count(other[-1]) > 1
        return whole.replace(other[-1], "") + (f".{part}" if part else "") if is_clear else ""
    # Beside decimal commas, 0.25 can be nothing else.
    return number if marks.comma and _PLAIN[other].fullmatch(number) else ""


def word_of(value: object) -> str:
    """Return what a cell says as text; empty if it is blank."""
    return as_text(value if isinstance(value, str) else "" if is_blank(value) else str(value))


def start_of(value: object) -> str:
    """Return the start of what a cell says; nobody reads the whole."""
    return word_of(value if isinstance(value, int | float) else str(value or "")[:100])


def truth_of(value: object) -> ParsedNumber | None:
    """Return 1 for true and 0 for false, in any case; else None."""
    return {"true": ParsedNumber(1.0), "false": ParsedNumber(0.0)}.get(str(value).casefold())


def names_percent(heading: str) -> bool:
    """Return whether a heading states percent: `Accuracy (%)`, not `50% horizon` or `95 % CI`."""
    return re.search(r"(?<!\d)(?<!\d )%", heading) is not None


def without_arrows(name: str) -> str:
    """Return a name without the arrows that tell which way is better."""
    text = as_text(name)
    if not ARROW.search(text):
        return text
    return " ".join(ARROW.sub(" ", text).split()).replace(" )", ")")
