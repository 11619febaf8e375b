"""Read the content of files, and the values in it, within limits."""

from __future__ import annotations

import json
import math
import re
import statistics
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from site_builder.dates import (
    NOT_A_YEAR,
    DateUnit,
    counted_day,
    has_known_year,
    has_odd_year,
    read_day,
    read_moment,
)
from site_builder.formatting import quoted
from site_builder.records import Record
from site_builder.tables.schema import LARGEST

DATA_SETS = "https://huggingface.co/datasets/"
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
"""The id of a repository on Hugging Face."""
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[T _-](\d\d)[-:](\d\d)[-:](\d\d)")
Choices = tuple[Mapping[str, Any], ...]
"""Answers to a question, the likely one first: keys of `[import]`, and what they mean as `#`."""
_NOT_UTF_8 = "it is not UTF-8 text; save it as UTF-8"
_NO_VERSION = ("", "n/a", "none", "null", "unknown", "yaml")
"""What harnesses write where a task has no version."""
_T = TypeVar("_T")


class UnreadableFileError(Exception):
    """A file cannot be read: why, as a phrase, and what to do about it, as in `Skipped`."""

    def __init__(self, *, why: str, fix: str = "", paste: Choices = ()) -> None:
        super().__init__(why)
        self.fix, self.paste = fix, paste


class Limit(Record):
    """The most of something that a file may hold; `what` is counted, in the plural."""

    most: int
    what: str
    fix: str = "Split the file, or leave out what is not a score."

    def check(self, found: int) -> None:
        """Raise an `UnreadableFileError` if there is more."""
        if found > self.most:
            why = f"it has {found:,} {self.what}, the limit is {self.most:,}"
            raise UnreadableFileError(why=why, fix=self.fix)

    def take(self, items: Iterable[_T]) -> list[_T]:
        """Return the items as a list; count without keeping them if there are more."""
        rest = iter(items)
        kept = list(islice(rest, self.most))
        self.check(len(kept) + sum(1 for _ in rest))
        return kept


# A file of 250 MB takes about 5 GB of memory in the worst case, as JSON of empty objects.
FILE_BYTES = Limit(250_000_000, "bytes")
UNPACKED_BYTES = Limit(100_000_000, "bytes when unpacked")
ARCHIVE_MEMBERS = Limit(1_000_000, "members")
ROWS = Limit(1_000_000, "rows")
COLUMNS = Limit(10_000, "columns")
CELLS = Limit(10_000_000, "cells")
SCORES = Limit(1_000_000, "scores, with those that are empty or no number")
RUNS = Limit(100, "runs")
GROUP_MEMBERS = Limit(100_000, "tasks in groups, counted once per group")
YAML_CHARACTERS = Limit(1_000_000, "characters of YAML")
YAML_VALUES = Limit(
    200_000, "YAML values, counted wherever an alias repeats them", "Remove the aliases."
)
TEXT_CHARACTERS = Limit(10_000, "characters in one name or text", "Shorten the text.")


def check_file(path: Path) -> None:
    """Raise an `UnreadableFileError` if there is no file, or nothing in it."""
    if not _read_start(path, 1):
        raise UnreadableFileError(why="it is empty")


def read_bytes(path: Path) -> bytes:
    """Return the content of a file; if there is none, raise an `UnreadableFileError`."""
    content = _read_start(path, FILE_BYTES.most + 1)
    FILE_BYTES.check(max(len(content), path.stat().st_size))
    if not content.strip():
        raise UnreadableFileError(why="it is empty")
    return content


def _read_start(path: Path, most: int) -> bytes:
    if not path.is_file():  # reading a pipe or a device may never end
        why = "it is not a file" if path.exists() else "there is no such file"
        raise UnreadableFileError(why=why)
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise UnreadableFileError(why=f"it cannot be read: {error.strerror}") from error


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file; if it cannot be read, raise an `UnreadableFileError`."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFileError(why=_NOT_UTF_8) from error


def read_json(path: Path) -> object:
    """Return the value of a JSON file; if it cannot be read, raise an `UnreadableFileError`."""
    return parse_json(read_bytes(path))


def parse_json(content: bytes) -> object:
    """Return the value of JSON text; if it is none, raise an `UnreadableFileError`."""
    why = "its JSON is nested too deeply, or has a number with too many digits"
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise UnreadableFileError(why=_NOT_UTF_8) from error
    except json.JSONDecodeError as error:
        why = f"it is not JSON, or cut short: {error.msg} in line {error.lineno}"
        raise UnreadableFileError(why=why) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableFileError(why=why) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; a name that it has twice, with two values, is an error."""
    found = dict(pairs)
    if len(found) < len(pairs) and (twice := [k for k, v in pairs if v != found[k]]):
        why = f"an object in it has {twice[0]!r} twice, with two values"
        raise UnreadableFileError(why=why, fix="Keep one of the two.")
    return found


def as_list(value: object) -> list[Any]:
    """Return a JSON list, or an empty one for any other value."""
    return value if isinstance(value, list) else []


def as_number(value: object) -> float | None:
    """Return a finite number that the tables accept, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and abs(number) <= LARGEST else None


def as_count(value: object) -> int | None:
    """Return a whole number of at least 1, or None."""
    number = as_number(value)
    if number is None or not 1 <= number < 2**53 or not number.is_integer():
        return None
    return int(number)


def as_positive(value: object) -> float | None:
    """Return a number above 0, or None: harnesses write 0 for an error that is not known."""
    number = as_number(value)
    return number if number is not None and number > 0 else None


def as_text(value: object) -> str:
    """Return text that the tables can hold, or an empty one; too long, an `UnreadableFileError`."""
    if not isinstance(value, str):
        return ""
    TEXT_CHARACTERS.check(len(value))
    text = value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\0", "").replace("\r", " ").strip()


def as_link(value: object) -> str | None:
    """Return the address of a web page, or None."""
    text = as_text(value)
    return text if text.startswith(("http://", "https://")) else None


def version_of(*values: object) -> str:
    """Return the first of some values that is a version: `2.0` is `2`, as harnesses write both."""
    for value in values:
        number = as_number(value)
        text = as_text(value) if number is None else f"{number:g}"
        if text.casefold() not in _NO_VERSION:
            return text
    return ""


def known(**values: _T | None) -> dict[str, _T]:
    """Return the values that are neither null nor empty, by name."""
    return {name: value for name, value in values.items() if value not in (None, "", {})}


def data_set_link(name: str) -> str | None:
    """Return the address of a data set on Hugging Face by its id; None without an id."""
    return f"{DATA_SETS}{name}" if name else None


def flag_of_part(ran: int | None, has: int | None) -> str | None:
    """Return the caveat of a score for which only some of the examples were run."""
    if ran is None or has is None or ran >= has:
        return None
    return f"Measured on {ran:,} of {has:,} examples."


def is_wanted(text: str, task: str, metric: str) -> bool:
    """Return whether `NAME` or `TASK=NAME` names this metric; parts of a task are of the task."""
    stated = text.removesuffix(f"={metric}")
    return text == metric or (stated != text and (task == stated or task.startswith(f"{stated} (")))


def rounded_mean(values: Collection[float]) -> float:
    """Return the mean to twelve digits: a sum of binary fractions has digits that they lack."""
    return float(f"{statistics.fmean(values):.12g}") if len(values) > 1 else next(iter(values))


def day_of(moment: datetime | None) -> str | None:
    """Return the day of a moment as `YYYY-MM-DD`."""
    return None if moment is None else moment.date().isoformat()


def stated_days(name: str, texts: Iterable[str], unit: DateUnit | None) -> list[str | None]:
    """Return the dates that some texts state as far as they state them, None for other texts.

    `name` is what has them. Raises an `UnreadableFileError` for years that no date has, and for
    numbers that count since 1970 in a unit that is not stated.
    """
    found = [*texts]
    days = [read_day(text, unit) for text in found]
    unread = dict.fromkeys(text for text, day in zip(found, days, strict=True) if day is None)
    counted = [day for day in map(counted_day, unread) if day is not None]
    if counted:
        first = counted[0]
        which = quoted(day.text for day in counted)
        stated = "" if unit is None else f", and date_unit under [import] is {unit!r}"
        why = f"its {name!r} has {which}, not a date; {first.words}{stated}"
        fix = "Write days, or write into site.toml what the numbers count."
        raise UnreadableFileError(why=why, fix=fix, paste=({"date_unit": first.unit},))
    odd = [text for text in unread if has_odd_year(text)]
    if odd:
        why = f"its {name!r} has {quoted(odd)}, {NOT_A_YEAR}"
        raise UnreadableFileError(why=why, fix="Correct it.")
    return days


def moment_in_name(name: str) -> datetime | None:
    """Return the moment in the name of a file: `results_2026-01-21T03-44-18.json`."""
    match = _STAMP.search(name)
    return moment_of("{}T{}:{}:{}".format(*match.groups())) if match else None


def moment_of(value: object) -> datetime | None:
    """Parse seconds or milliseconds since 1970, or ISO 8601, as UTC; None if it is neither."""
    counted = counted_day(value)
    if counted is not None:
        return counted.moment
    moment = read_moment(value) if isinstance(value, str) else None
    return moment if moment is not None and has_known_year(moment.isoformat()) else None


def stated_moment(value: object) -> datetime | None:
    """Parse what a field states as a moment; raise an `UnreadableFileError` for an odd year."""
    if isinstance(value, str) and has_odd_year(value):
        raise UnreadableFileError(why=f"it has the date {value!r}, {NOT_A_YEAR}", fix="Correct it.")
    return moment_of(value)


def _typed(convert: Callable[[object], _T]) -> Callable[..., _T]:
    """Return a method that finds a value by its names and converts it."""

    def read(values: JsonObject, *names: str) -> _T:
        return convert(values.at(*names))

    return read


class JsonObject(Mapping[str, Any]):
    """A JSON object whose values are read in a type; empty for any other value.

    The methods take the names on the way to a value: `values.text("config", "model")`. What is not
    there or of another type is an empty text, an empty list, an empty object, or None.
    """

    def __init__(self, value: object = None) -> None:
        self._values: Mapping[str, Any] = value if isinstance(value, Mapping) else {}

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def at(self, *names: str) -> Any:  # noqa: ANN401 - JSON holds anything
        """Return a value as it is."""
        value: Any = self._values
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def object(self, *names: str) -> JsonObject:
        """Return an object."""
        return JsonObject(self.at(*names))

    list = _typed(as_list)
    all = _typed(lambda value: [JsonObject(item) for item in as_list(value)])
    text = _typed(as_text)
    link = _typed(as_link)
    number = _typed(as_number)
    count = _typed(as_count)
    positive = _typed(as_positive)
    boolean = _typed(lambda value: value if isinstance(value, bool) else None)
    yes_no = _typed(lambda value: ("no", "yes")[value] if isinstance(value, bool) else "")
    moment = _typed(stated_moment)
    day = _typed(lambda value: day_of(stated_moment(value)))
