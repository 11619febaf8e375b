"""Say the texts of pages: whole sentences with ids, in `messages.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from site_builder.formatting import sentence
from site_builder.records import CachingRecord

_FORMS = ("one", "other")
_PARAMETER = re.compile(r"\{(\w+)\}")


def _flat(section: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each message, by its id, as its forms for one thing and for other numbers."""
    for name, text in section.items():
        if isinstance(text, str):
            yield before + name, (text, text)
        elif tuple(text) == _FORMS:
            yield before + name, (text["one"], text["other"])
        else:
            yield from _flat(text, f"{before}{name}.")


MESSAGES = dict(_flat(tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf8"))))
"""Of each message, by id, the form for one thing and that for other numbers."""


class Messages(CachingRecord):
    """The texts of a site, in its words.

    Attributes:
        words: The nouns of the site: `model`, `models`, `Model`, `a_model` and so on.
    """

    words: Mapping[str, str]

    def __call__(self, message: str, n: int | None = None, /, **values: object) -> str:
        """Return a message with its parameters; `n` chooses its form.

        Raises:
            KeyError: There is no such message, or it has another parameter.
        """
        one, other = MESSAGES[message]
        return (one if n == 1 else other).format_map({**self.words, **values, "n": n})

    def for_script(self, section: str, *others: str) -> dict[str, tuple[str, str]]:
        """Return a section, by ids without its name, and other messages, by their own ids.

        They are in the words of the site; a script (`site.texts`) fills in the parameters.
        """
        start = f"{section}."
        if section not in self._sections:
            ids = [message for message in MESSAGES if message.startswith(start)]
            self._sections[section] = {name.removeprefix(start): self._forms(name) for name in ids}
        return self._sections[section] | {name: self._forms(name) for name in others}

    @cached_property
    def _sections(self) -> dict[str, dict[str, tuple[str, str]]]:
        """The sections that scripts got: every page with a table asks for the same."""
        return {}

    def _forms(self, message: str) -> tuple[str, str]:
        one, other = MESSAGES[message]
        return self._worded(one), self._worded(other)

    def _worded(self, text: str) -> str:
        return _PARAMETER.sub(lambda found: self.words.get(found[1], found[0]), text)


def make_messages(nouns: Mapping[str, str | None]) -> Messages:
    """Return the texts of a site; a plural that is None is that of the singular."""
    words: dict[str, str] = {}
    for name, plain in nouns.items():
        # The plural follows its singular.
        noun = plain or re.sub(r"([^aeiou])y$", r"\1ie", [*words.values()][-1]) + "s"
        words[name] = noun
    words |= {f"a_{name}": with_article(noun) for name, noun in words.items()}
    return Messages(words | {name.capitalize(): sentence(noun) for name, noun in words.items()})


def with_article(phrase: str) -> str:
    """Put `a` or `an` before a noun, as spoken: `an instruct model`, `an SFT model`."""
    word = re.split(r"[\W_]", phrase, maxsplit=1)[0]
    spelled_out = len(word) > 1 and (word.isupper() or not re.search("[aeiouy]", word.lower()))
    vowels = "AEFHILMNORSX8" if spelled_out else "AEIOU8"
    is_vowel = word[:1].upper() in tuple(vowels) and not word.lower().startswith(("one", "eu"))
    return f"{'an' if is_vowel else 'a'} {phrase}"
