"""Write answers to the questions of an import as lines that can be pasted into `site.toml`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

from site_builder.config import SiteConfig
from site_builder.importers.reading import Choices


def lines_to_paste(section: str, lines: Sequence[str], config: SiteConfig) -> tuple[str, ...]:
    """Return lines below the heading of their section, which `site.toml` may not have twice."""
    text = ""
    with suppress(OSError, UnicodeDecodeError):
        text = (config.root / "site.toml").read_text(encoding="utf8")
    has_it = re.search(rf"^\s*\[{section}\]", text, re.MULTILINE)
    heading = f"# below [{section}], in place of what it has" if has_it else f"[{section}]"
    return (heading, *lines) if lines else ()


def choice_lines(choices: Choices, config: SiteConfig) -> tuple[str, ...]:
    """Return the keys of `[import]` of the likely choice, and those of the others as comments."""
    keys = [[f"{key} = {as_toml(part)}" for key, part in choice.items()] for choice in choices]
    others = (f"# or {', '.join(other)}" for other in keys[1:])
    return lines_to_paste("import", [*(keys[0] if keys else ()), *others], config)


def as_toml(value: object) -> str:
    """Return a value as TOML, which writes all but objects as JSON does."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {as_toml(part)}' for key, part in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)
