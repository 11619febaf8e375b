"""Read and check the texts of a site in its language: `locale/<language>.toml` of a project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from string import Formatter
from typing import Any

from site_builder.config import SiteConfig, Words, parse_toml
from site_builder.errors import Fault, did_you_mean
from site_builder.formatting import counted, quoted
from site_builder.messages import (
    MESSAGES,
    Forms,
    Messages,
    Plural,
    Translation,
    make_messages,
    plural_of,
    with_items,
)
from site_builder.symlinks import read_inside
from site_builder.tables.schema import TABLES, TYPE_WORDS

_FOLDER = "locale"
_OF_COMMANDS = ("audit.", "review.")
"""What commands say, which is in English."""
_WORDS = "words"
_MOST_BYTES = 1_000_000
_MOST_NAMED = 5
_TAG = re.compile(r"<[a-zA-Z/!]|&#?\w+;")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NAME = re.compile(r"[a-z][a-z_]*")
# How many words a list of the notation has.
_LISTS = {"number.months": 12, "number.numbers": 13}


class TranslationFile(Translation):
    """What is sound in the file of a translation.

    Attributes:
        path, sha256: Where it is in the project, and its checksum; empty if there is none.
        faults: Everything else.
    """

    path: str = ""
    sha256: str = ""
    faults: tuple[Fault, ...] = ()


@cache
def table_messages() -> dict[str, str]:
    """Return what the data page says of tables and columns: messages beside `MESSAGES`."""
    found = {f"table.type.{name}": words for name, words in TYPE_WORDS.items()}
    for table in TABLES:
        start = f"table.{table.name}"
        found |= {f"{start}.meaning": table.meaning, f"{start}.row": table.row}
        for column in table.columns:
            found[f"{start}.column.{column.name}"] = column.meaning
            if column.unit:
                found[f"table.unit.{column.unit}"] = column.unit
    return found


@cache
def catalogue() -> dict[str, Forms]:
    """Return every message that a translation can have, by id, in English."""
    pages = {name: forms for name, forms in MESSAGES.items() if not name.startswith(_OF_COMMANDS)}
    return pages | {name: (text, text) for name, text in table_messages().items()}


def site_messages(config: SiteConfig) -> Messages:
    """Return the texts of a site, in its language and its words."""
    nouns = config.words.model_dump()
    stated = {
        name for name, noun in nouns.items() if noun and name in config.words.model_fields_set
    }
    names = [*nouns]
    stated |= {more for one, more in zip(names[::2], names[1::2], strict=True) if one in stated}
    return make_messages(nouns, read_translation(config), table_messages(), stated)


def read_translation(config: SiteConfig) -> TranslationFile:
    """Read the texts in the language of a site: those of its tag, or else of its language."""
    language = config.site.language
    for name in dict.fromkeys((language, language.partition("-")[0])):
        path = f"{_FOLDER}/{name}.toml"
        try:
            content = read_inside(config.root / path, config.root, _FOLDER, _MOST_BYTES)
        except FileNotFoundError:
            continue
        except OSError as error:
            fault = Fault(path, f"cannot be read: {error.strerror}")
            return TranslationFile(language, path=path, faults=(fault,))
        return _read(path, content, language)
    return TranslationFile(language)


@cache  # a build asks for it more than once
def _read(path: str, content: bytes, language: str) -> TranslationFile:
    values, faults = parse_toml(content, path)
    words, odd = _words(path, values.pop(_WORDS, {}))
    reader = _Reader(path, plural_of(language), words)
    reader.read(values)
    found = (*faults, *odd, *reader.faults)
    return TranslationFile(language, reader.texts, words, path, sha256(content).hexdigest(), found)


def missing_line(config: SiteConfig) -> str:
    """Return a line on the texts that are still in English; empty if all are translated."""
    file = read_translation(config)
    missing = [name for name in catalogue() if name not in file.texts]
    if not missing or config.site.language.lower().partition("-")[0] == "en":
        return ""
    path = file.path or f"{_FOLDER}/{config.site.language}.toml"
    n, of = counted(len(missing), "text"), len(catalogue())
    return f"{path} lacks {n} of {of:,}, which are in English: {quoted(missing, _MOST_NAMED)}."


def _words(path: str, section: object) -> tuple[dict[str, str], list[Fault]]:
    """Return the nouns that messages use, in every form that they have."""
    if not isinstance(section, dict):
        return {}, [Fault(path, "words is no section", 'Write [words], and model = "…" below.')]
    words, faults = dict[str, str](), list[Fault]()
    for name, word in section.items():
        if (
            not isinstance(word, str)
            or not word.strip()
            or re.search(f"[{{}}]|{_CONTROL.pattern}|{_TAG.pattern}", word)
        ):
            faults.append(Fault(path, f"words.{name} is no plain text"))
        elif not _NAME.fullmatch(name):
            fix = "Use small letters and _, such as of_models."
            faults.append(Fault(path, f"words.{name} is no name of a word", fix))
        else:
            words[name] = word
    return words, faults


class _Reader:
    """Reads the messages of a file, and what is wrong with them."""

    def __init__(self, path: str, plural: Plural, words: Mapping[str, str]) -> None:
        self._path, self._plural = path, plural
        nouns = {*english().words, *with_items(words)}
        self._words = nouns | {word.capitalize() for word in nouns}
        self.texts: dict[str, Forms] = {}
        self.faults: list[Fault] = []

    def read(self, section: Mapping[str, Any], before: str = "") -> None:
        """Read the messages of a section, and those of the sections in it."""
        for key, value in section.items():
            name = f"{before}{key}"
            if name in catalogue():
                self._read_message(name, value)
            elif isinstance(value, dict) and any(i.startswith(f"{name}.") for i in catalogue()):
                self.read(value, f"{name}.")
            else:
                hint = did_you_mean(name, [*catalogue()])
                self._add(name, "there is no such text", hint)

    def _read_message(self, name: str, forms: Any) -> None:  # noqa: ANN401 - as TOML has it
        wanted = self._plural.forms
        if not isinstance(forms, dict) or [*forms] == ["other"]:  # one text is that of every number
            text = forms["other"] if isinstance(forms, dict) else forms
            forms = dict.fromkeys(wanted, text)
        if missing := [form for form in wanted if form not in forms]:
            self._add(name, f"the form {missing[0]!r} is missing", "Its language has it.")
        elif what := next(filter(None, (self._find_fault(name, t) for t in forms.values())), ""):
            self._add(name, what)
        else:
            self.texts[name] = tuple(forms[form] for form in wanted)

    def _find_fault(self, name: str, text: object) -> str:
        """Return what is wrong with a text, or nothing."""
        if not isinstance(text, str):
            return "is no text"
        if not text.strip() and any(catalogue()[name]):
            return "is empty"
        if found := _TAG.search(text):
            return f"has HTML, at {found[0]!r}; write plain text"
        if found := _CONTROL.search(text):
            return f"has the control character {found[0]!r}"
        if (n := _LISTS.get(name)) and len(text.split()) != n:
            return f"has {len(text.split())} words, not {n}"
        return self._find_wrong_parameter(name, text)

    def _find_wrong_parameter(self, name: str, text: str) -> str:
        known = _parameters(name)
        try:
            parts = list(Formatter().parse(text))
        except ValueError:
            return "has a brace without its partner"
        for _, field, spec, conversion in parts:
            if field is None:
                continue
            if field not in known and field not in self._words:
                offer = ", ".join(f"{{{name}}}" for name in sorted(known))
                return f"has no parameter {{{field}}}{offer and f'; it has {offer}'}"
            if spec not in ("", ",") or conversion:
                return f"write {{{field}}} or {{{field}:,}}"
        return ""

    def _add(self, name: str, what: str, fix: str = "") -> None:
        self.faults.append(Fault(self._path, f"{name}: {what}", fix))


@cache
def english() -> Messages:
    """Return messages in English, in the words of no one site."""
    return make_messages(Words().model_dump())


@cache
def _parameters(name: str) -> set[str]:
    """Return the parameters of a message, without the words of the site."""
    parts = [part for text in catalogue()[name] for part in Formatter().parse(text)]
    found = {field for _, field, _, _ in parts if field}
    words = english().words
    return {field for field in found if field not in words}
