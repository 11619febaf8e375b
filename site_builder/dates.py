"""Read dates: the one place that tells what is a date.

A date is a year, a month or a day from 1950 to 2100: `2024`, `2024-05`, `2024-05-02`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal

from site_builder.records import Record

DateUnit = Literal["s", "ms"]
"""What a number counts that stands for a date: seconds or milliseconds since 1970."""

FIRST_YEAR = 1950
LAST_YEAR = 2100
NOT_A_YEAR = f"a year outside {FIRST_YEAR} to {LAST_YEAR}"
"""What is wrong with a date, as a phrase."""

_NUMBER = re.compile(r"\d+(\.\d*)?(e\+?\d+)?", re.ASCII | re.IGNORECASE)
_PLAIN_DAY = re.compile(r"\d{8}", re.ASCII)  # `20240502`, as ISO 8601 has it too
_SECONDS = range(100_000_000, 4_133_980_800)  # from 1973 to the end of 2100
_PER_SECOND: dict[DateUnit, int] = {"s": 1, "ms": 1_000}
_UNIT_WORDS: dict[DateUnit, str] = {"s": "seconds", "ms": "milliseconds"}
_FORMS = {
    **dict.fromkeys(("%B %Y", "%b %Y", "%Y/%m"), 7),
    **dict.fromkeys(("%d %B %Y", "%d %b %Y", "%d.%m.%Y", "%B %d, %Y", "%b %d, %Y", "%Y/%m/%d"), 10),
}
"""Forms of dates besides those of ISO 8601, and how much of these they state."""
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b")  # `Feb 13th, 2021`


class CountedDay(Record):
    """A number, and the day that it is if it counts in some unit since 1970."""

    text: str
    unit: DateUnit
    moment: datetime

    @property
    def day(self) -> str:
        """The day, as UTC has it."""
        return self.moment.date().isoformat()

    @property
    def words(self) -> str:
        """What it may be: `as milliseconds since 1970, 1713052800000 is 2024-04-14`."""
        return f"as {_UNIT_WORDS[self.unit]} since 1970, {float(self.text):.0f} is {self.day}"

    @property
    def line(self) -> str:
        """The line of `site.toml` that states the unit."""
        return f'date_unit = "{self.unit}"'


def whole_day(text: str) -> str:
    """Return a date as a day: the first one of a year or a month."""
    return text + {4: "-01-01", 7: "-01"}.get(len(text), "")


def has_date_form(text: str) -> bool:
    """Whether a text is a year, a month or a day, of any year. Python takes `20240501` too."""
    try:
        return date.fromisoformat(whole_day(text)).isoformat() == whole_day(text)
    except ValueError:
        return False


def is_date(text: str) -> bool:
    """Whether a text is a year, a month or a day from 1950 to 2100."""
    return has_date_form(text) and has_known_year(text)


def has_known_year(day: str) -> bool:
    """Whether the year that a date begins with is one from 1950 to 2100."""
    return FIRST_YEAR <= int(day[:4]) <= LAST_YEAR


def has_odd_year(text: str) -> bool:
    """Whether a text is a date of another year, in any form that is read."""
    day = _parse(text)
    return day is not None and not has_known_year(day)


def counted_day(value: object) -> CountedDay | None:
    """Return the day that a number, or the text of one, may be: one from 1973 to 2100.

    Seconds of these years have nine or ten digits, and milliseconds twelve or thirteen.
    """
    text = str(value)
    if not _NUMBER.fullmatch(text.strip()):
        return None
    number = float(text)
    for unit, per_second in _PER_SECOND.items():
        if _SECONDS.start * per_second <= number < _SECONDS.stop * per_second:
            return CountedDay(text, unit, datetime.fromtimestamp(number / per_second, UTC))
    return None


@lru_cache  # most rows share a date, or have none
def read_day(text: str, unit: DateUnit | None = None) -> str | None:
    """Return a date as far as a text states it: a year, a month or a day; None if it is none.

    A number that counts since 1970 is a date if `unit` states what it counts.
    """
    counted = counted_day(text)
    if counted is not None:
        return counted.day if counted.unit == unit else None
    day = _parse(text)
    return day if day is not None and has_known_year(day) else None


def read_moment(text: str) -> datetime | None:
    """Return the moment that a text states in ISO 8601, as UTC unless it names a time zone.

    It may be of any year. Digits alone are a day, `20240502`, and nothing else: Python would read
    thirteen digits as a day and a time.
    """
    plain = text.strip()
    if _NUMBER.fullmatch(plain) and not _PLAIN_DAY.fullmatch(plain):
        return None
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse(text: str) -> str | None:
    """Return what a text states of a date of any year, or None."""
    if has_date_form(text):
        return text
    moment = read_moment(text)
    if moment is not None:
        return moment.date().isoformat()
    plain = _ORDINAL.sub("", text)
    for form, length in _FORMS.items():
        with suppress(ValueError):
            return datetime.strptime(plain, form).replace(tzinfo=UTC).date().isoformat()[:length]
    return None
