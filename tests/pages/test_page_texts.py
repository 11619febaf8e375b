"""What pages say and draw, word by word, of four boards that have something for each part."""

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, Tag

from tests.helpers.golden import BOARDS, FOLDER, write_board
from tests.helpers.sites import build, single_spaced

PLACES = ("x", "cx", "width")
BLOCKS = "h1, h2, h3, p, li, dt, dd, tr, caption, summary, label, button, option, pre, div"
# What these say is the same on every board, or like another page.
LEFT_OUT = re.compile(
    "(glossary|data|embed)/|404|boards/lang-(german|japanese)|models/(aria-low|bolt-low|dune)/"
    "|tasks/(de|fr|ja|mul|para|poem|sql|sub|sum)/"
)


def told(drawing: Tag) -> str:
    """The marks of a drawing, with their places."""
    marks = (
        " ".join(
            [
                *mark.get_attribute_list("class"),
                *(str(mark[key]) for key in PLACES if mark.get(key)),
            ]
        )
        for mark in drawing.find_all(True)
    )
    return f"[{', '.join(marks)}]"


def lines_of(page: BeautifulSoup) -> Iterator[str]:
    """The text of a page, a line for each block and each row of a table."""
    main = page.main
    assert main is not None
    for drawing in main.select(".drawing"):
        drawing.replace_with(told(drawing))
    for script in main.select("script, style"):
        script.extract()
    for placed in main.select("[style*='--at']"):
        placed.append(f" @{str(placed['style']).partition('--at:')[2]}")
    for cell in main.select("td, th"):
        cell.append(" |")
    for block in main.select(BLOCKS):
        block.insert_before("\n")
        block.append("\n")
    # The release is a checksum of the tables.
    text = re.sub(r"\b[0-9a-f]{12}\b", "RELEASE", main.get_text(" "))
    yield from (line for line in map(single_spaced, text.split("\n")) if line.strip("| "))


@pytest.mark.parametrize("name", BOARDS)
def test_pages_say_what_they_said(tmp_path, name):
    """Read the difference; where it is meant, delete the file and run the test twice."""
    site = build(write_board(name, tmp_path / name))
    paths = [path.removesuffix("index.html") for path in sorted(site.html)]
    said = "".join(
        f"# {path}\n" + "".join(f"{line}\n" for line in lines_of(site.page(path))) + "\n"
        for path in paths
        if not LEFT_OUT.match(path)
    )
    golden = FOLDER / f"{name}.txt"
    if not golden.exists():
        golden.write_text(said, encoding="utf8")
        pytest.fail(f"{golden} is written anew: look at it")
    assert golden.read_text(encoding="utf8").splitlines() == said.splitlines()
