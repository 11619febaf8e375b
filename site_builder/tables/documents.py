"""Read YAML and JSON with the line of each value: no aliases, no tags, few levels."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, MutableMapping
from io import StringIO
from itertools import takewhile
from typing import Any, NoReturn, TypeAlias

from site_builder.errors import first_line
from site_builder.records import Record, replace
from site_builder.tables.files import NUMBER, UnreadableTableError

# ruamel.yaml is imported where there is a document: most builds have none.

ENDINGS = (".yaml", ".yml", ".json")
"""How the name of a document may end."""

_MAX_LEVELS = 6
_MOST_DIGITS = 16  # of a whole number; a larger one is a float, as in tables
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

Value: TypeAlias = "dict[str, Node] | list[Node] | str | float | bool | None"


class Node(Record):
    """A value of a document, and its line, from 1: that of its key, if it has one.

    `raw` is the text of a number or a word as the document has it.
    """

    line: int
    value: Value
    raw: str = ""


def parse_document(text: str, ending: str) -> Node:
    """Return the content of a YAML or, by its `ending`, JSON file.

    Words are those of JSON: `no` is a text, and so is a date.

    Raises:
        UnreadableTableError: It is no such document, or has what is refused: a key twice, an alias,
            a tag, a second document, more than six levels.
    """
    if ending == ".json":  # which is YAML too
        _check_json(text)
    events = _events(text)
    first = next(events, None)
    root = None if first is None else _node(first, events, 0)
    if root is None or (root.value is None and not root.raw):
        _refuse("the file is empty")
    for event in events:  # which says what else is wrong, or not
        _refuse("it goes on behind its end", line=_line(event))
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


def _node(event: Any, events: Iterator[Any], level: int) -> Node:  # noqa: ANN401 - of ruamel
    from ruamel.yaml import events as kinds

    line = _line(event)
    if isinstance(event, kinds.ScalarEvent):
        text = _whole(event)
        return Node(line, text) if event.style else Node(line, _resolved(text), text)
    if level == _MAX_LEVELS:
        _refuse(f"it has more than {_MAX_LEVELS} levels", "Put less into each other.", line)
    inner = takewhile(lambda e: not isinstance(e, kinds.CollectionEndEvent), events)
    if isinstance(event, kinds.SequenceStartEvent):
        return Node(line, [_node(part, events, level + 1) for part in inner])
    fields: dict[str, Node] = {}
    for key in inner:
        if not isinstance(key, kinds.ScalarEvent):
            _refuse("a key is no text", "Write `key: value`.", _line(key))
        name = _whole(key)
        if name in fields:
            first = fields[name].line
            _refuse(f"{name!r} stands twice, first in line {first}", "Keep one.", _line(key))
        fields[name] = replace(_node(next(events), events, level + 1), line=_line(key))
    return Node(line, fields)


def _line(event: Any) -> int:  # noqa: ANN401 - of ruamel
    return event.start_mark.line + 1 if event.start_mark else 1


def _whole(event: Any) -> str:  # noqa: ANN401 - of ruamel
    """Return a text, or refuse it if it is no Unicode: an escape may be half of a character."""
    try:
        return str(event.value).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        what = "it has half of a character, such as \\ud800"
        raise UnreadableTableError(what, "Remove it.", _line(event)) from None


def _refuse(what: str, fix: str = "", line: int = 0) -> NoReturn:
    raise UnreadableTableError(what, fix, line)


def _resolved(text: str) -> str | float | bool | None:
    word = text.lower()
    if word in _WORDS:
        return _WORDS[word]
    if NUMBER.fullmatch(text):
        return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else float(text)
    return text


def _events(text: str) -> Iterator[Any]:
    """Yield the values of a document, and where its mappings and lists begin and end."""
    from ruamel.yaml import YAML
    from ruamel.yaml import events as kinds
    from ruamel.yaml.error import YAMLError

    seen = False
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if isinstance(event, kinds.DocumentStartEvent) and seen:
                _refuse("a second document begins", "Use a file for each.", _line(event))
            seen = seen or isinstance(event, kinds.DocumentStartEvent)
            # These make one value of many places, or an object of a value.
            if getattr(event, "anchor", None):  # an alias has the name of its anchor
                _refuse("it has an anchor or alias (& or *)", "Write it out.", _line(event))
            if getattr(event, "ctag", None):
                _refuse("it has a tag (!)", "Write the value alone.", _line(event))
            if isinstance(event, kinds.NodeEvent | kinds.CollectionEndEvent):
                yield event
    except (YAMLError, ValueError) as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        what = f"is not valid YAML: {problem or first_line(error)}".partition("\n")[0]
        line = mark.line + 1 if mark else 0
        raise UnreadableTableError(what, "Correct this line.", line) from error


def _check_json(text: str) -> None:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        what = f"is not valid JSON: {getattr(error, 'msg', first_line(error))}"
        line = getattr(error, "lineno", 0)
        raise UnreadableTableError(what, "Correct this line." if line else "", line) from error
