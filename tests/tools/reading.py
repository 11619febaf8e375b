"""`make reading`: the reading level of the body text of the Index, page by page.

The level is the Flesch-Kincaid grade (Kincaid et al., 1975), the school year in which a text can be
read: 0.39 x words per sentence + 11.8 x syllables per word - 15.59. Pyphen's hyphenation counts the
syllables, a few too many. All pages of models, of tasks and of categories are one line each.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pyphen
from bs4 import BeautifulSoup
from rich.console import Console
from rich.table import Table

from tests.helpers.sites import ROOT, build, single_spaced

AIM = 9
_BLOCKS = "main :is(p, li, dd, figcaption)"
# What is no body text: tables, code, formulas, citations, lists of links, what scripts fill.
_OTHER = "table, svg, script, code, pre, .formula, .method, .cite, .copied, .unseen, .explain"
_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_SYLLABLES = pyphen.Pyphen(lang="en_US", left=1, right=1)


def sentences(html: str) -> Iterator[str]:
    """Yield the sentences of a page; a label without an end is none."""
    soup = BeautifulSoup(html, "lxml")
    for tag in soup.select(_OTHER):
        tag.decompose()
    for block in soup.select(_BLOCKS):
        text = single_spaced(block.get_text(" "))
        if not block.select("p, li, dd") and "." in text:
            yield from (part for part in _SENTENCE.split(text) if len(_WORD.findall(part)) > 2)


def grade(texts: list[str]) -> float:
    """Return the grade of sentences."""
    words = [word for text in texts for word in _WORD.findall(text)]
    syllables = sum(len(_SYLLABLES.positions(word)) + 1 for word in words)
    return 0.39 * len(words) / len(texts) + 11.8 * syllables / len(words) - 15.59


def kinds(pages: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the different sentences of each page, or of all pages of a kind."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for path, html in pages.items():
        folder, _, name = path.rpartition("/")
        if name == "index.html" and not folder.startswith("embed/"):
            kind = f"{folder.partition('/')[0]}/*" if "/" in folder else folder or "home"
            found[kind].update(dict.fromkeys(sentences(html)))
    return {kind: list(texts) for kind, texts in found.items() if texts}


def main() -> None:
    """Print the grade of each page, and of all of them."""
    pages = kinds(build(ROOT).html)
    every = [text for texts in pages.values() for text in texts]
    table = Table("page", "sentences", "grade", caption=f"Aim: {AIM}")
    for page, texts in [*pages.items(), ("all", every)]:
        level = grade(texts)
        table.add_row(page, str(len(texts)), f"{level:.1f}", style="bold" if level > AIM else "")
    Console().print(table)


if __name__ == "__main__":
    main()
