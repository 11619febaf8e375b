"""What pages say and draw, word by word, of four boards that have something for each part."""

import re
import shutil
from collections.abc import Iterator

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag

from tests.helpers.boards import make_frames
from tests.helpers.sites import ROOT, build, single_spaced
from tests.helpers.tables import board, write_project

GOLDEN = ROOT / "tests/golden"
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


def word_errors() -> dict[str, pd.DataFrame]:
    """Four models and eight tasks on which less is better, in two categories, with prices."""
    runs = {f"m{i}": [9.0 + 3.1 * i - t % (i + 2) + t / 4 for t in range(8)] for i in range(4)}
    facts = {"category": [*"XXXYYYYY"], "metric": ["wer"] * 8, "unit": ["percent"] * 8}
    offers = [
        ("A", "m0", 4.0, 16.0),
        ("B", "m0", 5.0, 15.0),
        ("A", "m1", 0.5, 1.5),
        ("B", "m3", 0.1, 0.3),
    ]
    frames = make_frames({"base": runs}, [f"t{n}" for n in range(1, 9)], facts)
    return frames | {"prices": prices(offers)}


def gaps() -> dict[str, pd.DataFrame]:
    """Six models before and after tuning, with gaps; one was tuned alone, one has few scores."""
    base = {f"m{i}": [0.9 - i / 10 - (i + t) % 4 / 20 for t in range(10)] for i in range(5)}
    tuned = {f"m{i}": [s + (i + t) % 3 / 25 for t, s in enumerate(base[f"m{i}"])] for i in (1, 2)}
    some = {m: [None if t % 5 == 4 else s for t, s in enumerate(tuned[m])] for m in tuned}
    runs = {"base": base | {"m5": [0.5, 0.25]}, "fine_tuned": some | {"m6": [0.8] * 8}}
    facts: dict[str, list[object]] = {"category": [*"XXXXYYYYYY"], "score_min": [0.0] * 10}
    facts |= {"metric": [*["accuracy"] * 7, *["f1"] * 3], "score_max": [1.0] * 10}
    offers = [("A", "m0", 0.2, 0.4), ("A", "m2", 1.0, 2.0), ("B", "m3", 2.0, 6.0)]
    return make_frames(runs, tasks=facts) | {"prices": prices(offers)}


def prices(offers: list[tuple[str, str, float, float]]) -> pd.DataFrame:
    """Offers of a day, by provider and model: prices of a million tokens that go in, and out."""
    names = ("provider", "model", "usd_per_million_input_tokens", "usd_per_million_output_tokens")
    return pd.DataFrame(offers, columns=names).assign(date="2026-01-02")


@pytest.mark.parametrize("name", ["fixture", "word_errors", "systems", "gaps"])
def test_pages_say_what_they_said(tmp_path, name):
    """Read the difference; where it is meant, delete the file and run the test twice."""
    if name == "systems":
        shutil.copytree(ROOT / "tests/data" / name, tmp_path / name)
    elif name == "fixture":
        write_project(tmp_path / name, board())
    else:
        frames, more = (gaps(), "min_coverage = 0.5") if name == "gaps" else (word_errors(), "")
        baseline = "m3" if name == "gaps" else "m1"
        write_project(tmp_path / name, frames, f'[board]\nbaseline = "{baseline}"\n{more}\n')
    site = build(tmp_path / name)
    paths = [path.removesuffix("index.html") for path in sorted(site.html)]
    said = "".join(
        f"# {path}\n" + "".join(f"{line}\n" for line in lines_of(site.page(path))) + "\n"
        for path in paths
        if not LEFT_OUT.match(path)
    )
    golden = GOLDEN / f"{name}.txt"
    if not golden.exists():
        golden.write_text(said, encoding="utf8")
        pytest.fail(f"{golden} is written anew: look at it")
    assert golden.read_text(encoding="utf8").splitlines() == said.splitlines()
