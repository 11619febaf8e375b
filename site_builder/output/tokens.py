"""The colours of a site: read from the style sheet that the pages use, and changed by `[theme]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from site_builder.config import SiteConfig
from site_builder.errors import Fault, SiteError
from site_builder.output.assets import default_folder, find_static

SHEET = "css/tokens.css"
THEME_SHEET = "css/theme.css"
LEAST_CONTRAST = 4.5
"""Of text, by WCAG 2.2, success criterion 1.4.3."""
LEAST_HEAT = 0.14
"""How much of the colour of a gain is in the palest field of a heat map."""
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
    return _of_sheets(config, theme) | _given(config, theme)


def _of_sheets(config: SiteConfig, theme: str) -> dict[str, str]:
    own = find_static(config.root, SHEET).decode(errors="replace")
    ours = (default_folder("static") / SHEET).read_text(encoding="utf8")
    return {**colours_of(ours, theme), **colours_of(own, theme)}


def _given(config: SiteConfig, theme: str) -> dict[str, str]:
    """The colours of `[theme]`, and the tints of them that the pages and charts draw with."""
    named = config.theme.light.named if theme == "light" else config.theme.dark.named
    accent, gain = (named.get(name, "")[: len("#rrggbb")] for name in ("accent", "gain"))
    tints = {"band": f"{accent}40", "heat": f"{accent}24"} if accent else {}
    if gain:
        ground = (_of_sheets(config, theme) | dict(named)).get("card", "#ffffff")
        tints["heat-low"] = mixed(gain, ground, LEAST_HEAT)
    return {**named, **tints}


def colours_of(sheet: str, theme: str = "light") -> Mapping[str, str]:
    """Every token that the first rule of a theme gives as `#rrggbb`."""
    found = _ROOTS[theme].search(sheet)
    return dict(_COLOUR.findall(found[1])) if found else {}


def theme_sheet(config: SiteConfig) -> dict[str, bytes]:
    """The style sheet of `[theme]` by its name; none where it gives no colour."""
    if not config.theme.has_colours:
        return {}
    light, dark = (_rules(_given(config, theme)) for theme in ("light", "dark"))
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


def _rules(colours: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


def mixed(colour: str, ground: str, share: float) -> str:
    """A share of a colour over a ground, as `#rrggbb`."""
    pairs = zip(_parts(colour), _parts(ground), strict=True)
    return "#" + "".join(f"{round(top * share + below * (1 - share)):02x}" for top, below in pairs)


def _parts(colour: str) -> list[int]:
    digits = colour[1:] if len(colour) > len("#rgba") else "".join(2 * c for c in colour[1:])
    return [int(digits[i : i + 2], 16) for i in (0, 2, 4)]


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
    """How far two opaque colours are apart, from 1 to 21; None where one is not opaque.

    Source: WCAG 2.2, contrast ratio and relative luminance.
    """
    if not all(len(colour) in (len("#rgb"), len("#rrggbb")) for colour in (text, ground)):
        return None
    low, high = sorted(map(_luminance, (text, ground)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    shares = [part / 255 for part in _parts(colour)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
