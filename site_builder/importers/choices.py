"""Write answers to the questions of an import as lines that can be pasted into `site.toml`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

from site_builder.config import SiteConfig
from site_builder.importers.reading import Choices

FACETS = "facets"
"""In place of a key of `[import]`: the section with these names."""


def lines_to_paste(section: str, lines: Sequence[str], config: SiteConfig) -> tuple[str, ...]:
    """Return lines below the heading of their section, which `site.toml` may not have twice."""
    text = ""
    with suppress(OSError, UnicodeDecodeError):
        text = (config.root / "site.toml").read_text(encoding="utf8")
    has_it = re.search(rf"^\s*\[{section}\]", text, re.MULTILINE)
    heading = f"# below [{section}], in place of what it has" if has_it else f"[{section}]"
    return (heading, *lines) if lines else ()


def choice_lines(choices: Choices, config: SiteConfig) -> tuple[str, ...]:
    """Return the keys of `[import]` of the likely choice, and those of the others as comments.

    Facets of the likely choice are declared in a section of their own.
    """
    if not choices:
        return ()
    likely, *others = ({**choice} for choice in choices)
    facets = [f"{as_key(name)} = {{}}" for name in likely.pop(FACETS, ())]
    keys = [f"{key} = {as_toml(part)}" for key, part in likely.items()]
    said = [", ".join(f"{key} = {as_toml(part)}" for key, part in of.items()) for of in others]
    where = "" if keys else " below [import]" if facets else ""
    comments = [f"# or{where}: {one}" if where else f"# or {one}" for one in said]
    return (
        *lines_to_paste(FACETS, facets, config),
        *(() if keys or not facets else comments),
        *(() if facets and not keys else lines_to_paste("import", [*keys, *comments], config)),
    )


def as_toml(value: object) -> str:
    """Return a value as TOML, which writes all but objects as JSON does."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {as_toml(part)}' for key, part in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def as_key(name: str) -> str:
    """Return a name as a key of TOML, in quotes where it needs them."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else as_toml(name)
