"""Read YAML and JSON with the line of each value: no aliases, no tags, few levels."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, MutableMapping
from io import StringIO
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from site_builder.errors import first_line
from site_builder.records import Record, replace
from site_builder.tables.files import NUMBER, UnreadableTableError

if TYPE_CHECKING:  # it is imported where there is YAML: most builds have none
    from ruamel.yaml.events import NodeEvent

ENDINGS = (".yaml", ".yml", ".json")
"""How the name of a document may end."""

_MAX_LEVELS = 6
_MOST_DIGITS = 16  # of a whole number; a larger one is a float, as in tables
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s{}\[\],:"]+|\n')
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

Value: TypeAlias = "dict[str, Node] | list[Node] | str | float | bool | None"


class Node(Record):
    """A value of a document, and its line, from 1: that of its key, if it has one.

    `raw` is the text of a number or a word as the document has it.
    """

    line: int
    value: Value
    raw: str = ""


class _Event(Record):
    """The begin of a mapping `{` or list `[`, an `end`, or a value that is `quoted` or `plain`."""

    kind: str
    line: int
    text: str = ""


def parse_document(text: str, ending: str) -> Node:
    """Return the content of a YAML or, by its `ending`, JSON file.

    Words are those of JSON: `no` is a text, and so is a date.

    Raises:
        UnreadableTableError: It is no such document, or has what is refused: a key twice, an alias,
            a tag, a second document, more than six levels.
    """
    events = _json_events(text) if ending == ".json" else _yaml_events(text)
    first = next(events, None)
    if first is None or (first.kind == "plain" and not first.text):
        _refuse("the file is empty")
    root = _node(first, events, 0)
    for event in events:  # which says what else is wrong, or not
        _refuse("it goes on behind its end", line=event.line)
    return root


def edit_document(
    text: str, ending: str, change: Callable[[MutableMapping[str, Any]], None]
) -> str:
    """Return a document that `parse_document` reads, a mapping, with a change in it.

    Order stays, and in YAML also comments and how values are written: there `change` gets, and may
    set, the text of each value.
    """
    if ending == ".json":
        fields = json.loads(text)
        change(fields)
        indent = re.search(r"\n([ \t]+)", text)
        return json.dumps(fields, indent=indent and indent[1], ensure_ascii=False) + "\n"

    from ruamel.yaml import YAML
    from ruamel.yaml.resolver import VersionedResolver

    class Texts(VersionedResolver):
        versioned_resolver = property(lambda _: {})  # no text is a number, a date or a word

    yaml, new = YAML(pure=True), StringIO()
    yaml.Resolver, yaml.preserve_quotes, yaml.width = Texts, True, 10**9
    yaml.indent(mapping=2, sequence=4, offset=2)
    fields = yaml.load(text.replace("\r\n", "\n"))
    change(fields)
    yaml.dump(fields, new)
    return new.getvalue().replace("\n", "\r\n" if "\r\n" in text else "\n")


def _node(event: _Event, events: Iterator[_Event], level: int) -> Node:
    if event.kind == "quoted":
        return Node(event.line, _whole(event))
    if event.kind == "plain":
        return Node(event.line, _resolved(event.text), event.text)
    if level == _MAX_LEVELS:
        what = f"it has more than {_MAX_LEVELS} levels"
        raise UnreadableTableError(what, "Put less into each other.", event.line)
    inner = takewhile(lambda e: e.kind != "end", events)
    if event.kind == "[":
        return Node(event.line, [_node(part, events, level + 1) for part in inner])
    fields: dict[str, Node] = {}
    for key in inner:
        if key.kind not in ("quoted", "plain"):
            _refuse("a key is no text", "Write `key: value`.", key.line)
        name = _whole(key)
        if name in fields:
            what = f"{name!r} stands twice, first in line {fields[name].line}"
            raise UnreadableTableError(what, "Keep one.", key.line)
        fields[name] = replace(_node(next(events), events, level + 1), line=key.line)
    return Node(event.line, fields)


def _whole(event: _Event) -> str:
    """Return a text, or refuse it if it is no Unicode: an escape may be half of a character."""
    try:
        event.text.encode()
    except UnicodeEncodeError:
        what = "it has half of a character, such as \\ud800"
        raise UnreadableTableError(what, "Remove it.", event.line) from None
    return event.text


def _refuse(what: str, fix: str = "", line: int = 0) -> NoReturn:
    raise UnreadableTableError(what, fix, line)


def _resolved(text: str) -> str | float | bool | None:
    word = text.lower()
    if word in _WORDS:
        return _WORDS[word]
    if NUMBER.fullmatch(text):
        return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else float(text)
    return text


def _yaml_events(text: str) -> Iterator[_Event]:
    from ruamel.yaml import YAML
    from ruamel.yaml import events as kinds
    from ruamel.yaml.error import YAMLError

    seen = False
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, kinds.DocumentStartEvent) and seen:
                _refuse("a second document begins", "Use a file for each.", line)
            seen = seen or isinstance(event, kinds.DocumentStartEvent)
            if isinstance(event, kinds.NodeEvent):
                _refuse_references(event, line)
            if isinstance(event, kinds.ScalarEvent):
                yield _Event("quoted" if event.style else "plain", line, event.value)
            elif isinstance(event, (kinds.MappingStartEvent, kinds.SequenceStartEvent)):
                yield _Event("{" if isinstance(event, kinds.MappingStartEvent) else "[", line)
            elif isinstance(event, kinds.CollectionEndEvent):
                yield _Event("end", line)
    except (YAMLError, ValueError) as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        what = f"is not valid YAML: {problem or first_line(error)}".partition("\n")[0]
        line = mark.line + 1 if mark else 0
        raise UnreadableTableError(what, "Correct this line.", line) from error


def _refuse_references(event: NodeEvent, line: int) -> None:
    """Refuse what makes one value of many places, or an object of a value."""
    if event.anchor:  # an alias has the name of its anchor
        _refuse("it has an anchor or alias (& or *)", "Write it out.", line)
    if getattr(event, "ctag", None):
        _refuse("it has a tag (!)", "Write the value alone.", line)


def _json_events(text: str) -> Iterator[_Event]:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        what = f"is not valid JSON: {error.msg}"
        raise UnreadableTableError(what, "Correct this line.", error.lineno) from error
    except (ValueError, RecursionError) as error:
        what = f"is not valid JSON: {first_line(error)}"
        raise UnreadableTableError(what) from error
    line = 1
    for found in _JSON_TOKEN.finditer(text):
        token = found[0]
        if token == "\n":
            line += 1
        elif token in "{[":
            yield _Event(token, line)
        elif token in "}]":
            yield _Event("end", line)
        elif token.startswith('"'):
            yield _Event("quoted", line, json.loads(token))
        else:
            yield _Event("plain", line, token)
