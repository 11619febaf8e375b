"""Build every project of the gallery, and a page of cards above them: `make gallery`."""

import argparse
import re
import shutil
import sys
from pathlib import Path

import jinja2

from gallery.convert import BOARDS, GALLERY
from site_builder.build import BuildCache, BuildOptions, build_site, load_project
from site_builder.pages.boards import BoardCard, board_card
from site_builder.prose.markdown import to_html
from site_builder.records import Record

ROOT = GALLERY.parent
STYLE = "gallery.css"


class Card(Record):
    """A project in short.

    Attributes:
        name: Its folder.
        title, description: Those of its site.
        board: Its first board in short.
        entries, boards: How many it has.
        shows: What its README says that it shows, as HTML.
        origin: The repository with the published results, and the link to them.
        license: That of the results.
    """

    name: str
    title: str
    description: str
    board: BoardCard
    entries: str
    boards: int
    shows: str
    origin: tuple[str, str]
    license: str


def make_gallery(out: Path, base_url: str) -> tuple[Card, ...]:
    """Build all sites into folders of `out`, and the page of cards; return its cards.

    `base_url` is the address of the site that the gallery is published beside, if it is known.
    """
    out.mkdir(parents=True, exist_ok=True)
    cards = tuple(_make_board(name, out / name, base_url) for name in BOARDS)
    frame = out / cards[0].name / "assets"
    loader = jinja2.FileSystemLoader([GALLERY, ROOT / "templates"])
    page = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    html = page.get_template("gallery.html").render(
        cards=cards,
        beside=load_project(ROOT).site.title if base_url else "",
        canonical=f"{base_url}gallery/" if base_url else "",
        font=_asset(frame, "vendor/inter-latin-wght-normal.*.woff2", out),
        script=_asset(frame, "js/first.*.js", out),
        styles=[_asset(frame, f"css/{name}.*.css", out) for name in ("every-page", "pages")],
        own_style=STYLE,
    )
    (out / "index.html").write_text(html, encoding="utf8")
    shutil.copy(GALLERY / STYLE, out)
    return cards


def _make_board(name: str, out: Path, base_url: str) -> Card:
    config = load_project(GALLERY / name, f"{base_url}gallery/{name}/" if base_url else None)
    cache = BuildCache()
    build_site(config, out, BuildOptions(workers=None, cache=cache), strict=True)
    assert cache.content is not None
    site = cache.content.site
    readme = (GALLERY / name / "README.md").read_text(encoding="utf8")
    origin = re.search(r"^- Origin: .*?\((https://github\.com/([^/]+/[^/]+)[^)]+)\)", readme, re.M)
    assert origin is not None
    return Card(
        name,
        config.site.title,
        config.site.description,
        board_card(site.by_board[0]),
        site.labels.say("n_entries", len(site.of_entries)),
        len(site.by_board),
        to_html("Shows " + readme.partition("**What it shows:**")[2].partition("\n\n")[0]),
        (origin[2], origin[1]),
        config.site.license,
    )


def _asset(folder: Path, pattern: str, out: Path) -> str:
    """Return the path of a file of a built site, which has a checksum in its name."""
    (path,) = folder.glob(pattern)
    return path.relative_to(out).as_posix()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("out", type=Path)
    asked.add_argument("--base-url", default="", help="of the site that has it as gallery/")
    args = asked.parse_args()
    base_url = f"{args.base_url.rstrip('/')}/" if args.base_url else ""
    for card in make_gallery(args.out, base_url):
        sys.stdout.write(f"{args.out / card.name}: {card.title}, {card.entries}\n")
    sys.stdout.write(f"Open {args.out / 'index.html'}.\n")
