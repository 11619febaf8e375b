"""The colours of the light theme, read from the style sheet that the pages use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from site_builder.output.assets import default_folder, find_static

SHEET = "css/tokens.css"
_LIGHT = re.compile(r":root\s*\{(.*?)\}", re.DOTALL)
_COLOUR = re.compile(r"--([\w-]+)\s*:\s*(#[0-9a-fA-F]{3,8})\s*;")


def light_colours(root: Path) -> Mapping[str, str]:
    """The colours of a project's site, by token; those that its own sheet lacks are ours."""
    own = find_static(root, SHEET).decode(errors="replace")
    ours = (default_folder("static") / SHEET).read_text(encoding="utf8")
    return {**colours_of(ours), **colours_of(own)}


def colours_of(sheet: str) -> Mapping[str, str]:
    """Every token that the first `:root` of a sheet gives as `#rrggbb`."""
    found = _LIGHT.search(sheet)
    return dict(_COLOUR.findall(found[1])) if found else {}
