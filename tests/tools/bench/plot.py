"""The cost of sparse boards as they grow, as a picture for docs/performance.md.

`python -m tests.tools.bench.plot` draws it from `dist/bench.json`.
"""

import json
from collections.abc import Iterator, Sequence

from tests.helpers.sites import ROOT
from tests.tools.bench.__main__ import OUT
from tests.tools.bench.growth import SCORES_A_PAGE, SHARES, work_of

PICTURE = ROOT / "docs/pictures/growth.svg"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 300, 28, 40, 60, 44


def draw(points: Sequence[tuple[float, float]], x_name: str, title: str) -> str:
    """Points, and a straight line from nothing to the last of them: what linear growth would be."""
    most_x, most_y = points[-1]

    def place(x: float, y: float) -> tuple[float, float]:
        across, up = x / most_x * (WIDTH - LEFT - RIGHT), y / most_y * (HEIGHT - TOP - BOTTOM)
        return round(LEFT + across, 1), round(HEIGHT - BOTTOM - up, 1)

    def marks() -> Iterator[str]:
        for x, y in points:
            across, up = place(x, y)
            yield f'<circle cx="{across}" cy="{up}" r="4.5" fill="#1f4fd8"/>'
            yield f'<text x="{across}" y="{up - 10}" text-anchor="middle">{y:.0f} s</text>'
            yield f'<text x="{across}" y="{y0 + 18}" text-anchor="middle">{x / 1000:,.0f} k</text>'

    (x0, y0), (x1, y1) = place(0, 0), place(most_x, most_y)
    line = f'<line x1="{x0}" y1="{y0}" x2="{x1}" stroke="#767c89"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#1c2230">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="22" font-size="14" font-weight="600">{title}</text>'
        f'<text x="{x1}" y="{HEIGHT - 8}" text-anchor="end">{x_name}</text>'
        f'{line} y2="{y0}"/>{line} y2="{y1}" stroke-dasharray="3 4"/>{"".join(marks())}</svg>\n'
    )


def main() -> None:
    """Draw what was measured last."""
    built = json.loads(OUT.read_bytes())["built"]
    sparse = [b for b in built if "missing" in b["board"]]
    points = [
        (work_of(b["pages"], share), b["cpu_s"]) for b, share in zip(sparse, SHARES, strict=True)
    ]
    work = f"pages + scores / {SCORES_A_PAGE:.0f}"
    drawn = draw(points, work, "Seconds of CPU of four sparse boards, by their pages and scores")
    PICTURE.write_text(drawn, encoding="utf8")


if __name__ == "__main__":
    main()
