"""Values for scripts: JSON in a page, and scripts of the site's own that give one value each."""

from __future__ import annotations

import json
from collections.abc import Callable

from site_builder.addresses import Link
from site_builder.charts.theme import LOOK
from site_builder.output.urls import Urls, web_link
from site_builder.pages.page import ScriptData

LOOK_SCRIPT = "js/chart-look.js"


def json_text(value: object, href: Callable[[Link], str]) -> str:
    """A value as compact JSON; a link becomes its text and where it leads."""

    def plain(part: object) -> object:
        if isinstance(part, Link):
            return [part.text, href(part)]
        message = f"{type(part).__name__} does not go into a script as JSON"
        raise TypeError(message)

    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, default=plain, separators=(",", ":")
    )


def render_script(data: ScriptData, urls: Urls) -> bytes:
    """The script that gives a value; its links are paths from the site's root, for any page."""
    text = json_text(
        data.value(), lambda link: urls.from_root(link.to) if link.to else web_link(link.href)
    )
    return f"site.provide({json.dumps(data.name)},{text});\n".encode()


def look_script() -> dict[str, bytes]:
    """The script that gives the look of all charts, by its name; the bundle takes it in."""
    return {LOOK_SCRIPT: f"site.chartLook = {json.dumps(LOOK, separators=(',', ':'))};\n".encode()}
