"""The colours of a site: read from the style sheet that the pages use, and changed by `[theme]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from site_builder.config import SiteConfig
from site_builder.errors import Fault, SiteError
from site_builder.looks import Colours
from site_builder.output.assets import default_folder, find_static

SHEET = "css/tokens.css"
THEME_SHEET = "css/theme.css"
LEAST_CONTRAST = 4.5
"""Of text, by WCAG 2.2, success criterion 1.4.3."""
# Text and its ground, each pair of which stands on every site.
READ_ON = (
    ("ink", "paper"),
    ("soft", "paper"),
    ("accent", "paper"),
    ("accent-ink", "accent"),
    ("ink", "card"),
    ("gain", "card"),
    ("loss", "card"),
)
_ROOTS = {
    "light": re.compile(r":root\s*\{(.*?)\}", re.DOTALL),
    "dark": re.compile(r":root\[data-theme=\"dark\"\]\s*\{(.*?)\}", re.DOTALL),
}
_COLOUR = re.compile(r"--([\w-]+)\s*:\s*(#[0-9a-fA-F]{3,8})\s*;")


def light_colours(config: SiteConfig) -> Mapping[str, str]:
    """The colours of the light theme by token: the theme's, the project's sheet's, or ours."""
    return _colours(config, "light")


def _colours(config: SiteConfig, theme: str) -> dict[str, str]:
    own = find_static(config.root, SHEET).decode(errors="replace")
    ours = (default_folder("static") / SHEET).read_text(encoding="utf8")
    given = config.theme.light if theme == "light" else config.theme.dark
    return {**colours_of(ours, theme), **colours_of(own, theme), **_with_tints(given)}


def colours_of(sheet: str, theme: str = "light") -> Mapping[str, str]:
    """Every token that the first rule of a theme gives as `#rrggbb`."""
    found = _ROOTS[theme].search(sheet)
    return dict(_COLOUR.findall(found[1])) if found else {}


def theme_sheet(config: SiteConfig) -> dict[str, bytes]:
    """The style sheet of `[theme]` by its name; none where it gives no colour."""
    if not config.theme.has_colours:
        return {}
    light, dark = (_rules(c) for c in (config.theme.light, config.theme.dark))
    return {
        THEME_SHEET: f"""@layer tokens {{
  :root {{{light}}}
  :root[data-theme="dark"] {{{dark}}}
  @media (prefers-color-scheme: dark) {{
    :root:not([data-theme]) {{{dark}}}
  }}
}}
""".encode()
    }


def _rules(colours: Colours) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in _with_tints(colours).items())


def _with_tints(colours: Colours) -> dict[str, str]:
    """The colours, and with an accent the tints of it that bands and heat maps are drawn in."""
    named = dict(colours.named)
    if accent := named.get("accent", "")[:7]:
        named |= {"band": f"{accent}40", "heat": f"{accent}24"}
        named["heat-low"] = mixed(accent, named.get("card", ""), 0.14) or f"{accent}24"
    return named


def mixed(colour: str, ground: str, share: float) -> str:
    """A share of a colour over an opaque ground, as `#rrggbb`; empty where there is no ground."""
    if not ground:
        return ""
    pairs = zip(_parts(colour), _parts(ground), strict=True)
    return "#" + "".join(f"{round(top * share + below * (1 - share)):02x}" for top, below in pairs)


def _parts(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def find_theme_faults(config: SiteConfig) -> Iterator[Fault]:
    """A logo that is not there, and texts that could not be read on their ground."""
    where, logo = "site.toml", config.theme.logo
    try:
        if logo:
            find_static(config.root, logo)
    except SiteError:
        yield Fault(where, f"theme.logo: static/{logo} is not there", "Put it there.")
    for theme in ("light", "dark") if config.theme.has_colours else ():
        colours = _colours(config, theme)
        for text, ground in READ_ON:
            found = contrast(colours.get(text, ""), colours.get(ground, ""))
            if found is not None and found < LEAST_CONTRAST:
                pair = f"{text} {colours[text]} on {ground} {colours[ground]}"
                what = f"theme.{theme}: {pair} has a contrast of {found:.1f}"
                fix = f"Text needs {LEAST_CONTRAST:g} to be read."
                yield Fault(where, what, fix, "warning")


def contrast(text: str, ground: str) -> float | None:
    """How far two opaque colours are apart, from 1 to 21; None where one is not `#rrggbb`.

    Source: WCAG 2.2, contrast ratio and relative luminance.
    """
    if len(text) != len(ground) or len(text) != len("#rrggbb"):
        return None
    low, high = sorted(map(_luminance, (text, ground)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    shares = [part / 255 for part in _parts(colour)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
