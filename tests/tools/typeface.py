"""Make the font of link previews from the published one; `make vendor` does so.

What draws previews reads TrueType, and pages have WOFF2. The wheel has the files, so that a build
needs neither fontTools nor brotli, which are thrice the size of the generator.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont

from site_builder.render.previews import FILES, WIDTHS

ROOT = Path(__file__).parents[2]
WEIGHTS = (400, 600)


def made_files() -> Iterator[tuple[Path, bytes]]:
    """Yield each file of the font with its content: its letters, and how wide they are."""
    fonts = []
    for path in FILES:
        source = ROOT / "static/vendor" / f"{path.stem}.woff2"
        # Without a new time stamp, so that the same file always gives the same bytes.
        fonts.append(TTFont(source, recalcTimestamp=False))
        fonts[-1].flavor = None
        fonts[-1].save(out := BytesIO())
        yield path, out.getvalue()
    # By weight, the width of each letter as a share of the font size; the first file counts.
    widths = {
        weight: {**_widths(fonts[1], weight), **_widths(fonts[0], weight)} for weight in WEIGHTS
    }
    yield WIDTHS, f"{json.dumps(widths, ensure_ascii=False, indent=0)}\n".encode()


def _widths(font: TTFont, weight: int) -> dict[str, float]:
    glyphs, em = font.getGlyphSet(location={"wght": weight}), font["head"].unitsPerEm
    letters = sorted(font.getBestCmap().items())
    return {chr(code): float(glyphs[name].width) / em for code, name in letters}


if __name__ == "__main__":
    WIDTHS.parent.mkdir(exist_ok=True)
    for path, content in made_files():
        path.write_bytes(content)
