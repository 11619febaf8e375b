"""Renew the files that the generator wrote into a project; what was changed since then stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Literal, TypeAlias

from site_builder.atomic import write_files
from site_builder.errors import SiteError, unreadable
from site_builder.starter.installation import without_action
from site_builder.symlinks import read_inside

State: TypeAlias = Literal["renewed", "current", "changed", "unknown"]

NEW = ".new"
"""The ending of the new text beside a file that was changed."""
# A line of a file that tells it from what somebody made of it.
_MARK = "Written by leaderboard-site as {}: `upgrade` renews it unless it is changed."
_MARKED = re.compile(rf"^.*{_MARK.format('([0-9a-f]{12})')}.*\n", re.M)
# What a workflow lets its owner set, and what a bot renews in it.
_SETTING = re.compile(r"^( +(?:SOURCE|PLACE|FORMAT): | +- cron: ).*$", re.MULTILINE)
_PIN = re.compile(r"(?<=uses: )(?P<name>[\w./-]+)@[0-9a-f]{40}(?: # v(?P<version>\S+))?")


def with_mark(path: str, text: str) -> str:
    """Return the text of a file with a line by which `renew` knows it."""
    mark = _MARK.format(_digest(text))
    if path.endswith(".json"):
        return text.replace("{\n", f'{{\n "$comment": "{mark}",\n', 1)
    return f"# {mark}\n{text}"


def _digest(text: str) -> str:
    """Return a checksum of a text, whatever its owner sets and whichever actions it pins."""
    plain = _MARKED.sub("", without_action(text.replace("\r\n", "\n")))
    plain = _SETTING.sub(r"\1", _PIN.sub(r"\g<name>", plain))
    return sha256(plain.encode(errors="surrogateescape")).hexdigest()[:12]


def renew(root: Path, texts: Mapping[str, str]) -> dict[str, State]:
    """Write the files of a project anew that are as they were written; return what became of each.

    `texts` are those of this version by path, with their marks. One that was `changed` stays, and
    the new text stands beside it. Of one without a mark it is `unknown` who wrote it.

    Raises:
        SiteError: A file cannot be read or written.
    """
    found, new = dict[str, State](), dict[Path, bytes]()
    for path, old, text in _existing(root, texts):
        mark, now = _MARKED.search(old), _digest(text)
        renewed = _with_pins(_with_settings(text, old), old)
        if old == renewed or (mark and mark[1] == now):
            found[path] = "current"
        elif _digest(old) == (mark[1] if mark else now):
            found[path], new[root / path] = "renewed", renewed.encode(errors="surrogateescape")
        else:
            found[path] = "changed" if mark else "unknown"
            if mark:
                new[root / f"{path}{NEW}"] = renewed.encode(errors="surrogateescape")
    write_files(new)
    return found


def _existing(root: Path, texts: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for path, text in sorted(texts.items()):
        try:
            if (root / path).exists():
                yield path, read_inside(root / path, root).decode(errors="surrogateescape"), text
        except OSError as error:
            raise SiteError(unreadable(root / path, error)) from error


def _with_settings(new: str, old: str) -> str:
    """Return a new text with what the owner set in the old one."""
    stated = {found[1]: found[0] for found in _SETTING.finditer(old)}
    return _SETTING.sub(lambda found: stated.get(found[1], found[0]), new)


def _with_pins(new: str, old: str) -> str:
    """Return a new text with the actions of the old one that are newer than its own."""
    pins = {found["name"]: found for found in _PIN.finditer(old)}

    def newest(found: re.Match[str]) -> str:
        pin = pins.get(found["name"], found)
        return max(found, pin, key=lambda one: _numbers(one["version"] or ""))[0]

    return _PIN.sub(newest, new)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
