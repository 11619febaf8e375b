"""The layout of a site does not depend on the size of its board."""

import re
from collections import defaultdict
from typing import Any

import pytest

from tests.helpers.sites import BuiltSite, Reading, build
from tests.tools.bench.boards import write_large

# Models and tasks: the fewest of which all statistics are defined; and more than 50,000 scores, of
# more models than a table lays out at once.
SMALL, LARGE = (4, 12), (410, 62)
NAME = re.compile(r"lab-\d+[-/]model-\d+|task-\d+|category-\d+")
HASH = re.compile(r"\.[0-9a-f]{10}\.")
# In the order of the lifts, which is a click away, a long board would be the same rows again.
SHORT_BOARD = {"board-lift", "view-lift"}
PAGES_OF_A_KIND = 5


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> list[BuiltSite]:
    """A small board and a large one of the same kind."""
    folder = tmp_path_factory.mktemp("sizes")
    return [build(write_large(folder / str(size[0]), *size)) for size in (SMALL, LARGE)]


def pattern(text: str) -> str:
    """A path or an id without what it is named for."""
    return HASH.sub(".*.", NAME.sub("*", text))


def keys_of(value: object) -> Any:
    """The keys of a document; of a list, those of its first entry."""
    if isinstance(value, dict):
        return {pattern(key): keys_of(part) for key, part in value.items()}
    return keys_of(value[0]) if isinstance(value, list) and value else None


def parts_of(site: BuiltSite) -> dict[str, set[str]]:
    """Ids of elements and keys of columns, by kind of page.

    Which words a page explains depends on who may be first, not on the size of the board.
    """
    kinds, parts = defaultdict(list), {}
    for path, html in site.html.items():
        kinds[pattern(path)].append(html)
    for kind, pages in kinds.items():
        some = pages[:PAGES_OF_A_KIND]
        found = [one for html in some for one in Reading(html).ids]
        found += [one for html in some for one in re.findall(r'data-key="?([^" >]+)', html)]
        parts[kind] = {name for name in map(pattern, found) if not name.startswith("explain-")}
    return parts


def test_files_have_the_same_names(sites):
    small, large = ({pattern(path) for path in site.files} for site in sites)
    assert small == large


def test_the_api_has_the_same_keys(sites):
    small, large = (
        {
            pattern(path): keys_of(site.api(path.removeprefix("api/v1/").removesuffix(".json")))
            for path in site.files
            if path.startswith("api/") and path.endswith(".json")
        }
        for site in sites
    )
    assert small == large


def test_pages_have_the_same_parts(sites):
    small, large = map(parts_of, sites)
    small["models/index.html"] -= SHORT_BOARD
    assert small == large
    assert "score-*" in large["models/*/index.html"]
