"""Say the texts of pages: whole sentences with ids, in `messages.toml` and `glossary.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from site_builder.formatting import ENGLISH, Notation, count, sentence
from site_builder.records import CachingRecord, Record, asdict, replace

_FORMS = ("one", "other")
_PARAMETER = re.compile(r"\{(\w+)\}")

Forms = tuple[str, ...]
"""A message in every form that its language has, in the order of `Plural.forms`."""


def _flat(section: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Forms]]:
    """Yield each message, by its id, as its forms for one thing and for other numbers."""
    for name, text in section.items():
        if isinstance(text, str):
            yield before + name, (text, text)
        elif tuple(text) == _FORMS:
            yield before + name, (text["one"], text["other"])
        else:
            yield from _flat(text, f"{before}{name}.")


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(file).read_text("utf8"))


_GLOSSARY = _read("glossary.toml")
ANCHORS: dict[str, str] = {word: of.pop("term") for word, of in _GLOSSARY.items() if "term" in of}
"""Where the page on method explains a word of the glossary, if not under its own name."""

MESSAGES: dict[str, Forms] = {
    **dict(_flat(_read("messages.toml"))),
    **dict(_flat(_GLOSSARY, "glossary.")),
    **{f"number.{name}": (text, text) for name, text in asdict(ENGLISH).items()},
}
"""Of each message, by id, the form for one thing and that for other numbers."""


class _Whole(int):
    """A number that a message groups as its language does."""

    def __format__(self, spec: str) -> str:
        return count(self) if spec else str(int(self))


class Messages(CachingRecord):
    """The texts of a site, in its language and its words.

    Attributes:
        words: The nouns of the site: `model`, `models`, `Model`, `a_model` and so on.
        texts: Every message by its id.
        plural: Which form of a message a number takes.
        notation: How numbers, dates and lists are written.
        language: The first part of its tag, such as `de`.
    """

    words: Mapping[str, str]
    texts: Mapping[str, Forms]
    plural: Plural
    notation: Notation
    language: str = "en"

    def __call__(self, message: str, n: int | None = None, /, **values: object) -> str:
        """Return a message with its parameters; `n` chooses its form.

        Raises:
            KeyError: There is no such message, or it has another parameter.
        """
        whole = {k: _Whole(v) if type(v) is int else v for k, v in {"n": n, **values}.items()}
        text = self.texts[message][-1 if n is None else self.plural.of(n)]
        return text.format_map({**self.words, **whole})

    def __contains__(self, message: str) -> bool:
        """Return whether there is such a message."""
        return message in self.texts

    @cached_property
    def of_entries(self) -> Messages:
        """The texts of a board on which a model has several entries: its rows are entries."""
        return replace(self, words=with_items(self.words, "entry", "entries"))

    @property
    def own_forms(self) -> Forms:
        """The names of the forms of messages, where they are not one and other."""
        return () if self.plural.forms == _FORMS and self.language == "en" else self.plural.forms

    def uncapitalised(self, label: str) -> str:
        """Return a label with a small first letter, where its language writes nouns so."""
        return label if self.language in _CAPITAL_NOUNS else label[:1].lower() + label[1:]

    def in_sentence(self, label: str) -> str:
        """Return a label for a sentence: `fine-tuned` for `Fine-tuned`; `SFT` stays."""
        return self.uncapitalised(label) if label[1:] == label[1:].lower() else label

    def with_article(self, phrase: str) -> str:
        """Return a phrase with `a` or `an`, where texts are in English."""
        return with_article(phrase) if self.language == "en" else phrase

    def section(self, name: str) -> Iterator[str]:
        """Yield the ids of a section, without its name."""
        start = f"{name}."
        return (message.removeprefix(start) for message in self.texts if message.startswith(start))

    def for_script(self, section: str, *others: str) -> dict[str, Forms]:
        """Return a section, by ids without its name, and other messages, by their own ids.

        They are in the words of the site; a script (`site.texts`) fills in the parameters.
        """
        named = {name: f"{section}.{name}" for name in self.section(section)}
        named |= {name: name for name in others}
        return {
            name: tuple(map(self._worded, self.texts[message])) for name, message in named.items()
        }

    def _worded(self, text: str) -> str:
        return _PARAMETER.sub(lambda found: self.words.get(found[1], found[0]), text)


class Translation(Record):
    """The texts of a language.

    Attributes:
        language: Its tag (BCP 47).
        texts: Messages by their ids; those that it lacks are in English.
        words: The nouns that its messages use, in every form that they need.
    """

    language: str
    texts: Mapping[str, Forms] = {}
    words: Mapping[str, str] = {}


_ENGLISH = Translation("en")
_CAPITAL_NOUNS = ("de", "lb")
# The marks of numbers by language, decimal and group; others write them as English does.
_MARKS = {
    "ca da de el es eu gl hr id is it lb mk nl pt ro sl sr sq tr vi": (",", "."),
    "af be bg cs et fi hu hy ka kk ky lt lv nb nn no pl ru sk sv uk uz": (
        ",",
        "\N{NO-BREAK SPACE}",
    ),
    "fr": (",", "\N{NARROW NO-BREAK SPACE}"),
    "de-at": (",", "\N{NO-BREAK SPACE}"),
    "de-ch de-li it-ch": (".", "\N{RIGHT SINGLE QUOTATION MARK}"),
    "es-mx es-us": (".", ","),
}


def make_messages(
    nouns: Mapping[str, str | None],
    translation: Translation = _ENGLISH,
    more: Mapping[str, str] | None = None,
    stated: Iterable[str] = (),
) -> Messages:
    """Return the texts of a site; a plural that is None is that of the singular.

    `more` are messages beside `MESSAGES`, and `stated` are the nouns that the site chose itself:
    they stand for each form that a translation has of its own.
    """
    words: dict[str, str] = {}
    for name, plain in nouns.items():
        # The plural follows its singular.
        noun = plain or re.sub(r"([^aeiou])y$", r"\1ie", [*words.values()][-1]) + "s"
        words[name] = noun
    chosen = {name: words[name] for name in words if name in {*stated}}
    words |= {f"a_{name}": with_article(noun) for name, noun in words.items()}
    for name, word in translation.words.items():
        words[name] = next((chosen[part] for part in name.split("_") if part in chosen), word)
    words |= {name.capitalize(): sentence(noun) for name, noun in words.items()}
    words = with_items(words)
    language = translation.language.lower().partition("-")[0] if translation.texts else "en"
    plural = plural_of(translation.language if translation.texts else "en")
    known = MESSAGES | {name: (text, text) for name, text in (more or {}).items()}
    if plural.forms != _FORMS:
        known = {
            name: tuple(one if form == "one" else other for form in plural.forms)
            for name, (one, other) in known.items()
        }
    texts = {**known, **translation.texts}
    notation = _notation(texts, translation)
    texts |= {
        f"number.{name}": (text,) * len(plural.forms) for name, text in asdict(notation).items()
    }
    return Messages(words, texts, plural, notation, language)


def with_items(
    words: Mapping[str, str], noun: str = "model", nouns: str = "models"
) -> dict[str, str]:
    """Return words with `item` and `items` in each form that a noun has: `a_item` for `a_model`."""
    items = {noun: "item", nouns: "items"}
    forms = {name: name.rpartition("_") for name in words}
    return {
        **words,
        **{
            f"{case}{mark}{items[word]}": words[name]
            for name, (case, mark, word) in forms.items()
            if word in items
        },
    }


def _notation(texts: Mapping[str, Forms], translation: Translation) -> Notation:
    known = {name: marks for names, marks in _MARKS.items() for name in names.split()}
    tag = translation.language.lower()
    stated = known.get(tag) or known.get(tag.partition("-")[0]) or ()
    marks = dict(zip(("decimal", "group"), stated, strict=False))
    marks = {k: v for k, v in marks.items() if f"number.{k}" not in translation.texts}
    own = {name: texts[f"number.{name}"][-1] for name in asdict(ENGLISH)} | marks
    notation = Notation(**own)
    return ENGLISH if notation == ENGLISH else notation


_LIKE_CONSONANT = re.compile("one|eu|uni[^mn]|use|usu|util", re.IGNORECASE)
_LIKE_VOWEL = re.compile(r"(11|18)(?!\d)|hour|honest|heir", re.IGNORECASE)


def with_article(phrase: str) -> str:
    """Put `a` or `an` before a noun, as spoken: `an instruct model`, `an SFT model`."""
    word = re.split(r"[\W_]", phrase, maxsplit=1)[0]
    spelled_out = word.isupper() or not re.search("[aeiouy]", word.lower())
    vowels = "AEFHILMNORSX8" if spelled_out else "AEIOU8"
    is_vowel = word[:1].upper() in tuple(vowels) and not _LIKE_CONSONANT.match(word)
    return f"{'an' if is_vowel or _LIKE_VOWEL.match(word) else 'a'} {phrase}"


# --- plural rules ---------------------------------------------------------------------------------


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


def _baltic(n: int, none: int, one: int, other: int) -> int:
    """Return the place of the form of 0, 10 to 20, 30 ..., of 1, 21 ..., or of other numbers."""
    if 11 <= n % 100 <= 19 or n % 10 == 0:
        return none
    return one if n % 10 == 1 else other


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
    "lt": Plural(("one", "few", "other"), lambda n: _baltic(n, 2, 0, 1)),
    "lv": Plural(("zero", "one", "other"), lambda n: _baltic(n, 0, 1, 2)),
    "ro mo": Plural(
        ("one", "few", "other"), lambda n: 0 if n == 1 else 2 - (n == 0 or 1 <= n % 100 <= 19)
    ),
    "sl": Plural(
        ("one", "two", "few", "other"), lambda n: {1: 0, 2: 1, 3: 2, 4: 2}.get(n % 100, 3)
    ),
    "he iw": Plural(("one", "two", "other"), lambda n: {1: 0, 2: 1}.get(n, 2)),
    "ar": Plural(("zero", "one", "two", "few", "many", "other"), _arabic),
}


def plural_of(language: str) -> Plural:
    """Return the plural rule of a language tag; one and other where nothing else is known."""
    name = "" if language.lower() == "pt-pt" else language.lower().partition("-")[0]
    return next((rule for names, rule in _RULES.items() if name in names.split()), _ONE)
