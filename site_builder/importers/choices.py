"""Write answers to the questions of an import as lines that can be pasted into `site.toml`."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from site_builder.config import SiteConfig
from site_builder.formatting import quoted
from site_builder.importers.cells import ARROW, without_arrows
from site_builder.importers.reading import FurtherColumn, grouped
from site_builder.importers.values import Choices
from site_builder.tables.metrics import direction_in

_LAST_LINE = '# "org/model-7b" = { name = "Model 7B", parameters_b = 7 }\n'
_HEAD = """
# What the imported table has beside the scores. Delete what the site is not to show, here and in
# columns under [import].
"""

FACETS = "facets"
"""In place of a key of `[import]`: the section with these names."""


def lines_to_paste(section: str, lines: Sequence[str], config: SiteConfig) -> tuple[str, ...]:
    """Return lines below the heading of their section, which `site.toml` may not have twice."""
    text = ""
    with suppress(OSError, UnicodeDecodeError):
        text = (config.root / "site.toml").read_text(encoding="utf8")
    has_it = re.search(rf"^\s*\[{section}\]", text, re.MULTILINE)
    heading = f"# below [{section}]; replace lines of these names" if has_it else f"[{section}]"
    return (heading, *lines) if lines else ()


def choice_lines(choices: Choices, config: SiteConfig) -> tuple[str, ...]:
    """Return keys of `[import]` and facets of the likely choice, and the others as comments."""
    if not choices:
        return ()
    likely, *others = ({**choice} for choice in choices)
    facets = [f"{as_key(name)} = {{}}" for name in likely.pop(FACETS, ())]
    keys = [f"{key} = {as_toml(part)}" for key, part in likely.items()]
    said = [", ".join(f"{key} = {as_toml(part)}" for key, part in of.items()) for of in others]
    of_facets = lines_to_paste(FACETS, facets, config)
    if facets and not keys:
        return (*of_facets, *(f"# or below [import]: {one}" for one in said))
    lines = [*keys, *(f"# or {one}" for one in said)]
    return (*of_facets, *lines_to_paste("import", lines, config))


def further_lines(further: Iterable[FurtherColumn], config: SiteConfig) -> Iterator[str]:
    """Yield what makes facets and measures of the columns that were not taken, to be pasted."""
    found = _by_id(further)
    left = [column for column in found if not column.is_taken]
    if not left:
        return
    names = quoted([column.column for column in left], most=6)
    if any(column.is_taken for column in found):
        yield f"Not taken: {names}. [import] columns in site.toml names what is."
        return
    yield f"Not taken: {names}. For facets and measures, write into site.toml and import again:"
    columns = as_toml({**config.importing.columns, **_columns(left)})
    lines = lines_to_paste("import", [f"columns = {columns}"], config)
    yield from (f"    {line}" for line in (*lines, *_declaring_lines(left, config)))


def column_lines(
    tasks: Iterable[Iterable[str]], further: Iterable[FurtherColumn], config: SiteConfig
) -> tuple[str, ...]:
    """Return lines that name columns: tasks, likely ones first; taken facets and measures."""
    taken = _by_id(column for column in further if column.is_taken)
    choices: list[dict[str, Any]] = [{"task_columns": [*dict.fromkeys(of)]} for of in tasks]
    if taken:
        likely = choices[0] if choices else {}
        columns = {"columns": {**config.importing.columns, **_columns(taken)}}
        choices[:1] = [likely | columns]
    lines = choice_lines(tuple(choices), config)
    return (*lines, *_declaring_lines(taken, config))


def _declaring_lines(columns: Iterable[FurtherColumn], config: SiteConfig) -> Iterator[str]:
    for section, declared in _declared(columns).items():
        yield from lines_to_paste(section, declared, config)


def _declared(columns: Iterable[FurtherColumn]) -> dict[str, list[str]]:
    """Return the lines that declare facets and measures, by their section of `site.toml`."""
    return grouped(("measures" if of.is_measure else "facets", _line(of)) for of in columns)


def _line(column: FurtherColumn) -> str:
    """Return the line of a facet or measure, with what is not known of it as a comment."""
    label, higher_is_better = without_arrows(column.column), False if column.is_cost else None
    if ARROW.search(column.column):
        higher_is_better = direction_in(column.column)
    if column.unit and label.endswith(")"):  # the unit in brackets has a key of its own
        label = label.rpartition("(")[0].strip() or label
    known: dict[str, Any] = {} if label == column.id else {"label": label}
    known |= {"unit": column.unit} if column.unit else {}
    known |= {} if higher_is_better is None else {"higher_is_better": higher_is_better}
    known |= {"combine": "none"} if column.is_of_row else {}
    lacks = [name for name in ("unit", "higher_is_better") if name not in known]
    more = f"  # {' and '.join(lacks)} may follow" if lacks and column.is_measure else ""
    return f"{column.id} = {as_toml(known)}{more}"


def taken_texts(further: Iterable[FurtherColumn]) -> list[tuple[str, str]]:
    """Return texts of the `site.toml` that `init` writes, each with that for the taken columns."""
    taken = _by_id(column for column in further if column.is_taken)
    if not taken:
        return []
    columns = f"\ncolumns = {as_toml(_columns(taken))}\n"
    return [
        ("\n# columns = {}\n", columns),
        (_LAST_LINE, f"{_LAST_LINE}{_HEAD}{_sections(taken)}"),
    ]


def taken_sections(further: Iterable[FurtherColumn]) -> dict[str, Any]:
    """Return what `taken_texts` declares of facets and measures, as values of `site.toml`."""
    return tomllib.loads(_sections(_by_id(column for column in further if column.is_taken)))


def _sections(columns: Iterable[FurtherColumn]) -> str:
    sections = _declared(columns).items()
    return "".join(f"\n[{name}]\n" + "".join(f"{line}\n" for line in of) for name, of in sections)


def _by_id(further: Iterable[FurtherColumn]) -> list[FurtherColumn]:
    """Return the columns, one of each id: that of the first file."""
    found: dict[str, FurtherColumn] = {}
    for column in further:
        found.setdefault(column.id, column)
    return [*found.values()]


def _columns(further: Iterable[FurtherColumn]) -> dict[str, str]:
    return {column.id: column.column for column in further}


def as_toml(value: object) -> str:
    """Return a value as TOML, which writes all but objects as JSON does."""
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        return f"{{ {', '.join(f'{key} = {as_toml(part)}' for key, part in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def as_key(name: str) -> str:
    """Return a name as a key of TOML, in quotes where it needs them."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else as_toml(name)
