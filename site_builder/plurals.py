"""Choose the form of a message for a number, by the plural rules of its language.

Source: Unicode CLDR, plural rules for whole numbers, https://cldr.unicode.org/index/cldr-spec/plural-rules.
"""

from __future__ import annotations

from collections.abc import Callable

from site_builder.records import Record


class Plural(Record):
    """The forms of a language, and which of them a number takes.

    Attributes:
        forms: Their names in CLDR, in the order in which messages have them; the last is for
            messages without a number.
        of: The place in `forms` for a number of things.
    """

    forms: tuple[str, ...]
    of: Callable[[int], int]


def _slavic(n: int) -> int:
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 2


def _lithuanian(n: int) -> int:
    if 11 <= n % 100 <= 19 or n % 10 == 0:
        return 2
    return 0 if n % 10 == 1 else 1


def _latvian(n: int) -> int:
    if 11 <= n % 100 <= 19 or n % 10 == 0:
        return 0
    return 1 if n % 10 == 1 else 2


def _arabic(n: int) -> int:
    if n <= 2:
        return n
    return 3 if 3 <= n % 100 <= 10 else 4 if n % 100 >= 11 else 5


_ONE = Plural(("one", "other"), lambda n: int(n != 1))
_RULES: dict[str, Plural] = {
    "ja ko zh yue vi th lo km my id ms jv su bo dz ig yo wo": Plural(("other",), lambda _: 0),
    "fr pt hy hi bn fa am gu kn zu as": Plural(("one", "other"), lambda n: int(n > 1)),
    "is mk": Plural(("one", "other"), lambda n: int(n % 10 != 1 or n % 100 == 11)),
    "ru uk be": Plural(("one", "few", "many"), _slavic),
    "hr sr bs sh": Plural(("one", "few", "other"), _slavic),
    "pl": Plural(("one", "few", "many"), lambda n: 0 if n == 1 else _slavic(n) or 2),
    "cs sk": Plural(("one", "few", "other"), lambda n: {1: 0, 2: 1, 3: 1, 4: 1}.get(n, 2)),
    "lt": Plural(("one", "few", "other"), _lithuanian),
    "lv": Plural(("zero", "one", "other"), _latvian),
    "ro mo": Plural(
        ("one", "few", "other"), lambda n: 0 if n == 1 else 2 - (n == 0 or 1 <= n % 100 <= 19)
    ),
    "sl": Plural(
        ("one", "two", "few", "other"), lambda n: {1: 0, 2: 1, 3: 2, 4: 2}.get(n % 100, 3)
    ),
    "he iw": Plural(("one", "two", "other"), lambda n: {1: 0, 2: 1}.get(n, 2)),
    "ar": Plural(("zero", "one", "two", "few", "many", "other"), _arabic),
}
FORMS = ("zero", "one", "two", "few", "many", "other")
"""Every form that some language has."""


def plural_of(language: str) -> Plural:
    """Return the plural rule of a language tag; one and other where nothing else is known."""
    name = "" if language.lower() == "pt-pt" else language.lower().partition("-")[0]
    return next((rule for names, rule in _RULES.items() if name in names.split()), _ONE)
